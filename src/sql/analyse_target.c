#include "sql/analyse_internal.h"

/* Select lists: names, stars, where columns come from. */

/* How sure PostgreSQL is of a name: 2 a real name, 1 a type's, 0 none. */
static int name_strength(const PgQuery__Node *node, const char **name)
{
    if (!node)
        return 0;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        for (size_t i = node->column_ref->n_fields; i-- > 0;)
            if (analysis_string(node->column_ref->fields[i]))
                return *name = analysis_string(node->column_ref->fields[i]), 2;
        return 0;
    case PG_QUERY__NODE__NODE_A_INDIRECTION:
        for (size_t i = node->a_indirection->n_indirection; i-- > 0;)
            if (analysis_string(node->a_indirection->indirection[i]))
                return *name = analysis_string(node->a_indirection->indirection[i]), 2;
        return name_strength(node->a_indirection->arg, name);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        *name = analysis_string(node->func_call->funcname[node->func_call->n_funcname - 1]);
        return 2;
    case PG_QUERY__NODE__NODE_A_EXPR:
        if (node->a_expr->kind != PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF)
            return 0;
        *name = "nullif";
        return 2;
    case PG_QUERY__NODE__NODE_TYPE_CAST: {
        int strength = name_strength(node->type_cast->arg, name);
        if (strength > 1)
            return strength;
        const PgQuery__TypeName *type = node->type_cast->type_name;
        if (!type || !type->n_names)
            return strength;
        *name = analysis_string(type->names[type->n_names - 1]);
        return 1;
    }
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return name_strength(node->collate_clause->arg, name);
    case PG_QUERY__NODE__NODE_GROUPING_FUNC:
        return *name = "grouping", 2;
    case PG_QUERY__NODE__NODE_SUB_LINK: {
        const PgQuery__SubLink *link = node->sub_link;
        if (link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK)
            return *name = "exists", 2;
        if (link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK)
            return *name = "array", 2;
        if (link->sub_link_type != PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK ||
            link->subselect->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
            return 0;
        const PgQuery__SelectStmt *select = link->subselect->select_stmt;
        while (select->larg)
            select = select->larg;
        if (select->n_values_lists)
            return *name = "column1", 2;
        if (!select->n_target_list)
            return 0;
        *name = target_name(select->target_list[0]);
        return strcmp(*name, "?column?") == 0 ? 0 : 2;
    }
    case PG_QUERY__NODE__NODE_CASE_EXPR: {
        int strength = name_strength(node->case_expr->defresult, name);
        if (strength <= 1) {
            *name = "case";
            return 1;
        }
        return strength;
    }
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return *name = "array", 2;
    case PG_QUERY__NODE__NODE_ROW_EXPR:
        return *name = "row", 2;
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return *name = "coalesce", 2;
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        *name = node->min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? "greatest" : "least";
        return 2;
    case PG_QUERY__NODE__NODE_XML_EXPR: {
        static const char *const names[] = {NULL,       "xmlconcat", "xmlelement", "xmlforest",
                                            "xmlparse", "xmlpi",     "xmlroot",    "xmlserialize"};
        if (node->xml_expr->op == PG_QUERY__XML_EXPR_OP__IS_DOCUMENT)
            return 0;
        *name = names[node->xml_expr->op];
        return 2;
    }
    case PG_QUERY__NODE__NODE_XML_SERIALIZE:
        return *name = "xmlserialize", 2;
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION: {
        static const char *const names[] = {
            NULL,        "current_date", "current_time",    "current_time",   "current_timestamp", "current_timestamp",
            "localtime", "localtime",    "localtimestamp",  "localtimestamp", "current_role",      "current_user",
            "user",      "session_user", "current_catalog", "current_schema"};
        *name = names[node->sqlvalue_function->op];
        return *name ? 2 : 0;
    }
    default:
        return 0;
    }
}

const char *target_name(const PgQuery__Node *node)
{
    const char *name = NULL;
    if (node->node_case == PG_QUERY__NODE__NODE_RES_TARGET) {
        if (node->res_target->name[0])
            return node->res_target->name;
        node = node->res_target->val;
    }
    return name_strength(node, &name) && name ? name : "?column?";
}

struct target *target_add(struct analysis *a, int *count, struct target **targets, struct expr *expr, const char *name)
{
    /* Grown at powers of two. */
    if ((*count & (*count - 1)) == 0) {
        size_t cap = *count ? (size_t) *count * 2 : 1;
        *targets = arena_grow(a->arena, *targets, sizeof(struct target) * (size_t) *count, sizeof(struct target) * cap);
    }
    struct target *target = &(*targets)[(*count)++];
    *target = (struct target){.expr = expr, .name = name};
    if (expr->kind == EXPR_COLUMN && expr->column.attno > 0 && expr->column.rte->kind == RTE_RELATION &&
        expr->column.rte->relation) {
        target->relation = expr->column.rte->relation;
        target->attnum = expr->column.rte->columns[expr->column.attno - 1].attribute->attnum;
    } else if (expr->kind == EXPR_COLUMN && expr->column.attno > 0 && expr->column.rte->kind == RTE_SUBQUERY &&
               expr->column.rte->subquery) {
        const struct target *inner;
        int inner_count = query_outputs(expr->column.rte->subquery, &inner);
        if (expr->column.rte->relation) {
            target->relation = expr->column.rte->relation;
            target->attnum = (int16_t) expr->column.attno;
        } else if (expr->column.attno <= inner_count) {
            target->relation = inner[expr->column.attno - 1].relation;
            target->attnum = inner[expr->column.attno - 1].attnum;
        }
    }
    return target;
}

static bool expand_item(struct analysis *a, struct ns_item *item, int levels_up, int location, int *count,
                        struct target **targets)
{
    for (int i = 0; i < item->ncolumns; i++) {
        if (item->columns[i].hidden)
            continue;
        struct expr *expr = item->columns[i].expr ? expr_raise(a, item->columns[i].expr, levels_up, location)
                                                  : expr_column(a, item->rte, i + 1, levels_up, location);
        target_add(a, count, targets, expr, item->columns[i].name);
    }
    return true;
}

static bool expand_composite(struct analysis *a, struct expr *expr, int location, int *count, struct target **targets)
{
    struct type_field *fields;
    int nfields = composite_fields(a, expr, &fields);
    if (nfields < 0)
        return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, location, "type %s is not composite", analysis_type(a, expr->type)),
               false;
    for (int i = 0; i < nfields; i++) {
        if (fields[i].dropped)
            continue;
        struct expr *field = analyse_field(a, expr, fields[i].name, location);
        if (!field)
            return false;
        target_add(a, count, targets, field, fields[i].name);
    }
    return true;
}

static bool expand_star(struct analysis *a, const PgQuery__ColumnRef *ref, int *count, struct target **targets)
{
    if (ref->n_fields == 1) {
        bool any = false;
        for (int i = 0; i < a->scope->names.count; i++) {
            struct ns_item *item = a->scope->names.items[i];
            if (!item->columns_visible)
                continue;
            any = true;
            if (!expand_item(a, item, 0, ref->location, count, targets))
                return false;
        }
        return any ||
               (analysis_error(a, ERRCODE_SYNTAX_ERROR, ref->location, "SELECT * with no tables specified is not valid"), false);
    }
    int levels_up;
    const char *schema = ref->n_fields > 2 ? analysis_string(ref->fields[ref->n_fields - 3]) : NULL;
    const char *name = analysis_string(ref->fields[ref->n_fields - 2]);
    struct ns_item *item = scope_item(a, schema, name, &levels_up, ref->location, false);
    if (!item && !diag_is_set(a->diag) && a->compiler->variables && ref->n_fields <= 4) {
        const char *names[4] = {NULL};
        for (size_t i = 0; i + 1 < ref->n_fields; i++)
            names[i] = analysis_string(ref->fields[i]);
        struct expr *variable = scope_variable(a, ref->n_fields, names, ref->location);
        if (variable || diag_is_set(a->diag))
            return variable && expand_composite(a, variable, ref->location, count, targets);
    }
    if (!item && !diag_is_set(a->diag))
        scope_item(a, schema, name, &levels_up, ref->location, true);
    return item && expand_item(a, item, levels_up, ref->location, count, targets);
}

static bool is_star(const PgQuery__Node *node)
{
    return node->node_case == PG_QUERY__NODE__NODE_A_STAR;
}

bool analyse_star(struct analysis *a, const PgQuery__Node *value, bool *star, int *count, struct target **targets)
{
    *star = true;
    if (value->node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
        is_star(value->column_ref->fields[value->column_ref->n_fields - 1]))
        return expand_star(a, value->column_ref, count, targets);
    if (value->node_case == PG_QUERY__NODE__NODE_A_INDIRECTION &&
        is_star(value->a_indirection->indirection[value->a_indirection->n_indirection - 1])) {
        PgQuery__AIndirection inner = *value->a_indirection;
        inner.n_indirection--;
        struct expr *expr = analyse_indirection(a, &inner);
        return expr && expand_composite(a, expr, expr->location, count, targets);
    }
    *star = false;
    return true;
}

bool analyse_targets(struct analysis *a, size_t count, PgQuery__Node **nodes, enum clause clause, int *ntargets,
                     struct target **targets)
{
    enum clause saved = a->scope->clause;
    a->scope->clause = clause;
    for (size_t i = 0; i < count; i++) {
        const PgQuery__ResTarget *node = nodes[i]->res_target;
        const PgQuery__Node *value = node->val;
        bool star;
        if (!analyse_star(a, value, &star, ntargets, targets))
            return false;
        if (star)
            continue;
        struct expr *expr = analyse_expr(a, value);
        if (!expr)
            return false;
        target_add(a, ntargets, targets, expr, target_name(nodes[i]));
    }
    a->scope->clause = saved;
    return true;
}

bool targets_finish(struct analysis *a, int count, struct target *targets)
{
    for (int i = 0; i < count; i++) {
        targets[i].expr = coerce_unknown(a, targets[i].expr);
        if (!targets[i].expr)
            return false;
    }
    return true;
}
