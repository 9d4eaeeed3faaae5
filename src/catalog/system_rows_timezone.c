#include "catalog/system_rows.h"

#include "func/func.h"
#include "type/timezone.h"

#include <ctype.h>
#include <stdlib.h>

/* pg_timezone_names and pg_timezone_abbrevs: what clocks show at the statement's time. */

enum { EPOCH_2000 = 946684800 };

static int64_t now_seconds(const struct rows_builder *b)
{
    return (b->env ? b->env->statement_timestamp / 1000000 : 0) + EPOCH_2000;
}

static void rows_offset(struct rows_builder *b, const char *column, int32_t offset)
{
    int32_t seconds = abs(offset);
    rows_text(b, column,
              arena_printf(b->arena, "%s%02d:%02d:%02d", offset < 0 ? "-" : "", seconds / 3600, seconds / 60 % 60, seconds % 60));
}

static bool add_zone(void *argument, const char *name)
{
    struct rows_builder *b = argument;
    const struct timezone *zone = timezone_find(name, strlen(name));
    if (!zone)
        return true;
    struct timezone_moment moment = timezone_at(zone, now_seconds(b));
    rows_add(b);
    rows_text(b, "name", arena_strdup(b->arena, name));
    rows_text(b, "abbrev", moment.abbreviation);
    rows_offset(b, "utc_offset", moment.offset);
    rows_int(b, "is_dst", moment.is_dst);
    return true;
}

bool rows_pg_timezone_names(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    timezone_list(add_zone, b);
    return true;
}

bool rows_pg_timezone_abbrevs(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct timezone_abbreviation *abbreviation;
    for (int i = 0; (abbreviation = timezone_abbreviation_at(i)); i++) {
        struct timezone_moment moment = {.offset = abbreviation->offset, .is_dst = abbreviation->is_dst};
        const struct timezone *zone = abbreviation->zone ? timezone_find(abbreviation->zone, strlen(abbreviation->zone)) : NULL;
        if (zone)
            moment = timezone_abbreviated_at(zone, abbreviation->name, now_seconds(b));
        char *name = arena_strdup(b->arena, abbreviation->name);
        for (char *at = name; *at; at++)
            *at = (char) toupper((unsigned char) *at);
        rows_add(b);
        rows_text(b, "abbrev", name);
        rows_offset(b, "utc_offset", moment.offset);
        rows_int(b, "is_dst", moment.is_dst);
    }
    return true;
}
