#include "session/keepalive.h"
#include "session/state.h"

#include "util/log.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static const struct {
    const char *name;
    int option;
} options[] = {
    {"tcp_keepalives_idle", TCP_KEEPIDLE},
    {"tcp_keepalives_interval", TCP_KEEPINTVL},
    {"tcp_keepalives_count", TCP_KEEPCNT},
    {"tcp_user_timeout", TCP_USER_TIMEOUT},
};

enum { OPTIONS = sizeof options / sizeof *options };

/* What a socket has before anybody sets it, which 0 returns to; this process serves one client. */
static int system_values[OPTIONS];

static void apply(struct session *session, int i)
{
    int value = (int) settings_int(session->settings, options[i].name), now = 0;
    socklen_t size = sizeof now;
    if (value == 0)
        value = system_values[i];
    if (getsockopt(session->interrupts.fd, IPPROTO_TCP, options[i].option, &now, &size) == 0 && now == value)
        return;
    if (setsockopt(session->interrupts.fd, IPPROTO_TCP, options[i].option, &value, sizeof value) < 0)
        log_errno(LOG_LEVEL_LOG, "could not set %s of a client's socket", options[i].name);
}

void keepalive_apply_all(struct session *session)
{
    if (!session->has_tcp_client)
        return;
    for (int i = 0; i < OPTIONS; i++) {
        socklen_t size = sizeof *system_values;
        if (getsockopt(session->interrupts.fd, IPPROTO_TCP, options[i].option, &system_values[i], &size) < 0)
            system_values[i] = 0;
        apply(session, i);
    }
}

void keepalive_apply(struct session *session, const char *name)
{
    if (!session->has_tcp_client || session->interrupts.fd < 0)
        return;
    for (int i = 0; i < OPTIONS; i++)
        if (!strcmp(name, options[i].name))
            apply(session, i);
}
