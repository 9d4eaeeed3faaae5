#include "session/advisory.h"
#include "session/notify.h"
#include "session/xid.h"
#include "session/locks.h"
#include "session/state.h"

#include "shm/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* What SQL functions ask of the session (struct func_env). */

static const char *setting_get(void *self, const char *name)
{
    struct session *session = self;
    if (!strcasecmp(name, "transaction_isolation"))
        return txn_isolation_name(session->txn.isolation);
    if (!strcasecmp(name, "transaction_read_only"))
        return session->txn.read_only ? "on" : "off";
    if (!strcasecmp(name, "transaction_deferrable"))
        return session->txn.deferrable ? "on" : "off";
    return settings_show(session->settings, name);
}

static bool setting_set(void *self, const char *name, const char *value, bool local, struct diag *diag)
{
    struct session *session = self;
    return settings_assign(session->settings, name, value, local ? SCOPE_LOCAL : SCOPE_SESSION, diag);
}

static const char *number_text(struct arena *arena, const struct setting_fact *fact, double number)
{
    return fact->type == 'i' ? arena_printf(arena, "%lld", (long long) number) : arena_printf(arena, "%g", number);
}

static void fill_choices(const char *list, struct arena *arena, struct setting_view *view)
{
    const char **choices = arena_array(arena, const char *, strlen(list) / 2 + 1);
    int count = 0;
    for (const char *at = list; *at;) {
        size_t length = strcspn(at, ",");
        choices[count++] = arena_strndup(arena, at, length);
        at += length + (at[length] == ',');
    }
    view->choices = choices;
    view->choice_count = count;
}

static bool setting_at(void *self, int index, struct arena *arena, struct setting_view *view)
{
    static const char *const contexts[] = {"internal", "postmaster", "sighup", "superuser-backend",
                                           "backend",  "superuser",  "user"};
    static const char *const sources[] = {"default", "configuration file", "command line", "global", "database",
                                          "user",    "database user",      "client",       "session"};
    struct session *session = self;
    const struct setting_fact *fact = settings_fact_at(index);
    *view = (struct setting_view){0};
    if (!fact)
        return false;
    if (fact->hidden)
        return true;
    enum setting_source source = SOURCE_DEFAULT;
    const char *value = settings_value_at(session->settings, index, &source);
    const char *reset = settings_reset_value_at(session->settings, index);
    view->name = fact->name;
    view->value = value ? arena_strdup(arena, value) : "";
    view->reset = reset ? arena_strdup(arena, reset) : NULL;
    view->file = settings_origin_at(session->settings, index, &view->line);
    view->is_pending = settings_pending_at(session->settings, index);
    view->boot = fact->initial;
    view->unit = fact->unit;
    view->category = fact->category;
    view->description = fact->description;
    view->context = contexts[fact->context];
    view->source = sources[source];
    view->type = fact->type == 'b'   ? "bool"
                 : fact->type == 'i' ? "integer"
                 : fact->type == 'r' ? "real"
                 : fact->type == 'e' ? "enum"
                                     : "string";
    if (fact->type == 'i' || fact->type == 'r') {
        view->min = number_text(arena, fact, fact->min);
        view->max = number_text(arena, fact, fact->max);
    }
    if (fact->type == 'e' && fact->choices)
        fill_choices(fact->choices, arena, view);
    return true;
}

/* A timestamptz in storage form; NULL: none. */
static const char *moment(struct arena *arena, int64_t epoch_us)
{
    if (epoch_us <= 0)
        return NULL;
    time_t seconds = (time_t) (epoch_us / 1000000);
    struct tm tm;
    char date[32], fraction[16] = "";
    gmtime_r(&seconds, &tm);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
    int length = epoch_us % 1000000 ? snprintf(fraction, sizeof fraction, ".%06d", (int) (epoch_us % 1000000)) : 0;
    while (length > 0 && fraction[length - 1] == '0')
        fraction[--length] = '\0';
    return arena_printf(arena, "%s%s+00:00", date, fraction);
}

static const char *text_or_null(struct arena *arena, const char *text)
{
    return *text ? arena_strdup(arena, text) : NULL;
}

static bool activity_at(void *self, int index, struct arena *arena, struct activity_view *view)
{
    static const char *const states[] = {[SLOT_STARTUP] = "active",
                                         [SLOT_IDLE] = "idle",
                                         [SLOT_ACTIVE] = "active",
                                         [SLOT_IDLE_IN_TRANSACTION] = "idle in transaction",
                                         [SLOT_IDLE_IN_FAILED_TRANSACTION] = "idle in transaction (aborted)"};
    static const struct {
        const char *type, *event;
    } waits[] = {[WAIT_NONE] = {NULL, NULL},
                 [WAIT_CLIENT_READ] = {"Client", "ClientRead"},
                 [WAIT_CLIENT_WRITE] = {"Client", "ClientWrite"},
                 [WAIT_GATE] = {"Lock", "transactionid"},
                 [WAIT_SYNC] = {"IO", "WALSync"},
                 [WAIT_ADVISORY_LOCK] = {"Lock", "advisory"},
                 [WAIT_SLEEP] = {"Timeout", "PgSleep"}};
    struct session *session = self;
    struct shm *shm = session->options.shm;
    struct slot_info info;
    *view = (struct activity_view){0};
    if (!shm || index >= registry_size(shm))
        return false;
    if (!slot_read(slot_at(shm, index), &info))
        return true;
    bool is_client = info.kind == SLOT_CLIENT;
    if (info.pid == 0 || info.state == SLOT_ENDED || (is_client && info.state < SLOT_STARTUP))
        return true;
    *view = (struct activity_view){.pid = (int) info.pid,
                                   .client_port = info.client_port,
                                   .has_port = is_client,
                                   .database = text_or_null(arena, info.database),
                                   .user = is_client ? text_or_null(arena, info.user) : NULL,
                                   .application_name = arena_strdup(arena, info.application_name),
                                   .client_addr = text_or_null(arena, info.client_address),
                                   .backend_start = moment(arena, info.connected ? info.connected : info.backend_start),
                                   .xact_start = moment(arena, info.transaction_start),
                                   .query_start = moment(arena, info.query_start),
                                   .state_change = moment(arena, info.state_change),
                                   .state = is_client ? states[info.state] : NULL,
                                   .wait_event_type = waits[info.wait].type,
                                   .wait_event = waits[info.wait].event,
                                   .query = arena_strdup(arena, info.query),
                                   .backend_type = is_client ? "client backend" : "checkpointer"};
    return true;
}

static void notice(void *self, struct diag *diag)
{
    session_notice(self, diag);
}

/* Sleeps in slices, so that an interrupt that arrives just before a slice delays it by no more than that. */
static bool sleep_for(void *self, double seconds, struct diag *diag)
{
    enum { SLICE_NS = 50000000 };
    struct session *session = self;
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    slot_set_wait(session->options.slot, WAIT_SLEEP);
    bool done = true;
    for (;;) {
        if (session->interrupts.pending) {
            done = interrupts_check(&session->interrupts, diag);
            if (!done)
                break;
        }
        clock_gettime(CLOCK_MONOTONIC, &now);
        double left = seconds - (double) (now.tv_sec - start.tv_sec) - (double) (now.tv_nsec - start.tv_nsec) / 1e9;
        if (left <= 0)
            break;
        struct timespec slice = {.tv_nsec = left < SLICE_NS / 1e9 ? (long) (left * 1e9) : SLICE_NS};
        nanosleep(&slice, NULL);
    }
    slot_set_wait(session->options.slot, WAIT_NONE);
    return done;
}

static bool signal_backend(void *self, int pid, bool terminate, bool *found, struct diag *diag)
{
    struct session *session = self;
    struct shm *shm = session->options.shm;
    (void) diag;
    *found = false;
    for (int i = 0; shm && i < registry_size(shm); i++) {
        struct session_slot *slot = slot_at(shm, i);
        enum slot_state state = slot_state(slot);
        if (slot_pid(slot) != pid || state < SLOT_STARTUP || state == SLOT_ENDED)
            continue;
        *found = slot_interrupt(slot, pid, terminate ? INTERRUPT_TERMINATE : INTERRUPT_CANCEL);
        break;
    }
    return true;
}

static int blocking_pids(void *self, struct arena *arena, int pid, int **pids)
{
    struct session *session = self;
    struct shm *shm = session->options.shm;
    int room = shm ? registry_size(shm) : 0;
    *pids = arena_array(arena, pid_t, room + 1);
    for (int i = 0; i < room; i++)
        if (slot_pid(slot_at(shm, i)) == pid)
            return locks_blockers(shm, slot_at(shm, i), *pids, room);
    return 0;
}

static bool next_value(void *self, oid_t oid, int64_t *value, struct diag *diag)
{
    return sequence_next(self, oid, value, diag);
}

static bool current_value(void *self, oid_t oid, int64_t *value, struct diag *diag)
{
    return sequence_current(self, oid, value, diag);
}

static bool last_value(void *self, int64_t *value, struct diag *diag)
{
    return sequence_last(self, value, diag);
}

static bool sequence_at(void *self, oid_t oid, int64_t *value, bool *is_called, struct diag *diag)
{
    return sequence_state(self, oid, value, is_called, diag);
}

static bool set_value(void *self, oid_t oid, int64_t value, bool is_called, struct diag *diag)
{
    return sequence_set(self, oid, value, is_called, diag);
}

void session_fill_env(struct session *session)
{
    struct func_env *env = &session->env;
    env->types = &session->types;
    env->interrupted = &session->interrupts.pending;
    env->session = session;
    env->setting_get = setting_get;
    env->setting_set = setting_set;
    env->setting_at = setting_at;
    session_fill_server_env(env);
    env->activity_at = activity_at;
    env->sequence_next = next_value;
    env->sequence_current = current_value;
    env->sequence_last = last_value;
    env->sequence_state = sequence_at;
    env->sequence_set = set_value;
    env->notice = notice;
    env->sleep = sleep_for;
    env->advisory = advisory_call;
    env->xid_current = xid_current;
    env->xid_status = xid_status;
    env->xid_snapshot = xid_snapshot;
    env->notify = notify_send;
    env->listening_at = notify_channel_at;
    env->notify_usage = notify_queue_usage;
    env->signal_backend = signal_backend;
    env->locks = locks_view;
    env->blocking_pids = blocking_pids;
    env->backend_pid = (uint32_t) getpid();
    env->user = env->session_user = session->options.os_user;
    env->database = session->options.default_name;
}
