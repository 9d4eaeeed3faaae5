#ifndef PGQUILL_MASTER_CONTROL_PROTOCOL_H
#define PGQUILL_MASTER_CONTROL_PROTOCOL_H

#include <stdint.h>

/* What pgquillctl and the master say to each other over the control socket (RUN/control.sock, a unix stream socket). One request a
 * connection: a header and its payload; then answers until one that is final. Numbers are in the machine's own order, for both ends
 * are on one machine. The version comes first in every frame and is checked first. */

enum {
    CONTROL_MAGIC = 0x51475051, /* "QPGQ" */
    CONTROL_VERSION = 1,
    CONTROL_REQUEST_MAX = 8192, /* bytes of a request's payload */
    CONTROL_ANSWER_MAX = 1 << 26,
    CONTROL_ARGUMENTS_MAX = 2,
};

struct control_header {
    uint32_t magic;
    uint16_t version;
    uint16_t kind;   /* enum control_command or enum control_answer */
    uint32_t length; /* of the payload that follows */
};

/* The payload of a request is its arguments, each closed by a NUL. */
enum control_command {
    CONTROL_STATUS = 1,
    CONTROL_CANCEL,    /* PID */
    CONTROL_TERMINATE, /* PID */
    CONTROL_RELOAD,
    CONTROL_CHECKPOINT,
    CONTROL_BACKUP, /* database name, absolute path */
    CONTROL_STOP,   /* smart, fast or immediate; the connection closes when the server has ended */
};

enum control_answer {
    CONTROL_DONE,     /* final; the payload is facts: enum control_fact, name NUL, value NUL, and so on */
    CONTROL_FAILED,   /* final; the payload is a message for people */
    CONTROL_PROGRESS, /* more follows; facts */
};

/* How a fact's value is to be read. A name that comes again is another member of a list. */
enum control_fact {
    CONTROL_FACT_TEXT = 's',
    CONTROL_FACT_INTEGER = 'i',
    CONTROL_FACT_BOOLEAN = 'b',
    CONTROL_FACT_LIST = 'l',
    CONTROL_FACT_PROCESS = 'p', /* a member of a list: the pid, a blank, what the process does */
};

#endif
