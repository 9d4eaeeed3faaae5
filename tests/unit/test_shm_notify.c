#include "shm/notify.h"

#include "shm/segment.h"
#include "shm_children.h"
#include "util/buf.h"

#include <fcntl.h>
#include <string.h>

static struct shm *shm;
static struct gate *gate, *other_gate;
static struct session_slot *listener;

static void set_up(void)
{
    shm = test_segment();
    gate = gate_for_file(shm, "/data/a.db", 1, 42);
    other_gate = gate_for_file(shm, "/data/b.db", 1, 43);
    listener = test_slot(shm);
    notify_listen(shm, gate, listener);
}

TestSuite(notify, .init = set_up, .timeout = 60);

static struct notify_fill fill;

static enum notify_result place(struct session_slot *slot, const char *text, uint64_t *at)
{
    return notify_place(shm, gate, slot, text, strlen(text), at, &fill);
}

static void send(struct session_slot *slot, const char *text)
{
    uint64_t at;
    cr_assert_eq(place(slot, text, &at), NOTIFY_PLACED);
    notify_settle(shm, at, true);
}

static void expect(struct session_slot *slot, const char *text)
{
    struct buf taken = {0};
    pid_t sender;
    enum notify_look look = notify_take(shm, slot, &taken, &sender);
    if (!text)
        cr_assert_eq(look, NOTIFY_NONE);
    else
        cr_assert_eq(look, NOTIFY_TAKEN);
    if (text)
        cr_assert_str_eq(buf_cstr(&taken), text);
    buf_deinit(&taken);
}

static void expect_held_up(void)
{
    struct buf taken = {0};
    pid_t sender;
    cr_assert_eq(notify_take(shm, listener, &taken, &sender), NOTIFY_HELD_UP);
}

Test(notify, comes_in_the_order_of_placing)
{
    struct session_slot *a = test_slot(shm), *b = test_slot(shm);
    uint64_t first, second, third;
    place(a, "first", &first);
    place(b, "second", &second);
    notify_settle(shm, second, true);
    expect_held_up();
    notify_settle(shm, first, true);
    place(a, "third", &third);
    notify_settle(shm, third, false);
    expect(listener, "first");
    expect(listener, "second");
    expect(listener, NULL);
}

Test(notify, is_for_those_who_listen_in_its_database)
{
    struct session_slot *elsewhere = test_slot(shm), *late = test_slot(shm);
    uint64_t at;
    notify_listen(shm, other_gate, elsewhere);
    send(late, "one");
    notify_listen(shm, gate, late);
    send(late, "two");
    expect(elsewhere, NULL);
    expect(late, "two");
    expect(late, NULL);
    expect(listener, "one");
    expect(listener, "two");
    notify_unlisten(shm, late);
    send(late, "three");
    expect(late, NULL);
    notify_unlisten(shm, listener);
    cr_assert_eq(place(late, "four", &at), NOTIFY_NOBODY);
}

Test(notify, is_refused_when_full_and_goes_round)
{
    struct session_slot *sender = test_slot(shm);
    char text[201];
    uint64_t at;
    int count = 0, warnings = 0;
    memset(text, 'x', 200);
    text[200] = '\0';
    while (place(sender, text, &at) == NOTIFY_PLACED) {
        notify_settle(shm, at, true);
        warnings += fill.is_warning_due;
        count++;
    }
    cr_assert_gt(count, 10);
    cr_assert_eq(warnings, 1);
    cr_assert_eq(fill.slowest, getpid());
    cr_assert_gt(notify_usage(shm), 0.9);
    for (int i = 0; i < count; i++)
        expect(listener, text);
    cr_assert_float_eq(notify_usage(shm), 0, 0);
    for (int i = 0; i < 1000; i++) {
        text[i % 200] = (char) ('a' + i % 26);
        send(sender, text);
        expect(listener, text);
    }
}

Test(notify, of_another_database_does_not_fill_up_a_listener)
{
    struct session_slot *sender = test_slot(shm), *other = test_slot(shm);
    notify_listen(shm, other_gate, other);
    for (int i = 0; i < 1000; i++) {
        send(sender, "some text that is sent again and again");
        expect(listener, "some text that is sent again and again");
    }
}

static void listen_too(void *argument)
{
    (void) argument;
    notify_listen(shm, gate, test_slot(shm));
}

Test(notify, a_dead_listener_keeps_no_room)
{
    test_kill(test_child(listen_too, NULL));
    for (int i = 0; i < 1000; i++) {
        send(listener, "text");
        expect(listener, "text");
    }
}

static void place_only(void *argument)
{
    uint64_t at;
    place(test_slot(shm), argument, &at);
}

Test(notify, of_one_who_died_before_settling_is_passed_over)
{
    pid_t child = test_child(place_only, "never");
    send(test_slot(shm), "after");
    expect_held_up();
    test_kill(child);
    expect(listener, "after");
    expect(listener, NULL);
}

Test(notify, an_open_batch_keeps_its_place_when_nobody_listens_any_more)
{
    struct session_slot *sender = test_slot(shm);
    uint64_t open;
    place(sender, "open", &open);
    notify_unlisten(shm, listener);
    notify_listen(shm, gate, listener);
    cr_assert_float_neq(notify_usage(shm), 0, 0);
    notify_settle(shm, open, true);
    cr_assert_float_eq(notify_usage(shm), 0, 0);
    expect(listener, NULL);
}

static void take_lock(void *argument)
{
    (void) argument;
    lock_take(&shm->header->notify_lock, NULL, NULL, &shm->header->recoveries);
}

Test(notify, survives_a_death_with_its_lock_held)
{
    test_kill(test_child(take_lock, NULL));
    send(test_slot(shm), "text");
    expect(listener, "text");
    cr_assert_eq(shm_recoveries(shm), 1);
}

/* Numbers, without end: each is told to the parent once it was sent. Every third is withdrawn and never told. */
static void send_numbers(int child, int told)
{
    struct session_slot *slot = test_slot(shm);
    for (int i = 0;; i++) {
        int number[2] = {child, i};
        uint64_t at;
        while (notify_place(shm, gate, slot, number, sizeof number, &at, &fill) == NOTIFY_FULL)
            sched_yield();
        notify_settle(shm, at, i % 3 != 2);
        if (i % 3 != 2 && write(told, number, sizeof number) != sizeof number)
            _exit(1);
    }
}

Test(notify, nothing_acknowledged_is_lost_whoever_is_killed)
{
    enum { CHILDREN = 60, AT_ONCE = 4 };
    int told[2], heard[CHILDREN], number[2];
    pid_t pids[CHILDREN];
    struct buf taken = {0};
    pid_t sender;
    memset(heard, -1, sizeof heard);
    cr_assert_eq(pipe2(told, O_NONBLOCK), 0);
    fcntl(told[1], F_SETFL, 0);
    for (int child = 0; child < CHILDREN + AT_ONCE; child++) {
        if (child >= AT_ONCE)
            test_kill(pids[child - AT_ONCE]);
        pids[child % CHILDREN] = child < CHILDREN ? test_fork() : pids[child % CHILDREN];
        if (child < CHILDREN && pids[child] == 0)
            send_numbers(child, told[1]);
        /* What was told before the look has been placed and settled: it must be heard by this look. */
        for (int rounds = 0; rounds < 50; rounds++) {
            int last[CHILDREN];
            memset(last, -1, sizeof last);
            for (int got = 0; got < 100 && read(told[0], number, sizeof number) == sizeof number; got++)
                last[number[0]] = number[1];
            enum notify_look look;
            do {
                buf_reset(&taken);
                look = notify_take(shm, listener, &taken, &sender);
                if (look != NOTIFY_TAKEN)
                    continue;
                memcpy(number, taken.data, sizeof number);
                cr_assert_eq(taken.len, sizeof number);
                cr_assert_neq(number[1] % 3, 2);
                cr_assert_gt(number[1], heard[number[0]]);
                cr_assert_leq(number[1], heard[number[0]] + 2);
                heard[number[0]] = number[1];
            } while (look != NOTIFY_NONE);
            for (int i = 0; i < CHILDREN; i++)
                cr_assert_geq(heard[i], last[i]);
        }
    }
    buf_deinit(&taken);
}
