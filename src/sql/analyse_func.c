#include "sql/analyse_internal.h"

#include "sql/parse.h"
#include "sql/routine.h"

/* Calls: functions, aggregates, window functions. */

static const char *signature(struct analysis *a, const char *schema, const char *name, int nargs, struct expr **args, int nnames,
                             const char **names)
{
    const char *out = schema ? arena_printf(a->arena, "%s.%s(", schema, name) : arena_printf(a->arena, "%s(", name);
    for (int i = 0; i < nargs; i++) /* no names: nnames is 0 */
        // cppcheck-suppress nullPointer
        out = arena_printf(a->arena, "%s%s%s%s%s", out, i ? ", " : "", i >= nargs - nnames ? names[i - nargs + nnames] : "",
                           i >= nargs - nnames ? " => " : "", analysis_type(a, args[i]->type));
    return arena_printf(a->arena, "%s)", out);
}

/* What messages call the clause (PostgreSQL's words); NULL: everything is allowed there. */
static const char *clause_name(const struct scope *scope)
{
    switch (scope->clause) {
    case CLAUSE_WHERE:
        return "WHERE";
    case CLAUSE_JOIN:
        return "JOIN conditions";
    case CLAUSE_GROUP:
        return "GROUP BY";
    case CLAUSE_HAVING:
        return "HAVING";
    case CLAUSE_LIMIT:
        return "LIMIT";
    case CLAUSE_OFFSET:
        return "OFFSET";
    case CLAUSE_VALUES:
        return "VALUES";
    case CLAUSE_RETURNING:
        return "RETURNING";
    case CLAUSE_SET:
        return "UPDATE";
    case CLAUSE_FROM:
        return "functions in FROM";
    case CLAUSE_FILTER:
        return "FILTER";
    case CLAUSE_MERGE:
        return "MERGE WHEN conditions";
    case CLAUSE_FRAME:
        return "window definitions";
    case CLAUSE_PARTITION:
        return "window definitions";
    case CLAUSE_WINDOW_ORDER:
        return "window definitions";
    case CLAUSE_SCHEMA:
        return scope->what ? scope->what : "expressions";
    default:
        return NULL;
    }
}

static bool aggregates_allowed(enum clause clause)
{
    switch (clause) {
    case CLAUSE_TARGET:
    case CLAUSE_HAVING:
    case CLAUSE_ORDER:
    case CLAUSE_DISTINCT:
    case CLAUSE_PARTITION:
    case CLAUSE_WINDOW_ORDER:
        return true;
    default:
        return false;
    }
}

/* The query an aggregate belongs to is the innermost one whose columns its arguments use (PostgreSQL docs 4.2.7). */
struct levels {
    int lowest;
    bool nested, window;
    int location;
};

static bool visit_levels(void *arg, struct expr *expr, int depth, bool *skip)
{
    struct levels *levels = arg;
    int up = -1;
    (void) skip;
    if (expr->kind == EXPR_COLUMN)
        up = expr->column.levels_up - depth;
    else if (expr->kind == EXPR_WHOLE_ROW)
        up = expr->whole_row.levels_up - depth;
    else if (expr->kind == EXPR_AGGREGATE) {
        up = expr->agg.levels_up - depth;
        if (up == 0 || depth == 0) {
            levels->nested = true;
            levels->location = expr->location;
        }
    } else if (expr->kind == EXPR_WINDOW && depth == 0) {
        levels->window = true;
        levels->location = expr->location;
    }
    if (up >= 0 && (levels->lowest < 0 || up < levels->lowest))
        levels->lowest = up;
    return false;
}

static bool place_aggregate(struct analysis *a, struct expr *expr)
{
    struct levels levels = {.lowest = -1};
    for (int i = 0; i < expr->agg.args.count; i++)
        expr_walk(expr->agg.args.items[i], 0, visit_levels, &levels);
    for (int i = 0; i < expr->agg.nsort; i++)
        expr_walk(expr->agg.sort[i].expr, 0, visit_levels, &levels);
    if (expr->agg.filter)
        expr_walk(expr->agg.filter, 0, visit_levels, &levels);
    if (levels.window)
        return analysis_error(a, ERRCODE_GROUPING_ERROR, levels.location,
                              "aggregate function calls cannot contain window function calls"),
               false;
    int up = levels.lowest < 0 ? 0 : levels.lowest;
    if (levels.nested && up == 0)
        return analysis_error(a, ERRCODE_GROUPING_ERROR, levels.location, "aggregate function calls cannot be nested"), false;
    struct scope *scope = a->scope;
    for (int i = 0; i < up && scope->parent; i++)
        scope = scope->parent;
    if (!aggregates_allowed(scope->clause)) {
        const char *where = clause_name(scope);
        return analysis_error(a, ERRCODE_GROUPING_ERROR, expr->location, "aggregate functions are not allowed in %s", where),
               false;
    }
    expr->agg.levels_up = up;
    scope->query->has_aggregates = true;
    return true;
}

static bool add_default_args(struct analysis *a, const struct overload *overload, int nargs, struct expr **args,
                             struct expr **out)
{
    const char *sql = arena_printf(a->arena, "SELECT %s", overload->proc->defaults ? overload->proc->defaults : "");
    PgQuery__Node *node = parse_statement(a->arena, sql, a->diag);
    if (!node)
        return false;
    struct compiler saved = *a->compiler;
    a->compiler->nliterals = 0;
    a->compiler->text = a->compiler->whole = sql;
    a->compiler->offset = 0;
    a->compiler->variables = NULL;
    int first = overload->nargs - overload->proc->ndefaults;
    bool done = true;
    for (int i = 0; i < overload->nargs && done; i++) {
        int given = overload->order ? overload->order[i] : i < nargs ? i : -1;
        if (given >= 0) {
            out[i] = args[given];
        } else {
            out[i] = analyse_expr(a, node->select_stmt->target_list[i - first]->res_target->val);
            done = out[i] != NULL;
            if (done)
                out[i]->location = -1;
        }
    }
    *a->compiler = saved;
    return done;
}

/* Coerce to the declared types and pack a VARIADIC tail. */
static struct expr *finish_args(struct analysis *a, struct overload *overload, int nargs, struct expr **args,
                                struct expr_list *out, int location, oid_t *result)
{
    struct expr **all = arena_array(a->arena, struct expr *, overload->nargs + 1);
    if (overload->ndefaults || overload->order) {
        if (!add_default_args(a, overload, nargs, args, all))
            return NULL;
    } else if (nargs > 0) {
        memcpy(all, args, sizeof(*args) * (size_t) nargs);
    }
    int count = overload->nargs;
    oid_t actual[PROC_ARGS_MAX];
    for (int i = 0; i < count; i++)
        actual[i] = all[i]->type;
    *result = coerce_polymorphic(a, count, actual, overload->types, overload->proc->result, location);
    if (!*result)
        return NULL;
    bool any = overload->nvariadic && overload->proc->variadic == ANY_OID;
    struct expr *packed = NULL;
    for (int i = 0; i < count; i++) {
        struct expr *arg = overload->types[i] == ANY_OID
                               ? coerce_unknown(a, all[i])
                               : coerce_expr(a, all[i], overload->types[i], -1, COERCE_IMPLICIT, location);
        if (!arg)
            return NULL;
        if (overload->nvariadic && !any && i >= count - overload->nvariadic) {
            if (!packed) {
                const struct type_desc *element = analysis_type_desc(a, overload->types[i]);
                packed = expr_new(a, EXPR_ARRAY, element ? element->array : 0, arg->location);
                expr_list_add(a, out, packed);
            }
            expr_list_add(a, &packed->list.args, arg);
        } else {
            expr_list_add(a, out, arg);
        }
    }
    return count ? all[0] : (struct expr *) overload;
}

static void *report_missing(struct analysis *a, enum overload_result result, const char *what, int location)
{
    if (result == OVERLOAD_AMBIGUOUS) {
        analysis_error(a, ERRCODE_AMBIGUOUS_FUNCTION, location, "function %s is not unique", what);
        diag_hint(a->diag, "Could not choose a best candidate function. You might need to add explicit type casts.");
    } else {
        analysis_error(a, ERRCODE_UNDEFINED_FUNCTION, location, "function %s does not exist", what);
        diag_hint(a->diag, "No function matches the given name and argument types. You might need to add explicit type casts.");
    }
    return NULL;
}

static struct expr *plain_call(struct analysis *a, struct overload *overload, int nargs, struct expr **args, int location)
{
    struct expr *expr = expr_new(a, EXPR_CALL, 0, location);
    oid_t result;
    expr->call.proc = overload->proc;
    if (!finish_args(a, overload, nargs, args, &expr->call.args, location, &result))
        return NULL;
    expr->type = result;
    const struct type_desc *desc = analysis_type_desc(a, result);
    expr->collation = desc ? desc->collation : 0;
    return coerce_collate(a, expr, expr->call.args.count, expr->call.args.items);
}

struct expr *func_build(struct analysis *a, const char *schema, const char *name, int nargs, struct expr **args, int location)
{
    oid_t types[PROC_ARGS_MAX];
    struct overload overload;
    for (int i = 0; i < nargs; i++)
        types[i] = args[i]->type;
    enum overload_result result = overload_find(a, schema, name, nargs, types, 0, NULL, false, &overload);
    if (result != OVERLOAD_FOUND)
        return report_missing(a, result, signature(a, schema, name, nargs, args, 0, NULL), location);
    if (!overload.proc)
        return coerce_to_target(a, args[0], overload.cast_type, -1, COERCE_EXPLICIT, location);
    return plain_call(a, &overload, nargs, args, location);
}

struct expr *func_call_proc(struct analysis *a, oid_t proc, int nargs, struct expr **args, int location)
{
    oid_t types[PROC_ARGS_MAX];
    struct overload overload = {.proc = catalog_proc_by_oid(a->catalog, proc), .nargs = nargs, .types = types};
    proc_fact_args(overload.proc, types);
    return plain_call(a, &overload, nargs, args, location);
}

static bool analyse_sort_args(struct analysis *a, const PgQuery__FuncCall *call, struct expr *expr)
{
    expr->agg.sort = arena_array(a->arena, struct sort_item, call->n_agg_order);
    for (size_t i = 0; i < call->n_agg_order; i++) {
        struct expr *key = coerce_unknown(a, analyse_expr(a, call->agg_order[i]->sort_by->node));
        if (!key || !sort_item_make(a, key, call->agg_order[i]->sort_by, &expr->agg.sort[expr->agg.nsort]))
            return false;
        expr->agg.nsort++;
    }
    return true;
}

/* An aggregate with DISTINCT sorts. */
static bool require_order(struct analysis *a, const struct expr *arg)
{
    if (arg->type == RECORD_OID || operator_ordering(a, "<", arg->type))
        return true;
    bool equality = operator_ordering(a, "=", arg->type) != NULL;
    analysis_error(a, ERRCODE_UNDEFINED_FUNCTION, arg->location, "could not identify an %s operator for type %s",
                   equality ? "ordering" : "equality", analysis_type(a, arg->type));
    return equality ? diag_detail(a->diag, "Aggregates with DISTINCT must be able to sort their inputs.") : false;
}

static struct expr *aggregate_call(struct analysis *a, const PgQuery__FuncCall *call, struct overload *overload, int nargs,
                                   struct expr **args, const char *name)
{
    bool is_window = call->over != NULL;
    const struct aggregate_fact *fact = catalog_aggregate_by_proc(a->catalog, overload->proc->oid);
    struct expr *expr = expr_new(a, is_window ? EXPR_WINDOW : EXPR_AGGREGATE, 0, call->location);
    expr->agg.proc = overload->proc;
    expr->agg.star = call->agg_star;
    expr->agg.distinct = call->agg_distinct;
    oid_t result;
    struct expr_list all = {0};
    if (!finish_args(a, overload, nargs, args, &all, call->location, &result))
        return NULL;
    bool ordered_set = overload->proc->kind == 'a' && fact && fact->kind != 'n';
    if (ordered_set && !call->agg_within_group)
        return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, call->location,
                              "WITHIN GROUP is required for ordered-set aggregate %s", name);
    if (!ordered_set && call->agg_within_group)
        return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, call->location,
                              "%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", name);
    int direct = ordered_set ? all.count - (int) call->n_agg_order : 0;
    for (int i = 0; i < all.count; i++)
        expr_list_add(a, i < direct ? &expr->agg.direct_args : &expr->agg.args, all.items[i]);
    if (ordered_set) {
        expr->agg.sort = arena_array(a->arena, struct sort_item, call->n_agg_order);
        for (size_t i = 0; i < call->n_agg_order; i++)
            if (!sort_item_make(a, expr->agg.args.items[i], call->agg_order[i]->sort_by, &expr->agg.sort[expr->agg.nsort++]))
                return NULL;
    } else if (!analyse_sort_args(a, call, expr)) {
        return NULL;
    }
    if (call->agg_distinct && expr->agg.nsort) {
        for (int i = 0; i < expr->agg.nsort; i++) {
            bool listed = false;
            for (int k = 0; k < expr->agg.args.count && !listed; k++)
                listed = expr_equal(a, expr->agg.sort[i].expr, expr->agg.args.items[k]);
            if (!listed)
                return analysis_error(a, ERRCODE_INVALID_COLUMN_REFERENCE, expr->agg.sort[i].expr->location,
                                      "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list");
        }
    }
    for (int i = 0; call->agg_distinct && i < expr->agg.args.count; i++)
        if (!require_order(a, expr->agg.args.items[i]))
            return NULL;
    expr->type = result;
    const struct type_desc *desc = analysis_type_desc(a, result);
    expr->collation = desc ? desc->collation : 0;
    if (call->agg_filter) {
        struct expr *filter = analyse_in(a, call->agg_filter, CLAUSE_FILTER);
        expr->agg.filter = filter ? coerce_boolean(a, filter, "FILTER") : NULL;
        if (!expr->agg.filter)
            return NULL;
    }
    if (!coerce_collate(a, expr, expr->agg.args.count, expr->agg.args.items))
        return NULL;
    if (!is_window)
        return place_aggregate(a, expr) ? expr : NULL;
    if (a->scope->clause != CLAUSE_TARGET && a->scope->clause != CLAUSE_ORDER && a->scope->clause != CLAUSE_DISTINCT) {
        const char *where = clause_name(a->scope);
        return analysis_error(a, ERRCODE_WINDOWING_ERROR, call->location, "window functions are not allowed in %s",
                              where ? where : "this clause");
    }
    if (call->agg_distinct)
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, call->location,
                              "DISTINCT is not implemented for window functions");
    if (call->n_agg_order)
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, call->location,
                              "aggregate ORDER BY is not implemented for window functions");
    expr->agg.window = window_of(a, call->over);
    if (!expr->agg.window)
        return NULL;
    a->scope->query->has_windows = true;
    return expr;
}

static bool check_plain(struct analysis *a, const PgQuery__FuncCall *call, const struct proc_fact *proc, const char *what)
{
    const char *why = call->agg_star           ? "%s(*) specified, but %s is not an aggregate function"
                      : call->agg_distinct     ? "DISTINCT specified, but %s is not an aggregate function"
                      : call->agg_within_group ? "WITHIN GROUP specified, but %s is not an aggregate function"
                      : call->n_agg_order      ? "ORDER BY specified, but %s is not an aggregate function"
                      : call->agg_filter       ? "FILTER specified, but %s is not an aggregate function"
                      : call->over             ? "OVER specified, but %s is not a window function nor an aggregate function"
                                               : NULL;
    if (why) {
        const char *at = strstr(why, "%s");
        const char *text = arena_printf(a->arena, "%.*s%s%s", (int) (at - why), why, what, at + 2);
        const char *again = strstr(text, "%s");
        if (again)
            text = arena_printf(a->arena, "%.*s%s%s", (int) (again - text), text, what, again + 2);
        return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, call->location, "%s", text), false;
    }
    if (proc->kind == 'p') {
        analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, call->location, "%s is a procedure", what);
        return diag_hint(a->diag, "To call a procedure, use CALL.");
    }
    if (proc->kind == 'w')
        return analysis_error(a, ERRCODE_WINDOWING_ERROR, call->location, "window function %s requires an OVER clause",
                              proc->name),
               false;
    return true;
}

/* A type's own input or output function, called by name, is the conversion that the type's codec makes. NULL: it is no such function. */
static struct expr *codec_call(struct analysis *a, const struct proc_fact *proc, int nargs, struct expr **args, int location)
{
    oid_t declared[PROC_ARGS_MAX];
    if (nargs != 1 || proc_fact_args(proc, declared) != 1)
        return NULL;
    const struct type_fact *from = type_fact_by_oid(declared[0]), *to = type_fact_by_oid(proc->result);
    bool output = from && from->output == proc->oid && proc->result == CSTRING_OID;
    bool input = to && to->input == proc->oid && declared[0] == CSTRING_OID;
    if (!output && !input)
        return NULL;
    struct expr *arg = coerce_to_target(a, args[0], declared[0], -1, COERCE_IMPLICIT, -1);
    if (!arg)
        return NULL;
    struct expr *expr = expr_new(a, EXPR_IO_CAST, proc->result, location);
    expr->cast.arg = arg;
    expr->cast.is_explicit = true;
    return expr;
}

/* VARIADIC and an array for "any": the elements are the arguments, for which func/ has an implementation of its own. */
static bool spread_array(struct analysis *a, struct expr *expr)
{
    const struct expr *last = expr->call.args.items[expr->call.args.count - 1];
    const struct type_desc *type = analysis_type_desc(a, last->type);
    while (type && type->typtype == 'd')
        type = analysis_type_desc(a, type->base);
    if (!type || !type->element)
        return analysis_error(a, ERRCODE_DATATYPE_MISMATCH, last->location, "VARIADIC argument must be an array");
    struct proc_fact *proc = arena_new(a->arena, struct proc_fact);
    *proc = *expr->call.proc;
    proc->source = arena_printf(a->arena, "%s(variadic)", proc->source);
    if (!func_find(proc->source))
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, expr->location, "VARIADIC is not supported for function %s yet",
                              proc->name);
    expr->call.proc = proc;
    expr->call.variadic = true;
    return true;
}

static struct expr *scalar_call(struct analysis *a, const PgQuery__FuncCall *call, struct overload *overload, int nargs,
                                struct expr **args, const char *what)
{
    const struct proc_fact *proc = overload->proc;
    if (!check_plain(a, call, proc, what))
        return NULL;
    struct expr *codec = func_find(proc->source) ? NULL : codec_call(a, proc, nargs, args, call->location);
    if (codec || diag_is_set(a->diag))
        return codec;
    if (!func_find(proc->source))
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, call->location, "function %s is not supported yet", what);
    struct expr *expr = plain_call(a, overload, nargs, args, call->location);
    if (!expr)
        return NULL;
    routine_inline_call(a, expr);
    if (call->func_variadic && proc->variadic == ANY_OID && !spread_array(a, expr))
        return NULL;
    if (proc->retset) {
        switch (a->scope->clause) {
        case CLAUSE_TARGET:
        case CLAUSE_ORDER:
        case CLAUSE_GROUP:
        case CLAUSE_DISTINCT:
            a->scope->query->has_srf = true;
            break;
        case CLAUSE_FROM:
            break;
        default:
            return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, call->location,
                                  "set-returning functions are not allowed in %s", clause_name(a->scope));
        }
    }
    return expr;
}

struct expr *analyse_func(struct analysis *a, const PgQuery__FuncCall *call)
{
    const char *name = analysis_string(call->funcname[call->n_funcname - 1]);
    const char *schema = call->n_funcname > 1 ? analysis_string(call->funcname[call->n_funcname - 2]) : NULL;
    struct expr_list args = {0};
    const char **names = arena_array(a->arena, const char *, call->n_args + 1);
    oid_t types[PROC_ARGS_MAX];
    int nnames = 0;
    if (call->n_args + call->n_agg_order > PROC_ARGS_MAX)
        return analysis_error(a, ERRCODE_TOO_MANY_ARGUMENTS, call->location, "cannot pass more than %d arguments to a function",
                              PROC_ARGS_MAX);
    for (size_t i = 0; i < call->n_args; i++) {
        const PgQuery__Node *node = call->args[i];
        if (node->node_case == PG_QUERY__NODE__NODE_NAMED_ARG_EXPR) {
            names[nnames++] = node->named_arg_expr->name;
            node = node->named_arg_expr->arg;
        } else if (nnames) {
            return analysis_error(a, ERRCODE_SYNTAX_ERROR, call->location, "positional argument cannot follow named argument");
        }
        struct expr *arg = analyse_expr(a, node);
        if (!arg)
            return NULL;
        expr_list_add(a, &args, arg);
    }
    if (call->agg_within_group) {
        for (size_t i = 0; i < call->n_agg_order; i++) {
            struct expr *arg = analyse_expr(a, call->agg_order[i]->sort_by->node);
            if (!arg)
                return NULL;
            expr_list_add(a, &args, arg);
        }
    }
    for (int i = 0; i < args.count; i++)
        types[i] = args.items[i]->type;
    const char *what = signature(a, schema, name, args.count, args.items, nnames, names);
    if (schema && strcmp(schema, "pg_catalog") != 0 && !catalog_schema_by_name(a->catalog, schema))
        return analysis_error(a, ERRCODE_INVALID_SCHEMA_NAME, call->location, "schema \"%s\" does not exist", schema);
    struct overload overload;
    enum overload_result result =
        overload_find(a, schema, name, args.count, types, nnames, names, call->func_variadic, &overload);
    if (result != OVERLOAD_FOUND) {
        /* f(x) may be the column f of x (PostgreSQL docs 38.5.3). */
        struct type_field *fields;
        if (result == OVERLOAD_NONE && args.count == 1 && !nnames && !schema && !call->agg_star &&
            composite_fields(a, args.items[0], &fields) > 0) {
            int nfields = composite_fields(a, args.items[0], &fields);
            for (int i = 0; i < nfields; i++)
                if (!fields[i].dropped && strcmp(fields[i].name, name) == 0)
                    return analyse_field(a, args.items[0], name, call->location);
        }
        return report_missing(a, result, call->agg_star ? arena_printf(a->arena, "%s()", name) : what, call->location);
    }
    if (!overload.proc)
        return coerce_to_target(a, args.items[0], overload.cast_type, -1, COERCE_EXPLICIT, call->location);
    if (overload.proc->kind == 'a' || (overload.proc->kind == 'w' && call->over)) {
        if (overload.proc->kind == 'a' && args.count == 0 && !call->agg_star && !call->agg_within_group)
            return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, call->location,
                                  "%s(*) must be used to call a parameterless aggregate function", name);
        return aggregate_call(a, call, &overload, args.count, args.items, name);
    }
    return scalar_call(a, call, &overload, args.count, args.items, what);
}
