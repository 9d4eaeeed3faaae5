#include "sql/ddl.h"

#include <stdlib.h>

/* DROP TYPE and DROP DOMAIN, with what uses them. */

/* A type that goes: itself, its array; a range with its multirange. */
struct doomed_type {
    oid_t oids[4];
    const char *words; /* "type t" */
};

static bool is_doomed(const struct doomed_type *doomed, oid_t type)
{
    for (size_t i = 0; i < sizeof doomed->oids / sizeof *doomed->oids; i++)
        if (type && doomed->oids[i] == type)
            return true;
    return false;
}

static const char *type_words(struct ddl *d, const struct type_desc *type)
{
    struct buf name = {0};
    type_format(catalog_type_resolver(d->catalog), type->oid, -1, &name);
    const char *words = arena_printf(d->arena, "type %s", buf_cstr(&name));
    buf_deinit(&name);
    return words;
}

static bool uses_type(const struct catalog_function *function, const struct doomed_type *doomed)
{
    if (is_doomed(doomed, function->fact.result))
        return true;
    for (const char *list = function->fact.all_args ? function->fact.all_args : function->fact.args; *list;) {
        char *end;
        if (is_doomed(doomed, (oid_t) strtoul(list, &end, 10)))
            return true;
        list = *end ? end + 1 : end;
    }
    return false;
}

/* A range's cast to its multirange goes with the range, an extension's with the extension. */
static bool belongs_to_type(struct ddl *d, const struct cast_fact *cast)
{
    const struct type_desc *source = catalog_type_by_oid(d->catalog, cast->source);
    return (source && source->typtype == 'r' && cast->oid == source->oid + RANGE_CAST) || catalog_extension_of(d->catalog, cast->oid);
}

static void find_dependents(struct ddl *d, const struct doomed_type *doomed, oid_t own_relation, struct ddl_dependents *all)
{
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; relation->oid != own_relation && relation->kind != 'v' && k < relation->natts; k++)
            if (!relation->columns[k].dropped && is_doomed(doomed, relation->columns[k].type))
                ddl_dependent_column(d, all, relation, &relation->columns[k], doomed->words);
    const struct catalog_function *function;
    for (int i = 0; (function = catalog_function_at(d->catalog, i)); i++) {
        if (!uses_type(function, doomed))
            continue;
        const char *words = ddl_describe_function(d, function);
        ddl_add_dependent(d, all, words, doomed->words,
                          arena_printf(d->arena, "DROP FUNCTION IF EXISTS %s CASCADE", strchr(words, ' ') + 1));
    }
    const struct cast_fact *cast;
    for (int i = 0; (cast = catalog_own_cast_at(d->catalog, i)); i++)
        if ((is_doomed(doomed, cast->source) || is_doomed(doomed, cast->target)) && !belongs_to_type(d, cast))
            ddl_add_dependent(d, all, ddl_cast_words(d, cast), doomed->words, ddl_cast_drop(d, cast));
    const struct type_desc *type;
    for (int i = 0; (type = catalog_user_type_at(d->catalog, i)); i++) {
        bool uses =
            type->typtype == 'd' ? is_doomed(doomed, type->base) : type->typtype == 'r' && is_doomed(doomed, type->range_subtype);
        if (!uses || is_doomed(doomed, type->oid))
            continue;
        const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, type->schema);
        ddl_add_dependent(
            d, all, type_words(d, type), doomed->words,
            arena_printf(d->arena, "DROP TYPE IF EXISTS %s.%s CASCADE", ddl_quote(d, schema->name), ddl_quote(d, type->name)));
    }
}

static bool forget_type(struct ddl *d, oid_t type)
{
    struct datum oid = datum_int(type);
    return ddl_bind(d, "DELETE FROM pgquill_type WHERE oid = ?1", 1, &oid);
}

static bool drop_type(struct ddl *d, const struct type_desc *type, bool cascade)
{
    if (type->typtype == 'm') {
        const struct type_desc *range = catalog_type_by_oid(d->catalog, type->range);
        diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST, "cannot drop %s because %s requires it", type_words(d, type),
                 type_words(d, range));
        return diag_hint(d->diag, "You can drop %s instead.", type_words(d, range));
    }
    const struct type_desc *multirange = type->typtype == 'r' ? catalog_type_by_oid(d->catalog, type->range) : NULL;
    struct doomed_type doomed = {
        .oids = {type->oid, type->array, multirange ? multirange->oid : 0, multirange ? multirange->array : 0},
        .words = type_words(d, type)};
    oid_t relation = type->relation;
    struct ddl_dependents all = {0};
    ddl_follow(d, type->oid);
    find_dependents(d, &doomed, relation, &all);
    if (!ddl_prepare_file(d) || !ddl_release_dependents(d, &all, doomed.words, cascade))
        return false;
    /* What CASCADE ran may have followed another object. */
    ddl_follow(d, doomed.oids[0]);
    return (!relation || ddl_forget(d, relation)) && forget_type(d, doomed.oids[0]) &&
           (!doomed.oids[2] || forget_type(d, doomed.oids[2])) && ddl_reload(d);
}

bool ddl_drop_types(struct ddl *d, const PgQuery__DropStmt *stmt)
{
    bool domain = stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN;
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__TypeName *names = stmt->objects[i]->type_name;
        const char *schema, *name = ddl_list_name(names->n_names, names->names, &schema);
        const struct type_desc *type = catalog_type_by_name(d->catalog, schema, name);
        if (!type) {
            if (!ddl_missing(d, "type", schema, name, stmt->missing_ok))
                return false;
            continue;
        }
        if (domain && type->typtype != 'd')
            return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "\"%s\" is not a domain", name);
        if (!drop_type(d, type, stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE))
            return false;
    }
    return true;
}
