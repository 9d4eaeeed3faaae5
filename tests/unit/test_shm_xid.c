#include "shm/xid.h"

#include "shm/segment.h"
#include "shm_children.h"
#include "util/buf.h"

static struct shm *shm;
static struct session_slot *slot;
static uint64_t *shared; /* where a child writes the id it got */

static void set_up(void)
{
    shm = test_segment();
    slot = test_slot(shm);
    shared = (uint64_t *) (void *) &shm->header->counters[SHM_COUNTERS - 1];
}

TestSuite(xid, .init = set_up, .timeout = 60);

static void expect(uint64_t own, int64_t since, uint64_t xmin, uint64_t xmax, const uint64_t *running, size_t count)
{
    struct buf found = {0};
    uint64_t low, high;
    xid_look(shm, own, since, &low, &high, &found);
    cr_assert_eq(low, xmin);
    cr_assert_eq(high, xmax);
    cr_assert_eq(found.len, count * sizeof *running);
    if (count)
        cr_assert_arr_eq(found.data, running, found.len);
    buf_deinit(&found);
}

Test(xid, grows_and_its_fate_is_known)
{
    uint64_t a = xid_assign(shm, slot), b = xid_assign(shm, slot);
    cr_assert_gt(a, 1000000000);
    cr_assert_eq(b, a + 1);
    cr_assert_eq(xid_fate(shm, a), XID_RUNNING);
    cr_assert_eq(xid_fate(shm, b + 1), XID_FUTURE);
    cr_assert_eq(xid_fate(shm, a - 1), XID_UNKNOWN);
    xid_commit(shm, a);
    cr_assert_eq(xid_fate(shm, a), XID_RUNNING);
    xid_end(shm, a, true, 1000);
    xid_end(shm, b, false, 1000);
    cr_assert_eq(xid_fate(shm, a), XID_COMMITTED);
    cr_assert_eq(xid_fate(shm, b), XID_ABORTED);
    for (int i = 0; i < XIDS_KEPT - 1; i++)
        xid_end(shm, xid_assign(shm, slot), true, 2000);
    cr_assert_eq(xid_fate(shm, a), XID_UNKNOWN);
    cr_assert_eq(xid_fate(shm, b), XID_ABORTED);
}

Test(xid, a_look_sees_who_runs_or_ended_too_late)
{
    uint64_t a = xid_assign(shm, slot);
    expect(0, 1000, a, a, NULL, 0);
    expect(a, 1000, a, a, NULL, 0);
    uint64_t b = xid_assign(shm, slot), c = xid_assign(shm, slot), d = xid_assign(shm, slot);
    xid_end(shm, c, true, 500);
    expect(0, 1000, a, d, (uint64_t[]){a, b}, 2);
    expect(a, 1000, a, d, (uint64_t[]){b}, 1);
    expect(d, 1000, a, d, (uint64_t[]){a, b}, 2);
    xid_end(shm, a, true, 1500);
    expect(0, 1000, a, d, (uint64_t[]){a, b}, 2);
    expect(0, 2000, b, d, (uint64_t[]){b}, 1);
    xid_end(shm, b, false, 600);
    xid_end(shm, d, true, 1600);
    expect(0, 1000, a, d, (uint64_t[]){a}, 1);
    expect(0, 2000, d + 1, d + 1, NULL, 0);
}

static void assign(void *commits)
{
    uint64_t xid = xid_assign(shm, test_slot(shm));
    if (commits)
        xid_commit(shm, xid);
    *shared = xid;
}

Test(xid, of_a_dead_session_was_rolled_back_unless_it_was_committing)
{
    pid_t child = test_child(assign, NULL);
    uint64_t running = *shared;
    cr_assert_eq(xid_fate(shm, running), XID_RUNNING);
    test_kill(child);
    cr_assert_eq(xid_fate(shm, running), XID_ABORTED);
    child = test_child(assign, shm);
    uint64_t committing = *shared;
    cr_assert_eq(xid_fate(shm, committing), XID_RUNNING);
    test_kill(child);
    expect(0, 1000, committing + 1, committing + 1, NULL, 0);
    cr_assert_eq(xid_fate(shm, committing), XID_UNKNOWN);
}

static void take_lock(void *argument)
{
    (void) argument;
    lock_take(&shm->header->xid_lock, NULL, NULL, &shm->header->recoveries);
}

Test(xid, survives_a_death_with_its_lock_held)
{
    test_kill(test_child(take_lock, NULL));
    cr_assert_eq(xid_fate(shm, xid_assign(shm, slot)), XID_RUNNING);
    cr_assert_eq(shm_recoveries(shm), 1);
}
