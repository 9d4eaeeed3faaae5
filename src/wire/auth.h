#ifndef PGQUILL_WIRE_AUTH_H
#define PGQUILL_WIRE_AUTH_H

#include "wire/startup.h"

#include <stdbool.h>

/* Who may come in. A method converses over the wire until it is sure; FATAL 28000 or 28P01 otherwise. */

struct auth_client {
    const char *user, *database;
    const char *address; /* "" for a unix socket */
    int fd;
    bool is_encrypted;
};

struct auth_method {
    const char *name; /* as in pg_hba.conf */
    bool (*converse)(struct wire *wire, const struct auth_client *client, struct diag *diag);
    bool (*option_is_known)(const char *name); /* name=value behind the method; NULL: it takes none */
};

/* NULL: there is no such method. */
const struct auth_method *auth_method(const char *name);
/* Converse, then AuthenticationOk. */
bool auth_run(const struct auth_method *method, struct wire *wire, const struct auth_client *client, struct diag *diag);

#endif
