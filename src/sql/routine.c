#include "sql/routine.h"

#include "sql/compile.h"
#include "sql/parse.h"
#include "type/array.h"
#include "type/composite.h"

#include <stdlib.h>
#include <sys/resource.h>

/* Compiling and running the bodies of SQL-language functions. */

struct routine {
    struct routine *next;
    struct arena arena;
    oid_t oid;
    uint64_t generation;
    const char *name;
    bool strict, retset;
    struct routine_effects effects;
    bool compiling; /* it calls itself: what it writes is not known yet, and is said by the rest of its body */
    bool detached;  /* out of the list: the last call frees it */
    int users;
    int nargs;
    oid_t *types;
    struct routine_result result;
    int nplans;
    struct plan **plans;
};

struct routine_cache {
    struct routine *first;
    const char *stack; /* where the session's own frames begin */
    size_t stack_room; /* what calls within calls may take of it */
};

/* ---- compiling ---- */

static int find_argument(void *self, const char *qualifier, const char *name, oid_t *type)
{
    const struct routine_arguments *arguments = self;
    const struct proc_fact *proc = arguments->proc;
    if (!proc->names || (qualifier && strcmp(qualifier, proc->name) != 0))
        return 0;
    int number = 0;
    const char *at = proc->names;
    for (int i = 0; at; i++) {
        const char *comma = strchrnul(at, ',');
        bool is_input = !proc->modes || strchr("ibv", proc->modes[i]);
        if (is_input && number++ < arguments->nargs && (size_t) (comma - at) == strlen(name) &&
            strncmp(at, name, strlen(name)) == 0) {
            *type = arguments->types[number - 1];
            return number;
        }
        at = *comma ? comma + 1 : NULL;
    }
    return 0;
}

void routine_variables(struct routine_arguments *arguments, struct variables *variables)
{
    *variables = (struct variables){.self = arguments, .find = find_argument};
}

static void free_routine(struct routine *routine)
{
    for (int i = 0; i < routine->nplans; i++)
        plan_release(routine->plans[i]);
    arena_deinit(&routine->arena);
    free(routine);
}

static void detach(struct routine **link)
{
    struct routine *routine = *link;
    *link = routine->next;
    routine->detached = true;
    if (routine->users == 0 && !routine->compiling)
        free_routine(routine);
}

void routine_forget(struct compiler *compiler)
{
    while (compiler->routines->first)
        detach(&compiler->routines->first);
}

void routine_remove(struct compiler *compiler)
{
    routine_forget(compiler);
    free(compiler->routines);
    compiler->routines = NULL;
    if (compiler->env) {
        compiler->env->routines = NULL;
        compiler->env->routine_call = NULL;
        compiler->env->routine_open = NULL;
    }
}

/* Positions inside a body are the body's own. */
static bool inner_report(struct diag *diag, const char *body)
{
    if (diag->position && !diag->internal_position) {
        diag->internal_position = diag->position;
        free(diag->internal_query);
        diag->internal_query = xstrdup(body);
        diag->position = 0;
    }
    return false;
}

static void put_literal(struct buf *out, const char *text)
{
    buf_putc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_putc(out, '\'');
        buf_putc(out, *text);
    }
    buf_putc(out, '\'');
}

/* NOTIFY in a body is the call of pg_notify that does the same. */
static PgQuery__Node *notify_as_call(struct arena *arena, const PgQuery__NotifyStmt *stmt, struct diag *diag)
{
    struct buf text = {0};
    buf_puts(&text, "SELECT pg_catalog.pg_notify(");
    put_literal(&text, stmt->conditionname);
    buf_puts(&text, ", ");
    put_literal(&text, stmt->payload ? stmt->payload : "");
    buf_putc(&text, ')');
    PgQuery__Node *node = parse_statement(arena, arena_strdup(arena, buf_cstr(&text)), diag);
    buf_deinit(&text);
    return node;
}

static bool compile_body(struct compiler *compiler, struct routine *routine, const struct proc_fact *proc, const char *body,
                         bool check, struct diag *diag)
{
    struct parse_tree tree;
    if (!parse_text(&routine->arena, body, strlen(body), body, 0, &tree, diag))
        return false;
    PgQuery__ParseResult *parsed = parse_unpack(&routine->arena, &tree);
    if (!parsed)
        return diag_set(diag, ERRCODE_SYNTAX_ERROR, "the body cannot be read");
    struct routine_arguments arguments = {proc, routine->nargs, routine->types};
    struct variables variables;
    routine_variables(&arguments, &variables);
    const struct variables *outer_variables = compiler->variables;
    struct routine_result *outer_result = compiler->routine_result;
    routine->plans = arena_array(&routine->arena, struct plan *, parsed->n_stmts + 1);
    bool good = true;
    for (size_t i = 0; i < parsed->n_stmts && good; i++) {
        bool final = i + 1 == parsed->n_stmts;
        compiler->variables = &variables; // cppcheck-suppress autoVariables ; put back below
        compiler->routine_result = final ? &routine->result : NULL;
        PgQuery__Node *node = parsed->stmts[i]->stmt;
        bool is_result = final && routine->result.type != VOID_OID;
        if (node->node_case == PG_QUERY__NODE__NODE_NOTIFY_STMT && !is_result)
            node = notify_as_call(&routine->arena, node->notify_stmt, diag);
        struct plan *plan = node ? compile_node(compiler, node, body, routine->nargs, routine->types, diag) : NULL;
        good = plan != NULL;
        if (!good)
            break;
        routine->plans[routine->nplans++] = plan;
        routine->effects.writes |= plan->writes;
        routine->effects.writes_file |= plan->writes_file;
        if (!routine->effects.changes)
            routine->effects.changes = plan->changes;
        if (plan->kind != PLAN_QUERY && plan->kind != PLAN_EMPTY)
            good = final && routine->result.type != VOID_OID && check
                       ? routine_no_result(compiler, &routine->result, diag)
                       : diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "%s is not supported in an SQL function yet", plan->tag);
    }
    compiler->variables = outer_variables;
    compiler->routine_result = outer_result;
    if (good && routine->nplans == 0 && routine->result.type != VOID_OID)
        good = routine_no_result(compiler, &routine->result, diag);
    return good;
}

static struct routine *new_routine(struct compiler *compiler, const struct catalog_function *function, int nargs,
                                   const oid_t *types, oid_t result)
{
    struct routine *routine = xcalloc(1, sizeof *routine);
    struct diag unused = {0};
    arena_init(&routine->arena);
    routine->oid = function->fact.oid;
    routine->generation = catalog_generation(compiler->catalog);
    routine->name = arena_strdup(&routine->arena, function->fact.name);
    routine->strict = function->fact.strict;
    routine->retset = function->fact.retset;
    routine->nargs = nargs;
    routine->types = arena_array(&routine->arena, oid_t, nargs + 1);
    memcpy(routine->types, types, sizeof *types * (size_t) nargs);
    struct analysis a = {.compiler = compiler, .catalog = compiler->catalog, .arena = &routine->arena, .diag = &unused};
    routine_describe(&a, &function->fact, nargs, routine->types, result, &routine->result);
    diag_clear(&unused);
    return routine;
}

bool routine_validate(struct compiler *compiler, const struct catalog_function *function, struct diag *diag)
{
    oid_t types[PROC_ARGS_MAX];
    int nargs = proc_fact_args(&function->fact, types);
    bool polymorphic = type_is_polymorphic(function->fact.result);
    for (int i = 0; i < nargs; i++)
        polymorphic |= type_is_polymorphic(types[i]);
    struct routine *routine = new_routine(compiler, function, nargs, types, function->fact.result);
    struct parse_tree tree;
    bool good = polymorphic ? parse_text(&routine->arena, function->body, strlen(function->body), function->body, 0, &tree, diag)
                            : compile_body(compiler, routine, &function->fact, function->body, true, diag);
    free_routine(routine);
    return good;
}

struct routine *routine_get(struct compiler *compiler, oid_t oid, int nargs, const oid_t *types, oid_t result, struct diag *diag)
{
    for (struct routine **link = &compiler->routines->first; *link;) {
        struct routine *routine = *link;
        if (routine->generation != catalog_generation(compiler->catalog)) {
            detach(link);
            continue;
        }
        if (routine->oid == oid && routine->nargs == nargs && routine->result.type == result &&
            memcmp(routine->types, types, sizeof *types * (size_t) nargs) == 0)
            return routine;
        link = &routine->next;
    }
    const struct catalog_function *function = catalog_function_by_oid(compiler->catalog, oid);
    if (!function) {
        diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "function with OID %u does not exist", oid);
        return NULL;
    }
    struct routine *routine = new_routine(compiler, function, nargs, types, result);
    routine->next = compiler->routines->first;
    compiler->routines->first = routine;
    routine->compiling = true;
    const char *body = arena_strdup(&routine->arena, function->body);
    bool good = compile_body(compiler, routine, &function->fact, body, false, diag);
    routine->compiling = false;
    if (good)
        return routine;
    inner_report(diag, body);
    /* PostgreSQL meets the fault when it tries to inline, where it would try. */
    bool inlining = !routine->retset && result != RECORD_OID && !function->security_definer && !function->settings;
    if (!diag->context)
        diag_context(diag, "SQL function \"%s\" during %s", routine->name, inlining ? "inlining" : "startup");
    for (struct routine **link = &compiler->routines->first; *link; link = &(*link)->next)
        if (*link == routine) {
            detach(link);
            return NULL;
        }
    if (routine->users == 0)
        free_routine(routine);
    return NULL;
}

struct routine_effects routine_effects(const struct routine *routine)
{
    return routine->effects;
}

/* ---- running ---- */

struct run {
    struct compiler *compiler;
    struct routine *routine;
    struct arena arena; /* the arguments */
    const struct datum *args;
    struct cursor *cursor;
    int statement;
    bool whole;           /* rows as one value */
    const char *settings; /* in force inside; NULL */
};

/* Each call within a call is one of SQLite's engines within another: the stack bounds them. */
static bool stack_is_deep(const struct routine_cache *cache)
{
    const char *here = __builtin_frame_address(0);
    size_t used = (size_t) (here < cache->stack ? cache->stack - here : here - cache->stack);
    return used > cache->stack_room;
}

static bool begin(struct run *run, struct compiler *compiler, struct fcall *call, oid_t oid, int nargs, const struct datum *args)
{
    oid_t types[PROC_ARGS_MAX];
    for (int i = 0; i < nargs; i++)
        types[i] = call->inst->args[i + 1]->oid;
    if (stack_is_deep(compiler->routines)) {
        const char *limit = call->env->setting_get ? call->env->setting_get(call->env->session, "max_stack_depth") : NULL;
        diag_set(call->diag, ERRCODE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        return diag_hint(call->diag,
                         "Increase the configuration parameter \"max_stack_depth\" (currently %s), after ensuring the platform's "
                         "stack depth limit is adequate.",
                         limit ? limit : "2MB");
    }
    *run = (struct run){.compiler = compiler};
    arena_init(&run->arena);
    const struct catalog_function *function = catalog_function_by_oid(compiler->catalog, oid);
    struct routine_setting *saved;
    run->settings = function && function->settings ? arena_strdup(&run->arena, function->settings) : NULL;
    if (!routine_settings_apply(call->env, &run->arena, run->settings, &saved, call->diag)) {
        arena_deinit(&run->arena);
        return false;
    }
    run->routine = routine_get(compiler, oid, nargs, types, call->inst->result ? call->inst->result->oid : VOID_OID, call->diag);
    if (run->routine)
        run->routine->users++;
    routine_settings_restore(call->env, saved);
    if (!run->routine) {
        arena_deinit(&run->arena);
        return false;
    }
    struct datum *copies = arena_array(&run->arena, struct datum, nargs + 1);
    for (int i = 0; i < nargs; i++) {
        copies[i] = args[i];
        if (args[i].kind == DATUM_TEXT || args[i].kind == DATUM_BLOB)
            copies[i].data = arena_strndup(&run->arena, args[i].len ? args[i].data : "", args[i].len);
    }
    run->args = copies;
    return true;
}

static void end(struct run *run)
{
    struct routine *routine = run->routine;
    cursor_close(run->cursor);
    run->cursor = NULL;
    if (!routine)
        return;
    run->routine = NULL;
    arena_deinit(&run->arena);
    if (--routine->users == 0 && routine->detached)
        free_routine(routine);
}

/* The next row of the statement under way; at its end the next statement's, until the last is done. */
static bool step_row(struct run *run, const struct datum **row, struct diag *diag)
{
    const struct routine *routine = run->routine;
    bool again = false;
    *row = NULL;
    while (run->statement < routine->nplans) {
        struct plan *plan = routine->plans[run->statement];
        bool final = run->statement + 1 == routine->nplans;
        enum engine_step step = ENGINE_DONE;
        if (plan->kind == PLAN_QUERY) {
            if (!run->cursor)
                run->cursor = cursor_open(run->compiler, plan, run->args, NULL, 0, diag);
            step = run->cursor ? cursor_next(run->cursor, row, diag) : ENGINE_FAILED;
        }
        if (step == ENGINE_ROW && final && routine->result.shape != ROUTINE_VOID)
            break;
        *row = NULL;
        if (step == ENGINE_ROW)
            continue;
        cursor_close(run->cursor);
        run->cursor = NULL;
        if (step == ENGINE_STALE && !again) {
            again = true;
            continue;
        }
        if (step != ENGINE_DONE) {
            inner_report(diag, plan->text);
            const char *outer = diag->context;
            const char *context = arena_printf(&run->arena, "%s%sSQL function \"%s\" statement %d", outer ? outer : "",
                                               outer ? "\n" : "", routine->name, run->statement + 1);
            return diag_context(diag, "%s", context);
        }
        run->statement++;
    }
    return true;
}

static bool next_row(struct run *run, const struct datum **row, struct diag *diag)
{
    struct routine_setting *saved;
    if (!routine_settings_apply(run->compiler->env, &run->arena, run->settings, &saved, diag))
        return false;
    bool good = step_row(run, row, diag);
    routine_settings_restore(run->compiler->env, saved);
    return good;
}

static struct datum keep(struct arena *arena, const struct datum *value)
{
    struct datum copy = *value;
    if (value->kind == DATUM_TEXT || value->kind == DATUM_BLOB)
        copy.data = arena_strndup(arena, value->len ? value->data : "", value->len);
    return copy;
}

/* The row's fields as one value of the result type. */
static struct datum pack(const struct run *run, struct fcall *call, const struct datum *row)
{
    const struct routine_result *result = &run->routine->result;
    const struct plan *plan = run->routine->plans[run->routine->nplans - 1];
    const struct type_desc *type = type_base(call->env->resolver, call->inst->result);
    int count = result->nfields >= 0 ? result->nfields : plan->ncolumns, column = 0;
    struct composite fields = {count, arena_alloc(call->arena, sizeof(oid_t) * (size_t) (count + 1)),
                               arena_alloc(call->arena, sizeof(struct datum) * (size_t) (count + 1)),
                               arena_alloc(call->arena, sizeof(char *) * (size_t) (count + 1))};
    for (int i = 0; i < count; i++) {
        bool dropped = result->nfields >= 0 && result->fields[i].dropped;
        fields.types[i] = result->nfields >= 0 ? result->fields[i].type : plan->columns[i].type;
        fields.names[i] = result->nfields >= 0 ? result->fields[i].name : plan->columns[i].name;
        fields.fields[i] = dropped ? datum_null() : row[column++];
    }
    struct type_io io = fcall_io(call, type);
    return composite_store(&io, type, &fields);
}

/* One value's fields as columns. */
static void spread(struct fcall *call, const struct datum *value, struct datum *row, int room)
{
    const struct type_desc *type = type_base(call->env->resolver, call->inst->result);
    struct type_io io = fcall_io(call, type);
    struct composite fields;
    int column = 0;
    composite_load(&io, type, value, &fields);
    for (int i = 0; i < fields.count && column < room; i++)
        if (i >= type->field_count || !type->fields[i].dropped)
            row[column++] = fields.fields[i];
}

static bool any_null(int count, const struct datum *args)
{
    for (int i = 0; i < count; i++)
        if (datum_is_null(&args[i]))
            return true;
    return false;
}

static bool call_routine(void *self, struct fcall *call, oid_t oid, int nargs, const struct datum *args, struct datum *result)
{
    struct compiler *compiler = self;
    struct run run = {0};
    const struct datum *row = NULL;
    *result = datum_null();
    bool good = begin(&run, compiler, call, oid, nargs, args);
    if (good && !(run.routine->strict && any_null(nargs, args))) {
        good = next_row(&run, &row, call->diag);
        if (good && row && run.routine->result.shape == ROUTINE_VALUE)
            *result = keep(call->arena, &row[0]);
        else if (good && row)
            *result = pack(&run, call, row);
        /* A SELECT may be left after its first row; what changes rows is finished. */
        while (good && row && run.routine->plans[run.routine->nplans - 1]->command != COMMAND_SELECT)
            good = next_row(&run, &row, call->diag);
    }
    end(&run);
    return good;
}

static bool open_rows(void *self, struct fcall *call, oid_t oid, bool whole, int nargs, const struct datum *args, void **rows)
{
    struct run *run = xcalloc(1, sizeof *run);
    *rows = run;
    if (!begin(run, self, call, oid, nargs, args))
        return false;
    run->whole = whole;
    if (run->routine->strict && any_null(nargs, args))
        run->statement = run->routine->nplans;
    return true;
}

static bool next_rows(void *rows, struct fcall *call, struct datum *out, int room, bool *more)
{
    struct run *run = rows;
    const struct datum *row;
    *more = false;
    if (!run->routine)
        return true;
    if (!next_row(run, &row, call->diag))
        return false;
    *more = row != NULL;
    if (!row)
        return true;
    const struct type_desc *type = type_base(call->env->resolver, call->inst->result);
    bool is_row = type && (type->typtype == 'c' || type->oid == RECORD_OID);
    const struct plan *plan = run->routine->plans[run->routine->nplans - 1];
    if (run->routine->result.shape == ROUTINE_VALUE && is_row && !run->whole)
        spread(call, &row[0], out, room);
    else if (run->routine->result.shape == ROUTINE_FIELDS && run->whole)
        out[0] = pack(run, call, row);
    else
        for (int i = 0; i < plan->ncolumns && i < room; i++)
            out[i] = row[i];
    return true;
}

static void close_rows(void *rows)
{
    struct run *run = rows;
    if (run)
        end(run);
    free(run);
}

void routine_install(struct compiler *compiler)
{
    struct func_env *env = compiler->env;
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    enum { STACK_USUAL = 8 << 20 };
    getrlimit(RLIMIT_STACK, &limit);
    compiler->routines = xcalloc(1, sizeof *compiler->routines);
    compiler->routines->stack = __builtin_frame_address(0);
    compiler->routines->stack_room = (limit.rlim_cur < STACK_USUAL ? limit.rlim_cur : STACK_USUAL) / 2;
    if (!env)
        return;
    env->routines = compiler;
    env->routine_call = call_routine;
    env->routine_open = open_rows;
    env->routine_next = next_rows;
    env->routine_close = close_rows;
}
