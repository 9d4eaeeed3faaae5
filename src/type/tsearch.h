#ifndef PGQUILL_TYPE_TSEARCH_H
#define PGQUILL_TYPE_TSEARCH_H

#include "type/type.h"

/* Text search documents and queries. Both are stored as PostgreSQL's text. */

enum { TS_WORD_MAX = 2047, TS_POSITION_MAX = 16383, TS_POSITIONS_MAX = 255, TS_DISTANCE_MAX = 16384, TS_DOCUMENT_MAX = 1048575 };

/* A position carries its weight (0 D … 3 A) in the two upper bits. */
static inline int ts_position(uint16_t place)
{
    return place & 0x3fff;
}

static inline int ts_weight(uint16_t place)
{
    return place >> 14;
}

static inline uint16_t ts_place(int position, int weight)
{
    return (uint16_t) (weight << 14 | (position > TS_POSITION_MAX ? TS_POSITION_MAX : position));
}

struct ts_lexeme {
    const char *text;
    uint32_t len;
    int count;        /* of places; 0: none known */
    uint16_t *places; /* ascending positions */
};

struct tsvector {
    int count;
    struct ts_lexeme *lexemes; /* in order, without repeats */
};

/* Order of lexemes: bytes, a prefix first. */
int ts_lexeme_compare(const char *a, size_t a_len, const char *b, size_t b_len);
/* Read input text: any order, repeats; 42601, 54000. Words and places live in the arena. */
bool tsvector_parse(struct arena *arena, const char *text, size_t len, struct tsvector *vector, struct diag *diag);
/* Read a stored value. */
struct tsvector tsvector_load(struct arena *arena, const struct datum *value);
/* Sort, join repeats, sort and limit places. */
void tsvector_normalise(struct arena *arena, struct tsvector *vector);
/* Write the stored form; 54000 when PostgreSQL couldn't hold it. */
bool tsvector_store(struct arena *arena, const struct tsvector *vector, struct datum *out, struct diag *diag);
int tsvector_compare(const struct tsvector *a, const struct tsvector *b);
const struct ts_lexeme *tsvector_find(const struct tsvector *vector, const char *text, size_t len);

/* A query is a tree; NULL is the empty one. The kinds are numbered as they are ordered and sent. */
enum ts_kind { TS_VALUE = 0, TS_NOT = 1, TS_AND = 2, TS_OR = 3, TS_PHRASE = 4 };

struct ts_query {
    enum ts_kind kind;
    struct ts_query *left, *right; /* NOT: right alone */
    int distance;                  /* of a phrase */
    const char *text;
    uint32_t len;
    int weights; /* bit 1 << weight for each asked for; 0: any */
    bool prefix;
};

/* Read input text; NULL with diag set: not a query (42601, 22023, 54000); NULL without: the empty one. */
struct ts_query *tsquery_parse(struct arena *arena, const char *text, size_t len, struct diag *diag);
struct ts_query *tsquery_load(struct arena *arena, const struct datum *value);
struct datum tsquery_store(struct arena *arena, const struct ts_query *query);
struct ts_query *tsquery_value(struct arena *arena, const char *text, size_t len, int weights, bool prefix);
struct ts_query *tsquery_join(struct arena *arena, enum ts_kind kind, struct ts_query *left, struct ts_query *right,
                              int distance);
int tsquery_count(const struct ts_query *query);
int tsquery_compare(const struct ts_query *a, const struct ts_query *b);
/* Order of two nodes of the same place, as the default operator class has it. */
int tsquery_node_compare(const struct ts_query *a, const struct ts_query *b);

/* Words of either input, which share their quoting. */
struct ts_scanner {
    struct arena *arena;
    const char *text;
    size_t len;
    const char *at, *end;
    bool query; /* operators end a word, and ':' is left to the caller */
    struct diag *diag;
    char *room; /* for the words: NULL at first */
};

struct ts_word {
    char *text;
    uint32_t len;
    int count;
    uint16_t *places;
};

/* The next word. False at the end, or (diag set) on a mistake. */
bool ts_scan(struct ts_scanner *scanner, struct ts_word *word);
bool ts_syntax_error(struct ts_scanner *scanner);
/* 'word' with quotes and backslashes doubled. */
void ts_put_word(struct buf *out, const char *text, size_t len);

#endif
