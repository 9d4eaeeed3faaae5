#include "worker/log_output.h"

#include "util/arena.h"
#include "util/buf.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { TO_STDERR = 1, TO_SYSLOG = 2, TO_CSV = 4, TO_JSON = 8 };

static struct {
    int destinations;
    char *path, *prefix, *ident;
    const struct session_slot *slot;
    int64_t line;   /* of this process: %l */
    pid_t line_pid; /* whose count `line` is: a child begins anew */
    time_t started;
    int copy;      /* -1: none */
    int csv, json; /* where their lines go: standard error, or a file beside the log */
} output = {.destinations = TO_STDERR, .copy = -1, .csv = STDERR_FILENO, .json = STDERR_FILENO};

static volatile sig_atomic_t reopen_wanted;

static const char *text_setting(const struct settings *settings, const char *name)
{
    const char *value = settings_string(settings, name);
    return value ? value : "";
}

static int parse_destinations(const char *list)
{
    int found = 0;
    char *copy = xstrdup(list), *rest = NULL;
    for (char *word = strtok_r(copy, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest)) {
        if (!strcasecmp(word, "syslog"))
            found |= TO_SYSLOG;
        else if (!strcasecmp(word, "csvlog"))
            found |= TO_CSV;
        else if (!strcasecmp(word, "jsonlog"))
            found |= TO_JSON;
        else
            found |= TO_STDERR;
    }
    free(copy);
    return found ? found : TO_STDERR;
}

static enum log_level parse_level(const char *name)
{
    static const struct {
        const char *name;
        enum log_level level;
    } levels[] = {
        {"debug", LOG_LEVEL_DEBUG}, {"info", LOG_LEVEL_INFO}, {"notice", LOG_LEVEL_NOTICE}, {"warning", LOG_LEVEL_WARNING},
        {"error", LOG_LEVEL_ERROR}, {"log", LOG_LEVEL_LOG},   {"fatal", LOG_LEVEL_FATAL},   {"panic", LOG_LEVEL_PANIC},
    };
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (!strncasecmp(name, levels[i].name, strlen(levels[i].name)))
            return levels[i].level;
    return LOG_LEVEL_WARNING;
}

static int parse_facility(const char *name)
{
    static const int locals[] = {LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4, LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7};
    if (!strncasecmp(name, "local", 5) && name[5] >= '0' && name[5] <= '7')
        return locals[name[5] - '0'];
    return LOG_LOCAL0;
}

/* Escapes of a field's bytes for the two machine-readable forms. */
static void put_json_bytes(struct buf *line, const char *text, size_t len)
{
    buf_putc(line, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char) text[i];
        if (c == '"' || c == '\\') {
            buf_putc(line, '\\');
            buf_putc(line, (char) c);
        } else if (c < 0x20) {
            buf_printf(line, "\\u%04x", c);
        } else {
            buf_putc(line, (char) c);
        }
    }
    buf_putc(line, '"');
}

static void put_json_string(struct buf *line, const char *text)
{
    put_json_bytes(line, text, strlen(text));
}

static void put_json_member(struct buf *line, const char *name, const char *text)
{
    if (!text)
        return;
    buf_printf(line, ",\"%s\":", name);
    put_json_string(line, text);
}

static void put_csv_bytes(struct buf *line, const char *text, size_t len)
{
    if (len == 0)
        return;
    buf_putc(line, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            buf_putc(line, '"');
        buf_putc(line, text[i]);
    }
    buf_putc(line, '"');
}

static void put_csv_field(struct buf *line, const char *text)
{
    put_csv_bytes(line, text, text ? strlen(text) : 0);
}

/* What the forms need to know about the moment and the session. */
struct scene {
    char stamp[48]; /* with milliseconds and zone, as %m */
    char started[48];
    char remote[SLOT_ADDRESS_MAX + 16];
    struct timespec now;
    struct slot_info session;
    bool has_session;
};

static void format_time(char *into, size_t size, time_t seconds, long milliseconds)
{
    struct tm local;
    localtime_r(&seconds, &local);
    size_t used = strftime(into, size, "%Y-%m-%d %H:%M:%S", &local);
    if (milliseconds >= 0)
        used += (size_t) snprintf(into + used, size - used, ".%03ld", milliseconds);
    strftime(into + used, size - used, " %Z", &local);
}

static void look_around(struct scene *scene)
{
    clock_gettime(CLOCK_REALTIME, &scene->now);
    if (output.line_pid != getpid()) {
        output.line_pid = getpid();
        output.line = 0;
        output.started = scene->now.tv_sec;
    }
    output.line++;
    format_time(scene->stamp, sizeof scene->stamp, scene->now.tv_sec, scene->now.tv_nsec / 1000000);
    format_time(scene->started, sizeof scene->started, output.started, -1);
    scene->has_session = output.slot && slot_read(output.slot, &scene->session) && scene->session.connected;
    scene->remote[0] = '\0';
    if (scene->has_session && scene->session.client_port >= 0)
        snprintf(scene->remote, sizeof scene->remote, "%s:%d", scene->session.client_address, scene->session.client_port);
    else if (scene->has_session)
        strcpy(scene->remote, "[local]");
}

/* PostgreSQL docs 20.8.3, the table of escapes. Those of a session are empty in other processes; %q stops there. */
static void put_prefix(struct buf *line, const struct scene *scene)
{
    const struct slot_info *session = scene->has_session ? &scene->session : NULL;
    for (const char *p = output.prefix ? output.prefix : "%m [%p] "; *p; p++) {
        if (*p != '%') {
            buf_putc(line, *p);
            continue;
        }
        p++;
        bool left = *p == '-';
        if (left)
            p++;
        int width = 0;
        while (*p >= '0' && *p <= '9')
            width = width * 10 + (*p++ - '0');
        size_t before = line->len;
        switch (*p) {
        case '\0':
            return;
        case '%':
            buf_putc(line, '%');
            break;
        case 'm':
            buf_puts(line, scene->stamp);
            break;
        case 't': {
            char stamp[48];
            format_time(stamp, sizeof stamp, scene->now.tv_sec, -1);
            buf_puts(line, stamp);
            break;
        }
        case 'n':
            buf_printf(line, "%lld.%03ld", (long long) scene->now.tv_sec, scene->now.tv_nsec / 1000000);
            break;
        case 'p':
            buf_put_int64(line, getpid());
            break;
        case 'P':
            break;
        case 'l':
            buf_put_int64(line, output.line);
            break;
        case 's':
            buf_puts(line, scene->started);
            break;
        case 'c':
            buf_printf(line, "%llx.%x", (long long) output.started, (unsigned) getpid());
            break;
        case 'b':
            buf_puts(line, session ? "client backend" : output.slot ? "worker" : "master");
            break;
        case 'q':
            if (!session)
                return;
            break;
        case 'u':
            buf_puts(line, session ? (session->user[0] ? session->user : "[unknown]") : "");
            break;
        case 'd':
            buf_puts(line, session ? (session->database[0] ? session->database : "[unknown]") : "");
            break;
        case 'a':
            buf_puts(line, session ? (session->application_name[0] ? session->application_name : "[unknown]") : "");
            break;
        case 'h':
            buf_puts(line, !session ? "" : session->client_port >= 0 ? session->client_address : "[local]");
            break;
        case 'r':
            if (session && session->client_port >= 0)
                buf_printf(line, "%s(%d)", session->client_address, session->client_port);
            else
                buf_puts(line, session ? "[local]" : "");
            break;
        case 'x':
            buf_putc(line, '0');
            break;
        default:
            break;
        }
        int written = (int) (line->len - before), gap = (width < 256 ? width : 256) - written;
        if (gap <= 0)
            continue;
        char *room = buf_reserve(line, (size_t) gap);
        if (left) {
            memset(room, ' ', (size_t) gap);
        } else {
            memmove(line->data + before + gap, line->data + before, (size_t) written);
            memset(line->data + before, ' ', (size_t) gap);
        }
        line->len += (size_t) gap;
    }
}

static void put_csv(struct buf *line, const struct scene *scene, enum log_level level, const struct log_report *report)
{
    const struct slot_info *session = &scene->session;
    bool known = scene->has_session;
    buf_printf(line, "%s,", scene->stamp);
    put_csv_field(line, known ? session->user : "");
    buf_putc(line, ',');
    put_csv_field(line, known ? session->database : "");
    buf_printf(line, ",%d,", (int) getpid());
    put_csv_field(line, scene->remote);
    buf_printf(line, ",%llx.%x,%lld,,%s,,0,%s,", (long long) output.started, (unsigned) getpid(), (long long) output.line,
               scene->started, log_level_name(level));
    buf_printf(line, "%s,", report->sqlstate ? report->sqlstate : "");
    put_csv_field(line, report->message);
    buf_putc(line, ',');
    put_csv_field(line, report->detail);
    buf_putc(line, ',');
    put_csv_field(line, report->hint);
    buf_puts(line, ",,,");
    put_csv_field(line, report->context);
    buf_putc(line, ',');
    put_csv_bytes(line, report->statement, report->statement ? report->statement_len : 0);
    buf_puts(line, ",,,");
    put_csv_field(line, known ? session->application_name : "");
    buf_printf(line, ",\"%s\",,0\n", known ? "client backend" : output.slot ? "worker" : "master");
}

static void put_json(struct buf *line, const struct scene *scene, enum log_level level, const struct log_report *report)
{
    buf_puts(line, "{\"timestamp\":");
    put_json_string(line, scene->stamp);
    if (scene->has_session) {
        const struct slot_info *session = &scene->session;
        buf_puts(line, ",\"user\":");
        put_json_string(line, session->user);
        buf_puts(line, ",\"dbname\":");
        put_json_string(line, session->database);
        if (session->client_port >= 0) {
            buf_puts(line, ",\"remote_host\":");
            put_json_string(line, session->client_address);
            buf_printf(line, ",\"remote_port\":%d", session->client_port);
        }
        buf_puts(line, ",\"application_name\":");
        put_json_string(line, session->application_name);
    }
    buf_printf(line, ",\"pid\":%d,\"session_id\":\"%llx.%x\",\"line_num\":%lld,\"error_severity\":\"%s\"", (int) getpid(),
               (long long) output.started, (unsigned) getpid(), (long long) output.line, log_level_name(level));
    put_json_member(line, "state_code", report->sqlstate);
    put_json_member(line, "message", report->message);
    put_json_member(line, "detail", report->detail);
    put_json_member(line, "hint", report->hint);
    put_json_member(line, "context", report->context);
    if (report->statement) {
        buf_puts(line, ",\"statement\":");
        put_json_bytes(line, report->statement, report->statement_len);
    }
    put_json_member(line, "backend_type", scene->has_session ? "client backend" : output.slot ? "worker" : "master");
    buf_puts(line, "}\n");
}

static void write_line(int fd, const struct buf *line)
{
    if (write(fd, line->data, line->len) < 0)
        return;
}

static int syslog_priority(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_DEBUG:
        return LOG_DEBUG;
    case LOG_LEVEL_INFO:
    case LOG_LEVEL_LOG:
        return LOG_INFO;
    case LOG_LEVEL_NOTICE:
    case LOG_LEVEL_WARNING:
        return LOG_NOTICE;
    case LOG_LEVEL_ERROR:
        return LOG_WARNING;
    case LOG_LEVEL_FATAL:
        return LOG_ERR;
    default:
        return LOG_CRIT;
    }
}

/* One part of a report as a line of its own; lines of a text within it are set in, so that each line of the log shows what it is. */
static void put_part(struct buf *line, const struct scene *scene, const char *name, const char *text, size_t len)
{
    if (!text)
        return;
    put_prefix(line, scene);
    buf_printf(line, "%s:  ", name);
    for (size_t i = 0; i < len; i++) {
        buf_putc(line, text[i]);
        if (text[i] == '\n')
            buf_putc(line, '\t');
    }
    buf_putc(line, '\n');
}

static size_t length_of(const char *text)
{
    return text ? strlen(text) : 0;
}

static void put_text(struct buf *line, const struct scene *scene, enum log_level level, const struct log_report *report)
{
    put_part(line, scene, log_level_name(level), report->message, length_of(report->message));
    put_part(line, scene, "DETAIL", report->detail, length_of(report->detail));
    put_part(line, scene, "HINT", report->hint, length_of(report->hint));
    put_part(line, scene, "CONTEXT", report->context, length_of(report->context));
    put_part(line, scene, "STATEMENT", report->statement, report->statement_len);
}

static void write_report(enum log_level level, const struct log_report *report)
{
    if (reopen_wanted) {
        reopen_wanted = 0;
        log_output_reopen();
    }
    struct scene scene;
    struct buf line;
    look_around(&scene);
    buf_init(&line);
    if (output.destinations & TO_STDERR) {
        put_text(&line, &scene, level, report);
        write_line(STDERR_FILENO, &line);
    }
    if (output.destinations & TO_CSV) {
        buf_reset(&line);
        put_csv(&line, &scene, level, report);
        write_line(output.csv, &line);
    }
    if (output.destinations & TO_JSON) {
        buf_reset(&line);
        put_json(&line, &scene, level, report);
        write_line(output.json, &line);
    }
    if (output.destinations & TO_SYSLOG)
        syslog(syslog_priority(level), "%s:  %s%s%s", log_level_name(level), report->message, report->detail ? "; " : "",
               report->detail ? report->detail : "");
    if (output.copy >= 0 && level >= LOG_LEVEL_WARNING && level != LOG_LEVEL_LOG)
        dprintf(output.copy, "pgquilld: %s: %s\n", log_level_name(level), report->message);
    buf_deinit(&line);
}

static void write_message(enum log_level level, const char *message)
{
    write_report(level, &(struct log_report){.message = message});
}

static int open_log(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static bool point_stderr_at(const char *path)
{
    int fd = open_log(path);
    if (fd < 0)
        return false;
    dup2(fd, STDERR_FILENO);
    close(fd);
    return true;
}

/* pgquilld.log's lines of another form go to pgquilld.csv or pgquilld.json. */
static bool open_beside(int *fd, bool wanted, const char *ending)
{
    if (*fd != STDERR_FILENO)
        close(*fd);
    *fd = STDERR_FILENO;
    if (!wanted || !output.path)
        return true;
    size_t length = strlen(output.path);
    if (length > 4 && !strcmp(output.path + length - 4, ".log"))
        length -= 4;
    char *path = xmalloc(length + strlen(ending) + 1);
    memcpy(path, output.path, length);
    strcpy(path + length, ending);
    int opened = open_log(path);
    free(path);
    if (opened >= 0)
        *fd = opened;
    return opened >= 0;
}

static bool open_others(void)
{
    bool csv = open_beside(&output.csv, output.destinations & TO_CSV, ".csv");
    return open_beside(&output.json, output.destinations & TO_JSON, ".json") && csv;
}

bool log_output_reopen(void)
{
    return (!output.path || point_stderr_at(output.path)) && open_others();
}

void log_output_note_reopen(void)
{
    reopen_wanted = 1;
}

void log_output_set_copy(int fd)
{
    if (output.copy >= 0)
        close(output.copy);
    output.copy = fd;
}

void log_output_set_slot(const struct session_slot *slot)
{
    output.slot = slot;
}

static void replace(char **place, const char *value)
{
    free(*place);
    *place = value ? xstrdup(value) : NULL;
}

bool log_output_configure(const struct settings *settings, const char *file)
{
    if (file && !point_stderr_at(file))
        return false;
    replace(&output.path, file);
    replace(&output.prefix, text_setting(settings, "log_line_prefix"));
    output.destinations = parse_destinations(text_setting(settings, "log_destination"));
    const char *zone = text_setting(settings, "log_timezone");
    if (*zone) {
        setenv("TZ", zone, 1);
        tzset();
    }
    log_set_min_level(parse_level(text_setting(settings, "log_min_messages")));
    if (output.destinations & TO_SYSLOG) {
        /* openlog keeps the pointer. */
        closelog();
        replace(&output.ident, text_setting(settings, "syslog_ident"));
        openlog(output.ident, LOG_PID | LOG_NDELAY, parse_facility(text_setting(settings, "syslog_facility")));
    }
    log_set_sink(write_message);
    log_set_report_sink(write_report);
    return open_others();
}
