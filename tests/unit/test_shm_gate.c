#include "shm/clock.h"
#include "shm/segment.h"
#include "shm_children.h"

static struct shm *shm;
static struct gate *gate;

static void set_up(void)
{
    shm = test_segment();
    gate = gate_for_file(shm, "/data/a.db", 1, 42);
}

TestSuite(gate, .init = set_up, .timeout = 60);

static void acquire(void *argument)
{
    (void) argument;
    gate_acquire(gate, test_slot(shm), 0, NULL);
}

static void take_lock(void *argument)
{
    lock_take(argument, NULL, NULL, &shm->header->recoveries);
}

Test(gate, is_one_per_file)
{
    cr_assert_eq(gate_for_file(shm, "/data/a.db", 1, 42), gate);
    cr_assert_neq(gate_for_file(shm, "/data/b.db", 1, 43), gate);
    cr_assert_str_eq(gate_path(gate_at(shm, 1)), "/data/b.db");
    cr_assert_null(gate_at(shm, 2));
}

/* The files of these tests do not exist: whoever needs an area may have theirs. */
Test(gate, of_a_file_that_is_gone_is_used_again)
{
    char path[32];
    for (int i = 1; i <= 4; i++) {
        snprintf(path, sizeof path, "/data/gone%d.db", i);
        cr_assert_not_null(gate_for_file(shm, path, 1, (ino_t) (100 + i)));
    }
    cr_assert_str_eq(gate_path(gate_at(shm, 0)), "/data/gone4.db");
    cr_assert_null(gate_at(shm, 4));
}

Test(gate, times_out_and_may_be_interrupted)
{
    pid_t owner = test_child(acquire, NULL);
    struct session_slot *slot = test_slot(shm);
    int interrupted = 1;
    cr_assert_eq(gate_acquire(gate, slot, 50, NULL), GATE_TIMEOUT);
    cr_assert_eq(gate_acquire(gate, slot, 0, &interrupted), GATE_INTERRUPTED);
    test_kill(owner);
}

Test(gate, is_handed_over_when_its_owner_is_killed)
{
    test_kill(test_child(acquire, NULL));
    struct session_slot *slot = test_slot(shm);
    cr_assert_eq(gate_acquire(gate, slot, 5000, NULL), GATE_ACQUIRED);
    cr_assert(gate_is_held_by(gate, slot));
    cr_assert_geq(gate_recoveries(gate), 1);
}

Test(gate, survives_a_death_with_its_lock_held)
{
    test_kill(test_child(take_lock, &gate->lock));
    struct session_slot *slot = test_slot(shm);
    cr_assert_eq(gate_acquire(gate, slot, 5000, NULL), GATE_ACQUIRED);
    gate_release(gate, slot);
    cr_assert_eq(gate_recoveries(gate), 1);
}

Test(gate, survives_a_death_with_the_segment_lock_held)
{
    test_kill(test_child(take_lock, &shm->header->sequences_lock));
    int64_t value;
    sequence_refill(shm, gate, 7, 1, 2, 1);
    cr_assert(sequence_take(shm, gate, 7, &value));
    cr_assert_eq(shm_recoveries(shm), 1);
}

static void wait_in_queue(void *argument)
{
    /* Only the place in the queue: the child reports before it is granted. */
    struct session_slot *slot = test_slot(shm);
    (void) argument;
    cr_assert_eq(gate_acquire(gate, slot, 1, NULL), GATE_TIMEOUT);
    lock_take(&gate->lock, NULL, NULL, &gate->recoveries);
    atomic_store(&slot->waiting, gate->number + 1);
    gate->queue[gate->count++] = (int32_t) slot->number;
    lock_give(&gate->lock);
}

Test(gate, skips_a_dead_waiter)
{
    struct session_slot *owner = test_slot(shm), *next = test_slot(shm);
    cr_assert_eq(gate_acquire(gate, owner, 0, NULL), GATE_ACQUIRED);
    test_kill(test_child(wait_in_queue, NULL));
    gate_release(gate, owner);
    cr_assert_eq(gate_acquire(gate, next, 5000, NULL), GATE_ACQUIRED);
}

Test(gate, is_abandoned_by_the_reaper_without_waiting)
{
    test_kill(test_child(acquire, NULL));
    pid_t stuck = test_child(take_lock, &gate->lock);
    gates_abandon(shm, 1); /* the lock is held by a living process: this must return */
    test_kill(stuck);
    gates_abandon(shm, 1);
    cr_assert_eq(atomic_load(&gate->holder), 0);
}

/* Writers that count up a number that only the gate protects; some are killed while they hold it. */
Test(gate, excludes_under_kills)
{
    volatile int64_t *number = (volatile int64_t *) &shm->header->counters[SHM_QUERIES];
    volatile int64_t *inside = (volatile int64_t *) &shm->header->counters[SHM_BYTES_IN];
    pid_t children[8];
    for (int i = 0; i < 8; i++) {
        children[i] = test_fork();
        if (children[i] == 0) {
            struct session_slot *slot = test_slot(shm);
            for (;;) {
                if (gate_acquire(gate, slot, 0, NULL) != GATE_ACQUIRED)
                    _exit(3);
                *inside = getpid();
                (*number)++;
                if (*inside != getpid())
                    _exit(2);
                gate_release(gate, slot);
            }
        }
    }
    for (int i = 0; i < 8; i++) {
        usleep(100000);
        int64_t before = *number;
        usleep(50000);
        cr_assert_gt(*number, before, "work goes on");
        int status;
        kill(children[i], SIGKILL);
        waitpid(children[i], &status, 0);
        cr_assert(WIFSIGNALED(status), "child ended with %d", WEXITSTATUS(status));
        slot_free_by_pid(shm, children[i], NULL);
        gates_abandon(shm, children[i]);
        if (i == 6)
            break;
    }
    test_kill(children[7]);
    struct session_slot *slot = test_slot(shm);
    cr_assert_eq(gate_acquire(gate, slot, 5000, NULL), GATE_ACQUIRED);
}

static bool sync_well(void *argument)
{
    ++*(int *) argument;
    return true;
}

static bool sync_and_hang(void *argument)
{
    (void) argument;
    raise(SIGSTOP);
    return true;
}

Test(commit, one_sync_serves_all_tickets_drawn_before)
{
    shm = test_segment();
    gate = gate_for_file(shm, "/data/a.db", 1, 42);
    struct session_slot *slot = test_slot(shm);
    int syncs = 0;
    uint64_t first = commit_ticket(gate), second = commit_ticket(gate);
    cr_assert(commit_wait(gate, slot, second, sync_well, &syncs));
    cr_assert(commit_wait(gate, slot, first, sync_well, &syncs));
    cr_assert_eq(syncs, 1);
}

/* While commits come quickly and another session has the gate, the first of a group leaves it the time to come too. */
Test(commit, waits_for_company_that_is_near)
{
    shm = test_segment();
    gate = gate_for_file(shm, "/data/a.db", 1, 42);
    test_child(acquire, NULL);
    cr_assert_neq(gate_holder_pid(gate), 0);
    int syncs = 0;
    commit_ticket(gate);
    uint64_t alone = commit_ticket(gate);
    atomic_store(&gate->synced, alone - 1);
    atomic_store(&gate->commit_interval, 1000);
    int64_t begin = clock_us();
    cr_assert(commit_wait(gate, test_slot(shm), alone, sync_well, &syncs));
    cr_assert_geq(clock_us() - begin, 2000);
    cr_assert_eq(syncs, 1);
}

Test(commit, goes_on_when_the_syncing_process_is_killed, .timeout = 30)
{
    shm = test_segment();
    gate = gate_for_file(shm, "/data/a.db", 1, 42);
    pid_t leader = test_fork();
    if (leader == 0) {
        commit_wait(gate, test_slot(shm), commit_ticket(gate), sync_and_hang, NULL);
        _exit(0);
    }
    int status, syncs = 0;
    waitpid(leader, &status, WUNTRACED);
    uint64_t ticket = commit_ticket(gate);
    test_kill(leader);
    cr_assert(commit_wait(gate, test_slot(shm), ticket, sync_well, &syncs));
    cr_assert_eq(syncs, 1);
    cr_assert_eq(gate_recoveries(gate), 1);
}

Test(sequence, gives_each_reserved_value_once)
{
    shm = test_segment();
    gate = gate_for_file(shm, "/data/a.db", 1, 42);
    int64_t value;
    cr_assert_not(sequence_take(shm, gate, 5, &value));
    sequence_refill(shm, gate, 5, 10, 20, 5);
    for (int64_t want = 10; want <= 20; want += 5) {
        cr_assert(sequence_take(shm, gate, 5, &value));
        cr_assert_eq(value, want);
    }
    cr_assert_not(sequence_take(shm, gate, 5, &value));
    sequence_refill(shm, gate, 5, 25, 30, 5);
    sequence_forget(shm, gate, 5);
    cr_assert_not(sequence_take(shm, gate, 5, &value));
}

Test(gate, names_the_holder_and_who_waits_ahead)
{
    pid_t pids[8];
    pid_t holder = test_child(acquire, NULL), first = test_child(wait_in_queue, NULL), second = test_child(wait_in_queue, NULL);
    const struct session_slot *slot = NULL;
    for (int i = 0; i < registry_size(shm); i++)
        if (slot_pid(slot_at(shm, i)) == second)
            slot = slot_at(shm, i);
    cr_assert_not_null(slot);
    cr_assert_eq(gate_blockers(shm, slot, pids, 8), 2);
    cr_assert_eq(pids[0], holder);
    cr_assert_eq(pids[1], first);
    cr_assert_eq(gate_blockers(shm, slot, pids, 1), 1);
    test_kill(holder);
    test_kill(first);
    test_kill(test_child(take_lock, &gate->lock));
    cr_assert_eq(gate_blockers(shm, slot, pids, 8), 0);
    cr_assert_geq(gate_recoveries(gate), 1);
    test_kill(second);
}
