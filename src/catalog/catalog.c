#include "catalog/internal.h"

#include <stdlib.h>

struct catalog *catalog_new(void)
{
    struct catalog *catalog = xcalloc(1, sizeof *catalog);
    catalog->snapshot = xcalloc(1, sizeof *catalog->snapshot);
    catalog->path = xcalloc(1, sizeof *catalog->path);
    catalog->path[0] = xstrdup("public");
    catalog->path_count = 1;
    catalog_init_resolver(catalog);
    return catalog;
}

static void free_path(struct catalog *catalog)
{
    for (int i = 0; i < catalog->path_count; i++)
        free(catalog->path[i]);
    free(catalog->path);
}

void catalog_free(struct catalog *catalog)
{
    if (!catalog)
        return;
    snapshot_free(catalog->snapshot);
    free_path(catalog);
    free(catalog);
}

/* Behind the oids of the labels that CREATE TYPE made, which follow the enum's own two, one is left out: a label that was added has none of them. */
static bool was_added(const struct type_desc *type, oid_t label)
{
    for (oid_t oid = label; oid > type->oid + 1; oid--) {
        bool found = false;
        for (int i = 0; i < type->label_count && !found; i++)
            found = type->labels[i].oid == oid;
        if (!found)
            return true;
    }
    return false;
}

/* Which labels were added in the running transaction? Oids grow, so the first one that it was given tells. */
static void mark_labels(struct catalog *catalog)
{
    for (int i = 0; i < catalog->snapshot->ntypes; i++) {
        const struct type_desc *type = catalog->snapshot->types[i];
        oid_t first = oid_is_temporary(type->oid) ? catalog->first_new_temporary : catalog->first_new;
        for (int k = 0; k < type->label_count; k++)
            ((struct type_label *) &type->labels[k])->is_unsafe =
                first && type->labels[k].oid >= first && was_added(type, type->labels[k].oid);
    }
}

bool catalog_load(struct catalog *catalog, const struct catalog_source *source, struct diag *diag)
{
    struct snapshot *snapshot = snapshot_load(source, diag);
    if (!snapshot)
        return false;
    snapshot_free(catalog->snapshot);
    catalog->snapshot = snapshot;
    catalog->generation++;
    mark_labels(catalog);
    return true;
}

void catalog_note_new_oids(struct catalog *catalog, oid_t first)
{
    oid_t *noted = oid_is_temporary(first) ? &catalog->first_new_temporary : &catalog->first_new;
    if (!*noted)
        *noted = first;
}

void catalog_end_transaction(struct catalog *catalog)
{
    if (!catalog->first_new && !catalog->first_new_temporary)
        return;
    catalog->first_new = catalog->first_new_temporary = 0;
    mark_labels(catalog);
}

uint64_t catalog_generation(const struct catalog *catalog)
{
    return catalog->generation;
}

const struct catalog_schema *catalog_schema_at(const struct catalog *catalog, int index)
{
    if (index < system_schema_count)
        return &system_schemas[index];
    index -= system_schema_count;
    return index < catalog->snapshot->nschemas ? &catalog->snapshot->schemas[index] : NULL;
}

const struct catalog_schema *catalog_schema_by_name(const struct catalog *catalog, const char *name)
{
    const struct catalog_schema *schema;
    for (int i = 0; (schema = catalog_schema_at(catalog, i)); i++)
        if (strcmp(schema->name, name) == 0)
            return schema;
    return strcmp(name, "pg_temp") == 0 ? catalog->snapshot->temporary : NULL;
}

const struct catalog_schema *catalog_temporary_schema(const struct catalog *catalog)
{
    return catalog->snapshot->temporary;
}

const struct catalog_schema *catalog_schema_by_oid(const struct catalog *catalog, oid_t oid)
{
    const struct catalog_schema *schema;
    for (int i = 0; (schema = catalog_schema_at(catalog, i)); i++)
        if (schema->oid == oid)
            return schema;
    return NULL;
}

const struct catalog_relation *catalog_relation_at(const struct catalog *catalog, int index)
{
    /* The file's own first: most who walk look for those. */
    if (index < catalog->snapshot->nrelations)
        return catalog->snapshot->relations[index];
    index -= catalog->snapshot->nrelations;
    return index < system_relation_count() ? system_relation_at(index) : NULL;
}

const struct catalog_relation *catalog_relation_by_oid(const struct catalog *catalog, oid_t oid)
{
    const struct snapshot *snapshot = catalog->snapshot;
    int low = 0, high = snapshot->nrelations;
    while (low < high) {
        int middle = (low + high) / 2;
        if (snapshot->by_oid[middle]->oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < snapshot->nrelations && snapshot->by_oid[low]->oid == oid)
        return snapshot->by_oid[low];
    return system_relation_by_oid(oid);
}

static const struct catalog_relation *relation_in_schema(const struct catalog *catalog, oid_t schema, const char *name)
{
    const struct snapshot *snapshot = catalog->snapshot;
    int low = 0, high = snapshot->nrelations;
    while (low < high) {
        int middle = (low + high) / 2;
        if (strcmp(snapshot->by_name[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < snapshot->nrelations && strcmp(snapshot->by_name[low]->name, name) == 0; low++)
        if (snapshot->by_name[low]->schema == schema)
            return snapshot->by_name[low];
    return schema == OID_PG_CATALOG || schema == OID_INFORMATION_SCHEMA ? system_relation_by_name(schema, name) : NULL;
}

/* Walk the search path as PostgreSQL does: what is temporary first, then pg_catalog, unless the path names them. */
typedef const void *look_in_schema(const struct catalog *catalog, oid_t schema, const char *name);

static const void *look_along_path(const struct catalog *catalog, const char *name, look_in_schema *look)
{
    const struct catalog_schema *temporary = catalog->snapshot->temporary;
    bool named = false;
    for (int i = 0; i < catalog->path_count; i++) {
        named |= strcmp(catalog->path[i], "pg_catalog") == 0;
        if (temporary && (strcmp(catalog->path[i], "pg_temp") == 0 || strcmp(catalog->path[i], temporary->name) == 0))
            temporary = NULL;
    }
    const void *found = temporary && !catalog->temporary_last ? look(catalog, temporary->oid, name) : NULL;
    if (!found && !named)
        found = look(catalog, OID_PG_CATALOG, name);
    for (int i = 0; i < catalog->path_count && !found; i++) {
        const struct catalog_schema *schema = catalog_schema_by_name(catalog, catalog->path[i]);
        if (schema)
            found = look(catalog, schema->oid, name);
    }
    return !found && temporary && catalog->temporary_last ? look(catalog, temporary->oid, name) : found;
}

static const void *look_for_relation(const struct catalog *catalog, oid_t schema, const char *name)
{
    return relation_in_schema(catalog, schema, name);
}

const struct catalog_relation *catalog_relation_by_name(const struct catalog *catalog, const char *schema, const char *name)
{
    if (!schema)
        return look_along_path(catalog, name, look_for_relation);
    const struct catalog_schema *found = catalog_schema_by_name(catalog, schema);
    return found ? relation_in_schema(catalog, found->oid, name) : NULL;
}

static const void *look_for_index(const struct catalog *catalog, oid_t schema, const char *name)
{
    for (int i = 0; i < catalog->snapshot->nrelations; i++) {
        const struct catalog_relation *relation = catalog->snapshot->relations[i];
        for (int k = 0; relation->schema == schema && k < relation->nindexes; k++)
            if (strcmp(relation->indexes[k].name, name) == 0)
                return &relation->indexes[k];
    }
    return NULL;
}

const struct catalog_index *catalog_index_by_name(const struct catalog *catalog, const char *schema, const char *name)
{
    if (!schema)
        return look_along_path(catalog, name, look_for_index);
    const struct catalog_schema *found = catalog_schema_by_name(catalog, schema);
    return found ? look_for_index(catalog, found->oid, name) : NULL;
}

const struct catalog_index *catalog_index_by_oid(const struct catalog *catalog, oid_t oid)
{
    for (int i = 0; i < catalog->snapshot->nrelations; i++) {
        const struct catalog_relation *relation = catalog->snapshot->relations[i];
        for (int k = 0; k < relation->nindexes; k++)
            if (relation->indexes[k].oid == oid)
                return &relation->indexes[k];
    }
    return NULL;
}

const struct type_desc *catalog_user_type_at(const struct catalog *catalog, int index)
{
    return index < catalog->snapshot->ntypes ? catalog->snapshot->types[index] : NULL;
}

const struct type_desc *catalog_type_by_oid(const struct catalog *catalog, oid_t oid)
{
    const struct type_desc *builtin = type_builtin(oid);
    if (builtin)
        return builtin;
    int low = 0, high = catalog->snapshot->ntypes;
    while (low < high) {
        int middle = (low + high) / 2;
        if (catalog->snapshot->types[middle]->oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < catalog->snapshot->ntypes && catalog->snapshot->types[low]->oid == oid ? catalog->snapshot->types[low] : NULL;
}

static const void *look_for_type(const struct catalog *catalog, oid_t schema, const char *name)
{
    if (schema == OID_PG_CATALOG)
        return type_builtin_by_name(name);
    for (int i = 0; i < catalog->snapshot->ntypes; i++)
        if (catalog->snapshot->types[i]->schema == schema && strcmp(catalog->snapshot->types[i]->name, name) == 0)
            return catalog->snapshot->types[i];
    return NULL;
}

const struct type_desc *catalog_type_by_name(const struct catalog *catalog, const char *schema, const char *name)
{
    if (!schema)
        return look_along_path(catalog, name, look_for_type);
    const struct catalog_schema *found = catalog_schema_by_name(catalog, schema);
    return found ? look_for_type(catalog, found->oid, name) : NULL;
}

const struct catalog_column *catalog_column_by_name(const struct catalog_relation *relation, const char *name)
{
    for (int i = 0; i < relation->natts; i++)
        if (!relation->columns[i].dropped && strcmp(relation->columns[i].name, name) == 0)
            return &relation->columns[i];
    return NULL;
}

void catalog_set_database(struct catalog *catalog, const char *name)
{
    catalog->database = name;
}

const char *catalog_database(const struct catalog *catalog)
{
    return catalog->database ? catalog->database : "";
}

/* "name(…)" with nothing behind: the length of the name; 0 for anything else. */
static size_t called_name(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (!len || text[len] != '(')
        return 0;
    int depth = 0;
    char quote = 0;
    for (const char *at = text + len; *at; at++) {
        if (quote) {
            quote = *at == quote ? 0 : quote;
        } else if (*at == '\'' || *at == '"') {
            quote = *at;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')' && --depth == 0) {
            return at[1] ? 0 : len;
        }
    }
    return 0;
}

const char *catalog_index_key_name(struct arena *arena, const struct catalog_relation *relation,
                                   const struct catalog_index *index, int k)
{
    if (index->attnums[k])
        return catalog_column_by_attnum(relation, index->attnums[k])->name;
    const char *text = index->exprs ? index->exprs[k] : NULL;
    size_t len = text ? called_name(text) : 0;
    return len ? arena_strndup(arena, text, len) : "expr";
}

const struct catalog_column *catalog_column_by_attnum(const struct catalog_relation *relation, int16_t attnum)
{
    for (int i = 0; i < relation->natts; i++)
        if (relation->columns[i].attnum == attnum)
            return &relation->columns[i];
    return NULL;
}

bool catalog_relation_is_visible(const struct catalog *catalog, const struct catalog_relation *relation)
{
    const struct catalog_relation *found = look_along_path(catalog, relation->name, look_for_relation);
    return found && found->oid == relation->oid;
}

bool catalog_type_is_visible(const struct catalog *catalog, oid_t type)
{
    const struct type_desc *desc = catalog_type_by_oid(catalog, type);
    const struct type_desc *found = desc ? look_along_path(catalog, desc->name, look_for_type) : NULL;
    return found && found->oid == type;
}

void catalog_set_search_path(struct catalog *catalog, int count, const char *const *schemas)
{
    free_path(catalog);
    catalog->path = xcalloc((size_t) count + 1, sizeof *catalog->path);
    for (int i = 0; i < count; i++)
        catalog->path[i] = xstrdup(schemas[i]);
    catalog->path_count = count;
}

const struct catalog_schema *catalog_creation_schema(const struct catalog *catalog)
{
    for (int i = 0; i < catalog->path_count; i++) {
        const struct catalog_schema *schema = catalog_schema_by_name(catalog, catalog->path[i]);
        if (schema)
            return schema;
    }
    return NULL;
}

bool catalog_find_temporary_last(struct catalog *catalog, bool last)
{
    bool before = catalog->temporary_last;
    catalog->temporary_last = last;
    return before;
}

bool catalog_creates_temporary(const struct catalog *catalog)
{
    for (int i = 0; i < catalog->path_count; i++) {
        const struct catalog_schema *schema = catalog_schema_by_name(catalog, catalog->path[i]);
        if (schema || strcmp(catalog->path[i], "pg_temp") == 0)
            return !schema || oid_is_temporary(schema->oid);
    }
    return false;
}

void catalog_set_checker(struct catalog *catalog,
                         bool (*check)(void *checker, const struct type_desc *domain, const struct datum *value,
                                       struct diag *diag),
                         void *checker)
{
    catalog->resolver.check_domain = check;
    catalog->resolver.checker = checker;
}

void catalog_set_type_reader(struct catalog *catalog,
                             bool (*read)(void *checker, const char *text, size_t len, oid_t *type, struct diag *diag))
{
    catalog->read_type = read;
}

void catalog_set_regex_checker(struct catalog *catalog,
                               bool (*check)(const char *pattern, size_t len, unsigned flags, struct diag *diag))
{
    catalog->resolver.check_regex = check;
}

const struct type_resolver *catalog_type_resolver(const struct catalog *catalog)
{
    return &catalog->resolver;
}
