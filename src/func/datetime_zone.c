#include "func/func.h"

#include "type/datetime.h"
#include "type/interval.h"

/* AT TIME ZONE; casts to and from timetz; comparisons of dates and timestamps with each other. */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static bool too_far(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range");
}

static bool interval_zone(struct fcall *call, const struct datum *value, struct datetime_zone *zone)
{
    struct interval interval = interval_load(value);
    if (interval.months || interval.days)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                        "interval time zone \"%.*s\" must not include months or days", (int) value->len, value->data);
    *zone = (struct datetime_zone){.offset = (int32_t) (interval.time / USECS_PER_SECOND)};
    return true;
}

static bool named_zone(struct fcall *call, const struct datum *value, struct datetime_zone *zone)
{
    return datetime_find_zone(value->data, value->len, zone, call->diag);
}

static bool to_local(struct fcall *call, const struct datum *value, const struct datetime_zone *zone, struct datum *result)
{
    int64_t timestamp = timestamp_load(value);
    if (timestamp_is_finite(timestamp) &&
        (__builtin_add_overflow(timestamp, datetime_zone_offset_at(zone, timestamp) * USECS_PER_SECOND, &timestamp) ||
         !timestamp_in_range(timestamp)))
        return too_far(call);
    *result = timestamp_store(call->arena, timestamp);
    return true;
}

static bool to_instant(struct fcall *call, const struct datum *value, const struct datetime_zone *zone, struct datum *result)
{
    int64_t timestamp = timestamp_load(value);
    struct datetime parts;
    if (timestamp_is_finite(timestamp)) {
        timestamp_split(timestamp, &parts);
        if (__builtin_sub_overflow(timestamp, datetime_zone_offset(zone, &parts) * USECS_PER_SECOND, &timestamp) ||
            !timestamp_in_range(timestamp))
            return too_far(call);
    }
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

static int64_t around_the_clock(int64_t time)
{
    time %= USECS_PER_DAY;
    return time < 0 ? time + USECS_PER_DAY : time;
}

/* A zone's clock as of the transaction's start. */
static bool to_zone(struct fcall *call, const struct datum *value, const struct datetime_zone *zone, struct datum *result)
{
    struct timetz timetz = timetz_load(value);
    int32_t offset = datetime_zone_offset_at(zone, call->env->types->transaction_timestamp);
    timetz.time = around_the_clock(timetz.time + (offset - timetz.offset) * USECS_PER_SECOND);
    timetz.offset = offset;
    *result = timetz_store(call->arena, timetz);
    return true;
}

#define AT_ZONE(name, convert)                                                                                                   \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        struct datetime_zone zone;                                                                                               \
        return named_zone(call, &args[0], &zone) && convert(call, &args[1], &zone, result);                                      \
    }                                                                                                                            \
    FUNCTION(name##_interval)                                                                                                    \
    {                                                                                                                            \
        struct datetime_zone zone;                                                                                               \
        return interval_zone(call, &args[0], &zone) && convert(call, &args[1], &zone, result);                                   \
    }
AT_ZONE(timestamptz_zone, to_local)
AT_ZONE(timestamp_zone, to_instant)
AT_ZONE(timetz_zone, to_zone)

/* ---- casts ---- */

FUNCTION(timestamptz_timetz)
{
    int64_t timestamp = timestamp_load(&args[0]);
    struct datetime parts;
    *result = datum_null();
    if (!timestamp_is_finite(timestamp))
        return true;
    timestamptz_split(timestamp, call->env->types->timezone, &parts);
    struct timetz timetz = {time_make(parts.hour, parts.minute, parts.second, parts.usec), parts.offset};
    *result = timetz_store(call->arena, timetz);
    return true;
}

/* With the session's offset of today. */
FUNCTION(time_timetz)
{
    struct datetime today, clock = {0};
    timestamptz_split(call->env->types->transaction_timestamp, call->env->types->timezone, &today);
    time_split(time_load(&args[0]), &clock);
    today.hour = clock.hour;
    today.minute = clock.minute;
    today.second = clock.second;
    struct timetz timetz = {time_load(&args[0]), datetime_local_moment(&today, call->env->types->timezone).offset};
    *result = timetz_store(call->arena, timetz);
    return true;
}

static bool date_and_timetz(struct fcall *call, const struct datum *date_value, const struct datum *time_value,
                            struct datum *result)
{
    int32_t date = date_load(date_value);
    struct timetz timetz = timetz_load(time_value);
    int64_t timestamp;
    if (!date_is_finite(date)) {
        timestamp = date == DATE_INFINITY ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
    } else {
        if (__builtin_mul_overflow((int64_t) date, USECS_PER_DAY, &timestamp) || timestamp >= TIMESTAMP_END)
            return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range for timestamp");
        timestamp += timetz.time - timetz.offset * USECS_PER_SECOND;
        if (!timestamp_in_range(timestamp))
            return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range for timestamp");
    }
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

FUNCTION(datetimetz_timestamptz)
{
    return date_and_timetz(call, &args[0], &args[1], result);
}

FUNCTION(timetz_and_date)
{
    return date_and_timetz(call, &args[1], &args[0], result);
}

static bool date_and_time(struct fcall *call, const struct datum *date_value, const struct datum *time_value, int64_t *timestamp)
{
    int32_t date = date_load(date_value);
    if (!date_is_finite(date)) {
        *timestamp = date == DATE_INFINITY ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
        return true;
    }
    if (__builtin_mul_overflow((int64_t) date, USECS_PER_DAY, timestamp) || !timestamp_in_range(*timestamp))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range for timestamp");
    *timestamp += time_load(time_value);
    return timestamp_in_range(*timestamp) || too_far(call);
}

FUNCTION(time_and_date)
{
    int64_t timestamp;
    if (!date_and_time(call, &args[1], &args[0], &timestamp))
        return false;
    *result = timestamp_store(call->arena, timestamp);
    return true;
}

FUNCTION(date_and_time_local)
{
    int64_t timestamp;
    if (!date_and_time(call, &args[0], &args[1], &timestamp))
        return false;
    if (!timestamp_to_utc(timestamp, call->env->types->timezone, &timestamp))
        return too_far(call);
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

/* ---- comparisons across types ---- */

/* Dates are wider than timestamps: those outside are still within infinity. */
static __int128 day_begin(const struct datum *value)
{
    int32_t date = date_load(value);
    if (!date_is_finite(date))
        return date == DATE_INFINITY ? (__int128) INT64_MAX * INT32_MAX : (__int128) INT64_MIN * INT32_MAX;
    return (__int128) date * USECS_PER_DAY;
}

static __int128 moment(int64_t timestamp)
{
    if (!timestamp_is_finite(timestamp))
        return timestamp == TIMESTAMP_INFINITY ? (__int128) INT64_MAX * INT32_MAX : (__int128) INT64_MIN * INT32_MAX;
    return timestamp;
}

static __int128 local_moment(const struct fcall *call, int64_t timestamp)
{
    struct datetime parts;
    if (!timestamp_is_finite(timestamp))
        return moment(timestamp);
    timestamp_split(timestamp, &parts);
    return (__int128) timestamp - datetime_local_moment(&parts, call->env->types->timezone).offset * USECS_PER_SECOND;
}

static __int128 local_day_begin(const struct fcall *call, const struct datum *value)
{
    __int128 day = day_begin(value);
    if (!date_is_finite(date_load(value)) || day < TIMESTAMP_MIN || day >= TIMESTAMP_END)
        return day;
    return local_moment(call, (int64_t) day);
}

static int sign(__int128 a, __int128 b)
{
    return (a > b) - (a < b);
}

static int date_timestamp_order(const struct fcall *call, const struct datum *args)
{
    (void) call;
    return sign(day_begin(&args[0]), moment(timestamp_load(&args[1])));
}

static int timestamp_date_order(const struct fcall *call, const struct datum *args)
{
    (void) call;
    return sign(moment(timestamp_load(&args[0])), day_begin(&args[1]));
}

static int date_timestamptz_order(const struct fcall *call, const struct datum *args)
{
    return sign(local_day_begin(call, &args[0]), moment(timestamp_load(&args[1])));
}

static int timestamptz_date_order(const struct fcall *call, const struct datum *args)
{
    return sign(moment(timestamp_load(&args[0])), local_day_begin(call, &args[1]));
}

static int timestamp_timestamptz_order(const struct fcall *call, const struct datum *args)
{
    return sign(local_moment(call, timestamp_load(&args[0])), moment(timestamp_load(&args[1])));
}

static int timestamptz_timestamp_order(const struct fcall *call, const struct datum *args)
{
    return sign(moment(timestamp_load(&args[0])), local_moment(call, timestamp_load(&args[1])));
}

#define COMPARISON(types, name, test)                                                                                            \
    FUNCTION(types##_##name)                                                                                                     \
    {                                                                                                                            \
        int order = types##_order(call, args);                                                                                   \
        *result = datum_int(test);                                                                                               \
        return true;                                                                                                             \
    }
#define COMPARISONS(types)                                                                                                       \
    COMPARISON(types, eq, order == 0)                                                                                            \
    COMPARISON(types, ne, order != 0)                                                                                            \
    COMPARISON(types, lt, order < 0)                                                                                             \
    COMPARISON(types, le, order <= 0)                                                                                            \
    COMPARISON(types, gt, order > 0) COMPARISON(types, ge, order >= 0) COMPARISON(types, cmp, order)
COMPARISONS(date_timestamp)
COMPARISONS(timestamp_date)
COMPARISONS(date_timestamptz)
COMPARISONS(timestamptz_date)
COMPARISONS(timestamp_timestamptz)
COMPARISONS(timestamptz_timestamp)

#define SESSION(source, fn) SCALAR_FLAGS(source, fn, FUNC_SESSION)
#define ROWS(left, right)                                                                                                        \
    SESSION(#left "_eq_" #right, left##_##right##_eq), SESSION(#left "_ne_" #right, left##_##right##_ne),                        \
        SESSION(#left "_lt_" #right, left##_##right##_lt), SESSION(#left "_le_" #right, left##_##right##_le),                    \
        SESSION(#left "_gt_" #right, left##_##right##_gt), SESSION(#left "_ge_" #right, left##_##right##_ge),                    \
        SESSION(#left "_cmp_" #right, left##_##right##_cmp)

const struct func_impl func_impls_datetime_zone[] = {
    SCALAR("timestamptz_zone", timestamptz_zone),
    SCALAR("timestamptz_izone", timestamptz_zone_interval),
    SCALAR("timestamp_zone", timestamp_zone),
    SCALAR("timestamp_izone", timestamp_zone_interval),
    SESSION("timetz_zone", timetz_zone),
    SCALAR("timetz_izone", timetz_zone_interval),
    SESSION("timestamptz_timetz", timestamptz_timetz),
    SESSION("time_timetz", time_timetz),
    SCALAR("datetimetz_timestamptz", datetimetz_timestamptz),
    SCALAR("timetzdate_pl(timetz,date)", timetz_and_date),
    SCALAR("timedate_pl(time,date)", time_and_date),
    SESSION("timestamptz(date,time)", date_and_time_local),
    ROWS(date, timestamp),
    ROWS(timestamp, date),
    ROWS(date, timestamptz),
    ROWS(timestamptz, date),
    ROWS(timestamp, timestamptz),
    ROWS(timestamptz, timestamp),
    {0},
};
