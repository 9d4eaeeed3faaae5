#include "catalog/extension.h"
#include "catalog/internal.h"

#include <stdlib.h>

/* Functions, operators and casts of one database, those of its extensions, beside the built-in ones. */

static int order_oids(oid_t a, oid_t b)
{
    return (a > b) - (a < b);
}

static int order_names(const char *a, oid_t a_oid, const char *b, oid_t b_oid)
{
    int order = strcmp(a, b);
    return order ? order : order_oids(a_oid, b_oid);
}

static int procs_by_name(const void *a, const void *b)
{
    const struct proc_fact *left = a, *right = b;
    return order_names(left->name, left->oid, right->name, right->oid);
}

static int procs_by_oid(const void *a, const void *b)
{
    return order_oids((*(const struct proc_fact *const *) a)->oid, (*(const struct proc_fact *const *) b)->oid);
}

static int operators_by_name(const void *a, const void *b)
{
    const struct operator_fact *left = a, *right = b;
    return order_names(left->name, left->oid, right->name, right->oid);
}

void own_facts_sort(struct own_facts *own, struct arena *arena)
{
    if (own->nprocs)
        qsort(own->procs, (size_t) own->nprocs, sizeof *own->procs, procs_by_name);
    if (own->noperators)
        qsort(own->operators, (size_t) own->noperators, sizeof *own->operators, operators_by_name);
    own->procs_by_oid = arena_array(arena, const struct proc_fact *, own->nprocs);
    for (int i = 0; i < own->nprocs; i++)
        own->procs_by_oid[i] = &own->procs[i];
    if (own->nprocs)
        qsort(own->procs_by_oid, (size_t) own->nprocs, sizeof(void *), procs_by_oid);
}

const struct proc_fact *catalog_proc_by_oid(const struct catalog *catalog, oid_t oid)
{
    if (oid < OID_FIRST_USER)
        return proc_fact_by_oid(oid);
    const struct own_facts *own = &catalog->snapshot->own;
    int low = 0, high = own->nprocs;
    while (low < high) {
        int middle = (low + high) / 2;
        if (own->procs_by_oid[middle]->oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < own->nprocs && own->procs_by_oid[low]->oid == oid ? own->procs_by_oid[low] : NULL;
}

static int first_proc(const struct own_facts *own, const char *name)
{
    int low = 0, high = own->nprocs;
    while (low < high) {
        int middle = (low + high) / 2;
        if (strcmp(own->procs[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int first_operator(const struct own_facts *own, const char *name)
{
    int low = 0, high = own->noperators;
    while (low < high) {
        int middle = (low + high) / 2;
        if (strcmp(own->operators[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where a schema stands on the search path, pg_catalog before all unless it is named; negative: nowhere. */
static int path_place(const struct catalog *catalog, oid_t schema)
{
    bool named = false;
    /* What is temporary is called by its full name only. */
    if (oid_is_temporary(schema))
        return -1;
    for (int i = 0; i < catalog->path_count; i++) {
        const struct catalog_schema *found = catalog_schema_by_name(catalog, catalog->path[i]);
        if (found && found->oid == schema)
            return i + 1;
        named |= found && found->oid == OID_PG_CATALOG;
    }
    return schema == OID_PG_CATALOG && !named ? 0 : -1;
}

/* May a member of `schema` be found by a name qualified with `wanted` (0: none)? */
static bool in_reach(const struct catalog *catalog, oid_t wanted, oid_t schema)
{
    return wanted ? wanted == schema : path_place(catalog, schema) >= 0;
}

/* False: there is no such schema, so that nothing can be found in it. */
static bool wanted_schema(const struct catalog *catalog, const char *name, oid_t *oid)
{
    const struct catalog_schema *schema = name ? catalog_schema_by_name(catalog, name) : NULL;
    *oid = schema ? schema->oid : 0;
    return schema || !name;
}

static oid_t home(oid_t schema)
{
    return schema ? schema : OID_PG_CATALOG;
}

int catalog_procs_by_name(const struct catalog *catalog, const char *schema, const char *name, struct arena *arena,
                          const struct proc_fact *const **procs)
{
    const struct own_facts *own = &catalog->snapshot->own;
    int nbuiltin = 0, first = first_proc(own, name), last = first, count = 0;
    const struct proc_fact *builtin = proc_facts_by_name(name, &nbuiltin);
    while (last < own->nprocs && strcmp(own->procs[last].name, name) == 0)
        last++;
    oid_t wanted;
    if (nbuiltin + last - first == 0 || !wanted_schema(catalog, schema, &wanted))
        return 0;
    const struct proc_fact **found = arena_array(arena, const struct proc_fact *, nbuiltin + last - first);
    for (int i = 0; i < nbuiltin && in_reach(catalog, wanted, OID_PG_CATALOG); i++)
        found[count++] = &builtin[i];
    for (int i = first; i < last; i++) {
        const struct proc_fact *proc = &own->procs[i];
        if (!in_reach(catalog, wanted, home(proc->schema)))
            continue;
        /* Of functions with the same arguments, the one whose schema comes first is found. */
        int k = 0;
        while (k < count && (found[k]->nargs != proc->nargs || strcmp(found[k]->args, proc->args) != 0))
            k++;
        if (k == count)
            found[count++] = proc;
        else if (path_place(catalog, home(proc->schema)) < path_place(catalog, home(found[k]->schema)))
            found[k] = proc;
    }
    *procs = found;
    return count;
}

bool catalog_has_proc(const struct catalog *catalog, const char *name)
{
    const struct own_facts *own = &catalog->snapshot->own;
    int count = 0, first = first_proc(own, name);
    return proc_facts_by_name(name, &count) || (first < own->nprocs && strcmp(own->procs[first].name, name) == 0);
}

const struct operator_fact *catalog_operator_by_oid(const struct catalog *catalog, oid_t oid)
{
    if (oid < OID_FIRST_USER)
        return operator_fact_by_oid(oid);
    const struct own_facts *own = &catalog->snapshot->own;
    for (int i = 0; i < own->noperators; i++)
        if (own->operators[i].oid == oid)
            return &own->operators[i];
    return NULL;
}

int catalog_operators_by_name(const struct catalog *catalog, const char *schema, const char *name, struct arena *arena,
                              const struct operator_fact *const **operators)
{
    const struct own_facts *own = &catalog->snapshot->own;
    int nbuiltin = 0, first = first_operator(own, name), last = first, count = 0;
    const struct operator_fact *builtin = operator_facts_by_name(name, &nbuiltin);
    while (last < own->noperators && strcmp(own->operators[last].name, name) == 0)
        last++;
    oid_t wanted;
    if (nbuiltin + last - first == 0 || !wanted_schema(catalog, schema, &wanted))
        return 0;
    const struct operator_fact **found = arena_array(arena, const struct operator_fact *, nbuiltin + last - first);
    for (int i = 0; i < nbuiltin && in_reach(catalog, wanted, OID_PG_CATALOG); i++)
        found[count++] = &builtin[i];
    for (int i = first; i < last; i++) {
        const struct operator_fact *op = &own->operators[i];
        if (!in_reach(catalog, wanted, home(op->schema)))
            continue;
        int k = 0;
        while (k < count && (found[k]->kind != op->kind || found[k]->left != op->left || found[k]->right != op->right))
            k++;
        if (k == count)
            found[count++] = op;
        else if (path_place(catalog, home(op->schema)) < path_place(catalog, home(found[k]->schema)))
            found[k] = op;
    }
    *operators = found;
    return count;
}

const struct cast_fact *catalog_cast_find(const struct catalog *catalog, oid_t source, oid_t target)
{
    const struct own_facts *own = &catalog->snapshot->own;
    for (int i = 0; i < own->ncasts; i++)
        if (own->casts[i].source == source && own->casts[i].target == target)
            return &own->casts[i];
    return cast_fact_find(source, target);
}

const struct aggregate_fact *catalog_aggregate_by_proc(const struct catalog *catalog, oid_t proc)
{
    const struct own_facts *own = &catalog->snapshot->own;
    for (int i = 0; i < own->naggregates; i++)
        if (own->aggregates[i].proc == proc)
            return &own->aggregates[i];
    return aggregate_fact_by_proc(proc);
}

bool catalog_proc_is_visible(const struct catalog *catalog, const struct proc_fact *proc)
{
    struct arena arena;
    arena_init(&arena);
    const struct proc_fact *const *found = NULL;
    bool visible = false;
    for (int i = 0, count = catalog_procs_by_name(catalog, NULL, proc->name, &arena, &found); i < count && !visible; i++)
        visible = found[i] == proc;
    arena_deinit(&arena);
    return visible;
}

bool catalog_operator_is_visible(const struct catalog *catalog, const struct operator_fact *op)
{
    struct arena arena;
    arena_init(&arena);
    const struct operator_fact *const *found = NULL;
    bool visible = false;
    for (int i = 0, count = catalog_operators_by_name(catalog, NULL, op->name, &arena, &found); i < count && !visible; i++)
        visible = found[i] == op;
    arena_deinit(&arena);
    return visible;
}

const struct proc_fact *catalog_own_proc_at(const struct catalog *catalog, int index)
{
    return index < catalog->snapshot->own.nprocs ? catalog->snapshot->own.procs_by_oid[index] : NULL;
}

const struct operator_fact *catalog_own_operator_at(const struct catalog *catalog, int index)
{
    return index < catalog->snapshot->own.noperators ? &catalog->snapshot->own.operators[index] : NULL;
}

const struct cast_fact *catalog_own_cast_at(const struct catalog *catalog, int index)
{
    return index < catalog->snapshot->own.ncasts ? &catalog->snapshot->own.casts[index] : NULL;
}

const struct aggregate_fact *catalog_own_aggregate_at(const struct catalog *catalog, int index)
{
    return index < catalog->snapshot->own.naggregates ? &catalog->snapshot->own.aggregates[index] : NULL;
}

const struct catalog_extension *catalog_extension_at(const struct catalog *catalog, int index)
{
    return index < catalog->snapshot->nextensions ? &catalog->snapshot->extensions[index] : NULL;
}

const struct catalog_extension *catalog_extension_by_name(const struct catalog *catalog, const char *name)
{
    const struct catalog_extension *extension;
    for (int i = 0; (extension = catalog_extension_at(catalog, i)); i++)
        if (strcmp(extension->name, name) == 0)
            return extension;
    return NULL;
}

const struct catalog_extension *catalog_extension_of(const struct catalog *catalog, oid_t oid)
{
    const struct catalog_extension *extension;
    for (int i = 0; (extension = catalog_extension_at(catalog, i)); i++)
        if (extension->fact && oid >= extension->first && oid < extension->first + (oid_t) extension->fact->noids)
            return extension;
    return NULL;
}
