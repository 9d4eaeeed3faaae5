#ifndef PGQUILL_MASTER_LISTEN_H
#define PGQUILL_MASTER_LISTEN_H

#include "session/settings.h"

#include <stdbool.h>

/* The sockets that clients connect to. */

struct listener {
    int fd;
    char *name;  /* "127.0.0.1:5432", "[::1]:5432" or a path */
    char *path;  /* of a unix socket that we made; else NULL */
    int lock_fd; /* holds path.lock while path is ours */
};

struct listeners {
    struct listener *list;
    int *fds; /* the same sockets, as workers take them */
    int count;
    bool inherited; /* from the service manager, which keeps them open after us */
};

/* Open every socket that the settings name, or take those of socket activation (LISTEN_FDS). `socket_dir` is where the unix socket
 * goes when no setting says otherwise. All are non-blocking and close-on-exec. false after the reason was logged: no socket could
 * be made, another server has the unix socket, or an address other than loopback would be open without an hba file. */
bool listen_open(struct listeners *listeners, const struct settings *settings, const char *socket_dir);
/* Refuse connections from now on, in all processes that share the sockets. */
void listen_shut(struct listeners *listeners);
/* Close and remove what listen_open made. */
void listen_close(struct listeners *listeners);

#endif
