#include "engine/checkpointer.h"

#include "engine/engine.h"
#include "shm/gate.h"
#include "util/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LOOK_MS = 200,
    PAGES_WORTH_COPYING = 1000, /* frames of 4 KiB that make a pass worth its syncs */
    WAL_LIMIT = 64 << 20,       /* beyond, the log is cut off as soon as no reader needs it */
    OPTIMIZE_ROUNDS = 3000,
};

struct watched {
    struct engine *engine;
    const char *path;
    off_t seen;      /* size of the log at the last pass */
    int idle_rounds;
};

static off_t wal_size(const char *path)
{
    char name[4200];
    struct stat file;
    snprintf(name, sizeof name, "%s-wal", path);
    return stat(name, &file) == 0 ? file.st_size : 0;
}

static struct engine *open_database(const char *path)
{
    struct diag diag = {0};
    struct engine_options options = {.path = path, .cache_kib = 256};
    struct engine *engine = engine_open(&options, &diag);
    if (!engine)
        log_write(LOG_LEVEL_WARNING, "checkpointer: %s", diag.message);
    diag_clear(&diag);
    return engine;
}

static void checkpoint(struct shm *shm, struct watched *database, bool truncate)
{
    struct diag diag = {0};
    int64_t frames = 0, done = 0;
    engine_checkpoint(database->engine, truncate, &frames, &done, &diag);
    if (diag_is_set(&diag))
        log_write(LOG_LEVEL_WARNING, "checkpointer: %s: %s", database->path, diag.message);
    diag_clear(&diag);
    shm_count(shm, SHM_CHECKPOINTS, 1);
}

static void look(struct shm *shm, struct watched *database)
{
    off_t size = wal_size(database->path);
    bool grown = size != database->seen;
    database->idle_rounds = grown ? 0 : database->idle_rounds + 1;
    database->seen = size;
    if (size > WAL_LIMIT)
        checkpoint(shm, database, true);
    else if (size >= PAGES_WORTH_COPYING * 4096L || database->idle_rounds == 5)
        checkpoint(shm, database, false);
    if (database->idle_rounds == OPTIMIZE_ROUNDS) {
        struct diag diag = {0};
        engine_exec(database->engine, "PRAGMA optimize", &diag);
        diag_clear(&diag);
    }
}

void checkpointer_run(struct shm *shm, volatile const int *stop)
{
    struct watched *databases = NULL;
    int count = 0;
    while (!*stop) {
        struct gate *gate;
        for (int i = 0; (gate = gate_at(shm, i)) && gate_path(gate); i++) {
            if (i >= count) {
                databases = xrealloc(databases, sizeof *databases * (size_t) (count + 1));
                databases[count++] = (struct watched){.engine = open_database(gate_path(gate)), .path = gate_path(gate)};
            }
            if (databases[i].engine)
                look(shm, &databases[i]);
        }
        usleep(LOOK_MS * 1000);
    }
    for (int i = 0; i < count; i++) {
        if (databases[i].engine) {
            checkpoint(shm, &databases[i], true);
            engine_close(databases[i].engine);
        }
    }
    free(databases);
}
