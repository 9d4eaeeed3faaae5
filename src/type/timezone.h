#ifndef PGQUILL_TYPE_TIMEZONE_H
#define PGQUILL_TYPE_TIMEZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Time zones: the system's tz database (TZif files with their footer rules) and POSIX specifications. Seconds are counted from
 * 1970-01-01; offsets are seconds east of Greenwich. A zone, once found, lives as long as the process. A NULL zone is UTC. */
struct timezone;

/* The zone of a name ("Europe/Paris", in any case) or of a POSIX specification ("EST5EDT,M3.2.0,M11.1.0", "<-03>3"); NULL: there is none. */
const struct timezone *timezone_find(const char *name, size_t len);
/* The same for the value of SET TimeZone: also a number of hours ("-7", "5.5"), and "INTERVAL '…'". */
const struct timezone *timezone_find_setting(const char *value, size_t len);
/* The zone at a fixed offset, as SET TIME ZONE -7 makes it: "<-07>+07". */
const struct timezone *timezone_fixed(int32_t offset);
/* Its name as the database spells it. */
const char *timezone_name(const struct timezone *zone);

/* What clocks show at an instant. */
struct timezone_moment {
    int32_t offset;
    bool is_dst;
    const char *abbreviation; /* lives as long as the zone */
};
struct timezone_moment timezone_at(const struct timezone *zone, int64_t seconds);

/* The same for a local time (seconds of a clock that ignores its zone). Where clocks skip it, the time before the change counts;
 * where it comes twice, the time after. */
struct timezone_moment timezone_at_local(const struct timezone *zone, int64_t local_seconds);

/* Has the zone had one offset always? Then this. */
bool timezone_is_fixed(const struct timezone *zone, int32_t *offset);

/* What an abbreviation ("EST") means on its own: an offset, or a zone whose history tells (`zone` set). Compared without case. */
struct timezone_abbreviation {
    const char *name; /* lower case */
    int32_t offset;
    bool is_dst;
    const char *zone; /* NULL: fixed */
};
const struct timezone_abbreviation *timezone_abbreviation_find(const char *name, size_t len);
/* The table, in order; NULL behind its end. */
const struct timezone_abbreviation *timezone_abbreviation_at(int index);
/* The offset that `abbreviation` stood for in `zone` at an instant or a local time: the latest use up to then, else the earliest one; where
 * the zone never used it, the zone's own offset then. */
struct timezone_moment timezone_abbreviated_at(const struct timezone *zone, const char *abbreviation, int64_t seconds);
struct timezone_moment timezone_abbreviated_local(const struct timezone *zone, const char *abbreviation, int64_t local_seconds);

/* Call for each name of the system's database, in no order; false from `each` stops. */
void timezone_list(bool (*each)(void *arg, const char *name), void *arg);

#endif
