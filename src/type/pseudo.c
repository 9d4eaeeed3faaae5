#include "type/codecs.h"

/* Types without values of their own, and types whose values only the server makes. */

static bool refuse_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) text;
    (void) len;
    (void) out;
    return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot accept a value of type %s", io->type->name);
}

static bool refuse_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    (void) data;
    return refuse_in(io, NULL, len, out, diag);
}

static bool refuse_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) value;
    (void) out;
    return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot display a value of type %s", io->type->name);
}

const struct type_codec type_codec_pseudo = {refuse_in, refuse_out, refuse_recv, refuse_out, NULL, NULL, NULL, NULL};

static bool void_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) io;
    (void) text;
    (void) len;
    (void) diag;
    *out = datum_text("", 0);
    return true;
}

static bool void_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    (void) data;
    return void_in(io, "", len, out, diag);
}

static bool void_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) value;
    (void) out;
    (void) diag;
    return true;
}

const struct type_codec type_codec_void = {void_in, void_out, void_recv, void_out, NULL, NULL, NULL, NULL};

static bool opaque_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    if (value->kind == DATUM_TEXT || value->kind == DATUM_BLOB) {
        buf_append(out, value->data, value->len);
        return true;
    }
    return refuse_out(io, value, out, diag);
}

const struct type_codec type_codec_opaque = {refuse_in, opaque_out, refuse_recv, opaque_out, NULL, NULL, NULL, NULL};
