#include "sql/constraint.h"

#include "sql/compiler.h"
#include "sql/lower_internal.h"

#include <stdlib.h>

/* What is needed to compute the statement's rows again. */
struct recheck {
    struct compiler *compiler;
    struct plan *plan;
    struct query *query;
    const struct catalog_relation *relation;
    const struct datum *params, *literals;
    struct arena arena;
};

static bool run(struct recheck *recheck, struct lower *l, const char *sql, bool (*row)(void *arg, struct engine_stmt *stmt),
                void *arg)
{
    struct diag ignored = {0};
    struct engine_stmt *stmt = engine_prepare(recheck->compiler->engine, sql, strlen(sql), false, &ignored);
    if (!stmt) {
        diag_clear(&ignored);
        return false;
    }
    for (int i = 0; i < l->max_parameter; i++) {
        if (i < recheck->plan->nparams)
            engine_bind(stmt, i + 1, &recheck->params[i]);
        else if (recheck->literals && i - recheck->plan->nparams < recheck->plan->nliterals)
            engine_bind(stmt, i + 1, &recheck->literals[i - recheck->plan->nparams]);
    }
    bool found = false;
    while (!found && engine_step(stmt, &ignored) == ENGINE_ROW)
        found = row(arg, stmt);
    engine_finalize(stmt);
    diag_clear(&ignored);
    return found;
}

/* SELECT of the rows that the statement would store: one column per live column of the table, named as stored. NULL: cannot be said, or asking
 * would change something. */
static const char *new_rows(struct recheck *recheck, struct lower *l)
{
    struct query *query = recheck->query;
    const struct catalog_relation *relation = recheck->relation;
    struct buf buf = {0};
    buf_puts(&buf, "SELECT ");
    const char *source = NULL;
    if (query->command == COMMAND_INSERT) {
        source = query->source ? lower_select(l, query->source) : NULL;
        source = source ? LOWER_PRINT(l, "(%s) AS n", source) : NULL;
    } else {
        const char *from = lower_from_list(l, query->nfrom, query->from);
        const char *where = from && query->where ? lower_expr(l, query->where) : "1";
        source = from && where ? LOWER_PRINT(l, "%s AS t%d%s%s WHERE %s", lower_quote(l, relation->storage),
                                             query->result->number, *from ? ", " : "", from, where)
                               : NULL;
    }
    if (!source || l->writes)
        goto fail;
    for (int i = 0, count = 0; i < relation->natts; i++) {
        const struct catalog_column *column = &relation->columns[i];
        const char *text = NULL;
        if (column->dropped)
            continue;
        if (query->command == COMMAND_INSERT) {
            for (int j = 0; j < query->ncolumns; j++)
                if (query->columns[j]->attnum == column->attnum)
                    text = LOWER_PRINT(l, "n.c%d", j + 1);
            text = text ? text : "NULL";
        } else {
            for (int j = 0; j < query->nassignments; j++)
                if (query->assignments[j].column->attnum == column->attnum)
                    text = lower_expr(l, query->assignments[j].value);
            text = text ? text : LOWER_PRINT(l, "t%d.%s", query->result->number, lower_quote(l, column->storage));
        }
        buf_printf(&buf, "%s%s AS %s", count++ ? ", " : "", text, lower_quote(l, column->storage));
    }
    buf_printf(&buf, " FROM %s", source);
    if (l->writes)
        goto fail;
    return lower_take(l, &buf);
fail:
    buf_deinit(&buf);
    return NULL;
}

static void value_text(struct recheck *recheck, oid_t type, const struct datum *value, struct buf *out, size_t limit)
{
    if (datum_is_null(value)) {
        buf_puts(out, "null");
        return;
    }
    struct func_env *env = recheck->compiler->env;
    struct diag ignored = {0};
    struct buf text = {0};
    struct type_io io = {.type = catalog_type_by_oid(recheck->compiler->catalog, type),
                         .typmod = -1,
                         .settings = env->types,
                         .resolver = env->resolver,
                         .arena = &recheck->arena};
    if (io.type)
        type_out(&io, value, &text, &ignored);
    diag_clear(&ignored);
    if (limit && text.len > limit) {
        size_t cut = limit;
        while (cut > 0 && (text.data[cut] & 0xc0) == 0x80)
            cut--;
        buf_append(out, text.data, cut);
        buf_puts(out, "...");
    } else {
        buf_append(out, text.data, text.len);
    }
    buf_deinit(&text);
}

struct failing_row {
    struct recheck *recheck;
    const char *column; /* NULL: the first row */
    struct buf text;
};

static bool take_failing_row(void *arg, struct engine_stmt *stmt)
{
    struct failing_row *failing = arg;
    const struct catalog_relation *relation = failing->recheck->relation;
    bool matches = failing->column == NULL;
    buf_reset(&failing->text);
    for (int i = 0, at = 0; i < relation->natts; i++) {
        const struct catalog_column *column = &relation->columns[i];
        struct datum value;
        if (column->dropped)
            continue;
        engine_column(stmt, at, &value);
        matches = matches || (datum_is_null(&value) && strcmp(column->name, failing->column) == 0);
        buf_puts(&failing->text, at++ ? ", " : "");
        value_text(failing->recheck, column->type, &value, &failing->text, 64);
    }
    return matches;
}

struct key_row {
    struct recheck *recheck;
    int nkeys;
    const int16_t *attnums;
    struct buf names, values;
};

static bool take_key(void *arg, struct engine_stmt *stmt)
{
    struct key_row *key = arg;
    for (int i = 0; i < key->nkeys; i++) {
        const struct catalog_column *column = catalog_column_by_attnum(key->recheck->relation, key->attnums[i]);
        struct datum value;
        engine_column(stmt, i, &value);
        buf_printf(&key->names, "%s%s", i ? ", " : "", column->name);
        buf_puts(&key->values, i ? ", " : "");
        value_text(key->recheck, column->type, &value, &key->values, 0);
    }
    return true;
}

static const char *equal_columns(struct lower *l, const struct catalog_relation *a, const char *a_alias, const int16_t *a_keys,
                                 const struct catalog_relation *b, const char *b_alias, const int16_t *b_keys, int count)
{
    struct buf buf = {0};
    for (int i = 0; i < count; i++) {
        const struct catalog_column *x = catalog_column_by_attnum(a, a_keys[i]), *y = catalog_column_by_attnum(b, b_keys[i]);
        const char *collation = lower_collation(l, x->type, x->collation);
        buf_printf(&buf, "%s%s.%s = %s.%s", i ? " AND " : "", a_alias, lower_quote(l, x->storage), b_alias,
                   lower_quote(l, y->storage));
        if (collation)
            buf_printf(&buf, " COLLATE %s", lower_quote(l, collation));
    }
    return lower_take(l, &buf);
}

static const char *key_columns(struct lower *l, const struct catalog_relation *relation, const char *alias, const int16_t *keys,
                               int count)
{
    struct buf buf = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&buf, "%s%s.%s", i ? ", " : "", alias, lower_quote(l, catalog_column_by_attnum(relation, keys[i])->storage));
    return lower_take(l, &buf);
}

static const struct catalog_index *index_named(const struct catalog_relation *relation, const char *name)
{
    for (int i = 0; i < relation->nindexes; i++)
        if (strcmp(relation->indexes[i].name, name) == 0)
            return &relation->indexes[i];
    return NULL;
}

static void complete_unique(struct recheck *recheck, struct lower *l, struct diag *diag)
{
    const struct catalog_index *index = diag->constraint ? index_named(recheck->relation, diag->constraint) : NULL;
    const char *rows = index ? new_rows(recheck, l) : NULL;
    if (!rows)
        return;
    for (int i = 0; i < index->nkeys; i++)
        if (index->attnums[i] <= 0)
            return;
    struct key_row key = {.recheck = recheck, .nkeys = index->nkeys, .attnums = index->attnums};
    const char *columns = key_columns(l, recheck->relation, "n", index->attnums, index->nkeys);
    const char *equal =
        equal_columns(l, recheck->relation, "old", index->attnums, recheck->relation, "n", index->attnums, index->nkeys);
    /* A key that is in the table already, or else twice among the new rows. */
    const char *sql =
        LOWER_PRINT(l, "WITH n AS MATERIALIZED (%s) SELECT %s FROM n WHERE EXISTS (SELECT 1 FROM %s AS old WHERE %s) LIMIT 1",
                    rows, columns, lower_quote(l, recheck->relation->storage), equal);
    bool found = recheck->query->command == COMMAND_INSERT && run(recheck, l, sql, take_key, &key);
    if (!found) {
        sql = LOWER_PRINT(l, "WITH n AS MATERIALIZED (%s) SELECT %s FROM n GROUP BY %s HAVING count(*) > 1 LIMIT 1", rows,
                          columns, columns);
        found = run(recheck, l, sql, take_key, &key);
    }
    if (!found && recheck->query->command == COMMAND_UPDATE) {
        sql =
            LOWER_PRINT(l, "WITH n AS MATERIALIZED (%s) SELECT %s FROM n WHERE EXISTS (SELECT 1 FROM %s AS old WHERE %s) LIMIT 1",
                        rows, columns, lower_quote(l, recheck->relation->storage), equal);
        found = run(recheck, l, sql, take_key, &key);
    }
    if (found)
        diag_detail(diag, "Key (%s)=(%s) already exists.", buf_cstr(&key.names), buf_cstr(&key.values));
    buf_deinit(&key.names);
    buf_deinit(&key.values);
}

static void complete_row(struct recheck *recheck, struct lower *l, const char *column, struct diag *diag)
{
    const char *rows = new_rows(recheck, l);
    struct failing_row failing = {.recheck = recheck, .column = column};
    if (rows && run(recheck, l, rows, take_failing_row, &failing))
        diag_detail(diag, "Failing row contains (%s).", buf_cstr(&failing.text));
    buf_deinit(&failing.text);
}

static const char *schema_of(const struct recheck *recheck, const struct catalog_relation *relation)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(recheck->compiler->catalog, relation->schema);
    return schema ? schema->name : NULL;
}

/* A new key that the referenced table lacks. */
static bool missing_parent(struct recheck *recheck, struct lower *l, const struct catalog_constraint *constraint,
                           struct diag *diag)
{
    const struct catalog_relation *parent = catalog_relation_by_oid(recheck->compiler->catalog, constraint->foreign_relation);
    const char *rows = parent ? new_rows(recheck, l) : NULL;
    if (!rows)
        return false;
    struct key_row key = {.recheck = recheck, .nkeys = constraint->nkeys, .attnums = constraint->attnums};
    struct buf not_null = {0};
    for (int i = 0; i < constraint->nkeys; i++)
        buf_printf(&not_null, "n.%s IS NOT NULL AND ",
                   lower_quote(l, catalog_column_by_attnum(recheck->relation, constraint->attnums[i])->storage));
    const char *present = lower_take(l, &not_null);
    const char *sql = LOWER_PRINT(
        l, "WITH n AS MATERIALIZED (%s) SELECT %s FROM n WHERE %sNOT EXISTS (SELECT 1 FROM %s AS p WHERE %s) LIMIT 1", rows,
        key_columns(l, recheck->relation, "n", constraint->attnums, constraint->nkeys), present, lower_quote(l, parent->storage),
        equal_columns(l, parent, "p", constraint->foreign_attnums, recheck->relation, "n", constraint->attnums,
                      constraint->nkeys));
    bool found = run(recheck, l, sql, take_key, &key);
    if (found) {
        diag_set(diag, ERRCODE_FOREIGN_KEY_VIOLATION, "insert or update on table \"%s\" violates foreign key constraint \"%s\"",
                 recheck->relation->name, constraint->name);
        diag_detail(diag, "Key (%s)=(%s) is not present in table \"%s\".", buf_cstr(&key.names), buf_cstr(&key.values),
                    parent->name);
        diag_object(diag, schema_of(recheck, recheck->relation), recheck->relation->name, NULL, constraint->name);
    }
    buf_deinit(&key.names);
    buf_deinit(&key.values);
    return found;
}

/* An old key that another table still names. */
static bool still_referenced(struct recheck *recheck, struct lower *l, const struct catalog_relation *child,
                             const struct catalog_constraint *constraint, struct diag *diag)
{
    struct query *query = recheck->query;
    const char *from = lower_from_list(l, query->nfrom, query->from);
    const char *where = from && query->where ? lower_expr(l, query->where) : "1";
    if (!from || !where)
        return false;
    const char *alias = LOWER_PRINT(l, "t%d", query->result->number);
    struct key_row key = {.recheck = recheck, .nkeys = constraint->nkeys, .attnums = constraint->foreign_attnums};
    const char *sql = LOWER_PRINT(l, "SELECT %s FROM %s AS %s%s%s WHERE (%s) AND EXISTS (SELECT 1 FROM %s AS f WHERE %s) LIMIT 1",
                                  key_columns(l, recheck->relation, alias, constraint->foreign_attnums, constraint->nkeys),
                                  lower_quote(l, recheck->relation->storage), alias, *from ? ", " : "", from, where,
                                  lower_quote(l, child->storage),
                                  equal_columns(l, child, "f", constraint->attnums, recheck->relation, alias,
                                                constraint->foreign_attnums, constraint->nkeys));
    bool found = run(recheck, l, sql, take_key, &key);
    if (found) {
        diag_set(diag, ERRCODE_FOREIGN_KEY_VIOLATION,
                 "update or delete on table \"%s\" violates foreign key constraint \"%s\" on table \"%s\"",
                 recheck->relation->name, constraint->name, child->name);
        diag_detail(diag, "Key (%s)=(%s) is still referenced from table \"%s\".", buf_cstr(&key.names), buf_cstr(&key.values),
                    child->name);
        diag_object(diag, schema_of(recheck, child), child->name, NULL, constraint->name);
    }
    buf_deinit(&key.names);
    buf_deinit(&key.values);
    return found;
}

static void complete_foreign(struct recheck *recheck, struct lower *l, struct diag *diag)
{
    enum command command = recheck->query->command;
    for (int i = 0; command != COMMAND_DELETE && i < recheck->relation->nconstraints; i++)
        if (recheck->relation->constraints[i].kind == 'f' && missing_parent(recheck, l, &recheck->relation->constraints[i], diag))
            return;
    const struct catalog_relation *child;
    for (int i = 0; command != COMMAND_INSERT && (child = catalog_relation_at(recheck->compiler->catalog, i)); i++)
        for (int k = 0; k < child->nconstraints; k++)
            if (child->constraints[k].kind == 'f' && child->constraints[k].foreign_relation == recheck->relation->oid &&
                still_referenced(recheck, l, child, &child->constraints[k], diag))
                return;
}

void constraint_complete(struct compiler *compiler, struct plan *plan, const struct datum *params, const struct datum *literals,
                         struct diag *diag)
{
    struct query *query = plan->query;
    if (!query || query->command == COMMAND_SELECT || !query->result || !query->result->relation || diag->detail || plan->nstages)
        return;
    struct recheck recheck = {.compiler = compiler,
                              .plan = plan,
                              .query = query,
                              .relation = query->result->relation,
                              .params = params,
                              .literals = literals};
    struct diag ignored = {0};
    arena_init(&recheck.arena);
    struct lower l = {
        .compiler = compiler, .catalog = compiler->catalog, .arena = &recheck.arena, .plan = plan, .diag = &ignored};
    /* Of several rows each took a value of its own from a sequence: which one failed cannot be told by the last. */
    bool is_one_row = !query->source || query->source->nvalues <= 1;
    l.is_recheck = is_one_row || strcmp(diag->sqlstate, ERRCODE_UNIQUE_VIOLATION) == 0;
    const char *schema = schema_of(&recheck, recheck.relation);
    if (strcmp(diag->sqlstate, ERRCODE_UNIQUE_VIOLATION) == 0) {
        complete_unique(&recheck, &l, diag);
    } else if (strcmp(diag->sqlstate, ERRCODE_NOT_NULL_VIOLATION) == 0 && diag->column) {
        diag_object(diag, schema, NULL, NULL, NULL);
        char *column = arena_strdup(&recheck.arena, diag->column);
        complete_row(&recheck, &l, column, diag);
    } else if (strcmp(diag->sqlstate, ERRCODE_CHECK_VIOLATION) == 0 && !diag->datatype) {
        complete_row(&recheck, &l, NULL, diag);
    } else if (strcmp(diag->sqlstate, ERRCODE_FOREIGN_KEY_VIOLATION) == 0) {
        complete_foreign(&recheck, &l, diag);
    }
    diag_clear(&ignored);
    arena_deinit(&recheck.arena);
}
