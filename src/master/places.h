#ifndef PGQUILL_MASTER_PLACES_H
#define PGQUILL_MASTER_PLACES_H

#include "master/server.h"

/* Where the server's files are, from its command line: absolute paths, so that the working directory may change. Makes the data and
 * the run directory when they are missing. false after the reason was logged. */
bool places_resolve(struct places *places, const struct options *options);
/* Where the log goes, once the settings are known: log_file, relative to the run directory; a daemon has one always. */
void places_resolve_log(struct places *places, const struct settings *settings, bool daemon);
/* Frees the names, and removes an ephemeral server's directory. */
void places_deinit(struct places *places);

#endif
