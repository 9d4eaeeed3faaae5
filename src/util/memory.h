#ifndef PGQUILL_UTIL_MEMORY_H
#define PGQUILL_UTIL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* How much memory this process's session has, and may have: arenas, buffers and the database library count themselves here. An allocation of ours never
 * fails for the limit's sake, since nobody could go on then; instead `excess` is called, which lets the statement be stopped at its next step.
 * The library's allocations do fail, as it reports that well. */

/* limit 0: none. `excess` is called from within allocations that go beyond; NULL: nobody is. */
void memory_set_limit(size_t limit, void (*excess)(void *self, size_t request), void *self);
/* Would `more` bytes be within the limit? To be asked before a value is made whose size a user's number decides. */
bool memory_fits(size_t more);
void memory_charge(size_t size);
void memory_release(size_t size);
size_t memory_used(void);

#endif
