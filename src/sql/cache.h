#ifndef PGQUILL_SQL_CACHE_H
#define PGQUILL_SQL_CACHE_H

#include "sql/compiler.h"
#include "sql/normalise.h"

/* Plans by key: the normalised text, the parameter types that the client gave, the search path, and the values of literals that decided
 * something. Bounded; the least recently used goes. */
struct plan_cache *plan_cache_new(void);
void plan_cache_free(struct plan_cache *cache);
void plan_cache_clear(struct plan_cache *cache);

/* NULL: none, or only one in use. The plan is the caller's until plan_release. */
struct plan *plan_cache_find(struct plan_cache *cache, const struct compiler *compiler, const struct normalised *statement,
                             int ntypes, const oid_t *types);

/* How often one was found since this was asked last. */
int64_t plan_cache_take_hits(struct plan_cache *cache);
/* Keep a plan; `by_value` says for each literal whether its value is part of the key. */
void plan_cache_add(struct plan_cache *cache, const struct compiler *compiler, struct plan *plan,
                    const struct normalised *statement, int ntypes, const oid_t *types, const struct literal_use *uses);

#endif
