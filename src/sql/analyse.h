#ifndef PGQUILL_SQL_ANALYSE_H
#define PGQUILL_SQL_ANALYSE_H

#include "sql/compiler.h"

/* From the parser's tree to the typed tree (tree.h). Results live in compiler->arena; NULL (or false) after a report that has its position. */

/* SELECT, VALUES, INSERT, UPDATE, DELETE. */
struct query *analyse_statement(struct compiler *compiler, const PgQuery__Node *node, struct diag *diag);

/* The part of a SELECT (the leftmost of a set operation's) that has an INTO; NULL: none has. */
PgQuery__SelectStmt *analyse_into(PgQuery__SelectStmt *stmt);
/* Is it one of those, without INTO? */
bool analyse_handles(const PgQuery__Node *node);

/* A query given as text of its own (a view's): no parameters, literals as constants, names in pg_catalog and public first. */
struct query *analyse_query_text(struct compiler *compiler, struct arena *arena, const char *sql, struct diag *diag);

/* A range table entry for a relation that expressions of its schema name (CHECK, index keys, generated columns). */
struct rte *analyse_relation_entry(struct compiler *compiler, struct arena *arena, const struct catalog_relation *relation);

/* An expression given as text over the columns of `rte` (NULL: none), uncoerced but for unknown literals, which become text. */
struct expr *analyse_expr_text(struct compiler *compiler, struct arena *arena, const char *text, struct rte *rte,
                               struct diag *diag);

/* An already parsed expression, likewise: its locations refer to `text`. `what` names the place in messages: "CHECK constraints", "DEFAULT expressions",
 * "index expressions". */
struct expr *analyse_expr_node(struct compiler *compiler, struct arena *arena, const PgQuery__Node *node, const char *text,
                               struct rte *rte, const char *what, struct diag *diag);

/* Coerce as an assignment to a column of (type, typmod) does: 42804 when it cannot be. */
struct expr *analyse_assignment(struct compiler *compiler, struct arena *arena, struct expr *expr, const char *column, oid_t type,
                                int32_t typmod, struct diag *diag);

/* Can a key of the second type refer to one of the first: is there an equality of the two, or becomes the second the first by itself? */
bool analyse_key_types(struct compiler *compiler, struct arena *arena, oid_t key, oid_t referring);

/* Is a value of the first type one of the second as it is? */
bool analyse_is_binary(struct compiler *compiler, struct arena *arena, oid_t from, oid_t to);

/* The value of a column that INSERT leaves out: its default, its identity's next value, its domain's default; *out NULL: NULL. */
bool analyse_default(struct compiler *compiler, struct arena *arena, const struct catalog_relation *relation,
                     const struct catalog_column *column, struct expr **out, struct diag *diag);

/* Resolve a type as written: 42704 'type "x" does not exist'. */
bool analyse_type_name(struct compiler *compiler, const PgQuery__TypeName *name, oid_t *type, int32_t *typmod, struct diag *diag);

/* The type that a text names, as a cast could; the compiler is `checker`. What isn't a type's name is a syntax error (42601), without a position. */
bool analyse_type_text(void *checker, const char *text, size_t len, oid_t *type, struct diag *diag);

/* Have values of the type an order ("<"), or at least an equality ("="), that indexes can use? */
bool analyse_has_order(struct compiler *compiler, struct arena *arena, const char *name, oid_t type);

/* Resolve a collation's name: 42704. */
bool analyse_collation_name(struct compiler *compiler, size_t count, PgQuery__Node **names, int location, oid_t *collation,
                            struct diag *diag);

#endif
