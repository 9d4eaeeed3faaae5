#include "sql/lower_internal.h"

/* Row-wise comparison (PostgreSQL docs 9.24.5): SQLite's row values where it compares each column as PostgreSQL does, else column by column. */

static const char *native_rows(struct lower *l, const struct row_sides *rows, const char *op)
{
    struct buf lefts = {0}, rights = {0};
    bool native = true;
    for (int i = 0; i < rows->count && native; i++) {
        const char *collation = NULL;
        native = lower_compares(l, rows->ops[i], rows->left_types[i], rows->right_types[i], rows->collations[i], &collation);
        buf_printf(&lefts, "%s%s", i ? ", " : "", rows->left[i]);
        if (collation)
            buf_printf(&lefts, " COLLATE %s", lower_quote(l, collation));
        buf_printf(&rights, "%s%s", i ? ", " : "", rows->right[i]);
    }
    const char *left = lower_take(l, &lefts), *right = lower_take(l, &rights);
    return native ? LOWER_PRINT(l, "((%s) %s (%s))", left, op, right) : NULL;
}

static const char *one_column(struct lower *l, const struct row_sides *rows, int i, bool swapped)
{
    return swapped ? lower_operator(l, rows->ops[i], rows->right_types[i], rows->right[i], rows->left_types[i], rows->left[i],
                                    rows->collations[i], rows->location)
                   : lower_operator(l, rows->ops[i], rows->left_types[i], rows->left[i], rows->right_types[i], rows->right[i],
                                    rows->collations[i], rows->location);
}

/* An order is decided by the first column that differs: both ways round, an operator tells whether its operands do. */
static const char *ordered_rows(struct lower *l, const struct row_sides *rows)
{
    bool or_equal = rows->strategy == 2 || rows->strategy == 4;
    const char *text = one_column(l, rows, rows->count - 1, false);
    for (int i = rows->count - 2; i >= 0 && text; i--) {
        const char *there = one_column(l, rows, i, false), *back = one_column(l, rows, i, true);
        if (!there || !back)
            return NULL;
        text = or_equal ? LOWER_PRINT(l, "(%s AND (NOT %s OR %s))", there, back, text)
                        : LOWER_PRINT(l, "(%s OR (NOT %s AND %s))", there, back, text);
    }
    return text;
}

const char *lower_rows(struct lower *l, const struct row_sides *rows)
{
    static const char *const operators[] = {"", "<", "<=", "=", ">=", ">", "<>"};
    if (rows->count > 1) {
        const char *native = native_rows(l, rows, operators[rows->strategy]);
        if (native || diag_is_set(l->diag))
            return native;
        if (rows->strategy != 3 && rows->strategy != 6)
            return ordered_rows(l, rows);
    }
    struct buf buf = {0};
    for (int i = 0; i < rows->count; i++) {
        const char *one = one_column(l, rows, i, false);
        if (!one) {
            buf_deinit(&buf);
            return NULL;
        }
        buf_printf(&buf, "%s%s", i ? (rows->strategy == 6 ? " OR " : " AND ") : "(", one);
    }
    buf_putc(&buf, ')');
    return lower_take(l, &buf);
}

struct row_sides lower_row_sides(struct lower *l, int count, const struct operator_fact *const *ops, int strategy, int location)
{
    return (struct row_sides){.count = count,
                              .ops = ops,
                              .left = arena_array(l->arena, const char *, count),
                              .right = arena_array(l->arena, const char *, count),
                              .left_types = arena_array(l->arena, oid_t, count),
                              .right_types = arena_array(l->arena, oid_t, count),
                              .collations = arena_array(l->arena, oid_t, count),
                              .strategy = strategy,
                              .location = location};
}

int lower_row_strategy(const char *op)
{
    static const char *const names[] = {"<", "<=", "=", ">=", ">", "<>", "~<~", "~<=~", "", "~>=~", "~>~"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], op) == 0)
            return (int) i % 6 + 1;
    return 3;
}

const char *lower_row_compare(struct lower *l, const struct expr *expr)
{
    const struct expr_list *left = &expr->row_compare.left, *right = &expr->row_compare.right;
    struct row_sides rows = lower_row_sides(l, left->count, expr->row_compare.ops, expr->row_compare.strategy, expr->location);
    for (int i = 0; i < left->count; i++) {
        rows.left[i] = lower_expr(l, left->items[i]);
        rows.right[i] = rows.left[i] ? lower_expr(l, right->items[i]) : NULL;
        if (!rows.right[i] || !lower_pair_collation(l, left->items[i], right->items[i], &rows.collations[i]))
            return NULL;
        if (!lower_collation(l, left->items[i]->type, rows.collations[i]))
            rows.left[i] = lower_collated(l, rows.left[i], NULL, left->items[i], right->items[i]);
        rows.left_types[i] = left->items[i]->type;
        rows.right_types[i] = right->items[i]->type;
    }
    return lower_rows(l, &rows);
}
