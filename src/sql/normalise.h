#ifndef PGQUILL_SQL_NORMALISE_H
#define PGQUILL_SQL_NORMALISE_H

#include "sql/plan.h"

/* One statement of a string, as the lexer sees it. */
struct normalised {
    const char *text; /* its first token; not NUL-terminated */
    size_t len;       /* to its last token */
    bool lifted;      /* a query or a change: literals were lifted */
    bool cacheable;   /* … or a step of a transaction: its plan may be kept */
    const char *key;  /* the text, white space and comments collapsed, each literal replaced by a byte 1 + its kind */
    size_t key_len;
    uint64_t hash; /* of the key */
    int nliterals;
    const struct literal *literals; /* locations relative to `text` */
};

/* Read the next statement of text[*at … len), leaving *at behind its ';'. False when only white space, comments and ';' are left.
 * Never fails: what is not SQL is for the parser to say. Results are in `arena` or borrow from text. */
bool normalise_next(struct arena *arena, const char *text, size_t len, size_t *at, struct normalised *out);

#endif
