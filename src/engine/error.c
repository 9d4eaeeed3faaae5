#include "engine/internal.h"

#include "catalog/catalog.h"
#include "type/array.h"

#include <stdlib.h>

/* SQLite's errors as PostgreSQL's. */

static const struct catalog_relation *relation_by_storage(const struct engine *engine, const char *storage, size_t len)
{
    const struct catalog *catalog = engine->env ? engine->env->catalog : NULL;
    const struct catalog_relation *relation;
    for (int i = 0; catalog && (relation = catalog_relation_at(catalog, i)); i++)
        if (!relation->is_system && relation->storage && strlen(relation->storage) == len &&
            memcmp(relation->storage, storage, len) == 0)
            return relation;
    return NULL;
}

static const char *schema_name(const struct engine *engine, const struct catalog_relation *relation)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(engine->env->catalog, relation->schema);
    return schema ? schema->name : NULL;
}

static const struct catalog_column *column_by_storage(const struct catalog_relation *relation, const char *storage, size_t len)
{
    for (int i = 0; i < relation->natts; i++) {
        const struct catalog_column *column = &relation->columns[i];
        if (!column->dropped && strlen(column->storage) == len && memcmp(column->storage, storage, len) == 0)
            return column;
    }
    return NULL;
}

/* "t.a, t.b": the table, and its columns' numbers. A name may hold dots (schema.table), so the table is what all columns share: find a
 * relation whose storage name is a prefix. */
static const struct catalog_relation *parse_columns(const struct engine *engine, const char *list, int16_t *attnums, int *count)
{
    const struct catalog_relation *relation = NULL;
    *count = 0;
    for (const char *dot = strchr(list, '.'); dot && !relation; dot = strchr(dot + 1, '.'))
        relation = relation_by_storage(engine, list, (size_t) (dot - list));
    if (!relation)
        return NULL;
    size_t prefix = strlen(relation->storage) + 1;
    for (const char *at = list; at && *count < 32; at = strstr(at, ", ") ? strstr(at, ", ") + 2 : NULL) {
        const char *name = at + prefix, *end = strstr(name, ", ");
        const struct catalog_column *column = column_by_storage(relation, name, end ? (size_t) (end - name) : strlen(name));
        if (column)
            attnums[(*count)++] = column->attnum;
    }
    return relation;
}

static bool same_columns(const struct catalog_index *index, const int16_t *attnums, int count)
{
    if (!index->is_unique || index->nkeys != count)
        return false;
    for (int i = 0; i < count; i++)
        if (index->attnums[i] != attnums[i])
            return false;
    return true;
}

static bool report_unique(struct engine *engine, const char *what, struct diag *diag)
{
    int16_t attnums[32];
    int count = 0;
    const struct catalog_relation *relation = NULL;
    const struct catalog_index *index = NULL;
    if (strncmp(what, "index '", 7) == 0) {
        size_t len = strcspn(what + 7, "'");
        const struct catalog *catalog = engine->env ? engine->env->catalog : NULL;
        for (int i = 0; catalog && !index && (relation = catalog_relation_at(catalog, i)); i++)
            for (int k = 0; k < relation->nindexes && !index; k++) {
                const char *storage = relation->indexes[k].storage;
                if (storage && strlen(storage) == len && memcmp(storage, what + 7, len) == 0)
                    index = &relation->indexes[k];
            }
        if (index)
            relation = catalog_relation_by_oid(catalog, index->relation);
    } else {
        relation = parse_columns(engine, what, attnums, &count);
        for (int k = 0; relation && k < relation->nindexes && !index; k++)
            if (same_columns(&relation->indexes[k], attnums, count))
                index = &relation->indexes[k];
    }
    if (!index)
        return diag_set(diag, ERRCODE_UNIQUE_VIOLATION, "duplicate key value violates unique constraint \"%s\"", what);
    diag_set(diag, ERRCODE_UNIQUE_VIOLATION, "duplicate key value violates unique constraint \"%s\"", index->name);
    return diag_object(diag, schema_name(engine, relation), relation->name, NULL, index->name);
}

static bool report_not_null(struct engine *engine, const char *what, struct diag *diag)
{
    int16_t attnums[32];
    int count = 0;
    const struct catalog_relation *relation = parse_columns(engine, what, attnums, &count);
    if (!relation || count != 1)
        return diag_set(diag, ERRCODE_NOT_NULL_VIOLATION, "null value in column %s violates not-null constraint", what);
    const struct catalog_column *column = catalog_column_by_attnum(relation, attnums[0]);
    diag_set(diag, ERRCODE_NOT_NULL_VIOLATION, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
             column->name, relation->name);
    return diag_object(diag, schema_name(engine, relation), relation->name, column->name, NULL);
}

static const struct catalog_constraint *constraint_named(const struct catalog_relation *relation, char kind, const char *name)
{
    for (int i = 0; relation && i < relation->nconstraints; i++)
        if (relation->constraints[i].kind == kind && strcmp(relation->constraints[i].name, name) == 0)
            return &relation->constraints[i];
    return NULL;
}

static const struct catalog_relation *target_relation(const struct engine *engine)
{
    return engine->target ? relation_by_storage(engine, engine->target, strlen(engine->target)) : NULL;
}

/* SQLite names the constraint but not the table: it is the statement's own, unless a cascade or a trigger went on to another. */
static bool report_check(struct engine *engine, const char *name, struct diag *diag)
{
    const struct catalog *catalog = engine->env ? engine->env->catalog : NULL;
    const struct catalog_relation *relation = target_relation(engine);
    if (!constraint_named(relation, 'c', name))
        for (int i = 0; catalog && (relation = catalog_relation_at(catalog, i)); i++)
            if (constraint_named(relation, 'c', name))
                break;
    if (!catalog || !relation)
        return diag_set(diag, ERRCODE_CHECK_VIOLATION, "new row violates check constraint \"%s\"", name);
    diag_set(diag, ERRCODE_CHECK_VIOLATION, "new row for relation \"%s\" violates check constraint \"%s\"", relation->name, name);
    return diag_object(diag, schema_name(engine, relation), relation->name, NULL, name);
}

static bool report_child(struct engine *engine, const struct catalog_relation *child, const struct catalog_constraint *constraint,
                         struct diag *diag)
{
    diag_set(diag, ERRCODE_FOREIGN_KEY_VIOLATION, "insert or update on table \"%s\" violates foreign key constraint \"%s\"",
             child->name, constraint->name);
    return diag_object(diag, schema_name(engine, child), child->name, NULL, constraint->name);
}

static bool report_parent(struct engine *engine, const struct catalog_relation *parent, const struct catalog_relation *child,
                          const struct catalog_constraint *constraint, struct diag *diag)
{
    diag_set(diag, ERRCODE_FOREIGN_KEY_VIOLATION,
             "update or delete on table \"%s\" violates foreign key constraint \"%s\" on table \"%s\"", parent->name,
             constraint->name, child->name);
    return diag_object(diag, schema_name(engine, child), child->name, NULL, constraint->name);
}

/* The constraint of `child` that SQLite numbers `number`: by the columns that PRAGMA foreign_key_list tells of it. */
static const struct catalog_constraint *foreign_key(struct engine *engine, const struct catalog_relation *child, int number)
{
    sqlite3_stmt *stmt = NULL;
    const struct catalog_constraint *found = NULL;
    if (sqlite3_prepare_v2(engine->db, "SELECT \"from\" FROM pragma_foreign_key_list(?1) WHERE id = ?2 ORDER BY seq", -1, &stmt,
                           NULL) != SQLITE_OK)
        return NULL;
    int16_t attnums[32] = {0};
    int count = 0;
    sqlite3_bind_text(stmt, 1, child->storage, -1, SQLITE_STATIC);
    sqlite3_bind_int(stmt, 2, number);
    while (sqlite3_step(stmt) == SQLITE_ROW && count < 32) {
        const char *name = (const char *) sqlite3_column_text(stmt, 0);
        const struct catalog_column *column = name ? column_by_storage(child, name, strlen(name)) : NULL;
        attnums[count++] = column ? column->attnum : 0;
    }
    sqlite3_finalize(stmt);
    for (int i = 0; count && i < child->nconstraints && !found; i++) {
        const struct catalog_constraint *constraint = &child->constraints[i];
        if (constraint->kind == 'f' && constraint->nkeys == count &&
            memcmp(constraint->attnums, attnums, sizeof attnums[0] * (size_t) count) == 0)
            found = constraint;
    }
    return found;
}

/* The values of a row's foreign key. */
static void put_key_detail(struct engine *engine, const struct catalog_relation *child,
                           const struct catalog_constraint *constraint, int64_t rowid, struct diag *diag)
{
    const struct catalog_relation *parent = catalog_relation_by_oid(engine->env->catalog, constraint->foreign_relation);
    struct buf sql = {0}, names = {0}, values = {0};
    struct arena arena;
    arena_init(&arena);
    for (int i = 0; i < constraint->nkeys; i++) {
        const struct catalog_column *column = catalog_column_by_attnum(child, constraint->attnums[i]);
        char *quoted = sqlite3_mprintf("%s\"%w\"", i ? ", " : "SELECT ", column->storage);
        buf_puts(&sql, quoted);
        buf_printf(&names, "%s%s", i ? ", " : "", column->name);
        sqlite3_free(quoted);
    }
    char *from = sqlite3_mprintf(" FROM \"%w\" WHERE rowid = ?1", child->storage);
    buf_puts(&sql, from);
    sqlite3_free(from);
    sqlite3_stmt *stmt = NULL;
    bool found = sqlite3_prepare_v2(engine->db, buf_cstr(&sql), -1, &stmt, NULL) == SQLITE_OK &&
                 sqlite3_bind_int64(stmt, 1, rowid) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW;
    for (int i = 0; found && i < constraint->nkeys; i++) {
        struct type_io io = {.type =
                                 type_find(engine->env->resolver, catalog_column_by_attnum(child, constraint->attnums[i])->type),
                             .typmod = -1,
                             .settings = engine->env->types,
                             .resolver = engine->env->resolver,
                             .arena = &arena};
        struct datum value;
        struct diag ignored = {0};
        engine_value(sqlite3_column_value(stmt, i), &value);
        buf_puts(&values, i ? ", " : "");
        found = io.type && type_out(&io, &value, &values, &ignored);
        diag_clear(&ignored);
    }
    if (found && parent)
        diag_detail(diag, "Key (%s)=(%s) is not present in table \"%s\".", buf_cstr(&names), buf_cstr(&values), parent->name);
    sqlite3_finalize(stmt);
    struct buf *all[] = {&sql, &names, &values};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_deinit(all[i]);
    arena_deinit(&arena);
}

/* A deferred constraint failed at COMMIT: the rows are still there to be looked at. */
static bool report_deferred(struct engine *engine, bool is_temporary, struct diag *diag)
{
    enum { TABLE, ROWID, PARENT, NUMBER };
    const char *sql = is_temporary ? "PRAGMA temp.foreign_key_check" : "PRAGMA main.foreign_key_check";
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    if (sqlite3_prepare_v2(engine->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return false;
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *table = (const char *) sqlite3_column_text(stmt, TABLE);
        const struct catalog_relation *child = table ? relation_by_storage(engine, table, strlen(table)) : NULL;
        const struct catalog_constraint *constraint = child ? foreign_key(engine, child, sqlite3_column_int(stmt, NUMBER)) : NULL;
        found = constraint != NULL;
        if (found)
            report_child(engine, child, constraint, diag);
        if (found && sqlite3_column_type(stmt, ROWID) == SQLITE_INTEGER)
            put_key_detail(engine, child, constraint, sqlite3_column_int64(stmt, ROWID), diag);
    }
    sqlite3_finalize(stmt);
    return found;
}

bool engine_defer_foreign_keys(struct engine *engine, bool on, struct diag *diag)
{
    int pending = 0, ignored;
    /* Asked before the switch, which forgets what is pending. */
    bool is_whole =
        on || sqlite3_db_status(engine->db, SQLITE_DBSTATUS_DEFERRED_FKS, &pending, &ignored, 0) != SQLITE_OK || !pending;
    if (is_whole) {
        sqlite3_exec(engine->db, on ? "PRAGMA defer_foreign_keys = ON" : "PRAGMA defer_foreign_keys = OFF", NULL, NULL, NULL);
        return true;
    }
    return !report_deferred(engine, false, diag) && !(engine->has_temporary && report_deferred(engine, true, diag));
}

/* What the statement's table alone tells: its only foreign key, or the only one that refers to it. Which of several it was is found where the
 * statement's rows are known. */
static bool report_foreign(struct engine *engine, struct diag *diag)
{
    const struct catalog *catalog = engine->env ? engine->env->catalog : NULL;
    const struct catalog_relation *target = target_relation(engine), *child, *only_child = NULL;
    const struct catalog_constraint *only = NULL;
    int count = 0;
    bool in_transaction = engine->txn >= ENGINE_TXN_TEMPORARY && !sqlite3_get_autocommit(engine->db);
    if (catalog && !engine->target && in_transaction &&
        (report_deferred(engine, false, diag) || (engine->has_temporary && report_deferred(engine, true, diag))))
        return false;
    for (int i = 0; target && (child = catalog_relation_at(catalog, i)); i++)
        for (int k = 0; k < child->nconstraints; k++) {
            const struct catalog_constraint *constraint = &child->constraints[k];
            if (constraint->kind != 'f' || (child != target && constraint->foreign_relation != target->oid))
                continue;
            only = constraint;
            only_child = child;
            count++;
        }
    if (count == 1 && only_child == target)
        return report_child(engine, target, only, diag);
    if (count == 1)
        return report_parent(engine, target, only_child, only, diag);
    if (target) {
        diag_set(diag, ERRCODE_FOREIGN_KEY_VIOLATION,
                 "insert, update or delete on table \"%s\" violates a foreign key constraint", target->name);
        return diag_object(diag, schema_name(engine, target), target->name, NULL, NULL);
    }
    return diag_set(diag, ERRCODE_FOREIGN_KEY_VIOLATION, "a foreign key constraint is violated");
}

static bool report_constraint(struct engine *engine, int code, const char *message, struct diag *diag)
{
    static const char failed[] = " constraint failed: ";
    const char *what = strstr(message, failed);
    what = what ? what + sizeof failed - 1 : "";
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return report_unique(engine, what, diag);
    case SQLITE_CONSTRAINT_NOTNULL:
        return report_not_null(engine, what, diag);
    case SQLITE_CONSTRAINT_CHECK:
        return report_check(engine, what, diag);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return report_foreign(engine, diag);
    case SQLITE_CONSTRAINT_TRIGGER:
        /* RESTRICT is a trigger of SQLite's own. */
        if (strcmp(message, "FOREIGN KEY constraint failed") == 0)
            return report_foreign(engine, diag);
        return diag_set(diag, ERRCODE_RAISE_EXCEPTION, "%s", message);
    case SQLITE_CONSTRAINT_DATATYPE:
        return diag_set(diag, ERRCODE_DATATYPE_MISMATCH, "%s", message);
    default:
        return diag_set(diag, ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION, "%s", message);
    }
}

/* Is it the error that one of our functions has reported, and not one that was swallowed before this? */
static bool is_pending(struct engine *engine, int code, const char *message)
{
    bool same = diag_is_set(&engine->pending) && (code & 0xff) == SQLITE_ERROR && strcmp(engine->pending.message, message) == 0;
    if (!same)
        diag_clear(&engine->pending);
    return same;
}

bool engine_report(struct engine *engine, int code, struct diag *diag)
{
    const char *message = engine->db ? sqlite3_errmsg(engine->db) : sqlite3_errstr(code);
    int extended = engine->db ? sqlite3_extended_errcode(engine->db) : code;
    if (is_pending(engine, code, message)) {
        diag_move(diag, &engine->pending);
        return false;
    }
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return report_constraint(engine, extended, message, diag);
    case SQLITE_INTERRUPT:
        return diag_set(diag, ERRCODE_QUERY_CANCELED, "canceling statement due to user request");
    case SQLITE_BUSY:
        if (extended == SQLITE_BUSY_SNAPSHOT)
            return diag_set(diag, ERRCODE_SERIALIZATION_FAILURE, "could not serialize access due to concurrent update");
        if (engine_is_interrupted(engine))
            return diag_set(diag, ERRCODE_QUERY_CANCELED, "canceling statement due to user request");
        return diag_set(diag, ERRCODE_LOCK_NOT_AVAILABLE, "could not obtain lock on the database file");
    case SQLITE_LOCKED:
        return diag_set(diag, ERRCODE_OBJECT_IN_USE,
                        "cannot change the table because it is being used by active queries in this session");
    case SQLITE_FULL:
        return diag_set(diag, ERRCODE_DISK_FULL, "could not extend the database file: no space left on device");
    case SQLITE_IOERR:
        return diag_set(diag, ERRCODE_IO_ERROR, "could not access the database file: %s", message);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return diag_set(diag, ERRCODE_DATA_CORRUPTED, "%s: %s", engine->path, message);
    case SQLITE_CANTOPEN:
        return diag_set(diag, ERRCODE_UNDEFINED_FILE, "could not open file \"%s\": %s", engine->path, message);
    case SQLITE_READONLY:
        return diag_set(diag, ERRCODE_READ_ONLY_SQL_TRANSACTION, "the database file is read-only");
    case SQLITE_TOOBIG:
        return diag_set(diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "string or statement too large");
    case SQLITE_NOMEM:
        return diag_set(diag, ERRCODE_OUT_OF_MEMORY, "out of memory");
    case SQLITE_MISMATCH:
        return diag_set(diag, ERRCODE_DATATYPE_MISMATCH, "%s", message);
    case SQLITE_RANGE:
    case SQLITE_MISUSE:
        return diag_set(diag, ERRCODE_INTERNAL_ERROR, "engine misused: %s", message);
    default:
        if (strcmp(message, "parser stack overflow") == 0 || strncmp(message, "Expression tree is too large", 28) == 0)
            return diag_set(diag, ERRCODE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        if (strcmp(message, "integer overflow") == 0)
            return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
        return diag_set(diag, ERRCODE_INTERNAL_ERROR, "engine: %s", message);
    }
}
