#include "type/hstore.h"
#include "type/icu.h"
#include "type/query_int.h"

#include <criterion/criterion.h>

static const struct type_settings settings = {.extra_float_digits = 1, .timezone_name = "UTC"};
static const struct type_resolver resolver;

/* Texts and what is kept of them; NULL: refused. */
struct text_case {
    const char *in, *stored;
};

static void check(const char *type, int count, const struct text_case *cases)
{
    const struct type_codec *codec;
    bool ordered;
    type_extension_codec(type, &codec, &ordered);
    for (int i = 0; i < count; i++) {
        struct arena arena;
        struct diag diag = {0};
        struct datum value = {0};
        arena_init(&arena);
        struct type_io io = {NULL, -1, &settings, &resolver, &arena};
        bool good = codec->in(&io, cases[i].in, strlen(cases[i].in), &value, &diag);
        cr_expect(good == (cases[i].stored != NULL), "%s: %s", cases[i].in, good ? "accepted" : diag.message);
        if (good && cases[i].stored)
            cr_expect(value.len == strlen(cases[i].stored) && memcmp(value.data, cases[i].stored, value.len) == 0,
                      "%s: stored %.*s", cases[i].in, (int) value.len, value.data);
        diag_clear(&diag);
        arena_deinit(&arena);
    }
}

Test(hstore, keeps_pairs_in_order_of_key_length_and_bytes)
{
    static const struct text_case cases[] = {
        {"", ""},
        {"b=>1, a=>2", "\"a\"=>\"2\", \"b\"=>\"1\""},
        {"aa=>1,b=>2", "\"b\"=>\"2\", \"aa\"=>\"1\""},
        {"a=>1, a=>2", "\"a\"=>\"1\""},
        {"a=>NULL, b=>\"NULL\"", "\"a\"=>NULL, \"b\"=>\"NULL\""},
        {"\"q\\\"x\"=>\"\\\\\"", "\"q\\\"x\"=>\"\\\\\""},
        {"a=>1,", "\"a\"=>\"1\""},
        {"a=>b=>c", "\"a\"=>\"b=>c\""},
        {"a", NULL},
        {"a=>", NULL},
        {"=>1", NULL},
        {"\"a=>1", NULL},
        {"a=>1 b=>2", NULL},
        {"a=>\\", NULL},
    };
    check("hstore", sizeof cases / sizeof *cases, cases);
}

Test(query_int, says_its_operators_with_as_few_parentheses_as_the_reader_needs)
{
    static const struct text_case cases[] = {
        {"1|2&3", "1 | 2 & 3"},
        {"(1|2)&!(3)", "( 1 | 2 ) & !3"},
        {"!(1|2)", "!( 1 | 2 )"},
        {" -5 ", "-5"},
        {"", NULL},
        {"1&", NULL},
        {"(1", NULL},
        {"1 2", NULL},
        {"99999999999", NULL},
    };
    check("query_int", sizeof cases / sizeof *cases, cases);
}

Test(query_int, refuses_what_is_nested_too_deep)
{
    char text[4001];
    struct arena arena;
    struct diag diag = {0};
    arena_init(&arena);
    memset(text, '(', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    cr_expect_null(int_query_parse(&arena, text, strlen(text), &diag));
    diag_clear(&diag);
    arena_deinit(&arena);
}

Test(citext, compares_without_regard_to_case)
{
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {{"abc", "ABC", 0}, {"a", "B", -1}, {"B", "a", 1}, {"a", "ab", -1}, {"", "", 0}};
    const struct type_codec *codec;
    bool ordered;
    type_extension_codec("citext", &codec, &ordered);
    cr_expect(ordered);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct datum a = datum_cstr(cases[i].a), b = datum_cstr(cases[i].b);
        int order = codec->compare(NULL, &a, &b);
        cr_expect_eq((order > 0) - (order < 0), cases[i].order, "%s and %s", cases[i].a, cases[i].b);
    }
}

Test(icu, orders_by_the_locale)
{
    static const struct {
        const char *locale, *a, *b;
        int order;
    } cases[] = {
        {"de", "a", "B", -1}, {"de", "z", "ä", 1}, {"sv", "z", "ä", -1}, {"und-u-ks-level2", "abc", "ABC", 0}, {"de", "", "", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag diag = {0};
        struct icu_collator *collator = icu_collator_get(cases[i].locale, &diag);
        cr_assert_not_null(collator, "%s", diag.message);
        int order = icu_compare(collator, cases[i].a, strlen(cases[i].a), cases[i].b, strlen(cases[i].b));
        cr_expect_eq((order > 0) - (order < 0), cases[i].order, "%s: %s and %s", cases[i].locale, cases[i].a, cases[i].b);
    }
}

Test(icu, changes_case_by_the_locale)
{
    static const struct {
        const char *locale, *in, *out;
        enum icu_case how;
    } cases[] = {{"tr", "I", "ı", ICU_LOWER},
                 {"de", "straße", "STRASSE", ICU_UPPER},
                 {"de", "ärger FOO", "Ärger Foo", ICU_TITLE},
                 {"de", "", "", ICU_UPPER}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag diag = {0};
        struct buf out = {0};
        cr_assert(icu_change_case(cases[i].locale, cases[i].how, cases[i].in, strlen(cases[i].in), &out, &diag), "%s",
                  diag.message);
        cr_expect_str_eq(buf_cstr(&out), cases[i].out);
        buf_deinit(&out);
    }
}
