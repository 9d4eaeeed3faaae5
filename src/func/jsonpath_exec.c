#include "func/jsonpath.h"

#include "type/numeric.h"

#include <string.h>

/* Steps and values. In lax mode a step that wants an object or a scalar takes an array's elements instead, one level deep; `unwrap` says whether it
 * still may. */

enum { DEPTH_MAX = 6000, VALUES_FIRST = 8 };

enum unwrapping { KEEP_ARRAYS, UNWRAP_ARRAYS };

void path_values_add(struct path_run *run, struct path_values *values, struct path_item_value value)
{
    if (values->count == values->room) {
        uint32_t room = values->room ? values->room * 2 : VALUES_FIRST;
        values->items = arena_grow(run->arena, values->items, values->room * sizeof value, room * sizeof value);
        values->room = room;
    }
    values->items[values->count++] = value;
}

struct json *path_make(struct path_run *run, struct json json)
{
    struct json *made = arena_new(run->arena, struct json);
    *made = json;
    return made;
}

struct json *path_make_integer(struct path_run *run, int64_t value)
{
    char *text = arena_printf(run->arena, "%lld", (long long) value);
    return path_make(run, (struct json){.kind = JSON_NUMBER, .text = text, .len = (uint32_t) strlen(text)});
}

static enum path_result apply(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                              struct path_values *found, enum unwrapping unwrapping);

static enum unwrapping unwrapping_of(const struct path_run *run)
{
    return path_unwraps(run) ? UNWRAP_ARRAYS : KEEP_ARRAYS;
}

/* Does a result end the walk: an error, or one that is all that was asked for? */
static bool is_final(enum path_result result, const struct path_values *found)
{
    return result == PATH_RESULT_ERROR || (result == PATH_RESULT_FOUND && !found);
}

static enum path_result give(struct path_run *run, const struct path_item *next, const struct path_item_value *value,
                             struct path_values *found, enum unwrapping unwrapping)
{
    if (next)
        return apply(run, next, value, found, unwrapping);
    if (found)
        path_values_add(run, found, *value);
    return PATH_RESULT_FOUND;
}

enum path_result path_continue(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                               struct path_values *found)
{
    return give(run, item->next, value, found, unwrapping_of(run));
}

/* `next` applied to a container's members from one depth to another. */
static enum path_result descend(struct path_run *run, const struct path_item *next, const struct json *container, uint32_t level,
                                uint32_t first, uint32_t last, enum unwrapping unwrapping, struct path_values *found)
{
    enum path_result result = PATH_RESULT_NONE;
    if (++run->depth > DEPTH_MAX)
        return PATH_BREAK(run, ERRCODE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    for (uint32_t i = 0; i < container->count && level <= last; i++) {
        const struct json *member = &container->items[i];
        struct path_item_value value = path_value(member);
        bool is_container = member->kind >= JSON_ARRAY;
        if (level >= first || (first == PATH_DEPTH_LAST && last == PATH_DEPTH_LAST && !is_container)) {
            result = give(run, next, &value, found, unwrapping);
            if (is_final(result, found))
                break;
        }
        if (level < last && is_container) {
            result = descend(run, next, member, level + 1, first, last, unwrapping, found);
            if (is_final(result, found))
                break;
        }
    }
    run->depth--;
    return result;
}

static enum path_result each_element(struct path_run *run, const struct path_item *item, const struct json *container,
                                     enum unwrapping unwrapping, struct path_values *found)
{
    return descend(run, item, container, 1, 1, 1, unwrapping, found);
}

enum path_result path_operand(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                              enum path_wrapping wrapping, struct path_values *found)
{
    if (wrapping == PATH_WRAPPED || !path_unwraps(run))
        return path_apply(run, item, value, found);
    struct path_values whole = {0};
    enum path_result result = path_apply(run, item, value, &whole);
    if (result == PATH_RESULT_ERROR)
        return result;
    for (uint32_t i = 0; i < whole.count; i++) {
        if (path_is(&whole.items[i], JSON_ARRAY))
            each_element(run, NULL, whole.items[i].json, KEEP_ARRAYS, found);
        else
            path_values_add(run, found, whole.items[i]);
    }
    return PATH_RESULT_FOUND;
}

/* ---- values ---- */

static enum path_result with_base(struct path_run *run, const struct path_base *base, const struct path_item *item,
                                  const struct path_item_value *value, struct path_values *found)
{
    const struct path_base *before = run->base;
    run->base = base;
    enum path_result result = path_continue(run, item, value, found);
    run->base = before;
    return result;
}

static enum path_result variable(struct path_run *run, const struct path_item *item, struct path_values *found)
{
    const struct json *json = run->variables.root ? json_member(run->variables.root, item->text, item->len) : NULL;
    if (!json)
        return PATH_BREAK(run, ERRCODE_UNDEFINED_OBJECT, "could not find jsonpath variable \"%.*s\"", (int) item->len,
                          item->text);
    struct path_item_value value = path_value(json);
    return with_base(run, &run->variables, item, &value, found);
}

static enum path_result last_index(struct path_run *run, const struct path_item *item, struct path_values *found)
{
    if (run->array_size < 0)
        return PATH_BREAK(run, ERRCODE_INTERNAL_ERROR, "evaluating jsonpath LAST outside of array subscript");
    struct path_item_value value = path_value(path_make_integer(run, run->array_size - 1));
    return path_continue(run, item, &value, found);
}

static enum path_result truth(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                              struct path_values *found)
{
    static const struct json truths[] = {[PATH_FALSE] = {.kind = JSON_BOOL, .value = false},
                                         [PATH_TRUE] = {.kind = JSON_BOOL, .value = true},
                                         [PATH_UNKNOWN] = {.kind = JSON_NULL}};
    struct path_item_value result = path_value(&truths[path_test(run, item, value)]);
    return path_continue(run, item, &result, found);
}

/* ---- steps ---- */

static enum path_result key(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                            struct path_values *found, enum unwrapping unwrapping)
{
    if (path_is(value, JSON_OBJECT)) {
        const struct json *member = json_member(value->json, item->text, item->len);
        if (member) {
            struct path_item_value part = path_value(member);
            return path_continue(run, item, &part, found);
        }
        if (run->ignores_structure)
            return PATH_RESULT_NONE;
        return PATH_FAIL(run, ERRCODE_SQL_JSON_MEMBER_NOT_FOUND, "JSON object does not contain key \"%.*s\"", (int) item->len,
                         item->text);
    }
    if (unwrapping == UNWRAP_ARRAYS && path_is(value, JSON_ARRAY))
        return each_element(run, item, value->json, KEEP_ARRAYS, found);
    if (run->ignores_structure)
        return PATH_RESULT_NONE;
    return PATH_FAIL(run, ERRCODE_SQL_JSON_MEMBER_NOT_FOUND, "jsonpath member accessor can only be applied to an object");
}

static enum path_result any_key(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                struct path_values *found, enum unwrapping unwrapping)
{
    if (path_is(value, JSON_OBJECT))
        return each_element(run, item->next, value->json, unwrapping_of(run), found);
    if (unwrapping == UNWRAP_ARRAYS && path_is(value, JSON_ARRAY))
        return each_element(run, item, value->json, KEEP_ARRAYS, found);
    if (run->ignores_structure)
        return PATH_RESULT_NONE;
    return PATH_FAIL(run, ERRCODE_SQL_JSON_OBJECT_NOT_FOUND,
                     "jsonpath wildcard member accessor can only be applied to an object");
}

static enum path_result any_element(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                    struct path_values *found)
{
    if (path_is(value, JSON_ARRAY))
        return each_element(run, item->next, value->json, unwrapping_of(run), found);
    if (path_unwraps(run))
        return path_continue(run, item, value, found);
    if (run->ignores_structure)
        return PATH_RESULT_NONE;
    return PATH_FAIL(run, ERRCODE_SQL_JSON_ARRAY_NOT_FOUND, "jsonpath wildcard array accessor can only be applied to an array");
}

static enum path_result any_depth(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                  struct path_values *found)
{
    bool before = run->ignores_structure;
    enum path_result result = PATH_RESULT_NONE;
    run->ignores_structure = true;
    if (item->first == 0)
        result = path_continue(run, item, value, found);
    /* An error at the top does not keep a silent run from what is below. */
    bool is_done = result == PATH_RESULT_ERROR ? run->throws || run->is_broken : is_final(result, found);
    if (!is_done && value->json && value->json->kind >= JSON_ARRAY)
        result = descend(run, item->next, value->json, 1, item->first, item->last, unwrapping_of(run), found);
    run->ignores_structure = before;
    return result;
}

static enum path_result subscript(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                  int32_t *index)
{
    struct path_values values = {0};
    struct number number;
    int64_t result;
    if (path_apply(run, item, value, &values) == PATH_RESULT_ERROR)
        return PATH_RESULT_ERROR;
    if (values.count != 1 || !path_is(&values.items[0], JSON_NUMBER))
        return PATH_FAIL(run, ERRCODE_INVALID_SQL_JSON_SUBSCRIPT, "jsonpath array subscript is not a single numeric value");
    struct datum stored = datum_text(values.items[0].json->text, values.items[0].json->len);
    number_init(&number);
    number_load(&number, &stored);
    if (number.kind == NUMBER_FINITE)
        number_truncate(&number, 0);
    bool fits = number.kind == NUMBER_FINITE && number_int64(&number, &result) && result >= INT32_MIN && result <= INT32_MAX;
    number_clear(&number);
    if (!fits)
        return PATH_FAIL(run, ERRCODE_INVALID_SQL_JSON_SUBSCRIPT, "jsonpath array subscript is out of integer range");
    *index = (int32_t) result;
    return PATH_RESULT_FOUND;
}

/* One subscript or range of them, of an array or in lax mode of anything, which is then its only element. */
static enum path_result elements(struct path_run *run, const struct path_item *item, const struct path_subscript *range,
                                 const struct path_item_value *value, struct path_values *found)
{
    bool is_array = path_is(value, JSON_ARRAY);
    int32_t size = is_array ? (int32_t) value->json->count : 1, from, to;
    enum path_result result = subscript(run, range->from, value, &from);
    to = from;
    if (result != PATH_RESULT_ERROR && range->to)
        result = subscript(run, range->to, value, &to);
    if (result == PATH_RESULT_ERROR)
        return result;
    if (!run->ignores_structure && (from < 0 || from > to || to >= size))
        return PATH_FAIL(run, ERRCODE_INVALID_SQL_JSON_SUBSCRIPT, "jsonpath array subscript is out of bounds");
    result = PATH_RESULT_NONE;
    for (int32_t i = from < 0 ? 0 : from; i <= to && i < size && !is_final(result, found); i++) {
        struct path_item_value element = is_array ? path_value(&value->json->items[i]) : *value;
        result = path_continue(run, item, &element, found);
    }
    return result;
}

static enum path_result subscripts(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                   struct path_values *found)
{
    if (!path_is(value, JSON_ARRAY) && !path_unwraps(run)) {
        if (run->ignores_structure)
            return PATH_RESULT_NONE;
        return PATH_FAIL(run, ERRCODE_SQL_JSON_ARRAY_NOT_FOUND, "jsonpath array accessor can only be applied to an array");
    }
    int32_t before = run->array_size;
    enum path_result result = PATH_RESULT_NONE;
    run->array_size = path_is(value, JSON_ARRAY) ? (int32_t) value->json->count : 1;
    for (uint32_t i = 0; i < item->count && !is_final(result, found); i++)
        result = elements(run, item, &item->subscripts[i], value, found);
    run->array_size = before;
    return result;
}

static enum path_result filter(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                               struct path_values *found, enum unwrapping unwrapping)
{
    if (unwrapping == UNWRAP_ARRAYS && path_is(value, JSON_ARRAY))
        return each_element(run, item, value->json, KEEP_ARRAYS, found);
    struct path_item_value before = run->current;
    run->current = *value;
    enum path_truth passes = path_test(run, item->left, value);
    run->current = before;
    return passes == PATH_TRUE ? path_continue(run, item, value, found) : PATH_RESULT_NONE;
}

/* Methods that take each element of an array in its place. */
static bool is_elementwise(enum path_kind kind)
{
    return kind >= PATH_DOUBLE;
}

static enum path_result apply_kind(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                   struct path_values *found, enum unwrapping unwrapping)
{
    struct path_item_value made;
    switch (item->kind) {
    case PATH_NULL:
    case PATH_STRING:
    case PATH_NUMBER:
    case PATH_BOOL:
        made = path_value(&item->literal);
        return path_continue(run, item, &made, found);
    case PATH_VARIABLE:
        return variable(run, item, found);
    case PATH_ROOT:
        made = path_value(run->document.root);
        return with_base(run, &run->document, item, &made, found);
    case PATH_CURRENT:
        return path_continue(run, item, &run->current, found);
    case PATH_LAST:
        return last_index(run, item, found);
    case PATH_KEY:
        return key(run, item, value, found, unwrapping);
    case PATH_ANY_KEY:
        return any_key(run, item, value, found, unwrapping);
    case PATH_ANY_ELEMENT:
        return any_element(run, item, value, found);
    case PATH_SUBSCRIPTS:
        return subscripts(run, item, value, found);
    case PATH_ANY_DEPTH:
        return any_depth(run, item, value, found);
    case PATH_FILTER:
        return filter(run, item, value, found, unwrapping);
    default:
        if (path_is_predicate(item))
            return truth(run, item, value, found);
        if (item->kind < PATH_TYPE)
            return path_arithmetic(run, item, value, found);
        if (unwrapping == UNWRAP_ARRAYS && is_elementwise(item->kind) && path_is(value, JSON_ARRAY))
            return each_element(run, item, value->json, KEEP_ARRAYS, found);
        return path_method(run, item, value, found);
    }
}

static enum path_result apply(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                              struct path_values *found, enum unwrapping unwrapping)
{
    if (run->is_broken)
        return PATH_RESULT_ERROR;
    if (run->call->env->interrupted && *run->call->env->interrupted)
        return PATH_BREAK(run, ERRCODE_QUERY_CANCELED, "canceling statement due to user request");
    if (++run->depth > DEPTH_MAX)
        return PATH_BREAK(run, ERRCODE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    enum path_result result = apply_kind(run, item, value, found, unwrapping);
    run->depth--;
    return result;
}

enum path_result path_apply(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                            struct path_values *found)
{
    return apply(run, item, value, found, unwrapping_of(run));
}

bool path_run(struct fcall *call, struct arena *arena, const struct path *path, struct arena *memo_arena, struct json *document,
              struct json *variables, struct path_options options, struct path_values *found, enum path_result *result)
{
    struct path_run run = {.call = call,
                           .arena = arena,
                           .memo_arena = memo_arena,
                           .path = path,
                           .document = {document, 0},
                           .variables = {variables, 1},
                           .generated = variables ? 2 : 1,
                           .current = path_value(document),
                           .array_size = -1,
                           .use_zone = options.use_zone,
                           .throws = !options.is_silent,
                           .ignores_structure = !path->is_strict};
    struct path_item_value value = path_value(document);
    struct path_values all = {0};
    run.base = &run.document;
    if (variables && variables->kind != JSON_OBJECT) {
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "\"vars\" argument is not an object");
        return diag_detail(call->diag, "Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.");
    }
    /* Strict mode wants to know of errors behind the first item, too. */
    *result = path_apply(&run, path->root, &value, found || !path->is_strict ? found : &all);
    if (path->is_strict && !found && *result != PATH_RESULT_ERROR)
        *result = all.count ? PATH_RESULT_FOUND : PATH_RESULT_NONE;
    return !run.is_broken && (*result != PATH_RESULT_ERROR || options.is_silent);
}
