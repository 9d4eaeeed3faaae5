#ifndef PGQUILL_SQL_DDL_H
#define PGQUILL_SQL_DDL_H

#include "sql/analyse.h"

/* What the ddl_*.c files share. A statement runs inside the write transaction that the session began: SQLite's schema and the pgquill_* tables
 * change together, or not at all. */

struct ddl {
    struct compiler *compiler;
    struct engine *engine;
    struct catalog *catalog;
    struct arena *arena;      /* the statement's */
    const char *text;         /* what locations refer to */
    struct diag *diag;
    bool temporary;           /* oids are the session's own: what is being made is temporary */
    bool used_temporary;      /* the session's books were written to */
    bool changed_file;        /* the file's books were written to, or may have been */
};

/* ddl.c: do `work` as part of a statement whose text is `text`. */
bool ddl_with(struct compiler *compiler, const char *text, bool (*work)(struct ddl *d, void *argument), void *argument, struct diag *diag);

/* ---- ddl_store.c: the hidden tables ---- */

/* Run SQLite statements; parameters of the second go to ?1 …; where the first is the oid of something temporary, the books that it names are the session's. */
bool ddl_run(struct ddl *d, const char *sql);
bool ddl_bind(struct ddl *d, const char *sql, int count, const struct datum *values);
/* One integer of one row; *found false when there is none. */
bool ddl_int(struct ddl *d, const char *sql, int count, const struct datum *values, int64_t *value, bool *found);
/* Make sure that the hidden tables exist. */
bool ddl_prepare_file(struct ddl *d);
/* `count` fresh consecutive OIDs, the session's own where d->temporary is set; 0 after a report. */
oid_t ddl_new_oid(struct ddl *d, int count);
/* Write everything about a relation, in place of what was there. */
bool ddl_store(struct ddl *d, const struct catalog_relation *relation);
bool ddl_forget(struct ddl *d, oid_t relation);
/* Another tool may have changed or dropped a table of ours, which then is another one with an oid of its own: what the books say of the former goes. */
bool ddl_forget_namesake(struct ddl *d, const struct catalog_relation *relation);
/* Read the catalog anew, so that what follows sees the change. */
bool ddl_reload(struct ddl *d);
void ddl_notice(struct ddl *d, const char *sqlstate, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- ddl_name.c ---- */

const char *ddl_quote(struct ddl *d, const char *name);
/* Schema that a new object goes to; NULL after a report (3F000). */
const struct catalog_schema *ddl_target_schema(struct ddl *d, const char *schema);
/* Schema and persistence of a new relation; schemas are made for what is temporary. d->temporary is set accordingly. False after a report. */
bool ddl_relation_schema(struct ddl *d, const PgQuery__RangeVar *name, const struct catalog_schema **schema, char *persistence);
/* The same for a type or function. */
bool ddl_object_schema(struct ddl *d, const char *wanted, const struct catalog_schema **schema);
/* An existing relation; NULL after a report (42P01), or without one when missing_ok. */
const struct catalog_relation *ddl_find(struct ddl *d, const PgQuery__RangeVar *name, bool missing_ok);
/* Is the name of a relation or index taken in the schema? */
bool ddl_name_is_taken(struct ddl *d, oid_t schema, const char *name);
/* table_column_suffix, cut to 63 bytes and numbered until it is free, as PostgreSQL names what has no name. `pending`: relation under construction. */
const char *ddl_choose_name(struct ddl *d, oid_t schema, const char *table, const char *column, const char *suffix, const struct catalog_relation *pending);
/* Name in SQLite of a relation or index. */
const char *ddl_storage_name(struct ddl *d, const struct catalog_schema *schema, const char *name);
/* Words of a qualified name list: the last, and the one before it (NULL). */
const char *ddl_list_name(size_t count, PgQuery__Node *const *names, const char **schema);

/* ---- ddl_temp.c ---- */

/* Does the statement read a temporary relation? Inside ddl_execute. */
bool ddl_reads_temporary(struct ddl *d, const PgQuery__Node *query);
/* A copy of the query whose relations all have their schemas: what is made temporary later does not come between. NULL after a report. */
PgQuery__Node *ddl_qualify(struct ddl *d, PgQuery__Node *query);
/* Is something to be moved into or out of the temporary schema? */
bool ddl_moves_temporary(struct ddl *d, const PgQuery__AlterObjectSchemaStmt *stmt);
/* Note what a new table does at COMMIT; 42P16 when it is not temporary. */
bool ddl_set_on_commit(struct ddl *d, const struct catalog_relation *relation, PgQuery__OnCommitAction action);
/* Is the oid temporary? What is made from here on is likewise. */
bool ddl_follow(struct ddl *d, oid_t oid);

/* ddl_deferral.c: put what is said of a column's constraints' deferral into them; 42601 where it is said of none, or twice. */
bool ddl_read_deferral(struct ddl *d, const PgQuery__ColumnDef *column);

/* ---- ddl_table.c ---- */

/* A relation that is being changed: a copy whose arrays may be written to. */
struct catalog_relation *ddl_copy_relation(struct ddl *d, const struct catalog_relation *relation);
struct catalog_column *ddl_add_column(struct ddl *d, struct catalog_relation *relation);
struct catalog_index *ddl_add_index(struct ddl *d, struct catalog_relation *relation);
struct catalog_constraint *ddl_add_constraint(struct ddl *d, struct catalog_relation *relation);
/* Add a column as written; its constraints are added too. Sequences of serial columns are appended to *owned. */
struct owned_sequence {
    struct catalog_relation relation;
    struct catalog_sequence sequence;
    struct owned_sequence *next;
};
bool ddl_define_column(struct ddl *d, struct catalog_relation *relation, const PgQuery__ColumnDef *column, struct owned_sequence **owned);
/* Name the last column in SQLite, whose names fold case: a second "Id" beside "id" gets a number. */
void ddl_choose_column_storage(struct ddl *d, const struct catalog_relation *relation, struct catalog_column *column);
bool ddl_define_constraint(struct ddl *d, struct catalog_relation *relation, const PgQuery__Constraint *constraint, struct catalog_column *column);
/* CREATE TABLE of SQLite for the relation under the name `storage`; NULL after a report. */
const char *ddl_table_sql(struct ddl *d, const struct catalog_relation *relation, const char *storage);
bool ddl_create_indexes(struct ddl *d, const struct catalog_relation *relation);
bool ddl_create_index(struct ddl *d, const struct catalog_relation *relation, const struct catalog_index *index);
bool ddl_store_sequences(struct ddl *d, struct owned_sequence *owned, oid_t relation);
/* Make the relation in the file and in the books. */
bool ddl_create_relation(struct ddl *d, struct catalog_relation *relation, struct owned_sequence *owned);
/* Replace a table by its changed description, keeping its rows. `values[i]`: SQLite text for column i of `to` (by position), NULL: the
 * column of the same attnum. */
bool ddl_rebuild(struct ddl *d, const struct catalog_relation *from, const struct catalog_relation *to, const char *const *values);
/* SQLite's text of an expression that was stored as PostgreSQL's, over the relation's columns. NULL after a report. */
const char *ddl_expr_text(struct ddl *d, const struct catalog_relation *relation, const char *expr);

/* DETAIL of a unique index that could not be made: one key that is there twice. Returns false. */
bool ddl_duplicate_detail(struct ddl *d, const struct catalog_relation *relation, const struct catalog_index *index);
bool ddl_expr_names_column(const struct expr *expr, const struct rte *entry, const struct catalog_relation *relation, int16_t attnum);
/* A view's query as it is stored: stars replaced by the columns that they stand for now. */
const char *ddl_view_text(struct ddl *d, PgQuery__Node *query, const struct plan *plan);

/* A CHECK's expression over the relation's columns as it is stored; `what` for messages. NULL after a report. */
const char *ddl_check_text(struct ddl *d, const struct catalog_relation *relation, PgQuery__Node *node, const char *what);
/* Where a new type goes, and its name; false after a report (42710 when it is taken). */
/* An existing type by its name; NULL after a report (42704). */
const struct type_desc *ddl_find_type(struct ddl *d, size_t count, PgQuery__Node *const *names);
/* A stored column whose values hold values of the type, itself or deep inside; NULL: there is none. */
const struct catalog_column *ddl_column_of_type(struct ddl *d, oid_t type, const struct catalog_relation **owner);
/* The same, where the type is only a part of what the column holds. */
const struct catalog_column *ddl_column_with_part(struct ddl *d, oid_t type, const struct catalog_relation **owner);
bool ddl_new_type_name(struct ddl *d, size_t count, PgQuery__Node *const *names, const struct catalog_schema **schema, const char **name);
/* The expression below the casts that assignment to a column put around it. */
const struct expr *ddl_without_assignment(const struct expr *expr);
/* Does the file have the hidden tables? */
bool ddl_is_prepared(struct ddl *d);
/* Drop a relation with all that depends on it; the catalog is read anew. */
bool ddl_drop_relation(struct ddl *d, oid_t relation);
bool ddl_drop_sequence(struct ddl *d, const struct catalog_relation *sequence);
/* The description of a table to which SQLite has already added the plain columns that `to` has more. */
struct catalog_relation *ddl_with_columns(struct ddl *d, const struct catalog_relation *from, const struct catalog_relation *to);

/* A name as messages have it: quoted where it must be. */
const char *ddl_quote_if_needed(struct ddl *d, const char *name);

/* ---- ddl_function.c, ddl_function_alter.c ---- */

/* f(integer, text), as messages have it. */
const char *ddl_function_signature(struct ddl *d, const char *name, int count, const oid_t *types);
bool ddl_function_option(struct ddl *d, struct catalog_function *function, const PgQuery__DefElem *option);
bool ddl_store_function(struct ddl *d, const struct catalog_function *function);
/* The books of functions were written to: let every session see it. */
bool ddl_functions_changed(struct ddl *d);
/* "function f(integer)" */
const char *ddl_describe_function(struct ddl *d, const struct catalog_function *function);
bool ddl_drop_schema_functions(struct ddl *d, oid_t schema);
/* Before a function goes: 2BP01 when something calls it, or with cascade drop that. The catalog may be another afterwards. */
bool ddl_release_function(struct ddl *d, const struct catalog_function *function, bool cascade);

/* The SQLite collation of a column; NULL: none. */
const char *ddl_column_collation(struct ddl *d, const struct catalog_column *column, const struct type_desc *type);

/* ---- ddl_sequence.c ---- */

/* A sequence for a serial or identity column, with that type's bounds. */
struct owned_sequence *ddl_add_owned_sequence(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column, oid_t type,
                                              struct owned_sequence **owned);
bool ddl_store_sequence(struct ddl *d, const struct catalog_relation *relation);
bool ddl_restart_sequence(struct ddl *d, const struct catalog_relation *sequence, int64_t value);
/* GENERATED … AS IDENTITY of a column that is being defined; its sequence is appended to *owned. */
bool ddl_define_identity(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column, const PgQuery__Constraint *constraint,
                         struct owned_sequence **owned);
/* ALTER COLUMN ADD GENERATED, SET …, DROP IDENTITY: the column's description and its sequence; the caller stores the relation. */
bool ddl_add_identity(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column, const PgQuery__Constraint *constraint);
bool ddl_set_identity(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column, const PgQuery__List *options);
bool ddl_drop_identity(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column, bool missing_ok);

/* ---- ddl_like.c ---- */

bool ddl_like_columns(struct ddl *d, struct catalog_relation *relation, const PgQuery__TableLikeClause *like, struct owned_sequence **owned);
bool ddl_like_constraints(struct ddl *d, struct catalog_relation *relation, const PgQuery__TableLikeClause *like);

/* ---- ddl_depend.c ---- */

struct ddl_dependent {
    const char *words, *on; /* "column a of table t", "type citext" */
    const char *sql;        /* what takes it away */
};
struct ddl_dependents {
    int count, capacity;
    struct ddl_dependent *items;
};
/* "table t", "view s.v" */
const char *ddl_relation_words(struct ddl *d, const struct catalog_relation *relation);
/* Texts are kept as they are: they must live as long as the statement. */
void ddl_add_dependent(struct ddl *d, struct ddl_dependents *all, const char *words, const char *on, const char *sql);
void ddl_dependent_column(struct ddl *d, struct ddl_dependents *all, const struct catalog_relation *relation, const struct catalog_column *column, const char *on);
/* NOTICE of what CASCADE takes along; DETAIL lists them when they are several. */
void ddl_tell_cascade(struct ddl *d, int count, const char *const *words);
/* Take away all dependents of what `words` names, or report that they are there (2BP01). */
bool ddl_release_dependents(struct ddl *d, const struct ddl_dependents *all, const char *words, bool cascade);

/* ---- ddl_cast.c ---- */

/* "cast from a to b" */
const char *ddl_cast_words(struct ddl *d, const struct cast_fact *cast);
/* The statement that drops it. */
const char *ddl_cast_drop(struct ddl *d, const struct cast_fact *cast);
bool ddl_create_cast(struct ddl *d, const PgQuery__CreateCastStmt *stmt);
bool ddl_drop_casts(struct ddl *d, const PgQuery__DropStmt *stmt);

/* ---- statements ---- */
bool ddl_create_collation(struct ddl *d, const PgQuery__DefineStmt *stmt);
bool ddl_alter_collation(struct ddl *d, const PgQuery__AlterCollationStmt *stmt);
bool ddl_rename_collation(struct ddl *d, const PgQuery__RenameStmt *stmt);
bool ddl_comment_collation(struct ddl *d, const PgQuery__CommentStmt *stmt, const struct datum *comment);
bool ddl_drop_collations(struct ddl *d, const PgQuery__DropStmt *stmt);
bool ddl_create_function(struct ddl *d, const PgQuery__CreateFunctionStmt *stmt);
bool ddl_alter_function(struct ddl *d, const PgQuery__AlterFunctionStmt *stmt);
bool ddl_drop_functions(struct ddl *d, const PgQuery__DropStmt *stmt);
bool ddl_rename_function(struct ddl *d, const PgQuery__RenameStmt *stmt);
bool ddl_function_schema(struct ddl *d, const PgQuery__AlterObjectSchemaStmt *stmt);
bool ddl_comment_function(struct ddl *d, const PgQuery__CommentStmt *stmt);
bool ddl_create_extension(struct ddl *d, const PgQuery__CreateExtensionStmt *stmt);
bool ddl_alter_extension(struct ddl *d, const PgQuery__AlterExtensionStmt *stmt);
bool ddl_move_extension(struct ddl *d, const PgQuery__AlterObjectSchemaStmt *stmt);
/* The extensions of a schema that is dropped: one to name as being in the way; take all away. */
const char *ddl_schema_extension(struct ddl *d, oid_t schema);
bool ddl_drop_schema_extensions(struct ddl *d, oid_t schema);
bool ddl_drop_extensions(struct ddl *d, const PgQuery__DropStmt *stmt);
bool ddl_create_range(struct ddl *d, const PgQuery__CreateRangeStmt *stmt);
bool ddl_drop_types(struct ddl *d, const PgQuery__DropStmt *stmt);
/* What is to be dropped is not there: a notice with missing_ok, else 42704 or 42P01 by `word`. */
bool ddl_missing(struct ddl *d, const char *word, const char *schema, const char *name, bool missing_ok);
bool ddl_create_domain(struct ddl *d, const PgQuery__CreateDomainStmt *stmt);
bool ddl_alter_domain(struct ddl *d, const PgQuery__AlterDomainStmt *stmt);
bool ddl_comment_domain_constraint(struct ddl *d, const PgQuery__CommentStmt *stmt);
bool ddl_rename_domain_constraint(struct ddl *d, const PgQuery__RenameStmt *stmt);

bool ddl_create_table(struct ddl *d, const PgQuery__CreateStmt *stmt);
/* SELECT … INTO: the same as CREATE TABLE AS. */
bool ddl_select_into(struct ddl *d, PgQuery__Node *node, int64_t *count);
bool ddl_create_table_as(struct ddl *d, const PgQuery__CreateTableAsStmt *stmt, int64_t *count);
bool ddl_index_stmt(struct ddl *d, const PgQuery__IndexStmt *stmt);
bool ddl_alter_table(struct ddl *d, const PgQuery__AlterTableStmt *stmt);
bool ddl_rename_type(struct ddl *d, const PgQuery__RenameStmt *stmt);
bool ddl_rename(struct ddl *d, const PgQuery__RenameStmt *stmt);
bool ddl_drop(struct ddl *d, const PgQuery__DropStmt *stmt);
bool ddl_truncate(struct ddl *d, const PgQuery__TruncateStmt *stmt);
bool ddl_create_view(struct ddl *d, const PgQuery__ViewStmt *stmt);
bool ddl_create_schema(struct ddl *d, const PgQuery__CreateSchemaStmt *stmt);
bool ddl_create_sequence(struct ddl *d, const PgQuery__CreateSeqStmt *stmt);
bool ddl_alter_sequence(struct ddl *d, const PgQuery__AlterSeqStmt *stmt);
bool ddl_comment(struct ddl *d, const PgQuery__CommentStmt *stmt);
bool ddl_create_enum(struct ddl *d, const PgQuery__CreateEnumStmt *stmt);
bool ddl_alter_enum(struct ddl *d, const PgQuery__AlterEnumStmt *stmt);
bool ddl_create_composite(struct ddl *d, const PgQuery__CompositeTypeStmt *stmt);

#endif
