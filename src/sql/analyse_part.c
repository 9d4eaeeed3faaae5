#include "sql/routine.h"

#include "func/fixed.h"
#include "type/array.h"
#include "type/codecs.h"

#include <stdlib.h>

/* Parts of values: elements and slices of arrays, members of jsonb, fields of rows; read here, assigned to by INSERT and UPDATE. */

static bool subscript_bound(struct analysis *a, const PgQuery__Node *node, struct expr **out)
{
    struct expr *bound = analyse_expr(a, node);
    if (!bound)
        return false;
    *out = coerce_to_target(a, bound, INT4_OID, -1, COERCE_ASSIGNMENT, bound->location);
    if (!*out && !diag_is_set(a->diag))
        analysis_error(a, ERRCODE_DATATYPE_MISMATCH, bound->location, "array subscript must have type integer");
    return *out != NULL;
}

/* jsonb's subscripts are indexes or keys; a type that could become either is refused. */
static bool json_subscript(struct analysis *a, const PgQuery__Node *node, struct expr **out)
{
    struct expr *bound = analyse_expr(a, node);
    if (!bound)
        return false;
    oid_t type = bound->type, integer = INT4_OID, text = TEXT_OID;
    bool is_key = type == UNKNOWN_OID || coercion_possible(a, 1, &type, &text, COERCE_IMPLICIT);
    bool is_index = type != UNKNOWN_OID && coercion_possible(a, 1, &type, &integer, COERCE_IMPLICIT);
    if (is_key == is_index) {
        analysis_error(a, ERRCODE_DATATYPE_MISMATCH, bound->location, "subscript type %s is not supported", analysis_type(a, type));
        return diag_hint(a->diag, is_key ? "jsonb subscript must be coercible to only one type, integer or text."
                                         : "jsonb subscript must be coercible to either integer or text.");
    }
    *out = coerce_to_target(a, bound, is_key ? TEXT_OID : INT4_OID, -1, COERCE_IMPLICIT, bound->location);
    return *out != NULL;
}

static struct expr *no_json_slice(struct analysis *a, const PgQuery__AIndices *first)
{
    const PgQuery__Node *bound = first->uidx ? first->uidx : first->lidx;
    const struct expr *expr = bound ? analyse_expr(a, bound) : NULL;
    if (bound && !expr)
        return NULL;
    return analysis_error(a, ERRCODE_DATATYPE_MISMATCH, expr ? expr->location : -1, "jsonb subscript does not support slices");
}

/* hstore's subscript is a key. */
static struct expr *hstore_subscript(struct analysis *a, struct expr *arg, const struct type_desc *type, size_t count,
                                     PgQuery__Node **nodes)
{
    const PgQuery__AIndices *key = nodes[0]->a_indices;
    if (count != 1)
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, arg->location, "hstore allows only one subscript");
    if (key->is_slice)
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, arg->location, "hstore does not support slices");
    struct expr *name = analyse_expr(a, key->uidx);
    name = name ? coerce_to_target(a, name, TEXT_OID, -1, COERCE_ASSIGNMENT, name->location) : NULL;
    if (!name)
        return diag_is_set(a->diag)
                   ? NULL
                   : analysis_error(a, ERRCODE_DATATYPE_MISMATCH, arg->location, "hstore subscript must have type text");
    return func_build(a, catalog_schema_by_oid(a->catalog, type->schema)->name, "fetchval", 2, (struct expr *[]){arg, name},
                      arg->location);
}

struct expr *analyse_subscripts(struct analysis *a, struct expr *arg, size_t count, PgQuery__Node **nodes)
{
    int32_t typmod = arg->typmod;
    oid_t base = coercion_base(a, arg->type, &typmod);
    const struct type_desc *desc = analysis_type_desc(a, base);
    bool json = base == JSONB_OID, slice = false;
    oid_t element = !desc ? 0 : desc->element ? desc->element : fixed_part_type(base);
    if (desc && desc->codec == &type_codec_hstore)
        return hstore_subscript(a, arg, desc, count, nodes);
    if (!element && !json)
        return analysis_error(a, ERRCODE_DATATYPE_MISMATCH, arg->location,
                              "cannot subscript type %s because it does not support subscripting", analysis_type(a, arg->type));
    for (size_t i = 0; i < count; i++)
        slice |= nodes[i]->a_indices->is_slice;
    if (json && slice)
        return no_json_slice(a, nodes[0]->a_indices);
    if (slice && fixed_part_type(base))
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "slices of fixed-length arrays not implemented");
    if (!json && count > ARRAY_DIMENSIONS_MAX)
        return analysis_error(a, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1,
                              "number of array dimensions (%d) exceeds the maximum allowed (%d)", (int) count,
                              ARRAY_DIMENSIONS_MAX);
    struct expr *expr = expr_new(a, EXPR_SUBSCRIPT, json || slice ? base : element, arg->location);
    expr->typmod = json ? -1 : typmod;
    expr->subscript.array = arg;
    expr->subscript.slice = slice;
    expr->subscript.nsubscripts = (int) count;
    expr->subscript.upper = arena_array(a->arena, struct expr *, count);
    expr->subscript.lower = arena_array(a->arena, struct expr *, count);
    for (size_t i = 0; i < count; i++) {
        const PgQuery__AIndices *indices = nodes[i]->a_indices;
        /* a[3] among slices means a[1:3] */
        if (slice && !indices->is_slice)
            expr->subscript.lower[i] = literal_int(a, 1, INT4_OID, -1);
        if (indices->lidx && !subscript_bound(a, indices->lidx, &expr->subscript.lower[i]))
            return NULL;
        if (indices->uidx && !(json ? json_subscript : subscript_bound)(a, indices->uidx, &expr->subscript.upper[i]))
            return NULL;
    }
    return coerce_collate(a, expr, 1, &arg);
}

/* The expression that a column of a subquery or a VALUES list comes from; NULL: it is no such column. */
static const struct expr *column_source(const struct expr *expr)
{
    if (expr->kind != EXPR_COLUMN || expr->column.attno < 1)
        return NULL;
    const struct rte *rte = expr->column.rte;
    int attno = expr->column.attno;
    if (rte->kind == RTE_VALUES && rte->nrows > 0 && attno <= rte->rows[0].count)
        return rte->rows[0].items[attno - 1];
    const struct query *query = rte->kind == RTE_SUBQUERY          ? rte->subquery
                                : rte->kind == RTE_CTE && rte->cte ? rte->cte->query
                                                                   : NULL;
    while (query && query->setop != SETOP_NONE)
        query = query->left;
    if (!query || query->command != COMMAND_SELECT)
        return NULL;
    if (query->nvalues)
        return attno <= query->values[0].count ? query->values[0].items[attno - 1] : NULL;
    for (int i = 0; i < query->ntargets; i++)
        if (!query->targets[i].junk && --attno == 0)
            return query->targets[i].expr;
    return NULL;
}

int composite_fields(struct analysis *a, const struct expr *expr, struct type_field **fields)
{
    const struct type_desc *desc = analysis_type_desc(a, coercion_base(a, expr->type, NULL));
    if (desc && desc->typtype == 'c' && desc->field_count) {
        *fields = arena_array(a->arena, struct type_field, desc->field_count);
        memcpy(*fields, desc->fields, sizeof(struct type_field) * (size_t) desc->field_count);
        return desc->field_count;
    }
    if (expr->kind == EXPR_WHOLE_ROW) {
        const struct rte *rte = expr->whole_row.rte;
        *fields = arena_array(a->arena, struct type_field, rte->ncolumns);
        for (int i = 0; i < rte->ncolumns; i++)
            (*fields)[i] =
                (struct type_field){rte->columns[i].name, rte->columns[i].type, rte->columns[i].typmod, rte->columns[i].hidden};
        return rte->ncolumns;
    }
    if (expr->kind == EXPR_ROW) {
        *fields = arena_array(a->arena, struct type_field, expr->list.args.count);
        for (int i = 0; i < expr->list.args.count; i++)
            (*fields)[i] = (struct type_field){arena_printf(a->arena, "f%d", i + 1), expr->list.args.items[i]->type,
                                               expr->list.args.items[i]->typmod, false};
        return expr->list.args.count;
    }
    const struct expr *source = column_source(expr);
    if (source && source != expr && expr->type == RECORD_OID)
        return composite_fields(a, source, fields);
    if (expr->kind == EXPR_CALL && expr->type == RECORD_OID && expr->call.proc->all_args && expr->call.proc->modes) {
        /* OUT parameters name the record's fields. */
        oid_t types[PROC_ARGS_MAX];
        int nargs = expr->call.args.count < PROC_ARGS_MAX ? expr->call.args.count : PROC_ARGS_MAX;
        struct routine_result result;
        for (int i = 0; i < nargs; i++)
            types[i] = expr->call.args.items[i]->type;
        routine_describe(a, expr->call.proc, nargs, types, RECORD_OID, &result);
        *fields = (struct type_field *) result.fields;
        return result.nfields;
    }
    return -1;
}

struct expr *analyse_field(struct analysis *a, struct expr *arg, const char *name, int location)
{
    struct type_field *fields;
    int count = composite_fields(a, arg, &fields);
    for (int i = 0; i < count; i++) {
        if (fields[i].dropped || strcmp(fields[i].name, name) != 0)
            continue;
        if (arg->kind == EXPR_WHOLE_ROW)
            return expr_column(a, arg->whole_row.rte, i + 1, arg->whole_row.levels_up, location);
        if (arg->kind == EXPR_ROW)
            return arg->list.args.items[i];
        struct expr *expr = expr_new(a, EXPR_FIELD, fields[i].type, location);
        expr->typmod = fields[i].typmod;
        expr->field.arg = arg;
        expr->field.index = i;
        expr->field.name = fields[i].name;
        return expr;
    }
    if (catalog_has_proc(a->catalog, name)) {
        struct overload overload;
        if (overload_find(a, NULL, name, 1, &arg->type, 0, NULL, false, &overload) == OVERLOAD_FOUND && overload.proc)
            return func_build(a, NULL, name, 1, &arg, location);
    }
    if (arg->type == RECORD_OID && count < 0)
        return analysis_error(a, ERRCODE_UNDEFINED_COLUMN, location, "could not identify column \"%s\" in record data type",
                              name);
    if (count >= 0)
        return analysis_error(a, ERRCODE_UNDEFINED_COLUMN, location, "column \"%s\" not found in data type %s", name,
                              analysis_type(a, arg->type));
    return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, location,
                          "column notation .%s applied to type %s, which is not a composite type", name,
                          analysis_type(a, arg->type));
}

struct expr *analyse_indirection(struct analysis *a, const PgQuery__AIndirection *node)
{
    struct expr *expr = analyse_expr(a, node->arg);
    for (size_t i = 0; expr && i < node->n_indirection;) {
        const PgQuery__Node *item = node->indirection[i];
        if (item->node_case == PG_QUERY__NODE__NODE_A_INDICES) {
            size_t end = i;
            while (end < node->n_indirection && node->indirection[end]->node_case == PG_QUERY__NODE__NODE_A_INDICES)
                end++;
            expr = analyse_subscripts(a, expr, end - i, node->indirection + i);
            i = end;
        } else if (analysis_string(item)) {
            expr = analyse_field(a, expr, analysis_string(item), expr->location);
            i++;
        } else {
            return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, expr->location,
                                  "row expansion via \"*\" is not supported here");
        }
    }
    return expr;
}
