#include "master/control.h"

#include "master/command.h"
#include "master/control_protocol.h"
#include "util/path.h"
#include "util/arena.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENT_TIME_MS = 5000 };

enum client_state { CLIENT_NONE, CLIENT_ASKS, CLIENT_ANSWERED, CLIENT_WAITS_FOR_END };

struct client {
    enum client_state state;
    int fd;
    int64_t deadline;
    size_t received;
    union {
        struct control_header header;
        char bytes[sizeof(struct control_header) + CONTROL_REQUEST_MAX];
    } request;
    struct buf answer;
    size_t sent;
    bool hold; /* when answered, stay until the server ends */
};

struct control {
    int listener;
    char *path;
    struct client clients[CONTROL_CLIENTS_MAX];
};

struct control *control_open(const char *run_dir)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *path = path_join(run_dir, "control.sock");
    if (strlen(path) >= sizeof address.sun_path) {
        log_write(LOG_LEVEL_FATAL,
                  "control socket path \"%s\" is too long (maximum %d bytes): name a shorter run directory with -R", path,
                  (int) sizeof address.sun_path - 1);
        free(path);
        return NULL;
    }
    strcpy(address.sun_path, path);
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    mode_t mask = umask(0177);
    bool good = fd >= 0 && bind(fd, (struct sockaddr *) &address, sizeof address) == 0 && listen(fd, CONTROL_CLIENTS_MAX) == 0;
    umask(mask);
    if (!good) {
        log_errno(LOG_LEVEL_FATAL, "could not create the control socket \"%s\"", path);
        if (fd >= 0)
            close(fd);
        free(path);
        return NULL;
    }
    struct control *control = xcalloc(1, sizeof *control);
    control->listener = fd;
    control->path = path;
    return control;
}

static void drop(struct client *client)
{
    close(client->fd);
    buf_deinit(&client->answer);
    client->state = CLIENT_NONE;
}

void control_close(struct control *control)
{
    if (!control)
        return;
    unlink(control->path);
    control_leave(control, -1);
    free(control->path);
    free(control);
}

void control_leave(struct control *control, int keep_fd)
{
    if (!control)
        return;
    close(control->listener);
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
        if (control->clients[i].state && control->clients[i].fd != keep_fd)
            drop(&control->clients[i]);
}

int control_prepare(const struct control *control, struct pollfd *entries, int64_t now, int64_t *timeout)
{
    int count = 0;
    entries[count++] = (struct pollfd){.fd = control->listener, .events = POLLIN};
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        const struct client *client = &control->clients[i];
        if (client->state == CLIENT_NONE)
            continue;
        int64_t left = client->deadline > now ? client->deadline - now : 0;
        if (client->state != CLIENT_WAITS_FOR_END && (*timeout < 0 || left < *timeout))
            *timeout = left;
        entries[count++] = (struct pollfd){.fd = client->fd, .events = client->state == CLIENT_ANSWERED ? POLLOUT : POLLIN};
    }
    return count;
}

static bool is_allowed(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return false;
    if (peer.uid == 0 || peer.uid == geteuid())
        return true;
    log_write(LOG_LEVEL_WARNING, "control connection of user %u (PID %d) was refused", (unsigned) peer.uid, (int) peer.pid);
    return false;
}

/* A free place, or that of the client whose time is up soonest. */
static struct client *find_place(struct control *control)
{
    struct client *oldest = NULL;
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        struct client *client = &control->clients[i];
        if (client->state == CLIENT_NONE)
            return client;
        if (client->state != CLIENT_WAITS_FOR_END && (!oldest || client->deadline < oldest->deadline))
            oldest = client;
    }
    if (oldest)
        drop(oldest);
    return oldest;
}

static void take_client(struct control *control, int64_t now)
{
    int fd = accept4(control->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct client *client = is_allowed(fd) ? find_place(control) : NULL;
    if (!client) {
        close(fd);
        return;
    }
    *client = (struct client){.state = CLIENT_ASKS, .fd = fd, .deadline = now + CLIENT_TIME_MS};
    buf_init(&client->answer);
}

static void answer(struct client *client, enum control_answer kind, const void *payload, size_t length)
{
    struct control_header header = {
        .magic = CONTROL_MAGIC, .version = CONTROL_VERSION, .kind = kind, .length = (uint32_t) length};
    buf_append(&client->answer, &header, sizeof header);
    buf_append(&client->answer, payload, length);
    client->state = CLIENT_ANSWERED;
    client->sent = 0;
}

static void answer_failure(struct client *client, const char *message)
{
    answer(client, CONTROL_FAILED, message, strlen(message));
}

/* The payload's strings; false when they are not well closed or too many. */
static bool split(const char *payload, size_t length, const char *arguments[CONTROL_ARGUMENTS_MAX], int *count)
{
    *count = 0;
    for (const char *p = payload, *end = payload + length; p < end; p = memchr(p, '\0', (size_t) (end - p)), p++) {
        if (*count == CONTROL_ARGUMENTS_MAX || !memchr(p, '\0', (size_t) (end - p)))
            return false;
        arguments[(*count)++] = p;
    }
    return true;
}

static void obey(struct server *server, struct client *client)
{
    const struct control_header *header = &client->request.header;
    const char *arguments[CONTROL_ARGUMENTS_MAX];
    struct command_request request = {.command = header->kind, .arguments = arguments, .fd = client->fd};
    struct buf facts;
    buf_init(&facts);
    if (!split(client->request.bytes + sizeof *header, header->length, arguments, &request.count)) {
        answer_failure(client, "malformed arguments");
    } else {
        switch (command_run(server, &request, &facts)) {
        case COMMAND_DONE:
            answer(client, CONTROL_DONE, facts.data, facts.len);
            break;
        case COMMAND_DONE_HOLD:
            client->hold = true;
            answer(client, CONTROL_DONE, facts.data, facts.len);
            break;
        case COMMAND_FAILED:
            answer(client, CONTROL_FAILED, facts.data, facts.len);
            break;
        case COMMAND_HANDED_OVER:
            drop(client);
            break;
        }
    }
    buf_deinit(&facts);
}

static void receive(struct server *server, struct client *client)
{
    ssize_t got = recv(client->fd, client->request.bytes + client->received, sizeof client->request.bytes - client->received, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        drop(client);
        return;
    }
    client->received += (size_t) got;
    const struct control_header *header = &client->request.header;
    if (client->received < sizeof *header)
        return;
    if (header->magic != CONTROL_MAGIC || header->length > CONTROL_REQUEST_MAX) {
        drop(client);
        return;
    }
    if (header->version != CONTROL_VERSION) {
        char message[96];
        snprintf(message, sizeof message, "control protocol version %d is not spoken here, only %d", header->version,
                 CONTROL_VERSION);
        answer_failure(client, message);
    } else if (client->received >= sizeof *header + header->length) {
        obey(server, client);
    }
}

static void transmit(struct client *client)
{
    ssize_t put = send(client->fd, client->answer.data + client->sent, client->answer.len - client->sent, MSG_NOSIGNAL);
    if (put < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (put < 0) {
        drop(client);
        return;
    }
    client->sent += (size_t) put;
    if (client->sent < client->answer.len)
        return;
    if (client->hold)
        client->state = CLIENT_WAITS_FOR_END;
    else
        drop(client);
}

static void serve(struct server *server, struct client *client, short events)
{
    if (client->state == CLIENT_ASKS && (events & (POLLIN | POLLHUP | POLLERR)))
        receive(server, client);
    else if (client->state == CLIENT_WAITS_FOR_END && (events & (POLLIN | POLLHUP | POLLERR)))
        drop(client);
    /* Mostly the answer fits at once. */
    if (client->state == CLIENT_ANSWERED)
        transmit(client);
}

void control_handle(struct server *server, struct control *control, const struct pollfd *entries, int count, int64_t now)
{
    for (int e = 1; e < count; e++)
        for (int i = 0; entries[e].revents && i < CONTROL_CLIENTS_MAX; i++)
            if (control->clients[i].state && control->clients[i].fd == entries[e].fd) {
                serve(server, &control->clients[i], entries[e].revents);
                break;
            }
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        struct client *client = &control->clients[i];
        if (client->state && client->state != CLIENT_WAITS_FOR_END && client->deadline <= now)
            drop(client);
    }
    if (entries[0].revents & POLLIN)
        take_client(control, now);
}
