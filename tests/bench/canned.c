/* canned DIRECTORY PORT PROCESSES ROWS: a server that answers without any SQL, as the bench's lower bound for a server on this wire.
 *
 * It listens on DIRECTORY/.s.PGSQL.PORT with PROCESSES forked ahead, each serving one client after another. What it answers is in one table, found by
 * the statement's first words; the messages have the sizes that the true answer has at pgbench's default tables. A read takes what has arrived, a write
 * sends what has gathered. It checks no more of a message than it needs: a tool for a trusted client. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COLUMNS_MAX = 4, NAMES_MAX = 32, NAME_MAX_LEN = 64, OUT_FLUSH = 1 << 16, INT4 = 23, BPCHAR = 1042 };

#define FILLER "                                                                                    "

struct answer {
    const char *begins; /* the statement's first words, without regard to case; NULL ends the table */
    const char *tag;    /* %ld: the count of rows */
    char copy;          /* H: to the client, G: from it */
    bool many;          /* ROWS rows, not one */
    int ncolumns;       /* 0: no rows */
    const char *names[COLUMNS_MAX];
    const char *values[COLUMNS_MAX]; /* NULL: null */
};

/* The first that fits. */
static const struct answer answers[] = {
    {"SELECT * FROM", "SELECT %ld", 0, true, 4, {"aid", "bid", "abalance", "filler"}, {"500000", "5", "0", FILLER}},
    {"COPY (SELECT 1)", "COPY 1", 'H', false, 1, {"one"}, {"1"}},
    {"COPY bench_copy", "COPY %ld", 'G', true, 4, {"aid", "bid", "abalance", "filler"}, {0}},
    {"COPY", "COPY %ld", 'H', true, 4, {"aid", "bid", "abalance", "filler"}, {"500000", "5", "0", FILLER}},
    {"select count(*) from", "SELECT 1", 0, false, 1, {"count"}, {"10"}},
    {"select o.n", "SELECT 1", 0, false, 3, {"n", "partstrat", "count"}, {"1", NULL, "0"}},
    {"SELECT", "SELECT 1", 0, false, 1, {"abalance"}, {"0"}},
    {"UPDATE", "UPDATE 1", 0, false, 0, {0}, {0}},
    {"INSERT INTO pgbench_history", "INSERT 0 1", 0, false, 0, {0}, {0}},
    {"INSERT", "INSERT 0 100", 0, false, 0, {0}, {0}},
    {"BEGIN", "BEGIN", 0, false, 0, {0}, {0}},
    {"END", "COMMIT", 0, false, 0, {0}, {0}},
    {NULL, "SELECT 0", 0, false, 0, {0}, {0}},
};

struct named {
    char name[NAME_MAX_LEN];
    const struct answer *answer;
};

struct client {
    int fd;
    char *in;
    size_t in_size, in_room, in_at;
    char out[2 * OUT_FLUSH];
    size_t out_size;
    char state; /* of the transaction, as ReadyForQuery says it */
    struct named statements[NAMES_MAX];
    const struct answer *portal;
};

static long row_count;

static void flush_out(struct client *client)
{
    size_t sent = 0;
    while (sent < client->out_size) {
        ssize_t now = send(client->fd, client->out + sent, client->out_size - sent, MSG_NOSIGNAL);
        if (now < 0 && errno != EINTR)
            break;
        sent += now > 0 ? (size_t) now : 0;
    }
    client->out_size = 0;
}

static void put(struct client *client, const void *data, size_t size)
{
    if (client->out_size + size > OUT_FLUSH)
        flush_out(client);
    memcpy(client->out + client->out_size, data, size);
    client->out_size += size;
}

static void put_message(struct client *client, char kind, const void *body, size_t size)
{
    char head[5] = {kind};
    uint32_t length = htonl((uint32_t) size + 4);
    memcpy(head + 1, &length, 4);
    put(client, head, sizeof head);
    put(client, body, size);
}

static void put_ready(struct client *client)
{
    put_message(client, 'Z', &client->state, 1);
}

/* false: the client has left. */
static bool have(struct client *client, size_t size)
{
    while (client->in_size - client->in_at < size) {
        flush_out(client);
        memmove(client->in, client->in + client->in_at, client->in_size - client->in_at);
        client->in_size -= client->in_at;
        client->in_at = 0;
        if (client->in_room < size + OUT_FLUSH && !(client->in = realloc(client->in, client->in_room = 2 * size + OUT_FLUSH)))
            abort();
        ssize_t now = recv(client->fd, client->in + client->in_size, client->in_room - client->in_size, 0);
        if (now == 0 || (now < 0 && errno != EINTR))
            return false;
        client->in_size += now > 0 ? (size_t) now : 0;
    }
    return true;
}

static uint32_t word_at(const struct client *client, size_t at)
{
    uint32_t word;
    memcpy(&word, client->in + client->in_at + at, 4);
    return ntohl(word);
}

static const struct answer *answer_for(const char *sql)
{
    const struct answer *answer = answers;
    while (answer->begins && strncasecmp(sql, answer->begins, strlen(answer->begins)) != 0)
        answer++;
    return answer;
}

static void append(char **to, const void *data, size_t size)
{
    memcpy(*to, data, size);
    *to += size;
}

static void append_number(char **to, uint32_t number, size_t size)
{
    uint32_t wire = htonl(number);
    append(to, (char *) &wire + 4 - size, size);
}

static void put_description(struct client *client, const struct answer *answer)
{
    char body[512], *at = body;
    append_number(&at, (uint32_t) answer->ncolumns, 2);
    for (int i = 0; i < answer->ncolumns; i++) {
        bool is_wide = i == 3;
        append(&at, answer->names[i], strlen(answer->names[i]) + 1);
        append_number(&at, 0, 4);
        append_number(&at, 0, 2);
        append_number(&at, is_wide ? BPCHAR : INT4, 4);
        append_number(&at, is_wide ? 0xffff : 4, 2);
        append_number(&at, is_wide ? 88 : 0xffffffff, 4);
        append_number(&at, 0, 2);
    }
    put_message(client, 'T', body, (size_t) (at - body));
}

static size_t make_row(const struct answer *answer, char *body)
{
    char *at = body;
    if (!answer->copy)
        append_number(&at, (uint32_t) answer->ncolumns, 2);
    for (int i = 0; i < answer->ncolumns; i++) {
        const char *value = answer->values[i];
        size_t size = value ? strlen(value) : 0;
        if (!answer->copy)
            append_number(&at, value ? (uint32_t) size : 0xffffffff, 4);
        append(&at, value ? value : "", size);
        if (answer->copy)
            *at++ = i + 1 < answer->ncolumns ? '\t' : '\n';
    }
    return (size_t) (at - body);
}

/* Take the client's data to its end. */
static bool swallow(struct client *client)
{
    for (char kind = 0; kind != 'c' && kind != 'f';) {
        if (!have(client, 5) || !have(client, word_at(client, 1) + 1))
            return false;
        kind = client->in[client->in_at];
        client->in_at += word_at(client, 1) + 1;
    }
    return true;
}

static bool put_answer(struct client *client, const struct answer *answer)
{
    char body[512], tag[64];
    if (answer->copy) {
        char *at = body;
        append_number(&at, 0, 1);
        append_number(&at, (uint32_t) answer->ncolumns, 2);
        for (int i = 0; i < answer->ncolumns; i++)
            append_number(&at, 0, 2);
        put_message(client, answer->copy, body, (size_t) (at - body));
    }
    if (answer->copy == 'G') {
        if (!swallow(client))
            return false;
    } else if (answer->ncolumns) {
        size_t size = make_row(answer, body);
        for (long i = 0; i < (answer->many ? row_count : 1); i++)
            put_message(client, answer->copy ? 'd' : 'D', body, size);
        if (answer->copy)
            put_message(client, 'c', "", 0);
    }
    if (!strcmp(answer->tag, "BEGIN"))
        client->state = 'T';
    if (!strcmp(answer->tag, "COMMIT"))
        client->state = 'I';
    int size = answer->many ? snprintf(tag, sizeof tag, "%.*s %ld", (int) strcspn(answer->tag, " "), answer->tag, row_count)
                            : snprintf(tag, sizeof tag, "%s", answer->tag);
    put_message(client, 'C', tag, (size_t) size + 1);
    return true;
}

static struct named *statement(struct client *client, const char *name)
{
    for (int i = 0; i < NAMES_MAX; i++)
        if (!client->statements[i].answer || !strcmp(client->statements[i].name, name))
            return &client->statements[i];
    abort();
}

/* One message; false ends the session. */
static bool serve_message(struct client *client, char kind, const char *body)
{
    switch (kind) {
    case 'Q': {
        const struct answer *answer = answer_for(body);
        if (answer->ncolumns && !answer->copy)
            put_description(client, answer);
        if (!put_answer(client, answer))
            return false;
        put_ready(client);
        return true;
    }
    case 'P': {
        struct named *named = statement(client, body);
        snprintf(named->name, sizeof named->name, "%s", body);
        named->answer = answer_for(body + strlen(body) + 1);
        put_message(client, '1', "", 0);
        return true;
    }
    case 'B':
        client->portal = statement(client, body + strlen(body) + 1)->answer;
        put_message(client, '2', "", 0);
        return true;
    case 'D':
        if (client->portal && client->portal->ncolumns)
            put_description(client, client->portal);
        else
            put_message(client, 'n', "", 0);
        return true;
    case 'E':
        return client->portal && put_answer(client, client->portal);
    case 'C':
        put_message(client, '3', "", 0);
        return true;
    case 'S':
        put_ready(client);
        return true;
    default:
        return kind != 'X';
    }
}

static bool greet(struct client *client)
{
    enum { SSL_REQUEST = 80877103, GSS_REQUEST = 80877104, PROTOCOL_3 = 3 << 16 };
    static const char *const parameters[][2] = {{"server_version", "15.0"},      {"server_encoding", "UTF8"},
                                                {"client_encoding", "UTF8"},     {"integer_datetimes", "on"},
                                                {"DateStyle", "ISO, MDY"},       {"standard_conforming_strings", "on"},
                                                {"application_name", "pgbench"}, {"TimeZone", "Etc/UTC"}};
    uint32_t code;
    do {
        if (!have(client, 8) || !have(client, word_at(client, 0)))
            return false;
        code = word_at(client, 4);
        client->in_at += word_at(client, 0);
        if (code == SSL_REQUEST || code == GSS_REQUEST)
            put(client, "N", 1);
    } while (code == SSL_REQUEST || code == GSS_REQUEST);
    if (code >> 16 != PROTOCOL_3 >> 16)
        return false;
    put_message(client, 'R', "\0\0\0", 4);
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        char body[128], *at = body;
        append(&at, parameters[i][0], strlen(parameters[i][0]) + 1);
        append(&at, parameters[i][1], strlen(parameters[i][1]) + 1);
        put_message(client, 'S', body, (size_t) (at - body));
    }
    put_message(client, 'K', "\0\0\0\1\0\0\0\1", 8);
    put_ready(client);
    return true;
}

static void serve(int fd)
{
    static struct client client;
    char *in = client.in;
    size_t room = client.in_room;
    memset(&client, 0, sizeof client);
    client = (struct client){.fd = fd, .in = in, .in_room = room, .state = 'I'};
    for (bool open = greet(&client); open;) {
        if (!have(&client, 5) || !have(&client, word_at(&client, 1) + 1))
            break;
        const char *message = client.in + client.in_at;
        client.in_at += word_at(&client, 1) + 1;
        open = serve_message(&client, message[0], message + 5);
    }
    flush_out(&client);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: canned DIRECTORY PORT PROCESSES ROWS\n");
        return 2;
    }
    row_count = atol(argv[4]);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.%s", argv[1], argv[2]);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *) &address, sizeof address) < 0 || listen(listener, 256) < 0) {
        perror(address.sun_path);
        return 1;
    }
    pid_t parent = getpid();
    for (int i = atoi(argv[3]); i > 0; i--) {
        if (fork() != 0)
            continue;
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
            return 0;
        for (int fd; (fd = accept(listener, NULL, NULL)) >= 0 || errno == EINTR;) {
            if (fd < 0)
                continue;
            serve(fd);
            close(fd);
        }
        return 1;
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}
