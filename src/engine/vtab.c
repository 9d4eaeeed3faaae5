#include "engine/internal.h"

#include "catalog/catalog.h"
#include "catalog/extension.h"

#include <stdlib.h>

/* Two kinds of eponymous virtual tables: system relations (rows of the catalog snapshot) and set-returning functions. */

/* ---- system relations ---- */

/* Rows in the order of one column, for equality look-ups. */
struct column_index {
    int *order; /* row numbers; NULL: not made */
};

struct system_vtab {
    sqlite3_vtab base;
    struct system_table *table;
};

struct system_cursor {
    sqlite3_vtab_cursor base;
    const struct catalog_rows *rows;
    const int *order; /* rows to give; NULL: all, in their own order */
    int at, end;
};

static int order_datums(const struct datum *a, const struct datum *b)
{
    if (a->kind != b->kind)
        return (a->kind > b->kind) - (a->kind < b->kind);
    switch (a->kind) {
    case DATUM_INT:
        return (a->i > b->i) - (a->i < b->i);
    case DATUM_REAL:
        return (a->r > b->r) - (a->r < b->r);
    case DATUM_TEXT:
    case DATUM_BLOB: {
        int order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);
        return order ? order : (a->len > b->len) - (a->len < b->len);
    }
    default:
        return 0;
    }
}

struct order_context {
    const struct catalog_rows *rows;
    int column;
};

static int order_rows(const void *a, const void *b, void *argument)
{
    const struct order_context *context = argument;
    int left = *(const int *) a, right = *(const int *) b;
    int order = order_datums(&context->rows->values[left * context->rows->ncols + context->column],
                             &context->rows->values[right * context->rows->ncols + context->column]);
    return order ? order : (left > right) - (left < right);
}

static void drop_indexes(struct system_table *table)
{
    for (int i = 0; table->indexes && i < table->ncolumns; i++)
        free(table->indexes[i].order);
    free(table->indexes);
    table->indexes = NULL;
}

/* The rows that all open cursors look at. Made by the first; again only when the catalog was read anew, which leaves none of the old ones. */
static const struct catalog_rows *table_rows(struct system_table *table, struct diag *diag)
{
    struct engine *engine = table->engine;
    uint64_t generation = engine_catalog_generation(engine);
    if (table->rows && table->generation == generation)
        return table->rows;
    table->rows = catalog_system_rows(engine->env->catalog, table->name, engine->env, diag);
    if (!table->rows && !diag_is_set(diag))
        diag_set(diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist", table->name);
    if (!table->rows || table->generation != generation || table->indexed != table->rows->values)
        drop_indexes(table);
    table->generation = generation;
    table->indexed = table->rows ? table->rows->values : NULL;
    return table->rows;
}

static const int *column_order(struct system_table *table, const struct catalog_rows *rows, int column)
{
    if (!table->indexes)
        table->indexes = xcalloc((size_t) table->ncolumns, sizeof *table->indexes);
    struct column_index *index = &table->indexes[column];
    if (!index->order) {
        index->order = xmalloc(sizeof(int) * (size_t) (rows->nrows ? rows->nrows : 1));
        for (int i = 0; i < rows->nrows; i++)
            index->order[i] = i;
        struct order_context context = {rows, column};
        qsort_r(index->order, (size_t) rows->nrows, sizeof(int), order_rows, &context);
    }
    return index->order;
}

/* The first row in `order` whose column is not less (or greater: after) than the key. */
static int bound(const struct catalog_rows *rows, const int *order, int column, const struct datum *key, bool after)
{
    int low = 0, high = rows->nrows;
    while (low < high) {
        int middle = (low + high) / 2;
        int cmp = order_datums(&rows->values[order[middle] * rows->ncols + column], key);
        if (cmp < 0 || (after && cmp == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int system_connect(sqlite3 *db, void *argument, int argc, const char *const *argv, sqlite3_vtab **vtab, char **error)
{
    struct system_table *table = argument;
    (void) argc, (void) argv;
    const struct catalog *catalog = table->engine->env->catalog;
    const struct catalog_relation *relation = NULL;
    for (int i = 0; (relation = catalog_relation_at(catalog, i)); i++)
        if (relation->is_system && relation->storage && strcmp(relation->storage, table->name) == 0)
            break;
    if (!relation) {
        *error = sqlite3_mprintf("no such system relation: %s", table->name);
        return SQLITE_ERROR;
    }
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE TABLE x(");
    for (int i = 0; i < relation->natts; i++)
        sqlite3_str_appendf(sql, "%s\"%w\"", i ? ", " : "",
                            relation->columns[i].storage ? relation->columns[i].storage : relation->columns[i].name);
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    int code = sqlite3_declare_vtab(db, text);
    sqlite3_free(text);
    if (code != SQLITE_OK)
        return code;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    table->ncolumns = relation->natts;
    table->oid_column = -1;
    for (int i = 0; i < relation->natts; i++)
        if (strcmp(relation->columns[i].name, "oid") == 0)
            table->oid_column = i;
    struct system_vtab *made = sqlite3_malloc(sizeof *made);
    if (!made)
        return SQLITE_NOMEM;
    *made = (struct system_vtab){.table = table};
    *vtab = &made->base;
    return SQLITE_OK;
}

static int vtab_disconnect(sqlite3_vtab *vtab)
{
    sqlite3_free(vtab);
    return SQLITE_OK;
}

/* One equality is served by an order of its column. An oid finds one row, another column a handful. */
static int system_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
    enum { ROWS = 3000, SOME = 20 };
    const struct system_table *table = ((struct system_vtab *) vtab)->table;
    int best = -1;
    bool unique = false;
    for (int i = 0; i < info->nConstraint && !unique; i++) {
        const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
        if (!constraint->usable || constraint->op != SQLITE_INDEX_CONSTRAINT_EQ || constraint->iColumn < 0 ||
            strcmp(sqlite3_vtab_collation(info, i), "BINARY") != 0)
            continue;
        unique = constraint->iColumn == table->oid_column;
        if (unique || best < 0)
            best = i;
    }
    info->estimatedCost = ROWS;
    info->estimatedRows = ROWS;
    if (best < 0)
        return SQLITE_OK;
    info->aConstraintUsage[best].argvIndex = 1;
    info->idxNum = info->aConstraint[best].iColumn + 1;
    info->estimatedCost = unique ? 2 : SOME + 5;
    info->estimatedRows = unique ? 1 : SOME;
    return SQLITE_OK;
}

static int system_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **cursor)
{
    struct system_cursor *made = sqlite3_malloc(sizeof *made);
    if (!made)
        return SQLITE_NOMEM;
    memset(made, 0, sizeof *made);
    *cursor = &made->base;
    ((struct system_vtab *) vtab)->table->open++;
    return SQLITE_OK;
}

static int vtab_fail(struct engine *engine, sqlite3_vtab *vtab, struct diag *diag)
{
    sqlite3_free(vtab->zErrMsg);
    vtab->zErrMsg = sqlite3_mprintf("%s", diag->message ? diag->message : "virtual table failed");
    if (!diag_is_set(&engine->pending))
        diag_move(&engine->pending, diag);
    else
        diag_clear(diag);
    return SQLITE_ERROR;
}

static int system_close(sqlite3_vtab_cursor *cursor)
{
    struct system_table *table = ((struct system_vtab *) cursor->pVtab)->table;
    if (--table->open == 0) {
        if (table->rows && table->rows->live)
            drop_indexes(table);
        table->rows = NULL;
    }
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int system_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc, sqlite3_value **argv)
{
    struct system_cursor *cursor = (struct system_cursor *) base;
    struct system_table *table = ((struct system_vtab *) base->pVtab)->table;
    struct engine *engine = table->engine;
    struct diag diag = {0};
    (void) text;
    cursor->rows = table_rows(table, &diag);
    if (!cursor->rows)
        return vtab_fail(engine, base->pVtab, &diag);
    cursor->order = NULL;
    cursor->at = 0;
    cursor->end = cursor->rows->nrows;
    if (number > 0 && argc == 1) {
        struct datum key;
        engine_value(argv[0], &key);
        if (key.kind == DATUM_REAL && key.r == (double) (int64_t) key.r && key.r >= -9e15 && key.r <= 9e15)
            key = datum_int((int64_t) key.r); /* equal for SQLite, so equal here */
        cursor->order = column_order(table, cursor->rows, number - 1);
        cursor->at = bound(cursor->rows, cursor->order, number - 1, &key, false);
        cursor->end = key.kind == DATUM_NULL ? cursor->at : bound(cursor->rows, cursor->order, number - 1, &key, true);
    }
    return SQLITE_OK;
}

/* Another statement of the session read the catalog anew while this one was suspended: its rows are no more. */
static bool rows_are_gone(const struct system_cursor *cursor)
{
    const struct system_table *table = ((const struct system_vtab *) cursor->base.pVtab)->table;
    return table->generation != engine_catalog_generation(table->engine) || cursor->rows != table->rows;
}

static bool report_gone(struct diag *diag)
{
    return diag_set(diag, ERRCODE_SERIALIZATION_FAILURE, "could not serialize access due to concurrent change of the catalog");
}

static int system_next(sqlite3_vtab_cursor *base)
{
    struct system_cursor *cursor = (struct system_cursor *) base;
    struct diag diag = {0};
    cursor->at++;
    if (!rows_are_gone(cursor))
        return SQLITE_OK;
    report_gone(&diag);
    return vtab_fail(((struct system_vtab *) base->pVtab)->table->engine, base->pVtab, &diag);
}

static int system_eof(sqlite3_vtab_cursor *base)
{
    const struct system_cursor *cursor = (struct system_cursor *) base;
    return cursor->at >= cursor->end;
}

static int system_row(const struct system_cursor *cursor)
{
    return cursor->order ? cursor->order[cursor->at] : cursor->at;
}

/* With a copy: a result may be kept longer than the rows are. */
static int system_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct system_cursor *cursor = (struct system_cursor *) base;
    if (rows_are_gone(cursor)) {
        struct diag diag = {0};
        report_gone(&diag);
        return vtab_fail(((struct system_vtab *) base->pVtab)->table->engine, base->pVtab, &diag);
    }
    engine_result(context, &cursor->rows->values[(size_t) system_row(cursor) * (size_t) cursor->rows->ncols + (size_t) column]);
    return SQLITE_OK;
}

static int system_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = system_row((struct system_cursor *) base);
    return SQLITE_OK;
}

static const sqlite3_module system_module = {
    .xConnect = system_connect,
    .xBestIndex = system_best_index,
    .xDisconnect = vtab_disconnect,
    .xOpen = system_open,
    .xClose = system_close,
    .xFilter = system_filter,
    .xNext = system_next,
    .xEof = system_eof,
    .xColumn = system_column,
    .xRowid = system_rowid,
};

static bool register_system_table(struct engine *engine, const char *name, struct diag *diag)
{
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(engine->env->catalog, i)); i++)
        if (relation->is_system && relation->storage && strcmp(relation->storage, name) == 0)
            break;
    if (!relation)
        return false;
    struct system_table *table = xcalloc(1, sizeof *table);
    table->engine = engine;
    table->name = xstrdup(name);
    table->next = engine->tables;
    engine->tables = table;
    int code = sqlite3_create_module_v2(engine->db, name, &system_module, table, NULL);
    return code == SQLITE_OK || engine_report(engine, code, diag);
}

/* ---- set-returning functions ----
 * Columns: c1 … cm, o (the row's number), then hidden a1 … an, the arguments. */

enum { FUNCTION_ARGS = 16, RECORD_COLUMNS = 128 };

struct function_vtab {
    sqlite3_vtab base;
    struct registered *function;
    int ncolumns;
};

struct function_cursor {
    sqlite3_vtab_cursor base;
    struct arena arena, row_arena;
    void *state;
    void *cache;
    bool open, more;
    int64_t number;
    struct datum *row;
    struct datum *args;
    char *copies;
};

/* Output arguments of the function with this source; 0: it has none, or is not among these. */
static int output_arguments(int count, const struct proc_fact *procs, const char *source)
{
    for (int i = 0; i < count; i++) {
        if (!procs[i].modes || strcmp(procs[i].source, source) != 0)
            continue;
        int outputs = 0;
        for (const char *mode = procs[i].modes; *mode; mode++)
            outputs += *mode == 'o' || *mode == 'b' || *mode == 't';
        if (outputs)
            return outputs;
    }
    return 0;
}

static int result_columns(const struct func_instance *instance)
{
    const struct type_desc *result = instance->result;
    int outputs = output_arguments(proc_fact_count, proc_facts, instance->impl->source);
    if (!outputs)
        outputs = output_arguments(extension_proc_fact_count, extension_proc_facts, instance->impl->source);
    if (outputs)
        return outputs;
    if (result && result->typtype == 'c')
        return result->field_count;
    return !result || result->oid == RECORD_OID ? RECORD_COLUMNS : 1;
}

static int function_connect(sqlite3 *db, void *argument, int argc, const char *const *argv, sqlite3_vtab **vtab, char **error)
{
    struct registered *function = argument;
    (void) argc, (void) argv, (void) error;
    int ncolumns = result_columns(&function->instance);
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE TABLE x(");
    for (int i = 1; i <= ncolumns; i++)
        sqlite3_str_appendf(sql, "c%d, ", i);
    sqlite3_str_appendall(sql, "o");
    for (int i = 1; i <= FUNCTION_ARGS; i++)
        sqlite3_str_appendf(sql, ", a%d HIDDEN", i);
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    int code = sqlite3_declare_vtab(db, text);
    sqlite3_free(text);
    if (code != SQLITE_OK)
        return code;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    struct function_vtab *made = sqlite3_malloc(sizeof *made);
    if (!made)
        return SQLITE_NOMEM;
    *made = (struct function_vtab){.function = function, .ncolumns = ncolumns};
    *vtab = &made->base;
    return SQLITE_OK;
}

static int function_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    int first = ((struct function_vtab *) base)->ncolumns + 1, given[FUNCTION_ARGS], count = 0;
    for (int i = 0; i < FUNCTION_ARGS; i++)
        given[i] = -1;
    for (int i = 0; i < info->nConstraint; i++) {
        int argument = info->aConstraint[i].iColumn - first;
        if (argument < 0 || argument >= FUNCTION_ARGS || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (!info->aConstraint[i].usable)
            return SQLITE_CONSTRAINT; /* its argument comes from a table that must be to the left */
        given[argument] = i;
    }
    while (count < FUNCTION_ARGS && given[count] >= 0) {
        info->aConstraintUsage[given[count]].argvIndex = count + 1;
        info->aConstraintUsage[given[count]].omit = 1;
        count++;
    }
    info->idxNum = count;
    info->estimatedCost = 100;
    info->estimatedRows = 100;
    return SQLITE_OK;
}

static int function_open(sqlite3_vtab *base, sqlite3_vtab_cursor **cursor)
{
    struct function_vtab *vtab = (struct function_vtab *) base;
    struct function_cursor *made = sqlite3_malloc(sizeof *made);
    if (!made)
        return SQLITE_NOMEM;
    memset(made, 0, sizeof *made);
    arena_init(&made->arena);
    arena_init(&made->row_arena);
    made->row = xcalloc((size_t) vtab->ncolumns, sizeof *made->row);
    made->state = xcalloc(1, vtab->function->instance.impl->table->cursor_size);
    *cursor = &made->base;
    return SQLITE_OK;
}

static void end_function(struct function_cursor *cursor)
{
    const struct func_impl *impl = ((struct function_vtab *) cursor->base.pVtab)->function->instance.impl;
    if (cursor->open && impl->table->close)
        impl->table->close(cursor->state);
    cursor->open = cursor->more = false;
    memset(cursor->state, 0, impl->table->cursor_size);
    cursor->cache = NULL;
    arena_reset(&cursor->arena);
    arena_reset(&cursor->row_arena);
}

static int function_close(sqlite3_vtab_cursor *base)
{
    struct function_cursor *cursor = (struct function_cursor *) base;
    end_function(cursor);
    arena_deinit(&cursor->arena);
    arena_deinit(&cursor->row_arena);
    free(cursor->row);
    free(cursor->state);
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int function_next(sqlite3_vtab_cursor *base)
{
    struct function_cursor *cursor = (struct function_cursor *) base;
    struct function_vtab *vtab = (struct function_vtab *) base->pVtab;
    struct engine *engine = vtab->function->engine;
    struct diag diag = {0};
    struct fcall call = {.env = engine->env,
                         .inst = &vtab->function->instance,
                         .arena = &cursor->row_arena,
                         .diag = &diag,
                         .cache = &cursor->cache,
                         .cache_arena = &cursor->arena};
    arena_reset(&cursor->row_arena);
    cursor->number++;
    if (engine_is_interrupted(engine))
        return SQLITE_INTERRUPT;
    if (!vtab->function->instance.impl->table->next(&call, cursor->state, cursor->row, &cursor->more))
        return vtab_fail(engine, base->pVtab, &diag);
    return SQLITE_OK;
}

static int function_filter(sqlite3_vtab_cursor *base, int count, const char *text, int argc, sqlite3_value **argv)
{
    struct function_cursor *cursor = (struct function_cursor *) base;
    struct function_vtab *vtab = (struct function_vtab *) base->pVtab;
    struct engine *engine = vtab->function->engine;
    (void) count, (void) text;
    end_function(cursor);
    cursor->number = 0;
    memset(cursor->row, 0, sizeof *cursor->row * (size_t) vtab->ncolumns);
    cursor->args = arena_array(&cursor->arena, struct datum, argc + 1);
    for (int i = 0; i < argc; i++) {
        struct datum *arg = &cursor->args[i];
        engine_value(argv[i], arg);
        if (arg->kind == DATUM_NULL && vtab->function->instance.impl->flags & FUNC_STRICT)
            return SQLITE_OK;
        if (arg->kind == DATUM_TEXT || arg->kind == DATUM_BLOB) /* the values go away before the rows do */
            arg->data = arena_strndup(&cursor->arena, arg->len ? arg->data : "", arg->len);
    }
    struct diag diag = {0};
    if (!engine_refresh_instance(vtab->function, &diag))
        return vtab_fail(engine, base->pVtab, &diag);
    struct fcall call = {.env = engine->env,
                         .inst = &vtab->function->instance,
                         .arena = &cursor->arena,
                         .diag = &diag,
                         .cache = &cursor->cache,
                         .cache_arena = &cursor->arena};
    if (!vtab->function->instance.impl->table->open(&call, cursor->state, argc, cursor->args))
        return vtab_fail(engine, base->pVtab, &diag);
    cursor->open = true;
    return function_next(base);
}

static int function_eof(sqlite3_vtab_cursor *base)
{
    return !((struct function_cursor *) base)->more;
}

static int function_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct function_cursor *cursor = (struct function_cursor *) base;
    const struct function_vtab *vtab = (struct function_vtab *) base->pVtab;
    if (column < vtab->ncolumns)
        engine_result(context, &cursor->row[column]);
    else if (column == vtab->ncolumns)
        sqlite3_result_int64(context, cursor->number);
    else
        sqlite3_result_null(context);
    return SQLITE_OK;
}

static int function_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = ((struct function_cursor *) base)->number;
    return SQLITE_OK;
}

static const sqlite3_module function_module = {
    .xConnect = function_connect,
    .xBestIndex = function_best_index,
    .xDisconnect = vtab_disconnect,
    .xOpen = function_open,
    .xClose = function_close,
    .xFilter = function_filter,
    .xNext = function_next,
    .xEof = function_eof,
    .xColumn = function_column,
    .xRowid = function_rowid,
};

bool engine_register_table(struct engine *engine, const char *name, struct diag *diag)
{
    if (!engine->env)
        return false;
    if (engine->env->catalog && register_system_table(engine, name, diag))
        return true;
    if (diag_is_set(diag))
        return false;
    struct registered *function = engine_registered(engine, name, 1u << FUNC_TABLE, diag);
    if (!function)
        return false;
    int code = sqlite3_create_module_v2(engine->db, name, &function_module, function, NULL);
    return code == SQLITE_OK || engine_report(engine, code, diag);
}

void engine_forget_tables(struct engine *engine)
{
    while (engine->tables) {
        struct system_table *table = engine->tables;
        engine->tables = table->next;
        drop_indexes(table);
        free(table->name);
        free(table);
    }
}
