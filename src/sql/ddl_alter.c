#include "sql/ddl.h"

#include "sql/deparse.h"
#include "sql/lower_internal.h"

#include <stdlib.h>

/* ALTER TABLE. Each command changes a copy of the description; what SQLite cannot do in place is done by one rebuild at the end. */

struct alteration {
    struct ddl *d;
    const struct catalog_relation *from;
    struct catalog_relation *to;
    const char **values;           /* per column of `to`: SQLite text of its value in a rebuild; NULL: the column of the same attnum */
    bool rebuild;
    struct owned_sequence *owned;
    const struct catalog_index *new_indexes[64];
    int nnew;
    const char *dropped_indexes[64];
    int ndropped;
    int in_place_additions;        /* columns that SQLite has added already */
};

bool ddl_rebuild(struct ddl *d, const struct catalog_relation *from, const struct catalog_relation *to, const char *const *values)
{
    const char *temporary = arena_printf(d->arena, "pgquill_rebuild_%u", to->oid);
    const char *create = ddl_table_sql(d, to, temporary);
    if (!create)
        return false;
    struct buf sql = {0};
    int written = 0;
    buf_printf(&sql, "INSERT INTO %s (", ddl_quote(d, temporary));
    for (int i = 0; i < to->natts; i++)
        if (!to->columns[i].dropped && !to->columns[i].generated)
            buf_printf(&sql, "%s%s", written++ ? ", " : "", ddl_quote(d, to->columns[i].storage));
    buf_puts(&sql, ") SELECT ");
    written = 0;
    for (int i = 0; i < to->natts; i++) {
        if (to->columns[i].dropped || to->columns[i].generated)
            continue;
        const struct catalog_column *old = catalog_column_by_attnum(from, to->columns[i].attnum);
        const char *value = values && values[i] ? values[i] : old && !old->dropped ? ddl_quote(d, old->storage) : "NULL";
        buf_printf(&sql, "%s%s", written++ ? ", " : "", value);
    }
    buf_printf(&sql, " FROM %s", ddl_quote(d, from->storage));
    const char *copy = arena_strndup(d->arena, sql.data, sql.len);
    buf_deinit(&sql);
    /* References of other tables name this one: they must neither cascade nor follow the rename. */
    engine_set_foreign_keys(d->engine, false);
    bool good = ddl_run(d, create) && (written == 0 || ddl_run(d, copy)) && ddl_run(d, arena_printf(d->arena, "DROP TABLE %s", ddl_quote(d, from->storage))) &&
                ddl_run(d, arena_printf(d->arena, "ALTER TABLE %s RENAME TO %s", ddl_quote(d, temporary), ddl_quote(d, to->storage)));
    engine_set_foreign_keys(d->engine, true);
    return good && ddl_create_indexes(d, to);
}

/* A change that existing values would have to follow: not where they are parts of other tables' values. */
static bool may_rewrite(struct alteration *a)
{
    const struct catalog_relation *owner;
    const struct catalog_column *column = a->from->row_type ? ddl_column_of_type(a->d, a->from->row_type, &owner) : NULL;
    return !column || diag_set(a->d->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                               a->from->kind == 'c' ? "cannot alter type \"%s\" because column \"%s.%s\" uses it"
                                                    : "cannot alter table \"%s\" because column \"%s.%s\" uses its row type",
                               a->from->name, owner->name, column->name);
}

static struct catalog_column *column_named(struct alteration *a, const char *name)
{
    struct catalog_column *column = (struct catalog_column *) catalog_column_by_name(a->to, name);
    if (!column)
        diag_set(a->d->diag, ERRCODE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist", name, a->to->name);
    return column;
}

static void grow_values(struct alteration *a)
{
    const char **values = arena_array(a->d->arena, const char *, a->to->natts + 1);
    for (int i = 0; a->values && i < a->to->natts - 1; i++)
        values[i] = a->values[i];
    a->values = values;
}

/* SQLite's text of what existing rows get for a column's default. */
static const char *default_value(struct ddl *d, const struct catalog_relation *relation, const struct catalog_column *column)
{
    struct expr *expr = NULL;
    if (!analyse_default(d->compiler, d->arena, relation, column, &expr, d->diag))
        return NULL;
    return expr ? lower_expr_text(d->compiler, d->arena, expr, NULL, d->diag) : "NULL";
}

/* NULL, or NULL::text */
static bool is_null_default(const char *text)
{
    return strncasecmp(text, "NULL", 4) == 0 && (!text[4] || strncmp(text + 4, "::", 2) == 0);
}

/* Has the column's domain a default, or constraints that rows which are there already may not meet? */
static bool is_set_by_domain(struct ddl *d, const struct catalog_column *column)
{
    const struct type_desc *type = catalog_type_by_oid(d->catalog, column->type);
    for (; type && type->typtype == 'd'; type = catalog_type_by_oid(d->catalog, type->base))
        if (type->not_null || type->check_count || type->default_expr)
            return true;
    return false;
}

static bool add_column(struct alteration *a, const PgQuery__AlterTableCmd *cmd)
{
    struct ddl *d = a->d;
    const PgQuery__ColumnDef *def = cmd->def->column_def;
    if (catalog_column_by_name(a->to, def->colname)) {
        if (cmd->missing_ok) {
            ddl_notice(d, ERRCODE_DUPLICATE_COLUMN, "column \"%s\" of relation \"%s\" already exists, skipping", def->colname, a->to->name);
            return true;
        }
        return diag_set(d->diag, ERRCODE_DUPLICATE_COLUMN, "column \"%s\" of relation \"%s\" already exists", def->colname, a->to->name);
    }
    int indexes = a->to->nindexes, constraints = a->to->nconstraints;
    struct owned_sequence *owned = NULL;
    if (!ddl_define_column(d, a->to, def, &owned))
        return false;
    grow_values(a);
    for (size_t i = 0; i < def->n_constraints; i++)
        if (!ddl_define_constraint(d, a->to, def->constraints[i]->constraint, (struct catalog_column *) &a->to->columns[a->to->natts - 1]))
            return false;
    struct catalog_column *column = (struct catalog_column *) &a->to->columns[a->to->natts - 1];
    if (owned) {
        /* The default's sequence must be there before the existing rows take numbers from it. */
        if (!ddl_store_sequences(d, owned, a->to->oid) || !ddl_reload(d))
            return false;
        a->from = catalog_relation_by_oid(d->catalog, a->to->oid);
    }
    bool by_domain = is_set_by_domain(d, column);
    if (((column->default_expr && !is_null_default(column->default_expr)) || by_domain) && !may_rewrite(a))
        return false;
    if (a->from->kind == 'c')
        return true;
    bool plain = !column->not_null && !column->default_expr && !by_domain && !column->generated && a->to->nindexes == indexes && a->to->nconstraints == constraints && !a->rebuild;
    if (plain) {
        const struct type_desc *type = catalog_type_by_oid(d->catalog, column->type);
        static const char *const words[] = {[STORAGE_INTEGER] = "INTEGER", [STORAGE_REAL] = "REAL", [STORAGE_TEXT] = "TEXT", [STORAGE_BLOB] = "BLOB"};
        const char *collation = ddl_column_collation(d, column, type);
        a->in_place_additions++;
        return ddl_run(d, arena_printf(d->arena, "ALTER TABLE %s ADD COLUMN %s %s%s%s", ddl_quote(d, a->to->storage), ddl_quote(d, column->storage), words[type->storage],
                                       collation ? " COLLATE " : "", collation ? ddl_quote(d, collation) : ""));
    }
    a->rebuild = true;
    if (!column->generated && (column->default_expr || column->identity || by_domain)) {
        a->values[a->to->natts - 1] = default_value(d, a->to, column);
        return a->values[a->to->natts - 1] != NULL;
    }
    return true;
}

static void drop_index_at(struct alteration *a, int k)
{
    struct catalog_index *indexes = (struct catalog_index *) a->to->indexes;
    if (indexes[k].storage && a->ndropped < 64)
        a->dropped_indexes[a->ndropped++] = indexes[k].storage;
    if (indexes[k].is_rowid) {
        a->to->rowid_attnum = 0;
        a->rebuild = true;
    }
    memmove(&indexes[k], &indexes[k + 1], sizeof *indexes * (size_t) (a->to->nindexes - k - 1));
    a->to->nindexes--;
}

static void drop_constraint_at(struct alteration *a, int k)
{
    struct catalog_constraint *constraints = (struct catalog_constraint *) a->to->constraints;
    oid_t index = constraints[k].kind == 'p' || constraints[k].kind == 'u' ? constraints[k].index : 0;
    if (constraints[k].kind == 'c' || constraints[k].kind == 'f')
        a->rebuild = true;
    memmove(&constraints[k], &constraints[k + 1], sizeof *constraints * (size_t) (a->to->nconstraints - k - 1));
    a->to->nconstraints--;
    for (int i = 0; index && i < a->to->nindexes; i++)
        if (a->to->indexes[i].oid == index) {
            drop_index_at(a, i);
            break;
        }
}

static bool uses_column(int count, const int16_t *attnums, int16_t attnum)
{
    for (int i = 0; i < count; i++)
        if (attnums[i] == attnum)
            return true;
    return false;
}

static bool drop_column(struct alteration *a, const PgQuery__AlterTableCmd *cmd)
{
    struct ddl *d = a->d;
    struct catalog_column *column = (struct catalog_column *) catalog_column_by_name(a->to, cmd->name);
    if (!column) {
        if (!cmd->missing_ok)
            return column_named(a, cmd->name) != NULL;
        ddl_notice(d, ERRCODE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist, skipping", cmd->name, a->to->name);
        return true;
    }
    for (int i = a->to->nconstraints - 1; i >= 0; i--)
        if (uses_column(a->to->constraints[i].nkeys, a->to->constraints[i].attnums, column->attnum))
            drop_constraint_at(a, i);
    for (int i = a->to->nindexes - 1; i >= 0; i--)
        if (uses_column(a->to->indexes[i].nkeys, a->to->indexes[i].attnums, column->attnum))
            drop_index_at(a, i);
    /* Its sequence goes with it. */
    const struct catalog_relation *sequence;
    for (int i = 0; (sequence = catalog_relation_at(d->catalog, i)) && !sequence->is_system; i++)
        if (sequence->kind == 'S' && sequence->sequence && sequence->sequence->owner_relation == a->to->oid && sequence->sequence->owner_attnum == column->attnum)
            if (!ddl_drop_sequence(d, sequence))
                return false;
    column->dropped = true;
    column->not_null = false;
    column->default_expr = NULL;
    column->name = column->storage = arena_printf(d->arena, "........pg.dropped.%d........", column->attnum);
    a->rebuild = true;
    return true;
}

static bool add_constraint(struct alteration *a, const PgQuery__AlterTableCmd *cmd)
{
    struct ddl *d = a->d;
    const PgQuery__Constraint *def = cmd->def->constraint;
    int indexes = a->to->nindexes;
    bool had_nulls = false;
    if (def->indexname && *def->indexname) {
        /* USING INDEX: the index becomes the constraint's. */
        for (int i = 0; i < a->to->nindexes; i++) {
            struct catalog_index *index = (struct catalog_index *) &a->to->indexes[i];
            if (strcmp(index->name, def->indexname) != 0)
                continue;
            bool primary = def->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY;
            struct catalog_constraint *constraint = ddl_add_constraint(d, a->to);
            constraint->oid = ddl_new_oid(d, 1);
            constraint->name = def->conname && *def->conname ? arena_strdup(d->arena, def->conname) : index->name;
            constraint->kind = primary ? 'p' : 'u';
            constraint->index = index->oid;
            constraint->nkeys = index->nkeys;
            constraint->attnums = index->attnums;
            index->constraint = constraint->oid;
            index->is_primary = primary;
            index->name = constraint->name;
            for (int k = 0; primary && k < index->nkeys; k++) {
                ((struct catalog_column *) catalog_column_by_attnum(a->to, index->attnums[k]))->not_null = true;
                a->rebuild = true;
            }
            return constraint->oid != 0;
        }
        return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "index \"%s\" does not exist", def->indexname);
    }
    for (int i = 0; def->conname && *def->conname && i < a->to->nconstraints; i++)
        if (strcmp(a->to->constraints[i].name, def->conname) == 0)
            return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "constraint \"%s\" for relation \"%s\" already exists", def->conname, a->to->name);
    bool *not_null = arena_array(d->arena, bool, a->to->natts);
    for (int i = 0; i < a->to->natts; i++)
        not_null[i] = a->to->columns[i].not_null;
    if (!ddl_define_constraint(d, a->to, def, NULL))
        return false;
    if (def->skip_validation && def->contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN)
        ((struct catalog_constraint *) a->to->constraints)[a->to->nconstraints - 1].validated = false;
    for (int i = 0; i < a->to->natts; i++)
        had_nulls |= !not_null[i] && a->to->columns[i].not_null;
    if (a->to->nindexes > indexes && !a->to->indexes[indexes].is_rowid && !had_nulls) {
        if (a->nnew < 64)
            a->new_indexes[a->nnew++] = &a->to->indexes[indexes];
    } else
        a->rebuild = true;
    return true;
}

static bool drop_constraint(struct alteration *a, const PgQuery__AlterTableCmd *cmd)
{
    for (int i = 0; i < a->to->nconstraints; i++)
        if (strcmp(a->to->constraints[i].name, cmd->name) == 0) {
            const struct catalog_constraint *constraint = &a->to->constraints[i];
            if (constraint->kind == 'p' || constraint->kind == 'u') {
                const struct catalog_relation *other;
                for (int k = 0; (other = catalog_relation_at(a->d->catalog, k)) && !other->is_system; k++)
                    for (int m = 0; m < other->nconstraints; m++)
                        if (other->constraints[m].kind == 'f' && other->constraints[m].index == constraint->index) {
                            diag_set(a->d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST, "cannot drop constraint %s on table %s because other objects depend on it",
                                     constraint->name, a->to->name);
                            diag_detail(a->d->diag, "constraint %s on table %s depends on index %s", other->constraints[m].name, other->name, constraint->name);
                            return diag_hint(a->d->diag, "Use DROP ... CASCADE to drop the dependent objects too.");
                        }
            }
            drop_constraint_at(a, i);
            return true;
        }
    if (cmd->missing_ok) {
        ddl_notice(a->d, ERRCODE_UNDEFINED_OBJECT, "constraint \"%s\" of relation \"%s\" does not exist, skipping", cmd->name, a->to->name);
        return true;
    }
    return diag_set(a->d->diag, ERRCODE_UNDEFINED_OBJECT, "constraint \"%s\" of relation \"%s\" does not exist", cmd->name, a->to->name);
}

static bool set_not_null(struct alteration *a, const char *name, bool not_null)
{
    struct catalog_column *column = column_named(a, name);
    if (!column)
        return false;
    for (int i = 0; !not_null && i < a->to->nindexes; i++)
        if (a->to->indexes[i].is_primary && uses_column(a->to->indexes[i].nkeys, a->to->indexes[i].attnums, column->attnum))
            return diag_set(a->d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "column \"%s\" is in a primary key", name);
    a->rebuild |= column->not_null != not_null;
    column->not_null = not_null;
    return true;
}

static bool set_default(struct alteration *a, const PgQuery__AlterTableCmd *cmd)
{
    struct catalog_column *column = column_named(a, cmd->name);
    if (!column)
        return false;
    if (!cmd->def) {
        column->default_expr = NULL;
        return true;
    }
    struct ddl *d = a->d;
    struct expr *expr = analyse_expr_node(d->compiler, d->arena, cmd->def, d->text, NULL, "DEFAULT expressions", d->diag);
    expr = expr ? analyse_assignment(d->compiler, d->arena, expr, column->name, column->type, column->typmod, d->diag) : NULL;
    if (!expr)
        return false;
    struct diag ignored = {0};
    column->default_expr = deparse_typed(d->catalog, d->arena, ddl_without_assignment(expr), NULL, d->compiler->env->types, &ignored);
    diag_clear(&ignored);
    if (!column->default_expr)
        column->default_expr = deparse_expr(d->arena, cmd->def, d->diag);
    return column->default_expr != NULL;
}

static bool set_type(struct alteration *a, const PgQuery__AlterTableCmd *cmd)
{
    struct ddl *d = a->d;
    struct catalog_column *column = column_named(a, cmd->name);
    const PgQuery__ColumnDef *def = cmd->def->column_def;
    oid_t type;
    int32_t typmod;
    if (!column || !analyse_type_name(d->compiler, def->type_name, &type, &typmod, d->diag))
        return false;
    oid_t collated = 0;
    const struct type_desc *wanted = catalog_type_by_oid(d->catalog, type);
    if (def->coll_clause && !analyse_collation_name(d->compiler, def->coll_clause->n_collname, def->coll_clause->collname, def->coll_clause->location, &collated, d->diag))
        return false;
    if (collated && wanted && !wanted->collation)
        return diag_set(d->diag, ERRCODE_DATATYPE_MISMATCH, "collations are not supported by type %s", wanted->name);
    if (!may_rewrite(a))
        return false;
    if (a->from->kind == 'c') {
        const struct type_desc *new = catalog_type_by_oid(d->catalog, type);
        column->type = type;
        column->typmod = typmod;
        column->collation = collated ? collated : new ? new->collation : 0;
        return true;
    }
    struct rte *entry = analyse_relation_entry(d->compiler, d->arena, a->from);
    const char *text = arena_printf(d->arena, "%s", ddl_quote(d, column->name));
    struct expr *expr = def->raw_default ? analyse_expr_node(d->compiler, d->arena, def->raw_default, d->text, entry, "transform expressions", d->diag)
                                         : analyse_expr_text(d->compiler, d->arena, text, entry, d->diag);
    if (!expr)
        return false;
    struct buf name = {0};
    type_format(catalog_type_resolver(d->catalog), type, typmod, &name);
    const char *type_name = arena_strdup(d->arena, buf_cstr(&name));
    buf_deinit(&name);
    expr = analyse_assignment(d->compiler, d->arena, expr, column->name, type, typmod, d->diag);
    if (!expr) {
        if (!def->raw_default && strcmp(d->diag->sqlstate, ERRCODE_DATATYPE_MISMATCH) == 0) {
            diag_set(d->diag, ERRCODE_DATATYPE_MISMATCH, "column \"%s\" cannot be cast automatically to type %s", column->name, type_name);
            diag_hint(d->diag, "You might need to specify \"USING %s::%s\".", text, type_name);
        }
        return false;
    }
    const char *value = lower_expr_text(d->compiler, d->arena, expr, entry, d->diag);
    if (!value)
        return false;
    if (!a->values)
        a->values = arena_array(d->arena, const char *, a->to->natts + 1);
    a->values[column - a->to->columns] = value;
    column->type = type;
    column->typmod = typmod;
    const struct type_desc *desc = catalog_type_by_oid(d->catalog, type);
    column->collation = collated ? collated : desc ? desc->collation : 0;
    for (int i = 0; i < a->to->nindexes; i++) {
        struct catalog_index *index = (struct catalog_index *) &a->to->indexes[i];
        bool integer = type == INT2_OID || type == INT4_OID || type == INT8_OID;
        if (!index->is_primary || index->nkeys != 1 || index->attnums[0] != column->attnum || index->is_rowid == integer)
            continue;
        /* The key becomes the rowid, or ceases to be. */
        index->is_rowid = integer;
        a->to->rowid_attnum = integer ? column->attnum : 0;
        index->storage = integer ? NULL : ddl_storage_name(d, catalog_schema_by_oid(d->catalog, a->to->schema), index->name);
    }
    a->rebuild = true;
    return true;
}

static bool alter_identity(struct alteration *a, const PgQuery__AlterTableCmd *cmd)
{
    struct catalog_column *column = column_named(a, cmd->name);
    if (!column)
        return false;
    switch (cmd->subtype) {
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddIdentity:
        return ddl_add_identity(a->d, a->to, column, cmd->def->constraint);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetIdentity:
        return ddl_set_identity(a->d, a->to, column, cmd->def->list);
    default:
        return ddl_drop_identity(a->d, a->to, column, cmd->missing_ok);
    }
}

/* A permanent table must not need an unlogged one. */
static bool set_persistence(struct alteration *a, char persistence)
{
    struct ddl *d = a->d;
    const struct catalog_relation *other;
    bool logs = persistence == 'p';
    if (a->to->persistence == 't')
        return diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "cannot change logged status of table \"%s\" because it is temporary", a->to->name);
    for (int i = 0; (other = catalog_relation_at(d->catalog, i)) && !other->is_system; i++) {
        const struct catalog_relation *child = logs ? a->from : other;
        for (int k = 0; k < child->nconstraints && other->oid != a->from->oid && other->persistence == (logs ? 'u' : 'p'); k++) {
            if (child->constraints[k].kind != 'f' || child->constraints[k].foreign_relation != (logs ? other->oid : a->from->oid))
                continue;
            diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "could not change table \"%s\" to %s because it references %s table \"%s\"",
                     a->from->name, logs ? "logged" : "unlogged", logs ? "unlogged" : "logged", other->name);
            return diag_object(d->diag, catalog_schema_by_oid(d->catalog, a->from->schema)->name, a->from->name, NULL, child->constraints[k].name);
        }
        struct catalog_relation sequence = *other;
        sequence.persistence = persistence;
        if (other->sequence && other->sequence->owner_relation == a->from->oid && !ddl_store(d, &sequence))
            return false;
    }
    a->to->persistence = persistence;
    return true;
}

static bool apply(struct alteration *a, const PgQuery__AlterTableCmd *cmd)
{
    switch (cmd->subtype) {
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
        return add_column(a, cmd);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn:
        return drop_column(a, cmd);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddIndexConstraint:
        return add_constraint(a, cmd);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint:
        return drop_constraint(a, cmd);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull:
        return set_not_null(a, cmd->name, true);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull:
        return set_not_null(a, cmd->name, false);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault:
        return set_default(a, cmd);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType:
        return set_type(a, cmd);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddIdentity:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetIdentity:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropIdentity:
        return alter_identity(a, cmd);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetLogged:
        return set_persistence(a, 'p');
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetUnLogged:
        return set_persistence(a, 'u');
    /* Physical hints, and what the one owner already has. */
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetStatistics:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetOptions:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ResetOptions:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetStorage:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetCompression:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ClusterOn:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropCluster:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetRelOptions:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ResetRelOptions:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ReplicaIdentity:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint:
        return true;
    default:
        return diag_set(a->d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "this form of ALTER TABLE is not supported yet");
    }
}

/* Rows that are there already must have what a new foreign key asks for. */
static bool check_foreign_key(struct ddl *d, const struct catalog_relation *relation, const struct catalog_constraint *constraint)
{
    const struct catalog_relation *parent = constraint->foreign_relation == relation->oid ? relation : catalog_relation_by_oid(d->catalog, constraint->foreign_relation);
    struct buf columns = {0}, names = {0}, present = {0}, same = {0}, values = {0};
    for (int i = 0; parent && i < constraint->nkeys; i++) {
        const struct catalog_column *column = catalog_column_by_attnum(relation, constraint->attnums[i]), *key = catalog_column_by_attnum(parent, constraint->foreign_attnums[i]);
        buf_printf(&columns, "%sn.%s", i ? ", " : "", ddl_quote(d, column->storage));
        buf_printf(&names, "%s%s", i ? ", " : "", column->name);
        buf_printf(&present, "n.%s IS NOT NULL AND ", ddl_quote(d, column->storage));
        buf_printf(&same, "%sp.%s = n.%s", i ? " AND " : "", ddl_quote(d, key->storage), ddl_quote(d, column->storage));
    }
    const char *sql = parent ? arena_printf(d->arena, "SELECT %s FROM %s AS n WHERE %sNOT EXISTS (SELECT 1 FROM %s AS p WHERE %s) LIMIT 1", buf_cstr(&columns),
                                            ddl_quote(d, relation->storage), buf_cstr(&present), ddl_quote(d, parent->storage), buf_cstr(&same))
                             : NULL;
    struct engine_stmt *stmt = sql ? engine_prepare(d->engine, sql, strlen(sql), false, d->diag) : NULL;
    bool good = !sql || stmt, missing = stmt && engine_step(stmt, d->diag) == ENGINE_ROW;
    for (int i = 0; missing && i < constraint->nkeys; i++) {
        struct datum value;
        struct diag ignored = {0};
        struct type_io io = {.type = catalog_type_by_oid(d->catalog, catalog_column_by_attnum(relation, constraint->attnums[i])->type),
                             .typmod = -1,
                             .settings = d->compiler->env->types,
                             .resolver = catalog_type_resolver(d->catalog),
                             .arena = d->arena};
        engine_column(stmt, i, &value);
        buf_puts(&values, i ? ", " : "");
        type_out(&io, &value, &values, &ignored);
        diag_clear(&ignored);
    }
    if (missing) {
        const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
        diag_set(d->diag, ERRCODE_FOREIGN_KEY_VIOLATION, "insert or update on table \"%s\" violates foreign key constraint \"%s\"", relation->name, constraint->name);
        diag_detail(d->diag, "Key (%s)=(%s) is not present in table \"%s\".", buf_cstr(&names), buf_cstr(&values), parent->name);
        diag_object(d->diag, schema ? schema->name : NULL, relation->name, NULL, constraint->name);
    }
    if (stmt)
        engine_finalize(stmt);
    struct buf *all[] = {&columns, &names, &present, &same, &values};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_deinit(all[i]);
    return good && !missing && !diag_is_set(d->diag);
}

static bool check_new_keys(struct alteration *a)
{
    for (int i = 0; i < a->to->nconstraints; i++) {
        const struct catalog_constraint *constraint = &a->to->constraints[i];
        bool is_old = constraint->kind != 'f' || !constraint->validated;
        for (int k = 0; k < a->from->nconstraints && !is_old; k++)
            is_old = a->from->constraints[k].oid == constraint->oid;
        if (!is_old && !check_foreign_key(a->d, a->to, constraint))
            return false;
    }
    return true;
}

bool ddl_alter_table(struct ddl *d, const PgQuery__AlterTableStmt *stmt)
{
    const struct catalog_relation *from = ddl_find(d, stmt->relation, stmt->missing_ok);
    if (!from) {
        if (stmt->missing_ok)
            ddl_notice(d, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist, skipping", stmt->relation->relname);
        return stmt->missing_ok;
    }
    if (from->is_system)
        return diag_set(d->diag, ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied: \"%s\" is a system catalog", from->name);
    /* ddl_reload replaces the snapshot: work on copies. */
    ddl_follow(d, from->oid);
    struct alteration a = {.d = d, .from = ddl_copy_relation(d, from), .to = ddl_copy_relation(d, from)};
    for (size_t i = 0; i < stmt->n_cmds; i++)
        if (!apply(&a, stmt->cmds[i]->alter_table_cmd))
            return false;
    if (from->kind == 'r' || a.to->kind == 'r') {
        if (a.rebuild && a.in_place_additions)
            a.from = a.to->natts > a.from->natts ? ddl_with_columns(d, a.from, a.to) : a.from;
        if (a.rebuild && !ddl_rebuild(d, a.from, a.to, a.values))
            return false;
        for (int i = 0; !a.rebuild && i < a.ndropped; i++)
            if (!ddl_run(d, arena_printf(d->arena, "DROP INDEX %s", ddl_quote(d, a.dropped_indexes[i]))))
                return false;
        for (int i = 0; !a.rebuild && i < a.nnew; i++)
            if (!ddl_create_index(d, a.to, a.new_indexes[i]))
                return false;
    }
    return check_new_keys(&a) && ddl_store(d, a.to) && ddl_reload(d);
}

/* The description of a table to which SQLite has already added the columns that `to` has more. */
struct catalog_relation *ddl_with_columns(struct ddl *d, const struct catalog_relation *from, const struct catalog_relation *to)
{
    struct catalog_relation *wider = ddl_copy_relation(d, from);
    while (wider->natts < to->natts) {
        const struct catalog_column *column = &to->columns[wider->natts];
        if (column->default_expr || column->not_null || column->identity || column->generated)
            break;
        *ddl_add_column(d, wider) = *column;
    }
    return wider;
}
