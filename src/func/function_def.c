#include "func/catalog_def.h"
#include "func/internal.h"

#include <stdlib.h>

/* CREATE FUNCTION as pg_get_functiondef prints it, and parts of it. */

static bool give(struct fcall *call, struct buf *text, struct datum *result)
{
    *result = datum_text(arena_strndup(call->arena, text->len ? text->data : "", text->len), text->len);
    buf_deinit(text);
    return true;
}

/* The statements of a standard body: BEGIN ATOMIC … END, or RETURN. */
static void put_standard(struct buf *out, const struct catalog_function *function)
{
    const char *body = function->body;
    if (function->standard == BODY_RETURN) {
        size_t len = strlen(body), skip = strncmp(body, "SELECT ", 7) == 0 ? 7 : 0;
        if (len && body[len - 1] == ';')
            len--;
        buf_puts(out, "RETURN ");
        buf_append(out, body + skip, len - skip);
        return;
    }
    buf_puts(out, "BEGIN ATOMIC\n");
    for (const char *line = body; *line;) {
        const char *end = strchrnul(line, '\n');
        buf_putc(out, ' ');
        buf_append(out, line, (size_t) (end - line));
        buf_putc(out, '\n');
        line = *end ? end + 1 : end;
    }
    buf_puts(out, "END");
}

/* $function$ … $function$, with a tag that the body has not. */
static void put_quoted(struct buf *out, const char *body, const char *word)
{
    struct buf tag = {0};
    buf_printf(&tag, "$%s", word);
    while (strstr(body, buf_cstr(&tag)))
        buf_putc(&tag, 'x');
    buf_putc(&tag, '$');
    buf_printf(out, "%s%s%s", buf_cstr(&tag), body, buf_cstr(&tag));
    buf_deinit(&tag);
}

static void put_options(struct buf *out, const struct proc_fact *proc, const struct catalog_function *function)
{
    size_t before = out->len;
    double cost = function ? function->cost : 1, rows = function ? function->rows : proc->retset ? 1000 : 0;
    if (proc->kind == 'w')
        buf_puts(out, " WINDOW");
    if (proc->volatility != 'v')
        buf_puts(out, proc->volatility == 'i' ? " IMMUTABLE" : " STABLE");
    if (proc->parallel != 'u')
        buf_puts(out, proc->parallel == 's' ? " PARALLEL SAFE" : " PARALLEL RESTRICTED");
    if (proc->strict)
        buf_puts(out, " STRICT");
    if (function && function->security_definer)
        buf_puts(out, " SECURITY DEFINER");
    if (function && function->leakproof)
        buf_puts(out, " LEAKPROOF");
    if (cost != (function ? 100 : 1))
        buf_printf(out, " COST %g", cost);
    if (rows > 0 && rows != 1000)
        buf_printf(out, " ROWS %g", rows);
    if (out->len != before)
        buf_putc(out, '\n');
}

/* SET name TO 'value', a list's members each in quotes. */
static void put_settings(struct buf *out, const char *settings)
{
    for (const char *at = settings; *at;) {
        const char *end = strchrnul(at, '\n'), *equals = memchr(at, '=', (size_t) (end - at));
        bool list = strncmp(at, "search_path=", 12) == 0 || strncmp(at, "temp_tablespaces=", 17) == 0;
        if (!equals)
            break;
        buf_printf(out, " SET %.*s TO '", (int) (equals - at), at);
        for (const char *c = equals + 1; c < end; c++) {
            if (list && *c == ',') {
                buf_puts(out, "', '");
                c += c + 1 < end && c[1] == ' ';
            } else if (!(list && *c == '"')) {
                buf_putc(out, *c);
                if (*c == '\'')
                    buf_putc(out, '\'');
            }
        }
        buf_puts(out, "'\n");
        at = *end ? end + 1 : end;
    }
}

static const struct catalog_function *user_function(struct fcall *call, oid_t oid)
{
    return call->env->catalog ? catalog_function_by_oid(call->env->catalog, oid) : NULL;
}

static bool functiondef(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    oid_t oid = (oid_t) args[0].i;
    const struct proc_fact *proc = call->env->catalog ? catalog_proc_by_oid(call->env->catalog, oid) : proc_fact_by_oid(oid);
    const struct catalog_function *function = user_function(call, oid);
    struct datum part;
    struct buf out = {0};
    *result = datum_null();
    if (!proc)
        return true;
    if (proc->kind == 'a')
        return diag_set(call->diag, ERRCODE_WRONG_OBJECT_TYPE, "\"%s\" is an aggregate function", proc->name);
    oid_t home = proc->schema ? proc->schema : OID_PG_CATALOG;
    const struct catalog_schema *schema = call->env->catalog ? catalog_schema_by_oid(call->env->catalog, home) : NULL;
    buf_printf(&out, "CREATE OR REPLACE %s ", proc->kind == 'p' ? "PROCEDURE" : "FUNCTION");
    func_put_identifier(&out, schema ? schema->name : "pg_catalog");
    buf_putc(&out, '.');
    func_put_identifier(&out, proc->name);
    catalog_function_arguments(call, nargs, args, &part);
    buf_printf(&out, "(%.*s)\n", (int) part.len, part.len ? part.data : "");
    catalog_function_result(call, nargs, args, &part);
    if (part.kind == DATUM_TEXT)
        buf_printf(&out, " RETURNS %.*s\n", (int) part.len, part.data);
    buf_printf(&out, " LANGUAGE %s\n",
               function                ? function->language
               : proc->language == 'c' ? "c"
               : proc->language == 's' ? "sql"
                                       : "internal");
    put_options(&out, proc, function);
    if (function && function->settings)
        put_settings(&out, function->settings);
    if (function && function->standard != BODY_QUOTED) {
        put_standard(&out, function);
    } else {
        buf_puts(&out, "AS ");
        put_quoted(&out, function ? function->body : proc->source, proc->kind == 'p' ? "procedure" : "function");
    }
    buf_putc(&out, '\n');
    return give(call, &out, result);
}

static bool sqlbody(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    const struct catalog_function *function = user_function(call, (oid_t) args[0].i);
    struct buf out = {0};
    (void) nargs;
    *result = datum_null();
    if (!function || function->standard == BODY_QUOTED)
        return true;
    put_standard(&out, function);
    return give(call, &out, result);
}

const struct func_impl func_impls_function_def[] = {
    SCALAR_FLAGS("pg_get_functiondef", functiondef, FUNC_SESSION),
    SCALAR_FLAGS("pg_get_function_sqlbody", sqlbody, FUNC_SESSION),
    {0},
};
