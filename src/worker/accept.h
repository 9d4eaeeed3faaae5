#ifndef PGQUILL_WORKER_ACCEPT_H
#define PGQUILL_WORKER_ACCEPT_H

#include <signal.h>
#include <stdbool.h>

/* Waiting for one client on several listening sockets that many processes share. */

enum { PEER_ADDRESS_MAX = 64 };

struct peer {
    int fd;
    char address[PEER_ADDRESS_MAX]; /* "" for a unix socket */
    int port;                       /* -1 for a unix socket */
};

struct acceptor {
    int epoll;
    const int *listeners; /* the caller's */
    int count;
    int lifeline;
};

enum accept_result {
    ACCEPT_CLIENT,      /* peer is filled in; its socket is blocking, close-on-exec */
    ACCEPT_INTERRUPTED, /* a signal was handled; called again, accept_client looks at every socket before it waits */
    ACCEPT_ORPHANED,    /* the lifeline reached its end */
    ACCEPT_NOBODY,      /* nobody came for so long */
};

/* Watch the sockets and the lifeline. One connection wakes one of the processes that wait, not all. false: errno says why. */
bool accept_init(struct acceptor *acceptor, const int *listeners, int count, int lifeline);
/* Wait with the signal mask `unblocked` in force, so that no signal is lost between a check and the wait; at most `patience` ms, -1: for ever. */
enum accept_result accept_client(struct acceptor *acceptor, const sigset_t *unblocked, int patience, struct peer *peer);
/* Fill in the address and port of the other end of peer->fd. */
void accept_describe(struct peer *peer);
/* Socket options that every TCP client's connection has: no delay, keepalive. */
void accept_tune(const struct peer *peer);

#endif
