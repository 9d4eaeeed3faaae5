#include "func/json.h"

#include "type/array.h"
#include "type/codecs.h"
#include "type/composite.h"
#include "type/facts.h"
#include "type/numeric.h"
#include "type/range.h"
#include "type/tsearch.h"

#include <string.h>

/* pg_column_size: the bytes that a value has in PostgreSQL, before it compresses any. Here it may take more or fewer. */

enum { HEADER = 4, SHORT_HEADER = 1, SHORT_MAX = 127, ARRAY_HEADER = 16, ROW_HEADER = 23, WIDEST = 8 };

struct layout {
    int len; /* -1: of any length, -2: ends with a NUL */
    int align;
    bool may_be_short; /* in a row its header shrinks */
};

static size_t align_to(size_t at, int align)
{
    return (at + (size_t) align - 1) / (size_t) align * (size_t) align;
}

static struct layout layout_of(const struct type_desc *type)
{
    const struct type_fact *fact = type_fact_by_oid(type->oid);
    char align = fact ? fact->align : type->typtype == 'e' || type->category == 'A' ? 'i' : 'd';
    return (struct layout){.len = fact                   ? fact->len
                                  : type->typtype == 'e' ? 4
                                                         : -1,
                           .align = align == 'c'   ? 1
                                    : align == 's' ? 2
                                    : align == 'i' ? 4
                                                   : 8,
                           .may_be_short = !fact || fact->storage != 'p'};
}

static size_t value_size(struct fcall *call, const struct type_desc *type, const struct datum *value);

/* The end of a value that a row, or a range, holds from `at` on. */
static size_t place_packed(struct fcall *call, size_t at, const struct type_desc *type, const struct datum *value)
{
    struct layout layout = layout_of(type);
    size_t size = value_size(call, type, value);
    if (layout.len == -1 && layout.may_be_short && size - HEADER + SHORT_HEADER <= SHORT_MAX)
        return at + size - HEADER + SHORT_HEADER;
    return align_to(at, layout.align) + size;
}

/* Two bytes for each four decimal digits, from the first to the last that are not zeros. */
static size_t numeric_size(const struct datum *value)
{
    struct number number;
    int first, weight, groups = 0, scale;
    number_init(&number);
    number_load(&number, value);
    weight = number.kind == NUMBER_FINITE ? number_weight(&number, &first) : 0;
    scale = number.scale;
    if (number.kind == NUMBER_FINITE && number_sign(&number) != 0) {
        number_round(&number, (scale + 3) / 4 * 4);
        groups = weight + 1 + number.scale / 4;
        for (; mpz_divisible_ui_p(number.coefficient, 10000); groups--)
            mpz_divexact_ui(number.coefficient, number.coefficient, 10000);
    }
    bool brief = number.kind != NUMBER_FINITE || (scale <= 63 && weight >= -64 && weight <= 63);
    number_clear(&number);
    return HEADER + (brief ? 2 : 4) + 2 * (size_t) groups;
}

/* A container is a count, then a word for each value and key, then their bytes. */
static size_t place_json(const struct json *value, size_t at)
{
    struct datum number;
    switch (value->kind) {
    case JSON_STRING:
        return at + value->len;
    case JSON_NUMBER:
        number = datum_text(value->text, value->len);
        return align_to(at, 4) + numeric_size(&number);
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    default:
        return at;
    }
    bool object = value->kind == JSON_OBJECT;
    at = align_to(at, 4) + 4 + (size_t) value->count * (object ? 8 : 4);
    for (uint32_t i = 0; object && i < value->count; i++)
        at += value->keys[i].len;
    for (uint32_t i = 0; i < value->count; i++)
        at = place_json(&value->items[i], at);
    return at;
}

static size_t jsonb_size(struct fcall *call, const struct datum *value)
{
    struct json document;
    struct diag ignored = {0};
    if (!json_load(call->arena, value, &document, &ignored)) {
        diag_clear(&ignored);
        return HEADER + value->len;
    }
    return place_json(&document, document.kind < JSON_ARRAY ? HEADER + 8 : HEADER);
}

static size_t array_size(struct fcall *call, const struct type_desc *type, const struct datum *value)
{
    struct array array;
    const struct type_desc *element = type_base(call->env->resolver, type_find(call->env->resolver, type->element));
    struct layout layout = layout_of(element);
    array_load(call->arena, element, value, &array);
    if (array.ndims == 0)
        return ARRAY_HEADER;
    size_t data = 0, header = ARRAY_HEADER + 8 * (size_t) array.ndims, nulls = 0;
    for (int i = 0; i < array.count; i++) {
        if (datum_is_null(&array.items[i]))
            nulls++;
        else
            data = align_to(data + value_size(call, element, &array.items[i]), layout.align);
    }
    return align_to(header + (nulls ? ((size_t) array.count + 7) / 8 : 0), WIDEST) + data;
}

static size_t row_size(struct fcall *call, const struct type_desc *type, const struct datum *value)
{
    struct composite row;
    struct type_io io = fcall_io(call, type);
    composite_load(&io, type, value, &row);
    size_t data = 0, nulls = 0;
    for (int i = 0; i < row.count; i++) {
        const struct type_desc *field = type_base(call->env->resolver, type_find(call->env->resolver, row.types[i]));
        if (datum_is_null(&row.fields[i]) || !field)
            nulls++;
        else
            data = place_packed(call, data, field, &row.fields[i]);
    }
    return align_to(ROW_HEADER + (nulls ? ((size_t) row.count + 7) / 8 : 0), WIDEST) + data;
}

static size_t range_size(struct fcall *call, const struct type_desc *type, const struct datum *value)
{
    struct type_io io = fcall_io(call, type);
    struct range_context context;
    struct range range;
    struct diag ignored = {0};
    if (!range_context_init(&context, &io, type, &ignored)) {
        diag_clear(&ignored);
        return HEADER + value->len;
    }
    range_load(&context, value, &range);
    size_t at = HEADER + sizeof(oid_t);
    if (!range.empty && !range.lower.infinite)
        at = place_packed(call, at, context.subtype, &range.lower.value);
    if (!range.empty && !range.upper.infinite)
        at = place_packed(call, at, context.subtype, &range.upper.value);
    return at + 1;
}

static size_t tsvector_size(struct fcall *call, const struct datum *value)
{
    struct tsvector vector = tsvector_load(call->arena, value);
    size_t at = 0;
    for (int i = 0; i < vector.count; i++) {
        at += vector.lexemes[i].len;
        if (vector.lexemes[i].count)
            at = align_to(at, 2) + 2 + 2 * (size_t) vector.lexemes[i].count;
    }
    return HEADER + 4 + 4 * (size_t) vector.count + at;
}

/* As many bytes as its binary form has, give or take what PostgreSQL keeps beside it. */
static size_t sent_size(struct fcall *call, const struct type_desc *type, const struct datum *value)
{
    struct type_io io = fcall_io(call, type);
    struct buf bytes = {0};
    struct diag ignored = {0};
    bool good = type->codec->send && type->codec->send(&io, value, &bytes, &ignored);
    size_t size = good ? bytes.len : value->len;
    buf_deinit(&bytes);
    diag_clear(&ignored);
    switch (type->oid) {
    case INET_OID:
    case CIDR_OID:
        size -= 2;
        break;
    case PATH_OID:
        size += 7;
        break;
    case POLYGON_OID:
        size += 32;
        break;
    default:
        break;
    }
    return HEADER + size;
}

static size_t value_size(struct fcall *call, const struct type_desc *type, const struct datum *value)
{
    struct layout layout = layout_of(type);
    if (layout.len > 0)
        return (size_t) layout.len;
    if (layout.len == -2)
        return value->len + 1;
    switch (type->oid) {
    case TEXT_OID:
    case VARCHAR_OID:
    case BPCHAR_OID:
    case JSON_OID:
    case BYTEA_OID:
        return HEADER + value->len;
    case NUMERIC_OID:
        return numeric_size(value);
    case JSONB_OID:
        return jsonb_size(call, value);
    case TSVECTOR_OID:
        return tsvector_size(call, value);
    default:
        break;
    }
    if (type->codec == &type_codec_array && type->element)
        return array_size(call, type, value);
    if (type->typtype == 'c' || type->oid == RECORD_OID)
        return row_size(call, type, value);
    if (type->typtype == 'r')
        return range_size(call, type, value);
    return sent_size(call, type, value);
}

static const struct type_desc *argument_type(const struct fcall *call)
{
    return type_base(call->env->resolver, call->inst->args[0]);
}

static bool column_size(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_int((int64_t) value_size(call, argument_type(call), &args[0]));
    return true;
}

/* The same of a value as a table's row holds it. */
static bool stored_size(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_null();
    if (!datum_is_null(&args[0]))
        *result = datum_int((int64_t) place_packed(call, 0, argument_type(call), &args[0]));
    return true;
}

const struct func_impl func_impls_column_size[] = {
    SCALAR_TYPED("pg_column_size", column_size),
    SCALAR_TYPED("pgquill_stored_size", stored_size),
    {0},
};
