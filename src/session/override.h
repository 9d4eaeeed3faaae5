#ifndef PGQUILL_SESSION_OVERRIDE_H
#define PGQUILL_SESSION_OVERRIDE_H

#include "session/session.h"

/* ALTER DATABASE … SET and ALTER ROLE … SET: what sessions of a database, of a user, or of both begin with. They are of the whole server, in the file
 * pgquill.overrides of the data directory, one line each: 'database' 'user' 'name' 'value', an empty name meaning "any". */

struct override {
    char *database, *user; /* "": any */
    char *name, *value;
};

struct overrides {
    struct override *list;
    int count;
};

/* What the file has; a missing file has nothing. Lines that cannot be read are left out, with a warning in the log. */
void overrides_read(const char *data_dir, struct overrides *overrides);
void overrides_deinit(struct overrides *overrides);

/* Change the file when the transaction commits. value NULL: take the setting away; name NULL: all settings of this database and user. */
void override_queue(struct session *session, const char *database, const char *user, const char *name, const char *value);
/* The transaction's ends. */
void overrides_committed(struct session *session);
void overrides_rolled_back(struct session *session, int level); /* what was queued at this depth of savepoints and deeper */
void overrides_lower_level(struct session *session, int level);

/* A database has another name now; NULL: it is no more. */
bool overrides_rename(const char *data_dir, const char *database, const char *new_name, struct diag *diag);

/* Give a session that begins its values. What cannot be applied is a warning in the log. */
void overrides_apply(struct session *session);

#endif
