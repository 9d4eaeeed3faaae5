#include "sql/analyse_internal.h"

/* anyelement and its families (PostgreSQL docs 38.2.5). */

struct family {
    oid_t element, array, range, multirange;
};

static const struct type_desc *desc_of(struct analysis *a, oid_t type)
{
    return analysis_type_desc(a, coercion_base(a, type, NULL));
}

static oid_t element_of(struct analysis *a, oid_t array)
{
    const struct type_desc *desc = desc_of(a, array);
    return desc ? desc->element : 0;
}

static bool take(oid_t *slot, oid_t type)
{
    if (!*slot)
        *slot = type;
    return *slot == type;
}

static bool gather_exact(struct analysis *a, int nargs, const oid_t *actual, const oid_t *declared, struct family *family)
{
    for (int i = 0; i < nargs; i++) {
        oid_t type = actual[i];
        if (type == UNKNOWN_OID)
            continue;
        switch (declared[i]) {
        case ANYELEMENT_OID:
        case ANYNONARRAY_OID:
        case ANYENUM_OID:
            if (!take(&family->element, type))
                return false;
            if (declared[i] == ANYNONARRAY_OID && element_of(a, type))
                return false;
            if (declared[i] == ANYENUM_OID && (!desc_of(a, type) || desc_of(a, type)->typtype != 'e'))
                return false;
            break;
        case ANYARRAY_OID:
            type = coercion_base(a, type, NULL);
            if (!take(&family->array, type))
                return false;
            break;
        case ANYRANGE_OID:
            if (!take(&family->range, coercion_base(a, type, NULL)))
                return false;
            break;
        case ANYMULTIRANGE_OID:
            if (!take(&family->multirange, coercion_base(a, type, NULL)))
                return false;
            break;
        default:
            break;
        }
    }
    if (family->array) {
        oid_t element = family->array == ANYARRAY_OID ? family->element : element_of(a, family->array);
        if (family->array != ANYARRAY_OID && (!element || !take(&family->element, element)))
            return false;
    }
    if (family->multirange) {
        const struct type_desc *desc = analysis_type_desc(a, family->multirange);
        if (!desc || desc->typtype != 'm' || !take(&family->range, desc->range))
            return false;
    }
    if (family->range) {
        const struct type_desc *desc = analysis_type_desc(a, family->range);
        if (!desc || desc->typtype != 'r' || !take(&family->element, desc->range_subtype))
            return false;
        family->multirange = desc->range;
    }
    return true;
}

/* Several types of the anycompatible family meet in their common one. */
static bool gather_compatible(struct analysis *a, int nargs, const oid_t *actual, const oid_t *declared, struct family *family)
{
    struct expr *exprs[PROC_ARGS_MAX];
    int count = 0;
    for (int i = 0; i < nargs && count < PROC_ARGS_MAX; i++) {
        oid_t type = actual[i];
        switch (declared[i]) {
        case ANYCOMPATIBLENONARRAY_OID:
        case ANYCOMPATIBLE_OID:
            break;
        case ANYCOMPATIBLEARRAY_OID:
            if (type == UNKNOWN_OID)
                continue;
            type = element_of(a, type);
            if (!type)
                return false;
            break;
        case ANYCOMPATIBLERANGE_OID: {
            if (type == UNKNOWN_OID)
                continue;
            const struct type_desc *desc = desc_of(a, type);
            if (!desc || desc->typtype != 'r' || !take(&family->range, desc->oid))
                return false;
            family->multirange = desc->range;
            type = desc->range_subtype;
            break;
        }
        default:
            continue;
        }
        exprs[count++] = expr_new(a, EXPR_CONST, type, -1);
    }
    if (!count)
        return true;
    family->element = coerce_common_type(a, count, exprs, NULL);
    if (!family->element)
        return false;
    for (int i = 0; i < count; i++)
        if (!coercion_possible(a, 1, &exprs[i]->type, &family->element, COERCE_IMPLICIT))
            return false;
    return true;
}

bool coerce_polymorphic_agrees(struct analysis *a, int nargs, const oid_t *actual, const oid_t *declared)
{
    struct family exact = {0}, compatible = {0};
    return gather_exact(a, nargs, actual, declared, &exact) && gather_compatible(a, nargs, actual, declared, &compatible);
}

static oid_t array_of(struct analysis *a, oid_t element)
{
    const struct type_desc *desc = element ? analysis_type_desc(a, element) : NULL;
    return desc ? desc->array : 0;
}

static oid_t resolved(struct analysis *a, oid_t type, const struct family *exact, const struct family *compatible)
{
    switch (type) {
    case ANYELEMENT_OID:
    case ANYNONARRAY_OID:
    case ANYENUM_OID:
        return exact->element;
    case ANYARRAY_OID:
        return exact->array ? exact->array : array_of(a, exact->element);
    case ANYRANGE_OID:
        return exact->range;
    case ANYMULTIRANGE_OID:
        return exact->multirange;
    case ANYCOMPATIBLE_OID:
    case ANYCOMPATIBLENONARRAY_OID:
        return compatible->element;
    case ANYCOMPATIBLEARRAY_OID:
        return array_of(a, compatible->element);
    case ANYCOMPATIBLERANGE_OID:
        return compatible->range;
    case ANYCOMPATIBLEMULTIRANGE_OID:
        return compatible->multirange;
    default:
        return type;
    }
}

oid_t coerce_polymorphic(struct analysis *a, int nargs, const oid_t *actual, oid_t *declared, oid_t result, int location)
{
    bool any = type_is_polymorphic(result);
    for (int i = 0; i < nargs && !any; i++)
        any = type_is_polymorphic(declared[i]);
    if (!any)
        return result;
    struct family exact = {0}, compatible = {0};
    if (!gather_exact(a, nargs, actual, declared, &exact) || !gather_compatible(a, nargs, actual, declared, &compatible)) {
        analysis_error(a, ERRCODE_DATATYPE_MISMATCH, location, "arguments declared \"anyelement\" are not all alike");
        return 0;
    }
    if (!compatible.element)
        compatible.element = TEXT_OID;
    oid_t out = resolved(a, result, &exact, &compatible);
    for (int i = 0; i < nargs; i++) {
        oid_t type = resolved(a, declared[i], &exact, &compatible);
        if (!type && type_is_polymorphic(declared[i])) {
            analysis_error(a, ERRCODE_DATATYPE_MISMATCH, location,
                           "could not determine polymorphic type because input has type %s", "unknown");
            return 0;
        }
        declared[i] = type;
    }
    if (!out)
        analysis_error(a, ERRCODE_DATATYPE_MISMATCH, location, "could not determine polymorphic type because input has type %s",
                       "unknown");
    return out;
}
