#include "sql/ddl.h"

#include "catalog/hidden.h"

#include "sql/deparse.h"
#include "sql/lower.h"

#include <stdlib.h>

/* Descriptions of tables: from the parser's tree to struct catalog_relation, from that to SQLite's CREATE TABLE. */

static void *grown(struct ddl *d, const void *array, size_t size, int count)
{
    void *copy = arena_alloc(d->arena, size * (size_t) (count + 1));
    if (count)
        memcpy(copy, array, size * (size_t) count);
    memset((char *) copy + size * (size_t) count, 0, size);
    return copy;
}

struct catalog_relation *ddl_copy_relation(struct ddl *d, const struct catalog_relation *relation)
{
    struct catalog_relation *copy = arena_new(d->arena, struct catalog_relation);
    *copy = *relation;
    copy->columns = grown(d, relation->columns, sizeof *relation->columns, relation->natts);
    copy->indexes = grown(d, relation->indexes, sizeof *relation->indexes, relation->nindexes);
    copy->constraints = grown(d, relation->constraints, sizeof *relation->constraints, relation->nconstraints);
    return copy;
}

struct catalog_column *ddl_add_column(struct ddl *d, struct catalog_relation *relation)
{
    struct catalog_column *columns = grown(d, relation->columns, sizeof *columns, relation->natts);
    relation->columns = columns;
    struct catalog_column *column = &columns[relation->natts++];
    column->attnum = (int16_t) relation->natts;
    column->typmod = -1;
    return column;
}

struct catalog_index *ddl_add_index(struct ddl *d, struct catalog_relation *relation)
{
    struct catalog_index *indexes = grown(d, relation->indexes, sizeof *indexes, relation->nindexes);
    relation->indexes = indexes;
    struct catalog_index *index = &indexes[relation->nindexes++];
    index->schema = relation->schema;
    index->relation = relation->oid;
    index->method = "btree";
    return index;
}

struct catalog_constraint *ddl_add_constraint(struct ddl *d, struct catalog_relation *relation)
{
    struct catalog_constraint *constraints = grown(d, relation->constraints, sizeof *constraints, relation->nconstraints);
    relation->constraints = constraints;
    struct catalog_constraint *constraint = &constraints[relation->nconstraints++];
    constraint->relation = relation->oid;
    constraint->schema = relation->schema;
    constraint->match = 's';
    constraint->on_update = constraint->on_delete = 'a';
    constraint->validated = true;
    return constraint;
}

/* ---- expressions ---- */

static const char *typed_text(struct ddl *d, const struct expr *expr, PgQuery__Node *node, const struct rte *entry)
{
    struct diag ignored = {0};
    const char *text = deparse_typed(d->catalog, d->arena, expr, entry, d->compiler->env->types, &ignored);
    diag_clear(&ignored);
    return text ? text : deparse_expr(d->arena, node, d->diag);
}

/* What assignment added to an expression is not shown: PostgreSQL prints a default as it was before. */
const struct expr *ddl_without_assignment(const struct expr *expr)
{
    for (;;) {
        bool is_cast = expr->kind == EXPR_TYPMOD || expr->kind == EXPR_RELABEL || expr->kind == EXPR_IO_CAST;
        if (is_cast && !expr->cast.is_explicit)
            expr = expr->cast.arg;
        else if (expr->kind == EXPR_CALL && expr->call.is_cast && !expr->call.is_explicit && expr->call.args.count > 0)
            expr = expr->call.args.items[0];
        else
            return expr;
    }
}

static bool define_default(struct ddl *d, struct catalog_column *column, PgQuery__Node *node)
{
    struct expr *expr = analyse_expr_node(d->compiler, d->arena, node, d->text, NULL, "DEFAULT expressions", d->diag);
    expr = expr ? analyse_assignment(d->compiler, d->arena, expr, column->name, column->type, column->typmod, d->diag) : NULL;
    column->default_expr = expr ? typed_text(d, ddl_without_assignment(expr), node, NULL) : NULL;
    return column->default_expr != NULL;
}

const char *ddl_check_text(struct ddl *d, const struct catalog_relation *relation, PgQuery__Node *node, const char *what)
{
    struct rte *entry = analyse_relation_entry(d->compiler, d->arena, relation);
    struct expr *expr = analyse_expr_node(d->compiler, d->arena, node, d->text, entry, what, d->diag);
    if (!expr)
        return NULL;
    if (expr->type != BOOL_OID && expr->type != UNKNOWN_OID) {
        struct buf type = {0};
        type_format(catalog_type_resolver(d->catalog), expr->type, -1, &type);
        diag_set(d->diag, ERRCODE_DATATYPE_MISMATCH, "argument of CHECK must be type boolean, not type %s", buf_cstr(&type));
        buf_deinit(&type);
        return NULL;
    }
    return typed_text(d, expr, node, entry);
}

const char *ddl_expr_text(struct ddl *d, const struct catalog_relation *relation, const char *text)
{
    struct rte *entry = analyse_relation_entry(d->compiler, d->arena, relation);
    struct expr *expr = analyse_expr_text(d->compiler, d->arena, text, entry, d->diag);
    return expr ? lower_expr_text(d->compiler, d->arena, expr, entry, d->diag) : NULL;
}

/* ---- columns ---- */

static bool serial_type(const PgQuery__TypeName *type, oid_t *base)
{
    static const struct {
        const char *name;
        oid_t type;
    } serials[] = {{"serial", INT4_OID}, {"serial4", INT4_OID}, {"bigserial", INT8_OID}, {"serial8", INT8_OID}, {"smallserial", INT2_OID}, {"serial2", INT2_OID}};
    if (type->n_names != 1 || type->n_array_bounds)
        return false;
    for (size_t i = 0; i < sizeof serials / sizeof *serials; i++)
        if (strcmp(type->names[0]->string->sval, serials[i].name) == 0) {
            *base = serials[i].type;
            return true;
        }
    return false;
}

static const char *qualified_regclass(struct ddl *d, const struct catalog_relation *relation, const char *name)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
    const char *plain = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name) ? name : ddl_quote(d, name);
    return schema->oid == OID_PUBLIC ? plain : arena_printf(d->arena, "%s.%s", schema->name, plain);
}

static bool column_constraint(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column, const PgQuery__Constraint *constraint,
                              struct owned_sequence **owned)
{
    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
        column->not_null = true;
        return true;
    case PG_QUERY__CONSTR_TYPE__CONSTR_NULL:
        return true;
    case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
        if (column->default_expr)
            return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "multiple default values specified for column \"%s\" of table \"%s\"", column->name, relation->name);
        return define_default(d, column, constraint->raw_expr);
    case PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY:
        return ddl_define_identity(d, relation, column, constraint, owned);
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_DEFERRABLE:
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_NOT_DEFERRABLE:
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_DEFERRED:
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_IMMEDIATE:
        return true;
    default:
        return true; /* the others wait until all columns are known */
    }
}

void ddl_choose_column_storage(struct ddl *d, const struct catalog_relation *relation, struct catalog_column *column)
{
    column->storage = column->name;
    for (int i = 0; i + 1 < relation->natts; i++)
        if (strcasecmp(relation->columns[i].storage, column->storage) == 0)
            column->storage = arena_printf(d->arena, "%s~%d", column->name, column->attnum);
}

bool ddl_define_column(struct ddl *d, struct catalog_relation *relation, const PgQuery__ColumnDef *def, struct owned_sequence **owned)
{
    if (!ddl_read_deferral(d, def))
        return false;
    for (int i = 0; i < relation->natts; i++)
        if (!relation->columns[i].dropped && strcmp(relation->columns[i].name, def->colname) == 0)
            return diag_set(d->diag, ERRCODE_DUPLICATE_COLUMN, "column \"%s\" specified more than once", def->colname);
    struct catalog_column *column = ddl_add_column(d, relation);
    column->name = arena_strdup(d->arena, def->colname);
    ddl_choose_column_storage(d, relation, column);
    if (serial_type(def->type_name, &column->type)) {
        column->not_null = true;
        struct owned_sequence *made = ddl_add_owned_sequence(d, relation, column, column->type, owned);
        column->default_expr = arena_printf(d->arena, "nextval('%s'::regclass)", qualified_regclass(d, relation, made->relation.name));
    } else if (!analyse_type_name(d->compiler, def->type_name, &column->type, &column->typmod, d->diag))
        return false;
    const struct type_desc *type = catalog_type_by_oid(d->catalog, column->type);
    if (type->typtype == 'p')
        return diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "column \"%s\" has pseudo-type %s", column->name, type->name);
    column->ndims = (int) def->type_name->n_array_bounds;
    column->collation = type->collation;
    if (def->coll_clause) {
        if (!analyse_collation_name(d->compiler, def->coll_clause->n_collname, def->coll_clause->collname, def->coll_clause->location, &column->collation, d->diag))
            return false;
        if (!type->collation) {
            struct buf name = {0};
            type_format(catalog_type_resolver(d->catalog), column->type, -1, &name);
            diag_set(d->diag, ERRCODE_DATATYPE_MISMATCH, "collations are not supported by type %s", buf_cstr(&name));
            buf_deinit(&name);
            return compiler_position(d->compiler, d->diag, def->coll_clause->location);
        }
    }
    for (size_t i = 0; i < def->n_constraints; i++)
        if (!column_constraint(d, relation, column, def->constraints[i]->constraint, owned))
            return false;
    return true;
}

/* ---- constraints ---- */

static bool column_numbers(struct ddl *d, const struct catalog_relation *relation, size_t count, PgQuery__Node *const *keys, int16_t **attnums, const char *where)
{
    *attnums = arena_array(d->arena, int16_t, count);
    for (size_t i = 0; i < count; i++) {
        const char *name = keys[i]->string->sval;
        const struct catalog_column *column = catalog_column_by_name(relation, name);
        if (!column)
            return diag_set(d->diag, ERRCODE_UNDEFINED_COLUMN, where, name);
        (*attnums)[i] = column->attnum;
    }
    return true;
}

static bool is_integer_key(const struct catalog_relation *relation, int16_t attnum)
{
    oid_t type = catalog_column_by_attnum(relation, attnum)->type;
    return type == INT2_OID || type == INT4_OID || type == INT8_OID;
}

static bool define_key(struct ddl *d, struct catalog_relation *relation, const PgQuery__Constraint *def, struct catalog_column *column)
{
    bool primary = def->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY;
    for (int i = 0; primary && i < relation->nindexes; i++)
        if (relation->indexes[i].is_primary)
            return diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "multiple primary keys for table \"%s\" are not allowed", relation->name);
    int count = column ? 1 : (int) def->n_keys;
    int16_t *attnums;
    if (column) {
        attnums = arena_new(d->arena, int16_t);
        attnums[0] = column->attnum;
    } else if (!column_numbers(d, relation, def->n_keys, def->keys, &attnums, "column \"%s\" named in key does not exist"))
        return false;
    const char *first = catalog_column_by_attnum(relation, attnums[0])->name;
    struct buf columns = {0};
    for (int i = 0; i < count && !primary; i++)
        buf_printf(&columns, "%s%s", i ? "_" : "", catalog_column_by_attnum(relation, attnums[i])->name);
    if (!primary)
        first = arena_strndup(d->arena, columns.data, columns.len);
    buf_deinit(&columns);
    const char *name = def->conname && *def->conname ? arena_strdup(d->arena, def->conname)
                       : primary                     ? ddl_choose_name(d, relation->schema, relation->name, NULL, "pkey", relation)
                                                     : ddl_choose_name(d, relation->schema, relation->name, first, "key", relation);
    if (def->conname && *def->conname && ddl_name_is_taken(d, relation->schema, name))
        return diag_set(d->diag, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists", name);
    struct catalog_index *index = ddl_add_index(d, relation);
    struct catalog_constraint *constraint = ddl_add_constraint(d, relation);
    index->oid = ddl_new_oid(d, 2);
    if (!index->oid)
        return false;
    constraint->oid = index->oid + 1;
    index->name = constraint->name = name;
    index->is_unique = true;
    index->is_primary = primary;
    index->nulls_not_distinct = def->nulls_not_distinct;
    index->nkeys = constraint->nkeys = count;
    index->attnums = constraint->attnums = attnums;
    index->exprs = arena_array(d->arena, const char *, count);
    index->options = arena_array(d->arena, uint8_t, count);
    index->constraint = constraint->oid;
    constraint->index = index->oid;
    constraint->kind = primary ? 'p' : 'u';
    constraint->deferrable = def->deferrable;
    constraint->deferred = def->initdeferred;
    for (int i = 0; primary && i < count; i++)
        ((struct catalog_column *) catalog_column_by_attnum(relation, attnums[i]))->not_null = true;
    if (primary && count == 1 && is_integer_key(relation, attnums[0])) {
        index->is_rowid = true;
        relation->rowid_attnum = attnums[0];
    } else
        index->storage = ddl_storage_name(d, catalog_schema_by_oid(d->catalog, relation->schema), name);
    return true;
}

static bool define_check(struct ddl *d, struct catalog_relation *relation, const PgQuery__Constraint *def)
{
    const char *text = ddl_check_text(d, relation, def->raw_expr, "CHECK constraints");
    if (!text)
        return false;
    struct rte *entry = analyse_relation_entry(d->compiler, d->arena, relation);
    struct expr *expr = analyse_expr_text(d->compiler, d->arena, text, entry, d->diag);
    if (!expr)
        return false;
    /* Which columns it looks at: pg_constraint.conkey, and its name when there is just one. */
    int16_t *attnums = arena_array(d->arena, int16_t, relation->natts + 1);
    int count = 0;
    for (int i = 0; i < relation->natts; i++)
        if (!relation->columns[i].dropped && ddl_expr_names_column(expr, entry, relation, relation->columns[i].attnum))
            attnums[count++] = relation->columns[i].attnum;
    const char *only = count == 1 ? catalog_column_by_attnum(relation, attnums[0])->name : NULL;
    for (int i = 0; def->conname && i < relation->nconstraints; i++)
        if (strcmp(relation->constraints[i].name, def->conname) == 0)
            return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "check constraint \"%s\" already exists", def->conname);
    const char *name = def->conname && *def->conname ? arena_strdup(d->arena, def->conname) : ddl_choose_name(d, relation->schema, relation->name, only, "check", relation);
    struct catalog_constraint *constraint = ddl_add_constraint(d, relation);
    constraint->oid = ddl_new_oid(d, 1);
    constraint->name = name;
    constraint->kind = 'c';
    constraint->check = text;
    constraint->attnums = attnums;
    constraint->nkeys = count;
    return constraint->oid != 0;
}

static const struct catalog_index *key_of(const struct catalog_relation *relation, int count, const int16_t *attnums)
{
    for (int i = 0; i < relation->nindexes; i++) {
        const struct catalog_index *index = &relation->indexes[i];
        bool same = index->is_unique && index->nkeys == count && !index->predicate;
        for (int k = 0; same && k < count; k++) {
            bool member = false;
            for (int m = 0; m < count; m++)
                member |= index->attnums[k] == attnums[m];
            same = member;
        }
        if (same)
            return index;
    }
    return NULL;
}

static bool check_key_types(struct ddl *d, const char *constraint, const struct catalog_column *referring, const struct catalog_column *key)
{
    if (analyse_key_types(d->compiler, d->arena, key->type, referring->type))
        return true;
    struct buf left = {0}, right = {0};
    type_format(catalog_type_resolver(d->catalog), referring->type, -1, &left);
    type_format(catalog_type_resolver(d->catalog), key->type, -1, &right);
    diag_set(d->diag, ERRCODE_DATATYPE_MISMATCH, "foreign key constraint \"%s\" cannot be implemented", constraint);
    diag_detail(d->diag, "Key columns \"%s\" and \"%s\" are of incompatible types: %s and %s.", referring->name, key->name, buf_cstr(&left),
                buf_cstr(&right));
    buf_deinit(&left);
    buf_deinit(&right);
    return false;
}

static bool define_foreign_key(struct ddl *d, struct catalog_relation *relation, const PgQuery__Constraint *def, struct catalog_column *column)
{
    const struct catalog_relation *other;
    if (strcmp(def->pktable->relname, relation->name) == 0 && !*def->pktable->schemaname)
        other = relation;
    else if (!(other = ddl_find(d, def->pktable, false)))
        return false;
    if (relation->persistence != other->persistence && (relation->persistence != 'u' || other->persistence == 't'))
        return diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, relation->persistence == 't'   ? "constraints on temporary tables may reference only temporary tables"
                                                                   : relation->persistence == 'u' ? "constraints on unlogged tables may reference only permanent or unlogged tables"
                                                                                                  : "constraints on permanent tables may reference only permanent tables");
    if (other->kind != 'r')
        return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "referenced relation \"%s\" is not a table", other->name);
    int count = column ? 1 : (int) def->n_fk_attrs;
    int16_t *attnums, *foreign;
    if (column) {
        attnums = arena_new(d->arena, int16_t);
        attnums[0] = column->attnum;
    } else if (!column_numbers(d, relation, def->n_fk_attrs, def->fk_attrs, &attnums, "column \"%s\" referenced in foreign key constraint does not exist"))
        return false;
    const struct catalog_index *key = NULL;
    int nforeign = (int) def->n_pk_attrs;
    if (nforeign == 0) {
        for (int i = 0; i < other->nindexes && !key; i++)
            key = other->indexes[i].is_primary ? &other->indexes[i] : NULL;
        if (!key)
            return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "there is no primary key for referenced table \"%s\"", other->name);
        foreign = (int16_t *) key->attnums;
        nforeign = key->nkeys;
    } else if (!column_numbers(d, other, def->n_pk_attrs, def->pk_attrs, &foreign, "column \"%s\" referenced in foreign key constraint does not exist"))
        return false;
    if (nforeign != count)
        return diag_set(d->diag, ERRCODE_INVALID_FOREIGN_KEY, "number of referencing and referenced columns for foreign key disagree");
    if (!key && !(key = key_of(other, nforeign, foreign)))
        return diag_set(d->diag, ERRCODE_INVALID_FOREIGN_KEY, "there is no unique constraint matching given keys for referenced table \"%s\"", other->name);
    for (int i = 0; i < other->nconstraints; i++)
        if (other->constraints[i].oid == key->constraint && other->constraints[i].deferrable)
            return diag_set(d->diag, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "cannot use a deferrable %s for referenced table \"%s\"",
                            key->is_primary ? "primary key" : "unique constraint", other->name);
    struct buf columns = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&columns, "%s%s", i ? "_" : "", catalog_column_by_attnum(relation, attnums[i])->name);
    const char *joined = arena_strndup(d->arena, columns.data, columns.len);
    buf_deinit(&columns);
    const char *name = def->conname && *def->conname ? arena_strdup(d->arena, def->conname)
                                                     : ddl_choose_name(d, relation->schema, relation->name, joined, "fkey", relation);
    for (int i = 0; i < count; i++)
        if (!check_key_types(d, name, catalog_column_by_attnum(relation, attnums[i]), catalog_column_by_attnum(other, foreign[i])))
            return false;
    struct catalog_constraint *constraint = ddl_add_constraint(d, relation);
    constraint->name = name;
    constraint->oid = ddl_new_oid(d, 1);
    constraint->kind = 'f';
    constraint->nkeys = count;
    constraint->attnums = attnums;
    constraint->foreign_relation = other->oid;
    constraint->nforeign = nforeign;
    constraint->foreign_attnums = foreign;
    constraint->index = key->oid;
    constraint->on_update = *def->fk_upd_action ? *def->fk_upd_action : 'a';
    constraint->on_delete = *def->fk_del_action ? *def->fk_del_action : 'a';
    constraint->match = *def->fk_matchtype ? *def->fk_matchtype : 's';
    constraint->deferrable = def->deferrable;
    constraint->deferred = def->initdeferred;
    return constraint->oid != 0;
}

bool ddl_define_constraint(struct ddl *d, struct catalog_relation *relation, const PgQuery__Constraint *def, struct catalog_column *column)
{
    switch (def->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        return define_key(d, relation, def, column);
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        return define_check(d, relation, def);
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        return define_foreign_key(d, relation, def, column);
    case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED: {
        const char *text = NULL;
        struct rte *entry = analyse_relation_entry(d->compiler, d->arena, relation);
        struct expr *expr = analyse_expr_node(d->compiler, d->arena, def->raw_expr, d->text, entry, "column generation expressions", d->diag);
        expr = expr ? analyse_assignment(d->compiler, d->arena, expr, column->name, column->type, column->typmod, d->diag) : NULL;
        text = expr ? typed_text(d, expr, def->raw_expr, entry) : NULL;
        column->generated = 's';
        column->default_expr = text;
        return text != NULL;
    }
    case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "exclusion constraints are not supported yet");
    default:
        return true;
    }
}

/* ---- SQLite's text ---- */

static const char *storage_words(const struct type_desc *type)
{
    switch (type->storage) {
    case STORAGE_INTEGER:
        return "INTEGER";
    case STORAGE_REAL:
        return "REAL";
    case STORAGE_BLOB:
        return "BLOB";
    case STORAGE_TEXT:
        break;
    }
    return "TEXT";
}

static void put_key(struct ddl *d, struct buf *sql, const struct catalog_relation *relation, int count, const int16_t *attnums)
{
    buf_putc(sql, '(');
    for (int i = 0; i < count; i++)
        buf_printf(sql, "%s%s", i ? ", " : "", ddl_quote(d, catalog_column_by_attnum(relation, attnums[i])->storage));
    buf_putc(sql, ')');
}

static const char *foreign_action(char action)
{
    switch (action) {
    case 'r':
        return "RESTRICT";
    case 'c':
        return "CASCADE";
    case 'n':
        return "SET NULL";
    case 'd':
        return "SET DEFAULT";
    default:
        return "NO ACTION";
    }
}

static bool put_constraint(struct ddl *d, struct buf *sql, const struct catalog_relation *relation, const struct catalog_constraint *constraint)
{
    if (constraint->kind == 'c') {
        const char *text = ddl_expr_text(d, relation, constraint->check);
        if (!text)
            return false;
        buf_printf(sql, ", CONSTRAINT %s CHECK (%s)", ddl_quote(d, constraint->name), text);
    } else if (constraint->kind == 'f') {
        const struct catalog_relation *other = constraint->foreign_relation == relation->oid ? relation : catalog_relation_by_oid(d->catalog, constraint->foreign_relation);
        buf_printf(sql, ", CONSTRAINT %s FOREIGN KEY ", ddl_quote(d, constraint->name));
        put_key(d, sql, relation, constraint->nkeys, constraint->attnums);
        buf_printf(sql, " REFERENCES %s", ddl_quote(d, other->storage));
        put_key(d, sql, other, constraint->nforeign, constraint->foreign_attnums);
        buf_printf(sql, " ON DELETE %s ON UPDATE %s", foreign_action(constraint->on_delete), foreign_action(constraint->on_update));
        if (constraint->deferrable)
            buf_printf(sql, " DEFERRABLE INITIALLY %s", constraint->deferred ? "DEFERRED" : "IMMEDIATE");
    }
    return true;
}

const char *ddl_column_collation(struct ddl *d, const struct catalog_column *column, const struct type_desc *type)
{
    char name[64];
    bool is_plain = !type->sqlite_collation || strcmp(type->sqlite_collation, "RTRIM") == 0;
    return is_plain && catalog_collation_storage(d->catalog, column->collation, name, sizeof name) ? arena_strdup(d->arena, name) : type->sqlite_collation;
}

static bool put_column(struct ddl *d, struct buf *sql, const struct catalog_relation *relation, const struct catalog_column *column)
{
    const struct type_desc *type = catalog_type_by_oid(d->catalog, column->type);
    if (!type)
        return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "type with OID %u does not exist", column->type);
    bool rowid = relation->rowid_attnum == column->attnum;
    buf_printf(sql, "%s %s", ddl_quote(d, column->storage), rowid ? "INTEGER PRIMARY KEY" : storage_words(type));
    const char *collation = ddl_column_collation(d, column, type);
    if (collation)
        buf_printf(sql, " COLLATE %s", ddl_quote(d, collation));
    if (column->generated) {
        const char *text = ddl_expr_text(d, relation, column->default_expr);
        if (!text)
            return false;
        buf_printf(sql, " GENERATED ALWAYS AS (%s) STORED", text);
    }
    if (column->not_null)
        buf_puts(sql, " NOT NULL");
    return true;
}

const char *ddl_table_sql(struct ddl *d, const struct catalog_relation *relation, const char *storage)
{
    struct buf sql = {0};
    bool good = true;
    int written = 0;
    buf_printf(&sql, "CREATE %sTABLE %s (", oid_is_temporary(relation->oid) ? "TEMP " : "", ddl_quote(d, storage));
    for (int i = 0; i < relation->natts && good; i++) {
        if (relation->columns[i].dropped)
            continue;
        if (written++)
            buf_puts(&sql, ", ");
        good = put_column(d, &sql, relation, &relation->columns[i]);
    }
    /* PostgreSQL allows a table without columns, SQLite does not. */
    if (!written)
        buf_puts(&sql, "\"" HIDDEN_NO_COLUMNS "\" INTEGER");
    for (int i = 0; i < relation->nconstraints && good; i++)
        good = put_constraint(d, &sql, relation, &relation->constraints[i]);
    buf_putc(&sql, ')');
    const char *text = good ? arena_strndup(d->arena, sql.data, sql.len) : NULL;
    buf_deinit(&sql);
    return text;
}

/* What a key says when it is not collated as its column is. */
static const char *index_collation(struct ddl *d, const struct catalog_index *index, int k)
{
    char name[64];
    if (!index->collations || !index->collations[k])
        return "";
    if (!catalog_collation_storage(d->catalog, index->collations[k], name, sizeof name))
        return " COLLATE BINARY";
    return arena_printf(d->arena, " COLLATE %s", ddl_quote(d, name));
}

bool ddl_create_index(struct ddl *d, const struct catalog_relation *relation, const struct catalog_index *index)
{
    if (index->is_rowid)
        return true;
    struct buf sql = {0};
    bool good = true;
    buf_printf(&sql, "CREATE %sINDEX %s ON %s (", index->is_unique ? "UNIQUE " : "", ddl_quote(d, index->storage), ddl_quote(d, relation->storage));
    for (int k = 0; k < index->nkeys && good; k++) {
        const char *key = index->attnums[k] ? ddl_quote(d, catalog_column_by_attnum(relation, index->attnums[k])->storage) : ddl_expr_text(d, relation, index->exprs[k]);
        good = key != NULL;
        if (good)
            buf_printf(&sql, "%s%s%s%s", k ? ", " : "", key, index_collation(d, index, k), index->options && index->options[k] & 1 ? " DESC" : "");
    }
    buf_putc(&sql, ')');
    if (good && index->predicate) {
        const char *predicate = ddl_expr_text(d, relation, index->predicate);
        good = predicate != NULL;
        if (good)
            buf_printf(&sql, " WHERE %s", predicate);
    }
    good = good && ddl_run(d, buf_cstr(&sql));
    buf_deinit(&sql);
    if (!good && strcmp(d->diag->sqlstate, ERRCODE_UNIQUE_VIOLATION) == 0) {
        diag_set(d->diag, ERRCODE_UNIQUE_VIOLATION, "could not create unique index \"%s\"", index->name);
        const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
        diag_object(d->diag, schema ? schema->name : NULL, relation->name, NULL, index->name);
        ddl_duplicate_detail(d, relation, index);
    }
    return good;
}

bool ddl_create_indexes(struct ddl *d, const struct catalog_relation *relation)
{
    for (int i = 0; i < relation->nindexes; i++)
        if (!ddl_create_index(d, relation, &relation->indexes[i]))
            return false;
    return true;
}
