#ifndef PGQUILL_WORKER_LOG_OUTPUT_H
#define PGQUILL_WORKER_LOG_OUTPUT_H

#include "session/settings.h"
#include "shm/registry.h"

/* Where the server's log goes and how its lines look: log_destination, log_file, log_line_prefix and their kin. Every process writes
 * its own lines, each with one write, so that processes sharing a file do not tear them. */

/* Apply the settings and become the sink of util/log.h. `file` (may be NULL: standard error) is opened for appending; standard error
 * is made to point at it. false: the file cannot be opened (errno), the former output stays. */
bool log_output_configure(const struct settings *settings, const char *file);
/* Open the file again under its name, after it was moved away. */
bool log_output_reopen(void);
/* Async-signal-safe: open the file again before the next line. */
void log_output_note_reopen(void);
/* Lines that tell of trouble go to this descriptor too (a daemon's terminal, until it is ready). Takes it over; -1 closes the former. */
void log_output_set_copy(int fd);
/* Whose session this process serves: the escapes of log_line_prefix that concern a session read it. */
void log_output_set_slot(const struct session_slot *slot);

#endif
