#include "master/command.h"

#include "engine/engine.h"
#include "master/job.h"
#include "master/spawn.h"
#include "util/version.h"
#include "util/log.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void command_put_text(struct buf *facts, enum control_fact kind, const char *name, const char *value)
{
    buf_putc(facts, (char) kind);
    buf_append(facts, name, strlen(name) + 1);
    buf_append(facts, value, strlen(value) + 1);
}

void command_put_integer(struct buf *facts, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    command_put_text(facts, CONTROL_FACT_INTEGER, name, text);
}

static enum command_result fail(struct buf *answer, const char *message)
{
    buf_puts(answer, message);
    return COMMAND_FAILED;
}

static const char *state_name(const struct server *server)
{
    static const char *const modes[] = {
        [SHUTDOWN_SMART] = "smart shutdown", [SHUTDOWN_FAST] = "fast shutdown", [SHUTDOWN_IMMEDIATE] = "immediate shutdown"};
    if (server->shutdown)
        return modes[server->shutdown];
    return server->ready ? "running" : "starting";
}

static const char *process_name(const struct child *child)
{
    static const char *const states[] = {
        [SLOT_FREE] = "starting",
        [SLOT_STARTING] = "starting",
        [SLOT_SPARE] = "spare",
        [SLOT_STARTUP] = "startup",
        [SLOT_IDLE] = "idle",
        [SLOT_ACTIVE] = "active",
        [SLOT_ENDED] = "ended",
        [SLOT_IDLE_IN_TRANSACTION] = "idle in transaction",
        [SLOT_IDLE_IN_FAILED_TRANSACTION] = "idle in transaction (aborted)",
    };
    if (child->kind != CHILD_WORKER)
        return child->kind == CHILD_CHECKPOINTER ? "checkpointer" : "job";
    return states[slot_state(child->slot)];
}

static void put_processes(const struct server *server, struct buf *answer)
{
    for (int i = 0; i < server->child_count; i++) {
        char text[96];
        snprintf(text, sizeof text, "%d %s", (int) server->children[i].pid, process_name(&server->children[i]));
        command_put_text(answer, CONTROL_FACT_PROCESS, "workers", text);
    }
}

static enum command_result status(struct server *server, const struct command_request *request, struct buf *answer)
{
    (void) request;
    struct pool_counts counts = server_counts(server);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    command_put_text(answer, CONTROL_FACT_TEXT, "version", PGQUILL_VERSION);
    command_put_integer(answer, "pid", getpid());
    command_put_text(answer, CONTROL_FACT_TEXT, "state", state_name(server));
    command_put_integer(answer, "uptime", now.tv_sec - server->started / 1000000);
    for (int i = 0; i < server->listeners.count; i++)
        command_put_text(answer, CONTROL_FACT_LIST, "addresses", server->listeners.list[i].name);
    command_put_text(answer, CONTROL_FACT_TEXT, "data_directory", server->places.data_dir);
    command_put_text(answer, CONTROL_FACT_TEXT, "database", server->places.file);
    command_put_integer(answer, "sessions", registry_sessions(server->shm));
    command_put_integer(answer, "active", registry_count(server->shm, SLOT_ACTIVE));
    command_put_integer(answer, "idle", registry_count(server->shm, SLOT_IDLE));
    command_put_integer(answer, "idle_in_transaction",
                        registry_count(server->shm, SLOT_IDLE_IN_TRANSACTION) +
                            registry_count(server->shm, SLOT_IDLE_IN_FAILED_TRANSACTION));
    command_put_integer(answer, "spare_workers", counts.spare);
    command_put_integer(answer, "starting_workers", counts.starting);
    command_put_integer(answer, "min_spare_workers", server->limits.min_spare);
    command_put_integer(answer, "max_spare_workers", server->limits.max_spare);
    command_put_integer(answer, "max_connections", server->limits.max_connections);
    for (int i = 0; i < SHM_COUNTERS; i++)
        command_put_integer(answer, shm_counter_name((enum shm_counter) i), shm_counter(server->shm, (enum shm_counter) i));
    command_put_integer(answer, "locks_recovered", (int64_t) shm_recoveries(server->shm));
    put_processes(server, answer);
    return COMMAND_DONE;
}

static enum command_result interrupt_session(struct server *server, const char *argument, enum slot_interrupt what,
                                             struct buf *answer)
{
    char *end;
    long pid = strtol(argument, &end, 10);
    if (*argument < '0' || *argument > '9' || *end || pid <= 0)
        return fail(answer, "a process id is needed");
    for (int i = 0; i < registry_size(server->shm); i++) {
        struct session_slot *slot = slot_at(server->shm, i);
        if (slot_pid(slot) != pid || slot_state(slot) < SLOT_STARTUP || slot_state(slot) == SLOT_ENDED)
            continue;
        if (!slot_interrupt(slot, (pid_t) pid, what))
            break;
        log_write(LOG_LEVEL_LOG, "session of PID %ld is %s on request of pgquillctl", pid,
                  what == INTERRUPT_CANCEL ? "cancelled" : "terminated");
        return COMMAND_DONE;
    }
    buf_printf(answer, "PID %ld is no session of this server", pid);
    return COMMAND_FAILED;
}

static enum command_result cancel(struct server *server, const struct command_request *request, struct buf *answer)
{
    return interrupt_session(server, request->arguments[0], INTERRUPT_CANCEL, answer);
}

static enum command_result terminate(struct server *server, const struct command_request *request, struct buf *answer)
{
    return interrupt_session(server, request->arguments[0], INTERRUPT_TERMINATE, answer);
}

static enum command_result reload(struct server *server, const struct command_request *request, struct buf *answer)
{
    (void) request;
    return server_reload(server) ? COMMAND_DONE
                                 : fail(answer, "the settings contain errors, nothing was changed; the log has them");
}

static enum command_result stop(struct server *server, const struct command_request *request, struct buf *answer)
{
    static const struct {
        const char *name;
        enum shutdown_mode mode;
    } modes[] = {{"smart", SHUTDOWN_SMART}, {"fast", SHUTDOWN_FAST}, {"immediate", SHUTDOWN_IMMEDIATE}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (!strcmp(request->arguments[0], modes[i].name)) {
            server_shutdown(server, modes[i].mode);
            command_put_integer(answer, "pid", getpid());
            return COMMAND_DONE_HOLD;
        }
    return fail(answer, "the shutdown mode is smart, fast or immediate");
}

static enum command_result checkpoint(struct server *server, const struct command_request *request, struct buf *answer)
{
    return job_checkpoint(server, request->fd) ? COMMAND_HANDED_OVER : fail(answer, "could not start a process for it");
}

static enum command_result backup(struct server *server, const struct command_request *request, struct buf *answer)
{
    if (request->arguments[1][0] != '/')
        return fail(answer, "the path of the copy must be absolute");
    return job_backup(server, request->fd, request->arguments[0], request->arguments[1])
               ? COMMAND_HANDED_OVER
               : fail(answer, "could not start a process for it");
}

static const struct {
    int count;
    enum command_result (*run)(struct server *server, const struct command_request *request, struct buf *answer);
} commands[] = {
    [CONTROL_STATUS] = {0, status}, [CONTROL_CANCEL] = {1, cancel},         [CONTROL_TERMINATE] = {1, terminate},
    [CONTROL_RELOAD] = {0, reload}, [CONTROL_CHECKPOINT] = {0, checkpoint}, [CONTROL_BACKUP] = {2, backup},
    [CONTROL_STOP] = {1, stop},
};

enum command_result command_run(struct server *server, const struct command_request *request, struct buf *answer)
{
    if (request->command < 0 || request->command >= (int) (sizeof commands / sizeof *commands) || !commands[request->command].run)
        return fail(answer, "unknown command");
    if (request->count != commands[request->command].count)
        return fail(answer, "wrong number of arguments");
    return commands[request->command].run(server, request, answer);
}
