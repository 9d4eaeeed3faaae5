#include "sql/lower_internal.h"

static const struct expr *output(const struct query *query, int index)
{
    if (query->nvalues)
        return query->values[0].items[index];
    for (int i = 0; i < query->ntargets; i++)
        if (!query->targets[i].junk && index-- == 0)
            return query->targets[i].expr;
    return NULL;
}

static const char *compare_columns(struct lower *l, const struct expr *expr, const char *alias)
{
    int count = expr->sublink.left.count;
    struct row_sides rows =
        lower_row_sides(l, count, expr->sublink.ops, lower_row_strategy(expr->sublink.ops[0]->name), expr->location);
    for (int i = 0; i < count; i++) {
        const struct expr *left = expr->sublink.left.items[i], *right = output(expr->sublink.query, i);
        rows.left[i] = lower_expr(l, left);
        if (!rows.left[i] || !lower_pair_collation(l, left, right, &rows.collations[i]))
            return NULL;
        if (!lower_collation(l, left->type, rows.collations[i]))
            rows.left[i] = lower_collated(l, rows.left[i], NULL, left, right);
        rows.right[i] = LOWER_PRINT(l, "%s.c%d", alias, i + 1);
        rows.left_types[i] = left->type;
        rows.right_types[i] = right ? right->type : left->type;
    }
    return lower_rows(l, &rows);
}

/* The left side as a list that SQLite compares as PostgreSQL does; NULL without a report when the operators are others. */
static const char *native_list(struct lower *l, const struct expr *expr)
{
    struct buf buf = {0};
    for (int i = 0; i < expr->sublink.left.count; i++) {
        const struct expr *left = expr->sublink.left.items[i], *right = output(expr->sublink.query, i);
        const char *collation = NULL, *text = NULL;
        oid_t pair = 0;
        if (lower_pair_collation(l, left, right, &pair) &&
            lower_compares(l, expr->sublink.ops[i], left->type, right ? right->type : left->type, pair, &collation))
            text = lower_expr(l, left);
        if (!text) {
            buf_deinit(&buf);
            return NULL;
        }
        buf_printf(&buf, "%s%s", i ? ", " : "", lower_collated(l, text, collation, left, right));
    }
    return lower_take(l, &buf);
}

/* x IN (SELECT …), which SQLite can answer from an index. */
static const char *native_in(struct lower *l, const struct expr *expr, const char *select, bool negated)
{
    const char *left = native_list(l, expr), *not = negated ? "NOT " : "";
    if (!left)
        return NULL;
    return expr->sublink.left.count == 1 ? LOWER_PRINT(l, "(%s %sIN (%s))", left, not, select)
                                         : LOWER_PRINT(l, "((%s) %sIN (%s))", left, not, select);
}

static const char *lower_any(struct lower *l, const struct expr *expr, const char *select)
{
    bool all = expr->sublink.kind == SUBLINK_ALL || expr->sublink.all_of;
    const char *name = expr->sublink.ops && expr->sublink.ops[0] ? expr->sublink.ops[0]->name : "=";
    bool in = !all && strcmp(name, "=") == 0, not_in = all && strcmp(name, "<>") == 0;
    if (in || not_in) {
        /* The operators may be <> here; equality decides all the same. */
        const char *text = native_in(l, expr, select, not_in != expr->sublink.negated);
        if (text || diag_is_set(l->diag))
            return text;
    }
    const char *alias = lower_fresh(l);
    const char *comparison = compare_columns(l, expr, alias);
    if (!comparison)
        return NULL;
    const char *text = lower_quantified(l, comparison, LOWER_PRINT(l, "(%s) AS %s", select, alias), all);
    return expr->sublink.negated ? LOWER_PRINT(l, "(NOT %s)", text) : text;
}

static const char *lower_row_sublink(struct lower *l, const struct expr *expr, const char *select)
{
    const char *name = expr->sublink.ops[0]->name;
    if (strcmp(name, "=") != 0 && strcmp(name, "<>") != 0) {
        /* An order of rows is decided column by column: SQLite's row values do that. */
        const char *left = native_list(l, expr);
        return left ? LOWER_PRINT(l, "((%s) %s (%s))", left, name, select) : NULL;
    }
    const char *alias = lower_fresh(l);
    const char *comparison = compare_columns(l, expr, alias);
    return comparison ? LOWER_PRINT(l, "(SELECT \"pgquill_single\"(%s) FROM (%s) AS %s)", comparison, select, alias) : NULL;
}

const char *lower_sublink(struct lower *l, const struct expr *expr)
{
    struct query *query = expr->sublink.query;
    const struct query *set_query = l->set_query;
    const char *case_test = l->case_test;
    const char *select = lower_select(l, query);
    l->set_query = set_query;
    l->case_test = case_test;
    if (!select)
        return NULL;
    switch (expr->sublink.kind) {
    case SUBLINK_EXISTS:
        return LOWER_PRINT(l, "(%sEXISTS (%s))", expr->sublink.negated ? "NOT " : "", select);
    case SUBLINK_SCALAR:
        if (lower_single_row(query))
            return lower_output_count(query) == 1 ? LOWER_PRINT(l, "(%s)", select)
                                                  : LOWER_PRINT(l, "(SELECT c1 FROM (%s))", select);
        /* SQLite would quietly take the first row. */
        return LOWER_PRINT(l, "(SELECT \"pgquill_single\"(c1) FROM (%s))", select);
    case SUBLINK_ANY:
    case SUBLINK_ALL:
        return lower_any(l, expr, select);
    case SUBLINK_ARRAY: {
        const struct func_impl *impl = func_find("array_agg(anynonarray)");
        const struct expr *item = output(query, 0);
        if (!impl || !item)
            return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, expr->location, "ARRAY(subquery) is not available");
        const struct type_desc *type = catalog_type_by_oid(l->catalog, item->type);
        if (type && type->element && expr->type == item->type)
            impl = func_find("array_agg(anyarray)");
        const char *name = lower_instance(l, impl, 1, (oid_t[]){item->type}, expr->type, -1, NULL);
        return name ? LOWER_PRINT(l, "(SELECT coalesce(%s(c1), '[]') FROM (%s))", name, select) : NULL;
    }
    case SUBLINK_ROW_COMPARE:
        return lower_row_sublink(l, expr, select);
    }
    return NULL;
}
