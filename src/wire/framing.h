#ifndef PGQUILL_WIRE_FRAMING_H
#define PGQUILL_WIRE_FRAMING_H

#include "util/buf.h"
#include "util/diag.h"
#include "wire/idle.h"

#include <stdbool.h>
#include <stdint.h>

/* Messages of protocol 3.0 on one socket. One read takes all that has arrived and messages are parsed where they lie; answers gather in a
 * buffer and leave in few large writes. Memory is bounded: the output never grows far beyond its mark, whatever the client's speed. */

enum {
    WIRE_SMALL_MESSAGE_MAX = 10000,
    WIRE_LARGE_MESSAGE_MAX = 0x3fffffff,
    WIRE_STARTUP_MAX = 10000,
    WIRE_OUTPUT_MARK = 64 * 1024, /* beyond this wire_relieve writes */
};

struct wire {
    int fd;
    char *in; /* received; [in_pos, in_end) is not yet taken */
    size_t in_pos, in_end, in_cap;
    char *held; /* a former `in` that a message still points into */
    struct buf out;
    size_t sent;                    /* bytes of `out` that are on their way */
    bool closed;                    /* the client is gone: output is dropped */
    volatile const int *interrupts; /* bits; seen between waits */
    int ending;                     /* the bits of `interrupts` that end the session: a blocked write gives up */
    bool is_within_statement;       /* the client is waited for by a statement: any bit ends a read, with nothing taken */
    uint64_t bytes_in, bytes_out;
    struct idle_wait idle;                      /* off until its owner says how long */
    void (*answer)(void *self);                 /* the idle wait's bell rang: may put messages, which are then flushed */
    void (*stall)(void *self, bool is_stalled); /* a write waits for the client to read, and no longer does */
    void *self;                                 /* of both; NULL functions are not called */
};

struct wire_message {
    char type;
    const char *data; /* in the input buffer: valid until the next read, or wire_release after wire_hold */
    size_t len;
};

enum wire_result {
    WIRE_OK,
    WIRE_CLOSED,      /* end of the stream, or the socket failed */
    WIRE_INTERRUPTED, /* an ending interrupt, or any within a statement */
    WIRE_OVERSIZED,   /* a message for which the session has no memory was passed over: `diag` tells, message->type is its type */
    WIRE_INVALID,     /* the stream cannot be followed any longer: `diag` has a FATAL report */
};

void wire_init(struct wire *wire, int fd, volatile const int *interrupts, int ending);
void wire_deinit(struct wire *wire);

/* Take the next message, waiting for it. Output is flushed before the wait. `truncated` (may be NULL) tells whether the stream ended inside a message. */
enum wire_result wire_read(struct wire *wire, struct wire_message *message, bool *truncated, struct diag *diag);
/* The first packets have no type: a length and that many bytes. WIRE_INVALID: the length is absurd. */
enum wire_result wire_read_startup(struct wire *wire, struct wire_message *message);
/* Is a whole message there already? */
bool wire_has_message(const struct wire *wire);
/* Has the next message arrived, and is it of this type? */
bool wire_expects(const struct wire *wire, char type);
/* Keep the memory that messages read so far point into until wire_release. */
void wire_hold(struct wire *wire);
void wire_release(struct wire *wire);

/* Begin a message; returns the mark that wire_end wants. */
static inline size_t wire_begin(struct wire *wire, char type)
{
    char *at = buf_reserve(&wire->out, 5);
    at[0] = type;
    wire->out.len += 5;
    return wire->out.len - 4;
}

static inline void wire_end(struct wire *wire, size_t mark)
{
    uint32_t len = __builtin_bswap32((uint32_t) (wire->out.len - mark));
    memcpy(wire->out.data + mark, &len, sizeof len);
}

/* Forget output from `mark`'s message on. */
static inline void wire_abandon(struct wire *wire, size_t mark)
{
    wire->out.len = mark - 1;
}

/* Write all output. WIRE_INTERRUPTED: an ending interrupt arrived while the client did not read. */
enum wire_result wire_flush(struct wire *wire);
enum wire_result wire_relieve_slow(struct wire *wire);
/* Write when much has gathered; stays in the buffer when any interrupt arrives while the client does not read. */
static inline enum wire_result wire_relieve(struct wire *wire)
{
    return wire->out.len < WIRE_OUTPUT_MARK ? WIRE_OK : wire_relieve_slow(wire);
}

/* Reading the fields of a message. A read beyond its end sets `failed` and gives zeros; a string without its end sets `unterminated` too. */
struct wire_reader {
    const char *at, *end;
    bool failed, unterminated;
};

static inline struct wire_reader wire_reader(const struct wire_message *message)
{
    return (struct wire_reader){message->data, message->data + message->len, false, false};
}

uint8_t wire_get_byte(struct wire_reader *reader);
uint16_t wire_get_u16(struct wire_reader *reader);
uint32_t wire_get_u32(struct wire_reader *reader);
const char *wire_get_bytes(struct wire_reader *reader, size_t len);
/* A NUL-terminated string; "" with `failed` when there is none. */
const char *wire_get_string(struct wire_reader *reader, size_t *len);
/* Was all read, and nothing missing? 08P01 otherwise. */
bool wire_get_end(const struct wire_reader *reader, struct diag *diag);

/* Is it valid UTF-8 without NUL? Reports 22021 with the offending bytes as PostgreSQL does. */
bool wire_check_utf8(const char *text, size_t len, struct diag *diag);

#endif
