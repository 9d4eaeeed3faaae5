#include "sql/analyse_internal.h"

/* SELECT: the clauses in the order in which PostgreSQL resolves them. */

bool sort_item_make(struct analysis *a, struct expr *expr, const PgQuery__SortBy *by, struct sort_item *out)
{
    bool descending = by->sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
    const char *name = descending ? ">" : "<";
    if (by->sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_USING) {
        name = operator_name(a, by->n_use_op, by->use_op);
        if (strcmp(name, "<") != 0 && strcmp(name, ">") != 0) {
            analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, by->location, "operator %s is not a valid ordering operator", name);
            return diag_hint(a->diag, "Ordering operators must be \"<\" or \">\" members of btree operator families.");
        }
        descending = *name == '>';
    }
    const struct operator_fact *op = operator_ordering(a, name, expr->type);
    if (!coerce_require_collation(a, expr))
        return false;
    if (!op && expr->type != RECORD_OID) {
        /* An output column named here was written elsewhere. */
        int location = by->node && by->node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? by->node->column_ref->location
                       : by->node && by->node->node_case == PG_QUERY__NODE__NODE_A_CONST  ? by->node->a_const->location
                                                                                          : expr->location;
        analysis_error(a, ERRCODE_UNDEFINED_FUNCTION, location, "could not identify an ordering operator for type %s",
                       analysis_type(a, expr->type));
        return diag_hint(a->diag, "Use an explicit ordering operator or modify the query.");
    }
    *out = (struct sort_item){
        .expr = expr,
        .descending = descending,
        .nulls_first = by->sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST ||
                       (descending && by->sortby_nulls != PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST),
        .operator= op ? op->oid : 0,
    };
    return true;
}

/* SQL92: a bare name is an output column's, a bare integer its number; all else is an expression over the input (PostgreSQL docs, SELECT). */
static bool output_column(struct analysis *a, const PgQuery__Node *node, int ntargets, const struct target *targets,
                          enum clause clause, struct expr **out)
{
    const char *what = clause == CLAUSE_GROUP ? "GROUP BY" : clause == CLAUSE_DISTINCT ? "DISTINCT ON" : "ORDER BY";
    *out = NULL;
    if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF && node->column_ref->n_fields == 1 &&
        analysis_string(node->column_ref->fields[0])) {
        const char *name = analysis_string(node->column_ref->fields[0]);
        if (clause == CLAUSE_GROUP) {
            /* GROUP BY prefers the input's column. */
            struct expr *input = scope_column(a, name, node->column_ref->location, false);
            if (diag_is_set(a->diag))
                return false;
            bool ours = input && (input->kind != EXPR_COLUMN || input->column.levels_up == 0);
            if (ours)
                return true;
        }
        for (int i = 0; i < ntargets; i++) {
            if (targets[i].junk || !targets[i].name || strcmp(targets[i].name, name) != 0)
                continue;
            if (*out && !expr_equal(a, *out, targets[i].expr))
                return analysis_error(a, ERRCODE_AMBIGUOUS_COLUMN, node->column_ref->location, "%s \"%s\" is ambiguous", what,
                                      name),
                       false;
            *out = targets[i].expr;
        }
        return true;
    }
    if (node->node_case != PG_QUERY__NODE__NODE_A_CONST || node->a_const->isnull)
        return true;
    if (node->a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, node->a_const->location, "non-integer constant in %s", what), false;
    int wanted = node->a_const->ival->ival, at = 0;
    for (int i = 0; i < ntargets; i++)
        if (!targets[i].junk && ++at == wanted)
            return *out = targets[i].expr, true;
    return analysis_error(a, ERRCODE_INVALID_COLUMN_REFERENCE, node->a_const->location, "%s position %d is not in select list",
                          what, wanted),
           false;
}

/* The same expression as an output is that output. */
static struct expr *shared(struct analysis *a, struct expr *expr, int ntargets, const struct target *targets)
{
    for (int i = 0; expr && i < ntargets; i++)
        if (targets[i].expr->kind == expr->kind && expr_equal(a, targets[i].expr, expr))
            return targets[i].expr;
    return expr;
}

struct expr *analyse_output_expr(struct analysis *a, const PgQuery__Node *node, int ntargets, const struct target *targets,
                                 enum clause clause)
{
    struct expr *expr;
    if (!output_column(a, node, ntargets, targets, clause, &expr))
        return NULL;
    if (expr)
        return expr;
    expr = coerce_unknown(a, analyse_in(a, node, clause));
    return shared(a, expr, ntargets, targets);
}

bool analyse_order(struct analysis *a, size_t count, PgQuery__Node **nodes, int ntargets, const struct target *targets,
                   enum clause clause, int *nsort, struct sort_item **sort)
{
    *sort = arena_array(a->arena, struct sort_item, count);
    *nsort = 0;
    for (size_t i = 0; i < count; i++) {
        const PgQuery__SortBy *by = nodes[i]->sort_by;
        struct expr *expr = analyse_output_expr(a, by->node, ntargets, targets, clause);
        if (!expr || !sort_item_make(a, expr, by, &(*sort)[*nsort]))
            return false;
        bool seen = false;
        for (int k = 0; k < *nsort && !seen; k++)
            seen = (*sort)[k].expr == expr;
        *nsort += !seen;
    }
    return true;
}

static bool visit_column(void *arg, struct expr *expr, int depth, bool *skip)
{
    (void) skip;
    const struct expr **found = arg;
    if ((expr->kind == EXPR_COLUMN && expr->column.levels_up == depth) ||
        (expr->kind == EXPR_WHOLE_ROW && expr->whole_row.levels_up == depth)) {
        *found = expr;
        return true;
    }
    return false;
}

struct expr *analyse_limit(struct analysis *a, const PgQuery__Node *node, const char *construct, enum clause clause)
{
    if (!node || (node->node_case == PG_QUERY__NODE__NODE_A_CONST && node->a_const->isnull))
        return NULL;
    struct expr *expr = analyse_in(a, node, clause);
    expr = expr ? coerce_integer(a, expr, INT8_OID, construct) : NULL;
    const struct expr *column = NULL;
    if (expr && expr_walk(expr, 0, visit_column, &column))
        return analysis_error(a, ERRCODE_INVALID_COLUMN_REFERENCE, column->location, "argument of %s must not contain variables",
                              construct);
    return expr;
}

static bool check_distinct_order(struct analysis *a, const struct query *query)
{
    for (int i = 0; query->distinct && i < query->nsort; i++) {
        bool listed = false;
        for (int k = 0; k < query->ntargets && !listed; k++)
            listed = query->targets[k].expr == query->sort[i].expr;
        if (!listed)
            return analysis_error(a, ERRCODE_INVALID_COLUMN_REFERENCE, query->sort[i].expr->location,
                                  "for SELECT DISTINCT, ORDER BY expressions must appear in select list"),
                   false;
    }
    for (int i = 0; i < query->nsort && i < query->distinct_on.count; i++) {
        bool listed = false;
        for (int k = 0; k < query->distinct_on.count && !listed; k++)
            listed = query->distinct_on.items[k] == query->sort[i].expr ||
                     expr_equal(a, query->distinct_on.items[k], query->sort[i].expr);
        if (!listed)
            return analysis_error(a, ERRCODE_INVALID_COLUMN_REFERENCE, query->distinct_on.items[i]->location,
                                  "SELECT DISTINCT ON expressions must match initial ORDER BY expressions"),
                   false;
    }
    return true;
}

static bool analyse_distinct_clause(struct analysis *a, struct query *query, const PgQuery__SelectStmt *stmt)
{
    if (!stmt->n_distinct_clause)
        return true;
    if (stmt->distinct_clause[0]->node_case == PG_QUERY__NODE__NODE__NOT_SET || !stmt->distinct_clause[0]->node_case) {
        query->distinct = true;
        for (int i = 0; i < query->ntargets; i++) {
            const struct expr *expr = query->targets[i].expr;
            if (expr->type != RECORD_OID && !operator_ordering(a, "=", expr->type))
                return analysis_error(a, ERRCODE_UNDEFINED_FUNCTION, expr->location,
                                      "could not identify an equality operator for type %s", analysis_type(a, expr->type)),
                       false;
        }
        return true;
    }
    for (size_t i = 0; i < stmt->n_distinct_clause; i++) {
        struct expr *expr = analyse_output_expr(a, stmt->distinct_clause[i], query->ntargets, query->targets, CLAUSE_DISTINCT);
        if (!expr)
            return false;
        expr_list_add(a, &query->distinct_on, expr);
    }
    return true;
}

static const char *lock_command(PgQuery__LockClauseStrength strength)
{
    switch (strength) {
    case PG_QUERY__LOCK_CLAUSE_STRENGTH__LCS_FORKEYSHARE:
        return "SELECT FOR KEY SHARE";
    case PG_QUERY__LOCK_CLAUSE_STRENGTH__LCS_FORSHARE:
        return "SELECT FOR SHARE";
    case PG_QUERY__LOCK_CLAUSE_STRENGTH__LCS_FORNOKEYUPDATE:
        return "SELECT FOR NO KEY UPDATE";
    default:
        return "SELECT FOR UPDATE";
    }
}

static bool analyse_body(struct analysis *a, struct query *query, const PgQuery__SelectStmt *stmt)
{
    bool keep_unknowns = a->keep_unknowns;
    a->keep_unknowns = false;
    if (stmt->with_clause && !analyse_with(a, query, stmt->with_clause))
        return false;
    if (!window_clause(a, stmt->n_window_clause, stmt->window_clause) ||
        !analyse_from(a, query, stmt->n_from_clause, stmt->from_clause) ||
        !analyse_targets(a, stmt->n_target_list, stmt->target_list, CLAUSE_TARGET, &query->ntargets, &query->targets))
        return false;
    if (stmt->where_clause) {
        query->where = coerce_boolean(a, analyse_in(a, stmt->where_clause, CLAUSE_WHERE), "WHERE");
        if (!query->where)
            return false;
    }
    if (stmt->having_clause) {
        query->having = coerce_boolean(a, analyse_in(a, stmt->having_clause, CLAUSE_HAVING), "HAVING");
        if (!query->having)
            return false;
    }
    if ((!keep_unknowns && !targets_finish(a, query->ntargets, query->targets)) ||
        !analyse_order(a, stmt->n_sort_clause, stmt->sort_clause, query->ntargets, query->targets, CLAUSE_ORDER, &query->nsort,
                       &query->sort) ||
        !analyse_group(a, query, stmt) || !analyse_distinct_clause(a, query, stmt) || !check_distinct_order(a, query))
        return false;
    query->offset = analyse_limit(a, stmt->limit_offset, "OFFSET", CLAUSE_OFFSET);
    if (diag_is_set(a->diag))
        return false;
    query->limit = analyse_limit(a, stmt->limit_count, "LIMIT", CLAUSE_LIMIT);
    if (diag_is_set(a->diag) || !window_finish(a))
        return false;
    query->with_ties = stmt->limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES;
    if (query->with_ties && !query->nsort)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, -1, "WITH TIES cannot be specified without ORDER BY clause"), false;
    query->lock_command = stmt->n_locking_clause ? lock_command(stmt->locking_clause[0]->locking_clause->strength) : NULL;
    if (query->lock_command && (query->distinct || query->has_aggregates || query->group.count))
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "FOR UPDATE is not allowed with %s",
                              query->distinct      ? "DISTINCT clause"
                              : query->group.count ? "GROUP BY clause"
                                                   : "aggregate functions"),
               false;
    return group_check(a, query);
}

struct query *analyse_select(struct analysis *a, const PgQuery__SelectStmt *stmt)
{
    if (stmt->into_clause)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, stmt->into_clause->rel->location, "SELECT ... INTO is not allowed here");
    if (stmt->n_values_lists)
        return analyse_values(a, stmt);
    if (stmt->op == PG_QUERY__SET_OPERATION__SETOP_UNION || stmt->op == PG_QUERY__SET_OPERATION__SETOP_INTERSECT ||
        stmt->op == PG_QUERY__SET_OPERATION__SETOP_EXCEPT)
        return analyse_setop(a, stmt);
    struct query *query = query_new(a, COMMAND_SELECT);
    scope_push(a, query);
    bool done = analyse_body(a, query, stmt);
    scope_pop(a);
    return done ? query : NULL;
}
