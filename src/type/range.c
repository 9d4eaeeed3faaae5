#include "type/codecs.h"

/* Ranges have no functions yet: their values are refused, not guessed at. */

static bool refuse(const struct type_io *io, struct diag *diag)
{
    return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "values of type %s are not supported yet", io->type->name);
}

static bool range_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    (void) text, (void) len, (void) out;
    return refuse(io, diag);
}

static bool range_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) value, (void) out;
    return refuse(io, diag);
}

static bool range_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    (void) data, (void) len, (void) out;
    return refuse(io, diag);
}

const struct type_codec type_codec_range = {.in = range_in, .out = range_out, .recv = range_recv, .send = range_out};
const struct type_codec type_codec_multirange = {.in = range_in, .out = range_out, .recv = range_recv, .send = range_out};
