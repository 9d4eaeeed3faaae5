#include "type/datetime.h"

#include <stdlib.h>

/* The output styles (docs: 8.5.2 "Date/Time Output"). */

static void put_padded(struct buf *out, int value, int width)
{
    buf_printf(out, "%0*d", width, value);
}

static void put_two(struct buf *out, int value)
{
    char digits[2] = {(char) ('0' + value / 10 % 10), (char) ('0' + value % 10)};
    buf_append(out, digits, 2);
}

static void put_year(struct buf *out, int year)
{
    year = year > 0 ? year : 1 - year;
    if (year > 9999) {
        put_padded(out, year, 4);
        return;
    }
    put_two(out, year / 100);
    put_two(out, year % 100);
}

void fraction_format(int usec, struct buf *out)
{
    if (usec == 0)
        return;
    buf_putc(out, '.');
    for (int scale = 100000; usec; scale /= 10) {
        buf_putc(out, (char) ('0' + usec / scale));
        usec %= scale;
    }
}

void offset_format(int32_t offset, struct buf *out)
{
    int32_t size = abs(offset);
    buf_putc(out, offset < 0 ? '-' : '+');
    put_two(out, size / 3600);
    if (size % 3600 == 0)
        return;
    buf_putc(out, ':');
    put_two(out, size / 60 % 60);
    if (size % 60 == 0)
        return;
    buf_putc(out, ':');
    put_two(out, size % 60);
}

static void put_time(const struct datetime *parts, struct buf *out)
{
    put_two(out, parts->hour);
    buf_putc(out, ':');
    put_two(out, parts->minute);
    buf_putc(out, ':');
    put_two(out, parts->second);
    fraction_format(parts->usec, out);
}

static void put_day_and_month(const struct datetime *parts, const struct type_settings *settings, char mark, struct buf *out)
{
    bool day_first = settings->date_order == DATE_ORDER_DMY;
    put_two(out, day_first ? parts->day : parts->month);
    buf_putc(out, mark);
    put_two(out, day_first ? parts->month : parts->day);
}

static void put_date(const struct datetime *parts, const struct type_settings *settings, struct buf *out)
{
    switch (settings->date_style) {
    case DATE_STYLE_ISO:
        put_year(out, parts->year);
        buf_putc(out, '-');
        put_two(out, parts->month);
        buf_putc(out, '-');
        put_two(out, parts->day);
        return;
    case DATE_STYLE_SQL:
        put_day_and_month(parts, settings, '/', out);
        buf_putc(out, '/');
        break;
    case DATE_STYLE_GERMAN:
        put_two(out, parts->day);
        buf_putc(out, '.');
        put_two(out, parts->month);
        buf_putc(out, '.');
        break;
    case DATE_STYLE_POSTGRES:
        put_day_and_month(parts, settings, '-', out);
        buf_putc(out, '-');
        break;
    }
    put_year(out, parts->year);
}

static void put_era(const struct datetime *parts, struct buf *out)
{
    if (parts->year <= 0)
        buf_puts(out, " BC");
}

void date_format(int32_t date, const struct type_settings *settings, struct buf *out)
{
    if (!date_is_finite(date)) {
        buf_puts(out, date == DATE_INFINITY ? "infinity" : "-infinity");
        return;
    }
    struct datetime parts;
    date_split(date, &parts);
    put_date(&parts, settings, out);
    put_era(&parts, out);
}

void time_format(int64_t time, struct buf *out)
{
    struct datetime parts;
    time_split(time, &parts);
    put_time(&parts, out);
}

void timetz_format(struct timetz timetz, struct buf *out)
{
    time_format(timetz.time, out);
    offset_format(timetz.offset, out);
}

static void put_zone(const struct datetime *parts, const struct type_settings *settings, struct buf *out)
{
    if (settings->date_style == DATE_STYLE_ISO) {
        offset_format(parts->offset, out);
        return;
    }
    if (parts->zone) {
        buf_printf(out, " %.10s", parts->zone);
        return;
    }
    if (settings->date_style == DATE_STYLE_POSTGRES)
        buf_putc(out, ' ');
    offset_format(parts->offset, out);
}

static void put_timestamp(const struct datetime *parts, const struct type_settings *settings, enum datetime_print print,
                          struct buf *out)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (settings->date_style == DATE_STYLE_POSTGRES) {
        int julian = julian_day(parts->year, parts->month, parts->day);
        buf_puts(out, days[(julian + 1) % 7]);
        if (settings->date_order == DATE_ORDER_DMY)
            buf_printf(out, " %02d %s ", parts->day, months[parts->month - 1]);
        else
            buf_printf(out, " %s %02d ", months[parts->month - 1], parts->day);
        put_time(parts, out);
        buf_putc(out, ' ');
        put_year(out, parts->year);
    } else {
        put_date(parts, settings, out);
        buf_putc(out, ' ');
        put_time(parts, out);
    }
    if (print == DATETIME_ZONED)
        put_zone(parts, settings, out);
    put_era(parts, out);
}

static bool put_infinite(int64_t timestamp, struct buf *out)
{
    if (timestamp_is_finite(timestamp))
        return false;
    buf_puts(out, timestamp == TIMESTAMP_INFINITY ? "infinity" : "-infinity");
    return true;
}

void timestamp_format(int64_t timestamp, const struct type_settings *settings, struct buf *out)
{
    struct datetime parts;
    if (put_infinite(timestamp, out))
        return;
    timestamp_split(timestamp, &parts);
    put_timestamp(&parts, settings, DATETIME_PLAIN, out);
}

void timestamptz_format(int64_t timestamp, const struct type_settings *settings, struct buf *out)
{
    struct datetime parts;
    if (put_infinite(timestamp, out))
        return;
    timestamptz_split(timestamp, settings->timezone, &parts);
    put_timestamp(&parts, settings, DATETIME_ZONED, out);
}
