#ifndef PGQUILL_SHM_SHM_H
#define PGQUILL_SHM_SHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The shared segment: a file of the run directory, mapped shared by the master and every worker (and by inetd processes and
 * pgquillctl, which attach by path). It holds no data pages. No pointers: offsets and indexes only. */

enum { SHM_LAYOUT_VERSION = 8 };

struct shm_config {
    int max_sessions;  /* session slots: max_connections + spares + helpers */
    int max_databases; /* database areas, each with its writer gate */
    int max_sequences, max_locks, notify_bytes;
};

struct shm;
struct session_slot;

/* Make the segment anew (the master). Returns NULL after writing why into `error`. */
struct shm *shm_create(const char *path, const struct shm_config *config, char *error, size_t error_size);
/* Map an existing one: magic, layout version, sizes and boot id are checked. */
struct shm *shm_attach(const char *path, char *error, size_t error_size);
void shm_detach(struct shm *shm);

/* Locks recovered from dead owners since the segment was made. */
uint64_t shm_recoveries(const struct shm *shm);

/* Counters anybody may add to with atomics. */
enum shm_counter {
    SHM_CONNECTIONS_ACCEPTED,
    SHM_CONNECTIONS_REFUSED,
    SHM_SESSIONS_CRASHED,
    SHM_WORKERS_FORKED,
    SHM_DATABASES_MOVED,   /* dropped or renamed */
    SHM_WORKERS_SUCCEEDED, /* processes that took an ended worker's memory over */
    SHM_QUERIES,
    SHM_TRANSACTIONS_COMMITTED,
    SHM_TRANSACTIONS_ROLLED_BACK,
    SHM_WAL_SYNCS,
    SHM_COMMITS_SYNCED,
    SHM_GATE_WAITS,
    SHM_CHECKPOINTS,
    SHM_PLAN_HITS,
    SHM_PLAN_MISSES,
    SHM_BYTES_IN,
    SHM_BYTES_OUT,
    SHM_COUNTERS
};
void shm_count(struct shm *shm, enum shm_counter counter, int64_t add);
int64_t shm_counter(const struct shm *shm, enum shm_counter counter);
const char *shm_counter_name(enum shm_counter counter);

#endif
