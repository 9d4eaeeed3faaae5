#ifndef PGQUILL_MASTER_DAEMON_H
#define PGQUILL_MASTER_DAEMON_H

#include <stdbool.h>

struct pidfh;

/* Detach from the terminal: the caller's process ends when the server says that it is ready (status 0) or dies before (status 1);
 * this function returns in the new process. false: it could not be forked (errno). */
bool daemon_detach(void);
/* Tell the waiting parent that the server is ready. Does nothing in the foreground. */
void daemon_ready(void);
/* In a child: whether the server is ready is not for it to tell. */
void daemon_leave(void);
/* The terminal's standard error, for those who must tell why the server cannot start; the caller's from now on. -1 in the foreground. */
int daemon_terminal(void);

/* Take the run directory: its pid file, locked by this process and every child until the last of them ends. NULL after the
 * reason was logged: another server has it. */
struct pidfh *daemon_lock(const char *run_dir);
/* Make the run directory ready after a crash: stale sockets and registry go. false when sessions of an earlier server still live. */
bool daemon_clean(const char *run_dir);

/* Tell the service manager (sd_notify(3)); a text like "READY=1\nSTATUS=…". Does nothing when there is none. */
void daemon_notify(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
