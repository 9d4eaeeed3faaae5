#include "session/notify.h"
#include "session/utility.h"

#include <stdio.h>
#include <string.h>

/* VACUUM, ANALYZE, CHECKPOINT, LOCK TABLE, SET CONSTRAINTS, and what is not there. */

static const char *quoted(struct arena *arena, const char *name)
{
    char *text = arena_alloc(arena, strlen(name) * 2 + 3), *into = text;
    *into++ = '"';
    for (; *name; name++) {
        if (*name == '"')
            *into++ = '"';
        *into++ = *name;
    }
    *into++ = '"';
    *into = '\0';
    return text;
}

static const struct catalog_relation *find_relation(struct session *session, const PgQuery__RangeVar *name, struct diag *diag)
{
    const char *schema = name->schemaname && *name->schemaname ? name->schemaname : NULL;
    const struct catalog_relation *relation = catalog_relation_by_name(session->catalog, schema, name->relname);
    if (!relation)
        diag_set(diag, ERRCODE_UNDEFINED_TABLE, schema ? "relation \"%s.%s\" does not exist" : "relation \"%s%s\" does not exist",
                 schema ? schema : "", name->relname);
    return relation;
}

static bool has_option(const PgQuery__VacuumStmt *stmt, const char *name)
{
    for (size_t i = 0; i < stmt->n_options; i++)
        if (!strcmp(stmt->options[i]->def_elem->defname, name))
            return true;
    return false;
}

static bool analyze(struct session *session, const PgQuery__VacuumStmt *stmt, struct diag *diag)
{
    if (!txn_prepare_write(session, "ANALYZE", diag))
        return false;
    if (stmt->n_rels == 0)
        return engine_exec(session->engine, "ANALYZE", diag);
    for (size_t i = 0; i < stmt->n_rels; i++) {
        const struct catalog_relation *relation = find_relation(session, stmt->rels[i]->vacuum_relation->relation, diag);
        if (!relation)
            return false;
        if (relation->is_system || relation->kind != 'r')
            continue;
        char *sql = arena_printf(&session->statement_arena, "ANALYZE %s", quoted(&session->statement_arena, relation->storage));
        if (!engine_exec(session->engine, sql, diag))
            return false;
    }
    return true;
}

/* Deleted rows leave no corpses in SQLite, so plain VACUUM only takes statistics when asked; VACUUM FULL rewrites the file. */
static bool vacuum(struct session *session, const PgQuery__VacuumStmt *stmt, struct portal *portal, struct diag *diag)
{
    portal->tag = stmt->is_vacuumcmd ? "VACUUM" : "ANALYZE";
    if (!stmt->is_vacuumcmd)
        return analyze(session, stmt, diag);
    if (!txn_prevent_block(session, "VACUUM", diag))
        return false;
    for (size_t i = 0; i < stmt->n_rels; i++)
        if (!find_relation(session, stmt->rels[i]->vacuum_relation->relation, diag))
            return false;
    if (has_option(stmt, "full") && stmt->n_rels == 0 && !engine_exec(session->engine, "VACUUM", diag))
        return false;
    return !has_option(stmt, "analyze") || analyze(session, stmt, diag);
}

/* One writer at a time: the strong modes take the gate, the weak ones have nothing to wait for. */
static bool lock(struct session *session, const PgQuery__LockStmt *stmt, struct portal *portal, struct diag *diag)
{
    enum { ACCESS_SHARE_MODE = 1 };
    portal->tag = "LOCK TABLE";
    if (!txn_require_block(session, "LOCK TABLE", diag))
        return false;
    bool is_temporary = true;
    for (size_t i = 0; i < stmt->n_relations; i++) {
        const struct catalog_relation *relation = find_relation(session, stmt->relations[i]->range_var, diag);
        if (!relation)
            return false;
        is_temporary &= oid_is_temporary(relation->oid);
        session->txn.used_temporary |= oid_is_temporary(relation->oid);
    }
    /* Nobody else has what is temporary. */
    return stmt->mode <= ACCESS_SHARE_MODE || is_temporary || txn_prepare_write(session, NULL, diag);
}

static bool checkpoint(struct session *session, struct portal *portal, struct diag *diag)
{
    int64_t frames, done;
    portal->tag = "CHECKPOINT";
    if (session->txn.state >= TXN_IMPLICIT && engine_txn_state(session->engine) == ENGINE_TXN_WRITE)
        return true;
    return engine_checkpoint(session->engine, 0, &frames, &done, diag);
}

static const struct catalog_constraint *constraint_named(struct session *session, const char *schema, const char *name)
{
    const struct catalog_schema *within = schema ? catalog_schema_by_name(session->catalog, schema) : NULL;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(session->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; k < relation->nconstraints; k++)
            if (strcmp(relation->constraints[k].name, name) == 0 && (!schema || (within && within->oid == relation->schema)))
                return &relation->constraints[k];
    return NULL;
}

/* SQLite defers all foreign keys or leaves each as it was declared: naming some defers all. */
static bool set_constraints(struct session *session, const PgQuery__ConstraintsSetStmt *stmt, struct portal *portal,
                            struct diag *diag)
{
    portal->tag = "SET CONSTRAINTS";
    if (!txn_is_block(session))
        return session_warn(session, ERRCODE_NO_ACTIVE_SQL_TRANSACTION, "%s can only be used in transaction blocks",
                            "SET CONSTRAINTS"),
               true;
    for (size_t i = 0; i < stmt->n_constraints; i++) {
        const PgQuery__RangeVar *name = stmt->constraints[i]->range_var;
        const struct catalog_constraint *found =
            constraint_named(session, name->schemaname[0] ? name->schemaname : NULL, name->relname);
        if (!found)
            return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "constraint \"%s\" does not exist", name->relname);
        if (!found->deferrable)
            return diag_set(diag, ERRCODE_WRONG_OBJECT_TYPE, "constraint \"%s\" is not deferrable", name->relname);
    }
    return txn_defer_keys(session, stmt->deferred, diag);
}

static bool unsupported(const char *what, struct diag *diag)
{
    return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "%s is not supported", what[0] ? what : "this statement");
}

bool maintenance_run(struct session *session, PgQuery__Node *node, struct portal *portal, struct diag *diag)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
        return vacuum(session, node->vacuum_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_LOCK_STMT:
        return lock(session, node->lock_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_CHECK_POINT_STMT:
        return checkpoint(session, portal, diag);
    case PG_QUERY__NODE__NODE_CREATEDB_STMT:
        return database_create(session, node->createdb_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_DROPDB_STMT:
        return database_drop(session, node->dropdb_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        return database_rename(session, node->rename_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT:
        return alter_system_run(session, node->alter_system_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_ALTER_DATABASE_SET_STMT:
        return alter_database_set_run(session, node->alter_database_set_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_ALTER_ROLE_SET_STMT:
        return alter_role_set_run(session, node->alter_role_set_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_CONSTRAINTS_SET_STMT:
        return set_constraints(session, node->constraints_set_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_UNLISTEN_STMT:
        return unlisten_run(session, node->unlisten_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_LISTEN_STMT:
        return listen_run(session, node->listen_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_NOTIFY_STMT:
        return notify_run(session, node->notify_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_DO_STMT:
        return unsupported("DO", diag);
    case PG_QUERY__NODE__NODE_CALL_STMT:
        return unsupported("CALL", diag);
    case PG_QUERY__NODE__NODE_LOAD_STMT:
        return unsupported("LOAD", diag);
    default:
        return unsupported(portal->plan->tag ? portal->plan->tag : "this statement", diag);
    }
}
