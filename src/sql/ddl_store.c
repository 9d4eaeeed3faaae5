#include "sql/ddl.h"

#include "catalog/hidden.h"

#include "sql/compiler.h"

#include <stdarg.h>
#include <stdio.h>

bool ddl_run(struct ddl *d, const char *sql)
{
    return engine_exec(d->engine, sql, d->diag);
}

/* The statement with the session's books for the file's. */
static const char *in_temporary_books(struct ddl *d, const char *sql)
{
    static const char prefix[] = "pgquill_";
    struct buf text;
    buf_init(&text);
    for (const char *found; (found = strstr(sql, prefix)); sql = found + sizeof prefix - 1)
        buf_printf(&text, "%.*s%stemp_", (int) (found - sql), sql, prefix);
    buf_puts(&text, sql);
    const char *made = arena_strndup(d->arena, text.data, text.len);
    buf_deinit(&text);
    return made;
}

static struct engine_stmt *prepare(struct ddl *d, const char *sql, int count, const struct datum *values)
{
    bool is_temporary = count > 0 && values[0].kind == DATUM_INT && values[0].i >= (int64_t) OID_FIRST_TEMPORARY;
    d->used_temporary |= is_temporary;
    if (is_temporary)
        sql = in_temporary_books(d, sql);
    bool writes_file = !is_temporary && strncmp(sql, "SELECT", 6) != 0;
    d->changed_file |= writes_file;
    if (writes_file && engine_txn_state(d->engine) == ENGINE_TXN_TEMPORARY) {
        diag_set(d->diag, ERRCODE_INTERNAL_ERROR, "the file is changed in a transaction for temporary relations");
        return NULL;
    }
    struct engine_stmt *stmt = engine_prepare(d->engine, sql, strlen(sql), false, d->diag);
    for (int i = 0; stmt && i < count; i++)
        engine_bind(stmt, i + 1, &values[i]);
    return stmt;
}

bool ddl_bind(struct ddl *d, const char *sql, int count, const struct datum *values)
{
    struct engine_stmt *stmt = prepare(d, sql, count, values);
    if (!stmt)
        return false;
    enum engine_step step;
    while ((step = engine_step(stmt, d->diag)) == ENGINE_ROW)
        ;
    engine_finalize(stmt);
    return step == ENGINE_DONE;
}

bool ddl_int(struct ddl *d, const char *sql, int count, const struct datum *values, int64_t *value, bool *found)
{
    struct engine_stmt *stmt = prepare(d, sql, count, values);
    if (!stmt)
        return false;
    enum engine_step step = engine_step(stmt, d->diag);
    *found = step == ENGINE_ROW;
    if (*found) {
        struct datum cell;
        engine_column(stmt, 0, &cell);
        *value = cell.kind == DATUM_INT ? cell.i : 0;
        *found = cell.kind == DATUM_INT;
        while (engine_step(stmt, d->diag) == ENGINE_ROW)
            ;
    }
    engine_finalize(stmt);
    return step != ENGINE_FAILED;
}

bool ddl_prepare_file(struct ddl *d)
{
    int64_t one;
    bool found;
    /* The session's own books were made with their schema. */
    if (d->temporary)
        return true;
    if (!ddl_int(d, "SELECT 1 FROM sqlite_schema WHERE name = 'pgquill_cast'", 0, NULL, &one, &found))
        return false;
    return found || ddl_run(d, HIDDEN_CREATE);
}

oid_t ddl_new_oid(struct ddl *d, int count)
{
    int64_t oid = 0;
    bool found;
    struct datum amount = datum_int(count);
    if (d->temporary) {
        oid_t first = OID_FIRST_TEMPORARY + d->compiler->temporary_oids;
        d->compiler->temporary_oids += (oid_t) count;
        catalog_note_new_oids(d->catalog, first);
        return first;
    }
    if (!ddl_prepare_file(d) ||
        !ddl_int(d, "UPDATE pgquill_meta SET value = value + ?1 WHERE key = 'next_oid' RETURNING value - ?1", 1, &amount, &oid, &found))
        return 0;
    catalog_note_new_oids(d->catalog, (oid_t) oid);
    return (oid_t) oid;
}

static struct datum optional_text(const char *text)
{
    return text ? datum_cstr(text) : datum_null();
}

static struct datum letter(struct ddl *d, char c)
{
    return c ? datum_cstr(arena_printf(d->arena, "%c", c)) : datum_null();
}

static struct datum numbers(struct ddl *d, int count, const int16_t *values)
{
    struct buf buf = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&buf, "%s%d", i ? " " : "", values[i]);
    struct datum text = datum_cstr(arena_strndup(d->arena, buf.len ? buf.data : "", buf.len));
    buf_deinit(&buf);
    return text;
}

static bool store_columns(struct ddl *d, const struct catalog_relation *relation)
{
    for (int i = 0; i < relation->natts; i++) {
        const struct catalog_column *c = &relation->columns[i];
        if (oid_is_temporary(c->type) && !oid_is_temporary(relation->oid))
            return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "permanent relations cannot have columns of temporary types yet");
        struct datum row[] = {datum_int(relation->oid), datum_int(c->attnum),  datum_cstr(c->name),        datum_cstr(c->storage),      datum_int(c->type),
                              datum_int(c->typmod),     datum_int(c->collation), datum_int(c->not_null),   datum_int(c->dropped),       letter(d, c->identity),
                              letter(d, c->generated),  optional_text(c->default_expr), datum_int(c->ndims), optional_text(c->comment)};
        if (!ddl_bind(d, "INSERT INTO pgquill_column VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)", 14, row))
            return false;
    }
    return true;
}

static bool store_indexes(struct ddl *d, const struct catalog_relation *relation)
{
    for (int i = 0; i < relation->nindexes; i++) {
        const struct catalog_index *x = &relation->indexes[i];
        struct buf exprs = {0};
        bool any = false;
        int16_t *options = arena_array(d->arena, int16_t, x->nkeys);
        for (int k = 0; k < x->nkeys; k++) {
            if (k)
                buf_putc(&exprs, '\037');
            if (x->exprs && x->exprs[k]) {
                buf_puts(&exprs, x->exprs[k]);
                any = true;
            }
            options[k] = x->options ? x->options[k] : 0;
        }
        struct buf collations = {0};
        bool collated = false;
        for (int k = 0; k < x->nkeys && x->collations; k++) {
            buf_printf(&collations, k ? " %u" : "%u", x->collations[k]);
            collated |= x->collations[k] != 0;
        }
        const char *collation_text = collated ? arena_strndup(d->arena, collations.data, collations.len) : NULL;
        buf_deinit(&collations);
        const char *expr_text = any ? arena_strndup(d->arena, exprs.data, exprs.len) : NULL;
        buf_deinit(&exprs);
        struct datum row[] = {datum_int(x->oid), datum_int(relation->oid), datum_cstr(x->name), optional_text(x->storage), datum_int(x->is_unique),
                              datum_int(x->is_primary), datum_int(x->is_rowid), datum_int(x->nulls_not_distinct), numbers(d, x->nkeys, x->attnums),
                              optional_text(expr_text), numbers(d, x->nkeys, options), optional_text(x->predicate),
                              x->constraint ? datum_int(x->constraint) : datum_null(), optional_text(x->method), optional_text(x->comment), optional_text(collation_text)};
        if (!ddl_bind(d, "INSERT INTO pgquill_index VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)", 16, row))
            return false;
    }
    return true;
}

static bool store_constraints(struct ddl *d, const struct catalog_relation *relation)
{
    for (int i = 0; i < relation->nconstraints; i++) {
        const struct catalog_constraint *c = &relation->constraints[i];
        struct datum row[] = {datum_int(c->oid), datum_int(relation->oid), datum_cstr(c->name), letter(d, c->kind), numbers(d, c->nkeys, c->attnums),
                              c->index ? datum_int(c->index) : datum_null(), optional_text(c->check), c->foreign_relation ? datum_int(c->foreign_relation) : datum_null(),
                              numbers(d, c->nforeign, c->foreign_attnums), letter(d, c->on_update), letter(d, c->on_delete), letter(d, c->match),
                              datum_int(c->deferrable), datum_int(c->deferred), datum_int(c->validated), optional_text(c->comment)};
        if (!ddl_bind(d, "INSERT INTO pgquill_constraint VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)", 16, row))
            return false;
    }
    return true;
}

bool ddl_forget(struct ddl *d, oid_t relation)
{
    static const char *const deletes[] = {"DELETE FROM pgquill_relation WHERE oid = ?1", "DELETE FROM pgquill_column WHERE relation = ?1",
                                          "DELETE FROM pgquill_index WHERE relation = ?1", "DELETE FROM pgquill_constraint WHERE relation = ?1"};
    struct datum oid = datum_int(relation);
    for (size_t i = 0; i < sizeof deletes / sizeof *deletes; i++)
        if (!ddl_bind(d, deletes[i], 1, &oid))
            return false;
    return true;
}

bool ddl_forget_namesake(struct ddl *d, const struct catalog_relation *r)
{
    int64_t other = 0;
    bool found;
    struct datum values[] = {datum_int(r->oid), datum_int(r->schema), datum_cstr(r->name)};
    return ddl_int(d, "SELECT oid FROM pgquill_relation WHERE schema = ?2 AND name = ?3 AND oid <> ?1", 3, values, &other, &found) &&
           (!found || ddl_forget(d, (oid_t) other));
}

bool ddl_store(struct ddl *d, const struct catalog_relation *r)
{
    struct datum row[] = {datum_int(r->oid), datum_int(r->schema), datum_cstr(r->name), letter(d, r->kind), letter(d, r->persistence ? r->persistence : 'p'),
                          optional_text(r->storage), r->row_type ? datum_int(r->row_type) : datum_null(), optional_text(r->view_query), optional_text(r->comment)};
    return (oid_is_temporary(r->oid) || ddl_prepare_file(d)) && ddl_forget(d, r->oid) && ddl_forget_namesake(d, r) &&
           ddl_bind(d, "INSERT INTO pgquill_relation VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)", 9, row) &&
           (r->kind == 'S' || store_columns(d, r)) && store_indexes(d, r) && store_constraints(d, r);
}

bool ddl_reload(struct ddl *d)
{
    struct catalog_source source;
    engine_catalog_source(d->engine, &source);
    return catalog_load(d->catalog, &source, d->diag);
}

void ddl_notice(struct ddl *d, const char *sqlstate, const char *format, ...)
{
    struct func_env *env = d->compiler->env;
    if (!env || !env->notice)
        return;
    va_list args;
    va_start(args, format);
    struct diag notice = {0};
    diag_set(&notice, sqlstate, "%s", arena_vprintf(d->arena, format, args));
    va_end(args);
    notice.severity = "NOTICE";
    env->notice(env->session, &notice);
}
