#include "func/tochar_date_reader.h"

#include "func/datetime_field.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* to_date and to_timestamp: text read by a picture (docs: 9.8, "Usage notes for date/time formatting"). */

static bool set_field(struct picture_reader *r, int *field, int value, const struct picture_node *node)
{
    if (*field != 0 && *field != value) {
        diag_set(r->call->diag, ERRCODE_INVALID_DATETIME_FORMAT, "conflicting values for \"%s\" field in formatting string",
                 node->name);
        return diag_detail(r->call->diag, "This value contradicts a previous setting for the same field type.");
    }
    *field = value;
    return true;
}

/* Does something that is no digit follow the number in the picture? Then it has as many digits as there are. */
static bool digits_end(const struct picture_reader *r, int index)
{
    const struct picture_node *node = &r->picture->nodes[index];
    if (node->suffix & (SUFFIX_TH_UPPER | SUFFIX_TH_LOWER))
        return true;
    if (index + 1 >= r->picture->count)
        return true;
    node++;
    if (node->kind == PICTURE_WORD)
        return !node->word->is_digit;
    return !(node->len == 1 && isdigit((unsigned char) node->text[0]));
}

static bool too_short(struct picture_reader *r, const struct picture_node *node, int wanted, int had)
{
    diag_set(r->call->diag, ERRCODE_INVALID_DATETIME_FORMAT, "source string too short for \"%s\" formatting field", node->name);
    diag_detail(r->call->diag, "Field requires %d characters, but only %d remain.", wanted, had);
    return diag_hint(r->call->diag, "If your source string is not fixed-width, try using the \"FM\" modifier.");
}

static bool bad_number(struct picture_reader *r, const struct picture_node *node, const char *text)
{
    return diag_set(r->call->diag, ERRCODE_INVALID_DATETIME_FORMAT, "invalid value \"%s\" for \"%s\"", text, node->name);
}

/* *used: characters taken, blanks included. */
static bool read_number_of(struct picture_reader *r, int index, int width, int *field, int *used)
{
    const struct picture_node *node = &r->picture->nodes[index];
    const char *begin = r->at;
    char copy[16], *end;
    while (isspace((unsigned char) *r->at))
        r->at++;
    int had = (int) strnlen(r->at, (size_t) width);
    snprintf(copy, sizeof copy, "%.*s", had, r->at);
    errno = 0;
    long value;
    if ((node->suffix & SUFFIX_FM) || digits_end(r, index)) {
        value = strtol(begin, &end, 10);
        r->at = end;
    } else {
        if (had < width)
            return too_short(r, node, width, had);
        value = strtol(copy, &end, 10);
        int parsed = (int) (end - copy);
        if (parsed > 0 && parsed < width) {
            bad_number(r, node, copy);
            diag_detail(r->call->diag, "Field requires %d characters, but only %d could be parsed.", width, parsed);
            return diag_hint(r->call->diag, "If your source string is not fixed-width, try using the \"FM\" modifier.");
        }
        r->at += parsed;
    }
    if (r->at == begin) {
        bad_number(r, node, copy);
        return diag_detail(r->call->diag, "Value must be an integer.");
    }
    if (errno == ERANGE || value < INT_MIN || value > INT_MAX) {
        diag_set(r->call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "value for \"%s\" in source string is out of range",
                 node->name);
        return diag_detail(r->call->diag, "Value must be in the range %d to %d.", INT_MIN, INT_MAX);
    }
    *used = (int) (r->at - begin);
    return !field || set_field(r, field, (int) value, node);
}

static bool read_number(struct picture_reader *r, int index, int width, int *field)
{
    int used;
    return read_number_of(r, index, width, field, &used);
}

/* Digits behind a decimal point: 25 hundredths are 250 thousandths. */
static bool read_fraction(struct picture_reader *r, int index, int width, int digits, int *field)
{
    int used;
    if (!read_number_of(r, index, width, field, &used))
        return false;
    for (; used < digits; used++)
        *field *= 10;
    return true;
}

static bool read_name(struct picture_reader *r, int index, const char *const *names, int count, int *value)
{
    const struct picture_node *node = &r->picture->nodes[index];
    for (int i = 0; i < count; i++) {
        size_t len = strlen(names[i]);
        if (strncasecmp(r->at, names[i], len) == 0) {
            r->at += len;
            *value = i;
            return true;
        }
    }
    bad_number(r, node, arena_strndup(r->call->arena, r->at, strcspn(r->at, " \t\n\v\f\r")));
    return diag_detail(r->call->diag, "The given value did not match any of the allowed values for this field.");
}

static bool check_calendar(struct picture_reader *r, enum picture_calendar calendar)
{
    if (calendar == CALENDAR_ANY)
        return true;
    if (r->fields.calendar != CALENDAR_ANY && r->fields.calendar != calendar) {
        diag_set(r->call->diag, ERRCODE_INVALID_DATETIME_FORMAT, "invalid combination of date conventions");
        return diag_hint(r->call->diag, "Do not mix Gregorian and ISO week date conventions in a formatting template.");
    }
    r->fields.calendar = calendar;
    return true;
}

static int near_2020(int year)
{
    return year < 70 ? year + 2000 : year < 100 ? year + 1900 : year < 520 ? year + 2000 : year < 1000 ? year + 1000 : year;
}

static bool read_year(struct picture_reader *r, int index, int digits)
{
    int used;
    if (!read_number_of(r, index, digits, &r->fields.year, &used))
        return false;
    if (digits < 4 && used < 4)
        r->fields.year = near_2020(r->fields.year);
    r->fields.year_digits = digits;
    return true;
}

static bool read_grouped_year(struct picture_reader *r, int index)
{
    int thousands, rest, taken = 0, year;
    if (sscanf(r->at, "%d,%03d%n", &thousands, &rest, &taken) < 2)
        return diag_set(r->call->diag, ERRCODE_INVALID_DATETIME_FORMAT, "invalid input string for \"Y,YYY\"");
    if (__builtin_mul_overflow(thousands, 1000, &year) || __builtin_add_overflow(year, rest, &year))
        return diag_set(r->call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE,
                        "value for \"Y,YYY\" in source string is out of range");
    r->at += taken;
    r->fields.year_digits = 4;
    return set_field(r, &r->fields.year, year, &r->picture->nodes[index]);
}

static bool read_zone_hours(struct picture_reader *r, int index)
{
    struct picture_fields *f = &r->fields;
    if (*r->at == '+' || *r->at == '-' || *r->at == ' ') {
        f->zone_sign = *r->at == '-' ? -1 : 1;
        r->at++;
    } else { /* a minus may have been taken for a separator */
        f->zone_sign = r->extra > 0 && r->at > r->start && r->at[-1] == '-' ? -1 : 1;
    }
    return read_number(r, index, 2, &f->zone_hours);
}

static bool read_word(struct picture_reader *r, int index)
{
    static const char *const meridians[] = {"am", "pm"}, *const meridians_dotted[] = {"a.m.", "p.m."};
    static const char *const eras[] = {"ad", "bc"}, *const eras_dotted[] = {"a.d.", "b.c."};
    /* Longer names first, so that VIII is not taken for V. */
    static const char *const romans[] = {"XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I"};
    const struct picture_node *node = &r->picture->nodes[index];
    const struct picture_word *word = node->word;
    struct picture_fields *f = &r->fields;
    int value = 0;
    if (!check_calendar(r, word->calendar))
        return false;
    switch (word->key) {
    case KEY_FX:
        r->fixed = true;
        return true;
    case KEY_MERIDIAN:
    case KEY_MERIDIAN_DOTTED:
        f->half_day = true;
        return read_name(r, index, word->key == KEY_MERIDIAN ? meridians : meridians_dotted, 2, &value) &&
               set_field(r, &f->pm, value, node);
    case KEY_ERA:
    case KEY_ERA_DOTTED:
        return read_name(r, index, word->key == KEY_ERA ? eras : eras_dotted, 2, &value) && set_field(r, &f->bc, value, node);
    case KEY_HH12:
        f->half_day = true;
        return read_number(r, index, 2, &f->hh);
    case KEY_HH24:
        return read_number(r, index, 2, &f->hh);
    case KEY_MI:
        return read_number(r, index, 2, &f->mi);
    case KEY_SS:
        return read_number(r, index, 2, &f->ss);
    case KEY_MS:
        return read_fraction(r, index, 3, 3, &f->ms);
    case KEY_FF:
        f->fraction_digits = word->digits;
        return read_fraction(r, index, word->digits, 6, &f->us);
    case KEY_US:
        return read_fraction(r, index, 6, 6, &f->us);
    case KEY_SSSS:
        return read_number(r, index, (int) strlen(word->name), &f->ssss);
    case KEY_TZ:
    case KEY_OF:
        return diag_set(r->call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "formatting field \"%s\" is only supported in to_char",
                        node->name);
    case KEY_TZH:
        return read_zone_hours(r, index);
    case KEY_TZM:
        if (!f->zone_sign)
            f->zone_sign = 1;
        return read_number(r, index, 2, &f->zone_minutes);
    case KEY_MONTH:
        return read_name(r, index, picture_months, 12, &value) && set_field(r, &f->mm, value + 1, node);
    case KEY_MON:
        return read_name(r, index, picture_months_short, 12, &value) && set_field(r, &f->mm, value + 1, node);
    case KEY_RM:
        return read_name(r, index, romans, 12, &value) && set_field(r, &f->mm, 12 - value, node);
    case KEY_MM:
        return read_number(r, index, 2, &f->mm);
    case KEY_DAY:
    case KEY_DY:
        return read_name(r, index, word->key == KEY_DAY ? picture_days : picture_days_short, 7, &value) &&
               set_field(r, &f->d, value + 1, node);
    case KEY_DDD:
    case KEY_IDDD:
        return read_number(r, index, 3, &f->ddd);
    case KEY_DD:
        return read_number(r, index, 2, &f->dd);
    case KEY_D:
        return read_number(r, index, 1, &f->d);
    case KEY_ID: /* from Monday to from Sunday */
        if (!read_number(r, index, 1, &f->d))
            return false;
        if (++f->d > 7)
            f->d = 1;
        return true;
    case KEY_WW:
    case KEY_IW:
        return read_number(r, index, 2, &f->ww);
    case KEY_W:
        return read_number(r, index, 1, &f->w);
    case KEY_Q: /* read, but it says nothing that a month does not */
        return read_number(r, index, 1, NULL);
    case KEY_CC:
        return read_number(r, index, 2, &f->cc);
    case KEY_J:
        return read_number(r, index, 1, &f->j);
    case KEY_Y_YYY:
        return read_grouped_year(r, index);
    case KEY_YYYY:
    case KEY_IYYY:
        return read_year(r, index, 4);
    case KEY_YYY:
    case KEY_IYY:
        return read_year(r, index, 3);
    case KEY_YY:
    case KEY_IY:
        return read_year(r, index, 2);
    case KEY_Y:
    case KEY_I:
        return read_year(r, index, 1);
    }
    return true;
}

static const char *behind_character(const char *at)
{
    if (*at)
        for (at++; ((unsigned char) *at & 0xc0) == 0x80; at++)
            ;
    return at;
}

static bool is_separator(char c)
{
    return c > 0x20 && c < 0x7f && !isalnum((unsigned char) c);
}

static void skip_blanks(struct picture_reader *r)
{
    for (; isspace((unsigned char) *r->at); r->at++)
        r->extra++;
}

/* A separator or a quoted character, exactly. */
static bool read_exactly(struct picture_reader *r, const struct picture_node *node)
{
    if (*r->at == node->text[0]) {
        r->at = behind_character(r->at);
        return true;
    }
    return diag_set(r->call->diag, ERRCODE_INVALID_DATETIME_FORMAT,
                    node->kind == PICTURE_TEXT ? "unmatched format character \"%.*s\"" : "unmatched format separator \"%.*s\"",
                    node->len, node->text);
}

static bool read_end(struct picture_reader *r, int done)
{
    if (done < r->picture->count)
        return diag_set(r->call->diag, ERRCODE_INVALID_DATETIME_FORMAT, "input string is too short for datetime format");
    while (isspace((unsigned char) *r->at))
        r->at++;
    return !*r->at || diag_set(r->call->diag, ERRCODE_INVALID_DATETIME_FORMAT,
                               "trailing characters remain in input string after datetime format");
}

static bool read_text(struct picture_reader *r)
{
    int i = 0;
    for (r->fixed = r->is_standard; i < r->picture->count && *r->at; i++) {
        const struct picture_node *node = &r->picture->nodes[i];
        bool is_word = node->kind == PICTURE_WORD;
        if (!r->fixed && (!is_word || node->word->key != KEY_FX) && (is_word || i == 0))
            skip_blanks(r);
        if (r->is_standard && !is_word) {
            if (!read_exactly(r, node))
                return false;
            continue;
        }
        if (node->kind == PICTURE_SEPARATOR || node->kind == PICTURE_SPACE) {
            if (r->fixed) {
                r->at = behind_character(r->at);
                continue;
            }
            r->extra--;
            if (isspace((unsigned char) *r->at) || is_separator(*r->at)) {
                r->at++;
                r->extra++;
            }
            continue;
        }
        if (!is_word) {
            if (!r->fixed && r->extra > 0)
                r->extra--;
            else
                r->at = behind_character(r->at);
            continue;
        }
        if (!read_word(r, i))
            return false;
        if (node->suffix & (SUFFIX_TH_UPPER | SUFFIX_TH_LOWER))
            r->at = behind_character(behind_character(r->at));
        if (!r->fixed) {
            r->extra = 0;
            skip_blanks(r);
        }
    }
    return !r->is_standard || read_end(r, i);
}

/* ---- from fields to a moment ---- */

static bool set_clock(struct picture_reader *r, struct datetime *parts)
{
    struct picture_fields *f = &r->fields;
    if (f->ssss) {
        parts->hour = f->ssss / 3600;
        parts->minute = f->ssss / 60 % 60;
        parts->second = f->ssss % 60;
    }
    parts->second = f->ss ? f->ss : parts->second;
    parts->minute = f->mi ? f->mi : parts->minute;
    parts->hour = f->hh ? f->hh : parts->hour;
    int64_t usec = (int64_t) f->ms * 1000 + f->us;
    parts->usec = usec < 0 || usec > USECS_PER_SECOND ? (int) USECS_PER_SECOND : (int) usec; /* which is then refused */
    if (!f->half_day)
        return true;
    if (parts->hour < 1 || parts->hour > 12) {
        diag_set(r->call->diag, ERRCODE_INVALID_DATETIME_FORMAT, "hour \"%d\" is invalid for the 12-hour clock", parts->hour);
        return diag_hint(r->call->diag, "Use the 24-hour clock, or give an hour between 1 and 12.");
    }
    if (f->pm && parts->hour < 12)
        parts->hour += 12;
    else if (!f->pm && parts->hour == 12)
        parts->hour = 0;
    return true;
}

/* The year from its digits and the century; false: not given. */
static bool set_year(struct picture_fields *f, struct datetime *parts)
{
    if (f->cc && f->bc)
        f->cc = -f->cc;
    if (f->year && f->cc && f->year_digits <= 2) {
        int year = f->year % 100;
        if (year)
            parts->year = f->cc >= 0 ? year + (f->cc - 1) * 100 : (f->cc + 1) * 100 - year + 1;
        else
            parts->year = f->cc * 100 + (f->cc >= 0 ? 0 : 1);
    } else if (f->year) {
        parts->year = f->bc ? -f->year : f->year;
        parts->year += parts->year < 0;
    } else if (f->cc) {
        parts->year = f->cc >= 0 ? (f->cc - 1) * 100 + 1 : f->cc * 100 + 1;
    }
    return f->year || f->cc;
}

enum { HAS_YEAR = 1, HAS_MONTH = 2, HAS_DAY = 4, HAS_DATE = 7 };

/* The day of a year to month and day, where these are not given. */
static bool set_year_day(struct picture_reader *r, struct datetime *parts, unsigned *has)
{
    struct picture_fields *f = &r->fields;
    if (!parts->year && !f->bc)
        return diag_set(r->call->diag, ERRCODE_INVALID_DATETIME_FORMAT, "cannot calculate day of year without year information");
    if (f->calendar == CALENDAR_ISO) {
        julian_date(iso_week_julian(parts->year, 1) - 1 + f->ddd, &parts->year, &parts->month, &parts->day);
        *has |= HAS_DATE;
        return true;
    }
    int month = 1, before = 0;
    for (; month <= 12 && f->ddd > before + days_in_month(parts->year, month); month++)
        before += days_in_month(parts->year, month);
    if (parts->month <= 1)
        parts->month = month;
    if (parts->day <= 1)
        parts->day = f->ddd - before;
    *has |= HAS_MONTH | HAS_DAY;
    return true;
}

static bool set_date(struct picture_reader *r, struct datetime *parts, unsigned *has)
{
    struct picture_fields *f = &r->fields;
    *has = set_year(f, parts) ? HAS_YEAR : 0;
    if (f->j) {
        julian_date(f->j, &parts->year, &parts->month, &parts->day);
        *has |= HAS_DATE;
    }
    if (f->ww && f->calendar == CALENDAR_ISO) {
        int monday = iso_week_julian(parts->year, f->ww);
        int offset = f->d ? (f->d > 1 ? f->d - 2 : 6) : 0;
        julian_date(monday + offset, &parts->year, &parts->month, &parts->day);
        *has |= HAS_DATE;
    } else if (f->ww) {
        f->ddd = (f->ww - 1) * 7 + 1;
    }
    if (f->w)
        f->dd = (f->w - 1) * 7 + 1;
    if (f->dd) {
        parts->day = f->dd;
        *has |= HAS_DAY;
    }
    if (f->mm) {
        parts->month = f->mm;
        *has |= HAS_MONTH;
    }
    return !f->ddd || (parts->month > 1 && parts->day > 1) || set_year_day(r, parts, has);
}

static bool is_valid(const struct datetime *parts, unsigned has)
{
    if ((has & HAS_MONTH) && (parts->month < 1 || parts->month > 12))
        return false;
    if ((has & HAS_DAY) && (parts->day < 1 || parts->day > 31))
        return false;
    if ((has & HAS_DATE) == HAS_DATE && parts->day > days_in_month(parts->year, parts->month))
        return false;
    return parts->hour >= 0 && parts->hour < 24 && parts->minute >= 0 && parts->minute < 60 && parts->second >= 0 &&
           parts->second < 60 && parts->usec >= 0 && parts->usec < USECS_PER_SECOND;
}

bool picture_parse(struct picture_reader *r, const struct datum *args, struct datetime *parts)
{
    unsigned has = 0;
    const char *text = arena_strndup(r->call->arena, args[0].len ? args[0].data : "", args[0].len);
    *parts = (struct datetime){.month = 1, .day = 1};
    r->start = r->at = text;
    r->picture = picture_of(r->call, &args[1]);
    if (args[1].len && !read_text(r))
        return false;
    if (!set_clock(r, parts) || !set_date(r, parts, &has))
        return false;
    if (!is_valid(parts, has))
        return diag_set(r->call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date/time field value out of range: \"%s\"", text);
    struct picture_fields *f = &r->fields;
    if (f->zone_sign) {
        if (f->zone_hours < 0 || f->zone_hours > 15 || f->zone_minutes < 0 || f->zone_minutes > 59)
            return diag_set(r->call->diag, ERRCODE_INVALID_TIME_ZONE_DISPLACEMENT_VALUE,
                            "time zone displacement out of range: \"%s\"", text);
        parts->offset = f->zone_sign * (f->zone_hours * 60 + f->zone_minutes) * 60;
    }
    return true;
}

static bool to_date(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct picture_reader r = {.call = call};
    struct datetime parts;
    (void) nargs;
    if (!picture_parse(&r, args, &parts))
        return false;
    int64_t date = (int64_t) julian_day(parts.year, parts.month, parts.day) - EPOCH_JULIAN;
    if (!julian_valid(parts.year, parts.month, parts.day) || !date_in_range(date))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range: \"%s\"", r.start);
    *result = date_store(call->arena, (int32_t) date);
    return true;
}

static bool to_timestamp(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct picture_reader r = {.call = call};
    struct datetime parts;
    int64_t timestamp;
    (void) nargs;
    if (!picture_parse(&r, args, &parts))
        return false;
    if (!r.fields.zone_sign)
        parts.offset = datetime_local_moment(&parts, call->env->types->timezone).offset;
    if (!timestamptz_make(&parts, &timestamp))
        return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range");
    if (r.fields.fraction_digits)
        timestamp = timestamp_round(timestamp, r.fields.fraction_digits);
    *result = timestamptz_store(call->arena, timestamp);
    return true;
}

const struct func_impl func_impls_tochar_date_parse[] = {
    SCALAR_FLAGS("to_date", to_date, FUNC_SESSION),
    SCALAR_FLAGS("to_timestamp", to_timestamp, FUNC_SESSION),
    {0},
};
