#ifndef PGQUILL_SHM_SEGMENT_H
#define PGQUILL_SHM_SEGMENT_H

#include "shm/gate.h"
#include "shm/lock.h"

#include <limits.h>

/* The layout of the shared segment: for shm/ alone. Header, then slots, then gates, then sequences; see segment_layout. */

enum { SHM_MAGIC = 0x51475150 /* "PQGQ" */, BOOT_ID_SIZE = 37 };

struct session_slot {
    _Atomic uint32_t state;      /* enum slot_state; taken by CAS from FREE, else stored by the owner (or by whoever frees it, after the owner's end) */
    _Atomic int32_t pid;         /* set by slot_own; freeing is the CAS of this to 0, so it happens once */
    _Atomic uint64_t started;    /* the process's start time in clock ticks: tells a reused pid */
    _Atomic uint32_t interrupt;  /* bits of enum slot_interrupt; set by anybody, cleared by the owner */
    _Atomic uint32_t wait;       /* enum slot_wait; the owner's */
    _Atomic uint32_t grant;      /* futex: 1 when the gate was handed to this slot; written under the gate's lock, cleared by the owner */
    uint32_t cancel_key;         /* written when the slot is taken, before its pid is */
    uint32_t number;             /* index; constant */
    _Atomic uint32_t seq;        /* sequence lock of `info`: odd while the owner writes */
    struct slot_info info;       /* written by the owner under seq; read by anyone who finds seq even and unchanged */
};

struct gate {
    struct lock lock;              /* guards holder, queue and count */
    _Atomic uint64_t recoveries;   /* dead owners and waiters, and locks, taken over */
    char path[PATH_MAX];           /* of the database file; constant once `inode` is set */
    dev_t device;                  /* with inode the identity of the file; set under the segment's lock */
    _Atomic uint64_t inode;        /* 0: unused area */
    _Atomic int32_t holder;        /* slot index + 1; 0: open */
    int32_t count;                 /* waiters */
    _Atomic uint64_t drawn;        /* commit tickets given out; grows under the writer gate */
    _Atomic uint64_t synced;       /* tickets up to this one are on disk */
    _Atomic int32_t leader;        /* who syncs: slot index + 1 by CAS; 0: nobody */
    _Atomic uint32_t sync_round;   /* futex: grows when a sync has ended */
    _Atomic uint64_t catalog_generation;
    int32_t queue[];               /* slot indexes in arrival order; max_sessions of them */
};

struct sequence_entry {
    _Atomic uint64_t gate;         /* gate index + 1; 0: unused */
    uint32_t oid;
    int64_t next, last, increment; /* values left: next … last, in steps of increment; guarded by the segment's lock */
    bool empty;
};

struct shm_header {
    uint32_t magic, version;
    uint64_t size;
    char boot_id[BOOT_ID_SIZE];
    struct shm_config config;
    uint64_t slots_offset, gates_offset, gate_size, sequences_offset;
    _Atomic uint64_t recoveries;
    _Atomic int64_t counters[SHM_COUNTERS];
    struct lock lock;              /* guards making gate areas and sequence entries */
};

struct shm {
    struct shm_header *header;
    size_t size;
};

struct gate *segment_gate(const struct shm *shm, int index);
/* Is the process of this slot still the one that took it? */
bool slot_is_alive(const struct session_slot *slot);
/* Start time of a process in clock ticks since boot, from /proc; 0: no such process. */
uint64_t process_start_time(pid_t pid);

#endif
