#include "session/settings.h"

#include "session/settings_value.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    SETTING_REPORT = 1,
    SETTING_LIST = 2,
    SETTING_HIDDEN = 4,
    SETTING_NO_RESET_ALL = 8,
    SETTING_OCTAL = 16,
    SETTING_NAMES = 32
};

/* clang-format off */
#define SETTING(name, type, context, unit, initial, min, max, choices, category, flags, description)                                       \
    {name,                                                                                                                                  \
     type,                                                                                                                                  \
     SETTING_##context,                                                                                                                     \
     unit,                                                                                                                                  \
     initial,                                                                                                                               \
     min,                                                                                                                                   \
     max,                                                                                                                                   \
     choices,                                                                                                                               \
     category,                                                                                                                              \
     description,                                                                                                                           \
     ((flags) & SETTING_REPORT) != 0,                                                                                                       \
     ((flags) & SETTING_LIST) != 0,                                                                                                         \
     ((flags) & SETTING_HIDDEN) != 0,                                                                                                       \
     ((flags) & SETTING_NO_RESET_ALL) != 0,                                                                                                 \
     ((flags) & SETTING_OCTAL) != 0,                                                                                                        \
     ((flags) & SETTING_NAMES) != 0},
static const struct setting_fact facts[] = {
#include "session/settings.def"
};
#undef SETTING
/* clang-format on */

enum { FACT_COUNT = sizeof facts / sizeof *facts };

const struct setting_fact *settings_fact_at(int index)
{
    return index >= 0 && index < FACT_COUNT ? &facts[index] : NULL;
}

int settings_find(const char *name)
{
    int low = 0, high = FACT_COUNT - 1;
    /* Names that PostgreSQL has renamed. */
    if (!strcasecmp(name, "sort_mem"))
        name = "work_mem";
    else if (!strcasecmp(name, "vacuum_mem"))
        name = "maintenance_work_mem";
    while (low <= high) {
        int middle = (low + high) / 2, order = strcasecmp(name, facts[middle].name);
        if (order == 0)
            return middle;
        if (order < 0)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return -1;
}

char *setting_text(int index, const char *text)
{
    const char *initial = index < FACT_COUNT ? facts[index].initial : NULL;
    /* Mostly it is that very text: every session copies all settings, and need not read them. */
    if (text && initial && (text == initial || strcmp(text, initial) == 0))
        return (char *) initial;
    return text ? xstrdup(text) : NULL;
}

void setting_drop(int index, char *text)
{
    if (index >= FACT_COUNT || text != facts[index].initial)
        free(text);
}

struct settings *settings_new(void)
{
    struct settings *settings = xcalloc(1, sizeof *settings);
    settings->count = settings->cap = FACT_COUNT;
    settings->slots = xcalloc(FACT_COUNT, sizeof *settings->slots);
    for (int i = 0; i < FACT_COUNT; i++) {
        settings->slots[i].state.value = setting_text(i, facts[i].initial);
        settings->slots[i].reset = setting_text(i, facts[i].initial);
    }
    return settings;
}

struct settings *settings_copy(const struct settings *from)
{
    struct settings *settings = xcalloc(1, sizeof *settings);
    settings->count = settings->cap = from->count;
    settings->loaded = from->loaded;
    settings->slots = xcalloc((size_t) from->count, sizeof *settings->slots);
    for (int i = 0; i < from->count; i++) {
        const struct setting_slot *slot = &from->slots[i];
        settings->slots[i] = (struct setting_slot){
            .state = {.value = setting_text(i, slot->state.value), .source = slot->state.source},
            .reset = setting_text(i, slot->reset),
            .reset_source = slot->reset_source,
            .name = slot->name ? xstrdup(slot->name) : NULL,
            .file = slot->file ? xstrdup(slot->file) : NULL,
            .line = slot->line,
            .is_pending = slot->is_pending,
        };
    }
    return settings;
}

void settings_free(struct settings *settings)
{
    if (!settings)
        return;
    settings->changed = NULL;
    settings_rollback(settings, 0);
    for (int i = 0; i < settings->count; i++) {
        setting_drop(i, settings->slots[i].state.value);
        setting_drop(i, settings->slots[i].state.masked);
        setting_drop(i, settings->slots[i].reset);
        free(settings->slots[i].name);
        free(settings->slots[i].file);
    }
    free(settings->slots);
    free(settings->undo);
    free(settings->shown);
    free(settings);
}

void settings_watch(struct settings *settings, void (*changed)(void *self, int index, const char *name), void *self)
{
    settings->changed = changed;
    settings->changed_self = self;
}

void settings_check(struct settings *settings,
                    bool (*check)(void *self, const char *name, const char **value, struct arena *arena, struct diag *diag),
                    void *self)
{
    settings->check = check;
    settings->check_self = self;
}

/* Custom names: two or more identifiers separated by dots. */
static bool is_custom_name(const char *name)
{
    bool at_start = true, has_dot = false;
    for (const char *p = name; *p; p++) {
        if (*p == '.') {
            if (at_start)
                return false;
            at_start = has_dot = true;
        } else if (isalpha((unsigned char) *p) || *p == '_' || (unsigned char) *p >= 0x80) {
            at_start = false;
        } else if (at_start || !(isdigit((unsigned char) *p) || *p == '$')) {
            return false;
        }
    }
    return has_dot && !at_start;
}

static int find_custom(const struct settings *settings, const char *name)
{
    for (int i = FACT_COUNT; i < settings->count; i++)
        if (!strcasecmp(settings->slots[i].name, name))
            return i;
    return -1;
}

int settings_slot(struct settings *settings, const char *name, bool create, struct diag *diag)
{
    int index = settings_find(name);
    if (index < 0)
        index = find_custom(settings, name);
    if (index >= 0)
        return index;
    if (create && strchr(name, '.')) {
        if (!is_custom_name(name)) {
            diag_set(diag, ERRCODE_INVALID_NAME, "invalid configuration parameter name \"%s\"", name);
            diag_detail(diag, "Custom parameter names must be two or more simple identifiers separated by dots.");
            return -1;
        }
        if (settings->count == settings->cap) {
            settings->cap += 16;
            settings->slots = xrealloc(settings->slots, sizeof *settings->slots * (size_t) settings->cap);
        }
        settings->slots[settings->count] = (struct setting_slot){.name = xstrdup(name)};
        return settings->count++;
    }
    diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "unrecognized configuration parameter \"%s\"", name);
    return -1;
}

const char *settings_slot_name(const struct settings *settings, int index)
{
    return index < FACT_COUNT ? facts[index].name : settings->slots[index].name;
}

void settings_take(struct settings *settings, int index, char *value, enum setting_source source)
{
    struct setting_state *state = &settings->slots[index].state;
    char *old = state->value;
    bool is_same = old == value || (old && value && !strcmp(old, value));
    state->source = source;
    if (is_same) {
        /* Who was told of the text may still hold it. */
        if (old != value)
            setting_drop(index, value);
        return;
    }
    state->value = value;
    if (settings->changed)
        settings->changed(settings->changed_self, index, settings_slot_name(settings, index));
    setting_drop(index, old);
}

bool settings_set(struct settings *settings, const char *name, const char *value, enum setting_source source, struct diag *diag)
{
    int index = settings_slot(settings, name, true, diag);
    if (index < 0)
        return false;
    const struct setting_fact *fact = settings_fact_at(index);
    struct setting_slot *slot = &settings->slots[index];
    if (fact && !setting_may_change(fact, source, diag))
        return false;
    if (source < slot->state.source && source < slot->reset_source)
        return true;
    struct arena arena;
    arena_init(&arena);
    const char *text = value ? value : fact ? fact->initial : NULL;
    if (value && fact)
        text = setting_canonical(settings, fact, value, &arena, diag);
    bool done = text || !value;
    if (done) {
        if (source < SOURCE_SESSION) {
            setting_drop(index, slot->reset);
            slot->reset = setting_text(index, text);
            slot->reset_source = value ? source : SOURCE_DEFAULT;
        }
        if (source >= slot->state.source)
            settings_take(settings, index, setting_text(index, text), value ? source : SOURCE_DEFAULT);
    }
    arena_deinit(&arena);
    return done;
}

static int find_any(const struct settings *settings, const char *name)
{
    int index = settings_find(name);
    return index >= 0 ? index : find_custom(settings, name);
}

const char *settings_show(struct settings *settings, const char *name)
{
    int index = find_any(settings, name);
    if (index < 0 || !settings->slots[index].state.value)
        return NULL;
    free(settings->shown);
    settings->shown = setting_display(settings_fact_at(index), settings->slots[index].state.value);
    return settings->shown;
}

const char *settings_string(const struct settings *settings, const char *name)
{
    int index = find_any(settings, name);
    const char *value = index < 0 ? NULL : settings->slots[index].state.value;
    return value ? value : "";
}

bool settings_bool(const struct settings *settings, const char *name)
{
    bool value = false;
    return setting_parse_bool(settings_string(settings, name), &value) && value;
}

int64_t settings_int(const struct settings *settings, const char *name)
{
    return strtoll(settings_string(settings, name), NULL, 10);
}

double settings_real(const struct settings *settings, const char *name)
{
    return strtod(settings_string(settings, name), NULL);
}

const char *settings_value_at(const struct settings *settings, int index, enum setting_source *source)
{
    if (index < 0 || index >= settings->count)
        return NULL;
    if (source)
        *source = settings->slots[index].state.source;
    return settings->slots[index].state.value;
}

const char *settings_reset_value_at(const struct settings *settings, int index)
{
    return index < 0 || index >= settings->count ? NULL : settings->slots[index].reset;
}

void settings_set_origin(struct settings *settings, const char *name, const char *file, int line)
{
    int index = find_any(settings, name);
    if (index < 0)
        return;
    struct setting_slot *slot = &settings->slots[index];
    free(slot->file);
    slot->file = file ? xstrdup(file) : NULL;
    slot->line = line;
}

const char *settings_origin_at(const struct settings *settings, int index, int *line)
{
    if (index < 0 || index >= settings->count || settings->slots[index].state.source != SOURCE_FILE)
        return NULL;
    *line = settings->slots[index].line;
    return settings->slots[index].file;
}

void settings_set_pending(struct settings *settings, int index, bool pending)
{
    settings->slots[index].is_pending = pending;
}

bool settings_pending_at(const struct settings *settings, int index)
{
    return index >= 0 && index < settings->count && settings->slots[index].is_pending;
}

void settings_set_loaded(struct settings *settings, int64_t when)
{
    settings->loaded = when;
}

int64_t settings_loaded(const struct settings *settings)
{
    return settings->loaded;
}
