#include "session/utility.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* EXPLAIN: SQLite's plan in the shape of PostgreSQL's output. */

struct explain_options {
    bool analyze, timing, summary, verbose;
    const char *format;
};

static bool option_on(const PgQuery__DefElem *option)
{
    const PgQuery__Node *arg = option->arg;
    if (!arg)
        return true;
    if (arg->node_case == PG_QUERY__NODE__NODE_STRING)
        return strcasecmp(arg->string->sval, "off") && strcasecmp(arg->string->sval, "false");
    if (arg->node_case == PG_QUERY__NODE__NODE_INTEGER)
        return arg->integer->ival != 0;
    if (arg->node_case == PG_QUERY__NODE__NODE_BOOLEAN)
        return arg->boolean->boolval;
    return true;
}

static bool read_options(const PgQuery__ExplainStmt *stmt, struct explain_options *options, struct diag *diag)
{
    static const char *const others[] = {"costs", "buffers", "wal", "settings"};
    *options = (struct explain_options){.timing = true, .format = "text"};
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *option = stmt->options[i]->def_elem;
        bool is_known = false;
        if (!strcmp(option->defname, "analyze"))
            options->analyze = options->summary = option_on(option);
        else if (!strcmp(option->defname, "verbose"))
            options->verbose = option_on(option);
        else if (!strcmp(option->defname, "timing"))
            options->timing = option_on(option);
        else if (!strcmp(option->defname, "summary"))
            options->summary = option_on(option);
        else if (!strcmp(option->defname, "format")) {
            options->format =
                option->arg && option->arg->node_case == PG_QUERY__NODE__NODE_STRING ? option->arg->string->sval : "";
            if (strcasecmp(options->format, "text"))
                return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "EXPLAIN format \"%s\" is not supported", options->format);
        } else {
            for (size_t j = 0; j < sizeof others / sizeof *others; j++)
                is_known |= !strcmp(option->defname, others[j]);
            if (!is_known)
                return diag_set(diag, ERRCODE_SYNTAX_ERROR, "unrecognized EXPLAIN option \"%s\"", option->defname);
        }
    }
    return true;
}

bool explain_describe(struct session *session, PgQuery__ExplainStmt *stmt, struct portal *portal, struct diag *diag)
{
    (void) session;
    (void) stmt;
    (void) diag;
    portal->columns = utility_text_column(&portal->arena, "QUERY PLAN");
    portal->ncolumns = 1;
    return true;
}

static void put_line(struct portal *portal, const char *text, size_t len)
{
    struct datum row = datum_text(text, len);
    stored_rows_add(portal->stored, &row);
}

static bool put_plan(struct session *session, struct portal *portal, struct plan *plan, bool verbose, struct diag *diag)
{
    int count;
    const char *const *lines = explain_plan(session->compiler, &portal->arena, plan, verbose, &count, diag);
    for (int i = 0; lines && i < count; i++)
        put_line(portal, lines[i], strlen(lines[i]));
    return lines != NULL;
}

static bool run_query(struct session *session, struct plan *plan, int64_t *rows, struct diag *diag)
{
    const struct datum *row;
    enum engine_step step;
    if (plan->writes_file ? !txn_prepare_write(session, plan->changes, diag)
        : plan->writes    ? !txn_prepare_temporary(session, false, diag)
                          : !txn_prepare_read(session, diag))
        return false;
    struct cursor *cursor = cursor_open(session->compiler, plan, NULL, NULL, 0, diag);
    if (!cursor)
        return false;
    while ((step = cursor_next(cursor, &row, diag)) == ENGINE_ROW)
        continue;
    *rows = cursor_count(cursor);
    cursor_close(cursor);
    return step == ENGINE_DONE;
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

bool explain_run(struct session *session, PgQuery__ExplainStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct explain_options options;
    if (!read_options(stmt, &options, diag))
        return false;
    double start = now_ms();
    struct plan *plan = utility_compile(session, stmt->query, portal->plan->text, 0, NULL, diag);
    if (!plan)
        return false;
    double planned = now_ms();
    int64_t rows = 0;
    bool done = true;
    portal->tag = "EXPLAIN";
    portal->stored = stored_rows_new(1);
    if (plan->kind == PLAN_QUERY) {
        done = put_plan(session, portal, plan, options.verbose, diag);
        if (done && portal->stored->count == 0)
            put_line(portal, "Result", 6);
        if (done && options.analyze)
            done = run_query(session, plan, &rows, diag);
    } else {
        put_line(portal, "Utility statements have no plan structure", 41);
    }
    char line[80];
    if (done && options.analyze)
        put_line(portal, line, (size_t) snprintf(line, sizeof line, "Rows: %lld", (long long) rows));
    if (done && options.summary)
        put_line(portal, line, (size_t) snprintf(line, sizeof line, "Planning Time: %.3f ms", planned - start));
    if (done && options.analyze)
        put_line(portal, line, (size_t) snprintf(line, sizeof line, "Execution Time: %.3f ms", now_ms() - planned));
    plan_release(plan);
    return done;
}
