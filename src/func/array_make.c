#include "func/func.h"
#include "type/array.h"

#include <stdlib.h>

/* Arrays made of other things: array_fill, trim_array, array_agg of arrays, the pieces of a text as rows; and where a value falls among thresholds. */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static const struct type_desc *element_of(struct fcall *call, const struct type_desc *array)
{
    array = type_base(call->env->resolver, array);
    return array && array->element ? type_base(call->env->resolver, type_find(call->env->resolver, array->element)) : NULL;
}

static bool wrong_count(struct fcall *call, const char *detail)
{
    diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
    return diag_detail(call->diag, "%s", detail);
}

/* Dimensions or lower bounds: a list of integers without NULLs. */
static bool load_bounds(struct fcall *call, const struct datum *value, struct array *bounds)
{
    if (datum_is_null(value))
        return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "dimension array or low bound array cannot be null");
    array_load(call->arena, type_builtin(INT4_OID), value, bounds);
    if (bounds->ndims > 1)
        return wrong_count(call, "Dimension array must be one dimensional.");
    for (int i = 0; i < bounds->count; i++)
        if (datum_is_null(&bounds->items[i]))
            return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "dimension values cannot be null");
    return true;
}

FUNCTION(fill)
{
    struct array dims, lower = {0}, array = {.element = element_of(call, call->inst->result)};
    if (nargs > 2 && datum_is_null(&args[2]))
        return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "dimension array or low bound array cannot be null");
    if (!load_bounds(call, &args[1], &dims) || (nargs > 2 && !load_bounds(call, &args[2], &lower)))
        return false;
    if (dims.count > ARRAY_DIMENSIONS_MAX)
        return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                        "number of array dimensions (%d) exceeds the maximum allowed (%d)", dims.count, ARRAY_DIMENSIONS_MAX);
    if (nargs > 2 && lower.count != dims.count)
        return wrong_count(call, "Low bound array has different size than dimensions array.");
    int64_t total = dims.count ? 1 : 0;
    for (int i = 0; i < dims.count; i++) {
        array.dims[i] = (int32_t) dims.items[i].i;
        array.lower[i] = nargs > 2 ? (int32_t) lower.items[i].i : 1;
        total *= dims.items[i].i;
        if (dims.items[i].i < 0 || total > ARRAY_ITEMS_MAX)
            return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
                            ARRAY_ITEMS_MAX);
        if ((int64_t) array.lower[i] + array.dims[i] - 1 >= INT32_MAX)
            return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "array lower bound is too large: %d", array.lower[i]);
    }
    array.ndims = total ? dims.count : 0;
    array.items = arena_alloc(call->arena, sizeof *array.items * (size_t) (total + 1));
    for (array.count = 0; array.count < total; array.count++)
        array.items[array.count] = args[0];
    *result = array_store(call->arena, &array);
    return true;
}

FUNCTION(trim)
{
    struct array array;
    array_load(call->arena, element_of(call, call->inst->args[0]), &args[0], &array);
    int32_t size = array.ndims ? array.dims[0] : 0;
    if (args[1].i < 0 || args[1].i > size)
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "number of elements to trim must be between 0 and %d", size);
    if (size) {
        array.count -= array.count / size * (int) args[1].i;
        array.dims[0] -= (int32_t) args[1].i;
        for (int i = 0; i < array.ndims; i++)
            array.lower[i] = 1;
        if (array.dims[0] == 0)
            array.ndims = 0;
    }
    *result = array_store(call->arena, &array);
    return true;
}

static int order(struct fcall *call, const struct datum *args)
{
    struct type_io io = fcall_io(call, type_base(call->env->resolver, call->inst->args[0]));
    return type_codec_array.compare(&io, &args[0], &args[1]);
}

FUNCTION(larger)
{
    *result = args[order(call, args) > 0 ? 0 : 1];
    return true;
}

FUNCTION(smaller)
{
    *result = args[order(call, args) < 0 ? 0 : 1];
    return true;
}

FUNCTION(compare)
{
    int sign = order(call, args);
    *result = datum_int((sign > 0) - (sign < 0));
    return true;
}

/* How many thresholds are not above the value; NaN's place is that of its order. */
FUNCTION(bucket)
{
    struct array array;
    const struct type_desc *element = element_of(call, call->inst->args[1]);
    array_load(call->arena, element, &args[1], &array);
    if (array.ndims > 1)
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "thresholds must be one-dimensional array");
    for (int i = 0; i < array.count; i++)
        if (datum_is_null(&array.items[i]))
            return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "thresholds array must not contain NULLs");
    struct type_io io = fcall_io(call, element);
    int low = 0, high = array.count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (type_compare(&io, element, &args[0], &array.items[middle]) < 0)
            high = middle;
        else
            low = middle + 1;
    }
    *result = datum_int(low);
    return true;
}

/* ---- array_agg of arrays ---- */

struct stack {
    struct array array; /* of one dimension more than what is stacked */
    int cap;
    bool any;
};

static bool stack_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct stack *stack = state;
    struct array *all = &stack->array, one;
    (void) nargs;
    if (datum_is_null(&args[0]))
        return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "cannot accumulate null arrays");
    struct datum kept = args[0];
    kept.data = arena_strndup(call->cache_arena, kept.data, kept.len);
    array_load(call->cache_arena, element_of(call, call->inst->args[0]), &kept, &one);
    if (one.ndims == 0)
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "cannot accumulate empty arrays");
    if (!stack->any) {
        if (one.ndims >= ARRAY_DIMENSIONS_MAX)
            return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                            "number of array dimensions (%d) exceeds the maximum allowed (%d)", one.ndims + 1,
                            ARRAY_DIMENSIONS_MAX);
        *all = (struct array){.element = one.element, .ndims = one.ndims + 1};
        all->lower[0] = 1;
        memcpy(all->dims + 1, one.dims, sizeof(int32_t) * (size_t) one.ndims);
        memcpy(all->lower + 1, one.lower, sizeof(int32_t) * (size_t) one.ndims);
        stack->any = true;
    }
    if (one.ndims + 1 != all->ndims || memcmp(one.dims, all->dims + 1, sizeof(int32_t) * (size_t) one.ndims) != 0 ||
        memcmp(one.lower, all->lower + 1, sizeof(int32_t) * (size_t) one.ndims) != 0)
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "cannot accumulate arrays of different dimensionality");
    if ((int64_t) all->count + one.count > ARRAY_ITEMS_MAX)
        return diag_set(call->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (%d)",
                        ARRAY_ITEMS_MAX);
    if (all->count + one.count > stack->cap) {
        int cap = (all->count + one.count) * 2;
        all->items = arena_grow(call->cache_arena, all->items, sizeof *all->items * (size_t) all->count,
                                sizeof *all->items * (size_t) cap);
        stack->cap = cap;
    }
    memcpy(all->items + all->count, one.items, sizeof *one.items * (size_t) one.count);
    all->count += one.count;
    all->dims[0]++;
    return true;
}

static bool stack_final(struct fcall *call, void *state, struct datum *result)
{
    const struct stack *stack = state;
    *result = stack && stack->any ? array_store(call->arena, &stack->array) : datum_null();
    return true;
}

/* ---- string_to_table ---- */

struct pieces {
    struct array array;
    int at;
};

static bool pieces_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct pieces *pieces = cursor;
    struct fcall inner = *call;
    struct datum *copies = arena_alloc(call->cache_arena, sizeof *copies * (size_t) nargs), array;
    const struct func_impl *split = func_find(nargs > 2 ? "text_to_array_null" : "text_to_array");
    for (int i = 0; i < nargs; i++) {
        copies[i] = args[i];
        if (args[i].kind == DATUM_TEXT)
            copies[i].data = arena_strndup(call->cache_arena, args[i].data, args[i].len);
    }
    inner.arena = call->cache_arena;
    if (!split || !split->scalar(&inner, nargs, copies, &array))
        return false;
    array_load(call->cache_arena, type_builtin(TEXT_OID), &array, &pieces->array);
    return true;
}

static bool pieces_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct pieces *pieces = cursor;
    (void) call;
    *more = pieces->at < pieces->array.count;
    if (*more)
        row[0] = pieces->array.items[pieces->at++];
    return true;
}

static const struct table_func pieces_rows = {sizeof(struct pieces), pieces_open, pieces_next, NULL};

const struct func_impl func_impls_array_make[] = {
    SCALAR_TYPED("array_fill", fill),
    SCALAR_TYPED("array_fill_with_lower_bounds", fill),
    SCALAR_TYPED("trim_array", trim),
    SCALAR_TYPED("array_larger", larger),
    SCALAR_TYPED("array_smaller", smaller),
    SCALAR_TYPED("btarraycmp", compare),
    SCALAR_TYPED("width_bucket_array", bucket),
    AGGREGATE_TYPED("array_agg(anyarray)", sizeof(struct stack), stack_step, NULL, stack_final),
    TABLE_FUNC("text_to_table", &pieces_rows),
    TABLE_FUNC("text_to_table_null", &pieces_rows),
    {0},
};
