#include "func/func.h"
#include "func/variadic.h"

#include "type/identifier.h"
#include "type/codecs.h"
#include "util/memory.h"
#include "util/stop.h"

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/* String functions. Positions and lengths count characters. A loop that is stopped just ends: what it gives is dropped. */

static bool give(struct fcall *call, struct buf *text, struct datum *result)
{
    *result = datum_text(arena_strndup(call->arena, text->data ? text->data : "", text->len), text->len);
    buf_deinit(text);
    return true;
}

/* Characters [from, from + count) of a text, from 0. */
static struct datum slice(const struct datum *text, size_t from, size_t count)
{
    size_t start = utf8_prefix(text->data, text->len, from);
    return datum_text(text->data + start, utf8_prefix(text->data + start, text->len - start, count));
}

static bool textlen(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = datum_int((int64_t) utf8_length(args[0].data, args[0].len));
    return true;
}

static struct datum unpadded(const struct datum *text)
{
    struct datum trimmed = *text;
    while (trimmed.len && trimmed.data[trimmed.len - 1] == ' ')
        trimmed.len--;
    return trimmed;
}

static bool bpcharlen(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    struct datum text = unpadded(&args[0]);
    *result = datum_int((int64_t) utf8_length(text.data, text.len));
    return true;
}

static bool textoctetlen(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = datum_int(args[0].len);
    return true;
}

static bool bit_length(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = datum_int((int64_t) args[0].len * 8);
    return true;
}

static uint32_t decode(const char *at, size_t size)
{
    const uint8_t *b = (const uint8_t *) at;
    return size == 1   ? b[0]
           : size == 2 ? (b[0] & 31u) << 6 | (b[1] & 63u)
           : size == 3 ? (b[0] & 15u) << 12 | (b[1] & 63u) << 6 | (b[2] & 63u)
                       : (b[0] & 7u) << 18 | (b[1] & 63u) << 12 | (b[2] & 63u) << 6 | (b[3] & 63u);
}

static void encode(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_putc(out, (char) c);
    } else if (c < 0x800) {
        buf_putc(out, (char) (0xc0 | c >> 6));
        buf_putc(out, (char) (0x80 | (c & 63)));
    } else if (c < 0x10000) {
        buf_putc(out, (char) (0xe0 | c >> 12));
        buf_putc(out, (char) (0x80 | (c >> 6 & 63)));
        buf_putc(out, (char) (0x80 | (c & 63)));
    } else {
        buf_putc(out, (char) (0xf0 | c >> 18));
        buf_putc(out, (char) (0x80 | (c >> 12 & 63)));
        buf_putc(out, (char) (0x80 | (c >> 6 & 63)));
        buf_putc(out, (char) (0x80 | (c & 63)));
    }
}

enum letter_case { LOWER, UPPER, INITIAL };

static bool change_case(struct fcall *call, const struct datum *text, enum letter_case how, struct datum *result)
{
    struct buf out = {0};
    bool inside = false;
    for (size_t at = 0; at < text->len && !stop_is_due();) {
        size_t size = utf8_size((uint8_t) text->data[at]);
        wint_t c = (wint_t) decode(text->data + at, size);
        bool upper = how == UPPER || (how == INITIAL && !inside);
        inside = iswalnum(c);
        encode(&out, (uint32_t) (upper ? towupper(c) : towlower(c)));
        at += size;
    }
    return give(call, &out, result);
}

static bool lower(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return change_case(call, &args[0], LOWER, result);
}

static bool upper(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return change_case(call, &args[0], UPPER, result);
}

static bool initcap(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return change_case(call, &args[0], INITIAL, result);
}

/* The part of [start, start + count) that lies within the text; positions from 1 and possibly before it. */
static bool substring(struct fcall *call, const struct datum *text, int64_t start, bool counted, int64_t count,
                      struct datum *result)
{
    int64_t end = INT64_MAX;
    if (counted) {
        if (count < 0)
            return diag_set(call->diag, ERRCODE_SUBSTRING_ERROR, "negative substring length not allowed");
        end = start + count;
    }
    if (start < 1)
        start = 1;
    *result = end <= start ? datum_text("", 0) : slice(text, (size_t) start - 1, (size_t) (end - start));
    return true;
}

static bool text_substr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return substring(call, &args[0], args[1].i, nargs > 2, nargs > 2 ? args[2].i : 0, result);
}

static int64_t position(const struct datum *text, const struct datum *sought)
{
    if (sought->len == 0)
        return 1;
    const char *found = memmem(text->data, text->len, sought->data, sought->len);
    return found ? (int64_t) utf8_length(text->data, (size_t) (found - text->data)) + 1 : 0;
}

static bool textpos(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = datum_int(position(&args[0], &args[1]));
    return true;
}

static bool replace_text(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    const char *at = args[0].data, *end = at + args[0].len;
    if (args[1].len == 0) {
        *result = args[0];
        return true;
    }
    for (const char *found; !stop_is_due() && (found = memmem(at, (size_t) (end - at), args[1].data, args[1].len));
         at = found + args[1].len) {
        buf_append(&out, at, (size_t) (found - at));
        buf_append(&out, args[2].data, args[2].len);
    }
    buf_append(&out, at, (size_t) (end - at));
    return give(call, &out, result);
}

static bool split_part(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    int64_t field = args[2].i;
    const struct datum *text = &args[0], *separator = &args[1];
    if (field == 0)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "field position must not be zero");
    if (separator->len == 0 || text->len == 0) {
        *result = text->len && (field == 1 || field == -1) ? *text : datum_text("", 0);
        return true;
    }
    const char *end = text->data + text->len;
    if (field < 0) {
        int64_t fields = 1;
        for (const char *at = text->data; (at = memmem(at, (size_t) (end - at), separator->data, separator->len));
             at += separator->len)
            fields++;
        field += fields + 1;
    }
    *result = datum_text("", 0);
    const char *at = text->data;
    for (int64_t i = 1; i <= field; i++) {
        const char *found = memmem(at, (size_t) (end - at), separator->data, separator->len);
        if (i == field)
            *result = datum_text(at, (size_t) ((found ? found : end) - at));
        if (!found)
            break;
        at = found + separator->len;
    }
    return true;
}

static bool text_left(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    int64_t count = args[1].i;
    if (count < 0)
        count += (int64_t) utf8_length(args[0].data, args[0].len);
    *result = count <= 0 ? datum_text("", 0) : slice(&args[0], 0, (size_t) count);
    return true;
}

static bool text_right(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    int64_t length = (int64_t) utf8_length(args[0].data, args[0].len), skip = args[1].i < 0 ? -args[1].i : length - args[1].i;
    *result = skip >= length ? datum_text("", 0) : slice(&args[0], skip < 0 ? 0 : (size_t) skip, (size_t) length);
    return true;
}

static bool too_long(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "requested length too large");
}

static bool out_of_memory(struct fcall *call, size_t size)
{
    diag_set(call->diag, ERRCODE_OUT_OF_MEMORY, "out of memory");
    return diag_detail(call->diag, "Failed on request of size %zu.", size);
}

enum side { LEFT, RIGHT };

static bool pad(struct fcall *call, int nargs, const struct datum *args, enum side side, struct datum *result)
{
    struct datum fill = nargs > 2 ? args[2] : datum_text(" ", 1);
    int64_t wanted = args[1].i < 0 ? 0 : args[1].i, length = (int64_t) utf8_length(args[0].data, args[0].len);
    if (wanted > 0x0fffffff)
        return too_long(call);
    if (length >= wanted || fill.len == 0) {
        *result = slice(&args[0], 0, (size_t) wanted);
        return true;
    }
    if (!memory_fits((size_t) wanted))
        return out_of_memory(call, (size_t) wanted);
    struct buf out = {0};
    if (side == RIGHT)
        buf_append(&out, args[0].data, args[0].len);
    size_t at = 0;
    for (int64_t i = length; i < wanted && !stop_is_due(); i++) {
        size_t size = utf8_size((uint8_t) fill.data[at]);
        buf_append(&out, fill.data + at, size);
        at = at + size < fill.len ? at + size : 0;
    }
    if (side == LEFT)
        buf_append(&out, args[0].data, args[0].len);
    return give(call, &out, result);
}

static bool lpad(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return pad(call, nargs, args, LEFT, result);
}

static bool rpad(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return pad(call, nargs, args, RIGHT, result);
}

static bool among(const struct datum *set, const char *at, size_t size)
{
    for (size_t i = 0; i < set->len; i += utf8_size((uint8_t) set->data[i]))
        if (utf8_size((uint8_t) set->data[i]) == size && memcmp(set->data + i, at, size) == 0)
            return true;
    return false;
}

enum { TRIM_LEFT = 1, TRIM_RIGHT = 2 };

static bool trim(int nargs, const struct datum *args, int sides, struct datum *result)
{
    struct datum set = nargs > 1 ? args[1] : datum_text(" ", 1);
    const char *at = args[0].data, *end = at + args[0].len;
    while ((sides & TRIM_LEFT) && at < end && !stop_is_due() && among(&set, at, utf8_size((uint8_t) *at)))
        at += utf8_size((uint8_t) *at);
    while ((sides & TRIM_RIGHT) && at < end && !stop_is_due()) {
        const char *last = end - 1;
        while (last > at && ((uint8_t) *last & 0xc0) == 0x80)
            last--;
        if (!among(&set, last, (size_t) (end - last)))
            break;
        end = last;
    }
    *result = datum_text(at, (size_t) (end - at));
    return true;
}

static bool btrim(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    return trim(nargs, args, TRIM_LEFT | TRIM_RIGHT, result);
}

static bool ltrim(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    return trim(nargs, args, TRIM_LEFT, result);
}

static bool rtrim(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    return trim(nargs, args, TRIM_RIGHT, result);
}

static bool repeat(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    if (args[1].i > 0 && (int64_t) args[0].len * args[1].i > 0x3fffffff)
        return too_long(call);
    if (args[1].i > 0 && !memory_fits(args[0].len * (size_t) args[1].i))
        return out_of_memory(call, args[0].len * (size_t) args[1].i);
    if (args[1].i > 0)
        buf_reserve(&out, args[0].len * (size_t) args[1].i);
    for (int64_t i = 0; i < args[1].i && !stop_is_due(); i++)
        buf_append(&out, args[0].data, args[0].len);
    return give(call, &out, result);
}

static bool text_reverse(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    char *text = arena_alloc(call->arena, args[0].len + 1), *to = text + args[0].len;
    for (size_t at = 0; at < args[0].len && !stop_is_due();) {
        size_t size = utf8_size((uint8_t) args[0].data[at]);
        to -= size;
        memcpy(to, args[0].data + at, size);
        at += size;
    }
    *result = datum_text(text, args[0].len);
    return true;
}

static bool translate(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    for (size_t at = 0; at < args[0].len && !stop_is_due();) {
        size_t size = utf8_size((uint8_t) args[0].data[at]), index = 0, i = 0;
        for (; i < args[1].len; i += utf8_size((uint8_t) args[1].data[i]), index++)
            if (utf8_size((uint8_t) args[1].data[i]) == size && memcmp(args[1].data + i, args[0].data + at, size) == 0)
                break;
        if (i >= args[1].len) {
            buf_append(&out, args[0].data + at, size);
        } else {
            struct datum to = slice(&args[2], index, 1);
            buf_append(&out, to.data, to.len);
        }
        at += size;
    }
    return give(call, &out, result);
}

static bool ascii(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = datum_int(args[0].len ? (int64_t) decode(args[0].data, utf8_size((uint8_t) args[0].data[0])) : 0);
    return true;
}

static bool chr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    int64_t c = args[0].i;
    if (c < 0)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "character number must be positive");
    if (c == 0)
        return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "null character not permitted");
    if (c > 0x10ffff)
        return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "requested character too large for encoding: %lld",
                        (long long) c);
    if (c >= 0xd800 && c < 0xe000)
        return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "requested character not valid for encoding: %lld",
                        (long long) c);
    struct buf out = {0};
    encode(&out, (uint32_t) c);
    return give(call, &out, result);
}

static bool text_starts_with(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result =
        datum_bool(args[1].len <= args[0].len && (args[1].len == 0 || memcmp(args[0].data, args[1].data, args[1].len) == 0));
    return true;
}

static bool textoverlay(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct datum before, after;
    int64_t start = args[2].i, count = nargs > 3 ? args[3].i : (int64_t) utf8_length(args[1].data, args[1].len);
    if (start <= 0)
        return diag_set(call->diag, ERRCODE_SUBSTRING_ERROR, "negative substring length not allowed");
    if (start + count > INT32_MAX)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    substring(call, &args[0], 1, true, start - 1, &before);
    substring(call, &args[0], start + count, false, 0, &after);
    struct buf out = {0};
    buf_append(&out, before.data, before.len);
    buf_append(&out, args[1].data, args[1].len);
    buf_append(&out, after.data, after.len);
    return give(call, &out, result);
}

/* Quoting */

static void put_identifier(struct buf *out, const struct datum *name)
{
    identifier_put(out, name->data, name->len);
}

void func_put_identifier(struct buf *out, const char *name)
{
    struct datum text = datum_cstr(name);
    put_identifier(out, &text);
}

static void put_literal(struct buf *out, const struct datum *text)
{
    if (text->len && memchr(text->data, '\\', text->len))
        buf_putc(out, 'E');
    buf_putc(out, '\'');
    for (size_t i = 0; i < text->len; i++) {
        if (text->data[i] == '\'' || text->data[i] == '\\')
            buf_putc(out, text->data[i]);
        buf_putc(out, text->data[i]);
    }
    buf_putc(out, '\'');
}

static bool quote_ident(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    put_identifier(&out, &args[0]);
    return give(call, &out, result);
}

/* The text form of any argument. */
static bool as_text(struct fcall *call, int index, const struct datum *value, struct buf *out)
{
    const struct type_desc *type = call->inst && index < call->inst->nargs ? call->inst->args[index] : NULL;
    if (!type || !type->codec) {
        buf_append(out, value->data, value->len);
        return true;
    }
    struct type_io io = fcall_io(call, type);
    return type_out(&io, value, out, call->diag);
}

static bool quote_literal(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf text = {0}, out = {0};
    if (datum_is_null(&args[0])) { /* quote_nullable */
        *result = datum_text("NULL", 4);
        return true;
    }
    if (!as_text(call, 0, &args[0], &text)) {
        buf_deinit(&text);
        return false;
    }
    struct datum plain = datum_text(text.data, text.len);
    put_literal(&out, &plain);
    buf_deinit(&text);
    return give(call, &out, result);
}

/* concat, concat_ws, format */

static bool text_concat(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf out = {0};
    for (int i = 0; i < nargs; i++) {
        if (!datum_is_null(&args[i]) && !as_text(call, i, &args[i], &out)) {
            buf_deinit(&out);
            return false;
        }
    }
    return give(call, &out, result);
}

static bool text_concat_ws(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf out = {0};
    bool any = false;
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    for (int i = 1; i < nargs; i++) {
        if (datum_is_null(&args[i]))
            continue;
        if (any)
            buf_append(&out, args[0].data, args[0].len);
        any = true;
        if (!as_text(call, i, &args[i], &out)) {
            buf_deinit(&out);
            return false;
        }
    }
    return give(call, &out, result);
}

static bool any_text_concat(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return text_concat(call, nargs, args, result);
}

struct conversion {
    int64_t argument; /* 1-based; 0: the next */
    int64_t width;
    int64_t width_argument; /* -1: none, 0: the next */
    bool left;
};

static bool format_number(struct fcall *call, const char **at, const char *end, int64_t *number)
{
    *number = 0;
    while (*at < end && **at >= '0' && **at <= '9') {
        *number = *number * 10 + (*(*at)++ - '0');
        if (*number > INT32_MAX)
            return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "number is out of range");
    }
    return true;
}

static bool unterminated(struct fcall *call)
{
    diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "unterminated format() type specifier");
    return diag_hint(call->diag, "For a single \"%%\" use \"%%%%\".");
}

static bool format_conversion(struct fcall *call, const char **at, const char *end, struct conversion *conversion)
{
    int64_t number;
    *conversion = (struct conversion){.width_argument = -1};
    const char *start = *at;
    if (!format_number(call, at, end, &number))
        return false;
    bool width_seen = false;
    if (*at > start) {
        if (*at >= end)
            return unterminated(call);
        if (**at == '$') {
            conversion->argument = number;
            if (number == 0)
                return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                                "format specifies argument 0, but arguments are numbered from 1");
            (*at)++;
        } else {
            conversion->width = number;
            width_seen = true;
        }
    }
    for (; !width_seen && *at < end && **at == '-'; (*at)++)
        conversion->left = true;
    if (!width_seen && *at < end && **at == '*') {
        (*at)++;
        start = *at;
        if (!format_number(call, at, end, &number))
            return false;
        conversion->width_argument = 0;
        if (*at > start) {
            if (*at >= end)
                return unterminated(call);
            if (**at != '$')
                return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "width argument position must be ended by \"$\"");
            if (number == 0)
                return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                                "format specifies argument 0, but arguments are numbered from 1");
            conversion->width_argument = number;
            (*at)++;
        }
    } else if (!width_seen && !format_number(call, at, end, &conversion->width)) {
        return false;
    }
    return *at < end || unterminated(call);
}

/* A width that is an argument: a number, or a text that reads as one; NULL is 0. */
static bool format_width(struct fcall *call, const struct datum *value, int index, int64_t *width)
{
    struct buf text = {0};
    struct datum number;
    *width = value->kind == DATUM_INT ? value->i : 0;
    if (datum_is_null(value) || value->kind == DATUM_INT)
        return true;
    struct type_io io = fcall_io(call, type_builtin(INT4_OID));
    bool good =
        as_text(call, index, value, &text) && io.type->codec->in(&io, text.data ? text.data : "", text.len, &number, call->diag);
    if (good)
        *width = number.i;
    buf_deinit(&text);
    return good;
}

static bool text_format(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf out = {0}, text = {0};
    bool good = true;
    int64_t next = 1;
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    for (const char *at = args[0].data, *end = at + args[0].len; good && at < end;) {
        struct conversion conversion;
        if (*at != '%') {
            buf_putc(&out, *at++);
            continue;
        }
        if (++at == end) {
            good = unterminated(call);
            break;
        }
        if (*at == '%') {
            buf_putc(&out, *at++);
            continue;
        }
        if (!(good = format_conversion(call, &at, end, &conversion)))
            break;
        char kind = *at;
        if (kind != 's' && kind != 'I' && kind != 'L') {
            diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "unrecognized format() type specifier \"%.*s\"",
                     (int) utf8_size((uint8_t) kind), at);
            good = diag_hint(call->diag, "For a single \"%%\" use \"%%%%\".");
            break;
        }
        at++;
        if (conversion.width_argument >= 0) {
            int64_t index = conversion.width_argument ? conversion.width_argument : next++;
            next = index + 1;
            if (index >= nargs) {
                good = diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "too few arguments for format()");
                break;
            }
            good = format_width(call, &args[index], (int) index, &conversion.width);
            if (!good)
                break;
            if (conversion.width < 0) {
                conversion.width = -conversion.width;
                conversion.left = true;
            }
        }
        int64_t index = conversion.argument ? conversion.argument : next;
        next = index + 1;
        if (index >= nargs) {
            good = diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "too few arguments for format()");
            break;
        }
        struct buf piece = {0};
        buf_reset(&text);
        if (datum_is_null(&args[index])) {
            if (kind == 'I')
                good =
                    diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "null values cannot be formatted as an SQL identifier");
            if (kind == 'L')
                buf_puts(&piece, "NULL");
        } else {
            good = as_text(call, (int) index, &args[index], &text);
            struct datum plain = datum_text(text.data ? text.data : "", text.len);
            if (kind == 's')
                buf_append(&piece, plain.data, plain.len);
            else if (kind == 'I')
                put_identifier(&piece, &plain);
            else
                put_literal(&piece, &plain);
        }
        int64_t blanks = conversion.width - (int64_t) utf8_length(piece.data, piece.len);
        for (int64_t i = 0; !conversion.left && i < blanks; i++)
            buf_putc(&out, ' ');
        buf_append(&out, piece.data, piece.len);
        for (int64_t i = 0; conversion.left && i < blanks; i++)
            buf_putc(&out, ' ');
        buf_deinit(&piece);
    }
    buf_deinit(&text);
    if (good)
        return give(call, &out, result);
    buf_deinit(&out);
    return false;
}

/* LIKE */

enum { NO_MATCH, MATCH, NO_MATCH_AT_ALL, PATTERN_UNFINISHED };

static uint32_t folded(const char *at, size_t size, bool fold)
{
    uint32_t c = decode(at, size);
    return fold ? (uint32_t) towlower((wint_t) c) : c;
}

static int like_match(const char *text, const char *text_end, const char *pattern, const char *pattern_end, bool fold)
{
    while (pattern < pattern_end) {
        if (*pattern == '%') {
            while (pattern < pattern_end && (*pattern == '%' || *pattern == '_')) {
                if (*pattern == '_') {
                    if (text == text_end)
                        return NO_MATCH_AT_ALL;
                    text += utf8_size((uint8_t) *text);
                }
                pattern++;
            }
            if (pattern == pattern_end)
                return MATCH;
            if (*pattern == '\\' && pattern + 1 == pattern_end)
                return PATTERN_UNFINISHED;
            for (; text < text_end && !stop_is_due(); text += utf8_size((uint8_t) *text)) {
                int found = like_match(text, text_end, pattern, pattern_end, fold);
                if (found != NO_MATCH)
                    return found;
            }
            return NO_MATCH_AT_ALL;
        }
        if (text == text_end)
            return NO_MATCH_AT_ALL;
        size_t size = utf8_size((uint8_t) *text);
        if (*pattern == '_') {
            pattern++;
        } else {
            if (*pattern == '\\' && ++pattern == pattern_end)
                return PATTERN_UNFINISHED;
            size_t wanted = utf8_size((uint8_t) *pattern);
            if (folded(text, size, fold) != folded(pattern, wanted, fold))
                return NO_MATCH;
            pattern += wanted;
        }
        text += size;
    }
    return text == text_end ? MATCH : NO_MATCH;
}

static bool like(struct fcall *call, const struct datum *args, bool fold, bool wanted, struct datum *result)
{
    const struct datum *pattern = &args[1];
    int found = like_match(args[0].data, args[0].data + args[0].len, pattern->data, pattern->data + pattern->len, fold);
    if (found == PATTERN_UNFINISHED)
        return diag_set(call->diag, ERRCODE_INVALID_ESCAPE_SEQUENCE, "LIKE pattern must not end with escape character");
    *result = datum_bool((found == MATCH) == wanted);
    return true;
}

#define LIKE(name, fold, wanted)                                                                                                 \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return like(call, args, fold, wanted, result);                                                                           \
    }
LIKE(textlike, false, true)
LIKE(textnlike, false, false)
LIKE(texticlike, true, true)
LIKE(texticnlike, true, false)

/* A pattern with another escape character, rewritten to backslash. */
static bool like_escape(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    if (utf8_length(args[1].data, args[1].len) > 1) {
        diag_set(call->diag, ERRCODE_INVALID_ESCAPE_SEQUENCE, "invalid escape string");
        return diag_hint(call->diag, "Escape string must be empty or one character.");
    }
    bool escaped = false;
    for (size_t at = 0; at < args[0].len;) {
        size_t size = utf8_size((uint8_t) args[0].data[at]);
        if (!escaped && args[1].len == size && memcmp(args[1].data, args[0].data + at, size) == 0) {
            buf_putc(&out, '\\');
            escaped = true;
        } else {
            /* A backslash of the pattern means itself. */
            if (args[0].data[at] == '\\' && !escaped)
                buf_putc(&out, '\\');
            buf_append(&out, args[0].data + at, size);
            escaped = false;
        }
        at += size;
    }
    return give(call, &out, result);
}

/* "abc_12": the name is cut, the number is not. */
static bool nameconcatoid(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    enum { NAME_BYTES = 63 };
    char *number = arena_printf(call->arena, "_%u", (unsigned) args[1].i);
    size_t len = args[0].len, room = NAME_BYTES - strlen(number);
    if (len > room)
        for (len = room; ((uint8_t) args[0].data[len] & 0xc0) == 0x80;)
            len--;
    *result = datum_cstr(arena_printf(call->arena, "%.*s%s", (int) len, args[0].data, number));
    return true;
}

VARIADIC(text_concat)
VARIADIC(text_concat_ws)

static bool text_format_variadic(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    if (datum_is_null(&args[nargs - 1]))
        return text_format(call, nargs - 1, args, result);
    return variadic_spread(call, nargs, args, text_format, result);
}

/* Hashes */

static bool digest(struct fcall *call, const EVP_MD *algorithm, const struct datum *text, uint8_t *bytes, unsigned *count)
{
    enum { PIECE = 1 << 20 };
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context && EVP_DigestInit_ex(context, algorithm, NULL);
    for (size_t at = 0; good && at < text->len && !stop_is_due(); at += PIECE)
        good = EVP_DigestUpdate(context, text->data + at, text->len - at < PIECE ? text->len - at : PIECE);
    good = good && EVP_DigestFinal_ex(context, bytes, count);
    EVP_MD_CTX_free(context);
    if (good)
        return true;
    return diag_set(call->diag, ERRCODE_INTERNAL_ERROR, "could not compute a hash");
}

static bool md5(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    uint8_t bytes[EVP_MAX_MD_SIZE];
    unsigned count;
    if (!digest(call, EVP_md5(), &args[0], bytes, &count))
        return false;
    struct buf out = {0};
    for (unsigned i = 0; i < count; i++)
        buf_printf(&out, "%02x", bytes[i]);
    return give(call, &out, result);
}

static bool sha(struct fcall *call, const EVP_MD *algorithm, const struct datum *args, struct datum *result)
{
    uint8_t *bytes = arena_alloc(call->arena, EVP_MAX_MD_SIZE);
    unsigned count;
    if (!digest(call, algorithm, &args[0], bytes, &count))
        return false;
    *result = datum_blob(bytes, count);
    return true;
}

#define SHA(bits)                                                                                                                \
    static bool sha##bits(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                         \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return sha(call, EVP_sha##bits(), args, result);                                                                         \
    }
SHA(224)
SHA(256)
SHA(384)
SHA(512)

/* name || oid, cut to a name */
static bool to_name(struct fcall *call, struct datum text, struct datum *result)
{
    struct type_io io = fcall_io(call, type_builtin(NAME_OID));
    return type_codec_name.in(&io, text.data, text.len, result, call->diag);
}

static bool text_name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_name(call, args[0], result);
}

static bool bpchar_name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_name(call, unpadded(&args[0]), result);
}

static bool text_char(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct type_io io = fcall_io(call, type_builtin(CHAR_OID));
    return type_codec_char.in(&io, args[0].data, args[0].len, result, call->diag);
}

#define COMPARE(type)                                                                                                            \
    NATIVE(type "eq", "(%1 = %2)"), NATIVE(type "ne", "(%1 <> %2)"), NATIVE(type "lt", "(%1 < %2)"),                             \
        NATIVE(type "le", "(%1 <= %2)"), NATIVE(type "gt", "(%1 > %2)"), NATIVE(type "ge", "(%1 >= %2)")
#define COMPARE_RTRIM(type)                                                                                                      \
    NATIVE(type "eq", "(%1 = %2 COLLATE RTRIM)"), NATIVE(type "ne", "(%1 <> %2 COLLATE RTRIM)"),                                 \
        NATIVE(type "lt", "(%1 < %2 COLLATE RTRIM)"), NATIVE(type "le", "(%1 <= %2 COLLATE RTRIM)"),                             \
        NATIVE(type "gt", "(%1 > %2 COLLATE RTRIM)"), NATIVE(type "ge", "(%1 >= %2 COLLATE RTRIM)")
#define ORDER "((%1 > %2) - (%1 < %2))"

const struct func_impl func_impls_text[] = {
    NATIVE("texteq", "(%1 = %2)"),
    NATIVE("textne", "(%1 <> %2)"),
    COMPARE("text_"),
    COMPARE("name"),
    NATIVE("nameeqtext", "(%1 = %2)"),
    NATIVE("namenetext", "(%1 <> %2)"),
    NATIVE("namelttext", "(%1 < %2)"),
    NATIVE("nameletext", "(%1 <= %2)"),
    NATIVE("namegttext", "(%1 > %2)"),
    NATIVE("namegetext", "(%1 >= %2)"),
    NATIVE("texteqname", "(%1 = %2)"),
    NATIVE("textnename", "(%1 <> %2)"),
    NATIVE("textltname", "(%1 < %2)"),
    NATIVE("textlename", "(%1 <= %2)"),
    NATIVE("textgtname", "(%1 > %2)"),
    NATIVE("textgename", "(%1 >= %2)"),
    COMPARE_RTRIM("bpchar"),
    NATIVE("text_pattern_lt", "(%1 < %2)"),
    NATIVE("text_pattern_le", "(%1 <= %2)"),
    NATIVE("text_pattern_gt", "(%1 > %2)"),
    NATIVE("text_pattern_ge", "(%1 >= %2)"),
    NATIVE("bpchar_pattern_lt", "(%1 < %2 COLLATE RTRIM)"),
    NATIVE("bpchar_pattern_le", "(%1 <= %2 COLLATE RTRIM)"),
    NATIVE("bpchar_pattern_gt", "(%1 > %2 COLLATE RTRIM)"),
    NATIVE("bpchar_pattern_ge", "(%1 >= %2 COLLATE RTRIM)"),
    NATIVE("bttextcmp", ORDER),
    NATIVE("bttext_pattern_cmp", ORDER),
    NATIVE("btnamecmp", ORDER),
    NATIVE("btnametextcmp", ORDER),
    NATIVE("bttextnamecmp", ORDER),
    NATIVE("text_larger", "max(%1, %2)"),
    NATIVE("text_smaller", "min(%1, %2)"),
    NATIVE("textcat", "(%1 || %2)"),
    SCALAR_TYPED("anytextcat(anynonarray,text)", any_text_concat),
    SCALAR_TYPED("textanycat(text,anynonarray)", any_text_concat),
    SCALAR("textlen", textlen),
    SCALAR("bpcharlen", bpcharlen),
    SCALAR("textoctetlen", textoctetlen),
    SCALAR("bpcharoctetlen", textoctetlen),
    SCALAR("bit_length(text)", bit_length),
    SCALAR("bit_length(bytea)", bit_length),
    NATIVE("name_text", "(%1)"),
    NATIVE("char_text", "(%1)"),
    NATIVE("char_bpchar", "(%1)"),
    NATIVE("name_bpchar", "(%1)"),
    SCALAR("text_name", text_name),
    SCALAR("bpchar_name", bpchar_name),
    SCALAR("text_char", text_char),
    SCALAR("lower", lower),
    SCALAR("upper", upper),
    SCALAR("initcap", initcap),
    SCALAR("text_substr", text_substr),
    SCALAR("text_substr_no_len", text_substr),
    SCALAR("textpos", textpos),
    SCALAR("replace_text", replace_text),
    SCALAR("split_part", split_part),
    SCALAR("text_left", text_left),
    SCALAR("text_right", text_right),
    SCALAR("lpad", lpad),
    SCALAR("lpad(text,int4)", lpad),
    SCALAR("rpad", rpad),
    SCALAR("rpad(text,int4)", rpad),
    SCALAR("btrim", btrim),
    SCALAR("btrim1", btrim),
    SCALAR("ltrim", ltrim),
    SCALAR("ltrim1", ltrim),
    SCALAR("rtrim", rtrim),
    SCALAR("rtrim1", rtrim),
    SCALAR("repeat", repeat),
    SCALAR("text_reverse", text_reverse),
    SCALAR("translate", translate),
    SCALAR("ascii", ascii),
    SCALAR("chr", chr),
    SCALAR("text_starts_with", text_starts_with),
    SCALAR("textoverlay", textoverlay),
    SCALAR("textoverlay_no_len", textoverlay),
    SCALAR("quote_ident", quote_ident),
    SCALAR("quote_literal", quote_literal),
    SCALAR_TYPED("quote_literal(anyelement)", quote_literal),
    SCALAR("quote_nullable", quote_literal),
    SCALAR_TYPED("quote_nullable(anyelement)", quote_literal),
    SCALAR_TYPED("text_concat", text_concat),
    SCALAR_TYPED("text_concat_ws", text_concat_ws),
    SCALAR_TYPED("text_format", text_format),
    SCALAR("text_format_nv", text_format),
    SCALAR_TYPED("text_concat(variadic)", text_concat_variadic),
    SCALAR_TYPED("text_concat_ws(variadic)", text_concat_ws_variadic),
    SCALAR_TYPED("text_format(variadic)", text_format_variadic),
    SCALAR("nameconcatoid", nameconcatoid),
    SCALAR("textlike", textlike),
    SCALAR("textnlike", textnlike),
    SCALAR("bpcharlike", textlike),
    SCALAR("bpcharnlike", textnlike),
    SCALAR("namelike", textlike),
    SCALAR("namenlike", textnlike),
    SCALAR("texticlike", texticlike),
    SCALAR("texticnlike", texticnlike),
    SCALAR("bpchariclike", texticlike),
    SCALAR("bpcharicnlike", texticnlike),
    SCALAR("nameiclike", texticlike),
    SCALAR("nameicnlike", texticnlike),
    SCALAR("like_escape", like_escape),
    SCALAR("md5_text", md5),
    SCALAR("md5_bytea", md5),
    SCALAR("sha224_bytea", sha224),
    SCALAR("sha256_bytea", sha256),
    SCALAR("sha384_bytea", sha384),
    SCALAR("sha512_bytea", sha512),
    {0},
};
