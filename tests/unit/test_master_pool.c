#include "master/pool.h"

#include <criterion/criterion.h>

static const struct pool_limits limits = {.min_spare = 4, .max_spare = 10, .max_connections = 100, .processors = 16};

static int decide(struct pool *pool, int starting, int spare, int busy, int64_t now)
{
    struct pool_counts counts = {.starting = starting, .spare = spare, .busy = busy};
    return pool_decide(pool, &limits, &counts, now);
}

Test(master_pool, fills_up_to_the_minimum)
{
    struct pool pool = {0};
    cr_assert_eq(decide(&pool, 0, 0, 0, 1000), 4);
    cr_assert_eq(decide(&pool, 4, 0, 0, 1001), 0);
    cr_assert_eq(decide(&pool, 0, 4, 0, 1002), 0);
    cr_assert_eq(decide(&pool, 0, 3, 1, 1003), 1);
}

Test(master_pool, starts_as_many_at_a_time_as_there_are_processors)
{
    struct pool pool = {0};
    struct pool_limits two = limits;
    struct pool_counts none = {0}, one = {.starting = 1}, both = {.starting = 2}, some = {.spare = 3},
                       under_way = {.spare = 3, .starting = 1};
    two.processors = 2;
    cr_assert_eq(pool_decide(&pool, &two, &none, 1000), 2);
    cr_assert_eq(pool_decide(&pool, &two, &one, 1001), 1);
    cr_assert_eq(pool_decide(&pool, &two, &both, 1002), 0);
    two.min_spare = 5;
    cr_assert_eq(pool_decide(&pool, &two, &some, 1003), 1, "there is no hurry");
    cr_assert_eq(pool_decide(&pool, &two, &under_way, 1004), 0);
}

Test(master_pool, doubles_while_a_storm_takes_every_spare)
{
    struct pool pool = {0};
    cr_assert_eq(decide(&pool, 0, 4, 0, 1000), 0);
    cr_assert_eq(decide(&pool, 0, 0, 4, 1001), 8);
    cr_assert_eq(decide(&pool, 0, 0, 12, 1002), 10, "not beyond max_spare_workers");
}

Test(master_pool, gives_back_what_a_storm_left_when_it_is_calm)
{
    struct pool pool = {0};
    decide(&pool, 0, 4, 0, 0);
    decide(&pool, 0, 0, 4, 1);
    cr_assert_eq(decide(&pool, 0, 10, 0, 100), 0, "soon after, they are kept");
    int retired = 0;
    for (int64_t now = 6000; now < 20000; now += 500)
        retired -= decide(&pool, 0, 10 - retired, 0, now);
    cr_assert_eq(retired, 6);
}

Test(master_pool, retires_step_by_step_what_is_above_the_maximum)
{
    struct pool pool = {.last_arrival = 10000};
    struct pool_counts counts = {.spare = 90};
    cr_assert_eq(decide(&pool, 0, 90, 0, 10000), -10);
    cr_assert_eq(decide(&pool, 0, 80, 0, 10001), 0);
    cr_assert_eq(pool_next_wakeup(&pool, &limits, &counts, 10001), 99);
    cr_assert_eq(decide(&pool, 0, 80, 0, 10100), -8);
    cr_assert_eq(decide(&pool, 0, 11, 0, 11000), -1);
    cr_assert_eq(decide(&pool, 0, 10, 0, 11500), 0, "the others stay while it is not calm");
}

Test(master_pool, keeps_one_to_refuse_clients_when_all_places_are_taken)
{
    struct pool pool = {0};
    cr_assert_eq(decide(&pool, 0, 0, 100, 1), 1);
    cr_assert_eq(decide(&pool, 0, 1, 100, 2), 0);
    cr_assert_eq(decide(&pool, 0, 0, 101, 3), 1, "one that a slow client holds is replaced");
    cr_assert_eq(decide(&pool, 0, 0, pool_processes_max(&limits), 4), 0, "but not without end");
}

Test(master_pool, waits_ever_longer_after_failed_starts)
{
    struct pool pool = {0};
    pool_note_failed_start(&pool, 1000);
    cr_assert_eq(decide(&pool, 0, 0, 0, 1100), 0);
    cr_assert_eq(decide(&pool, 0, 0, 0, 1200), 1, "then one at a time");
    cr_assert_eq(decide(&pool, 1, 0, 0, 1200), 0);
    pool_note_failed_start(&pool, 1300);
    cr_assert_eq(decide(&pool, 0, 0, 0, 1600), 0);
    for (int i = 0; i < 20; i++)
        pool_note_failed_start(&pool, 2000);
    cr_assert_eq(pool.not_before, 32000, "half a minute at most");
    pool_note_good_start(&pool);
    cr_assert_eq(decide(&pool, 0, 0, 0, 2000), 4);
}

Test(master_pool, wakes_up_only_when_there_is_something_to_do)
{
    struct pool pool = {.last_arrival = 1000};
    struct pool_counts calm = {.spare = 4}, many = {.spare = 8};
    cr_assert_eq(pool_next_wakeup(&pool, &limits, &calm, 2000), -1);
    cr_assert_eq(pool_next_wakeup(&pool, &limits, &many, 2000), 4000);
    pool_note_failed_start(&pool, 2000);
    cr_assert_eq(pool_next_wakeup(&pool, &limits, &calm, 2000), 200);
}
