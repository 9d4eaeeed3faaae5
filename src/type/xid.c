#include "type/xid.h"

#include "type/codecs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Transaction, command and row identifiers. */

static bool stored_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    if (value->kind == DATUM_INT)
        buf_put_int64(out, value->i);
    else
        buf_append(out, value->data, value->len);
    return true;
}

/* xid and cid: any text is a number as strtoul sees it, with its prefixes and its wrapping around. */

static bool xid_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) diag;
    *out = datum_int((uint32_t) strtoul(arena_strndup(io->arena, text, len), NULL, 0));
    return true;
}

static bool xid_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    (void) io;
    if (len != 4)
        return codec_bad_binary(diag);
    *out = datum_int(codec_be32(data));
    return true;
}

static bool xid_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    buf_put_be32(out, (uint32_t) value->i);
    return true;
}

const struct type_codec type_codec_xid = {xid_in, stored_out, xid_recv, xid_send, NULL, NULL, NULL, NULL};
const struct type_codec type_codec_cid = {xid_in, stored_out, xid_recv, xid_send, NULL, NULL, NULL, NULL};

/* xid8 */

uint64_t xid8_load(const struct datum *value)
{
    uint64_t sum = 0;
    if (value->kind == DATUM_INT)
        return (uint64_t) value->i;
    for (uint32_t i = 0; value->kind == DATUM_TEXT && i < value->len && value->data[i] >= '0' && value->data[i] <= '9'; i++)
        sum = sum * 10 + (uint64_t) (value->data[i] - '0');
    return sum;
}

struct datum xid8_store(struct arena *arena, uint64_t xid)
{
    return datum_cstr(arena_printf(arena, "%" PRIu64, xid));
}

static bool xid8_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) diag;
    *out = xid8_store(io->arena, strtoull(arena_strndup(io->arena, text, len), NULL, 0));
    return true;
}

static bool xid8_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 8)
        return codec_bad_binary(diag);
    *out = xid8_store(io->arena, codec_be64(data));
    return true;
}

static bool xid8_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    buf_put_be64(out, xid8_load(value));
    return true;
}

static int xid8_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    uint64_t x = xid8_load(a), y = xid8_load(b);
    return (x > y) - (x < y);
}

const struct type_codec type_codec_xid8 = {xid8_in, stored_out, xid8_recv, xid8_send, NULL, xid8_compare, NULL, NULL};

/* tid: "(block,offset)"; what follows the parenthesis is not looked at. */

static bool tid_parse(struct arena *arena, const char *text, size_t len, uint32_t *block, uint32_t *offset)
{
    char *copy = arena_strndup(arena, text, len), *comma, *end;
    char *start = copy + strcspn(copy, "(,)");
    if (*start != '(' && *start != ',')
        return false;
    unsigned long first = strtoul(start + 1, &comma, 10);
    if (*comma != ',' || (first != (uint32_t) first && first != (unsigned long) (int32_t) first))
        return false;
    long second = strtol(comma + 1, &end, 10);
    if (*end != ')' || second < 0 || second > UINT16_MAX)
        return false;
    *block = (uint32_t) first;
    *offset = (uint32_t) second;
    return true;
}

/* The stored form, which needs no copy. */
static void tid_load(const struct datum *value, uint32_t part[2])
{
    int n = 0;
    part[0] = part[1] = 0;
    for (uint32_t i = 0; value->kind == DATUM_TEXT && i < value->len; i++) {
        if (value->data[i] == ',')
            n = 1;
        else if (value->data[i] >= '0' && value->data[i] <= '9')
            part[n] = part[n] * 10 + (uint32_t) (value->data[i] - '0');
    }
}

static bool tid_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    uint32_t block, offset;
    if (!tid_parse(io->arena, text, len, &block, &offset))
        return codec_bad_syntax(io, "tid", text, len, diag);
    *out = datum_cstr(arena_printf(io->arena, "(%u,%u)", block, offset));
    return true;
}

static bool tid_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 6)
        return codec_bad_binary(diag);
    *out = datum_cstr(arena_printf(io->arena, "(%u,%u)", codec_be32(data), codec_be16(data + 4)));
    return true;
}

static bool tid_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    uint32_t part[2];
    tid_load(value, part);
    buf_put_be32(out, part[0]);
    buf_put_be16(out, (uint16_t) part[1]);
    return true;
}

static int tid_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    uint32_t x[2], y[2];
    tid_load(a, x);
    tid_load(b, y);
    int part = x[0] == y[0];
    return (x[part] > y[part]) - (x[part] < y[part]);
}

const struct type_codec type_codec_tid = {tid_in, stored_out, tid_recv, tid_send, NULL, tid_compare, NULL, NULL};

/* txid_snapshot, pg_snapshot */

static bool next_xid(const char **at, const char *end, uint64_t *xid)
{
    const char *start = *at;
    for (*xid = 0; *at < end && **at >= '0' && **at <= '9'; (*at)++)
        if (__builtin_mul_overflow(*xid, 10, xid) || __builtin_add_overflow(*xid, (uint64_t) (**at - '0'), xid))
            return false;
    return *at > start && *xid <= INT64_MAX;
}

static bool skip_char(const char **at, const char *end, char c)
{
    return *at < end && *(*at)++ == c;
}

bool snapshot_parse(struct arena *arena, const char *text, size_t len, struct snapshot *snapshot)
{
    const char *at = text, *end = text + len;
    *snapshot = (struct snapshot){.xip = arena_array(arena, uint64_t, len / 2 + 1)};
    if (!next_xid(&at, end, &snapshot->xmin) || !skip_char(&at, end, ':') || !next_xid(&at, end, &snapshot->xmax) ||
        !skip_char(&at, end, ':'))
        return false;
    if (snapshot->xmin == 0 || snapshot->xmax < snapshot->xmin)
        return false;
    for (uint64_t last = 0, xid; at < end; last = xid) {
        if (!next_xid(&at, end, &xid) || xid < snapshot->xmin || xid >= snapshot->xmax || xid < last)
            return false;
        if (xid != last)
            snapshot->xip[snapshot->count++] = xid;
        if (at < end && !skip_char(&at, end, ','))
            return false;
    }
    return true;
}

struct datum snapshot_store(struct arena *arena, const struct snapshot *snapshot)
{
    struct buf buf = {0};
    buf_printf(&buf, "%" PRIu64 ":%" PRIu64 ":", snapshot->xmin, snapshot->xmax);
    for (int i = 0; i < snapshot->count; i++)
        buf_printf(&buf, i ? ",%" PRIu64 : "%" PRIu64, snapshot->xip[i]);
    struct datum result = datum_text(arena_strndup(arena, buf.data, buf.len), buf.len);
    buf_deinit(&buf);
    return result;
}

static bool snapshot_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct snapshot snapshot;
    if (!snapshot_parse(io->arena, text, len, &snapshot))
        return codec_bad_syntax(io, "pg_snapshot", text, len, diag);
    *out = snapshot_store(io->arena, &snapshot);
    return true;
}

static bool snapshot_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len < 20)
        return codec_bad_binary(diag);
    uint32_t count = codec_be32(data);
    struct snapshot snapshot = {.xmin = codec_be64(data + 4), .xmax = codec_be64(data + 12)};
    bool good = count <= (len - 20) / 8 && len == 20 + (size_t) count * 8 && snapshot.xmin && snapshot.xmin <= snapshot.xmax &&
                snapshot.xmax <= INT64_MAX;
    snapshot.xip = arena_array(io->arena, uint64_t, good ? count : 0);
    for (uint32_t i = 0; good && i < count; i++) {
        uint64_t xid = codec_be64(data + 20 + 8 * (size_t) i), last = snapshot.count ? snapshot.xip[snapshot.count - 1] : 0;
        good = xid >= snapshot.xmin && xid < snapshot.xmax && xid >= last;
        if (good && xid != last)
            snapshot.xip[snapshot.count++] = xid;
    }
    if (!good)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid external pg_snapshot data");
    *out = snapshot_store(io->arena, &snapshot);
    return true;
}

static bool snapshot_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct snapshot snapshot;
    if (!snapshot_parse(io->arena, value->data, value->len, &snapshot))
        return codec_bad_syntax(io, "pg_snapshot", value->data, value->len, diag);
    buf_put_be32(out, (uint32_t) snapshot.count);
    buf_put_be64(out, snapshot.xmin);
    buf_put_be64(out, snapshot.xmax);
    for (int i = 0; i < snapshot.count; i++)
        buf_put_be64(out, snapshot.xip[i]);
    return true;
}

const struct type_codec type_codec_snapshot = {snapshot_in, stored_out, snapshot_recv, snapshot_send, NULL, NULL, NULL, NULL};
