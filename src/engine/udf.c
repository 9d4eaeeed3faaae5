#include "engine/internal.h"

#include "catalog/catalog.h"
#include "func/instance.h"
#include "util/stop.h"

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

/* What a function keeps between the calls of one statement. Most keep nothing: a spare cache is lent to a call, and stays with the statement only
 * when the call has put something in. */
struct call_cache {
    void *cache;
    struct arena arena;
};

static struct call_cache *cache_new(void)
{
    struct call_cache *cache = xcalloc(1, sizeof *cache);
    arena_init(&cache->arena);
    return cache;
}

static void cache_free(void *memory)
{
    struct call_cache *cache = memory;
    if (cache)
        arena_deinit(&cache->arena);
    free(cache);
}

static struct call_cache *borrow_cache(struct engine *engine, sqlite3_context *context, int number)
{
    /* Data under a negative index lives until the statement ends. */
    struct call_cache *cache = sqlite3_get_auxdata(context, -1 - number);
    if (cache)
        return cache;
    cache = engine->spare_cache ? engine->spare_cache : cache_new();
    engine->spare_cache = NULL;
    return cache;
}

static void return_cache(struct engine *engine, sqlite3_context *context, int number, struct call_cache *cache)
{
    if (cache->cache) {
        if (sqlite3_get_auxdata(context, -1 - number) != cache)
            sqlite3_set_auxdata(context, -1 - number, cache, cache_free);
    } else if (!engine->spare_cache) {
        arena_reset(&cache->arena);
        engine->spare_cache = cache;
    } else {
        cache_free(cache);
    }
}

void engine_fail_call(struct engine *engine, sqlite3_context *context, struct diag *diag)
{
    sqlite3_result_error(context, diag->message ? diag->message : "function failed", -1);
    diag_move(&engine->pending, diag);
}

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

struct diag *engine_call_diag(struct engine *engine, struct diag *nested)
{
    if (engine->call_depth == 0)
        return &engine->call_diag;
    *nested = (struct diag){0};
    return nested;
}

static void call_scalar(sqlite3_context *context, int nargs, sqlite3_value **values)
{
    struct registered *function = sqlite3_user_data(context);
    struct engine *engine = function->engine;
    struct datum few[ARGS_ON_STACK], *args = nargs <= ARGS_ON_STACK ? few : xmalloc(sizeof *args * (size_t) nargs);
    struct diag nested, *diag = engine_call_diag(engine, &nested);
    if (function->has_user_types && !engine_refresh_instance(function, diag)) {
        engine_fail_call(engine, context, diag);
    } else if (read_args(function, nargs, values, args)) {
        struct call_cache *cache = borrow_cache(engine, context, function->number);
        struct datum result = datum_null();
        struct fcall call = {.env = engine->env,
                             .inst = &function->instance,
                             .arena = &engine->call_arena,
                             .diag = diag,
                             .cache = &cache->cache,
                             .cache_arena = &cache->arena};
        /* A function may run statements, and so other functions: the outermost call drops the scratch. */
        bool outermost = engine->call_depth++ == 0;
        /* What was stopped may have given anything. */
        if (function->instance.impl->scalar(&call, nargs, args, &result) && stop_check(diag))
            engine_result(context, &result);
        else
            engine_fail_call(engine, context, diag);
        engine->call_depth--;
        if (outermost)
            arena_reset(&engine->call_arena);
        return_cache(engine, context, function->number, cache);
    }
    if (diag_is_set(diag))
        diag_clear(diag);
    if (args != few)
        free(args);
}

uint64_t engine_catalog_generation(const struct engine *engine)
{
    return engine->env && engine->env->catalog ? catalog_generation(engine->env->catalog) : 0;
}

static bool is_user_type(const struct type_desc *type)
{
    return type && type->oid >= OID_FIRST_USER;
}

static bool parse_instance(struct registered *function, struct diag *diag)
{
    const struct func_env *env = function->engine->env;
    struct func_instance *instance = &function->instance;
    arena_reset(&function->arena);
    function->is_moving = function->name[0] == '~';
    if (!func_instance_parse(function->name + function->is_moving, env ? env->resolver : NULL, &function->arena, instance, diag))
        return false;
    function->generation = engine_catalog_generation(function->engine);
    function->has_user_types = is_user_type(instance->result);
    for (int i = 0; i < instance->nargs; i++)
        function->has_user_types |= is_user_type(instance->args[i]);
    return true;
}

bool engine_refresh_instance(struct registered *function, struct diag *diag)
{
    if (!function->has_user_types || function->generation == engine_catalog_generation(function->engine))
        return true;
    if (parse_instance(function, diag))
        return true;
    /* The next call tries again. */
    function->generation = UINT64_MAX;
    return diag_is_set(diag) ? false : diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "function %s does not exist", function->name);
}

struct registered *engine_registered(struct engine *engine, const char *name, unsigned forms, struct diag *diag)
{
    /* Known and yet missed: SQLite means something else. */
    for (const struct registered *known = engine->functions; known; known = known->next)
        if (strcmp(known->name, name) == 0)
            return NULL;
    struct registered *function = xcalloc(1, sizeof *function);
    arena_init(&function->arena);
    function->engine = engine;
    function->name = xstrdup(name);
    if (!parse_instance(function, diag) || !(forms & 1u << function->instance.impl->form)) {
        arena_deinit(&function->arena);
        free(function->name);
        free(function);
        return NULL;
    }
    function->number = engine->nregistered++;
    function->next = engine->functions;
    engine->functions = function;
    return function;
}

/* May views, triggers and the like of any file call it? What only gives a value may be called. */
static bool is_harmless(const struct func_impl *impl)
{
    static const char *const harmless[] = {"clock_timestamp", "drandom", "gen_random_uuid", "timeofday",
                                           "pgquill_routine_volatile"};
    if (!(impl->flags & (FUNC_VOLATILE | FUNC_WRITES)))
        return true;
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (strcmp(impl->source, harmless[i]) == 0)
            return true;
    return false;
}

bool engine_register_function(struct engine *engine, const char *name, struct diag *diag)
{
    struct registered *function = engine_registered(engine, name, 1u << FUNC_SCALAR | 1u << FUNC_AGGREGATE, diag);
    if (!function)
        return false;
    const struct func_impl *impl = function->instance.impl;
    int flags =
        SQLITE_UTF8 | (is_harmless(impl) ? SQLITE_INNOCUOUS : 0) | (impl->flags & FUNC_VOLATILE ? 0 : SQLITE_DETERMINISTIC);
    int code;
    if (impl->form == FUNC_SCALAR)
        code = sqlite3_create_function_v2(engine->db, name, -1, flags, function, call_scalar, NULL, NULL, NULL);
    else
        code = engine_create_aggregate(function, flags);
    return code == SQLITE_OK || engine_report(engine, code, diag);
}

const char *engine_function(struct engine *engine, const struct func_instance *instance, struct diag *diag)
{
    for (const struct registered *known = engine->functions; known; known = known->next)
        if (strcmp(known->name, instance->name) == 0)
            return known->name;
    return engine_register_function(engine, instance->name, diag) ? engine->functions->name : NULL;
}

/* Names that SQLite's functions share with ours: the same for every handle of the library, so they are looked for once. */
static struct {
    char **names;
    int count;
    bool known;
} shared_names;

static bool is_ours(const char *name)
{
    const struct func_impl *impl = func_find(name);
    return impl && !(impl->flags & FUNC_TYPED) && (impl->form == FUNC_SCALAR || impl->form == FUNC_AGGREGATE);
}

bool engine_warm(struct diag *diag)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    if (shared_names.known)
        return true;
    int code = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db, "SELECT DISTINCT name FROM pragma_function_list", -1, &stmt, NULL);
    while (code == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
        const char *name = (const char *) sqlite3_column_text(stmt, 0);
        if (!is_ours(name))
            continue;
        shared_names.names = xrealloc(shared_names.names, sizeof *shared_names.names * (size_t) (shared_names.count + 1));
        shared_names.names[shared_names.count++] = xstrdup(name);
    }
    shared_names.known = code == SQLITE_OK;
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return shared_names.known ||
           diag_set(diag, ERRCODE_INTERNAL_ERROR, "could not list SQLite's functions: %s", sqlite3_errstr(code));
}

bool engine_override_builtins(struct engine *engine, struct diag *diag)
{
    if (!engine_warm(diag))
        return false;
    for (int i = 0; i < shared_names.count; i++)
        if (!engine_register_function(engine, shared_names.names[i], diag) && diag_is_set(diag))
            return false;
    return true;
}

void engine_unregister_all(struct engine *engine)
{
    while (engine->functions) {
        struct registered *function = engine->functions;
        engine->functions = function->next;
        arena_deinit(&function->arena);
        free(function->name);
        free(function);
    }
    cache_free(engine->spare_cache);
    engine->spare_cache = NULL;
}
