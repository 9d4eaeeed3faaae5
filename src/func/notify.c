#include "func/func.h"

/* pg_notify and what tells of notifications: the session has them. */

static const char *text_of(struct fcall *call, const struct datum *value)
{
    return datum_is_null(value) ? "" : arena_strndup(call->arena, value->data, value->len);
}

static bool notify(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (!call->env->notify)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "notifications need a session");
    *result = datum_cstr("");
    return call->env->notify(call->env->session, text_of(call, &args[0]), text_of(call, &args[1]), call->diag);
}

static bool queue_usage(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    *result = datum_real(call->env->notify_usage ? call->env->notify_usage(call->env->session) : 0);
    return true;
}

static bool channels_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    (void) call;
    (void) nargs;
    (void) args;
    *(int *) cursor = 0;
    return true;
}

static bool channels_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    int *at = cursor;
    const char *name = call->env->listening_at ? call->env->listening_at(call->env->session, *at) : NULL;
    *more = name != NULL;
    if (name)
        *row = datum_cstr(arena_strdup(call->arena, name));
    ++*at;
    return true;
}

static const struct table_func channel_rows = {sizeof(int), channels_open, channels_next, NULL};

const struct func_impl func_impls_notify[] = {
    SCALAR_FLAGS("pg_notify", notify, FUNC_VOLATILE),
    SCALAR_FLAGS("pg_notification_queue_usage", queue_usage, FUNC_VOLATILE),
    TABLE_FUNC("pg_listening_channels", &channel_rows),
    {0},
};
