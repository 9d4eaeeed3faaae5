#include "engine/internal.h"

#include <stdio.h>
#include <stdlib.h>

/* Statements and the retries around them.
 *
 * SQLite prepares a statement anew by itself when the schema is another one, and then it may run with a meaning that the plan above it was not made
 * for. Reading statements are looked at after their first step: if they were prepared anew and the file's schema version is not the one that the
 * catalog was read at, no row is given out. A statement that changes rows must not get that far: a write transaction notes at its beginning whether the
 * schema has moved, and nobody else can move it later. Each statement tells a change once, so that who knows better may step again. */

/* The name in "no such function: NAME" and its kin; false: another error. */
static bool missing_name(const char *message, const char *before, const char *after, char *name, size_t size)
{
    size_t skip = strlen(before), len = strlen(message), cut = strlen(after);
    if (strncmp(message, before, skip) != 0 || len < skip + cut || strcmp(message + len - cut, after) != 0)
        return false;
    return (size_t) snprintf(name, size, "%.*s", (int) (len - skip - cut), message + skip) < size;
}

bool engine_register_missing(struct engine *engine, struct diag *diag)
{
    char name[1024];
    const char *message = sqlite3_errmsg(engine->db);
    /* The second form is that of stored expressions, whose names are looked up when code is made for them. */
    if (missing_name(message, "no such function: ", "", name, sizeof name) ||
        missing_name(message, "unknown function: ", "()", name, sizeof name))
        return engine_register_function(engine, name, diag);
    if (!missing_name(message, "no such table: ", "", name, sizeof name))
        return false;
    /* Inside of a view SQLite puts the schema before the name. */
    bool qualified = strncmp(name, "main.", 5) == 0;
    return (qualified && engine_register_table(engine, name + 5, diag)) ||
           (!diag_is_set(diag) && engine_register_table(engine, name, diag));
}

int engine_authorize(void *argument, int action, const char *table, const char *column, const char *database, const char *trigger)
{
    struct engine_stmt *stmt = ((struct engine *) argument)->preparing;
    (void) column, (void) database;
    bool changes = action == SQLITE_INSERT || action == SQLITE_UPDATE || action == SQLITE_DELETE;
    if (changes && stmt && !stmt->target && !trigger && table && strncmp(table, "sqlite_", 7) != 0)
        stmt->target = xstrdup(table);
    return SQLITE_OK;
}

static void drop(struct engine_stmt *stmt)
{
    free(stmt->target);
    free(stmt);
}

struct engine_stmt *engine_prepare(struct engine *engine, const char *sql, size_t len, bool persistent, struct diag *diag)
{
    struct engine_stmt *stmt = xcalloc(1, sizeof *stmt);
    int code;
    stmt->engine = engine;
    /* Without a catalog the statement is held to the schema as it is. */
    if (engine->catalog_cookie < 0 && !engine_schema_version(engine, &stmt->cookie, diag)) {
        drop(stmt);
        return NULL;
    }
    if (engine->catalog_cookie >= 0)
        stmt->cookie = engine->catalog_cookie;
    engine->preparing = stmt;
    while ((code = sqlite3_prepare_v3(engine->db, sql, (int) len, persistent ? SQLITE_PREPARE_PERSISTENT : 0, &stmt->stmt,
                                      NULL)) == SQLITE_ERROR &&
           engine_register_missing(engine, diag))
        ;
    engine->preparing = NULL;
    if (code != SQLITE_OK) {
        if (!diag_is_set(diag))
            engine_report(engine, code, diag);
        drop(stmt);
        return NULL;
    }
    stmt->ncolumns = sqlite3_column_count(stmt->stmt);
    stmt->next = engine->statements;
    stmt->link = &engine->statements;
    if (engine->statements)
        engine->statements->link = &stmt->next;
    engine->statements = stmt;
    return stmt;
}

void engine_finalize(struct engine_stmt *stmt)
{
    if (!stmt)
        return;
    *stmt->link = stmt->next;
    if (stmt->next)
        stmt->next->link = stmt->link;
    sqlite3_finalize(stmt->stmt);
    drop(stmt);
}

int engine_param_count(const struct engine_stmt *stmt)
{
    return sqlite3_bind_parameter_count(stmt->stmt);
}

int engine_column_count(const struct engine_stmt *stmt)
{
    return stmt->ncolumns;
}

void engine_bind(struct engine_stmt *stmt, int index, const struct datum *value)
{
    switch (value->kind) {
    case DATUM_NULL:
        sqlite3_bind_null(stmt->stmt, index);
        break;
    case DATUM_INT:
        sqlite3_bind_int64(stmt->stmt, index, value->i);
        break;
    case DATUM_REAL:
        sqlite3_bind_double(stmt->stmt, index, value->r);
        break;
    case DATUM_TEXT:
        sqlite3_bind_text(stmt->stmt, index, value->len ? value->data : "", (int) value->len, SQLITE_STATIC);
        break;
    case DATUM_BLOB:
        sqlite3_bind_blob(stmt->stmt, index, value->len ? value->data : "", (int) value->len, SQLITE_STATIC);
        break;
    }
}

static enum engine_step tell_stale(struct engine_stmt *stmt, int64_t cookie)
{
    sqlite3_reset(stmt->stmt);
    stmt->active = false;
    stmt->cookie = stmt->engine->catalog_cookie = cookie;
    return ENGINE_STALE;
}

/* Is the schema another one than the statement was made for? */
static bool has_moved(struct engine_stmt *stmt, int64_t *cookie)
{
    struct diag ignored = {0};
    bool known = engine_schema_version(stmt->engine, cookie, &ignored);
    diag_clear(&ignored);
    return known && *cookie != stmt->cookie;
}

/* Some errors (an interrupt of a change, a full disk) end the whole transaction. */
static void notice_lost_transaction(struct engine *engine)
{
    if (engine->txn == ENGINE_TXN_NONE || !sqlite3_get_autocommit(engine->db))
        return;
    engine_rollback(engine);
    engine->is_lost = true;
}

static enum engine_step step_failed(struct engine_stmt *stmt, int code, struct diag *diag)
{
    struct engine *engine = stmt->engine;
    /* Report before the reset: it clears the handle's message. */
    engine->target = stmt->target;
    engine_report(engine, code, diag);
    engine->target = NULL;
    sqlite3_reset(stmt->stmt);
    stmt->active = false;
    notice_lost_transaction(engine);
    return ENGINE_FAILED;
}

/* The first step of a run failed: perhaps only because the new schema has not what the statement names, or because its stored expressions name
 * functions of ours that this handle has not met. */
static enum engine_step first_step_failed(struct engine_stmt *stmt, int code, struct diag *diag)
{
    struct engine *engine = stmt->engine;
    int64_t cookie;
    if (code != SQLITE_ERROR || diag_is_set(&engine->pending))
        return step_failed(stmt, code, diag);
    if (engine_register_missing(engine, diag)) {
        sqlite3_reset(stmt->stmt);
        return engine_step(stmt, diag);
    }
    engine->target = stmt->target;
    if (!diag_is_set(diag))
        engine_report(engine, code, diag);
    engine->target = NULL;
    sqlite3_reset(stmt->stmt);
    if (has_moved(stmt, &cookie)) {
        diag_clear(diag);
        return tell_stale(stmt, cookie);
    }
    return ENGINE_FAILED;
}

static enum engine_step first_step(struct engine_stmt *stmt, struct diag *diag)
{
    struct engine *engine = stmt->engine;
    int64_t cookie;
    if (engine->schema_moved && stmt->cookie != engine->txn_cookie)
        return tell_stale(stmt, engine->txn_cookie);
    int code = sqlite3_step(stmt->stmt);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return first_step_failed(stmt, code, diag);
    /* Prepared anew: because the schema moved, or for new statistics, another bound value, a registration. */
    if (sqlite3_stmt_status(stmt->stmt, SQLITE_STMTSTATUS_REPREPARE, 1) > 0) {
        stmt->ncolumns = sqlite3_column_count(stmt->stmt);
        if (sqlite3_stmt_readonly(stmt->stmt) && has_moved(stmt, &cookie))
            return tell_stale(stmt, cookie);
    }
    stmt->active = code == SQLITE_ROW;
    return code == SQLITE_ROW ? ENGINE_ROW : ENGINE_DONE;
}

enum engine_step engine_step(struct engine_stmt *stmt, struct diag *diag)
{
    if (!stmt->active)
        return first_step(stmt, diag);
    int code = sqlite3_step(stmt->stmt);
    if (code == SQLITE_ROW)
        return ENGINE_ROW;
    if (code != SQLITE_DONE)
        return step_failed(stmt, code, diag);
    stmt->active = false;
    return ENGINE_DONE;
}

int engine_run(sqlite3_stmt *stmt)
{
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
        ;
    sqlite3_reset(stmt);
    return code;
}

void engine_column(struct engine_stmt *stmt, int index, struct datum *value)
{
    engine_value(sqlite3_column_value(stmt->stmt, index), value);
}

void engine_row(struct engine_stmt *stmt, struct datum *row)
{
    for (int i = 0; i < stmt->ncolumns; i++)
        engine_value(sqlite3_column_value(stmt->stmt, i), &row[i]);
}

void engine_reset(struct engine_stmt *stmt)
{
    sqlite3_reset(stmt->stmt);
    stmt->active = false;
}

bool engine_stmt_is_active(const struct engine_stmt *stmt)
{
    return stmt->active;
}

int64_t engine_changes(struct engine *engine)
{
    return sqlite3_changes64(engine->db);
}

bool engine_exec(struct engine *engine, const char *sql, struct diag *diag)
{
    const char *rest = sql;
    bool good = true;
    while (good && *rest) {
        /* One statement at a time, so that what a later one misses can be registered. */
        const char *tail = rest;
        sqlite3_stmt *stmt = NULL;
        int code;
        while ((code = sqlite3_prepare_v2(engine->db, rest, -1, &stmt, &tail)) == SQLITE_ERROR &&
               engine_register_missing(engine, diag))
            ;
        if (code == SQLITE_OK && stmt)
            while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
                ;
        good = code == SQLITE_OK || code == SQLITE_DONE;
        if (!good && !diag_is_set(diag))
            engine_report(engine, code, diag);
        sqlite3_finalize(stmt);
        if (!good)
            notice_lost_transaction(engine);
        rest = tail;
    }
    return good;
}
