#include "sql/ddl.h"

/* Names of types, where their values are stored, and composite types. */

const struct type_desc *ddl_find_type(struct ddl *d, size_t count, PgQuery__Node *const *names)
{
    const char *schema, *name = ddl_list_name(count, names, &schema);
    const struct type_desc *type = catalog_type_by_name(d->catalog, schema, name);
    if (!type)
        diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "type \"%s%s%s\" does not exist", schema ? schema : "", schema ? "." : "",
                 name);
    return type;
}

/* The type of that name in the schema; an array that was made along with its elements' type gives way, and has another name when that is needed. */
static bool is_taken(struct ddl *d, const char *schema, const char *name)
{
    const struct type_desc *type = catalog_type_by_name(d->catalog, schema, name);
    return type && (!type->element || type->oid < OID_FIRST_USER);
}

bool ddl_new_type_name(struct ddl *d, size_t count, PgQuery__Node *const *names, const struct catalog_schema **schema,
                       const char **name)
{
    const char *schema_name;
    *name = ddl_list_name(count, names, &schema_name);
    if (!ddl_object_schema(d, schema_name, schema))
        return false;
    if (is_taken(d, (*schema)->name, *name))
        return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "type \"%s\" already exists", *name);
    return true;
}

/* ---- where values of a type are ---- */

enum { NESTING_MAX = 16 };

static const struct catalog_column *column_of_type(struct ddl *d, oid_t type, const struct catalog_relation **owner, int depth);

/* In a column of the type itself: a table's, or a composite type's that is used somewhere. */
static const struct catalog_column *column_that_is(struct ddl *d, oid_t type, const struct catalog_relation **owner, int depth)
{
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        for (int c = 0; c < relation->natts; c++) {
            const struct catalog_column *column = &relation->columns[c];
            bool holds = !column->dropped && column->type == type;
            if (holds && relation->kind == 'r')
                return *owner = relation, column;
            /* A table's rows may be values too. */
            column = holds && relation->row_type ? column_of_type(d, relation->row_type, owner, depth + 1) : NULL;
            if (column)
                return column;
        }
    return NULL;
}

/* In a type that has this one as a part; domains over it have it whole. */
static const struct catalog_column *column_around(struct ddl *d, oid_t type, const struct catalog_relation **owner, int depth,
                                                  bool only_parts)
{
    const struct type_desc *desc = catalog_type_by_oid(d->catalog, type), *other;
    const struct catalog_column *column = desc->array ? column_of_type(d, desc->array, owner, depth + 1) : NULL;
    for (int i = 0; !column && (other = catalog_user_type_at(d->catalog, i)); i++) {
        if (other->typtype == 'd' && other->base == type)
            column = only_parts ? column_around(d, other->oid, owner, depth + 1, true)
                                : column_of_type(d, other->oid, owner, depth + 1);
        else if (other->typtype == 'r' && other->range_subtype == type) {
            column = column_of_type(d, other->oid, owner, depth + 1);
            column = column || !other->range ? column : column_of_type(d, other->range, owner, depth + 1);
        }
    }
    return column;
}

static const struct catalog_column *column_of_type(struct ddl *d, oid_t type, const struct catalog_relation **owner, int depth)
{
    if (!catalog_type_by_oid(d->catalog, type) || depth > NESTING_MAX)
        return NULL;
    const struct catalog_column *column = column_that_is(d, type, owner, depth);
    return column ? column : column_around(d, type, owner, depth, false);
}

const struct catalog_column *ddl_column_of_type(struct ddl *d, oid_t type, const struct catalog_relation **owner)
{
    return column_of_type(d, type, owner, 0);
}

/* A row type's columns are parts: of tables' rows only where those are values. */
static const struct catalog_column *column_of_row_with(struct ddl *d, oid_t type, const struct catalog_relation **owner)
{
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        for (int c = 0; relation->row_type && c < relation->natts; c++)
            if (!relation->columns[c].dropped && relation->columns[c].type == type) {
                const struct catalog_column *column = column_of_type(d, relation->row_type, owner, 0);
                if (column)
                    return column;
            }
    return NULL;
}

const struct catalog_column *ddl_column_with_part(struct ddl *d, oid_t type, const struct catalog_relation **owner)
{
    const struct catalog_column *column = column_of_row_with(d, type, owner);
    const struct type_desc *other;
    if (!column)
        column = column_around(d, type, owner, 0, true);
    for (int i = 0; !column && (other = catalog_user_type_at(d->catalog, i)); i++)
        if (other->typtype == 'd' && other->base == type)
            column = ddl_column_with_part(d, other->oid, owner);
    return column;
}

/* ---- statements ---- */

bool ddl_create_composite(struct ddl *d, const PgQuery__CompositeTypeStmt *stmt)
{
    const struct catalog_schema *schema;
    char persistence;
    if (!ddl_relation_schema(d, stmt->typevar, &schema, &persistence))
        return false;
    if (is_taken(d, schema->name, stmt->typevar->relname))
        return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "type \"%s\" already exists", stmt->typevar->relname);
    struct catalog_relation relation = {
        .name = arena_strdup(d->arena, stmt->typevar->relname), .schema = schema->oid, .kind = 'c', .persistence = persistence};
    struct owned_sequence *owned = NULL;
    for (size_t i = 0; i < stmt->n_coldeflist; i++)
        if (!ddl_define_column(d, &relation, stmt->coldeflist[i]->column_def, &owned))
            return false;
    relation.oid = ddl_new_oid(d, 3);
    relation.row_type = relation.oid + 1;
    return relation.oid && ddl_store(d, &relation) && ddl_reload(d);
}

bool ddl_rename_type(struct ddl *d, const PgQuery__RenameStmt *stmt)
{
    const PgQuery__List *names = stmt->object->list;
    const struct type_desc *type = ddl_find_type(d, names->n_items, names->items);
    if (!type)
        return false;
    if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN && type->typtype != 'd')
        return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "%s is not a domain", type->name);
    const struct catalog_relation *relation = type->relation ? catalog_relation_by_oid(d->catalog, type->relation) : NULL;
    if (relation && relation->kind != 'c') {
        diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "%s is a table's row type", type->name);
        return diag_hint(d->diag, "Use ALTER TABLE instead.");
    }
    if (type->category == 'A' && type->element && type->typtype == 'b') {
        const struct type_desc *element = catalog_type_by_oid(d->catalog, type->element);
        diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "cannot alter array type %s[]", element->name);
        return diag_hint(d->diag, "You can alter type %s, which will alter the array type as well.", element->name);
    }
    if (type->oid < OID_FIRST_USER)
        return diag_set(d->diag, ERRCODE_INSUFFICIENT_PRIVILEGE, "must be owner of type %s", type->name);
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, type->schema);
    if (is_taken(d, schema->name, stmt->newname))
        return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "type \"%s\" already exists", stmt->newname);
    struct datum row[] = {datum_int(relation ? relation->oid : type->oid), datum_cstr(stmt->newname)};
    return ddl_prepare_file(d) &&
           ddl_bind(d,
                    relation ? "UPDATE pgquill_relation SET name = ?2 WHERE oid = ?1"
                             : "UPDATE pgquill_type SET name = ?2 WHERE oid = ?1",
                    2, row) &&
           ddl_reload(d);
}
