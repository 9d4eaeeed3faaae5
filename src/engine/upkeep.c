#include "engine/internal.h"

#include "shm/shm.h"

#include <stdio.h>

/* What the checkpointer does to a file, with a handle of its own. */

/* SQLite notes which snapshot holds it up, then waits for that reader's slot. A newer reader may have taken the slot since, and with readers that overlap
 * it is never free again. Asked anew, SQLite sees that nothing is in its way. */
enum { ASK_ANEW_US = 20000 };

bool engine_checkpoint(struct engine *engine, int patience_ms, int64_t *wal_frames, int64_t *checkpointed, struct diag *diag)
{
    int frames = 0, done = 0, code;
    int mode = patience_ms ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int64_t left_us = patience_ms * 1000LL;
    do {
        int64_t slice = left_us < ASK_ANEW_US ? left_us : ASK_ANEW_US;
        engine->patience_us = slice;
        code = sqlite3_wal_checkpoint_v2(engine->db, NULL, mode, &frames, &done);
        if (code == SQLITE_BUSY && engine->patience_us == slice) /* somebody else's checkpoint: it is not waited for */
            engine_wait_for_others(engine, 0);
        left_us -= slice - engine->patience_us;
        engine->patience_us = 0;
    } while (code == SQLITE_BUSY && left_us > 0 && !engine_is_interrupted(engine));
    *wal_frames = frames;
    *checkpointed = done;
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        return engine_report(engine, code, diag);
    shm_count(engine->shm, SHM_CHECKPOINTS, 1);
    return code == SQLITE_OK && frames == done;
}

static bool read_number(struct engine *engine, const char *sql, int64_t *number, struct diag *diag)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(engine->db, sql, -1, &stmt, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW)
        *number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return code == SQLITE_ROW || engine_report(engine, code, diag);
}

bool engine_free_pages(struct engine *engine, int64_t *free, int64_t *all, struct diag *diag)
{
    int64_t mode = 0;
    *free = *all = 0;
    return read_number(engine, "PRAGMA auto_vacuum", &mode, diag) && read_number(engine, "PRAGMA page_count", all, diag) &&
           (mode == 0 || read_number(engine, "PRAGMA freelist_count", free, diag));
}

bool engine_give_back(struct engine *engine, int64_t pages, struct diag *diag)
{
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA incremental_vacuum(%lld)", (long long) pages);
    return engine_exec(engine, sql, diag);
}
