#include "func/tochar_date.h"

#include "func/datetime_field.h"
#include "type/interval.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

const char *const picture_months[12] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
const char *const picture_months_short[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
const char *const picture_days[7] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
const char *const picture_days_short[7] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
const char *const picture_roman_months[12] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};

/* Longer words before those that they begin with. */
static const struct picture_word words[] = {
    {"A.D.", KEY_ERA_DOTTED, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"A.M.", KEY_MERIDIAN_DOTTED, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"AD", KEY_ERA, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"AM", KEY_MERIDIAN, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"B.C.", KEY_ERA_DOTTED, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"BC", KEY_ERA, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"CC", KEY_CC, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"DAY", KEY_DAY, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"DDD", KEY_DDD, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    {"DD", KEY_DD, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    {"DY", KEY_DY, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"Day", KEY_DAY, CASE_INITIAL, false, CALENDAR_ANY, 0},
    {"Dy", KEY_DY, CASE_INITIAL, false, CALENDAR_ANY, 0},
    {"D", KEY_D, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    {"FF1", KEY_FF, CASE_UPPER, true, CALENDAR_ANY, 1},
    {"FF2", KEY_FF, CASE_UPPER, true, CALENDAR_ANY, 2},
    {"FF3", KEY_FF, CASE_UPPER, true, CALENDAR_ANY, 3},
    {"FF4", KEY_FF, CASE_UPPER, true, CALENDAR_ANY, 4},
    {"FF5", KEY_FF, CASE_UPPER, true, CALENDAR_ANY, 5},
    {"FF6", KEY_FF, CASE_UPPER, true, CALENDAR_ANY, 6},
    {"FX", KEY_FX, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"HH24", KEY_HH24, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"HH12", KEY_HH12, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"HH", KEY_HH12, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"IDDD", KEY_IDDD, CASE_UPPER, true, CALENDAR_ISO, 0},
    {"ID", KEY_ID, CASE_UPPER, true, CALENDAR_ISO, 0},
    {"IW", KEY_IW, CASE_UPPER, true, CALENDAR_ISO, 0},
    {"IYYY", KEY_IYYY, CASE_UPPER, true, CALENDAR_ISO, 0},
    {"IYY", KEY_IYY, CASE_UPPER, true, CALENDAR_ISO, 0},
    {"IY", KEY_IY, CASE_UPPER, true, CALENDAR_ISO, 0},
    {"I", KEY_I, CASE_UPPER, true, CALENDAR_ISO, 0},
    {"J", KEY_J, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"MI", KEY_MI, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"MM", KEY_MM, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    {"MONTH", KEY_MONTH, CASE_UPPER, false, CALENDAR_GREGORIAN, 0},
    {"MON", KEY_MON, CASE_UPPER, false, CALENDAR_GREGORIAN, 0},
    {"MS", KEY_MS, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"Month", KEY_MONTH, CASE_INITIAL, false, CALENDAR_GREGORIAN, 0},
    {"Mon", KEY_MON, CASE_INITIAL, false, CALENDAR_GREGORIAN, 0},
    {"OF", KEY_OF, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"P.M.", KEY_MERIDIAN_DOTTED, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"PM", KEY_MERIDIAN, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"Q", KEY_Q, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"RM", KEY_RM, CASE_UPPER, false, CALENDAR_GREGORIAN, 0},
    {"SSSSS", KEY_SSSS, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"SSSS", KEY_SSSS, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"SS", KEY_SS, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"TZH", KEY_TZH, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"TZM", KEY_TZM, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"TZ", KEY_TZ, CASE_UPPER, false, CALENDAR_ANY, 0},
    {"US", KEY_US, CASE_UPPER, true, CALENDAR_ANY, 0},
    {"WW", KEY_WW, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    {"W", KEY_W, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    {"Y,YYY", KEY_Y_YYY, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    {"YYYY", KEY_YYYY, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    {"YYY", KEY_YYY, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    {"YY", KEY_YY, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    {"Y", KEY_Y, CASE_UPPER, true, CALENDAR_GREGORIAN, 0},
    /* Only names and markers differ in lower case; the numbers are the same words. */
    {"a.d.", KEY_ERA_DOTTED, CASE_LOWER, false, CALENDAR_ANY, 0},
    {"a.m.", KEY_MERIDIAN_DOTTED, CASE_LOWER, false, CALENDAR_ANY, 0},
    {"ad", KEY_ERA, CASE_LOWER, false, CALENDAR_ANY, 0},
    {"am", KEY_MERIDIAN, CASE_LOWER, false, CALENDAR_ANY, 0},
    {"b.c.", KEY_ERA_DOTTED, CASE_LOWER, false, CALENDAR_ANY, 0},
    {"bc", KEY_ERA, CASE_LOWER, false, CALENDAR_ANY, 0},
    {"day", KEY_DAY, CASE_LOWER, false, CALENDAR_ANY, 0},
    {"dy", KEY_DY, CASE_LOWER, false, CALENDAR_ANY, 0},
    {"month", KEY_MONTH, CASE_LOWER, false, CALENDAR_GREGORIAN, 0},
    {"mon", KEY_MON, CASE_LOWER, false, CALENDAR_GREGORIAN, 0},
    {"p.m.", KEY_MERIDIAN_DOTTED, CASE_LOWER, false, CALENDAR_ANY, 0},
    {"pm", KEY_MERIDIAN, CASE_LOWER, false, CALENDAR_ANY, 0},
    {"rm", KEY_RM, CASE_LOWER, false, CALENDAR_GREGORIAN, 0},
    {"tz", KEY_TZ, CASE_LOWER, false, CALENDAR_ANY, 0},
};

enum { WORDS = sizeof words / sizeof *words };

/* ---- taking pictures apart ---- */

struct source {
    const char *at, *end;
};

static bool starts(const struct source *source, const char *text)
{
    size_t len = strlen(text);
    return (size_t) (source->end - source->at) >= len && memcmp(source->at, text, len) == 0;
}

/* The word here: names as they are spelt, numbers in either case; of several the longest. */
static const struct picture_word *find_word(const struct source *source)
{
    const struct picture_word *found = NULL;
    size_t best = 0;
    for (int i = 0; i < WORDS; i++) {
        size_t len = strlen(words[i].name);
        if (len <= best || (size_t) (source->end - source->at) < len)
            continue;
        bool same = memcmp(source->at, words[i].name, len) == 0;
        bool any_case = words[i].is_digit || words[i].key == KEY_FF || words[i].key == KEY_FX || words[i].key == KEY_OF ||
                        words[i].key == KEY_TZH;
        if (!same && any_case) {
            same = true;
            for (size_t k = 0; k < len && same; k++)
                same = source->at[k] == (char) tolower((unsigned char) words[i].name[k]);
        }
        if (same) {
            found = &words[i];
            best = len;
        }
    }
    return found;
}

static unsigned take_prefix(struct source *source)
{
    unsigned suffix = 0;
    if (starts(source, "FM") || starts(source, "fm"))
        suffix = SUFFIX_FM;
    else if (starts(source, "TM") || starts(source, "tm"))
        suffix = SUFFIX_TM;
    source->at += suffix ? 2 : 0;
    return suffix;
}

static unsigned take_postfix(struct source *source)
{
    unsigned suffix = starts(source, "TH")   ? SUFFIX_TH_UPPER
                      : starts(source, "th") ? SUFFIX_TH_LOWER
                      : starts(source, "SP") ? SUFFIX_SP
                                             : 0;
    source->at += suffix ? 2 : 0;
    return suffix;
}

static void take_character(struct source *source, struct picture_node *node, enum picture_kind kind)
{
    unsigned char lead = (unsigned char) *source->at;
    size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (len > (size_t) (source->end - source->at))
        len = (size_t) (source->end - source->at);
    *node = (struct picture_node){.kind = kind, .len = (uint8_t) len};
    memcpy(node->text, source->at, len);
    source->at += len;
}

static bool is_separator(char c)
{
    return c > 0x20 && c < 0x7f && !isalnum((unsigned char) c);
}

static void take_apart(struct arena *arena, const struct datum *text, struct picture *picture)
{
    struct source source = {text->data, text->data + text->len};
    picture->count = 0;
    picture->nodes = arena_array(arena, struct picture_node, text->len + 1);
    while (source.at < source.end) {
        unsigned suffix = take_prefix(&source);
        if (source.at >= source.end)
            break;
        const struct picture_word *word = find_word(&source);
        if (word) {
            struct picture_node *node = &picture->nodes[picture->count++];
            *node = (struct picture_node){.kind = PICTURE_WORD, .word = word};
            memcpy(node->name, source.at, strlen(word->name));
            source.at += strlen(word->name);
            node->suffix = suffix | take_postfix(&source);
        } else if (*source.at == '"') {
            for (source.at++; source.at < source.end && *source.at != '"';) {
                if (*source.at == '\\' && source.at + 1 < source.end)
                    source.at++;
                take_character(&source, &picture->nodes[picture->count], PICTURE_TEXT);
                picture->nodes[picture->count++].is_quoted = true;
            }
            source.at += source.at < source.end;
        } else {
            if (*source.at == '\\' && source.at + 1 < source.end && source.at[1] == '"')
                source.at++;
            char c = *source.at;
            take_character(&source, &picture->nodes[picture->count++],
                           is_separator(c)              ? PICTURE_SEPARATOR
                           : isspace((unsigned char) c) ? PICTURE_SPACE
                                                        : PICTURE_TEXT);
        }
    }
}

struct known_picture {
    struct picture picture;
    char *text;
    size_t len;
};

const struct picture *picture_of(struct fcall *call, const struct datum *text)
{
    struct known_picture *known = call->cache ? *call->cache : NULL;
    if (known && known->len == text->len && memcmp(known->text, text->data, text->len) == 0)
        return &known->picture;
    struct arena *arena = !known && call->cache && call->cache_arena ? call->cache_arena : call->arena;
    struct known_picture *fresh = arena_new(arena, struct known_picture);
    fresh->text = arena_strndup(arena, text->len ? text->data : "", text->len);
    fresh->len = text->len;
    take_apart(arena, text, &fresh->picture);
    if (arena != call->arena) /* pictures that change from row to row are not kept */
        *call->cache = fresh;
    return &fresh->picture;
}

/* ---- writing ---- */

struct moment {
    struct datetime parts;
    int64_t hours; /* of intervals, any number */
    int yearday;
    bool is_interval;
};

static void put_ordinal(struct buf *out, unsigned suffix)
{
    if (!(suffix & (SUFFIX_TH_UPPER | SUFFIX_TH_LOWER)) || out->len == 0)
        return;
    char last = out->data[out->len - 1];
    bool teen = out->len > 1 && out->data[out->len - 2] == '1';
    const char *ending = teen ? "th" : last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
    for (; *ending; ending++)
        buf_putc(out, suffix & SUFFIX_TH_UPPER ? (char) toupper((unsigned char) *ending) : *ending);
}

static void put_number(struct buf *out, const struct picture_node *node, int64_t number, int width)
{
    struct buf digits = {0};
    if (node->suffix & SUFFIX_FM)
        width = 0;
    else if (number < 0)
        width++;
    buf_printf(&digits, "%0*lld", width, (long long) number);
    put_ordinal(&digits, node->suffix);
    buf_append(out, digits.data, digits.len);
    buf_deinit(&digits);
}

static void put_name(struct buf *out, const struct picture_node *node, const char *name, int width)
{
    size_t start = out->len;
    buf_printf(out, "%-*s", node->suffix & (SUFFIX_FM | SUFFIX_TM) ? 0 : width, name);
    for (size_t i = start; i < out->len; i++) {
        if (node->word->letters == CASE_UPPER)
            out->data[i] = (char) toupper((unsigned char) out->data[i]);
        else if (node->word->letters == CASE_LOWER)
            out->data[i] = (char) tolower((unsigned char) out->data[i]);
    }
}

static int64_t shown_year(int64_t year, bool is_interval)
{
    return is_interval || year > 0 ? year : 1 - year;
}

static void put_century(struct buf *out, const struct picture_node *node, const struct moment *m)
{
    int year = m->parts.year;
    int century = m->is_interval ? year / 100 : year > 0 ? (year - 1) / 100 + 1 : year / 100 - 1;
    put_number(out, node, century, century <= 99 && century >= -99 ? 2 : 0);
}

static void put_roman(struct buf *out, const struct picture_node *node, const struct moment *m)
{
    int month = m->parts.month;
    if (!month && !m->parts.year)
        return;
    int index = month == 0 ? (m->parts.year >= 0 ? 11 : 0) : month < 0 ? 12 + month : month - 1;
    put_name(out, node, picture_roman_months[index], 4);
}

static bool put_year_word(struct buf *out, const struct picture_node *node, const struct moment *m)
{
    const struct datetime *parts = &m->parts;
    int64_t year = shown_year(parts->year, m->is_interval);
    int64_t iso = 0;
    enum picture_key key = node->word->key;
    if (key >= KEY_IYYY && key <= KEY_I)
        iso = shown_year(iso_year(parts->year, parts->month, parts->day), m->is_interval);
    switch (key) {
    case KEY_YYYY:
    case KEY_IYYY:
        put_number(out, node, key == KEY_YYYY ? year : iso, 4);
        return true;
    case KEY_YYY:
    case KEY_IYY:
        put_number(out, node, (key == KEY_YYY ? year : iso) % 1000, 3);
        return true;
    case KEY_YY:
    case KEY_IY:
        put_number(out, node, (key == KEY_YY ? year : iso) % 100, 2);
        return true;
    case KEY_Y:
    case KEY_I:
        put_number(out, node, (key == KEY_Y ? year : iso) % 10, 1);
        return true;
    case KEY_Y_YYY: {
        struct buf digits = {0};
        buf_printf(&digits, "%lld,%03lld", (long long) (year / 1000), (long long) (year % 1000));
        put_ordinal(&digits, node->suffix);
        buf_append(out, digits.data, digits.len);
        buf_deinit(&digits);
        return true;
    }
    default:
        return false;
    }
}

/* What has no meaning for a length of time. */
static bool needs_calendar(enum picture_key key)
{
    switch (key) {
    case KEY_ERA:
    case KEY_ERA_DOTTED:
    case KEY_MONTH:
    case KEY_MON:
    case KEY_DAY:
    case KEY_DY:
    case KEY_D:
    case KEY_ID:
    case KEY_TZ:
    case KEY_TZH:
    case KEY_TZM:
    case KEY_OF:
        return true;
    default:
        return false;
    }
}

static void put_word(struct buf *out, const struct picture_node *node, const struct moment *m)
{
    const struct datetime *parts = &m->parts;
    int julian = m->is_interval ? 0 : julian_day(parts->year, parts->month, parts->day);
    int weekday = m->is_interval ? 0 : (julian + 1) % 7;
    int64_t hour = m->hours, half = hour % 12;
    static const int divisors[] = {1, 100000, 10000, 1000, 100, 10, 1};
    bool afternoon = hour % 24 >= 12;
    if (put_year_word(out, node, m))
        return;
    switch (node->word->key) {
    case KEY_MERIDIAN:
        put_name(out, node, afternoon ? "PM" : "AM", 0);
        break;
    case KEY_MERIDIAN_DOTTED:
        put_name(out, node, afternoon ? "P.M." : "A.M.", 0);
        break;
    case KEY_ERA:
        put_name(out, node, parts->year <= 0 ? "BC" : "AD", 0);
        break;
    case KEY_ERA_DOTTED:
        put_name(out, node, parts->year <= 0 ? "B.C." : "A.D.", 0);
        break;
    case KEY_HH12:
        put_number(out, node, half == 0 ? 12 : half, 2);
        break;
    case KEY_HH24:
        put_number(out, node, hour, 2);
        break;
    case KEY_MI:
        put_number(out, node, parts->minute, 2);
        break;
    case KEY_SS:
        put_number(out, node, parts->second, 2);
        break;
    case KEY_MS:
        buf_printf(out, "%03d", parts->usec / 1000);
        put_ordinal(out, node->suffix);
        break;
    case KEY_US:
        buf_printf(out, "%06d", parts->usec);
        put_ordinal(out, node->suffix);
        break;
    case KEY_FF:
        buf_printf(out, "%0*d", node->word->digits, parts->usec / divisors[node->word->digits]);
        put_ordinal(out, node->suffix);
        break;
    case KEY_SSSS:
        put_number(out, node, hour * 3600 + parts->minute * 60 + parts->second, 0);
        break;
    case KEY_MONTH:
        if (parts->month)
            put_name(out, node, picture_months[parts->month - 1], 9);
        break;
    case KEY_MON:
        if (parts->month)
            put_name(out, node, picture_months_short[parts->month - 1], 0);
        break;
    case KEY_MM:
        put_number(out, node, parts->month, 2);
        break;
    case KEY_DAY:
        put_name(out, node, picture_days[weekday], 9);
        break;
    case KEY_DY:
        put_name(out, node, picture_days_short[weekday], 0);
        break;
    case KEY_DDD:
        put_number(out, node, m->yearday, 3);
        break;
    case KEY_IDDD:
        put_number(out, node, iso_year_day(parts->year, parts->month, parts->day), 3);
        break;
    case KEY_DD:
        put_number(out, node, parts->day, 2);
        break;
    case KEY_D:
        put_number(out, node, weekday + 1, 0);
        break;
    case KEY_ID:
        put_number(out, node, weekday == 0 ? 7 : weekday, 0);
        break;
    case KEY_WW:
        put_number(out, node, (m->yearday - 1) / 7 + 1, 2);
        break;
    case KEY_IW:
        put_number(out, node, iso_week(parts->year, parts->month, parts->day), 2);
        break;
    case KEY_W:
        put_number(out, node, (parts->day - 1) / 7 + 1, 0);
        break;
    case KEY_Q:
        if (parts->month)
            put_number(out, node, (parts->month - 1) / 3 + 1, 0);
        break;
    case KEY_CC:
        put_century(out, node, m);
        break;
    case KEY_J:
        put_number(out, node, julian_day(parts->year, parts->month, parts->day), 0);
        break;
    case KEY_RM:
        put_roman(out, node, m);
        break;
    case KEY_TZ:
        for (const char *c = parts->zone ? parts->zone : ""; *c; c++)
            buf_putc(out, node->word->letters == CASE_LOWER ? (char) tolower((unsigned char) *c) : *c);
        break;
    case KEY_TZH:
        buf_printf(out, "%c%02d", parts->offset >= 0 ? '+' : '-', abs(parts->offset) / 3600);
        break;
    case KEY_TZM:
        buf_printf(out, "%02d", abs(parts->offset) % 3600 / 60);
        break;
    case KEY_OF:
        buf_printf(out, "%c%0*d", parts->offset >= 0 ? '+' : '-', node->suffix & SUFFIX_FM ? 0 : 2, abs(parts->offset) / 3600);
        if (abs(parts->offset) % 3600)
            buf_printf(out, ":%02d", abs(parts->offset) % 3600 / 60);
        break;
    default:
        break;
    }
}

static bool format(struct fcall *call, const struct moment *m, const struct datum *text, struct datum *result)
{
    const struct picture *picture = picture_of(call, text);
    struct buf out = {0};
    for (int i = 0; i < picture->count; i++) {
        const struct picture_node *node = &picture->nodes[i];
        if (node->kind != PICTURE_WORD) {
            buf_append(&out, node->text, node->len);
            continue;
        }
        if (m->is_interval && needs_calendar(node->word->key)) {
            buf_deinit(&out);
            diag_set(call->diag, ERRCODE_INVALID_DATETIME_FORMAT, "invalid format specification for an interval value");
            return diag_hint(call->diag, "Intervals are not tied to specific calendar dates.");
        }
        put_word(&out, node, m);
    }
    *result = datum_text(arena_strndup(call->arena, out.len ? out.data : "", out.len), out.len);
    buf_deinit(&out);
    return true;
}

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static bool format_timestamp(struct fcall *call, struct moment *m, const struct datum *picture, struct datum *result)
{
    m->hours = m->parts.hour;
    m->yearday = julian_day(m->parts.year, m->parts.month, m->parts.day) - julian_day(m->parts.year, 1, 1) + 1;
    return format(call, m, picture, result);
}

FUNCTION(timestamp_to_char)
{
    int64_t timestamp = timestamp_load(&args[0]);
    struct moment m = {0};
    *result = datum_null();
    if (args[1].len == 0 || !timestamp_is_finite(timestamp))
        return true;
    timestamp_split(timestamp, &m.parts);
    return format_timestamp(call, &m, &args[1], result);
}

FUNCTION(timestamptz_to_char)
{
    int64_t timestamp = timestamp_load(&args[0]);
    struct moment m = {0};
    *result = datum_null();
    if (args[1].len == 0 || !timestamp_is_finite(timestamp))
        return true;
    timestamptz_split(timestamp, call->env->types->timezone, &m.parts);
    return format_timestamp(call, &m, &args[1], result);
}

FUNCTION(interval_to_char)
{
    struct interval interval = interval_load(&args[0]);
    struct moment m = {.is_interval = true};
    *result = datum_null();
    if (args[1].len == 0)
        return true;
    int64_t time = interval.time;
    m.parts.year = interval.months / 12;
    m.parts.month = interval.months % 12;
    m.parts.day = interval.days;
    m.hours = time / USECS_PER_HOUR;
    time %= USECS_PER_HOUR;
    m.parts.minute = (int) (time / USECS_PER_MINUTE);
    time %= USECS_PER_MINUTE;
    m.parts.second = (int) (time / USECS_PER_SECOND);
    m.parts.usec = (int) (time % USECS_PER_SECOND);
    m.yearday = (m.parts.year * 12 + m.parts.month) * 30 + m.parts.day;
    return format(call, &m, &args[1], result);
}

const struct func_impl func_impls_tochar_date[] = {
    SCALAR_FLAGS("timestamp_to_char", timestamp_to_char, FUNC_SESSION),
    SCALAR_FLAGS("timestamptz_to_char", timestamptz_to_char, FUNC_SESSION),
    SCALAR_FLAGS("interval_to_char", interval_to_char, FUNC_SESSION),
    {0},
};
