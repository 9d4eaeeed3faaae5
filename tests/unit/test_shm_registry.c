#include "shm/registry.h"
#include "shm/segment.h"
#include "shm_children.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct shm *shm;

static void set_up(void)
{
    shm = test_segment();
}

TestSuite(registry, .init = set_up, .timeout = 60);

static void take_slot(void *argument)
{
    (void) argument;
    slot_set_state(test_slot(shm), SLOT_IDLE);
}

Test(registry, frees_a_slot_by_pid_once)
{
    pid_t pid = test_child(take_slot, NULL);
    cr_assert_eq(registry_sessions(shm), 1);
    test_kill(pid);
    struct slot_info last;
    cr_assert(slot_free_by_pid(shm, pid, &last));
    cr_assert_eq(last.state, SLOT_IDLE);
    cr_assert_not(slot_free_by_pid(shm, pid, &last));
    cr_assert_eq(registry_sessions(shm), 0);
}

Test(registry, reclaims_slots_of_the_dead_when_none_is_free)
{
    for (int i = 0; i < registry_size(shm); i++)
        test_kill(test_child(take_slot, NULL));
    cr_assert_eq(registry_count(shm, SLOT_IDLE), registry_size(shm));
    cr_assert_not_null(slot_take(shm, SLOT_CLIENT));
}

Test(registry, tells_a_later_process_of_the_same_number)
{
    struct session_slot *slot = slot_take(shm, SLOT_CLIENT);
    slot_own(slot, getpid());
    cr_assert(slot_is_alive(slot));
    cr_assert_eq(slot_reclaim_dead(shm), 0);
    /* As if the owner had written it before this process, which has its number now, began. */
    atomic_store(&slot->started, process_start_time(getpid()) - 1);
    cr_assert_not(slot_is_alive(slot));
    cr_assert_eq(slot_reclaim_dead(shm), 1);
}

Test(registry, gives_no_slot_twice)
{
    int taken = 0;
    while (slot_take(shm, SLOT_CLIENT))
        taken++;
    cr_assert_eq(taken, registry_size(shm));
}

Test(registry, cuts_a_query_at_a_character)
{
    struct session_slot *slot = test_slot(shm);
    char query[SLOT_QUERY_MAX + 10];
    memset(query, 'x', sizeof query);
    memcpy(query + SLOT_QUERY_MAX - 2, "\xc3\xbc", 2);
    slot_set_query(slot, query, sizeof query);
    struct slot_info info;
    cr_assert(slot_read(slot, &info));
    cr_assert_eq(strlen(info.query), SLOT_QUERY_MAX - 2);
    cr_assert_eq(info.state, SLOT_ACTIVE);
}

/* The owner writes names that are all one letter; an observer must never see two letters mixed. */
static pid_t endless_writer(struct session_slot *slot)
{
    pid_t writer = test_fork();
    if (writer == 0) {
        char name[SLOT_NAME_MAX];
        for (unsigned i = 0;; i++) {
            memset(name, 'a' + i % 26, sizeof name - 1);
            name[sizeof name - 1] = '\0';
            slot_set_identity(slot, name, name, name);
            slot_set_query(slot, name, strlen(name));
        }
    }
    return writer;
}

static void assert_whole(const struct session_slot *slot)
{
    struct slot_info info;
    slot_read(slot, &info);
    cr_assert_str_eq(info.database, info.user);
    cr_assert_str_eq(info.user, info.application_name);
}

Test(registry, shows_no_torn_slot)
{
    struct session_slot *slot = test_slot(shm);
    pid_t writer = endless_writer(slot);
    for (int i = 0; i < 200000; i++)
        assert_whole(slot);
    test_kill(writer);
}

Test(registry, shows_no_torn_slot_of_a_killed_or_stopped_writer)
{
    for (int i = 0; i < 300; i++) {
        struct session_slot *slot = test_slot(shm);
        pid_t writer = endless_writer(slot);
        usleep((unsigned) (rand() % 1000));
        kill(writer, SIGSTOP);
        assert_whole(slot);
        test_kill(writer);
        assert_whole(slot);
        cr_assert(slot_free_by_pid(shm, getpid(), NULL));
    }
}

Test(registry, matches_cancel_keys)
{
    struct session_slot *slot = test_slot(shm);
    cr_assert_eq(registry_match_cancel(shm, getpid(), slot_cancel_key(slot)), slot);
    cr_assert_null(registry_match_cancel(shm, getpid(), slot_cancel_key(slot) ^ 1));
    cr_assert_null(registry_match_cancel(shm, getpid() + 1, slot_cancel_key(slot)));
}

/* Processes that take slots and are killed at any instruction: in the end every slot is free. */
Test(registry, leaks_nothing_under_kills)
{
    for (int round = 0; round < 300; round++) {
        pid_t pid = test_fork();
        if (pid == 0)
            for (;;) {
                struct session_slot *slot = test_slot(shm);
                slot_set_identity(slot, "db", "user", "app");
                slot_set_query(slot, "SELECT 1", 8);
                slot_set_state(slot, SLOT_IDLE);
                slot_free_by_pid(shm, getpid(), NULL);
            }
        usleep((unsigned) (rand() % 2000));
        test_kill(pid);
        while (slot_free_by_pid(shm, pid, NULL))
            ;
    }
    slot_reclaim_dead(shm);
    int leaked = registry_size(shm) - registry_count(shm, SLOT_FREE);
    cr_assert_leq(leaked, 40);
}

Test(registry, refuses_a_foreign_file)
{
    char error[256], path[] = "/tmp/pgquill-test-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_eq(ftruncate(fd, 100000), 0);
    cr_assert_null(shm_attach(path, error, sizeof error));
    cr_assert_str_eq(error, "not a registry of pgquill");
    unlink(path);
    close(fd);
}
