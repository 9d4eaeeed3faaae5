#include "sql/analyse_internal.h"

/* OVER and WINDOW. */

enum {
    OPTION_NONDEFAULT = 0x1,
    OPTION_RANGE = 0x2,
    OPTION_ROWS = 0x4,
    OPTION_GROUPS = 0x8,
    OPTION_BETWEEN = 0x10,
    OPTION_START_UNBOUNDED_PRECEDING = 0x20,
    OPTION_END_UNBOUNDED_PRECEDING = 0x40,
    OPTION_START_UNBOUNDED_FOLLOWING = 0x80,
    OPTION_END_UNBOUNDED_FOLLOWING = 0x100,
    OPTION_START_CURRENT_ROW = 0x200,
    OPTION_END_CURRENT_ROW = 0x400,
    OPTION_START_OFFSET_PRECEDING = 0x800,
    OPTION_END_OFFSET_PRECEDING = 0x1000,
    OPTION_START_OFFSET_FOLLOWING = 0x2000,
    OPTION_END_OFFSET_FOLLOWING = 0x4000,
    OPTION_EXCLUDE_CURRENT_ROW = 0x8000,
    OPTION_EXCLUDE_GROUP = 0x10000,
    OPTION_EXCLUDE_TIES = 0x20000,
};

static enum frame_bound bound_of(int options, int shift)
{
    if (options & (OPTION_START_UNBOUNDED_PRECEDING << shift))
        return BOUND_UNBOUNDED_PRECEDING;
    if (options & (OPTION_START_UNBOUNDED_FOLLOWING << shift))
        return BOUND_UNBOUNDED_FOLLOWING;
    if (options & (OPTION_START_OFFSET_PRECEDING << shift))
        return BOUND_OFFSET_PRECEDING;
    if (options & (OPTION_START_OFFSET_FOLLOWING << shift))
        return BOUND_OFFSET_FOLLOWING;
    return BOUND_CURRENT_ROW;
}

static struct expr *frame_offset(struct analysis *a, struct window *window, const PgQuery__Node *node, int location)
{
    static const char *const names[] = {"", "ROWS", "RANGE", "GROUPS"};
    struct expr *expr = analyse_in(a, node, CLAUSE_FRAME);
    if (!expr)
        return NULL;
    if (window->mode != FRAME_RANGE)
        return coerce_integer(a, expr, INT8_OID, names[window->mode]);
    if (window->nsort != 1)
        return analysis_error(a, ERRCODE_WINDOWING_ERROR, location,
                              "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column");
    oid_t key = coercion_base(a, window->sort[0].expr->type, NULL);
    switch (key) {
    case DATE_OID:
    case TIMESTAMP_OID:
    case TIMESTAMPTZ_OID:
    case TIME_OID:
    case TIMETZ_OID:
    case INTERVAL_OID:
        key = INTERVAL_OID;
        break;
    default:
        break;
    }
    return coerce_integer(a, expr, key, "RANGE");
}

static struct window *window_build(struct analysis *a, const PgQuery__WindowDef *def)
{
    struct window *window = arena_new(a->arena, struct window);
    const char *base = def->refname[0] ? def->refname : NULL;
    if (base) {
        struct named_window *named = a->scope->windows;
        while (named && (strcmp(named->name, base) != 0 || !named->window))
            named = named->next;
        if (!named)
            return analysis_error(a, ERRCODE_UNDEFINED_OBJECT, def->location, "window \"%s\" does not exist", base);
        if (def->n_partition_clause)
            return analysis_error(a, ERRCODE_WINDOWING_ERROR, def->location,
                                  "cannot override PARTITION BY clause of window \"%s\"", base);
        if (def->n_order_clause && named->window->nsort)
            return analysis_error(a, ERRCODE_WINDOWING_ERROR, def->location, "cannot override ORDER BY clause of window \"%s\"",
                                  base);
        if (named->window->mode != FRAME_DEFAULT)
            return analysis_error(a, ERRCODE_WINDOWING_ERROR, def->location,
                                  "cannot copy window \"%s\" because it has a frame clause", base);
        *window = *named->window;
    }
    enum clause saved = a->scope->clause;
    a->scope->clause = CLAUSE_PARTITION;
    for (size_t i = 0; i < def->n_partition_clause; i++) {
        struct expr *expr = coerce_unknown(a, analyse_expr(a, def->partition_clause[i]));
        if (!expr)
            return NULL;
        expr_list_add(a, &window->partition, expr);
    }
    a->scope->clause = CLAUSE_WINDOW_ORDER;
    if (def->n_order_clause) {
        window->nsort = 0;
        window->sort = arena_array(a->arena, struct sort_item, def->n_order_clause);
        for (size_t i = 0; i < def->n_order_clause; i++) {
            struct expr *expr = coerce_unknown(a, analyse_expr(a, def->order_clause[i]->sort_by->node));
            if (!expr || !sort_item_make(a, expr, def->order_clause[i]->sort_by, &window->sort[window->nsort]))
                return NULL;
            window->nsort++;
        }
    }
    a->scope->clause = saved;
    int options = def->frame_options;
    if (options & OPTION_NONDEFAULT) {
        window->mode = options & OPTION_ROWS ? FRAME_ROWS : options & OPTION_GROUPS ? FRAME_GROUPS : FRAME_RANGE;
        window->start = bound_of(options, 0);
        window->end = bound_of(options, 1);
        window->exclude = options & OPTION_EXCLUDE_CURRENT_ROW ? EXCLUDE_CURRENT_ROW
                          : options & OPTION_EXCLUDE_GROUP     ? EXCLUDE_GROUP
                          : options & OPTION_EXCLUDE_TIES      ? EXCLUDE_TIES
                                                               : EXCLUDE_NONE;
        if (window->mode == FRAME_GROUPS && !window->nsort)
            return analysis_error(a, ERRCODE_WINDOWING_ERROR, def->location, "GROUPS mode requires an ORDER BY clause");
        if (def->start_offset && !(window->start_offset = frame_offset(a, window, def->start_offset, def->location)))
            return NULL;
        if (def->end_offset && !(window->end_offset = frame_offset(a, window, def->end_offset, def->location)))
            return NULL;
    }
    return window;
}

struct window *window_of(struct analysis *a, const PgQuery__WindowDef *def)
{
    /* OVER name is that window itself, frame included. */
    if (def->name[0]) {
        for (struct named_window *named = a->scope->windows; named; named = named->next) {
            if (strcmp(named->name, def->name) != 0)
                continue;
            if (!named->window)
                named->window = window_build(a, named->def);
            return named->window;
        }
        return analysis_error(a, ERRCODE_UNDEFINED_OBJECT, def->location, "window \"%s\" does not exist", def->name);
    }
    for (struct named_window *named = a->scope->windows; def->refname[0] && named; named = named->next)
        if (strcmp(named->name, def->refname) == 0 && !named->window && !(named->window = window_build(a, named->def)))
            return NULL;
    return window_build(a, def);
}

bool window_clause(struct analysis *a, size_t count, PgQuery__Node **nodes)
{
    struct named_window **tail = &a->scope->windows;
    for (size_t i = 0; i < count; i++) {
        const PgQuery__WindowDef *def = nodes[i]->window_def;
        for (struct named_window *other = a->scope->windows; other; other = other->next)
            if (strcmp(other->name, def->name) == 0)
                return analysis_error(a, ERRCODE_WINDOWING_ERROR, def->location, "window \"%s\" is already defined", def->name),
                       false;
        struct named_window *named = arena_new(a->arena, struct named_window);
        named->name = def->name;
        named->def = def;
        *tail = named;
        tail = &named->next;
    }
    return true;
}

bool window_finish(struct analysis *a)
{
    for (struct named_window *named = a->scope->windows; named; named = named->next)
        if (!named->window && !(named->window = window_build(a, named->def)))
            return false;
    return true;
}
