/* A recorder for LD_PRELOAD: notes every write, truncation and sync of the database's files, so that a test can rebuild what a disk would
 * hold after a power cut at any moment.
 *
 * POWERCUT_LOG names the log, POWERCUT_PREFIX the path prefix of files to watch. A record is a struct record, then the file's name (name_size
 * bytes), then `size` bytes of data for a write. Records of all processes go to one O_APPEND file, one write each; times are CLOCK_MONOTONIC ns.
 * A write's time is taken before the call, a sync's start before and its end after the call: so a sync is never credited with a write that it may
 * have missed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct record {
    uint32_t magic;
    char kind; /* w write, t truncate, s sync */
    char pad[3];
    int64_t start, end;
    int64_t offset, size;
    int32_t name_size, pid;
};

static int log_fd = -1;

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int watched(int fd, char *path)
{
    const char *prefix = getenv("POWERCUT_PREFIX");
    char link[64];
    if (!prefix || !getenv("POWERCUT_LOG"))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    if (size <= 0)
        return 0;
    path[size] = '\0';
    return strncmp(path, prefix, strlen(prefix)) == 0 && !strstr(path, "-shm");
}

static void note(char kind, const char *path, int64_t start, int64_t end, int64_t offset, const void *data, int64_t size)
{
    static ssize_t (*real_writev)(int, const struct iovec *, int);
    if (log_fd < 0)
        log_fd = open(getenv("POWERCUT_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (!real_writev)
        real_writev = dlsym(RTLD_NEXT, "writev");
    struct record record = {.magic = 0x50435554,
                            .kind = kind,
                            .start = start,
                            .end = end,
                            .offset = offset,
                            .size = size,
                            .name_size = (int32_t) strlen(path),
                            .pid = getpid()};
    struct iovec parts[3] = {{&record, sizeof record}, {(void *) path, strlen(path)}, {(void *) data, data ? (size_t) size : 0}};
    if (real_writev(log_fd, parts, 3) < 0)
        abort();
}

typedef ssize_t pwrite_call(int, const void *, size_t, off64_t);
typedef ssize_t write_call(int, const void *, size_t);
typedef int truncate_call(int, off64_t);
typedef int sync_call(int);

#define REAL(name, type)                                                                                                         \
    static type *real;                                                                                                           \
    if (!real)                                                                                                                   \
    real = (type *) dlsym(RTLD_NEXT, name)

static ssize_t write_at(ssize_t (*real)(int, const void *, size_t, off64_t), int fd, const void *data, size_t size,
                        off64_t offset)
{
    char path[PATH_MAX];
    if (!watched(fd, path))
        return real(fd, data, size, offset);
    int64_t start = now();
    ssize_t written = real(fd, data, size, offset);
    if (written > 0)
        note('w', path, start, now(), offset, data, written);
    return written;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
    REAL("pwrite64", pwrite_call);
    return write_at(real, fd, data, size, offset);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    REAL("pwrite64", pwrite_call);
    return write_at(real, fd, data, size, offset);
}

ssize_t write(int fd, const void *data, size_t size)
{
    REAL("write", write_call);
    char path[PATH_MAX];
    if (!watched(fd, path))
        return real(fd, data, size);
    int64_t start = now();
    off64_t offset = lseek64(fd, 0, SEEK_CUR);
    ssize_t written = real(fd, data, size);
    if (written > 0)
        note('w', path, start, now(), offset, data, written);
    return written;
}

static int truncate_to(int (*real)(int, off64_t), int fd, off64_t size)
{
    char path[PATH_MAX];
    if (!watched(fd, path))
        return real(fd, size);
    int64_t start = now();
    int result = real(fd, size);
    if (result == 0)
        note('t', path, start, now(), size, NULL, 0);
    return result;
}

int ftruncate64(int fd, off64_t size)
{
    REAL("ftruncate64", truncate_call);
    return truncate_to(real, fd, size);
}

int ftruncate(int fd, off_t size)
{
    REAL("ftruncate64", truncate_call);
    return truncate_to(real, fd, size);
}

static int sync_file(int (*real)(int), int fd)
{
    char path[PATH_MAX];
    if (!watched(fd, path))
        return real(fd);
    int64_t start = now();
    int result = real(fd);
    if (result == 0)
        note('s', path, start, now(), 0, NULL, 0);
    return result;
}

int fsync(int fd)
{
    REAL("fsync", sync_call);
    return sync_file(real, fd);
}

int fdatasync(int fd)
{
    REAL("fdatasync", sync_call);
    return sync_file(real, fd);
}
