#include "shm/gate.h"

#include "shm/segment.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The queue is an array in arrival order under a lock that is held for a few instructions at a time. Who gives the gate up hands it to the first
 * waiter that lives and wakes it by its slot's own futex word, so nobody else wakes. A death is noticed by whoever waits: every waiter looks at the
 * holder every WATCH_MS. The master only tries the lock: it never waits for a session. */

enum { WATCH_MS = 100 };

static void futex_wait(_Atomic uint32_t *word, uint32_t value, int timeout_ms)
{
    struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
    syscall(SYS_futex, word, FUTEX_WAIT, value, &timeout, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The segment that a slot is of: slots know their number, and the header stands before slot 0. */
static struct session_slot *sibling(struct session_slot *slot, int index)
{
    return slot - slot->number + index;
}

struct gate *gate_for_file(struct shm *shm, const char *path, dev_t device, ino_t inode)
{
    struct shm_header *header = shm->header;
    struct gate *found = NULL, *unused = NULL;
    lock_take(&header->lock, NULL, NULL, &header->recoveries);
    for (int i = 0; i < header->config.max_databases && !found; i++) {
        struct gate *gate = segment_gate(shm, i);
        if (atomic_load(&gate->inode) == inode && gate->device == device)
            found = gate;
        else if (atomic_load(&gate->inode) == 0 && !unused)
            unused = gate;
    }
    if (!found && unused) {
        /* The inode last: a maker that dies before leaves the area unused. */
        strncpy(unused->path, path, sizeof unused->path - 1);
        unused->device = device;
        atomic_store(&unused->inode, inode);
        found = unused;
    }
    lock_give(&header->lock);
    return found;
}

struct gate *gate_at(struct shm *shm, int index)
{
    if (index < 0 || index >= shm->header->config.max_databases)
        return NULL;
    return segment_gate(shm, index);
}

const char *gate_path(const struct gate *gate)
{
    return atomic_load(&gate->inode) ? gate->path : NULL;
}

/* A dead owner of the lock was inside one of the few lines below: a half-done removal shows as a doubled or stale entry, and each entry is
 * checked when its turn comes, so only the count must be sane. */
static void repair_gate(void *structure)
{
    struct gate *gate = structure;
    if (gate->count < 0)
        gate->count = 0;
}

static void lock_gate(struct gate *gate)
{
    lock_take(&gate->lock, repair_gate, gate, &gate->recoveries);
}

static void remove_waiter(struct gate *gate, int32_t number)
{
    int kept = 0;
    for (int i = 0; i < gate->count; i++)
        if (gate->queue[i] != number)
            gate->queue[kept++] = gate->queue[i];
    gate->count = kept;
}

/* Give the gate to the first waiter that lives. Under the lock. Returns whom to wake. */
static struct session_slot *hand_on(struct gate *gate, struct session_slot *any)
{
    atomic_store(&gate->holder, 0);
    while (gate->count > 0) {
        struct session_slot *next = sibling(any, gate->queue[0]);
        remove_waiter(gate, gate->queue[0]);
        if (!slot_is_alive(next)) {
            atomic_fetch_add(&gate->recoveries, 1);
            continue;
        }
        atomic_store(&gate->holder, (int32_t) next->number + 1);
        atomic_store(&next->grant, 1);
        return next;
    }
    return NULL;
}

/* Under the lock: take a dead holder's gate away. */
static struct session_slot *relieve_dead_holder(struct gate *gate, struct session_slot *any)
{
    int32_t holder = atomic_load(&gate->holder);
    if (holder == 0)
        return hand_on(gate, any);
    if (slot_is_alive(sibling(any, holder - 1)))
        return NULL;
    atomic_fetch_add(&gate->recoveries, 1);
    return hand_on(gate, any);
}

bool gate_is_held_by(const struct gate *gate, const struct session_slot *slot)
{
    return atomic_load(&gate->holder) == (int32_t) slot->number + 1;
}

/* Give up waiting; if the gate was granted in the meantime it is passed on. */
static void leave_queue(struct gate *gate, struct session_slot *slot)
{
    lock_gate(gate);
    remove_waiter(gate, (int32_t) slot->number);
    struct session_slot *next = gate_is_held_by(gate, slot) ? hand_on(gate, slot) : NULL;
    lock_give(&gate->lock);
    if (next)
        futex_wake(&next->grant, 1);
}

static bool enter_at_once(struct gate *gate, struct session_slot *slot)
{
    atomic_store(&slot->grant, 0);
    lock_gate(gate);
    bool open = gate->count == 0 && atomic_load(&gate->holder) == 0;
    if (open)
        atomic_store(&gate->holder, (int32_t) slot->number + 1);
    else
        gate->queue[gate->count++] = (int32_t) slot->number;
    lock_give(&gate->lock);
    return open;
}

enum gate_result gate_acquire(struct gate *gate, struct session_slot *slot, int timeout_ms, volatile const int *interrupted)
{
    if (gate_is_held_by(gate, slot))
        return GATE_ACQUIRED;
    if (enter_at_once(gate, slot))
        return GATE_ACQUIRED;
    int64_t deadline = timeout_ms ? now_ms() + timeout_ms : INT64_MAX;
    slot_set_wait(slot, WAIT_GATE);
    enum gate_result result = GATE_ACQUIRED;
    while (!atomic_load(&slot->grant)) {
        int64_t left = deadline - now_ms();
        if (interrupted && *interrupted)
            result = GATE_INTERRUPTED;
        else if (left <= 0)
            result = GATE_TIMEOUT;
        if (result != GATE_ACQUIRED) {
            leave_queue(gate, slot);
            break;
        }
        futex_wait(&slot->grant, 0, left < WATCH_MS ? (int) left : WATCH_MS);
        if (atomic_load(&slot->grant))
            break;
        lock_gate(gate);
        struct session_slot *next = relieve_dead_holder(gate, slot);
        lock_give(&gate->lock);
        if (next && next != slot)
            futex_wake(&next->grant, 1);
    }
    slot_set_wait(slot, WAIT_NONE);
    return result;
}

void gate_release(struct gate *gate, struct session_slot *slot)
{
    lock_gate(gate);
    struct session_slot *next = gate_is_held_by(gate, slot) ? hand_on(gate, slot) : NULL;
    lock_give(&gate->lock);
    if (next)
        futex_wake(&next->grant, 1);
}

void gates_abandon(struct shm *shm, pid_t pid)
{
    (void) pid;
    for (int i = 0; i < shm->header->config.max_databases; i++) {
        struct gate *gate = segment_gate(shm, i);
        int32_t holder = atomic_load(&gate->holder);
        if (atomic_load(&gate->inode) == 0 || holder == 0 || slot_is_alive(slot_at(shm, holder - 1)))
            continue;
        /* Never wait here: when the lock is taken, the waiters themselves will notice. */
        if (!lock_try(&gate->lock, repair_gate, gate, &gate->recoveries))
            continue;
        struct session_slot *next = relieve_dead_holder(gate, slot_at(shm, 0));
        lock_give(&gate->lock);
        if (next)
            futex_wake(&next->grant, 1);
    }
}

uint64_t gate_recoveries(const struct gate *gate)
{
    return atomic_load(&gate->recoveries);
}

uint64_t gate_catalog_generation(const struct gate *gate)
{
    return atomic_load(&gate->catalog_generation);
}

void gate_bump_catalog(struct gate *gate)
{
    atomic_fetch_add(&gate->catalog_generation, 1);
}

uint64_t commit_ticket(struct gate *gate)
{
    return atomic_fetch_add(&gate->drawn, 1) + 1;
}

static bool lead_sync(struct gate *gate, bool (*sync)(void *arg), void *arg)
{
    uint64_t target = atomic_load(&gate->drawn);
    bool done = sync(arg);
    if (done) {
        uint64_t synced = atomic_load(&gate->synced);
        while (synced < target && !atomic_compare_exchange_weak(&gate->synced, &synced, target))
            ;
    }
    atomic_store(&gate->leader, 0);
    atomic_fetch_add(&gate->sync_round, 1);
    futex_wake(&gate->sync_round, INT32_MAX);
    return done;
}

bool commit_wait(struct gate *gate, struct session_slot *slot, uint64_t ticket, bool (*sync)(void *arg), void *arg)
{
    int32_t me = (int32_t) slot->number + 1;
    bool done = true;
    slot_set_wait(slot, WAIT_SYNC);
    while (done && atomic_load(&gate->synced) < ticket) {
        uint32_t round = atomic_load(&gate->sync_round);
        int32_t nobody = 0;
        if (atomic_compare_exchange_strong(&gate->leader, &nobody, me)) {
            done = lead_sync(gate, sync, arg);
            continue;
        }
        if (atomic_load(&gate->synced) >= ticket)
            break;
        futex_wait(&gate->sync_round, round, WATCH_MS);
        int32_t leader = atomic_load(&gate->leader);
        if (leader && round == atomic_load(&gate->sync_round) && !slot_is_alive(sibling(slot, leader - 1)) &&
            atomic_compare_exchange_strong(&gate->leader, &leader, 0))
            atomic_fetch_add(&gate->recoveries, 1);
    }
    slot_set_wait(slot, WAIT_NONE);
    return done;
}
