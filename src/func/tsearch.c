#include "func/func.h"

#include "func/tsmatch.h"
#include "type/array.h"

#include <stdlib.h>
#include <string.h>

/* Functions and operators of tsvector and tsquery that need no dictionary. */

#define FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)

static struct tsvector load(struct fcall *call, const struct datum *value)
{
    return tsvector_load(call->arena, value);
}

static bool give(struct fcall *call, struct tsvector *vector, struct datum *result)
{
    tsvector_normalise(call->arena, vector);
    return tsvector_store(call->arena, vector, result, call->diag);
}

static bool give_query(struct fcall *call, const struct ts_query *query, struct datum *result)
{
    *result = tsquery_store(call->arena, query);
    return true;
}

static int vector_order(struct fcall *call, const struct datum *args)
{
    struct tsvector a = load(call, &args[0]), b = load(call, &args[1]);
    return tsvector_compare(&a, &b);
}

static int query_order(struct fcall *call, const struct datum *args)
{
    return tsquery_compare(tsquery_load(call->arena, &args[0]), tsquery_load(call->arena, &args[1]));
}

#define COMPARISONS(type, order)                                                                                                 \
    COMPARISON(type##_eq, order(call, args) == 0)                                                                                \
    COMPARISON(type##_ne, order(call, args) != 0)                                                                                \
    COMPARISON(type##_lt, order(call, args) < 0)                                                                                 \
    COMPARISON(type##_le, order(call, args) <= 0)                                                                                \
    COMPARISON(type##_gt, order(call, args) > 0)                                                                                 \
    COMPARISON(type##_ge, order(call, args) >= 0)                                                                                \
    COMPARISON(type##_cmp, order(call, args))
#define COMPARISON(name, value)                                                                                                  \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        *result = datum_int(value);                                                                                              \
        return true;                                                                                                             \
    }
COMPARISONS(tsvector, vector_order)
COMPARISONS(tsquery, query_order)

/* tsvector */

FUNCTION(tsvector_length)
{
    (void) nargs;
    *result = datum_int(load(call, &args[0]).count);
    return true;
}

FUNCTION(tsvector_strip)
{
    (void) nargs;
    struct tsvector vector = load(call, &args[0]);
    for (int i = 0; i < vector.count; i++)
        vector.lexemes[i].count = 0;
    return give(call, &vector, result);
}

static bool weight_of(struct fcall *call, const struct datum *letter, int *weight)
{
    char c = letter->kind == DATUM_TEXT && letter->len ? letter->data[0] : '\0';
    const char *found = c ? strchr("DCBA", c & ~0x20) : NULL;
    if (!found || !*found)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "unrecognized weight: \"%c\"", c);
    *weight = (int) (found - "DCBA");
    return true;
}

static void set_weight(struct ts_lexeme *lexeme, int weight)
{
    for (int i = 0; i < lexeme->count; i++)
        lexeme->places[i] = ts_place(ts_position(lexeme->places[i]), weight);
}

FUNCTION(tsvector_setweight)
{
    (void) nargs;
    struct tsvector vector = load(call, &args[0]);
    int weight;
    if (!weight_of(call, &args[1], &weight))
        return false;
    for (int i = 0; i < vector.count; i++)
        set_weight(&vector.lexemes[i], weight);
    return give(call, &vector, result);
}

static struct array texts(struct fcall *call, const struct datum *value, oid_t element)
{
    struct array array;
    array_load(call->arena, type_builtin(element), value, &array);
    return array;
}

FUNCTION(tsvector_setweight_by_filter)
{
    (void) nargs;
    struct tsvector vector = load(call, &args[0]);
    struct array words = texts(call, &args[2], TEXT_OID);
    int weight;
    if (!weight_of(call, &args[1], &weight))
        return false;
    for (int i = 0; i < words.count; i++) {
        const struct datum *word = &words.items[i];
        const struct ts_lexeme *found = datum_is_null(word) ? NULL : tsvector_find(&vector, word->data, word->len);
        if (found)
            set_weight(&vector.lexemes[found - vector.lexemes], weight);
    }
    return give(call, &vector, result);
}

/* The second document's positions follow the first's. */
FUNCTION(tsvector_concat)
{
    (void) nargs;
    struct tsvector a = load(call, &args[0]), b = load(call, &args[1]);
    int last = 0;
    for (int i = 0; i < a.count; i++)
        if (a.lexemes[i].count && ts_position(a.lexemes[i].places[a.lexemes[i].count - 1]) > last)
            last = ts_position(a.lexemes[i].places[a.lexemes[i].count - 1]);
    struct tsvector sum = {a.count + b.count, arena_array(call->arena, struct ts_lexeme, a.count + b.count + 1)};
    for (int i = 0; i < b.count; i++)
        for (int j = 0; j < b.lexemes[i].count; j++) {
            uint16_t *place = &b.lexemes[i].places[j];
            *place = ts_place(ts_position(*place) + last, ts_weight(*place));
        }
    if (a.count)
        memcpy(sum.lexemes, a.lexemes, sizeof *a.lexemes * (size_t) a.count);
    if (b.count)
        memcpy(sum.lexemes + a.count, b.lexemes, sizeof *b.lexemes * (size_t) b.count);
    return give(call, &sum, result);
}

static void delete_word(struct tsvector *vector, const char *text, size_t len)
{
    const struct ts_lexeme *found = tsvector_find(vector, text, len);
    if (!found)
        return;
    size_t at = (size_t) (found - vector->lexemes);
    vector->count--;
    memmove(vector->lexemes + at, vector->lexemes + at + 1, sizeof *vector->lexemes * ((size_t) vector->count - at));
}

FUNCTION(tsvector_delete_str)
{
    (void) nargs;
    struct tsvector vector = load(call, &args[0]);
    delete_word(&vector, args[1].data, args[1].len);
    return give(call, &vector, result);
}

FUNCTION(tsvector_delete_arr)
{
    (void) nargs;
    struct tsvector vector = load(call, &args[0]);
    struct array words = texts(call, &args[1], TEXT_OID);
    for (int i = 0; i < words.count; i++)
        if (!datum_is_null(&words.items[i]))
            delete_word(&vector, words.items[i].data, words.items[i].len);
    return give(call, &vector, result);
}

/* Keep the places that have one of the weights, and the lexemes that have such. */
FUNCTION(tsvector_filter)
{
    (void) nargs;
    struct tsvector vector = load(call, &args[0]);
    struct array letters = texts(call, &args[1], CHAR_OID);
    int mask = 0, kept = 0;
    for (int i = 0; i < letters.count; i++) {
        const struct datum *letter = &letters.items[i];
        if (datum_is_null(letter))
            return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "weight array may not contain nulls");
        char c = letter->len ? letter->data[0] : '\0';
        const char *found = c ? strchr("DCBA", c & ~0x20) : NULL;
        if (!found)
            return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "unrecognized weight: \"%c\"", c);
        mask |= 1 << (found - "DCBA");
    }
    for (int i = 0; i < vector.count; i++) {
        struct ts_lexeme lexeme = vector.lexemes[i];
        int places = 0;
        for (int j = 0; j < lexeme.count; j++)
            if (mask >> ts_weight(lexeme.places[j]) & 1)
                lexeme.places[places++] = lexeme.places[j];
        lexeme.count = places;
        if (places)
            vector.lexemes[kept++] = lexeme;
    }
    vector.count = kept;
    return give(call, &vector, result);
}

FUNCTION(tsvector_to_array)
{
    (void) nargs;
    struct tsvector vector = load(call, &args[0]);
    struct array_builder builder = {0};
    for (int i = 0; i < vector.count; i++) {
        struct datum word = datum_text(vector.lexemes[i].text, vector.lexemes[i].len);
        array_builder_add(&builder, type_builtin(TEXT_OID), &word);
    }
    *result = array_builder_finish(&builder, call->arena);
    return true;
}

FUNCTION(array_to_tsvector)
{
    (void) nargs;
    struct array words = texts(call, &args[0], TEXT_OID);
    struct tsvector vector = {words.count, arena_array(call->arena, struct ts_lexeme, words.count + 1)};
    for (int i = 0; i < words.count; i++) {
        if (datum_is_null(&words.items[i]))
            return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "lexeme array may not contain nulls");
        if (words.items[i].len == 0)
            return diag_set(call->diag, ERRCODE_ZERO_LENGTH_CHARACTER_STRING, "lexeme array may not contain empty strings");
        vector.lexemes[i] = (struct ts_lexeme){.text = words.items[i].data, .len = words.items[i].len};
    }
    return give(call, &vector, result);
}

struct unnest_cursor {
    struct tsvector vector;
    int at;
};

static bool unnest_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct unnest_cursor *unnest = cursor;
    (void) nargs;
    *unnest = (struct unnest_cursor){0};
    if (!datum_is_null(&args[0])) {
        struct datum copy = args[0];
        copy.data = arena_strndup(call->cache_arena, copy.data, copy.len);
        unnest->vector = tsvector_load(call->cache_arena, &copy);
    }
    return true;
}

static bool unnest_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct unnest_cursor *unnest = cursor;
    *more = unnest->at < unnest->vector.count;
    if (!*more)
        return true;
    const struct ts_lexeme *lexeme = &unnest->vector.lexemes[unnest->at++];
    row[0] = datum_text(lexeme->text, lexeme->len);
    row[1] = row[2] = datum_null();
    if (lexeme->count) {
        struct array_builder positions = {0}, weights = {0};
        for (int i = 0; i < lexeme->count; i++) {
            struct datum position = datum_int(ts_position(lexeme->places[i]));
            struct datum weight = datum_text(&"DCBA"[ts_weight(lexeme->places[i])], 1);
            array_builder_add(&positions, type_builtin(INT2_OID), &position);
            array_builder_add(&weights, type_builtin(TEXT_OID), &weight);
        }
        row[1] = array_builder_finish(&positions, call->arena);
        row[2] = array_builder_finish(&weights, call->arena);
    }
    return true;
}

static const struct table_func unnest_rows = {sizeof(struct unnest_cursor), unnest_open, unnest_next, NULL};

/* tsquery */

FUNCTION(ts_match_vq)
{
    (void) nargs;
    struct tsvector vector = load(call, &args[0]);
    *result = datum_bool(ts_matches(call->arena, &vector, tsquery_load(call->arena, &args[1])));
    return true;
}

FUNCTION(ts_match_qv)
{
    return ts_match_vq(call, nargs, (const struct datum[]){args[1], args[0]}, result);
}

FUNCTION(tsquery_numnode)
{
    (void) nargs;
    *result = datum_int(tsquery_count(tsquery_load(call->arena, &args[0])));
    return true;
}

static bool join(struct fcall *call, const struct datum *args, enum ts_kind kind, int distance, struct datum *result)
{
    struct ts_query *a = tsquery_load(call->arena, &args[0]), *b = tsquery_load(call->arena, &args[1]);
    if (!a || !b) {
        *result = a ? args[0] : args[1];
        return true;
    }
    return give_query(call, tsquery_join(call->arena, kind, a, b, distance), result);
}

FUNCTION(tsquery_and)
{
    (void) nargs;
    return join(call, args, TS_AND, 0, result);
}

FUNCTION(tsquery_or)
{
    (void) nargs;
    return join(call, args, TS_OR, 0, result);
}

FUNCTION(tsquery_phrase)
{
    (void) nargs;
    return join(call, args, TS_PHRASE, 1, result);
}

FUNCTION(tsquery_phrase_distance)
{
    (void) nargs;
    if (args[2].i < 0 || args[2].i > TS_DISTANCE_MAX)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                        "distance in phrase operator must be an integer value between zero and %d inclusive", TS_DISTANCE_MAX);
    return join(call, args, TS_PHRASE, (int) args[2].i, result);
}

FUNCTION(tsquery_not)
{
    (void) nargs;
    struct ts_query *query = tsquery_load(call->arena, &args[0]);
    return give_query(call, query ? tsquery_join(call->arena, TS_NOT, NULL, query, 0) : NULL, result);
}

/* What an index can look for: without the negated parts. *all: it can look for nothing. */
static struct ts_query *indexable(struct fcall *call, struct ts_query *query, bool *all)
{
    *all = query && query->kind == TS_NOT;
    if (!query || query->kind == TS_VALUE)
        return query;
    if (*all)
        return NULL;
    bool left_all, right_all;
    struct ts_query *left = indexable(call, query->left, &left_all), *right = indexable(call, query->right, &right_all);
    *all = query->kind == TS_OR ? left_all || right_all : left_all && right_all;
    if (*all)
        return NULL;
    return left && right ? tsquery_join(call->arena, query->kind, left, right, query->distance) : left ? left : right;
}

FUNCTION(tsquerytree)
{
    (void) nargs;
    bool all;
    struct ts_query *query = tsquery_load(call->arena, &args[0]);
    if (!query) {
        *result = datum_text("", 0);
        return true;
    }
    query = indexable(call, query, &all);
    if (query)
        return give_query(call, query, result);
    *result = datum_text("T", 1);
    return true;
}

struct words {
    const struct ts_query **values;
    int count;
};

static void collect(const struct ts_query *query, struct words *words)
{
    if (!query)
        return;
    if (query->kind == TS_VALUE)
        words->values[words->count++] = query;
    collect(query->left, words);
    collect(query->right, words);
}

static struct words words_of(struct fcall *call, const struct datum *value)
{
    struct ts_query *query = tsquery_load(call->arena, value);
    struct words words = {arena_array(call->arena, const struct ts_query *, tsquery_count(query) + 1), 0};
    collect(query, &words);
    return words;
}

/* Are all the second query's words among the first's? */
FUNCTION(tsq_mcontains)
{
    (void) nargs;
    struct words all = words_of(call, &args[0]), some = words_of(call, &args[1]);
    bool found = true;
    for (int i = 0; i < some.count && found; i++) {
        found = false;
        for (int j = 0; j < all.count && !found; j++)
            found = some.values[i]->len == all.values[j]->len &&
                    memcmp(some.values[i]->text, all.values[j]->text, some.values[i]->len) == 0;
    }
    *result = datum_bool(found);
    return true;
}

FUNCTION(tsq_mcontained)
{
    return tsq_mcontains(call, nargs, (const struct datum[]){args[1], args[0]}, result);
}

#define ROW(name) SCALAR(#name, name)
#define COMPARISON_ROWS(type)                                                                                                    \
    ROW(type##_eq), ROW(type##_ne), ROW(type##_lt), ROW(type##_le), ROW(type##_gt), ROW(type##_ge), ROW(type##_cmp)
const struct func_impl func_impls_tsearch[] = {
    COMPARISON_ROWS(tsvector),
    COMPARISON_ROWS(tsquery),
    ROW(tsvector_length),
    ROW(tsvector_strip),
    ROW(tsvector_setweight),
    ROW(tsvector_setweight_by_filter),
    ROW(tsvector_concat),
    ROW(tsvector_delete_str),
    ROW(tsvector_delete_arr),
    ROW(tsvector_filter),
    ROW(tsvector_to_array),
    ROW(array_to_tsvector),
    TABLE_FUNC("tsvector_unnest", &unnest_rows),
    ROW(ts_match_vq),
    ROW(ts_match_qv),
    ROW(tsquery_numnode),
    ROW(tsquery_and),
    ROW(tsquery_or),
    ROW(tsquery_phrase),
    ROW(tsquery_phrase_distance),
    ROW(tsquery_not),
    ROW(tsquerytree),
    ROW(tsq_mcontains),
    ROW(tsq_mcontained),
    {0},
};
