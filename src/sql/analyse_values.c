#include "sql/analyse_internal.h"

/* VALUES. */

bool analyse_values_lists(struct analysis *a, size_t count, PgQuery__Node **lists, int *nrows, struct expr_list **rows,
                          int *ncolumns)
{
    *rows = arena_array(a->arena, struct expr_list, count);
    *nrows = (int) count;
    enum clause saved = a->scope->clause;
    a->scope->clause = CLAUSE_VALUES;
    for (size_t i = 0; i < count; i++) {
        const PgQuery__List *list = lists[i]->list;
        if (!analyse_exprs(a, list->n_items, list->items, &(*rows)[i]))
            return false;
        if (i && (*rows)[i].count != (*rows)[0].count)
            return analysis_error(a, ERRCODE_SYNTAX_ERROR, (*rows)[i].count ? (*rows)[i].items[0]->location : -1,
                                  "VALUES lists must all be the same length"),
                   false;
    }
    a->scope->clause = saved;
    *ncolumns = (*rows)[0].count;
    return true;
}

static bool analyse_body(struct analysis *a, struct query *query, const PgQuery__SelectStmt *stmt)
{
    int ncolumns;
    a->keep_unknowns = false;
    if (stmt->with_clause && !analyse_with(a, query, stmt->with_clause))
        return false;
    if (!analyse_values_lists(a, stmt->n_values_lists, stmt->values_lists, &query->nvalues, &query->values, &ncolumns))
        return false;
    query->outputs = rte_new(a, RTE_VALUES, "*VALUES*", ncolumns);
    struct expr **column = arena_array(a->arena, struct expr *, query->nvalues);
    for (int c = 0; c < ncolumns; c++) {
        for (int r = 0; r < query->nvalues; r++) {
            column[r] = query->values[r].items[c];
            if (column[r]->kind == EXPR_DEFAULT)
                return analysis_error(a, ERRCODE_SYNTAX_ERROR, column[r]->location, "DEFAULT is not allowed in this context"),
                       false;
        }
        oid_t type = coerce_common_type(a, query->nvalues, column, "VALUES");
        if (!type)
            return false;
        int32_t typmod = coerce_common_typmod(query->nvalues, column, type);
        for (int r = 0; r < query->nvalues; r++)
            if (!(query->values[r].items[c] = coerce_to_common(a, column[r], type, "VALUES")))
                return false;
        const char *name = arena_printf(a->arena, "column%d", c + 1);
        query->outputs->columns[c] =
            (struct rte_column){.name = name, .type = type, .typmod = typmod, .collation = query->values[0].items[c]->collation};
        target_add(a, &query->ntargets, &query->targets, expr_column(a, query->outputs, c + 1, 0, column[0]->location), name);
    }
    struct ns_item *outputs = ns_item_rte(a, query->outputs);
    ns_add(a, &a->scope->names, outputs);
    if (!analyse_order(a, stmt->n_sort_clause, stmt->sort_clause, query->ntargets, query->targets, CLAUSE_ORDER, &query->nsort,
                       &query->sort))
        return false;
    query->offset = analyse_limit(a, stmt->limit_offset, "OFFSET", CLAUSE_OFFSET);
    if (diag_is_set(a->diag))
        return false;
    query->limit = analyse_limit(a, stmt->limit_count, "LIMIT", CLAUSE_LIMIT);
    query->with_ties = stmt->limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES;
    return !diag_is_set(a->diag);
}

struct query *analyse_values(struct analysis *a, const PgQuery__SelectStmt *stmt)
{
    struct query *query = query_new(a, COMMAND_SELECT);
    scope_push(a, query);
    bool done = analyse_body(a, query, stmt);
    scope_pop(a);
    return done ? query : NULL;
}
