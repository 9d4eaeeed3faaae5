#include "sql/ddl.h"

/* CREATE CAST and DROP CAST. A cast is a row of the books; the snapshot has it among the database's own facts, before the built-in ones. */

struct cast {
    oid_t source, target;
    const struct type_desc *from, *to;
    const struct proc_fact *proc; /* NULL: none */
    char context, method;
};

static const char *type_words(struct ddl *d, oid_t type)
{
    struct buf name = {0};
    type_format(catalog_type_resolver(d->catalog), type, -1, &name);
    const char *words = arena_strndup(d->arena, name.data, name.len);
    buf_deinit(&name);
    return words;
}

const char *ddl_cast_words(struct ddl *d, const struct cast_fact *cast)
{
    return arena_printf(d->arena, "cast from %s to %s", type_words(d, cast->source), type_words(d, cast->target));
}

const char *ddl_cast_drop(struct ddl *d, const struct cast_fact *cast)
{
    return arena_printf(d->arena, "DROP CAST IF EXISTS (%s AS %s)", type_words(d, cast->source), type_words(d, cast->target));
}

static const struct cast_fact *own_cast(struct ddl *d, oid_t source, oid_t target)
{
    const struct cast_fact *cast;
    for (int i = 0; (cast = catalog_own_cast_at(d->catalog, i)); i++)
        if (cast->source == source && cast->target == target)
            return cast;
    return NULL;
}

static bool wrong(struct ddl *d, const char *message)
{
    return diag_set(d->diag, ERRCODE_INVALID_OBJECT_DEFINITION, "%s", message);
}

/* ---- WITH FUNCTION ---- */

static const struct proc_fact *find_function(struct ddl *d, const PgQuery__ObjectWithArgs *object)
{
    const char *schema, *name = ddl_list_name(object->n_objname, object->objname, &schema);
    const struct proc_fact *const *procs, *found = NULL;
    oid_t wanted[PROC_ARGS_MAX], own[PROC_ARGS_MAX];
    int count = 0;
    for (size_t i = 0; i < object->n_objargs && count < PROC_ARGS_MAX; i++) {
        int32_t typmod;
        if (!analyse_type_name(d->compiler, object->objargs[i]->type_name, &wanted[count++], &typmod, d->diag))
            return NULL;
    }
    int nprocs = catalog_procs_by_name(d->catalog, schema, name, d->arena, &procs), matches = 0;
    for (int i = 0; i < nprocs; i++) {
        int nown = proc_fact_args(procs[i], own);
        if (!object->args_unspecified && (nown != count || memcmp(own, wanted, sizeof *own * (size_t) count) != 0))
            continue;
        found = procs[i];
        matches++;
    }
    const char *shown = object->args_unspecified ? name : ddl_function_signature(d, name, count, wanted);
    if (schema)
        shown = arena_printf(d->arena, "%s.%s", schema, shown);
    if (!found && object->args_unspecified)
        diag_set(d->diag, ERRCODE_UNDEFINED_FUNCTION, "could not find a function named \"%s\"", shown);
    else if (!found)
        diag_set(d->diag, ERRCODE_UNDEFINED_FUNCTION, "function %s does not exist", shown);
    if (matches > 1) {
        diag_set(d->diag, ERRCODE_AMBIGUOUS_FUNCTION, "function name \"%s\" is not unique", shown);
        diag_hint(d->diag, "Specify the argument list to select the function unambiguously.");
        return NULL;
    }
    return found;
}

static bool check_function(struct ddl *d, const struct cast *cast)
{
    oid_t args[PROC_ARGS_MAX];
    const struct proc_fact *proc = cast->proc;
    int count = proc_fact_args(proc, args);
    if (count < 1 || count > 3)
        return wrong(d, "cast function must take one to three arguments");
    if (!analyse_is_binary(d->compiler, d->arena, cast->source, args[0]))
        return wrong(d, "argument of cast function must match or be binary-coercible from source data type");
    if (count > 1 && args[1] != INT4_OID)
        return wrong(d, "second argument of cast function must be type integer");
    if (count > 2 && args[2] != BOOL_OID)
        return wrong(d, "third argument of cast function must be type boolean");
    if (!analyse_is_binary(d->compiler, d->arena, proc->result, cast->target))
        return wrong(d, "return data type of cast function must match or be binary-coercible to target data type");
    if (proc->kind != 'f')
        return wrong(d, "cast function must be a normal function");
    if (proc->retset)
        return wrong(d, "cast function must not return a set");
    return cast->source != cast->target || count > 1 || wrong(d, "source data type and target data type are the same");
}

/* ---- WITHOUT FUNCTION ---- */

static bool is_array(const struct type_desc *type)
{
    return type->typtype == 'b' && type->category == 'A' && type->element;
}

/* PostgreSQL asks whether both types' values are laid out alike; here they must be stored alike too. */
static bool check_binary(struct ddl *d, const struct cast *cast)
{
    const struct type_desc *from = cast->from, *to = cast->to;
    if (from->len != to->len)
        return wrong(d, "source and target data types are not physically compatible");
    if (from->typtype == 'c' || to->typtype == 'c')
        return wrong(d, "composite data types are not binary-compatible");
    if (from->typtype == 'e' || to->typtype == 'e')
        return wrong(d, "enum data types are not binary-compatible");
    if (is_array(from) || is_array(to))
        return wrong(d, "array data types are not binary-compatible");
    if (from->typtype == 'd' || to->typtype == 'd')
        return wrong(d, "domain data types must not be marked binary-compatible");
    if (cast->source == cast->target)
        return wrong(d, "source data type and target data type are the same");
    bool texts = from->category == 'S' && to->category == 'S',
         integers = from->storage == STORAGE_INTEGER && to->storage == STORAGE_INTEGER;
    return texts || integers || from->codec == to->codec ||
           diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                    "casts WITHOUT FUNCTION between types that are stored differently are not supported");
}

/* ---- statements ---- */

static bool find_types(struct ddl *d, const PgQuery__TypeName *source, const PgQuery__TypeName *target, struct cast *cast)
{
    int32_t typmod;
    if (!analyse_type_name(d->compiler, source, &cast->source, &typmod, d->diag) ||
        !analyse_type_name(d->compiler, target, &cast->target, &typmod, d->diag)) {
        d->diag->position = 0;
        return false;
    }
    cast->from = catalog_type_by_oid(d->catalog, cast->source);
    cast->to = catalog_type_by_oid(d->catalog, cast->target);
    return true;
}

static void warn_of_domain(struct ddl *d, const struct type_desc *type, const char *which)
{
    struct func_env *env = d->compiler->env;
    if (type->typtype != 'd' || !env || !env->notice)
        return;
    struct diag warning = {0};
    diag_set(&warning, ERRCODE_WRONG_OBJECT_TYPE, "cast will be ignored because the %s data type is a domain", which);
    warning.severity = "WARNING";
    env->notice(env->session, &warning);
}

bool ddl_create_cast(struct ddl *d, const PgQuery__CreateCastStmt *stmt)
{
    struct cast cast = {.method = stmt->inout ? 'i' : stmt->func ? 'f' : 'b'};
    if (!find_types(d, stmt->sourcetype, stmt->targettype, &cast))
        return false;
    if (cast.from->typtype == 'p')
        return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "source data type %s is a pseudo-type", type_words(d, cast.source));
    if (cast.to->typtype == 'p')
        return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "target data type %s is a pseudo-type", type_words(d, cast.target));
    warn_of_domain(d, cast.from, "source");
    warn_of_domain(d, cast.to, "target");
    if (stmt->func && (!(cast.proc = find_function(d, stmt->func)) || !check_function(d, &cast)))
        return false;
    if (cast.method == 'b' && !check_binary(d, &cast))
        return false;
    if (cast.method == 'i' && cast.source == cast.target)
        return wrong(d, "source data type and target data type are the same");
    if (catalog_cast_find(d->catalog, cast.source, cast.target))
        return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "cast from type %s to type %s already exists",
                        type_words(d, cast.source), type_words(d, cast.target));
    cast.context = stmt->context == PG_QUERY__COERCION_CONTEXT__COERCION_IMPLICIT     ? 'i'
                   : stmt->context == PG_QUERY__COERCION_CONTEXT__COERCION_ASSIGNMENT ? 'a'
                                                                                      : 'e';
    /* A cast of something temporary goes with it. */
    oid_t proc = cast.proc ? cast.proc->oid : 0;
    d->temporary = oid_is_temporary(cast.source) || oid_is_temporary(cast.target) || oid_is_temporary(proc);
    oid_t oid = ddl_new_oid(d, 1);
    struct datum row[] = {datum_int(oid),
                          datum_int(cast.source),
                          datum_int(cast.target),
                          datum_int(proc),
                          datum_cstr(arena_printf(d->arena, "%c", cast.context)),
                          datum_cstr(arena_printf(d->arena, "%c", cast.method))};
    return oid &&
           ddl_bind(d, "INSERT INTO pgquill_cast (oid, source, target, proc, context, method) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", 6,
                    row) &&
           ddl_functions_changed(d);
}

/* pg_catalog.int4[]: a type as it was written, for what is not there. */
static const char *written(struct ddl *d, const PgQuery__TypeName *type)
{
    const char *text = "";
    for (size_t i = 0; i < type->n_names; i++)
        text = arena_printf(d->arena, "%s%s%s", text, i ? "." : "", type->names[i]->string->sval);
    return type->n_array_bounds ? arena_printf(d->arena, "%s[]", text) : text;
}

static bool drop_cast(struct ddl *d, const PgQuery__List *types, bool missing_ok)
{
    struct cast cast = {0};
    if (!find_types(d, types->items[0]->type_name, types->items[1]->type_name, &cast)) {
        if (!missing_ok)
            return false;
        ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "%s, skipping", d->diag->message);
        diag_clear(d->diag);
        return true;
    }
    const struct cast_fact *found = own_cast(d, cast.source, cast.target);
    const char *from = type_words(d, cast.source), *to = type_words(d, cast.target);
    if (!found && catalog_cast_find(d->catalog, cast.source, cast.target))
        return diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                        "cannot drop cast from %s to %s because it is required by the database system", from, to);
    if (!found && missing_ok) {
        ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "cast from type %s to type %s does not exist, skipping",
                   written(d, types->items[0]->type_name), written(d, types->items[1]->type_name));
        return true;
    }
    if (!found)
        return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "cast from type %s to type %s does not exist", from, to);
    const struct catalog_extension *extension = catalog_extension_of(d->catalog, found->oid);
    if (extension) {
        diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST, "cannot drop %s because extension %s requires it",
                 ddl_cast_words(d, found), extension->name);
        return diag_hint(d->diag, "You can drop extension %s instead.", extension->name);
    }
    if (found->source == cast.from->oid && cast.from->typtype == 'r' && found->oid == cast.from->oid + RANGE_CAST) {
        diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST, "cannot drop %s because type %s requires it",
                 ddl_cast_words(d, found), from);
        return diag_hint(d->diag, "You can drop type %s instead.", from);
    }
    struct datum oid = datum_int(found->oid);
    ddl_follow(d, found->oid);
    return ddl_prepare_file(d) && ddl_bind(d, "DELETE FROM pgquill_cast WHERE oid = ?1", 1, &oid) && ddl_functions_changed(d);
}

bool ddl_drop_casts(struct ddl *d, const PgQuery__DropStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_objects; i++)
        if (!drop_cast(d, stmt->objects[i]->list, stmt->missing_ok))
            return false;
    return true;
}
