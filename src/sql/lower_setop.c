#include "sql/compiler.h"
#include "sql/lower_internal.h"

static const char *columns_of(struct lower *l, int count)
{
    struct buf buf = {0};
    for (int i = 1; i <= count; i++)
        buf_printf(&buf, "%sc%d", i > 1 ? ", " : "", i);
    return lower_take(l, &buf);
}

/* INTERSECT ALL and EXCEPT ALL count equal rows: numbered within their equals, rows match one to one. */
static const char *numbered_arm(struct lower *l, const struct query *outer, struct query *arm)
{
    const char *select = lower_select(l, arm);
    if (!select)
        return NULL;
    int count = lower_output_count(outer), at = 0;
    struct buf keys = {0}, columns = {0};
    for (int i = 0; i < outer->ntargets; i++) {
        if (outer->targets[i].junk)
            continue;
        at++;
        const char *collation = lower_collation(l, outer->targets[i].expr->type, outer->targets[i].expr->collation);
        const char *suffix = collation ? LOWER_PRINT(l, " COLLATE %s", lower_quote(l, collation)) : "";
        buf_printf(&keys, "%sc%d%s", at > 1 ? ", " : "", at, suffix);
        buf_printf(&columns, "%sc%d%s AS c%d", at > 1 ? ", " : "", at, suffix, at);
    }
    (void) count;
    const char *key_text = lower_take(l, &keys), *column_text = lower_take(l, &columns);
    return LOWER_PRINT(l, "SELECT %s, row_number() OVER (PARTITION BY %s) AS hn FROM (%s)", column_text, key_text, select);
}

static const char *compound(struct lower *l, struct query *query)
{
    static const char *const names[] = {"", "UNION", "INTERSECT", "EXCEPT"};
    if (query->setop_all && query->setop != SETOP_UNION) {
        const char *left = numbered_arm(l, query, query->left), *right = left ? numbered_arm(l, query, query->right) : NULL;
        return right ? LOWER_PRINT(l, "SELECT %s FROM (%s %s %s)", columns_of(l, lower_output_count(query)), left,
                                   names[query->setop], right)
                     : NULL;
    }
    struct query *first = query->left;
    /* SQLite's compounds associate to the left: such a chain needs no parentheses. */
    bool chain = first->setop && !first->nctes && !first->nsort && !first->limit && !first->offset &&
                 !(first->setop_all && first->setop != SETOP_UNION);
    const char *left = chain ? compound(l, first) : lower_arm(l, first, true);
    const char *right = left ? lower_arm(l, query->right, true) : NULL;
    return right ? LOWER_PRINT(l, "%s %s%s %s", left, names[query->setop], query->setop_all ? " ALL" : "", right) : NULL;
}

const char *lower_setop(struct lower *l, struct query *query)
{
    const char *text = compound(l, query);
    if (!text || (!query->nsort && !query->limit && !query->offset))
        return text;
    const char *sort = lower_sort(l, query->nsort, query->sort, query);
    const char *limit = sort ? lower_limit(l, query) : NULL;
    if (!limit)
        return NULL;
    const char *alias = query->outputs ? LOWER_PRINT(l, "t%d", query->outputs->number) : lower_fresh(l);
    return LOWER_PRINT(l, "SELECT %s FROM (%s) AS %s%s%s%s", columns_of(l, lower_output_count(query)), text, alias,
                       *sort ? " ORDER BY " : "", sort, limit);
}

/* What an inner, grouping query must hand to the outer one: group keys, aggregates, GROUPING and the columns that depend on keys. */
struct exposed {
    struct lower *l;
    const struct query *query;
    int count, cap;
    const struct expr **items;
    int naggregates; /* every aggregate met, equal ones too */
    const struct expr *aggregates[64];
};

static bool from_has(const struct from_item *item, const struct rte *rte)
{
    return item->rte ? item->rte == rte : from_has(item->left, rte) || from_has(item->right, rte);
}

static bool own_rte(const struct query *query, const struct rte *rte)
{
    for (int i = 0; i < query->nfrom; i++)
        if (from_has(query->from[i], rte))
            return true;
    return false;
}

static void expose(struct exposed *exposed, const struct expr *expr)
{
    for (int i = 0; i < exposed->count; i++)
        if (lower_same_expr(exposed->items[i], expr))
            return;
    if (exposed->count == exposed->cap) {
        size_t old = sizeof *exposed->items * (size_t) exposed->cap;
        exposed->cap = exposed->cap ? exposed->cap * 2 : 16;
        exposed->items = arena_grow(exposed->l->arena, exposed->items, old, sizeof *exposed->items * (size_t) exposed->cap);
    }
    exposed->items[exposed->count++] = expr;
}

static bool is_group_key(const struct query *query, const struct expr *expr)
{
    for (int i = 0; i < query->group.count; i++)
        if (query->group.items[i]->kind != EXPR_CONST && lower_same_expr(query->group.items[i], expr))
            return true;
    return false;
}

static bool visit_exposed(void *arg, const struct expr *expr)
{
    struct exposed *exposed = arg;
    if (expr->kind == EXPR_AGGREGATE && exposed->naggregates < (int) (sizeof exposed->aggregates / sizeof *exposed->aggregates))
        exposed->aggregates[exposed->naggregates++] = expr;
    if (expr->kind == EXPR_AGGREGATE || expr->kind == EXPR_GROUPING || is_group_key(exposed->query, expr))
        expose(exposed, expr);
    return false;
}

/* Columns that are neither keys nor inside an aggregate depend on the primary key among the group's columns. */
static bool is_node(void *arg, const struct expr *expr)
{
    return expr == arg;
}

struct dependent {
    struct exposed *exposed;
    const struct query *query;
    const struct expr *top;
};

static bool visit_dependent(void *arg, const struct expr *expr)
{
    struct dependent *dependent = arg;
    if (expr->kind != EXPR_COLUMN || !own_rte(dependent->query, expr->column.rte) || is_group_key(dependent->query, expr))
        return false;
    for (int i = 0; i < dependent->exposed->naggregates; i++)
        if (lower_walk_expr(dependent->exposed->aggregates[i], is_node, (void *) expr))
            return false;
    for (int i = 0; i < dependent->query->group.count; i++) {
        const struct expr *key = dependent->query->group.items[i];
        if (key->kind != EXPR_COLUMN && lower_walk_expr(key, is_node, (void *) expr))
            return false;
    }
    expose(dependent->exposed, expr);
    return false;
}

const char *lower_grouping_sets(struct lower *l, struct query *query)
{
    struct exposed exposed = {.l = l, .query = query};
    lower_walk_targets(query, visit_exposed, &exposed);
    lower_walk_expr(query->having, visit_exposed, &exposed);
    struct dependent dependent = {.exposed = &exposed, .query = query};
    lower_walk_targets(query, visit_dependent, &dependent);
    lower_walk_expr(query->having, visit_dependent, &dependent);

    const char *from = query->nfrom ? lower_from_list(l, query->nfrom, query->from) : "";
    const char *where = from && query->where ? lower_expr(l, query->where) : "";
    if (!from || !where)
        return NULL;
    struct buf buf = {0};
    const struct query *outer_set = l->set_query;
    int nsets = query->nsets ? query->nsets : 1;
    for (int set = 0; set < nsets; set++) {
        buf_printf(&buf, "%sSELECT ", set ? " UNION ALL " : "");
        if (query->nsets) {
            l->set_query = query;
            l->set = set;
        }
        bool aggregates = false;
        for (int i = 0; i < exposed.count; i++) {
            const char *text = lower_keyed(l, exposed.items[i]);
            if (!text)
                goto fail;
            aggregates = aggregates || exposed.items[i]->kind == EXPR_AGGREGATE;
            buf_printf(&buf, "%s%s AS c%d", i ? ", " : "", text, i + 1);
        }
        /* An aggregate that nobody asks for makes one row of them all; every arm has as many columns. */
        if (!aggregates)
            buf_printf(&buf, "%scount(*) AS c%d", exposed.count ? ", " : "", exposed.count + 1);
        l->set_query = outer_set;
        if (*from)
            buf_printf(&buf, " FROM %s", from);
        if (*where)
            buf_printf(&buf, " WHERE %s", where);
        int members = query->nsets ? query->sets[set].count : query->group.count;
        for (int i = 0; i < members; i++) {
            const struct expr *key = query->group.items[query->nsets ? query->sets[set].members[i] : i];
            const char *text = key->kind == EXPR_CONST ? "NULL" : lower_keyed(l, key);
            if (!text)
                goto fail;
            buf_printf(&buf, "%s%s", i ? ", " : " GROUP BY ", text);
        }
    }
    l->set_query = outer_set;
    const char *alias = lower_fresh(l);
    for (int i = 0; i < exposed.count; i++) {
        struct lower_name *name = arena_new(l->arena, struct lower_name);
        *name = (struct lower_name){
            .next = l->names, .expr = exposed.items[i], .same = true, .text = LOWER_PRINT(l, "%s.c%d", alias, i + 1)};
        l->names = name;
    }
    return LOWER_PRINT(l, "(%s) AS %s", lower_take(l, &buf), alias);
fail:
    l->set_query = outer_set;
    buf_deinit(&buf);
    return NULL;
}
