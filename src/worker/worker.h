#ifndef PGQUILL_WORKER_WORKER_H
#define PGQUILL_WORKER_WORKER_H

#include "session/session.h"

#include <sys/types.h>

/* One worker process: prepares a session, waits for a client, serves it and ends. */

struct worker_options {
    struct session_options session; /* slot and settings filled in; all else as the server has it */
    const int *listeners;           /* listening sockets, non-blocking */
    int listener_count;
    int lifeline; /* read end of a pipe that only the master can write: end of file means that it died */
    int wake;     /* eventfd: written when the number of spares changes */
    int heirs;    /* pipe that takes a struct worker_heir of each process that succeeds another */
    pid_t master;
    int sessions_max; /* served by a process and those that succeed it */
    unsigned orders;  /* given to all workers until it was forked: what came later it must be told */
};

/* What the master is told of a worker that it did not fork. */
struct worker_heir {
    pid_t pid;
    int slot; /* its index */
    unsigned orders;
};

/* Exit statuses that the master tells apart. */
enum { WORKER_DONE = 0, WORKER_IMMEDIATE = 2, WORKER_NOT_STARTED = 3 };

/* Run a worker to its end; called in the child after the fork, with all signals blocked. */
_Noreturn void worker_main(const struct worker_options *options);

/* Serve one client on a connected socket without a master (inetd); returns the exit status. */
int worker_serve_one(const struct session_options *options, int fd);

/* End this process when the process that forked it ends: `signal` is delivered then. false: the parent is gone already. */
bool worker_follow_parent(pid_t master, int signal);

#endif
