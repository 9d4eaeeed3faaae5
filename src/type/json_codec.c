#include "type/codecs.h"
#include "type/json.h"

#include <string.h>

enum { JSONB_VERSION = 1 };

static bool text_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    buf_append(out, value->data, value->len);
    return true;
}

static bool json_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    if (!json_check(io->arena, text, len, diag))
        return false;
    *out = datum_text(arena_strndup(io->arena, text, len), len);
    return true;
}

static bool json_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    return type_codec_text.recv(io, data, len, out, diag);
}

const struct type_codec type_codec_json = {json_in, text_out, json_recv, text_out, NULL, NULL, NULL, NULL};

static bool jsonb_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct json value;
    if (!json_parse(io->arena, text, len, &value, diag) || !json_canonical(io->arena, &value, diag))
        return false;
    *out = json_store(io->arena, &value);
    return true;
}

static bool jsonb_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len < 1)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "insufficient data left in message");
    if (*data != JSONB_VERSION)
        return diag_set(diag, ERRCODE_INTERNAL_ERROR, "unsupported jsonb version number %d", *data);
    return type_codec_text.recv(io, data + 1, len - 1, out, diag);
}

static bool jsonb_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    buf_putc(out, JSONB_VERSION);
    return text_out(io, value, out, diag);
}

static int jsonb_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    if (a->len == b->len && memcmp(a->data, b->data, a->len) == 0)
        return 0;
    struct arena scratch;
    struct diag ignored = {0};
    struct json x, y;
    arena_init(&scratch);
    int order =
        json_load(&scratch, a, &x, &ignored) && json_load(&scratch, b, &y, &ignored) ? json_compare(&x, &y) : text_compare(a, b);
    arena_deinit(&scratch);
    diag_clear(&ignored);
    return order;
}

const struct type_codec type_codec_jsonb = {jsonb_in, text_out, jsonb_recv, jsonb_send, NULL, jsonb_compare, NULL, NULL};
