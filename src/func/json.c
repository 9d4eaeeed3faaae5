#include "func/json.h"
#include "type/codecs.h"

#include <stdlib.h>
#include <string.h>

/* json and jsonb. A json keeps its text, so that parts are cut out of it as written; a jsonb's parts are written again. */

bool json_give(struct fcall *call, struct buf *text, struct datum *result)
{
    *result = datum_text(arena_strndup(call->arena, text->data ? text->data : "", text->len), text->len);
    buf_deinit(text);
    return true;
}

bool json_give_value(struct fcall *call, const struct json *value, struct datum *result)
{
    *result = json_store(call->arena, value);
    return true;
}

/* A part of a document as json. */
static struct datum part(struct fcall *call, const struct datum *document, const struct json *value, enum json_flavour flavour)
{
    if (flavour == JSON_PLAIN)
        return datum_text(document->data + value->start, value->end - value->start);
    return json_store(call->arena, value);
}

/* … or as text: strings lose their quotes, null is NULL. */
static struct datum part_text(struct fcall *call, const struct datum *document, const struct json *value,
                              enum json_flavour flavour)
{
    if (value->kind == JSON_NULL)
        return datum_null();
    if (value->kind == JSON_STRING)
        return datum_text(value->text, value->len);
    return part(call, document, value, flavour);
}

bool json_give_part(struct fcall *call, const struct datum *document, const struct json *value, enum json_flavour flavour,
                    enum json_shape shape, struct datum *result)
{
    if (!value)
        *result = datum_null();
    else
        *result = shape == JSON_PART_TEXT ? part_text(call, document, value, flavour) : part(call, document, value, flavour);
    return true;
}

const struct json *json_element_at(const struct json *array, int64_t index)
{
    if (array->kind != JSON_ARRAY)
        return NULL;
    if (index < 0)
        index += array->count;
    return index >= 0 && index < array->count ? &array->items[index] : NULL;
}

static bool field(struct fcall *call, const struct datum *args, enum json_flavour flavour, enum json_shape shape,
                  struct datum *result)
{
    struct json document;
    if (!json_load(call->arena, &args[0], &document, call->diag))
        return false;
    const struct json *value = document.kind == JSON_OBJECT ? json_member(&document, args[1].data, args[1].len) : NULL;
    return json_give_part(call, &args[0], value, flavour, shape, result);
}

static bool element(struct fcall *call, const struct datum *args, enum json_flavour flavour, enum json_shape shape,
                    struct datum *result)
{
    struct json document;
    if (!json_load(call->arena, &args[0], &document, call->diag))
        return false;
    return json_give_part(call, &args[0], json_element_at(&document, args[1].i), flavour, shape, result);
}

/* A text[] in storage form. */
bool json_load_path(struct fcall *call, const struct datum *array, struct json *path)
{
    struct json value;
    if (!json_load(call->arena, array, &value, call->diag))
        return false;
    const struct json *items = value.kind == JSON_OBJECT ? json_member(&value, "a", 1) : &value;
    *path = items ? *items : value;
    return true;
}

bool json_path_index(const struct json *step, int64_t *index)
{
    struct diag ignored = {0};
    bool good = step->kind == JSON_STRING && int_parse(step->text, step->len, 32, "integer", index, &ignored);
    diag_clear(&ignored);
    return good;
}

static bool extract_path(struct fcall *call, int nargs, const struct datum *args, enum json_flavour flavour,
                         enum json_shape shape, struct datum *result)
{
    struct json document, path;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &document, call->diag) || !json_load_path(call, &args[1], &path))
        return false;
    const struct json *value = &document;
    for (uint32_t i = 0; value && i < path.count; i++) {
        int64_t index;
        if (value->kind == JSON_OBJECT && path.items[i].kind == JSON_STRING)
            value = json_member(value, path.items[i].text, path.items[i].len);
        else if (value->kind == JSON_ARRAY && json_path_index(&path.items[i], &index))
            value = json_element_at(value, index);
        else
            value = NULL;
    }
    return json_give_part(call, &args[0], value, flavour, shape, result);
}

#define ACCESS(name, function, flavour, shape)                                                                                   \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return function(call, args, flavour, shape, result);                                                                     \
    }
#define PATH_ACCESS(name, flavour, shape)                                                                                        \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        return extract_path(call, nargs, args, flavour, shape, result);                                                          \
    }
ACCESS(json_object_field, field, JSON_PLAIN, JSON_PART)
ACCESS(json_object_field_text, field, JSON_PLAIN, JSON_PART_TEXT)
ACCESS(jsonb_object_field, field, JSON_BINARY, JSON_PART)
ACCESS(jsonb_object_field_text, field, JSON_BINARY, JSON_PART_TEXT)
ACCESS(json_array_element, element, JSON_PLAIN, JSON_PART)
ACCESS(json_array_element_text, element, JSON_PLAIN, JSON_PART_TEXT)
ACCESS(jsonb_array_element, element, JSON_BINARY, JSON_PART)
ACCESS(jsonb_array_element_text, element, JSON_BINARY, JSON_PART_TEXT)
PATH_ACCESS(json_extract_path, JSON_PLAIN, JSON_PART)
PATH_ACCESS(json_extract_path_text, JSON_PLAIN, JSON_PART_TEXT)
PATH_ACCESS(jsonb_extract_path, JSON_BINARY, JSON_PART)
PATH_ACCESS(jsonb_extract_path_text, JSON_BINARY, JSON_PART_TEXT)

static bool json_typeof(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    *result = datum_cstr(json_kind_name(&value));
    return true;
}

static bool json_array_length(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    if (value.kind != JSON_ARRAY)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                        value.kind == JSON_OBJECT ? "cannot get array length of a non-array"
                                                  : "cannot get array length of a scalar");
    *result = datum_int(value.count);
    return true;
}

static bool parse_canonical(struct fcall *call, const struct datum *text, struct json *value)
{
    return json_parse(call->arena, text->data, text->len, value, call->diag) && json_canonical(call->arena, value, call->diag);
}

/* The same text, made canonical. */
bool json_as_jsonb(struct fcall *call, bool good, struct datum *result)
{
    struct json value;
    if (!good)
        return false;
    struct datum text = *result;
    return parse_canonical(call, &text, &value) && json_give_value(call, &value, result);
}

bool json_load_two(struct fcall *call, const struct datum *args, struct json *a, struct json *b)
{
    return json_load(call->arena, &args[0], a, call->diag) && json_load(call->arena, &args[1], b, call->diag);
}

/* Casts of jsonb scalars */

static bool scalar(struct fcall *call, const struct datum *document, enum json_kind kind, const char *target, struct json *value)
{
    if (!json_load(call->arena, document, value, call->diag))
        return false;
    static const char *const names[] = {"null", "string", "numeric", "boolean", "array", "object"};
    if (value->kind != kind)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "cannot cast jsonb %s to type %s", names[value->kind],
                        target);
    return true;
}

static bool jsonb_bool(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!scalar(call, &args[0], JSON_BOOL, "boolean", &value))
        return false;
    *result = datum_bool(value.value);
    return true;
}

static bool jsonb_numeric(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!scalar(call, &args[0], JSON_NUMBER, "numeric", &value))
        return false;
    *result = datum_text(value.text, value.len);
    return true;
}

static bool jsonb_number_as(struct fcall *call, const struct datum *args, const char *target, const char *cast,
                            struct datum *result)
{
    struct json value;
    if (!scalar(call, &args[0], JSON_NUMBER, target, &value))
        return false;
    struct datum number = datum_text(value.text, value.len);
    return func_find(cast)->scalar(call, 1, &number, result);
}

#define NUMBER_CAST(name, target, cast)                                                                                          \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return jsonb_number_as(call, args, target, cast, result);                                                                \
    }
NUMBER_CAST(jsonb_int2, "smallint", "numeric_int2")
NUMBER_CAST(jsonb_int4, "integer", "numeric_int4")
NUMBER_CAST(jsonb_int8, "bigint", "numeric_int8")
NUMBER_CAST(jsonb_float4, "real", "numeric_float4")
NUMBER_CAST(jsonb_float8, "double precision", "numeric_float8")

/* Table functions: the parts of a document, one a row. */

struct parts {
    struct datum document;
    struct json value;
    uint32_t next;
};

static bool parts_open(struct fcall *call, void *cursor, const struct datum *args, enum json_kind kind, const char *name)
{
    struct parts *parts = cursor;
    parts->document = datum_text(arena_strndup(call->cache_arena, args[0].data, args[0].len), args[0].len);
    if (!json_load(call->cache_arena, &parts->document, &parts->value, call->diag))
        return false;
    if (parts->value.kind == kind)
        return true;
    const char *code = ERRCODE_INVALID_PARAMETER_VALUE;
    if (kind == JSON_ARRAY)
        return diag_set(call->diag, code,
                        parts->value.kind == JSON_OBJECT ? "cannot extract elements from an object"
                                                         : "cannot extract elements from a scalar");
    if (strstr(name, "keys"))
        return diag_set(call->diag, code,
                        parts->value.kind == JSON_ARRAY ? "cannot call %s on an array" : "cannot call %s on a scalar", name);
    if (strncmp(name, "jsonb", 5) == 0)
        return diag_set(call->diag, code, "cannot call %s on a non-object", name);
    return diag_set(call->diag, code,
                    parts->value.kind == JSON_ARRAY ? "cannot deconstruct an array as an object" : "cannot deconstruct a scalar");
}

static bool parts_next(struct fcall *call, void *cursor, struct datum *row, bool *more, bool keys, bool values,
                       enum json_flavour flavour, enum json_shape shape)
{
    struct parts *parts = cursor;
    *more = parts->next < parts->value.count;
    if (!*more)
        return true;
    uint32_t i = parts->next++;
    if (keys)
        row[0] = datum_text(parts->value.keys[i].text, parts->value.keys[i].len);
    return !values || json_give_part(call, &parts->document, &parts->value.items[i], flavour, shape, &row[keys]);
}

#define PARTS(name, kind, keys, values, flavour, shape)                                                                          \
    static bool name##_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)                               \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return datum_is_null(&args[0]) || parts_open(call, cursor, args, kind, #name);                                           \
    }                                                                                                                            \
    static bool name##_next(struct fcall *call, void *cursor, struct datum *row, bool *more)                                     \
    {                                                                                                                            \
        return parts_next(call, cursor, row, more, keys, values, flavour, shape);                                                \
    }                                                                                                                            \
    static const struct table_func name = {sizeof(struct parts), name##_open, name##_next, NULL};
PARTS(json_array_elements, JSON_ARRAY, false, true, JSON_PLAIN, JSON_PART)
PARTS(json_array_elements_text, JSON_ARRAY, false, true, JSON_PLAIN, JSON_PART_TEXT)
PARTS(jsonb_array_elements, JSON_ARRAY, false, true, JSON_BINARY, JSON_PART)
PARTS(jsonb_array_elements_text, JSON_ARRAY, false, true, JSON_BINARY, JSON_PART_TEXT)
PARTS(json_each, JSON_OBJECT, true, true, JSON_PLAIN, JSON_PART)
PARTS(json_each_text, JSON_OBJECT, true, true, JSON_PLAIN, JSON_PART_TEXT)
PARTS(jsonb_each, JSON_OBJECT, true, true, JSON_BINARY, JSON_PART)
PARTS(jsonb_each_text, JSON_OBJECT, true, true, JSON_BINARY, JSON_PART_TEXT)
PARTS(json_object_keys, JSON_OBJECT, true, false, JSON_PLAIN, JSON_PART)
PARTS(jsonb_object_keys, JSON_OBJECT, true, false, JSON_BINARY, JSON_PART)
#define ROW(name)   SCALAR(#name, name)
#define TABLE(name) TABLE_FUNC(#name, &name)

const struct func_impl func_impls_json[] = {
    ROW(json_object_field),
    ROW(json_object_field_text),
    ROW(jsonb_object_field),
    ROW(jsonb_object_field_text),
    ROW(json_array_element),
    ROW(json_array_element_text),
    ROW(jsonb_array_element),
    ROW(jsonb_array_element_text),
    ROW(json_extract_path),
    ROW(json_extract_path_text),
    ROW(jsonb_extract_path),
    ROW(jsonb_extract_path_text),
    ROW(json_typeof),
    SCALAR("jsonb_typeof", json_typeof),
    ROW(json_array_length),
    SCALAR("jsonb_array_length", json_array_length),
    ROW(jsonb_bool),
    ROW(jsonb_numeric),
    ROW(jsonb_int2),
    ROW(jsonb_int4),
    ROW(jsonb_int8),
    ROW(jsonb_float4),
    ROW(jsonb_float8),
    TABLE(json_array_elements),
    TABLE(json_array_elements_text),
    TABLE(jsonb_array_elements),
    TABLE(jsonb_array_elements_text),
    TABLE(json_each),
    TABLE(json_each_text),
    TABLE(jsonb_each),
    TABLE(jsonb_each_text),
    TABLE(json_object_keys),
    TABLE(jsonb_object_keys),
    {0},
};
