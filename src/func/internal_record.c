#include "func/internal.h"

#include "type/array.h"
#include "type/composite.h"

/* Rows in expressions: ROW(…), fields read and assigned to, IS NULL of a whole row. */

static void load(struct fcall *call, const struct type_desc *type, const struct datum *value, struct composite *row)
{
    type = type_base(call->env->resolver, type);
    struct type_io io = fcall_io(call, type);
    composite_load(&io, type, value, row);
}

static void store(struct fcall *call, const struct type_desc *type, const struct composite *row, struct datum *result)
{
    type = type_base(call->env->resolver, type);
    struct type_io io = fcall_io(call, type);
    *result = composite_store(&io, type, row);
}

bool internal_row(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    oid_t *types = arena_alloc(call->arena, sizeof *types * (size_t) (nargs + 1));
    for (int i = 0; i < nargs; i++)
        types[i] = call->inst->args[i] ? call->inst->args[i]->oid : TEXT_OID;
    struct composite row = {nargs, types, (struct datum *) args};
    store(call, call->inst->result, &row, result);
    return true;
}

bool internal_field(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct composite row;
    *result = datum_null();
    if (args[0].kind != DATUM_TEXT)
        return true;
    load(call, call->inst->args[0], &args[0], &row);
    if (args[1].i >= 1 && args[1].i <= row.count)
        *result = row.fields[args[1].i - 1];
    return true;
}

bool internal_field_set(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct type_desc *type = type_base(call->env->resolver, call->inst->result);
    struct composite row;
    int count = type ? type->field_count : 0;
    load(call, type, &args[0], &row);
    if (row.count < count) {
        row = (struct composite){count, arena_alloc(call->arena, sizeof *row.types * (size_t) (count + 1)),
                                 arena_alloc(call->arena, sizeof *row.fields * (size_t) (count + 1))};
        for (int i = 0; i < count; i++) {
            row.types[i] = type->fields[i].type;
            row.fields[i] = datum_null();
        }
    }
    if (args[2].i >= 1 && args[2].i <= row.count)
        row.fields[args[2].i - 1] = args[1];
    store(call, type, &row, result);
    return true;
}

/* The second argument: whether all fields must be NULL (0), or none (1). */
bool internal_row_null(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    bool not_null = args[1].i != 0;
    *result = datum_bool(true);
    if (datum_is_null(&args[0])) {
        *result = datum_bool(!not_null);
        return true;
    }
    const struct type_desc *type = type_base(call->env->resolver, call->inst->args[0]);
    struct composite row;
    load(call, type, &args[0], &row);
    for (int i = 0; i < row.count; i++) {
        bool dropped = type && i < type->field_count && type->fields[i].dropped;
        if (!dropped && datum_is_null(&row.fields[i]) == not_null)
            *result = datum_bool(false);
    }
    return true;
}
