#include "func/jsonpath.h"
#include "func/regex_engine.h"
#include "type/numeric.h"

#include <string.h>

/* Predicates: true, false, or unknown where an operand failed or the values do not compare. */

/* An operand's errors are not reported: they make the predicate unknown. */
static enum path_result quiet_operand(struct path_run *run, const struct path_item *item, const struct path_item_value *value,
                                      enum path_wrapping wrapping, struct path_values *found)
{
    bool before = run->throws;
    run->throws = false;
    enum path_result result = path_operand(run, item, value, wrapping, found);
    run->throws = before;
    return result;
}

static enum path_truth truth_of(bool value)
{
    return value ? PATH_TRUE : PATH_FALSE;
}

static int compare_text(const struct json *a, const struct json *b)
{
    uint32_t len = a->len < b->len ? a->len : b->len;
    int order = len ? memcmp(a->text, b->text, len) : 0;
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

static enum path_truth decide(enum path_kind comparison, int order)
{
    switch (comparison) {
    case PATH_EQUAL:
        return truth_of(order == 0);
    case PATH_NOT_EQUAL:
        return truth_of(order != 0);
    case PATH_LESS:
        return truth_of(order < 0);
    case PATH_GREATER:
        return truth_of(order > 0);
    case PATH_LESS_EQUAL:
        return truth_of(order <= 0);
    default:
        return truth_of(order >= 0);
    }
}

static enum path_truth compare(struct path_run *run, const struct path_item *item, const struct path_item_value *a,
                               const struct path_item_value *b)
{
    int order = 0;
    bool comparable = true;
    if (!a->json && !b->json) {
        if (path_datetime_compare(run, a, b, &comparable, &order) == PATH_RESULT_ERROR || !comparable)
            return PATH_UNKNOWN;
        return decide(item->kind, order);
    }
    if (!a->json || !b->json || a->json->kind != b->json->kind) /* null is unequal to all else */
        return path_is(a, JSON_NULL) || path_is(b, JSON_NULL) ? truth_of(item->kind == PATH_NOT_EQUAL) : PATH_UNKNOWN;
    struct datum x = datum_text(a->json->text, a->json->len), y = datum_text(b->json->text, b->json->len);
    switch (a->json->kind) {
    case JSON_NULL:
        break;
    case JSON_BOOL:
        order = a->json->value - b->json->value;
        break;
    case JSON_NUMBER:
        order = number_datum_compare(&x, &y);
        break;
    case JSON_STRING:
        order = compare_text(a->json, b->json);
        break;
    default:
        return PATH_UNKNOWN;
    }
    return decide(item->kind, order);
}

static enum path_truth starts_with(const struct path_item_value *whole, const struct path_item_value *initial)
{
    if (!path_is(whole, JSON_STRING) || !path_is(initial, JSON_STRING))
        return PATH_UNKNOWN;
    uint32_t len = initial->json->len;
    return truth_of(len <= whole->json->len && (len == 0 || memcmp(whole->json->text, initial->json->text, len) == 0));
}

static enum path_truth like_regex(struct path_run *run, const struct path_item *item, const struct path_item_value *value)
{
    bool found;
    if (!path_is(value, JSON_STRING))
        return PATH_UNKNOWN;
    struct datum pattern = datum_text(item->text, item->len), text = datum_text(value->json->text, value->json->len);
    if (regex_path_search(&pattern, item->regex_flags, &text, &found, run->call->diag))
        return truth_of(found);
    run->is_broken = true;
    return PATH_UNKNOWN;
}

static enum path_truth test_pair(struct path_run *run, const struct path_item *item, const struct path_item_value *a,
                                 const struct path_item_value *b)
{
    if (run->is_broken)
        return PATH_UNKNOWN;
    if (item->kind == PATH_LIKE_REGEX)
        return like_regex(run, item, a);
    return item->kind == PATH_STARTS_WITH ? starts_with(a, b) : compare(run, item, a, b);
}

/* Does it hold for any pair of the operands' items? In strict mode one pair that cannot be told makes all unknown. */
static enum path_truth test_pairs(struct path_run *run, const struct path_item *item, const struct path_item_value *value)
{
    struct path_values left = {0}, right = {0};
    enum path_wrapping wrapping = item->kind == PATH_STARTS_WITH ? PATH_WRAPPED : PATH_UNWRAPPED;
    bool is_unknown = false, is_found = false;
    if (quiet_operand(run, item->left, value, PATH_UNWRAPPED, &left) == PATH_RESULT_ERROR)
        return PATH_UNKNOWN;
    if (item->right && quiet_operand(run, item->right, value, wrapping, &right) == PATH_RESULT_ERROR)
        return PATH_UNKNOWN;
    for (uint32_t i = 0; i < left.count; i++) {
        for (uint32_t k = 0; k < (item->right ? right.count : 1); k++) {
            enum path_truth truth = test_pair(run, item, &left.items[i], item->right ? &right.items[k] : NULL);
            if (truth == PATH_UNKNOWN && run->path->is_strict)
                return PATH_UNKNOWN;
            if (truth == PATH_TRUE && !run->path->is_strict)
                return PATH_TRUE;
            is_unknown |= truth == PATH_UNKNOWN;
            is_found |= truth == PATH_TRUE;
        }
    }
    return is_found ? PATH_TRUE : is_unknown ? PATH_UNKNOWN : PATH_FALSE;
}

static enum path_truth exists(struct path_run *run, const struct path_item *item, const struct path_item_value *value)
{
    struct path_values all = {0};
    enum path_result result = quiet_operand(run, item->left, value, PATH_WRAPPED, run->path->is_strict ? &all : NULL);
    if (result == PATH_RESULT_ERROR)
        return PATH_UNKNOWN;
    return truth_of(run->path->is_strict ? all.count > 0 : result == PATH_RESULT_FOUND);
}

enum path_truth path_test(struct path_run *run, const struct path_item *predicate, const struct path_item_value *value)
{
    enum path_truth left, right;
    switch (predicate->kind) {
    case PATH_AND:
        left = path_test(run, predicate->left, value);
        if (left == PATH_FALSE)
            return left;
        right = path_test(run, predicate->right, value);
        return right == PATH_TRUE ? left : right;
    case PATH_OR:
        left = path_test(run, predicate->left, value);
        if (left == PATH_TRUE)
            return left;
        right = path_test(run, predicate->right, value);
        return right == PATH_FALSE ? left : right;
    case PATH_NOT:
        left = path_test(run, predicate->left, value);
        return left == PATH_UNKNOWN ? left : truth_of(left == PATH_FALSE);
    case PATH_IS_UNKNOWN:
        return truth_of(path_test(run, predicate->left, value) == PATH_UNKNOWN);
    case PATH_EXISTS:
        return exists(run, predicate, value);
    default:
        return test_pairs(run, predicate, value);
    }
}
