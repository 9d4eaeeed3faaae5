#ifndef PGQUILL_WIRE_AUTH_H
#define PGQUILL_WIRE_AUTH_H

#include "wire/startup.h"

/* Who may come in. A method converses over the wire until it is sure; FATAL 28000 or 28P01 otherwise. */

struct auth_client {
    const char *user, *database;
    const char *address; /* "" for a unix socket */
    int fd;
};

struct auth_method {
    const char *name; /* as in pg_hba.conf */
    bool (*converse)(struct wire *wire, const struct auth_client *client, struct diag *diag);
};

/* NULL: there is no such method. */
const struct auth_method *auth_method(const char *name);
/* Converse, then AuthenticationOk. */
bool auth_run(const struct auth_method *method, struct wire *wire, const struct auth_client *client, struct diag *diag);

#endif
