#include "engine/checkpointer.h"

#include "engine/engine.h"
#include "shm/clock.h"
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
 * times as long, or until they have written much more. A reader that has held the log for longer than this would wait is likely to go on: then no wait is made.
 *
 * The log is looked at the more often the faster it grows. */

enum {
    LOOK_MS = 100,
    LOOK_MIN_MS = 5,
    PAGES_UNTIL_RESTART = 2000,
    PAGES_WORTH_A_PASS = 1000,
    ANY_PASS_MS = 5000, /* a few frames are copied after this long, too: a foreign program's are only seen by the file's size */
    TRIM_MS = 20000,    /* an idle log is cut to nothing */
    SHRINK_MS = 3000,   /* without a change */
    OPTIMIZE_MS = 3600 * 1000,
    FREE_PAGES_KEPT = 1000,
    FREE_SHARE_KEPT = 5, /* a fifth of the file */
    PAGES_A_SLICE = 500,
    BETWEEN_RESTARTS_MS = 200, /* a reader may hold the log: do not stop writers at every look */
    WHILE_HELD_MS = 500,
    GATE_PATIENCE_MS = 1000,
    READERS_PATIENCE_MAX_MS = 5000,
    REST_TIMES_PATIENCE = 10, /* what waiting for readers may take of the time of writers who write little */
};
static const off_t WAL_LIMIT = 64 << 20;
static const double GROWTH_A_LOOK = 4 << 20;

/* Moments are in ms, monotonic. */
struct watched {
    struct engine *engine; /* NULL: not open */
    ino_t inode;           /* whose handle it is */
    int64_t moved;         /* how many databases had been dropped or renamed when it was opened */
    off_t size;            /* of the log when last looked at */
    uint32_t copied;       /* frames of the log, at the last pass */
    int64_t stuck_since;   /* when that number last changed */
    int64_t quiet_since;   /* when the log last changed */
    int64_t last_look, last_pass, last_optimize;
    int64_t next_restart, next_trim; /* when writers may be stopped again … */
    off_t next_trim_size;            /* … or the log's size at which they may before that */
    double growth;                   /* bytes in a ms */
    bool is_prepared;                /* copied as far as it could be, since the log has become this large */
    bool is_trimmed, is_shrunk, is_reported;
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

/* Have the handle of the file that the area stands for now. One whose file was renamed has a log that is nobody else's, even if the file has its old name
 * again: what it copied would be nothing, and the log that it removed at its end another one. */
static bool open_database(const struct checkpointer *self, struct watched *database, const struct gate *gate, const char *path)
{
    struct stat file;
    struct diag diag = {0};
    int64_t moved = shm_counter(self->shm, SHM_DATABASES_MOVED);
    bool exists = stat(path, &file) == 0 && file.st_ino == gate_inode(gate);
    if (database->engine && (!exists || database->inode != file.st_ino || database->moved != moved)) {
        engine_leave_log(database->engine);
        close_database(database);
    }
    if (database->engine || !exists)
        return exists;
    struct engine_options options = {.path = path, .cache_kib = 256};
    database->engine = engine_open(&options, &diag);
    database->inode = file.st_ino;
    database->moved = moved;
    database->last_look = database->last_pass = database->last_optimize = database->stuck_since = database->quiet_since =
        clock_ms();
    report(database, path, &diag);
    return database->engine != NULL;
}

/* The checkpointer's turn at the writer gate; false: not now. */
static bool stop_writers(struct checkpointer *self, struct gate *gate)
{
    return self->slot && gate_acquire(gate, self->slot, GATE_PATIENCE_MS, self->stop) == GATE_ACQUIRED;
}

/* One pass. patience_ms: as engine_checkpoint() has it. */
static void pass(struct checkpointer *self, struct watched *database, const char *path, int patience_ms)
{
    struct diag diag = {0};
    int64_t frames = 0, done = 0;
    bool whole = engine_checkpoint(database->engine, patience_ms, &frames, &done, &diag);
    uint32_t copied = done > 0 ? (uint32_t) done : 0;
    database->last_pass = clock_ms();
    if (copied != database->copied)
        database->stuck_since = database->last_pass;
    database->copied = copied;
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

static void trim_later(struct watched *database, int after_ms)
{
    database->next_trim = clock_ms() + after_ms;
    database->next_trim_size = database->size + WAL_LIMIT;
}

/* Copy everything while writers wait, so that the log can be begun anew. */
static void restart(struct checkpointer *self, struct watched *database, struct gate *gate, const char *path)
{
    /* Most of the work before they are stopped. */
    pass(self, database, path, 0);
    if (!stop_writers(self, gate))
        return;
    pass(self, database, path, 0);
    gate_release(gate, self->slot);
    database->next_restart = clock_ms() + BETWEEN_RESTARTS_MS;
}

/* Copy everything and cut the log to nothing. */
static void trim(struct checkpointer *self, struct watched *database, struct gate *gate, const char *path)
{
    /* Most of the work before writers are stopped; but once only, or writers who are faster than the disk would get ever further ahead. */
    if (!database->is_prepared)
        pass(self, database, path, 0);
    database->is_prepared = true;
    int patience = patience_for(database->size);
    if (gate_wal_pages(gate) > database->copied && clock_ms() - database->stuck_since > patience) {
        pass(self, database, path, 0);
        trim_later(database, WHILE_HELD_MS);
        return;
    }
    if (!stop_writers(self, gate))
        return;
    pass(self, database, path, patience);
    if (database->is_trimmed) {
        gate_set_wal_pages(gate, 0);
        database->is_prepared = false;
    }
    gate_release(gate, self->slot);
    trim_later(database, database->is_trimmed ? 0 : patience * REST_TIMES_PATIENCE);
}

/* Statistics for the query planner, when tables have outgrown theirs. A change like any other, so at the gate. */
static void optimize(struct checkpointer *self, struct watched *database, struct gate *gate, const char *path)
{
    struct diag diag = {0};
    database->last_optimize = clock_ms();
    if (!stop_writers(self, gate))
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
    database->is_shrunk = true;
    bool good = engine_free_pages(database->engine, &free, &all, &diag);
    for (int64_t excess = free > FREE_PAGES_KEPT && free > all / FREE_SHARE_KEPT ? free - all / FREE_SHARE_KEPT : 0;
         good && excess > 0 && !*self->stop; excess -= PAGES_A_SLICE) {
        if (!stop_writers(self, gate))
            break;
        good = engine_give_back(database->engine, PAGES_A_SLICE, &diag);
        gate_release(gate, self->slot);
        has_given = true;
    }
    if (has_given)
        pass(self, database, path, 0);
    report(database, path, &diag);
}

/* How long may pass until the next look, so that the log grows by little: it goes on as it did. */
static int pause_for(struct watched *database, off_t grown, int64_t ms)
{
    double growth = grown > 0 ? (double) grown / (double) (ms > 0 ? ms : 1) : 0;
    database->growth = growth > database->growth / 2 ? growth : database->growth / 2;
    double pause = database->growth * LOOK_MS > GROWTH_A_LOOK ? GROWTH_A_LOOK / database->growth : LOOK_MS;
    return pause > LOOK_MIN_MS ? (int) pause : LOOK_MIN_MS;
}

/* Returns for how many ms the log may now be left alone. */
static int look(struct checkpointer *self, struct watched *database, struct gate *gate, const char *path)
{
    int64_t now = clock_ms();
    off_t size = wal_size(path);
    int pause = pause_for(database, size - database->size, now - database->last_look);
    uint32_t pages = gate_wal_pages(gate);
    bool has_changed = size != database->size || pages != database->copied;
    if (has_changed) {
        database->quiet_since = now;
        database->is_shrunk = false;
    }
    database->size = size;
    database->last_look = now;
    int64_t quiet = now - database->quiet_since;
    /* Fewer than were copied: the log was begun anew. */
    uint32_t waiting = pages >= database->copied ? pages - database->copied : pages;
    bool may_trim = now >= database->next_trim || size > database->next_trim_size;
    if (size > WAL_LIMIT && waiting > 0 && may_trim)
        trim(self, database, gate, path);
    else if (size <= WAL_LIMIT && pages > PAGES_UNTIL_RESTART && waiting > 0 && now >= database->next_restart)
        restart(self, database, gate, path);
    else if (waiting >= PAGES_WORTH_A_PASS || (has_changed && now - database->last_pass >= ANY_PASS_MS))
        pass(self, database, path, 0);
    else if (size > 0 && !database->is_trimmed && may_trim && quiet >= TRIM_MS)
        trim(self, database, gate, path);
    else if (!database->is_shrunk && quiet >= SHRINK_MS)
        shrink(self, database, gate, path);
    else if (now - database->last_optimize >= OPTIMIZE_MS && quiet > 0)
        optimize(self, database, gate, path);
    return pause;
}

/* Returns how many ms to wait until the next look. */
static int look_at_all(struct checkpointer *self)
{
    struct gate *gate;
    int pause = LOOK_MS;
    for (int i = 0; (gate = gate_at(self->shm, i)) && !*self->stop; i++) {
        if (i == self->count) {
            self->databases = xrealloc(self->databases, sizeof *self->databases * (size_t) (i + 1));
            self->databases[self->count++] = (struct watched){0};
        }
        const char *path = gate_path(gate);
        if (path && open_database(self, &self->databases[i], gate, path)) {
            int wanted = look(self, &self->databases[i], gate, path);
            pause = wanted < pause ? wanted : pause;
        } else if (!path) {
            close_database(&self->databases[i]);
        }
    }
    return pause;
}

void checkpointer_run(struct shm *shm, volatile const int *stop)
{
    struct checkpointer self = {.shm = shm, .slot = own_slot(shm), .stop = stop};
    while (!*stop) {
        int pause = look_at_all(&self);
        usleep((useconds_t) pause * 1000);
    }
    for (int i = 0; i < self.count; i++) {
        const char *path = gate_path(gate_at(shm, i));
        if (path && open_database(&self, &self.databases[i], gate_at(shm, i), path))
            pass(&self, &self.databases[i], path, READERS_PATIENCE_MS);
        close_database(&self.databases[i]);
    }
    free(self.databases);
}
