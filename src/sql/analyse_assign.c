#include "sql/analyse_internal.h"

/* Assignment to parts of columns: SET a[1] = …, SET c.f = …, INSERT INTO t (a[2:3], c.f[1]). The column's new value is its old one with a part
 * replaced; each step inwards reads the part that the next step changes. */

struct part {
    struct analysis *a;
    const char *name; /* of the column or field: for messages */
    int location;
};

static struct expr *assign(const struct part *part, struct expr *target, oid_t type, int32_t typmod, size_t count,
                           PgQuery__Node **nodes, struct expr *value);

static struct expr *to_type(const struct part *part, struct expr *value, oid_t type, int32_t typmod, bool subscripted)
{
    struct analysis *a = part->a;
    struct expr *out = coerce_to_target(a, value, type, typmod, COERCE_ASSIGNMENT, value->location);
    if (!out && !diag_is_set(a->diag)) {
        analysis_error(a, ERRCODE_DATATYPE_MISMATCH, part->location,
                       subscripted ? "subscripted assignment to \"%s\" requires type %s but expression is of type %s"
                                   : "subfield \"%s\" is of type %s but expression is of type %s",
                       part->name, analysis_type(a, type), analysis_type(a, value->type));
        diag_hint(a->diag, "You will need to rewrite or cast the expression.");
    }
    return out;
}

/* A value of a domain's base type becomes one of the domain again. */
static struct expr *to_domain(const struct part *part, struct expr *expr, oid_t type, int32_t typmod)
{
    return expr->type == type ? expr : coerce_to_target(part->a, expr, type, typmod, COERCE_IMPLICIT, expr->location);
}

static struct expr *assign_field(const struct part *part, struct expr *target, oid_t type, int32_t typmod, size_t count,
                                 PgQuery__Node **nodes, struct expr *value)
{
    struct analysis *a = part->a;
    const char *name = analysis_string(nodes[0]);
    oid_t base = coercion_base(a, type, NULL);
    const struct type_desc *desc = analysis_type_desc(a, base);
    if (!name)
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, part->location, "row expansion via \"*\" is not supported here");
    if (!desc || desc->typtype != 'c')
        return analysis_error(a, ERRCODE_DATATYPE_MISMATCH, part->location,
                              "cannot assign to field \"%s\" of column \"%s\" because its type %s is not a composite type", name,
                              part->name, analysis_type(a, type));
    int index = 0;
    while (index < desc->field_count && (desc->fields[index].dropped || strcmp(desc->fields[index].name, name) != 0))
        index++;
    if (index == desc->field_count)
        return analysis_error(a, ERRCODE_UNDEFINED_COLUMN, part->location,
                              "cannot assign to field \"%s\" of column \"%s\" because there is no such column in data type %s",
                              name, part->name, analysis_type(a, type));
    const struct type_field *field = &desc->fields[index];
    struct expr *expr = expr_new(a, EXPR_FIELD, base, part->location);
    expr->field.arg = target;
    expr->field.index = index;
    expr->field.name = field->name;
    struct expr *old = expr_new(a, EXPR_FIELD, field->type, part->location);
    old->typmod = field->typmod;
    old->field = expr->field;
    struct part inner = {a, name, part->location};
    expr->field.value = assign(&inner, old, field->type, field->typmod, count - 1, nodes + 1, value);
    return expr->field.value ? to_domain(part, expr, type, typmod) : NULL;
}

static struct expr *assign_subscripts(const struct part *part, struct expr *target, oid_t type, int32_t typmod, size_t subscripts,
                                      size_t count, PgQuery__Node **nodes, struct expr *value)
{
    struct analysis *a = part->a;
    struct expr *located = arena_new(a->arena, struct expr);
    *located = *target;
    located->location = part->location;
    struct expr *old = analyse_subscripts(a, located, subscripts, nodes);
    if (!old)
        return NULL;
    oid_t base = coercion_base(a, type, &typmod);
    struct expr *expr = expr_new(a, EXPR_SUBSCRIPT, base, part->location);
    expr->subscript = old->subscript;
    expr->subscript.array = target;
    expr->subscript.value = count == subscripts
                                ? to_type(part, value, old->type, typmod, true)
                                : assign(part, old, old->type, typmod, count - subscripts, nodes + subscripts, value);
    return expr->subscript.value ? to_domain(part, expr, type, -1) : NULL;
}

static struct expr *assign(const struct part *part, struct expr *target, oid_t type, int32_t typmod, size_t count,
                           PgQuery__Node **nodes, struct expr *value)
{
    size_t subscripts = 0;
    while (subscripts < count && nodes[subscripts]->node_case == PG_QUERY__NODE__NODE_A_INDICES)
        subscripts++;
    if (subscripts)
        return assign_subscripts(part, target, type, typmod, subscripts, count, nodes, value);
    return count ? assign_field(part, target, type, typmod, count, nodes, value) : to_type(part, value, type, typmod, false);
}

struct expr *analyse_assign_part(struct analysis *a, struct expr *target, const char *name, oid_t type, int32_t typmod,
                                 size_t count, PgQuery__Node **parts, struct expr *value, int location)
{
    struct part part = {a, name, location};
    return assign(&part, target, type, typmod, count, parts, value);
}

oid_t analyse_part_type(struct analysis *a, const char *name, oid_t type, int32_t typmod, size_t count, PgQuery__Node **parts,
                        int location)
{
    struct expr *expr = analyse_assign_part(a, literal_null(a, type, -1), name, type, typmod, count, parts,
                                            literal_null(a, UNKNOWN_OID, location), location);
    while (expr && (expr->kind == EXPR_DOMAIN || (expr->kind == EXPR_SUBSCRIPT && expr->subscript.value) ||
                    (expr->kind == EXPR_FIELD && expr->field.value)))
        expr = expr->kind == EXPR_DOMAIN      ? expr->cast.arg
               : expr->kind == EXPR_SUBSCRIPT ? expr->subscript.value
                                              : expr->field.value;
    return expr ? expr->type : 0;
}
