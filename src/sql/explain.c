#include "sql/compiler.h"
#include "sql/plan.h"

#include <stdio.h>

enum { EXPLAIN_LINES = 512 };

/* EXPLAIN QUERY PLAN gives a tree of (id, parent, unused, text). */
const char *const *explain_plan(struct compiler *compiler, struct arena *arena, struct plan *plan, bool verbose, int *count,
                                struct diag *diag)
{
    const char **lines = arena_alloc(arena, sizeof *lines * EXPLAIN_LINES);
    *count = 0;
    for (int i = 0; i < plan->nsteps; i++) {
        const char *sql = arena_printf(arena, "EXPLAIN QUERY PLAN %s", plan->steps[i].sql);
        struct engine_stmt *stmt = engine_prepare(compiler->engine, sql, strlen(sql), false, diag);
        if (!stmt)
            return NULL;
        int64_t ids[EXPLAIN_LINES];
        int depths[EXPLAIN_LINES], nids = 0;
        enum engine_step result;
        while ((result = engine_step(stmt, diag)) == ENGINE_ROW && *count < EXPLAIN_LINES - 2) {
            struct datum id, parent, text;
            engine_column(stmt, 0, &id);
            engine_column(stmt, 1, &parent);
            engine_column(stmt, 3, &text);
            int depth = 0;
            for (int j = 0; j < nids; j++)
                if (ids[j] == parent.i)
                    depth = depths[j] + 1;
            ids[nids] = id.i;
            depths[nids++] = depth;
            lines[(*count)++] = arena_printf(arena, "%*s%s%.*s", depth * 2, "", depth ? "-> " : "", (int) text.len, text.data);
        }
        engine_finalize(stmt);
        if (result == ENGINE_FAILED || result == ENGINE_STALE)
            return NULL;
        if (nids == 0 && *count < EXPLAIN_LINES - 1)
            lines[(*count)++] = plan->command == COMMAND_INSERT ? "INSERT" : "Result";
        if (verbose && *count < EXPLAIN_LINES - 1)
            lines[(*count)++] = arena_printf(arena, "SQLite: %s", plan->steps[i].sql);
    }
    return lines;
}
