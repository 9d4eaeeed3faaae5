#ifndef PGQUILL_MASTER_JOB_H
#define PGQUILL_MASTER_JOB_H

#include "master/server.h"

/* Work that takes long or needs a database handle: done by a child of its own, which answers the control client by itself. */

/* Write the WAL of the default database back into its file. `fd` is the client's connection. false: no process could be had. */
bool job_checkpoint(struct server *server, int fd);
/* Copy a database to a new file while it is in use; progress is reported to the client. */
bool job_backup(struct server *server, int fd, const char *database, const char *path);

#endif
