#include "type/datetime_token.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Words: compared by their first ten letters, as PostgreSQL's are. */
enum { WORD_LENGTH = 10 };

struct word {
    char name[WORD_LENGTH + 1];
    enum word_kind kind;
    int value;
};

static const struct word words[] = {
    {"-infinity", WORD_RESERVED, RESERVED_MINUS_INFINITY},
    {"ad", WORD_ERA, 1},
    {"allballs", WORD_RESERVED, RESERVED_ALLBALLS},
    {"am", WORD_MERIDIAN, MERIDIAN_AM},
    {"apr", WORD_MONTH, 4},
    {"april", WORD_MONTH, 4},
    {"at", WORD_IGNORED, 0},
    {"aug", WORD_MONTH, 8},
    {"august", WORD_MONTH, 8},
    {"bc", WORD_ERA, -1},
    {"d", WORD_UNIT, UNIT_DAY},
    {"dec", WORD_MONTH, 12},
    {"december", WORD_MONTH, 12},
    {"dow", WORD_UNIT, UNIT_DOW},
    {"doy", WORD_UNIT, UNIT_DOY},
    {"dst", WORD_DST, 3600},
    {"epoch", WORD_RESERVED, RESERVED_EPOCH},
    {"feb", WORD_MONTH, 2},
    {"february", WORD_MONTH, 2},
    {"fri", WORD_WEEKDAY, 5},
    {"friday", WORD_WEEKDAY, 5},
    {"h", WORD_UNIT, UNIT_HOUR},
    {"infinity", WORD_RESERVED, RESERVED_INFINITY},
    {"isodow", WORD_UNIT, UNIT_ISODOW},
    {"isoyear", WORD_UNIT, UNIT_ISOYEAR},
    {"j", WORD_UNIT, UNIT_JULIAN},
    {"jan", WORD_MONTH, 1},
    {"january", WORD_MONTH, 1},
    {"jd", WORD_UNIT, UNIT_JULIAN},
    {"jul", WORD_MONTH, 7},
    {"julian", WORD_UNIT, UNIT_JULIAN},
    {"july", WORD_MONTH, 7},
    {"jun", WORD_MONTH, 6},
    {"june", WORD_MONTH, 6},
    {"m", WORD_UNIT, UNIT_MONTH},
    {"mar", WORD_MONTH, 3},
    {"march", WORD_MONTH, 3},
    {"may", WORD_MONTH, 5},
    {"mm", WORD_UNIT, UNIT_MINUTE},
    {"mon", WORD_WEEKDAY, 1},
    {"monday", WORD_WEEKDAY, 1},
    {"nov", WORD_MONTH, 11},
    {"november", WORD_MONTH, 11},
    {"now", WORD_RESERVED, RESERVED_NOW},
    {"oct", WORD_MONTH, 10},
    {"october", WORD_MONTH, 10},
    {"on", WORD_IGNORED, 0},
    {"pm", WORD_MERIDIAN, MERIDIAN_PM},
    {"s", WORD_UNIT, UNIT_SECOND},
    {"sat", WORD_WEEKDAY, 6},
    {"saturday", WORD_WEEKDAY, 6},
    {"sep", WORD_MONTH, 9},
    {"sept", WORD_MONTH, 9},
    {"september", WORD_MONTH, 9},
    {"sun", WORD_WEEKDAY, 0},
    {"sunday", WORD_WEEKDAY, 0},
    {"t", WORD_T, 0},
    {"thu", WORD_WEEKDAY, 4},
    {"thur", WORD_WEEKDAY, 4},
    {"thurs", WORD_WEEKDAY, 4},
    {"thursday", WORD_WEEKDAY, 4},
    {"today", WORD_RESERVED, RESERVED_TODAY},
    {"tomorrow", WORD_RESERVED, RESERVED_TOMORROW},
    {"tue", WORD_WEEKDAY, 2},
    {"tues", WORD_WEEKDAY, 2},
    {"tuesday", WORD_WEEKDAY, 2},
    {"wed", WORD_WEEKDAY, 3},
    {"wednesday", WORD_WEEKDAY, 3},
    {"weds", WORD_WEEKDAY, 3},
    {"y", WORD_UNIT, UNIT_YEAR},
    {"yesterday", WORD_RESERVED, RESERVED_YESTERDAY},
};

static const struct word interval_words[] = {
    {"@", WORD_IGNORED, 0},
    {"ago", WORD_AGO, 0},
    {"c", WORD_UNIT, UNIT_CENTURY},
    {"cent", WORD_UNIT, UNIT_CENTURY},
    {"centuries", WORD_UNIT, UNIT_CENTURY},
    {"century", WORD_UNIT, UNIT_CENTURY},
    {"d", WORD_UNIT, UNIT_DAY},
    {"day", WORD_UNIT, UNIT_DAY},
    {"days", WORD_UNIT, UNIT_DAY},
    {"dec", WORD_UNIT, UNIT_DECADE},
    {"decade", WORD_UNIT, UNIT_DECADE},
    {"decades", WORD_UNIT, UNIT_DECADE},
    {"decs", WORD_UNIT, UNIT_DECADE},
    {"h", WORD_UNIT, UNIT_HOUR},
    {"hour", WORD_UNIT, UNIT_HOUR},
    {"hours", WORD_UNIT, UNIT_HOUR},
    {"hr", WORD_UNIT, UNIT_HOUR},
    {"hrs", WORD_UNIT, UNIT_HOUR},
    {"m", WORD_UNIT, UNIT_MINUTE},
    {"microsecon", WORD_UNIT, UNIT_MICROSECOND},
    {"mil", WORD_UNIT, UNIT_MILLENNIUM},
    {"millennia", WORD_UNIT, UNIT_MILLENNIUM},
    {"millennium", WORD_UNIT, UNIT_MILLENNIUM},
    {"millisecon", WORD_UNIT, UNIT_MILLISECOND},
    {"mils", WORD_UNIT, UNIT_MILLENNIUM},
    {"min", WORD_UNIT, UNIT_MINUTE},
    {"mins", WORD_UNIT, UNIT_MINUTE},
    {"minute", WORD_UNIT, UNIT_MINUTE},
    {"minutes", WORD_UNIT, UNIT_MINUTE},
    {"mon", WORD_UNIT, UNIT_MONTH},
    {"mons", WORD_UNIT, UNIT_MONTH},
    {"month", WORD_UNIT, UNIT_MONTH},
    {"months", WORD_UNIT, UNIT_MONTH},
    {"ms", WORD_UNIT, UNIT_MILLISECOND},
    {"msec", WORD_UNIT, UNIT_MILLISECOND},
    {"msecond", WORD_UNIT, UNIT_MILLISECOND},
    {"mseconds", WORD_UNIT, UNIT_MILLISECOND},
    {"msecs", WORD_UNIT, UNIT_MILLISECOND},
    {"qtr", WORD_UNIT, UNIT_QUARTER},
    {"quarter", WORD_UNIT, UNIT_QUARTER},
    {"s", WORD_UNIT, UNIT_SECOND},
    {"sec", WORD_UNIT, UNIT_SECOND},
    {"second", WORD_UNIT, UNIT_SECOND},
    {"seconds", WORD_UNIT, UNIT_SECOND},
    {"secs", WORD_UNIT, UNIT_SECOND},
    {"timezone", WORD_UNIT, UNIT_TIMEZONE},
    {"timezone_h", WORD_UNIT, UNIT_TIMEZONE_HOUR},
    {"timezone_m", WORD_UNIT, UNIT_TIMEZONE_MINUTE},
    {"us", WORD_UNIT, UNIT_MICROSECOND},
    {"usec", WORD_UNIT, UNIT_MICROSECOND},
    {"usecond", WORD_UNIT, UNIT_MICROSECOND},
    {"useconds", WORD_UNIT, UNIT_MICROSECOND},
    {"usecs", WORD_UNIT, UNIT_MICROSECOND},
    {"w", WORD_UNIT, UNIT_WEEK},
    {"week", WORD_UNIT, UNIT_WEEK},
    {"weeks", WORD_UNIT, UNIT_WEEK},
    {"y", WORD_UNIT, UNIT_YEAR},
    {"year", WORD_UNIT, UNIT_YEAR},
    {"years", WORD_UNIT, UNIT_YEAR},
    {"yr", WORD_UNIT, UNIT_YEAR},
    {"yrs", WORD_UNIT, UNIT_YEAR},
};

static int order_words(const void *key, const void *word)
{
    return strncmp(key, ((const struct word *) word)->name, WORD_LENGTH);
}

static enum word_kind find(const struct word *table, size_t count, const char *name, int *value)
{
    const struct word *word = bsearch(name, table, count, sizeof *table, order_words);
    if (!word)
        return WORD_UNKNOWN;
    *value = word->value;
    return word->kind;
}

enum word_kind word_find(const char *word, int *value)
{
    return find(words, sizeof words / sizeof *words, word, value);
}

enum word_kind word_find_interval(const char *word, int *value)
{
    return find(interval_words, sizeof interval_words / sizeof *interval_words, word, value);
}

enum datetime_unit datetime_unit_find(const char *text, size_t len)
{
    char word[32];
    int value;
    if (len >= sizeof word)
        return UNIT_UNKNOWN;
    for (size_t i = 0; i < len; i++)
        word[i] = (char) tolower((unsigned char) text[i]);
    word[len] = '\0';
    enum word_kind kind = word_find_interval(word, &value);
    if (kind == WORD_UNKNOWN)
        kind = word_find(word, &value);
    if (kind == WORD_UNIT)
        return (enum datetime_unit) value;
    if (kind == WORD_RESERVED && value == RESERVED_EPOCH)
        return UNIT_EPOCH;
    return kind == WORD_UNKNOWN ? UNIT_UNKNOWN : UNIT_OTHER;
}

/* ---- scanning ---- */

struct scanner {
    const char *at, *end;
    char *to, *limit;
    bool full;
};

static bool more(const struct scanner *s)
{
    return s->at < s->end;
}

static bool at_digit(const struct scanner *s)
{
    return more(s) && isdigit((unsigned char) *s->at);
}

static bool at_letter(const struct scanner *s)
{
    return more(s) && isalpha((unsigned char) *s->at) && (unsigned char) *s->at < 0x80;
}

static void take(struct scanner *s)
{
    if (s->to + 1 >= s->limit)
        s->full = true;
    else
        *s->to++ = (char) tolower((unsigned char) *s->at);
    s->at++;
}

static void take_digits(struct scanner *s, const char *others)
{
    while (more(s) && (isdigit((unsigned char) *s->at) || (*s->at && strchr(others, *s->at))))
        take(s);
}

static void take_letters(struct scanner *s)
{
    while (at_letter(s))
        take(s);
}

/* A token that begins with a digit. */
static enum token_kind scan_number(struct scanner *s)
{
    take_digits(s, "");
    if (more(s) && *s->at == ':') {
        take_digits(s, ":.");
        return TOKEN_TIME;
    }
    if (!more(s) || !strchr("-/.", *s->at) || !*s->at)
        return TOKEN_NUMBER;
    char mark[2] = {*s->at, '\0'};
    take(s);
    if (!at_digit(s)) { /* a month's name within: 08-Jan-1999 */
        while (more(s) && (isalnum((unsigned char) *s->at) || *s->at == *mark))
            take(s);
        return TOKEN_DATE;
    }
    take_digits(s, "");
    if (more(s) && *s->at == *mark) {
        take_digits(s, mark);
        return TOKEN_DATE;
    }
    return *mark == '.' ? TOKEN_NUMBER : TOKEN_DATE;
}

/* A token that begins with a letter: a word; a date that begins with a month; or a zone's name with punctuation within. */
static enum token_kind scan_word(struct scanner *s, char *start)
{
    take_letters(s);
    bool is_date = more(s) && *s->at && strchr("-/.", *s->at);
    if (!is_date && more(s) && (*s->at == '+' || isdigit((unsigned char) *s->at))) {
        int value;
        *s->to = '\0';
        is_date = word_find(start, &value) == WORD_UNKNOWN;
    }
    if (!is_date)
        return TOKEN_WORD;
    while (more(s) && *s->at && (strchr("+-/_.:", *s->at) || isalnum((unsigned char) *s->at)))
        take(s);
    return TOKEN_DATE;
}

static bool scan_signed(struct scanner *s, enum token_kind *kind)
{
    take(s);
    while (more(s) && isspace((unsigned char) *s->at))
        s->at++;
    if (at_digit(s)) {
        take_digits(s, ":.-");
        *kind = TOKEN_ZONE;
        return true;
    }
    take_letters(s);
    *kind = TOKEN_SPECIAL;
    return isalpha((unsigned char) s->to[-1]);
}

bool token_scan(const char *text, size_t len, struct token_list *list)
{
    struct scanner s = {text, text + len, list->bytes, list->bytes + TOKEN_BYTES, false};
    list->count = 0;
    while (more(&s)) {
        if (isspace((unsigned char) *s.at)) {
            s.at++;
            continue;
        }
        char *start = s.to;
        enum token_kind kind;
        if (at_digit(&s)) {
            kind = scan_number(&s);
        } else if (*s.at == '.') {
            take(&s);
            take_digits(&s, "");
            kind = TOKEN_NUMBER;
        } else if (at_letter(&s)) {
            kind = scan_word(&s, start);
        } else if (*s.at == '+' || *s.at == '-') {
            if (!scan_signed(&s, &kind))
                return false;
        } else if (ispunct((unsigned char) *s.at)) {
            s.at++;
            continue;
        } else {
            return false;
        }
        if (s.full || s.to + 1 >= s.limit || list->count == TOKENS_MAX)
            return false;
        *s.to++ = '\0';
        list->tokens[list->count++] = (struct token){kind, start};
    }
    return true;
}

/* ---- pieces ---- */

enum parse_result parse_int(const char *text, const char **end, int *value)
{
    char *stop;
    errno = 0;
    long long number = strtoll(text, &stop, 10);
    *end = stop;
    if (errno == ERANGE || number > INT_MAX || number < INT_MIN)
        return PARSE_RANGE;
    *value = (int) number;
    return PARSE_OK;
}

enum parse_result parse_fraction(const char *text, int *usec)
{
    if (text[1] == '\0') {
        *usec = 0;
        return PARSE_OK;
    }
    char *stop;
    errno = 0;
    double fraction = strtod(text, &stop);
    if (*stop || errno || !isdigit((unsigned char) text[1]))
        return PARSE_BAD;
    *usec = (int) rint(fraction * 1000000);
    return PARSE_OK;
}

enum { OFFSET_HOURS_MAX = 15 };

enum parse_result parse_offset(const char *text, int32_t *offset)
{
    const char *at;
    int hours, minutes = 0, seconds = 0;
    if (*text != '+' && *text != '-')
        return PARSE_BAD;
    if (parse_int(text + 1, &at, &hours))
        return PARSE_ZONE_RANGE;
    if (*at == ':') {
        if (parse_int(at + 1, &at, &minutes))
            return PARSE_ZONE_RANGE;
        if (*at == ':' && parse_int(at + 1, &at, &seconds))
            return PARSE_ZONE_RANGE;
    } else if (*at == '\0' && strlen(text) > 3) {
        minutes = hours % 100;
        hours /= 100;
    }
    if (hours < 0 || hours > OFFSET_HOURS_MAX || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59)
        return PARSE_ZONE_RANGE;
    *offset = (hours * 60 + minutes) * 60 + seconds;
    if (*text == '-')
        *offset = -*offset;
    return *at ? PARSE_BAD : PARSE_OK;
}

bool parse_report(enum parse_result result, const char *text, size_t len, const char *type_name, const char *zone,
                  struct diag *diag)
{
    if (!diag)
        return false;
    switch (result) {
    case PARSE_RANGE:
    case PARSE_MONTH_DAY_RANGE:
        diag_set(diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date/time field value out of range: \"%.*s\"", (int) len, text);
        if (result == PARSE_MONTH_DAY_RANGE)
            diag_hint(diag, "Perhaps you need a different \"datestyle\" setting.");
        return false;
    case PARSE_INTERVAL_RANGE:
        return diag_set(diag, ERRCODE_INTERVAL_FIELD_OVERFLOW, "interval field value out of range: \"%.*s\"", (int) len, text);
    case PARSE_ZONE_RANGE:
        return diag_set(diag, ERRCODE_INVALID_TIME_ZONE_DISPLACEMENT_VALUE, "time zone displacement out of range: \"%.*s\"",
                        (int) len, text);
    case PARSE_UNKNOWN_ZONE:
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "time zone \"%s\" not recognized", zone);
    default:
        return diag_set(diag, ERRCODE_INVALID_DATETIME_FORMAT, "invalid input syntax for type %s: \"%.*s\"", type_name, (int) len,
                        text);
    }
}
