#include "type/interval.h"

#include "type/datetime.h"

#include <stdlib.h>

/* Output in the four styles; storage. */

struct parts {
    int years, months, days;
    int64_t hours;
    int minutes, seconds, usec;
};

static struct parts split(const struct interval *interval)
{
    struct parts parts = {.years = interval->months / 12, .months = interval->months % 12, .days = interval->days};
    int64_t time = interval->time;
    parts.hours = time / USECS_PER_HOUR;
    time %= USECS_PER_HOUR;
    parts.minutes = (int) (time / USECS_PER_MINUTE);
    time %= USECS_PER_MINUTE;
    parts.seconds = (int) (time / USECS_PER_SECOND);
    parts.usec = (int) (time % USECS_PER_SECOND);
    return parts;
}

static void put_seconds(int seconds, int usec, int width, struct buf *out)
{
    buf_printf(out, "%0*d", width, abs(seconds));
    fraction_format(abs(usec), out);
}

struct style_state {
    bool is_zero, is_before;
};

static void put_unit(struct buf *out, int value, const char *unit, struct style_state *state)
{
    if (value == 0)
        return;
    buf_printf(out, "%s%s%d %s%s", state->is_zero ? "" : " ", state->is_before && value > 0 ? "+" : "", value, unit,
               value == 1 ? "" : "s");
    state->is_before = value < 0;
    state->is_zero = false;
}

static void format_postgres(const struct parts *parts, struct buf *out)
{
    struct style_state state = {.is_zero = true};
    put_unit(out, parts->years, "year", &state);
    put_unit(out, parts->months, "mon", &state);
    put_unit(out, parts->days, "day", &state);
    if (!state.is_zero && !parts->hours && !parts->minutes && !parts->seconds && !parts->usec)
        return;
    bool minus = parts->hours < 0 || parts->minutes < 0 || parts->seconds < 0 || parts->usec < 0;
    buf_printf(out, "%s%s%02lld:%02d:", state.is_zero ? "" : " ",
               minus             ? "-"
               : state.is_before ? "+"
                                 : "",
               llabs((long long) parts->hours), abs(parts->minutes));
    put_seconds(parts->seconds, parts->usec, 2, out);
}

static void put_verbose(struct buf *out, int64_t value, const char *unit, struct style_state *state)
{
    if (value == 0)
        return;
    if (state->is_zero) {
        state->is_before = value < 0;
        value = value < 0 ? -value : value;
    } else if (state->is_before) {
        value = -value;
    }
    buf_printf(out, " %lld %s%s", (long long) value, unit, value == 1 ? "" : "s");
    state->is_zero = false;
}

static void format_verbose(const struct parts *parts, struct buf *out)
{
    struct style_state state = {.is_zero = true};
    buf_putc(out, '@');
    put_verbose(out, parts->years, "year", &state);
    put_verbose(out, parts->months, "mon", &state);
    put_verbose(out, parts->days, "day", &state);
    put_verbose(out, parts->hours, "hour", &state);
    put_verbose(out, parts->minutes, "min", &state);
    if (parts->seconds || parts->usec) {
        bool negative = parts->seconds < 0 || parts->usec < 0;
        buf_putc(out, ' ');
        if (state.is_zero)
            state.is_before = negative;
        else if (negative != state.is_before)
            buf_putc(out, '-');
        put_seconds(parts->seconds, parts->usec, 1, out);
        buf_puts(out, abs(parts->seconds) != 1 || parts->usec ? " secs" : " sec");
        state.is_zero = false;
    }
    if (state.is_zero)
        buf_puts(out, " 0");
    if (state.is_before)
        buf_puts(out, " ago");
}

static void format_standard(struct parts parts, struct buf *out)
{
    bool negative_month = parts.years < 0 || parts.months < 0, negative_day = parts.days < 0;
    bool negative_time = parts.hours < 0 || parts.minutes < 0 || parts.seconds < 0 || parts.usec < 0;
    bool has_negative = negative_month || negative_day || negative_time;
    bool has_positive = parts.years > 0 || parts.months > 0 || parts.days > 0 || parts.hours > 0 || parts.minutes > 0 ||
                        parts.seconds > 0 || parts.usec > 0;
    bool has_month = parts.years || parts.months;
    bool has_time = parts.hours || parts.minutes || parts.seconds || parts.usec, has_day = parts.days != 0;
    long long hours = llabs((long long) parts.hours);
    if (!has_negative && !has_positive) {
        buf_putc(out, '0');
        return;
    }
    if ((has_negative && has_positive) || (has_month && (has_day || has_time))) {
        buf_printf(out, "%c%d-%d %c%lld %c%lld:%02d:", negative_month ? '-' : '+', abs(parts.years), abs(parts.months),
                   negative_day ? '-' : '+', llabs((long long) parts.days), negative_time ? '-' : '+', hours, abs(parts.minutes));
        put_seconds(parts.seconds, parts.usec, 2, out);
        return;
    }
    if (has_negative)
        buf_putc(out, '-');
    if (has_month) {
        buf_printf(out, "%d-%d", abs(parts.years), abs(parts.months));
        return;
    }
    if (has_day)
        buf_printf(out, "%lld ", llabs((long long) parts.days));
    buf_printf(out, "%lld:%02d:", hours, abs(parts.minutes));
    put_seconds(parts.seconds, parts.usec, 2, out);
}

static void put_iso(struct buf *out, int64_t value, char unit)
{
    if (value)
        buf_printf(out, "%lld%c", (long long) value, unit);
}

static void format_iso(const struct parts *parts, struct buf *out)
{
    bool has_time = parts->hours || parts->minutes || parts->seconds || parts->usec;
    if (!has_time && !parts->years && !parts->months && !parts->days) {
        buf_puts(out, "PT0S");
        return;
    }
    buf_putc(out, 'P');
    put_iso(out, parts->years, 'Y');
    put_iso(out, parts->months, 'M');
    put_iso(out, parts->days, 'D');
    if (!has_time)
        return;
    buf_putc(out, 'T');
    put_iso(out, parts->hours, 'H');
    put_iso(out, parts->minutes, 'M');
    if (!parts->seconds && !parts->usec)
        return;
    if (parts->seconds < 0 || parts->usec < 0)
        buf_putc(out, '-');
    put_seconds(parts->seconds, parts->usec, 1, out);
    buf_putc(out, 'S');
}

void interval_format(const struct interval *interval, enum interval_style style, struct buf *out)
{
    struct parts parts = split(interval);
    switch (style) {
    case INTERVAL_STYLE_POSTGRES:
        format_postgres(&parts, out);
        break;
    case INTERVAL_STYLE_POSTGRES_VERBOSE:
        format_verbose(&parts, out);
        break;
    case INTERVAL_STYLE_SQL_STANDARD:
        format_standard(parts, out);
        break;
    case INTERVAL_STYLE_ISO_8601:
        format_iso(&parts, out);
        break;
    }
}

struct datum interval_store(struct arena *arena, const struct interval *interval)
{
    struct buf text = {0};
    interval_format(interval, INTERVAL_STYLE_POSTGRES, &text);
    struct datum stored = datum_text(arena_strndup(arena, text.data, text.len), text.len);
    buf_deinit(&text);
    return stored;
}

/* The stored text, quickly: numbers with y, m or d behind them, and a time. Anything else goes to the parser. */
static bool load_quickly(const struct datum *stored, struct interval *interval)
{
    const char *at = stored->data, *end = at + stored->len;
    while (at < end) {
        bool negative = *at == '-';
        if (*at == '-' || *at == '+')
            at++;
        const char *digits = at;
        int64_t number = 0;
        for (; at < end && *at >= '0' && *at <= '9' && at - digits < 11; at++)
            number = number * 10 + (*at - '0');
        if (at == digits || at == end)
            return false;
        if (*at == ':') {
            struct datum time = datum_text(digits, (size_t) (end - digits));
            interval->time = time_load(&time);
            if (negative)
                interval->time = (int64_t) (0 - (uint64_t) interval->time);
            return true;
        }
        if (*at != ' ' || end - at < 4)
            return false;
        char unit = at[1];
        if (negative)
            number = -number;
        if (unit == 'y')
            interval->months = (int32_t) (interval->months + number * 12);
        else if (unit == 'm')
            interval->months = (int32_t) (interval->months + number);
        else if (unit == 'd')
            interval->days = (int32_t) (interval->days + number);
        else
            return false;
        for (at++; at < end && *at != ' '; at++)
            ;
        at += at < end;
    }
    return true;
}

struct interval interval_load(const struct datum *stored)
{
    struct interval interval = {0};
    if (stored->kind != DATUM_TEXT)
        return interval;
    if (!load_quickly(stored, &interval)) {
        interval = (struct interval){0};
        interval_parse(stored->data, stored->len, -1, INTERVAL_STYLE_POSTGRES, &interval, NULL);
    }
    return interval;
}

__int128 interval_span(const struct interval *interval)
{
    return (__int128) interval->time + ((__int128) interval->months * 30 + interval->days) * USECS_PER_DAY;
}

int interval_compare(const struct interval *a, const struct interval *b)
{
    __int128 span_a = interval_span(a), span_b = interval_span(b);
    return (span_a > span_b) - (span_a < span_b);
}

void interval_apply_typmod(struct interval *interval, int32_t typmod)
{
    if (typmod < 0)
        return;
    int fields = typmod >> 16 & INTERVAL_ALL_FIELDS, precision = typmod & INTERVAL_FULL_PRECISION;
    if (fields != INTERVAL_ALL_FIELDS) {
        if (fields == INTERVAL_YEAR)
            interval->months -= interval->months % 12;
        if (!(fields & ~(INTERVAL_YEAR | INTERVAL_MONTH)))
            interval->days = 0;
        if (!(fields & (INTERVAL_HOUR | INTERVAL_MINUTE | INTERVAL_SECOND)))
            interval->time = 0;
        else if (!(fields & (INTERVAL_MINUTE | INTERVAL_SECOND)))
            interval->time -= interval->time % USECS_PER_HOUR;
        else if (!(fields & INTERVAL_SECOND))
            interval->time -= interval->time % USECS_PER_MINUTE;
    }
    if (precision < 6)
        interval->time = timestamp_round(interval->time, precision);
}
