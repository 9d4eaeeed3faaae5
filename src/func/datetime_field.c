#include "func/func.h"

#include "func/datetime_field.h"
#include "type/codecs.h"
#include "type/interval.h"
#include "type/numeric.h"

#include <math.h>

/* Fields of dates, times and intervals: extract, date_part, date_trunc. */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

/* A field's value: `number` counts 10^-scale of the unit, or it has none, or is infinite. */
enum field_kind { FIELD_NUMBER, FIELD_NONE, FIELD_INFINITE, FIELD_MINUS_INFINITE, FIELD_DAY_AND_PART };

struct field {
    enum field_kind kind;
    __int128 number;
    int scale;
    int64_t part; /* DAY_AND_PART: µs of the day behind `number` days */
};

static struct field whole(int64_t number)
{
    return (struct field){.number = number};
}

static struct field scaled(int64_t number, int scale)
{
    return (struct field){.number = number, .scale = scale};
}

bool datetime_unit_error(struct fcall *call, const struct datum *name, enum datetime_unit unit, oid_t type)
{
    struct buf text = {0};
    char lower[64];
    size_t len = name->len < sizeof lower - 1 ? name->len : sizeof lower - 1;
    for (size_t i = 0; i < len; i++)
        lower[i] = (char) (name->data[i] >= 'A' && name->data[i] <= 'Z' ? name->data[i] + 32 : name->data[i]);
    type_format(call->env->resolver, type, -1, &text);
    bool known = unit != UNIT_UNKNOWN && unit != UNIT_OTHER;
    diag_set(call->diag, known ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_INVALID_PARAMETER_VALUE,
             "unit \"%.*s\" not %s for type %s", (int) len, lower, known ? "supported" : "recognized", buf_cstr(&text));
    buf_deinit(&text);
    return false;
}

static int monday_of_week_one(int year)
{
    int fourth = julian_day(year, 1, 4);
    return fourth - fourth % 7;
}

int iso_year(int year, int month, int day)
{
    int julian = julian_day(year, month, day);
    if (julian < monday_of_week_one(year))
        return year - 1;
    return julian >= monday_of_week_one(year + 1) ? year + 1 : year;
}

int iso_week(int year, int month, int day)
{
    return (julian_day(year, month, day) - monday_of_week_one(iso_year(year, month, day))) / 7 + 1;
}

int iso_year_day(int year, int month, int day)
{
    return julian_day(year, month, day) - monday_of_week_one(iso_year(year, month, day)) + 1;
}

int iso_week_julian(int year, int week)
{
    return monday_of_week_one(year) + (week - 1) * 7;
}

/* Fields of years with 0 for 1 BC. */
static int64_t without_year_zero(int64_t year)
{
    return year > 0 ? year : year - 1;
}

static int64_t decade(int64_t year)
{
    return year >= 0 ? year / 10 : -((8 - (year - 1)) / 10);
}

static int64_t century(int64_t year)
{
    return year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100);
}

static int64_t millennium(int64_t year)
{
    return year > 0 ? (year + 999) / 1000 : -((999 - (year - 1)) / 1000);
}

static bool date_field(enum datetime_unit unit, const struct datetime *parts, struct field *field)
{
    int year = parts->year, month = parts->month, day = parts->day;
    switch (unit) {
    case UNIT_DAY:
        *field = whole(day);
        return true;
    case UNIT_MONTH:
        *field = whole(month);
        return true;
    case UNIT_QUARTER:
        *field = whole((month - 1) / 3 + 1);
        return true;
    case UNIT_WEEK:
        *field = whole(iso_week(year, month, day));
        return true;
    case UNIT_YEAR:
        *field = whole(without_year_zero(year));
        return true;
    case UNIT_DECADE:
        *field = whole(decade(year));
        return true;
    case UNIT_CENTURY:
        *field = whole(century(year));
        return true;
    case UNIT_MILLENNIUM:
        *field = whole(millennium(year));
        return true;
    case UNIT_ISOYEAR:
        *field = whole(without_year_zero(iso_year(year, month, day)));
        return true;
    case UNIT_DOW:
        *field = whole((julian_day(year, month, day) + 1) % 7);
        return true;
    case UNIT_ISODOW:
        *field = whole(julian_day(year, month, day) % 7 + 1);
        return true;
    case UNIT_DOY:
        *field = whole(julian_day(year, month, day) - julian_day(year, 1, 1) + 1);
        return true;
    case UNIT_JULIAN:
        *field = whole(julian_day(year, month, day));
        return true;
    default:
        return false;
    }
}

static bool time_field(enum datetime_unit unit, const struct datetime *parts, struct field *field)
{
    int64_t usecs = parts->second * USECS_PER_SECOND + parts->usec;
    switch (unit) {
    case UNIT_MICROSECOND:
        *field = whole(usecs);
        return true;
    case UNIT_MILLISECOND:
        *field = scaled(usecs, 3);
        return true;
    case UNIT_SECOND:
        *field = scaled(usecs, 6);
        return true;
    case UNIT_MINUTE:
        *field = whole(parts->minute);
        return true;
    case UNIT_HOUR:
        *field = whole(parts->hour);
        return true;
    default:
        return false;
    }
}

static bool zone_field(enum datetime_unit unit, int32_t offset, struct field *field)
{
    switch (unit) {
    case UNIT_TIMEZONE:
        *field = whole(offset);
        return true;
    case UNIT_TIMEZONE_HOUR:
        *field = whole(offset / 3600);
        return true;
    case UNIT_TIMEZONE_MINUTE:
        *field = whole(offset / 60 % 60);
        return true;
    default:
        return false;
    }
}

/* Fields that go round have no value at infinity; those that grow are infinite. */
static bool infinite_field(enum datetime_unit unit, bool negative, bool is_date, struct field *field)
{
    switch (unit) {
    case UNIT_YEAR:
    case UNIT_DECADE:
    case UNIT_CENTURY:
    case UNIT_MILLENNIUM:
    case UNIT_JULIAN:
    case UNIT_ISOYEAR:
    case UNIT_EPOCH:
        *field = (struct field){.kind = negative ? FIELD_MINUS_INFINITE : FIELD_INFINITE};
        return true;
    case UNIT_DAY:
    case UNIT_MONTH:
    case UNIT_QUARTER:
    case UNIT_WEEK:
    case UNIT_DOW:
    case UNIT_ISODOW:
    case UNIT_DOY:
        *field = (struct field){.kind = FIELD_NONE};
        return true;
    case UNIT_UNKNOWN:
    case UNIT_OTHER:
        return false;
    default:
        *field = (struct field){.kind = FIELD_NONE};
        return !is_date;
    }
}

static bool find_date(struct fcall *call, const struct datum *args, struct field *field)
{
    int32_t date = date_load(&args[1]);
    enum datetime_unit unit = datetime_unit_find(args[0].data, args[0].len);
    struct datetime parts;
    if (!date_is_finite(date))
        return infinite_field(unit, date == DATE_MINUS_INFINITY, true, field) ||
               datetime_unit_error(call, &args[0], unit, DATE_OID);
    date_split(date, &parts);
    if (unit == UNIT_EPOCH) {
        *field = whole((int64_t) date * 86400 + EPOCH_SECONDS);
        return true;
    }
    return date_field(unit, &parts, field) || datetime_unit_error(call, &args[0], unit, DATE_OID);
}

static bool find_moment(struct fcall *call, const struct datum *args, oid_t type, struct field *field)
{
    int64_t timestamp = timestamp_load(&args[1]);
    enum datetime_unit unit = datetime_unit_find(args[0].data, args[0].len);
    struct datetime parts;
    bool zoned = type == TIMESTAMPTZ_OID;
    if (!timestamp_is_finite(timestamp)) {
        bool is_zone = unit == UNIT_TIMEZONE || unit == UNIT_TIMEZONE_HOUR || unit == UNIT_TIMEZONE_MINUTE;
        return ((zoned || !is_zone) && infinite_field(unit, timestamp == TIMESTAMP_MINUS_INFINITY, false, field)) ||
               datetime_unit_error(call, &args[0], unit, type);
    }
    if (zoned)
        timestamptz_split(timestamp, call->env->types->timezone, &parts);
    else
        timestamp_split(timestamp, &parts);
    if (unit == UNIT_EPOCH) {
        *field = (struct field){.number = (__int128) timestamp + (__int128) EPOCH_SECONDS * USECS_PER_SECOND, .scale = 6};
        return true;
    }
    if (unit == UNIT_JULIAN) {
        *field = (struct field){.kind = FIELD_DAY_AND_PART,
                                .number = julian_day(parts.year, parts.month, parts.day),
                                .part = time_make(parts.hour, parts.minute, parts.second, parts.usec)};
        return true;
    }
    return date_field(unit, &parts, field) || time_field(unit, &parts, field) ||
           (zoned && zone_field(unit, parts.offset, field)) || datetime_unit_error(call, &args[0], unit, type);
}

static bool find_timestamp(struct fcall *call, const struct datum *args, struct field *field)
{
    return find_moment(call, args, TIMESTAMP_OID, field);
}

static bool find_timestamptz(struct fcall *call, const struct datum *args, struct field *field)
{
    return find_moment(call, args, TIMESTAMPTZ_OID, field);
}

static bool find_time(struct fcall *call, const struct datum *args, struct field *field)
{
    int64_t time = time_load(&args[1]);
    enum datetime_unit unit = datetime_unit_find(args[0].data, args[0].len);
    struct datetime parts = {0};
    time_split(time, &parts);
    if (unit == UNIT_EPOCH) {
        *field = scaled(time, 6);
        return true;
    }
    return time_field(unit, &parts, field) || datetime_unit_error(call, &args[0], unit, TIME_OID);
}

static bool find_timetz(struct fcall *call, const struct datum *args, struct field *field)
{
    struct timetz timetz = timetz_load(&args[1]);
    enum datetime_unit unit = datetime_unit_find(args[0].data, args[0].len);
    struct datetime parts = {0};
    time_split(timetz.time, &parts);
    if (unit == UNIT_EPOCH) {
        *field = scaled(timetz.time - timetz.offset * USECS_PER_SECOND, 6);
        return true;
    }
    return time_field(unit, &parts, field) || zone_field(unit, timetz.offset, field) ||
           datetime_unit_error(call, &args[0], unit, TIMETZ_OID);
}

static bool find_interval(struct fcall *call, const struct datum *args, struct field *field)
{
    struct interval interval = interval_load(&args[1]);
    enum datetime_unit unit = datetime_unit_find(args[0].data, args[0].len);
    int64_t below_minute = interval.time % USECS_PER_MINUTE;
    int32_t years = interval.months / 12, months = interval.months % 12;
    switch (unit) {
    case UNIT_MICROSECOND:
        *field = whole(below_minute);
        break;
    case UNIT_MILLISECOND:
        *field = scaled(below_minute, 3);
        break;
    case UNIT_SECOND:
        *field = scaled(below_minute, 6);
        break;
    case UNIT_MINUTE:
        *field = whole(interval.time / USECS_PER_MINUTE % 60);
        break;
    case UNIT_HOUR:
        *field = whole(interval.time / USECS_PER_HOUR);
        break;
    case UNIT_DAY:
        *field = whole(interval.days);
        break;
    case UNIT_MONTH:
        *field = whole(months);
        break;
    case UNIT_QUARTER:
        *field = whole(months / 3 + 1);
        break;
    case UNIT_YEAR:
        *field = whole(years);
        break;
    case UNIT_DECADE:
        *field = whole(years / 10);
        break;
    case UNIT_CENTURY:
        *field = whole(years / 100);
        break;
    case UNIT_MILLENNIUM:
        *field = whole(years / 1000);
        break;
    case UNIT_EPOCH: { /* a year counts 365.25 days */
        int64_t quarter_days = INT64_C(1461) * years + INT64_C(120) * months + INT64_C(4) * interval.days;
        *field = (struct field){.number = (__int128) quarter_days * (86400 / 4) * USECS_PER_SECOND + interval.time, .scale = 6};
        break;
    }
    default:
        return datetime_unit_error(call, &args[0], unit, INTERVAL_OID);
    }
    return true;
}

/* ---- as numeric, as double precision ---- */

static bool give_day_and_part(struct fcall *call, const struct field *field, struct datum *result)
{
    struct number day, part, all;
    number_init(&day);
    number_init(&part);
    number_init(&all);
    number_set_int(&part, field->part);
    number_set_int(&all, USECS_PER_DAY);
    number_divide(&day, &part, &all, number_divide_scale(&part, &all), NUMBER_ROUNDED);
    number_set_int(&part, (int64_t) field->number);
    number_add(&all, &part, &day);
    bool good = number_store(&all, call->arena, result, call->diag);
    number_clear(&day);
    number_clear(&part);
    number_clear(&all);
    return good;
}

static bool give_numeric(struct fcall *call, const struct field *field, struct datum *result)
{
    switch (field->kind) {
    case FIELD_NONE:
        *result = datum_null();
        return true;
    case FIELD_INFINITE:
        *result = datum_cstr("Infinity");
        return true;
    case FIELD_MINUS_INFINITE:
        *result = datum_cstr("-Infinity");
        return true;
    case FIELD_DAY_AND_PART:
        return give_day_and_part(call, field, result);
    default:
        *result = number_small_store(call->arena, field->number, field->scale);
        return true;
    }
}

static bool give_double(struct fcall *call, const struct field *field, struct datum *result)
{
    static const double scales[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    (void) call;
    switch (field->kind) {
    case FIELD_NONE:
        *result = datum_null();
        return true;
    case FIELD_INFINITE:
        *result = datum_real(INFINITY);
        return true;
    case FIELD_MINUS_INFINITE:
        *result = datum_real(-INFINITY);
        return true;
    case FIELD_DAY_AND_PART:
        *result = datum_real((double) field->number + (double) field->part / (double) USECS_PER_DAY);
        return true;
    default:
        *result = datum_real((double) field->number / scales[field->scale]);
        return true;
    }
}

#define FIELDS(type)                                                                                                             \
    FUNCTION(extract_##type)                                                                                                     \
    {                                                                                                                            \
        struct field field = {0};                                                                                                \
        return find_##type(call, args, &field) && give_numeric(call, &field, result);                                            \
    }                                                                                                                            \
    FUNCTION(part_##type)                                                                                                        \
    {                                                                                                                            \
        struct field field = {0};                                                                                                \
        return find_##type(call, args, &field) && give_double(call, &field, result);                                             \
    }
FIELDS(time)
FIELDS(timetz)
FIELDS(timestamp)
FIELDS(timestamptz)
FIELDS(interval)

FUNCTION(extract_date)
{
    struct field field = {0};
    return find_date(call, args, &field) && give_numeric(call, &field, result);
}

/* date_part of a date is that of the timestamp at its beginning. */
FUNCTION(part_date_as_timestamp)
{
    struct field field = {0};
    int32_t date = date_load(&args[1]);
    int64_t timestamp;
    if (!date_is_finite(date))
        timestamp = date == DATE_INFINITY ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
    else if (__builtin_mul_overflow((int64_t) date, USECS_PER_DAY, &timestamp) || !timestamp_in_range(timestamp))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range for timestamp");
    struct datum converted[2] = {args[0], timestamp_store(call->arena, timestamp)};
    return find_timestamp(call, converted, &field) && give_double(call, &field, result);
}

/* ---- date_trunc ---- */

static void cut_time(struct datetime *parts)
{
    parts->hour = parts->minute = parts->second = parts->usec = 0;
}

static void to_year(struct datetime *parts, int64_t year)
{
    parts->year = (int) year;
    parts->month = parts->day = 1;
    cut_time(parts);
}

/* Set what is below a unit to its least. *days: were whole days cut? False: no such unit. */
static bool cut_parts(struct datetime *parts, enum datetime_unit unit, bool *days)
{
    int64_t year = parts->year;
    *days = true;
    switch (unit) {
    case UNIT_MILLENNIUM:
        to_year(parts, year > 0 ? (year + 999) / 1000 * 1000 - 999 : -((999 - (year - 1)) / 1000) * 1000 + 1);
        return true;
    case UNIT_CENTURY:
        to_year(parts, year > 0 ? (year + 99) / 100 * 100 - 99 : -((99 - (year - 1)) / 100) * 100 + 1);
        return true;
    case UNIT_DECADE:
        to_year(parts, year > 0 ? year / 10 * 10 : -((8 - (year - 1)) / 10) * 10);
        return true;
    case UNIT_YEAR:
        to_year(parts, year);
        return true;
    case UNIT_QUARTER:
        parts->month = (parts->month - 1) / 3 * 3 + 1;
        parts->day = 1;
        cut_time(parts);
        return true;
    case UNIT_MONTH:
        parts->day = 1;
        cut_time(parts);
        return true;
    case UNIT_WEEK: {
        int julian = julian_day(parts->year, parts->month, parts->day);
        julian_date(julian - julian % 7, &parts->year, &parts->month, &parts->day);
        cut_time(parts);
        return true;
    }
    case UNIT_DAY:
        cut_time(parts);
        return true;
    default:
        break;
    }
    *days = false;
    switch (unit) {
    case UNIT_HOUR:
        parts->minute = 0;
        /* fall through */
    case UNIT_MINUTE:
        parts->second = 0;
        /* fall through */
    case UNIT_SECOND:
        parts->usec = 0;
        return true;
    case UNIT_MILLISECOND:
        parts->usec -= parts->usec % 1000;
        return true;
    case UNIT_MICROSECOND:
        return true;
    default:
        return false;
    }
}

static bool too_far(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range");
}

FUNCTION(trunc_timestamp)
{
    int64_t timestamp = timestamp_load(&args[1]);
    enum datetime_unit unit = datetime_unit_find(args[0].data, args[0].len);
    struct datetime parts;
    bool days;
    if (timestamp_is_finite(timestamp)) {
        timestamp_split(timestamp, &parts);
        if (!cut_parts(&parts, unit, &days))
            return datetime_unit_error(call, &args[0], unit, TIMESTAMP_OID);
        if (!timestamp_make(&parts, &timestamp))
            return too_far(call);
    }
    *result = timestamp_store(call->arena, timestamp);
    return true;
}

static bool trunc_in_zone(struct fcall *call, const struct datum *args, const struct datetime_zone *zone, struct datum *result)
{
    int64_t timestamp = timestamp_load(&args[1]);
    enum datetime_unit unit = datetime_unit_find(args[0].data, args[0].len);
    struct datetime parts;
    bool days;
    if (timestamp_is_finite(timestamp)) {
        datetime_split_in(timestamp, zone, &parts);
        if (!cut_parts(&parts, unit, &days))
            return datetime_unit_error(call, &args[0], unit, TIMESTAMPTZ_OID);
        if (days)
            parts.offset = datetime_zone_offset(zone, &parts);
        if (!timestamptz_make(&parts, &timestamp))
            return too_far(call);
    }
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

FUNCTION(trunc_timestamptz)
{
    struct datetime_zone zone = datetime_session_zone(call->env->types);
    return trunc_in_zone(call, args, &zone, result);
}

FUNCTION(trunc_timestamptz_zone)
{
    struct datetime_zone zone;
    return datetime_find_zone(args[2].data, args[2].len, &zone, call->diag) && trunc_in_zone(call, args, &zone, result);
}

FUNCTION(trunc_interval)
{
    struct interval interval = interval_load(&args[1]);
    enum datetime_unit unit = datetime_unit_find(args[0].data, args[0].len);
    static const int months[] = {[UNIT_MONTH] = 1,    [UNIT_QUARTER] = 3,    [UNIT_YEAR] = 12,
                                 [UNIT_DECADE] = 120, [UNIT_CENTURY] = 1200, [UNIT_MILLENNIUM] = 12000};
    int64_t scale = 0;
    switch (unit) {
    case UNIT_MILLENNIUM:
    case UNIT_CENTURY:
    case UNIT_DECADE:
    case UNIT_YEAR:
    case UNIT_QUARTER:
    case UNIT_MONTH:
        interval.months -= interval.months % months[unit];
        interval.days = 0;
        interval.time = 0;
        break;
    case UNIT_DAY:
        interval.time = 0;
        break;
    case UNIT_HOUR:
        scale = USECS_PER_HOUR;
        break;
    case UNIT_MINUTE:
        scale = USECS_PER_MINUTE;
        break;
    case UNIT_SECOND:
        scale = USECS_PER_SECOND;
        break;
    case UNIT_MILLISECOND:
        scale = 1000;
        break;
    case UNIT_MICROSECOND:
        break;
    default:
        datetime_unit_error(call, &args[0], unit, INTERVAL_OID);
        return unit == UNIT_WEEK ? diag_detail(call->diag, "Months usually have fractional weeks.") : false;
    }
    if (scale)
        interval.time -= interval.time % scale;
    *result = interval_store(call->arena, &interval);
    return true;
}

#define SESSION(source, fn) SCALAR_FLAGS(source, fn, FUNC_SESSION)

const struct func_impl func_impls_datetime_field[] = {
    SCALAR("extract_date", extract_date),
    SCALAR("extract_time", extract_time),
    SCALAR("extract_timetz", extract_timetz),
    SCALAR("extract_timestamp", extract_timestamp),
    SESSION("extract_timestamptz", extract_timestamptz),
    SCALAR("extract_interval", extract_interval),
    SCALAR("date_part(text,date)", part_date_as_timestamp),
    SCALAR("time_part", part_time),
    SCALAR("timetz_part", part_timetz),
    SCALAR("timestamp_part", part_timestamp),
    SESSION("timestamptz_part", part_timestamptz),
    SCALAR("interval_part", part_interval),
    SCALAR("timestamp_trunc", trunc_timestamp),
    SESSION("timestamptz_trunc", trunc_timestamptz),
    SCALAR("timestamptz_trunc_zone", trunc_timestamptz_zone),
    SCALAR("interval_trunc", trunc_interval),
    {0},
};
