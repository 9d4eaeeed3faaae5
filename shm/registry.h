#ifndef PGQUILL_SHM_REGISTRY_H
#define PGQUILL_SHM_REGISTRY_H

#include "shm/shm.h"

#include <uuid/uuid.h>

/* Session slots: one for each process that serves, or may serve, a client. */

enum slot_state {
    SLOT_FREE,
    SLOT_STARTING, /* taken by the master, the worker prepares itself */
    SLOT_SPARE,    /* blocked in accept */
    SLOT_STARTUP,  /* accepted, the client has not finished startup */
    SLOT_IDLE,
    SLOT_ACTIVE,
    SLOT_IDLE_IN_TRANSACTION,
    SLOT_IDLE_IN_FAILED_TRANSACTION,
    SLOT_ENDED, /* published by the worker just before it exits */
};

enum slot_kind { SLOT_CLIENT, SLOT_CHECKPOINTER };

enum slot_wait {
    WAIT_NONE,
    WAIT_CLIENT_READ, /* set by COPY alone: who is idle is seen waiting without saying so */
    WAIT_CLIENT_WRITE,
    WAIT_GATE,
    WAIT_SYNC,
    WAIT_ADVISORY_LOCK,
    WAIT_SLEEP
};

enum { SLOT_NAME_MAX = 64, SLOT_QUERY_MAX = 1024, SLOT_ADDRESS_MAX = 64 };

/* What a session has done. */
struct slot_tally {
    int64_t queries, transactions, rolled_back, rows, plan_hits, plan_misses; /* transactions: committed */
};

/* A copy of one slot: what an observer gets. Times are µs since the Unix epoch; 0: none. */
struct slot_info {
    int index;
    enum slot_state state;
    enum slot_kind kind;
    enum slot_wait wait;
    pid_t pid;
    uuid_t uuid;
    char database[SLOT_NAME_MAX], user[SLOT_NAME_MAX], application_name[SLOT_NAME_MAX];
    char client_address[SLOT_ADDRESS_MAX]; /* "" for a unix socket */
    int client_port;                       /* -1 for a unix socket */
    int64_t backend_start, connected, state_change, transaction_start, query_start;
    struct slot_tally done;
    bool in_write;              /* holds the writer gate */
    char query[SLOT_QUERY_MAX]; /* UTF-8, cut at a character. Last: most changes leave it alone */
};

int registry_size(const struct shm *shm);

/* Take a free slot for a process that will be forked (the master) or for this process (inetd). NULL: none free. When none is free, slots whose
 * process (pid + start time) no longer lives are reclaimed first. */
struct session_slot *slot_take(struct shm *shm, enum slot_kind kind);
struct session_slot *slot_at(struct shm *shm, int index);
int slot_index(const struct shm *shm, const struct session_slot *slot);
/* Record whose slot it is, and since when, so that a later process of the same number is told apart: the owner's first act. */
void slot_own(struct session_slot *slot, pid_t pid);
/* The same by the parent right after fork, in case the child does not come to it: the number alone. */
void slot_claim(struct session_slot *slot, pid_t pid);
/* Free the slot of a process that has been reaped: atomics alone, never blocks, at most once. Copies what it held into `last` (may be NULL). */
bool slot_free_by_pid(struct shm *shm, pid_t pid, struct slot_info *last);
/* Reclaim slots whose process is gone; returns how many. */
int slot_reclaim_dead(struct shm *shm);

/* The owner's changes; each is seen whole by observers (sequence lock). NULL strings leave a field unchanged. */
void slot_set_state(struct session_slot *slot, enum slot_state state);
void slot_set_wait(struct session_slot *slot, enum slot_wait wait);
void slot_set_client(struct session_slot *slot, const char *address, int port);
void slot_set_identity(struct session_slot *slot, const char *database, const char *user, const char *application_name);
void slot_set_query(struct session_slot *slot, const char *query, size_t len); /* also query_start and state ACTIVE */
void slot_set_transaction(struct session_slot *slot, bool open, bool in_write);
/* Add to what the session has done. The server's counters have it at once: they are what ended sessions did and what the slots say. */
void slot_count(struct session_slot *slot, const struct slot_tally *tally);
enum slot_state slot_state(const struct session_slot *slot);
pid_t slot_pid(const struct session_slot *slot);
void slot_uuid(const struct session_slot *slot, uuid_t uuid);

/* A consistent copy; false when the slot is free. Never blocks the owner, and what a dead or stopped owner was changing is
 * seen as it was before. */
bool slot_read(const struct session_slot *slot, struct slot_info *info);
/* How many slots are in a state. */
int registry_count(const struct shm *shm, enum slot_state state);
/* Client sessions: STARTUP and beyond. */
int registry_sessions(const struct shm *shm);

/* Cancel keys: 32 random bits a slot, made anew by slot_take. */
uint32_t slot_cancel_key(const struct session_slot *slot);
/* The slot of a cancel request; compared in constant time; NULL when it does not match. */
struct session_slot *registry_match_cancel(struct shm *shm, pid_t pid, uint32_t key);

/* Interrupts: set by anybody, read by the owner between steps; the sender also signals the process (SIGINT cancel, SIGTERM terminate). */
enum slot_interrupt { INTERRUPT_NONE = 0, INTERRUPT_CANCEL = 1, INTERRUPT_TERMINATE = 2 };
/* Request and signal; false when the slot is not (any longer) that pid's. */
bool slot_interrupt(struct session_slot *slot, pid_t pid, enum slot_interrupt what);

#endif
