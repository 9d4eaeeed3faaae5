#ifndef PGQUILL_SQL_LOWER_H
#define PGQUILL_SQL_LOWER_H

#include "sql/plan.h"

/* From the typed tree to SQLite's SQL. */

/* Say `query` in SQLite's language: fills plan->steps (text, parameters, roles) in the plan's arena and sets plan->writes and
 * plan->reads_snapshot where the query asks for them. False after a report (0A000 for what cannot be said). */
bool lower_query(struct compiler *compiler, struct plan *plan, struct query *query, struct diag *diag);

/* An expression over one relation's stored columns, as SQLite's schema wants it (CHECK, index keys and predicates, generated columns, column
 * defaults): columns are bare quoted names, values are constants. `relation` is the entry that the expression's columns name; NULL when it names
 * none. The text is in `arena`. NULL after a report. */
const char *lower_expr_text(struct compiler *compiler, struct arena *arena, const struct expr *expr, const struct rte *relation,
                            struct diag *diag);

/* A whole SELECT as one SQLite text with values as constants (CREATE VIEW's storage, CREATE TABLE AS): columns are named c1 … cn.
 * NULL after a report. */
const char *lower_select_text(struct compiler *compiler, struct arena *arena, struct query *query, struct diag *diag);

#endif
