#ifndef PGQUILL_SHM_GATE_H
#define PGQUILL_SHM_GATE_H

#include "shm/registry.h"

/* Per database file: who may write now, and whose commits are on disk. */

struct gate;

/* The database area of a file (by device and inode), made when it is first asked for; areas of files that are gone are used again.
 * NULL: none left. */
struct gate *gate_for_file(struct shm *shm, const char *path, dev_t device, ino_t inode);
/* Walk the areas, for the checkpointer: index 0 … until NULL. The path is NULL for an area that is not in use. */
struct gate *gate_at(struct shm *shm, int index);
const char *gate_path(const struct gate *gate);
ino_t gate_inode(const struct gate *gate);

enum gate_result { GATE_ACQUIRED, GATE_TIMEOUT, GATE_INTERRUPTED };

/* Take the writer gate, waiting in arrival order. timeout_ms: 0 waits for ever. `interrupted` (may be NULL) is looked at after each wake-up; who
 * sets it calls gate_poke. Holds no other lock while it waits. Recovers the gate of a dead owner, and the queue place of a dead waiter.
 * Who holds it already has it. */
enum gate_result gate_acquire(struct gate *gate, struct session_slot *slot, int timeout_ms, volatile const int *interrupted);
/* How long a waiter lately took to run once it had been given the gate: us, smoothed. */
uint32_t gate_handover_us(const struct gate *gate);
/* A moment (clock.h) that the gate's users agree on; they say what it means. */
int64_t gate_ordinary_until(const struct gate *gate);
void gate_set_ordinary_until(struct gate *gate, int64_t moment);
/* Hand the gate to the first in the queue. Nothing happens when the slot does not hold it. */
void gate_release(struct gate *gate, struct session_slot *slot);
bool gate_is_held_by(const struct gate *gate, const struct session_slot *slot);
/* Wake the slot's owner if it waits for a gate, so that it looks at `interrupted`. Async-signal-safe. */
void gate_poke(struct session_slot *slot);
/* Whose the gate is; 0: nobody's. */
pid_t gate_holder_pid(const struct gate *gate);
/* The gate that the slot's owner queues for; NULL: none. */
struct gate *gate_awaited(struct shm *shm, const struct session_slot *slot);
/* Who must be done before this slot's owner gets the gate that it waits for: the holder, then the living waiters ahead in the queue. Writes at most
 * `room` pids and returns how many; 0 when the owner waits for no gate. Takes the gate's lock for a moment. */
int gate_blockers(struct shm *shm, const struct session_slot *slot, pid_t *pids, int room);
/* After the master reaped a pid, before its slot is freed: hand on whatever it held. Never blocks: what it cannot do now, waiters do. */
void gate_abandon(struct gate *gate, pid_t pid);
/* The same for all gates of the segment. */
void gates_abandon(struct shm *shm, pid_t pid);

/* Group commit. A committer takes a ticket while it still holds the gate (after its frames were written to the WAL), then waits until a sync
 * that began after the ticket was drawn has ended. One of the waiters does the sync for all. */
uint64_t commit_ticket(struct gate *gate);
/* Returns when the ticket's commit is on disk, calling `sync` (fdatasync of the WAL) if this process is the one to do it. false: the sync that the
 * ticket was part of failed, in this process (errno says why) or in another (errno is EIO); a later sync that succeeds does not undo that. */
bool commit_wait(struct gate *gate, struct session_slot *slot, uint64_t ticket, bool (*sync)(void *arg), void *arg);

/* Frames that the WAL held after the last commit: what the checkpointer decides by. */
void gate_set_wal_pages(struct gate *gate, uint32_t pages);
uint32_t gate_wal_pages(const struct gate *gate);

/* Catalog generation: grows with each committed schema change. */
uint64_t gate_catalog_generation(const struct gate *gate);
void gate_bump_catalog(struct gate *gate);
/* The committed schema version at which a process last found that the file's schema holds just what our bookkeeping says; 0: none. */
int64_t gate_agreed_schema(const struct gate *gate);
void gate_set_agreed_schema(struct gate *gate, int64_t version);
uint64_t gate_recoveries(const struct gate *gate);

/* Sequences: values that a file's row has reserved, handed out across processes.
 * take: true and *value when one is left; else the caller reserves more in the file, inside a write transaction, and refills. */
bool sequence_take(struct shm *shm, struct gate *gate, uint32_t oid, int64_t *value);
/* Values next, next + increment, … up to `last` are reserved. */
void sequence_refill(struct shm *shm, struct gate *gate, uint32_t oid, int64_t next, int64_t last, int64_t increment);
/* Forget what is reserved: after setval, DROP, or a rolled back reservation. */
void sequence_forget(struct shm *shm, struct gate *gate, uint32_t oid);

#endif
