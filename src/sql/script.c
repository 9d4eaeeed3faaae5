#include "sql/compile.h"

struct statement {
    struct normalised normalised;
    struct parse_tree tree;
    bool parsed;
};

struct script {
    struct compiler *compiler;
    struct arena *arena;
    const char *text; /* NUL-terminated: positions are counted in it */
    int count, cap;
    struct statement *statements;
};

static struct statement *add(struct script *script)
{
    if (script->count == script->cap) {
        int cap = script->cap ? script->cap * 2 : 4;
        script->statements = arena_grow(script->arena, script->statements, sizeof(struct statement) * (size_t) script->cap,
                                        sizeof(struct statement) * (size_t) cap);
        script->cap = cap;
    }
    struct statement *statement = &script->statements[script->count];
    memset(statement, 0, sizeof *statement);
    return statement;
}

static int offset_of(const struct script *script, const struct statement *statement)
{
    return (int) (statement->normalised.text - script->text);
}

static bool parse(struct script *script, struct statement *statement, struct diag *diag)
{
    const struct normalised *normalised = &statement->normalised;
    if (!statement->parsed)
        statement->parsed = parse_text(script->arena, normalised->text, normalised->len, script->text,
                                       offset_of(script, statement), &statement->tree, diag);
    return statement->parsed;
}

struct script *script_new(struct compiler *compiler, struct arena *arena, const char *text, size_t len, struct diag *diag)
{
    struct script *script = arena_new(arena, struct script);
    script->compiler = compiler;
    script->arena = arena;
    script->text = text[len] ? arena_strndup(arena, text, len) : text;
    size_t at = 0;
    for (;;) {
        struct statement *statement = add(script);
        if (!normalise_next(arena, script->text, len, &at, &statement->normalised))
            break;
        script->count++;
    }
    for (int i = 0; i < script->count; i++) {
        struct statement *statement = &script->statements[i];
        struct plan *plan =
            statement->normalised.cacheable ? plan_cache_find(compiler->cache, compiler, &statement->normalised, 0, NULL) : NULL;
        if (plan) {
            plan_release(plan);
            continue;
        }
        if (parse(script, statement, diag))
            continue;
        /* The exact report is that of the whole string: an early end is then 'at or near ";"'. */
        struct diag whole = {0};
        struct parse_tree tree;
        if (!parse_text(arena, script->text, len, script->text, 0, &tree, &whole)) {
            diag_clear(diag);
            diag_move(diag, &whole);
        }
        return NULL;
    }
    return script;
}

int script_count(const struct script *script)
{
    return script->count;
}

const char *script_statement(const struct script *script, int i, size_t *len, int *offset)
{
    const struct statement *statement = &script->statements[i];
    *len = statement->normalised.len;
    *offset = offset_of(script, statement);
    return statement->normalised.text;
}

struct plan *script_plan(struct script *script, int i, int ntypes, const oid_t *types, const struct literal **literals,
                         int *nliterals, struct diag *diag)
{
    struct statement *statement = &script->statements[i];
    struct compiler *compiler = script->compiler;
    struct plan *plan = NULL;
    if (statement->normalised.cacheable)
        plan = plan_cache_find(compiler->cache, compiler, &statement->normalised, ntypes, types);
    if (!plan) {
        if (!parse(script, statement, diag))
            return NULL;
        compiler->params_refused = ntypes == 0;
        plan = compile_parsed(compiler, &statement->normalised, &statement->tree, script->text, offset_of(script, statement),
                              ntypes, types, diag);
        compiler->params_refused = false;
    }
    *literals = plan && plan->kind == PLAN_QUERY ? statement->normalised.literals : NULL;
    *nliterals = *literals ? statement->normalised.nliterals : 0;
    return plan;
}
