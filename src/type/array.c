#include "type/array.h"

#include "type/codecs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const struct type_desc *type_find(const struct type_resolver *resolver, oid_t oid)
{
    const struct type_desc *type = type_builtin(oid);
    return type || !resolver || !resolver->type ? type : resolver->type(resolver->self, oid);
}

const struct type_desc *type_base(const struct type_resolver *resolver, const struct type_desc *type)
{
    while (type && type->typtype == 'd')
        type = type_find(resolver, type->base);
    return type;
}

int type_compare(const struct type_io *io, const struct type_desc *type, const struct datum *a, const struct datum *b)
{
    type = type_base(io->resolver, type);
    if (type && type->codec->compare) {
        struct type_io inner = *io;
        inner.type = type;
        inner.typmod = -1;
        return type->codec->compare(&inner, a, b);
    }
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind == DATUM_INT)
        return (a->i > b->i) - (a->i < b->i);
    if (a->kind == DATUM_REAL)
        return float_compare(a->r, b->r);
    return text_compare(a, b);
}

/* ---- JSON inside values ---- */

static void put_string(struct buf *out, const char *data, size_t len)
{
    size_t from = 0;
    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char) data[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_append(out, data + from, i - from);
        from = i + 1;
        switch (c) {
        case '"':
            buf_puts(out, "\\\"");
            break;
        case '\\':
            buf_puts(out, "\\\\");
            break;
        case '\n':
            buf_puts(out, "\\n");
            break;
        case '\t':
            buf_puts(out, "\\t");
            break;
        case '\r':
            buf_puts(out, "\\r");
            break;
        default:
            buf_printf(out, "\\u%04x", c);
        }
    }
    buf_append(out, data + from, len - from);
    buf_putc(out, '"');
}

/* Is the storage form JSON itself? */
static bool is_nested(const struct type_desc *type)
{
    return type && (type->codec == &type_codec_array || type->codec == &type_codec_composite || type->is_nested);
}

void nested_put(struct buf *out, const struct type_desc *type, const struct datum *value)
{
    switch (value->kind) {
    case DATUM_NULL:
        buf_puts(out, "null");
        break;
    case DATUM_INT:
        if (type && type->oid == BOOL_OID)
            buf_puts(out, value->i ? "true" : "false");
        else
            buf_put_int64(out, value->i);
        break;
    case DATUM_REAL:
        if (!isfinite(value->r))
            buf_puts(out, isnan(value->r) ? "\"NaN\"" : value->r > 0 ? "\"Infinity\"" : "\"-Infinity\"");
        else if (type && type->oid == FLOAT4_OID)
            float4_format((float) value->r, 1, out);
        else
            float8_format(value->r, 1, out);
        break;
    case DATUM_TEXT:
        if (is_nested(type) && value->len)
            buf_append(out, value->data, value->len);
        else
            put_string(out, value->data, value->len);
        break;
    case DATUM_BLOB:
        buf_puts(out, "\"\\\\x");
        for (uint32_t i = 0; i < value->len; i++)
            buf_printf(out, "%02x", (unsigned char) value->data[i]);
        buf_putc(out, '"');
        break;
    }
}

static void skip_space(struct nested_scan *scan)
{
    while (scan->at < scan->end && codec_space(*scan->at))
        scan->at++;
}

struct nested_scan nested_open(const char *text, size_t len)
{
    struct nested_scan scan = {text, text + len};
    skip_space(&scan);
    scan.at += scan.at < scan.end;
    return scan;
}

bool nested_next(struct nested_scan *scan, const char **start, size_t *len)
{
    skip_space(scan);
    if (scan->at < scan->end && *scan->at == ',') {
        scan->at++;
        skip_space(scan);
    }
    if (scan->at >= scan->end || *scan->at == ']' || *scan->at == '}')
        return false;
    const char *at = scan->at, *end = scan->end;
    *start = at;
    for (int depth = 0; at < end; at++) {
        char c = *at;
        if (c == '"') {
            for (at++; at < end && *at != '"'; at++)
                at += *at == '\\';
            if (at >= end)
                break;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if (c == ']' || c == '}') {
            if (depth-- == 0)
                break;
        } else if ((c == ',' || c == ':') && depth == 0) {
            break;
        }
    }
    scan->at = at < end ? at : end;
    *len = (size_t) (scan->at - *start);
    while (*len && codec_space((*start)[*len - 1]))
        (*len)--;
    return true;
}

static char *put_utf8(char *at, uint32_t c)
{
    if (c < 0x80) {
        *at++ = (char) c;
        return at;
    }
    if (c < 0x800) {
        *at++ = (char) (0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *at++ = (char) (0xe0 | c >> 12);
        } else {
            *at++ = (char) (0xf0 | c >> 18);
            *at++ = (char) (0x80 | (c >> 12 & 0x3f));
        }
        *at++ = (char) (0x80 | (c >> 6 & 0x3f));
    }
    *at++ = (char) (0x80 | (c & 0x3f));
    return at;
}

static uint32_t hex4(const char *at, const char *end)
{
    char digits[5] = {0};
    if (end - at < 4)
        return 0xfffd;
    memcpy(digits, at, 4);
    return (uint32_t) strtoul(digits, NULL, 16);
}

/* A string's characters; borrowed where none is escaped. */
static struct datum unescape(struct arena *arena, const char *text, size_t len)
{
    const char *escape = memchr(text, '\\', len), *end = text + len;
    if (!escape)
        return datum_text(text, len);
    char *copy = arena_alloc(arena, len + 1), *to = copy;
    for (const char *at = text; at < end; at++) {
        if (*at != '\\' || at + 1 == end) {
            *to++ = *at;
            continue;
        }
        switch (*++at) {
        case 'n':
            *to++ = '\n';
            break;
        case 't':
            *to++ = '\t';
            break;
        case 'r':
            *to++ = '\r';
            break;
        case 'b':
            *to++ = '\b';
            break;
        case 'f':
            *to++ = '\f';
            break;
        case 'u': {
            uint32_t c = hex4(at + 1, end);
            at += end - at > 4 ? 4 : end - at - 1;
            if (c >= 0xd800 && c < 0xdc00 && end - at > 6 && at[1] == '\\' && at[2] == 'u') {
                c = 0x10000 + ((c - 0xd800) << 10) + ((hex4(at + 3, end) - 0xdc00) & 0x3ff);
                at += 6;
            }
            to = put_utf8(to, c);
            break;
        }
        default:
            *to++ = *at;
        }
    }
    return datum_text(copy, (size_t) (to - copy));
}

struct datum nested_datum(struct arena *arena, const struct type_desc *type, const char *start, size_t len)
{
    enum type_storage storage = type ? type->storage : STORAGE_TEXT;
    if (len == 0 || (len == 4 && memcmp(start, "null", 4) == 0))
        return datum_null();
    if (*start == 't' || *start == 'f')
        return datum_int(*start == 't');
    if (*start == '"') {
        struct datum value = unescape(arena, start + 1, len >= 2 ? len - 2 : 0), bytes;
        struct diag ignored = {0};
        if (storage == STORAGE_BLOB && bytea_parse(arena, value.data, value.len, &bytes, &ignored))
            return bytes;
        diag_clear(&ignored);
        if (storage == STORAGE_REAL && value.len && value.data[value.len - 1] == 'y')
            return datum_real(*value.data == '-' ? -INFINITY : INFINITY);
        return value;
    }
    if (*start == '[' || *start == '{' || (type && storage == STORAGE_TEXT))
        return datum_text(start, len);
    char digits[64];
    snprintf(digits, sizeof digits, "%.*s", (int) len, start);
    if (type && type->oid == FLOAT4_OID)
        return datum_real((double) strtof(digits, NULL));
    if (storage == STORAGE_REAL || strpbrk(digits, ".eE"))
        return datum_real(strtod(digits, NULL));
    return datum_int(strtoll(digits, NULL, 10));
}

/* ---- arrays ---- */

static int parse_bounds(const char *start, size_t len, int32_t *bounds)
{
    struct nested_scan scan = nested_open(start, len);
    int count = 0;
    while (count < ARRAY_DIMENSIONS_MAX && nested_next(&scan, &start, &len))
        bounds[count++] = (int32_t) strtol(start, NULL, 10);
    return count;
}

/* The parts of {"lbs":[…],"a":[…]}: how many bounds there are, and where the elements are. */
static int open_bounded(const char **text, size_t *len, int32_t *bounds)
{
    struct nested_scan scan = nested_open(*text, *len);
    const char *key, *value;
    size_t key_len, value_len;
    int count = 0;
    *len = 0;
    while (nested_next(&scan, &key, &key_len)) {
        if (scan.at >= scan.end || *scan.at != ':')
            break;
        scan.at++;
        if (!nested_next(&scan, &value, &value_len))
            break;
        if (key_len == 5) {
            count = parse_bounds(value, value_len, bounds);
        } else if (key_len == 3) {
            *text = value;
            *len = value_len;
        }
    }
    return count;
}

static void count_dims(struct array *array, const char *text, size_t len, int depth_limit)
{
    while (array->ndims < depth_limit && len && *text == '[') {
        struct nested_scan scan = nested_open(text, len);
        const char *first = NULL, *start;
        size_t first_len = 0, start_len;
        int32_t count = 0;
        while (nested_next(&scan, &start, &start_len)) {
            if (count++ == 0) {
                first = start;
                first_len = start_len;
            }
        }
        array->dims[array->ndims++] = count;
        if (!first)
            break;
        text = first;
        len = first_len;
    }
}

static void load_level(struct arena *arena, struct array *array, int depth, int room, const char *text, size_t len)
{
    struct nested_scan scan = nested_open(text, len);
    const char *start;
    size_t start_len;
    while (array->count < room && nested_next(&scan, &start, &start_len)) {
        if (depth > 1)
            load_level(arena, array, depth - 1, room, start, start_len);
        else
            array->items[array->count++] = nested_datum(arena, array->element, start, start_len);
    }
}

void array_load(struct arena *arena, const struct type_desc *element, const struct datum *stored, struct array *array)
{
    *array = (struct array){.element = element};
    int32_t bounds[ARRAY_DIMENSIONS_MAX];
    if (stored->kind != DATUM_TEXT)
        return;
    const char *text = stored->data;
    size_t len = stored->len;
    int nbounds = 0;
    if (len && *text == '{')
        nbounds = open_bounded(&text, &len, bounds);
    count_dims(array, text, len, nbounds ? nbounds : is_nested(element) ? 1 : ARRAY_DIMENSIONS_MAX);
    int64_t total = array->ndims ? 1 : 0;
    for (int i = 0; i < array->ndims; i++) {
        array->lower[i] = i < nbounds ? bounds[i] : 1;
        total *= array->dims[i];
    }
    if (total == 0 || total > ARRAY_ITEMS_MAX) {
        *array = (struct array){.element = element};
        return;
    }
    array->items = arena_alloc(arena, sizeof *array->items * (size_t) total);
    load_level(arena, array, array->ndims, (int) total, text, len);
    while (array->count < total) /* ragged: another tool's doing */
        array->items[array->count++] = datum_null();
}

static void store_level(struct buf *out, const struct array *array, int dimension, int *at)
{
    buf_putc(out, '[');
    for (int32_t i = 0; i < array->dims[dimension]; i++) {
        if (i)
            buf_putc(out, ',');
        if (dimension + 1 < array->ndims)
            store_level(out, array, dimension + 1, at);
        else
            nested_put(out, array->element, &array->items[(*at)++]);
    }
    buf_putc(out, ']');
}

struct datum array_store(struct arena *arena, const struct array *array)
{
    struct buf out = {0};
    bool bounded = array->ndims > 1 && is_nested(array->element);
    int at = 0;
    for (int i = 0; i < array->ndims; i++)
        bounded = bounded || array->lower[i] != 1;
    if (array->ndims == 0 || array->count == 0)
        return datum_text("[]", 2);
    if (bounded) {
        buf_puts(&out, "{\"lbs\":[");
        for (int i = 0; i < array->ndims; i++)
            buf_printf(&out, i ? ",%d" : "%d", array->lower[i]);
        buf_puts(&out, "],\"a\":");
    }
    store_level(&out, array, 0, &at);
    if (bounded)
        buf_putc(&out, '}');
    struct datum stored = datum_text(arena_strndup(arena, out.data, out.len), out.len);
    buf_deinit(&out);
    return stored;
}

struct array array_of(const struct type_desc *element, int count, struct datum *items)
{
    struct array array = {.element = element, .count = count, .items = items};
    if (count) {
        array.ndims = 1;
        array.dims[0] = count;
        array.lower[0] = 1;
    }
    return array;
}

int array_offset(const struct array *array, int count, const int32_t *subscripts)
{
    int64_t offset = 0;
    if (count != array->ndims || count == 0)
        return -1;
    for (int i = 0; i < count; i++) {
        int64_t index = (int64_t) subscripts[i] - array->lower[i];
        if (index < 0 || index >= array->dims[i])
            return -1;
        offset = offset * array->dims[i] + index;
    }
    return (int) offset;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int array_compare(const struct type_io *io, const struct array *a, const struct array *b)
{
    int order = 0;
    for (int i = 0; i < a->count && i < b->count && !order; i++) {
        bool null_a = datum_is_null(&a->items[i]), null_b = datum_is_null(&b->items[i]);
        order = null_a || null_b ? null_a - null_b : type_compare(io, a->element, &a->items[i], &b->items[i]);
    }
    if (!order)
        order = compare_numbers(a->count, b->count);
    if (!order)
        order = compare_numbers(a->ndims, b->ndims);
    for (int i = 0; i < a->ndims && !order; i++)
        order = compare_numbers(a->dims[i], b->dims[i]);
    for (int i = 0; i < a->ndims && !order; i++)
        order = compare_numbers(a->lower[i], b->lower[i]);
    return order;
}

void array_builder_add(struct array_builder *builder, const struct type_desc *element, const struct datum *item)
{
    buf_putc(&builder->text, builder->count++ ? ',' : '[');
    nested_put(&builder->text, element, item);
}

struct datum array_builder_finish(struct array_builder *builder, struct arena *arena)
{
    if (builder->count == 0)
        buf_putc(&builder->text, '[');
    buf_putc(&builder->text, ']');
    struct datum stored = datum_text(arena_strndup(arena, builder->text.data, builder->text.len), builder->text.len);
    buf_deinit(&builder->text);
    *builder = (struct array_builder){0};
    return stored;
}
