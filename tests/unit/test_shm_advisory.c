#include "shm/advisory.h"

#include "shm/segment.h"
#include "shm_children.h"

static struct shm *shm;
static struct gate *gate;
static const struct advisory_key key = {7, false}, pair = {7, true};
static const struct advisory_mode exclusive = {.exclusive = true}, shared = {0},
                                  of_transaction = {.exclusive = true, .of_transaction = true};
static const struct advisory_patience at_once = {0}, a_while = {.waits = true, .timeout_ms = 100, .deadlock_timeout_ms = 1000},
                                      long_time = {.waits = true, .timeout_ms = 20000, .deadlock_timeout_ms = 50};

static void set_up(void)
{
    shm = test_segment();
    gate = gate_for_file(shm, "/data/a.db", 1, 42);
}

TestSuite(advisory, .init = set_up, .timeout = 60);

static enum advisory_result try(struct session_slot *slot, const struct advisory_key *which, const struct advisory_mode *mode)
{
    return advisory_acquire(shm, gate, slot, which, mode, &at_once, NULL);
}

static void take(void *mode)
{
    try(test_slot(shm), &key, mode);
}

static void take_lock(void *argument)
{
    lock_take(argument, NULL, NULL, &shm->header->recoveries);
}

static int entries_used(void)
{
    struct advisory_info info;
    int used = 0;
    for (int i = 0; advisory_at(shm, i, &info); i++)
        used += info.slot != NULL;
    return used;
}

Test(advisory, is_counted_and_given_back_as_often)
{
    struct session_slot *mine = test_slot(shm), *other = test_slot(shm);
    cr_assert_eq(try(mine, &key, &exclusive), ADVISORY_ACQUIRED);
    cr_assert_eq(try(mine, &key, &exclusive), ADVISORY_ACQUIRED);
    cr_assert_eq(try(other, &key, &shared), ADVISORY_BUSY);
    cr_assert(advisory_release(shm, gate, mine, &key, &exclusive));
    cr_assert_eq(try(other, &key, &shared), ADVISORY_BUSY);
    cr_assert_not(advisory_release(shm, gate, mine, &key, &shared));
    cr_assert(advisory_release(shm, gate, mine, &key, &exclusive));
    cr_assert_not(advisory_release(shm, gate, mine, &key, &exclusive));
    cr_assert_eq(try(other, &key, &shared), ADVISORY_ACQUIRED);
    cr_assert_eq(try(mine, &key, &shared), ADVISORY_ACQUIRED);
    cr_assert_eq(try(mine, &key, &exclusive), ADVISORY_BUSY);
}

Test(advisory, keys_of_other_forms_and_databases_differ)
{
    struct session_slot *mine = test_slot(shm), *other = test_slot(shm);
    struct gate *second = gate_for_file(shm, "/data/b.db", 1, 43);
    cr_assert_eq(try(mine, &key, &exclusive), ADVISORY_ACQUIRED);
    cr_assert_eq(try(other, &pair, &exclusive), ADVISORY_ACQUIRED);
    cr_assert_eq(advisory_acquire(shm, second, other, &key, &exclusive, &at_once, NULL), ADVISORY_ACQUIRED);
    cr_assert_eq(entries_used(), 3);
}

Test(advisory, the_transaction_s_and_the_session_s_are_apart)
{
    struct session_slot *mine = test_slot(shm);
    try(mine, &key, &exclusive);
    try(mine, &key, &of_transaction);
    try(mine, &pair, &of_transaction);
    advisory_release_all(shm, mine, true);
    cr_assert_eq(entries_used(), 1);
    cr_assert(advisory_release(shm, gate, mine, &key, &exclusive));
    cr_assert_eq(entries_used(), 0);
}

Test(advisory, what_a_killed_session_held_is_free)
{
    pid_t owner = test_child(take, (void *) &exclusive);
    struct session_slot *mine = test_slot(shm);
    struct advisory_circle circle;
    cr_assert_eq(advisory_acquire(shm, gate, mine, &key, &exclusive, &a_while, &circle), ADVISORY_TIMEOUT);
    test_kill(owner);
    cr_assert_eq(try(mine, &key, &exclusive), ADVISORY_ACQUIRED);
}

Test(advisory, survives_a_death_with_its_lock_held)
{
    test_kill(test_child(take_lock, &shm->header->advisory_lock));
    cr_assert_eq(try(test_slot(shm), &key, &exclusive), ADVISORY_ACQUIRED);
    cr_assert_eq(shm_recoveries(shm), 1);
}

Test(advisory, a_full_table_says_so_and_the_dead_make_room)
{
    pid_t owner = test_child(take, (void *) &exclusive);
    struct session_slot *mine = test_slot(shm);
    for (int i = 1; i < shm->header->config.max_locks; i++)
        cr_assert_eq(try(mine, &(struct advisory_key){100 + i, false}, &exclusive), ADVISORY_ACQUIRED);
    cr_assert_eq(try(mine, &pair, &exclusive), ADVISORY_FULL);
    test_kill(owner);
    cr_assert_eq(try(mine, &pair, &exclusive), ADVISORY_ACQUIRED);
}

static void hold_then_release(void *argument)
{
    struct session_slot *slot = test_slot(shm);
    (void) argument;
    try(slot, &key, &exclusive);
    if (test_fork() == 0) {
        usleep(200000);
        advisory_release(shm, gate, slot, &key, &exclusive);
        _exit(0);
    }
}

Test(advisory, a_waiter_gets_it_when_it_is_given_back)
{
    pid_t owner = test_child(hold_then_release, NULL);
    struct session_slot *mine = test_slot(shm);
    struct advisory_circle circle;
    cr_assert_eq(advisory_acquire(shm, gate, mine, &key, &shared, &long_time, &circle), ADVISORY_ACQUIRED);
    test_kill(owner);
}

static void take_pair_and_wait(void *argument)
{
    struct session_slot *slot = test_slot(shm);
    (void) argument;
    try(slot, &pair, &exclusive);
    if (test_fork() == 0) {
        static const struct advisory_patience for_ever = {.waits = true, .deadlock_timeout_ms = 1000000};
        advisory_acquire(shm, gate, slot, &key, &exclusive, &for_ever, NULL);
        _exit(0);
    }
}

Test(advisory, a_circle_of_waits_is_found)
{
    struct session_slot *mine = test_slot(shm);
    try(mine, &key, &exclusive);
    pid_t other = test_child(take_pair_and_wait, NULL);
    struct advisory_circle circle;
    cr_assert_eq(advisory_acquire(shm, gate, mine, &pair, &exclusive, &long_time, &circle), ADVISORY_DEADLOCK);
    cr_assert_eq(circle.count, 2);
    cr_assert_eq(circle.waits[0].pid, getpid());
    cr_assert_eq(circle.waits[0].blocker, other);
    cr_assert_eq(circle.waits[1].blocker, getpid());
    pid_t blocker;
    cr_assert_eq(advisory_blockers(shm, mine, &blocker, 1), 0, "who gave up waits no longer");
    test_kill(other);
}

static void wait_for_gate_with_key(void *argument)
{
    struct session_slot *slot = test_slot(shm);
    (void) argument;
    try(slot, &key, &exclusive);
    if (test_fork() == 0) {
        gate_acquire(gate, slot, 0, NULL);
        _exit(0);
    }
}

Test(advisory, a_circle_through_the_gate_is_found)
{
    struct session_slot *mine = test_slot(shm);
    gate_acquire(gate, mine, 0, NULL);
    pid_t other = test_child(wait_for_gate_with_key, NULL);
    struct advisory_circle circle;
    cr_assert_eq(advisory_acquire(shm, gate, mine, &key, &exclusive, &long_time, &circle), ADVISORY_DEADLOCK);
    cr_assert(circle.waits[1].for_gate);
    test_kill(other);
}
