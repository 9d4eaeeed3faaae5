#include "type/codecs.h"
#include "type/jsonpath.h"

static const struct {
    const char *name;
    int priority; /* of operators: what binds less is put in parentheses; 6 for the rest */
} kinds[] = {
    [PATH_NULL] = {"null", 6},
    [PATH_STRING] = {"string", 6},
    [PATH_NUMBER] = {"number", 6},
    [PATH_BOOL] = {"boolean", 6},
    [PATH_VARIABLE] = {"variable", 6},
    [PATH_ROOT] = {"$", 6},
    [PATH_CURRENT] = {"@", 6},
    [PATH_LAST] = {"last", 6},
    [PATH_OR] = {"||", 0},
    [PATH_AND] = {"&&", 1},
    [PATH_NOT] = {"!", 6},
    [PATH_IS_UNKNOWN] = {"is unknown", 6},
    [PATH_EQUAL] = {"==", 2},
    [PATH_NOT_EQUAL] = {"!=", 2},
    [PATH_LESS] = {"<", 2},
    [PATH_GREATER] = {">", 2},
    [PATH_LESS_EQUAL] = {"<=", 2},
    [PATH_GREATER_EQUAL] = {">=", 2},
    [PATH_EXISTS] = {"exists", 6},
    [PATH_STARTS_WITH] = {"starts with", 2},
    [PATH_LIKE_REGEX] = {"like_regex", 6},
    [PATH_ADD] = {"+", 3},
    [PATH_SUBTRACT] = {"-", 3},
    [PATH_MULTIPLY] = {"*", 4},
    [PATH_DIVIDE] = {"/", 4},
    [PATH_REMAINDER] = {"%", 4},
    [PATH_PLUS] = {"+", 5},
    [PATH_MINUS] = {"-", 5},
    [PATH_KEY] = {"key", 6},
    [PATH_ANY_KEY] = {"*", 6},
    [PATH_ANY_ELEMENT] = {"[*]", 6},
    [PATH_SUBSCRIPTS] = {"[]", 6},
    [PATH_ANY_DEPTH] = {"**", 6},
    [PATH_FILTER] = {"?", 6},
    [PATH_TYPE] = {"type", 6},
    [PATH_SIZE] = {"size", 6},
    [PATH_DOUBLE] = {"double", 6},
    [PATH_CEILING] = {"ceiling", 6},
    [PATH_FLOOR] = {"floor", 6},
    [PATH_ABS] = {"abs", 6},
    [PATH_KEYVALUE] = {"keyvalue", 6},
    [PATH_DATETIME] = {"datetime", 6},
};

const char *path_kind_name(enum path_kind kind)
{
    return kinds[kind].name;
}

enum parentheses { BARE, ENCLOSED };

static void put_list(const struct path_item *item, enum parentheses parentheses, enum path_form form, struct buf *out);

/* Long chains of one operator are stored without parentheses: reading them back must not nest deeper than the original did. */
static void put_operand(const struct path_item *operand, const struct path_item *of, enum path_form form, struct buf *out)
{
    int inner = kinds[operand->kind].priority, outer = kinds[of->kind].priority;
    bool weaker = inner < outer || (inner == outer && (form == PATH_SHOWN || operand == of->right));
    put_list(operand, weaker ? ENCLOSED : BARE, form, out);
}

static void put_regex_flags(unsigned flags, struct buf *out)
{
    static const struct {
        unsigned flag;
        char letter;
    } letters[] = {{PATH_REGEX_ICASE, 'i'},
                   {PATH_REGEX_DOTALL, 's'},
                   {PATH_REGEX_LINES, 'm'},
                   {PATH_REGEX_BLANKS, 'x'},
                   {PATH_REGEX_QUOTE, 'q'}};
    if (!flags)
        return;
    buf_puts(out, " flag \"");
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (flags & letters[i].flag)
            buf_putc(out, letters[i].letter);
    buf_putc(out, '"');
}

static void put_depth(const struct path_item *item, struct buf *out)
{
    buf_puts(out, "**");
    if (item->first == 0 && item->last == PATH_DEPTH_LAST)
        return;
    buf_putc(out, '{');
    for (int i = 0; i < (item->first == item->last ? 1 : 2); i++) {
        uint32_t bound = i ? item->last : item->first;
        if (i)
            buf_puts(out, " to ");
        if (bound == PATH_DEPTH_LAST)
            buf_puts(out, "last");
        else
            buf_put_int64(out, bound);
    }
    buf_putc(out, '}');
}

static void put_operator(const struct path_item *item, enum path_form form, struct buf *out)
{
    if (item->kind == PATH_PLUS || item->kind == PATH_MINUS) {
        buf_puts(out, kinds[item->kind].name);
        put_operand(item->left, item, form, out);
        return;
    }
    put_operand(item->left, item, form, out);
    buf_putc(out, ' ');
    buf_puts(out, kinds[item->kind].name);
    buf_putc(out, ' ');
    if (item->kind == PATH_LIKE_REGEX) {
        json_write_string(item->text, item->len, out);
        put_regex_flags(item->regex_flags, out);
    } else {
        put_operand(item->right, item, form, out);
    }
}

static void put_subscripts(const struct path_item *item, enum path_form form, struct buf *out)
{
    buf_putc(out, '[');
    for (uint32_t i = 0; i < item->count; i++) {
        if (i)
            buf_putc(out, ',');
        put_list(item->subscripts[i].from, BARE, form, out);
        if (item->subscripts[i].to) {
            buf_puts(out, " to ");
            put_list(item->subscripts[i].to, BARE, form, out);
        }
    }
    buf_putc(out, ']');
}

static void put_enclosed(const char *before, const struct path_item *item, const char *after, enum path_form form,
                         struct buf *out)
{
    buf_puts(out, before);
    put_list(item, BARE, form, out);
    buf_puts(out, after);
}

static void put_item(const struct path_item *item, enum path_form form, struct buf *out)
{
    switch (item->kind) {
    case PATH_NULL:
    case PATH_STRING:
    case PATH_BOOL:
        json_write(&item->literal, out);
        break;
    case PATH_NUMBER:
        if (item->next)
            buf_putc(out, '(');
        json_write(&item->literal, out);
        if (item->next)
            buf_putc(out, ')');
        break;
    case PATH_VARIABLE:
        buf_putc(out, '$');
        json_write_string(item->text, item->len, out);
        break;
    case PATH_ROOT:
    case PATH_CURRENT:
    case PATH_LAST:
    case PATH_ANY_ELEMENT:
        buf_puts(out, kinds[item->kind].name);
        break;
    case PATH_NOT:
        put_enclosed("!(", item->left, ")", form, out);
        break;
    case PATH_IS_UNKNOWN:
        put_enclosed("(", item->left, ") is unknown", form, out);
        break;
    case PATH_EXISTS:
        put_enclosed("exists (", item->left, ")", form, out);
        break;
    case PATH_FILTER:
        put_enclosed("?(", item->left, ")", form, out);
        break;
    case PATH_KEY:
        buf_putc(out, '.');
        json_write_string(item->text, item->len, out);
        break;
    case PATH_ANY_KEY:
        buf_puts(out, ".*");
        break;
    case PATH_ANY_DEPTH:
        buf_putc(out, '.');
        put_depth(item, out);
        break;
    case PATH_SUBSCRIPTS:
        put_subscripts(item, form, out);
        break;
    case PATH_DATETIME:
        buf_puts(out, ".datetime(");
        if (item->text)
            json_write_string(item->text, item->len, out);
        buf_putc(out, ')');
        break;
    default:
        if (item->kind >= PATH_TYPE)
            buf_printf(out, ".%s()", kinds[item->kind].name);
        else
            put_operator(item, form, out);
    }
}

/* Do parentheses around the item depend on its surroundings? */
static bool is_open(const struct path_item *item)
{
    return kinds[item->kind].priority < 6 || item->kind == PATH_LIKE_REGEX;
}

static void put_list(const struct path_item *item, enum parentheses parentheses, enum path_form form, struct buf *out)
{
    bool enclosed = (parentheses == ENCLOSED && is_open(item)) ||
                    (form == PATH_EXACT && item->next && (path_is_predicate(item) || is_open(item)));
    if (enclosed)
        buf_putc(out, '(');
    put_item(item, form, out);
    if (enclosed)
        buf_putc(out, ')');
    for (item = item->next; item; item = item->next)
        put_item(item, form, out);
}

void path_write(const struct path *path, enum path_form form, struct buf *out)
{
    if (path->is_strict)
        buf_puts(out, "strict ");
    put_list(path->root, ENCLOSED, form, out);
}
