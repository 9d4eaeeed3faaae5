#include "func/func.h"
#include "type/codecs.h"
#include "util/stop.h"

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Byte strings. */

static bool byteacat(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    char *bytes = arena_alloc(call->arena, (size_t) args[0].len + args[1].len + 1);
    if (args[0].len)
        memcpy(bytes, args[0].data, args[0].len);
    if (args[1].len)
        memcpy(bytes + args[0].len, args[1].data, args[1].len);
    *result = datum_blob(bytes, (size_t) args[0].len + args[1].len);
    return true;
}

static bool byteaoctetlen(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = datum_int(args[0].len);
    return true;
}

/* Bytes [start, start + count) as far as they exist; from 1. */
static bool slice(struct fcall *call, const struct datum *bytes, int64_t start, bool counted, int64_t count, struct datum *result)
{
    int64_t end = (int64_t) bytes->len + 1;
    if (counted) {
        if (count < 0)
            return diag_set(call->diag, ERRCODE_SUBSTRING_ERROR, "negative substring length not allowed");
        end = start + count < end ? start + count : end;
    }
    start = start < 1 ? 1 : start;
    *result = end <= start ? datum_blob("", 0) : datum_blob(bytes->data + start - 1, (size_t) (end - start));
    return true;
}

static bool bytea_substr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return slice(call, &args[0], args[1].i, nargs > 2, nargs > 2 ? args[2].i : 0, result);
}

static bool byteapos(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    const char *found = args[1].len ? memmem(args[0].data, args[0].len, args[1].data, args[1].len) : args[0].data;
    *result = datum_int(args[1].len == 0 ? 1 : found ? found - args[0].data + 1 : 0);
    return true;
}

static bool byteaoverlay(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct datum before, after, joined[2];
    int64_t count = nargs > 3 ? args[3].i : args[1].len;
    if (args[2].i <= 0)
        return diag_set(call->diag, ERRCODE_SUBSTRING_ERROR, "negative substring length not allowed");
    if (args[2].i + count > INT32_MAX)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    slice(call, &args[0], 1, true, args[2].i - 1, &before);
    slice(call, &args[0], args[2].i + count, false, 0, &after);
    joined[0] = before;
    joined[1] = args[1];
    byteacat(call, 2, joined, &joined[0]);
    joined[1] = after;
    return byteacat(call, 2, joined, result);
}

static bool index_valid(struct fcall *call, int64_t index, int64_t limit)
{
    if (index >= 0 && index < limit)
        return true;
    return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "index %lld out of valid range, 0..%lld", (long long) index,
                    (long long) limit - 1);
}

static bool get_byte(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (!index_valid(call, args[1].i, args[0].len))
        return false;
    *result = datum_int((uint8_t) args[0].data[args[1].i]);
    return true;
}

static bool get_bit(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (!index_valid(call, args[1].i, (int64_t) args[0].len * 8))
        return false;
    *result = datum_int((uint8_t) args[0].data[args[1].i / 8] >> (args[1].i % 8) & 1);
    return true;
}

static bool set_byte(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (!index_valid(call, args[1].i, args[0].len))
        return false;
    char *bytes = arena_strndup(call->arena, args[0].data, args[0].len);
    bytes[args[1].i] = (char) args[2].i;
    *result = datum_blob(bytes, args[0].len);
    return true;
}

static bool set_bit(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (!index_valid(call, args[1].i, (int64_t) args[0].len * 8))
        return false;
    if (args[2].i != 0 && args[2].i != 1)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "new bit must be 0 or 1");
    char *bytes = arena_strndup(call->arena, args[0].data, args[0].len);
    uint8_t mask = (uint8_t) (1 << (args[1].i % 8)), *byte = (uint8_t *) bytes + args[1].i / 8;
    *byte = args[2].i ? *byte | mask : *byte & (uint8_t) ~mask;
    *result = datum_blob(bytes, args[0].len);
    return true;
}

static bool bit_count(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    int64_t count = 0;
    for (uint32_t i = 0; i < args[0].len; i++)
        count += __builtin_popcount((uint8_t) args[0].data[i]);
    *result = datum_int(count);
    return true;
}

enum { TRIM_LEFT = 1, TRIM_RIGHT = 2 };

static bool trim(const struct datum *args, int sides, struct datum *result)
{
    const char *at = args[0].data, *end = at + args[0].len;
    while ((sides & TRIM_LEFT) && at < end && args[1].len && memchr(args[1].data, *at, args[1].len))
        at++;
    while ((sides & TRIM_RIGHT) && at < end && args[1].len && memchr(args[1].data, end[-1], args[1].len))
        end--;
    *result = datum_blob(at, (size_t) (end - at));
    return true;
}

static bool byteatrim(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return trim(args, TRIM_LEFT | TRIM_RIGHT, result);
}

static bool bytealtrim(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return trim(args, TRIM_LEFT, result);
}

static bool byteartrim(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return trim(args, TRIM_RIGHT, result);
}

/* encode and decode */

static bool is_format(const struct datum *name, const char *format)
{
    return name->len == strlen(format) && strncasecmp(name->data, format, name->len) == 0;
}

static bool unknown_format(struct fcall *call, const struct datum *name)
{
    return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "unrecognized encoding: \"%.*s\"", (int) name->len, name->data);
}

static bool binary_encode(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf out = {0};
    size_t skip = 0;
    (void) nargs;
    if (is_format(&args[1], "hex")) {
        bytea_format(&args[0], BYTEA_OUTPUT_HEX, &out);
        skip = 2;
    } else if (is_format(&args[1], "escape")) {
        for (uint32_t i = 0; i < args[0].len && !stop_is_due(); i++) {
            uint8_t c = (uint8_t) args[0].data[i];
            if (c == 0 || c >= 0x80)
                buf_printf(&out, "\\%03o", c);
            else if (c == '\\')
                buf_puts(&out, "\\\\");
            else
                buf_putc(&out, (char) c);
        }
    } else if (is_format(&args[1], "base64")) {
        for (uint32_t i = 0, line = 0; i < args[0].len && !stop_is_due(); i += 3) {
            uint32_t left = args[0].len - i, bits = 0;
            for (uint32_t k = 0; k < 3; k++)
                bits = bits << 8 | (k < left ? (uint8_t) args[0].data[i + k] : 0);
            for (uint32_t k = 0; k < 4; k++)
                buf_putc(&out, k <= left ? digits[bits >> (18 - 6 * k) & 63] : '=');
            line += 4;
            if (line >= 76 && i + 3 < args[0].len) {
                buf_putc(&out, '\n');
                line = 0;
            }
        }
    } else {
        return unknown_format(call, &args[1]);
    }
    *result = datum_text(arena_strndup(call->arena, out.data ? out.data + skip : "", out.len - skip), out.len - skip);
    buf_deinit(&out);
    return true;
}

static bool decode_base64(struct fcall *call, const struct datum *text, struct datum *result)
{
    char *bytes = arena_alloc(call->arena, text->len + 4);
    size_t count = 0;
    uint32_t bits = 0, have = 0;
    bool ended = false;
    for (uint32_t i = 0; i < text->len && !stop_is_due(); i++) {
        char c = text->data[i];
        int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                    : c >= 'a' && c <= 'z' ? c - 'a' + 26
                    : c >= '0' && c <= '9' ? c - '0' + 52
                    : c == '+'             ? 62
                    : c == '/'             ? 63
                                           : -1;
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r')
            continue;
        if (c == '=') {
            if (!ended && have < 2)
                return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "unexpected \"=\" while decoding base64 sequence");
            ended = true;
            continue;
        }
        if (value < 0)
            return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                            "invalid symbol \"%.*s\" found while decoding base64 sequence", (int) utf8_size((uint8_t) c),
                            text->data + i);
        bits = bits << 6 | (uint32_t) value;
        if (++have == 4) {
            bytes[count++] = (char) (bits >> 16);
            bytes[count++] = (char) (bits >> 8);
            bytes[count++] = (char) bits;
            have = bits = 0;
        }
    }
    if (have && (!ended || have == 1)) {
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid base64 end sequence");
        return diag_hint(call->diag, "Input data is missing padding, is truncated, or is otherwise corrupted.");
    }
    if (have >= 2)
        bytes[count++] = (char) (bits >> (have == 2 ? 4 : 10));
    if (have == 3)
        bytes[count++] = (char) (bits >> 2);
    *result = datum_blob(bytes, count);
    return true;
}

static bool binary_decode(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (is_format(&args[1], "base64"))
        return decode_base64(call, &args[0], result);
    if (is_format(&args[1], "hex")) {
        char *prefixed = arena_printf(call->arena, "\\x%.*s", (int) args[0].len, args[0].data);
        return bytea_parse(call->arena, prefixed, (size_t) args[0].len + 2, result, call->diag);
    }
    if (is_format(&args[1], "escape"))
        return bytea_escape(call->arena, args[0].data, args[0].len, result, call->diag);
    return unknown_format(call, &args[1]);
}

/* Text and bytes of another encoding: this server knows UTF-8 and what is a part of it, and Latin 1. */
enum encoding { ENCODING_UTF8, ENCODING_LATIN1, ENCODING_UNKNOWN };

static enum encoding encoding_named(const struct datum *name)
{
    char plain[16] = "";
    size_t len = 0;
    for (uint32_t i = 0; i < name->len && len < sizeof plain - 1; i++)
        if (name->data[i] != '-' && name->data[i] != '_' && name->data[i] != ' ')
            plain[len++] = name->data[i];
    if (strcasecmp(plain, "utf8") == 0 || strcasecmp(plain, "unicode") == 0 || strcasecmp(plain, "sqlascii") == 0)
        return ENCODING_UTF8;
    return strcasecmp(plain, "latin1") == 0 || strcasecmp(plain, "iso88591") == 0 ? ENCODING_LATIN1 : ENCODING_UNKNOWN;
}

static bool pg_convert_to(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    enum encoding encoding = encoding_named(&args[1]);
    if (encoding == ENCODING_UNKNOWN)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid destination encoding name \"%.*s\"",
                        (int) args[1].len, args[1].data);
    *result = datum_blob(args[0].data, args[0].len);
    if (encoding == ENCODING_UTF8)
        return true;
    char *bytes = arena_alloc(call->arena, args[0].len + 1);
    size_t count = 0;
    for (uint32_t i = 0; i < args[0].len;) {
        uint8_t c = (uint8_t) args[0].data[i];
        size_t size = utf8_size(c);
        if (c >= 0xc4) {
            struct buf sequence = {0};
            for (size_t k = 0; k < size; k++)
                buf_printf(&sequence, " 0x%02x", (uint8_t) args[0].data[i + k]);
            diag_set(call->diag, ERRCODE_UNTRANSLATABLE_CHARACTER,
                     "character with byte sequence%s in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"",
                     buf_cstr(&sequence));
            buf_deinit(&sequence);
            return false;
        }
        bytes[count++] = (char) (size == 1 ? c : (c & 3) << 6 | (args[0].data[i + 1] & 63));
        i += (uint32_t) size;
    }
    *result = datum_blob(bytes, count);
    return true;
}

static bool pg_convert_from(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    enum encoding encoding = encoding_named(&args[1]);
    if (encoding == ENCODING_UNKNOWN)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid source encoding name \"%.*s\"", (int) args[1].len,
                        args[1].data);
    if (encoding == ENCODING_UTF8) {
        struct type_io io = fcall_io(call, type_builtin(TEXT_OID));
        return type_codec_text.recv(&io, (const uint8_t *) args[0].data, args[0].len, result, call->diag);
    }
    char *text = arena_alloc(call->arena, 2 * (size_t) args[0].len + 1);
    size_t count = 0;
    for (uint32_t i = 0; i < args[0].len; i++) {
        uint8_t c = (uint8_t) args[0].data[i];
        if (c >= 0x80)
            text[count++] = (char) (0xc0 | c >> 6);
        text[count++] = (char) (c >= 0x80 ? 0x80 | (c & 63) : c);
    }
    *result = datum_text(text, count);
    return true;
}

/* LIKE over bytes: as over texts, each byte a character. */

enum like_result { LIKE_NO, LIKE_YES, LIKE_UNFINISHED };

static enum like_result like(const char *text, const char *text_end, const char *pattern, const char *pattern_end)
{
    const char *retry_text = NULL, *retry_pattern = NULL; /* behind the last %, and where it may end next */
    while (text < text_end || pattern < pattern_end) {
        if (pattern < pattern_end && *pattern == '%') {
            retry_pattern = ++pattern;
            retry_text = text;
            if (pattern == pattern_end)
                return LIKE_YES;
            continue;
        }
        if (text < text_end && pattern < pattern_end) {
            bool escaped = *pattern == '\\';
            if (escaped && pattern + 1 == pattern_end)
                return LIKE_UNFINISHED;
            if ((*pattern == '_' && !escaped) || pattern[escaped] == *text) {
                pattern += 1 + escaped;
                text++;
                continue;
            }
        }
        if (!retry_pattern || retry_text == text_end)
            return LIKE_NO;
        text = ++retry_text;
        pattern = retry_pattern;
    }
    return LIKE_YES;
}

static bool is_like(struct fcall *call, const struct datum *args, bool wanted, struct datum *result)
{
    enum like_result found = like(args[0].data, args[0].data + args[0].len, args[1].data, args[1].data + args[1].len);
    if (found == LIKE_UNFINISHED)
        return diag_set(call->diag, ERRCODE_INVALID_ESCAPE_SEQUENCE, "LIKE pattern must not end with escape character");
    *result = datum_bool((found == LIKE_YES) == wanted);
    return true;
}

static bool bytealike(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return is_like(call, args, true, result);
}

static bool byteanlike(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return is_like(call, args, false, result);
}

/* A pattern with another escape byte, rewritten to backslash. */
static bool like_escape_bytea(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[1].len > 1) {
        diag_set(call->diag, ERRCODE_INVALID_ESCAPE_SEQUENCE, "invalid escape string");
        return diag_hint(call->diag, "Escape string must be empty or one character.");
    }
    char *bytes = arena_alloc(call->arena, 2 * (size_t) args[0].len + 1);
    size_t count = 0;
    bool escaped = false;
    for (uint32_t i = 0; i < args[0].len; i++) {
        char c = args[0].data[i];
        if (!escaped && args[1].len && c == args[1].data[0]) {
            bytes[count++] = '\\';
            escaped = true;
            continue;
        }
        if (c == '\\' && !escaped)
            bytes[count++] = '\\';
        bytes[count++] = c;
        escaped = false;
    }
    *result = datum_blob(bytes, count);
    return true;
}

static bool pg_convert(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct datum text, from[] = {args[0], args[1]};
    if (encoding_named(&args[2]) == ENCODING_UNKNOWN)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid destination encoding name \"%.*s\"",
                        (int) args[2].len, args[2].data);
    if (!pg_convert_from(call, 2, from, &text))
        return false;
    struct datum to[] = {text, args[2]};
    return pg_convert_to(call, nargs - 1, to, result);
}

/* Characters of bytes in an encoding. */
static bool length_in_encoding(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct datum text;
    if (encoding_named(&args[1]) == ENCODING_UNKNOWN)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid encoding name \"%.*s\"", (int) args[1].len,
                        args[1].data);
    if (!pg_convert_from(call, nargs, args, &text))
        return false;
    *result = datum_int((int64_t) utf8_length(text.data, text.len));
    return true;
}

const struct func_impl func_impls_bytea[] = {
    SCALAR("bytealike", bytealike),
    SCALAR("byteanlike", byteanlike),
    SCALAR("like_escape_bytea", like_escape_bytea),
    SCALAR("pg_convert", pg_convert),
    SCALAR("length_in_encoding", length_in_encoding),
    NATIVE("byteaeq", "(%1 = %2)"),
    NATIVE("byteane", "(%1 <> %2)"),
    NATIVE("bytealt", "(%1 < %2)"),
    NATIVE("byteale", "(%1 <= %2)"),
    NATIVE("byteagt", "(%1 > %2)"),
    NATIVE("byteage", "(%1 >= %2)"),
    NATIVE("byteacmp", "((%1 > %2) - (%1 < %2))"),
    SCALAR("byteacat", byteacat),
    SCALAR("byteaoctetlen", byteaoctetlen),
    SCALAR("bytea_substr", bytea_substr),
    SCALAR("bytea_substr_no_len", bytea_substr),
    SCALAR("byteapos", byteapos),
    SCALAR("byteaoverlay", byteaoverlay),
    SCALAR("byteaoverlay_no_len", byteaoverlay),
    SCALAR("byteaGetByte", get_byte),
    SCALAR("byteaGetBit", get_bit),
    SCALAR("byteaSetByte", set_byte),
    SCALAR("byteaSetBit", set_bit),
    SCALAR("bytea_bit_count", bit_count),
    SCALAR("byteatrim", byteatrim),
    SCALAR("bytealtrim", bytealtrim),
    SCALAR("byteartrim", byteartrim),
    SCALAR("binary_encode", binary_encode),
    SCALAR("binary_decode", binary_decode),
    SCALAR("pg_convert_to", pg_convert_to),
    SCALAR("pg_convert_from", pg_convert_from),
    {0},
};
