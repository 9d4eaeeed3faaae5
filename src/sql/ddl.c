#include "sql/ddl.h"

/* Which statement is which file's. */

bool ddl_is_prepared(struct ddl *d)
{
    int64_t one;
    bool found = false;
    return ddl_int(d, "SELECT 1 FROM sqlite_schema WHERE name = 'pgquill_function'", 0, NULL, &one, &found) && found;
}

bool ddl_duplicate_detail(struct ddl *d, const struct catalog_relation *relation, const struct catalog_index *index)
{
    struct buf names = {0}, columns = {0}, values = {0};
    for (int k = 0; k < index->nkeys; k++) {
        if (!index->attnums[k]) {
            buf_deinit(&names);
            buf_deinit(&columns);
            return false;
        }
        const struct catalog_column *column = catalog_column_by_attnum(relation, index->attnums[k]);
        buf_printf(&names, "%s%s", k ? ", " : "", column->name);
        buf_printf(&columns, "%s%s", k ? ", " : "", ddl_quote(d, column->storage));
    }
    const char *sql = arena_printf(d->arena, "SELECT %s FROM %s GROUP BY %s HAVING count(*) > 1 LIMIT 1", buf_cstr(&columns),
                                   ddl_quote(d, relation->storage), buf_cstr(&columns));
    struct diag ignored = {0};
    struct engine_stmt *stmt = engine_prepare(d->engine, sql, strlen(sql), false, &ignored);
    if (stmt && engine_step(stmt, &ignored) == ENGINE_ROW) {
        for (int k = 0; k < index->nkeys; k++) {
            struct datum value;
            engine_column(stmt, k, &value);
            const struct type_desc *type =
                catalog_type_by_oid(d->catalog, catalog_column_by_attnum(relation, index->attnums[k])->type);
            struct type_io io = {.type = type,
                                 .typmod = -1,
                                 .settings = d->compiler->env->types,
                                 .resolver = catalog_type_resolver(d->catalog),
                                 .arena = d->arena};
            if (k)
                buf_puts(&values, ", ");
            type_out(&io, &value, &values, &ignored);
        }
        diag_detail(d->diag, "Key (%s)=(%s) is duplicated.", buf_cstr(&names), buf_cstr(&values));
    }
    if (stmt)
        engine_finalize(stmt);
    diag_clear(&ignored);
    buf_deinit(&names);
    buf_deinit(&columns);
    buf_deinit(&values);
    return false;
}

static bool run(struct ddl *d, PgQuery__Node *node, int64_t *count)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        return ddl_create_table(d, node->create_stmt);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        return ddl_create_table_as(d, node->create_table_as_stmt, count);
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        return ddl_select_into(d, node, count);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        return ddl_index_stmt(d, node->index_stmt);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        return ddl_alter_table(d, node->alter_table_stmt);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        return ddl_rename(d, node->rename_stmt);
    case PG_QUERY__NODE__NODE_DROP_STMT:
        return ddl_drop(d, node->drop_stmt);
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        return ddl_truncate(d, node->truncate_stmt);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        return ddl_create_view(d, node->view_stmt);
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
        return ddl_create_schema(d, node->create_schema_stmt);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        return ddl_create_sequence(d, node->create_seq_stmt);
    case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT:
        return ddl_alter_sequence(d, node->alter_seq_stmt);
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
        return ddl_comment(d, node->comment_stmt);
    case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
        return ddl_create_range(d, node->create_range_stmt);
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
        return ddl_create_enum(d, node->create_enum_stmt);
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
        return ddl_alter_enum(d, node->alter_enum_stmt);
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
        return ddl_create_composite(d, node->composite_type_stmt);
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
        return ddl_create_function(d, node->create_function_stmt);
    case PG_QUERY__NODE__NODE_ALTER_FUNCTION_STMT:
        return ddl_alter_function(d, node->alter_function_stmt);
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
        return ddl_create_domain(d, node->create_domain_stmt);
    case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
        return ddl_alter_domain(d, node->alter_domain_stmt);
    case PG_QUERY__NODE__NODE_DEFINE_STMT:
        if (node->define_stmt->kind == PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION)
            return ddl_create_collation(d, node->define_stmt);
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "this statement is not supported yet");
    case PG_QUERY__NODE__NODE_CREATE_CAST_STMT:
        return ddl_create_cast(d, node->create_cast_stmt);
    case PG_QUERY__NODE__NODE_ALTER_COLLATION_STMT:
        return ddl_alter_collation(d, node->alter_collation_stmt);
    case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
        return ddl_create_extension(d, node->create_extension_stmt);
    case PG_QUERY__NODE__NODE_ALTER_EXTENSION_STMT:
        return ddl_alter_extension(d, node->alter_extension_stmt);
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
        if (node->alter_object_schema_stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION)
            return ddl_move_extension(d, node->alter_object_schema_stmt);
        if (node->alter_object_schema_stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION ||
            node->alter_object_schema_stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE)
            return ddl_function_schema(d, node->alter_object_schema_stmt);
        if (ddl_moves_temporary(d, node->alter_object_schema_stmt))
            return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot move objects into or out of temporary schemas");
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "SET SCHEMA of this kind of object is not supported yet");
    case PG_QUERY__NODE__NODE_GRANT_STMT:
    case PG_QUERY__NODE__NODE_ALTER_OWNER_STMT:
    case PG_QUERY__NODE__NODE_ALTER_DEFAULT_PRIVILEGES_STMT:
        return true; /* there is one owner, who has every right already */
    default:
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "this statement is not supported yet");
    }
}

bool ddl_changed_file(const struct compiler *compiler)
{
    return compiler->ddl_changed_file;
}

bool ddl_used_temporary(const struct compiler *compiler)
{
    return compiler->ddl_used_temporary;
}

bool ddl_with(struct compiler *compiler, const char *text, bool (*work)(struct ddl *d, void *argument), void *argument,
              struct diag *diag)
{
    struct arena arena;
    arena_init(&arena);
    /* Analysis works in the compiler's surroundings: here they are the statement's own, and it has no parameters. */
    struct compiler outer = *compiler;
    compiler->arena = &arena; // cppcheck-suppress autoVariables ; put back below
    compiler->text = compiler->whole = text;
    compiler->offset = 0;
    compiler->nliterals = compiler->nparams = 0;
    compiler->literals = NULL;
    compiler->uses = NULL;
    compiler->no_params = true;
    struct ddl d = {.compiler = compiler,
                    .engine = compiler->engine,
                    .catalog = compiler->catalog,
                    .arena = &arena,
                    .text = text,
                    .diag = diag};
    bool done = work(&d, argument);
    outer.cache = compiler->cache;
    outer.temporary_oids = compiler->temporary_oids;
    outer.ddl_changed_file = d.changed_file;
    outer.ddl_used_temporary = d.used_temporary;
    outer.seen_generation = compiler->seen_generation;
    outer.seen_version = compiler->seen_version;
    *compiler = outer;
    arena_deinit(&arena);
    return done;
}

struct execution {
    PgQuery__Node *node;
    int64_t *count;
};

static bool execute(struct ddl *d, void *argument)
{
    const struct execution *execution = argument;
    return run(d, execution->node, execution->count);
}

bool ddl_execute(struct compiler *compiler, struct plan *plan, const struct datum *params, int64_t *count, struct diag *diag)
{
    struct execution execution = {plan->node, count};
    (void) params;
    *count = -1;
    return ddl_with(compiler, plan->text, execute, &execution, diag);
}
