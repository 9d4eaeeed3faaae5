#include "func/func.h"
#include "type/array.h"
#include "type/codecs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <wctype.h>

/* pg_trgm: how alike texts are, by the trigrams of their words. A trigram is three bytes: those of its characters, or for longer ones
 * three bytes of a checksum of them. */

enum { LEFT_BOUND = 1, RIGHT_BOUND = 2 };

struct trigram {
    uint8_t bytes[3];
    uint8_t bounds; /* the first or last of its word */
};

struct trigrams {
    int count, capacity;
    struct trigram *items;
};

static uint32_t crc_table[256];

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++)
            value = value & 1 ? value >> 1 ^ 0xedb88320 : value >> 1;
        crc_table[i] = value;
    }
}

/* The checksum that PostgreSQL takes here: the table of CRC-32, run through from the other end. */
static uint32_t checksum(const char *data, size_t len)
{
    uint32_t crc = 0xffffffff;
    if (!crc_table[1])
        make_table();
    for (size_t i = 0; i < len; i++)
        crc = crc_table[(crc >> 24 ^ (uint8_t) data[i]) & 0xff] ^ crc << 8;
    return crc ^ 0xffffffff;
}

static void add(struct arena *arena, struct trigrams *all, const char *text, size_t len, unsigned bounds)
{
    if (all->count == all->capacity) {
        int capacity = all->capacity ? all->capacity * 2 : 32;
        size_t size = sizeof *all->items;
        all->items = arena_grow(arena, all->items, size * (size_t) all->capacity, size * (size_t) capacity);
        all->capacity = capacity;
    }
    struct trigram *trigram = &all->items[all->count++];
    uint32_t crc = len == 3 ? 0 : checksum(text, len);
    memcpy(trigram->bytes, len == 3 ? (const void *) text : (const void *) &crc, 3);
    trigram->bounds = (uint8_t) bounds;
}

static uint32_t decode(const char *at, size_t size)
{
    uint32_t c = size == 1 ? (uint8_t) *at : (uint8_t) *at & (0x7fu >> size);
    for (size_t i = 1; i < size; i++)
        c = c << 6 | ((uint8_t) at[i] & 63);
    return c;
}

static void put_lower(struct buf *out, const char *at, size_t size)
{
    uint32_t c = decode(at, size), lower = (uint32_t) towlower((wint_t) c);
    if (c < 0x80)
        buf_putc(out, (char) tolower((int) c));
    else if (lower == c)
        buf_append(out, at, size);
    else {
        char text[4];
        size_t len = lower < 0x80 ? 1 : lower < 0x800 ? 2 : lower < 0x10000 ? 3 : 4;
        for (size_t i = len; i-- > 1; lower >>= 6)
            text[i] = (char) (0x80 | (lower & 63));
        text[0] = (char) (len == 1 ? lower : (0xf0 << (4 - len) & 0xff) | lower);
        buf_append(out, text, len);
    }
}

/* A word's trigrams: two blanks stand before it and one behind. */
static void add_word(struct arena *arena, struct trigrams *all, const struct buf *word)
{
    const char *at = word->data, *end = word->data + word->len;
    int first = all->count;
    for (;;) {
        const char *stop = at;
        int taken = 0;
        while (taken < 3 && stop < end) {
            stop += utf8_size((uint8_t) *stop);
            taken++;
        }
        if (taken < 3 || stop > end)
            break;
        add(arena, all, at, (size_t) (stop - at), 0);
        at += utf8_size((uint8_t) *at);
    }
    if (all->count > first) {
        all->items[first].bounds |= LEFT_BOUND;
        all->items[all->count - 1].bounds |= RIGHT_BOUND;
    }
}

static struct trigrams trigrams_of(struct arena *arena, const struct datum *text)
{
    struct trigrams all = {0};
    struct buf word;
    buf_init(&word);
    for (size_t at = 0; at <= text->len;) {
        size_t size = at < text->len ? utf8_size((uint8_t) text->data[at]) : 1;
        bool inside = at < text->len && at + size <= text->len && iswalnum((wint_t) decode(text->data + at, size));
        if (inside) {
            if (!word.len)
                buf_puts(&word, "  ");
            put_lower(&word, text->data + at, size);
        } else if (word.len) {
            buf_putc(&word, ' ');
            add_word(arena, &all, &word);
            buf_reset(&word);
        }
        at += size;
    }
    buf_deinit(&word);
    return all;
}

static int order(const void *a, const void *b)
{
    const struct trigram *left = a, *right = b;
    for (int i = 0; i < 3; i++)
        if (left->bytes[i] != right->bytes[i])
            return (int8_t) left->bytes[i] < (int8_t) right->bytes[i] ? -1 : 1;
    return 0;
}

static void make_set(struct trigrams *all)
{
    int kept = 0;
    if (all->count)
        qsort(all->items, (size_t) all->count, sizeof *all->items, order);
    for (int i = 0; i < all->count; i++)
        if (kept == 0 || order(&all->items[kept - 1], &all->items[i]) != 0)
            all->items[kept++] = all->items[i];
    all->count = kept;
}

static int position(const struct trigrams *set, const struct trigram *wanted)
{
    const struct trigram *found = set->count ? bsearch(wanted, set->items, (size_t) set->count, sizeof *set->items, order) : NULL;
    return found ? (int) (found - set->items) : -1;
}

static float similarity_of(struct arena *arena, const struct datum *a, const struct datum *b)
{
    struct trigrams left = trigrams_of(arena, a), right = trigrams_of(arena, b);
    int common = 0;
    make_set(&left);
    make_set(&right);
    for (int i = 0; i < left.count; i++)
        common += position(&right, &left.items[i]) >= 0;
    return left.count && right.count ? (float) common / (float) (left.count + right.count - common) : 0;
}

/* The greatest similarity of the first text's set with a continuous extent of the second's trigrams; `strict`: of whole words. */
static float word_similarity_of(struct arena *arena, const struct datum *a, const struct datum *b, bool strict)
{
    struct trigrams wanted = trigrams_of(arena, a), text = trigrams_of(arena, b), set = {0};
    float best = 0;
    make_set(&wanted);
    if (!wanted.count || !text.count)
        return 0;
    set = (struct trigrams){text.count, text.count, arena_array(arena, struct trigram, text.count)};
    memcpy(set.items, text.items, sizeof *set.items * (size_t) text.count);
    make_set(&set);
    int *number = arena_array(arena, int, text.count), *seen = arena_array(arena, int, set.count);
    bool *is_wanted = arena_array(arena, bool, text.count);
    for (int i = 0; i < text.count; i++) {
        number[i] = position(&set, &text.items[i]);
        is_wanted[i] = position(&wanted, &text.items[i]) >= 0;
    }
    for (int low = 0; low < text.count; low++) {
        if (strict ? !(text.items[low].bounds & LEFT_BOUND) : !is_wanted[low])
            continue;
        int distinct = 0, common = 0;
        for (int high = low; high < text.count; high++) {
            if (seen[number[high]] != low + 1) {
                seen[number[high]] = low + 1;
                distinct++;
                common += is_wanted[high];
            }
            /* No longer extent can do better than having all that is wanted. */
            if ((float) wanted.count / (float) (distinct > wanted.count ? distinct : wanted.count) < best)
                break;
            if (strict ? !(text.items[high].bounds & RIGHT_BOUND) : !is_wanted[high])
                continue;
            float now = (float) common / (float) (wanted.count + distinct - common);
            best = now > best ? now : best;
        }
    }
    return best;
}

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static struct datum give(float value)
{
    return datum_real((double) value);
}

FUNCTION(show_trgm)
{
    struct trigrams set = trigrams_of(call->arena, &args[0]);
    make_set(&set);
    struct datum *items = arena_array(call->arena, struct datum, set.count);
    for (int i = 0; i < set.count; i++) {
        const uint8_t *bytes = set.items[i].bytes;
        bool printable = true;
        for (int k = 0; k < 3; k++)
            printable = printable && (bytes[k] == ' ' || (bytes[k] < 0x80 && isalnum(bytes[k])));
        items[i] = printable ? datum_text(arena_strndup(call->arena, (const char *) bytes, 3), 3)
                             : datum_cstr(arena_printf(call->arena, "0x%02x%02x%02x", bytes[0], bytes[1], bytes[2]));
    }
    struct array array = array_of(type_builtin(TEXT_OID), set.count, items);
    *result = array_store(call->arena, &array);
    return true;
}

FUNCTION(similarity)
{
    *result = give(similarity_of(call->arena, &args[0], &args[1]));
    return true;
}

FUNCTION(similarity_dist)
{
    *result = give(1.0f - similarity_of(call->arena, &args[0], &args[1]));
    return true;
}

static float by_word(struct fcall *call, const struct datum *args, bool swapped, bool strict)
{
    return word_similarity_of(call->arena, &args[swapped], &args[!swapped], strict);
}

#define WORD_FUNCTIONS(prefix, strict)                                                                                           \
    FUNCTION(prefix)                                                                                                             \
    {                                                                                                                            \
        *result = give(by_word(call, args, false, strict));                                                                      \
        return true;                                                                                                             \
    }                                                                                                                            \
    FUNCTION(prefix##_dist)                                                                                                      \
    {                                                                                                                            \
        *result = give(1.0f - by_word(call, args, false, strict));                                                               \
        return true;                                                                                                             \
    }                                                                                                                            \
    FUNCTION(prefix##_dist_commuted)                                                                                             \
    {                                                                                                                            \
        *result = give(1.0f - by_word(call, args, true, strict));                                                                \
        return true;                                                                                                             \
    }                                                                                                                            \
    FUNCTION(prefix##_op)                                                                                                        \
    {                                                                                                                            \
        *result = datum_bool(by_word(call, args, false, strict) >= threshold(call, "pg_trgm." #prefix "_threshold"));            \
        return true;                                                                                                             \
    }                                                                                                                            \
    FUNCTION(prefix##_op_commuted)                                                                                               \
    {                                                                                                                            \
        *result = datum_bool(by_word(call, args, true, strict) >= threshold(call, "pg_trgm." #prefix "_threshold"));             \
        return true;                                                                                                             \
    }

/* Settings that are made by being set; until then they have these values. */
static float threshold(struct fcall *call, const char *name)
{
    static const struct {
        const char *name;
        float value;
    } defaults[] = {{"pg_trgm.similarity_threshold", 0.3f},
                    {"pg_trgm.word_similarity_threshold", 0.6f},
                    {"pg_trgm.strict_word_similarity_threshold", 0.5f}};
    const char *text = call->env->setting_get ? call->env->setting_get(call->env->session, name) : NULL;
    if (text && *text)
        return strtof(text, NULL);
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (strcmp(defaults[i].name, name) == 0)
            return defaults[i].value;
    return 0;
}

WORD_FUNCTIONS(word_similarity, false)
WORD_FUNCTIONS(strict_word_similarity, true)

FUNCTION(similarity_op)
{
    *result = datum_bool(similarity_of(call->arena, &args[0], &args[1]) >= threshold(call, "pg_trgm.similarity_threshold"));
    return true;
}

FUNCTION(show_limit)
{
    (void) args;
    *result = give(threshold(call, "pg_trgm.similarity_threshold"));
    return true;
}

FUNCTION(set_limit)
{
    double value = args[0].kind == DATUM_INT ? (double) args[0].i : args[0].r;
    char text[32];
    snprintf(text, sizeof text, "%g", value);
    if (!(value >= 0 && value <= 1))
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                        "%s is outside the valid range for parameter \"pg_trgm.similarity_threshold\" (0 .. 1)", text);
    *result = give((float) value);
    return !call->env->setting_set ||
           call->env->setting_set(call->env->session, "pg_trgm.similarity_threshold", text, false, call->diag);
}

const struct func_impl func_impls_trgm[] = {
    SCALAR("show_trgm", show_trgm),
    SCALAR("similarity", similarity),
    SCALAR("similarity_dist", similarity_dist),
    SCALAR_FLAGS("similarity_op", similarity_op, FUNC_SESSION),
    SCALAR("word_similarity", word_similarity),
    SCALAR("word_similarity_dist_op", word_similarity_dist),
    SCALAR("word_similarity_dist_commutator_op", word_similarity_dist_commuted),
    SCALAR_FLAGS("word_similarity_op", word_similarity_op, FUNC_SESSION),
    SCALAR_FLAGS("word_similarity_commutator_op", word_similarity_op_commuted, FUNC_SESSION),
    SCALAR("strict_word_similarity", strict_word_similarity),
    SCALAR("strict_word_similarity_dist_op", strict_word_similarity_dist),
    SCALAR("strict_word_similarity_dist_commutator_op", strict_word_similarity_dist_commuted),
    SCALAR_FLAGS("strict_word_similarity_op", strict_word_similarity_op, FUNC_SESSION),
    SCALAR_FLAGS("strict_word_similarity_commutator_op", strict_word_similarity_op_commuted, FUNC_SESSION),
    SCALAR_FLAGS("show_limit", show_limit, FUNC_SESSION),
    SCALAR_FLAGS("set_limit", set_limit, FUNC_VOLATILE),
    {0},
};
