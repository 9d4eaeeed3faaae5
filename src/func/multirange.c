#include "func/range_set.h"

#include "type/array.h"

/* Multiranges: constructors, set operations, aggregates, unnest. */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static bool give(struct fcall *call, struct multirange *multirange, struct datum *result)
{
    struct type_io io;
    struct range_context context;
    if (!range_result_context(call, &io, &context))
        return false;
    multirange_normalise(&context, multirange);
    *result = multirange_store(&context, multirange);
    return true;
}

FUNCTION(construct_empty)
{
    (void) call;
    (void) args;
    *result = datum_text("{}", 2);
    return true;
}

FUNCTION(construct_one)
{
    struct range_set set;
    if (!range_set_load(call, 0, &args[0], &set))
        return false;
    struct multirange multirange = {set.count, set.ranges};
    return give(call, &multirange, result);
}

FUNCTION(construct)
{
    struct array array;
    struct type_io io;
    struct range_context context;
    if (!range_result_context(call, &io, &context))
        return false;
    array_load(call->arena, context.range, &args[0], &array);
    if (array.ndims > 1)
        return diag_set(call->diag, ERRCODE_CARDINALITY_VIOLATION,
                        "multiranges cannot be constructed from multidimensional arrays");
    struct multirange multirange = {array.count, arena_array(call->arena, struct range, array.count + 1)};
    for (int i = 0; i < array.count; i++) {
        if (datum_is_null(&array.items[i]))
            return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "multirange values cannot contain null members");
        range_load(&context, &array.items[i], &multirange.ranges[i]);
    }
    multirange_normalise(&context, &multirange);
    *result = multirange_store(&context, &multirange);
    return true;
}

static bool load_pair(struct fcall *call, const struct datum *args, struct range_set *a, struct range_set *b)
{
    return range_set_load(call, 0, &args[0], a) && range_set_load(call, 1, &args[1], b);
}

FUNCTION(unite)
{
    struct range_set a, b;
    if (!load_pair(call, args, &a, &b))
        return false;
    struct multirange both = {a.count + b.count, arena_array(call->arena, struct range, a.count + b.count + 1)};
    if (a.count)
        memcpy(both.ranges, a.ranges, sizeof *a.ranges * (size_t) a.count);
    if (b.count)
        memcpy(both.ranges + a.count, b.ranges, sizeof *b.ranges * (size_t) b.count);
    return give(call, &both, result);
}

FUNCTION(intersect)
{
    struct range_set a, b;
    struct multirange both;
    if (!load_pair(call, args, &a, &b))
        return false;
    range_set_intersect(call, &a, &b, &both);
    return give(call, &both, result);
}

FUNCTION(subtract)
{
    struct range_set a, b;
    struct multirange rest;
    if (!load_pair(call, args, &a, &b))
        return false;
    range_set_subtract(call, &a, &b, &rest);
    return give(call, &rest, result);
}

/* ---- unnest ---- */

struct unnest_cursor {
    int at, count;
    struct datum *rows;
};

static bool unnest_open(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct unnest_cursor *cursor = state;
    struct range_set set;
    (void) nargs;
    if (datum_is_null(&args[0]))
        return true;
    if (!range_set_load(call, 0, &args[0], &set))
        return false;
    cursor->rows = arena_array(call->cache_arena, struct datum, set.count + 1);
    for (; cursor->count < set.count; cursor->count++) {
        struct datum text = range_store(&set.context, &set.ranges[cursor->count]);
        cursor->rows[cursor->count] = datum_text(arena_strndup(call->cache_arena, text.data, text.len), text.len);
    }
    return true;
}

static bool unnest_next(struct fcall *call, void *state, struct datum *row, bool *more)
{
    struct unnest_cursor *cursor = state;
    (void) call;
    *more = cursor->at < cursor->count;
    if (*more)
        row[0] = cursor->rows[cursor->at++];
    return true;
}

static const struct table_func unnest_rows = {sizeof(struct unnest_cursor), unnest_open, unnest_next, NULL};

/* ---- aggregates ---- */

struct gather {
    int count, room;
    struct datum *values; /* of the argument's type */
    bool any;
};

static bool gather_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct gather *gather = state;
    (void) nargs;
    if (datum_is_null(&args[0]))
        return true;
    gather->any = true;
    if (gather->count == gather->room) {
        int room = gather->room ? gather->room * 2 : 16;
        gather->values = arena_grow(call->cache_arena, gather->values, sizeof *gather->values * (size_t) gather->room,
                                    sizeof *gather->values * (size_t) room);
        gather->room = room;
    }
    gather->values[gather->count++] = datum_text(arena_strndup(call->cache_arena, args[0].data, args[0].len), args[0].len);
    return true;
}

static bool range_agg_final(struct fcall *call, void *state, struct datum *result)
{
    struct gather *gather = state;
    struct multirange all = {0};
    int room = 0;
    *result = datum_null();
    if (!gather->any)
        return true;
    for (int i = 0; i < gather->count; i++) {
        struct range_set set;
        if (!range_set_load(call, 0, &gather->values[i], &set))
            return false;
        if (all.count + set.count > room) {
            int more = (all.count + set.count) * 2;
            all.ranges =
                arena_grow(call->arena, all.ranges, sizeof *all.ranges * (size_t) room, sizeof *all.ranges * (size_t) more);
            room = more;
        }
        if (set.count)
            memcpy(all.ranges + all.count, set.ranges, sizeof *set.ranges * (size_t) set.count);
        all.count += set.count;
    }
    return give(call, &all, result);
}

static bool intersect_agg_final(struct fcall *call, void *state, struct datum *result)
{
    struct gather *gather = state;
    struct type_io io;
    struct range_context context;
    struct range_set common;
    *result = datum_null();
    if (!gather->any)
        return true;
    if (!range_result_context(call, &io, &context) || !range_set_load(call, 0, &gather->values[0], &common))
        return false;
    for (int i = 1; i < gather->count; i++) {
        struct range_set set;
        struct multirange both;
        if (!range_set_load(call, 0, &gather->values[i], &set))
            return false;
        range_set_intersect(call, &common, &set, &both);
        common.count = both.count;
        common.ranges = both.ranges;
    }
    if (io.type->typtype == 'm') {
        struct multirange multirange = {common.count, common.ranges};
        return give(call, &multirange, result);
    }
    struct range range = common.count ? common.ranges[0] : range_empty();
    *result = range_store(&context, &range);
    return true;
}

const struct func_impl func_impls_multirange[] = {
    SCALAR_TYPED("multirange_constructor0", construct_empty),
    SCALAR_TYPED("multirange_constructor1", construct_one),
    SCALAR_TYPED("multirange_constructor2", construct),
    SCALAR_TYPED("multirange_union", unite),
    SCALAR_TYPED("multirange_intersect", intersect),
    SCALAR_TYPED("multirange_minus", subtract),
    TABLE_FUNC("multirange_unnest", &unnest_rows),
    AGGREGATE_TYPED("range_agg(anyrange)", sizeof(struct gather), gather_step, NULL, range_agg_final),
    AGGREGATE_TYPED("range_agg(anymultirange)", sizeof(struct gather), gather_step, NULL, range_agg_final),
    AGGREGATE_TYPED("range_intersect_agg(anyrange)", sizeof(struct gather), gather_step, NULL, intersect_agg_final),
    AGGREGATE_TYPED("range_intersect_agg(anymultirange)", sizeof(struct gather), gather_step, NULL, intersect_agg_final),
    {0},
};
