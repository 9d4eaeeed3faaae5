#ifndef PGQUILL_CATALOG_HIDDEN_H
#define PGQUILL_CATALOG_HIDDEN_H

/* The pgquill_* tables: what SQLite's own schema cannot say (docs/storage-format.md). The first DDL in a file makes them. */

#define HIDDEN_VERSION 1

#define HIDDEN_CREATE                                                                                                                                    \
    "CREATE TABLE IF NOT EXISTS pgquill_meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"                                                              \
    "INSERT OR IGNORE INTO pgquill_meta VALUES ('version', 1), ('next_oid', 16384);"                                                                    \
    "CREATE TABLE IF NOT EXISTS pgquill_schema (oid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, comment TEXT);"                                     \
    "CREATE TABLE IF NOT EXISTS pgquill_relation (oid INTEGER PRIMARY KEY, schema INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,"            \
    " persistence TEXT NOT NULL, storage TEXT, row_type INTEGER, view_query TEXT, comment TEXT, UNIQUE (schema, name));"                                \
    "CREATE TABLE IF NOT EXISTS pgquill_column (relation INTEGER NOT NULL, attnum INTEGER NOT NULL, name TEXT NOT NULL, storage TEXT NOT NULL,"         \
    " type INTEGER NOT NULL, typmod INTEGER NOT NULL, collation INTEGER NOT NULL, not_null INTEGER NOT NULL, dropped INTEGER NOT NULL, identity TEXT,"  \
    " generated TEXT, default_expr TEXT, ndims INTEGER NOT NULL, comment TEXT, PRIMARY KEY (relation, attnum)) WITHOUT ROWID;"                          \
    "CREATE TABLE IF NOT EXISTS pgquill_index (oid INTEGER PRIMARY KEY, relation INTEGER NOT NULL, name TEXT NOT NULL, storage TEXT,"                   \
    " is_unique INTEGER NOT NULL, is_primary INTEGER NOT NULL, is_rowid INTEGER NOT NULL, nulls_not_distinct INTEGER NOT NULL, attnums TEXT NOT NULL,"  \
    " exprs TEXT, options TEXT, predicate TEXT, constraint_oid INTEGER, method TEXT, comment TEXT, collations TEXT);"                                                    \
    "CREATE TABLE IF NOT EXISTS pgquill_constraint (oid INTEGER PRIMARY KEY, relation INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,"        \
    " attnums TEXT NOT NULL, index_oid INTEGER, check_expr TEXT, foreign_relation INTEGER, foreign_attnums TEXT, on_update TEXT, on_delete TEXT,"       \
    " match_type TEXT, is_deferrable INTEGER NOT NULL, is_deferred INTEGER NOT NULL, validated INTEGER NOT NULL, comment TEXT);"                                   \
    "CREATE TABLE IF NOT EXISTS pgquill_sequence (oid INTEGER PRIMARY KEY, type INTEGER NOT NULL, start INTEGER NOT NULL, increment INTEGER NOT NULL,"  \
    " min INTEGER NOT NULL, max INTEGER NOT NULL, cache INTEGER NOT NULL, cycle INTEGER NOT NULL, owner_relation INTEGER, owner_attnum INTEGER,"        \
    " last_value INTEGER NOT NULL, is_called INTEGER NOT NULL);"                                                                                        \
    "CREATE TABLE IF NOT EXISTS pgquill_type (oid INTEGER PRIMARY KEY, schema INTEGER NOT NULL, name TEXT NOT NULL, typtype TEXT NOT NULL,"             \
    " array INTEGER, base INTEGER, typmod INTEGER, not_null INTEGER, collation INTEGER, labels TEXT, subtype INTEGER, range INTEGER, default_expr TEXT," \
    " checks TEXT, comment TEXT);"                                                                                                                      \
    "CREATE TABLE IF NOT EXISTS pgquill_extension (oid INTEGER PRIMARY KEY, schema INTEGER NOT NULL, name TEXT NOT NULL UNIQUE,"                        \
    " version TEXT NOT NULL, first INTEGER NOT NULL, comment TEXT);"                                                                                     \
    "CREATE TABLE IF NOT EXISTS pgquill_collation (oid INTEGER PRIMARY KEY, schema INTEGER NOT NULL, name TEXT NOT NULL,"                               \
    " provider TEXT NOT NULL, deterministic INTEGER NOT NULL, encoding INTEGER NOT NULL, locale TEXT NOT NULL, ctype TEXT NOT NULL, comment TEXT,"      \
    " UNIQUE (schema, name));"                                                                                                                          \
    "CREATE TABLE IF NOT EXISTS pgquill_function (oid INTEGER PRIMARY KEY, schema INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,"            \
    " language TEXT NOT NULL, args TEXT NOT NULL, result INTEGER NOT NULL, retset INTEGER NOT NULL, names TEXT, modes TEXT, all_args TEXT,"             \
    " ndefaults INTEGER NOT NULL, defaults TEXT, variadic INTEGER NOT NULL, strict INTEGER NOT NULL, volatility TEXT NOT NULL, parallel TEXT NOT NULL,"  \
    " body TEXT, standard INTEGER NOT NULL, returns_table INTEGER NOT NULL, security_definer INTEGER NOT NULL, leakproof INTEGER NOT NULL,"             \
    " cost REAL NOT NULL, rows REAL NOT NULL, settings TEXT, comment TEXT);"

#define HIDDEN_READ_FUNCTIONS                                                                                                                            \
    "SELECT oid, schema, name, kind, language, args, result, retset, names, modes, all_args, ndefaults, defaults, variadic, strict, volatility, "       \
    "parallel, body, standard, returns_table, security_definer, leakproof, cost, rows, settings, comment FROM pgquill_function ORDER BY oid"

#define HIDDEN_READ_SCHEMAS "SELECT oid, name, comment FROM pgquill_schema ORDER BY oid"
#define HIDDEN_READ_RELATIONS "SELECT oid, schema, name, kind, persistence, storage, row_type, view_query, comment FROM pgquill_relation ORDER BY oid"
#define HIDDEN_READ_COLUMNS                                                                                                                              \
    "SELECT relation, attnum, name, storage, type, typmod, collation, not_null, dropped, identity, generated, default_expr, ndims, comment "            \
    "FROM pgquill_column ORDER BY relation, attnum"
#define HIDDEN_READ_INDEXES                                                                                                                              \
    "SELECT relation, oid, name, storage, is_unique, is_primary, is_rowid, nulls_not_distinct, attnums, exprs, options, predicate, constraint_oid, "    \
    "method, comment, collations FROM pgquill_index ORDER BY relation, oid"
#define HIDDEN_READ_CONSTRAINTS                                                                                                                          \
    "SELECT relation, oid, name, kind, attnums, index_oid, check_expr, foreign_relation, foreign_attnums, on_update, on_delete, match_type, is_deferrable, "    \
    "is_deferred, validated, comment FROM pgquill_constraint ORDER BY relation, oid"
#define HIDDEN_READ_SEQUENCES                                                                                                                            \
    "SELECT oid, type, start, increment, min, max, cache, cycle, owner_relation, owner_attnum FROM pgquill_sequence ORDER BY oid"
#define HIDDEN_READ_TYPES                                                                                                                                \
    "SELECT oid, schema, name, typtype, array, base, typmod, not_null, collation, labels, subtype, range, default_expr, checks FROM pgquill_type ORDER BY oid"
#define HIDDEN_READ_COLLATIONS "SELECT oid, schema, name, provider, deterministic, encoding, locale, ctype, comment FROM pgquill_collation ORDER BY oid"
#define HIDDEN_READ_EXTENSIONS "SELECT oid, schema, name, version, first, comment FROM pgquill_extension ORDER BY oid"

#endif
