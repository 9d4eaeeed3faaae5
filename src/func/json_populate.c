#include "func/json_populate.h"

#include "type/array.h"
#include "type/codecs.h"
#include "type/composite.h"

#include <string.h>

/* A value without a key is NULL here, as null is. */

static bool put_value(const struct json_source *source, const struct type_desc *type, int32_t typmod, const char *key,
                      const struct datum *old, const struct json *value, struct datum *out);

static bool is_null(const struct json *value)
{
    return !value || value->kind == JSON_NULL;
}

static bool is_row(const struct type_desc *type)
{
    return type->typtype == 'c' || type->oid == RECORD_OID;
}

static bool is_array(const struct type_desc *type)
{
    return type->codec == &type_codec_array && type->len == -1;
}

/* ---- by the type's input ---- */

static bool put_scalar(const struct json_source *source, const struct type_desc *type, int32_t typmod, const struct json *value,
                       struct datum *out)
{
    struct fcall *call = source->call;
    struct type_io io = fcall_io(call, type);
    struct buf text = {0};
    io.typmod = typmod;
    bool is_json = type->oid == JSON_OID || type->oid == JSONB_OID;
    if (value->kind == JSON_STRING && !is_json)
        buf_append(&text, value->text, value->len);
    else if (value->kind == JSON_STRING || source->flavour == JSON_BINARY)
        json_write(value, &text);
    else
        buf_append(&text, source->document.data + value->start, value->end - value->start);
    const char *copy = arena_strndup(call->arena, text.len ? text.data : "", text.len);
    size_t len = text.len;
    buf_deinit(&text);
    return type_in(&io, copy, len, out, call->diag);
}

/* ---- arrays ---- */

struct array_source {
    const struct json_source *source;
    const struct type_desc *element;
    int32_t typmod;
    const char *key;                                                         /* whose value the array is; NULL */
    int ndims;                                                               /* 0: not known yet */
    int32_t dims[ARRAY_DIMENSIONS_MAX + 1], sizes[ARRAY_DIMENSIONS_MAX + 1]; /* dims: -1 until the first sub-array has ended */
    int count, room;
    struct datum *items;
};

static bool not_array(const struct array_source *array, int depth)
{
    struct diag *diag = array->source->call->diag;
    struct buf indices = {0};
    diag_set(diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "expected JSON array");
    for (int i = 0; i < depth; i++)
        buf_printf(&indices, "[%d]", (int) array->sizes[i]);
    if (depth > 0 && array->key)
        diag_hint(diag, "See the array element %s of key \"%s\".", buf_cstr(&indices), array->key);
    else if (depth > 0)
        diag_hint(diag, "See the array element %s.", buf_cstr(&indices));
    else if (array->key)
        diag_hint(diag, "See the value of key \"%s\".", array->key);
    buf_deinit(&indices);
    return false;
}

static bool put_item(struct array_source *array, int depth, const struct json *value)
{
    struct arena *arena = array->source->call->arena;
    if (array->count == array->room) {
        int room = array->room ? array->room * 2 : 8;
        array->items =
            arena_grow(arena, array->items, sizeof *array->items * (size_t) array->room, sizeof *array->items * (size_t) room);
        array->room = room;
    }
    array->sizes[depth - 1]++;
    return put_value(array->source, array->element, array->typmod, NULL, NULL, value, &array->items[array->count++]);
}

/* A sub-array has ended: it must be as long as its siblings. */
static bool end_dimension(struct array_source *array, int depth)
{
    int32_t size = array->sizes[depth];
    if (array->dims[depth] >= 0 && array->dims[depth] != size) {
        diag_set(array->source->call->diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "malformed JSON array");
        return diag_detail(array->source->call->diag, "Multidimensional arrays must have sub-arrays with matching dimensions.");
    }
    array->dims[depth] = size;
    array->sizes[depth] = 0;
    array->sizes[depth - 1]++;
    return true;
}

/* The first array that holds something else than an array tells the number of dimensions. */
static bool put_dimension(struct array_source *array, const struct json *value, int depth)
{
    if (value->kind != JSON_ARRAY)
        return not_array(array, depth - 1);
    if (depth > ARRAY_DIMENSIONS_MAX)
        return diag_set(array->source->call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                        "number of array dimensions (%d) exceeds the maximum allowed (%d)", depth, ARRAY_DIMENSIONS_MAX);
    if (!array->ndims && (value->count == 0 || value->items[0].kind != JSON_ARRAY))
        array->ndims = depth;
    for (uint32_t i = 0; i < value->count; i++) {
        if (array->ndims && depth >= array->ndims
                ? !put_item(array, depth, &value->items[i])
                : !put_dimension(array, &value->items[i], depth + 1) || !end_dimension(array, depth))
            return false;
    }
    return true;
}

static bool put_array(const struct json_source *source, const struct type_desc *type, int32_t typmod, const char *key,
                      const struct json *value, struct datum *out)
{
    struct array_source array = {
        .source = source, .element = type_find(source->call->env->resolver, type->element), .typmod = typmod, .key = key};
    for (int i = 0; i <= ARRAY_DIMENSIONS_MAX; i++)
        array.dims[i] = -1;
    if (!put_dimension(&array, value, 1))
        return false;
    struct array made = {.element = array.element, .count = array.count, .items = array.items};
    for (int i = 0; array.count && i < array.ndims; i++) {
        made.dims[i] = i ? array.dims[i] : array.sizes[0];
        made.lower[i] = 1;
        made.ndims = array.ndims;
    }
    *out = array_store(source->call->arena, &made);
    return true;
}

/* ---- rows ---- */

bool json_populate_is_object(struct fcall *call, const struct json *value)
{
    return value->kind == JSON_OBJECT || diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                                                  value->kind == JSON_ARRAY ? "cannot call populate_composite on an array"
                                                                            : "cannot call populate_composite on a scalar");
}

static bool put_row(const struct json_source *source, const struct type_desc *type, const struct datum *old,
                    const struct json *value, struct datum *out)
{
    struct fcall *call = source->call;
    struct type_io io = fcall_io(call, type);
    struct composite before = {0}, row = {.count = type->field_count,
                                          .types = arena_array(call->arena, oid_t, type->field_count + 1),
                                          .fields = arena_array(call->arena, struct datum, type->field_count + 1)};
    if (!json_populate_is_object(call, value))
        return false;
    if (old && !datum_is_null(old)) {
        *out = *old;
        if (value->count == 0)
            return true;
        composite_load(&io, type, old, &before);
    }
    for (int i = 0; i < row.count; i++)
        row.types[i] = type->fields[i].type;
    if (!json_populate_fields(source, row.count, type->fields, before.count ? before.fields : NULL, value, row.fields))
        return false;
    *out = composite_store(&io, type, &row);
    return true;
}

bool json_populate_fields(const struct json_source *source, int count, const struct type_field *fields, const struct datum *old,
                          const struct json *object, struct datum *values)
{
    struct fcall *call = source->call;
    for (int i = 0; i < count; i++) {
        const char *name = fields[i].name;
        const struct json *value = fields[i].dropped ? NULL : json_member(object, name, strlen(name));
        const struct type_desc *type = type_find(call->env->resolver, fields[i].type);
        values[i] = old ? old[i] : datum_null();
        if (fields[i].dropped || !type || (old && !value))
            continue;
        if (!put_value(source, type, fields[i].typmod, name, old ? &old[i] : NULL, value, &values[i]))
            return false;
    }
    return true;
}

/* ---- any ---- */

static bool put_value(const struct json_source *source, const struct type_desc *type, int32_t typmod, const char *key,
                      const struct datum *old, const struct json *value, struct datum *out)
{
    struct fcall *call = source->call;
    const struct type_desc *domain = type->typtype == 'd' ? type : NULL;
    while (type->typtype == 'd') {
        typmod = type->base_typmod;
        type = type_find(call->env->resolver, type->base);
    }
    *out = datum_null();
    if (is_null(value))
        ;
    else if (is_array(type) && value->kind != JSON_STRING) {
        if (!put_array(source, type, typmod, key, value, out))
            return false;
    } else if (is_row(type) && value->kind != JSON_STRING) {
        if (!put_row(source, type, old, value, out))
            return false;
    } else if (!put_scalar(source, type, typmod, value, out)) {
        return false;
    }
    if (!domain)
        return true;
    struct type_io io = fcall_io(call, domain);
    return type_check_domain(&io, out, call->diag);
}
