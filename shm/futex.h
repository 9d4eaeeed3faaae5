#ifndef PGQUILL_SHM_FUTEX_H
#define PGQUILL_SHM_FUTEX_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Sleep on a word of shared memory. */

/* Sleep while *word is `value`, at most so long; a signal or a spurious wake-up returns early. */
static inline void futex_wait_us(_Atomic uint32_t *word, uint32_t value, int64_t timeout_us)
{
    struct timespec timeout = {timeout_us / 1000000, timeout_us % 1000000 * 1000};
    syscall(SYS_futex, word, FUTEX_WAIT, value, &timeout, NULL, 0);
}

static inline void futex_wait(_Atomic uint32_t *word, uint32_t value, int timeout_ms)
{
    futex_wait_us(word, value, timeout_ms * 1000LL);
}

/* Wake up to `count` sleepers. Async-signal-safe. */
static inline void futex_wake(_Atomic uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

#endif
