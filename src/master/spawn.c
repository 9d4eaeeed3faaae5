#include "master/spawn.h"

#include "engine/checkpointer.h"
#include "master/control.h"
#include "master/daemon.h"
#include "util/arena.h"
#include "util/log.h"
#include "worker/log_output.h"
#include "worker/worker.h"

#include <bsd/unistd.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static struct child *keep_child(struct server *server, pid_t pid, enum child_kind kind, struct session_slot *slot)
{
    if (server->child_count == server->child_max) {
        server->child_max = server->child_max ? server->child_max * 2 : 64;
        server->children = xrealloc(server->children, sizeof *server->children * (size_t) server->child_max);
    }
    struct child *child = &server->children[server->child_count++];
    *child = (struct child){.pid = pid, .kind = kind, .slot = slot};
    return child;
}

static void send_signal(pid_t pid, int signal)
{
    kill(pid, signal);
    /* A stopped process would not notice. */
    if (signal == SIGTERM || signal == SIGQUIT)
        kill(pid, SIGCONT);
}

int spawn_ending(enum shutdown_mode mode)
{
    static const int signals[] = {[SHUTDOWN_SMART] = SIGUSR2, [SHUTDOWN_FAST] = SIGTERM, [SHUTDOWN_IMMEDIATE] = SIGQUIT};
    return signals[mode];
}

/* What it was not told because nobody knew of it. */
static void catch_up(const struct server *server, struct child *child, unsigned orders)
{
    if (orders != server->orders) {
        child->retiring = true;
        kill(child->pid, SIGUSR1);
        kill(child->pid, SIGHUP);
    }
    if (server->shutdown)
        send_signal(child->pid, spawn_ending(server->shutdown));
}

void spawn_adopt(struct server *server)
{
    struct worker_heir heir;
    while (read(server->heirs[0], &heir, sizeof heir) == sizeof heir) {
        struct child *child = keep_child(server, heir.pid, CHILD_WORKER, slot_at(server->shm, heir.slot));
        child->is_heir = true;
        shm_count(server->shm, SHM_WORKERS_SUCCEEDED, 1);
        catch_up(server, child, heir.orders);
    }
}

struct child *spawn_find(struct server *server, pid_t pid)
{
    for (int i = 0; i < server->child_count; i++)
        if (server->children[i].pid == pid)
            return &server->children[i];
    return NULL;
}

void spawn_forget(struct server *server, struct child *child)
{
    *child = server->children[--server->child_count];
}

void spawn_signal(struct server *server, enum child_kind kind, int signal)
{
    for (int i = 0; i < server->child_count; i++)
        if (server->children[i].kind == kind)
            send_signal(server->children[i].pid, signal);
}

int spawn_count(const struct server *server, enum child_kind kind)
{
    int count = 0;
    for (int i = 0; i < server->child_count; i++)
        count += server->children[i].kind == kind;
    return count;
}

/* The lock of the pid file stays with the child on purpose: no new master may start while one of ours lives. */
static void leave_master(struct server *server, int keep_fd)
{
    close(server->lifeline[1]);
    close(server->signals);
    close(server->heirs[0]);
    server->lifeline[1] = server->signals = server->heirs[0] = -1;
    control_leave(server->control, keep_fd);
    daemon_leave();
    free(server->children);
    server->children = NULL;
    server->child_count = server->child_max = 0;
}

/* A slot that was taken for a process that never came to be. */
static void give_back(struct server *server, struct session_slot *slot)
{
    slot_own(slot, getpid());
    slot_free_by_pid(server->shm, getpid(), NULL);
}

static pid_t fork_child(struct server *server, enum child_kind kind, struct session_slot *slot, int keep_fd)
{
    pid_t pid = fork();
    if (pid < 0) {
        log_errno(LOG_LEVEL_LOG, "could not fork a process");
        pool_note_failed_start(&server->pool, server_now());
        if (slot)
            give_back(server, slot);
    } else if (pid == 0) {
        leave_master(server, keep_fd);
        if (slot)
            slot_own(slot, getpid());
    } else {
        if (slot)
            slot_claim(slot, pid);
        keep_child(server, pid, kind, slot);
    }
    return pid;
}

bool spawn_warm(struct server *server)
{
    struct diag diag = {0};
    struct session_options options = server_session_options(server);
    options.slot = slot_take(server->shm, SLOT_CLIENT);
    bool good = options.slot && session_warm(&options, &diag);
    if (options.slot)
        give_back(server, options.slot);
    if (!good)
        log_write(LOG_LEVEL_FATAL, "could not prepare for sessions: %s", diag.message ? diag.message : "no free session slot");
    diag_clear(&diag);
    /* Free pages of the heap go back: a child that uses one gets an empty page, and copies none of ours. */
    malloc_trim(0);
    return good;
}

bool spawn_worker(struct server *server)
{
    struct session_slot *slot = slot_take(server->shm, SLOT_CLIENT);
    if (!slot) {
        log_write(LOG_LEVEL_WARNING, "no free session slot for another worker");
        pool_note_failed_start(&server->pool, server_now());
        return false;
    }
    struct session_options session = server_session_options(server);
    pid_t master = getpid(), pid = fork_child(server, CHILD_WORKER, slot, -1);
    if (pid > 0)
        shm_count(server->shm, SHM_WORKERS_FORKED, 1);
    if (pid != 0)
        return pid > 0;
    struct worker_options options = {.session = session,
                                     .listeners = server->listeners.fds,
                                     .listener_count = server->listeners.count,
                                     .lifeline = server->lifeline[0],
                                     .wake = server->wake,
                                     .heirs = server->heirs[1],
                                     .master = master,
                                     .sessions_max = (int) settings_int(server->settings, "max_sessions_per_worker"),
                                     .orders = server->orders};
    options.session.slot = slot;
    worker_main(&options);
}

static void close_listeners(struct server *server)
{
    for (int i = 0; i < server->listeners.count; i++)
        close(server->listeners.fds[i]);
}

static volatile int checkpointer_stop;

static void stop_checkpointer(int signal)
{
    (void) signal;
    checkpointer_stop = 1;
}

static void reopen_log(int signal)
{
    (void) signal;
    log_output_note_reopen();
}

static void unblock_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

bool spawn_checkpointer(struct server *server)
{
    struct session_slot *slot = slot_take(server->shm, SLOT_CHECKPOINTER);
    if (!slot) {
        log_write(LOG_LEVEL_WARNING, "no free slot for the checkpointer");
        return false;
    }
    pid_t master = getpid(), pid = fork_child(server, CHILD_CHECKPOINTER, slot, -1);
    if (pid != 0)
        return pid > 0;
    close_listeners(server);
    setproctitle("checkpointer");
    if (!worker_follow_parent(master, SIGTERM))
        exit(0);
    log_output_set_slot(slot);
    signal(SIGTERM, stop_checkpointer);
    signal(SIGINT, SIG_IGN);
    signal(SIGUSR1, reopen_log);
    signal(SIGHUP, SIG_IGN);
    unblock_signals();
    checkpointer_run(server->shm, &checkpointer_stop);
    slot_set_state(slot, SLOT_ENDED);
    exit(0);
}

bool spawn_job(struct server *server, int keep_fd, int (*work)(struct server *server, void *arg), void *arg)
{
    pid_t master = getpid(), pid = fork_child(server, CHILD_JOB, NULL, keep_fd);
    if (pid != 0)
        return pid > 0;
    close_listeners(server);
    setproctitle("job");
    signal(SIGPIPE, SIG_IGN);
    if (!worker_follow_parent(master, SIGKILL))
        exit(0);
    unblock_signals();
    exit(work(server, arg));
}
