#include "type/array.h"
#include "type/codecs.h"

/* Domains are read and written as what they are based on; their constraints are checked by who stores a value (func/internal.c). */

static bool base_io(const struct type_io *io, struct type_io *base, struct diag *diag)
{
    *base = *io;
    base->type = type_find(io->resolver, io->type->base);
    if (base->typmod < 0)
        base->typmod = io->type->base_typmod;
    return base->type || diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type with OID %u does not exist", io->type->base);
}

static bool domain_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct type_io base;
    return base_io(io, &base, diag) && base.type->codec->in(&base, text, len, out, diag);
}

static bool domain_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct type_io base;
    return base_io(io, &base, diag) && base.type->codec->out(&base, value, out, diag);
}

static bool domain_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    struct type_io base;
    return base_io(io, &base, diag) && base.type->codec->recv(&base, data, len, out, diag);
}

static bool domain_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct type_io base;
    return base_io(io, &base, diag) && base.type->codec->send(&base, value, out, diag);
}

static bool domain_cast(const struct type_io *io, const struct datum *value, bool is_explicit, struct datum *out,
                        struct diag *diag)
{
    struct type_io base;
    *out = *value;
    if (!base_io(io, &base, diag))
        return false;
    if (base.typmod < 0 && base.type->typtype != 'd')
        return true;
    return !base.type->codec->typmod_cast || base.type->codec->typmod_cast(&base, value, is_explicit, out, diag);
}

static int domain_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    return type_compare(io, io->type, a, b);
}

const struct type_codec type_codec_domain = {domain_in,   domain_out,     domain_recv, domain_send,
                                             domain_cast, domain_compare, NULL,        NULL};
