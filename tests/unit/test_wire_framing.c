#include "wire/framing.h"

#include <criterion/criterion.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile int interrupts;

static struct wire connected(int *peer)
{
    int pair[2];
    struct wire wire;
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    wire_init(&wire, pair[0], &interrupts, 2);
    *peer = pair[1];
    return wire;
}

Test(framing, one_read_takes_several_messages)
{
    int peer;
    struct wire wire = connected(&peer);
    struct wire_message message;
    struct diag diag = {0};
    cr_assert_eq(write(peer, "S\0\0\0\4Q\0\0\0\6x\0X\0\0\0\4", 17), 17);
    cr_assert_eq(wire_read(&wire, &message, NULL, &diag), WIRE_OK);
    cr_assert_eq(message.type, 'S');
    cr_assert(wire_has_message(&wire));
    cr_assert_eq(wire_read(&wire, &message, NULL, &diag), WIRE_OK);
    cr_assert_str_eq(message.data, "x");
    cr_assert_eq(wire_read(&wire, &message, NULL, &diag), WIRE_OK);
    cr_assert_not(wire_has_message(&wire));
    close(peer);
    cr_assert_eq(wire_read(&wire, &message, NULL, &diag), WIRE_CLOSED);
    wire_deinit(&wire);
}

Test(framing, a_stream_that_ends_inside_a_message_is_truncated)
{
    int peer;
    bool truncated;
    struct wire wire = connected(&peer);
    struct wire_message message;
    struct diag diag = {0};
    cr_assert_eq(write(peer, "Q\0\0\1\0SELECT", 11), 11);
    close(peer);
    cr_assert_eq(wire_read(&wire, &message, &truncated, &diag), WIRE_CLOSED);
    cr_assert(truncated);
    wire_deinit(&wire);
}

Test(framing, absurd_lengths_and_types_are_refused)
{
    static const char *const streams[] = {"Q\0\0\0\3", "S\0\1\0\0", "Q\x7f\xff\xff\xff", "\1\0\0\0\4"};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        int peer;
        struct wire wire = connected(&peer);
        struct wire_message message;
        struct diag diag = {0};
        cr_assert_eq(write(peer, streams[i], 5), 5);
        cr_assert_eq(wire_read(&wire, &message, NULL, &diag), WIRE_INVALID);
        cr_assert_str_eq(diag.sqlstate, "08P01");
        cr_assert_str_eq(diag.severity, "FATAL");
        diag_clear(&diag);
        wire_deinit(&wire);
        close(peer);
    }
}

Test(framing, held_memory_survives_the_next_read)
{
    int peer;
    struct wire wire = connected(&peer);
    struct wire_message first, second;
    struct diag diag = {0};
    cr_assert_eq(write(peer, "Q\0\0\0\6a\0d\0\0\0\5b", 13), 13);
    wire_read(&wire, &first, NULL, &diag);
    wire_hold(&wire);
    wire_read(&wire, &second, NULL, &diag);
    cr_assert_str_eq(first.data, "a");
    cr_assert_eq(second.data[0], 'b');
    wire_release(&wire);
    wire_deinit(&wire);
    close(peer);
}

Test(framing, a_blocked_write_ends_with_the_session)
{
    int peer;
    struct wire wire = connected(&peer);
    char *space = buf_reserve(&wire.out, 8 << 20);
    memset(space, 0, 8 << 20);
    wire.out.len = 8 << 20;
    interrupts = 2;
    cr_assert_eq(wire_flush(&wire), WIRE_INTERRUPTED);
    interrupts = 0;
    wire_deinit(&wire);
    close(peer);
}

Test(framing, utf8_is_checked_as_postgresql_does)
{
    static const struct {
        const char *text;
        size_t len;
        const char *message;
    } cases[] = {
        {"plain ascii text", 16, NULL},
        {"gr\xc3\xbcn \xe2\x82\xac \xf0\x9f\x98\x80", 14, NULL},
        {"\xff", 1, "invalid byte sequence for encoding \"UTF8\": 0xff"},
        {"\xc3\x28", 2, "invalid byte sequence for encoding \"UTF8\": 0xc3 0x28"},
        {"\xe2\x82", 2, "invalid byte sequence for encoding \"UTF8\": 0xe2 0x82"},
        {"\xed\xa0\x80", 3, "invalid byte sequence for encoding \"UTF8\": 0xed 0xa0 0x80"},
        {"\xc0\x80", 2, "invalid byte sequence for encoding \"UTF8\": 0xc0 0x80"},
        {"a\0b", 3, "invalid byte sequence for encoding \"UTF8\": 0x00"},
        {"12345678\0", 9, "invalid byte sequence for encoding \"UTF8\": 0x00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag diag = {0};
        cr_expect_eq(wire_check_utf8(cases[i].text, cases[i].len, &diag), cases[i].message == NULL, "case %zu", i);
        if (cases[i].message)
            cr_expect_str_eq(diag.message, cases[i].message);
        diag_clear(&diag);
    }
}
