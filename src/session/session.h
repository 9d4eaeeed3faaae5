#ifndef PGQUILL_SESSION_SESSION_H
#define PGQUILL_SESSION_SESSION_H

#include "session/settings.h"
#include "shm/registry.h"
#include "util/diag.h"

#include <stdbool.h>
#include <sys/types.h>

/* One client connection's life, from the startup packet to its end. */

struct session;
struct hba;

struct session_options {
    const char *data_dir;     /* databases are data_dir/NAME.db */
    const char *default_path; /* FILE: the default database */
    const char *default_name; /* its name: FILE without directory and ".db" */
    bool ephemeral;
    struct shm *shm;
    struct session_slot *slot;
    struct settings *settings;                  /* the server's values; the session gets its own copy */
    const char *os_user;                        /* who runs the server */
    const char *config_path, *auto_config_path; /* pgquill.conf, and what ALTER SYSTEM writes; NULL in unit tests */
    pid_t master;                               /* 0: none (inetd) */
    int64_t server_started;                     /* µs since the Unix epoch */
    const struct hba *hba;                      /* who may connect; NULL: everybody who reaches a socket */
    /* Read the configuration again, without a word in the log: fresh settings and rules, owned by the caller. False: they have mistakes. NULL in
     * unit tests. */
    bool (*reload)(void *self, struct settings **settings, struct hba **hba);
    void *reload_self;
    struct session *former; /* what session_empty left, or NULL: session_prepare takes it over */
};

/* What every session touches alike (library symbols, tables made at first use) is touched in this process, so that those which it forks
 * find it done. Runs a statement in a database in memory; no
 * file is opened, and nothing is left open. False after a report. */
bool session_warm(const struct session_options *options, struct diag *diag);

/* Everything that can be done before a client is there: the handle on the default database opened, the catalog read, what is always
 * needed prepared. NULL after a report. */
struct session *session_prepare(const struct session_options *options, struct diag *diag);

enum session_end {
    SESSION_ENDED,     /* a session was served and is over: the process should exit */
    SESSION_LEFT,      /* the same, by the client's leave outside of a transaction: the process's memory may serve another */
    SESSION_NOT_BEGUN, /* cancel request, refused or broken startup: the worker may accept again */
};

/* Serve the client on `fd` (a connected stream socket, or inetd's fd 0). `address` is "" for a unix socket; port -1. Returns at disconnect, with
 * everything rolled back and the fd closed. */
enum session_end session_serve(struct session *session, int fd, const char *address, int port);
/* Before a client is there: open the default database, if another one is open. False after a report. */
bool session_go_home(struct session *session, struct diag *diag);
void session_free(struct session *session);
/* Free all that is the session's but its memory and its open database with the catalog, so that it can be the next session's `former`. NULL: it has
 * nothing that could be passed on, and is free. */
struct session *session_empty(struct session *session);

/* Async-signal-safe: note an interrupt (enum slot_interrupt) for the running session and wake whatever it waits in. */
void session_interrupt(struct session *session, int what);
/* Async-signal-safe: the termination that follows is due to the master's death. */
void session_note_orphaned(struct session *session);

/* Async-signal-safe: the configuration was reloaded; the session takes it up before its next command. */
void session_note_reload(struct session *session);
/* Async-signal-safe: there may be notifications for the session. */
void session_note_notification(struct session *session);
/* Microseconds since 2000-01-01 UTC. */
int64_t session_now(void);
/* For settings_check of the server's own settings: checks of values that go beyond their facts. */
bool session_check_configured(void *self, const char *name, const char **value, struct arena *arena, struct diag *diag);

#endif
