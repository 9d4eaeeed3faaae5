#include "func/tsmatch.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Matching a document with a query. A phrase needs the positions at which its operands match; a document without positions leaves
 * that open, which counts as no match. */

struct match {
    struct arena *arena;
    const struct tsvector *vector; /* or, instead: */
    ts_value_matcher *matcher;
    void *self;
};

static int order_positions(const void *a, const void *b)
{
    return *(const uint16_t *) a - *(const uint16_t *) b;
}

/* One lexeme that has the word asked for. A lexeme without places satisfies any weight. */
static enum ts_truth match_lexeme(struct match *m, const struct ts_lexeme *lexeme, const struct ts_query *value,
                                  struct ts_places *places)
{
    if (!lexeme->count)
        return places ? TS_MAYBE : TS_YES;
    enum ts_truth result = TS_NO;
    if (places)
        places->positions = arena_grow(m->arena, places->positions, sizeof *places->positions * (size_t) places->count,
                                       sizeof *places->positions * (size_t) (places->count + lexeme->count));
    for (int i = 0; i < lexeme->count; i++) {
        if (value->weights && !(value->weights >> ts_weight(lexeme->places[i]) & 1))
            continue;
        result = TS_YES;
        if (!places)
            break;
        places->positions[places->count++] = (uint16_t) ts_position(lexeme->places[i]);
    }
    return result;
}

static enum ts_truth match_prefix(struct match *m, const struct ts_query *value, struct ts_places *places)
{
    const struct tsvector *vector = m->vector;
    int low = 0, high = vector->count;
    enum ts_truth result = TS_NO;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const struct ts_lexeme *lexeme = &vector->lexemes[middle];
        if (ts_lexeme_compare(lexeme->text, lexeme->len, value->text, value->len) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < vector->count; low++) {
        const struct ts_lexeme *lexeme = &vector->lexemes[low];
        if (lexeme->len < value->len || memcmp(lexeme->text, value->text, value->len) != 0)
            break;
        enum ts_truth found = match_lexeme(m, lexeme, value, places);
        if (found == TS_MAYBE || (found == TS_YES && !places))
            return found;
        if (found == TS_YES)
            result = TS_YES;
    }
    if (places && places->count) {
        int kept = 0;
        qsort(places->positions, (size_t) places->count, sizeof *places->positions, order_positions);
        for (int i = 0; i < places->count; i++)
            if (!kept || places->positions[kept - 1] != places->positions[i])
                places->positions[kept++] = places->positions[i];
        places->count = kept;
    }
    return result;
}

static enum ts_truth match_value(struct match *m, const struct ts_query *value, struct ts_places *places)
{
    if (m->matcher)
        return m->matcher(m->self, value, places);
    if (value->prefix)
        return match_prefix(m, value, places);
    const struct ts_lexeme *lexeme = tsvector_find(m->vector, value->text, value->len);
    return lexeme ? match_lexeme(m, lexeme, value, places) : TS_NO;
}

enum { BOTH = 1, LEFT_ONLY = 2, RIGHT_ONLY = 4 };

/* Merge two lists of positions, shifted, keeping those that are in both or in one only, as told. */
static enum ts_truth merge(struct match *m, struct ts_places *out, const struct ts_places *left, const struct ts_places *right,
                           int keep, int left_shift, int right_shift)
{
    int i = 0, j = 0;
    if (out)
        out->positions = arena_array(m->arena, uint16_t, left->count + right->count);
    while (i < left->count || j < right->count) {
        if ((i == left->count && !(keep & RIGHT_ONLY)) || (j == right->count && !(keep & LEFT_ONLY)))
            break;
        int a = i < left->count ? left->positions[i] + left_shift : INT_MAX;
        int b = j < right->count ? right->positions[j] + right_shift : INT_MAX;
        bool kept = keep & (a < b ? LEFT_ONLY : a > b ? RIGHT_ONLY : BOTH);
        i += a <= b;
        j += b <= a;
        if (kept && !out)
            return TS_YES;
        if (kept)
            out->positions[out->count++] = (uint16_t) (a < b ? a : b);
    }
    return out && out->count ? TS_YES : TS_NO;
}

static int wider(const struct ts_places *a, const struct ts_places *b)
{
    return a->width > b->width ? a->width : b->width;
}

static enum ts_truth match_phrase(struct match *m, const struct ts_query *query, struct ts_places *out);

static enum ts_truth match_not(struct match *m, const struct ts_query *query, struct ts_places *out)
{
    switch (match_phrase(m, query->right, out)) {
    case TS_NO:
        out->negated = true;
        return TS_YES;
    case TS_YES:
        if (out->count) {
            out->negated = !out->negated;
            return TS_YES;
        }
        out->negated = false;
        return TS_NO;
    default:
        return TS_MAYBE;
    }
}

static enum ts_truth match_both(struct match *m, const struct ts_query *query, struct ts_places *out)
{
    struct ts_places left = {0}, right = {0};
    enum ts_truth l = match_phrase(m, query->left, &left), r = l == TS_NO ? TS_NO : match_phrase(m, query->right, &right);
    if (l == TS_NO || r == TS_NO)
        return TS_NO;
    if (l == TS_MAYBE || r == TS_MAYBE)
        return TS_MAYBE;
    bool phrase = query->kind == TS_PHRASE;
    int width = phrase ? query->distance + left.width + right.width : wider(&left, &right);
    int left_shift = phrase ? query->distance + right.width : width - left.width, right_shift = phrase ? 0 : width - right.width;
    if (out)
        out->width = width;
    if (left.negated && right.negated) {
        merge(m, out, &left, &right, BOTH | LEFT_ONLY | RIGHT_ONLY, left_shift, right_shift);
        if (out)
            out->negated = true;
        return TS_YES;
    }
    return merge(m, out, &left, &right, left.negated ? RIGHT_ONLY : right.negated ? LEFT_ONLY : BOTH, left_shift, right_shift);
}

static enum ts_truth match_either(struct match *m, const struct ts_query *query, struct ts_places *out)
{
    struct ts_places left = {0}, right = {0};
    enum ts_truth l = match_phrase(m, query->left, &left), r = match_phrase(m, query->right, &right);
    if (l == TS_NO && r == TS_NO)
        return TS_NO;
    if (l == TS_MAYBE || r == TS_MAYBE)
        return TS_MAYBE;
    if (l == TS_NO)
        left.width = 0;
    if (r == TS_NO)
        right.width = 0;
    int width = wider(&left, &right), left_shift = width - left.width, right_shift = width - right.width;
    if (out)
        out->width = width;
    if (left.negated || right.negated) {
        int keep = left.negated && right.negated ? BOTH : left.negated ? LEFT_ONLY : RIGHT_ONLY;
        merge(m, out, &left, &right, keep, left_shift, right_shift);
        if (out)
            out->negated = true;
        return TS_YES;
    }
    return merge(m, out, &left, &right, BOTH | LEFT_ONLY | RIGHT_ONLY, left_shift, right_shift);
}

static enum ts_truth match_phrase(struct match *m, const struct ts_query *query, struct ts_places *out)
{
    struct ts_places ignored = {0};
    switch (query->kind) {
    case TS_VALUE:
        return match_value(m, query, out);
    case TS_NOT:
        return match_not(m, query, out ? out : &ignored);
    case TS_OR:
        return match_either(m, query, out);
    default:
        return match_both(m, query, out);
    }
}

static enum ts_truth match_query(struct match *m, const struct ts_query *query)
{
    enum ts_truth left, right;
    switch (query->kind) {
    case TS_VALUE:
        return match_value(m, query, NULL);
    case TS_NOT:
        right = match_query(m, query->right);
        return right == TS_MAYBE ? TS_MAYBE : right == TS_YES ? TS_NO : TS_YES;
    case TS_AND:
        left = match_query(m, query->left);
        right = left == TS_NO ? TS_NO : match_query(m, query->right);
        return right == TS_YES ? left : right;
    case TS_OR:
        left = match_query(m, query->left);
        right = left == TS_YES ? TS_YES : match_query(m, query->right);
        return right == TS_NO ? left : right;
    default:
        return match_phrase(m, query, NULL) == TS_YES ? TS_YES : TS_NO;
    }
}

bool ts_matches(struct arena *arena, const struct tsvector *vector, const struct ts_query *query)
{
    struct match m = {arena, vector, NULL, NULL};
    return query && match_query(&m, query) != TS_NO;
}

bool ts_matches_by(struct arena *arena, const struct ts_query *query, ts_value_matcher *matcher, void *self)
{
    struct match m = {arena, NULL, matcher, self};
    return query && match_query(&m, query) != TS_NO;
}
