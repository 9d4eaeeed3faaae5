#include "func/jsonpath.h"

#include <string.h>

/* The SQL functions over paths: jsonb_path_exists, _match, _query, _query_array, _query_first, each with _tz; and what @? and @@ stand for. */

/* A call site's path, kept while its text stays the same. */
struct known_path {
    char *text;
    size_t len;
    struct path path;
};

struct prepared {
    const struct path *path;
    struct arena *memo_arena;
};

static bool read_path(struct arena *arena, const struct datum *text, struct path *path, struct diag *diag)
{
    struct type_resolver trusting = {0}; /* its patterns were checked when the path was stored */
    return path_parse(arena, text->data, text->len, &trusting, path, diag);
}

static bool prepare(struct fcall *call, const struct datum *text, struct prepared *prepared)
{
    struct known_path *known = call->cache ? *call->cache : NULL;
    prepared->memo_arena = call->cache_arena;
    if (known && known->len == text->len && memcmp(known->text, text->data, text->len) == 0) {
        prepared->path = &known->path;
        return true;
    }
    if (known || !call->cache || !call->cache_arena) { /* paths that change from row to row are not kept */
        struct path *path = arena_new(call->arena, struct path);
        *prepared = (struct prepared){path, call->arena};
        return read_path(call->arena, text, path, call->diag);
    }
    struct known_path *fresh = arena_new(call->cache_arena, struct known_path);
    fresh->text = arena_strndup(call->cache_arena, text->data, text->len);
    fresh->len = text->len;
    struct datum own = datum_text(fresh->text, fresh->len); /* numbers in the tree stand in the text */
    if (!read_path(call->cache_arena, &own, &fresh->path, call->diag))
        return false;
    prepared->path = &fresh->path;
    *call->cache = fresh;
    return true;
}

/* Arguments: document, path and, but for the operators, which are silent, variables and silent. The found items are in `arena`. */
static bool run(struct fcall *call, struct arena *arena, int nargs, const struct datum *args, bool use_zone, bool *is_silent,
                struct path_values *found, enum path_result *result)
{
    struct prepared prepared;
    struct json *document = arena_new(arena, struct json), *variables = NULL;
    *is_silent = nargs < 4 || args[3].i;
    if (!prepare(call, &args[1], &prepared) || !json_load(arena, &args[0], document, call->diag))
        return false;
    if (nargs > 2) {
        variables = arena_new(arena, struct json);
        if (!json_load(arena, &args[2], variables, call->diag))
            return false;
    }
    return path_run(call, arena, prepared.path, prepared.memo_arena, document, variables,
                    (struct path_options){.use_zone = use_zone, .is_silent = *is_silent}, found, result);
}

static bool exists(struct fcall *call, int nargs, const struct datum *args, bool use_zone, struct datum *out)
{
    enum path_result result;
    bool is_silent;
    if (!run(call, call->arena, nargs, args, use_zone, &is_silent, NULL, &result))
        return false;
    *out = result == PATH_RESULT_ERROR ? datum_null() : datum_bool(result == PATH_RESULT_FOUND);
    return true;
}

static bool match(struct fcall *call, int nargs, const struct datum *args, bool use_zone, struct datum *out)
{
    struct path_values found = {0};
    enum path_result result;
    bool is_silent;
    if (!run(call, call->arena, nargs, args, use_zone, &is_silent, &found, &result))
        return false;
    bool is_single = found.count == 1 && (path_is(&found.items[0], JSON_BOOL) || path_is(&found.items[0], JSON_NULL));
    if (!is_single && !is_silent)
        return diag_set(call->diag, ERRCODE_SINGLETON_SQL_JSON_ITEM_REQUIRED, "single boolean result is expected");
    *out = is_single && path_is(&found.items[0], JSON_BOOL) ? datum_bool(found.items[0].json->value) : datum_null();
    return true;
}

static bool query_array(struct fcall *call, int nargs, const struct datum *args, bool use_zone, struct datum *out)
{
    struct path_values found = {0};
    enum path_result result;
    bool is_silent;
    if (!run(call, call->arena, nargs, args, use_zone, &is_silent, &found, &result))
        return false;
    struct json array = {.kind = JSON_ARRAY, .count = found.count, .items = arena_array(call->arena, struct json, found.count)};
    for (uint32_t i = 0; i < found.count; i++)
        array.items[i] = path_json(call->arena, &found.items[i], call->env->types);
    *out = json_store(call->arena, &array);
    return true;
}

static bool query_first(struct fcall *call, int nargs, const struct datum *args, bool use_zone, struct datum *out)
{
    struct path_values found = {0};
    enum path_result result;
    bool is_silent;
    if (!run(call, call->arena, nargs, args, use_zone, &is_silent, &found, &result))
        return false;
    *out = datum_null();
    if (found.count) {
        struct json first = path_json(call->arena, &found.items[0], call->env->types);
        *out = json_store(call->arena, &first);
    }
    return true;
}

/* jsonb_path_query: a row for each item. */
struct cursor {
    struct path_values found;
    uint32_t next;
};

static bool query_open(struct fcall *call, void *state, int nargs, const struct datum *args, bool use_zone)
{
    struct cursor *cursor = state;
    enum path_result result;
    bool is_silent;
    struct datum own[4];
    for (int i = 0; i < nargs; i++) {
        if (datum_is_null(&args[i]))
            return true;
        own[i] = args[i];
        if (args[i].kind == DATUM_TEXT) /* items stand in the texts they were read from */
            own[i] = datum_text(arena_strndup(call->cache_arena, args[i].data, args[i].len), args[i].len);
    }
    return run(call, call->cache_arena, nargs, own, use_zone, &is_silent, &cursor->found, &result);
}

static bool query_next(struct fcall *call, void *state, struct datum *row, bool *more)
{
    struct cursor *cursor = state;
    *more = cursor->next < cursor->found.count;
    if (*more) {
        struct json item = path_json(call->arena, &cursor->found.items[cursor->next++], call->env->types);
        row[0] = json_store(call->arena, &item);
    }
    return true;
}

#define FUNCTION(name, verb, use_zone)                                                                                           \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        return verb(call, nargs, args, use_zone, result);                                                                        \
    }
#define TABLE(name, use_zone)                                                                                                    \
    static bool name##_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)                               \
    {                                                                                                                            \
        return query_open(call, cursor, nargs, args, use_zone);                                                                  \
    }                                                                                                                            \
    static const struct table_func name = {sizeof(struct cursor), name##_open, query_next, NULL};
FUNCTION(jsonb_path_exists, exists, false)
FUNCTION(jsonb_path_exists_tz, exists, true)
FUNCTION(jsonb_path_match, match, false)
FUNCTION(jsonb_path_match_tz, match, true)
FUNCTION(jsonb_path_query_array, query_array, false)
FUNCTION(jsonb_path_query_array_tz, query_array, true)
FUNCTION(jsonb_path_query_first, query_first, false)
FUNCTION(jsonb_path_query_first_tz, query_first, true)
TABLE(jsonb_path_query, false)
TABLE(jsonb_path_query_tz, true)

#define ROW(name)         SCALAR(#name, name)
#define ROW_SESSION(name) SCALAR_FLAGS(#name, name, FUNC_SESSION)

const struct func_impl func_impls_jsonpath[] = {
    ROW(jsonb_path_exists),
    ROW_SESSION(jsonb_path_exists_tz),
    SCALAR("jsonb_path_exists_opr", jsonb_path_exists),
    ROW(jsonb_path_match),
    ROW_SESSION(jsonb_path_match_tz),
    SCALAR("jsonb_path_match_opr", jsonb_path_match),
    ROW(jsonb_path_query_array),
    ROW_SESSION(jsonb_path_query_array_tz),
    ROW(jsonb_path_query_first),
    ROW_SESSION(jsonb_path_query_first_tz),
    TABLE_FUNC("jsonb_path_query", &jsonb_path_query),
    TABLE_FUNC("jsonb_path_query_tz", &jsonb_path_query_tz),
    {0},
};
