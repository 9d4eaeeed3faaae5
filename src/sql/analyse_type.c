#include "sql/analyse_internal.h"
#include "sql/parse.h"

/* Types and collations as written. */

static const char *written(struct compiler *compiler, const PgQuery__TypeName *name)
{
    const char *out = "";
    for (size_t i = 0; i < name->n_names; i++)
        out = arena_printf(compiler->arena, "%s%s%s", out, i ? "." : "", analysis_string(name->names[i]));
    for (size_t i = 0; i < name->n_array_bounds; i++)
        out = arena_printf(compiler->arena, "%s[]", out);
    return out;
}

/* Modifiers are constants, or for some types names. */
static bool read_mods(struct compiler *compiler, const PgQuery__TypeName *name, int32_t *mods, struct diag *diag)
{
    for (size_t i = 0; i < name->n_typmods; i++) {
        const PgQuery__Node *node = name->typmods[i];
        if (node->node_case == PG_QUERY__NODE__NODE_A_CONST && node->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL) {
            mods[i] = node->a_const->ival->ival;
            continue;
        }
        diag_set(diag, ERRCODE_SYNTAX_ERROR, "type modifiers must be simple constants or identifiers");
        return compiler_position(compiler, diag, name->location);
    }
    return true;
}

bool analyse_type_name(struct compiler *compiler, const PgQuery__TypeName *name, oid_t *type, int32_t *typmod, struct diag *diag)
{
    const struct type_desc *desc = NULL;
    *typmod = -1;
    if (name->pct_type) {
        diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "%%TYPE is not supported yet");
        return compiler_position(compiler, diag, name->location);
    }
    size_t count = name->n_names;
    const char *last = count ? analysis_string(name->names[count - 1]) : NULL;
    if (!last) {
        desc = type_builtin(name->type_oid);
    } else {
        const char *schema = count > 1 ? analysis_string(name->names[count - 2]) : NULL;
        if (schema && !catalog_schema_by_name(compiler->catalog, schema) && strcmp(schema, "pg_catalog") != 0) {
            diag_set(diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", schema);
            return compiler_position(compiler, diag, name->location);
        }
        if (!schema || strcmp(schema, "pg_catalog") == 0)
            desc = type_builtin_by_name(last);
        if (!desc)
            desc = catalog_type_by_name(compiler->catalog, schema, last);
    }
    if (!desc) {
        diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type \"%s\" does not exist", written(compiler, name));
        return compiler_position(compiler, diag, name->location);
    }
    if (name->n_typmods) {
        int32_t mods[16];
        if (!desc->codec->typmod_in || name->n_typmods > 16) {
            diag_set(diag, ERRCODE_SYNTAX_ERROR, "type modifier is not allowed for type \"%s\"", written(compiler, name));
            return compiler_position(compiler, diag, name->location);
        }
        if (!read_mods(compiler, name, mods, diag))
            return false;
        if (!desc->codec->typmod_in(mods, (int) name->n_typmods, typmod, diag))
            return compiler_position(compiler, diag, name->location);
    }
    *type = desc->oid;
    if (name->n_array_bounds) {
        if (!desc->array) {
            diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type \"%s\" does not exist", written(compiler, name));
            return compiler_position(compiler, diag, name->location);
        }
        *type = desc->array;
    }
    return true;
}

bool analyse_collation_name(struct compiler *compiler, size_t count, PgQuery__Node **names, int location, oid_t *collation,
                            struct diag *diag)
{
    const char *name = count ? analysis_string(names[count - 1]) : "",
               *schema = count > 1 ? analysis_string(names[count - 2]) : NULL;
    struct catalog_collation found;
    if (schema && !catalog_schema_by_name(compiler->catalog, schema))
        diag_set(diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", schema);
    else if (catalog_collation_by_name(compiler->catalog, schema, name, &found))
        return *collation = found.oid, true;
    else
        diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "collation \"%s%s%s\" for encoding \"UTF8\" does not exist",
                 schema ? schema : "", schema ? "." : "", name);
    return compiler_position(compiler, diag, location);
}

/* The type of "SELECT NULL::type", if the statement is no more than that. */
static const PgQuery__TypeName *lone_cast(const PgQuery__Node *node)
{
    if (!node || node->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return NULL;
    const PgQuery__SelectStmt *select = node->select_stmt;
    if (select->n_target_list != 1 || select->n_from_clause || select->where_clause || select->n_group_clause ||
        select->having_clause || select->n_window_clause || select->n_sort_clause || select->limit_count ||
        select->limit_offset || select->n_locking_clause || select->into_clause ||
        select->op != PG_QUERY__SET_OPERATION__SETOP_NONE)
        return NULL;
    const PgQuery__ResTarget *target = select->target_list[0]->res_target;
    if (*target->name || target->val->node_case != PG_QUERY__NODE__NODE_TYPE_CAST ||
        target->val->type_cast->arg->node_case != PG_QUERY__NODE__NODE_A_CONST)
        return NULL;
    return target->val->type_cast->type_name;
}

bool analyse_type_text(void *checker, const char *text, size_t len, oid_t *type, struct diag *diag)
{
    static const char before[] = "SELECT NULL::";
    struct compiler *compiler = checker;
    struct arena arena, *outer = compiler->arena;
    arena_init(&arena);
    compiler->arena = &arena; /* values are read outside of compilations too */
    const char *statement = arena_printf(&arena, "%s%.*s", before, (int) len, text);
    PgQuery__Node *node = parse_statement(&arena, statement, diag);
    const PgQuery__TypeName *name = lone_cast(node);
    int32_t typmod;
    bool found = false;
    if (!node) {
        diag->position = 0; /* where in the type's name; of the statement, the caller knows */
    } else if (!name || name->setof) {
        diag_set(diag, ERRCODE_SYNTAX_ERROR, "invalid type name \"%.*s\"", (int) len, text);
    } else {
        /* Where in the statement the type stands says nothing to whoever wrote it. */
        PgQuery__TypeName placeless = *name;
        placeless.location = -1;
        found = analyse_type_name(compiler, &placeless, type, &typmod, diag);
    }
    compiler->arena = outer;
    arena_deinit(&arena);
    return found;
}
