#ifndef PGQUILL_SESSION_SETTINGS_H
#define PGQUILL_SESSION_SETTINGS_H

#include "type/type.h"
#include "util/diag.h"

/* Run-time settings (PostgreSQL's GUCs): facts in settings.def, values of a server or a session here. */

/* pg_settings.context, weakest first. */
enum setting_context { SETTING_INTERNAL, SETTING_POSTMASTER, SETTING_SIGHUP, SETTING_BACKEND, SETTING_SUPERUSER, SETTING_USER };
/* pg_settings.source, weakest first: a stronger source is not overridden by a weaker one. */
enum setting_source { SOURCE_DEFAULT, SOURCE_FILE, SOURCE_COMMAND_LINE, SOURCE_DATABASE, SOURCE_USER, SOURCE_CLIENT, SOURCE_SESSION };

struct settings;

struct setting_fact {
    const char *name;             /* as SHOW ALL prints it */
    char type;                    /* b bool, i integer, r real, s string, e enum */
    enum setting_context context;
    const char *unit;             /* NULL, "kB", "8kB", "ms", "s", "min", "MB", "B" */
    const char *initial;
    double min, max;
    const char *choices;          /* enum: comma separated */
    const char *category, *description;
    bool report;                  /* GUC_REPORT: a ParameterStatus is sent when it changes */
    bool list;                    /* a list of names: search_path, DateStyle */
};

struct settings *settings_new(void);                                  /* all defaults */
struct settings *settings_copy(const struct settings *from);
void settings_free(struct settings *settings);
/* Set one from its text. Checks name (42704), value (22023), and whether `source` may in this context (55P02, as PostgreSQL words it). value NULL: reset to default. */
bool settings_set(struct settings *settings, const char *name, const char *value, enum setting_source source, struct diag *diag);
/* The value as SHOW prints it (units applied), in a buffer of the settings' own, valid until the next call; NULL: unknown. */
const char *settings_show(struct settings *settings, const char *name);
bool settings_bool(const struct settings *settings, const char *name);
int64_t settings_int(const struct settings *settings, const char *name);   /* in the setting's base unit */
const char *settings_string(const struct settings *settings, const char *name);
/* Facts and raw values, index 0 … until NULL. */
const struct setting_fact *settings_fact_at(int index);
const char *settings_value_at(const struct settings *settings, int index, enum setting_source *source);

#endif
