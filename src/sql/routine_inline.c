#include "sql/routine.h"

#include "sql/parse.h"

/* Calls of SQL functions that are nothing but an expression, or nothing but a query, become that where they stand. The conditions are
 * PostgreSQL's: what could be seen by evaluating an argument twice, or not at all, stays a call. */

enum { INLINE_DEPTH_MAX = 16 };

struct contents {
    int uses[PROC_ARGS_MAX];
    bool plain;      /* an expression over the arguments alone */
    bool strict;     /* NULL for any NULL argument */
    char volatility; /* of all that is called */
};

static bool look(void *arg, struct expr *expr, int depth, bool *skip)
{
    struct contents *contents = arg;
    (void) depth, (void) skip;
    switch (expr->kind) {
    case EXPR_PARAM:
        if (expr->param.number <= PROC_ARGS_MAX)
            contents->uses[expr->param.number - 1]++;
        break;
    case EXPR_CONST:
    case EXPR_RELABEL:
    case EXPR_TYPMOD:
    case EXPR_COLLATE:
    case EXPR_NOT:
    case EXPR_IO_CAST:
        break;
    case EXPR_CALL: {
        char volatility = expr->call.proc->volatility;
        if (volatility == 'v' || (volatility == 's' && contents->volatility == 'i'))
            contents->volatility = volatility;
        contents->strict &= expr->call.proc->strict;
        contents->plain &= !expr->call.proc->retset;
        break;
    }
    case EXPR_SQL_VALUE:
        if (contents->volatility == 'i')
            contents->volatility = 's';
        break;
    case EXPR_SUBLINK:
    case EXPR_AGGREGATE:
    case EXPR_WINDOW:
    case EXPR_COLUMN:
    case EXPR_WHOLE_ROW:
        contents->plain = false;
        break;
    default:
        contents->strict = false;
    }
    return false;
}

/* May the argument be said as often as one likes? */
static bool is_simple(const struct expr *expr)
{
    while (expr->kind == EXPR_RELABEL)
        expr = expr->cast.arg;
    return expr->kind == EXPR_CONST || expr->kind == EXPR_PARAM || expr->kind == EXPR_LITERAL || expr->kind == EXPR_COLUMN;
}

struct inlining {
    const struct inlining *outer;
    oid_t function;
};

/* The body as a query over its parameters; NULL quietly: it is no single SELECT, or cannot be analysed here. */
static struct query *body_query(struct analysis *a, const struct catalog_function *function, int nargs, oid_t *types,
                                struct routine_result *result)
{
    struct compiler *compiler = a->compiler, saved = *compiler;
    struct diag report = {0};
    struct inlining here = {compiler->inlining, function->fact.oid};
    int depth = 0;
    for (const struct inlining *outer = here.outer; outer; outer = outer->outer)
        if (outer->function == here.function || ++depth >= INLINE_DEPTH_MAX)
            return NULL;
    PgQuery__Node *node = parse_statement(a->arena, function->body, &report);
    struct query *query = NULL;
    if (node && node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT) {
        struct variables variables;
        struct routine_arguments arguments = {&function->fact, nargs, types};
        routine_variables(&arguments, &variables);
        compiler->text = compiler->whole = function->body;
        compiler->offset = 0;
        compiler->nliterals = 0;
        compiler->no_params = false;
        compiler->params_refused = false;
        compiler->variables = &variables;
        compiler->routine_result = NULL;
        compiler->param_types = types;
        compiler->nparams = compiler->params_cap = nargs;
        compiler->inlining = &here;
        struct analysis inner = {.compiler = compiler, .catalog = a->catalog, .arena = a->arena, .diag = &report};
        query = analyse_select(&inner, node->select_stmt);
        if (query && !routine_check_result(&inner, query, result))
            query = NULL;
        saved.next_rte = compiler->next_rte;
        saved.next_cte = compiler->next_cte;
        *compiler = saved;
    }
    diag_clear(&report);
    return query;
}

static const struct catalog_function *candidate(struct analysis *a, const struct expr *call)
{
    const struct proc_fact *proc = call->call.proc;
    const struct catalog_function *function = proc->language == 'u' ? catalog_function_by_oid(a->catalog, proc->oid) : NULL;
    bool possible = function && strcmp(function->language, "sql") == 0 && proc->kind == 'f' && !function->security_definer &&
                    !function->settings && call->call.args.count <= PROC_ARGS_MAX;
    return possible ? function : NULL;
}

void routine_inline_call(struct analysis *a, struct expr *call)
{
    const struct catalog_function *function = candidate(a, call);
    oid_t types[PROC_ARGS_MAX];
    int nargs = call->call.args.count;
    if (!function || function->fact.retset || call->type == RECORD_OID || call->type == VOID_OID)
        return;
    for (int i = 0; i < nargs; i++)
        types[i] = call->call.args.items[i]->type;
    struct routine_result result = {.type = call->type, .nfields = -1};
    struct query *query = body_query(a, function, nargs, types, &result);
    if (!query || query->nfrom || query->where || query->having || query->setop || query->nvalues || query->ntargets != 1 ||
        query->nctes || query->grouped || query->nsort || query->limit || query->offset || query->distinct ||
        query->has_aggregates || query->has_windows || query->has_srf || result.shape != ROUTINE_VALUE)
        return;
    struct contents contents = {.plain = true, .strict = true, .volatility = 'i'};
    struct expr *body = query->targets[0].expr;
    expr_walk(body, 0, look, &contents);
    char declared = function->fact.volatility;
    if (!contents.plain || (declared == 'i' && contents.volatility != 'i') || (declared == 's' && contents.volatility == 'v') ||
        (function->fact.strict && !contents.strict))
        return;
    for (int i = 0; i < nargs; i++)
        if ((function->fact.strict && contents.uses[i] == 0) || (contents.uses[i] != 1 && !is_simple(call->call.args.items[i])))
            return;
    call->call.inlined = body;
}

struct query *routine_inline_table(struct analysis *a, const struct expr *call)
{
    const struct catalog_function *function = call->kind == EXPR_CALL ? candidate(a, call) : NULL;
    oid_t types[PROC_ARGS_MAX];
    int nargs = function ? call->call.args.count : 0;
    if (!function || !function->fact.retset || function->fact.strict || function->fact.volatility == 'v')
        return NULL;
    for (int i = 0; i < nargs; i++) {
        const struct expr *arg = call->call.args.items[i];
        if (!is_simple(arg) || arg->kind == EXPR_COLUMN || (arg->kind == EXPR_RELABEL && arg->cast.arg->kind == EXPR_COLUMN))
            return NULL;
        types[i] = arg->type;
    }
    struct routine_result result;
    routine_describe(a, &function->fact, nargs, types, call->type, &result);
    const struct type_desc *type = analysis_type_desc(a, coercion_base(a, call->type, NULL));
    if (call->type == RECORD_OID && result.nfields < 0)
        return NULL;
    struct query *query = body_query(a, function, nargs, types, &result);
    bool is_row = call->type == RECORD_OID || (type && type->typtype == 'c');
    return query && !query->lock_command && result.shape == (is_row ? ROUTINE_FIELDS : ROUTINE_VALUE) ? query : NULL;
}
