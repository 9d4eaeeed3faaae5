#ifndef PGQUILL_SQL_CONSTRAINT_H
#define PGQUILL_SQL_CONSTRAINT_H

#include "sql/plan.h"

/* Complete the report of a violated constraint (23502, 23503, 23505, 23514) as PostgreSQL does: which constraint, which key, which row. The
 * statement has failed and been reset; its values are computed again. `literals` may be NULL when the plan has none. What cannot be found out is left
 * as it is. */
void constraint_complete(struct compiler *compiler, struct plan *plan, const struct datum *params, const struct datum *literals,
                         struct diag *diag);

#endif
