#ifndef PGQUILL_SHM_SEGMENT_H
#define PGQUILL_SHM_SEGMENT_H

#include "shm/gate.h"
#include "shm/lock.h"

#include <limits.h>

/* The layout of the shared segment: for shm/ alone. Header, slots, gates, sequences, advisory locks, listeners, transaction ids, and the ring of notifications. */

enum { SHM_MAGIC = 0x4c495551 /* "QUIL" */, BOOT_ID_SIZE = 37, STATE_BITS = 8 };

struct session_slot {
    _Atomic uint32_t
        state; /* low STATE_BITS: enum slot_state; above them, while STARTING, the pid of who took it. FREE → STARTING by CAS alone */
    _Atomic int32_t pid;         /* set by slot_own; freeing is the CAS of this to 0, so it happens once */
    _Atomic uint64_t started;    /* when slot_own came, in clock ticks since boot (as in /proc/PID/stat); 0: not yet */
    _Atomic uint32_t generation; /* grows each time the slot is taken: tells this owner from a former one */
    _Atomic uint32_t interrupt;  /* bits of enum slot_interrupt; set by anybody, cleared by slot_take */
    _Atomic uint32_t wait;       /* enum slot_wait; the owner's */
    _Atomic uint32_t grant;      /* futex the owner sleeps on for a gate: bits GRANT_*; cleared by the owner before it queues */
    _Atomic uint32_t
        waiting; /* gate number + 1 that the owner queues for; 0: none. Written under that gate's lock, or by slot_take */
    _Atomic uint32_t cancel_key; /* written when the slot is taken, before its pid is */
    uint32_t number;             /* index; constant */
    _Atomic uint32_t seq;        /* sequence lock of `info`: odd while the owner writes */
    struct slot_info info;       /* what the owner changes: whole while seq is even … */
    struct slot_info mirror;     /* … and as it was before the change that is under way: whole while seq is odd */
};

enum { GRANT_GIVEN = 1, GRANT_POKED = 2 };

/* Who holds something: generation << 32 | slot index + 1; 0: nobody. */
typedef uint64_t owner_t;

struct gate {
    struct lock lock;                    /* guards the queue and every change of `holder` */
    _Atomic uint64_t recoveries;         /* dead owners, waiters and leaders whose place was taken over */
    uint64_t header_distance;            /* bytes from the segment's start; constant */
    uint32_t number;                     /* index; constant */
    char path[PATH_MAX];                 /* of the database file; set before `inode`, under the segment's lock */
    dev_t device;                        /* with inode the identity of the file; the same */
    _Atomic uint64_t inode;              /* 0: unused area */
    _Atomic owner_t holder;              /* read by anyone */
    _Atomic int32_t count;               /* waiters; changed under the lock */
    _Atomic int64_t handed_on;           /* when the holder's place last went to a waiter; see clock.h */
    _Atomic uint32_t handover_us;        /* from then until the waiter ran, smoothed */
    _Atomic int64_t ordinary_until;      /* until then nobody lets others run first; see clock.h */
    _Atomic uint64_t drawn;              /* commit tickets given out; grows while the writer gate is held */
    _Atomic int64_t last_drawn;          /* when; see clock.h */
    _Atomic uint32_t commit_interval;    /* us between two tickets, smoothed */
    _Atomic uint64_t synced;             /* tickets up to this one are on disk */
    _Atomic uint64_t lost_from, lost_to; /* tickets in (from, to] were in a sync that failed */
    _Atomic owner_t leader;              /* who syncs; by CAS */
    _Atomic uint32_t sync_round;         /* futex: grows when a sync has ended */
    _Atomic uint32_t wal_pages;          /* frames in the WAL after the last commit; the checkpointer looks at it */
    _Atomic uint64_t catalog_generation;
    _Atomic int64_t
        agreed_schema; /* schema version at which SQLite's schema and our books were found to agree; 0: not looked yet */
    int32_t queue[];   /* slot indexes in arrival order; max_sessions of them */
};

struct sequence_entry {
    uint32_t gate; /* gate number + 1; 0: unused. All fields under the sequences' lock */
    uint32_t oid;
    int64_t next, last, increment;
    bool empty;
};

struct advisory_entry {
    _Atomic owner_t owner; /* 0: free. All else under the table's lock */
    uint32_t gate;
    int64_t value;
    uint32_t held[2][2]; /* how often: shared, exclusive; by the session, by its transaction */
    uint64_t ticket;     /* waiting, in this order; 0: not */
    bool is_pair, wants_exclusive;
};

struct notify_listener {
    _Atomic owner_t owner; /* 0: free. One for each slot, by its number; all else under the queue's lock */
    uint32_t gate;
    uint64_t place; /* read up to here */
};

enum { XIDS_KEPT = 16384 };

struct xid_entry {
    owner_t owner;
    _Atomic int64_t ended;
};

struct shm_header {
    _Atomic uint32_t magic; /* written last: the segment is whole */
    uint32_t version;
    uint64_t size;
    char boot_id[BOOT_ID_SIZE]; /* robust locks do not outlive a boot */
    struct shm_config config;
    uint64_t slots_offset, gates_offset, gate_size, sequences_offset, advisory_offset, listeners_offset, notify_offset,
        xids_offset;
    _Atomic uint64_t recoveries;
    _Atomic int64_t counters[SHM_COUNTERS];
    struct lock gates_lock;     /* guards making and reusing gate areas */
    _Atomic int32_t gates_high; /* areas from here on are not initialised; grows under gates_lock when one is */
    struct lock sequences_lock; /* guards the sequence table */
    struct lock advisory_lock;  /* guards the advisory locks and their tickets */
    uint64_t advisory_tickets;
    int32_t advisory_high;             /* entries from here on have never been used */
    _Atomic uint32_t advisory_changes; /* futex: grows when one may have become free */
    struct lock notify_lock;           /* guards the ring of notifications and its listeners */
    uint64_t notify_head, notify_tail; /* where the next batch goes, and what is not free: these only grow */
    int64_t notify_warned;             /* when somebody was told that it is filling, in monotonic seconds */
    struct lock xid_lock;              /* guards giving out transaction ids */
    uint64_t xid_next, xid_first;      /* 0: none was given yet */
};

struct shm {
    struct shm_header *header;
    size_t size;
};

static inline struct session_slot *segment_slot(struct shm_header *header, int index)
{
    return (struct session_slot *) ((char *) header + header->slots_offset) + index;
}

static inline struct gate *segment_gate(struct shm_header *header, int index)
{
    return (struct gate *) ((char *) header + header->gates_offset + header->gate_size * (size_t) index);
}

static inline struct shm_header *gate_segment(const struct gate *gate)
{
    return (struct shm_header *) ((char *) gate - gate->header_distance);
}

static inline owner_t slot_owner(const struct session_slot *slot)
{
    return (owner_t) atomic_load(&slot->generation) << 32 | (slot->number + 1);
}

/* Is the process of this slot still the one that took it? Reads /proc. */
bool slot_is_alive(const struct session_slot *slot);
/* The same without /proc: a zombie or a reused pid counts as living. */
bool slot_seems_alive(const struct session_slot *slot);
/* Start time of a process in clock ticks since boot; 0: no such process, or only its corpse. */
uint64_t process_start_time(pid_t pid);

#endif
