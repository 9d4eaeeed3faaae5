#include "session/utility.h"

#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* CREATE, DROP and ALTER DATABASE … RENAME: a database is a file of the data directory. */

bool database_is_file_name(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/') && strlen(name) < SLOT_NAME_MAX;
}

static char *database_path(struct session *session, struct arena *arena, const char *name)
{
    if (!strcmp(name, session->options.default_name))
        return arena_strdup(arena, session->options.default_path);
    return arena_printf(arena, "%s/%s.db", session->options.data_dir, name);
}

static bool exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

/* The directory's entry must be on disk, too. */
static void sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && fsync(fd) < 0)
        log_errno(LOG_LEVEL_WARNING, "could not sync directory \"%s\"", path);
    if (fd >= 0)
        close(fd);
}

static const char *template_of(const PgQuery__CreatedbStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *option = stmt->options[i]->def_elem;
        if (!strcmp(option->defname, "template") && option->arg && option->arg->node_case == PG_QUERY__NODE__NODE_STRING)
            return option->arg->string->sval;
    }
    return "template1";
}

static struct engine *open_other(struct session *session, const char *path, bool create, struct diag *diag)
{
    struct engine_options options = {
        .path = path, .create = create, .ephemeral = session->options.ephemeral, .env = &session->env};
    return engine_open(&options, diag);
}

/* Fill `path` with a copy of the template's moment, or with nothing. */
static bool fill(struct session *session, const char *template, const char *path, struct arena *arena, struct diag *diag)
{
    if (!strcmp(template, session->database))
        return engine_backup(session->engine, path, NULL, NULL, diag);
    bool is_empty = !strcmp(template, "template0") || !strcmp(template, "template1");
    const char *from = is_empty ? path : database_path(session, arena, template);
    if (!is_empty && (!database_is_file_name(template) || !exists(from)))
        return diag_set(diag, ERRCODE_INVALID_CATALOG_NAME, "template database \"%s\" does not exist", template);
    struct engine *engine = open_other(session, from, is_empty, diag);
    if (!engine)
        return false;
    bool done = is_empty || engine_backup(engine, path, NULL, NULL, diag);
    engine_close(engine);
    return done;
}

static void remove_files(struct arena *arena, const char *path)
{
    unlink(arena_printf(arena, "%s-wal", path));
    unlink(arena_printf(arena, "%s-shm", path));
    unlink(path);
}

bool database_create(struct session *session, PgQuery__CreatedbStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct arena *arena = &portal->arena;
    portal->tag = "CREATE DATABASE";
    if (!txn_prevent_block(session, "CREATE DATABASE", diag))
        return false;
    if (!database_is_file_name(stmt->dbname))
        return diag_set(diag, ERRCODE_INVALID_NAME, "database name \"%s\" cannot be a file name", stmt->dbname);
    char *path = database_path(session, arena, stmt->dbname);
    if (exists(path))
        return diag_set(diag, ERRCODE_DUPLICATE_DATABASE, "database \"%s\" already exists", stmt->dbname);
    /* Nobody sees it before it is whole. */
    char *making = arena_printf(arena, "%s/.%s.%d.new", session->options.data_dir, stmt->dbname, (int) getpid());
    bool done = fill(session, template_of(stmt), making, arena, diag);
    if (done && link(making, path) < 0) {
        if (errno == EEXIST)
            diag_set(diag, ERRCODE_DUPLICATE_DATABASE, "database \"%s\" already exists", stmt->dbname);
        else
            diag_set(diag, ERRCODE_IO_ERROR, "could not create file \"%s\": %s", path, strerror(errno));
        done = false;
    }
    remove_files(arena, making);
    sync_directory(session->options.data_dir);
    return done;
}

bool database_exists(struct session *session, const char *name)
{
    return database_is_file_name(name) && exists(database_path(session, &session->statement_arena, name));
}

/* Sessions that have begun to use it; each tells its database before it opens the file. */
static int sessions_on(struct session *session, const char *name)
{
    int count = 0;
    struct slot_info info;
    for (int i = 0; session->options.shm && i < registry_size(session->options.shm); i++)
        if (slot_read(slot_at(session->options.shm, i), &info) && info.kind == SLOT_CLIENT && info.state >= SLOT_STARTUP &&
            info.state != SLOT_ENDED && info.pid != getpid() && !strcmp(info.database, name))
            count++;
    return count;
}

static bool is_used(struct session *session, const char *name, struct diag *diag)
{
    int others = sessions_on(session, name);
    if (others == 0)
        return false;
    diag_set(diag, ERRCODE_OBJECT_IN_USE, "database \"%s\" is being accessed by other users", name);
    diag_detail(diag,
                others == 1 ? "There is %d other session using the database." : "There are %d other sessions using the database.",
                others);
    return true;
}

static void put_back(const char *hidden, const char *path)
{
    if (rename(hidden, path) < 0)
        log_errno(LOG_LEVEL_ERROR, "could not rename \"%s\" back to \"%s\"", hidden, path);
}

bool database_drop(struct session *session, PgQuery__DropdbStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct arena *arena = &portal->arena;
    portal->tag = "DROP DATABASE";
    if (!txn_prevent_block(session, "DROP DATABASE", diag))
        return false;
    char *path = database_path(session, arena, stmt->dbname);
    if (!database_is_file_name(stmt->dbname) || !exists(path)) {
        if (!stmt->missing_ok)
            return diag_set(diag, ERRCODE_INVALID_CATALOG_NAME, "database \"%s\" does not exist", stmt->dbname);
        struct diag notice = {0};
        diag_set(&notice, ERRCODE_SUCCESSFUL_COMPLETION, "database \"%s\" does not exist, skipping", stmt->dbname);
        notice.severity = "NOTICE";
        session_notice(session, &notice);
        return true;
    }
    if (!strcmp(stmt->dbname, session->database))
        return diag_set(diag, ERRCODE_OBJECT_IN_USE, "cannot drop the currently open database");
    /* Spare workers hold its file open. */
    if (!strcmp(stmt->dbname, session->options.default_name))
        return diag_set(diag, ERRCODE_OBJECT_IN_USE, "cannot drop the server's default database");
    /* Out of the way first, so that nobody opens it any more; then nobody may have it open. */
    char *hidden = arena_printf(arena, "%s/.%s.%d.drop", session->options.data_dir, stmt->dbname, (int) getpid());
    if (rename(path, hidden) < 0)
        return diag_set(diag, ERRCODE_IO_ERROR, "could not remove file \"%s\": %s", path, strerror(errno));
    if (is_used(session, stmt->dbname, diag)) {
        put_back(hidden, path);
        return false;
    }
    shm_count(session->options.shm, SHM_DATABASES_MOVED, 1);
    unlink(hidden);
    remove_files(arena, path);
    sync_directory(session->options.data_dir);
    return overrides_rename(session->options.data_dir, stmt->dbname, NULL, diag);
}

/* Everything in the one file that will have the new name: its log is found by that. */
static bool settle(struct session *session, const char *path, struct diag *diag)
{
    int64_t frames, done;
    struct engine *engine = open_other(session, path, false, diag);
    bool good = engine && engine_checkpoint(engine, READERS_PATIENCE_MS, &frames, &done, diag);
    if (engine)
        engine_close(engine);
    return good;
}

bool database_rename(struct session *session, PgQuery__RenameStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct arena *arena = &portal->arena;
    const char *name = stmt->subname, *new_name = stmt->newname;
    portal->tag = "ALTER DATABASE";
    if (!txn_prevent_block(session, "ALTER DATABASE ... RENAME", diag))
        return false;
    char *path = database_path(session, arena, name), *new_path = database_path(session, arena, new_name);
    if (!database_is_file_name(name) || !exists(path))
        return diag_set(diag, ERRCODE_INVALID_CATALOG_NAME, "database \"%s\" does not exist", name);
    if (!database_is_file_name(new_name))
        return diag_set(diag, ERRCODE_INVALID_NAME, "database name \"%s\" cannot be a file name", new_name);
    if (exists(new_path) || !strcmp(new_name, "template0") || !strcmp(new_name, "template1"))
        return diag_set(diag, ERRCODE_DUPLICATE_DATABASE, "database \"%s\" already exists", new_name);
    if (!strcmp(name, session->database))
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "current database cannot be renamed");
    /* Spare workers hold its file open. */
    if (!strcmp(name, session->options.default_name))
        return diag_set(diag, ERRCODE_OBJECT_IN_USE, "cannot rename the server's default database");
    if (is_used(session, name, diag) || !settle(session, path, diag))
        return false;
    char *hidden = arena_printf(arena, "%s/.%s.%d.rename", session->options.data_dir, name, (int) getpid());
    if (rename(path, hidden) < 0)
        return diag_set(diag, ERRCODE_IO_ERROR, "could not rename file \"%s\": %s", path, strerror(errno));
    struct stat log;
    char *log_path = arena_printf(arena, "%s-wal", path);
    bool good = !is_used(session, name, diag);
    if (good && stat(log_path, &log) == 0 && log.st_size > 0)
        good = diag_set(diag, ERRCODE_OBJECT_IN_USE, "database \"%s\" is being written by another program", name);
    /* Whoever still has the file open will not find its log under the new name. */
    shm_count(session->options.shm, SHM_DATABASES_MOVED, 1);
    if (good && renameat2(AT_FDCWD, hidden, AT_FDCWD, new_path, RENAME_NOREPLACE) < 0)
        good = diag_set(diag, ERRCODE_IO_ERROR, "could not rename file \"%s\" to \"%s\": %s", path, new_path, strerror(errno));
    if (!good) {
        put_back(hidden, path);
        return false;
    }
    remove_files(arena, path);
    sync_directory(session->options.data_dir);
    return overrides_rename(session->options.data_dir, name, new_name, diag);
}
