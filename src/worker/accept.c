#include "worker/accept.h"

#include "util/log.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

bool accept_init(struct acceptor *acceptor, const int *listeners, int count, int lifeline)
{
    acceptor->lifeline = lifeline;
    acceptor->listeners = listeners;
    acceptor->count = count;
    acceptor->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (acceptor->epoll < 0)
        return false;
    for (int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = listeners[i]};
        if (epoll_ctl(acceptor->epoll, EPOLL_CTL_ADD, listeners[i], &event) < 0)
            return false;
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLHUP, .data.fd = lifeline};
    return lifeline < 0 || epoll_ctl(acceptor->epoll, EPOLL_CTL_ADD, lifeline, &event) == 0;
}

void accept_describe(struct peer *peer)
{
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    peer->address[0] = '\0';
    peer->port = -1;
    if (getpeername(peer->fd, (struct sockaddr *) &storage, &length) < 0 || storage.ss_family == AF_UNIX)
        return;
    char port[16];
    if (getnameinfo((struct sockaddr *) &storage, length, peer->address, sizeof peer->address, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        peer->port = atoi(port);
}

static void set_option(int fd, int level, int option, int value)
{
    if (setsockopt(fd, level, option, &value, sizeof value) < 0)
        log_errno(LOG_LEVEL_DEBUG, "could not set option %d of a client's socket", option);
}

void accept_tune(const struct peer *peer)
{
    if (peer->port < 0)
        return;
    set_option(peer->fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(peer->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

/* Errors that concern the one connection that was about to be accepted, or that another process took: wait for the next. */
static bool is_passing(int error)
{
    switch (error) {
    case EAGAIN:
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
        return true;
    default:
        return false;
    }
}

static bool accept_from(int listener, struct peer *peer)
{
    peer->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (peer->fd < 0)
        return false;
    accept_describe(peer);
    return true;
}

/* The process that was woken for a connection may have died before it took it; nobody else is woken for that one. */
static bool accept_any(struct acceptor *acceptor, struct peer *peer)
{
    for (int i = 0; i < acceptor->count; i++)
        if (accept_from(acceptor->listeners[i], peer))
            return true;
    return false;
}

enum accept_result accept_client(struct acceptor *acceptor, const sigset_t *unblocked, int patience, struct peer *peer)
{
    if (accept_any(acceptor, peer))
        return ACCEPT_CLIENT;
    for (;;) {
        struct epoll_event event;
        int ready = epoll_pwait(acceptor->epoll, &event, 1, patience, unblocked);
        if (ready < 0) {
            if (errno != EINTR)
                log_errno(LOG_LEVEL_ERROR, "could not wait for a connection");
            return ACCEPT_INTERRUPTED;
        }
        if (ready == 0)
            return ACCEPT_NOBODY;
        if (event.data.fd == acceptor->lifeline)
            return ACCEPT_ORPHANED;
        if (accept_from(event.data.fd, peer))
            return ACCEPT_CLIENT;
        /* The master has shut the socket down and its signal is on the way: it is told by EINVAL, a unix socket by the event alone. */
        bool is_shut = errno == EINVAL || (event.events & EPOLLHUP);
        if (!is_shut && is_passing(errno))
            continue;
        /* All others (no descriptors, no memory) may pass, too; do not spin meanwhile. */
        if (!is_shut)
            log_errno(LOG_LEVEL_ERROR, "could not accept a connection");
        struct timespec pause = {.tv_nsec = 100000000};
        if (pselect(0, NULL, NULL, NULL, &pause, unblocked) < 0)
            return ACCEPT_INTERRUPTED;
    }
}
