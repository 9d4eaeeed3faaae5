#include "func/json_value.h"

#include "type/array.h"
#include "type/codecs.h"
#include "type/composite.h"

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

static const struct type_desc *resolve(struct fcall *call, oid_t oid)
{
    const struct type_desc *type = type_builtin(oid);
    if (!type && call->env->resolver->type)
        type = call->env->resolver->type(call->env->resolver->self, oid);
    return type;
}

static const char plain[] = ",", pretty[] = ",\n ";

static bool put_elements(struct fcall *call, const struct array *array, int dimension, int *at, const char *separator,
                         struct buf *out)
{
    buf_putc(out, '[');
    for (int i = 0; i < (array->ndims ? array->dims[dimension] : 0); i++) {
        if (i)
            buf_puts(out, separator);
        if (dimension + 1 < array->ndims ? !put_elements(call, array, dimension + 1, at, plain, out)
                                         : !json_value_put(call, array->element, &array->items[(*at)++], out))
            return false;
    }
    buf_putc(out, ']');
    return true;
}

static bool put_array(struct fcall *call, const struct type_desc *type, const struct datum *value, const char *separator,
                      struct buf *out)
{
    struct array array;
    int at = 0;
    array_load(call->arena, type_base(call->env->resolver, resolve(call, type->element)), value, &array);
    return put_elements(call, &array, 0, &at, separator, out);
}

static bool put_composite(struct fcall *call, const struct type_desc *type, const struct datum *value, const char *separator,
                          struct buf *out)
{
    struct type_io io = fcall_io(call, type);
    struct composite row;
    bool first = true;
    composite_load(&io, type, value, &row);
    buf_putc(out, '{');
    for (int i = 0; i < row.count; i++) {
        const struct type_field *field = i < type->field_count ? &type->fields[i] : NULL;
        if (field && field->dropped)
            continue;
        if (!first)
            buf_puts(out, separator);
        first = false;
        const char *name = field ? field->name : row.names ? row.names[i] : arena_printf(call->arena, "f%d", i + 1);
        json_write_string(name, strlen(name), out);
        buf_putc(out, ':');
        if (!json_value_put(call, type_find(call->env->resolver, row.types[i]), &row.fields[i], out))
            return false;
    }
    buf_putc(out, '}');
    return true;
}

static bool put_value(struct fcall *call, const struct type_desc *type, const struct datum *value, const char *separator,
                      struct buf *out)
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
        return put_array(call, type, value, separator, out);
    if (type->typtype == 'c' || type->oid == RECORD_OID)
        return put_composite(call, type, value, separator, out);
    return put_text(call, type, value, out);
}

bool json_value_put(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out)
{
    return put_value(call, type, value, plain, out);
}

bool json_value_put_lines(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out)
{
    return put_value(call, type, value, pretty, out);
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
