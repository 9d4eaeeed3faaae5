#include "func/func.h"

/* Calls of user-defined functions: the first argument is the function's oid, the rest its own. Who compiles statements runs them. */

static bool call(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    const struct func_env *env = call->env;
    if (!env->routine_call)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "user-defined functions cannot be called here");
    return env->routine_call(env->routines, call, (oid_t) args[0].i, nargs - 1, args + 1, result);
}

struct rows {
    const struct func_env *env;
    void *run;
    int room;
};

enum { RECORD_COLUMNS = 128 };

static bool open(struct fcall *call, struct rows *rows, bool whole, int nargs, const struct datum *args)
{
    const struct func_env *env = call->env;
    const struct type_desc *type = call->inst->result;
    if (!env->routine_open)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "user-defined functions cannot be called here");
    rows->env = env;
    rows->room = whole || !type ? 1 : type->oid == RECORD_OID ? RECORD_COLUMNS : type->typtype == 'c' ? type->field_count : 1;
    return env->routine_open(env->routines, call, (oid_t) args[0].i, whole, nargs - 1, args + 1, &rows->run);
}

static bool open_rows(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    return open(call, cursor, false, nargs, args);
}

static bool open_values(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    return open(call, cursor, true, nargs, args);
}

static bool next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct rows *rows = cursor;
    return rows->env->routine_next(rows->run, call, row, rows->room, more);
}

static void close_rows(void *cursor)
{
    struct rows *rows = cursor;
    if (rows->run)
        rows->env->routine_close(rows->run);
    rows->run = NULL;
}

static const struct table_func as_rows = {sizeof(struct rows), open_rows, next, close_rows};
static const struct table_func as_values = {sizeof(struct rows), open_values, next, close_rows};

const struct func_impl func_impls_routine[] = {
    SCALAR_TYPED("pgquill_routine", call),
    {"pgquill_routine_volatile", FUNC_SCALAR, FUNC_TYPED | FUNC_VOLATILE, NULL, call, 0, NULL, NULL, NULL, NULL},
    TABLE_FUNC("pgquill_routine_rows", &as_rows),
    TABLE_FUNC("pgquill_routine_values", &as_values),
    {0},
};
