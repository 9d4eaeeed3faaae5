#ifndef PGQUILL_SHM_CLOCK_H
#define PGQUILL_SHM_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

/* Moments and durations that processes compare, on the clock that never steps. */

static inline int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static inline int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

/* Let `*mean` follow a series of durations: each counts an eighth, and for no more than a second. Writers that meet lose one of the two. */
static inline void clock_smooth(_Atomic uint32_t *mean, int64_t latest)
{
    enum { OVER = 8, LONGEST = 1000000 };
    uint32_t old = atomic_load_explicit(mean, memory_order_relaxed);
    uint32_t counted = latest < 0 ? 0 : latest < LONGEST ? (uint32_t) latest : LONGEST;
    atomic_store_explicit(mean, old - old / OVER + counted / OVER, memory_order_relaxed);
}

#endif
