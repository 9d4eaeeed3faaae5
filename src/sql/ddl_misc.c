#include "sql/ddl.h"

#include "sql/deparse.h"

#include <stdlib.h>

/* Schemas, sequences, types, comments, renames: statements that change the hidden tables and little of SQLite's own schema. */

/* ---- views ---- */

static bool has_star(const PgQuery__Node *query)
{
    if (query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return false;
    const PgQuery__SelectStmt *select = query->select_stmt;
    for (size_t i = 0; i < select->n_target_list; i++) {
        const PgQuery__Node *value = select->target_list[i]->res_target->val;
        if (value && value->node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
            value->column_ref->fields[value->column_ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR)
            return true;
    }
    PgQuery__Node left = {.node_case = PG_QUERY__NODE__NODE_SELECT_STMT, .select_stmt = select->larg};
    return select->larg && has_star(&left);
}

const char *ddl_view_text(struct ddl *d, PgQuery__Node *query, const struct plan *plan)
{
    const char *text = deparse_statement(d->arena, query, d->diag);
    if (!text || !has_star(query))
        return text;
    /* A star means the columns of today: they are named around it. */
    struct buf buf = {0};
    buf_puts(&buf, "SELECT ");
    for (int i = 0; i < plan->ncolumns; i++)
        buf_printf(&buf, "%s%s", i ? ", " : "", ddl_quote(d, plan->columns[i].name));
    buf_printf(&buf, " FROM (%s) AS star", text);
    text = arena_strndup(d->arena, buf.data, buf.len);
    buf_deinit(&buf);
    return text;
}

/* ---- schemas ---- */

bool ddl_create_schema(struct ddl *d, const PgQuery__CreateSchemaStmt *stmt)
{
    const char *name = stmt->schemaname && *stmt->schemaname ? stmt->schemaname : d->compiler->env->user;
    if (strncmp(name, "pg_", 3) == 0) {
        diag_set(d->diag, ERRCODE_RESERVED_NAME, "unacceptable schema name \"%s\"", name);
        return diag_detail(d->diag, "The prefix \"pg_\" is reserved for system schemas.");
    }
    if (catalog_schema_by_name(d->catalog, name)) {
        if (!stmt->if_not_exists)
            return diag_set(d->diag, ERRCODE_DUPLICATE_SCHEMA, "schema \"%s\" already exists", name);
        ddl_notice(d, ERRCODE_DUPLICATE_SCHEMA, "schema \"%s\" already exists, skipping", name);
        return true;
    }
    oid_t oid = ddl_new_oid(d, 1);
    struct datum row[] = {datum_int(oid), datum_cstr(name)};
    if (!oid || !ddl_bind(d, "INSERT INTO pgquill_schema (oid, name) VALUES (?1, ?2)", 2, row) || !ddl_reload(d))
        return false;
    if (stmt->n_schema_elts)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "CREATE SCHEMA with elements is not supported yet");
    return true;
}

/* ---- renames ---- */

static bool rename_relation(struct ddl *d, const struct catalog_relation *relation, const char *name)
{
    if (ddl_name_is_taken(d, relation->schema, name))
        return diag_set(d->diag, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists", name);
    struct catalog_relation *to = ddl_copy_relation(d, relation);
    to->name = name;
    if (relation->kind == 'r') {
        to->storage = ddl_storage_name(d, catalog_schema_by_oid(d->catalog, relation->schema), name);
        if (!ddl_run(d, arena_printf(d->arena, "ALTER TABLE %s RENAME TO %s", ddl_quote(d, relation->storage), ddl_quote(d, to->storage))))
            return false;
    }
    return ddl_store(d, to) && ddl_reload(d);
}

/* Does an expression stored as text name the column? Then it is said anew with the column's new name. */
static bool rename_in_text(struct ddl *d, const struct catalog_relation *from, const struct catalog_relation *to, const char **text)
{
    if (!*text)
        return true;
    struct rte *entry = analyse_relation_entry(d->compiler, d->arena, from), *renamed = analyse_relation_entry(d->compiler, d->arena, to);
    struct expr *expr = analyse_expr_text(d->compiler, d->arena, *text, entry, d->diag);
    if (!expr)
        return false;
    for (int i = 0; i < entry->ncolumns; i++)
        entry->columns[i].name = renamed->columns[i].name;
    *text = deparse_typed(d->catalog, d->arena, expr, entry, d->compiler->env->types, d->diag);
    return *text != NULL;
}

static bool rename_column(struct ddl *d, const struct catalog_relation *relation, const char *old, const char *name)
{
    struct catalog_relation *to = ddl_copy_relation(d, relation);
    struct catalog_column *column = (struct catalog_column *) catalog_column_by_name(to, old);
    if (!column)
        return diag_set(d->diag, ERRCODE_UNDEFINED_COLUMN, "column \"%s\" does not exist", old);
    if (catalog_column_by_name(to, name))
        return diag_set(d->diag, ERRCODE_DUPLICATE_COLUMN, "column \"%s\" of relation \"%s\" already exists", name, relation->name);
    const char *storage = column->storage;
    column->name = name;
    if (relation->kind == 'r') {
        column->storage = name;
        if (!ddl_run(d, arena_printf(d->arena, "ALTER TABLE %s RENAME COLUMN %s TO %s", ddl_quote(d, relation->storage), ddl_quote(d, storage), ddl_quote(d, name))))
            return false;
    } else
        column->storage = name;
    for (int i = 0; i < to->nconstraints; i++)
        if (!rename_in_text(d, relation, to, &((struct catalog_constraint *) &to->constraints[i])->check))
            return false;
    for (int i = 0; i < to->nindexes; i++) {
        struct catalog_index *index = (struct catalog_index *) &to->indexes[i];
        const char **exprs = arena_array(d->arena, const char *, index->nkeys);
        for (int k = 0; k < index->nkeys; k++) {
            exprs[k] = index->exprs ? index->exprs[k] : NULL;
            if (!rename_in_text(d, relation, to, &exprs[k]))
                return false;
        }
        index->exprs = exprs;
        if (!rename_in_text(d, relation, to, &index->predicate))
            return false;
    }
    return ddl_store(d, to) && ddl_reload(d);
}

static bool rename_index(struct ddl *d, const PgQuery__RenameStmt *stmt)
{
    const char *schema = stmt->relation->schemaname && *stmt->relation->schemaname ? stmt->relation->schemaname : NULL;
    const struct catalog_index *index = catalog_index_by_name(d->catalog, schema, stmt->relation->relname);
    if (!index) {
        const struct catalog_relation *relation = ddl_find(d, stmt->relation, stmt->missing_ok);
        return relation ? rename_relation(d, relation, stmt->newname) : stmt->missing_ok;
    }
    if (ddl_name_is_taken(d, index->schema, stmt->newname))
        return diag_set(d->diag, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists", stmt->newname);
    struct catalog_relation *to = ddl_copy_relation(d, catalog_relation_by_oid(d->catalog, index->relation));
    for (int i = 0; i < to->nindexes; i++)
        if (to->indexes[i].oid == index->oid)
            ((struct catalog_index *) &to->indexes[i])->name = stmt->newname;
    for (int i = 0; i < to->nconstraints; i++)
        if (to->constraints[i].oid == index->constraint)
            ((struct catalog_constraint *) &to->constraints[i])->name = stmt->newname;
    return ddl_store(d, to) && ddl_reload(d);
}

static bool rename_constraint(struct ddl *d, const PgQuery__RenameStmt *stmt)
{
    const struct catalog_relation *relation = ddl_find(d, stmt->relation, false);
    if (!relation)
        return false;
    struct catalog_relation *to = ddl_copy_relation(d, relation);
    for (int i = 0; i < to->nconstraints; i++) {
        struct catalog_constraint *constraint = (struct catalog_constraint *) &to->constraints[i];
        if (strcmp(constraint->name, stmt->subname) != 0)
            continue;
        constraint->name = stmt->newname;
        for (int k = 0; k < to->nindexes; k++)
            if (to->indexes[k].constraint == constraint->oid)
                ((struct catalog_index *) &to->indexes[k])->name = stmt->newname;
        if (constraint->kind == 'c' && !ddl_rebuild(d, relation, to, NULL))
            return false;
        return ddl_store(d, to) && ddl_reload(d);
    }
    return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "constraint \"%s\" for table \"%s\" does not exist", stmt->subname, relation->name);
}

static bool rename_schema(struct ddl *d, const char *old, const char *name)
{
    const struct catalog_schema *schema = catalog_schema_by_name(d->catalog, old);
    if (!schema)
        return diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", old);
    if (catalog_schema_by_name(d->catalog, name))
        return diag_set(d->diag, ERRCODE_DUPLICATE_SCHEMA, "schema \"%s\" already exists", name);
    if (schema->oid < OID_FIRST_USER || oid_is_temporary(schema->oid))
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "built-in schemas cannot be renamed");
    struct datum row[] = {datum_int(schema->oid), datum_cstr(name)};
    /* Tables keep the name that they have in SQLite: the books say which is which. */
    return ddl_bind(d, "UPDATE pgquill_schema SET name = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
}

bool ddl_rename(struct ddl *d, const PgQuery__RenameStmt *stmt)
{
    switch (stmt->rename_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE: {
        const struct catalog_relation *relation = ddl_find(d, stmt->relation, stmt->missing_ok);
        if (!relation && stmt->missing_ok)
            ddl_notice(d, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist, skipping", stmt->relation->relname);
        return relation ? rename_relation(d, relation, stmt->newname) : stmt->missing_ok;
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN: {
        const struct catalog_relation *relation = ddl_find(d, stmt->relation, stmt->missing_ok);
        return relation ? rename_column(d, relation, stmt->subname, stmt->newname) : stmt->missing_ok;
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
        return rename_index(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION:
        return ddl_rename_collation(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT:
        return ddl_rename_domain_constraint(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
        return rename_constraint(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
        return rename_schema(d, stmt->subname, stmt->newname);
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
        return ddl_rename_type(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE:
        return ddl_rename_function(d, stmt);
    default:
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "renaming this kind of object is not supported yet");
    }
}
