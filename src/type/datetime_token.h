#ifndef PGQUILL_TYPE_DATETIME_TOKEN_H
#define PGQUILL_TYPE_DATETIME_TOKEN_H

#include "type/datetime.h"

/* The words that dates, times and intervals are made of: for the parsers in datetime_parse.c and interval_parse.c. */

enum token_kind {
    TOKEN_NUMBER,  /* 12, 12.5, .5 */
    TOKEN_DATE,    /* digits or letters with '-', '/' or '.' between: a date, or a zone's name */
    TOKEN_TIME,    /* digits with ':' between */
    TOKEN_ZONE,    /* a sign and digits */
    TOKEN_WORD,    /* letters */
    TOKEN_SPECIAL, /* a sign and letters */
};

struct token {
    enum token_kind kind;
    char *text; /* lower case, NUL-terminated */
};

enum { TOKENS_MAX = 25, TOKEN_BYTES = 256 };

struct token_list {
    int count;
    struct token tokens[TOKENS_MAX];
    char bytes[TOKEN_BYTES];
};

/* False: no sequence of such words. */
bool token_scan(const char *text, size_t len, struct token_list *list);

/* How a parse ended. */
enum parse_result {
    PARSE_OK,
    PARSE_BAD,             /* 22007 */
    PARSE_RANGE,           /* 22008 */
    PARSE_MONTH_DAY_RANGE, /* 22008, with a hint at DateStyle */
    PARSE_INTERVAL_RANGE,  /* 22015 */
    PARSE_ZONE_RANGE,      /* 22009 */
    PARSE_UNKNOWN_ZONE,    /* 22023; the name is in the state */
};
/* Report; false. diag NULL: quiet. */
bool parse_report(enum parse_result result, const char *text, size_t len, const char *type_name, const char *zone,
                  struct diag *diag);

/* Keywords of dates. */
enum word_kind {
    WORD_UNKNOWN,
    WORD_IGNORED,
    WORD_RESERVED,
    WORD_MONTH,
    WORD_WEEKDAY,
    WORD_MERIDIAN,
    WORD_ERA,
    WORD_UNIT,
    WORD_DST,
    WORD_T,
    WORD_AGO
};
enum reserved_word {
    RESERVED_NOW,
    RESERVED_TODAY,
    RESERVED_TOMORROW,
    RESERVED_YESTERDAY,
    RESERVED_ALLBALLS,
    RESERVED_EPOCH,
    RESERVED_INFINITY,
    RESERVED_MINUS_INFINITY
};
enum meridian { MERIDIAN_NONE, MERIDIAN_AM, MERIDIAN_PM };
enum word_kind word_find(const char *word, int *value);
/* Units of intervals ("day", "mins", "ms"): an enum datetime_unit as WORD_UNIT, or WORD_AGO, WORD_IGNORED. */
enum word_kind word_find_interval(const char *word, int *value);

/* An integer that fits in 32 bits at `text`; `*end` behind it. PARSE_RANGE, PARSE_BAD without digits. */
enum parse_result parse_int(const char *text, const char **end, int *value);
/* µs of ".5" at `text`, rounded; the fraction must end the text. */
enum parse_result parse_fraction(const char *text, int *usec);
/* "+hh[:mm[:ss]]" or "+hhmm", to seconds east. */
enum parse_result parse_offset(const char *text, int32_t *offset);

#endif
