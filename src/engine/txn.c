#include "engine/internal.h"

#include "util/log.h"

#include <stdio.h>

/* READ COMMITTED is SQLite's autocommit: each statement is its own read transaction. A transaction that writes holds the gate from BEGIN
 * IMMEDIATE to COMMIT; the wait for the disk comes after the gate was opened. */

static int run_fixed(sqlite3_stmt *stmt)
{
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
        ;
    sqlite3_reset(stmt);
    return code;
}

enum engine_txn engine_txn_state(const struct engine *engine)
{
    return engine->txn;
}

static void open_gate(struct engine *engine)
{
    if (engine->holds_gate)
        gate_release(engine->gate, engine->slot);
    engine->holds_gate = false;
}

bool engine_begin_snapshot(struct engine *engine, struct diag *diag)
{
    int code = run_fixed(engine->begin_read);
    if (code == SQLITE_DONE)
        code = run_fixed(engine->touch); /* BEGIN alone opens no snapshot */
    if (code != SQLITE_DONE) {
        engine_report(engine, code, diag);
        if (!sqlite3_get_autocommit(engine->db))
            run_fixed(engine->rollback);
        return false;
    }
    engine->txn = ENGINE_TXN_SNAPSHOT;
    return true;
}

static bool take_gate(struct engine *engine, int lock_timeout_ms, struct diag *diag)
{
    if (!engine->gate || engine->holds_gate)
        return true;
    switch (gate_acquire(engine->gate, engine->slot, lock_timeout_ms, engine->env ? engine->env->interrupted : NULL)) {
    case GATE_ACQUIRED:
        engine->holds_gate = true;
        return true;
    case GATE_TIMEOUT:
        return diag_set(diag, ERRCODE_LOCK_NOT_AVAILABLE, "canceling statement due to lock timeout");
    case GATE_INTERRUPTED:
        break;
    }
    return diag_set(diag, ERRCODE_QUERY_CANCELED, "canceling statement due to user request");
}

/* A snapshot becomes a writer by its first write: an update of nothing takes SQLite's lock now, and tells whether the snapshot is the newest. */
static int upgrade_snapshot(struct engine *engine)
{
    return sqlite3_exec(engine->db, "DELETE FROM sqlite_schema WHERE 0", NULL, NULL, NULL);
}

bool engine_begin_write(struct engine *engine, int lock_timeout_ms, struct diag *diag)
{
    if (engine->txn == ENGINE_TXN_WRITE)
        return true;
    if (!take_gate(engine, lock_timeout_ms, diag))
        return false;
    int code;
    if (engine->txn == ENGINE_TXN_SNAPSHOT) {
        sqlite3_db_config(engine->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
        code = upgrade_snapshot(engine);
        sqlite3_db_config(engine->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0, NULL);
        code = code == SQLITE_OK ? SQLITE_DONE : code;
    } else
        code = run_fixed(engine->begin_write);
    if (code == SQLITE_DONE) {
        engine->txn = ENGINE_TXN_WRITE;
        return true;
    }
    if (code == SQLITE_BUSY_SNAPSHOT)
        diag_set(diag, ERRCODE_SERIALIZATION_FAILURE, "could not serialize access due to concurrent update");
    else
        engine_report(engine, code, diag);
    open_gate(engine);
    return false;
}

static bool sync_wal(void *argument)
{
    struct engine *engine = argument;
    sqlite3_file *wal = NULL;
    if (sqlite3_file_control(engine->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) != SQLITE_OK || !wal || !wal->pMethods)
        return true;
    shm_count(engine->shm, SHM_WAL_SYNCS, 1);
    return wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY) == SQLITE_OK;
}

bool engine_commit(struct engine *engine, enum engine_durability durability, struct diag *diag)
{
    enum engine_txn was = engine->txn;
    if (was == ENGINE_TXN_NONE)
        return true;
    int64_t changes = sqlite3_total_changes64(engine->db);
    (void) changes;
    int code = run_fixed(engine->commit);
    if (code != SQLITE_DONE) {
        engine_report(engine, code, diag);
        engine_rollback(engine);
        return false;
    }
    engine->txn = ENGINE_TXN_NONE;
    if (was != ENGINE_TXN_WRITE || !engine->gate)
        return true;
    uint64_t ticket = commit_ticket(engine->gate);
    open_gate(engine);
    if (engine->ephemeral || durability == ENGINE_ASYNC)
        return true;
    shm_count(engine->shm, SHM_COMMITS_SYNCED, 1);
    if (commit_wait(engine->gate, engine->slot, ticket, sync_wal, engine))
        return true;
    /* The frames may or may not reach the disk: nobody can say, so this session must not go on as if it knew. */
    log_errno(LOG_LEVEL_PANIC, "could not sync the write-ahead log of \"%s\"", engine->path);
    return diag_set(diag, ERRCODE_IO_ERROR, "could not sync the write-ahead log; the commit may be lost");
}

void engine_rollback(struct engine *engine)
{
    for (struct engine_stmt *stmt = engine->statements; stmt; stmt = stmt->next)
        if (stmt->active)
            engine_reset(stmt);
    /* An error may have ended the transaction already. */
    if (engine->rollback && !sqlite3_get_autocommit(engine->db))
        run_fixed(engine->rollback);
    engine->txn = ENGINE_TXN_NONE;
    open_gate(engine);
}

static bool savepoint_command(struct engine *engine, const char *command, int depth, struct diag *diag)
{
    char sql[64];
    snprintf(sql, sizeof sql, "%s \"s%d\"", command, depth);
    int code = sqlite3_exec(engine->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || engine_report(engine, code, diag);
}

bool engine_savepoint(struct engine *engine, int depth, struct diag *diag)
{
    return savepoint_command(engine, "SAVEPOINT", depth, diag);
}

bool engine_release(struct engine *engine, int depth, struct diag *diag)
{
    return savepoint_command(engine, "RELEASE", depth, diag);
}

bool engine_rollback_to(struct engine *engine, int depth, struct diag *diag)
{
    return savepoint_command(engine, "ROLLBACK TO", depth, diag);
}
