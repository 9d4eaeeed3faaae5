#include "sql/compiler.h"
#include "sql/lower_internal.h"
#include "type/array.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* PostgreSQL's oid of the base type below domains. */
const struct type_desc *lower_base_type(const struct lower *l, oid_t oid)
{
    const struct type_desc *type = catalog_type_by_oid(l->catalog, oid);
    while (type && type->typtype == 'd')
        type = catalog_type_by_oid(l->catalog, type->base);
    return type;
}

const char *lower_collation(struct lower *l, oid_t oid, oid_t collation)
{
    const struct type_desc *type = lower_base_type(l, oid);
    char name[64];
    if (type && type->collation && collation && catalog_collation_storage(l->catalog, collation, name, sizeof name))
        return type->sqlite_collation && strcmp(type->sqlite_collation, "RTRIM") != 0 ? type->sqlite_collation
                                                                                      : arena_strdup(l->arena, name);
    return type ? type->sqlite_collation : NULL;
}

/* What SQLite itself compares the text of an expression under when nothing else is said: columns carry their collation along. */
static const char *natural_collation(struct lower *l, const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_COLUMN:
        return lower_collation(l, expr->type, expr->collation);
    case EXPR_RELABEL:
        return natural_collation(l, expr->cast.arg) ? lower_collation(l, expr->type, expr->collation) : NULL;
    case EXPR_COLLATE:
        return natural_collation(l, expr->unary.arg) ? lower_collation(l, expr->type, expr->collation) : NULL;
    default:
        return NULL;
    }
}

/* The argument of a relabelling or of COLLATE: a column that carries another collation than this expression's is told so. */
static const char *lower_relabelled(struct lower *l, const struct expr *expr, const struct expr *arg)
{
    const char *natural = natural_collation(l, arg), *own = natural ? lower_collation(l, expr->type, expr->collation) : NULL;
    const char *text = lower_expr(l, arg);
    if (!text || !natural || (own && strcmp(own, natural) == 0))
        return text;
    return LOWER_PRINT(l, "(%s COLLATE %s)", text, lower_quote(l, own ? own : "BINARY"));
}

bool lower_has_collation(struct lower *l, const struct expr *expr, const char *purpose)
{
    if (!expr->other_collation)
        return true;
    lower_error(l, ERRCODE_INDETERMINATE_COLLATION, -1, "could not determine which collation to use for %s", purpose);
    return diag_hint(l->diag, "Use the COLLATE clause to set the collation explicitly.");
}

const char *lower_collated(struct lower *l, const char *text, const char *collation, const struct expr *left,
                           const struct expr *right)
{
    if (!text)
        return NULL;
    if (!collation && (natural_collation(l, left) || (right && natural_collation(l, right))))
        collation = "BINARY";
    return collation ? LOWER_PRINT(l, "%s COLLATE %s", text, lower_quote(l, collation)) : text;
}

const char *lower_keyed(struct lower *l, const struct expr *expr)
{
    return lower_collated(l, lower_expr(l, expr), lower_collation(l, expr->type, expr->collation), expr, NULL);
}

const char *lower_expr_list(struct lower *l, const struct expr_list *list)
{
    struct buf buf = {0};
    for (int i = 0; i < list->count; i++) {
        const char *text = lower_expr(l, list->items[i]);
        if (!text) {
            buf_deinit(&buf);
            return NULL;
        }
        if (i)
            buf_puts(&buf, ", ");
        buf_puts(&buf, text);
    }
    return lower_take(l, &buf);
}

const char *lower_rte_qualifier(struct lower *l, const struct rte *rte)
{
    for (const struct lower_name *name = l->names; name; name = name->next)
        if (name->rte == rte && name->attno == 0 && !name->expr)
            return name->text;
    return LOWER_PRINT(l, "t%d", rte->number);
}

static const char *column_name(struct lower *l, const struct rte *rte, int attno)
{
    if (rte->kind == RTE_RELATION || (rte->relation && rte->columns[attno - 1].attribute))
        return lower_quote(l, rte->columns[attno - 1].attribute ? rte->columns[attno - 1].attribute->storage
                                                                : rte->columns[attno - 1].name);
    if (rte->kind == RTE_VALUES)
        return LOWER_PRINT(l, "column%d", attno);
    return LOWER_PRINT(l, "c%d", attno);
}

const char *lower_column(struct lower *l, const struct rte *rte, int attno)
{
    for (const struct lower_name *name = l->names; name; name = name->next)
        if (name->rte == rte && name->attno == attno && attno != 0)
            return name->text;
    const char *qualifier = lower_rte_qualifier(l, rte);
    if (attno < 0) {
        switch (attno) {
        case -1:
            if (rte->relation && rte->relation->without_rowid)
                return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "table \"%s\" has no row identifiers",
                                   rte->relation->name);
            return LOWER_PRINT(l, "('(0,' || %s%srowid || ')')", qualifier, *qualifier ? "." : "");
        case -6:
            return LOWER_PRINT(l, "%u", rte->relation ? rte->relation->oid : 0);
        default:
            return "0"; /* xmin, cmin, xmax, cmax: rows have no versions here */
        }
    }
    const char *column = column_name(l, rte, attno);
    return *qualifier ? LOWER_PRINT(l, "%s.%s", qualifier, column) : column;
}

static void put_halves(struct buf *buf, const char *const *texts, int count, const char *separator)
{
    enum { FLAT = 16 };
    if (count > FLAT) {
        buf_putc(buf, '(');
        put_halves(buf, texts, count / 2, separator);
        buf_puts(buf, separator);
        put_halves(buf, texts + count / 2, count - count / 2, separator);
        buf_putc(buf, ')');
        return;
    }
    for (int i = 0; i < count; i++) {
        if (i)
            buf_puts(buf, separator);
        buf_puts(buf, texts[i]);
    }
}

/* AND and OR of many: SQLite makes a chain as deep as it is long, which it refuses or recurses into; halves of halves are flat. */
static const char *join_conditions(struct lower *l, const struct expr_list *list, const char *separator)
{
    struct buf buf = {0};
    const char **texts = arena_array(l->arena, const char *, list->count + 1);
    for (int i = 0; i < list->count; i++)
        if (!(texts[i] = lower_expr(l, list->items[i])))
            return NULL;
    buf_putc(&buf, '(');
    put_halves(&buf, texts, list->count, separator);
    buf_putc(&buf, ')');
    return lower_take(l, &buf);
}

/* Argument types and texts of a list, for one of our own functions. */
static const char *list_call(struct lower *l, const char *source, const struct expr_list *list, oid_t result)
{
    oid_t *types = arena_array(l->arena, oid_t, list->count + 1);
    for (int i = 0; i < list->count; i++)
        types[i] = list->items[i]->type;
    const char *args = lower_expr_list(l, list);
    return args ? lower_internal_call(l, source, list->count, types, result, -1, args) : NULL;
}

static const char *lower_extreme(struct lower *l, const char *source, const struct expr *expr)
{
    const struct expr_list *list = &expr->list.args;
    oid_t *types = arena_array(l->arena, oid_t, list->count + 1);
    char name[64];
    bool collated = expr->collation && catalog_collation_storage(l->catalog, expr->collation, name, sizeof name);
    if (!collated || !lower_has_collation(l, expr, "string comparison"))
        return diag_is_set(l->diag) ? NULL : list_call(l, source, list, expr->type);
    for (int i = 0; i < list->count; i++)
        types[i] = list->items[i]->type;
    const char *function = lower_instance(l, func_find(source), list->count, types, expr->type, -1, arena_strdup(l->arena, name));
    const char *args = lower_expr_list(l, list);
    return args && function ? LOWER_PRINT(l, "%s(%s)", function, args) : NULL;
}

/* A small expression may be said twice. */
static bool is_simple(const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_CONST:
    case EXPR_PARAM:
    case EXPR_LITERAL:
    case EXPR_COLUMN:
    case EXPR_CASE_TEST:
        return true;
    case EXPR_RELABEL:
        return is_simple(expr->cast.arg);
    default:
        return false;
    }
}

static const struct expr *strip(const struct expr *expr)
{
    while (expr->kind == EXPR_RELABEL)
        expr = expr->cast.arg;
    return expr;
}

static const char *lower_case(struct lower *l, const struct expr *expr)
{
    const char *outer_test = l->case_test;
    struct buf buf = {0};
    buf_puts(&buf, "CASE");
    bool native = false;
    if (expr->case_.test) {
        const char *test = lower_expr(l, expr->case_.test);
        if (!test)
            goto fail;
        native = !is_simple(expr->case_.test);
        const char *collation = NULL;
        for (int i = 0; native && i < expr->case_.nwhens; i++) {
            const struct expr *when = expr->case_.whens[i].when;
            const char *this = NULL;
            native = when->kind == EXPR_CALL && when->call.op && strcmp(when->call.op->name, "=") == 0 &&
                     strip(when->call.args.items[0])->kind == EXPR_CASE_TEST &&
                     lower_compares(l, when->call.op, when->call.args.items[0]->type, when->call.args.items[1]->type,
                                    when->collation, &this);
            collation = this;
        }
        if (native)
            buf_printf(&buf, collation ? " %s COLLATE %s" : " %s", test, collation ? lower_quote(l, collation) : "");
        else
            l->case_test = test;
    }
    for (int i = 0; i < expr->case_.nwhens; i++) {
        const struct expr *when = expr->case_.whens[i].when;
        const char *condition = lower_expr(l, native ? when->call.args.items[1] : when);
        if (!condition)
            goto fail;
        const char *test = l->case_test;
        l->case_test = outer_test;
        const char *then = lower_expr(l, expr->case_.whens[i].then);
        l->case_test = test;
        if (!then)
            goto fail;
        buf_printf(&buf, " WHEN %s THEN %s", condition, then);
    }
    l->case_test = outer_test;
    if (expr->case_.otherwise) {
        const char *otherwise = lower_expr(l, expr->case_.otherwise);
        if (!otherwise)
            goto fail;
        buf_printf(&buf, " ELSE %s", otherwise);
    }
    buf_puts(&buf, " END");
    return lower_take(l, &buf);
fail:
    l->case_test = outer_test;
    buf_deinit(&buf);
    return NULL;
}

static const char *lower_distinct(struct lower *l, const struct expr *expr)
{
    const struct expr *a = expr->binary.left, *b = expr->binary.right;
    if (a->kind == EXPR_ROW && b->kind == EXPR_ROW && a->list.args.count == b->list.args.count) {
        struct buf buf = {0};
        for (int i = 0; i < a->list.args.count; i++) {
            const char *left = lower_expr(l, a->list.args.items[i]), *right = lower_keyed(l, b->list.args.items[i]);
            if (!left || !right) {
                buf_deinit(&buf);
                return NULL;
            }
            buf_printf(&buf, "%s%s IS %s%s", i ? (expr->binary.negated ? " AND " : " OR ") : "(", left,
                       expr->binary.negated ? "" : "NOT ", right);
        }
        buf_putc(&buf, ')');
        return lower_take(l, &buf);
    }
    const char *left = lower_expr(l, a), *right = lower_expr(l, b), *collation = NULL;
    if (!left || !right || !lower_has_collation(l, expr, "string comparison"))
        return NULL;
    const char *is = expr->binary.negated ? "IS" : "IS NOT";
    if (!expr->binary.op || lower_compares(l, expr->binary.op, a->type, b->type, expr->collation, &collation)) {
        left = lower_collated(l, left, collation, a, b);
        return LOWER_PRINT(l, "(%s %s %s)", left, is, right);
    }
    const char *equal = lower_operator(l, expr->binary.op, a->type, left, b->type, right, 0, expr->location);
    return equal ? LOWER_PRINT(l, "(CASE WHEN %s IS NULL OR %s IS NULL THEN %s %s %s ELSE %s %s END)", left, right, left, is,
                               right, expr->binary.negated ? "" : "NOT", equal)
                 : NULL;
}

static const char *lower_nullif(struct lower *l, const struct expr *expr)
{
    const char *collation = NULL;
    const char *left = lower_expr(l, expr->binary.left), *right = lower_expr(l, expr->binary.right);
    if (!left || !right)
        return NULL;
    if (lower_compares(l, expr->binary.op, expr->binary.left->type, expr->binary.right->type, expr->collation, &collation))
        return LOWER_PRINT(l, "nullif(%s, %s)", lower_collated(l, left, collation, expr->binary.left, expr->binary.right), right);
    const char *equal =
        lower_operator(l, expr->binary.op, expr->binary.left->type, left, expr->binary.right->type, right, 0, expr->location);
    return equal ? LOWER_PRINT(l, "CASE WHEN %s THEN NULL ELSE %s END", equal, left) : NULL;
}

static const char *lower_subscript(struct lower *l, const struct expr *expr)
{
    int count = expr->subscript.nsubscripts;
    oid_t *types = arena_array(l->arena, oid_t, 2 + 2 * count);
    struct buf buf = {0};
    const char *array = lower_expr(l, expr->subscript.array);
    if (!array)
        return NULL;
    buf_puts(&buf, array);
    types[0] = expr->subscript.array->type;
    int nargs = 1;
    if (expr->subscript.value) {
        const char *value = lower_expr(l, expr->subscript.value);
        if (!value) {
            buf_deinit(&buf);
            return NULL;
        }
        buf_printf(&buf, ", %s", value);
        types[nargs++] = expr->subscript.value->type;
    }
    for (int i = 0; i < count; i++)
        for (int side = expr->subscript.slice ? 0 : 1; side < 2; side++) {
            struct expr **bounds = side ? expr->subscript.upper : expr->subscript.lower;
            const struct expr *bound = bounds ? bounds[i] : NULL;
            const char *text = bound ? lower_expr(l, bound) : "'absent'";
            if (!text) {
                buf_deinit(&buf);
                return NULL;
            }
            types[nargs++] = bound ? bound->type : TEXT_OID;
            buf_printf(&buf, ", %s", text);
        }
    const char *args = lower_take(l, &buf);
    const struct type_desc *type = catalog_type_by_oid(l->catalog, types[0]);
    while (type && type->typtype == 'd')
        type = catalog_type_by_oid(l->catalog, type->base);
    bool json = type && type->oid == JSONB_OID;
    const char *read = json ? "pgquill_jsonb_subscript" : expr->subscript.slice ? "pgquill_slice" : "pgquill_subscript";
    const char *write = json                    ? "pgquill_jsonb_subscript_set"
                        : expr->subscript.slice ? "pgquill_slice_set"
                                                : "pgquill_subscript_set";
    return lower_internal_call(l, expr->subscript.value ? write : read, nargs, types, expr->type, -1, args);
}

static const char *named_row(struct lower *l, const struct rte *rte, int count, const oid_t *types, const char *columns)
{
    struct array_builder names = {0};
    oid_t *all = arena_array(l->arena, oid_t, count + 1);
    for (int i = 0; i < rte->ncolumns; i++) {
        struct datum name = datum_cstr(rte->columns[i].name ? rte->columns[i].name : "");
        if (!rte->columns[i].hidden)
            array_builder_add(&names, type_builtin(TEXT_OID), &name);
    }
    all[0] = TEXT_ARRAY_OID;
    memcpy(all + 1, types, sizeof *types * (size_t) count);
    struct datum list = array_builder_finish(&names, l->arena);
    const char *text = lower_constant(l, &list);
    return text ? lower_internal_call(l, "pgquill_named_row", count + 1, all, RECORD_OID, -1,
                                      LOWER_PRINT(l, "%s%s%s", text, count ? ", " : "", columns))
                : NULL;
}

static const char *lower_whole_row(struct lower *l, const struct rte *rte, oid_t type)
{
    oid_t *types = arena_array(l->arena, oid_t, rte->ncolumns + 1);
    struct buf args = {0}, nulls = {0};
    int count = 0, ntypes = 0;
    for (int i = 0; i < rte->ncolumns; i++) {
        if (rte->columns[i].hidden) {
            /* A dropped column keeps its place. */
            if (rte->kind == RTE_RELATION) {
                buf_printf(&args, "%sNULL", args.len ? ", " : "");
                types[ntypes++] = TEXT_OID;
            }
            continue;
        }
        const char *column = lower_column(l, rte, i + 1);
        buf_printf(&args, "%s%s", args.len ? ", " : "", column);
        buf_printf(&nulls, "%s%s", count++ ? ", " : "", column);
        types[ntypes++] = rte->columns[i].type;
    }
    const char *list = lower_take(l, &args), *columns = lower_take(l, &nulls);
    const char *row = type == RECORD_OID ? named_row(l, rte, ntypes, types, list)
                                         : lower_internal_call(l, "pgquill_row", ntypes, types, type, -1, list);
    if (!row || !rte->nullable || count == 0)
        return row;
    /* The row that an outer join makes up is NULL as a whole. */
    return count == 1 ? LOWER_PRINT(l, "CASE WHEN %s IS NOT NULL THEN %s END", columns, row)
                      : LOWER_PRINT(l, "CASE WHEN coalesce(%s) IS NOT NULL THEN %s END", columns, row);
}

static const char *lower_null_test(struct lower *l, const struct expr *expr)
{
    const char *is = expr->kind == EXPR_IS_NULL ? "IS NULL" : "IS NOT NULL";
    const struct expr *arg = expr->unary.arg;
    struct buf buf = {0};
    int count = 0;
    if (arg->kind == EXPR_ROW) {
        for (int i = 0; i < arg->list.args.count; i++) {
            const char *text = lower_expr(l, arg->list.args.items[i]);
            if (!text) {
                buf_deinit(&buf);
                return NULL;
            }
            buf_printf(&buf, "%s%s %s", count++ ? " AND " : "(", text, is);
        }
    } else if (arg->kind == EXPR_WHOLE_ROW) {
        for (int i = 0; i < arg->whole_row.rte->ncolumns; i++)
            if (!arg->whole_row.rte->columns[i].hidden)
                buf_printf(&buf, "%s%s %s", count++ ? " AND " : "(", lower_column(l, arg->whole_row.rte, i + 1), is);
    } else {
        buf_deinit(&buf);
        const char *text = lower_expr(l, arg);
        const struct type_desc *type = lower_base_type(l, arg->type);
        if (text && type && (type->typtype == 'c' || type->oid == RECORD_OID))
            return lower_internal_call(l, "pgquill_row_null", 2, (oid_t[]){arg->type, INT4_OID}, BOOL_OID, -1,
                                       LOWER_PRINT(l, "%s, %d", text, expr->kind == EXPR_IS_NOT_NULL));
        return text ? LOWER_PRINT(l, "(%s %s)", text, is) : NULL;
    }
    buf_puts(&buf, count ? ")" : "1");
    return lower_take(l, &buf);
}

/* Does the element's cast only go through the text form and a length? */
static bool is_text_cast(const struct expr *element)
{
    switch (element->kind) {
    case EXPR_CASE_TEST:
        return true;
    case EXPR_RELABEL:
        return (element->type == INT4_OID) == (element->cast.arg->type == INT4_OID) && is_text_cast(element->cast.arg);
    case EXPR_IO_CAST:
    case EXPR_TYPMOD:
        return is_text_cast(element->cast.arg);
    default:
        return false;
    }
}

/* Has the type 32 bits without a sign? */
static bool is_unsigned(const struct type_desc *type)
{
    return type && type->storage == STORAGE_INTEGER && type->category == 'N' && type->oid != INT2_OID && type->oid != INT4_OID &&
           type->oid != INT8_OID && type->oid != MONEY_OID;
}

/* A row of a declared type says what it is when it becomes a record; the bits of an integer with a sign are another one's without. */
static const char *lower_relabel(struct lower *l, const struct expr *expr)
{
    const struct expr *arg = expr->cast.arg;
    const char *text = lower_relabelled(l, expr, arg);
    if (!text)
        return NULL;
    const struct type_desc *from = lower_base_type(l, arg->type), *to = lower_base_type(l, expr->type);
    if (from && from->oid == INT4_OID && is_unsigned(to))
        return LOWER_PRINT(l, "(%s & 4294967295)", text);
    if (to && to->oid == INT4_OID && is_unsigned(from))
        return LOWER_PRINT(l, "((%s + 2147483648 & 4294967295) - 2147483648)", text);
    if (expr->type != RECORD_OID && expr->type != RECORD_ARRAY_OID)
        return text;
    const struct type_desc *type = lower_base_type(l, arg->type);
    const struct type_desc *row = type && type->element ? lower_base_type(l, type->element) : type;
    return row && row->typtype == 'c' ? lower_internal_call(l, "pgquill_to_record", 1, (oid_t[]){arg->type}, expr->type, -1, text)
                                      : text;
}

static const char *lower_array_cast(struct lower *l, const struct expr *expr)
{
    const struct expr *arg = expr->cast.arg, *element = expr->cast.element;
    const char *array = lower_expr(l, arg);
    if (!array)
        return NULL;
    if (!element || is_text_cast(element))
        return lower_internal_call(l, expr->cast.is_explicit ? "pgquill_array_cast_explicit" : "pgquill_array_cast", 1,
                                   (oid_t[]){arg->type}, expr->type, element ? element->typmod : expr->typmod, array);
    /* Elements are taken apart, cast one by one and put together again. */
    const struct func_impl *unnest = func_find("array_unnest"), *collect = func_find("array_agg(anynonarray)");
    const struct type_desc *from = lower_base_type(l, arg->type);
    if (!unnest || !collect || !from)
        return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, expr->location, "casts of arrays are not available");
    const char *outer_test = l->case_test, *alias = lower_fresh(l);
    l->case_test = LOWER_PRINT(l, "%s.c1", alias);
    const char *value = lower_expr(l, element);
    l->case_test = outer_test;
    const char *rows = lower_instance(l, unnest, 1, (oid_t[]){arg->type}, from->element, -1, NULL);
    const char *aggregate = lower_instance(l, collect, 1, (oid_t[]){element->type}, expr->type, -1, NULL);
    if (!value || !rows || !aggregate)
        return NULL;
    const char *items =
        LOWER_PRINT(l, "(SELECT coalesce(%s(%s), '[]') FROM %s(%s) AS %s), %s", aggregate, value, rows, array, alias, array);
    const char *shaped =
        lower_internal_call(l, "pgquill_array_shaped", 2, (oid_t[]){expr->type, arg->type}, expr->type, -1, items);
    return shaped ? LOWER_PRINT(l, "CASE WHEN %s IS NOT NULL THEN %s END", array, shaped) : NULL;
}

static const char *lower_cast(struct lower *l, const struct expr *expr)
{
    const struct expr *arg = expr->cast.arg;
    if (expr->kind == EXPR_ARRAY_CAST)
        return lower_array_cast(l, expr);
    const char *text = lower_expr(l, arg);
    if (!text)
        return NULL;
    switch (expr->kind) {
    case EXPR_IO_CAST:
        return lower_internal_call(l, "pgquill_io_cast", 1, (oid_t[]){arg->type}, expr->type, expr->typmod, text);
    case EXPR_TYPMOD:
        return lower_internal_call(l, expr->cast.is_explicit ? "pgquill_typmod_explicit" : "pgquill_typmod", 1,
                                   (oid_t[]){expr->type}, expr->type, expr->typmod, text);
    default:
        return lower_internal_call(l, "pgquill_domain", 1, (oid_t[]){arg->type}, expr->type, -1, text);
    }
}

static const char *lower_bool_test(struct lower *l, const struct expr *expr)
{
    static const char *const tests[] = {"IS TRUE", "IS NOT TRUE", "IS FALSE", "IS NOT FALSE", "IS NULL", "IS NOT NULL"};
    const char *arg = lower_expr(l, expr->unary.arg);
    return arg ? LOWER_PRINT(l, "(%s %s)", arg, tests[expr->unary.test]) : NULL;
}

static const char *lower_named(struct lower *l, const struct expr *expr)
{
    for (const struct lower_name *name = l->names; name; name = name->next)
        if (name->expr && (name->expr == expr || (name->same && lower_same_expr(name->expr, expr))))
            return name->text;
    return NULL;
}

/* Inside one grouping set: a key that is not of the set is NULL. */
static bool outside_set(struct lower *l, const struct expr *expr, int *group)
{
    const struct query *query = l->set_query;
    for (int i = 0; i < query->group.count; i++)
        if (lower_same_expr(query->group.items[i], expr)) {
            *group = i;
            for (int j = 0; j < query->sets[l->set].count; j++)
                if (query->sets[l->set].members[j] == i)
                    return false;
            return true;
        }
    *group = -1;
    return false;
}

static const char *lower_grouping(struct lower *l, const struct expr *expr)
{
    int64_t bits = 0;
    for (int i = 0; i < expr->list.args.count; i++) {
        int group = -1;
        bits = bits * 2 + (l->set_query && outside_set(l, expr->list.args.items[i], &group) ? 1 : 0);
    }
    return LOWER_PRINT(l, "%" PRId64, bits);
}

const char *lower_expr(struct lower *l, const struct expr *expr)
{
    const char *named = l->names ? lower_named(l, expr) : NULL;
    int group;
    if (named)
        return named;
    if (l->set_query && expr->kind != EXPR_CONST && outside_set(l, expr, &group))
        return "NULL";
    switch (expr->kind) {
    case EXPR_CONST:
        return lower_constant(l, &expr->constant.value);
    case EXPR_PARAM:
        if (l->arguments)
            return l->arguments[expr->param.number - 1];
        if (l->constants)
            return lower_error(l, ERRCODE_UNDEFINED_PARAMETER, expr->location, "there is no parameter $%d", expr->param.number);
        return lower_parameter(l, expr->param.number);
    case EXPR_LITERAL:
        if (l->constants)
            return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, expr->location,
                               "a value of this statement cannot be stored in the schema");
        return lower_parameter(l, (l->plan ? l->plan->nparams : 0) + 1 + expr->literal.index);
    case EXPR_COLUMN:
        return lower_column(l, expr->column.rte, expr->column.attno);
    case EXPR_CALL:
        return lower_call(l, expr);
    case EXPR_AGGREGATE:
    case EXPR_WINDOW: {
        /* Arguments see the rows before grouping, where no key is missing. */
        const struct query *set_query = l->set_query;
        l->set_query = NULL;
        const char *text = lower_aggregate(l, expr);
        l->set_query = set_query;
        return text;
    }
    case EXPR_RELABEL:
        return lower_relabel(l, expr);
    case EXPR_IO_CAST:
    case EXPR_TYPMOD:
    case EXPR_ARRAY_CAST:
    case EXPR_DOMAIN:
        return lower_cast(l, expr);
    case EXPR_AND:
        return join_conditions(l, &expr->list.args, " AND ");
    case EXPR_OR:
        return join_conditions(l, &expr->list.args, " OR ");
    case EXPR_NOT: {
        const char *arg = lower_expr(l, expr->unary.arg);
        return arg ? LOWER_PRINT(l, "(NOT %s)", arg) : NULL;
    }
    case EXPR_IS_NULL:
    case EXPR_IS_NOT_NULL:
        return lower_null_test(l, expr);
    case EXPR_BOOL_TEST:
        return lower_bool_test(l, expr);
    case EXPR_DISTINCT:
        return lower_distinct(l, expr);
    case EXPR_CASE:
        return lower_case(l, expr);
    case EXPR_CASE_TEST:
        return l->case_test ? l->case_test : "NULL";
    case EXPR_COALESCE: {
        if (expr->list.args.count == 1)
            return lower_expr(l, expr->list.args.items[0]);
        const char *args = lower_expr_list(l, &expr->list.args);
        return args ? LOWER_PRINT(l, "coalesce(%s)", args) : NULL;
    }
    case EXPR_GREATEST:
        return lower_extreme(l, "pgquill_greatest", expr);
    case EXPR_XML:
        return list_call(l, "pgquill_xml", &expr->list.args, expr->type);
    case EXPR_LEAST:
        return lower_extreme(l, "pgquill_least", expr);
    case EXPR_NULLIF:
        return lower_nullif(l, expr);
    case EXPR_IN_LIST:
        return lower_in_list(l, expr);
    case EXPR_ARRAY_OP:
        return lower_array_op(l, expr);
    case EXPR_SUBLINK: {
        const struct query *set_query = l->set_query;
        const char *text = lower_sublink(l, expr);
        l->set_query = set_query;
        return text;
    }
    case EXPR_ARRAY:
        return list_call(l, "pgquill_array", &expr->list.args, expr->type);
    case EXPR_ROW:
        return list_call(l, "pgquill_row", &expr->list.args, expr->type);
    case EXPR_ROW_COMPARE:
        return lower_row_compare(l, expr);
    case EXPR_SUBSCRIPT:
        return lower_subscript(l, expr);
    case EXPR_FIELD: {
        const char *arg = lower_expr(l, expr->field.arg);
        const char *value = arg && expr->field.value ? lower_expr(l, expr->field.value) : NULL;
        if (expr->field.value)
            return value ? lower_internal_call(l, "pgquill_field_set", 3,
                                               (oid_t[]){expr->field.arg->type, expr->field.value->type, INT4_OID}, expr->type,
                                               -1, LOWER_PRINT(l, "%s, %s, %d", arg, value, expr->field.index + 1))
                         : NULL;
        return arg ? lower_internal_call(l, "pgquill_field", 2, (oid_t[]){expr->field.arg->type, INT4_OID}, expr->type, -1,
                                         LOWER_PRINT(l, "%s, %d", arg, expr->field.index + 1))
                   : NULL;
    }
    case EXPR_COLLATE:
        return lower_relabelled(l, expr, expr->unary.arg);
    case EXPR_SQL_VALUE:
        return lower_internal_call(l, "pgquill_sql_value", 2, (oid_t[]){INT4_OID, INT4_OID}, expr->type, -1,
                                   LOWER_PRINT(l, "%d, %d", expr->sql_value.which, expr->sql_value.precision));
    case EXPR_WHOLE_ROW:
        return lower_whole_row(l, expr->whole_row.rte, expr->type);
    case EXPR_GROUPING:
        return lower_grouping(l, expr);
    case EXPR_DEFAULT:
        break;
    }
    return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, expr->location, "DEFAULT is not allowed in this context");
}
