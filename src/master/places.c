#include "master/places.h"

#include "master/ephemeral.h"
#include "util/path.h"
#include "util/arena.h"
#include "util/log.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *absolute_dir(const char *dir)
{
    if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
        log_errno(LOG_LEVEL_FATAL, "could not create directory \"%s\"", dir);
        return NULL;
    }
    char *path = realpath(dir, NULL);
    if (!path)
        log_errno(LOG_LEVEL_FATAL, "could not access directory \"%s\"", dir);
    return path;
}

/* The directory part of a path; "." when it has none. */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return xstrdup(".");
    size_t length = slash == path ? 1 : (size_t) (slash - path);
    char *parent = xmalloc(length + 1);
    memcpy(parent, path, length);
    parent[length] = '\0';
    return parent;
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A database's name is its file's without the ending. */
static char *name_of(const char *path)
{
    static const char *const endings[] = {".db", ".sqlite", ".sqlite3"};
    char *name = xstrdup(base_of(path));
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t length = strlen(name), ending = strlen(endings[i]);
        if (length > ending && !strcmp(name + length - ending, endings[i])) {
            name[length - ending] = '\0';
            break;
        }
    }
    return name;
}

static char *absolute_file(const char *file)
{
    char *parent = parent_of(file), *dir = realpath(parent, NULL), *path = NULL;
    if (!dir)
        log_errno(LOG_LEVEL_FATAL, "could not access directory \"%s\" of \"%s\"", parent, file);
    else
        path = path_join(dir, base_of(file));
    free(parent);
    free(dir);
    return path;
}

static bool find_data_dir(struct places *places, const struct options *options)
{
    if (options->ephemeral && !options->data_dir) {
        places->temporary_dir = ephemeral_make();
        if (!places->temporary_dir)
            log_errno(LOG_LEVEL_FATAL, "could not create a directory for ephemeral databases");
        places->data_dir = places->temporary_dir ? xstrdup(places->temporary_dir) : NULL;
        return places->data_dir;
    }
    char *dir = options->data_dir ? xstrdup(options->data_dir) : options->file ? parent_of(options->file) : xstrdup(".");
    places->data_dir = absolute_dir(dir);
    free(dir);
    return places->data_dir;
}

static bool find_file(struct places *places, const struct options *options)
{
    const char *file = options->file ? options->file : "postgres.db";
    places->name = name_of(file);
    if (!options->file || places->temporary_dir)
        places->file = path_join(places->data_dir, base_of(file));
    else
        places->file = absolute_file(file);
    struct stat status;
    if (places->file && stat(places->file, &status) == 0 && !S_ISREG(status.st_mode)) {
        log_write(LOG_LEVEL_FATAL, "\"%s\" is not a file", places->file);
        return false;
    }
    return places->file;
}

static bool find_config(struct places *places, const struct options *options)
{
    places->auto_config_file = path_join(places->data_dir, "pgquill.auto.conf");
    if (options->config_file) {
        places->config_file = realpath(options->config_file, NULL);
        if (!places->config_file)
            log_errno(LOG_LEVEL_FATAL, "could not access the configuration file \"%s\"", options->config_file);
        return places->config_file;
    }
    places->config_file = path_join(places->data_dir, "pgquill.conf");
    return true;
}

bool places_resolve(struct places *places, const struct options *options)
{
    *places = (struct places){0};
    if (!find_data_dir(places, options))
        return false;
    places->run_dir = options->run_dir ? absolute_dir(options->run_dir) : xstrdup(places->data_dir);
    return places->run_dir && find_file(places, options) && find_config(places, options);
}

void places_resolve_log(struct places *places, const struct settings *settings, bool daemon)
{
    const char *file = settings_string(settings, "log_file");
    free(places->log_file);
    places->log_file = NULL;
    if (file && *file)
        places->log_file = *file == '/' ? xstrdup(file) : path_join(places->run_dir, file);
    else if (daemon)
        places->log_file = path_join(places->run_dir, "pgquilld.log");
}

void places_deinit(struct places *places)
{
    if (places->temporary_dir)
        ephemeral_remove(places->temporary_dir);
    free(places->data_dir);
    free(places->run_dir);
    free(places->file);
    free(places->name);
    free(places->config_file);
    free(places->auto_config_file);
    free(places->log_file);
    free(places->temporary_dir);
    *places = (struct places){0};
}
