#include "sql/analyse_internal.h"

/* Conversions: which exist in which context, and the expressions that make them (PostgreSQL docs 10.1 to 10.5). */

bool type_is_polymorphic(oid_t type)
{
    switch (type) {
    case ANYELEMENT_OID:
    case ANYARRAY_OID:
    case ANYNONARRAY_OID:
    case ANYENUM_OID:
    case ANYRANGE_OID:
    case ANYMULTIRANGE_OID:
    case ANYCOMPATIBLE_OID:
    case ANYCOMPATIBLEARRAY_OID:
    case ANYCOMPATIBLENONARRAY_OID:
    case ANYCOMPATIBLERANGE_OID:
    case ANYCOMPATIBLEMULTIRANGE_OID:
        return true;
    default:
        return false;
    }
}

bool type_is_collatable(struct analysis *a, oid_t type)
{
    const struct type_desc *desc = analysis_type_desc(a, type);
    return desc && desc->collation != 0;
}

oid_t coercion_base(struct analysis *a, oid_t type, int32_t *typmod)
{
    const struct type_desc *desc = analysis_type_desc(a, type);
    while (desc && desc->typtype == 'd') {
        if (typmod)
            *typmod = desc->base_typmod;
        type = desc->base;
        desc = analysis_type_desc(a, type);
    }
    return type;
}

char coercion_category(struct analysis *a, oid_t type, bool *preferred)
{
    const struct type_desc *desc = analysis_type_desc(a, type);
    if (preferred)
        *preferred = desc && desc->preferred;
    return desc ? desc->category : 'X';
}

static bool is_array(struct analysis *a, oid_t type)
{
    const struct type_desc *desc = analysis_type_desc(a, type);
    return desc && desc->element;
}

static char typtype(struct analysis *a, oid_t type)
{
    const struct type_desc *desc = analysis_type_desc(a, type);
    return desc ? desc->typtype : 'b';
}

static bool any_accepts(struct analysis *a, oid_t from, oid_t to)
{
    from = coercion_base(a, from, NULL);
    switch (to) {
    case ANY_OID:
    case ANYELEMENT_OID:
    case ANYCOMPATIBLE_OID:
        return true;
    case ANYARRAY_OID:
    case ANYCOMPATIBLEARRAY_OID:
        return is_array(a, from);
    case ANYNONARRAY_OID:
    case ANYCOMPATIBLENONARRAY_OID:
        return !is_array(a, from);
    case ANYENUM_OID:
        return typtype(a, from) == 'e';
    case ANYRANGE_OID:
    case ANYCOMPATIBLERANGE_OID:
        return typtype(a, from) == 'r';
    case ANYMULTIRANGE_OID:
    case ANYCOMPATIBLEMULTIRANGE_OID:
        return typtype(a, from) == 'm';
    case RECORD_OID:
        return typtype(a, from) == 'c' || from == RECORD_OID;
    case _RECORD_OID: {
        const struct type_desc *desc = analysis_type_desc(a, from);
        return desc && desc->element && typtype(a, desc->element) == 'c';
    }
    default:
        return false;
    }
}

bool coercion_is_binary(struct analysis *a, oid_t from, oid_t to)
{
    if (from == to || to == ANY_OID || to == ANYELEMENT_OID || to == ANYCOMPATIBLE_OID)
        return true;
    from = coercion_base(a, from, NULL);
    if (from == to || any_accepts(a, from, to))
        return true;
    const struct cast_fact *cast = catalog_cast_find(a->catalog, from, to);
    return cast && cast->method == 'b' && cast->context == 'i';
}

enum coercion_path coercion_find(struct analysis *a, oid_t from, oid_t to, enum coercion context, const struct proc_fact **proc)
{
    *proc = NULL;
    from = coercion_base(a, from, NULL);
    to = coercion_base(a, to, NULL);
    if (from == to)
        return PATH_RELABEL;
    const struct cast_fact *cast = catalog_cast_find(a->catalog, from, to);
    if (cast) {
        bool allowed = cast->context == 'i' || (cast->context == 'a' && context != COERCE_IMPLICIT) || context == COERCE_EXPLICIT;
        if (!allowed)
            return PATH_NONE;
        if (cast->method == 'b')
            return PATH_RELABEL;
        if (cast->method == 'i')
            return PATH_IO;
        *proc = catalog_proc_by_oid(a->catalog, cast->proc);
        return *proc ? PATH_FUNCTION : PATH_NONE;
    }
    const struct type_desc *source = analysis_type_desc(a, from), *target = analysis_type_desc(a, to);
    if (!source || !target)
        return PATH_NONE;
    if (source->element && target->element && source->category == 'A' && target->category == 'A' && to != OIDVECTOR_OID &&
        to != INT2VECTOR_OID) {
        const struct proc_fact *element;
        return coercion_find(a, source->element, target->element, context, &element) == PATH_NONE ? PATH_NONE : PATH_ARRAY;
    }
    if (source->typtype == 'p' && from != RECORD_OID && from != RECORD_ARRAY_OID && from != UNKNOWN_OID && from != CSTRING_OID &&
        from != VOID_OID)
        return PATH_NONE;
    if (context != COERCE_IMPLICIT && target->category == 'S')
        return PATH_IO;
    if (context == COERCE_EXPLICIT && source->category == 'S')
        return PATH_IO;
    return PATH_NONE;
}

bool coercion_possible(struct analysis *a, int count, const oid_t *from, const oid_t *to, enum coercion context)
{
    bool generic = false;
    for (int i = 0; i < count; i++) {
        if (from[i] == to[i] || to[i] == ANY_OID)
            continue;
        if (type_is_polymorphic(to[i])) {
            generic = true;
            continue;
        }
        if (from[i] == UNKNOWN_OID)
            continue;
        const struct proc_fact *proc;
        if (coercion_find(a, from[i], to[i], context, &proc) != PATH_NONE)
            continue;
        if (any_accepts(a, from[i], to[i]))
            continue;
        if (from[i] == RECORD_OID && typtype(a, coercion_base(a, to[i], NULL)) == 'c')
            continue;
        return false;
    }
    return !generic || coerce_polymorphic_agrees(a, count, from, to);
}

/* The typed use of a parameter (PostgreSQL docs, PREPARE: types are inferred from the first use). */
static struct expr *coerce_param(struct analysis *a, struct expr *expr, oid_t type, int location)
{
    oid_t *known = &a->compiler->param_types[expr->param.number - 1];
    if (*known == 0 || *known == UNKNOWN_OID) {
        *known = type;
    } else if (*known != type) {
        analysis_error(a, ERRCODE_AMBIGUOUS_PARAMETER, expr->location, "inconsistent types deduced for parameter $%d",
                       expr->param.number);
        diag_detail(a->diag, "%s versus %s", analysis_type(a, *known), analysis_type(a, type));
        return NULL;
    }
    (void) location;
    expr->type = type;
    return expr;
}

static struct expr *cast_node(struct analysis *a, enum expr_kind kind, struct expr *arg, oid_t type, enum coercion context)
{
    struct expr *expr = expr_new(a, kind, type, arg->location);
    expr->cast.arg = arg;
    expr->cast.is_explicit = context == COERCE_EXPLICIT;
    /* A domain imposes its collation, unless that is the default one. */
    bool imposed = kind == EXPR_DOMAIN && expr->collation != DEFAULT_COLLATION_OID;
    if (!imposed && arg->collation && type_is_collatable(a, type) && type_is_collatable(a, arg->type))
        coerce_copy_collation(expr, arg);
    return expr;
}

static struct expr *coerce_row(struct analysis *a, struct expr *expr, oid_t type, enum coercion context, int location)
{
    const struct type_desc *desc = analysis_type_desc(a, coercion_base(a, type, NULL));
    struct expr_list items = expr->list.args, out = {0};
    int at = 0;
    for (int i = 0; i < desc->field_count; i++) {
        const struct type_field *field = &desc->fields[i];
        if (field->dropped) {
            expr_list_add(a, &out, literal_null(a, TEXT_OID, -1)); /* it keeps its place */
            continue;
        }
        if (at >= items.count) {
            analysis_error(a, ERRCODE_CANNOT_COERCE, location, "cannot cast type record to %s", analysis_type(a, type));
            diag_detail(a->diag, "Input has too few columns.");
            return NULL;
        }
        struct expr *item = coerce_to_target(a, items.items[at], field->type, field->typmod, context, location);
        if (!item) {
            if (!diag_is_set(a->diag)) {
                analysis_error(a, ERRCODE_CANNOT_COERCE, location, "cannot cast type record to %s", analysis_type(a, type));
                diag_detail(a->diag, "Cannot cast type %s to %s in column %d.", analysis_type(a, items.items[at]->type),
                            analysis_type(a, field->type), at + 1);
            }
            return NULL;
        }
        expr_list_add(a, &out, item);
        at++;
    }
    if (at < items.count) {
        analysis_error(a, ERRCODE_CANNOT_COERCE, location, "cannot cast type record to %s", analysis_type(a, type));
        diag_detail(a->diag, "Input has too many columns.");
        return NULL;
    }
    struct expr *row = expr_new(a, EXPR_ROW, desc->oid, expr->location);
    row->list.args = out;
    return row;
}

static struct expr *coerce_array(struct analysis *a, struct expr *expr, oid_t type, int32_t typmod, enum coercion context)
{
    const struct type_desc *source = analysis_type_desc(a, coercion_base(a, expr->type, NULL)),
                           *target = analysis_type_desc(a, type);
    if (expr->kind == EXPR_ARRAY) {
        /* Element by element, so that unknown elements get the right type at once. */
        struct expr *array = expr_new(a, EXPR_ARRAY, type, expr->location);
        for (int i = 0; i < expr->list.args.count; i++) {
            struct expr *item = expr->list.args.items[i];
            bool nested = analysis_type_desc(a, item->type)->element && item->type == expr->type;
            item = coerce_to_target(a, item, nested ? type : target->element, typmod, context, item->location);
            if (!item)
                return NULL;
            expr_list_add(a, &array->list.args, item);
        }
        return array;
    }
    const struct proc_fact *proc;
    /* Between integers and oids the bits stay, not the values: item by item, then. */
    bool same_values = (source->element == INT4_OID) == (target->element == INT4_OID);
    if (coercion_find(a, source->element, target->element, context, &proc) == PATH_RELABEL &&
        typtype(a, target->element) != 'd' && same_values)
        return cast_node(a, EXPR_RELABEL, expr, type, context);
    struct expr *test = expr_new(a, EXPR_CASE_TEST, source->element, expr->location);
    struct expr *element = coerce_expr(a, test, target->element, typmod, context, expr->location);
    if (!element)
        return NULL;
    struct expr *cast = cast_node(a, EXPR_ARRAY_CAST, expr, type, context);
    cast->cast.element = element;
    return cast;
}

static struct expr *coerce_function(struct analysis *a, struct expr *expr, const struct proc_fact *proc, oid_t type,
                                    int32_t typmod, enum coercion context)
{
    oid_t types[PROC_ARGS_MAX];
    int nargs = proc_fact_args(proc, types);
    /* A cast's function takes and gives what is the same in binary form: char(n) as text keeps its blanks here, a negative integer is an oid. */
    bool other_result = proc->result != type && !type_is_polymorphic(proc->result);
    struct expr *call = expr_new(a, EXPR_CALL, other_result ? proc->result : type, expr->location);
    call->call.proc = proc;
    call->call.is_cast = true;
    call->call.is_explicit = context == COERCE_EXPLICIT;
    bool other_argument = expr->type != types[0] && !type_is_polymorphic(types[0]);
    struct expr *arg = other_argument ? cast_node(a, EXPR_RELABEL, expr, types[0], COERCE_IMPLICIT) : expr;
    expr_list_add(a, &call->call.args, arg);
    if (nargs >= 2)
        expr_list_add(a, &call->call.args, literal_int(a, typmod, INT4_OID, -1));
    if (nargs >= 3)
        expr_list_add(a, &call->call.args, literal_bool(a, context == COERCE_EXPLICIT));
    call = coerce_collate(a, call, 1, &arg);
    return call && other_result ? cast_node(a, EXPR_RELABEL, call, type, context) : call;
}

struct expr *coerce_expr(struct analysis *a, struct expr *expr, oid_t type, int32_t typmod, enum coercion context, int location)
{
    if (expr->type == type)
        return expr;
    if (type == ANY_OID || type == ANYELEMENT_OID || type == ANYCOMPATIBLE_OID || type == ANYNONARRAY_OID ||
        type == ANYCOMPATIBLENONARRAY_OID)
        return expr;
    if (type_is_polymorphic(type) && expr->type != UNKNOWN_OID)
        return expr;
    /* A parameter is of the domain itself: its value is read, not cast, as one. */
    if (expr->kind == EXPR_PARAM && (expr->type == UNKNOWN_OID || expr->type == 0))
        return coerce_param(a, expr, type, location);
    int32_t base_typmod = typmod;
    oid_t base = coercion_base(a, type, &base_typmod);
    if (base != type) {
        if (coercion_base(a, expr->type, NULL) != expr->type && coercion_base(a, expr->type, NULL) == base)
            expr = cast_node(a, EXPR_RELABEL, expr, base, context);
        struct expr *value = coerce_to_target(a, expr, base, base_typmod, context, location);
        return value ? cast_node(a, EXPR_DOMAIN, value, type, context) : NULL;
    }
    if (expr->type == UNKNOWN_OID && (expr->kind == EXPR_CONST || expr->kind == EXPR_LITERAL))
        return literal_retype(a, expr, type, type == INTERVAL_OID ? typmod : -1);
    if (literal_fits(a, expr, type))
        return literal_retype(a, expr, type, -1);
    if (expr->kind == EXPR_COLLATE) {
        struct expr *inner = coerce_expr(a, expr->unary.arg, type, typmod, context, location);
        if (!inner || !type_is_collatable(a, type))
            return inner;
        struct expr *copy = expr_new(a, EXPR_COLLATE, type, expr->location);
        copy->unary.arg = inner;
        coerce_copy_collation(copy, expr);
        return copy;
    }
    const struct proc_fact *proc;
    oid_t from = expr->type;
    switch (coercion_find(a, from, type, context, &proc)) {
    case PATH_FUNCTION:
        return coerce_function(a, expr, proc, type, typmod, context);
    case PATH_IO:
        return cast_node(a, EXPR_IO_CAST, expr, type, context);
    case PATH_ARRAY:
        return coerce_array(a, expr, type, typmod, context);
    case PATH_RELABEL:
        return cast_node(a, EXPR_RELABEL, expr, type, context);
    case PATH_NONE:
        break;
    }
    if (expr->kind == EXPR_ROW && typtype(a, type) == 'c')
        return coerce_row(a, expr, type, context, location);
    if (from == UNKNOWN_OID)
        return cast_node(a, EXPR_IO_CAST, expr, type, context);
    if (any_accepts(a, from, type))
        return cast_node(a, EXPR_RELABEL, expr, type, context);
    return analysis_error(a, ERRCODE_CANNOT_COERCE, location, "cannot cast type %s to %s", analysis_type(a, from),
                          analysis_type(a, type));
}

struct expr *coerce_typmod(struct analysis *a, struct expr *expr, oid_t type, int32_t typmod, bool is_explicit)
{
    if (typmod < 0 || expr->typmod == typmod)
        return expr;
    const struct type_desc *desc = analysis_type_desc(a, type);
    oid_t element = desc && desc->category == 'A' && desc->element ? desc->element : 0;
    const struct type_desc *sized = element ? analysis_type_desc(a, element) : desc;
    if (!sized || !sized->codec->typmod_cast) {
        expr->typmod = expr->kind == EXPR_LITERAL || expr->kind == EXPR_CONST ? typmod : expr->typmod;
        return expr;
    }
    enum coercion context = is_explicit ? COERCE_EXPLICIT : COERCE_ASSIGNMENT;
    struct expr *out;
    if (element) {
        out = cast_node(a, EXPR_ARRAY_CAST, expr, type, context);
        out->cast.element = cast_node(a, EXPR_TYPMOD, expr_new(a, EXPR_CASE_TEST, element, expr->location), element, context);
        out->cast.element->typmod = typmod;
    } else {
        out = cast_node(a, EXPR_TYPMOD, expr, type, context);
    }
    out->typmod = typmod;
    return out;
}

struct expr *coerce_to_target(struct analysis *a, struct expr *expr, oid_t type, int32_t typmod, enum coercion context,
                              int location)
{
    if (!coercion_possible(a, 1, &expr->type, &type, context))
        return NULL;
    struct expr *out = coerce_expr(a, expr, type, typmod, context, location);
    return out && coercion_base(a, type, NULL) == type ? coerce_typmod(a, out, type, typmod, context == COERCE_EXPLICIT) : out;
}

struct expr *coerce_boolean(struct analysis *a, struct expr *expr, const char *construct)
{
    if (!expr || expr->type == BOOL_OID)
        return expr;
    struct expr *out = coerce_to_target(a, expr, BOOL_OID, -1, COERCE_ASSIGNMENT, expr->location);
    if (!out && !diag_is_set(a->diag))
        return analysis_error(a, ERRCODE_DATATYPE_MISMATCH, expr->location, "argument of %s must be type boolean, not type %s",
                              construct, analysis_type(a, expr->type));
    return out;
}

struct expr *coerce_integer(struct analysis *a, struct expr *expr, oid_t type, const char *construct)
{
    if (!expr || expr->type == type)
        return expr;
    struct expr *out = coerce_to_target(a, expr, type, -1, COERCE_ASSIGNMENT, expr->location);
    if (!out && !diag_is_set(a->diag))
        return analysis_error(a, ERRCODE_DATATYPE_MISMATCH, expr->location, "argument of %s must be type %s, not type %s",
                              construct, analysis_type(a, type), analysis_type(a, expr->type));
    return out;
}

struct expr *coerce_unknown(struct analysis *a, struct expr *expr)
{
    return expr && expr->type == UNKNOWN_OID ? coerce_expr(a, expr, TEXT_OID, -1, COERCE_IMPLICIT, expr->location) : expr;
}

static bool implicit(struct analysis *a, oid_t from, oid_t to)
{
    return coercion_possible(a, 1, &from, &to, COERCE_IMPLICIT);
}

oid_t coerce_common_type(struct analysis *a, int count, struct expr *const *exprs, const char *construct)
{
    int first = 0;
    oid_t type = exprs[0]->type;
    if (type != UNKNOWN_OID) {
        int same = 1;
        while (same < count && exprs[same]->type == type)
            same++;
        if (same == count)
            return type;
    }
    type = coercion_base(a, type, NULL);
    bool preferred, next_preferred;
    char category = coercion_category(a, type, &preferred);
    for (int i = 1; i < count; i++) {
        oid_t next = coercion_base(a, exprs[i]->type, NULL);
        if (next == UNKNOWN_OID || next == type)
            continue;
        char next_category = coercion_category(a, next, &next_preferred);
        if (type == UNKNOWN_OID) {
            type = next, category = next_category, preferred = next_preferred, first = i;
        } else if (next_category != category) {
            if (construct)
                analysis_error(a, ERRCODE_DATATYPE_MISMATCH, exprs[i]->location, "%s types %s and %s cannot be matched",
                               construct, analysis_type(a, type), analysis_type(a, next));
            return 0;
        } else if (!preferred && implicit(a, type, next) && !implicit(a, next, type)) {
            type = next, preferred = next_preferred, first = i;
        }
    }
    (void) first;
    return type == UNKNOWN_OID ? TEXT_OID : type;
}

int32_t coerce_common_typmod(int count, struct expr *const *exprs, oid_t type)
{
    int32_t typmod = count ? exprs[0]->typmod : -1;
    for (int i = 0; i < count; i++)
        if (exprs[i]->type != type || exprs[i]->typmod != typmod)
            return -1;
    return typmod;
}

struct expr *coerce_to_common(struct analysis *a, struct expr *expr, oid_t type, const char *construct)
{
    if (expr->type == type)
        return expr;
    if (!implicit(a, expr->type, type))
        return analysis_error(a, ERRCODE_CANNOT_COERCE, expr->location, "%s could not convert type %s to %s", construct,
                              analysis_type(a, expr->type), analysis_type(a, type));
    return coerce_expr(a, expr, type, -1, COERCE_IMPLICIT, expr->location);
}

void coerce_copy_collation(struct expr *to, const struct expr *from)
{
    to->collation = from->collation;
    to->other_collation = from->other_collation;
    to->other_location = from->other_location;
    to->explicit_collation = from->explicit_collation;
}

const char *coerce_collation_name(struct analysis *a, oid_t oid)
{
    struct catalog_collation collation;
    return catalog_collation_by_oid(a->catalog, oid, &collation) ? arena_strdup(a->arena, collation.name) : "?";
}

bool coerce_require_collation(struct analysis *a, const struct expr *expr)
{
    if (!expr->other_collation)
        return true;
    if (expr->kind == EXPR_COLUMN) { /* a query below could not derive it: PostgreSQL sees that when it compares */
        diag_set(a->diag, ERRCODE_INDETERMINATE_COLLATION, "could not determine which collation to use for string comparison");
        return diag_hint(a->diag, "Use the COLLATE clause to set the collation explicitly.");
    }
    analysis_error(a, ERRCODE_COLLATION_MISMATCH, expr->other_location,
                   "collation mismatch between implicit collations \"%s\" and \"%s\"", coerce_collation_name(a, expr->collation),
                   coerce_collation_name(a, expr->other_collation));
    return diag_hint(a->diag, "You can choose the collation by applying the COLLATE clause to one or both expressions.");
}

enum collation_strength { COLLATION_NONE, COLLATION_IMPLICIT, COLLATION_CONFLICT, COLLATION_EXPLICIT };

static enum collation_strength strength_of(const struct expr *expr)
{
    return expr->explicit_collation ? COLLATION_EXPLICIT
           : expr->other_collation  ? COLLATION_CONFLICT
           : expr->collation        ? COLLATION_IMPLICIT
                                    : COLLATION_NONE;
}

/* PostgreSQL docs 24.2.1: an explicit collation wins over implicit ones, a non-default implicit one over the default; two different ones
 * of the same rank stand against each other. */
struct expr *coerce_collate(struct analysis *a, struct expr *expr, int nargs, struct expr *const *args)
{
    struct expr derived = {0};
    enum collation_strength strength = COLLATION_NONE;
    for (int i = 0; i < nargs; i++) {
        if (!args[i] || !type_is_collatable(a, args[i]->type))
            continue;
        enum collation_strength rank = strength_of(args[i]);
        if (rank > strength || (rank == COLLATION_IMPLICIT && strength == rank && derived.collation == DEFAULT_COLLATION_OID)) {
            coerce_copy_collation(&derived, args[i]);
            derived.location = args[i]->location;
            strength = rank;
        } else if (rank < strength || args[i]->collation == derived.collation || rank == COLLATION_CONFLICT) {
            continue;
        } else if (rank == COLLATION_EXPLICIT) {
            return analysis_error(a, ERRCODE_COLLATION_MISMATCH, args[i]->location,
                                  "collation mismatch between explicit collations \"%s\" and \"%s\"",
                                  coerce_collation_name(a, derived.collation), coerce_collation_name(a, args[i]->collation));
        } else if (args[i]->collation != DEFAULT_COLLATION_OID) {
            derived.other_collation = args[i]->collation;
            derived.other_location = args[i]->location;
            strength = COLLATION_CONFLICT;
        }
    }
    if (strength != COLLATION_NONE)
        coerce_copy_collation(expr, &derived);
    return expr;
}
