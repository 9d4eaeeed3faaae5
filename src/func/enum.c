#include "func/func.h"

#include "type/array.h"

/* Enumerations: order by label, and the labels themselves. */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static int compare(struct fcall *call, const struct datum *args)
{
    struct type_io io = fcall_io(call, call->inst->args[0]);
    return type_compare(&io, io.type, &args[0], &args[1]);
}

#define COMPARISON(name, test)                                                                                                   \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        int order = compare(call, args);                                                                                         \
        *result = test;                                                                                                          \
        return true;                                                                                                             \
    }
COMPARISON(equal, datum_bool(order == 0))
COMPARISON(unequal, datum_bool(order != 0))
COMPARISON(less, datum_bool(order < 0))
COMPARISON(less_equal, datum_bool(order <= 0))
COMPARISON(greater, datum_bool(order > 0))
COMPARISON(greater_equal, datum_bool(order >= 0))
COMPARISON(order_of, datum_int(order))
COMPARISON(smaller, args[order > 0])
COMPARISON(larger, args[order < 0])

static const struct type_desc *enum_of(struct fcall *call)
{
    return type_base(call->env->resolver, call->inst->args[0]);
}

static bool no_type(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "could not determine actual enum type");
}

static bool no_values(struct fcall *call, const struct type_desc *type)
{
    struct buf name = {0};
    type_format(call->env->resolver, type->oid, -1, &name);
    diag_set(call->diag, "55000", "enum %s contains no values", buf_cstr(&name));
    buf_deinit(&name);
    return false;
}

static bool end_label(struct fcall *call, bool last, struct datum *result)
{
    const struct type_desc *type = enum_of(call);
    if (!type || type->typtype != 'e')
        return no_type(call);
    if (type->label_count == 0)
        return no_values(call, type);
    const struct type_label *label = &type->labels[last ? type->label_count - 1 : 0];
    *result = datum_cstr(label->name);
    return type_check_label(call->env->resolver, type, label, call->diag);
}

FUNCTION(first)
{
    (void) args;
    return end_label(call, false, result);
}

FUNCTION(last)
{
    (void) args;
    return end_label(call, true, result);
}

static int position(const struct type_desc *type, const struct datum *label, int otherwise)
{
    for (int i = 0; !datum_is_null(label) && i < type->label_count; i++)
        if (strlen(type->labels[i].name) == label->len && memcmp(type->labels[i].name, label->data, label->len) == 0)
            return i;
    return otherwise;
}

static bool labels_between(struct fcall *call, const struct type_desc *type, int from, int to, struct datum *result)
{
    struct array_builder builder = {0};
    for (int i = from; i <= to; i++)
        if (!type_check_label(call->env->resolver, type, &type->labels[i], call->diag))
            return false;
    for (int i = from; i <= to; i++) {
        struct datum label = datum_cstr(type->labels[i].name);
        array_builder_add(&builder, type, &label);
    }
    *result = array_builder_finish(&builder, call->arena);
    return true;
}

FUNCTION(range_all)
{
    const struct type_desc *type = enum_of(call);
    (void) args;
    return type && type->typtype == 'e' ? labels_between(call, type, 0, type->label_count - 1, result) : no_type(call);
}

FUNCTION(range_bounds)
{
    const struct type_desc *type = enum_of(call);
    if (!type || type->typtype != 'e')
        return no_type(call);
    return labels_between(call, type, position(type, &args[0], 0), position(type, &args[1], type->label_count - 1), result);
}

const struct func_impl func_impls_enum[] = {
    SCALAR_TYPED("enum_eq", equal),
    SCALAR_TYPED("enum_ne", unequal),
    SCALAR_TYPED("enum_lt", less),
    SCALAR_TYPED("enum_le", less_equal),
    SCALAR_TYPED("enum_gt", greater),
    SCALAR_TYPED("enum_ge", greater_equal),
    SCALAR_TYPED("enum_cmp", order_of),
    SCALAR_TYPED("enum_smaller", smaller),
    SCALAR_TYPED("enum_larger", larger),
    SCALAR_TYPED("enum_first", first),
    SCALAR_TYPED("enum_last", last),
    SCALAR_TYPED("enum_range_all", range_all),
    SCALAR_TYPED("enum_range_bounds", range_bounds),
    {0},
};
