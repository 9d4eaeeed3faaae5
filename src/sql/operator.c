#include "sql/analyse_internal.h"

/* Which operator an expression means (PostgreSQL docs 10.2). */

const char *operator_name(struct analysis *a, size_t count, PgQuery__Node **names)
{
    const char *name = count ? analysis_string(names[count - 1]) : "",
               *schema = count > 1 ? analysis_string(names[count - 2]) : "pg_catalog";
    return strcmp(schema, "pg_catalog") == 0 ? name : arena_printf(a->arena, "%s.%s", schema, name);
}

static const struct operator_fact *exact(const struct operator_fact *const *ops, int count, oid_t left, oid_t right)
{
    for (int i = 0; i < count; i++)
        if (ops[i]->left == left && ops[i]->right == right)
            return ops[i];
    return NULL;
}

const struct operator_fact *operator_lookup(struct analysis *a, const char *name, oid_t left, oid_t right, bool *ambiguous)
{
    const struct operator_fact *const *ops, *found;
    /* No operator has a dot in its name: what stands before one is a schema. */
    const char *dot = strrchr(name, '.'), *schema = dot ? arena_strndup(a->arena, name, (size_t) (dot - name)) : NULL;
    int count = catalog_operators_by_name(a->catalog, schema, dot ? dot + 1 : name, a->arena, &ops);
    bool binary = left != 0;
    if (ambiguous)
        *ambiguous = false;
    if (!count)
        return NULL;
    /* Step 2a: one unknown side is first taken for the other's type; domains for their base. */
    oid_t l = left == UNKNOWN_OID && binary && right != UNKNOWN_OID ? right : left;
    oid_t r = right == UNKNOWN_OID && binary && left != UNKNOWN_OID ? left : right;
    if ((found = exact(ops, count, l, r)))
        return found;
    if (binary && (left == UNKNOWN_OID) != (right == UNKNOWN_OID)) {
        oid_t base = coercion_base(a, l, NULL);
        if (base != l && (found = exact(ops, count, base, base)))
            return found;
    }
    oid_t inputs[2] = {binary ? left : right, right};
    int nargs = binary ? 2 : 1, kept = 0;
    oid_t(*types)[2] = arena_alloc(a->arena, sizeof(*types) * (size_t) count);
    const oid_t **lists = arena_array(a->arena, const oid_t *, count);
    const struct operator_fact **which = arena_array(a->arena, const struct operator_fact *, count);
    for (int i = 0; i < count; i++) {
        if ((ops[i]->kind == 'b') != binary)
            continue;
        types[kept][0] = binary ? ops[i]->left : ops[i]->right;
        types[kept][1] = ops[i]->right;
        if (!coercion_possible(a, nargs, inputs, types[kept], COERCE_IMPLICIT))
            continue;
        lists[kept] = types[kept];
        which[kept++] = ops[i];
    }
    if (kept <= 1)
        return kept ? which[0] : NULL;
    int best = overload_select(a, nargs, inputs, kept, lists);
    if (best < 0 && ambiguous)
        *ambiguous = true;
    return best < 0 ? NULL : which[best];
}

static void *not_found(struct analysis *a, const char *name, oid_t left, oid_t right, bool ambiguous, int location)
{
    const char *text = left ? arena_printf(a->arena, "%s %s %s", analysis_type(a, left), name, analysis_type(a, right))
                            : arena_printf(a->arena, "%s %s", name, analysis_type(a, right));
    if (ambiguous) {
        analysis_error(a, ERRCODE_AMBIGUOUS_FUNCTION, location, "operator is not unique: %s", text);
        diag_hint(a->diag, "Could not choose a best candidate operator. You might need to add explicit type casts.");
    } else {
        analysis_error(a, ERRCODE_UNDEFINED_FUNCTION, location, "operator does not exist: %s", text);
        diag_hint(a->diag,
                  left ? "No operator matches the given name and argument types. You might need to add explicit type casts."
                       : "No operator matches the given name and argument type. You might need to add an explicit type cast.");
    }
    return NULL;
}

const struct operator_fact *operator_binary(struct analysis *a, const char *name, oid_t left, oid_t right, int location)
{
    bool ambiguous;
    const struct operator_fact *op = operator_lookup(a, name, left, right, &ambiguous);
    return op ? op : not_found(a, name, left, right, ambiguous, location);
}

const struct operator_fact *operator_prefix(struct analysis *a, const char *name, oid_t right, int location)
{
    bool ambiguous;
    const struct operator_fact *op = operator_lookup(a, name, 0, right, &ambiguous);
    return op ? op : not_found(a, name, 0, right, ambiguous, location);
}

oid_t operator_coerce(struct analysis *a, const struct operator_fact *op, struct expr **left, struct expr **right, int location)
{
    struct expr **args[2];
    oid_t actual[2], declared[2];
    int count = 0;
    if (left && *left) {
        args[count] = left;
        declared[count++] = op->left;
    }
    args[count] = right;
    declared[count++] = op->right;
    for (int i = 0; i < count; i++)
        actual[i] = (*args[i])->type;
    oid_t result = coerce_polymorphic(a, count, actual, declared, op->result, location);
    if (!result)
        return 0;
    for (int i = 0; i < count; i++) {
        *args[i] = coerce_expr(a, *args[i], declared[i], -1, COERCE_IMPLICIT, location);
        if (!*args[i])
            return 0;
    }
    return result;
}

struct expr *operator_call(struct analysis *a, const struct operator_fact *op, struct expr *left, struct expr *right,
                           int location)
{
    oid_t result = operator_coerce(a, op, left ? &left : NULL, &right, location);
    if (!result)
        return NULL;
    const struct proc_fact *proc = catalog_proc_by_oid(a->catalog, op->proc);
    if (!proc)
        return analysis_error(a, ERRCODE_UNDEFINED_FUNCTION, location, "operator %s is only a shell", op->name);
    /* An expression stands where its first word does. */
    int start = left && left->location >= 0 && left->location < location ? left->location : location;
    struct expr *call = expr_new(a, EXPR_CALL, result, start);
    call->call.proc = proc;
    call->call.op = op;
    if (left)
        expr_list_add(a, &call->call.args, left);
    expr_list_add(a, &call->call.args, right);
    return coerce_collate(a, call, call->call.args.count, call->call.args.items);
}

struct expr *operator_expr(struct analysis *a, const char *name, struct expr *left, struct expr *right, int location)
{
    const struct operator_fact *op =
        left ? operator_binary(a, name, left->type, right->type, location) : operator_prefix(a, name, right->type, location);
    return op ? operator_call(a, op, left, right, location) : NULL;
}

/* Rows and arrays have an order where all that is in them has. */
static bool parts_are_ordered(struct analysis *a, const char *name, oid_t type)
{
    const struct type_desc *desc = analysis_type_desc(a, type);
    if (!desc || type == RECORD_OID || type == RECORD_ARRAY_OID)
        return true;
    if (desc->element && desc->category == 'A')
        return operator_ordering(a, name, desc->element) != NULL;
    for (int i = 0; desc->typtype == 'c' && i < desc->field_count; i++)
        if (!desc->fields[i].dropped && !operator_ordering(a, name, desc->fields[i].type))
            return false;
    return true;
}

const struct operator_fact *operator_ordering(struct analysis *a, const char *name, oid_t type)
{
    type = coercion_base(a, type, NULL);
    const struct operator_fact *op = operator_lookup(a, name, type, type, NULL);
    if (!op && strcmp(name, "=") != 0) /* hstore's class has #<# and #>#: it orders, but not in a way to be read as "less" */
        op = operator_lookup(a, *name == '<' ? "#<#" : "#>#", type, type, NULL);
    if (!op)
        return NULL;
    switch (type) { /* have operators of these names, but no order */
    case JSON_OID:
    case XML_OID:
    case POINT_OID:
    case BOX_OID:
    case CIRCLE_OID:
    case POLYGON_OID:
    case PATH_OID:
    case LSEG_OID:
    case LINE_OID:
        return NULL;
    default:
        return parts_are_ordered(a, name, type) ? op : NULL;
    }
}
