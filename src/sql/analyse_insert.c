#include "sql/analyse_internal.h"

/* INSERT. */

struct insert_columns {
    int count;
    const struct catalog_column **columns;
    const PgQuery__ResTarget **nodes; /* as written; NULL where no list was */
};

static bool column_list(struct analysis *a, const struct catalog_relation *relation, const PgQuery__InsertStmt *stmt,
                        struct insert_columns *out)
{
    out->columns = arena_array(a->arena, const struct catalog_column *, relation->natts + (int) stmt->n_cols);
    out->nodes = arena_array(a->arena, const PgQuery__ResTarget *, relation->natts + (int) stmt->n_cols);
    if (!stmt->n_cols) {
        for (int i = 0; i < relation->natts; i++)
            if (!relation->columns[i].dropped)
                out->columns[out->count++] = &relation->columns[i];
        return true;
    }
    for (size_t i = 0; i < stmt->n_cols; i++) {
        const PgQuery__ResTarget *node = stmt->cols[i]->res_target;
        const struct catalog_column *column = catalog_column_by_name(relation, node->name);
        if (!column || column->dropped)
            return analysis_error(a, ERRCODE_UNDEFINED_COLUMN, node->location, "column \"%s\" of relation \"%s\" does not exist",
                                  node->name, relation->name),
                   false;
        for (int k = 0; k < out->count; k++)
            if (out->columns[k] == column && (!node->n_indirection || !out->nodes[k]->n_indirection))
                return analysis_error(a, ERRCODE_DUPLICATE_COLUMN, node->location, "column \"%s\" specified more than once",
                                      node->name),
                       false;
        out->nodes[out->count] = node;
        out->columns[out->count++] = column;
    }
    return true;
}

static const PgQuery__ResTarget *part_of(const struct insert_columns *columns, int index)
{
    const PgQuery__ResTarget *node = columns->nodes[index];
    return node && node->n_indirection ? node : NULL;
}

/* Which value of a row the column's is: several parts of one column make one value. */
static int value_slot(const struct insert_columns *columns, int index, const struct insert_columns *all)
{
    for (int i = 0; i < all->count; i++)
        if (all->columns[i] == columns->columns[index])
            return i;
    return all->count;
}

static struct expr *assign_part(struct analysis *a, const struct catalog_column *column, const PgQuery__ResTarget *node,
                                struct expr *before, struct expr *value)
{
    if (!before)
        before = literal_null(a, column->type, -1);
    return analyse_assign_part(a, before, column->name, column->type, column->typmod, node->n_indirection, node->indirection,
                               value, node->location);
}

static bool check_counts(struct analysis *a, const struct insert_columns *columns, int given, bool listed, int location,
                         const PgQuery__InsertStmt *stmt)
{
    if (given > columns->count)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, location, "INSERT has more expressions than target columns"), false;
    if (listed && given < columns->count)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, stmt->cols[given]->res_target->location,
                              "INSERT has more target columns than expressions"),
               false;
    return true;
}

/* May a value be given for the column? Generated ones never; GENERATED ALWAYS AS IDENTITY with OVERRIDING SYSTEM VALUE. */
static bool check_given(struct analysis *a, const struct catalog_column *column, PgQuery__OverridingKind overriding)
{
    if (column->generated) {
        analysis_error(a, ERRCODE_GENERATED_ALWAYS, -1, "cannot insert a non-DEFAULT value into column \"%s\"", column->name);
        return diag_detail(a->diag, "Column \"%s\" is a generated column.", column->name);
    }
    if (column->identity == 'a' && overriding != PG_QUERY__OVERRIDING_KIND__OVERRIDING_SYSTEM_VALUE &&
        overriding != PG_QUERY__OVERRIDING_KIND__OVERRIDING_USER_VALUE) {
        analysis_error(a, ERRCODE_GENERATED_ALWAYS, -1, "cannot insert a non-DEFAULT value into column \"%s\"", column->name);
        diag_detail(a->diag, "Column \"%s\" is an identity column defined as GENERATED ALWAYS.", column->name);
        return diag_hint(a->diag, "Use OVERRIDING SYSTEM VALUE to override.");
    }
    return true;
}

static bool default_or_null(struct analysis *a, const struct catalog_relation *relation, const struct catalog_column *column,
                            struct expr **out)
{
    if (!dml_default(a, relation, column, out))
        return false;
    if (!*out)
        *out = literal_null(a, column->type, -1);
    return true;
}

/* Columns left out that have a default of their own. */
static bool omitted(struct analysis *a, const struct catalog_relation *relation, const struct insert_columns *columns, int given,
                    struct expr_list *values, struct insert_columns *out)
{
    for (int i = 0; i < relation->natts; i++) {
        const struct catalog_column *column = &relation->columns[i];
        bool listed = column->dropped || column->generated;
        for (int k = 0; k < given && !listed; k++)
            listed = columns->columns[k] == column;
        if (listed)
            continue;
        struct expr *value;
        if (!dml_default(a, relation, column, &value))
            return false;
        if (!value)
            continue;
        expr_list_add(a, values, value);
        out->columns[out->count++] = column;
    }
    return true;
}

static bool is_user_override(const struct catalog_column *column, PgQuery__OverridingKind overriding)
{
    return column->identity && overriding == PG_QUERY__OVERRIDING_KIND__OVERRIDING_USER_VALUE;
}

static bool insert_values(struct analysis *a, struct query *query, const PgQuery__InsertStmt *stmt,
                          const PgQuery__SelectStmt *select, const struct insert_columns *columns)
{
    const struct catalog_relation *relation = query->result->relation;
    struct query *source = query_new(a, COMMAND_SELECT);
    int given = 0;
    if (select) {
        scope_push(a, source);
        bool done =
            analyse_values_lists(a, select->n_values_lists, select->values_lists, &source->nvalues, &source->values, &given);
        scope_pop(a);
        if (!done || !check_counts(a, columns, given, stmt->n_cols > 0,
                                   given > columns->count ? source->values[0].items[columns->count]->location : -1, stmt))
            return false;
    } else {
        source->nvalues = 1;
        source->values = arena_array(a->arena, struct expr_list, 1);
    }
    struct insert_columns all = {0, arena_array(a->arena, const struct catalog_column *, relation->natts + given), NULL};
    struct expr_list *rows = arena_array(a->arena, struct expr_list, source->nvalues);
    for (int c = 0; c < given; c++) {
        const struct catalog_column *column = columns->columns[c];
        const PgQuery__ResTarget *part = part_of(columns, c);
        bool used = !column->generated;
        int slot = value_slot(columns, c, &all);
        for (int r = 0; r < source->nvalues; r++) {
            struct expr *value = source->values[r].items[c], *before = slot < rows[r].count ? rows[r].items[slot] : NULL;
            if (part) {
                if (value->kind == EXPR_DEFAULT
                        ? !dml_default_part(a, part, part->location)
                        : !check_given(a, column, stmt->override) || !(value = assign_part(a, column, part, before, value)))
                    return false;
            } else if (value->kind == EXPR_DEFAULT || is_user_override(column, stmt->override)) {
                if (used && !default_or_null(a, relation, column, &value))
                    return false;
            } else if (!check_given(a, column, stmt->override) || !(value = dml_assign(a, column, value))) {
                return false;
            }
            if (before)
                rows[r].items[slot] = value;
            else if (used)
                expr_list_add(a, &rows[r], value);
        }
        if (used && slot == all.count)
            all.columns[all.count++] = column;
    }
    for (int r = 0; r < source->nvalues; r++) {
        struct insert_columns rest = {0, arena_array(a->arena, const struct catalog_column *, relation->natts), NULL};
        if (!omitted(a, relation, columns, given, &rows[r], &rest))
            return false;
        for (int i = 0; r == 0 && i < rest.count; i++)
            all.columns[all.count++] = rest.columns[i];
    }
    source->values = rows;
    source->outputs = rte_new(a, RTE_VALUES, "*VALUES*", all.count);
    for (int i = 0; i < all.count; i++) {
        source->outputs->columns[i] = (struct rte_column){.name = all.columns[i]->name,
                                                          .type = all.columns[i]->type,
                                                          .typmod = all.columns[i]->typmod,
                                                          .collation = all.columns[i]->collation};
        target_add(a, &source->ntargets, &source->targets, expr_column(a, source->outputs, i + 1, 0, -1), all.columns[i]->name);
    }
    query->source = source;
    query->ncolumns = all.count;
    query->columns = all.columns;
    return true;
}

static bool insert_select(struct analysis *a, struct query *query, const PgQuery__InsertStmt *stmt,
                          const struct insert_columns *columns)
{
    const struct catalog_relation *relation = query->result->relation;
    a->keep_unknowns = true;
    struct query *source = analyse_select(a, stmt->select_stmt->select_stmt);
    a->keep_unknowns = false;
    if (!source)
        return false;
    int given = 0;
    for (int i = 0; i < source->ntargets; i++)
        given += !source->targets[i].junk;
    int location = -1;
    for (int i = 0, k = 0; i < source->ntargets; i++)
        if (!source->targets[i].junk && k++ == columns->count)
            location = source->targets[i].expr->location;
    if (!check_counts(a, columns, given, stmt->n_cols > 0, location, stmt))
        return false;
    for (int c = 0, i = 0; c < given; c++, i++) {
        while (source->targets[i].junk)
            i++;
        const struct expr *expr = source->targets[i].expr;
        const struct catalog_column *column = columns->columns[c];
        const PgQuery__ResTarget *part = part_of(columns, c);
        oid_t type = column->type;
        if (part && expr->type == UNKNOWN_OID)
            type = analyse_part_type(a, column->name, column->type, column->typmod, part->n_indirection, part->indirection,
                                     part->location);
        if (!type)
            return false;
        if (expr->type == UNKNOWN_OID && !output_coerce(a, source, c, type, -1, COERCE_ASSIGNMENT))
            return false;
    }
    struct insert_columns all = {0, arena_array(a->arena, const struct catalog_column *, relation->natts), NULL};
    struct rte *rte = rte_subquery(a, source, "*SELECT*", 0, NULL);
    struct expr_list values = {0};
    bool plain = true;
    for (int c = 0; c < given; c++) {
        const struct catalog_column *column = columns->columns[c];
        struct expr *value = expr_column(a, rte, c + 1, 0, source->targets[c].expr->location);
        if (!check_given(a, column, stmt->override))
            return false;
        struct expr *assigned = NULL;
        const PgQuery__ResTarget *part = part_of(columns, c);
        int slot = value_slot(columns, c, &all);
        if (part) {
            if (!(assigned = assign_part(a, column, part, slot < values.count ? values.items[slot] : NULL, value)))
                return false;
        } else if (is_user_override(column, stmt->override) ? !default_or_null(a, relation, column, &assigned)
                                                            : !(assigned = dml_assign(a, column, value)))
            return false;
        plain = plain && assigned == value;
        if (slot < values.count) {
            values.items[slot] = assigned;
            continue;
        }
        expr_list_add(a, &values, assigned);
        all.columns[all.count++] = column;
    }
    if (!omitted(a, relation, columns, given, &values, &all))
        return false;
    query->columns = all.columns;
    query->ncolumns = all.count;
    query->source = source;
    if (plain && all.count == given)
        return true;
    struct query *outer = query_new(a, COMMAND_SELECT);
    struct from_item *item = arena_new(a->arena, struct from_item);
    item->rte = rte;
    outer->parent = query;
    source->parent = outer;
    outer->nfrom = 1;
    outer->from = arena_array(a->arena, struct from_item *, 1);
    outer->from[0] = item;
    for (int i = 0; i < values.count; i++)
        target_add(a, &outer->ntargets, &outer->targets, values.items[i], all.columns[i]->name);
    query->source = outer;
    return true;
}

static bool insert_body(struct analysis *a, struct query *query, const PgQuery__InsertStmt *stmt)
{
    if (stmt->with_clause && !analyse_with(a, query, stmt->with_clause))
        return false;
    struct rte *target = dml_target(a, query, stmt->relation, "INSERT");
    struct insert_columns columns = {0};
    if (!target || !column_list(a, target->relation, stmt, &columns))
        return false;
    const PgQuery__SelectStmt *select = stmt->select_stmt ? stmt->select_stmt->select_stmt : NULL;
    /* A VALUES list with nothing around it may hold DEFAULT. */
    bool values = !select || (select->n_values_lists && !select->n_sort_clause && !select->limit_count && !select->limit_offset &&
                              !select->with_clause);
    if (!(values ? insert_values(a, query, stmt, select, &columns) : insert_select(a, query, stmt, &columns)))
        return false;
    ns_add(a, &a->scope->names, ns_item_rte(a, target));
    if (stmt->on_conflict_clause && !analyse_conflict(a, query, stmt->on_conflict_clause))
        return false;
    return dml_returning(a, query, stmt->n_returning_list, stmt->returning_list);
}

struct query *analyse_insert(struct analysis *a, const PgQuery__InsertStmt *stmt)
{
    struct query *query = query_new(a, COMMAND_INSERT);
    scope_push(a, query);
    bool done = insert_body(a, query, stmt);
    scope_pop(a);
    return done ? query : NULL;
}
