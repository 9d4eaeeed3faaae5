#include "sql/analyse_internal.h"

#include <stdlib.h>

/* Expressions: each of the parser's nodes to the typed tree's. */

enum { EXPR_DEPTH_MAX = 2000 };

struct expr *expr_bool(struct analysis *a, enum expr_kind kind, struct expr *left, struct expr *right, int location)
{
    struct expr *expr = expr_new(a, kind, BOOL_OID, location);
    if (kind == EXPR_AND || kind == EXPR_OR) {
        expr_list_add(a, &expr->list.args, left);
        expr_list_add(a, &expr->list.args, right);
    } else {
        expr->unary.arg = left;
    }
    return expr;
}

bool analyse_exprs(struct analysis *a, size_t count, PgQuery__Node *const *nodes, struct expr_list *out)
{
    for (size_t i = 0; i < count; i++) {
        struct target *targets = NULL;
        int ntargets = 0;
        bool star;
        if (!analyse_star(a, nodes[i], &star, &ntargets, &targets))
            return false;
        for (int k = 0; k < ntargets; k++)
            expr_list_add(a, out, targets[k].expr);
        if (star)
            continue;
        struct expr *expr = analyse_expr(a, nodes[i]);
        if (!expr)
            return false;
        expr_list_add(a, out, expr);
    }
    return true;
}

struct expr *analyse_in(struct analysis *a, const PgQuery__Node *node, enum clause clause)
{
    enum clause saved = a->scope->clause;
    a->scope->clause = clause;
    struct expr *expr = analyse_expr(a, node);
    a->scope->clause = saved;
    return expr;
}

static struct expr *analyse_param(struct analysis *a, const PgQuery__ParamRef *node)
{
    struct compiler *compiler = a->compiler;
    if (compiler->no_params || node->number < 1 || node->number > 65535)
        return analysis_error(a, ERRCODE_UNDEFINED_PARAMETER, node->location, "there is no parameter $%d", node->number);
    if (compiler->variables && node->number > compiler->nparams)
        return analysis_error(a, ERRCODE_UNDEFINED_PARAMETER, node->location, "there is no parameter $%d", node->number);
    if (node->number > compiler->params_cap) {
        int cap = node->number + 8 > 2 * compiler->params_cap ? node->number + 8 : 2 * compiler->params_cap;
        compiler->param_types = arena_grow(a->arena, compiler->param_types, sizeof(oid_t) * (size_t) compiler->params_cap,
                                           sizeof(oid_t) * (size_t) cap);
        memset(compiler->param_types + compiler->params_cap, 0, sizeof(oid_t) * (size_t) (cap - compiler->params_cap));
        compiler->params_cap = cap;
    }
    if (node->number > compiler->nparams)
        compiler->nparams = node->number;
    oid_t type = compiler->param_types[node->number - 1];
    struct expr *expr = expr_new(a, EXPR_PARAM, type ? type : UNKNOWN_OID, node->location);
    expr->param.number = node->number;
    return expr;
}

static struct expr *analyse_bool(struct analysis *a, const PgQuery__BoolExpr *node)
{
    bool is_not = node->boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR, is_and = node->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR;
    struct expr *expr = expr_new(a, is_not ? EXPR_NOT : is_and ? EXPR_AND : EXPR_OR, BOOL_OID, node->location);
    for (size_t i = 0; i < node->n_args; i++) {
        struct expr *arg = analyse_expr(a, node->args[i]);
        arg = arg ? coerce_boolean(a, arg, is_not ? "NOT" : is_and ? "AND" : "OR") : NULL;
        if (!arg)
            return NULL;
        if (is_not)
            expr->unary.arg = arg;
        else
            expr_list_add(a, &expr->list.args, arg);
    }
    if (!is_not && expr->list.args.items[0]->location >= 0)
        expr->location = expr->list.args.items[0]->location;
    return expr;
}

/* Row-wise comparison (PostgreSQL docs 9.24.5). */
struct expr *row_compare(struct analysis *a, const char *op, struct expr_list *left, struct expr_list *right, int location)
{
    /* The operators of btree operator families, by strategy; the pattern families share the last two. */
    static const char *const names[] = {"<", "<=", "=", ">=", ">", "<>", "~<~", "~<=~", "", "~>=~", "~>~"};
    if (left->count != right->count)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, location, "unequal number of entries in row expressions");
    if (left->count == 0)
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, location, "cannot compare rows of zero length");
    int strategy = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], op) == 0)
            strategy = (int) i % 6 + 1;
    if (!strategy) {
        analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, location,
                       "could not determine interpretation of row comparison operator %s", op);
        diag_hint(a->diag, "Row comparison operators must be associated with btree operator families.");
        return NULL;
    }
    struct expr *expr = expr_new(a, EXPR_ROW_COMPARE, BOOL_OID, location);
    expr->row_compare.ops = arena_array(a->arena, const struct operator_fact *, left->count);
    expr->row_compare.strategy = strategy;
    for (int i = 0; i < left->count; i++) {
        struct expr *l = left->items[i], *r = right->items[i];
        const struct operator_fact *fact = operator_binary(a, op, l->type, r->type, location);
        if (!fact || !operator_coerce(a, fact, &l, &r, location))
            return NULL;
        expr->row_compare.ops[i] = fact;
        expr_list_add(a, &expr->row_compare.left, l);
        expr_list_add(a, &expr->row_compare.right, r);
    }
    if (left->count == 1)
        return operator_call(a, expr->row_compare.ops[0], expr->row_compare.left.items[0], expr->row_compare.right.items[0],
                             location);
    return expr;
}

static bool is_row(const struct expr *expr)
{
    return expr->kind == EXPR_ROW && expr->type == RECORD_OID;
}

static struct expr *compare(struct analysis *a, const char *op, struct expr *left, struct expr *right, int location)
{
    if (left && is_row(left) && is_row(right))
        return row_compare(a, op, &left->list.args, &right->list.args, location);
    return operator_expr(a, op, left, right, location);
}

static bool is_null_constant(const PgQuery__Node *node)
{
    return node && node->node_case == PG_QUERY__NODE__NODE_A_CONST && node->a_const->isnull;
}

static struct expr *analyse_op(struct analysis *a, const PgQuery__AExpr *node)
{
    const char *op = operator_name(a, node->n_name, node->name);
    /* (a, b) = (SELECT …) */
    if (node->rexpr && node->rexpr->node_case == PG_QUERY__NODE__NODE_SUB_LINK && node->lexpr &&
        node->lexpr->node_case == PG_QUERY__NODE__NODE_ROW_EXPR &&
        node->rexpr->sub_link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK) {
        PgQuery__SubLink link = *node->rexpr->sub_link;
        link.sub_link_type = PG_QUERY__SUB_LINK_TYPE__ROWCOMPARE_SUBLINK;
        link.testexpr = node->lexpr;
        link.n_oper_name = node->n_name;
        link.oper_name = node->name;
        link.location = node->location;
        return analyse_sublink(a, &link);
    }
    struct expr *left = NULL;
    if (node->lexpr && !(left = analyse_expr(a, node->lexpr)))
        return NULL;
    struct expr *right = analyse_expr(a, node->rexpr);
    return right ? compare(a, op, left, right, node->location) : NULL;
}

static struct expr *distinct_of(struct analysis *a, struct expr *left, struct expr *right, bool negated, int location)
{
    const struct operator_fact *op = operator_binary(a, "=", left->type, right->type, location);
    if (!op || !operator_coerce(a, op, &left, &right, location))
        return NULL;
    struct expr *expr = expr_new(a, EXPR_DISTINCT, BOOL_OID, location);
    expr->binary.op = op;
    expr->binary.left = left;
    expr->binary.right = right;
    expr->binary.negated = negated;
    struct expr *args[] = {left, right};
    return coerce_collate(a, expr, 2, args);
}

static struct expr *analyse_distinct(struct analysis *a, const PgQuery__AExpr *node)
{
    bool negated = node->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT;
    struct expr *left = analyse_expr(a, node->lexpr), *right = left ? analyse_expr(a, node->rexpr) : NULL;
    if (!right)
        return NULL;
    if (is_null_constant(node->rexpr) || is_null_constant(node->lexpr))
        return expr_bool(a, negated ? EXPR_IS_NULL : EXPR_IS_NOT_NULL, is_null_constant(node->rexpr) ? left : right, NULL,
                         node->location);
    if (!is_row(left) || !is_row(right))
        return distinct_of(a, left, right, negated, node->location);
    struct expr_list *l = &left->list.args, *r = &right->list.args;
    if (l->count != r->count)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, node->location, "unequal number of entries in row expressions");
    struct expr *out = expr_new(a, negated ? EXPR_AND : EXPR_OR, BOOL_OID, node->location);
    for (int i = 0; i < l->count; i++) {
        struct expr *item = distinct_of(a, l->items[i], r->items[i], negated, node->location);
        if (!item)
            return NULL;
        expr_list_add(a, &out->list.args, item);
    }
    return out->list.args.count == 1 ? out->list.args.items[0] : out;
}

static struct expr *analyse_nullif(struct analysis *a, const PgQuery__AExpr *node)
{
    struct expr *left = analyse_expr(a, node->lexpr), *right = left ? analyse_expr(a, node->rexpr) : NULL;
    if (!right)
        return NULL;
    const struct operator_fact *op = operator_binary(a, "=", left->type, right->type, node->location);
    if (!op || !operator_coerce(a, op, &left, &right, node->location))
        return NULL;
    struct expr *expr = expr_new(a, EXPR_NULLIF, left->type, node->location);
    expr->typmod = left->typmod;
    expr->binary.op = op;
    expr->binary.left = left;
    expr->binary.right = right;
    struct expr *args[] = {left, right};
    return coerce_collate(a, expr, 2, args);
}

/* x IN (a, b, c): one comparison when all can have one type, else an OR of comparisons, as PostgreSQL does. */
static struct expr *analyse_in_list(struct analysis *a, const PgQuery__AExpr *node)
{
    const char *name = operator_name(a, node->n_name, node->name);
    bool negated = strcmp(name, "<>") == 0;
    struct expr *left = analyse_expr(a, node->lexpr);
    struct expr_list items = {0};
    if (!left || !analyse_exprs(a, node->rexpr->list->n_items, node->rexpr->list->items, &items))
        return NULL;
    struct expr_list all = {0};
    bool simple = !is_row(left);
    expr_list_add(a, &all, left);
    for (int i = 0; i < items.count; i++) {
        expr_list_add(a, &all, items.items[i]);
        simple = simple && !is_row(items.items[i]);
    }
    oid_t type = simple && items.count > 1 ? coerce_common_type(a, all.count, all.items, NULL) : 0;
    if (type && type != RECORD_OID) {
        bool possible = true;
        for (int i = 0; i < all.count; i++)
            possible = possible && coercion_possible(a, 1, &all.items[i]->type, &type, COERCE_IMPLICIT);
        const struct operator_fact *op = possible ? operator_lookup(a, "=", type, type, NULL) : NULL;
        if (op) {
            struct expr *expr = expr_new(a, EXPR_IN_LIST, BOOL_OID, node->location), *unused = left;
            expr->in_list.op = op;
            expr->in_list.negated = negated;
            for (int i = 0; i < items.count; i++) {
                struct expr *item = coerce_expr(a, items.items[i], type, -1, COERCE_IMPLICIT, node->location), *l = left;
                if (!item || !operator_coerce(a, op, &l, &item, node->location))
                    return NULL;
                unused = l;
                expr_list_add(a, &expr->in_list.items, item);
            }
            expr->in_list.left = unused;
            return coerce_collate(a, expr, all.count, all.items);
        }
    }
    struct expr *out = expr_new(a, negated ? EXPR_AND : EXPR_OR, BOOL_OID, node->location);
    for (int i = 0; i < items.count; i++) {
        struct expr *item = compare(a, name, left, items.items[i], node->location);
        item = item ? coerce_boolean(a, item, "IN") : NULL;
        if (!item)
            return NULL;
        expr_list_add(a, &out->list.args, item);
    }
    return out->list.args.count == 1 ? out->list.args.items[0] : out;
}

static struct expr *analyse_between(struct analysis *a, const PgQuery__AExpr *node)
{
    struct expr *arg = analyse_expr(a, node->lexpr);
    struct expr_list bounds = {0};
    if (!arg || !analyse_exprs(a, node->rexpr->list->n_items, node->rexpr->list->items, &bounds))
        return NULL;
    bool negated =
        node->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN || node->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM;
    bool symmetric =
        node->kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM || node->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM;
    struct expr *arms[2] = {NULL};
    for (int i = 0; i < (symmetric ? 2 : 1); i++) {
        struct expr *low = compare(a, negated ? "<" : ">=", arg, bounds.items[i], node->location);
        struct expr *high = low ? compare(a, negated ? ">" : "<=", arg, bounds.items[1 - i], node->location) : NULL;
        if (!high)
            return NULL;
        arms[i] = expr_bool(a, negated ? EXPR_OR : EXPR_AND, low, high, node->location);
    }
    return symmetric ? expr_bool(a, negated ? EXPR_AND : EXPR_OR, arms[0], arms[1], node->location) : arms[0];
}

static struct expr *analyse_array_op(struct analysis *a, const PgQuery__AExpr *node)
{
    const char *name = operator_name(a, node->n_name, node->name);
    bool all = node->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL;
    struct expr *left = analyse_expr(a, node->lexpr), *array = left ? analyse_expr(a, node->rexpr) : NULL;
    if (!array)
        return NULL;
    oid_t element = UNKNOWN_OID, array_type = coercion_base(a, array->type, NULL);
    if (array->type != UNKNOWN_OID) {
        const struct type_desc *desc = analysis_type_desc(a, array_type);
        if (!desc || !desc->element)
            return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, node->location,
                                  "op ANY/ALL (array) requires array on right side");
        element = desc->element;
    }
    const struct operator_fact *op = operator_binary(a, name, left->type, element, node->location);
    if (!op)
        return NULL;
    if (op->result != BOOL_OID)
        return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, node->location,
                              "op ANY/ALL (array) requires operator to yield boolean");
    oid_t actual[2] = {left->type, element}, declared[2] = {op->left, op->right};
    if (!coerce_polymorphic(a, 2, actual, declared, op->result, node->location))
        return NULL;
    if (array->type == UNKNOWN_OID || element != declared[1]) {
        const struct type_desc *desc = analysis_type_desc(a, declared[1]);
        if (desc && desc->array && !type_is_polymorphic(declared[1]))
            array = coerce_expr(a, array, desc->array, -1, COERCE_IMPLICIT, node->location);
    }
    left = array ? coerce_expr(a, left, declared[0], -1, COERCE_IMPLICIT, node->location) : NULL;
    if (!left)
        return NULL;
    struct expr *expr = expr_new(a, EXPR_ARRAY_OP, BOOL_OID, node->location);
    expr->array_op.op = op;
    expr->array_op.left = left;
    expr->array_op.array = array;
    expr->array_op.all = all;
    struct expr *args[] = {left, array};
    return coerce_collate(a, expr, 2, args);
}

static struct expr *analyse_a_expr(struct analysis *a, const PgQuery__AExpr *node)
{
    switch (node->kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL:
        return analyse_array_op(a, node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT:
        return analyse_distinct(a, node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF:
        return analyse_nullif(a, node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
        return analyse_in_list(a, node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM:
        return analyse_between(a, node);
    default:
        return analyse_op(a, node);
    }
}

static struct expr *analyse_case(struct analysis *a, const PgQuery__CaseExpr *node)
{
    struct expr *expr = expr_new(a, EXPR_CASE, 0, node->location), *test = NULL;
    struct expr_list results = {0};
    if (node->arg) {
        test = analyse_expr(a, node->arg);
        test = coerce_unknown(a, test);
        if (!test)
            return NULL;
        expr->case_.test = test;
    }
    expr->case_.nwhens = (int) node->n_args;
    expr->case_.whens = arena_array(a->arena, struct case_when, node->n_args);
    for (size_t i = 0; i < node->n_args; i++) {
        const PgQuery__CaseWhen *when = node->args[i]->case_when;
        struct expr *condition = analyse_expr(a, when->expr);
        if (condition && test) {
            struct expr *value = expr_new(a, EXPR_CASE_TEST, test->type, test->location);
            value->typmod = test->typmod;
            coerce_copy_collation(value, test);
            condition = operator_expr(a, "=", value, condition, when->location);
        }
        condition = condition ? coerce_boolean(a, condition, "CASE/WHEN") : NULL;
        struct expr *result = condition ? analyse_expr(a, when->result) : NULL;
        if (!result)
            return NULL;
        expr->case_.whens[i].when = condition;
        expr_list_add(a, &results, result);
    }
    struct expr *otherwise = node->defresult ? analyse_expr(a, node->defresult) : literal_null(a, UNKNOWN_OID, -1);
    if (!otherwise)
        return NULL;
    /* PostgreSQL looks at ELSE first. */
    struct expr_list all = {0};
    expr_list_add(a, &all, otherwise);
    for (int i = 0; i < results.count; i++)
        expr_list_add(a, &all, results.items[i]);
    oid_t type = coerce_common_type(a, all.count, all.items, "CASE");
    if (!type)
        return NULL;
    struct expr *shape = expr_new(a, EXPR_CASE, type, node->location);
    expr->type = type;
    expr->collation = shape->collation;
    for (int i = 0; i < all.count; i++)
        if (!(all.items[i] = coerce_to_common(a, all.items[i], type, i ? "CASE/WHEN" : "CASE/ELSE")))
            return NULL;
    expr->typmod = coerce_common_typmod(all.count, all.items, type);
    expr->case_.otherwise = all.items[0];
    for (int i = 0; i < results.count; i++)
        expr->case_.whens[i].then = all.items[i + 1];
    return coerce_collate(a, expr, all.count, all.items);
}

static struct expr *analyse_common(struct analysis *a, enum expr_kind kind, size_t count, PgQuery__Node **nodes,
                                   const char *construct, int location)
{
    struct expr_list args = {0};
    if (!analyse_exprs(a, count, nodes, &args))
        return NULL;
    oid_t type = coerce_common_type(a, args.count, args.items, construct);
    if (!type)
        return NULL;
    for (int i = 0; i < args.count; i++)
        if (!(args.items[i] = coerce_to_common(a, args.items[i], type, construct)))
            return NULL;
    struct expr *expr = expr_new(a, kind, type, location);
    expr->typmod = coerce_common_typmod(args.count, args.items, type);
    expr->list.args = args;
    return coerce_collate(a, expr, args.count, args.items);
}

/* Does ARRAY[…] of such values have one more dimension? The vectors of the catalogs, and domains, are elements of their own. */
bool type_is_nestable(struct analysis *a, oid_t type)
{
    const struct type_desc *desc = analysis_type_desc(a, type);
    return desc && desc->typtype == 'b' && desc->element && type != INT2VECTOR_OID && type != OIDVECTOR_OID;
}

/* `wanted`: the array type of a cast around, 0: none. */
static struct expr *analyse_array(struct analysis *a, const PgQuery__AArrayExpr *node, oid_t wanted, int32_t typmod)
{
    struct expr_list items = {0};
    bool nested = false;
    for (size_t i = 0; i < node->n_elements; i++) {
        const PgQuery__Node *element = node->elements[i];
        bool inner = element->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR;
        struct expr *item = inner ? analyse_array(a, element->a_array_expr, wanted, typmod) : analyse_expr(a, element);
        if (!item)
            return NULL;
        nested |= inner || type_is_nestable(a, item->type);
        expr_list_add(a, &items, item);
    }
    if (!wanted && !items.count) {
        analysis_error(a, ERRCODE_INDETERMINATE_DATATYPE, node->location, "cannot determine type of empty array");
        diag_hint(a->diag, "Explicitly cast to the desired type, for example ARRAY[]::integer[].");
        return NULL;
    }
    oid_t element = 0, array = wanted;
    if (wanted) {
        element = nested ? wanted : analysis_type_desc(a, wanted)->element;
    } else {
        element = coerce_common_type(a, items.count, items.items, "ARRAY");
        if (!element)
            return NULL;
        const struct type_desc *desc = analysis_type_desc(a, element);
        array = nested && type_is_nestable(a, element) ? element : desc ? desc->array : 0;
        if (!array)
            return analysis_error(a, ERRCODE_UNDEFINED_OBJECT, node->location, "could not find array type for data type %s",
                                  analysis_type(a, element));
    }
    for (int i = 0; i < items.count; i++) {
        struct expr *item = items.items[i];
        items.items[i] = wanted ? coerce_to_target(a, item, element, typmod, COERCE_EXPLICIT, item->location)
                                : coerce_to_common(a, item, element, "ARRAY");
        if (!items.items[i]) {
            if (!diag_is_set(a->diag))
                analysis_error(a, ERRCODE_CANNOT_COERCE, item->location, "cannot cast type %s to %s",
                               analysis_type(a, item->type), analysis_type(a, element));
            return NULL;
        }
    }
    if (wanted == INT2VECTOR_OID || wanted == OIDVECTOR_OID) {
        /* The catalogs' vectors are lists without gaps. */
        bool valid = items.count > 0 && !nested;
        for (int i = 0; i < items.count; i++)
            valid &= items.items[i]->kind != EXPR_CONST || items.items[i]->constant.value.kind != DATUM_NULL;
        if (!valid)
            return analysis_error(a, ERRCODE_DATATYPE_MISMATCH, -1, "array is not a valid %s", analysis_type(a, wanted));
    }
    struct expr *expr = expr_new(a, EXPR_ARRAY, array, node->location);
    expr->typmod = wanted ? typmod : -1;
    expr->list.args = items;
    return coerce_collate(a, expr, items.count, items.items);
}

struct expr *analyse_cast(struct analysis *a, const PgQuery__TypeCast *node)
{
    oid_t type;
    int32_t typmod;
    if (!analyse_type_name(a->compiler, node->type_name, &type, &typmod, a->diag))
        return NULL;
    struct expr *arg;
    int32_t base_typmod = typmod;
    oid_t base = coercion_base(a, type, &base_typmod);
    const struct type_desc *desc = analysis_type_desc(a, base);
    if (node->arg->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR && desc && desc->category == 'A' && desc->element)
        arg = analyse_array(a, node->arg->a_array_expr, base, base_typmod);
    else
        arg = analyse_expr(a, node->arg);
    if (!arg)
        return NULL;
    int location = node->location >= 0 ? node->location : node->type_name->location;
    struct expr *out = coerce_to_target(a, arg, type, typmod, COERCE_EXPLICIT, location);
    if (!out && !diag_is_set(a->diag))
        return analysis_error(a, ERRCODE_CANNOT_COERCE, location, "cannot cast type %s to %s", analysis_type(a, arg->type),
                              analysis_type(a, type));
    return out;
}

struct expr *analyse_collate(struct analysis *a, struct expr *arg, oid_t collation, int location)
{
    arg = coerce_unknown(a, arg);
    if (!arg)
        return NULL;
    if (!type_is_collatable(a, arg->type))
        return analysis_error(a, ERRCODE_DATATYPE_MISMATCH, location, "collations are not supported by type %s",
                              analysis_type(a, arg->type));
    struct expr *expr = expr_new(a, EXPR_COLLATE, arg->type, location);
    expr->typmod = arg->typmod;
    expr->collation = collation;
    expr->explicit_collation = true;
    expr->unary.arg = arg;
    return expr;
}

static struct expr *analyse_row(struct analysis *a, const PgQuery__RowExpr *node)
{
    struct expr *expr = expr_new(a, EXPR_ROW, RECORD_OID, node->location);
    return analyse_exprs(a, node->n_args, node->args, &expr->list.args) ? expr : NULL;
}

static struct expr *analyse_null_test(struct analysis *a, const PgQuery__NullTest *node)
{
    bool is_null = node->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL;
    struct expr *arg = analyse_expr(a, node->arg);
    /* A parameter gets no type from this test. */
    if (arg && arg->kind != EXPR_PARAM)
        arg = coerce_unknown(a, arg);
    return arg ? expr_bool(a, is_null ? EXPR_IS_NULL : EXPR_IS_NOT_NULL, arg, NULL, node->location) : NULL;
}

static struct expr *analyse_bool_test(struct analysis *a, const PgQuery__BooleanTest *node)
{
    static const char *const names[] = {"", "IS TRUE", "IS NOT TRUE", "IS FALSE", "IS NOT FALSE", "IS UNKNOWN", "IS NOT UNKNOWN"};
    struct expr *arg = analyse_expr(a, node->arg);
    arg = arg ? coerce_boolean(a, arg, names[node->booltesttype]) : NULL;
    if (!arg)
        return NULL;
    struct expr *expr = expr_new(a, EXPR_BOOL_TEST, BOOL_OID, node->location);
    expr->unary.arg = arg;
    expr->unary.test = (enum bool_test)(node->booltesttype - PG_QUERY__BOOL_TEST_TYPE__IS_TRUE);
    return expr;
}

static struct expr *analyse_sql_value(struct analysis *a, const PgQuery__SQLValueFunction *node)
{
    static const struct {
        enum sql_value which;
        oid_t type;
    } values[] = {
        {0, 0},
        {VALUE_CURRENT_DATE, DATE_OID},
        {VALUE_CURRENT_TIME, TIMETZ_OID},
        {VALUE_CURRENT_TIME, TIMETZ_OID},
        {VALUE_CURRENT_TIMESTAMP, TIMESTAMPTZ_OID},
        {VALUE_CURRENT_TIMESTAMP, TIMESTAMPTZ_OID},
        {VALUE_LOCALTIME, TIME_OID},
        {VALUE_LOCALTIME, TIME_OID},
        {VALUE_LOCALTIMESTAMP, TIMESTAMP_OID},
        {VALUE_LOCALTIMESTAMP, TIMESTAMP_OID},
        {VALUE_CURRENT_ROLE, NAME_OID},
        {VALUE_CURRENT_USER, NAME_OID},
        {VALUE_USER, NAME_OID},
        {VALUE_SESSION_USER, NAME_OID},
        {VALUE_CURRENT_CATALOG, NAME_OID},
        {VALUE_CURRENT_SCHEMA, NAME_OID},
    };
    bool precise = node->op == PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME_N ||
                   node->op == PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP_N ||
                   node->op == PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME_N ||
                   node->op == PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N;
    struct expr *expr = expr_new(a, EXPR_SQL_VALUE, values[node->op].type, node->location);
    expr->sql_value.which = values[node->op].which;
    expr->sql_value.precision = precise ? (node->typmod > 6 ? 6 : node->typmod) : -1;
    expr->typmod = expr->sql_value.precision;
    return expr;
}

static struct expr *analyse_grouping(struct analysis *a, const PgQuery__GroupingFunc *node)
{
    struct expr *expr = expr_new(a, EXPR_GROUPING, INT4_OID, node->location);
    if (node->n_args > 31)
        return analysis_error(a, ERRCODE_TOO_MANY_ARGUMENTS, node->location, "GROUPING must have fewer than 32 arguments");
    return analyse_exprs(a, node->n_args, node->args, &expr->list.args) ? expr : NULL;
}

static struct expr *analyse_node(struct analysis *a, const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_A_CONST:
        return literal_expr(a, node->a_const);
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return scope_column_ref(a, node->column_ref);
    case PG_QUERY__NODE__NODE_PARAM_REF:
        return analyse_param(a, node->param_ref);
    case PG_QUERY__NODE__NODE_A_EXPR:
        return analyse_a_expr(a, node->a_expr);
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
        return analyse_bool(a, node->bool_expr);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return analyse_func(a, node->func_call);
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        return analyse_cast(a, node->type_cast);
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        return analyse_case(a, node->case_expr);
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return analyse_common(a, EXPR_COALESCE, node->coalesce_expr->n_args, node->coalesce_expr->args, "COALESCE",
                              node->coalesce_expr->location);
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR: {
        bool greatest = node->min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST;
        return analyse_common(a, greatest ? EXPR_GREATEST : EXPR_LEAST, node->min_max_expr->n_args, node->min_max_expr->args,
                              greatest ? "GREATEST" : "LEAST", node->min_max_expr->location);
    }
    case PG_QUERY__NODE__NODE_SUB_LINK:
        return analyse_sublink(a, node->sub_link);
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return analyse_array(a, node->a_array_expr, 0, -1);
    case PG_QUERY__NODE__NODE_ROW_EXPR:
        return analyse_row(a, node->row_expr);
    case PG_QUERY__NODE__NODE_NULL_TEST:
        return analyse_null_test(a, node->null_test);
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        return analyse_bool_test(a, node->boolean_test);
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE: {
        oid_t collation;
        struct expr *arg = analyse_expr(a, node->collate_clause->arg);
        if (!arg || !analyse_collation_name(a->compiler, node->collate_clause->n_collname, node->collate_clause->collname,
                                            node->collate_clause->location, &collation, a->diag))
            return NULL;
        return analyse_collate(a, arg, collation, node->collate_clause->location);
    }
    case PG_QUERY__NODE__NODE_A_INDIRECTION:
        return analyse_indirection(a, node->a_indirection);
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        return analyse_sql_value(a, node->sqlvalue_function);
    case PG_QUERY__NODE__NODE_SET_TO_DEFAULT: {
        if (a->scope->clause != CLAUSE_VALUES && a->scope->clause != CLAUSE_SET)
            return analysis_error(a, ERRCODE_SYNTAX_ERROR, node->set_to_default->location,
                                  "DEFAULT is not allowed in this context");
        return expr_new(a, EXPR_DEFAULT, UNKNOWN_OID, node->set_to_default->location);
    }
    case PG_QUERY__NODE__NODE_GROUPING_FUNC:
        return analyse_grouping(a, node->grouping_func);
    case PG_QUERY__NODE__NODE_CURRENT_OF_EXPR:
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "WHERE CURRENT OF is not supported yet");
    case PG_QUERY__NODE__NODE_XML_EXPR:
        return analyse_xml(a, node->xml_expr);
    case PG_QUERY__NODE__NODE_XML_SERIALIZE:
        return analyse_xml_serialize(a, node->xml_serialize);
    default:
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "this expression is not supported yet");
    }
}

struct expr *analyse_expr(struct analysis *a, const PgQuery__Node *node)
{
    if (++a->depth > EXPR_DEPTH_MAX)
        return analysis_error(a, ERRCODE_STATEMENT_TOO_COMPLEX, -1, "stack depth limit exceeded");
    struct expr *expr = analyse_node(a, node);
    a->depth--;
    return expr;
}
