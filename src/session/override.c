#include "session/override.h"

#include "session/state.h"
#include "util/log.h"
#include "util/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <unistd.h>

struct queued_override {
    struct override change; /* name NULL: all; value NULL: take it away */
    int level;
};

static void deinit_one(struct override *one)
{
    free(one->database);
    free(one->user);
    free(one->name);
    free(one->value);
}

void overrides_deinit(struct overrides *overrides)
{
    for (int i = 0; i < overrides->count; i++)
        deinit_one(&overrides->list[i]);
    free(overrides->list);
    *overrides = (struct overrides){0};
}

/* One quoted text; NULL: there is none. Moves *p behind it. */
static char *take_text(const char **p)
{
    const char *at = *p + strspn(*p, " \t");
    if (*at++ != '\'')
        return NULL;
    char *text = xmalloc(strlen(at) + 1), *into = text;
    for (; *at && !(*at == '\'' && at[1] != '\''); at++) {
        if (*at == '\'')
            at++;
        else if (*at == '\\' && at[1])
            at++;
        *into++ = *at == 'n' && at[-1] == '\\' ? '\n' : *at;
    }
    *into = '\0';
    *p = at + (*at == '\'');
    return text;
}

static void put_text(struct buf *out, const char *text, char end)
{
    buf_putc(out, '\'');
    for (; *text; text++) {
        if (*text == '\n') {
            buf_puts(out, "\\n");
            continue;
        }
        if (*text == '\'' || *text == '\\')
            buf_putc(out, *text);
        buf_putc(out, *text);
    }
    buf_putc(out, '\'');
    buf_putc(out, end);
}

static char *file_of(const char *data_dir)
{
    return path_join(data_dir, "pgquill.overrides");
}

static struct override *add(struct overrides *overrides)
{
    overrides->list = xrealloc(overrides->list, sizeof *overrides->list * (size_t) (overrides->count + 1));
    return &overrides->list[overrides->count++];
}

void overrides_read(const char *data_dir, struct overrides *overrides)
{
    char *path = file_of(data_dir), *line = NULL;
    size_t size = 0;
    *overrides = (struct overrides){0};
    FILE *file = fopen(path, "re");
    for (int number = 1; file && getline(&line, &size, file) >= 0; number++) {
        const char *p = line + strspn(line, " \t\n");
        if (!*p || *p == '#')
            continue;
        struct override one = {0};
        one.database = take_text(&p);
        one.user = one.database ? take_text(&p) : NULL;
        one.name = one.user ? take_text(&p) : NULL;
        one.value = one.name ? take_text(&p) : NULL;
        if (one.value) {
            *add(overrides) = one;
        } else {
            deinit_one(&one);
            log_write(LOG_LEVEL_WARNING, "syntax error in file \"%s\" line %d", path, number);
        }
    }
    free(line);
    if (file)
        fclose(file);
    free(path);
}

static bool concerns(const struct override *one, const struct override *change)
{
    return !strcmp(one->database, change->database) && !strcmp(one->user, change->user) &&
           (!change->name || !strcasecmp(one->name, change->name));
}

static void change_one(struct overrides *overrides, const struct override *change)
{
    int kept = 0;
    for (int i = 0; i < overrides->count; i++)
        if (concerns(&overrides->list[i], change))
            deinit_one(&overrides->list[i]);
        else
            overrides->list[kept++] = overrides->list[i];
    overrides->count = kept;
    if (change->name && change->value)
        *add(overrides) = (struct override){.database = xstrdup(change->database),
                                            .user = xstrdup(change->user),
                                            .name = xstrdup(change->name),
                                            .value = xstrdup(change->value)};
}

static bool write_file(const char *path, const struct overrides *overrides, struct diag *diag)
{
    struct buf text;
    buf_init(&text);
    buf_puts(&text, "# Written by ALTER DATABASE and ALTER ROLE: 'database' 'user' 'name' 'value'\n");
    for (int i = 0; i < overrides->count; i++) {
        put_text(&text, overrides->list[i].database, ' ');
        put_text(&text, overrides->list[i].user, ' ');
        put_text(&text, overrides->list[i].name, ' ');
        put_text(&text, overrides->list[i].value, '\n');
    }
    bool good = path_replace(path, text.data, text.len);
    if (!good)
        diag_set(diag, ERRCODE_IO_ERROR, "could not write file \"%s\": %s", path, strerror(errno));
    buf_deinit(&text);
    return good;
}

/* Read, change and replace the file while nobody else does. */
static bool rewrite(const char *data_dir, void (*change)(struct overrides *overrides, void *arg), void *arg, struct diag *diag)
{
    char *path = file_of(data_dir), *lock_path = path_printf("%s.lock", path);
    int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = lock >= 0 && flock(lock, LOCK_EX) == 0;
    if (good) {
        struct overrides overrides;
        overrides_read(data_dir, &overrides);
        change(&overrides, arg);
        good = write_file(path, &overrides, diag);
        overrides_deinit(&overrides);
    } else {
        diag_set(diag, ERRCODE_IO_ERROR, "could not lock file \"%s\": %s", lock_path, strerror(errno));
    }
    if (lock >= 0)
        close(lock);
    free(lock_path);
    free(path);
    return good;
}

void override_queue(struct session *session, const char *database, const char *user, const char *name, const char *value)
{
    session->overrides = xrealloc(session->overrides, sizeof *session->overrides * (size_t) (session->override_count + 1));
    session->overrides[session->override_count++] = (struct queued_override){
        .change = {.database = xstrdup(database),
                   .user = xstrdup(user),
                   .name = name ? xstrdup(name) : NULL,
                   .value = value ? xstrdup(value) : NULL},
        .level = session->txn.nsavepoints,
    };
}

static void change_queued(struct overrides *overrides, void *arg)
{
    const struct session *session = arg;
    for (int i = 0; i < session->override_count; i++)
        change_one(overrides, &session->overrides[i].change);
}

void overrides_committed(struct session *session)
{
    struct diag diag = {0};
    if (session->override_count == 0)
        return;
    if (!rewrite(session->options.data_dir, change_queued, session, &diag))
        session_warn(session, diag.sqlstate, "%s", diag.message);
    diag_clear(&diag);
    overrides_rolled_back(session, 0);
}

void overrides_rolled_back(struct session *session, int level)
{
    while (session->override_count > 0 && session->overrides[session->override_count - 1].level >= level)
        deinit_one(&session->overrides[--session->override_count].change);
    if (session->override_count == 0) {
        free(session->overrides);
        session->overrides = NULL;
    }
}

void overrides_lower_level(struct session *session, int level)
{
    for (int i = 0; i < session->override_count; i++)
        if (session->overrides[i].level > level)
            session->overrides[i].level = level;
}

static void rename_all(struct overrides *overrides, void *arg)
{
    const char *const *names = arg;
    int kept = 0;
    for (int i = 0; i < overrides->count; i++) {
        struct override *one = &overrides->list[i];
        bool is_it = !strcmp(one->database, names[0]);
        if (is_it && !names[1]) {
            deinit_one(one);
            continue;
        }
        if (is_it) {
            free(one->database);
            one->database = xstrdup(names[1]);
        }
        overrides->list[kept++] = *one;
    }
    overrides->count = kept;
}

bool overrides_rename(const char *data_dir, const char *database, const char *new_name, struct diag *diag)
{
    struct overrides overrides;
    bool is_named = false;
    overrides_read(data_dir, &overrides);
    for (int i = 0; i < overrides.count; i++)
        is_named |= !strcmp(overrides.list[i].database, database);
    overrides_deinit(&overrides);
    const char *names[] = {database, new_name};
    return !is_named || rewrite(data_dir, rename_all, names, diag);
}

static void apply_one(struct session *session, const struct override *one)
{
    struct diag diag = {0};
    enum setting_source source = !*one->user ? SOURCE_DATABASE : !*one->database ? SOURCE_USER : SOURCE_DATABASE_USER;
    if ((*one->database && strcmp(one->database, session->database)) || (*one->user && strcmp(one->user, session->user)))
        return;
    if (!*one->user && !*one->database)
        source = SOURCE_GLOBAL;
    if (!settings_set(session->settings, one->name, one->value, source, &diag))
        log_write(LOG_LEVEL_WARNING, "%s", diag.message);
    diag_clear(&diag);
}

void overrides_apply(struct session *session)
{
    struct overrides overrides;
    if (!session->options.data_dir)
        return;
    overrides_read(session->options.data_dir, &overrides);
    for (int i = 0; i < overrides.count; i++)
        apply_one(session, &overrides.list[i]);
    overrides_deinit(&overrides);
}
