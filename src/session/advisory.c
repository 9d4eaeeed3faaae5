#include "session/advisory.h"

#include "shm/advisory.h"

#include <stdlib.h>

struct taken {
    struct advisory_key key;
    bool exclusive;
    int level; /* savepoints that stood when it was taken */
};

struct advisory_taken {
    int count, capacity;
    struct taken items[];
};

static void remember(struct session *session, const struct advisory_key *key, bool exclusive)
{
    struct advisory_taken *list = session->advisory;
    list->items[list->count++] = (struct taken){*key, exclusive, session->txn.nsavepoints};
}

/* Room for one more is there before it is taken. */
static void make_room(struct session *session)
{
    struct advisory_taken *list = session->advisory;
    if (list && list->count < list->capacity)
        return;
    int capacity = list ? list->capacity * 2 : 8;
    bool is_new = !list;
    list = xrealloc(list, sizeof *list + sizeof *list->items * (size_t) capacity);
    if (is_new)
        list->count = 0;
    list->capacity = capacity;
    session->advisory = list;
}

static void put_key(struct buf *out, const struct advisory_key *key)
{
    enum { OWN_DATABASE = 5 };
    buf_printf(out, "[%d,%u,%u,%d]", OWN_DATABASE, (uint32_t) ((uint64_t) key->value >> 32), (uint32_t) key->value,
               key->is_pair ? 2 : 1);
}

static bool report_deadlock(const struct advisory_circle *circle, struct diag *diag)
{
    struct buf detail = {0};
    for (int i = 0; i < circle->count; i++) {
        const struct advisory_wait *wait = &circle->waits[i];
        buf_printf(&detail, "%sProcess %d waits for ", i ? "\n" : "", (int) wait->pid);
        if (wait->for_gate) {
            buf_puts(&detail, "ExclusiveLock on the database's writer gate");
        } else {
            buf_printf(&detail, "%s on advisory lock ", wait->exclusive ? "ExclusiveLock" : "ShareLock");
            put_key(&detail, &wait->key);
        }
        buf_printf(&detail, "; blocked by process %d.", (int) wait->blocker);
    }
    diag_set(diag, ERRCODE_DEADLOCK_DETECTED, "deadlock detected");
    diag_detail(diag, "%s", buf_cstr(&detail));
    buf_deinit(&detail);
    return diag_hint(diag, "See server log for query details.");
}

static bool acquire(struct session *session, const struct advisory_request *request, const struct advisory_key *key, bool *result,
                    struct diag *diag)
{
    struct advisory_circle circle;
    bool exclusive = !request->shared;
    struct advisory_patience patience = {.waits = request->action == ADVISORY_LOCK,
                                         .timeout_ms = (int) session->limits.lock_timeout,
                                         .deadlock_timeout_ms = (int) settings_int(session->settings, "deadlock_timeout"),
                                         .interrupted = &session->interrupts.pending};
    struct advisory_mode mode = {.exclusive = exclusive, .of_transaction = request->until_end};
    make_room(session);
    enum advisory_result got =
        advisory_acquire(session->options.shm, session->gate, session->options.slot, key, &mode, &patience, &circle);
    *result = got == ADVISORY_ACQUIRED;
    if (got == ADVISORY_ACQUIRED && request->until_end)
        remember(session, key, exclusive);
    switch (got) {
    case ADVISORY_ACQUIRED:
    case ADVISORY_BUSY:
        return true;
    case ADVISORY_TIMEOUT:
        return diag_set(diag, ERRCODE_LOCK_NOT_AVAILABLE, "canceling statement due to lock timeout");
    case ADVISORY_INTERRUPTED:
        return interrupts_check(&session->interrupts, diag) &&
               diag_set(diag, ERRCODE_QUERY_CANCELED, "canceling statement due to user request");
    case ADVISORY_DEADLOCK:
        return report_deadlock(&circle, diag);
    case ADVISORY_FULL:
        break;
    }
    diag_set(diag, ERRCODE_OUT_OF_MEMORY, "out of shared memory");
    return diag_hint(diag, "You might need to increase max_locks_per_transaction.");
}

bool advisory_call(void *self, const struct advisory_request *request, bool *result, struct diag *diag)
{
    struct session *session = self;
    struct advisory_key key = {request->value, request->is_pair};
    *result = false;
    if (!session->options.shm || !session->gate)
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "advisory locks need the server's registry");
    switch (request->action) {
    case ADVISORY_LOCK:
    case ADVISORY_TRY:
        return acquire(session, request, &key, result, diag);
    case ADVISORY_UNLOCK: {
        struct advisory_mode mode = {.exclusive = !request->shared};
        *result = advisory_release(session->options.shm, session->gate, session->options.slot, &key, &mode);
        if (!*result)
            session_warn(session, ERRCODE_WARNING, "you don't own a lock of type %s",
                         request->shared ? "ShareLock" : "ExclusiveLock");
        return true;
    }
    case ADVISORY_UNLOCK_ALL:
        if (session->advisory)
            advisory_release_all(session->options.shm, session->options.slot, false);
        return true;
    }
    return true;
}

void advisory_rolled_back(struct session *session, int level)
{
    struct advisory_taken *list = session->advisory;
    while (list && list->count > 0 && list->items[list->count - 1].level >= level) {
        const struct taken *taken = &list->items[--list->count];
        struct advisory_mode mode = {.exclusive = taken->exclusive, .of_transaction = true};
        advisory_release(session->options.shm, session->gate, session->options.slot, &taken->key, &mode);
    }
}

void advisory_end_transaction(struct session *session)
{
    if (!session->advisory || session->advisory->count == 0)
        return;
    advisory_release_all(session->options.shm, session->options.slot, true);
    session->advisory->count = 0;
}

void advisory_lower_level(struct session *session, int level)
{
    struct advisory_taken *list = session->advisory;
    for (int i = 0; list && i < list->count; i++)
        if (list->items[i].level > level)
            list->items[i].level = level;
}

void advisory_end_session(struct session *session)
{
    if (!session->advisory)
        return;
    advisory_release_all(session->options.shm, session->options.slot, true);
    advisory_release_all(session->options.shm, session->options.slot, false);
    free(session->advisory);
    session->advisory = NULL;
}
