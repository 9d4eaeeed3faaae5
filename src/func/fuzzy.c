#include "func/func.h"
#include "type/codecs.h"
#include "type/icu.h"

#include <ctype.h>

/* fuzzystrmatch and unaccent: edit distance, soundex, letters without their marks. */

enum { LEVENSHTEIN_MAX = 255, SOUNDEX = 4 };

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

/* Where each character begins, and the end. */
static size_t *starts_of(struct fcall *call, const struct datum *text, int *count)
{
    size_t *starts = arena_array(call->arena, size_t, text->len + 1), at = 0;
    *count = 0;
    while (at < text->len) {
        starts[(*count)++] = at;
        at += utf8_size((uint8_t) text->data[at]);
    }
    starts[*count] = text->len;
    return starts;
}

static bool same(const struct datum *a, const size_t *a_starts, int i, const struct datum *b, const size_t *b_starts, int k)
{
    size_t size = a_starts[i + 1] - a_starts[i];
    return size == b_starts[k + 1] - b_starts[k] && memcmp(a->data + a_starts[i], b->data + b_starts[k], size) == 0;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool distance(struct fcall *call, const struct datum *args, int64_t insert, int64_t delete, int64_t substitute,
                     int64_t *out)
{
    int rows, columns;
    const size_t *left = starts_of(call, &args[0], &rows), *right = starts_of(call, &args[1], &columns);
    if (rows > LEVENSHTEIN_MAX || columns > LEVENSHTEIN_MAX)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                        "levenshtein argument exceeds maximum length of %d characters", LEVENSHTEIN_MAX);
    int64_t before[LEVENSHTEIN_MAX + 1], now[LEVENSHTEIN_MAX + 1];
    for (int i = 0; i <= rows; i++)
        before[i] = i * delete;
    for (int k = 0; k < columns; k++) {
        now[0] = (k + 1) * insert;
        for (int i = 0; i < rows; i++) {
            int64_t replaced = before[i] + (same(&args[0], left, i, &args[1], right, k) ? 0 : substitute);
            now[i + 1] = least(replaced, least(before[i + 1] + insert, now[i] + delete));
        }
        memcpy(before, now, sizeof before);
    }
    *out = before[rows];
    return true;
}

FUNCTION(levenshtein)
{
    int64_t value = 0;
    bool good = distance(call, args, 1, 1, 1, &value);
    *result = datum_int(value);
    return good;
}

FUNCTION(levenshtein_with_costs)
{
    int64_t value = 0;
    bool good = distance(call, args, args[2].i, args[3].i, args[4].i, &value);
    *result = datum_int(value);
    return good;
}

/* What exceeds the bound is told as one more than it. */
static bool bounded(struct fcall *call, const struct datum *args, int64_t insert, int64_t delete, int64_t substitute,
                    int64_t bound, struct datum *result)
{
    int64_t value = 0;
    bool good = distance(call, args, insert, delete, substitute, &value);
    *result = datum_int(bound >= 0 && value > bound ? bound + 1 : value);
    return good;
}

FUNCTION(levenshtein_less_equal)
{
    return bounded(call, args, 1, 1, 1, args[2].i, result);
}

FUNCTION(levenshtein_less_equal_with_costs)
{
    return bounded(call, args, args[2].i, args[3].i, args[4].i, args[5].i, result);
}

static char sound(char c)
{
    static const char sounds[] = "01230120022455012623010202";
    c = (char) toupper((unsigned char) c);
    return c >= 'A' && c <= 'Z' ? sounds[c - 'A'] : c;
}

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void soundex_of(const struct datum *text, char out[SOUNDEX + 1])
{
    uint32_t at = 0;
    int count = 0;
    memset(out, 0, SOUNDEX + 1);
    while (at < text->len && !is_ascii_letter(text->data[at]))
        at++;
    if (at == text->len)
        return;
    out[count++] = (char) toupper((unsigned char) text->data[at]);
    for (at++; at < text->len && count < SOUNDEX; at++) {
        char c = text->data[at];
        if (is_ascii_letter(c) && sound(c) != sound(text->data[at - 1]) && sound(c) != '0')
            out[count++] = sound(c);
    }
    while (count < SOUNDEX)
        out[count++] = '0';
}

FUNCTION(soundex)
{
    char code[SOUNDEX + 1];
    soundex_of(&args[0], code);
    *result = datum_cstr(arena_strdup(call->arena, code));
    return true;
}

FUNCTION(difference)
{
    char left[SOUNDEX + 1], right[SOUNDEX + 1];
    int count = 0;
    (void) call;
    soundex_of(&args[0], left);
    soundex_of(&args[1], right);
    for (int i = 0; i < SOUNDEX; i++)
        count += left[i] == right[i];
    *result = datum_int(count);
    return true;
}

/* Letters lose their marks and ligatures fall apart; other scripts stay as they are. */
FUNCTION(unaccent)
{
    static const char rules[] = "Null; [[:Latin:][:Greek:][:Cyrillic:]] NFD; [\\u0300-\\u036F\\u20D0-\\u20F0] Remove; NFC; "
                                "[\\u00BC-\\u00BE\\u2150-\\u215F\\u2189] NFKD; Latin-ASCII";
    struct buf out;
    bool plain = true;
    for (uint32_t i = 0; i < args[0].len && plain; i++)
        plain = (uint8_t) args[0].data[i] < 0x80;
    *result = args[0];
    if (plain)
        return true;
    buf_init(&out);
    bool good = icu_transliterate(rules, args[0].data, args[0].len, &out, call->diag);
    *result = datum_text(arena_strndup(call->arena, out.len ? out.data : "", out.len), out.len);
    buf_deinit(&out);
    return good;
}

const struct func_impl func_impls_fuzzy[] = {
    SCALAR("levenshtein", levenshtein),
    SCALAR("levenshtein_with_costs", levenshtein_with_costs),
    SCALAR("levenshtein_less_equal", levenshtein_less_equal),
    SCALAR("levenshtein_less_equal_with_costs", levenshtein_less_equal_with_costs),
    SCALAR("soundex", soundex),
    SCALAR("difference", difference),
    SCALAR("unaccent_dict", unaccent),
    {0},
};
