#include "func/range_set.h"

#include "type/array.h"
#include "type/codecs.h"
#include "type/datetime.h"
#include "type/numeric.h"

/* Functions and operators of ranges, and those that ask the same of ranges and multiranges. */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

bool range_set_load(struct fcall *call, int index, const struct datum *value, struct range_set *set)
{
    const struct type_desc *type = type_base(call->env->resolver, call->inst->args[index]);
    set->io = fcall_io(call, type);
    set->count = 0;
    set->ranges = &set->one;
    if (!range_context_init(&set->context, &set->io, type, call->diag))
        return false;
    if (type->typtype == 'm') {
        struct multirange multirange;
        multirange_load(&set->context, value, &multirange);
        set->count = multirange.count;
        set->ranges = multirange.ranges;
    } else {
        range_load(&set->context, value, &set->one);
        set->count = !set->one.empty;
    }
    return true;
}

bool range_result_context(struct fcall *call, struct type_io *io, struct range_context *context)
{
    *io = fcall_io(call, type_base(call->env->resolver, call->inst->result));
    return range_context_init(context, io, io->type, call->diag);
}

static bool load_pair(struct fcall *call, const struct datum *args, struct range_set *a, struct range_set *b)
{
    return range_set_load(call, 0, &args[0], a) && range_set_load(call, 1, &args[1], b);
}

/* ---- order: ranges with ranges, multiranges with multiranges ---- */

static bool compare(struct fcall *call, const struct datum *args, int *order)
{
    struct range_set a, b;
    if (!load_pair(call, args, &a, &b))
        return false;
    if (call->inst->args[0]->typtype == 'm') {
        struct multirange x = {a.count, a.ranges}, y = {b.count, b.ranges};
        *order = multirange_compare(&a.context, &x, &y);
    } else {
        *order = range_compare(&a.context, &a.one, &b.one);
    }
    return true;
}

#define COMPARISON(name, test)                                                                                                   \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        int order;                                                                                                               \
        if (!compare(call, args, &order))                                                                                        \
            return false;                                                                                                        \
        *result = datum_int(test);                                                                                               \
        return true;                                                                                                             \
    }
COMPARISON(equal, order == 0)
COMPARISON(unequal, order != 0)
COMPARISON(less, order < 0)
COMPARISON(less_equal, order <= 0)
COMPARISON(greater, order > 0)
COMPARISON(greater_equal, order >= 0)
COMPARISON(order_of, order)

/* ---- where sets lie ---- */

static const struct range *first_of(const struct range_set *set)
{
    return &set->ranges[0];
}

static const struct range *last_of(const struct range_set *set)
{
    return &set->ranges[set->count - 1];
}

static bool overlaps(const struct range_set *a, const struct range_set *b)
{
    for (int i = 0, j = 0; i < a->count && j < b->count;) {
        if (range_overlaps(&a->context, &a->ranges[i], &b->ranges[j]))
            return true;
        if (range_compare_bounds(&a->context, &a->ranges[i].upper, &b->ranges[j].upper) < 0)
            i++;
        else
            j++;
    }
    return false;
}

static bool contains(const struct range_set *a, const struct range_set *b)
{
    int i = 0;
    for (int j = 0; j < b->count; j++) {
        while (i < a->count && range_compare_bounds(&a->context, &a->ranges[i].upper, &b->ranges[j].upper) < 0)
            i++;
        if (i == a->count || !range_contains(&a->context, &a->ranges[i], &b->ranges[j]))
            return false;
    }
    return true;
}

static bool contained(const struct range_set *a, const struct range_set *b)
{
    return contains(b, a);
}

static bool before(const struct range_set *a, const struct range_set *b)
{
    return a->count && b->count && range_before(&a->context, last_of(a), first_of(b));
}

static bool after(const struct range_set *a, const struct range_set *b)
{
    return before(b, a);
}

static bool over_left(const struct range_set *a, const struct range_set *b)
{
    return a->count && b->count && range_compare_bounds(&a->context, &last_of(a)->upper, &last_of(b)->upper) <= 0;
}

static bool over_right(const struct range_set *a, const struct range_set *b)
{
    return a->count && b->count && range_compare_bounds(&a->context, &first_of(a)->lower, &first_of(b)->lower) >= 0;
}

static bool adjacent(const struct range_set *a, const struct range_set *b)
{
    return a->count && b->count &&
           (range_bounds_adjacent(&a->context, last_of(a)->upper, first_of(b)->lower) ||
            range_bounds_adjacent(&a->context, last_of(b)->upper, first_of(a)->lower));
}

#define RELATION(name)                                                                                                           \
    FUNCTION(name##_sets)                                                                                                        \
    {                                                                                                                            \
        struct range_set a, b;                                                                                                   \
        if (!load_pair(call, args, &a, &b))                                                                                      \
            return false;                                                                                                        \
        *result = datum_bool(name(&a, &b));                                                                                      \
        return true;                                                                                                             \
    }
RELATION(overlaps)
RELATION(contains)
RELATION(contained)
RELATION(before)
RELATION(after)
RELATION(over_left)
RELATION(over_right)
RELATION(adjacent)

static bool has_value(struct fcall *call, int set_at, const struct datum *args, struct datum *result)
{
    struct range_set set;
    if (!range_set_load(call, set_at, &args[set_at], &set))
        return false;
    bool found = false;
    for (int i = 0; i < set.count && !found; i++)
        found = range_contains_value(&set.context, &set.ranges[i], &args[1 - set_at]);
    *result = datum_bool(found);
    return true;
}

FUNCTION(contains_value)
{
    return has_value(call, 0, args, result);
}

FUNCTION(value_contained)
{
    return has_value(call, 1, args, result);
}

/* ---- parts ---- */

static bool bound_of(struct fcall *call, const struct datum *args, bool lower, struct range_bound *bound)
{
    struct range_set set;
    if (!range_set_load(call, 0, &args[0], &set))
        return false;
    *bound = (struct range_bound){0};
    bound->value = datum_null();
    if (set.count) {
        *bound = lower ? first_of(&set)->lower : last_of(&set)->upper;
        if (bound->infinite)
            bound->value = datum_null();
    }
    return true;
}

#define PART(name, is_lower, what)                                                                                               \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        struct range_bound bound;                                                                                                \
        if (!bound_of(call, args, is_lower, &bound))                                                                             \
            return false;                                                                                                        \
        *result = what;                                                                                                          \
        return true;                                                                                                             \
    }
PART(lower, true, bound.value)
PART(upper, false, bound.value)
PART(lower_inclusive, true, datum_bool(bound.inclusive))
PART(upper_inclusive, false, datum_bool(bound.inclusive))
PART(lower_infinite, true, datum_bool(bound.infinite))
PART(upper_infinite, false, datum_bool(bound.infinite))

FUNCTION(is_empty)
{
    struct range_set set;
    if (!range_set_load(call, 0, &args[0], &set))
        return false;
    *result = datum_bool(set.count == 0);
    return true;
}

/* ---- making ---- */

static bool give_range(struct fcall *call, struct range *range, struct datum *result)
{
    struct type_io io;
    struct range_context context;
    if (!range_result_context(call, &io, &context) || !range_normalise(&context, range, call->diag))
        return false;
    *result = range_store(&context, range);
    return true;
}

static bool parse_flags(struct fcall *call, const struct datum *flags, struct range *range)
{
    if (datum_is_null(flags))
        return diag_set(call->diag, ERRCODE_DATA_EXCEPTION, "range constructor flags argument must not be null");
    if (flags->len != 2 || !strchr("[(", flags->data[0]) || !strchr("])", flags->data[1])) {
        diag_set(call->diag, ERRCODE_SYNTAX_ERROR, "invalid range bound flags");
        return diag_hint(call->diag, "Valid values are \"[]\", \"[)\", \"(]\", and \"()\".");
    }
    range->lower.inclusive = flags->data[0] == '[';
    range->upper.inclusive = flags->data[1] == ']';
    return true;
}

FUNCTION(construct)
{
    struct range range = {.lower = {args[0], datum_is_null(&args[0]), true, true},
                          .upper = {args[1], datum_is_null(&args[1]), false, false}};
    if (nargs > 2 && !parse_flags(call, &args[2], &range))
        return false;
    return give_range(call, &range, result);
}

FUNCTION(canonical)
{
    struct range_set set;
    return range_set_load(call, 0, &args[0], &set) && give_range(call, &set.one, result);
}

static struct range span(const struct range_context *context, const struct range *a, const struct range *b)
{
    if (a->empty)
        return *b;
    if (b->empty)
        return *a;
    struct range range = *a;
    if (range_compare_bounds(context, &b->lower, &a->lower) < 0)
        range.lower = b->lower;
    if (range_compare_bounds(context, &b->upper, &a->upper) > 0)
        range.upper = b->upper;
    return range;
}

FUNCTION(unite)
{
    struct range_set a, b;
    if (!load_pair(call, args, &a, &b))
        return false;
    if (a.count && b.count && !overlaps(&a, &b) && !adjacent(&a, &b))
        return diag_set(call->diag, ERRCODE_DATA_EXCEPTION, "result of range union would not be contiguous");
    struct range range = span(&a.context, &a.one, &b.one);
    return give_range(call, &range, result);
}

FUNCTION(merge)
{
    struct range_set a, b;
    if (!load_pair(call, args, &a, &b))
        return false;
    struct range range = span(&a.context, &a.one, &b.one);
    return give_range(call, &range, result);
}

FUNCTION(merge_multirange)
{
    struct range_set set;
    if (!range_set_load(call, 0, &args[0], &set))
        return false;
    struct range range = set.count ? span(&set.context, first_of(&set), last_of(&set)) : range_empty();
    return give_range(call, &range, result);
}

void range_set_intersect(struct fcall *call, const struct range_set *a, const struct range_set *b, struct multirange *result)
{
    const struct range_context *context = &a->context;
    *result = (struct multirange){0, arena_array(call->arena, struct range, a->count + b->count + 1)};
    for (int i = 0, j = 0; i < a->count && j < b->count;) {
        const struct range *x = &a->ranges[i], *y = &b->ranges[j];
        if (range_overlaps(context, x, y)) {
            struct range *both = &result->ranges[result->count++];
            *both = *x;
            if (range_compare_bounds(context, &y->lower, &x->lower) > 0)
                both->lower = y->lower;
            if (range_compare_bounds(context, &y->upper, &x->upper) < 0)
                both->upper = y->upper;
        }
        if (range_compare_bounds(context, &x->upper, &y->upper) < 0)
            i++;
        else
            j++;
    }
}

/* A bound seen from the other side: where one range begins, what lies before it ends. */
static struct range_bound opposite(struct range_bound bound)
{
    bound.inclusive = !bound.inclusive && !bound.infinite;
    bound.lower = !bound.lower;
    return bound;
}

void range_set_subtract(struct fcall *call, const struct range_set *a, const struct range_set *b, struct multirange *result)
{
    const struct range_context *context = &a->context;
    *result = (struct multirange){0, arena_array(call->arena, struct range, a->count + b->count + 1)};
    for (int i = 0, j = 0; i < a->count; i++) {
        struct range rest = a->ranges[i];
        bool left = true;
        while (j < b->count && range_before(context, &b->ranges[j], &rest))
            j++;
        for (int k = j; left && k < b->count && range_overlaps(context, &rest, &b->ranges[k]); k++) {
            const struct range *hole = &b->ranges[k];
            if (range_compare_bounds(context, &rest.lower, &hole->lower) < 0) {
                struct range *part = &result->ranges[result->count++];
                *part = rest;
                part->upper = opposite(hole->lower);
            }
            left = range_compare_bounds(context, &hole->upper, &rest.upper) < 0;
            if (left)
                rest.lower = opposite(hole->upper);
        }
        if (left)
            result->ranges[result->count++] = rest;
    }
}

FUNCTION(intersect)
{
    struct range_set a, b;
    struct multirange both;
    if (!load_pair(call, args, &a, &b))
        return false;
    range_set_intersect(call, &a, &b, &both);
    struct range range = both.count ? both.ranges[0] : range_empty();
    return give_range(call, &range, result);
}

FUNCTION(subtract)
{
    struct range_set a, b;
    struct multirange rest;
    if (!load_pair(call, args, &a, &b))
        return false;
    range_set_subtract(call, &a, &b, &rest);
    if (rest.count > 1)
        return diag_set(call->diag, ERRCODE_DATA_EXCEPTION, "result of range difference would not be contiguous");
    struct range range = rest.count ? rest.ranges[0] : range_empty();
    return give_range(call, &range, result);
}

/* ---- distances of bounds ---- */

FUNCTION(int_distance)
{
    (void) call;
    *result = datum_real((double) args[0].i - (double) args[1].i);
    return true;
}

FUNCTION(date_distance)
{
    (void) call;
    *result = datum_real((double) date_load(&args[0]) - (double) date_load(&args[1]));
    return true;
}

FUNCTION(timestamp_distance)
{
    (void) call;
    *result = datum_real(((double) timestamp_load(&args[0]) - (double) timestamp_load(&args[1])) / 1000000.0);
    return true;
}

FUNCTION(numeric_distance)
{
    struct number a, b;
    (void) call;
    number_init(&a);
    number_init(&b);
    number_load(&a, &args[0]);
    number_load(&b, &args[1]);
    number_subtract(&a, &a, &b);
    *result = float_make(number_double(&a));
    number_clear(&a);
    number_clear(&b);
    return true;
}

#define RELATIONS(left, right)                                                                                                   \
    SCALAR_TYPED(left "_overlaps" right, overlaps_sets), SCALAR_TYPED(left "_contains" right, contains_sets),                    \
        SCALAR_TYPED(left "_contained_by" right, contained_sets), SCALAR_TYPED(left "_before" right, before_sets),               \
        SCALAR_TYPED(left "_after" right, after_sets), SCALAR_TYPED(left "_overleft" right, over_left_sets),                     \
        SCALAR_TYPED(left "_overright" right, over_right_sets), SCALAR_TYPED(left "_adjacent" right, adjacent_sets)
#define COMPARISONS(type)                                                                                                        \
    SCALAR_TYPED(type "_eq", equal), SCALAR_TYPED(type "_ne", unequal), SCALAR_TYPED(type "_lt", less),                          \
        SCALAR_TYPED(type "_le", less_equal), SCALAR_TYPED(type "_gt", greater), SCALAR_TYPED(type "_ge", greater_equal),        \
        SCALAR_TYPED(type "_cmp", order_of)
#define PARTS(type)                                                                                                              \
    SCALAR_TYPED(type "_lower", lower), SCALAR_TYPED(type "_upper", upper), SCALAR_TYPED(type "_lower_inc", lower_inclusive),    \
        SCALAR_TYPED(type "_upper_inc", upper_inclusive), SCALAR_TYPED(type "_lower_inf", lower_infinite),                       \
        SCALAR_TYPED(type "_upper_inf", upper_infinite), SCALAR_TYPED(type "_empty", is_empty)

const struct func_impl func_impls_range[] = {
    RELATIONS("range", ""),
    RELATIONS("range", "_multirange"),
    RELATIONS("multirange", "_range"),
    RELATIONS("multirange", "_multirange"),
    COMPARISONS("range"),
    COMPARISONS("multirange"),
    PARTS("range"),
    PARTS("multirange"),
    SCALAR_TYPED("range_contains_elem", contains_value),
    SCALAR_TYPED("multirange_contains_elem", contains_value),
    SCALAR_TYPED("elem_contained_by_range", value_contained),
    SCALAR_TYPED("elem_contained_by_multirange", value_contained),
    SCALAR_TYPED("range_constructor2", construct),
    SCALAR_TYPED("range_constructor3", construct),
    SCALAR_TYPED("range_union", unite),
    SCALAR_TYPED("range_merge", merge),
    SCALAR_TYPED("range_merge_from_multirange", merge_multirange),
    SCALAR_TYPED("range_intersect", intersect),
    SCALAR_TYPED("range_minus", subtract),
    SCALAR_TYPED("int4range_canonical", canonical),
    SCALAR_TYPED("int8range_canonical", canonical),
    SCALAR_TYPED("daterange_canonical", canonical),
    SCALAR("int4range_subdiff", int_distance),
    SCALAR("int8range_subdiff", int_distance),
    SCALAR("numrange_subdiff", numeric_distance),
    SCALAR("daterange_subdiff", date_distance),
    SCALAR("tsrange_subdiff", timestamp_distance),
    SCALAR("tstzrange_subdiff", timestamp_distance),
    {0},
};
