#include "session/utility.h"

#include <stdlib.h>
#include <string.h>

/* SQL's PREPARE, EXECUTE and DEALLOCATE. */

/* The type that a TypeName means, by compiling a cast to it: one resolution of type names serves all. */
static bool type_of_name(struct session *session, PgQuery__Node *type_name, const char *text, oid_t *type, struct diag *diag)
{
    PgQuery__AConst null = PG_QUERY__A__CONST__INIT;
    PgQuery__Node null_node = PG_QUERY__NODE__INIT, cast_node = PG_QUERY__NODE__INIT, target_node = PG_QUERY__NODE__INIT,
                  select_node = PG_QUERY__NODE__INIT;
    PgQuery__TypeCast cast = PG_QUERY__TYPE_CAST__INIT;
    PgQuery__ResTarget target = PG_QUERY__RES_TARGET__INIT;
    PgQuery__SelectStmt select = PG_QUERY__SELECT_STMT__INIT;
    PgQuery__Node *targets[] = {&target_node};
    null.isnull = 1;
    null.location = -1;
    null_node.node_case = PG_QUERY__NODE__NODE_A_CONST;
    null_node.a_const = &null;
    cast.arg = &null_node;
    cast.type_name = type_name->type_name;
    cast.location = -1;
    cast_node.node_case = PG_QUERY__NODE__NODE_TYPE_CAST;
    cast_node.type_cast = &cast;
    target.val = &cast_node;
    target.location = -1;
    target_node.node_case = PG_QUERY__NODE__NODE_RES_TARGET;
    target_node.res_target = &target;
    select.n_target_list = 1;
    select.target_list = targets;
    select.op = PG_QUERY__SET_OPERATION__SETOP_NONE;
    select.limit_option = PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_DEFAULT;
    select_node.node_case = PG_QUERY__NODE__NODE_SELECT_STMT;
    select_node.select_stmt = &select;
    struct plan *plan = utility_compile(session, &select_node, text, 0, NULL, diag);
    if (!plan)
        return false;
    *type = plan->columns[0].type;
    plan_release(plan);
    return true;
}

bool prepare_run(struct session *session, PgQuery__PrepareStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct prepared *prepared = xcalloc(1, sizeof *prepared);
    arena_init(&prepared->arena);
    prepared->references = 1;
    prepared->name = arena_strdup(&prepared->arena, stmt->name);
    prepared->len = portal->len;
    prepared->text = arena_strndup(&prepared->arena, portal->text, portal->len);
    prepared->prepare_time = session->env.statement_timestamp;
    prepared->from_sql = true;
    prepared->node = stmt->query;
    prepared->owner = portal->plan;
    portal->plan->references++;
    prepared->ntypes = (int) stmt->n_argtypes;
    prepared->types = arena_array(&prepared->arena, oid_t, prepared->ntypes ? prepared->ntypes : 1);
    bool done = true;
    for (int i = 0; done && i < prepared->ntypes; i++)
        done = type_of_name(session, stmt->argtypes[i], portal->plan->text, &prepared->types[i], diag);
    if (done) {
        prepared->plan = utility_compile(session, prepared->node, portal->plan->text, prepared->ntypes, prepared->types, diag);
        done = prepared->plan != NULL;
    }
    if (!done) {
        prepared_free(prepared);
        return false;
    }
    portal->tag = "PREPARE";
    return prepared_keep(session, prepared, diag);
}

bool deallocate_run(struct session *session, PgQuery__DeallocateStmt *stmt, struct portal *portal, struct diag *diag)
{
    if (!stmt->name || !*stmt->name) {
        portal->tag = "DEALLOCATE ALL";
        prepared_drop_all(session);
        return true;
    }
    struct prepared *prepared = prepared_find(session, stmt->name, diag);
    if (!prepared)
        return false;
    portal->tag = "DEALLOCATE";
    prepared_drop(session, prepared);
    return true;
}

/* EXECUTE's arguments as `SELECT arg::type, …`, run once. */
static bool evaluate(struct session *session, PgQuery__ExecuteStmt *stmt, struct portal *portal, const struct plan *plan,
                     struct diag *diag)
{
    size_t count = stmt->n_params;
    struct arena *arena = &portal->arena;
    PgQuery__Node **targets = arena_array(arena, PgQuery__Node *, count);
    for (size_t i = 0; i < count; i++) {
        struct buf name;
        PgQuery__String *schema = arena_new(arena, PgQuery__String), *type = arena_new(arena, PgQuery__String);
        PgQuery__TypeName *type_name = arena_new(arena, PgQuery__TypeName);
        PgQuery__TypeCast *cast = arena_new(arena, PgQuery__TypeCast);
        PgQuery__ResTarget *target = arena_new(arena, PgQuery__ResTarget);
        PgQuery__Node *nodes = arena_array(arena, PgQuery__Node, 4), **names = arena_array(arena, PgQuery__Node *, 2);
        pg_query__string__init(schema);
        pg_query__string__init(type);
        pg_query__type_name__init(type_name);
        pg_query__type_cast__init(cast);
        pg_query__res_target__init(target);
        for (int j = 0; j < 4; j++)
            pg_query__node__init(&nodes[j]);
        const struct type_desc *desc = plan->param_descs[i];
        const struct catalog_schema *home = catalog_schema_by_oid(session->catalog, desc->schema);
        buf_init(&name);
        schema->sval = arena_strdup(arena, home ? home->name : "pg_catalog");
        type->sval = arena_strdup(arena, desc->name);
        buf_deinit(&name);
        nodes[0].node_case = nodes[1].node_case = PG_QUERY__NODE__NODE_STRING;
        nodes[0].string = schema;
        nodes[1].string = type;
        names[0] = &nodes[0];
        names[1] = &nodes[1];
        type_name->n_names = 2;
        type_name->names = names;
        type_name->typemod = -1;
        type_name->location = -1;
        cast->arg = stmt->params[i];
        cast->type_name = type_name;
        cast->location = -1;
        nodes[2].node_case = PG_QUERY__NODE__NODE_TYPE_CAST;
        nodes[2].type_cast = cast;
        target->val = &nodes[2];
        target->location = -1;
        nodes[3].node_case = PG_QUERY__NODE__NODE_RES_TARGET;
        nodes[3].res_target = target;
        targets[i] = &nodes[3];
    }
    PgQuery__SelectStmt select = PG_QUERY__SELECT_STMT__INIT;
    PgQuery__Node node = PG_QUERY__NODE__INIT;
    select.n_target_list = count;
    select.target_list = targets;
    select.op = PG_QUERY__SET_OPERATION__SETOP_NONE;
    select.limit_option = PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_DEFAULT;
    node.node_case = PG_QUERY__NODE__NODE_SELECT_STMT;
    node.select_stmt = &select;
    struct plan *values = utility_compile(session, &node, portal->plan->text, 0, NULL, diag);
    if (!values)
        return false;
    const struct datum *row = NULL;
    bool done = !values->writes || (values->writes_file ? txn_prepare_write(session, values->changes, diag)
                                                        : txn_prepare_temporary(session, false, diag));
    struct cursor *cursor = done ? cursor_open(session->compiler, values, NULL, NULL, 0, diag) : NULL;
    done = cursor && cursor_next(cursor, &row, diag) == ENGINE_ROW;
    if (done) {
        portal->nparams = (int) count;
        portal->params = arena_array(arena, struct datum, count);
        for (size_t i = 0; i < count; i++) {
            portal->params[i] = row[i];
            if (row[i].kind == DATUM_TEXT || row[i].kind == DATUM_BLOB)
                portal->params[i].data = arena_strndup(arena, row[i].data, row[i].len);
        }
    }
    if (cursor)
        cursor_close(cursor);
    plan_release(values);
    return done;
}

bool execute_resolve(struct session *session, PgQuery__ExecuteStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct prepared *prepared = prepared_find(session, stmt->name, diag);
    if (!prepared || !prepared_refresh(session, prepared, diag))
        return false;
    struct plan *plan = prepared->plan;
    if ((int) stmt->n_params != plan->nparams) {
        diag_set(diag, ERRCODE_SYNTAX_ERROR, "wrong number of parameters for prepared statement \"%s\"", stmt->name);
        return diag_detail(diag, "Expected %d parameters but got %zu.", plan->nparams, stmt->n_params);
    }
    if (stmt->n_params > 0 && !evaluate(session, stmt, portal, plan, diag))
        return false;
    plan->references++;
    prepared->references++;
    prepared_free(portal->prepared);
    portal->prepared = prepared;
    portal->script = NULL;
    portal->literals = prepared->literals;
    portal->nliterals = prepared->nliterals;
    portal_set_plan(portal, plan);
    if (plan->kind == PLAN_UTILITY)
        return utility_describe(session, portal, diag);
    return true;
}
