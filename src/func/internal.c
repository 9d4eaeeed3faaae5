#include "func/internal.h"

#include "type/codecs.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static struct type_io io_for(struct fcall *call, const struct type_desc *type, int32_t typmod)
{
    struct type_io io = fcall_io(call, type);
    io.typmod = typmod;
    return io;
}

static const struct type_desc *type_of(struct fcall *call, oid_t oid)
{
    const struct type_resolver *resolver = call->env->resolver;
    return resolver && resolver->type ? resolver->type(resolver->self, oid) : type_builtin(oid);
}

static const struct type_desc *base_of(struct fcall *call, const struct type_desc *type)
{
    while (type && type->typtype == 'd')
        type = type_of(call, type->base);
    return type;
}

/* Through the text form: out of one type, into the other. */
static bool io_cast(struct fcall *call, const struct type_desc *from, const struct type_desc *to, int32_t typmod,
                    const struct datum *value, struct datum *result)
{
    struct buf text = {0};
    struct type_io out = io_for(call, from, -1), in = io_for(call, to, typmod);
    bool ok = type_out(&out, value, &text, call->diag);
    if (ok) {
        const char *copy = arena_strndup(call->arena, text.len ? text.data : "", text.len);
        ok = type_in(&in, copy, text.len, result, call->diag);
    }
    buf_deinit(&text);
    return ok;
}

bool internal_io_cast(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (datum_is_null(&args[0])) {
        *result = datum_null();
        return true;
    }
    return io_cast(call, call->inst->args[0], call->inst->result, call->inst->typmod, &args[0], result);
}

static bool typmod_cast(struct fcall *call, const struct datum *value, bool is_explicit, struct datum *result)
{
    const struct type_desc *type = base_of(call, call->inst->result);
    *result = *value;
    if (datum_is_null(value) || call->inst->typmod < 0 || !type)
        return true;
    struct type_io io = io_for(call, type, call->inst->typmod);
    return !type->codec->typmod_cast || type->codec->typmod_cast(&io, value, is_explicit, result, call->diag);
}

bool internal_typmod(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return typmod_cast(call, &args[0], false, result);
}

bool internal_typmod_explicit(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return typmod_cast(call, &args[0], true, result);
}

bool internal_domain(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct type_desc *domain = call->inst->result;
    *result = args[0];
    if (datum_is_null(&args[0]) && domain->not_null)
        return diag_set(call->diag, ERRCODE_NOT_NULL_VIOLATION, "domain %s does not allow null values", domain->name);
    if (datum_is_null(&args[0]) || !domain->codec->typmod_cast)
        return true;
    struct type_io io = io_for(call, domain, -1);
    return domain->codec->typmod_cast(&io, &args[0], true, result, call->diag);
}

bool internal_not_null(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = args[0];
    if (!datum_is_null(&args[0]))
        return true;
    char table[128], column[128];
    snprintf(table, sizeof table, "%.*s", (int) args[1].len, args[1].data);
    snprintf(column, sizeof column, "%.*s", (int) args[2].len, args[2].data);
    diag_set(call->diag, ERRCODE_NOT_NULL_VIOLATION,
             "null value in column \"%s\" of relation \"%s\" violates not-null constraint", column, table);
    return diag_object(call->diag, NULL, table, column, NULL);
}

static int compare(struct fcall *call, const struct type_desc *type, const struct datum *a, const struct datum *b)
{
    if (type && type->codec->compare) {
        struct type_io io = io_for(call, type, -1);
        return type->codec->compare(&io, a, b);
    }
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind == DATUM_INT)
        return a->i < b->i ? -1 : a->i > b->i;
    if (a->kind == DATUM_REAL)
        return a->r < b->r ? -1 : a->r > b->r;
    uint32_t len = a->len < b->len ? a->len : b->len;
    int order = len ? memcmp(a->data, b->data, len) : 0;
    return order ? order : a->len < b->len ? -1 : a->len > b->len;
}

static bool extreme(struct fcall *call, int nargs, const struct datum *args, int sign, struct datum *result)
{
    const struct type_desc *type = base_of(call, call->inst->result);
    *result = datum_null();
    for (int i = 0; i < nargs; i++)
        if (!datum_is_null(&args[i]) && (datum_is_null(result) || compare(call, type, &args[i], result) * sign > 0))
            *result = args[i];
    return true;
}

bool internal_greatest(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return extreme(call, nargs, args, 1, result);
}

bool internal_least(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return extreme(call, nargs, args, -1, result);
}

bool internal_limit(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[0].kind == DATUM_INT && args[0].i < 0)
        return diag_set(call->diag, ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE, "LIMIT must not be negative");
    *result = args[0].kind == DATUM_INT ? args[0] : datum_int(-1);
    return true;
}

bool internal_offset(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[0].kind == DATUM_INT && args[0].i < 0)
        return diag_set(call->diag, ERRCODE_INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE, "OFFSET must not be negative");
    *result = args[0].kind == DATUM_INT ? args[0] : datum_int(0);
    return true;
}

/* CURRENT_DATE and its kin, numbered as enum sql_value of the typed tree. */
bool internal_sql_value(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct func_env *env = call->env;
    int32_t precision = (int32_t) args[1].i;
    struct type_io io = io_for(call, call->inst->result, precision);
    const char *name = NULL;
    switch (args[0].i) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        return type_in(&io, "now", 3, result, call->diag);
    case 5:
    case 7:
    case 8:
        name = env->user;
        break;
    case 6:
        name = env->session_user;
        break;
    case 9:
        name = env->database;
        break;
    default: {
        /* CURRENT_SCHEMA: the first of the search path. */
        char first[64];
        const char *path = env->search_path ? env->search_path : "public";
        if (strncmp(path, "\"$user\"", 7) == 0 && strchr(path, ','))
            path = strchr(path, ',') + 1;
        while (*path == ' ' || *path == '"')
            path++;
        snprintf(first, sizeof first, "%.*s", (int) strcspn(path, ",\" "), path);
        name = arena_strdup(call->arena, first);
    }
    }
    *result = name && *name ? datum_cstr(arena_strdup(call->arena, name)) : datum_null();
    return true;
}

/* Arrays and rows are JSON arrays: the little of JSON that taking them apart and putting them together needs. */

static void put_string(struct buf *buf, const char *data, size_t len)
{
    buf_putc(buf, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char) data[i];
        if (c == '"' || c == '\\')
            buf_putc(buf, '\\');
        if (c >= 0x20)
            buf_putc(buf, (char) c);
        else if (c == '\n')
            buf_puts(buf, "\\n");
        else if (c == '\t')
            buf_puts(buf, "\\t");
        else if (c == '\r')
            buf_puts(buf, "\\r");
        else
            buf_printf(buf, "\\u%04x", c);
    }
    buf_putc(buf, '"');
}

static void put_value(struct buf *buf, const struct type_desc *type, const struct datum *value)
{
    switch (value->kind) {
    case DATUM_NULL:
        buf_puts(buf, "null");
        break;
    case DATUM_INT:
        if (type && type->oid == BOOL_OID)
            buf_puts(buf, value->i ? "true" : "false");
        else
            buf_put_int64(buf, value->i);
        break;
    case DATUM_REAL:
        if (!isfinite(value->r)) {
            buf_puts(buf, isnan(value->r) ? "\"NaN\"" : value->r > 0 ? "\"Infinity\"" : "\"-Infinity\"");
        } else if (type && type->oid == FLOAT4_OID) {
            float4_format((float) value->r, 1, buf);
        } else {
            float8_format(value->r, 1, buf);
        }
        break;
    case DATUM_TEXT:
        if (type && (type->category == 'A' || type->typtype == 'c') && value->len &&
            (value->data[0] == '[' || value->data[0] == '{'))
            buf_append(buf, value->data, value->len);
        else
            put_string(buf, value->data, value->len);
        break;
    case DATUM_BLOB:
        buf_puts(buf, "\"\\\\x");
        for (uint32_t i = 0; i < value->len; i++)
            buf_printf(buf, "%02x", (unsigned char) value->data[i]);
        buf_putc(buf, '"');
        break;
    }
}

static bool give_buf(struct fcall *call, struct buf *buf, struct datum *result)
{
    *result = datum_text(arena_strndup(call->arena, buf->len ? buf->data : "", buf->len), buf->len);
    buf_deinit(buf);
    return true;
}

bool internal_array(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf buf = {0};
    bool nested = nargs > 0 && call->inst->args[0] && call->inst->args[0]->category == 'A' &&
                  call->inst->args[0]->oid == call->inst->result->oid;
    buf_putc(&buf, '[');
    for (int i = 0; i < nargs; i++) {
        if (i)
            buf_putc(&buf, ',');
        if (nested && args[i].kind == DATUM_TEXT)
            buf_append(&buf, args[i].data, args[i].len);
        else
            put_value(&buf, call->inst->args[i], &args[i]);
    }
    buf_putc(&buf, ']');
    return give_buf(call, &buf, result);
}

bool internal_row(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf buf = {0};
    buf_putc(&buf, '[');
    for (int i = 0; i < nargs; i++) {
        if (i)
            buf_putc(&buf, ',');
        put_value(&buf, call->inst->args[i], &args[i]);
    }
    buf_putc(&buf, ']');
    return give_buf(call, &buf, result);
}

struct scan {
    const char *at, *end;
};

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end && isspace((unsigned char) *scan->at))
        scan->at++;
}

/* The extent of one value; false at a closing bracket or the end. */
static bool next_value(struct scan *scan, const char **start, size_t *len)
{
    skip_space(scan);
    if (scan->at < scan->end && *scan->at == ',')
        scan->at++;
    skip_space(scan);
    if (scan->at >= scan->end || *scan->at == ']' || *scan->at == '}')
        return false;
    *start = scan->at;
    int depth = 0;
    for (; scan->at < scan->end; scan->at++) {
        char c = *scan->at;
        if (c == '"') {
            for (scan->at++; scan->at < scan->end && *scan->at != '"'; scan->at++)
                if (*scan->at == '\\')
                    scan->at++;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if (c == ']' || c == '}') {
            if (depth == 0)
                break;
            depth--;
        } else if (c == ',' && depth == 0) {
            break;
        }
    }
    *len = (size_t) (scan->at - *start);
    return true;
}

static void put_utf8(struct buf *buf, uint32_t c)
{
    if (c < 0x80) {
        buf_putc(buf, (char) c);
    } else if (c < 0x800) {
        buf_putc(buf, (char) (0xc0 | c >> 6));
        buf_putc(buf, (char) (0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_putc(buf, (char) (0xe0 | c >> 12));
        buf_putc(buf, (char) (0x80 | (c >> 6 & 0x3f)));
        buf_putc(buf, (char) (0x80 | (c & 0x3f)));
    } else {
        buf_putc(buf, (char) (0xf0 | c >> 18));
        buf_putc(buf, (char) (0x80 | (c >> 12 & 0x3f)));
        buf_putc(buf, (char) (0x80 | (c >> 6 & 0x3f)));
        buf_putc(buf, (char) (0x80 | (c & 0x3f)));
    }
}

static uint32_t hex4(const char *at)
{
    char digits[5] = {at[0], at[1], at[2], at[3], 0};
    return (uint32_t) strtoul(digits, NULL, 16);
}

static bool element_datum(struct fcall *call, const struct type_desc *type, const char *start, size_t len, struct datum *value)
{
    while (len && isspace((unsigned char) start[len - 1]))
        len--;
    if (len == 4 && memcmp(start, "null", 4) == 0) {
        *value = datum_null();
    } else if (*start == 't' || *start == 'f') {
        *value = datum_int(*start == 't');
    } else if (*start == '"') {
        struct buf buf = {0};
        for (size_t i = 1; i + 1 < len; i++) {
            if (start[i] != '\\') {
                buf_putc(&buf, start[i]);
                continue;
            }
            switch (start[++i]) {
            case 'n':
                buf_putc(&buf, '\n');
                break;
            case 't':
                buf_putc(&buf, '\t');
                break;
            case 'r':
                buf_putc(&buf, '\r');
                break;
            case 'b':
                buf_putc(&buf, '\b');
                break;
            case 'f':
                buf_putc(&buf, '\f');
                break;
            case 'u': {
                uint32_t c = i + 4 < len ? hex4(start + i + 1) : 0xfffd;
                i += 4;
                if (c >= 0xd800 && c < 0xdc00 && i + 6 < len && start[i + 1] == '\\' && start[i + 2] == 'u') {
                    c = 0x10000 + ((c - 0xd800) << 10) + (hex4(start + i + 3) - 0xdc00);
                    i += 6;
                }
                put_utf8(&buf, c);
                break;
            }
            default:
                buf_putc(&buf, start[i]);
            }
        }
        give_buf(call, &buf, value);
        if (type && type->storage == STORAGE_BLOB)
            return bytea_parse(call->arena, value->data, value->len, value, call->diag);
        if (type && type->storage == STORAGE_REAL && value->len && value->data[value->len - 1] == 'y')
            *value = datum_real(value->data[0] == '-' ? -INFINITY : INFINITY);
    } else if (*start == '[' || *start == '{') {
        *value = datum_text(start, len);
    } else {
        char digits[64];
        snprintf(digits, sizeof digits, "%.*s", (int) len, start);
        if (type && type->storage == STORAGE_REAL)
            *value = datum_real(strtod(digits, NULL));
        else if (type && type->storage == STORAGE_TEXT)
            *value = datum_text(start, len);
        else
            *value = datum_int(strtoll(digits, NULL, 10));
    }
    return true;
}

bool internal_field(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_null();
    if (args[0].kind != DATUM_TEXT || args[0].len == 0)
        return true;
    struct scan scan = {args[0].data + 1, args[0].data + args[0].len};
    const char *start;
    size_t len;
    for (int64_t i = 1; next_value(&scan, &start, &len); i++)
        if (i == args[1].i)
            return element_datum(call, call->inst->result, start, len, result);
    return true;
}

/* Where an array's elements begin, and its lower bounds where they are not 1. */
static struct scan open_array(const struct datum *array, int64_t *bounds, int room)
{
    struct scan scan = {array->data, array->data + array->len};
    for (int i = 0; i < room; i++)
        bounds[i] = 1;
    skip_space(&scan);
    if (scan.at < scan.end && *scan.at == '{') {
        const char *list = memchr(scan.at, '[', (size_t) (scan.end - scan.at));
        const char *at = list ? list + 1 : scan.end;
        for (int i = 0; i < room && at < scan.end && *at != ']'; i++) {
            bounds[i] = strtoll(at, (char **) &at, 10);
            while (at < scan.end && (*at == ',' || *at == ' '))
                at++;
        }
        const char *close = list ? memchr(list, ']', (size_t) (scan.end - list)) : NULL;
        const char *elements = close ? memchr(close, '[', (size_t) (scan.end - close)) : NULL;
        scan.at = elements ? elements : scan.end;
    }
    if (scan.at < scan.end && *scan.at == '[')
        scan.at++;
    return scan;
}

enum { DIMENSIONS_MAX = 6 };

bool internal_subscript(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    int64_t bounds[DIMENSIONS_MAX];
    *result = datum_null();
    for (int i = 0; i < nargs; i++)
        if (datum_is_null(&args[i]))
            return true;
    struct scan scan = open_array(&args[0], bounds, DIMENSIONS_MAX);
    for (int i = 1; i < nargs && i <= DIMENSIONS_MAX; i++) {
        const char *start;
        size_t len;
        int64_t want = args[i].i - bounds[i - 1], at = 0;
        bool found = false;
        while (next_value(&scan, &start, &len))
            if (at++ == want) {
                found = true;
                break;
            }
        if (!found)
            return true;
        if (i + 1 < nargs) {
            if (*start != '[')
                return true;
            scan = (struct scan){start + 1, start + len};
            continue;
        }
        /* Fewer subscripts than dimensions give NULL. */
        const struct type_desc *element = base_of(call, call->inst->result);
        if (*start == '[' && !(element && (element->typtype == 'c' || element->category == 'A')))
            return true;
        return element_datum(call, element, start, len, result);
    }
    return true;
}

static void slice_level(struct scan scan, int nslices, const struct datum *bounds, const int64_t *lower, struct buf *out)
{
    const char *start;
    size_t len;
    int64_t at = lower[0];
    int64_t from = bounds[0].kind == DATUM_INT ? bounds[0].i : INT64_MIN,
            to = bounds[1].kind == DATUM_INT ? bounds[1].i : INT64_MAX;
    int count = 0;
    buf_putc(out, '[');
    for (; next_value(&scan, &start, &len); at++) {
        if (at < from || at > to)
            continue;
        if (count++)
            buf_putc(out, ',');
        if (nslices > 1 && *start == '[')
            slice_level((struct scan){start + 1, start + len}, nslices - 1, bounds + 2, lower + 1, out);
        else
            buf_append(out, start, len);
    }
    buf_putc(out, ']');
}

bool internal_slice(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    int64_t bounds[DIMENSIONS_MAX];
    *result = datum_null();
    for (int i = 0; i < nargs; i++)
        if (datum_is_null(&args[i]))
            return true;
    struct buf buf = {0};
    struct scan scan = open_array(&args[0], bounds, DIMENSIONS_MAX);
    slice_level(scan, (nargs - 1) / 2, args + 1, bounds, &buf);
    return give_buf(call, &buf, result);
}

static bool cast_level(struct fcall *call, const struct type_desc *from, const struct type_desc *to, bool is_explicit,
                       struct scan scan, struct buf *out)
{
    const char *start;
    size_t len;
    int count = 0;
    buf_putc(out, '[');
    while (next_value(&scan, &start, &len)) {
        if (count++)
            buf_putc(out, ',');
        if (*start == '[') {
            if (!cast_level(call, from, to, is_explicit, (struct scan){start + 1, start + len}, out))
                return false;
            continue;
        }
        struct datum value, cast;
        if (!element_datum(call, from, start, len, &value))
            return false;
        cast = value;
        if (!datum_is_null(&value)) {
            if (from->oid != to->oid && !io_cast(call, from, to, -1, &value, &cast))
                return false;
            struct type_io io = io_for(call, to, call->inst->typmod);
            value = cast;
            if (io.typmod >= 0 && to->codec->typmod_cast && !to->codec->typmod_cast(&io, &value, is_explicit, &cast, call->diag))
                return false;
        }
        put_value(out, to, &cast);
    }
    buf_putc(out, ']');
    return true;
}

bool internal_array_cast(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    int64_t bounds[DIMENSIONS_MAX];
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    const struct type_desc *from = base_of(call, type_of(call, base_of(call, call->inst->args[0])->element));
    const struct type_desc *to = base_of(call, type_of(call, base_of(call, call->inst->result)->element));
    struct buf buf = {0};
    struct scan scan = open_array(&args[0], bounds, DIMENSIONS_MAX);
    bool is_explicit = strstr(call->inst->impl->source, "explicit") != NULL;
    if (!from || !to || !cast_level(call, from, to, is_explicit, scan, &buf)) {
        buf_deinit(&buf);
        return diag_is_set(call->diag) ? false : diag_set(call->diag, ERRCODE_CANNOT_COERCE, "cannot cast array");
    }
    return give_buf(call, &buf, result);
}
