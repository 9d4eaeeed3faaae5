#include "sql/routine.h"

/* FROM: entries, joins, and the names they bring. */

int query_outputs(const struct query *query, const struct target **targets)
{
    if (query->command == COMMAND_SELECT) {
        *targets = query->targets;
        return query->ntargets;
    }
    *targets = query->returning;
    return query->nreturning;
}

static bool rename_columns(struct analysis *a, struct rte *rte, size_t count, PgQuery__Node **names)
{
    size_t visible = 0, used = 0;
    for (int i = 0; i < rte->ncolumns; i++)
        visible += !rte->columns[i].hidden;
    if (count > visible)
        return analysis_error(a, ERRCODE_INVALID_COLUMN_REFERENCE, -1,
                              "table \"%s\" has %zu columns available but %zu columns specified", rte->alias, visible, count),
               false;
    for (int i = 0; i < rte->ncolumns && used < count; i++)
        if (!rte->columns[i].hidden)
            rte->columns[i].name = analysis_string(names[used++]);
    return true;
}

bool rte_rename(struct analysis *a, struct rte *rte, const PgQuery__Alias *alias)
{
    return !alias || rename_columns(a, rte, alias->n_colnames, alias->colnames);
}

struct rte *rte_subquery(struct analysis *a, struct query *query, const char *alias, size_t ncolnames, PgQuery__Node **colnames)
{
    const struct target *targets;
    int count = query_outputs(query, &targets), visible = 0;
    for (int i = 0; i < count; i++)
        visible += !targets[i].junk;
    struct rte *rte = rte_new(a, RTE_SUBQUERY, alias, visible);
    rte->subquery = query;
    for (int i = 0, k = 0; i < count; i++) {
        if (targets[i].junk)
            continue;
        const struct expr *expr = targets[i].expr;
        rte->columns[k++] = (struct rte_column){.name = targets[i].name,
                                                .type = expr->type,
                                                .typmod = expr->typmod,
                                                .collation = expr->collation,
                                                .other_collation = expr->other_collation};
    }
    return rename_columns(a, rte, ncolnames, colnames) ? rte : NULL;
}

static struct from_item *leaf(struct analysis *a, struct rte *rte, bool lateral, struct ns_list *names)
{
    struct from_item *item = arena_new(a->arena, struct from_item);
    item->rte = rte;
    rte->lateral = lateral;
    struct ns_item *name = ns_item_rte(a, rte);
    if (!rte->alias)
        name->rel_visible = false;
    ns_add(a, names, name);
    return item;
}

static struct rte *view_entry(struct analysis *a, const struct catalog_relation *view, const char *alias)
{
    /* A report inside a view's text has no place in the statement's. */
    struct query *query = analyse_query_text(a->compiler, a->arena, view->view_query, a->diag);
    if (!query)
        return NULL;
    struct rte *rte = rte_subquery(a, query, alias, 0, NULL);
    rte->relation = view;
    for (int i = 0, k = 0; i < view->natts && k < rte->ncolumns; i++) {
        if (view->columns[i].dropped)
            continue;
        rte->columns[k++].name = view->columns[i].name;
    }
    return rte;
}

static struct from_item *from_relation(struct analysis *a, const PgQuery__RangeVar *node, struct ns_list *names)
{
    const char *alias = node->alias ? node->alias->aliasname : node->relname;
    int levels_up;
    struct cte_name *found = node->schemaname[0] ? NULL : scope_cte(a, node->relname, &levels_up);
    struct rte *rte;
    if (found) {
        struct cte *cte = found->cte;
        if (cte->query && cte->query->command != COMMAND_SELECT && !cte->query->nreturning)
            return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, node->location,
                                  "WITH query \"%s\" does not have a RETURNING clause", cte->name);
        rte = rte_new(a, RTE_CTE, alias, cte->ncolumns);
        rte->cte = cte;
        cte->references++;
        memcpy(rte->columns, cte->columns, sizeof(struct rte_column) * (size_t) cte->ncolumns);
    } else {
        const struct catalog_relation *relation = scope_relation(a, node, true);
        if (!relation) {
            for (struct scope *scope = a->scope; scope && !node->schemaname[0]; scope = scope->parent) {
                for (struct cte_name *name = scope->ctes; name; name = name->next) {
                    if (!name->forward || strcmp(name->cte->name, node->relname) != 0)
                        continue;
                    diag_detail(a->diag,
                                "There is a WITH item named \"%s\", but it cannot be referenced from this part of the query.",
                                node->relname);
                    diag_hint(a->diag, "Use WITH RECURSIVE, or re-order the WITH items to remove forward references.");
                    return NULL;
                }
            }
            return NULL;
        }
        if (relation->kind == 'c')
            return analysis_error(a, ERRCODE_WRONG_OBJECT_TYPE, node->location, "cannot open relation \"%s\"", relation->name);
        bool view = relation->kind == 'v' && relation->view_query;
        rte = view ? view_entry(a, relation, alias) : rte_relation(a, relation, node->alias ? alias : NULL);
    }
    if (!rte || !rte_rename(a, rte, node->alias))
        return NULL;
    return leaf(a, rte, false, names);
}

static struct from_item *from_subselect(struct analysis *a, const PgQuery__RangeSubselect *node, struct ns_list *names)
{
    if (!node->alias) {
        const PgQuery__SelectStmt *select = node->subquery->select_stmt;
        analysis_error(a, ERRCODE_SYNTAX_ERROR, -1,
                       select->n_values_lists ? "VALUES in FROM must have an alias" : "subquery in FROM must have an alias");
        diag_hint(a->diag, select->n_values_lists ? "For example, FROM (VALUES ...) [AS] foo."
                                                  : "For example, FROM (SELECT ...) [AS] foo.");
        return NULL;
    }
    bool saved = a->scope->lateral;
    a->scope->lateral = node->lateral;
    struct query *query = analyse_query_node(a, node->subquery);
    a->scope->lateral = saved;
    if (!query)
        return NULL;
    struct rte *rte = rte_subquery(a, query, node->alias->aliasname, node->alias->n_colnames, node->alias->colnames);
    return rte ? leaf(a, rte, node->lateral, names) : NULL;
}

static struct rte_column *add_column(struct analysis *a, struct rte_column *columns, int *count, const char *name, oid_t type,
                                     int32_t typmod)
{
    if ((*count & (*count - 1)) == 0)
        columns = arena_grow(a->arena, columns, sizeof(*columns) * (size_t) *count,
                             sizeof(*columns) * (size_t) (*count ? *count * 2 : 1));
    const struct type_desc *desc = analysis_type_desc(a, type);
    columns[(*count)++] =
        (struct rte_column){.name = name, .type = type, .typmod = typmod, .collation = desc ? desc->collation : 0};
    return columns;
}

static struct rte_column *function_columns(struct analysis *a, struct expr *call, const char *name, const char *alias,
                                           bool single, size_t ndefs, PgQuery__Node **defs, struct rte_column *columns,
                                           int *count)
{
    struct type_field *fields;
    int nfields = composite_fields(a, call, &fields);
    if (ndefs) {
        int location = defs[0]->column_def->location;
        if (nfields >= 0 && call->type != RECORD_OID)
            return analysis_error(a, ERRCODE_SYNTAX_ERROR, location,
                                  "a column definition list is redundant for a function returning a named composite type");
        if (nfields >= 0 && call->kind == EXPR_CALL)
            return analysis_error(a, ERRCODE_SYNTAX_ERROR, location,
                                  "a column definition list is redundant for a function with OUT parameters");
        if (call->type != RECORD_OID)
            return analysis_error(a, ERRCODE_SYNTAX_ERROR, location,
                                  "a column definition list is only allowed for functions returning \"record\"");
        for (size_t i = 0; i < ndefs; i++) {
            oid_t type;
            int32_t typmod;
            if (!analyse_type_name(a->compiler, defs[i]->column_def->type_name, &type, &typmod, a->diag))
                return NULL;
            columns = add_column(a, columns, count, defs[i]->column_def->colname, type, typmod);
        }
        return columns;
    }
    if (nfields >= 0) {
        for (int i = 0; i < nfields; i++)
            if (!fields[i].dropped)
                columns = add_column(a, columns, count, fields[i].name, fields[i].type, fields[i].typmod);
        return columns;
    }
    if (call->type == RECORD_OID)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, call->location,
                              "a column definition list is required for functions returning \"record\"");
    /* One OUT parameter names the column (json_array_elements: value); else the alias does. */
    const char *own = NULL;
    if (call->kind == EXPR_CALL && call->call.proc->modes && call->call.proc->names) {
        const char *names = call->call.proc->names;
        for (const char *mode = call->call.proc->modes; *mode && !own; mode++) {
            const char *comma = strchrnul(names, ',');
            if (strchr("obt", *mode) && comma > names)
                own = arena_strndup(a->arena, names, (size_t) (comma - names));
            names = *comma ? comma + 1 : comma;
        }
    }
    return add_column(a, columns, count, own ? own : single && alias ? alias : name, call->type, call->typmod);
}

/* unnest(a, b, …) in FROM is ROWS FROM (unnest(a), unnest(b), …). */
static PgQuery__List **expand_unnest(struct analysis *a, const PgQuery__RangeFunction *node, size_t *count)
{
    size_t total = 0;
    for (size_t i = 0; i < node->n_functions; i++) {
        const PgQuery__Node *call = node->functions[i]->list->items[0];
        total += call->node_case == PG_QUERY__NODE__NODE_FUNC_CALL ? call->func_call->n_args + 1 : 1;
    }
    PgQuery__List **pairs = arena_array(a->arena, PgQuery__List *, total);
    *count = 0;
    for (size_t i = 0; i < node->n_functions; i++) {
        PgQuery__List *pair = node->functions[i]->list;
        const PgQuery__FuncCall *call =
            pair->items[0]->node_case == PG_QUERY__NODE__NODE_FUNC_CALL ? pair->items[0]->func_call : NULL;
        bool several = call && call->n_funcname == 1 && call->n_args > 1 &&
                       strcmp(analysis_string(call->funcname[0]), "unnest") == 0 && !call->agg_order && !call->agg_filter &&
                       !call->over && !call->agg_star && !call->agg_distinct && !call->func_variadic &&
                       !(pair->n_items > 1 && pair->items[1] && pair->items[1]->node_case == PG_QUERY__NODE__NODE_LIST);
        if (!several) {
            pairs[(*count)++] = pair;
            continue;
        }
        for (size_t k = 0; k < call->n_args; k++) {
            PgQuery__FuncCall *one = arena_new(a->arena, PgQuery__FuncCall);
            PgQuery__Node *wrapped = arena_new(a->arena, PgQuery__Node);
            *one = *call;
            one->n_args = 1;
            one->args = &call->args[k];
            *wrapped = *pair->items[0];
            wrapped->func_call = one;
            PgQuery__List *list = arena_new(a->arena, PgQuery__List);
            *list = *pair;
            list->n_items = 1;
            list->items = arena_array(a->arena, PgQuery__Node *, 1);
            list->items[0] = wrapped;
            pairs[(*count)++] = list;
        }
    }
    return pairs;
}

/* A column definition list behind the alias is for one function alone. */
static bool may_list_columns(struct analysis *a, const PgQuery__RangeFunction *node, size_t nfunctions)
{
    if (!node->n_coldeflist || (nfunctions == 1 && !node->ordinality))
        return true;
    int location = node->coldeflist[0]->column_def->location;
    if (nfunctions == 1) {
        analysis_error(a, ERRCODE_SYNTAX_ERROR, location, "WITH ORDINALITY cannot be used with a column definition list");
        return diag_hint(a->diag, "Put the column definition list inside ROWS FROM().");
    }
    if (node->is_rowsfrom) {
        analysis_error(a, ERRCODE_SYNTAX_ERROR, location,
                       "ROWS FROM() with multiple functions cannot have a column definition list");
        return diag_hint(a->diag, "Put a separate column definition list for each function inside ROWS FROM().");
    }
    analysis_error(a, ERRCODE_SYNTAX_ERROR, location, "UNNEST() with multiple arguments cannot have a column definition list");
    return diag_hint(a->diag, "Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition list to each one.");
}

static struct from_item *from_function(struct analysis *a, const PgQuery__RangeFunction *node, struct ns_list *names)
{
    struct rte *rte = rte_new(a, RTE_FUNCTION, NULL, 0);
    struct rte_column *columns = NULL;
    int count = 0;
    const char *alias = node->alias ? node->alias->aliasname : NULL;
    bool saved = a->scope->lateral;
    a->scope->lateral = true;
    size_t nfunctions;
    PgQuery__List **pairs = expand_unnest(a, node, &nfunctions);
    if (!may_list_columns(a, node, nfunctions))
        return NULL;
    rte->ncalls = (int) nfunctions;
    rte->calls = arena_array(a->arena, struct table_call, nfunctions);
    for (size_t i = 0; i < nfunctions; i++) {
        const PgQuery__List *pair = pairs[i];
        struct expr *call = analyse_in(a, pair->items[0], CLAUSE_FROM);
        call = coerce_unknown(a, call);
        if (!call)
            return NULL;
        const char *name = target_name(pair->items[0]);
        if (!rte->alias)
            rte->alias = alias ? alias : name;
        int before = count;
        size_t ndefs = node->n_coldeflist;
        PgQuery__Node **defs = node->coldeflist;
        if (pair->n_items > 1 && pair->items[1] && pair->items[1]->node_case == PG_QUERY__NODE__NODE_LIST) {
            ndefs = pair->items[1]->list->n_items;
            defs = pair->items[1]->list->items;
        }
        columns = function_columns(a, call, name, alias, nfunctions == 1, ndefs, defs, columns, &count);
        if (!columns)
            return NULL;
        rte->calls[i] = (struct table_call){.call = call, .ncolumns = count - before};
        if (ndefs) {
            struct type_field *listed = arena_array(a->arena, struct type_field, ndefs);
            for (int k = before; k < count; k++)
                listed[k - before] = (struct type_field){columns[k].name, columns[k].type, columns[k].typmod, false};
            rte->calls[i].listed = listed;
        }
    }
    a->scope->lateral = saved;
    if (node->ordinality) {
        columns = add_column(a, columns, &count, "ordinality", INT8_OID, -1);
        rte->ordinality = true;
    }
    rte->columns = columns;
    rte->ncolumns = count;
    if (rte->ncalls == 1) {
        const struct type_desc *type = analysis_type_desc(a, coercion_base(a, rte->calls[0].call->type, NULL));
        rte->call_type = type && type->typtype == 'c' ? rte->calls[0].call->type : 0;
    }
    struct query *body = rte->ncalls == 1 && !rte->ordinality ? routine_inline_table(a, rte->calls[0].call) : NULL;
    if (body) {
        rte->kind = RTE_SUBQUERY;
        rte->subquery = body;
        rte->inlined_call = rte->calls[0].call;
        rte->inlined_args = rte->calls[0].call->call.args;
        rte->ncalls = 0;
    }
    if (!rte_rename(a, rte, node->alias))
        return NULL;
    return leaf(a, rte, true, names);
}

static void mark_nullable(struct from_item *item)
{
    if (item->rte) {
        item->rte->nullable = true;
        for (int i = 0; i < item->rte->ncolumns; i++)
            item->rte->columns[i].not_null = false;
        return;
    }
    mark_nullable(item->left);
    mark_nullable(item->right);
}

/* The columns that an unqualified * would show. */
struct side {
    int count;
    struct ns_column *columns;
};

static struct side side_of(struct analysis *a, const struct ns_list *names)
{
    struct side side = {0};
    for (int i = 0; i < names->count; i++)
        if (names->items[i]->columns_visible)
            side.count += names->items[i]->ncolumns;
    side.columns = arena_array(a->arena, struct ns_column, side.count);
    side.count = 0;
    for (int i = 0; i < names->count; i++) {
        const struct ns_item *item = names->items[i];
        for (int c = 0; item->columns_visible && c < item->ncolumns; c++) {
            if (item->columns[c].hidden)
                continue;
            struct ns_column column = item->columns[c];
            if (!column.expr)
                column.expr = expr_column(a, item->rte, c + 1, 0, -1);
            side.columns[side.count++] = column;
        }
    }
    return side;
}

static int side_find(struct analysis *a, const struct side *side, const char *name, const char *which, bool report)
{
    int found = -1;
    for (int i = 0; i < side->count; i++) {
        if (strcmp(side->columns[i].name, name) != 0)
            continue;
        if (found >= 0) {
            if (report)
                analysis_error(a, ERRCODE_AMBIGUOUS_COLUMN, -1, "common column name \"%s\" appears more than once in %s table",
                               name, which);
            return -2;
        }
        found = i;
    }
    if (found < 0 && report)
        analysis_error(a, ERRCODE_UNDEFINED_COLUMN, -1, "column \"%s\" specified in USING clause does not exist in %s table",
                       name, which);
    return found;
}

static struct expr *merged(struct analysis *a, PgQuery__JoinType type, struct expr *left, struct expr *right)
{
    struct expr *both[] = {left, right};
    oid_t common = coerce_common_type(a, 2, both, "JOIN/USING");
    if (!common)
        return NULL;
    struct expr *l = coerce_to_common(a, left, common, "JOIN/USING"),
                *r = l ? coerce_to_common(a, right, common, "JOIN/USING") : NULL;
    if (!r)
        return NULL;
    if (type == PG_QUERY__JOIN_TYPE__JOIN_RIGHT)
        return r;
    if (type != PG_QUERY__JOIN_TYPE__JOIN_FULL)
        return l;
    struct expr *expr = expr_new(a, EXPR_COALESCE, common, -1);
    expr_list_add(a, &expr->list.args, l);
    expr_list_add(a, &expr->list.args, r);
    expr->collation = l->collation;
    return expr;
}

static struct from_item *from_node(struct analysis *a, const PgQuery__Node *node, struct ns_list *names);

static bool join_using(struct analysis *a, const PgQuery__JoinExpr *node, struct from_item *item, struct side *left,
                       struct side *right, struct ns_item *out)
{
    const char **using = arena_array(a->arena, const char *, left->count + node->n_using_clause + 1);
    int nusing = 0;
    if (node->is_natural) {
        for (int i = 0; i < left->count; i++)
            if (side_find(a, right, left->columns[i].name, "right", false) != -1)
                using[nusing++] = left->columns[i].name;
    } else {
        for (size_t i = 0; i < node->n_using_clause; i++)
            using[nusing++] = analysis_string(node->using_clause[i]);
    }
    bool *left_used = arena_array(a->arena, bool, left->count + 1), *right_used = arena_array(a->arena, bool, right->count + 1);
    out->columns = arena_array(a->arena, struct ns_column, left->count + right->count);
    for (int i = 0; i < nusing; i++) {
        int l = side_find(a, left, using[i], "left", true), r = l >= 0 ? side_find(a, right, using[i], "right", true) : -1;
        if (l < 0 || r < 0)
            return false;
        struct expr *equal = operator_expr(a, "=", left->columns[l].expr, right->columns[r].expr, -1);
        if (!equal)
            return false;
        item->on = item->on ? expr_bool(a, EXPR_AND, item->on, equal, -1) : equal;
        struct expr *expr = merged(a, node->jointype, left->columns[l].expr, right->columns[r].expr);
        if (!expr)
            return false;
        left_used[l] = right_used[r] = true;
        out->columns[out->ncolumns++] = (struct ns_column){.name = using[i], .expr = expr};
    }
    for (int i = 0; i < left->count; i++)
        if (!left_used[i])
            out->columns[out->ncolumns++] = left->columns[i];
    for (int i = 0; i < right->count; i++)
        if (!right_used[i])
            out->columns[out->ncolumns++] = right->columns[i];
    return true;
}

static enum join_kind join_kind(const PgQuery__JoinExpr *node)
{
    switch (node->jointype) {
    case PG_QUERY__JOIN_TYPE__JOIN_LEFT:
        return JOIN_LEFT;
    case PG_QUERY__JOIN_TYPE__JOIN_RIGHT:
        return JOIN_RIGHT;
    case PG_QUERY__JOIN_TYPE__JOIN_FULL:
        return JOIN_FULL;
    default:
        return node->quals || node->n_using_clause || node->is_natural ? JOIN_INNER : JOIN_CROSS;
    }
}

static void set_lateral(const struct ns_list *list, bool only, bool ok)
{
    for (int i = 0; i < list->count; i++) {
        list->items[i]->lateral_only = only;
        list->items[i]->lateral_ok = ok;
    }
}

static bool rename_joined(struct analysis *a, struct ns_item *joined, const PgQuery__Alias *alias)
{
    size_t count = alias ? alias->n_colnames : 0;
    if (count > (size_t) joined->ncolumns)
        return analysis_error(a, ERRCODE_INVALID_COLUMN_REFERENCE, -1,
                              "join expression \"%s\" has %d columns available but %zu columns specified", joined->alias,
                              joined->ncolumns, count),
               false;
    for (size_t i = 0; i < count; i++)
        joined->columns[i].name = analysis_string(alias->colnames[i]);
    return true;
}

static struct from_item *from_join(struct analysis *a, const PgQuery__JoinExpr *node, struct ns_list *names)
{
    struct from_item *item = arena_new(a->arena, struct from_item);
    struct ns_list left_names = {0}, right_names = {0}, saved = a->scope->names;
    item->join = join_kind(node);
    if (!(item->left = from_node(a, node->larg, &left_names)))
        return NULL;
    /* The right side may look at the left when it is LATERAL. */
    a->scope->names = (struct ns_list){0};
    for (int i = 0; i < saved.count; i++)
        ns_add(a, &a->scope->names, saved.items[i]);
    bool lateral_ok = item->join != JOIN_RIGHT && item->join != JOIN_FULL;
    set_lateral(&left_names, true, lateral_ok);
    for (int i = 0; i < left_names.count; i++)
        ns_add(a, &a->scope->names, left_names.items[i]);
    item->right = from_node(a, node->rarg, &right_names);
    a->scope->names = saved;
    if (!item->right)
        return NULL;
    set_lateral(&left_names, false, true);
    set_lateral(&right_names, false, true);
    if (item->join == JOIN_LEFT || item->join == JOIN_FULL)
        mark_nullable(item->right);
    if (item->join == JOIN_RIGHT || item->join == JOIN_FULL)
        mark_nullable(item->left);
    struct side left = side_of(a, &left_names), right = side_of(a, &right_names);
    struct ns_list both = {0};
    if (!ns_merge(a, &both, &left_names) || !ns_merge(a, &both, &right_names))
        return NULL;
    struct ns_item *joined = arena_new(a->arena, struct ns_item);
    joined->alias = node->alias ? node->alias->aliasname : NULL;
    joined->columns_visible = joined->lateral_ok = true;
    joined->rel_visible = joined->alias != NULL;
    if (!join_using(a, node, item, &left, &right, joined))
        return NULL;
    if (node->quals) {
        /* ON sees the two sides and outer queries; FROM's other items are there for the message alone. */
        struct ns_list outer = a->scope->names;
        a->scope->names = both;
        for (int i = 0; i < outer.count; i++)
            ns_add(a, &a->scope->names, outer.items[i]);
        struct expr *on = analyse_in(a, node->quals, CLAUSE_JOIN);
        on = on ? coerce_boolean(a, on, "JOIN/ON") : NULL;
        a->scope->names = outer;
        if (!on)
            return NULL;
        item->on = on;
    }
    if (!rename_joined(a, joined, node->alias))
        return NULL;
    if (!joined->alias) {
        for (int i = 0; i < both.count; i++) {
            both.items[i]->columns_visible = false;
            ns_add(a, names, both.items[i]);
        }
    }
    /* The join's own alias hides what is within. */
    if (node->join_using_alias && !joined->alias) {
        struct ns_item *using = arena_new(a->arena, struct ns_item);
        *using = *joined;
        using->alias = node->join_using_alias->aliasname;
        using->ncolumns = (int) node->n_using_clause;
        using->columns_visible = false;
        using->rel_visible = true;
        ns_add(a, names, using);
    }
    ns_add(a, names, joined);
    return item;
}

static struct from_item *from_node(struct analysis *a, const PgQuery__Node *node, struct ns_list *names)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_RANGE_VAR:
        return from_relation(a, node->range_var, names);
    case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
        return from_subselect(a, node->range_subselect, names);
    case PG_QUERY__NODE__NODE_RANGE_FUNCTION:
        return from_function(a, node->range_function, names);
    case PG_QUERY__NODE__NODE_JOIN_EXPR:
        return from_join(a, node->join_expr, names);
    case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE:
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "TABLESAMPLE is not supported yet");
    case PG_QUERY__NODE__NODE_RANGE_TABLE_FUNC:
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "XMLTABLE is not supported yet");
    default:
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "this FROM item is not supported yet");
    }
}

bool analyse_from(struct analysis *a, struct query *query, size_t count, PgQuery__Node **nodes)
{
    struct from_item **from = arena_array(a->arena, struct from_item *, count);
    struct ns_list inside = a->scope->names;
    int outer = inside.count;
    for (size_t i = 0; i < count; i++) {
        struct ns_list names = {0};
        if (!(from[i] = from_node(a, nodes[i], &names)))
            return false;
        set_lateral(&names, true, true);
        if (!ns_merge(a, &a->scope->names, &names))
            return false;
    }
    for (int i = outer; i < a->scope->names.count; i++)
        a->scope->names.items[i]->lateral_only = false;
    query->from = from;
    query->nfrom = (int) count;
    return true;
}
