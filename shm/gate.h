#ifndef PGQUILL_SHM_GATE_H
#define PGQUILL_SHM_GATE_H

#include "shm/registry.h"

/* Per database file: who may write now, and whose commits are on disk. */

struct gate;

/* The database area of a file (by device and inode), made when it is first asked for. NULL: none left. */
struct gate *gate_for_file(struct shm *shm, dev_t device, ino_t inode);

enum gate_result { GATE_ACQUIRED, GATE_TIMEOUT, GATE_INTERRUPTED };

/* Take the writer gate, waiting in arrival order. timeout_ms: 0 waits for ever. `interrupted` (may be NULL) is polled after each wake-up and a
 * signal that sets it wakes the wait. Holds no other lock while it waits. Recovers the gate of a dead owner, and the queue place of a dead waiter. */
enum gate_result gate_acquire(struct gate *gate, struct session_slot *slot, int timeout_ms, volatile const int *interrupted);
void gate_release(struct gate *gate, struct session_slot *slot);
bool gate_is_held_by(const struct gate *gate, const struct session_slot *slot);
/* After the master reaped a pid: hand on whatever it held. Never blocks. */
void gate_abandon(struct gate *gate, pid_t pid);
/* All gates of the segment, for the master's reaping. */
void gates_abandon(struct shm *shm, pid_t pid);

/* Group commit. A committer takes a ticket while it still holds the gate (after its frames were written to the WAL), then waits until a sync
 * that began after the ticket was drawn has ended. One of the waiters does the sync for all. */
uint64_t commit_ticket(struct gate *gate);
/* Returns when the ticket's commit is on disk, calling `sync` (fdatasync of the WAL) if this process is the one to do it. false: sync failed (errno). */
bool commit_wait(struct gate *gate, struct session_slot *slot, uint64_t ticket, bool (*sync)(void *arg), void *arg);

/* Catalog generation: grows with each committed schema change. */
uint64_t gate_catalog_generation(const struct gate *gate);
void gate_bump_catalog(struct gate *gate);
uint64_t gate_recoveries(const struct gate *gate);

/* Sequences (nextval hands out values that a file's row has reserved). Values of one sequence of this database; thread of calls is the engine's.
 * take: true and *value when a reserved value is left; else the caller reserves more in the file, inside a write transaction, and calls refill. */
bool sequence_take(struct gate *gate, uint32_t oid, int64_t increment, int64_t *value);
void sequence_refill(struct gate *gate, uint32_t oid, int64_t next, int64_t last);
/* Forget what is reserved: after setval, DROP, or a rolled back reservation. */
void sequence_forget(struct gate *gate, uint32_t oid);

#endif
