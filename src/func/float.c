#include "func/func.h"
#include "type/codecs.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Floating point: IEEE arithmetic with PostgreSQL's reports for what overflows, underflows or has no value. */

static bool overflow(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow");
}

static bool underflow(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: underflow");
}

static bool input_out_of_range(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "input is out of range");
}

enum width { SINGLE, DOUBLE };

static bool give(struct datum *result, double value)
{
    *result = float_make(value);
    return true;
}

/* An infinite result from finite operands is an overflow; a zero one from operands that are not, an underflow. */
static bool checked(struct fcall *call, double value, enum width width, bool infinite_operand, bool zero_allowed,
                    struct datum *result)
{
    if (width == SINGLE)
        value = (double) (float) value;
    if (isinf(value) && !infinite_operand)
        return overflow(call);
    if (value == 0 && !zero_allowed)
        return underflow(call);
    return give(result, value);
}

static bool arithmetic(struct fcall *call, const struct datum *args, char operator, enum width width, struct datum *result)
{
    double a = float_datum(&args[0]), b = float_datum(&args[1]);
    bool infinite = isinf(a) || isinf(b);
    switch (operator) {
    case '+':
        return checked(call, a + b, width, infinite, true, result);
    case '-':
        return checked(call, a - b, width, infinite, true, result);
    case '*':
        return checked(call, a * b, width, infinite, a == 0 || b == 0, result);
    default:
        if (b == 0 && !isnan(a))
            return diag_set(call->diag, ERRCODE_DIVISION_BY_ZERO, "division by zero");
        return checked(call, width == SINGLE ? (double) ((float) a / (float) b) : a / b, width, infinite, a == 0 || isinf(b),
                       result);
    }
}

/* NaN is text in storage and greater than all numbers, NaN itself equal: SQLite's order is that already. */

static bool float4pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '+', SINGLE, result);
}

static bool float4mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '-', SINGLE, result);
}

static bool float4mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '*', SINGLE, result);
}

static bool float4div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '/', SINGLE, result);
}

static bool float8pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '+', DOUBLE, result);
}

static bool float8mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '-', DOUBLE, result);
}

static bool float8mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '*', DOUBLE, result);
}

static bool float8div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '/', DOUBLE, result);
}

static bool float48pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '+', DOUBLE, result);
}

static bool float48mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '-', DOUBLE, result);
}

static bool float48mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '*', DOUBLE, result);
}

static bool float48div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '/', DOUBLE, result);
}

static bool float84pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '+', DOUBLE, result);
}

static bool float84mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '-', DOUBLE, result);
}

static bool float84mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '*', DOUBLE, result);
}

static bool float84div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return arithmetic(call, args, '/', DOUBLE, result);
}

static bool float_negate(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return give(result, -float_datum(&args[0]));
}

static bool float_absolute(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return give(result, fabs(float_datum(&args[0])));
}

static double cotangent(double x)
{
    return 1.0 / tan(x);
}

static double to_degrees(double x)
{
    return x / (M_PI / 180.0);
}

static double to_radians(double x)
{
    return x * (M_PI / 180.0);
}

/* Exact where degrees are: multiples of 30 and 45. */
static double sin_0_to_90(double x)
{
    return x == 30 ? 0.5 : x <= 30 ? sin(to_radians(x)) / sin(to_radians(30)) / 2.0 : 0;
}

static double sine_first_quadrant(double x)
{
    if (x <= 30)
        return sin_0_to_90(x);
    return 1.0 - (1.0 - cos(to_radians(90 - x))) / (1.0 - cos(to_radians(60))) * 0.5;
}

static double sine_degrees(double x)
{
    int sign = 1;
    x = fmod(x, 360);
    if (x < 0) {
        x = -x;
        sign = -sign;
    }
    if (x > 180) {
        x = 360 - x;
        sign = -sign;
    }
    if (x > 90)
        x = 180 - x;
    return sign * sine_first_quadrant(x);
}

static double cosine_first_quadrant(double x)
{
    if (x <= 60)
        return 1.0 - (1.0 - cos(to_radians(x))) / (1.0 - cos(to_radians(60))) * 0.5;
    return sin_0_to_90(90 - x);
}

static double cosine_degrees(double x)
{
    int sign = 1;
    x = fabs(fmod(x, 360));
    if (x > 180)
        x = 360 - x;
    if (x > 90) {
        x = 180 - x;
        sign = -sign;
    }
    return sign * cosine_first_quadrant(x);
}

/* The quotient of the two, scaled so that 45 degrees give one. */
static double tangent_degrees(double x)
{
    int sign = 1;
    x = fmod(x, 360);
    if (x < 0) {
        x = -x;
        sign = -sign;
    }
    if (x > 180) {
        x = 360 - x;
        sign = -sign;
    }
    if (x > 90) {
        x = 180 - x;
        sign = -sign;
    }
    double unit = sine_first_quadrant(45) / cosine_first_quadrant(45);
    double value = sign * (sine_first_quadrant(x) / cosine_first_quadrant(x) / unit);
    return value == 0 ? 0 : value;
}

static double cotangent_degrees(double x)
{
    int sign = 1;
    x = fmod(x, 360);
    if (x < 0) {
        x = -x;
        sign = -sign;
    }
    if (x > 180) {
        x = 360 - x;
        sign = -sign;
    }
    if (x > 90) {
        x = 180 - x;
        sign = -sign;
    }
    double unit = cosine_first_quadrant(45) / sine_first_quadrant(45);
    double value = sign * (cosine_first_quadrant(x) / sine_first_quadrant(x) / unit);
    return value == 0 ? 0 : value;
}

static double arc_sine_quadrant(double x)
{
    if (x <= 0.5)
        return asin(x) / asin(0.5) * 30.0;
    return 90.0 - acos(x) / acos(0.5) * 60.0;
}

static double arc_sine_degrees(double x)
{
    return x >= 0 ? arc_sine_quadrant(x) : -arc_sine_quadrant(-x);
}

static double arc_cosine_quadrant(double x)
{
    if (x <= 0.5)
        return 90.0 - asin(x) / asin(0.5) * 30.0;
    return acos(x) / acos(0.5) * 60.0;
}

static double arc_cosine_degrees(double x)
{
    return x >= 0 ? arc_cosine_quadrant(x) : 90.0 + arc_sine_quadrant(-x);
}

static double arc_tangent_degrees(double x)
{
    return atan(x) / atan(1.0) * 45.0;
}

enum domain { ANY, FINITE_INPUT, UNIT, AT_LEAST_ONE, OPEN_UNIT };

/* A function of one number whose arguments are limited; NaN gives NaN. */
static bool apply(struct fcall *call, const struct datum *arg, double (*function)(double), enum domain domain,
                  struct datum *result)
{
    double x = float_datum(arg);
    if (isnan(x))
        return give(result, x);
    if ((domain == FINITE_INPUT && isinf(x)) || (domain == UNIT && (x < -1 || x > 1)) || (domain == AT_LEAST_ONE && x < 1) ||
        (domain == OPEN_UNIT && (x < -1 || x > 1)))
        return input_out_of_range(call);
    double value = function(x);
    if (isinf(value) && !isinf(x) && domain == ANY && (function == sinh || function == cosh))
        return give(result, value);
    if (isinf(value) && !isinf(x) && function == to_degrees)
        return overflow(call);
    return give(result, value);
}

static bool dsqrt(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    double x = float_datum(&args[0]);
    if (x < 0)
        return diag_set(call->diag, ERRCODE_INVALID_ARGUMENT_FOR_POWER_FUNCTION, "cannot take square root of a negative number");
    return give(result, sqrt(x));
}

static bool logarithm(struct fcall *call, const struct datum *args, double (*function)(double), struct datum *result)
{
    double x = float_datum(&args[0]);
    if (x == 0)
        return diag_set(call->diag, ERRCODE_INVALID_ARGUMENT_FOR_LOG, "cannot take logarithm of zero");
    if (x < 0)
        return diag_set(call->diag, ERRCODE_INVALID_ARGUMENT_FOR_LOG, "cannot take logarithm of a negative number");
    return give(result, function(x));
}

static bool dlog1(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return logarithm(call, args, log, result);
}

static bool dlog10(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return logarithm(call, args, log10, result);
}

static bool dexp(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    double x = float_datum(&args[0]), value = exp(x);
    if (isinf(value) && !isinf(x))
        return overflow(call);
    if (value == 0 && !isinf(x))
        return underflow(call);
    return give(result, value);
}

static bool dpow(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    double a = float_datum(&args[0]), b = float_datum(&args[1]);
    if (isnan(a))
        return give(result, b == 0 ? 1 : a);
    if (isnan(b))
        return give(result, a == 1 ? 1 : b);
    if (a == 0 && b < 0)
        return diag_set(call->diag, ERRCODE_INVALID_ARGUMENT_FOR_POWER_FUNCTION, "zero raised to a negative power is undefined");
    if (a < 0 && floor(b) != b)
        return diag_set(call->diag, ERRCODE_INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                        "a negative number raised to a non-integer power yields a complex result");
    double value = pow(a, b);
    if (!isinf(a) && !isinf(b)) {
        if (isinf(value))
            return overflow(call);
        if (value == 0 && a != 0)
            return underflow(call);
    }
    return give(result, value);
}

static bool datan2(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return give(result, atan2(float_datum(&args[0]), float_datum(&args[1])));
}

static bool datan2d(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return give(result, atan2(float_datum(&args[0]), float_datum(&args[1])) / atan(1.0) * 45.0);
}

static bool datanh(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], atanh, OPEN_UNIT, result);
}

static bool dpi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    (void) args;
    return give(result, M_PI);
}

/* Casts to integers round to the nearest even. */
static bool to_int(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    double x = rint(float_datum(&args[0])), limit = ldexp(1, bits - 1);
    if (isnan(x) || x < -limit || x >= limit)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range",
                        bits == 16   ? "smallint"
                        : bits == 32 ? "integer"
                                     : "bigint");
    *result = datum_int((int64_t) x);
    return true;
}

static bool to_int2(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_int(call, args, 16, result);
}

static bool to_int4(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_int(call, args, 32, result);
}

static bool to_int8(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_int(call, args, 64, result);
}

static bool from_int(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return give(result, (double) args[0].i);
}

static bool from_int_single(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    return give(result, (double) (float) args[0].i);
}

static bool dtof(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    double x = float_datum(&args[0]);
    return checked(call, x, SINGLE, isinf(x), x == 0, result);
}

static bool width_bucket(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    double x = float_datum(&args[0]), low = float_datum(&args[1]), high = float_datum(&args[2]);
    int64_t count = args[3].i;
    const char *code = ERRCODE_INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION;
    if (count <= 0)
        return diag_set(call->diag, code, "count must be greater than zero");
    if (isnan(x) || isnan(low) || isnan(high))
        return diag_set(call->diag, code, "operand, lower bound, and upper bound cannot be NaN");
    if (isinf(low) || isinf(high))
        return diag_set(call->diag, code, "lower and upper bounds must be finite");
    if (low == high)
        return diag_set(call->diag, code, "lower bound cannot equal upper bound");
    int64_t bucket;
    if (low < high ? x < low : x > low) {
        bucket = 0;
    } else if (low < high ? x >= high : x <= high) {
        bucket = count + 1;
    } else {
        double place = (double) count * (x - low) / (high - low);
        if (!isfinite(place))
            place = (double) count * ((x / 2 - low / 2) / (high / 2 - low / 2));
        bucket = (int64_t) place + 1;
    }
    if (bucket > INT32_MAX)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    *result = datum_int(bucket);
    return true;
}

static bool in_range(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    double value = float_datum(&args[0]), base = float_datum(&args[1]), offset = float_datum(&args[2]);
    if (isnan(offset) || offset < 0)
        return diag_set(call->diag, ERRCODE_INVALID_PRECEDING_OR_FOLLOWING_SIZE,
                        "invalid preceding or following size in window function");
    bool preceding = args[3].i, less = args[4].i, inside;
    if (isnan(value) || isnan(base))
        inside = isnan(value) ? (isnan(base) || !less) : less;
    else if (isinf(offset) && isinf(base) && (base > 0) == preceding)
        inside = true;
    else
        inside =
            less ? value <= (preceding ? base - offset : base + offset) : value >= (preceding ? base - offset : base + offset);
    *result = datum_bool(inside);
    return true;
}

/* random(): xoroshiro128+ seeded per session, or by setseed(). */

static uint64_t split_mix(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static uint64_t random_bits(uint64_t state[2])
{
    if (!state[0] && !state[1])
        arc4random_buf(state, 2 * sizeof *state);
    uint64_t a = state[0], b = state[1] ^ state[0], value = a + state[1];
    state[0] = (a << 24 | a >> 40) ^ b ^ (b << 16);
    state[1] = b << 37 | b >> 27;
    return value;
}

static bool drandom(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    return give(result, ldexp((double) (random_bits(call->env->random_state) >> 12), -52));
}

static bool setseed(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    double seed = float_datum(&args[0]);
    if (!(seed >= -1 && seed <= 1)) {
        struct buf text = {0};
        float8_format(seed, 0, &text);
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "setseed parameter %s is out of allowed range [-1,1]",
                 buf_cstr(&text));
        buf_deinit(&text);
        return false;
    }
    uint64_t state = (uint64_t) (int64_t) (seed * 4503599627370496.0);
    call->env->random_state[0] = split_mix(&state);
    call->env->random_state[1] = split_mix(&state);
    *result = datum_text("", 0);
    return true;
}

static bool dsin(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], sin, FINITE_INPUT, result);
}

static bool dcos(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], cos, FINITE_INPUT, result);
}

static bool dtan(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], tan, FINITE_INPUT, result);
}

static bool dcot(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], cotangent, FINITE_INPUT, result);
}

static bool dasin(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], asin, UNIT, result);
}

static bool dacos(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], acos, UNIT, result);
}

static bool datan(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], atan, ANY, result);
}

static bool dsinh(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], sinh, ANY, result);
}

static bool dcosh(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], cosh, ANY, result);
}

static bool dtanh(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], tanh, ANY, result);
}

static bool dasinh(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], asinh, ANY, result);
}

static bool dacosh(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], acosh, AT_LEAST_ONE, result);
}

static bool dcbrt(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], cbrt, ANY, result);
}

static bool dceil(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], ceil, ANY, result);
}

static bool dfloor(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], floor, ANY, result);
}

static bool dround(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], rint, ANY, result);
}

static bool dtrunc(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], trunc, ANY, result);
}

/* NaN has the sign 0. */
static bool dsign(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    double x = float_datum(&args[0]);
    return give(result, (x > 0) - (x < 0));
}

static bool degrees(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], to_degrees, ANY, result);
}

static bool radians(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], to_radians, ANY, result);
}

static bool dsind(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], sine_degrees, FINITE_INPUT, result);
}

static bool dcosd(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], cosine_degrees, FINITE_INPUT, result);
}

static bool dtand(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], tangent_degrees, FINITE_INPUT, result);
}

static bool dcotd(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], cotangent_degrees, FINITE_INPUT, result);
}

static bool dasind(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], arc_sine_degrees, UNIT, result);
}

static bool dacosd(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], arc_cosine_degrees, UNIT, result);
}

static bool datand(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return apply(call, &args[0], arc_tangent_degrees, ANY, result);
}

const struct func_impl func_impls_float[] = {
    SCALAR("float4pl", float4pl),
    SCALAR("float4mi", float4mi),
    SCALAR("float4mul", float4mul),
    SCALAR("float4div", float4div),
    NATIVE("float4eq", "(%1 = %2)"),
    NATIVE("float4ne", "(%1 <> %2)"),
    NATIVE("float4lt", "(%1 < %2)"),
    NATIVE("float4le", "(%1 <= %2)"),
    NATIVE("float4gt", "(%1 > %2)"),
    NATIVE("float4ge", "(%1 >= %2)"),
    NATIVE("btfloat4cmp", "((%1 > %2) - (%1 < %2))"),
    SCALAR("float8pl", float8pl),
    SCALAR("float8mi", float8mi),
    SCALAR("float8mul", float8mul),
    SCALAR("float8div", float8div),
    NATIVE("float8eq", "(%1 = %2)"),
    NATIVE("float8ne", "(%1 <> %2)"),
    NATIVE("float8lt", "(%1 < %2)"),
    NATIVE("float8le", "(%1 <= %2)"),
    NATIVE("float8gt", "(%1 > %2)"),
    NATIVE("float8ge", "(%1 >= %2)"),
    NATIVE("btfloat8cmp", "((%1 > %2) - (%1 < %2))"),
    SCALAR("float48pl", float48pl),
    SCALAR("float48mi", float48mi),
    SCALAR("float48mul", float48mul),
    SCALAR("float48div", float48div),
    NATIVE("float48eq", "(%1 = %2)"),
    NATIVE("float48ne", "(%1 <> %2)"),
    NATIVE("float48lt", "(%1 < %2)"),
    NATIVE("float48le", "(%1 <= %2)"),
    NATIVE("float48gt", "(%1 > %2)"),
    NATIVE("float48ge", "(%1 >= %2)"),
    NATIVE("btfloat48cmp", "((%1 > %2) - (%1 < %2))"),
    SCALAR("float84pl", float84pl),
    SCALAR("float84mi", float84mi),
    SCALAR("float84mul", float84mul),
    SCALAR("float84div", float84div),
    NATIVE("float84eq", "(%1 = %2)"),
    NATIVE("float84ne", "(%1 <> %2)"),
    NATIVE("float84lt", "(%1 < %2)"),
    NATIVE("float84le", "(%1 <= %2)"),
    NATIVE("float84gt", "(%1 > %2)"),
    NATIVE("float84ge", "(%1 >= %2)"),
    NATIVE("btfloat84cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("float4larger", "max(%1, %2)"),
    NATIVE("float4smaller", "min(%1, %2)"),
    NATIVE("float4up", "(%1)"),
    SCALAR("float4um", float_negate),
    SCALAR("float4abs", float_absolute),
    NATIVE("float8larger", "max(%1, %2)"),
    NATIVE("float8smaller", "min(%1, %2)"),
    NATIVE("float8up", "(%1)"),
    SCALAR("float8um", float_negate),
    SCALAR("float8abs", float_absolute),
    SCALAR("dsin", dsin),
    SCALAR("dcos", dcos),
    SCALAR("dtan", dtan),
    SCALAR("dcot", dcot),
    SCALAR("dasin", dasin),
    SCALAR("dacos", dacos),
    SCALAR("datan", datan),
    SCALAR("dsinh", dsinh),
    SCALAR("dcosh", dcosh),
    SCALAR("dtanh", dtanh),
    SCALAR("dasinh", dasinh),
    SCALAR("dacosh", dacosh),
    SCALAR("dcbrt", dcbrt),
    SCALAR("dceil", dceil),
    SCALAR("dfloor", dfloor),
    SCALAR("dround", dround),
    SCALAR("dtrunc", dtrunc),
    SCALAR("dsign", dsign),
    SCALAR("degrees", degrees),
    SCALAR("radians", radians),
    SCALAR("dsind", dsind),
    SCALAR("dcosd", dcosd),
    SCALAR("dtand", dtand),
    SCALAR("dcotd", dcotd),
    SCALAR("dasind", dasind),
    SCALAR("dacosd", dacosd),
    SCALAR("datand", datand),
    SCALAR("dsqrt", dsqrt),
    SCALAR("dlog1", dlog1),
    SCALAR("dlog10", dlog10),
    SCALAR("dexp", dexp),
    SCALAR("dpow", dpow),
    SCALAR("datan2", datan2),
    SCALAR("datan2d", datan2d),
    SCALAR("datanh", datanh),
    SCALAR("dpi", dpi),
    SCALAR("dtof", dtof),
    SCALAR_FLAGS("setseed", setseed, FUNC_VOLATILE),
    SCALAR_FLAGS("drandom", drandom, FUNC_VOLATILE),
    SCALAR("dtoi2", to_int2),
    SCALAR("ftoi2", to_int2),
    SCALAR("dtoi4", to_int4),
    SCALAR("ftoi4", to_int4),
    SCALAR("dtoi8", to_int8),
    SCALAR("ftoi8", to_int8),
    SCALAR("i2tod", from_int),
    SCALAR("i4tod", from_int),
    SCALAR("i8tod", from_int),
    SCALAR("i2tof", from_int_single),
    SCALAR("i4tof", from_int_single),
    SCALAR("i8tof", from_int_single),
    NATIVE("ftod", "(%1)"),
    SCALAR("width_bucket_float8", width_bucket),
    SCALAR("in_range_float8_float8", in_range),
    SCALAR("in_range_float4_float8", in_range),
    {0},
};
