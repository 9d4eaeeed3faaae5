#include "func/regex_translate.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const struct {
    const char *pattern, *expected; /* what PCRE2 is given, or why nothing */
} cases[] = {
    {"a.b*?c{2,}", "a.b*?c{2,}"},
    {"a{x", "a\\x{7b}x"},
    {"\\x0061\\u0062\\a\\B", "ab\\x{7}\\x{5c}"},
    {"\\ma\\M\\Z", "\\b(?=\\w)a\\b(?<=\\w)\\z"},
    {"(a)(?:b)\\1", "(a)(?:b)\\g{1}"},
    {"(a)\\10", "(a)\\x{8}"},
    {"[]a\\d[:alpha:]-]", "[\\x{5d}a\\d[:alpha:]\\x{2d}]"},
    {"(?n)[^a]", "[^\\na]"},
    {"(?x)a # b\n c", "ac"},
    {"a(?#b)c", "ac"},
    {"(?=(a))b", "(?=(?:a))b"},
    {"***=a.(", "a.("},
    {"(?e)a\\b", "ab"},
    {"\xc3\xa9", "\\x{e9}"},
    {"a{2", "braces {} not balanced"},
    {"a{256}", "invalid repetition count(s)"},
    {"a+*", "quantifier operand invalid"},
    {"^*", "quantifier operand invalid"},
    {"(?<n>a)", "quantifier operand invalid"},
    {"(?z)", "invalid embedded option"},
    {"(a", "parentheses () not balanced"},
    {"a)", "parentheses () not balanced"},
    {"[a", "brackets [] not balanced"},
    {"[b-a]", "invalid character range"},
    {"[[:x:]]", "invalid character class"},
    {"[[.xy.]]", "invalid collating element"},
    {"\\q", "invalid escape \\ sequence"},
    {"(a\\1)", "invalid backreference number"},
};

Test(regex_translate, says_in_PCRE2_what_PostgreSQL_means)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct regex_options options = {0};
        struct regex_traits traits;
        struct buf out = {0};
        const char *why = regex_translate(cases[i].pattern, strlen(cases[i].pattern), &options, &out, &traits);
        cr_expect_str_eq(why ? why : buf_cstr(&out), cases[i].expected, "%s: %s", cases[i].pattern, why ? why : buf_cstr(&out));
        buf_deinit(&out);
    }
}

Test(regex_translate, reads_basic_expressions)
{
    static const struct {
        const char *pattern, *expected;
    } basic[] = {{"a+(b)", "a\\+\\(b\\)"},
                 {"\\(a\\)\\1\\{2,3\\}", "(a)(?:\\1){2,3}"},
                 {"*a*", "\\*a*"},
                 {"^*a^$b$", "^\\*a\\^\\$b$"},
                 {"[a\\]\\<", "[a\\\\][[:<:]]"}};
    for (size_t i = 0; i < sizeof basic / sizeof *basic; i++) {
        struct buf out = {0};
        regex_basic(basic[i].pattern, strlen(basic[i].pattern), &out);
        cr_expect_str_eq(buf_cstr(&out), basic[i].expected, "%s: %s", basic[i].pattern, buf_cstr(&out));
        buf_deinit(&out);
    }
}

Test(regex_translate, takes_options_from_the_front)
{
    struct regex_options options = {0};
    struct regex_traits traits;
    struct buf out = {0};
    cr_expect_null(regex_translate("***:(?inx)a", 11, &options, &out, &traits));
    cr_expect(options.icase && options.dot_stops && options.lines && options.expanded);
    buf_deinit(&out);
}

Test(regex_translate, ends_on_deep_and_on_random_input)
{
    static const char letters[] = "a(){}[]^$.*+?|\\-:=1,2xudwm<!# \n";
    char *deep = malloc(100000);
    struct buf out = {0};
    struct regex_options options = {0};
    struct regex_traits traits;
    memset(deep, '(', 100000);
    cr_expect_str_eq(regex_translate(deep, 100000, &options, &out, &traits), "regular expression is too complex");
    srand(1);
    for (int round = 0; round < 100000; round++) {
        size_t len = (size_t) rand() % 16;
        for (size_t i = 0; i < len; i++)
            deep[i] = letters[(size_t) rand() % (sizeof letters - 1)];
        options = (struct regex_options){0};
        buf_reset(&out);
        regex_translate(deep, len, &options, &out, &traits);
        options = (struct regex_options){.basic = true};
        buf_reset(&out);
        regex_translate(deep, len, &options, &out, &traits);
    }
    buf_deinit(&out);
    free(deep);
}
