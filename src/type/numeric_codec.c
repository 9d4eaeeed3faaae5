#include "type/codecs.h"
#include "type/numeric.h"

#include <stdlib.h>
#include <string.h>

enum { SIGN_NEGATIVE = 0x4000, SIGN_NAN = 0xC000, SIGN_INFINITY = 0xD000, SIGN_NEGATIVE_INFINITY = 0xF000, PRECISION_MAX = 1000 };

/* What PostgreSQL sends as the display scale of an infinity: bits of its internal form. */
enum { INFINITY_SCALE = 0x20 };

static bool keep(const struct type_io *io, struct number *number, bool good, struct datum *out, struct diag *diag)
{
    good = good && number_apply_typmod(number, io->typmod, diag) && number_store(number, io->arena, out, diag);
    number_clear(number);
    return good;
}

static bool numeric_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct number number;
    number_init(&number);
    return keep(io, &number, number_parse(&number, text, len, diag), out, diag);
}

static bool numeric_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
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

/* The wire form: count of base-10000 digits, weight of the first, sign, display scale, digits. */
static bool numeric_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len < 8)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "insufficient data left in message");
    unsigned count = codec_be16(data), sign = codec_be16(data + 4), scale = codec_be16(data + 6);
    int weight = (int16_t) codec_be16(data + 2);
    if (len != 8 + 2 * (size_t) count)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "insufficient data left in message");
    if (sign != 0 && sign != SIGN_NEGATIVE && sign != SIGN_NAN && sign != SIGN_INFINITY && sign != SIGN_NEGATIVE_INFINITY)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid sign in external \"numeric\" value");
    if (scale > NUMBER_SCALE_MAX)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid scale in external \"numeric\" value");
    struct number number;
    number_init(&number);
    if (sign >= SIGN_NAN) {
        number.kind = sign == SIGN_NAN ? NUMBER_NAN : sign == SIGN_INFINITY ? NUMBER_INFINITY : NUMBER_NEGATIVE_INFINITY;
        return keep(io, &number, true, out, diag);
    }
    struct buf digits = {0};
    bool good = true;
    for (unsigned i = 0; i < count && good; i++) {
        unsigned digit = codec_be16(data + 8 + 2 * (size_t) i);
        good =
            digit < 10000 || diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid digit in external \"numeric\" value");
        buf_printf(&digits, "%04u", digit % 10000);
    }
    if (good && count) {
        mpz_set_str(number.coefficient, buf_cstr(&digits), 10);
        int exponent = (weight - (int) count + 1) * 4;
        if (exponent >= 0) {
            mpz_mul(number.coefficient, number.coefficient, number_power_of_ten((unsigned) exponent));
            number.scale = 0;
        } else {
            number.scale = -exponent;
        }
        if (sign == SIGN_NEGATIVE)
            mpz_neg(number.coefficient, number.coefficient);
    }
    buf_deinit(&digits);
    /* Digits past the display scale are cut, as PostgreSQL does. */
    number_truncate(&number, (int) scale);
    return keep(io, &number, good, out, diag);
}

static bool numeric_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    struct number number;
    number_init(&number);
    number_load(&number, value);
    if (number.kind != NUMBER_FINITE) {
        buf_put_be16(out, 0);
        buf_put_be16(out, 0);
        buf_put_be16(out, number.kind == NUMBER_NAN        ? SIGN_NAN
                          : number.kind == NUMBER_INFINITY ? SIGN_INFINITY
                                                           : SIGN_NEGATIVE_INFINITY);
        buf_put_be16(out, number.kind == NUMBER_NAN ? 0 : INFINITY_SCALE);
        number_clear(&number);
        return true;
    }
    int scale = number.scale, sign = mpz_sgn(number.coefficient), fraction_groups = (scale + 3) / 4;
    if (fraction_groups * 4 > scale)
        mpz_mul(number.coefficient, number.coefficient, number_power_of_ten((unsigned) (fraction_groups * 4 - scale)));
    struct buf text = {0};
    buf_reserve(&text, mpz_sizeinbase(number.coefficient, 10) + 8);
    mpz_abs(number.coefficient, number.coefficient);
    mpz_get_str(text.data, 10, number.coefficient);
    int digits = sign ? (int) strlen(text.data) : 0, groups = (digits + 3) / 4, first = digits - (groups - 1) * 4;
    int weight = groups - fraction_groups - 1, used = groups;
    uint16_t *values = xcalloc((size_t) groups + 1, sizeof *values);
    for (int g = 0, at = 0; g < groups; g++)
        for (int k = g ? 4 : first; k > 0; k--)
            values[g] = (uint16_t) (values[g] * 10 + (text.data[at++] - '0'));
    while (used && values[used - 1] == 0)
        used--;
    buf_put_be16(out, (uint16_t) used);
    buf_put_be16(out, (uint16_t) (used ? weight : 0));
    buf_put_be16(out, sign < 0 ? SIGN_NEGATIVE : 0);
    buf_put_be16(out, (uint16_t) scale);
    for (int g = 0; g < used; g++)
        buf_put_be16(out, values[g]);
    free(values);
    buf_deinit(&text);
    number_clear(&number);
    return true;
}

static bool numeric_cast(const struct type_io *io, const struct datum *value, bool explicit_cast, struct datum *out,
                         struct diag *diag)
{
    (void) explicit_cast;
    /* A value that has the scale already and fits is the common case of every INSERT. */
    int precision = (io->typmod - 4) >> 16 & 0xffff, wanted = (((io->typmod - 4) & 0x7ff) ^ 1024) - 1024, scale;
    __int128 small;
    if (io->typmod < 4 ||
        (wanted >= 0 && (int) value->len <= precision && number_small(value, &small, &scale) && scale == wanted)) {
        *out = *value;
        return true;
    }
    struct number number;
    number_init(&number);
    number_load(&number, value);
    return keep(io, &number, true, out, diag);
}

static int numeric_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    return number_datum_compare(a, b);
}

static bool numeric_typmod_in(const int32_t *mods, int count, int32_t *typmod, struct diag *diag)
{
    if (count < 1 || count > 2)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid NUMERIC type modifier");
    if (mods[0] < 1 || mods[0] > PRECISION_MAX)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "NUMERIC precision %d must be between 1 and %d", mods[0],
                        PRECISION_MAX);
    if (count == 2 && (mods[1] < -1000 || mods[1] > 1000))
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "NUMERIC scale %d must be between -1000 and 1000", mods[1]);
    *typmod = (mods[0] << 16 | ((count == 2 ? mods[1] : 0) & 0x7ff)) + 4;
    return true;
}

static void numeric_typmod_out(int32_t typmod, struct buf *out)
{
    if (typmod >= 4)
        buf_printf(out, "(%d,%d)", (typmod - 4) >> 16 & 0xffff, (((typmod - 4) & 0x7ff) ^ 1024) - 1024);
}

const struct type_codec type_codec_numeric = {numeric_in,   numeric_out,     numeric_recv,      numeric_send,
                                              numeric_cast, numeric_compare, numeric_typmod_in, numeric_typmod_out};
