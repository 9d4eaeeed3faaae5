#ifndef PGQUILL_SESSION_SETTINGS_H
#define PGQUILL_SESSION_SETTINGS_H

#include "type/type.h"
#include "util/diag.h"

/* Run-time settings (PostgreSQL's GUCs): facts in settings.def, values of a server or a session here. */

/* pg_settings.context, weakest first. */
enum setting_context {
    SETTING_INTERNAL,
    SETTING_POSTMASTER,
    SETTING_SIGHUP,
    SETTING_SUPERUSER_BACKEND,
    SETTING_BACKEND,
    SETTING_SUPERUSER,
    SETTING_USER
};
/* pg_settings.source, weakest first: a stronger source is not overridden by a weaker one. */
enum setting_source {
    SOURCE_DEFAULT,
    SOURCE_FILE,
    SOURCE_COMMAND_LINE,
    SOURCE_GLOBAL, /* ALTER ROLE ALL */
    SOURCE_DATABASE,
    SOURCE_USER,
    SOURCE_DATABASE_USER,
    SOURCE_CLIENT,
    SOURCE_SESSION
};

struct settings;

struct setting_fact {
    const char *name; /* as SHOW ALL prints it */
    char type;        /* b bool, i integer, r real, s string, e enum */
    enum setting_context context;
    const char *unit; /* NULL, "kB", "8kB", "ms", "s", "min", "MB", "B" */
    const char *initial;
    double min, max;
    const char *choices; /* enum: comma separated */
    const char *category, *description;
    bool report;       /* GUC_REPORT: a ParameterStatus is sent when it changes */
    bool list;         /* a list of names: search_path, DateStyle */
    bool hidden;       /* left out of SHOW ALL and pg_settings */
    bool no_reset_all; /* RESET ALL leaves it alone */
    bool octal;        /* an integer printed in base 8 */
    bool names;        /* a list whose members are identifiers: SET quotes them */
};

struct settings *settings_new(void); /* all defaults */
struct settings *settings_copy(const struct settings *from);
void settings_free(struct settings *settings);
/* Set one from its text. Checks name (42704), value (22023), and whether `source` may in this context (55P02, as PostgreSQL words it). value NULL: reset to default.
 * What a source before SOURCE_SESSION sets is also what RESET returns to. */
bool settings_set(struct settings *settings, const char *name, const char *value, enum setting_source source, struct diag *diag);
/* The value as SHOW prints it (units applied), in a buffer of the settings' own, valid until the next call; NULL: unknown. */
const char *settings_show(struct settings *settings, const char *name);
bool settings_bool(const struct settings *settings, const char *name);
int64_t settings_int(const struct settings *settings, const char *name); /* in the setting's base unit */
double settings_real(const struct settings *settings, const char *name);
const char *settings_string(const struct settings *settings, const char *name);
/* Facts and raw values, index 0 … until NULL. Behind the facts of settings.def come the custom names ("a.b"), which have values but no fact. */
const struct setting_fact *settings_fact_at(int index);
const char *settings_value_at(const struct settings *settings, int index, enum setting_source *source);
/* The fact's position, without regard to case; -1: no such setting. */
int settings_find(const char *name);
/* What RESET would return to. */
const char *settings_reset_value_at(const struct settings *settings, int index);

/* Where the file's value of a setting stands. */
void settings_set_origin(struct settings *settings, const char *name, const char *file, int line);
/* NULL when the current value is from elsewhere. */
const char *settings_origin_at(const struct settings *settings, int index, int *line);
/* When the configuration was read, µs since 2000-01-01 UTC. */
void settings_set_loaded(struct settings *settings, int64_t when);
int64_t settings_loaded(const struct settings *settings);
/* pg_settings.pending_restart: the configuration has a value that only a restart brings into force. */
void settings_set_pending(struct settings *settings, int index, bool pending);
bool settings_pending_at(const struct settings *settings, int index);
/* Take one setting's value, source and place from `from`, whatever the context. */
void settings_keep(struct settings *settings, int index, const struct settings *from);
/* A session takes over what a reload has changed (settings_reload.c): all that it did not set itself, or get from its database, user or client, and that
 * may change in a running session. */
void settings_adopt(struct settings *settings, const struct settings *fresh);

/* Transactions (settings_scope.c). SET inside one is undone when it, or the savepoint it was made in, is rolled back; SET LOCAL always at its end. */
enum settings_scope { SCOPE_SESSION, SCOPE_LOCAL };
/* SET by the client; value NULL: DEFAULT. Reports as settings_set. */
bool settings_assign(struct settings *settings, const char *name, const char *value, enum settings_scope scope,
                     struct diag *diag);
/* RESET ALL. */
bool settings_reset_all(struct settings *settings, struct diag *diag);
/* Changes from now on belong to nesting level `level`: 1 the transaction, deeper ones savepoints. */
void settings_enter(struct settings *settings, int level);
/* Undo what was changed at `level` and deeper. */
void settings_rollback(struct settings *settings, int level);
/* What was changed deeper than `level` now belongs to it. */
void settings_release(struct settings *settings, int level);
/* End of the transaction: SET stays, SET LOCAL goes. */
void settings_commit(struct settings *settings);

/* Be told of each value that changes, by any of the above. `index` as for settings_value_at. */
void settings_watch(struct settings *settings, void (*changed)(void *self, int index, const char *name), void *self);
/* A check beyond the fact's own (the session gives it): may report and return false, or replace *value by its canonical form in `arena`. */
void settings_check(struct settings *settings,
                    bool (*check)(void *self, const char *name, const char **value, struct arena *arena, struct diag *diag),
                    void *self);

#endif
