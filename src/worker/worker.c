#include "worker/worker.h"

#include "util/log.h"
#include "util/stop.h"
#include "worker/accept.h"
#include "worker/log_output.h"
#include "worker/succession.h"

#include <errno.h>
#include <malloc.h>
#include <bsd/unistd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* What the handlers need. `serving` is set while session_serve runs; the flags are read by the accept loop, which has the signals
 * blocked except while it waits. */
static struct session *volatile serving;
static volatile sig_atomic_t asked_to_end, asked_to_retire, asked_to_reload;
static volatile pid_t parent; /* 0: there is none whose death would end us */

static void on_interrupt(int signal)
{
    (void) signal;
    if (serving)
        session_interrupt(serving, INTERRUPT_CANCEL);
    stop_leave();
}

/* The kernel sends the same signal when the master has died. */
static void terminate(struct session *session)
{
    if (parent && getppid() != parent)
        session_note_orphaned(session);
    session_interrupt(session, INTERRUPT_TERMINATE);
}

static void on_terminate(int signal)
{
    (void) signal;
    asked_to_end = 1;
    if (serving)
        terminate(serving);
    stop_leave();
}

/* Retire a spare: a worker that has just accepted goes on, so no client is lost. */
static void on_retire(int signal)
{
    (void) signal;
    asked_to_retire = 1;
}

/* A spare was prepared with the old values: it ends, unless it has just accepted. */
static void on_reload(int signal)
{
    (void) signal;
    asked_to_reload = asked_to_retire = 1;
    if (serving)
        session_note_reload(serving);
}

static void on_quit(int signal)
{
    (void) signal;
    _exit(WORKER_IMMEDIATE);
}

/* To a spare its coming is all: the wait for a client ends, and every socket is looked at. A session may have been notified. */
static void on_nudge(int signal)
{
    (void) signal;
    if (serving)
        session_note_notification(serving);
}

static void on_reopen(int signal)
{
    (void) signal;
    log_output_note_reopen();
}

static void handle(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    /* None interrupts another: the last act of some is a jump. */
    sigfillset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

static void install_handlers(void)
{
    handle(SIGINT, on_interrupt, 0);
    handle(SIGTERM, on_terminate, 0);
    handle(SIGQUIT, on_quit, 0);
    handle(SIGUSR1, on_reopen, SA_RESTART);
    handle(SIGUSR2, on_retire, SA_RESTART);
    handle(SIGURG, on_nudge, SA_RESTART);
    handle(SIGHUP, on_reload, SA_RESTART);
    handle(SIGPIPE, SIG_IGN, 0);
    handle(SIGCHLD, SIG_DFL, 0);
}

bool worker_follow_parent(pid_t master, int signal)
{
    prctl(PR_SET_PDEATHSIG, signal);
    parent = master;
    /* It may have died before the request was in force. */
    return getppid() == master;
}

/* The signals of the accept loop's flags. */
static void block_flags(sigset_t *unblocked)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGUSR2);
    sigaddset(&blocked, SIGHUP);
    sigaddset(&blocked, SIGURG);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    sigemptyset(unblocked);
}

static void wake_master(const struct worker_options *options)
{
    uint64_t one = 1;
    if (options->wake >= 0 && write(options->wake, &one, sizeof one) < 0 && errno != EAGAIN)
        log_errno(LOG_LEVEL_DEBUG, "could not wake the master");
}

static void report_and_clear(struct diag *diag)
{
    log_report(LOG_LEVEL_FATAL, &(struct log_report){.message = diag->message ? diag->message : "session could not be prepared",
                                                     .sqlstate = diag->sqlstate,
                                                     .detail = diag->detail,
                                                     .hint = diag->hint});
    diag_clear(diag);
}

static enum session_end serve(struct session *session, const struct peer *peer)
{
    sigset_t none;
    sigemptyset(&none);
    serving = session;
    /* A termination noted before `serving` was set would be lost to the session. */
    if (asked_to_end)
        terminate(session);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (asked_to_reload)
        session_note_reload(session);
    accept_tune(peer);
    return session_serve(session, peer->fd, peer->address, peer->port);
}

_Noreturn static void end(struct session *session, struct session_slot *slot, int status)
{
    serving = NULL;
    slot_set_state(slot, SLOT_ENDED);
#ifdef PGQUILL_TIDY_EXIT
    session_free(session);
    exit(status);
#else
    /* Everything is rolled back and released; the kernel takes memory and files back faster than we could hand them over. */
    (void) session;
    _exit(status);
#endif
}

/* Memory that a session is sure to need comes in one call, not in a page fault for each page. */
static void populate_heap(void)
{
    enum { SURE = 96 * 1024, KEPT = 512 * 1024, PAGE = 4096 };
    mallopt(M_TRIM_THRESHOLD, KEPT);
    mallopt(M_MMAP_THRESHOLD, KEPT);
    char *block = malloc(SURE);
    uintptr_t from = ((uintptr_t) block + PAGE - 1) & ~(uintptr_t) (PAGE - 1);
    if (block)
        madvise((void *) from, SURE - PAGE, MADV_POPULATE_WRITE);
    free(block);
}

/* What a worker has, and those have that succeed it. */
struct worker {
    struct worker_options options; /* the slot is this process's */
    struct acceptor acceptor;
    sigset_t unblocked;
    int sessions;           /* that were begun in this memory */
    struct session *former; /* what the last one has left; NULL */
    size_t first_used;      /* of the heap, when the first of them had been prepared */
};

static size_t heap_used(const struct mallinfo2 *info)
{
    return info->uordblks + info->hblkhd;
}

static struct session *prepare(struct worker *worker)
{
    struct diag diag = {0};
    struct session_options options = worker->options.session;
    options.former = worker->former;
    worker->former = NULL;
    struct session *session = session_prepare(&options, &diag);
    if (session)
        return session;
    report_and_clear(&diag);
    exit(WORKER_NOT_STARTED);
}

/* What former sessions needed may not be needed for long: memory, and another database, which may be dropped. */
static bool let_go(struct session *session)
{
    struct diag diag = {0};
    bool good = session_go_home(session, &diag);
    if (!good)
        report_and_clear(&diag);
    malloc_trim(0);
    return good;
}

/* Wait for a client as a spare. False: this worker is to end. */
static bool wait_for_client(struct worker *worker, struct session *session, struct peer *peer)
{
    enum { WORTH_KEEPING_MS = 1000 };
    int patience = worker->sessions ? WORTH_KEEPING_MS : -1;
    while (!asked_to_end && !asked_to_retire) {
        switch (accept_client(&worker->acceptor, &worker->unblocked, patience, peer)) {
        case ACCEPT_CLIENT:
            return true;
        case ACCEPT_ORPHANED:
            return false;
        case ACCEPT_INTERRUPTED:
            break;
        case ACCEPT_NOBODY:
            if (!let_go(session))
                return false;
            patience = -1;
        }
    }
    return false;
}

/* Accept clients until one has had a session. */
static enum session_end serve_one(struct worker *worker, struct session *session)
{
    const struct worker_options *options = &worker->options;
    struct session_slot *slot = options->session.slot;
    for (;;) {
        struct peer peer;
        slot_set_state(slot, SLOT_SPARE);
        wake_master(options);
        if (!wait_for_client(worker, session, &peer))
            end(session, slot, WORKER_DONE);
        slot_set_state(slot, SLOT_STARTUP);
        wake_master(options);
        shm_count(options->session.shm, SHM_CONNECTIONS_ACCEPTED, 1);
        enum session_end ended = serve(session, &peer);
        serving = NULL;
        block_flags(&worker->unblocked);
        if (ended != SESSION_NOT_BEGUN)
            return ended;
    }
}

/* Is a process wanted that goes on where this one ends? Not with values or a log file that are not the server's any more. That there are
 * spares enough is no reason against it: the master dismisses those with new memory first. */
static bool wants_successor(const struct worker *worker)
{
    return !asked_to_end && !asked_to_retire && worker->sessions < worker->options.sessions_max;
}

/* What is free but much goes back. False: much is not free that should be. */
static bool tidy_heap(const struct worker *worker)
{
    enum { MUCH = 4 * 1024 * 1024 };
    struct mallinfo2 info = mallinfo2();
    if (info.fordblks > MUCH)
        malloc_trim(0);
    return heap_used(&info) <= 2 * worker->first_used + MUCH;
}

/* What each process does for itself, whoever made it. */
static void settle_in(struct worker *worker)
{
    block_flags(&worker->unblocked);
    log_output_set_slot(worker->options.session.slot);
    setproctitle("spare worker");
}

/* The first acts of a process that succeeds another: what was the former one's alone. */
static void take_office(struct worker *worker)
{
    struct worker_options *options = &worker->options;
    if (!worker_follow_parent(options->master, SIGTERM))
        _exit(WORKER_DONE);
    struct session_slot *slot = slot_take(options->session.shm, SLOT_CLIENT);
    if (!slot)
        _exit(WORKER_DONE);
    slot_own(slot, getpid());
    options->session.slot = slot;
    settle_in(worker);
    struct worker_heir heir = {.pid = getpid(), .slot = slot_index(options->session.shm, slot), .orders = options->orders};
    if (write(options->heirs, &heir, sizeof heir) != sizeof heir)
        _exit(WORKER_DONE);
}

/* The session is over. Returns in the process that goes on, if there is one. What the flags tell of is blocked since its end. */
static void end_or_succeed(struct worker *worker, struct session *session, enum session_end ended)
{
    struct session_slot *slot = worker->options.session.slot;
    sigset_t all;
    worker->sessions++;
    if (ended != SESSION_LEFT || !wants_successor(worker))
        end(session, slot, WORKER_DONE);
    worker->former = session_empty(session);
    slot_set_state(slot, SLOT_ENDED);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    if (!tidy_heap(worker) || !succession_begin())
        end(worker->former, slot, WORKER_DONE);
    take_office(worker);
}

_Noreturn void worker_main(const struct worker_options *options)
{
    struct worker worker = {.options = *options};
    install_handlers();
    settle_in(&worker);
    if (!worker_follow_parent(options->master, SIGTERM))
        exit(WORKER_DONE);
    populate_heap();
    if (!accept_init(&worker.acceptor, options->listeners, options->listener_count, options->lifeline)) {
        log_errno(LOG_LEVEL_FATAL, "could not watch the listening sockets");
        exit(WORKER_NOT_STARTED);
    }
    for (;;) {
        struct session *session = prepare(&worker);
        if (!worker.sessions) {
            struct mallinfo2 info = mallinfo2();
            worker.first_used = heap_used(&info);
        }
        log_output_set_copy(-1);
        enum session_end ended = serve_one(&worker, session);
        end_or_succeed(&worker, session, ended);
    }
}

int worker_serve_one(const struct session_options *options, int fd)
{
    install_handlers();
    log_output_set_slot(options->slot);
    struct diag diag = {0};
    struct session *session = session_prepare(options, &diag);
    if (!session) {
        report_and_clear(&diag);
        return WORKER_NOT_STARTED;
    }
    struct peer peer = {.fd = fd};
    accept_describe(&peer);
    slot_set_state(options->slot, SLOT_STARTUP);
    shm_count(options->shm, SHM_CONNECTIONS_ACCEPTED, 1);
    serve(session, &peer);
    serving = NULL;
    slot_set_state(options->slot, SLOT_ENDED);
    session_free(session);
    return WORKER_DONE;
}
