#include "engine/internal.h"

#include "catalog/catalog.h"
#include "shm/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool engine_is_interrupted(const struct engine *engine)
{
    return engine->env && engine->env->interrupted && *engine->env->interrupted;
}

int engine_wait_for_others(void *argument, int tries)
{
    static const useconds_t pauses[] = {100, 200, 500, 1000, 2000, 5000};
    enum { PAUSES = sizeof pauses / sizeof pauses[0] };
    struct engine *engine = argument;
    if (engine_is_interrupted(engine) || engine->patience_us < 0)
        return 0;
    int64_t begin = clock_us();
    usleep(pauses[tries < PAUSES ? tries : PAUSES - 1]);
    if (engine->patience_us) {
        engine->patience_us -= clock_us() - begin;
        engine->patience_us -= engine->patience_us == 0;
    }
    return 1;
}

/* After each commit that wrote frames. In its place SQLite would checkpoint: another process's business here. */
static int note_commit(void *argument, sqlite3 *db, const char *database, int pages)
{
    struct engine *engine = argument;
    (void) db, (void) database;
    engine->wrote = true;
    if (engine->gate)
        gate_set_wal_pages(engine->gate, (uint32_t) pages);
    return SQLITE_OK;
}

static bool run(struct engine *engine, const char *sql, struct diag *diag)
{
    int code = sqlite3_exec(engine->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || engine_report(engine, code, diag);
}

static bool prepare_fixed(struct engine *engine, const char *sql, sqlite3_stmt **stmt, struct diag *diag)
{
    int code = sqlite3_prepare_v3(engine->db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
    return code == SQLITE_OK || engine_report(engine, code, diag);
}

static bool prepare_fixed_statements(struct engine *engine, struct diag *diag)
{
    return prepare_fixed(engine, "BEGIN IMMEDIATE", &engine->begin_write, diag) &&
           prepare_fixed(engine, "BEGIN", &engine->begin_read, diag) && prepare_fixed(engine, "COMMIT", &engine->commit, diag) &&
           prepare_fixed(engine, "ROLLBACK", &engine->rollback, diag) &&
           prepare_fixed(engine, "SELECT 1 FROM sqlite_schema LIMIT 1", &engine->touch, diag) &&
           prepare_fixed(engine, "PRAGMA schema_version", &engine->schema_version, diag);
}

/* A new file can give pages back without being copied whole. It must be said before anything is in it; what a foreign file is stays as it is. */
static bool prepare_new_file(struct engine *engine, struct diag *diag)
{
    struct stat file;
    return (stat(engine->path, &file) == 0 && file.st_size > 0) || run(engine, "PRAGMA auto_vacuum = INCREMENTAL", diag);
}

/* The schema of a file that somebody else made is not trusted: its views and triggers may call what is marked harmless. */
static bool set_up(struct engine *engine, const struct engine_options *options, struct diag *diag)
{
    char pragmas[640];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA synchronous = %s; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF; "
             "PRAGMA cache_size = -%d; PRAGMA mmap_size = %lld; PRAGMA wal_autocheckpoint = %d; PRAGMA recursive_triggers = ON; "
             "PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF",
             options->ephemeral ? "OFF" : "NORMAL", options->cache_kib > 0 ? options->cache_kib : 8192,
             (long long) (options->mmap_mib > 0 ? options->mmap_mib : 1024) << 20, options->shm ? 0 : 1000);
    /* A file that may only be read stays in the mode it has. */
    int code = sqlite3_exec(engine->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_READONLY)
        return engine_report(engine, code, diag);
    return run(engine, pragmas, diag);
}

static bool find_gate(struct engine *engine, struct diag *diag)
{
    if (!engine->shm || !engine->slot)
        return true;
    struct stat file;
    if (stat(engine->path, &file) < 0)
        return diag_set(diag, ERRCODE_IO_ERROR, "could not stat file \"%s\": %s", engine->path, strerror(errno));
    engine->device = file.st_dev;
    engine->inode = file.st_ino;
    engine->gate = gate_for_file(engine->shm, engine->path, file.st_dev, file.st_ino);
    sqlite3_wal_hook(engine->db, note_commit, engine);
    if (!engine->gate)
        return diag_set(diag, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, "too many databases are open");
    return true;
}

static bool open_file(struct engine *engine, const struct engine_options *options, struct diag *diag)
{
    struct stat file;
    if (!options->create && stat(options->path, &file) < 0)
        return diag_set(diag, ERRCODE_UNDEFINED_FILE, "could not open file \"%s\": %s", options->path, strerror(errno));
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | (options->create ? SQLITE_OPEN_CREATE : 0);
    int fd, code = engine_open_handle(options->path, &engine->db, flags, &fd);
    if (code != SQLITE_OK)
        return engine_report(engine, code, diag);
    engine_keep_mapping(engine, fd);
    sqlite3_extended_result_codes(engine->db, 1);
    sqlite3_busy_handler(engine->db, engine_wait_for_others, engine);
    sqlite3_collation_needed(engine->db, engine, engine_collation_needed);
    sqlite3_set_authorizer(engine->db, engine_authorize, engine);
    sqlite3_db_config(engine->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(engine->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(engine->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_limit(engine->db, SQLITE_LIMIT_LENGTH, 1 << 30);
    return true;
}

__attribute__((constructor)) static void configure_library(void)
{
    /* A process has one thread and few handles: the library's mutexes and statistics would only cost. */
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    engine_configure_memory();
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 24);
    /* Pages that a handle makes room for at once: what is mapped needs none. */
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 4);
}

struct engine *engine_open(const struct engine_options *options, struct diag *diag)
{
    struct engine *engine = xcalloc(1, sizeof *engine);
    engine->path = xstrdup(options->path);
    engine->ephemeral = options->ephemeral;
    engine->shm = options->shm;
    engine->slot = options->slot;
    engine->env = options->env;
    engine->catalog_cookie = -1;
    arena_init(&engine->call_arena);
    if (open_file(engine, options, diag) && (!options->create || prepare_new_file(engine, diag)) &&
        set_up(engine, options, diag) && find_gate(engine, diag) && prepare_fixed_statements(engine, diag) &&
        engine_override_builtins(engine, diag))
        return engine;
    engine_close(engine);
    return NULL;
}

void engine_leave_log(struct engine *engine)
{
    sqlite3_db_config(engine->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

void engine_close(struct engine *engine)
{
    if (!engine)
        return;
    engine_leave_crowd(engine);
    if (engine->db) {
        engine_rollback(engine);
        while (engine->statements)
            engine_finalize(engine->statements);
        sqlite3_stmt *fixed[] = {engine->begin_write, engine->begin_read, engine->commit,
                                 engine->rollback,    engine->touch,      engine->schema_version};
        for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
            sqlite3_finalize(fixed[i]);
        for (int i = 0; i < 3 * SAVEPOINTS_KEPT; i++)
            sqlite3_finalize(engine->savepoints[i / SAVEPOINTS_KEPT][i % SAVEPOINTS_KEPT]);
        /* The last one to close a WAL database checkpoints it and removes the log: the checkpointer's business, and slow for a client. */
        if (engine->shm)
            engine_leave_log(engine);
        engine_forget_mapping(engine);
        sqlite3_close_v2(engine->db);
    }
    engine_forget_tables(engine);
    engine_unregister_all(engine);
    arena_deinit(&engine->call_arena);
    diag_clear(&engine->pending);
    free(engine->path);
    free(engine);
}

bool engine_rest(struct engine *engine)
{
    if (engine->has_temporary || engine->txn != ENGINE_TXN_NONE || engine->holds_gate || engine->is_lost || engine->statements ||
        !engine->gate)
        return false;
    engine_leave_crowd(engine);
    diag_clear(&engine->pending);
    engine->calm = 0;
    engine->patience_us = 0;
    engine->slot = NULL;
    engine_shrink(engine);
    return true;
}

struct gate *engine_gate(const struct engine *engine)
{
    return engine->gate;
}

void engine_wake(struct engine *engine, struct session_slot *slot)
{
    engine->slot = slot;
}

bool engine_has_named_file(const struct engine *engine)
{
    struct stat file;
    return stat(engine->path, &file) == 0 && file.st_dev == engine->device && file.st_ino == engine->inode &&
           gate_for_file(engine->shm, engine->path, file.st_dev, file.st_ino) == engine->gate;
}

void engine_interrupt(struct engine *engine)
{
    if (!engine || !engine->db)
        return;
    sqlite3_interrupt(engine->db);
    if (engine->slot)
        gate_poke(engine->slot);
}

bool engine_schema_version(struct engine *engine, int64_t *version, struct diag *diag)
{
    int code = sqlite3_step(engine->schema_version);
    if (code == SQLITE_ROW)
        *version = sqlite3_column_int64(engine->schema_version, 0);
    sqlite3_reset(engine->schema_version);
    return code == SQLITE_ROW || engine_report(engine, code, diag);
}

static bool query_for_catalog(void *self, const char *sql, bool (*row)(void *arg, int ncols, const struct datum *cols), void *arg,
                              struct diag *diag)
{
    struct engine *engine = self;
    sqlite3_stmt *stmt = NULL;
    int code;
    while ((code = sqlite3_prepare_v2(engine->db, sql, -1, &stmt, NULL)) == SQLITE_ERROR && engine_register_missing(engine, diag))
        ;
    if (code != SQLITE_OK)
        return diag_is_set(diag) ? false : engine_report(engine, code, diag);
    int ncolumns = sqlite3_column_count(stmt);
    struct datum *columns = xcalloc((size_t) ncolumns, sizeof *columns);
    bool good = true;
    while (good && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        for (int i = 0; i < ncolumns; i++)
            engine_value(sqlite3_column_value(stmt, i), &columns[i]);
        good = row(arg, ncolumns, columns);
    }
    if (good && code != SQLITE_DONE)
        good = engine_report(engine, code, diag);
    free(columns);
    sqlite3_finalize(stmt);
    return good;
}

static void note_agreement(void *self)
{
    struct engine *engine = self;
    /* What is not committed is nobody else's. */
    if (engine->txn == ENGINE_TXN_WRITE)
        engine->agreed_cookie = engine->catalog_cookie;
    else if (engine->gate && engine->catalog_cookie > 0)
        gate_set_agreed_schema(engine->gate, engine->catalog_cookie);
}

bool engine_schema_has_moved(const struct engine *engine)
{
    return engine->schema_moved;
}

void engine_catalog_source(struct engine *engine, struct catalog_source *source)
{
    *source = (struct catalog_source){
        .self = engine, .query = query_for_catalog, .agree = note_agreement, .has_temporary = engine->has_temporary};
    /* Before the catalog is read: what changes meanwhile is told again, never missed. */
    struct diag ignored = {0};
    if (!engine_schema_version(engine, &engine->catalog_cookie, &ignored))
        diag_clear(&ignored);
    engine->schema_moved = false;
    if (!engine->gate || engine->catalog_cookie <= 0)
        return;
    /* Nobody else changes the schema during a write transaction, and what this one changes it writes down. */
    int64_t agreed = gate_agreed_schema(engine->gate);
    bool was_agreed = engine->agreed_cookie > 0 || (engine->txn_cookie > 0 && engine->txn_cookie == agreed);
    source->is_agreed = agreed == engine->catalog_cookie;
    if (engine->txn == ENGINE_TXN_WRITE && was_agreed) {
        engine->agreed_cookie = engine->catalog_cookie;
        source->is_agreed = true;
    }
}

static void size_temporary_cache(struct engine *engine)
{
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA temp.cache_size = -%d", engine->temporary_kib);
    sqlite3_exec(engine->db, sql, NULL, NULL, NULL);
}

void engine_set_temporary_cache(struct engine *engine, int kib)
{
    bool differs = engine->temporary_kib != kib;
    engine->temporary_kib = kib;
    if (engine->has_temporary && differs)
        size_temporary_cache(engine);
}

int engine_use_temporary(struct engine *engine)
{
    /* Tables may be larger than memory. It must be said before the first one is made. */
    if (!engine->has_temporary)
        sqlite3_exec(engine->db, "PRAGMA temp_store = FILE", NULL, NULL, NULL);
    if (!engine->has_temporary && engine->temporary_kib)
        size_temporary_cache(engine);
    engine->has_temporary = true;
    return engine->shm && engine->slot ? slot_index(engine->shm, engine->slot) + 1 : 1;
}

int engine_temporary_numbers(const struct engine *engine)
{
    return engine->shm ? registry_size(engine->shm) : 1;
}

void engine_set_foreign_keys(struct engine *engine, bool on)
{
    sqlite3_db_config(engine->db, SQLITE_DBCONFIG_ENABLE_FKEY, on, NULL);
}

void engine_shrink(struct engine *engine)
{
    sqlite3_db_release_memory(engine->db);
}

bool engine_backup(struct engine *engine, const char *path, void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
                   struct diag *diag)
{
    enum { PAGES_A_STEP = 1024 };
    sqlite3 *copy = NULL;
    int code = sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_backup *backup = code == SQLITE_OK ? sqlite3_backup_init(copy, "main", engine->db, "main") : NULL;
    if (!backup) {
        diag_set(diag, ERRCODE_IO_ERROR, "could not write backup \"%s\": %s", path, sqlite3_errmsg(copy));
        sqlite3_close(copy);
        return false;
    }
    /* A read transaction for the whole time: one moment's state is copied, and writers need not wait nor start the copy over. */
    bool own = engine->txn == ENGINE_TXN_NONE && engine_begin_snapshot(engine, diag);
    do {
        code = sqlite3_backup_step(backup, PAGES_A_STEP);
        if (progress)
            progress(arg, sqlite3_backup_pagecount(backup) - sqlite3_backup_remaining(backup), sqlite3_backup_pagecount(backup));
    } while ((code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) && !engine_is_interrupted(engine));
    sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE && engine_is_interrupted(engine))
        diag_set(diag, ERRCODE_QUERY_CANCELED, "canceling statement due to user request");
    else if (code != SQLITE_DONE)
        diag_set(diag, code == SQLITE_FULL ? ERRCODE_DISK_FULL : ERRCODE_IO_ERROR, "could not write backup \"%s\": %s", path,
                 sqlite3_errmsg(copy));
    sqlite3_close(copy);
    if (own)
        engine_rollback(engine);
    return code == SQLITE_DONE;
}
