#include "master/ephemeral.h"

#include "util/path.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "pgquill-ephemeral-"

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void) status;
    (void) kind;
    (void) walk;
    remove(path);
    return 0;
}

void ephemeral_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Its server has written its pid there and no process holds the lock any longer. An empty file may be a server about to start. */
static bool is_abandoned(const char *dir)
{
    struct stat status;
    if (lstat(dir, &status) < 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid())
        return false;
    char *path = path_join(dir, "pgquilld.pid");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    free(path);
    if (fd < 0)
        return false;
    bool abandoned = fstat(fd, &status) == 0 && status.st_size > 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    close(fd);
    return abandoned;
}

static void remove_abandoned(const char *base)
{
    DIR *dir = opendir(base);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)))
            continue;
        char *path = path_join(base, entry->d_name);
        if (is_abandoned(path))
            ephemeral_remove(path);
        free(path);
    }
    closedir(dir);
}

char *ephemeral_make(void)
{
    const char *temporary = getenv("TMPDIR");
    const char *bases[] = {"/dev/shm", temporary && *temporary ? temporary : "/tmp"};
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        remove_abandoned(bases[i]);
        char *path = path_join(bases[i], PREFIX "XXXXXX");
        if (mkdtemp(path))
            return path;
        free(path);
    }
    return NULL;
}
