#include "wire/hba.h"

#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/* The first rule whose type, address, database and user all fit. */

static bool is_word(const struct hba_token *token, const char *word)
{
    return !token->quoted && !strcmp(token->text, word);
}

static bool is_member(const struct hba_client *client, const char *role)
{
    return client->is_member ? client->is_member(client->self, client->user, role) : !strcmp(client->user, role);
}

static bool fits_database(const struct hba_list *list, const struct hba_client *client)
{
    for (int i = 0; i < list->count; i++) {
        const struct hba_token *token = &list->tokens[i];
        bool fits;
        if (is_word(token, "all"))
            fits = true;
        else if (is_word(token, "sameuser"))
            fits = !strcmp(client->database, client->user);
        else if (is_word(token, "samerole") || is_word(token, "samegroup"))
            fits = is_member(client, client->database);
        else /* "replication" is for walsenders; a database of that name needs quotes */
            fits = !is_word(token, "replication") && !strcmp(token->text, client->database);
        if (fits)
            return true;
    }
    return false;
}

static bool fits_user(const struct hba_list *list, const struct hba_client *client)
{
    for (int i = 0; i < list->count; i++) {
        const struct hba_token *token = &list->tokens[i];
        bool is_group = !token->quoted && token->text[0] == '+';
        if (is_word(token, "all") || (is_group ? is_member(client, token->text + 1) : !strcmp(token->text, client->user)))
            return true;
    }
    return false;
}

static bool in_network(const struct sockaddr *address, const struct sockaddr *network, const struct sockaddr *mask)
{
    if (address->sa_family != network->sa_family || network->sa_family != mask->sa_family)
        return false;
    if (address->sa_family == AF_INET) {
        uint32_t a = ((const struct sockaddr_in *) address)->sin_addr.s_addr,
                 n = ((const struct sockaddr_in *) network)->sin_addr.s_addr,
                 m = ((const struct sockaddr_in *) mask)->sin_addr.s_addr;
        return ((a ^ n) & m) == 0;
    }
    if (address->sa_family != AF_INET6)
        return false;
    const unsigned char *a = ((const struct sockaddr_in6 *) address)->sin6_addr.s6_addr,
                        *n = ((const struct sockaddr_in6 *) network)->sin6_addr.s6_addr,
                        *m = ((const struct sockaddr_in6 *) mask)->sin6_addr.s6_addr;
    for (int i = 0; i < 16; i++)
        if ((a[i] ^ n[i]) & m[i])
            return false;
    return true;
}

static bool fits_interface(const struct sockaddr *address, bool whole_net)
{
    struct ifaddrs *list = NULL;
    bool fits = false;
    if (getifaddrs(&list) < 0)
        return false;
    for (const struct ifaddrs *one = list; one && !fits; one = one->ifa_next) {
        struct sockaddr_storage full;
        if (!one->ifa_addr || !one->ifa_netmask || one->ifa_addr->sa_family != address->sa_family)
            continue;
        memset(&full, 0xff, sizeof full);
        full.ss_family = address->sa_family;
        fits = in_network(address, one->ifa_addr, whole_net ? one->ifa_netmask : (struct sockaddr *) &full);
    }
    freeifaddrs(list);
    return fits;
}

static bool name_fits(const char *pattern, const char *name)
{
    size_t have = strlen(name), want = strlen(pattern);
    if (pattern[0] != '.')
        return !strcasecmp(pattern, name);
    return have >= want && !strcasecmp(pattern, name + have - want);
}

/* The name that the address has, provided that this name has the address, too. */
static bool fits_host(const char *pattern, const struct hba_client *client)
{
    char name[NI_MAXHOST];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    struct sockaddr_storage full;
    bool fits = false;
    if (getnameinfo(client->address, client->address_length, name, sizeof name, NULL, 0, NI_NAMEREQD) != 0 ||
        !name_fits(pattern, name) || getaddrinfo(name, NULL, &hints, &found) != 0)
        return false;
    memset(&full, 0xff, sizeof full);
    full.ss_family = client->address->sa_family;
    for (const struct addrinfo *one = found; one && !fits; one = one->ai_next)
        fits = in_network(client->address, one->ai_addr, (struct sockaddr *) &full);
    freeaddrinfo(found);
    return fits;
}

static bool fits_address(const struct hba_rule *rule, const struct hba_client *client)
{
    switch (rule->address) {
    case HBA_ADDRESS_ALL:
        return true;
    case HBA_ADDRESS_MASK:
        return in_network(client->address, (const struct sockaddr *) &rule->network, (const struct sockaddr *) &rule->mask);
    case HBA_ADDRESS_SAMEHOST:
        return fits_interface(client->address, false);
    case HBA_ADDRESS_SAMENET:
        return fits_interface(client->address, true);
    case HBA_ADDRESS_NAME:
        return fits_host(rule->host, client);
    }
    return false;
}

static bool fits_connection(const struct hba_rule *rule, const struct hba_client *client)
{
    bool is_local = client->address->sa_family == AF_UNIX;
    if (is_local != (rule->type == HBA_LOCAL))
        return false;
    /* Encryption by GSSAPI is never agreed to. */
    if (rule->type == HBA_HOSTGSSENC || (rule->type == HBA_HOSTSSL && !client->is_encrypted) ||
        (rule->type == HBA_HOSTNOSSL && client->is_encrypted))
        return false;
    return is_local || fits_address(rule, client);
}

const struct hba_rule *hba_match(const struct hba *hba, const struct hba_client *client)
{
    for (int i = 0; i < hba->count; i++) {
        const struct hba_rule *rule = &hba->rules[i];
        if (fits_connection(rule, client) && fits_database(&rule->databases, client) && fits_user(&rule->users, client))
            return rule;
    }
    return NULL;
}

bool hba_refuse(const struct auth_client *client, struct diag *diag)
{
    diag_set(diag, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
             "no pg_hba.conf entry for host \"%s\", user \"%s\", database \"%s\", %s",
             *client->address ? client->address : "[local]", client->user, client->database,
             client->is_encrypted ? "SSL encryption" : "no encryption");
    diag->severity = "FATAL";
    return false;
}
