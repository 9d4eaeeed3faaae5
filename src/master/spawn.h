#ifndef PGQUILL_MASTER_SPAWN_H
#define PGQUILL_MASTER_SPAWN_H

#include "master/server.h"

/* Children of the master. Each new process closes what only the master may hold; all signals are blocked at its start. */

/* Do once, in the master, what each of its children would have to do alike (session_warm). false: reported to the log. */
bool spawn_warm(struct server *server);
/* Fork one worker; its registry slot is taken before. false: no slot or no process could be had (logged). */
bool spawn_worker(struct server *server);
/* Fork the checkpointer. */
bool spawn_checkpointer(struct server *server);
/* Fork a process that runs `work` and exits with what it returns; the parent goes on at once. `keep_fd` stays open in it. */
bool spawn_job(struct server *server, int keep_fd, int (*work)(struct server *server, void *arg), void *arg);

/* Take in the processes that have succeeded a worker: they are children of ours that we did not fork. */
void spawn_adopt(struct server *server);
struct child *spawn_find(struct server *server, pid_t pid);
/* Forget a child that was reaped. */
void spawn_forget(struct server *server, struct child *child);
/* The signal that tells a worker of a shutdown. */
int spawn_ending(enum shutdown_mode mode);
/* Send a signal to all children of a kind. */
void spawn_signal(struct server *server, enum child_kind kind, int signal);
/* How many children of a kind there are. */
int spawn_count(const struct server *server, enum child_kind kind);

#endif
