#include "sql/ddl.h"

/* COMMENT ON. A comment is a column of the row that describes its object. */

/* The relation whose column or constraint the last of the names is; NULL after a report. */
static const struct catalog_relation *relation_of_part(struct ddl *d, const PgQuery__List *names, const char **name,
                                                       const char **part)
{
    const char *schema;
    *part = names->items[names->n_items - 1]->string->sval;
    *name = ddl_list_name(names->n_items - 1, names->items, &schema);
    const struct catalog_relation *relation = catalog_relation_by_name(d->catalog, schema, *name);
    if (!relation)
        diag_set(d->diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist", *name);
    return relation;
}

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
        return ddl_bind(d,
                        index ? "UPDATE pgquill_index SET comment = ?2 WHERE oid = ?1"
                              : "UPDATE pgquill_relation SET comment = ?2 WHERE oid = ?1",
                        2, row) &&
               ddl_reload(d);
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN: {
        const char *name, *column_name;
        const struct catalog_relation *relation = relation_of_part(d, stmt->object->list, &name, &column_name);
        if (!relation)
            return false;
        const struct catalog_column *column = catalog_column_by_name(relation, column_name);
        if (!column)
            return diag_set(d->diag, ERRCODE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist", column_name,
                            name);
        struct datum row[] = {datum_int(relation->oid), datum_int(column->attnum), comment};
        return ddl_store(d, relation) &&
               ddl_bind(d, "UPDATE pgquill_column SET comment = ?3 WHERE relation = ?1 AND attnum = ?2", 3, row) && ddl_reload(d);
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA: {
        const struct catalog_schema *schema = catalog_schema_by_name(d->catalog, stmt->object->string->sval);
        if (!schema)
            return diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", stmt->object->string->sval);
        struct datum row[] = {datum_int(schema->oid), comment};
        return ddl_prepare_file(d) && ddl_bind(d, "UPDATE pgquill_schema SET comment = ?2 WHERE oid = ?1", 2, row) &&
               ddl_reload(d);
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
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE: {
        const PgQuery__TypeName *names = stmt->object->type_name;
        const struct type_desc *type = ddl_find_type(d, names->n_names, names->names);
        if (!type)
            return false;
        bool domain = stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN;
        if (domain && type->typtype != 'd')
            return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "\"%s\" is not a domain", type->name);
        struct datum row[] = {datum_int(type->relation ? type->relation : type->oid), comment};
        return ddl_prepare_file(d) &&
               ddl_bind(d,
                        type->relation ? "UPDATE pgquill_relation SET comment = ?2 WHERE oid = ?1"
                                       : "UPDATE pgquill_type SET comment = ?2 WHERE oid = ?1",
                        2, row) &&
               ddl_reload(d);
    }
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT:
        return ddl_comment_domain_constraint(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT: {
        const char *name, *constraint;
        const struct catalog_relation *relation = relation_of_part(d, stmt->object->list, &name, &constraint);
        if (!relation)
            return false;
        for (int i = 0; i < relation->nconstraints; i++)
            if (strcmp(relation->constraints[i].name, constraint) == 0) {
                struct datum row[] = {datum_int(relation->constraints[i].oid), comment};
                return ddl_store(d, relation) &&
                       ddl_bind(d, "UPDATE pgquill_constraint SET comment = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
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
