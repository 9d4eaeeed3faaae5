#include "func/datetime_shift.h"

static bool out_of_range(struct diag *diag)
{
    return diag_set(diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range");
}

static bool shift_date(struct datetime *parts, const struct interval *interval)
{
    if (interval->months) {
        int64_t month = (int64_t) parts->year * 12 + parts->month - 1 + interval->months;
        int64_t year = month / 12 - (month % 12 < 0);
        parts->year = (int) year;
        parts->month = (int) (month - year * 12) + 1;
        int last = days_in_month(parts->year, parts->month);
        if (parts->day > last)
            parts->day = last;
    }
    if (!interval->days)
        return true;
    int julian;
    if (!julian_valid(parts->year, parts->month, parts->day) ||
        __builtin_add_overflow(julian_day(parts->year, parts->month, parts->day), interval->days, &julian) || julian < 0)
        return false;
    julian_date(julian, &parts->year, &parts->month, &parts->day);
    return true;
}

static bool shift_time(int64_t timestamp, int64_t time, int64_t *result, struct diag *diag)
{
    if (__builtin_add_overflow(timestamp, time, result) || !timestamp_in_range(*result))
        return out_of_range(diag);
    return true;
}

bool timestamp_shift(int64_t timestamp, const struct interval *interval, int64_t *result, struct diag *diag)
{
    *result = timestamp;
    if (!timestamp_is_finite(timestamp))
        return true;
    if (interval->months || interval->days) {
        struct datetime parts = {0};
        timestamp_split(timestamp, &parts);
        if (!shift_date(&parts, interval) || !timestamp_make(&parts, &timestamp))
            return out_of_range(diag);
    }
    return shift_time(timestamp, interval->time, result, diag);
}

bool timestamptz_shift(int64_t timestamp, const struct interval *interval, const struct timezone *zone, int64_t *result,
                       struct diag *diag)
{
    *result = timestamp;
    if (!timestamp_is_finite(timestamp))
        return true;
    const struct interval steps[] = {{.months = interval->months}, {.days = interval->days}};
    for (int i = 0; i < 2; i++) {
        if (!steps[i].months && !steps[i].days)
            continue;
        struct datetime parts = {0};
        timestamptz_split(timestamp, zone, &parts);
        if (!shift_date(&parts, &steps[i]))
            return out_of_range(diag);
        parts.offset = datetime_local_moment(&parts, zone).offset;
        if (!timestamptz_make(&parts, &timestamp))
            return out_of_range(diag);
    }
    return shift_time(timestamp, interval->time, result, diag);
}

bool interval_negate(const struct interval *interval, struct interval *result, struct diag *diag)
{
    if (__builtin_sub_overflow((int64_t) 0, interval->time, &result->time) ||
        __builtin_sub_overflow(0, interval->days, &result->days) || __builtin_sub_overflow(0, interval->months, &result->months))
        return diag_set(diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "interval out of range");
    return true;
}
