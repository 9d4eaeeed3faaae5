#include "sql/normalise.h"

#include <criterion/criterion.h>

#include <stdlib.h>

/* The key with a literal's marker written as its kind's letter. */
static const char *shown(struct arena *arena, const struct normalised *statement)
{
    char *out = arena_strndup(arena, statement->key, statement->key_len);
    for (char *p = out; *p; p++)
        if (*p >= 1 && *p <= 6)
            *p = "IJNSBX"[*p - 1];
    return out;
}

Test(sql_normalise, lifts_literals_by_kind)
{
    static const struct {
        const char *text, *key, *first;
    } cases[] = {
        {"SELECT abalance FROM pgbench_accounts WHERE aid = 17;", "SELECT abalance FROM pgbench_accounts WHERE aid = I", "17"},
        {"select 2147483647, 2147483648, 9223372036854775808, 1.5, .5e3", "select I, J, N, N, N", "2147483647"},
        {"select 'it''s', E'a\\tb', $q$x'y$q$", "select S, S, S", "it's"},
        {"select -- why\n 1 /* a /* nested */ one */ + a1", "select I + a1", "1"},
        {"select \"a'1\", t.c1, $1, 'x'", "select \"a'1\", t.c1, $1, S", "x"},
        {"select 'a'\n  'b'", "select S", "ab"},
        {"select U&'\\0041', B'01', 7", "select U&'\\0041', B'01', I", "7"},
        {"create table t(a int default 5)", "create table t(a int default 5)", NULL},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct normalised statement;
        size_t at = 0;
        cr_assert(normalise_next(&arena, cases[i].text, strlen(cases[i].text), &at, &statement));
        cr_expect_str_eq(shown(&arena, &statement), cases[i].key);
        cr_expect_eq(statement.nliterals > 0, cases[i].first != NULL);
        if (cases[i].first)
            cr_expect_str_eq(arena_strndup(&arena, statement.literals[0].text, statement.literals[0].len), cases[i].first);
    }
    arena_deinit(&arena);
}

Test(sql_normalise, splits_at_top_level_semicolons)
{
    static const char text[] =
        " ; select ';' ; create rule r as on insert to t do (select 1; select 2);;\n"
        "create function f() returns int begin atomic select 1; select case when true then 2 end; end; commit -- ;\n";
    static const char *const starts[] = {"select", "create rule", "create function", "commit"};
    struct arena arena;
    arena_init(&arena);
    struct normalised statement;
    size_t at = 0, count = 0;
    for (; normalise_next(&arena, text, sizeof text - 1, &at, &statement); count++) {
        cr_assert_lt(count, 4);
        cr_expect_eq(strncmp(statement.text, starts[count], strlen(starts[count])), 0);
    }
    cr_expect_eq(count, 4);
    arena_deinit(&arena);
}

Test(sql_normalise, survives_unfinished_tokens)
{
    static const char *const texts[] = {"select 'abc", "select \"abc", "select $a$abc", "select /* abc",
                                        "select E'\\", "select 1e",    "select $",      "'"};
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct normalised statement;
        size_t at = 0, len = strlen(texts[i]);
        /* Exactly sized, so that a sanitizer sees a read beyond. */
        char *text = xmalloc(len);
        memcpy(text, texts[i], len);
        cr_expect(normalise_next(&arena, text, len, &at, &statement));
        cr_expect_eq(at, len);
        free(text);
    }
    arena_deinit(&arena);
}
