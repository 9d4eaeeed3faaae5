#include "type/datetime_token.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Dates and times as PostgreSQL reads them (docs: appendix B.1 "Date/Time Input Interpretation"): the words in turn say or leave open which fields
 * they fill; each field may be filled once. */

enum field {
    FIELD_YEAR = 1,
    FIELD_MONTH = 2,
    FIELD_DAY = 4,
    FIELD_DOY = 8,
    FIELD_HOUR = 16,
    FIELD_MINUTE = 32,
    FIELD_SECOND = 64,
    FIELD_ZONE = 128,
    FIELD_DST = 256,
    FIELD_ERA = 512,
    FIELD_MERIDIAN = 1024,
    FIELD_WEEKDAY = 2048,
    FIELD_USEC = 4096,
    FIELDS_DATE = FIELD_YEAR | FIELD_MONTH | FIELD_DAY,
    FIELDS_SECOND = FIELD_SECOND | FIELD_USEC,
    FIELDS_TIME = FIELD_HOUR | FIELD_MINUTE | FIELDS_SECOND,
};

enum { PENDING_NONE = 0, PENDING_TIME = -1 }; /* else an enum datetime_unit that labels the next number */

struct parser {
    const struct type_settings *settings;
    bool time_only;
    struct datetime *parts;
    unsigned seen, now; /* fields filled by earlier words, by this one */
    int yearday;
    int pending;
    bool text_month, two_digit_year, julian, before_christ;
    enum meridian meridian;
    enum datetime_special special;
    const struct timezone *zone, *abbreviation_zone;
    const char *abbreviation;
    const char *unknown_zone;
};

static const struct timezone *find_zone(const char *name)
{
    return timezone_find(name, strlen(name));
}

/* ---- numbers ---- */

/* Digits run together: yyyymmdd, yymmdd, hhmmss, hhmm, with a fraction of the second. `dated`: the date is known, so it is a time. */
static enum parse_result run_together(struct parser *p, char *text, bool dated)
{
    struct datetime *parts = p->parts;
    char *dot = strchr(text, '.');
    size_t len = strlen(text);
    int value;
    const char *end;
    if (dot) {
        errno = 0;
        parts->usec = (int) rint(strtod(dot, NULL) * 1000000);
        *dot = '\0';
        len = strlen(text);
    } else if (!dated && (p->seen & FIELDS_DATE) != FIELDS_DATE && len >= 6) {
        p->now = FIELDS_DATE;
        parts->day = atoi(text + len - 2);
        text[len - 2] = '\0';
        parts->month = atoi(text + len - 4);
        text[len - 4] = '\0';
        if (parse_int(text, &end, &value))
            return PARSE_RANGE;
        parts->year = value;
        if (len - 4 == 2)
            p->two_digit_year = true;
        return PARSE_OK;
    }
    if ((p->seen & FIELDS_TIME) == FIELDS_TIME || (len != 6 && len != 4))
        return PARSE_BAD;
    p->now = FIELDS_TIME;
    parts->second = 0;
    if (len == 6) {
        parts->second = atoi(text + 4);
        text[4] = '\0';
    }
    parts->minute = atoi(text + 2);
    text[2] = '\0';
    parts->hour = atoi(text);
    return PARSE_OK;
}

/* A number on its own: which field it is depends on what is known already. `seen` may count the date as known. */
static enum parse_result lone_number(struct parser *p, char *text, unsigned seen)
{
    struct datetime *parts = p->parts;
    const char *end;
    int value;
    size_t len = strlen(text);
    enum date_order order = p->settings->date_order;
    enum parse_result result;
    if (parse_int(text, &end, &value))
        return PARSE_RANGE;
    if (end == text)
        return PARSE_BAD;
    p->now = 0;
    if (*end == '.') {
        if (end - text > 2)
            return run_together(p, text, true);
        if ((result = parse_fraction(end, &parts->usec)))
            return result;
    } else if (*end) {
        return PARSE_BAD;
    }
    if (len == 3 && (seen & FIELDS_DATE) == FIELD_YEAR && value >= 1 && value <= 366) {
        p->now = FIELD_DOY | FIELD_MONTH | FIELD_DAY;
        p->yearday = value;
        return PARSE_OK;
    }
    switch (seen & FIELDS_DATE) {
    case 0:
        p->now = len >= 3 || order == DATE_ORDER_YMD ? FIELD_YEAR : order == DATE_ORDER_DMY ? FIELD_DAY : FIELD_MONTH;
        break;
    case FIELD_YEAR:
    case FIELD_DAY:
        p->now = FIELD_MONTH;
        break;
    case FIELD_MONTH:
        p->now = p->text_month && (len >= 3 || order == DATE_ORDER_YMD) ? FIELD_YEAR : FIELD_DAY;
        break;
    case FIELD_YEAR | FIELD_MONTH:
        p->now = FIELD_DAY;
        if (p->text_month && len >= 3 && p->two_digit_year) { /* what was taken for the year was the day */
            parts->day = parts->year;
            parts->year = value;
            p->two_digit_year = false;
            return PARSE_OK;
        }
        break;
    case FIELD_MONTH | FIELD_DAY:
        p->now = FIELD_YEAR;
        break;
    case FIELDS_DATE:
        return run_together(p, text, true);
    default:
        return PARSE_BAD;
    }
    if (p->now == FIELD_YEAR) {
        parts->year = value;
        p->two_digit_year = len <= 2;
    } else if (p->now == FIELD_MONTH) {
        parts->month = value;
    } else {
        parts->day = value;
    }
    return PARSE_OK;
}

/* ---- dates and times with punctuation ---- */

static enum parse_result date_text(struct parser *p, char *text)
{
    char *fields[TOKENS_MAX];
    int count = 0, value;
    unsigned seen = p->seen, all = 0;
    while (*text && count < TOKENS_MAX) {
        while (*text && !isalnum((unsigned char) *text))
            text++;
        if (!*text)
            return PARSE_BAD;
        fields[count++] = text;
        bool digits = isdigit((unsigned char) *text);
        while (*text && (digits ? isdigit((unsigned char) *text) : isalpha((unsigned char) *text)))
            text++;
        /* Letters behind digits without a mark between are as bad here as any. */
        if (*text)
            *text++ = '\0';
    }
    for (int i = 0; i < count; i++) {
        if (!isalpha((unsigned char) *fields[i]))
            continue;
        enum word_kind kind = word_find(fields[i], &value);
        if (kind == WORD_IGNORED)
            continue;
        if (kind != WORD_MONTH || (seen & FIELD_MONTH))
            return PARSE_BAD;
        p->parts->month = value;
        p->text_month = true;
        seen |= FIELD_MONTH;
        all |= FIELD_MONTH;
        fields[i] = NULL;
    }
    for (int i = 0; i < count; i++) {
        if (!fields[i])
            continue;
        if (!*fields[i])
            return PARSE_BAD;
        enum parse_result result = lone_number(p, fields[i], seen);
        if (result)
            return result;
        if (seen & p->now)
            return PARSE_BAD;
        seen |= p->now;
        all |= p->now;
    }
    p->now = all;
    return (seen & FIELDS_DATE) == FIELDS_DATE && !(seen & ~(unsigned) (FIELDS_DATE | FIELD_DOY | FIELD_ZONE)) ? PARSE_OK
                                                                                                               : PARSE_BAD;
}

static enum parse_result time_text(struct parser *p, const char *text)
{
    struct datetime *parts = p->parts;
    const char *at;
    enum parse_result result;
    p->now = FIELDS_TIME;
    if (parse_int(text, &at, &parts->hour))
        return PARSE_RANGE;
    if (*at != ':')
        return PARSE_BAD;
    if (parse_int(at + 1, &at, &parts->minute))
        return PARSE_RANGE;
    parts->second = parts->usec = 0;
    if (*at == '.') { /* mm:ss.fff */
        if ((result = parse_fraction(at, &parts->usec)))
            return result;
        parts->second = parts->minute;
        parts->minute = parts->hour;
        parts->hour = 0;
    } else if (*at == ':') {
        if (parse_int(at + 1, &at, &parts->second))
            return PARSE_RANGE;
        if (*at == '.') {
            if ((result = parse_fraction(at, &parts->usec)))
                return result;
        } else if (*at) {
            return PARSE_BAD;
        }
    } else if (*at) {
        return PARSE_BAD;
    }
    if (parts->hour < 0 || parts->minute < 0 || parts->minute > 59 || parts->second < 0 || parts->second > 60 ||
        parts->usec < 0 || parts->usec > USECS_PER_SECOND)
        return PARSE_RANGE;
    return PARSE_OK;
}

static bool time_overflows(const struct datetime *parts)
{
    if (parts->hour < 0 || parts->hour > 24 || parts->minute < 0 || parts->minute > 59 || parts->second < 0 ||
        parts->second > 60 || parts->usec < 0 || parts->usec > USECS_PER_SECOND)
        return true;
    return time_make(parts->hour, parts->minute, parts->second, parts->usec) > USECS_PER_DAY;
}

/* "hhmmss-zz" */
static enum parse_result time_with_offset(struct parser *p, char *text)
{
    char *minus = strchr(text, '-');
    if ((p->seen & FIELDS_TIME) == FIELDS_TIME || !minus)
        return PARSE_BAD;
    enum parse_result result = parse_offset(minus, &p->parts->offset);
    if (result)
        return result;
    *minus = '\0';
    result = run_together(p, text, p->time_only);
    p->now |= FIELD_ZONE;
    return result;
}

static enum parse_result zone_name(struct parser *p, const char *text, enum parse_result otherwise)
{
    p->zone = find_zone(text);
    p->now = FIELD_ZONE;
    p->unknown_zone = text;
    return p->zone ? PARSE_OK : otherwise;
}

static enum parse_result date_token(struct parser *p, const struct token_list *list, int i)
{
    char *text = list->tokens[i].text;
    if (p->pending == UNIT_JULIAN && !p->time_only) { /* J2451545-08: a day and an offset */
        const char *end;
        int day;
        if (parse_int(text, &end, &day) || day < 0)
            return PARSE_RANGE;
        julian_date(day, &p->parts->year, &p->parts->month, &p->parts->day);
        p->julian = true;
        p->now = FIELDS_DATE | FIELDS_TIME | FIELD_ZONE;
        p->pending = PENDING_NONE;
        return parse_offset(end, &p->parts->offset);
    }
    if (p->time_only) {
        if (i == 0 && list->count >= 2 &&
            (list->tokens[list->count - 1].kind == TOKEN_DATE || list->tokens[1].kind == TOKEN_TIME))
            return date_text(p, text);
        if (isdigit((unsigned char) *text)) {
            p->pending = PENDING_NONE;
            return time_with_offset(p, text);
        }
        return zone_name(p, text, PARSE_UNKNOWN_ZONE);
    }
    if (p->pending || (p->seen & (FIELD_MONTH | FIELD_DAY)) == (FIELD_MONTH | FIELD_DAY)) {
        if (p->pending || isdigit((unsigned char) *text)) {
            if (p->pending && p->pending != PENDING_TIME)
                return PARSE_BAD;
            p->pending = PENDING_NONE;
            return time_with_offset(p, text);
        }
        return zone_name(p, text, PARSE_UNKNOWN_ZONE);
    }
    return date_text(p, text);
}

static enum parse_result time_token(struct parser *p, const char *text)
{
    if (p->pending && p->pending != PENDING_TIME)
        return PARSE_BAD;
    p->pending = PENDING_NONE;
    enum parse_result result = time_text(p, text);
    return result ? result : time_overflows(p->parts) ? PARSE_RANGE : PARSE_OK;
}

/* A number behind a word that says what it is: "y2001m02d04". */
static enum parse_result labelled_number(struct parser *p, char *text)
{
    struct datetime *parts = p->parts;
    int value, unit = p->pending;
    const char *end;
    if (parse_int(text, &end, &value))
        return PARSE_RANGE;
    if (*end == '.' ? unit != UNIT_JULIAN && unit != PENDING_TIME && unit != UNIT_SECOND : *end != '\0')
        return PARSE_BAD;
    p->pending = PENDING_NONE;
    switch (unit) {
    case UNIT_YEAR:
        parts->year = value;
        p->now = FIELD_YEAR;
        return PARSE_OK;
    case UNIT_MONTH:
        if ((p->seen & FIELD_MONTH) && (p->seen & FIELD_HOUR)) { /* behind hours, m is minutes */
            parts->minute = value;
            p->now = FIELD_MINUTE;
        } else {
            parts->month = value;
            p->now = FIELD_MONTH;
        }
        return PARSE_OK;
    case UNIT_DAY:
        parts->day = value;
        p->now = FIELD_DAY;
        return PARSE_OK;
    case UNIT_HOUR:
        parts->hour = value;
        p->now = FIELD_HOUR;
        return PARSE_OK;
    case UNIT_MINUTE:
        parts->minute = value;
        p->now = FIELD_MINUTE;
        return PARSE_OK;
    case UNIT_SECOND:
        parts->second = value;
        p->now = *end ? FIELDS_SECOND : FIELD_SECOND;
        return *end ? parse_fraction(end, &parts->usec) : PARSE_OK;
    case UNIT_JULIAN:
        if (value < 0)
            return PARSE_RANGE;
        p->now = FIELDS_DATE;
        julian_date(value, &parts->year, &parts->month, &parts->day);
        p->julian = true;
        if (*end) {
            char *stop;
            errno = 0;
            double time = strtod(end, &stop) * (double) USECS_PER_DAY;
            if (*stop || errno)
                return PARSE_BAD;
            time_split((int64_t) time, parts);
            p->now |= FIELDS_TIME;
        }
        return PARSE_OK;
    case PENDING_TIME: {
        enum parse_result result = run_together(p, text, true);
        return result ? result : p->now == FIELDS_TIME ? PARSE_OK : PARSE_BAD;
    }
    default:
        return PARSE_BAD;
    }
}

static enum parse_result number_token(struct parser *p, const struct token_list *list, int i)
{
    char *text = list->tokens[i].text, *dot = strchr(text, '.');
    size_t len = strlen(text);
    if (p->pending)
        return labelled_number(p, text);
    if (p->time_only) {
        if (dot && i == 0 && list->count >= 2 && list->tokens[list->count - 1].kind == TOKEN_DATE)
            return date_text(p, text);
        if (dot)
            return dot - text > 2 ? run_together(p, text, true) : PARSE_BAD;
        return len > 4 ? run_together(p, text, true) : lone_number(p, text, p->seen | FIELDS_DATE);
    }
    if (dot && !(p->seen & FIELDS_DATE))
        return date_text(p, text);
    if ((dot && dot - text > 2) || (!dot && len >= 6 && (!(p->seen & FIELDS_DATE) || !(p->seen & FIELDS_TIME))))
        return run_together(p, text, false);
    return lone_number(p, text, p->seen);
}

/* ---- words ---- */

static void set_now(struct parser *p)
{
    int32_t offset;
    struct datetime now;
    timestamptz_split(p->settings->transaction_timestamp, p->settings->timezone, &now);
    offset = now.offset;
    *p->parts = now;
    p->parts->offset = offset;
}

static void set_day(struct parser *p, int days)
{
    struct datetime now;
    timestamptz_split(p->settings->transaction_timestamp, p->settings->timezone, &now);
    julian_date(julian_day(now.year, now.month, now.day) + days, &p->parts->year, &p->parts->month, &p->parts->day);
    p->now = FIELDS_DATE;
}

static enum parse_result reserved(struct parser *p, int word)
{
    static const enum datetime_special specials[] = {[RESERVED_EPOCH] = DATETIME_EPOCH,
                                                     [RESERVED_INFINITY] = DATETIME_INFINITE,
                                                     [RESERVED_MINUS_INFINITY] = DATETIME_MINUS_INFINITE};
    switch (word) {
    case RESERVED_NOW: {
        struct datetime before = *p->parts;
        set_now(p);
        p->now = FIELDS_DATE | FIELDS_TIME | FIELD_ZONE;
        if (p->time_only) { /* the zone may still be named */
            p->parts->offset = before.offset;
            p->now = FIELDS_TIME;
        }
        return PARSE_OK;
    }
    case RESERVED_ALLBALLS:
        p->parts->hour = p->parts->minute = p->parts->second = p->parts->usec = 0;
        p->parts->offset = 0;
        p->now = FIELDS_TIME | FIELD_ZONE;
        return PARSE_OK;
    default:
        break;
    }
    if (p->time_only)
        return PARSE_BAD;
    switch (word) {
    case RESERVED_TODAY:
        set_day(p, 0);
        return PARSE_OK;
    case RESERVED_TOMORROW:
        set_day(p, 1);
        return PARSE_OK;
    case RESERVED_YESTERDAY:
        set_day(p, -1);
        return PARSE_OK;
    default:
        p->special = specials[word];
        p->now = FIELDS_DATE | FIELDS_TIME | FIELD_ZONE;
        return PARSE_OK;
    }
}

/* "t" before a time without colons. */
static enum parse_result before_time(struct parser *p, const struct token_list *list, int i)
{
    p->now = 0;
    if (!p->time_only && (p->seen & FIELDS_DATE) != FIELDS_DATE)
        return PARSE_BAD;
    if (i + 1 >= list->count || (list->tokens[i + 1].kind != TOKEN_NUMBER && list->tokens[i + 1].kind != TOKEN_TIME &&
                                 list->tokens[i + 1].kind != TOKEN_DATE))
        return PARSE_BAD;
    p->pending = PENDING_TIME;
    return PARSE_OK;
}

static enum parse_result word_token(struct parser *p, const struct token_list *list, int i)
{
    char *text = list->tokens[i].text;
    int value = 0;
    const struct timezone_abbreviation *abbreviation = timezone_abbreviation_find(text, strlen(text));
    if (abbreviation) { /* these come before words of the same spelling */
        p->now = FIELD_ZONE;
        if (abbreviation->zone) {
            p->abbreviation_zone = find_zone(abbreviation->zone);
            p->abbreviation = text;
        } else {
            p->parts->offset = abbreviation->offset;
        }
        return PARSE_OK;
    }
    enum word_kind kind = word_find(text, &value);
    p->now = 0;
    switch (kind) {
    case WORD_IGNORED:
        return PARSE_OK;
    case WORD_RESERVED:
        return reserved(p, value);
    case WORD_MONTH:
        if (p->time_only)
            return PARSE_BAD;
        /* A number taken for the month was the day: "4 January". */
        if ((p->seen & FIELD_MONTH) && !p->text_month && !(p->seen & FIELD_DAY) && p->parts->month >= 1 &&
            p->parts->month <= 31) {
            p->parts->day = p->parts->month;
            p->now = FIELD_DAY;
        } else {
            p->now = FIELD_MONTH;
        }
        p->text_month = true;
        p->parts->month = value;
        return PARSE_OK;
    case WORD_DST:
        p->now = FIELD_DST;
        p->parts->offset += value;
        return PARSE_OK;
    case WORD_MERIDIAN:
        p->now = FIELD_MERIDIAN;
        p->meridian = (enum meridian) value;
        return PARSE_OK;
    case WORD_ERA:
        p->now = FIELD_ERA;
        p->before_christ = value < 0;
        return PARSE_OK;
    case WORD_WEEKDAY:
        if (p->time_only)
            return PARSE_BAD;
        p->now = FIELD_WEEKDAY;
        return PARSE_OK;
    case WORD_UNIT:
        if (p->pending)
            return PARSE_BAD;
        p->pending = value;
        return PARSE_OK;
    case WORD_T:
        return before_time(p, list, i);
    case WORD_UNKNOWN:
        return zone_name(p, text, PARSE_BAD);
    default:
        return PARSE_BAD;
    }
}

static enum parse_result one_token(struct parser *p, const struct token_list *list, int i)
{
    p->now = 0;
    switch (list->tokens[i].kind) {
    case TOKEN_DATE:
        return date_token(p, list, i);
    case TOKEN_TIME:
        return time_token(p, list->tokens[i].text);
    case TOKEN_ZONE:
        p->now = FIELD_ZONE;
        return parse_offset(list->tokens[i].text, &p->parts->offset);
    case TOKEN_NUMBER:
        return number_token(p, list, i);
    default:
        return word_token(p, list, i);
    }
}

/* ---- the whole ---- */

static enum parse_result check_date(struct parser *p)
{
    struct datetime *parts = p->parts;
    if (p->seen & FIELD_YEAR) {
        if (p->julian) {
            ; /* already of the calendar */
        } else if (p->before_christ) {
            if (parts->year <= 0)
                return PARSE_RANGE;
            parts->year = 1 - parts->year;
        } else if (p->two_digit_year) {
            if (parts->year < 0)
                return PARSE_RANGE;
            parts->year += parts->year < 70 ? 2000 : parts->year < 100 ? 1900 : 0;
        } else if (parts->year <= 0) {
            return PARSE_RANGE;
        }
    }
    if (p->seen & FIELD_DOY)
        julian_date(julian_day(parts->year, 1, 1) + p->yearday - 1, &parts->year, &parts->month, &parts->day);
    if ((p->seen & FIELD_MONTH) && (parts->month < 1 || parts->month > 12))
        return PARSE_MONTH_DAY_RANGE;
    if ((p->seen & FIELD_DAY) && (parts->day < 1 || parts->day > 31))
        return PARSE_MONTH_DAY_RANGE;
    if ((p->seen & FIELDS_DATE) == FIELDS_DATE && parts->day > days_in_month(parts->year, parts->month))
        return PARSE_RANGE;
    return PARSE_OK;
}

static enum parse_result apply_meridian(struct parser *p)
{
    if (p->meridian != MERIDIAN_NONE && p->parts->hour > 12)
        return PARSE_RANGE;
    if (p->meridian == MERIDIAN_AM && p->parts->hour == 12)
        p->parts->hour = 0;
    else if (p->meridian == MERIDIAN_PM && p->parts->hour != 12)
        p->parts->hour += 12;
    return PARSE_OK;
}

static int64_t local_seconds(const struct datetime *parts)
{
    return (int64_t) (julian_day(parts->year, parts->month, parts->day) - UNIX_JULIAN) * 86400 + parts->hour * INT64_C(3600) +
           parts->minute * 60 + parts->second;
}

static void set_moment(struct parser *p, struct timezone_moment moment)
{
    p->parts->offset = moment.offset;
    p->parts->is_dst = moment.is_dst;
    p->parts->zone = moment.abbreviation;
}

/* The offset, now that the date is known. Times of day without a date take today's. */
static enum parse_result resolve_zone(struct parser *p)
{
    struct datetime day = *p->parts;
    bool dated = (p->seen & FIELDS_DATE) == FIELDS_DATE;
    bool session = !(p->seen & FIELD_ZONE);
    if ((p->seen & FIELD_DST) && (p->zone || p->abbreviation_zone || session))
        return PARSE_BAD;
    if (!dated) {
        if ((p->seen & FIELDS_DATE) && (session || p->abbreviation_zone))
            return PARSE_BAD;
        struct datetime today;
        timestamptz_split(p->settings->transaction_timestamp, p->settings->timezone, &today);
        day.year = today.year;
        day.month = today.month;
        day.day = today.day;
    }
    if (p->zone) {
        int32_t offset;
        if (p->time_only && timezone_is_fixed(p->zone, &offset)) {
            p->parts->offset = offset;
            return PARSE_OK;
        }
        if (!dated)
            return PARSE_BAD;
    }
    if (!julian_valid(day.year, day.month, day.day))
        return PARSE_OK;
    if (p->zone)
        set_moment(p, timezone_at_local(p->zone, local_seconds(&day)));
    if (p->abbreviation_zone)
        set_moment(p, timezone_abbreviated_local(p->abbreviation_zone, p->abbreviation, local_seconds(&day)));
    if (session)
        set_moment(p, timezone_at_local(p->settings->timezone, local_seconds(&day)));
    return PARSE_OK;
}

static enum parse_result parse(struct parser *p, struct token_list *list)
{
    enum parse_result result;
    for (int i = 0; i < list->count; i++) {
        if ((result = one_token(p, list, i)))
            return result;
        if (p->now & p->seen)
            return PARSE_BAD;
        p->seen |= p->now;
    }
    if (p->pending)
        return PARSE_BAD;
    if (p->special)
        return PARSE_OK;
    if ((result = check_date(p)) || (result = apply_meridian(p)))
        return result;
    if (p->time_only) {
        if (time_overflows(p->parts))
            return PARSE_RANGE;
        if ((p->seen & FIELDS_TIME) != FIELDS_TIME)
            return PARSE_BAD;
    } else if ((p->seen & FIELDS_DATE) != FIELDS_DATE) {
        return PARSE_BAD;
    }
    return resolve_zone(p);
}

static bool parse_text(struct parser *p, const char *text, size_t len, const char *type_name, struct diag *diag)
{
    struct token_list list;
    *p->parts = (struct datetime){0};
    enum parse_result result = token_scan(text, len, &list) ? parse(p, &list) : PARSE_BAD;
    return result == PARSE_OK || parse_report(result, text, len, type_name, p->unknown_zone, diag);
}

bool datetime_parse(const char *text, size_t len, const struct type_settings *settings, const char *type_name,
                    struct datetime *parts, enum datetime_special *special, struct diag *diag)
{
    struct parser p = {.settings = settings, .parts = parts};
    bool good = parse_text(&p, text, len, type_name, diag);
    *special = p.special;
    return good;
}

bool datetime_parse_time(const char *text, size_t len, const struct type_settings *settings, const char *type_name,
                         struct datetime *parts, struct diag *diag)
{
    struct parser p = {.settings = settings, .parts = parts, .time_only = true};
    return parse_text(&p, text, len, type_name, diag);
}

bool datetime_find_zone(const char *text, size_t len, struct datetime_zone *zone, struct diag *diag)
{
    char name[256];
    *zone = (struct datetime_zone){0};
    if (len < sizeof name) {
        memcpy(name, text, len);
        name[len] = '\0';
        const struct timezone_abbreviation *abbreviation = timezone_abbreviation_find(name, len);
        if (abbreviation && abbreviation->zone) {
            zone->zone = find_zone(abbreviation->zone);
            zone->abbreviation = abbreviation->name;
        } else if (abbreviation) {
            zone->offset = abbreviation->offset;
            return true;
        } else {
            zone->zone = find_zone(name);
        }
    }
    return zone->zone || diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "time zone \"%.*s\" not recognized", (int) len, text);
}

int32_t datetime_zone_offset(const struct datetime_zone *zone, const struct datetime *local)
{
    if (!zone->zone)
        return zone->offset;
    if (zone->abbreviation && julian_valid(local->year, local->month, local->day))
        return timezone_abbreviated_local(zone->zone, zone->abbreviation, local_seconds(local)).offset;
    return datetime_local_moment(local, zone->zone).offset;
}

struct datetime_zone datetime_session_zone(const struct type_settings *settings)
{
    return (struct datetime_zone){.zone = settings->timezone ? settings->timezone : find_zone("UTC")};
}

int32_t datetime_zone_offset_at(const struct datetime_zone *zone, int64_t timestamp)
{
    if (!zone->zone)
        return zone->offset;
    int64_t seconds = timestamp / USECS_PER_SECOND - (timestamp % USECS_PER_SECOND < 0) + EPOCH_SECONDS;
    return zone->abbreviation ? timezone_abbreviated_at(zone->zone, zone->abbreviation, seconds).offset
                              : timezone_at(zone->zone, seconds).offset;
}

void datetime_split_in(int64_t timestamp, const struct datetime_zone *zone, struct datetime *parts)
{
    int32_t offset = datetime_zone_offset_at(zone, timestamp);
    timestamp_split(timestamp + offset * USECS_PER_SECOND, parts);
    parts->offset = offset;
}

enum datetime_offset datetime_parse_offset(const char *text, int32_t *offset)
{
    enum parse_result result = parse_offset(text, offset);
    return result == PARSE_OK ? DATETIME_OFFSET : result == PARSE_ZONE_RANGE ? DATETIME_OFFSET_RANGE : DATETIME_OFFSET_BAD;
}
