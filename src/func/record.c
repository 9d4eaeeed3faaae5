#include "func/func.h"

#include "type/array.h"
#include "type/composite.h"

/* Comparison of rows. */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static void load(struct fcall *call, int index, const struct datum *value, struct composite *row)
{
    struct type_io io = fcall_io(call, type_base(call->env->resolver, call->inst->args[index]));
    composite_load(&io, io.type, value, row);
}

static bool mismatched(struct fcall *call, const struct composite *a, const struct composite *b, int column)
{
    struct buf left = {0}, right = {0};
    if (column < 0)
        return diag_set(call->diag, ERRCODE_DATATYPE_MISMATCH, "cannot compare record types with different numbers of columns");
    type_format(call->env->resolver, a->types[column - 1], -1, &left);
    type_format(call->env->resolver, b->types[column - 1], -1, &right);
    diag_set(call->diag, ERRCODE_DATATYPE_MISMATCH, "cannot compare dissimilar column types %s and %s at record column %d",
             buf_cstr(&left), buf_cstr(&right), column);
    buf_deinit(&left);
    buf_deinit(&right);
    return false;
}

static bool no_order(struct fcall *call, oid_t type, bool equality)
{
    struct buf name = {0};
    type_format(call->env->resolver, type, -1, &name);
    diag_set(call->diag, ERRCODE_UNDEFINED_FUNCTION,
             equality ? "could not identify an equality operator for type %s"
                      : "could not identify a comparison function for type %s",
             buf_cstr(&name));
    buf_deinit(&name);
    return false;
}

static bool compare(struct fcall *call, const struct datum *args, bool equality, int *order)
{
    struct composite a, b;
    int mismatch;
    load(call, 0, &args[0], &a);
    load(call, 1, &args[1], &b);
    for (int i = 0; i < a.count && i < b.count; i++) {
        const struct type_desc *type = type_base(call->env->resolver, type_find(call->env->resolver, a.types[i]));
        if (type && !type->codec->compare && a.types[i] == b.types[i] && !datum_is_null(&a.fields[i]) &&
            !datum_is_null(&b.fields[i]))
            return no_order(call, type->oid, equality);
    }
    struct type_io io = fcall_io(call, call->inst->args[0]);
    *order = composite_compare(&io, &a, &b, &mismatch);
    return mismatch == 0 || mismatched(call, &a, &b, mismatch);
}

/* Bit by bit, as the values are passed around: integers without their sign, texts by their bytes. */
static int image_order(const struct datum *a, const struct datum *b)
{
    if (datum_is_null(a) || datum_is_null(b))
        return datum_is_null(a) - datum_is_null(b);
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind == DATUM_INT || a->kind == DATUM_REAL) {
        uint64_t x = (uint64_t) a->i, y = (uint64_t) b->i;
        if (a->kind == DATUM_REAL) {
            memcpy(&x, &a->r, sizeof x);
            memcpy(&y, &b->r, sizeof y);
        }
        return (x > y) - (x < y);
    }
    uint32_t len = a->len < b->len ? a->len : b->len;
    int order = len ? memcmp(a->data, b->data, len) : 0;
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

static bool compare_image(struct fcall *call, const struct datum *args, bool equality, int *order)
{
    struct composite a, b;
    (void) equality;
    load(call, 0, &args[0], &a);
    load(call, 1, &args[1], &b);
    *order = 0;
    for (int i = 0; i < a.count && i < b.count && !*order; i++) {
        if (a.types[i] != b.types[i])
            return mismatched(call, &a, &b, i + 1);
        *order = image_order(&a.fields[i], &b.fields[i]);
    }
    return *order || a.count == b.count || mismatched(call, &a, &b, -1);
}

#define COMPARISON(name, compare, equality, test)                                                                                \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        int order;                                                                                                               \
        if (!compare(call, args, equality, &order))                                                                              \
            return false;                                                                                                        \
        *result = datum_int(test);                                                                                               \
        return true;                                                                                                             \
    }
COMPARISON(equal, compare, true, order == 0)
COMPARISON(unequal, compare, true, order != 0)
COMPARISON(less, compare, false, order < 0)
COMPARISON(less_equal, compare, false, order <= 0)
COMPARISON(greater, compare, false, order > 0)
COMPARISON(greater_equal, compare, false, order >= 0)
COMPARISON(order_of, compare, false, (order > 0) - (order < 0))
COMPARISON(image_equal, compare_image, true, order == 0)
COMPARISON(image_unequal, compare_image, true, order != 0)
COMPARISON(image_less, compare_image, false, order < 0)
COMPARISON(image_less_equal, compare_image, false, order <= 0)
COMPARISON(image_greater, compare_image, false, order > 0)
COMPARISON(image_greater_equal, compare_image, false, order >= 0)
COMPARISON(image_order_of, compare_image, false, (order > 0) - (order < 0))

const struct func_impl func_impls_record[] = {
    SCALAR_TYPED("record_eq", equal),
    SCALAR_TYPED("record_ne", unequal),
    SCALAR_TYPED("record_lt", less),
    SCALAR_TYPED("record_le", less_equal),
    SCALAR_TYPED("record_gt", greater),
    SCALAR_TYPED("record_ge", greater_equal),
    SCALAR_TYPED("btrecordcmp", order_of),
    SCALAR_TYPED("record_image_eq", image_equal),
    SCALAR_TYPED("record_image_ne", image_unequal),
    SCALAR_TYPED("record_image_lt", image_less),
    SCALAR_TYPED("record_image_le", image_less_equal),
    SCALAR_TYPED("record_image_gt", image_greater),
    SCALAR_TYPED("record_image_ge", image_greater_equal),
    SCALAR_TYPED("btrecordimagecmp", image_order_of),
    {0},
};
