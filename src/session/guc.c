#include "session/state.h"

#include "session/keepalive.h"

#include "type/timezone.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <bsd/string.h>

/* Less would not do for the library's caches and a statement. */
enum { LEAST_MEMORY = 16 << 20 };

/* What the settings mean to a session: checks beyond a setting's type, and what follows from a change. */

/* A list of identifiers as SET and the configuration write it: commas, blanks, double quotes. NULL: malformed. */
static char **split_names(struct arena *arena, const char *text, int *count, bool fold)
{
    char **names = arena_array(arena, char *, strlen(text) + 1);
    *count = 0;
    for (;;) {
        while (isspace((unsigned char) *text))
            text++;
        if (!*text)
            return *count == 0 ? names : NULL;
        char *name = arena_alloc(arena, strlen(text) + 1), *into = name;
        if (*text == '"') {
            for (text++; *text && !(*text == '"' && text[1] != '"'); text++) {
                if (*text == '"')
                    text++;
                *into++ = *text;
            }
            if (*text++ != '"')
                return NULL;
        } else {
            while (*text && *text != ',' && !isspace((unsigned char) *text)) {
                *into++ = fold ? (char) tolower((unsigned char) *text) : *text;
                text++;
            }
        }
        *into = '\0';
        names[(*count)++] = name;
        while (isspace((unsigned char) *text))
            text++;
        if (!*text)
            return names;
        if (*text++ != ',')
            return NULL;
    }
}

static bool invalid(const char *name, const char *value, struct diag *diag)
{
    return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid value for parameter \"%s\": \"%s\"", name, value);
}

static const char *const date_styles[] = {"ISO", "SQL", "Postgres", "German"};
static const char *const date_orders[] = {"YMD", "DMY", "MDY"};

static void parse_date_style(const char *text, enum date_style *style, enum date_order *order)
{
    for (int i = 0; i < 4; i++)
        if (!strncasecmp(text, date_styles[i], strlen(date_styles[i])))
            *style = (enum date_style) i;
    const char *comma = strchr(text, ',');
    for (int i = 0; comma && i < 3; i++)
        if (strstr(comma, date_orders[i]))
            *order = (enum date_order) i;
}

static bool check_date_style(enum date_style style, enum date_order order, const char **value, struct arena *arena,
                             struct diag *diag)
{
    int count;
    bool has_style = false, has_order = false, is_wrong = false;
    char **words = split_names(arena, *value, &count, true);
    if (!words) {
        invalid("DateStyle", *value, diag);
        return diag_detail(diag, "List syntax is invalid.");
    }
    for (int i = 0; i < count; i++) {
        const char *word = words[i];
        enum date_style new_style = style;
        enum date_order new_order = order;
        bool sets_style = true;
        if (!strcmp(word, "iso"))
            new_style = DATE_STYLE_ISO;
        else if (!strcmp(word, "sql"))
            new_style = DATE_STYLE_SQL;
        else if (!strncmp(word, "postgres", 8))
            new_style = DATE_STYLE_POSTGRES;
        else if (!strcmp(word, "german"))
            new_style = DATE_STYLE_GERMAN;
        else {
            sets_style = false;
            if (!strcmp(word, "ymd"))
                new_order = DATE_ORDER_YMD;
            else if (!strcmp(word, "dmy") || !strncmp(word, "euro", 4))
                new_order = DATE_ORDER_DMY;
            else if (!strcmp(word, "mdy") || !strcmp(word, "us") || !strncmp(word, "noneuro", 7))
                new_order = DATE_ORDER_MDY;
            else if (!strcmp(word, "default")) {
                new_order = DATE_ORDER_MDY;
                new_style = DATE_STYLE_ISO;
            } else {
                invalid("DateStyle", *value, diag);
                return diag_detail(diag, "Unrecognized key word: \"%s\".", word);
            }
        }
        if (sets_style) {
            is_wrong |= has_style && new_style != style;
            has_style = true;
            style = new_style;
            if (style == DATE_STYLE_GERMAN && !has_order)
                order = DATE_ORDER_DMY;
        } else {
            is_wrong |= has_order && new_order != order;
            has_order = true;
            order = new_order;
        }
    }
    if (is_wrong) {
        invalid("DateStyle", *value, diag);
        return diag_detail(diag, "Conflicting \"datestyle\" specifications.");
    }
    *value = arena_printf(arena, "%s, %s", date_styles[style], date_orders[order]);
    return true;
}

/* Encodings whose text we can exchange: the database's own, and bytes as they are. */
static bool check_encoding(const char **value, struct diag *diag)
{
    static const char *const known[] = {"LATIN1",  "LATIN2",  "LATIN5",  "LATIN9",  "ISO88591", "ISO885915",
                                        "WIN1250", "WIN1251", "WIN1252", "WIN1253", "WIN1254",  "KOI8R",
                                        "EUCJP",   "SJIS",    "GBK",     "BIG5",    "EUCKR",    "GB18030"};
    char plain[64];
    size_t len = 0;
    for (const char *p = *value; *p && len < sizeof plain - 1; p++)
        if (isalnum((unsigned char) *p))
            plain[len++] = (char) toupper((unsigned char) *p);
    plain[len] = '\0';
    if (!strcmp(plain, "UTF8") || !strcmp(plain, "UNICODE")) {
        *value = "UTF8";
        return true;
    }
    if (!strcmp(plain, "SQLASCII")) {
        *value = "SQL_ASCII";
        return true;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(plain, known[i]))
            return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "conversion between %s and UTF8 is not supported", known[i]);
    return invalid("client_encoding", *value, diag);
}

static bool check_timezone(const char *name, const char **value, struct arena *arena, struct diag *diag)
{
    const struct timezone *zone = timezone_find_setting(*value, strlen(*value));
    if (!zone)
        return invalid(name, *value, diag);
    *value = arena_strdup(arena, timezone_name(zone));
    return true;
}

static bool check_role(struct session *session, const char *name, const char *value, struct diag *diag)
{
    if (!strcmp(value, "none") || !session->session_user || !strcmp(value, session->session_user))
        return true;
    (void) name;
    return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "role \"%s\" does not exist", value);
}

/* Checks that need no session. */
static int index_in(const char *value, const char *const *names, int count, int otherwise)
{
    for (int i = 0; i < count; i++)
        if (!strcasecmp(value, names[i]))
            return i;
    return otherwise;
}

static bool check_destinations(const char *name, const char *value, struct arena *arena, struct diag *diag)
{
    static const char *const known[] = {"stderr", "csvlog", "jsonlog", "syslog"};
    enum { KNOWN = sizeof known / sizeof *known };
    int count;
    char **words = split_names(arena, value, &count, true);
    if (!words) {
        invalid(name, value, diag);
        return diag_detail(diag, "List syntax is invalid.");
    }
    for (int i = 0; i < count; i++)
        if (index_in(words[i], known, KNOWN, KNOWN) == KNOWN) {
            invalid(name, value, diag);
            return diag_detail(diag, "Unrecognized key word: \"%s\".", words[i]);
        }
    return true;
}

static bool check_common(const char *name, const char **value, struct arena *arena, struct diag *diag)
{
    int count;
    if (!strcmp(name, "client_encoding"))
        return check_encoding(value, diag);
    if (!strcmp(name, "TimeZone") || !strcmp(name, "log_timezone"))
        return check_timezone(name, value, arena, diag);
    if (!strcmp(name, "search_path") && !split_names(arena, *value, &count, true)) {
        invalid(name, *value, diag);
        return diag_detail(diag, "List syntax is invalid.");
    }
    if (!strcmp(name, "log_destination"))
        return check_destinations(name, *value, arena, diag);
    if (!strcmp(name, "standard_conforming_strings") && !strcmp(*value, "off"))
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "standard_conforming_strings cannot be turned off");
    if (!strcmp(name, "application_name") || !strcmp(name, "cluster_name")) {
        char *clean = arena_strndup(arena, *value, strnlen(*value, 63));
        for (char *p = clean; *p; p++)
            if (*p < 32 || *p > 126)
                *p = '?';
        *value = clean;
    }
    return true;
}

bool session_check_configured(void *self, const char *name, const char **value, struct arena *arena, struct diag *diag)
{
    (void) self;
    if (!strcmp(name, "DateStyle"))
        return check_date_style(DATE_STYLE_ISO, DATE_ORDER_MDY, value, arena, diag);
    return check_common(name, value, arena, diag);
}

static bool check(void *self, const char *name, const char **value, struct arena *arena, struct diag *diag)
{
    struct session *session = self;
    if (!strcmp(name, "DateStyle"))
        return check_date_style(session->types.date_style, session->types.date_order, value, arena, diag);
    if (!strcmp(name, "role") || !strcmp(name, "session_authorization"))
        return check_role(session, name, *value, diag);
    if (!strcmp(name, "transaction_isolation") || !strcmp(name, "transaction_read_only") ||
        !strcmp(name, "transaction_deferrable")) {
        struct txn_modes modes = {0};
        if (!strcmp(name, "transaction_isolation"))
            modes.has_isolation = txn_isolation_parse(*value, &modes.isolation);
        else if (!strcmp(name, "transaction_read_only"))
            modes.has_read_only = true, modes.read_only = !strcmp(*value, "on");
        else
            modes.has_deferrable = true, modes.deferrable = !strcmp(*value, "on");
        return session->txn.state == TXN_IDLE || txn_set_modes(session, &modes, diag);
    }
    return check_common(name, value, arena, diag);
}

static void apply_search_path(struct session *session)
{
    struct arena arena;
    arena_init(&arena);
    int count;
    const char *text = settings_string(session->settings, "search_path");
    char **names = split_names(&arena, text, &count, true);
    for (int i = 0; names && i < count; i++)
        if (!strcmp(names[i], "$user") && session->user)
            names[i] = session->user;
    if (names && session->catalog)
        catalog_set_search_path(session->catalog, count, (const char *const *) names);
    session->env.search_path = text;
    if (session->compiler)
        compiler_forget(session->compiler);
    arena_deinit(&arena);
}

static void apply_timezone(struct session *session)
{
    const char *name = settings_string(session->settings, "TimeZone");
    session->types.timezone = timezone_find(name, strlen(name));
    strlcpy(session->types.timezone_name, name, sizeof session->types.timezone_name);
}

static void read_limits(struct session *session)
{
    const struct settings *settings = session->settings;
    struct session_limits *limits = &session->limits;
    limits->statement_timeout = settings_int(settings, "statement_timeout");
    limits->lock_timeout = settings_int(settings, "lock_timeout");
    limits->idle_in_transaction_timeout = settings_int(settings, "idle_in_transaction_session_timeout");
    limits->idle_timeout = settings_int(settings, "idle_session_timeout");
    limits->client_check_interval = settings_int(settings, "client_connection_check_interval");
    idle_wait_set(&session->wire.idle, (int) settings_int(settings, "idle_poll_time"));
    enum { BUFFER_KIB = 8 };
    int64_t temporary = settings_int(settings, "temp_buffers") * BUFFER_KIB;
    if (session->engine)
        engine_set_temporary_cache(session->engine, (int) (temporary < INT32_MAX ? temporary : INT32_MAX));
    size_t memory = (size_t) settings_int(settings, "session_memory_limit") * 1024;
    memory_set_limit(memory && memory < LEAST_MEMORY ? LEAST_MEMORY : memory, session_note_excess, session);
    statement_log_configure(session);
    limits->default_isolation = ISOLATION_READ_COMMITTED;
    txn_isolation_parse(settings_string(settings, "default_transaction_isolation"), &limits->default_isolation);
    limits->default_read_only = settings_bool(settings, "default_transaction_read_only");
    limits->default_deferrable = settings_bool(settings, "default_transaction_deferrable");
    limits->is_async_commit = !strcmp(settings_string(settings, "synchronous_commit"), "off");
}

static void apply(struct session *session, const char *name)
{
    static const char *const interval_styles[] = {"postgres", "postgres_verbose", "sql_standard", "iso_8601"};
    struct settings *settings = session->settings;
    struct type_settings *types = &session->types;
    const char *value = settings_string(settings, name);
    if (!strcmp(name, "DateStyle"))
        parse_date_style(value, &types->date_style, &types->date_order);
    else if (!strcmp(name, "IntervalStyle"))
        types->interval_style = (enum interval_style) index_in(value, interval_styles, 4, 0);
    else if (!strcmp(name, "TimeZone"))
        apply_timezone(session);
    else if (!strcmp(name, "bytea_output"))
        types->bytea_output = strcmp(value, "escape") ? BYTEA_OUTPUT_HEX : BYTEA_OUTPUT_ESCAPE;
    else if (!strcmp(name, "xmloption"))
        types->xml_option = strcmp(value, "document") ? XML_OPTION_CONTENT : XML_OPTION_DOCUMENT;
    else if (!strcmp(name, "extra_float_digits"))
        types->extra_float_digits = (int) settings_int(settings, name);
    else if (!strcmp(name, "array_nulls"))
        types->array_nulls = settings_bool(settings, name);
    else if (!strcmp(name, "search_path"))
        apply_search_path(session);
    else if (!strncmp(name, "tcp_", 4))
        keepalive_apply(session, name);
    else if (!strcmp(name, "application_name")) {
        session->env.application_name = value;
        slot_set_identity(session->options.slot, NULL, NULL, value);
    }
}

static void changed(void *self, int index, const char *name)
{
    struct session *session = self;
    const struct setting_fact *fact = settings_fact_at(index);
    if (!fact)
        return;
    if (fact->report) {
        int bit = 0;
        for (int i = 0; i < index; i++)
            bit += settings_fact_at(i)->report;
        session->reports |= 1ull << bit;
    }
    apply(session, name);
    read_limits(session);
}

void session_bind_settings(struct session *session)
{
    settings_watch(session->settings, changed, session);
    settings_check(session->settings, check, session);
    session->types.array_nulls = true;
}

void session_apply_settings(struct session *session)
{
    static const char *const names[] = {"DateStyle",          "IntervalStyle", "TimeZone",    "bytea_output",    "xmloption",
                                        "extra_float_digits", "array_nulls",   "search_path", "application_name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        apply(session, names[i]);
    read_limits(session);
}
