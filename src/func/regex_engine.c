#define PCRE2_CODE_UNIT_WIDTH 8
#include "func/regex_engine.h"

#include "type/jsonpath.h"
#include "util/arena.h"
#include "util/stop.h"

#include <pcre2.h>

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Patterns translated for PCRE2 and compiled, a number of them kept.
 *
 * A match may take for ever and asks nobody: it is left by a jump (util/stop.h). All that it holds is memory, which it asks for through us. */

enum { CACHED = 32, WORKSPACE = 4096, STOPPED = INT_MIN };

struct regex {
    char *pattern; /* as given */
    size_t len;
    uint32_t key;
    pcre2_code *code;
    pcre2_match_data *match; /* NULL: to be made */
    enum regex_preference preference;
    uint64_t used;
};

/* Compiled patterns of this process, least recently used out first. */
static struct regex cache[CACHED];
static uint64_t clock_hand;

/* What matches allocated. */
struct block {
    struct block *older, *newer;
    _Alignas(16) char data[];
};

static struct block blocks = {&blocks, &blocks};
static pcre2_general_context *general;
static pcre2_match_context *context;
static pcre2_match_data *extent;

static void *allocate(size_t size, void *unused)
{
    (void) unused;
    stop_hold();
    struct block *block = xmalloc(sizeof *block + size);
    block->older = &blocks;
    block->newer = blocks.newer;
    blocks.newer->older = block;
    blocks.newer = block;
    stop_release();
    return block->data;
}

static void release(void *data, void *unused)
{
    (void) unused;
    if (!data)
        return;
    stop_hold();
    struct block *block = (struct block *) ((char *) data - offsetof(struct block, data));
    block->older->newer = block->newer;
    block->newer->older = block->older;
    free(block);
    stop_release();
}

/* A match was left: nothing of what it used can be trusted. */
static void drop_matches(void)
{
    for (int i = 0; i < CACHED; i++)
        cache[i].match = NULL;
    general = NULL;
    context = NULL;
    extent = NULL;
    while (blocks.newer != &blocks)
        release(blocks.newer->data, NULL);
}

static void make_match(struct regex *regex)
{
    if (!general)
        general = pcre2_general_context_create(allocate, release, NULL);
    if (!context)
        context = pcre2_match_context_create(general);
    if (!extent)
        extent = pcre2_match_data_create(1, general);
    if (!regex->match)
        regex->match = pcre2_match_data_create_from_pattern(regex->code, general);
}

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
        if (oldest->match)
            pcre2_match_data_free(oldest->match);
        free(oldest->pattern);
    }
    char *copy = xmalloc(pattern->len + 1);
    if (pattern->len)
        memcpy(copy, pattern->data, pattern->len);
    *oldest = (struct regex){copy, pattern->len, key, code, NULL, preference, ++clock_hand};
    return oldest;
}

static PCRE2_SPTR subject_of(const struct datum *text)
{
    return (PCRE2_SPTR) (text->data ? text->data : "");
}

static int match_now(struct regex *regex, const struct datum *text, size_t from, uint32_t flags)
{
    PCRE2_SPTR subject = subject_of(text);
    int found = pcre2_match(regex->code, subject, text->len, from, flags, regex->match, context);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter keeps its stack in the heap */
        found = pcre2_match(regex->code, subject, text->len, from, flags | PCRE2_NO_JIT, regex->match, context);
    return found;
}

static int run_with(struct regex *regex, const struct datum *text, size_t from, uint32_t flags,
                    int (*callout)(pcre2_callout_block *, void *), void *self)
{
    struct stop_exit exit;
    make_match(regex);
    pcre2_set_callout(context, callout, self);
    if (sigsetjmp(exit.to, 0)) {
        stop_left();
        drop_matches();
        return STOPPED;
    }
    stop_guard(&exit);
    int found = match_now(regex, text, from, flags | PCRE2_NO_UTF_CHECK);
    stop_unguard();
    return found;
}

static int run(struct regex *regex, const struct datum *text, size_t from)
{
    return run_with(regex, text, from, 0, NULL, NULL);
}

static int is_end(pcre2_callout_block *at, void *end)
{
    return at->current_position != *(size_t *) end;
}

static int run_to(struct regex *regex, const struct datum *text, size_t from, size_t end)
{
    return run_with(regex, text, from, PCRE2_ANCHORED, is_end, &end);
}

/* Where the longest or shortest match that begins at `from` ends: 1, 0 when it is not known, or STOPPED. */
static int find_end(struct regex *regex, const struct datum *text, size_t from, size_t *end)
{
    static int workspace[WORKSPACE];
    struct stop_exit exit;
    uint32_t flags = PCRE2_NO_UTF_CHECK | PCRE2_ANCHORED | (regex->preference == REGEX_SHORTEST ? PCRE2_DFA_SHORTEST : 0);
    make_match(regex);
    pcre2_set_callout(context, NULL, NULL);
    if (sigsetjmp(exit.to, 0)) {
        stop_left();
        drop_matches();
        return STOPPED;
    }
    stop_guard(&exit);
    int found = pcre2_dfa_match(regex->code, subject_of(text), text->len, from, flags, extent, context, workspace, WORKSPACE);
    stop_unguard();
    if (found < 0)
        return 0;
    *end = pcre2_get_ovector_pointer(extent)[1];
    return 1;
}

static int report(int found, struct diag *diag)
{
    if (found >= 0)
        return 1;
    if (found == PCRE2_ERROR_NOMATCH)
        return 0;
    if (found == STOPPED) {
        stop_check(diag);
        return -1;
    }
    diag_set(diag, ERRCODE_INVALID_REGULAR_EXPRESSION, "regular expression failed: %s", "regular expression is too complex");
    return -1;
}

int regex_test(struct regex *regex, const struct datum *text, struct diag *diag)
{
    return report(run(regex, text, 0), diag);
}

int regex_match(struct regex *regex, const struct datum *text, size_t from, size_t **spans, uint32_t *count, struct diag *diag)
{
    int found = report(run(regex, text, from), diag);
    size_t end;
    if (found < 0 || !stop_check(diag))
        return -1;
    *spans = pcre2_get_ovector_pointer(regex->match);
    *count = pcre2_get_ovector_count(regex->match);
    if (found == 0 || regex->preference == REGEX_NO_PREFERENCE)
        return found;
    size_t start = (*spans)[0], first_end = (*spans)[1];
    int known = find_end(regex, text, start, &end);
    if (known == STOPPED)
        return report(known, diag);
    if (!known || end == first_end)
        return found;
    /* Again for the groups, to the end that is meant. */
    int again = run_to(regex, text, start, end);
    return again < 0 && again != STOPPED ? report(run(regex, text, from), diag) : report(again, diag);
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
