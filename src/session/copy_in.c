#include "session/copy.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* COPY … FROM STDIN: lines are parsed where they arrived, converted, and given to one insert statement that stays prepared. */

enum { SHOWN_MAX = 100 };

struct loading {
    struct copy *copy;
    struct plan *plan;
    struct copy_scan scan;
    struct buf pending; /* an incomplete line or tuple, carried over to the next message */
    struct buf scratch;
    struct copy_field *fields;
    struct datum *row;
    int64_t line, count;
    bool header_due, ended; /* ended: the end marker was seen */
    bool signature_due;
};

static void shown(struct buf *out, const char *text, size_t len)
{
    if (len > SHOWN_MAX) {
        len = SHOWN_MAX;
        while (len > 0 && ((unsigned char) text[len] & 0xc0) == 0x80)
            len--;
        buf_append(out, text, len);
        buf_puts(out, "...");
    } else {
        buf_append(out, text, len);
    }
}

static bool line_context(struct loading *loading, const char *line, size_t len, bool with_text, struct diag *diag)
{
    struct buf text;
    buf_init(&text);
    if (with_text) {
        buf_puts(&text, ": \"");
        shown(&text, line, len);
        buf_putc(&text, '"');
    }
    diag_context(diag, "COPY %s, line %lld%s", loading->copy->relation->name, (long long) loading->line, buf_cstr(&text));
    buf_deinit(&text);
    return false;
}

static bool column_context(struct loading *loading, int column, const struct copy_field *field, struct diag *diag)
{
    struct buf text;
    buf_init(&text);
    if (field->is_null) {
        buf_puts(&text, "null input");
    } else {
        buf_putc(&text, '"');
        shown(&text, field->data, field->len);
        buf_putc(&text, '"');
    }
    diag_context(diag, "COPY %s, line %lld, column %s: %s", loading->copy->relation->name, (long long) loading->line,
                 loading->copy->columns[column].name, buf_cstr(&text));
    buf_deinit(&text);
    return false;
}

/* May a column of a domain be NULL? */
static bool check_null(struct loading *loading, int i, struct diag *diag)
{
    const struct plan_column *column = &loading->copy->columns[i];
    struct session *session = loading->copy->session;
    struct type_io io = {.type = column->desc,
                         .typmod = column->typmod,
                         .settings = &session->types,
                         .resolver = session->env.resolver,
                         .arena = &session->row_arena};
    struct datum none = datum_null();
    return type_check_domain(&io, &none, diag);
}

/* Plain decimal integers within the type; anything else is the codec's. */
static bool fast_integer(oid_t type, const char *data, size_t len, int64_t *value)
{
    int64_t limit = type == INT4_OID ? INT32_MAX : type == INT2_OID ? INT16_MAX : INT64_MAX, number = 0;
    bool is_negative = len > 1 && data[0] == '-';
    size_t i = is_negative;
    if (len == 0 || len - i > 18)
        return false;
    for (; i < len; i++) {
        if (data[i] < '0' || data[i] > '9')
            return false;
        number = number * 10 + (data[i] - '0');
    }
    *value = is_negative ? -number : number;
    return number <= limit;
}

static bool convert(struct loading *loading, int i, const struct copy_field *field, struct datum *out, struct diag *diag)
{
    struct copy *copy = loading->copy;
    struct session *session = copy->session;
    const struct plan_column *column = &copy->columns[i];
    int64_t integer;
    if (field->is_null) {
        *out = datum_null();
        return column->desc->typtype != 'd' || check_null(loading, i, diag) || column_context(loading, i, field, diag);
    }
    if (column->type == TEXT_OID || (column->type == VARCHAR_OID && column->typmod < 0)) {
        *out = datum_text(field->data, field->len);
        return true;
    }
    if ((column->type == INT4_OID || column->type == INT8_OID || column->type == INT2_OID) &&
        fast_integer(column->type, field->data, field->len, &integer)) {
        *out = datum_int(integer);
        return true;
    }
    struct type_io io = {.type = column->desc,
                         .typmod = column->typmod,
                         .settings = &session->types,
                         .resolver = session->env.resolver,
                         .arena = &session->row_arena};
    return column->desc->codec->in(&io, field->data, field->len, out, diag) || column_context(loading, i, field, diag);
}

static bool insert(struct loading *loading, const char *line, size_t len, struct diag *diag)
{
    struct session *session = loading->copy->session;
    bool done = copy_plan_insert(session->compiler, loading->plan, loading->row, &loading->count, diag);
    if (session->row_arena.blocks)
        arena_reset(&session->row_arena);
    if (done)
        return true;
    bool is_after_flush =
        !strcmp(diag->sqlstate, ERRCODE_UNIQUE_VIOLATION) || !strcmp(diag->sqlstate, ERRCODE_FOREIGN_KEY_VIOLATION);
    return diag->context ? false : line_context(loading, line, len, line && !is_after_flush, diag);
}

static bool check_header(struct loading *loading, const char *line, size_t len, int count, struct diag *diag)
{
    const struct copy *copy = loading->copy;
    if (!copy->options.match_header)
        return true;
    if (count != copy->ncolumns) {
        diag_set(diag, ERRCODE_BAD_COPY_FILE_FORMAT, "wrong number of fields in header line: got %d, expected %d", count,
                 copy->ncolumns);
        return line_context(loading, line, len, true, diag);
    }
    for (int i = 0; i < count; i++) {
        const struct copy_field *field = &loading->fields[i];
        const char *name = copy->columns[i].name;
        if (field->is_null)
            diag_set(diag, ERRCODE_BAD_COPY_FILE_FORMAT,
                     "column name mismatch in header line field %d: got null value (\"%s\"), expected \"%s\"", i + 1,
                     copy->options.null, name);
        else if (field->len != strlen(name) || memcmp(field->data, name, field->len))
            diag_set(diag, ERRCODE_BAD_COPY_FILE_FORMAT,
                     "column name mismatch in header line field %d: got \"%.*s\", expected \"%s\"", i + 1, (int) field->len,
                     field->data, name);
        else
            continue;
        return line_context(loading, line, len, true, diag);
    }
    return true;
}

static bool load_line(struct loading *loading, const char *line, size_t len, struct diag *diag)
{
    struct copy *copy = loading->copy;
    int count;
    loading->line++;
    if (len == 2 && line[0] == '\\' && line[1] == '.') {
        loading->ended = true;
        return true;
    }
    if (!wire_check_utf8(line, len, diag)) {
        diag_context(diag, "COPY %s, line %lld", copy->relation->name, (long long) loading->line);
        return false;
    }
    if (copy->options.format == COPY_TEXT && memchr(line, '\r', len)) {
        diag_set(diag, ERRCODE_BAD_COPY_FILE_FORMAT, "literal carriage return found in data");
        diag_hint(diag, "Use \"\\r\" to represent carriage return.");
        return line_context(loading, line, len, true, diag);
    }
    if (!copy_split(copy, line, len, &loading->scratch, loading->fields, copy->ncolumns, &count, diag))
        return line_context(loading, line, len, true, diag);
    /* An escape may have made what is no text. */
    if (loading->scratch.len && copy->options.format == COPY_TEXT &&
        !wire_check_utf8(loading->scratch.data, loading->scratch.len, diag))
        return line_context(loading, line, len, true, diag);
    if (loading->header_due) {
        loading->header_due = false;
        return check_header(loading, line, len, count, diag);
    }
    if (count > copy->ncolumns) {
        diag_set(diag, ERRCODE_BAD_COPY_FILE_FORMAT, "extra data after last expected column");
        return line_context(loading, line, len, true, diag);
    }
    if (copy->ncolumns == 0 && len == 0)
        count = 0;
    if (count < copy->ncolumns) {
        diag_set(diag, ERRCODE_BAD_COPY_FILE_FORMAT, "missing data for column \"%s\"", copy->columns[count].name);
        return line_context(loading, line, len, true, diag);
    }
    for (int i = 0; i < count; i++)
        if (!convert(loading, i, &loading->fields[i], &loading->row[i], diag))
            return false;
    return insert(loading, line, len, diag);
}

/* All whole lines of `data`; *used says how far it got. */
static bool load_lines(struct loading *loading, const char *data, size_t len, size_t *used, struct diag *diag)
{
    *used = 0;
    while (!loading->ended && *used < len) {
        size_t skip;
        ptrdiff_t line = copy_find_line(&loading->copy->options, &loading->scan, data + *used, len - *used, &skip);
        if (line < 0)
            return true;
        if (!load_line(loading, data + *used, (size_t) line, diag))
            return false;
        *used += skip;
    }
    return true;
}

static uint32_t be32(const char *at)
{
    uint32_t value;
    memcpy(&value, at, 4);
    return __builtin_bswap32(value);
}

static bool bad_file(struct loading *loading, struct diag *diag, const char *message)
{
    (void) loading;
    return diag_set(diag, ERRCODE_BAD_COPY_FILE_FORMAT, "%s", message);
}

/* One tuple: false with *used 0 and no report when it is not whole yet. */
static bool load_tuple(struct loading *loading, const char *data, size_t len, size_t *used, bool *is_whole, struct diag *diag)
{
    struct copy *copy = loading->copy;
    struct session *session = copy->session;
    size_t at = 2;
    *is_whole = false;
    if (len < 2)
        return true;
    int count = (int16_t) ((unsigned char) data[0] << 8 | (unsigned char) data[1]);
    if (count == -1) {
        loading->ended = *is_whole = true;
        *used = 2;
        return true;
    }
    if (count != copy->ncolumns)
        return diag_set(diag, ERRCODE_BAD_COPY_FILE_FORMAT, "row field count is %d, expected %d", count, copy->ncolumns);
    for (int i = 0; i < count; i++) {
        if (len - at < 4)
            return true;
        int32_t width = (int32_t) be32(data + at);
        if (width < -1)
            return bad_file(loading, diag, "invalid field size");
        at += 4;
        if (width > 0 && len - at < (size_t) width)
            return true;
        loading->fields[i] = (struct copy_field){data + at, width < 0 ? 0 : (size_t) width, width < 0};
        at += width < 0 ? 0 : (size_t) width;
    }
    loading->line++;
    *is_whole = true;
    *used = at;
    for (int i = 0; i < count; i++) {
        const struct copy_field *field = &loading->fields[i];
        const struct type_desc *type = copy->columns[i].desc;
        struct type_io io = {.type = type,
                             .typmod = copy->columns[i].typmod,
                             .settings = &session->types,
                             .resolver = session->env.resolver,
                             .arena = &session->row_arena};
        loading->row[i] = datum_null();
        if (field->is_null && type->typtype == 'd' && !check_null(loading, i, diag))
            return column_context(loading, i, field, diag);
        if (field->is_null)
            continue;
        if (!type->codec->recv)
            return diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "no binary input function available for type %s", type->name);
        if (!type->codec->recv(&io, (const uint8_t *) field->data, field->len, &loading->row[i], diag)) {
            diag_context(diag, "COPY %s, line %lld, column %s", copy->relation->name, (long long) loading->line,
                         copy->columns[i].name);
            return false;
        }
    }
    return insert(loading, NULL, 0, diag);
}

static bool load_tuples(struct loading *loading, const char *data, size_t len, size_t *used, struct diag *diag)
{
    *used = 0;
    if (loading->signature_due) {
        if (len < 19)
            return true;
        if (memcmp(data, "PGCOPY\n\377\r\n\0", 11))
            return bad_file(loading, diag, "COPY file signature not recognized");
        if (be32(data + 11) & 0xffff0000u)
            return bad_file(loading, diag, "unrecognized critical flags in COPY file header");
        size_t extension = be32(data + 15);
        if (extension > 0x7fffffff)
            return bad_file(loading, diag, "invalid COPY file header (wrong length)");
        if (len < 19 + extension)
            return true;
        *used = 19 + extension;
        loading->signature_due = false;
    }
    bool is_whole = true;
    while (is_whole && !loading->ended && *used < len) {
        size_t step = 0;
        if (!load_tuple(loading, data + *used, len - *used, &step, &is_whole, diag))
            return false;
        *used += is_whole ? step : 0;
    }
    return true;
}

static bool load(struct loading *loading, const char *data, size_t len, size_t *used, struct diag *diag)
{
    return loading->copy->options.format == COPY_BINARY ? load_tuples(loading, data, len, used, diag)
                                                        : load_lines(loading, data, len, used, diag);
}

/* A message's data: what is left of the former ones comes first. */
static bool take_data(struct loading *loading, const char *data, size_t len, struct diag *diag)
{
    size_t used;
    if (loading->ended)
        return true;
    if (loading->pending.len == 0) {
        if (!load(loading, data, len, &used, diag))
            return false;
        if (!loading->ended)
            buf_append(&loading->pending, data + used, len - used);
        return true;
    }
    buf_append(&loading->pending, data, len);
    if (!load(loading, loading->pending.data, loading->pending.len, &used, diag))
        return false;
    memmove(loading->pending.data, loading->pending.data + used, loading->pending.len - used);
    loading->pending.len -= used;
    return true;
}

/* The last line may lack its end. */
static bool finish(struct loading *loading, struct diag *diag)
{
    struct buf *pending = &loading->pending;
    if (loading->copy->options.format == COPY_BINARY) {
        if (loading->signature_due)
            return bad_file(loading, diag, "COPY file signature not recognized");
        return pending->len == 0 || bad_file(loading, diag, "unexpected EOF in COPY data");
    }
    if (loading->ended || pending->len == 0)
        return true;
    size_t len = pending->len;
    if (pending->data[len - 1] == '\r')
        len--;
    return load_line(loading, pending->data, len, diag);
}

static bool receive(struct loading *loading, struct diag *diag)
{
    struct session *session = loading->copy->session;
    for (;;) {
        struct wire_message message;
        bool is_there = wire_has_message(&session->wire);
        if (!is_there)
            slot_set_wait(session->options.slot, WAIT_CLIENT_READ);
        session->wire.is_within_statement = true;
        enum wire_result result = wire_read(&session->wire, &message, NULL, diag);
        session->wire.is_within_statement = false;
        if (!is_there)
            slot_set_wait(session->options.slot, WAIT_NONE);
        if (result == WIRE_INTERRUPTED) {
            interrupts_check(&session->interrupts, diag);
            return false;
        }
        if (result == WIRE_OVERSIZED)
            return false;
        if (result != WIRE_OK) {
            session->terminating = true;
            if (result == WIRE_CLOSED)
                diag_set(diag, ERRCODE_CONNECTION_FAILURE, "unexpected EOF on client connection with an open transaction");
            return false;
        }
        if (session->interrupts.pending && !interrupts_check(&session->interrupts, diag))
            return false;
        struct wire_reader reader = wire_reader(&message);
        switch (message.type) {
        case 'd':
            if (!take_data(loading, message.data, message.len, diag))
                return false;
            break;
        case 'c':
            return finish(loading, diag);
        case 'f':
            return diag_set(diag, ERRCODE_QUERY_CANCELED, "COPY from stdin failed: %s", wire_get_string(&reader, NULL));
        case 'H':
        case 'S':
            break;
        default:
            return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "unexpected message type 0x%02X during COPY from stdin",
                            (unsigned char) message.type);
        }
    }
}

bool copy_in(struct copy *copy, struct plan *plan, int64_t *count, struct diag *diag)
{
    struct session *session = copy->session;
    struct loading loading = {.copy = copy, .plan = plan, .header_due = copy->options.has_header, .signature_due = true};
    buf_init(&loading.pending);
    buf_init(&loading.scratch);
    loading.fields = arena_array(copy->arena, struct copy_field, copy->ncolumns + 1);
    loading.row = arena_array(copy->arena, struct datum, copy->ncolumns + 1);
    /* The statement's text lies in the input buffer that the data will overwrite. */
    wire_hold(&session->wire);
    wire_put_copy(&session->wire, 'G', copy->ncolumns, copy->options.format == COPY_BINARY);
    bool done = receive(&loading, diag);
    copy_plan_finish(plan);
    buf_deinit(&loading.pending);
    buf_deinit(&loading.scratch);
    *count = loading.count;
    return done;
}
