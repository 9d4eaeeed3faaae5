#include "session/notify.h"

#include "shm/notify.h"
#include "util/arena.h"

#include <stdlib.h>
#include <string.h>

enum { CHANNEL_MAX = 63, PAYLOAD_MAX = 7999, HASH_FROM = 16, HELD_UP_MS = 100 };

/* How an entry begins in a batch; behind it the two strings with their NULs. Never read where it lies: entries are not aligned. */
struct entry_head {
    uint16_t channel_len, payload_len;
};

/* What the transaction sends, in order. */
struct pending {
    size_t offset; /* of its entry in `entries` */
    uint32_t hash;
    int level; /* savepoints that stood when it was sent */
};

struct action {
    enum { ACTION_LISTEN, ACTION_UNLISTEN, ACTION_UNLISTEN_ALL } kind;
    int level;
    char *channel;
};

struct notifications {
    char **channels; /* listened to, as of the last commit */
    int channel_count, channel_cap;
    struct action *actions;
    int action_count, action_cap;
    struct buf entries;
    struct pending *pending;
    int pending_count, pending_cap;
    uint32_t *table; /* pending's indexes + 1 by hash, once there are many; twice as large as `pending` */
    int tabled;      /* how many of them are in it */
    bool is_registered, is_placed;
    uint64_t place;
};

static struct notifications *need(struct session *session, struct diag *diag)
{
    if (!session->options.shm || !session->gate) {
        diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "notifications need the server's registry");
        return NULL;
    }
    if (!session->notifications)
        session->notifications = xcalloc(1, sizeof *session->notifications);
    return session->notifications;
}

static uint32_t hash_of(const void *data, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ ((const unsigned char *) data)[i]) * 16777619u;
    return hash;
}

static size_t entry_size(const char *entry)
{
    struct entry_head head;
    memcpy(&head, entry, sizeof head);
    return sizeof head + head.channel_len + head.payload_len + 2u;
}

static bool is_same(const struct notifications *notify, const struct pending *old, const char *entry, size_t size, uint32_t hash)
{
    return old->hash == hash && !memcmp(notify->entries.data + old->offset, entry, size);
}

static uint32_t *place_in_table(const struct notifications *notify, uint32_t hash)
{
    return &notify->table[hash & (2 * (uint32_t) notify->pending_cap - 1)];
}

static void put_in_table(struct notifications *notify, int index)
{
    uint32_t hash = notify->pending[index].hash;
    while (*place_in_table(notify, hash))
        hash++;
    *place_in_table(notify, hash) = (uint32_t) index + 1;
    notify->tabled = index + 1;
}

static void forget_table(struct notifications *notify)
{
    free(notify->table);
    notify->table = NULL;
    notify->tabled = 0;
}

/* Was it sent already? An older one is of this level or one around it, so it stays at least as long. */
static bool is_sent(struct notifications *notify, const char *entry, size_t size, uint32_t hash)
{
    if (notify->pending_count < HASH_FROM) {
        for (int i = 0; i < notify->pending_count; i++)
            if (is_same(notify, &notify->pending[i], entry, size, hash))
                return true;
        return false;
    }
    if (!notify->table)
        notify->table = xcalloc(2 * (size_t) notify->pending_cap, sizeof *notify->table);
    while (notify->tabled < notify->pending_count)
        put_in_table(notify, notify->tabled);
    for (uint32_t at = hash; *place_in_table(notify, at); at++)
        if (is_same(notify, &notify->pending[*place_in_table(notify, at) - 1], entry, size, hash))
            return true;
    return false;
}

static void remember(struct notifications *notify, size_t offset, uint32_t hash, int level)
{
    if (notify->pending_count == notify->pending_cap) {
        notify->pending_cap = notify->pending_cap ? notify->pending_cap * 2 : HASH_FROM;
        notify->pending = xrealloc(notify->pending, sizeof *notify->pending * (size_t) notify->pending_cap);
        forget_table(notify);
    }
    notify->pending[notify->pending_count++] = (struct pending){offset, hash, level};
}

bool notify_send(void *self, const char *channel, const char *payload, struct diag *diag)
{
    struct session *session = self;
    struct notifications *notify = need(session, diag);
    size_t channel_len = strlen(channel), payload_len = strlen(payload);
    if (!notify)
        return false;
    if (channel_len == 0)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "channel name cannot be empty");
    if (channel_len > CHANNEL_MAX)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "channel name too long");
    if (payload_len > PAYLOAD_MAX)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "payload string too long");
    struct entry_head head = {(uint16_t) channel_len, (uint16_t) payload_len};
    size_t offset = notify->entries.len;
    buf_append(&notify->entries, &head, sizeof head);
    buf_append(&notify->entries, channel, channel_len + 1);
    buf_append(&notify->entries, payload, payload_len + 1);
    const char *entry = notify->entries.data + offset;
    size_t size = notify->entries.len - offset;
    uint32_t hash = hash_of(entry, size);
    if (is_sent(notify, entry, size, hash))
        notify->entries.len = offset;
    else
        remember(notify, offset, hash, session->txn.nsavepoints);
    return true;
}

static void act(struct session *session, int kind, const char *channel)
{
    struct notifications *notify = session->notifications;
    if (notify->action_count == notify->action_cap) {
        notify->action_cap = notify->action_cap ? notify->action_cap * 2 : 4;
        notify->actions = xrealloc(notify->actions, sizeof *notify->actions * (size_t) notify->action_cap);
    }
    notify->actions[notify->action_count++] =
        (struct action){.kind = kind, .level = session->txn.nsavepoints, .channel = channel ? xstrdup(channel) : NULL};
}

bool listen_run(struct session *session, const PgQuery__ListenStmt *stmt, struct portal *portal, struct diag *diag)
{
    portal->tag = "LISTEN";
    if (!need(session, diag))
        return false;
    act(session, ACTION_LISTEN, stmt->conditionname);
    return true;
}

bool unlisten_run(struct session *session, const PgQuery__UnlistenStmt *stmt, struct portal *portal, struct diag *diag)
{
    portal->tag = "UNLISTEN";
    (void) diag;
    /* Who has never listened has nothing to end. */
    if (!session->notifications)
        return true;
    bool all = !stmt->conditionname || !*stmt->conditionname;
    act(session, all ? ACTION_UNLISTEN_ALL : ACTION_UNLISTEN, all ? NULL : stmt->conditionname);
    return true;
}

bool notify_run(struct session *session, const PgQuery__NotifyStmt *stmt, struct portal *portal, struct diag *diag)
{
    portal->tag = "NOTIFY";
    return notify_send(session, stmt->conditionname, stmt->payload ? stmt->payload : "", diag);
}

void notify_unlisten_all(struct session *session)
{
    if (session->notifications)
        act(session, ACTION_UNLISTEN_ALL, NULL);
}

const char *notify_channel_at(void *self, int index)
{
    const struct notifications *notify = ((struct session *) self)->notifications;
    return notify && index < notify->channel_count ? notify->channels[index] : NULL;
}

double notify_queue_usage(void *self)
{
    const struct session *session = self;
    return session->options.shm ? notify_usage(session->options.shm) : 0;
}

static void warn_of_filling(struct session *session, const struct notify_fill *fill)
{
    struct diag notice = {0};
    diag_set(&notice, ERRCODE_WARNING, "NOTIFY queue is %.0f%% full", fill->after * 100);
    notice.severity = "WARNING";
    if (fill->slowest > 0) {
        diag_detail(&notice, "The server process with PID %d is among those with the oldest transactions.", (int) fill->slowest);
        diag_hint(&notice, "The NOTIFY queue cannot be emptied until that process ends its current transaction.");
    }
    session_notice(session, &notice);
}

static bool place(struct session *session, struct diag *diag)
{
    struct notifications *notify = session->notifications;
    struct notify_fill fill;
    enum notify_result result = notify_place(session->options.shm, session->gate, session->options.slot, notify->entries.data,
                                             notify->entries.len, &notify->place, &fill);
    if (result == NOTIFY_FULL)
        return diag_set(diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too many notifications in the NOTIFY queue");
    notify->is_placed = result == NOTIFY_PLACED;
    if (fill.is_warning_due)
        warn_of_filling(session, &fill);
    return true;
}

bool notify_prepare_commit(struct session *session, struct diag *diag)
{
    struct notifications *notify = session->notifications;
    if (!notify)
        return true;
    /* Before what this transaction sends: it hears itself. */
    for (int i = 0; i < notify->action_count && !notify->is_registered; i++)
        if (notify->actions[i].kind == ACTION_LISTEN) {
            notify_listen(session->options.shm, session->gate, session->options.slot);
            notify->is_registered = true;
        }
    return notify->pending_count == 0 || place(session, diag);
}

static int find_channel(const struct notifications *notify, const char *name)
{
    for (int i = 0; i < notify->channel_count; i++)
        if (!strcmp(notify->channels[i], name))
            return i;
    return -1;
}

static void add_channel(struct notifications *notify, const char *name)
{
    if (find_channel(notify, name) >= 0)
        return;
    if (notify->channel_count == notify->channel_cap) {
        notify->channel_cap = notify->channel_cap ? notify->channel_cap * 2 : 4;
        notify->channels = xrealloc(notify->channels, sizeof *notify->channels * (size_t) notify->channel_cap);
    }
    notify->channels[notify->channel_count++] = xstrdup(name);
}

static void remove_channel(struct notifications *notify, int index)
{
    free(notify->channels[index]);
    notify->channel_count--;
    memmove(notify->channels + index, notify->channels + index + 1,
            sizeof *notify->channels * (size_t) (notify->channel_count - index));
}

static void carry_out(struct notifications *notify, const struct action *action)
{
    switch (action->kind) {
    case ACTION_LISTEN:
        add_channel(notify, action->channel);
        break;
    case ACTION_UNLISTEN: {
        int index = find_channel(notify, action->channel);
        if (index >= 0)
            remove_channel(notify, index);
        break;
    }
    case ACTION_UNLISTEN_ALL:
        while (notify->channel_count > 0)
            remove_channel(notify, notify->channel_count - 1);
        break;
    }
}

void notify_rolled_back(struct session *session, int level)
{
    struct notifications *notify = session->notifications;
    if (!notify)
        return;
    while (notify->action_count > 0 && notify->actions[notify->action_count - 1].level >= level)
        free(notify->actions[--notify->action_count].channel);
    bool any = false;
    while (notify->pending_count > 0 && notify->pending[notify->pending_count - 1].level >= level) {
        notify->entries.len = notify->pending[--notify->pending_count].offset;
        any = true;
    }
    if (any)
        forget_table(notify);
    /* A large transaction's memory is not the session's for ever. */
    enum { KEPT = 64 * 1024 };
    if (notify->pending_count == 0 && notify->entries.cap > KEPT) {
        buf_deinit(&notify->entries);
        free(notify->pending);
        notify->pending = NULL;
        notify->pending_cap = 0;
    }
}

void notify_lower_level(struct session *session, int level)
{
    struct notifications *notify = session->notifications;
    for (int i = 0; notify && i < notify->action_count; i++)
        if (notify->actions[i].level > level)
            notify->actions[i].level = level;
    for (int i = 0; notify && i < notify->pending_count; i++)
        if (notify->pending[i].level > level)
            notify->pending[i].level = level;
}

void notify_end_transaction(struct session *session, bool committed)
{
    struct notifications *notify = session->notifications;
    if (!notify)
        return;
    for (int i = 0; committed && i < notify->action_count; i++)
        carry_out(notify, &notify->actions[i]);
    if (notify->is_placed) {
        notify_settle(session->options.shm, notify->place, committed);
        notify->is_placed = false;
    }
    if (notify->is_registered && notify->channel_count == 0) {
        notify_unlisten(session->options.shm, session->options.slot);
        notify->is_registered = false;
    }
    notify_rolled_back(session, 0);
}

void notify_end_session(struct session *session)
{
    struct notifications *notify = session->notifications;
    if (!notify)
        return;
    notify_rolled_back(session, 0);
    if (notify->is_registered)
        notify_unlisten(session->options.shm, session->options.slot);
    while (notify->channel_count > 0)
        remove_channel(notify, notify->channel_count - 1);
    forget_table(notify);
    free(notify->channels);
    free(notify->actions);
    free(notify->pending);
    buf_deinit(&notify->entries);
    free(notify);
    session->notifications = NULL;
    session->wire.idle.bell = NULL;
}

static bool tell(struct session *session, const struct buf *entries, pid_t sender)
{
    for (size_t at = 0; at < entries->len; at += entry_size(entries->data + at)) {
        struct entry_head head;
        memcpy(&head, entries->data + at, sizeof head);
        const char *channel = entries->data + at + sizeof head, *payload = channel + head.channel_len + 1;
        if (find_channel(session->notifications, channel) < 0)
            continue;
        wire_put_notification(&session->wire, (uint32_t) sender, channel, payload);
        if (session->wire.out.len >= WIRE_OUTPUT_MARK && wire_flush(&session->wire) != WIRE_OK)
            return false;
    }
    return true;
}

void notify_deliver(struct session *session)
{
    struct notifications *notify = session->notifications;
    struct buf entries = {0};
    pid_t sender = 0;
    session->bell.rung = 0;
    session->bell.look_again_ms = 0;
    if (!notify || !notify->is_registered)
        return;
    for (;;) {
        buf_reset(&entries);
        enum notify_look look = notify_take(session->options.shm, session->options.slot, &entries, &sender);
        if (look == NOTIFY_HELD_UP)
            session->bell.look_again_ms = HELD_UP_MS;
        if (look != NOTIFY_TAKEN || !tell(session, &entries, sender))
            break;
    }
    buf_deinit(&entries);
}
