#include "master/job.h"

#include "engine/engine.h"
#include "master/command.h"
#include "util/path.h"
#include "master/spawn.h"
#include "util/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_S = 30, PROGRESS_GAP_MS = 100, CHECKPOINT_PATIENCE_MS = 10000 };

struct job {
    int fd;
    const char *database, *path;
    int64_t last_report;
};

/* The client may be slow: only this child waits, and not for ever. A client that has gone does not stop the work. */
static void send_frame(int fd, enum control_answer kind, const void *payload, size_t length)
{
    struct control_header header = {
        .magic = CONTROL_MAGIC, .version = CONTROL_VERSION, .kind = kind, .length = (uint32_t) length};
    struct buf frame;
    buf_init(&frame);
    buf_append(&frame, &header, sizeof header);
    buf_append(&frame, payload, length);
    for (size_t sent = 0; sent < frame.len;) {
        ssize_t put = send(fd, frame.data + sent, frame.len - sent, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            break;
        sent += (size_t) put;
    }
    buf_deinit(&frame);
}

static int fail(const struct job *job, struct diag *diag)
{
    struct buf message;
    buf_init(&message);
    buf_puts(&message, diag->message ? diag->message : "it did not succeed");
    if (diag->detail)
        buf_printf(&message, ": %s", diag->detail);
    send_frame(job->fd, CONTROL_FAILED, message.data, message.len);
    buf_deinit(&message);
    diag_clear(diag);
    return 0;
}

static void make_patient(int fd)
{
    struct timeval patience = {.tv_sec = PATIENCE_S};
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

static char *database_path(const struct server *server, const char *name)
{
    if (!*name || !strcmp(name, server->places.name) || !strcmp(name, "postgres"))
        return xstrdup(server->places.file);
    if (strchr(name, '/') || name[0] == '.')
        return NULL;
    return path_printf("%s/%s.db", server->places.data_dir, name);
}

static struct engine *open_database(struct server *server, const struct job *job, struct diag *diag)
{
    char *path = database_path(server, job->database);
    struct stat status;
    struct engine *engine = NULL;
    if (!path || stat(path, &status) < 0) {
        diag_set(diag, ERRCODE_INVALID_CATALOG_NAME, "database \"%s\" does not exist", job->database);
    } else {
        /* Neither kind of job writes a transaction, so none needs the gate. */
        struct engine_options options = {.path = path, .ephemeral = server->options.ephemeral};
        engine = engine_open(&options, diag);
    }
    free(path);
    return engine;
}

static int checkpoint(struct server *server, void *arg)
{
    struct job *job = arg;
    struct diag diag = {0};
    int64_t frames = 0, written = 0;
    make_patient(job->fd);
    struct engine *engine = open_database(server, job, &diag);
    if (!engine)
        return fail(job, &diag);
    /* Only one at a time; the checkpointer may be at it just now. */
    int64_t give_up = server_now() + CHECKPOINT_PATIENCE_MS;
    for (;;) {
        engine_checkpoint(engine, 0, &frames, &written, &diag);
        if (diag_is_set(&diag) || frames >= 0 || server_now() >= give_up)
            break;
        usleep(20000);
    }
    if (!diag_is_set(&diag) && frames < 0)
        diag_set(&diag, ERRCODE_OBJECT_IN_USE, "another checkpoint is under way");
    if (diag_is_set(&diag)) {
        fail(job, &diag);
    } else {
        struct buf facts;
        buf_init(&facts);
        command_put_integer(&facts, "wal_frames", frames);
        command_put_integer(&facts, "checkpointed", written);
        send_frame(job->fd, CONTROL_DONE, facts.data, facts.len);
        buf_deinit(&facts);
    }
    engine_close(engine);
    return 0;
}

static void report_progress(void *arg, int64_t done, int64_t total)
{
    struct job *job = arg;
    int64_t now = server_now();
    if (now - job->last_report < PROGRESS_GAP_MS && done < total)
        return;
    job->last_report = now;
    struct buf facts;
    buf_init(&facts);
    command_put_integer(&facts, "done", done);
    command_put_integer(&facts, "total", total);
    send_frame(job->fd, CONTROL_PROGRESS, facts.data, facts.len);
    buf_deinit(&facts);
}

static int backup(struct server *server, void *arg)
{
    struct job *job = arg;
    struct diag diag = {0};
    make_patient(job->fd);
    struct engine *engine = open_database(server, job, &diag);
    if (!engine)
        return fail(job, &diag);
    /* O_EXCL: a copy never overwrites anything. */
    int fd = open(job->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        diag_set(&diag, ERRCODE_IO_ERROR, "could not create file \"%s\": %s", job->path, strerror(errno));
    } else {
        close(fd);
        if (!engine_backup(engine, job->path, report_progress, job, &diag))
            unlink(job->path);
    }
    engine_close(engine);
    if (diag_is_set(&diag))
        return fail(job, &diag);
    struct stat status = {0};
    struct buf facts;
    buf_init(&facts);
    stat(job->path, &status);
    command_put_text(&facts, CONTROL_FACT_TEXT, "path", job->path);
    command_put_integer(&facts, "bytes", status.st_size);
    send_frame(job->fd, CONTROL_DONE, facts.data, facts.len);
    buf_deinit(&facts);
    return 0;
}

bool job_checkpoint(struct server *server, int fd)
{
    struct job job = {.fd = fd, .database = ""};
    return spawn_job(server, fd, checkpoint, &job);
}

bool job_backup(struct server *server, int fd, const char *database, const char *path)
{
    struct job job = {.fd = fd, .database = database, .path = path};
    return spawn_job(server, fd, backup, &job);
}
