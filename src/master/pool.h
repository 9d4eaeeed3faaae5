#ifndef PGQUILL_MASTER_POOL_H
#define PGQUILL_MASTER_POOL_H

#include <stdbool.h>
#include <stdint.h>

/* How many workers there should be. Pure arithmetic: counts in, a decision out; the caller forks and retires. Times are ms of a
 * clock that never goes back. */

struct pool_limits {
    int min_spare, max_spare;
    int max_connections;
    int processors; /* to prepare workers on */
};

struct pool_counts {
    int starting, spare;
    int busy; /* accepted a client: startup and beyond */
};

struct pool {
    int batch; /* spares wanted while a storm lasts; doubles each time it did not suffice */
    int64_t last_growth;
    int64_t last_arrival; /* when the number of busy workers was last seen to grow */
    int64_t last_retirement;
    int busy_before;
    int64_t backoff;    /* ms until the next start after a failed one; 0: the last one was good */
    int64_t not_before; /* no start until then */
};

/* Positive: start so many. Negative: retire so many spares. Never lets the number of workers pass pool_processes_max. */
int pool_decide(struct pool *pool, const struct pool_limits *limits, const struct pool_counts *counts, int64_t now);
/* When to decide again though nothing happens; ms, -1: never. */
int64_t pool_next_wakeup(const struct pool *pool, const struct pool_limits *limits, const struct pool_counts *counts,
                         int64_t now);

/* A worker ended before it was ready: wait, twice as long each time, up to half a minute. */
void pool_note_failed_start(struct pool *pool, int64_t now);
void pool_note_good_start(struct pool *pool);

/* The most workers at once: sessions, and spares beyond them that tell further clients that there are too many. */
int pool_processes_max(const struct pool_limits *limits);

#endif
