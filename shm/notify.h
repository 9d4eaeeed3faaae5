#ifndef PGQUILL_SHM_NOTIFY_H
#define PGQUILL_SHM_NOTIFY_H

#include "shm/gate.h"

/* The queue of notifications between sessions: one ring of bytes for all databases, in which each transaction's notifications are one batch.
 *
 * A batch is placed before its transaction commits, so that batches lie in the order of commits, and settled after. Listeners stop in front of one
 * that is not settled; one whose placer died is as good as withdrawn. Each listener has a place up to which it has read; what all have read is
 * free. Nothing is placed for a database that nobody listens in. */

/* Hear from now on what is sent in the gate's database; whoever listens already goes on. */
void notify_listen(struct shm *shm, struct gate *gate, struct session_slot *slot);
void notify_unlisten(struct shm *shm, struct session_slot *slot);

struct notify_fill {
    double before, after; /* how full the ring was and is, of 1 */
    pid_t slowest;        /* who keeps it so; 0: nobody */
    bool is_warning_due;  /* it is more than half full, and nobody was warned for some seconds */
};

enum notify_result {
    NOTIFY_PLACED,
    NOTIFY_NOBODY, /* nobody listens */
    NOTIFY_FULL    /* no room: nothing was placed */
};
/* Place a batch: `size` bytes of entries, as the session packs them. *place is what notify_settle wants. */
enum notify_result notify_place(struct shm *shm, struct gate *gate, struct session_slot *slot, const void *entries, size_t size,
                                uint64_t *place, struct notify_fill *fill);
/* The transaction has ended. Its database's listeners are woken (SIGURG) either way: they may wait for what comes behind. */
void notify_settle(struct shm *shm, uint64_t place, bool committed);

enum notify_look {
    NOTIFY_NONE,
    NOTIFY_TAKEN,
    NOTIFY_HELD_UP, /* the next batch is not settled: look again when woken, or after a while in case its placer dies */
};
/* The next batch for a listener: its entries are put at the end of `entries`, whose memory is the caller's, and *sender is whose they are. */
struct buf;
enum notify_look notify_take(struct shm *shm, struct session_slot *slot, struct buf *entries, pid_t *sender);

/* How full the ring is, of 1. */
double notify_usage(struct shm *shm);

#endif
