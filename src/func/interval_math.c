#include "func/func.h"

#include "func/datetime_shift.h"
#include "type/codecs.h"

#include <math.h>

/* Intervals multiplied, divided, summed up, made of parts; frames of windows over times. */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static bool too_far(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "interval out of range");
}

static bool give(struct fcall *call, const struct interval *interval, struct datum *result)
{
    *result = interval_store(call->arena, interval);
    return true;
}

static bool fits32(double value)
{
    return value > (double) INT32_MIN - 1 && value < (double) INT32_MAX + 1;
}

static double round_usecs(double seconds)
{
    return rint(seconds * 1000000.0) / 1000000.0;
}

/* Fractions of months go to days, fractions of days to time: `months` and `days` are the exact products. */
static bool spread(struct fcall *call, double months, double days, double time, struct interval *result)
{
    if (!fits32(months) || !fits32(days))
        return too_far(call);
    result->months = (int32_t) months;
    result->days = (int32_t) days;
    double month_days = round_usecs((months - result->months) * 30);
    double seconds = round_usecs((days - result->days + month_days - (int) month_days) * 86400);
    int32_t whole_days = (int32_t) month_days;
    if (fabs(seconds) >= 86400) {
        int more = (int) (seconds / 86400);
        if (__builtin_add_overflow(result->days, more, &result->days))
            return too_far(call);
        seconds -= more * 86400.0;
    }
    if (__builtin_add_overflow(result->days, whole_days, &result->days))
        return too_far(call);
    time = rint(time + seconds * 1000000.0);
    if (!(time >= -9223372036854775808.0 && time < 9223372036854775808.0))
        return too_far(call);
    result->time = (int64_t) time;
    return true;
}

static bool multiply(struct fcall *call, const struct datum *value, const struct datum *factor, struct datum *result)
{
    struct interval interval = interval_load(value);
    double by = float_datum(factor);
    return spread(call, interval.months * by, interval.days * by, (double) interval.time * by, &interval) &&
           give(call, &interval, result);
}

FUNCTION(interval_mul)
{
    return multiply(call, &args[0], &args[1], result);
}

FUNCTION(mul_d_interval)
{
    return multiply(call, &args[1], &args[0], result);
}

static bool divide(struct fcall *call, struct interval *interval, double by)
{
    if (by == 0)
        return diag_set(call->diag, ERRCODE_DIVISION_BY_ZERO, "division by zero");
    return spread(call, interval->months / by, interval->days / by, (double) interval->time / by, interval);
}

FUNCTION(interval_div)
{
    struct interval interval = interval_load(&args[0]);
    return divide(call, &interval, float_datum(&args[1])) && give(call, &interval, result);
}

static bool same_sign(int64_t a, int64_t b)
{
    return (a > 0 && b > 0) || (a < 0 && b < 0);
}

FUNCTION(justify_interval)
{
    struct interval i = interval_load(&args[0]);
    /* Months first where days and time push the same way, so that days cannot overflow. */
    if (same_sign(i.days, i.time)) {
        if (__builtin_add_overflow(i.months, i.days / 30, &i.months))
            return too_far(call);
        i.days %= 30;
    }
    i.days += (int32_t) (i.time / USECS_PER_DAY);
    i.time %= USECS_PER_DAY;
    if (__builtin_add_overflow(i.months, i.days / 30, &i.months))
        return too_far(call);
    i.days %= 30;
    if (i.months > 0 && (i.days < 0 || (i.days == 0 && i.time < 0))) {
        i.days += 30;
        i.months--;
    } else if (i.months < 0 && (i.days > 0 || (i.days == 0 && i.time > 0))) {
        i.days -= 30;
        i.months++;
    }
    if (i.days > 0 && i.time < 0) {
        i.time += USECS_PER_DAY;
        i.days--;
    } else if (i.days < 0 && i.time > 0) {
        i.time -= USECS_PER_DAY;
        i.days++;
    }
    return give(call, &i, result);
}

FUNCTION(make_interval)
{
    double seconds = float_datum(&args[6]);
    if (!isfinite(seconds))
        return too_far(call);
    double usecs = rint(seconds * 1000000.0);
    int64_t months = args[0].i * 12 + args[1].i, days = args[2].i * 7 + args[3].i;
    struct interval interval = {.months = (int32_t) months, .days = (int32_t) days};
    if (months != interval.months || days != interval.days || fabs(usecs) > 9.2e18 ||
        __builtin_add_overflow(args[4].i * USECS_PER_HOUR + args[5].i * USECS_PER_MINUTE, (int64_t) usecs, &interval.time))
        return too_far(call);
    return give(call, &interval, result);
}

FUNCTION(time_and_interval)
{
    int64_t time = (time_load(&args[1]) + interval_load(&args[0]).time % USECS_PER_DAY) % USECS_PER_DAY;
    *result = time_store(call->arena, time < 0 ? time + USECS_PER_DAY : time);
    return true;
}

FUNCTION(timetz_and_interval)
{
    struct timetz timetz = timetz_load(&args[1]);
    timetz.time = (timetz.time + interval_load(&args[0]).time % USECS_PER_DAY) % USECS_PER_DAY;
    if (timetz.time < 0)
        timetz.time += USECS_PER_DAY;
    *result = timetz_store(call->arena, timetz);
    return true;
}

FUNCTION(interval_and_timestamp)
{
    struct interval interval = interval_load(&args[0]);
    int64_t timestamp;
    if (!timestamp_shift(timestamp_load(&args[1]), &interval, &timestamp, call->diag))
        return false;
    *result = timestamp_store(call->arena, timestamp);
    return true;
}

FUNCTION(interval_and_timestamptz)
{
    struct interval interval = interval_load(&args[0]);
    int64_t timestamp;
    if (!timestamptz_shift(timestamp_load(&args[1]), &interval, call->env->types->timezone, &timestamp, call->diag))
        return false;
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

static bool date_timestamp(struct fcall *call, const struct datum *value, int64_t *timestamp)
{
    int32_t date = date_load(value);
    if (!date_is_finite(date)) {
        *timestamp = date == DATE_INFINITY ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
        return true;
    }
    if (__builtin_mul_overflow((int64_t) date, USECS_PER_DAY, timestamp) || !timestamp_in_range(*timestamp))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range for timestamp");
    return true;
}

FUNCTION(interval_and_date)
{
    struct interval interval = interval_load(&args[0]);
    int64_t timestamp;
    if (!date_timestamp(call, &args[1], &timestamp) || !timestamp_shift(timestamp, &interval, &timestamp, call->diag))
        return false;
    *result = timestamp_store(call->arena, timestamp);
    return true;
}

FUNCTION(days_and_date)
{
    int32_t date = date_load(&args[1]);
    if (date_is_finite(date)) {
        if (!date_in_range(date + args[0].i))
            return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range");
        date += (int32_t) args[0].i;
    }
    *result = date_store(call->arena, date);
    return true;
}

/* ---- sum, avg ---- */

struct total {
    int64_t count;
    struct interval sum;
};

static bool add(struct fcall *call, struct total *total, const struct datum *value, bool forth)
{
    struct interval interval = interval_load(value), *sum = &total->sum;
    if (!forth && !interval_negate(&interval, &interval, call->diag))
        return false;
    total->count += forth ? 1 : -1;
    if (__builtin_add_overflow(sum->months, interval.months, &sum->months) ||
        __builtin_add_overflow(sum->days, interval.days, &sum->days) ||
        __builtin_add_overflow(sum->time, interval.time, &sum->time))
        return too_far(call);
    return true;
}

static bool total_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    (void) nargs;
    return datum_is_null(&args[0]) || add(call, state, &args[0], true);
}

static bool total_inverse(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    (void) nargs;
    return datum_is_null(&args[0]) || add(call, state, &args[0], false);
}

static bool sum_final(struct fcall *call, void *state, struct datum *result)
{
    struct total *total = state;
    *result = datum_null();
    return !total->count || give(call, &total->sum, result);
}

static bool avg_final(struct fcall *call, void *state, struct datum *result)
{
    struct total *total = state;
    struct interval average = total->sum;
    *result = datum_null();
    return !total->count || (divide(call, &average, (double) total->count) && give(call, &average, result));
}

/* ---- RANGE frames: is the value within the base plus or minus an offset? ---- */

static bool check_offset(struct fcall *call, const struct datum *value, struct interval *offset)
{
    static const struct interval zero = {0};
    *offset = interval_load(value);
    return interval_compare(offset, &zero) >= 0 || diag_set(call->diag, ERRCODE_INVALID_PRECEDING_OR_FOLLOWING_SIZE,
                                                            "invalid preceding or following size in window function");
}

static void within(__int128 value, __int128 edge, const struct datum *less, struct datum *result)
{
    *result = datum_bool(less->i ? value <= edge : value >= edge);
}

static bool in_range_moment(struct fcall *call, int64_t value, int64_t base, const struct datum *args, bool zoned,
                            struct datum *result)
{
    struct interval offset;
    int64_t edge;
    if (!check_offset(call, &args[2], &offset) || (args[3].i && !interval_negate(&offset, &offset, call->diag)))
        return false;
    if (zoned ? !timestamptz_shift(base, &offset, call->env->types->timezone, &edge, call->diag)
              : !timestamp_shift(base, &offset, &edge, call->diag))
        return false;
    within(value, edge, &args[4], result);
    return true;
}

FUNCTION(in_range_timestamp)
{
    return in_range_moment(call, timestamp_load(&args[0]), timestamp_load(&args[1]), args, false, result);
}

FUNCTION(in_range_timestamptz)
{
    return in_range_moment(call, timestamp_load(&args[0]), timestamp_load(&args[1]), args, true, result);
}

FUNCTION(in_range_date)
{
    int64_t value, base;
    return date_timestamp(call, &args[0], &value) && date_timestamp(call, &args[1], &base) &&
           in_range_moment(call, value, base, args, false, result);
}

FUNCTION(in_range_interval)
{
    struct interval offset, value = interval_load(&args[0]), base = interval_load(&args[1]);
    if (!check_offset(call, &args[2], &offset))
        return false;
    __int128 span = interval_span(&offset);
    within(interval_span(&value), interval_span(&base) + (args[3].i ? -span : span), &args[4], result);
    return true;
}

FUNCTION(in_range_time)
{
    struct interval offset;
    if (!check_offset(call, &args[2], &offset))
        return false;
    __int128 time = args[3].i ? -(__int128) offset.time : offset.time;
    within(time_load(&args[0]), time_load(&args[1]) + time, &args[4], result);
    return true;
}

FUNCTION(in_range_timetz)
{
    struct interval offset;
    struct timetz value = timetz_load(&args[0]), base = timetz_load(&args[1]);
    if (!check_offset(call, &args[2], &offset))
        return false;
    base.time += args[3].i ? -offset.time : offset.time;
    int order = timetz_compare(value, base);
    *result = datum_bool(args[4].i ? order <= 0 : order >= 0);
    return true;
}

#define SESSION(source, fn) SCALAR_FLAGS(source, fn, FUNC_SESSION)

const struct func_impl func_impls_interval_math[] = {
    SCALAR("interval_mul", interval_mul),
    SCALAR("mul_d_interval", mul_d_interval),
    SCALAR("interval_div", interval_div),
    SCALAR("interval_justify_interval", justify_interval),
    SCALAR("make_interval", make_interval),
    SCALAR("interval_pl_time(interval,time)", time_and_interval),
    SCALAR("interval_pl_timetz(interval,timetz)", timetz_and_interval),
    SCALAR("interval_pl_timestamp(interval,timestamp)", interval_and_timestamp),
    SESSION("interval_pl_timestamptz(interval,timestamptz)", interval_and_timestamptz),
    SCALAR("interval_pl_date(interval,date)", interval_and_date),
    SCALAR("integer_pl_date(int4,date)", days_and_date),
    AGGREGATE("sum(interval)", sizeof(struct total), total_step, total_inverse, sum_final),
    AGGREGATE("avg(interval)", sizeof(struct total), total_step, total_inverse, avg_final),
    SCALAR("in_range_timestamp_interval", in_range_timestamp),
    SESSION("in_range_timestamptz_interval", in_range_timestamptz),
    SCALAR("in_range_date_interval", in_range_date),
    SCALAR("in_range_interval_interval", in_range_interval),
    SCALAR("in_range_time_interval", in_range_time),
    SCALAR("in_range_timetz_interval", in_range_timetz),
    {0},
};
