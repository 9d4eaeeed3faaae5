#include "func/variadic.h"

#include "type/array.h"

bool variadic_spread(struct fcall *call, int nargs, const struct datum *args, func_scalar *scalar, struct datum *result)
{
    int fixed = nargs - 1;
    struct array array;
    const struct type_desc *type = type_base(call->env->resolver, call->inst->args[fixed]);
    const struct type_desc *element = type_find(call->env->resolver, type->element);
    array_load(call->arena, element, &args[fixed], &array);
    int count = fixed + array.count;
    struct datum *all = arena_alloc(call->arena, sizeof *all * (size_t) (count + 1));
    const struct type_desc **types = arena_array(call->arena, const struct type_desc *, count + 1);
    for (int i = 0; i < count; i++) {
        all[i] = i < fixed ? args[i] : array.items[i - fixed];
        types[i] = i < fixed ? call->inst->args[i] : element;
    }
    struct func_instance instance = *call->inst;
    instance.nargs = count;
    instance.args = types;
    struct fcall inner = *call;
    inner.inst = &instance;
    return scalar(&inner, count, all, result);
}
