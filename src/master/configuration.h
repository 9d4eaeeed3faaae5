#ifndef PGQUILL_MASTER_CONFIGURATION_H
#define PGQUILL_MASTER_CONFIGURATION_H

#include "master/options.h"
#include "session/settings.h"

#include <stdbool.h>

/* The server's settings from all its sources. */

enum configuration_log { CONFIGURATION_SILENT, CONFIGURATION_LOGGED };

/* Defaults, `path` (must exist only when the command line named it), `auto_path` (what ALTER SYSTEM wrote; may be NULL or missing), the command
 * line. NULL when there are mistakes; they go to the log if `log` says so. Owned by the caller. */
struct settings *configuration_load(const struct options *options, const char *path, const char *auto_path,
                                    enum configuration_log log);

/* Make `*current` what `fresh` says, except for settings that need a restart: those keep their value and are marked as pending.
 * Consumes `fresh` and the former `*current`. Returns how many settings changed. */
int configuration_adopt(struct settings **current, struct settings *fresh, enum configuration_log log);

#endif
