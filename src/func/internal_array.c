#include "func/internal.h"

#include "func/fixed.h"

#include "type/array.h"

#include <stdlib.h>

/* Arrays in expressions: ARRAY[…], subscripts and slices, read and assigned to (PostgreSQL docs 8.15.4), element-wise casts. */

static const struct type_desc *element_of(struct fcall *call, const struct type_desc *array)
{
    array = type_base(call->env->resolver, array);
    return array && array->element ? type_find(call->env->resolver, array->element) : NULL;
}

static bool no_match(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR,
                    "multidimensional arrays must have array expressions with matching dimensions");
}

static bool too_large(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)", ARRAY_ITEMS_MAX);
}

/* ARRAY[[…], […]]: the inner arrays become one more dimension. */
static bool nested_array(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    const struct type_desc *element = element_of(call, call->inst->result);
    struct array out = {.element = element}, *inner = arena_alloc(call->arena, sizeof *inner * (size_t) nargs);
    int empty = 0;
    int64_t total = 0;
    for (int i = 0; i < nargs; i++) {
        array_load(call->arena, element, &args[i], &inner[i]);
        empty += inner[i].ndims == 0;
        total += inner[i].count;
    }
    if (empty == nargs) {
        *result = array_store(call->arena, &out);
        return true;
    }
    if (empty)
        return no_match(call);
    if (inner[0].ndims >= ARRAY_DIMENSIONS_MAX)
        return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                        "number of array dimensions (%d) exceeds the maximum allowed (%d)", inner[0].ndims + 1,
                        ARRAY_DIMENSIONS_MAX);
    if (total > ARRAY_ITEMS_MAX)
        return too_large(call);
    out.ndims = inner[0].ndims + 1;
    out.dims[0] = nargs;
    out.lower[0] = 1;
    memcpy(out.dims + 1, inner[0].dims, sizeof(int32_t) * (size_t) inner[0].ndims);
    memcpy(out.lower + 1, inner[0].lower, sizeof(int32_t) * (size_t) inner[0].ndims);
    out.items = arena_alloc(call->arena, sizeof *out.items * (size_t) total);
    for (int i = 0; i < nargs; i++) {
        if (inner[i].ndims != inner[0].ndims ||
            memcmp(inner[i].dims, inner[0].dims, sizeof(int32_t) * (size_t) inner[0].ndims) != 0 ||
            memcmp(inner[i].lower, inner[0].lower, sizeof(int32_t) * (size_t) inner[0].ndims) != 0)
            return no_match(call);
        memcpy(out.items + out.count, inner[i].items, sizeof *out.items * (size_t) inner[i].count);
        out.count += inner[i].count;
    }
    *result = array_store(call->arena, &out);
    return true;
}

bool internal_array(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    const struct type_desc *type = type_base(call->env->resolver, call->inst->result), *element = element_of(call, type);
    if (nargs > 0 && call->inst->args[0] && type && call->inst->args[0]->oid == type->oid)
        return nested_array(call, nargs, args, result);
    struct array_builder builder = {0};
    for (int i = 0; i < nargs; i++)
        array_builder_add(&builder, element, &args[i]);
    *result = array_builder_finish(&builder, call->arena);
    return true;
}

/* ---- reading ---- */

static bool any_null(int nargs, const struct datum *args)
{
    for (int i = 0; i < nargs; i++)
        if (datum_is_null(&args[i]))
            return true;
    return false;
}

bool internal_subscript(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    *result = datum_null();
    if (any_null(nargs, args) || args[0].kind != DATUM_TEXT || args[0].len == 0)
        return true;
    oid_t whole = type_base(call->env->resolver, call->inst->args[0])->oid;
    if (fixed_part_type(whole)) {
        struct datum parts[FIXED_PARTS_MAX];
        int count = fixed_parts(call->arena, whole, &args[0], parts);
        if (nargs == 2 && args[1].i >= 0 && args[1].i < count)
            *result = parts[args[1].i];
        return true;
    }
    const struct type_desc *element = element_of(call, call->inst->args[0]);
    if (nargs == 2 && args[0].data[0] == '[') {
        /* The usual case needs only the elements before. */
        struct nested_scan scan = nested_open(args[0].data, args[0].len);
        const char *start;
        size_t len;
        for (int64_t i = 1; i <= args[1].i && nested_next(&scan, &start, &len); i++) {
            const struct type_desc *base = type_base(call->env->resolver, element);
            bool is_element = (base && base->typtype == 'c') || (element && element->is_nested);
            if (*start == '[' && !is_element)
                return true;
            if (i == args[1].i)
                *result = nested_datum(call->arena, base, start, len);
        }
        return true;
    }
    struct array array;
    array_load(call->arena, type_base(call->env->resolver, element), &args[0], &array);
    if (array.ndims != nargs - 1)
        return true;
    int32_t subscripts[ARRAY_DIMENSIONS_MAX];
    for (int i = 0; i < array.ndims; i++)
        subscripts[i] = (int32_t) args[i + 1].i;
    int at = array_offset(&array, array.ndims, subscripts);
    if (at >= 0)
        *result = array.items[at];
    return true;
}

/* A region of an array: bounds of each dimension. */
struct region {
    int64_t from[ARRAY_DIMENSIONS_MAX], to[ARRAY_DIMENSIONS_MAX];
};

/* Visit a region's elements in order: *at is the element's place in `array`. The visitor's counter starts at 0. */
static bool region_next(const struct array *array, const struct region *region, int64_t *index, int *at)
{
    int offset = 0;
    for (int d = 0; d < array->ndims; d++)
        offset = offset * array->dims[d] + (int) (index[d] - array->lower[d]);
    *at = offset;
    for (int d = array->ndims - 1; d >= 0; d--) {
        if (++index[d] <= region->to[d])
            return true;
        index[d] = region->from[d];
    }
    return false;
}

/* Bounds as given: 'absent' where none is. */
static bool is_given(const struct datum *bound)
{
    return bound->kind == DATUM_INT;
}

bool internal_slice(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array, out;
    struct region region;
    int count = (nargs - 1) / 2;
    *result = datum_null();
    if (any_null(nargs, args))
        return true;
    array_load(call->arena, type_base(call->env->resolver, element_of(call, call->inst->args[0])), &args[0], &array);
    out = (struct array){.element = array.element, .ndims = array.ndims};
    bool empty = array.ndims == 0 || array.ndims < count;
    int64_t total = 1;
    for (int d = 0; d < array.ndims && !empty; d++) {
        int64_t low = array.lower[d], high = low + array.dims[d] - 1;
        const struct datum *bounds = d < count ? &args[1 + 2 * d] : NULL;
        region.from[d] = bounds && is_given(&bounds[0]) && bounds[0].i > low ? bounds[0].i : low;
        region.to[d] = bounds && is_given(&bounds[1]) && bounds[1].i < high ? bounds[1].i : high;
        empty = region.from[d] > region.to[d];
        out.lower[d] = 1;
        out.dims[d] = (int32_t) (region.to[d] - region.from[d] + 1);
        total *= empty ? 0 : out.dims[d];
    }
    if (empty) {
        out.ndims = 0;
    } else {
        int64_t index[ARRAY_DIMENSIONS_MAX];
        memcpy(index, region.from, sizeof index);
        out.items = arena_alloc(call->arena, sizeof *out.items * (size_t) total);
        bool more = true;
        while (more) {
            int at;
            more = region_next(&array, &region, index, &at);
            out.items[out.count++] = array.items[at];
        }
    }
    *result = array_store(call->arena, &out);
    return true;
}

/* ---- assignment ---- */

static bool subscripts_given(struct fcall *call, int nargs, const struct datum *args)
{
    for (int i = 2; i < nargs; i++)
        if (datum_is_null(&args[i]))
            return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "array subscript in assignment must not be null");
    return true;
}

static bool wrong_count(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
}

static bool out_of_range(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "array subscript out of range");
}

/* Make a one-dimensional array reach from `from` to `to`, with NULLs where nothing was. */
static bool extend(struct fcall *call, struct array *array, int64_t from, int64_t to)
{
    int64_t low = array->lower[0], high = low + array->dims[0] - 1;
    int64_t new_low = from < low ? from : low, new_high = to > high ? to : high, count = new_high - new_low + 1;
    if (count > ARRAY_ITEMS_MAX || new_high >= INT32_MAX)
        return too_large(call);
    if (count == array->count)
        return true;
    struct datum *items = arena_alloc(call->arena, sizeof *items * (size_t) count);
    for (int64_t i = 0; i < count; i++)
        items[i] = datum_null();
    memcpy(items + (low - new_low), array->items, sizeof *items * (size_t) array->count);
    array->items = items;
    array->count = array->dims[0] = (int32_t) count;
    array->lower[0] = (int32_t) new_low;
    return true;
}

/* One part of a value whose parts are always there: no value, no change. */
static bool set_fixed(struct fcall *call, oid_t whole, int nargs, const struct datum *args, struct datum *result)
{
    struct datum parts[FIXED_PARTS_MAX];
    *result = args[0];
    if (datum_is_null(&args[0]) || datum_is_null(&args[1]))
        return true;
    if (nargs != 3)
        return wrong_count(call);
    int count = fixed_parts(call->arena, whole, &args[0], parts);
    if (args[2].i < 0 || args[2].i >= count)
        return out_of_range(call);
    parts[args[2].i] = args[1];
    *result = fixed_make(call->arena, whole, parts, count);
    return true;
}

bool internal_subscript_set(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array;
    int count = nargs - 2;
    if (!subscripts_given(call, nargs, args))
        return false;
    oid_t whole = type_base(call->env->resolver, call->inst->args[0])->oid;
    if (fixed_part_type(whole))
        return set_fixed(call, whole, nargs, args, result);
    array_load(call->arena, type_base(call->env->resolver, element_of(call, call->inst->args[0])), &args[0], &array);
    if (array.ndims == 0) {
        array.ndims = count;
        array.count = 1;
        array.items = arena_alloc(call->arena, sizeof *array.items);
        array.items[0] = args[1];
        for (int i = 0; i < count; i++) {
            array.dims[i] = 1;
            array.lower[i] = (int32_t) args[2 + i].i;
            if (array.lower[i] == INT32_MAX)
                return too_large(call);
        }
        *result = array_store(call->arena, &array);
        return true;
    }
    if (array.ndims != count)
        return wrong_count(call);
    int32_t subscripts[ARRAY_DIMENSIONS_MAX];
    for (int i = 0; i < count; i++)
        subscripts[i] = (int32_t) args[2 + i].i;
    if (count == 1 && !extend(call, &array, subscripts[0], subscripts[0]))
        return false;
    int at = array_offset(&array, count, subscripts);
    if (at < 0)
        return out_of_range(call);
    array.items[at] = args[1];
    *result = array_store(call->arena, &array);
    return true;
}

/* A slice of an empty array: the slice is the array. */
static bool slice_of_nothing(struct fcall *call, int count, const struct datum *bounds, const struct array *source,
                             struct datum *result)
{
    struct array array = {.element = source->element, .ndims = count, .items = source->items};
    int64_t total = 1;
    for (int d = 0; d < count; d++) {
        if (!is_given(&bounds[2 * d]) || !is_given(&bounds[2 * d + 1])) {
            diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "array slice subscript must provide both boundaries");
            return diag_detail(call->diag,
                               "When assigning to a slice of an empty array value, slice boundaries must be fully specified.");
        }
        int64_t size = bounds[2 * d + 1].i - bounds[2 * d].i + 1;
        if (size < 0 || size > ARRAY_ITEMS_MAX || bounds[2 * d + 1].i >= INT32_MAX)
            return too_large(call);
        array.lower[d] = (int32_t) bounds[2 * d].i;
        array.dims[d] = (int32_t) size;
        total *= size;
        if (total > ARRAY_ITEMS_MAX)
            return too_large(call);
    }
    if (source->count < total)
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "source array too small");
    array.count = (int) total;
    if (total == 0)
        array.ndims = 0;
    *result = array_store(call->arena, &array);
    return true;
}

bool internal_slice_set(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array, source;
    struct region region;
    int count = (nargs - 2) / 2;
    const struct datum *bounds = args + 2;
    const struct type_desc *element = type_base(call->env->resolver, element_of(call, call->inst->args[0]));
    if (!subscripts_given(call, nargs, args))
        return false;
    *result = args[0];
    if (datum_is_null(&args[1]))
        return true;
    array_load(call->arena, element, &args[0], &array);
    array_load(call->arena, element, &args[1], &source);
    if (array.ndims == 0)
        return slice_of_nothing(call, count, bounds, &source, result);
    if (array.ndims < count)
        return wrong_count(call);
    int64_t total = 1;
    for (int d = 0; d < array.ndims; d++) {
        int64_t low = array.lower[d], high = low + array.dims[d] - 1;
        region.from[d] = d < count && is_given(&bounds[2 * d]) ? bounds[2 * d].i : low;
        region.to[d] = d < count && is_given(&bounds[2 * d + 1]) ? bounds[2 * d + 1].i : high;
        if (region.from[d] > region.to[d])
            return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "upper bound cannot be less than lower bound");
        if (array.ndims > 1 && (region.from[d] < low || region.to[d] > high))
            return out_of_range(call);
        total *= region.to[d] - region.from[d] + 1;
    }
    if (array.ndims == 1 && !extend(call, &array, region.from[0], region.to[0]))
        return false;
    if (source.count < total)
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "source array too small");
    int64_t index[ARRAY_DIMENSIONS_MAX];
    memcpy(index, region.from, sizeof index);
    for (int i = 0; i < total; i++) {
        int at;
        region_next(&array, &region, index, &at);
        array.items[at] = source.items[i];
    }
    *result = array_store(call->arena, &array);
    return true;
}

/* ---- casts ---- */

static bool cast_item(struct fcall *call, const struct type_desc *from, const struct type_desc *to, bool is_explicit,
                      struct datum *item)
{
    if (datum_is_null(item))
        return true;
    if (from->oid != to->oid) {
        struct datum cast;
        if (!internal_cast_value(call, from, to, -1, item, &cast))
            return false;
        *item = cast;
    }
    if (call->inst->typmod < 0 || !to->codec->typmod_cast)
        return true;
    struct type_io io = fcall_io(call, to);
    struct datum value = *item;
    io.typmod = call->inst->typmod;
    return to->codec->typmod_cast(&io, &value, is_explicit, item, call->diag);
}

bool internal_array_cast(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct array array;
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    const struct type_desc *from = type_base(call->env->resolver, element_of(call, call->inst->args[0])),
                           *to = type_base(call->env->resolver, element_of(call, call->inst->result));
    if (!from || !to)
        return diag_set(call->diag, ERRCODE_CANNOT_COERCE, "cannot cast array");
    bool is_explicit = strstr(call->inst->impl->source, "explicit") != NULL;
    array_load(call->arena, from, &args[0], &array);
    for (int i = 0; i < array.count; i++)
        if (!cast_item(call, from, to, is_explicit, &array.items[i]))
            return false;
    array.element = to;
    *result = array_store(call->arena, &array);
    return true;
}

bool internal_array_shaped(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct array items, like;
    *result = args[0];
    if (datum_is_null(&args[0]) || datum_is_null(&args[1]))
        return true;
    array_load(call->arena, element_of(call, call->inst->result), &args[0], &items);
    array_load(call->arena, element_of(call, call->inst->args[1]), &args[1], &like);
    if (items.count != like.count)
        return true;
    items.ndims = like.ndims;
    memcpy(items.dims, like.dims, sizeof items.dims);
    memcpy(items.lower, like.lower, sizeof items.lower);
    *result = array_store(call->arena, &items);
    return true;
}
