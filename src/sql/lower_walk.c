#include "sql/lower_internal.h"

static bool walk_list(const struct expr_list *list, lower_visit *visit, void *arg)
{
    for (int i = 0; i < list->count; i++)
        if (lower_walk_expr(list->items[i], visit, arg))
            return true;
    return false;
}

static bool walk_sort(int count, const struct sort_item *sort, lower_visit *visit, void *arg)
{
    for (int i = 0; i < count; i++)
        if (lower_walk_expr(sort[i].expr, visit, arg))
            return true;
    return false;
}

bool lower_walk_expr(const struct expr *expr, lower_visit *visit, void *arg)
{
    if (!expr)
        return false;
    if (visit(arg, expr))
        return true;
    switch (expr->kind) {
    case EXPR_CALL:
        return walk_list(&expr->call.args, visit, arg);
    case EXPR_AGGREGATE:
    case EXPR_WINDOW: {
        const struct window *window = expr->kind == EXPR_WINDOW ? expr->agg.window : NULL;
        return walk_list(&expr->agg.args, visit, arg) || walk_list(&expr->agg.direct_args, visit, arg) ||
               walk_sort(expr->agg.nsort, expr->agg.sort, visit, arg) || lower_walk_expr(expr->agg.filter, visit, arg) ||
               (window && (walk_list(&window->partition, visit, arg) || walk_sort(window->nsort, window->sort, visit, arg) ||
                           lower_walk_expr(window->start_offset, visit, arg) || lower_walk_expr(window->end_offset, visit, arg)));
    }
    case EXPR_RELABEL:
    case EXPR_IO_CAST:
    case EXPR_TYPMOD:
    case EXPR_ARRAY_CAST:
    case EXPR_DOMAIN:
        return lower_walk_expr(expr->cast.arg, visit, arg);
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_COALESCE:
    case EXPR_GREATEST:
    case EXPR_XML:
    case EXPR_LEAST:
    case EXPR_ARRAY:
    case EXPR_ROW:
    case EXPR_GROUPING:
        return walk_list(&expr->list.args, visit, arg);
    case EXPR_NOT:
    case EXPR_IS_NULL:
    case EXPR_IS_NOT_NULL:
    case EXPR_BOOL_TEST:
    case EXPR_COLLATE:
        return lower_walk_expr(expr->unary.arg, visit, arg);
    case EXPR_DISTINCT:
    case EXPR_NULLIF:
        return lower_walk_expr(expr->binary.left, visit, arg) || lower_walk_expr(expr->binary.right, visit, arg);
    case EXPR_CASE:
        for (int i = 0; i < expr->case_.nwhens; i++)
            if (lower_walk_expr(expr->case_.whens[i].when, visit, arg) || lower_walk_expr(expr->case_.whens[i].then, visit, arg))
                return true;
        return lower_walk_expr(expr->case_.test, visit, arg) || lower_walk_expr(expr->case_.otherwise, visit, arg);
    case EXPR_IN_LIST:
        return lower_walk_expr(expr->in_list.left, visit, arg) || walk_list(&expr->in_list.items, visit, arg);
    case EXPR_ARRAY_OP:
        return lower_walk_expr(expr->array_op.left, visit, arg) || lower_walk_expr(expr->array_op.array, visit, arg);
    case EXPR_SUBLINK:
        return walk_list(&expr->sublink.left, visit, arg) || lower_walk_query(expr->sublink.query, visit, arg);
    case EXPR_ROW_COMPARE:
        return walk_list(&expr->row_compare.left, visit, arg) || walk_list(&expr->row_compare.right, visit, arg);
    case EXPR_SUBSCRIPT:
        for (int i = 0; i < expr->subscript.nsubscripts; i++)
            if (lower_walk_expr(expr->subscript.upper ? expr->subscript.upper[i] : NULL, visit, arg) ||
                lower_walk_expr(expr->subscript.lower ? expr->subscript.lower[i] : NULL, visit, arg))
                return true;
        return lower_walk_expr(expr->subscript.array, visit, arg) || lower_walk_expr(expr->subscript.value, visit, arg);
    case EXPR_FIELD:
        return lower_walk_expr(expr->field.arg, visit, arg) || lower_walk_expr(expr->field.value, visit, arg);
    default:
        return false;
    }
}

static bool walk_rte(const struct rte *rte, lower_visit *visit, void *arg)
{
    if (rte->subquery && lower_walk_query(rte->subquery, visit, arg))
        return true;
    for (int i = 0; i < rte->ncalls; i++)
        if (lower_walk_expr(rte->calls[i].call, visit, arg))
            return true;
    for (int i = 0; i < rte->nrows; i++)
        if (walk_list(&rte->rows[i], visit, arg))
            return true;
    return false;
}

static bool walk_from(const struct from_item *item, lower_visit *visit, void *arg)
{
    if (item->rte)
        return walk_rte(item->rte, visit, arg);
    return walk_from(item->left, visit, arg) || walk_from(item->right, visit, arg) || lower_walk_expr(item->on, visit, arg);
}

bool lower_walk_targets(const struct query *query, lower_visit *visit, void *arg)
{
    for (int i = 0; i < query->ntargets; i++)
        if (lower_walk_expr(query->targets[i].expr, visit, arg))
            return true;
    return walk_sort(query->nsort, query->sort, visit, arg) || walk_list(&query->distinct_on, visit, arg);
}

bool lower_walk_query(const struct query *query, lower_visit *visit, void *arg)
{
    for (int i = 0; i < query->nctes; i++)
        if (lower_walk_query(query->ctes[i]->query, visit, arg))
            return true;
    for (int i = 0; i < query->nfrom; i++)
        if (walk_from(query->from[i], visit, arg))
            return true;
    for (int i = 0; i < query->nvalues; i++)
        if (walk_list(&query->values[i], visit, arg))
            return true;
    for (int i = 0; i < query->nassignments; i++)
        if (lower_walk_expr(query->assignments[i].value, visit, arg))
            return true;
    for (int i = 0; i < query->nreturning; i++)
        if (lower_walk_expr(query->returning[i].expr, visit, arg))
            return true;
    return lower_walk_targets(query, visit, arg) || lower_walk_expr(query->where, visit, arg) ||
           walk_list(&query->group, visit, arg) || lower_walk_expr(query->having, visit, arg) ||
           lower_walk_expr(query->limit, visit, arg) || lower_walk_expr(query->offset, visit, arg) ||
           (query->left && lower_walk_query(query->left, visit, arg)) ||
           (query->right && lower_walk_query(query->right, visit, arg)) ||
           (query->source && lower_walk_query(query->source, visit, arg));
}

/* What is looked for: a relation or a WITH query. */
struct wanted {
    const struct catalog_relation *relation;
    const struct cte *cte;
};

static bool query_reads(const struct query *query, const struct wanted *wanted);

static bool from_reads(const struct from_item *item, const struct wanted *wanted)
{
    const struct rte *rte = item->rte;
    if (!rte)
        return from_reads(item->left, wanted) || from_reads(item->right, wanted);
    return (rte->kind == RTE_RELATION && wanted->relation && rte->relation == wanted->relation) ||
           (rte->kind == RTE_CTE && wanted->cte && rte->cte == wanted->cte) ||
           (rte->subquery && query_reads(rte->subquery, wanted));
}

static bool sublink_reads(void *arg, const struct expr *expr)
{
    return expr->kind == EXPR_SUBLINK && query_reads(expr->sublink.query, arg);
}

static bool query_reads(const struct query *query, const struct wanted *wanted)
{
    for (int i = 0; i < query->nfrom; i++)
        if (from_reads(query->from[i], wanted))
            return true;
    for (int i = 0; i < query->nctes; i++)
        if (query_reads(query->ctes[i]->query, wanted))
            return true;
    return (query->left && query_reads(query->left, wanted)) || (query->right && query_reads(query->right, wanted)) ||
           (query->source && query_reads(query->source, wanted)) || lower_walk_query(query, sublink_reads, (void *) wanted);
}

bool lower_expr_reads_relation(const struct expr *expr, const struct catalog_relation *relation)
{
    return lower_walk_expr(expr, sublink_reads, &(struct wanted){.relation = relation});
}

bool lower_reads_relation(const struct query *query, const struct catalog_relation *relation)
{
    return query_reads(query, &(struct wanted){.relation = relation});
}

bool lower_reads_cte(const struct query *query, const struct cte *cte)
{
    return query_reads(query, &(struct wanted){.cte = cte});
}
