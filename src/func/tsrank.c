#include "func/func.h"

#include "func/tsmatch.h"
#include "type/array.h"
#include "type/codecs.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* ts_rank and ts_rank_cd: how well a document fits a query (docs: 12.3.3). Single precision where PostgreSQL has it, for the last digit. */

#define FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)

enum { NORM_LOG_LENGTH = 1, NORM_LENGTH = 2, NORM_DISTANCE = 4, NORM_UNIQUE = 8, NORM_LOG_UNIQUE = 16, NORM_SELF = 32 };

struct rank {
    struct fcall *call;
    float weights[4];
    struct tsvector vector;
    struct ts_query *query;
    int method;
    int count; /* of the query's words */
    const struct ts_query **words;
};

static void collect(struct rank *rank, const struct ts_query *query)
{
    if (query->kind == TS_VALUE) {
        rank->words[rank->count++] = query;
        return;
    }
    /* The right operand comes first, as PostgreSQL keeps them. */
    collect(rank, query->right);
    if (query->left)
        collect(rank, query->left);
}

static int order_words(const void *a, const void *b)
{
    const struct ts_query *x = *(const struct ts_query *const *) a, *y = *(const struct ts_query *const *) b;
    return ts_lexeme_compare(x->text, x->len, y->text, y->len);
}

static bool read_weights(struct fcall *call, const struct datum *given, float weights[4])
{
    static const float defaults[] = {0.1f, 0.2f, 0.4f, 1.0f};
    struct array array = {.count = 0};
    if (given) {
        array_load(call->arena, type_builtin(FLOAT4_OID), given, &array);
        if (array.ndims != 1)
            return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "array of weight must be one-dimensional");
        if (array.count < 4)
            return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "array of weight is too short");
        for (int i = 0; i < array.count; i++)
            if (datum_is_null(&array.items[i]))
                return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "array of weight must not contain nulls");
    }
    for (int i = 0; i < 4; i++) {
        float weight = given ? (float) float_datum(&array.items[i]) : -1;
        weights[i] = weight >= 0 ? weight : defaults[i];
        if (weights[i] > 1)
            return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "weight out of range");
    }
    return true;
}

/* Arguments: weights when `weighted`, document, query, and perhaps how to normalise. False: report, or an empty side (zero: diag unset). */
static bool open_rank(struct rank *rank, struct fcall *call, bool weighted, int nargs, const struct datum *args)
{
    *rank = (struct rank){.call = call};
    if (!read_weights(call, weighted ? &args[0] : NULL, rank->weights))
        return false;
    args += weighted;
    nargs -= weighted;
    rank->vector = tsvector_load(call->arena, &args[0]);
    rank->query = tsquery_load(call->arena, &args[1]);
    rank->method = nargs > 2 ? (int) args[2].i : 0;
    if (!rank->query || !rank->vector.count)
        return false;
    rank->words = arena_array(call->arena, const struct ts_query *, tsquery_count(rank->query));
    collect(rank, rank->query);
    return true;
}

/* The lexemes a word of the query means: one, or those with the prefix. */
static const struct ts_lexeme *find(const struct rank *rank, const struct ts_query *word, int *count)
{
    const struct tsvector *vector = &rank->vector;
    *count = 1;
    if (!word->prefix)
        return tsvector_find(vector, word->text, word->len);
    const struct ts_lexeme *first = NULL;
    *count = 0;
    for (int i = 0; i < vector->count; i++) {
        const struct ts_lexeme *lexeme = &vector->lexemes[i];
        if (lexeme->len < word->len || memcmp(lexeme->text, word->text, word->len) != 0)
            continue;
        first = first ? first : lexeme;
        (*count)++;
    }
    return first;
}

/* Each word of the query once, sorted. */
static void unique_words(struct rank *rank)
{
    int kept = 0;
    qsort(rank->words, (size_t) rank->count, sizeof *rank->words, order_words);
    for (int i = 0; i < rank->count; i++)
        if (!kept || order_words(&rank->words[kept - 1], &rank->words[i]) != 0)
            rank->words[kept++] = rank->words[i];
    rank->count = kept;
}

/* A lexeme without positions stands at the end, with the least weight. */
static uint16_t nowhere[] = {TS_POSITION_MAX};

static int places_of(const struct ts_lexeme *lexeme, const uint16_t **places)
{
    *places = lexeme->count ? lexeme->places : nowhere;
    return lexeme->count ? lexeme->count : 1;
}

static float rank_or(struct rank *rank)
{
    float sum = 0;
    for (int i = 0; i < rank->count; i++) {
        int found;
        const struct ts_lexeme *lexeme = find(rank, rank->words[i], &found);
        for (int n = 0; lexeme && n < found; n++) {
            const uint16_t *places;
            int count = places_of(&lexeme[n], &places), best = 0;
            float each = 0, best_weight = -1;
            for (int j = 0; j < count; j++) {
                float weight = rank->weights[ts_weight(places[j])];
                each += weight / (float) ((j + 1) * (j + 1));
                if (weight > best_weight) {
                    best_weight = weight;
                    best = j;
                }
            }
            /* π²/6 is the limit of the sum. */
            sum = (float) (sum + (best_weight + each - best_weight / (float) ((best + 1) * (best + 1))) / 1.64493406685);
        }
    }
    return rank->count ? sum / (float) rank->count : sum;
}

static float closeness(int distance)
{
    return distance > 100 ? 1e-30f : (float) (1.0 / (1.005 + 0.05 * exp((float) distance / 1.5 - 2)));
}

static float rank_and(struct rank *rank)
{
    float sum = -1;
    if (rank->count < 2)
        return rank_or(rank);
    const uint16_t **places = arena_array(rank->call->arena, const uint16_t *, rank->count);
    int *counts = arena_array(rank->call->arena, int, rank->count);
    for (int i = 0; i < rank->count; i++) {
        int found;
        const struct ts_lexeme *lexeme = find(rank, rank->words[i], &found);
        for (int n = 0; lexeme && n < found; n++) {
            counts[i] = places_of(&lexeme[n], &places[i]);
            for (int k = 0; k < i; k++)
                for (int l = 0; l < counts[i]; l++)
                    for (int p = 0; p < counts[k]; p++) {
                        int distance = abs(ts_position(places[i][l]) - ts_position(places[k][p]));
                        if (!distance && places[i] != nowhere && places[k] != nowhere)
                            continue;
                        if (!distance)
                            distance = TS_POSITION_MAX + 1;
                        float weight = rank->weights[ts_weight(places[i][l])] * rank->weights[ts_weight(places[k][p])];
                        float each = (float) sqrt((double) (weight * closeness(distance)));
                        sum = sum < 0 ? each : (float) (1.0 - (1.0 - (double) sum) * (1.0 - (double) each));
                    }
        }
    }
    return sum;
}

static int document_length(const struct rank *rank)
{
    int length = 0;
    for (int i = 0; i < rank->vector.count; i++)
        length += rank->vector.lexemes[i].count ? rank->vector.lexemes[i].count : 1;
    return length;
}

static bool rank_plain(struct fcall *call, bool weighted, int nargs, const struct datum *args, struct datum *result)
{
    struct rank rank;
    *result = datum_real(0);
    if (!open_rank(&rank, call, weighted, nargs, args))
        return !diag_is_set(call->diag);
    unique_words(&rank);
    float value = rank.query->kind == TS_AND || rank.query->kind == TS_PHRASE ? rank_and(&rank) : rank_or(&rank);
    if (value < 0)
        value = 1e-20f;
    if (rank.method & NORM_LOG_LENGTH)
        value = (float) (value / (log((double) (document_length(&rank) + 1)) / log(2.0)));
    if (rank.method & NORM_LENGTH)
        value /= (float) document_length(&rank);
    if (rank.method & NORM_UNIQUE)
        value /= (float) rank.vector.count;
    if (rank.method & NORM_LOG_UNIQUE)
        value = (float) (value / (log((double) (rank.vector.count + 1)) / log(2.0)));
    if (rank.method & NORM_SELF)
        value /= value + 1;
    *result = datum_real((double) value);
    return true;
}

/* Cover density. */

/* A place of the document where words of the query are. */
struct spot {
    uint16_t place;
    const struct ts_lexeme *lexeme;
    int nwords;
    const struct ts_query **words;
};

/* Where each word of the query has been seen while a cover is looked for. */
struct seen {
    const struct ts_query *word;
    int count;
    uint16_t *positions;
};

struct covers {
    struct rank *rank;
    struct spot *spots;
    int nspots;
    struct seen *seen;
    bool backwards; /* positions are then kept from the end of the array */
    int room;
    int from, begin, end, first, last; /* the next start; the cover: its spots, its positions */
};

static int order_spots(const void *a, const void *b)
{
    const struct spot *x = a, *y = b;
    int order = ts_position(x->place) - ts_position(y->place);
    if (order == 0)
        order = ts_weight(x->place) - ts_weight(y->place);
    return order ? order : (x->lexeme > y->lexeme) - (x->lexeme < y->lexeme);
}

static void find_spots(struct covers *c)
{
    struct rank *rank = c->rank;
    int room = 0;
    for (int i = 0; i < rank->count; i++) {
        const struct ts_query *word = rank->words[i];
        int found;
        const struct ts_lexeme *lexeme = find(rank, word, &found);
        for (int n = 0; lexeme && n < found; n++)
            for (int j = 0; j < lexeme[n].count; j++) {
                if (word->weights && !(word->weights >> ts_weight(lexeme[n].places[j]) & 1))
                    continue;
                if (c->nspots == room) {
                    int larger = room ? room * 2 : 16;
                    c->spots = arena_grow(rank->call->arena, c->spots, sizeof *c->spots * (size_t) room,
                                          sizeof *c->spots * (size_t) larger);
                    room = larger;
                }
                const struct ts_query **words = arena_array(rank->call->arena, const struct ts_query *, rank->count);
                words[0] = word;
                c->spots[c->nspots++] = (struct spot){lexeme[n].places[j], &lexeme[n], 1, words};
            }
    }
    if (!c->nspots)
        return;
    qsort(c->spots, (size_t) c->nspots, sizeof *c->spots, order_spots);
    int kept = 0;
    for (int i = 0; i < c->nspots; i++) {
        struct spot *last = kept ? &c->spots[kept - 1] : NULL;
        if (last && last->place == c->spots[i].place && last->lexeme == c->spots[i].lexeme)
            last->words[last->nwords++] = c->spots[i].words[0];
        else
            c->spots[kept++] = c->spots[i];
    }
    c->nspots = kept;
}

static struct seen *seen_of(struct covers *c, const struct ts_query *word)
{
    for (int i = 0; i < c->rank->count; i++)
        if (c->seen[i].word == word)
            return &c->seen[i];
    return NULL;
}

static void forget(struct covers *c, bool backwards)
{
    c->backwards = backwards;
    for (int i = 0; i < c->rank->count; i++)
        c->seen[i].count = 0;
}

static void see(struct covers *c, const struct spot *spot)
{
    uint16_t position = (uint16_t) ts_position(spot->place);
    for (int i = 0; i < spot->nwords; i++) {
        struct seen *seen = seen_of(c, spot->words[i]);
        uint16_t *newest = c->backwards ? &seen->positions[c->room - seen->count] : &seen->positions[seen->count - 1];
        if (seen->count && *newest == position)
            continue;
        seen->positions[c->backwards ? c->room - 1 - seen->count : seen->count] = position;
        seen->count++;
    }
}

static enum ts_truth match_seen(void *self, const struct ts_query *value, struct ts_places *places)
{
    struct covers *c = self;
    struct seen *seen = seen_of(c, value);
    if (!seen->count)
        return TS_NO;
    if (places) {
        places->count = seen->count;
        places->positions = seen->positions + (c->backwards ? c->room - seen->count : 0);
    }
    return TS_YES;
}

static bool satisfied(struct covers *c)
{
    return ts_matches_by(c->rank->call->arena, c->rank->query, match_seen, c);
}

/* The next smallest stretch of the document that satisfies the query. */
static bool next_cover(struct covers *c)
{
    for (;; c->from++) {
        bool found = false;
        int at;
        c->first = INT_MAX;
        c->last = 0;
        forget(c, false);
        for (at = c->from; at < c->nspots; at++) {
            see(c, &c->spots[at]);
            if (!satisfied(c))
                continue;
            if (ts_position(c->spots[at].place) > c->last) {
                c->last = ts_position(c->spots[at].place);
                c->end = at;
                found = true;
            }
            break;
        }
        if (!found)
            return false;
        forget(c, true);
        for (at = c->end; at >= c->from; at--) {
            see(c, &c->spots[at]);
            if (!satisfied(c))
                continue;
            if (ts_position(c->spots[at].place) < c->first) {
                c->begin = at;
                c->first = ts_position(c->spots[at].place);
            }
            break;
        }
        if (c->first <= c->last) {
            c->from = at + 1;
            return true;
        }
    }
}

static bool rank_cover(struct fcall *call, bool weighted, int nargs, const struct datum *args, struct datum *result)
{
    struct rank rank;
    double sum = 0, distances = 0, before = 0;
    int extents = 0;
    *result = datum_real(0);
    if (!open_rank(&rank, call, weighted, nargs, args))
        return !diag_is_set(call->diag);
    struct covers c = {.rank = &rank};
    find_spots(&c);
    c.room = c.nspots + 1;
    c.seen = arena_array(call->arena, struct seen, rank.count);
    for (int i = 0; i < rank.count; i++)
        c.seen[i] = (struct seen){rank.words[i], 0, arena_array(call->arena, uint16_t, c.room)};
    while (next_cover(&c)) {
        double inverse = 0;
        for (int i = c.begin; i <= c.end; i++)
            inverse += 1.0 / (double) rank.weights[ts_weight(c.spots[i].place)];
        int noise = (c.last - c.first) - (c.end - c.begin);
        if (noise < 0)
            noise = (c.end - c.begin) / 2;
        sum += (double) (c.end - c.begin + 1) / inverse / (double) (1 + noise);
        double middle = (double) (c.last + c.first) / 2.0;
        if (extents > 0 && middle > before)
            distances += 1.0 / (middle - before);
        before = middle;
        extents++;
    }
    if (rank.method & NORM_LOG_LENGTH)
        sum /= log((double) (document_length(&rank) + 1));
    if (rank.method & NORM_LENGTH)
        sum /= (double) document_length(&rank);
    if ((rank.method & NORM_DISTANCE) && extents > 0 && distances > 0)
        sum /= (double) extents / distances;
    if (rank.method & NORM_UNIQUE)
        sum /= (double) rank.vector.count;
    if (rank.method & NORM_LOG_UNIQUE)
        sum /= log((double) (rank.vector.count + 1)) / log(2.0);
    if (rank.method & NORM_SELF)
        sum /= sum + 1;
    *result = datum_real((double) (float) sum);
    return true;
}

#define RANK(name, how, weighted)                                                                                                \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        return how(call, weighted, nargs, args, result);                                                                         \
    }
RANK(ts_rank, rank_plain, false)
RANK(ts_rank_weighted, rank_plain, true)
RANK(ts_rank_cd, rank_cover, false)
RANK(ts_rank_cd_weighted, rank_cover, true)

const struct func_impl func_impls_tsrank[] = {
    SCALAR("ts_rank_tt", ts_rank),
    SCALAR("ts_rank_ttf", ts_rank),
    SCALAR("ts_rank_wtt", ts_rank_weighted),
    SCALAR("ts_rank_wttf", ts_rank_weighted),
    SCALAR("ts_rankcd_tt", ts_rank_cd),
    SCALAR("ts_rankcd_ttf", ts_rank_cd),
    SCALAR("ts_rankcd_wtt", ts_rank_cd_weighted),
    SCALAR("ts_rankcd_wttf", ts_rank_cd_weighted),
    {0},
};
