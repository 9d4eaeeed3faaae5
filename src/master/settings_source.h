#ifndef PGQUILL_MASTER_SETTINGS_SOURCE_H
#define PGQUILL_MASTER_SETTINGS_SOURCE_H

#include "session/settings.h"

#include <strings.h>

/* Where a setting's value came from; SOURCE_DEFAULT for a name that is not known. */
static inline enum setting_source settings_source(const struct settings *settings, const char *name)
{
    const struct setting_fact *fact;
    enum setting_source source = SOURCE_DEFAULT;
    for (int i = 0; (fact = settings_fact_at(i)); i++)
        if (!strcasecmp(fact->name, name)) {
            settings_value_at(settings, i, &source);
            break;
        }
    return source;
}

#endif
