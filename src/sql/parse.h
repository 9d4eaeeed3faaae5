#ifndef PGQUILL_SQL_PARSE_H
#define PGQUILL_SQL_PARSE_H

#include "sql/plan.h"

/* PostgreSQL's grammar, through libpg_query. */

/* Parse text[0 … len) into the parser's serialised tree, copied into `arena`; NULL after 42601 (or the parser's own code) positioned in `whole`,
 * where text starts at `offset`. */
struct parse_tree {
    size_t len;
    const uint8_t *data;
};
bool parse_text(struct arena *arena, const char *text, size_t len, const char *whole, int offset, struct parse_tree *out,
                struct diag *diag);

/* Unfold a serialised tree; everything is in `arena`. */
PgQuery__ParseResult *parse_unpack(struct arena *arena, const struct parse_tree *tree);

/* The same for one node that protobuf-c packed. */
PgQuery__Node *parse_unpack_node(struct arena *arena, const uint8_t *data, size_t len);

/* Both, for a text that is one statement; NULL after a report. */
PgQuery__Node *parse_statement(struct arena *arena, const char *text, struct diag *diag);

#endif
