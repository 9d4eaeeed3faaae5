#include "session/state.h"

#include "session/conffile.h"
#include "wire/hba.h"

#include <dirent.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What SQL functions and catalog views ask about the server as a whole (struct func_env): its databases, its configuration files. */

enum { DEFAULT_DATABASE = 5, FIRST_MADE_UP = 16384, OWNER = 10 };

/* A number that a name always has: the files carry none. */
static oid_t name_oid(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char) *name) * 16777619u;
    return FIRST_MADE_UP + hash % (0x7fffffffu - FIRST_MADE_UP);
}

static oid_t database_oid(const struct session *session, const char *name)
{
    return !strcmp(name, session->options.default_name) ? DEFAULT_DATABASE : name_oid(name);
}

static int64_t file_size(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_size : 0;
}

static struct database_view describe(const struct session *session, struct arena *arena, const char *name, const char *path)
{
    return (struct database_view){.oid = database_oid(session, name),
                                  .name = arena_strdup(arena, name),
                                  .size = file_size(path) + file_size(arena_printf(arena, "%s-wal", path))};
}

static int is_database(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 3 && length - 3 < SLOT_NAME_MAX && !strcmp(entry->d_name + length - 3, ".db");
}

/* The default database, which may lie elsewhere, and every NAME.db of the data directory. */
static int databases(void *self, struct arena *arena, struct database_view **list)
{
    struct session *session = self;
    const struct session_options *options = &session->options;
    struct dirent **entries = NULL;
    int found = options->data_dir ? scandir(options->data_dir, &entries, is_database, alphasort) : 0, count = 0;
    *list = arena_array(arena, struct database_view, (found > 0 ? found : 0) + 1);
    (*list)[count++] = describe(session, arena, options->default_name, options->default_path);
    for (int i = 0; i < found; i++) {
        struct stat status;
        char *path = arena_printf(arena, "%s/%s", options->data_dir, entries[i]->d_name);
        entries[i]->d_name[strlen(entries[i]->d_name) - 3] = '\0';
        if (strcmp(entries[i]->d_name, options->default_name) && stat(path, &status) == 0 && S_ISREG(status.st_mode))
            (*list)[count++] = describe(session, arena, entries[i]->d_name, path);
        free(entries[i]);
    }
    free(entries);
    return count;
}

static bool has_other_value(const struct settings *now, const struct settings *wanted, const char *name)
{
    int index = settings_find(name);
    const struct setting_fact *fact = settings_fact_at(index);
    enum setting_source source;
    return fact && fact->context == SETTING_POSTMASTER && settings_pending_at(now, index) &&
           strcmp(settings_value_at(now, index, &source), settings_value_at(wanted, index, &source));
}

/* Why the line has no effect, in the words of the view. */
static const char *file_error(const struct session *session, const struct settings *wanted, const struct conffile_entry *entry)
{
    if (entry->error)
        return !entry->name        ? entry->error
               : entry->is_unknown ? "unrecognized configuration parameter"
                                   : "setting could not be applied";
    return entry->is_applied && has_other_value(session->settings, wanted, entry->name) ? "setting could not be applied" : NULL;
}

static int file_settings(void *self, struct arena *arena, struct file_setting_view **list)
{
    struct session *session = self;
    const struct session_options *options = &session->options;
    struct conffile file = {0};
    struct settings *wanted = settings_new();
    settings_check(wanted, session_check_configured, NULL);
    if (options->config_path && access(options->config_path, F_OK) == 0)
        conffile_read(&file, options->config_path);
    if (options->auto_config_path && access(options->auto_config_path, F_OK) == 0)
        conffile_read(&file, options->auto_config_path);
    bool good = conffile_apply(&file, wanted);
    *list = arena_array(arena, struct file_setting_view, file.count + 1);
    for (int i = 0; i < file.count; i++) {
        const struct conffile_entry *entry = &file.entries[i];
        const char *error = file_error(session, wanted, entry);
        (*list)[i] = (struct file_setting_view){.file = arena_strdup(arena, entry->file),
                                                .line = entry->line,
                                                .name = entry->name ? arena_strdup(arena, entry->name) : NULL,
                                                .value = entry->value ? arena_strdup(arena, entry->value) : NULL,
                                                .error = error ? arena_strdup(arena, error) : NULL,
                                                .is_applied = good && entry->is_applied && !error};
    }
    int count = file.count;
    conffile_deinit(&file);
    settings_free(wanted);
    return count;
}

static const char **token_texts(struct arena *arena, const struct hba_list *list)
{
    const char **texts = arena_array(arena, const char *, list->count + 1);
    for (int i = 0; i < list->count; i++)
        texts[i] = arena_strdup(arena, list->tokens[i].text);
    return texts;
}

static const char *address_text(struct arena *arena, const struct sockaddr_storage *address)
{
    char host[NI_MAXHOST];
    if (getnameinfo((const struct sockaddr *) address, sizeof *address, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
        return NULL;
    return arena_strdup(arena, host);
}

static struct hba_rule_view describe_rule(struct arena *arena, const struct hba_rule *rule)
{
    static const char *const types[] = {"local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"};
    static const char *const addresses[] = {"all", NULL, "samehost", "samenet"};
    const char **options = arena_array(arena, const char *, rule->option_count + 1);
    for (int i = 0; i < rule->option_count; i++)
        options[i] = arena_printf(arena, "%s=%s", rule->options[i].name, rule->options[i].value);
    struct hba_rule_view view = {.line = rule->line,
                                 .type = types[rule->type],
                                 .method = rule->method->name,
                                 .databases = token_texts(arena, &rule->databases),
                                 .database_count = rule->databases.count,
                                 .users = token_texts(arena, &rule->users),
                                 .user_count = rule->users.count,
                                 .options = options,
                                 .option_count = rule->option_count};
    if (rule->type == HBA_LOCAL)
        return view;
    if (rule->address == HBA_ADDRESS_NAME) {
        view.address = arena_strdup(arena, rule->host);
    } else if (rule->address == HBA_ADDRESS_MASK) {
        view.address = address_text(arena, &rule->network);
        view.mask = address_text(arena, &rule->mask);
    } else {
        view.address = addresses[rule->address];
    }
    return view;
}

/* The file as it is now, which need not be what is in force. */
static int hba_rules(void *self, struct arena *arena, struct hba_rule_view **list)
{
    struct session *session = self;
    const char *path = settings_string(session->settings, "hba_file");
    int rule = 0, mistake = 0, count = 0;
    *list = NULL;
    if (!*path)
        return 0;
    struct hba *hba = hba_read(path);
    *list = arena_array(arena, struct hba_rule_view, hba->count + hba->mistake_count + 1);
    while (rule < hba->count || mistake < hba->mistake_count) {
        bool is_rule =
            mistake == hba->mistake_count || (rule < hba->count && hba->rules[rule].line < hba->mistakes[mistake].line);
        if (is_rule) {
            (*list)[count++] = describe_rule(arena, &hba->rules[rule++]);
        } else {
            const struct hba_mistake *one = &hba->mistakes[mistake++];
            (*list)[count++] = (struct hba_rule_view){.line = one->line, .error = arena_strdup(arena, one->text)};
        }
    }
    hba_free(hba);
    return count;
}

static oid_t role_oid(const char *name)
{
    return !*name ? 0 : !strcmp(name, "postgres") ? OWNER : name_oid(name);
}

static bool is_same_scope(const struct override *a, const struct override *b)
{
    return !strcmp(a->database, b->database) && !strcmp(a->user, b->user);
}

static int role_settings(void *self, struct arena *arena, struct role_setting_view **list)
{
    struct session *session = self;
    struct overrides overrides;
    int count = 0;
    overrides_read(session->options.data_dir, &overrides);
    *list = arena_array(arena, struct role_setting_view, overrides.count + 1);
    for (int i = 0; i < overrides.count; i++) {
        const struct override *one = &overrides.list[i];
        bool is_first = true;
        for (int j = 0; j < i && is_first; j++)
            is_first = !is_same_scope(&overrides.list[j], one);
        if (!is_first)
            continue;
        const char **texts = arena_array(arena, const char *, overrides.count);
        struct role_setting_view *view = &(*list)[count++];
        *view = (struct role_setting_view){.database = *one->database ? database_oid(session, one->database) : 0,
                                           .role = role_oid(one->user),
                                           .settings = texts};
        for (int j = i; j < overrides.count; j++)
            if (is_same_scope(&overrides.list[j], one))
                texts[view->count++] = arena_printf(arena, "%s=%s", overrides.list[j].name, overrides.list[j].value);
    }
    overrides_deinit(&overrides);
    return count;
}

static int64_t configured_at(void *self)
{
    struct session *session = self;
    return settings_loaded(session->settings);
}

static int64_t started_at(void *self)
{
    enum { EPOCH_SECONDS = 946684800 };
    struct session *session = self;
    return session->options.server_started - (int64_t) EPOCH_SECONDS * 1000000;
}

static bool signal_master(const struct session *session, int signal)
{
    return session->options.master > 0 && kill(session->options.master, signal) == 0;
}

static bool reload_server(void *self)
{
    return signal_master(self, SIGHUP);
}

static bool reopen_log(void *self)
{
    return signal_master(self, SIGUSR1);
}

void session_fill_server_env(struct func_env *env)
{
    env->databases = databases;
    env->file_settings = file_settings;
    env->hba_rules = hba_rules;
    env->role_settings = role_settings;
    env->configured_at = configured_at;
    env->started_at = started_at;
    env->reload_server = reload_server;
    env->reopen_log = reopen_log;
}
