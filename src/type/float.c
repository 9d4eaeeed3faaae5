#include "type/codecs.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double float_datum(const struct datum *value)
{
    if (value->kind == DATUM_REAL)
        return value->r;
    if (value->kind == DATUM_INT)
        return (double) value->i;
    return NAN;
}

struct datum float_make(double value)
{
    return isnan(value) ? datum_text("NaN", 3) : datum_real(value);
}

int float_compare(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

static bool is_word(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

/* The decimal number at the start of `text`, sign included; 0: none. */
static size_t decimal_span(const char *text, size_t len)
{
    size_t at = 0, digits = 0;
    if (at < len && (text[at] == '-' || text[at] == '+'))
        at++;
    for (; at < len && text[at] >= '0' && text[at] <= '9'; at++)
        digits++;
    if (at < len && text[at] == '.')
        for (at++; at < len && text[at] >= '0' && text[at] <= '9'; at++)
            digits++;
    if (!digits)
        return 0;
    if (at < len && (text[at] == 'e' || text[at] == 'E')) {
        size_t exponent = at + 1;
        if (exponent < len && (text[exponent] == '-' || text[exponent] == '+'))
            exponent++;
        if (exponent < len && text[exponent] >= '0' && text[exponent] <= '9') {
            while (exponent < len && text[exponent] >= '0' && text[exponent] <= '9')
                exponent++;
            at = exponent;
        }
    }
    return at;
}

static bool parse(const char *text, size_t len, const char *type_name, bool single, double *value, struct diag *diag)
{
    const char *at = text;
    size_t rest = len;
    while (rest && codec_space(*at)) {
        at++;
        rest--;
    }
    while (rest && codec_space(at[rest - 1]))
        rest--;
    size_t sign = rest && (*at == '-' || *at == '+');
    if (is_word(at + sign, rest - sign, "NaN")) {
        *value = NAN;
        return true;
    }
    if (is_word(at + sign, rest - sign, "Infinity") || is_word(at + sign, rest - sign, "inf")) {
        *value = sign && *at == '-' ? -INFINITY : INFINITY;
        return true;
    }
    size_t number = decimal_span(at, rest);
    bool is_hex = rest > sign + 2 && at[sign] == '0' && (at[sign + 1] | 32) == 'x';
    if (!is_hex && !number)
        return codec_bad_syntax(NULL, type_name, text, len, diag);
    bool has_more = !is_hex && number < rest; /* a number out of range is told before what is behind it */
    rest = is_hex ? rest : number;
    char small[64], *copy = rest < sizeof small ? small : xmalloc(rest + 1);
    memcpy(copy, at, rest);
    copy[rest] = '\0';
    errno = 0;
    char *end;
    *value = single ? (double) strtof(copy, &end) : strtod(copy, &end);
    if (end != copy + rest) { /* only a hexadecimal one has not been looked at */
        if (copy != small)
            free(copy);
        return codec_bad_syntax(NULL, type_name, text, len, diag);
    }
    /* Underflow to a subnormal is a value; to nothing, an error. */
    bool range = errno == ERANGE && (*value == 0 || isinf(*value));
    if (range && strcmp(type_name, "real") == 0)
        diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "\"%.*s\" is out of range for type real", (int) len, text);
    else if (range)
        diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "\"%s\" is out of range for type double precision", copy);
    else if (has_more)
        codec_bad_syntax(NULL, type_name, text, len, diag);
    if (copy != small)
        free(copy);
    return !range && !has_more;
}

bool float8_parse(const char *text, size_t len, const char *type_name, double *value, struct diag *diag)
{
    return parse(text, len, type_name, false, value, diag);
}

/* Does the decimal read back as the value? One that lies half-way between two floats does not: whether it is rounded to this one is up to the reader. */
static bool reads_back(const char *text, double value, bool single)
{
    if (single ? strtof(text, NULL) != (float) value : strtod(text, NULL) != value)
        return false;
    long double read = strtold(text, NULL), is = value;
    double beyond = single ? (double) nextafterf((float) value, read > is ? INFINITY : -INFINITY)
                           : nextafter(value, read > is ? INFINITY : -INFINITY);
    if (read == is || isinf(beyond) || read != is + (beyond - is) / 2)
        return true;
    char exact[96];
    snprintf(exact, sizeof exact, "%.60Le", read);
    const char *mantissa = strchr(text, 'e');
    size_t digits = (size_t) (mantissa - text) + (memchr(text, '.', (size_t) (mantissa - text)) ? 0 : 1);
    if (strncmp(exact, text, (size_t) (mantissa - text)) != 0)
        return true;
    return exact[digits + strspn(exact + digits, "0")] != 'e';
}

/* Digits and exponent of the shortest decimal that reads back as the value. */
static void shortest(double value, bool single, char *digits, int *exponent)
{
    char text[40];
    int from = single ? 6 : 15, to = single ? 9 : 17;
    if (single ? fabs(value) < FLT_MIN : fabs(value) < DBL_MIN)
        from = 1;
    for (int precision = from; precision <= to; precision++) {
        snprintf(text, sizeof text, "%.*e", precision - 1, value);
        if (reads_back(text, value, single))
            break;
    }
    char *e = strchr(text, 'e'), *to_digit = digits;
    *exponent = atoi(e + 1);
    for (char *at = text; at < e; at++)
        if (*at >= '0' && *at <= '9')
            *to_digit++ = *at;
    while (to_digit > digits + 1 && to_digit[-1] == '0')
        to_digit--;
    *to_digit = '\0';
}

static void format_shortest(double value, bool single, struct buf *out)
{
    char digits[24];
    int exponent;
    if (signbit(value))
        buf_putc(out, '-');
    if (value == 0) {
        buf_putc(out, '0');
        return;
    }
    value = fabs(value);
    if (value < 1e6 && value == (double) (int64_t) value) {
        buf_put_int64(out, (int64_t) value);
        return;
    }
    shortest(value, single, digits, &exponent);
    int count = (int) strlen(digits);
    if (exponent < -4 || exponent >= (single ? 6 : 15)) {
        buf_putc(out, digits[0]);
        if (count > 1) {
            buf_putc(out, '.');
            buf_puts(out, digits + 1);
        }
        buf_printf(out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
    } else if (exponent < 0) {
        buf_puts(out, "0.");
        for (int i = exponent + 1; i < 0; i++)
            buf_putc(out, '0');
        buf_puts(out, digits);
    } else {
        for (int i = 0; i <= exponent || i < count; i++) {
            if (i == exponent + 1)
                buf_putc(out, '.');
            buf_putc(out, i < count ? digits[i] : '0');
        }
    }
}

static void format(double value, bool single, int extra_float_digits, struct buf *out)
{
    if (isnan(value)) {
        buf_puts(out, "NaN");
    } else if (isinf(value)) {
        buf_puts(out, value < 0 ? "-Infinity" : "Infinity");
    } else if (extra_float_digits > 0) {
        format_shortest(value, single, out);
    } else {
        int precision = (single ? FLT_DIG : DBL_DIG) + extra_float_digits;
        buf_printf(out, "%.*g", precision < 1 ? 1 : precision, value);
    }
}

void float8_format(double value, int extra_float_digits, struct buf *out)
{
    format(value, false, extra_float_digits, out);
}

void float4_format(float value, int extra_float_digits, struct buf *out)
{
    format((double) value, true, extra_float_digits, out);
}

static bool float8_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) io;
    double value;
    if (!parse(text, len, "double precision", false, &value, diag))
        return false;
    *out = float_make(value);
    return true;
}

static bool float4_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) io;
    double value;
    if (!parse(text, len, "real", true, &value, diag))
        return false;
    *out = float_make(value);
    return true;
}

static bool float8_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) diag;
    format(float_datum(value), false, io->settings->extra_float_digits, out);
    return true;
}

static bool float4_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) diag;
    format(float_datum(value), true, io->settings->extra_float_digits, out);
    return true;
}

static bool float8_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    (void) io;
    if (len != 8)
        return codec_bad_binary(diag);
    uint64_t bits = codec_be64(data);
    double value;
    memcpy(&value, &bits, sizeof value);
    *out = float_make(value);
    return true;
}

static bool float8_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    double number = float_datum(value);
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    buf_put_be64(out, bits);
    return true;
}

static bool float4_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    (void) io;
    if (len != 4)
        return codec_bad_binary(diag);
    uint32_t bits = codec_be32(data);
    float value;
    memcpy(&value, &bits, sizeof value);
    *out = float_make((double) value);
    return true;
}

static bool float4_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    float number = (float) float_datum(value);
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    buf_put_be32(out, bits);
    return true;
}

static int compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    return float_compare(float_datum(a), float_datum(b));
}

const struct type_codec type_codec_float8 = {float8_in, float8_out, float8_recv, float8_send, NULL, compare, NULL, NULL};
const struct type_codec type_codec_float4 = {float4_in, float4_out, float4_recv, float4_send, NULL, compare, NULL, NULL};
