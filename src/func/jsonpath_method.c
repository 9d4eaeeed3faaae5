#include "func/jsonpath.h"

#include "type/codecs.h"
#include "type/numeric.h"

#include <math.h>
#include <string.h>

/* Methods and arithmetic. Numbers are computed by numeric's own functions. */

bool path_numeric(struct path_run *run, const char *function, const struct json *a, const struct json *b, struct json *out,
                  struct diag *diag)
{
    struct fcall call = *run->call;
    struct datum args[2] = {datum_text(a->text, a->len), datum_text(b ? b->text : "", b ? b->len : 0)}, result;
    call.arena = run->arena;
    call.diag = diag;
    call.cache = NULL;
    if (!func_find(function)->scalar(&call, b ? 2 : 1, args, &result))
        return false;
    *out = (struct json){.kind = JSON_NUMBER, .text = result.data, .len = result.len};
    return true;
}

/* A computation's own error, like a division by zero, is the run's. */
static enum path_result compute(struct path_run *run, const char *function, const struct json *a, const struct json *b,
                                struct json *out)
{
    struct diag diag = {0};
    if (path_numeric(run, function, a, b, out, &diag))
        return PATH_RESULT_FOUND;
    if (run->throws && !run->is_broken)
        diag_move(run->call->diag, &diag);
    else
        diag_clear(&diag);
    return PATH_RESULT_ERROR;
}

static enum path_result continue_with(struct path_run *run, const struct path_item *item, struct json json,
                                      struct path_values *found)
{
    struct path_item_value value = path_value(path_make(run, json));
    return path_continue(run, item, &value, found);
}

/* ---- arithmetic ---- */

static enum path_result unary(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                              struct path_values *found)
{
    struct path_values operands = {0};
    enum path_result result = path_operand(run, item->left, value, PATH_UNWRAPPED, &operands);
    if (result == PATH_RESULT_ERROR)
        return result;
    result = PATH_RESULT_NONE;
    for (uint32_t i = 0; i < operands.count; i++) {
        const struct path_item_value *operand = &operands.items[i];
        bool wanted = found || item->next;
        if (!path_is(operand, JSON_NUMBER)) {
            if (!wanted)
                continue;
            return PATH_FAIL(run, ERRCODE_SQL_JSON_NUMBER_NOT_FOUND,
                             "operand of unary jsonpath operator %s is not a numeric value", path_kind_name(item->kind));
        }
        if (!wanted)
            return PATH_RESULT_FOUND;
        struct json number = *operand->json;
        if (item->kind == PATH_MINUS && compute(run, "numeric_uminus", operand->json, NULL, &number) == PATH_RESULT_ERROR)
            return PATH_RESULT_ERROR;
        enum path_result one = continue_with(run, item, number, found);
        if (one == PATH_RESULT_ERROR || (one == PATH_RESULT_FOUND && !found))
            return one;
        if (one == PATH_RESULT_FOUND)
            result = one;
    }
    return result;
}

enum path_result path_arithmetic(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                 struct path_values *found)
{
    static const char *const functions[] = {"numeric_add", "numeric_sub", "numeric_mul", "numeric_div", "numeric_mod"};
    struct path_values left = {0}, right = {0};
    struct json number;
    if (item->kind == PATH_PLUS || item->kind == PATH_MINUS)
        return unary(run, item, value, found);
    if (path_operand(run, item->left, value, PATH_UNWRAPPED, &left) == PATH_RESULT_ERROR ||
        path_operand(run, item->right, value, PATH_UNWRAPPED, &right) == PATH_RESULT_ERROR)
        return PATH_RESULT_ERROR;
    if (left.count != 1 || !path_is(&left.items[0], JSON_NUMBER))
        return PATH_FAIL(run, ERRCODE_SINGLETON_SQL_JSON_ITEM_REQUIRED,
                         "left operand of jsonpath operator %s is not a single numeric value", path_kind_name(item->kind));
    if (right.count != 1 || !path_is(&right.items[0], JSON_NUMBER))
        return PATH_FAIL(run, ERRCODE_SINGLETON_SQL_JSON_ITEM_REQUIRED,
                         "right operand of jsonpath operator %s is not a single numeric value", path_kind_name(item->kind));
    if (compute(run, functions[item->kind - PATH_ADD], left.items[0].json, right.items[0].json, &number) == PATH_RESULT_ERROR)
        return PATH_RESULT_ERROR;
    return continue_with(run, item, number, found);
}

/* ---- keyvalue ---- */

static uint32_t align(uint32_t at)
{
    return (at + 3) & ~UINT32_C(3);
}

/* Bytes of a number in PostgreSQL's binary form: two for each four digits counted from the point, without outer zeros, and a header. */
static uint32_t number_size(const struct json *number)
{
    const char *text = number->text, *end = text + number->len;
    text += text < end && *text == '-';
    const char *point = memchr(text, '.', (size_t) (end - text));
    const char *digits_end = point ? point : end;
    int before = (int) (digits_end - text), scale = point ? (int) (end - point - 1) : 0;
    int first = 0, last = 0;
    bool any = false;
    for (const char *at = text; at < end; at++) {
        if (*at == '.' || *at == '0')
            continue;
        int place = at < digits_end ? before - 1 - (int) (at - text) : -(int) (at - digits_end);
        int group = place >= 0 ? place / 4 : -((-place + 3) / 4);
        if (!any)
            first = group;
        last = group;
        any = true;
    }
    bool is_short = scale <= 63 && first <= 63 && first >= -64;
    return 4 + (is_short ? 2 : 4) + (any ? 2 * (uint32_t) (first - last + 1) : 0);
}

/* Where a container stands in jsonb's binary form, which is what keyvalue() identifies objects by: noted in `start` of each container. */
static uint32_t lay_out(struct json *value, uint32_t at)
{
    switch (value->kind) {
    case JSON_STRING:
        return at + value->len;
    case JSON_NUMBER:
        return align(at) + number_size(value);
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    default:
        return at;
    }
    at = align(at);
    value->start = at;
    at += 4 + 4 * value->count * (value->kind == JSON_OBJECT ? 2 : 1);
    for (uint32_t i = 0; value->kind == JSON_OBJECT && i < value->count; i++)
        at += value->keys[i].len;
    for (uint32_t i = 0; i < value->count; i++)
        at = lay_out(&value->items[i], at);
    return at;
}

static int64_t identity(struct path_run *run, const struct json *object)
{
    enum { BASE = 1000000000 };
    if (run->laid_out != run->base) {
        lay_out(run->base->root, 0);
        run->laid_out = run->base;
    }
    return object->start + run->base->number * 10 * BASE;
}

static enum path_result keyvalue(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                 struct path_values *found)
{
    if (!path_is(value, JSON_OBJECT))
        return PATH_FAIL(run, ERRCODE_SQL_JSON_OBJECT_NOT_FOUND, "jsonpath item method .%s() can only be applied to an object",
                         path_kind_name(item->kind));
    const struct json *object = value->json;
    enum path_result result = PATH_RESULT_NONE;
    struct json *id = object->count ? path_make_integer(run, identity(run, object)) : NULL;
    for (uint32_t i = 0; i < object->count; i++) {
        struct json *keys = arena_array(run->arena, struct json, 3), *items = arena_array(run->arena, struct json, 3);
        keys[0] = json_make_string("id", 2);
        keys[1] = json_make_string("key", 3);
        keys[2] = json_make_string("value", 5);
        items[0] = *id;
        items[1] = object->keys[i];
        items[2] = object->items[i];
        struct json *pair = path_make(run, (struct json){.kind = JSON_OBJECT, .count = 3, .keys = keys, .items = items});
        struct path_base *base = arena_new(run->arena, struct path_base);
        const struct path_base *before = run->base;
        struct path_item_value given = path_value(pair);
        *base = (struct path_base){pair, run->generated++};
        run->base = base;
        result = path_continue(run, item, &given, found);
        run->base = before;
        if (result == PATH_RESULT_ERROR || (result == PATH_RESULT_FOUND && !found))
            break;
    }
    return result;
}

/* ---- the others ---- */

static enum path_result size(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                             struct path_values *found)
{
    bool is_array = path_is(value, JSON_ARRAY);
    if (!is_array && !path_unwraps(run)) {
        if (run->ignores_structure)
            return PATH_RESULT_NONE;
        return PATH_FAIL(run, ERRCODE_SQL_JSON_ARRAY_NOT_FOUND, "jsonpath item method .%s() can only be applied to an array",
                         path_kind_name(item->kind));
    }
    struct path_item_value count = path_value(path_make_integer(run, is_array ? value->json->count : 1));
    return path_continue(run, item, &count, found);
}

static enum path_result to_double(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                  struct path_values *found)
{
    struct diag ignored = {0};
    double number;
    bool is_string = path_is(value, JSON_STRING);
    if (!is_string && !path_is(value, JSON_NUMBER))
        return PATH_FAIL(run, ERRCODE_NON_NUMERIC_SQL_JSON_ITEM,
                         "jsonpath item method .%s() can only be applied to a string or numeric value",
                         path_kind_name(item->kind));
    bool good = float8_parse(value->json->text, value->json->len, "double precision", &number, &ignored) && isfinite(number);
    diag_clear(&ignored);
    if (!good && is_string)
        return PATH_FAIL(
            run, ERRCODE_NON_NUMERIC_SQL_JSON_ITEM,
            "string argument of jsonpath item method .%s() is not a valid representation of a double precision number",
            path_kind_name(item->kind));
    if (!good)
        return PATH_FAIL(run, ERRCODE_NON_NUMERIC_SQL_JSON_ITEM,
                         "numeric argument of jsonpath item method .%s() is out of range for type double precision",
                         path_kind_name(item->kind));
    if (!is_string)
        return path_continue(run, item, value, found);
    struct number exact;
    struct datum stored;
    number_init(&exact);
    number_set_double(&exact, number, 15);
    good = number_store(&exact, run->arena, &stored, run->call->diag);
    number_clear(&exact);
    if (!good) {
        run->is_broken = true;
        return PATH_RESULT_ERROR;
    }
    return continue_with(run, item, (struct json){.kind = JSON_NUMBER, .text = stored.data, .len = stored.len}, found);
}

static enum path_result round_number(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                     const char *function, struct path_values *found)
{
    struct json number;
    if (!path_is(value, JSON_NUMBER))
        return PATH_FAIL(run, ERRCODE_NON_NUMERIC_SQL_JSON_ITEM,
                         "jsonpath item method .%s() can only be applied to a numeric value", path_kind_name(item->kind));
    if (compute(run, function, value->json, NULL, &number) == PATH_RESULT_ERROR)
        return PATH_RESULT_ERROR;
    return continue_with(run, item, number, found);
}

enum path_result path_method(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                             struct path_values *found)
{
    struct path_item_value moment;
    const char *name;
    switch (item->kind) {
    case PATH_TYPE:
        name = value->json ? json_kind_name(value->json) : path_datetime_name(value->type);
        return continue_with(run, item, json_make_string(name, strlen(name)), found);
    case PATH_SIZE:
        return size(run, item, value, found);
    case PATH_DOUBLE:
        return to_double(run, item, value, found);
    case PATH_CEILING:
        return round_number(run, item, value, "numeric_ceil", found);
    case PATH_FLOOR:
        return round_number(run, item, value, "numeric_floor", found);
    case PATH_ABS:
        return round_number(run, item, value, "numeric_abs", found);
    case PATH_KEYVALUE:
        return keyvalue(run, item, value, found);
    default:
        if (path_datetime(run, item, value, &moment) == PATH_RESULT_ERROR)
            return PATH_RESULT_ERROR;
        return path_continue(run, item, &moment, found);
    }
}
