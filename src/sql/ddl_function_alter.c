#include "sql/ddl.h"

#include "catalog/hidden.h"
#include "sql/routine.h"

/* ALTER FUNCTION, DROP FUNCTION, and the functions of a schema that goes. */

/* f(pg_catalog.int4): as it was written, for what is not there. */
static const char *written(struct ddl *d, const PgQuery__ObjectWithArgs *object)
{
    struct buf text = {0};
    for (size_t i = 0; i < object->n_objname; i++)
        buf_printf(&text, "%s%s", i ? "." : "", analysis_string(object->objname[i]));
    buf_putc(&text, '(');
    for (size_t i = 0; i < object->n_objargs; i++) {
        const PgQuery__TypeName *type = object->objargs[i]->type_name;
        if (i)
            buf_putc(&text, ',');
        for (size_t k = 0; k < type->n_names; k++)
            buf_printf(&text, "%s%s", k ? "." : "", analysis_string(type->names[k]));
        if (type->n_array_bounds)
            buf_puts(&text, "[]");
    }
    buf_putc(&text, ')');
    const char *out = arena_strndup(d->arena, text.data, text.len);
    buf_deinit(&text);
    return out;
}

/* The function that a statement names. NULL after a report; with missing_ok after a notice. */
static const struct catalog_function *find(struct ddl *d, const PgQuery__ObjectWithArgs *object, bool missing_ok)
{
    const char *schema, *name = ddl_list_name(object->n_objname, object->objname, &schema);
    oid_t types[PROC_ARGS_MAX];
    int count = 0;
    const struct catalog_function *function, *found = NULL;
    for (size_t i = 0; i < object->n_objargs && count < PROC_ARGS_MAX; i++) {
        int32_t typmod;
        struct diag report = {0};
        if (analyse_type_name(d->compiler, object->objargs[i]->type_name, &types[count++], &typmod, &report))
            continue;
        if (!missing_ok) {
            diag_move(d->diag, &report);
            return NULL;
        }
        ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "%s, skipping", report.message);
        diag_clear(&report);
        return NULL;
    }
    const char *signature = object->args_unspecified ? name : ddl_function_signature(d, name, count, types);
    if (schema)
        signature = arena_printf(d->arena, "%s.%s", schema, signature);
    int matches = 0;
    for (int i = 0; (function = catalog_function_named(d->catalog, schema, name, i)); i++) {
        oid_t own[PROC_ARGS_MAX];
        int nown = proc_fact_args(&function->fact, own);
        if (!object->args_unspecified && (nown != count || memcmp(own, types, sizeof(oid_t) * (size_t) count) != 0))
            continue;
        if (!found)
            found = function;
        matches++;
    }
    if (object->args_unspecified && matches > 1) {
        diag_set(d->diag, ERRCODE_AMBIGUOUS_FUNCTION, "function name \"%s\" is not unique", signature);
        diag_hint(d->diag, "Specify the argument list to select the function unambiguously.");
        return NULL;
    }
    if (found)
        return found;
    int total = 0;
    const struct proc_fact *facts = !schema || strcmp(schema, "pg_catalog") == 0 ? proc_facts_by_name(name, &total) : NULL;
    for (int i = 0; i < total; i++) {
        oid_t own[PROC_ARGS_MAX];
        int nown = proc_fact_args(&facts[i], own);
        if (!object->args_unspecified && (nown != count || memcmp(own, types, sizeof(oid_t) * (size_t) count) != 0))
            continue;
        diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                 "cannot drop function %s because it is required by the database system",
                 ddl_function_signature(d, name, nown, own));
        return NULL;
    }
    if (missing_ok)
        ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "function %s does not exist, skipping", written(d, object));
    else if (object->args_unspecified)
        diag_set(d->diag, ERRCODE_UNDEFINED_FUNCTION, "could not find a function named \"%s\"", signature);
    else
        diag_set(d->diag, ERRCODE_UNDEFINED_FUNCTION, "function %s does not exist", signature);
    return NULL;
}

static bool forget(struct ddl *d, oid_t oid)
{
    struct datum value = datum_int(oid);
    ddl_follow(d, oid);
    return ddl_bind(d, "DELETE FROM pgquill_function WHERE oid = ?1", 1, &value);
}

bool ddl_drop_functions(struct ddl *d, const PgQuery__DropStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const struct catalog_function *function = find(d, stmt->objects[i]->object_with_args, stmt->missing_ok);
        if (!function && diag_is_set(d->diag))
            return false;
        oid_t oid = function ? function->fact.oid : 0;
        bool cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
        if (function && (!ddl_release_function(d, function, cascade) || !forget(d, oid) || !ddl_functions_changed(d)))
            return false;
    }
    return true;
}

bool ddl_drop_schema_functions(struct ddl *d, oid_t schema)
{
    const struct catalog_function *function;
    bool any = false;
    for (int i = 0; (function = catalog_function_at(d->catalog, i)); i++)
        if (function->schema == schema) {
            any = true;
            if (!forget(d, function->fact.oid))
                return false;
        }
    return !any || ddl_functions_changed(d);
}

const char *ddl_describe_function(struct ddl *d, const struct catalog_function *function)
{
    oid_t types[PROC_ARGS_MAX];
    int count = proc_fact_args(&function->fact, types);
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, function->schema);
    bool visible = catalog_proc_is_visible(d->catalog, catalog_proc_by_oid(d->catalog, function->fact.oid));
    struct buf text = {0};
    buf_printf(&text, "function %s%s%s(", visible || !schema ? "" : schema->name, visible || !schema ? "" : ".",
               function->fact.name);
    for (int i = 0; i < count; i++) {
        if (i)
            buf_putc(&text, ',');
        type_format(catalog_type_resolver(d->catalog), types[i], -1, &text);
    }
    buf_putc(&text, ')');
    const char *out = arena_strndup(d->arena, text.data, text.len);
    buf_deinit(&text);
    return out;
}

bool ddl_alter_function(struct ddl *d, const PgQuery__AlterFunctionStmt *stmt)
{
    const struct catalog_function *function = find(d, stmt->func, false);
    if (!function)
        return false;
    struct catalog_function changed = *function;
    for (size_t i = 0; i < stmt->n_actions; i++)
        if (!ddl_function_option(d, &changed, stmt->actions[i]->def_elem))
            return false;
    return ddl_store_function(d, &changed);
}

static bool move(struct ddl *d, const struct catalog_function *function, oid_t schema, const char *name)
{
    const struct catalog_function *other;
    for (int i = 0; (other = catalog_function_at(d->catalog, i)); i++)
        if (other != function && other->schema == schema && strcmp(other->fact.name, name) == 0 &&
            strcmp(other->fact.args, function->fact.args) == 0) {
            oid_t types[PROC_ARGS_MAX];
            int count = proc_fact_args(&function->fact, types);
            return diag_set(d->diag, ERRCODE_DUPLICATE_FUNCTION, "function %s already exists in schema \"%s\"",
                            ddl_function_signature(d, name, count, types), catalog_schema_by_oid(d->catalog, schema)->name);
        }
    struct catalog_function changed = *function;
    changed.schema = schema;
    changed.fact.name = arena_strdup(d->arena, name);
    return ddl_store_function(d, &changed);
}

bool ddl_rename_function(struct ddl *d, const PgQuery__RenameStmt *stmt)
{
    const struct catalog_function *function = find(d, stmt->object->object_with_args, false);
    return function && move(d, function, function->schema, stmt->newname);
}

bool ddl_function_schema(struct ddl *d, const PgQuery__AlterObjectSchemaStmt *stmt)
{
    const struct catalog_function *function = find(d, stmt->object->object_with_args, false);
    const struct catalog_schema *wanted = catalog_schema_by_name(d->catalog, stmt->newschema);
    if (function && (oid_is_temporary(function->fact.oid) || (wanted && oid_is_temporary(wanted->oid))))
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot move objects into or out of temporary schemas");
    const struct catalog_schema *schema = function ? ddl_target_schema(d, stmt->newschema) : NULL;
    return schema && move(d, function, schema->oid, function->fact.name);
}

bool ddl_comment_function(struct ddl *d, const PgQuery__CommentStmt *stmt)
{
    const struct catalog_function *function = find(d, stmt->object->object_with_args, false);
    if (!function)
        return false;
    struct catalog_function changed = *function;
    changed.comment = stmt->comment && *stmt->comment ? arena_strdup(d->arena, stmt->comment) : NULL;
    return ddl_store_function(d, &changed);
}
