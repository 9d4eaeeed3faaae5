#ifndef PGQUILL_MASTER_LOOP_H
#define PGQUILL_MASTER_LOOP_H

#include "master/server.h"

/* The master's loop: signals, workers' news, the control socket, and the pool's and the shutdown's timers. Returns when the server
 * has ended: the exit status. */
int loop_run(struct server *server);

#endif
