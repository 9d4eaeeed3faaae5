#include "sql/analyse_internal.h"

/* Going through the typed tree: equality and visits. */

static bool equal_lists(struct analysis *a, const struct expr_list *left, const struct expr_list *right)
{
    if (left->count != right->count)
        return false;
    for (int i = 0; i < left->count; i++)
        if (!expr_equal(a, left->items[i], right->items[i]))
            return false;
    return true;
}

static bool equal_datums(const struct datum *left, const struct datum *right)
{
    if (left->kind != right->kind)
        return false;
    switch (left->kind) {
    case DATUM_NULL:
        return true;
    case DATUM_INT:
        return left->i == right->i;
    case DATUM_REAL:
        return left->r == right->r;
    default:
        return left->len == right->len && memcmp(left->data, right->data, left->len) == 0;
    }
}

static bool equal_whens(struct analysis *a, const struct expr *left, const struct expr *right)
{
    if (left->case_.nwhens != right->case_.nwhens || !expr_equal(a, left->case_.test, right->case_.test) ||
        !expr_equal(a, left->case_.otherwise, right->case_.otherwise))
        return false;
    for (int i = 0; i < left->case_.nwhens; i++)
        if (!expr_equal(a, left->case_.whens[i].when, right->case_.whens[i].when) ||
            !expr_equal(a, left->case_.whens[i].then, right->case_.whens[i].then))
            return false;
    return true;
}

static bool equal_sort(struct analysis *a, const struct expr *left, const struct expr *right)
{
    if (left->agg.nsort != right->agg.nsort)
        return false;
    for (int i = 0; i < left->agg.nsort; i++)
        if (left->agg.sort[i].descending != right->agg.sort[i].descending ||
            left->agg.sort[i].nulls_first != right->agg.sort[i].nulls_first ||
            !expr_equal(a, left->agg.sort[i].expr, right->agg.sort[i].expr))
            return false;
    return true;
}

static bool equal_subscripts(struct analysis *a, const struct expr *left, const struct expr *right)
{
    if (left->subscript.nsubscripts != right->subscript.nsubscripts || left->subscript.slice != right->subscript.slice ||
        !expr_equal(a, left->subscript.array, right->subscript.array) ||
        !expr_equal(a, left->subscript.value, right->subscript.value))
        return false;
    for (int i = 0; i < left->subscript.nsubscripts; i++)
        if (!expr_equal(a, left->subscript.upper[i], right->subscript.upper[i]) ||
            (left->subscript.slice && !expr_equal(a, left->subscript.lower[i], right->subscript.lower[i])))
            return false;
    return true;
}

bool expr_equal(struct analysis *a, struct expr *left, struct expr *right)
{
    if (left == right)
        return true;
    if (!left || !right || left->type != right->type)
        return false;
    bool constant =
        (left->kind == EXPR_LITERAL || left->kind == EXPR_CONST) && (right->kind == EXPR_LITERAL || right->kind == EXPR_CONST);
    if (constant && (!literal_pin(a, left) || !literal_pin(a, right)))
        return false;
    if (left->kind != right->kind)
        return false;
    switch (left->kind) {
    case EXPR_CONST:
        return equal_datums(&left->constant.value, &right->constant.value);
    case EXPR_PARAM:
        return left->param.number == right->param.number;
    case EXPR_COLUMN:
        return left->column.rte == right->column.rte && left->column.attno == right->column.attno;
    case EXPR_WHOLE_ROW:
        return left->whole_row.rte == right->whole_row.rte;
    case EXPR_CALL:
        return left->call.proc == right->call.proc && left->collation == right->collation &&
               equal_lists(a, &left->call.args, &right->call.args);
    case EXPR_AGGREGATE:
    case EXPR_WINDOW:
        return left->agg.proc == right->agg.proc && left->agg.distinct == right->agg.distinct &&
               left->agg.star == right->agg.star && left->agg.window == right->agg.window &&
               equal_lists(a, &left->agg.args, &right->agg.args) &&
               equal_lists(a, &left->agg.direct_args, &right->agg.direct_args) &&
               expr_equal(a, left->agg.filter, right->agg.filter) && equal_sort(a, left, right);
    case EXPR_RELABEL:
    case EXPR_IO_CAST:
    case EXPR_TYPMOD:
    case EXPR_DOMAIN:
        return left->typmod == right->typmod && expr_equal(a, left->cast.arg, right->cast.arg);
    case EXPR_ARRAY_CAST:
        return expr_equal(a, left->cast.arg, right->cast.arg) && expr_equal(a, left->cast.element, right->cast.element);
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_COALESCE:
    case EXPR_GREATEST:
    case EXPR_XML:
    case EXPR_LEAST:
    case EXPR_ARRAY:
    case EXPR_ROW:
    case EXPR_GROUPING:
        return equal_lists(a, &left->list.args, &right->list.args);
    case EXPR_NOT:
    case EXPR_IS_NULL:
    case EXPR_IS_NOT_NULL:
        return expr_equal(a, left->unary.arg, right->unary.arg);
    case EXPR_COLLATE:
        return left->collation == right->collation && expr_equal(a, left->unary.arg, right->unary.arg);
    case EXPR_BOOL_TEST:
        return left->unary.test == right->unary.test && expr_equal(a, left->unary.arg, right->unary.arg);
    case EXPR_DISTINCT:
    case EXPR_NULLIF:
        return left->binary.op == right->binary.op && left->binary.negated == right->binary.negated &&
               expr_equal(a, left->binary.left, right->binary.left) && expr_equal(a, left->binary.right, right->binary.right);
    case EXPR_CASE:
        return equal_whens(a, left, right);
    case EXPR_CASE_TEST:
        return true;
    case EXPR_IN_LIST:
        return left->in_list.op == right->in_list.op && left->in_list.negated == right->in_list.negated &&
               expr_equal(a, left->in_list.left, right->in_list.left) &&
               equal_lists(a, &left->in_list.items, &right->in_list.items);
    case EXPR_ARRAY_OP:
        return left->array_op.op == right->array_op.op && left->array_op.all == right->array_op.all &&
               expr_equal(a, left->array_op.left, right->array_op.left) &&
               expr_equal(a, left->array_op.array, right->array_op.array);
    case EXPR_SUBSCRIPT:
        return equal_subscripts(a, left, right);
    case EXPR_FIELD:
        return left->field.index == right->field.index && expr_equal(a, left->field.arg, right->field.arg) &&
               expr_equal(a, left->field.value, right->field.value);
    case EXPR_SQL_VALUE:
        return left->sql_value.which == right->sql_value.which && left->sql_value.precision == right->sql_value.precision;
    case EXPR_ROW_COMPARE:
        return left->row_compare.strategy == right->row_compare.strategy &&
               equal_lists(a, &left->row_compare.left, &right->row_compare.left) &&
               equal_lists(a, &left->row_compare.right, &right->row_compare.right);
    case EXPR_SUBLINK:
    case EXPR_LITERAL:
    case EXPR_DEFAULT:
        return false;
    }
    return false;
}

static bool walk_list(const struct expr_list *list, int depth, expr_visit *visit, void *arg)
{
    for (int i = 0; i < list->count; i++)
        if (expr_walk(list->items[i], depth, visit, arg))
            return true;
    return false;
}

static bool walk_sort(int count, const struct sort_item *sort, int depth, expr_visit *visit, void *arg)
{
    for (int i = 0; i < count; i++)
        if (expr_walk(sort[i].expr, depth, visit, arg))
            return true;
    return false;
}

static bool walk_window(const struct window *window, int depth, expr_visit *visit, void *arg)
{
    return window &&
           (walk_list(&window->partition, depth, visit, arg) || walk_sort(window->nsort, window->sort, depth, visit, arg) ||
            expr_walk(window->start_offset, depth, visit, arg) || expr_walk(window->end_offset, depth, visit, arg));
}

bool expr_walk(struct expr *expr, int depth, expr_visit *visit, void *arg)
{
    bool skip = false;
    if (!expr)
        return false;
    if (visit(arg, expr, depth, &skip))
        return true;
    if (skip)
        return false;
    switch (expr->kind) {
    case EXPR_CALL:
        return walk_list(&expr->call.args, depth, visit, arg);
    case EXPR_AGGREGATE:
    case EXPR_WINDOW:
        return walk_list(&expr->agg.args, depth, visit, arg) || walk_list(&expr->agg.direct_args, depth, visit, arg) ||
               walk_sort(expr->agg.nsort, expr->agg.sort, depth, visit, arg) || expr_walk(expr->agg.filter, depth, visit, arg) ||
               walk_window(expr->agg.window, depth, visit, arg);
    case EXPR_RELABEL:
    case EXPR_IO_CAST:
    case EXPR_TYPMOD:
    case EXPR_ARRAY_CAST:
    case EXPR_DOMAIN:
        return expr_walk(expr->cast.arg, depth, visit, arg);
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_COALESCE:
    case EXPR_GREATEST:
    case EXPR_XML:
    case EXPR_LEAST:
    case EXPR_ARRAY:
    case EXPR_GROUPING:
    case EXPR_ROW:
        return walk_list(&expr->list.args, depth, visit, arg);
    case EXPR_NOT:
    case EXPR_IS_NULL:
    case EXPR_IS_NOT_NULL:
    case EXPR_BOOL_TEST:
    case EXPR_COLLATE:
        return expr_walk(expr->unary.arg, depth, visit, arg);
    case EXPR_DISTINCT:
    case EXPR_NULLIF:
        return expr_walk(expr->binary.left, depth, visit, arg) || expr_walk(expr->binary.right, depth, visit, arg);
    case EXPR_CASE:
        for (int i = 0; i < expr->case_.nwhens; i++)
            if (expr_walk(expr->case_.whens[i].when, depth, visit, arg) ||
                expr_walk(expr->case_.whens[i].then, depth, visit, arg))
                return true;
        return expr_walk(expr->case_.test, depth, visit, arg) || expr_walk(expr->case_.otherwise, depth, visit, arg);
    case EXPR_IN_LIST:
        return expr_walk(expr->in_list.left, depth, visit, arg) || walk_list(&expr->in_list.items, depth, visit, arg);
    case EXPR_ARRAY_OP:
        return expr_walk(expr->array_op.left, depth, visit, arg) || expr_walk(expr->array_op.array, depth, visit, arg);
    case EXPR_SUBLINK:
        return walk_list(&expr->sublink.left, depth, visit, arg) || query_walk(expr->sublink.query, depth + 1, visit, arg);
    case EXPR_ROW_COMPARE:
        return walk_list(&expr->row_compare.left, depth, visit, arg) || walk_list(&expr->row_compare.right, depth, visit, arg);
    case EXPR_SUBSCRIPT:
        for (int i = 0; i < expr->subscript.nsubscripts; i++)
            if (expr_walk(expr->subscript.upper[i], depth, visit, arg) ||
                (expr->subscript.slice && expr_walk(expr->subscript.lower[i], depth, visit, arg)))
                return true;
        return expr_walk(expr->subscript.array, depth, visit, arg) || expr_walk(expr->subscript.value, depth, visit, arg);
    case EXPR_FIELD:
        return expr_walk(expr->field.arg, depth, visit, arg) || expr_walk(expr->field.value, depth, visit, arg);
    default:
        return false;
    }
}

static bool walk_targets(int count, const struct target *targets, int depth, expr_visit *visit, void *arg)
{
    for (int i = 0; i < count; i++)
        if (expr_walk(targets[i].expr, depth, visit, arg))
            return true;
    return false;
}

static bool walk_rte(struct rte *rte, int depth, expr_visit *visit, void *arg)
{
    if (expr_walk(rte->inlined_call, depth, visit, arg))
        return true;
    if (rte->subquery && query_walk(rte->subquery, depth + 1, visit, arg))
        return true;
    for (int i = 0; i < rte->ncalls; i++)
        if (expr_walk(rte->calls[i].call, depth, visit, arg))
            return true;
    for (int i = 0; i < rte->nrows; i++)
        if (walk_list(&rte->rows[i], depth, visit, arg))
            return true;
    return false;
}

static bool walk_from(struct from_item *item, int depth, expr_visit *visit, void *arg)
{
    if (!item)
        return false;
    if (item->rte)
        return walk_rte(item->rte, depth, visit, arg);
    return walk_from(item->left, depth, visit, arg) || walk_from(item->right, depth, visit, arg) ||
           expr_walk(item->on, depth, visit, arg);
}

static bool walk_assignments(int count, struct assignment *items, int depth, expr_visit *visit, void *arg)
{
    for (int i = 0; i < count; i++)
        if (expr_walk(items[i].value, depth, visit, arg))
            return true;
    return false;
}

bool query_walk(struct query *query, int depth, expr_visit *visit, void *arg)
{
    for (int i = 0; i < query->nctes; i++)
        if (query->ctes[i]->query && query_walk(query->ctes[i]->query, depth + 1, visit, arg))
            return true;
    for (int i = 0; i < query->nfrom; i++)
        if (walk_from(query->from[i], depth, visit, arg))
            return true;
    if (query->left && (query_walk(query->left, depth + 1, visit, arg) || query_walk(query->right, depth + 1, visit, arg)))
        return true;
    for (int i = 0; i < query->nvalues; i++)
        if (walk_list(&query->values[i], depth, visit, arg))
            return true;
    if (query->source && query_walk(query->source, depth + 1, visit, arg))
        return true;
    return walk_targets(query->ntargets, query->targets, depth, visit, arg) ||
           walk_list(&query->distinct_on, depth, visit, arg) || expr_walk(query->where, depth, visit, arg) ||
           walk_list(&query->group, depth, visit, arg) || expr_walk(query->having, depth, visit, arg) ||
           walk_sort(query->nsort, query->sort, depth, visit, arg) || expr_walk(query->limit, depth, visit, arg) ||
           expr_walk(query->offset, depth, visit, arg) ||
           walk_assignments(query->nassignments, query->assignments, depth, visit, arg) ||
           walk_targets(query->nreturning, query->returning, depth, visit, arg);
}
