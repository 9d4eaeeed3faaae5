#ifndef PGQUILL_MASTER_CONTROL_H
#define PGQUILL_MASTER_CONTROL_H

#include "master/server.h"

#include <poll.h>

/* The control socket's server side. Every client is served without blocking and has a few seconds in all: a slow or hostile one
 * never delays the master. Only root and the user who runs the server are heard. */

enum { CONTROL_CLIENTS_MAX = 16, CONTROL_POLL_MAX = CONTROL_CLIENTS_MAX + 1 };

/* NULL after the reason was logged. */
struct control *control_open(const char *run_dir);
/* Close all connections (which tells `pgquillctl stop` that the server has ended) and remove the socket. */
void control_close(struct control *control);
/* In a child: close everything but keep_fd. */
void control_leave(struct control *control, int keep_fd);

/* What to poll: fills up to CONTROL_POLL_MAX entries, returns how many; lowers *timeout (ms, -1: none) to the next deadline. */
int control_prepare(const struct control *control, struct pollfd *entries, int64_t now, int64_t *timeout);
/* Do what the polled events allow. `entries` are those that control_prepare filled. */
void control_handle(struct server *server, struct control *control, const struct pollfd *entries, int count, int64_t now);

#endif
