#include "func/func.h"

#include "func/datetime_shift.h"

#include <time.h>

/* Clocks, comparisons, casts and arithmetic of dates and times. */

#define FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
#define UNUSED         ((void) nargs, (void) args)

static const struct timezone *zone_of(const struct fcall *call)
{
    return call->env->types->timezone;
}

static bool too_far(struct fcall *call, const char *what)
{
    return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "%s out of range", what);
}

static bool give_timestamp(struct fcall *call, int64_t timestamp, struct datum *result)
{
    *result = timestamp_store(call->arena, timestamp);
    return true;
}

static bool give_timestamptz(struct fcall *call, int64_t timestamp, struct datum *result)
{
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

FUNCTION(now)
{
    UNUSED;
    return give_timestamptz(call, call->env->types->transaction_timestamp, result);
}

FUNCTION(statement_timestamp)
{
    UNUSED;
    return give_timestamptz(call, call->env->statement_timestamp, result);
}

FUNCTION(clock_timestamp)
{
    UNUSED;
    struct timespec moment;
    clock_gettime(CLOCK_REALTIME, &moment);
    return give_timestamptz(call, (moment.tv_sec - EPOCH_SECONDS) * USECS_PER_SECOND + moment.tv_nsec / 1000, result);
}

/* A date as its midnight; false when no timestamp reaches that far. */
static bool midnight(int32_t date, int64_t *timestamp)
{
    if (!date_is_finite(date)) {
        *timestamp = date == DATE_INFINITY ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
        return true;
    }
    return !__builtin_mul_overflow((int64_t) date, USECS_PER_DAY, timestamp) && timestamp_in_range(*timestamp);
}

static int32_t day_of(int64_t timestamp)
{
    if (!timestamp_is_finite(timestamp))
        return timestamp == TIMESTAMP_INFINITY ? DATE_INFINITY : DATE_MINUS_INFINITY;
    return (int32_t) (timestamp / USECS_PER_DAY - (timestamp % USECS_PER_DAY < 0));
}

static int64_t clock_of(int64_t timestamp)
{
    int64_t time = timestamp % USECS_PER_DAY;
    return time < 0 ? time + USECS_PER_DAY : time;
}

FUNCTION(date_timestamp)
{
    (void) nargs;
    int64_t timestamp;
    if (!midnight(date_load(&args[0]), &timestamp))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range for timestamp");
    return give_timestamp(call, timestamp, result);
}

FUNCTION(date_timestamptz)
{
    (void) nargs;
    int64_t timestamp;
    if (!midnight(date_load(&args[0]), &timestamp) || !timestamp_to_utc(timestamp, zone_of(call), &timestamp))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range for timestamp");
    return give_timestamptz(call, timestamp, result);
}

FUNCTION(timestamp_date)
{
    UNUSED;
    *result = date_store(call->arena, day_of(timestamp_load(&args[0])));
    return true;
}

FUNCTION(timestamp_time)
{
    UNUSED;
    int64_t timestamp = timestamp_load(&args[0]);
    *result = timestamp_is_finite(timestamp) ? time_store(call->arena, clock_of(timestamp)) : datum_null();
    return true;
}

FUNCTION(timestamptz_timestamp)
{
    (void) nargs;
    int64_t timestamp;
    if (!timestamp_to_local(timestamp_load(&args[0]), zone_of(call), &timestamp))
        return too_far(call, "timestamp");
    return give_timestamp(call, timestamp, result);
}

FUNCTION(timestamp_timestamptz)
{
    (void) nargs;
    int64_t timestamp;
    if (!timestamp_to_utc(timestamp_load(&args[0]), zone_of(call), &timestamp))
        return too_far(call, "timestamp");
    return give_timestamptz(call, timestamp, result);
}

FUNCTION(timestamptz_date)
{
    struct datum local;
    return timestamptz_timestamp(call, nargs, args, &local) && timestamp_date(call, 1, &local, result);
}

FUNCTION(timestamptz_time)
{
    struct datum local;
    return timestamptz_timestamp(call, nargs, args, &local) && timestamp_time(call, 1, &local, result);
}

FUNCTION(datetime_timestamp)
{
    (void) nargs;
    int64_t timestamp;
    if (!midnight(date_load(&args[0]), &timestamp))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range for timestamp");
    if (timestamp_is_finite(timestamp))
        timestamp += time_load(&args[1]);
    return timestamp_is_finite(timestamp) && !timestamp_in_range(timestamp) ? too_far(call, "timestamp")
                                                                            : give_timestamp(call, timestamp, result);
}

FUNCTION(shift_plain)
{
    (void) nargs;
    struct interval interval = interval_load(&args[1]);
    int64_t timestamp;
    return timestamp_shift(timestamp_load(&args[0]), &interval, &timestamp, call->diag) &&
           give_timestamp(call, timestamp, result);
}

FUNCTION(shift_plain_back)
{
    (void) nargs;
    struct interval interval = interval_load(&args[1]);
    int64_t timestamp;
    return interval_negate(&interval, &interval, call->diag) &&
           timestamp_shift(timestamp_load(&args[0]), &interval, &timestamp, call->diag) &&
           give_timestamp(call, timestamp, result);
}

FUNCTION(shift_zoned)
{
    (void) nargs;
    struct interval interval = interval_load(&args[1]);
    int64_t timestamp;
    return timestamptz_shift(timestamp_load(&args[0]), &interval, zone_of(call), &timestamp, call->diag) &&
           give_timestamptz(call, timestamp, result);
}

FUNCTION(shift_zoned_back)
{
    (void) nargs;
    struct interval interval = interval_load(&args[1]);
    int64_t timestamp;
    return interval_negate(&interval, &interval, call->diag) &&
           timestamptz_shift(timestamp_load(&args[0]), &interval, zone_of(call), &timestamp, call->diag) &&
           give_timestamptz(call, timestamp, result);
}

FUNCTION(shift_date_forth)
{
    struct datum shifted[2] = {{0}, args[1]};
    return date_timestamp(call, 1, args, &shifted[0]) && shift_plain(call, nargs, shifted, result);
}

FUNCTION(shift_date_back)
{
    struct datum shifted[2] = {{0}, args[1]};
    return date_timestamp(call, 1, args, &shifted[0]) && shift_plain_back(call, nargs, shifted, result);
}

static bool add_days(struct fcall *call, int32_t date, int64_t days, struct datum *result)
{
    if (date_is_finite(date)) {
        if (!date_in_range(date + days))
            return too_far(call, "date");
        date += (int32_t) days;
    }
    *result = date_store(call->arena, date);
    return true;
}

FUNCTION(date_pli)
{
    (void) nargs;
    return add_days(call, date_load(&args[0]), args[1].i, result);
}

FUNCTION(date_mii)
{
    (void) nargs;
    return add_days(call, date_load(&args[0]), -args[1].i, result);
}

FUNCTION(date_mi)
{
    (void) nargs;
    int32_t a = date_load(&args[0]), b = date_load(&args[1]);
    if (!date_is_finite(a) || !date_is_finite(b))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "cannot subtract infinite dates");
    *result = datum_int((int64_t) a - b);
    return true;
}

FUNCTION(timestamp_mi)
{
    (void) nargs;
    int64_t a = timestamp_load(&args[0]), b = timestamp_load(&args[1]);
    if (!timestamp_is_finite(a) || !timestamp_is_finite(b))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "cannot subtract infinite timestamps");
    struct interval interval = {0};
    if (__builtin_sub_overflow(a, b, &interval.time))
        return too_far(call, "interval");
    interval.days = (int32_t) (interval.time / USECS_PER_DAY);
    interval.time %= USECS_PER_DAY;
    *result = interval_store(call->arena, &interval);
    return true;
}

FUNCTION(is_finite)
{
    UNUSED;
    (void) call;
    *result = datum_bool(args[0].len == 0 || (args[0].data[0] != 'i' && args[0].data[0] != '-'));
    return true;
}

#define COMPARISONS(type, collate)                                                                                               \
    NATIVE(#type "_eq", "(%1 = %2" collate ")"), NATIVE(#type "_ne", "(%1 <> %2" collate ")"),                                   \
        NATIVE(#type "_lt", "(%1 < %2" collate ")"), NATIVE(#type "_le", "(%1 <= %2" collate ")"),                               \
        NATIVE(#type "_gt", "(%1 > %2" collate ")"), NATIVE(#type "_ge", "(%1 >= %2" collate ")"),                               \
        NATIVE(#type "_cmp", "((%1 > %2" collate ") - (%1 < %2" collate "))")
#define EXTREMES(type)      NATIVE(#type "_larger", "max(%1, %2)"), NATIVE(#type "_smaller", "min(%1, %2)")
#define SESSION(source, fn) SCALAR_FLAGS(source, fn, FUNC_SESSION)

const struct func_impl func_impls_datetime[] = {
    SESSION("now", now),
    SESSION("statement_timestamp", statement_timestamp),
    SCALAR_FLAGS("clock_timestamp", clock_timestamp, FUNC_VOLATILE),
    COMPARISONS(date, ""),
    COMPARISONS(time, ""),
    COMPARISONS(timestamp, ""),
    COMPARISONS(timetz, " COLLATE \"pg_timetz\""),
    COMPARISONS(interval, " COLLATE \"pg_interval\""),
    EXTREMES(date),
    EXTREMES(time),
    EXTREMES(timestamp),
    SCALAR("date_timestamp", date_timestamp),
    SESSION("date_timestamptz", date_timestamptz),
    SCALAR("timestamp_date", timestamp_date),
    SCALAR("timestamp_time", timestamp_time),
    SESSION("timestamptz_timestamp", timestamptz_timestamp),
    SESSION("timestamp_timestamptz", timestamp_timestamptz),
    SESSION("timestamptz_date", timestamptz_date),
    SESSION("timestamptz_time", timestamptz_time),
    SCALAR("datetime_timestamp", datetime_timestamp),
    SCALAR("timestamp_pl_interval", shift_plain),
    SCALAR("timestamp_mi_interval", shift_plain_back),
    SESSION("timestamptz_pl_interval", shift_zoned),
    SESSION("timestamptz_mi_interval", shift_zoned_back),
    SCALAR("date_pl_interval", shift_date_forth),
    SCALAR("date_mi_interval", shift_date_back),
    SCALAR("date_pli", date_pli),
    SCALAR("date_mii", date_mii),
    SCALAR("date_mi", date_mi),
    SCALAR("timestamp_mi", timestamp_mi),
    SCALAR("date_finite", is_finite),
    SCALAR("timestamp_finite", is_finite),
    NATIVE("interval_finite", "(%1 IS NOT NULL)"),
    {0},
};
