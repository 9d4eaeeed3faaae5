#include "sql/analyse_internal.h"

/* UPDATE and DELETE, and what INSERT shares with them. */

struct rte *dml_target(struct analysis *a, struct query *query, const PgQuery__RangeVar *name, const char *verb)
{
    int levels_up;
    struct cte_name *cte = name->schemaname[0] ? NULL : scope_cte(a, name->relname, &levels_up);
    if (cte)
        return analysis_error(a, ERRCODE_UNDEFINED_TABLE, name->location,
                              "relation \"%s\" cannot be the target of a modifying statement", name->relname);
    const struct catalog_relation *relation = scope_relation(a, name, true);
    if (!relation)
        return NULL;
    if (relation->is_system)
        return analysis_error(a, ERRCODE_INSUFFICIENT_PRIVILEGE, -1, "permission denied for table %s", relation->name);
    if (relation->kind == 'v' || relation->kind == 'm' || relation->kind == 'S') {
        if (relation->kind == 'v') {
            bool insert = strcmp(verb, "INSERT") == 0, update = strcmp(verb, "UPDATE") == 0;
            analysis_error(a, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, -1,
                           insert   ? "cannot insert into view \"%s\""
                           : update ? "cannot update view \"%s\""
                                    : "cannot delete from view \"%s\"",
                           relation->name);
            diag_detail(a->diag, "Changes through views are not supported yet.");
            return NULL;
        }
        return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, -1, "cannot change %s \"%s\"",
                              relation->kind == 'S' ? "sequence" : "materialized view", relation->name);
    }
    query->result = rte_relation(a, relation, name->alias ? name->alias->aliasname : NULL);
    return query->result;
}

struct expr *dml_assign(struct analysis *a, const struct catalog_column *column, struct expr *value)
{
    struct expr *out = coerce_to_target(a, value, column->type, column->typmod, COERCE_ASSIGNMENT, value->location);
    if (!out && !diag_is_set(a->diag)) {
        analysis_error(a, ERRCODE_DATATYPE_MISMATCH, value->location, "column \"%s\" is of type %s but expression is of type %s",
                       column->name, analysis_type(a, column->type), analysis_type(a, value->type));
        diag_hint(a->diag, "You will need to rewrite or cast the expression.");
    }
    return out;
}

bool dml_default(struct analysis *a, const struct catalog_relation *relation, const struct catalog_column *column,
                 struct expr **out)
{
    return analyse_default(a->compiler, a->arena, relation, column, out, a->diag);
}

bool dml_default_part(struct analysis *a, const PgQuery__ResTarget *node, int location)
{
    bool element = node->indirection[0]->node_case == PG_QUERY__NODE__NODE_A_INDICES;
    analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, location,
                   element ? "cannot set an array element to DEFAULT" : "cannot set a subfield to DEFAULT");
    return false;
}

bool dml_returning(struct analysis *a, struct query *query, size_t count, PgQuery__Node **nodes)
{
    return analyse_targets(a, count, nodes, CLAUSE_RETURNING, &query->nreturning, &query->returning) &&
           targets_finish(a, query->nreturning, query->returning);
}

/* What a multiple assignment gives to one of its columns. */
static struct expr *multi_value(struct analysis *a, const PgQuery__MultiAssignRef *ref, const struct catalog_column *column,
                                bool *is_default)
{
    const PgQuery__Node *source = ref->source;
    int index = ref->colno - 1;
    (void) column;
    if (source->node_case == PG_QUERY__NODE__NODE_ROW_EXPR) {
        if ((int) source->row_expr->n_args != ref->ncolumns)
            return analysis_error(a, ERRCODE_SYNTAX_ERROR, source->row_expr->location,
                                  "number of columns does not match number of values");
        struct expr *expr = analyse_in(a, source->row_expr->args[index], CLAUSE_SET);
        *is_default = expr && expr->kind == EXPR_DEFAULT;
        return expr;
    }
    if (source->node_case == PG_QUERY__NODE__NODE_SUB_LINK &&
        source->sub_link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK) {
        enum clause saved = a->scope->clause;
        a->scope->clause = CLAUSE_SET;
        struct query *query = analyse_query_node(a, source->sub_link->subselect);
        a->scope->clause = saved;
        if (!query)
            return NULL;
        if (query->ntargets != ref->ncolumns)
            return analysis_error(a, ERRCODE_SYNTAX_ERROR, source->sub_link->location,
                                  "number of columns does not match number of values");
        struct target *one = arena_new(a->arena, struct target);
        if (query->setop != SETOP_NONE || query->nvalues || query->distinct) {
            /* The other outputs belong to what the query means: pick from outside. */
            struct query *outer = query_new(a, COMMAND_SELECT);
            struct rte *rte = rte_subquery(a, query, "source", 0, NULL);
            struct from_item *item = arena_new(a->arena, struct from_item);
            item->rte = rte;
            outer->nfrom = 1;
            outer->from = arena_array(a->arena, struct from_item *, 1);
            outer->from[0] = item;
            *one = (struct target){.expr = expr_column(a, rte, index + 1, 0, -1), .name = query->targets[index].name};
            query = outer;
        } else {
            *one = query->targets[index];
        }
        query->targets = one;
        query->ntargets = 1;
        struct expr *expr = expr_new(a, EXPR_SUBLINK, one->expr->type, source->sub_link->location);
        expr->typmod = one->expr->typmod;
        expr->sublink.kind = SUBLINK_SCALAR;
        expr->sublink.query = query;
        return expr;
    }
    return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1,
                          "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression");
}

/* The target's column as it is before. */
static struct expr *target_column(struct analysis *a, const struct catalog_relation *relation,
                                  const struct catalog_column *column)
{
    struct rte *rte = a->scope->query->result;
    for (int i = 0; rte && rte->relation == relation && i < rte->ncolumns; i++)
        if (rte->columns[i].attribute == column)
            return expr_column(a, rte, i + 1, 0, -1);
    return analysis_error(a, "XX000", -1, "column \"%s\" is not the target's", column->name);
}

bool dml_assignments(struct analysis *a, const struct catalog_relation *relation, size_t count, PgQuery__Node **nodes, int *nout,
                     struct assignment **out)
{
    *out = arena_array(a->arena, struct assignment, count);
    *nout = 0;
    bool *in_part = arena_array(a->arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        const PgQuery__ResTarget *node = nodes[i]->res_target;
        const struct catalog_column *column = catalog_column_by_name(relation, node->name);
        if (!column || column->dropped)
            return analysis_error(a, ERRCODE_UNDEFINED_COLUMN, node->location, "column \"%s\" of relation \"%s\" does not exist",
                                  node->name, relation->name),
                   false;
        struct assignment *earlier = NULL;
        for (int k = 0; k < *nout; k++)
            if ((*out)[k].column == column && node->n_indirection && in_part[k])
                earlier = &(*out)[k];
            else if ((*out)[k].column == column)
                return analysis_error(a, ERRCODE_SYNTAX_ERROR, node->location, "multiple assignments to same column \"%s\"",
                                      column->name),
                       false;
        bool is_default = false;
        struct expr *value;
        if (node->val->node_case == PG_QUERY__NODE__NODE_MULTI_ASSIGN_REF) {
            value = multi_value(a, node->val->multi_assign_ref, column, &is_default);
        } else {
            value = analyse_in(a, node->val, CLAUSE_SET);
            is_default = value && value->kind == EXPR_DEFAULT;
        }
        if (!value)
            return false;
        if ((column->generated || column->identity == 'a') && !is_default) {
            analysis_error(a, ERRCODE_GENERATED_ALWAYS, -1, "column \"%s\" can only be updated to DEFAULT", column->name);
            return column->generated
                       ? diag_detail(a->diag, "Column \"%s\" is a generated column.", column->name)
                       : diag_detail(a->diag, "Column \"%s\" is an identity column defined as GENERATED ALWAYS.", column->name);
        }
        if (column->generated)
            continue;
        if (node->n_indirection) {
            struct expr *before = earlier ? earlier->value : target_column(a, relation, column);
            if (is_default)
                return dml_default_part(a, node, node->location);
            value = before ? analyse_assign_part(a, before, column->name, column->type, column->typmod, node->n_indirection,
                                                 node->indirection, value, node->location)
                           : NULL;
            if (!value)
                return false;
            if (earlier) {
                earlier->value = value;
                continue;
            }
            in_part[*nout] = true;
        } else if (is_default) {
            if (!dml_default(a, relation, column, &value))
                return false;
            if (!value)
                value = literal_null(a, column->type, -1);
        } else if (!(value = dml_assign(a, column, value))) {
            return false;
        }
        (*out)[(*nout)++] = (struct assignment){.column = column, .value = value};
    }
    return true;
}

static bool update_body(struct analysis *a, struct query *query, const PgQuery__UpdateStmt *stmt)
{
    if (stmt->with_clause && !analyse_with(a, query, stmt->with_clause))
        return false;
    struct rte *target = dml_target(a, query, stmt->relation, "UPDATE");
    if (!target)
        return false;
    struct ns_item *item = ns_item_rte(a, target);
    ns_add(a, &a->scope->names, item);
    item->lateral_only = true;
    item->lateral_ok = false;
    if (!analyse_from(a, query, stmt->n_from_clause, stmt->from_clause))
        return false;
    item->lateral_only = false;
    if (stmt->where_clause && !(query->where = coerce_boolean(a, analyse_in(a, stmt->where_clause, CLAUSE_WHERE), "WHERE")))
        return false;
    return dml_assignments(a, target->relation, stmt->n_target_list, stmt->target_list, &query->nassignments,
                           &query->assignments) &&
           dml_returning(a, query, stmt->n_returning_list, stmt->returning_list);
}

static bool delete_body(struct analysis *a, struct query *query, const PgQuery__DeleteStmt *stmt)
{
    if (stmt->with_clause && !analyse_with(a, query, stmt->with_clause))
        return false;
    struct rte *target = dml_target(a, query, stmt->relation, "DELETE");
    if (!target)
        return false;
    struct ns_item *item = ns_item_rte(a, target);
    ns_add(a, &a->scope->names, item);
    item->lateral_only = true;
    item->lateral_ok = false;
    if (!analyse_from(a, query, stmt->n_using_clause, stmt->using_clause))
        return false;
    item->lateral_only = false;
    if (stmt->where_clause && !(query->where = coerce_boolean(a, analyse_in(a, stmt->where_clause, CLAUSE_WHERE), "WHERE")))
        return false;
    return dml_returning(a, query, stmt->n_returning_list, stmt->returning_list);
}

struct query *analyse_update(struct analysis *a, const PgQuery__UpdateStmt *stmt)
{
    struct query *query = query_new(a, COMMAND_UPDATE);
    scope_push(a, query);
    bool done = update_body(a, query, stmt);
    scope_pop(a);
    return done ? query : NULL;
}

struct query *analyse_delete(struct analysis *a, const PgQuery__DeleteStmt *stmt)
{
    struct query *query = query_new(a, COMMAND_DELETE);
    scope_push(a, query);
    bool done = delete_body(a, query, stmt);
    scope_pop(a);
    return done ? query : NULL;
}
