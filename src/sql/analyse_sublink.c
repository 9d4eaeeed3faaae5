#include "sql/analyse_internal.h"

/* Subqueries in expressions. */

static struct expr *quantified(struct analysis *a, const PgQuery__SubLink *node, struct expr *sublink)
{
    struct query *query = sublink->sublink.query;
    const char *name = node->n_oper_name ? operator_name(a, node->n_oper_name, node->oper_name) : "=";
    struct expr *left = analyse_expr(a, node->testexpr);
    if (!left)
        return NULL;
    struct expr_list lefts = {0};
    if (left->kind == EXPR_ROW && left->type == RECORD_OID)
        lefts = left->list.args;
    else
        expr_list_add(a, &lefts, left);
    const struct target *targets;
    int ntargets = query_outputs(query, &targets), visible = 0;
    for (int i = 0; i < ntargets; i++)
        visible += !targets[i].junk;
    if (lefts.count < visible)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, node->location, "subquery has too many columns");
    if (lefts.count > visible)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, node->location, "subquery has too few columns");
    sublink->sublink.ops = arena_array(a->arena, const struct operator_fact *, visible);
    for (int i = 0, k = 0; i < ntargets; i++) {
        if (targets[i].junk)
            continue;
        struct expr *l = lefts.items[k];
        const struct operator_fact *op = operator_binary(a, name, l->type, targets[i].expr->type, node->location);
        if (!op)
            return NULL;
        if (op->result != BOOL_OID)
            return analysis_error(a, ERRCODE_DATATYPE_MISMATCH, node->location,
                                  "row comparison operator must yield type boolean, not type %s", analysis_type(a, op->result));
        oid_t actual[2] = {l->type, targets[i].expr->type}, declared[2] = {op->left, op->right};
        if (!coerce_polymorphic(a, 2, actual, declared, op->result, node->location))
            return NULL;
        l = coerce_expr(a, l, declared[0], -1, COERCE_IMPLICIT, node->location);
        if (!l)
            return NULL;
        if (query->setop == SETOP_NONE && !query->nvalues && targets[i].expr->type != declared[1]) {
            struct expr *out = coerce_expr(a, targets[i].expr, declared[1], -1, COERCE_IMPLICIT, node->location);
            if (!out)
                return NULL;
            query->targets[i].expr = out;
        }
        sublink->sublink.ops[k++] = op;
        expr_list_add(a, &sublink->sublink.left, l);
    }
    return sublink;
}

struct expr *analyse_sublink(struct analysis *a, const PgQuery__SubLink *node)
{
    if (node->subselect->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, node->location, "only SELECT may stand in an expression");
    if (a->scope->clause == CLAUSE_SCHEMA)
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, node->location, "cannot use subquery in %s",
                              a->scope->what ? a->scope->what : "this expression");
    struct expr *expr = expr_new(a, EXPR_SUBLINK, BOOL_OID, node->location);
    /* Inside a subquery the names of the FROM under way are as the clause sees them. */
    struct query *query = analyse_select(a, node->subselect->select_stmt);
    if (!query)
        return NULL;
    expr->sublink.query = query;
    const struct target *targets;
    int ntargets = query_outputs(query, &targets), visible = 0;
    const struct target *first = NULL;
    for (int i = 0; i < ntargets; i++) {
        if (!targets[i].junk && !first)
            first = &targets[i];
        visible += !targets[i].junk;
    }
    switch (node->sub_link_type) {
    case PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK:
        expr->sublink.kind = SUBLINK_EXISTS;
        return expr;
    case PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK:
        expr->sublink.kind = SUBLINK_ANY;
        return quantified(a, node, expr);
    case PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK:
        expr->sublink.kind = SUBLINK_ALL;
        expr->sublink.all_of = true;
        return quantified(a, node, expr);
    case PG_QUERY__SUB_LINK_TYPE__ROWCOMPARE_SUBLINK:
        expr->sublink.kind = SUBLINK_ROW_COMPARE;
        return quantified(a, node, expr);
    case PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK:
    case PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK:
        break;
    default:
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, node->location, "this kind of subquery is not supported yet");
    }
    if (visible != 1)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, node->location, "subquery must return only one column");
    expr->type = first->expr->type;
    expr->typmod = first->expr->typmod;
    expr->collation = first->expr->collation;
    expr->sublink.kind = SUBLINK_SCALAR;
    if (node->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK) {
        const struct type_desc *desc = analysis_type_desc(a, expr->type);
        expr->sublink.kind = SUBLINK_ARRAY;
        oid_t array = type_is_nestable(a, expr->type) ? expr->type : desc ? desc->array : 0;
        if (!array)
            return analysis_error(a, ERRCODE_UNDEFINED_OBJECT, node->location, "could not find array type for data type %s",
                                  analysis_type(a, expr->type));
        expr->type = array;
        expr->typmod = -1;
    }
    return expr;
}
