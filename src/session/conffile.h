#ifndef PGQUILL_SESSION_CONFFILE_H
#define PGQUILL_SESSION_CONFFILE_H

#include "session/settings.h"

/* pgquill.conf, in the syntax of postgresql.conf: name = value lines, include, include_if_exists, include_dir. */

/* One line, as pg_file_settings shows it. A mistake of syntax has no name; one of a whole file may have no line. */
struct conffile_entry {
    char *file;
    int line;
    char *name, *value;
    char *error, *hint; /* NULL: none; the whole sentence, with file and line */
    bool is_unknown;    /* the error is that there is no such setting */
    bool is_applied;    /* conffile_apply took it: no later line names the same setting */
};

struct conffile {
    struct conffile_entry *entries;
    int count;
    int depth;
};

/* A zeroed conffile ({0}) is empty. Read a file and what it includes behind what was read before. A missing file is a mistake. */
void conffile_read(struct conffile *file, const char *path);
/* Give `settings` the values (source: file), of each name the last. False when there is a mistake in any line, be it now or from reading. */
bool conffile_apply(struct conffile *file, struct settings *settings);
/* The mistakes, to the server log. */
void conffile_log(const struct conffile *file);
void conffile_deinit(struct conffile *file);

/* ALTER SYSTEM: in the file `path` give `name` the value (NULL: none); `name` NULL removes all. The file is replaced in one step and is on disk at
 * return; processes that do this at the same time wait for each other. 58030 when the disk refuses. */
bool conffile_alter(const char *path, const char *name, const char *value, struct diag *diag);

#endif
