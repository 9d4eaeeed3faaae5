#include "session/copy.h"

#include <string.h>
#include <strings.h>

/* COPY: the statement, its columns and options. */

static const char *option_string(const PgQuery__DefElem *option)
{
    const PgQuery__Node *arg = option->arg;
    if (!arg)
        return NULL;
    switch (arg->node_case) {
    case PG_QUERY__NODE__NODE_STRING:
        return arg->string->sval;
    case PG_QUERY__NODE__NODE_INTEGER:
        return arg->integer->ival ? "1" : "0";
    case PG_QUERY__NODE__NODE_BOOLEAN:
        return arg->boolean->boolval ? "true" : "false";
    default:
        return "";
    }
}

static bool option_bool(const PgQuery__DefElem *option, bool *value, struct diag *diag)
{
    static const char *const on[] = {"true", "on", "1"}, *const off[] = {"false", "off", "0"};
    const char *text = option_string(option);
    *value = true;
    if (!text)
        return true;
    for (int i = 0; i < 3; i++) {
        if (!strcasecmp(text, on[i]))
            return true;
        if (!strcasecmp(text, off[i])) {
            *value = false;
            return true;
        }
    }
    return diag_set(diag, ERRCODE_SYNTAX_ERROR, "%s requires a Boolean value", option->defname);
}

static bool one_byte(const char *text, const char *what, char *into, bool needs_csv, const struct copy_options *options,
                     struct diag *diag)
{
    if (needs_csv && options->format != COPY_CSV)
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "COPY %s available only in CSV mode", what);
    if (strlen(text) != 1)
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "COPY %s must be a single one-byte character", what);
    *into = *text;
    return true;
}

/* FORCE_… lists: NULL for *. */
static bool column_flags(struct copy *copy, const PgQuery__DefElem *option, bool **flags, bool *all, struct diag *diag)
{
    const PgQuery__Node *arg = option->arg;
    *flags = arena_array(copy->arena, bool, copy->ncolumns ? copy->ncolumns : 1);
    if (!arg || arg->node_case == PG_QUERY__NODE__NODE_A_STAR) {
        if (all)
            *all = true;
        return true;
    }
    if (arg->node_case != PG_QUERY__NODE__NODE_LIST)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "argument to option \"%s\" must be a list of column names",
                        option->defname);
    for (size_t i = 0; i < arg->list->n_items; i++) {
        const char *name = arg->list->items[i]->string->sval;
        int at = 0;
        while (at < copy->ncolumns && strcmp(copy->columns[at].name, name))
            at++;
        if (at == copy->ncolumns)
            return diag_set(diag, ERRCODE_UNDEFINED_COLUMN, "column \"%s\" does not exist", name);
        (*flags)[at] = true;
    }
    return true;
}

static bool read_format(struct copy_options *options, const PgQuery__DefElem *option, struct diag *diag)
{
    const char *name = option_string(option);
    if (!strcmp(name, "text"))
        options->format = COPY_TEXT;
    else if (!strcmp(name, "csv"))
        options->format = COPY_CSV;
    else if (!strcmp(name, "binary"))
        options->format = COPY_BINARY;
    else
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "COPY format \"%s\" not recognized", name);
    return true;
}

static bool read_option(struct copy *copy, const PgQuery__DefElem *option, bool is_from, bool *has_quote, bool *has_escape,
                        struct diag *diag)
{
    struct copy_options *options = &copy->options;
    const char *name = option->defname, *text = option_string(option);
    bool is_csv = options->format == COPY_CSV;
    if (!strcmp(name, "format") || !strcmp(name, "freeze"))
        return true;
    if (!strcmp(name, "header")) {
        if (text && !strcasecmp(text, "match")) {
            options->has_header = options->match_header = true;
            return is_from || diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot use \"match\" with HEADER in COPY TO");
        }
        return option_bool(option, &options->has_header, diag);
    }
    if (!strcmp(name, "delimiter"))
        return one_byte(text, "delimiter", &options->delimiter, false, options, diag);
    if (!strcmp(name, "null")) {
        options->null = text;
        return true;
    }
    if (!strcmp(name, "quote")) {
        *has_quote = true;
        return one_byte(text, "quote", &options->quote, true, options, diag);
    }
    if (!strcmp(name, "escape")) {
        *has_escape = true;
        return one_byte(text, "escape", &options->escape, true, options, diag);
    }
    if (!strcmp(name, "encoding")) {
        if (!strcasecmp(text, "utf8") || !strcasecmp(text, "utf-8") || !strcasecmp(text, "sql_ascii") ||
            !strcasecmp(text, "unicode"))
            return true;
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "argument to option \"%s\" must be a valid encoding name", name);
    }
    if (!strcmp(name, "force_quote")) {
        if (!is_csv || is_from)
            return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                            is_csv ? "COPY force quote only available using COPY TO"
                                   : "COPY force quote available only in CSV mode");
        return column_flags(copy, option, &options->force_quote, &options->force_quote_all, diag);
    }
    if (!strcmp(name, "force_not_null") || !strcmp(name, "force_null")) {
        bool is_not = !strcmp(name, "force_not_null");
        if (!is_csv || !is_from)
            return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "COPY force %snull %s", is_not ? "not " : "",
                            is_csv ? "only available using COPY FROM" : "available only in CSV mode");
        return column_flags(copy, option, is_not ? &options->force_not_null : &options->force_null, NULL, diag);
    }
    diag_set(diag, ERRCODE_SYNTAX_ERROR, "option \"%s\" not recognized", name);
    return false;
}

static bool check_options(const struct copy_options *options, struct diag *diag)
{
    if (options->delimiter == '\n' || options->delimiter == '\r')
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "COPY delimiter cannot be newline or carriage return");
    if (strpbrk(options->null, "\r\n"))
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "COPY null representation cannot use newline or carriage return");
    if (options->format == COPY_TEXT && strchr("\\.abcdefghijklmnopqrstuvwxyz0123456789", options->delimiter))
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "COPY delimiter cannot be \"%c\"", options->delimiter);
    if (options->format == COPY_CSV && options->delimiter == options->quote)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "COPY delimiter and quote must be different");
    if (options->delimiter && strchr(options->null, options->delimiter))
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "COPY delimiter must not appear in the NULL specification");
    if (options->format == COPY_CSV && strchr(options->null, options->quote))
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "CSV quote character must not appear in the NULL specification");
    return true;
}

bool copy_read_options(struct copy *copy, const PgQuery__CopyStmt *stmt, struct diag *diag)
{
    struct copy_options *options = &copy->options;
    bool has_quote = false, has_escape = false;
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *option = stmt->options[i]->def_elem;
        for (size_t j = 0; j < i; j++)
            if (!strcmp(stmt->options[j]->def_elem->defname, option->defname))
                return diag_set(diag, ERRCODE_SYNTAX_ERROR, "conflicting or redundant options");
        if (!strcmp(option->defname, "format") && !read_format(options, option, diag))
            return false;
    }
    options->delimiter = options->format == COPY_CSV ? ',' : '\t';
    options->null = options->format == COPY_CSV ? "" : "\\N";
    options->quote = options->escape = '"';
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *option = stmt->options[i]->def_elem;
        bool is_text_only =
            !strcmp(option->defname, "delimiter") || !strcmp(option->defname, "null") || !strcmp(option->defname, "header");
        if (options->format == COPY_BINARY && is_text_only)
            return diag_set(diag, ERRCODE_SYNTAX_ERROR, "cannot specify %s in BINARY mode",
                            !strcmp(option->defname, "delimiter") ? "DELIMITER"
                            : !strcmp(option->defname, "null")    ? "NULL"
                                                                  : "HEADER");
        if (!read_option(copy, option, stmt->is_from, &has_quote, &has_escape, diag))
            return false;
    }
    if (has_quote && !has_escape)
        options->escape = options->quote;
    options->null_len = strlen(options->null);
    return options->format == COPY_BINARY || check_options(options, diag);
}

static void add_column(struct copy *copy, const struct catalog_column *column)
{
    copy->attnums[copy->ncolumns] = column->attnum;
    copy->columns[copy->ncolumns++] = (struct plan_column){.name = column->name,
                                                           .type = column->type,
                                                           .typmod = column->typmod,
                                                           .attnum = column->attnum,
                                                           .desc = catalog_type_by_oid(copy->session->catalog, column->type)};
}

static bool read_columns(struct copy *copy, const PgQuery__CopyStmt *stmt, struct diag *diag)
{
    const struct catalog_relation *relation = copy->relation;
    copy->ncolumns = 0;
    copy->columns = arena_array(copy->arena, struct plan_column, relation->natts + 1);
    copy->attnums = arena_array(copy->arena, int16_t, relation->natts + 1);
    for (int i = 0; stmt->n_attlist == 0 && i < relation->natts; i++)
        if (!relation->columns[i].dropped && !relation->columns[i].generated)
            add_column(copy, &relation->columns[i]);
    for (size_t i = 0; i < stmt->n_attlist; i++) {
        const char *name = stmt->attlist[i]->string->sval;
        const struct catalog_column *column = catalog_column_by_name(relation, name);
        if (!column)
            return diag_set(diag, ERRCODE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist", name,
                            relation->name);
        if (column->generated) {
            diag_set(diag, ERRCODE_INVALID_COLUMN_REFERENCE, "column \"%s\" is a generated column", name);
            return diag_detail(diag, "Generated columns cannot be used in COPY.");
        }
        for (int j = 0; j < copy->ncolumns; j++)
            if (copy->attnums[j] == column->attnum)
                return diag_set(diag, ERRCODE_DUPLICATE_COLUMN, "column \"%s\" specified more than once", name);
        add_column(copy, column);
    }
    return true;
}

static const struct catalog_relation *find_relation(struct session *session, const PgQuery__RangeVar *name, struct diag *diag)
{
    const char *schema = name->schemaname && *name->schemaname ? name->schemaname : NULL;
    const struct catalog_relation *relation = catalog_relation_by_name(session->catalog, schema, name->relname);
    bool changed;
    if (!relation && session_recheck_catalog(session, &changed, diag))
        relation = catalog_relation_by_name(session->catalog, schema, name->relname);
    if (!relation && !diag_is_set(diag))
        diag_set(diag, ERRCODE_UNDEFINED_TABLE, schema ? "relation \"%s.%s\" does not exist" : "relation \"%s%s\" does not exist",
                 schema ? schema : "", name->relname);
    return relation;
}

static bool check_kind(const struct catalog_relation *relation, bool is_from, struct diag *diag)
{
    const char *what = relation->kind == 'v'   ? "view"
                       : relation->kind == 'S' ? "sequence"
                       : relation->kind == 'm' ? "materialized view"
                                               : NULL;
    if (is_from && relation->is_system)
        return diag_set(diag, ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied for table %s", relation->name);
    if (!what)
        return true;
    diag_set(diag, ERRCODE_WRONG_OBJECT_TYPE, is_from ? "cannot copy to %s \"%s\"" : "cannot copy from %s \"%s\"", what,
             relation->name);
    if (!is_from && relation->kind != 'S')
        diag_hint(diag, "Try the COPY (SELECT ...) TO variant.");
    return false;
}

static bool refuse_file(const PgQuery__CopyStmt *stmt, struct diag *diag)
{
    const char *role = stmt->is_program ? "pg_execute_server_program"
                       : stmt->is_from  ? "pg_read_server_files"
                                        : "pg_write_server_files";
    const char *what = stmt->is_program ? "COPY to or from an external program"
                       : stmt->is_from  ? "COPY from a file"
                                        : "COPY to a file";
    diag_set(diag, ERRCODE_INSUFFICIENT_PRIVILEGE, "must be superuser or have privileges of the %s role to %s", role, what);
    return diag_hint(diag, "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.");
}

/* A table's rows as a query: `SELECT columns FROM table`, through the ordinary compiler. */
static struct plan *table_plan(struct copy *copy, PgQuery__CopyStmt *stmt, const char *text, struct diag *diag)
{
    struct arena *arena = copy->arena;
    PgQuery__Node **targets = arena_array(arena, PgQuery__Node *, copy->ncolumns ? copy->ncolumns : 1);
    for (int i = 0; i < copy->ncolumns; i++) {
        PgQuery__Node *nodes = arena_array(arena, PgQuery__Node, 3), **fields = arena_array(arena, PgQuery__Node *, 1);
        PgQuery__String *name = arena_new(arena, PgQuery__String);
        PgQuery__ColumnRef *column = arena_new(arena, PgQuery__ColumnRef);
        PgQuery__ResTarget *target = arena_new(arena, PgQuery__ResTarget);
        for (int j = 0; j < 3; j++)
            pg_query__node__init(&nodes[j]);
        pg_query__string__init(name);
        pg_query__column_ref__init(column);
        pg_query__res_target__init(target);
        name->sval = arena_strdup(arena, copy->columns[i].name);
        nodes[0].node_case = PG_QUERY__NODE__NODE_STRING;
        nodes[0].string = name;
        fields[0] = &nodes[0];
        column->n_fields = 1;
        column->fields = fields;
        column->location = -1;
        nodes[1].node_case = PG_QUERY__NODE__NODE_COLUMN_REF;
        nodes[1].column_ref = column;
        target->val = &nodes[1];
        target->location = -1;
        nodes[2].node_case = PG_QUERY__NODE__NODE_RES_TARGET;
        nodes[2].res_target = target;
        targets[i] = &nodes[2];
    }
    PgQuery__SelectStmt select = PG_QUERY__SELECT_STMT__INIT;
    PgQuery__Node node = PG_QUERY__NODE__INIT, from = PG_QUERY__NODE__INIT, *froms[] = {&from};
    from.node_case = PG_QUERY__NODE__NODE_RANGE_VAR;
    from.range_var = stmt->relation;
    select.n_target_list = (size_t) copy->ncolumns;
    select.target_list = targets;
    select.n_from_clause = 1;
    select.from_clause = froms;
    select.op = PG_QUERY__SET_OPERATION__SETOP_NONE;
    select.limit_option = PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_DEFAULT;
    node.node_case = PG_QUERY__NODE__NODE_SELECT_STMT;
    node.select_stmt = &select;
    return utility_compile(copy->session, &node, text, 0, NULL, diag);
}

static bool run_out(struct copy *copy, PgQuery__CopyStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct session *session = copy->session;
    struct plan *plan;
    if (stmt->query) {
        plan = utility_compile(session, stmt->query, portal->plan->text, 0, NULL, diag);
        if (plan && (plan->kind != PLAN_QUERY || !plan->returns_rows)) {
            plan_release(plan);
            return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "COPY query must have a RETURNING clause");
        }
        if (plan) {
            copy->columns = plan->columns;
            copy->ncolumns = plan->ncolumns;
        }
    } else {
        if (!check_kind(copy->relation, false, diag) || !read_columns(copy, stmt, diag))
            return false;
        plan = table_plan(copy, stmt, portal->plan->text, diag);
    }
    if (!plan)
        return false;
    bool done = copy_read_options(copy, stmt, diag) && copy_out(copy, plan, &portal->count, diag);
    plan_release(plan);
    return done;
}

static bool run_in(struct copy *copy, PgQuery__CopyStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct session *session = copy->session;
    if (stmt->where_clause)
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "COPY FROM with WHERE is not supported");
    if (!check_kind(copy->relation, true, diag) || !read_columns(copy, stmt, diag) || !copy_read_options(copy, stmt, diag))
        return false;
    uint64_t generation = catalog_generation(session->catalog);
    oid_t oid = copy->relation->oid;
    struct plan *plan =
        oid_is_temporary(oid) ? compile_copy_from(session->compiler, copy->relation, copy->ncolumns, copy->attnums, diag) : NULL;
    if (oid_is_temporary(oid) && !plan)
        return false;
    /* Defaults may take numbers from a sequence that others use too. */
    bool is_prepared = !plan               ? txn_prepare_write(session, "COPY FROM", diag)
                       : plan->writes_file ? txn_prepare_write(session, NULL, diag)
                                           : txn_prepare_temporary(session, portal->script != NULL, diag);
    plan_release(plan);
    if (!is_prepared)
        return false;
    if (catalog_generation(session->catalog) != generation) {
        copy->relation = catalog_relation_by_oid(session->catalog, oid);
        if (!copy->relation)
            return diag_set(diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist", stmt->relation->relname);
        if (!read_columns(copy, stmt, diag))
            return false;
    }
    plan = compile_copy_from(session->compiler, copy->relation, copy->ncolumns, copy->attnums, diag);
    if (!plan)
        return false;
    bool done = copy_in(copy, plan, &portal->count, diag);
    plan_release(plan);
    return done;
}

bool copy_run(struct session *session, PgQuery__CopyStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct copy copy = {.session = session, .arena = &portal->arena};
    if (stmt->filename && *stmt->filename)
        return refuse_file(stmt, diag);
    portal->tag = "COPY";
    if (stmt->relation) {
        copy.relation = find_relation(session, stmt->relation, diag);
        if (!copy.relation)
            return false;
    }
    return stmt->is_from ? run_in(&copy, stmt, portal, diag) : run_out(&copy, stmt, portal, diag);
}
