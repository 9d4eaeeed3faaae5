#include "type/codecs.h"

#include <stdio.h>
#include <string.h>

enum { TYPMOD_HEADER = 4, LENGTH_MAX = 10485760, NAME_BYTES = 63 };

size_t utf8_length(const char *data, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += ((uint8_t) data[i] & 0xc0) != 0x80;
    return count;
}

size_t utf8_prefix(const char *data, size_t len, size_t count)
{
    size_t at = 0;
    while (at < len && count--)
        at += utf8_size((uint8_t) data[at]);
    return at < len ? at : len;
}

int text_compare(const struct datum *a, const struct datum *b)
{
    uint32_t common = a->len < b->len ? a->len : b->len;
    int order = common ? memcmp(a->data, b->data, common) : 0;
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

static struct datum copy(const struct type_io *io, const char *text, size_t len)
{
    return datum_text(arena_strndup(io->arena, text, len), len);
}

static bool text_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) diag;
    *out = copy(io, text, len);
    return true;
}

static bool text_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    if (value->kind == DATUM_INT)
        buf_put_int64(out, value->i);
    else if (value->kind == DATUM_REAL)
        float8_format(value->r, 1, out);
    else
        buf_append(out, value->data, value->len);
    return true;
}

/* Text from the wire in binary must be as valid as any other. */
static bool valid_utf8(const uint8_t *data, size_t len, struct diag *diag)
{
    for (size_t i = 0; i < len;) {
        uint8_t lead = data[i];
        size_t size = lead < 0x80                   ? 1
                      : lead >= 0xc2 && lead < 0xe0 ? 2
                      : lead >= 0xe0 && lead < 0xf0 ? 3
                      : lead >= 0xf0 && lead < 0xf5 ? 4
                                                    : 0;
        bool good = size && i + size <= len && lead;
        for (size_t k = 1; good && k < size; k++)
            good = (data[i + k] & 0xc0) == 0x80;
        if (good && ((lead == 0xe0 && data[i + 1] < 0xa0) || (lead == 0xed && data[i + 1] > 0x9f) ||
                     (lead == 0xf0 && data[i + 1] < 0x90) || (lead == 0xf4 && data[i + 1] > 0x8f)))
            good = false;
        if (!good) {
            char bytes[32] = "";
            size_t shown = !lead ? 1 : size > 1 ? size : utf8_size(lead);
            for (size_t k = 0; k < shown && i + k < len && k < 4; k++)
                sprintf(bytes + strlen(bytes), k ? " 0x%02x" : "0x%02x", data[i + k]);
            return diag_set(diag, ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\": %s", bytes);
        }
        i += size;
    }
    return true;
}

static bool text_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (!valid_utf8(data, len, diag))
        return false;
    return io->type->codec->in(io, (const char *) data, len, out, diag);
}

static int compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    return text_compare(a, b);
}

const struct type_codec type_codec_text = {text_in, text_out, text_recv, text_out, NULL, compare, NULL, NULL};
const struct type_codec type_codec_cstring = {text_in, text_out, text_recv, text_out, NULL, NULL, NULL, NULL};

/* varchar(n), char(n): n + 4 is the modifier */

static bool length_in(const int32_t *mods, int count, const char *name, int32_t *typmod, struct diag *diag)
{
    if (count != 1)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid type modifier");
    if (mods[0] < 1)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "length for type %s must be at least 1", name);
    if (mods[0] > LENGTH_MAX)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "length for type %s cannot exceed %d", name, LENGTH_MAX);
    *typmod = mods[0] + TYPMOD_HEADER;
    return true;
}

static bool varchar_typmod_in(const int32_t *mods, int count, int32_t *typmod, struct diag *diag)
{
    return length_in(mods, count, "varchar", typmod, diag);
}

static bool bpchar_typmod_in(const int32_t *mods, int count, int32_t *typmod, struct diag *diag)
{
    return length_in(mods, count, "char", typmod, diag);
}

static void length_typmod_out(int32_t typmod, struct buf *out)
{
    buf_printf(out, "(%d)", typmod - TYPMOD_HEADER);
}

enum excess { EXCESS_REJECTED, EXCESS_CUT };

/* The bytes of the value within n characters; what is cut off must be blanks unless the cast is explicit. */
static bool fit(const char *text, size_t len, size_t limit, enum excess excess, const char *name, size_t *kept, struct diag *diag)
{
    *kept = utf8_prefix(text, len, limit);
    if (excess == EXCESS_CUT)
        return true;
    for (size_t i = *kept; i < len; i++)
        if (text[i] != ' ')
            return diag_set(diag, ERRCODE_STRING_DATA_RIGHT_TRUNCATION, "value too long for type %s(%zu)", name, limit);
    return true;
}

static bool varchar_fit(const struct type_io *io, const char *text, size_t len, enum excess excess, struct datum *out,
                        struct diag *diag)
{
    size_t kept = len;
    if (io->typmod >= TYPMOD_HEADER &&
        !fit(text, len, (size_t) (io->typmod - TYPMOD_HEADER), excess, "character varying", &kept, diag))
        return false;
    *out = copy(io, text, kept);
    return true;
}

static bool varchar_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    return varchar_fit(io, text, len, EXCESS_REJECTED, out, diag);
}

static bool varchar_cast(const struct type_io *io, const struct datum *value, bool explicit_cast, struct datum *out,
                         struct diag *diag)
{
    return varchar_fit(io, value->data, value->len, explicit_cast ? EXCESS_CUT : EXCESS_REJECTED, out, diag);
}

const struct type_codec type_codec_varchar = {varchar_in,   text_out, text_recv,         text_out,
                                              varchar_cast, compare,  varchar_typmod_in, length_typmod_out};

static bool bpchar_fit(const struct type_io *io, const char *text, size_t len, enum excess excess, struct datum *out,
                       struct diag *diag)
{
    if (io->typmod < TYPMOD_HEADER) {
        *out = copy(io, text, len);
        return true;
    }
    size_t limit = (size_t) (io->typmod - TYPMOD_HEADER), kept;
    if (!fit(text, len, limit, excess, "character", &kept, diag))
        return false;
    size_t blanks = limit - utf8_length(text, kept);
    char *padded = arena_alloc(io->arena, kept + blanks + 1);
    memcpy(padded, text, kept);
    memset(padded + kept, ' ', blanks);
    *out = datum_text(padded, kept + blanks);
    return true;
}

static bool bpchar_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    return bpchar_fit(io, text, len, EXCESS_REJECTED, out, diag);
}

static bool bpchar_cast(const struct type_io *io, const struct datum *value, bool explicit_cast, struct datum *out,
                        struct diag *diag)
{
    return bpchar_fit(io, value->data, value->len, explicit_cast ? EXCESS_CUT : EXCESS_REJECTED, out, diag);
}

static int bpchar_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    struct datum x = *a, y = *b;
    while (x.len && x.data[x.len - 1] == ' ')
        x.len--;
    while (y.len && y.data[y.len - 1] == ' ')
        y.len--;
    return text_compare(&x, &y);
}

const struct type_codec type_codec_bpchar = {bpchar_in,   text_out,       text_recv,        text_out,
                                             bpchar_cast, bpchar_compare, bpchar_typmod_in, length_typmod_out};

/* name: at most 63 bytes, cut at a character */

static bool name_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) diag;
    if (len > NAME_BYTES) {
        len = NAME_BYTES;
        while (len && ((uint8_t) text[len] & 0xc0) == 0x80)
            len--;
    }
    *out = copy(io, text, len);
    return true;
}

const struct type_codec type_codec_name = {name_in, text_out, text_recv, text_out, NULL, compare, NULL, NULL};

/* "char": one byte; those above 127 are kept and written as \ooo, zero as the empty text */

static bool char_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) diag;
    bool octal = len == 4 && text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' && text[2] <= '7' &&
                 text[3] >= '0' && text[3] <= '7';
    uint8_t byte = len ? (uint8_t) text[0] : 0;
    if (octal)
        byte = (uint8_t) ((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
    if (byte == 0)
        *out = datum_text("", 0);
    else if (byte < 0x80)
        *out = copy(io, (const char *) &byte, 1);
    else
        *out = datum_cstr(arena_printf(io->arena, "\\%03o", byte));
    return true;
}

static bool char_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 1)
        return codec_bad_binary(diag);
    return char_in(io, (const char *) data, *data != 0, out, diag);
}

static bool char_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    if (value->len == 4)
        buf_putc(out, (char) ((value->data[1] - '0') << 6 | (value->data[2] - '0') << 3 | (value->data[3] - '0')));
    else
        buf_putc(out, value->len ? value->data[0] : '\0');
    return true;
}

const struct type_codec type_codec_char = {char_in, text_out, char_recv, char_send, NULL, compare, NULL, NULL};

/* bytea */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool bytea_hex(struct arena *arena, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    char *bytes = arena_alloc(arena, len / 2 + 1);
    size_t count = 0;
    for (size_t i = 0; i < len;) {
        if (codec_space(text[i]) && text[i] != '\v' && text[i] != '\f') {
            i++;
            continue;
        }
        int high = hex_digit(text[i]);
        if (high < 0)
            return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid hexadecimal digit: \"%.*s\"",
                            (int) utf8_size((uint8_t) text[i]), text + i);
        if (++i == len)
            return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid hexadecimal data: odd number of digits");
        int low = hex_digit(text[i]);
        if (low < 0)
            return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid hexadecimal digit: \"%.*s\"",
                            (int) utf8_size((uint8_t) text[i]), text + i);
        i++;
        bytes[count++] = (char) (high << 4 | low);
    }
    *out = datum_blob(bytes, count);
    return true;
}

bool bytea_parse(struct arena *arena, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    if (len >= 2 && text[0] == '\\' && text[1] == 'x')
        return bytea_hex(arena, text + 2, len - 2, out, diag);
    return bytea_escape(arena, text, len, out, diag);
}

bool bytea_escape(struct arena *arena, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    char *bytes = arena_alloc(arena, len + 1);
    size_t count = 0;
    for (size_t i = 0; i < len;) {
        if (text[i] != '\\') {
            bytes[count++] = text[i++];
        } else if (i + 1 < len && text[i + 1] == '\\') {
            bytes[count++] = '\\';
            i += 2;
        } else if (i + 3 < len && text[i + 1] >= '0' && text[i + 1] <= '3' && text[i + 2] >= '0' && text[i + 2] <= '7' &&
                   text[i + 3] >= '0' && text[i + 3] <= '7') {
            bytes[count++] = (char) ((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 | (text[i + 3] - '0'));
            i += 4;
        } else {
            return diag_set(diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid input syntax for type bytea");
        }
    }
    *out = datum_blob(bytes, count);
    return true;
}

void bytea_format(const struct datum *value, enum bytea_output style, struct buf *out)
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t *bytes = (const uint8_t *) value->data;
    if (style == BYTEA_OUTPUT_HEX) {
        char *at = buf_reserve(out, 2 + 2 * (size_t) value->len);
        *at++ = '\\';
        *at++ = 'x';
        for (uint32_t i = 0; i < value->len; i++) {
            *at++ = hex[bytes[i] >> 4];
            *at++ = hex[bytes[i] & 15];
        }
        out->len += 2 + 2 * (size_t) value->len;
        return;
    }
    for (uint32_t i = 0; i < value->len; i++) {
        if (bytes[i] == '\\')
            buf_puts(out, "\\\\");
        else if (bytes[i] < 0x20 || bytes[i] > 0x7e)
            buf_printf(out, "\\%03o", bytes[i]);
        else
            buf_putc(out, (char) bytes[i]);
    }
}

static bool bytea_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    return bytea_parse(io->arena, text, len, out, diag);
}

static bool bytea_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) diag;
    bytea_format(value, io->settings->bytea_output, out);
    return true;
}

static bool bytea_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    (void) diag;
    *out = datum_blob(arena_strndup(io->arena, (const char *) data, len), len);
    return true;
}

const struct type_codec type_codec_bytea = {bytea_in, bytea_out, bytea_recv, text_out, NULL, compare, NULL, NULL};
