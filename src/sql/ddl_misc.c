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

/* ---- types ---- */

bool ddl_new_type_name(struct ddl *d, size_t count, PgQuery__Node *const *names, const struct catalog_schema **schema, const char **name)
{
    const char *schema_name;
    *name = ddl_list_name(count, names, &schema_name);
    if (!ddl_object_schema(d, schema_name, schema))
        return false;
    if (catalog_type_by_name(d->catalog, (*schema)->name, *name))
        return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "type \"%s\" already exists", *name);
    return true;
}

static const char *label_text(struct ddl *d, int count, const struct type_label *labels)
{
    struct buf buf = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&buf, "%s%u %.9g %s", i ? "\037" : "", labels[i].oid, (double) labels[i].sort_order, labels[i].name);
    const char *text = arena_strndup(d->arena, buf.len ? buf.data : "", buf.len);
    buf_deinit(&buf);
    return text;
}

static bool good_label(struct ddl *d, const char *label)
{
    if (strlen(label) <= 63)
        return true;
    diag_set(d->diag, ERRCODE_INVALID_NAME, "invalid enum label \"%s\"", label);
    return diag_detail(d->diag, "Labels must be 63 bytes or less.");
}

bool ddl_create_enum(struct ddl *d, const PgQuery__CreateEnumStmt *stmt)
{
    const struct catalog_schema *schema;
    const char *name;
    int count = (int) stmt->n_vals;
    if (!ddl_new_type_name(d, stmt->n_type_name, stmt->type_name, &schema, &name))
        return false;
    oid_t oid = ddl_new_oid(d, 2 + count);
    struct type_label *labels = arena_array(d->arena, struct type_label, count);
    for (int i = 0; i < count; i++) {
        labels[i] = (struct type_label){oid + 2 + (oid_t) i, stmt->vals[i]->string->sval, (float) (i + 1)};
        if (!good_label(d, labels[i].name))
            return false;
        for (int k = 0; k < i; k++)
            if (strcmp(labels[k].name, labels[i].name) == 0)
                return diag_set(d->diag, ERRCODE_UNIQUE_VIOLATION, "enum label \"%s\" already exists", labels[i].name);
    }
    struct datum row[] = {datum_int(oid), datum_int(schema->oid), datum_cstr(name), datum_int(oid + 1), datum_cstr(label_text(d, count, labels))};
    return oid && ddl_bind(d, "INSERT INTO pgquill_type (oid, schema, name, typtype, array, typmod, labels) VALUES (?1, ?2, ?3, 'e', ?4, -1, ?5)", 5, row) && ddl_reload(d);
}

static bool rename_label(struct ddl *d, struct type_label *labels, int count, const PgQuery__AlterEnumStmt *stmt)
{
    for (int i = 0; i < count; i++)
        if (strcmp(labels[i].name, stmt->new_val) == 0)
            return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "enum label \"%s\" already exists", stmt->new_val);
    for (int i = 0; i < count; i++)
        if (strcmp(labels[i].name, stmt->old_val) == 0) {
            labels[i].name = stmt->new_val;
            return true;
        }
    return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "\"%s\" is not an existing enum label", stmt->old_val);
}

/* Stored values are labels: a renamed one is renamed in every column of the type. */
static bool rename_stored(struct ddl *d, oid_t type, const char *old, const char *new)
{
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; relation->kind == 'r' && k < relation->natts; k++) {
            const struct catalog_column *column = &relation->columns[k];
            struct datum values[] = {datum_cstr(old), datum_cstr(new)};
            if (column->dropped || column->type != type)
                continue;
            const char *quoted = ddl_quote(d, column->storage);
            if (!ddl_bind(d, arena_printf(d->arena, "UPDATE %s SET %s = ?2 WHERE %s = ?1 COLLATE BINARY", ddl_quote(d, relation->storage), quoted, quoted), 2, values))
                return false;
        }
    return true;
}

bool ddl_alter_enum(struct ddl *d, const PgQuery__AlterEnumStmt *stmt)
{
    const char *schema, *name = ddl_list_name(stmt->n_type_name, stmt->type_name, &schema);
    const struct type_desc *type = catalog_type_by_name(d->catalog, schema, name);
    if (!type)
        return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "type \"%s\" does not exist", name);
    if (type->typtype != 'e')
        return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "\"%s\" is not an enum", name);
    int count = type->label_count;
    oid_t oid = type->oid;
    struct type_label *labels = arena_array(d->arena, struct type_label, count + 1);
    memcpy(labels, type->labels, sizeof *labels * (size_t) count);
    if (stmt->old_val && *stmt->old_val) {
        if (!rename_label(d, labels, count, stmt) || !rename_stored(d, oid, stmt->old_val, stmt->new_val))
            return false;
    } else {
        if (!good_label(d, stmt->new_val))
            return false;
        for (int i = 0; i < count; i++)
            if (strcmp(labels[i].name, stmt->new_val) == 0) {
                if (!stmt->skip_if_new_val_exists)
                    return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "enum label \"%s\" already exists", stmt->new_val);
                ddl_notice(d, ERRCODE_DUPLICATE_OBJECT, "enum label \"%s\" already exists, skipping", stmt->new_val);
                return true;
            }
        int at = count;
        if (stmt->new_val_neighbor && *stmt->new_val_neighbor) {
            for (at = 0; at < count && strcmp(labels[at].name, stmt->new_val_neighbor) != 0; at++)
                ;
            if (at == count)
                return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "\"%s\" is not an existing enum label", stmt->new_val_neighbor);
            at += stmt->new_val_is_after;
        }
        float before = at > 0 ? labels[at - 1].sort_order : at < count ? labels[at].sort_order - 2 : 0;
        float after = at < count ? labels[at].sort_order : before + 2;
        memmove(&labels[at + 1], &labels[at], sizeof *labels * (size_t) (count - at));
        labels[at] = (struct type_label){ddl_new_oid(d, 1), stmt->new_val, (before + after) / 2};
        count++;
    }
    struct datum row[] = {datum_int(oid), datum_cstr(label_text(d, count, labels))};
    return ddl_bind(d, "UPDATE pgquill_type SET labels = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
}

bool ddl_create_composite(struct ddl *d, const PgQuery__CompositeTypeStmt *stmt)
{
    const struct catalog_schema *schema;
    char persistence;
    if (!ddl_relation_schema(d, stmt->typevar, &schema, &persistence))
        return false;
    if (catalog_type_by_name(d->catalog, schema->name, stmt->typevar->relname))
        return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "type \"%s\" already exists", stmt->typevar->relname);
    struct catalog_relation relation = {.name = arena_strdup(d->arena, stmt->typevar->relname), .schema = schema->oid, .kind = 'c', .persistence = persistence};
    struct owned_sequence *owned = NULL;
    for (size_t i = 0; i < stmt->n_coldeflist; i++)
        if (!ddl_define_column(d, &relation, stmt->coldeflist[i]->column_def, &owned))
            return false;
    relation.oid = ddl_new_oid(d, 3);
    relation.row_type = relation.oid + 1;
    return relation.oid && ddl_store(d, &relation) && ddl_reload(d);
}

/* ---- comments ---- */

bool ddl_comment(struct ddl *d, const PgQuery__CommentStmt *stmt)
{
    struct datum comment = stmt->comment && *stmt->comment ? datum_cstr(stmt->comment) : datum_null();
    switch (stmt->objtype) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX: {
        const PgQuery__List *names = stmt->object->list;
        const char *schema, *name = ddl_list_name(names->n_items, names->items, &schema);
        bool index = stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX;
        const struct catalog_relation *relation = index ? NULL : catalog_relation_by_name(d->catalog, schema, name);
        const struct catalog_index *found = index ? catalog_index_by_name(d->catalog, schema, name) : NULL;
        if (!relation && !found)
            return diag_set(d->diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist", name);
        struct datum row[] = {datum_int(relation ? relation->oid : found->oid), comment};
        if (relation && !ddl_store(d, relation))
            return false;
        return ddl_bind(d, index ? "UPDATE pgquill_index SET comment = ?2 WHERE oid = ?1" : "UPDATE pgquill_relation SET comment = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN: {
        const PgQuery__List *names = stmt->object->list;
        const char *column_name = names->items[names->n_items - 1]->string->sval, *schema, *name = ddl_list_name(names->n_items - 1, names->items, &schema);
        const struct catalog_relation *relation = catalog_relation_by_name(d->catalog, schema, name);
        if (!relation)
            return diag_set(d->diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist", name);
        const struct catalog_column *column = catalog_column_by_name(relation, column_name);
        if (!column)
            return diag_set(d->diag, ERRCODE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist", column_name, name);
        struct datum row[] = {datum_int(relation->oid), datum_int(column->attnum), comment};
        return ddl_store(d, relation) && ddl_bind(d, "UPDATE pgquill_column SET comment = ?3 WHERE relation = ?1 AND attnum = ?2", 3, row) && ddl_reload(d);
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA: {
        const struct catalog_schema *schema = catalog_schema_by_name(d->catalog, stmt->object->string->sval);
        if (!schema)
            return diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", stmt->object->string->sval);
        struct datum row[] = {datum_int(schema->oid), comment};
        return ddl_prepare_file(d) && ddl_bind(d, "UPDATE pgquill_schema SET comment = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION:
        return ddl_comment_collation(d, stmt, &comment);
    case PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION: {
        const struct catalog_extension *extension = catalog_extension_by_name(d->catalog, stmt->object->string->sval);
        if (!extension)
            return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "extension \"%s\" does not exist", stmt->object->string->sval);
        struct datum row[] = {datum_int(extension->oid), comment};
        return ddl_bind(d, "UPDATE pgquill_extension SET comment = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE: {
        const PgQuery__TypeName *names = stmt->object->type_name;
        const char *schema, *name = ddl_list_name(names->n_names, names->names, &schema);
        const struct type_desc *type = catalog_type_by_name(d->catalog, schema, name);
        if (!type)
            return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "type \"%s\" does not exist", name);
        struct datum row[] = {datum_int(type->oid), comment};
        return ddl_prepare_file(d) && ddl_bind(d, "UPDATE pgquill_type SET comment = ?2 WHERE oid = ?1", 2, row);
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT: {
        const PgQuery__List *names = stmt->object->list;
        const char *constraint = names->items[names->n_items - 1]->string->sval, *schema, *name = ddl_list_name(names->n_items - 1, names->items, &schema);
        const struct catalog_relation *relation = catalog_relation_by_name(d->catalog, schema, name);
        if (!relation)
            return diag_set(d->diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist", name);
        for (int i = 0; i < relation->nconstraints; i++)
            if (strcmp(relation->constraints[i].name, constraint) == 0) {
                struct datum row[] = {datum_int(relation->constraints[i].oid), comment};
                return ddl_store(d, relation) && ddl_bind(d, "UPDATE pgquill_constraint SET comment = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
            }
        return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "constraint \"%s\" for table \"%s\" does not exist", constraint, name);
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE:
        return ddl_comment_function(d, stmt);
    default:
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "comments on this kind of object are not supported yet");
    }
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
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE: {
        const PgQuery__List *names = stmt->object->list;
        const char *schema, *name = ddl_list_name(names->n_items, names->items, &schema);
        const struct type_desc *type = catalog_type_by_name(d->catalog, schema, name);
        if (!type)
            return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "type \"%s\" does not exist", name);
        struct datum row[] = {datum_int(type->oid), datum_cstr(stmt->newname)};
        return ddl_bind(d, "UPDATE pgquill_type SET name = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE:
        return ddl_rename_function(d, stmt);
    default:
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "renaming this kind of object is not supported yet");
    }
}
