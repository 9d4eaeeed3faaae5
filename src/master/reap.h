#ifndef PGQUILL_MASTER_REAP_H
#define PGQUILL_MASTER_REAP_H

#include "master/server.h"

/* Collect every child that has ended: hand on what it held, free its slot, log how it ended. One SIGCHLD may stand for many. */
void reap_children(struct server *server);

#endif
