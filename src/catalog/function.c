#include "catalog/hidden.h"
#include "catalog/internal.h"

/* User-defined functions: reading them, and looking them up. */

static const char *text(struct arena *arena, const struct datum *value)
{
    return value->kind == DATUM_TEXT ? arena_strndup(arena, value->len ? value->data : "", value->len) : NULL;
}

static char letter(const struct datum *value)
{
    return value->kind == DATUM_TEXT && value->len ? value->data[0] : 0;
}

static double number(const struct datum *value)
{
    return value->kind == DATUM_REAL ? value->r : value->kind == DATUM_INT ? (double) value->i : 0;
}

static void read_function(struct arena *arena, struct catalog_function *function, const struct datum *cols)
{
    *function = (struct catalog_function){.schema = (oid_t) cols[1].i,
                                          .language = text(arena, &cols[4]),
                                          .body = text(arena, &cols[17]),
                                          .standard = (int) cols[18].i,
                                          .returns_table = cols[19].i,
                                          .security_definer = cols[20].i,
                                          .leakproof = cols[21].i,
                                          .cost = number(&cols[22]),
                                          .rows = number(&cols[23]),
                                          .settings = text(arena, &cols[24]),
                                          .comment = text(arena, &cols[25])};
    struct proc_fact *fact = &function->fact;
    fact->oid = (oid_t) cols[0].i;
    fact->name = text(arena, &cols[2]);
    fact->kind = letter(&cols[3]);
    fact->language = 'u';
    fact->schema = function->schema;
    fact->args = text(arena, &cols[5]);
    fact->result = (oid_t) cols[6].i;
    fact->retset = cols[7].i;
    fact->names = text(arena, &cols[8]);
    fact->modes = text(arena, &cols[9]);
    fact->all_args = text(arena, &cols[10]);
    fact->ndefaults = (uint8_t) cols[11].i;
    fact->defaults = text(arena, &cols[12]);
    fact->variadic = (oid_t) cols[13].i;
    fact->strict = cols[14].i;
    fact->volatility = letter(&cols[15]);
    fact->parallel = letter(&cols[16]);
    for (const char *at = fact->args; *at; at++)
        fact->nargs += at == fact->args || at[-1] == ' ';
    fact->source = fact->retset              ? "pgquill_routine_rows"
                   : fact->volatility == 'i' ? "pgquill_routine"
                                             : "pgquill_routine_volatile";
}

void functions_load(struct snapshot *snapshot, int count, int ncols, const struct datum *rows)
{
    snapshot->functions = arena_array(&snapshot->arena, struct catalog_function, count);
    for (int i = 0; i < count; i++)
        read_function(&snapshot->arena, &snapshot->functions[snapshot->nfunctions++], rows + i * ncols);
}

const struct catalog_function *catalog_function_at(const struct catalog *catalog, int index)
{
    const struct snapshot *snapshot = catalog->snapshot;
    return snapshot && index < snapshot->nfunctions ? &snapshot->functions[index] : NULL;
}

const struct catalog_function *catalog_function_by_oid(const struct catalog *catalog, oid_t oid)
{
    const struct snapshot *snapshot = catalog->snapshot;
    int low = 0, high = snapshot ? snapshot->nfunctions : 0;
    while (low < high) {
        int middle = (low + high) / 2;
        if (snapshot->functions[middle].fact.oid == oid)
            return &snapshot->functions[middle];
        if (snapshot->functions[middle].fact.oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const struct catalog_function *in_schema(const struct catalog *catalog, oid_t schema, const char *name, int *index)
{
    const struct catalog_function *function;
    for (int i = 0; (function = catalog_function_at(catalog, i)); i++)
        if (function->schema == schema && strcmp(function->fact.name, name) == 0 && (*index)-- == 0)
            return function;
    return NULL;
}

const struct catalog_function *catalog_function_named(const struct catalog *catalog, const char *schema, const char *name,
                                                      int index)
{
    if (!catalog->snapshot || catalog->snapshot->nfunctions == 0)
        return NULL;
    for (int i = 0; i < (schema ? 1 : catalog->path_count); i++) {
        const struct catalog_schema *at = catalog_schema_by_name(catalog, schema ? schema : catalog->path[i]);
        const struct catalog_function *function = at ? in_schema(catalog, at->oid, name, &index) : NULL;
        if (function)
            return function;
    }
    return NULL;
}
