#include "engine/internal.h"

#include "util/stop.h"

#include <stdlib.h>

/* Aggregates, plain and over windows. A window's frame drops rows at its start by the function's inverse. Where there is none, or it would not be exact,
 * PostgreSQL computes the frame again from its rows; so do we for a function that lowering names with a '~' before its name: its rows are
 * kept, and when some were dropped the state is made anew from the rest at the next look at the result. */

/* One group's state, in SQLite's aggregate context, which is zeroed and does not move; SQLite calls call_final for every group, even when the
 * statement is abandoned. */
struct group {
    struct arena arena;
    void *cache;
    bool begun;
    bool is_stale;       /* rows were dropped that the state still counts */
    struct datum **rows; /* of the frame, when it moves; each a block of its own with its texts */
    int first, end, cap;
    char state[]; /* from the first address in it that suits any type */
};

enum { STATE_ALIGNMENT = 16 };

static struct group *group_of(sqlite3_context *context, const struct registered *function)
{
    size_t size = sizeof(struct group) + function->instance.impl->state_size + STATE_ALIGNMENT;
    struct group *group = sqlite3_aggregate_context(context, (int) size);
    if (group && !group->begun) {
        arena_init(&group->arena);
        group->begun = true;
    }
    return group;
}

static void *group_state(struct group *group)
{
    return (void *) (((uintptr_t) group->state + STATE_ALIGNMENT - 1) & ~(uintptr_t) (STATE_ALIGNMENT - 1));
}

static struct fcall group_call(struct registered *function, struct group *group, struct diag *diag)
{
    return (struct fcall){.env = function->engine->env,
                          .inst = &function->instance,
                          .arena = &function->engine->call_arena,
                          .diag = diag,
                          .cache = &group->cache,
                          .cache_arena = &group->arena};
}

static inline bool run_step(struct registered *function, struct group *group, func_step *step, int nargs,
                            const struct datum *args, struct diag *diag)
{
    struct engine *engine = function->engine;
    struct fcall call = group_call(function, group, diag);
    if (function->has_user_types && !engine_refresh_instance(function, diag))
        return false;
    bool outermost = engine->call_depth++ == 0;
    bool good = step(&call, group_state(group), nargs, args) && stop_check(diag);
    engine->call_depth--;
    if (outermost)
        arena_reset(&engine->call_arena);
    return good;
}

/* A copy whose first member is the number of values. */
static struct datum *copy_row(int nargs, const struct datum *args)
{
    size_t size = sizeof *args * ((size_t) nargs + 1);
    for (int i = 0; i < nargs; i++)
        size += args[i].kind >= DATUM_TEXT ? args[i].len : 0;
    struct datum *row = xmalloc(size);
    char *at = (char *) (row + nargs + 1);
    row[0] = datum_int(nargs);
    for (int i = 0; i < nargs; i++) {
        row[i + 1] = args[i];
        if (args[i].kind < DATUM_TEXT || args[i].len == 0)
            continue;
        row[i + 1].data = memcpy(at, args[i].data, args[i].len);
        at += args[i].len;
    }
    return row;
}

static void keep_row(struct group *group, int nargs, const struct datum *args)
{
    if (group->end == group->cap && group->first > group->cap / 2) {
        memmove(group->rows, group->rows + group->first, sizeof *group->rows * (size_t) (group->end - group->first));
        group->end -= group->first;
        group->first = 0;
    }
    if (group->end == group->cap) {
        group->cap = group->cap ? group->cap * 2 : 16;
        group->rows = xrealloc(group->rows, sizeof *group->rows * (size_t) group->cap);
    }
    group->rows[group->end++] = copy_row(nargs, args);
}

static bool make_anew(struct registered *function, struct group *group, struct diag *diag)
{
    group->is_stale = false;
    group->cache = NULL;
    arena_reset(&group->arena);
    memset(group_state(group), 0, function->instance.impl->state_size);
    for (int i = group->first; i < group->end; i++) {
        const struct datum *row = group->rows[i];
        if (!run_step(function, group, function->instance.impl->step, (int) row[0].i, row + 1, diag))
            return false;
    }
    return true;
}

static void call_step(sqlite3_context *context, int nargs, sqlite3_value **values)
{
    struct registered *function = sqlite3_user_data(context);
    struct group *group = group_of(context, function);
    struct datum few[ARGS_ON_STACK], *args = nargs <= ARGS_ON_STACK ? few : xmalloc(sizeof *args * (size_t) nargs);
    struct diag nested, *diag = engine_call_diag(function->engine, &nested);
    for (int i = 0; i < nargs; i++)
        engine_value(values[i], &args[i]);
    if (!group)
        sqlite3_result_error_nomem(context);
    else if (!group->is_stale && !run_step(function, group, function->instance.impl->step, nargs, args, diag))
        engine_fail_call(function->engine, context, diag);
    if (group && function->is_moving)
        keep_row(group, nargs, args);
    if (diag_is_set(diag))
        diag_clear(diag);
    if (args != few)
        free(args);
}

static void call_inverse(sqlite3_context *context, int nargs, sqlite3_value **values)
{
    struct registered *function = sqlite3_user_data(context);
    struct group *group = group_of(context, function);
    struct datum few[ARGS_ON_STACK], *args = nargs <= ARGS_ON_STACK ? few : xmalloc(sizeof *args * (size_t) nargs);
    struct diag nested, *diag = engine_call_diag(function->engine, &nested);
    for (int i = 0; i < nargs; i++)
        engine_value(values[i], &args[i]);
    if (!group) {
        sqlite3_result_error_nomem(context);
    } else if (function->is_moving) {
        /* Rows leave in the order in which they came. */
        if (group->first < group->end)
            free(group->rows[group->first++]);
        group->is_stale = true;
    } else if (!function->instance.impl->inverse) {
        diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "aggregate %s does not support a window frame whose start moves",
                 function->name);
        engine_fail_call(function->engine, context, diag);
    } else if (!run_step(function, group, function->instance.impl->inverse, nargs, args, diag)) {
        engine_fail_call(function->engine, context, diag);
    }
    if (diag_is_set(diag))
        diag_clear(diag);
    if (args != few)
        free(args);
}

/* The result of what was fed so far; the state stays as it is, so that a window may go on. */
static struct group *give_value(sqlite3_context *context)
{
    struct registered *function = sqlite3_user_data(context);
    struct engine *engine = function->engine;
    struct group *group = group_of(context, function);
    if (!group) {
        sqlite3_result_error_nomem(context);
        return NULL;
    }
    struct diag diag = {0};
    struct datum result = datum_null();
    struct fcall call = group_call(function, group, &diag);
    bool good = !group->is_stale || make_anew(function, group, &diag);
    bool outermost = engine->call_depth++ == 0;
    if (good && function->instance.impl->final(&call, group_state(group), &result))
        engine_result(context, &result);
    else
        engine_fail_call(engine, context, &diag);
    engine->call_depth--;
    if (outermost)
        arena_reset(&engine->call_arena);
    return group;
}

static void call_value(sqlite3_context *context)
{
    give_value(context);
}

static void call_final(sqlite3_context *context)
{
    struct group *group = give_value(context);
    if (!group)
        return;
    while (group->first < group->end)
        free(group->rows[group->first++]);
    free(group->rows);
    group->rows = NULL;
    group->first = group->end = group->cap = 0;
    arena_deinit(&group->arena);
}

int engine_create_aggregate(struct registered *function, int flags)
{
    return sqlite3_create_window_function(function->engine->db, function->name, -1, flags, function, call_step, call_final,
                                          call_value, call_inverse, NULL);
}
