#include "session/settings.h"

#include "session/settings_value.h"

#include <stdlib.h>
#include <string.h>

/* How transactions undo SET. The first change of a setting at a nesting level puts its former state on the undo list; a rollback
 * takes states back from the end of the list. A setting under SET LOCAL remembers the session's value beside the current one. */

static void remember(struct settings *settings, int index)
{
    if (settings->level == 0)
        return;
    for (int i = settings->undo_count - 1; i >= 0 && settings->undo[i].level == settings->level; i--)
        if (settings->undo[i].index == index)
            return;
    if (settings->undo_count == settings->undo_cap) {
        settings->undo_cap = settings->undo_cap ? settings->undo_cap * 2 : 8;
        settings->undo = xrealloc(settings->undo, sizeof *settings->undo * (size_t) settings->undo_cap);
    }
    const struct setting_state *state = &settings->slots[index].state;
    struct settings_undo *undo = &settings->undo[settings->undo_count++];
    *undo = (struct settings_undo){.index = index, .level = settings->level, .state = *state};
    undo->state.value = setting_text(index, state->value);
    undo->state.masked = setting_text(index, state->masked);
}

static void change(struct settings *settings, int index, const char *value, enum setting_source source, enum settings_scope scope)
{
    struct setting_state *state = &settings->slots[index].state;
    remember(settings, index);
    if (scope == SCOPE_LOCAL && !state->local) {
        state->local = true;
        state->masked = setting_text(index, state->value);
        state->masked_source = state->source;
    } else if (scope == SCOPE_SESSION && state->local) {
        setting_drop(index, state->masked);
        state->masked = NULL;
        state->local = false;
    }
    settings_take(settings, index, setting_text(index, value), source);
}

bool settings_assign(struct settings *settings, const char *name, const char *value, enum settings_scope scope, struct diag *diag)
{
    int index = settings_slot(settings, name, value != NULL, diag);
    if (index < 0)
        return false;
    const struct setting_fact *fact = settings_fact_at(index);
    if (fact && !setting_may_change(fact, SOURCE_SESSION, diag))
        return false;
    /* SET LOCAL has no meaning outside a transaction. */
    if (scope == SCOPE_LOCAL && settings->level == 0)
        return true;
    if (!value) {
        change(settings, index, settings->slots[index].reset, settings->slots[index].reset_source, scope);
        return true;
    }
    struct arena arena;
    arena_init(&arena);
    const char *text = fact ? setting_canonical(settings, fact, value, &arena, diag) : value;
    if (text)
        change(settings, index, text, SOURCE_SESSION, scope);
    arena_deinit(&arena);
    return text != NULL;
}

bool settings_reset_all(struct settings *settings, struct diag *diag)
{
    (void) diag;
    for (int i = 0; i < settings->count; i++) {
        const struct setting_fact *fact = settings_fact_at(i);
        const struct setting_slot *slot = &settings->slots[i];
        if (fact && (fact->no_reset_all || (fact->context != SETTING_USER && fact->context != SETTING_SUPERUSER)))
            continue;
        if (slot->state.source == SOURCE_SESSION)
            change(settings, i, slot->reset, slot->reset_source, SCOPE_SESSION);
    }
    return true;
}

void settings_enter(struct settings *settings, int level)
{
    settings->level = level;
}

void settings_rollback(struct settings *settings, int level)
{
    while (settings->undo_count > 0 && settings->undo[settings->undo_count - 1].level >= level) {
        struct settings_undo *undo = &settings->undo[--settings->undo_count];
        struct setting_state *state = &settings->slots[undo->index].state;
        setting_drop(undo->index, state->masked);
        state->masked = undo->state.masked;
        state->masked_source = undo->state.masked_source;
        state->local = undo->state.local;
        settings_take(settings, undo->index, undo->state.value, undo->state.source);
    }
    settings->level = level > 0 ? level - 1 : 0;
}

void settings_release(struct settings *settings, int level)
{
    for (int i = settings->undo_count - 1; i >= 0 && settings->undo[i].level > level; i--)
        settings->undo[i].level = level;
    settings->level = level;
}

void settings_commit(struct settings *settings)
{
    for (int i = 0; i < settings->undo_count; i++) {
        struct setting_state *state = &settings->slots[settings->undo[i].index].state;
        if (state->local) {
            char *masked = state->masked;
            state->masked = NULL;
            state->local = false;
            settings_take(settings, settings->undo[i].index, masked, state->masked_source);
        }
    }
    for (int i = 0; i < settings->undo_count; i++) {
        setting_drop(settings->undo[i].index, settings->undo[i].state.value);
        setting_drop(settings->undo[i].index, settings->undo[i].state.masked);
    }
    settings->undo_count = 0;
    settings->level = 0;
}
