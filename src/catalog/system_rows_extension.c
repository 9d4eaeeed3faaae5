#include "catalog/extension.h"
#include "catalog/system_rows.h"

/* Extensions as rows: pg_extension, what can be installed, and what belongs to what. */

enum {
    CLASS_TYPE = 1247,
    CLASS_PROC = 1255,
    CLASS_CAST = 2605,
    CLASS_OPERATOR = 2617,
    CLASS_OPCLASS = 2616,
    CLASS_OPFAMILY = 2753,
    CLASS_EXTENSION = 3079,
    CLASS_NAMESPACE = 2615,
    CLASS_DICTIONARY = 3600,
    CLASS_TEMPLATE = 3764,
    PLPGSQL = 13565,
};

static const char plpgsql_comment[] = "PL/pgSQL procedural language";

bool rows_pg_extension(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    rows_add(b);
    rows_int(b, "oid", PLPGSQL);
    rows_text(b, "extname", "plpgsql");
    rows_int(b, "extowner", OID_OWNER);
    rows_int(b, "extnamespace", OID_PG_CATALOG);
    rows_text(b, "extversion", "1.0");
    const struct catalog_extension *extension;
    for (int i = 0; (extension = catalog_extension_at(b->catalog, i)); i++) {
        rows_add(b);
        rows_int(b, "oid", extension->oid);
        rows_text(b, "extname", extension->name);
        rows_int(b, "extowner", OID_OWNER);
        rows_int(b, "extnamespace", extension->schema);
        rows_int(b, "extrelocatable", extension->fact ? extension->fact->relocatable : 0);
        rows_text(b, "extversion", extension->version);
    }
    return true;
}

bool rows_pg_available_extensions(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    rows_add(b);
    rows_text(b, "name", "plpgsql");
    rows_text(b, "default_version", "1.0");
    rows_text(b, "installed_version", "1.0");
    rows_text(b, "comment", plpgsql_comment);
    for (int i = 0; i < extension_fact_count; i++) {
        const struct catalog_extension *installed = catalog_extension_by_name(b->catalog, extension_facts[i].name);
        rows_add(b);
        rows_text(b, "name", extension_facts[i].name);
        rows_text(b, "default_version", extension_facts[i].version);
        rows_text(b, "installed_version", installed ? installed->version : NULL);
        rows_text(b, "comment", extension_facts[i].comment);
    }
    return true;
}

bool rows_pg_available_extension_versions(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    rows_add(b);
    rows_text(b, "name", "plpgsql");
    rows_text(b, "version", "1.0");
    rows_int(b, "installed", 1);
    rows_int(b, "superuser", 1);
    rows_int(b, "trusted", 1);
    rows_int(b, "relocatable", 0);
    rows_text(b, "schema", "pg_catalog");
    rows_text(b, "comment", plpgsql_comment);
    for (int i = 0; i < extension_fact_count; i++) {
        const struct extension_fact *fact = &extension_facts[i];
        const struct catalog_extension *installed = catalog_extension_by_name(b->catalog, fact->name);
        rows_add(b);
        rows_text(b, "name", fact->name);
        rows_text(b, "version", fact->version);
        rows_int(b, "installed", installed && strcmp(installed->version, fact->version) == 0);
        rows_int(b, "superuser", fact->superuser);
        rows_int(b, "trusted", fact->trusted);
        rows_int(b, "relocatable", fact->relocatable);
        rows_text(b, "schema", fact->schema);
        rows_text(b, "comment", fact->comment);
    }
    return true;
}

static void depend_row(struct rows_builder *b, oid_t class, oid_t object, oid_t ref_class, oid_t ref_object, char kind)
{
    rows_add(b);
    rows_int(b, "classid", class);
    rows_int(b, "objid", object);
    rows_int(b, "objsubid", 0);
    rows_int(b, "refclassid", ref_class);
    rows_int(b, "refobjid", ref_object);
    rows_int(b, "refobjsubid", 0);
    rows_char(b, "deptype", kind);
}

void system_extension_depends(struct rows_builder *b)
{
    const struct catalog_extension *extension;
    for (int i = 0; (extension = catalog_extension_at(b->catalog, i)); i++) {
        const struct extension_fact *fact = extension->fact;
        oid_t first = extension->first;
        depend_row(b, CLASS_EXTENSION, extension->oid, CLASS_NAMESPACE, extension->schema, 'n');
        if (!fact)
            continue;
#define MEMBERS(kind, table, class)                                                                                              \
    for (int k = 0; k < fact->kind.count; k++)                                                                                   \
    depend_row(b, class, extension_oid(table[fact->kind.first + k].oid, first), CLASS_EXTENSION, extension->oid, 'e')
        for (int k = 0; k < fact->types.count; k++) {
            const struct type_fact *type = &extension_type_facts[fact->types.first + k];
            oid_t oid = extension_oid(type->oid, first);
            if (type->category == 'A')
                depend_row(b, CLASS_TYPE, oid, CLASS_TYPE, extension_oid(type->element, first), 'i');
            else
                depend_row(b, CLASS_TYPE, oid, CLASS_EXTENSION, extension->oid, 'e');
        }
        MEMBERS(procs, extension_proc_facts, CLASS_PROC);
        MEMBERS(operators, extension_operator_facts, CLASS_OPERATOR);
        MEMBERS(casts, extension_cast_facts, CLASS_CAST);
        MEMBERS(classes, extension_class_facts, CLASS_OPCLASS);
        MEMBERS(families, extension_family_facts, CLASS_OPFAMILY);
        MEMBERS(dictionaries, extension_dictionary_facts, CLASS_DICTIONARY);
        MEMBERS(templates, extension_template_facts, CLASS_TEMPLATE);
#undef MEMBERS
    }
}

static void comment_row(struct rows_builder *b, oid_t object, const char *comment)
{
    rows_add(b);
    rows_int(b, "objoid", object);
    rows_int(b, "classoid", CLASS_EXTENSION);
    rows_int(b, "objsubid", 0);
    rows_text(b, "description", comment);
}

void system_extension_comments(struct rows_builder *b)
{
    comment_row(b, PLPGSQL, plpgsql_comment);
    const struct catalog_extension *extension;
    for (int i = 0; (extension = catalog_extension_at(b->catalog, i)); i++)
        if (extension->comment)
            comment_row(b, extension->oid, extension->comment);
}

void system_extension_classes(struct rows_builder *b)
{
    const struct catalog_extension *extension;
    for (int i = 0; (extension = catalog_extension_at(b->catalog, i)); i++)
        for (int k = 0; extension->fact && k < extension->fact->classes.count; k++) {
            const struct class_fact *class = &extension_class_facts[extension->fact->classes.first + k];
            rows_add(b);
            rows_int(b, "oid", extension_oid(class->oid, extension->first));
            rows_int(b, "opcmethod", class->method);
            rows_text(b, "opcname", class->name);
            rows_int(b, "opcnamespace", extension->schema);
            rows_int(b, "opcowner", OID_OWNER);
            rows_int(b, "opcfamily", extension_oid(class->family, extension->first));
            rows_int(b, "opcintype", extension_oid(class->type, extension->first));
            rows_int(b, "opcdefault", class->is_default);
            rows_int(b, "opckeytype", extension_oid(class->key_type, extension->first));
        }
}

void system_extension_families(struct rows_builder *b)
{
    const struct catalog_extension *extension;
    for (int i = 0; (extension = catalog_extension_at(b->catalog, i)); i++)
        for (int k = 0; extension->fact && k < extension->fact->families.count; k++) {
            const struct family_fact *family = &extension_family_facts[extension->fact->families.first + k];
            rows_add(b);
            rows_int(b, "oid", extension_oid(family->oid, extension->first));
            rows_int(b, "opfmethod", family->method);
            rows_text(b, "opfname", family->name);
            rows_int(b, "opfnamespace", extension->schema);
            rows_int(b, "opfowner", OID_OWNER);
        }
}

oid_t system_extension_opclass(const struct catalog *catalog, oid_t method, oid_t type)
{
    const struct catalog_extension *extension = catalog_extension_of(catalog, type);
    for (int k = 0; extension && k < extension->fact->classes.count; k++) {
        const struct class_fact *class = &extension_class_facts[extension->fact->classes.first + k];
        if (class->method == method && class->is_default && extension_oid(class->type, extension->first) == type)
            return extension_oid(class->oid, extension->first);
    }
    return 0;
}
