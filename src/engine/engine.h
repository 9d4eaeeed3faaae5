#ifndef PGQUILL_ENGINE_ENGINE_H
#define PGQUILL_ENGINE_ENGINE_H

#include "func/func.h"
#include "type/datum.h"
#include "util/diag.h"

/* One session's handle on one database file: statements, transactions, the writer gate, durability. The only place that calls
 * sqlite3_* for a session's data; another engine may stand behind this header. */

struct engine;
struct engine_stmt;
struct shm; /* shm/shm.h */
struct session_slot;
struct catalog_source;

struct engine_options {
    const char *path;
    bool create;
    bool ephemeral;  /* no durability wanted: synchronous off */
    struct shm *shm; /* NULL: no gate (unit tests) */
    struct session_slot *slot;
    struct func_env *env;
    int cache_kib, mmap_mib;
};

/* What every handle of this process and of those that it forks needs alike: engine_open does it when nobody has. Leaves no handle open,
 * so that a process may fork afterwards. */
bool engine_warm(struct diag *diag);

/* Open (creating when asked) and make ready: WAL, our pragmas, the pgquill_* tables NOT yet created (the first DDL does). Reports
 * 58P01 when it does not exist, XX001 when it is no database. */
struct engine *engine_open(const struct engine_options *options, struct diag *diag);
void engine_close(struct engine *engine);
/* The log beside the file is not this handle's any more, because the file has had another name: closing leaves it alone. */
void engine_leave_log(struct engine *engine);
/* Let a handle go on to another session, with the same surroundings (`env`), in another process that has this one's memory, descriptors and record locks: put it to
 * rest in the one and wake it with the slot of the other. False: it must be closed, because something of the session is open or kept in it. */
bool engine_rest(struct engine *engine);
void engine_wake(struct engine *engine, struct session_slot *slot);
/* The writer gate of its file; NULL: there is no registry. */
struct gate *engine_gate(const struct engine *engine);
/* Is it the file that has the name still? */
bool engine_has_named_file(const struct engine *engine);

/* Statements. `sql` is SQLite's. Functions, collations and system relations that it names are registered on the way.
 * The statement may outlive schema changes. */
struct engine_stmt *engine_prepare(struct engine *engine, const char *sql, size_t len, bool persistent, struct diag *diag);
void engine_finalize(struct engine_stmt *stmt);
int engine_param_count(const struct engine_stmt *stmt);
int engine_column_count(const struct engine_stmt *stmt);

/* Bind parameter `index` (1-based); text and blobs stay the caller's and must live until engine_reset. */
void engine_bind(struct engine_stmt *stmt, int index, const struct datum *value);

enum engine_step {
    ENGINE_ROW,
    ENGINE_DONE,
    ENGINE_FAILED, /* diag says why: constraint violations arrive as PostgreSQL's (23505, 23502, 23514, 23503) with their fields, an error of
                       one of our functions as it was reported, an interrupt as 57014, disk full 53100, I/O 58030 */
    ENGINE_STALE, /* nothing was returned or changed and the schema is not the one that the catalog was read at when it was prepared: reload the
                       catalog, plan again. Told once for a change: stepped again, it runs */
};
enum engine_step engine_step(struct engine_stmt *stmt, struct diag *diag);
/* A column of the current row, borrowed until the next step. */
void engine_column(struct engine_stmt *stmt, int index, struct datum *value);
/* All columns at once: `row` has engine_column_count members. */
void engine_row(struct engine_stmt *stmt, struct datum *row);
void engine_reset(struct engine_stmt *stmt);
bool engine_stmt_is_active(const struct engine_stmt *stmt);
/* Rows changed by the last completed INSERT, UPDATE or DELETE. */
int64_t engine_changes(struct engine *engine);

/* Prepare, bind nothing, run to the end. */
bool engine_exec(struct engine *engine, const char *sql, struct diag *diag);

/* Transactions (DESIGN 3). States: none; snapshot (a read transaction held open: REPEATABLE READ and up); write. */
/* TEMPORARY: a snapshot in which temporary relations have been written; the file itself is only read, and the gate is open. */
enum engine_txn { ENGINE_TXN_NONE, ENGINE_TXN_SNAPSHOT, ENGINE_TXN_TEMPORARY, ENGINE_TXN_WRITE };
enum engine_txn engine_txn_state(const struct engine *engine);
bool engine_begin_snapshot(struct engine *engine, struct diag *diag);
/* Be in a transaction that may write temporary relations: a snapshot, begun if there is none. It does not wait for other writers. */
bool engine_begin_temporary(struct engine *engine, struct diag *diag);
/* Take the gate (fair, interruptible; lock_timeout_ms 0: for ever) and begin to write. From SNAPSHOT a newer commit of another session is 40001;
 * 55P03 on lock timeout; 57014 when interrupted. Statements of the caller that are active must have been spooled. */
bool engine_begin_write(struct engine *engine, int lock_timeout_ms, struct diag *diag);
enum engine_durability { ENGINE_DURABLE, ENGINE_ASYNC /* synchronous_commit = off */ };
/* Commit; opens the gate before waiting for the disk. On return with true the commit is on disk (DURABLE). On false it is rolled back. */
bool engine_commit(struct engine *engine, enum engine_durability durability, struct diag *diag);
/* End any transaction, resetting active statements. Never fails. */
void engine_rollback(struct engine *engine);
/* Did SQLite end the write transaction by itself (a change was interrupted, the disk is full, I/O failed)? Then nothing of it is left, not even
 * what came before a savepoint. True until engine_rollback. */
bool engine_txn_is_lost(const struct engine *engine);
/* Savepoints inside a write transaction, by a depth number of the session's. */
bool engine_savepoint(struct engine *engine, int depth, struct diag *diag);
bool engine_release(struct engine *engine, int depth, struct diag *diag);
bool engine_rollback_to(struct engine *engine, int depth, struct diag *diag);

/* A statement is done: a session that has not waited for the gate for a while competes for the CPU like any other process again. */
void engine_met_nobody(struct engine *engine);

/* Stop what runs, from a signal handler or another place; the step fails with the session's interrupt report. */
void engine_interrupt(struct engine *engine);
/* Did the write transaction begin with a schema that the catalog was not read at? */
bool engine_schema_has_moved(const struct engine *engine);
/* The file's schema version (SQLite's schema cookie) as of now. */
bool engine_schema_version(struct engine *engine, int64_t *version, struct diag *diag);
/* From here on there may be tables in SQLite's temp schema, which vanish with the handle. Returns the number by which the session's temporary schema is
 * called: no other session that lives has the same. */
int engine_use_temporary(struct engine *engine);
/* How much of them is kept in memory; the rest goes to a file without a name. */
void engine_set_temporary_cache(struct engine *engine, int kib);
/* The highest such number. */
int engine_temporary_numbers(const struct engine *engine);
/* Whether SQLite enforces foreign keys: off while DDL replaces a table that others refer to. Works inside a transaction. */
void engine_set_foreign_keys(struct engine *engine, bool on);
/* Let all foreign keys of the transaction under way wait for its end; or no longer: false after a report when rows break one already (23503). */
bool engine_defer_foreign_keys(struct engine *engine, bool on, struct diag *diag);
/* Give the catalog its reader. */
void engine_catalog_source(struct engine *engine, struct catalog_source *source);

/* How long a truncating pass waits for readers when nothing asks for more. */
enum { READERS_PATIENCE_MS = 100 };
/* The checkpointer's work, with a handle of its own: one pass; true when all frames were written back. patience_ms: 0 copies what can be copied now and
 * waits for nobody; more also cuts the log to nothing, for which it waits so long for readers (and writers for it). */
bool engine_checkpoint(struct engine *engine, int patience_ms, int64_t *wal_frames, int64_t *checkpointed, struct diag *diag);
/* How many of the file's pages hold nothing and could be given back; none in a file that was made without that ability. */
bool engine_free_pages(struct engine *engine, int64_t *free, int64_t *all, struct diag *diag);
/* Give back so many of them: a change like any other, so the caller holds the writer gate. The file is shorter after the next checkpoint. */
bool engine_give_back(struct engine *engine, int64_t pages, struct diag *diag);
/* Copy the database to a file, online (sqlite3_backup); progress may be NULL. */
bool engine_backup(struct engine *engine, const char *path, void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
                   struct diag *diag);
/* Free what can be freed: page cache beyond need, unused statements. */
void engine_shrink(struct engine *engine);

/* Register a function instance explicitly; returns its SQLite name. */
const char *engine_function(struct engine *engine, const struct func_instance *instance, struct diag *diag);

#endif
