#include "sql/analyse_internal.h"

#include <errno.h>
#include <stdlib.h>

/* Constants: lifted ones, which are bound when the statement runs, and those that are part of the plan. */

static const struct literal *find_literal(const struct compiler *compiler, int location, int *index)
{
    if (location < 0 || !compiler->nliterals)
        return NULL;
    bool minus = compiler->text[location] == '-';
    int low = 0, high = compiler->nliterals;
    while (low < high) {
        int middle = (low + high) / 2;
        if (compiler->literals[middle].location < location)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == compiler->nliterals || (!minus && compiler->literals[low].location != location))
        return NULL;
    *index = low;
    return &compiler->literals[low];
}

static bool read_constant(struct analysis *a, const char *text, size_t len, oid_t type, int32_t typmod, int location,
                          struct datum *out)
{
    struct type_io io = {
        .type = analysis_type_desc(a, type),
        .typmod = typmod,
        .settings = a->compiler->env->types,
        .resolver = a->compiler->env->resolver,
        .arena = a->arena,
    };
    if (!io.type)
        return analysis_error(a, ERRCODE_UNDEFINED_OBJECT, location, "type with OID %u does not exist", type), false;
    if (type_in(&io, text, len, out, a->diag))
        return true;
    return compiler_position(a->compiler, a->diag, location);
}

struct expr *literal_null(struct analysis *a, oid_t type, int location)
{
    struct expr *expr = expr_new(a, EXPR_CONST, type, location);
    expr->constant.value = datum_null();
    return expr;
}

struct expr *literal_int(struct analysis *a, int64_t value, oid_t type, int location)
{
    struct expr *expr = expr_new(a, EXPR_CONST, type, location);
    expr->constant.value = datum_int(value);
    return expr;
}

struct expr *literal_bool(struct analysis *a, bool value)
{
    return literal_int(a, value, BOOL_OID, -1);
}

struct expr *literal_unknown(struct analysis *a, const char *text, int location)
{
    struct expr *expr = expr_new(a, EXPR_CONST, UNKNOWN_OID, location);
    expr->constant.value = datum_cstr(text);
    return expr;
}

/* The type of a number as written: the smallest of int4, int8, numeric. */
static oid_t number_type(const char *text, int64_t *value)
{
    if (strspn(text, "-0123456789") != strlen(text))
        return NUMERIC_OID;
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    if (errno || *end)
        return NUMERIC_OID;
    return *value >= INT32_MIN && *value <= INT32_MAX ? INT4_OID : INT8_OID;
}

static struct expr *bit_constant(struct analysis *a, const char *text, int location)
{
    struct expr *expr = expr_new(a, EXPR_CONST, BIT_OID, location);
    struct datum value;
    if (!read_constant(a, text, strlen(text), BIT_OID, -1, location, &value))
        return NULL;
    expr->constant.value = value;
    return expr;
}

struct expr *literal_expr(struct analysis *a, const PgQuery__AConst *node)
{
    struct compiler *compiler = a->compiler;
    int location = node->location, index = 0;
    if (node->isnull || node->val_case == PG_QUERY__A__CONST__VAL__NOT_SET)
        return literal_null(a, UNKNOWN_OID, location);
    if (node->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL)
        return literal_int(a, node->boolval->boolval, BOOL_OID, location);
    if (node->val_case == PG_QUERY__A__CONST__VAL_BSVAL)
        return bit_constant(a, node->bsval->bsval, location);

    const char *text = node->val_case == PG_QUERY__A__CONST__VAL_SVAL   ? node->sval->sval
                       : node->val_case == PG_QUERY__A__CONST__VAL_FVAL ? node->fval->fval
                                                                        : arena_printf(a->arena, "%d", node->ival->ival);
    int64_t number = 0;
    oid_t type = node->val_case == PG_QUERY__A__CONST__VAL_SVAL ? UNKNOWN_OID : number_type(text, &number);
    const struct literal *literal = find_literal(compiler, location, &index);
    bool string = literal && literal->kind == LITERAL_STRING;
    if (literal && string == (type == UNKNOWN_OID) && !compiler->uses[index].bound && !compiler->uses[index].by_value) {
        /* The lexer's kind, which the key has, says the type but at the edge where only the minus makes it fit. */
        oid_t kind_type = literal->kind == LITERAL_INT4 ? INT4_OID : literal->kind == LITERAL_INT8 ? INT8_OID : NUMERIC_OID;
        if (string || kind_type == type) {
            struct expr *expr = expr_new(a, EXPR_LITERAL, type, location);
            expr->literal.index = index;
            compiler->uses[index] =
                (struct literal_use){.type = type, .typmod = -1, .bound = true, .negated = !string && text[0] == '-'};
            return expr;
        }
    }
    if (literal)
        compiler->uses[index].by_value = true;
    struct expr *expr = expr_new(a, EXPR_CONST, type, location);
    if (type == INT4_OID || type == INT8_OID)
        expr->constant.value = datum_int(number);
    else if (type == UNKNOWN_OID)
        expr->constant.value = datum_cstr(text);
    else if (!read_constant(a, text, strlen(text), type, -1, location, &expr->constant.value))
        return NULL;
    return expr;
}

bool literal_pin(struct analysis *a, struct expr *expr)
{
    if (expr->kind != EXPR_LITERAL)
        return true;
    int index = expr->literal.index;
    struct literal_use *use = &a->compiler->uses[index];
    const struct literal *literal = &a->compiler->literals[index];
    const char *text = arena_printf(a->arena, "%s%.*s", use->negated ? "-" : "", (int) literal->len, literal->text);
    struct datum value = datum_cstr(text);
    if (expr->type != UNKNOWN_OID && !read_constant(a, text, strlen(text), expr->type, use->typmod, expr->location, &value))
        return false;
    use->bound = false;
    use->by_value = true;
    expr->kind = EXPR_CONST;
    expr->constant.value = value;
    return true;
}

bool literal_fits(const struct analysis *a, const struct expr *expr, oid_t type)
{
    if (expr->kind != EXPR_LITERAL || a->compiler->literals[expr->literal.index].kind == LITERAL_STRING)
        return false;
    switch (expr->type) {
    case INT4_OID:
        return type == INT8_OID || type == NUMERIC_OID || type == FLOAT8_OID || type == FLOAT4_OID;
    case INT8_OID:
        return type == NUMERIC_OID || type == FLOAT8_OID;
    case NUMERIC_OID:
        return type == FLOAT8_OID;
    default:
        return false;
    }
}

struct expr *literal_retype(struct analysis *a, struct expr *expr, oid_t type, int32_t typmod)
{
    if (expr->kind == EXPR_LITERAL) {
        struct literal_use *use = &a->compiler->uses[expr->literal.index];
        struct expr *copy = expr_new(a, EXPR_LITERAL, type, expr->location);
        if (use->type != expr->type && use->type != type) {
            /* Bound with another type elsewhere: this use takes its value now. */
            struct expr *constant = expr_new(a, EXPR_LITERAL, expr->type, expr->location);
            constant->literal.index = expr->literal.index;
            struct literal_use saved = *use;
            if (!literal_pin(a, constant))
                return NULL;
            *use = saved;
            use->by_value = true;
            return literal_retype(a, constant, type, typmod);
        }
        copy->literal.index = expr->literal.index;
        use->type = type;
        use->typmod = typmod;
        return copy;
    }
    struct expr *copy = expr_new(a, EXPR_CONST, type, expr->location);
    if (datum_is_null(&expr->constant.value)) {
        copy->constant.value = datum_null();
        return copy;
    }
    const struct datum *text = &expr->constant.value;
    if (!read_constant(a, text->data, text->len, type, typmod, expr->location, &copy->constant.value))
        return NULL;
    if (expr->type != UNKNOWN_OID && copy->constant.value.kind == DATUM_REAL && copy->constant.value.r == 0)
        copy->constant.value.r = 0; /* a numeric has no negative zero */
    return copy;
}
