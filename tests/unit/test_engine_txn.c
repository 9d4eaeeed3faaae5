#include "engine_support.h"

#include "engine/checkpointer.h"
#include "engine/internal.h"
#include "shm/clock.h"
#include "shm/gate.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>

static struct shm *shm;
static struct engine *engine;
static struct diag diag;

static void set_up(void)
{
    shm = test_segment();
    test_database();
    engine = test_engine(shm);
    test_exec(engine, "CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER)");
}

static void tear_down(void)
{
    engine_close(engine);
    test_remove();
}

TestSuite(engine_txn, .init = set_up, .fini = tear_down, .timeout = 60);

Test(engine_txn, commits_and_rolls_back)
{
    cr_assert(engine_begin_write(engine, 0, &diag));
    cr_assert_eq(engine_txn_state(engine), ENGINE_TXN_WRITE);
    test_exec(engine, "INSERT INTO t VALUES (1, 1)");
    cr_assert(engine_commit(engine, ENGINE_DURABLE, &diag));
    cr_assert_eq(shm_counter(shm, SHM_WAL_SYNCS), 1);
    cr_assert(engine_begin_write(engine, 0, &diag));
    test_exec(engine, "INSERT INTO t VALUES (2, 1)");
    engine_rollback(engine);
    cr_assert_eq(engine_txn_state(engine), ENGINE_TXN_NONE);
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 1);
    /* What changed nothing waits for no disk. */
    cr_assert(engine_begin_write(engine, 0, &diag));
    cr_assert(engine_commit(engine, ENGINE_DURABLE, &diag));
    cr_assert_eq(shm_counter(shm, SHM_WAL_SYNCS), 1);
}

Test(engine_txn, has_savepoints)
{
    cr_assert(engine_begin_write(engine, 0, &diag));
    for (int depth = 1; depth <= 12; depth++) {
        cr_assert(engine_savepoint(engine, depth, &diag));
        test_exec(engine, "INSERT INTO t (b) VALUES (1)");
    }
    cr_assert(engine_rollback_to(engine, 10, &diag));
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 9);
    cr_assert(engine_release(engine, 10, &diag));
    cr_assert(engine_rollback_to(engine, 3, &diag));
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 2);
    cr_assert(engine_commit(engine, ENGINE_DURABLE, &diag));
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 2);
}

Test(engine_txn, reads_one_snapshot_and_refuses_to_write_over_a_newer_one)
{
    struct engine *other = test_engine(shm);
    cr_assert(engine_begin_snapshot(engine, &diag));
    cr_assert(engine_begin_write(other, 0, &diag));
    test_exec(other, "INSERT INTO t VALUES (1, 1)");
    cr_assert(engine_commit(other, ENGINE_DURABLE, &diag));
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 0);
    cr_assert_not(engine_begin_write(engine, 0, &diag));
    cr_assert_str_eq(diag.sqlstate, ERRCODE_SERIALIZATION_FAILURE);
    engine_rollback(engine);
    cr_assert(engine_begin_snapshot(engine, &diag));
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 1);
    cr_assert(engine_begin_write(engine, 0, &diag));
    test_exec(engine, "UPDATE t SET b = 2");
    cr_assert(engine_commit(engine, ENGINE_DURABLE, &diag));
    cr_assert_eq(test_number(other, "SELECT b FROM t"), 2);
    engine_close(other);
}

static void hold_the_gate(void *argument)
{
    (void) argument;
    struct engine *own = test_engine(shm);
    engine_begin_write(own, 0, &diag);
    test_exec(own, "INSERT INTO t VALUES (99, 99)");
}

Test(engine_txn, times_out_behind_another_writer)
{
    pid_t owner = test_child(hold_the_gate, NULL);
    cr_assert_not(engine_begin_write(engine, 100, &diag));
    cr_assert_str_eq(diag.sqlstate, ERRCODE_LOCK_NOT_AVAILABLE);
    cr_assert_str_eq(diag.message, "canceling statement due to lock timeout");
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 0);
    test_kill(owner);
}

Test(engine_txn, goes_on_after_a_writer_was_killed_in_its_transaction)
{
    test_kill(test_child(hold_the_gate, NULL));
    cr_assert(engine_begin_write(engine, 5000, &diag), "%s", diag.message);
    test_exec(engine, "INSERT INTO t VALUES (1, 1)");
    cr_assert(engine_commit(engine, ENGINE_DURABLE, &diag));
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 1);
}

static void lock_as_a_foreigner(void *argument)
{
    (void) argument;
    /* Without the segment: another program, that knows only SQLite's lock. */
    test_exec(test_engine(NULL), "BEGIN IMMEDIATE");
}

Test(engine_txn, waits_for_a_foreign_writer)
{
    pid_t foreigner = test_child(lock_as_a_foreigner, NULL);
    cr_assert_not(engine_begin_write(engine, 100, &diag));
    cr_assert_str_eq(diag.sqlstate, ERRCODE_LOCK_NOT_AVAILABLE);
    test_kill(foreigner);
    cr_assert(engine_begin_write(engine, 5000, &diag));
    cr_assert(engine_commit(engine, ENGINE_DURABLE, &diag));
}

static bool add_one(struct engine *own, struct engine_stmt *update)
{
    struct diag report = {0};
    if (!engine_begin_write(own, 0, &report))
        return false;
    enum engine_step step = engine_step(update, &report);
    engine_reset(update);
    return step == ENGINE_DONE && engine_commit(own, ENGINE_DURABLE, &report);
}

static void add_many(int times)
{
    struct diag report = {0};
    struct engine *own = test_engine(shm);
    static const char sql[] = "UPDATE t SET b = b + 1 WHERE a = 1";
    struct engine_stmt *update = engine_prepare(own, sql, sizeof sql - 1, true, &report);
    for (int i = 0; i < times; i++)
        if (!add_one(own, update))
            _exit(1);
    engine_finalize(update);
    engine_close(own);
    _exit(0);
}

Test(engine_txn, loses_no_change_among_writers)
{
    enum { WRITERS = 6, TIMES = 200 };
    pid_t writers[WRITERS];
    test_exec(engine, "INSERT INTO t VALUES (1, 0)");
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = test_fork();
        if (writers[i] == 0)
            add_many(TIMES);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        waitpid(writers[i], &status, 0);
        cr_assert_eq(status, 0);
    }
    cr_assert_eq(test_number(engine, "SELECT b FROM t"), WRITERS * TIMES);
    cr_assert_eq(shm_counter(shm, SHM_COMMITS_SYNCED), WRITERS * TIMES);
    cr_assert_lt(shm_counter(shm, SHM_WAL_SYNCS), WRITERS * TIMES, "one sync serves several");
}

/* Writers that are killed anywhere: what they were told is committed is there, the file is whole, and the others go on. */
Test(engine_txn, keeps_commits_of_killed_writers)
{
    volatile int64_t *told = mmap(NULL, sizeof *told * 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    test_exec(engine, "CREATE TABLE log (writer INTEGER, n INTEGER, PRIMARY KEY (writer, n))");
    for (int round = 0; round < 24; round++) {
        pid_t writer = test_fork();
        if (writer == 0) {
            struct diag report = {0};
            struct engine *own = test_engine(shm);
            char sql[80];
            for (int64_t n = 1;; n++) {
                snprintf(sql, sizeof sql, "INSERT INTO log VALUES (%d, %lld)", round, (long long) n);
                if (!engine_begin_write(own, 0, &report) || !engine_exec(own, sql, &report) ||
                    !engine_commit(own, ENGINE_DURABLE, &report))
                    _exit(1);
                told[round] = n;
            }
        }
        usleep((unsigned) (20000 + rand() % 30000));
        if (round % 3 != 2) /* every third round leaves two running at once */
            test_kill(writer);
        else
            usleep(20000), test_kill(writer);
        gates_abandon(shm, writer);
        slot_free_by_pid(shm, writer, NULL);
    }
    for (int round = 0; round < 24; round++) {
        char sql[120];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM log WHERE writer = %d AND n <= %lld", round, (long long) told[round]);
        cr_assert_eq(test_number(engine, sql), told[round]);
    }
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    cr_assert(engine_begin_write(engine, 5000, &diag));
    engine_rollback(engine);
}

static volatile int stop;

static void on_term(int signal)
{
    (void) signal;
    stop = 1;
}

Test(engine_txn, has_its_log_copied_by_the_checkpointer)
{
    char wal[80];
    struct stat file;
    snprintf(wal, sizeof wal, "%s-wal", test_path);
    pid_t checkpointer = test_fork();
    if (checkpointer == 0) {
        signal(SIGTERM, on_term);
        test_slot(shm);
        checkpointer_run(shm, &stop);
        _exit(0);
    }
    for (int i = 0; i < 30; i++) {
        cr_assert(engine_begin_write(engine, 0, &diag));
        test_exec(
            engine,
            "INSERT INTO t (b) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n");
        cr_assert(engine_commit(engine, ENGINE_ASYNC, &diag));
        usleep(50000);
    }
    usleep(500000);
    cr_assert_gt(shm_counter(shm, SHM_CHECKPOINTS), 0);
    kill(checkpointer, SIGTERM);
    int status;
    waitpid(checkpointer, &status, 0);
    cr_assert_eq(status, 0);
    cr_assert_eq(stat(wal, &file), 0);
    cr_assert_eq(file.st_size, 0, "cut at the end");
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 600000);
}

Test(engine_txn, temporary_relations_need_no_gate)
{
    struct engine *other = test_engine(shm);
    cr_assert(engine_begin_write(engine, 0, &diag));
    test_exec(engine, "INSERT INTO t VALUES (1, 1)");
    cr_assert_gt(engine_use_temporary(other), 0);
    cr_assert(engine_begin_temporary(other, &diag));
    cr_assert_eq(engine_txn_state(other), ENGINE_TXN_TEMPORARY);
    test_exec(other, "CREATE TEMP TABLE x (a INTEGER)");
    test_exec(other, "INSERT INTO x SELECT count(*) FROM t");
    cr_assert(engine_commit(engine, ENGINE_ASYNC, &diag));
    cr_assert_eq(test_number(other, "SELECT count(*) FROM t"), 0);
    cr_assert(engine_savepoint(other, 1, &diag));
    test_exec(other, "INSERT INTO x VALUES (5)");
    cr_assert(engine_rollback_to(other, 1, &diag));
    /* What was read is no longer the newest: the snapshot stays what it was. */
    cr_assert_not(engine_begin_write(other, 0, &diag));
    cr_assert_str_eq(diag.sqlstate, ERRCODE_SERIALIZATION_FAILURE);
    diag_clear(&diag);
    cr_assert_eq(engine_txn_state(other), ENGINE_TXN_TEMPORARY);
    cr_assert(engine_commit(other, ENGINE_DURABLE, &diag));
    cr_assert_eq(test_number(other, "SELECT sum(a) FROM x"), 0);
    cr_assert_eq(test_number(other, "SELECT count(*) FROM x"), 1);
    cr_assert_eq(test_number(other, "SELECT count(*) FROM t"), 1);
    cr_assert(engine_begin_temporary(other, &diag));
    test_exec(other, "DELETE FROM x");
    cr_assert(engine_begin_write(other, 0, &diag));
    test_exec(other, "DELETE FROM t");
    engine_rollback(other);
    cr_assert_eq(test_number(other, "SELECT count(*) FROM x") + test_number(other, "SELECT count(*) FROM t"), 2);
    engine_close(other);
}

/* What one handle has mapped stays right while others change the file, let it grow, and cut it. */
Test(engine_txn, a_mapped_file_may_change_grow_and_shrink)
{
    struct engine *other = test_engine(shm);
    int64_t frames = 0, done = 0;
    test_exec(
        engine,
        "INSERT INTO t WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, 0 FROM n");
    for (int round = 1; round <= 3; round++) {
        cr_assert(engine_checkpoint(engine, READERS_PATIENCE_MS, &frames, &done, &diag));
        cr_assert_eq(test_number(engine, "SELECT sum(b) FROM t"), 20000 * (round - 1));
        test_exec(other, "UPDATE t SET b = b + 1");
        cr_assert_eq(test_number(engine, "SELECT sum(b) FROM t"), 20000 * round);
    }
    test_exec(other, "INSERT INTO t SELECT a + 20000, 1 FROM t");
    cr_assert(engine_checkpoint(other, READERS_PATIENCE_MS, &frames, &done, &diag));
    cr_assert_eq(test_number(engine, "SELECT sum(b) FROM t"), 80000);
    test_exec(other, "DELETE FROM t WHERE a > 10");
    cr_assert(engine_give_back(other, 1000, &diag));
    cr_assert(engine_checkpoint(other, READERS_PATIENCE_MS, &frames, &done, &diag));
    cr_assert_eq(test_number(engine, "SELECT sum(b) FROM t"), 30);
    test_exec(engine, "UPDATE t SET b = 7");
    cr_assert_eq(test_number(other, "SELECT sum(b) FROM t"), 70);
    engine_close(other);
}

Test(engine_txn, who_queues_lets_others_run_first_until_that_is_slow_or_over)
{
    engine_met_crowd(engine);
    cr_assert_eq(sched_getscheduler(0), SCHED_BATCH);
    for (int i = 0; i < 40; i++)
        engine_met_nobody(engine);
    cr_assert_eq(sched_getscheduler(0), SCHED_OTHER);
    engine_met_crowd(engine);
    gate_set_ordinary_until(engine->gate, clock_us() + 60000000);
    engine_met_crowd(engine);
    cr_assert_eq(sched_getscheduler(0), SCHED_OTHER);
}
