#include "type/array.h"
#include "type/codecs.h"

#include <string.h>

/* Domains are read and written as what they are based on; a value that comes in must satisfy their constraints. */

static bool base_io(const struct type_io *io, struct type_io *base, struct diag *diag)
{
    *base = *io;
    base->type = type_find(io->resolver, io->type->base);
    if (base->typmod < 0)
        base->typmod = io->type->base_typmod;
    return base->type || diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type with OID %u does not exist", io->type->base);
}

static bool holds(const struct type_io *io, const struct datum *value, struct diag *diag)
{
    const struct type_desc *domain = io->type;
    if (domain->not_null && datum_is_null(value)) {
        diag_set(diag, ERRCODE_NOT_NULL_VIOLATION, "domain %s does not allow null values", domain->name);
        return diag_datatype(diag, NULL, domain->name);
    }
    return domain->check_count == 0 || !io->resolver->check_domain ||
           io->resolver->check_domain(io->resolver->checker, domain, value, diag);
}

/* What a domain's base refuses is told of the domain that was asked for. */
static bool refuse(const struct type_io *io, const struct type_io *base, struct diag *diag)
{
    bool is_null = strcmp(diag->sqlstate, ERRCODE_NOT_NULL_VIOLATION) == 0;
    if (!base->type || base->type->typtype != 'd' || !diag->datatype ||
        (!is_null && strcmp(diag->sqlstate, ERRCODE_CHECK_VIOLATION) != 0))
        return false;
    struct diag inner = {0};
    diag_move(&inner, diag);
    if (is_null)
        diag_set(diag, inner.sqlstate, "domain %s does not allow null values", io->type->name);
    else
        diag_set(diag, inner.sqlstate, "value for domain %s violates check constraint \"%s\"", io->type->name, inner.constraint);
    diag_object(diag, NULL, NULL, NULL, inner.constraint);
    diag_datatype(diag, inner.schema, io->type->name);
    diag_clear(&inner);
    return false;
}

bool type_check_domain(const struct type_io *io, const struct datum *value, struct diag *diag)
{
    struct type_io base;
    if (io->type->typtype != 'd')
        return true;
    if (!base_io(io, &base, diag) || !type_check_domain(&base, value, diag))
        return refuse(io, &base, diag);
    return holds(io, value, diag);
}

static bool domain_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct type_io base;
    if (!base_io(io, &base, diag) || !base.type->codec->in(&base, text, len, out, diag))
        return refuse(io, &base, diag);
    return holds(io, out, diag);
}

static bool domain_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct type_io base;
    return base_io(io, &base, diag) && base.type->codec->out(&base, value, out, diag);
}

static bool domain_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    struct type_io base;
    if (!base_io(io, &base, diag) || !base.type->codec->recv(&base, data, len, out, diag))
        return refuse(io, &base, diag);
    return holds(io, out, diag);
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
    bool has_form = (base.typmod >= 0 || base.type->typtype == 'd') && base.type->codec->typmod_cast;
    if (has_form && !base.type->codec->typmod_cast(&base, value, is_explicit, out, diag))
        return refuse(io, &base, diag);
    return holds(io, out, diag);
}

static int domain_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    return type_compare(io, io->type, a, b);
}

const struct type_codec type_codec_domain = {domain_in,   domain_out,     domain_recv, domain_send,
                                             domain_cast, domain_compare, NULL,        NULL};
