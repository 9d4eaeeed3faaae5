#include "type/datetime.h"

#include <stdio.h>

/* The Gregorian calendar, without end in both directions, by day numbers; and the storage form of values. */

bool is_leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap_year(year));
}

/* Years are counted from March, so that the leap day is a year's last; 800 years are added so that no division sees a negative. */
int julian_day(int year, int month, int day)
{
    int64_t y = (int64_t) year + 8000, m = month;
    if (m > 2) {
        m -= 3;
    } else {
        m += 9;
        y--;
    }
    int64_t days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    return (int) (days - 1200820);
}

void julian_date(int julian, int *year, int *month, int *day)
{
    int64_t days = (int64_t) julian + 1200820;
    int64_t era = days / 146097, of_era = days % 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    *day = (int) (of_year - (153 * m + 2) / 5 + 1);
    *month = (int) (m < 10 ? m + 3 : m - 9);
    *year = (int) (era * 400 + y - 8000 + (m >= 10));
}

bool julian_valid(int year, int month, int day)
{
    (void) day;
    return (year > -4713 || (year == -4713 && month >= 11)) && (year < 5874898 || (year == 5874898 && month < 6));
}

int64_t time_make(int hour, int minute, int second, int usec)
{
    return ((hour * INT64_C(60) + minute) * 60 + second) * USECS_PER_SECOND + usec;
}

void time_split(int64_t time, struct datetime *parts)
{
    parts->usec = (int) (time % USECS_PER_SECOND);
    int64_t seconds = time / USECS_PER_SECOND;
    parts->second = (int) (seconds % 60);
    parts->minute = (int) (seconds / 60 % 60);
    parts->hour = (int) (seconds / 3600);
}

void date_split(int32_t date, struct datetime *parts)
{
    *parts = (struct datetime){0};
    julian_date(date + EPOCH_JULIAN, &parts->year, &parts->month, &parts->day);
}

void timestamp_split(int64_t timestamp, struct datetime *parts)
{
    int64_t days = timestamp / USECS_PER_DAY, time = timestamp % USECS_PER_DAY;
    if (time < 0) {
        time += USECS_PER_DAY;
        days--;
    }
    date_split((int32_t) days, parts);
    time_split(time, parts);
}

static int64_t floor_seconds(int64_t usecs)
{
    return usecs / USECS_PER_SECOND - (usecs % USECS_PER_SECOND < 0);
}

void timestamptz_split(int64_t timestamp, const struct timezone *zone, struct datetime *parts)
{
    struct timezone_moment moment = timezone_at(zone, floor_seconds(timestamp) + EPOCH_SECONDS);
    timestamp_split(timestamp + moment.offset * USECS_PER_SECOND, parts);
    parts->offset = moment.offset;
    parts->is_dst = moment.is_dst;
    parts->zone = moment.abbreviation;
}

static bool make(const struct datetime *parts, int32_t offset, int64_t *timestamp)
{
    if (!julian_valid(parts->year, parts->month, parts->day))
        return false;
    int64_t days = julian_day(parts->year, parts->month, parts->day) - EPOCH_JULIAN, result;
    if (__builtin_mul_overflow(days, USECS_PER_DAY, &result) ||
        __builtin_add_overflow(result, time_make(parts->hour, parts->minute, parts->second, parts->usec), &result) ||
        __builtin_sub_overflow(result, offset * USECS_PER_SECOND, &result))
        return false;
    *timestamp = result;
    return timestamp_in_range(result);
}

bool timestamp_make(const struct datetime *parts, int64_t *timestamp)
{
    return make(parts, 0, timestamp);
}

bool timestamptz_make(const struct datetime *parts, int64_t *timestamp)
{
    return make(parts, parts->offset, timestamp);
}

struct timezone_moment datetime_local_moment(const struct datetime *parts, const struct timezone *zone)
{
    if (!julian_valid(parts->year, parts->month, parts->day))
        return timezone_at(zone, 0);
    int64_t days = julian_day(parts->year, parts->month, parts->day) - UNIX_JULIAN;
    return timezone_at_local(zone, days * 86400 + parts->hour * INT64_C(3600) + parts->minute * 60 + parts->second);
}

bool timestamp_to_utc(int64_t local, const struct timezone *zone, int64_t *utc)
{
    *utc = local;
    if (!timestamp_is_finite(local))
        return true;
    struct timezone_moment moment = timezone_at_local(zone, floor_seconds(local) + EPOCH_SECONDS);
    return !__builtin_sub_overflow(local, moment.offset * USECS_PER_SECOND, utc) && timestamp_in_range(*utc);
}

bool timestamp_to_local(int64_t utc, const struct timezone *zone, int64_t *local)
{
    *local = utc;
    if (!timestamp_is_finite(utc))
        return true;
    struct timezone_moment moment = timezone_at(zone, floor_seconds(utc) + EPOCH_SECONDS);
    return !__builtin_add_overflow(utc, moment.offset * USECS_PER_SECOND, local) && timestamp_in_range(*local);
}

int64_t timestamp_round(int64_t timestamp, int32_t precision)
{
    static const int64_t scales[] = {1000000, 100000, 10000, 1000, 100, 10};
    if (precision < 0 || precision > 5 || !timestamp_is_finite(timestamp))
        return timestamp;
    int64_t scale = scales[precision], half = scale / 2;
    return timestamp >= 0 ? (timestamp + half) / scale * scale : -((-timestamp + half) / scale * scale);
}

/* ---- storage ---- */

struct reader {
    const char *at, *end;
};

static int64_t read_number(struct reader *reader)
{
    uint64_t number = 0;
    for (; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9'; reader->at++)
        number = number * 10 + (uint64_t) (*reader->at - '0');
    return (int64_t) number;
}

static bool read_char(struct reader *reader, char c)
{
    if (reader->at < reader->end && *reader->at == c) {
        reader->at++;
        return true;
    }
    return false;
}

static int64_t read_fraction(struct reader *reader)
{
    int64_t number = 0;
    int digits = 0;
    for (; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9'; reader->at++)
        if (digits < 6) {
            number = number * 10 + (*reader->at - '0');
            digits++;
        }
    for (; digits < 6; digits++)
        number *= 10;
    return number;
}

/* Modulo 2^64: the longest negative interval has a magnitude of 2^63, and a foreign file may hold anything. */
static int64_t read_time(struct reader *reader)
{
    int64_t hour = read_number(reader), minute = 0, second = 0, usec = 0;
    if (read_char(reader, ':'))
        minute = read_number(reader);
    if (read_char(reader, ':'))
        second = read_number(reader);
    if (read_char(reader, '.'))
        usec = read_fraction(reader);
    uint64_t seconds = ((uint64_t) hour * 60 + (uint64_t) minute) * 60 + (uint64_t) second;
    return (int64_t) (seconds * USECS_PER_SECOND + (uint64_t) usec);
}

/* "+01", "+01:30", "-00:19:32" in seconds; nothing is 0. */
static int32_t read_offset(struct reader *reader)
{
    if (reader->at >= reader->end || (*reader->at != '+' && *reader->at != '-'))
        return 0;
    bool negative = *reader->at++ == '-';
    int32_t offset = (int32_t) read_number(reader) * 3600;
    if (read_char(reader, ':'))
        offset += (int32_t) read_number(reader) * 60;
    if (read_char(reader, ':'))
        offset += (int32_t) read_number(reader);
    return negative ? -offset : offset;
}

/* Days since 2000. */
static int64_t read_date(struct reader *reader)
{
    bool before_christ = read_char(reader, '/');
    read_char(reader, 'Y');
    int year = (int) read_number(reader), month = 1, day = 1;
    if (before_christ)
        year -= 9999;
    if (read_char(reader, '-'))
        month = (int) read_number(reader);
    if (read_char(reader, '-'))
        day = (int) read_number(reader);
    return julian_day(year, month, day) - EPOCH_JULIAN;
}

static bool is_infinite(const struct datum *stored, bool *negative)
{
    *negative = stored->len && *stored->data == '-';
    return stored->len >= 8 && stored->data[*negative] == 'i';
}

/* A number in a file of another tool: seconds since 1970, as SQLite's own functions have them. */
static bool is_number(const struct datum *stored, int64_t *usecs)
{
    if (stored->kind == DATUM_INT)
        *usecs = (stored->i - EPOCH_SECONDS) * USECS_PER_SECOND;
    else if (stored->kind == DATUM_REAL)
        *usecs = (int64_t) ((stored->r - (double) EPOCH_SECONDS) * 1e6);
    else
        return false;
    return true;
}

int64_t timestamp_load(const struct datum *stored)
{
    bool negative;
    int64_t usecs;
    if (is_number(stored, &usecs))
        return usecs;
    if (is_infinite(stored, &negative))
        return negative ? TIMESTAMP_MINUS_INFINITY : TIMESTAMP_INFINITY;
    struct reader reader = {stored->data, stored->data + stored->len};
    int64_t days = read_date(&reader), time = 0;
    if (read_char(&reader, ' ') || read_char(&reader, 'T'))
        time = read_time(&reader);
    return (int64_t) ((uint64_t) days * USECS_PER_DAY + (uint64_t) time - (uint64_t) (read_offset(&reader) * USECS_PER_SECOND));
}

int32_t date_load(const struct datum *stored)
{
    bool negative;
    int64_t usecs;
    if (is_number(stored, &usecs))
        return (int32_t) (usecs / USECS_PER_DAY);
    if (is_infinite(stored, &negative))
        return negative ? DATE_MINUS_INFINITY : DATE_INFINITY;
    struct reader reader = {stored->data, stored->data + stored->len};
    return (int32_t) read_date(&reader);
}

int64_t time_load(const struct datum *stored)
{
    if (stored->kind != DATUM_TEXT)
        return 0;
    struct reader reader = {stored->data, stored->data + stored->len};
    return read_time(&reader);
}

struct timetz timetz_load(const struct datum *stored)
{
    if (stored->kind != DATUM_TEXT)
        return (struct timetz){0, 0};
    struct reader reader = {stored->data, stored->data + stored->len};
    int64_t time = read_time(&reader);
    return (struct timetz){time, read_offset(&reader)};
}

static char *put_two(char *at, int value)
{
    *at++ = (char) ('0' + value / 10 % 10);
    *at++ = (char) ('0' + value % 10);
    return at;
}

static char *put_date(char *at, const struct datetime *parts)
{
    if (parts->year > 9999) {
        at += sprintf(at, "Y%07d", parts->year);
    } else {
        int year = parts->year;
        if (year < 1) {
            *at++ = '/';
            year += 9999;
        }
        at = put_two(put_two(at, year / 100), year % 100);
    }
    *at++ = '-';
    at = put_two(at, parts->month);
    *at++ = '-';
    return put_two(at, parts->day);
}

static char *put_fraction(char *at, int usec)
{
    if (usec == 0)
        return at;
    *at++ = '.';
    for (int scale = 100000; usec; scale /= 10) {
        *at++ = (char) ('0' + usec / scale);
        usec %= scale;
    }
    return at;
}

static char *put_time(char *at, const struct datetime *parts)
{
    at = put_two(at, parts->hour);
    *at++ = ':';
    at = put_two(at, parts->minute);
    *at++ = ':';
    return put_fraction(put_two(at, parts->second), parts->usec);
}

enum { STORED_MAX = 48 };

struct datum date_store(struct arena *arena, int32_t date)
{
    if (!date_is_finite(date))
        return datum_cstr(date == DATE_INFINITY ? "infinity" : "-infinity");
    struct datetime parts;
    char *text = arena_alloc(arena, STORED_MAX);
    date_split(date, &parts);
    return datum_text(text, (size_t) (put_date(text, &parts) - text));
}

static struct datum store(struct arena *arena, int64_t timestamp, const char *tail)
{
    if (!timestamp_is_finite(timestamp))
        return datum_cstr(timestamp == TIMESTAMP_INFINITY ? "infinity" : "-infinity");
    struct datetime parts;
    char *text = arena_alloc(arena, STORED_MAX);
    timestamp_split(timestamp, &parts);
    char *at = put_date(text, &parts);
    *at++ = ' ';
    at = put_time(at, &parts);
    while (*tail)
        *at++ = *tail++;
    return datum_text(text, (size_t) (at - text));
}

struct datum timestamp_store(struct arena *arena, int64_t timestamp)
{
    return store(arena, timestamp, "");
}

struct datum timestamptz_store(struct arena *arena, int64_t timestamp)
{
    return store(arena, timestamp, "+00:00");
}

struct datum time_store(struct arena *arena, int64_t time)
{
    struct datetime parts;
    char *text = arena_alloc(arena, STORED_MAX);
    time_split(time, &parts);
    return datum_text(text, (size_t) (put_time(text, &parts) - text));
}

struct datum timetz_store(struct arena *arena, struct timetz timetz)
{
    struct buf text = {0};
    timetz_format(timetz, &text);
    struct datum stored = datum_text(arena_strndup(arena, text.data, text.len), text.len);
    buf_deinit(&text);
    return stored;
}

/* By the instant; equal instants by their zone, west first. */
int timetz_compare(struct timetz a, struct timetz b)
{
    int64_t instant_a = a.time - a.offset * USECS_PER_SECOND, instant_b = b.time - b.offset * USECS_PER_SECOND;
    if (instant_a != instant_b)
        return instant_a < instant_b ? -1 : 1;
    return (a.offset < b.offset) - (a.offset > b.offset);
}
