#include "engine/internal.h"

#include "func/instance.h"

#include <stdlib.h>

/* SQLite calls our functions; values go over as datums, without copies on the way in and with one on the way out. */

void engine_value(sqlite3_value *value, struct datum *datum)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        *datum = datum_int(sqlite3_value_int64(value));
        break;
    case SQLITE_FLOAT:
        *datum = datum_real(sqlite3_value_double(value));
        break;
    case SQLITE_TEXT: {
        const char *text = (const char *) sqlite3_value_text(value);
        *datum = datum_text(text, (size_t) sqlite3_value_bytes(value));
        break;
    }
    case SQLITE_BLOB: {
        const void *data = sqlite3_value_blob(value);
        *datum = datum_blob(data ? data : "", (size_t) sqlite3_value_bytes(value));
        break;
    }
    default:
        *datum = datum_null();
    }
}

void engine_result(sqlite3_context *context, const struct datum *value)
{
    switch (value->kind) {
    case DATUM_NULL:
        sqlite3_result_null(context);
        break;
    case DATUM_INT:
        sqlite3_result_int64(context, value->i);
        break;
    case DATUM_REAL:
        sqlite3_result_double(context, value->r);
        break;
    case DATUM_TEXT:
        sqlite3_result_text64(context, value->len ? value->data : "", value->len, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    case DATUM_BLOB:
        sqlite3_result_blob64(context, value->len ? value->data : "", value->len, SQLITE_TRANSIENT);
        break;
    }
}

/* What a function keeps between the calls of one statement. */
struct call_cache {
    void *cache;
    struct arena arena;
};

static void free_cache(void *memory)
{
    struct call_cache *cache = memory;
    arena_deinit(&cache->arena);
    free(cache);
}

static struct call_cache *statement_cache(sqlite3_context *context, int number)
{
    /* Data under a negative index lives as long as the statement runs. */
    struct call_cache *cache = sqlite3_get_auxdata(context, -1 - number);
    if (cache)
        return cache;
    cache = xcalloc(1, sizeof *cache);
    arena_init(&cache->arena);
    sqlite3_set_auxdata(context, -1 - number, cache, free_cache);
    return sqlite3_get_auxdata(context, -1 - number);
}

static void fail(struct engine *engine, sqlite3_context *context, struct diag *diag)
{
    if (!diag_is_set(&engine->pending))
        diag_move(&engine->pending, diag);
    else
        diag_clear(diag);
    sqlite3_result_error(context, "function failed", -1);
}

enum { ARGS_ON_STACK = 16 };

/* Read arguments; false when a strict function got a NULL. */
static bool read_args(const struct registered *function, int nargs, sqlite3_value **values, struct datum *args)
{
    bool strict = function->instance.impl->flags & FUNC_STRICT;
    for (int i = 0; i < nargs; i++) {
        engine_value(values[i], &args[i]);
        if (strict && args[i].kind == DATUM_NULL)
            return false;
    }
    return true;
}

static void call_scalar(sqlite3_context *context, int nargs, sqlite3_value **values)
{
    struct registered *function = sqlite3_user_data(context);
    struct engine *engine = function->engine;
    struct datum few[ARGS_ON_STACK], *args = nargs <= ARGS_ON_STACK ? few : xmalloc(sizeof *args * (size_t) nargs);
    if (read_args(function, nargs, values, args)) {
        struct call_cache *cache = statement_cache(context, function->number);
        struct diag diag = {0};
        struct datum result = datum_null();
        struct fcall call = {.env = engine->env, .inst = &function->instance, .arena = &engine->call_arena, .diag = &diag,
                             .cache = &cache->cache, .cache_arena = &cache->arena};
        /* A function may run statements, and so other functions: the outermost call drops the scratch. */
        bool outermost = engine->call_depth++ == 0;
        if (function->instance.impl->scalar(&call, nargs, args, &result))
            engine_result(context, &result);
        else
            fail(engine, context, &diag);
        engine->call_depth--;
        if (outermost)
            arena_reset(&engine->call_arena);
    }
    if (args != few)
        free(args);
}

/* One group's state, in SQLite's aggregate context. */
struct group {
    struct arena *arena;
    void *cache;
    _Alignas(16) char state[];
};

static struct group *group_of(sqlite3_context *context, const struct registered *function, bool make)
{
    struct group *group = sqlite3_aggregate_context(context, make ? (int) (sizeof *group + function->instance.impl->state_size) : 0);
    if (group && make && !group->arena) {
        group->arena = xmalloc(sizeof *group->arena);
        arena_init(group->arena);
    }
    return group;
}

static void feed(sqlite3_context *context, int nargs, sqlite3_value **values, func_step *step)
{
    struct registered *function = sqlite3_user_data(context);
    struct engine *engine = function->engine;
    struct group *group = group_of(context, function, true);
    struct datum few[ARGS_ON_STACK], *args = nargs <= ARGS_ON_STACK ? few : xmalloc(sizeof *args * (size_t) nargs);
    if (!group) {
        sqlite3_result_error_nomem(context);
        return;
    }
    for (int i = 0; i < nargs; i++)
        engine_value(values[i], &args[i]);
    struct diag diag = {0};
    struct fcall call = {.env = engine->env, .inst = &function->instance, .arena = &engine->call_arena, .diag = &diag, .cache = &group->cache, .cache_arena = group->arena};
    bool outermost = engine->call_depth++ == 0;
    if (!step(&call, group->state, nargs, args))
        fail(engine, context, &diag);
    engine->call_depth--;
    if (outermost)
        arena_reset(&engine->call_arena);
    if (args != few)
        free(args);
}

static void call_step(sqlite3_context *context, int nargs, sqlite3_value **values)
{
    struct registered *function = sqlite3_user_data(context);
    feed(context, nargs, values, function->instance.impl->step);
}

static void call_inverse(sqlite3_context *context, int nargs, sqlite3_value **values)
{
    struct registered *function = sqlite3_user_data(context);
    if (function->instance.impl->inverse) {
        feed(context, nargs, values, function->instance.impl->inverse);
        return;
    }
    struct diag diag = {0};
    diag_set(&diag, ERRCODE_FEATURE_NOT_SUPPORTED, "aggregate %s does not support a frame that moves its start", function->instance.name);
    fail(function->engine, context, &diag);
}

static void give_value(sqlite3_context *context, struct group *group)
{
    struct registered *function = sqlite3_user_data(context);
    struct engine *engine = function->engine;
    struct arena scratch;
    void *cache = NULL, *state = group ? (void *) group->state : NULL;
    arena_init(&scratch);
    if (!state)
        state = arena_zalloc(&scratch, function->instance.impl->state_size);
    struct diag diag = {0};
    struct datum result = datum_null();
    struct fcall call = {.env = engine->env, .inst = &function->instance, .arena = &scratch, .diag = &diag,
                         .cache = group ? &group->cache : &cache, .cache_arena = group && group->arena ? group->arena : &scratch};
    if (function->instance.impl->final(&call, state, &result))
        engine_result(context, &result);
    else
        fail(engine, context, &diag);
    arena_deinit(&scratch);
}

static void call_value(sqlite3_context *context)
{
    give_value(context, group_of(context, sqlite3_user_data(context), true));
}

static void call_final(sqlite3_context *context)
{
    struct group *group = group_of(context, sqlite3_user_data(context), false);
    give_value(context, group);
    if (group && group->arena) {
        arena_deinit(group->arena);
        free(group->arena);
        group->arena = NULL;
    }
}

struct registered *engine_registered(struct engine *engine, const char *name, struct diag *diag)
{
    struct registered *function = xcalloc(1, sizeof *function);
    arena_init(&function->arena);
    if (!func_instance_parse(name, engine->env ? engine->env->resolver : NULL, &function->arena, &function->instance, diag)) {
        arena_deinit(&function->arena);
        free(function);
        return NULL;
    }
    function->engine = engine;
    function->number = engine->nregistered++;
    function->next = engine->functions;
    engine->functions = function;
    return function;
}

bool engine_register_function(struct engine *engine, const char *name, struct diag *diag)
{
    struct registered *function = engine_registered(engine, name, diag);
    if (!function)
        return false;
    const struct func_impl *impl = function->instance.impl;
    int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS | (impl->flags & FUNC_VOLATILE ? 0 : SQLITE_DETERMINISTIC);
    int code;
    if (impl->form == FUNC_SCALAR)
        code = sqlite3_create_function_v2(engine->db, name, -1, flags, function, call_scalar, NULL, NULL, NULL);
    else if (impl->form == FUNC_AGGREGATE)
        code = sqlite3_create_window_function(engine->db, name, -1, flags, function, call_step, call_final, call_value, call_inverse, NULL);
    else
        return false;
    return code == SQLITE_OK || engine_report(engine, code, diag);
}

const char *engine_function(struct engine *engine, const struct func_instance *instance, struct diag *diag)
{
    for (const struct registered *known = engine->functions; known; known = known->next)
        if (strcmp(known->instance.name, instance->name) == 0)
            return known->instance.name;
    return engine_register_function(engine, instance->name, diag) ? engine->functions->instance.name : NULL;
}

void engine_unregister_all(struct engine *engine)
{
    while (engine->functions) {
        struct registered *function = engine->functions;
        engine->functions = function->next;
        arena_deinit(&function->arena);
        free(function);
    }
}
