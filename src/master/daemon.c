#include "master/daemon.h"

#include "util/path.h"
#include "shm/registry.h"
#include "util/log.h"

#include <bsd/libutil.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ORPHAN_TRIES = 60, ORPHAN_PAUSE_NS = 50000000 };

static int ready_pipe = -1, terminal = -1;

/* The first process: stays until the server tells how it went, so that its exit status is the answer. */
_Noreturn static void wait_for_ready(int pipe_end, pid_t child)
{
    char answer;
    ssize_t got;
    while ((got = read(pipe_end, &answer, 1)) < 0 && errno == EINTR)
        ;
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    _exit(got == 1 ? 0 : 1);
}

bool daemon_detach(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    pid_t first = fork();
    if (first < 0)
        return false;
    if (first > 0) {
        close(ends[1]);
        wait_for_ready(ends[0], first);
    }
    close(ends[0]);
    setsid();
    /* The second child leads no session, so it can never get a terminal again. */
    pid_t second = fork();
    if (second != 0)
        _exit(second < 0);
    umask(077);
    if (chdir("/") < 0)
        return false;
    ready_pipe = ends[1];
    terminal = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return false;
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    close(null);
    return true;
}

int daemon_terminal(void)
{
    int taken = terminal;
    terminal = -1;
    return taken;
}

void daemon_ready(void)
{
    if (ready_pipe >= 0) {
        if (write(ready_pipe, "R", 1) < 0)
            log_errno(LOG_LEVEL_DEBUG, "nobody waits for the server to be ready");
        close(ready_pipe);
    }
    ready_pipe = -1;
}

void daemon_leave(void)
{
    if (ready_pipe >= 0)
        close(ready_pipe);
    ready_pipe = -1;
}

static bool is_gone(pid_t pid)
{
    int saved = errno;
    bool gone = pid > 0 && kill(pid, 0) < 0 && errno == ESRCH;
    errno = saved;
    return gone;
}

struct pidfh *daemon_lock(const char *run_dir)
{
    pid_t other = 0;
    char *path = path_join(run_dir, "pgquilld.pid");
    struct pidfh *handle = NULL;
    /* Processes that a killed master left behind end within moments. */
    for (int tries = 0; !handle && tries < ORPHAN_TRIES; tries++) {
        handle = pidfile_open(path, 0644, &other);
        if (handle || errno != EEXIST || !is_gone(other))
            break;
        nanosleep(&(struct timespec){.tv_nsec = ORPHAN_PAUSE_NS}, NULL);
        errno = EEXIST;
    }
    if (handle) {
        free(path);
        return handle;
    }
    if (errno != EEXIST) {
        log_errno(LOG_LEVEL_FATAL, "could not open the pid file \"%s\"", path);
    } else if (is_gone(other)) {
        log_write(LOG_LEVEL_FATAL, "\"%s\" is locked: the server (PID %d) is gone, but processes of it still live", path,
                  (int) other);
    } else {
        log_write(LOG_LEVEL_FATAL, "\"%s\" is locked: is another server (PID %d) running in directory \"%s\"?", path, (int) other,
                  run_dir);
    }
    free(path);
    return NULL;
}

bool daemon_clean(const char *run_dir)
{
    char error[256];
    char *path = path_join(run_dir, "registry");
    struct shm *old = shm_attach(path, error, sizeof error);
    if (old) {
        int reclaimed = slot_reclaim_dead(old), living = registry_sessions(old);
        shm_detach(old);
        if (living) {
            log_write(LOG_LEVEL_FATAL, "%d sessions without a master still live in run directory \"%s\"", living, run_dir);
            free(path);
            return false;
        }
        if (reclaimed)
            log_write(LOG_LEVEL_LOG, "the server was not shut down properly; cleaned up after %d of its processes", reclaimed);
    }
    unlink(path);
    free(path);
    return true;
}

void daemon_notify(const char *format, ...)
{
    const char *where = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[1024];
    if (!where || (where[0] != '/' && where[0] != '@') || strlen(where) >= sizeof address.sun_path)
        return;
    strcpy(address.sun_path, where);
    /* "@" stands for the NUL of the abstract namespace. */
    if (where[0] == '@')
        address.sun_path[0] = '\0';
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    socklen_t size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(where));
    if (sendto(fd, text, (size_t) (length < (int) sizeof text ? length : (int) sizeof text - 1), MSG_NOSIGNAL,
               (struct sockaddr *) &address, size) < 0)
        log_errno(LOG_LEVEL_DEBUG, "could not notify the service manager");
    close(fd);
}
