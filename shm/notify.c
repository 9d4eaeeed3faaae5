#include "shm/notify.h"

#include "shm/segment.h"
#include "util/buf.h"

#include <signal.h>
#include <string.h>
#include <time.h>

/* Any process may die between any two instructions. The head moves last when a batch is placed, a listener's owner is written last when it
 * registers, and every other change is of one word: any state that a dead holder of the lock leaves is a good one. */

enum batch_state { BATCH_OPEN, BATCH_COMMITTED, BATCH_WITHDRAWN };

enum { WARN_EVERY_S = 5 };

struct batch {
    owner_t owner;
    _Atomic uint32_t state;
    uint32_t size; /* of the entries, without padding */
    uint32_t gate;
    int32_t pid;
    uint64_t unused; /* headers are aligned to their size, so that none is split at the ring's end */
};

_Static_assert((sizeof(struct batch) & (sizeof(struct batch) - 1)) == 0, "a batch's header must divide the ring");

static void lock_queue(struct shm_header *header)
{
    lock_take(&header->notify_lock, NULL, NULL, &header->recoveries);
}

static void unlock_queue(struct shm_header *header)
{
    lock_give(&header->notify_lock);
}

static uint64_t ring_size(const struct shm_header *header)
{
    return (uint64_t) header->config.notify_bytes / sizeof(struct batch) * sizeof(struct batch);
}

static char *ring_at(struct shm_header *header, uint64_t place)
{
    return (char *) header + header->notify_offset + place % ring_size(header);
}

static struct batch *batch_at(struct shm_header *header, uint64_t place)
{
    return (struct batch *) ring_at(header, place);
}

static uint64_t space_of(uint64_t size)
{
    return sizeof(struct batch) + (size + sizeof(struct batch) - 1) / sizeof(struct batch) * sizeof(struct batch);
}

static uint64_t after(struct shm_header *header, uint64_t place)
{
    return place + space_of(batch_at(header, place)->size);
}

static struct notify_listener *listener_at(struct shm_header *header, int index)
{
    return (struct notify_listener *) ((char *) header + header->listeners_offset) + index;
}

static struct session_slot *slot_of(struct shm_header *header, owner_t owner)
{
    return segment_slot(header, (int) (owner & UINT32_MAX) - 1);
}

static bool is_gone(struct shm_header *header, owner_t owner)
{
    struct session_slot *slot = slot_of(header, owner);
    return slot_owner(slot) != owner || slot_state(slot) == SLOT_FREE || !slot_seems_alive(slot);
}

/* Can listeners go past it? */
static bool is_settled(struct shm_header *header, struct batch *batch)
{
    if (atomic_load(&batch->state) != BATCH_OPEN)
        return true;
    if (!is_gone(header, batch->owner))
        return false;
    atomic_store(&batch->state, BATCH_WITHDRAWN);
    return true;
}

/* Batches of other databases are nothing to this listener. */
static void pass_foreign(struct shm_header *header, struct notify_listener *listener)
{
    while (listener->place < header->notify_head && batch_at(header, listener->place)->gate != listener->gate)
        listener->place = after(header, listener->place);
}

/* Free what all have read. Returns who is the furthest behind. */
static pid_t advance_tail(struct shm_header *header)
{
    uint64_t least = header->notify_head;
    pid_t slowest = 0;
    for (int i = 0; i < header->config.max_sessions; i++) {
        struct notify_listener *listener = listener_at(header, i);
        owner_t owner = atomic_load(&listener->owner);
        if (!owner)
            continue;
        pass_foreign(header, listener);
        if (listener->place >= least)
            continue;
        /* The dead are looked for only where they are in the way. */
        if (is_gone(header, owner)) {
            atomic_store(&listener->owner, 0);
            continue;
        }
        least = listener->place;
        slowest = atomic_load(&slot_of(header, owner)->pid);
    }
    /* A batch that is not settled stays, for its placer comes back to it. */
    while (header->notify_tail < least && is_settled(header, batch_at(header, header->notify_tail)))
        header->notify_tail = after(header, header->notify_tail);
    return slowest;
}

static void copy_in(struct shm_header *header, uint64_t place, const char *data, size_t size)
{
    size_t to_end = ring_size(header) - place % ring_size(header), first = size < to_end ? size : to_end;
    memcpy(ring_at(header, place), data, first);
    memcpy(ring_at(header, 0), data + first, size - first);
}

static void copy_out(struct shm_header *header, uint64_t place, struct buf *out, size_t size)
{
    size_t to_end = ring_size(header) - place % ring_size(header), first = size < to_end ? size : to_end;
    buf_append(out, ring_at(header, place), first);
    buf_append(out, ring_at(header, 0), size - first);
}

void notify_listen(struct shm *shm, struct gate *gate, struct session_slot *slot)
{
    struct shm_header *header = shm->header;
    struct notify_listener *listener = listener_at(header, (int) slot->number);
    owner_t owner = slot_owner(slot);
    lock_queue(header);
    if (atomic_load(&listener->owner) != owner) {
        atomic_store(&listener->owner, 0);
        listener->gate = gate->number;
        listener->place = header->notify_head;
        atomic_store(&listener->owner, owner);
    }
    unlock_queue(header);
}

void notify_unlisten(struct shm *shm, struct session_slot *slot)
{
    struct shm_header *header = shm->header;
    owner_t owner = slot_owner(slot);
    lock_queue(header);
    atomic_compare_exchange_strong(&listener_at(header, (int) slot->number)->owner, &owner, 0);
    unlock_queue(header);
}

static bool is_heard(struct shm_header *header, uint32_t gate)
{
    for (int i = 0; i < header->config.max_sessions; i++) {
        const struct notify_listener *listener = listener_at(header, i);
        if (atomic_load(&listener->owner) && listener->gate == gate)
            return true;
    }
    return false;
}

static double usage(const struct shm_header *header)
{
    return (double) (header->notify_head - header->notify_tail) / (double) ring_size(header);
}

/* At most once in a while, whoever notices it. */
static bool is_warning_due(struct shm_header *header)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (header->notify_warned && now.tv_sec - header->notify_warned < WARN_EVERY_S)
        return false;
    header->notify_warned = now.tv_sec;
    return true;
}

enum notify_result notify_place(struct shm *shm, struct gate *gate, struct session_slot *slot, const void *entries, size_t size,
                                uint64_t *place, struct notify_fill *fill)
{
    struct shm_header *header = shm->header;
    enum notify_result result = NOTIFY_NOBODY;
    *fill = (struct notify_fill){0};
    lock_queue(header);
    if (is_heard(header, gate->number)) {
        uint64_t space = space_of(size);
        result = NOTIFY_PLACED;
        fill->slowest = advance_tail(header);
        fill->before = usage(header);
        if (size > UINT32_MAX || space > ring_size(header) - (header->notify_head - header->notify_tail))
            result = NOTIFY_FULL;
    }
    if (result == NOTIFY_PLACED) {
        *place = header->notify_head;
        struct batch *batch = batch_at(header, *place);
        batch->owner = slot_owner(slot);
        batch->size = (uint32_t) size;
        batch->gate = gate->number;
        batch->pid = atomic_load(&slot->pid);
        atomic_store(&batch->state, BATCH_OPEN);
        copy_in(header, *place + sizeof *batch, entries, size);
        atomic_thread_fence(memory_order_seq_cst);
        header->notify_head = after(header, *place);
        fill->after = usage(header);
        fill->is_warning_due = fill->after >= 0.5 && is_warning_due(header);
    }
    unlock_queue(header);
    return result;
}

/* SIGURG does nothing to a process that does not want it: a pid that is another's by now comes to no harm. */
static void wake_listeners(struct shm_header *header, uint32_t gate)
{
    for (int i = 0; i < header->config.max_sessions; i++) {
        const struct notify_listener *listener = listener_at(header, i);
        owner_t owner = atomic_load(&listener->owner);
        if (!owner || listener->gate != gate)
            continue;
        pid_t pid = atomic_load(&slot_of(header, owner)->pid);
        if (pid > 0)
            kill(pid, SIGURG);
    }
}

void notify_settle(struct shm *shm, uint64_t place, bool committed)
{
    struct batch *batch = batch_at(shm->header, place);
    uint32_t gate = batch->gate; /* once settled, the batch may be gone */
    atomic_store(&batch->state, committed ? BATCH_COMMITTED : BATCH_WITHDRAWN);
    wake_listeners(shm->header, gate);
}

enum notify_look notify_take(struct shm *shm, struct session_slot *slot, struct buf *entries, pid_t *sender)
{
    struct shm_header *header = shm->header;
    struct notify_listener *listener = listener_at(header, (int) slot->number);
    enum notify_look look = NOTIFY_NONE;
    lock_queue(header);
    bool listens = atomic_load(&listener->owner) == slot_owner(slot);
    while (listens && look == NOTIFY_NONE) {
        pass_foreign(header, listener);
        if (listener->place == header->notify_head)
            break;
        struct batch *batch = batch_at(header, listener->place);
        if (!is_settled(header, batch)) {
            look = NOTIFY_HELD_UP;
            break;
        }
        if (atomic_load(&batch->state) == BATCH_COMMITTED) {
            copy_out(header, listener->place + sizeof *batch, entries, batch->size);
            *sender = batch->pid;
            look = NOTIFY_TAKEN;
        }
        listener->place = after(header, listener->place);
    }
    unlock_queue(header);
    return look;
}

double notify_usage(struct shm *shm)
{
    struct shm_header *header = shm->header;
    lock_queue(header);
    advance_tail(header);
    double used = usage(header);
    unlock_queue(header);
    return used;
}
