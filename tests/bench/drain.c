/* drain SOCKET USER DATABASE SQL: send one simple query and read its answer to the end without looking into it.
 *
 * So a bulk answer is measured by what the server does. Prints the seconds from sending to ReadyForQuery and the bytes that came. */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char block[1 << 18];

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* Whole messages in the first `size` bytes are skipped; what is left moves to the front, but a message's rest that has not come is only counted. */
static bool skip_messages(size_t *size, size_t *owed, bool *failed)
{
    size_t at = 0;
    for (;;) {
        size_t step = *owed < *size - at ? *owed : *size - at;
        at += step;
        *owed -= step;
        if (*owed || *size - at < 5)
            break;
        uint32_t length;
        memcpy(&length, block + at + 1, 4);
        *failed |= block[at] == 'E';
        if (block[at] == 'Z')
            return true;
        *owed = ntohl(length) + 1;
    }
    memmove(block, block + at, *size - at);
    *size -= at;
    return false;
}

/* Up to the next ReadyForQuery; the bytes that came, or 0 when the server reported an error or left. */
static size_t read_answer(int fd)
{
    size_t size = 0, owed = 0, total = 0;
    bool failed = false, done = false;
    while (!done) {
        ssize_t got = recv(fd, block + size, sizeof block - size, 0);
        if (got <= 0)
            return 0;
        total += (size_t) got;
        size += (size_t) got;
        done = skip_messages(&size, &owed, &failed);
    }
    return failed ? 0 : total;
}

static void send_message(int fd, const char *head, size_t head_size, const void *body, size_t size)
{
    char message[8192];
    uint32_t length = htonl((uint32_t) (4 + size));
    memcpy(message, head, head_size);
    memcpy(message + head_size, &length, 4);
    memcpy(message + head_size + 4, body, size);
    if (write(fd, message, head_size + 4 + size) < 0)
        perror("write");
}

int main(int argc, char **argv)
{
    if (argc != 5 || strlen(argv[4]) > 4000) {
        fprintf(stderr, "usage: drain SOCKET USER DATABASE SQL\n");
        return 2;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address) < 0) {
        perror(argv[1]);
        return 1;
    }
    char startup[512] = {0, 3, 0, 0};
    int size = 4 + snprintf(startup + 4, sizeof startup - 4, "user%c%s%cdatabase%c%s%c", 0, argv[2], 0, 0, argv[3], 0);
    send_message(fd, "", 0, startup, (size_t) size + 1);
    if (!read_answer(fd)) {
        fprintf(stderr, "drain: %s does not let us in\n", argv[1]);
        return 1;
    }
    double start = seconds();
    send_message(fd, "Q", 1, argv[4], strlen(argv[4]) + 1);
    size_t total = read_answer(fd);
    printf("%.6f %zu\n", seconds() - start, total);
    return total == 0;
}
