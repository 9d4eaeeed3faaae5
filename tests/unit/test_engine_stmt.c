#include "catalog/catalog.h"
#include "engine_support.h"

#include <pthread.h>

static struct engine *engine;
static struct diag diag;

static void set_up(void)
{
    test_database();
    engine = test_engine(NULL);
    test_exec(engine, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL, c REAL CHECK (c > 0))");
}

static void tear_down(void)
{
    engine_close(engine);
    test_remove();
}

TestSuite(engine_stmt, .init = set_up, .fini = tear_down, .timeout = 60);

static struct engine_stmt *prepare(const char *sql)
{
    struct engine_stmt *stmt = engine_prepare(engine, sql, strlen(sql), true, &diag);
    cr_assert_not_null(stmt, "%s: %s", sql, diag.message);
    return stmt;
}

Test(engine_stmt, binds_and_reads_every_kind)
{
    static const struct datum values[] = {
        {.kind = DATUM_NULL},
        {.kind = DATUM_INT, .i = INT64_MIN},
        {.kind = DATUM_REAL, .r = 1.5},
        {.kind = DATUM_TEXT, .len = 5, .data = "a\0b\xc3\xbc"},
        {.kind = DATUM_TEXT, .len = 0, .data = ""},
        {.kind = DATUM_BLOB, .len = 3, .data = "\x01\x00\xff"},
        {.kind = DATUM_BLOB, .len = 0, .data = NULL},
    };
    enum { N = sizeof values / sizeof values[0] };
    struct datum row[N];
    struct engine_stmt *stmt = prepare("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7");
    cr_assert_eq(engine_param_count(stmt), N);
    cr_assert_eq(engine_column_count(stmt), N);
    for (int i = 0; i < N; i++)
        engine_bind(stmt, i + 1, &values[i]);
    cr_assert_eq(engine_step(stmt, &diag), ENGINE_ROW);
    engine_row(stmt, row);
    for (int i = 0; i < N; i++) {
        cr_assert_eq(row[i].kind, values[i].kind, "%d", i);
        if (row[i].kind == DATUM_INT)
            cr_assert_eq(row[i].i, values[i].i);
        if (row[i].kind == DATUM_TEXT || row[i].kind == DATUM_BLOB) {
            cr_assert_eq(row[i].len, values[i].len);
            cr_assert_eq(memcmp(row[i].data, values[i].len ? values[i].data : "", values[i].len), 0);
        }
    }
    cr_assert(engine_stmt_is_active(stmt));
    cr_assert_eq(engine_step(stmt, &diag), ENGINE_DONE);
    cr_assert_not(engine_stmt_is_active(stmt));
    engine_finalize(stmt);
}

Test(engine_stmt, registers_functions_when_they_are_named)
{
    cr_assert_eq(test_number(engine, "SELECT \"int4pl\"(2, 3)"), 5);
    cr_assert_eq(test_number(engine, "SELECT \"int4pl\"(NULL, 3) IS NULL"), 1);
    struct engine_stmt *stmt = prepare("SELECT \"int4pl\"(?1, 1)");
    struct datum huge = datum_int(INT32_MAX);
    engine_bind(stmt, 1, &huge);
    cr_assert_eq(engine_step(stmt, &diag), ENGINE_FAILED);
    cr_assert_str_eq(diag.sqlstate, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE);
    cr_assert_str_eq(diag.message, "integer out of range");
    /* And is of use again. */
    struct datum one = datum_int(1);
    engine_bind(stmt, 1, &one);
    cr_assert_eq(engine_step(stmt, &diag), ENGINE_ROW);
    engine_finalize(stmt);
    cr_assert_null(engine_prepare(engine, "SELECT nosuch(1)", 16, false, &diag));
}

Test(engine_stmt, has_stored_expressions_find_their_functions)
{
    test_exec(engine, "CREATE TABLE e (a INTEGER CHECK (\"int4mul\"(a, 2) < 100)); CREATE INDEX ei ON e (\"int4pl\"(a, 1))");
    engine_close(engine);
    engine = test_engine(NULL);
    test_exec(engine, "INSERT INTO e VALUES (1)");
    cr_assert_str_eq(test_failure(engine, "INSERT INTO e VALUES (60)", &diag), ERRCODE_CHECK_VIOLATION);
    cr_assert_eq(test_number(engine, "SELECT a FROM e WHERE \"int4pl\"(a, 1) = 2"), 1);
}

Test(engine_stmt, tells_when_the_schema_is_another)
{
    struct engine *other = test_engine(NULL);
    struct catalog_source source;
    engine_catalog_source(engine, &source);
    struct engine_stmt *read = prepare("SELECT * FROM t"), *change = prepare("INSERT INTO t (a, b, c) VALUES (1, 'x', 1)");
    cr_assert_eq(engine_step(read, &diag), ENGINE_DONE);
    test_exec(other, "ALTER TABLE t ADD COLUMN d TEXT DEFAULT 'new'");
    cr_assert_eq(engine_step(read, &diag), ENGINE_STALE);
    cr_assert_eq(engine_step(read, &diag), ENGINE_DONE, "told once");
    cr_assert_eq(engine_column_count(read), 4);
    /* A change tells before it has changed anything. */
    test_exec(other, "ALTER TABLE t ADD COLUMN e TEXT");
    cr_assert(engine_begin_write(engine, 0, &diag));
    cr_assert_eq(engine_step(change, &diag), ENGINE_STALE);
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 0);
    cr_assert_eq(engine_step(change, &diag), ENGINE_DONE);
    cr_assert(engine_commit(engine, ENGINE_DURABLE, &diag));
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 1);
    /* What is no more is not an error of its own. */
    test_exec(other, "DROP TABLE t");
    cr_assert_eq(engine_step(read, &diag), ENGINE_STALE);
    cr_assert_eq(engine_step(read, &diag), ENGINE_FAILED);
    engine_finalize(read);
    engine_finalize(change);
    engine_close(other);
}

Test(engine_stmt, is_not_fooled_by_new_statistics)
{
    struct engine_stmt *read = prepare("SELECT * FROM t WHERE b LIKE ?1");
    struct datum pattern = datum_cstr("x%");
    engine_bind(read, 1, &pattern);
    cr_assert_eq(engine_step(read, &diag), ENGINE_DONE);
    test_exec(engine, "INSERT INTO t VALUES (1, 'x', 1)");
    cr_assert_eq(engine_step(read, &diag), ENGINE_ROW);
    engine_reset(read);
    pattern = datum_cstr("y%");
    engine_bind(read, 1, &pattern);
    cr_assert_eq(engine_step(read, &diag), ENGINE_DONE);
    engine_finalize(read);
}

Test(engine_stmt, reports_errors_as_postgresql_does)
{
    static const struct {
        const char *sql, *sqlstate;
    } cases[] = {
        {"INSERT INTO t VALUES (1, 'x', 1)", ""},
        {"INSERT INTO t VALUES (1, 'x', 1)", ERRCODE_UNIQUE_VIOLATION},
        {"INSERT INTO t VALUES (2, NULL, 1)", ERRCODE_NOT_NULL_VIOLATION},
        {"INSERT INTO t VALUES (2, 'x', 0)", ERRCODE_CHECK_VIOLATION},
        {"CREATE TABLE f (a INTEGER REFERENCES t)", ""},
        {"INSERT INTO f VALUES (7)", ERRCODE_FOREIGN_KEY_VIOLATION},
        {"INSERT INTO f VALUES (1)", ""},
        {"DELETE FROM t", ERRCODE_FOREIGN_KEY_VIOLATION},
        {"SELECT abs(-9223372036854775808)", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE},
        {"CREATE TRIGGER r BEFORE DELETE ON f BEGIN SELECT RAISE(ABORT, 'no deleting'); END", ""},
        {"DELETE FROM f", ERRCODE_RAISE_EXCEPTION},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_str_eq(test_failure(engine, cases[i].sql, &diag), cases[i].sqlstate, "%s: %s", cases[i].sql, diag.message);
    cr_assert_str_eq(diag.message, "no deleting");
}

Test(engine_stmt, refuses_what_is_no_database)
{
    test_remove();
    FILE *file = fopen(test_path, "w");
    for (int i = 0; i < 200; i++)
        fputs("this is a text, and not a short one\n", file);
    fclose(file);
    struct engine_options options = {.path = test_path};
    cr_assert_null(engine_open(&options, &diag));
    cr_assert_str_eq(diag.sqlstate, ERRCODE_DATA_CORRUPTED);
    options.path = "/tmp/pgquill-no-such-file.db";
    cr_assert_null(engine_open(&options, &diag));
    cr_assert_str_eq(diag.sqlstate, ERRCODE_UNDEFINED_FILE);
}

static void *interrupt_soon(void *argument)
{
    usleep(200000);
    test_interrupted = 1;
    engine_interrupt(argument);
    return NULL;
}

Test(engine_stmt, stops_when_interrupted)
{
    pthread_t thread;
    pthread_create(&thread, NULL, interrupt_soon, engine);
    cr_assert_str_eq(
        test_failure(engine, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", &diag),
        ERRCODE_QUERY_CANCELED);
    pthread_join(thread, NULL);
    test_interrupted = 0;
}

Test(engine_stmt, says_when_an_interrupt_cost_the_transaction)
{
    pthread_t thread;
    cr_assert(engine_begin_write(engine, 0, &diag));
    test_exec(engine, "INSERT INTO t VALUES (1, 'x', 1)");
    cr_assert(engine_savepoint(engine, 1, &diag));
    pthread_create(&thread, NULL, interrupt_soon, engine);
    cr_assert_str_eq(
        test_failure(engine,
                     "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n) SELECT i, 'x', 1 FROM n",
                     &diag),
        ERRCODE_QUERY_CANCELED);
    pthread_join(thread, NULL);
    test_interrupted = 0;
    cr_assert(engine_txn_is_lost(engine));
    cr_assert_eq(engine_txn_state(engine), ENGINE_TXN_NONE);
    cr_assert_not(engine_begin_write(engine, 0, &diag));
    engine_rollback(engine);
    cr_assert_not(engine_txn_is_lost(engine));
    cr_assert_eq(test_number(engine, "SELECT count(*) FROM t"), 0);
}

Test(engine_stmt, trusts_no_schema_with_what_has_effects)
{
    /* As a foreign program may have written it. */
    test_exec(engine, "CREATE VIEW harmful AS SELECT \"nextval_oid\"(1); CREATE VIEW harmless AS SELECT \"int4pl\"(1, 1)");
    if (func_find("nextval_oid"))
        cr_assert_str_neq(test_failure(engine, "SELECT * FROM harmful", &diag), "");
    cr_assert_eq(test_number(engine, "SELECT * FROM harmless"), 2);
}

Test(engine_stmt, copies_a_database_while_it_changes)
{
    char copy[80];
    snprintf(copy, sizeof copy, "%s.copy", test_path);
    test_exec(
        engine,
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i, 'x', 1 FROM n");
    cr_assert(engine_backup(engine, copy, NULL, NULL, &diag), "%s", diag.message);
    struct engine_options options = {.path = copy};
    struct engine *other = engine_open(&options, &diag);
    cr_assert_not_null(other);
    cr_assert_eq(test_number(other, "SELECT count(*) FROM t"), 1000);
    engine_close(other);
    unlink(copy);
}
