#include "type/hstore.h"

#include "func/func.h"
#include "type/array.h"
#include "type/composite.h"
#include "type/json.h"

#include <ctype.h>

/* The functions of hstore. A value's pairs are read from its text, which has them in order (type/hstore.h). */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

static bool load(struct fcall *call, const struct datum *value, struct hstore *out)
{
    return hstore_parse(call->arena, value->len ? value->data : "", value->len, out, call->diag);
}

static struct datum key_of(const struct hstore_pair *pair)
{
    return datum_text(pair->key, pair->key_len);
}

static struct datum value_of(const struct hstore_pair *pair)
{
    return pair->is_null ? datum_null() : datum_text(pair->value, pair->value_len);
}

static const struct type_desc *text_type(void)
{
    return type_builtin(TEXT_OID);
}

/* A text array's items; NULL ones among them. */
static struct array texts(struct fcall *call, const struct datum *value)
{
    struct array array;
    array_load(call->arena, text_type(), value, &array);
    return array;
}

static const struct hstore_pair *find(const struct hstore *hstore, const struct datum *key)
{
    return datum_is_null(key) ? NULL : hstore_find(hstore, key->data, key->len);
}

/* ---- keys ---- */

FUNCTION(fetchval)
{
    struct hstore hstore;
    if (!load(call, &args[0], &hstore))
        return false;
    const struct hstore_pair *pair = find(&hstore, &args[1]);
    *result = pair ? value_of(pair) : datum_null();
    return true;
}

FUNCTION(exists)
{
    struct hstore hstore;
    if (!load(call, &args[0], &hstore))
        return false;
    *result = datum_bool(find(&hstore, &args[1]) != NULL);
    return true;
}

FUNCTION(defined)
{
    struct hstore hstore;
    if (!load(call, &args[0], &hstore))
        return false;
    const struct hstore_pair *pair = find(&hstore, &args[1]);
    *result = datum_bool(pair && !pair->is_null);
    return true;
}

static bool exists_of(struct fcall *call, const struct datum *args, bool all, struct datum *result)
{
    struct hstore hstore;
    if (!load(call, &args[0], &hstore))
        return false;
    struct array keys = texts(call, &args[1]);
    bool found = all;
    for (int i = 0; i < keys.count && found == all; i++)
        if (!datum_is_null(&keys.items[i]))
            found = find(&hstore, &keys.items[i]) != NULL;
    *result = datum_bool(found);
    return true;
}

FUNCTION(exists_any)
{
    return exists_of(call, args, false, result);
}

FUNCTION(exists_all)
{
    return exists_of(call, args, true, result);
}

FUNCTION(slice_array)
{
    struct hstore hstore;
    if (!load(call, &args[0], &hstore))
        return false;
    struct array keys = texts(call, &args[1]);
    for (int i = 0; i < keys.count; i++) {
        const struct hstore_pair *pair = find(&hstore, &keys.items[i]);
        keys.items[i] = pair ? value_of(pair) : datum_null();
    }
    keys.element = text_type();
    *result = array_store(call->arena, &keys);
    return true;
}

FUNCTION(slice_hstore)
{
    struct hstore hstore;
    if (!load(call, &args[0], &hstore))
        return false;
    struct array keys = texts(call, &args[1]);
    struct hstore out = {.pairs = arena_array(call->arena, struct hstore_pair, keys.count)};
    for (int i = 0; i < keys.count; i++) {
        const struct hstore_pair *pair = find(&hstore, &keys.items[i]);
        if (pair)
            out.pairs[out.count++] = *pair;
    }
    hstore_order(&out, false);
    *result = hstore_text(call->arena, &out);
    return true;
}

/* ---- set operations ---- */

FUNCTION(delete_key)
{
    struct hstore hstore;
    if (!load(call, &args[0], &hstore))
        return false;
    const struct hstore_pair *gone = find(&hstore, &args[1]);
    int count = 0;
    for (int i = 0; i < hstore.count; i++)
        if (&hstore.pairs[i] != gone)
            hstore.pairs[count++] = hstore.pairs[i];
    hstore.count = count;
    *result = hstore_text(call->arena, &hstore);
    return true;
}

FUNCTION(delete_keys)
{
    struct hstore hstore;
    if (!load(call, &args[0], &hstore))
        return false;
    struct array keys = texts(call, &args[1]);
    int count = 0;
    for (int i = 0; i < hstore.count; i++) {
        bool gone = false;
        for (int k = 0; k < keys.count && !gone; k++)
            gone = !datum_is_null(&keys.items[k]) && keys.items[k].len == hstore.pairs[i].key_len &&
                   memcmp(keys.items[k].data, hstore.pairs[i].key, keys.items[k].len) == 0;
        if (!gone)
            hstore.pairs[count++] = hstore.pairs[i];
    }
    hstore.count = count;
    *result = hstore_text(call->arena, &hstore);
    return true;
}

static bool same_value(const struct hstore_pair *a, const struct hstore_pair *b)
{
    return a->is_null == b->is_null &&
           (a->is_null || (a->value_len == b->value_len && memcmp(a->value, b->value, a->value_len) == 0));
}

FUNCTION(delete_hstore)
{
    struct hstore hstore, other;
    if (!load(call, &args[0], &hstore) || !load(call, &args[1], &other))
        return false;
    int count = 0;
    for (int i = 0; i < hstore.count; i++) {
        const struct hstore_pair *pair = hstore_find(&other, hstore.pairs[i].key, hstore.pairs[i].key_len);
        if (!pair || !same_value(pair, &hstore.pairs[i]))
            hstore.pairs[count++] = hstore.pairs[i];
    }
    hstore.count = count;
    *result = hstore_text(call->arena, &hstore);
    return true;
}

FUNCTION(concat)
{
    struct hstore left, right;
    if (!load(call, &args[0], &left) || !load(call, &args[1], &right))
        return false;
    struct hstore out = {left.count + right.count, arena_array(call->arena, struct hstore_pair, left.count + right.count)};
    if (left.count)
        memcpy(out.pairs, left.pairs, sizeof *out.pairs * (size_t) left.count);
    if (right.count)
        memcpy(out.pairs + left.count, right.pairs, sizeof *out.pairs * (size_t) right.count);
    hstore_order(&out, true);
    *result = hstore_text(call->arena, &out);
    return true;
}

static bool contains_all(struct fcall *call, const struct datum *whole, const struct datum *part, struct datum *result)
{
    struct hstore hstore, other;
    if (!load(call, whole, &hstore) || !load(call, part, &other))
        return false;
    bool all = true;
    for (int i = 0; i < other.count && all; i++) {
        const struct hstore_pair *pair = hstore_find(&hstore, other.pairs[i].key, other.pairs[i].key_len);
        all = pair && same_value(pair, &other.pairs[i]);
    }
    *result = datum_bool(all);
    return true;
}

FUNCTION(contains)
{
    return contains_all(call, &args[0], &args[1], result);
}

FUNCTION(contained)
{
    return contains_all(call, &args[1], &args[0], result);
}

/* ---- order ---- */

static bool compare(struct fcall *call, const struct datum *args, int *order)
{
    struct hstore a, b;
    if (!load(call, &args[0], &a) || !load(call, &args[1], &b))
        return false;
    *order = hstore_compare(&a, &b);
    return true;
}

#define COMPARISON(name, value)                                                                                                  \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        int order;                                                                                                               \
        if (!compare(call, args, &order))                                                                                        \
            return false;                                                                                                        \
        *result = datum_int(value);                                                                                              \
        return true;                                                                                                             \
    }

COMPARISON(cmp, (order > 0) - (order < 0))
COMPARISON(lt, order < 0)
COMPARISON(le, order <= 0)
COMPARISON(gt, order > 0)
COMPARISON(ge, order >= 0)

/* ---- to arrays, JSON and rows of a table ---- */

enum part { KEYS = 1, VALUES = 2 };

static bool listed(struct fcall *call, const struct datum *value, unsigned parts, bool matrix, struct datum *result)
{
    struct hstore hstore;
    if (!load(call, value, &hstore))
        return false;
    struct datum *items = arena_array(call->arena, struct datum, hstore.count * 2 + 1);
    int count = 0;
    for (int i = 0; i < hstore.count; i++) {
        if (parts & KEYS)
            items[count++] = key_of(&hstore.pairs[i]);
        if (parts & VALUES)
            items[count++] = value_of(&hstore.pairs[i]);
    }
    struct array array = array_of(text_type(), count, items);
    if (matrix && count) {
        array.ndims = 2;
        array.dims[0] = hstore.count;
        array.dims[1] = 2;
        array.lower[0] = array.lower[1] = 1;
    }
    *result = array_store(call->arena, &array);
    return true;
}

FUNCTION(akeys)
{
    return listed(call, &args[0], KEYS, false, result);
}

FUNCTION(avals)
{
    return listed(call, &args[0], VALUES, false, result);
}

FUNCTION(to_array)
{
    return listed(call, &args[0], KEYS | VALUES, false, result);
}

FUNCTION(to_matrix)
{
    return listed(call, &args[0], KEYS | VALUES, true, result);
}

static bool is_json_number(const char *text, size_t len)
{
    size_t i = len && text[0] == '-';
    if (i >= len || !isdigit((unsigned char) text[i]) || (text[i] == '0' && i + 1 < len && isdigit((unsigned char) text[i + 1])))
        return false;
    while (i < len && isdigit((unsigned char) text[i]))
        i++;
    if (i < len && text[i] == '.') {
        if (++i >= len || !isdigit((unsigned char) text[i]))
            return false;
        while (i < len && isdigit((unsigned char) text[i]))
            i++;
    }
    if (i < len && (text[i] == 'e' || text[i] == 'E')) {
        i++;
        if (i < len && (text[i] == '+' || text[i] == '-'))
            i++;
        if (i >= len || !isdigit((unsigned char) text[i]))
            return false;
        while (i < len && isdigit((unsigned char) text[i]))
            i++;
    }
    return i == len;
}

/* `loose`: t and f are booleans and numbers numbers. */
static void put_json_value(struct buf *out, const struct hstore_pair *pair, bool loose)
{
    if (pair->is_null)
        buf_puts(out, "null");
    else if (loose && pair->value_len == 1 && *pair->value == 't')
        buf_puts(out, "true");
    else if (loose && pair->value_len == 1 && *pair->value == 'f')
        buf_puts(out, "false");
    else if (loose && is_json_number(pair->value, pair->value_len))
        buf_append(out, pair->value, pair->value_len);
    else
        json_write_string(pair->value, pair->value_len, out);
}

static bool to_json_text(struct fcall *call, const struct datum *value, bool loose, bool binary, struct datum *result)
{
    struct hstore hstore;
    struct buf out;
    if (!load(call, value, &hstore))
        return false;
    buf_init(&out);
    buf_putc(&out, '{');
    for (int i = 0; i < hstore.count; i++) {
        if (i)
            buf_puts(&out, ", ");
        json_write_string(hstore.pairs[i].key, hstore.pairs[i].key_len, &out);
        buf_puts(&out, ": ");
        put_json_value(&out, &hstore.pairs[i], loose);
    }
    buf_putc(&out, '}');
    const char *text = arena_strndup(call->arena, out.data, out.len);
    *result = datum_text(text, out.len);
    buf_deinit(&out);
    struct json json;
    if (binary) {
        if (!json_parse(call->arena, text, result->len, &json, call->diag) || !json_canonical(call->arena, &json, call->diag))
            return false;
        *result = json_store(call->arena, &json);
    }
    return true;
}

FUNCTION(to_json)
{
    return to_json_text(call, &args[0], false, false, result);
}

FUNCTION(to_json_loose)
{
    return to_json_text(call, &args[0], true, false, result);
}

FUNCTION(to_jsonb)
{
    return to_json_text(call, &args[0], false, true, result);
}

FUNCTION(to_jsonb_loose)
{
    return to_json_text(call, &args[0], true, true, result);
}

struct pairs_cursor {
    struct hstore hstore;
    int at;
};

static bool pairs_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct pairs_cursor *pairs = cursor;
    (void) nargs;
    if (datum_is_null(&args[0]))
        return true;
    const char *text = arena_strndup(call->cache_arena, args[0].data, args[0].len);
    return hstore_parse(call->cache_arena, text, args[0].len, &pairs->hstore, call->diag);
}

static const struct hstore_pair *next_pair(void *cursor, bool *more)
{
    struct pairs_cursor *pairs = cursor;
    *more = pairs->at < pairs->hstore.count;
    return *more ? &pairs->hstore.pairs[pairs->at++] : NULL;
}

static bool each_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    const struct hstore_pair *pair = next_pair(cursor, more);
    (void) call;
    if (pair) {
        row[0] = key_of(pair);
        row[1] = value_of(pair);
    }
    return true;
}

static bool keys_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    const struct hstore_pair *pair = next_pair(cursor, more);
    (void) call;
    if (pair)
        row[0] = key_of(pair);
    return true;
}

static bool values_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    const struct hstore_pair *pair = next_pair(cursor, more);
    (void) call;
    if (pair)
        row[0] = value_of(pair);
    return true;
}

static const struct table_func each_table = {sizeof(struct pairs_cursor), pairs_open, each_next, NULL};
static const struct table_func keys_table = {sizeof(struct pairs_cursor), pairs_open, keys_next, NULL};
static const struct table_func values_table = {sizeof(struct pairs_cursor), pairs_open, values_next, NULL};

/* ---- making ---- */

static struct hstore_pair pair_of(const struct datum *key, const struct datum *value)
{
    bool is_null = !value || datum_is_null(value);
    return (struct hstore_pair){.key = key->data,
                                .key_len = key->len,
                                .value = is_null ? "" : value->data,
                                .value_len = is_null ? 0 : value->len,
                                .is_null = is_null};
}

static bool give(struct fcall *call, struct hstore *hstore, struct datum *result)
{
    hstore_order(hstore, false);
    *result = hstore_text(call->arena, hstore);
    return true;
}

FUNCTION(from_text)
{
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    struct hstore_pair pair = pair_of(&args[0], &args[1]);
    struct hstore hstore = {1, &pair};
    return give(call, &hstore, result);
}

static bool null_key(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "null value not allowed for hstore key");
}

FUNCTION(from_arrays)
{
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    struct array keys = texts(call, &args[0]), values = {0};
    if (!datum_is_null(&args[1]))
        values = texts(call, &args[1]);
    if (keys.ndims > 1 || values.ndims > 1)
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
    if (!datum_is_null(&args[1]) && (keys.count != values.count || (keys.count && keys.lower[0] != values.lower[0])))
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "arrays must have same bounds");
    struct hstore hstore = {keys.count, arena_array(call->arena, struct hstore_pair, keys.count)};
    for (int i = 0; i < keys.count; i++) {
        if (datum_is_null(&keys.items[i]))
            return null_key(call);
        hstore.pairs[i] = pair_of(&keys.items[i], values.count ? &values.items[i] : NULL);
    }
    return give(call, &hstore, result);
}

FUNCTION(from_array)
{
    struct array array = texts(call, &args[0]);
    if (array.ndims > 2 || (array.ndims == 2 && array.dims[1] != 2))
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR,
                        array.ndims == 2 ? "array must have two columns" : "wrong number of array subscripts");
    if (array.count % 2)
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "array must have even number of elements");
    struct hstore hstore = {array.count / 2, arena_array(call->arena, struct hstore_pair, array.count / 2)};
    for (int i = 0; i < hstore.count; i++) {
        if (datum_is_null(&array.items[2 * i]))
            return null_key(call);
        hstore.pairs[i] = pair_of(&array.items[2 * i], &array.items[2 * i + 1]);
    }
    return give(call, &hstore, result);
}

/* The name of field i of a row; NULL: dropped. */
static const char *field_name(struct fcall *call, const struct type_desc *type, const struct composite *row, int i)
{
    if (type && type->typtype == 'c' && i < type->field_count)
        return type->fields[i].dropped ? NULL : type->fields[i].name;
    return row->names && row->names[i] ? row->names[i] : arena_printf(call->arena, "f%d", i + 1);
}

/* A value of a field's type as text, and back. */
static bool field_text(struct fcall *call, oid_t type, const struct datum *value, struct datum *text)
{
    struct type_io io = fcall_io(call, type_find(call->env->resolver, type));
    struct buf out;
    *text = datum_null();
    if (datum_is_null(value))
        return true;
    buf_init(&out);
    bool good = type_out(&io, value, &out, call->diag);
    *text = datum_text(arena_strndup(call->arena, out.len ? out.data : "", out.len), out.len);
    buf_deinit(&out);
    return good;
}

FUNCTION(from_record)
{
    const struct type_desc *type = type_base(call->env->resolver, call->inst->args[0]);
    struct type_io io = fcall_io(call, type);
    struct composite row = {0};
    if (!datum_is_null(&args[0]))
        composite_load(&io, type, &args[0], &row);
    int fields = datum_is_null(&args[0]) && type && type->typtype == 'c' ? type->field_count : row.count;
    struct hstore hstore = {.pairs = arena_array(call->arena, struct hstore_pair, fields)};
    for (int i = 0; i < fields; i++) {
        const char *name = field_name(call, type, &row, i);
        struct datum value = datum_null(), key;
        if (!name)
            continue;
        if (i < row.count && !field_text(call, row.types[i], &row.fields[i], &value))
            return false;
        key = datum_cstr(name);
        hstore.pairs[hstore.count++] = pair_of(&key, &value);
    }
    return give(call, &hstore, result);
}

FUNCTION(populate_record)
{
    const struct type_desc *type = type_base(call->env->resolver, call->inst->result);
    struct type_io io = fcall_io(call, type);
    struct hstore hstore;
    if (!type || type->typtype != 'c')
        return diag_set(call->diag, ERRCODE_DATATYPE_MISMATCH, "first argument must be a rowtype");
    *result = args[0];
    if (datum_is_null(&args[1]))
        return true;
    if (!load(call, &args[1], &hstore))
        return false;
    if (!datum_is_null(&args[0]) && hstore.count == 0)
        return true;
    struct composite row = {.count = type->field_count,
                            .types = arena_array(call->arena, oid_t, type->field_count),
                            .fields = arena_array(call->arena, struct datum, type->field_count)};
    if (!datum_is_null(&args[0]))
        composite_load(&io, type, &args[0], &row);
    for (int i = 0; i < row.count && i < type->field_count; i++) {
        const struct type_field *field = &type->fields[i];
        if (datum_is_null(&args[0])) {
            row.types[i] = field->type;
            row.fields[i] = datum_null();
        }
        const struct hstore_pair *pair = field->dropped ? NULL : hstore_find(&hstore, field->name, strlen(field->name));
        if (!pair)
            continue;
        struct type_io field_io = fcall_io(call, type_find(call->env->resolver, field->type));
        field_io.typmod = field->typmod;
        row.fields[i] = datum_null();
        if (!pair->is_null && !type_in(&field_io, pair->value, pair->value_len, &row.fields[i], call->diag))
            return false;
    }
    *result = composite_store(&io, type, &row);
    return true;
}

const struct func_impl func_impls_hstore[] = {
    SCALAR("hstore_fetchval", fetchval),
    SCALAR("hstore_exists", exists),
    SCALAR("hstore_exists_any", exists_any),
    SCALAR("hstore_exists_all", exists_all),
    SCALAR("hstore_defined", defined),
    SCALAR("hstore_slice_to_array", slice_array),
    SCALAR("hstore_slice_to_hstore", slice_hstore),
    SCALAR("hstore_delete", delete_key),
    SCALAR("hstore_delete_array", delete_keys),
    SCALAR("hstore_delete_hstore", delete_hstore),
    SCALAR("hstore_concat", concat),
    SCALAR("hstore_contains", contains),
    SCALAR("hstore_contained", contained),
    SCALAR("hstore_cmp", cmp),
    NATIVE("hstore_eq", "(%1 = %2)"),
    NATIVE("hstore_ne", "(%1 <> %2)"),
    SCALAR("hstore_lt", lt),
    SCALAR("hstore_le", le),
    SCALAR("hstore_gt", gt),
    SCALAR("hstore_ge", ge),
    NATIVE("hstore_version_diag", "2"),
    SCALAR("hstore_akeys", akeys),
    SCALAR("hstore_avals", avals),
    SCALAR("hstore_to_array", to_array),
    SCALAR("hstore_to_matrix", to_matrix),
    SCALAR("hstore_to_json", to_json),
    SCALAR("hstore_to_json_loose", to_json_loose),
    SCALAR("hstore_to_jsonb", to_jsonb),
    SCALAR("hstore_to_jsonb_loose", to_jsonb_loose),
    TABLE_FUNC("hstore_each", &each_table),
    TABLE_FUNC("hstore_skeys", &keys_table),
    TABLE_FUNC("hstore_svals", &values_table),
    SCALAR("hstore_from_text", from_text),
    SCALAR("hstore_from_arrays", from_arrays),
    SCALAR("hstore_from_array", from_array),
    SCALAR_TYPED("hstore_from_record", from_record),
    SCALAR_TYPED("hstore_populate_record", populate_record),
    {0},
};
