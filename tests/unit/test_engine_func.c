#include "engine_support.h"

#include <locale.h>

static struct engine *engine;
static struct diag diag;

static void set_up(void)
{
    test_database();
    engine = test_engine(NULL);
    test_exec(engine, "CREATE TABLE t (g INTEGER, a INTEGER, r REAL, s TEXT);"
                      "INSERT INTO t VALUES (1, 1, 0.5, 'a'), (1, 2, 1.5, 'b'), (2, 3, 2.5, 'c'), (2, NULL, NULL, NULL), (3, "
                      "NULL, NULL, NULL)");
}

static void tear_down(void)
{
    engine_close(engine);
    test_remove();
}

TestSuite(engine_func, .init = set_up, .fini = tear_down, .timeout = 60);

/* All rows of one column, with blanks between; NULL as "-". */
static const char *column(const char *sql)
{
    static char text[1024];
    struct engine_stmt *stmt = engine_prepare(engine, sql, strlen(sql), false, &diag);
    size_t at = 0;
    enum engine_step step = ENGINE_FAILED;
    text[0] = '\0';
    cr_assert_not_null(stmt, "%s: %s", sql, diag.message);
    while ((step = engine_step(stmt, &diag)) == ENGINE_ROW) {
        struct datum value;
        engine_column(stmt, 0, &value);
        const char *blank = at ? " " : "";
        if (value.kind == DATUM_NULL)
            at += (size_t) sprintf(text + at, "%s-", blank);
        else if (value.kind == DATUM_INT)
            at += (size_t) sprintf(text + at, "%s%lld", blank, (long long) value.i);
        else if (value.kind == DATUM_REAL)
            at += (size_t) sprintf(text + at, "%s%g", blank, value.r);
        else
            at += (size_t) sprintf(text + at, "%s%.*s", blank, (int) value.len, value.data);
    }
    if (step == ENGINE_FAILED)
        sprintf(text, "%s", diag.sqlstate);
    engine_finalize(stmt);
    return text;
}

Test(engine_func, aggregates)
{
    static const char *const cases[][2] = {
        {"SELECT \"sum(int4)\"(a) FROM t", "6"},
        {"SELECT \"sum(int4)\"(a) FROM t WHERE a > 9", "-"},
        {"SELECT \"sum(int4)\"(a) FROM t GROUP BY g ORDER BY g", "3 3 -"},
        {"SELECT \"sum(int4)\"(DISTINCT b) FROM (SELECT 2 AS b UNION ALL SELECT 2 UNION ALL SELECT 3)", "5"},
        {"SELECT \"sum(int4)\"(a) FILTER (WHERE a > 1) FROM t", "5"},
        {"SELECT \"string_agg(text,text)\"(s, '-') FROM t", "a-b-c"},
        /* Windows: a growing frame, a moving one with an inverse, moving ones without. */
        {"SELECT \"sum(int4)\"(a) OVER (ORDER BY g, a ROWS UNBOUNDED PRECEDING) FROM t WHERE a > 0", "1 3 6"},
        {"SELECT \"sum(int4)\"(a) OVER (ORDER BY g, a ROWS 1 PRECEDING) FROM t WHERE a > 0", "1 3 5"},
        {"SELECT \"sum(float8):701>701\"(r) OVER (ORDER BY r ROWS 1 PRECEDING) FROM t WHERE a > 0",
         ERRCODE_FEATURE_NOT_SUPPORTED},
        {"SELECT \"~sum(float8):701>701\"(r) OVER (ORDER BY r ROWS 1 PRECEDING) FROM t WHERE a > 0", "0.5 2 4"},
        {"SELECT \"~string_agg(text,text)\"(s, '-') OVER (ORDER BY s ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM t WHERE a > "
         "0",
         "a-b a-b-c b-c"},
        {"SELECT \"~string_agg(text,text)\"(s, '-') OVER (ORDER BY s ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM t "
         "WHERE a > 0",
         "a-b-c b-c c"},
        {"SELECT \"~string_agg(text,text)\"(s, '-') OVER (ORDER BY s ROWS BETWEEN 2 FOLLOWING AND 2 FOLLOWING) FROM t WHERE a > "
         "0",
         "c - -"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_str_eq(column(cases[i][0]), cases[i][1], "%s", cases[i][0]);
}

Test(engine_func, table_functions)
{
    static const char *const cases[][2] = {
        {"SELECT c2 FROM \"pgquill_unpack\"((SELECT \"pgquill_pack\"(a, s) FROM t))", "a b c - -"},
        {"SELECT o FROM \"pgquill_unpack\"((SELECT \"pgquill_pack\"(a) FROM t))", "1 2 3 4 5"},
        {"SELECT count(*) FROM \"pgquill_unpack\"(NULL)", "0"},
        /* An argument from the table before it: LATERAL. */
        {"SELECT u.c1 FROM t, \"pgquill_unpack\"((SELECT \"pgquill_pack\"(x) FROM (SELECT t.a * 10 AS x))) AS u WHERE t.a > 1",
         "20 30"},
        {"SELECT c1 FROM \"regexp_split_to_table_no_flags:25,25>25\"('x1yy2z', '[0-9]')", "x yy z"},
        {"SELECT c1 FROM \"regexp_split_to_table_no_flags:25,25>25\"('x', '[')", ERRCODE_INVALID_REGULAR_EXPRESSION},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_str_eq(column(cases[i][0]), cases[i][1], "%s", cases[i][0]);
}

Test(engine_func, collations)
{
    static const char *const cases[][2] = {
        {"SELECT column1 FROM (VALUES ('10'), ('9'), ('-1'), ('1.50')) ORDER BY column1 COLLATE \"pg_numeric\"", "-1 1.50 9 10"},
        {"SELECT '1.0' = '1.00' COLLATE \"pg_numeric\"", "1"},
        {"SELECT max(column1 COLLATE \"pg_numeric\") FROM (VALUES ('10'), ('9'))", "10"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_str_eq(column(cases[i][0]), cases[i][1], "%s", cases[i][0]);
    cr_assert_null(engine_prepare(engine, "SELECT 'a' < 'b' COLLATE \"pg_nothing\"", 37, false, &diag));
}

Test(engine_func, stand_before_those_of_sqlite_with_the_same_name)
{
    /* SQLite's own lower knows ASCII alone. */
    setlocale(LC_CTYPE, "C.UTF-8");
    if (func_find("lower"))
        cr_assert_str_eq(column("SELECT \"lower\"('\xc3\x9c')"), "\xc3\xbc");
}
