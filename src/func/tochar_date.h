#ifndef PGQUILL_FUNC_TOCHAR_DATE_H
#define PGQUILL_FUNC_TOCHAR_DATE_H

#include "func/func.h"

/* Pictures of dates and times, as to_char, to_date and to_timestamp take them (docs: table 9.27). */

enum picture_key {
    KEY_MERIDIAN,
    KEY_MERIDIAN_DOTTED,
    KEY_ERA,
    KEY_ERA_DOTTED,
    KEY_HH12,
    KEY_HH24,
    KEY_MI,
    KEY_SS,
    KEY_MS,
    KEY_US,
    KEY_FF,
    KEY_SSSS,
    KEY_YYYY,
    KEY_YYY,
    KEY_YY,
    KEY_Y,
    KEY_Y_YYY,
    KEY_IYYY,
    KEY_IYY,
    KEY_IY,
    KEY_I,
    KEY_MONTH,
    KEY_MON,
    KEY_MM,
    KEY_DAY,
    KEY_DY,
    KEY_DDD,
    KEY_IDDD,
    KEY_DD,
    KEY_D,
    KEY_ID,
    KEY_W,
    KEY_WW,
    KEY_IW,
    KEY_CC,
    KEY_J,
    KEY_Q,
    KEY_RM,
    KEY_TZ,
    KEY_TZH,
    KEY_TZM,
    KEY_OF,
    KEY_FX,
};

/* How letters are written: UPPER, Capitalised, lower. */
enum picture_case { CASE_UPPER, CASE_INITIAL, CASE_LOWER };
enum picture_calendar { CALENDAR_ANY, CALENDAR_GREGORIAN, CALENDAR_ISO };

struct picture_word {
    const char *name;
    enum picture_key key;
    enum picture_case letters;
    bool is_digit; /* its value is a number of fixed width */
    enum picture_calendar calendar;
    int digits; /* of FF1 … FF6 */
};

enum picture_kind { PICTURE_WORD, PICTURE_SEPARATOR, PICTURE_SPACE, PICTURE_TEXT };
enum picture_suffix { SUFFIX_FM = 1, SUFFIX_TH_UPPER = 2, SUFFIX_TH_LOWER = 4, SUFFIX_TM = 8, SUFFIX_SP = 16 };

struct picture_node {
    enum picture_kind kind;
    const struct picture_word *word;
    unsigned suffix;
    char text[4]; /* one character */
    uint8_t len;
    bool is_quoted;
    char name[8]; /* the word as written, for messages */
};

struct picture {
    int count;
    struct picture_node *nodes;
};

/* Take a picture apart, once per call site while the text stays the same. */
const struct picture *picture_of(struct fcall *call, const struct datum *text);

/* A text read by a picture as the SQL standard has it: separators match exactly, and the fields of the picture say which type the value has. */
enum picture_result { PICTURE_READ, PICTURE_BAD_TEXT, PICTURE_BAD };
struct picture_value {
    oid_t type;     /* date, time, timetz, timestamp, timestamptz */
    int64_t value;  /* as type/datetime.h counts that type */
    int32_t offset; /* of the zone that the text names */
};
/* 22007, 22008, 22009, 0A000. PICTURE_BAD: it is the picture that is wrong, whatever the text. */
enum picture_result picture_read_standard(struct fcall *call, const struct datum *text, const struct datum *picture,
                                          struct picture_value *out);

extern const char *const picture_months[12], *const picture_months_short[12];
extern const char *const picture_days[7], *const picture_days_short[7];
extern const char *const picture_roman_months[12]; /* I … XII */

#endif
