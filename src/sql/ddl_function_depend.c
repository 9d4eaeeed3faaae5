#include "sql/ddl.h"

#include "sql/analyse_internal.h"
#include "sql/parse.h"

/* What needs a function: views, defaults, CHECK constraints and indexes that call it. */

struct dependents {
    struct ddl *d;
    oid_t function;
    int count, cap;
    struct dependent {
        const char *name; /* as messages have it */
        const char *drop; /* the statement that makes it need the function no longer */
    } * items;
};

static bool is_call(void *arg, struct expr *expr, int depth, bool *skip)
{
    (void) depth, (void) skip;
    return expr->kind == EXPR_CALL && expr->call.proc && expr->call.proc->oid == *(const oid_t *) arg;
}

static void add(struct dependents *out, const char *name, const char *drop)
{
    if (out->count == out->cap) {
        int cap = out->cap ? out->cap * 2 : 8;
        out->items =
            arena_grow(out->d->arena, out->items, sizeof *out->items * (size_t) out->cap, sizeof *out->items * (size_t) cap);
        out->cap = cap;
    }
    out->items[out->count++] = (struct dependent){name, drop};
}

static const char *qualified(struct ddl *d, const struct catalog_relation *relation)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
    return arena_printf(d->arena, "%s.%s", ddl_quote(d, schema->name), ddl_quote(d, relation->name));
}

static const char *shown(struct ddl *d, const struct catalog_relation *relation)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
    const char *kind = relation->kind == 'v' ? "view" : "table";
    return catalog_relation_is_visible(d->catalog, relation)
               ? arena_printf(d->arena, "%s %s", kind, relation->name)
               : arena_printf(d->arena, "%s %s.%s", kind, schema->name, relation->name);
}

static bool text_calls(struct dependents *out, const struct catalog_relation *relation, const char *text)
{
    struct diag ignored = {0};
    struct ddl *d = out->d;
    if (!text)
        return false;
    struct rte *entry = analyse_relation_entry(d->compiler, d->arena, relation);
    struct expr *expr = analyse_expr_text(d->compiler, d->arena, text, entry, &ignored);
    diag_clear(&ignored);
    return expr && expr_walk(expr, 0, is_call, &out->function);
}

static void relation_dependents(struct dependents *out, const struct catalog_relation *relation)
{
    struct ddl *d = out->d;
    const char *name = qualified(d, relation), *seen = shown(d, relation);
    if (relation->view_query) {
        struct diag ignored = {0};
        struct query *query = analyse_query_text(d->compiler, d->arena, relation->view_query, &ignored);
        diag_clear(&ignored);
        if (query && query_walk(query, 0, is_call, &out->function))
            add(out, seen, arena_printf(d->arena, "DROP VIEW IF EXISTS %s CASCADE", name));
    }
    for (int i = 0; i < relation->natts; i++) {
        const struct catalog_column *column = &relation->columns[i];
        if (column->dropped || !text_calls(out, relation, column->default_expr))
            continue;
        const char *quoted = ddl_quote(d, column->name);
        if (column->generated)
            add(out, arena_printf(d->arena, "column %s of %s", column->name, seen),
                arena_printf(d->arena, "ALTER TABLE %s DROP COLUMN %s CASCADE", name, quoted));
        else
            add(out, arena_printf(d->arena, "default value for column %s of %s", column->name, seen),
                arena_printf(d->arena, "ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT", name, quoted));
    }
    for (int i = 0; i < relation->nconstraints; i++)
        if (text_calls(out, relation, relation->constraints[i].check))
            add(out, arena_printf(d->arena, "constraint %s on %s", relation->constraints[i].name, seen),
                arena_printf(d->arena, "ALTER TABLE %s DROP CONSTRAINT %s", name, ddl_quote(d, relation->constraints[i].name)));
    for (int i = 0; i < relation->nindexes; i++) {
        const struct catalog_index *index = &relation->indexes[i];
        bool calls = text_calls(out, relation, index->predicate);
        for (int k = 0; k < index->nkeys && !calls; k++)
            calls = index->exprs && text_calls(out, relation, index->exprs[k]);
        if (calls)
            add(out, arena_printf(d->arena, "index %s", index->name),
                arena_printf(d->arena, "DROP INDEX %s.%s",
                             ddl_quote(d, catalog_schema_by_oid(d->catalog, relation->schema)->name), ddl_quote(d, index->name)));
    }
}

static bool run(struct ddl *d, const char *sql)
{
    PgQuery__Node *node = parse_statement(d->arena, sql, d->diag);
    if (!node)
        return false;
    return node->node_case == PG_QUERY__NODE__NODE_DROP_STMT ? ddl_drop(d, node->drop_stmt)
                                                             : ddl_alter_table(d, node->alter_table_stmt);
}

static bool refuse(struct ddl *d, const char *object, const struct dependents *found)
{
    struct buf details = {0};
    for (int i = 0; i < found->count; i++)
        buf_printf(&details, "%s%s depends on %s", i ? "\n" : "", found->items[i].name, object);
    diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST, "cannot drop %s because other objects depend on it", object);
    diag_detail(d->diag, "%s", buf_cstr(&details));
    buf_deinit(&details);
    return diag_hint(d->diag, "Use DROP ... CASCADE to drop the dependent objects too.");
}

bool ddl_release_function(struct ddl *d, const struct catalog_function *function, bool cascade)
{
    struct dependents found = {.d = d, .function = function->fact.oid};
    const struct catalog_relation *relation;
    const char *object = ddl_describe_function(d, function);
    for (int i = 0; (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        if (relation->kind == 'r' || relation->kind == 'v')
            relation_dependents(&found, relation);
    const struct cast_fact *cast;
    for (int i = 0; (cast = catalog_own_cast_at(d->catalog, i)); i++)
        if (cast->proc == found.function)
            add(&found, ddl_cast_words(d, cast), ddl_cast_drop(d, cast));
    if (found.count && !cascade)
        return refuse(d, object, &found);
    const char **words = arena_array(d->arena, const char *, found.count + 1);
    for (int i = 0; i < found.count; i++)
        words[i] = found.items[i].name;
    ddl_tell_cascade(d, found.count, words);
    struct func_env *env = d->compiler->env;
    void (*notice)(void *, struct diag *) = env ? env->notice : NULL;
    bool good = true;
    if (env)
        env->notice = NULL; /* what they bring along has been told */
    for (int i = 0; i < found.count && good; i++)
        good = run(d, found.items[i].drop);
    if (env)
        env->notice = notice;
    return good;
}
