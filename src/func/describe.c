#include "catalog/catalog.h"
#include "catalog/extension.h"
#include "func/internal.h"

/* pg_describe_object: what an address in the catalogs names, in words. */

enum {
    CLASS_TYPE = 1247,
    CLASS_PROC = 1255,
    CLASS_CLASS = 1259,
    CLASS_CAST = 2605,
    CLASS_CONSTRAINT = 2606,
    CLASS_NAMESPACE = 2615,
    CLASS_OPCLASS = 2616,
    CLASS_OPERATOR = 2617,
    CLASS_OPFAMILY = 2753,
    CLASS_EXTENSION = 3079,
    CLASS_COLLATION = 3456,
    CLASS_DICTIONARY = 3600,
    CLASS_TEMPLATE = 3764,
    PLPGSQL = 13565
};

struct describer {
    const struct catalog *catalog;
    const struct type_resolver *resolver;
    struct buf *out;
};

static bool put_named(struct describer *d, const char *what, oid_t kind, oid_t oid)
{
    size_t start = d->out->len;
    buf_puts(d->out, what);
    if (d->resolver->oid_to_name(d->resolver->self, kind, oid, d->out))
        return true;
    d->out->len = start;
    return false;
}

static const char *relation_kind(char kind)
{
    return kind == 'v'   ? "view "
           : kind == 'S' ? "sequence "
           : kind == 'c' ? "composite type "
           : kind == 'm' ? "materialized view "
                         : "table ";
}

static bool put_relation(struct describer *d, oid_t oid, int column)
{
    const struct catalog_relation *relation = catalog_relation_by_oid(d->catalog, oid);
    if (!relation)
        return catalog_index_by_oid(d->catalog, oid) && put_named(d, "index ", REGCLASS_OID, oid);
    if (column) {
        const struct catalog_column *found = catalog_column_by_attnum(relation, (int16_t) column);
        if (!found)
            return false;
        buf_printf(d->out, "column %s of ", found->name);
    }
    return put_named(d, relation_kind(relation->kind), REGCLASS_OID, oid);
}

static const struct cast_fact *cast_by_oid(const struct catalog *catalog, oid_t oid)
{
    const struct cast_fact *cast;
    for (int i = 0; (cast = catalog_own_cast_at(catalog, i)); i++)
        if (cast->oid == oid)
            return cast;
    for (int i = 0; i < cast_fact_count; i++)
        if (cast_facts[i].oid == oid)
            return &cast_facts[i];
    return NULL;
}

static bool put_cast(struct describer *d, oid_t oid)
{
    const struct cast_fact *cast = cast_by_oid(d->catalog, oid);
    if (!cast)
        return false;
    buf_puts(d->out, "cast from ");
    type_format(d->resolver, cast->source, -1, d->out);
    buf_puts(d->out, " to ");
    type_format(d->resolver, cast->target, -1, d->out);
    return true;
}

static const char *method_name(oid_t method)
{
    return method == 403    ? "btree"
           : method == 405  ? "hash"
           : method == 783  ? "gist"
           : method == 2742 ? "gin"
           : method == 4000 ? "spgist"
                            : "brin";
}

static bool put_constraint(struct describer *d, oid_t oid)
{
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; k < relation->nconstraints; k++)
            if (relation->constraints[k].oid == oid) {
                buf_printf(d->out, "constraint %s on ", relation->constraints[k].name);
                return put_relation(d, relation->oid, 0);
            }
    return false;
}

static void put_in_schema(struct describer *d, oid_t schema_oid, const char *name)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, schema_oid);
    bool reached = schema && schema->oid == OID_PG_CATALOG;
    if (schema && catalog_creation_schema(d->catalog) == schema)
        reached = true;
    if (schema && !reached) {
        func_put_identifier(d->out, schema->name);
        buf_putc(d->out, '.');
    }
    func_put_identifier(d->out, name);
}

/* What only extensions have here beside their types, functions, operators and casts. */
static bool put_member(struct describer *d, oid_t class, oid_t oid)
{
    const struct catalog_extension *extension = catalog_extension_of(d->catalog, oid);
    const struct extension_fact *fact = extension ? extension->fact : NULL;
    for (int i = 0; fact && class == CLASS_OPCLASS && i < fact->classes.count; i++) {
        const struct class_fact *row = &extension_class_facts[fact->classes.first + i];
        if (extension_oid(row->oid, extension->first) != oid)
            continue;
        buf_puts(d->out, "operator class ");
        put_in_schema(d, extension->schema, row->name);
        buf_printf(d->out, " for access method %s", method_name(row->method));
        return true;
    }
    for (int i = 0; fact && class == CLASS_OPFAMILY && i < fact->families.count; i++) {
        const struct family_fact *row = &extension_family_facts[fact->families.first + i];
        if (extension_oid(row->oid, extension->first) != oid)
            continue;
        buf_puts(d->out, "operator family ");
        put_in_schema(d, extension->schema, row->name);
        buf_printf(d->out, " for access method %s", method_name(row->method));
        return true;
    }
    for (int i = 0; fact && class == CLASS_DICTIONARY && i < fact->dictionaries.count; i++)
        if (extension_oid(extension_dictionary_facts[fact->dictionaries.first + i].oid, extension->first) == oid) {
            buf_puts(d->out, "text search dictionary ");
            put_in_schema(d, extension->schema, extension_dictionary_facts[fact->dictionaries.first + i].name);
            return true;
        }
    for (int i = 0; fact && class == CLASS_TEMPLATE && i < fact->templates.count; i++)
        if (extension_oid(extension_template_facts[fact->templates.first + i].oid, extension->first) == oid) {
            buf_puts(d->out, "text search template ");
            put_in_schema(d, extension->schema, extension_template_facts[fact->templates.first + i].name);
            return true;
        }
    return false;
}

static bool put_extension(struct describer *d, oid_t oid)
{
    const struct catalog_extension *extension;
    for (int i = 0; (extension = catalog_extension_at(d->catalog, i)); i++)
        if (extension->oid == oid)
            break;
    if (!extension && oid != PLPGSQL)
        return false;
    buf_printf(d->out, "extension %s", extension ? extension->name : "plpgsql");
    return true;
}

static bool put(struct describer *d, oid_t class, oid_t oid, int sub)
{
    switch (class) {
    case CLASS_CLASS:
        return put_relation(d, oid, sub);
    case CLASS_TYPE:
        if (!catalog_type_by_oid(d->catalog, oid))
            return false;
        buf_puts(d->out, "type ");
        type_format(d->resolver, oid, -1, d->out);
        return true;
    case CLASS_PROC:
        return put_named(d, "function ", REGPROCEDURE_OID, oid);
    case CLASS_OPERATOR:
        return put_named(d, "operator ", REGOPERATOR_OID, oid);
    case CLASS_NAMESPACE:
        return put_named(d, "schema ", REGNAMESPACE_OID, oid);
    case CLASS_COLLATION:
        return put_named(d, "collation ", REGCOLLATION_OID, oid);
    case CLASS_CAST:
        return put_cast(d, oid);
    case CLASS_CONSTRAINT:
        return put_constraint(d, oid);
    case CLASS_EXTENSION:
        return put_extension(d, oid);
    default:
        return put_member(d, class, oid);
    }
}

static bool describe_object(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf out;
    (void) nargs;
    buf_init(&out);
    struct describer describer = {call->env->catalog, call->env->resolver, &out};
    *result = datum_null();
    if (put(&describer, (oid_t) args[0].i, (oid_t) args[1].i, (int) args[2].i))
        *result = datum_text(arena_strndup(call->arena, out.data, out.len), out.len);
    buf_deinit(&out);
    return true;
}

const struct func_impl func_impls_describe[] = {
    SCALAR_FLAGS("pg_describe_object", describe_object, FUNC_SESSION),
    {0},
};
