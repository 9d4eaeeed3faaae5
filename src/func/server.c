#include "func/func.h"

#include "type/datetime.h"

#include <string.h>

/* What SQL may ask of the server as a whole: its databases' sizes, its configuration, its log. */

static int databases(struct fcall *call, struct database_view **list)
{
    return call->env->databases ? call->env->databases(call->env->session, call->arena, list) : 0;
}

/* The templates are no files. */
static bool database_size_name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct database_view *list;
    int count = databases(call, &list);
    char *name = arena_strndup(call->arena, args[0].data, args[0].len);
    (void) nargs;
    if (!strcmp(name, "template0") || !strcmp(name, "template1")) {
        *result = datum_int(0);
        return true;
    }
    for (int i = 0; i < count; i++)
        if (!strcmp(list[i].name, name)) {
            *result = datum_int(list[i].size);
            return true;
        }
    return diag_set(call->diag, ERRCODE_INVALID_CATALOG_NAME, "database \"%.*s\" does not exist", (int) args[0].len,
                    args[0].data);
}

static bool database_size_oid(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    enum { TEMPLATE1 = 1, TEMPLATE0 = 4 };
    struct database_view *list;
    int count = databases(call, &list);
    (void) nargs;
    *result = args[0].i == TEMPLATE0 || args[0].i == TEMPLATE1 ? datum_int(0) : datum_null();
    for (int i = 0; i < count; i++)
        if (list[i].oid == (oid_t) args[0].i)
            *result = datum_int(list[i].size);
    return true;
}

static bool conf_load_time(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    if (!call->env->configured_at)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "there is no server here");
    *result = timestamptz_store(call->arena, call->env->configured_at(call->env->session));
    return true;
}

static bool postmaster_start_time(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    if (!call->env->started_at)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "there is no server here");
    *result = timestamptz_store(call->arena, call->env->started_at(call->env->session));
    return true;
}

static bool ask_server(struct fcall *call, bool (*ask)(void *session), struct datum *result)
{
    bool asked = ask && ask(call->env->session);
    if (!asked && call->env->notice) {
        struct diag warning = {0};
        diag_set(&warning, ERRCODE_WARNING, "there is no master process to be signalled");
        warning.severity = "WARNING";
        call->env->notice(call->env->session, &warning);
    }
    *result = datum_bool(asked);
    return true;
}

static bool reload_conf(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    return ask_server(call, call->env->reload_server, result);
}

static bool rotate_logfile(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    return ask_server(call, call->env->reopen_log, result);
}

const struct func_impl func_impls_server[] = {
    SCALAR_FLAGS("pg_database_size_name", database_size_name, FUNC_VOLATILE),
    SCALAR_FLAGS("pg_database_size_oid", database_size_oid, FUNC_VOLATILE),
    SCALAR_FLAGS("pg_conf_load_time", conf_load_time, FUNC_SESSION),
    SCALAR_FLAGS("pg_postmaster_start_time", postmaster_start_time, FUNC_SESSION),
    SCALAR_FLAGS("pg_reload_conf", reload_conf, FUNC_VOLATILE),
    SCALAR_FLAGS("pg_rotate_logfile_v2", rotate_logfile, FUNC_VOLATILE),
    SCALAR_FLAGS("pg_rotate_logfile", rotate_logfile, FUNC_VOLATILE),
    {0},
};
