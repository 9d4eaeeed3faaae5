#ifndef PGQUILL_UTIL_LOG_H
#define PGQUILL_UTIL_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* The server log. Levels are PostgreSQL's (log_min_messages), lowest first. */
enum log_level {
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_NOTICE,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_LOG, /* ranks above ERROR in log_min_messages, as in PostgreSQL */
    LOG_LEVEL_FATAL,
    LOG_LEVEL_PANIC,
};

/* A message with what belongs to it; all but the message may be NULL. `statement` needs no NUL at its end. */
struct log_report {
    const char *message, *sqlstate, *detail, *hint, *context, *statement;
    size_t statement_len;
};

/* Where a finished line goes: called with a whole message, without a newline. */
typedef void log_sink(enum log_level level, const char *message);

typedef void log_report_sink(enum log_level level, const struct log_report *report);

/* Replace the sink of whole reports; without one their parts go to the other sink as messages of their own. */
void log_set_report_sink(log_report_sink *sink);
/* Replace the sink (default: standard error, with time and pid) and the least level written. */
void log_set_sink(log_sink *sink);
void log_set_min_level(enum log_level level);
bool log_wants(enum log_level level);

/* Write one message; errno is preserved. */
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_report(enum log_level level, const struct log_report *report);
/* The same as log_write with ": " and the text of errno behind it. */
void log_errno(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

const char *log_level_name(enum log_level level);

/* Log and end this process: the memory of `size` bytes could not be had. */
_Noreturn void fatal_out_of_memory(size_t size);

#endif
