#ifndef PGQUILL_SHM_ADVISORY_H
#define PGQUILL_SHM_ADVISORY_H

#include "shm/gate.h"

/* Advisory locks: a table of who holds and who awaits which key, under one lock that is held for a walk of the table. Waiters sleep on a word
 * that every release moves, and look again; what a dead session left is removed by whoever meets it. Keys belong to one database. */

struct advisory_key {
    int64_t value; /* of two ints: the first in the upper half */
    bool is_pair;
};

struct advisory_mode {
    bool exclusive;
    bool of_transaction; /* else the session's: both are counted by themselves */
};

enum advisory_result {
    ADVISORY_ACQUIRED,
    ADVISORY_BUSY, /* somebody else has it, and waiting was not asked for */
    ADVISORY_TIMEOUT,
    ADVISORY_INTERRUPTED,
    ADVISORY_DEADLOCK,
    ADVISORY_FULL /* the table has no room: max_locks */
};

/* One step of a circle of waits, for the report. */
struct advisory_wait {
    pid_t pid, blocker;
    bool for_gate; /* it waits for the writer gate, not for a key */
    bool exclusive;
    struct advisory_key key;
};

enum { ADVISORY_CIRCLE_MAX = 16 };
struct advisory_circle {
    int count;
    struct advisory_wait waits[ADVISORY_CIRCLE_MAX];
};

struct advisory_patience {
    bool waits;
    int timeout_ms;          /* 0: for ever */
    int deadlock_timeout_ms; /* how long to wait before looking for a circle */
    volatile const int *interrupted;
};

/* Take a key once more. Waiters are served in their order, but for those who hold the key already. On ADVISORY_DEADLOCK
 * *circle tells who waits for whom, this session first; it may be NULL when patience->waits is false. */
enum advisory_result advisory_acquire(struct shm *shm, struct gate *gate, struct session_slot *slot,
                                      const struct advisory_key *key, const struct advisory_mode *mode,
                                      const struct advisory_patience *patience, struct advisory_circle *circle);
/* Give it back once; false when it is not held so. */
bool advisory_release(struct shm *shm, struct gate *gate, struct session_slot *slot, const struct advisory_key *key,
                      const struct advisory_mode *mode);
/* Give back everything that the transaction holds, or the session. */
void advisory_release_all(struct shm *shm, struct session_slot *slot, bool of_transaction);

/* Who keeps a session from the key that it waits for: the number of pids written. */
int advisory_blockers(struct shm *shm, const struct session_slot *slot, pid_t *pids, int room);

/* What the entries say, for pg_locks: index 0 …; false behind the last. An entry that is free or dead has no slot. */
struct advisory_info {
    const struct session_slot *slot;
    struct advisory_key key;
    bool has_shared, has_exclusive;
    bool waits, wants_exclusive;
};
bool advisory_at(struct shm *shm, int index, struct advisory_info *info);

#endif
