#include "sql/analyse.h"
#include "sql/compiler.h"
#include "sql/constraint.h"
#include "sql/lower.h"

#include <stdlib.h>

/* COPY FROM is an INSERT of one row of parameters, built without text: a column that has none gets its default. */
static struct query *copy_query(struct compiler *compiler, struct plan *plan, const struct catalog_relation *relation,
                                int ncolumns, const int16_t *attnums, struct diag *diag)
{
    struct arena *arena = &plan->arena;
    struct query *query = arena_new(arena, struct query), *source = arena_new(arena, struct query);
    query->command = COMMAND_INSERT;
    query->result = analyse_relation_entry(compiler, arena, relation);
    query->source = source;
    query->columns = arena_alloc(arena, sizeof *query->columns * (size_t) (relation->natts + 1));
    source->nvalues = 1;
    source->values = arena_new(arena, struct expr_list);
    source->values->items = arena_array(arena, struct expr *, relation->natts + 1);
    for (int i = 0; i < ncolumns; i++) {
        const struct catalog_column *column = catalog_column_by_attnum(relation, attnums[i]);
        struct expr *param = arena_new(arena, struct expr);
        *param = (struct expr){
            .kind = EXPR_PARAM, .type = column->type, .typmod = column->typmod, .location = -1, .param = {.number = i + 1}};
        query->columns[query->ncolumns++] = column;
        source->values->items[source->values->count++] = param;
        plan->param_types[i] = column->type;
    }
    for (int i = 0; i < relation->natts; i++) {
        const struct catalog_column *column = &relation->columns[i];
        bool given = column->dropped || column->generated;
        for (int j = 0; !given && j < ncolumns; j++)
            given = attnums[j] == column->attnum;
        struct expr *value = NULL;
        if (given)
            continue;
        if (!analyse_default(compiler, arena, relation, column, &value, diag))
            return NULL;
        if (!value && column->attnum != relation->rowid_attnum)
            continue;
        if (!value) {
            value = arena_new(arena, struct expr);
            *value = (struct expr){.kind = EXPR_CONST, .type = column->type, .typmod = -1, .location = -1};
        }
        query->columns[query->ncolumns++] = column;
        source->values->items[source->values->count++] = value;
    }
    return query;
}

struct plan *compile_copy_from(struct compiler *compiler, const struct catalog_relation *relation, int ncolumns,
                               const int16_t *attnums, struct diag *diag)
{
    struct plan *plan = xcalloc(1, sizeof *plan);
    arena_init(&plan->arena);
    plan->references = 1;
    plan->kind = PLAN_QUERY;
    plan->tag = "COPY";
    plan->command = COMMAND_INSERT;
    plan->writes = true;
    plan->writes_file = !oid_is_temporary(relation->oid);
    plan->catalog_generation = catalog_generation(compiler->catalog);
    if (!attnums) {
        int16_t *all = arena_array(&plan->arena, int16_t, relation->natts + 1);
        ncolumns = 0;
        for (int i = 0; i < relation->natts; i++)
            if (!relation->columns[i].dropped && !relation->columns[i].generated)
                all[ncolumns++] = relation->columns[i].attnum;
        attnums = all;
    }
    plan->nparams = ncolumns;
    plan->param_types = arena_array(&plan->arena, oid_t, ncolumns + 1);
    struct arena *outer = compiler->arena;
    compiler->arena = &plan->arena;
    plan->query = copy_query(compiler, plan, relation, ncolumns, attnums, diag);
    bool lowered = plan->query && lower_query(compiler, plan, plan->query, diag);
    compiler->arena = outer;
    if (lowered)
        return plan;
    plan_release(plan);
    return NULL;
}

bool copy_plan_insert(struct compiler *compiler, struct plan *plan, const struct datum *row, int64_t *count, struct diag *diag)
{
    struct plan_step *step = &plan->steps[0];
    if (!step->stmt) {
        step->stmt = engine_prepare(compiler->engine, step->sql, strlen(step->sql), true, diag);
        if (!step->stmt)
            return false;
    }
    for (int i = 0; i < step->nbinds; i++)
        engine_bind(step->stmt, i + 1, &row[step->binds[i].index]);
    enum engine_step result = engine_step(step->stmt, diag);
    if (result == ENGINE_DONE)
        *count += 1;
    engine_reset(step->stmt);
    if (result == ENGINE_DONE)
        return true;
    if (result == ENGINE_STALE)
        return diag_set(diag, ERRCODE_SERIALIZATION_FAILURE, "table was changed while rows were copied to it");
    if (strncmp(diag->sqlstate, "23", 2) == 0)
        constraint_complete(compiler, plan, row, NULL, diag);
    return false;
}

void copy_plan_finish(struct plan *plan)
{
    if (plan->steps && plan->steps[0].stmt)
        engine_reset(plan->steps[0].stmt);
}
