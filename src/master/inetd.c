#include "master/inetd.h"

#include "util/path.h"
#include "shm/registry.h"
#include "util/arena.h"
#include "util/log.h"
#include "worker/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Attach to the registry or make it, one process at a time. */
static bool share_registry(struct server *server)
{
    char error[256];
    char *path = path_join(server->places.run_dir, "registry"), *lock = path_printf("%s.lock", path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool locked = fd >= 0 && flock(fd, LOCK_EX) == 0;
    if (!locked)
        log_errno(LOG_LEVEL_FATAL, "could not lock \"%s\"", lock);
    else
        server->shm = shm_attach(path, error, sizeof error);
    bool good = locked && (server->shm || server_open_registry(server));
    if (fd >= 0)
        close(fd);
    free(path);
    free(lock);
    return good;
}

void inetd_protect_client(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDOUT_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++) {
        struct stat status;
        if (fstat(fd, &status) < 0 || S_ISSOCK(status.st_mode))
            dup2(null, fd);
    }
    if (null > STDERR_FILENO)
        close(null);
}

int inetd_run(struct server *server)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(STDIN_FILENO, (struct sockaddr *) &address, &length) < 0) {
        log_write(LOG_LEVEL_FATAL, "--inetd: standard input is no socket");
        return 2;
    }
    if (!share_registry(server))
        return 1;
    struct session_options options = server_session_options(server);
    options.slot = slot_take(server->shm, SLOT_CLIENT);
    if (!options.slot) {
        log_write(LOG_LEVEL_FATAL, "no free session slot");
        shm_count(server->shm, SHM_CONNECTIONS_REFUSED, 1);
        return 1;
    }
    slot_own(options.slot, getpid());
    int status = worker_serve_one(&options, STDIN_FILENO);
    slot_free_by_pid(server->shm, getpid(), NULL);
    shm_detach(server->shm);
    server->shm = NULL;
    return status;
}
