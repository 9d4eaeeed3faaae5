#include "sql/analyse_internal.h"

/* GROUP BY, grouping sets, and the rule that what is not grouped must be aggregated. */

struct expr *analyse_output_expr(struct analysis *a, const PgQuery__Node *node, int ntargets, const struct target *targets,
                                 enum clause clause);

struct group_set {
    int count;
    int *members;
};

struct set_list {
    int count;
    struct group_set *sets;
};

static int add_key(struct analysis *a, struct query *query, struct expr *expr)
{
    for (int i = 0; i < query->group.count; i++)
        if (query->group.items[i] == expr || expr_equal(a, query->group.items[i], expr))
            return i;
    expr_list_add(a, &query->group, expr);
    return query->group.count - 1;
}

static struct group_set set_union(struct analysis *a, const struct group_set *left, const struct group_set *right)
{
    struct group_set out = {0, arena_array(a->arena, int, left->count + right->count)};
    const struct group_set *both[] = {left, right};
    for (int s = 0; s < 2; s++) {
        for (int i = 0; i < both[s]->count; i++) {
            bool seen = false;
            for (int k = 0; k < out.count && !seen; k++)
                seen = out.members[k] == both[s]->members[i];
            if (!seen)
                out.members[out.count++] = both[s]->members[i];
        }
    }
    return out;
}

static bool key_of(struct analysis *a, struct query *query, const PgQuery__Node *node, struct group_set *out)
{
    /* (a, b) without ROW is a list of keys. */
    if (node->node_case == PG_QUERY__NODE__NODE_ROW_EXPR &&
        node->row_expr->row_format == PG_QUERY__COERCION_FORM__COERCE_IMPLICIT_CAST) {
        struct group_set set = {0};
        for (size_t i = 0; i < node->row_expr->n_args; i++) {
            struct group_set one;
            if (!key_of(a, query, node->row_expr->args[i], &one))
                return false;
            set = set_union(a, &set, &one);
        }
        *out = set;
        return true;
    }
    struct expr *expr = analyse_output_expr(a, node, query->ntargets, query->targets, CLAUSE_GROUP);
    if (!expr)
        return false;
    if (expr->kind == EXPR_AGGREGATE)
        return analysis_error(a, ERRCODE_GROUPING_ERROR, expr->location, "aggregate functions are not allowed in GROUP BY"),
               false;
    if (expr->kind == EXPR_WINDOW)
        return analysis_error(a, ERRCODE_WINDOWING_ERROR, expr->location, "window functions are not allowed in GROUP BY"), false;
    if (expr->type != RECORD_OID && !operator_ordering(a, "=", expr->type))
        return analysis_error(a, ERRCODE_UNDEFINED_FUNCTION, expr->location,
                              "could not identify an equality operator for type %s", analysis_type(a, expr->type)),
               false;
    *out = (struct group_set){1, arena_array(a->arena, int, 1)};
    out->members[0] = add_key(a, query, expr);
    return true;
}

static bool add_set(struct analysis *a, struct set_list *list, struct group_set set)
{
    if (list->count >= 4096)
        return analysis_error(a, ERRCODE_STATEMENT_TOO_COMPLEX, -1, "too many grouping sets present (maximum 4096)"), false;
    if ((list->count & (list->count - 1)) == 0)
        list->sets = arena_grow(a->arena, list->sets, sizeof(set) * (size_t) list->count,
                                sizeof(set) * (size_t) (list->count ? list->count * 2 : 1));
    list->sets[list->count++] = set;
    return true;
}

static bool expand(struct analysis *a, struct query *query, const PgQuery__Node *node, struct set_list *out)
{
    if (node->node_case != PG_QUERY__NODE__NODE_GROUPING_SET) {
        struct group_set set;
        return key_of(a, query, node, &set) && add_set(a, out, set);
    }
    const PgQuery__GroupingSet *grouping = node->grouping_set;
    size_t count = grouping->n_content;
    if (grouping->kind == PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_EMPTY)
        return add_set(a, out, (struct group_set){0});
    if (grouping->kind == PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_SETS) {
        for (size_t i = 0; i < count; i++)
            if (!expand(a, query, grouping->content[i], out))
                return false;
        return true;
    }
    struct group_set *parts = arena_array(a->arena, struct group_set, count + 1);
    for (size_t i = 0; i < count; i++)
        if (!key_of(a, query, grouping->content[i], &parts[i]))
            return false;
    if (grouping->kind == PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_ROLLUP) {
        for (size_t keep = count + 1; keep-- > 0;) {
            struct group_set set = {0};
            for (size_t i = 0; i < keep; i++)
                set = set_union(a, &set, &parts[i]);
            if (!add_set(a, out, set))
                return false;
        }
        return true;
    }
    if (count > 12)
        return analysis_error(a, ERRCODE_TOO_MANY_COLUMNS, grouping->location, "CUBE is limited to 12 elements"), false;
    for (unsigned mask = 1u << count; mask-- > 0;) {
        struct group_set set = {0};
        for (size_t i = 0; i < count; i++)
            if (mask & (1u << (count - 1 - i)))
                set = set_union(a, &set, &parts[i]);
        if (!add_set(a, out, set))
            return false;
    }
    return true;
}

static bool same_set(const struct group_set *left, const struct group_set *right)
{
    if (left->count != right->count)
        return false;
    for (int i = 0; i < left->count; i++) {
        bool found = false;
        for (int k = 0; k < right->count && !found; k++)
            found = left->members[i] == right->members[k];
        if (!found)
            return false;
    }
    return true;
}

bool analyse_group(struct analysis *a, struct query *query, const PgQuery__SelectStmt *stmt)
{
    bool sets = false;
    struct set_list all = {0};
    add_set(a, &all, (struct group_set){0});
    for (size_t i = 0; i < stmt->n_group_clause; i++) {
        struct set_list item = {0}, product = {0};
        sets |= stmt->group_clause[i]->node_case == PG_QUERY__NODE__NODE_GROUPING_SET;
        if (!expand(a, query, stmt->group_clause[i], &item))
            return false;
        for (int l = 0; l < all.count; l++)
            for (int r = 0; r < item.count; r++)
                if (!add_set(a, &product, set_union(a, &all.sets[l], &item.sets[r])))
                    return false;
        all = product;
    }
    query->grouped = stmt->n_group_clause > 0 || query->having || query->has_aggregates;
    if (!sets)
        return true;
    query->sets = arena_alloc(a->arena, sizeof(*query->sets) * (size_t) all.count);
    for (int i = 0; i < all.count; i++) {
        bool seen = false;
        for (int k = 0; stmt->group_distinct && k < i && !seen; k++)
            seen = same_set(&all.sets[i], &all.sets[k]);
        if (seen)
            continue;
        query->sets[query->nsets].count = all.sets[i].count;
        query->sets[query->nsets++].members = all.sets[i].members;
    }
    return true;
}

struct check {
    struct analysis *a;
    struct query *query;
    const struct expr *offender;
    bool inside;   /* in a subquery */
    bool grouping; /* GROUPING's argument is no key */
};

static bool names_group(struct check *check, struct expr *expr, int depth)
{
    for (int i = 0; i < check->query->group.count; i++) {
        struct expr *key = check->query->group.items[i];
        if (key == expr)
            return true;
        if (key->kind != expr->kind)
            continue;
        if (depth == 0
                ? expr_equal(check->a, key, expr)
                : key->kind == EXPR_COLUMN && key->column.rte == expr->column.rte && key->column.attno == expr->column.attno)
            return true;
    }
    return false;
}

/* All of a table's columns depend on its primary key (PostgreSQL docs 7.2.3). */
static bool depends_on_key(const struct query *query, const struct rte *rte)
{
    if (rte->kind != RTE_RELATION || !rte->relation || query->nsets)
        return false;
    for (int i = 0; i < rte->relation->nconstraints; i++) {
        const struct catalog_constraint *constraint = &rte->relation->constraints[i];
        if (constraint->kind != 'p')
            continue;
        int found = 0;
        for (int k = 0; k < constraint->nkeys; k++) {
            for (int g = 0; g < query->group.count; g++) {
                const struct expr *key = query->group.items[g];
                if (key->kind == EXPR_COLUMN && key->column.rte == rte && key->column.attno > 0 &&
                    rte->columns[key->column.attno - 1].attribute->attnum == constraint->attnums[k]) {
                    found++;
                    break;
                }
            }
        }
        return constraint->nkeys > 0 && found == constraint->nkeys;
    }
    return false;
}

static bool visit_ungrouped(void *arg, struct expr *expr, int depth, bool *skip)
{
    struct check *check = arg;
    if (expr->kind == EXPR_AGGREGATE && expr->agg.levels_up == depth) {
        /* Its direct arguments are checked, the aggregated ones not. */
        for (int i = 0; i < expr->agg.direct_args.count; i++)
            if (expr_walk(expr->agg.direct_args.items[i], depth, visit_ungrouped, arg))
                return true;
        *skip = true;
        return false;
    }
    if (expr->kind == EXPR_GROUPING && depth == 0) {
        *skip = true;
        for (int i = 0; i < expr->list.args.count; i++) {
            if (!names_group(check, expr->list.args.items[i], depth)) {
                check->offender = expr->list.args.items[i];
                check->grouping = true;
                return true;
            }
        }
        return false;
    }
    if (expr->kind != EXPR_CONST && expr->kind != EXPR_LITERAL && (depth == 0 || expr->kind == EXPR_COLUMN) &&
        names_group(check, expr, depth)) {
        *skip = true;
        return false;
    }
    bool ours = (expr->kind == EXPR_COLUMN && expr->column.levels_up == depth) ||
                (expr->kind == EXPR_WHOLE_ROW && expr->whole_row.levels_up == depth);
    const struct rte *rte = expr->kind == EXPR_COLUMN      ? expr->column.rte
                            : expr->kind == EXPR_WHOLE_ROW ? expr->whole_row.rte
                                                           : NULL;
    if (ours && !depends_on_key(check->query, rte)) {
        check->offender = expr;
        check->inside = depth > 0;
        return true;
    }
    return false;
}

static bool report(struct check *check)
{
    struct analysis *a = check->a;
    const struct expr *expr = check->offender;
    if (check->grouping)
        return analysis_error(a, ERRCODE_GROUPING_ERROR, expr->location,
                              "arguments to GROUPING must be grouping expressions of the associated query level"),
               false;
    const struct rte *rte = expr->kind == EXPR_COLUMN ? expr->column.rte : expr->whole_row.rte;
    const char *name = expr->kind == EXPR_COLUMN && expr->column.attno > 0 ? rte->columns[expr->column.attno - 1].name
                       : expr->kind == EXPR_COLUMN                         ? "ctid"
                                                                           : "*";
    const char *full = rte->alias ? arena_printf(a->arena, "%s.%s", rte->alias, name) : name;
    if (check->inside)
        return analysis_error(a, ERRCODE_GROUPING_ERROR, expr->location, "subquery uses ungrouped column \"%s\" from outer query",
                              full),
               false;
    return analysis_error(a, ERRCODE_GROUPING_ERROR, expr->location,
                          "column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function", full),
           false;
}

bool group_check(struct analysis *a, struct query *query)
{
    query->grouped = query->grouped || query->has_aggregates;
    if (!query->grouped)
        return true;
    struct check check = {.a = a, .query = query};
    for (int i = 0; i < query->ntargets; i++)
        if (expr_walk(query->targets[i].expr, 0, visit_ungrouped, &check))
            return report(&check);
    if (query->having && expr_walk(query->having, 0, visit_ungrouped, &check))
        return report(&check);
    for (int i = 0; i < query->nsort; i++)
        if (expr_walk(query->sort[i].expr, 0, visit_ungrouped, &check))
            return report(&check);
    for (int i = 0; i < query->distinct_on.count; i++)
        if (expr_walk(query->distinct_on.items[i], 0, visit_ungrouped, &check))
            return report(&check);
    return !diag_is_set(a->diag);
}
