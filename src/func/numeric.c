#include "func/func.h"
#include "type/codecs.h"
#include "type/numeric.h"
#include "type/numeric_math.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Exact decimals. Values of up to 36 digits are worked on in 128 bits; the rest goes through big integers. */

/* The operands of one call. */
struct operands {
    struct number a, b, result;
};

static void load(struct operands *operands, int nargs, const struct datum *args)
{
    number_init(&operands->a);
    number_init(&operands->b);
    number_init(&operands->result);
    number_load(&operands->a, &args[0]);
    if (nargs > 1)
        number_load(&operands->b, &args[1]);
}

static bool finish(struct fcall *call, struct operands *operands, bool good, struct datum *result)
{
    good = good && number_store(&operands->result, call->arena, result, call->diag);
    number_clear(&operands->a);
    number_clear(&operands->b);
    number_clear(&operands->result);
    return good;
}

static bool all_finite(const struct operands *operands)
{
    return operands->a.kind == NUMBER_FINITE && operands->b.kind == NUMBER_FINITE;
}

static bool nan_among(const struct operands *operands)
{
    return operands->a.kind == NUMBER_NAN || operands->b.kind == NUMBER_NAN;
}

static bool not_a_number(struct operands *operands)
{
    operands->result.kind = NUMBER_NAN;
    return true;
}

static bool infinite(struct operands *operands, int sign)
{
    operands->result.kind = sign < 0 ? NUMBER_NEGATIVE_INFINITY : NUMBER_INFINITY;
    return true;
}

static bool division_by_zero(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_DIVISION_BY_ZERO, "division by zero");
}

/* Both operands in 128 bits at one scale; they are short enough that a sum or a difference fits as well. */
static bool align(const struct datum *args, __int128 *a, __int128 *b, int *scale)
{
    int a_scale, b_scale;
    if (args[0].len + args[1].len > 34 || !number_small(&args[0], a, &a_scale) || !number_small(&args[1], b, &b_scale))
        return false;
    *scale = a_scale > b_scale ? a_scale : b_scale;
    for (; a_scale < *scale; a_scale++)
        *a *= 10;
    for (; b_scale < *scale; b_scale++)
        *b *= 10;
    return true;
}

static bool numeric_add(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    __int128 a, b;
    int scale;
    if (align(args, &a, &b, &scale)) {
        *result = number_small_store(call->arena, a + b, scale);
        return true;
    }
    struct operands operands;
    load(&operands, nargs, args);
    number_add(&operands.result, &operands.a, &operands.b);
    return finish(call, &operands, true, result);
}

static bool numeric_sub(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    __int128 a, b;
    int scale;
    if (align(args, &a, &b, &scale)) {
        *result = number_small_store(call->arena, a - b, scale);
        return true;
    }
    struct operands operands;
    load(&operands, nargs, args);
    number_subtract(&operands.result, &operands.a, &operands.b);
    return finish(call, &operands, true, result);
}

static bool numeric_mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    __int128 a, b;
    int a_scale, b_scale;
    if (args[0].len + args[1].len <= 36 && number_small(&args[0], &a, &a_scale) && number_small(&args[1], &b, &b_scale)) {
        *result = number_small_store(call->arena, a * b, a_scale + b_scale);
        return true;
    }
    struct operands operands;
    load(&operands, nargs, args);
    number_multiply(&operands.result, &operands.a, &operands.b);
    return finish(call, &operands, true, result);
}

static bool quotient(struct fcall *call, struct operands *operands, bool whole)
{
    if (nan_among(operands))
        return not_a_number(operands);
    if (operands->a.kind != NUMBER_FINITE) {
        if (operands->b.kind != NUMBER_FINITE)
            return not_a_number(operands);
        if (number_sign(&operands->b) == 0)
            return division_by_zero(call);
        return infinite(operands, number_sign(&operands->a) * number_sign(&operands->b));
    }
    if (operands->b.kind != NUMBER_FINITE)
        return true; /* zero, as initialised */
    if (number_sign(&operands->b) == 0)
        return division_by_zero(call);
    if (whole)
        number_divide(&operands->result, &operands->a, &operands->b, 0, NUMBER_CUT);
    else
        number_divide(&operands->result, &operands->a, &operands->b, number_divide_scale(&operands->a, &operands->b),
                      NUMBER_ROUNDED);
    return true;
}

static bool numeric_div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    return finish(call, &operands, quotient(call, &operands, false), result);
}

static bool numeric_div_trunc(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    return finish(call, &operands, quotient(call, &operands, true), result);
}

static bool remainder_of(struct fcall *call, struct operands *operands)
{
    if (nan_among(operands))
        return not_a_number(operands);
    if (operands->a.kind != NUMBER_FINITE) {
        if (operands->b.kind == NUMBER_FINITE && number_sign(&operands->b) == 0)
            return division_by_zero(call);
        return not_a_number(operands);
    }
    if (operands->b.kind != NUMBER_FINITE) {
        number_set(&operands->result, &operands->a);
        return true;
    }
    if (number_sign(&operands->b) == 0)
        return division_by_zero(call);
    struct number whole, product;
    number_init(&whole);
    number_init(&product);
    number_divide(&whole, &operands->a, &operands->b, 0, NUMBER_CUT);
    number_multiply(&product, &whole, &operands->b);
    number_subtract(&operands->result, &operands->a, &product);
    number_clear(&whole);
    number_clear(&product);
    return true;
}

static bool numeric_mod(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    return finish(call, &operands, remainder_of(call, &operands), result);
}

static bool numeric_uminus(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    if (operands.a.kind == NUMBER_FINITE)
        mpz_neg(operands.a.coefficient, operands.a.coefficient);
    else if (operands.a.kind != NUMBER_NAN)
        operands.a.kind = operands.a.kind == NUMBER_INFINITY ? NUMBER_NEGATIVE_INFINITY : NUMBER_INFINITY;
    number_set(&operands.result, &operands.a);
    return finish(call, &operands, true, result);
}

static bool numeric_abs(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    if (args[0].kind == DATUM_TEXT && args[0].data[0] == '-')
        return numeric_uminus(call, nargs, args, result);
    *result = args[0];
    return true;
}

static bool numeric_sign(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    if (operands.a.kind == NUMBER_NAN)
        operands.result.kind = NUMBER_NAN;
    else
        number_set_int(&operands.result, number_sign(&operands.a));
    return finish(call, &operands, true, result);
}

static bool numeric_inc(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct datum pair[2] = {args[0], datum_int(1)};
    return numeric_add(call, 2, pair, result);
}

static int limited(int64_t scale)
{
    return (int) (scale < -NUMBER_WEIGHT_MAX - 1 ? -NUMBER_WEIGHT_MAX - 1 : scale > NUMBER_SCALE_MAX ? NUMBER_SCALE_MAX : scale);
}

/* Round or cut a short value to fewer digits behind the point, 0 at least. */
static bool shorten(struct fcall *call, int nargs, const struct datum *args, bool cut, struct datum *result)
{
    int64_t value, unit = 1, digits = nargs > 1 ? args[1].i : 0;
    int scale;
    if (digits < 0 || !number_short(&args[0], &value, &scale) || digits > scale)
        return false;
    for (int64_t i = digits; i < scale; i++)
        unit *= 10;
    int64_t rest = value % unit;
    value /= unit;
    if (!cut && rest >= unit - rest)
        value++;
    else if (!cut && -rest >= unit + rest)
        value--;
    *result = number_small_store(call->arena, value, (int) digits);
    return true;
}

static bool numeric_round(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    if (shorten(call, nargs, args, false, result))
        return true;
    struct operands operands;
    load(&operands, 1, args);
    number_set(&operands.result, &operands.a);
    number_round(&operands.result, nargs > 1 ? limited(args[1].i) : 0);
    return finish(call, &operands, true, result);
}

static bool numeric_trunc(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    if (shorten(call, nargs, args, true, result))
        return true;
    struct operands operands;
    load(&operands, 1, args);
    number_set(&operands.result, &operands.a);
    number_truncate(&operands.result, nargs > 1 ? limited(args[1].i) : 0);
    return finish(call, &operands, true, result);
}

static bool to_whole(struct fcall *call, const struct datum *args, void (*divide)(mpz_t, const mpz_t, const mpz_t),
                     struct datum *result)
{
    struct operands operands;
    load(&operands, 1, args);
    number_set(&operands.result, &operands.a);
    if (operands.a.kind == NUMBER_FINITE) {
        divide(operands.result.coefficient, operands.a.coefficient, number_power_of_ten((unsigned) operands.a.scale));
        operands.result.scale = 0;
    }
    return finish(call, &operands, true, result);
}

static bool numeric_ceil(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_whole(call, args, mpz_cdiv_q, result);
}

static bool numeric_floor(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_whole(call, args, mpz_fdiv_q, result);
}

static bool numeric_sqrt(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    bool good = true;
    if (operands.a.kind == NUMBER_NAN)
        not_a_number(&operands);
    else if (number_sign(&operands.a) < 0)
        good = diag_set(call->diag, ERRCODE_INVALID_ARGUMENT_FOR_POWER_FUNCTION, "cannot take square root of a negative number");
    else if (operands.a.kind != NUMBER_FINITE)
        infinite(&operands, 1);
    else
        number_sqrt(&operands.result, &operands.a);
    return finish(call, &operands, good, result);
}

static bool numeric_exp(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    bool good = true;
    if (operands.a.kind == NUMBER_FINITE)
        good = number_exp(&operands.result, &operands.a, call->diag);
    else if (operands.a.kind != NUMBER_NEGATIVE_INFINITY)
        operands.result.kind = operands.a.kind;
    return finish(call, &operands, good, result);
}

static bool bad_logarithm(struct fcall *call, int sign)
{
    return diag_set(call->diag, ERRCODE_INVALID_ARGUMENT_FOR_LOG,
                    sign == 0 ? "cannot take logarithm of zero" : "cannot take logarithm of a negative number");
}

static bool numeric_ln(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    bool good = true;
    if (operands.a.kind == NUMBER_NAN)
        not_a_number(&operands);
    else if (number_sign(&operands.a) <= 0)
        good = bad_logarithm(call, number_sign(&operands.a));
    else if (operands.a.kind != NUMBER_FINITE)
        infinite(&operands, 1);
    else
        number_ln(&operands.result, &operands.a);
    return finish(call, &operands, good, result);
}

static bool logarithm(struct fcall *call, struct operands *operands)
{
    if (nan_among(operands))
        return not_a_number(operands);
    int sign_a = number_sign(&operands->a), sign_b = number_sign(&operands->b);
    if (sign_a <= 0)
        return bad_logarithm(call, sign_a);
    if (sign_b <= 0)
        return bad_logarithm(call, sign_b);
    if (!all_finite(operands)) {
        if (operands->a.kind == NUMBER_FINITE)
            return infinite(operands, 1);
        return operands->b.kind == NUMBER_FINITE ? true : not_a_number(operands);
    }
    struct number one;
    number_init(&one);
    number_set_int(&one, 1);
    bool unit = number_compare(&operands->a, &one) == 0;
    number_clear(&one);
    if (unit)
        return division_by_zero(call);
    number_log(&operands->result, &operands->a, &operands->b);
    return true;
}

static bool numeric_log(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    return finish(call, &operands, logarithm(call, &operands), result);
}

static bool numeric_log10(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct datum pair[2] = {datum_int(10), args[0]};
    return numeric_log(call, 2, pair, result);
}

static bool is_one(const struct number *number, int value)
{
    struct number one;
    number_init(&one);
    number_set_int(&one, value);
    bool equal = number_compare(number, &one) == 0;
    number_clear(&one);
    return equal;
}

static bool integral(const struct number *number)
{
    return number->kind == NUMBER_FINITE &&
           (number->scale == 0 || mpz_divisible_p(number->coefficient, number_power_of_ten((unsigned) number->scale)));
}

static bool odd(const struct number *number)
{
    struct number whole;
    number_init(&whole);
    number_set(&whole, number);
    number_truncate(&whole, 0);
    bool yes = mpz_odd_p(whole.coefficient);
    number_clear(&whole);
    return yes;
}

static bool power(struct fcall *call, struct operands *operands)
{
    const char *code = ERRCODE_INVALID_ARGUMENT_FOR_POWER_FUNCTION;
    struct number *a = &operands->a, *b = &operands->b;
    if (all_finite(operands)) {
        if (number_sign(a) == 0 && number_sign(b) < 0)
            return diag_set(call->diag, code, "zero raised to a negative power is undefined");
        if (number_sign(a) < 0 && !integral(b))
            return diag_set(call->diag, code, "a negative number raised to a non-integer power yields a complex result");
        return number_power(&operands->result, a, b, call->diag);
    }
    bool one = (a->kind == NUMBER_NAN && b->kind == NUMBER_FINITE && number_sign(b) == 0) ||
               (b->kind == NUMBER_NAN && a->kind == NUMBER_FINITE && is_one(a, 1));
    if (!one && nan_among(operands))
        return not_a_number(operands);
    if (one || (a->kind == NUMBER_FINITE && is_one(a, 1)) || (b->kind == NUMBER_FINITE && number_sign(b) == 0)) {
        number_set_int(&operands->result, 1);
        return true;
    }
    if (number_sign(a) == 0 && number_sign(b) < 0)
        return diag_set(call->diag, code, "zero raised to a negative power is undefined");
    if (number_sign(a) < 0 && b->kind == NUMBER_FINITE && !integral(b))
        return diag_set(call->diag, code, "a negative number raised to a non-integer power yields a complex result");
    if (b->kind == NUMBER_FINITE) { /* a is infinite */
        if (number_sign(b) < 0)
            return true;
        return infinite(operands, number_sign(a) < 0 && odd(b) ? -1 : 1);
    }
    if (number_sign(a) == 0)
        return true;
    if (a->kind == NUMBER_FINITE && is_one(a, -1)) {
        number_set_int(&operands->result, 1);
        return true;
    }
    bool grows = a->kind != NUMBER_FINITE || fabs(number_double(a)) > 1;
    if (grows == (number_sign(b) > 0))
        infinite(operands, 1);
    return true;
}

static bool numeric_power(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    return finish(call, &operands, power(call, &operands), result);
}

static bool numeric_fac(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[0].i < 0)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "factorial of a negative number is undefined");
    if (args[0].i > 32177)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
    struct number number;
    number_init(&number);
    mpz_fac_ui(number.coefficient, (unsigned long) args[0].i);
    bool good = number_store(&number, call->arena, result, call->diag);
    number_clear(&number);
    return good;
}

static bool common_divisor(struct fcall *call, const struct datum *args, bool multiple, struct datum *result)
{
    struct operands operands;
    load(&operands, 2, args);
    if (!all_finite(&operands)) {
        not_a_number(&operands);
    } else {
        struct number *a = &operands.a, *b = &operands.b;
        int scale = a->scale > b->scale ? a->scale : b->scale;
        number_round(a, scale);
        number_round(b, scale);
        if (multiple)
            mpz_lcm(operands.result.coefficient, a->coefficient, b->coefficient);
        else
            mpz_gcd(operands.result.coefficient, a->coefficient, b->coefficient);
        operands.result.scale = scale;
    }
    return finish(call, &operands, true, result);
}

static bool numeric_gcd(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return common_divisor(call, args, false, result);
}

static bool numeric_lcm(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return common_divisor(call, args, true, result);
}

static int minimal_scale(const struct number *number)
{
    int scale = number->scale;
    if (mpz_sgn(number->coefficient) == 0)
        return 0;
    while (scale > 0 && mpz_divisible_p(number->coefficient, number_power_of_ten((unsigned) (number->scale - scale + 1))))
        scale--;
    return scale;
}

enum scale_question { SCALE, MINIMAL_SCALE };

static bool scale_of(const struct datum *value, enum scale_question question, struct datum *result)
{
    struct number number;
    number_init(&number);
    number_load(&number, value);
    *result = number.kind != NUMBER_FINITE ? datum_null() : datum_int(question == SCALE ? number.scale : minimal_scale(&number));
    number_clear(&number);
    return true;
}

static bool numeric_scale(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return scale_of(args, SCALE, result);
}

static bool numeric_min_scale(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return scale_of(args, MINIMAL_SCALE, result);
}

static bool numeric_trim_scale(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct operands operands;
    load(&operands, nargs, args);
    number_set(&operands.result, &operands.a);
    if (operands.a.kind == NUMBER_FINITE)
        number_round(&operands.result, minimal_scale(&operands.a));
    return finish(call, &operands, true, result);
}

static bool width_bucket_numeric(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const char *code = ERRCODE_INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION;
    if (args[3].i <= 0)
        return diag_set(call->diag, code, "count must be greater than zero");
    struct number x, low, high, part, span;
    number_init(&x);
    number_init(&low);
    number_init(&high);
    number_init(&part);
    number_init(&span);
    number_load(&x, &args[0]);
    number_load(&low, &args[1]);
    number_load(&high, &args[2]);
    bool good = true;
    int64_t bucket = 0;
    int direction = number_compare(&low, &high);
    if (x.kind == NUMBER_NAN || low.kind == NUMBER_NAN || high.kind == NUMBER_NAN)
        good = diag_set(call->diag, code, "operand, lower bound, and upper bound cannot be NaN");
    else if (low.kind != NUMBER_FINITE || high.kind != NUMBER_FINITE)
        good = diag_set(call->diag, code, "lower and upper bounds must be finite");
    else if (direction == 0)
        good = diag_set(call->diag, code, "lower bound cannot equal upper bound");
    else if (number_compare(&x, &low) * direction > 0)
        bucket = 0;
    else if (number_compare(&x, &high) * direction <= 0)
        bucket = args[3].i + 1;
    else {
        struct number count;
        number_init(&count);
        number_set_int(&count, args[3].i);
        number_subtract(&part, &x, &low);
        number_subtract(&span, &high, &low);
        number_multiply(&x, &part, &count);
        /* Rounded as any quotient, so that the last bucket's end may count as beyond it. */
        number_divide(&part, &x, &span, number_divide_scale(&x, &span), NUMBER_ROUNDED);
        number_truncate(&part, 0);
        number_int64(&part, &bucket);
        bucket++;
        number_clear(&count);
    }
    if (good && bucket > INT32_MAX)
        good = diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    number_clear(&x);
    number_clear(&low);
    number_clear(&high);
    number_clear(&part);
    number_clear(&span);
    *result = datum_int(bucket);
    return good;
}

/* Comparisons. Columns and keys go through the collation; these serve everything else. */
static bool numeric_larger(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = number_datum_compare(&args[0], &args[1]) >= 0 ? args[0] : args[1];
    return true;
}

static bool numeric_smaller(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = number_datum_compare(&args[0], &args[1]) <= 0 ? args[0] : args[1];
    return true;
}

static bool numeric_cmp(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    int order = number_datum_compare(&args[0], &args[1]);
    *result = datum_int((order > 0) - (order < 0));
    return true;
}

/* Casts */

static bool to_int(struct fcall *call, const struct datum *args, int bits, const char *name, struct datum *result)
{
    struct number number;
    int64_t value = 0;
    number_init(&number);
    number_load(&number, &args[0]);
    enum number_kind kind = number.kind;
    bool fits = number_int64(&number, &value) &&
                (bits == 64 || (value >= -((int64_t) 1 << (bits - 1)) && value < (int64_t) 1 << (bits - 1)));
    number_clear(&number);
    if (kind != NUMBER_FINITE)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot convert %s to %s",
                        kind == NUMBER_NAN ? "NaN" : "infinity", name);
    *result = datum_int(value);
    return fits || diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range", name);
}

static bool numeric_int2(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_int(call, args, 16, "smallint", result);
}

static bool numeric_int4(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_int(call, args, 32, "integer", result);
}

static bool numeric_int8(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_int(call, args, 64, "bigint", result);
}

static bool to_float(struct fcall *call, const struct datum *value, const char *name, struct datum *result)
{
    struct number number;
    number_init(&number);
    number_load(&number, value);
    double wide = number_double(&number);
    bool fits = number.kind != NUMBER_FINITE || (!isinf(wide) && (wide != 0 || number_sign(&number) == 0));
    number_clear(&number);
    *result = float_make(wide);
    return fits || diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "\"%.*s\" is out of range for type %s",
                            (int) value->len, value->data, name);
}

static bool numeric_float8(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_float(call, &args[0], "double precision", result);
}

static bool numeric_float4(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (!to_float(call, &args[0], "real", result))
        return false;
    if (result->kind == DATUM_REAL) {
        /* From the digits, not through double: no double rounding. */
        double wide = result->r;
        float narrow = args[0].kind == DATUM_TEXT && !isinf(wide)
                           ? strtof(arena_strndup(call->arena, args[0].data, args[0].len), NULL)
                           : (float) wide;
        if ((isinf((double) narrow) && !isinf(wide)) || (narrow == 0 && wide != 0))
            return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "\"%.*s\" is out of range for type real",
                            (int) args[0].len, args[0].data);
        result->r = (double) narrow;
    }
    return true;
}

static bool from_float(struct fcall *call, const struct datum *args, int digits, struct datum *result)
{
    struct number number;
    number_init(&number);
    number_set_double(&number, float_datum(&args[0]), digits);
    bool good = number_store(&number, call->arena, result, call->diag);
    number_clear(&number);
    return good;
}

static bool float8_numeric(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return from_float(call, args, DBL_DIG, result);
}

static bool float4_numeric(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return from_float(call, args, FLT_DIG, result);
}

static bool int_numeric(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = number_small_store(call->arena, args[0].i, 0);
    return true;
}

static bool in_range(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct number value, base, offset, bound;
    number_init(&value);
    number_init(&base);
    number_init(&offset);
    number_init(&bound);
    number_load(&value, &args[0]);
    number_load(&base, &args[1]);
    number_load(&offset, &args[2]);
    bool good = offset.kind != NUMBER_NAN && number_sign(&offset) >= 0;
    if (good) {
        if (args[3].i)
            number_subtract(&bound, &base, &offset);
        else
            number_add(&bound, &base, &offset);
        int order = number_compare(&value, &bound);
        *result = datum_bool(args[4].i ? order <= 0 : order >= 0);
    } else {
        diag_set(call->diag, ERRCODE_INVALID_PRECEDING_OR_FOLLOWING_SIZE,
                 "invalid preceding or following size in window function");
    }
    number_clear(&value);
    number_clear(&base);
    number_clear(&offset);
    number_clear(&bound);
    return good;
}

const struct func_impl func_impls_numeric[] = {
    SCALAR("numeric_add", numeric_add),
    SCALAR("numeric_sub", numeric_sub),
    SCALAR("numeric_mul", numeric_mul),
    SCALAR("numeric_div", numeric_div),
    SCALAR("numeric_div_trunc", numeric_div_trunc),
    SCALAR("numeric_mod", numeric_mod),
    SCALAR("numeric_uminus", numeric_uminus),
    NATIVE("numeric_uplus", "(%1)"),
    SCALAR("numeric_abs", numeric_abs),
    SCALAR("numeric_sign", numeric_sign),
    SCALAR("numeric_inc", numeric_inc),
    SCALAR("numeric_round", numeric_round),
    SCALAR("round(numeric)", numeric_round),
    SCALAR("numeric_trunc", numeric_trunc),
    SCALAR("trunc(numeric)", numeric_trunc),
    SCALAR("numeric_ceil", numeric_ceil),
    SCALAR("numeric_floor", numeric_floor),
    SCALAR("numeric_sqrt", numeric_sqrt),
    SCALAR("numeric_exp", numeric_exp),
    SCALAR("numeric_ln", numeric_ln),
    SCALAR("numeric_log", numeric_log),
    SCALAR("log(numeric)", numeric_log10),
    SCALAR("log10(numeric)", numeric_log10),
    SCALAR("numeric_power", numeric_power),
    SCALAR("numeric_fac", numeric_fac),
    SCALAR("numeric_gcd", numeric_gcd),
    SCALAR("numeric_lcm", numeric_lcm),
    SCALAR("numeric_scale", numeric_scale),
    SCALAR("numeric_min_scale", numeric_min_scale),
    SCALAR("numeric_trim_scale", numeric_trim_scale),
    SCALAR("width_bucket_numeric", width_bucket_numeric),
    NATIVE("numeric_eq", "(%1 = %2 COLLATE pg_numeric)"),
    NATIVE("numeric_ne", "(%1 <> %2 COLLATE pg_numeric)"),
    NATIVE("numeric_lt", "(%1 < %2 COLLATE pg_numeric)"),
    NATIVE("numeric_le", "(%1 <= %2 COLLATE pg_numeric)"),
    NATIVE("numeric_gt", "(%1 > %2 COLLATE pg_numeric)"),
    NATIVE("numeric_ge", "(%1 >= %2 COLLATE pg_numeric)"),
    SCALAR("numeric_cmp", numeric_cmp),
    SCALAR("numeric_larger", numeric_larger),
    SCALAR("numeric_smaller", numeric_smaller),
    SCALAR("numeric_int2", numeric_int2),
    SCALAR("numeric_int4", numeric_int4),
    SCALAR("numeric_int8", numeric_int8),
    SCALAR("numeric_float4", numeric_float4),
    SCALAR("numeric_float8", numeric_float8),
    SCALAR("float4_numeric", float4_numeric),
    SCALAR("float8_numeric", float8_numeric),
    SCALAR("int2_numeric", int_numeric),
    SCALAR("int4_numeric", int_numeric),
    SCALAR("int8_numeric", int_numeric),
    SCALAR("in_range_numeric_numeric", in_range),
    {0},
};
