#include "ctl/sessions.h"

#include "ctl/client.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *sessions_state_name(enum slot_state state)
{
    static const char *const names[] = {
        [SLOT_FREE] = "free",
        [SLOT_STARTING] = "starting",
        [SLOT_SPARE] = "spare",
        [SLOT_STARTUP] = "startup",
        [SLOT_IDLE] = "idle",
        [SLOT_ACTIVE] = "active",
        [SLOT_IDLE_IN_TRANSACTION] = "idle in transaction",
        [SLOT_IDLE_IN_FAILED_TRANSACTION] = "idle in transaction (aborted)",
        [SLOT_ENDED] = "ended",
    };
    return state <= SLOT_ENDED ? names[state] : "unknown";
}

void sessions_wait_names(enum slot_wait wait, const char **type, const char **event)
{
    static const struct {
        const char *type, *event;
    } names[] = {
        [WAIT_NONE] = {"", ""},
        [WAIT_CLIENT_READ] = {"Client", "ClientRead"},
        [WAIT_CLIENT_WRITE] = {"Client", "ClientWrite"},
        [WAIT_GATE] = {"Lock", "transactionid"},
        [WAIT_SYNC] = {"IO", "WALSync"},
        [WAIT_ADVISORY_LOCK] = {"Lock", "advisory"},
        [WAIT_SLEEP] = {"Timeout", "PgSleep"},
    };
    bool known = wait >= 0 && wait < (int) (sizeof names / sizeof *names) && names[wait].type;
    *type = known ? names[wait].type : "";
    *event = known ? names[wait].event : "";
}

struct shm *sessions_attach(const char *run_dir)
{
    char path[4096], error[256];
    snprintf(path, sizeof path, "%s/registry", run_dir);
    struct shm *shm = shm_attach(path, error, sizeof error);
    if (!shm)
        fprintf(stderr, "pgquillctl: %s: %s\n", path, error);
    return shm;
}

bool sessions_is_client(const struct slot_info *info)
{
    return info->kind == SLOT_CLIENT && info->state >= SLOT_STARTUP && info->state < SLOT_ENDED;
}

static bool read_client(const struct shm *shm, int index, struct slot_info *info)
{
    return slot_read(slot_at((struct shm *) shm, index), info) && sessions_is_client(info);
}

static void print_flat(const char *text)
{
    for (; *text; text++)
        putchar(*text == '\n' || *text == '\t' || *text == '\r' ? ' ' : *text);
}

void sessions_print_text(const struct shm *shm)
{
    struct slot_info info;
    printf("%8s  %-16s %-16s %-21s %-19s %-14s %s\n", "PID", "DATABASE", "USER", "CLIENT", "STATE", "WAIT", "QUERY");
    for (int i = 0; i < registry_size(shm); i++) {
        char client[SLOT_ADDRESS_MAX + 16] = "[local]";
        const char *type, *event;
        if (!read_client(shm, i, &info))
            continue;
        if (info.client_port >= 0)
            snprintf(client, sizeof client, "%s:%d", info.client_address, info.client_port);
        sessions_wait_names(info.wait, &type, &event);
        printf("%8d  %-16s %-16s %-21s %-19s %-14s ", (int) info.pid, info.database, info.user, client,
               sessions_state_name(info.state), event);
        print_flat(info.query);
        putchar('\n');
    }
}

static void print_time(const char *name, int64_t us)
{
    char stamp[32];
    time_t seconds = (time_t) (us / 1000000);
    struct tm utc;
    printf(",\"%s\":", name);
    if (us == 0) {
        fputs("null", stdout);
        return;
    }
    gmtime_r(&seconds, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    printf("\"%s.%06dZ\"", stamp, (int) (us % 1000000));
}

static void print_text(const char *name, const char *value, bool absent_when_empty)
{
    printf(",\"%s\":", name);
    if (absent_when_empty && !*value)
        fputs("null", stdout);
    else
        json_print_string(value);
}

void sessions_print_json(const struct shm *shm)
{
    struct slot_info info;
    bool first = true;
    putchar('[');
    for (int i = 0; i < registry_size(shm); i++) {
        const char *type, *event;
        char uuid[UUID_STR_LEN];
        if (!read_client(shm, i, &info))
            continue;
        printf("%s\n{\"pid\":%d", first ? "" : ",", (int) info.pid);
        first = false;
        uuid_unparse_lower(info.uuid, uuid);
        print_text("session", uuid, false);
        print_text("datname", info.database, true);
        print_text("usename", info.user, true);
        print_text("application_name", info.application_name, false);
        print_text("client_addr", info.client_address, true);
        printf(",\"client_port\":%d", info.client_port);
        print_time("backend_start", info.connected);
        print_time("xact_start", info.transaction_start);
        print_time("query_start", info.query_start);
        print_time("state_change", info.state_change);
        sessions_wait_names(info.wait, &type, &event);
        print_text("wait_event_type", type, true);
        print_text("wait_event", event, true);
        print_text("state", sessions_state_name(info.state), false);
        print_text("query", info.query, false);
        printf(",\"queries\":%" PRId64 ",\"transactions\":%" PRId64 ",\"rows\":%" PRId64 ",\"writing\":%s}", info.done.queries,
               info.done.transactions, info.done.rows, info.in_write ? "true" : "false");
    }
    puts(first ? "]" : "\n]");
}

void sessions_print_metrics(struct shm *shm, const char *uptime, const char *spares, const char *max_connections)
{
    static const struct {
        enum slot_state state;
        const char *label;
    } states[] = {{SLOT_STARTUP, "startup"},
                  {SLOT_IDLE, "idle"},
                  {SLOT_ACTIVE, "active"},
                  {SLOT_IDLE_IN_TRANSACTION, "idle in transaction"},
                  {SLOT_IDLE_IN_FAILED_TRANSACTION, "idle in transaction (aborted)"}};
    printf("# HELP pgquill_up Whether the server answers.\n# TYPE pgquill_up gauge\npgquill_up 1\n");
    printf("# HELP pgquill_uptime_seconds Time since the server was started.\n# TYPE pgquill_uptime_seconds gauge\n"
           "pgquill_uptime_seconds %s\n",
           uptime);
    printf("# HELP pgquill_max_connections The most sessions at once.\n# TYPE pgquill_max_connections "
           "gauge\npgquill_max_connections %s\n",
           max_connections);
    printf("# HELP pgquill_spare_workers Workers that wait for a client.\n# TYPE pgquill_spare_workers "
           "gauge\npgquill_spare_workers %s\n",
           spares);
    printf("# HELP pgquill_sessions Sessions by state.\n# TYPE pgquill_sessions gauge\n");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        printf("pgquill_sessions{state=\"%s\"} %d\n", states[i].label, registry_count(shm, states[i].state));
    for (int i = 0; i < SHM_COUNTERS; i++) {
        const char *name = shm_counter_name((enum shm_counter) i);
        printf("# TYPE pgquill_%s_total counter\npgquill_%s_total %" PRId64 "\n", name, name,
               shm_counter(shm, (enum shm_counter) i));
    }
    printf(
        "# HELP pgquill_locks_recovered_total Shared locks whose owner had died.\n# TYPE pgquill_locks_recovered_total counter\n"
        "pgquill_locks_recovered_total %" PRIu64 "\n",
        shm_recoveries(shm));
}
