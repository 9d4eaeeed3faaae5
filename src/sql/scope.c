#include "sql/analyse_internal.h"

#include <stdlib.h>

/* Names of relations and columns, by query level. */

struct scope *scope_push(struct analysis *a, struct query *query)
{
    struct scope *scope = arena_new(a->arena, struct scope);
    scope->parent = a->scope;
    scope->query = query;
    query->parent = a->scope ? a->scope->query : NULL;
    a->scope = scope;
    return scope;
}

void scope_pop(struct analysis *a)
{
    a->scope = a->scope->parent;
}

struct query *query_new(struct analysis *a, enum command command)
{
    struct query *query = arena_new(a->arena, struct query);
    query->command = command;
    return query;
}

struct rte *rte_new(struct analysis *a, enum rte_kind kind, const char *alias, int ncolumns)
{
    struct rte *rte = arena_new(a->arena, struct rte);
    rte->kind = kind;
    rte->number = a->compiler->next_rte++;
    rte->alias = alias;
    rte->ncolumns = ncolumns;
    rte->columns = arena_array(a->arena, struct rte_column, ncolumns);
    return rte;
}

struct rte *rte_relation(struct analysis *a, const struct catalog_relation *relation, const char *alias)
{
    struct rte *rte = rte_new(a, RTE_RELATION, alias ? alias : relation->name, relation->natts);
    rte->relation = relation;
    for (int i = 0; i < relation->natts; i++) {
        const struct catalog_column *column = &relation->columns[i];
        rte->columns[i] = (struct rte_column){
            .name = column->name,
            .type = column->type,
            .typmod = column->typmod,
            .collation = column->collation,
            .not_null = column->not_null,
            .attribute = column,
            .hidden = column->dropped,
        };
    }
    return rte;
}

struct expr *expr_column(struct analysis *a, struct rte *rte, int attno, int levels_up, int location)
{
    const struct rte_column *column = &rte->columns[attno - 1];
    struct expr *expr = expr_new(a, EXPR_COLUMN, column->type, location);
    expr->typmod = column->typmod;
    if (column->collation)
        expr->collation = column->collation;
    expr->other_collation = column->other_collation;
    expr->other_location = location;
    expr->column.rte = rte;
    expr->column.attno = attno;
    expr->column.levels_up = levels_up;
    return expr;
}

/* A merged column seen from a deeper query. */
struct expr *expr_raise(struct analysis *a, const struct expr *expr, int levels_up, int location)
{
    struct expr *copy = arena_new(a->arena, struct expr);
    *copy = *expr;
    copy->location = location;
    switch (expr->kind) {
    case EXPR_COLUMN:
        copy->column.levels_up += levels_up;
        break;
    case EXPR_COALESCE:
        copy->list.args = (struct expr_list){0};
        for (int i = 0; i < expr->list.args.count; i++)
            expr_list_add(a, &copy->list.args, expr_raise(a, expr->list.args.items[i], levels_up, location));
        break;
    case EXPR_RELABEL:
    case EXPR_IO_CAST:
    case EXPR_TYPMOD:
    case EXPR_DOMAIN:
        copy->cast.arg = expr_raise(a, expr->cast.arg, levels_up, location);
        break;
    case EXPR_CALL:
        copy->call.args = (struct expr_list){0};
        for (int i = 0; i < expr->call.args.count; i++)
            expr_list_add(a, &copy->call.args, expr_raise(a, expr->call.args.items[i], levels_up, location));
        break;
    default:
        break;
    }
    return copy;
}

struct ns_item *ns_item_rte(struct analysis *a, struct rte *rte)
{
    struct ns_item *item = arena_new(a->arena, struct ns_item);
    item->alias = rte->alias;
    item->rte = rte;
    item->rel_visible = item->columns_visible = true;
    item->lateral_ok = true;
    item->ncolumns = rte->ncolumns;
    item->columns = arena_array(a->arena, struct ns_column, rte->ncolumns);
    for (int i = 0; i < rte->ncolumns; i++)
        item->columns[i] = (struct ns_column){.name = rte->columns[i].name, .hidden = rte->columns[i].hidden};
    if (rte->kind == RTE_RELATION && rte->relation && rte->alias == rte->relation->name) {
        const struct catalog_schema *schema = catalog_schema_by_oid(a->catalog, rte->relation->schema);
        item->schema = schema ? schema->name : NULL;
    }
    return item;
}

void ns_add(struct analysis *a, struct ns_list *list, struct ns_item *item)
{
    if (list->count == list->cap) {
        int cap = list->cap ? list->cap * 2 : 8;
        list->items =
            arena_grow(a->arena, list->items, sizeof(*list->items) * (size_t) list->cap, sizeof(*list->items) * (size_t) cap);
        list->cap = cap;
    }
    list->items[list->count++] = item;
}

bool ns_merge(struct analysis *a, struct ns_list *to, const struct ns_list *from)
{
    for (int i = 0; i < from->count; i++) {
        struct ns_item *item = from->items[i];
        for (int j = 0; item->alias && item->rel_visible && j < to->count; j++) {
            struct ns_item *other = to->items[j];
            if (!other->alias || !other->rel_visible || strcmp(other->alias, item->alias) != 0)
                continue;
            if (item->schema && other->schema && item->rte && other->rte && item->rte->relation != other->rte->relation)
                continue;
            return analysis_error(a, ERRCODE_DUPLICATE_ALIAS, -1, "table name \"%s\" specified more than once", item->alias),
                   false;
        }
        ns_add(a, to, item);
    }
    return true;
}

static struct expr *item_reference(struct analysis *a, struct ns_item *item, int column, int levels_up, int location)
{
    if (item->columns[column].expr)
        return expr_raise(a, item->columns[column].expr, levels_up, location);
    return expr_column(a, item->rte, column + 1, levels_up, location);
}

/* ctid and kin have fixed numbers (PostgreSQL's). */
static struct expr *system_column(struct analysis *a, struct ns_item *item, const char *name, int levels_up, int location)
{
    static const struct {
        const char *name;
        int attno;
        oid_t type;
    } columns[] = {{"ctid", -1, TID_OID}, {"xmin", -2, XID_OID}, {"cmin", -3, CID_OID},
                   {"xmax", -4, XID_OID}, {"cmax", -5, CID_OID}, {"tableoid", -6, OID_OID}};
    if (!item->rte || item->rte->kind != RTE_RELATION || !item->rte->relation)
        return NULL;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (strcmp(columns[i].name, name) != 0)
            continue;
        if (columns[i].attno == -6)
            return literal_int(a, item->rte->relation->oid, OID_OID, location);
        struct expr *expr = expr_new(a, EXPR_COLUMN, columns[i].type, location);
        expr->column.rte = item->rte;
        expr->column.attno = columns[i].attno;
        expr->column.levels_up = levels_up;
        return expr;
    }
    return NULL;
}

/* Not found and not ambiguous: NULL without a report. */
static struct expr *find_in_item(struct analysis *a, struct ns_item *item, const char *name, int levels_up, int location)
{
    int found = -1;
    for (int i = 0; i < item->ncolumns; i++) {
        if (item->columns[i].hidden || strcmp(item->columns[i].name, name) != 0)
            continue;
        if (found >= 0)
            return analysis_error(a, ERRCODE_AMBIGUOUS_COLUMN, location, "column reference \"%s\" is ambiguous", name);
        found = i;
    }
    return found >= 0 ? item_reference(a, item, found, levels_up, location) : NULL;
}

static bool item_is_open(const struct scope *scope, const struct ns_item *item)
{
    return !item->lateral_only || scope->lateral;
}

/* PostgreSQL proposes the one nearest name, if it is near enough. */
static int edit_distance(const char *a, const char *b, int bound)
{
    int la = (int) strlen(a), lb = (int) strlen(b);
    if (la > 63 || lb > 63 || abs(la - lb) > bound)
        return bound + 1;
    int row[65];
    for (int j = 0; j <= lb; j++)
        row[j] = j;
    for (int i = 1; i <= la; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= lb; j++) {
            int above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);
            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = above;
            row[j] = best;
        }
    }
    return row[lb];
}

static void propose_column(struct analysis *a, const char *alias, const char *name)
{
    int best = (int) strlen(name) / 2 < 3 ? (int) strlen(name) / 2 : 3, ties = 0;
    const struct ns_item *owner = NULL;
    const char *column = NULL;
    for (struct scope *scope = a->scope; scope; scope = scope->parent) {
        for (int i = 0; i < scope->names.count; i++) {
            const struct ns_item *item = scope->names.items[i];
            if (!item->rte)
                continue;
            int extra = alias && item->alias ? edit_distance(alias, item->alias, 3) : 0;
            for (int c = 0; c < item->ncolumns; c++) {
                if (item->columns[c].hidden)
                    continue;
                int distance = extra + edit_distance(item->columns[c].name, name, 3);
                if (distance > 3 || distance > (int) strlen(name) / 2 + extra)
                    continue;
                if (distance < best || !owner) {
                    if (distance > best)
                        continue;
                    best = distance;
                    owner = item;
                    column = item->columns[c].name;
                    ties = 1;
                } else if (distance == best) {
                    ties++;
                }
            }
        }
    }
    if (owner && ties == 1)
        diag_hint(a->diag, "Perhaps you meant to reference the column \"%s.%s\".", owner->alias, column);
}

/* The right side of a RIGHT or FULL JOIN sees the names of the left one, but may not use them. */
static bool lateral_allowed(struct analysis *a, const struct ns_item *item, int location)
{
    if (!item->lateral_only || item->lateral_ok)
        return true;
    analysis_error(a, ERRCODE_INVALID_COLUMN_REFERENCE, location, "invalid reference to FROM-clause entry for table \"%s\"",
                   item->alias);
    diag_detail(a->diag, "The combining JOIN type must be INNER or LEFT for a LATERAL reference.");
    return false;
}

struct expr *scope_column(struct analysis *a, const char *name, int location, bool report)
{
    int levels_up = 0;
    for (struct scope *scope = a->scope; scope; scope = scope->parent, levels_up++) {
        struct expr *found = NULL;
        for (int i = 0; i < scope->names.count; i++) {
            struct ns_item *item = scope->names.items[i];
            if (!item->columns_visible || !item_is_open(scope, item))
                continue;
            struct expr *expr = find_in_item(a, item, name, levels_up, location);
            if (!expr) {
                if (diag_is_set(a->diag))
                    return NULL;
                continue;
            }
            if (found)
                return analysis_error(a, ERRCODE_AMBIGUOUS_COLUMN, location, "column reference \"%s\" is ambiguous", name);
            if (!lateral_allowed(a, item, location))
                return NULL;
            found = expr;
        }
        if (found)
            return found;
        for (int i = 0; i < scope->names.count; i++) {
            struct ns_item *item = scope->names.items[i];
            struct expr *expr =
                item->columns_visible && item_is_open(scope, item) ? system_column(a, item, name, levels_up, location) : NULL;
            if (expr)
                return expr;
        }
    }
    if (report) {
        analysis_error(a, ERRCODE_UNDEFINED_COLUMN, location, "column \"%s\" does not exist", name);
        propose_column(a, NULL, name);
    }
    return NULL;
}

struct ns_item *scope_item(struct analysis *a, const char *schema, const char *name, int *levels_up, int location, bool report)
{
    *levels_up = 0;
    for (struct scope *scope = a->scope; scope; scope = scope->parent, (*levels_up)++) {
        struct ns_item *found = NULL;
        for (int i = 0; i < scope->names.count; i++) {
            struct ns_item *item = scope->names.items[i];
            if (!item->rel_visible || !item->alias || strcmp(item->alias, name) != 0 || !item_is_open(scope, item))
                continue;
            if (schema && (!item->schema || strcmp(schema, item->schema) != 0))
                continue;
            if (found)
                return analysis_error(a, ERRCODE_AMBIGUOUS_ALIAS, location, "table reference \"%s\" is ambiguous", name);
            found = item;
        }
        if (found)
            return lateral_allowed(a, found, location) ? found : NULL;
    }
    if (!report)
        return NULL;
    /* The name exists, but not here: say which of PostgreSQL's two stories it is. */
    for (struct scope *scope = a->scope; scope; scope = scope->parent) {
        for (int i = 0; i < scope->names.count; i++) {
            struct ns_item *item = scope->names.items[i];
            if (item->alias && item->rel_visible && strcmp(item->alias, name) == 0 && (schema || !item_is_open(scope, item))) {
                analysis_error(a, ERRCODE_UNDEFINED_TABLE, location, "invalid reference to FROM-clause entry for table \"%s\"",
                               name);
                diag_hint(a->diag, "There is an entry for table \"%s\", but it cannot be referenced from this part of the query.",
                          name);
                return NULL;
            }
            if (item->rte && item->rte->relation && item->rte->kind == RTE_RELATION &&
                strcmp(item->rte->relation->name, name) == 0 && strcmp(item->alias, name) != 0 && item->rel_visible) {
                analysis_error(a, ERRCODE_UNDEFINED_TABLE, location, "invalid reference to FROM-clause entry for table \"%s\"",
                               name);
                diag_hint(a->diag, "Perhaps you meant to reference the table alias \"%s\".", item->alias);
                return NULL;
            }
        }
    }
    return analysis_error(a, ERRCODE_UNDEFINED_TABLE, location, "missing FROM-clause entry for table \"%s\"", name);
}

struct expr *scope_item_column(struct analysis *a, struct ns_item *item, int levels_up, const char *name, int location,
                               bool report)
{
    struct expr *expr = find_in_item(a, item, name, levels_up, location);
    if (expr || diag_is_set(a->diag))
        return expr;
    expr = system_column(a, item, name, levels_up, location);
    if (!expr && report) {
        analysis_error(a, ERRCODE_UNDEFINED_COLUMN, location, "column %s.%s does not exist", item->alias, name);
        propose_column(a, item->alias, name);
    }
    return expr;
}

struct expr *scope_whole_row(struct analysis *a, struct ns_item *item, int levels_up, int location)
{
    if (!item->rte) {
        struct expr *row = expr_new(a, EXPR_ROW, RECORD_OID, location);
        for (int i = 0; i < item->ncolumns; i++)
            if (!item->columns[i].hidden)
                expr_list_add(a, &row->list.args, item_reference(a, item, i, levels_up, location));
        return row;
    }
    /* A function that gives a scalar is that scalar. */
    if (item->rte->kind == RTE_FUNCTION && item->rte->ncolumns == 1 && item->rte->ncalls == 1 &&
        item->rte->calls[0].call->type != RECORD_OID)
        return expr_column(a, item->rte, 1, levels_up, location);
    oid_t type = item->rte->relation && item->rte->relation->row_type ? item->rte->relation->row_type : RECORD_OID;
    if (item->rte->call_type && !item->rte->ordinality)
        type = item->rte->call_type;
    struct expr *expr = expr_new(a, EXPR_WHOLE_ROW, type, location);
    expr->whole_row.rte = item->rte;
    expr->whole_row.levels_up = levels_up;
    return expr;
}

static struct expr *variable(struct analysis *a, const char *qualifier, const char *name, int location)
{
    const struct variables *variables = a->compiler->no_params ? NULL : a->compiler->variables;
    oid_t type = 0;
    int number = variables ? variables->find(variables->self, qualifier, name, &type) : 0;
    if (!number)
        return NULL;
    struct expr *expr = expr_new(a, EXPR_PARAM, type, location);
    const struct type_desc *desc = analysis_type_desc(a, type);
    expr->collation = desc ? desc->collation : 0;
    expr->param.number = number;
    return expr;
}

/* What a routine's variable gives for the name: v, v.field, routine.v, routine.v.field; a star means the whole. */
struct expr *scope_variable(struct analysis *a, size_t count, const char *const *names, int location)
{
    bool star = count > 1 && !names[count - 1];
    if (star)
        count--;
    struct expr *expr = variable(a, NULL, names[0], location);
    size_t used = 1;
    if (!expr && count > 1) {
        expr = variable(a, names[0], names[1], location);
        used = 2;
    }
    for (; expr && used < count; used++)
        expr = analyse_field(a, expr, names[used], location);
    return expr;
}

/* a, t.a, s.t.a, and what follows them: fields of composites. */
struct expr *scope_column_ref(struct analysis *a, const PgQuery__ColumnRef *node)
{
    size_t count = node->n_fields;
    const char *names[4] = {NULL};
    if (count > 4)
        return analysis_error(a, ERRCODE_SYNTAX_ERROR, node->location, "improper qualified name (too many dotted names)");
    for (size_t i = 0; i < count; i++)
        names[i] = analysis_string(node->fields[i]);
    bool star = !names[count - 1];
    int levels_up;
    if (count == 1) {
        struct expr *expr = scope_column(a, names[0], node->location, false);
        if (expr || diag_is_set(a->diag))
            return expr;
        struct ns_item *item = scope_item(a, NULL, names[0], &levels_up, node->location, false);
        if (item)
            return scope_whole_row(a, item, levels_up, node->location);
        if (diag_is_set(a->diag) || (expr = scope_variable(a, count, names, node->location)) || diag_is_set(a->diag))
            return expr;
        return scope_column(a, names[0], node->location, true);
    }
    size_t relation = count - 2;
    struct ns_item *item =
        scope_item(a, relation >= 1 ? names[relation - 1] : NULL, names[relation], &levels_up, node->location, false);
    if (!item) {
        struct expr *expr = diag_is_set(a->diag) ? NULL : scope_variable(a, count, names, node->location);
        if (expr)
            return expr;
        if (!diag_is_set(a->diag))
            scope_item(a, relation >= 1 ? names[relation - 1] : NULL, names[relation], &levels_up, node->location, true);
        return NULL;
    }
    if (star)
        return scope_whole_row(a, item, levels_up, node->location);
    struct expr *expr = scope_item_column(a, item, levels_up, names[count - 1], node->location, false);
    if (expr || diag_is_set(a->diag))
        return expr;
    if ((expr = scope_variable(a, count, names, node->location)) || diag_is_set(a->diag))
        return expr;
    /* t.f may mean f(t) (PostgreSQL docs 4.2.6, 38.5.3). */
    if (item->rte && catalog_has_proc(a->catalog, names[count - 1])) {
        struct expr *row = scope_whole_row(a, item, levels_up, node->location);
        struct overload overload;
        if (overload_find(a, NULL, names[count - 1], 1, &row->type, 0, NULL, false, &overload) == OVERLOAD_FOUND && overload.proc)
            return func_build(a, NULL, names[count - 1], 1, &row, node->location);
    }
    return scope_item_column(a, item, levels_up, names[count - 1], node->location, true);
}

struct cte_name *scope_cte(struct analysis *a, const char *name, int *levels_up)
{
    *levels_up = 0;
    for (struct scope *scope = a->scope; scope; scope = scope->parent, (*levels_up)++)
        for (struct cte_name *cte = scope->ctes; cte; cte = cte->next)
            if (!cte->forward && strcmp(cte->cte->name, name) == 0)
                return cte;
    return NULL;
}

const struct catalog_relation *scope_relation(struct analysis *a, const PgQuery__RangeVar *name, bool report)
{
    const char *schema = name->schemaname[0] ? name->schemaname : NULL;
    if (schema && strcmp(schema, "pg_temp") == 0 && !catalog_schema_by_name(a->catalog, schema))
        schema = "pg_temp";
    const struct catalog_relation *relation = NULL;
    if (name->catalogname[0] && strcmp(name->catalogname, catalog_database(a->catalog)) != 0) {
        if (report)
            analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, name->location,
                           "cross-database references are not implemented: \"%s.%s.%s\"", name->catalogname, name->schemaname,
                           name->relname);
        return NULL;
    }
    if (!schema && a->compiler->system_path) {
        relation = catalog_relation_by_name(a->catalog, "pg_catalog", name->relname);
        if (!relation)
            relation = catalog_relation_by_name(a->catalog, "public", name->relname);
    }
    if (!relation)
        relation = catalog_relation_by_name(a->catalog, schema, name->relname);
    if (!relation && report) {
        if (schema)
            analysis_error(a, ERRCODE_UNDEFINED_TABLE, name->location, "relation \"%s.%s\" does not exist", schema,
                           name->relname);
        else
            analysis_error(a, ERRCODE_UNDEFINED_TABLE, name->location, "relation \"%s\" does not exist", name->relname);
    }
    return relation;
}
