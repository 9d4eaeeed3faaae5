#ifndef PGQUILL_UTIL_PATH_H
#define PGQUILL_UTIL_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* dir/name; owned by the caller. */
char *path_join(const char *dir, const char *name);
/* A formatted string; owned by the caller. */
char *path_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Put a file of these bytes in the place of `path` in one step, on disk at return; mode 0600. False with errno set; the old file stays then. */
bool path_replace(const char *path, const char *data, size_t len);

#endif
