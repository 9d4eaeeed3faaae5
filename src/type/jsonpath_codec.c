#include "type/codecs.h"
#include "type/jsonpath.h"

enum { VERSION = 1 };

static bool path_store(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct path path;
    struct buf stored = {0};
    if (!path_parse(io->arena, text, len, io->resolver, &path, diag))
        return false;
    path_write(&path, PATH_EXACT, &stored);
    *out = datum_text(arena_strndup(io->arena, stored.data, stored.len), stored.len);
    buf_deinit(&stored);
    return true;
}

static bool path_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct path path;
    struct type_resolver trusting = {0}; /* the pattern was checked when it came in */
    if (!path_parse(io->arena, value->data, value->len, &trusting, &path, diag))
        return false;
    path_write(&path, PATH_SHOWN, out);
    return true;
}

static bool path_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    struct datum text;
    if (len < 1)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "insufficient data left in message");
    if (*data != VERSION)
        return diag_set(diag, ERRCODE_INTERNAL_ERROR, "unsupported jsonpath version number: %d", *data);
    return type_codec_text.recv(io, data + 1, len - 1, &text, diag) && path_store(io, text.data, text.len, out, diag);
}

static bool path_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    buf_putc(out, VERSION);
    return path_out(io, value, out, diag);
}

const struct type_codec type_codec_jsonpath = {path_store, path_out, path_recv, path_send, NULL, NULL, NULL, NULL};
