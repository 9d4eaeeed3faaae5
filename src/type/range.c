#include "type/range.h"

#include "type/array.h"
#include "type/codecs.h"
#include "type/datetime.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

/* What ranges are: storage, canonical form, order. */

bool range_context_init(struct range_context *context, const struct type_io *io, const struct type_desc *type, struct diag *diag)
{
    type = type_base(io->resolver, type);
    context->io = io;
    context->range = type && type->typtype == 'm' ? type_find(io->resolver, type->range) : type;
    context->subtype = context->range ? type_find(io->resolver, context->range->range_subtype) : NULL;
    return context->subtype || diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type is not a range type");
}

struct range range_empty(void)
{
    struct range range = {.empty = true};
    range.lower.lower = true;
    return range;
}

/* ---- storage ---- */

static bool needs_quotes(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((text[i] && strchr("\"\\()[],", text[i])) || codec_space(text[i]))
            return true;
    return len == 0;
}

static void put_quoted(struct buf *out, const char *text, size_t len)
{
    if (!needs_quotes(text, len)) {
        buf_append(out, text, len);
        return;
    }
    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            buf_putc(out, text[i]);
        buf_putc(out, text[i]);
    }
    buf_putc(out, '"');
}

static void put_value(struct buf *out, const struct datum *value)
{
    switch (value->kind) {
    case DATUM_INT:
        buf_put_int64(out, value->i);
        break;
    case DATUM_REAL:
        float8_format(value->r, 1, out);
        break;
    case DATUM_BLOB:
        buf_puts(out, "\"\\\\x");
        for (uint32_t i = 0; i < value->len; i++)
            buf_printf(out, "%02x", (unsigned char) value->data[i]);
        buf_putc(out, '"');
        break;
    default:
        put_quoted(out, value->len ? value->data : "", value->len);
    }
}

static void put_range(struct buf *out, const struct range *range)
{
    if (range->empty) {
        buf_puts(out, "empty");
        return;
    }
    buf_putc(out, range->lower.inclusive ? '[' : '(');
    if (!range->lower.infinite)
        put_value(out, &range->lower.value);
    buf_putc(out, ',');
    if (!range->upper.infinite)
        put_value(out, &range->upper.value);
    buf_putc(out, range->upper.inclusive ? ']' : ')');
}

static struct datum give(struct arena *arena, struct buf *out)
{
    struct datum stored = datum_text(arena_strndup(arena, out->data, out->len), out->len);
    buf_deinit(out);
    return stored;
}

struct datum range_store(const struct range_context *context, const struct range *range)
{
    struct buf out = {0};
    put_range(&out, range);
    return give(context->io->arena, &out);
}

struct datum multirange_store(const struct range_context *context, const struct multirange *multirange)
{
    struct buf out = {0};
    buf_putc(&out, '{');
    for (int i = 0; i < multirange->count; i++) {
        if (i)
            buf_putc(&out, ',');
        put_range(&out, &multirange->ranges[i]);
    }
    buf_putc(&out, '}');
    return give(context->io->arena, &out);
}

/* A bound's text up to the mark behind it, unquoted. */
static struct datum load_value(const struct range_context *context, const char **at, const char *end)
{
    struct arena *arena = context->io->arena;
    const char *start = *at;
    struct datum value;
    if (start < end && *start != '"') {
        const char *stop = start;
        while (stop < end && *stop != ',' && *stop != ')' && *stop != ']')
            stop++;
        value = datum_text(start, (size_t) (stop - start));
        *at = stop;
    } else {
        char *copy = arena_alloc(arena, (size_t) (end - start) + 1), *to = copy;
        const char *from = start + 1;
        for (; from < end; from++) {
            if (*from == '"' || *from == '\\') {
                if (from + 1 >= end || from[1] != *from)
                    break;
                from++;
            }
            *to++ = *from;
        }
        *at = from < end ? from + 1 : end;
        value = datum_text(copy, (size_t) (to - copy));
    }
    enum type_storage storage = context->subtype->storage;
    if (storage == STORAGE_TEXT)
        return value;
    struct diag ignored = {0};
    char *digits = arena_strndup(arena, value.data, value.len);
    if (storage == STORAGE_INTEGER)
        value = datum_int(strtoll(digits, NULL, 10));
    else if (storage == STORAGE_REAL && strcmp(digits, "NaN") != 0)
        value = datum_real(strtod(digits, NULL));
    else if (storage == STORAGE_BLOB)
        bytea_parse(arena, value.data, value.len, &value, &ignored);
    diag_clear(&ignored);
    return value;
}

static void load_range(const struct range_context *context, const char **at, const char *end, struct range *range)
{
    *range = range_empty();
    if (*at >= end || (**at != '[' && **at != '(')) {
        *at += end - *at >= 5 ? 5 : end - *at;
        return;
    }
    range->empty = false;
    range->lower.inclusive = *(*at)++ == '[';
    range->lower.infinite = *at < end && **at == ',';
    if (!range->lower.infinite)
        range->lower.value = load_value(context, at, end);
    *at += *at < end;
    range->upper.infinite = *at < end && (**at == ')' || **at == ']');
    if (!range->upper.infinite)
        range->upper.value = load_value(context, at, end);
    range->upper.inclusive = *at < end && **at == ']';
    *at += *at < end;
}

void range_load(const struct range_context *context, const struct datum *stored, struct range *range)
{
    const char *at = stored->kind == DATUM_TEXT ? stored->data : "", *end = at + (stored->kind == DATUM_TEXT ? stored->len : 0);
    load_range(context, &at, end, range);
}

void multirange_load(const struct range_context *context, const struct datum *stored, struct multirange *multirange)
{
    *multirange = (struct multirange){0};
    if (stored->kind != DATUM_TEXT || stored->len < 2)
        return;
    const char *at = stored->data + 1, *end = stored->data + stored->len;
    int room = 0;
    while (at < end && *at != '}') {
        if (multirange->count == room) {
            size_t old = sizeof *multirange->ranges * (size_t) room;
            room = room ? room * 2 : 4;
            multirange->ranges =
                arena_grow(context->io->arena, multirange->ranges, old, sizeof *multirange->ranges * (size_t) room);
        }
        load_range(context, &at, end, &multirange->ranges[multirange->count++]);
        at += at < end && *at == ',';
    }
}

/* ---- order ---- */

int range_compare_values(const struct range_context *context, const struct datum *a, const struct datum *b)
{
    return type_compare(context->io, context->subtype, a, b);
}

int range_compare_bounds(const struct range_context *context, const struct range_bound *a, const struct range_bound *b)
{
    if (a->infinite && b->infinite)
        return a->lower == b->lower ? 0 : a->lower ? -1 : 1;
    if (a->infinite)
        return a->lower ? -1 : 1;
    if (b->infinite)
        return b->lower ? 1 : -1;
    int order = range_compare_values(context, &a->value, &b->value);
    if (order)
        return order;
    if (!a->inclusive && !b->inclusive)
        return a->lower == b->lower ? 0 : a->lower ? 1 : -1;
    if (!a->inclusive)
        return a->lower ? 1 : -1;
    if (!b->inclusive)
        return b->lower ? -1 : 1;
    return 0;
}

int range_compare_bound_values(const struct range_context *context, const struct range_bound *a, const struct range_bound *b)
{
    if (a->infinite || b->infinite)
        return range_compare_bounds(context, a, b);
    return range_compare_values(context, &a->value, &b->value);
}

int range_compare(const struct range_context *context, const struct range *a, const struct range *b)
{
    if (a->empty || b->empty)
        return b->empty - a->empty;
    int order = range_compare_bounds(context, &a->lower, &b->lower);
    return order ? order : range_compare_bounds(context, &a->upper, &b->upper);
}

int multirange_compare(const struct range_context *context, const struct multirange *a, const struct multirange *b)
{
    for (int i = 0; i < a->count && i < b->count; i++) {
        int order = range_compare(context, &a->ranges[i], &b->ranges[i]);
        if (order)
            return order;
    }
    return (a->count > b->count) - (a->count < b->count);
}

bool range_contains_value(const struct range_context *context, const struct range *range, const struct datum *value)
{
    if (range->empty)
        return false;
    if (!range->lower.infinite) {
        int order = range_compare_values(context, &range->lower.value, value);
        if (order > 0 || (order == 0 && !range->lower.inclusive))
            return false;
    }
    if (!range->upper.infinite) {
        int order = range_compare_values(context, &range->upper.value, value);
        if (order < 0 || (order == 0 && !range->upper.inclusive))
            return false;
    }
    return true;
}

bool range_contains(const struct range_context *context, const struct range *a, const struct range *b)
{
    if (a->empty || b->empty)
        return b->empty;
    return range_compare_bounds(context, &a->lower, &b->lower) <= 0 && range_compare_bounds(context, &a->upper, &b->upper) >= 0;
}

bool range_overlaps(const struct range_context *context, const struct range *a, const struct range *b)
{
    return !a->empty && !b->empty && range_compare_bounds(context, &a->lower, &b->upper) <= 0 &&
           range_compare_bounds(context, &b->lower, &a->upper) <= 0;
}

bool range_before(const struct range_context *context, const struct range *a, const struct range *b)
{
    return !a->empty && !b->empty && range_compare_bounds(context, &a->upper, &b->lower) < 0;
}

bool range_bounds_adjacent(const struct range_context *context, struct range_bound upper, struct range_bound lower)
{
    if (upper.infinite || lower.infinite)
        return false;
    int order = range_compare_values(context, &upper.value, &lower.value);
    if (order == 0)
        return upper.inclusive != lower.inclusive;
    if (order > 0)
        return false;
    /* Of whole numbers and days, 2 and 3 touch: the range between them is empty in canonical form. */
    struct range between = {.lower = upper, .upper = lower};
    struct diag ignored = {0};
    between.lower.inclusive = !upper.inclusive;
    between.upper.inclusive = !lower.inclusive;
    between.lower.lower = true;
    between.upper.lower = false;
    bool empty = range_normalise(context, &between, &ignored) && between.empty;
    diag_clear(&ignored);
    return empty;
}

bool range_adjacent(const struct range_context *context, const struct range *a, const struct range *b)
{
    return !a->empty && !b->empty &&
           (range_bounds_adjacent(context, a->upper, b->lower) || range_bounds_adjacent(context, b->upper, a->lower));
}

/* ---- canonical form ---- */

static bool step_value(const struct range_context *context, struct datum *value, struct diag *diag)
{
    switch (context->range->oid) {
    case INT4RANGE_OID:
        if (++value->i > INT32_MAX)
            return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
        return true;
    case INT8RANGE_OID:
        return !__builtin_add_overflow(value->i, 1, &value->i) ||
               diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
    default: {
        int32_t date = date_load(value);
        if (!date_in_range((int64_t) date + 1))
            return diag_set(diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "date out of range");
        *value = date_store(context->io->arena, date + 1);
        return true;
    }
    }
}

static bool is_discrete(const struct range_context *context, const struct range_bound *bound)
{
    oid_t oid = context->range->oid;
    if (bound->infinite)
        return false;
    return oid == INT4RANGE_OID || oid == INT8RANGE_OID || (oid == DATERANGE_OID && date_is_finite(date_load(&bound->value)));
}

static bool check_order(const struct range_context *context, struct range *range, struct diag *diag)
{
    range->lower.lower = true;
    range->upper.lower = false;
    if (range->lower.infinite)
        range->lower.inclusive = false;
    if (range->upper.infinite)
        range->upper.inclusive = false;
    if (range->empty || range->lower.infinite || range->upper.infinite)
        return true;
    int order = range_compare_values(context, &range->lower.value, &range->upper.value);
    if (order > 0)
        return diag_set(diag, ERRCODE_DATA_EXCEPTION, "range lower bound must be less than or equal to range upper bound");
    if (order == 0 && !(range->lower.inclusive && range->upper.inclusive))
        *range = range_empty();
    return true;
}

bool range_normalise(const struct range_context *context, struct range *range, struct diag *diag)
{
    if (!check_order(context, range, diag))
        return false;
    if (range->empty)
        return true;
    if (!range->lower.inclusive && is_discrete(context, &range->lower)) {
        if (!step_value(context, &range->lower.value, diag))
            return false;
        range->lower.inclusive = true;
    }
    if (range->upper.inclusive && is_discrete(context, &range->upper)) {
        if (!step_value(context, &range->upper.value, diag))
            return false;
        range->upper.inclusive = false;
    }
    return check_order(context, range, diag);
}

static int order_ranges(const void *a, const void *b, void *arg)
{
    return range_compare(arg, a, b);
}

void multirange_normalise(const struct range_context *context, struct multirange *multirange)
{
    struct range *ranges = multirange->ranges;
    int count = 0;
    if (multirange->count)
        qsort_r(ranges, (size_t) multirange->count, sizeof *ranges, order_ranges, (void *) (uintptr_t) context);
    for (int i = 0; i < multirange->count; i++) {
        if (ranges[i].empty)
            continue;
        struct range *last = count ? &ranges[count - 1] : NULL;
        if (last && (range_overlaps(context, last, &ranges[i]) || range_bounds_adjacent(context, last->upper, ranges[i].lower))) {
            /* Of bounds that are equal (18 and 18.0) the later one stays. */
            if (range_compare_bounds(context, &last->lower, &ranges[i].lower) == 0)
                last->lower = ranges[i].lower;
            if (range_compare_bounds(context, &last->upper, &ranges[i].upper) <= 0)
                last->upper = ranges[i].upper;
        } else {
            ranges[count++] = ranges[i];
        }
    }
    multirange->count = count;
}
