#include "sql/routine.h"

#include <stdlib.h>

/* SET clauses of functions: in force while the body is compiled and run, and taken back after it. */

struct routine_setting {
    struct routine_setting *next;
    const char *name, *before;
};

bool routine_settings_apply(struct func_env *env, struct arena *arena, const char *settings, struct routine_setting **saved,
                            struct diag *diag)
{
    *saved = NULL;
    if (!settings || !env->setting_set || !env->setting_get)
        return true;
    for (const char *at = settings; *at;) {
        const char *end = strchrnul(at, '\n'), *equals = memchr(at, '=', (size_t) (end - at));
        const char *name = arena_strndup(arena, at, (size_t) ((equals ? equals : end) - at));
        const char *value = equals ? arena_strndup(arena, equals + 1, (size_t) (end - equals - 1)) : "";
        const char *before = env->setting_get(env->session, name);
        at = *end ? end + 1 : end;
        if (before && strcmp(before, value) == 0)
            continue;
        struct routine_setting *setting = arena_new(arena, struct routine_setting);
        *setting = (struct routine_setting){*saved, name, before ? arena_strdup(arena, before) : NULL};
        if (!env->setting_set(env->session, name, value, false, diag)) {
            routine_settings_restore(env, *saved);
            *saved = NULL;
            return false;
        }
        *saved = setting;
    }
    return true;
}

void routine_settings_restore(struct func_env *env, struct routine_setting *saved)
{
    for (; saved; saved = saved->next) {
        struct diag ignored = {0};
        env->setting_set(env->session, saved->name, saved->before, false, &ignored);
        diag_clear(&ignored);
    }
}
