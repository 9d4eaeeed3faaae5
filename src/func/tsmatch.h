#ifndef PGQUILL_FUNC_TSMATCH_H
#define PGQUILL_FUNC_TSMATCH_H

#include "type/tsearch.h"

/* Does the document satisfy the query? */
bool ts_matches(struct arena *arena, const struct tsvector *vector, const struct ts_query *query);

#endif
