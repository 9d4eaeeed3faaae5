#include "func/func.h"
#include "type/array.h"
#include "type/query_int.h"

#include <stdlib.h>
#include <strings.h>

/* intarray: arrays of integers as lists and as sets. Sets are in order, each number once. */

struct numbers {
    int count;
    int32_t *items;
};

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static bool load_array(struct fcall *call, const struct datum *value, struct array *array)
{
    array_load(call->arena, type_builtin(INT4_OID), value, array);
    for (int i = 0; i < array->count; i++)
        if (datum_is_null(&array->items[i]))
            return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "array must not contain nulls");
    return true;
}

/* The numbers of an array, with room for `more`. */
static bool load(struct fcall *call, const struct datum *value, int more, struct numbers *out)
{
    struct array array;
    if (!load_array(call, value, &array))
        return false;
    *out = (struct numbers){array.count, arena_array(call->arena, int32_t, array.count + more)};
    for (int i = 0; i < array.count; i++)
        out->items[i] = (int32_t) array.items[i].i;
    return true;
}

static bool give(struct fcall *call, const struct numbers *numbers, struct datum *result)
{
    struct datum *items = arena_array(call->arena, struct datum, numbers->count);
    for (int i = 0; i < numbers->count; i++)
        items[i] = datum_int(numbers->items[i]);
    struct array array = array_of(type_builtin(INT4_OID), numbers->count, items);
    *result = array_store(call->arena, &array);
    return true;
}

static int ascending(const void *a, const void *b)
{
    int32_t left = *(const int32_t *) a, right = *(const int32_t *) b;
    return (left > right) - (left < right);
}

static int descending(const void *a, const void *b)
{
    return ascending(b, a);
}

static void order(struct numbers *numbers, int (*how)(const void *, const void *))
{
    if (numbers->count)
        qsort(numbers->items, (size_t) numbers->count, sizeof *numbers->items, how);
}

static void drop_repeated(struct numbers *numbers)
{
    int kept = 0;
    for (int i = 0; i < numbers->count; i++)
        if (kept == 0 || numbers->items[kept - 1] != numbers->items[i])
            numbers->items[kept++] = numbers->items[i];
    numbers->count = kept;
}

static bool load_set(struct fcall *call, const struct datum *value, int more, struct numbers *out)
{
    if (!load(call, value, more, out))
        return false;
    order(out, ascending);
    drop_repeated(out);
    return true;
}

static bool has(const struct numbers *set, int32_t number)
{
    return set->count && bsearch(&number, set->items, (size_t) set->count, sizeof *set->items, ascending);
}

/* ---- lists ---- */

FUNCTION(icount)
{
    struct array array;
    if (!load_array(call, &args[0], &array))
        return false;
    *result = datum_int(array.count);
    return true;
}

/* Dimensions stay as they are. */
static bool sorted(struct fcall *call, const struct datum *value, int (*how)(const void *, const void *), struct datum *result)
{
    struct array array;
    struct numbers numbers;
    if (!load_array(call, value, &array) || !load(call, value, 0, &numbers))
        return false;
    order(&numbers, how);
    for (int i = 0; i < array.count; i++)
        array.items[i] = datum_int(numbers.items[i]);
    *result = array_store(call->arena, &array);
    return true;
}

FUNCTION(sort)
{
    struct array array;
    if (!load_array(call, &args[0], &array))
        return false;
    bool down = nargs > 1 && args[1].len == 4 && strncasecmp(args[1].data, "desc", 4) == 0;
    bool up = nargs < 2 || (args[1].len == 3 && strncasecmp(args[1].data, "asc", 3) == 0);
    if (array.count > 1 && !down && !up)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "second parameter must be \"ASC\" or \"DESC\"");
    return sorted(call, &args[0], down ? descending : ascending, result);
}

FUNCTION(sort_desc)
{
    return sorted(call, &args[0], descending, result);
}

FUNCTION(uniq)
{
    struct numbers numbers;
    if (!load(call, &args[0], 0, &numbers))
        return false;
    drop_repeated(&numbers);
    return give(call, &numbers, result);
}

FUNCTION(idx)
{
    struct numbers numbers;
    if (!load(call, &args[0], 0, &numbers))
        return false;
    int at = 0;
    while (at < numbers.count && numbers.items[at] != args[1].i)
        at++;
    *result = datum_int(at < numbers.count ? at + 1 : 0);
    return true;
}

FUNCTION(subarray)
{
    struct numbers numbers;
    if (!load(call, &args[0], 0, &numbers))
        return false;
    int64_t start = args[1].i > 0 ? args[1].i - 1 : args[1].i, length = nargs > 2 ? args[2].i : 0;
    if (start < 0)
        start += numbers.count;
    int64_t end = length < 0 ? numbers.count + length : length == 0 ? numbers.count : start + length;
    if (end > numbers.count)
        end = numbers.count;
    if (start < 0)
        start = 0;
    struct numbers part = {end > start ? (int) (end - start) : 0, numbers.items + (end > start ? start : 0)};
    return give(call, &part, result);
}

FUNCTION(push_elem)
{
    struct numbers numbers;
    if (!load(call, &args[0], 1, &numbers))
        return false;
    numbers.items[numbers.count++] = (int32_t) args[1].i;
    return give(call, &numbers, result);
}

FUNCTION(push_array)
{
    struct numbers left, right;
    if (!load(call, &args[1], 0, &right) || !load(call, &args[0], right.count, &left))
        return false;
    for (int i = 0; i < right.count; i++)
        left.items[left.count++] = right.items[i];
    return give(call, &left, result);
}

FUNCTION(del_elem)
{
    struct numbers numbers;
    int kept = 0;
    if (!load(call, &args[0], 0, &numbers))
        return false;
    for (int i = 0; i < numbers.count; i++)
        if (numbers.items[i] != args[1].i)
            numbers.items[kept++] = numbers.items[i];
    numbers.count = kept;
    return give(call, &numbers, result);
}

/* ---- sets ---- */

FUNCTION(set_of)
{
    int32_t number = (int32_t) args[0].i;
    return give(call, &(struct numbers){1, &number}, result);
}

FUNCTION(union_elem)
{
    struct numbers numbers;
    if (!load(call, &args[0], 1, &numbers))
        return false;
    numbers.items[numbers.count++] = (int32_t) args[1].i;
    order(&numbers, ascending);
    drop_repeated(&numbers);
    return give(call, &numbers, result);
}

FUNCTION(union_of)
{
    struct numbers left, right;
    if (!load(call, &args[1], 0, &right) || !load(call, &args[0], right.count, &left))
        return false;
    for (int i = 0; i < right.count; i++)
        left.items[left.count++] = right.items[i];
    order(&left, ascending);
    drop_repeated(&left);
    return give(call, &left, result);
}

static bool filtered(struct fcall *call, const struct datum *args, bool wanted, struct datum *result)
{
    struct numbers left, right;
    int kept = 0;
    if (!load_set(call, &args[0], 0, &left) || !load_set(call, &args[1], 0, &right))
        return false;
    for (int i = 0; i < left.count; i++)
        if (has(&right, left.items[i]) == wanted)
            left.items[kept++] = left.items[i];
    left.count = kept;
    return give(call, &left, result);
}

FUNCTION(intersection)
{
    return filtered(call, args, true, result);
}

FUNCTION(subtract)
{
    return filtered(call, args, false, result);
}

static bool common(struct fcall *call, const struct datum *args, bool swapped, int *count, int *of)
{
    struct numbers whole, part;
    if (!load_set(call, &args[swapped], 0, &whole) || !load_set(call, &args[!swapped], 0, &part))
        return false;
    *count = 0;
    *of = part.count;
    for (int i = 0; i < part.count; i++)
        *count += has(&whole, part.items[i]);
    return true;
}

FUNCTION(contains)
{
    int count, of;
    if (!common(call, args, false, &count, &of))
        return false;
    *result = datum_bool(count == of);
    return true;
}

FUNCTION(contained)
{
    int count, of;
    if (!common(call, args, true, &count, &of))
        return false;
    *result = datum_bool(count == of);
    return true;
}

FUNCTION(overlap)
{
    int count, of;
    if (!common(call, args, false, &count, &of))
        return false;
    *result = datum_bool(count > 0);
    return true;
}

/* Repeated numbers count, their order does not. */
static bool is_same(struct fcall *call, const struct datum *args, bool *same)
{
    struct numbers left, right;
    if (!load(call, &args[0], 0, &left) || !load(call, &args[1], 0, &right))
        return false;
    order(&left, ascending);
    order(&right, ascending);
    *same = left.count == right.count &&
            (left.count == 0 || memcmp(left.items, right.items, sizeof *left.items * (size_t) left.count) == 0);
    return true;
}

FUNCTION(same)
{
    bool equal;
    if (!is_same(call, args, &equal))
        return false;
    *result = datum_bool(equal);
    return true;
}

FUNCTION(different)
{
    bool equal;
    if (!is_same(call, args, &equal))
        return false;
    *result = datum_bool(!equal);
    return true;
}

static bool matches(struct fcall *call, const struct datum *array, const struct datum *text, struct datum *result)
{
    struct numbers numbers;
    struct int_query *query = int_query_parse(call->arena, text->data, text->len, call->diag);
    if (!query || !load_set(call, array, 0, &numbers))
        return false;
    *result = datum_bool(int_query_matches(query, numbers.count, numbers.items));
    return true;
}

FUNCTION(boolop)
{
    return matches(call, &args[0], &args[1], result);
}

FUNCTION(rboolop)
{
    return matches(call, &args[1], &args[0], result);
}

const struct func_impl func_impls_intarray[] = {
    SCALAR("icount", icount),
    SCALAR("sort", sort),
    SCALAR("sort_asc", sort),
    SCALAR("sort_desc", sort_desc),
    SCALAR("uniq", uniq),
    SCALAR("idx", idx),
    SCALAR("subarray", subarray),
    SCALAR("intarray_push_elem", push_elem),
    SCALAR("intarray_push_array", push_array),
    SCALAR("intarray_del_elem", del_elem),
    SCALAR("intset", set_of),
    SCALAR("intset_union_elem", union_elem),
    SCALAR("intset_subtract", subtract),
    SCALAR("_int_union", union_of),
    SCALAR("_int_inter", intersection),
    SCALAR("_int_contains", contains),
    SCALAR("_int_contained", contained),
    SCALAR("_int_overlap", overlap),
    SCALAR("_int_same", same),
    SCALAR("_int_different", different),
    SCALAR("boolop", boolop),
    SCALAR("rboolop", rboolop),
    {0},
};
