#include "session/utility.h"

#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* CREATE DATABASE and DROP DATABASE: a database is a file of the data directory. */

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

static int sessions_on(struct session *session, const char *name)
{
    int count = 0;
    struct slot_info info;
    for (int i = 0; session->options.shm && i < registry_size(session->options.shm); i++)
        if (slot_read(slot_at(session->options.shm, i), &info) && info.kind == SLOT_CLIENT && info.state > SLOT_STARTUP &&
            info.state != SLOT_ENDED && info.pid != getpid() && !strcmp(info.database, name))
            count++;
    return count;
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
    int others = sessions_on(session, stmt->dbname);
    if (others > 0) {
        diag_set(diag, ERRCODE_OBJECT_IN_USE, "database \"%s\" is being accessed by other users", stmt->dbname);
        return diag_detail(diag,
                           others == 1 ? "There is %d other session using the database."
                                       : "There are %d other sessions using the database.",
                           others);
    }
    if (unlink(path) < 0)
        return diag_set(diag, ERRCODE_IO_ERROR, "could not remove file \"%s\": %s", path, strerror(errno));
    remove_files(arena, path);
    sync_directory(session->options.data_dir);
    return true;
}
