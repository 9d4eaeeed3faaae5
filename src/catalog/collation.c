#include "catalog/internal.h"

#include <stdio.h>
#include <stdlib.h>

/* Collations: PostgreSQL's own, and those that CREATE COLLATION made. */

static const struct builtin {
    oid_t oid;
    char name[26];
    char provider;
    int8_t encoding;
} builtins[] = {
#define COLLATION(...) {__VA_ARGS__},
#include "catalog/collations.def"
#undef COLLATION
};

enum { BUILTINS = sizeof builtins / sizeof *builtins };

static struct catalog_collation describe(const struct builtin *row)
{
    struct catalog_collation collation = {.oid = row->oid,
                                          .schema = OID_PG_CATALOG,
                                          .provider = row->provider,
                                          .is_deterministic = true,
                                          .encoding = row->encoding,
                                          .is_builtin = true};
    strcpy(collation.name, row->name);
    if (row->provider == 'i') /* "de-x-icu" is locale "de" */
        snprintf(collation.locale, sizeof collation.locale, "%.*s", (int) (strlen(row->name) - strlen("-x-icu")), row->name);
    else if (row->provider == 'c')
        snprintf(collation.locale, sizeof collation.locale, "%s", strcmp(row->name, "ucs_basic") == 0 ? "C" : row->name);
    strcpy(collation.ctype, row->provider == 'c' ? collation.locale : "");
    return collation;
}

static bool own_collation(const struct catalog *catalog, oid_t oid, oid_t schema, const char *name, struct catalog_collation *out)
{
    for (int i = 0; i < catalog->snapshot->ncollations; i++) {
        const struct catalog_collation *row = &catalog->snapshot->collations[i];
        if (oid ? row->oid != oid : row->schema != schema || !name || strcmp(row->name, name) != 0)
            continue;
        *out = *row;
        return true;
    }
    return false;
}

bool catalog_collation_by_oid(const struct catalog *catalog, oid_t oid, struct catalog_collation *out)
{
    int low = 0, high = BUILTINS;
    while (low < high) {
        int middle = (low + high) / 2;
        if (builtins[middle].oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < BUILTINS && builtins[low].oid == oid)
        return *out = describe(&builtins[low]), true;
    return oid && own_collation(catalog, oid, 0, NULL, out);
}

static bool builtin_named(const char *name, struct catalog_collation *out)
{
    for (int i = 0; i < BUILTINS; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return *out = describe(&builtins[i]), true;
    return false;
}

static bool in_schema(const struct catalog *catalog, oid_t schema, const char *name, struct catalog_collation *out)
{
    return (schema == OID_PG_CATALOG && builtin_named(name, out)) || own_collation(catalog, 0, schema, name, out);
}

bool catalog_collation_by_name(const struct catalog *catalog, const char *schema, const char *name, struct catalog_collation *out)
{
    if (schema) {
        const struct catalog_schema *found = catalog_schema_by_name(catalog, schema);
        return found && in_schema(catalog, found->oid, name, out);
    }
    bool named = false;
    for (int i = 0; i < catalog->path_count; i++)
        named |= strcmp(catalog->path[i], "pg_catalog") == 0;
    if (!named && in_schema(catalog, OID_PG_CATALOG, name, out))
        return true;
    for (int i = 0; i < catalog->path_count; i++) {
        const struct catalog_schema *found = catalog_schema_by_name(catalog, catalog->path[i]);
        if (found && in_schema(catalog, found->oid, name, out))
            return true;
    }
    return false;
}

bool catalog_collation_at(const struct catalog *catalog, int index, struct catalog_collation *out)
{
    if (index < BUILTINS)
        return *out = describe(&builtins[index]), true;
    index -= BUILTINS;
    if (index >= catalog->snapshot->ncollations)
        return false;
    *out = catalog->snapshot->collations[index];
    return true;
}

bool catalog_collation_is_visible(const struct catalog *catalog, oid_t oid)
{
    struct catalog_collation collation, found;
    return catalog_collation_by_oid(catalog, oid, &collation) &&
           catalog_collation_by_name(catalog, NULL, collation.name, &found) && found.oid == oid;
}

bool catalog_collation_storage(const struct catalog *catalog, oid_t oid, char *name, size_t size)
{
    struct catalog_collation collation;
    if (oid <= POSIX_COLLATION_OID || !catalog_collation_by_oid(catalog, oid, &collation) || collation.provider != 'i')
        return false;
    if (collation.is_builtin)
        snprintf(name, size, "%s", collation.name);
    else
        snprintf(name, size, "collation:%u", oid);
    return true;
}

bool catalog_collation_by_storage(const struct catalog *catalog, const char *name, struct catalog_collation *out)
{
    if (strncmp(name, "collation:", 10) == 0)
        return catalog && catalog_collation_by_oid(catalog, (oid_t) strtoul(name + 10, NULL, 10), out) && out->provider == 'i';
    size_t len = strlen(name);
    return len > 6 && strcmp(name + len - 6, "-x-icu") == 0 && builtin_named(name, out);
}
