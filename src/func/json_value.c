#include "func/json_value.h"

#include "type/codecs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool put_text(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out)
{
    struct buf text = {0};
    struct type_io io = fcall_io(call, type);
    bool good = type_out(&io, value, &text, call->diag);
    if (good)
        json_write_string(text.data ? text.data : "", text.len, out);
    buf_deinit(&text);
    return good;
}

/* Numbers go bare unless JSON has no such number. */
static bool put_number(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out)
{
    struct type_io io = fcall_io(call, type);
    size_t start = out->len;
    if (!type_out(&io, value, out, call->diag))
        return false;
    char last = out->data[out->len - 1];
    if (last >= '0' && last <= '9')
        return true;
    struct datum word = datum_text(arena_strndup(call->arena, out->data + start, out->len - start), out->len - start);
    out->len = start;
    json_write_string(word.data, word.len, out);
    return true;
}

/* ISO 8601 with a T, whatever DateStyle says. */
static bool put_time(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out)
{
    struct type_settings settings = *call->env->types;
    struct type_io io = fcall_io(call, type);
    struct buf text = {0};
    settings.date_style = DATE_STYLE_ISO;
    io.settings = &settings;
    if (!type_out(&io, value, &text, call->diag)) {
        buf_deinit(&text);
        return false;
    }
    char *blank = text.len ? memchr(text.data, ' ', text.len) : NULL;
    if (blank && blank > text.data && blank[-1] >= '0' && blank[-1] <= '9' && type->oid != DATE_OID)
        *blank = 'T';
    if (type->oid == TIMESTAMPTZ_OID && text.len > 3 && blank) { /* +00 becomes +00:00 */
        char sign = text.data[text.len - 3];
        if (sign == '+' || sign == '-')
            buf_puts(&text, ":00");
    }
    json_write_string(text.data, text.len, out);
    buf_deinit(&text);
    return true;
}

/* An element or a field in storage form as a datum. */
static struct datum stored(const struct json *item)
{
    switch (item->kind) {
    case JSON_NULL:
        return datum_null();
    case JSON_BOOL:
        return datum_bool(item->value);
    case JSON_STRING:
        return datum_text(item->text, item->len);
    case JSON_NUMBER:
        for (uint32_t i = 0; i < item->len; i++)
            if (item->text[i] == '.' || item->text[i] == 'e' || item->text[i] == 'E')
                return datum_real(strtod(item->text, NULL));
        return datum_int(strtoll(item->text, NULL, 10));
    default:
        return datum_null();
    }
}

static const struct type_desc *resolve(struct fcall *call, oid_t oid)
{
    const struct type_desc *type = type_builtin(oid);
    if (!type && call->env->resolver->type)
        type = call->env->resolver->type(call->env->resolver->self, oid);
    return type;
}

static bool put_item(struct fcall *call, const struct type_desc *type, const struct json *item, struct buf *out)
{
    /* Composites and arrays within are JSON again. */
    struct datum value = item->kind >= JSON_ARRAY ? json_store(call->arena, item) : stored(item);
    if (!type && item->kind == JSON_STRING) {
        json_write_string(item->text, item->len, out);
        return true;
    }
    if (!type) {
        json_write(item, out);
        return true;
    }
    if (type->storage == STORAGE_REAL && value.kind == DATUM_INT)
        value = datum_real((double) value.i);
    return json_value_put(call, type, &value, out);
}

static bool put_elements(struct fcall *call, const struct type_desc *element, const struct json *array, struct buf *out)
{
    buf_putc(out, '[');
    for (uint32_t i = 0; i < array->count; i++) {
        if (i)
            buf_putc(out, ',');
        bool nested = array->items[i].kind == JSON_ARRAY && !(element && element->typtype == 'c');
        if (!(nested ? put_elements(call, element, &array->items[i], out) : put_item(call, element, &array->items[i], out)))
            return false;
    }
    buf_putc(out, ']');
    return true;
}

static bool put_array(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out)
{
    struct json array;
    if (!json_load(call->arena, value, &array, call->diag))
        return false;
    const struct json *items = array.kind == JSON_OBJECT ? json_member(&array, "a", 1) : &array;
    return put_elements(call, resolve(call, type->element), items ? items : &array, out);
}

static bool put_composite(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out)
{
    struct json fields;
    if (!json_load(call->arena, value, &fields, call->diag))
        return false;
    bool first = true;
    buf_putc(out, '{');
    for (uint32_t i = 0, at = 0; i < fields.count; i++, at++) {
        const struct type_field *field = (int) at < type->field_count ? &type->fields[at] : NULL;
        if (field && field->dropped)
            continue;
        if (!first)
            buf_putc(out, ',');
        first = false;
        const char *name = field ? field->name : arena_printf(call->arena, "f%u", i + 1);
        json_write_string(name, strlen(name), out);
        buf_putc(out, ':');
        if (!put_item(call, field ? resolve(call, field->type) : NULL, &fields.items[i], out))
            return false;
    }
    buf_putc(out, '}');
    return true;
}

bool json_value_put(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out)
{
    if (datum_is_null(value)) {
        buf_puts(out, "null");
        return true;
    }
    while (type->typtype == 'd' && resolve(call, type->base))
        type = resolve(call, type->base);
    switch (type->oid) {
    case BOOL_OID:
        buf_puts(out, value->i ? "true" : "false");
        return true;
    case INT2_OID:
    case INT4_OID:
    case INT8_OID:
    case NUMERIC_OID:
    case FLOAT4_OID:
    case FLOAT8_OID:
        return put_number(call, type, value, out);
    case JSON_OID:
    case JSONB_OID:
        buf_append(out, value->data, value->len);
        return true;
    case DATE_OID:
    case TIMESTAMP_OID:
    case TIMESTAMPTZ_OID:
        return put_time(call, type, value, out);
    default:
        break;
    }
    if (type->codec == &type_codec_array)
        return put_array(call, type, value, out);
    if (type->typtype == 'c' || type->oid == RECORD_OID)
        return put_composite(call, type, value, out);
    return put_text(call, type, value, out);
}

bool json_value_put_key(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out)
{
    if (datum_is_null(value))
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "null value not allowed for object key");
    if (type->codec == &type_codec_array || type->typtype == 'c' || type->oid == RECORD_OID || type->oid == JSON_OID ||
        type->oid == JSONB_OID)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "key value must be scalar, not array, composite, or json");
    struct buf text = {0};
    bool good = true;
    if (type->oid == BOOL_OID) {
        buf_puts(&text, value->i ? "true" : "false");
    } else {
        struct type_io io = fcall_io(call, type);
        good = type_out(&io, value, &text, call->diag);
    }
    if (good)
        json_write_string(text.data ? text.data : "", text.len, out);
    buf_deinit(&text);
    return good;
}
