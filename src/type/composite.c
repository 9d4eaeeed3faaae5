#include "type/composite.h"

#include "type/array.h"
#include "type/codecs.h"

#include <stdlib.h>

/* Text form: (1,"a b",) — docs: 8.16.6 "Composite Type Input and Output Syntax". */

static int count_values(const char *text, size_t len)
{
    struct nested_scan scan = nested_open(text, len);
    const char *start;
    size_t start_len;
    int count = 0;
    while (nested_next(&scan, &start, &start_len))
        count++;
    return count;
}

struct extent {
    const char *text;
    size_t len;
};

/* The parts of {"t":[…],"n":[…],"r":[…]}. */
static void open_typed(const char *text, size_t len, struct extent *types, struct extent *names, struct extent *row)
{
    struct nested_scan scan = nested_open(text, len);
    const char *key, *value;
    size_t key_len, value_len;
    *row = (struct extent){"", 0};
    while (nested_next(&scan, &key, &key_len) && scan.at < scan.end && *scan.at == ':') {
        scan.at++;
        if (!nested_next(&scan, &value, &value_len))
            break;
        struct extent *part = key_len != 3 ? NULL : key[1] == 't' ? types : key[1] == 'n' ? names : row;
        if (part)
            *part = (struct extent){value, value_len};
    }
}

void composite_load(const struct type_io *io, const struct type_desc *type, const struct datum *stored,
                    struct composite *composite)
{
    *composite = (struct composite){0};
    if (stored->kind != DATUM_TEXT || stored->len == 0)
        return;
    struct extent types = {"", 0}, names = {"", 0}, row = {stored->data, stored->len};
    const char *start;
    size_t len;
    if (*row.text == '{')
        open_typed(stored->data, stored->len, &types, &names, &row);
    int count = count_values(row.text, row.len);
    if (type && type->typtype == 'c' && type->field_count > count)
        count = type->field_count; /* columns added since the value was made */
    composite->types = arena_array(io->arena, oid_t, count + 1);
    composite->fields = arena_array(io->arena, struct datum, count + 1);
    struct nested_scan scan = nested_open(types.text, types.len);
    for (int i = 0; i < count; i++) {
        composite->types[i] = TEXT_OID;
        if (types.len && nested_next(&scan, &start, &len))
            composite->types[i] = (oid_t) strtoul(start, NULL, 10);
        else if (type && i < type->field_count)
            composite->types[i] = type->fields[i].type;
    }
    scan = nested_open(row.text, row.len);
    for (int i = 0; i < count; i++) {
        composite->fields[i] = datum_null();
        if (nested_next(&scan, &start, &len))
            composite->fields[i] =
                nested_datum(io->arena, type_base(io->resolver, type_find(io->resolver, composite->types[i])), start, len);
    }
    composite->count = count;
    if (!names.len)
        return;
    composite->names = arena_array(io->arena, const char *, count + 1);
    scan = nested_open(names.text, names.len);
    for (int i = 0; i < count; i++) {
        struct datum name = datum_null();
        if (nested_next(&scan, &start, &len))
            name = nested_datum(io->arena, type_builtin(TEXT_OID), start, len);
        composite->names[i] = name.kind == DATUM_TEXT ? arena_strndup(io->arena, name.data, name.len) : "";
    }
}

struct datum composite_store(const struct type_io *io, const struct type_desc *type, const struct composite *composite)
{
    struct buf out = {0};
    bool typed = !type || type->typtype != 'c';
    if (typed) {
        buf_puts(&out, "{\"t\":[");
        for (int i = 0; i < composite->count; i++)
            buf_printf(&out, i ? ",%u" : "%u", composite->types[i]);
        for (int i = 0; composite->names && i < composite->count; i++) {
            struct datum name = datum_cstr(composite->names[i]);
            buf_puts(&out, i ? "," : "],\"n\":[");
            nested_put(&out, type_builtin(TEXT_OID), &name);
        }
        buf_puts(&out, "],\"r\":");
    }
    buf_putc(&out, '[');
    for (int i = 0; i < composite->count; i++) {
        if (i)
            buf_putc(&out, ',');
        nested_put(&out, type_find(io->resolver, composite->types[i]), &composite->fields[i]);
    }
    buf_puts(&out, typed ? "]}" : "]");
    struct datum stored = datum_text(arena_strndup(io->arena, out.data, out.len), out.len);
    buf_deinit(&out);
    return stored;
}

static bool is_dropped(const struct type_desc *type, int field)
{
    return type && field < type->field_count && type->fields[field].dropped;
}

/* ---- reading ---- */

struct row_reader {
    const char *text;
    size_t len;
    const char *at, *end;
    struct diag *diag;
};

static bool malformed(struct row_reader *r, const char *detail)
{
    diag_set(r->diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "malformed record literal: \"%.*s\"", (int) r->len, r->text);
    return diag_detail(r->diag, "%s", detail);
}

static void skip_space(struct row_reader *r)
{
    while (r->at < r->end && codec_space(*r->at))
        r->at++;
}

static bool read_field(struct row_reader *r, struct buf *word)
{
    bool quoted = false;
    buf_reset(word);
    while (quoted || r->at >= r->end || (*r->at != ',' && *r->at != ')')) {
        if (r->at >= r->end)
            return malformed(r, "Unexpected end of input.");
        char c = *r->at++;
        if (c == '\\') {
            if (r->at >= r->end)
                return malformed(r, "Unexpected end of input.");
            buf_putc(word, *r->at++);
        } else if (c == '"') {
            if (!quoted) {
                quoted = true;
            } else if (r->at < r->end && *r->at == '"') {
                buf_putc(word, *r->at++);
            } else {
                quoted = false;
            }
        } else {
            buf_putc(word, c);
        }
    }
    return true;
}

static bool read_row(const struct type_io *io, struct row_reader *r, struct buf *word, struct composite *row)
{
    const struct type_desc *type = io->type;
    bool first = true;
    skip_space(r);
    if (r->at >= r->end || *r->at++ != '(')
        return malformed(r, "Missing left parenthesis.");
    for (int i = 0; i < type->field_count; i++) {
        row->types[i] = type->fields[i].type;
        row->fields[i] = datum_null();
        if (type->fields[i].dropped)
            continue;
        if (!first && (r->at >= r->end || *r->at != ','))
            return malformed(r, "Too few columns.");
        r->at += !first;
        first = false;
        struct type_io field = *io;
        field.type = type_find(io->resolver, type->fields[i].type);
        field.typmod = type->fields[i].typmod;
        if (r->at < r->end && (*r->at == ',' || *r->at == ')')) {
            if (field.type && !type_check_domain(&field, &row->fields[i], r->diag))
                return false;
            continue;
        }
        if (!read_field(r, word))
            return false;
        const char *copy = arena_strndup(io->arena, word->len ? word->data : "", word->len);
        if (!field.type || !type_in(&field, copy, word->len, &row->fields[i], r->diag))
            return false;
    }
    if (r->at >= r->end || *r->at++ != ')')
        return malformed(r, "Too many columns.");
    skip_space(r);
    return r->at == r->end || malformed(r, "Junk after right parenthesis.");
}

static bool composite_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct row_reader reader = {text, len, text, text + len, diag};
    if (io->type->typtype != 'c')
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "input of anonymous composite types is not implemented");
    int count = io->type->field_count;
    struct composite row = {count, arena_array(io->arena, oid_t, count + 1), arena_array(io->arena, struct datum, count + 1),
                            NULL};
    struct buf word = {0};
    bool good = read_row(io, &reader, &word, &row);
    buf_deinit(&word);
    if (good)
        *out = composite_store(io, io->type, &row);
    return good;
}

/* ---- writing ---- */

static void put_quoted(struct buf *out, const char *text, size_t len)
{
    bool quote = len == 0;
    for (size_t i = 0; i < len && !quote; i++)
        quote = text[i] == '"' || text[i] == '\\' || text[i] == '(' || text[i] == ')' || text[i] == ',' || codec_space(text[i]);
    if (!quote) {
        buf_append(out, text, len);
        return;
    }
    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            buf_putc(out, text[i]);
        buf_putc(out, text[i]);
    }
    buf_putc(out, '"');
}

static bool composite_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct composite row;
    struct buf word = {0};
    bool first = true, good = true;
    composite_load(io, io->type, value, &row);
    buf_putc(out, '(');
    for (int i = 0; i < row.count && good; i++) {
        if (is_dropped(io->type, i))
            continue;
        if (!first)
            buf_putc(out, ',');
        first = false;
        if (datum_is_null(&row.fields[i]))
            continue;
        struct type_io field = *io;
        field.type = type_find(io->resolver, row.types[i]);
        field.typmod = -1;
        if (!field.type)
            field.type = type_builtin(TEXT_OID);
        buf_reset(&word);
        good = type_out(&field, &row.fields[i], &word, diag);
        if (good)
            put_quoted(out, word.len ? word.data : "", word.len);
    }
    buf_putc(out, ')');
    buf_deinit(&word);
    return good;
}

/* ---- binary ---- */

static bool short_message(struct diag *diag)
{
    return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "insufficient data left in message");
}

static bool wrong_type(const struct type_io *io, oid_t given, oid_t expected, int column, struct diag *diag)
{
    struct buf have = {0}, want = {0};
    type_format(io->resolver, given, -1, &have);
    type_format(io->resolver, expected, -1, &want);
    diag_set(diag, ERRCODE_DATATYPE_MISMATCH, "binary data has type %u (%s) instead of expected %u (%s) in record column %d",
             given, buf_cstr(&have), expected, buf_cstr(&want), column);
    buf_deinit(&have);
    buf_deinit(&want);
    return false;
}

static bool composite_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    const struct type_desc *type = io->type;
    const uint8_t *end = data + len;
    if (type->typtype != 'c')
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "input of anonymous composite types is not implemented");
    if (len < 4)
        return short_message(diag);
    int given = (int) codec_be32(data), valid = 0, count = type->field_count;
    data += 4;
    for (int i = 0; i < count; i++)
        valid += !type->fields[i].dropped;
    if (given != valid)
        return diag_set(diag, ERRCODE_DATATYPE_MISMATCH, "wrong number of columns: %d, expected %d", given, valid);
    struct composite row = {count, arena_array(io->arena, oid_t, count + 1), arena_array(io->arena, struct datum, count + 1),
                            NULL};
    for (int i = 0; i < count; i++) {
        row.types[i] = type->fields[i].type;
        row.fields[i] = datum_null();
        if (type->fields[i].dropped)
            continue;
        if (end - data < 8)
            return short_message(diag);
        oid_t oid = codec_be32(data);
        int32_t size = (int32_t) codec_be32(data + 4);
        data += 8;
        if (oid != row.types[i])
            return wrong_type(io, oid, row.types[i], i + 1, diag);
        if (size < -1 || size > end - data)
            return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "insufficient data left in message");
        struct type_io field = *io;
        field.type = type_find(io->resolver, oid);
        field.typmod = type->fields[i].typmod;
        if (size < 0) {
            if (field.type && !type_check_domain(&field, &row.fields[i], diag))
                return false;
            continue;
        }
        if (!field.type || !field.type->codec->recv(&field, data, (size_t) size, &row.fields[i], diag))
            return false;
        data += size;
    }
    if (data != end)
        return codec_bad_binary(diag);
    *out = composite_store(io, type, &row);
    return true;
}

static bool composite_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct composite row;
    uint32_t valid = 0;
    composite_load(io, io->type, value, &row);
    for (int i = 0; i < row.count; i++)
        valid += !is_dropped(io->type, i);
    buf_put_be32(out, valid);
    for (int i = 0; i < row.count; i++) {
        if (is_dropped(io->type, i))
            continue;
        buf_put_be32(out, row.types[i]);
        size_t at = out->len;
        buf_put_be32(out, UINT32_MAX);
        struct type_io field = *io;
        field.type = type_find(io->resolver, row.types[i]);
        field.typmod = -1;
        if (datum_is_null(&row.fields[i]) || !field.type)
            continue;
        if (!field.type->codec->send(&field, &row.fields[i], out, diag))
            return false;
        uint32_t size = __builtin_bswap32((uint32_t) (out->len - at - 4));
        memcpy(out->data + at, &size, sizeof size);
    }
    return true;
}

int composite_compare(const struct type_io *io, const struct composite *a, const struct composite *b, int *mismatch)
{
    *mismatch = 0;
    for (int i = 0; i < a->count && i < b->count; i++) {
        bool null_a = datum_is_null(&a->fields[i]), null_b = datum_is_null(&b->fields[i]);
        if (a->types[i] != b->types[i]) {
            *mismatch = i + 1;
            return 0;
        }
        int order = null_a || null_b ? null_a - null_b
                                     : type_compare(io, type_find(io->resolver, a->types[i]), &a->fields[i], &b->fields[i]);
        if (order)
            return order;
    }
    if (a->count != b->count)
        *mismatch = -1;
    return (a->count > b->count) - (a->count < b->count);
}

static int compare_rows(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    struct composite x, y;
    int mismatch;
    composite_load(io, io->type, a, &x);
    composite_load(io, io->type, b, &y);
    return composite_compare(io, &x, &y, &mismatch);
}

const struct type_codec type_codec_composite = {composite_in, composite_out, composite_recv, composite_send,
                                                NULL,         compare_rows,  NULL,           NULL};
