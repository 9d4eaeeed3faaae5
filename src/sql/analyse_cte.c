#include "sql/analyse_internal.h"

/* WITH. */

static bool take_columns(struct analysis *a, struct cte *cte, const struct query *query, const PgQuery__CommonTableExpr *node)
{
    const struct target *targets;
    int count = query_outputs(query, &targets);
    cte->columns = arena_array(a->arena, struct rte_column, count);
    cte->ncolumns = 0;
    for (int i = 0; i < count; i++) {
        if (targets[i].junk)
            continue;
        const struct expr *expr = targets[i].expr;
        cte->columns[cte->ncolumns++] = (struct rte_column){.name = targets[i].name,
                                                            .type = expr->type,
                                                            .typmod = expr->typmod,
                                                            .collation = expr->collation,
                                                            .other_collation = expr->other_collation};
    }
    if ((int) node->n_aliascolnames > cte->ncolumns)
        return analysis_error(a, ERRCODE_INVALID_COLUMN_REFERENCE, node->location,
                              "WITH query \"%s\" has %d columns available but %zu columns specified", cte->name, cte->ncolumns,
                              node->n_aliascolnames),
               false;
    for (size_t i = 0; i < node->n_aliascolnames; i++)
        cte->columns[i].name = analysis_string(node->aliascolnames[i]);
    return true;
}

/* A recursive query's columns are collated as its non-recursive term says: both terms together must not say otherwise. */
static bool same_collation(struct analysis *a, const struct cte *cte, int column, struct expr *left, struct expr *right)
{
    if (!type_is_collatable(a, left->type) || !type_is_collatable(a, right->type))
        return true;
    struct expr *both[] = {left, right}, *shape = expr_new(a, EXPR_COALESCE, left->type, left->location);
    if (!coerce_collate(a, shape, 2, both))
        return false;
    if (shape->other_collation || shape->collation == left->collation)
        return true;
    analysis_error(a, ERRCODE_COLLATION_MISMATCH, left->location,
                   "recursive query \"%s\" column %d has collation \"%s\" in non-recursive term but collation \"%s\" overall",
                   cte->name, column + 1, coerce_collation_name(a, left->collation), coerce_collation_name(a, shape->collation));
    return diag_hint(a->diag, "Use the COLLATE clause to set the collation of the non-recursive term.");
}

/* The non-recursive arm gives the columns that the recursive one reads. */
static struct query *recursive_query(struct analysis *a, struct cte *cte, const PgQuery__CommonTableExpr *node,
                                     struct cte_name *name)
{
    const PgQuery__SelectStmt *stmt = node->ctequery->select_stmt;
    struct query *query = query_new(a, COMMAND_SELECT);
    scope_push(a, query);
    if (stmt->with_clause && !analyse_with(a, query, stmt->with_clause))
        return NULL;
    query->setop = SETOP_UNION;
    query->setop_all = stmt->all;
    query->left = analyse_select(a, stmt->larg);
    if (!query->left || !take_columns(a, cte, query->left, node))
        return NULL;
    if (cte->references) {
        return analysis_error(a, ERRCODE_INVALID_RECURSION, node->location,
                              "recursive reference to query \"%s\" must not appear within its non-recursive term", cte->name);
    }
    name->forward = false;
    cte->recursive = true;
    query->right = analyse_select(a, stmt->rarg);
    if (!query->right)
        return NULL;
    const struct target *left, *right;
    int nleft = query_outputs(query->left, &left), nright = query_outputs(query->right, &right);
    if (nleft != nright)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, -1, "each UNION query must have the same number of columns");
    for (int i = 0; i < nleft; i++) {
        oid_t type = left[i].expr->type;
        if (!same_collation(a, cte, i, left[i].expr, right[i].expr))
            return NULL;
        if (right[i].expr->type != type) {
            struct expr *both[] = {left[i].expr, right[i].expr};
            oid_t common = coerce_common_type(a, 2, both, "UNION");
            if (!common)
                return NULL;
            if (common != type) {
                analysis_error(a, ERRCODE_DATATYPE_MISMATCH, left[i].expr->location,
                               "recursive query \"%s\" column %d has type %s in non-recursive term but type %s overall",
                               cte->name, i + 1, analysis_type(a, type), analysis_type(a, common));
                diag_hint(a->diag, "Cast the output of the non-recursive term to the correct type.");
                return NULL;
            }
            if (query->right->setop == SETOP_NONE && !query->right->nvalues)
                query->right->targets[i].expr = coerce_to_common(a, right[i].expr, type, "UNION");
            if (!query->right->targets[i].expr)
                return NULL;
        }
        target_add(a, &query->ntargets, &query->targets, left[i].expr, cte->columns[i].name);
    }
    query->limit = analyse_limit(a, stmt->limit_count, "LIMIT", CLAUSE_LIMIT);
    query->offset = analyse_limit(a, stmt->limit_offset, "OFFSET", CLAUSE_OFFSET);
    if (diag_is_set(a->diag))
        return NULL;
    scope_pop(a);
    return query;
}

static bool names_itself(const ProtobufCMessage *message, const char *name);

/* Does a parse tree mention a relation of that name? A generic walk over the message's fields. */
static bool field_names(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const char *name)
{
    const char *base = (const char *) message;
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
        return false;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t count = *(const size_t *) (const void *) (base + field->quantifier_offset);
        ProtobufCMessage *const *items = *(ProtobufCMessage *const *const *) (const void *) (base + field->offset);
        for (size_t i = 0; i < count; i++)
            if (names_itself(items[i], name))
                return true;
        return false;
    }
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
        *(const uint32_t *) (const void *) (base + field->quantifier_offset) != field->id)
        return false;
    const ProtobufCMessage *inner = *(ProtobufCMessage *const *) (const void *) (base + field->offset);
    return inner && names_itself(inner, name);
}

static bool names_itself(const ProtobufCMessage *message, const char *name)
{
    if (message->descriptor == &pg_query__range_var__descriptor) {
        const PgQuery__RangeVar *relation = (const PgQuery__RangeVar *) message;
        return !relation->schemaname[0] && strcmp(relation->relname, name) == 0;
    }
    for (unsigned i = 0; i < message->descriptor->n_fields; i++)
        if (field_names(message, &message->descriptor->fields[i], name))
            return true;
    return false;
}

static bool analyse_cte(struct analysis *a, const PgQuery__CommonTableExpr *node, struct cte_name *name, bool recursive)
{
    struct cte *cte = name->cte;
    if (node->search_clause || node->cycle_clause)
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, node->location, "SEARCH and CYCLE clauses are not supported yet"),
               false;
    bool itself = recursive && names_itself(&node->ctequery->base, node->ctename);
    if (itself) {
        bool is_union = node->ctequery->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
                        node->ctequery->select_stmt->op == PG_QUERY__SET_OPERATION__SETOP_UNION;
        if (!is_union)
            return analysis_error(a, ERRCODE_INVALID_RECURSION, node->location,
                                  "recursive query \"%s\" does not have the form non-recursive-term UNION [ALL] recursive-term",
                                  node->ctename),
                   false;
        if (node->ctequery->select_stmt->n_sort_clause)
            return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "ORDER BY in a recursive query is not implemented"),
                   false;
        cte->query = recursive_query(a, cte, node, name);
        return cte->query != NULL;
    }
    cte->query = analyse_query_node(a, node->ctequery);
    name->forward = false;
    return cte->query && take_columns(a, cte, cte->query, node);
}

bool analyse_with(struct analysis *a, struct query *query, const PgQuery__WithClause *with)
{
    struct cte_name **names = arena_array(a->arena, struct cte_name *, with->n_ctes);
    query->recursive = with->recursive;
    query->ctes = arena_array(a->arena, struct cte *, with->n_ctes);
    for (size_t i = 0; i < with->n_ctes; i++) {
        const PgQuery__CommonTableExpr *node = with->ctes[i]->common_table_expr;
        for (size_t k = 0; k < i; k++)
            if (strcmp(names[k]->cte->name, node->ctename) == 0)
                return analysis_error(a, ERRCODE_DUPLICATE_ALIAS, node->location,
                                      "WITH query name \"%s\" specified more than once", node->ctename),
                       false;
        struct cte *cte = arena_new(a->arena, struct cte);
        cte->name = node->ctename;
        cte->number = a->compiler->next_cte++;
        cte->materialize = node->ctematerialized == PG_QUERY__CTEMATERIALIZE__CTEMaterializeAlways  ? CTE_MATERIALIZED
                           : node->ctematerialized == PG_QUERY__CTEMATERIALIZE__CTEMaterializeNever ? CTE_NOT_MATERIALIZED
                                                                                                    : CTE_DEFAULT;
        names[i] = arena_new(a->arena, struct cte_name);
        names[i]->cte = cte;
        names[i]->forward = true;
        query->ctes[i] = cte;
    }
    /* Names of items to come are known only to say why they cannot be used yet. */
    for (size_t i = 0; i < with->n_ctes; i++) {
        names[i]->next = a->scope->ctes;
        a->scope->ctes = names[i];
    }
    for (size_t i = 0; i < with->n_ctes; i++) {
        if (!analyse_cte(a, with->ctes[i]->common_table_expr, names[i], with->recursive))
            return false;
        query->nctes = (int) i + 1;
    }
    return true;
}
