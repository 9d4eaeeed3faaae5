#include "sql/ddl.h"

#include "sql/analyse_internal.h"

#include <stdlib.h>

/* What CREATE and ALTER FUNCTION say beside the body: volatility, cost, SET clauses. */

static bool truth(const PgQuery__DefElem *option)
{
    const PgQuery__Node *arg = option->arg;
    return arg && (arg->node_case == PG_QUERY__NODE__NODE_BOOLEAN
                       ? arg->boolean->boolval
                       : arg->node_case == PG_QUERY__NODE__NODE_INTEGER && arg->integer->ival);
}

static double amount(const PgQuery__DefElem *option)
{
    const PgQuery__Node *arg = option->arg;
    return !arg                                             ? 0
           : arg->node_case == PG_QUERY__NODE__NODE_FLOAT   ? strtod(arg->float_->fval, NULL)
           : arg->node_case == PG_QUERY__NODE__NODE_INTEGER ? arg->integer->ival
                                                            : 0;
}

/* SET name TO a, b: the values as one text, names quoted where lists of names need it. */
static const char *setting_text(struct ddl *d, const PgQuery__VariableSetStmt *stmt)
{
    struct func_env *env = d->compiler->env;
    struct buf text = {0};
    bool names = strcmp(stmt->name, "search_path") == 0 || strcmp(stmt->name, "temp_tablespaces") == 0;
    if (stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT)
        return env && env->setting_get ? env->setting_get(env->session, stmt->name) : NULL;
    for (size_t i = 0; i < stmt->n_args; i++) {
        const PgQuery__AConst *value = stmt->args[i]->node_case == PG_QUERY__NODE__NODE_A_CONST ? stmt->args[i]->a_const : NULL;
        if (i)
            buf_puts(&text, ", ");
        if (value && value->val_case == PG_QUERY__A__CONST__VAL_SVAL) {
            const char *word = value->sval->sval;
            bool plain = !names || (strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(word) && *word);
            buf_printf(&text, plain ? "%s" : "\"%s\"", word);
        } else if (value && value->val_case == PG_QUERY__A__CONST__VAL_IVAL) {
            buf_printf(&text, "%d", value->ival->ival);
        } else if (value && value->val_case == PG_QUERY__A__CONST__VAL_FVAL) {
            buf_puts(&text, value->fval->fval);
        }
    }
    const char *out = arena_strndup(d->arena, text.len ? text.data : "", text.len);
    buf_deinit(&text);
    return out;
}

/* "DateStyle" for datestyle. */
static const char *canonical_name(struct ddl *d, const char *name)
{
    struct func_env *env = d->compiler->env;
    struct setting_view view = {0};
    for (int i = 0; env && env->setting_at && env->setting_at(env->session, i, d->arena, &view); i++)
        if (view.name && strcasecmp(view.name, name) == 0)
            return arena_strdup(d->arena, view.name);
    return name;
}

static bool function_setting(struct ddl *d, struct catalog_function *function, const PgQuery__VariableSetStmt *stmt)
{
    struct func_env *env = d->compiler->env;
    bool set =
        stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE || stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT;
    if (stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL) {
        function->settings = NULL;
        return true;
    }
    if (env && env->setting_get && !env->setting_get(env->session, stmt->name))
        return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "unrecognized configuration parameter \"%s\"", stmt->name);
    const char *name = canonical_name(d, stmt->name);
    struct buf kept = {0};
    size_t len = strlen(name);
    bool done = !set;
    for (const char *at = function->settings; at && *at;) {
        const char *end = strchrnul(at, '\n');
        bool same = (size_t) (end - at) > len && strncmp(at, name, len) == 0 && at[len] == '=';
        if (same && set)
            buf_printf(&kept, "%s%s=%s", kept.len ? "\n" : "", name, setting_text(d, stmt));
        else if (!same)
            buf_printf(&kept, "%s%.*s", kept.len ? "\n" : "", (int) (end - at), at);
        done |= same;
        at = *end ? end + 1 : end;
    }
    if (!done)
        buf_printf(&kept, "%s%s=%s", kept.len ? "\n" : "", name, setting_text(d, stmt));
    function->settings = kept.len ? arena_strndup(d->arena, kept.data, kept.len) : NULL;
    buf_deinit(&kept);
    return true;
}

bool ddl_function_option(struct ddl *d, struct catalog_function *function, const PgQuery__DefElem *option)
{
    const char *name = option->defname, *word = analysis_string(option->arg);
    if (strcmp(name, "volatility") == 0) {
        function->fact.volatility = word ? word[0] : 'v';
    } else if (strcmp(name, "strict") == 0) {
        function->fact.strict = truth(option);
    } else if (strcmp(name, "security") == 0) {
        function->security_definer = truth(option);
    } else if (strcmp(name, "leakproof") == 0) {
        function->leakproof = truth(option);
    } else if (strcmp(name, "cost") == 0) {
        function->cost = amount(option);
        if (function->cost <= 0)
            return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "COST must be positive");
    } else if (strcmp(name, "rows") == 0) {
        function->rows = amount(option);
        if (function->rows <= 0)
            return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "ROWS must be positive");
        if (!function->fact.retset)
            return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                            "ROWS is not applicable when function does not return a set");
    } else if (strcmp(name, "parallel") == 0) {
        if (!word || (strcmp(word, "safe") && strcmp(word, "unsafe") && strcmp(word, "restricted")))
            return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE");
        function->fact.parallel = word[0];
    } else if (strcmp(name, "set") == 0) {
        return function_setting(d, function, option->arg->variable_set_stmt);
    } else if (strcmp(name, "window") == 0 || strcmp(name, "transform") == 0 || strcmp(name, "support") == 0) {
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "function option \"%s\" is not supported", name);
    }
    return true;
}
