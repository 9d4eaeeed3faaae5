#ifndef PGQUILL_ENGINE_CHECKPOINTER_H
#define PGQUILL_ENGINE_CHECKPOINTER_H

#include "shm/shm.h"

/* The checkpointer process's work: keep each database's write-ahead log short, off the clients' path. Runs until *stop is set (a signal ends its
 * sleep), then copies what is left. Handles are its own; its slot, from which it queues at writer gates, is the one that carries its pid (without one
 * it only does what disturbs nobody). */
void checkpointer_run(struct shm *shm, volatile const int *stop);

#endif
