#include "sql/analyse_internal.h"

/* ON CONFLICT: the arbiter is inferred from columns and expressions, or named by its constraint. */

static struct expr *key_expr(struct analysis *a, struct rte *rte, const struct catalog_index *index, int key)
{
    if (index->attnums[key])
        for (int i = 0; i < rte->ncolumns; i++)
            if (rte->columns[i].attribute->attnum == index->attnums[key])
                return expr_column(a, rte, i + 1, 0, -1);
    return index->exprs && index->exprs[key] ? analyse_expr_text(a->compiler, a->arena, index->exprs[key], rte, a->diag) : NULL;
}

static bool same_keys(struct analysis *a, struct rte *rte, const struct catalog_index *index, const struct expr_list *wanted)
{
    if (index->nkeys < 1)
        return false;
    bool *used = arena_array(a->arena, bool, wanted->count + 1);
    for (int k = 0; k < index->nkeys; k++) {
        struct expr *key = key_expr(a, rte, index, k);
        bool found = false;
        for (int i = 0; key && i < wanted->count; i++) {
            if (expr_equal(a, key, wanted->items[i])) {
                used[i] = found = true;
            }
        }
        if (!found)
            return false;
    }
    for (int i = 0; i < wanted->count; i++)
        if (!used[i])
            return false;
    return true;
}

static bool predicate_holds(struct analysis *a, struct rte *rte, const struct catalog_index *index, struct expr *where)
{
    if (!index->predicate)
        return true;
    if (!where)
        return false;
    struct expr *predicate = analyse_expr_text(a->compiler, a->arena, index->predicate, rte, a->diag);
    if (!predicate)
        return false;
    if (expr_equal(a, predicate, where))
        return true;
    for (int i = 0; where->kind == EXPR_AND && i < where->list.args.count; i++)
        if (expr_equal(a, predicate, where->list.args.items[i]))
            return true;
    return false;
}

static bool infer(struct analysis *a, struct query *query, const PgQuery__InferClause *node)
{
    struct on_conflict *conflict = query->conflict;
    struct rte *rte = query->result;
    const struct catalog_relation *relation = rte->relation;
    if (node->conname[0]) {
        for (int i = 0; i < relation->nconstraints; i++) {
            if (strcmp(relation->constraints[i].name, node->conname) != 0)
                continue;
            for (int k = 0; k < relation->nindexes; k++)
                if (relation->indexes[k].oid == relation->constraints[i].index)
                    return conflict->index = &relation->indexes[k], true;
            return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, -1, "constraint in ON CONFLICT clause has no associated index"),
                   false;
        }
        return analysis_error(a, ERRCODE_UNDEFINED_OBJECT, -1, "constraint \"%s\" for table \"%s\" does not exist", node->conname,
                              relation->name),
               false;
    }
    struct expr_list wanted = {0};
    for (size_t i = 0; i < node->n_index_elems; i++) {
        const PgQuery__IndexElem *elem = node->index_elems[i]->index_elem;
        struct expr *expr;
        if (elem->name[0]) {
            expr = NULL;
            for (int c = 0; c < rte->ncolumns && !expr; c++)
                if (!rte->columns[c].hidden && strcmp(rte->columns[c].name, elem->name) == 0)
                    expr = expr_column(a, rte, c + 1, 0, node->location);
            if (!expr)
                return analysis_error(a, ERRCODE_UNDEFINED_COLUMN, node->location, "column \"%s\" does not exist", elem->name),
                       false;
        } else if (!(expr = analyse_in(a, elem->expr, CLAUSE_WHERE))) {
            return false;
        }
        expr_list_add(a, &wanted, expr);
    }
    if (node->where_clause &&
        !(conflict->index_where = coerce_boolean(a, analyse_in(a, node->where_clause, CLAUSE_WHERE), "WHERE")))
        return false;
    for (int i = 0; i < relation->nindexes; i++) {
        const struct catalog_index *index = &relation->indexes[i];
        if (!index->is_unique || !same_keys(a, rte, index, &wanted) || !predicate_holds(a, rte, index, conflict->index_where)) {
            if (diag_is_set(a->diag))
                return false;
            continue;
        }
        conflict->index = index;
        return true;
    }
    return analysis_error(a, ERRCODE_INVALID_COLUMN_REFERENCE, -1,
                          "there is no unique or exclusion constraint matching the ON CONFLICT specification"),
           false;
}

bool analyse_conflict(struct analysis *a, struct query *query, const PgQuery__OnConflictClause *clause)
{
    struct on_conflict *conflict = query->conflict = arena_new(a->arena, struct on_conflict);
    bool update = clause->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE;
    conflict->action = update ? CONFLICT_UPDATE : CONFLICT_NOTHING;
    if (update && !clause->infer) {
        analysis_error(a, ERRCODE_SYNTAX_ERROR, clause->location,
                       "ON CONFLICT DO UPDATE requires inference specification or constraint name");
        return diag_hint(a->diag, "For example, ON CONFLICT (column_name).");
    }
    if (clause->infer && !infer(a, query, clause->infer))
        return false;
    if (!update)
        return true;
    conflict->excluded = rte_relation(a, query->result->relation, "excluded");
    struct ns_list saved = a->scope->names;
    struct ns_item *excluded = ns_item_rte(a, conflict->excluded);
    excluded->columns_visible = false;
    a->scope->names = (struct ns_list){0};
    for (int i = 0; i < saved.count; i++)
        ns_add(a, &a->scope->names, saved.items[i]);
    ns_add(a, &a->scope->names, excluded);
    bool done = dml_assignments(a, query->result->relation, clause->n_target_list, clause->target_list, &conflict->nassignments,
                                &conflict->assignments);
    if (done && clause->where_clause) {
        conflict->where = coerce_boolean(a, analyse_in(a, clause->where_clause, CLAUSE_WHERE), "WHERE");
        done = conflict->where != NULL;
    }
    a->scope->names = saved;
    return done;
}
