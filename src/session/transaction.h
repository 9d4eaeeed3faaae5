#ifndef PGQUILL_SESSION_TRANSACTION_H
#define PGQUILL_SESSION_TRANSACTION_H

#include "util/diag.h"

#include <stdbool.h>
#include <stdint.h>

/* PostgreSQL's transactions over the engine's (docs/architecture.md, "Transactions").
 *
 * A transaction of the client's need not be one of the engine's. At READ COMMITTED each statement reads in a snapshot of its own until the first
 * write, which takes the writer gate; REPEATABLE READ and above hold one snapshot from the first statement on. Savepoints made before the first write
 * are only names; the engine is told of them when the write begins. */

struct session;

enum txn_state {
    TXN_IDLE,
    TXN_STATEMENT, /* around one statement, or an extended-protocol run up to Sync */
    TXN_IMPLICIT,  /* around the statements of one query message */
    TXN_BLOCK,     /* BEGIN was given */
    TXN_FAILED,    /* an error happened in a block: only its end is accepted */
};

enum txn_isolation { ISOLATION_READ_UNCOMMITTED, ISOLATION_READ_COMMITTED, ISOLATION_REPEATABLE_READ, ISOLATION_SERIALIZABLE };

struct savepoint {
    char *name;
    bool read_only; /* the transaction's, when it was made: it is again at its end, whichever */
};

struct transaction {
    enum txn_state state;
    enum txn_isolation isolation;
    bool read_only, deferrable;
    bool has_run;        /* a statement that needs a snapshot has run: SET TRANSACTION is too late */
    bool defers_keys;    /* SET CONSTRAINTS … DEFERRED */
    bool used_temporary; /* has changed temporary relations */
    bool changed_catalog;
    bool changed_file;       /* … in what other sessions see of it */
    bool is_ended_by_engine; /* failed, and already rolled back in the engine */
    int nsavepoints, savepoint_cap;
    struct savepoint *savepoints; /* the engine's depth of one is its index + 1 */
    uint64_t xid;                 /* 0: nobody asked for it */
    int64_t started;              /* µs since 2000-01-01; 0: not stamped yet */
};

/* Be in a transaction: begins one around a statement when there is none. */
void txn_ensure(struct session *session, enum txn_state state);
/* A statement that reads is about to run: hold a snapshot where the isolation level wants one. */
bool txn_prepare_read(struct session *session, struct diag *diag);
/* One that writes: refused in a read-only transaction (25006, naming `command`; NULL: not refused); takes the gate. Open portals are spooled. Reads the catalog again when
 * another session changed it meanwhile. */
bool txn_prepare_write(struct session *session, const char *command, struct diag *diag);
/* One that writes only temporary relations, which read-only transactions may: without the gate where that is possible. `is_alone`: the transaction has no
 * other statement. */
bool txn_prepare_temporary(struct session *session, bool is_alone, struct diag *diag);
/* Refuse `command` in a read-only transaction. */
bool txn_check_writable(struct session *session, const char *command, struct diag *diag);
/* SET CONSTRAINTS: let foreign keys wait for the transaction's end, or check now (23503) and again at once. */
bool txn_defer_keys(struct session *session, bool on, struct diag *diag);
/* VACUUM and its kind: 25001 inside a transaction block. */
bool txn_prevent_block(struct session *session, const char *command, struct diag *diag);
/* LOCK TABLE and its kind: 25P01 outside one. */
bool txn_require_block(struct session *session, const char *command, struct diag *diag);
bool txn_is_block(const struct session *session);
/* I, T or E, for ReadyForQuery. */
char txn_status(const struct session *session);

/* End a transaction that no BEGIN began; no-ops in a block. */
bool txn_finish_implicit(struct session *session, struct diag *diag);
/* An error happened: a block fails, anything else is rolled back. */
void txn_abort(struct session *session);
/* Roll everything back: the session ends. */
void txn_drop(struct session *session);

/* The statements. `tag` is what CommandComplete says. */
struct txn_modes {
    bool has_isolation, has_read_only, has_deferrable;
    enum txn_isolation isolation;
    bool read_only, deferrable;
};
bool txn_begin(struct session *session, const struct txn_modes *modes, struct diag *diag);
bool txn_commit(struct session *session, bool chain, const char **tag, struct diag *diag);
bool txn_rollback(struct session *session, bool chain, struct diag *diag);
/* PREPARE TRANSACTION: refused (55000), and the transaction is over. */
bool txn_prepare_transaction(struct session *session, const char **tag, struct diag *diag);
bool txn_savepoint(struct session *session, const char *name, struct diag *diag);
bool txn_release(struct session *session, const char *name, struct diag *diag);
bool txn_rollback_to(struct session *session, const char *name, struct diag *diag);
/* SET TRANSACTION. */
bool txn_set_modes(struct session *session, const struct txn_modes *modes, struct diag *diag);

const char *txn_isolation_name(enum txn_isolation isolation);
bool txn_isolation_parse(const char *name, enum txn_isolation *isolation);

#endif
