#include "session/settings_value.h"

#include "util/log.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Units by family, largest first; `factor` counts the smallest of the family (bytes, microseconds). */
struct unit {
    const char *name;
    double factor;
};

static const struct unit memory_units[] = {{"TB", 1099511627776.0}, {"GB", 1073741824.0}, {"MB", 1048576.0},
                                           {"kB", 1024.0},          {"B", 1.0},           {NULL, 0}};
static const struct unit time_units[] = {{"d", 86400e6}, {"h", 3600e6}, {"min", 60e6}, {"s", 1e6},
                                         {"ms", 1e3},    {"us", 1.0},   {NULL, 0}};

static const struct unit *unit_family(const char *base, double *base_factor)
{
    bool is_memory = base[strlen(base) - 1] == 'B';
    const struct unit *family = is_memory ? memory_units : time_units;
    if (!strcmp(base, "8kB")) {
        *base_factor = 8192;
        return family;
    }
    for (const struct unit *unit = family; unit->name; unit++)
        if (!strcmp(unit->name, base))
            *base_factor = unit->factor;
    return family;
}

static void unit_hint(const struct setting_fact *fact, struct diag *diag)
{
    if (!fact->unit)
        return;
    if (fact->unit[strlen(fact->unit) - 1] == 'B')
        diag_hint(diag, "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".");
    else
        diag_hint(diag, "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".");
}

static bool invalid(const struct setting_fact *fact, const char *text, struct diag *diag)
{
    return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid value for parameter \"%s\": \"%s\"", fact->name, text);
}

bool setting_parse_bool(const char *text, bool *value)
{
    static const struct {
        const char *word;
        size_t least;
        bool value;
    } words[] = {{"true", 1, true}, {"false", 1, false}, {"yes", 1, true}, {"no", 1, false},
                 {"on", 2, true},   {"off", 2, false},   {"1", 1, true},   {"0", 1, false}};
    size_t len = strlen(text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (len >= words[i].least && len <= strlen(words[i].word) && !strncasecmp(text, words[i].word, len)) {
            *value = words[i].value;
            return true;
        }
    return false;
}

/* A number with an optional unit, in base units. */
static bool parse_number(const struct setting_fact *fact, const char *text, double *value, struct diag *diag)
{
    char *end;
    errno = 0;
    bool is_plain = !strpbrk(text, ".eE") || !strncasecmp(text, "0x", 2);
    double number = is_plain && fact->type == 'i' ? (double) strtoll(text, &end, 0) : strtod(text, &end);
    if (end == text || errno == ERANGE || isnan(number))
        return invalid(fact, text, diag);
    while (isspace((unsigned char) *end))
        end++;
    if (*end) {
        char word[8];
        size_t len = 0;
        while (*end && !isspace((unsigned char) *end) && len < sizeof word - 1)
            word[len++] = *end++;
        word[len] = '\0';
        while (isspace((unsigned char) *end))
            end++;
        if (*end || !fact->unit) {
            invalid(fact, text, diag);
            unit_hint(fact, diag);
            return false;
        }
        double base = 1;
        const struct unit *unit = unit_family(fact->unit, &base);
        while (unit->name && strcmp(unit->name, word))
            unit++;
        if (!unit->name) {
            invalid(fact, text, diag);
            unit_hint(fact, diag);
            return false;
        }
        number = number * unit->factor / base;
    }
    *value = number;
    return true;
}

static const char *canonical_integer(const struct setting_fact *fact, const char *text, struct arena *arena, struct diag *diag)
{
    double number;
    if (!parse_number(fact, text, &number, diag))
        return NULL;
    number = rint(number);
    if (number > INT_MAX || number < INT_MIN) {
        invalid(fact, text, diag);
        diag_hint(diag, "Value exceeds integer range.");
        return NULL;
    }
    if (number < fact->min || number > fact->max) {
        diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "%.0f%s%s is outside the valid range for parameter \"%s\" (%.0f .. %.0f)",
                 number, fact->unit ? " " : "", fact->unit ? fact->unit : "", fact->name, fact->min, fact->max);
        return NULL;
    }
    return arena_printf(arena, "%.0f", number);
}

static const char *canonical_real(const struct setting_fact *fact, const char *text, struct arena *arena, struct diag *diag)
{
    double number;
    if (!parse_number(fact, text, &number, diag))
        return NULL;
    if (number < fact->min || number > fact->max) {
        diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "%g%s%s is outside the valid range for parameter \"%s\" (%g .. %g)",
                 number, fact->unit ? " " : "", fact->unit ? fact->unit : "", fact->name, fact->min, fact->max);
        return NULL;
    }
    return arena_printf(arena, "%.15g", number);
}

/* Spellings that an enum accepts beyond those it lists. */
static const char *enum_alias(const struct setting_fact *fact, const char *text)
{
    static const char *const aliases[][3] = {
        {"client_min_messages", "debug", "debug2"},     {"log_min_messages", "debug", "debug2"},
        {"log_min_error_statement", "debug", "debug2"}, {"client_min_messages", "info", "notice"},
        {"client_min_messages", "fatal", "error"},      {"client_min_messages", "panic", "error"},
    };
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (!strcmp(aliases[i][0], fact->name) && !strcasecmp(aliases[i][1], text))
            return aliases[i][2];
    bool has_switch = strstr(fact->choices, "on") && strstr(fact->choices, "off");
    bool value;
    if (has_switch && strcasecmp(text, "on") && strcasecmp(text, "off") && strlen(text) > 0 && setting_parse_bool(text, &value))
        return value ? "on" : "off";
    return text;
}

static const char *canonical_enum(const struct setting_fact *fact, const char *text, struct arena *arena, struct diag *diag)
{
    const char *wanted = enum_alias(fact, text), *choice = fact->choices;
    size_t len = strlen(wanted);
    for (;;) {
        size_t width = strcspn(choice, ",");
        if (width == len && !strncasecmp(choice, wanted, len))
            return arena_strndup(arena, choice, width);
        if (!choice[width])
            break;
        choice += width + 1;
    }
    struct buf hint;
    buf_init(&hint);
    for (choice = fact->choices;; choice++) {
        if (*choice == ',')
            buf_puts(&hint, ", ");
        else if (*choice)
            buf_putc(&hint, *choice);
        else
            break;
    }
    invalid(fact, text, diag);
    diag_hint(diag, "Available values: %s.", buf_cstr(&hint));
    buf_deinit(&hint);
    return NULL;
}

static const char *canonical_by_type(const struct setting_fact *fact, const char *text, struct arena *arena, struct diag *diag)
{
    bool value;
    switch (fact->type) {
    case 'b':
        if (setting_parse_bool(text, &value))
            return value ? "on" : "off";
        diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "parameter \"%s\" requires a Boolean value", fact->name);
        return NULL;
    case 'i':
        return canonical_integer(fact, text, arena, diag);
    case 'r':
        return canonical_real(fact, text, arena, diag);
    case 'e':
        return canonical_enum(fact, text, arena, diag);
    default:
        return text;
    }
}

const char *setting_canonical(struct settings *settings, const struct setting_fact *fact, const char *text, struct arena *arena,
                              struct diag *diag)
{
    const char *value = canonical_by_type(fact, text, arena, diag);
    if (value && settings->check && !settings->check(settings->check_self, fact->name, &value, arena, diag))
        return NULL;
    return value;
}

bool setting_may_change(const struct setting_fact *fact, enum setting_source source, struct diag *diag)
{
    const char *why = NULL;
    if (fact->context == SETTING_INTERNAL)
        why = "cannot be changed";
    else if (source <= SOURCE_COMMAND_LINE)
        return true;
    else if (fact->context == SETTING_POSTMASTER)
        why = "cannot be changed without restarting the server";
    else if (fact->context == SETTING_SIGHUP)
        why = "cannot be changed now";
    else if ((fact->context == SETTING_BACKEND || fact->context == SETTING_SUPERUSER_BACKEND) && source == SOURCE_SESSION)
        why = "cannot be set after connection start";
    if (!why)
        return true;
    return diag_set(diag, ERRCODE_CANT_CHANGE_RUNTIME_PARAM, "parameter \"%s\" %s", fact->name, why);
}

/* The largest unit that divides the value evenly. */
static char *display_with_unit(const struct setting_fact *fact, double number)
{
    char *text = NULL;
    double base = 1;
    const struct unit *unit = unit_family(fact->unit, &base);
    double smallest = number * base;
    for (; unit->name; unit++) {
        double count = smallest / unit->factor;
        bool is_even = fact->type == 'i' ? fmod(smallest, unit->factor) == 0 : fabs(count - rint(count)) < 1e-9 * fabs(count);
        if (is_even)
            break;
    }
    if (!unit->name)
        unit--;
    if (asprintf(&text, fact->type == 'i' ? "%.0f%s" : "%g%s", smallest / unit->factor, unit->name) < 0)
        fatal_out_of_memory(32);
    return text;
}

char *setting_display(const struct setting_fact *fact, const char *value)
{
    char *text = NULL;
    if (!fact || (fact->type != 'i' && fact->type != 'r'))
        return xstrdup(value ? value : "");
    double number = strtod(value, NULL);
    if (fact->unit && number > 0)
        return display_with_unit(fact, number);
    int written;
    if (fact->octal)
        written = asprintf(&text, "%04o", (unsigned) number);
    else if (fact->type == 'i')
        written = asprintf(&text, "%.0f", number);
    else
        written = asprintf(&text, "%g", number);
    if (written < 0)
        fatal_out_of_memory(32);
    return text;
}
