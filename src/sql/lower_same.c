#include "sql/lower_internal.h"

/* Expressions that mean the same by their structure. */

static bool same_list(const struct expr_list *a, const struct expr_list *b)
{
    if (a->count != b->count)
        return false;
    for (int i = 0; i < a->count; i++)
        if (!lower_same_expr(a->items[i], b->items[i]))
            return false;
    return true;
}

static bool same_datum(const struct datum *a, const struct datum *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case DATUM_NULL:
        return true;
    case DATUM_INT:
        return a->i == b->i;
    case DATUM_REAL:
        return a->r == b->r;
    default:
        return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
    }
}

bool lower_same_expr(const struct expr *a, const struct expr *b)
{
    if (a == b)
        return true;
    if (!a || !b || a->kind != b->kind || a->type != b->type || a->typmod != b->typmod)
        return false;
    switch (a->kind) {
    case EXPR_CONST:
        return same_datum(&a->constant.value, &b->constant.value);
    case EXPR_PARAM:
        return a->param.number == b->param.number;
    case EXPR_LITERAL:
        return a->literal.index == b->literal.index;
    case EXPR_COLUMN:
        return a->column.rte == b->column.rte && a->column.attno == b->column.attno;
    case EXPR_CALL:
        return a->call.proc == b->call.proc && same_list(&a->call.args, &b->call.args);
    case EXPR_AGGREGATE:
    case EXPR_WINDOW:
        return a->agg.proc == b->agg.proc && a->agg.star == b->agg.star && a->agg.distinct == b->agg.distinct &&
               a->agg.nsort == 0 && b->agg.nsort == 0 && a->agg.window == b->agg.window &&
               same_list(&a->agg.args, &b->agg.args) && lower_same_expr(a->agg.filter, b->agg.filter);
    case EXPR_RELABEL:
    case EXPR_IO_CAST:
    case EXPR_TYPMOD:
    case EXPR_DOMAIN:
        return lower_same_expr(a->cast.arg, b->cast.arg);
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_COALESCE:
    case EXPR_GREATEST:
    case EXPR_XML:
    case EXPR_LEAST:
    case EXPR_ARRAY:
    case EXPR_ROW:
        return same_list(&a->list.args, &b->list.args);
    case EXPR_NOT:
    case EXPR_IS_NULL:
    case EXPR_IS_NOT_NULL:
    case EXPR_COLLATE:
        return lower_same_expr(a->unary.arg, b->unary.arg);
    case EXPR_BOOL_TEST:
        return a->unary.test == b->unary.test && lower_same_expr(a->unary.arg, b->unary.arg);
    case EXPR_DISTINCT:
    case EXPR_NULLIF:
        return a->binary.op == b->binary.op && a->binary.negated == b->binary.negated &&
               lower_same_expr(a->binary.left, b->binary.left) && lower_same_expr(a->binary.right, b->binary.right);
    case EXPR_CASE_TEST:
        return true;
    case EXPR_CASE:
        if (a->case_.nwhens != b->case_.nwhens || !lower_same_expr(a->case_.test, b->case_.test) ||
            !lower_same_expr(a->case_.otherwise, b->case_.otherwise))
            return false;
        for (int i = 0; i < a->case_.nwhens; i++)
            if (!lower_same_expr(a->case_.whens[i].when, b->case_.whens[i].when) ||
                !lower_same_expr(a->case_.whens[i].then, b->case_.whens[i].then))
                return false;
        return true;
    case EXPR_IN_LIST:
        return a->in_list.op == b->in_list.op && a->in_list.negated == b->in_list.negated &&
               lower_same_expr(a->in_list.left, b->in_list.left) && same_list(&a->in_list.items, &b->in_list.items);
    case EXPR_SQL_VALUE:
        return a->sql_value.which == b->sql_value.which && a->sql_value.precision == b->sql_value.precision;
    case EXPR_FIELD:
        return a->field.index == b->field.index && !a->field.value && !b->field.value &&
               lower_same_expr(a->field.arg, b->field.arg);
    case EXPR_WHOLE_ROW:
        return a->whole_row.rte == b->whole_row.rte;
    case EXPR_SUBSCRIPT:
        if (a->subscript.nsubscripts != b->subscript.nsubscripts || a->subscript.slice != b->subscript.slice ||
            a->subscript.value || b->subscript.value || !lower_same_expr(a->subscript.array, b->subscript.array))
            return false;
        for (int i = 0; i < a->subscript.nsubscripts; i++)
            if (!lower_same_expr(a->subscript.upper[i], b->subscript.upper[i]) ||
                !lower_same_expr(a->subscript.lower[i], b->subscript.lower[i]))
                return false;
        return true;
    default:
        return false;
    }
}
