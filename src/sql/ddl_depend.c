#include "sql/ddl.h"

#include "sql/parse.h"

/* What stands in the way of dropping something, and how CASCADE takes it away: statements that are run one after the other. */

const char *ddl_relation_words(struct ddl *d, const struct catalog_relation *relation)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
    const char *kind = relation->kind == 'v'   ? "view"
                       : relation->kind == 'c' ? "composite type"
                                               : "table",
               *name = ddl_quote_if_needed(d, relation->name);
    return catalog_relation_is_visible(d->catalog, relation)
               ? arena_printf(d->arena, "%s %s", kind, name)
               : arena_printf(d->arena, "%s %s.%s", kind, ddl_quote_if_needed(d, schema->name), name);
}

void ddl_add_dependent(struct ddl *d, struct ddl_dependents *all, const char *words, const char *on, const char *sql)
{
    if (all->count == all->capacity) {
        int capacity = all->capacity ? all->capacity * 2 : 8;
        size_t size = sizeof *all->items;
        all->items = arena_grow(d->arena, all->items, size * (size_t) all->capacity, size * (size_t) capacity);
        all->capacity = capacity;
    }
    all->items[all->count++] = (struct ddl_dependent){words, on, sql};
}

void ddl_dependent_column(struct ddl *d, struct ddl_dependents *all, const struct catalog_relation *relation,
                          const struct catalog_column *column, const char *on)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
    const char *words = arena_printf(d->arena, "column %s of %s", column->name, ddl_relation_words(d, relation));
    const char *verb = relation->kind == 'c' ? "ALTER TYPE" : "ALTER TABLE",
               *what = relation->kind == 'c' ? "ATTRIBUTE" : "COLUMN";
    ddl_add_dependent(d, all, words, arena_strdup(d->arena, on),
                      arena_printf(d->arena, "%s %s.%s DROP %s IF EXISTS %s CASCADE", verb, ddl_quote(d, schema->name),
                                   ddl_quote(d, relation->name), what, ddl_quote(d, column->name)));
}

static bool refuse(struct ddl *d, const struct ddl_dependents *all, const char *words)
{
    struct buf details;
    buf_init(&details);
    for (int i = 0; i < all->count; i++)
        buf_printf(&details, "%s%s depends on %s", i ? "\n" : "", all->items[i].words, all->items[i].on);
    diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST, "cannot drop %s because other objects depend on it", words);
    diag_detail(d->diag, "%s", buf_cstr(&details));
    diag_hint(d->diag, "Use DROP ... CASCADE to drop the dependent objects too.");
    buf_deinit(&details);
    return false;
}

void ddl_tell_cascade(struct ddl *d, int count, const char *const *words)
{
    struct func_env *env = d->compiler->env;
    if (count == 0 || !env || !env->notice)
        return;
    struct diag notice = {0};
    struct buf details = {0};
    if (count == 1)
        diag_set(&notice, ERRCODE_SUCCESSFUL_COMPLETION, "drop cascades to %s", words[0]);
    else
        diag_set(&notice, ERRCODE_SUCCESSFUL_COMPLETION, "drop cascades to %d other objects", count);
    for (int i = 0; count > 1 && i < count; i++)
        buf_printf(&details, "%sdrop cascades to %s", i ? "\n" : "", words[i]);
    if (count > 1)
        diag_detail(&notice, "%s", buf_cstr(&details));
    buf_deinit(&details);
    notice.severity = "NOTICE";
    env->notice(env->session, &notice);
}

bool ddl_release_dependents(struct ddl *d, const struct ddl_dependents *all, const char *words, bool cascade)
{
    if (all->count && !cascade)
        return refuse(d, all, words);
    const char **words_of_all = arena_array(d->arena, const char *, all->count + 1);
    for (int i = 0; i < all->count; i++)
        words_of_all[i] = all->items[i].words;
    ddl_tell_cascade(d, all->count, words_of_all);
    for (int i = 0; i < all->count; i++) {
        const PgQuery__Node *node = parse_statement(d->arena, all->items[i].sql, d->diag);
        if (!node)
            return false;
        if (!(node->node_case == PG_QUERY__NODE__NODE_DROP_STMT ? ddl_drop(d, node->drop_stmt)
                                                                : ddl_alter_table(d, node->alter_table_stmt)))
            return false;
    }
    return true;
}
