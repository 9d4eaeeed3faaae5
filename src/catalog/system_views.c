#include "catalog/internal.h"

/* Queries of the system views, over the catalogs. A view without one is served as rows. */

struct view {
    const char *schema, *name, *sql;
};

#define USER_SCHEMAS   " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast'"
#define SYSTEM_SCHEMAS " WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast'"

/* Relations with their schema: what most of these begin with. */
#define FROM_CLASS " FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"

static const struct view views[] = {
    {"pg_catalog", "pg_roles",
     "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit, "
     "'********'::text AS rolpassword, "
     "rolvaliduntil, rolbypassrls, NULL::text[] AS rolconfig, oid FROM pg_catalog.pg_authid"},
    {"pg_catalog", "pg_shadow",
     "SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, rolreplication AS userepl, "
     "rolbypassrls AS usebypassrls, "
     "rolpassword AS passwd, rolvaliduntil AS valuntil, NULL::text[] AS useconfig FROM pg_catalog.pg_authid WHERE rolcanlogin"},
    {"pg_catalog", "pg_user",
     "SELECT usename, usesysid, usecreatedb, usesuper, userepl, usebypassrls, '********'::text AS passwd, valuntil, useconfig "
     "FROM pg_catalog.pg_shadow"},
    {"pg_catalog", "pg_tables",
     "SELECT n.nspname AS schemaname, c.relname AS tablename, pg_catalog.pg_get_userbyid(c.relowner) AS tableowner, NULL::name "
     "AS tablespace, "
     "c.relhasindex AS hasindexes, c.relhasrules AS hasrules, c.relhastriggers AS hastriggers, c.relrowsecurity AS "
     "rowsecurity" FROM_CLASS " WHERE c.relkind IN ('r', 'p')"},
    {"pg_catalog", "pg_views",
     "SELECT n.nspname AS schemaname, c.relname AS viewname, pg_catalog.pg_get_userbyid(c.relowner) AS viewowner, "
     "pg_catalog.pg_get_viewdef(c.oid) AS definition" FROM_CLASS " WHERE c.relkind = 'v'"},
    {"pg_catalog", "pg_matviews",
     "SELECT n.nspname AS schemaname, c.relname AS matviewname, pg_catalog.pg_get_userbyid(c.relowner) AS matviewowner, "
     "NULL::name AS tablespace, "
     "c.relhasindex AS hasindexes, c.relispopulated AS ispopulated, pg_catalog.pg_get_viewdef(c.oid) AS definition" FROM_CLASS
     " WHERE c.relkind = 'm'"},
    {"pg_catalog", "pg_indexes",
     "SELECT n.nspname AS schemaname, c.relname AS tablename, i.relname AS indexname, NULL::name AS tablespace, "
     "pg_catalog.pg_get_indexdef(i.oid) AS indexdef "
     "FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indrelid JOIN pg_catalog.pg_class i ON i.oid = "
     "x.indexrelid "
     "LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm', 'p') AND i.relkind IN ('i', "
     "'I')"},
    {"pg_catalog", "pg_sequences",
     "SELECT n.nspname AS schemaname, c.relname AS sequencename, pg_catalog.pg_get_userbyid(c.relowner) AS sequenceowner, "
     "s.seqtypid::regtype AS data_type, s.seqstart AS start_value, s.seqmin AS min_value, s.seqmax AS max_value, "
     "s.seqincrement AS increment_by, s.seqcycle AS cycle, s.seqcache AS cache_size, "
     "pg_catalog.pg_sequence_last_value(c.oid::regclass) AS last_value "
     "FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid "
     "LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT pg_catalog.pg_is_other_temp_schema(n.oid)"},
    {"pg_catalog", "pg_stat_all_tables",
     "SELECT c.oid AS relid, n.nspname AS schemaname, c.relname, 0::bigint AS seq_scan, 0::bigint AS seq_tup_read, 0::bigint AS "
     "idx_scan, "
     "0::bigint AS idx_tup_fetch, 0::bigint AS n_tup_ins, 0::bigint AS n_tup_upd, 0::bigint AS n_tup_del, 0::bigint AS "
     "n_tup_hot_upd, "
     "0::bigint AS n_live_tup, 0::bigint AS n_dead_tup, 0::bigint AS n_mod_since_analyze, 0::bigint AS n_ins_since_vacuum, "
     "NULL::timestamptz AS last_vacuum, NULL::timestamptz AS last_autovacuum, NULL::timestamptz AS last_analyze, "
     "NULL::timestamptz AS last_autoanalyze, "
     "0::bigint AS vacuum_count, 0::bigint AS autovacuum_count, 0::bigint AS analyze_count, 0::bigint AS "
     "autoanalyze_count" FROM_CLASS " WHERE c.relkind IN ('r', 't', 'm', 'p')"},
    {"pg_catalog", "pg_stat_user_tables", "SELECT * FROM pg_catalog.pg_stat_all_tables" USER_SCHEMAS},
    {"pg_catalog", "pg_stat_sys_tables", "SELECT * FROM pg_catalog.pg_stat_all_tables" SYSTEM_SCHEMAS},
    {"pg_catalog", "pg_statio_all_tables",
     "SELECT c.oid AS relid, n.nspname AS schemaname, c.relname, 0::bigint AS heap_blks_read, 0::bigint AS heap_blks_hit, "
     "0::bigint AS idx_blks_read, "
     "0::bigint AS idx_blks_hit, NULL::bigint AS toast_blks_read, NULL::bigint AS toast_blks_hit, NULL::bigint AS "
     "tidx_blks_read, "
     "NULL::bigint AS tidx_blks_hit" FROM_CLASS " WHERE c.relkind IN ('r', 't', 'm')"},
    {"pg_catalog", "pg_statio_user_tables", "SELECT * FROM pg_catalog.pg_statio_all_tables" USER_SCHEMAS},
    {"pg_catalog", "pg_statio_sys_tables", "SELECT * FROM pg_catalog.pg_statio_all_tables" SYSTEM_SCHEMAS},
    {"pg_catalog", "pg_stat_all_indexes",
     "SELECT c.oid AS relid, i.oid AS indexrelid, n.nspname AS schemaname, c.relname, i.relname AS indexrelname, 0::bigint AS "
     "idx_scan, "
     "0::bigint AS idx_tup_read, 0::bigint AS idx_tup_fetch FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = "
     "x.indrelid "
     "JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
     "WHERE c.relkind IN ('r', 't', 'm')"},
    {"pg_catalog", "pg_stat_user_indexes", "SELECT * FROM pg_catalog.pg_stat_all_indexes" USER_SCHEMAS},
    {"pg_catalog", "pg_stat_sys_indexes", "SELECT * FROM pg_catalog.pg_stat_all_indexes" SYSTEM_SCHEMAS},
    {"information_schema", "information_schema_catalog_name", "SELECT current_database()::name AS catalog_name"},
    {"information_schema", "enabled_roles", "SELECT rolname AS role_name FROM pg_catalog.pg_authid"},
    {"information_schema", "character_sets",
     "SELECT NULL::name AS character_set_catalog, NULL::name AS character_set_schema, 'UTF8'::name AS character_set_name, "
     "'UCS'::name AS character_repertoire, "
     "'UTF8'::name AS form_of_use, current_database()::name AS default_collate_catalog, 'pg_catalog'::name AS "
     "default_collate_schema, "
     "'C'::name AS default_collate_name"},
    {"information_schema", "collations",
     "SELECT current_database()::name AS collation_catalog, n.nspname AS collation_schema, c.collname AS collation_name, "
     "'NO PAD'::varchar AS pad_attribute FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = "
     "c.collnamespace "
     "WHERE c.collencoding IN (-1, 6)"},
    {"information_schema", "constraint_table_usage",
     "SELECT current_database()::name AS table_catalog, rn.nspname AS table_schema, r.relname AS table_name, "
     "current_database()::name AS constraint_catalog, "
     "cn.nspname AS constraint_schema, c.conname AS constraint_name FROM pg_catalog.pg_constraint c "
     "JOIN pg_catalog.pg_namespace cn ON cn.oid = c.connamespace "
     "JOIN pg_catalog.pg_class r ON r.oid = CASE WHEN c.contype = 'f' THEN c.confrelid ELSE c.conrelid END "
     "JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace WHERE c.contype IN ('f', 'p', 'u')"},
};

const char *system_view_query(const char *schema, const char *name)
{
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (strcmp(views[i].name, name) == 0 && strcmp(views[i].schema, schema) == 0)
            return views[i].sql;
    return NULL;
}
