#include "sql/ddl.h"

/* CREATE TYPE … AS RANGE: the range, its multirange, and their arrays. The constructors and the cast between the two have the oids behind those
 * of the types: catalog/load.c makes them from the books. */

struct range_options {
    const PgQuery__DefElem *subtype, *opclass, *collation, *canonical, *diff, *multirange;
};

static bool collect(struct ddl *d, const PgQuery__CreateRangeStmt *stmt, struct range_options *options)
{
    struct {
        const char *name;
        const PgQuery__DefElem **place;
    } places[] = {{"subtype", &options->subtype},     {"subtype_opclass", &options->opclass},
                  {"collation", &options->collation}, {"canonical", &options->canonical},
                  {"subtype_diff", &options->diff},   {"multirange_type_name", &options->multirange}};
    *options = (struct range_options){0};
    for (size_t i = 0; i < stmt->n_params; i++) {
        const PgQuery__DefElem *param = stmt->params[i]->def_elem;
        size_t k = 0, count = sizeof places / sizeof *places;
        while (k < count && strcmp(param->defname, places[k].name) != 0)
            k++;
        if (k == count)
            return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "type attribute \"%s\" not recognized", param->defname);
        if (*places[k].place) {
            diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "conflicting or redundant options");
            return compiler_position(d->compiler, d->diag, param->location);
        }
        *places[k].place = param;
    }
    return options->subtype || diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "type attribute \"subtype\" is required");
}

/* A name as the value of an option: the parser takes it for a type's. */
static size_t option_names(const PgQuery__DefElem *option, PgQuery__Node *const **names)
{
    if (option->arg->node_case == PG_QUERY__NODE__NODE_LIST) {
        *names = option->arg->list->items;
        return option->arg->list->n_items;
    }
    *names = option->arg->type_name->names;
    return option->arg->type_name->n_names;
}

static bool take_collation(struct ddl *d, const struct range_options *options, const struct type_desc *subtype, oid_t *collation)
{
    *collation = subtype->collation;
    if (!options->collation)
        return true;
    if (!subtype->collation)
        return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "range collation specified but subtype does not support collation");
    PgQuery__Node *const *names;
    size_t count = option_names(options->collation, &names);
    return analyse_collation_name(d->compiler, count, (PgQuery__Node **) names, -1, collation, d->diag);
}

static bool check_difference(struct ddl *d, const struct range_options *options, const struct type_desc *subtype)
{
    if (!options->diff)
        return true;
    PgQuery__Node *const *names;
    size_t count = option_names(options->diff, &names);
    const char *schema, *name = ddl_list_name(count, names, &schema);
    const struct proc_fact *const *procs;
    int found = catalog_procs_by_name(d->catalog, schema, name, d->arena, &procs);
    oid_t types[PROC_ARGS_MAX];
    for (int i = 0; i < found; i++) {
        if (proc_fact_args(procs[i], types) != 2 || types[0] != subtype->oid || types[1] != subtype->oid)
            continue;
        return procs[i]->result == FLOAT8_OID || diag_set(d->diag, ERRCODE_INVALID_OBJECT_DEFINITION,
                                                          "range subtype diff function %s must return type double precision",
                                                          ddl_function_signature(d, name, 2, types));
    }
    oid_t wanted[] = {subtype->oid, subtype->oid};
    return diag_set(d->diag, ERRCODE_UNDEFINED_FUNCTION, "function %s does not exist",
                    ddl_function_signature(d, name, 2, wanted));
}

/* floatrange: floatmultirange; other: other_multirange. */
static const char *multirange_name(struct ddl *d, const char *name)
{
    const char *at = strstr(name, "range");
    return at ? arena_printf(d->arena, "%.*smulti%s", (int) (at - name), name, at)
              : arena_printf(d->arena, "%s_multirange", name);
}

static bool choose_multirange(struct ddl *d, const struct range_options *options, const struct catalog_schema *home,
                              const char *range, const struct catalog_schema **schema, const char **name)
{
    PgQuery__Node *const *names;
    *schema = home;
    if (options->multirange) {
        size_t count = option_names(options->multirange, &names);
        return ddl_new_type_name(d, count, names, schema, name);
    }
    *name = multirange_name(d, range);
    if (!catalog_type_by_name(d->catalog, home->name, *name))
        return true;
    diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "type \"%s\" already exists", *name);
    diag_detail(d->diag, "Failed while creating a multirange type for type \"%s\".", range);
    return diag_hint(d->diag, "You can manually specify a multirange type name using the \"multirange_type_name\" attribute.");
}

static bool store(struct ddl *d, oid_t oid, oid_t schema, const char *name, char kind, oid_t array, oid_t collation,
                  oid_t subtype, oid_t partner)
{
    struct datum row[] = {datum_int(oid),   datum_int(schema),    datum_cstr(name),   datum_cstr(kind == 'r' ? "r" : "m"),
                          datum_int(array), datum_int(collation), datum_int(subtype), datum_int(partner)};
    return ddl_bind(d,
                    "INSERT INTO pgquill_type (oid, schema, name, typtype, array, typmod, collation, subtype, range) "
                    "VALUES (?1, ?2, ?3, ?4, ?5, -1, ?6, ?7, ?8)",
                    8, row);
}

bool ddl_create_range(struct ddl *d, const PgQuery__CreateRangeStmt *stmt)
{
    const struct catalog_schema *schema, *other_schema;
    const char *name, *other;
    struct range_options options;
    oid_t subtype_oid, collation;
    int32_t typmod;
    if (!ddl_new_type_name(d, stmt->n_type_name, stmt->type_name, &schema, &name) || !collect(d, stmt, &options) ||
        !analyse_type_name(d->compiler, options.subtype->arg->type_name, &subtype_oid, &typmod, d->diag))
        return false;
    const struct type_desc *subtype = catalog_type_by_oid(d->catalog, subtype_oid);
    if (subtype->typtype == 'p')
        return diag_set(d->diag, ERRCODE_DATATYPE_MISMATCH, "range subtype cannot be %s", subtype->name);
    if (options.canonical)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "canonical functions of range types are not supported yet");
    if (!take_collation(d, &options, subtype, &collation) || !check_difference(d, &options, subtype) ||
        !choose_multirange(d, &options, schema, name, &other_schema, &other))
        return false;
    oid_t oid = ddl_new_oid(d, RANGE_OIDS), multirange = oid + RANGE_MULTIRANGE;
    return oid && store(d, oid, schema->oid, name, 'r', oid + 1, collation, subtype_oid, multirange) &&
           store(d, multirange, other_schema->oid, other, 'm', multirange + 1, 0, 0, oid) && ddl_reload(d);
}
