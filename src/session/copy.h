#ifndef PGQUILL_SESSION_COPY_H
#define PGQUILL_SESSION_COPY_H

#include "session/utility.h"

/* COPY between a client and a table or query, in constant memory. */

enum copy_format { COPY_TEXT, COPY_CSV, COPY_BINARY };

struct copy_options {
    enum copy_format format;
    bool has_header, match_header;
    char delimiter, quote, escape;
    const char *null;
    size_t null_len;
    bool force_quote_all;
    bool *force_quote, *force_not_null, *force_null; /* per copied column; NULL: none */
};

/* One COPY: the columns on the wire, in order. */
struct copy {
    struct session *session;
    struct copy_options options;
    const struct catalog_relation *relation; /* NULL: a query */
    int ncolumns;
    struct plan_column *columns;
    int16_t *attnums;
    struct arena *arena;
};

/* Read the WITH list; the columns must be known. */
bool copy_read_options(struct copy *copy, const PgQuery__CopyStmt *stmt, struct diag *diag);
bool copy_out(struct copy *copy, struct plan *plan, int64_t *count, struct diag *diag);
bool copy_in(struct copy *copy, struct plan *plan, int64_t *count, struct diag *diag);

/* copy_parse.c: one field or row of text. */

/* A field as found: NULL or its bytes, unescaped, in a buffer of the caller's. */
struct copy_field {
    const char *data;
    size_t len;
    bool is_null;
};

/* Split one line (without its end) into fields, at most `max`; *count is how many there are, one more than `max` when there are more. Bytes that had
 * to be unescaped are in `scratch`. Reports an unterminated CSV quote. */
bool copy_split(const struct copy *copy, const char *line, size_t len, struct buf *scratch, struct copy_field *fields, int max,
                int *count, struct diag *diag);

enum copy_eol { EOL_UNKNOWN, EOL_NL, EOL_CR, EOL_CRNL };

/* Where a search for a line's end has got to. Zeroed at the beginning; `scanned`, `in_quote` and `after_escape` again after each line. */
struct copy_scan {
    enum copy_eol eol;
    size_t scanned;
    bool in_quote, after_escape;
};

/* The length of the first line of `data` without its end; *skip: bytes to the next. -1: its end is not there. */
ptrdiff_t copy_find_line(const struct copy_options *options, struct copy_scan *scan, const char *data, size_t len, size_t *skip);

#endif
