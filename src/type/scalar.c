#include "type/codecs.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fixed-width values that SQLite keeps as integers, and a few short texts of fixed form. */

static int compare_ints(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    return (a->i > b->i) - (a->i < b->i);
}

static int compare_texts(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    return text_compare(a, b);
}

static void trim(const char **text, size_t *len)
{
    while (*len && codec_space(**text)) {
        (*text)++;
        (*len)--;
    }
    while (*len && codec_space((*text)[*len - 1]))
        (*len)--;
}

/* bool */

static bool bool_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    static const struct {
        const char *word;
        size_t shortest;
        bool value;
    } words[] = {{"true", 1, true}, {"false", 1, false}, {"yes", 1, true}, {"no", 1, false},
                 {"on", 2, true},   {"off", 2, false},   {"1", 1, true},   {"0", 1, false}};
    const char *word = text;
    size_t size = len;
    trim(&word, &size);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (size >= words[i].shortest && size <= strlen(words[i].word) && strncasecmp(word, words[i].word, size) == 0) {
            *out = datum_bool(words[i].value);
            return true;
        }
    }
    return codec_bad_syntax(io, "boolean", text, len, diag);
}

static bool bool_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    buf_putc(out, value->i ? 't' : 'f');
    return true;
}

static bool bool_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    (void) io;
    if (len != 1)
        return codec_bad_binary(diag);
    *out = datum_bool(*data != 0);
    return true;
}

static bool bool_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    buf_putc(out, value->i != 0);
    return true;
}

const struct type_codec type_codec_bool = {bool_in, bool_out, bool_recv, bool_send, NULL, compare_ints, NULL, NULL};

/* integers */

bool int_parse(const char *text, size_t len, int bits, const char *type_name, int64_t *value, struct diag *diag)
{
    const char *at = text, *end = text + len;
    while (at < end && codec_space(*at))
        at++;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    const char *digits = at;
    uint64_t limit = (uint64_t) 1 << (bits - 1), sum = 0;
    bool over = false;
    /* Digits that are too many are reported as such, whatever follows them. */
    for (; at < end && *at >= '0' && *at <= '9' && !over; at++) {
        uint64_t digit = (uint64_t) (*at - '0');
        over = sum > (limit - digit) / 10;
        sum = sum * 10 + digit;
    }
    if (over)
        return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value \"%.*s\" is out of range for type %s", (int) len, text,
                        type_name);
    if (at == digits)
        return codec_bad_syntax(NULL, type_name, text, len, diag);
    while (at < end && codec_space(*at))
        at++;
    if (at < end)
        return codec_bad_syntax(NULL, type_name, text, len, diag);
    if (sum > limit - !negative)
        return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value \"%.*s\" is out of range for type %s", (int) len, text,
                        type_name);
    *value = negative ? (int64_t) (0 - sum) : (int64_t) sum;
    return true;
}

static bool int_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    buf_put_int64(out, value->i);
    return true;
}

#define INT_CODEC(name, bits, sql_name, put)                                                                                     \
    static bool name##_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)          \
    {                                                                                                                            \
        (void) io;                                                                                                               \
        *out = datum_int(0);                                                                                                     \
        return int_parse(text, len, bits, sql_name, &out->i, diag);                                                              \
    }                                                                                                                            \
    static bool name##_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)     \
    {                                                                                                                            \
        (void) io;                                                                                                               \
        if (len != bits / 8)                                                                                                     \
            return codec_bad_binary(diag);                                                                                       \
        *out = datum_int((int##bits##_t) codec_be##bits(data));                                                                  \
        return true;                                                                                                             \
    }                                                                                                                            \
    static bool name##_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)             \
    {                                                                                                                            \
        (void) io;                                                                                                               \
        (void) diag;                                                                                                             \
        put(out, (uint##bits##_t) value->i);                                                                                     \
        return true;                                                                                                             \
    }                                                                                                                            \
    const struct type_codec type_codec_##name = {name##_in, int_out, name##_recv, name##_send, NULL, compare_ints, NULL, NULL};

INT_CODEC(int2, 16, "smallint", buf_put_be16)
INT_CODEC(int4, 32, "integer", buf_put_be32)
INT_CODEC(int8, 64, "bigint", buf_put_be64)

/* oid: 32 bits without a sign; its text may be negative, as strtoul allows */

static bool oid_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) io;
    const char *at = text, *end = text + len;
    while (at < end && codec_space(*at))
        at++;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    const char *digits = at;
    uint64_t sum = 0;
    bool over = false;
    for (; at < end && *at >= '0' && *at <= '9'; at++) {
        sum = sum * 10 + (uint64_t) (*at - '0');
        over |= sum > (negative ? (uint64_t) 1 << 31 : UINT32_MAX);
        if (over)
            sum = 0;
    }
    bool any = at > digits;
    while (at < end && codec_space(*at))
        at++;
    if (!any || at < end)
        return codec_bad_syntax(NULL, "oid", text, len, diag);
    if (over)
        return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value \"%.*s\" is out of range for type %s", (int) len, text,
                        "oid");
    *out = datum_int(negative ? (uint32_t) (0 - sum) : (uint32_t) sum);
    return true;
}

static bool oid_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    (void) io;
    if (len != 4)
        return codec_bad_binary(diag);
    *out = datum_int(codec_be32(data));
    return true;
}

const struct type_codec type_codec_oid = {oid_in, int_out, oid_recv, int4_send, NULL, compare_ints, NULL, NULL};

static bool text_form_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    buf_append(out, value->data, value->len);
    return true;
}

/* pg_lsn */

bool lsn_parse(const char *text, size_t len, uint64_t *lsn)
{
    uint32_t half[2] = {0};
    size_t at = 0;
    for (int i = 0; i < 2; i++) {
        size_t start = at;
        for (; at < len; at++) {
            char c = text[at];
            int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
            if (digit < 0)
                break;
            half[i] = half[i] << 4 | (uint32_t) digit;
        }
        if (at == start || at - start > 8)
            return false;
        if (i == 0 && (at == len || text[at++] != '/'))
            return false;
    }
    *lsn = (uint64_t) half[0] << 32 | half[1];
    return at == len;
}

struct datum lsn_store(struct arena *arena, uint64_t lsn)
{
    return datum_cstr(arena_printf(arena, "%X/%X", (unsigned) (lsn >> 32), (unsigned) lsn));
}

static bool lsn_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    uint64_t lsn;
    if (!lsn_parse(text, len, &lsn))
        return codec_bad_syntax(io, "pg_lsn", text, len, diag);
    *out = lsn_store(io->arena, lsn);
    return true;
}

static bool lsn_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 8)
        return codec_bad_binary(diag);
    *out = lsn_store(io->arena, codec_be64(data));
    return true;
}

static bool lsn_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    uint64_t lsn;
    if (!lsn_parse(value->data, value->len, &lsn))
        return codec_bad_syntax(io, "pg_lsn", value->data, value->len, diag);
    buf_put_be64(out, lsn);
    return true;
}

static int lsn_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    uint64_t x = 0, y = 0;
    lsn_parse(a->data, a->len, &x);
    lsn_parse(b->data, b->len, &y);
    return (x > y) - (x < y);
}

const struct type_codec type_codec_pg_lsn = {lsn_in, text_form_out, lsn_recv, lsn_send, NULL, lsn_compare, NULL, NULL};

/* money: cents, in the C locale's dress */

bool money_parse(const char *text, size_t len, int64_t *cents, struct diag *diag)
{
    const char *at = text, *end = text + len;
    bool negative = false, point = false, over = false, paren = false, any = false;
    int decimals = 0;
    __int128 sum = 0;
    for (; at < end && (codec_space(*at) || *at == '$' || *at == '-' || *at == '+' || *at == '('); at++) {
        negative |= *at == '-' || *at == '(';
        paren |= *at == '(';
    }
    for (; at < end; at++) {
        if (*at >= '0' && *at <= '9') {
            any = true;
            if (decimals < 2) {
                sum = sum * 10 + (*at - '0');
                decimals += point;
                over |= sum > (__int128) INT64_MAX + 1;
                if (over)
                    sum = 0;
            } else if (decimals == 2) {
                sum += *at >= '5';
                decimals++;
            }
        } else if (*at == '.' && !point) {
            point = true;
        } else if (*at != ',') {
            break;
        }
    }
    for (; at < end && (codec_space(*at) || *at == ')' || *at == '$' || *at == '-' || *at == '+'); at++)
        negative |= *at == '-';
    (void) paren;
    if (at < end || (!any && false))
        return codec_bad_syntax(NULL, "money", text, len, diag);
    for (; decimals < 2; decimals++)
        sum *= 10;
    if (over || sum > (__int128) INT64_MAX + negative)
        return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value \"%.*s\" is out of range for type money", (int) len,
                        text);
    *cents = (int64_t) (negative ? -sum : sum);
    return true;
}

void money_format(int64_t cents, struct buf *out)
{
    char digits[40];
    uint64_t value = cents < 0 ? 0 - (uint64_t) cents : (uint64_t) cents;
    if (cents < 0)
        buf_putc(out, '-');
    buf_putc(out, '$');
    int n = snprintf(digits, sizeof digits, "%" PRIu64, value / 100);
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            buf_putc(out, ',');
        buf_putc(out, digits[i]);
    }
    buf_printf(out, ".%02d", (int) (value % 100));
}

static bool money_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) io;
    *out = datum_int(0);
    return money_parse(text, len, &out->i, diag);
}

static bool money_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    money_format(value->i, out);
    return true;
}

const struct type_codec type_codec_money = {money_in, money_out, int8_recv, int8_send, NULL, compare_ints, NULL, NULL};

/* uuid */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct datum uuid_make(struct arena *arena, const uint8_t *bytes)
{
    static const char hex[] = "0123456789abcdef";
    char *text = arena_alloc(arena, 36), *at = text;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = hex[bytes[i] >> 4];
        *at++ = hex[bytes[i] & 15];
    }
    return datum_text(text, 36);
}

static bool uuid_parse(const char *text, size_t len, uint8_t *bytes)
{
    bool braces = len && *text == '{';
    size_t at = braces;
    for (int i = 0; i < 16; i++) {
        if (at + 2 > len)
            return false;
        int high = hex_digit(text[at]), low = hex_digit(text[at + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t) (high << 4 | low);
        at += 2;
        if (i % 2 && i < 15 && at < len && text[at] == '-')
            at++;
    }
    if (braces && (at == len || text[at++] != '}'))
        return false;
    return at == len;
}

static bool uuid_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    uint8_t bytes[16];
    if (!uuid_parse(text, len, bytes))
        return codec_bad_syntax(io, "uuid", text, len, diag);
    *out = uuid_make(io->arena, bytes);
    return true;
}

static bool uuid_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 16)
        return codec_bad_binary(diag);
    *out = uuid_make(io->arena, data);
    return true;
}

static bool uuid_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    uint8_t bytes[16];
    if (!uuid_parse(value->data, value->len, bytes))
        return codec_bad_syntax(io, "uuid", value->data, value->len, diag);
    buf_append(out, bytes, 16);
    return true;
}

const struct type_codec type_codec_uuid = {uuid_in, text_form_out, uuid_recv, uuid_send, NULL, compare_texts, NULL, NULL};
