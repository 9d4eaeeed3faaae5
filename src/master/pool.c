#include "master/pool.h"

enum {
    BACKOFF_FIRST_MS = 200,
    BACKOFF_MAX_MS = 30000,
    CALM_MS = 5000, /* without an arrival: spares beyond the minimum are given back, one at a time */
    RETIREMENT_GAP_MS = 500,
    /* Beyond the maximum this share, each time: they have memory that has served, and the clients that left may come again at once. */
    SURPLUS_SHARE = 8,
    SURPLUS_GAP_MS = 100,
};

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

int pool_processes_max(const struct pool_limits *limits)
{
    return limits->max_connections + larger(limits->max_spare, 1);
}

/* How many spares to aim at. When every place is taken one suffices: it refuses whoever comes. */
static int wanted_spares(struct pool *pool, const struct pool_limits *limits, const struct pool_counts *counts, int64_t now)
{
    int room = limits->max_connections - counts->busy;
    if (room <= 0)
        return 1;
    if (counts->spare == 0 && counts->busy > pool->busy_before) {
        pool->batch = smaller(larger(pool->batch, larger(limits->min_spare, 1)) * 2, larger(limits->max_spare, 1));
        pool->last_growth = now;
    } else if (now - pool->last_growth > CALM_MS) {
        pool->batch = 0;
    }
    return smaller(larger(larger(pool->batch, limits->min_spare), 1), room + 1);
}

/* Preparing a worker is computing: more at a time than there are processors would only delay the first of them. Sessions compute, too, so as long as new
 * clients find spares there is no hurry. */
static int starts_at_a_time(const struct pool_limits *limits, const struct pool_counts *counts)
{
    return counts->spare * 2 > limits->min_spare ? 1 : larger(limits->processors, 1);
}

int pool_decide(struct pool *pool, const struct pool_limits *limits, const struct pool_counts *counts, int64_t now)
{
    int wanted = wanted_spares(pool, limits, counts, now);
    int supply = counts->spare + counts->starting;
    if (counts->busy > pool->busy_before)
        pool->last_arrival = now;
    pool->busy_before = counts->busy;
    if (supply < wanted) {
        int room = pool_processes_max(limits) - supply - counts->busy;
        int starts = smaller(wanted - supply, room);
        if (now < pool->not_before)
            return 0;
        /* After a failure one try at a time. */
        int lanes = pool->backoff ? 1 : starts_at_a_time(limits, counts);
        return larger(smaller(starts, lanes - counts->starting), 0);
    }
    int surplus = counts->spare - larger(limits->max_spare, wanted);
    bool is_due = surplus > 0 || (counts->spare > wanted && now - pool->last_arrival >= CALM_MS);
    if (!is_due || now - pool->last_retirement < (surplus > 0 ? SURPLUS_GAP_MS : RETIREMENT_GAP_MS))
        return 0;
    pool->last_retirement = now;
    return -larger(surplus / SURPLUS_SHARE, 1);
}

int64_t pool_next_wakeup(const struct pool *pool, const struct pool_limits *limits, const struct pool_counts *counts, int64_t now)
{
    if (pool->not_before > now)
        return pool->not_before - now;
    if (counts->spare <= larger(limits->min_spare, 1))
        return -1;
    if (counts->spare > limits->max_spare)
        return larger((int) (pool->last_retirement + SURPLUS_GAP_MS - now), 1);
    int64_t calm = pool->last_arrival + CALM_MS - now, gap = pool->last_retirement + RETIREMENT_GAP_MS - now;
    int64_t wait = calm > gap ? calm : gap;
    int64_t growth = pool->batch ? pool->last_growth + CALM_MS + 1 - now : 0;
    if (growth > wait)
        wait = growth;
    return wait > 1 ? wait : 1;
}

void pool_note_failed_start(struct pool *pool, int64_t now)
{
    pool->backoff = pool->backoff ? pool->backoff * 2 : BACKOFF_FIRST_MS;
    if (pool->backoff > BACKOFF_MAX_MS)
        pool->backoff = BACKOFF_MAX_MS;
    pool->not_before = now + pool->backoff;
}

void pool_note_good_start(struct pool *pool)
{
    pool->backoff = 0;
    pool->not_before = 0;
}
