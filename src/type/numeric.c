#include "type/numeric.h"

#include "type/codecs.h"

#include <ctype.h>
#include <endian.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_DIGITS = 36 };

void number_init(struct number *number)
{
    number->kind = NUMBER_FINITE;
    number->scale = 0;
    mpz_init(number->coefficient);
}

void number_clear(struct number *number)
{
    mpz_clear(number->coefficient);
}

void number_set(struct number *to, const struct number *from)
{
    to->kind = from->kind;
    to->scale = from->scale;
    mpz_set(to->coefficient, from->coefficient);
}

void number_set_int(struct number *number, int64_t value)
{
    number_set_int128(number, value, 0);
}

void number_set_int128(struct number *number, __int128 value, int scale)
{
    unsigned __int128 size = value < 0 ? 0 - (unsigned __int128) value : (unsigned __int128) value;
    uint64_t words[2] = {(uint64_t) size, (uint64_t) (size >> 64)};
    mpz_import(number->coefficient, 2, -1, sizeof *words, 0, 0, words);
    if (value < 0)
        mpz_neg(number->coefficient, number->coefficient);
    number->kind = NUMBER_FINITE;
    number->scale = scale;
}

const __mpz_struct *number_power_of_ten(unsigned n)
{
    enum { KEPT = 64 };
    static mpz_t powers[KEPT], other;
    static bool ready[KEPT], other_ready;
    if (n < KEPT) {
        if (!ready[n]) {
            mpz_init(powers[n]);
            mpz_ui_pow_ui(powers[n], 10, n);
            ready[n] = true;
        }
        return powers[n]; // cppcheck-suppress CastIntegerToAddressAtReturn ; an array of one
    }
    if (!other_ready) {
        mpz_init(other);
        other_ready = true;
    }
    mpz_ui_pow_ui(other, 10, n);
    return other;
}

static void scale_up(mpz_t value, int digits)
{
    if (digits > 0)
        mpz_mul(value, value, number_power_of_ten((unsigned) digits));
}

static bool set_digits(mpz_t value, const char *digits, size_t count)
{
    char small[128], *copy = count < sizeof small ? small : xmalloc(count + 1);
    memcpy(copy, digits, count);
    copy[count] = '\0';
    bool good = mpz_set_str(value, copy, 10) == 0;
    if (copy != small)
        free(copy);
    return good;
}

static bool special(struct number *number, const char *text, size_t len)
{
    static const struct {
        const char *word;
        enum number_kind kind;
    } words[] = {{"NaN", NUMBER_NAN},
                 {"Infinity", NUMBER_INFINITY},
                 {"+Infinity", NUMBER_INFINITY},
                 {"-Infinity", NUMBER_NEGATIVE_INFINITY},
                 {"inf", NUMBER_INFINITY},
                 {"+inf", NUMBER_INFINITY},
                 {"-inf", NUMBER_NEGATIVE_INFINITY}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (len == strlen(words[i].word) && strncasecmp(text, words[i].word, len) == 0) {
            number->kind = words[i].kind;
            number->scale = 0;
            mpz_set_ui(number->coefficient, 0);
            return true;
        }
    }
    return false;
}

static bool overflow(struct diag *diag)
{
    return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
}

bool number_parse(struct number *number, const char *text, size_t len, struct diag *diag)
{
    const char *at = text, *end = text + len;
    while (at < end && codec_space(*at))
        at++;
    while (end > at && codec_space(end[-1]))
        end--;
    number->kind = NUMBER_FINITE;
    if (special(number, at, (size_t) (end - at)))
        return true;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    struct buf digits = {0};
    long scale = 0, exponent = 0;
    size_t count = 0;
    bool point = false, bad = false;
    for (; at < end && ((*at >= '0' && *at <= '9') || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        buf_putc(&digits, *at);
        count++;
        scale += point;
    }
    bad = count == 0;
    if (!bad && at < end && (*at == 'e' || *at == 'E')) {
        bool minus = ++at < end && *at == '-';
        if (at < end && (*at == '-' || *at == '+'))
            at++;
        bad = at == end || !isdigit((unsigned char) *at);
        for (; at < end && *at >= '0' && *at <= '9'; at++)
            if (exponent < 1000000000)
                exponent = exponent * 10 + (*at - '0');
        exponent = minus ? -exponent : exponent;
    }
    if (bad || at < end) {
        buf_deinit(&digits);
        return codec_bad_syntax(NULL, "numeric", text, len, diag);
    }
    if (exponent >= INT32_MAX / 2 || exponent <= -(INT32_MAX / 2) || exponent > 200000 || exponent - scale < -200000) {
        buf_deinit(&digits);
        return overflow(diag);
    }
    bool good = set_digits(number->coefficient, digits.data, digits.len);
    buf_deinit(&digits);
    if (!good)
        return codec_bad_syntax(NULL, "numeric", text, len, diag);
    if (negative)
        mpz_neg(number->coefficient, number->coefficient);
    scale -= exponent;
    if (scale < 0) {
        scale_up(number->coefficient, (int) -scale);
        scale = 0;
    }
    number->scale = (int) scale;
    if (scale > NUMBER_SCALE_MAX)
        number_round(number, NUMBER_SCALE_MAX);
    if (mpz_sizeinbase(number->coefficient, 10) > (size_t) NUMBER_WEIGHT_MAX + (size_t) number->scale + 1)
        return overflow(diag);
    return true;
}

void number_load(struct number *number, const struct datum *datum)
{
    if (datum->kind == DATUM_INT) {
        number_set_int(number, datum->i);
        return;
    }
    __int128 small;
    int scale;
    if (number_small(datum, &small, &scale)) {
        number_set_int128(number, small, scale);
        return;
    }
    struct diag ignored = {0};
    struct buf text = {0};
    if (datum->kind == DATUM_REAL) { /* another tool's file */
        float8_format(datum->r, 1, &text);
        number_parse(number, text.data, text.len, &ignored);
    } else if (!number_parse(number, datum->data, datum->len, &ignored)) {
        mpz_set_ui(number->coefficient, 0);
        number->scale = 0;
    }
    buf_deinit(&text);
    diag_clear(&ignored);
}

void number_format(const struct number *number, struct buf *out)
{
    static const char *const words[] = {
        [NUMBER_NAN] = "NaN", [NUMBER_INFINITY] = "Infinity", [NUMBER_NEGATIVE_INFINITY] = "-Infinity"};
    if (number->kind != NUMBER_FINITE) {
        buf_puts(out, words[number->kind]);
        return;
    }
    size_t size = mpz_sizeinbase(number->coefficient, 10) + 3;
    char small[128], *digits = size < sizeof small ? small : xmalloc(size);
    mpz_get_str(digits, 10, number->coefficient);
    const char *at = digits;
    if (*at == '-')
        buf_putc(out, *at++);
    int count = (int) strlen(at), whole = count - number->scale;
    if (whole <= 0) {
        buf_putc(out, '0');
        if (number->scale)
            buf_putc(out, '.');
        for (int i = whole; i < 0; i++)
            buf_putc(out, '0');
        if (number->scale)
            buf_append(out, at, (size_t) count);
    } else {
        buf_append(out, at, (size_t) whole);
        if (number->scale) {
            buf_putc(out, '.');
            buf_append(out, at + whole, (size_t) number->scale);
        }
    }
    if (digits != small)
        free(digits);
}

bool number_store(struct number *number, struct arena *arena, struct datum *out, struct diag *diag)
{
    if (number->kind == NUMBER_FINITE) {
        if (number->scale > NUMBER_SCALE_MAX)
            number_round(number, NUMBER_SCALE_MAX);
        /* The size is right or one too large. */
        size_t digits = (size_t) NUMBER_WEIGHT_MAX + (size_t) number->scale;
        if (mpz_sizeinbase(number->coefficient, 10) > digits &&
            mpz_cmpabs(number->coefficient, number_power_of_ten((unsigned) digits)) >= 0)
            return overflow(diag);
    }
    struct buf text = {0};
    number_format(number, &text);
    *out = datum_text(arena_strndup(arena, text.data, text.len), text.len);
    buf_deinit(&text);
    return true;
}

static void divide_rounded(mpz_t value, const mpz_t divisor)
{
    mpz_t rest;
    mpz_init(rest);
    mpz_tdiv_qr(value, rest, value, divisor);
    int sign = mpz_sgn(rest);
    mpz_mul_2exp(rest, rest, 1);
    if (mpz_cmpabs(rest, divisor) >= 0) {
        if (sign < 0)
            mpz_sub_ui(value, value, 1);
        else
            mpz_add_ui(value, value, 1);
    }
    mpz_clear(rest);
}

static void rescale(struct number *number, int scale, enum number_rounding rounding)
{
    if (number->kind != NUMBER_FINITE)
        return;
    int fewer = number->scale - scale;
    if (fewer <= 0) {
        scale_up(number->coefficient, -fewer);
        number->scale = scale;
        return;
    }
    const __mpz_struct *power = number_power_of_ten((unsigned) fewer);
    if (rounding == NUMBER_ROUNDED)
        divide_rounded(number->coefficient, power);
    else
        mpz_tdiv_q(number->coefficient, number->coefficient, power);
    number->scale = scale;
    if (scale < 0) {
        scale_up(number->coefficient, -scale);
        number->scale = 0;
    }
}

void number_round(struct number *number, int scale)
{
    rescale(number, scale, NUMBER_ROUNDED);
}

void number_truncate(struct number *number, int scale)
{
    rescale(number, scale, NUMBER_CUT);
}

int number_sign(const struct number *number)
{
    switch (number->kind) {
    case NUMBER_FINITE:
        return mpz_sgn(number->coefficient);
    case NUMBER_NEGATIVE_INFINITY:
        return -1;
    default:
        return 1;
    }
}

/* Infinities and NaN by rank around the finite values. */
static int rank(enum number_kind kind)
{
    return kind == NUMBER_NEGATIVE_INFINITY ? 0 : kind == NUMBER_FINITE ? 1 : kind == NUMBER_INFINITY ? 2 : 3;
}

int number_compare(const struct number *a, const struct number *b)
{
    if (a->kind != NUMBER_FINITE || b->kind != NUMBER_FINITE)
        return (rank(a->kind) > rank(b->kind)) - (rank(a->kind) < rank(b->kind));
    if (a->scale == b->scale)
        return mpz_cmp(a->coefficient, b->coefficient);
    const struct number *less = a->scale < b->scale ? a : b;
    mpz_t scaled;
    mpz_init_set(scaled, less->coefficient);
    scale_up(scaled, abs(a->scale - b->scale));
    int order = less == a ? mpz_cmp(scaled, b->coefficient) : mpz_cmp(a->coefficient, scaled);
    mpz_clear(scaled);
    return order;
}

static void sum(struct number *result, const struct number *a, const struct number *b,
                void (*combine)(mpz_t, const mpz_t, const mpz_t))
{
    int scale = a->scale > b->scale ? a->scale : b->scale;
    mpz_t x, y;
    mpz_init_set(x, a->coefficient);
    mpz_init_set(y, b->coefficient);
    scale_up(x, scale - a->scale);
    scale_up(y, scale - b->scale);
    combine(result->coefficient, x, y);
    result->scale = scale;
    result->kind = NUMBER_FINITE;
    mpz_clear(x);
    mpz_clear(y);
}

static void set_kind(struct number *result, enum number_kind kind)
{
    result->kind = kind;
    result->scale = 0;
    mpz_set_ui(result->coefficient, 0);
}

static enum number_kind infinity(int sign)
{
    return sign < 0 ? NUMBER_NEGATIVE_INFINITY : NUMBER_INFINITY;
}

void number_add(struct number *result, const struct number *a, const struct number *b)
{
    if (a->kind == NUMBER_FINITE && b->kind == NUMBER_FINITE)
        sum(result, a, b, mpz_add);
    else if (a->kind == NUMBER_FINITE)
        set_kind(result, b->kind);
    else if (b->kind == NUMBER_FINITE || a->kind == b->kind)
        set_kind(result, a->kind);
    else
        set_kind(result, NUMBER_NAN);
}

void number_subtract(struct number *result, const struct number *a, const struct number *b)
{
    if (a->kind == NUMBER_FINITE && b->kind == NUMBER_FINITE)
        sum(result, a, b, mpz_sub);
    else if (a->kind == NUMBER_NAN || b->kind == NUMBER_NAN || a->kind == b->kind)
        set_kind(result, NUMBER_NAN);
    else if (a->kind != NUMBER_FINITE)
        set_kind(result, a->kind);
    else
        set_kind(result, infinity(-number_sign(b)));
}

void number_multiply(struct number *result, const struct number *a, const struct number *b)
{
    if (a->kind == NUMBER_FINITE && b->kind == NUMBER_FINITE) {
        int scale = a->scale + b->scale;
        mpz_mul(result->coefficient, a->coefficient, b->coefficient);
        result->scale = scale;
        result->kind = NUMBER_FINITE;
        if (scale > NUMBER_SCALE_MAX)
            number_round(result, NUMBER_SCALE_MAX);
    } else if (a->kind == NUMBER_NAN || b->kind == NUMBER_NAN || number_sign(a) == 0 || number_sign(b) == 0) {
        set_kind(result, NUMBER_NAN);
    } else {
        set_kind(result, infinity(number_sign(a) * number_sign(b)));
    }
}

void number_divide(struct number *result, const struct number *a, const struct number *b, int scale,
                   enum number_rounding rounding)
{
    mpz_t x, y;
    mpz_init_set(x, a->coefficient);
    mpz_init_set(y, b->coefficient);
    /* (a / 10^as) / (b / 10^bs) * 10^scale */
    int shift = scale + b->scale - a->scale;
    scale_up(x, shift);
    scale_up(y, -shift);
    if (rounding == NUMBER_ROUNDED) {
        if (mpz_sgn(y) < 0) {
            mpz_neg(x, x);
            mpz_neg(y, y);
        }
        divide_rounded(x, y);
        mpz_set(result->coefficient, x);
    } else {
        mpz_tdiv_q(result->coefficient, x, y);
    }
    result->scale = scale;
    result->kind = NUMBER_FINITE;
    mpz_clear(x);
    mpz_clear(y);
}

int number_weight(const struct number *number, int *first_group)
{
    *first_group = 0;
    if (mpz_sgn(number->coefficient) == 0)
        return 0;
    char small[128];
    size_t size = mpz_sizeinbase(number->coefficient, 10) + 3;
    char *digits = size < sizeof small ? small : xmalloc(size), *at = digits;
    mpz_get_str(digits, 10, number->coefficient);
    if (*at == '-')
        at++;
    int count = (int) strlen(at), whole = count - number->scale; /* decimal digits before the point; may be negative */
    int weight = whole > 0 ? (whole - 1) / 4 : -((-whole) / 4) - 1;
    int taken = whole - weight * 4; /* 1..4 digits of the first group */
    for (int i = 0; i < taken; i++)
        *first_group = *first_group * 10 + (i < count ? at[i] - '0' : 0);
    if (digits != small)
        free(digits);
    return weight;
}

int number_divide_scale(const struct number *a, const struct number *b)
{
    int first_a, first_b;
    int weight = number_weight(a, &first_a) - number_weight(b, &first_b);
    if (first_a <= first_b)
        weight--;
    int scale = NUMBER_SIGNIFICANT - weight * 4;
    if (scale < a->scale)
        scale = a->scale;
    if (scale < b->scale)
        scale = b->scale;
    if (scale < 0)
        scale = 0;
    return scale > NUMBER_DISPLAY_SCALE_MAX ? NUMBER_DISPLAY_SCALE_MAX : scale;
}

double number_double(const struct number *number)
{
    if (number->kind != NUMBER_FINITE)
        return number->kind == NUMBER_NAN ? NAN : number->kind == NUMBER_INFINITY ? INFINITY : -INFINITY;
    struct buf text = {0};
    number_format(number, &text);
    double value = strtod(buf_cstr(&text), NULL);
    buf_deinit(&text);
    return value;
}

void number_set_double(struct number *number, double value, int digits)
{
    if (isnan(value)) {
        set_kind(number, NUMBER_NAN);
    } else if (isinf(value)) {
        set_kind(number, infinity(value < 0 ? -1 : 1));
    } else {
        char text[400];
        struct diag ignored = {0};
        int len = snprintf(text, sizeof text, "%.*g", digits, value);
        number_parse(number, text, (size_t) len, &ignored);
        diag_clear(&ignored);
    }
}

bool number_int64(const struct number *number, int64_t *value)
{
    if (number->kind != NUMBER_FINITE)
        return false;
    struct number whole;
    number_init(&whole);
    number_set(&whole, number);
    number_round(&whole, 0);
    bool fits = mpz_fits_slong_p(whole.coefficient);
    *value = fits ? mpz_get_si(whole.coefficient) : 0;
    number_clear(&whole);
    return fits;
}

/* A text of so few characters fits in 64 bits. */
enum { SHORT_DIGITS = 18 };

/* Eight digits at once: pairs, then fours, then all; the first character is in the lowest byte. */
static inline int64_t parse_eight(uint64_t digits)
{
    digits = (digits & 0x0f0f0f0f0f0f0f0f) * 2561 >> 8;
    digits = (digits & 0x00ff00ff00ff00ff) * 6553601 >> 16;
    return (int64_t) ((digits & 0x0000ffff0000ffff) * 42949672960001 >> 32);
}

static inline bool are_eight_digits(uint64_t text)
{
    return ((text & 0xf0f0f0f0f0f0f0f0) | ((text + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4) == 0x3333333333333333;
}

/* The last eight characters, where the point often is, are read together; what is before them one by one. */
static inline bool parse_short(const char *at, const char *end, int64_t *value, int *scale)
{
    bool negative = *at == '-', point = false;
    const char *rest = end;
    int64_t sum = 0, tail = 0, unit = 1;
    unsigned digit;
    at += negative;
    *scale = 0;
    if (end - at >= 8) {
        uint64_t text;
        memcpy(&text, end - 8, 8);
        text = le64toh(text);
        uint64_t points = text ^ 0x2e2e2e2e2e2e2e2e;
        points = (points - 0x0101010101010101) & ~points & 0x8080808080808080;
        unit = 100000000;
        if (points) {
            int bit = __builtin_ctzll(points) - 7; /* of the point's first bit */
            uint64_t before = text & (((uint64_t) 1 << bit) - 1);
            text = (bit == 56 ? 0 : text >> (bit + 8) << (bit + 8)) | before << 8 | '0';
            *scale = 7 - bit / 8;
            point = true;
            unit = 10000000;
        }
        if (!are_eight_digits(text))
            return false;
        tail = parse_eight(text);
        rest = end - 8;
    }
    for (; at < rest && (digit = (unsigned) (*at - '0')) <= 9; at++)
        sum = sum * 10 + digit;
    if (at < rest) {
        if (point || *at++ != '.')
            return false;
        *scale = (int) (end - at);
        for (; at < rest && (digit = (unsigned) (*at - '0')) <= 9; at++)
            sum = sum * 10 + digit;
    }
    sum = sum * unit + tail;
    *value = negative ? -sum : sum;
    return at == rest;
}

bool number_short(const struct datum *datum, int64_t *coefficient, int *scale)
{
    if (datum->kind == DATUM_TEXT && datum->len - 1 < SHORT_DIGITS)
        return parse_short(datum->data, datum->data + datum->len, coefficient, scale);
    *scale = 0;
    *coefficient = datum->i;
    return datum->kind == DATUM_INT;
}

bool number_small(const struct datum *datum, __int128 *coefficient, int *scale)
{
    if (datum->kind == DATUM_INT) {
        *coefficient = datum->i;
        *scale = 0;
        return true;
    }
    if (datum->kind != DATUM_TEXT || datum->len == 0 || datum->len > SMALL_DIGITS)
        return false;
    const char *at = datum->data, *end = at + datum->len, *point = NULL;
    if (datum->len <= SHORT_DIGITS) {
        int64_t value;
        if (!parse_short(at, end, &value, scale))
            return false;
        *coefficient = value;
        return true;
    }
    bool negative = *at == '-';
    at += negative;
    /* Two loops of 64 bits: most values end within the first. */
    uint64_t low = 0;
    __int128 sum = 0;
    int in_low = 0;
    uint64_t power = 1;
    for (; at < end; at++) {
        unsigned digit = (unsigned) (*at - '0');
        if (digit > 9) {
            if (*at != '.' || point)
                return false;
            point = at;
            continue;
        }
        low = low * 10 + digit;
        power *= 10;
        if (++in_low == 18) {
            sum = sum * (__int128) power + low;
            low = 0;
            power = 1;
            in_low = 0;
        }
    }
    if (in_low)
        sum = sum * (__int128) power + low;
    *coefficient = negative ? -sum : sum;
    *scale = point ? (int) (end - point - 1) : 0;
    return true;
}

struct datum number_small_store(struct arena *arena, __int128 coefficient, int scale)
{
    char digits[48], *end = digits + sizeof digits, *at = end, *point = scale ? end - scale : NULL;
    unsigned __int128 rest = coefficient < 0 ? 0 - (unsigned __int128) coefficient : (unsigned __int128) coefficient;
    for (; rest > UINT64_MAX; rest /= 10) {
        if (at == point)
            *--at = '.';
        *--at = (char) ('0' + (int) (rest % 10));
    }
    uint64_t low = (uint64_t) rest;
    do {
        if (at == point)
            *--at = '.';
        *--at = (char) ('0' + low % 10);
        low /= 10;
    } while (low || (point && at >= point));
    if (coefficient < 0)
        *--at = '-';
    return datum_text(arena_strndup(arena, at, (size_t) (end - at)), (size_t) (end - at));
}

int number_datum_compare(const struct datum *a, const struct datum *b)
{
    __int128 x, y;
    int64_t short_x, short_y;
    int x_scale, y_scale;
    if (number_short(a, &short_x, &x_scale) && number_short(b, &short_y, &y_scale) && x_scale == y_scale)
        return (short_x > short_y) - (short_x < short_y);
    if (a->len + b->len < SMALL_DIGITS && number_small(a, &x, &x_scale) && number_small(b, &y, &y_scale)) {
        /* Together they have fewer than 36 digits, so that neither overflows when aligned. */
        for (; x_scale < y_scale; x_scale++)
            x *= 10;
        for (; y_scale < x_scale; y_scale++)
            y *= 10;
        return (x > y) - (x < y);
    }
    struct number left, right;
    number_init(&left);
    number_init(&right);
    number_load(&left, a);
    number_load(&right, b);
    int order = number_compare(&left, &right);
    number_clear(&left);
    number_clear(&right);
    return order;
}

bool number_apply_typmod(struct number *number, int32_t typmod, struct diag *diag)
{
    if (typmod < 4)
        return true;
    int precision = (typmod - 4) >> 16 & 0xffff, scale = (((typmod - 4) & 0x7ff) ^ 1024) - 1024;
    if (number->kind == NUMBER_NAN)
        return true;
    if (number->kind != NUMBER_FINITE) {
        diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow");
        return diag_detail(diag, "A field with precision %d, scale %d cannot hold an infinite value.", precision, scale);
    }
    number_round(number, scale);
    mpz_t magnitude;
    mpz_init_set(magnitude, number->coefficient);
    int limit = precision - scale; /* digits before the point */
    bool fits = mpz_sgn(magnitude) == 0 || (limit + number->scale >= 0 &&
                                            mpz_cmpabs(magnitude, number_power_of_ten((unsigned) (limit + number->scale))) < 0);
    mpz_clear(magnitude);
    if (fits)
        return true;
    diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow");
    return diag_detail(diag, "A field with precision %d, scale %d must round to an absolute value less than %s%d.", precision,
                       scale, limit ? "10^" : "", limit ? limit : 1);
}
