#include "shm/gate.h"

#include "shm/clock.h"
#include "shm/futex.h"
#include "shm/segment.h"

#include <errno.h>

/* Tickets are drawn in the order of commits. The leader notes the last ticket drawn, syncs, and so has brought every ticket up to that one to
 * disk; who draws a ticket meanwhile waits for the next sync, led by one of them. A leader's death is noticed as a gate holder's is. A failed
 * sync loses its range of tickets for good: the kernel may have dropped the pages, so that a later sync proves nothing about them. */

enum {
    WATCH_MS = 100,
    COMPANY_MIN = 2, /* commits that a sync waits to have together, while they come quickly … */
    COMPANY_MAX = 5, /* … when many more wait for the gate */
    WAITERS_PER_COMPANION = 8,
    COMPANY_WITHIN_US = 1000,
};

uint64_t commit_ticket(struct gate *gate)
{
    int64_t now = clock_us();
    clock_smooth(&gate->commit_interval, now - atomic_exchange(&gate->last_drawn, now));
    return atomic_fetch_add(&gate->drawn, 1) + 1;
}

static void raise_to(_Atomic uint64_t *value, uint64_t target)
{
    uint64_t old = atomic_load(value);
    while (old < target && !atomic_compare_exchange_weak(value, &old, target))
        ;
}

static void step_down(struct gate *gate, owner_t me)
{
    /* Somebody who took this process for dead may lead by now. */
    atomic_compare_exchange_strong(&gate->leader, &me, 0);
    atomic_fetch_add(&gate->sync_round, 1);
    futex_wake(&gate->sync_round, INT32_MAX);
}

static void lead(struct gate *gate, owner_t me, bool (*sync)(void *arg), void *arg)
{
    uint64_t from = atomic_load(&gate->synced), target = atomic_load(&gate->drawn);
    int error = 0;
    if (sync(arg)) {
        raise_to(&gate->synced, target);
    } else {
        error = errno;
        /* `from` first: a range that is half written is empty or too small, never too large. */
        atomic_store(&gate->lost_from, from);
        raise_to(&gate->lost_to, target);
    }
    step_down(gate, me);
    errno = error;
}

static bool is_lost(const struct gate *gate, uint64_t ticket)
{
    return ticket <= atomic_load(&gate->lost_to) && ticket > atomic_load(&gate->lost_from);
}

static void watch_leader(struct gate *gate)
{
    owner_t leader = atomic_load(&gate->leader);
    if (!leader)
        return;
    const struct session_slot *slot = segment_slot(gate_segment(gate), (int) (uint32_t) leader - 1);
    bool dead = slot_owner(slot) != leader || !slot_is_alive(slot);
    if (dead && atomic_compare_exchange_strong(&gate->leader, &leader, 0))
        atomic_fetch_add(&gate->recoveries, 1);
}

/* The first of a group leaves the sync to the last. How long may the others take? us; 0: nobody is near. */
static int64_t wait_for_company(const struct gate *gate)
{
    uint64_t present = atomic_load(&gate->drawn) - atomic_load(&gate->synced);
    uint64_t wanted = COMPANY_MIN + (uint64_t) atomic_load(&gate->count) / WAITERS_PER_COMPANION;
    uint32_t interval = atomic_load(&gate->commit_interval);
    if (wanted > COMPANY_MAX)
        wanted = COMPANY_MAX;
    if (atomic_load(&gate->leader) || atomic_load(&gate->holder) == 0 || interval > COMPANY_WITHIN_US || present >= wanted)
        return 0;
    return (int64_t) (wanted - present + 1) * interval;
}

bool commit_wait(struct gate *gate, struct session_slot *slot, uint64_t ticket, bool (*sync)(void *arg), void *arg)
{
    owner_t me = slot_owner(slot);
    int error = 0;
    bool has_waited = false;
    slot_set_wait(slot, WAIT_SYNC);
    while (atomic_load(&gate->synced) < ticket && !is_lost(gate, ticket)) {
        uint32_t round = atomic_load(&gate->sync_round);
        owner_t nobody = 0;
        int64_t patience = has_waited ? 0 : wait_for_company(gate);
        if (patience > 0) {
            has_waited = true;
            futex_wait_us(&gate->sync_round, round, patience);
            continue;
        }
        if (atomic_compare_exchange_strong(&gate->leader, &nobody, me)) {
            /* The last leader may have been done between the look and the claim. */
            if (atomic_load(&gate->synced) < ticket && !is_lost(gate, ticket)) {
                lead(gate, me, sync, arg);
                error = errno;
            } else {
                step_down(gate, me);
            }
            continue;
        }
        futex_wait(&gate->sync_round, round, WATCH_MS);
        if (round == atomic_load(&gate->sync_round))
            watch_leader(gate);
    }
    slot_set_wait(slot, WAIT_NONE);
    bool lost = is_lost(gate, ticket);
    if (lost)
        errno = error ? error : EIO;
    return !lost;
}
