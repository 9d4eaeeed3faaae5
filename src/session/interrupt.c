#include "session/interrupt.h"

#include "shm/registry.h"
#include "util/stop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { OF_A_STATEMENT = INTERRUPT_BIT_CANCEL | INTERRUPT_BIT_STATEMENT_TIMEOUT | INTERRUPT_BIT_MEMORY };

static struct interrupts *volatile active;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void arm(struct interrupts *interrupts, int64_t when)
{
    struct itimerspec spec = {.it_value = {.tv_sec = when / 1000, .tv_nsec = when % 1000 * 1000000}};
    interrupts->armed = when;
    timer_settime(interrupts->timer, TIMER_ABSTIME, &spec, NULL);
}

static bool client_is_gone(const struct interrupts *interrupts)
{
    struct pollfd poller = {.fd = interrupts->fd, .events = POLLRDHUP};
    return interrupts->fd >= 0 && poll(&poller, 1, 0) > 0 && (poller.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static int deadline_bit(enum interrupt_phase phase)
{
    switch (phase) {
    case PHASE_STARTUP:
        return INTERRUPT_BIT_STARTUP_TIMEOUT;
    case PHASE_STATEMENT:
        return INTERRUPT_BIT_STATEMENT_TIMEOUT;
    case PHASE_IDLE:
        return INTERRUPT_BIT_IDLE_TIMEOUT;
    case PHASE_IDLE_TXN:
        return INTERRUPT_BIT_IDLE_TXN_TIMEOUT;
    default:
        return 0;
    }
}

/* The handler: what is due now, and when to look again. */
static void on_timer(int signal)
{
    (void) signal;
    int saved = errno;
    struct interrupts *interrupts = active;
    if (interrupts) {
        int64_t now = now_ms(), next = 0, deadline = interrupts->deadline;
        if (deadline && now >= deadline) {
            interrupts->deadline = 0;
            interrupts_raise(interrupts, deadline_bit((enum interrupt_phase) interrupts->phase));
        } else if (deadline) {
            next = deadline;
        }
        if (interrupts->phase == PHASE_STATEMENT && interrupts->check_every) {
            /* What ends the session has shut the socket's reading side down: that is not the client's doing. */
            if (!(interrupts->pending & INTERRUPT_ENDING) && client_is_gone(interrupts))
                interrupts_raise(interrupts, INTERRUPT_BIT_CLIENT_GONE);
            int64_t check = now + interrupts->check_every;
            next = next && next < check ? next : check;
        }
        interrupts->armed = 0;
        if (next)
            arm(interrupts, next);
    }
    errno = saved;
    stop_leave();
}

void interrupts_init(struct interrupts *interrupts, void (*stop)(void *self), void *self)
{
    *interrupts = (struct interrupts){.fd = -1, .stop = stop, .stop_self = self};
    struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    interrupts->has_timer = timer_create(CLOCK_MONOTONIC, &event, &interrupts->timer) == 0;
    active = interrupts;
    stop_watch(&interrupts->pending);
}

void interrupts_deinit(struct interrupts *interrupts)
{
    if (active == interrupts) {
        active = NULL;
        stop_watch(NULL);
    }
    if (interrupts->has_timer)
        timer_delete(interrupts->timer);
    interrupts->has_timer = false;
}

void interrupts_raise(struct interrupts *interrupts, int bit)
{
    __atomic_fetch_or(&interrupts->pending, bit, __ATOMIC_SEQ_CST);
    if ((bit & INTERRUPT_ENDING) && interrupts->fd >= 0)
        shutdown(interrupts->fd, SHUT_RD);
    if (interrupts->stop && interrupts->phase == PHASE_STATEMENT)
        interrupts->stop(interrupts->stop_self);
}

void interrupts_enter(struct interrupts *interrupts, enum interrupt_phase phase, int64_t limit_ms)
{
    bool must_check = phase == PHASE_STATEMENT && interrupts->check_every;
    /* The deadline is taken away first: the handler must not pair the new phase with the old one's. */
    interrupts->deadline = 0;
    interrupts->phase = phase;
    if (!interrupts->has_timer || (!limit_ms && !must_check))
        return;
    int64_t now = now_ms(), next = must_check ? now + interrupts->check_every : INT64_MAX;
    if (limit_ms) {
        interrupts->deadline = now + limit_ms;
        next = now + limit_ms < next ? now + limit_ms : next;
    }
    int64_t armed = interrupts->armed;
    if (!armed || armed > next)
        arm(interrupts, next);
}

void interrupts_forget(struct interrupts *interrupts)
{
    if (interrupts->pending & OF_A_STATEMENT)
        __atomic_fetch_and(&interrupts->pending, ~OF_A_STATEMENT, __ATOMIC_SEQ_CST);
}

void interrupts_forget_client(struct interrupts *interrupts)
{
    __atomic_fetch_and(&interrupts->pending, INTERRUPT_BIT_TERMINATE, __ATOMIC_SEQ_CST);
}

static bool fatal(struct diag *diag, const char *sqlstate, const char *message)
{
    diag_set(diag, sqlstate, "%s", message);
    diag->severity = "FATAL";
    return false;
}

bool interrupts_check(struct interrupts *interrupts, struct diag *diag)
{
    int pending = interrupts->pending;
    if (pending & INTERRUPT_BIT_CLIENT_GONE)
        return fatal(diag, ERRCODE_CONNECTION_FAILURE, "connection to client lost");
    if (pending & INTERRUPT_BIT_TERMINATE)
        return fatal(diag, ERRCODE_ADMIN_SHUTDOWN,
                     interrupts->is_orphaned ? "terminating connection due to unexpected postmaster exit"
                                             : "terminating connection due to administrator command");
    if (pending & INTERRUPT_BIT_IDLE_TXN_TIMEOUT)
        return fatal(diag, ERRCODE_IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                     "terminating connection due to idle-in-transaction timeout");
    if (pending & INTERRUPT_BIT_IDLE_TIMEOUT)
        return fatal(diag, ERRCODE_IDLE_SESSION_TIMEOUT, "terminating connection due to idle-session timeout");
    if (pending & INTERRUPT_BIT_STARTUP_TIMEOUT)
        return fatal(diag, ERRCODE_QUERY_CANCELED, "canceling authentication due to timeout");
    if (pending & INTERRUPT_BIT_MEMORY) {
        interrupts_forget(interrupts);
        diag_set(diag, ERRCODE_OUT_OF_MEMORY, "out of memory");
        return diag_detail(diag, "Failed on request of size %zu.", interrupts->excess);
    }
    const char *why = pending & INTERRUPT_BIT_STATEMENT_TIMEOUT ? "canceling statement due to statement timeout"
                                                                : "canceling statement due to user request";
    if (!(pending & (INTERRUPT_BIT_STATEMENT_TIMEOUT | INTERRUPT_BIT_CANCEL)))
        return true;
    interrupts_forget(interrupts);
    return diag_set(diag, ERRCODE_QUERY_CANCELED, "%s", why);
}
