#include "type/array.h"

#include "func/func.h"
#include "type/codecs.h"
#include "util/stop.h"

#include <stdio.h>

/* Array functions and operators. Comparison of elements is that of their type's default operator class. */

static const struct type_desc *desc(const struct fcall *call, oid_t oid)
{
    const struct type_desc *type = type_builtin(oid);
    if (!type && call->env->resolver && call->env->resolver->type)
        type = call->env->resolver->type(call->env->resolver->self, oid);
    return type;
}

static const struct type_desc *element_of(const struct fcall *call, const struct type_desc *array)
{
    while (array && array->typtype == 'd')
        array = desc(call, array->base);
    return array && array->element ? desc(call, array->element) : type_builtin(TEXT_OID);
}

static bool load(struct fcall *call, int arg, const struct datum *value, struct array *array)
{
    const struct type_desc *type = arg < call->inst->nargs ? call->inst->args[arg] : NULL;
    array_load(call->arena, element_of(call, type), value, array);
    return true;
}

/* Append to an empty or one-dimensional array; room doubles at powers of two. */
static void array_add(struct arena *arena, struct array *array, const struct datum *item)
{
    int count = array->count;
    if (count == 0 || (count >= 8 && (count & (count - 1)) == 0))
        array->items =
            arena_grow(arena, array->items, sizeof *item * (size_t) count, sizeof *item * (size_t) (count ? count * 2 : 8));
    array->items[array->count++] = *item;
    array->ndims = 1;
    array->lower[0] = 1;
    array->dims[0] = array->count;
}

static int order_items(struct fcall *call, const struct type_desc *element, const struct datum *a, const struct datum *b)
{
    struct type_io io = fcall_io(call, element);
    return element->codec->compare ? element->codec->compare(&io, a, b) : 1;
}

static bool same(struct fcall *call, const struct type_desc *element, const struct datum *a, const struct datum *b)
{
    if (datum_is_null(a) || datum_is_null(b))
        return datum_is_null(a) && datum_is_null(b);
    return order_items(call, element, a, b) == 0;
}

/* ---- shape ---- */

static bool length(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array;
    (void) nargs;
    if (!load(call, 0, &args[0], &array))
        return false;
    bool has = args[1].i >= 1 && args[1].i <= array.ndims;
    *result = has ? datum_int(array.dims[args[1].i - 1]) : datum_null();
    return true;
}

static bool lower_bound(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array;
    (void) nargs;
    if (!load(call, 0, &args[0], &array))
        return false;
    bool has = args[1].i >= 1 && args[1].i <= array.ndims;
    *result = has ? datum_int(array.lower[args[1].i - 1]) : datum_null();
    return true;
}

static bool upper_bound(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array;
    (void) nargs;
    if (!load(call, 0, &args[0], &array))
        return false;
    bool has = args[1].i >= 1 && args[1].i <= array.ndims;
    *result = has ? datum_int(array.lower[args[1].i - 1] + array.dims[args[1].i - 1] - 1) : datum_null();
    return true;
}

static bool ndims(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array;
    (void) nargs;
    if (!load(call, 0, &args[0], &array))
        return false;
    *result = array.ndims ? datum_int(array.ndims) : datum_null();
    return true;
}

static bool dims(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array;
    (void) nargs;
    if (!load(call, 0, &args[0], &array))
        return false;
    struct buf text = {0};
    for (int i = 0; i < array.ndims; i++)
        buf_printf(&text, "[%d:%d]", array.lower[i], array.lower[i] + array.dims[i] - 1);
    *result = array.ndims ? datum_text(arena_strndup(call->arena, text.data, text.len), text.len) : datum_null();
    buf_deinit(&text);
    return true;
}

static bool cardinality(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array;
    (void) nargs;
    if (!load(call, 0, &args[0], &array))
        return false;
    *result = datum_int(array.count);
    return true;
}

/* ---- building ---- */

static bool append(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array old = {0}, array = {.element = element_of(call, call->inst->args[0])};
    (void) nargs;
    if (!datum_is_null(&args[0]) && !load(call, 0, &args[0], &old))
        return false;
    if (old.ndims > 1)
        return diag_set(call->diag, ERRCODE_DATA_EXCEPTION, "argument must be empty or one-dimensional array");
    for (int i = 0; i < old.count; i++)
        array_add(call->arena, &array, &old.items[i]);
    array_add(call->arena, &array, &args[1]);
    if (old.ndims)
        array.lower[0] = old.lower[0];
    *result = array_store(call->arena, &array);
    return true;
}

static bool prepend(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array old = {0}, array = {.element = element_of(call, call->inst->args[1])};
    (void) nargs;
    if (!datum_is_null(&args[1]) && !load(call, 1, &args[1], &old))
        return false;
    if (old.ndims > 1)
        return diag_set(call->diag, ERRCODE_DATA_EXCEPTION, "argument must be empty or one-dimensional array");
    array_add(call->arena, &array, &args[0]);
    for (int i = 0; i < old.count; i++)
        array_add(call->arena, &array, &old.items[i]);
    *result = array_store(call->arena, &array);
    return true;
}

static bool cat(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array a, b;
    (void) nargs;
    if (datum_is_null(&args[0]) || datum_is_null(&args[1])) {
        *result = datum_is_null(&args[0]) ? args[1] : args[0];
        return true;
    }
    if (!load(call, 0, &args[0], &a) || !load(call, 1, &args[1], &b))
        return false;
    if (a.ndims == 0 || b.ndims == 0) {
        *result = a.ndims == 0 ? args[1] : args[0];
        return true;
    }
    /* An array of one dimension less is one more slice. */
    struct array out = a.ndims >= b.ndims ? a : b;
    bool fits = a.ndims == b.ndims || a.ndims == b.ndims + 1 || b.ndims == a.ndims + 1;
    for (int i = 1; fits && i < out.ndims; i++) {
        int32_t left = a.ndims == out.ndims ? a.dims[i] : a.dims[i - 1], right = b.ndims == out.ndims ? b.dims[i] : b.dims[i - 1];
        fits = left == right;
    }
    if (!fits) {
        diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "cannot concatenate incompatible arrays");
        return diag_detail(call->diag, "Arrays with differing element dimensions are not compatible for concatenation.");
    }
    int32_t first = (a.ndims == out.ndims ? a.dims[0] : 1) + (b.ndims == out.ndims ? b.dims[0] : 1);
    struct array joined = {.element = a.element};
    for (int i = 0; i < a.count; i++)
        array_add(call->arena, &joined, &a.items[i]);
    for (int i = 0; i < b.count; i++)
        array_add(call->arena, &joined, &b.items[i]);
    joined.ndims = out.ndims;
    memcpy(joined.dims, out.dims, sizeof joined.dims);
    memcpy(joined.lower, a.ndims == out.ndims ? a.lower : b.lower, sizeof joined.lower);
    joined.dims[0] = first;
    *result = array_store(call->arena, &joined);
    return true;
}

static bool remove_items(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array, kept;
    (void) nargs;
    if (datum_is_null(&args[0])) {
        *result = datum_null();
        return true;
    }
    if (!load(call, 0, &args[0], &array))
        return false;
    if (array.ndims > 1)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                        "removing elements from multidimensional arrays is not supported");
    kept = (struct array){.element = array.element};
    for (int i = 0; i < array.count; i++)
        if (!same(call, array.element, &array.items[i], &args[1]))
            array_add(call->arena, &kept, &array.items[i]);
    *result = array_store(call->arena, &kept);
    return true;
}

static bool replace_items(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array;
    (void) nargs;
    if (datum_is_null(&args[0])) {
        *result = datum_null();
        return true;
    }
    if (!load(call, 0, &args[0], &array))
        return false;
    for (int i = 0; i < array.count; i++)
        if (same(call, array.element, &array.items[i], &args[1]))
            array.items[i] = args[2];
    *result = array_store(call->arena, &array);
    return true;
}

/* ---- searching ---- */

static bool position(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array;
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    if (!load(call, 0, &args[0], &array))
        return false;
    if (array.ndims > 1)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                        "searching for elements in multidimensional arrays is not supported");
    if (nargs > 2 && datum_is_null(&args[2]))
        return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "initial position must not be null");
    for (int i = 0; i < array.count; i++)
        if ((nargs < 3 || i + array.lower[0] >= args[2].i) && same(call, array.element, &array.items[i], &args[1])) {
            *result = datum_int(i + array.lower[0]);
            break;
        }
    return true;
}

static bool positions(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array, found = {.element = type_builtin(INT4_OID)};
    (void) nargs;
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    if (!load(call, 0, &args[0], &array))
        return false;
    if (array.ndims > 1)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                        "searching for elements in multidimensional arrays is not supported");
    for (int i = 0; i < array.count; i++)
        if (same(call, array.element, &array.items[i], &args[1])) {
            struct datum at = datum_int(i + array.lower[0]);
            array_add(call->arena, &found, &at);
        }
    *result = array_store(call->arena, &found);
    return true;
}

static bool has_all(struct fcall *call, const struct array *outer, const struct array *inner)
{
    for (int i = 0; i < inner->count; i++) {
        bool found = false;
        for (int k = 0; k < outer->count && !found && !stop_is_due(); k++)
            found = !datum_is_null(&inner->items[i]) && !datum_is_null(&outer->items[k]) &&
                    same(call, outer->element, &outer->items[k], &inner->items[i]);
        if (!found)
            return false;
    }
    return true;
}

static bool contains(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array a, b;
    (void) nargs;
    if (!load(call, 0, &args[0], &a) || !load(call, 1, &args[1], &b))
        return false;
    *result = datum_bool(has_all(call, &a, &b));
    return true;
}

static bool contained(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array a, b;
    (void) nargs;
    if (!load(call, 0, &args[0], &a) || !load(call, 1, &args[1], &b))
        return false;
    *result = datum_bool(has_all(call, &b, &a));
    return true;
}

static bool overlap(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array a, b;
    (void) nargs;
    if (!load(call, 0, &args[0], &a) || !load(call, 1, &args[1], &b))
        return false;
    bool found = false;
    for (int i = 0; i < a.count && !found; i++)
        for (int k = 0; k < b.count && !found && !stop_is_due(); k++)
            found = !datum_is_null(&a.items[i]) && !datum_is_null(&b.items[k]) && same(call, a.element, &a.items[i], &b.items[k]);
    *result = datum_bool(found);
    return true;
}

/* ---- order ---- */

static int compare(struct fcall *call, const struct datum *args)
{
    struct type_io io = fcall_io(call, call->inst->args[0]);
    return type_codec_array.compare(&io, &args[0], &args[1]);
}

#define COMPARISON(name, test)                                                                                                   \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        *result = datum_bool(compare(call, args) test 0);                                                                        \
        return true;                                                                                                             \
    }
COMPARISON(equal, ==)
COMPARISON(unequal, !=)
COMPARISON(less, <)
COMPARISON(less_equal, <=)
COMPARISON(greater, >)
COMPARISON(greater_equal, >=)

/* ---- text ---- */

static bool to_text(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array;
    *result = datum_null();
    if (datum_is_null(&args[0]) || datum_is_null(&args[1]))
        return true;
    if (!load(call, 0, &args[0], &array))
        return false;
    const struct datum *null_text = nargs > 2 && !datum_is_null(&args[2]) ? &args[2] : NULL;
    struct buf text = {0};
    struct type_io io = fcall_io(call, array.element);
    bool any = false, good = true;
    for (int i = 0; i < array.count && good && !stop_is_due(); i++) {
        if (datum_is_null(&array.items[i]) && !null_text)
            continue;
        if (any)
            buf_append(&text, args[1].data, args[1].len);
        any = true;
        if (datum_is_null(&array.items[i]))
            buf_append(&text, null_text->data, null_text->len);
        else
            good = array.element->codec->out(&io, &array.items[i], &text, call->diag);
    }
    if (good)
        *result = datum_text(arena_strndup(call->arena, text.len ? text.data : "", text.len), text.len);
    buf_deinit(&text);
    return good;
}

static void add_piece(struct fcall *call, struct array *array, const char *data, size_t len, const struct datum *null_text)
{
    struct datum item = datum_text(data, len);
    if (null_text && null_text->len == len && memcmp(null_text->data, data, len) == 0)
        item = datum_null();
    array_add(call->arena, array, &item);
}

static bool from_text(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct array array = {.element = type_builtin(TEXT_OID)};
    const struct datum *null_text = nargs > 2 && !datum_is_null(&args[2]) ? &args[2] : NULL;
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    const char *at = args[0].data, *end = at + args[0].len;
    if (datum_is_null(&args[1])) {
        while (at < end && !stop_is_due()) {
            size_t size = utf8_size((uint8_t) *at);
            add_piece(call, &array, at, size, null_text);
            at += size;
        }
    } else if (args[0].len && args[1].len == 0)
        add_piece(call, &array, at, args[0].len, null_text);
    else if (args[0].len)
        for (;;) {
            const char *stop = memmem(at, (size_t) (end - at), args[1].data, args[1].len);
            add_piece(call, &array, at, (size_t) ((stop ? stop : end) - at), null_text);
            if (!stop || stop_is_due())
                break;
            at = stop + args[1].len;
        }
    *result = array_store(call->arena, &array);
    return true;
}

/* ---- rows ---- */

struct unnest {
    struct array array;
    int at;
};

static bool unnest_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct unnest *unnest = cursor;
    (void) nargs;
    if (datum_is_null(&args[0]))
        return true;
    array_load(call->cache_arena, element_of(call, call->inst->nargs ? call->inst->args[0] : NULL), &args[0], &unnest->array);
    return true;
}

static bool unnest_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct unnest *unnest = cursor;
    (void) call;
    *more = unnest->at < unnest->array.count;
    if (*more)
        row[0] = unnest->array.items[unnest->at++];
    return true;
}

static const struct table_func unnest_rows = {sizeof(struct unnest), unnest_open, unnest_next, NULL};

struct subscripts {
    int64_t at, end, step;
};

static bool subscripts_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct subscripts *rows = cursor;
    struct array array;
    *rows = (struct subscripts){.at = 1, .end = 0, .step = 1};
    if (datum_is_null(&args[0]) || datum_is_null(&args[1]))
        return true;
    if (!load(call, 0, &args[0], &array))
        return false;
    if (args[1].i < 1 || args[1].i > array.ndims)
        return true;
    int64_t low = array.lower[args[1].i - 1], high = low + array.dims[args[1].i - 1] - 1;
    bool reverse = nargs > 2 && args[2].i;
    *rows = (struct subscripts){.at = reverse ? high : low, .end = reverse ? low : high, .step = reverse ? -1 : 1};
    return true;
}

static bool subscripts_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct subscripts *rows = cursor;
    (void) call;
    *more = rows->step > 0 ? rows->at <= rows->end : rows->at >= rows->end;
    row[0] = datum_int(rows->at);
    rows->at += rows->step;
    return true;
}

static const struct table_func subscript_rows = {sizeof(struct subscripts), subscripts_open, subscripts_next, NULL};

/* ---- array_agg ---- */

struct gather {
    struct array array;
    bool any;
};

static bool gather_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct gather *gather = state;
    struct datum item = args[0];
    (void) nargs;
    if (!gather->any)
        gather->array.element = call->inst->args[0];
    gather->any = true;
    if (item.kind == DATUM_TEXT || item.kind == DATUM_BLOB)
        item.data = arena_strndup(call->cache_arena, item.len ? item.data : "", item.len);
    array_add(call->cache_arena, &gather->array, &item);
    return true;
}

static bool gather_final(struct fcall *call, void *state, struct datum *result)
{
    struct gather *gather = state;
    *result = gather->any ? array_store(call->arena, &gather->array) : datum_null();
    return true;
}

const struct func_impl func_impls_array[] = {
    SCALAR_TYPED("array_length", length),
    SCALAR_TYPED("array_lower", lower_bound),
    SCALAR_TYPED("array_upper", upper_bound),
    SCALAR_TYPED("array_ndims", ndims),
    SCALAR_TYPED("array_dims", dims),
    SCALAR_TYPED("array_cardinality", cardinality),
    SCALAR_TYPED("array_append", append),
    SCALAR_TYPED("array_prepend", prepend),
    SCALAR_TYPED("array_cat", cat),
    SCALAR_TYPED("array_remove", remove_items),
    SCALAR_TYPED("array_replace", replace_items),
    SCALAR_TYPED("array_position", position),
    SCALAR_TYPED("array_position_start", position),
    SCALAR_TYPED("array_positions", positions),
    SCALAR_TYPED("arraycontains", contains),
    SCALAR_TYPED("arraycontained", contained),
    SCALAR_TYPED("arrayoverlap", overlap),
    SCALAR_TYPED("array_eq", equal),
    SCALAR_TYPED("array_ne", unequal),
    SCALAR_TYPED("array_lt", less),
    SCALAR_TYPED("array_le", less_equal),
    SCALAR_TYPED("array_gt", greater),
    SCALAR_TYPED("array_ge", greater_equal),
    SCALAR_TYPED("array_to_text", to_text),
    SCALAR_TYPED("array_to_text_null", to_text),
    SCALAR_TYPED("text_to_array", from_text),
    SCALAR_TYPED("text_to_array_null", from_text),
    TABLE_FUNC("array_unnest", &unnest_rows),
    TABLE_FUNC("generate_subscripts", &subscript_rows),
    TABLE_FUNC("generate_subscripts_nodir", &subscript_rows),
    AGGREGATE_TYPED("array_agg(anynonarray)", sizeof(struct gather), gather_step, NULL, gather_final),
    {0},
};
