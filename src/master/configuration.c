#include "master/configuration.h"

#include "session/conffile.h"
#include "session/session.h"
#include "util/log.h"

#include <string.h>
#include <sys/stat.h>

static bool apply_command_line(struct settings *settings, const struct options *options, enum configuration_log log)
{
    bool good = true;
    for (int i = 0; i < options->setting_count; i++) {
        struct diag diag = {0};
        if (!settings_set(settings, options->settings[i].name, options->settings[i].value, SOURCE_COMMAND_LINE, &diag)) {
            if (log == CONFIGURATION_LOGGED)
                log_report(LOG_LEVEL_FATAL, &(struct log_report){.message = diag.message, .hint = diag.hint});
            good = false;
        }
        diag_clear(&diag);
    }
    return good;
}

struct settings *configuration_load(const struct options *options, const char *path, const char *auto_path,
                                    enum configuration_log log)
{
    struct settings *settings = settings_new();
    struct conffile file = {0};
    struct stat status;
    settings_check(settings, session_check_configured, NULL);
    settings_set_loaded(settings, session_now());
    if (options->config_file || stat(path, &status) == 0)
        conffile_read(&file, path);
    if (auto_path && stat(auto_path, &status) == 0)
        conffile_read(&file, auto_path);
    bool good = conffile_apply(&file, settings);
    if (log == CONFIGURATION_LOGGED)
        conffile_log(&file);
    conffile_deinit(&file);
    good = apply_command_line(settings, options, log) && good;
    if (good)
        return settings;
    settings_free(settings);
    return NULL;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

int configuration_adopt(struct settings **current, struct settings *fresh, enum configuration_log log)
{
    int changed = 0;
    const struct setting_fact *fact;
    for (int i = 0; (fact = settings_fact_at(i)); i++) {
        enum setting_source old_source, new_source;
        const char *before = settings_value_at(*current, i, &old_source), *after = settings_value_at(fresh, i, &new_source);
        if (same(before, after))
            continue;
        if (fact->context != SETTING_POSTMASTER && fact->context != SETTING_INTERNAL) {
            if (log == CONFIGURATION_LOGGED)
                log_write(LOG_LEVEL_LOG, "parameter \"%s\" changed to \"%s\"", fact->name, after ? after : "");
            changed++;
            continue;
        }
        if (log == CONFIGURATION_LOGGED)
            log_write(LOG_LEVEL_LOG, "parameter \"%s\" cannot be changed without restarting the server", fact->name);
        settings_keep(fresh, i, *current);
        settings_set_pending(fresh, i, true);
    }
    settings_free(*current);
    *current = fresh;
    return changed;
}
