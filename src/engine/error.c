#include "engine/internal.h"

#include "catalog/catalog.h"

#include <stdlib.h>

/* SQLite's errors as PostgreSQL's. */

static const struct catalog_relation *relation_by_storage(const struct engine *engine, const char *storage, size_t len)
{
    const struct catalog *catalog = engine->env ? engine->env->catalog : NULL;
    const struct catalog_relation *relation;
    for (int i = 0; catalog && (relation = catalog_relation_at(catalog, i)); i++)
        if (!relation->is_system && relation->storage && strlen(relation->storage) == len && memcmp(relation->storage, storage, len) == 0)
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
        return diag_set(diag, ERRCODE_UNIQUE_VIOLATION, "duplicate key value violates unique constraint on %s", what);
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
    diag_set(diag, ERRCODE_NOT_NULL_VIOLATION, "null value in column \"%s\" of relation \"%s\" violates not-null constraint", column->name, relation->name);
    return diag_object(diag, schema_name(engine, relation), relation->name, column->name, NULL);
}

static bool report_check(struct engine *engine, const char *name, struct diag *diag)
{
    const struct catalog *catalog = engine->env ? engine->env->catalog : NULL;
    const struct catalog_relation *relation;
    for (int i = 0; catalog && (relation = catalog_relation_at(catalog, i)); i++)
        for (int k = 0; k < relation->nconstraints; k++) {
            const struct catalog_constraint *constraint = &relation->constraints[k];
            if (constraint->kind != 'c' || strcmp(constraint->name, name) != 0)
                continue;
            diag_set(diag, ERRCODE_CHECK_VIOLATION, "new row for relation \"%s\" violates check constraint \"%s\"", relation->name, name);
            return diag_object(diag, schema_name(engine, relation), relation->name, NULL, name);
        }
    return diag_set(diag, ERRCODE_CHECK_VIOLATION, "new row violates check constraint \"%s\"", name);
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
        return diag_set(diag, ERRCODE_FOREIGN_KEY_VIOLATION, "insert or update on table violates foreign key constraint");
    default:
        return diag_set(diag, ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION, "%s", message);
    }
}

bool engine_report(struct engine *engine, int code, struct diag *diag)
{
    if (diag_is_set(&engine->pending)) {
        diag_move(diag, &engine->pending);
        return false;
    }
    const char *message = engine->db ? sqlite3_errmsg(engine->db) : sqlite3_errstr(code);
    int extended = engine->db ? sqlite3_extended_errcode(engine->db) : code;
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return report_constraint(engine, extended, message, diag);
    case SQLITE_INTERRUPT:
        return diag_set(diag, ERRCODE_QUERY_CANCELED, "canceling statement due to user request");
    case SQLITE_BUSY:
        if (extended == SQLITE_BUSY_SNAPSHOT)
            return diag_set(diag, ERRCODE_SERIALIZATION_FAILURE, "could not serialize access due to concurrent update");
        if (engine->env && engine->env->interrupted && *engine->env->interrupted)
            return diag_set(diag, ERRCODE_QUERY_CANCELED, "canceling statement due to user request");
        return diag_set(diag, ERRCODE_LOCK_NOT_AVAILABLE, "could not obtain lock on the database file");
    case SQLITE_LOCKED:
        return diag_set(diag, ERRCODE_OBJECT_IN_USE, "cannot change the table because it is being used by active queries in this session");
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
    case SQLITE_RANGE:
    case SQLITE_MISUSE:
        return diag_set(diag, ERRCODE_INTERNAL_ERROR, "engine misused: %s", message);
    default:
        if (strcmp(message, "integer overflow") == 0)
            return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
        return diag_set(diag, ERRCODE_INTERNAL_ERROR, "engine: %s", message);
    }
}
