#include "session/result.h"

#include "session/state.h"

#include <stdlib.h>
#include <string.h>

enum encoding {
    ENCODE_INT,
    ENCODE_TEXT,
    ENCODE_BOOL,
    ENCODE_OUT,
    ENCODE_INT2_BINARY,
    ENCODE_INT4_BINARY,
    ENCODE_INT8_BINARY,
    ENCODE_SEND
};

struct result_column {
    enum encoding encoding;
    const struct type_desc *type;
    int32_t typmod;
};

static int16_t format_of(const struct result_format *format, int column)
{
    return format->count == 0 ? 0 : format->count == 1 ? format->codes[0] : format->codes[column];
}

/* Types whose text form is what is stored. */
static enum encoding text_encoding(oid_t type)
{
    switch (type) {
    case INT2_OID:
    case INT4_OID:
    case INT8_OID:
    case OID_OID:
        return ENCODE_INT;
    case TEXT_OID:
    case VARCHAR_OID:
    case BPCHAR_OID:
    case NAME_OID:
    case JSON_OID:
    case UUID_OID:
    case UNKNOWN_OID:
        return ENCODE_TEXT;
    case BOOL_OID:
        return ENCODE_BOOL;
    default:
        return ENCODE_OUT;
    }
}

static enum encoding binary_encoding(oid_t type)
{
    switch (type) {
    case INT2_OID:
        return ENCODE_INT2_BINARY;
    case INT4_OID:
    case OID_OID:
        return ENCODE_INT4_BINARY;
    case INT8_OID:
        return ENCODE_INT8_BINARY;
    case TEXT_OID:
    case VARCHAR_OID:
    case BPCHAR_OID:
    case NAME_OID:
    case JSON_OID:
    case UNKNOWN_OID:
        return ENCODE_TEXT;
    default:
        return ENCODE_SEND;
    }
}

bool result_encoder_init(struct result_encoder *encoder, struct arena *arena, int ncolumns, const struct plan_column *columns,
                         const struct result_format *format, struct diag *diag)
{
    if (format->count > 1 && format->count != ncolumns)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "bind message has %d result formats but query has %d columns",
                        format->count, ncolumns);
    encoder->count = ncolumns;
    encoder->columns = arena_alloc(arena, sizeof *encoder->columns * (size_t) (ncolumns ? ncolumns : 1));
    for (int i = 0; i < ncolumns; i++) {
        int16_t code = format_of(format, i);
        if (code != 0 && code != 1)
            return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "unsupported format code: %d", code);
        const struct type_desc *type = columns[i].desc ? columns[i].desc : type_builtin(columns[i].type);
        encoder->columns[i] = (struct result_column){code ? binary_encoding(columns[i].type) : text_encoding(columns[i].type),
                                                     type, columns[i].typmod};
    }
    return true;
}

void result_put_description(struct session *session, int ncolumns, const struct plan_column *columns,
                            const struct result_format *format)
{
    struct wire *wire = &session->wire;
    size_t mark = wire_begin(wire, 'T');
    buf_put_be16(&wire->out, (uint16_t) ncolumns);
    for (int i = 0; i < ncolumns; i++) {
        const struct type_desc *type = columns[i].desc ? columns[i].desc : type_builtin(columns[i].type);
        /* A domain travels as its base type. */
        oid_t oid = columns[i].type;
        int32_t typmod = columns[i].typmod;
        while (type && type->typtype == 'd') {
            typmod = typmod >= 0 ? typmod : type->base_typmod;
            oid = type->base;
            type = catalog_type_by_oid(session->catalog, oid);
        }
        buf_append(&wire->out, columns[i].name, strlen(columns[i].name) + 1);
        buf_put_be32(&wire->out, columns[i].table);
        buf_put_be16(&wire->out, (uint16_t) columns[i].attnum);
        buf_put_be32(&wire->out, oid);
        buf_put_be16(&wire->out, (uint16_t) (type ? type->len : -1));
        buf_put_be32(&wire->out, (uint32_t) typmod);
        buf_put_be16(&wire->out, format->count == 1 || i < format->count ? (uint16_t) format_of(format, i) : 0);
    }
    wire_end(wire, mark);
}

static const char digit_pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/* Decimal digits that end at `end`; where they begin. */
static char *digits_before(char *end, int64_t value)
{
    uint64_t rest = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
    while (rest >= 100) {
        end -= 2;
        memcpy(end, digit_pairs + rest % 100 * 2, 2);
        rest /= 100;
    }
    if (rest >= 10) {
        end -= 2;
        memcpy(end, digit_pairs + rest * 2, 2);
    } else {
        *--end = (char) ('0' + rest);
    }
    if (value < 0)
        *--end = '-';
    return end;
}

static void put_int(struct buf *out, int64_t value)
{
    char digits[24], *start = digits_before(digits + sizeof digits, value);
    size_t len = (size_t) (digits + sizeof digits - start);
    char *at = buf_reserve(out, 4 + len);
    uint32_t header = __builtin_bswap32((uint32_t) len);
    memcpy(at, &header, 4);
    memcpy(at + 4, start, len);
    out->len += 4 + len;
}

static bool put_converted(struct session *session, const struct result_column *column, const struct datum *value, bool is_binary,
                          struct diag *diag)
{
    struct buf *out = &session->wire.out;
    struct type_io io = {.type = column->type,
                         .typmod = column->typmod,
                         .settings = &session->types,
                         .resolver = session->env.resolver,
                         .arena = &session->row_arena};
    const struct type_codec *codec = column->type->codec;
    size_t header = out->len;
    buf_put_be32(out, 0);
    if (is_binary && !codec->send)
        return diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "no binary output function available for type %s", column->type->name);
    if (!(is_binary ? codec->send : codec->out)(&io, value, out, diag))
        return false;
    uint32_t len = __builtin_bswap32((uint32_t) (out->len - header - 4));
    memcpy(out->data + header, &len, 4);
    return true;
}

static bool put_value(struct session *session, const struct result_column *column, const struct datum *value, struct diag *diag)
{
    struct buf *out = &session->wire.out;
    switch (column->encoding) {
    case ENCODE_INT:
        if (value->kind != DATUM_INT)
            break;
        put_int(out, value->i);
        return true;
    case ENCODE_TEXT:
        if (value->kind != DATUM_TEXT)
            break;
        buf_put_be32(out, value->len);
        buf_append(out, value->data, value->len);
        return true;
    case ENCODE_BOOL:
        if (value->kind != DATUM_INT)
            break;
        buf_put_be32(out, 1);
        buf_putc(out, value->i ? 't' : 'f');
        return true;
    case ENCODE_INT2_BINARY:
        if (value->kind != DATUM_INT)
            return put_converted(session, column, value, true, diag);
        buf_put_be32(out, 2);
        buf_put_be16(out, (uint16_t) value->i);
        return true;
    case ENCODE_INT4_BINARY:
        if (value->kind != DATUM_INT)
            return put_converted(session, column, value, true, diag);
        buf_put_be32(out, 4);
        buf_put_be32(out, (uint32_t) value->i);
        return true;
    case ENCODE_INT8_BINARY:
        if (value->kind != DATUM_INT)
            return put_converted(session, column, value, true, diag);
        buf_put_be32(out, 8);
        buf_put_be64(out, (uint64_t) value->i);
        return true;
    case ENCODE_SEND:
        return put_converted(session, column, value, true, diag);
    case ENCODE_OUT:
        break;
    }
    return put_converted(session, column, value, false, diag);
}

bool result_put_row(struct session *session, const struct result_encoder *encoder, const struct datum *row, struct diag *diag)
{
    struct wire *wire = &session->wire;
    size_t mark = wire_begin(wire, 'D');
    buf_put_be16(&wire->out, (uint16_t) encoder->count);
    for (int i = 0; i < encoder->count; i++) {
        if (row[i].kind == DATUM_NULL) {
            buf_put_be32(&wire->out, (uint32_t) -1);
        } else if (!put_value(session, &encoder->columns[i], &row[i], diag)) {
            wire_abandon(wire, mark);
            return false;
        }
    }
    if (wire->out.len - mark > WIRE_LARGE_MESSAGE_MAX) {
        wire_abandon(wire, mark);
        return diag_set(diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "row is too large to be sent");
    }
    wire_end(wire, mark);
    if (session->row_arena.blocks)
        arena_reset(&session->row_arena);
    return true;
}

struct stored_rows *stored_rows_new(int ncolumns)
{
    struct stored_rows *rows = xcalloc(1, sizeof *rows);
    arena_init(&rows->arena);
    rows->ncolumns = ncolumns;
    return rows;
}

void stored_rows_free(struct stored_rows *rows)
{
    if (!rows)
        return;
    arena_deinit(&rows->arena);
    free(rows->rows);
    free(rows);
}

void stored_rows_add(struct stored_rows *rows, const struct datum *row)
{
    if (rows->count == rows->cap) {
        rows->cap = rows->cap ? rows->cap * 2 : 16;
        rows->rows = xrealloc(rows->rows, sizeof *rows->rows * (size_t) rows->cap);
    }
    struct datum *copy = arena_array(&rows->arena, struct datum, rows->ncolumns ? rows->ncolumns : 1);
    for (int i = 0; i < rows->ncolumns; i++) {
        copy[i] = row[i];
        if (row[i].kind == DATUM_TEXT || row[i].kind == DATUM_BLOB)
            copy[i].data = arena_strndup(&rows->arena, row[i].data, row[i].len);
    }
    rows->rows[rows->count++] = copy;
}
