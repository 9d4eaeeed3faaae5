#include "session/locks.h"

#include "shm/advisory.h"

struct lister {
    struct arena *arena;
    struct lock_view *list;
    int count, capacity;
};

static struct lock_view *add(struct lister *lister, struct shm *shm, const struct session_slot *slot,
                             const struct slot_info *info)
{
    if (lister->count == lister->capacity) {
        int capacity = lister->capacity ? lister->capacity * 2 : 16;
        struct lock_view *bigger = arena_array(lister->arena, struct lock_view, capacity);
        if (lister->count > 0)
            memcpy(bigger, lister->list, sizeof *bigger * (size_t) lister->count);
        lister->list = bigger;
        lister->capacity = capacity;
    }
    struct lock_view *view = &lister->list[lister->count++];
    *view = (struct lock_view){
        .pid = (int) info->pid, .session = slot_index(shm, slot), .database = arena_strdup(lister->arena, info->database)};
    return view;
}

static void add_advisory(struct lister *lister, struct shm *shm, const struct advisory_info *lock, const struct slot_info *info,
                         bool exclusive, bool granted)
{
    struct lock_view *view = add(lister, shm, lock->slot, info);
    view->is_advisory = true;
    view->is_pair = lock->key.is_pair;
    view->value = lock->key.value;
    view->exclusive = exclusive;
    view->granted = granted;
}

static void list_advisory(struct lister *lister, struct shm *shm)
{
    struct advisory_info lock;
    struct slot_info info;
    for (int i = 0; advisory_at(shm, i, &lock); i++) {
        if (!lock.slot || !slot_read(lock.slot, &info))
            continue;
        if (lock.has_shared)
            add_advisory(lister, shm, &lock, &info, false, true);
        if (lock.has_exclusive)
            add_advisory(lister, shm, &lock, &info, true, true);
        if (lock.waits)
            add_advisory(lister, shm, &lock, &info, lock.wants_exclusive, false);
    }
}

static bool holds_a_gate(struct shm *shm, pid_t pid)
{
    struct gate *gate;
    for (int i = 0; (gate = gate_at(shm, i)); i++)
        if (gate_holder_pid(gate) == pid)
            return true;
    return false;
}

static void list_gates(struct lister *lister, struct shm *shm)
{
    struct slot_info info;
    for (int i = 0; i < registry_size(shm); i++) {
        const struct session_slot *slot = slot_at(shm, i);
        if (slot_state(slot) == SLOT_FREE || !slot_read(slot, &info) || info.pid == 0)
            continue;
        bool holds = holds_a_gate(shm, (pid_t) info.pid);
        if (!holds && !gate_awaited(shm, slot))
            continue;
        struct lock_view *view = add(lister, shm, slot, &info);
        view->exclusive = true;
        view->granted = holds;
    }
}

int locks_view(void *self, struct arena *arena, struct lock_view **list)
{
    struct session *session = self;
    struct lister lister = {.arena = arena};
    if (session->options.shm) {
        list_advisory(&lister, session->options.shm);
        list_gates(&lister, session->options.shm);
    }
    *list = lister.list;
    return lister.count;
}

int locks_blockers(struct shm *shm, const struct session_slot *slot, pid_t *pids, int room)
{
    int count = gate_blockers(shm, slot, pids, room);
    return count + advisory_blockers(shm, slot, pids + count, room - count);
}
