#ifndef PGQUILL_MASTER_COMMAND_H
#define PGQUILL_MASTER_COMMAND_H

#include "master/control_protocol.h"
#include "master/server.h"
#include "util/buf.h"

/* What the control socket's requests do. */

struct command_request {
    int command; /* enum control_command, unchecked */
    const char **arguments;
    int count;
    int fd; /* the client's connection */
};

enum command_result {
    COMMAND_DONE,        /* `answer` has facts */
    COMMAND_DONE_HOLD,   /* the same; the connection stays open until the server ends */
    COMMAND_FAILED,      /* `answer` has a message */
    COMMAND_HANDED_OVER, /* a child answers on the connection */
};

/* Never blocks. */
enum command_result command_run(struct server *server, const struct command_request *request, struct buf *answer);

void command_put_text(struct buf *facts, enum control_fact kind, const char *name, const char *value);
void command_put_integer(struct buf *facts, const char *name, int64_t value);

#endif
