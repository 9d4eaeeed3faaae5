#include "func/func.h"

#include "func/datetime_shift.h"

/* Arithmetic of intervals, and of times of day with them. */

#define FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)

static bool too_far(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "interval out of range");
}

static bool give(struct fcall *call, const struct interval *interval, struct datum *result)
{
    *result = interval_store(call->arena, interval);
    return true;
}

FUNCTION(interval_pl)
{
    (void) nargs;
    struct interval a = interval_load(&args[0]), b = interval_load(&args[1]);
    if (__builtin_add_overflow(a.months, b.months, &a.months) || __builtin_add_overflow(a.days, b.days, &a.days) ||
        __builtin_add_overflow(a.time, b.time, &a.time))
        return too_far(call);
    return give(call, &a, result);
}

FUNCTION(interval_mi)
{
    (void) nargs;
    struct interval a = interval_load(&args[0]), b = interval_load(&args[1]);
    if (__builtin_sub_overflow(a.months, b.months, &a.months) || __builtin_sub_overflow(a.days, b.days, &a.days) ||
        __builtin_sub_overflow(a.time, b.time, &a.time))
        return too_far(call);
    return give(call, &a, result);
}

FUNCTION(interval_um)
{
    (void) nargs;
    struct interval interval = interval_load(&args[0]);
    return interval_negate(&interval, &interval, call->diag) && give(call, &interval, result);
}

FUNCTION(interval_justify_hours)
{
    (void) nargs;
    struct interval interval = interval_load(&args[0]);
    if (__builtin_add_overflow(interval.days, (int32_t) (interval.time / USECS_PER_DAY), &interval.days))
        return too_far(call);
    interval.time %= USECS_PER_DAY;
    if (interval.days > 0 && interval.time < 0) {
        interval.time += USECS_PER_DAY;
        interval.days--;
    } else if (interval.days < 0 && interval.time > 0) {
        interval.time -= USECS_PER_DAY;
        interval.days++;
    }
    return give(call, &interval, result);
}

FUNCTION(interval_justify_days)
{
    (void) nargs;
    struct interval interval = interval_load(&args[0]);
    if (__builtin_add_overflow(interval.months, interval.days / 30, &interval.months))
        return too_far(call);
    interval.days %= 30;
    if (interval.months > 0 && interval.days < 0) {
        interval.days += 30;
        interval.months--;
    } else if (interval.months < 0 && interval.days > 0) {
        interval.days -= 30;
        interval.months++;
    }
    return give(call, &interval, result);
}

FUNCTION(interval_larger)
{
    (void) nargs, (void) call;
    struct interval a = interval_load(&args[0]), b = interval_load(&args[1]);
    *result = interval_compare(&a, &b) > 0 ? args[0] : args[1];
    return true;
}

FUNCTION(interval_smaller)
{
    (void) nargs, (void) call;
    struct interval a = interval_load(&args[0]), b = interval_load(&args[1]);
    *result = interval_compare(&a, &b) < 0 ? args[0] : args[1];
    return true;
}

static int64_t around_the_clock(int64_t time)
{
    time %= USECS_PER_DAY;
    return time < 0 ? time + USECS_PER_DAY : time;
}

FUNCTION(time_pl_interval)
{
    (void) nargs;
    *result = time_store(call->arena, around_the_clock(time_load(&args[0]) + interval_load(&args[1]).time % USECS_PER_DAY));
    return true;
}

FUNCTION(time_mi_interval)
{
    (void) nargs;
    *result = time_store(call->arena, around_the_clock(time_load(&args[0]) - interval_load(&args[1]).time % USECS_PER_DAY));
    return true;
}

FUNCTION(timetz_pl_interval)
{
    (void) nargs;
    struct timetz timetz = timetz_load(&args[0]);
    timetz.time = around_the_clock(timetz.time + interval_load(&args[1]).time % USECS_PER_DAY);
    *result = timetz_store(call->arena, timetz);
    return true;
}

FUNCTION(timetz_mi_interval)
{
    (void) nargs;
    struct timetz timetz = timetz_load(&args[0]);
    timetz.time = around_the_clock(timetz.time - interval_load(&args[1]).time % USECS_PER_DAY);
    *result = timetz_store(call->arena, timetz);
    return true;
}

FUNCTION(time_mi_time)
{
    (void) nargs;
    struct interval interval = {.time = time_load(&args[0]) - time_load(&args[1])};
    return give(call, &interval, result);
}

FUNCTION(time_interval)
{
    (void) nargs;
    struct interval interval = {.time = time_load(&args[0])};
    return give(call, &interval, result);
}

FUNCTION(interval_time)
{
    (void) nargs;
    *result = time_store(call->arena, around_the_clock(interval_load(&args[0]).time));
    return true;
}

FUNCTION(timetz_time)
{
    (void) nargs;
    *result = time_store(call->arena, timetz_load(&args[0]).time);
    return true;
}

const struct func_impl func_impls_interval[] = {
    SCALAR("interval_pl", interval_pl),
    SCALAR("interval_mi", interval_mi),
    SCALAR("interval_um", interval_um),
    SCALAR("interval_justify_hours", interval_justify_hours),
    SCALAR("interval_justify_days", interval_justify_days),
    SCALAR("interval_larger", interval_larger),
    SCALAR("interval_smaller", interval_smaller),
    SCALAR("time_pl_interval", time_pl_interval),
    SCALAR("time_mi_interval", time_mi_interval),
    SCALAR("timetz_pl_interval", timetz_pl_interval),
    SCALAR("timetz_mi_interval", timetz_mi_interval),
    SCALAR("time_mi_time", time_mi_time),
    SCALAR("time_interval", time_interval),
    SCALAR("interval_time", interval_time),
    SCALAR("timetz_time", timetz_time),
    {0},
};
