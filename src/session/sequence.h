#ifndef PGQUILL_SESSION_SEQUENCE_H
#define PGQUILL_SESSION_SEQUENCE_H

#include "type/datum.h"
#include "util/diag.h"

#include <stdbool.h>

/* nextval and its kin. A sequence is a row of pgquill_sequence, changed inside the caller's write transaction; what a rollback takes back is put
 * there again right after it, because numbers once given are not given twice (PostgreSQL docs 9.17). */

struct session;
struct engine_stmt;

struct sequence_value {
    oid_t oid;
    int64_t value;
    bool is_called;
    bool has_current; /* currval is defined */
    bool is_touched;  /* by the transaction under way */
};

struct sequences {
    struct sequence_value *values;
    int count, cap;
    oid_t last; /* lastval's; 0: none yet */
    bool any_touched;
    struct engine_stmt *read[2], *write[2]; /* of the file's books; of the session's own */
};

bool sequence_next(struct session *session, oid_t oid, int64_t *value, struct diag *diag);
/* 55000 when nextval was not called in this session. */
bool sequence_current(struct session *session, oid_t oid, int64_t *value, struct diag *diag);
bool sequence_last(struct session *session, int64_t *value, struct diag *diag);
/* The last value, and whether it was given out. */
bool sequence_state(struct session *session, oid_t oid, int64_t *value, bool *is_called, struct diag *diag);
bool sequence_set(struct session *session, oid_t oid, int64_t value, bool is_called, struct diag *diag);

/* The transaction was committed; or rolled back in the engine, as a whole or to a savepoint. */
void sequences_committed(struct session *session);
void sequences_rolled_back(struct session *session);
/* DISCARD SEQUENCES. */
void sequences_forget(struct session *session);
/* Give the statements back to the engine. */
void sequences_close(struct session *session);

#endif
