#ifndef PGQUILL_SESSION_UTILITY_H
#define PGQUILL_SESSION_UTILITY_H

#include "session/state.h"

/* Statements that the session itself carries out. Each takes its statement from portal->plan->node and leaves the tag, and rows if it has any,
 * in the portal. */

/* What columns it will return (portal->columns); many return none. */
bool utility_describe(struct session *session, struct portal *portal, struct diag *diag);
bool utility_run(struct session *session, struct portal *portal, struct diag *diag);
/* May it run in a failed transaction? */
bool utility_ends_transaction(const struct plan *plan);

/* The families. */
bool set_run(struct session *session, PgQuery__VariableSetStmt *stmt, struct portal *portal, struct diag *diag);
/* The value that SET's arguments spell, in `out`. */
bool set_argument_text(struct buf *out, const char *name, size_t count, PgQuery__Node **args, struct diag *diag);
/* ALTER SYSTEM; ALTER DATABASE … SET; ALTER ROLE … SET. */
bool alter_system_run(struct session *session, PgQuery__AlterSystemStmt *stmt, struct portal *portal, struct diag *diag);
bool alter_database_set_run(struct session *session, PgQuery__AlterDatabaseSetStmt *stmt, struct portal *portal,
                            struct diag *diag);
bool alter_role_set_run(struct session *session, PgQuery__AlterRoleSetStmt *stmt, struct portal *portal, struct diag *diag);
bool show_describe(struct session *session, PgQuery__VariableShowStmt *stmt, struct portal *portal, struct diag *diag);
bool show_run(struct session *session, PgQuery__VariableShowStmt *stmt, struct portal *portal, struct diag *diag);
bool discard_run(struct session *session, PgQuery__DiscardStmt *stmt, struct portal *portal, struct diag *diag);
bool transaction_run(struct session *session, PgQuery__TransactionStmt *stmt, struct portal *portal, struct diag *diag);
/* SET TRANSACTION's and BEGIN's option list. */
bool transaction_modes(size_t count, PgQuery__Node **options, struct txn_modes *modes, struct diag *diag);
bool prepare_run(struct session *session, PgQuery__PrepareStmt *stmt, struct portal *portal, struct diag *diag);
bool deallocate_run(struct session *session, PgQuery__DeallocateStmt *stmt, struct portal *portal, struct diag *diag);
/* Turn an EXECUTE's portal into one of the statement it names. */
bool execute_resolve(struct session *session, PgQuery__ExecuteStmt *stmt, struct portal *portal, struct diag *diag);
bool declare_run(struct session *session, PgQuery__DeclareCursorStmt *stmt, struct portal *portal, struct diag *diag);
bool fetch_describe(struct session *session, PgQuery__FetchStmt *stmt, struct portal *portal, struct diag *diag);
bool fetch_run(struct session *session, PgQuery__FetchStmt *stmt, struct portal *portal, struct diag *diag);
bool close_run(struct session *session, PgQuery__ClosePortalStmt *stmt, struct portal *portal, struct diag *diag);
bool explain_describe(struct session *session, PgQuery__ExplainStmt *stmt, struct portal *portal, struct diag *diag);
bool explain_run(struct session *session, PgQuery__ExplainStmt *stmt, struct portal *portal, struct diag *diag);
bool copy_run(struct session *session, PgQuery__CopyStmt *stmt, struct portal *portal, struct diag *diag);
bool maintenance_run(struct session *session, PgQuery__Node *node, struct portal *portal, struct diag *diag);

bool database_create(struct session *session, PgQuery__CreatedbStmt *stmt, struct portal *portal, struct diag *diag);
bool database_drop(struct session *session, PgQuery__DropdbStmt *stmt, struct portal *portal, struct diag *diag);
bool database_rename(struct session *session, PgQuery__RenameStmt *stmt, struct portal *portal, struct diag *diag);
/* Is there a file of this name? */
bool database_exists(struct session *session, const char *name);
/* A database's name is a file's: nothing that would lead elsewhere. */
bool database_is_file_name(const char *name);

/* Compile a nested statement, with a look at the catalog when it fails. */
struct plan *utility_compile(struct session *session, PgQuery__Node *node, const char *text, int ntypes, const oid_t *types,
                             struct diag *diag);
/* One column of text: what SHOW and EXPLAIN return. */
const struct plan_column *utility_text_column(struct arena *arena, const char *name);

#endif
