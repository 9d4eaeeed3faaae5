#ifndef PGQUILL_FUNC_TSHEADLINE_H
#define PGQUILL_FUNC_TSHEADLINE_H

#include "func/func.h"
#include "type/tsearch.h"

/* ts_headline: a text's best parts for a query, with the query's words marked (docs: 12.3.4). */

struct ts_headline_options {
    const char *start_mark, *stop_mark, *delimiter;
    int words_max, words_min, short_word, fragments_max;
    bool whole; /* HighlightAll */
};

/* Read "name=value, name = 'value'"; NULL: the defaults. 22023, 22P02, 22003, 42601. */
bool ts_headline_read_options(struct fcall *call, const struct datum *text, struct ts_headline_options *options);
/* Append a text's headline. A NULL query finds nothing. */
bool ts_headline_put(struct fcall *call, oid_t config, const struct ts_headline_options *options, const struct ts_query *query,
                     const char *text, size_t len, struct buf *out);

#endif
