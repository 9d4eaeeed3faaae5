#include "util/stop.h"

#include <signal.h>
#include <stddef.h>

static const volatile int nothing;
const volatile int *stop_pending = &nothing;

static struct stop_exit *volatile guarded;
static volatile sig_atomic_t held;

void stop_watch(const volatile int *pending)
{
    stop_pending = pending ? pending : &nothing;
}

bool stop_check(struct diag *diag)
{
    return !stop_is_due() || diag_set(diag, ERRCODE_QUERY_CANCELED, "canceling statement due to user request");
}

static void leave_if_due(void)
{
    struct stop_exit *exit = guarded;
    if (!exit || held || !stop_is_due())
        return;
    guarded = NULL;
    siglongjmp(exit->to, 1);
}

void stop_guard(struct stop_exit *exit)
{
    held = 0;
    guarded = exit;
    leave_if_due();
}

void stop_unguard(void)
{
    guarded = NULL;
}

void stop_hold(void)
{
    held = 1;
}

void stop_release(void)
{
    held = 0;
    leave_if_due();
}

void stop_left(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void stop_leave(void)
{
    leave_if_due();
}
