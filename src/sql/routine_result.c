#include "sql/routine.h"

#include <stdlib.h>

/* What a function's last statement has to return (PostgreSQL docs 38.5). */

static bool mismatch(struct analysis *a, oid_t type, const char *detail)
{
    analysis_error(a, ERRCODE_INVALID_FUNCTION_DEFINITION, -1, "return type mismatch in function declared to return %s",
                   analysis_type(a, type));
    diag_detail(a->diag, "%s", detail);
    return false;
}

void routine_describe(struct analysis *a, const struct proc_fact *proc, int nargs, const oid_t *types, oid_t result,
                      struct routine_result *out)
{
    *out = (struct routine_result){.type = result, .nfields = -1};
    const struct type_desc *desc = analysis_type_desc(a, coercion_base(a, result, NULL));
    if (desc && desc->typtype == 'c') {
        out->nfields = desc->field_count;
        out->fields = desc->fields;
        return;
    }
    if (result != RECORD_OID || !proc->modes || !proc->all_args)
        return;
    int count = 0, cap = (int) strlen(proc->modes);
    const char *at = proc->all_args, *names = proc->names ? proc->names : "";
    struct type_field *fields = arena_array(a->arena, struct type_field, cap + 1);
    for (int i = 0; i < cap; i++) {
        char *end;
        oid_t type = (oid_t) strtoul(at, &end, 10);
        const char *comma = strchrnul(names, ',');
        at = *end == ',' ? end + 1 : end;
        if (strchr("obt", proc->modes[i])) {
            oid_t declared[PROC_ARGS_MAX];
            proc_fact_args(proc, declared);
            if (type_is_polymorphic(type))
                type = coerce_polymorphic(a, nargs, types, declared, type, -1);
            const char *name = comma > names ? arena_strndup(a->arena, names, (size_t) (comma - names))
                                             : arena_printf(a->arena, "column%d", count + 1);
            fields[count++] = (struct type_field){name, type, -1, false};
        }
        names = *comma ? comma + 1 : comma;
    }
    out->nfields = count;
    out->fields = fields;
}

static int outputs(struct query *query, struct target **targets)
{
    if (query->command == COMMAND_SELECT) {
        *targets = query->targets;
        return query->ntargets;
    }
    *targets = query->returning;
    return query->nreturning;
}

static bool coerce_output(struct analysis *a, struct query *query, int column, oid_t type, int32_t typmod)
{
    if (query->command == COMMAND_SELECT)
        return output_coerce(a, query, column, type, typmod, COERCE_ASSIGNMENT);
    struct expr *expr = query->returning[column].expr;
    expr = coerce_to_target(a, expr, type, typmod, COERCE_ASSIGNMENT, expr->location);
    if (expr)
        query->returning[column].expr = expr;
    return expr != NULL;
}

/* The expression of a visible output. */
static const struct expr *visible(struct query *query, int column)
{
    struct target *targets;
    int count = outputs(query, &targets);
    for (int i = 0; i < count; i++)
        if (!targets[i].junk && column-- == 0)
            return targets[i].expr;
    return NULL;
}

static bool as_value(struct analysis *a, struct query *query, struct routine_result *result, int count)
{
    if (count != 1)
        return mismatch(a, result->type, "Final statement must return exactly one column.");
    oid_t actual = visible(query, 0)->type;
    result->shape = ROUTINE_VALUE;
    if (coerce_output(a, query, 0, result->type, -1))
        return true;
    if (diag_is_set(a->diag))
        return false;
    return mismatch(a, result->type, arena_printf(a->arena, "Actual return type is %s.", analysis_type(a, actual)));
}

static bool as_fields(struct analysis *a, struct query *query, struct routine_result *result, int count)
{
    int column = 0;
    result->shape = ROUTINE_FIELDS;
    for (int i = 0; i < result->nfields; i++) {
        const struct type_field *field = &result->fields[i];
        if (field->dropped)
            continue;
        if (column >= count)
            return mismatch(a, result->type, "Final statement returns too few columns.");
        oid_t actual = visible(query, column)->type;
        if (!coerce_output(a, query, column, field->type, field->typmod)) {
            if (diag_is_set(a->diag))
                return false;
            return mismatch(a, result->type,
                            arena_printf(a->arena, "Final statement returns %s instead of %s at column %d.",
                                         analysis_type(a, actual), analysis_type(a, field->type), column + 1));
        }
        column++;
    }
    return column == count || mismatch(a, result->type, "Final statement returns too many columns.");
}

bool routine_check_result(struct analysis *a, struct query *query, struct routine_result *result)
{
    struct target *targets;
    int all = outputs(query, &targets), count = 0;
    result->shape = ROUTINE_VOID;
    if (result->type == VOID_OID)
        return true;
    if (query->command != COMMAND_SELECT && all == 0)
        return routine_no_result(a->compiler, result, a->diag);
    for (int i = 0; i < all; i++)
        count += !targets[i].junk;
    if (result->nfields < 0 && result->type != RECORD_OID)
        return as_value(a, query, result, count);
    /* A domain is one value, over whatever type. */
    const struct type_desc *desc = analysis_type_desc(a, result->type);
    if (desc && desc->typtype == 'd')
        return as_value(a, query, result, count);
    const struct expr *first = count == 1 ? visible(query, 0) : NULL;
    if (first && result->type != RECORD_OID &&
        (first->type == result->type || coercion_base(a, result->type, NULL) == first->type))
        return as_value(a, query, result, count);
    if (first && result->type == RECORD_OID &&
        (first->type == RECORD_OID || analysis_type_desc(a, first->type)->typtype == 'c') &&
        (result->nfields < 0 || result->nfields > 1))
        return as_value(a, query, result, count);
    if (result->nfields >= 0)
        return as_fields(a, query, result, count);
    result->shape = ROUTINE_FIELDS;
    return true;
}

bool routine_no_result(struct compiler *compiler, const struct routine_result *result, struct diag *diag)
{
    struct buf name = {0};
    if (result->type == VOID_OID)
        return true;
    type_format(catalog_type_resolver(compiler->catalog), result->type, -1, &name);
    diag_set(diag, ERRCODE_INVALID_FUNCTION_DEFINITION, "return type mismatch in function declared to return %s",
             buf_cstr(&name));
    buf_deinit(&name);
    return diag_detail(diag, "Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.");
}
