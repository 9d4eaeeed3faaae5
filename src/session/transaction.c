#include "session/advisory.h"
#include "session/notify.h"
#include "session/transaction.h"
#include "session/xid.h"

#include "session/state.h"
#include "shm/gate.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const isolation_names[] = {"read uncommitted", "read committed", "repeatable read", "serializable"};

const char *txn_isolation_name(enum txn_isolation isolation)
{
    return isolation_names[isolation];
}

bool txn_isolation_parse(const char *name, enum txn_isolation *isolation)
{
    for (int i = ISOLATION_READ_UNCOMMITTED; i <= ISOLATION_SERIALIZABLE; i++)
        if (!strcasecmp(name, isolation_names[i])) {
            *isolation = (enum txn_isolation) i;
            return true;
        }
    return false;
}

bool txn_is_block(const struct session *session)
{
    return session->txn.state >= TXN_IMPLICIT;
}

char txn_status(const struct session *session)
{
    return session->txn.state == TXN_FAILED ? 'E' : session->txn.state == TXN_BLOCK ? 'T' : 'I';
}

static void set_defaults(struct session *session)
{
    struct transaction *txn = &session->txn;
    txn->isolation = session->limits.default_isolation;
    txn->read_only = session->limits.default_read_only;
    txn->deferrable = session->limits.default_deferrable;
}

void txn_ensure(struct session *session, enum txn_state state)
{
    struct transaction *txn = &session->txn;
    if (txn->state == TXN_STATEMENT && state == TXN_IMPLICIT)
        txn->state = TXN_IMPLICIT;
    if (txn->state != TXN_IDLE)
        return;
    txn->state = state;
    txn->has_run = txn->defers_keys = txn->used_temporary = txn->changed_catalog = txn->changed_file = txn->is_ended_by_engine = false;
    set_defaults(session);
    statement_log_transaction(&session->statement_log);
    session->types.transaction_timestamp = session->env.statement_timestamp;
    settings_enter(session->settings, 1);
}

static void clear_savepoints(struct transaction *txn, int down_to)
{
    while (txn->nsavepoints > down_to)
        free(txn->savepoints[--txn->nsavepoints].name);
}

/* The transaction is over in the engine; forget it here. */
static void forget(struct session *session)
{
    struct transaction *txn = &session->txn;
    bool was_block = txn->state == TXN_BLOCK || txn->state == TXN_FAILED;
    advisory_end_transaction(session);
    notify_end_transaction(session, false);
    xid_end_transaction(session, false);
    clear_savepoints(txn, 0);
    overrides_rolled_back(session, 0);
    catalog_end_transaction(session->catalog);
    txn->state = TXN_IDLE;
    if (was_block)
        slot_set_transaction(session->options.slot, false, false);
}

bool txn_prepare_read(struct session *session, struct diag *diag)
{
    struct transaction *txn = &session->txn;
    txn->has_run = true;
    if (txn->isolation <= ISOLATION_READ_COMMITTED || engine_txn_state(session->engine) != ENGINE_TXN_NONE)
        return true;
    /* A single statement is its own snapshot. */
    if (txn->state == TXN_STATEMENT && !session->portals)
        return true;
    return engine_begin_snapshot(session->engine, diag) && session_refresh_catalog(session, diag);
}

bool txn_check_writable(struct session *session, const char *command, struct diag *diag)
{
    if (!session->txn.read_only)
        return true;
    return diag_set(diag, ERRCODE_READ_ONLY_SQL_TRANSACTION, "cannot execute %s in a read-only transaction", command);
}

/* The engine's part of the transaction has begun to write: from here on it has the savepoints too. */
static bool tell_savepoints(struct session *session, struct diag *diag)
{
    for (int i = 0; i < session->txn.nsavepoints; i++)
        if (!engine_savepoint(session->engine, i + 1, diag))
            return false;
    return true;
}

static bool has_savepoints(const struct session *session)
{
    return engine_txn_state(session->engine) >= ENGINE_TXN_TEMPORARY;
}

bool txn_prepare_temporary(struct session *session, bool is_alone, struct diag *diag)
{
    struct transaction *txn = &session->txn;
    bool has_snapshot = txn->isolation > ISOLATION_READ_COMMITTED || engine_txn_state(session->engine) == ENGINE_TXN_SNAPSHOT;
    txn->has_run = txn->used_temporary = true;
    if (engine_txn_state(session->engine) >= ENGINE_TXN_TEMPORARY)
        return true;
    /* At READ COMMITTED later statements must see what others commit meanwhile, which a transaction of the engine's does not: only a writer, during which
     * nobody commits, may last. */
    if (!has_snapshot && (txn->state != TXN_STATEMENT || !is_alone))
        return txn_prepare_write(session, NULL, diag);
    return portals_spool(session, diag) && engine_begin_temporary(session->engine, diag) && tell_savepoints(session, diag) &&
           session_refresh_catalog(session, diag);
}

bool txn_prepare_write(struct session *session, const char *command, struct diag *diag)
{
    struct transaction *txn = &session->txn;
    if (command && !txn_check_writable(session, command, diag))
        return false;
    txn->has_run = true;
    enum engine_txn was = engine_txn_state(session->engine);
    if (was == ENGINE_TXN_WRITE)
        return true;
    bool in_block = txn->state == TXN_BLOCK;
    /* The first statement of a REPEATABLE READ block may be the write itself: its snapshot is then the newest. */
    if (!portals_spool(session, diag) || !engine_begin_write(session->engine, (int) session->limits.lock_timeout, diag))
        return false;
    if (was != ENGINE_TXN_TEMPORARY && !tell_savepoints(session, diag))
        return false;
    if (in_block)
        slot_set_transaction(session->options.slot, true, true);
    if (txn->defers_keys && !engine_defer_foreign_keys(session->engine, true, diag))
        return false;
    return session_refresh_catalog(session, diag);
}

bool txn_defer_keys(struct session *session, bool on, struct diag *diag)
{
    session->txn.defers_keys = on;
    return engine_txn_state(session->engine) != ENGINE_TXN_WRITE || engine_defer_foreign_keys(session->engine, on, diag);
}

bool txn_prevent_block(struct session *session, const char *command, struct diag *diag)
{
    if (txn_is_block(session))
        return diag_set(diag, ERRCODE_ACTIVE_SQL_TRANSACTION, "%s cannot run inside a transaction block", command);
    return true;
}

bool txn_require_block(struct session *session, const char *command, struct diag *diag)
{
    if (!txn_is_block(session))
        return diag_set(diag, ERRCODE_NO_ACTIVE_SQL_TRANSACTION, "%s can only be used in transaction blocks", command);
    return true;
}

/* Other sessions must read the catalog again; this one has, unless another change came between. */
static void publish_catalog(struct session *session)
{
    if (!session->gate)
        return;
    bool was_current = gate_catalog_generation(session->gate) == session->catalog_seen;
    gate_bump_catalog(session->gate);
    if (was_current)
        session->catalog_seen++;
}

/* What temporary tables do at COMMIT. Without a write nothing has come into them. */
static bool end_temporary(struct session *session, struct diag *diag)
{
    if (engine_txn_state(session->engine) < ENGINE_TXN_TEMPORARY || !temporary_has_commit_actions(session->compiler))
        return true;
    session->txn.changed_catalog = true;
    return temporary_end_transaction(session->compiler, diag);
}

static bool commit(struct session *session, struct diag *diag)
{
    struct transaction *txn = &session->txn;
    bool done = portals_hold(session, diag);
    portals_drop_all(session, false);
    done = done && end_temporary(session, diag) && notify_prepare_commit(session, diag);
    if (done && engine_txn_state(session->engine) != ENGINE_TXN_NONE) {
        xid_begin_commit(session);
        done = engine_commit(session->engine, session->limits.is_async_commit ? ENGINE_ASYNC : ENGINE_DURABLE, diag);
    }
    if (txn->state != TXN_IDLE)
        *(done ? &session->tally.transactions : &session->tally.rolled_back) += 1;
    if (!done) {
        engine_rollback(session->engine);
        session->catalog_dirty |= txn->changed_catalog;
        settings_rollback(session->settings, 1);
        sequences_rolled_back(session);
    } else {
        settings_commit(session->settings);
        sequences_committed(session);
        overrides_committed(session);
        if (txn->changed_file)
            publish_catalog(session);
        xid_end_transaction(session, true);
        notify_end_transaction(session, true);
    }
    forget(session);
    return done;
}

static void rollback(struct session *session)
{
    struct transaction *txn = &session->txn;
    session->tally.rolled_back++;
    portals_drop_all(session, false);
    engine_rollback(session->engine);
    sequences_rolled_back(session);
    session->catalog_dirty |= txn->changed_catalog;
    settings_rollback(session->settings, 1);
    forget(session);
}

bool txn_finish_implicit(struct session *session, struct diag *diag)
{
    if (session->txn.state != TXN_STATEMENT && session->txn.state != TXN_IMPLICIT)
        return true;
    return commit(session, diag);
}

void txn_abort(struct session *session)
{
    struct transaction *txn = &session->txn;
    if (txn->state == TXN_STATEMENT || txn->state == TXN_IMPLICIT) {
        rollback(session);
    } else if (txn->state == TXN_BLOCK) {
        txn->state = TXN_FAILED;
        /* Nothing can be taken back to a savepoint: let the next writer in now. */
        if (txn->nsavepoints == 0) {
            portals_drop_all(session, false);
            engine_rollback(session->engine);
            sequences_rolled_back(session);
            session->catalog_dirty |= txn->changed_catalog;
            advisory_end_transaction(session);
            notify_rolled_back(session, 0);
            xid_end_transaction(session, false);
            txn->is_ended_by_engine = true;
            slot_set_transaction(session->options.slot, true, false);
        } else {
            portals_drop_level(session, txn->nsavepoints);
            advisory_rolled_back(session, txn->nsavepoints);
            notify_rolled_back(session, txn->nsavepoints);
        }
        settings_rollback(session->settings, txn->nsavepoints + 1);
        settings_enter(session->settings, txn->nsavepoints + 1);
    }
}

void txn_drop(struct session *session)
{
    portals_drop_all(session, true);
    if (session->engine)
        engine_rollback(session->engine);
    if (session->txn.state != TXN_IDLE) {
        settings_rollback(session->settings, 1);
        forget(session);
    }
    free(session->txn.savepoints);
    session->txn.savepoints = NULL;
    session->txn.savepoint_cap = 0;
}

bool txn_set_modes(struct session *session, const struct txn_modes *modes, struct diag *diag)
{
    struct transaction *txn = &session->txn;
    if (modes->has_isolation && modes->isolation != txn->isolation) {
        if (txn->has_run)
            return diag_set(diag, ERRCODE_ACTIVE_SQL_TRANSACTION,
                            "SET TRANSACTION ISOLATION LEVEL must be called before any query");
        if (txn->nsavepoints)
            return diag_set(diag, ERRCODE_ACTIVE_SQL_TRANSACTION,
                            "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction");
        txn->isolation = modes->isolation;
    }
    if (modes->has_read_only) {
        if (!modes->read_only && txn->read_only && txn->nsavepoints)
            return diag_set(diag, ERRCODE_ACTIVE_SQL_TRANSACTION,
                            "cannot set transaction read-write mode inside a read-only transaction");
        if (!modes->read_only && txn->read_only && txn->has_run)
            return diag_set(diag, ERRCODE_ACTIVE_SQL_TRANSACTION, "transaction read-write mode must be set before any query");
        txn->read_only = modes->read_only;
    }
    if (modes->has_deferrable) {
        if (txn->nsavepoints)
            return diag_set(diag, ERRCODE_ACTIVE_SQL_TRANSACTION,
                            "SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction");
        if (txn->has_run)
            return diag_set(diag, ERRCODE_ACTIVE_SQL_TRANSACTION,
                            "SET TRANSACTION [NOT] DEFERRABLE must be called before any query");
        txn->deferrable = modes->deferrable;
    }
    return true;
}

bool txn_begin(struct session *session, const struct txn_modes *modes, struct diag *diag)
{
    struct transaction *txn = &session->txn;
    if (txn->state == TXN_BLOCK) {
        session_warn(session, ERRCODE_ACTIVE_SQL_TRANSACTION, "there is already a transaction in progress");
    } else {
        txn_ensure(session, TXN_STATEMENT);
        txn->state = TXN_BLOCK;
        slot_set_transaction(session->options.slot, true, engine_txn_state(session->engine) == ENGINE_TXN_WRITE);
    }
    return txn_set_modes(session, modes, diag);
}

static void chain_on(struct session *session, const struct transaction *before)
{
    txn_ensure(session, TXN_STATEMENT);
    session->txn.state = TXN_BLOCK;
    session->txn.isolation = before->isolation;
    session->txn.read_only = before->read_only;
    session->txn.deferrable = before->deferrable;
    slot_set_transaction(session->options.slot, true, false);
}

static bool check_chain(const char *command, bool chain, struct diag *diag)
{
    if (chain)
        return diag_set(diag, ERRCODE_NO_ACTIVE_SQL_TRANSACTION, "%s AND CHAIN can only be used in transaction blocks", command);
    return true;
}

bool txn_commit(struct session *session, bool chain, const char **tag, struct diag *diag)
{
    struct transaction before = session->txn;
    bool is_failed = before.state == TXN_FAILED;
    *tag = is_failed ? "ROLLBACK" : "COMMIT";
    if (before.state != TXN_BLOCK && !is_failed) {
        if (!check_chain("COMMIT", chain, diag))
            return false;
        session_warn(session, ERRCODE_NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
    }
    if (is_failed)
        rollback(session);
    else if (before.state != TXN_IDLE && !commit(session, diag))
        return false;
    if (chain)
        chain_on(session, &before);
    return true;
}

bool txn_rollback(struct session *session, bool chain, struct diag *diag)
{
    struct transaction before = session->txn;
    if (before.state != TXN_BLOCK && before.state != TXN_FAILED) {
        if (!check_chain("ROLLBACK", chain, diag))
            return false;
        session_warn(session, ERRCODE_NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
    }
    if (before.state != TXN_IDLE)
        rollback(session);
    if (chain)
        chain_on(session, &before);
    return true;
}

bool txn_prepare_transaction(struct session *session, const char **tag, struct diag *diag)
{
    bool in_block = session->txn.state == TXN_BLOCK, used_temporary = session->txn.used_temporary;
    *tag = "ROLLBACK";
    if (!txn_rollback(session, false, diag) || !in_block)
        return !diag_is_set(diag);
    if (used_temporary)
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                        "cannot PREPARE a transaction that has operated on temporary objects");
    diag_set(diag, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "prepared transactions are disabled");
    return diag_hint(diag, "Set max_prepared_transactions to a nonzero value.");
}

static bool require_explicit(struct session *session, const char *command, struct diag *diag)
{
    if (session->txn.state == TXN_BLOCK || session->txn.state == TXN_FAILED)
        return true;
    return diag_set(diag, ERRCODE_NO_ACTIVE_SQL_TRANSACTION, "%s can only be used in transaction blocks", command);
}

bool txn_savepoint(struct session *session, const char *name, struct diag *diag)
{
    struct transaction *txn = &session->txn;
    if (!require_explicit(session, "SAVEPOINT", diag))
        return false;
    if (has_savepoints(session) && !engine_savepoint(session->engine, txn->nsavepoints + 1, diag))
        return false;
    if (txn->nsavepoints == txn->savepoint_cap) {
        txn->savepoint_cap = txn->savepoint_cap ? txn->savepoint_cap * 2 : 8;
        txn->savepoints = xrealloc(txn->savepoints, sizeof *txn->savepoints * (size_t) txn->savepoint_cap);
    }
    txn->savepoints[txn->nsavepoints++] = (struct savepoint){xstrdup(name), txn->read_only};
    settings_enter(session->settings, txn->nsavepoints + 1);
    return true;
}

static int find_savepoint(struct session *session, const char *name, struct diag *diag)
{
    struct transaction *txn = &session->txn;
    for (int i = txn->nsavepoints - 1; i >= 0; i--)
        if (!strcmp(txn->savepoints[i].name, name))
            return i;
    diag_set(diag, ERRCODE_INVALID_SAVEPOINT_SPECIFICATION, "savepoint \"%s\" does not exist", name);
    return -1;
}

bool txn_release(struct session *session, const char *name, struct diag *diag)
{
    struct transaction *txn = &session->txn;
    if (!require_explicit(session, "RELEASE SAVEPOINT", diag))
        return false;
    int index = find_savepoint(session, name, diag);
    if (index < 0)
        return false;
    if (has_savepoints(session) && !engine_release(session->engine, index + 1, diag))
        return false;
    txn->read_only = txn->savepoints[index].read_only;
    clear_savepoints(txn, index);
    overrides_lower_level(session, index);
    advisory_lower_level(session, index);
    notify_lower_level(session, index);
    portals_lower_level(session, index);
    settings_release(session->settings, index + 1);
    return true;
}

bool txn_rollback_to(struct session *session, const char *name, struct diag *diag)
{
    struct transaction *txn = &session->txn;
    if (!require_explicit(session, "ROLLBACK TO SAVEPOINT", diag))
        return false;
    int index = find_savepoint(session, name, diag);
    if (index < 0)
        return false;
    portals_drop_level(session, index + 1);
    advisory_rolled_back(session, index + 1);
    notify_rolled_back(session, index + 1);
    if (engine_txn_is_lost(session->engine))
        return diag_set(diag, ERRCODE_TRANSACTION_ROLLBACK,
                        "the transaction was rolled back as a whole when a change in it was stopped");
    if (has_savepoints(session)) {
        /* Portals from before the savepoint keep what they would have seen. */
        if (!portals_spool(session, diag) || !engine_rollback_to(session->engine, index + 1, diag))
            return false;
        sequences_rolled_back(session);
        if (txn->changed_catalog && !session_reload_catalog(session, diag))
            return false;
    }
    txn->read_only = txn->savepoints[index].read_only;
    clear_savepoints(txn, index + 1);
    overrides_rolled_back(session, index + 1);
    settings_rollback(session->settings, index + 2);
    settings_enter(session->settings, index + 2);
    txn->state = TXN_BLOCK;
    return true;
}
