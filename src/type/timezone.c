#include "type/timezone.h"

#include "type/datum.h"
#include "type/interval.h"
#include "type/timezone_file.h"
#include "util/arena.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Days from 1970-01-01 to the first of a month's year are all the calendar that rules need. */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t year_start(int64_t year) /* in days */
{
    int64_t y = year - 1;
    return 365 * (year - 1970) + floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400) - 477;
}

static int64_t year_of(int64_t seconds)
{
    int64_t days = floor_div(seconds, 86400), year = 1970 + floor_div(days * 400, 146097);
    while (year_start(year) > days)
        year--;
    while (year_start(year + 1) <= days)
        year++;
    return year;
}

/* Local seconds at which a rule changes clocks in a year. */
static int64_t rule_moment(const struct zone_change *change, int64_t year)
{
    static const int before[2][13] = {{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
                                      {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366}};
    int64_t start = year_start(year), day;
    bool leap = is_leap(year);
    switch (change->kind) {
    case ZONE_CHANGE_JULIAN: /* 1…365, 29 February never counted */
        day = change->day - 1 + (leap && change->day >= 60);
        break;
    case ZONE_CHANGE_DAY:
        day = change->day;
        break;
    default: {
        int first = before[leap][change->month - 1], next = before[leap][change->month];
        int weekday = (int) (((start + first + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
        day = first + (change->day - weekday + 7) % 7 + (change->week - 1) * 7;
        while (day >= next)
            day -= 7;
    }
    }
    return (start + day) * 86400 + change->time;
}

static struct timezone_moment moment_of(const struct zone_type *type)
{
    return (struct timezone_moment){type->offset, type->is_dst, type->abbreviation};
}

/* A change of clocks: when, and to what. */
struct change {
    int64_t at;
    const struct zone_type *to;
};

/* The rule's changes in the years around an instant, in order. */
static int rule_changes(const struct zone_rule *rule, int64_t seconds, struct change *changes)
{
    int count = 0;
    int64_t year = year_of(seconds);
    for (int64_t y = year - 1; y <= year + 2; y++) {
        struct change start = {rule_moment(&rule->start, y) - rule->standard.offset, &rule->daylight};
        struct change end = {rule_moment(&rule->end, y) - rule->daylight.offset, &rule->standard};
        bool start_first = start.at <= end.at;
        changes[count++] = start_first ? start : end;
        changes[count++] = start_first ? end : start;
    }
    return count;
}

enum { RULE_CHANGES = 8 };

/* The type in force at an instant, and the next change behind it (at INT64_MAX: none). */
static const struct zone_type *type_at(const struct timezone *zone, int64_t seconds, struct change *next)
{
    *next = (struct change){INT64_MAX, NULL};
    int low = 0, high = zone->ntransitions;
    while (low < high) { /* the first transition behind `seconds` */
        int middle = (low + high) / 2;
        if (zone->transitions[middle].at <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    const struct zone_type *type = low ? &zone->types[zone->transitions[low - 1].type] : zone->types;
    if (low < zone->ntransitions) {
        *next = (struct change){zone->transitions[low].at, &zone->types[zone->transitions[low].type]};
        return type;
    }
    if (!zone->has_rule)
        return type;
    if (!zone->rule.has_daylight)
        return &zone->rule.standard;
    struct change changes[RULE_CHANGES];
    int count = rule_changes(&zone->rule, seconds, changes);
    type = &zone->rule.standard;
    for (int i = 0; i < count; i++) {
        if (changes[i].at > seconds) {
            *next = changes[i];
            break;
        }
        type = changes[i].to;
    }
    return type;
}

static const struct timezone *or_utc(const struct timezone *zone)
{
    static struct zone_type types[] = {{0, false, "UTC"}};
    static const struct timezone utc = {.name = "UTC", .types = types, .ntypes = 1};
    return zone ? zone : &utc;
}

const char *timezone_name(const struct timezone *zone)
{
    return or_utc(zone)->name;
}

struct timezone_moment timezone_at(const struct timezone *zone, int64_t seconds)
{
    struct change next;
    return moment_of(type_at(or_utc(zone), seconds, &next));
}

struct timezone_moment timezone_at_local(const struct timezone *zone, int64_t local)
{
    struct change next;
    const struct zone_type *before = type_at(or_utc(zone), local - 86400, &next);
    if (!next.to)
        return moment_of(before);
    int64_t if_before = local - before->offset, if_after = local - next.to->offset;
    if (if_before < next.at && if_after < next.at)
        return moment_of(before);
    if (if_before > next.at && if_after >= next.at)
        return moment_of(next.to);
    return moment_of(if_before > if_after ? before : next.to);
}

bool timezone_is_fixed(const struct timezone *zone, int32_t *offset)
{
    zone = or_utc(zone);
    if (zone->has_rule && zone->rule.has_daylight)
        return false;
    *offset = zone->types[0].offset;
    for (int i = 1; i < zone->ntypes; i++)
        if (zone->types[i].offset != *offset)
            return false;
    return true;
}

/* ---- abbreviations ---- */

static const struct timezone_abbreviation abbreviations[] = {
#define ABBREVIATION(name, offset, is_dst) {name, offset, is_dst, NULL},
#define DYNAMIC_ABBREVIATION(name, zone)   {name, 0, false, zone},
#include "type/timezone_abbreviations.def"
};

enum { ABBREVIATIONS = sizeof abbreviations / sizeof *abbreviations };

const struct timezone_abbreviation *timezone_abbreviation_at(int index)
{
    return index < ABBREVIATIONS ? &abbreviations[index] : NULL;
}

const struct timezone_abbreviation *timezone_abbreviation_find(const char *name, size_t len)
{
    int low = 0, high = ABBREVIATIONS;
    while (low < high) {
        int middle = (low + high) / 2;
        int order = strncasecmp(name, abbreviations[middle].name, len);
        if (order == 0 && abbreviations[middle].name[len])
            order = -1;
        if (order == 0)
            return &abbreviations[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

struct timezone_moment timezone_abbreviated_local(const struct timezone *zone, const char *abbreviation, int64_t local)
{
    return timezone_abbreviated_at(zone, abbreviation, local - timezone_at_local(zone, local).offset);
}

struct timezone_moment timezone_abbreviated_at(const struct timezone *zone, const char *abbreviation, int64_t seconds)
{
    zone = or_utc(zone);
    struct change next;
    const struct zone_type *type = type_at(zone, seconds, &next), *found = NULL;
    if (strcasecmp(type->abbreviation, abbreviation) == 0)
        found = type;
    struct change changes[RULE_CHANGES];
    int count = zone->has_rule && zone->rule.has_daylight ? rule_changes(&zone->rule, seconds, changes) : 0;
    bool by_rule = count && (!zone->ntransitions || zone->transitions[zone->ntransitions - 1].at <= seconds);
    for (int i = count - 1; by_rule && i >= 0 && !found; i--)
        if (changes[i].at <= seconds && strcasecmp(changes[i].to->abbreviation, abbreviation) == 0)
            found = changes[i].to;
    for (int i = zone->ntransitions - 1; i >= 0 && !found; i--)
        if (zone->transitions[i].at <= seconds &&
            strcasecmp(zone->types[zone->transitions[i].type].abbreviation, abbreviation) == 0)
            found = &zone->types[zone->transitions[i].type];
    if (!found && zone->ntypes && strcasecmp(zone->types[0].abbreviation, abbreviation) == 0)
        found = &zone->types[0];
    for (int i = 0; i < zone->ntransitions && !found; i++)
        if (zone->transitions[i].at > seconds &&
            strcasecmp(zone->types[zone->transitions[i].type].abbreviation, abbreviation) == 0)
            found = &zone->types[zone->transitions[i].type];
    for (int i = 0; by_rule && i < count && !found; i++)
        if (strcasecmp(changes[i].to->abbreviation, abbreviation) == 0)
            found = changes[i].to;
    return moment_of(found ? found : type);
}

/* ---- finding ---- */

static struct timezone *known; /* found so far, newest first */

static const struct timezone *remember(struct timezone *zone)
{
    if (zone) {
        zone->next = known;
        known = zone;
    }
    return zone;
}

enum { NAME_MAX_LENGTH = 255 };

const struct timezone *timezone_find(const char *name, size_t len)
{
    char text[NAME_MAX_LENGTH + 1];
    if (len == 0 || len > NAME_MAX_LENGTH || memchr(name, '\0', len))
        return NULL;
    memcpy(text, name, len);
    text[len] = '\0';
    for (const struct timezone *zone = known; zone; zone = zone->next)
        if (strcasecmp(zone->name, text) == 0)
            return zone;
    struct timezone *zone = strcasecmp(text, "GMT") ? zone_file_load(text) : NULL;
    if (!zone) {
        for (char *at = text; *at; at++)
            *at = (char) toupper((unsigned char) *at);
        zone = zone_parse_posix(text);
    }
    return remember(zone);
}

const struct timezone *timezone_fixed(int32_t offset)
{
    char number[32], name[80];
    int32_t size = abs(offset);
    int at = snprintf(number, sizeof number, "%02d", size / 3600);
    if (size % 3600)
        at += snprintf(number + at, sizeof number - (size_t) at, ":%02d", size / 60 % 60);
    if (size % 60)
        snprintf(number + at, sizeof number - (size_t) at, ":%02d", size % 60);
    snprintf(name, sizeof name, offset < 0 ? "<-%s>+%s" : "<+%s>-%s", number, number);
    return timezone_find(name, strlen(name));
}

/* "INTERVAL '-08:00'", as SET TIME ZONE INTERVAL is kept: only times of day, no months or days. */
static const struct timezone *find_interval(const char *text, size_t len)
{
    const char *open = memchr(text, '\'', len);
    const char *close = len ? memrchr(text, '\'', len) : NULL;
    struct interval interval;
    if (!open || close == open ||
        !interval_parse(open + 1, (size_t) (close - open - 1), -1, INTERVAL_STYLE_POSTGRES, &interval, NULL))
        return NULL;
    return interval.months || interval.days ? NULL : timezone_fixed((int32_t) (interval.time / 1000000));
}

const struct timezone *timezone_find_setting(const char *value, size_t len)
{
    char text[NAME_MAX_LENGTH + 1];
    if (len == 0 || len > NAME_MAX_LENGTH)
        return NULL;
    if (len > 8 && strncasecmp(value, "interval", 8) == 0)
        return find_interval(value + 8, len - 8);
    memcpy(text, value, len);
    text[len] = '\0';
    char *end;
    double hours = strtod(text, &end);
    if (end != text && *end == '\0' && hours > -168 && hours < 168)
        return timezone_fixed((int32_t) (hours * 3600));
    return timezone_find(value, len);
}
