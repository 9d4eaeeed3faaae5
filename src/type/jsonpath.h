#ifndef PGQUILL_TYPE_JSONPATH_H
#define PGQUILL_TYPE_JSONPATH_H

#include "type/json.h"
#include "type/type.h"

/* The SQL/JSON path language (docs: 9.16.2) as a tree. An item is a value, an operator or a step; `next` is the step that follows it. */
enum path_kind {
    /* values */
    PATH_NULL,
    PATH_STRING,
    PATH_NUMBER,
    PATH_BOOL,
    PATH_VARIABLE,
    PATH_ROOT,
    PATH_CURRENT,
    PATH_LAST,
    /* predicates */
    PATH_OR,
    PATH_AND,
    PATH_NOT,
    PATH_IS_UNKNOWN,
    PATH_EQUAL,
    PATH_NOT_EQUAL,
    PATH_LESS,
    PATH_GREATER,
    PATH_LESS_EQUAL,
    PATH_GREATER_EQUAL,
    PATH_EXISTS,
    PATH_STARTS_WITH,
    PATH_LIKE_REGEX,
    /* arithmetic */
    PATH_ADD,
    PATH_SUBTRACT,
    PATH_MULTIPLY,
    PATH_DIVIDE,
    PATH_REMAINDER,
    PATH_PLUS,
    PATH_MINUS,
    /* steps */
    PATH_KEY,
    PATH_ANY_KEY,
    PATH_ANY_ELEMENT,
    PATH_SUBSCRIPTS,
    PATH_ANY_DEPTH,
    PATH_FILTER,
    /* methods, which are steps too */
    PATH_TYPE,
    PATH_SIZE,
    PATH_DOUBLE,
    PATH_CEILING,
    PATH_FLOOR,
    PATH_ABS,
    PATH_KEYVALUE,
    PATH_DATETIME,
};

/* like_regex … flag "smixq" */
enum path_regex_flag {
    PATH_REGEX_ICASE = 1,
    PATH_REGEX_DOTALL = 2,
    PATH_REGEX_LINES = 4,
    PATH_REGEX_BLANKS = 8,
    PATH_REGEX_QUOTE = 16
};

#define PATH_DEPTH_LAST UINT32_MAX /* the leaves, as a bound of .**{} */

struct path_subscript {
    struct path_item *from, *to; /* to: NULL unless a range */
};

struct path_item {
    enum path_kind kind;
    uint32_t height; /* of the tree below, steps that follow included */
    struct path_item *next;
    struct path_item *left, *right; /* operands; of what takes one, left */
    const char *text;               /* key, variable, pattern */
    uint32_t len;
    struct json literal; /* NULL, STRING, NUMBER, BOOL as values of a document */
    unsigned regex_flags;
    uint32_t first, last; /* ANY_DEPTH */
    uint32_t count;
    struct path_subscript *subscripts;
    void *memo; /* of whoever runs the path; NULL at first */
};

struct path {
    bool is_strict;
    struct path_item *root;
};

/* Read a path; 22P02 when there is none, 42601 for what the grammar refuses. All memory is the arena's. `resolver` says which regular
 * expressions are well formed (type_resolver.check_regex). */
bool path_parse(struct arena *arena, const char *text, size_t len, const struct type_resolver *resolver, struct path *out,
                struct diag *diag);

/* Write as jsonpath's output does. That form drops the parentheses around an operator that steps follow, "($.a + 1).b"; PATH_EXACT keeps them and
 * is what values are stored as. */
enum path_form { PATH_SHOWN, PATH_EXACT };
void path_write(const struct path *path, enum path_form form, struct buf *out);

static inline bool path_is_predicate(const struct path_item *item)
{
    return item->kind >= PATH_OR && item->kind <= PATH_LIKE_REGEX;
}

/* "==", "+", "starts with"; of methods "size". */
const char *path_kind_name(enum path_kind kind);

#endif
