#ifndef PGQUILL_FUNC_DATETIME_SHIFT_H
#define PGQUILL_FUNC_DATETIME_SHIFT_H

#include "type/datetime.h"
#include "type/interval.h"

/* Move a timestamp by an interval: months first (the day cut to the month's last), then days, then time. 22008 when out of range.
 * The second counts months and days on the clocks of `zone`. Infinite timestamps stay. */
bool timestamp_shift(int64_t timestamp, const struct interval *interval, int64_t *result, struct diag *diag);
bool timestamptz_shift(int64_t timestamp, const struct interval *interval, const struct timezone *zone, int64_t *result,
                       struct diag *diag);
/* The interval of the opposite sign; false when a field has none. */
bool interval_negate(const struct interval *interval, struct interval *result, struct diag *diag);

#endif
