#include "session/state.h"
#include "session/utility.h"

#include "util/log.h"
#include "wire/auth.h"
#include "wire/hba.h"
#include "wire/startup.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* From the startup packet to the first ReadyForQuery. */

static bool fatal(struct diag *diag)
{
    diag->severity = "FATAL";
    return false;
}

static void cancel(struct session *session, const struct startup *startup)
{
    struct session_slot *slot = registry_match_cancel(session->options.shm, (pid_t) startup->cancel_pid, startup->cancel_key);
    if (slot)
        slot_interrupt(slot, (pid_t) startup->cancel_pid, INTERRUPT_CANCEL);
    else
        log_write(LOG_LEVEL_LOG, "wrong key in cancel request for process %u", startup->cancel_pid);
}

/* Names that stand for the default database: its own, "postgres", and the user's when the client named none. */
static bool is_default(const struct session *session, const struct startup *startup)
{
    return !strcmp(startup->database, session->options.default_name) || !strcmp(startup->database, "postgres") ||
           !startup->database_given;
}

static bool open_database(struct session *session, const struct startup *startup, struct diag *diag)
{
    bool own = false;
    char *path = arena_printf(&session->session_arena, "%s/%s.db", session->options.data_dir, startup->database);
    /* A file of the user's or "postgres"' name wins over the default. */
    bool has_file = database_is_file_name(startup->database) && access(path, R_OK) == 0;
    if (is_default(session, startup))
        own = !has_file || !strcmp(startup->database, session->options.default_name);
    else if (!has_file) {
        diag_set(diag, ERRCODE_INVALID_CATALOG_NAME, "database \"%s\" does not exist", startup->database);
        return fatal(diag);
    }
    session->database = xstrdup(own ? session->options.default_name : startup->database);
    session->env.database = session->database;
    slot_set_identity(session->options.slot, session->database, NULL, NULL);
    const char *wanted = own ? session->options.default_path : path;
    if (!session_has_open(session, wanted)) {
        session_close(session);
        if (!session_open(session, wanted, own, diag))
            return fatal(diag);
    }
    catalog_set_database(session->catalog, session->database);
    return true;
}

static bool apply_parameters(struct session *session, const struct startup *startup, struct diag *diag)
{
    for (int i = 0; i < startup->parameter_count; i++) {
        const struct startup_parameter *parameter = &startup->parameters[i];
        if (!settings_set(session->settings, parameter->name, parameter->value, SOURCE_CLIENT, diag))
            return fatal(diag);
    }
    return true;
}

static void put_all_parameters(struct session *session)
{
    session->reports = ~0ull;
    session_put_reports(session);
}

static bool is_of_this_machine(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *) address)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    if (address->ss_family != AF_INET6)
        return true;
    const struct in6_addr *in6 = &((const struct sockaddr_in6 *) address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(in6) || (IN6_IS_ADDR_V4MAPPED(in6) && in6->s6_addr[12] == IN_LOOPBACKNET);
}

/* The method that the rules name for this client. */
static bool authenticate(struct session *session, const struct auth_client *client, struct diag *diag)
{
    const struct auth_method *method = auth_method("trust");
    struct sockaddr_storage address = {.ss_family = AF_UNIX};
    socklen_t length = sizeof address;
    if (getpeername(client->fd, (struct sockaddr *) &address, &length) < 0)
        return diag_set(diag, ERRCODE_CONNECTION_FAILURE, "connection to client lost") || fatal(diag);
    /* The master does not listen to other machines without rules; inetd may. */
    if (!session->options.hba && !is_of_this_machine(&address))
        return hba_refuse(client, diag);
    if (session->options.hba) {
        struct hba_client wanted = {.user = client->user,
                                    .database = client->database,
                                    .address = (struct sockaddr *) &address,
                                    .address_length = length,
                                    .is_encrypted = client->is_encrypted};
        const struct hba_rule *rule = hba_match(session->options.hba, &wanted);
        if (!rule)
            return hba_refuse(client, diag);
        method = rule->method;
    }
    return auth_run(method, &session->wire, client, diag);
}

static bool admit(struct session *session, const struct startup *startup, const char *address, struct diag *diag)
{
    struct auth_client client = {
        .user = startup->user, .database = startup->database, .address = address, .fd = session->wire.fd};
    free(session->user); /* of a client that was refused */
    free(session->session_user);
    session->user = xstrdup(startup->user);
    session->session_user = xstrdup(startup->user);
    session->env.user = session->user;
    session->env.session_user = session->session_user;
    session->env.backend_pid = (uint32_t) getpid();
    if (!authenticate(session, &client, diag) || !open_database(session, startup, diag))
        return false;
    struct diag ignored = {0};
    settings_set(session->settings, "session_authorization", startup->user, SOURCE_CLIENT, &ignored);
    diag_clear(&ignored);
    overrides_apply(session);
    if (!apply_parameters(session, startup, diag))
        return false;
    session_apply_settings(session);
    return true;
}

/* Sessions that have their place before this one: those that are served, and those that came earlier and are still logging in. Everybody counts
 * by the same order, so however many come at once, never more are let in than there are places. */
static int sessions_before(const struct session *session)
{
    struct shm *shm = session->options.shm;
    struct slot_info own, other;
    int count = 0;
    slot_read(session->options.slot, &own);
    for (int i = 0; i < registry_size(shm); i++) {
        enum slot_state state = slot_state(slot_at(shm, i));
        if (state < SLOT_STARTUP || state == SLOT_ENDED || i == own.index || !slot_read(slot_at(shm, i), &other) ||
            other.kind != SLOT_CLIENT)
            continue;
        count += state != SLOT_STARTUP || other.connected < own.connected || (other.connected == own.connected && i < own.index);
    }
    return count;
}

/* Is there a place? The last ones are kept for who runs the server. */
static bool has_place(struct session *session, const struct startup *startup, struct diag *diag)
{
    int64_t limit = settings_int(session->settings, "max_connections"),
            reserved = settings_int(session->settings, "superuser_reserved_connections");
    int before = session->options.shm ? sessions_before(session) : 0;
    bool is_superuser =
        !strcmp(startup->user, "postgres") || (session->options.os_user && !strcmp(startup->user, session->options.os_user));
    if (before < limit - (is_superuser ? 0 : reserved))
        return true;
    shm_count(session->options.shm, SHM_CONNECTIONS_REFUSED, 1);
    diag_set(diag, ERRCODE_TOO_MANY_CONNECTIONS,
             before >= limit ? "sorry, too many clients already"
                             : "remaining connection slots are reserved for non-replication superuser connections");
    return fatal(diag);
}

enum connect_result session_connect(struct session *session, const char *address, struct diag *diag)
{
    struct startup startup;
    startup_read(&session->wire, &session->session_arena, &startup, diag);
    if (startup.malformed)
        log_write(LOG_LEVEL_LOG, "%s", startup.malformed);
    if (startup.kind == STARTUP_CANCEL)
        cancel(session, &startup);
    if (startup.kind == STARTUP_REFUSED)
        return CONNECT_REFUSED;
    if (startup.kind != STARTUP_SESSION)
        return CONNECT_OVER;
    if (!has_place(session, &startup, diag))
        return CONNECT_REFUSED;
    /* A worker that has taken a client's name is not used for another. */
    if (!admit(session, &startup, address, diag))
        return CONNECT_REFUSED;
    struct session_slot *slot = session->options.slot;
    slot_set_identity(slot, session->database, session->user, settings_string(session->settings, "application_name"));
    if (settings_bool(session->settings, "log_connections"))
        log_write(LOG_LEVEL_LOG, "connection authorized: user=%s database=%s application_name=%s", session->user,
                  session->database, settings_string(session->settings, "application_name"));
    put_all_parameters(session);
    wire_put_key(&session->wire, (uint32_t) getpid(), slot_cancel_key(slot));
    return CONNECT_OK;
}
