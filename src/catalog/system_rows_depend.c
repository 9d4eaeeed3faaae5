#include "catalog/system_rows.h"

/* What belongs to relations: defaults, sequences, comments, dependencies, rules; and schemas. */

enum { CLASS_PROC = 1255, CLASS_ATTRDEF = 2604, CLASS_CLASS = 1259, CLASS_CONSTRAINT = 2606, CLASS_NAMESPACE = 2615, CLASS_REWRITE = 2618, CLASS_TYPE = 1247 };

const char *rows_default(struct rows_builder *b, const struct catalog_relation *relation, const struct catalog_column *column)
{
    const struct catalog_schema *schema = oid_is_temporary(relation->oid) ? catalog_temporary_schema(b->catalog) : NULL;
    const char *qualifier = schema ? arena_printf(b->arena, "nextval('%s.", schema->name) : NULL;
    const char *found = qualifier && column->default_expr ? strstr(column->default_expr, qualifier) : NULL;
    return !found ? column->default_expr
                  : arena_printf(b->arena, "%.*snextval('%s", (int) (found - column->default_expr), column->default_expr,
                                 found + strlen(qualifier));
}

bool rows_pg_attrdef(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; k < relation->natts; k++) {
            const struct catalog_column *column = &relation->columns[k];
            if (!column->default_expr || column->dropped)
                continue;
            rows_add(b);
            rows_int(b, "oid", system_derived_oid('d', relation->oid, column->attnum));
            rows_int(b, "adrelid", relation->oid);
            rows_int(b, "adnum", column->attnum);
            rows_text(b, "adbin", rows_default(b, relation, column));
        }
    return true;
}

bool rows_pg_sequence(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)) && !relation->is_system; i++) {
        const struct catalog_sequence *sequence = relation->sequence;
        if (!sequence)
            continue;
        rows_add(b);
        rows_int(b, "seqrelid", relation->oid);
        rows_int(b, "seqtypid", sequence->type);
        rows_int(b, "seqstart", sequence->start);
        rows_int(b, "seqincrement", sequence->increment);
        rows_int(b, "seqmax", sequence->max);
        rows_int(b, "seqmin", sequence->min);
        rows_int(b, "seqcache", sequence->cache);
        rows_int(b, "seqcycle", sequence->cycle);
    }
    return true;
}

static void depend_row(struct rows_builder *b, oid_t class, oid_t object, int sub, oid_t ref_class, oid_t ref_object, int ref_sub,
                       char kind)
{
    rows_add(b);
    rows_int(b, "classid", class);
    rows_int(b, "objid", object);
    rows_int(b, "objsubid", sub);
    rows_int(b, "refclassid", ref_class);
    rows_int(b, "refobjid", ref_object);
    rows_int(b, "refobjsubid", ref_sub);
    rows_char(b, "deptype", kind);
}

static void constraint_depends(struct rows_builder *b, const struct catalog_relation *relation,
                               const struct catalog_constraint *constraint)
{
    for (int i = 0; i < constraint->nkeys; i++)
        depend_row(b, CLASS_CONSTRAINT, constraint->oid, 0, CLASS_CLASS, relation->oid, constraint->attnums[i], 'a');
    for (int i = 0; i < constraint->nforeign; i++)
        depend_row(b, CLASS_CONSTRAINT, constraint->oid, 0, CLASS_CLASS, constraint->foreign_relation,
                   constraint->foreign_attnums[i], 'n');
    /* A key's index is part of it; a foreign key only uses one. */
    if (constraint->index && constraint->kind != 'f')
        depend_row(b, CLASS_CLASS, constraint->index, 0, CLASS_CONSTRAINT, constraint->oid, 0, 'i');
    else if (constraint->index)
        depend_row(b, CLASS_CONSTRAINT, constraint->oid, 0, CLASS_CLASS, constraint->index, 0, 'n');
}

static void default_depends(struct rows_builder *b, const struct catalog_relation *relation, const struct catalog_column *column)
{
    if (!column->default_expr || column->dropped)
        return;
    oid_t oid = system_derived_oid('d', relation->oid, column->attnum);
    depend_row(b, CLASS_ATTRDEF, oid, 0, CLASS_CLASS, relation->oid, column->attnum, 'a');
    const struct catalog_relation *sequence = catalog_default_sequence(b->catalog, b->arena, column->default_expr);
    if (sequence)
        depend_row(b, CLASS_ATTRDEF, oid, 0, CLASS_CLASS, sequence->oid, 0, 'n');
}

bool rows_pg_depend(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)) && !relation->is_system; i++) {
        if (relation->schema >= OID_FIRST_USER || relation->schema == OID_PUBLIC)
            depend_row(b, CLASS_CLASS, relation->oid, 0, CLASS_NAMESPACE, relation->schema, 0, 'n');
        const struct catalog_sequence *sequence = relation->sequence;
        if (sequence && sequence->owner_relation) {
            const struct catalog_relation *owner = catalog_relation_by_oid(b->catalog, sequence->owner_relation);
            const struct catalog_column *column = owner ? catalog_column_by_attnum(owner, sequence->owner_attnum) : NULL;
            depend_row(b, CLASS_CLASS, relation->oid, 0, CLASS_CLASS, sequence->owner_relation, sequence->owner_attnum,
                       column && column->identity ? 'i' : 'a');
        }
        for (int k = 0; k < relation->natts && !sequence; k++)
            default_depends(b, relation, &relation->columns[k]);
        for (int k = 0; k < relation->nconstraints; k++)
            constraint_depends(b, relation, &relation->constraints[k]);
        for (int k = 0; k < relation->nindexes; k++)
            for (int n = 0; n < relation->indexes[k].nkeys && !relation->indexes[k].constraint; n++)
                depend_row(b, CLASS_CLASS, relation->indexes[k].oid, 0, CLASS_CLASS, relation->oid,
                           relation->indexes[k].attnums[n], 'a');
        if (relation->kind == 'v' || relation->kind == 'm')
            depend_row(b, CLASS_REWRITE, system_derived_oid('r', relation->oid, 0), 0, CLASS_CLASS, relation->oid, 0, 'i');
    }
    system_extension_depends(b);
    return true;
}

static void comment_row(struct rows_builder *b, oid_t class, oid_t object, int sub, const char *comment)
{
    if (!comment)
        return;
    rows_add(b);
    rows_int(b, "objoid", object);
    rows_int(b, "classoid", class);
    rows_int(b, "objsubid", sub);
    rows_text(b, "description", comment);
}

bool rows_pg_description(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)) && !relation->is_system; i++) {
        comment_row(b, relation->kind == 'c' ? CLASS_TYPE : CLASS_CLASS, relation->kind == 'c' ? relation->row_type : relation->oid, 0, relation->comment);
        for (int k = 0; k < relation->natts; k++)
            if (!relation->columns[k].dropped)
                comment_row(b, CLASS_CLASS, relation->oid, relation->columns[k].attnum, relation->columns[k].comment);
        for (int k = 0; k < relation->nindexes; k++)
            comment_row(b, CLASS_CLASS, relation->indexes[k].oid, 0, relation->indexes[k].comment);
        for (int k = 0; k < relation->nconstraints; k++)
            comment_row(b, CLASS_CONSTRAINT, relation->constraints[k].oid, 0, relation->constraints[k].comment);
    }
    const struct catalog_schema *schema;
    for (int i = 0; (schema = catalog_schema_at(b->catalog, i)); i++)
        comment_row(b, CLASS_NAMESPACE, schema->oid, 0, schema->comment);
    const struct catalog_function *function;
    for (int i = 0; (function = catalog_function_at(b->catalog, i)); i++)
        comment_row(b, CLASS_PROC, function->fact.oid, 0, function->comment);
    const struct type_desc *type;
    for (int i = 0; (type = catalog_user_type_at(b->catalog, i)); i++) {
        comment_row(b, CLASS_TYPE, type->oid, 0, type->comment);
        for (int k = 0; k < type->check_count; k++)
            comment_row(b, CLASS_CONSTRAINT, type->checks[k].oid, 0, type->checks[k].comment);
    }
    system_extension_comments(b);
    return true;
}

bool rows_pg_rewrite(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)); i++) {
        if (relation->kind != 'v' && relation->kind != 'm')
            continue;
        rows_add(b);
        rows_int(b, "oid", system_derived_oid('r', relation->oid, 0));
        rows_text(b, "rulename", "_RETURN");
        rows_int(b, "ev_class", relation->oid);
        rows_char(b, "ev_type", '1');
        rows_char(b, "ev_enabled", 'O');
        rows_int(b, "is_instead", 1);
        rows_text(b, "ev_qual", "<>");
        rows_text(b, "ev_action", relation->view_query ? relation->view_query : "");
    }
    return true;
}

static const char *schema_privileges(oid_t schema)
{
    switch (schema) {
    case OID_PUBLIC:
        return "[\"pg_database_owner=UC/pg_database_owner\",\"=U/pg_database_owner\"]";
    case OID_PG_CATALOG:
    case OID_INFORMATION_SCHEMA:
        return "[\"postgres=UC/postgres\",\"=U/postgres\"]";
    default:
        return NULL;
    }
}

/* What a new database grants: pg_dump leaves it out. */
bool rows_pg_init_privs(struct rows_builder *b, struct diag *diag)
{
    static const oid_t schemas[] = {OID_PG_CATALOG, OID_PUBLIC, OID_INFORMATION_SCHEMA};
    (void) diag;
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        rows_add(b);
        rows_int(b, "objoid", schemas[i]);
        rows_int(b, "classoid", CLASS_NAMESPACE);
        rows_int(b, "objsubid", 0);
        rows_char(b, "privtype", 'i');
        rows_text(b, "initprivs", schema_privileges(schemas[i]));
    }
    return true;
}

bool rows_pg_namespace(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_schema *schema;
    for (int i = 0; (schema = catalog_schema_at(b->catalog, i)); i++) {
        rows_add(b);
        rows_int(b, "oid", schema->oid);
        rows_text(b, "nspname", schema->name);
        rows_int(b, "nspowner", schema->oid == OID_PUBLIC ? 6171 : OID_OWNER);
        rows_text(b, "nspacl", schema_privileges(schema->oid));
    }
    return true;
}
