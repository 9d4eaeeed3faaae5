#include "type/codecs.h"
#include "type/range.h"

#include <strings.h>

/* Text and binary forms of ranges and multiranges (docs: 8.17.5 "Range Input/Output"). */

struct reader {
    const struct range_context *context;
    const char *what; /* "range", "multirange" */
    const char *text;
    size_t len;
    const char *at, *end;
    struct diag *diag;
};

static bool malformed(struct reader *r, const char *detail)
{
    diag_set(r->diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "malformed %s literal: \"%.*s\"", r->what, (int) r->len, r->text);
    return diag_detail(r->diag, "%s", detail);
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && codec_space(*r->at))
        r->at++;
}

static struct type_io subtype_io(const struct range_context *context)
{
    struct type_io io = *context->io;
    io.type = context->subtype;
    io.typmod = -1;
    return io;
}

/* The characters of a bound; whether they are a value is asked when the whole range has been read. */
static bool read_bound(struct reader *r, struct range_bound *bound)
{
    struct buf word = {0};
    bool quoted = false, good = true;
    bound->infinite = r->at < r->end && (*r->at == ',' || *r->at == ')' || *r->at == ']');
    if (bound->infinite)
        return true;
    while (quoted || r->at >= r->end || (*r->at != ',' && *r->at != ')' && *r->at != ']')) {
        if (r->at >= r->end || (*r->at == '\\' && r->at + 1 >= r->end)) {
            good = malformed(r, "Unexpected end of input.");
            break;
        }
        char c = *r->at++;
        if (c == '\\')
            buf_putc(&word, *r->at++);
        else if (c == '"' && quoted && r->at < r->end && *r->at == '"')
            buf_putc(&word, *r->at++);
        else if (c == '"')
            quoted = !quoted;
        else
            buf_putc(&word, c);
    }
    if (good)
        bound->value = datum_text(arena_strndup(r->context->io->arena, word.len ? word.data : "", word.len), word.len);
    buf_deinit(&word);
    return good;
}

static bool bound_in(struct reader *r, struct range_bound *bound)
{
    struct type_io io = subtype_io(r->context);
    struct datum text = bound->value;
    return bound->infinite || type_in(&io, text.data, text.len, &bound->value, r->diag);
}

static bool read_range(struct reader *r, struct range *range)
{
    *range = range_empty();
    skip_space(r);
    if (r->end - r->at >= 5 && strncasecmp(r->at, "empty", 5) == 0) {
        r->at += 5;
        skip_space(r);
        return r->at == r->end || malformed(r, "Junk after \"empty\" key word.");
    }
    range->empty = false;
    if (r->at >= r->end || (*r->at != '[' && *r->at != '('))
        return malformed(r, "Missing left parenthesis or bracket.");
    range->lower.inclusive = *r->at++ == '[';
    if (!read_bound(r, &range->lower))
        return false;
    if (*r->at != ',')
        return malformed(r, "Missing comma after lower bound.");
    r->at++;
    if (!read_bound(r, &range->upper))
        return false;
    if (*r->at == ',')
        return malformed(r, "Too many commas.");
    range->upper.inclusive = *r->at++ == ']';
    skip_space(r);
    if (r->at != r->end)
        return malformed(r, "Junk after right parenthesis or bracket.");
    if (!bound_in(r, &range->lower) || !bound_in(r, &range->upper))
        return false;
    return range_normalise(r->context, range, r->diag);
}

static bool range_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct range_context context;
    struct range range;
    struct reader r = {&context, "range", text, len, text, text + len, diag};
    if (!range_context_init(&context, io, io->type, diag) || !read_range(&r, &range))
        return false;
    *out = range_store(&context, &range);
    return true;
}

static bool add_range(struct reader *r, struct multirange *multirange, int *room, const char *start, const char *stop)
{
    if (multirange->count == *room) {
        size_t old = sizeof *multirange->ranges * (size_t) *room;
        *room = *room ? *room * 2 : 8;
        multirange->ranges =
            arena_grow(r->context->io->arena, multirange->ranges, old, sizeof *multirange->ranges * (size_t) *room);
    }
    struct reader inner = {r->context, "range", start, (size_t) (stop - start), start, stop, r->diag};
    return read_range(&inner, &multirange->ranges[multirange->count++]);
}

/* The end of a range's text, behind its closing mark. */
static bool find_end(struct reader *r, const char **stop)
{
    bool quoted = false;
    const char *at = r->at + 1;
    for (; at < r->end; at++) {
        if (*at == '\\')
            at++;
        else if (*at == '"')
            quoted = !quoted;
        else if (!quoted && (*at == ']' || *at == ')'))
            break;
    }
    *stop = at + 1;
    return at < r->end || malformed(r, "Unexpected end of input.");
}

static bool read_multirange(struct reader *r, struct multirange *multirange)
{
    int room = 0;
    const char *stop;
    *multirange = (struct multirange){0};
    skip_space(r);
    if (r->at >= r->end || *r->at++ != '{')
        return malformed(r, "Missing left brace.");
    for (bool done = false; !done;) {
        skip_space(r);
        if (r->at >= r->end)
            return malformed(r, "Unexpected end of input.");
        if (*r->at == '}' && multirange->count == 0)
            break;
        if (*r->at == '[' || *r->at == '(') {
            if (!find_end(r, &stop))
                return false;
        } else if (r->end - r->at >= 5 && strncasecmp(r->at, "empty", 5) == 0) {
            stop = r->at + 5;
        } else {
            return malformed(r, "Expected range start.");
        }
        if (!add_range(r, multirange, &room, r->at, stop))
            return false;
        r->at = stop;
        skip_space(r);
        if (r->at >= r->end)
            return malformed(r, "Unexpected end of input.");
        if (*r->at == '}')
            done = true;
        else if (*r->at++ != ',')
            return malformed(r, "Expected comma or end of multirange.");
    }
    r->at++;
    skip_space(r);
    if (r->at != r->end)
        return malformed(r, "Junk after closing right brace.");
    multirange_normalise(r->context, multirange);
    return true;
}

static bool multirange_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct range_context context;
    struct multirange multirange;
    struct reader r = {&context, "multirange", text, len, text, text + len, diag};
    if (!range_context_init(&context, io, io->type, diag) || !read_multirange(&r, &multirange))
        return false;
    *out = multirange_store(&context, &multirange);
    return true;
}

/* ---- writing ---- */

static bool put_bound(const struct range_context *context, const struct range_bound *bound, struct buf *out, struct diag *diag)
{
    struct type_io io = subtype_io(context);
    struct buf word = {0};
    if (bound->infinite)
        return true;
    bool good = type_out(&io, &bound->value, &word, diag), quote = word.len == 0;
    for (size_t i = 0; i < word.len && !quote; i++)
        quote = (word.data[i] && strchr("\"\\()[],", word.data[i])) || codec_space(word.data[i]);
    if (quote)
        buf_putc(out, '"');
    for (size_t i = 0; i < word.len; i++) {
        if (word.data[i] == '"' || word.data[i] == '\\')
            buf_putc(out, word.data[i]);
        buf_putc(out, word.data[i]);
    }
    if (quote)
        buf_putc(out, '"');
    buf_deinit(&word);
    return good;
}

static bool put_range(const struct range_context *context, const struct range *range, struct buf *out, struct diag *diag)
{
    if (range->empty) {
        buf_puts(out, "empty");
        return true;
    }
    buf_putc(out, range->lower.inclusive ? '[' : '(');
    if (!put_bound(context, &range->lower, out, diag))
        return false;
    buf_putc(out, ',');
    if (!put_bound(context, &range->upper, out, diag))
        return false;
    buf_putc(out, range->upper.inclusive ? ']' : ')');
    return true;
}

static bool range_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct range_context context;
    struct range range;
    if (!range_context_init(&context, io, io->type, diag))
        return false;
    range_load(&context, value, &range);
    return put_range(&context, &range, out, diag);
}

static bool multirange_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct range_context context;
    struct multirange multirange;
    if (!range_context_init(&context, io, io->type, diag))
        return false;
    multirange_load(&context, value, &multirange);
    buf_putc(out, '{');
    for (int i = 0; i < multirange.count; i++) {
        if (i)
            buf_putc(out, ',');
        if (!put_range(&context, &multirange.ranges[i], out, diag))
            return false;
    }
    buf_putc(out, '}');
    return true;
}

/* ---- binary ---- */

enum { FLAG_EMPTY = 1, FLAG_LOWER_INCLUSIVE = 2, FLAG_UPPER_INCLUSIVE = 4, FLAG_LOWER_INFINITE = 8, FLAG_UPPER_INFINITE = 16 };

static bool short_message(struct diag *diag)
{
    return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "insufficient data left in message");
}

static bool recv_bound(const struct range_context *context, const uint8_t **data, const uint8_t *end, struct range_bound *bound,
                       struct diag *diag)
{
    struct type_io io = subtype_io(context);
    if (bound->infinite)
        return true;
    if (end - *data < 4)
        return short_message(diag);
    uint32_t size = codec_be32(*data);
    *data += 4;
    if (size > (size_t) (end - *data))
        return short_message(diag);
    const uint8_t *value = *data;
    *data += size;
    return io.type->codec->recv(&io, value, size, &bound->value, diag);
}

static bool recv_range(const struct range_context *context, const uint8_t *data, size_t len, struct range *range,
                       struct diag *diag)
{
    const uint8_t *end = data + len;
    if (len < 1)
        return short_message(diag);
    unsigned flags = *data++;
    *range = range_empty();
    if (!(flags & FLAG_EMPTY)) {
        range->empty = false;
        range->lower.infinite = flags & FLAG_LOWER_INFINITE;
        range->upper.infinite = flags & FLAG_UPPER_INFINITE;
        range->lower.inclusive = flags & FLAG_LOWER_INCLUSIVE;
        range->upper.inclusive = flags & FLAG_UPPER_INCLUSIVE;
        if (!recv_bound(context, &data, end, &range->lower, diag) || !recv_bound(context, &data, end, &range->upper, diag))
            return false;
    }
    return (data == end || codec_bad_binary(diag)) && range_normalise(context, range, diag);
}

static bool range_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    struct range_context context;
    struct range range;
    if (!range_context_init(&context, io, io->type, diag) || !recv_range(&context, data, len, &range, diag))
        return false;
    *out = range_store(&context, &range);
    return true;
}

static bool multirange_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    struct range_context context;
    const uint8_t *end = data + len;
    if (!range_context_init(&context, io, io->type, diag))
        return false;
    if (len < 4)
        return short_message(diag);
    uint32_t count = codec_be32(data);
    data += 4;
    if (count > len / 5)
        return short_message(diag);
    struct multirange multirange = {0, arena_array(io->arena, struct range, count + 1)};
    for (; multirange.count < (int) count; multirange.count++) {
        if (end - data < 4)
            return short_message(diag);
        uint32_t size = codec_be32(data);
        data += 4;
        if (size > (size_t) (end - data))
            return short_message(diag);
        if (!recv_range(&context, data, size, &multirange.ranges[multirange.count], diag))
            return false;
        data += size;
    }
    if (data != end)
        return codec_bad_binary(diag);
    multirange_normalise(&context, &multirange);
    *out = multirange_store(&context, &multirange);
    return true;
}

static void set_size(struct buf *out, size_t at)
{
    uint32_t size = __builtin_bswap32((uint32_t) (out->len - at - 4));
    memcpy(out->data + at, &size, sizeof size);
}

static bool send_bound(const struct range_context *context, const struct range_bound *bound, struct buf *out, struct diag *diag)
{
    struct type_io io = subtype_io(context);
    size_t at = out->len;
    if (bound->infinite)
        return true;
    buf_put_be32(out, 0);
    if (!io.type->codec->send(&io, &bound->value, out, diag))
        return false;
    set_size(out, at);
    return true;
}

static bool send_range(const struct range_context *context, const struct range *range, struct buf *out, struct diag *diag)
{
    if (range->empty) {
        buf_putc(out, FLAG_EMPTY);
        return true;
    }
    buf_putc(out,
             (char) ((range->lower.inclusive ? FLAG_LOWER_INCLUSIVE : 0) | (range->upper.inclusive ? FLAG_UPPER_INCLUSIVE : 0) |
                     (range->lower.infinite ? FLAG_LOWER_INFINITE : 0) | (range->upper.infinite ? FLAG_UPPER_INFINITE : 0)));
    return send_bound(context, &range->lower, out, diag) && send_bound(context, &range->upper, out, diag);
}

static bool range_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct range_context context;
    struct range range;
    if (!range_context_init(&context, io, io->type, diag))
        return false;
    range_load(&context, value, &range);
    return send_range(&context, &range, out, diag);
}

static bool multirange_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct range_context context;
    struct multirange multirange;
    if (!range_context_init(&context, io, io->type, diag))
        return false;
    multirange_load(&context, value, &multirange);
    buf_put_be32(out, (uint32_t) multirange.count);
    for (int i = 0; i < multirange.count; i++) {
        size_t at = out->len;
        buf_put_be32(out, 0);
        if (!send_range(&context, &multirange.ranges[i], out, diag))
            return false;
        set_size(out, at);
    }
    return true;
}

static int compare_ranges(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    struct range_context context;
    struct range x, y;
    struct diag ignored = {0};
    if (!range_context_init(&context, io, io->type, &ignored)) {
        diag_clear(&ignored);
        return text_compare(a, b);
    }
    range_load(&context, a, &x);
    range_load(&context, b, &y);
    return range_compare(&context, &x, &y);
}

static int compare_multiranges(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    struct range_context context;
    struct multirange x, y;
    struct diag ignored = {0};
    if (!range_context_init(&context, io, io->type, &ignored)) {
        diag_clear(&ignored);
        return text_compare(a, b);
    }
    multirange_load(&context, a, &x);
    multirange_load(&context, b, &y);
    return multirange_compare(&context, &x, &y);
}

const struct type_codec type_codec_range = {range_in, range_out, range_recv, range_send, NULL, compare_ranges, NULL, NULL};
const struct type_codec type_codec_multirange = {
    multirange_in, multirange_out, multirange_recv, multirange_send, NULL, compare_multiranges, NULL, NULL};
