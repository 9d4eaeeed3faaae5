#ifndef PGQUILL_SESSION_STATE_H
#define PGQUILL_SESSION_STATE_H

#include "session/interrupt.h"
#include "session/override.h"
#include "session/portal.h"
#include "session/sequence.h"
#include "session/session.h"
#include "session/statement_log.h"
#include "session/transaction.h"
#include "sql/plan.h"
#include "wire/framing.h"
#include "wire/messages.h"

/* The state of a session, shared by the files of this directory. */

/* Settings that every statement looks at; guc.c keeps them current. Times in ms. */
struct session_limits {
    int64_t statement_timeout, lock_timeout, idle_in_transaction_timeout, idle_timeout, client_check_interval;
    enum txn_isolation default_isolation;
    bool default_read_only, default_deferrable, is_async_commit;
};

struct session {
    struct session_options options;
    struct settings *settings;
    struct engine *engine;
    struct catalog *catalog;
    struct compiler *compiler;
    struct gate *gate;     /* of the open file; NULL in unit tests */
    uint64_t catalog_seen; /* the gate's catalog generation that the snapshot was read at */
    bool catalog_dirty;    /* a rolled back transaction had changed it */
    char *database_path;
    int64_t moved_seen; /* how many databases had been dropped or renamed when it was opened */

    struct wire wire;
    bool has_tcp_client;
    bool is_connected; /* the startup is over: the client can be told things */
    struct interrupts interrupts;
    struct session_limits limits;

    struct func_env env;
    struct type_settings types;
    char *user, *session_user, *database;
    struct arena session_arena; /* the startup packet's strings */

    struct transaction txn;
    struct sequences sequences;
    struct prepared *prepared; /* named ones */
    struct prepared *unnamed;
    struct portal *portals;              /* all that are open, newest first */
    struct advisory_taken *advisory;     /* advisory locks of the transaction; NULL: the session has asked for none */
    struct notifications *notifications; /* NULL: the session has never listened or notified */
    struct idle_bell bell;               /* rung when something may have come for it */
    struct portal *spare_portal;         /* memory of the last one dropped */
    struct arena statement_arena;        /* one query message, or one Parse */
    struct arena row_arena;              /* one row */
    struct buf scratch;
    uint64_t reports; /* changed settings whose ParameterStatus is due */
    bool skip_until_sync;
    struct queued_override *overrides; /* ALTER DATABASE and ROLE … SET, until the transaction commits */
    int override_count;
    volatile int reload_due; /* set by a signal handler: the configuration was read again */
    struct hba *fresh_hba;   /* rules that a reload brought; options.hba points here then */
    bool terminating;        /* a FATAL report was sent: end */
    bool was_left;           /* the client said that it goes, and nothing was open */

    const char *query; /* text of the message in work, for the log */
    size_t query_len;
    int64_t rows; /* returned so far by this session */
    struct statement_log statement_log;
    struct slot_tally tally; /* done since the registry was told last */
};

/* Tell the client (and the log) of an error, and do what it means for the transaction. Clears `diag`. */
void session_report(struct session *session, struct diag *diag);
/* Send a notice if the client wants its severity; clears it. */
void session_notice(struct session *session, struct diag *notice);
void session_warn(struct session *session, const char *sqlstate, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The catalog as the file has it now: reads it again when another session, or a rollback, has changed it. */
bool session_refresh_catalog(struct session *session, struct diag *diag);
/* The same, looking into the file itself. *changed tells whether it was read. */
bool session_recheck_catalog(struct session *session, bool *changed, struct diag *diag);
bool session_reload_catalog(struct session *session, struct diag *diag);
/* Send the ParameterStatus messages that are due. */
void session_put_reports(struct session *session);

/* connect.c: from the startup packet to ReadyForQuery. */
enum connect_result { CONNECT_OK, CONNECT_OVER, CONNECT_REFUSED };
enum connect_result session_connect(struct session *session, const char *address, struct diag *diag);
/* Open `path` as the session's database. */
bool session_open(struct session *session, const char *path, bool create, struct diag *diag);
void session_close(struct session *session);
/* Is `path` what is open, under that name still? */
bool session_has_open(const struct session *session, const char *path);

/* The memory limit is passed: what runs is stopped. */
void session_note_excess(void *session, size_t request);

/* guc.c: what settings mean to the session: type_settings, search path, checks of values. */
void session_bind_settings(struct session *session);
void session_apply_settings(struct session *session);

/* env_server.c: what functions ask about the server as a whole. */
void session_fill_server_env(struct func_env *env);
/* env.c */
void session_fill_env(struct session *session);

/* simple.c, extended.c: messages. */
void simple_query(struct session *session, const struct wire_message *message);
void extended_message(struct session *session, const struct wire_message *message);
void extended_sync(struct session *session);

#endif
