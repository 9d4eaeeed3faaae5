#ifndef PGQUILL_WIRE_HBA_H
#define PGQUILL_WIRE_HBA_H

#include "wire/auth.h"

#include <stdbool.h>
#include <sys/socket.h>

/* Who may connect from where, and by which method: the rules of a file in pg_hba.conf's syntax (PostgreSQL docs 21.1). */

enum hba_type { HBA_LOCAL, HBA_HOST, HBA_HOSTSSL, HBA_HOSTNOSSL, HBA_HOSTGSSENC, HBA_HOSTNOGSSENC };
enum hba_address { HBA_ADDRESS_ALL, HBA_ADDRESS_MASK, HBA_ADDRESS_SAMEHOST, HBA_ADDRESS_SAMENET, HBA_ADDRESS_NAME };

/* A name as the file has it: key words lose their meaning in quotes. */
struct hba_token {
    char *text;
    bool quoted;
};

struct hba_list {
    struct hba_token *tokens;
    int count;
};

struct hba_option {
    char *name, *value;
};

struct hba_rule {
    int line;
    enum hba_type type;
    struct hba_list databases, users;
    enum hba_address address;
    struct sockaddr_storage network, mask; /* HBA_ADDRESS_MASK */
    char *host;                            /* HBA_ADDRESS_NAME: a name, or ".suffix" */
    const struct auth_method *method;
    struct hba_option *options; /* name=value behind the method; the method's business */
    int option_count;
};

struct hba_mistake {
    int line; /* 0: of the file as a whole */
    char *text, *hint;
};

struct hba {
    char *path;
    struct hba_rule *rules;
    int count;
    struct hba_mistake *mistakes;
    int mistake_count;
};

/* Read a file, with all rules that are right and all mistakes. Owned by the caller. */
struct hba *hba_read(const char *path);
/* The same, for use: every mistake goes to the log with file and line; NULL when there was one, or when the file has no rule. */
struct hba *hba_load(const char *path);
void hba_free(struct hba *hba);

/* What a rule is looked for by. */
struct hba_client {
    const char *user, *database;
    const struct sockaddr *address; /* AF_UNIX: a local connection */
    socklen_t address_length;
    bool is_encrypted;
    /* Is `user` a member of `role`, directly or not? NULL: each role has itself alone as a member. */
    bool (*is_member)(void *self, const char *user, const char *role);
    void *self;
};

/* The first rule that fits; NULL: none does, so the client must be refused. May ask the name service when a rule names a host. */
const struct hba_rule *hba_match(const struct hba *hba, const struct hba_client *client);
/* FATAL 28000: no rule fits. `address` as auth_client has it. */
bool hba_refuse(const struct auth_client *client, struct diag *diag);

#endif
