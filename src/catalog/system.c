#include "catalog/internal.h"

#include <stdio.h>
#include <stdlib.h>

/* System relations are alike in every database: their descriptions are made once, before main, and shared by all workers. */

const struct catalog_schema system_schemas[] = {
    {OID_PG_CATALOG, "pg_catalog", "system catalog schema"},
    {99, "pg_toast", "reserved schema for TOAST tables"},
    {OID_PUBLIC, "public", "standard public schema"},
    {OID_INFORMATION_SCHEMA, "information_schema", NULL},
};
const int system_schema_count = sizeof system_schemas / sizeof *system_schemas;

struct relation_line {
    oid_t oid;
    const char *schema, *name;
    char kind;
    oid_t row_type;
    int natts;
};

static const struct relation_line relation_lines[] = {
#define SYSTEM_RELATION(...) {__VA_ARGS__},
#include "catalog/system_relations.def"
#undef SYSTEM_RELATION
};

struct column_line {
    oid_t relation;
    const char *name;
    int16_t attnum;
    oid_t type;
    int32_t typmod;
    bool not_null;
    oid_t collation;
};

static const struct column_line column_lines[] = {
#define SYSTEM_COLUMN(...) {__VA_ARGS__},
#include "catalog/system_columns.def"
#undef SYSTEM_COLUMN
};

enum { RELATIONS = sizeof relation_lines / sizeof *relation_lines, COLUMNS = sizeof column_lines / sizeof *column_lines };

static struct catalog_relation relations[RELATIONS];
static struct catalog_column columns[COLUMNS];
static char storage_names[RELATIONS][96];
static uint16_t by_name[RELATIONS];

static int order_names(const void *a, const void *b)
{
    return strcmp(relations[*(const uint16_t *) a].name, relations[*(const uint16_t *) b].name);
}

__attribute__((constructor)) static void make_relations(void)
{
    int column = 0;
    for (int i = 0; i < RELATIONS; i++) {
        const struct relation_line *line = &relation_lines[i];
        snprintf(storage_names[i], sizeof storage_names[i], "%s.%s", line->schema, line->name);
        struct catalog_column *first = &columns[column];
        int count = 0;
        for (; column < COLUMNS && column_lines[column].relation == line->oid; column++, count++) {
            const struct column_line *from = &column_lines[column];
            columns[column] = (struct catalog_column){.name = from->name,
                                                      .storage = from->name,
                                                      .attnum = from->attnum,
                                                      .type = from->type,
                                                      .typmod = from->typmod,
                                                      .not_null = from->not_null,
                                                      .collation = from->collation};
        }
        const char *view = system_view_query(line->schema, line->name);
        relations[i] =
            (struct catalog_relation){.oid = line->oid,
                                      .name = line->name,
                                      .schema = strcmp(line->schema, "pg_catalog") == 0 ? OID_PG_CATALOG : OID_INFORMATION_SCHEMA,
                                      .kind = line->kind,
                                      .persistence = 'p',
                                      .storage = storage_names[i],
                                      .is_system = true,
                                      .natts = count,
                                      .columns = first,
                                      .view_query = view,
                                      .row_type = line->row_type};
        by_name[i] = (uint16_t) i;
    }
    qsort(by_name, RELATIONS, sizeof *by_name, order_names);
}

int system_relation_count(void)
{
    return RELATIONS;
}

const struct catalog_relation *system_relation_at(int index)
{
    return &relations[index];
}

const struct catalog_relation *system_relation_by_oid(oid_t oid)
{
    int low = 0, high = RELATIONS;
    while (low < high) {
        int middle = (low + high) / 2;
        if (relations[middle].oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < RELATIONS && relations[low].oid == oid ? &relations[low] : NULL;
}

const struct catalog_relation *system_relation_by_name(oid_t schema, const char *name)
{
    int low = 0, high = RELATIONS;
    while (low < high) {
        int middle = (low + high) / 2;
        if (strcmp(relations[by_name[middle]].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < RELATIONS && strcmp(relations[by_name[low]].name, name) == 0; low++)
        if (relations[by_name[low]].schema == schema)
            return &relations[by_name[low]];
    return NULL;
}
