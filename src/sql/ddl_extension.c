#include "sql/ddl.h"

#include "catalog/extension.h"
#include "sql/analyse_internal.h"

/* CREATE, ALTER and DROP EXTENSION: a row in the books. What it brings is built into the server (catalog/extension.h). */

static const char *option(size_t count, PgQuery__Node **options, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(options[i]->def_elem->defname, name) == 0)
            return options[i]->def_elem->arg ? options[i]->def_elem->arg->string->sval : "";
    return NULL;
}

static bool is_plpgsql(const char *name)
{
    return strcmp(name, "plpgsql") == 0;
}

static const struct extension_fact *available(struct ddl *d, const char *name)
{
    const struct extension_fact *fact = extension_fact_by_name(name);
    if (fact)
        return fact;
    diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "extension \"%s\" is not available", name);
    diag_detail(d->diag, "This server has no extension of this name; pg_available_extensions lists those it has.");
    diag_hint(d->diag, "The extension must first be installed on the system where PostgreSQL is running.");
    return NULL;
}

/* A member that the database has already under the same name. */
static bool members_are_free(struct ddl *d, const struct extension_fact *fact, const struct catalog_schema *schema)
{
    for (int i = 0; i < fact->types.count; i++) {
        const char *name = extension_type_facts[fact->types.first + i].name;
        if (catalog_type_by_name(d->catalog, schema->name, name))
            return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "type \"%s\" already exists", name);
    }
    return true;
}

bool ddl_create_extension(struct ddl *d, const PgQuery__CreateExtensionStmt *stmt)
{
    if (is_plpgsql(stmt->extname) || catalog_extension_by_name(d->catalog, stmt->extname)) {
        if (!stmt->if_not_exists)
            return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "extension \"%s\" already exists", stmt->extname);
        ddl_notice(d, ERRCODE_DUPLICATE_OBJECT, "extension \"%s\" already exists, skipping", stmt->extname);
        return true;
    }
    const struct extension_fact *fact = available(d, stmt->extname);
    if (!fact)
        return false;
    const char *version = option(stmt->n_options, stmt->options, "new_version"),
               *name = option(stmt->n_options, stmt->options, "schema");
    if (version && strcmp(version, fact->version) != 0)
        return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                        "extension \"%s\" has no installation script nor update path for version \"%s\"", fact->name, version);
    const struct catalog_schema *schema = name ? catalog_schema_by_name(d->catalog, name) : catalog_creation_schema(d->catalog);
    if (!schema)
        return name ? diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", name)
                    : diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "no schema has been selected to create in");
    if (!members_are_free(d, fact, schema))
        return false;
    oid_t oid = ddl_new_oid(d, fact->noids + 1);
    struct datum row[] = {datum_int(oid),     datum_int(schema->oid),   datum_cstr(fact->name), datum_cstr(fact->version),
                          datum_int(oid + 1), datum_cstr(fact->comment)};
    return oid &&
           ddl_bind(d,
                    "INSERT INTO pgquill_extension (oid, schema, name, version, first, comment) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    6, row) &&
           ddl_reload(d);
}

static const struct catalog_extension *installed(struct ddl *d, const char *name)
{
    const struct catalog_extension *extension = catalog_extension_by_name(d->catalog, name);
    if (!extension)
        diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "extension \"%s\" does not exist", name);
    return extension;
}

bool ddl_alter_extension(struct ddl *d, const PgQuery__AlterExtensionStmt *stmt)
{
    const char *version = option(stmt->n_options, stmt->options, "new_version"), *has = "1.0";
    if (!is_plpgsql(stmt->extname)) {
        const struct catalog_extension *extension = installed(d, stmt->extname);
        if (!extension)
            return false;
        has = extension->version;
    }
    const struct extension_fact *fact = extension_fact_by_name(stmt->extname);
    if (!version)
        version = fact ? fact->version : has;
    if (strcmp(version, has) == 0) {
        ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "version \"%s\" of extension \"%s\" is already installed", version,
                   stmt->extname);
        return true;
    }
    return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                    "extension \"%s\" has no update path from version \"%s\" to version \"%s\"", stmt->extname, has, version);
}

bool ddl_move_extension(struct ddl *d, const PgQuery__AlterObjectSchemaStmt *stmt)
{
    const struct catalog_extension *extension = installed(d, stmt->object->string->sval);
    const struct catalog_schema *schema = extension ? catalog_schema_by_name(d->catalog, stmt->newschema) : NULL;
    if (!extension)
        return false;
    if (!schema)
        return diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", stmt->newschema);
    if (extension->fact && !extension->fact->relocatable)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "extension \"%s\" does not support SET SCHEMA", extension->name);
    if (schema->oid == extension->schema)
        return true;
    struct datum row[] = {datum_int(extension->oid), datum_int(schema->oid)};
    return (!extension->fact || members_are_free(d, extension->fact, schema)) &&
           ddl_bind(d, "UPDATE pgquill_extension SET schema = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
}

/* ---- DROP ---- */

static bool is_member(const struct catalog_extension *extension, oid_t oid)
{
    return extension->fact && oid >= extension->first && oid < extension->first + (oid_t) extension->fact->noids;
}

struct search {
    const struct catalog_extension *extension;
    oid_t found; /* the first member that an expression needs */
    bool is_function;
};

static bool visit(void *argument, struct expr *expr, int depth, bool *skip)
{
    struct search *search = argument;
    const struct proc_fact *proc = expr->kind == EXPR_CALL                                     ? expr->call.proc
                                   : expr->kind == EXPR_AGGREGATE || expr->kind == EXPR_WINDOW ? expr->agg.proc
                                                                                               : NULL;
    (void) depth;
    (void) skip;
    if (proc && is_member(search->extension, proc->oid)) {
        search->found = expr->kind == EXPR_CALL && expr->call.op ? expr->call.op->oid : proc->oid;
        search->is_function = !(expr->kind == EXPR_CALL && expr->call.op);
        return true;
    }
    if (is_member(search->extension, expr->type)) {
        search->found = expr->type;
        return true;
    }
    return false;
}

static bool text_needs(struct ddl *d, const struct catalog_relation *relation, const char *text, struct search *search)
{
    struct diag ignored = {0};
    struct expr *expr =
        text ? analyse_expr_text(d->compiler, d->arena, text, analyse_relation_entry(d->compiler, d->arena, relation), &ignored)
             : NULL;
    diag_clear(&ignored);
    return expr && expr_walk(expr, 0, visit, search);
}

static bool view_needs(struct ddl *d, const struct catalog_relation *view, struct search *search)
{
    if (!view->view_query || view->is_system)
        return false;
    struct diag ignored = {0};
    struct query *query = analyse_query_text(d->compiler, d->arena, view->view_query, &ignored);
    diag_clear(&ignored);
    return query && query_walk(query, 0, visit, search);
}

static const char *member_words(struct ddl *d, const struct search *search)
{
    struct buf text;
    buf_init(&text);
    const struct type_resolver *resolver = catalog_type_resolver(d->catalog);
    if (search->is_function) {
        buf_puts(&text, "function ");
        resolver->oid_to_name(resolver->self, REGPROCEDURE_OID, search->found, &text);
    } else if (catalog_operator_by_oid(d->catalog, search->found)) {
        buf_puts(&text, "operator ");
        resolver->oid_to_name(resolver->self, REGOPERATOR_OID, search->found, &text);
    } else {
        buf_puts(&text, "type ");
        type_format(resolver, search->found, -1, &text);
    }
    const char *words = arena_strndup(d->arena, text.data, text.len);
    buf_deinit(&text);
    return words;
}

static void add_dependent(struct ddl *d, struct ddl_dependents *all, const char *words, const struct search *search,
                          const char *sql)
{
    ddl_add_dependent(d, all, words, member_words(d, search), sql);
}

struct column_use {
    const struct catalog_relation *relation;
    int attno;
};

static bool visit_column(void *argument, struct expr *expr, int depth, bool *skip)
{
    const struct column_use *use = argument;
    (void) depth;
    (void) skip;
    return expr->kind == EXPR_COLUMN && expr->column.rte->relation == use->relation && expr->column.attno == use->attno;
}

static bool is_dependent(const struct ddl_dependents *all, const char *sql)
{
    for (int i = 0; i < all->count; i++)
        if (strcmp(all->items[i].sql, sql) == 0)
            return true;
    return false;
}

static const char *drop_view_sql(struct ddl *d, const struct catalog_relation *view)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, view->schema);
    return arena_printf(d->arena, "DROP VIEW IF EXISTS %s.%s CASCADE", ddl_quote(d, schema->name), ddl_quote(d, view->name));
}

/* Views go with the columns that they read. */
static void column_views(struct ddl *d, const struct catalog_relation *relation, int column, struct ddl_dependents *all)
{
    struct column_use use = {relation, column + 1};
    const struct catalog_relation *view;
    for (int i = 0; (view = catalog_relation_at(d->catalog, i)) && !view->is_system; i++) {
        struct diag ignored = {0};
        struct query *query =
            view->kind == 'v' && view->view_query ? analyse_query_text(d->compiler, d->arena, view->view_query, &ignored) : NULL;
        diag_clear(&ignored);
        const char *sql = query && query_walk(query, 0, visit_column, &use) ? drop_view_sql(d, view) : NULL;
        if (sql && !is_dependent(all, sql))
            ddl_add_dependent(
                d, all, ddl_relation_words(d, view),
                arena_printf(d->arena, "column %s of %s", relation->columns[column].name, ddl_relation_words(d, relation)), sql);
    }
}

static void relation_dependents(struct ddl *d, const struct catalog_extension *extension, const struct catalog_relation *relation,
                                struct ddl_dependents *all)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
    const char *words = ddl_relation_words(d, relation),
               *name = arena_printf(d->arena, "%s.%s", ddl_quote(d, schema->name), ddl_quote(d, relation->name));
    struct search search = {.extension = extension};
    if (relation->kind == 'v') {
        if (!is_dependent(all, drop_view_sql(d, relation)) && view_needs(d, relation, &search))
            add_dependent(d, all, words, &search, drop_view_sql(d, relation));
        return;
    }
    for (int i = 0; i < relation->natts; i++) {
        const struct catalog_column *column = &relation->columns[i];
        search = (struct search){.extension = extension, .found = column->type};
        if (column->dropped)
            continue;
        if (is_member(extension, column->type)) {
            ddl_dependent_column(d, all, relation, column, member_words(d, &search));
            column_views(d, relation, i, all);
        } else if (text_needs(d, relation, column->default_expr, &search))
            add_dependent(
                d, all, arena_printf(d->arena, "default value for column %s of %s", column->name, words), &search,
                arena_printf(d->arena, "ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT", name, ddl_quote(d, column->name)));
    }
    for (int i = 0; i < relation->nconstraints; i++) {
        search = (struct search){.extension = extension};
        if (relation->constraints[i].kind == 'c' && text_needs(d, relation, relation->constraints[i].check, &search))
            add_dependent(d, all, arena_printf(d->arena, "constraint %s on %s", relation->constraints[i].name, words), &search,
                          arena_printf(d->arena, "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s", name,
                                       ddl_quote(d, relation->constraints[i].name)));
    }
    for (int i = 0; i < relation->nindexes; i++) {
        const struct catalog_index *index = &relation->indexes[i];
        search = (struct search){.extension = extension};
        bool needs = text_needs(d, relation, index->predicate, &search);
        for (int k = 0; k < index->nkeys && !needs; k++)
            needs = index->exprs && text_needs(d, relation, index->exprs[k], &search);
        if (needs && !index->constraint)
            add_dependent(
                d, all, arena_printf(d->arena, "index %s", ddl_quote_if_needed(d, index->name)), &search,
                arena_printf(d->arena, "DROP INDEX IF EXISTS %s.%s", ddl_quote(d, schema->name), ddl_quote(d, index->name)));
    }
}

static bool drop_one(struct ddl *d, const struct catalog_extension *extension, bool cascade)
{
    struct ddl_dependents all = {0};
    const struct catalog_relation *relation;
    const char *name = arena_strdup(d->arena, extension->name);
    for (int i = 0; (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        relation_dependents(d, extension, relation, &all);
    struct datum row = datum_cstr(name);
    return ddl_release_dependents(d, &all, arena_printf(d->arena, "extension %s", name), cascade) &&
           ddl_bind(d, "DELETE FROM pgquill_extension WHERE name = ?1", 1, &row) && ddl_reload(d);
}

bool ddl_drop_extensions(struct ddl *d, const PgQuery__DropStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const char *name = stmt->objects[i]->string->sval;
        if (is_plpgsql(name))
            return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                            "extension \"plpgsql\" is a part of this server and cannot be dropped");
        const struct catalog_extension *extension = catalog_extension_by_name(d->catalog, name);
        if (!extension && stmt->missing_ok) {
            ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "extension \"%s\" does not exist, skipping", name);
            continue;
        }
        if (!extension)
            return installed(d, name) != NULL;
        if (!drop_one(d, extension, stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE))
            return false;
    }
    return true;
}

const char *ddl_schema_extension(struct ddl *d, oid_t schema)
{
    const struct catalog_extension *extension;
    for (int i = 0; (extension = catalog_extension_at(d->catalog, i)); i++)
        if (extension->schema == schema)
            return extension->name;
    return NULL;
}

bool ddl_drop_schema_extensions(struct ddl *d, oid_t schema)
{
    for (const char *name; (name = ddl_schema_extension(d, schema));)
        if (!drop_one(d, catalog_extension_by_name(d->catalog, name), true))
            return false;
    struct datum row = datum_int(schema);
    return !ddl_is_prepared(d) || ddl_bind(d, "DELETE FROM pgquill_collation WHERE schema = ?1", 1, &row);
}
