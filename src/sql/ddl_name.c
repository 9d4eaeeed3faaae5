#include "sql/ddl.h"

#include "func/internal.h"

enum { NAME_BYTES = 63 };

const char *ddl_quote(struct ddl *d, const char *name)
{
    struct buf buf = {0};
    buf_putc(&buf, '"');
    for (const char *at = name; *at; at++) {
        if (*at == '"')
            buf_putc(&buf, '"');
        buf_putc(&buf, *at);
    }
    buf_putc(&buf, '"');
    const char *quoted = arena_strndup(d->arena, buf.data, buf.len);
    buf_deinit(&buf);
    return quoted;
}

const struct catalog_schema *ddl_target_schema(struct ddl *d, const char *schema)
{
    const struct catalog_schema *found;
    bool is_temporary = schema && *schema ? strcmp(schema, "pg_temp") == 0 : catalog_creates_temporary(d->catalog);
    if (schema && *schema) {
        found = catalog_schema_by_name(d->catalog, schema);
        if (!found)
            diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", schema);
    } else {
        found = catalog_creation_schema(d->catalog);
        if (!found)
            diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "no schema has been selected to create in");
    }
    if (is_temporary || (found && oid_is_temporary(found->oid))) {
        diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "only relations, types and functions can be temporary yet");
        return NULL;
    }
    if (found && found->oid == OID_PG_CATALOG) {
        diag_set(d->diag, ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied to create in schema \"pg_catalog\"");
        diag_detail(d->diag, "System catalog modifications are currently disallowed.");
        return NULL;
    }
    return found;
}

const struct catalog_relation *ddl_find(struct ddl *d, const PgQuery__RangeVar *name, bool missing_ok)
{
    const char *schema = name->schemaname && *name->schemaname ? name->schemaname : NULL;
    const struct catalog_relation *relation = catalog_relation_by_name(d->catalog, schema, name->relname);
    if (relation || missing_ok)
        return relation;
    if (schema && !catalog_schema_by_name(d->catalog, schema))
        diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", schema);
    else if (schema)
        diag_set(d->diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s.%s\" does not exist", schema, name->relname);
    else
        diag_set(d->diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist", name->relname);
    return NULL;
}

static const struct catalog_relation *relation_in(struct ddl *d, oid_t schema, const char *name)
{
    const struct catalog_schema *found = catalog_schema_by_oid(d->catalog, schema);
    return found ? catalog_relation_by_name(d->catalog, found->name, name) : NULL;
}

bool ddl_name_is_taken(struct ddl *d, oid_t schema, const char *name)
{
    const struct catalog_schema *found = catalog_schema_by_oid(d->catalog, schema);
    return relation_in(d, schema, name) || (found && catalog_index_by_name(d->catalog, found->name, name));
}

static bool pending_has(const struct catalog_relation *pending, const char *name)
{
    for (int i = 0; pending && i < pending->nindexes; i++)
        if (pending->indexes[i].name && strcmp(pending->indexes[i].name, name) == 0)
            return true;
    for (int i = 0; pending && i < pending->nconstraints; i++)
        if (pending->constraints[i].name && strcmp(pending->constraints[i].name, name) == 0)
            return true;
    return pending && pending->name && strcmp(pending->name, name) == 0;
}

/* PostgreSQL shortens the longer of table and column name, byte by byte, until all fits. */
static const char *compose(struct ddl *d, const char *table, const char *column, const char *suffix)
{
    size_t a = strlen(table), b = column ? strlen(column) : 0, fixed = strlen(suffix) + 1 + (column ? 1 : 0);
    while (a + b + fixed > NAME_BYTES) {
        if (a > b)
            a--;
        else
            b--;
    }
    while (a > 0 && ((unsigned char) table[a] & 0xC0) == 0x80)
        a--;
    while (b > 0 && ((unsigned char) column[b] & 0xC0) == 0x80)
        b--;
    return column ? arena_printf(d->arena, "%.*s_%.*s_%s", (int) a, table, (int) b, column, suffix)
                  : arena_printf(d->arena, "%.*s_%s", (int) a, table, suffix);
}

const char *ddl_choose_name(struct ddl *d, oid_t schema, const char *table, const char *column, const char *suffix,
                            const struct catalog_relation *pending)
{
    for (int number = 0;; number++) {
        const char *numbered = number ? arena_printf(d->arena, "%s%d", suffix, number) : suffix;
        const char *name = compose(d, table, column, numbered);
        if (!ddl_name_is_taken(d, schema, name) && !pending_has(pending, name))
            return name;
    }
}

const char *ddl_storage_name(struct ddl *d, const struct catalog_schema *schema, const char *name)
{
    const char *plain =
        schema->oid == OID_PUBLIC ? arena_strdup(d->arena, name) : arena_printf(d->arena, "%s.%s", schema->name, name);
    /* SQLite's names fold case; some prefixes are kept, by itself or for temporary relations, which it would find first. */
    bool is_temporary = oid_is_temporary(schema->oid);
    bool is_kept = strncasecmp(plain, "sqlite_", 7) == 0 || strncasecmp(plain, "pgquill_", 8) == 0 ||
                   (!is_temporary && strncasecmp(plain, "pg_temp_", 8) == 0);
    const char *storage = is_kept ? arena_printf(d->arena, "user_%s", plain) : plain;
    for (int number = 1;; number++) {
        int64_t one;
        bool found;
        struct datum value = datum_cstr(storage);
        if (!ddl_int(d,
                     arena_printf(d->arena, "SELECT 1 FROM %s.sqlite_schema WHERE name = ?1 COLLATE NOCASE",
                                  is_temporary ? "temp" : "main"),
                     1, &value, &one, &found) ||
            !found)
            return storage;
        storage = arena_printf(d->arena, "%s~%d", plain, number);
    }
}

const char *ddl_list_name(size_t count, PgQuery__Node *const *names, const char **schema)
{
    *schema = count >= 2 ? names[count - 2]->string->sval : NULL;
    return names[count - 1]->string->sval;
}

const char *ddl_quote_if_needed(struct ddl *d, const char *name)
{
    struct buf text;
    buf_init(&text);
    func_put_identifier(&text, name);
    const char *quoted = arena_strndup(d->arena, text.data, text.len);
    buf_deinit(&text);
    return quoted;
}
