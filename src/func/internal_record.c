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
    struct composite row = {nargs, types, (struct datum *) args, NULL};
    store(call, call->inst->result, &row, result);
    return true;
}

/* A row that knows its fields' names, given first as an array: what an alias of FROM stands for. */
bool internal_named_row(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array names;
    oid_t *types = arena_alloc(call->arena, sizeof *types * (size_t) (nargs + 1));
    array_load(call->arena, type_builtin(TEXT_OID), &args[0], &names);
    for (int i = 1; i < nargs; i++)
        types[i - 1] = call->inst->args[i] ? call->inst->args[i]->oid : TEXT_OID;
    struct composite row = {nargs - 1, types, (struct datum *) args + 1,
                            arena_zalloc(call->arena, sizeof(char *) * (size_t) nargs)};
    for (int i = 0; i < row.count; i++)
        row.names[i] = i < names.count ? arena_strndup(call->arena, names.items[i].data, names.items[i].len) : "";
    store(call, call->inst->result, &row, result);
    return true;
}

static struct datum to_record(struct fcall *call, const struct type_desc *type, const struct datum *value)
{
    struct composite row, kept = {0};
    struct datum result;
    if (datum_is_null(value))
        return datum_null();
    load(call, type, value, &row);
    kept.types = arena_alloc(call->arena, sizeof *kept.types * (size_t) (row.count + 1));
    kept.fields = arena_alloc(call->arena, sizeof *kept.fields * (size_t) (row.count + 1));
    kept.names = arena_alloc(call->arena, sizeof *kept.names * (size_t) (row.count + 1));
    for (int i = 0; i < row.count; i++) {
        if (i < type->field_count && type->fields[i].dropped)
            continue;
        kept.types[kept.count] = row.types[i];
        kept.fields[kept.count] = row.fields[i];
        kept.names[kept.count++] = i < type->field_count ? type->fields[i].name : "";
    }
    store(call, type_builtin(RECORD_OID), &kept, &result);
    return result;
}

bool internal_to_record(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct type_desc *type = type_base(call->env->resolver, call->inst->args[0]);
    if (!type->element) {
        *result = to_record(call, type, &args[0]);
        return true;
    }
    struct array array;
    const struct type_desc *element = type_base(call->env->resolver, type_find(call->env->resolver, type->element));
    array_load(call->arena, element, &args[0], &array);
    for (int i = 0; i < array.count; i++)
        array.items[i] = to_record(call, element, &array.items[i]);
    array.element = type_builtin(RECORD_OID);
    *result = datum_is_null(&args[0]) ? datum_null() : array_store(call->arena, &array);
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

bool internal_record_count(struct fcall *call, int given, int wanted)
{
    if (given == wanted)
        return true;
    diag_set(call->diag, ERRCODE_DATATYPE_MISMATCH, "function return row and query-specified return row do not match");
    return diag_detail(call->diag,
                       given == 1 ? "Returned row contains %d attribute, but query expects %d."
                                  : "Returned row contains %d attributes, but query expects %d.",
                       given, wanted);
}

bool internal_record_type(struct fcall *call, int number, oid_t given, oid_t wanted)
{
    if (given == wanted || given == UNKNOWN_OID || (given == VARCHAR_OID && wanted == TEXT_OID) ||
        (given == TEXT_OID && wanted == VARCHAR_OID))
        return true;
    struct buf have = {0}, want = {0};
    type_format(call->env->resolver, given, -1, &have);
    type_format(call->env->resolver, wanted, -1, &want);
    diag_set(call->diag, ERRCODE_DATATYPE_MISMATCH, "function return row and query-specified return row do not match");
    diag_detail(call->diag, "Returned type %s at ordinal position %d, but query expects %s.", buf_cstr(&have), number,
                buf_cstr(&want));
    buf_deinit(&have);
    buf_deinit(&want);
    return false;
}

/* The same of a record that has to have `count` fields, this one of the result's type: (record, number, count). */
bool internal_record_field(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct composite row;
    *result = datum_null();
    if (args[0].kind != DATUM_TEXT)
        return true;
    load(call, call->inst->args[0], &args[0], &row);
    int number = (int) args[1].i;
    if (!internal_record_count(call, row.count, (int) args[2].i) ||
        !internal_record_type(call, number, row.types[number - 1], call->inst->result->oid))
        return false;
    *result = row.fields[number - 1];
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
                                 arena_alloc(call->arena, sizeof *row.fields * (size_t) (count + 1)), NULL};
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
