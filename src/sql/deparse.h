#ifndef PGQUILL_SQL_DEPARSE_H
#define PGQUILL_SQL_DEPARSE_H

#include "sql/tree.h"

#include <pg_query/pg_query.pb-c.h>

/* From trees back to PostgreSQL's SQL. */

/* A parsed statement as text, in `arena`; NULL after a report. */
const char *deparse_statement(struct arena *arena, PgQuery__Node *stmt, struct diag *diag);
/* A parsed expression as text, in `arena`; NULL after a report. */
const char *deparse_expr(struct arena *arena, PgQuery__Node *expr, struct diag *diag);

/* A typed expression in the form that pg_get_expr prints: operators in parentheses, constants with their types, columns by name. `relation`: the
 * entry whose columns stand without a qualifier; NULL: all have one. NULL after a report (0A000 for what has no form yet). */
const char *deparse_typed(const struct catalog *catalog, struct arena *arena, const struct expr *expr, const struct rte *relation,
                          const struct type_settings *settings, struct diag *diag);

#endif
