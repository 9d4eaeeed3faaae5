#include "wire/framing.h"

#include "util/arena.h"
#include "util/memory.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { INPUT_SIZE = 8192, INPUT_KEEP = 64 * 1024, OUTPUT_KEEP = 256 * 1024, POLL_MS = 50 };

void wire_init(struct wire *wire, int fd, volatile const int *interrupts, int ending)
{
    *wire = (struct wire){.fd = fd, .interrupts = interrupts, .ending = ending};
    wire->in = xmalloc(INPUT_SIZE);
    wire->in_cap = INPUT_SIZE;
    buf_init(&wire->out);
}

void wire_deinit(struct wire *wire)
{
    free(wire->in);
    free(wire->held);
    buf_deinit(&wire->out);
    wire->in = wire->held = NULL;
    if (wire->fd >= 0)
        close(wire->fd);
    wire->fd = -1;
}

/* Some bytes out without waiting; false when the client is gone. */
static bool send_some(struct wire *wire)
{
    while (wire->sent < wire->out.len) {
        ssize_t done = send(wire->fd, wire->out.data + wire->sent, wire->out.len - wire->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done < 0) {
            if (errno == EINTR)
                continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK)
                return true;
            wire->closed = true;
            return false;
        }
        wire->sent += (size_t) done;
        wire->bytes_out += (uint64_t) done;
    }
    return true;
}

static void wait_for_reader(struct wire *wire)
{
    struct pollfd poller = {.fd = wire->fd, .events = POLLOUT};
    if (wire->stall)
        wire->stall(wire->self, true);
    poll(&poller, 1, POLL_MS);
    if (wire->stall)
        wire->stall(wire->self, false);
}

static enum wire_result write_out(struct wire *wire, int giving_up)
{
    while (!wire->closed && send_some(wire) && wire->sent < wire->out.len) {
        if (*wire->interrupts & giving_up)
            return WIRE_INTERRUPTED;
        wait_for_reader(wire);
    }
    buf_reset(&wire->out);
    wire->sent = 0;
    if (wire->out.cap > OUTPUT_KEEP)
        buf_deinit(&wire->out);
    return wire->closed ? WIRE_CLOSED : WIRE_OK;
}

enum wire_result wire_flush(struct wire *wire)
{
    if (wire->out.len == 0)
        return wire->closed ? WIRE_CLOSED : WIRE_OK;
    return write_out(wire, wire->ending);
}

enum wire_result wire_relieve_slow(struct wire *wire)
{
    return write_out(wire, ~0);
}

void wire_hold(struct wire *wire)
{
    if (wire->held)
        return;
    size_t rest = wire->in_end - wire->in_pos;
    size_t cap = rest > INPUT_SIZE ? rest : INPUT_SIZE;
    char *fresh = xmalloc(cap);
    memcpy(fresh, wire->in + wire->in_pos, rest);
    wire->held = wire->in;
    wire->in = fresh;
    wire->in_cap = cap;
    wire->in_pos = 0;
    wire->in_end = rest;
}

void wire_release(struct wire *wire)
{
    free(wire->held);
    wire->held = NULL;
}

static void shrink_input(struct wire *wire)
{
    wire->in_pos = wire->in_end = 0;
    if (wire->in_cap > INPUT_KEEP) {
        wire->in = xrealloc(wire->in, INPUT_SIZE);
        wire->in_cap = INPUT_SIZE;
    }
}

/* Does something end this read? */
static bool is_interrupted(const struct wire *wire)
{
    return *wire->interrupts & (wire->is_within_statement ? ~0 : wire->ending);
}

/* One read into the buffer. */
static enum wire_result receive(struct wire *wire)
{
    if (wire->in_pos > 0) {
        memmove(wire->in, wire->in + wire->in_pos, wire->in_end - wire->in_pos);
        wire->in_end -= wire->in_pos;
        wire->in_pos = 0;
    }
    /* Grown as data arrives, never by what a length field claims. */
    if (wire->in_end == wire->in_cap) {
        wire->in_cap *= 2;
        wire->in = xrealloc(wire->in, wire->in_cap);
    }
    for (;;) {
        if (is_interrupted(wire))
            return WIRE_INTERRUPTED;
        /* What does not end the session does not shut the socket down: the wait is cut in pieces. */
        struct pollfd arrival = {.fd = wire->fd, .events = POLLIN};
        if (wire->is_within_statement && poll(&arrival, 1, POLL_MS) <= 0)
            continue;
        ssize_t got =
            idle_wait_recv(&wire->idle, wire->fd, wire->in + wire->in_end, wire->in_cap - wire->in_end, wire->interrupts);
        if (got > 0) {
            wire->in_end += (size_t) got;
            wire->bytes_in += (uint64_t) got;
            return WIRE_OK;
        }
        if (got < 0 && errno == EINTR) {
            if (wire->idle.bell && wire->idle.bell->rung && wire->answer) {
                wire->answer(wire->self);
                if (wire_flush(wire) == WIRE_INTERRUPTED)
                    return WIRE_INTERRUPTED;
            }
            continue;
        }
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            struct pollfd poller = {.fd = wire->fd, .events = POLLIN};
            poll(&poller, 1, -1);
            continue;
        }
        /* An interrupt that ends the session shuts the socket's reading side down, so that this read returns. */
        if (is_interrupted(wire))
            return WIRE_INTERRUPTED;
        wire->closed = true;
        return WIRE_CLOSED;
    }
}

static uint32_t be32(const char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap32(value);
}

/* Have `want` bytes in the buffer. */
static enum wire_result have(struct wire *wire, size_t want)
{
    if (wire->in_end - wire->in_pos >= want)
        return WIRE_OK;
    enum wire_result flushed = wire_flush(wire);
    if (flushed == WIRE_INTERRUPTED)
        return flushed;
    while (wire->in_end - wire->in_pos < want) {
        enum wire_result result = receive(wire);
        if (result != WIRE_OK)
            return result;
    }
    return WIRE_OK;
}

static size_t message_max(char type)
{
    return strchr("QPBFd", type) ? WIRE_LARGE_MESSAGE_MAX : WIRE_SMALL_MESSAGE_MAX;
}

static enum wire_result invalid(struct diag *diag, const char *format, int type)
{
    diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, format, type);
    diag->severity = "FATAL";
    return WIRE_INVALID;
}

/* Take a message's bytes off the stream without keeping them. */
static enum wire_result pass_over(struct wire *wire, size_t size)
{
    /* What has begun to be taken is taken to its end. */
    wire->is_within_statement = false;
    for (;;) {
        size_t there = wire->in_end - wire->in_pos, part = there < size ? there : size;
        wire->in_pos += part;
        size -= part;
        if (size == 0)
            return WIRE_OVERSIZED;
        enum wire_result result = have(wire, 1);
        if (result != WIRE_OK)
            return result;
    }
}

enum wire_result wire_read(struct wire *wire, struct wire_message *message, bool *truncated, struct diag *diag)
{
    if (truncated)
        *truncated = false;
    if (wire->in_pos == wire->in_end)
        shrink_input(wire);
    enum wire_result result = have(wire, 1);
    if (result != WIRE_OK)
        return result;
    char type = wire->in[wire->in_pos];
    if (!type || !strchr("QPBEDCSHXFdcf", type))
        return invalid(diag, "invalid frontend message type %d", (unsigned char) type);
    result = have(wire, 5);
    if (result == WIRE_OK) {
        uint32_t len = be32(wire->in + wire->in_pos + 1);
        if (len < 4 || len - 4 > message_max(type))
            return invalid(diag, "invalid message length", 0);
        if (len > INPUT_KEEP && !memory_fits(len)) {
            diag_set(diag, ERRCODE_OUT_OF_MEMORY, "out of memory");
            diag_detail(diag, "A message of %u bytes is more than session_memory_limit leaves room for.", len);
            message->type = type;
            result = pass_over(wire, (size_t) len + 1);
            if (result != WIRE_OVERSIZED)
                diag_clear(diag);
        } else {
            result = have(wire, (size_t) len + 1);
        }
        if (result == WIRE_OK) {
            *message = (struct wire_message){type, wire->in + wire->in_pos + 5, len - 4};
            wire->in_pos += (size_t) len + 1;
            return WIRE_OK;
        }
    }
    if (truncated)
        *truncated = result == WIRE_CLOSED;
    return result;
}

bool wire_has_message(const struct wire *wire)
{
    size_t there = wire->in_end - wire->in_pos;
    return there >= 5 && there >= (size_t) be32(wire->in + wire->in_pos + 1) + 1;
}

bool wire_expects(const struct wire *wire, char type)
{
    return wire_has_message(wire) && wire->in[wire->in_pos] == (unsigned char) type;
}

enum wire_result wire_read_startup(struct wire *wire, struct wire_message *message)
{
    enum wire_result result = have(wire, 4);
    if (result != WIRE_OK)
        return result;
    uint32_t len = be32(wire->in + wire->in_pos);
    if (len < 8 || len > WIRE_STARTUP_MAX)
        return WIRE_INVALID;
    result = have(wire, len);
    if (result != WIRE_OK)
        return result;
    *message = (struct wire_message){0, wire->in + wire->in_pos + 4, len - 4};
    wire->in_pos += len;
    return WIRE_OK;
}

const char *wire_get_bytes(struct wire_reader *reader, size_t len)
{
    if ((size_t) (reader->end - reader->at) < len) {
        reader->failed = true;
        reader->at = reader->end;
        return NULL;
    }
    const char *at = reader->at;
    reader->at += len;
    return at;
}

uint8_t wire_get_byte(struct wire_reader *reader)
{
    const char *at = wire_get_bytes(reader, 1);
    return at ? (uint8_t) *at : 0;
}

uint16_t wire_get_u16(struct wire_reader *reader)
{
    const unsigned char *at = (const unsigned char *) wire_get_bytes(reader, 2);
    return at ? (uint16_t) (at[0] << 8 | at[1]) : 0;
}

uint32_t wire_get_u32(struct wire_reader *reader)
{
    const char *at = wire_get_bytes(reader, 4);
    return at ? be32(at) : 0;
}

const char *wire_get_string(struct wire_reader *reader, size_t *len)
{
    const char *at = reader->at, *nul = memchr(at, '\0', (size_t) (reader->end - at));
    if (!nul) {
        reader->unterminated |= !reader->failed;
        reader->failed = true;
        reader->at = reader->end;
        at = nul = "";
    } else {
        reader->at = nul + 1;
    }
    if (len)
        *len = (size_t) (nul - at);
    return at;
}

bool wire_get_end(const struct wire_reader *reader, struct diag *diag)
{
    if (reader->unterminated)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "invalid string in message");
    if (reader->failed)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "insufficient data left in message");
    if (reader->at != reader->end)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "invalid message format");
    return true;
}
