#define PCRE2_CODE_UNIT_WIDTH 8
#include "func/regex_engine.h"

#include "type/jsonpath.h"

#include <pcre2.h>

#include <stdlib.h>
#include <string.h>

/* Patterns translated for PCRE2 and compiled, a number of them kept. */

enum { CACHED = 32, WORKSPACE = 4096 };

struct regex {
    char *pattern; /* as given */
    size_t len;
    uint32_t key;
    pcre2_code *code;
    pcre2_match_data *match;
    enum regex_preference preference;
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

static uint32_t compile_flags(const struct regex_options *options, const struct regex_traits *traits)
{
    uint32_t flags = PCRE2_UTF | PCRE2_NO_UTF_CHECK | (options->icase ? PCRE2_CASELESS : 0);
    if (options->literal)
        return flags | PCRE2_LITERAL;
    if (traits
            ->has_lookaround) /* PCRE2 may look for a letter behind the one that an assertion begins with, where it is the same */
        flags |= PCRE2_NO_START_OPTIMIZE;
    if (traits->preference != REGEX_NO_PREFERENCE) /* a possessive tail would not stop early */
        flags |= PCRE2_NO_AUTO_POSSESS;
    return flags | PCRE2_UCP | (options->lines ? PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX : PCRE2_DOLLAR_ENDONLY) |
           (options->dot_stops ? 0 : PCRE2_DOTALL);
}

static pcre2_code *translate(const struct datum *pattern, struct regex_options options, enum regex_preference *preference,
                             struct diag *diag)
{
    struct buf text = {0};
    int error;
    PCRE2_SIZE offset;
    struct regex_traits traits;
    const char *why = regex_translate(pattern->data, pattern->len, &options, &text, &traits);
    if (traits.has_references) /* nothing tells the extents then */
        traits.preference = REGEX_NO_PREFERENCE;
    *preference = traits.preference;
    pcre2_code *code = NULL;
    if (*preference != REGEX_NO_PREFERENCE && !why) { /* with a place at its end to ask whether this is the end that is meant */
        struct buf whole = {0};
        buf_puts(&whole, "(?:");
        buf_append(&whole, text.data, text.len);
        buf_puts(&whole, ")(?C1)");
        buf_deinit(&text);
        text = whole;
    }
    if (why)
        invalid(why, diag);
    else
        code = pcre2_compile((PCRE2_SPTR) (text.data ? text.data : ""), text.len, compile_flags(&options, &traits), &error,
                             &offset, NULL);
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
    enum regex_preference preference;
    pcre2_code *code = translate(pattern, *options, &preference, diag);
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
    *oldest =
        (struct regex){copy, pattern->len, key, code, pcre2_match_data_create_from_pattern(code, NULL), preference, ++clock_hand};
    return oldest;
}

static int run(struct regex *regex, const struct datum *text, size_t from, uint32_t flags, pcre2_match_context *context)
{
    PCRE2_SPTR subject = (PCRE2_SPTR) (text->data ? text->data : "");
    flags |= PCRE2_NO_UTF_CHECK;
    int found = pcre2_match(regex->code, subject, text->len, from, flags, regex->match, context);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter keeps its stack in the heap */
        found = pcre2_match(regex->code, subject, text->len, from, flags | PCRE2_NO_JIT, regex->match, context);
    return found;
}

static int is_end(pcre2_callout_block *at, void *end)
{
    return at->current_position != *(size_t *) end;
}

static int run_to(struct regex *regex, const struct datum *text, size_t from, size_t end)
{
    static pcre2_match_context *context;
    if (!context)
        context = pcre2_match_context_create(NULL);
    pcre2_set_callout(context, is_end, &end);
    return run(regex, text, from, PCRE2_ANCHORED, context);
}

/* Where the longest or shortest match that begins at `from` ends; false: it is not known. */
static bool find_end(struct regex *regex, const struct datum *text, size_t from, size_t *end)
{
    static pcre2_match_data *extent;
    int workspace[WORKSPACE];
    uint32_t flags = PCRE2_NO_UTF_CHECK | PCRE2_ANCHORED | (regex->preference == REGEX_SHORTEST ? PCRE2_DFA_SHORTEST : 0);
    if (!extent)
        extent = pcre2_match_data_create(1, NULL);
    PCRE2_SPTR subject = (PCRE2_SPTR) (text->data ? text->data : "");
    if (pcre2_dfa_match(regex->code, subject, text->len, from, flags, extent, NULL, workspace, WORKSPACE) < 0)
        return false;
    *end = pcre2_get_ovector_pointer(extent)[1];
    return true;
}

static int report(int found, struct diag *diag)
{
    if (found >= 0)
        return 1;
    if (found == PCRE2_ERROR_NOMATCH)
        return 0;
    diag_set(diag, ERRCODE_INVALID_REGULAR_EXPRESSION, "regular expression failed: %s", "regular expression is too complex");
    return -1;
}

int regex_test(struct regex *regex, const struct datum *text, struct diag *diag)
{
    return report(run(regex, text, 0, 0, NULL), diag);
}

int regex_match(struct regex *regex, const struct datum *text, size_t from, size_t **spans, uint32_t *count, struct diag *diag)
{
    int found = report(run(regex, text, from, 0, NULL), diag);
    size_t end;
    *spans = pcre2_get_ovector_pointer(regex->match);
    *count = pcre2_get_ovector_count(regex->match);
    if (found != 1 || regex->preference == REGEX_NO_PREFERENCE || !find_end(regex, text, (*spans)[0], &end) || end == (*spans)[1])
        return found;
    /* Again for the groups, to the end that is meant. */
    if (run_to(regex, text, (*spans)[0], end) < 0)
        return report(run(regex, text, from, 0, NULL), diag);
    return found;
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
    int matched = regex ? regex_test(regex, text, diag) : -1;
    *found = matched == 1;
    return matched >= 0;
}
