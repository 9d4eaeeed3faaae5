#include "wire/idle.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

enum {
    FIRST_SKIP = 2,
    PENALTY_MIN = 4,
    PENALTY_MAX = 1024,
    FORGIVEN_AFTER = 16, /* messages found in time that halve the penalty */
    QUICK_FACTOR =
        4, /* a message that came within so many times poll_ns would have been worth looking for: sleeping itself costs time */
    URGENT_FACTOR = 4,
    CONTENDED_NS = 10000, /* a look that took this long: somebody else ran meanwhile */
};

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void idle_wait_set(struct idle_wait *wait, int poll_us)
{
    if (wait->poll_ns != poll_us * 1000LL)
        *wait = (struct idle_wait){.poll_ns = poll_us * 1000LL, .skip = FIRST_SKIP, .penalty = PENALTY_MIN, .bell = wait->bell};
}

static void punish(struct idle_wait *wait)
{
    wait->skip = wait->penalty;
    wait->penalty = wait->penalty * 2 > PENALTY_MAX ? PENALTY_MAX : wait->penalty * 2;
    wait->found = 0;
}

static void reward(struct idle_wait *wait)
{
    if (++wait->found % FORGIVEN_AFTER == 0 && wait->penalty > PENALTY_MIN)
        wait->penalty /= 2;
}

static ssize_t recv_or_ring(struct idle_bell *bell, int fd, void *to, size_t size)
{
    sigset_t held, before;
    sigemptyset(&held);
    sigaddset(&held, SIGURG);
    sigprocmask(SIG_BLOCK, &held, &before);
    ssize_t got = recv(fd, to, size, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        struct pollfd poller = {.fd = fd, .events = POLLIN};
        struct timespec limit = {bell->look_again_ms / 1000, bell->look_again_ms % 1000 * 1000000L};
        int ready = bell->rung ? 0 : ppoll(&poller, 1, bell->look_again_ms ? &limit : NULL, &before);
        if (ready == 0)
            bell->rung = 1;
        errno = EINTR;
    }
    int error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return got;
}

static ssize_t recv_asleep(struct idle_wait *wait, int fd, void *to, size_t size)
{
    return wait->bell ? recv_or_ring(wait->bell, fd, to, size) : recv(fd, to, size, 0);
}

static ssize_t sleep_for_it(struct idle_wait *wait, int fd, void *to, size_t size)
{
    int64_t start = wait->skip > 0 ? now_ns() : 0;
    ssize_t got = recv_asleep(wait, fd, to, size);
    if (start && now_ns() - start <= QUICK_FACTOR * wait->poll_ns)
        wait->skip--;
    return got;
}

ssize_t idle_wait_recv(struct idle_wait *wait, int fd, void *to, size_t size, volatile const int *interrupts)
{
    if (wait->poll_ns == 0)
        return recv_asleep(wait, fd, to, size);
    if (wait->skip > 0 && !wait->is_urgent)
        return sleep_for_it(wait, fd, to, size);
    int64_t limit = wait->is_urgent ? URGENT_FACTOR * wait->poll_ns : wait->poll_ns;
    int64_t start = now_ns(), last = start;
    while (!*interrupts) {
        ssize_t got = recv(fd, to, size, MSG_DONTWAIT);
        if (got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) {
            if (!wait->is_urgent)
                reward(wait);
            return got;
        }
        sched_yield();
        int64_t now = now_ns();
        bool in_vain = now - start >= limit || (now - last >= CONTENDED_NS && !wait->is_urgent);
        if (in_vain) {
            if (!wait->is_urgent)
                punish(wait);
            return recv_asleep(wait, fd, to, size);
        }
        last = now;
    }
    errno = EINTR;
    return -1;
}
