#ifndef PGQUILL_UTIL_DIAG_H
#define PGQUILL_UTIL_DIAG_H

#include "util/sqlstate.h"

#include <stdbool.h>
#include <stddef.h>

/* One report to the client: an error, or a notice. The fields are those of PostgreSQL's ErrorResponse
 * (docs: "Error and Notice Message Fields"). Strings are owned by the diag and freed by diag_clear. */
struct diag {
    const char *severity; /* "ERROR", "FATAL", "WARNING", "NOTICE", …; a static string. "ERROR" unless set */
    char sqlstate[6];     /* empty: nothing is reported */
    char *message;
    char *detail;
    char *hint;
    char *context;
    char *schema, *table, *column, *datatype, *constraint;
    char *internal_query;
    int position; /* 1-based character of the statement's text; 0: none */
    int internal_position;
};

/* A zeroed diag ({0}) is ready for use. */
void diag_clear(struct diag *diag);
static inline bool diag_is_set(const struct diag *diag)
{
    return diag->sqlstate[0] != '\0';
}

/* Report a mistake: sets code and message, forgetting what was there. Always false, so that callers can
 * `return diag_set(diag, ERRCODE_…, "…")`. No trailing full stop in messages; PostgreSQL's wording. */
bool diag_set(struct diag *diag, const char *sqlstate, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Add to a report that is set. All return false, so that they chain as diag_set does. */
bool diag_detail(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool diag_hint(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool diag_context(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Names that the error concerns; NULL leaves a field as it is. */
bool diag_object(struct diag *diag, const char *schema, const char *table, const char *column, const char *constraint);
bool diag_datatype(struct diag *diag, const char *schema, const char *datatype);

/* Set the position from a 0-based byte offset into UTF-8 `text`; a negative offset sets none.
 * An existing position is kept: the innermost report is the exact one. Returns false. */
bool diag_position(struct diag *diag, const char *text, int byte_offset);

/* Move a report; `from` is empty afterwards. */
void diag_move(struct diag *to, struct diag *from);

#endif
