#include "wire/auth.h"

#include "wire/messages.h"

#include <string.h>

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
             "pg_hba.conf rejects connection for host \"%s\", user \"%s\", database \"%s\", no encryption",
             *client->address ? client->address : "[local]", client->user, client->database);
    diag->severity = "FATAL";
    return false;
}

static const struct auth_method methods[] = {{"trust", trust}, {"reject", reject}};

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
