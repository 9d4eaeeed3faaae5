#include "catalog/system_rows.h"

#include "func/func.h"

/* information_schema's views of relations and columns, as rows: they are what tools ask for most. */

static const char *database_of(const struct rows_builder *b)
{
    return b->env && b->env->database ? b->env->database : "";
}

static const char *schema_name(const struct rows_builder *b, oid_t schema)
{
    const struct catalog_schema *found = catalog_schema_by_oid(b->catalog, schema);
    return found ? found->name : "";
}

static const char *yes_no(bool yes)
{
    return yes ? "YES" : "NO";
}

/* An object's place: three columns with a common prefix. */
static void put_place(struct rows_builder *b, const char *prefix, const char *name_column, oid_t schema, const char *name)
{
    rows_text(b, arena_printf(b->arena, "%s_catalog", prefix), database_of(b));
    rows_text(b, arena_printf(b->arena, "%s_schema", prefix), schema_name(b, schema));
    rows_text(b, name_column, name);
}

static void put_collation(struct rows_builder *b, oid_t oid)
{
    struct catalog_collation collation;
    if (catalog_collation_by_oid(b->catalog, oid, &collation))
        put_place(b, "collation", "collation_name", collation.schema, arena_strdup(b->arena, collation.name));
}

static const char *type_text(struct rows_builder *b, oid_t type)
{
    struct buf out = {0};
    type_format(catalog_type_resolver(b->catalog), type, -1, &out);
    const char *text = arena_strndup(b->arena, out.len ? out.data : "", out.len);
    buf_deinit(&out);
    return text;
}

static int64_t number_or(int32_t typmod, int64_t given, int64_t otherwise)
{
    return typmod < 0 ? otherwise : given;
}

/* The columns that describe a type: shared by columns, domains and sequences. */
static void put_type(struct rows_builder *b, oid_t oid, int32_t typmod)
{
    enum { HEADER = 4, UNLIMITED = 1 << 30, UTF8_MAX = 4, FULL_PRECISION = 0xffff };
    const struct type_desc *type = catalog_type_by_oid(b->catalog, oid);
    if (!type)
        return;
    bool array = type->category == 'A' && type->element && type->len == -1;
    rows_text(b, "data_type", array ? "ARRAY" : type->schema == OID_PG_CATALOG ? type_text(b, oid) : "USER-DEFINED");
    switch (oid) {
    case TEXT_OID:
        rows_int(b, "character_octet_length", UNLIMITED);
        break;
    case BPCHAR_OID:
    case VARCHAR_OID:
        if (typmod >= 0)
            rows_int(b, "character_maximum_length", typmod - HEADER);
        rows_int(b, "character_octet_length", number_or(typmod, (int64_t) (typmod - HEADER) * UTF8_MAX, UNLIMITED));
        break;
    case BIT_OID:
    case VARBIT_OID:
        if (typmod >= 0)
            rows_int(b, "character_maximum_length", typmod);
        break;
    case INT2_OID:
    case INT4_OID:
    case INT8_OID:
        rows_int(b, "numeric_precision", type->len * 8);
        rows_int(b, "numeric_precision_radix", 2);
        rows_int(b, "numeric_scale", 0);
        break;
    case FLOAT4_OID:
    case FLOAT8_OID:
        rows_int(b, "numeric_precision", oid == FLOAT4_OID ? 24 : 53);
        rows_int(b, "numeric_precision_radix", 2);
        break;
    case NUMERIC_OID:
        rows_int(b, "numeric_precision_radix", 10);
        if (typmod >= 0) {
            rows_int(b, "numeric_precision", (uint32_t) (typmod - HEADER) >> 16);
            rows_int(b, "numeric_scale", (typmod - HEADER) & 0xffff);
        }
        break;
    case DATE_OID:
        rows_int(b, "datetime_precision", 0);
        break;
    case TIME_OID:
    case TIMETZ_OID:
    case TIMESTAMP_OID:
    case TIMESTAMPTZ_OID:
        rows_int(b, "datetime_precision", number_or(typmod, typmod, 6));
        break;
    case INTERVAL_OID:
        rows_int(b, "datetime_precision", typmod < 0 || (typmod & 0xffff) == FULL_PRECISION ? 6 : typmod & 0xffff);
        break;
    default:
        break;
    }
    put_place(b, "udt", "udt_name", type->schema, type->name);
}

static const struct catalog_sequence *sequence_of(const struct rows_builder *b, oid_t relation, int16_t attnum)
{
    const struct catalog_relation *other;
    for (int i = 0; (other = catalog_relation_at(b->catalog, i)) && !other->is_system; i++)
        if (other->sequence && other->sequence->owner_relation == relation && other->sequence->owner_attnum == attnum)
            return other->sequence;
    return NULL;
}

static const char *number_text(struct rows_builder *b, int64_t number)
{
    return arena_printf(b->arena, "%lld", (long long) number);
}

static void put_identity(struct rows_builder *b, const struct catalog_relation *relation, const struct catalog_column *column)
{
    const struct catalog_sequence *sequence = column->identity ? sequence_of(b, relation->oid, column->attnum) : NULL;
    rows_text(b, "is_identity", yes_no(column->identity));
    if (column->identity)
        rows_text(b, "identity_generation", column->identity == 'a' ? "ALWAYS" : "BY DEFAULT");
    if (sequence) {
        rows_text(b, "identity_start", number_text(b, sequence->start));
        rows_text(b, "identity_increment", number_text(b, sequence->increment));
        rows_text(b, "identity_maximum", number_text(b, sequence->max));
        rows_text(b, "identity_minimum", number_text(b, sequence->min));
    }
    rows_text(b, "identity_cycle", yes_no(sequence && sequence->cycle));
}

static void column_row(struct rows_builder *b, const struct catalog_relation *relation, const struct catalog_column *column,
                       int ordinal)
{
    const struct type_desc *type = catalog_type_by_oid(b->catalog, column->type);
    const struct type_desc *domain = type && type->typtype == 'd' ? type : NULL;
    rows_add(b);
    put_place(b, "table", "table_name", relation->schema, relation->name);
    rows_text(b, "column_name", column->name);
    rows_int(b, "ordinal_position", ordinal);
    if (!column->generated)
        rows_text(b, "column_default", rows_default(b, relation, column));
    rows_text(b, "is_nullable", yes_no(!column->not_null && !(domain && domain->not_null)));
    put_type(b, domain ? domain->base : column->type, domain ? domain->base_typmod : column->typmod);
    if (column->collation && column->collation != DEFAULT_COLLATION_OID && type && column->collation != type->collation)
        put_collation(b, column->collation);
    if (domain)
        put_place(b, "domain", "domain_name", domain->schema, domain->name);
    rows_text(b, "dtd_identifier", number_text(b, column->attnum));
    rows_text(b, "is_self_referencing", "NO");
    put_identity(b, relation, column);
    rows_text(b, "is_generated", column->generated ? "ALWAYS" : "NEVER");
    if (column->generated)
        rows_text(b, "generation_expression", column->default_expr);
    rows_text(b, "is_updatable", yes_no(relation->kind == 'r'));
}

bool rows_is_columns(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)); i++) {
        if (!strchr("rvfp", relation->kind))
            continue;
        for (int k = 0; k < relation->natts; k++)
            if (!relation->columns[k].dropped)
                column_row(b, relation, &relation->columns[k], relation->columns[k].attnum);
    }
    return true;
}

bool rows_is_tables(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)); i++) {
        if (!strchr("rvfp", relation->kind))
            continue;
        rows_add(b);
        put_place(b, "table", "table_name", relation->schema, relation->name);
        rows_text(b, "table_type",
                  relation->persistence == 't' ? "LOCAL TEMPORARY"
                  : relation->kind == 'v'      ? "VIEW"
                  : relation->kind == 'f'      ? "FOREIGN"
                                               : "BASE TABLE");
        rows_text(b, "is_insertable_into", yes_no(relation->kind == 'r'));
        rows_text(b, "is_typed", "NO");
    }
    return true;
}

bool rows_is_views(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)); i++) {
        if (relation->kind != 'v')
            continue;
        rows_add(b);
        put_place(b, "table", "table_name", relation->schema, relation->name);
        if (relation->view_query)
            rows_text(b, "view_definition", arena_printf(b->arena, " %s;", relation->view_query));
        rows_text(b, "check_option", "NONE");
        rows_text(b, "is_updatable", "NO");
        rows_text(b, "is_insertable_into", "NO");
        rows_text(b, "is_trigger_updatable", "NO");
        rows_text(b, "is_trigger_deletable", "NO");
        rows_text(b, "is_trigger_insertable_into", "NO");
    }
    return true;
}

bool rows_is_sequences(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)) && !relation->is_system; i++) {
        const struct catalog_sequence *sequence = relation->sequence;
        /* Those of identity columns are the column's own affair. */
        const struct catalog_relation *owner =
            sequence && sequence->owner_relation ? catalog_relation_by_oid(b->catalog, sequence->owner_relation) : NULL;
        const struct catalog_column *column = owner ? catalog_column_by_attnum(owner, sequence->owner_attnum) : NULL;
        const struct type_desc *type = sequence ? catalog_type_by_oid(b->catalog, sequence->type) : NULL;
        if (!type || (column && column->identity))
            continue;
        rows_add(b);
        put_place(b, "sequence", "sequence_name", relation->schema, relation->name);
        rows_text(b, "data_type", type_text(b, sequence->type));
        rows_int(b, "numeric_precision", type->len * 8);
        rows_int(b, "numeric_precision_radix", 2);
        rows_int(b, "numeric_scale", 0);
        rows_text(b, "start_value", number_text(b, sequence->start));
        rows_text(b, "minimum_value", number_text(b, sequence->min));
        rows_text(b, "maximum_value", number_text(b, sequence->max));
        rows_text(b, "increment", number_text(b, sequence->increment));
        rows_text(b, "cycle_option", yes_no(sequence->cycle));
    }
    return true;
}

bool rows_is_schemata(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_schema *schema;
    for (int i = 0; (schema = catalog_schema_at(b->catalog, i)); i++) {
        rows_add(b);
        rows_text(b, "catalog_name", database_of(b));
        rows_text(b, "schema_name", schema->name);
        rows_text(b, "schema_owner", schema->oid == OID_PUBLIC ? "pg_database_owner" : "postgres");
    }
    return true;
}

/* ---- constraints ---- */

static void constraint_place(struct rows_builder *b, const struct catalog_relation *relation, const char *name)
{
    put_place(b, "constraint", "constraint_name", relation->schema, name);
}

/* NOT NULL stands among the constraints as a check with a made-up name. */
static const char *not_null_name(struct rows_builder *b, const struct catalog_relation *relation,
                                 const struct catalog_column *column)
{
    return arena_printf(b->arena, "%u_%u_%d_not_null", relation->schema, relation->oid, column->attnum);
}

static void table_constraint_row(struct rows_builder *b, const struct catalog_relation *relation, const char *name,
                                 const char *kind, const struct catalog_constraint *constraint)
{
    rows_add(b);
    constraint_place(b, relation, name);
    put_place(b, "table", "table_name", relation->schema, relation->name);
    rows_text(b, "constraint_type", kind);
    rows_text(b, "is_deferrable", yes_no(constraint && constraint->deferrable));
    rows_text(b, "initially_deferred", yes_no(constraint && constraint->deferred));
    rows_text(b, "enforced", "YES");
    if (constraint && constraint->kind == 'u') {
        const struct catalog_index *index = catalog_index_by_oid(b->catalog, constraint->index);
        rows_text(b, "nulls_distinct", yes_no(!(index && index->nulls_not_distinct)));
    }
}

bool rows_is_table_constraints(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)); i++) {
        for (int k = 0; k < relation->nconstraints; k++) {
            const struct catalog_constraint *constraint = &relation->constraints[k];
            const char *kind = constraint->kind == 'p'   ? "PRIMARY KEY"
                               : constraint->kind == 'u' ? "UNIQUE"
                               : constraint->kind == 'f' ? "FOREIGN KEY"
                               : constraint->kind == 'c' ? "CHECK"
                                                         : NULL;
            if (kind)
                table_constraint_row(b, relation, constraint->name, kind, constraint);
        }
        for (int k = 0; k < relation->natts && relation->kind == 'r'; k++)
            if (relation->columns[k].not_null && !relation->columns[k].dropped)
                table_constraint_row(b, relation, not_null_name(b, relation, &relation->columns[k]), "CHECK", NULL);
    }
    return true;
}

bool rows_is_check_constraints(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)); i++) {
        for (int k = 0; k < relation->nconstraints; k++) {
            if (relation->constraints[k].kind != 'c')
                continue;
            rows_add(b);
            constraint_place(b, relation, relation->constraints[k].name);
            rows_text(b, "check_clause", arena_printf(b->arena, "(%s)", relation->constraints[k].check));
        }
        for (int k = 0; k < relation->natts && relation->kind == 'r'; k++) {
            const struct catalog_column *column = &relation->columns[k];
            if (!column->not_null || column->dropped)
                continue;
            rows_add(b);
            constraint_place(b, relation, not_null_name(b, relation, column));
            rows_text(b, "check_clause", arena_printf(b->arena, "%s IS NOT NULL", column->name));
        }
    }
    return true;
}

/* The unique constraint whose index a foreign key leans on. */
static const struct catalog_constraint *referenced_key(const struct rows_builder *b, const struct catalog_constraint *foreign)
{
    const struct catalog_relation *relation = catalog_relation_by_oid(b->catalog, foreign->foreign_relation);
    const struct catalog_constraint *found = NULL;
    for (int i = 0; relation && i < relation->nconstraints; i++) {
        const struct catalog_constraint *key = &relation->constraints[i];
        if ((key->kind != 'p' && key->kind != 'u') || key->nkeys != foreign->nforeign)
            continue;
        int same = 0;
        for (int k = 0; k < key->nkeys; k++)
            for (int n = 0; n < foreign->nforeign; n++)
                same += key->attnums[k] == foreign->foreign_attnums[n];
        if (key->index == foreign->index && foreign->index)
            return key;
        if (same == key->nkeys && !found)
            found = key;
    }
    return found;
}

bool rows_is_key_column_usage(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; k < relation->nconstraints; k++) {
            const struct catalog_constraint *constraint = &relation->constraints[k];
            const struct catalog_constraint *key = constraint->kind == 'f' ? referenced_key(b, constraint) : NULL;
            for (int n = 0; n < constraint->nkeys && strchr("puf", constraint->kind); n++) {
                const struct catalog_column *column = catalog_column_by_attnum(relation, constraint->attnums[n]);
                rows_add(b);
                constraint_place(b, relation, constraint->name);
                put_place(b, "table", "table_name", relation->schema, relation->name);
                rows_text(b, "column_name", column ? column->name : NULL);
                rows_int(b, "ordinal_position", n + 1);
                for (int m = 0; key && m < key->nkeys; m++)
                    if (key->attnums[m] == constraint->foreign_attnums[n])
                        rows_int(b, "position_in_unique_constraint", m + 1);
            }
        }
    return true;
}

/* For a foreign key the columns it refers to, for others their own. */
bool rows_is_constraint_column_usage(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; k < relation->nconstraints; k++) {
            const struct catalog_constraint *constraint = &relation->constraints[k];
            bool foreign = constraint->kind == 'f';
            const struct catalog_relation *used =
                foreign ? catalog_relation_by_oid(b->catalog, constraint->foreign_relation) : relation;
            int count = foreign ? constraint->nforeign : constraint->nkeys;
            for (int n = 0; used && n < count; n++) {
                const struct catalog_column *column =
                    catalog_column_by_attnum(used, foreign ? constraint->foreign_attnums[n] : constraint->attnums[n]);
                rows_add(b);
                put_place(b, "table", "table_name", used->schema, used->name);
                rows_text(b, "column_name", column ? column->name : NULL);
                constraint_place(b, relation, constraint->name);
            }
        }
    return true;
}

static const char *rule_name(char action)
{
    return action == 'c'   ? "CASCADE"
           : action == 'n' ? "SET NULL"
           : action == 'd' ? "SET DEFAULT"
           : action == 'r' ? "RESTRICT"
                           : "NO ACTION";
}

bool rows_is_referential_constraints(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; k < relation->nconstraints; k++) {
            const struct catalog_constraint *constraint = &relation->constraints[k];
            if (constraint->kind != 'f')
                continue;
            const struct catalog_constraint *key = referenced_key(b, constraint);
            rows_add(b);
            constraint_place(b, relation, constraint->name);
            if (key)
                put_place(b, "unique_constraint", "unique_constraint_name", key->schema, key->name);
            rows_text(b, "match_option", constraint->match == 'f' ? "FULL" : "NONE");
            rows_text(b, "update_rule", rule_name(constraint->on_update));
            rows_text(b, "delete_rule", rule_name(constraint->on_delete));
        }
    return true;
}
