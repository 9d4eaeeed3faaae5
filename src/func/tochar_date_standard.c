#include "func/tochar_date_reader.h"

#include <string.h>

/* Pictures as the SQL standard has them, for the datetime() of paths. */

static bool check_standard(struct fcall *call, const struct picture *picture)
{
    for (int i = 0; i < picture->count; i++) {
        const struct picture_node *node = &picture->nodes[i];
        if (node->kind == PICTURE_WORD || node->is_quoted || strchr("-./,':; ", node->text[0]))
            continue;
        /* A quote that begins no quoted text had a backslash before it. */
        return diag_set(call->diag, ERRCODE_INVALID_DATETIME_FORMAT, "invalid datetime format separator: \"%.*s\"", node->len,
                        node->text[0] == '"' ? "\\" : node->text);
    }
    return true;
}

enum { DATED = 1, TIMED = 2, ZONED = 4 };

static unsigned contents(const struct picture *picture)
{
    unsigned found = 0;
    for (int i = 0; i < picture->count; i++) {
        if (picture->nodes[i].kind != PICTURE_WORD)
            continue;
        switch (picture->nodes[i].word->key) {
        case KEY_FX:
        case KEY_IW: /* PostgreSQL does not count it */
            break;
        case KEY_MERIDIAN:
        case KEY_MERIDIAN_DOTTED:
        case KEY_HH12:
        case KEY_HH24:
        case KEY_MI:
        case KEY_SS:
        case KEY_MS:
        case KEY_US:
        case KEY_FF:
        case KEY_SSSS:
            found |= TIMED;
            break;
        case KEY_TZ:
        case KEY_OF:
        case KEY_TZH:
        case KEY_TZM:
            found |= ZONED;
            break;
        default:
            found |= DATED;
        }
    }
    return found;
}

static bool out_of_range(struct picture_reader *r, const char *type)
{
    return diag_set(r->call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "%s out of range", type);
}

static bool make_timestamp(struct picture_reader *r, const struct datetime *parts, struct picture_value *out)
{
    bool zoned = out->type == TIMESTAMPTZ_OID;
    if (zoned ? !timestamptz_make(parts, &out->value) : !timestamp_make(parts, &out->value))
        return out_of_range(r, zoned ? "timestamptz" : "timestamp");
    if (r->fields.fraction_digits)
        out->value = timestamp_round(out->value, r->fields.fraction_digits);
    return true;
}

static bool make_date(struct picture_reader *r, const struct datetime *parts, struct picture_value *out)
{
    out->value = (int64_t) julian_day(parts->year, parts->month, parts->day) - EPOCH_JULIAN;
    return (julian_valid(parts->year, parts->month, parts->day) && date_in_range(out->value)) ||
           diag_set(r->call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range: \"%s\"", r->start);
}

static bool make_value(struct picture_reader *r, const struct datetime *parts, struct picture_value *out)
{
    unsigned found = contents(r->picture);
    const char *code = ERRCODE_INVALID_DATETIME_FORMAT;
    if (!(found & (DATED | TIMED)))
        return diag_set(r->call->diag, code, "datetime format is not dated and not timed");
    if (!(found & TIMED) && (found & ZONED))
        return diag_set(r->call->diag, code, "datetime format is zoned but not timed");
    out->type = !(found & TIMED)   ? DATE_OID
                : !(found & DATED) ? (found & ZONED ? TIMETZ_OID : TIME_OID)
                : found & ZONED    ? TIMESTAMPTZ_OID
                                   : TIMESTAMP_OID;
    if ((found & ZONED) && !r->fields.zone_sign)
        return diag_set(r->call->diag, code, "missing time zone in input string for type %s",
                        found & DATED ? "timestamptz" : "timetz");
    out->offset = parts->offset;
    if (!(found & TIMED))
        return make_date(r, parts, out);
    if (found & DATED)
        return make_timestamp(r, parts, out);
    out->value = time_make(parts->hour, parts->minute, parts->second, parts->usec);
    if (r->fields.fraction_digits)
        out->value = timestamp_round(out->value, r->fields.fraction_digits);
    return true;
}

enum picture_result picture_read_standard(struct fcall *call, const struct datum *text, const struct datum *picture,
                                          struct picture_value *out)
{
    struct picture_reader r = {.call = call, .is_standard = true};
    struct datum args[2] = {*text, *picture};
    struct datetime parts;
    if (!check_standard(call, picture_of(call, picture)))
        return PICTURE_BAD;
    return picture_parse(&r, args, &parts) && make_value(&r, &parts, out) ? PICTURE_READ : PICTURE_BAD_TEXT;
}
