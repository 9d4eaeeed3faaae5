#include "engine/internal.h"

#include <stdlib.h>

/* The name behind "no such function: NAME" and its kin; NULL: another error. */
static const char *missing_name(const char *message, const char *prefix)
{
    size_t size = strlen(prefix);
    return strncmp(message, prefix, size) == 0 ? message + size : NULL;
}

static bool register_missing(struct engine *engine, struct diag *diag)
{
    char *message = xstrdup(sqlite3_errmsg(engine->db));
    const char *function = missing_name(message, "no such function: "), *table = missing_name(message, "no such table: ");
    bool found = false;
    if (function)
        found = engine_register_function(engine, function, diag);
    else if (table) {
        /* SQLite puts the schema before the name when the text did. */
        const char *dot = strncmp(table, "main.", 5) == 0 ? table + 5 : table;
        found = engine_register_table(engine, dot, diag) || engine_register_table(engine, table, diag);
    }
    free(message);
    return found;
}

struct engine_stmt *engine_prepare(struct engine *engine, const char *sql, size_t len, bool persistent, struct diag *diag)
{
    sqlite3_stmt *stmt = NULL;
    int code;
    while ((code = sqlite3_prepare_v3(engine->db, sql, (int) len, persistent ? SQLITE_PREPARE_PERSISTENT : 0, &stmt, NULL)) == SQLITE_ERROR) {
        if (!register_missing(engine, diag)) {
            if (!diag_is_set(diag))
                engine_report(engine, code, diag);
            return NULL;
        }
    }
    if (code != SQLITE_OK) {
        engine_report(engine, code, diag);
        return NULL;
    }
    struct engine_stmt *prepared = xcalloc(1, sizeof *prepared);
    prepared->engine = engine;
    prepared->stmt = stmt;
    prepared->ncolumns = sqlite3_column_count(stmt);
    prepared->registered = engine->nregistered;
    prepared->next = engine->statements;
    prepared->link = &engine->statements;
    if (engine->statements)
        engine->statements->link = &prepared->next;
    engine->statements = prepared;
    return prepared;
}

void engine_finalize(struct engine_stmt *stmt)
{
    if (!stmt)
        return;
    *stmt->link = stmt->next;
    if (stmt->next)
        stmt->next->link = stmt->link;
    sqlite3_finalize(stmt->stmt);
    free(stmt);
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

static enum engine_step step_failed(struct engine_stmt *stmt, int code, struct diag *diag)
{
    /* Report before the reset: it clears the handle's message. */
    engine_report(stmt->engine, code, diag);
    sqlite3_reset(stmt->stmt);
    stmt->active = false;
    return ENGINE_FAILED;
}

enum engine_step engine_step(struct engine_stmt *stmt, struct diag *diag)
{
    bool first = !stmt->active;
    int code = sqlite3_step(stmt->stmt);
    if (first && sqlite3_stmt_status(stmt->stmt, SQLITE_STMTSTATUS_REPREPARE, 1) > 0) {
        /* The library prepared it anew: for a function that we registered, or because the schema is another one. */
        bool ours = stmt->registered != stmt->engine->nregistered;
        stmt->registered = stmt->engine->nregistered;
        if (!ours && stmt->engine->txn != ENGINE_TXN_WRITE) {
            sqlite3_reset(stmt->stmt);
            stmt->active = false;
            return ENGINE_STALE;
        }
    }
    if (code == SQLITE_ROW) {
        stmt->active = true;
        return ENGINE_ROW;
    }
    if (code != SQLITE_DONE)
        return step_failed(stmt, code, diag);
    stmt->active = false;
    return ENGINE_DONE;
}

static inline void read_column(sqlite3_stmt *stmt, int index, struct datum *value)
{
    switch (sqlite3_column_type(stmt, index)) {
    case SQLITE_INTEGER:
        *value = datum_int(sqlite3_column_int64(stmt, index));
        break;
    case SQLITE_FLOAT:
        *value = datum_real(sqlite3_column_double(stmt, index));
        break;
    case SQLITE_TEXT: {
        const char *text = (const char *) sqlite3_column_text(stmt, index);
        *value = datum_text(text, (size_t) sqlite3_column_bytes(stmt, index));
        break;
    }
    case SQLITE_BLOB: {
        const void *data = sqlite3_column_blob(stmt, index);
        *value = datum_blob(data ? data : "", (size_t) sqlite3_column_bytes(stmt, index));
        break;
    }
    default:
        *value = datum_null();
    }
}

void engine_column(struct engine_stmt *stmt, int index, struct datum *value)
{
    read_column(stmt->stmt, index, value);
}

void engine_row(struct engine_stmt *stmt, struct datum *row)
{
    for (int i = 0; i < stmt->ncolumns; i++)
        read_column(stmt->stmt, i, &row[i]);
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
        while ((code = sqlite3_prepare_v2(engine->db, rest, -1, &stmt, &tail)) == SQLITE_ERROR && register_missing(engine, diag))
            ;
        if (code == SQLITE_OK && stmt)
            while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
                ;
        good = code == SQLITE_OK || code == SQLITE_DONE;
        if (!good && !diag_is_set(diag))
            engine_report(engine, code, diag);
        sqlite3_finalize(stmt);
        rest = tail;
    }
    return good;
}
