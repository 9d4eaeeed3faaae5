#include "master/reap.h"

#include "master/spawn.h"
#include "shm/gate.h"
#include "util/log.h"
#include "worker/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { CHECKPOINTER_BACKOFF_FIRST_MS = 200, CHECKPOINTER_BACKOFF_MAX_MS = 30000 };

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void log_session_end(const struct server *server, const struct slot_info *last)
{
    bool wanted = settings_bool(server->settings, "log_disconnections");
    if (!wanted && !log_wants(LOG_LEVEL_DEBUG))
        return;
    char uuid[UUID_STR_LEN], port[24] = "";
    int64_t ms = (now_us() - last->connected) / 1000;
    uuid_unparse_lower(last->uuid, uuid);
    if (last->client_port >= 0)
        snprintf(port, sizeof port, " port=%d", last->client_port);
    log_write(wanted ? LOG_LEVEL_LOG : LOG_LEVEL_DEBUG,
              "disconnection: session time: %lld:%02d:%02d.%03d user=%s database=%s host=%s%s pid=%d session=%s remaining=%d",
              (long long) (ms / 3600000), (int) (ms / 60000 % 60), (int) (ms / 1000 % 60), (int) (ms % 1000), last->user,
              last->database, last->client_port >= 0 ? last->client_address : "[local]", port, (int) last->pid, uuid,
              registry_sessions(server->shm));
}

static void log_crash(struct server *server, const struct child *child, const struct slot_info *last, int status)
{
    static const char *const kinds[] = {[CHILD_WORKER] = "session", [CHILD_CHECKPOINTER] = "checkpointer", [CHILD_JOB] = "job"};
    bool served = child->kind == CHILD_WORKER && last && last->connected;
    const char *kind = child->kind == CHILD_WORKER && !served ? "worker" : kinds[child->kind];
    char uuid[UUID_STR_LEN + 16] = "";
    if (served) {
        char text[UUID_STR_LEN];
        uuid_unparse_lower(last->uuid, text);
        snprintf(uuid, sizeof uuid, ", session %s", text);
        shm_count(server->shm, SHM_SESSIONS_CRASHED, 1);
    }
    char message[256], detail[SLOT_QUERY_MAX + 32];
    if (WIFSIGNALED(status))
        snprintf(message, sizeof message, "%s process (PID %d%s) was terminated by signal %d: %s", kind, (int) child->pid, uuid,
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(message, sizeof message, "%s process (PID %d%s) exited with exit code %d", kind, (int) child->pid, uuid,
                 WEXITSTATUS(status));
    snprintf(detail, sizeof detail, "Its last query was: %s", served ? last->query : "");
    log_report(LOG_LEVEL_LOG, &(struct log_report){.message = message, .detail = served && last->query[0] ? detail : NULL});
}

static bool ended_well(const struct server *server, int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status) == WORKER_DONE || (WEXITSTATUS(status) == WORKER_IMMEDIATE && server->shutdown);
    return server->shutdown == SHUTDOWN_IMMEDIATE && WIFSIGNALED(status);
}

static void judge_worker(struct server *server, const struct slot_info *last, bool known, int status)
{
    bool not_started = (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_NOT_STARTED) ||
                       (WIFSIGNALED(status) && known && last->state == SLOT_STARTING && !server->shutdown);
    if (not_started) {
        pool_note_failed_start(&server->pool, server_now());
        if (!server->ready)
            server->failed = true;
    }
}

static void judge_checkpointer(struct server *server, int status)
{
    if (server->shutdown)
        return;
    int64_t *backoff = &server->checkpointer_backoff;
    /* One that was killed after a good while is replaced at once; one that keeps failing is not. */
    bool lived = server_now() - server->checkpointer_not_before > CHECKPOINTER_BACKOFF_MAX_MS;
    *backoff = lived || !*backoff ? CHECKPOINTER_BACKOFF_FIRST_MS : *backoff * 2;
    if (*backoff > CHECKPOINTER_BACKOFF_MAX_MS)
        *backoff = CHECKPOINTER_BACKOFF_MAX_MS;
    server->checkpointer_not_before = server_now() + *backoff;
    (void) status;
}

static void bury(struct server *server, const struct child *child, int status)
{
    struct slot_info last = {0};
    gates_abandon(server->shm, child->pid);
    bool known = slot_free_by_pid(server->shm, child->pid, &last);
    if (!ended_well(server, status))
        log_crash(server, child, known ? &last : NULL, status);
    if (child->kind == CHILD_WORKER) {
        judge_worker(server, &last, known, status);
        if (known && last.connected)
            log_session_end(server, &last);
    } else if (child->kind == CHILD_CHECKPOINTER) {
        judge_checkpointer(server, status);
    }
}

/* One that succeeded a worker may have ended before it was taken in, or before it could tell of itself. */
static struct child *find(struct server *server, pid_t pid)
{
    struct child *child = spawn_find(server, pid);
    if (child)
        return child;
    spawn_adopt(server);
    return spawn_find(server, pid);
}

void reap_children(struct server *server)
{
    uint64_t recoveries = shm_recoveries(server->shm);
    bool crashed = false;
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0) {
            server->is_childless = pid < 0 && errno == ECHILD;
            break;
        }
        struct child *child = find(server, pid), unknown = {.pid = pid, .kind = CHILD_WORKER};
        bury(server, child ? child : &unknown, status);
        if (child)
            spawn_forget(server, child);
        crashed = crashed || WIFSIGNALED(status);
    }
    /* A client may wait for the one that died. */
    if (crashed && !server->shutdown)
        for (int i = 0; i < server->child_count; i++)
            if (server->children[i].kind == CHILD_WORKER && slot_state(server->children[i].slot) == SLOT_SPARE)
                kill(server->children[i].pid, SIGURG);
    uint64_t recovered = shm_recoveries(server->shm) - recoveries;
    if (recovered)
        log_write(LOG_LEVEL_LOG, "recovered %llu locks that a dead process held", (unsigned long long) recovered);
}
