#include "type/jsonpath.h"

#include <criterion/criterion.h>
#include <string.h>

static struct arena arena;

static void set_up(void)
{
    arena_init(&arena);
}

static void tear_down(void)
{
    arena_deinit(&arena);
}

TestSuite(jsonpath, .init = set_up, .fini = tear_down);

static const char *written(const char *text, enum path_form form)
{
    struct type_resolver resolver = {0};
    struct diag diag = {0};
    struct path path;
    struct buf out = {0};
    if (!path_parse(&arena, text, strlen(text), &resolver, &path, &diag)) {
        char *message = arena_printf(&arena, "%s %s", diag.sqlstate, diag.message);
        diag_clear(&diag);
        return message;
    }
    path_write(&path, form, &out);
    const char *copy = arena_strndup(&arena, out.data, out.len);
    buf_deinit(&out);
    return copy;
}

struct pair {
    const char *text, *expected;
};

Test(jsonpath, is_printed_as_PostgreSQL_prints_it)
{
    static const struct pair cases[] = {
        {"$", "$"},
        {"STRICT $.a.\"b c\"", "strict $.\"a\".\"b c\""},
        {"$.a[*].*.**{2 to last}", "$.\"a\"[*].*.**{2 to last}"},
        {"$.**{0 to last}.**{3}.**{last}", "$.**.**{3}.**{last}"},
        {"$[0, 1 to last - 1]", "$[0,1 to last - 1]"},
        {"1 + 2 * 3 - 4", "((1 + 2 * 3) - 4)"},
        {"- -1.50", "1.50"},
        {"-$.a", "(-$.\"a\")"},
        {"-(1).type()", "(-(1).type())"},
        {"(1 < 2 || 2 < 3) && !(3 == 3)", "((1 < 2 || 2 < 3) && !(3 == 3))"},
        {"$ ? ((@.a <> 1) is unknown)", "$?((@.\"a\" != 1) is unknown)"},
        {"$ ? (exists(@.a) && @.b like_regex \"x\" flag \"smi\")",
         "$?(exists (@.\"a\") && @.\"b\" like_regex \"x\" flag \"ism\")"},
        {"$.t.type().size().datetime().datetime(\"yyyy\")", "$.\"t\".type().size().datetime().datetime(\"yyyy\")"},
        {"$.type.last.true.is", "$.\"type\".\"last\".\"true\".\"is\""},
        {"\"\\u0041\\x42\\u{43}\\q\\ud83d\\ude00\"", "\"ABCq\xf0\x9f\x98\x80\""},
        {"/* of */ $ /* comments */", "$"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_str_eq(written(cases[i].text, PATH_SHOWN), cases[i].expected, "%s: %s", cases[i].text,
                         written(cases[i].text, PATH_SHOWN));
}

/* What is stored means the same when it is read again, which what is shown does not always. */
Test(jsonpath, is_stored_without_loss)
{
    static const char *const texts[] = {
        "($.a * 2).c + 1", "(-$.a).b",    "((1 < 2) is unknown).type()", "(exists ($.a)).type()", "(!($ == 1)).type() > 1",
        "(1).type()",      "1 - (2 - 3)", "$[($.a + 1).b to (last)]"};
    cr_expect_str_eq(written(texts[0], PATH_SHOWN), "($.\"a\" * 2.\"c\" + 1)");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *once = written(texts[i], PATH_EXACT);
        cr_expect_str_eq(written(once, PATH_EXACT), once);
        cr_expect_str_eq(written(once, PATH_SHOWN), written(texts[i], PATH_SHOWN));
    }
}

Test(jsonpath, refuses_what_is_no_path)
{
    static const struct pair cases[] = {
        {"", "22P02 invalid input syntax for type jsonpath: \"\""},
        {"$.", "42601 syntax error at end of jsonpath input"},
        {"$.a b", "42601 syntax error at end of jsonpath input"},
        {"$.a b ", "42601 syntax error at or near \" \" of jsonpath input"},
        {"$ ? ($.a)", "42601 syntax error at or near \")\" of jsonpath input"},
        {"1 + (2 < 3)", "42601 syntax error at end of jsonpath input"},
        {"1 < 2 < 3", "42601 syntax error at or near \"<\" of jsonpath input"},
        {"(1 < 2) == true", "42601 syntax error at or near \"==\" of jsonpath input"},
        {"!1", "42601 syntax error at or near \"1\" of jsonpath input"},
        {"@", "42601 @ is not allowed in root expressions"},
        {"$ ? (last > 0)", "42601 LAST is allowed only in array subscripts"},
        {"$.a/**/.b", "42601 syntax error at or near \".\" of jsonpath input"},
        {"$ /*", "42601 unexpected end of comment at end of jsonpath input"},
        {"\"a", "42601 unexpected end of quoted string at end of jsonpath input"},
        {"\"\\u12\"", "42601 invalid unicode sequence at or near \"\\u12\" of jsonpath input"},
        {"\"\\xg\"", "42601 invalid hex character sequence at or near \"\\x\" of jsonpath input"},
        {"\"\\u0000\"", "22P05 unsupported Unicode escape sequence"},
        {"\"\\udc00\"", "22P02 invalid input syntax for type jsonpath"},
        {"1a", "42601 trailing junk after numeric literal at or near \"1a\" of jsonpath input"},
        {"1ab", "42601 syntax error at end of jsonpath input"},
        {"1e+", "42601 invalid numeric literal at or near \"1e+\" of jsonpath input"},
        {"$.**{9999999999}", "22003 value \"9999999999\" is out of range for type integer"},
        {"$ ? (@ like_regex \"a\" flag \"x\")", "0A000 XQuery \"x\" flag (expanded regular expressions) is not implemented"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_str_eq(written(cases[i].text, PATH_SHOWN), cases[i].expected, "%s: %s", cases[i].text,
                         written(cases[i].text, PATH_SHOWN));
}

Test(jsonpath, ends_on_deep_and_on_random_input)
{
    char *deep = arena_alloc(&arena, 100001);
    memset(deep, '(', 100000);
    deep[100000] = '\0';
    cr_expect_str_eq(written(deep, PATH_SHOWN), "54001 stack depth limit exceeded");
    memset(deep, '-', 100000);
    cr_expect_str_eq(written(deep, PATH_SHOWN), "54001 stack depth limit exceeded");
    static const char *const words[] = {"$",   "@",    ".",          "a",      "[",          "]",  "(",    ")", "?",  "1",
                                        "to",  "last", "**",         "{",      "}",          "==", "&&",   "!", "\"", "\\",
                                        "\\u", "/*",   "like_regex", "exists", "is unknown", "-",  "\xc3", " "};
    unsigned state = 1;
    for (int round = 0; round < 20000; round++) {
        char text[256] = "";
        for (int i = 0; i < 12; i++) {
            state = state * 1103515245 + 12345;
            strcat(text, words[(state >> 16) % (sizeof words / sizeof *words)]);
        }
        cr_assert_not_null(written(text, PATH_SHOWN));
    }
}
