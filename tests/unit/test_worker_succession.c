#include "worker/succession.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the processes of a line leave for the test. */
struct line {
    pthread_mutex_t lock;
    pid_t pids[1000];
    int count, fd; /* of a file to lock, or 0 */
    bool kept_memory, kept_parent;
};

static struct line *line;

static void start(void)
{
    pthread_mutexattr_t attributes;
    line = mmap(NULL, sizeof *line, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(line, MAP_FAILED);
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&line->lock, &attributes);
    line->kept_memory = line->kept_parent = true;
}

TestSuite(worker_succession, .init = start, .timeout = 60);

/* Fork the first of a line, with all signals blocked as the master does; each then makes the next, until there have been `length`. The last returns. */
static bool found_line(int length)
{
    pid_t parent = getpid();
    sigset_t all;
    if (fork() != 0)
        return false;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    int *own = malloc(sizeof *own), on_stack = 7;
    *own = 41;
    line->pids[line->count++] = getpid();
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5};
    if (line->fd && fcntl(line->fd, F_SETLK, &lock) < 0)
        _exit(76);
    while (line->count < length) {
        if (!succession_begin())
            _exit(77);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        line->kept_memory = line->kept_memory && *own == 41 && on_stack == 7;
        line->kept_parent = line->kept_parent && getppid() == parent;
        line->pids[line->count++] = getpid();
    }
    free(own);
    return true;
}

/* Reap everybody: the last one's status, after all others ended with 0. */
static int reap(void)
{
    int status, last = 0, reaped = 0;
    pid_t pid;
    while ((pid = wait(&status)) > 0) {
        reaped++;
        cr_assert(WIFEXITED(status) || pid == line->pids[line->count - 1]);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
            cr_skip_test("this system makes no successors");
        if (pid == line->pids[line->count - 1])
            last = status;
        else
            cr_assert_eq(status, 0);
    }
    cr_assert_eq(reaped, line->count);
    return last;
}

static void expect_line(int length)
{
    if (found_line(length))
        _exit(5);
    int status = reap();
    cr_assert_eq(WEXITSTATUS(status), 5);
    cr_assert_eq(line->count, length);
    cr_assert_neq(line->pids[0], line->pids[1]);
    cr_assert(line->kept_memory, "the memory was not the former one's");
    cr_assert(line->kept_parent, "the parent is another");
}

Test(worker_succession, goes_on_as_another_process_in_the_same_memory)
{
    expect_line(2);
}

Test(worker_succession, goes_on_for_a_thousand_processes)
{
    expect_line(1000);
}

/* The number in the mutex, and the list that the kernel goes through at a death, are the successor's. */
Test(worker_succession, leaves_robust_locks_in_order)
{
    if (found_line(3)) {
        pthread_mutex_lock(&line->lock);
        raise(SIGKILL);
    }
    int status = reap();
    cr_assert(WIFSIGNALED(status));
    cr_assert_eq(pthread_mutex_lock(&line->lock), EOWNERDEAD);
    cr_assert_eq(pthread_mutex_consistent(&line->lock), 0);
    cr_assert_eq(pthread_mutex_unlock(&line->lock), 0);
}

Test(worker_succession, takes_a_lock_that_the_former_one_gave_back)
{
    pthread_mutex_lock(&line->lock);
    pthread_mutex_unlock(&line->lock);
    if (found_line(3)) {
        int taken = pthread_mutex_lock(&line->lock);
        _exit(taken == 0 && pthread_mutex_unlock(&line->lock) == 0 ? 0 : 1);
    }
    int status = reap();
    cr_assert_eq(WEXITSTATUS(status), 0);
    cr_assert_eq(pthread_mutex_trylock(&line->lock), 0);
}

/* As SQLite's locks: a former process's end must not give them up. */
Test(worker_succession, keeps_record_locks)
{
    struct flock other = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5};
    int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), ready[2], leave[2];
    cr_assert_geq(fd, 0);
    cr_assert_eq(pipe(ready), 0);
    cr_assert_eq(pipe(leave), 0);
    line->fd = fd;
    if (found_line(3)) {
        char byte = 'x';
        close(leave[1]);
        _exit(write(ready[1], &byte, 1) == 1 && read(leave[0], &byte, 1) == 0 ? 0 : 1);
    }
    char byte;
    close(ready[1]);
    close(leave[0]);
    if (read(ready[0], &byte, 1) == 1) {
        /* The first two of the line have ended or are about to. */
        usleep(20000);
        cr_expect_eq(fcntl(fd, F_SETLK, &other), -1);
        cr_expect(errno == EAGAIN || errno == EACCES);
    }
    close(leave[1]);
    reap();
    cr_assert_eq(fcntl(fd, F_SETLK, &other), 0, "the last one's end gives it up");
}

/* A signal to the successor's number reaches it, and what was blocked is blocked. */
Test(worker_succession, keeps_the_signal_mask)
{
    if (found_line(2)) {
        sigset_t mask;
        sigprocmask(SIG_SETMASK, NULL, &mask);
        kill(getpid(), SIGTERM);
        sigset_t pending;
        sigpending(&pending);
        _exit(sigismember(&mask, SIGTERM) && sigismember(&pending, SIGTERM) ? 0 : 1);
    }
    int status = reap();
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), 0);
}
