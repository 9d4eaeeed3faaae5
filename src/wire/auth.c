#include "wire/auth.h"

#include "wire/messages.h"

#include <pwd.h>
#include <string.h>
#include <sys/socket.h>

static bool trust(struct wire *wire, const struct auth_client *client, struct diag *diag)
{
    (void) wire;
    (void) client;
    (void) diag;
    return true;
}

static bool reject(struct wire *wire, const struct auth_client *client, struct diag *diag)
{
    (void) wire;
    diag_set(diag, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
             "pg_hba.conf rejects connection for host \"%s\", user \"%s\", database \"%s\", %s",
             *client->address ? client->address : "[local]", client->user, client->database,
             client->is_encrypted ? "SSL encryption" : "no encryption");
    diag->severity = "FATAL";
    return false;
}

/* The kernel tells who is at the other end of a unix socket. */
static bool peer(struct wire *wire, const struct auth_client *client, struct diag *diag)
{
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    (void) wire;
    if (getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0) {
        const struct passwd *entry = getpwuid(credentials.uid);
        if (entry && !strcmp(entry->pw_name, client->user))
            return true;
    }
    diag_set(diag, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION, "Peer authentication failed for user \"%s\"", client->user);
    diag->severity = "FATAL";
    return false;
}

static const struct auth_method methods[] = {{"trust", trust, NULL}, {"reject", reject, NULL}, {"peer", peer, NULL}};

const struct auth_method *auth_method(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (!strcmp(methods[i].name, name))
            return &methods[i];
    return NULL;
}

bool auth_run(const struct auth_method *method, struct wire *wire, const struct auth_client *client, struct diag *diag)
{
    if (!method->converse(wire, client, diag))
        return false;
    wire_put_authentication_ok(wire);
    return true;
}
