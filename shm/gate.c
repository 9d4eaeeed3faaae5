#include "shm/gate.h"

#include "shm/clock.h"
#include "shm/futex.h"
#include "shm/segment.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* The queue is an array in arrival order, changed under a lock that is held for a few instructions. Who gives the gate up hands it to the first
 * waiter and wakes it by its slot's own futex word: nobody else wakes, nobody overtakes.
 *
 * Any process may die between any two instructions, so nothing here is believed without a check. An entry of the queue counts only while its slot
 * says that it waits for this gate; a waiter that finds itself missing queues again; a waiter that finds itself the holder has the gate, woken or not.
 * The holder is a slot and its generation, so that a slot's next owner is never taken for the last one. Deaths are noticed by the master's reaping at
 * once, and by the waiters every WATCH_MS. */

enum { WATCH_MS = 100 };

/* An area whose file was removed or replaced, and that nobody writes. Reads the file system, so it is called outside of the lock. */
static bool is_orphan(const struct gate *gate)
{
    struct stat file;
    if (atomic_load(&gate->inode) == 0 || atomic_load(&gate->holder) != 0)
        return false;
    return stat(gate->path, &file) < 0 || file.st_ino != atomic_load(&gate->inode) || file.st_dev != gate->device;
}

/* Each area is some pages, and every session looks for its own once: only those that were ever used are looked at. */
static int gates_used(const struct shm_header *header)
{
    return atomic_load(&header->gates_high);
}

/* Under the lock of the gates. */
static struct gate *first_use(struct shm_header *header)
{
    int index = gates_used(header);
    if (index == header->config.max_databases)
        return NULL;
    struct gate *gate = segment_gate(header, index);
    lock_init(&gate->lock);
    gate->number = (uint32_t) index;
    gate->header_distance = (uint64_t) ((char *) gate - (char *) header);
    atomic_store(&header->gates_high, index + 1);
    return gate;
}

static struct gate *find_or_make(struct shm_header *header, const char *path, dev_t device, ino_t inode)
{
    struct gate *found = NULL, *unused = NULL;
    lock_take(&header->gates_lock, NULL, NULL, &header->recoveries);
    for (int i = 0; i < gates_used(header) && !found; i++) {
        struct gate *gate = segment_gate(header, i);
        if (atomic_load(&gate->inode) == inode && gate->device == device)
            found = gate;
        else if (atomic_load(&gate->inode) == 0 && !unused)
            unused = gate;
    }
    if (!found && !unused)
        unused = first_use(header);
    if (!found && unused) {
        /* The inode last: a maker that dies before leaves the area unused. */
        strncpy(unused->path, path, sizeof unused->path - 1);
        unused->path[sizeof unused->path - 1] = '\0';
        unused->device = device;
        atomic_store(&unused->inode, inode);
        found = unused;
    }
    lock_give(&header->gates_lock);
    return found;
}

static void drop_orphans(struct shm_header *header)
{
    for (int i = 0; i < gates_used(header); i++) {
        struct gate *gate = segment_gate(header, i);
        if (!is_orphan(gate))
            continue;
        lock_take(&header->gates_lock, NULL, NULL, &header->recoveries);
        atomic_store(&gate->inode, 0);
        lock_give(&header->gates_lock);
    }
}

/* The file has another name now. Who reads the old one meanwhile finds no such file, and looks again. */
static void rename_gate(struct shm_header *header, struct gate *gate, const char *path)
{
    lock_take(&header->gates_lock, NULL, NULL, &header->recoveries);
    memset(gate->path, 0, sizeof gate->path);
    strncpy(gate->path, path, sizeof gate->path - 1);
    lock_give(&header->gates_lock);
}

struct gate *gate_for_file(struct shm *shm, const char *path, dev_t device, ino_t inode)
{
    struct gate *gate = find_or_make(shm->header, path, device, inode);
    if (!gate) {
        drop_orphans(shm->header);
        gate = find_or_make(shm->header, path, device, inode);
    }
    if (gate && strcmp(gate->path, path) && is_orphan(gate))
        rename_gate(shm->header, gate, path);
    return gate;
}

struct gate *gate_at(struct shm *shm, int index)
{
    return index >= 0 && index < gates_used(shm->header) ? segment_gate(shm->header, index) : NULL;
}

const char *gate_path(const struct gate *gate)
{
    return atomic_load(&gate->inode) ? gate->path : NULL;
}

ino_t gate_inode(const struct gate *gate)
{
    return atomic_load(&gate->inode);
}

static struct session_slot *slot_of(const struct gate *gate, owner_t owner)
{
    return segment_slot(gate_segment(gate), (int) (uint32_t) owner - 1);
}

static bool waits_here(const struct gate *gate, int32_t number)
{
    return atomic_load(&segment_slot(gate_segment(gate), number)->waiting) == gate->number + 1;
}

/* Take out one waiter, or with number -1 every entry that is no waiter's or stands twice. */
static void remove_waiters(struct gate *gate, int32_t number)
{
    int kept = 0;
    for (int i = 0; i < gate->count; i++) {
        int32_t entry = gate->queue[i];
        bool good = entry != number && waits_here(gate, entry);
        for (int j = 0; j < kept && good; j++)
            good = gate->queue[j] != entry;
        if (good)
            gate->queue[kept++] = entry;
    }
    gate->count = kept;
}

static void repair_gate(void *structure)
{
    struct gate *gate = structure;
    int32_t sessions = gate_segment(gate)->config.max_sessions;
    if (gate->count < 0 || gate->count > sessions)
        gate->count = 0;
    for (int i = 0; i < gate->count; i++)
        if (gate->queue[i] < 0 || gate->queue[i] >= sessions)
            gate->queue[i] = 0;
    remove_waiters(gate, -1);
}

static void lock_gate(struct gate *gate)
{
    lock_take(&gate->lock, repair_gate, gate, &gate->recoveries);
}

/* Give the gate to the first waiter that seems to live, under the lock. Returns whom to wake. */
static struct session_slot *hand_on(struct gate *gate)
{
    int first = 0;
    struct session_slot *next = NULL;
    while (first < gate->count && !next) {
        int32_t number = gate->queue[first++];
        struct session_slot *slot = segment_slot(gate_segment(gate), number);
        if (!waits_here(gate, number))
            continue;
        if (slot_seems_alive(slot))
            next = slot;
        else
            atomic_fetch_add(&gate->recoveries, 1);
    }
    /* The holder before the queue: whoever dies in between leaves the new holder queued as well, which it mends itself. */
    atomic_store(&gate->holder, next ? slot_owner(next) : 0);
    gate->count -= first;
    memmove(gate->queue, gate->queue + first, sizeof gate->queue[0] * (size_t) gate->count);
    if (next) {
        atomic_store(&gate->handed_on, clock_us());
        atomic_store(&next->waiting, 0);
        atomic_fetch_or(&next->grant, GRANT_GIVEN);
    }
    return next;
}

static void wake(struct session_slot *slot)
{
    if (slot)
        futex_wake(&slot->grant, 1);
}

static bool owner_is_dead(const struct gate *gate, owner_t owner, bool thoroughly)
{
    const struct session_slot *slot = slot_of(gate, owner);
    return slot_owner(slot) != owner || !(thoroughly ? slot_is_alive(slot) : slot_seems_alive(slot));
}

/* Hand an open gate, or a dead holder's, to the first waiter. Under the lock. `dead` is the holder that the caller found dead; 0: none. */
static struct session_slot *relieve(struct gate *gate, owner_t dead)
{
    owner_t holder = atomic_load(&gate->holder);
    if (holder == 0)
        return hand_on(gate);
    if (holder != dead)
        return NULL;
    atomic_fetch_add(&gate->recoveries, 1);
    return hand_on(gate);
}

bool gate_is_held_by(const struct gate *gate, const struct session_slot *slot)
{
    return atomic_load(&gate->holder) == slot_owner(slot);
}

static void enqueue(struct gate *gate, struct session_slot *slot)
{
    remove_waiters(gate, (int32_t) slot->number);
    atomic_store(&slot->waiting, gate->number + 1);
    gate->queue[gate->count] = (int32_t) slot->number;
    gate->count++;
}

/* Take an open gate, or queue. */
static bool enter(struct gate *gate, struct session_slot *slot)
{
    owner_t holder = atomic_load(&gate->holder);
    owner_t dead = holder && owner_is_dead(gate, holder, false) ? holder : 0;
    struct session_slot *next = NULL;
    atomic_store(&slot->grant, 0);
    lock_gate(gate);
    bool open = atomic_load(&gate->holder) == 0 && gate->count == 0;
    if (open) {
        atomic_store(&gate->holder, slot_owner(slot));
    } else {
        enqueue(gate, slot);
        next = relieve(gate, dead);
    }
    lock_give(&gate->lock);
    if (next != slot)
        wake(next);
    return open || next == slot;
}

/* Give up waiting; if the gate was granted in the meantime it is passed on. */
static void leave(struct gate *gate, struct session_slot *slot)
{
    lock_gate(gate);
    atomic_store(&slot->waiting, 0);
    remove_waiters(gate, -1);
    struct session_slot *next = gate_is_held_by(gate, slot) ? hand_on(gate) : NULL;
    lock_give(&gate->lock);
    wake(next);
}

/* A look around after a while without news. */
static void watch(struct gate *gate, struct session_slot *slot)
{
    owner_t holder = atomic_load(&gate->holder);
    owner_t dead = holder && owner_is_dead(gate, holder, true) ? holder : 0;
    bool queued = false;
    lock_gate(gate);
    for (int i = 0; i < gate->count && !queued; i++)
        queued = gate->queue[i] == (int32_t) slot->number;
    if (!gate_is_held_by(gate, slot) && (!queued || !waits_here(gate, (int32_t) slot->number)))
        enqueue(gate, slot);
    struct session_slot *next = relieve(gate, dead);
    lock_give(&gate->lock);
    wake(next);
}

pid_t gate_holder_pid(const struct gate *gate)
{
    owner_t holder = atomic_load(&gate->holder);
    return holder ? (pid_t) slot_pid(slot_of(gate, holder)) : 0;
}

struct gate *gate_awaited(struct shm *shm, const struct session_slot *slot)
{
    return gate_at(shm, (int) atomic_load(&slot->waiting) - 1);
}

int gate_blockers(struct shm *shm, const struct session_slot *slot, pid_t *pids, int room)
{
    struct gate *gate = gate_awaited(shm, slot);
    int count = 0;
    if (!gate)
        return 0;
    lock_gate(gate);
    owner_t holder = atomic_load(&gate->holder);
    bool waits = waits_here(gate, (int32_t) slot->number) && holder != slot_owner(slot);
    if (waits && holder && !owner_is_dead(gate, holder, false) && count < room)
        pids[count++] = slot_pid(slot_of(gate, holder));
    for (int i = 0; waits && i < gate->count && gate->queue[i] != (int32_t) slot->number && count < room; i++) {
        const struct session_slot *ahead = segment_slot(gate_segment(gate), gate->queue[i]);
        if (waits_here(gate, gate->queue[i]) && slot_seems_alive(ahead))
            pids[count++] = slot_pid(ahead);
    }
    lock_give(&gate->lock);
    return count;
}

static enum gate_result wait_for_turn(struct gate *gate, struct session_slot *slot, int timeout_ms,
                                      volatile const int *interrupted)
{
    int64_t now = clock_ms(), deadline = timeout_ms ? now + timeout_ms : INT64_MAX, next_watch = now + WATCH_MS;
    while (!gate_is_held_by(gate, slot)) {
        /* The poke is forgotten before the flag is looked at: one that comes later ends the sleep at once. */
        atomic_fetch_and(&slot->grant, ~(uint32_t) GRANT_POKED);
        bool stop = interrupted && *interrupted;
        if (stop || now >= deadline) {
            leave(gate, slot);
            return stop ? GATE_INTERRUPTED : GATE_TIMEOUT;
        }
        int64_t until = deadline < next_watch ? deadline : next_watch;
        if (until > now)
            futex_wait(&slot->grant, 0, (int) (until - now));
        now = clock_ms();
        if (now < next_watch || gate_is_held_by(gate, slot))
            continue;
        watch(gate, slot);
        next_watch = now + WATCH_MS;
    }
    /* Handed over by somebody who died on the way: the place in the queue is still there. */
    if (atomic_load(&slot->waiting)) {
        lock_gate(gate);
        atomic_store(&slot->waiting, 0);
        remove_waiters(gate, -1);
        lock_give(&gate->lock);
    }
    return GATE_ACQUIRED;
}

uint32_t gate_handover_us(const struct gate *gate)
{
    return atomic_load_explicit(&gate->handover_us, memory_order_relaxed);
}

int64_t gate_ordinary_until(const struct gate *gate)
{
    return atomic_load_explicit(&gate->ordinary_until, memory_order_relaxed);
}

void gate_set_ordinary_until(struct gate *gate, int64_t moment)
{
    atomic_store_explicit(&gate->ordinary_until, moment, memory_order_relaxed);
}

enum gate_result gate_acquire(struct gate *gate, struct session_slot *slot, int timeout_ms, volatile const int *interrupted)
{
    if (gate_is_held_by(gate, slot) || enter(gate, slot))
        return GATE_ACQUIRED;
    atomic_fetch_add_explicit(&gate_segment(gate)->counters[SHM_GATE_WAITS], 1, memory_order_relaxed);
    slot_set_wait(slot, WAIT_GATE);
    enum gate_result result = wait_for_turn(gate, slot, timeout_ms, interrupted);
    if (result == GATE_ACQUIRED)
        clock_smooth(&gate->handover_us, clock_us() - atomic_load(&gate->handed_on));
    slot_set_wait(slot, WAIT_NONE);
    return result;
}

void gate_release(struct gate *gate, struct session_slot *slot)
{
    lock_gate(gate);
    struct session_slot *next = gate_is_held_by(gate, slot) ? hand_on(gate) : NULL;
    lock_give(&gate->lock);
    wake(next);
}

void gate_poke(struct session_slot *slot)
{
    atomic_fetch_or(&slot->grant, GRANT_POKED);
    futex_wake(&slot->grant, 1);
}

void gate_abandon(struct gate *gate, pid_t pid)
{
    owner_t leader = atomic_load(&gate->leader);
    if (leader && (slot_pid(slot_of(gate, leader)) == pid || owner_is_dead(gate, leader, false)) &&
        atomic_compare_exchange_strong(&gate->leader, &leader, 0)) {
        atomic_fetch_add(&gate->recoveries, 1);
        atomic_fetch_add(&gate->sync_round, 1);
        futex_wake(&gate->sync_round, INT32_MAX);
    }
    owner_t holder = atomic_load(&gate->holder);
    if (!holder || (slot_pid(slot_of(gate, holder)) != pid && !owner_is_dead(gate, holder, false)))
        return;
    if (!lock_try(&gate->lock, repair_gate, gate, &gate->recoveries))
        return;
    struct session_slot *next = relieve(gate, holder);
    lock_give(&gate->lock);
    wake(next);
}

void gates_abandon(struct shm *shm, pid_t pid)
{
    for (int i = 0; i < gates_used(shm->header); i++) {
        struct gate *gate = segment_gate(shm->header, i);
        if (atomic_load(&gate->inode) != 0)
            gate_abandon(gate, pid);
    }
}

void gate_set_wal_pages(struct gate *gate, uint32_t pages)
{
    atomic_store_explicit(&gate->wal_pages, pages, memory_order_relaxed);
}

uint32_t gate_wal_pages(const struct gate *gate)
{
    return atomic_load_explicit(&gate->wal_pages, memory_order_relaxed);
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

int64_t gate_agreed_schema(const struct gate *gate)
{
    return atomic_load_explicit(&gate->agreed_schema, memory_order_relaxed);
}

void gate_set_agreed_schema(struct gate *gate, int64_t version)
{
    atomic_store_explicit(&gate->agreed_schema, version, memory_order_relaxed);
}
