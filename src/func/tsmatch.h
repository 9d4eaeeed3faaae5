#ifndef PGQUILL_FUNC_TSMATCH_H
#define PGQUILL_FUNC_TSMATCH_H

#include "type/tsearch.h"

enum ts_truth { TS_NO, TS_YES, TS_MAYBE };

/* Where an operand of a phrase matches: positions of its last word, ascending. Negated: everywhere else. */
struct ts_places {
    int count;
    uint16_t *positions;
    bool negated;
    int width; /* words from its first to its last, less one */
};

/* Does a word match? `places` is NULL where positions are not asked for. */
typedef enum ts_truth ts_value_matcher(void *self, const struct ts_query *value, struct ts_places *places);

/* Does the document satisfy the query? */
bool ts_matches(struct arena *arena, const struct tsvector *vector, const struct ts_query *query);
/* The same for what only tells whether and where a word is. */
bool ts_matches_by(struct arena *arena, const struct ts_query *query, ts_value_matcher *matcher, void *self);

#endif
