#include "sql/deparse.h"

#include <pg_query.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

const char *deparse_statement(struct arena *arena, PgQuery__Node *stmt, struct diag *diag)
{
    PgQuery__RawStmt raw = PG_QUERY__RAW_STMT__INIT;
    PgQuery__RawStmt *raws[] = {&raw};
    PgQuery__ParseResult result = PG_QUERY__PARSE_RESULT__INIT;
    raw.stmt = stmt;
    result.version = PG_VERSION_NUM;
    result.n_stmts = 1;
    result.stmts = raws;
    size_t len = pg_query__parse_result__get_packed_size(&result);
    PgQueryProtobuf packed = {.len = (unsigned) len, .data = arena_alloc(arena, len + 1)};
    pg_query__parse_result__pack(&result, (uint8_t *) packed.data);
    PgQueryDeparseResult text = pg_query_deparse_protobuf(packed);
    const char *out = NULL;
    if (text.error)
        diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "%s", text.error->message);
    else
        out = arena_strdup(arena, text.query);
    pg_query_free_deparse_result(text);
    return out;
}

const char *deparse_expr(struct arena *arena, PgQuery__Node *expr, struct diag *diag)
{
    /* Only statements have a text: the expression becomes the one column of a SELECT. */
    PgQuery__ResTarget target = PG_QUERY__RES_TARGET__INIT;
    PgQuery__Node target_node = PG_QUERY__NODE__INIT, select_node = PG_QUERY__NODE__INIT;
    PgQuery__Node *targets[] = {&target_node};
    PgQuery__SelectStmt select = PG_QUERY__SELECT_STMT__INIT;
    target.val = expr;
    target.name = "";
    target_node.node_case = PG_QUERY__NODE__NODE_RES_TARGET;
    target_node.res_target = &target;
    select.n_target_list = 1;
    select.target_list = targets;
    select.limit_option = PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_DEFAULT;
    select.op = PG_QUERY__SET_OPERATION__SETOP_NONE;
    select_node.node_case = PG_QUERY__NODE__NODE_SELECT_STMT;
    select_node.select_stmt = &select;
    const char *text = deparse_statement(arena, &select_node, diag);
    return text && strncmp(text, "SELECT ", 7) == 0 ? text + 7 : text;
}

/* Typed expressions, as pg_get_expr prints them. */

struct deparse {
    const struct catalog *catalog;
    struct arena *arena;
    const struct rte *relation;
    const struct type_settings *settings;
    struct diag *diag;
    struct buf out;
};

static bool put_expr(struct deparse *d, const struct expr *expr);

static bool is_plain_name(const char *name)
{
    if (!(islower((unsigned char) *name) || *name == '_'))
        return false;
    for (const char *at = name; *at; at++)
        if (!islower((unsigned char) *at) && !isdigit((unsigned char) *at) && *at != '_' && *at != '$')
            return false;
    return true;
}

static void put_name(struct buf *out, const char *name)
{
    if (is_plain_name(name)) {
        buf_puts(out, name);
        return;
    }
    buf_putc(out, '"');
    for (const char *at = name; *at; at++) {
        if (*at == '"')
            buf_putc(out, '"');
        buf_putc(out, *at);
    }
    buf_putc(out, '"');
}

static void put_type(struct deparse *d, oid_t type, int32_t typmod)
{
    /* Without a length, SQL's own words mean a length of one. */
    static const struct {
        oid_t type, array;
        const char *name;
    } bare[] = {{BPCHAR_OID, BPCHAR_ARRAY_OID, "bpchar"}, {BIT_OID, BIT_ARRAY_OID, "\"bit\""}};
    for (size_t i = 0; typmod < 0 && i < sizeof bare / sizeof *bare; i++)
        if (type == bare[i].type || type == bare[i].array) {
            buf_printf(&d->out, "%s%s", bare[i].name, type == bare[i].array ? "[]" : "");
            return;
        }
    type_format(catalog_type_resolver(d->catalog), type, typmod, &d->out);
}

static bool put_list(struct deparse *d, const struct expr_list *list, const char *separator)
{
    for (int i = 0; i < list->count; i++) {
        if (i)
            buf_puts(&d->out, separator);
        if (!put_expr(d, list->items[i]))
            return false;
    }
    return true;
}

static bool put_constant(struct deparse *d, const struct expr *expr)
{
    const struct datum *value = &expr->constant.value;
    if (datum_is_null(value)) {
        buf_puts(&d->out, "NULL::");
        put_type(d, expr->type, expr->typmod);
        return true;
    }
    if (expr->type == BOOL_OID) {
        buf_puts(&d->out, value->i ? "true" : "false");
        return true;
    }
    struct buf text = {0};
    struct type_io io = {.type = catalog_type_by_oid(d->catalog, expr->type),
                         .typmod = -1,
                         .settings = d->settings,
                         .resolver = catalog_type_resolver(d->catalog),
                         .arena = d->arena};
    if (expr->type == UNKNOWN_OID || !io.type)
        buf_append(&text, value->data, value->len);
    else if (!type_out(&io, value, &text, d->diag)) {
        buf_deinit(&text);
        return false;
    }
    bool is_plain = expr->type == INT4_OID || (expr->type == NUMERIC_OID && text.len && memchr(text.data, '.', text.len));
    if (is_plain && text.len && isdigit((unsigned char) text.data[0])) {
        buf_append(&d->out, text.data, text.len);
        buf_deinit(&text);
        return true;
    }
    buf_putc(&d->out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\'')
            buf_putc(&d->out, '\'');
        buf_putc(&d->out, text.data[i]);
    }
    buf_putc(&d->out, '\'');
    buf_deinit(&text);
    if (expr->type != UNKNOWN_OID) {
        buf_puts(&d->out, "::");
        put_type(d, expr->type, expr->typmod);
    }
    return true;
}

static bool put_cast(struct deparse *d, const struct expr *arg, oid_t type, int32_t typmod)
{
    bool parens = !(arg->kind == EXPR_CONST && arg->type == UNKNOWN_OID);
    if (parens)
        buf_putc(&d->out, '(');
    if (!put_expr(d, arg))
        return false;
    if (parens)
        buf_putc(&d->out, ')');
    buf_puts(&d->out, "::");
    put_type(d, type, typmod);
    return true;
}

static bool put_call(struct deparse *d, const struct expr *expr)
{
    const struct expr_list *args = &expr->call.args;
    if (expr->call.op) {
        buf_putc(&d->out, '(');
        if (args->count == 2 && !put_expr(d, args->items[0]))
            return false;
        buf_printf(&d->out, args->count == 2 ? " %s " : "%s ", expr->call.op->name);
        if (!put_expr(d, args->items[args->count - 1]))
            return false;
        buf_putc(&d->out, ')');
        return true;
    }
    if (expr->call.is_cast)
        return put_cast(d, args->items[0], expr->type, expr->typmod);
    put_name(&d->out, expr->call.proc->name);
    buf_putc(&d->out, '(');
    if (expr->call.variadic) {
        struct expr_list fixed = {.items = args->items, .count = args->count - 1};
        if (!put_list(d, &fixed, ", "))
            return false;
        buf_puts(&d->out, fixed.count ? ", VARIADIC " : "VARIADIC ");
        if (!put_expr(d, args->items[fixed.count]))
            return false;
    } else if (!put_list(d, args, ", ")) {
        return false;
    }
    buf_putc(&d->out, ')');
    return true;
}

static bool put_case(struct deparse *d, const struct expr *expr)
{
    buf_puts(&d->out, "\nCASE");
    if (expr->case_.test) {
        buf_putc(&d->out, ' ');
        if (!put_expr(d, expr->case_.test))
            return false;
    }
    for (int i = 0; i < expr->case_.nwhens; i++) {
        const struct expr *when = expr->case_.whens[i].when;
        buf_puts(&d->out, "\n    WHEN ");
        if (!put_expr(d, expr->case_.test && when->kind == EXPR_CALL && when->call.args.count == 2 ? when->call.args.items[1]
                                                                                                   : when))
            return false;
        buf_puts(&d->out, " THEN ");
        if (!put_expr(d, expr->case_.whens[i].then))
            return false;
    }
    if (expr->case_.otherwise) {
        buf_puts(&d->out, "\n    ELSE ");
        if (!put_expr(d, expr->case_.otherwise))
            return false;
    }
    buf_puts(&d->out, "\nEND");
    return true;
}

static bool put_wrapped(struct deparse *d, const char *before, const struct expr_list *list, const char *separator,
                        const char *after)
{
    buf_puts(&d->out, before);
    if (!put_list(d, list, separator))
        return false;
    buf_puts(&d->out, after);
    return true;
}

static bool put_unary(struct deparse *d, const char *before, const struct expr *arg, const char *after)
{
    buf_puts(&d->out, before);
    if (!put_expr(d, arg))
        return false;
    buf_puts(&d->out, after);
    return true;
}

/* The type that all elements have below a relabelling that was not written: PostgreSQL relabels the array as a whole. 0: there is none. */
static oid_t common_below_relabel(const struct expr_list *items)
{
    oid_t common = 0;
    for (int i = 0; i < items->count; i++) {
        const struct expr *item = items->items[i];
        if (item->kind != EXPR_RELABEL || item->cast.is_explicit || (common && item->cast.arg->type != common))
            return 0;
        common = item->cast.arg->type;
    }
    return common == UNKNOWN_OID ? 0 : common;
}

static bool put_array(struct deparse *d, const struct expr_list *items)
{
    oid_t below = common_below_relabel(items);
    const struct type_desc *type = below ? catalog_type_by_oid(d->catalog, items->items[0]->type) : NULL;
    if (!type || !type->array)
        return put_wrapped(d, "ARRAY[", items, ", ", "]");
    for (int i = 0; i < items->count; i++) {
        buf_puts(&d->out, i ? ", " : "(ARRAY[");
        if (!put_expr(d, items->items[i]->cast.arg))
            return false;
    }
    buf_puts(&d->out, "])::");
    put_type(d, type->array, -1);
    return true;
}

static bool put_infix(struct deparse *d, const struct expr *left, const char *op, const struct expr *right, const char *after)
{
    buf_putc(&d->out, '(');
    if (!put_expr(d, left))
        return false;
    buf_printf(&d->out, " %s ", op);
    if (!put_expr(d, right))
        return false;
    buf_puts(&d->out, after);
    return true;
}

static bool put_expr(struct deparse *d, const struct expr *expr)
{
    static const char *const tests[] = {" IS TRUE)",      " IS NOT TRUE)", " IS FALSE)",
                                        " IS NOT FALSE)", " IS UNKNOWN)",  " IS NOT UNKNOWN)"};
    static const char *const values[] = {"CURRENT_DATE",   "CURRENT_TIME",    "CURRENT_TIMESTAMP", "LOCALTIME",
                                         "LOCALTIMESTAMP", "CURRENT_USER",    "SESSION_USER",      "CURRENT_ROLE",
                                         "USER",           "CURRENT_CATALOG", "CURRENT_SCHEMA"};
    switch (expr->kind) {
    case EXPR_CONST:
        return put_constant(d, expr);
    case EXPR_COLUMN:
        if (expr->column.rte != d->relation && expr->column.rte->alias) {
            put_name(&d->out, expr->column.rte->alias);
            buf_putc(&d->out, '.');
        }
        put_name(&d->out, expr->column.attno > 0 ? expr->column.rte->columns[expr->column.attno - 1].name : "ctid");
        return true;
    case EXPR_CALL:
        return put_call(d, expr);
    case EXPR_RELABEL:
    case EXPR_IO_CAST:
    case EXPR_ARRAY_CAST:
    case EXPR_DOMAIN:
        return put_cast(d, expr->cast.arg, expr->type, expr->typmod);
    case EXPR_TYPMOD:
        /* One :: says both the type and its modifier. */
        return put_cast(d,
                        expr->cast.arg->kind == EXPR_RELABEL || expr->cast.arg->kind == EXPR_IO_CAST ? expr->cast.arg->cast.arg
                                                                                                     : expr->cast.arg,
                        expr->type, expr->typmod);
    case EXPR_AND:
        return put_wrapped(d, "(", &expr->list.args, " AND ", ")");
    case EXPR_OR:
        return put_wrapped(d, "(", &expr->list.args, " OR ", ")");
    case EXPR_NOT:
        return put_unary(d, "(NOT ", expr->unary.arg, ")");
    case EXPR_IS_NULL:
        return put_unary(d, "(", expr->unary.arg, " IS NULL)");
    case EXPR_IS_NOT_NULL:
        return put_unary(d, "(", expr->unary.arg, " IS NOT NULL)");
    case EXPR_BOOL_TEST:
        return put_unary(d, "(", expr->unary.arg, tests[expr->unary.test]);
    case EXPR_DISTINCT:
        if (expr->binary.negated)
            buf_puts(&d->out, "(NOT ");
        return put_infix(d, expr->binary.left, "IS DISTINCT FROM", expr->binary.right, expr->binary.negated ? "))" : ")");
    case EXPR_CASE:
        return put_case(d, expr);
    case EXPR_COALESCE:
        return put_wrapped(d, "COALESCE(", &expr->list.args, ", ", ")");
    case EXPR_GREATEST:
        return put_wrapped(d, "GREATEST(", &expr->list.args, ", ", ")");
    case EXPR_LEAST:
        return put_wrapped(d, "LEAST(", &expr->list.args, ", ", ")");
    case EXPR_ARRAY:
        return put_array(d, &expr->list.args);
    case EXPR_ROW:
        return put_wrapped(d, "ROW(", &expr->list.args, ", ", ")");
    case EXPR_NULLIF:
        buf_puts(&d->out, "NULLIF(");
        return put_expr(d, expr->binary.left) && (buf_puts(&d->out, ", "), put_expr(d, expr->binary.right)) &&
               (buf_putc(&d->out, ')'), true);
    case EXPR_IN_LIST:
        buf_putc(&d->out, '(');
        if (!put_expr(d, expr->in_list.left))
            return false;
        buf_puts(&d->out, expr->in_list.negated ? " <> ALL (" : " = ANY (");
        return put_array(d, &expr->in_list.items) && (buf_puts(&d->out, "))"), true);
    case EXPR_ARRAY_OP:
        buf_putc(&d->out, '(');
        if (!put_expr(d, expr->array_op.left))
            return false;
        buf_printf(&d->out, " %s %s (", expr->array_op.op->name, expr->array_op.all ? "ALL" : "ANY");
        return put_unary(d, "", expr->array_op.array, "))");
    case EXPR_SQL_VALUE:
        buf_puts(&d->out, values[expr->sql_value.which]);
        if (expr->sql_value.precision >= 0 && expr->sql_value.which <= VALUE_LOCALTIMESTAMP &&
            expr->sql_value.which != VALUE_CURRENT_DATE)
            buf_printf(&d->out, "(%d)", expr->sql_value.precision);
        return true;
    case EXPR_COLLATE:
        return put_unary(d, "(", expr->unary.arg, " COLLATE \"C\")");
    case EXPR_SUBSCRIPT:
        if (!put_expr(d, expr->subscript.array))
            return false;
        for (int i = 0; i < expr->subscript.nsubscripts; i++) {
            buf_putc(&d->out, '[');
            if (expr->subscript.slice && expr->subscript.lower[i] && !put_expr(d, expr->subscript.lower[i]))
                return false;
            if (expr->subscript.slice)
                buf_putc(&d->out, ':');
            if (expr->subscript.upper[i] && !put_expr(d, expr->subscript.upper[i]))
                return false;
            buf_putc(&d->out, ']');
        }
        return true;
    default:
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "this expression has no text form");
    }
}

/* What assignment or a function's choice has put around an expression is not shown: only what was written. */
static const struct expr *without_implicit_casts(const struct expr *expr)
{
    for (;;) {
        const struct expr *arg = NULL;
        if (expr->kind == EXPR_RELABEL || expr->kind == EXPR_IO_CAST || expr->kind == EXPR_TYPMOD || expr->kind == EXPR_DOMAIN ||
            expr->kind == EXPR_ARRAY_CAST)
            arg = expr->cast.is_explicit ? NULL : expr->cast.arg;
        else if (expr->kind == EXPR_CALL && expr->call.is_cast && !expr->call.is_explicit && expr->call.args.count > 0)
            arg = expr->call.args.items[0];
        if (!arg || (arg->kind == EXPR_CONST && arg->type == UNKNOWN_OID))
            return expr;
        expr = arg;
    }
}

const char *deparse_typed(const struct catalog *catalog, struct arena *arena, const struct expr *expr, const struct rte *relation,
                          const struct type_settings *settings, struct diag *diag)
{
    struct deparse d = {.catalog = catalog, .arena = arena, .relation = relation, .settings = settings, .diag = diag};
    const char *text =
        put_expr(&d, without_implicit_casts(expr)) ? arena_strndup(arena, d.out.len ? d.out.data : "", d.out.len) : NULL;
    buf_deinit(&d.out);
    return text;
}
