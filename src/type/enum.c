#include "type/codecs.h"

/* Enumerations: stored as the label, ordered by the labels' positions. */

enum { LABEL_MAX = 63 };

static const struct type_label *find(const struct type_desc *type, const char *text, size_t len)
{
    for (int i = 0; i < type->label_count; i++)
        if (strncmp(type->labels[i].name, text, len) == 0 && type->labels[i].name[len] == '\0')
            return &type->labels[i];
    return NULL;
}

bool type_check_label(const struct type_resolver *resolver, const struct type_desc *type, const struct type_label *label,
                      struct diag *diag)
{
    if (!label->is_unsafe)
        return true;
    struct buf name = {0};
    type_format(resolver, type->oid, -1, &name);
    diag_set(diag, ERRCODE_UNSAFE_NEW_ENUM_VALUE_USAGE, "unsafe use of new value \"%s\" of enum type %s", label->name,
             buf_cstr(&name));
    buf_deinit(&name);
    return diag_hint(diag, "New enum values must be committed before they can be used.");
}

static bool enum_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    const struct type_label *label = len <= LABEL_MAX ? find(io->type, text, len) : NULL;
    if (!label) {
        struct buf name = {0};
        type_format(io->resolver, io->type->oid, -1, &name);
        diag_set(diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid input value for enum %s: \"%.*s\"", buf_cstr(&name),
                 (int) len, text);
        buf_deinit(&name);
        return false;
    }
    *out = datum_cstr(label->name);
    return type_check_label(io->resolver, io->type, label, diag);
}

static bool enum_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io;
    (void) diag;
    if (value->kind == DATUM_TEXT)
        buf_append(out, value->data, value->len);
    return true;
}

static bool enum_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    return enum_in(io, (const char *) data, len, out, diag);
}

static int enum_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    const struct type_label *x = a->kind == DATUM_TEXT ? find(io->type, a->data, a->len) : NULL;
    const struct type_label *y = b->kind == DATUM_TEXT ? find(io->type, b->data, b->len) : NULL;
    if (x && y)
        return (x > y) - (x < y); /* labels are in sort order */
    return x || y ? (y != NULL) - (x != NULL) : text_compare(a, b);
}

const struct type_codec type_codec_enum = {enum_in, enum_out, enum_recv, enum_out, NULL, enum_compare, NULL, NULL};
