#include "type/numeric_math.h"

#include <math.h>
#include <stdlib.h>

/* Fixed-point arithmetic: an mpz holds value * 10^digits, with guard digits beyond what the result keeps. */
/* Beyond these (of e's exponent) PostgreSQL calls a power an overflow, or nothing. */
enum { GUARD = 12, EXPONENT_MAX = 6000, EXPONENT_ESTIMATE_MAX = 6020 };

static int at_least(int scale, int other)
{
    return scale > other ? scale : other;
}

static int display(int scale)
{
    scale = at_least(scale, 0);
    return scale > NUMBER_DISPLAY_SCALE_MAX ? NUMBER_DISPLAY_SCALE_MAX : scale;
}

static void to_fixed(mpz_t fixed, const struct number *x, int digits)
{
    if (digits >= x->scale)
        mpz_mul(fixed, x->coefficient, number_power_of_ten((unsigned) (digits - x->scale)));
    else
        mpz_tdiv_q(fixed, x->coefficient, number_power_of_ten((unsigned) (x->scale - digits)));
}

static void from_fixed(struct number *result, const mpz_t fixed, int digits, int scale)
{
    mpz_set(result->coefficient, fixed);
    result->kind = NUMBER_FINITE;
    result->scale = digits;
    number_round(result, scale);
}

void number_sqrt_at(struct number *result, const struct number *x, int scale)
{
    mpz_t fixed, one;
    mpz_init(fixed);
    mpz_init_set(one, number_power_of_ten((unsigned) (scale + 2)));
    to_fixed(fixed, x, scale + 2);
    mpz_mul(fixed, fixed, one);
    mpz_sqrt(fixed, fixed);
    from_fixed(result, fixed, scale + 2, scale);
    mpz_clear(fixed);
    mpz_clear(one);
}

void number_sqrt(struct number *result, const struct number *x)
{
    int group, weight = number_weight(x, &group);
    int sweight = weight >= 0 ? weight * 4 / 2 + 1 : 1 - (1 - weight * 4) / 2;
    number_sqrt_at(result, x, display(at_least(NUMBER_SIGNIFICANT - sweight, x->scale)));
}

/* fixed = e^fixed, for arguments of any size: halve, sum the series, square. */
static void fixed_exp(mpz_t fixed, int *digits)
{
    double size = mpz_get_d(fixed) / pow(10, *digits > 300 ? 300 : *digits);
    if (*digits > 300)
        size = mpz_sgn(fixed) == 0 ? 0 : (double) mpz_sizeinbase(fixed, 10) > *digits ? 1e4 : 1;
    int halvings = 8;
    for (double rest = fabs(size); rest > 1; rest /= 2)
        halvings++;
    int whole = size > 0 ? (int) (size * 0.4343) + 2 : 2, work = *digits + whole + halvings / 3 + GUARD;
    mpz_t term, sum, one;
    mpz_init(term);
    mpz_init(sum);
    mpz_init_set(one, number_power_of_ten((unsigned) work));
    mpz_mul(fixed, fixed, number_power_of_ten((unsigned) (work - *digits)));
    mpz_tdiv_q_2exp(fixed, fixed, (mp_bitcnt_t) halvings);
    mpz_set(term, one);
    mpz_set(sum, one);
    for (unsigned long n = 1; mpz_sgn(term); n++) {
        mpz_mul(term, term, fixed);
        mpz_tdiv_q(term, term, one);
        mpz_tdiv_q_ui(term, term, n);
        mpz_add(sum, sum, term);
    }
    for (int i = 0; i < halvings; i++) {
        mpz_mul(sum, sum, sum);
        mpz_tdiv_q(sum, sum, one);
    }
    mpz_set(fixed, sum);
    *digits = work;
    mpz_clear(term);
    mpz_clear(sum);
    mpz_clear(one);
}

/* fixed = ln(fixed) for positive arguments: square roots bring it near 1, then 2 atanh((x-1)/(x+1)). */
static void fixed_ln(mpz_t fixed, int *digits)
{
    int roots = 0, work = *digits + GUARD + 20;
    mpz_t one, low, high, term, square, sum;
    mpz_inits(low, high, term, square, sum, NULL);
    mpz_init_set(one, number_power_of_ten((unsigned) work));
    mpz_mul(fixed, fixed, number_power_of_ten((unsigned) (work - *digits)));
    mpz_mul_ui(low, one, 9);
    mpz_tdiv_q_ui(low, low, 10);
    mpz_mul_ui(high, one, 11);
    mpz_tdiv_q_ui(high, high, 10);
    while (mpz_cmp(fixed, low) < 0 || mpz_cmp(fixed, high) > 0) {
        mpz_mul(fixed, fixed, one);
        mpz_sqrt(fixed, fixed);
        roots++;
    }
    mpz_sub(term, fixed, one);
    mpz_add(square, fixed, one);
    mpz_mul(term, term, one);
    mpz_tdiv_q(term, term, square);
    mpz_mul(square, term, term);
    mpz_tdiv_q(square, square, one);
    mpz_set(sum, term);
    for (unsigned long n = 3; mpz_sgn(term); n += 2) {
        mpz_mul(term, term, square);
        mpz_tdiv_q(term, term, one);
        mpz_tdiv_q_ui(low, term, n);
        mpz_add(sum, sum, low);
    }
    mpz_mul_2exp(fixed, sum, (mp_bitcnt_t) roots + 1);
    *digits = work;
    mpz_clears(one, low, high, term, square, sum, NULL);
}

static bool overflow(struct diag *diag)
{
    return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
}

/* e^x at a chosen scale. */
static void exp_at(struct number *result, const struct number *x, int scale)
{
    mpz_t fixed;
    mpz_init(fixed);
    int digits = at_least(scale, x->scale) + GUARD;
    to_fixed(fixed, x, digits);
    fixed_exp(fixed, &digits);
    from_fixed(result, fixed, digits, scale);
    mpz_clear(fixed);
}

static void ln_at(struct number *result, const struct number *x, int scale)
{
    int group, weight = number_weight(x, &group), extra = weight < 0 ? -weight * 4 : 0,
               digits = at_least(scale, x->scale) + extra + GUARD;
    mpz_t fixed;
    mpz_init(fixed);
    to_fixed(fixed, x, digits);
    fixed_ln(fixed, &digits);
    from_fixed(result, fixed, digits, scale);
    mpz_clear(fixed);
}

bool number_exp(struct number *result, const struct number *x, struct diag *diag)
{
    double size = number_double(x);
    if (fabs(size) >= EXPONENT_MAX) {
        if (size > 0)
            return overflow(diag);
        number_set_int(result, 0);
        number_round(result, NUMBER_DISPLAY_SCALE_MAX);
        return true;
    }
    double decimals = size * 0.434294481903252;
    int scale = display(at_least(NUMBER_SIGNIFICANT - (int) decimals, x->scale));
    exp_at(result, x, scale);
    return true;
}

/* Decimal digits before the point of ln(x), estimated as PostgreSQL does: the scale of results depends on it. */
static int ln_weight(const struct number *x)
{
    double value = number_double(x);
    if (value >= 0.9 && value <= 1.1) {
        struct number one, rest;
        number_init(&one);
        number_init(&rest);
        number_set_int(&one, 1);
        number_subtract(&rest, x, &one);
        int group = 0, weight = number_weight(&rest, &group);
        bool any = mpz_sgn(rest.coefficient) != 0;
        number_clear(&one);
        number_clear(&rest);
        return any ? weight * 4 + (int) log10(group) : 0;
    }
    long exponent;
    double mantissa = mpz_get_d_2exp(&exponent, x->coefficient);
    double ln = log(mantissa) + (double) exponent * M_LN2 - x->scale * M_LN10;
    return ln == 0 ? 0 : (int) log10(fabs(ln));
}

void number_ln(struct number *result, const struct number *x)
{
    ln_at(result, x, display(at_least(NUMBER_SIGNIFICANT - ln_weight(x), x->scale)));
}

void number_log(struct number *result, const struct number *base, const struct number *x)
{
    struct number ln_base, ln_x;
    number_init(&ln_base);
    number_init(&ln_x);
    int scale = NUMBER_SIGNIFICANT - (ln_weight(x) - ln_weight(base));
    scale = display(at_least(at_least(scale, base->scale), x->scale));
    ln_at(&ln_base, base, scale + 30);
    ln_at(&ln_x, x, scale + 30);
    number_divide(result, &ln_x, &ln_base, scale, NUMBER_ROUNDED);
    number_clear(&ln_base);
    number_clear(&ln_x);
}

/* Decimal logarithm of |x|, good to a few digits beyond the point. */
static double log10_size(const struct number *x)
{
    long exponent;
    double mantissa = mpz_get_d_2exp(&exponent, x->coefficient);
    return log10(fabs(mantissa)) + (double) exponent * 0.30102999566398120 - x->scale;
}

/* base^exponent in binary floating point with guard bits: where the exact power is too long to be multiplied out. `decimals`: how far the point of the
 * result is from its first digit. */
static void power_floating(struct number *result, const struct number *base, int64_t exponent, int scale, double decimals)
{
    enum { GUARD_BITS = 192 };
    mp_bitcnt_t bits = (mp_bitcnt_t) ((decimals + scale) * 3.3219280948873626) + GUARD_BITS;
    mpf_t power, ten;
    mpf_init2(power, bits);
    mpf_init2(ten, bits);
    mpf_set_z(power, base->coefficient);
    mpf_set_z(ten, number_power_of_ten((unsigned) base->scale));
    mpf_div(power, power, ten);
    mpf_pow_ui(power, power, exponent < 0 ? 0 - (unsigned long) exponent : (unsigned long) exponent);
    if (exponent < 0)
        mpf_ui_div(power, 1, power);
    mpf_set_z(ten, number_power_of_ten((unsigned) scale + 2));
    mpf_mul(power, power, ten);
    result->kind = NUMBER_FINITE;
    result->scale = scale + 2;
    mpz_set_f(result->coefficient, power);
    number_round(result, scale);
    mpf_clear(power);
    mpf_clear(ten);
}

static bool power_integer(struct number *result, const struct number *base, int64_t exponent, struct diag *diag)
{
    double decimals = mpz_sgn(base->coefficient) ? (double) exponent * log10_size(base) : 0;
    if (decimals > (32767 + 1) * 4.0)
        return overflow(diag);
    int scale = display(at_least(NUMBER_SIGNIFICANT, base->scale));
    if (exponent == 0) {
        number_set_int(result, 1);
        number_round(result, scale);
        return true;
    }
    if (decimals + 1 < -scale) {
        number_set_int(result, 0);
        number_round(result, scale);
        return true;
    }
    uint64_t times = exponent < 0 ? 0 - (uint64_t) exponent : (uint64_t) exponent;
    double exact_digits = (double) times * base->scale;
    if (exact_digits > 20000 || times > 1000000) {
        power_floating(result, base, exponent, scale, fabs(decimals));
        return true;
    }
    struct number power;
    number_init(&power);
    mpz_pow_ui(power.coefficient, base->coefficient, (unsigned long) times);
    power.scale = (int) exact_digits;
    if (exponent < 0) {
        struct number one;
        number_init(&one);
        number_set_int(&one, 1);
        number_divide(result, &one, &power, scale, NUMBER_ROUNDED);
        number_clear(&one);
    } else {
        number_set(result, &power);
        number_round(result, scale);
    }
    number_clear(&power);
    return true;
}

/* |base|^exponent by logarithms. The digits of the exponent are digits that the logarithm must have besides those of the result. */
static bool power_inexact(struct number *result, const struct number *base, const struct number *exponent, struct diag *diag)
{
    double estimate = log10_size(base) * M_LN10 * number_double(exponent); /* NaN: 0 times infinity, for a base beside 1 */
    double decimals = isfinite(estimate) && fabs(estimate) < EXPONENT_ESTIMATE_MAX ? estimate / M_LN10 : 0;
    int scale = display(at_least(at_least(NUMBER_SIGNIFICANT - (int) decimals, base->scale), exponent->scale));
    int digits = scale + 20 + at_least((int) decimals, 0) + at_least((int) log10_size(exponent), 0);
    struct number log, product;
    number_init(&log);
    number_init(&product);
    bool too_large = estimate >= EXPONENT_ESTIMATE_MAX, too_small = estimate <= -EXPONENT_ESTIMATE_MAX;
    if (!too_large && !too_small) {
        ln_at(&log, base, digits);
        number_multiply(&product, &log, exponent);
        number_round(&product, digits);
        double power = number_double(&product);
        too_large = power >= EXPONENT_MAX;
        too_small = power <= -EXPONENT_MAX;
        if (!too_large && !too_small)
            exp_at(result, &product, scale);
    }
    if (too_small) {
        number_set_int(result, 0);
        number_round(result, NUMBER_DISPLAY_SCALE_MAX);
    }
    number_clear(&log);
    number_clear(&product);
    return too_large ? overflow(diag) : true;
}

bool number_power(struct number *result, const struct number *base, const struct number *exponent, struct diag *diag)
{
    struct number size;
    int64_t times;
    number_init(&size);
    number_set(&size, exponent);
    number_truncate(&size, 0);
    bool integral = number_compare(&size, exponent) == 0;
    bool fits = integral && number_int64(&size, &times) && times >= INT32_MIN && times <= INT32_MAX;
    bool negative = integral && mpz_sgn(base->coefficient) < 0 && mpz_odd_p(size.coefficient);
    number_clear(&size);
    if (fits)
        return power_integer(result, base, times, diag);
    if (mpz_sgn(base->coefficient) == 0) {
        number_set_int(result, 0);
        number_round(result, NUMBER_SIGNIFICANT);
        return true;
    }
    number_init(&size);
    number_set(&size, base);
    mpz_abs(size.coefficient, size.coefficient);
    struct number one;
    number_init(&one);
    number_set_int(&one, 1);
    bool good = true;
    if (number_compare(&size, &one) == 0) {
        number_set_int(result, 1);
        number_round(result, at_least(NUMBER_SIGNIFICANT, base->scale));
    } else {
        good = power_inexact(result, &size, exponent, diag);
    }
    if (good && negative)
        mpz_neg(result->coefficient, result->coefficient);
    number_clear(&one);
    number_clear(&size);
    return good;
}
