#include "shm/shm.h"

#include "shm/segment.h"
#include "util/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const counter_names[SHM_COUNTERS] = {
    [SHM_CONNECTIONS_ACCEPTED] = "connections_accepted",
    [SHM_CONNECTIONS_REFUSED] = "connections_refused",
    [SHM_SESSIONS_CRASHED] = "sessions_crashed",
    [SHM_DATABASES_MOVED] = "databases_moved",
    [SHM_WORKERS_FORKED] = "workers_forked",
    [SHM_WORKERS_SUCCEEDED] = "workers_succeeded",
    [SHM_QUERIES] = "queries",
    [SHM_TRANSACTIONS_COMMITTED] = "transactions_committed",
    [SHM_TRANSACTIONS_ROLLED_BACK] = "transactions_rolled_back",
    [SHM_WAL_SYNCS] = "wal_syncs",
    [SHM_COMMITS_SYNCED] = "commits_synced",
    [SHM_GATE_WAITS] = "gate_waits",
    [SHM_CHECKPOINTS] = "checkpoints",
    [SHM_PLAN_HITS] = "plan_hits",
    [SHM_PLAN_MISSES] = "plan_misses",
    [SHM_BYTES_IN] = "bytes_in",
    [SHM_BYTES_OUT] = "bytes_out",
};

static void read_boot_id(char *boot_id)
{
    memset(boot_id, 0, BOOT_ID_SIZE);
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (read(fd, boot_id, BOOT_ID_SIZE - 1) < 0)
        boot_id[0] = '\0';
    close(fd);
}

static uint64_t round_up(uint64_t size)
{
    return (size + 63) & ~(uint64_t) 63;
}

static void plan_layout(struct shm_header *header)
{
    const struct shm_config *config = &header->config;
    header->gate_size = round_up(sizeof(struct gate) + sizeof(int32_t) * (size_t) config->max_sessions);
    header->slots_offset = round_up(sizeof *header);
    header->gates_offset = header->slots_offset + round_up(sizeof(struct session_slot) * (size_t) config->max_sessions);
    header->sequences_offset = header->gates_offset + header->gate_size * (size_t) config->max_databases;
    header->advisory_offset = header->sequences_offset + round_up(sizeof(struct sequence_entry) * (size_t) config->max_sequences);
    header->listeners_offset = header->advisory_offset + round_up(sizeof(struct advisory_entry) * (size_t) config->max_locks);
    header->xids_offset = header->listeners_offset + round_up(sizeof(struct notify_listener) * (size_t) config->max_sessions);
    header->notify_offset = header->xids_offset + round_up(sizeof(struct xid_entry) * XIDS_KEPT);
    header->size = header->notify_offset + round_up((uint64_t) config->notify_bytes);
}

static struct shm *map_segment(int fd, size_t size, char *error, size_t error_size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        snprintf(error, error_size, "could not map the registry: %s", strerror(errno));
        return NULL;
    }
    struct shm *shm = xcalloc(1, sizeof *shm);
    shm->header = memory;
    shm->size = size;
    return shm;
}

struct shm *shm_create(const char *path, const struct shm_config *config, char *error, size_t error_size)
{
    struct shm_header plan = {.version = SHM_LAYOUT_VERSION, .config = *config};
    plan_layout(&plan);
    read_boot_id(plan.boot_id);
    /* A file of its own, renamed into place when it is whole: who attaches never sees a half-made one. */
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.%d", path, (int) getpid()) >= (int) sizeof temporary) {
        snprintf(error, error_size, "the registry's path is too long: %s", path);
        return NULL;
    }
    int fd = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct shm *shm = NULL;
    if (fd >= 0)
        errno = posix_fallocate(fd, 0, (off_t) plan.size);
    if (fd < 0 || errno)
        snprintf(error, error_size, "could not create the registry \"%s\": %s", path, strerror(errno));
    else
        shm = map_segment(fd, plan.size, error, error_size);
    if (fd >= 0)
        close(fd);
    if (!shm) {
        unlink(temporary);
        return NULL;
    }
    memcpy(shm->header, &plan, sizeof plan);
    lock_init(&shm->header->gates_lock);
    lock_init(&shm->header->sequences_lock);
    lock_init(&shm->header->advisory_lock);
    lock_init(&shm->header->notify_lock);
    lock_init(&shm->header->xid_lock);
    for (int i = 0; i < config->max_sessions; i++)
        segment_slot(shm->header, i)->number = (uint32_t) i;
    atomic_store(&shm->header->magic, SHM_MAGIC);
    if (rename(temporary, path) < 0) {
        snprintf(error, error_size, "could not create the registry \"%s\": %s", path, strerror(errno));
        unlink(temporary);
        shm_detach(shm);
        return NULL;
    }
    return shm;
}

static bool check_segment(const struct shm_header *header, size_t size, char *error, size_t error_size)
{
    char boot_id[BOOT_ID_SIZE];
    read_boot_id(boot_id);
    if (size < sizeof *header || atomic_load(&header->magic) != SHM_MAGIC)
        snprintf(error, error_size, "not a registry of pgquill");
    else if (header->version != SHM_LAYOUT_VERSION)
        snprintf(error, error_size, "the registry has layout %u, this program needs %d", header->version, SHM_LAYOUT_VERSION);
    else if (header->size != size)
        snprintf(error, error_size, "the registry has %zu bytes, it should have %llu", size, (unsigned long long) header->size);
    else if (strcmp(header->boot_id, boot_id) != 0)
        snprintf(error, error_size, "the registry is from before the machine's last start");
    else
        return true;
    return false;
}

struct shm *shm_attach(const char *path, char *error, size_t error_size)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0) {
        snprintf(error, error_size, "could not open the registry \"%s\": %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct shm *shm = NULL;
    if (status.st_size < (off_t) sizeof(struct shm_header))
        snprintf(error, error_size, "not a registry of pgquill");
    else
        shm = map_segment(fd, (size_t) status.st_size, error, error_size);
    close(fd);
    if (shm && !check_segment(shm->header, shm->size, error, error_size)) {
        shm_detach(shm);
        return NULL;
    }
    return shm;
}

void shm_detach(struct shm *shm)
{
    if (!shm)
        return;
    munmap(shm->header, shm->size);
    free(shm);
}

uint64_t shm_recoveries(const struct shm *shm)
{
    uint64_t total = atomic_load(&shm->header->recoveries);
    for (int i = 0; i < atomic_load(&shm->header->gates_high); i++)
        total += gate_recoveries(segment_gate(shm->header, i));
    return total;
}

void shm_count(struct shm *shm, enum shm_counter counter, int64_t add)
{
    if (shm)
        atomic_fetch_add_explicit(&shm->header->counters[counter], add, memory_order_relaxed);
}

/* Where a slot has it; NULL: not there. */
static const int64_t *in_slot(const struct session_slot *slot, enum shm_counter counter)
{
    const struct slot_tally *done = &slot->info.done;
    switch (counter) {
    case SHM_QUERIES:
        return &done->queries;
    case SHM_TRANSACTIONS_COMMITTED:
        return &done->transactions;
    case SHM_TRANSACTIONS_ROLLED_BACK:
        return &done->rolled_back;
    case SHM_PLAN_HITS:
        return &done->plan_hits;
    case SHM_PLAN_MISSES:
        return &done->plan_misses;
    default:
        return NULL;
    }
}

int64_t shm_counter(const struct shm *shm, enum shm_counter counter)
{
    int64_t sum = atomic_load_explicit(&shm->header->counters[counter], memory_order_relaxed);
    for (int i = 0; i < shm->header->config.max_sessions; i++) {
        const int64_t *part = in_slot(segment_slot(shm->header, i), counter);
        if (!part)
            break;
        sum += __atomic_load_n(part, __ATOMIC_RELAXED);
    }
    return sum;
}

const char *shm_counter_name(enum shm_counter counter)
{
    return counter_names[counter];
}
