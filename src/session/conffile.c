#include "session/conffile.h"

#include "util/arena.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/path.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INCLUDE_DEPTH_MAX = 10, LINE_MAX_BYTES = 64 * 1024, NAME_MAX_BYTES = 128 };

static struct conffile_entry *add(struct conffile *file, const char *path, int line)
{
    file->entries = xrealloc(file->entries, sizeof *file->entries * (size_t) (file->count + 1));
    struct conffile_entry *entry = &file->entries[file->count++];
    *entry = (struct conffile_entry){.file = xstrdup(path), .line = line};
    return entry;
}

static void __attribute__((format(printf, 4, 5)))
mistake(struct conffile *file, const char *path, int line, const char *format, ...)
{
    struct conffile_entry *entry = add(file, path, line);
    va_list args;
    va_start(args, format);
    if (vasprintf(&entry->error, format, args) < 0)
        fatal_out_of_memory(256);
    va_end(args);
}

static void syntax_mistake(struct conffile *file, const char *path, int line, const char *near)
{
    int length = (int) strcspn(near, " \t\r\n");
    if (length > 60)
        length = 60;
    if (length == 0)
        mistake(file, path, line, "syntax error in file \"%s\" line %d, near end of line", path, line);
    else
        mistake(file, path, line, "syntax error in file \"%s\" line %d, near token \"%.*s\"", path, line, length, near);
}

static void read_file(struct conffile *conf, const char *path, const char *from, int from_line);

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

static void include_dir(struct conffile *conf, const char *dir, const char *from, int line)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, is_included, alphasort);
    if (count < 0) {
        mistake(conf, from, line, "could not open configuration directory \"%s\" in file \"%s\" line %d: %s", dir, from, line,
                strerror(errno));
        return;
    }
    for (int i = 0; i < count; i++) {
        char *path = path_join(dir, entries[i]->d_name);
        struct stat status;
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
            read_file(conf, path, from, line);
        free(path);
        free(entries[i]);
    }
    free(entries);
}

static bool include(struct conffile *conf, const char *name, const char *value, const char *path, int line)
{
    bool dir = !strcasecmp(name, "include_dir"), optional = !strcasecmp(name, "include_if_exists");
    if (!dir && !optional && strcasecmp(name, "include"))
        return false;
    char *target = beside(path, value);
    struct stat status;
    if (dir)
        include_dir(conf, target, path, line);
    else if (!optional || stat(target, &status) == 0)
        read_file(conf, target, path, line);
    free(target);
    return true;
}

static void read_line(struct conffile *conf, const char *text, const char *path, int line, char *value)
{
    char name[NAME_MAX_BYTES];
    const char *p = skip_blanks(text);
    if (*p == '\0' || *p == '#')
        return;
    const char *start = p;
    if (!is_name_start(*p)) {
        syntax_mistake(conf, path, line, p);
        return;
    }
    while (is_name_part(*p))
        p++;
    if (p - start >= NAME_MAX_BYTES) {
        syntax_mistake(conf, path, line, start);
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
        syntax_mistake(conf, path, line, at);
        return;
    }
    if (include(conf, name, value, path, line))
        return;
    struct conffile_entry *entry = add(conf, path, line);
    entry->name = xstrdup(name);
    entry->value = xstrdup(value);
}

static void read_file(struct conffile *conf, const char *path, const char *from, int from_line)
{
    if (conf->depth >= INCLUDE_DEPTH_MAX) {
        mistake(conf, path, 0, "could not open configuration file \"%s\": maximum nesting depth exceeded", path);
        return;
    }
    FILE *file = fopen(path, "re");
    if (!file) {
        const char *why = strerror(errno);
        if (from)
            mistake(conf, from, from_line, "could not open configuration file \"%s\" (included in \"%s\" line %d): %s", path,
                    from, from_line, why);
        else
            mistake(conf, path, 0, "could not open configuration file \"%s\": %s", path, why);
        return;
    }
    conf->depth++;
    char *text = xmalloc(LINE_MAX_BYTES), *value = xmalloc(LINE_MAX_BYTES);
    for (int line = 1; fgets(text, LINE_MAX_BYTES, file); line++)
        read_line(conf, text, path, line, value);
    if (ferror(file))
        mistake(conf, path, 0, "could not read configuration file \"%s\": %s", path, strerror(errno));
    free(text);
    free(value);
    fclose(file);
    conf->depth--;
}

void conffile_read(struct conffile *file, const char *path)
{
    read_file(file, path, NULL, 0);
}

static bool is_repeated(const struct conffile *file, int index)
{
    for (int i = index + 1; i < file->count; i++)
        if (file->entries[i].name && !strcasecmp(file->entries[i].name, file->entries[index].name))
            return true;
    return false;
}

bool conffile_apply(struct conffile *file, struct settings *settings)
{
    bool good = true;
    for (int i = 0; i < file->count; i++) {
        struct conffile_entry *entry = &file->entries[i];
        struct diag diag = {0};
        if (entry->name && !is_repeated(file, i)) {
            entry->is_applied = settings_set(settings, entry->name, entry->value, SOURCE_FILE, &diag);
            if (entry->is_applied) {
                settings_set_origin(settings, entry->name, entry->file, entry->line);
            } else {
                entry->is_unknown = !strcmp(diag.sqlstate, ERRCODE_UNDEFINED_OBJECT);
                entry->error = path_printf("%s in file \"%s\" line %d", diag.message, entry->file, entry->line);
                entry->hint = diag.hint ? xstrdup(diag.hint) : NULL;
            }
            diag_clear(&diag);
        }
        good = good && !entry->error;
    }
    return good;
}

void conffile_log(const struct conffile *file)
{
    for (int i = 0; i < file->count; i++) {
        if (file->entries[i].error)
            log_report(LOG_LEVEL_ERROR, &(struct log_report){.message = file->entries[i].error, .hint = file->entries[i].hint});
    }
}

void conffile_deinit(struct conffile *file)
{
    for (int i = 0; i < file->count; i++) {
        struct conffile_entry *entry = &file->entries[i];
        free(entry->file);
        free(entry->name);
        free(entry->value);
        free(entry->error);
        free(entry->hint);
    }
    free(file->entries);
    *file = (struct conffile){0};
}

static void put_entry(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s = '", name);
    for (const char *p = value; *p; p++) {
        if (*p == '\'' || *p == '\\')
            buf_putc(out, *p);
        buf_putc(out, *p);
    }
    buf_puts(out, "'\n");
}

/* What stays of the old file, then the new value. */
static void compose(const char *path, const char *name, const char *value, struct buf *out)
{
    struct conffile old = {0};
    struct stat status;
    buf_puts(out, "# Written by ALTER SYSTEM; edit pgquill.conf instead of this file.\n");
    if (name && stat(path, &status) == 0)
        conffile_read(&old, path);
    for (int i = 0; i < old.count; i++)
        if (old.entries[i].name && strcasecmp(old.entries[i].name, name) && !is_repeated(&old, i))
            put_entry(out, old.entries[i].name, old.entries[i].value);
    conffile_deinit(&old);
    if (value)
        put_entry(out, name, value);
}

bool conffile_alter(const char *path, const char *name, const char *value, struct diag *diag)
{
    char *lock_path = path_printf("%s.lock", path);
    int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = lock >= 0 && flock(lock, LOCK_EX) == 0;
    if (!good)
        diag_set(diag, ERRCODE_IO_ERROR, "could not lock file \"%s\": %s", lock_path, strerror(errno));
    struct buf text;
    buf_init(&text);
    if (good) {
        compose(path, name, value, &text);
        good = path_replace(path, text.data, text.len);
        if (!good)
            diag_set(diag, ERRCODE_IO_ERROR, "could not write file \"%s\": %s", path, strerror(errno));
    }
    buf_deinit(&text);
    if (lock >= 0)
        close(lock);
    free(lock_path);
    return good;
}
