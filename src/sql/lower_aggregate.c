#include "sql/lower_internal.h"

#include <stdio.h>

static const char *filter_text(struct lower *l, const struct expr *expr)
{
    if (!expr->agg.filter)
        return "";
    const char *filter = lower_expr(l, expr->agg.filter);
    return filter ? LOWER_PRINT(l, " FILTER (WHERE %s)", filter) : NULL;
}

static bool append_bound(struct lower *l, struct buf *buf, enum frame_bound bound, const struct expr *offset)
{
    static const char *const bounds[] = {"UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING"};
    if (bound == BOUND_OFFSET_PRECEDING || bound == BOUND_OFFSET_FOLLOWING) {
        const char *text = lower_expr(l, offset);
        if (!text)
            return false;
        buf_printf(buf, "%s ", text);
    }
    buf_puts(buf, bounds[bound]);
    return true;
}

static const char *window_text(struct lower *l, const struct window *window)
{
    static const char *const modes[] = {"", "ROWS", "RANGE", "GROUPS"};
    static const char *const excludes[] = {"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"};
    struct buf buf = {0};
    buf_puts(&buf, " OVER (");
    for (int i = 0; i < window->partition.count; i++) {
        const char *key = lower_keyed(l, window->partition.items[i]);
        if (!key)
            goto fail;
        buf_printf(&buf, "%s%s", i ? ", " : "PARTITION BY ", key);
    }
    const char *sort = window->nsort ? lower_sort(l, window->nsort, window->sort, NULL) : "";
    if (!sort)
        goto fail;
    if (*sort)
        buf_printf(&buf, "%sORDER BY %s", window->partition.count ? " " : "", sort);
    if (window->mode != FRAME_DEFAULT) {
        buf_printf(&buf, " %s BETWEEN ", modes[window->mode]);
        if (!append_bound(l, &buf, window->start, window->start_offset))
            goto fail;
        buf_puts(&buf, " AND ");
        if (!append_bound(l, &buf, window->end, window->end_offset))
            goto fail;
        buf_puts(&buf, excludes[window->exclude]);
    }
    buf_putc(&buf, ')');
    return lower_take(l, &buf);
fail:
    buf_deinit(&buf);
    return NULL;
}

/* Must the engine compute the aggregate anew when a row leaves the frame? It does for a name that begins with '~'. */
static bool frame_needs_rows(const struct expr *expr, const struct func_impl *impl)
{
    const struct window *window = expr->kind == EXPR_WINDOW ? expr->agg.window : NULL;
    return window && window->mode != FRAME_DEFAULT && window->start != BOUND_UNBOUNDED_PRECEDING &&
           impl->form == FUNC_AGGREGATE && !impl->inverse;
}

/* The result does not depend on the order in which rows arrive. */
static bool order_is_idle(const char *name)
{
    static const char *const names[] = {"count", "min", "max", "sum", "avg", "bool_and", "bool_or", "every", "bit_and", "bit_or"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Rows go through pgquill_sorted, which sorts them (dropping equal ones for DISTINCT) and feeds the aggregate at the end. Its first argument says
 * how: "direct args keys distinct flags name". */
static const char *sorted_aggregate(struct lower *l, const struct expr *expr, const struct func_impl *impl)
{
    struct expr_list args = expr->agg.args;
    int nkeys = expr->agg.nsort ? expr->agg.nsort : args.count;
    if (args.count == 0 && expr->agg.nsort) {
        args.items = arena_array(l->arena, struct expr *, nkeys);
        for (args.count = 0; args.count < nkeys; args.count++)
            args.items[args.count] = expr->agg.sort[args.count].expr;
    }
    int ndirect = expr->agg.direct_args.count, count = 0;
    oid_t *types = arena_array(l->arena, oid_t, 1 + ndirect + args.count + nkeys);
    char *flags = arena_zalloc(l->arena, (size_t) nkeys * 2 + 1);
    struct buf list = {0}, names = {0};
    bool collated = false;
    types[count++] = TEXT_OID;
    for (int i = 0; i < ndirect + args.count + nkeys; i++) {
        const struct expr *item;
        if (i < ndirect) {
            item = expr->agg.direct_args.items[i];
        } else if (i < ndirect + args.count) {
            item = args.items[i - ndirect];
        } else {
            int key = i - ndirect - args.count;
            item = expr->agg.nsort ? expr->agg.sort[key].expr : args.items[key];
            char name[64] = "";
            const struct type_desc *type = catalog_type_by_oid(l->catalog, item->type);
            collated |= type && type->collation && !type->sqlite_collation &&
                        catalog_collation_storage(l->catalog, item->collation, name, sizeof name);
            buf_printf(&names, "%s|", name);
            flags[2 * key] = expr->agg.nsort && expr->agg.sort[key].descending ? 'd' : 'a';
            flags[2 * key + 1] = expr->agg.nsort && expr->agg.sort[key].nulls_first ? 'f' : 'l';
        }
        const char *text = lower_expr(l, item);
        if (!text) {
            buf_deinit(&list);
            buf_deinit(&names);
            return NULL;
        }
        buf_printf(&list, ", %s", text);
        types[count++] = item->type == UNKNOWN_OID ? TEXT_OID : item->type;
    }
    const char *rest = lower_take(l, &list), *collations = lower_take(l, &names);
    const char *how =
        LOWER_PRINT(l, "%d %d %d %d %s %s", ndirect, args.count, nkeys, expr->agg.distinct, nkeys ? flags : "-", impl->source);
    const char *function =
        lower_instance(l, func_find("pgquill_sorted"), count, types, expr->type, -1, collated ? collations : NULL);
    return function ? LOWER_PRINT(l, "%s(%s%s)", function, lower_string(l, how, strlen(how)), rest) : NULL;
}

static const char *aggregate_core(struct lower *l, const struct expr *expr)
{
    const struct proc_fact *proc = expr->agg.proc;
    const struct expr_list *args = &expr->agg.args;
    bool one = args->count == 1 && expr->agg.direct_args.count == 0;
    if (strcmp(proc->name, "count") == 0 && args->count <= 1) {
        if (expr->agg.star || args->count == 0)
            return "count(*)";
        const char *arg = lower_keyed(l, args->items[0]);
        return arg ? LOWER_PRINT(l, "count(%s%s)", expr->agg.distinct ? "DISTINCT " : "", arg) : NULL;
    }
    const char *collation = NULL;
    if (one && (strcmp(proc->name, "min") == 0 || strcmp(proc->name, "max") == 0) &&
        lower_compares(l, NULL, args->items[0]->type, args->items[0]->type, args->items[0]->collation, &collation)) {
        const char *arg = lower_keyed(l, args->items[0]);
        return arg ? LOWER_PRINT(l, "%s(%s)", proc->name, arg) : NULL;
    }
    const struct func_impl *impl = func_find(proc->source);
    if (!impl)
        return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, expr->location, "aggregate function %s (%s) is not supported",
                           proc->name, proc->source);
    const struct aggregate_fact *fact = catalog_aggregate_by_proc(l->catalog, proc->oid);
    bool ordered_set = fact && fact->kind != 'n';
    if (impl->form == FUNC_AGGREGATE && (ordered_set || (expr->agg.nsort && !order_is_idle(proc->name)) ||
                                         (expr->agg.distinct && (!one || !order_is_idle(proc->name)))))
        return sorted_aggregate(l, expr, impl);
    if (impl->form == FUNC_NATIVE) {
        const char **texts = arena_array(l->arena, const char *, args->count + 1);
        for (int i = 0; i < args->count; i++) {
            texts[i] = lower_keyed(l, args->items[i]);
            if (!texts[i])
                return NULL;
            if (expr->agg.distinct)
                texts[i] = LOWER_PRINT(l, "DISTINCT %s", texts[i]);
        }
        return lower_native(l, impl->native, args->count, texts);
    }
    oid_t *types = arena_array(l->arena, oid_t, args->count + 1);
    for (int i = 0; i < args->count; i++)
        types[i] = args->items[i]->type == UNKNOWN_OID ? TEXT_OID : args->items[i]->type;
    const char *name = lower_instance(l, impl, args->count, types, expr->type, -1, NULL);
    const char *list = expr->agg.distinct ? lower_keyed(l, args->items[0]) : lower_expr_list(l, args);
    if (!name || !list)
        return NULL;
    if (frame_needs_rows(expr, impl))
        name = LOWER_PRINT(l, "\"~%s", name + 1);
    return LOWER_PRINT(l, "%s(%s%s)", name, expr->agg.distinct ? "DISTINCT " : "", list);
}

const char *lower_aggregate(struct lower *l, const struct expr *expr)
{
    const char *core;
    const struct proc_fact *proc = expr->agg.proc;
    if (expr->kind == EXPR_WINDOW && proc->kind == 'w') {
        /* SQLite's own window functions carry PostgreSQL's names and meaning. */
        const char *args = lower_expr_list(l, &expr->agg.args);
        const struct func_impl *impl = func_find(proc->source);
        if (!args)
            return NULL;
        core = impl && impl->form == FUNC_AGGREGATE ? LOWER_PRINT(l, "%s(%s)", lower_quote(l, impl->source), args)
                                                    : LOWER_PRINT(l, "%s(%s)", proc->name, args);
    } else {
        core = aggregate_core(l, expr);
    }
    const char *filter = core ? filter_text(l, expr) : NULL;
    if (!filter)
        return NULL;
    if (expr->kind != EXPR_WINDOW)
        return *filter ? LOWER_PRINT(l, "%s%s", core, filter) : core;
    const char *window = window_text(l, expr->agg.window);
    return window ? LOWER_PRINT(l, "%s%s%s", core, filter, window) : NULL;
}
