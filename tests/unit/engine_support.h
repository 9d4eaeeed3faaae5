#ifndef PGQUILL_TESTS_ENGINE_SUPPORT_H
#define PGQUILL_TESTS_ENGINE_SUPPORT_H

#include "engine/engine.h"
#include "shm_children.h"

/* A database file of this test's own, and handles on it. */

static char test_path[64];

static inline void test_database(void)
{
    char name[80];
    snprintf(test_path, sizeof test_path, "/tmp/pgquill-test-engine-%d.db", (int) getpid());
    static const char *const tails[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", test_path, tails[i]);
        unlink(name);
    }
}

static inline void test_remove(void)
{
    char name[80];
    static const char *const tails[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", test_path, tails[i]);
        unlink(name);
    }
}

static struct type_settings test_types;
static struct type_resolver test_resolver;
static int test_interrupted;

static inline struct func_env *test_env(void)
{
    static struct func_env env = {.types = &test_types, .resolver = &test_resolver, .interrupted = &test_interrupted};
    return &env;
}

/* shm NULL: without a gate. */
static inline struct engine *test_engine(struct shm *shm)
{
    struct diag diag = {0};
    struct engine_options options = {
        .path = test_path, .create = true, .env = test_env(), .shm = shm, .slot = shm ? test_slot(shm) : NULL};
    struct engine *engine = engine_open(&options, &diag);
    cr_assert_not_null(engine, "%s", diag.message);
    return engine;
}

static inline void test_exec(struct engine *engine, const char *sql)
{
    struct diag diag = {0};
    cr_assert(engine_exec(engine, sql, &diag), "%s: %s", sql, diag.message);
}

/* The SQLSTATE that a statement fails with; "" when it does not. */
static inline const char *test_failure(struct engine *engine, const char *sql, struct diag *diag)
{
    diag_clear(diag);
    return engine_exec(engine, sql, diag) ? "" : diag->sqlstate;
}

/* The first column of the first row as a number. */
static inline int64_t test_number(struct engine *engine, const char *sql)
{
    struct diag diag = {0};
    struct engine_stmt *stmt = engine_prepare(engine, sql, strlen(sql), false, &diag);
    cr_assert_not_null(stmt, "%s: %s", sql, diag.message);
    struct datum value = datum_int(INT64_MIN);
    if (engine_step(stmt, &diag) == ENGINE_ROW)
        engine_column(stmt, 0, &value);
    cr_assert_not(diag_is_set(&diag), "%s: %s", sql, diag.message);
    int64_t number = value.i;
    engine_finalize(stmt);
    return number;
}

#endif
