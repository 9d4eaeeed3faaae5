#ifndef PGQUILL_SQL_COMPILE_H
#define PGQUILL_SQL_COMPILE_H

#include "sql/cache.h"
#include "sql/parse.h"

/* Compile one parsed statement and, where it can be, cache it. `whole` and `offset` say where its text stands for positions. NULL after a report. */
struct plan *compile_parsed(struct compiler *compiler, const struct normalised *statement, const struct parse_tree *tree,
                            const char *whole, int offset, int ntypes, const oid_t *types, struct diag *diag);

/* The command's first words ("CREATE TABLE") and kind. */
void compile_classify(const PgQuery__Node *node, enum plan_kind *kind, const char **tag);

#endif
