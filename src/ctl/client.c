#include "ctl/client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_TIMEOUT_MS = 10000 };

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "pgquillctl: %s: %s\n", what, why);
    return -1;
}

static bool send_all(int fd, const char *data, size_t length)
{
    while (length) {
        ssize_t put = send(fd, data, length, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        data += put;
        length -= (size_t) put;
    }
    return true;
}

static bool receive_all(int fd, char *data, size_t length, int timeout_ms)
{
    while (length) {
        struct pollfd entry = {.fd = fd, .events = POLLIN};
        int ready = poll(&entry, 1, timeout_ms);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            errno = ETIMEDOUT;
        ssize_t got = ready > 0 ? recv(fd, data, length, 0) : -1;
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = ECONNRESET;
        if (got <= 0)
            return false;
        data += got;
        length -= (size_t) got;
    }
    return true;
}

int client_ask(const char *run_dir, enum control_command command, const char *const *arguments, int count)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path, sizeof address.sun_path, "%s/control.sock", run_dir);
    if (length < 0 || (size_t) length >= sizeof address.sun_path)
        return fail(run_dir, "the path of its control socket is too long");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail("socket", strerror(errno));
    if (connect(fd, (struct sockaddr *) &address, sizeof address) < 0) {
        fail(address.sun_path, errno == ENOENT || errno == ECONNREFUSED ? "no server runs there" : strerror(errno));
        close(fd);
        return -1;
    }
    struct buf frame;
    struct control_header header = {.magic = CONTROL_MAGIC, .version = CONTROL_VERSION, .kind = command};
    buf_init(&frame);
    buf_append(&frame, &header, sizeof header);
    for (int i = 0; i < count; i++)
        buf_append(&frame, arguments[i], strlen(arguments[i]) + 1);
    header.length = (uint32_t) (frame.len - sizeof header);
    memcpy(frame.data, &header, sizeof header);
    bool sent = header.length <= CONTROL_REQUEST_MAX && send_all(fd, frame.data, frame.len);
    buf_deinit(&frame);
    if (sent)
        return fd;
    close(fd);
    return fail("could not send the request", strerror(errno));
}

bool client_receive(int fd, int timeout_ms, enum control_answer *kind, struct buf *payload)
{
    struct control_header header;
    buf_reset(payload);
    if (!receive_all(fd, (char *) &header, sizeof header, timeout_ms)) {
        fail("no answer from the server", strerror(errno));
        return false;
    }
    if (header.magic != CONTROL_MAGIC || header.version != CONTROL_VERSION || header.length > CONTROL_ANSWER_MAX) {
        fail("the server's answer is not understood", "is it of another version?");
        return false;
    }
    char *room = buf_reserve(payload, header.length + 1);
    if (!receive_all(fd, room, header.length, timeout_ms)) {
        fail("the server's answer broke off", strerror(errno));
        return false;
    }
    payload->len = header.length;
    *kind = header.kind;
    return true;
}

bool client_request(const char *run_dir, enum control_command command, const char *const *arguments, int count, struct buf *facts)
{
    enum control_answer kind;
    int fd = client_ask(run_dir, command, arguments, count);
    if (fd < 0)
        return false;
    bool answered = client_receive(fd, ANSWER_TIMEOUT_MS, &kind, facts);
    close(fd);
    if (answered && kind != CONTROL_DONE)
        fprintf(stderr, "pgquillctl: %s\n", buf_cstr(facts));
    return answered && kind == CONTROL_DONE;
}

void client_wait_end(int fd)
{
    char byte;
    ssize_t got;
    while ((got = recv(fd, &byte, 1, 0)) > 0 || (got < 0 && errno == EINTR))
        ;
}

bool facts_next(const struct buf *facts, size_t *at, enum control_fact *kind, const char **name, const char **value)
{
    if (*at >= facts->len)
        return false;
    const char *p = facts->data + *at, *end = facts->data + facts->len;
    *kind = (enum control_fact) * p++;
    *name = p;
    const char *name_end = memchr(p, '\0', (size_t) (end - p));
    if (!name_end)
        return false;
    *value = name_end + 1;
    const char *value_end = memchr(*value, '\0', (size_t) (end - *value));
    if (!value_end)
        return false;
    *at = (size_t) (value_end + 1 - facts->data);
    return true;
}

const char *facts_find(const struct buf *facts, const char *wanted)
{
    enum control_fact kind;
    const char *name, *value;
    for (size_t at = 0; facts_next(facts, &at, &kind, &name, &value);)
        if (!strcmp(name, wanted))
            return value;
    return NULL;
}

void facts_print_text(const struct buf *facts)
{
    enum control_fact kind;
    const char *name, *value, *before = "";
    int width = 0;
    for (size_t at = 0; facts_next(facts, &at, &kind, &name, &value);)
        width = (int) strlen(name) > width ? (int) strlen(name) : width;
    for (size_t at = 0; facts_next(facts, &at, &kind, &name, &value); before = name)
        if (kind != CONTROL_FACT_PROCESS)
            printf("%-*s  %s\n", width, strcmp(name, before) ? name : "", value);
}

void json_print_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        unsigned char c = (unsigned char) *text;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void print_json_value(enum control_fact kind, const char *value)
{
    const char *blank = strchr(value, ' ');
    if (kind == CONTROL_FACT_INTEGER || kind == CONTROL_FACT_BOOLEAN) {
        fputs(value, stdout);
    } else if (kind == CONTROL_FACT_PROCESS && blank) {
        printf("{\"pid\":%.*s,\"state\":", (int) (blank - value), value);
        json_print_string(blank + 1);
        putchar('}');
    } else {
        json_print_string(value);
    }
}

void facts_print_json(const struct buf *facts)
{
    enum control_fact kind;
    const char *name, *value, *list = NULL;
    bool first = true;
    putchar('{');
    for (size_t at = 0; facts_next(facts, &at, &kind, &name, &value); first = false) {
        bool member = kind == CONTROL_FACT_LIST || kind == CONTROL_FACT_PROCESS;
        bool goes_on = list && member && !strcmp(name, list);
        if (list && !goes_on)
            putchar(']');
        if (!first)
            putchar(',');
        if (!goes_on) {
            json_print_string(name);
            putchar(':');
        }
        if (member && !goes_on)
            putchar('[');
        print_json_value(kind, value);
        list = member ? name : NULL;
    }
    puts(list ? "]}" : "}");
}
