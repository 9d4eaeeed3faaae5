#ifndef PGQUILL_SHM_XID_H
#define PGQUILL_SHM_XID_H

#include "shm/registry.h"

/* Transaction ids: given to those transactions that ask for theirs, so that all others cost nothing. They grow, also from one start of the server
 * to the next, as the first one comes from the clock. What became of the last some thousands is kept. Times are µs since 2000. */

enum xid_fate {
    XID_FUTURE,
    XID_RUNNING,
    XID_COMMITTED,
    XID_ABORTED,
    XID_UNKNOWN /* too long ago, or its process died just when it committed */
};

/* A new id for the slot's owner. */
uint64_t xid_assign(struct shm *shm, struct session_slot *slot);
/* Its commit begins: who dies from here on may have committed. */
void xid_commit(struct shm *shm, uint64_t xid);
void xid_end(struct shm *shm, uint64_t xid, bool committed, int64_t now);
enum xid_fate xid_fate(struct shm *shm, uint64_t xid);

/* Who runs, as far as one can see who began to read at `since`: whoever ended later runs still. Ids below *xmax that run are put at the end of
 * `running` as uint64_t, ascending, except for `own`; *xmin is the lowest that runs, `own` (0: none) included. */
struct buf;
void xid_look(struct shm *shm, uint64_t own, int64_t since, uint64_t *xmin, uint64_t *xmax, struct buf *running);

#endif
