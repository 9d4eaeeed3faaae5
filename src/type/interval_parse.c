#include "type/interval.h"

#include "type/datetime_token.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* Intervals: numbers with units behind them, read from the right so that a unit is known before its number (docs: 8.5.4 "Interval Input"). */

struct sum {
    int64_t time;
    int days, months, years;
};

/* ---- adding up, with the smaller fields taking fractions of the greater ---- */

static bool add_usec_fraction(struct sum *sum, double fraction, int64_t scale)
{
    if (fraction == 0)
        return true;
    fraction *= (double) scale;
    int64_t usec = (int64_t) fraction;
    fraction -= (double) usec;
    if (fraction > 0.5)
        usec++;
    else if (fraction < -0.5)
        usec--;
    return !__builtin_add_overflow(sum->time, usec, &sum->time);
}

static bool add_time(struct sum *sum, int64_t value, double fraction, int64_t scale)
{
    int64_t product;
    return !__builtin_mul_overflow(value, scale, &product) && !__builtin_add_overflow(sum->time, product, &sum->time) &&
           add_usec_fraction(sum, fraction, scale);
}

static bool add_days(struct sum *sum, int64_t value, int scale)
{
    int product;
    return value >= INT_MIN && value <= INT_MAX && !__builtin_mul_overflow((int) value, scale, &product) &&
           !__builtin_add_overflow(sum->days, product, &sum->days);
}

static bool add_day_fraction(struct sum *sum, double fraction, int scale)
{
    if (fraction == 0)
        return true;
    fraction *= scale;
    int days = (int) fraction;
    if (__builtin_add_overflow(sum->days, days, &sum->days))
        return false;
    return add_usec_fraction(sum, fraction - days, USECS_PER_DAY);
}

static bool add_months(struct sum *sum, int64_t value)
{
    return value >= INT_MIN && value <= INT_MAX && !__builtin_add_overflow(sum->months, (int) value, &sum->months);
}

static bool add_years(struct sum *sum, int64_t value, double fraction, int scale)
{
    int product;
    if (value < INT_MIN || value > INT_MAX || __builtin_mul_overflow((int) value, scale, &product) ||
        __builtin_add_overflow(sum->years, product, &sum->years))
        return false;
    return !__builtin_add_overflow(sum->months, (int) rint(fraction * scale * 12), &sum->months);
}

/* ---- PostgreSQL's form ---- */

enum {
    SEEN_USEC = 1,
    SEEN_MSEC = 2,
    SEEN_SECOND = 4,
    SEEN_MINUTE = 8,
    SEEN_HOUR = 16,
    SEEN_DAY = 32,
    SEEN_WEEK = 64,
    SEEN_MONTH = 128,
    SEEN_YEAR = 256,
    SEEN_DECADE = 512,
    SEEN_CENTURY = 1024,
    SEEN_MILLENNIUM = 2048,
    SEEN_SECONDS = SEEN_USEC | SEEN_MSEC | SEEN_SECOND,
    SEEN_TIME = SEEN_HOUR | SEEN_MINUTE | SEEN_SECONDS,
};

static enum parse_result parse_long(const char *text, const char **end, int64_t *value)
{
    char *stop;
    errno = 0;
    *value = strtoll(text, &stop, 10);
    *end = stop;
    return errno == ERANGE ? PARSE_RANGE : PARSE_OK;
}

static enum parse_result parse_clock(const char *text, int fields, struct sum *sum)
{
    int64_t hours;
    int minutes, seconds = 0, usec = 0;
    const char *at;
    enum parse_result result;
    if (parse_long(text, &at, &hours))
        return PARSE_RANGE;
    if (*at != ':')
        return PARSE_BAD;
    if (parse_int(at + 1, &at, &minutes))
        return PARSE_RANGE;
    bool shift = false;
    if (*at == '\0') {
        shift = fields == (INTERVAL_MINUTE | INTERVAL_SECOND);
    } else if (*at == '.') {
        if ((result = parse_fraction(at, &usec)))
            return result;
        shift = true;
    } else if (*at == ':') {
        if (parse_int(at + 1, &at, &seconds))
            return PARSE_RANGE;
        if (*at == '.' && (result = parse_fraction(at, &usec)))
            return result;
        if (*at != '.' && *at)
            return PARSE_BAD;
    } else {
        return PARSE_BAD;
    }
    if (shift) {
        if (hours > INT_MAX || hours < INT_MIN)
            return PARSE_RANGE;
        seconds = minutes;
        minutes = (int) hours;
        hours = 0;
    }
    if (hours < 0 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60 || usec < 0 || usec > USECS_PER_SECOND)
        return PARSE_RANGE;
    int64_t time;
    if (__builtin_mul_overflow(hours, USECS_PER_HOUR, &time) ||
        __builtin_add_overflow(time, minutes * USECS_PER_MINUTE + seconds * USECS_PER_SECOND + usec, &time))
        return PARSE_RANGE;
    sum->time = time;
    return PARSE_OK;
}

/* The unit of a last number without one. */
static enum datetime_unit unit_of_fields(int fields)
{
    if (fields == INTERVAL_YEAR)
        return UNIT_YEAR;
    if (fields == INTERVAL_MONTH || fields == (INTERVAL_YEAR | INTERVAL_MONTH))
        return UNIT_MONTH;
    if (fields == INTERVAL_DAY)
        return UNIT_DAY;
    if (fields == INTERVAL_ALL_FIELDS || (fields & INTERVAL_SECOND))
        return UNIT_SECOND;
    return fields & INTERVAL_MINUTE ? UNIT_MINUTE : UNIT_HOUR;
}

struct state {
    struct sum sum;
    int fields;
    int unit; /* of the next number; UNIT_UNKNOWN: not said */
    bool force_negative, ago;
    unsigned seen, now;
};

static bool add_unit(struct state *s, int64_t value, double fraction)
{
    static const int scales[] = {[UNIT_YEAR] = 1, [UNIT_DECADE] = 10, [UNIT_CENTURY] = 100, [UNIT_MILLENNIUM] = 1000};
    static const unsigned marks[] = {
        [UNIT_YEAR] = SEEN_YEAR, [UNIT_DECADE] = SEEN_DECADE, [UNIT_CENTURY] = SEEN_CENTURY, [UNIT_MILLENNIUM] = SEEN_MILLENNIUM};
    struct sum *sum = &s->sum;
    switch (s->unit) {
    case UNIT_MICROSECOND:
        s->now = SEEN_USEC;
        return add_time(sum, value, fraction, 1);
    case UNIT_MILLISECOND:
        s->now = SEEN_MSEC;
        return add_time(sum, value, fraction, 1000);
    case UNIT_SECOND:
        s->now = fraction == 0 ? SEEN_SECOND : SEEN_SECONDS;
        return add_time(sum, value, fraction, USECS_PER_SECOND);
    case UNIT_MINUTE:
        s->now = SEEN_MINUTE;
        return add_time(sum, value, fraction, USECS_PER_MINUTE);
    case UNIT_HOUR:
        s->now = SEEN_HOUR;
        s->unit = UNIT_DAY;
        return add_time(sum, value, fraction, USECS_PER_HOUR);
    case UNIT_DAY:
        s->now = SEEN_DAY;
        return add_days(sum, value, 1) && add_usec_fraction(sum, fraction, USECS_PER_DAY);
    case UNIT_WEEK:
        s->now = SEEN_WEEK;
        return add_days(sum, value, 7) && add_day_fraction(sum, fraction, 7);
    case UNIT_MONTH:
        s->now = SEEN_MONTH;
        return add_months(sum, value) && add_day_fraction(sum, fraction, 30);
    default:
        s->now = marks[s->unit];
        return add_years(sum, value, fraction, scales[s->unit]);
    }
}

static bool is_countable(int unit)
{
    return unit >= UNIT_MICROSECOND && unit <= UNIT_MILLENNIUM && unit != UNIT_QUARTER;
}

static enum parse_result number(struct state *s, const char *text)
{
    int64_t value;
    double fraction = 0;
    const char *end;
    if (s->unit == UNIT_UNKNOWN)
        s->unit = unit_of_fields(s->fields);
    if (parse_long(text, &end, &value))
        return PARSE_RANGE;
    if (*end == '-') { /* years-months */
        int months;
        if (parse_int(end + 1, &end, &months) || months < 0 || months >= 12)
            return PARSE_RANGE;
        if (*end)
            return PARSE_BAD;
        s->unit = UNIT_MONTH;
        if (*text == '-')
            months = -months;
        if (__builtin_mul_overflow(value, 12, &value) || __builtin_add_overflow(value, months, &value))
            return PARSE_RANGE;
    } else if (*end == '.') {
        if (end[1]) {
            char *stop;
            errno = 0;
            fraction = strtod(end, &stop);
            if (*stop || errno)
                return PARSE_BAD;
        }
        if (*text == '-')
            fraction = -fraction;
    } else if (*end) {
        return PARSE_BAD;
    }
    if (s->force_negative) {
        value = value > 0 ? -value : value;
        fraction = fraction > 0 ? -fraction : fraction;
    }
    if (!is_countable(s->unit))
        return PARSE_BAD;
    return add_unit(s, value, fraction) ? PARSE_OK : PARSE_RANGE;
}

static enum parse_result clock_token(struct state *s, const char *text, bool negative)
{
    enum parse_result result = parse_clock(text, s->fields, &s->sum);
    if (result)
        return result;
    s->now = SEEN_TIME;
    if (negative || (s->force_negative && s->sum.time > 0))
        s->sum.time = -s->sum.time;
    s->unit = UNIT_DAY;
    return PARSE_OK;
}

static enum parse_result one_token(struct state *s, const struct token *token)
{
    int value;
    struct sum before = s->sum;
    s->now = 0;
    switch (token->kind) {
    case TOKEN_TIME:
        return clock_token(s, token->text, false);
    case TOKEN_ZONE:
        if (strchr(token->text + 1, ':') && clock_token(s, token->text + 1, *token->text == '-') == PARSE_OK)
            return PARSE_OK;
        s->sum = before;
        return number(s, token->text);
    case TOKEN_DATE:
    case TOKEN_NUMBER:
        return number(s, token->text);
    default:
        break;
    }
    enum word_kind kind = word_find_interval(token->text, &value);
    if (kind == WORD_UNKNOWN)
        kind = word_find(token->text, &value);
    switch (kind) {
    case WORD_IGNORED:
        return PARSE_OK;
    case WORD_UNIT:
        s->unit = value;
        return PARSE_OK;
    case WORD_AGO:
        s->ago = true;
        s->unit = UNIT_UNKNOWN;
        return PARSE_OK;
    default:
        return PARSE_BAD;
    }
}

static enum parse_result parse_words(const struct token_list *list, int fields, enum interval_style style, struct sum *sum)
{
    struct state s = {.fields = fields};
    if (style == INTERVAL_STYLE_SQL_STANDARD && list->count && *list->tokens[0].text == '-') {
        /* The standard's one leading sign is for all fields, if no other is written. */
        s.force_negative = true;
        for (int i = 1; i < list->count; i++)
            if (*list->tokens[i].text == '-' || *list->tokens[i].text == '+')
                s.force_negative = false;
    }
    for (int i = list->count - 1; i >= 0; i--) {
        enum parse_result result = one_token(&s, &list->tokens[i]);
        if (result)
            return result;
        if (s.now & s.seen)
            return PARSE_BAD;
        s.seen |= s.now;
    }
    if (!s.seen)
        return PARSE_BAD;
    *sum = s.sum;
    if (!s.ago)
        return PARSE_OK;
    if (sum->time == INT64_MIN || sum->days == INT_MIN || sum->months == INT_MIN || sum->years == INT_MIN)
        return PARSE_RANGE;
    *sum = (struct sum){-sum->time, -sum->days, -sum->months, -sum->years};
    return PARSE_OK;
}

/* ---- ISO 8601 ---- */

static enum parse_result iso_number(const char **text, int64_t *whole, double *fraction)
{
    char *end;
    if (!isdigit((unsigned char) **text) && **text != '-' && **text != '.')
        return PARSE_BAD;
    errno = 0;
    double value = strtod(*text, &end);
    if (end == *text || errno)
        return PARSE_BAD;
    if (isnan(value) || value < -1.0e15 || value > 1.0e15)
        return PARSE_RANGE;
    *text = end;
    *whole = (int64_t) (value >= 0 ? floor(value) : -floor(-value));
    *fraction = value - (double) *whole;
    return PARSE_OK;
}

static size_t integer_width(const char *text)
{
    text += *text == '-';
    return strspn(text, "0123456789");
}

#define TRY(condition)                                                                                                           \
    if (!(condition))                                                                                                            \
    return PARSE_RANGE
#define NUMBER(text)                                                                                                             \
    if ((result = iso_number(text, &value, &fraction)))                                                                          \
    return result

/* P[yyyy]-[mm]-[dd]; *done: the text is at its end. */
static enum parse_result iso_extended_date(const char **text, char unit, int64_t value, double fraction, struct sum *sum,
                                           bool *done)
{
    enum parse_result result;
    *done = true;
    TRY(add_years(sum, value, fraction, 1));
    if (unit == '\0')
        return PARSE_OK;
    if (unit != 'T') {
        NUMBER(text);
        TRY(add_months(sum, value) && add_day_fraction(sum, fraction, 30));
        if (**text == '\0')
            return PARSE_OK;
        unit = *(*text)++;
    }
    if (unit != 'T') {
        if (unit != '-')
            return PARSE_BAD;
        NUMBER(text);
        TRY(add_days(sum, value, 1) && add_usec_fraction(sum, fraction, USECS_PER_DAY));
        if (**text == '\0')
            return PARSE_OK;
        unit = *(*text)++;
    }
    *done = false;
    return unit == 'T' ? PARSE_OK : PARSE_BAD;
}

static enum parse_result iso_extended_time(const char **text, char unit, int64_t value, double fraction, struct sum *sum)
{
    enum parse_result result;
    TRY(add_time(sum, value, fraction, USECS_PER_HOUR));
    if (unit == '\0')
        return PARSE_OK;
    NUMBER(text);
    TRY(add_time(sum, value, fraction, USECS_PER_MINUTE));
    if (**text == '\0')
        return PARSE_OK;
    if (*(*text)++ != ':')
        return PARSE_BAD;
    NUMBER(text);
    TRY(add_time(sum, value, fraction, USECS_PER_SECOND));
    return **text ? PARSE_BAD : PARSE_OK;
}

static enum parse_result iso_date_unit(struct sum *sum, char unit, int64_t value, double fraction)
{
    switch (unit) {
    case 'Y':
        TRY(add_years(sum, value, fraction, 1));
        return PARSE_OK;
    case 'M':
        TRY(add_months(sum, value) && add_day_fraction(sum, fraction, 30));
        return PARSE_OK;
    case 'W':
        TRY(add_days(sum, value, 7) && add_day_fraction(sum, fraction, 7));
        return PARSE_OK;
    case 'D':
        TRY(add_days(sum, value, 1) && add_usec_fraction(sum, fraction, USECS_PER_DAY));
        return PARSE_OK;
    default:
        return PARSE_BAD;
    }
}

static enum parse_result iso_time_unit(struct sum *sum, char unit, int64_t value, double fraction)
{
    int64_t scale = unit == 'H' ? USECS_PER_HOUR : unit == 'M' ? USECS_PER_MINUTE : unit == 'S' ? USECS_PER_SECOND : 0;
    if (!scale)
        return PARSE_BAD;
    TRY(add_time(sum, value, fraction, scale));
    return PARSE_OK;
}

static enum parse_result parse_iso(const char *text, struct sum *sum)
{
    bool in_date = true, has_field = false, done;
    enum parse_result result;
    *sum = (struct sum){0};
    if (strlen(text) < 2 || *text++ != 'P')
        return PARSE_BAD;
    while (*text) {
        const char *start = text;
        int64_t value;
        double fraction;
        if (*text == 'T') {
            in_date = has_field = false;
            text++;
            continue;
        }
        NUMBER(&text);
        char unit = *text ? *text++ : '\0';
        if (in_date && (unit == '\0' || unit == 'T' || unit == '-')) {
            if (unit != '-' && integer_width(start) == 8 && !has_field) { /* yyyymmdd */
                TRY(add_years(sum, value / 10000, 0, 1) && add_months(sum, value / 100 % 100) && add_days(sum, value % 100, 1) &&
                    add_usec_fraction(sum, fraction, USECS_PER_DAY));
                done = unit == '\0';
            } else {
                if (has_field)
                    return PARSE_BAD;
                if ((result = iso_extended_date(&text, unit, value, fraction, sum, &done)))
                    return result;
            }
            if (done)
                return PARSE_OK;
            in_date = has_field = false;
            continue;
        }
        if (!in_date && (unit == '\0' || unit == ':')) {
            if (unit == '\0' && integer_width(start) == 6 && !has_field) { /* hhmmss */
                TRY(add_time(sum, value / 10000, 0, USECS_PER_HOUR) && add_time(sum, value / 100 % 100, 0, USECS_PER_MINUTE) &&
                    add_time(sum, value % 100, fraction, USECS_PER_SECOND));
                return PARSE_OK;
            }
            return has_field ? PARSE_BAD : iso_extended_time(&text, unit, value, fraction, sum);
        }
        if ((result = in_date ? iso_date_unit(sum, unit, value, fraction) : iso_time_unit(sum, unit, value, fraction)))
            return result;
        has_field = true;
    }
    return PARSE_OK;
}

bool interval_parse(const char *text, size_t len, int32_t typmod, enum interval_style style, struct interval *interval,
                    struct diag *diag)
{
    struct token_list list;
    struct sum sum;
    char copy[TOKEN_BYTES];
    int fields = typmod >= 0 ? typmod >> 16 & INTERVAL_ALL_FIELDS : INTERVAL_ALL_FIELDS;
    enum parse_result result = token_scan(text, len, &list) ? parse_words(&list, fields, style, &sum) : PARSE_BAD;
    if (result == PARSE_BAD && len < sizeof copy) {
        memcpy(copy, text, len);
        copy[len] = '\0';
        result = parse_iso(copy, &sum);
    }
    if (result)
        return parse_report(result == PARSE_RANGE ? PARSE_INTERVAL_RANGE : result, text, len, "interval", NULL, diag);
    int64_t months = (int64_t) sum.years * 12 + sum.months;
    if (months > INT_MAX || months < INT_MIN)
        return diag && diag_set(diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "interval out of range");
    *interval = (struct interval){sum.time, sum.days, (int32_t) months};
    interval_apply_typmod(interval, typmod);
    return true;
}
