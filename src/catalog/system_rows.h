#ifndef PGQUILL_CATALOG_SYSTEM_ROWS_H
#define PGQUILL_CATALOG_SYSTEM_ROWS_H

#include "catalog/internal.h"

/* Making the rows of system relations. A maker adds rows one after the other and puts values by column name; what it does not
 * put has the value PostgreSQL shows where nothing is said: 0, false, '' in a column that is never null, else null. */
struct rows_builder {
    struct catalog *catalog;
    struct func_env *env;
    struct arena *arena; /* of the rows and the texts in them */
    const struct catalog_relation *relation;
    int nrows, capacity;
    struct datum *values;
    int hint; /* where the last column was found: the next one is mostly behind it */
};

typedef bool rows_maker(struct rows_builder *b, struct diag *diag);

void rows_add(struct rows_builder *b);
/* The column must be there. Texts are borrowed: static, or in the snapshot's or the builder's arena. */
void rows_put(struct rows_builder *b, const char *column, struct datum value);
void rows_int(struct rows_builder *b, const char *column, int64_t value);
void rows_real(struct rows_builder *b, const char *column, double value);
void rows_char(struct rows_builder *b, const char *column, char value);
void rows_text(struct rows_builder *b, const char *column, const char *value); /* NULL: null */
/* An int2vector or oidvector, and an array of numbers. */
void rows_vector(struct rows_builder *b, const char *column, int count, const int64_t *values);
void rows_array(struct rows_builder *b, const char *column, int count, const int64_t *values);
/* An array of texts. */
void rows_texts(struct rows_builder *b, const char *column, int count, const char *const *values);

/* A column's default as it is shown: a temporary sequence is found without its schema. */
const char *rows_default(struct rows_builder *b, const struct catalog_relation *relation, const struct catalog_column *column);

/* The oid of an object that has none of its own: a function of what it belongs to, in the range of those that are made up. */
oid_t system_derived_oid(char kind, oid_t parent, int number);

/* Indexes of the system relations. */
struct system_index {
    oid_t oid;
    const char *name;
    oid_t relation;
    bool is_unique, is_primary;
    const char *keys; /* attribute numbers, blank-separated */
};
extern const struct system_index system_indexes[];
extern const int system_index_count;
/* "1 2" as numbers; returns how many. */
int system_index_keys(const struct system_index *index, int64_t keys[16]);

/* The operator class that an index key of this type has by default; 0: none. */
oid_t system_default_opclass(oid_t access_method, oid_t type);

/* What the database's extensions add to pg_depend, pg_description, pg_opclass and pg_opfamily; the default operator class that one of them
 * brings for its type (0: none). */
void system_extension_depends(struct rows_builder *b);
void system_extension_comments(struct rows_builder *b);
void system_extension_classes(struct rows_builder *b);
void system_extension_families(struct rows_builder *b);
oid_t system_extension_opclass(const struct catalog *catalog, oid_t method, oid_t type);

/* The makers, by file. */
rows_maker rows_pg_class, rows_pg_attribute, rows_pg_index, rows_pg_constraint, rows_pg_attrdef, rows_pg_sequence, rows_pg_depend,
    rows_pg_description, rows_pg_init_privs, rows_pg_rewrite, rows_pg_namespace;
rows_maker rows_pg_type, rows_pg_enum, rows_pg_range, rows_pg_collation, rows_pg_proc, rows_pg_operator, rows_pg_cast,
    rows_pg_aggregate, rows_pg_opclass, rows_pg_opfamily, rows_pg_am, rows_pg_language;
rows_maker rows_pg_database, rows_pg_authid, rows_pg_tablespace, rows_pg_settings, rows_pg_stat_activity, rows_pg_locks,
    rows_pg_shdescription, rows_pg_db_role_setting, rows_pg_file_settings, rows_pg_hba_file_rules, rows_pg_timezone_names,
    rows_pg_timezone_abbrevs;
rows_maker rows_pg_ts_parser, rows_pg_ts_template, rows_pg_ts_dict, rows_pg_ts_config, rows_pg_ts_config_map;
rows_maker rows_pg_extension, rows_pg_available_extensions, rows_pg_available_extension_versions;
rows_maker rows_is_columns, rows_is_tables, rows_is_views, rows_is_sequences, rows_is_schemata, rows_is_table_constraints,
    rows_is_check_constraints, rows_is_key_column_usage, rows_is_constraint_column_usage, rows_is_referential_constraints;

#endif
