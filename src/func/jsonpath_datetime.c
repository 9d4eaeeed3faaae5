#include "func/jsonpath.h"
#include "func/tochar_date.h"

#include "type/datetime.h"

#include <string.h>

/* Dates and times within paths. */

/* What datetime() without a template reads: ISO 8601, in the order tried. */
static const char *const iso_pictures[] = {
    "yyyy-mm-dd",
    "HH24:MI:SS.USTZH:TZM",
    "HH24:MI:SS.USTZH",
    "HH24:MI:SSTZH:TZM",
    "HH24:MI:SSTZH",
    "HH24:MI:SS.US",
    "HH24:MI:SS",
    "yyyy-mm-dd HH24:MI:SS.USTZH:TZM",
    "yyyy-mm-dd HH24:MI:SS.USTZH",
    "yyyy-mm-dd HH24:MI:SSTZH:TZM",
    "yyyy-mm-dd HH24:MI:SSTZH",
    "yyyy-mm-dd\"T\"HH24:MI:SS.USTZH:TZM",
    "yyyy-mm-dd\"T\"HH24:MI:SS.USTZH",
    "yyyy-mm-dd\"T\"HH24:MI:SSTZH:TZM",
    "yyyy-mm-dd\"T\"HH24:MI:SSTZH",
    "yyyy-mm-dd HH24:MI:SS.US",
    "yyyy-mm-dd HH24:MI:SS",
    "yyyy-mm-dd\"T\"HH24:MI:SS.US",
    "yyyy-mm-dd\"T\"HH24:MI:SS",
};

enum { ISO_PICTURES = sizeof iso_pictures / sizeof *iso_pictures };

/* `memo` keeps the picture taken apart. */
static enum picture_result read_by(struct path_run *run, const struct datum *text, const char *picture, size_t len, void **memo,
                                   struct diag *diag, struct path_item_value *out)
{
    struct fcall call = *run->call;
    struct picture_value value;
    struct datum datum = datum_text(picture, len);
    call.arena = run->arena;
    call.cache_arena = run->memo_arena;
    call.cache = memo;
    call.diag = diag;
    enum picture_result result = picture_read_standard(&call, text, &datum, &value);
    if (result == PICTURE_READ)
        *out = (struct path_item_value){.type = value.type, .value = value.value, .offset = value.offset};
    return result;
}

static enum path_result read_iso(struct path_run *run, struct path_item *item, const struct datum *text,
                                 struct path_item_value *out)
{
    if (!item->memo)
        item->memo = arena_array(run->memo_arena, void *, ISO_PICTURES);
    for (int i = 0; i < ISO_PICTURES; i++) {
        struct diag ignored = {0};
        enum picture_result result =
            read_by(run, text, iso_pictures[i], strlen(iso_pictures[i]), &((void **) item->memo)[i], &ignored, out);
        diag_clear(&ignored);
        if (result == PICTURE_READ)
            return PATH_RESULT_FOUND;
    }
    if (run->throws && !run->is_broken) {
        diag_set(run->call->diag, ERRCODE_INVALID_ARGUMENT_FOR_SQL_JSON_DATETIME_FUNCTION,
                 "datetime format is not recognized: \"%.*s\"", (int) text->len, text->data);
        diag_hint(run->call->diag, "Use a datetime template argument to specify the input data format.");
    }
    return PATH_RESULT_ERROR;
}

enum path_result path_datetime(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                               struct path_item_value *out)
{
    struct path_item *own = (struct path_item *) item; /* but for its memo */
    struct diag diag = {0};
    if (!path_is(value, JSON_STRING))
        return PATH_FAIL(run, ERRCODE_INVALID_ARGUMENT_FOR_SQL_JSON_DATETIME_FUNCTION,
                         "jsonpath item method .%s() can only be applied to a string", path_kind_name(item->kind));
    struct datum text = datum_text(value->json->text, value->json->len);
    if (!item->text)
        return read_iso(run, own, &text, out);
    enum picture_result result = read_by(run, &text, item->text, item->len, &own->memo, &diag, out);
    if (result == PICTURE_READ)
        return PATH_RESULT_FOUND;
    if (!run->is_broken && (run->throws || result == PICTURE_BAD))
        diag_move(run->call->diag, &diag);
    else
        diag_clear(&diag);
    run->is_broken |= result == PICTURE_BAD;
    return PATH_RESULT_ERROR;
}

const char *path_datetime_name(oid_t type)
{
    switch (type) {
    case DATE_OID:
        return "date";
    case TIME_OID:
        return "time without time zone";
    case TIMETZ_OID:
        return "time with time zone";
    case TIMESTAMP_OID:
        return "timestamp without time zone";
    default:
        return "timestamp with time zone";
    }
}

/* ---- order ---- */

static int compare_int64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* A conversion that depends on the session's zone: only the functions for that do it. */
static bool may_convert(struct path_run *run, const char *from, const char *to)
{
    if (run->use_zone)
        return true;
    if (!run->is_broken) {
        diag_set(run->call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot convert value from %s to %s without time zone usage",
                 from, to);
        diag_hint(run->call->diag, "Use *_tz() function for time zone support.");
        run->is_broken = true;
    }
    return false;
}

static struct timetz as_timetz(struct path_run *run, const struct path_item_value *value)
{
    if (value->type == TIMETZ_OID)
        return (struct timetz){value->value, value->offset};
    const struct type_settings *settings = run->call->env->types;
    struct datetime parts;
    timestamptz_split(settings->transaction_timestamp, settings->timezone, &parts);
    time_split(value->value, &parts);
    return (struct timetz){value->value, datetime_local_moment(&parts, settings->timezone).offset};
}

/* A date or timestamp as a timestamp, UTC's if `zoned`; infinite beyond what that type holds. */
static int64_t as_timestamp(struct path_run *run, const struct path_item_value *value, bool zoned)
{
    int64_t timestamp = value->value;
    if (value->type == DATE_OID) {
        if (value->value >= TIMESTAMP_END / USECS_PER_DAY)
            return TIMESTAMP_INFINITY;
        timestamp = value->value * USECS_PER_DAY;
    }
    if (!zoned || value->type == TIMESTAMPTZ_OID)
        return timestamp;
    if (!timestamp_to_utc(timestamp, run->call->env->types->timezone, &timestamp))
        return timestamp > 0 ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
    return timestamp;
}

static bool is_time(oid_t type)
{
    return type == TIME_OID || type == TIMETZ_OID;
}

enum path_result path_datetime_compare(struct path_run *run, const struct path_item_value *a, const struct path_item_value *b,
                                       bool *comparable, int *order)
{
    *comparable = is_time(a->type) == is_time(b->type);
    if (!*comparable)
        return PATH_RESULT_FOUND;
    if (is_time(a->type)) {
        if (a->type != b->type && !may_convert(run, "time", "timetz"))
            return PATH_RESULT_ERROR;
        *order = a->type == TIME_OID && b->type == TIME_OID ? compare_int64(a->value, b->value)
                                                            : timetz_compare(as_timetz(run, a), as_timetz(run, b));
        return PATH_RESULT_FOUND;
    }
    bool zoned = a->type == TIMESTAMPTZ_OID || b->type == TIMESTAMPTZ_OID;
    oid_t other = a->type == TIMESTAMPTZ_OID ? b->type : a->type;
    if (zoned && other != TIMESTAMPTZ_OID && !may_convert(run, other == DATE_OID ? "date" : "timestamp", "timestamptz"))
        return PATH_RESULT_ERROR;
    *order = a->type == DATE_OID && b->type == DATE_OID ? compare_int64(a->value, b->value)
                                                        : compare_int64(as_timestamp(run, a, zoned), as_timestamp(run, b, zoned));
    return PATH_RESULT_FOUND;
}

/* ---- writing ---- */

static void put_offset(int32_t offset, struct buf *out)
{
    int minutes = (offset < 0 ? -offset : offset) / 60;
    buf_printf(out, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* A timestamp with a T, its zone's offset before an era. */
static void put_timestamp(const struct path_item_value *value, const struct type_settings *settings, struct buf *out)
{
    struct buf text = {0};
    timestamp_format(value->value + value->offset * USECS_PER_SECOND, settings, &text);
    char *blank = memchr(text.data, ' ', text.len);
    size_t date = blank ? (size_t) (blank - text.data) : text.len;
    const char *era = blank ? memchr(blank + 1, ' ', text.len - date - 1) : NULL;
    size_t end = era ? (size_t) (era - text.data) : text.len;
    buf_append(out, text.data, date);
    buf_putc(out, 'T');
    buf_append(out, text.data + date + 1, end - date - 1);
    if (value->type == TIMESTAMPTZ_OID)
        put_offset(value->offset, out);
    buf_append(out, text.data + end, text.len - end);
    buf_deinit(&text);
}

struct json path_json(struct arena *arena, const struct path_item_value *value, const struct type_settings *settings)
{
    if (value->json)
        return *value->json;
    struct type_settings iso = *settings;
    struct buf text = {0};
    iso.date_style = DATE_STYLE_ISO;
    if (value->type == DATE_OID)
        date_format((int32_t) value->value, &iso, &text);
    else if (is_time(value->type))
        time_format(value->value, &text);
    else
        put_timestamp(value, &iso, &text);
    if (value->type == TIMETZ_OID)
        put_offset(value->offset, &text);
    struct json json = json_make_string(arena_strndup(arena, text.data, text.len), text.len);
    buf_deinit(&text);
    return json;
}
