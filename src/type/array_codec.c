#include "type/array.h"
#include "type/codecs.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

/* Text form of arrays: {1,2}, {{a,"b c"},{NULL,"NULL"}}, [0:1]={1,2} (docs: 8.15.6 "Array Input and Output Syntax"). */

#define ERRCODE_PROGRAM_LIMIT "54000"

static const struct type_desc *element_of(const struct type_io *io)
{
    return type_find(io->resolver, io->type->element);
}

static char delimiter_of(const struct type_desc *element)
{
    return element && element->delimiter ? element->delimiter : ',';
}

/* ---- reading ---- */

enum scan_state { NO_LEVEL, LEVEL_STARTED, LEVEL_COMPLETED, LEVEL_DELIMITED, ELEMENT_COMPLETED, ELEMENT_DELIMITED };

struct reader {
    const struct type_io *io;
    struct type_io element_io;
    const char *text;
    size_t len;
    const char *at, *end;
    char delimiter;
    struct diag *diag;
    struct buf word;
    int32_t counts[ARRAY_DIMENSIONS_MAX]; /* so far, by level */
    int32_t dims[ARRAY_DIMENSIONS_MAX];   /* -1: not known yet */
    int ndims;
    bool mismatched; /* elements stand at different depths: told once the literal is known to be well formed */
    struct datum *items;
    int count, room;
};

static bool malformed(struct reader *r, const char *detail, char c)
{
    diag_set(r->diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "malformed array literal: \"%.*s\"", (int) r->len, r->text);
    return c ? diag_detail(r->diag, "Unexpected \"%c\" character.", c) : diag_detail(r->diag, "%s", detail ? detail : "");
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && codec_space(*r->at))
        r->at++;
}

static bool add_item(struct reader *r, struct datum item)
{
    if (r->count == r->room) {
        int room = r->room ? r->room * 2 : 16;
        if (r->count == ARRAY_ITEMS_MAX)
            return diag_set(r->diag, ERRCODE_PROGRAM_LIMIT, "array size exceeds the maximum allowed (%d)", ARRAY_ITEMS_MAX);
        r->items = arena_grow(r->io->arena, r->items, sizeof *r->items * (size_t) r->room, sizeof *r->items * (size_t) room);
        r->room = room;
    }
    r->items[r->count++] = item;
    return true;
}

/* One element's characters (or null): up to a delimiter or brace outside of quotes. Quoted and unquoted parts do not mix. */
static bool read_element(struct reader *r)
{
    bool quoted = *r->at == '"', escaped = false;
    size_t kept = 0; /* blanks behind this are not the element's */
    buf_reset(&r->word);
    if (quoted) {
        for (r->at++;; r->at++) {
            if (r->at >= r->end)
                return malformed(r, "Unexpected end of input.", 0);
            if (*r->at == '"')
                break;
            if (*r->at == '\\' && ++r->at >= r->end)
                return malformed(r, "Unexpected end of input.", 0);
            buf_putc(&r->word, *r->at);
        }
        r->at++;
        skip_space(r);
        if (r->at >= r->end)
            return malformed(r, "Unexpected end of input.", 0);
        if (*r->at == '\\' || *r->at == '{')
            return malformed(r, NULL, *r->at);
        if (*r->at != r->delimiter && *r->at != '}')
            return malformed(r, "Unexpected array element.", 0);
    } else {
        for (; r->at < r->end && *r->at != r->delimiter && *r->at != '}'; r->at++) {
            if (*r->at == '"')
                return malformed(r, "Unexpected array element.", 0);
            if (*r->at == '{')
                return malformed(r, NULL, '{');
            bool blank = codec_space(*r->at);
            if (*r->at == '\\') {
                if (++r->at >= r->end)
                    return malformed(r, "Unexpected end of input.", 0);
                escaped = true;
                blank = false;
            }
            buf_putc(&r->word, *r->at);
            if (!blank)
                kept = r->word.len;
        }
        if (r->at >= r->end)
            return malformed(r, "Unexpected end of input.", 0);
        r->word.len = kept;
    }
    struct datum item = datum_null();
    const char *copy = arena_strndup(r->io->arena, r->word.len ? r->word.data : "", r->word.len);
    bool null = !quoted && !escaped && r->io->settings->array_nulls && strcasecmp(copy, "null") == 0;
    if (!null)
        item = datum_text(copy, r->word.len);
    return add_item(r, item);
}

/* The elements' values, once the literal is known to be well formed. */
static bool elements_in(struct reader *r)
{
    for (int i = 0; i < r->count; i++) {
        struct datum text = r->items[i];
        if (datum_is_null(&text) ? !type_check_domain(&r->element_io, &text, r->diag)
                                 : !type_in(&r->element_io, text.data, text.len, &r->items[i], r->diag))
            return false;
    }
    return true;
}

static bool mismatch(struct reader *r)
{
    return malformed(r, "Multidimensional arrays must have sub-arrays with matching dimensions.", 0);
}

static bool close_level(struct reader *r, int level)
{
    assert(level >= 0);
    int32_t *dim = &r->dims[level], count = r->counts[level];
    if (*dim >= 0 && *dim != count)
        return mismatch(r);
    *dim = count;
    r->counts[level] = 0;
    return true;
}

static bool read_contents(struct reader *r)
{
    enum scan_state state = NO_LEVEL;
    int level = 0;
    for (int i = 0; i < ARRAY_DIMENSIONS_MAX; i++)
        r->dims[i] = -1;
    for (;;) {
        skip_space(r);
        if (r->at >= r->end)
            return malformed(r, "Unexpected end of input.", 0);
        char c = *r->at;
        if (c == '{') {
            if (state != NO_LEVEL && state != LEVEL_STARTED && state != LEVEL_DELIMITED)
                return malformed(r, NULL, c);
            if (level >= ARRAY_DIMENSIONS_MAX)
                return diag_set(r->diag, ERRCODE_PROGRAM_LIMIT,
                                "number of array dimensions (%d) exceeds the maximum allowed (%d)", level + 1,
                                ARRAY_DIMENSIONS_MAX);
            if (level == r->ndims) {
                r->mismatched |= r->count > 0;
                r->ndims++;
            }
            if (level)
                r->counts[level - 1]++;
            level++;
            state = LEVEL_STARTED;
            r->at++;
        } else if (c == '}') {
            if (state != ELEMENT_COMPLETED && state != LEVEL_COMPLETED && !(level == 1 && state == LEVEL_STARTED))
                return malformed(r, NULL, c);
            if (!close_level(r, --level))
                return false;
            state = LEVEL_COMPLETED;
            r->at++;
            if (level == 0)
                break;
        } else if (c == r->delimiter) {
            if (state != ELEMENT_COMPLETED && state != LEVEL_COMPLETED)
                return malformed(r, NULL, c);
            state = state == LEVEL_COMPLETED ? LEVEL_DELIMITED : ELEMENT_DELIMITED;
            r->at++;
        } else {
            if (state != LEVEL_STARTED && state != ELEMENT_DELIMITED)
                return c == '\\' ? malformed(r, NULL, c) : malformed(r, "Unexpected array element.", 0);
            if (!read_element(r))
                return false;
            r->mismatched |= level != r->ndims;
            r->counts[level - 1]++;
            state = ELEMENT_COMPLETED;
        }
    }
    skip_space(r);
    return r->at == r->end || malformed(r, "Junk after closing right brace.", 0);
}

static bool read_bound(struct reader *r, int64_t *bound)
{
    char digits[16];
    size_t len = 0;
    while (r->at + len < r->end && (isdigit((unsigned char) r->at[len]) || r->at[len] == '-' || r->at[len] == '+'))
        len++;
    if (len == 0)
        return false;
    size_t copied = len < sizeof digits ? len : sizeof digits - 1;
    memcpy(digits, r->at, copied);
    digits[copied] = '\0';
    *bound = strtoll(digits, NULL, 10);
    r->at += len;
    return true;
}

/* "[1:2][0:3]="; *given: how many there were. */
static bool read_dimensions(struct reader *r, int32_t *dims, int32_t *lower, int *given)
{
    *given = 0;
    for (;; skip_space(r)) {
        skip_space(r);
        if (r->at >= r->end || *r->at != '[')
            break;
        int64_t from = 1, to;
        r->at++;
        if (*given == ARRAY_DIMENSIONS_MAX)
            return diag_set(r->diag, ERRCODE_PROGRAM_LIMIT, "number of array dimensions (%d) exceeds the maximum allowed (%d)",
                            *given + 1, ARRAY_DIMENSIONS_MAX);
        if (!read_bound(r, &to))
            return malformed(r, "\"[\" must introduce explicitly-specified array dimensions.", 0);
        if (r->at < r->end && *r->at == ':') {
            from = to;
            r->at++;
            if (!read_bound(r, &to))
                return malformed(r, "Missing array dimension value.", 0);
        }
        if (r->at >= r->end || *r->at != ']')
            return malformed(r, "Missing \"]\" after array dimensions.", 0);
        r->at++;
        if (to < from)
            return diag_set(r->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "upper bound cannot be less than lower bound");
        if (to >= INT32_MAX || from < INT32_MIN)
            return diag_set(r->diag, ERRCODE_PROGRAM_LIMIT, "array upper bound is too large: %lld", (long long) to);
        if (to - from + 1 > ARRAY_ITEMS_MAX)
            return diag_set(r->diag, ERRCODE_PROGRAM_LIMIT, "array size exceeds the maximum allowed (%d)", ARRAY_ITEMS_MAX);
        lower[*given] = (int32_t) from;
        dims[(*given)++] = (int32_t) (to - from + 1);
    }
    return true;
}

static bool read_array(struct reader *r, struct array *array)
{
    int32_t dims[ARRAY_DIMENSIONS_MAX], lower[ARRAY_DIMENSIONS_MAX];
    int given;
    if (!read_dimensions(r, dims, lower, &given))
        return false;
    if (given == 0 && (r->at >= r->end || *r->at != '{'))
        return malformed(r, "Array value must start with \"{\" or dimension information.", 0);
    if (given) {
        if (r->at >= r->end || *r->at != '=')
            return malformed(r, "Missing \"=\" after array dimensions.", 0);
        r->at++;
        skip_space(r);
        if (r->at >= r->end || *r->at != '{')
            return malformed(r, "Array contents must start with \"{\".", 0);
    }
    const char *whole = r->text;
    r->text = r->at; /* what a report about the contents quotes */
    r->len = (size_t) (r->end - r->at);
    if (!read_contents(r))
        return false;
    r->text = whole;
    r->len = (size_t) (r->end - whole);
    if (r->mismatched)
        return mismatch(r);
    *array = (struct array){.element = r->element_io.type, .count = r->count, .items = r->items};
    if (given && given != r->ndims)
        return malformed(r, "Specified array dimensions do not match array contents.", 0);
    for (int i = 0; i < r->ndims; i++) {
        if (given && dims[i] != r->dims[i])
            return malformed(r, "Specified array dimensions do not match array contents.", 0);
        array->dims[i] = r->dims[i];
        array->lower[i] = given ? lower[i] : 1;
    }
    array->ndims = r->count ? r->ndims : 0;
    return elements_in(r);
}

static bool array_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct reader r = {.io = io, .element_io = *io, .text = text, .len = len, .at = text, .end = text + len, .diag = diag};
    struct array array;
    r.element_io.type = element_of(io);
    if (!r.element_io.type)
        return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type with OID %u does not exist", io->type->element);
    r.delimiter = delimiter_of(r.element_io.type);
    bool good = read_array(&r, &array);
    buf_deinit(&r.word);
    if (good)
        *out = array_store(io->arena, &array);
    return good;
}

/* ---- writing ---- */

static void put_quoted(struct buf *out, const char *text, size_t len, char delimiter)
{
    bool quote = len == 0 || (len == 4 && strncasecmp(text, "null", 4) == 0);
    for (size_t i = 0; i < len && !quote; i++)
        quote =
            text[i] == '"' || text[i] == '\\' || text[i] == '{' || text[i] == '}' || text[i] == delimiter || codec_space(text[i]);
    if (!quote) {
        buf_append(out, text, len);
        return;
    }
    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            buf_putc(out, '\\');
        buf_putc(out, text[i]);
    }
    buf_putc(out, '"');
}

static bool put_level(const struct type_io *io, const struct array *array, int dimension, int *at, struct buf *word,
                      struct buf *out, struct diag *diag)
{
    char delimiter = delimiter_of(array->element);
    buf_putc(out, '{');
    for (int32_t i = 0; i < array->dims[dimension]; i++) {
        if (i)
            buf_putc(out, delimiter);
        if (dimension + 1 < array->ndims) {
            if (!put_level(io, array, dimension + 1, at, word, out, diag))
                return false;
            continue;
        }
        const struct datum *item = &array->items[(*at)++];
        if (datum_is_null(item)) {
            buf_puts(out, "NULL");
            continue;
        }
        buf_reset(word);
        if (!type_out(io, item, word, diag))
            return false;
        put_quoted(out, word->len ? word->data : "", word->len, delimiter);
    }
    buf_putc(out, '}');
    return true;
}

static bool array_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct array array;
    struct buf word = {0};
    struct type_io element = *io;
    int at = 0;
    bool bounded = false;
    element.type = element_of(io);
    if (!element.type)
        return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type with OID %u does not exist", io->type->element);
    array_load(io->arena, element.type, value, &array);
    if (array.ndims == 0) {
        buf_puts(out, "{}");
        return true;
    }
    for (int i = 0; i < array.ndims; i++)
        bounded = bounded || array.lower[i] != 1;
    for (int i = 0; bounded && i < array.ndims; i++)
        buf_printf(out, "[%d:%d]", array.lower[i], array.lower[i] + array.dims[i] - 1);
    if (bounded)
        buf_putc(out, '=');
    bool good = put_level(&element, &array, 0, &at, &word, out, diag);
    buf_deinit(&word);
    return good;
}

/* ---- binary ---- */

static bool short_message(struct diag *diag)
{
    return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "insufficient data left in message");
}

static bool wrong_element(const struct type_io *io, oid_t given, struct diag *diag)
{
    struct buf have = {0}, want = {0};
    type_format(io->resolver, given, -1, &have);
    type_format(io->resolver, io->type->element, -1, &want);
    diag_set(diag, ERRCODE_DATATYPE_MISMATCH, "binary data has array element type %u (%s) instead of expected %u (%s)", given,
             buf_cstr(&have), io->type->element, buf_cstr(&want));
    buf_deinit(&have);
    buf_deinit(&want);
    return false;
}

static bool array_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    const uint8_t *end = data + len;
    struct type_io element = *io;
    element.type = element_of(io);
    if (len < 12)
        return short_message(diag);
    int32_t ndims = (int32_t) codec_be32(data);
    uint32_t flags = codec_be32(data + 4);
    oid_t oid = codec_be32(data + 8);
    if (ndims < 0)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid number of dimensions: %d", ndims);
    if (ndims > ARRAY_DIMENSIONS_MAX)
        return diag_set(diag, ERRCODE_PROGRAM_LIMIT, "number of array dimensions (%d) exceeds the maximum allowed (%d)", ndims,
                        ARRAY_DIMENSIONS_MAX);
    if (flags > 1)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid array flags");
    if (oid != io->type->element || !element.type)
        return wrong_element(io, oid, diag);
    data += 12;
    struct array array = {.element = element.type, .ndims = ndims};
    int64_t total = ndims ? 1 : 0;
    if (end - data < ndims * 8)
        return short_message(diag);
    for (int i = 0; i < ndims; i++, data += 8) {
        array.dims[i] = (int32_t) codec_be32(data);
        array.lower[i] = (int32_t) codec_be32(data + 4);
        if (array.dims[i] < 0 || (total *= array.dims[i]) > ARRAY_ITEMS_MAX)
            return diag_set(diag, ERRCODE_PROGRAM_LIMIT, "array size exceeds the maximum allowed (%d)", ARRAY_ITEMS_MAX);
        if (array.dims[i] > 0 && (int64_t) array.lower[i] + array.dims[i] - 1 >= INT32_MAX)
            return diag_set(diag, ERRCODE_PROGRAM_LIMIT, "array lower bound is too large: %d", array.lower[i]);
    }
    if ((end - data) / 4 < total)
        return short_message(diag);
    array.items = arena_alloc(io->arena, sizeof *array.items * (size_t) (total + 1));
    for (; array.count < total; array.count++) {
        if (end - data < 4)
            return short_message(diag);
        int32_t size = (int32_t) codec_be32(data);
        data += 4;
        if (size < -1 || size > end - data)
            return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "insufficient data left in message");
        array.items[array.count] = datum_null();
        if (size < 0) {
            if (!type_check_domain(&element, &array.items[array.count], diag))
                return false;
            continue;
        }
        if (!element.type->codec->recv(&element, data, (size_t) size, &array.items[array.count], diag))
            return false;
        data += size;
    }
    if (data != end)
        return codec_bad_binary(diag);
    *out = array_store(io->arena, &array);
    return true;
}

static bool array_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct array array;
    struct type_io element = *io;
    element.type = element_of(io);
    if (!element.type)
        return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type with OID %u does not exist", io->type->element);
    array_load(io->arena, element.type, value, &array);
    bool has_null = false;
    for (int i = 0; i < array.count && !has_null; i++)
        has_null = datum_is_null(&array.items[i]);
    buf_put_be32(out, (uint32_t) array.ndims);
    buf_put_be32(out, has_null);
    buf_put_be32(out, io->type->element);
    for (int i = 0; i < array.ndims; i++) {
        buf_put_be32(out, (uint32_t) array.dims[i]);
        buf_put_be32(out, (uint32_t) array.lower[i]);
    }
    for (int i = 0; i < array.count; i++) {
        size_t at = out->len;
        buf_put_be32(out, UINT32_MAX);
        if (datum_is_null(&array.items[i]))
            continue;
        if (!element.type->codec->send(&element, &array.items[i], out, diag))
            return false;
        uint32_t size = __builtin_bswap32((uint32_t) (out->len - at - 4));
        memcpy(out->data + at, &size, sizeof size);
    }
    return true;
}

/* ---- order, modifiers ---- */

static int compare_arrays(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    struct array x, y;
    const struct type_desc *element = element_of(io);
    array_load(io->arena, element, a, &x);
    array_load(io->arena, element, b, &y);
    return array_compare(io, &x, &y);
}

/* A modifier is the elements'. */
static bool array_cast(const struct type_io *io, const struct datum *value, bool is_explicit, struct datum *out,
                       struct diag *diag)
{
    struct array array;
    struct type_io element = *io;
    element.type = type_base(io->resolver, element_of(io));
    *out = *value;
    if (!element.type || !element.type->codec->typmod_cast)
        return true;
    array_load(io->arena, element.type, value, &array);
    for (int i = 0; i < array.count; i++) {
        struct datum item = array.items[i];
        if (!datum_is_null(&item) && !element.type->codec->typmod_cast(&element, &item, is_explicit, &array.items[i], diag))
            return false;
    }
    *out = array_store(io->arena, &array);
    return true;
}

const struct type_codec type_codec_array = {array_in, array_out, array_recv, array_send, array_cast, compare_arrays, NULL, NULL};
