#include "func/func.h"
#include "type/array.h"

/* x op ANY and ALL of an array inside stored expressions, where SQLite takes no subquery: "pgquill_any" and "pgquill_all", the comparison
 * (1 <, 2 <=, 3 =, 4 >=, 5 >, 6 <>) in the place of the type modifier. */

static bool holds(int strategy, int order)
{
    switch (strategy) {
    case 1:
        return order < 0;
    case 2:
        return order <= 0;
    case 3:
        return order == 0;
    case 4:
        return order >= 0;
    case 5:
        return order > 0;
    default:
        return order != 0;
    }
}

static bool quantify(struct fcall *call, const struct datum *args, bool all, struct datum *result)
{
    const struct type_resolver *resolver = call->env->resolver;
    const struct type_desc *type = type_base(resolver, call->inst->args[1]);
    const struct type_desc *element = type_base(resolver, type_find(resolver, type->element));
    struct array array;
    *result = datum_null();
    if (datum_is_null(&args[1]))
        return true;
    array_load(call->arena, element, &args[1], &array);
    struct type_io io = fcall_io(call, element);
    bool unknown = false;
    for (int i = 0; i < array.count; i++) {
        if (datum_is_null(&args[0]) || datum_is_null(&array.items[i])) {
            unknown = true;
        } else if (holds(call->inst->typmod, type_compare(&io, element, &args[0], &array.items[i])) != all) {
            *result = datum_bool(!all);
            return true;
        }
    }
    if (!unknown)
        *result = datum_bool(all);
    return true;
}

static bool internal_any(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return quantify(call, args, false, result);
}

static bool internal_all(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return quantify(call, args, true, result);
}

const struct func_impl func_impls_array_any[] = {
    SCALAR_TYPED("pgquill_any", internal_any),
    SCALAR_TYPED("pgquill_all", internal_all),
    {0},
};
