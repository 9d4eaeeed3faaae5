#include "func/internal.h"

#include "func/collate.h"

#include "type/codecs.h"

#include <stdio.h>
#include <stdlib.h>

static struct type_io io_for(struct fcall *call, const struct type_desc *type, int32_t typmod)
{
    struct type_io io = fcall_io(call, type);
    io.typmod = typmod;
    return io;
}

static const struct type_desc *type_of(struct fcall *call, oid_t oid)
{
    const struct type_resolver *resolver = call->env->resolver;
    return resolver && resolver->type ? resolver->type(resolver->self, oid) : type_builtin(oid);
}

static const struct type_desc *base_of(struct fcall *call, const struct type_desc *type)
{
    while (type && type->typtype == 'd')
        type = type_of(call, type->base);
    return type;
}

/* Through the text form: out of one type, into the other. */
bool internal_cast_value(struct fcall *call, const struct type_desc *from, const struct type_desc *to, int32_t typmod,
                         const struct datum *value, struct datum *result)
{
    struct buf text = {0};
    struct type_io out = io_for(call, from, -1), in = io_for(call, to, typmod);
    bool ok = type_out(&out, value, &text, call->diag);
    if (ok) {
        const char *copy = arena_strndup(call->arena, text.len ? text.data : "", text.len);
        ok = type_in(&in, copy, text.len, result, call->diag);
    }
    buf_deinit(&text);
    return ok;
}

bool internal_io_cast(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (datum_is_null(&args[0])) {
        *result = datum_null();
        return true;
    }
    return internal_cast_value(call, call->inst->args[0], call->inst->result, call->inst->typmod, &args[0], result);
}

static bool typmod_cast(struct fcall *call, const struct datum *value, bool is_explicit, struct datum *result)
{
    const struct type_desc *type = base_of(call, call->inst->result);
    *result = *value;
    if (datum_is_null(value) || call->inst->typmod < 0 || !type)
        return true;
    struct type_io io = io_for(call, type, call->inst->typmod);
    return !type->codec->typmod_cast || type->codec->typmod_cast(&io, value, is_explicit, result, call->diag);
}

bool internal_typmod(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return typmod_cast(call, &args[0], false, result);
}

bool internal_typmod_explicit(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return typmod_cast(call, &args[0], true, result);
}

bool internal_domain(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct type_desc *domain = call->inst->result;
    *result = args[0];
    struct type_io io = io_for(call, domain, -1);
    if (datum_is_null(&args[0]))
        return type_check_domain(&io, &args[0], call->diag);
    return domain->codec->typmod_cast(&io, &args[0], true, result, call->diag);
}

bool internal_not_null(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = args[0];
    if (!datum_is_null(&args[0]))
        return true;
    char table[128], column[128];
    snprintf(table, sizeof table, "%.*s", (int) args[1].len, args[1].data);
    snprintf(column, sizeof column, "%.*s", (int) args[2].len, args[2].data);
    diag_set(call->diag, ERRCODE_NOT_NULL_VIOLATION,
             "null value in column \"%s\" of relation \"%s\" violates not-null constraint", column, table);
    return diag_object(call->diag, NULL, table, column, NULL);
}

static int compare(struct fcall *call, const struct type_desc *type, const struct datum *a, const struct datum *b)
{
    if (type && type->codec->compare) {
        struct type_io io = io_for(call, type, -1);
        return type->codec->compare(&io, a, b);
    }
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind == DATUM_INT)
        return a->i < b->i ? -1 : a->i > b->i;
    if (a->kind == DATUM_REAL)
        return a->r < b->r ? -1 : a->r > b->r;
    uint32_t len = a->len < b->len ? a->len : b->len;
    int order = len ? memcmp(a->data, b->data, len) : 0;
    return order ? order : a->len < b->len ? -1 : a->len > b->len;
}

static bool extreme(struct fcall *call, int nargs, const struct datum *args, int sign, struct datum *result)
{
    const struct type_desc *type = base_of(call, call->inst->result);
    struct func_collation collation = {0};
    const char *name = call->inst->collation;
    if (name && !func_collation_find(call, name, strlen(name), &collation))
        return false;
    *result = datum_null();
    for (int i = 0; i < nargs; i++) {
        if (datum_is_null(&args[i]))
            continue;
        int order = datum_is_null(result) ? sign
                    : collation.collator  ? func_collation_compare(&collation, &args[i], result)
                                          : compare(call, type, &args[i], result);
        if (order * sign > 0)
            *result = args[i];
    }
    return true;
}

bool internal_greatest(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return extreme(call, nargs, args, 1, result);
}

bool internal_least(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return extreme(call, nargs, args, -1, result);
}

bool internal_limit(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[0].kind == DATUM_INT && args[0].i < 0)
        return diag_set(call->diag, ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE, "LIMIT must not be negative");
    *result = args[0].kind == DATUM_INT ? args[0] : datum_int(-1);
    return true;
}

bool internal_offset(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[0].kind == DATUM_INT && args[0].i < 0)
        return diag_set(call->diag, ERRCODE_INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE, "OFFSET must not be negative");
    *result = args[0].kind == DATUM_INT ? args[0] : datum_int(0);
    return true;
}

/* CURRENT_DATE and its kin, numbered as enum sql_value of the typed tree. */
bool internal_sql_value(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct func_env *env = call->env;
    int32_t precision = (int32_t) args[1].i;
    struct type_io io = io_for(call, call->inst->result, precision);
    const char *name = NULL;
    switch (args[0].i) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        return type_in(&io, "now", 3, result, call->diag);
    case 5:
    case 7:
    case 8:
        name = env->user;
        break;
    case 6:
        name = env->session_user;
        break;
    case 9:
        name = env->database;
        break;
    default: {
        /* CURRENT_SCHEMA: the first of the search path. */
        char first[64];
        const char *path = env->search_path ? env->search_path : "public";
        if (strncmp(path, "\"$user\"", 7) == 0 && strchr(path, ','))
            path = strchr(path, ',') + 1;
        while (*path == ' ' || *path == '"')
            path++;
        snprintf(first, sizeof first, "%.*s", (int) strcspn(path, ",\" "), path);
        name = arena_strdup(call->arena, first);
    }
    }
    *result = name && *name ? datum_cstr(arena_strdup(call->arena, name)) : datum_null();
    return true;
}
