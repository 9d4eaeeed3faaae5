#include "util/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_MAX = 8192 };

static log_report_sink *report_sink;
static log_sink *sink;
static enum log_level min_level = LOG_LEVEL_WARNING;

static const char *const level_names[] = {
    [LOG_LEVEL_DEBUG] = "DEBUG", [LOG_LEVEL_INFO] = "INFO", [LOG_LEVEL_NOTICE] = "NOTICE", [LOG_LEVEL_WARNING] = "WARNING",
    [LOG_LEVEL_ERROR] = "ERROR", [LOG_LEVEL_LOG] = "LOG",   [LOG_LEVEL_FATAL] = "FATAL",   [LOG_LEVEL_PANIC] = "PANIC",
};

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

static void write_to_stderr(enum log_level level, const char *message)
{
    struct timespec now;
    struct tm local;
    char stamp[32], line[MESSAGE_MAX + 128];
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &local);
    int length = snprintf(line, sizeof line, "%s.%03ld [%d] %s:  %s\n", stamp, now.tv_nsec / 1000000, (int) getpid(),
                          level_names[level], message);
    /* One write per line, so that processes sharing the file do not tear each other's lines. */
    if (length > 0 && write(STDERR_FILENO, line, (size_t) length) < 0)
        return;
}

void log_set_sink(log_sink *new_sink)
{
    sink = new_sink;
}

void log_set_min_level(enum log_level level)
{
    min_level = level;
}

bool log_wants(enum log_level level)
{
    return level >= min_level;
}

void log_set_report_sink(log_report_sink *new_sink)
{
    report_sink = new_sink;
}

static void emit(enum log_level level, const char *message)
{
    (sink ? sink : write_to_stderr)(level, message);
}

void log_write(enum log_level level, const char *format, ...)
{
    if (!log_wants(level))
        return;
    int saved = errno;
    char message[MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    emit(level, message);
    errno = saved;
}

void log_errno(enum log_level level, const char *format, ...)
{
    if (!log_wants(level))
        return;
    int saved = errno;
    char message[MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (length >= 0 && (size_t) length < sizeof message)
        snprintf(message + length, sizeof message - (size_t) length, ": %s", strerror(saved));
    emit(level, message);
    errno = saved;
}

static void emit_part(enum log_level level, const char *name, const char *text, size_t len)
{
    char message[MESSAGE_MAX];
    if (!text)
        return;
    snprintf(message, sizeof message, "%s:  %.*s", name, (int) (len < MESSAGE_MAX ? len : MESSAGE_MAX), text);
    emit(level, message);
}

void log_report(enum log_level level, const struct log_report *report)
{
    if (!log_wants(level))
        return;
    int saved = errno;
    if (report_sink) {
        report_sink(level, report);
    } else {
        emit(level, report->message);
        emit_part(level, "DETAIL", report->detail, SIZE_MAX);
        emit_part(level, "HINT", report->hint, SIZE_MAX);
        emit_part(level, "CONTEXT", report->context, SIZE_MAX);
        emit_part(level, "STATEMENT", report->statement, report->statement_len);
    }
    errno = saved;
}

void fatal_out_of_memory(size_t size)
{
    char message[96];
    snprintf(message, sizeof message, "out of memory: failed on request of size %zu", size);
    emit(LOG_LEVEL_FATAL, message);
    _exit(1);
}
