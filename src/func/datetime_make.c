#include "func/func.h"

#include "func/datetime_shift.h"
#include "type/codecs.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

/* Dates and times made of parts and of numbers; binning, age, overlaps, series. */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static bool too_far(struct fcall *call, const char *what)
{
    return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "%s out of range", what);
}

/* ---- make_… ---- */

/* A negative year is before Christ. */
static bool make_day(struct fcall *call, const struct datum *args, struct datetime *parts)
{
    int64_t year = args[0].i, month = args[1].i, day = args[2].i;
    *parts = (struct datetime){.year = (int) (year < 0 ? year + 1 : year), .month = (int) month, .day = (int) day};
    if (year == 0 || year == INT32_MIN || month < 1 || month > 12 || day < 1 || day > days_in_month(parts->year, parts->month))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date field value out of range: %lld-%02lld-%02lld",
                        (long long) year, (long long) month, (long long) day);
    if (!julian_valid(parts->year, parts->month, parts->day))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range: %lld-%02lld-%02lld",
                        (long long) year, (long long) month, (long long) day);
    return true;
}

static bool make_clock(struct fcall *call, const struct datum *args, int64_t *time)
{
    int64_t hour = args[0].i, minute = args[1].i;
    double second = float_datum(&args[2]);
    double usecs = isfinite(second) ? rint(second * 1000000.0) : -1;
    if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || !(usecs >= 0 && usecs <= 60000000.0) ||
        (*time = (hour * 60 + minute) * USECS_PER_MINUTE + (int64_t) usecs) > USECS_PER_DAY)
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "time field value out of range: %lld:%02lld:%02g",
                        (long long) hour, (long long) minute, second);
    return true;
}

FUNCTION(make_date)
{
    struct datetime parts;
    if (!make_day(call, args, &parts))
        return false;
    int64_t date = (int64_t) julian_day(parts.year, parts.month, parts.day) - EPOCH_JULIAN;
    if (!date_in_range(date))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range: %lld-%02lld-%02lld",
                        (long long) args[0].i, (long long) args[1].i, (long long) args[2].i);
    *result = date_store(call->arena, (int32_t) date);
    return true;
}

FUNCTION(make_time)
{
    int64_t time;
    if (!make_clock(call, args, &time))
        return false;
    *result = time_store(call->arena, time);
    return true;
}

static bool make_parts(struct fcall *call, const struct datum *args, struct datetime *parts, int64_t *timestamp)
{
    int64_t time;
    if (!make_day(call, args, parts) || !make_clock(call, args + 3, &time))
        return false;
    if (!timestamp_make(parts, timestamp) || !timestamp_in_range(*timestamp += time))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE,
                        "timestamp out of range: %lld-%02lld-%02lld %lld:%02lld:%02g", (long long) args[0].i,
                        (long long) args[1].i, (long long) args[2].i, (long long) args[3].i, (long long) args[4].i,
                        float_datum(&args[5]));
    return true;
}

FUNCTION(make_timestamp)
{
    struct datetime parts;
    int64_t timestamp;
    if (!make_parts(call, args, &parts, &timestamp))
        return false;
    *result = timestamp_store(call->arena, timestamp);
    return true;
}

/* "+02", "-03:30": the sign must be there. */
static bool find_zone(struct fcall *call, const struct datum *name, struct datetime_zone *zone)
{
    char text[64];
    if (name->len && *name->data >= '0' && *name->data <= '9') {
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid input syntax for type numeric time zone: \"%.*s\"",
                 (int) name->len, name->data);
        return diag_hint(call->diag, "Numeric time zones must have \"-\" or \"+\" as first character.");
    }
    snprintf(text, sizeof text, "%.*s", (int) name->len, name->data);
    *zone = (struct datetime_zone){0};
    switch (datetime_parse_offset(text, &zone->offset)) {
    case DATETIME_OFFSET:
        return true;
    case DATETIME_OFFSET_RANGE:
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "numeric time zone \"%s\" out of range", text);
    default:
        return datetime_find_zone(name->data, name->len, zone, call->diag);
    }
}

FUNCTION(make_timestamptz)
{
    struct datetime parts;
    int64_t timestamp;
    struct datetime_zone zone = datetime_session_zone(call->env->types);
    if (!make_parts(call, args, &parts, &timestamp) || (nargs > 6 && !find_zone(call, &args[6], &zone)))
        return false;
    timestamp_split(timestamp, &parts);
    timestamp -= datetime_zone_offset(&zone, &parts) * USECS_PER_SECOND;
    if (!timestamp_in_range(timestamp))
        return too_far(call, "timestamp");
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

FUNCTION(from_epoch)
{
    double seconds = float_datum(&args[0]);
    if (isnan(seconds))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp cannot be NaN");
    int64_t timestamp = seconds > 0 ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
    if (isfinite(seconds)) {
        double usecs = rint((seconds - (double) EPOCH_SECONDS) * 1000000.0);
        if (!(seconds >= (double) (INT64_C(86400) * -UNIX_JULIAN)) || !(usecs >= (double) TIMESTAMP_MIN) ||
            !(usecs < (double) TIMESTAMP_END))
            return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range: \"%g\"", seconds);
        timestamp = (int64_t) usecs;
    }
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

FUNCTION(timeofday)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct timespec now;
    struct datetime parts;
    (void) args;
    clock_gettime(CLOCK_REALTIME, &now);
    timestamptz_split((now.tv_sec - EPOCH_SECONDS) * USECS_PER_SECOND + now.tv_nsec / 1000, call->env->types->timezone, &parts);
    const char *text = arena_printf(call->arena, "%s %s %02d %02d:%02d:%02d.%06d %d %s",
                                    days[(julian_day(parts.year, parts.month, parts.day) + 1) % 7], months[parts.month - 1],
                                    parts.day, parts.hour, parts.minute, parts.second, parts.usec, parts.year, parts.zone);
    *result = datum_cstr(text);
    return true;
}

/* ---- date_bin ---- */

static bool bin(struct fcall *call, const struct datum *args, int64_t *timestamp)
{
    struct interval stride = interval_load(&args[0]);
    int64_t origin = timestamp_load(&args[2]), width, distance, rest;
    *timestamp = timestamp_load(&args[1]);
    if (!timestamp_is_finite(*timestamp))
        return true;
    if (!timestamp_is_finite(origin))
        return too_far(call, "origin");
    if (stride.months)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                        "timestamps cannot be binned into intervals containing months or years");
    if (__builtin_mul_overflow((int64_t) stride.days, USECS_PER_DAY, &width) ||
        __builtin_add_overflow(width, stride.time, &width))
        return too_far(call, "interval");
    if (width <= 0)
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "stride must be greater than zero");
    if (__builtin_sub_overflow(*timestamp, origin, &distance))
        return too_far(call, "interval");
    rest = distance % width;
    *timestamp = origin + (distance - rest);
    if (rest < 0 && (__builtin_sub_overflow(*timestamp, width, timestamp) || !timestamp_in_range(*timestamp)))
        return too_far(call, "timestamp");
    return true;
}

FUNCTION(bin_timestamp)
{
    int64_t timestamp;
    if (!bin(call, args, &timestamp))
        return false;
    *result = timestamp_store(call->arena, timestamp);
    return true;
}

FUNCTION(bin_timestamptz)
{
    int64_t timestamp;
    if (!bin(call, args, &timestamp))
        return false;
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

/* ---- age ---- */

static void negate(int *fields, int count)
{
    for (int i = 0; i < count; i++)
        fields[i] = -fields[i];
}

/* The difference field by field, borrowing days from the month of the earlier moment. */
static struct interval symbolic_difference(const struct datetime *a, const struct datetime *b, bool negative)
{
    enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, USEC, FIELDS };
    int d[FIELDS] = {a->year - b->year,     a->month - b->month,   a->day - b->day,  a->hour - b->hour,
                     a->minute - b->minute, a->second - b->second, a->usec - b->usec};
    static const int bases[FIELDS] = {[MONTH] = 12, [HOUR] = 24, [MINUTE] = 60, [SECOND] = 60, [USEC] = 1000000};
    if (negative)
        negate(d, FIELDS);
    for (int i = USEC; i > DAY; i--)
        for (; d[i] < 0; d[i - 1]--)
            d[i] += bases[i];
    for (; d[DAY] < 0; d[MONTH]--)
        d[DAY] += negative ? days_in_month(a->year, a->month) : days_in_month(b->year, b->month);
    for (; d[MONTH] < 0; d[YEAR]--)
        d[MONTH] += 12;
    if (negative)
        negate(d, FIELDS);
    return (struct interval){
        .months = d[YEAR] * 12 + d[MONTH], .days = d[DAY], .time = time_make(d[HOUR], d[MINUTE], d[SECOND], d[USEC])};
}

static bool age(struct fcall *call, int64_t a, int64_t b, bool zoned, struct datum *result)
{
    struct datetime x, y;
    if (!timestamp_is_finite(a) || !timestamp_is_finite(b))
        return too_far(call, "timestamp");
    if (zoned) {
        timestamptz_split(a, call->env->types->timezone, &x);
        timestamptz_split(b, call->env->types->timezone, &y);
    } else {
        timestamp_split(a, &x);
        timestamp_split(b, &y);
    }
    struct interval interval = symbolic_difference(&x, &y, a < b);
    *result = interval_store(call->arena, &interval);
    return true;
}

FUNCTION(age_timestamp)
{
    return age(call, timestamp_load(&args[0]), timestamp_load(&args[1]), false, result);
}

FUNCTION(age_timestamptz)
{
    return age(call, timestamp_load(&args[0]), timestamp_load(&args[1]), true, result);
}

static int64_t midnight_today(struct fcall *call)
{
    struct datetime today;
    int64_t midnight = 0;
    timestamptz_split(call->env->types->transaction_timestamp, call->env->types->timezone, &today);
    today.hour = today.minute = today.second = today.usec = 0;
    timestamp_make(&today, &midnight);
    return midnight;
}

FUNCTION(age_of_timestamp)
{
    return age(call, midnight_today(call), timestamp_load(&args[0]), false, result);
}

FUNCTION(age_of_timestamptz)
{
    int64_t midnight = midnight_today(call);
    timestamp_to_utc(midnight, call->env->types->timezone, &midnight);
    return age(call, midnight, timestamp_load(&args[0]), true, result);
}

/* ---- overlaps ---- */

/* An end of a period; unknown when NULL. */
struct end {
    bool known;
    __int128 at;
};

/* Two periods, each given by two ends in any order; the second may be NULL. */
static bool overlaps(struct end a, struct end a_end, struct end b, struct end b_end, struct datum *result)
{
    struct end *periods[2][2] = {{&a, &a_end}, {&b, &b_end}};
    *result = datum_null();
    for (int i = 0; i < 2; i++) {
        struct end *begin = periods[i][0], *end = periods[i][1];
        if (!begin->known && !end->known)
            return true;
        if (!begin->known || (end->known && begin->at > end->at)) {
            struct end swapped = *begin;
            *begin = *end;
            *end = swapped;
        }
    }
    if (a.at == b.at) {
        if (a_end.known && b_end.known)
            *result = datum_bool(true);
        return true;
    }
    const struct end *later = a.at > b.at ? &a : &b, *other_end = a.at > b.at ? &b_end : &a_end,
                     *own_end = a.at > b.at ? &a_end : &b_end;
    if (!other_end->known)
        return true;
    if (later->at < other_end->at)
        *result = datum_bool(true);
    else if (own_end->known)
        *result = datum_bool(false);
    return true;
}

static struct end timestamp_end(const struct datum *value)
{
    if (datum_is_null(value))
        return (struct end){0};
    return (struct end){true, timestamp_load(value)};
}

static struct end time_end(const struct datum *value)
{
    if (datum_is_null(value))
        return (struct end){0};
    return (struct end){true, time_load(value)};
}

/* In the order of timetz: by instant, then by zone. */
static struct end timetz_end(const struct datum *value)
{
    if (datum_is_null(value))
        return (struct end){0};
    struct timetz timetz = timetz_load(value);
    return (struct end){true, (__int128) (timetz.time - timetz.offset * USECS_PER_SECOND) * 200000 - timetz.offset};
}

FUNCTION(overlaps_timestamp)
{
    (void) call;
    return overlaps(timestamp_end(&args[0]), timestamp_end(&args[1]), timestamp_end(&args[2]), timestamp_end(&args[3]), result);
}

FUNCTION(overlaps_time)
{
    (void) call;
    return overlaps(time_end(&args[0]), time_end(&args[1]), time_end(&args[2]), time_end(&args[3]), result);
}

FUNCTION(overlaps_timetz)
{
    (void) call;
    return overlaps(timetz_end(&args[0]), timetz_end(&args[1]), timetz_end(&args[2]), timetz_end(&args[3]), result);
}

enum period_type { PERIOD_TIME, PERIOD_TIMESTAMP, PERIOD_TIMESTAMPTZ };

/* The end of a period given by its begin and length. */
static bool shifted_end(struct fcall *call, enum period_type type, const struct datum *begin, const struct datum *length,
                        struct end *end)
{
    *end = (struct end){0};
    if (datum_is_null(begin) || datum_is_null(length))
        return true;
    struct interval interval = interval_load(length);
    int64_t at = 0;
    end->known = true;
    if (type == PERIOD_TIME) {
        at = (time_load(begin) + interval.time % USECS_PER_DAY) % USECS_PER_DAY;
        at += at < 0 ? USECS_PER_DAY : 0;
    } else if (type == PERIOD_TIMESTAMP
                   ? !timestamp_shift(timestamp_load(begin), &interval, &at, call->diag)
                   : !timestamptz_shift(timestamp_load(begin), &interval, call->env->types->timezone, &at, call->diag)) {
        return false;
    }
    end->at = at;
    return true;
}

static bool overlaps_lengths(struct fcall *call, const struct datum *args, enum period_type type, bool first, bool second,
                             struct datum *result)
{
    struct end (*load)(const struct datum *) = type == PERIOD_TIME ? time_end : timestamp_end;
    struct end a_end = {0}, b_end = {0};
    if (first ? !shifted_end(call, type, &args[0], &args[1], &a_end) : (a_end = load(&args[1]), false))
        return false;
    if (second ? !shifted_end(call, type, &args[2], &args[3], &b_end) : (b_end = load(&args[3]), false))
        return false;
    return overlaps(load(&args[0]), a_end, load(&args[2]), b_end, result);
}

#define LENGTHS(name, type)                                                                                                      \
    FUNCTION(overlaps_##name##_both)                                                                                             \
    {                                                                                                                            \
        return overlaps_lengths(call, args, type, true, true, result);                                                           \
    }                                                                                                                            \
    FUNCTION(overlaps_##name##_first)                                                                                            \
    {                                                                                                                            \
        return overlaps_lengths(call, args, type, true, false, result);                                                          \
    }                                                                                                                            \
    FUNCTION(overlaps_##name##_second)                                                                                           \
    {                                                                                                                            \
        return overlaps_lengths(call, args, type, false, true, result);                                                          \
    }
LENGTHS(time, PERIOD_TIME)
LENGTHS(timestamp, PERIOD_TIMESTAMP)
LENGTHS(timestamptz, PERIOD_TIMESTAMPTZ)

#define LENGTH_ROWS(name)                                                                                                        \
    SCALAR("overlaps(" #name ",interval," #name ",interval)", overlaps_##name##_both),                                           \
        SCALAR("overlaps(" #name ",interval," #name "," #name ")", overlaps_##name##_first),                                     \
        SCALAR("overlaps(" #name "," #name "," #name ",interval)", overlaps_##name##_second)

/* ---- generate_series ---- */

struct series {
    int64_t next, stop;
    struct interval step;
    int direction;
    bool open;
};

static bool series_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct series *series = cursor;
    static const struct interval zero = {0};
    for (int i = 0; i < nargs; i++)
        if (datum_is_null(&args[i]))
            return true;
    *series = (struct series){timestamp_load(&args[0]), timestamp_load(&args[1]), interval_load(&args[2]), 0, true};
    series->direction = interval_compare(&series->step, &zero);
    return series->direction != 0 || diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "step size cannot equal zero");
}

static bool series_next(struct fcall *call, struct series *series, int64_t *timestamp, bool *more)
{
    (void) call;
    *more = series->open && (series->direction > 0 ? series->next <= series->stop : series->next >= series->stop);
    *timestamp = series->next;
    return true;
}

static bool plain_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct series *series = cursor;
    int64_t timestamp;
    if (!series_next(call, series, &timestamp, more) || !*more)
        return true;
    *row = timestamp_store(call->arena, timestamp);
    return timestamp_shift(timestamp, &series->step, &series->next, call->diag);
}

static bool zoned_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct series *series = cursor;
    int64_t timestamp;
    if (!series_next(call, series, &timestamp, more) || !*more)
        return true;
    *row = timestamptz_store(call->arena, timestamp);
    return timestamptz_shift(timestamp, &series->step, call->env->types->timezone, &series->next, call->diag);
}

static const struct table_func plain_series = {sizeof(struct series), series_open, plain_next, NULL};
static const struct table_func zoned_series = {sizeof(struct series), series_open, zoned_next, NULL};

#define SESSION(source, fn) SCALAR_FLAGS(source, fn, FUNC_SESSION)

const struct func_impl func_impls_datetime_make[] = {
    SCALAR("make_date", make_date),
    SCALAR("make_time", make_time),
    SCALAR("make_timestamp", make_timestamp),
    SESSION("make_timestamptz", make_timestamptz),
    SCALAR("make_timestamptz_at_timezone", make_timestamptz),
    SCALAR("float8_timestamptz", from_epoch),
    SCALAR_FLAGS("timeofday", timeofday, FUNC_VOLATILE),
    SCALAR("timestamp_bin", bin_timestamp),
    SCALAR("timestamptz_bin", bin_timestamptz),
    SCALAR("timestamp_age", age_timestamp),
    SESSION("timestamptz_age", age_timestamptz),
    SESSION("age(timestamp)", age_of_timestamp),
    SESSION("age(timestamptz)", age_of_timestamptz),
    SCALAR("overlaps_timestamp", overlaps_timestamp),
    SCALAR("overlaps_time", overlaps_time),
    SCALAR("overlaps_timetz", overlaps_timetz),
    LENGTH_ROWS(time),
    LENGTH_ROWS(timestamp),
    LENGTH_ROWS(timestamptz),
    TABLE_FUNC("generate_series_timestamp", &plain_series),
    TABLE_FUNC("generate_series_timestamptz", &zoned_series),
    {0},
};
