#include "master/conffile.h"

#include "master/path.h"
#include "util/arena.h"
#include "util/log.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INCLUDE_DEPTH_MAX = 10, LINE_MAX_BYTES = 64 * 1024, NAME_MAX_BYTES = 128 };

struct reading {
    struct settings *settings;
    int depth, mistakes;
};

static void read_file(struct reading *reading, const char *path, const char *from, int from_line);

static void mistake(struct reading *reading, const char *path, int line, const char *message)
{
    reading->mistakes++;
    if (line)
        log_write(LOG_LEVEL_ERROR, "%s in file \"%s\" line %d", message, path, line);
    else
        log_write(LOG_LEVEL_ERROR, "%s", message);
}

static void syntax_mistake(struct reading *reading, const char *path, int line, const char *near)
{
    reading->mistakes++;
    int length = (int) strcspn(near, " \t\r\n");
    if (length > 60)
        length = 60;
    if (length == 0)
        log_write(LOG_LEVEL_ERROR, "syntax error in file \"%s\" line %d, near end of line", path, line);
    else
        log_write(LOG_LEVEL_ERROR, "syntax error in file \"%s\" line %d, near token \"%.*s\"", path, line, length, near);
}

static const char *skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n' || *p == '\f')
        p++;
    return p;
}

static bool is_name_start(char c)
{
    return isalpha((unsigned char) c) || c == '_' || (unsigned char) c >= 0x80;
}

static bool is_name_part(char c)
{
    return is_name_start(c) || isdigit((unsigned char) c) || c == '$' || c == '.';
}

/* The quoted form of a value: '' is a quote, and backslash escapes are C's. `p` is at the first character inside. */
static const char *scan_quoted(const char *p, char *into)
{
    for (;;) {
        if (*p == '\0' || *p == '\n')
            return NULL;
        if (*p == '\'') {
            if (p[1] != '\'')
                break;
            *into++ = '\'';
            p += 2;
        } else if (*p == '\\' && p[1] && p[1] != '\n') {
            static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
            const char *letter = strchr(letters, p[1]);
            p++;
            if (letter) {
                *into++ = meanings[letter - letters];
                p++;
            } else if (*p >= '0' && *p <= '7') {
                int value = 0;
                for (int digits = 0; digits < 3 && *p >= '0' && *p <= '7'; digits++)
                    value = value * 8 + (*p++ - '0');
                *into++ = (char) value;
            } else {
                *into++ = *p++;
            }
        } else {
            *into++ = *p++;
        }
    }
    *into = '\0';
    return p + 1;
}

/* An unquoted value: a number with its unit, or a word (PostgreSQL docs 20.1.2). */
static const char *scan_plain(const char *p, char *into)
{
    const char *start = p;
    while (*p && !isspace((unsigned char) *p) && *p != '#' && *p != '\'' && *p != '=')
        *into++ = *p++;
    *into = '\0';
    return p == start ? NULL : p;
}

static char *beside(const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    if (name[0] == '/' || !slash)
        return xstrdup(name);
    return path_printf("%.*s/%s", (int) (slash - file), file, name);
}

static int is_included(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 && !strcmp(entry->d_name + length - 5, ".conf");
}

static void include_dir(struct reading *reading, const char *dir, const char *from, int line)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, is_included, alphasort);
    if (count < 0) {
        reading->mistakes++;
        log_errno(LOG_LEVEL_ERROR, "could not open configuration directory \"%s\" in file \"%s\" line %d", dir, from, line);
        return;
    }
    for (int i = 0; i < count; i++) {
        char *path = path_join(dir, entries[i]->d_name);
        struct stat status;
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
            read_file(reading, path, from, line);
        free(path);
        free(entries[i]);
    }
    free(entries);
}

static bool include(struct reading *reading, const char *name, const char *value, const char *path, int line)
{
    bool dir = !strcasecmp(name, "include_dir"), optional = !strcasecmp(name, "include_if_exists");
    if (!dir && !optional && strcasecmp(name, "include"))
        return false;
    char *target = beside(path, value);
    struct stat status;
    if (dir)
        include_dir(reading, target, path, line);
    else if (!optional || stat(target, &status) == 0)
        read_file(reading, target, path, line);
    free(target);
    return true;
}

static void read_line(struct reading *reading, const char *text, const char *path, int line, char *value)
{
    char name[NAME_MAX_BYTES];
    const char *p = skip_blanks(text);
    if (*p == '\0' || *p == '#')
        return;
    const char *start = p;
    if (!is_name_start(*p)) {
        syntax_mistake(reading, path, line, p);
        return;
    }
    while (is_name_part(*p))
        p++;
    if (p - start >= NAME_MAX_BYTES) {
        syntax_mistake(reading, path, line, start);
        return;
    }
    memcpy(name, start, (size_t) (p - start));
    name[p - start] = '\0';
    p = skip_blanks(p);
    if (*p == '=')
        p = skip_blanks(p + 1);
    const char *at = p;
    p = *p == '\'' ? scan_quoted(p + 1, value) : scan_plain(p, value);
    if (p) {
        at = skip_blanks(p);
        if (*at && *at != '#')
            p = NULL;
    }
    if (!p) {
        syntax_mistake(reading, path, line, at);
        return;
    }
    if (include(reading, name, value, path, line))
        return;
    struct diag diag = {0};
    if (!settings_set(reading->settings, name, value, SOURCE_FILE, &diag)) {
        mistake(reading, path, line, diag.message ? diag.message : "invalid setting");
        if (diag.hint)
            log_write(LOG_LEVEL_LOG, "HINT:  %s", diag.hint);
    }
    diag_clear(&diag);
}

static void read_file(struct reading *reading, const char *path, const char *from, int from_line)
{
    if (reading->depth >= INCLUDE_DEPTH_MAX) {
        reading->mistakes++;
        log_write(LOG_LEVEL_ERROR, "could not open configuration file \"%s\": maximum nesting depth exceeded", path);
        return;
    }
    FILE *file = fopen(path, "re");
    if (!file) {
        reading->mistakes++;
        if (from)
            log_errno(LOG_LEVEL_ERROR, "could not open configuration file \"%s\" (included in \"%s\" line %d)", path, from,
                      from_line);
        else
            log_errno(LOG_LEVEL_ERROR, "could not open configuration file \"%s\"", path);
        return;
    }
    reading->depth++;
    char *text = xmalloc(LINE_MAX_BYTES), *value = xmalloc(LINE_MAX_BYTES);
    for (int line = 1; fgets(text, LINE_MAX_BYTES, file); line++)
        read_line(reading, text, path, line, value);
    if (ferror(file)) {
        reading->mistakes++;
        log_errno(LOG_LEVEL_ERROR, "could not read configuration file \"%s\"", path);
    }
    free(text);
    free(value);
    fclose(file);
    reading->depth--;
}

bool conffile_read(struct settings *settings, const char *path)
{
    struct reading reading = {.settings = settings};
    read_file(&reading, path, NULL, 0);
    return reading.mistakes == 0;
}

static bool apply_command_line(struct settings *settings, const struct options *options)
{
    bool good = true;
    for (int i = 0; i < options->setting_count; i++) {
        struct diag diag = {0};
        if (!settings_set(settings, options->settings[i].name, options->settings[i].value, SOURCE_COMMAND_LINE, &diag)) {
            log_write(LOG_LEVEL_FATAL, "%s", diag.message ? diag.message : "invalid setting");
            if (diag.hint)
                log_write(LOG_LEVEL_LOG, "HINT:  %s", diag.hint);
            good = false;
        }
        diag_clear(&diag);
    }
    return good;
}

struct settings *conffile_load(const struct options *options, const char *path, const char *auto_path)
{
    struct settings *settings = settings_new();
    struct stat status;
    bool good = (!options->config_file && stat(path, &status) < 0) || conffile_read(settings, path);
    if (auto_path && stat(auto_path, &status) == 0)
        good = conffile_read(settings, auto_path) && good;
    good = apply_command_line(settings, options) && good;
    if (good)
        return settings;
    settings_free(settings);
    return NULL;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

int conffile_adopt(struct settings **current, struct settings *fresh)
{
    int changed = 0;
    const struct setting_fact *fact;
    for (int i = 0; (fact = settings_fact_at(i)); i++) {
        enum setting_source old_source, new_source;
        const char *before = settings_value_at(*current, i, &old_source), *after = settings_value_at(fresh, i, &new_source);
        if (same(before, after))
            continue;
        if (fact->context != SETTING_POSTMASTER && fact->context != SETTING_INTERNAL) {
            log_write(LOG_LEVEL_LOG, "parameter \"%s\" changed to \"%s\"", fact->name, after ? after : "");
            changed++;
            continue;
        }
        log_write(LOG_LEVEL_LOG, "parameter \"%s\" cannot be changed without restarting the server", fact->name);
        struct diag diag = {0};
        settings_set(fresh, fact->name, before, old_source > SOURCE_FILE ? old_source : SOURCE_COMMAND_LINE, &diag);
        diag_clear(&diag);
    }
    settings_free(*current);
    *current = fresh;
    return changed;
}
