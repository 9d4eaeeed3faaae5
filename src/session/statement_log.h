#ifndef PGQUILL_SESSION_STATEMENT_LOG_H
#define PGQUILL_SESSION_STATEMENT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;
struct plan;

/* log_statement, log_duration, log_min_duration_statement, and the samples: of slow statements and of transactions. */

enum statement_kinds { LOG_STATEMENT_NONE, LOG_STATEMENT_DDL, LOG_STATEMENT_MOD, LOG_STATEMENT_ALL };

struct statement_log {
    enum statement_kinds kinds;
    int64_t least_ms;  /* log_min_duration_statement; -1: never */
    int64_t sample_ms; /* log_min_duration_sample; -1: never */
    double sample_rate, transaction_rate;
    bool has_durations; /* log_duration */
    bool is_transaction_sampled;
    int64_t began;  /* µs; 0: nobody wants to know */
    bool is_logged; /* its text is in the log already */
};

/* The settings, read anew. */
void statement_log_configure(struct session *session);
/* A query message, or an Execute, begins. */
void statement_log_begin(struct session *session);
/* What it does is known: log its text if it is of a wanted kind. `how` is "statement", or "execute NAME". */
void statement_log_plan(struct session *session, const struct plan *plan, const char *how, const char *text, size_t len);
/* It has succeeded: log how long it took, with its text unless that is there. */
void statement_log_end(struct session *session, const char *how, const char *text, size_t len);

/* True so often, of 1. */
bool statement_log_draw(double rate);
/* A transaction begins: is it one of those whose statements are all logged? */
static inline void statement_log_transaction(struct statement_log *log)
{
    log->is_transaction_sampled = log->transaction_rate > 0 && statement_log_draw(log->transaction_rate);
}

#endif
