#include "type/timezone_file.h"

#include "util/arena.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char directory[] = "/usr/share/zoneinfo";

/* ---- POSIX specifications ---- */

static bool parse_number(const char **text, int least, int most, int *value)
{
    const char *at = *text;
    long number = 0;
    if (!isdigit((unsigned char) *at))
        return false;
    for (; isdigit((unsigned char) *at); at++)
        if ((number = number * 10 + (*at - '0')) > most)
            return false;
    *text = at;
    *value = (int) number;
    return number >= least;
}

/* hh[:mm[:ss]] */
static bool parse_seconds(const char **text, int32_t *seconds)
{
    int hours, minutes = 0, rest = 0;
    if (!parse_number(text, 0, 167, &hours))
        return false;
    if (**text == ':') {
        (*text)++;
        if (!parse_number(text, 0, 59, &minutes))
            return false;
        if (**text == ':') {
            (*text)++;
            if (!parse_number(text, 0, 60, &rest))
                return false;
        }
    }
    *seconds = hours * 3600 + minutes * 60 + rest;
    return true;
}

static bool parse_signed(const char **text, int32_t *seconds)
{
    bool negative = **text == '-';
    if (**text == '-' || **text == '+')
        (*text)++;
    if (!parse_seconds(text, seconds))
        return false;
    *seconds = negative ? -*seconds : *seconds;
    return true;
}

/* An abbreviation: <anything> or what holds no digit, sign or comma. */
static bool parse_name(const char **text, const char **name)
{
    const char *start = *text, *end;
    if (*start == '<') {
        end = strchr(++start, '>');
        if (!end)
            return false;
        *text = end + 1;
    } else {
        for (end = start; *end && !isdigit((unsigned char) *end) && !strchr(",-+", *end); end++)
            ;
        *text = end;
    }
    char *copy = xmalloc((size_t) (end - start) + 1);
    memcpy(copy, start, (size_t) (end - start));
    copy[end - start] = '\0';
    *name = copy;
    return true;
}

static bool parse_change(const char **text, struct zone_change *change)
{
    *change = (struct zone_change){.time = 7200};
    if (**text == 'J') {
        (*text)++;
        change->kind = ZONE_CHANGE_JULIAN;
        if (!parse_number(text, 1, 365, &change->day))
            return false;
    } else if (**text == 'M') {
        (*text)++;
        if (!parse_number(text, 1, 12, &change->month) || *(*text)++ != '.' || !parse_number(text, 1, 5, &change->week) ||
            *(*text)++ != '.' || !parse_number(text, 0, 6, &change->day))
            return false;
    } else {
        change->kind = ZONE_CHANGE_DAY;
        if (!parse_number(text, 0, 365, &change->day))
            return false;
    }
    if (**text != '/')
        return true;
    (*text)++;
    return parse_signed(text, &change->time);
}

/* Offsets are written west of Greenwich. Without rules, those of the United States hold. */
static bool read_rule(const char *text, struct zone_rule *rule)
{
    *rule = (struct zone_rule){0};
    int32_t west;
    if (!parse_name(&text, &rule->standard.abbreviation) || !*text || !parse_signed(&text, &west))
        return false;
    rule->standard.offset = -west;
    if (!*text)
        return true;
    rule->has_daylight = true;
    rule->daylight.is_dst = true;
    if (!parse_name(&text, &rule->daylight.abbreviation) || !*rule->daylight.abbreviation)
        return false;
    rule->daylight.offset = rule->standard.offset + 3600;
    if (*text && *text != ',' && *text != ';') {
        if (!parse_signed(&text, &west))
            return false;
        rule->daylight.offset = -west;
    }
    if (!*text)
        text = ",M3.2.0,M11.1.0";
    if (*text++ == '\0' || !parse_change(&text, &rule->start) || *text++ != ',' || !parse_change(&text, &rule->end))
        return false;
    return *text == '\0';
}

/* False leaves an empty rule that owns nothing: any word of a date may have been tried as a zone. */
static bool parse_rule(const char *text, struct zone_rule *rule)
{
    if (read_rule(text, rule))
        return true;
    free((char *) rule->standard.abbreviation);
    free((char *) rule->daylight.abbreviation);
    *rule = (struct zone_rule){0};
    return false;
}

struct timezone *zone_parse_posix(const char *text)
{
    struct zone_rule rule;
    bool gmt = strcasecmp(text, "GMT") == 0;
    if (!parse_rule(gmt ? "GMT0" : text, &rule))
        return NULL;
    struct timezone *zone = xcalloc(1, sizeof *zone);
    zone->name = xstrdup(text);
    zone->ntypes = 1;
    zone->types = xcalloc(1, sizeof *zone->types);
    zone->types[0] = rule.standard;
    zone->has_rule = true;
    zone->rule = rule;
    return zone;
}

/* ---- TZif files ---- */

static uint32_t be32(const uint8_t *data)
{
    return (uint32_t) data[0] << 24 | (uint32_t) data[1] << 16 | (uint32_t) data[2] << 8 | data[3];
}

struct counts {
    uint32_t utc, standard, leap, times, types, chars;
};

enum { HEADER = 44, FILE_MAX = 1 << 20 };

static bool read_header(const uint8_t *data, const uint8_t *end, struct counts *counts)
{
    if (end - data < HEADER || memcmp(data, "TZif", 4) != 0)
        return false;
    *counts =
        (struct counts){be32(data + 20), be32(data + 24), be32(data + 28), be32(data + 32), be32(data + 36), be32(data + 40)};
    return counts->utc < FILE_MAX && counts->standard < FILE_MAX && counts->leap < FILE_MAX && counts->times < FILE_MAX &&
           counts->types < FILE_MAX && counts->chars < FILE_MAX;
}

static size_t block_size(const struct counts *counts, size_t width)
{
    return counts->times * (width + 1) + counts->types * 6 + counts->chars + counts->leap * (width + 4) + counts->standard +
           counts->utc;
}

static void read_footer(const uint8_t *data, const uint8_t *end, struct timezone *zone)
{
    char text[128];
    if (data >= end || *data != '\n')
        return;
    data++;
    const uint8_t *stop = memchr(data, '\n', (size_t) (end - data));
    if (!stop || stop == data || (size_t) (stop - data) >= sizeof text)
        return;
    memcpy(text, data, (size_t) (stop - data));
    text[stop - data] = '\0';
    zone->has_rule = parse_rule(text, &zone->rule);
}

static struct timezone *read_zone(const uint8_t *data, const uint8_t *end)
{
    struct counts counts;
    size_t width = 4;
    if (!read_header(data, end, &counts))
        return NULL;
    if (data[4] >= '2') { /* the second block has 64-bit times */
        size_t skip = HEADER + block_size(&counts, 4);
        if ((size_t) (end - data) < skip || !read_header(data + skip, end, &counts))
            return NULL;
        data += skip;
        width = 8;
    }
    data += HEADER;
    if (counts.types == 0 || (size_t) (end - data) < block_size(&counts, width))
        return NULL;
    struct timezone *zone = xcalloc(1, sizeof *zone);
    zone->ntransitions = (int) counts.times;
    zone->transitions = xcalloc(counts.times + 1, sizeof *zone->transitions);
    zone->ntypes = (int) counts.types;
    zone->types = xcalloc(counts.types, sizeof *zone->types);
    const uint8_t *indexes = data + counts.times * width, *types = indexes + counts.times;
    for (uint32_t i = 0; i < counts.times; i++) {
        const uint8_t *at = data + i * width;
        zone->transitions[i].at = width == 8 ? (int64_t) ((uint64_t) be32(at) << 32 | be32(at + 4)) : (int32_t) be32(at);
        zone->transitions[i].type = indexes[i] < counts.types ? indexes[i] : 0;
    }
    char *names = xmalloc(counts.chars + 1);
    memcpy(names, types + counts.types * 6, counts.chars);
    names[counts.chars] = '\0';
    for (uint32_t i = 0; i < counts.types; i++) {
        const uint8_t *at = types + i * 6;
        zone->types[i] = (struct zone_type){(int32_t) be32(at), at[4] != 0, at[5] < counts.chars ? names + at[5] : ""};
    }
    if (width == 8)
        read_footer(data + block_size(&counts, width), end, zone);
    return zone;
}

/* The entry of a directory that equals a name but for case. */
static bool spell(const char *path, const char *name, size_t len, char *found, size_t room)
{
    DIR *entries = opendir(path);
    if (!entries)
        return false;
    bool good = false;
    for (struct dirent *entry = readdir(entries); entry && !good; entry = readdir(entries))
        if (strlen(entry->d_name) == len && len < room && strncasecmp(entry->d_name, name, len) == 0) {
            memcpy(found, entry->d_name, len + 1);
            good = true;
        }
    closedir(entries);
    return good;
}

/* The path of a zone, component by component. Nothing that begins with a dot, so that no path leads out. */
static bool find_path(const char *name, char *path, size_t room)
{
    size_t at = (size_t) snprintf(path, room, "%s", directory);
    while (*name) {
        size_t len = strcspn(name, "/");
        if (len == 0 || *name == '.' || at + len + 2 > room)
            return false;
        memcpy(path + at + 1, name, len);
        path[at] = '/';
        path[at + 1 + len] = '\0';
        struct stat status;
        if (stat(path, &status) != 0) {
            path[at] = '\0';
            char found[NAME_MAX + 1];
            if (!spell(path, name, len, found, sizeof found))
                return false;
            path[at] = '/';
            memcpy(path + at + 1, found, len);
        }
        at += len + 1;
        name += len;
        if (*name == '/' && *++name == '\0')
            return false;
    }
    return true;
}

static struct timezone *load_path(const char *path)
{
    struct stat status;
    FILE *file = stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size < FILE_MAX ? fopen(path, "rbe") : NULL;
    if (!file)
        return NULL;
    uint8_t *data = xmalloc((size_t) status.st_size + 1);
    size_t len = fread(data, 1, (size_t) status.st_size, file);
    fclose(file);
    struct timezone *zone = read_zone(data, data + len);
    free(data);
    if (zone)
        zone->name = xstrdup(path + sizeof directory);
    return zone;
}

struct timezone *zone_file_load(const char *name)
{
    char path[PATH_MAX];
    return find_path(name, path, sizeof path) ? load_path(path) : NULL;
}

/* Zones that count leap seconds: PostgreSQL's days have none. */
static bool has_leap_seconds(const char *path)
{
    return strcmp(path + strlen(path) - strlen("/right"), "/right") == 0;
}

static bool list_below(const char *path, bool (*each)(void *arg, const char *name), void *arg)
{
    DIR *entries = opendir(path);
    bool more = entries != NULL;
    for (struct dirent *entry = more ? readdir(entries) : NULL; entry && more; entry = readdir(entries)) {
        char below[PATH_MAX], magic[4];
        struct stat status;
        if (*entry->d_name == '.')
            continue;
        int length = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (length < 0 || (size_t) length >= sizeof below || stat(below, &status) != 0)
            continue;
        if (S_ISDIR(status.st_mode)) {
            more = has_leap_seconds(below) || list_below(below, each, arg);
            continue;
        }
        FILE *file = fopen(below, "rbe");
        if (file && fread(magic, 1, 4, file) == 4 && memcmp(magic, "TZif", 4) == 0)
            more = each(arg, below + sizeof directory);
        if (file)
            fclose(file);
    }
    if (entries)
        closedir(entries);
    return more;
}

void timezone_list(bool (*each)(void *arg, const char *name), void *arg)
{
    list_below(directory, each, arg);
}
