#include "catalog/system_rows.h"

/* Relations as rows: pg_class, pg_attribute, pg_index and what hangs on them. */

enum { AM_HEAP = 2, AM_BTREE = 403 };

static oid_t access_method(const char *name)
{
    static const struct {
        const char *name;
        oid_t oid;
    } methods[] = {{"btree", AM_BTREE}, {"hash", 405}, {"gist", 783}, {"gin", 2742}, {"spgist", 4000}, {"brin", 3580}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (name && strcmp(methods[i].name, name) == 0)
            return methods[i].oid;
    return AM_BTREE;
}

static void class_row(struct rows_builder *b, oid_t oid, const char *name, oid_t schema, char kind, int natts)
{
    rows_add(b);
    rows_int(b, "oid", oid);
    rows_text(b, "relname", name);
    rows_int(b, "relnamespace", schema);
    rows_int(b, "relowner", OID_OWNER);
    rows_int(b, "relfilenode", kind == 'v' || kind == 'c' || kind == 'f' ? 0 : oid);
    rows_real(b, "reltuples", kind == 'r' || kind == 'm' ? -1 : 0);
    rows_char(b, "relpersistence", 'p');
    rows_char(b, "relkind", kind);
    rows_int(b, "relnatts", natts);
    rows_int(b, "relispopulated", 1);
    rows_char(b, "relreplident", kind == 'r' || kind == 'm' ? 'd' : 'n');
}

static bool is_referenced(const struct catalog *catalog, oid_t relation)
{
    const struct catalog_relation *other;
    for (int i = 0; (other = catalog_relation_at(catalog, i)) && !other->is_system; i++)
        for (int k = 0; k < other->nconstraints; k++)
            if (other->constraints[k].kind == 'f' && other->constraints[k].foreign_relation == relation)
                return true;
    return false;
}

static bool has_system_index(oid_t relation)
{
    for (int i = 0; i < system_index_count; i++)
        if (system_indexes[i].relation == relation)
            return true;
    return false;
}

bool rows_pg_class(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)); i++) {
        class_row(b, relation->oid, relation->name, relation->schema, relation->kind, relation->natts);
        int checks = 0, foreign = 0;
        for (int k = 0; k < relation->nconstraints; k++) {
            checks += relation->constraints[k].kind == 'c';
            foreign += relation->constraints[k].kind == 'f';
        }
        rows_int(b, "reltype", relation->row_type);
        rows_int(b, "relam", relation->kind == 'r' || relation->kind == 'm' ? AM_HEAP : 0);
        rows_int(b, "relhasindex", relation->is_system ? has_system_index(relation->oid) : relation->nindexes > 0);
        rows_char(b, "relpersistence", relation->persistence);
        rows_int(b, "relchecks", checks);
        rows_int(b, "relhasrules", relation->kind == 'v' || relation->kind == 'm');
        rows_int(b, "relhastriggers", foreign > 0 || (!relation->is_system && is_referenced(b->catalog, relation->oid)));
        if (relation->is_system && relation->kind == 'r')
            rows_char(b, "relreplident", 'n');
        for (int k = 0; k < relation->nindexes; k++) {
            const struct catalog_index *index = &relation->indexes[k];
            class_row(b, index->oid, index->name, index->schema, 'i', index->nkeys + index->ninclude);
            rows_int(b, "relam", access_method(index->method));
            rows_char(b, "relpersistence", relation->persistence);
        }
    }
    for (int i = 0; i < system_index_count; i++) {
        int64_t keys[16];
        class_row(b, system_indexes[i].oid, system_indexes[i].name, OID_PG_CATALOG, 'i',
                  system_index_keys(&system_indexes[i], keys));
        rows_int(b, "relam", AM_BTREE);
    }
    return true;
}

static void type_layout(const struct catalog *catalog, oid_t type, int *len, bool *by_value, char *align, char *storage)
{
    const struct type_fact *fact = type_fact_by_oid(type);
    const struct type_desc *desc = fact ? NULL : catalog_type_by_oid(catalog, type);
    while (desc && desc->typtype == 'd') {
        fact = type_fact_by_oid(desc->base);
        desc = fact ? NULL : catalog_type_by_oid(catalog, desc->base);
    }
    if (fact) {
        *len = fact->len;
        *by_value = fact->by_value;
        *align = fact->align;
        *storage = fact->storage;
        return;
    }
    bool is_enum = desc && desc->typtype == 'e';
    *len = is_enum ? 4 : -1;
    *by_value = is_enum;
    *align = is_enum || (desc && desc->category == 'A') ? 'i' : 'd';
    *storage = is_enum ? 'p' : 'x';
}

static void attribute_row(struct rows_builder *b, oid_t relation, const char *name, int attnum, oid_t type, int32_t typmod,
                          oid_t collation)
{
    int len;
    bool by_value;
    char align, storage;
    type_layout(b->catalog, type, &len, &by_value, &align, &storage);
    const struct type_desc *desc = catalog_type_by_oid(b->catalog, type);
    rows_add(b);
    rows_int(b, "attrelid", relation);
    rows_text(b, "attname", name);
    rows_int(b, "atttypid", type);
    rows_int(b, "attstattarget", -1);
    rows_int(b, "attlen", len);
    rows_int(b, "attnum", attnum);
    rows_int(b, "attndims", desc && desc->category == 'A' ? 1 : 0);
    rows_int(b, "attcacheoff", -1);
    rows_int(b, "atttypmod", typmod);
    rows_int(b, "attbyval", by_value);
    rows_char(b, "attalign", align);
    rows_char(b, "attstorage", storage);
    rows_int(b, "attislocal", 1);
    rows_int(b, "attcollation", collation);
}

static void index_attribute_rows(struct rows_builder *b, const struct catalog_relation *relation,
                                 const struct catalog_index *index)
{
    for (int i = 0; i < index->nkeys; i++) {
        const struct catalog_column *column = index->attnums[i] ? catalog_column_by_attnum(relation, index->attnums[i]) : NULL;
        const char *name = catalog_index_key_name(b->arena, relation, index, i);
        int same = 0;
        for (int before = 0; before < i; before++)
            same += strcmp(catalog_index_key_name(b->arena, relation, index, before), name) == 0;
        if (same)
            name = arena_printf(b->arena, "%s%d", name, same);
        attribute_row(b, index->oid, name, i + 1, column ? column->type : TEXT_OID, column ? column->typmod : -1,
                      column ? column->collation : DEFAULT_COLLATION_OID);
    }
}

bool rows_pg_attribute(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)); i++) {
        for (int k = 0; k < relation->natts; k++) {
            const struct catalog_column *column = &relation->columns[k];
            if (column->dropped) {
                attribute_row(b, relation->oid, arena_printf(b->arena, "........pg.dropped.%d........", column->attnum),
                              column->attnum, 0, column->typmod, 0);
                rows_int(b, "attisdropped", 1);
                continue;
            }
            attribute_row(b, relation->oid, column->name, column->attnum, column->type, column->typmod, column->collation);
            rows_int(b, "attnotnull", column->not_null);
            rows_int(b, "atthasdef", column->default_expr != NULL);
            rows_char(b, "attidentity", column->identity);
            rows_char(b, "attgenerated", column->generated);
            if (column->ndims)
                rows_int(b, "attndims", column->ndims);
        }
        for (int k = 0; k < relation->nindexes; k++)
            index_attribute_rows(b, relation, &relation->indexes[k]);
    }
    for (int i = 0; i < system_index_count; i++) {
        int64_t keys[16];
        int count = system_index_keys(&system_indexes[i], keys);
        relation = catalog_relation_by_oid(b->catalog, system_indexes[i].relation);
        for (int k = 0; relation && k < count; k++) {
            const struct catalog_column *column = catalog_column_by_attnum(relation, (int16_t) keys[k]);
            if (column)
                attribute_row(b, system_indexes[i].oid, column->name, k + 1, column->type, column->typmod, column->collation);
        }
    }
    return true;
}

static oid_t key_opclass(const struct rows_builder *b, oid_t method, oid_t type)
{
    const struct type_desc *desc = catalog_type_by_oid(b->catalog, type);
    while (desc && desc->typtype == 'd')
        desc = catalog_type_by_oid(b->catalog, desc->base);
    if (!desc)
        return 0;
    if (desc->typtype == 'e')
        return system_default_opclass(method, ANYENUM_OID);
    if (catalog_extension_of(b->catalog, desc->oid) && desc->category != 'A')
        return system_extension_opclass(b->catalog, method, desc->oid);
    if (desc->category == 'A')
        return system_default_opclass(method, ANYARRAY_OID);
    if (desc->oid == VARCHAR_OID)
        return system_default_opclass(method, TEXT_OID);
    return system_default_opclass(method, desc->oid);
}

static void index_row(struct rows_builder *b, const struct catalog_relation *relation, oid_t oid, oid_t method, int count,
                      const int64_t *keys, const uint8_t *options)
{
    int64_t collations[100], classes[100], bits[100];
    for (int i = 0; i < count; i++) {
        const struct catalog_column *column = keys[i] ? catalog_column_by_attnum(relation, (int16_t) keys[i]) : NULL;
        collations[i] = column ? column->collation : 0;
        classes[i] = column ? key_opclass(b, method, column->type) : 0;
        bits[i] = options ? options[i] : 0;
    }
    rows_add(b);
    rows_int(b, "indexrelid", oid);
    rows_int(b, "indrelid", relation->oid);
    rows_int(b, "indnatts", count);
    rows_int(b, "indnkeyatts", count);
    rows_int(b, "indimmediate", 1);
    rows_int(b, "indisvalid", 1);
    rows_int(b, "indisready", 1);
    rows_int(b, "indislive", 1);
    rows_vector(b, "indkey", count, keys);
    rows_vector(b, "indcollation", count, collations);
    rows_vector(b, "indclass", count, classes);
    rows_vector(b, "indoption", count, bits);
}

/* All expression keys as one text, for pg_get_expr. */
static const char *joined_exprs(struct rows_builder *b, const struct catalog_index *index)
{
    const char *all = NULL;
    for (int i = 0; i < index->nkeys; i++)
        if (index->attnums[i] == 0 && index->exprs && index->exprs[i])
            all = all ? arena_printf(b->arena, "%s, %s", all, index->exprs[i]) : index->exprs[i];
    return all;
}

bool rows_pg_index(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; k < relation->nindexes; k++) {
            const struct catalog_index *index = &relation->indexes[k];
            int64_t keys[100] = {0};
            int count = index->nkeys < 100 ? index->nkeys : 100;
            for (int n = 0; n < count; n++)
                keys[n] = index->attnums[n];
            index_row(b, relation, index->oid, access_method(index->method), count, keys, index->options);
            rows_int(b, "indisunique", index->is_unique);
            rows_int(b, "indnullsnotdistinct", index->nulls_not_distinct);
            rows_int(b, "indisprimary", index->is_primary);
            for (int n = 0; n < relation->nconstraints; n++)
                if (relation->constraints[n].index == index->oid && relation->constraints[n].kind != 'f')
                    rows_int(b, "indimmediate", !relation->constraints[n].deferrable);
            rows_text(b, "indexprs", joined_exprs(b, index));
            rows_text(b, "indpred", index->predicate);
        }
    for (int i = 0; i < system_index_count; i++) {
        int64_t keys[16];
        int count = system_index_keys(&system_indexes[i], keys);
        relation = catalog_relation_by_oid(b->catalog, system_indexes[i].relation);
        if (!relation)
            continue;
        index_row(b, relation, system_indexes[i].oid, AM_BTREE, count, keys, NULL);
        rows_int(b, "indisunique", system_indexes[i].is_unique);
        rows_int(b, "indisprimary", system_indexes[i].is_primary);
    }
    return true;
}

static void put_attnums(struct rows_builder *b, const char *column, int count, const int16_t *attnums)
{
    int64_t numbers[100];
    for (int i = 0; i < count && i < 100; i++)
        numbers[i] = attnums[i];
    if (count > 0)
        rows_array(b, column, count < 100 ? count : 100, numbers);
}

static void put_domain_constraints(struct rows_builder *b)
{
    const struct type_desc *type;
    for (int i = 0; (type = catalog_user_type_at(b->catalog, i)); i++)
        for (int k = 0; k < type->check_count; k++) {
            const struct type_check *check = &type->checks[k];
            rows_add(b);
            rows_int(b, "oid", check->oid);
            rows_text(b, "conname", check->name);
            rows_int(b, "connamespace", type->schema);
            rows_char(b, "contype", 'c');
            rows_int(b, "convalidated", check->validated);
            rows_int(b, "contypid", type->oid);
            rows_char(b, "confupdtype", ' ');
            rows_char(b, "confdeltype", ' ');
            rows_char(b, "confmatchtype", ' ');
            rows_int(b, "conislocal", 1);
            rows_text(b, "conbin", check->expr);
        }
}

bool rows_pg_constraint(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(b->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; k < relation->nconstraints; k++) {
            const struct catalog_constraint *constraint = &relation->constraints[k];
            bool foreign = constraint->kind == 'f';
            rows_add(b);
            rows_int(b, "oid", constraint->oid);
            rows_text(b, "conname", constraint->name);
            rows_int(b, "connamespace", constraint->schema);
            rows_char(b, "contype", constraint->kind);
            rows_int(b, "condeferrable", constraint->deferrable);
            rows_int(b, "condeferred", constraint->deferred);
            rows_int(b, "convalidated", constraint->validated);
            rows_int(b, "conrelid", relation->oid);
            rows_int(b, "conindid", constraint->index);
            rows_int(b, "confrelid", constraint->foreign_relation);
            rows_char(b, "confupdtype", foreign ? constraint->on_update ? constraint->on_update : 'a' : ' ');
            rows_char(b, "confdeltype", foreign ? constraint->on_delete ? constraint->on_delete : 'a' : ' ');
            rows_char(b, "confmatchtype", foreign ? constraint->match ? constraint->match : 's' : ' ');
            rows_int(b, "conislocal", 1);
            rows_int(b, "connoinherit", constraint->kind != 'c');
            put_attnums(b, "conkey", constraint->nkeys, constraint->attnums);
            put_attnums(b, "confkey", constraint->nforeign, constraint->foreign_attnums);
            rows_text(b, "conbin", constraint->check);
        }
    put_domain_constraints(b);
    return true;
}
