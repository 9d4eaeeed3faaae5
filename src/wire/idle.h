#ifndef PGQUILL_WIRE_IDLE_H
#define PGQUILL_WIRE_IDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The wait for a client's next message. A processor that sleeps takes tens of microseconds to wake, which is half of a short query's round trip;
 * so a session whose messages come quickly looks at its socket again and again for a moment before it sleeps. It lets others run at each look,
 * and where that shows that somebody needs the processor, or where nothing came in time, it sleeps at once for its next messages, ever more of
 * them: who has many clients, or slow ones, never pays. */

/* What else ends the wait, for a session that must be told things meanwhile. Its ringer sets `rung` from SIGURG's handler; that signal is
 * held back between the look at it and the sleep, so none is missed. */
struct idle_bell {
    volatile int rung;
    int look_again_ms; /* rings by itself after so long; 0: never */
};

struct idle_wait {
    int64_t poll_ns;  /* how long to look before sleeping; 0: sleep at once */
    bool is_urgent;   /* others wait until this session has gone on: look for longer, and whoever else needs the processor */
    unsigned skip;    /* quick messages to sleep for before looking again */
    unsigned penalty; /* what skip becomes when looking was in vain */
    unsigned found;   /* messages since then that looking found */
    struct idle_bell *bell; /* NULL: none, which costs nothing */
};

/* How long to look, in microseconds; what has been learnt stays when it is the same as before. */
void idle_wait_set(struct idle_wait *wait, int poll_us);
/* recv(2) on a blocking socket. Interrupted by a signal while looking: -1 and EINTR once any bit of *interrupts is set. The
 * same when the bell rings. */
ssize_t idle_wait_recv(struct idle_wait *wait, int fd, void *to, size_t size, volatile const int *interrupts);

#endif
