#include "type/jsonpath.h"

#include "type/codecs.h"
#include "type/jsonpath_scan.h"
#include "type/numeric.h"

#include <string.h>

/* A recursive-descent parser that fails at the word where PostgreSQL's grammar does: at the first one that nothing valid can go on with. So each
 * rule says what its surroundings allow, values, predicates or either. */

enum { DEPTH_MAX = 2000, HEIGHT_MAX = 5000 };

enum wanted { WANT_VALUE, WANT_PREDICATE, WANT_EITHER };

struct parser {
    struct path_scanner scan;
    struct arena *arena;
    const struct type_resolver *resolver;
    struct diag *diag;
    int depth;
};

static struct path_item *parse_either(struct parser *p, enum wanted wanted);
static struct path_item *parse_value(struct parser *p, int binding, enum wanted wanted);

static void *wrong(struct parser *p)
{
    path_scan_error(&p->scan, "syntax error");
    return NULL;
}

static bool too_deep(struct parser *p)
{
    diag_set(p->diag, ERRCODE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    return diag_hint(p->diag, "Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), after ensuring the "
                              "platform's stack depth limit is adequate.");
}

static bool enter(struct parser *p)
{
    return ++p->depth <= DEPTH_MAX || too_deep(p);
}

static bool at_sign(const struct parser *p, char sign)
{
    return p->scan.token == PT_SIGN && p->scan.sign == sign;
}

static bool expect_sign(struct parser *p, char sign)
{
    return at_sign(p, sign) ? path_scan(&p->scan) : path_scan_error(&p->scan, "syntax error");
}

static bool expect(struct parser *p, enum path_token token)
{
    return p->scan.token == token ? path_scan(&p->scan) : path_scan_error(&p->scan, "syntax error");
}

static uint32_t above(uint32_t height, const struct path_item *item)
{
    return item && item->height >= height ? item->height + 1 : height;
}

/* NULL after a report when the tree gets too high for those who walk it. */
static struct path_item *make(struct parser *p, enum path_kind kind, struct path_item *left, struct path_item *right)
{
    struct path_item *item = arena_new(p->arena, struct path_item);
    *item = (struct path_item){.kind = kind, .height = above(above(1, left), right), .left = left, .right = right};
    return item->height <= HEIGHT_MAX || too_deep(p) ? item : NULL;
}

static struct path_item *make_text(struct parser *p, enum path_kind kind)
{
    struct path_item *item = make(p, kind, NULL, NULL);
    item->text = p->scan.text;
    item->len = (uint32_t) p->scan.len;
    return item;
}

static void append(struct path_item *list, struct path_item *item)
{
    while (list->next)
        list = list->next;
    list->next = item;
}

/* ---- values ---- */

/* An exact decimal, its sign turned if `negate`. */
static bool set_number(struct parser *p, struct path_item *item, const char *text, size_t len, bool negate)
{
    struct number number;
    struct datum stored;
    number_init(&number);
    bool good = number_parse(&number, text, len, p->diag);
    if (good && negate)
        mpz_neg(number.coefficient, number.coefficient);
    good = good && number_store(&number, p->arena, &stored, p->diag);
    number_clear(&number);
    if (good)
        item->literal = (struct json){.kind = JSON_NUMBER, .text = stored.data, .len = stored.len};
    return good;
}

static struct path_item *parse_literal(struct parser *p)
{
    struct path_item *item;
    switch (p->scan.token) {
    case PT_STRING:
        item = make(p, PATH_STRING, NULL, NULL);
        item->literal = json_make_string(p->scan.text, p->scan.len);
        return item;
    case PT_NUMBER:
    case PT_INTEGER:
        item = make(p, PATH_NUMBER, NULL, NULL);
        return set_number(p, item, p->scan.text, p->scan.len, false) ? item : NULL;
    case PT_NULL:
        return make(p, PATH_NULL, NULL, NULL);
    case PT_TRUE:
    case PT_FALSE:
        item = make(p, PATH_BOOL, NULL, NULL);
        item->literal = (struct json){.kind = JSON_BOOL, .value = p->scan.token == PT_TRUE};
        return item;
    case PT_VARIABLE:
        return make_text(p, PATH_VARIABLE);
    case PT_LAST:
        return make(p, PATH_LAST, NULL, NULL);
    default:
        if (at_sign(p, '$'))
            return make(p, PATH_ROOT, NULL, NULL);
        if (at_sign(p, '@'))
            return make(p, PATH_CURRENT, NULL, NULL);
        return wrong(p);
    }
}

/* ---- steps ---- */

static struct path_item *parse_subscripts(struct parser *p)
{
    if (at_sign(p, '*'))
        return path_scan(&p->scan) && expect_sign(p, ']') ? make(p, PATH_ANY_ELEMENT, NULL, NULL) : NULL;
    struct path_item *item = make(p, PATH_SUBSCRIPTS, NULL, NULL);
    uint32_t room = 0;
    for (;;) {
        if (item->count == room) {
            uint32_t more = room ? room * 2 : 2;
            item->subscripts =
                arena_grow(p->arena, item->subscripts, room * sizeof *item->subscripts, more * sizeof *item->subscripts);
            room = more;
        }
        struct path_subscript *subscript = &item->subscripts[item->count++];
        *subscript = (struct path_subscript){.from = parse_value(p, 0, WANT_VALUE)};
        if (!subscript->from)
            return NULL;
        if (p->scan.token == PT_TO && (!path_scan(&p->scan) || !(subscript->to = parse_value(p, 0, WANT_VALUE))))
            return NULL;
        item->height = above(above(item->height, subscript->from), subscript->to);
        if (!at_sign(p, ','))
            break;
        if (!path_scan(&p->scan))
            return NULL;
    }
    return expect_sign(p, ']') ? item : NULL;
}

static bool parse_level(struct parser *p, uint32_t *level)
{
    if (p->scan.token == PT_LAST) {
        *level = PATH_DEPTH_LAST;
        return path_scan(&p->scan);
    }
    if (p->scan.token != PT_INTEGER)
        return path_scan_error(&p->scan, "syntax error");
    uint64_t value = 0;
    for (size_t i = 0; i < p->scan.len && value <= INT32_MAX; i++)
        value = value * 10 + (uint64_t) (p->scan.text[i] - '0');
    if (value > INT32_MAX)
        return diag_set(p->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value \"%.*s\" is out of range for type integer",
                        (int) p->scan.len, p->scan.text);
    *level = (uint32_t) value;
    return path_scan(&p->scan);
}

/* Behind ".**". */
static struct path_item *parse_depth(struct parser *p)
{
    struct path_item *item = make(p, PATH_ANY_DEPTH, NULL, NULL);
    item->last = PATH_DEPTH_LAST;
    if (!at_sign(p, '{'))
        return item;
    if (!path_scan(&p->scan) || !parse_level(p, &item->first))
        return NULL;
    item->last = item->first;
    if (p->scan.token == PT_TO && (!path_scan(&p->scan) || !parse_level(p, &item->last)))
        return NULL;
    return expect_sign(p, '}') ? item : NULL;
}

static enum path_kind method_of(enum path_token token)
{
    switch (token) {
    case PT_TYPE:
        return PATH_TYPE;
    case PT_SIZE:
        return PATH_SIZE;
    case PT_DOUBLE:
        return PATH_DOUBLE;
    case PT_CEILING:
        return PATH_CEILING;
    case PT_FLOOR:
        return PATH_FLOOR;
    case PT_ABS:
        return PATH_ABS;
    case PT_KEYVALUE:
        return PATH_KEYVALUE;
    case PT_DATETIME:
        return PATH_DATETIME;
    default:
        return PATH_KEY;
    }
}

/* Behind a dot: a key, or a method if an opening parenthesis follows its name. */
static struct path_item *parse_member(struct parser *p)
{
    enum path_token token = p->scan.token;
    if (token == PT_ANY)
        return path_scan(&p->scan) ? parse_depth(p) : NULL;
    if (at_sign(p, '*'))
        return path_scan(&p->scan) ? make(p, PATH_ANY_KEY, NULL, NULL) : NULL;
    if (token != PT_NAME && token != PT_STRING && token < PT_IS)
        return wrong(p);
    struct path_item *item = make_text(p, PATH_KEY);
    enum path_kind method = method_of(token);
    if (!path_scan(&p->scan))
        return NULL;
    if (method == PATH_KEY || !at_sign(p, '('))
        return item;
    item = make(p, method, NULL, NULL);
    if (!path_scan(&p->scan))
        return NULL;
    if (method == PATH_DATETIME && p->scan.token == PT_STRING) {
        item->text = p->scan.text;
        item->len = (uint32_t) p->scan.len;
        if (!path_scan(&p->scan))
            return NULL;
    }
    return expect_sign(p, ')') ? item : NULL;
}

static struct path_item *parse_filter(struct parser *p)
{
    struct path_item *predicate;
    if (!expect_sign(p, '(') || !(predicate = parse_either(p, WANT_PREDICATE)) || !expect_sign(p, ')'))
        return NULL;
    return make(p, PATH_FILTER, predicate, NULL);
}

static bool at_step(const struct parser *p)
{
    return at_sign(p, '.') || at_sign(p, '[') || at_sign(p, '?');
}

static struct path_item *parse_steps(struct parser *p, struct path_item *head)
{
    struct path_item *last = head;
    while (at_step(p)) {
        char sign = p->scan.sign;
        if (!path_scan(&p->scan))
            return NULL;
        struct path_item *step = sign == '.' ? parse_member(p) : sign == '[' ? parse_subscripts(p) : parse_filter(p);
        if (!step)
            return NULL;
        append(last, step);
        last = step;
        head->height = above(head->height, step);
    }
    return head;
}

/* ---- operators ---- */

static struct path_item *parse_sign(struct parser *p)
{
    enum path_kind kind = p->scan.sign == '-' ? PATH_MINUS : PATH_PLUS;
    struct path_item *operand;
    if (!enter(p) || !path_scan(&p->scan) || !(operand = parse_value(p, 3, WANT_VALUE)))
        return NULL;
    p->depth--;
    if (operand->kind != PATH_NUMBER || operand->next)
        return make(p, kind, operand, NULL);
    if (kind == PATH_PLUS)
        return operand;
    struct path_item *item = make(p, PATH_NUMBER, NULL, NULL);
    return set_number(p, item, operand->literal.text, operand->literal.len, true) ? item : NULL;
}

/* A value with its steps; a predicate in parentheses where one is wanted, or where steps follow. */
static struct path_item *parse_primary(struct parser *p, enum wanted wanted)
{
    if (at_sign(p, '+') || at_sign(p, '-'))
        return parse_sign(p);
    struct path_item *item;
    if (!at_sign(p, '(')) {
        item = parse_literal(p);
        return item && path_scan(&p->scan) ? parse_steps(p, item) : NULL;
    }
    if (!enter(p) || !path_scan(&p->scan) || !(item = parse_either(p, WANT_EITHER)) || !expect_sign(p, ')'))
        return NULL;
    p->depth--;
    if (at_step(p))
        return parse_steps(p, item);
    if (path_is_predicate(item) && !item->next && wanted == WANT_VALUE)
        return wrong(p);
    return item;
}

static int binding_of(const struct parser *p, enum path_kind *kind)
{
    static const char operators[] = "+-*/%";
    const char *found = p->scan.token == PT_SIGN ? strchr(operators, p->scan.sign) : NULL;
    if (!found)
        return 0;
    *kind = PATH_ADD + (enum path_kind)(found - operators);
    return found - operators < 2 ? 1 : 2;
}

/* Arithmetic whose operators bind more than `binding`. */
static struct path_item *parse_value(struct parser *p, int binding, enum wanted wanted)
{
    struct path_item *left = parse_primary(p, wanted);
    enum path_kind kind = PATH_ADD;
    if (!left || (path_is_predicate(left) && !left->next))
        return left;
    for (int next; (next = binding_of(p, &kind)) > binding;) {
        struct path_item *right;
        if (!path_scan(&p->scan) || !(right = parse_value(p, next, WANT_VALUE)))
            return NULL;
        if (!(left = make(p, kind, left, right)))
            return NULL;
    }
    return left;
}

/* ---- predicates ---- */

static struct path_item *parse_exists(struct parser *p)
{
    struct path_item *value;
    if (!path_scan(&p->scan) || !expect_sign(p, '(') || !(value = parse_value(p, 0, WANT_VALUE)) || !expect_sign(p, ')'))
        return NULL;
    return make(p, PATH_EXISTS, value, NULL);
}

static struct path_item *parse_not(struct parser *p)
{
    struct path_item *predicate;
    if (!path_scan(&p->scan))
        return NULL;
    if (p->scan.token == PT_EXISTS)
        return (predicate = parse_exists(p)) ? make(p, PATH_NOT, predicate, NULL) : NULL;
    if (!enter(p) || !expect_sign(p, '(') || !(predicate = parse_either(p, WANT_PREDICATE)) || !expect_sign(p, ')'))
        return NULL;
    p->depth--;
    return make(p, PATH_NOT, predicate, NULL);
}

static bool set_regex_flags(struct parser *p, struct path_item *item)
{
    static const char letters[] = "ismxq";
    for (size_t i = 0; i < p->scan.len; i++) {
        char letter = p->scan.text[i];
        const char *found = letter ? strchr(letters, letter) : NULL;
        if (!found) {
            diag_set(p->diag, ERRCODE_SYNTAX_ERROR, "invalid input syntax for type %s", "jsonpath");
            return diag_detail(p->diag, "Unrecognized flag character \"%.*s\" in LIKE_REGEX predicate.",
                               (int) utf8_size((uint8_t) letter), p->scan.text + i);
        }
        item->regex_flags |= 1U << (found - letters);
    }
    return true;
}

static struct path_item *parse_like_regex(struct parser *p, struct path_item *value)
{
    if (!path_scan(&p->scan))
        return NULL;
    if (p->scan.token != PT_STRING)
        return wrong(p);
    struct path_item *item = make_text(p, PATH_LIKE_REGEX);
    item->left = value;
    if (!path_scan(&p->scan))
        return NULL;
    if (p->scan.token == PT_FLAG) {
        if (!path_scan(&p->scan))
            return NULL;
        if (p->scan.token != PT_STRING)
            return wrong(p);
        if (!set_regex_flags(p, item) || !path_scan(&p->scan))
            return NULL;
    }
    if ((item->regex_flags & PATH_REGEX_BLANKS) && !(item->regex_flags & PATH_REGEX_QUOTE)) {
        diag_set(p->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "XQuery \"x\" flag (expanded regular expressions) is not implemented");
        return NULL;
    }
    if (p->resolver->check_regex && !p->resolver->check_regex(item->text, item->len, item->regex_flags, p->diag))
        return NULL;
    return item;
}

static struct path_item *parse_starts_with(struct parser *p, struct path_item *value)
{
    if (!path_scan(&p->scan) || !expect(p, PT_WITH))
        return NULL;
    if (p->scan.token != PT_STRING && p->scan.token != PT_VARIABLE)
        return wrong(p);
    struct path_item *initial = parse_literal(p);
    return path_scan(&p->scan) ? make(p, PATH_STARTS_WITH, value, initial) : NULL;
}

static struct path_item *parse_comparison(struct parser *p, enum wanted wanted)
{
    static const enum path_kind comparisons[] = {
        [PT_EQUAL] = PATH_EQUAL,           [PT_NOT_EQUAL] = PATH_NOT_EQUAL, [PT_LESS] = PATH_LESS,
        [PT_LESS_EQUAL] = PATH_LESS_EQUAL, [PT_GREATER] = PATH_GREATER,     [PT_GREATER_EQUAL] = PATH_GREATER_EQUAL};
    struct path_item *left = parse_value(p, 0, wanted), *right;
    if (!left)
        return NULL;
    enum path_token token = p->scan.token;
    if (path_is_predicate(left) && !left->next) {
        if (token != PT_IS)
            return left;
        return path_scan(&p->scan) && expect(p, PT_UNKNOWN) ? make(p, PATH_IS_UNKNOWN, left, NULL) : NULL;
    }
    if (token >= PT_EQUAL && token <= PT_GREATER_EQUAL) {
        if (!path_scan(&p->scan) || !(right = parse_value(p, 0, WANT_VALUE)))
            return NULL;
        return make(p, comparisons[token], left, right);
    }
    if (token == PT_STARTS)
        return parse_starts_with(p, left);
    if (token == PT_LIKE_REGEX)
        return parse_like_regex(p, left);
    return wanted == WANT_PREDICATE ? wrong(p) : left;
}

static struct path_item *parse_predicate(struct parser *p, enum wanted wanted)
{
    if (p->scan.token == PT_NOT)
        return parse_not(p);
    if (p->scan.token == PT_EXISTS)
        return parse_exists(p);
    return parse_comparison(p, wanted);
}

static struct path_item *parse_and(struct parser *p, enum wanted wanted)
{
    struct path_item *left = parse_predicate(p, wanted), *right;
    while (left && p->scan.token == PT_AND && path_is_predicate(left) && !left->next) {
        if (!path_scan(&p->scan) || !(right = parse_predicate(p, WANT_PREDICATE)))
            return NULL;
        left = make(p, PATH_AND, left, right);
    }
    return left;
}

/* Anything in parentheses, or at the top. A value is refused by what follows it if only a predicate is wanted. */
static struct path_item *parse_either(struct parser *p, enum wanted wanted)
{
    struct path_item *left = parse_and(p, wanted), *right;
    while (left && p->scan.token == PT_OR && path_is_predicate(left) && !left->next) {
        if (!path_scan(&p->scan) || !(right = parse_and(p, WANT_PREDICATE)))
            return NULL;
        left = make(p, PATH_OR, left, right);
    }
    return left;
}

/* ---- where @ and last make sense ---- */

struct place {
    bool in_filter, in_subscript;
};

static bool check(struct parser *p, const struct path_item *item, struct place place)
{
    for (; item; item = item->next) {
        struct place inner = place;
        if (item->kind == PATH_CURRENT && !place.in_filter)
            return diag_set(p->diag, ERRCODE_SYNTAX_ERROR, "@ is not allowed in root expressions");
        if (item->kind == PATH_LAST && !place.in_subscript)
            return diag_set(p->diag, ERRCODE_SYNTAX_ERROR, "LAST is allowed only in array subscripts");
        if (item->kind == PATH_FILTER)
            inner.in_filter = true;
        if (item->left && !check(p, item->left, inner))
            return false;
        if (item->right && !check(p, item->right, inner))
            return false;
        inner.in_subscript = true;
        for (uint32_t i = 0; i < item->count; i++)
            if (!check(p, item->subscripts[i].from, inner) ||
                (item->subscripts[i].to && !check(p, item->subscripts[i].to, inner)))
                return false;
    }
    return true;
}

static bool parse(struct parser *p, const char *text, size_t len, struct path *out)
{
    if (!path_scan(&p->scan))
        return false;
    if (p->scan.token == PT_END)
        return diag_set(p->diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid input syntax for type %s: \"%.*s\"", "jsonpath",
                        (int) len, text);
    out->is_strict = p->scan.token == PT_STRICT;
    if ((out->is_strict || p->scan.token == PT_LAX) && !path_scan(&p->scan))
        return false;
    out->root = parse_either(p, WANT_EITHER);
    if (!out->root)
        return false;
    if (p->scan.token != PT_END)
        return path_scan_error(&p->scan, "syntax error");
    return check(p, out->root, (struct place){0});
}

bool path_parse(struct arena *arena, const char *text, size_t len, const struct type_resolver *resolver, struct path *out,
                struct diag *diag)
{
    struct parser p = {.arena = arena, .resolver = resolver, .diag = diag};
    path_scan_init(&p.scan, arena, text, len, diag);
    bool good = parse(&p, text, len, out);
    path_scan_deinit(&p.scan);
    return good;
}
