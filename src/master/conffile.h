#ifndef PGQUILL_MASTER_CONFFILE_H
#define PGQUILL_MASTER_CONFFILE_H

#include "master/options.h"
#include "session/settings.h"

/* pgquill.conf, in the syntax of postgresql.conf: name = value lines, include, include_if_exists, include_dir. */

/* Read a file into `settings` (source: file). Every mistake is logged with file and line; false when there was one. A later line
 * wins over an earlier one. A missing file is a mistake. */
bool conffile_read(struct settings *settings, const char *path);

/* The server's settings from all its sources: defaults, `path` (must exist only when the command line named it), `auto_path` (what
 * ALTER SYSTEM wrote; may be NULL or missing), the command line. NULL after the mistakes were logged. */
struct settings *conffile_load(const struct options *options, const char *path, const char *auto_path);

/* Make `*current` what `fresh` says, except for settings that need a restart: those keep their value, with a line in the log.
 * Consumes `fresh` and the former `*current`. Returns how many settings changed. */
int conffile_adopt(struct settings **current, struct settings *fresh);

#endif
