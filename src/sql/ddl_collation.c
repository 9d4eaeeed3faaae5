#include "sql/ddl.h"

#include "type/icu.h"

#include <stdio.h>
#include <strings.h>

/* CREATE, ALTER and DROP COLLATION. */

struct options {
    const PgQuery__DefElem *from, *locale, *collate, *ctype, *provider, *deterministic, *version;
};

/* An option's value as text; "" without one. */
static const char *value_of(struct ddl *d, const PgQuery__DefElem *option)
{
    const PgQuery__Node *node = option->arg;
    if (!node)
        return "";
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_STRING:
        return node->string->sval;
    case PG_QUERY__NODE__NODE_BOOLEAN:
        return node->boolean->boolval ? "true" : "false";
    case PG_QUERY__NODE__NODE_INTEGER:
        return arena_printf(d->arena, "%d", node->integer->ival);
    case PG_QUERY__NODE__NODE_FLOAT:
        return node->float_->fval;
    case PG_QUERY__NODE__NODE_TYPE_NAME: {
        const char *schema;
        return ddl_list_name(node->type_name->n_names, node->type_name->names, &schema);
    }
    default:
        return "";
    }
}

static bool conflict(struct ddl *d, int location)
{
    diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "conflicting or redundant options");
    return location < 0 ? false : compiler_position(d->compiler, d->diag, location);
}

static bool read_options(struct ddl *d, const PgQuery__DefineStmt *stmt, struct options *options)
{
    const struct {
        const char *name;
        const PgQuery__DefElem **place;
    } known[] = {{"from", &options->from},
                 {"locale", &options->locale},
                 {"lc_collate", &options->collate},
                 {"lc_ctype", &options->ctype},
                 {"provider", &options->provider},
                 {"version", &options->version},
                 {"deterministic", &options->deterministic}};
    for (size_t i = 0; i < stmt->n_definition; i++) {
        const PgQuery__DefElem *option = stmt->definition[i]->def_elem;
        size_t k = 0;
        while (k < sizeof known / sizeof *known && strcmp(known[k].name, option->defname) != 0)
            k++;
        if (k == sizeof known / sizeof *known) {
            diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "collation attribute \"%s\" not recognized", option->defname);
            return compiler_position(d->compiler, d->diag, option->location);
        }
        if (*known[k].place)
            return conflict(d, option->location);
        *known[k].place = option;
    }
    if (options->locale && (options->collate || options->ctype)) {
        conflict(d, -1);
        return diag_detail(d->diag, "LOCALE cannot be specified together with LC_COLLATE or LC_CTYPE.");
    }
    if (options->from && stmt->n_definition != 1) {
        conflict(d, -1);
        return diag_detail(d->diag, "FROM cannot be specified together with any other options.");
    }
    return true;
}

static bool copy_from(struct ddl *d, const struct options *options, struct catalog_collation *made)
{
    const PgQuery__Node *arg = options->from->arg;
    oid_t oid;
    if (!arg || arg->node_case != PG_QUERY__NODE__NODE_LIST)
        return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "a collation to copy must be named");
    if (!analyse_collation_name(d->compiler, arg->list->n_items, arg->list->items, -1, &oid, d->diag))
        return false;
    if (oid == DEFAULT_COLLATION_OID)
        return diag_set(d->diag, ERRCODE_INVALID_OBJECT_DEFINITION, "collation \"default\" cannot be copied");
    return catalog_collation_by_oid(d->catalog, oid, made);
}

static bool missing_option(struct ddl *d, const char *name)
{
    return diag_set(d->diag, ERRCODE_INVALID_OBJECT_DEFINITION, "parameter \"%s\" must be specified", name);
}

/* Text is UTF-8 and compares by its bytes: of the C library's locales, those that do so are here. */
static bool is_libc_locale(struct ddl *d, const char *name)
{
    static const char *const known[] = {"", "C", "POSIX", "C.UTF-8", "C.utf8"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], name) == 0)
            return true;
    diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "could not create locale \"%s\": No such file or directory", name);
    return diag_detail(d->diag, "The operating system could not find any locale data for the locale name \"%s\".", name);
}

static bool define(struct ddl *d, const struct options *options, struct catalog_collation *made)
{
    const char *provider = options->provider ? value_of(d, options->provider) : "libc";
    const char *deterministic = options->deterministic ? value_of(d, options->deterministic) : "true";
    if (strcasecmp(provider, "icu") != 0 && strcasecmp(provider, "libc") != 0)
        return diag_set(d->diag, ERRCODE_INVALID_OBJECT_DEFINITION, "unrecognized collation provider: %s", provider);
    made->provider = strcasecmp(provider, "icu") == 0 ? 'i' : 'c';
    static const char *const yes[] = {"true", "on", "1", ""}, *const no[] = {"false", "off", "0"};
    bool is_yes = false, is_no = false;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        is_yes |= strcasecmp(yes[i], deterministic) == 0;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        is_no |= strcasecmp(no[i], deterministic) == 0;
    if (!is_yes && !is_no)
        return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "deterministic requires a Boolean value");
    made->is_deterministic = is_yes;
    const char *locale = options->locale ? value_of(d, options->locale) : NULL;
    if (made->provider == 'i') {
        if (!locale)
            return missing_option(d, "locale");
        if (!icu_collator_get(locale, d->diag))
            return false;
        snprintf(made->locale, sizeof made->locale, "%s", locale);
    } else {
        const char *collate = locale ? locale : options->collate ? value_of(d, options->collate) : NULL;
        const char *ctype = locale ? locale : options->ctype ? value_of(d, options->ctype) : NULL;
        if (!collate)
            return missing_option(d, "lc_collate");
        if (!ctype)
            return missing_option(d, "lc_ctype");
        if (!is_yes)
            return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                            "nondeterministic collations not supported with this provider");
        if (!is_libc_locale(d, collate) || !is_libc_locale(d, ctype))
            return false;
        snprintf(made->locale, sizeof made->locale, "%s", collate);
        snprintf(made->ctype, sizeof made->ctype, "%s", ctype);
    }
    made->encoding = made->provider == 'i' ? -1 : 6;
    return true;
}

bool ddl_create_collation(struct ddl *d, const PgQuery__DefineStmt *stmt)
{
    const char *schema_name, *name = ddl_list_name(stmt->n_defnames, stmt->defnames, &schema_name);
    const struct catalog_schema *schema = ddl_target_schema(d, schema_name);
    struct options options = {0};
    struct catalog_collation made = {.is_deterministic = true}, found;
    if (!schema || !read_options(d, stmt, &options))
        return false;
    if (!(options.from ? copy_from(d, &options, &made) : define(d, &options, &made)))
        return false;
    if (options.from && made.provider == 'c')
        made.encoding = 6;
    if (catalog_collation_by_name(d->catalog, schema->name, name, &found)) {
        const char *encoding = made.encoding == 6 ? " for encoding \"UTF8\"" : "";
        if (!stmt->if_not_exists)
            return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "collation \"%s\"%s already exists", name, encoding);
        ddl_notice(d, ERRCODE_DUPLICATE_OBJECT, "collation \"%s\"%s already exists, skipping", name, encoding);
        return true;
    }
    oid_t oid = ddl_new_oid(d, 1);
    struct datum row[] = {datum_int(oid),
                          datum_int(schema->oid),
                          datum_cstr(name),
                          datum_cstr(made.provider == 'i' ? "i" : "c"),
                          datum_int(made.is_deterministic),
                          datum_int(made.encoding),
                          datum_cstr(made.locale),
                          datum_cstr(made.ctype)};
    return oid &&
           ddl_bind(d,
                    "INSERT INTO pgquill_collation (oid, schema, name, provider, deterministic, encoding, locale, ctype) VALUES "
                    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    8, row) &&
           ddl_reload(d);
}

static bool named(struct ddl *d, size_t count, PgQuery__Node **names, struct catalog_collation *out)
{
    oid_t oid;
    return analyse_collation_name(d->compiler, count, names, -1, &oid, d->diag) && catalog_collation_by_oid(d->catalog, oid, out);
}

bool ddl_alter_collation(struct ddl *d, const PgQuery__AlterCollationStmt *stmt)
{
    struct catalog_collation collation;
    if (!named(d, stmt->n_collname, stmt->collname, &collation))
        return false;
    if (collation.oid == DEFAULT_COLLATION_OID)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot refresh version of default collation");
    ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "version has not changed");
    return true;
}

bool ddl_rename_collation(struct ddl *d, const PgQuery__RenameStmt *stmt)
{
    struct catalog_collation collation, other;
    const PgQuery__List *names = stmt->object->list;
    if (!named(d, names->n_items, names->items, &collation))
        return false;
    if (collation.is_builtin)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "built-in collations cannot be renamed");
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, collation.schema);
    if (catalog_collation_by_name(d->catalog, schema->name, stmt->newname, &other))
        return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT,
                        "collation \"%s\" for encoding \"UTF8\" already exists in schema \"%s\"", stmt->newname, schema->name);
    struct datum row[] = {datum_int(collation.oid), datum_cstr(stmt->newname)};
    return ddl_bind(d, "UPDATE pgquill_collation SET name = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
}

bool ddl_comment_collation(struct ddl *d, const PgQuery__CommentStmt *stmt, const struct datum *comment)
{
    struct catalog_collation collation;
    const PgQuery__List *names = stmt->object->list;
    if (!named(d, names->n_items, names->items, &collation))
        return false;
    struct datum row[] = {datum_int(collation.oid), *comment};
    return ddl_prepare_file(d) && ddl_bind(d, "UPDATE pgquill_collation SET comment = ?2 WHERE oid = ?1", 2, row) &&
           ddl_reload(d);
}

/* ---- DROP ---- */

static bool drop_one(struct ddl *d, const struct catalog_collation *collation, bool cascade)
{
    struct ddl_dependents all = {0};
    char words[160];
    snprintf(words, sizeof words, "collation %s", ddl_quote_if_needed(d, collation->name));
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; k < relation->natts && relation->kind == 'r'; k++)
            if (!relation->columns[k].dropped && relation->columns[k].collation == collation->oid)
                ddl_dependent_column(d, &all, relation, &relation->columns[k], words);
    struct datum row = datum_int(collation->oid);
    return ddl_release_dependents(d, &all, words, cascade) &&
           ddl_bind(d, "DELETE FROM pgquill_collation WHERE oid = ?1", 1, &row) && ddl_reload(d);
}

bool ddl_drop_collations(struct ddl *d, const PgQuery__DropStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__List *names = stmt->objects[i]->list;
        const char *schema, *name = ddl_list_name(names->n_items, names->items, &schema);
        struct catalog_collation collation;
        if (stmt->missing_ok && !catalog_collation_by_name(d->catalog, schema, name, &collation)) {
            ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "collation \"%s\" does not exist, skipping", name);
            continue;
        }
        if (!named(d, names->n_items, names->items, &collation))
            return false;
        if (collation.is_builtin)
            return diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                            "cannot drop collation %s because it is required by the database system",
                            ddl_quote_if_needed(d, collation.name));
        if (!drop_one(d, &collation, stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE))
            return false;
    }
    return true;
}
