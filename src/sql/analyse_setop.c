#include "sql/analyse_internal.h"

/* UNION, INTERSECT, EXCEPT: arms, and the types they meet in (PostgreSQL docs 10.5). */

bool output_coerce(struct analysis *a, struct query *query, int column, oid_t type, int32_t typmod, enum coercion context)
{
    if (query->setop != SETOP_NONE) {
        if (!output_coerce(a, query->left, column, type, typmod, context) ||
            !output_coerce(a, query->right, column, type, typmod, context))
            return false;
    }
    for (int i = 0; i < query->nvalues; i++) {
        struct expr **item = &query->values[i].items[column];
        struct expr *out = coerce_to_target(a, *item, type, typmod, context, (*item)->location);
        if (!out)
            return false;
        *item = out;
    }
    struct target *target = NULL;
    for (int i = 0, k = 0; i < query->ntargets && !target; i++)
        if (!query->targets[i].junk && k++ == column)
            target = &query->targets[i];
    struct expr *old = target->expr;
    if (query->setop != SETOP_NONE || query->nvalues) {
        struct expr *shape = expr_new(a, EXPR_COLUMN, type, old->location);
        *shape = *old;
        shape->type = type;
        shape->typmod = typmod;
        const struct type_desc *desc = analysis_type_desc(a, type);
        shape->collation = desc ? desc->collation : 0;
        if (query->outputs && shape->kind == EXPR_COLUMN && shape->column.rte == query->outputs) {
            query->outputs->columns[column].type = type;
            query->outputs->columns[column].typmod = typmod;
        }
        target->expr = shape;
        return true;
    }
    struct expr *out = coerce_to_target(a, old, type, typmod, context, old->location);
    if (!out)
        return false;
    target->expr = out;
    /* What sorts by the very output sorts by the unknown's new type. */
    for (int i = 0; i < query->nsort && old->type == UNKNOWN_OID; i++)
        if (query->sort[i].expr == old)
            query->sort[i].expr = out;
    return true;
}

static int visible_outputs(const struct query *query, struct expr **out, const char **names)
{
    int count = 0;
    for (int i = 0; i < query->ntargets; i++) {
        if (query->targets[i].junk)
            continue;
        if (out)
            out[count] = query->targets[i].expr;
        if (names)
            names[count] = query->targets[i].name;
        count++;
    }
    return count;
}

static struct query *analyse_arm(struct analysis *a, const PgQuery__SelectStmt *stmt)
{
    if (stmt->into_clause)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, stmt->into_clause->rel ? stmt->into_clause->rel->location : -1,
                              "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT");
    a->keep_unknowns = true;
    struct query *query = analyse_select(a, stmt);
    a->keep_unknowns = false;
    return query;
}

static bool unify(struct analysis *a, struct query *query, const char *name)
{
    int count = visible_outputs(query->left, NULL, NULL);
    if (count != visible_outputs(query->right, NULL, NULL)) {
        const struct target *first = query->right->ntargets ? &query->right->targets[0] : NULL;
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, first ? first->expr->location : -1,
                              "each %s query must have the same number of columns", name),
               false;
    }
    struct expr **left = arena_array(a->arena, struct expr *, count), **right = arena_array(a->arena, struct expr *, count);
    const char **names = arena_array(a->arena, const char *, count);
    visible_outputs(query->left, left, names);
    visible_outputs(query->right, right, NULL);
    query->outputs = rte_new(a, RTE_SUBQUERY, NULL, count);
    for (int i = 0; i < count; i++) {
        struct expr *both[] = {left[i], right[i]};
        oid_t type = coerce_common_type(a, 2, both, name);
        if (!type)
            return false;
        int32_t typmod = coerce_common_typmod(2, both, type);
        if ((left[i]->type != type && !output_coerce(a, query->left, i, type, -1, COERCE_IMPLICIT)) ||
            (right[i]->type != type && !output_coerce(a, query->right, i, type, -1, COERCE_IMPLICIT))) {
            if (!diag_is_set(a->diag))
                analysis_error(a, ERRCODE_CANNOT_COERCE, right[i]->location, "%s could not convert type %s to %s", name,
                               analysis_type(a, right[i]->type), analysis_type(a, type));
            return false;
        }
        if (!(query->setop_all) && type != RECORD_OID && !operator_ordering(a, "=", type))
            return analysis_error(a, ERRCODE_UNDEFINED_FUNCTION, left[i]->location,
                                  "could not identify an equality operator for type %s", analysis_type(a, type)),
                   false;
        struct expr *shape = expr_new(a, EXPR_COALESCE, type, left[i]->location);
        if (!coerce_collate(a, shape, 2, both) ||
            (!(query->setop_all && query->setop == SETOP_UNION) && !coerce_require_collation(a, shape)))
            return false;
        query->outputs->columns[i] = (struct rte_column){.name = names[i],
                                                         .type = type,
                                                         .typmod = typmod,
                                                         .collation = shape->collation,
                                                         .other_collation = shape->other_collation};
        target_add(a, &query->ntargets, &query->targets, expr_column(a, query->outputs, i + 1, 0, left[i]->location), names[i]);
        query->targets[query->ntargets - 1].relation = NULL;
        query->targets[query->ntargets - 1].attnum = 0;
    }
    return true;
}

static bool analyse_body(struct analysis *a, struct query *query, const PgQuery__SelectStmt *stmt)
{
    const char *name = stmt->op == PG_QUERY__SET_OPERATION__SETOP_UNION       ? "UNION"
                       : stmt->op == PG_QUERY__SET_OPERATION__SETOP_INTERSECT ? "INTERSECT"
                                                                              : "EXCEPT";
    a->keep_unknowns = false;
    if (stmt->with_clause && !analyse_with(a, query, stmt->with_clause))
        return false;
    if (stmt->n_locking_clause)
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "FOR UPDATE is not allowed with UNION/INTERSECT/EXCEPT"),
               false;
    query->setop = stmt->op == PG_QUERY__SET_OPERATION__SETOP_UNION       ? SETOP_UNION
                   : stmt->op == PG_QUERY__SET_OPERATION__SETOP_INTERSECT ? SETOP_INTERSECT
                                                                          : SETOP_EXCEPT;
    query->setop_all = stmt->all;
    if (!(query->left = analyse_arm(a, stmt->larg)) || !(query->right = analyse_arm(a, stmt->rarg)) || !unify(a, query, name))
        return false;
    /* Only the output's names and numbers can sort it. */
    struct ns_item *outputs = ns_item_rte(a, query->outputs);
    outputs->rel_visible = false;
    ns_add(a, &a->scope->names, outputs);
    int before = query->ntargets;
    if (!analyse_order(a, stmt->n_sort_clause, stmt->sort_clause, query->ntargets, query->targets, CLAUSE_ORDER, &query->nsort,
                       &query->sort))
        return false;
    for (int i = 0; i < query->nsort; i++) {
        bool output = false;
        for (int k = 0; k < before && !output; k++)
            output = query->sort[i].expr == query->targets[k].expr;
        if (!output) {
            analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, query->sort[i].expr->location,
                           "invalid UNION/INTERSECT/EXCEPT ORDER BY clause");
            diag_detail(a->diag, "Only result column names can be used, not expressions or functions.");
            return diag_hint(a->diag, "Add the expression/function to every SELECT, or move the UNION into a FROM clause.");
        }
    }
    query->offset = analyse_limit(a, stmt->limit_offset, "OFFSET", CLAUSE_OFFSET);
    if (diag_is_set(a->diag))
        return false;
    query->limit = analyse_limit(a, stmt->limit_count, "LIMIT", CLAUSE_LIMIT);
    query->with_ties = stmt->limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES;
    return !diag_is_set(a->diag);
}

struct query *analyse_setop(struct analysis *a, const PgQuery__SelectStmt *stmt)
{
    struct query *query = query_new(a, COMMAND_SELECT);
    scope_push(a, query);
    bool done = analyse_body(a, query, stmt);
    scope_pop(a);
    return done ? query : NULL;
}
