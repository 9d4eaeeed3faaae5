#include "sql/compiler.h"
#include "sql/lower_internal.h"

#include "func/instance.h"
#include "type/json.h"

#include <stdio.h>
#include <string.h>

const char *lower_unpack(struct lower *l, const char *packed)
{
    (void) l;
    return LOWER_PRINT(l, "\"pgquill_unpack\"(%s)", packed);
}

const char *lower_lateral(struct lower *l, const char *select, int ncolumns)
{
    /* SQLite lets only a table function look at its neighbours: so the rows travel packed in one value. */
    struct buf buf = {0};
    for (int i = 0; i < ncolumns; i++)
        buf_printf(&buf, "%sc%d", i ? ", " : "", i + 1);
    const char *columns = lower_take(l, &buf);
    return lower_unpack(l, LOWER_PRINT(l, "(SELECT \"pgquill_pack\"(%s) FROM (%s))", columns, select));
}

static bool is_column(void *arg, const struct expr *expr)
{
    (void) arg;
    return expr->kind == EXPR_COLUMN || expr->kind == EXPR_WHOLE_ROW;
}

static const struct func_impl *call_impl(const struct expr *call, bool spread)
{
    if (call->kind != EXPR_CALL)
        return NULL;
    bool values = call->call.proc->language == 'u' && call->call.proc->retset && !spread;
    return func_find(values ? "pgquill_routine_values" : call->call.proc->source);
}

bool lower_gives_value(const struct expr *call)
{
    return lower_gives_whole(call) || (call->kind == EXPR_CALL && call->call.proc->language == 'u');
}

static const struct type_desc *row_type(struct lower *l, const struct expr *call)
{
    const struct type_desc *type = catalog_type_by_oid(l->catalog, call->type);
    while (type && type->typtype == 'd')
        type = catalog_type_by_oid(l->catalog, type->base);
    return type && (type->typtype == 'c' || type->oid == RECORD_OID) ? type : NULL;
}

/* More columns than this come as one value. */
enum { COLUMNS_DIRECT = 127 };

/* What a function that gives rows of any shape is told of the columns wanted (FUNC_SHAPED); NULL: it is not told. */
static const char *shape_of(struct lower *l, const struct table_call *call, const struct func_impl *impl)
{
    if (!impl || !(impl->flags & FUNC_SHAPED))
        return NULL;
    const struct type_desc *type = catalog_type_by_oid(l->catalog, call->call->type);
    bool direct = call->ncolumns <= COLUMNS_DIRECT;
    if (!call->listed)
        return type && type->typtype == 'c' && direct ? "''" : NULL;
    struct buf buf = {0};
    buf_puts(&buf, direct ? "[" : "{\"row\":[");
    for (int i = 0; i < call->ncolumns; i++) {
        buf_puts(&buf, i ? ",[" : "[");
        json_write_string(call->listed[i].name, strlen(call->listed[i].name), &buf);
        buf_printf(&buf, ",%u,%d]", call->listed[i].type, (int) call->listed[i].typmod);
    }
    buf_puts(&buf, direct ? "]" : "]}");
    const char *text = lower_take(l, &buf);
    return lower_string(l, text, strlen(text));
}

static const char *instance_of(struct lower *l, const struct expr *call, const struct func_impl *impl, const char *shape)
{
    const struct expr_list *args = &call->call.args;
    oid_t *types = arena_array(l->arena, oid_t, args->count + 2);
    for (int i = 0; i < args->count; i++)
        types[i] = args->items[i]->type == UNKNOWN_OID ? TEXT_OID : args->items[i]->type;
    types[args->count] = TEXT_OID;
    if (impl->flags & FUNC_WRITES)
        l->writes = l->writes_file = true;
    return lower_instance(l, impl, args->count + (shape != NULL), types, call->type, -1, NULL);
}

/* name(args) of a function that gives rows, or is told their shape. */
static const char *table_call(struct lower *l, const struct expr *call, const struct func_impl *impl, const char *shape)
{
    const char *args = lower_expr_list(l, &call->call.args);
    if (!args)
        return NULL;
    if (call->call.proc->language == 'u') {
        int count = call->call.args.count;
        oid_t *types = arena_array(l->arena, oid_t, count + 1);
        for (int i = 0; i < count; i++)
            types[i] = call->call.args.items[i]->type == UNKNOWN_OID ? TEXT_OID : call->call.args.items[i]->type;
        return lower_routine_call(l, impl, call->call.proc, count, types, args, call->type);
    }
    const char *name = instance_of(l, call, impl, shape);
    return name ? LOWER_PRINT(l, shape ? "%s(%s, %s)" : "%s(%s)", name, args, shape) : NULL;
}

/* A field of the row that `value` is, as column `column` of the call. */
static const char *field_column(struct lower *l, const struct table_call *call, const struct type_desc *type, const char *value,
                                int field, int column)
{
    if (call->listed)
        return lower_internal_call(l, "pgquill_record_field", 3, (oid_t[]){type->oid, INT4_OID, INT4_OID}, call->listed[column].type, -1,
                                   LOWER_PRINT(l, "%s, %d, %d", value, field + 1, call->ncolumns));
    return lower_internal_call(l, "pgquill_field", 2, (oid_t[]){type->oid, INT4_OID}, type->oid, -1,
                               LOWER_PRINT(l, "%s, %d", value, field + 1));
}

/* One call's row of its own: a function that returns no set gives one. */
static const char *scalar_row(struct lower *l, const struct table_call *call, bool lateral)
{
    const struct type_desc *type = row_type(l, call->call);
    const struct func_impl *impl = call_impl(call->call, true);
    const char *shape = shape_of(l, call, impl);
    const char *text = shape ? table_call(l, call->call, impl, shape) : lower_expr(l, call->call);
    if (!text)
        return NULL;
    struct buf buf = {0};
    if (type) {
        const char *value = lower_fresh(l);
        buf_puts(&buf, "SELECT ");
        for (int i = 0, column = 0; column < call->ncolumns; i++) {
            if (i < type->field_count && type->fields[i].dropped)
                continue;
            const char *field = field_column(l, call, type, LOWER_PRINT(l, "%s.v", value), i, column);
            buf_printf(&buf, "%s%s AS c%d", column ? ", " : "", field ? field : "NULL", column + 1);
            column++;
        }
        buf_printf(&buf, " FROM (SELECT %s AS v) AS %s", text, value);
    } else {
        buf_printf(&buf, "SELECT %s AS c1", text);
    }
    const char *select = lower_take(l, &buf);
    return lateral && lower_walk_expr(call->call, is_column, NULL) ? lower_lateral(l, select, call->ncolumns)
                                                                   : LOWER_PRINT(l, "(%s)", select);
}

bool lower_gives_whole(const struct expr *call)
{
    return call->kind == EXPR_CALL && call->call.proc->result == ANYELEMENT_OID && call->call.proc->language != 'u';
}

/* The fields of what `rows` has as c1, as columns. */
static const char *spread_rows(struct lower *l, const struct table_call *call, const char *rows, bool lateral)
{
    const struct type_desc *type = row_type(l, call->call);
    const char *alias = lower_fresh(l);
    struct buf buf = {0};
    buf_puts(&buf, "SELECT ");
    for (int i = 0, column = 0; column < call->ncolumns; i++) {
        if (type->fields && i < type->field_count && type->fields[i].dropped)
            continue;
        const char *field = field_column(l, call, type, LOWER_PRINT(l, "%s.c1", alias), i, column);
        buf_printf(&buf, "%s%s AS c%d", column ? ", " : "", field ? field : "NULL", column + 1);
        column++;
    }
    buf_printf(&buf, " FROM %s AS %s", rows, alias);
    const char *select = lower_take(l, &buf);
    return lateral && lower_walk_expr(call->call, is_column, NULL) ? lower_lateral(l, select, call->ncolumns)
                                                                   : LOWER_PRINT(l, "(%s)", select);
}

const char *lower_table_calls(struct lower *l, int ncalls, const struct table_call *calls, bool ordinality, bool lateral, bool spread)
{
    if (ncalls == 1 && !ordinality) {
        /* Records of unknown shape come whole, to be compared with the list of columns. */
        bool told = calls[0].listed && calls[0].call->kind == EXPR_CALL && calls[0].call->call.proc->language == 'u';
        const struct func_impl *impl = call_impl(calls[0].call, spread && !told);
        if (calls[0].call->kind == EXPR_CALL && !impl)
            return lower_proc_call(l, calls[0].call->call.proc, &calls[0].call->call.args, calls[0].call->type, 0,
                                   calls[0].call->location);
        if (!impl || impl->form != FUNC_TABLE)
            return scalar_row(l, &calls[0], lateral);
        const char *shape = spread ? shape_of(l, &calls[0], impl) : NULL;
        const char *rows = table_call(l, calls[0].call, impl, shape);
        if (!rows)
            return NULL;
        bool direct = shape && calls[0].ncolumns <= COLUMNS_DIRECT;
        bool whole = (told || shape || lower_gives_whole(calls[0].call)) && spread && !direct && row_type(l, calls[0].call);
        if (calls[0].call->call.proc->volatility == 'v' && calls[0].call->call.proc->language == 'u' && spread && !whole &&
            !lower_walk_expr(calls[0].call, is_column, NULL))
            rows = LOWER_PRINT(l, "(SELECT * FROM %s LIMIT -1)", rows); /* once, however often a join looks at it */
        return whole ? spread_rows(l, &calls[0], rows, lateral) : rows;
    }
    /* Several in lockstep, or numbered rows: one function of ours runs them all. "ordinality|name|args|columns|type|…" says which. */
    struct buf how = {0}, args = {0}, types = {0};
    int ntypes = 1;
    oid_t text = TEXT_OID;
    buf_append(&types, &text, sizeof text);
    buf_printf(&how, "%d", ordinality);
    bool once = false; /* however often a join looks at it */
    for (int i = 0; i < ncalls && spread; i++)
        once |= calls[i].call->kind == EXPR_CALL && calls[i].call->call.proc->language == 'u' &&
                calls[i].call->call.proc->volatility == 'v';
    for (int i = 0; i < ncalls && once; i++)
        once = !lower_walk_expr(calls[i].call, is_column, NULL);
    for (int i = 0; i < ncalls; i++) {
        const struct expr *call = calls[i].call;
        const struct func_impl *impl = call_impl(call, spread);
        if (impl && impl->form == FUNC_TABLE) {
            bool user = call->call.proc->language == 'u';
            const char *shape = spread ? shape_of(l, &calls[i], impl) : NULL;
            const char *name = user ? table_call(l, call, impl, NULL) : instance_of(l, call, impl, shape);
            const char *list = name ? lower_expr_list(l, &call->call.args) : NULL;
            bool whole = shape ? calls[i].ncolumns > COLUMNS_DIRECT : lower_gives_whole(call);
            if (!list)
                goto fail;
            buf_printf(&how, "|%s%s|%d|%d|%u", whole && spread ? "*" : "", impl->source,
                       call->call.args.count + user + (shape != NULL), calls[i].ncolumns, call->type);
            if (user) {
                oid_t oid = OID_OID;
                buf_printf(&args, ", %u", call->call.proc->oid);
                buf_append(&types, &oid, sizeof oid);
                ntypes++;
            }
            if (call->call.args.count)
                buf_printf(&args, ", %s", list);
            for (int j = 0; j < call->call.args.count; j++, ntypes++)
                buf_append(&types, &call->call.args.items[j]->type, sizeof(oid_t));
            if (shape) {
                buf_printf(&args, ", %s", shape);
                buf_append(&types, &text, sizeof text);
                ntypes++;
            }
        } else {
            const char *shape = spread ? shape_of(l, &calls[i], impl) : NULL;
            const char *value = shape ? table_call(l, call, impl, shape) : lower_expr(l, call);
            if (!value)
                goto fail;
            bool row = spread && row_type(l, call);
            buf_printf(&how, "|%s-|1|%d|%u", row ? "*" : "", calls[i].ncolumns, call->type);
            buf_printf(&args, ", %s", value);
            buf_append(&types, &call->type, sizeof(oid_t));
            ntypes++;
        }
    }
    const char *how_text = lower_take(l, &how), *arg_text = lower_take(l, &args);
    oid_t *oids = arena_alloc(l->arena, sizeof(oid_t) * (size_t) ntypes);
    memcpy(oids, types.data, sizeof(oid_t) * (size_t) ntypes);
    buf_deinit(&types);
    const char *rows = lower_internal_call(l, "pgquill_rows_from", ntypes, oids, RECORD_OID, -1,
                                           LOWER_PRINT(l, "%s%s", lower_string(l, how_text, strlen(how_text)), arg_text));
    return rows && once ? LOWER_PRINT(l, "(SELECT * FROM %s LIMIT -1)", rows) : rows;
fail:
    buf_deinit(&how);
    buf_deinit(&args);
    buf_deinit(&types);
    return NULL;
}

static const char *values_text(struct lower *l, int count, const struct expr_list *rows)
{
    struct buf buf = {0};
    buf_puts(&buf, "VALUES ");
    for (int i = 0; i < count; i++) {
        const char *row = lower_expr_list(l, &rows[i]);
        if (!row) {
            buf_deinit(&buf);
            return NULL;
        }
        buf_printf(&buf, "%s(%s)", i ? ", " : "", row);
    }
    return lower_take(l, &buf);
}

static const char *cte_text(struct lower *l, const struct rte *rte)
{
    for (const struct lower_stage *stage = l->stages; stage; stage = stage->next)
        if (stage->cte == rte->cte)
            return lower_unpack(l, lower_parameter(l, stage->parameter));
    return LOWER_PRINT(l, "cte%d", rte->cte->number);
}

/* A sequence is a row of the books; no values are logged ahead. */
static const char *sequence_text(struct lower *l, const struct catalog_relation *sequence)
{
    return LOWER_PRINT(l, "(SELECT last_value, 0 AS log_cnt, is_called FROM %s WHERE oid = %u)",
                       oid_is_temporary(sequence->oid) ? "pgquill_temp_sequence" : "pgquill_sequence", sequence->oid);
}

bool lower_is_volatile(void *arg, const struct expr *expr)
{
    if (expr->kind != EXPR_CALL)
        return false;
    return expr->call.inlined ? lower_walk_expr(expr->call.inlined, lower_is_volatile, arg) : expr->call.proc->volatility == 'v';
}

/* Must its values be computed once for each of its rows, whatever is asked of them outside? */
static bool gives_volatile(const struct query *query)
{
    if (query->setop)
        return gives_volatile(query->left) || gives_volatile(query->right);
    for (int i = 0; i < query->ntargets; i++)
        if (lower_walk_expr(query->targets[i].expr, lower_is_volatile, NULL))
            return true;
    return false;
}

/* Does a condition on this query's rows mean the same asked of the rows that it reads? */
static bool is_transparent(const struct query *query)
{
    return !query->setop && !query->nvalues && !query->limit && !query->offset && !query->distinct && !query->distinct_on.count &&
           !query->grouped && !query->has_aggregates && !query->has_windows && !query->has_srf && !query->lock_command;
}

/* The column of `rte` that a column of an entry around it passes on; 0: none, or one that is computed. */
static int passed_on(const struct rte *rte, const struct expr *column)
{
    while (column->column.rte != rte) {
        const struct rte *around = column->column.rte;
        int attno = column->column.attno;
        if (around->kind != RTE_SUBQUERY || around->lateral || around->nullable || around->inlined_args.count || attno < 1 ||
            !is_transparent(around->subquery) || attno > around->subquery->ntargets)
            return 0;
        column = around->subquery->targets[attno - 1].expr;
        if (column->kind != EXPR_COLUMN)
            return 0;
    }
    int attno = column->column.attno;
    bool is_plain = attno >= 1 && attno <= rte->subquery->ntargets && rte->subquery->targets[attno - 1].expr->kind == EXPR_COLUMN;
    return is_plain ? attno : 0;
}

/* Is there something in it that cannot be asked of the rows of `rte` alone, before its volatile values are computed? */
static bool is_not_of(void *arg, const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_COLUMN:
        return passed_on(arg, expr) == 0;
    case EXPR_WHOLE_ROW:
    case EXPR_SUBLINK:
    case EXPR_AGGREGATE:
    case EXPR_WINDOW:
        return true;
    default:
        return lower_is_volatile(NULL, expr);
    }
}

struct filters {
    struct lower *l;
    const struct rte *rte;
    struct buf text;
};

static bool name_column(void *arg, const struct expr *expr)
{
    struct filters *filters = arg;
    struct lower *l = filters->l;
    if (expr->kind != EXPR_COLUMN || expr->column.rte == filters->rte)
        return false;
    struct lower_name *name = arena_new(l->arena, struct lower_name);
    *name = (struct lower_name){.next = l->names, .rte = expr->column.rte, .attno = expr->column.attno};
    name->text = lower_column(l, filters->rte, passed_on(filters->rte, expr));
    l->names = name;
    return false;
}

/* The parts of a WHERE that leave out rows of this entry. */
static bool put_filters(struct filters *filters, const struct expr *where)
{
    struct lower *l = filters->l;
    if (where->kind == EXPR_AND) {
        for (int i = 0; i < where->list.args.count; i++)
            if (!put_filters(filters, where->list.args.items[i]))
                return false;
        return true;
    }
    if (lower_walk_expr(where, is_not_of, (void *) filters->rte))
        return true;
    const struct lower_name *names = l->names;
    lower_walk_expr(where, name_column, filters);
    const char *text = lower_expr(l, where);
    l->names = names;
    if (text)
        buf_printf(&filters->text, "%s(%s)", filters->text.len ? " AND " : " WHERE ", text);
    return text != NULL;
}

/* The rows of a subquery whose values are computed once for each row that is asked for: SQLite neither leaves such a value out nor computes it where
 * it is used. What the queries around it ask of its other columns is asked before. */
static const char *computed_once(struct lower *l, const struct rte *rte, const char *select)
{
    struct filters filters = {.l = l, .rte = rte};
    const char *name = lower_fresh(l), *own = LOWER_PRINT(l, "t%d", rte->number);
    bool may_filter = !rte->nullable && strcmp(lower_rte_qualifier(l, rte), own) == 0, good = true;
    for (const struct lower_around *at = l->around; at && may_filter && good; at = at->outer) {
        if (at->query->where)
            good = put_filters(&filters, at->query->where);
        may_filter = is_transparent(at->query);
    }
    const char *filter = lower_take(l, &filters.text);
    if (!good)
        return NULL;
    if (*filter)
        select = LOWER_PRINT(l, "SELECT * FROM (%s) AS %s%s", select, own, filter);
    return LOWER_PRINT(l, "WITH %s AS MATERIALIZED (%s) SELECT * FROM %s", name, select, name);
}

const char *lower_rte(struct lower *l, const struct rte *rte)
{
    const char *text = NULL;
    switch (rte->kind) {
    case RTE_RELATION:
        l->uses_tables = true;
        l->uses_temporary |= oid_is_temporary(rte->relation->oid);
        text = rte->relation->kind == 'S' ? sequence_text(l, rte->relation)
                                          : lower_quote(l, rte->relation->storage ? rte->relation->storage : rte->relation->name);
        break;
    case RTE_SUBQUERY: {
        const char *const *outer = l->arguments;
        if (rte->inlined_args.count && !(l->arguments = lower_arguments(l, &rte->inlined_args)))
            return NULL;
        text = lower_select(l, rte->subquery);
        l->arguments = outer;
        if (text && !rte->lateral && gives_volatile(rte->subquery))
            text = computed_once(l, rte, text);
        if (text)
            text = rte->lateral ? lower_lateral(l, text, rte->ncolumns) : LOWER_PRINT(l, "(%s)", text);
        break;
    }
    case RTE_FUNCTION:
        text = lower_table_calls(l, rte->ncalls, rte->calls, rte->ordinality, true, true);
        break;
    case RTE_VALUES:
        text = values_text(l, rte->nrows, rte->rows);
        if (text)
            text = LOWER_PRINT(l, "(%s)", text);
        break;
    case RTE_CTE:
        text = cte_text(l, rte);
        break;
    }
    return text ? LOWER_PRINT(l, "%s AS t%d", text, rte->number) : NULL;
}

static bool has_right_join(const struct from_item *item)
{
    return !item->rte &&
           (item->join == JOIN_RIGHT || item->join == JOIN_FULL || has_right_join(item->left) || has_right_join(item->right));
}

const char *lower_from_item(struct lower *l, const struct from_item *item)
{
    static const char *const joins[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "JOIN"};
    if (item->rte)
        return lower_rte(l, item->rte);
    const char *left = lower_from_item(l, item->left);
    const char *right = left ? lower_from_item(l, item->right) : NULL;
    if (!right)
        return NULL;
    if (!item->right->rte)
        right = LOWER_PRINT(l, "(%s)", right);
    const char *on = item->on ? lower_expr(l, item->on) : item->join == JOIN_INNER || item->join == JOIN_CROSS ? NULL : "1";
    if (item->on && !on)
        return NULL;
    return on ? LOWER_PRINT(l, "%s %s %s ON %s", left, joins[item->join], right, on)
              : LOWER_PRINT(l, "%s %s %s", left, joins[item->join], right);
}

const char *lower_from_list(struct lower *l, int count, struct from_item *const *items)
{
    struct buf buf = {0};
    for (int i = 0; i < count; i++) {
        const char *text = lower_from_item(l, items[i]);
        if (!text) {
            buf_deinit(&buf);
            return NULL;
        }
        /* A comma binds as a join does in SQLite, and a RIGHT JOIN would take what stands before it along. */
        bool parenthesize = i > 0 && has_right_join(items[i]);
        buf_printf(&buf, parenthesize ? "%s(%s)" : "%s%s", i ? ", " : "", text);
    }
    return lower_take(l, &buf);
}
