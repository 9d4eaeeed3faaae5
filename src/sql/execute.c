#include "sql/compiler.h"
#include "sql/constraint.h"
#include "sql/plan.h"

#include "func/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { SPOOL_IN_MEMORY = 32 * 1024 * 1024 };

struct cursor {
    struct compiler *compiler;
    struct plan *plan;
    struct arena arena;
    const struct datum *params;
    const struct datum *literals;
    struct datum *stages;
    struct engine_stmt **own; /* NULL: the plan's own statements are used */
    struct datum *row;
    int row_room;
    int step;
    bool bound; /* the step under way has its parameters */
    bool done;
    int64_t count;
    bool spooled;
    struct buf spool;
    FILE *spool_file;
    void *spool_map;
    size_t spool_len;
    struct rowpack_reader spool_reader;
    struct buf *stage_bufs;
};

/* Text of a number literal as its type's input wants it; 32-bit integers, the common case, need none. */
static bool literal_value(struct cursor *cursor, const struct plan_literal *use, const struct literal *literal,
                          struct datum *value, struct diag *diag)
{
    if (use->type == INT4_OID || use->type == INT8_OID || use->type == INT2_OID || use->type == OID_OID) {
        if (literal->kind == LITERAL_INT4) {
            int64_t number = 0;
            for (size_t i = 0; i < literal->len; i++)
                number = number * 10 + (literal->text[i] - '0');
            *value = datum_int(use->negated ? -number : number);
            if (use->type != INT2_OID || (value->i >= INT16_MIN && value->i <= INT16_MAX))
                return true;
        }
    }
    const char *text = literal->text;
    size_t len = literal->len;
    if (use->negated || literal->kind == LITERAL_BITS || literal->kind == LITERAL_HEX) {
        char *signed_text = arena_alloc(&cursor->arena, len + 2);
        signed_text[0] = use->negated ? '-' : literal->kind == LITERAL_BITS ? 'b' : 'x';
        memcpy(signed_text + 1, text, len);
        text = signed_text;
        len++;
    }
    const struct type_desc *type = use->desc ? use->desc : catalog_type_by_oid(cursor->compiler->catalog, use->type);
    if (!type || use->type == UNKNOWN_OID || use->type == TEXT_OID) {
        *value = datum_text(text, len);
        return true;
    }
    struct func_env *env = cursor->compiler->env;
    struct type_io io = {
        .type = type, .typmod = use->typmod, .settings = env->types, .resolver = env->resolver, .arena = &cursor->arena};
    if (type_in(&io, text, len, value, diag)) {
        /* A number without quotes is numeric before it is a float, and numeric has no negative zero. */
        if (use->negated && value->kind == DATUM_REAL && value->r == 0)
            value->r = 0;
        return true;
    }
    if (!diag->position)
        diag->position = literal->location + 1;
    return false;
}

struct cursor *cursor_open(struct compiler *compiler, struct plan *plan, const struct datum *params,
                           const struct literal *literals, int nliterals, struct diag *diag)
{
    struct cursor *cursor = xcalloc(1, sizeof *cursor);
    arena_init(&cursor->arena);
    cursor->compiler = compiler;
    cursor->plan = plan;
    cursor->params = params;
    struct datum *values = arena_array(&cursor->arena, struct datum, plan->nliterals + plan->nstages + 1);
    for (int i = 0; i < plan->nliterals && i < nliterals; i++) {
        if (plan->literals[i].pinned || !plan->literals[i].type)
            continue;
        if (!literal_value(cursor, &plan->literals[i], &literals[i], &values[i], diag)) {
            arena_deinit(&cursor->arena);
            free(cursor);
            return NULL;
        }
    }
    cursor->literals = values;
    cursor->stages = values + plan->nliterals;
    if (plan->nstages)
        cursor->stage_bufs = xcalloc((size_t) plan->nstages, sizeof *cursor->stage_bufs);
    cursor->row_room = plan->ncolumns;
    for (int i = 0; i < plan->nsteps; i++)
        if (plan->steps[i].ncolumns > cursor->row_room)
            cursor->row_room = plan->steps[i].ncolumns;
    cursor->row = arena_array(&cursor->arena, struct datum, cursor->row_room + 1);
    if (plan->busy)
        cursor->own = xcalloc((size_t) plan->nsteps + 1, sizeof *cursor->own);
    else
        plan->busy = true;
    return cursor;
}

static struct engine_stmt **step_stmt(struct cursor *cursor, int step)
{
    return cursor->own ? &cursor->own[step] : &cursor->plan->steps[step].stmt;
}

static bool bind_step(struct cursor *cursor, const struct plan_step *step, struct engine_stmt *stmt)
{
    for (int i = 0; i < step->nbinds; i++) {
        const struct plan_bind *bind = &step->binds[i];
        switch (bind->from) {
        case BIND_PARAM:
            engine_bind(stmt, i + 1, &cursor->params[bind->index]);
            break;
        case BIND_LITERAL:
            if (bind->index < cursor->plan->nliterals)
                engine_bind(stmt, i + 1, &cursor->literals[bind->index]);
            break;
        case BIND_STAGE:
            engine_bind(stmt, i + 1, &cursor->stages[bind->index]);
            break;
        }
    }
    return true;
}

/* Make the step under way ready; NULL after a report. */
static struct engine_stmt *ready_step(struct cursor *cursor, struct diag *diag)
{
    const struct plan_step *step = &cursor->plan->steps[cursor->step];
    struct engine_stmt **stmt = step_stmt(cursor, cursor->step);
    if (!*stmt) {
        *stmt = engine_prepare(cursor->compiler->engine, step->sql, strlen(step->sql), cursor->own == NULL, diag);
        if (!*stmt)
            return NULL;
    }
    if (!cursor->bound) {
        bind_step(cursor, step, *stmt);
        cursor->bound = true;
    }
    return *stmt;
}

static void finish_step(struct cursor *cursor, struct engine_stmt *stmt)
{
    engine_reset(stmt);
    cursor->bound = false;
    cursor->step++;
}

static enum engine_step spooled_row(struct cursor *cursor, const struct datum **row)
{
    if (!rowpack_next(&cursor->spool_reader, cursor->row, cursor->row_room))
        return ENGINE_DONE;
    *row = cursor->row;
    return ENGINE_ROW;
}

static enum engine_step fail(struct cursor *cursor, struct engine_stmt *stmt, enum engine_step result, struct diag *diag)
{
    if (stmt) {
        engine_reset(stmt);
        cursor->bound = false;
    }
    cursor->done = true;
    if (result == ENGINE_FAILED && strncmp(diag->sqlstate, "23", 2) == 0)
        constraint_complete(cursor->compiler, cursor->plan, cursor->params, cursor->literals, diag);
    return result;
}

static enum engine_step engine_rows(struct cursor *cursor, const struct datum **row, struct diag *diag)
{
    while (cursor->step < cursor->plan->nsteps) {
        const struct plan_step *step = &cursor->plan->steps[cursor->step];
        struct engine_stmt *stmt = ready_step(cursor, diag);
        if (!stmt)
            return fail(cursor, NULL, ENGINE_FAILED, diag);
        struct buf *stage = step->role == STEP_STAGE ? &cursor->stage_bufs[step->stage] : NULL;
        for (;;) {
            enum engine_step result = engine_step(stmt, diag);
            if (result == ENGINE_ROW && step->role == STEP_ROWS) {
                engine_row(stmt, cursor->row);
                cursor->count++;
                *row = cursor->row;
                return ENGINE_ROW;
            }
            if (result == ENGINE_ROW) {
                if (stage) {
                    int ncolumns = engine_column_count(stmt);
                    if (stage->len == 0)
                        rowpack_begin(stage, ncolumns);
                    struct datum value;
                    for (int i = 0; i < ncolumns; i++) {
                        engine_column(stmt, i, &value);
                        rowpack_put(stage, &value);
                    }
                }
                continue;
            }
            if (result != ENGINE_DONE)
                return fail(cursor, stmt, result, diag);
            break;
        }
        if (step->role == STEP_COUNT)
            cursor->count += engine_changes(cursor->compiler->engine);
        if (stage) {
            if (stage->len == 0)
                rowpack_begin(stage, step->ncolumns);
            cursor->stages[step->stage] = datum_blob(stage->data, stage->len);
        }
        finish_step(cursor, stmt);
    }
    cursor->done = true;
    return ENGINE_DONE;
}

enum engine_step cursor_next(struct cursor *cursor, const struct datum **row, struct diag *diag)
{
    if (cursor->spooled)
        return spooled_row(cursor, row);
    return cursor->done ? ENGINE_DONE : engine_rows(cursor, row, diag);
}

int64_t cursor_count(const struct cursor *cursor)
{
    return cursor->count;
}

static bool spill(struct cursor *cursor, struct diag *diag)
{
    if (!cursor->spool_file)
        cursor->spool_file = tmpfile();
    if (!cursor->spool_file || fwrite(cursor->spool.data, 1, cursor->spool.len, cursor->spool_file) != cursor->spool.len)
        return diag_set(diag, ERRCODE_DISK_FULL, "could not write to temporary file: %m");
    cursor->spool_len += cursor->spool.len;
    buf_reset(&cursor->spool);
    return true;
}

bool cursor_spool(struct cursor *cursor, struct diag *diag)
{
    if (cursor->spooled)
        return true;
    int64_t count = cursor->count;
    rowpack_begin(&cursor->spool, cursor->row_room);
    const struct datum *row;
    enum engine_step result = ENGINE_DONE;
    while (!cursor->done && (result = engine_rows(cursor, &row, diag)) == ENGINE_ROW) {
        for (int i = 0; i < cursor->row_room; i++)
            rowpack_put(&cursor->spool, &row[i]);
        if (cursor->spool.len > SPOOL_IN_MEMORY && !spill(cursor, diag))
            return false;
    }
    if (result != ENGINE_DONE)
        return false;
    (void) count;
    cursor->spooled = true;
    if (!cursor->spool_file) {
        rowpack_open(&cursor->spool_reader, cursor->spool.data, cursor->spool.len);
        return true;
    }
    if (!spill(cursor, diag) || fflush(cursor->spool_file) != 0)
        return diag_set(diag, ERRCODE_DISK_FULL, "could not write to temporary file: %m");
    buf_deinit(&cursor->spool);
    cursor->spool_map = mmap(NULL, cursor->spool_len, PROT_READ, MAP_PRIVATE, fileno(cursor->spool_file), 0);
    if (cursor->spool_map == MAP_FAILED) {
        cursor->spool_map = NULL;
        return diag_set(diag, ERRCODE_OUT_OF_MEMORY, "could not map temporary file: %m");
    }
    rowpack_open(&cursor->spool_reader, cursor->spool_map, cursor->spool_len);
    return true;
}

void cursor_close(struct cursor *cursor)
{
    if (!cursor)
        return;
    struct plan *plan = cursor->plan;
    if (cursor->own) {
        for (int i = 0; i < plan->nsteps; i++)
            if (cursor->own[i])
                engine_finalize(cursor->own[i]);
        free(cursor->own);
    } else {
        /* What was bound is the caller's and goes away: no statement may keep it. */
        if (cursor->step < plan->nsteps && plan->steps[cursor->step].stmt)
            engine_reset(plan->steps[cursor->step].stmt);
        plan->busy = false;
    }
    for (int i = 0; cursor->stage_bufs && i < plan->nstages; i++)
        buf_deinit(&cursor->stage_bufs[i]);
    free(cursor->stage_bufs);
    buf_deinit(&cursor->spool);
    if (cursor->spool_map)
        munmap(cursor->spool_map, cursor->spool_len);
    if (cursor->spool_file)
        fclose(cursor->spool_file);
    arena_deinit(&cursor->arena);
    free(cursor);
}
