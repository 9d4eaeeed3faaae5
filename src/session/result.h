#ifndef PGQUILL_SESSION_RESULT_H
#define PGQUILL_SESSION_RESULT_H

#include "sql/plan.h"

/* Rows on their way to the client, and rows kept in memory. */

struct session;

struct result_format {
    int count; /* as Bind gave them: 0 all text, 1 for all columns, else one per column */
    const int16_t *codes;
};

/* How one column is put on the wire, decided once per portal run. */
struct result_encoder {
    struct result_column *columns;
    int count;
};

/* RowDescription. */
void result_put_description(struct session *session, int ncolumns, const struct plan_column *columns,
                            const struct result_format *format);
/* Decide the encodings; 08P01 for a wrong number of format codes, 22023 for an unknown one. */
bool result_encoder_init(struct result_encoder *encoder, struct arena *arena, int ncolumns, const struct plan_column *columns,
                         const struct result_format *format, struct diag *diag);
/* One DataRow. On failure nothing of it is in the output. */
bool result_put_row(struct session *session, const struct result_encoder *encoder, const struct datum *row, struct diag *diag);

/* Rows in memory: results of utilities and scrollable cursors. */
struct stored_rows {
    struct arena arena;
    int ncolumns;
    int64_t count, cap;
    struct datum **rows;
};
struct stored_rows *stored_rows_new(int ncolumns);
void stored_rows_free(struct stored_rows *rows);
/* A copy of the row is kept. */
void stored_rows_add(struct stored_rows *rows, const struct datum *row);

#endif
