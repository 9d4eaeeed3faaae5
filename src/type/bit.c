#include "type/codecs.h"

#include <string.h>

/* Bit strings: kept as their digits, whose text order is the type's order. */

static bool digits_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    bool hex = len && (*text == 'x' || *text == 'X');
    size_t prefix = hex || (len && (*text == 'b' || *text == 'B'));
    char *bits = arena_alloc(io->arena, (len - prefix) * (hex ? 4 : 1) + 1), *at = bits;
    for (size_t i = prefix; i < len; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : 16;
        if (digit >= (hex ? 16 : 2))
            return diag_set(diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "\"%.*s\" is not a valid %s digit",
                            (int) utf8_size((uint8_t) c), text + i, hex ? "hexadecimal" : "binary");
        for (int bit = hex ? 3 : 0; bit >= 0; bit--)
            *at++ = (digit >> bit & 1) ? '1' : '0';
    }
    *out = datum_text(bits, (size_t) (at - bits));
    return true;
}

static bool bit_fits(const struct type_io *io, const struct datum *value, struct diag *diag)
{
    if (io->typmod < 0 || value->len == (uint32_t) io->typmod)
        return true;
    return diag_set(diag, ERRCODE_STRING_DATA_LENGTH_MISMATCH, "bit string length %u does not match type bit(%d)", value->len,
                    io->typmod);
}

static bool varbit_fits(const struct type_io *io, const struct datum *value, struct diag *diag)
{
    if (io->typmod < 0 || value->len <= (uint32_t) io->typmod)
        return true;
    return diag_set(diag, ERRCODE_STRING_DATA_RIGHT_TRUNCATION, "bit string too long for type bit varying(%d)", io->typmod);
}

static bool bit_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    return digits_in(io, text, len, out, diag) && bit_fits(io, out, diag);
}

static bool varbit_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    return digits_in(io, text, len, out, diag) && varbit_fits(io, out, diag);
}

static bool bits_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    buf_append(out, value->data, value->len);
    return true;
}

static bool bits_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len < 4)
        return codec_bad_binary(diag);
    uint32_t count = codec_be32(data);
    if (count > INT32_MAX - 8 || len != 4 + ((size_t) count + 7) / 8)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid length in external bit string");
    char *bits = arena_alloc(io->arena, (size_t) count + 1);
    for (uint32_t i = 0; i < count; i++)
        bits[i] = (data[4 + i / 8] >> (7 - i % 8) & 1) ? '1' : '0';
    *out = datum_text(bits, count);
    return io->type->oid == BIT_OID ? bit_fits(io, out, diag) : varbit_fits(io, out, diag);
}

static bool bits_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    buf_put_be32(out, value->len);
    for (uint32_t i = 0; i < value->len; i += 8) {
        uint8_t byte = 0;
        for (uint32_t bit = i; bit < i + 8; bit++)
            byte = (uint8_t) (byte << 1 | (bit < value->len && value->data[bit] == '1'));
        buf_putc(out, (char) byte);
    }
    return true;
}

static bool bits_cast(const struct type_io *io, const struct datum *value, bool explicit_cast, struct datum *out,
                      struct diag *diag)
{
    bool fixed = io->type->oid == BIT_OID;
    *out = *value;
    if (!explicit_cast)
        return fixed ? bit_fits(io, value, diag) : varbit_fits(io, value, diag);
    if (io->typmod < 0 || (!fixed && value->len <= (uint32_t) io->typmod))
        return true;
    char *bits = arena_alloc(io->arena, (size_t) io->typmod + 1);
    memset(bits, '0', (size_t) io->typmod);
    memcpy(bits, value->data, value->len < (uint32_t) io->typmod ? value->len : (uint32_t) io->typmod);
    *out = datum_text(bits, (size_t) io->typmod);
    return true;
}

static int compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    return text_compare(a, b);
}

static bool length_in(const int32_t *mods, int count, const char *name, int32_t *typmod, struct diag *diag)
{
    enum { LENGTH_MAX = 83886080 };
    if (count != 1)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid type modifier");
    if (mods[0] < 1)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "length for type %s must be at least 1", name);
    if (mods[0] > LENGTH_MAX)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "length for type %s cannot exceed %d", name, LENGTH_MAX);
    *typmod = mods[0];
    return true;
}

static bool bit_typmod_in(const int32_t *mods, int count, int32_t *typmod, struct diag *diag)
{
    return length_in(mods, count, "bit", typmod, diag);
}

static bool varbit_typmod_in(const int32_t *mods, int count, int32_t *typmod, struct diag *diag)
{
    return length_in(mods, count, "varbit", typmod, diag);
}

static void length_out(int32_t typmod, struct buf *out)
{
    buf_printf(out, "(%d)", typmod);
}

const struct type_codec type_codec_bit = {bit_in, bits_out, bits_recv, bits_send, bits_cast, compare, bit_typmod_in, length_out};
const struct type_codec type_codec_varbit = {varbit_in, bits_out, bits_recv,        bits_send,
                                             bits_cast, compare,  varbit_typmod_in, length_out};
