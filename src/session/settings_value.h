#ifndef PGQUILL_SESSION_SETTINGS_VALUE_H
#define PGQUILL_SESSION_SETTINGS_VALUE_H

#include "session/settings.h"
#include "util/arena.h"

/* What settings.c, settings_scope.c and settings_value.c share: how values are kept, read and printed. */

struct setting_state {
    char *value; /* canonical text in base units; owned; NULL: a custom name that is not set */
    enum setting_source source;
    bool local; /* value is SET LOCAL's; `masked` comes back at the end of the transaction */
    char *masked;
    enum setting_source masked_source;
};

struct setting_slot {
    struct setting_state state;
    char *reset; /* what RESET returns to */
    enum setting_source reset_source;
    char *name; /* of a custom setting; NULL for one with a fact */
    char *file; /* where a value of SOURCE_FILE stands; NULL: nowhere */
    int line;
    bool is_pending; /* the file has another value, which needs a restart */
};

struct settings_undo {
    int index, level;
    struct setting_state state; /* as it was before */
};

struct settings {
    struct setting_slot *slots;
    int count, cap;
    int64_t loaded; /* when the configuration was read, µs since 2000-01-01 UTC */
    int level;      /* nesting level of changes; 0: outside any transaction */
    struct settings_undo *undo;
    int undo_count, undo_cap;
    char *shown; /* settings_show's buffer */
    void (*changed)(void *self, int index, const char *name);
    void *changed_self;
    bool (*check)(void *self, const char *name, const char **value, struct arena *arena, struct diag *diag);
    void *check_self;
};

/* The slot of a name; with `create` a well-formed custom name gets one. -1 after a report. */
int settings_slot(struct settings *settings, const char *name, bool create, struct diag *diag);
const char *settings_slot_name(const struct settings *settings, int index);
/* A setting's text in its slot: the fact's own where it is that one (most are), else a copy. setting_drop frees what setting_text gave. */
char *setting_text(int index, const char *text);
void setting_drop(int index, char *text);
/* Take a new current value, telling the watcher. Takes the text over. */
void settings_take(struct settings *settings, int index, char *value, enum setting_source source);
/* Check a text against its fact and give its canonical form in `arena`; NULL after a report. */
const char *setting_canonical(struct settings *settings, const struct setting_fact *fact, const char *text, struct arena *arena,
                              struct diag *diag);
/* May `source` change it? */
bool setting_may_change(const struct setting_fact *fact, enum setting_source source, struct diag *diag);
/* A canonical value as SHOW prints it; owned by the caller. */
char *setting_display(const struct setting_fact *fact, const char *value);
/* PostgreSQL's spelling of booleans: unique prefixes of true, false, yes, no; on, off, 1, 0. */
bool setting_parse_bool(const char *text, bool *value);

#endif
