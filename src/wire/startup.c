#include "wire/startup.h"

#include "wire/messages.h"

#include <string.h>
#include <strings.h>

enum {
    PROTOCOL_CANCEL = 1234 << 16 | 5678,
    PROTOCOL_SSL = 1234 << 16 | 5679,
    PROTOCOL_GSSENC = 1234 << 16 | 5680,
    PARAMETERS_MAX = 1024
};

static void refuse(struct startup *startup, struct diag *diag)
{
    diag->severity = "FATAL";
    startup->kind = STARTUP_REFUSED;
}

/* Before protocol 3 an error was a line of text. */
static void refuse_ancient(struct wire *wire, uint32_t version)
{
    buf_printf(&wire->out, "EFATAL:  unsupported frontend protocol %u.%u: server supports 3.0 to 3.0\n", version >> 16,
               version & 0xffff);
    buf_putc(&wire->out, '\0');
}

static void add_parameter(struct startup *startup, const char *name, const char *value)
{
    if (startup->parameter_count < PARAMETERS_MAX)
        startup->parameters[startup->parameter_count++] = (struct startup_parameter){name, value};
}

/* The next word of an options string; a backslash keeps the character behind it. */
static char *next_word(struct arena *arena, const char **at)
{
    const char *p = *at;
    while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
        p++;
    if (!*p)
        return NULL;
    char *word = arena_alloc(arena, strlen(p) + 1), *into = word;
    while (*p && *p != ' ' && !(*p >= '\t' && *p <= '\r')) {
        if (*p == '\\' && p[1])
            p++;
        *into++ = *p++;
    }
    *into = '\0';
    *at = p;
    return word;
}

static bool invalid_argument(const char *word, struct diag *diag)
{
    diag_set(diag, ERRCODE_SYNTAX_ERROR, "invalid command-line argument for server process: %s", word);
    return diag_hint(diag, "Try \"postgres --help\" for more information.");
}

/* "-c name=value", "-cname=value" and "--name=value"; dashes in a name are underscores. */
static bool read_options(struct startup *startup, struct arena *arena, const char *options, struct diag *diag)
{
    char *word;
    while ((word = next_word(arena, &options))) {
        char *assignment;
        bool is_long = !strncmp(word, "--", 2) && word[2];
        if (is_long)
            assignment = word + 2;
        else if (!strncmp(word, "-c", 2))
            assignment = word[2] ? word + 2 : next_word(arena, &options);
        else
            return invalid_argument(word, diag);
        char *equals = assignment ? strchr(assignment, '=') : NULL;
        if (!equals)
            return diag_set(diag, ERRCODE_SYNTAX_ERROR, is_long ? "--%s requires a value" : "-c %s requires a value",
                            assignment ? assignment : "");
        *equals = '\0';
        for (char *p = assignment; *p; p++)
            if (*p == '-')
                *p = '_';
        add_parameter(startup, assignment, equals + 1);
    }
    return true;
}

static bool check_replication(const char *value, struct diag *diag)
{
    static const char *const off[] = {"false", "off", "no", "0"};
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        if (!strcasecmp(value, off[i]))
            return true;
    return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "replication connections are not supported");
}

static bool read_session(struct wire *wire, struct arena *arena, struct startup *startup, uint32_t version,
                         struct wire_reader *reader, struct diag *diag)
{
    const char *unknown[64];
    int unknown_count = 0;
    const char *options = NULL;
    struct startup_parameter given[PARAMETERS_MAX];
    int count = 0;
    if ((version >> 16) != 3)
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "unsupported frontend protocol %u.%u: server supports 3.0 to 3.0",
                        version >> 16, version & 0xffff);
    if (reader->at == reader->end || reader->end[-1] != '\0')
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "invalid startup packet layout: expected terminator as last byte");
    while (reader->at < reader->end) {
        const char *name = arena_strdup(arena, wire_get_string(reader, NULL));
        if (!*name)
            break;
        const char *value = arena_strdup(arena, wire_get_string(reader, NULL));
        if (reader->failed)
            break;
        if (!strcmp(name, "user"))
            startup->user = value;
        else if (!strcmp(name, "database"))
            startup->database = value;
        else if (!strcmp(name, "options"))
            options = value;
        else if (!strcmp(name, "replication")) {
            if (!check_replication(value, diag))
                return false;
        } else if (!strncmp(name, "_pq_.", 5)) {
            if (unknown_count < 64)
                unknown[unknown_count++] = name;
        } else if (count < PARAMETERS_MAX)
            given[count++] = (struct startup_parameter){name, value};
    }
    if (reader->failed || reader->at != reader->end)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "invalid startup packet layout: expected terminator as last byte");
    if ((version & 0xffff) > 0 || unknown_count > 0)
        wire_put_negotiate(wire, 3 << 16, unknown_count, unknown);
    if (!startup->user || !*startup->user)
        return diag_set(diag, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION, "no PostgreSQL user name specified in startup packet");
    startup->database_given = startup->database && *startup->database;
    if (!startup->database_given)
        startup->database = startup->user;
    startup->parameters = arena_alloc(arena, sizeof *startup->parameters * PARAMETERS_MAX);
    if (options && !read_options(startup, arena, options, diag))
        return false;
    for (int i = 0; i < count; i++)
        add_parameter(startup, given[i].name, given[i].value);
    return true;
}

void startup_read(struct wire *wire, struct arena *arena, struct startup *startup, struct diag *diag)
{
    bool ssl_done = false, gss_done = false;
    *startup = (struct startup){.kind = STARTUP_CLOSED};
    for (;;) {
        struct wire_message message;
        enum wire_result result = wire_read_startup(wire, &message);
        if (result == WIRE_INVALID)
            startup->malformed = "invalid length of startup packet";
        if (result != WIRE_OK)
            return;
        struct wire_reader reader = wire_reader(&message);
        uint32_t version = wire_get_u32(&reader);
        if ((version == PROTOCOL_SSL && !ssl_done) || (version == PROTOCOL_GSSENC && !gss_done)) {
            ssl_done |= version == PROTOCOL_SSL;
            gss_done |= version == PROTOCOL_GSSENC;
            buf_putc(&wire->out, 'N');
            continue;
        }
        if (version == PROTOCOL_CANCEL) {
            if (message.len != 12) {
                startup->malformed = "invalid length of startup packet";
                return;
            }
            startup->cancel_pid = wire_get_u32(&reader);
            startup->cancel_key = wire_get_u32(&reader);
            startup->kind = STARTUP_CANCEL;
            return;
        }
        if ((version >> 16) < 3) {
            refuse_ancient(wire, version);
            startup->malformed = "unsupported frontend protocol";
            return;
        }
        startup->kind = STARTUP_SESSION;
        if (!read_session(wire, arena, startup, version, &reader, diag))
            refuse(startup, diag);
        return;
    }
}
