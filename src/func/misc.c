#include "func/internal.h"
#include "func/variadic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* What belongs to no family: the session, settings, sequences, advisory locks, types of values. */

static struct datum text_or_null(struct fcall *call, const char *text)
{
    return text ? datum_cstr(arena_strdup(call->arena, text)) : datum_null();
}

static char *text_of(struct fcall *call, const struct datum *value)
{
    return arena_strndup(call->arena, value->data, value->len);
}

static bool typeof_value(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    *result = datum_int(call->inst->args[0] ? call->inst->args[0]->oid : UNKNOWN_OID);
    return true;
}

static bool version(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    const char *number = call->env->setting_get ? call->env->setting_get(call->env->session, "server_version") : NULL;
    *result = datum_cstr(arena_printf(call->arena, "PostgreSQL %s (pgquill, on SQLite)", number ? number : "15.0"));
    return true;
}

static bool current_user(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    *result = text_or_null(call, call->env->user);
    return true;
}

static bool session_user(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    *result = text_or_null(call, call->env->session_user);
    return true;
}

static bool current_database(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    *result = text_or_null(call, call->env->database);
    return true;
}

static bool backend_pid(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    *result = datum_int(call->env->backend_pid);
    return true;
}

static bool show_config(struct fcall *call, const struct datum *args, bool missing_ok, struct datum *result)
{
    const char *name = text_of(call, &args[0]);
    const char *value = call->env->setting_get ? call->env->setting_get(call->env->session, name) : NULL;
    *result = text_or_null(call, value);
    return value || missing_ok ||
           diag_set(call->diag, ERRCODE_UNDEFINED_OBJECT, "unrecognized configuration parameter \"%s\"", name);
}

static bool current_setting(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return show_config(call, args, false, result);
}

static bool current_setting_missing_ok(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return show_config(call, args, args[1].i != 0, result);
}

static bool set_config(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (datum_is_null(&args[0]))
        return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "SET requires parameter name");
    const char *name = text_of(call, &args[0]), *value = datum_is_null(&args[1]) ? NULL : text_of(call, &args[1]);
    if (!call->env->setting_set || !call->env->setting_set(call->env->session, name, value, args[2].i != 0, call->diag))
        return false;
    *result = text_or_null(call, call->env->setting_get(call->env->session, name));
    return true;
}

static bool nextval(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    int64_t value;
    if (!call->env->sequence_next(call->env->session, (oid_t) args[0].i, &value, call->diag))
        return false;
    *result = datum_int(value);
    return true;
}

static bool currval(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    int64_t value;
    if (!call->env->sequence_current(call->env->session, (oid_t) args[0].i, &value, call->diag))
        return false;
    *result = datum_int(value);
    return true;
}

static bool lastval(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    int64_t value;
    if (!call->env->sequence_last(call->env->session, &value, call->diag))
        return false;
    *result = datum_int(value);
    return true;
}

static bool setval(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    *result = args[1];
    return call->env->sequence_set(call->env->session, (oid_t) args[0].i, args[1].i, nargs < 3 || args[2].i != 0, call->diag);
}

static bool sequence_last_value(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    int64_t value;
    bool is_called;
    (void) nargs;
    if (!call->env->sequence_state(call->env->session, (oid_t) args[0].i, &value, &is_called, call->diag))
        return false;
    *result = is_called ? datum_int(value) : datum_null();
    return true;
}

static bool pg_sleep(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_cstr("");
    double seconds = args[0].kind == DATUM_REAL ? args[0].r : (double) args[0].i;
    return !call->env->sleep || call->env->sleep(call->env->session, seconds, call->diag);
}

static bool blocking_pids(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    int *pids = NULL;
    (void) nargs;
    int count = call->env->blocking_pids ? call->env->blocking_pids(call->env->session, call->arena, (int) args[0].i, &pids) : 0;
    const char *text = "";
    for (int i = 0; i < count; i++)
        text = arena_printf(call->arena, "%s%s%d", text, i ? "," : "", pids[i]);
    *result = datum_cstr(arena_printf(call->arena, "[%s]", text));
    return true;
}

static bool signal_backend(struct fcall *call, const struct datum *args, bool terminate, struct datum *result)
{
    bool found = false;
    if (!call->env->signal_backend ||
        !call->env->signal_backend(call->env->session, (int) args[0].i, terminate, &found, call->diag))
        return false;
    *result = datum_bool(found);
    return true;
}

static bool cancel_backend(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return signal_backend(call, args, false, result);
}

static bool terminate_backend(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return signal_backend(call, args, true, result);
}

static bool num_nulls(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    int64_t count = 0;
    (void) call;
    for (int i = 0; i < nargs; i++)
        count += datum_is_null(&args[i]);
    *result = datum_int(count);
    return true;
}

static bool num_nonnulls(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    num_nulls(call, nargs, args, result);
    *result = datum_int(nargs - result->i);
    return true;
}

VARIADIC(num_nulls)
VARIADIC(num_nonnulls)

/* Sequences and set_config change the file or the session: never folded, and the writer gate is wanted where the file changes. */
#define WRITING(source, fn) SCALAR_FLAGS(source, fn, FUNC_WRITES | FUNC_VOLATILE | FUNC_STRICT)
#define SESSION(source, fn) SCALAR_FLAGS(source, fn, FUNC_SESSION)
#define TYPED(source, fn, flags)                                                                                                 \
    {                                                                                                                            \
        (source), FUNC_SCALAR, FUNC_TYPED | (flags), NULL, (fn), 0, NULL, NULL, NULL, NULL                                       \
    }

const struct func_impl func_impls_misc[] = {
    SCALAR_TYPED("pg_typeof", typeof_value),
    SESSION("pgsql_version", version),
    SESSION("current_user", current_user),
    SESSION("session_user", session_user),
    SESSION("current_database", current_database),
    SESSION("pg_backend_pid", backend_pid),
    SCALAR_FLAGS("show_config_by_name", current_setting, FUNC_VOLATILE),
    SCALAR_FLAGS("show_config_by_name_missing_ok", current_setting_missing_ok, FUNC_VOLATILE),
    SCALAR_FLAGS("set_config_by_name", set_config, FUNC_VOLATILE),
    WRITING("nextval_oid", nextval),
    SCALAR_FLAGS("currval_oid", currval, FUNC_VOLATILE),
    SCALAR_FLAGS("lastval", lastval, FUNC_VOLATILE),
    WRITING("setval_oid", setval),
    WRITING("setval3_oid", setval),
    SCALAR_FLAGS("pg_sleep", pg_sleep, FUNC_VOLATILE),
    SCALAR_FLAGS("pg_sequence_last_value", sequence_last_value, FUNC_VOLATILE),
    SCALAR_FLAGS("pg_blocking_pids", blocking_pids, FUNC_VOLATILE),
    SCALAR_FLAGS("pg_cancel_backend", cancel_backend, FUNC_VOLATILE),
    SCALAR_FLAGS("pg_terminate_backend", terminate_backend, FUNC_VOLATILE),
    SCALAR("pg_num_nulls", num_nulls),
    SCALAR("pg_num_nonnulls", num_nonnulls),
    SCALAR_TYPED("pg_num_nulls(variadic)", num_nulls_variadic),
    SCALAR_TYPED("pg_num_nonnulls(variadic)", num_nonnulls_variadic),
    {0},
};

extern const struct func_impl func_impls_internal[];
const struct func_impl func_impls_internal[] = {
    TYPED("pgquill_io_cast", internal_io_cast, 0),
    TYPED("pgquill_typmod", internal_typmod, 0),
    TYPED("pgquill_typmod_explicit", internal_typmod_explicit, 0),
    TYPED("pgquill_array_cast", internal_array_cast, 0),
    TYPED("pgquill_array_cast_explicit", internal_array_cast, 0),
    TYPED("pgquill_array_shaped", internal_array_shaped, 0),
    TYPED("pgquill_domain", internal_domain, 0),
    SCALAR("pgquill_not_null", internal_not_null),
    TYPED("pgquill_greatest", internal_greatest, 0),
    TYPED("pgquill_least", internal_least, 0),
    SCALAR("pgquill_limit", internal_limit),
    SCALAR("pgquill_offset", internal_offset),
    TYPED("pgquill_sql_value", internal_sql_value, FUNC_VOLATILE),
    TYPED("pgquill_array", internal_array, 0),
    TYPED("pgquill_row", internal_row, 0),
    TYPED("pgquill_field", internal_field, 0),
    TYPED("pgquill_subscript", internal_subscript, 0),
    TYPED("pgquill_slice", internal_slice, 0),
    TYPED("pgquill_subscript_set", internal_subscript_set, 0),
    TYPED("pgquill_slice_set", internal_slice_set, 0),
    TYPED("pgquill_record_field", internal_record_field, 0),
    TYPED("pgquill_field_set", internal_field_set, 0),
    TYPED("pgquill_named_row", internal_named_row, 0),
    TYPED("pgquill_to_record", internal_to_record, 0),
    TYPED("pgquill_row_null", internal_row_null, 0),
    {"pgquill_single", FUNC_AGGREGATE, 0, NULL, NULL, INTERNAL_SINGLE_SIZE, internal_single_step, NULL, internal_single_final,
     NULL},
    {"pgquill_pack", FUNC_AGGREGATE, 0, NULL, NULL, INTERNAL_PACK_SIZE, internal_pack_step, NULL, internal_pack_final, NULL},
    AGGREGATE_TYPED("pgquill_sorted", INTERNAL_SORTED_SIZE, internal_sorted_step, NULL, internal_sorted_final),
    {"pgquill_unpack", FUNC_TABLE, 0, NULL, NULL, 0, NULL, NULL, NULL, &internal_unpack},
    TABLE_FUNC("pgquill_rows_from", &internal_rows_from),
    {0},
};
