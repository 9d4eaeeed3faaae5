#include "func/internal.h"

#include "func/collate.h"

#include "type/array.h"
#include "type/composite.h"

#include <stdio.h>
#include <stdlib.h>

/* Rows packed into one value. */

void rowpack_begin(struct buf *buf, int ncolumns)
{
    uint16_t count = (uint16_t) ncolumns;
    buf_append(buf, &count, sizeof count);
}

void rowpack_put(struct buf *buf, const struct datum *value)
{
    buf_putc(buf, (char) value->kind);
    switch (value->kind) {
    case DATUM_NULL:
        break;
    case DATUM_INT:
        buf_append(buf, &value->i, sizeof value->i);
        break;
    case DATUM_REAL:
        buf_append(buf, &value->r, sizeof value->r);
        break;
    default:
        buf_append(buf, &value->len, sizeof value->len);
        buf_append(buf, value->data, value->len);
    }
}

void rowpack_open(struct rowpack_reader *reader, const char *data, size_t len)
{
    uint16_t count = 0;
    *reader = (struct rowpack_reader){.at = data, .end = data ? data + len : data};
    if (len < sizeof count)
        return;
    memcpy(&count, data, sizeof count);
    reader->at += sizeof count;
    reader->ncolumns = count;
}

bool rowpack_next(struct rowpack_reader *reader, struct datum *row, int room)
{
    if (reader->at >= reader->end)
        return false;
    for (int i = 0; i < reader->ncolumns; i++) {
        struct datum value = {.kind = (enum datum_kind) * reader->at++};
        switch (value.kind) {
        case DATUM_NULL:
            break;
        case DATUM_INT:
            memcpy(&value.i, reader->at, sizeof value.i);
            reader->at += sizeof value.i;
            break;
        case DATUM_REAL:
            memcpy(&value.r, reader->at, sizeof value.r);
            reader->at += sizeof value.r;
            break;
        default:
            memcpy(&value.len, reader->at, sizeof value.len);
            value.data = reader->at + sizeof value.len;
            reader->at = value.data + value.len;
        }
        if (i < room)
            row[i] = value;
    }
    for (int i = reader->ncolumns; i < room; i++)
        row[i] = datum_null();
    return true;
}

struct single {
    bool seen;
    struct datum value;
};
_Static_assert(sizeof(struct single) <= INTERNAL_SINGLE_SIZE, "room for the state");

static struct datum keep(struct arena *arena, const struct datum *value)
{
    struct datum copy = *value;
    if (value->kind == DATUM_TEXT || value->kind == DATUM_BLOB)
        copy.data = arena_strndup(arena, value->data, value->len);
    return copy;
}

bool internal_single_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct single *single = state;
    (void) nargs;
    if (single->seen)
        return diag_set(call->diag, ERRCODE_CARDINALITY_VIOLATION,
                        "more than one row returned by a subquery used as an expression");
    single->seen = true;
    single->value = keep(call->cache_arena, &args[0]);
    return true;
}

bool internal_single_final(struct fcall *call, void *state, struct datum *result)
{
    const struct single *single = state;
    (void) call;
    *result = single && single->seen ? single->value : datum_null();
    return true;
}

struct pack {
    char *data;
    size_t len, cap;
};
_Static_assert(sizeof(struct pack) <= INTERNAL_PACK_SIZE, "room for the state");

static void pack_bytes(struct arena *arena, struct pack *pack, const struct buf *row)
{
    if (pack->cap - pack->len < row->len) {
        size_t cap = pack->cap ? pack->cap * 2 : 512;
        while (cap - pack->len < row->len)
            cap *= 2;
        pack->data = arena_grow(arena, pack->data, pack->len, cap);
        pack->cap = cap;
    }
    memcpy(pack->data + pack->len, row->data, row->len);
    pack->len += row->len;
}

bool internal_pack_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct pack *pack = state;
    struct buf row = {0};
    if (pack->len == 0)
        rowpack_begin(&row, nargs);
    for (int i = 0; i < nargs; i++)
        rowpack_put(&row, &args[i]);
    pack_bytes(call->cache_arena, pack, &row);
    buf_deinit(&row);
    return true;
}

bool internal_pack_final(struct fcall *call, void *state, struct datum *result)
{
    const struct pack *pack = state;
    (void) call;
    *result = pack && pack->len ? datum_blob(pack->data, pack->len) : datum_null();
    return true;
}

/* An aggregate over rows in order. "direct args keys distinct flags name", see lower_aggregate.c. */
struct sorted {
    bool ready;
    int ndirect, nargs, nkeys, distinct;
    char flags[128];
    const struct func_impl *impl;
    int count, cap;
    struct datum **rows;
};
_Static_assert(sizeof(struct sorted) <= INTERNAL_SORTED_SIZE, "room for the state");

static bool read_how(struct fcall *call, struct sorted *sorted, const struct datum *how)
{
    char *text = arena_strndup(call->cache_arena, how->data, how->len);
    int used = 0;
    if (sscanf(text, "%d %d %d %d %127s %n", &sorted->ndirect, &sorted->nargs, &sorted->nkeys, &sorted->distinct, sorted->flags,
               &used) < 5)
        return diag_set(call->diag, "XX000", "malformed order of an aggregate");
    sorted->impl = func_find(text + used);
    if (!sorted->impl)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "aggregate function %s is not supported", text + used);
    sorted->ready = true;
    return true;
}

bool internal_sorted_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct sorted *sorted = state;
    if (!sorted->ready && !read_how(call, sorted, &args[0]))
        return false;
    if (sorted->count == sorted->cap) {
        size_t old = sizeof *sorted->rows * (size_t) sorted->cap;
        sorted->cap = sorted->cap ? sorted->cap * 2 : 16;
        sorted->rows = arena_grow(call->cache_arena, sorted->rows, old, sizeof *sorted->rows * (size_t) sorted->cap);
    }
    struct datum *row = arena_alloc(call->cache_arena, sizeof *row * (size_t) nargs);
    for (int i = 1; i < nargs; i++)
        row[i - 1] = keep(call->cache_arena, &args[i]);
    sorted->rows[sorted->count++] = row;
    return true;
}

struct sort_context {
    struct fcall *call;
    const struct sorted *sorted;
    struct func_collation *collations; /* one per key; NULL: none is ICU's */
};

/* The instance's collation names the keys': "de-x-icu|" (lower_aggregate.c). */
static bool find_collations(struct sort_context *context)
{
    const char *names = context->call->inst->collation;
    if (!names)
        return true;
    context->collations = arena_array(context->call->cache_arena, struct func_collation, context->sorted->nkeys);
    for (int i = 0; i < context->sorted->nkeys; i++) {
        size_t len = strcspn(names, "|");
        if (!func_collation_find(context->call, names, len, &context->collations[i]))
            return false;
        names += len + (names[len] == '|');
    }
    return true;
}

static int compare_keys(const void *a, const void *b, void *arg)
{
    const struct sort_context *context = arg;
    const struct sorted *sorted = context->sorted;
    int first = sorted->ndirect + sorted->nargs;
    const struct datum *x = *(struct datum *const *) a + first, *y = *(struct datum *const *) b + first;
    for (int i = 0; i < sorted->nkeys; i++) {
        bool x_null = datum_is_null(&x[i]), y_null = datum_is_null(&y[i]);
        if (x_null && y_null)
            continue;
        if (x_null || y_null)
            return (x_null ? 1 : -1) * (sorted->flags[2 * i + 1] == 'f' ? -1 : 1);
        const struct type_desc *type = context->call->inst->args[1 + first + i];
        struct type_io io = fcall_io(context->call, type);
        int order;
        if (context->collations && context->collations[i].collator) {
            order = func_collation_compare(&context->collations[i], &x[i], &y[i]);
        } else if (type->codec->compare) {
            order = type->codec->compare(&io, &x[i], &y[i]);
        } else {
            uint32_t len = x[i].len < y[i].len ? x[i].len : y[i].len;
            order = x[i].kind == DATUM_INT ? (x[i].i > y[i].i) - (x[i].i < y[i].i) : memcmp(x[i].data, y[i].data, len);
            if (order == 0 && x[i].kind >= DATUM_TEXT)
                order = (x[i].len > y[i].len) - (x[i].len < y[i].len);
        }
        if (order)
            return sorted->flags[2 * i] == 'd' ? -order : order;
    }
    return 0;
}

bool internal_sorted_final(struct fcall *call, void *state, struct datum *result)
{
    struct sorted *sorted = state;
    *result = datum_null();
    if (!sorted || !sorted->ready)
        return true;
    struct sort_context context = {call, sorted, NULL};
    if (!find_collations(&context))
        return false;
    struct func_instance inner = *call->inst;
    void *cache = NULL;
    struct fcall inner_call = *call;
    inner.impl = sorted->impl;
    inner.name = sorted->impl->source;
    inner.nargs = sorted->ndirect + sorted->nargs;
    inner.args = call->inst->args + 1;
    inner_call.inst = &inner;
    inner_call.cache = &cache;
    qsort_r(sorted->rows, (size_t) sorted->count, sizeof *sorted->rows, compare_keys, &context);
    void *inner_state = arena_zalloc(call->cache_arena, sorted->impl->state_size + 1);
    for (int i = 0; i < sorted->count; i++) {
        if (sorted->distinct && i > 0 && compare_keys(&sorted->rows[i - 1], &sorted->rows[i], &context) == 0)
            continue;
        if (!sorted->impl->step(&inner_call, inner_state, inner.nargs, sorted->rows[i]))
            return false;
    }
    return sorted->impl->final(&inner_call, inner_state, result);
}

/* Packed rows as a table. A function that returns records of no declared shape has this many columns. */
enum { ROW_COLUMNS = 128 };

struct unpack_cursor {
    struct rowpack_reader reader;
};

static bool unpack_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct unpack_cursor *unpack = cursor;
    (void) nargs;
    (void) call;
    rowpack_open(&unpack->reader, args[0].kind == DATUM_BLOB ? args[0].data : NULL, args[0].kind == DATUM_BLOB ? args[0].len : 0);
    return true;
}

static bool unpack_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct unpack_cursor *unpack = cursor;
    (void) call;
    *more = rowpack_next(&unpack->reader, row, unpack->reader.ncolumns < ROW_COLUMNS ? unpack->reader.ncolumns : ROW_COLUMNS);
    return true;
}

static void unpack_close(void *cursor)
{
    (void) cursor;
}

const struct table_func internal_unpack = {sizeof(struct unpack_cursor), unpack_open, unpack_next, unpack_close};

/* ROWS FROM, WITH ORDINALITY and several set-returning calls of a select list: "ordinality|name|args|columns|type|name|…". */
enum { ROWS_FROM_CALLS = 64, ROWS_FROM_COLUMNS = ROW_COLUMNS - 1 };

struct rows_from_call {
    const struct func_impl *impl; /* NULL: a plain value, one row */
    struct func_instance instance;
    void *cache;
    void *cursor;
    bool opened, done;
    bool whole; /* gives rows as one value: they are taken apart */
    int ncolumns, nargs, first;
    struct datum value;
};

struct rows_from_cursor {
    int ncalls, ordinality;
    int64_t number;
    struct rows_from_call *calls;
    struct datum *scratch;
};

static struct fcall inner_call(struct fcall *call, struct rows_from_call *one)
{
    struct fcall inner = *call;
    inner.inst = &one->instance;
    inner.cache = &one->cache;
    return inner;
}

static bool rows_from_open(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct rows_from_cursor *cursor = state;
    struct arena *arena = call->cache_arena ? call->cache_arena : call->arena;
    char *rest = arena_strndup(arena, args[0].data, args[0].len);
    cursor->calls = arena_zalloc(arena, sizeof *cursor->calls * ROWS_FROM_CALLS);
    cursor->scratch = arena_zalloc(arena, sizeof *cursor->scratch * ROWS_FROM_COLUMNS);
    cursor->ordinality = atoi(strsep(&rest, "|"));
    int first = 1;
    while (rest && cursor->ncalls < ROWS_FROM_CALLS) {
        struct rows_from_call *one = &cursor->calls[cursor->ncalls++];
        const char *name = strsep(&rest, "|");
        one->whole = *name == '*';
        name += one->whole;
        const char *count = strsep(&rest, "|"), *columns = strsep(&rest, "|"), *type = strsep(&rest, "|");
        if (!count || !columns || !type)
            return diag_set(call->diag, "XX000", "malformed ROWS FROM");
        one->nargs = atoi(count);
        one->ncolumns = atoi(columns);
        one->first = first;
        first += one->nargs;
        if (first > nargs)
            return diag_set(call->diag, "XX000", "malformed ROWS FROM");
        const struct type_resolver *resolver = call->env->resolver;
        oid_t oid = (oid_t) strtoul(type, NULL, 10);
        if (strcmp(name, "-") == 0) {
            one->value = keep(arena, &args[one->first]);
            one->instance.result = type_find(resolver, oid);
            continue;
        }
        one->impl = func_find(name);
        if (!one->impl || one->impl->form != FUNC_TABLE)
            return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "function %s is not supported", name);
        one->instance = (struct func_instance){.name = one->impl->source,
                                               .impl = one->impl,
                                               .nargs = one->nargs,
                                               .args = call->inst->args + one->first,
                                               .typmod = -1,
                                               .result = resolver && resolver->type ? resolver->type(resolver->self, oid)
                                                                                    : type_builtin(oid)};
        one->cursor = arena_zalloc(arena, one->impl->table->cursor_size + 1);
        struct datum *copies = arena_alloc(arena, sizeof *copies * (size_t) (one->nargs + 1));
        for (int i = 0; i < one->nargs; i++)
            copies[i] = keep(arena, &args[one->first + i]);
        struct fcall inner = inner_call(call, one);
        one->opened = true;
        if (!one->impl->table->open(&inner, one->cursor, one->nargs, copies))
            return false;
    }
    return true;
}

/* "*name": the row that came as one value becomes its fields; anything else stays. */
static void take_apart(struct fcall *call, const struct rows_from_call *one, struct datum *row)
{
    const struct type_desc *type = type_base(call->env->resolver, one->instance.result);
    if (!type || (type->typtype != 'c' && type->oid != RECORD_OID))
        return;
    struct type_io io = fcall_io(call, type);
    struct datum value = row[0];
    struct composite fields;
    composite_load(&io, type, &value, &fields);
    for (int i = 0, column = 0; column < one->ncolumns && column < ROWS_FROM_COLUMNS; i++) {
        if (i < type->field_count && type->fields[i].dropped)
            continue;
        row[column++] = i < fields.count ? fields.fields[i] : datum_null();
    }
}

static bool rows_from_next(struct fcall *call, void *state, struct datum *row, bool *more)
{
    struct rows_from_cursor *cursor = state;
    int column = 0;
    *more = false;
    for (int i = 0; i < cursor->ncalls; i++) {
        struct rows_from_call *one = &cursor->calls[i];
        bool has = false;
        if (!one->impl) {
            has = !one->done;
            cursor->scratch[0] = one->value;
            if (has && one->whole)
                take_apart(call, one, cursor->scratch);
            one->done = true;
        } else if (!one->done) {
            struct fcall inner = inner_call(call, one);
            if (!one->impl->table->next(&inner, one->cursor, cursor->scratch, &has))
                return false;
            one->done = !has;
            if (has && one->whole)
                take_apart(&inner, one, cursor->scratch);
        }
        *more = *more || has;
        for (int k = 0; k < one->ncolumns && column < ROWS_FROM_COLUMNS; k++, column++)
            row[column] = has ? cursor->scratch[k] : datum_null();
    }
    if (*more && cursor->ordinality)
        row[column] = datum_int(++cursor->number);
    return true;
}

static void rows_from_close(void *state)
{
    struct rows_from_cursor *cursor = state;
    for (int i = 0; cursor->calls && i < cursor->ncalls; i++) {
        struct rows_from_call *one = &cursor->calls[i];
        if (one->opened && one->impl->table->close)
            one->impl->table->close(one->cursor);
    }
}

const struct table_func internal_rows_from = {sizeof(struct rows_from_cursor), rows_from_open, rows_from_next, rows_from_close};
