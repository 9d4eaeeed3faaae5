#include "sql/compile.h"

#include "sql/analyse.h"
#include "sql/domain.h"
#include "sql/lower.h"
#include "sql/routine.h"

#include <assert.h>
#include <stdlib.h>

struct compiler *compiler_new(struct engine *engine, struct catalog *catalog, struct func_env *env)
{
    struct compiler *compiler = xcalloc(1, sizeof *compiler);
    compiler->engine = engine;
    compiler->catalog = catalog;
    compiler->env = env;
    compiler->cache = plan_cache_new();
    routine_install(compiler);
    domain_install(compiler);
    return compiler;
}

void compiler_take_counts(struct compiler *compiler, int64_t *hits, int64_t *misses)
{
    *hits = plan_cache_take_hits(compiler->cache);
    *misses = compiler->misses;
    compiler->misses = 0;
}

void compiler_forget(struct compiler *compiler)
{
    plan_cache_clear(compiler->cache);
    routine_forget(compiler);
    domain_forget(compiler);
}

void compiler_free(struct compiler *compiler)
{
    if (!compiler)
        return;
    plan_cache_free(compiler->cache);
    routine_remove(compiler);
    domain_remove(compiler);
    free(compiler);
}

bool compiler_position(const struct compiler *compiler, struct diag *diag, int location)
{
    if (location < 0 || !compiler->whole)
        return false;
    return diag_position(diag, compiler->whole, compiler->offset + location);
}

bool compiler_refresh(struct compiler *compiler, bool *changed, struct diag *diag)
{
    *changed = false;
    int64_t version;
    uint64_t generation = catalog_generation(compiler->catalog);
    if (!engine_schema_version(compiler->engine, &version, diag))
        return false;
    if (generation == compiler->seen_generation && version == compiler->seen_version)
        return true;
    struct catalog_source source;
    engine_catalog_source(compiler->engine, &source);
    if (!catalog_load(compiler->catalog, &source, diag))
        return false;
    compiler->seen_generation = catalog_generation(compiler->catalog);
    compiler->seen_version = version;
    *changed = true;
    return true;
}

bool plan_is_current(const struct compiler *compiler, const struct plan *plan)
{
    return plan->catalog_generation == catalog_generation(compiler->catalog);
}

void plan_release(struct plan *plan)
{
    if (!plan || --plan->references > 0)
        return;
    for (int i = 0; i < plan->nsteps; i++)
        if (plan->steps[i].stmt)
            engine_finalize(plan->steps[i].stmt);
    arena_deinit(&plan->arena);
    free(plan);
}

static struct plan *plan_new(void)
{
    struct plan *plan = xcalloc(1, sizeof *plan);
    arena_init(&plan->arena);
    plan->references = 1;
    return plan;
}

static const char *query_tag(enum command command)
{
    switch (command) {
    case COMMAND_INSERT:
        return "INSERT";
    case COMMAND_UPDATE:
        return "UPDATE";
    case COMMAND_DELETE:
        return "DELETE";
    case COMMAND_MERGE:
        return "MERGE";
    case COMMAND_SELECT:
        break;
    }
    return "SELECT";
}

static const struct type_desc *type_of(const struct compiler *compiler, oid_t type)
{
    const struct type_desc *desc = type_builtin(type);
    return desc ? desc : catalog_type_by_oid(compiler->catalog, type);
}

static void describe_columns(const struct compiler *compiler, struct plan *plan, const struct query *query)
{
    int count = query->command == COMMAND_SELECT ? query->ntargets : query->nreturning;
    const struct target *targets = query->command == COMMAND_SELECT ? query->targets : query->returning;
    plan->columns = arena_array(&plan->arena, struct plan_column, count);
    for (int i = 0; i < count; i++) {
        const struct target *target = &targets[i];
        if (target->junk)
            continue;
        plan->columns[plan->ncolumns++] = (struct plan_column){
            .name = arena_strdup(&plan->arena, target->name), /* cursors outlive the catalog's snapshot */
            .type = target->expr->type,
            .typmod = target->expr->typmod,
            .collation = target->expr->collation,
            .other_collation = target->expr->other_collation,
            .table = target->relation ? target->relation->oid : 0,
            .attnum = target->attnum,
            .desc = type_of(compiler, target->expr->type),
        };
    }
    plan->returns_rows = query->command == COMMAND_SELECT || query->nreturning > 0;
}

/* Every parameter must have got a type (42P18). */
static bool describe_params(struct compiler *compiler, struct plan *plan, struct diag *diag)
{
    plan->nparams = compiler->nparams;
    plan->param_types = arena_array(&plan->arena, oid_t, compiler->nparams);
    plan->param_descs = arena_array(&plan->arena, const struct type_desc *, compiler->nparams);
    for (int i = 0; i < compiler->nparams; i++) {
        oid_t type = compiler->param_types[i];
        if (type == 0 || type == UNKNOWN_OID)
            return diag_set(diag, ERRCODE_INDETERMINATE_DATATYPE, "could not determine data type of parameter $%d", i + 1);
        plan->param_types[i] = type;
        plan->param_descs[i] = type_of(compiler, type);
    }
    return true;
}

static void describe_literals(const struct compiler *compiler, struct plan *plan)
{
    plan->nliterals = compiler->nliterals;
    plan->literals = arena_array(&plan->arena, struct plan_literal, compiler->nliterals);
    for (int i = 0; i < compiler->nliterals; i++) {
        const struct literal_use *use = &compiler->uses[i];
        plan->literals[i] = (struct plan_literal){
            .type = use->type,
            .typmod = use->typmod,
            .negated = use->negated,
            .pinned = !use->bound,
            .desc = use->bound ? type_of(compiler, use->type) : NULL,
        };
    }
}

static bool compile_query(struct compiler *compiler, struct plan *plan, const PgQuery__Node *node, struct diag *diag)
{
    struct query *query = analyse_statement(compiler, node, diag);
    if (!query)
        return false;
    plan->kind = PLAN_QUERY;
    plan->command = query->command;
    plan->tag = query_tag(query->command);
    plan->query = query;
    describe_columns(compiler, plan, query);
    if (!describe_params(compiler, plan, diag))
        return false;
    describe_literals(compiler, plan);
    return lower_query(compiler, plan, query, diag);
}

static void begin(struct compiler *compiler, struct plan *plan, int ntypes, const oid_t *types)
{
    compiler->arena = &plan->arena;
    compiler->text = plan->text;
    compiler->nparams = compiler->params_cap = ntypes;
    compiler->param_types = arena_array(&plan->arena, oid_t, ntypes + 1);
    if (ntypes)
        memcpy(compiler->param_types, types, sizeof *types * (size_t) ntypes);
    compiler->uses = arena_array(&plan->arena, struct literal_use, compiler->nliterals + 1);
    compiler->params_fixed = false;
    compiler->no_params = compiler->params_refused && !compiler->variables;
    compiler->system_path = false;
    compiler->next_rte = compiler->next_cte = 1;
    plan->catalog_generation = catalog_generation(compiler->catalog);
}

static bool compile_into(struct compiler *compiler, struct plan *plan, PgQuery__Node *node, int ntypes, const oid_t *types,
                         struct diag *diag)
{
    begin(compiler, plan, ntypes, types);
    plan->node = node;
    if (!analyse_handles(node)) {
        compile_classify(node, &plan->kind, &plan->tag);
        plan->nparams = 0;
        return true;
    }
    return compile_query(compiler, plan, node, diag);
}

static bool is_missing_name(const struct diag *diag)
{
    static const char *const codes[] = {ERRCODE_UNDEFINED_TABLE,         ERRCODE_UNDEFINED_COLUMN,    ERRCODE_UNDEFINED_OBJECT,
                                        ERRCODE_UNDEFINED_FUNCTION,      ERRCODE_INVALID_SCHEMA_NAME, ERRCODE_DATATYPE_MISMATCH,
                                        ERRCODE_INVALID_COLUMN_REFERENCE};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(diag->sqlstate, codes[i]) == 0)
            return true;
    return false;
}

/* Another session's change of the schema is seen when a name is missing. */
static bool try_again(struct compiler *compiler, struct diag *diag)
{
    if (!is_missing_name(diag))
        return false;
    struct diag failure = {0};
    bool changed = false;
    if (!compiler_refresh(compiler, &changed, &failure))
        diag_clear(&failure);
    if (changed)
        diag_clear(diag);
    return changed;
}

/* What a compilation learns for the session outlives it. */
static void keep_session(struct compiler *saved, const struct compiler *compiler)
{
    saved->seen_generation = compiler->seen_generation;
    saved->seen_version = compiler->seen_version;
}

struct plan *compile_parsed(struct compiler *compiler, const struct normalised *statement, const struct parse_tree *tree,
                            const char *whole, int offset, int ntypes, const oid_t *types, struct diag *diag)
{
    compiler->misses++;
    struct compiler saved = *compiler;
    for (int attempt = 0;; attempt++) {
        struct plan *plan = plan_new();
        plan->text = arena_strndup(&plan->arena, statement->text, statement->len);
        plan->parse_result = parse_unpack(&plan->arena, tree);
        compiler->whole = whole;
        compiler->offset = offset;
        compiler->nliterals = statement->lifted ? statement->nliterals : 0;
        compiler->literals = statement->literals;
        bool done = plan->parse_result && plan->parse_result->n_stmts == 1 &&
                    compile_into(compiler, plan, plan->parse_result->stmts[0]->stmt, ntypes, types, diag);
        if (done && statement->cacheable && (plan->kind == PLAN_QUERY || !statement->lifted))
            plan_cache_add(compiler->cache, compiler, plan, statement, ntypes, types, compiler->uses);
        if (done) {
            keep_session(&saved, compiler);
            *compiler = saved;
            return plan;
        }
        plan_release(plan);
        if (!diag_is_set(diag))
            diag_set(diag, ERRCODE_SYNTAX_ERROR, "a single statement was expected");
        if (attempt == 0 && try_again(compiler, diag))
            continue;
        keep_session(&saved, compiler);
        *compiler = saved;
        return NULL;
    }
}

struct plan *compile_statement(struct compiler *compiler, struct arena *arena, const char *text, size_t len, int ntypes,
                               const oid_t *types, const struct literal **literals, int *nliterals, struct diag *diag)
{
    struct normalised statement, other;
    size_t at = 0;
    *literals = NULL;
    *nliterals = 0;
    if (!normalise_next(arena, text, len, &at, &statement)) {
        struct plan *plan = plan_new();
        plan->kind = PLAN_EMPTY;
        plan->tag = "";
        plan->text = "";
        plan->catalog_generation = catalog_generation(compiler->catalog);
        return plan;
    }
    struct plan *plan = NULL;
    bool more = at < len && normalise_next(arena, text, len, &at, &other);
    if (statement.cacheable && !more)
        plan = plan_cache_find(compiler->cache, compiler, &statement, ntypes, types);
    if (!plan) {
        struct parse_tree tree;
        const char *whole = text[len] ? arena_strndup(arena, text, len) : text;
        int offset = (int) (statement.text - text);
        if (more ? !parse_text(arena, text, len, whole, 0, &tree, diag)
                 : !parse_text(arena, statement.text, statement.len, whole, offset, &tree, diag))
            return NULL;
        if (more) {
            diag_set(diag, ERRCODE_SYNTAX_ERROR, "cannot insert multiple commands into a prepared statement");
            return NULL;
        }
        plan = compile_parsed(compiler, &statement, &tree, whole, offset, ntypes, types, diag);
        if (!plan)
            return NULL;
    }
    if (plan->kind == PLAN_QUERY) {
        *literals = statement.literals;
        *nliterals = statement.nliterals;
    }
    return plan;
}

struct plan *compile_node(struct compiler *compiler, PgQuery__Node *node, const char *text, int ntypes, const oid_t *types,
                          struct diag *diag)
{
    struct compiler saved = *compiler;
    struct plan *plan = plan_new();
    plan->text = arena_strdup(&plan->arena, text);
    compiler->whole = plan->text;
    compiler->offset = 0;
    compiler->nliterals = 0;
    /* The tree outlives the caller's: a copy of it, in the plan. */
    size_t size = protobuf_c_message_get_packed_size(&node->base);
    uint8_t *packed = arena_alloc(&plan->arena, size + 1);
    protobuf_c_message_pack(&node->base, packed);
    PgQuery__Node *copy = parse_unpack_node(&plan->arena, packed, size);
    bool done = copy && compile_into(compiler, plan, copy, ntypes, types, diag);
    keep_session(&saved, compiler);
    *compiler = saved;
    if (!done) {
        plan_release(plan);
        return NULL;
    }
    return plan;
}
