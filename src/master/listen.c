#include "master/listen.h"

#include "util/path.h"
#include "master/settings_source.h"
#include "util/arena.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LISTEN_FDS_FIRST = 3, BACKLOG = 4096 };

static struct listener *add(struct listeners *listeners, int fd, const char *name)
{
    int count = ++listeners->count;
    listeners->list = xrealloc(listeners->list, sizeof *listeners->list * (size_t) count);
    listeners->fds = xrealloc(listeners->fds, sizeof *listeners->fds * (size_t) count);
    listeners->fds[count - 1] = fd;
    listeners->list[count - 1] = (struct listener){.fd = fd, .name = xstrdup(name), .lock_fd = -1};
    return &listeners->list[count - 1];
}

static void describe(const struct sockaddr *address, socklen_t length, char *into, size_t size)
{
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (address->sa_family == AF_UNIX)
        snprintf(into, size, "%s", ((const struct sockaddr_un *) address)->sun_path);
    else if (getnameinfo(address, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        snprintf(into, size, address->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
    else
        snprintf(into, size, "unknown address");
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return (ntohl(((const struct sockaddr_in *) address)->sin_addr.s_addr) >> 24) == IN_LOOPBACKNET;
    if (address->sa_family == AF_INET6) {
        const struct in6_addr *in6 = &((const struct sockaddr_in6 *) address)->sin6_addr;
        return IN6_IS_ADDR_LOOPBACK(in6) || (IN6_IS_ADDR_V4MAPPED(in6) && in6->s6_addr[12] == IN_LOOPBACKNET);
    }
    return true;
}

static bool has_hba(const struct settings *settings)
{
    const char *hba = settings_string(settings, "hba_file");
    return hba && *hba;
}

/* Without rules everybody who reaches a socket is trusted, so only this machine may. */
static bool may_open(const struct settings *settings, const struct sockaddr *address, const char *name)
{
    if (is_loopback(address) || has_hba(settings))
        return true;
    char message[NI_MAXHOST + 128];
    snprintf(message, sizeof message, "will not listen on \"%s\", which is not a loopback address, without an hba file", name);
    log_report(
        LOG_LEVEL_FATAL,
        &(struct log_report){.message = message,
                             .hint = "Name the rules with --hba FILE, in the syntax of pg_hba.conf, or listen on 127.0.0.1."});
    return false;
}

static int open_tcp(const struct addrinfo *found, const char *name)
{
    int on = 1;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        log_errno(LOG_LEVEL_LOG, "could not create a socket for \"%s\"", name);
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (found->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, found->ai_addr, found->ai_addrlen) < 0) {
        char message[NI_MAXHOST + 256];
        snprintf(message, sizeof message, "could not bind \"%s\": %s", name, strerror(errno));
        log_report(LOG_LEVEL_LOG,
                   &(struct log_report){.message = message,
                                        .hint = errno == EADDRINUSE ? "Is another server already running on this port? If not, "
                                                                      "wait a few seconds and retry."
                                                                    : NULL});
    } else if (listen(fd, BACKLOG) < 0) {
        log_errno(LOG_LEVEL_LOG, "could not listen on \"%s\"", name);
    } else {
        return fd;
    }
    close(fd);
    return -1;
}

/* All addresses of one host name; false only when the server must not start. */
static bool open_host(struct listeners *listeners, const struct settings *settings, const char *host, const char *port)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *found = NULL;
    if (!strcmp(host, "0.0.0.0"))
        hints.ai_family = AF_INET;
    else if (!strcmp(host, "::"))
        hints.ai_family = AF_INET6;
    int error = getaddrinfo(strcmp(host, "*") ? host : NULL, port, &hints, &found);
    if (error) {
        log_write(LOG_LEVEL_LOG, "could not translate host name \"%s\", service \"%s\" to address: %s", host, port,
                  gai_strerror(error));
        return true;
    }
    bool may = true;
    for (const struct addrinfo *one = found; one && may; one = one->ai_next) {
        char name[NI_MAXHOST + NI_MAXSERV + 4];
        describe(one->ai_addr, one->ai_addrlen, name, sizeof name);
        may = may_open(settings, one->ai_addr, name);
        int fd = may ? open_tcp(one, name) : -1;
        if (fd >= 0)
            add(listeners, fd, name);
    }
    freeaddrinfo(found);
    return may;
}

static char *next_word(char **list)
{
    return strtok_r(*list, ", \t\"", list);
}

static bool open_hosts(struct listeners *listeners, const struct settings *settings)
{
    char port[16];
    char *list = xstrdup(settings_string(settings, "listen_addresses")), *rest = list;
    bool good = true;
    int named = 0;
    snprintf(port, sizeof port, "%d", (int) settings_int(settings, "port"));
    for (char *host; good && (host = next_word(&rest)); named++) {
        int before = listeners->count;
        good = open_host(listeners, settings, host, port);
        if (good && listeners->count == before)
            log_write(LOG_LEVEL_WARNING, "could not create listen socket for \"%s\"", host);
    }
    free(list);
    if (good && named && !listeners->count) {
        log_write(LOG_LEVEL_FATAL, "could not create any TCP/IP sockets");
        return false;
    }
    return good;
}

/* The lock tells a socket file that a crash left behind from one in use. */
static int lock_socket(const char *path)
{
    char line[32];
    char *lock = path_printf("%s.lock", path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        log_errno(LOG_LEVEL_FATAL, "could not create lock file \"%s\"", lock);
        free(lock);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        ssize_t got = pread(fd, line, sizeof line - 1, 0);
        line[got > 0 ? got : 0] = '\0';
        log_write(LOG_LEVEL_FATAL, "lock file \"%s\" is in use: is another server (PID %d) using socket file \"%s\"?", lock,
                  atoi(line), path);
        close(fd);
        free(lock);
        return -1;
    }
    int length = snprintf(line, sizeof line, "%d\n", (int) getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, line, (size_t) length, 0) < 0)
        log_errno(LOG_LEVEL_WARNING, "could not write lock file \"%s\"", lock);
    free(lock);
    return fd;
}

static void set_access(const char *path, const struct settings *settings)
{
    const char *group = settings_string(settings, "unix_socket_group");
    if (group && *group) {
        struct group *entry = getgrnam(group);
        if (!entry || chown(path, (uid_t) -1, entry->gr_gid) < 0)
            log_write(LOG_LEVEL_WARNING, "could not set the group of \"%s\" to \"%s\"", path, group);
    }
    if (chmod(path, (mode_t) settings_int(settings, "unix_socket_permissions")) < 0)
        log_errno(LOG_LEVEL_WARNING, "could not set the permissions of \"%s\"", path);
}

static bool open_unix(struct listeners *listeners, const struct settings *settings, const char *dir)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *name = path_printf("%s/.s.PGSQL.%d", dir, (int) settings_int(settings, "port"));
    const char *path = address.sun_path;
    if (strlen(name) >= sizeof address.sun_path) {
        log_write(LOG_LEVEL_FATAL, "Unix-domain socket path \"%s\" is too long (maximum %d bytes)", name,
                  (int) sizeof address.sun_path - 1);
        free(name);
        return false;
    }
    strcpy(address.sun_path, name);
    free(name);
    int lock_fd = lock_socket(path);
    if (lock_fd < 0)
        return false;
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *) &address, sizeof address) < 0 || listen(fd, BACKLOG) < 0) {
        log_errno(LOG_LEVEL_FATAL, "could not create Unix-domain socket \"%s\"", path);
        if (fd >= 0)
            close(fd);
        close(lock_fd);
        return false;
    }
    set_access(path, settings);
    struct listener *listener = add(listeners, fd, path);
    listener->path = xstrdup(path);
    listener->lock_fd = lock_fd;
    return true;
}

static bool open_unix_all(struct listeners *listeners, const struct settings *settings, const char *socket_dir)
{
    if (settings_source(settings, "unix_socket_directories") == SOURCE_DEFAULT)
        return open_unix(listeners, settings, socket_dir);
    char *list = xstrdup(settings_string(settings, "unix_socket_directories")), *rest = list;
    bool good = true;
    for (char *dir; good && (dir = next_word(&rest));)
        good = open_unix(listeners, settings, dir);
    free(list);
    return good;
}

/* sd_listen_fds(3): how many sockets were passed to this very process; -1 for none. */
static int activated(void)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    if (!pid || !fds || atol(pid) != (long) getpid() || atoi(fds) < 1)
        return -1;
    int count = atoi(fds);
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return count;
}

static bool inherit(struct listeners *listeners, const struct settings *settings, int count)
{
    listeners->inherited = true;
    for (int fd = LISTEN_FDS_FIRST; fd < LISTEN_FDS_FIRST + count; fd++) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address, size = sizeof(int);
        int listening = 0;
        char name[NI_MAXHOST + NI_MAXSERV + 4];
        if (getsockname(fd, (struct sockaddr *) &address, &length) < 0 ||
            getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0 || !listening) {
            log_write(LOG_LEVEL_FATAL, "file descriptor %d from the service manager is no listening socket", fd);
            return false;
        }
        describe((struct sockaddr *) &address, length, name, sizeof name);
        if (!may_open(settings, (struct sockaddr *) &address, name))
            return false;
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        add(listeners, fd, name);
    }
    return true;
}

static void warn_about_trust(const struct listeners *listeners, const struct settings *settings)
{
    if (has_hba(settings))
        return;
    for (int i = 0; i < listeners->count; i++)
        if (!listeners->list[i].path)
            log_write(LOG_LEVEL_WARNING,
                      "no hba file is named: everybody on this machine who can connect to %s is trusted, without a password",
                      listeners->list[i].name);
}

bool listen_open(struct listeners *listeners, const struct settings *settings, const char *socket_dir)
{
    *listeners = (struct listeners){0};
    int passed = activated();
    bool good = passed > 0 ? inherit(listeners, settings, passed)
                           : open_hosts(listeners, settings) && open_unix_all(listeners, settings, socket_dir);
    if (good && !listeners->count) {
        log_write(LOG_LEVEL_FATAL, "no socket created for listening");
        good = false;
    }
    if (!good) {
        listen_close(listeners);
        return false;
    }
    warn_about_trust(listeners, settings);
    return true;
}

void listen_shut(struct listeners *listeners)
{
    if (listeners->inherited)
        return;
    for (int i = 0; i < listeners->count; i++) {
        shutdown(listeners->list[i].fd, SHUT_RDWR);
        if (listeners->list[i].path)
            unlink(listeners->list[i].path);
    }
}

void listen_close(struct listeners *listeners)
{
    for (int i = 0; i < listeners->count; i++) {
        struct listener *listener = &listeners->list[i];
        close(listener->fd);
        if (listener->path) {
            char *lock = path_printf("%s.lock", listener->path);
            unlink(listener->path);
            unlink(lock);
            close(listener->lock_fd);
            free(lock);
        }
        free(listener->path);
        free(listener->name);
    }
    free(listeners->list);
    free(listeners->fds);
    *listeners = (struct listeners){0};
}
