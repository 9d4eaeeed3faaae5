#include "shm/advisory.h"

#include "shm/clock.h"
#include "shm/futex.h"
#include "shm/segment.h"

#include <string.h>

enum { LOOK_AGAIN_MS = 50 }; /* an interrupt is seen within this */

static struct advisory_entry *entries(struct shm_header *header)
{
    return (struct advisory_entry *) ((char *) header + header->advisory_offset);
}

/* A writer may stop anywhere: an entry counts only with an owner, which is written last and taken away first. Any state is a good one. */
static void lock_table(struct shm_header *header)
{
    lock_take(&header->advisory_lock, NULL, NULL, &header->recoveries);
}

static void unlock_table(struct shm_header *header)
{
    lock_give(&header->advisory_lock);
}

static void tell_waiters(struct shm_header *header)
{
    atomic_fetch_add(&header->advisory_changes, 1);
    futex_wake(&header->advisory_changes, INT32_MAX);
}

static struct session_slot *slot_of(struct shm_header *header, owner_t owner)
{
    return segment_slot(header, (int) (owner & UINT32_MAX) - 1);
}

static bool is_gone(struct shm_header *header, owner_t owner)
{
    struct session_slot *slot = slot_of(header, owner);
    return slot_owner(slot) != owner || slot_state(slot) == SLOT_FREE || !slot_seems_alive(slot);
}

static void clear(struct advisory_entry *entry)
{
    atomic_store(&entry->owner, 0);
    memset(entry->held, 0, sizeof entry->held);
    entry->ticket = 0;
}

static bool is_key(const struct advisory_entry *entry, uint32_t gate, const struct advisory_key *key)
{
    return entry->gate == gate && entry->value == key->value && entry->is_pair == key->is_pair;
}

static struct advisory_entry *find(struct shm_header *header, owner_t owner, uint32_t gate, const struct advisory_key *key)
{
    for (int i = 0; i < header->advisory_high; i++) {
        struct advisory_entry *entry = &entries(header)[i];
        if (atomic_load(&entry->owner) == owner && is_key(entry, gate, key))
            return entry;
    }
    return NULL;
}

static struct advisory_entry *make(struct shm_header *header, owner_t owner, uint32_t gate, const struct advisory_key *key)
{
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < header->config.max_locks; i++) {
            struct advisory_entry *entry = &entries(header)[i];
            owner_t other = atomic_load(&entry->owner);
            /* The dead are looked for only when there is no room without. */
            if (other && (round == 0 || !is_gone(header, other)))
                continue;
            clear(entry);
            entry->gate = gate;
            entry->value = key->value;
            entry->is_pair = key->is_pair;
            if (i >= header->advisory_high)
                header->advisory_high = i + 1;
            atomic_store(&entry->owner, owner);
            return entry;
        }
    return NULL;
}

static bool holds(const struct advisory_entry *entry, bool exclusive)
{
    return entry->held[exclusive][0] || entry->held[exclusive][1];
}

/* Does `entry` keep `mine` from its key? What the dead hold is removed here. */
static bool blocks(struct shm_header *header, struct advisory_entry *entry, const struct advisory_entry *mine)
{
    owner_t owner = atomic_load(&entry->owner);
    if (!owner || entry == mine || entry->gate != mine->gate || entry->value != mine->value || entry->is_pair != mine->is_pair)
        return false;
    bool has = holds(entry, true) || (holds(entry, false) && mine->wants_exclusive);
    bool is_ahead = entry->ticket && entry->ticket < mine->ticket && (entry->wants_exclusive || mine->wants_exclusive) &&
                    !holds(mine, false) && !holds(mine, true);
    if (!has && !is_ahead)
        return false;
    if (!is_gone(header, owner))
        return true;
    clear(entry);
    return false;
}

static struct advisory_entry *first_blocker(struct shm_header *header, const struct advisory_entry *mine, int from)
{
    for (int i = from; i < header->advisory_high; i++)
        if (blocks(header, &entries(header)[i], mine))
            return &entries(header)[i];
    return NULL;
}

/* What a session waits for among the entries; NULL: for none. */
static struct advisory_entry *awaited(struct shm_header *header, owner_t owner)
{
    for (int i = 0; i < header->advisory_high; i++) {
        struct advisory_entry *entry = &entries(header)[i];
        if (atomic_load(&entry->owner) == owner && entry->ticket)
            return entry;
    }
    return NULL;
}

struct search {
    struct shm_header *header;
    owner_t start;
    struct advisory_circle *circle;
};

static bool closes_circle(struct search *search, owner_t owner);

static bool step(struct search *search, const struct advisory_wait *wait, owner_t blocker)
{
    struct advisory_circle *circle = search->circle;
    if (circle->count == ADVISORY_CIRCLE_MAX)
        return false;
    circle->waits[circle->count++] = *wait;
    if (blocker == search->start || closes_circle(search, blocker))
        return true;
    circle->count--;
    return false;
}

/* From who waits to whom he waits for, until the start is met again. */
static bool closes_circle(struct search *search, owner_t owner)
{
    struct shm_header *header = search->header;
    struct session_slot *slot = slot_of(header, owner);
    struct advisory_wait wait = {.pid = atomic_load(&slot->pid)};
    const struct advisory_entry *mine = awaited(header, owner);
    if (mine) {
        wait.exclusive = mine->wants_exclusive;
        wait.key = (struct advisory_key){mine->value, mine->is_pair};
        for (int i = 0; i < header->advisory_high; i++) {
            struct advisory_entry *entry = &entries(header)[i];
            if (!blocks(header, entry, mine))
                continue;
            owner_t blocker = atomic_load(&entry->owner);
            wait.blocker = atomic_load(&slot_of(header, blocker)->pid);
            if (step(search, &wait, blocker))
                return true;
        }
        return false;
    }
    uint32_t gate = atomic_load(&slot->waiting);
    owner_t holder = gate ? atomic_load(&segment_gate(header, (int) gate - 1)->holder) : 0;
    if (!holder || holder == owner)
        return false;
    wait.for_gate = true;
    wait.blocker = atomic_load(&slot_of(header, holder)->pid);
    return step(search, &wait, holder);
}

static bool is_deadlock(struct shm_header *header, owner_t owner, struct advisory_circle *circle)
{
    struct search search = {header, owner, circle};
    circle->count = 0;
    return closes_circle(&search, owner);
}

static void grant(struct advisory_entry *entry, const struct advisory_mode *mode)
{
    entry->ticket = 0;
    entry->held[mode->exclusive][mode->of_transaction]++;
}

/* No longer waiting, and gone when nothing is held either. */
static void give_up(struct advisory_entry *entry)
{
    entry->ticket = 0;
    if (!holds(entry, false) && !holds(entry, true))
        clear(entry);
}

static enum advisory_result await(struct shm_header *header, struct advisory_entry *entry, const struct advisory_mode *mode,
                                  const struct advisory_patience *patience, struct advisory_circle *circle)
{
    owner_t owner = atomic_load(&entry->owner);
    int64_t start = clock_ms(), deadline = patience->timeout_ms ? start + patience->timeout_ms : INT64_MAX;
    int64_t check_at = start + patience->deadlock_timeout_ms;
    for (;;) {
        uint32_t seen = atomic_load(&header->advisory_changes);
        unlock_table(header);
        int64_t until = clock_ms() + LOOK_AGAIN_MS;
        until = until < deadline ? until : deadline;
        int64_t pause = until - clock_ms();
        if (pause > 0 && !(patience->interrupted && *patience->interrupted))
            futex_wait(&header->advisory_changes, seen, (int) pause);
        lock_table(header);
        int64_t now = clock_ms();
        enum advisory_result result = ADVISORY_BUSY;
        if (!first_blocker(header, entry, 0)) {
            grant(entry, mode);
            return ADVISORY_ACQUIRED;
        }
        if (patience->interrupted && *patience->interrupted)
            result = ADVISORY_INTERRUPTED;
        else if (now >= deadline)
            result = ADVISORY_TIMEOUT;
        else if (now >= check_at && is_deadlock(header, owner, circle))
            result = ADVISORY_DEADLOCK;
        if (now >= check_at)
            check_at = now + patience->deadlock_timeout_ms;
        if (result != ADVISORY_BUSY) {
            give_up(entry);
            return result;
        }
    }
}

enum advisory_result advisory_acquire(struct shm *shm, struct gate *gate, struct session_slot *slot,
                                      const struct advisory_key *key, const struct advisory_mode *mode,
                                      const struct advisory_patience *patience, struct advisory_circle *circle)
{
    struct shm_header *header = shm->header;
    owner_t owner = slot_owner(slot);
    lock_table(header);
    struct advisory_entry *entry = find(header, owner, gate->number, key);
    if (!entry)
        entry = make(header, owner, gate->number, key);
    enum advisory_result result = ADVISORY_FULL;
    bool waited = false;
    if (entry) {
        entry->wants_exclusive = mode->exclusive;
        entry->ticket = ++header->advisory_tickets;
        result = ADVISORY_BUSY;
        if (!first_blocker(header, entry, 0)) {
            grant(entry, mode);
            result = ADVISORY_ACQUIRED;
        } else if (patience->waits) {
            slot_set_wait(slot, WAIT_ADVISORY_LOCK);
            waited = true;
            result = await(header, entry, mode, patience, circle);
            slot_set_wait(slot, WAIT_NONE);
        } else {
            give_up(entry);
        }
    }
    unlock_table(header);
    /* Who stopped waiting may have been in the way of those behind. */
    if (waited)
        tell_waiters(header);
    return result;
}

bool advisory_release(struct shm *shm, struct gate *gate, struct session_slot *slot, const struct advisory_key *key,
                      const struct advisory_mode *mode)
{
    struct shm_header *header = shm->header;
    lock_table(header);
    struct advisory_entry *entry = find(header, slot_owner(slot), gate->number, key);
    bool held = entry && entry->held[mode->exclusive][mode->of_transaction] > 0;
    if (held) {
        entry->held[mode->exclusive][mode->of_transaction]--;
        give_up(entry);
    }
    unlock_table(header);
    if (held)
        tell_waiters(header);
    return held;
}

void advisory_release_all(struct shm *shm, struct session_slot *slot, bool of_transaction)
{
    struct shm_header *header = shm->header;
    owner_t owner = slot_owner(slot);
    bool any = false;
    lock_table(header);
    for (int i = 0; i < header->advisory_high; i++)
        if (atomic_load(&entries(header)[i].owner) == owner) {
            struct advisory_entry *entry = &entries(header)[i];
            entry->held[false][of_transaction] = entry->held[true][of_transaction] = 0;
            give_up(entry);
            any = true;
        }
    unlock_table(header);
    if (any)
        tell_waiters(header);
}

int advisory_blockers(struct shm *shm, const struct session_slot *slot, pid_t *pids, int room)
{
    struct shm_header *header = shm->header;
    int count = 0;
    lock_table(header);
    const struct advisory_entry *mine = awaited(header, slot_owner(slot));
    for (int i = 0; mine && i < header->advisory_high && count < room; i++)
        if (blocks(header, &entries(header)[i], mine))
            pids[count++] = (pid_t) atomic_load(&slot_of(header, atomic_load(&entries(header)[i].owner))->pid);
    unlock_table(header);
    return count;
}

bool advisory_at(struct shm *shm, int index, struct advisory_info *info)
{
    struct shm_header *header = shm->header;
    lock_table(header);
    bool exists = index < header->advisory_high;
    const struct advisory_entry *entry = &entries(header)[index];
    owner_t owner = exists ? atomic_load(&entry->owner) : 0;
    *info = (struct advisory_info){0};
    if (owner && !is_gone(header, owner))
        *info = (struct advisory_info){.slot = slot_of(header, owner),
                                       .key = {entry->value, entry->is_pair},
                                       .has_shared = holds(entry, false),
                                       .has_exclusive = holds(entry, true),
                                       .waits = entry->ticket,
                                       .wants_exclusive = entry->wants_exclusive};
    unlock_table(header);
    return exists;
}
