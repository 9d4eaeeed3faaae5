#include "sql/analyse.h"
#include "sql/lower_internal.h"

#include <stdio.h>

struct plan_step *lower_step(struct lower *l, enum step_role role, const char *sql)
{
    if (l->nsteps == l->steps_cap) {
        size_t old = sizeof *l->steps * (size_t) l->steps_cap;
        l->steps_cap = l->steps_cap ? l->steps_cap * 2 : 2;
        l->steps = arena_grow(l->arena, l->steps, old, sizeof *l->steps * (size_t) l->steps_cap);
    }
    struct plan_step *step = &l->steps[l->nsteps++];
    *step = (struct plan_step){.role = role, .sql = sql, .nbinds = l->max_parameter};
    struct plan_bind *binds = arena_array(l->arena, struct plan_bind, l->max_parameter + 1);
    for (int i = 0; i < l->max_parameter; i++) {
        if (i < l->plan->nparams)
            binds[i] = (struct plan_bind){.from = BIND_PARAM, .index = i};
        else if (i + 1 < l->first_stage_parameter)
            binds[i] = (struct plan_bind){.from = BIND_LITERAL, .index = i - l->plan->nparams};
        else
            binds[i] = (struct plan_bind){.from = BIND_STAGE, .index = i + 1 - l->first_stage_parameter};
    }
    step->binds = binds;
    l->max_parameter = 0;
    return step;
}

static void push_qualifier(struct lower *l, const struct rte *rte, const char *text)
{
    struct lower_name *name = arena_new(l->arena, struct lower_name);
    *name = (struct lower_name){.next = l->names, .rte = rte, .text = text};
    l->names = name;
}

static void push_column(struct lower *l, const struct rte *rte, int attno, const char *text)
{
    struct lower_name *name = arena_new(l->arena, struct lower_name);
    *name = (struct lower_name){.next = l->names, .rte = rte, .attno = attno, .text = text};
    l->names = name;
}

static const char *table_name(struct lower *l, const struct catalog_relation *relation)
{
    return lower_quote(l, relation->storage ? relation->storage : relation->name);
}

/* SQLite would give a NULL rowid a number of its own. */
static const char *guard_rowid(struct lower *l, const struct catalog_relation *relation, const struct catalog_column *column,
                               const struct expr *expr, const char *text)
{
    if (!text || column->attnum != relation->rowid_attnum)
        return text;
    if (expr && ((expr->kind == EXPR_CONST && expr->constant.value.kind != DATUM_NULL) || expr->kind == EXPR_LITERAL))
        return text;
    return LOWER_PRINT(l, "\"pgquill_not_null\"(%s, %s, %s)", text, lower_string(l, relation->name, strlen(relation->name)),
                       lower_string(l, column->name, strlen(column->name)));
}

static const char *returning_list(struct lower *l, const struct query *query)
{
    struct buf buf = {0};
    for (int i = 0; i < query->nreturning; i++) {
        const char *text = lower_expr(l, query->returning[i].expr);
        if (!text) {
            buf_deinit(&buf);
            return NULL;
        }
        buf_printf(&buf, "%s%s AS c%d", i ? ", " : "", text, i + 1);
    }
    return lower_take(l, &buf);
}

/* RETURNING as SQLite has it: the target's columns go by the table's own name. */
static const char *returning_clause(struct lower *l, const struct query *query)
{
    if (query->nreturning == 0)
        return "";
    const struct lower_name *names = l->names;
    push_qualifier(l, query->result, table_name(l, query->result->relation));
    const char *list = returning_list(l, query);
    l->names = names;
    return list ? LOWER_PRINT(l, " RETURNING %s", list) : NULL;
}

static const char *assignment_list(struct lower *l, const struct catalog_relation *relation, int count,
                                   const struct assignment *assignments)
{
    struct buf buf = {0};
    for (int i = 0; i < count; i++) {
        const char *value =
            guard_rowid(l, relation, assignments[i].column, assignments[i].value, lower_expr(l, assignments[i].value));
        if (!value) {
            buf_deinit(&buf);
            return NULL;
        }
        buf_printf(&buf, "%s%s = %s", i ? ", " : "", lower_quote(l, assignments[i].column->storage), value);
    }
    return lower_take(l, &buf);
}

/* Text of the catalog (an index key, a predicate) as SQLite's schema has it. */
static const char *schema_expr(struct lower *l, const struct catalog_relation *relation, const char *text)
{
    struct rte *rte = analyse_relation_entry(l->compiler, l->arena, relation);
    struct expr *expr = rte ? analyse_expr_text(l->compiler, l->arena, text, rte, l->diag) : NULL;
    return expr ? lower_expr_text(l->compiler, l->arena, expr, rte, l->diag) : NULL;
}

static const char *conflict_clause(struct lower *l, const struct query *query)
{
    const struct on_conflict *conflict = query->conflict;
    const struct catalog_relation *relation = query->result->relation;
    if (!conflict || conflict->action == CONFLICT_NONE)
        return "";
    struct buf buf = {0};
    buf_puts(&buf, " ON CONFLICT");
    if (conflict->index) {
        for (int i = 0; i < conflict->index->nkeys; i++) {
            const struct catalog_column *column =
                conflict->index->attnums[i] > 0 ? catalog_column_by_attnum(relation, conflict->index->attnums[i]) : NULL;
            const char *key = column ? lower_quote(l, column->storage) : schema_expr(l, relation, conflict->index->exprs[i]);
            if (!key)
                goto fail;
            buf_printf(&buf, "%s%s", i ? ", " : " (", key);
        }
        buf_putc(&buf, ')');
        if (conflict->index->predicate) {
            const char *predicate = schema_expr(l, relation, conflict->index->predicate);
            if (!predicate)
                goto fail;
            buf_printf(&buf, " WHERE %s", predicate);
        }
    }
    if (conflict->action == CONFLICT_NOTHING) {
        buf_puts(&buf, " DO NOTHING");
        return lower_take(l, &buf);
    }
    const struct lower_name *names = l->names;
    push_qualifier(l, query->result, table_name(l, relation));
    if (conflict->excluded)
        push_qualifier(l, conflict->excluded, "excluded");
    const char *set = assignment_list(l, relation, conflict->nassignments, conflict->assignments);
    const char *where = set && conflict->where ? lower_expr(l, conflict->where) : "";
    l->names = names;
    if (!set || !where)
        goto fail;
    buf_printf(&buf, " DO UPDATE SET %s%s%s", set, *where ? " WHERE " : "", where);
    return lower_take(l, &buf);
fail:
    buf_deinit(&buf);
    return NULL;
}

static const char *insert_values(struct lower *l, const struct query *query)
{
    const struct query *source = query->source;
    struct buf buf = {0};
    buf_puts(&buf, "VALUES ");
    for (int i = 0; i < source->nvalues; i++) {
        buf_puts(&buf, i ? ", (" : "(");
        for (int j = 0; j < source->values[i].count; j++) {
            const struct expr *expr = source->values[i].items[j];
            const char *text = lower_expr(l, expr);
            /* Tables of other tools are used to numbers made up by SQLite. */
            if (!query->result->relation->is_foreign)
                text = guard_rowid(l, query->result->relation, query->columns[j], expr, text);
            if (!text) {
                buf_deinit(&buf);
                return NULL;
            }
            buf_printf(&buf, "%s%s", j ? ", " : "", text);
        }
        buf_putc(&buf, ')');
    }
    return lower_take(l, &buf);
}

static const char *insert_select(struct lower *l, const struct query *query, bool conflict)
{
    const char *select = lower_select(l, query->source);
    if (!select)
        return NULL;
    bool guarded = false;
    struct buf buf = {0};
    for (int i = 0; i < query->ncolumns; i++) {
        const char *column = LOWER_PRINT(l, "c%d", i + 1);
        const struct catalog_relation *relation = query->result->relation;
        const char *text = relation->is_foreign ? column : guard_rowid(l, relation, query->columns[i], NULL, column);
        guarded = guarded || text != column;
        buf_printf(&buf, "%s%s", i ? ", " : "", text);
    }
    const char *columns = lower_take(l, &buf);
    /* Behind a bare SELECT, ON would begin a join's condition. */
    if (!guarded && !conflict)
        return select;
    return LOWER_PRINT(l, "SELECT %s FROM (%s) WHERE 1", columns, select);
}

static const char *insert_text(struct lower *l, struct query *query)
{
    const struct catalog_relation *relation = query->result->relation;
    struct query *source = query->source;
    bool conflict = query->conflict && query->conflict->action != CONFLICT_NONE;
    const char *with = lower_with(l, query);
    if (!with)
        return NULL;
    struct buf buf = {0};
    buf_printf(&buf, "%sINSERT INTO %s", with, table_name(l, relation));
    if (query->ncolumns == 0 || !source) {
        buf_puts(&buf, " DEFAULT VALUES");
    } else {
        for (int i = 0; i < query->ncolumns; i++)
            buf_printf(&buf, "%s%s", i ? ", " : " (", lower_quote(l, query->columns[i]->storage));
        bool values = source->nvalues && !source->nsort && !source->limit && !source->offset && !source->nctes;
        const char *rows = values ? insert_values(l, query) : insert_select(l, query, conflict);
        if (!rows)
            goto fail;
        buf_printf(&buf, ") %s", rows);
    }
    const char *on_conflict = conflict_clause(l, query);
    const char *returning = on_conflict ? returning_clause(l, query) : NULL;
    if (!returning)
        goto fail;
    buf_printf(&buf, "%s%s", on_conflict, returning);
    return lower_take(l, &buf);
fail:
    buf_deinit(&buf);
    return NULL;
}

static bool names_other(void *arg, const struct expr *expr)
{
    const struct query *query = arg;
    const struct rte *rte = expr->kind == EXPR_COLUMN      ? expr->column.rte
                            : expr->kind == EXPR_WHOLE_ROW ? expr->whole_row.rte
                                                           : NULL;
    return rte && rte != query->result;
}

static bool returns_others(const struct query *query)
{
    if (query->nfrom == 0)
        return false;
    for (int i = 0; i < query->nreturning; i++)
        if (lower_walk_expr(query->returning[i].expr, names_other, (void *) query))
            return true;
    return false;
}

static const char *where_clause(struct lower *l, const struct query *query)
{
    if (!query->where)
        return "";
    const char *where = lower_expr(l, query->where);
    return where ? LOWER_PRINT(l, " WHERE %s", where) : NULL;
}

static const char *update_text(struct lower *l, struct query *query)
{
    const struct catalog_relation *relation = query->result->relation;
    const char *with = lower_with(l, query);
    const char *set = with ? assignment_list(l, relation, query->nassignments, query->assignments) : NULL;
    const char *from = set ? lower_from_list(l, query->nfrom, query->from) : NULL;
    const char *where = from ? where_clause(l, query) : NULL;
    const char *returning = where ? returning_clause(l, query) : NULL;
    if (!returning)
        return NULL;
    /* New values that look at the table itself must all be known before the first row changes, as those of UPDATE … FROM are. */
    for (int i = 0; !*from && i < query->nassignments; i++)
        if (lower_expr_reads_relation(query->assignments[i].value, relation))
            from = "(SELECT 1)";
    return LOWER_PRINT(l, "%sUPDATE %s AS t%d SET %s%s%s%s%s", with, table_name(l, relation), query->result->number, set,
                       *from ? " FROM " : "", from, where, returning);
}

static const char *delete_text(struct lower *l, struct query *query)
{
    const struct catalog_relation *relation = query->result->relation;
    const char *with = lower_with(l, query);
    const char *where = with ? where_clause(l, query) : NULL;
    const char *from = where ? lower_from_list(l, query->nfrom, query->from) : NULL;
    const char *returning = from ? returning_clause(l, query) : NULL;
    if (!returning)
        return NULL;
    const char *table = table_name(l, relation);
    int number = query->result->number;
    if (!*from)
        return LOWER_PRINT(l, "%sDELETE FROM %s AS t%d%s%s", with, table, number, where, returning);
    if (relation->without_rowid)
        return LOWER_PRINT(l, "%sDELETE FROM %s AS t%d WHERE EXISTS (SELECT 1 FROM %s%s)%s", with, table, number, from, where,
                           returning);
    return LOWER_PRINT(l, "%sDELETE FROM %s WHERE rowid IN (SELECT t%d.rowid FROM %s AS t%d, %s%s)%s", with, table, number, table,
                       number, from, where, returning);
}

/* Columns of other entries that RETURNING names. */
struct other_columns {
    const struct query *query;
    int count;
    struct {
        const struct rte *rte;
        int attno;
    } items[256];
};

static void add_column(struct other_columns *others, const struct rte *rte, int attno)
{
    for (int i = 0; i < others->count; i++)
        if (others->items[i].rte == rte && others->items[i].attno == attno)
            return;
    if (others->count < (int) (sizeof others->items / sizeof others->items[0])) {
        others->items[others->count].rte = rte;
        others->items[others->count++].attno = attno;
    }
}

static bool from_has(const struct from_item *item, const struct rte *rte)
{
    return item->rte ? item->rte == rte : from_has(item->left, rte) || from_has(item->right, rte);
}

static bool collect_others(void *arg, const struct expr *expr)
{
    struct other_columns *others = arg;
    const struct rte *rte = expr->kind == EXPR_COLUMN      ? expr->column.rte
                            : expr->kind == EXPR_WHOLE_ROW ? expr->whole_row.rte
                                                           : NULL;
    if (!rte || rte == others->query->result)
        return false;
    for (int i = 0; i < others->query->nfrom; i++) {
        if (!from_has(others->query->from[i], rte))
            continue;
        if (expr->kind == EXPR_COLUMN)
            add_column(others, rte, expr->column.attno);
        for (int c = 0; expr->kind == EXPR_WHOLE_ROW && c < rte->ncolumns; c++)
            if (!rte->columns[c].hidden)
                add_column(others, rte, c + 1);
    }
    return false;
}

static int new_stage(struct lower *l)
{
    return l->nstages++;
}

/* UPDATE or DELETE over joined tables whose RETURNING names them: the join's rows are kept first, then the rows change, then they are shown. */
static bool staged_change(struct lower *l, struct query *query, enum step_role role, int stage)
{
    const struct catalog_relation *relation = query->result->relation;
    bool update = query->command == COMMAND_UPDATE;
    int number = query->result->number, own = new_stage(l);
    struct other_columns others = {.query = query};
    for (int i = 0; i < query->nreturning; i++)
        lower_walk_expr(query->returning[i].expr, collect_others, &others);
    if (relation->without_rowid)
        return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "RETURNING over joined tables is not supported for table \"%s\"",
                           relation->name);

    const char *with = lower_with(l, query), *table = table_name(l, relation);
    const char *from = with ? lower_from_list(l, query->nfrom, query->from) : NULL;
    const char *where = from ? where_clause(l, query) : NULL;
    if (!where)
        return false;
    struct buf columns = {0}, set = {0};
    const char *new_rowid = "s.c1";
    buf_printf(&columns, "t%d.rowid AS c1", number);
    int count = 1;
    for (int i = 0; update && i < query->nassignments; i++) {
        const struct assignment *assignment = &query->assignments[i];
        const char *value = guard_rowid(l, relation, assignment->column, assignment->value, lower_expr(l, assignment->value));
        if (!value)
            goto fail;
        buf_printf(&columns, ", %s AS c%d", value, ++count);
        buf_printf(&set, "%s%s = s.c%d", i ? ", " : "", lower_quote(l, assignment->column->storage), count);
        if (assignment->column->attnum == relation->rowid_attnum)
            new_rowid = LOWER_PRINT(l, "s.c%d", count);
    }
    const struct lower_name *names = l->names;
    if (update) {
        for (int i = 0; i < others.count; i++) {
            const char *column = lower_column(l, others.items[i].rte, others.items[i].attno);
            if (!column)
                goto fail;
            buf_printf(&columns, ", %s AS c%d", column, ++count);
        }
    } else {
        for (int i = 0; i < query->nreturning; i++) {
            const char *text = lower_expr(l, query->returning[i].expr);
            if (!text)
                goto fail;
            buf_printf(&columns, ", %s AS c%d", text, ++count);
        }
    }
    const char *column_text = lower_take(l, &columns), *set_text = lower_take(l, &set);
    /* Each row changes once, whatever it joined. */
    struct plan_step *step = lower_step(l, STEP_STAGE,
                                        LOWER_PRINT(l, "%sSELECT %s FROM %s AS t%d, %s%s GROUP BY t%d.rowid", with, column_text,
                                                    table, number, from, where, number));
    step->stage = own;
    int parameter = l->first_stage_parameter + own;
    const char *rows = lower_unpack(l, lower_parameter(l, parameter));
    if (update) {
        lower_step(
            l, STEP_QUIET,
            LOWER_PRINT(l, "UPDATE %s AS t%d SET %s FROM %s AS s WHERE t%d.rowid = s.c1", table, number, set_text, rows, number));
        rows = lower_unpack(l, lower_parameter(l, parameter));
        for (int i = 0; i < others.count; i++)
            push_column(l, others.items[i].rte, others.items[i].attno, LOWER_PRINT(l, "s.c%d", 2 + query->nassignments + i));
        const char *list = returning_list(l, query);
        l->names = names;
        if (!list)
            return false;
        step = lower_step(l, role,
                          LOWER_PRINT(l, "SELECT %s FROM %s AS s CROSS JOIN %s AS t%d WHERE t%d.rowid = %s", list, rows, table,
                                      number, number, new_rowid));
    } else {
        lower_step(l, STEP_QUIET, LOWER_PRINT(l, "DELETE FROM %s WHERE rowid IN (SELECT c1 FROM %s)", table, rows));
        rows = lower_unpack(l, lower_parameter(l, parameter));
        struct buf list = {0};
        for (int i = 0; i < query->nreturning; i++)
            buf_printf(&list, "%sc%d", i ? ", " : "", i + 2);
        const char *list_text = lower_take(l, &list);
        step = lower_step(l, role, LOWER_PRINT(l, "SELECT %s FROM %s", list_text, rows));
    }
    step->stage = stage;
    step->ncolumns = query->nreturning;
    return true;
fail:
    buf_deinit(&columns);
    buf_deinit(&set);
    return false;
}

bool lower_change(struct lower *l, struct query *query, enum step_role role, int stage)
{
    l->writes = true;
    l->uses_temporary |= query->result && oid_is_temporary(query->result->relation->oid);
    if (!query->result || !oid_is_temporary(query->result->relation->oid)) {
        l->writes_file = true;
        l->changes = l->plan ? l->plan->tag : "INSERT";
    }
    l->uses_tables = true;
    const char *text = NULL;
    switch (query->command) {
    case COMMAND_INSERT:
        text = insert_text(l, query);
        break;
    case COMMAND_UPDATE:
    case COMMAND_DELETE:
        if (returns_others(query))
            return staged_change(l, query, role, stage);
        text = query->command == COMMAND_UPDATE ? update_text(l, query) : delete_text(l, query);
        break;
    default:
        lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "MERGE is not supported");
    }
    if (!text)
        return false;
    struct plan_step *step = lower_step(l, role, text);
    step->stage = stage;
    step->ncolumns = query->nreturning;
    return true;
}

static bool stage_cte(struct lower *l, struct cte *cte)
{
    struct query *query = cte->query;
    int stage = new_stage(l);
    if (query->command == COMMAND_SELECT) {
        /* Alone in a WITH of its own, so that a recursive one finds itself. */
        struct query alone = {.command = COMMAND_SELECT, .nctes = 1, .ctes = (struct cte *[]){cte}};
        const char *with = lower_with(l, &alone);
        if (!with)
            return false;
        struct plan_step *step = lower_step(l, STEP_STAGE, LOWER_PRINT(l, "%sSELECT * FROM cte%d", with, cte->number));
        step->stage = stage;
        step->ncolumns = lower_output_count(query);
    } else if (!lower_change(l, query, query->nreturning ? STEP_STAGE : STEP_QUIET, stage)) {
        return false;
    }
    struct lower_stage *staged = arena_new(l->arena, struct lower_stage);
    *staged = (struct lower_stage){.next = l->stages, .cte = cte, .parameter = l->first_stage_parameter + stage};
    l->stages = staged;
    return true;
}

bool lower_stage_ctes(struct lower *l, struct query *query)
{
    bool modifies = false;
    for (int i = 0; i < query->nctes; i++)
        modifies = modifies || query->ctes[i]->query->command != COMMAND_SELECT;
    if (!modifies)
        return true;
    bool *done = arena_array(l->arena, bool, query->nctes);
    /* All parts of the statement see the data as they were before it: so what only reads goes first, as far as it can. */
    for (int left = query->nctes; left > 0; left--) {
        int chosen = -1;
        for (int pass = 0; pass < 2 && chosen < 0; pass++)
            for (int i = 0; i < query->nctes && chosen < 0; i++) {
                if (done[i] || (pass == 0 && query->ctes[i]->query->command != COMMAND_SELECT))
                    continue;
                bool ready = true;
                for (int j = 0; ready && j < query->nctes; j++)
                    ready = done[j] || j == i || !lower_reads_cte(query->ctes[i]->query, query->ctes[j]);
                if (ready)
                    chosen = i;
            }
        if (chosen < 0)
            return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "mutual recursion between WITH items is not implemented");
        if (!stage_cte(l, query->ctes[chosen]))
            return false;
        done[chosen] = true;
    }
    return true;
}
