#include "type/codecs.h"

#include <string.h>

/* regclass and its kin: an oid that reads and prints as a name. */

/* No operator is written 0, since - is one. */
static bool is_operator(const struct type_desc *type)
{
    return type->oid == REGOPER_OID || type->oid == REGOPERATOR_OID;
}

static bool alias_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    if (len == 1 && *text == '-' && !is_operator(io->type)) {
        *out = datum_int(0);
        return true;
    }
    bool digits = len > 0;
    for (size_t i = 0; i < len; i++)
        digits &= text[i] >= '0' && text[i] <= '9';
    if (digits)
        return type_codec_oid.in(io, text, len, out, diag);
    if (!io->resolver->name_to_oid)
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot look up names of type %s here", io->type->name);
    oid_t oid = io->resolver->name_to_oid(io->resolver->self, io->type->oid, text, len, diag);
    *out = datum_int(oid);
    return oid != 0;
}

static bool alias_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) diag;
    if (value->i == 0)
        buf_putc(out, is_operator(io->type) ? '0' : '-');
    else if (!io->resolver->oid_to_name || !io->resolver->oid_to_name(io->resolver->self, io->type->oid, (oid_t) value->i, out))
        buf_put_int64(out, value->i);
    return true;
}

static bool alias_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    return type_codec_oid.recv(io, data, len, out, diag);
}

static bool alias_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    return type_codec_oid.send(io, value, out, diag);
}

static int alias_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    return type_codec_oid.compare(io, a, b);
}

const struct type_codec type_codec_alias = {alias_in, alias_out, alias_recv, alias_send, NULL, alias_compare, NULL, NULL};

/* oidvector, int2vector: stored as arrays with lower bound 0, {"lbs":[0],"a":[1,2]}; written as numbers between blanks. */

/* The next number of a stored vector; false at its end. A plain JSON array is read as well. */
static bool next_number(const struct datum *value, size_t *at, int64_t *number)
{
    if (*at == 0) {
        const char *start = memmem(value->data, value->len, "\"a\":[", 5);
        *at = start ? (size_t) (start - value->data) + 5 : value->len && value->data[0] == '[';
    }
    while (*at < value->len && (value->data[*at] == ',' || value->data[*at] == ' '))
        (*at)++;
    bool negative = *at < value->len && value->data[*at] == '-';
    *at += negative;
    size_t start = *at;
    int64_t sum = 0;
    for (; *at < value->len && value->data[*at] >= '0' && value->data[*at] <= '9'; (*at)++)
        sum = sum * 10 + (value->data[*at] - '0');
    *number = negative ? -sum : sum;
    return *at > start;
}

struct vector_writer {
    struct buf text;
    int count;
};

static void vector_begin(struct vector_writer *writer)
{
    *writer = (struct vector_writer){0};
    buf_puts(&writer->text, "{\"lbs\":[0],\"a\":[");
}

static void vector_add(struct vector_writer *writer, int64_t number)
{
    if (writer->count++)
        buf_putc(&writer->text, ',');
    buf_put_int64(&writer->text, number);
}

static struct datum vector_end(const struct type_io *io, struct vector_writer *writer)
{
    buf_puts(&writer->text, "]}");
    struct datum result = datum_text(arena_strndup(io->arena, writer->text.data, writer->text.len), writer->text.len);
    buf_deinit(&writer->text);
    return result;
}

/* The number at the start of `text`: how many characters it takes, 0 after a report. A report quotes all that is left, as PostgreSQL's does. */
static size_t read_number(bool small, const char *text, size_t len, int64_t *number, struct diag *diag)
{
    size_t at = len && (*text == '-' || *text == '+'), start = at;
    const char *name = small ? "smallint" : "oid";
    int64_t sum = 0;
    for (; at < len && text[at] >= '0' && text[at] <= '9'; at++)
        sum = sum > UINT32_MAX ? sum : sum * 10 + (text[at] - '0');
    *number = *text == '-' ? -sum : sum;
    if (at == start || (small && at < len && text[at] != ' ' && sum <= INT16_MAX)) {
        codec_bad_syntax(NULL, name, text, len, diag);
        return 0;
    }
    if (small ? *number != (int16_t) *number : sum > UINT32_MAX || *number < INT32_MIN) {
        diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value \"%.*s\" is out of range for type %s", (int) len, text, name);
        return 0;
    }
    *number = small ? *number : (int64_t) (uint32_t) *number;
    return at;
}

static bool vector_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct vector_writer writer;
    vector_begin(&writer);
    for (size_t at = 0;;) {
        int64_t number;
        while (at < len && codec_space(text[at]))
            at++;
        if (at == len)
            break;
        size_t size = read_number(io->type->oid == INT2VECTOR_OID, text + at, len - at, &number, diag);
        if (!size) {
            buf_deinit(&writer.text);
            return false;
        }
        vector_add(&writer, number);
        at += size;
    }
    *out = vector_end(io, &writer);
    return true;
}

static bool vector_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    int64_t number;
    for (size_t at = 0, count = 0; next_number(value, &at, &number); count++) {
        if (count)
            buf_putc(out, ' ');
        buf_put_int64(out, number);
    }
    return true;
}

static bool vector_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    size_t width = io->type->oid == INT2VECTOR_OID ? 2 : 4;
    if (len < 12)
        return codec_bad_binary(diag);
    uint32_t dimensions = codec_be32(data), count = dimensions && len >= 20 ? codec_be32(data + 12) : 0;
    if (dimensions > 1 || (dimensions == 1 && len != 20 + (uint64_t) count * (4 + width)))
        return codec_bad_binary(diag);
    if (count == 0) /* an empty array has no dimensions once it has been received, and a vector has one */
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid %s data", io->type->name);
    struct vector_writer writer;
    vector_begin(&writer);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *item = data + 20 + (size_t) i * (4 + width);
        if (codec_be32(item) != width) {
            buf_deinit(&writer.text);
            return codec_bad_binary(diag);
        }
        vector_add(&writer, width == 2 ? (int64_t) (int16_t) codec_be16(item + 4) : (int64_t) codec_be32(item + 4));
    }
    *out = vector_end(io, &writer);
    return true;
}

static int vector_count(const struct datum *value)
{
    int64_t number;
    int count = 0;
    for (size_t at = 0; next_number(value, &at, &number);)
        count++;
    return count;
}

static bool vector_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) diag;
    bool small = io->type->oid == INT2VECTOR_OID;
    int64_t number;
    uint32_t count = (uint32_t) vector_count(value);
    buf_put_be32(out, 1);
    buf_put_be32(out, 0);
    buf_put_be32(out, small ? INT2_OID : OID_OID);
    buf_put_be32(out, count);
    buf_put_be32(out, 0);
    for (size_t at = 0; next_number(value, &at, &number);) {
        buf_put_be32(out, small ? 2 : 4);
        if (small)
            buf_put_be16(out, (uint16_t) number);
        else
            buf_put_be32(out, (uint32_t) number);
    }
    return true;
}

/* oidvectors by their length first, int2vectors as arrays. */
static int vector_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    size_t x = 0, y = 0;
    int64_t left, right;
    if (!io->type || io->type->oid != INT2VECTOR_OID) {
        int longer = vector_count(a) - vector_count(b);
        if (longer)
            return longer;
    }
    for (;;) {
        bool more_left = next_number(a, &x, &left), more_right = next_number(b, &y, &right);
        if (!more_left || !more_right)
            return more_left - more_right;
        if (left != right)
            return left < right ? -1 : 1;
    }
}

const struct type_codec type_codec_oidvector = {vector_in, vector_out,     vector_recv, vector_send,
                                                NULL,      vector_compare, NULL,        NULL};
const struct type_codec type_codec_int2vector = {vector_in, vector_out,     vector_recv, vector_send,
                                                 NULL,      vector_compare, NULL,        NULL};
