#ifndef PGQUILL_TESTS_SHM_CHILDREN_H
#define PGQUILL_TESTS_SHM_CHILDREN_H

#include "shm/gate.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A segment of this test's own. */
static inline struct shm *test_segment(void)
{
    static const struct shm_config config = {
        .max_sessions = 40, .max_databases = 4, .max_sequences = 16, .max_locks = 16, .notify_bytes = 4096};
    char path[64], error[256];
    snprintf(path, sizeof path, "/tmp/pgquill-test-shm-%d", (int) getpid());
    struct shm *shm = shm_create(path, &config, error, sizeof error);
    cr_assert_not_null(shm, "%s", error);
    unlink(path);
    return shm;
}

/* fork whose child never outlives the test, however that ends. */
static inline pid_t test_fork(void)
{
    pid_t pid = fork();
    if (pid == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pid;
}

/* Run `act` in a child that then sleeps, and return when the act is done. */
static inline pid_t test_child(void (*act)(void *argument), void *argument)
{
    int done[2];
    cr_assert_eq(pipe(done), 0);
    pid_t pid = test_fork();
    if (pid == 0) {
        act(argument);
        if (write(done[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    char byte;
    close(done[1]);
    cr_assert_eq(read(done[0], &byte, 1), 1);
    close(done[0]);
    return pid;
}

static inline void test_kill(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static inline struct session_slot *test_slot(struct shm *shm)
{
    struct session_slot *slot = slot_take(shm, SLOT_CLIENT);
    slot_own(slot, getpid());
    return slot;
}

#endif
