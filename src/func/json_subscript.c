#include "func/json.h"

#include "type/codecs.h"

/* Subscripts of jsonb (docs: 8.14.5): j['a'][1], read, and assigned to: then what is missing on the way is made. */

/* 16 million nulls: more would not fit into a value. */
enum { ELEMENTS_MAX = 1 << 24 };

/* A subscript as a step of a path; false: it is NULL. */
static bool step_of(struct fcall *call, const struct datum *subscript, struct json *step)
{
    if (datum_is_null(subscript))
        return false;
    if (subscript->kind == DATUM_INT) {
        const char *text = arena_printf(call->arena, "%lld", (long long) subscript->i);
        *step = json_make_string(text, strlen(text));
    } else {
        *step = json_make_string(subscript->data, subscript->len);
    }
    return true;
}

static bool subscript(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json document, step;
    *result = datum_null();
    for (int i = 0; i < nargs; i++)
        if (datum_is_null(&args[i]))
            return true;
    if (!json_load(call->arena, &args[0], &document, call->diag))
        return false;
    const struct json *value = &document;
    for (int i = 1; value && i < nargs; i++) {
        int64_t index;
        step_of(call, &args[i], &step);
        if (value->kind == JSON_OBJECT)
            value = json_member(value, step.text, step.len);
        else
            value = value->kind == JSON_ARRAY && json_path_index(&step, &index) ? json_element_at(value, index) : NULL;
    }
    return json_give_part(call, &args[0], value, JSON_BINARY, JSON_PART, result);
}

/* ---- assignment ---- */

struct assignment {
    struct fcall *call;
    const struct json *steps;
    int count;
    const struct json *value;
};

static bool grow_array(struct fcall *call, struct json *array, int64_t count)
{
    if (count > ELEMENTS_MAX)
        return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                        "number of jsonb array elements exceeds the maximum allowed (%d)", ELEMENTS_MAX);
    array->items =
        arena_grow(call->arena, array->items, sizeof *array->items * array->count, sizeof *array->items * (size_t) count);
    while (array->count < count)
        array->items[array->count++] = (struct json){.kind = JSON_NULL};
    return true;
}

static bool add_member(struct fcall *call, struct json *object, const struct json *key, const struct json *value)
{
    size_t old = sizeof *object->items * object->count, new = sizeof *object->items *(object->count + 1);
    object->items = arena_grow(call->arena, object->items, old, new);
    object->keys = arena_grow(call->arena, object->keys, old, new);
    object->items[object->count] = *value;
    object->keys[object->count++] = *key;
    return json_canonical(call->arena, object, call->diag);
}

/* What stands at `level` and below where nothing has been: an array for an index, else an object. */
static bool make_chain(const struct assignment *a, int level, struct json *out)
{
    struct json inner;
    int64_t index;
    if (level == a->count) {
        *out = *a->value;
        return true;
    }
    if (!make_chain(a, level + 1, &inner))
        return false;
    if (!json_path_index(&a->steps[level], &index)) {
        *out = (struct json){.kind = JSON_OBJECT};
        return add_member(a->call, out, &a->steps[level], &inner);
    }
    *out = (struct json){.kind = JSON_ARRAY};
    if (!grow_array(a->call, out, index > 0 ? index + 1 : 1))
        return false;
    out->items[out->count - 1] = inner;
    return true;
}

static bool assign(const struct assignment *a, struct json *target, int level);

static bool assign_member(const struct assignment *a, struct json *object, int level)
{
    const struct json *key = &a->steps[level];
    struct json *found = (struct json *) json_member(object, key->text, key->len), made;
    if (found)
        return assign(a, found, level + 1);
    return make_chain(a, level + 1, &made) && add_member(a->call, object, key, &made);
}

static bool assign_element(const struct assignment *a, struct json *array, int level)
{
    const struct json *step = &a->steps[level];
    int64_t index;
    if (!json_path_index(step, &index))
        return diag_set(a->call->diag, ERRCODE_INVALID_TEXT_REPRESENTATION,
                        "path element at position %d is not an integer: \"%.*s\"", level + 1, (int) step->len, step->text);
    if (index < -(int64_t) array->count)
        return diag_set(a->call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "path element at position %d is out of range: %d",
                        level + 1, (int) index);
    if (index < 0)
        index += array->count;
    if (index < array->count)
        return assign(a, &array->items[index], level + 1);
    return grow_array(a->call, array, index + 1) && make_chain(a, level + 1, &array->items[index]);
}

static bool assign(const struct assignment *a, struct json *target, int level)
{
    if (level == a->count) {
        *target = *a->value;
        return true;
    }
    if (target->kind == JSON_OBJECT)
        return assign_member(a, target, level);
    if (target->kind == JSON_ARRAY)
        return assign_element(a, target, level);
    diag_set(a->call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "cannot replace existing key");
    return diag_detail(a->call->diag, "The path assumes key is a composite object, but it is a scalar value.");
}

/* (document, value, subscript, …) */
static bool subscript_set(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json document = {.kind = JSON_OBJECT}, value = {.kind = JSON_NULL};
    int count = nargs - 2;
    struct json *steps = arena_array(call->arena, struct json, count + 1);
    for (int i = 0; i < count; i++)
        if (!step_of(call, &args[i + 2], &steps[i]))
            return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "jsonb subscript in assignment must not be null");
    if (args[2].kind == DATUM_INT)
        document.kind = JSON_ARRAY;
    if (!datum_is_null(&args[0]) && !json_load(call->arena, &args[0], &document, call->diag))
        return false;
    if (!datum_is_null(&args[1]) && !json_load(call->arena, &args[1], &value, call->diag))
        return false;
    struct assignment assignment = {call, steps, count, &value};
    return assign(&assignment, &document, 0) && json_give_value(call, &document, result);
}

const struct func_impl func_impls_json_subscript[] = {
    SCALAR("pgquill_jsonb_subscript", subscript),
    SCALAR("pgquill_jsonb_subscript_set", subscript_set),
    {0},
};
