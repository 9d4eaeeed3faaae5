#ifndef PGQUILL_TYPE_INTERVAL_H
#define PGQUILL_TYPE_INTERVAL_H

#include "type/type.h"

/* Intervals: months, days and µs apart, since no one of them is a fixed number of another. Stored as PostgreSQL's text in style 'postgres',
 * under collation pg_interval. */
struct interval {
    int64_t time;
    int32_t days, months;
};

/* A typmod says which fields count and to how many digits the second: (fields << 16) | precision. */
enum {
    INTERVAL_MONTH = 1 << 1,
    INTERVAL_YEAR = 1 << 2,
    INTERVAL_DAY = 1 << 3,
    INTERVAL_HOUR = 1 << 10,
    INTERVAL_MINUTE = 1 << 11,
    INTERVAL_SECOND = 1 << 12,
    INTERVAL_ALL_FIELDS = 0x7fff,
    INTERVAL_FULL_PRECISION = 0xffff,
};

/* Read by PostgreSQL's grammar, ISO 8601's included. 22007, 22008, 22015; diag NULL: quiet. */
bool interval_parse(const char *text, size_t len, int32_t typmod, enum interval_style style, struct interval *interval,
                    struct diag *diag);
void interval_format(const struct interval *interval, enum interval_style style, struct buf *out);
struct interval interval_load(const struct datum *stored);
struct datum interval_store(struct arena *arena, const struct interval *interval);
/* Drop the fields that a typmod does not have, round the second. */
void interval_apply_typmod(struct interval *interval, int32_t typmod);

/* A month counts as 30 days, a day as 24 hours. */
__int128 interval_span(const struct interval *interval);
int interval_compare(const struct interval *a, const struct interval *b);

#endif
