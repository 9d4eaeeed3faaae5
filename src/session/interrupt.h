#ifndef PGQUILL_SESSION_INTERRUPT_H
#define PGQUILL_SESSION_INTERRUPT_H

#include "util/diag.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* What may stop a session: requests of others, its own time limits, the client's disappearance.
 *
 * Bits in `pending` say what is due; everything that waits or runs long looks at them. Reads need no look before they block: an interrupt that ends the
 * session shuts the socket's reading side down, so no signal can be missed. One timer serves all limits: it is armed for the nearest, left alone
 * when the limit is moved into the future, and armed again by its handler; so a statement normally costs no system call for it. */

enum {
    INTERRUPT_BIT_CANCEL = 1,
    INTERRUPT_BIT_TERMINATE = 2,
    INTERRUPT_BIT_STATEMENT_TIMEOUT = 4,
    INTERRUPT_BIT_IDLE_TXN_TIMEOUT = 8,
    INTERRUPT_BIT_IDLE_TIMEOUT = 16,
    INTERRUPT_BIT_CLIENT_GONE = 32,
    INTERRUPT_BIT_STARTUP_TIMEOUT = 64,
    INTERRUPT_BIT_MEMORY = 128, /* the session's memory limit is passed */
    INTERRUPT_ENDING = INTERRUPT_BIT_TERMINATE | INTERRUPT_BIT_IDLE_TXN_TIMEOUT | INTERRUPT_BIT_IDLE_TIMEOUT |
                       INTERRUPT_BIT_CLIENT_GONE | INTERRUPT_BIT_STARTUP_TIMEOUT,
};

enum interrupt_phase { PHASE_NONE, PHASE_STARTUP, PHASE_STATEMENT, PHASE_IDLE, PHASE_IDLE_TXN };

struct interrupts {
    volatile int pending;
    volatile int fd; /* the client's socket; -1: none */
    volatile sig_atomic_t phase;
    volatile sig_atomic_t is_orphaned; /* the termination is due to the master's death */
    size_t excess;                     /* the request that passed the memory limit */
    volatile int64_t deadline;         /* of the phase, monotonic ms; 0: none */
    volatile int64_t check_every;      /* ms between looks at the client's socket while a statement runs; 0: never */
    volatile int64_t armed;            /* when the timer fires; 0: it does not */
    timer_t timer;
    bool has_timer;
    void (*stop)(void *self); /* async-signal-safe: stop the engine */
    void *stop_self;
};

/* One session of a process may have a timer: the handler finds it. */
void interrupts_init(struct interrupts *interrupts, void (*stop)(void *self), void *self);
void interrupts_deinit(struct interrupts *interrupts);
/* Async-signal-safe. */
void interrupts_raise(struct interrupts *interrupts, int bit);
/* A phase begins; limit_ms 0: without limit. */
void interrupts_enter(struct interrupts *interrupts, enum interrupt_phase phase, int64_t limit_ms);
/* Forget requests that concern a statement: between statements they mean nothing. */
void interrupts_forget(struct interrupts *interrupts);
/* The client is gone that these concerned: what remains is what others ask of this process. */
void interrupts_forget_client(struct interrupts *interrupts);
/* Is something due? Then report it with PostgreSQL's words: cancels as errors, the rest as FATAL. False when it is. */
bool interrupts_check(struct interrupts *interrupts, struct diag *diag);

#endif
