#ifndef PGQUILL_WORKER_SUCCESSION_H
#define PGQUILL_WORKER_SUCCESSION_H

#include <stdbool.h>

/* How a process's memory outlives it. Making an address space, and touching each of its pages for the first time, costs many times what serving
 * a short session does. So a process that is done makes another one, which has a number of its own, the same parent and the same
 * memory and descriptors, not copies of them (clone(2), CLONE_VM | CLONE_FILES | CLONE_PARENT), and ends in the same moment. Record locks
 * belong to the table of descriptors, so they stay, and an SQLite handle with them. */

/* Go on as another process. True: this is that process, and the former one has exited with status 0. False: there is none, because
 * the system or the machine cannot do it, and the caller is what it was.
 *
 * The caller has one thread, all signals blocked, and no lock held. Memory, the stack, descriptors and record locks are there as they were, as are signal
 * handlers and the mask. What is the process's alone is not: its number, timers, pending signals and the signal of the parent's death. */
bool succession_begin(void);

#endif
