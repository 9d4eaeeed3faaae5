#ifndef PGQUILL_CTL_SESSIONS_H
#define PGQUILL_CTL_SESSIONS_H

#include "shm/registry.h"

/* The sessions as the registry has them, read without asking the server: it works however busy the master is. */

/* Map the registry of a run directory; NULL after the reason was printed. */
struct shm *sessions_attach(const char *run_dir);
/* One session a line, or a JSON array. */
void sessions_print_text(const struct shm *shm);
void sessions_print_json(const struct shm *shm);
/* A screen of numbers and sessions that is drawn again each second, until q is pressed or a signal comes. Not on a terminal, or as JSON, it is
 * printed once, with the rates of one second. */
int sessions_top(const char *run_dir, bool json);
/* Prometheus's text format. */
void sessions_print_metrics(struct shm *shm, const char *uptime, const char *spares, const char *max_connections);

const char *sessions_state_name(enum slot_state state);
/* pg_stat_activity's names (PostgreSQL docs 28.2.3); "" when nothing is waited for. */
void sessions_wait_names(enum slot_wait wait, const char **type, const char **event);
/* Is it a client's session, as opposed to a spare or a helper? */
bool sessions_is_client(const struct slot_info *info);

#endif
