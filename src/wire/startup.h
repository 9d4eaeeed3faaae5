#ifndef PGQUILL_WIRE_STARTUP_H
#define PGQUILL_WIRE_STARTUP_H

#include "util/arena.h"
#include "wire/framing.h"

/* The first packets of a connection: encryption requests, a cancel request, or the parameters of a session. */

enum startup_kind {
    STARTUP_SESSION,
    STARTUP_CANCEL,
    STARTUP_CLOSED,  /* nothing (more) came, or what came is no startup packet: close without a word */
    STARTUP_REFUSED, /* `diag` has a FATAL report */
};

struct startup_parameter {
    const char *name, *value;
};

struct startup {
    enum startup_kind kind;
    uint32_t cancel_pid, cancel_key;
    const char *user, *database; /* database: the user's name when none was given */
    bool database_given;
    int parameter_count; /* all others: settings, by name and value; those of "options" come first */
    struct startup_parameter *parameters;
    const char *malformed; /* why it was closed, for the log; NULL */
};

/* Read until the session's packet or a cancel request. Strings live in `arena`. Encryption is declined with 'N'; a newer minor protocol and unknown
 * _pq_ options are answered with NegotiateProtocolVersion. */
void startup_read(struct wire *wire, struct arena *arena, struct startup *startup, struct diag *diag);

#endif
