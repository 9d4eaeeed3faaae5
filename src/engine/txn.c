#include "engine/internal.h"

#include "shm/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>

/* READ COMMITTED is SQLite's autocommit: each statement is its own read transaction. A transaction that writes holds the gate from BEGIN
 * IMMEDIATE to COMMIT; the wait for the disk comes after the gate was opened. */

enum engine_txn engine_txn_state(const struct engine *engine)
{
    return engine->txn;
}

bool engine_txn_is_lost(const struct engine *engine)
{
    return engine->is_lost;
}

static void open_gate(struct engine *engine)
{
    if (engine->holds_gate)
        gate_release(engine->gate, engine->slot);
    engine->holds_gate = false;
}

bool engine_begin_snapshot(struct engine *engine, struct diag *diag)
{
    int code = engine_run(engine->begin_read);
    if (code == SQLITE_DONE)
        code = engine_run(engine->touch); /* BEGIN alone opens no snapshot */
    if (code != SQLITE_DONE) {
        engine_report(engine, code, diag);
        if (!sqlite3_get_autocommit(engine->db))
            engine_run(engine->rollback);
        return false;
    }
    engine->txn = ENGINE_TXN_SNAPSHOT;
    return true;
}

static bool take_gate(struct engine *engine, int lock_timeout_ms, struct diag *diag)
{
    if (!engine->gate || engine->holds_gate)
        return true;
    bool is_crowded = gate_holder_pid(engine->gate) != 0;
    switch (gate_acquire(engine->gate, engine->slot, lock_timeout_ms, engine->env ? engine->env->interrupted : NULL)) {
    case GATE_ACQUIRED:
        engine->holds_gate = true;
        if (is_crowded)
            engine_met_crowd(engine);
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

/* Has somebody changed the schema since the catalog was read? Nobody can from here on. */
static bool note_schema(struct engine *engine, struct diag *diag)
{
    if (!engine_schema_version(engine, &engine->txn_cookie, diag))
        return false;
    engine->schema_moved = engine->catalog_cookie >= 0 && engine->txn_cookie != engine->catalog_cookie;
    return true;
}

static bool report_lost(struct diag *diag)
{
    return diag_set(diag, ERRCODE_TRANSACTION_ROLLBACK,
                    "the transaction was rolled back as a whole when a change in it was stopped");
}

static int begin(struct engine *engine)
{
    if (engine->txn == ENGINE_TXN_NONE)
        return engine_run(engine->begin_write);
    sqlite3_db_config(engine->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    int code = upgrade_snapshot(engine);
    sqlite3_db_config(engine->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0, NULL);
    return code == SQLITE_OK ? SQLITE_DONE : code;
}

bool engine_begin_temporary(struct engine *engine, struct diag *diag)
{
    if (engine->txn >= ENGINE_TXN_TEMPORARY)
        return true;
    if (engine->is_lost)
        return report_lost(diag);
    if (engine->txn == ENGINE_TXN_NONE && !engine_begin_snapshot(engine, diag))
        return false;
    if (!note_schema(engine, diag)) {
        engine_rollback(engine);
        return false;
    }
    engine->txn = ENGINE_TXN_TEMPORARY;
    return true;
}

bool engine_begin_write(struct engine *engine, int lock_timeout_ms, struct diag *diag)
{
    if (engine->txn == ENGINE_TXN_WRITE)
        return true;
    if (engine->is_lost)
        return report_lost(diag);
    int64_t deadline = clock_us() + lock_timeout_ms * 1000LL;
    if (!take_gate(engine, lock_timeout_ms, diag))
        return false;
    enum engine_txn was = engine->txn;
    int64_t left = deadline - clock_us();
    engine->patience_us = !lock_timeout_ms ? 0 : left > 0 ? left : -1;
    int code = begin(engine);
    bool timed_out = (code & 0xff) == SQLITE_BUSY && engine->patience_us < 0;
    engine->patience_us = 0;
    if (code == SQLITE_DONE) {
        engine->txn = ENGINE_TXN_WRITE;
        engine->agreed_cookie = 0;
        engine->wrote = false;
        if (note_schema(engine, diag))
            return true;
        engine_rollback(engine);
        return false;
    }
    if (timed_out && code != SQLITE_BUSY_SNAPSHOT)
        diag_set(diag, ERRCODE_LOCK_NOT_AVAILABLE, "canceling statement due to lock timeout");
    else
        engine_report(engine, code, diag);
    /* What reads goes on as it was. */
    engine->txn = was;
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

/* The frames may or may not reach the disk and others may have read them already: nobody can say what a restart will find. The session ends. */
static bool report_lost_sync(struct engine *engine, struct diag *diag)
{
    log_errno(LOG_LEVEL_PANIC, "could not fsync file \"%s-wal\"", engine->path);
    diag_set(diag, ERRCODE_IO_ERROR, "could not fsync file \"%s-wal\": %s", engine->path, strerror(errno));
    diag_detail(diag, "It is not known whether the transaction will survive a crash.");
    diag->severity = "FATAL";
    return false;
}

/* The schema that was committed agrees with the books: tell the others. */
static void tell_agreement(struct engine *engine)
{
    struct diag ignored = {0};
    int64_t version = 0;
    if (engine->agreed_cookie > 0 && engine_schema_version(engine, &version, &ignored) && version == engine->agreed_cookie)
        gate_set_agreed_schema(engine->gate, version);
    diag_clear(&ignored);
}

bool engine_commit(struct engine *engine, enum engine_durability durability, struct diag *diag)
{
    enum engine_txn was = engine->txn;
    if (was == ENGINE_TXN_NONE)
        return true;
    int code = engine_run(engine->commit);
    if (code != SQLITE_DONE) {
        engine_report(engine, code, diag);
        engine_rollback(engine);
        return false;
    }
    engine->txn = ENGINE_TXN_NONE;
    engine->schema_moved = false;
    if (was != ENGINE_TXN_WRITE || !engine->gate)
        return true;
    tell_agreement(engine);
    bool waits = engine->wrote && !engine->ephemeral && durability == ENGINE_DURABLE;
    /* Under the gate, so that tickets are drawn in the order of commits. */
    uint64_t ticket = waits ? commit_ticket(engine->gate) : 0;
    open_gate(engine);
    if (!waits)
        return true;
    shm_count(engine->shm, SHM_COMMITS_SYNCED, 1);
    return commit_wait(engine->gate, engine->slot, ticket, sync_wal, engine) || report_lost_sync(engine, diag);
}

void engine_rollback(struct engine *engine)
{
    for (struct engine_stmt *stmt = engine->statements; stmt; stmt = stmt->next)
        if (stmt->active)
            engine_reset(stmt);
    /* An error may have ended the transaction already. */
    if (engine->rollback && !sqlite3_get_autocommit(engine->db))
        engine_run(engine->rollback);
    engine->txn = ENGINE_TXN_NONE;
    engine->schema_moved = engine->is_lost = false;
    open_gate(engine);
}

enum savepoint_command { COMMAND_SAVEPOINT, COMMAND_RELEASE, COMMAND_ROLLBACK_TO };

static int prepare_savepoint(struct engine *engine, enum savepoint_command command, int depth, sqlite3_stmt **stmt)
{
    static const char *const texts[] = {"SAVEPOINT", "RELEASE", "ROLLBACK TO"};
    char sql[64];
    snprintf(sql, sizeof sql, "%s \"s%d\"", texts[command], depth);
    return sqlite3_prepare_v3(engine->db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
}

static bool run_savepoint(struct engine *engine, enum savepoint_command command, int depth, struct diag *diag)
{
    bool kept = depth >= 0 && depth < SAVEPOINTS_KEPT;
    sqlite3_stmt *passing = NULL, **stmt = kept ? &engine->savepoints[command][depth] : &passing;
    int code = *stmt ? SQLITE_OK : prepare_savepoint(engine, command, depth, stmt);
    if (code == SQLITE_OK)
        code = engine_run(*stmt);
    if (code != SQLITE_DONE)
        engine_report(engine, code, diag);
    sqlite3_finalize(passing);
    return code == SQLITE_DONE;
}

bool engine_savepoint(struct engine *engine, int depth, struct diag *diag)
{
    return run_savepoint(engine, COMMAND_SAVEPOINT, depth, diag);
}

bool engine_release(struct engine *engine, int depth, struct diag *diag)
{
    return run_savepoint(engine, COMMAND_RELEASE, depth, diag);
}

bool engine_rollback_to(struct engine *engine, int depth, struct diag *diag)
{
    return run_savepoint(engine, COMMAND_ROLLBACK_TO, depth, diag);
}
