#include "shm/xid.h"

#include "shm/segment.h"
#include "util/buf.h"

#include <stdlib.h>
#include <time.h>

/* Entry x % XIDS_KEPT is of the id x. Its `ended` says all: 0 while the transaction runs, ENDED_COMMITTING while nobody can tell, else when it
 * committed, or minus when it was rolled back. One whose owner is gone was rolled back when it was found to be. */

enum { ENDED_COMMITTING = 1, ENDED_UNKNOWN = 2, PER_MICROSECOND_SHIFT = 4 };

static void lock_xids(struct shm_header *header)
{
    lock_take(&header->xid_lock, NULL, NULL, &header->recoveries);
}

static struct xid_entry *entry_of(struct shm_header *header, uint64_t xid)
{
    return (struct xid_entry *) ((char *) header + header->xids_offset) + xid % XIDS_KEPT;
}

static bool is_gone(struct shm_header *header, owner_t owner)
{
    struct session_slot *slot = segment_slot(header, (int) (owner & UINT32_MAX) - 1);
    return slot_owner(slot) != owner || slot_state(slot) == SLOT_FREE || !slot_seems_alive(slot);
}

/* More than one transaction in 16 µs would be needed, from start to stop, for an id to come twice. */
static uint64_t first_xid(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000) >> PER_MICROSECOND_SHIFT;
}

uint64_t xid_assign(struct shm *shm, struct session_slot *slot)
{
    struct shm_header *header = shm->header;
    lock_xids(header);
    if (!header->xid_first)
        header->xid_next = header->xid_first = first_xid();
    uint64_t xid = header->xid_next;
    struct xid_entry *entry = entry_of(header, xid);
    entry->owner = slot_owner(slot);
    atomic_store(&entry->ended, 0);
    /* Last: who dies before has taken nothing. */
    header->xid_next = xid + 1;
    lock_give(&header->xid_lock);
    return xid;
}

/* The entry, while it is still this id's. */
static struct xid_entry *kept(struct shm_header *header, uint64_t xid)
{
    bool is_kept = xid >= header->xid_first && xid < header->xid_next && header->xid_next - xid <= XIDS_KEPT;
    return is_kept ? entry_of(header, xid) : NULL;
}

static void set_ended(struct shm *shm, uint64_t xid, int64_t ended)
{
    struct shm_header *header = shm->header;
    lock_xids(header);
    struct xid_entry *entry = kept(header, xid);
    if (entry)
        atomic_store(&entry->ended, ended);
    lock_give(&header->xid_lock);
}

void xid_commit(struct shm *shm, uint64_t xid)
{
    set_ended(shm, xid, ENDED_COMMITTING);
}

void xid_end(struct shm *shm, uint64_t xid, bool committed, int64_t now)
{
    set_ended(shm, xid, committed ? now : -now);
}

static bool runs(struct shm_header *header, struct xid_entry *entry)
{
    int64_t ended = atomic_load(&entry->ended);
    if (ended != 0 && ended != ENDED_COMMITTING)
        return false;
    if (!is_gone(header, entry->owner))
        return true;
    atomic_store(&entry->ended, ended ? ENDED_UNKNOWN : -ENDED_UNKNOWN);
    return false;
}

static enum xid_fate fate_of(struct shm_header *header, uint64_t xid)
{
    if (xid >= header->xid_next)
        return XID_FUTURE;
    struct xid_entry *entry = kept(header, xid);
    if (!entry)
        return XID_UNKNOWN;
    if (runs(header, entry))
        return XID_RUNNING;
    int64_t ended = atomic_load(&entry->ended);
    return ended == ENDED_UNKNOWN ? XID_UNKNOWN : ended > 0 ? XID_COMMITTED : XID_ABORTED;
}

enum xid_fate xid_fate(struct shm *shm, uint64_t xid)
{
    lock_xids(shm->header);
    enum xid_fate fate = fate_of(shm->header, xid);
    lock_give(&shm->header->xid_lock);
    return fate;
}

void xid_look(struct shm *shm, uint64_t own, int64_t since, uint64_t *xmin, uint64_t *xmax, struct buf *running)
{
    struct shm_header *header = shm->header;
    size_t from = running->len;
    lock_xids(header);
    if (!header->xid_first)
        header->xid_next = header->xid_first = first_xid();
    uint64_t xid = header->xid_next, oldest = xid - header->xid_first > XIDS_KEPT ? xid - XIDS_KEPT : header->xid_first;
    *xmin = *xmax = oldest;
    bool has_ended_one = false;
    while (xid-- > oldest) {
        struct xid_entry *entry = entry_of(header, xid);
        bool is_running = runs(header, entry) || llabs(atomic_load(&entry->ended)) >= since;
        if (!is_running && !has_ended_one) {
            has_ended_one = true;
            *xmin = *xmax = xid + 1;
        }
        if (!is_running)
            continue;
        if (has_ended_one || xid == own)
            *xmin = xid;
        if (has_ended_one && xid != own)
            buf_append(running, &xid, sizeof xid);
    }
    /* Those from xmax on count as not begun; `own` may be one of them. */
    if (*xmin > *xmax)
        *xmin = *xmax;
    lock_give(&header->xid_lock);
    uint64_t *list = (uint64_t *) (void *) (running->data + from);
    size_t count = (running->len - from) / sizeof *list;
    for (size_t i = 0; i < count / 2; i++) {
        uint64_t kept_one = list[i];
        list[i] = list[count - 1 - i];
        list[count - 1 - i] = kept_one;
    }
}
