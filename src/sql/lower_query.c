#include "sql/analyse_internal.h"
#include "sql/lower_internal.h"

#include "type/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int lower_output_count(const struct query *query)
{
    if (query->nvalues)
        return query->values[0].count;
    int count = 0;
    for (int i = 0; i < query->ntargets; i++)
        count += !query->targets[i].junk;
    return count;
}

/* "c1, c2, … cn" */
static const char *column_list(struct lower *l, int count)
{
    struct buf buf = {0};
    for (int i = 1; i <= count; i++)
        buf_printf(&buf, "%sc%d", i > 1 ? ", " : "", i);
    return lower_take(l, &buf);
}

/* A grouping set's rows have nulls where the set has not the column. */
static bool is_exposed(const struct lower *l, const struct expr *expr)
{
    for (const struct lower_name *name = l->names; name; name = name->next)
        if (name->same && lower_same_expr(name->expr, expr))
            return true;
    return false;
}

static bool is_not_null(const struct lower *l, const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_COLUMN:
        return expr->column.attno > 0 && !expr->column.rte->nullable &&
               expr->column.rte->columns[expr->column.attno - 1].not_null && !is_exposed(l, expr);
    case EXPR_RELABEL:
        return is_not_null(l, expr->cast.arg);
    case EXPR_AGGREGATE:
    case EXPR_WINDOW:
        return strcmp(expr->agg.proc->name, "count") == 0 || strcmp(expr->agg.proc->name, "row_number") == 0 ||
               strcmp(expr->agg.proc->name, "rank") == 0;
    case EXPR_CONST:
        return expr->constant.value.kind != DATUM_NULL;
    default:
        return false;
    }
}

static void append_direction(struct buf *buf, const struct sort_item *item, bool not_null)
{
    if (item->descending)
        buf_puts(buf, " DESC");
    /* SQLite's NULLs are small; saying so where there are none would keep indexes from serving. */
    if (not_null)
        return;
    if (item->descending && item->nulls_first)
        buf_puts(buf, " NULLS FIRST");
    else if (!item->descending && !item->nulls_first)
        buf_puts(buf, " NULLS LAST");
}

static int output_ordinal(const struct query *query, const struct expr *expr)
{
    int ordinal = 0;
    for (int i = 0; i < query->ntargets; i++) {
        if (query->targets[i].junk)
            continue;
        ordinal++;
        if (query->targets[i].expr == expr || lower_same_expr(query->targets[i].expr, expr))
            return ordinal;
    }
    return 0;
}

const char *lower_sort(struct lower *l, int count, const struct sort_item *sort, const struct query *query)
{
    struct buf buf = {0};
    for (int i = 0; i < count; i++) {
        if (sort[i].expr->kind == EXPR_CONST)
            continue;
        int ordinal = query ? output_ordinal(query, sort[i].expr) : 0;
        const char *collation = lower_collation(l, sort[i].expr->type, sort[i].expr->collation);
        const char *text = ordinal ? LOWER_PRINT(l, "%d", ordinal) : lower_expr(l, sort[i].expr);
        if (!text) {
            buf_deinit(&buf);
            return NULL;
        }
        buf_printf(&buf, "%s%s", buf.len ? ", " : "", lower_collated(l, text, collation, sort[i].expr, NULL));
        append_direction(&buf, &sort[i], is_not_null(l, sort[i].expr));
    }
    return lower_take(l, &buf);
}

const char *lower_limit(struct lower *l, const struct query *query)
{
    const char *limit = "", *offset = "";
    if (query->limit && !(query->limit->kind == EXPR_CONST && query->limit->constant.value.kind == DATUM_NULL)) {
        const char *text = lower_expr(l, query->limit);
        if (!text)
            return NULL;
        bool plain = query->limit->kind == EXPR_CONST && query->limit->constant.value.kind == DATUM_INT &&
                     query->limit->constant.value.i >= 0;
        limit = LOWER_PRINT(l, plain ? " LIMIT %s" : " LIMIT \"pgquill_limit\"(%s)", text);
    }
    if (query->offset) {
        const char *text = lower_expr(l, query->offset);
        if (!text)
            return NULL;
        offset = LOWER_PRINT(l, "%s OFFSET \"pgquill_offset\"(%s)", *limit ? "" : " LIMIT -1", text);
    }
    return LOWER_PRINT(l, "%s%s", limit, offset);
}

static bool is_staged(const struct lower *l, const struct cte *cte)
{
    for (const struct lower_stage *stage = l->stages; stage; stage = stage->next)
        if (stage->cte == cte)
            return true;
    return false;
}

const char *lower_with(struct lower *l, struct query *query)
{
    struct buf buf = {0};
    int count = 0;
    for (int i = 0; i < query->nctes; i++) {
        struct cte *cte = query->ctes[i];
        if (cte->query->command != COMMAND_SELECT || is_staged(l, cte))
            continue;
        const char *body;
        if (cte->recursive && cte->query->setop == SETOP_UNION && !cte->query->nctes) {
            /* The recursive reference must stand in the FROM of an arm itself. */
            const char *left = lower_arm(l, cte->query->left, true);
            const char *right = left ? lower_arm(l, cte->query->right, false) : NULL;
            body = right ? LOWER_PRINT(l, "%s UNION %s%s", left, cte->query->setop_all ? "ALL " : "", right) : NULL;
        } else {
            body = lower_select(l, cte->query);
        }
        if (!body) {
            buf_deinit(&buf);
            return NULL;
        }
        bool is_volatile = !cte->recursive && lower_walk_query(cte->query, lower_is_volatile, NULL);
        buf_printf(&buf, "%scte%d(%s) AS %s(%s)", count++ ? ", " : "WITH RECURSIVE ", cte->number,
                   column_list(l, lower_output_count(cte->query)),
                   cte->materialize == CTE_MATERIALIZED || is_volatile ? "MATERIALIZED "
                   : cte->materialize == CTE_NOT_MATERIALIZED          ? "NOT MATERIALIZED "
                                                                       : "",
                   body);
    }
    if (count)
        buf_putc(&buf, ' ');
    return lower_take(l, &buf);
}

static bool covers_unique_key(const struct rte *rte, const struct expr *where);

bool lower_single_row(const struct query *query)
{
    if (query->setop)
        return false;
    if (query->nvalues)
        return query->nvalues == 1;
    if (query->has_srf)
        return false;
    if (query->limit && query->limit->kind == EXPR_CONST && query->limit->constant.value.kind == DATUM_INT &&
        query->limit->constant.value.i <= 1)
        return true;
    if (query->nfrom == 0)
        return true;
    if ((query->has_aggregates || query->grouped) && query->group.count == 0 && query->nsets <= 1)
        return true;
    return query->nfrom == 1 && query->from[0]->rte && query->from[0]->rte->kind == RTE_RELATION && query->where &&
           covers_unique_key(query->from[0]->rte, query->where);
}

static bool names_rte(void *arg, const struct expr *expr)
{
    return (expr->kind == EXPR_COLUMN && expr->column.rte == arg) || (expr->kind == EXPR_WHOLE_ROW && expr->whole_row.rte == arg);
}

static bool fixes_column(const struct rte *rte, const struct expr *where, int16_t attnum)
{
    if (where->kind == EXPR_AND) {
        for (int i = 0; i < where->list.args.count; i++)
            if (fixes_column(rte, where->list.args.items[i], attnum))
                return true;
        return false;
    }
    if (where->kind != EXPR_CALL || !where->call.op || strcmp(where->call.op->name, "=") != 0 || where->call.args.count != 2)
        return false;
    for (int side = 0; side < 2; side++) {
        const struct expr *column = where->call.args.items[side];
        while (column->kind == EXPR_RELABEL)
            column = column->cast.arg;
        if (column->kind == EXPR_COLUMN && column->column.rte == rte && column->column.attno > 0 &&
            rte->columns[column->column.attno - 1].attribute &&
            rte->columns[column->column.attno - 1].attribute->attnum == attnum &&
            !lower_walk_expr(where->call.args.items[!side], names_rte, (void *) rte))
            return true;
    }
    return false;
}

static bool covers_unique_key(const struct rte *rte, const struct expr *where)
{
    for (int i = 0; i < rte->relation->nindexes; i++) {
        const struct catalog_index *index = &rte->relation->indexes[i];
        bool covered = index->is_unique && !index->predicate && index->nkeys > 0;
        for (int k = 0; covered && k < index->nkeys; k++)
            covered = index->attnums[k] > 0 && fixes_column(rte, where, index->attnums[k]);
        if (covered)
            return true;
    }
    return false;
}

/* The set-returning calls of the select list, innermost first. */
struct srf_list {
    int count;
    const struct expr *items[64];
};

static bool visit_srf(void *arg, struct expr *expr, int depth, bool *skip)
{
    struct srf_list *list = arg;
    (void) depth;
    *skip = expr->kind == EXPR_SUBLINK; /* what is in there gives rows there */
    if (expr->kind != EXPR_CALL || !expr->call.proc->retset)
        return false;
    for (int i = 0; i < list->count; i++)
        if (lower_same_expr(list->items[i], expr))
            return false;
    if (list->count == (int) (sizeof list->items / sizeof list->items[0]))
        return true;
    list->items[list->count++] = expr;
    return false;
}

static void collect_srfs(const struct expr *expr, struct srf_list *list)
{
    expr_walk((struct expr *) expr, 0, visit_srf, list);
}

static void push_name(struct lower *l, const struct expr *expr, const char *text, bool same)
{
    struct lower_name *name = arena_new(l->arena, struct lower_name);
    *name = (struct lower_name){.next = l->names, .expr = expr, .same = same, .text = text};
    l->names = name;
}

/* The columns of a built-in function that says what it gives: their types, and their names as an array in storage form. 0: it says nothing. */
static int given_columns(struct lower *l, const struct expr *call, oid_t types[PROC_ARGS_MAX], struct datum *names)
{
    const struct proc_fact *proc = call->call.proc;
    struct array_builder builder = {0};
    int count = 0;
    if (call->type != RECORD_OID || proc->language == 'u' || !proc->modes || !proc->names || !proc->all_args)
        return 0;
    const char *name = proc->names, *type = proc->all_args;
    for (const char *mode = proc->modes; *mode; mode++) {
        size_t len = strcspn(name, ",");
        oid_t oid = (oid_t) strtoul(type, (char **) &type, 10);
        if (strchr("obt", *mode) && count < PROC_ARGS_MAX) {
            struct datum item = datum_text(name, len);
            array_builder_add(&builder, type_builtin(TEXT_OID), &item);
            types[count++] = oid;
        }
        name += len + (name[len] == ',');
    }
    *names = array_builder_finish(&builder, l->arena);
    return count;
}

static int srf_columns(struct lower *l, const struct expr *call)
{
    oid_t types[PROC_ARGS_MAX];
    struct datum names;
    int given = given_columns(l, call, types, &names);
    if (given)
        return given;
    const struct type_desc *type = catalog_type_by_oid(l->catalog, call->type);
    return type && type->typtype == 'c' && !lower_gives_value(call) ? type->field_count : 1;
}

/* Put the set-returning calls into FROM, giving them names: those free of others in lockstep, then the ones that take those as arguments. */
static const char *srf_from(struct lower *l, const struct query *query)
{
    struct srf_list list = {0};
    for (int i = 0; i < query->ntargets; i++)
        collect_srfs(query->targets[i].expr, &list);
    for (int i = 0; i < query->nsort; i++)
        collect_srfs(query->sort[i].expr, &list);
    struct buf buf = {0};
    bool done[64] = {false};
    for (int left = list.count; left > 0;) {
        struct table_call calls[64];
        int members[64], ncalls = 0;
        for (int i = 0; i < list.count; i++) {
            if (done[i])
                continue;
            /* Only what has no unnamed call inside can go into this round. */
            bool ready = true;
            for (int j = 0; ready && j < list.count; j++)
                if (!done[j] && j != i) {
                    struct srf_list inner = {0};
                    collect_srfs(list.items[i], &inner);
                    for (int k = 0; k < inner.count; k++)
                        if (inner.items[k] != list.items[i] && lower_same_expr(inner.items[k], list.items[j]))
                            ready = false;
                }
            if (!ready)
                continue;
            members[ncalls] = i;
            calls[ncalls++] =
                (struct table_call){.call = (struct expr *) list.items[i], .ncolumns = srf_columns(l, list.items[i])};
        }
        if (ncalls == 0)
            break;
        const char *text = lower_table_calls(l, ncalls, calls, false, true, false);
        if (!text) {
            buf_deinit(&buf);
            return NULL;
        }
        const char *alias = lower_fresh(l);
        buf_printf(&buf, "%s%s AS %s", buf.len ? ", " : "", text, alias);
        for (int i = 0, column = 1; i < ncalls; i++) {
            const struct expr *call = list.items[members[i]];
            const char *value = LOWER_PRINT(l, "%s.c%d", alias, column);
            const struct type_desc *type = catalog_type_by_oid(l->catalog, call->type);
            if (type && type->typtype == 'c' && !lower_gives_value(call)) {
                oid_t *types = arena_array(l->arena, oid_t, type->field_count + 1);
                struct buf fields = {0};
                for (int k = 0; k < type->field_count; k++) {
                    buf_printf(&fields, "%s%s.c%d", k ? ", " : "", alias, column + k);
                    types[k] = type->fields[k].type;
                }
                value = lower_internal_call(l, "pgquill_row", type->field_count, types, call->type, -1, lower_take(l, &fields));
            }
            oid_t given[PROC_ARGS_MAX + 1] = {TEXT_ARRAY_OID};
            struct datum names;
            int ngiven = given_columns(l, call, given + 1, &names);
            if (ngiven) {
                struct buf fields = {0};
                const char *named = lower_constant(l, &names);
                buf_puts(&fields, named ? named : "NULL");
                struct buf nothing = {0};
                for (int k = 0; k < ngiven; k++) {
                    buf_printf(&fields, ", %s.c%d", alias, column + k);
                    buf_printf(&nothing, "%s%s.c%d IS NULL", k ? " AND " : "", alias, column + k);
                }
                value = lower_internal_call(l, "pgquill_named_row", ngiven + 1, given, RECORD_OID, -1, lower_take(l, &fields));
                /* Beside longer ones, a call that has ended gives no row. */
                const char *ended = lower_take(l, &nothing);
                if (ncalls > 1 && value)
                    value = LOWER_PRINT(l, "CASE WHEN %s THEN NULL ELSE %s END", ended, value);
            }
            push_name(l, call, value, true);
            column += calls[i].ncolumns;
            done[members[i]] = true;
            left--;
        }
    }
    return lower_take(l, &buf);
}

static const char *group_list(struct lower *l, const struct query *query)
{
    struct buf buf = {0};
    for (int i = 0; i < query->group.count; i++) {
        const struct expr *key = query->group.items[i];
        const char *text = key->kind == EXPR_CONST ? "NULL" : lower_keyed(l, key);
        if (!text) {
            buf_deinit(&buf);
            return NULL;
        }
        buf_printf(&buf, "%s%s", i ? ", " : "", text);
    }
    return lower_take(l, &buf);
}

static bool is_aggregate(void *arg, const struct expr *expr)
{
    (void) arg;
    return expr->kind == EXPR_AGGREGATE;
}

/* The parts of one SELECT, texts. */
struct core {
    const char *from, *where, *group, *having;
};

static bool core_parts(struct lower *l, struct query *query, struct core *core)
{
    *core = (struct core){.from = "", .where = "", .group = "", .having = ""};
    bool grouped = query->has_aggregates || query->grouped || query->group.count || query->having;
    /* Without an aggregate in the select list SQLite would not group rows into one. */
    bool hidden_group = grouped && !query->group.count && !lower_walk_targets(query, is_aggregate, NULL);
    if (query->nsets > 0 || (grouped && query->has_srf) || hidden_group) {
        /* Grouped in an inner query; what it computes has names, and the rest is said over those. */
        core->from = lower_grouping_sets(l, query);
        if (!core->from)
            return false;
        if (query->having) {
            const char *having = lower_expr(l, query->having);
            if (!having)
                return false;
            core->where = LOWER_PRINT(l, " WHERE %s", having);
        }
        core->from = LOWER_PRINT(l, " FROM %s", core->from);
    } else {
        if (query->nfrom) {
            const struct lower_around around = {l->around, query};
            l->around = &around;
            const char *from = lower_from_list(l, query->nfrom, query->from);
            l->around = around.outer;
            if (!from)
                return false;
            core->from = LOWER_PRINT(l, " FROM %s", from);
        }
        if (query->where) {
            const char *where = lower_expr(l, query->where);
            if (!where)
                return false;
            core->where = LOWER_PRINT(l, " WHERE %s", where);
        }
        if (query->group.count) {
            const char *group = group_list(l, query);
            if (!group)
                return false;
            core->group = LOWER_PRINT(l, " GROUP BY %s", group);
        }
        if (query->having) {
            const char *having = lower_expr(l, query->having);
            if (!having)
                return false;
            core->having = LOWER_PRINT(l, " HAVING %s", having);
        }
    }
    if (query->has_srf) {
        const char *srf = srf_from(l, query);
        if (!srf)
            return false;
        if (*srf)
            core->from = *core->from ? LOWER_PRINT(l, "%s, %s", core->from, srf) : LOWER_PRINT(l, " FROM %s", srf);
    }
    return true;
}

/* One SELECT without ORDER BY and LIMIT; `hidden` more columns h1 … behind the visible ones. */
static const char *core_select(struct lower *l, struct query *query, bool collate, const struct core *core, const char *hidden)
{
    struct buf buf = {0};
    buf_puts(&buf, query->distinct ? "SELECT DISTINCT " : "SELECT ");
    int count = 0;
    for (int i = 0; i < query->ntargets; i++) {
        if (query->targets[i].junk)
            continue;
        const char *text =
            collate || query->distinct ? lower_keyed(l, query->targets[i].expr) : lower_expr(l, query->targets[i].expr);
        if (!text) {
            buf_deinit(&buf);
            return NULL;
        }
        count++;
        buf_printf(&buf, "%s%s AS c%d", count > 1 ? ", " : "", text, count);
    }
    if (count == 0)
        buf_puts(&buf, "NULL AS c1");
    buf_printf(&buf, "%s%s%s%s%s", hidden, core->from, core->where, core->group, core->having);
    return lower_take(l, &buf);
}

/* DISTINCT ON and WITH TIES choose rows by their number in a window: an inner query numbers, an outer one chooses. */
static const char *numbered_select(struct lower *l, struct query *query, const struct core *core)
{
    struct buf hidden = {0}, order = {0};
    const char *sort = lower_sort(l, query->nsort, query->sort, NULL);
    if (!sort)
        return NULL;
    if (query->distinct_on.count) {
        buf_puts(&hidden, ", row_number() OVER (PARTITION BY ");
        for (int i = 0; i < query->distinct_on.count; i++) {
            const char *key = lower_keyed(l, query->distinct_on.items[i]);
            if (!key)
                goto fail;
            buf_printf(&hidden, "%s%s", i ? ", " : "", key);
        }
        buf_printf(&hidden, "%s%s) AS hn", *sort ? " ORDER BY " : "", sort);
    } else if (*sort) {
        buf_printf(&hidden, ", rank() OVER (ORDER BY %s) AS hr, row_number() OVER (ORDER BY %s) AS hn", sort, sort);
    }
    int nkeys = 0;
    for (int i = 0; i < query->nsort; i++) {
        if (query->sort[i].expr->kind == EXPR_CONST)
            continue;
        const char *key = lower_keyed(l, query->sort[i].expr);
        if (!key)
            goto fail;
        buf_printf(&hidden, ", %s AS h%d", key, ++nkeys);
        buf_printf(&order, "%sh%d", nkeys > 1 ? ", " : " ORDER BY ", nkeys);
        const char *collation = lower_collation(l, query->sort[i].expr->type, query->sort[i].expr->collation);
        if (collation)
            buf_printf(&order, " COLLATE %s", lower_quote(l, collation));
        append_direction(&order, &query->sort[i], is_not_null(l, query->sort[i].expr));
    }
    const char *hidden_text = lower_take(l, &hidden), *order_text = lower_take(l, &order);
    const char *inner = core_select(l, query, false, core, hidden_text);
    if (!inner)
        return NULL;
    const char *columns = column_list(l, lower_output_count(query));
    if (query->distinct_on.count) {
        const char *limit = lower_limit(l, query);
        return limit ? LOWER_PRINT(l, "SELECT %s FROM (%s) WHERE hn = 1%s%s", columns, inner, order_text, limit) : NULL;
    }
    const char *limit = query->limit ? lower_expr(l, query->limit) : "NULL";
    const char *offset = limit && query->offset ? lower_expr(l, query->offset) : "0";
    if (!limit || !offset)
        return NULL;
    return LOWER_PRINT(
        l, "SELECT %s FROM (%s) WHERE hn > \"pgquill_offset\"(%s) AND coalesce(hr <= %s + \"pgquill_offset\"(%s), 1)%s", columns,
        inner, offset, limit, offset, order_text);
fail:
    buf_deinit(&hidden);
    buf_deinit(&order);
    return NULL;
}

static const char *simple_select(struct lower *l, struct query *query, bool collate)
{
    struct core core;
    if (!core_parts(l, query, &core))
        return NULL;
    if (query->distinct_on.count || (query->with_ties && query->limit))
        return numbered_select(l, query, &core);
    const char *select = core_select(l, query, collate, &core, "");
    const char *sort = select && query->nsort ? lower_sort(l, query->nsort, query->sort, query) : "";
    const char *limit = select && sort ? lower_limit(l, query) : NULL;
    return limit ? LOWER_PRINT(l, "%s%s%s%s", select, *sort ? " ORDER BY " : "", sort, limit) : NULL;
}

static const char *values_select(struct lower *l, struct query *query, bool collate)
{
    struct buf buf = {0};
    buf_puts(&buf, "SELECT ");
    for (int i = 0; i < query->values[0].count; i++) {
        const char *collation =
            collate ? lower_collation(l, query->values[0].items[i]->type, query->values[0].items[i]->collation) : NULL;
        buf_printf(&buf, "%scolumn%d", i ? ", " : "", i + 1);
        if (collation)
            buf_printf(&buf, " COLLATE %s", lower_quote(l, collation));
        buf_printf(&buf, " AS c%d", i + 1);
    }
    buf_puts(&buf, " FROM (VALUES ");
    for (int i = 0; i < query->nvalues; i++) {
        const char *row = lower_expr_list(l, &query->values[i]);
        if (!row) {
            buf_deinit(&buf);
            return NULL;
        }
        buf_printf(&buf, "%s(%s)", i ? ", " : "", row);
    }
    buf_puts(&buf, ")");
    if (query->outputs)
        buf_printf(&buf, " AS t%d", query->outputs->number);
    const char *select = lower_take(l, &buf);
    if (query->nsort || query->limit || query->offset) {
        int number = query->outputs ? query->outputs->number : 0;
        const char *sort = lower_sort(l, query->nsort, query->sort, query);
        const char *limit = sort ? lower_limit(l, query) : NULL;
        if (!limit)
            return NULL;
        const char *alias = number ? LOWER_PRINT(l, "t%d", number) : lower_fresh(l);
        return LOWER_PRINT(l, "SELECT * FROM (%s) AS %s%s%s%s", select, alias, *sort ? " ORDER BY " : "", sort, limit);
    }
    return select;
}

static bool locks_temporary(const struct from_item *item)
{
    if (!item->rte)
        return locks_temporary(item->left) && locks_temporary(item->right);
    return item->rte->relation && oid_is_temporary(item->rte->relation->oid) && item->rte->relation->kind == 'r';
}

static const char *select_body(struct lower *l, struct query *query, bool collate)
{
    if (query->command != COMMAND_SELECT)
        return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, -1,
                           "WITH clause containing a data-modifying statement must be at the top level");
    if (query->lock_command) {
        bool is_temporary = true;
        for (int i = 0; i < query->nfrom; i++)
            is_temporary &= locks_temporary(query->from[i]);
        l->writes = true;
        l->writes_file |= !is_temporary;
        if (!is_temporary && !l->changes)
            l->changes = query->lock_command;
    }
    const struct lower_name *names = l->names;
    const struct query *set_query = l->set_query;
    const char *case_test = l->case_test;
    l->set_query = NULL;
    l->case_test = NULL;
    const char *with = query->nctes ? lower_with(l, query) : "";
    const char *text = !with            ? NULL
                       : query->setop   ? lower_setop(l, query)
                       : query->nvalues ? values_select(l, query, collate)
                                        : simple_select(l, query, collate);
    l->names = names;
    l->set_query = set_query;
    l->case_test = case_test;
    return text && *with ? LOWER_PRINT(l, "%s%s", with, text) : text;
}

const char *lower_select(struct lower *l, struct query *query)
{
    return select_body(l, query, false);
}

const char *lower_arm(struct lower *l, struct query *query, bool collate)
{
    const char *text = select_body(l, query, collate);
    bool plain = !query->nctes && !query->setop && !query->nvalues && !query->nsort && !query->limit && !query->offset &&
                 !query->distinct_on.count;
    return !text || plain ? text : LOWER_PRINT(l, "SELECT * FROM (%s)", text);
}
