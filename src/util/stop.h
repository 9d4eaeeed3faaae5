#ifndef PGQUILL_UTIL_STOP_H
#define PGQUILL_UTIL_STOP_H

#include "util/diag.h"

#include <setjmp.h>
#include <stdbool.h>

/* How long work learns that nobody wants its result any more: cancelled, timed out, the client gone, out of memory.
 *
 * The session names the word that says so; every loop whose length a value decides looks at it. Work that was stopped reports 57014, for which the session
 * puts the true reason. A scalar function or aggregate may also just end: the engine drops what it gives (`engine/udf.c`). */

/* The word to look at: non-zero when something is due. NULL: none. */
void stop_watch(const volatile int *pending);

extern const volatile int *stop_pending;

static inline bool stop_is_due(void)
{
    return *stop_pending != 0;
}

/* False after a report when something is due. */
bool stop_check(struct diag *diag);

/* Code of a library's that looks at nothing may be left by a jump, at any instant, if all it holds is what its caller can drop:
 *
 *     struct stop_exit exit;
 *     if (sigsetjmp(exit.to, 0) == 0) {
 *         stop_guard(&exit);
 *         … run …
 *         stop_unguard();
 *     } else {
 *         stop_left();            // drop what it held
 *     }
 *
 * Memory is asked for between stop_hold and stop_release, in which nobody jumps. Not nested. */
struct stop_exit {
    sigjmp_buf to;
};

void stop_guard(struct stop_exit *exit);
void stop_unguard(void);
void stop_hold(void);
/* Jumps when something became due meanwhile. */
void stop_release(void);
/* After a jump out of a handler: its signals may come again. */
void stop_left(void);
/* The last act of a signal handler, which no other interrupts: leave guarded code when something is due. */
void stop_leave(void);

#endif
