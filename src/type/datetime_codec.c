#include "type/codecs.h"
#include "type/datetime.h"
#include "type/interval.h"

#include <assert.h>

/* Text and binary forms of dates, times and intervals. Binary: days or µs since 2000-01-01, big-endian. */

enum { PRECISION_MAX = 6 };

static bool out_of_range(const char *what, const char *text, size_t len, struct diag *diag)
{
    return diag_set(diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "%s out of range: \"%.*s\"", what, (int) len, text);
}

static bool bad_length(size_t len, size_t expected, struct diag *diag)
{
    return diag_set(diag, len < expected ? ERRCODE_PROTOCOL_VIOLATION : ERRCODE_INVALID_BINARY_REPRESENTATION,
                    len < expected ? "insufficient data left in message" : "incorrect binary data format");
}

static int compare_text(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    uint32_t len = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->data, b->data, len);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* ---- date ---- */

static bool date_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct datetime parts;
    enum datetime_special special;
    int64_t days;
    if (!datetime_parse(text, len, io->settings, "date", &parts, &special, diag))
        return false;
    switch (special) {
    case DATETIME_EPOCH:
        days = UNIX_JULIAN - EPOCH_JULIAN;
        break;
    case DATETIME_INFINITE:
        days = DATE_INFINITY;
        break;
    case DATETIME_MINUS_INFINITE:
        days = DATE_MINUS_INFINITY;
        break;
    default:
        if (!julian_valid(parts.year, parts.month, parts.day))
            return out_of_range("date", text, len, diag);
        days = (int64_t) julian_day(parts.year, parts.month, parts.day) - EPOCH_JULIAN;
        if (!date_in_range(days))
            return out_of_range("date", text, len, diag);
    }
    *out = date_store(io->arena, (int32_t) days);
    return true;
}

static bool date_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) diag;
    date_format(date_load(value), io->settings, out);
    return true;
}

static bool date_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 4)
        return bad_length(len, 4, diag);
    int32_t date = (int32_t) codec_be32(data);
    if (date_is_finite(date) && !date_in_range(date))
        return diag_set(diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range");
    *out = date_store(io->arena, date);
    return true;
}

static bool date_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    buf_put_be32(out, (uint32_t) date_load(value));
    return true;
}

const struct type_codec type_codec_date = {date_in, date_out, date_recv, date_send, NULL, compare_text, NULL, NULL};

/* ---- modifiers ---- */

static bool precision_in(const int32_t *mods, int count, const char *name, int32_t *typmod, struct diag *diag)
{
    if (count != 1)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid type modifier");
    if (mods[0] < 0)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, name, mods[0]);
    *typmod = mods[0] > PRECISION_MAX ? PRECISION_MAX : mods[0];
    return true;
}

#define PRECISION_IN(type, text)                                                                                                 \
    static bool type##_typmod_in(const int32_t *mods, int count, int32_t *typmod, struct diag *diag)                             \
    {                                                                                                                            \
        return precision_in(mods, count, text " precision must not be negative", typmod, diag);                                  \
    }
PRECISION_IN(timestamp, "TIMESTAMP(%d)")
PRECISION_IN(timestamptz, "TIMESTAMP(%d) WITH TIME ZONE")
PRECISION_IN(time, "TIME(%d)")
PRECISION_IN(timetz, "TIME(%d) WITH TIME ZONE")

static void precision_out(int32_t typmod, struct buf *out)
{
    if (typmod >= 0)
        buf_printf(out, "(%d)", typmod);
}

/* ---- timestamp, timestamptz ---- */

static bool special_timestamp(enum datetime_special special, int64_t *timestamp)
{
    switch (special) {
    case DATETIME_EPOCH:
        *timestamp = -EPOCH_SECONDS * USECS_PER_SECOND;
        return true;
    case DATETIME_INFINITE:
        *timestamp = TIMESTAMP_INFINITY;
        return true;
    case DATETIME_MINUS_INFINITE:
        *timestamp = TIMESTAMP_MINUS_INFINITY;
        return true;
    default:
        return false;
    }
}

static bool timestamp_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct datetime parts;
    enum datetime_special special;
    int64_t timestamp = 0;
    if (!datetime_parse(text, len, io->settings, "timestamp", &parts, &special, diag))
        return false;
    if (!special_timestamp(special, &timestamp) && !timestamp_make(&parts, &timestamp))
        return out_of_range("timestamp", text, len, diag);
    *out = timestamp_store(io->arena, timestamp_round(timestamp, io->typmod));
    return true;
}

static bool timestamptz_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct datetime parts;
    enum datetime_special special;
    int64_t timestamp = 0;
    if (!datetime_parse(text, len, io->settings, "timestamp with time zone", &parts, &special, diag))
        return false;
    if (!special_timestamp(special, &timestamp) && !timestamptz_make(&parts, &timestamp))
        return out_of_range("timestamp", text, len, diag);
    *out = timestamptz_store(io->arena, timestamp_round(timestamp, io->typmod));
    return true;
}

static bool timestamp_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) diag;
    timestamp_format(timestamp_load(value), io->settings, out);
    return true;
}

static bool timestamptz_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) diag;
    timestamptz_format(timestamp_load(value), io->settings, out);
    return true;
}

static bool recv_timestamp(const struct type_io *io, const uint8_t *data, size_t len, int64_t *timestamp, struct diag *diag)
{
    if (len != 8)
        return bad_length(len, 8, diag);
    *timestamp = (int64_t) codec_be64(data);
    if (timestamp_is_finite(*timestamp) && !timestamp_in_range(*timestamp))
        return diag_set(diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range");
    *timestamp = timestamp_round(*timestamp, io->typmod);
    return true;
}

static bool timestamp_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    int64_t timestamp = 0;
    if (!recv_timestamp(io, data, len, &timestamp, diag))
        return false;
    *out = timestamp_store(io->arena, timestamp);
    return true;
}

static bool timestamptz_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    int64_t timestamp = 0;
    if (!recv_timestamp(io, data, len, &timestamp, diag))
        return false;
    *out = timestamptz_store(io->arena, timestamp);
    return true;
}

static bool timestamp_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    buf_put_be64(out, (uint64_t) timestamp_load(value));
    return true;
}

static bool timestamp_cast(const struct type_io *io, const struct datum *value, bool is_explicit, struct datum *out,
                           struct diag *diag)
{
    (void) is_explicit;
    (void) diag;
    *out = timestamp_store(io->arena, timestamp_round(timestamp_load(value), io->typmod));
    return true;
}

static bool timestamptz_cast(const struct type_io *io, const struct datum *value, bool is_explicit, struct datum *out,
                             struct diag *diag)
{
    (void) is_explicit;
    (void) diag;
    *out = timestamptz_store(io->arena, timestamp_round(timestamp_load(value), io->typmod));
    return true;
}

const struct type_codec type_codec_timestamp = {timestamp_in,   timestamp_out, timestamp_recv,      timestamp_send,
                                                timestamp_cast, compare_text,  timestamp_typmod_in, precision_out};
const struct type_codec type_codec_timestamptz = {timestamptz_in,   timestamptz_out, timestamptz_recv,      timestamp_send,
                                                  timestamptz_cast, compare_text,    timestamptz_typmod_in, precision_out};

/* ---- time, timetz ---- */

static bool time_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct datetime parts;
    if (!datetime_parse_time(text, len, io->settings, "time", &parts, diag))
        return false;
    int64_t time = time_make(parts.hour, parts.minute, parts.second, parts.usec);
    *out = time_store(io->arena, timestamp_round(time, io->typmod));
    return true;
}

static bool timetz_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct datetime parts;
    if (!datetime_parse_time(text, len, io->settings, "time with time zone", &parts, diag))
        return false;
    int64_t time = time_make(parts.hour, parts.minute, parts.second, parts.usec);
    *out = timetz_store(io->arena, (struct timetz){timestamp_round(time, io->typmod), parts.offset});
    return true;
}

static bool time_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    time_format(time_load(value), out);
    return true;
}

static bool timetz_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    timetz_format(timetz_load(value), out);
    return true;
}

static bool recv_time(const uint8_t *data, int64_t *time, struct diag *diag)
{
    *time = (int64_t) codec_be64(data);
    return (*time >= 0 && *time <= USECS_PER_DAY) || diag_set(diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "time out of range");
}

static bool time_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    int64_t time;
    if (len != 8)
        return bad_length(len, 8, diag);
    if (!recv_time(data, &time, diag))
        return false;
    *out = time_store(io->arena, timestamp_round(time, io->typmod));
    return true;
}

enum { OFFSET_LIMIT = 16 * 3600 };

static bool timetz_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    int64_t time;
    if (len != 12)
        return bad_length(len, 12, diag);
    int32_t west = (int32_t) codec_be32(data + 8);
    if (!recv_time(data, &time, diag))
        return false;
    if (west <= -OFFSET_LIMIT || west >= OFFSET_LIMIT)
        return diag_set(diag, ERRCODE_INVALID_TIME_ZONE_DISPLACEMENT_VALUE, "time zone displacement out of range");
    *out = timetz_store(io->arena, (struct timetz){timestamp_round(time, io->typmod), -west});
    return true;
}

static bool time_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    buf_put_be64(out, (uint64_t) time_load(value));
    return true;
}

static bool timetz_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    struct timetz timetz = timetz_load(value);
    buf_put_be64(out, (uint64_t) timetz.time);
    buf_put_be32(out, (uint32_t) -timetz.offset);
    return true;
}

static bool time_cast(const struct type_io *io, const struct datum *value, bool is_explicit, struct datum *out, struct diag *diag)
{
    (void) is_explicit;
    (void) diag;
    *out = time_store(io->arena, timestamp_round(time_load(value), io->typmod));
    return true;
}

static bool timetz_cast(const struct type_io *io, const struct datum *value, bool is_explicit, struct datum *out,
                        struct diag *diag)
{
    (void) is_explicit;
    (void) diag;
    struct timetz timetz = timetz_load(value);
    timetz.time = timestamp_round(timetz.time, io->typmod);
    *out = timetz_store(io->arena, timetz);
    return true;
}

static int compare_timetz(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    return timetz_compare(timetz_load(a), timetz_load(b));
}

const struct type_codec type_codec_time = {time_in,   time_out,     time_recv,      time_send,
                                           time_cast, compare_text, time_typmod_in, precision_out};
const struct type_codec type_codec_timetz = {timetz_in,   timetz_out,     timetz_recv,      timetz_send,
                                             timetz_cast, compare_timetz, timetz_typmod_in, precision_out};

/* ---- interval ---- */

static bool interval_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct interval interval;
    if (!interval_parse(text, len, io->typmod, io->settings->interval_style, &interval, diag))
        return false;
    *out = interval_store(io->arena, &interval);
    return true;
}

static bool interval_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) diag;
    struct interval interval = interval_load(value);
    interval_format(&interval, io->settings->interval_style, out);
    return true;
}

static bool interval_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 16)
        return bad_length(len, 16, diag);
    struct interval interval = {(int64_t) codec_be64(data), (int32_t) codec_be32(data + 8), (int32_t) codec_be32(data + 12)};
    interval_apply_typmod(&interval, io->typmod);
    *out = interval_store(io->arena, &interval);
    return true;
}

static bool interval_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    struct interval interval = interval_load(value);
    buf_put_be64(out, (uint64_t) interval.time);
    buf_put_be32(out, (uint32_t) interval.days);
    buf_put_be32(out, (uint32_t) interval.months);
    return true;
}

static bool interval_cast(const struct type_io *io, const struct datum *value, bool is_explicit, struct datum *out,
                          struct diag *diag)
{
    (void) is_explicit;
    (void) diag;
    struct interval interval = interval_load(value);
    interval_apply_typmod(&interval, io->typmod);
    *out = interval_store(io->arena, &interval);
    return true;
}

static int compare_interval(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    struct interval x = interval_load(a), y = interval_load(b);
    return interval_compare(&x, &y);
}

/* Field sets as they can be written, and their words. */
static const struct {
    int fields;
    const char *words;
} field_sets[] = {
    {INTERVAL_YEAR, " year"},
    {INTERVAL_MONTH, " month"},
    {INTERVAL_DAY, " day"},
    {INTERVAL_HOUR, " hour"},
    {INTERVAL_MINUTE, " minute"},
    {INTERVAL_SECOND, " second"},
    {INTERVAL_YEAR | INTERVAL_MONTH, " year to month"},
    {INTERVAL_DAY | INTERVAL_HOUR, " day to hour"},
    {INTERVAL_DAY | INTERVAL_HOUR | INTERVAL_MINUTE, " day to minute"},
    {INTERVAL_DAY | INTERVAL_HOUR | INTERVAL_MINUTE | INTERVAL_SECOND, " day to second"},
    {INTERVAL_HOUR | INTERVAL_MINUTE, " hour to minute"},
    {INTERVAL_HOUR | INTERVAL_MINUTE | INTERVAL_SECOND, " hour to second"},
    {INTERVAL_MINUTE | INTERVAL_SECOND, " minute to second"},
    {INTERVAL_ALL_FIELDS, ""},
};

enum { FIELD_SETS = sizeof field_sets / sizeof *field_sets };

static bool interval_typmod_in(const int32_t *mods, int count, int32_t *typmod, struct diag *diag)
{
    bool known = false;
    for (int i = 0; count > 0 && i < FIELD_SETS; i++)
        known = known || field_sets[i].fields == mods[0];
    if (!known || count > 2)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid INTERVAL type modifier");
    int32_t precision = INTERVAL_FULL_PRECISION;
    if (count == 2) {
        if (mods[1] < 0)
            return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "INTERVAL(%d) precision must not be negative", mods[1]);
        precision = mods[1] > PRECISION_MAX ? PRECISION_MAX : mods[1];
    } else if (mods[0] == INTERVAL_ALL_FIELDS) {
        *typmod = -1;
        return true;
    }
    *typmod = mods[0] << 16 | precision;
    return true;
}

static void interval_typmod_out(int32_t typmod, struct buf *out)
{
    if (typmod < 0)
        return;
    for (int i = 0; i < FIELD_SETS; i++)
        if (field_sets[i].fields == (typmod >> 16 & INTERVAL_ALL_FIELDS))
            buf_puts(out, field_sets[i].words);
    if ((typmod & INTERVAL_FULL_PRECISION) != INTERVAL_FULL_PRECISION)
        buf_printf(out, "(%d)", typmod & INTERVAL_FULL_PRECISION);
}

const struct type_codec type_codec_interval = {interval_in,   interval_out,     interval_recv,      interval_send,
                                               interval_cast, compare_interval, interval_typmod_in, interval_typmod_out};
