#include "sql/lower.h"

#include "sql/compiler.h"
#include "sql/lower_internal.h"

static struct lower lower_begin(struct compiler *compiler, struct arena *arena, struct plan *plan, struct diag *diag)
{
    return (struct lower){.compiler = compiler, .catalog = compiler->catalog, .arena = arena, .plan = plan, .diag = diag};
}

bool lower_query(struct compiler *compiler, struct plan *plan, struct query *query, struct diag *diag)
{
    struct lower l = lower_begin(compiler, &plan->arena, plan, diag);
    int nliterals = plan->nliterals > compiler->nliterals ? plan->nliterals : compiler->nliterals;
    l.first_stage_parameter = plan->nparams + nliterals + 1;
    if (!lower_stage_ctes(&l, query))
        return false;
    if (query->command == COMMAND_SELECT) {
        const char *sql = lower_select(&l, query);
        if (!sql)
            return false;
        lower_step(&l, STEP_ROWS, sql)->ncolumns = lower_output_count(query);
    } else if (!lower_change(&l, query, query->nreturning ? STEP_ROWS : STEP_COUNT, 0)) {
        return false;
    }
    plan->steps = l.steps;
    plan->nsteps = l.nsteps;
    plan->nstages = l.nstages;
    plan->writes = plan->writes || l.writes;
    plan->uses_temporary = plan->uses_temporary || l.uses_temporary;
    plan->writes_file = plan->writes_file || l.writes_file;
    if (!plan->changes)
        plan->changes = l.changes;
    plan->reads_snapshot = plan->reads_snapshot || l.uses_tables;
    return true;
}

const char *lower_expr_text(struct compiler *compiler, struct arena *arena, const struct expr *expr, const struct rte *relation,
                            struct diag *diag)
{
    struct lower l = lower_begin(compiler, arena, NULL, diag);
    struct lower_name bare = {.rte = relation, .text = ""};
    l.constants = true;
    if (relation)
        l.names = &bare;
    return lower_expr(&l, expr);
}

const char *lower_select_text(struct compiler *compiler, struct arena *arena, struct query *query, struct diag *diag)
{
    struct lower l = lower_begin(compiler, arena, NULL, diag);
    l.constants = true;
    return lower_select(&l, query);
}
