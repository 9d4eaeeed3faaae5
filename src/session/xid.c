#include "session/xid.h"

#include "shm/xid.h"
#include "type/xid.h"

#include <inttypes.h>

static bool have_registry(const struct session *session, struct diag *diag)
{
    return session->options.shm || diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "transaction ids need the server's registry");
}

bool xid_current(void *self, bool assign, uint64_t *xid, struct diag *diag)
{
    struct session *session = self;
    struct transaction *txn = &session->txn;
    if (!have_registry(session, diag))
        return false;
    /* Whoever has written has an id, as far as anybody can see. */
    if (!txn->xid && (assign || engine_txn_state(session->engine) == ENGINE_TXN_WRITE))
        txn->xid = xid_assign(session->options.shm, session->options.slot);
    *xid = txn->xid;
    return true;
}

bool xid_status(void *self, uint64_t xid, const char **word, struct diag *diag)
{
    enum { LAST_PERMANENT = 2 };
    struct session *session = self;
    *word = NULL;
    if (!have_registry(session, diag))
        return false;
    if (xid > 0 && xid <= LAST_PERMANENT) {
        *word = "committed";
        return true;
    }
    switch (xid_fate(session->options.shm, xid)) {
    case XID_FUTURE:
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "transaction ID %" PRIu64 " is in the future", xid);
    case XID_RUNNING:
        *word = "in progress";
        break;
    case XID_COMMITTED:
        *word = "committed";
        break;
    case XID_ABORTED:
        *word = "aborted";
        break;
    case XID_UNKNOWN:
        break;
    }
    return true;
}

/* Who ended after this statement, or transaction, began to read may have written what it does not see. */
bool xid_snapshot(void *self, struct arena *arena, struct snapshot *snapshot, struct diag *diag)
{
    struct session *session = self;
    struct buf running = {0};
    if (!have_registry(session, diag))
        return false;
    bool of_transaction = session->txn.isolation > ISOLATION_READ_COMMITTED;
    int64_t since = of_transaction ? session->types.transaction_timestamp : session->env.statement_timestamp;
    xid_look(session->options.shm, session->txn.xid, since, &snapshot->xmin, &snapshot->xmax, &running);
    snapshot->count = (int) (running.len / sizeof *snapshot->xip);
    snapshot->xip = arena_array(arena, uint64_t, (size_t) snapshot->count);
    if (running.len)
        memcpy(snapshot->xip, running.data, running.len);
    buf_deinit(&running);
    return true;
}

void xid_begin_commit(struct session *session)
{
    if (session->txn.xid)
        xid_commit(session->options.shm, session->txn.xid);
}

void xid_end_transaction(struct session *session, bool committed)
{
    if (session->txn.xid)
        xid_end(session->options.shm, session->txn.xid, committed, session_now());
    session->txn.xid = 0;
}
