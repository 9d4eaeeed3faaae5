#include "master/loop.h"

#include "master/control.h"
#include "master/daemon.h"
#include "master/reap.h"
#include "master/spawn.h"
#include "util/log.h"
#include "worker/log_output.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
    SMART_SWEEP_MS = 50,    /* how often idle sessions are looked for in a smart shutdown … */
    SMART_IDLE_US = 100000, /* … and for how long a session must have been idle: not between two statements of a busy client */
    FAST_PATIENCE_MS = 15000, /* processes that do not end are killed */
    IMMEDIATE_PATIENCE_MS = 5000,
};

int64_t server_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct pool_counts server_counts(const struct server *server)
{
    struct pool_counts counts = {0};
    for (int i = 0; i < server->child_count; i++) {
        const struct child *child = &server->children[i];
        if (child->kind != CHILD_WORKER)
            continue;
        switch (slot_state(child->slot)) {
        case SLOT_FREE:
        case SLOT_STARTING:
            counts.starting++;
            break;
        case SLOT_SPARE:
            counts.spare += !child->retiring;
            break;
        case SLOT_ENDED:
            break;
        default:
            counts.busy++;
        }
    }
    return counts;
}

static void retire_of(struct server *server, bool heirs, int *count)
{
    for (int i = server->child_count - 1; i >= 0 && *count > 0; i--) {
        struct child *child = &server->children[i];
        if (child->kind != CHILD_WORKER || child->is_heir != heirs || child->retiring || slot_state(child->slot) != SLOT_SPARE)
            continue;
        child->retiring = true;
        kill(child->pid, SIGUSR2);
        --*count;
    }
}

/* Those whose memory has served before answer a new client faster: they stay the longest. */
static void retire(struct server *server, int count)
{
    retire_of(server, false, &count);
    retire_of(server, true, &count);
}

static void become_ready(struct server *server)
{
    server->ready = true;
    for (int i = 0; i < server->listeners.count; i++)
        log_write(LOG_LEVEL_LOG, "listening on %s", server->listeners.list[i].name);
    log_write(LOG_LEVEL_LOG, "database system is ready to accept connections");
    daemon_ready();
    log_output_set_copy(-1);
    daemon_notify("READY=1\nMAINPID=%d\nSTATUS=Serving %s", (int) getpid(), server->places.file);
}

static void note_good_starts(struct server *server)
{
    for (int i = 0; i < server->child_count; i++) {
        struct child *child = &server->children[i];
        if (child->kind != CHILD_WORKER || child->ready || slot_state(child->slot) <= SLOT_STARTING)
            continue;
        child->ready = true;
        pool_note_good_start(&server->pool);
    }
}

/* Have as many workers as there should be. The first must be ready before others start: it makes the database when there is none,
 * and when it cannot, the server does not start. */
static void tend_pool(struct server *server, int64_t now)
{
    if (server->shutdown)
        return;
    struct pool_counts counts = server_counts(server);
    if (!server->ready) {
        if (counts.spare + counts.busy)
            become_ready(server);
        else if (counts.starting)
            return;
    }
    note_good_starts(server);
    int change = server->ready ? pool_decide(&server->pool, &server->limits, &counts, now) : now >= server->pool.not_before;
    if (change < 0)
        retire(server, -change);
    for (; change > 0 && spawn_worker(server); change--)
        ;
}

static void tend_checkpointer(struct server *server, int64_t now)
{
    if (!server->ready || server->shutdown || spawn_count(server, CHILD_CHECKPOINTER) || now < server->checkpointer_not_before)
        return;
    server->checkpointer_not_before = now;
    spawn_checkpointer(server);
}

/* Smart shutdown: end the sessions that have nothing to lose. */
static void sweep_idle(struct server *server)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t us = (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
    for (int i = 0; i < server->child_count; i++) {
        struct child *child = &server->children[i];
        struct slot_info info;
        if (child->kind == CHILD_WORKER && slot_state(child->slot) == SLOT_IDLE && slot_read(child->slot, &info) &&
            info.state == SLOT_IDLE && us - info.state_change >= SMART_IDLE_US)
            slot_interrupt(child->slot, child->pid, INTERRUPT_TERMINATE);
    }
}

void server_shutdown(struct server *server, enum shutdown_mode mode)
{
    static const char *const names[] = {[SHUTDOWN_SMART] = "smart", [SHUTDOWN_FAST] = "fast", [SHUTDOWN_IMMEDIATE] = "immediate"};
    if (mode <= server->shutdown)
        return;
    if (!server->shutdown) {
        daemon_notify("STOPPING=1\nSTATUS=Shutting down (%s)", names[mode]);
        listen_shut(&server->listeners);
    }
    log_write(LOG_LEVEL_LOG, "received %s shutdown request", names[mode]);
    server->shutdown = mode;
    server->shutdown_began = server_now();
    spawn_signal(server, CHILD_WORKER, spawn_ending(mode));
    if (mode == SHUTDOWN_SMART)
        sweep_idle(server);
    else if (mode == SHUTDOWN_IMMEDIATE)
        spawn_signal(server, CHILD_CHECKPOINTER, SIGQUIT);
    spawn_signal(server, CHILD_JOB, SIGTERM);
}

static void kill_stuck(struct server *server, int64_t now)
{
    int64_t patience = server->shutdown == SHUTDOWN_IMMEDIATE ? IMMEDIATE_PATIENCE_MS : FAST_PATIENCE_MS;
    if (server->shutdown < SHUTDOWN_FAST || now - server->shutdown_began < patience)
        return;
    log_write(LOG_LEVEL_LOG, "issuing SIGKILL to %d processes that did not end", server->child_count);
    spawn_signal(server, CHILD_WORKER, SIGKILL);
    spawn_signal(server, CHILD_JOB, SIGKILL);
    spawn_signal(server, CHILD_CHECKPOINTER, SIGKILL);
    server->shutdown_began = now;
}

/* One step of a shutdown. The checkpointer goes last: what the sessions wrote is then in the file. true: all is over. */
static bool tend_shutdown(struct server *server, int64_t now)
{
    if (server->shutdown == SHUTDOWN_SMART)
        sweep_idle(server);
    kill_stuck(server, now);
    if (spawn_count(server, CHILD_WORKER) + spawn_count(server, CHILD_JOB) == 0)
        spawn_signal(server, CHILD_CHECKPOINTER, SIGTERM);
    return server->child_count == 0 && server->is_childless;
}

static void reopen_log(struct server *server)
{
    if (!log_output_reopen())
        log_errno(LOG_LEVEL_WARNING, "could not open the log file \"%s\" again", server->places.log_file);
    server->orders++;
    spawn_signal(server, CHILD_WORKER, SIGUSR1);
    spawn_signal(server, CHILD_CHECKPOINTER, SIGUSR1);
    log_write(LOG_LEVEL_LOG, "log file reopened");
}

static void take_signals(struct server *server)
{
    struct signalfd_siginfo info;
    while (read(server->signals, &info, sizeof info) == sizeof info) {
        switch (info.ssi_signo) {
        case SIGTERM:
            server_shutdown(server, SHUTDOWN_SMART);
            break;
        case SIGINT:
            server_shutdown(server, SHUTDOWN_FAST);
            break;
        case SIGQUIT:
            server_shutdown(server, SHUTDOWN_IMMEDIATE);
            break;
        case SIGHUP:
            server_reload(server);
            break;
        case SIGUSR1:
            reopen_log(server);
            break;
        default: /* SIGCHLD: reaped in each turn */
            break;
        }
    }
}

static void sooner(int64_t *timeout, int64_t candidate)
{
    if (candidate >= 0 && (*timeout < 0 || candidate < *timeout))
        *timeout = candidate;
}

static int64_t next_timeout(const struct server *server, int64_t now)
{
    int64_t timeout = -1;
    if (server->shutdown)
        return SMART_SWEEP_MS;
    struct pool_counts counts = server_counts(server);
    sooner(&timeout, pool_next_wakeup(&server->pool, &server->limits, &counts, now));
    if (server->checkpointer_not_before > now)
        sooner(&timeout, server->checkpointer_not_before - now);
    return timeout;
}

int loop_run(struct server *server)
{
    for (;;) {
        int64_t now = server_now();
        spawn_adopt(server);
        reap_children(server);
        if (server->failed && !server->ready && !server->shutdown) {
            log_write(LOG_LEVEL_FATAL, "could not start: the database \"%s\" cannot be served", server->places.file);
            server_shutdown(server, SHUTDOWN_FAST);
        }
        if (server->shutdown && tend_shutdown(server, now))
            return server->failed && !server->ready;
        tend_pool(server, now);
        tend_checkpointer(server, now);

        enum { OWN = 3 };
        struct pollfd entries[OWN + CONTROL_POLL_MAX] = {{.fd = server->signals, .events = POLLIN},
                                                         {.fd = server->wake, .events = POLLIN},
                                                         {.fd = server->heirs[0], .events = POLLIN}};
        int64_t timeout = next_timeout(server, now);
        int clients = control_prepare(server->control, entries + OWN, now, &timeout);
        int ready = poll(entries, (nfds_t) (OWN + clients), (int) timeout);
        if (ready < 0) {
            if (errno != EINTR)
                log_errno(LOG_LEVEL_ERROR, "poll");
            continue;
        }
        uint64_t news;
        if (entries[1].revents && read(server->wake, &news, sizeof news) < 0 && errno != EAGAIN)
            log_errno(LOG_LEVEL_ERROR, "could not read the workers' news");
        if (entries[0].revents)
            take_signals(server);
        control_handle(server, server->control, entries + OWN, clients, server_now());
    }
}
