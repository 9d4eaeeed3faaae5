#define PCRE2_CODE_UNIT_WIDTH 8
#include "func/regex_engine.h"

#include "type/jsonpath.h"

#include <pcre2.h>

#include <stdlib.h>
#include <string.h>

/* Patterns translated for PCRE2 and compiled, a number of them kept. */

enum { CACHED = 32 };

struct regex {
    char *pattern; /* as given */
    size_t len;
    uint32_t key;
    pcre2_code *code;
    pcre2_match_data *match;
    uint64_t used;
};

/* Compiled patterns of this process, least recently used out first. */
static struct regex cache[CACHED];
static uint64_t clock_hand;

static bool invalid(const char *why, struct diag *diag)
{
    return diag_set(diag, ERRCODE_INVALID_REGULAR_EXPRESSION, "invalid regular expression: %s", why);
}

/* What tells compiled patterns of one text apart. */
static uint32_t options_key(const struct regex_options *options)
{
    return (uint32_t) (options->icase | options->dot_stops << 1 | options->lines << 2 | options->expanded << 3 |
                       options->literal << 4 | options->plain_ere << 5 | options->basic << 6);
}

static uint32_t compile_flags(const struct regex_options *options)
{
    uint32_t flags = PCRE2_UTF | PCRE2_NO_UTF_CHECK | (options->icase ? PCRE2_CASELESS : 0);
    if (options->literal)
        return flags | PCRE2_LITERAL;
    return flags | PCRE2_UCP | (options->lines ? PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX : PCRE2_DOLLAR_ENDONLY) |
           (options->dot_stops ? 0 : PCRE2_DOTALL);
}

static pcre2_code *translate(const struct datum *pattern, struct regex_options options, struct diag *diag)
{
    struct buf text = {0};
    int error;
    PCRE2_SIZE offset;
    const char *why = regex_translate(pattern->data, pattern->len, &options, &text);
    pcre2_code *code = NULL;
    if (why)
        invalid(why, diag);
    else
        code = pcre2_compile((PCRE2_SPTR) (text.data ? text.data : ""), text.len, compile_flags(&options), &error, &offset, NULL);
    buf_deinit(&text);
    if (!code && !why) {
        char message[128];
        pcre2_get_error_message(error, (PCRE2_UCHAR *) message, sizeof message);
        invalid(message, diag);
    }
    return code;
}

struct regex *regex_compile(const struct datum *pattern, const struct regex_options *options, struct diag *diag)
{
    uint32_t key = options_key(options);
    struct regex *oldest = &cache[0];
    for (int i = 0; i < CACHED; i++) {
        struct regex *regex = &cache[i];
        if (regex->code && regex->key == key && regex->len == pattern->len &&
            (pattern->len == 0 || memcmp(regex->pattern, pattern->data, pattern->len) == 0)) {
            regex->used = ++clock_hand;
            return regex;
        }
        if (regex->used < oldest->used)
            oldest = regex;
    }
    pcre2_code *code = translate(pattern, *options, diag);
    if (!code)
        return NULL;
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    if (oldest->code) {
        pcre2_code_free(oldest->code);
        pcre2_match_data_free(oldest->match);
        free(oldest->pattern);
    }
    char *copy = xmalloc(pattern->len + 1);
    if (pattern->len)
        memcpy(copy, pattern->data, pattern->len);
    *oldest = (struct regex){copy, pattern->len, key, code, pcre2_match_data_create_from_pattern(code, NULL), ++clock_hand};
    return oldest;
}

int regex_match(struct regex *regex, const struct datum *text, size_t from, size_t **spans, uint32_t *count, struct diag *diag)
{
    PCRE2_SPTR subject = (PCRE2_SPTR) (text->data ? text->data : "");
    int found = pcre2_match(regex->code, subject, text->len, from, PCRE2_NO_UTF_CHECK, regex->match, NULL);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter keeps its stack in the heap */
        found = pcre2_match(regex->code, subject, text->len, from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, regex->match, NULL);
    if (found == PCRE2_ERROR_NOMATCH)
        return 0;
    if (found < 0) {
        diag_set(diag, ERRCODE_INVALID_REGULAR_EXPRESSION, "regular expression failed: %s", "regular expression is too complex");
        return -1;
    }
    *spans = pcre2_get_ovector_pointer(regex->match);
    *count = pcre2_get_ovector_count(regex->match);
    return 1;
}

static struct regex_options path_options(unsigned flags)
{
    return (struct regex_options){.icase = flags & PATH_REGEX_ICASE,
                                  .literal = flags & PATH_REGEX_QUOTE,
                                  .dot_stops = !(flags & PATH_REGEX_DOTALL),
                                  .lines = flags & PATH_REGEX_LINES};
}

bool regex_path_check(const char *pattern, size_t len, unsigned flags, struct diag *diag)
{
    struct datum text = datum_text(pattern, len);
    struct regex_options options = path_options(flags);
    return regex_compile(&text, &options, diag) != NULL;
}

bool regex_path_search(const struct datum *pattern, unsigned flags, const struct datum *text, bool *found, struct diag *diag)
{
    struct regex_options options = path_options(flags);
    struct regex *regex = regex_compile(pattern, &options, diag);
    size_t *spans;
    uint32_t count;
    int matched = regex ? regex_match(regex, text, 0, &spans, &count, diag) : -1;
    *found = matched == 1;
    return matched >= 0;
}
