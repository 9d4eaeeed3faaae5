#include "session/copy.h"

#include <string.h>

/* COPY … TO STDOUT. */

static struct type_io column_io(struct copy *copy, int column)
{
    struct session *session = copy->session;
    return (struct type_io){.type = copy->columns[column].desc,
                            .typmod = copy->columns[column].typmod,
                            .settings = &session->types,
                            .resolver = session->env.resolver,
                            .arena = &session->row_arena};
}

/* Of these eight bytes none needs a look: no control character, no backslash, no delimiter. (May say no for nothing, never yes.) */
static bool is_plain(const char *text, char delimiter)
{
    const uint64_t ones = UINT64_MAX / 255, tops = ones << 7;
    uint64_t word;
    memcpy(&word, text, sizeof word);
    uint64_t slash = word ^ ones * '\\', limit = word ^ ones * (unsigned char) delimiter;
    return !(((word - ones * ' ') & ~word & tops) | ((slash - ones) & ~slash & tops) | ((limit - ones) & ~limit & tops));
}

static void put_text(const struct copy_options *options, struct buf *out, const char *text, size_t len)
{
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        while (len - i >= sizeof(uint64_t) && is_plain(text + i, options->delimiter))
            i += sizeof(uint64_t);
        if (i == len)
            break;
        unsigned char c = (unsigned char) text[i];
        char letter;
        if (c > '\\' || (c >= ' ' && c != '\\' && c != (unsigned char) options->delimiter))
            if (c != (unsigned char) options->delimiter)
                continue;
        switch (c) {
        case '\b':
            letter = 'b';
            break;
        case '\f':
            letter = 'f';
            break;
        case '\n':
            letter = 'n';
            break;
        case '\r':
            letter = 'r';
            break;
        case '\t':
            letter = 't';
            break;
        case '\v':
            letter = 'v';
            break;
        default:
            if (c != '\\' && c != (unsigned char) options->delimiter)
                continue;
            letter = (char) c;
        }
        if (c == (unsigned char) options->delimiter && c != '\t')
            letter = (char) c;
        buf_append(out, text + start, i - start);
        buf_putc(out, '\\');
        buf_putc(out, letter);
        start = i + 1;
    }
    buf_append(out, text + start, len - start);
}

static void put_csv(const struct copy_options *options, struct buf *out, const char *text, size_t len, bool force, bool is_single)
{
    bool quotes = force || (len == options->null_len && !memcmp(text, options->null, len)) ||
                  (is_single && len == 2 && !memcmp(text, "\\.", 2));
    for (size_t i = 0; !quotes && i < len; i++)
        quotes = text[i] == options->delimiter || text[i] == options->quote || text[i] == '\n' || text[i] == '\r';
    if (!quotes) {
        buf_append(out, text, len);
        return;
    }
    buf_putc(out, options->quote);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == options->quote || text[i] == options->escape)
            buf_putc(out, options->escape);
        buf_putc(out, text[i]);
    }
    buf_putc(out, options->quote);
}

/* The value's text without a copy where it is stored as it prints. */
static bool value_text(struct copy *copy, int column, const struct datum *value, const char **text, size_t *len,
                       struct diag *diag)
{
    struct session *session = copy->session;
    oid_t type = copy->columns[column].type;
    if (value->kind == DATUM_TEXT && (type == TEXT_OID || type == VARCHAR_OID || type == BPCHAR_OID)) {
        *text = value->data;
        *len = value->len;
        return true;
    }
    buf_reset(&session->scratch);
    if (value->kind == DATUM_INT && (type == INT4_OID || type == INT8_OID || type == INT2_OID)) {
        buf_put_int64(&session->scratch, value->i);
    } else {
        struct type_io io = column_io(copy, column);
        if (!io.type->codec->out(&io, value, &session->scratch, diag))
            return false;
    }
    *text = session->scratch.data ? session->scratch.data : "";
    *len = session->scratch.len;
    return true;
}

static bool put_text_row(struct copy *copy, const struct datum *row, struct diag *diag)
{
    const struct copy_options *options = &copy->options;
    struct buf *out = &copy->session->wire.out;
    for (int i = 0; i < copy->ncolumns; i++) {
        const char *text;
        size_t len;
        if (i)
            buf_putc(out, options->delimiter);
        if (datum_is_null(&row[i])) {
            buf_append(out, options->null, options->null_len);
            continue;
        }
        if (!value_text(copy, i, &row[i], &text, &len, diag))
            return false;
        bool force = options->force_quote_all || (options->force_quote && options->force_quote[i]);
        if (options->format == COPY_CSV)
            put_csv(options, out, text, len, force, copy->ncolumns == 1);
        else
            put_text(options, out, text, len);
    }
    buf_putc(out, '\n');
    return true;
}

static bool put_binary_row(struct copy *copy, const struct datum *row, struct diag *diag)
{
    struct buf *out = &copy->session->wire.out;
    buf_put_be16(out, (uint16_t) copy->ncolumns);
    for (int i = 0; i < copy->ncolumns; i++) {
        if (datum_is_null(&row[i])) {
            buf_put_be32(out, (uint32_t) -1);
            continue;
        }
        struct type_io io = column_io(copy, i);
        size_t header = out->len;
        buf_put_be32(out, 0);
        if (!io.type->codec->send)
            return diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "no binary output function available for type %s", io.type->name);
        if (!io.type->codec->send(&io, &row[i], out, diag))
            return false;
        uint32_t len = __builtin_bswap32((uint32_t) (out->len - header - 4));
        memcpy(out->data + header, &len, 4);
    }
    return true;
}

static void put_header(struct copy *copy)
{
    struct wire *wire = &copy->session->wire;
    size_t mark = wire_begin(wire, 'd');
    for (int i = 0; i < copy->ncolumns; i++) {
        const char *name = copy->columns[i].name;
        if (i)
            buf_putc(&wire->out, copy->options.delimiter);
        if (copy->options.format == COPY_CSV)
            put_csv(&copy->options, &wire->out, name, strlen(name), false, copy->ncolumns == 1);
        else
            put_text(&copy->options, &wire->out, name, strlen(name));
    }
    buf_putc(&wire->out, '\n');
    wire_end(wire, mark);
}

static bool put_rows(struct copy *copy, struct cursor *cursor, int64_t *count, struct diag *diag)
{
    struct session *session = copy->session;
    struct wire *wire = &session->wire;
    bool is_binary = copy->options.format == COPY_BINARY;
    for (;;) {
        const struct datum *row;
        enum engine_step step = cursor_next(cursor, &row, diag);
        if (step == ENGINE_STALE)
            return diag_set(diag, ERRCODE_SERIALIZATION_FAILURE, "the schema changed while COPY began");
        if (step != ENGINE_ROW)
            return step == ENGINE_DONE;
        size_t mark = wire_begin(wire, 'd');
        if (!(is_binary ? put_binary_row(copy, row, diag) : put_text_row(copy, row, diag))) {
            wire_abandon(wire, mark);
            return false;
        }
        wire_end(wire, mark);
        ++*count;
        if (session->row_arena.blocks)
            arena_reset(&session->row_arena);
        wire_relieve(wire);
        if (wire->closed)
            interrupts_raise(&session->interrupts, INTERRUPT_BIT_CLIENT_GONE);
        if (session->interrupts.pending && !interrupts_check(&session->interrupts, diag))
            return false;
    }
}

bool copy_out(struct copy *copy, struct plan *plan, int64_t *count, struct diag *diag)
{
    static const char signature[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
    struct session *session = copy->session;
    struct wire *wire = &session->wire;
    bool is_binary = copy->options.format == COPY_BINARY;
    if (plan->writes_file ? !txn_prepare_write(session, plan->changes, diag)
        : plan->writes    ? !txn_prepare_temporary(session, false, diag)
                          : !txn_prepare_read(session, diag))
        return false;
    struct cursor *cursor = cursor_open(session->compiler, plan, NULL, NULL, 0, diag);
    if (!cursor)
        return false;
    *count = 0;
    wire_put_copy(wire, 'H', copy->ncolumns, is_binary);
    if (is_binary) {
        size_t mark = wire_begin(wire, 'd');
        buf_append(&wire->out, signature, 19);
        wire_end(wire, mark);
    } else if (copy->options.has_header) {
        put_header(copy);
    }
    bool done = put_rows(copy, cursor, count, diag);
    cursor_close(cursor);
    if (!done)
        return false;
    if (is_binary) {
        size_t mark = wire_begin(wire, 'd');
        buf_put_be16(&wire->out, 0xffff);
        wire_end(wire, mark);
    }
    wire_put_bare(wire, 'c');
    return true;
}
