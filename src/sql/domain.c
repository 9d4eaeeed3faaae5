#include "sql/domain.h"

#include "sql/analyse.h"
#include "sql/parse.h"
#include "sql/plan.h"

#include <stdlib.h>

struct domain_check {
    struct domain_check *next;
    oid_t constraint;
    struct plan *plan;
};

struct domain_cache {
    struct domain_check *first;
    uint64_t generation;
};

static int find_value(void *self, const char *qualifier, const char *name, oid_t *type)
{
    const struct domain_value *value = self;
    if (qualifier || strcmp(name, "value") != 0)
        return 0;
    *type = value->type;
    return 1;
}

void domain_variables(struct domain_value *value, struct variables *variables)
{
    *variables = (struct variables){.self = value, .find = find_value};
}

static struct plan *compile_check(struct compiler *compiler, const struct type_desc *domain, const struct type_check *check,
                                  struct diag *diag)
{
    struct arena arena;
    arena_init(&arena);
    struct parse_tree tree;
    struct plan *plan = NULL;
    struct domain_value value = {domain->base};
    struct variables variables;
    const struct variables *outer = compiler->variables;
    struct routine_result *outer_result = compiler->routine_result;
    const char *text = arena_printf(&arena, "SELECT (%s)::pg_catalog.bool", check->expr);
    domain_variables(&value, &variables);
    if (parse_text(&arena, text, strlen(text), text, 0, &tree, diag)) {
        PgQuery__ParseResult *parsed = parse_unpack(&arena, &tree);
        compiler->variables = &variables;
        compiler->routine_result = NULL;
        plan = parsed && parsed->n_stmts == 1 ? compile_node(compiler, parsed->stmts[0]->stmt, text, 1, &value.type, diag) : NULL;
        compiler->variables = outer;
        compiler->routine_result = outer_result;
    }
    arena_deinit(&arena);
    if (!plan && !diag_is_set(diag))
        diag_set(diag, ERRCODE_INTERNAL_ERROR, "constraint \"%s\" cannot be read", check->name);
    return plan;
}

static struct plan *find_plan(struct compiler *compiler, const struct type_desc *domain, const struct type_check *check,
                              struct diag *diag)
{
    struct domain_cache *cache = compiler->domains;
    if (cache->generation != catalog_generation(compiler->catalog)) {
        domain_forget(compiler);
        cache->generation = catalog_generation(compiler->catalog);
    }
    for (struct domain_check *known = cache->first; known; known = known->next)
        if (known->constraint == check->oid)
            return known->plan;
    struct plan *plan = compile_check(compiler, domain, check, diag);
    if (!plan)
        return NULL;
    struct domain_check *made = xcalloc(1, sizeof *made);
    *made = (struct domain_check){.next = cache->first, .constraint = check->oid, .plan = plan};
    cache->first = made;
    return plan;
}

/* *holds: the expression is true or null. */
static bool evaluate(struct compiler *compiler, struct plan *plan, const struct datum *value, bool *holds, struct diag *diag)
{
    for (int attempt = 0;; attempt++) {
        const struct datum *row = NULL;
        struct cursor *cursor = cursor_open(compiler, plan, value, NULL, 0, diag);
        if (!cursor)
            return false;
        enum engine_step step = cursor_next(cursor, &row, diag);
        *holds = step != ENGINE_ROW || datum_is_null(&row[0]) || row[0].i != 0;
        cursor_close(cursor);
        if (step == ENGINE_STALE && attempt == 0)
            continue;
        return step == ENGINE_ROW || step == ENGINE_DONE;
    }
}

static bool check_domain(void *checker, const struct type_desc *domain, const struct datum *value, struct diag *diag)
{
    struct compiler *compiler = checker;
    for (int i = 0; i < domain->check_count; i++) {
        const struct type_check *check = &domain->checks[i];
        struct plan *plan = find_plan(compiler, domain, check, diag);
        bool holds = false;
        if (!plan || !evaluate(compiler, plan, value, &holds, diag))
            return false;
        if (holds)
            continue;
        const struct catalog_schema *schema = catalog_schema_by_oid(compiler->catalog, domain->schema);
        diag_set(diag, ERRCODE_CHECK_VIOLATION, "value for domain %s violates check constraint \"%s\"", domain->name,
                 check->name);
        diag_object(diag, NULL, NULL, NULL, check->name);
        return diag_datatype(diag, schema ? schema->name : NULL, domain->name);
    }
    return true;
}

void domain_forget(struct compiler *compiler)
{
    struct domain_cache *cache = compiler->domains;
    while (cache->first) {
        struct domain_check *check = cache->first;
        cache->first = check->next;
        plan_release(check->plan);
        free(check);
    }
}

void domain_install(struct compiler *compiler)
{
    compiler->domains = xcalloc(1, sizeof *compiler->domains);
    catalog_set_checker(compiler->catalog, check_domain, compiler);
    catalog_set_type_reader(compiler->catalog, analyse_type_text);
}

void domain_remove(struct compiler *compiler)
{
    domain_forget(compiler);
    free(compiler->domains);
    compiler->domains = NULL;
    catalog_set_checker(compiler->catalog, NULL, NULL);
    catalog_set_type_reader(compiler->catalog, NULL);
}
