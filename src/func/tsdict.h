#ifndef PGQUILL_FUNC_TSDICT_H
#define PGQUILL_FUNC_TSDICT_H

#include "func/tsparse.h"
#include "type/tsearch.h"

/* Text search configurations: which dictionary turns a token into a lexeme. */

enum ts_outcome { TS_FAILED, TS_UNMAPPED, TS_STOPPED, TS_LEXEME };

/* Make a token a lexeme, in the arena. 42704: no such configuration; 0A000: its stemmer is not there. */
enum ts_outcome ts_lexize_token(struct arena *arena, oid_t config, const struct ts_token *token, const char **text, size_t *len,
                                struct diag *diag);
/* One dictionary by itself. */
enum ts_outcome ts_lexize_word(struct arena *arena, oid_t dictionary, const char *word, size_t word_len, const char **text,
                               size_t *len, struct diag *diag);

#endif
