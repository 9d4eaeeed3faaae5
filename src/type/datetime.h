#ifndef PGQUILL_TYPE_DATETIME_H
#define PGQUILL_TYPE_DATETIME_H

#include "type/timezone.h"
#include "type/type.h"

/* Dates and times. In computing:
 *   date                  days since 2000-01-01
 *   timestamp             µs since 2000-01-01 00:00 of a clock without a zone
 *   timestamptz           µs since 2000-01-01 00:00 UTC
 *   time                  µs since midnight, 0 … 24:00
 *   timetz                that of the local clock, and its offset
 * In storage, text that sorts as the values do, byte by byte (docs/storage-format.md):
 *   date                  2026-01-31
 *   timestamp             2026-01-31 23:59:59.5             fraction without trailing zeros
 *   timestamptz           2026-01-31 23:59:59.5+00:00       always UTC
 *   time                  23:59:59.5
 *   timetz                23:59:59.5+01                     under collation pg_timetz
 *   years above 9999      Y0294276-12-31 …                  seven digits behind a Y
 *   years before Christ   /5287-01-01 …                     a slash and 10000 less the year: 1 BC is /9999, 4713 BC is /5287
 *   infinite              infinity, -infinity
 */

#define USECS_PER_SECOND INT64_C(1000000)
#define USECS_PER_MINUTE INT64_C(60000000)
#define USECS_PER_HOUR   INT64_C(3600000000)
#define USECS_PER_DAY    INT64_C(86400000000)
/* Seconds from 1970 to 2000. */
#define EPOCH_SECONDS INT64_C(946684800)
#define EPOCH_JULIAN  2451545
#define UNIX_JULIAN   2440588

#define DATE_INFINITY            INT32_MAX
#define DATE_MINUS_INFINITY      INT32_MIN
#define TIMESTAMP_INFINITY       INT64_MAX
#define TIMESTAMP_MINUS_INFINITY INT64_MIN
/* The least timestamp, and the first that is too great. */
#define TIMESTAMP_MIN INT64_C(-211813488000000000)
#define TIMESTAMP_END INT64_C(9223371331200000000)
#define DATE_MIN      (-EPOCH_JULIAN)
#define DATE_END      (2147483494 - EPOCH_JULIAN)

struct timetz {
    int64_t time;
    int32_t offset; /* seconds east of Greenwich */
};

/* A moment in parts. */
struct datetime {
    int year; /* 0 is 1 BC */
    int month, day, hour, minute, second, usec;
    int32_t offset; /* east; of timestamps with a zone */
    bool is_dst;
    const char *zone; /* abbreviation; NULL: none */
};

/* ---- calendar ---- */

int julian_day(int year, int month, int day);
void julian_date(int julian, int *year, int *month, int *day);
int days_in_month(int year, int month);
bool is_leap_year(int year);
/* Can the date be given a Julian day at all? (4714-11-24 BC up to 5874898 AD) */
bool julian_valid(int year, int month, int day);
static inline bool date_is_finite(int32_t date)
{
    return date != DATE_INFINITY && date != DATE_MINUS_INFINITY;
}
static inline bool timestamp_is_finite(int64_t timestamp)
{
    return timestamp != TIMESTAMP_INFINITY && timestamp != TIMESTAMP_MINUS_INFINITY;
}
static inline bool timestamp_in_range(int64_t timestamp)
{
    return timestamp >= TIMESTAMP_MIN && timestamp < TIMESTAMP_END;
}
static inline bool date_in_range(int64_t date)
{
    return date >= DATE_MIN && date < DATE_END;
}
int64_t time_make(int hour, int minute, int second, int usec);
void time_split(int64_t time, struct datetime *parts);
/* Finite values to parts and back. _make: false when out of range. The offset of `parts` is applied by timestamptz_make alone. */
void date_split(int32_t date, struct datetime *parts);
void timestamp_split(int64_t timestamp, struct datetime *parts);
void timestamptz_split(int64_t timestamp, const struct timezone *zone, struct datetime *parts);
bool timestamp_make(const struct datetime *parts, int64_t *timestamp);
bool timestamptz_make(const struct datetime *parts, int64_t *timestamp);
/* The offset that clocks of a zone had at a local time; the moment's abbreviation and season too. */
struct timezone_moment datetime_local_moment(const struct datetime *parts, const struct timezone *zone);
/* Between local and universal time; false when out of range. Infinite values stay. */
bool timestamp_to_utc(int64_t local, const struct timezone *zone, int64_t *utc);
bool timestamp_to_local(int64_t utc, const struct timezone *zone, int64_t *local);
/* Round to `precision` digits of the second; -1 leaves. */
int64_t timestamp_round(int64_t timestamp, int32_t precision);

/* ---- storage ---- */

int32_t date_load(const struct datum *stored);
int64_t timestamp_load(const struct datum *stored); /* timestamp and timestamptz */
int64_t time_load(const struct datum *stored);
struct timetz timetz_load(const struct datum *stored);
struct datum date_store(struct arena *arena, int32_t date);
struct datum timestamp_store(struct arena *arena, int64_t timestamp);
struct datum timestamptz_store(struct arena *arena, int64_t timestamp);
struct datum time_store(struct arena *arena, int64_t time);
struct datum timetz_store(struct arena *arena, struct timetz timetz);
int timetz_compare(struct timetz a, struct timetz b);

/* ---- text ---- */

/* Read by PostgreSQL's grammar of dates and times. What `special` says comes first; else the parts, with the offset of the zone that was named, or
 * of the session's. 22007, 22008, 22009, 22023 with the type's name. */
enum datetime_special { DATETIME_NORMAL, DATETIME_EPOCH, DATETIME_INFINITE, DATETIME_MINUS_INFINITE };
bool datetime_parse(const char *text, size_t len, const struct type_settings *settings, const char *type_name,
                    struct datetime *parts, enum datetime_special *special, struct diag *diag);
/* A time of day, with the offset of its zone. */
bool datetime_parse_time(const char *text, size_t len, const struct type_settings *settings, const char *type_name,
                         struct datetime *parts, struct diag *diag);
/* A zone as AT TIME ZONE, make_timestamptz and date_trunc name it: "+02:30", an abbreviation, a zone's name. */
struct datetime_zone {
    const struct timezone *zone; /* NULL: the fixed offset */
    int32_t offset;
    const char *abbreviation; /* within `zone`; NULL: the zone's own time */
};
bool datetime_find_zone(const char *text, size_t len, struct datetime_zone *zone, struct diag *diag);
int32_t datetime_zone_offset(const struct datetime_zone *zone, const struct datetime *local);
struct datetime_zone datetime_session_zone(const struct type_settings *settings);
/* The offset at an instant, and the instant in parts of that zone's clock. */
int32_t datetime_zone_offset_at(const struct datetime_zone *zone, int64_t timestamp);
void datetime_split_in(int64_t timestamp, const struct datetime_zone *zone, struct datetime *parts);

/* "+hh[:mm[:ss]]", "-hhmm" in seconds east. */
enum datetime_offset { DATETIME_OFFSET, DATETIME_OFFSET_BAD, DATETIME_OFFSET_RANGE };
enum datetime_offset datetime_parse_offset(const char *text, int32_t *offset);

/* Write in the session's DateStyle. */
enum datetime_print { DATETIME_PLAIN, DATETIME_ZONED };
void date_format(int32_t date, const struct type_settings *settings, struct buf *out);
void time_format(int64_t time, struct buf *out);
void timetz_format(struct timetz timetz, struct buf *out);
void timestamp_format(int64_t timestamp, const struct type_settings *settings, struct buf *out);
void timestamptz_format(int64_t timestamp, const struct type_settings *settings, struct buf *out);
/* "+02", "-03:30", "+00:19:32" */
void offset_format(int32_t offset, struct buf *out);
/* ".5": a dot and digits without trailing zeros; nothing for 0. */
void fraction_format(int usec, struct buf *out);

/* Fields of dates and intervals by the names that extract() and date_trunc() take, in any case ("year", "years", "isodow", "epoch"). */
enum datetime_unit {
    UNIT_UNKNOWN,
    UNIT_MICROSECOND,
    UNIT_MILLISECOND,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR,
    UNIT_DECADE,
    UNIT_CENTURY,
    UNIT_MILLENNIUM,
    UNIT_DOW,
    UNIT_ISODOW,
    UNIT_DOY,
    UNIT_ISOYEAR,
    UNIT_JULIAN,
    UNIT_EPOCH,
    UNIT_TIMEZONE,
    UNIT_TIMEZONE_HOUR,
    UNIT_TIMEZONE_MINUTE,
    UNIT_OTHER, /* a word of dates that is no unit: now, infinity */
};
enum datetime_unit datetime_unit_find(const char *text, size_t len);

#endif
