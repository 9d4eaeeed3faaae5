#include "shm/registry.h"

#include "shm/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Tries before giving the processor up, and rounds of that before sleeping. */
enum { READ_SPINS = 100, READ_ROUNDS = 20, READ_WAIT_US = 500 };

static const uint32_t STATE_MASK = (1u << STATE_BITS) - 1;

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

uint64_t process_start_time(pid_t pid)
{
    char path[40], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int) pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    if (size <= 0)
        return 0;
    text[size] = '\0';
    /* The name may hold anything, so count from its closing parenthesis: state is field 3, start time field 22. */
    char *at = strrchr(text, ')');
    if (!at || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X')
        return 0;
    at += 2;
    for (int field = 3; field < 22 && at; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

int registry_size(const struct shm *shm)
{
    return shm->header->config.max_sessions;
}

struct session_slot *slot_at(struct shm *shm, int index)
{
    return segment_slot(shm->header, index);
}

static const struct session_slot *const_slot_at(const struct shm *shm, int index)
{
    return segment_slot(shm->header, index);
}

int slot_index(const struct shm *shm, const struct session_slot *slot)
{
    (void) shm;
    return (int) slot->number;
}

/* The owner's writes. There are two copies, and at any moment one is whole: observers take that, and copy again when it changed meanwhile. So an
 * owner that is stopped or killed in the middle of a change hides nothing. */
static void begin_write(struct session_slot *slot)
{
    /* One writer: no atomic addition is needed. Behind this the mirror, finished before, is what observers read. */
    uint32_t seq = atomic_load_explicit(&slot->seq, memory_order_relaxed);
    atomic_store_explicit(&slot->seq, seq + 1, memory_order_release);
    atomic_thread_fence(memory_order_release);
}

static void end_write_up_to(struct session_slot *slot, size_t size)
{
    uint32_t seq = atomic_load_explicit(&slot->seq, memory_order_relaxed);
    atomic_store_explicit(&slot->seq, seq + 1, memory_order_release);
    atomic_thread_fence(memory_order_release);
    memcpy(&slot->mirror, &slot->info, size);
}

static void end_write(struct session_slot *slot)
{
    end_write_up_to(slot, offsetof(struct slot_info, query));
}

static struct session_slot *take_free(struct shm *shm)
{
    uint32_t starting = SLOT_STARTING | (uint32_t) getpid() << STATE_BITS;
    for (int i = 0; i < registry_size(shm); i++) {
        struct session_slot *slot = slot_at(shm, i);
        uint32_t free_state = SLOT_FREE;
        if (atomic_compare_exchange_strong(&slot->state, &free_state, starting))
            return slot;
    }
    return NULL;
}

struct session_slot *slot_take(struct shm *shm, enum slot_kind kind)
{
    struct session_slot *slot = take_free(shm);
    if (!slot && slot_reclaim_dead(shm) > 0)
        slot = take_free(shm);
    if (!slot)
        return NULL;
    uint32_t key;
    if (getrandom(&key, sizeof key, 0) != sizeof key)
        key = (uint32_t) now_us() * 2654435761u;
    atomic_store(&slot->cancel_key, key);
    atomic_store(&slot->started, 0);
    atomic_fetch_add(&slot->generation, 1);
    atomic_store(&slot->interrupt, INTERRUPT_NONE);
    atomic_store(&slot->wait, WAIT_NONE);
    atomic_store(&slot->grant, 0);
    atomic_store(&slot->waiting, 0);
    /* A dead owner may have left either copy unfinished: the whole one becomes both. */
    bool is_odd = atomic_load(&slot->seq) & 1;
    memcpy(is_odd ? &slot->info : &slot->mirror, is_odd ? &slot->mirror : &slot->info, sizeof slot->info);
    if (is_odd)
        atomic_fetch_add(&slot->seq, 1);
    begin_write(slot);
    slot->info = (struct slot_info){.index = (int) slot->number, .kind = kind, .client_port = -1, .backend_start = now_us()};
    uuid_generate_random(slot->info.uuid);
    end_write_up_to(slot, sizeof slot->info);
    return slot;
}

/* The time since boot in the unit of process start times. */
static uint64_t boot_ticks(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    uint64_t a_second = (uint64_t) sysconf(_SC_CLK_TCK);
    return (uint64_t) now.tv_sec * a_second + (uint64_t) now.tv_nsec * a_second / 1000000000;
}

void slot_own(struct session_slot *slot, pid_t pid)
{
    /* Its own start lies before; that of a process which gets the number after its death, behind. No look into /proc is needed. */
    atomic_store(&slot->started, boot_ticks());
    atomic_store(&slot->pid, pid);
}

void slot_claim(struct session_slot *slot, pid_t pid)
{
    atomic_store(&slot->pid, pid);
}

static bool pid_exists(pid_t pid)
{
    return kill(pid, 0) == 0 || errno != ESRCH;
}

/* A slot that has no pid yet lives as long as who took it. */
static bool taker_exists(uint32_t state)
{
    return (state & STATE_MASK) == SLOT_STARTING && pid_exists((pid_t) (state >> STATE_BITS));
}

bool slot_seems_alive(const struct session_slot *slot)
{
    pid_t pid = atomic_load(&slot->pid);
    return pid ? pid_exists(pid) : taker_exists(atomic_load(&slot->state));
}

bool slot_is_alive(const struct session_slot *slot)
{
    pid_t pid = atomic_load(&slot->pid);
    if (!slot_seems_alive(slot) || !pid)
        return slot_seems_alive(slot);
    uint64_t started = atomic_load(&slot->started), found = process_start_time(pid);
    return found != 0 && (started == 0 || found <= started);
}

/* What its sessions did goes over to the counters; the slot's owner is no more. */
static void keep_tally(struct shm *shm, struct session_slot *slot)
{
    struct slot_tally done = slot->info.done;
    slot->info.done = (struct slot_tally){0};
    shm_count(shm, SHM_QUERIES, done.queries);
    shm_count(shm, SHM_TRANSACTIONS_COMMITTED, done.transactions);
    shm_count(shm, SHM_TRANSACTIONS_ROLLED_BACK, done.rolled_back);
    shm_count(shm, SHM_PLAN_HITS, done.plan_hits);
    shm_count(shm, SHM_PLAN_MISSES, done.plan_misses);
}

/* Who frees a slot takes it first, so that nobody else frees it, or takes it between two of our steps; if we die on the way, it is a slot whose taker
 * is dead. tests/chaos/test_models.py goes through all that can happen. */
static bool free_slot(struct shm *shm, struct session_slot *slot, pid_t pid, struct slot_info *last)
{
    uint32_t before = atomic_load(&slot->state), claimed = SLOT_STARTING | (uint32_t) getpid() << STATE_BITS;
    if (atomic_load(&slot->pid) != pid || (before & STATE_MASK) == SLOT_FREE)
        return false;
    if (last)
        slot_read(slot, last);
    if (!atomic_compare_exchange_strong(&slot->state, &before, claimed))
        return false;
    if (atomic_load(&slot->pid) != pid) {
        /* It was freed and taken anew before our claim. */
        atomic_compare_exchange_strong(&slot->state, &claimed, before);
        return false;
    }
    keep_tally(shm, slot);
    atomic_store(&slot->pid, 0);
    atomic_store(&slot->state, SLOT_FREE);
    return true;
}

bool slot_free_by_pid(struct shm *shm, pid_t pid, struct slot_info *last)
{
    for (int i = 0; i < registry_size(shm); i++)
        if (free_slot(shm, slot_at(shm, i), pid, last))
            return true;
    return false;
}

int slot_reclaim_dead(struct shm *shm)
{
    int reclaimed = 0;
    for (int i = 0; i < registry_size(shm); i++) {
        struct session_slot *slot = slot_at(shm, i);
        uint32_t state = atomic_load(&slot->state);
        pid_t pid = atomic_load(&slot->pid);
        if ((state & STATE_MASK) == SLOT_FREE || slot_is_alive(slot))
            continue;
        if (pid != 0)
            reclaimed += free_slot(shm, slot, pid, NULL);
        else
            reclaimed += atomic_compare_exchange_strong(&slot->state, &state, SLOT_FREE);
    }
    return reclaimed;
}

void slot_set_state(struct session_slot *slot, enum slot_state state)
{
    begin_write(slot);
    slot->info.state_change = now_us();
    if (state == SLOT_STARTUP)
        slot->info.connected = slot->info.state_change;
    else if (state == SLOT_SPARE) /* a client that came before did not become a session */
        slot->info.connected = 0;
    end_write(slot);
    atomic_store_explicit(&slot->state, state, memory_order_release);
}

void slot_set_wait(struct session_slot *slot, enum slot_wait wait)
{
    atomic_store_explicit(&slot->wait, wait, memory_order_relaxed);
}

/* Cut at a character, so that the copy stays UTF-8. */
static void copy_text(char *to, size_t size, const char *from, size_t length)
{
    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char) from[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(to, from, length);
    to[length] = '\0';
}

void slot_set_client(struct session_slot *slot, const char *address, int port)
{
    begin_write(slot);
    copy_text(slot->info.client_address, sizeof slot->info.client_address, address, strlen(address));
    slot->info.client_port = port;
    end_write(slot);
}

void slot_set_identity(struct session_slot *slot, const char *database, const char *user, const char *application_name)
{
    begin_write(slot);
    if (database)
        copy_text(slot->info.database, SLOT_NAME_MAX, database, strlen(database));
    if (user)
        copy_text(slot->info.user, SLOT_NAME_MAX, user, strlen(user));
    if (application_name)
        copy_text(slot->info.application_name, SLOT_NAME_MAX, application_name, strlen(application_name));
    end_write(slot);
}

void slot_set_query(struct session_slot *slot, const char *query, size_t len)
{
    begin_write(slot);
    slot->info.query_start = slot->info.state_change = now_us();
    copy_text(slot->info.query, SLOT_QUERY_MAX, query, len);
    end_write_up_to(slot, offsetof(struct slot_info, query) + strlen(slot->info.query) + 1);
    atomic_store_explicit(&slot->state, SLOT_ACTIVE, memory_order_release);
}

void slot_set_transaction(struct session_slot *slot, bool open, bool in_write)
{
    begin_write(slot);
    if (!open)
        slot->info.transaction_start = 0;
    else if (!slot->info.transaction_start)
        slot->info.transaction_start = now_us();
    slot->info.in_write = in_write;
    end_write(slot);
}

void slot_count(struct session_slot *slot, const struct slot_tally *tally)
{
    struct slot_tally *done = &slot->info.done;
    begin_write(slot);
    done->queries += tally->queries;
    done->transactions += tally->transactions;
    done->rolled_back += tally->rolled_back;
    done->rows += tally->rows;
    done->plan_hits += tally->plan_hits;
    done->plan_misses += tally->plan_misses;
    end_write(slot);
}

enum slot_state slot_state(const struct session_slot *slot)
{
    return (enum slot_state)(atomic_load_explicit(&slot->state, memory_order_acquire) & STATE_MASK);
}

pid_t slot_pid(const struct session_slot *slot)
{
    return atomic_load(&slot->pid);
}

void slot_uuid(const struct session_slot *slot, uuid_t uuid)
{
    uuid_copy(uuid, slot->info.uuid);
}

/* One try at a whole copy. */
static bool copy_info(const struct session_slot *slot, struct slot_info *info)
{
    uint32_t before = atomic_load_explicit(&slot->seq, memory_order_acquire);
    *info = before & 1 ? slot->mirror : slot->info;
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&slot->seq, memory_order_relaxed) == before;
}

bool slot_read(const struct session_slot *slot, struct slot_info *info)
{
    /* It fails only while the owner makes one change after another, on another processor. */
    for (int i = 1; !copy_info(slot, info); i++) {
        if (i % READ_SPINS == 0)
            sched_yield();
        if (i % (READ_SPINS * READ_ROUNDS) == 0)
            usleep(READ_WAIT_US);
    }
    info->state = slot_state(slot);
    info->wait = (enum slot_wait) atomic_load(&slot->wait);
    info->pid = slot_pid(slot);
    bool is_idle = info->state >= SLOT_IDLE && info->state <= SLOT_IDLE_IN_FAILED_TRANSACTION && info->state != SLOT_ACTIVE;
    if (is_idle && info->kind == SLOT_CLIENT && info->wait == WAIT_NONE)
        info->wait = WAIT_CLIENT_READ;
    return info->state != SLOT_FREE;
}

int registry_count(const struct shm *shm, enum slot_state state)
{
    int count = 0;
    for (int i = 0; i < registry_size(shm); i++)
        count += slot_state(const_slot_at(shm, i)) == state;
    return count;
}

int registry_sessions(const struct shm *shm)
{
    int count = 0;
    for (int i = 0; i < registry_size(shm); i++) {
        const struct session_slot *slot = const_slot_at(shm, i);
        enum slot_state state = slot_state(slot);
        count += slot->info.kind == SLOT_CLIENT && state >= SLOT_STARTUP && state < SLOT_ENDED;
    }
    return count;
}

uint32_t slot_cancel_key(const struct session_slot *slot)
{
    return atomic_load(&slot->cancel_key);
}

struct session_slot *registry_match_cancel(struct shm *shm, pid_t pid, uint32_t key)
{
    /* Every slot is looked at, and keys are compared without a branch: the time taken tells nothing. */
    struct session_slot *match = NULL;
    for (int i = 0; i < registry_size(shm); i++) {
        struct session_slot *slot = slot_at(shm, i);
        uint32_t differs = (uint32_t) (slot_pid(slot) ^ pid) | (slot_cancel_key(slot) ^ key);
        if (!differs && slot_state(slot) != SLOT_FREE)
            match = slot;
    }
    return match;
}

bool slot_interrupt(struct session_slot *slot, pid_t pid, enum slot_interrupt what)
{
    if (pid <= 0 || slot_pid(slot) != pid)
        return false;
    atomic_fetch_or(&slot->interrupt, what);
    return kill(pid, what & INTERRUPT_TERMINATE ? SIGTERM : SIGINT) == 0;
}
