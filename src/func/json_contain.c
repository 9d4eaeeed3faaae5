#include "func/json.h"

/* What a jsonb contains, and the order of jsonb values. */

/* Containment: every part of `b` is in `a`. */
static bool contains(const struct json *a, const struct json *b, bool top)
{
    if (a->kind == JSON_ARRAY && b->kind < JSON_ARRAY && top) { /* an array contains its scalars */
        for (uint32_t i = 0; i < a->count; i++)
            if (json_equal(&a->items[i], b))
                return true;
        return false;
    }
    if (a->kind != b->kind)
        return false;
    if (a->kind == JSON_OBJECT) {
        for (uint32_t i = 0; i < b->count; i++) {
            const struct json *value = json_member(a, b->keys[i].text, b->keys[i].len);
            if (!value || !contains(value, &b->items[i], false))
                return false;
        }
        return true;
    }
    if (a->kind == JSON_ARRAY) {
        for (uint32_t i = 0; i < b->count; i++) {
            bool found = false;
            for (uint32_t k = 0; k < a->count && !found; k++)
                found = contains(&a->items[k], &b->items[i], false);
            if (!found)
                return false;
        }
        return true;
    }
    return json_equal(a, b);
}

static bool jsonb_contains(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json a, b;
    (void) nargs;
    if (!json_load_two(call, args, &a, &b))
        return false;
    *result = datum_bool(contains(&a, &b, true));
    return true;
}

static bool jsonb_contained(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct datum swapped[2] = {args[1], args[0]};
    return jsonb_contains(call, nargs, swapped, result);
}

static bool has_key(const struct json *value, const char *key, size_t len)
{
    if (value->kind == JSON_OBJECT)
        return json_member(value, key, len) != NULL;
    struct json text = json_make_string(key, len);
    if (value->kind == JSON_STRING)
        return json_equal(value, &text);
    for (uint32_t i = 0; value->kind == JSON_ARRAY && i < value->count; i++)
        if (json_equal(&value->items[i], &text))
            return true;
    return false;
}

static bool jsonb_exists(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    *result = datum_bool(has_key(&value, args[1].data, args[1].len));
    return true;
}

static bool exists_several(struct fcall *call, const struct datum *args, bool all, struct datum *result)
{
    struct json value, keys;
    if (!json_load(call->arena, &args[0], &value, call->diag) || !json_load_path(call, &args[1], &keys))
        return false;
    bool found = all;
    for (uint32_t i = 0; i < keys.count && found == all; i++)
        if (keys.items[i].kind == JSON_STRING)
            found = has_key(&value, keys.items[i].text, keys.items[i].len);
    *result = datum_bool(found);
    return true;
}

static bool jsonb_exists_any(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return exists_several(call, args, false, result);
}

static bool jsonb_exists_all(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return exists_several(call, args, true, result);
}

static bool jsonb_cmp(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json a, b;
    (void) nargs;
    if (!json_load_two(call, args, &a, &b))
        return false;
    *result = datum_int(json_compare(&a, &b));
    return true;
}
#define COMPARISON(name, operator) NATIVE(name, "(%1 " operator" %2 COLLATE pg_jsonb)")
#define ROW(name)                  SCALAR(#name, name)

const struct func_impl func_impls_json_contain[] = {
    ROW(jsonb_contains),
    ROW(jsonb_contained),
    ROW(jsonb_exists),
    ROW(jsonb_exists_any),
    ROW(jsonb_exists_all),
    COMPARISON("jsonb_eq", "="),
    COMPARISON("jsonb_ne", "<>"),
    COMPARISON("jsonb_lt", "<"),
    COMPARISON("jsonb_le", "<="),
    COMPARISON("jsonb_gt", ">"),
    COMPARISON("jsonb_ge", ">="),
    ROW(jsonb_cmp),
    {0},
};
