#ifndef PGQUILL_CATALOG_HIDDEN_H
#define PGQUILL_CATALOG_HIDDEN_H

/* The pgquill_* tables: what SQLite's own schema cannot say (docs/storage-format.md). The first DDL in a file makes them. */

#define HIDDEN_VERSION 1

/* What SQLite's table has when ours has no columns. */
#define HIDDEN_NO_COLUMNS "no columns"

/* The books of relations, types and functions. There are two sets: the file's, and those of a session's temporary ones, which stand in SQLite's temp schema. `create`
 * is what comes before a book's name. A new book whose rows belong to a relation is listed here: ddl_bind finds the right one by the oid. */
#define HIDDEN_BOOKS(create)                                                                                                                        \
    create "schema (oid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, comment TEXT);"                                                             \
    create "relation (oid INTEGER PRIMARY KEY, schema INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, persistence TEXT NOT NULL, storage" \
    " TEXT, row_type INTEGER, view_query TEXT, comment TEXT, UNIQUE (schema, name));"                                                               \
    create "column (relation INTEGER NOT NULL, attnum INTEGER NOT NULL, name TEXT NOT NULL, storage TEXT NOT NULL, type INTEGER NOT NULL, typmod"   \
    " INTEGER NOT NULL, collation INTEGER NOT NULL, not_null INTEGER NOT NULL, dropped INTEGER NOT NULL, identity TEXT, generated TEXT,"            \
    " default_expr TEXT, ndims INTEGER NOT NULL, comment TEXT, PRIMARY KEY (relation, attnum)) WITHOUT ROWID;"                                      \
    create "index (oid INTEGER PRIMARY KEY, relation INTEGER NOT NULL, name TEXT NOT NULL, storage TEXT, is_unique INTEGER NOT NULL, is_primary INTEGER" \
    " NOT NULL, is_rowid INTEGER NOT NULL, nulls_not_distinct INTEGER NOT NULL, attnums TEXT NOT NULL, exprs TEXT, options TEXT, predicate TEXT,"   \
    " constraint_oid INTEGER, method TEXT, comment TEXT, collations TEXT);"                                                                         \
    create "constraint (oid INTEGER PRIMARY KEY, relation INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, attnums TEXT NOT NULL, index_oid" \
    " INTEGER, check_expr TEXT, foreign_relation INTEGER, foreign_attnums TEXT, on_update TEXT, on_delete TEXT, match_type TEXT, is_deferrable"     \
    " INTEGER NOT NULL, is_deferred INTEGER NOT NULL, validated INTEGER NOT NULL, comment TEXT);"                                                   \
    create "sequence (oid INTEGER PRIMARY KEY, type INTEGER NOT NULL, start INTEGER NOT NULL, increment INTEGER NOT NULL, min INTEGER NOT NULL, max" \
    " INTEGER NOT NULL, cache INTEGER NOT NULL, cycle INTEGER NOT NULL, owner_relation INTEGER, owner_attnum INTEGER, last_value INTEGER NOT"       \
    " NULL, is_called INTEGER NOT NULL);"                                                                                                           \
    create "type (oid INTEGER PRIMARY KEY, schema INTEGER NOT NULL, name TEXT NOT NULL, typtype TEXT NOT NULL, array INTEGER, base INTEGER, typmod" \
    " INTEGER, not_null INTEGER, collation INTEGER, labels TEXT, subtype INTEGER, range INTEGER, default_expr TEXT, checks TEXT, comment TEXT);"    \
    create "function (oid INTEGER PRIMARY KEY, schema INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,"                                    \
    " language TEXT NOT NULL, args TEXT NOT NULL, result INTEGER NOT NULL, retset INTEGER NOT NULL, names TEXT, modes TEXT, all_args TEXT,"         \
    " ndefaults INTEGER NOT NULL, defaults TEXT, variadic INTEGER NOT NULL, strict INTEGER NOT NULL, volatility TEXT NOT NULL, parallel TEXT NOT"   \
    " NULL, body TEXT, standard INTEGER NOT NULL, returns_table INTEGER NOT NULL, security_definer INTEGER NOT NULL, leakproof INTEGER NOT NULL,"   \
    " cost REAL NOT NULL, rows REAL NOT NULL, settings TEXT, comment TEXT);"                                                                        \
    create "cast (oid INTEGER PRIMARY KEY, source INTEGER NOT NULL, target INTEGER NOT NULL, proc INTEGER NOT NULL, context TEXT NOT NULL, method"  \
    " TEXT NOT NULL, UNIQUE (source, target));"

#define HIDDEN_CREATE                                                                                                                               \
    "CREATE TABLE IF NOT EXISTS pgquill_meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"                                                          \
    "INSERT OR IGNORE INTO pgquill_meta VALUES ('version', 1), ('next_oid', 16384);"                                                                \
    HIDDEN_BOOKS("CREATE TABLE IF NOT EXISTS pgquill_")                                                                                             \
    "CREATE TABLE IF NOT EXISTS pgquill_extension (oid INTEGER PRIMARY KEY, schema INTEGER NOT NULL, name TEXT NOT NULL UNIQUE, version TEXT NOT"   \
    " NULL, first INTEGER NOT NULL, comment TEXT);"                                                                                                 \
    "CREATE TABLE IF NOT EXISTS pgquill_collation (oid INTEGER PRIMARY KEY, schema INTEGER NOT NULL, name TEXT NOT NULL, provider TEXT NOT NULL,"   \
    " deterministic INTEGER NOT NULL, encoding INTEGER NOT NULL, locale TEXT NOT NULL, ctype TEXT NOT NULL, comment TEXT, UNIQUE (schema, name));"

/* What a temporary table does at the end of a transaction: 'd' deletes its rows, 'D' is dropped. */
#define HIDDEN_CREATE_TEMPORARY                                                                                                                     \
    HIDDEN_BOOKS("CREATE TEMP TABLE IF NOT EXISTS pgquill_temp_")                                                                                   \
    "CREATE TEMP TABLE IF NOT EXISTS pgquill_temp_on_commit (relation INTEGER PRIMARY KEY, action TEXT NOT NULL);"

#define HIDDEN_READ_FUNCTIONS(set)                                                                                                                            \
    "SELECT oid, schema, name, kind, language, args, result, retset, names, modes, all_args, ndefaults, defaults, variadic, strict, volatility, "       \
    "parallel, body, standard, returns_table, security_definer, leakproof, cost, rows, settings, comment FROM " set "function ORDER BY oid"

#define HIDDEN_READ_SCHEMAS(set) "SELECT oid, name, comment FROM " set "schema ORDER BY oid"
#define HIDDEN_READ_RELATIONS(set) \
    "SELECT oid, schema, name, kind, persistence, storage, row_type, view_query, comment FROM " set "relation ORDER BY oid"
#define HIDDEN_READ_COLUMNS(set)                                                                                                                              \
    "SELECT relation, attnum, name, storage, type, typmod, collation, not_null, dropped, identity, generated, default_expr, ndims, comment "            \
    "FROM " set "column ORDER BY relation, attnum"
#define HIDDEN_READ_INDEXES(set)                                                                                                                              \
    "SELECT relation, oid, name, storage, is_unique, is_primary, is_rowid, nulls_not_distinct, attnums, exprs, options, predicate, constraint_oid, "    \
    "method, comment, collations FROM " set "index ORDER BY relation, oid"
#define HIDDEN_READ_CONSTRAINTS(set)                                                                                                                          \
    "SELECT relation, oid, name, kind, attnums, index_oid, check_expr, foreign_relation, foreign_attnums, on_update, on_delete, match_type, is_deferrable, "    \
    "is_deferred, validated, comment FROM " set "constraint ORDER BY relation, oid"
#define HIDDEN_READ_SEQUENCES(set)                                                                                                                            \
    "SELECT oid, type, start, increment, min, max, cache, cycle, owner_relation, owner_attnum FROM " set "sequence ORDER BY oid"
#define HIDDEN_READ_TYPES(set)                                                                                                                                \
    "SELECT oid, schema, name, typtype, array, base, typmod, not_null, collation, labels, subtype, range, default_expr, checks, comment FROM " set "type ORDER BY oid"
#define HIDDEN_READ_COLLATIONS "SELECT oid, schema, name, provider, deterministic, encoding, locale, ctype, comment FROM pgquill_collation ORDER BY oid"
#define HIDDEN_READ_EXTENSIONS "SELECT oid, schema, name, version, first, comment FROM pgquill_extension ORDER BY oid"

#define HIDDEN_READ_CASTS(set) "SELECT oid, source, target, proc, context, method FROM " set "cast ORDER BY oid"

#define HIDDEN_READ_ON_COMMIT "SELECT relation, action FROM pgquill_temp_on_commit ORDER BY relation"

#endif
