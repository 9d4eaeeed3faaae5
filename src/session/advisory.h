#ifndef PGQUILL_SESSION_ADVISORY_H
#define PGQUILL_SESSION_ADVISORY_H

#include "session/state.h"

/* A session's advisory locks: which of them end with the transaction, or with a savepoint. */

/* func_env's callback. */
bool advisory_call(void *self, const struct advisory_request *request, bool *result, struct diag *diag);
/* The transaction is over: what it took is given back. */
void advisory_end_transaction(struct session *session);
/* Taken back to where `level` savepoints stood. */
void advisory_rolled_back(struct session *session, int level);
/* Savepoints beyond `level` are released: what was taken in them belongs to the one around. */
void advisory_lower_level(struct session *session, int level);
/* The session is over, or DISCARD ALL. */
void advisory_end_session(struct session *session);

#endif
