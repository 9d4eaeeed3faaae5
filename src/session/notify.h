#ifndef PGQUILL_SESSION_NOTIFY_H
#define PGQUILL_SESSION_NOTIFY_H

#include "session/state.h"

/* LISTEN, UNLISTEN and NOTIFY of a session: what its transaction has asked for so far, which channels it listens to, and telling its client.
 * A session that has asked for nothing has no struct notifications. */

bool listen_run(struct session *session, const PgQuery__ListenStmt *stmt, struct portal *portal, struct diag *diag);
bool unlisten_run(struct session *session, const PgQuery__UnlistenStmt *stmt, struct portal *portal, struct diag *diag);
bool notify_run(struct session *session, const PgQuery__NotifyStmt *stmt, struct portal *portal, struct diag *diag);
/* UNLISTEN *, as part of the transaction. */
void notify_unlisten_all(struct session *session);
/* func_env's callbacks: pg_notify; the channel at an index, NULL behind the last; how full the queue is. */
bool notify_send(void *self, const char *channel, const char *payload, struct diag *diag);
const char *notify_channel_at(void *self, int index);
double notify_queue_usage(void *self);

/* The transaction is about to commit: what it sends is placed in the queue. Fails when there is no room. */
bool notify_prepare_commit(struct session *session, struct diag *diag);
/* It has ended; no-op where nothing was asked. */
void notify_end_transaction(struct session *session, bool committed);
/* Taken back to where `level` savepoints stood; and those beyond `level` released. */
void notify_rolled_back(struct session *session, int level);
void notify_lower_level(struct session *session, int level);
void notify_end_session(struct session *session);

/* Tell the client of what has come for it: idle, outside of a transaction. */
void notify_deliver(struct session *session);

#endif
