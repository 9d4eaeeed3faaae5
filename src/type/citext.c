#include "type/codecs.h"

#include <wctype.h>

/* Text that compares without regard to case, and what types the extensions bring. */

static uint32_t next_folded(const char **at, const char *end)
{
    size_t size = utf8_size((uint8_t) * *at), left = (size_t) (end - *at);
    uint32_t c = (uint8_t) * *at;
    if (size > left)
        size = 1;
    if (size > 1) {
        c &= 0x7fu >> size;
        for (size_t i = 1; i < size; i++)
            c = c << 6 | ((uint8_t) (*at)[i] & 63);
    }
    *at += size;
    return c < 0x80 ? (c >= 'A' && c <= 'Z' ? c + 32 : c) : (uint32_t) towlower((wint_t) c);
}

/* UTF-8 sorts by bytes as by code points: no lower-case copies are needed. */
static int citext_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    const char *left = a->data, *left_end = a->data + a->len, *right = b->data, *right_end = b->data + b->len;
    while (left < left_end && right < right_end) {
        uint32_t l = next_folded(&left, left_end), r = next_folded(&right, right_end);
        if (l != r)
            return l < r ? -1 : 1;
    }
    return (left < left_end) - (right < right_end);
}

static bool citext_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    return type_codec_text.in(io, text, len, out, diag);
}

static bool citext_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    return type_codec_text.out(io, value, out, diag);
}

static bool citext_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    return type_codec_text.recv(io, data, len, out, diag);
}

static const struct type_codec type_codec_citext = {citext_in, citext_out,     citext_recv, citext_out,
                                                    NULL,      citext_compare, NULL,        NULL};

void type_extension_codec(const char *name, const struct type_codec **codec, bool *ordered)
{
    static const struct {
        const char *name;
        const struct type_codec *codec;
    } codecs[] = {{"citext", &type_codec_citext}, {"hstore", &type_codec_hstore}, {"query_int", &type_codec_query_int}};
    *ordered = strcmp(name, "citext") == 0 || strcmp(name, "hstore") == 0;
    *codec = &type_codec_opaque;
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (strcmp(codecs[i].name, name) == 0)
            *codec = codecs[i].codec;
}
