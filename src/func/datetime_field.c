#include "func/func.h"

#include "type/datetime.h"
#include "type/numeric.h"

/* Fields of timestamps: extract, date_trunc. */

#define FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)

static bool unit_error(struct fcall *call, const struct datum *name, enum datetime_unit unit, oid_t type)
{
    struct buf text = {0};
    type_format(call->env->resolver, type, -1, &text);
    bool known = unit != UNIT_UNKNOWN && unit != UNIT_OTHER;
    diag_set(call->diag, known ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_INVALID_PARAMETER_VALUE,
             "unit \"%.*s\" not %s for type %.*s", (int) name->len, name->data, known ? "supported" : "recognized",
             (int) text.len, text.data);
    buf_deinit(&text);
    return false;
}

/* `value` counts 10^-scale of the unit. */
static bool give_field(struct fcall *call, int64_t value, int scale, struct datum *result)
{
    *result = number_small_store(call->arena, value, scale);
    return true;
}

static bool extract_parts(struct fcall *call, const struct datum *name, const struct datetime *parts, int64_t value, oid_t type,
                          struct datum *result)
{
    enum datetime_unit unit = datetime_unit_find(name->data, name->len);
    int64_t micros = parts->second * USECS_PER_SECOND + parts->usec;
    int64_t year = parts->year > 0 ? parts->year : parts->year - 1;
    bool is_date = type == DATE_OID;
    switch (unit) {
    case UNIT_DAY:
        return give_field(call, parts->day, 0, result);
    case UNIT_MONTH:
        return give_field(call, parts->month, 0, result);
    case UNIT_QUARTER:
        return give_field(call, (parts->month - 1) / 3 + 1, 0, result);
    case UNIT_YEAR:
        return give_field(call, year, 0, result);
    case UNIT_DOW:
        return give_field(call, (julian_day(parts->year, parts->month, parts->day) + 1) % 7, 0, result);
    case UNIT_ISODOW:
        return give_field(call, julian_day(parts->year, parts->month, parts->day) % 7 + 1, 0, result);
    case UNIT_DOY:
        return give_field(call, julian_day(parts->year, parts->month, parts->day) - julian_day(parts->year, 1, 1) + 1, 0, result);
    case UNIT_EPOCH:
        if (is_date)
            return give_field(call, value * 86400 + EPOCH_SECONDS, 0, result);
        *result = number_small_store(call->arena, (__int128) value + (__int128) EPOCH_SECONDS * USECS_PER_SECOND, 6);
        return true;
    default:
        break;
    }
    if (is_date)
        return unit_error(call, name, unit, type);
    switch (unit) {
    case UNIT_MICROSECOND:
        return give_field(call, micros, 0, result);
    case UNIT_MILLISECOND:
        return give_field(call, micros, 3, result);
    case UNIT_SECOND:
        return give_field(call, micros, 6, result);
    case UNIT_MINUTE:
        return give_field(call, parts->minute, 0, result);
    case UNIT_HOUR:
        return give_field(call, parts->hour, 0, result);
    default:
        return unit_error(call, name, unit, type);
    }
}

static bool infinite(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "fields of infinite values are not supported");
}

FUNCTION(extract_timestamp)
{
    (void) nargs;
    struct datetime parts = {0};
    int64_t timestamp = timestamp_load(&args[1]);
    if (!timestamp_is_finite(timestamp))
        return infinite(call);
    timestamp_split(timestamp, &parts);
    return extract_parts(call, &args[0], &parts, timestamp, TIMESTAMP_OID, result);
}

FUNCTION(extract_timestamptz)
{
    (void) nargs;
    struct datetime parts = {0};
    int64_t timestamp = timestamp_load(&args[1]);
    if (!timestamp_is_finite(timestamp))
        return infinite(call);
    timestamptz_split(timestamp, call->env->types->timezone, &parts);
    return extract_parts(call, &args[0], &parts, timestamp, TIMESTAMPTZ_OID, result);
}

FUNCTION(extract_date)
{
    (void) nargs;
    struct datetime parts = {0};
    int32_t date = date_load(&args[1]);
    if (!date_is_finite(date))
        return infinite(call);
    date_split(date, &parts);
    return extract_parts(call, &args[0], &parts, date, DATE_OID, result);
}

/* Set the parts below a unit to their least; false: no such unit. */
static bool cut_parts(struct datetime *parts, enum datetime_unit unit)
{
    switch (unit) {
    case UNIT_YEAR:
        parts->month = 1;
        /* fall through */
    case UNIT_QUARTER:
        parts->month = unit == UNIT_QUARTER ? (parts->month - 1) / 3 * 3 + 1 : parts->month;
        /* fall through */
    case UNIT_MONTH:
        parts->day = 1;
        /* fall through */
    case UNIT_DAY:
    case UNIT_WEEK:
        if (unit == UNIT_WEEK) {
            int julian = julian_day(parts->year, parts->month, parts->day);
            julian_date(julian - julian % 7, &parts->year, &parts->month, &parts->day);
        }
        parts->hour = 0;
        /* fall through */
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

FUNCTION(timestamp_trunc)
{
    (void) nargs;
    int64_t timestamp = timestamp_load(&args[1]);
    enum datetime_unit unit = datetime_unit_find(args[0].data, args[0].len);
    struct datetime parts = {0};
    if (timestamp_is_finite(timestamp)) {
        timestamp_split(timestamp, &parts);
        if (!cut_parts(&parts, unit))
            return unit_error(call, &args[0], unit, TIMESTAMP_OID);
        if (!timestamp_make(&parts, &timestamp))
            return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range");
    }
    *result = timestamp_store(call->arena, timestamp);
    return true;
}

FUNCTION(timestamptz_trunc)
{
    (void) nargs;
    int64_t timestamp = timestamp_load(&args[1]);
    enum datetime_unit unit = datetime_unit_find(args[0].data, args[0].len);
    const struct timezone *zone = call->env->types->timezone;
    struct datetime parts = {0};
    if (timestamp_is_finite(timestamp)) {
        timestamptz_split(timestamp, zone, &parts);
        if (!cut_parts(&parts, unit))
            return unit_error(call, &args[0], unit, TIMESTAMPTZ_OID);
        if (unit == UNIT_YEAR || unit == UNIT_QUARTER || unit == UNIT_MONTH || unit == UNIT_WEEK || unit == UNIT_DAY)
            parts.offset = datetime_local_moment(&parts, zone).offset;
        if (!timestamptz_make(&parts, &timestamp))
            return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range");
    }
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

const struct func_impl func_impls_datetime_field[] = {
    SCALAR("extract_date", extract_date),
    SCALAR("extract_timestamp", extract_timestamp),
    SCALAR_FLAGS("extract_timestamptz", extract_timestamptz, FUNC_SESSION),
    SCALAR("timestamp_trunc", timestamp_trunc),
    SCALAR_FLAGS("timestamptz_trunc", timestamptz_trunc, FUNC_SESSION),
    {0},
};
