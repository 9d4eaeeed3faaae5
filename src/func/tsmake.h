#ifndef PGQUILL_FUNC_TSMAKE_H
#define PGQUILL_FUNC_TSMAKE_H

#include "func/func.h"
#include "type/tsearch.h"

/* Documents from text, by a configuration. */

/* Lexemes of a text with their positions; words that are dropped count. */
struct ts_words {
    int count, room;
    int position;
    struct ts_lexeme *items;
};

/* Add a text's words. 42704: no such configuration; 0A000: its stemmer is not there. */
bool ts_words_read(struct fcall *call, oid_t config, const char *text, size_t text_len, struct ts_words *words);
/* The words as a tsvector; 54000 when it would be too large. */
bool ts_words_store(struct fcall *call, const struct ts_words *words, struct datum *result);
/* default_text_search_config; 0 after a report. */
oid_t ts_current_config(struct fcall *call);

#endif
