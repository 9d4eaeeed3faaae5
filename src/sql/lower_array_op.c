#include "sql/lower_internal.h"
#include "type/array.h"

/* x IN (…), x op ANY and ALL of an array. */

const char *lower_in_list(struct lower *l, const struct expr *expr)
{
    const struct expr *left = expr->in_list.left;
    const char *not = expr->in_list.negated ? "NOT " : "";
    const char *collation = NULL;
    const char *text = lower_expr(l, left);
    if (!text)
        return NULL;
    bool native = true;
    for (int i = 0; native && i < expr->in_list.items.count; i++)
        native = lower_compares(l, expr->in_list.op, left->type, expr->in_list.items.items[i]->type, expr->collation, &collation);
    if (native) {
        if (!lower_has_collation(l, expr, "string comparison"))
            return NULL;
        const char *items = lower_expr_list(l, &expr->in_list.items);
        if (!items)
            return NULL;
        return LOWER_PRINT(l, "(%s %sIN (%s))", lower_collated(l, text, collation, left, NULL), not, items);
    }
    struct buf buf = {0};
    buf_printf(&buf, "(%s(", expr->in_list.negated ? "" : "");
    for (int i = 0; i < expr->in_list.items.count; i++) {
        const struct expr *item = expr->in_list.items.items[i];
        const char *right = lower_expr(l, item);
        const char *one =
            right ? lower_operator(l, expr->in_list.op, left->type, text, item->type, right, 0, expr->location) : NULL;
        if (!one) {
            buf_deinit(&buf);
            return NULL;
        }
        /* For NOT IN the operator is <>, and all must hold. */
        buf_printf(&buf, "%s%s", i ? (expr->in_list.negated && strcmp(expr->in_list.op->name, "=") != 0 ? " AND " : " OR ") : "",
                   one);
    }
    buf_puts(&buf, "))");
    const char *any = lower_take(l, &buf);
    return expr->in_list.negated && strcmp(expr->in_list.op->name, "=") == 0 ? LOWER_PRINT(l, "(NOT %s)", any) : any;
}

struct items {
    int count, capacity;
    const char **texts;
};

static bool add_item(struct lower *l, struct items *items, const char *text)
{
    if (items->count == items->capacity) {
        size_t old = sizeof *items->texts * (size_t) items->capacity;
        items->capacity = items->capacity ? items->capacity * 2 : 8;
        items->texts = arena_grow(l->arena, items->texts, old, sizeof *items->texts * (size_t) items->capacity);
    }
    items->texts[items->count++] = text;
    return text != NULL;
}

static bool constant_items(struct lower *l, const struct expr *expr, struct items *items)
{
    const struct type_desc *type = lower_base_type(l, expr->type);
    struct array array;
    array_load(l->arena, lower_base_type(l, type->element), &expr->constant.value, &array);
    for (int i = 0; i < array.count; i++)
        if (!add_item(l, items, datum_is_null(&array.items[i]) ? "NULL" : lower_constant(l, &array.items[i])))
            return false;
    return true;
}

/* Each element under the cast of them all. */
static bool cast_items(struct lower *l, const struct expr *element, struct items *items)
{
    const char *outer = l->case_test;
    bool good = true;
    for (int i = 0; good && i < items->count; i++) {
        l->case_test = items->texts[i];
        good = (items->texts[i] = lower_expr(l, element)) != NULL;
    }
    l->case_test = outer;
    return good;
}

/* Is the array written out, so that its elements can be said one by one? */
static bool is_list(const struct lower *l, const struct expr *array)
{
    switch (array->kind) {
    case EXPR_ARRAY:
        for (int i = 0; i < array->list.args.count; i++) {
            const struct type_desc *type = lower_base_type(l, array->list.args.items[i]->type);
            if (!type || type->category == 'A')
                return false;
        }
        return true;
    case EXPR_RELABEL:
        return is_list(l, array->cast.arg);
    case EXPR_ARRAY_CAST:
        return array->cast.element && is_list(l, array->cast.arg);
    case EXPR_CONST:
        return l->constants && array->constant.value.kind != DATUM_NULL && lower_base_type(l, array->type)->element;
    default:
        return false;
    }
}

static bool list_items(struct lower *l, const struct expr *array, struct items *items)
{
    switch (array->kind) {
    case EXPR_ARRAY:
        for (int i = 0; i < array->list.args.count; i++)
            if (!add_item(l, items, lower_expr(l, array->list.args.items[i])))
                return false;
        return true;
    case EXPR_ARRAY_CAST:
        return list_items(l, array->cast.arg, items) && cast_items(l, array->cast.element, items);
    case EXPR_CONST:
        return constant_items(l, array, items);
    default:
        return list_items(l, array->cast.arg, items);
    }
}

/* x = ANY (ARRAY[a, b]): x IN (a, b); with other operators, (x op a OR x op b). */
static const char *lower_list_op(struct lower *l, const struct expr *expr, oid_t element)
{
    const struct expr *left = expr->array_op.left;
    const struct operator_fact *op = expr->array_op.op;
    const char *text = lower_expr(l, left), *collation = NULL;
    struct items items = {0};
    if (!text || !list_items(l, expr->array_op.array, &items))
        return NULL;
    bool all = expr->array_op.all;
    if (items.count == 0)
        return all ? "1" : "0";
    bool is_in =
        strcmp(op->name, all ? "<>" : "=") == 0 && lower_compares(l, op, left->type, element, expr->collation, &collation);
    struct buf buf = {0};
    if (is_in)
        buf_printf(&buf, "%s %sIN ", lower_collated(l, text, collation, left, NULL), all ? "NOT " : "");
    for (int i = 0; i < items.count; i++) {
        const char *one = is_in
                              ? items.texts[i]
                              : lower_operator(l, op, left->type, text, element, items.texts[i], expr->collation, expr->location);
        if (!one) {
            buf_deinit(&buf);
            return NULL;
        }
        buf_printf(&buf, "%s%s", i == 0 ? "(" : is_in ? ", " : all ? " AND " : " OR ", one);
    }
    buf_putc(&buf, ')');
    return LOWER_PRINT(l, "(%s)", lower_take(l, &buf));
}

/* What SQLite stores may not have subqueries: a function goes through the array. It knows comparisons alone. */
static const char *lower_stored_array_op(struct lower *l, const struct expr *expr, oid_t element)
{
    static const char *const names[] = {"<", "<=", "=", ">=", ">", "<>"};
    const struct expr *left = expr->array_op.left, *array = expr->array_op.array;
    int strategy = 0;
    for (int i = 0; i < (int) (sizeof names / sizeof *names); i++)
        if (strcmp(expr->array_op.op->name, names[i]) == 0)
            strategy = i + 1;
    if (!strategy || lower_base_type(l, left->type) != lower_base_type(l, element))
        return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, expr->location,
                           "operator %s with ANY or ALL is not supported in stored expressions", expr->array_op.op->name);
    const char *text = lower_expr(l, left), *array_text = text ? lower_expr(l, array) : NULL;
    if (!array_text)
        return NULL;
    return lower_internal_call(l, expr->array_op.all ? "pgquill_all" : "pgquill_any", 2, (oid_t[]){left->type, array->type},
                               BOOL_OID, strategy, LOWER_PRINT(l, "%s, %s", text, array_text));
}

const char *lower_array_op(struct lower *l, const struct expr *expr)
{
    const struct expr *left = expr->array_op.left, *array = expr->array_op.array;
    const struct type_desc *type = lower_base_type(l, array->type);
    oid_t element = type ? type->element : 0;
    if (is_list(l, array))
        return lower_list_op(l, expr, element);
    if (l->constants)
        return lower_stored_array_op(l, expr, element);
    const char *text = lower_expr(l, left), *array_text = lower_expr(l, array), *collation = NULL;
    if (!text || !array_text)
        return NULL;
    const struct func_impl *unnest = func_find("array_unnest");
    if (!unnest)
        return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, expr->location, "function unnest is not available");
    const char *from = lower_instance(l, unnest, 1, (oid_t[]){array->type}, element, -1, NULL);
    if (!from)
        return NULL;
    const struct operator_fact *op = expr->array_op.op;
    bool equal = strcmp(op->name, "=") == 0, differs = strcmp(op->name, "<>") == 0;
    bool array_known = array->kind == EXPR_CONST && array->constant.value.kind != DATUM_NULL;
    if (((equal && !expr->array_op.all) || (differs && expr->array_op.all)) &&
        lower_compares(l, op, left->type, element, expr->collation, &collation)) {
        text = lower_collated(l, text, collation, left, NULL);
        /* A NULL array gives NULL, not false: one NULL element says so. */
        const char *null = array_known || array->kind == EXPR_LITERAL
                               ? ""
                               : LOWER_PRINT(l, " UNION ALL SELECT NULL WHERE %s IS NULL", array_text);
        return LOWER_PRINT(l, "(%s %sIN (SELECT c1 FROM %s(%s)%s))", text, expr->array_op.all ? "NOT " : "", from, array_text,
                           null);
    }
    const char *alias = lower_fresh(l);
    const char *compared =
        lower_operator(l, op, left->type, text, element, LOWER_PRINT(l, "%s.c1", alias), expr->collation, expr->location);
    if (!compared)
        return NULL;
    const char *quantified =
        lower_quantified(l, compared, LOWER_PRINT(l, "%s(%s) AS %s", from, array_text, alias), expr->array_op.all);
    return array_known ? quantified : LOWER_PRINT(l, "CASE WHEN %s IS NOT NULL THEN %s END", array_text, quantified);
}
