#include "engine/checkpointer.h"

#include "engine/engine.h"
#include "shm/gate.h"
#include "util/arena.h"
#include "util/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A passive pass copies what it can and stops nobody, so it is the usual one. But while somebody always writes or reads, it never quite catches up, and
 * only a log that is copied whole can be begun anew: past PAGES_UNTIL_RESTART the checkpointer takes its turn at the writer gate, and copies the rest
 * while no commit comes in between. The next writer then overwrites the log from its start, and syncing blocks that were there before is cheaper
 * than syncing a file that grows. A log past WAL_LIMIT is cut. Open handles keep its file from being removed and made again.
 *
 * To be cut, or begun anew, a log must be without readers for a moment, and where statements overlap there is no such moment by itself. So writers wait:
 * readers that come meanwhile find all in the database file and need the log no more, and once those that were there have ended, it is free. That takes
 * as long as the longest of them, which nobody knows before; the larger the log, the longer this waits, and then it leaves writers alone for several
 * times as long, or until they have written much more. A reader that holds one snapshot all the time is told by the copied part's not growing: no wait would help, and none is made. */

enum {
    LOOK_MS = 100,
    PAGES_UNTIL_RESTART = 2000,
    PAGES_WORTH_A_PASS = 1000,
    LOOKS_UNTIL_ANY_PASS =
        50, /* a few frames are copied after this long, too: a foreign program's are only seen by the file's size */
    LOOKS_UNTIL_TRIM = 200,           /* an idle log is cut to nothing */
    LOOKS_UNTIL_OPTIMIZE = 10 * 3600, /* an hour */
    LOOKS_UNTIL_SHRINK = 30,          /* without a change */
    FREE_PAGES_KEPT = 1000,
    FREE_SHARE_KEPT = 5, /* a fifth of the file */
    PAGES_A_SLICE = 500,
    LOOKS_BETWEEN_RESTARTS = 2, /* a reader may hold the log: do not stop writers at every look */
    LOOKS_WHILE_HELD = 5,
    GATE_PATIENCE_MS = 1000,
    READERS_PATIENCE_MAX_MS = 5000,
    REST_TIMES_PATIENCE = 10, /* what waiting for readers may take of the time of writers who write little */
};
static const off_t WAL_LIMIT = 64 << 20;

struct watched {
    struct engine *engine; /* NULL: not open */
    ino_t inode;           /* whose handle it is */
    uint32_t copied;       /* frames of the log as it was at the last whole pass */
    off_t size;            /* of the log when last looked at */
    int quiet;             /* looks since it changed */
    int since_pass, since_optimize;
    int until_trim;   /* looks to leave out after a reader was in the way */
    uint32_t held_at; /* frames that were copied when a reader was in the way; 0: none was */
    off_t next_try;   /* a log of this size is tried again before that time is over */
    bool is_trimmed, is_reported;
};

struct checkpointer {
    struct shm *shm;
    struct session_slot *slot; /* NULL: none */
    volatile const int *stop;
    struct watched *databases; /* by gate */
    int count;
};

static struct session_slot *own_slot(struct shm *shm)
{
    for (int i = 0; i < registry_size(shm); i++)
        if (slot_pid(slot_at(shm, i)) == getpid())
            return slot_at(shm, i);
    return NULL;
}

static off_t wal_size(const char *path)
{
    char name[4200];
    struct stat file;
    snprintf(name, sizeof name, "%s-wal", path);
    return stat(name, &file) == 0 ? file.st_size : 0;
}

static void report(struct watched *database, const char *path, struct diag *diag)
{
    if (diag_is_set(diag) && !database->is_reported)
        log_write(LOG_LEVEL_WARNING, "checkpointer: %s: %s", path, diag->message);
    database->is_reported = diag_is_set(diag);
    diag_clear(diag);
}

static void close_database(struct watched *database)
{
    if (database->engine)
        engine_close(database->engine);
    *database = (struct watched){0};
}

/* Have the handle of the file that the area stands for now. */
static bool open_database(struct watched *database, const struct gate *gate, const char *path)
{
    struct stat file;
    struct diag diag = {0};
    bool exists = stat(path, &file) == 0 && file.st_ino == gate_inode(gate);
    if (database->engine && (!exists || database->inode != file.st_ino))
        close_database(database);
    if (database->engine || !exists)
        return exists;
    struct engine_options options = {.path = path, .cache_kib = 256};
    database->engine = engine_open(&options, &diag);
    database->inode = file.st_ino;
    report(database, path, &diag);
    return database->engine != NULL;
}

/* One pass. patience_ms: as engine_checkpoint() has it. */
static void pass(struct checkpointer *self, struct watched *database, const char *path, int patience_ms)
{
    struct diag diag = {0};
    int64_t frames = 0, done = 0;
    bool whole = engine_checkpoint(database->engine, patience_ms, &frames, &done, &diag);
    database->copied = done > 0 ? (uint32_t) done : 0;
    database->since_pass = 0;
    database->is_trimmed = patience_ms && whole;
    database->size = wal_size(path);
    shm_count(self->shm, SHM_CHECKPOINTS, 1);
    report(database, path, &diag);
}

/* For readers, so that a log of this size can be cut. */
static int patience_for(off_t size)
{
    double times = (double) size / (double) WAL_LIMIT;
    double wanted = READERS_PATIENCE_MS * (times > 1 ? times * times : 1);
    return wanted < READERS_PATIENCE_MAX_MS ? (int) wanted : READERS_PATIENCE_MAX_MS;
}

/* Copy everything, so that the log can be begun anew; `truncate`: and cut it to nothing. */
static void finish(struct checkpointer *self, struct watched *database, struct gate *gate, const char *path, bool truncate)
{
    /* Most of the work before writers are stopped. */
    pass(self, database, path, 0);
    if (truncate && database->held_at && database->held_at == database->copied) {
        database->until_trim = LOOKS_WHILE_HELD;
        database->next_try = wal_size(path) + WAL_LIMIT;
        return;
    }
    if (!self->slot || gate_acquire(gate, self->slot, GATE_PATIENCE_MS, self->stop) != GATE_ACQUIRED)
        return;
    int patience = patience_for(database->size);
    pass(self, database, path, truncate ? patience : 0);
    if (!truncate) {
        database->until_trim = LOOKS_BETWEEN_RESTARTS;
    } else if (database->is_trimmed) {
        gate_set_wal_pages(gate, 0);
        database->held_at = 0;
        database->next_try = 0;
    } else {
        database->until_trim = patience * REST_TIMES_PATIENCE / LOOK_MS;
        database->held_at = database->copied;
        database->next_try = wal_size(path) + WAL_LIMIT;
    }
    gate_release(gate, self->slot);
}

/* Statistics for the query planner, when tables have outgrown theirs. A change like any other, so at the gate. */
static void optimize(struct checkpointer *self, struct watched *database, struct gate *gate, const char *path)
{
    struct diag diag = {0};
    database->since_optimize = 0;
    if (!self->slot || gate_acquire(gate, self->slot, GATE_PATIENCE_MS, self->stop) != GATE_ACQUIRED)
        return;
    engine_exec(database->engine, "PRAGMA analysis_limit = 400; PRAGMA optimize(0x10002)", &diag);
    gate_release(gate, self->slot);
    report(database, path, &diag);
}

/* What deleted rows have left goes back to the file system, when it is much, a slice at a time so that writers wait for little. */
static void shrink(struct checkpointer *self, struct watched *database, struct gate *gate, const char *path)
{
    struct diag diag = {0};
    int64_t free = 0, all = 0;
    bool has_given = false;
    bool good = engine_free_pages(database->engine, &free, &all, &diag);
    for (int64_t excess = free > FREE_PAGES_KEPT && free > all / FREE_SHARE_KEPT ? free - all / FREE_SHARE_KEPT : 0;
         good && excess > 0 && !*self->stop; excess -= PAGES_A_SLICE) {
        if (!self->slot || gate_acquire(gate, self->slot, GATE_PATIENCE_MS, self->stop) != GATE_ACQUIRED)
            break;
        good = engine_give_back(database->engine, PAGES_A_SLICE, &diag);
        gate_release(gate, self->slot);
        has_given = true;
    }
    if (has_given)
        pass(self, database, path, 0);
    report(database, path, &diag);
}

static void look(struct checkpointer *self, struct watched *database, struct gate *gate, const char *path)
{
    off_t size = wal_size(path);
    uint32_t pages = gate_wal_pages(gate);
    bool has_changed = size != database->size || pages != database->copied;
    database->quiet = has_changed ? 0 : database->quiet + 1;
    database->since_pass++;
    database->since_optimize++;
    /* Fewer than were copied: the log was begun anew. */
    uint32_t waiting = pages >= database->copied ? pages - database->copied : pages;
    database->until_trim -= database->until_trim > 0;
    if (size > WAL_LIMIT && waiting > 0 && (!database->until_trim || size > database->next_try))
        finish(self, database, gate, path, true);
    else if (pages > PAGES_UNTIL_RESTART && waiting > 0 && !database->until_trim)
        finish(self, database, gate, path, false);
    else if (waiting >= PAGES_WORTH_A_PASS || (has_changed && database->since_pass >= LOOKS_UNTIL_ANY_PASS))
        pass(self, database, path, 0);
    else if (size > 0 && !database->is_trimmed && !database->until_trim && database->quiet >= LOOKS_UNTIL_TRIM)
        finish(self, database, gate, path, true);
    else if (database->quiet == LOOKS_UNTIL_SHRINK)
        shrink(self, database, gate, path);
    else if (database->since_optimize >= LOOKS_UNTIL_OPTIMIZE && database->quiet > 0)
        optimize(self, database, gate, path);
    database->size = size;
}

static void look_at_all(struct checkpointer *self)
{
    struct gate *gate;
    for (int i = 0; (gate = gate_at(self->shm, i)) && !*self->stop; i++) {
        if (i == self->count) {
            self->databases = xrealloc(self->databases, sizeof *self->databases * (size_t) (i + 1));
            self->databases[self->count++] = (struct watched){0};
        }
        const char *path = gate_path(gate);
        if (path && open_database(&self->databases[i], gate, path))
            look(self, &self->databases[i], gate, path);
        else if (!path)
            close_database(&self->databases[i]);
    }
}

void checkpointer_run(struct shm *shm, volatile const int *stop)
{
    struct checkpointer self = {.shm = shm, .slot = own_slot(shm), .stop = stop};
    while (!*stop) {
        look_at_all(&self);
        usleep(LOOK_MS * 1000);
    }
    for (int i = 0; i < self.count; i++) {
        const char *path = gate_path(gate_at(shm, i));
        if (self.databases[i].engine && path)
            pass(&self, &self.databases[i], path, READERS_PATIENCE_MS);
        close_database(&self.databases[i]);
    }
    free(self.databases);
}
