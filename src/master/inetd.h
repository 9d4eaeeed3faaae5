#ifndef PGQUILL_MASTER_INETD_H
#define PGQUILL_MASTER_INETD_H

#include "master/server.h"

/* inetd makes standard output and error the connection too: keep everything but the protocol away from it. */
void inetd_protect_client(void);
/* Serve the one connection on file descriptor 0 and return the exit status. The registry of the run directory is shared with a
 * master that runs there, or with the other processes of inetd; it is made when there is none. */
int inetd_run(struct server *server);

#endif
