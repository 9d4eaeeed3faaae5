#ifndef PGQUILL_MASTER_PATH_H
#define PGQUILL_MASTER_PATH_H

/* dir/name; owned by the caller. */
char *path_join(const char *dir, const char *name);
/* A formatted string; owned by the caller. */
char *path_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
