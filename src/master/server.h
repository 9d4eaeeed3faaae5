#ifndef PGQUILL_MASTER_SERVER_H
#define PGQUILL_MASTER_SERVER_H

#include "master/listen.h"
#include "master/options.h"
#include "master/pool.h"
#include "session/session.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct control;
struct pidfh;

/* The state of the master process. One thread touches it; children have copies that they do not use. */

enum shutdown_mode {
    SHUTDOWN_NONE,
    SHUTDOWN_SMART,     /* no new sessions; idle ones end, those with work or an open transaction end after it */
    SHUTDOWN_FAST,      /* sessions are terminated, open transactions rolled back */
    SHUTDOWN_IMMEDIATE, /* processes end at once; the WAL is recovered by who opens the file next */
};

enum child_kind { CHILD_WORKER, CHILD_CHECKPOINTER, CHILD_JOB };

struct child {
    pid_t pid;
    enum child_kind kind;
    struct session_slot *slot; /* NULL for a job */
    bool ready;                /* a worker that was seen to be prepared */
    bool retiring;             /* was asked to end if it is spare */
    bool is_heir;              /* succeeded a worker: its memory has served before */
};

/* Where things are; all absolute. */
struct places {
    char *data_dir, *run_dir;
    char *file, *name;      /* the default database: its path; its name in a startup packet */
    char *config_file;      /* may not exist unless the command line named it */
    char *auto_config_file; /* what ALTER SYSTEM writes; may not exist */
    char *log_file;         /* NULL: standard error */
    char *temporary_dir;    /* of an ephemeral server, removed at its end; else NULL */
};

struct server {
    struct options options;
    struct places places;
    struct settings *settings;
    struct hba *hba; /* NULL: no rules are named */
    struct shm *shm;
    struct listeners listeners;
    struct pidfh *pidfile;
    struct control *control;
    char *os_user;
    int64_t started; /* µs since the epoch */

    int lifeline[2]; /* nobody writes; its end of file tells workers that the master died */
    int wake;        /* eventfd, written by workers */
    int heirs[2];    /* pipe: processes that succeed a worker tell of themselves (struct worker_heir) */
    unsigned orders; /* reloads and reopenings of the log until now */
    int signals;     /* signalfd */

    struct child *children;
    int child_count, child_max;
    bool is_childless; /* as the kernel has it: there may be some that we do not know yet */
    struct pool pool;
    struct pool_limits limits;
    bool ready;                                            /* the first worker was ready: the database can be opened */
    bool failed;                                           /* it was not: the server ends with an error */
    int64_t checkpointer_not_before, checkpointer_backoff; /* ms; a checkpointer that keeps failing is started ever more seldom */

    enum shutdown_mode shutdown;
    int64_t shutdown_began; /* ms */
};

/* Milliseconds of a clock that never goes back. */
int64_t server_now(void);
/* The whole life of a server (or of an inetd process); returns the exit status. Takes `options` over. */
int server_run(struct options *options);
/* Read the settings again (SIGHUP, pgquillctl reload); false when a mistake kept the old ones. */
bool server_reload(struct server *server);
/* Begin to shut down, or hasten a shutdown that has begun. */
void server_shutdown(struct server *server, enum shutdown_mode mode);
/* Make the registry in the run directory, sized for the limits; false after the reason was logged. */
bool server_open_registry(struct server *server);
/* How things are: workers by state. */
struct pool_counts server_counts(const struct server *server);
/* What every session of this server is given. */
struct session_options server_session_options(struct server *server);

#endif
