#include "session/settings.h"

#include "session/settings_value.h"

#include <stdlib.h>
#include <string.h>

/* What a reload of the configuration means to a session that runs: wherever a value of the configuration stands (as the current one, under a SET
 * LOCAL, on the undo list, as what RESET returns to), the new one takes its place. */

static bool is_configured(enum setting_source source)
{
    return source <= SOURCE_COMMAND_LINE;
}

static void put(int index, char **text, enum setting_source *source, const char *value, enum setting_source new_source)
{
    setting_drop(index, *text);
    *text = setting_text(index, value);
    *source = new_source;
}

static void adopt_one(struct settings *settings, int index, const char *value, enum setting_source source)
{
    struct setting_slot *slot = &settings->slots[index];
    if (is_configured(slot->reset_source))
        put(index, &slot->reset, &slot->reset_source, value, source);
    if (slot->state.local && is_configured(slot->state.masked_source))
        put(index, &slot->state.masked, &slot->state.masked_source, value, source);
    for (int i = 0; i < settings->undo_count; i++) {
        struct setting_state *state = &settings->undo[i].state;
        if (settings->undo[i].index != index)
            continue;
        if (is_configured(state->source))
            put(index, &state->value, &state->source, value, source);
        if (state->local && is_configured(state->masked_source))
            put(index, &state->masked, &state->masked_source, value, source);
    }
    if (is_configured(slot->state.source))
        settings_take(settings, index, setting_text(index, value), source);
}

static void adopt_origin(struct setting_slot *slot, const struct setting_slot *fresh)
{
    free(slot->file);
    slot->file = fresh->file ? xstrdup(fresh->file) : NULL;
    slot->line = fresh->line;
    slot->is_pending = fresh->is_pending;
}

void settings_keep(struct settings *settings, int index, const struct settings *from)
{
    struct setting_slot *slot = &settings->slots[index];
    const struct setting_slot *old = &from->slots[index];
    adopt_origin(slot, old);
    put(index, &slot->state.value, &slot->state.source, old->state.value, old->state.source);
    put(index, &slot->reset, &slot->reset_source, old->reset, old->reset_source);
}

static bool may_adopt(const struct setting_fact *fact)
{
    return !fact || fact->context == SETTING_SIGHUP || fact->context == SETTING_SUPERUSER || fact->context == SETTING_USER;
}

void settings_adopt(struct settings *settings, const struct settings *fresh)
{
    settings->loaded = fresh->loaded;
    for (int i = 0; i < fresh->count; i++) {
        const struct setting_fact *fact = settings_fact_at(i);
        const struct setting_slot *from = &fresh->slots[i];
        struct diag diag = {0};
        int index = settings_slot(settings, settings_slot_name(fresh, i), true, &diag);
        diag_clear(&diag);
        if (index < 0)
            continue;
        adopt_origin(&settings->slots[index], from);
        if (!may_adopt(fact))
            continue;
        struct arena arena;
        arena_init(&arena);
        const char *value = from->state.value;
        /* The session's own form of it; what it cannot use changes nothing. */
        if (value && fact && from->state.source != SOURCE_DEFAULT)
            value = setting_canonical(settings, fact, value, &arena, &diag);
        if (value || !from->state.value)
            adopt_one(settings, index, value, from->state.source);
        diag_clear(&diag);
        arena_deinit(&arena);
    }
}
