#include "sql/analyse_internal.h"

#include "sql/parse.h"
#include "sql/routine.h"

#include <stdarg.h>

/* The doors of the analysis, and what all its files need. */

void *analysis_error(struct analysis *a, const char *sqlstate, int location, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(a->arena, format, args);
    va_end(args);
    diag_set(a->diag, sqlstate, "%s", message);
    compiler_position(a->compiler, a->diag, location);
    return NULL;
}

const struct type_desc *analysis_type_desc(struct analysis *a, oid_t type)
{
    const struct type_desc *desc = type_builtin(type);
    return desc ? desc : catalog_type_by_oid(a->catalog, type);
}

const char *analysis_type(struct analysis *a, oid_t type)
{
    struct buf buf;
    buf_init(&buf);
    type_format(a->compiler->env->resolver, type, -1, &buf);
    const char *name = arena_strndup(a->arena, buf.data ? buf.data : "", buf.len);
    buf_deinit(&buf);
    return name;
}

const char *analysis_string(const PgQuery__Node *node)
{
    return node && node->node_case == PG_QUERY__NODE__NODE_STRING ? node->string->sval : NULL;
}

struct expr *expr_new(struct analysis *a, enum expr_kind kind, oid_t type, int location)
{
    struct expr *expr = arena_new(a->arena, struct expr);
    expr->kind = kind;
    expr->type = type;
    expr->typmod = -1;
    expr->location = location;
    const struct type_desc *desc = type ? analysis_type_desc(a, type) : NULL;
    expr->collation = desc ? desc->collation : 0;
    return expr;
}

void expr_list_add(struct analysis *a, struct expr_list *list, struct expr *expr)
{
    if ((list->count & (list->count - 1)) == 0) {
        size_t cap = list->count ? (size_t) list->count * 2 : 1;
        list->items = arena_grow(a->arena, list->items, sizeof(*list->items) * (size_t) list->count, sizeof(*list->items) * cap);
    }
    list->items[list->count++] = expr;
}

PgQuery__SelectStmt *analyse_into(PgQuery__SelectStmt *stmt)
{
    while (stmt && !stmt->into_clause)
        stmt = stmt->larg;
    return stmt;
}

bool analyse_handles(const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        return !analyse_into(node->select_stmt);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
        return true;
    default:
        return false;
    }
}

struct query *analyse_query_node(struct analysis *a, const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        return analyse_select(a, node->select_stmt);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
        return analyse_insert(a, node->insert_stmt);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
        return analyse_update(a, node->update_stmt);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
        return analyse_delete(a, node->delete_stmt);
    case PG_QUERY__NODE__NODE_MERGE_STMT:
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "MERGE is not supported yet");
    default:
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "this statement cannot be analysed as a query");
    }
}

static struct analysis analysis_of(struct compiler *compiler, struct arena *arena, struct diag *diag)
{
    return (struct analysis){.compiler = compiler, .catalog = compiler->catalog, .arena = arena, .diag = diag};
}

struct query *analyse_statement(struct compiler *compiler, const PgQuery__Node *node, struct diag *diag)
{
    struct analysis a = analysis_of(compiler, compiler->arena, diag);
    struct query *query = analyse_query_node(&a, node);
    return query && compiler->routine_result && !routine_check_result(&a, query, compiler->routine_result) ? NULL : query;
}

/* Compiling something else in passing: its own text, no literals, no parameters. */
static struct compiler enter(struct compiler *compiler, struct arena *arena, const char *text)
{
    struct compiler saved = *compiler;
    compiler->arena = arena;
    compiler->text = compiler->whole = text;
    compiler->offset = 0;
    compiler->nliterals = 0;
    compiler->no_params = true;
    compiler->variables = NULL;
    compiler->routine_result = NULL;
    return saved;
}

static void leave(struct compiler *compiler, const struct compiler *saved)
{
    int next_rte = compiler->next_rte, next_cte = compiler->next_cte;
    *compiler = *saved;
    compiler->next_rte = next_rte;
    compiler->next_cte = next_cte;
}

struct query *analyse_query_text(struct compiler *compiler, struct arena *arena, const char *sql, struct diag *diag)
{
    struct compiler saved = enter(compiler, arena, sql);
    compiler->system_path = true;
    bool was_last = catalog_find_temporary_last(compiler->catalog, true);
    PgQuery__Node *node = parse_statement(arena, sql, diag);
    struct query *query = NULL;
    if (node && node->node_case == PG_QUERY__NODE__NODE_VIEW_STMT)
        node = node->view_stmt->query;
    if (node) {
        struct analysis a = analysis_of(compiler, arena, diag);
        query = analyse_query_node(&a, node);
    }
    catalog_find_temporary_last(compiler->catalog, was_last);
    leave(compiler, &saved);
    return query;
}

struct rte *analyse_relation_entry(struct compiler *compiler, struct arena *arena, const struct catalog_relation *relation)
{
    struct diag unused = {0};
    struct analysis a = analysis_of(compiler, arena, &unused);
    return rte_relation(&a, relation, NULL);
}

struct expr *analyse_expr_node(struct compiler *compiler, struct arena *arena, const PgQuery__Node *node, const char *text,
                               struct rte *rte, const char *what, struct diag *diag)
{
    struct compiler saved = enter(compiler, arena, text);
    struct analysis a = analysis_of(compiler, arena, diag);
    struct scope *scope = scope_push(&a, query_new(&a, COMMAND_SELECT));
    scope->what = what;
    if (rte)
        ns_add(&a, &scope->names, ns_item_rte(&a, rte));
    struct expr *expr = analyse_in(&a, node, CLAUSE_SCHEMA);
    leave(compiler, &saved);
    return expr;
}

struct expr *analyse_expr_text(struct compiler *compiler, struct arena *arena, const char *text, struct rte *rte,
                               struct diag *diag)
{
    const char *sql = arena_printf(arena, "SELECT %s", text);
    PgQuery__Node *node = parse_statement(arena, sql, diag);
    if (!node)
        return NULL;
    if (node->node_case != PG_QUERY__NODE__NODE_SELECT_STMT || node->select_stmt->n_target_list != 1) {
        diag_set(diag, ERRCODE_SYNTAX_ERROR, "a single expression was expected");
        return NULL;
    }
    bool saved_path = compiler->system_path, was_last = catalog_find_temporary_last(compiler->catalog, true);
    compiler->system_path = true;
    struct expr *expr =
        analyse_expr_node(compiler, arena, node->select_stmt->target_list[0]->res_target->val, sql, rte, "expressions", diag);
    compiler->system_path = saved_path;
    catalog_find_temporary_last(compiler->catalog, was_last);
    return expr;
}

struct expr *analyse_assignment(struct compiler *compiler, struct arena *arena, struct expr *expr, const char *column, oid_t type,
                                int32_t typmod, struct diag *diag)
{
    struct analysis a = analysis_of(compiler, arena, diag);
    struct expr *out = coerce_to_target(&a, expr, type, typmod, COERCE_ASSIGNMENT, expr->location);
    if (!out && !diag_is_set(diag)) {
        analysis_error(&a, ERRCODE_DATATYPE_MISMATCH, expr->location, "column \"%s\" is of type %s but expression is of type %s",
                       column, analysis_type(&a, type), analysis_type(&a, expr->type));
        diag_hint(diag, "You will need to rewrite or cast the expression.");
    }
    return out;
}

bool analyse_key_types(struct compiler *compiler, struct arena *arena, oid_t key, oid_t referring)
{
    struct diag ignored = {0};
    struct analysis a = analysis_of(compiler, arena, &ignored);
    const struct operator_fact *const *operators;
    oid_t left = coercion_base(&a, key, NULL), right = coercion_base(&a, referring, NULL);
    const struct type_desc *type = analysis_type_desc(&a, left);
    bool is_general = type && (type->typtype != 'b' || type->category == 'A');
    /* Keys of enums, ranges and arrays are compared by operators for all such types, which domains are none of. */
    if (left == right)
        return key == referring || !is_general;
    int count = catalog_operators_by_name(a.catalog, "pg_catalog", "=", arena, &operators);
    for (int i = 0; i < count; i++)
        if (operators[i]->left == left && operators[i]->right == right)
            return true;
    /* varchar has text's keys. */
    oid_t input = left == VARCHAR_OID ? TEXT_OID : left;
    bool good = coercion_possible(&a, 1, &right, &input, COERCE_IMPLICIT);
    diag_clear(&ignored);
    return good;
}

bool analyse_is_binary(struct compiler *compiler, struct arena *arena, oid_t from, oid_t to)
{
    struct diag ignored = {0};
    struct analysis a = analysis_of(compiler, arena, &ignored);
    bool is_binary = coercion_is_binary(&a, from, to);
    diag_clear(&ignored);
    return is_binary;
}

bool analyse_has_order(struct compiler *compiler, struct arena *arena, const char *name, oid_t type)
{
    struct diag ignored = {0};
    struct analysis a = analysis_of(compiler, arena, &ignored);
    bool found = type == RECORD_OID || operator_ordering(&a, name, type);
    diag_clear(&ignored);
    return found;
}

/* The sequence behind an identity column. */
static const struct catalog_relation *identity_sequence(struct analysis *a, const struct catalog_relation *relation,
                                                        int16_t attnum)
{
    const struct catalog_relation *at;
    for (int i = 0; (at = catalog_relation_at(a->catalog, i)); i++)
        if (at->kind == 'S' && at->sequence && at->sequence->owner_relation == relation->oid &&
            at->sequence->owner_attnum == attnum)
            return at;
    return NULL;
}

bool analyse_default(struct compiler *compiler, struct arena *arena, const struct catalog_relation *relation,
                     const struct catalog_column *column, struct expr **out, struct diag *diag)
{
    struct analysis a = analysis_of(compiler, arena, diag);
    *out = NULL;
    if (column->default_expr && !column->generated) {
        struct expr *expr = analyse_expr_text(compiler, arena, column->default_expr, NULL, diag);
        *out = expr ? analyse_assignment(compiler, arena, expr, column->name, column->type, column->typmod, diag) : NULL;
        return *out != NULL;
    }
    const struct catalog_relation *sequence = column->identity ? identity_sequence(&a, relation, column->attnum) : NULL;
    if (sequence) {
        enum { NEXTVAL_OID = 1574 };
        struct expr *arg = literal_int(&a, sequence->oid, REGCLASS_OID, -1);
        struct expr *expr = func_call_proc(&a, NEXTVAL_OID, 1, &arg, -1);
        *out = expr ? analyse_assignment(compiler, arena, expr, column->name, column->type, column->typmod, diag) : NULL;
        return *out != NULL;
    }
    const struct type_desc *type = analysis_type_desc(&a, column->type);
    const struct type_desc *domain = type;
    while (domain && domain->typtype == 'd' && !domain->default_expr)
        domain = analysis_type_desc(&a, domain->base);
    if (domain && domain->default_expr) {
        struct expr *expr = analyse_expr_text(compiler, arena, domain->default_expr, NULL, diag);
        *out = expr ? analyse_assignment(compiler, arena, expr, column->name, column->type, column->typmod, diag) : NULL;
        return *out != NULL;
    }
    if (type && type->typtype == 'd') {
        *out = analyse_assignment(compiler, arena, literal_null(&a, UNKNOWN_OID, -1), column->name, column->type, column->typmod,
                                  diag);
        return *out != NULL;
    }
    return true;
}
