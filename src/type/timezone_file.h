#ifndef PGQUILL_TYPE_TIMEZONE_FILE_H
#define PGQUILL_TYPE_TIMEZONE_FILE_H

#include "type/timezone.h"

/* How a zone is kept: for timezone*.c only. Reads TZif files (RFC 8536) and POSIX specifications (POSIX TZ variable). */

struct zone_type {
    int32_t offset;
    bool is_dst;
    const char *abbreviation;
};

struct zone_transition {
    int64_t at;
    uint8_t type;
};

enum zone_change_kind { ZONE_CHANGE_MONTH, ZONE_CHANGE_JULIAN, ZONE_CHANGE_DAY };

struct zone_change {
    enum zone_change_kind kind;
    int month, week, day; /* day: of the week (MONTH), of the year otherwise */
    int32_t time;         /* local seconds */
};

struct zone_rule {
    struct zone_type standard, daylight;
    bool has_daylight;
    struct zone_change start, end;
};

struct timezone {
    const char *name;
    int ntypes, ntransitions;
    struct zone_type *types; /* at least one: the first is in force before all transitions */
    struct zone_transition *transitions;
    bool has_rule; /* for times behind the last transition */
    struct zone_rule rule;
    struct timezone *next;
};

/* The zone of a file below the tz database's directory, found without regard to case; NULL: no such file. */
struct timezone *zone_file_load(const char *name);
/* A zone from a specification; NULL: malformed. */
struct timezone *zone_parse_posix(const char *text);

#endif
