#ifndef PGQUILL_SESSION_XID_H
#define PGQUILL_SESSION_XID_H

#include "session/state.h"

/* The transaction's id, for the functions that ask for it. A transaction has none until one of them does: session->txn.xid. */

struct snapshot;

/* func_env's callbacks. *xid 0: none, as nothing has been written; with `assign` there is one in any case. */
bool xid_current(void *self, bool assign, uint64_t *xid, struct diag *diag);
/* *word: "in progress", "committed", "aborted"; NULL: not known any longer. Reports 22023 for one of the future. */
bool xid_status(void *self, uint64_t xid, const char **word, struct diag *diag);
bool xid_snapshot(void *self, struct arena *arena, struct snapshot *snapshot, struct diag *diag);

/* The commit begins, and the transaction has ended; no-ops without an id. */
void xid_begin_commit(struct session *session);
void xid_end_transaction(struct session *session, bool committed);

#endif
