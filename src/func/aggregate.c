#include "func/func.h"
#include "type/codecs.h"
#include "type/numeric.h"
#include "type/numeric_math.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums and averages of exact numbers: 128 bits at the widest scale seen; values that do not fit go to a big number beside it. */

struct exact_sum {
    int64_t count;
    __int128 small;
    int scale; /* of `small` */
    int big_scale;
    struct number *big; /* NULL until needed */
    int64_t nans, infinities, negative_infinities;
};

static void big_add(struct fcall *call, struct exact_sum *sum, const struct number *value, int sign)
{
    if (!sum->big) {
        sum->big = arena_new(call->cache_arena, struct number);
        number_init(sum->big);
    }
    if (sign > 0)
        number_add(sum->big, sum->big, value);
    else
        number_subtract(sum->big, sum->big, value);
}

static void spill(struct fcall *call, struct exact_sum *sum)
{
    struct number part;
    number_init(&part);
    number_set_int128(&part, sum->small, sum->scale);
    big_add(call, sum, &part, 1);
    sum->small = 0;
    number_clear(&part);
}

static const __int128 SMALL_LIMIT = (__int128) 1 << 120;

static void accumulate_big(struct fcall *call, struct exact_sum *sum, const struct number *value, int sign)
{
    sum->nans += value->kind == NUMBER_NAN ? sign : 0;
    sum->infinities += value->kind == NUMBER_INFINITY ? sign : 0;
    sum->negative_infinities += value->kind == NUMBER_NEGATIVE_INFINITY ? sign : 0;
    if (value->kind == NUMBER_FINITE)
        big_add(call, sum, value, sign);
}

/* False: the value is too large for what is summed in 128 bits. */
static bool accumulate_small(struct fcall *call, struct exact_sum *sum, __int128 small, int scale, int sign)
{
    if (scale != sum->scale) {
        if (sum->small == 0 && !sum->big && scale > sum->scale) {
            sum->scale = scale;
        } else if (scale < sum->scale && sum->scale - scale <= 18) {
            for (int i = scale; i < sum->scale && small < SMALL_LIMIT && small > -SMALL_LIMIT; i++)
                small *= 10;
        } else if (scale > sum->scale) {
            spill(call, sum);
            sum->scale = scale;
        } else {
            return false;
        }
    }
    if (small >= SMALL_LIMIT || small <= -SMALL_LIMIT)
        return false;
    sum->small += sign * small;
    if (sum->small >= SMALL_LIMIT || sum->small <= -SMALL_LIMIT)
        spill(call, sum);
    return true;
}

static void accumulate(struct fcall *call, struct exact_sum *sum, const struct datum *value, int sign)
{
    int64_t brief;
    __int128 small;
    int scale;
    sum->count += sign;
    if (number_short(value, &brief, &scale)) {
        if (scale == sum->scale) {
            sum->small += sign * brief;
            if (sum->small >= SMALL_LIMIT || sum->small <= -SMALL_LIMIT)
                spill(call, sum);
            return;
        }
        if (accumulate_small(call, sum, brief, scale, sign))
            return;
    } else if (number_small(value, &small, &scale) && accumulate_small(call, sum, small, scale, sign)) {
        return;
    }
    struct number number;
    number_init(&number);
    number_load(&number, value);
    accumulate_big(call, sum, &number, sign);
    number_clear(&number);
}

/* The sum so far; the state stays as it is, for window frames. */
static void total(const struct exact_sum *sum, struct number *number)
{
    if (sum->nans || (sum->infinities && sum->negative_infinities)) {
        number->kind = NUMBER_NAN;
    } else if (sum->infinities || sum->negative_infinities) {
        number->kind = sum->infinities ? NUMBER_INFINITY : NUMBER_NEGATIVE_INFINITY;
    } else {
        number_set_int128(number, sum->small, sum->scale);
        if (sum->big)
            number_add(number, number, sum->big);
    }
}

static bool exact_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    (void) nargs;
    if (!datum_is_null(&args[0]))
        accumulate(call, state, &args[0], 1);
    return true;
}

static bool exact_inverse(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    (void) nargs;
    if (!datum_is_null(&args[0]))
        accumulate(call, state, &args[0], -1);
    return true;
}

static bool exact_sum_final(struct fcall *call, void *state, struct datum *result)
{
    struct exact_sum *sum = state;
    *result = datum_null();
    if (sum->count == 0)
        return true;
    if (!sum->big && !sum->nans && !sum->infinities && !sum->negative_infinities) {
        *result = number_small_store(call->arena, sum->small, sum->scale);
        return true;
    }
    struct number number;
    number_init(&number);
    total(sum, &number);
    bool good = number_store(&number, call->arena, result, call->diag);
    number_clear(&number);
    return good;
}

static bool exact_avg_final(struct fcall *call, void *state, struct datum *result)
{
    struct exact_sum *sum = state;
    *result = datum_null();
    if (sum->count == 0)
        return true;
    struct number number, count, quotient;
    number_init(&number);
    number_init(&count);
    number_init(&quotient);
    total(sum, &number);
    number_set_int(&count, sum->count);
    if (number.kind == NUMBER_FINITE)
        number_divide(&quotient, &number, &count, number_divide_scale(&number, &count), NUMBER_ROUNDED);
    else
        quotient.kind = number.kind;
    bool good = number_store(&quotient, call->arena, result, call->diag);
    number_clear(&number);
    number_clear(&count);
    number_clear(&quotient);
    return good;
}

/* sum(int2), sum(int4) are bigint, sum(money) money: one 64-bit total that must not overflow. */
struct int_sum {
    int64_t count, sum;
};

static bool int_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct int_sum *sum = state;
    (void) nargs;
    if (datum_is_null(&args[0]))
        return true;
    sum->count++;
    if (__builtin_add_overflow(sum->sum, args[0].i, &sum->sum))
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range",
                        call->inst && call->inst->result && call->inst->result->oid == MONEY_OID ? "money" : "bigint");
    return true;
}

static bool int_inverse(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct int_sum *sum = state;
    (void) nargs;
    (void) call;
    if (datum_is_null(&args[0]))
        return true;
    sum->count--;
    sum->sum -= args[0].i;
    return true;
}

static bool int_final(struct fcall *call, void *state, struct datum *result)
{
    struct int_sum *sum = state;
    (void) call;
    *result = sum->count ? datum_int(sum->sum) : datum_null();
    return true;
}

/* Floating-point moments by Youngs and Cramer's update, for one variable or two. */
struct moments {
    double n, sx, sxx, sy, syy, sxy;
    bool overflow;
};

static double deviation(double x, double n, double s)
{
    return x * n - s;
}

static bool moments_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct moments *m = state;
    bool pair = nargs > 1;
    if (datum_is_null(&args[0]) || (pair && datum_is_null(&args[1])))
        return true;
    double y = pair ? float_datum(&args[0]) : 0, x = float_datum(&args[pair]);
    double old = m->n;
    bool was_finite = !isinf(m->sx) && !isinf(m->sy);
    m->n++;
    m->sx += x;
    m->sy += y;
    if (old > 0) {
        double dx = deviation(x, m->n, m->sx), dy = deviation(y, m->n, m->sy), scale = 1.0 / (m->n * old);
        m->sxx += dx * dx * scale;
        m->syy += dy * dy * scale;
        m->sxy += dx * dy * scale;
        if (isinf(m->sxx) || isinf(m->sx) || isinf(m->syy) || isinf(m->sy) || isinf(m->sxy)) {
            if (was_finite && !isinf(x) && !isinf(y))
                return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow");
            if (isinf(m->sxx) || isinf(m->sx))
                m->sxx = NAN;
            if (isinf(m->syy) || isinf(m->sy))
                m->syy = NAN;
            m->sxy = NAN;
        }
    } else {
        if (isnan(x) || isinf(x))
            m->sxx = m->sxy = NAN;
        if (isnan(y) || isinf(y))
            m->syy = m->sxy = NAN;
    }
    return true;
}

#define MOMENTS(name, least, value)                                                                                              \
    static bool name(struct fcall *call, void *state, struct datum *result)                                                      \
    {                                                                                                                            \
        struct moments *m = state;                                                                                               \
        (void) call;                                                                                                             \
        *result = m->n < (least) ? datum_null() : float_make(value);                                                             \
        return true;                                                                                                             \
    }

MOMENTS(moments_avg, 1, m->sx / m->n)
MOMENTS(var_pop, 1, m->sxx / m->n)
MOMENTS(var_samp, 2, m->sxx / (m->n - 1))
MOMENTS(stddev_pop, 1, sqrt(m->sxx / m->n))
MOMENTS(stddev_samp, 2, sqrt(m->sxx / (m->n - 1)))
MOMENTS(covar_pop, 1, m->sxy / m->n)
MOMENTS(covar_samp, 2, m->sxy / (m->n - 1))
MOMENTS(regr_avgx, 1, m->sx / m->n)
MOMENTS(regr_avgy, 1, m->sy / m->n)
MOMENTS(regr_sxx, 1, m->sxx)
MOMENTS(regr_syy, 1, m->syy)
MOMENTS(regr_sxy, 1, m->sxy)

static bool corr(struct fcall *call, void *state, struct datum *result)
{
    struct moments *m = state;
    (void) call;
    *result = m->n < 1 || m->sxx == 0 || m->syy == 0 ? datum_null() : float_make(m->sxy / sqrt(m->sxx * m->syy));
    return true;
}

static bool regr_slope(struct fcall *call, void *state, struct datum *result)
{
    struct moments *m = state;
    (void) call;
    *result = m->n < 1 || m->sxx == 0 ? datum_null() : float_make(m->sxy / m->sxx);
    return true;
}

static bool regr_intercept(struct fcall *call, void *state, struct datum *result)
{
    struct moments *m = state;
    (void) call;
    *result = m->n < 1 || m->sxx == 0 ? datum_null() : float_make((m->sy - m->sx * m->sxy / m->sxx) / m->n);
    return true;
}

static bool regr_r2(struct fcall *call, void *state, struct datum *result)
{
    struct moments *m = state;
    (void) call;
    if (m->n < 1 || m->sxx == 0)
        *result = datum_null();
    else
        *result = float_make(m->syy == 0 ? 1.0 : m->sxy * m->sxy / (m->sxx * m->syy));
    return true;
}

static bool regr_count(struct fcall *call, void *state, struct datum *result)
{
    (void) call;
    *result = datum_int((int64_t) ((struct moments *) state)->n);
    return true;
}

struct float_sum {
    int64_t count;
    double sum;
};

static bool float_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct float_sum *sum = state;
    (void) nargs;
    if (datum_is_null(&args[0]))
        return true;
    double value = float_datum(&args[0]), before = sum->sum;
    sum->count++;
    sum->sum += value;
    if (call->inst && call->inst->result && call->inst->result->oid == FLOAT4_OID)
        sum->sum = (double) (float) sum->sum;
    if (isinf(sum->sum) && !isinf(value) && !isinf(before))
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow");
    return true;
}

static bool float_final(struct fcall *call, void *state, struct datum *result)
{
    struct float_sum *sum = state;
    (void) call;
    *result = sum->count ? float_make(sum->sum) : datum_null();
    return true;
}

/* Variance of exact numbers: N * sum(x^2) - sum(x)^2, exactly. */
struct exact_variance {
    struct exact_sum sum, squares;
};

static bool variance_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct exact_variance *variance = state;
    int64_t brief;
    int scale;
    (void) nargs;
    if (datum_is_null(&args[0]))
        return true;
    accumulate(call, &variance->sum, &args[0], 1);
    variance->squares.count++;
    if (number_short(&args[0], &brief, &scale) &&
        accumulate_small(call, &variance->squares, (__int128) brief * brief, 2 * scale, 1))
        return true;
    struct number value;
    number_init(&value);
    number_load(&value, &args[0]);
    number_multiply(&value, &value, &value);
    accumulate_big(call, &variance->squares, &value, 1);
    number_clear(&value);
    return true;
}

enum spread { VARIANCE, DEVIATION };
enum population { SAMPLE, POPULATION };

static bool variance_final(struct fcall *call, const struct exact_variance *variance, enum spread spread,
                           enum population population, struct datum *result)
{
    int64_t count = variance->sum.count;
    *result = datum_null();
    if (count < (population == SAMPLE ? 2 : 1))
        return true;
    struct number n, divisor, sum, squares, value;
    number_init(&n);
    number_init(&divisor);
    number_init(&sum);
    number_init(&squares);
    number_init(&value);
    number_set_int(&n, count);
    number_set_int(&divisor, population == SAMPLE ? count - 1 : count);
    total(&variance->sum, &sum);
    total(&variance->squares, &squares);
    if (sum.kind != NUMBER_FINITE || squares.kind != NUMBER_FINITE) {
        value.kind = NUMBER_NAN;
    } else {
        number_multiply(&sum, &sum, &sum);
        number_multiply(&squares, &squares, &n);
        number_subtract(&squares, &squares, &sum);
        if (number_sign(&squares) > 0) {
            number_multiply(&divisor, &divisor, &n);
            int scale = number_divide_scale(&squares, &divisor);
            number_divide(&value, &squares, &divisor, scale, NUMBER_ROUNDED);
            if (spread == DEVIATION)
                number_sqrt_at(&value, &value, scale);
        }
    }
    bool good = number_store(&value, call->arena, result, call->diag);
    number_clear(&n);
    number_clear(&divisor);
    number_clear(&sum);
    number_clear(&squares);
    number_clear(&value);
    return good;
}

static bool exact_var_pop(struct fcall *call, void *state, struct datum *result)
{
    return variance_final(call, state, VARIANCE, POPULATION, result);
}

static bool exact_var_samp(struct fcall *call, void *state, struct datum *result)
{
    return variance_final(call, state, VARIANCE, SAMPLE, result);
}

static bool exact_stddev_pop(struct fcall *call, void *state, struct datum *result)
{
    return variance_final(call, state, DEVIATION, POPULATION, result);
}

static bool exact_stddev_samp(struct fcall *call, void *state, struct datum *result)
{
    return variance_final(call, state, DEVIATION, SAMPLE, result);
}

/* Bits and booleans */
struct bits {
    bool any;
    int64_t value;
};

#define BITS(name, operator)                                                                                                     \
    static bool name(struct fcall *call, void *state, int nargs, const struct datum *args)                                       \
    {                                                                                                                            \
        struct bits *bits = state;                                                                                               \
        (void) call;                                                                                                             \
        (void) nargs;                                                                                                            \
        if (!datum_is_null(&args[0]))                                                                                            \
            bits->value = bits->any ? (bits->value operator args[0].i) : args[0].i;                                              \
        bits->any |= !datum_is_null(&args[0]);                                                                                   \
        return true;                                                                                                             \
    }
BITS(bits_and, &)
BITS(bits_or, |)
BITS(bits_xor, ^)

static bool bits_final(struct fcall *call, void *state, struct datum *result)
{
    struct bits *bits = state;
    (void) call;
    *result = bits->any ? datum_int(bits->value) : datum_null();
    return true;
}

/* string_agg */
struct joined {
    char *data;
    size_t len, room;
    bool any;
};

static void join(struct arena *arena, struct joined *joined, const struct datum *text)
{
    if (joined->room - joined->len < text->len) {
        size_t room = (joined->len + text->len) * 2 + 64;
        joined->data = arena_grow(arena, joined->data, joined->len, room);
        joined->room = room;
    }
    if (text->len)
        memcpy(joined->data + joined->len, text->data, text->len);
    joined->len += text->len;
}

static bool string_agg_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct joined *joined = state;
    if (datum_is_null(&args[0]))
        return true;
    if (joined->any && nargs > 1 && !datum_is_null(&args[1]))
        join(call->cache_arena, joined, &args[1]);
    joined->any = true;
    join(call->cache_arena, joined, &args[0]);
    return true;
}

static bool string_agg_final(struct fcall *call, void *state, struct datum *result)
{
    struct joined *joined = state;
    (void) call;
    *result = joined->any ? datum_text(joined->data ? joined->data : "", joined->len) : datum_null();
    return true;
}

static bool bytea_agg_final(struct fcall *call, void *state, struct datum *result)
{
    struct joined *joined = state;
    (void) call;
    *result = joined->any ? datum_blob(joined->data ? joined->data : "", joined->len) : datum_null();
    return true;
}

/* min and max of types that need their codec's order */
struct extreme {
    bool any;
    struct datum value;
    size_t room;
    char *data;
};

static bool extreme_step(struct fcall *call, struct extreme *extreme, const struct datum *value, int direction)
{
    if (datum_is_null(value))
        return true;
    struct type_io io = fcall_io(call, call->inst->args[0]);
    if (!io.type->codec->compare)
        return diag_set(call->diag, ERRCODE_UNDEFINED_FUNCTION, "could not identify a comparison function for type %s",
                        io.type->name);
    if (extreme->any && io.type->codec->compare(&io, value, &extreme->value) * direction <= 0)
        return true;
    extreme->any = true;
    extreme->value = *value;
    if (value->kind == DATUM_TEXT || value->kind == DATUM_BLOB) {
        if (extreme->room < value->len) {
            extreme->room = value->len * 2 + 16;
            extreme->data = arena_alloc(call->cache_arena, extreme->room);
        }
        memcpy(extreme->data, value->data, value->len);
        extreme->value.data = extreme->data ? extreme->data : "";
    }
    return true;
}

static bool max_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    (void) nargs;
    return extreme_step(call, state, &args[0], 1);
}

static bool min_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    (void) nargs;
    return extreme_step(call, state, &args[0], -1);
}

static bool extreme_final(struct fcall *call, void *state, struct datum *result)
{
    struct extreme *extreme = state;
    (void) call;
    *result = extreme->any ? extreme->value : datum_null();
    return true;
}

/* Ordered-set aggregates: rows come sorted, the direct argument first. */
struct sorted {
    struct datum *values;
    size_t count, room;
    struct datum direct;
};

static bool sorted_keep(struct fcall *call, struct sorted *sorted, const struct datum *value)
{
    if (datum_is_null(value))
        return true;
    if (sorted->count == sorted->room) {
        size_t room = sorted->room ? sorted->room * 2 : 16;
        sorted->values = arena_grow(call->cache_arena, sorted->values, sorted->room * sizeof *value, room * sizeof *value);
        sorted->room = room;
    }
    struct datum *kept = &sorted->values[sorted->count++];
    *kept = *value;
    if (value->kind == DATUM_TEXT || value->kind == DATUM_BLOB)
        kept->data = arena_strndup(call->cache_arena, value->data, value->len);
    return true;
}

static bool percentile_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct sorted *sorted = state;
    sorted->direct = args[0];
    return sorted_keep(call, sorted, &args[nargs - 1]);
}

static bool fraction(struct fcall *call, const struct sorted *sorted, double *value)
{
    *value = float_datum(&sorted->direct);
    if (*value >= 0 && *value <= 1)
        return true;
    struct buf text = {0};
    float8_format(*value, 0, &text);
    diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "percentile value %s is not between 0 and 1", buf_cstr(&text));
    buf_deinit(&text);
    return false;
}

static bool percentile_cont_final(struct fcall *call, void *state, struct datum *result)
{
    struct sorted *sorted = state;
    double part;
    *result = datum_null();
    if (sorted->count == 0 || datum_is_null(&sorted->direct))
        return true;
    if (!fraction(call, sorted, &part))
        return false;
    double place = part * (double) (sorted->count - 1);
    size_t low = (size_t) floor(place), high = (size_t) ceil(place);
    double a = float_datum(&sorted->values[low]), b = float_datum(&sorted->values[high]);
    *result = float_make(low == high ? a : a + (place - (double) low) * (b - a));
    return true;
}

static bool percentile_disc_final(struct fcall *call, void *state, struct datum *result)
{
    struct sorted *sorted = state;
    double part;
    *result = datum_null();
    if (sorted->count == 0 || datum_is_null(&sorted->direct))
        return true;
    if (!fraction(call, sorted, &part))
        return false;
    size_t row = (size_t) ceil(part * (double) sorted->count);
    *result = sorted->values[row ? row - 1 : 0];
    return true;
}

static bool mode_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    return sorted_keep(call, state, &args[nargs - 1]);
}

static bool mode_final(struct fcall *call, void *state, struct datum *result)
{
    struct sorted *sorted = state;
    struct type_io io = fcall_io(call, call->inst->args[call->inst->nargs - 1]);
    size_t best = 0, best_count = 0;
    for (size_t i = 0; i < sorted->count;) {
        size_t same = 1;
        while (i + same < sorted->count && io.type->codec->compare &&
               io.type->codec->compare(&io, &sorted->values[i], &sorted->values[i + same]) == 0)
            same++;
        if (same > best_count) {
            best = i;
            best_count = same;
        }
        i += same;
    }
    *result = best_count ? sorted->values[best] : datum_null();
    return true;
}

#define EXACT(name, final)  AGGREGATE(name, sizeof(struct exact_sum), exact_step, exact_inverse, final)
#define MOMENT(name, final) AGGREGATE(name, sizeof(struct moments), moments_step, NULL, final)
#define EXACT_VARIANCE(name, final)                                                                                              \
    AGGREGATE(name "(int2)", sizeof(struct exact_variance), variance_step, NULL, exact_##final),                                 \
        AGGREGATE(name "(int4)", sizeof(struct exact_variance), variance_step, NULL, exact_##final),                             \
        AGGREGATE(name "(int8)", sizeof(struct exact_variance), variance_step, NULL, exact_##final),                             \
        AGGREGATE(name "(numeric)", sizeof(struct exact_variance), variance_step, NULL, exact_##final),                          \
        MOMENT(name "(float4)", final), MOMENT(name "(float8)", final)
#define BITWISE(name, step)                                                                                                      \
    AGGREGATE(name "(int2)", sizeof(struct bits), step, NULL, bits_final),                                                       \
        AGGREGATE(name "(int4)", sizeof(struct bits), step, NULL, bits_final),                                                   \
        AGGREGATE(name "(int8)", sizeof(struct bits), step, NULL, bits_final)
#define NATIVE_EXTREMES(type) NATIVE("min(" type ")", "min(%1)"), NATIVE("max(" type ")", "max(%1)")
#define TYPED_EXTREMES(type)                                                                                                     \
    AGGREGATE_TYPED("min(" type ")", sizeof(struct extreme), min_step, NULL, extreme_final),                                     \
        AGGREGATE_TYPED("max(" type ")", sizeof(struct extreme), max_step, NULL, extreme_final)

const struct func_impl func_impls_aggregate[] = {
    NATIVE("count()", "count(*)"),
    NATIVE("count(any)", "count(%1)"),
    AGGREGATE("sum(int2)", sizeof(struct int_sum), int_step, int_inverse, int_final),
    AGGREGATE("sum(int4)", sizeof(struct int_sum), int_step, int_inverse, int_final),
    AGGREGATE_TYPED("sum(money)", sizeof(struct int_sum), int_step, int_inverse, int_final),
    EXACT("sum(int8)", exact_sum_final),
    EXACT("sum(numeric)", exact_sum_final),
    AGGREGATE_TYPED("sum(float4)", sizeof(struct float_sum), float_step, NULL, float_final),
    AGGREGATE_TYPED("sum(float8)", sizeof(struct float_sum), float_step, NULL, float_final),
    EXACT("avg(int2)", exact_avg_final),
    EXACT("avg(int4)", exact_avg_final),
    EXACT("avg(int8)", exact_avg_final),
    EXACT("avg(numeric)", exact_avg_final),
    MOMENT("avg(float4)", moments_avg),
    MOMENT("avg(float8)", moments_avg),
    EXACT_VARIANCE("var_pop", var_pop),
    EXACT_VARIANCE("var_samp", var_samp),
    EXACT_VARIANCE("variance", var_samp),
    EXACT_VARIANCE("stddev_pop", stddev_pop),
    EXACT_VARIANCE("stddev_samp", stddev_samp),
    EXACT_VARIANCE("stddev", stddev_samp),
    MOMENT("corr(float8,float8)", corr),
    MOMENT("covar_pop(float8,float8)", covar_pop),
    MOMENT("covar_samp(float8,float8)", covar_samp),
    MOMENT("regr_avgx(float8,float8)", regr_avgx),
    MOMENT("regr_avgy(float8,float8)", regr_avgy),
    MOMENT("regr_count(float8,float8)", regr_count),
    MOMENT("regr_intercept(float8,float8)", regr_intercept),
    MOMENT("regr_r2(float8,float8)", regr_r2),
    MOMENT("regr_slope(float8,float8)", regr_slope),
    MOMENT("regr_sxx(float8,float8)", regr_sxx),
    MOMENT("regr_sxy(float8,float8)", regr_sxy),
    MOMENT("regr_syy(float8,float8)", regr_syy),
    NATIVE("bool_and(bool)", "min(%1)"),
    NATIVE("bool_or(bool)", "max(%1)"),
    NATIVE("every(bool)", "min(%1)"),
    BITWISE("bit_and", bits_and),
    BITWISE("bit_or", bits_or),
    BITWISE("bit_xor", bits_xor),
    AGGREGATE("string_agg(text,text)", sizeof(struct joined), string_agg_step, NULL, string_agg_final),
    AGGREGATE("string_agg(bytea,bytea)", sizeof(struct joined), string_agg_step, NULL, bytea_agg_final),
    AGGREGATE("xmlagg(xml)", sizeof(struct joined), string_agg_step, NULL, string_agg_final),
    NATIVE_EXTREMES("int2"),
    NATIVE_EXTREMES("int4"),
    NATIVE_EXTREMES("int8"),
    NATIVE_EXTREMES("oid"),
    NATIVE_EXTREMES("money"),
    NATIVE_EXTREMES("float4"),
    NATIVE_EXTREMES("float8"),
    NATIVE_EXTREMES("text"),
    NATIVE_EXTREMES("bpchar"),
    NATIVE_EXTREMES("date"),
    NATIVE_EXTREMES("time"),
    NATIVE_EXTREMES("timestamp"),
    NATIVE_EXTREMES("timestamptz"),
    NATIVE_EXTREMES("xid8"),
    TYPED_EXTREMES("numeric"),
    TYPED_EXTREMES("interval"),
    TYPED_EXTREMES("timetz"),
    TYPED_EXTREMES("inet"),
    TYPED_EXTREMES("pg_lsn"),
    TYPED_EXTREMES("tid"),
    TYPED_EXTREMES("anyenum"),
    TYPED_EXTREMES("anyarray"),
    AGGREGATE_TYPED("percentile_cont(float8,float8)", sizeof(struct sorted), percentile_step, NULL, percentile_cont_final),
    AGGREGATE_TYPED("percentile_disc(float8,anyelement)", sizeof(struct sorted), percentile_step, NULL, percentile_disc_final),
    AGGREGATE_TYPED("mode(anyelement)", sizeof(struct sorted), mode_step, NULL, mode_final),
    NATIVE("window_row_number", "row_number()"),
    NATIVE("window_rank", "rank()"),
    NATIVE("window_dense_rank", "dense_rank()"),
    NATIVE("window_percent_rank", "percent_rank()"),
    NATIVE("window_cume_dist", "cume_dist()"),
    NATIVE("window_ntile", "ntile(%1)"),
    NATIVE("window_lag", "lag(%1)"),
    NATIVE("window_lag_with_offset", "lag(%1, %2)"),
    NATIVE("window_lag_with_offset_and_default", "lag(%1, %2, %3)"),
    NATIVE("window_lead", "lead(%1)"),
    NATIVE("window_lead_with_offset", "lead(%1, %2)"),
    NATIVE("window_lead_with_offset_and_default", "lead(%1, %2, %3)"),
    NATIVE("window_first_value", "first_value(%1)"),
    NATIVE("window_last_value", "last_value(%1)"),
    NATIVE("window_nth_value", "nth_value(%1, %2)"),
    {0},
};
