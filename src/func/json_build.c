#include "func/json.h"
#include "func/json_value.h"
#include "func/variadic.h"
#include "type/array.h"
#include "type/codecs.h"

#include <string.h>

/* JSON from values of other types. */

static bool to_json(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    if (!json_value_put(call, call->inst->args[0], &args[0], &out)) {
        buf_deinit(&out);
        return false;
    }
    return json_give(call, &out, result);
}

/* row_to_json and array_to_json with a boolean: one line for each part? */
static bool to_json_lines(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    bool good = args[1].i ? json_value_put_lines(call, call->inst->args[0], &args[0], &out)
                          : json_value_put(call, call->inst->args[0], &args[0], &out);
    if (good)
        return json_give(call, &out, result);
    buf_deinit(&out);
    return false;
}

static bool to_jsonb(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return json_as_jsonb(call, to_json(call, nargs, args, result), result);
}

static bool no_key(struct fcall *call, int number, enum json_flavour flavour)
{
    if (flavour == JSON_BINARY)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "argument %d: key must not be null", number);
    diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "argument %d cannot be null", number);
    return diag_hint(call->diag, "Object keys should be text.");
}

static bool object_from(struct fcall *call, int nargs, const struct datum *args, enum json_flavour flavour, struct datum *result)
{
    struct buf out = {0};
    if (nargs % 2) {
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "argument list must have even number of elements");
        return diag_hint(call->diag, "The arguments of %s() must consist of alternating keys and values.",
                         flavour == JSON_BINARY ? "jsonb_build_object" : "json_build_object");
    }
    buf_putc(&out, '{');
    for (int i = 0; i < nargs; i += 2) {
        if (i)
            buf_puts(&out, ", ");
        if (datum_is_null(&args[i])) {
            buf_deinit(&out);
            return no_key(call, i + 1, flavour);
        }
        if (!json_value_put_key(call, call->inst->args[i], &args[i], &out)) {
            buf_deinit(&out);
            return false;
        }
        buf_puts(&out, " : ");
        if (!json_value_put(call, call->inst->args[i + 1], &args[i + 1], &out)) {
            buf_deinit(&out);
            return false;
        }
    }
    buf_putc(&out, '}');
    return json_give(call, &out, result);
}

static bool build_object(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return object_from(call, nargs, args, JSON_PLAIN, result);
}

static bool build_array(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf out = {0};
    buf_putc(&out, '[');
    for (int i = 0; i < nargs; i++) {
        if (i)
            buf_puts(&out, ", ");
        if (!json_value_put(call, call->inst->args[i], &args[i], &out)) {
            buf_deinit(&out);
            return false;
        }
    }
    buf_putc(&out, ']');
    return json_give(call, &out, result);
}

static bool jsonb_build_object(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return json_as_jsonb(call, object_from(call, nargs, args, JSON_BINARY, result), result);
}

static bool jsonb_build_array(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return json_as_jsonb(call, build_array(call, nargs, args, result), result);
}

/* json_object: texts become an object's keys and values. */

static bool wrong_shape(struct fcall *call, const char *message)
{
    return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "%s", message);
}

static bool object_of(struct fcall *call, int count, const struct datum *keys, const struct datum *values, int stride,
                      struct datum *result)
{
    struct buf out = {0};
    buf_putc(&out, '{');
    for (int i = 0; i < count; i++) {
        const struct datum *key = &keys[i * stride], *value = &values[i * stride];
        if (datum_is_null(key)) {
            buf_deinit(&out);
            return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "null value not allowed for object key");
        }
        if (i)
            buf_puts(&out, ", ");
        json_write_string(key->data, key->len, &out);
        buf_puts(&out, " : ");
        if (datum_is_null(value))
            buf_puts(&out, "null");
        else
            json_write_string(value->data, value->len, &out);
    }
    buf_putc(&out, '}');
    return json_give(call, &out, result);
}

static bool json_object(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct array pairs;
    array_load(call->arena, type_builtin(TEXT_OID), &args[0], &pairs);
    if (pairs.ndims > 2)
        return wrong_shape(call, "wrong number of array subscripts");
    if (pairs.ndims == 2 && pairs.dims[1] != 2)
        return wrong_shape(call, "array must have two columns");
    if (pairs.count % 2)
        return wrong_shape(call, "array must have even number of elements");
    return object_of(call, pairs.count / 2, pairs.items, pairs.items + 1, 2, result);
}

static bool json_object_two_arg(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct array keys, values;
    array_load(call->arena, type_builtin(TEXT_OID), &args[0], &keys);
    array_load(call->arena, type_builtin(TEXT_OID), &args[1], &values);
    if (keys.ndims > 1 || keys.ndims != values.ndims)
        return wrong_shape(call, "wrong number of array subscripts");
    if (keys.count != values.count)
        return wrong_shape(call, "mismatched array dimensions");
    return object_of(call, keys.count, keys.items, values.items, 1, result);
}

static bool jsonb_object(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return json_as_jsonb(call, json_object(call, nargs, args, result), result);
}

static bool jsonb_object_two_arg(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return json_as_jsonb(call, json_object_two_arg(call, nargs, args, result), result);
}

/* Aggregates */

struct collected {
    char *data;
    size_t len, room;
    bool any;
};

static void collect(struct fcall *call, struct collected *state, const char *data, size_t len)
{
    if (state->room - state->len < len) {
        size_t room = (state->len + len) * 2 + 64;
        state->data = arena_grow(call->cache_arena, state->data, state->len, room);
        state->room = room;
    }
    memcpy(state->data + state->len, data, len);
    state->len += len;
}

static bool json_agg_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct buf item = {0};
    struct collected *collected = state;
    const struct type_desc *type = call->inst->args[0];
    (void) nargs;
    buf_puts(&item, collected->any ? ", " : "[");
    if (collected->any && !datum_is_null(&args[0]) &&
        (type->codec == &type_codec_array || type->typtype == 'c' || type->oid == RECORD_OID))
        buf_puts(&item, "\n ");
    bool good = json_value_put(call, type, &args[0], &item);
    if (good)
        collect(call, collected, item.data, item.len);
    collected->any = true;
    buf_deinit(&item);
    return good;
}

static bool json_object_agg_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct buf item = {0};
    struct collected *collected = state;
    (void) nargs;
    if (datum_is_null(&args[0]))
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "field name must not be null");
    buf_puts(&item, collected->any ? ", " : "{ ");
    bool good = json_value_put_key(call, call->inst->args[0], &args[0], &item);
    buf_puts(&item, " : ");
    good = good && json_value_put(call, call->inst->args[1], &args[1], &item);
    if (good)
        collect(call, collected, item.data, item.len);
    collected->any = true;
    buf_deinit(&item);
    return good;
}

static bool close_with(struct fcall *call, const struct collected *collected, const char *end, struct datum *result)
{
    *result = collected->any ? datum_cstr(arena_printf(call->arena, "%.*s%s", (int) collected->len, collected->data, end))
                             : datum_null();
    return true;
}

static bool json_agg_final(struct fcall *call, void *state, struct datum *result)
{
    return close_with(call, state, "]", result);
}

static bool json_object_agg_final(struct fcall *call, void *state, struct datum *result)
{
    return close_with(call, state, " }", result);
}

static bool jsonb_agg_final(struct fcall *call, void *state, struct datum *result)
{
    close_with(call, state, "]", result);
    return datum_is_null(result) || json_as_jsonb(call, true, result);
}

static bool jsonb_object_agg_final(struct fcall *call, void *state, struct datum *result)
{
    close_with(call, state, " }", result);
    return datum_is_null(result) || json_as_jsonb(call, true, result);
}
VARIADIC(build_object)
VARIADIC(build_array)
VARIADIC(jsonb_build_object)
VARIADIC(jsonb_build_array)

const struct func_impl func_impls_json_build[] = {
    SCALAR_TYPED("to_json", to_json),
    SCALAR_TYPED("to_jsonb", to_jsonb),
    SCALAR_TYPED("row_to_json", to_json),
    SCALAR_TYPED("array_to_json", to_json),
    SCALAR_TYPED("row_to_json_pretty", to_json_lines),
    SCALAR_TYPED("array_to_json_pretty", to_json_lines),
    SCALAR("json_object", json_object),
    SCALAR("json_object_two_arg", json_object_two_arg),
    SCALAR("jsonb_object", jsonb_object),
    SCALAR("jsonb_object_two_arg", jsonb_object_two_arg),
    SCALAR_TYPED("json_build_object", build_object),
    SCALAR_TYPED("json_build_object(variadic)", build_object_variadic),
    SCALAR_TYPED("json_build_array", build_array),
    SCALAR_TYPED("json_build_array(variadic)", build_array_variadic),
    SCALAR_TYPED("jsonb_build_object", jsonb_build_object),
    SCALAR_TYPED("jsonb_build_object(variadic)", jsonb_build_object_variadic),
    SCALAR_TYPED("jsonb_build_array", jsonb_build_array),
    SCALAR_TYPED("jsonb_build_array(variadic)", jsonb_build_array_variadic),
    NATIVE("json_build_object_noargs", "'{}'"),
    NATIVE("jsonb_build_object_noargs", "'{}'"),
    NATIVE("json_build_array_noargs", "'[]'"),
    NATIVE("jsonb_build_array_noargs", "'[]'"),
    AGGREGATE_TYPED("json_agg(anyelement)", sizeof(struct collected), json_agg_step, NULL, json_agg_final),
    AGGREGATE_TYPED("jsonb_agg(anyelement)", sizeof(struct collected), json_agg_step, NULL, jsonb_agg_final),
    AGGREGATE_TYPED("json_object_agg(any,any)", sizeof(struct collected), json_object_agg_step, NULL, json_object_agg_final),
    AGGREGATE_TYPED("jsonb_object_agg(any,any)", sizeof(struct collected), json_object_agg_step, NULL, jsonb_object_agg_final),
    {0},
};
