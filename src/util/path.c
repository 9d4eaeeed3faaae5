#include "util/path.h"

#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *path_printf(const char *format, ...)
{
    char *path;
    va_list args;
    va_start(args, format);
    if (vasprintf(&path, format, args) < 0)
        fatal_out_of_memory(strlen(format));
    va_end(args);
    return path;
}

char *path_join(const char *dir, const char *name)
{
    return path_printf("%s/%s", strcmp(dir, "/") ? dir : "", name);
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, data, len);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            data += written;
            len -= (size_t) written;
        }
    }
    return true;
}

static void sync_directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash ? path_printf("%.*s/", (int) (slash - path), path) : path_printf(".");
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && fsync(fd) < 0)
        log_errno(LOG_LEVEL_WARNING, "could not sync directory \"%s\"", dir);
    if (fd >= 0)
        close(fd);
    free(dir);
}

bool path_replace(const char *path, const char *data, size_t len)
{
    char *temporary = path_printf("%s.%d.tmp", path, (int) getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0 && write_all(fd, data, len) && fsync(fd) == 0;
    int error = errno;
    if (fd >= 0 && close(fd) < 0 && good) {
        good = false;
        error = errno;
    }
    if (good && rename(temporary, path) < 0) {
        good = false;
        error = errno;
    }
    if (good)
        sync_directory_of(path);
    else if (fd >= 0)
        unlink(temporary);
    free(temporary);
    errno = error;
    return good;
}
