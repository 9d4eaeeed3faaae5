#include "catalog/extension.h"
#include "catalog/system_rows.h"

#include <stdlib.h>

/* Types as rows: pg_type, pg_enum, pg_range. */

/* `first`: where the members of the type's extension begin; 0 and no schema for a built-in type, whose oids are as they are. */
static void fact_row(struct rows_builder *b, const struct type_fact *fact, oid_t first, oid_t schema)
{
    rows_add(b);
    rows_int(b, "oid", extension_oid(fact->oid, first));
    rows_text(b, "typname", fact->name);
    rows_int(b, "typnamespace", schema ? schema : OID_PG_CATALOG);
    rows_int(b, "typowner", OID_OWNER);
    rows_int(b, "typlen", fact->len);
    rows_int(b, "typbyval", fact->by_value);
    rows_char(b, "typtype", fact->typtype);
    rows_char(b, "typcategory", fact->category);
    rows_int(b, "typispreferred", fact->preferred);
    rows_int(b, "typisdefined", 1);
    rows_char(b, "typdelim", fact->delimiter);
    rows_int(b, "typrelid", fact->relation);
    rows_int(b, "typsubscript", extension_oid(fact->subscript, first));
    rows_int(b, "typelem", extension_oid(fact->element, first));
    rows_int(b, "typarray", extension_oid(fact->array, first));
    rows_int(b, "typinput", extension_oid(fact->input, first));
    rows_int(b, "typoutput", extension_oid(fact->output, first));
    rows_int(b, "typreceive", extension_oid(fact->receive, first));
    rows_int(b, "typsend", extension_oid(fact->send, first));
    rows_int(b, "typmodin", extension_oid(fact->modin, first));
    rows_int(b, "typmodout", extension_oid(fact->modout, first));
    rows_int(b, "typanalyze", extension_oid(fact->analyze, first));
    rows_char(b, "typalign", fact->align);
    rows_char(b, "typstorage", fact->storage);
    rows_int(b, "typbasetype", extension_oid(fact->base, first));
    rows_int(b, "typtypmod", fact->typmod);
    rows_int(b, "typcollation", fact->collation);
}

/* The functions that a user-defined type's kind works through, by pg_proc's names. */
struct io_functions {
    const char *input, *output, *receive, *send;
};

static oid_t proc_named(const char *name)
{
    int count;
    const struct proc_fact *procs = name ? proc_facts_by_name(name, &count) : NULL;
    return procs && count > 0 ? procs[0].oid : 0;
}

static struct io_functions functions_of(const struct type_desc *type)
{
    if (type->category == 'A')
        return (struct io_functions){"array_in", "array_out", "array_recv", "array_send"};
    switch (type->typtype) {
    case 'e':
        return (struct io_functions){"enum_in", "enum_out", "enum_recv", "enum_send"};
    case 'c':
        return (struct io_functions){"record_in", "record_out", "record_recv", "record_send"};
    case 'd':
        return (struct io_functions){"domain_in", NULL, "domain_recv", NULL};
    case 'r':
        return (struct io_functions){"range_in", "range_out", "range_recv", "range_send"};
    case 'm':
        return (struct io_functions){"multirange_in", "multirange_out", "multirange_recv", "multirange_send"};
    default:
        return (struct io_functions){NULL, NULL, NULL, NULL};
    }
}

static void desc_row(struct rows_builder *b, const struct type_desc *type)
{
    struct io_functions io = functions_of(type);
    const struct type_fact *base = type->typtype == 'd' ? type_fact_by_oid(type->base) : NULL;
    bool is_enum = type->typtype == 'e', array = type->category == 'A';
    rows_add(b);
    rows_int(b, "oid", type->oid);
    rows_text(b, "typname", type->name);
    rows_int(b, "typnamespace", type->schema);
    rows_int(b, "typowner", OID_OWNER);
    rows_int(b, "typlen", base ? base->len : is_enum ? 4 : -1);
    rows_int(b, "typbyval", base ? base->by_value : is_enum);
    rows_char(b, "typtype", type->typtype);
    rows_char(b, "typcategory", type->category);
    rows_int(b, "typispreferred", type->preferred);
    rows_int(b, "typisdefined", 1);
    rows_char(b, "typdelim", type->delimiter ? type->delimiter : ',');
    rows_int(b, "typrelid", type->relation);
    rows_int(b, "typsubscript", array ? proc_named("array_subscript_handler") : 0);
    rows_int(b, "typelem", type->element);
    rows_int(b, "typarray", type->array);
    rows_int(b, "typinput", proc_named(io.input));
    rows_int(b, "typoutput", base ? base->output : proc_named(io.output));
    rows_int(b, "typreceive", proc_named(io.receive));
    rows_int(b, "typsend", base ? base->send : proc_named(io.send));
    rows_int(b, "typanalyze", array ? proc_named("array_typanalyze") : 0);
    rows_char(b, "typalign", base ? base->align : is_enum || array ? 'i' : 'd');
    rows_char(b, "typstorage", base ? base->storage : is_enum ? 'p' : 'x');
    rows_int(b, "typnotnull", type->not_null);
    rows_int(b, "typbasetype", type->base);
    rows_int(b, "typtypmod", type->typtype == 'd' ? type->base_typmod : -1);
    rows_int(b, "typcollation", type->collation);
    rows_text(b, "typdefault", type->default_expr);
    rows_text(b, "typdefaultbin", type->default_expr);
}

bool rows_pg_type(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (int i = 0; i < type_fact_count; i++)
        fact_row(b, &type_facts[i], 0, 0);
    const struct type_desc *type;
    for (int i = 0; (type = catalog_user_type_at(b->catalog, i)); i++)
        if (!catalog_extension_of(b->catalog, type->oid))
            desc_row(b, type);
    const struct catalog_extension *extension;
    for (int i = 0; (extension = catalog_extension_at(b->catalog, i)); i++)
        for (int k = 0; extension->fact && k < extension->fact->types.count; k++)
            fact_row(b, &extension_type_facts[extension->fact->types.first + k], extension->first, extension->schema);
    return true;
}

bool rows_pg_enum(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct type_desc *type;
    for (int i = 0; (type = catalog_user_type_at(b->catalog, i)); i++)
        for (int k = 0; k < type->label_count; k++) {
            rows_add(b);
            rows_int(b, "oid", type->labels[k].oid);
            rows_int(b, "enumtypid", type->oid);
            rows_real(b, "enumsortorder", type->labels[k].sort_order);
            rows_text(b, "enumlabel", type->labels[k].name);
        }
    return true;
}

static void range_row(struct rows_builder *b, const struct type_desc *type)
{
    enum { AM_BTREE = 403 };
    rows_add(b);
    rows_int(b, "rngtypid", type->oid);
    rows_int(b, "rngsubtype", type->range_subtype);
    rows_int(b, "rngmultitypid", type->range);
    rows_int(b, "rngcollation", type->range_collation);
    rows_int(b, "rngsubopc", system_default_opclass(AM_BTREE, type->range_subtype));
}

bool rows_pg_range(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    const struct type_desc *type;
    for (int i = 0; i < type_fact_count; i++)
        if (type_facts[i].typtype == 'r')
            range_row(b, type_builtin(type_facts[i].oid));
    for (int i = 0; (type = catalog_user_type_at(b->catalog, i)); i++)
        if (type->typtype == 'r')
            range_row(b, type);
    return true;
}
