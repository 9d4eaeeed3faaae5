#include "sql/normalise.h"

/* One pass over the bytes. Only what decides where tokens end is known here: strings, quoted identifiers, comments, numbers, names. What is rare
 * (U&'…', bit strings, \u escapes) is left in the key as it stands, and the parser's constant is used. */

enum { SPACE = 1, NAME_START = 2, DIGIT = 4, NAME = 8 };

static const uint8_t classes[256] = {
    [' '] = SPACE,
    ['\t'] = SPACE,
    ['\n'] = SPACE,
    ['\r'] = SPACE,
    ['\f'] = SPACE,
    ['\v'] = SPACE,
    ['0' ... '9'] = DIGIT | NAME,
    ['a' ... 'z'] = NAME_START | NAME,
    ['A' ... 'Z'] = NAME_START | NAME,
    ['_'] = NAME_START | NAME,
    [0x80 ... 0xff] = NAME_START | NAME,
    ['$'] = NAME,
};

struct lexer {
    struct arena *arena;
    const char *text, *end, *start; /* start: the statement's first token */
    char *out;                      /* the key grows here: never longer than the text */
    bool lift;
    int nliterals, cap;
    struct literal *literals;
};

static inline bool is(char c, uint8_t class)
{
    return classes[(uint8_t) c] & class;
}

static const char *skip_comment(const char *p, const char *end)
{
    if (*p == '-') {
        while (p < end && *p != '\n' && *p != '\r')
            p++;
        return p;
    }
    int depth = 0;
    while (p < end) {
        if (p + 1 < end && p[0] == '/' && p[1] == '*') {
            depth++;
            p += 2;
        } else if (p + 1 < end && p[0] == '*' && p[1] == '/') {
            p += 2;
            if (--depth == 0)
                return p;
        } else {
            p++;
        }
    }
    return end;
}

static inline bool at_comment(const char *p, const char *end)
{
    return p + 1 < end && ((p[0] == '-' && p[1] == '-') || (p[0] == '/' && p[1] == '*'));
}

static const char *skip_space(const char *p, const char *end)
{
    while (p < end) {
        if (is(*p, SPACE))
            p++;
        else if (at_comment(p, end))
            p = skip_comment(p, end);
        else
            break;
    }
    return p;
}

static void add_literal(struct lexer *lexer, enum literal_kind kind, const char *at, const char *text, size_t len)
{
    if (lexer->nliterals == lexer->cap) {
        int cap = lexer->cap ? lexer->cap * 2 : 16;
        lexer->literals = arena_grow(lexer->arena, lexer->literals, sizeof(struct literal) * (size_t) lexer->cap,
                                     sizeof(struct literal) * (size_t) cap);
        lexer->cap = cap;
    }
    lexer->literals[lexer->nliterals++] =
        (struct literal){.kind = kind, .location = (int) (at - lexer->start), .text = text, .len = len};
    *lexer->out++ = (char) (1 + kind);
}

static void copy_key(struct lexer *lexer, const char *from, const char *to)
{
    memcpy(lexer->out, from, (size_t) (to - from));
    lexer->out += to - from;
}

/* Behind the closing quote of the string whose opening quote is at p. `escapes`: backslashes count. */
static const char *string_end(const char *p, const char *end, bool escapes, bool *plain)
{
    *plain = true;
    for (p++; p < end; p++) {
        if (*p == '\'') {
            if (p + 1 >= end || p[1] != '\'')
                return p + 1;
            *plain = false;
            p++;
        } else if (escapes && *p == '\\') {
            *plain = false;
            p++;
        }
    }
    return end;
}

/* A quoted string goes on behind white space with a newline in it (PostgreSQL docs 4.1.2.1). */
static const char *continuation(const char *p, const char *end)
{
    bool newline = false;
    while (p < end) {
        if (*p == '\n' || *p == '\r')
            newline = true;
        if (is(*p, SPACE))
            p++;
        else if (p + 1 < end && p[0] == '-' && p[1] == '-')
            p = skip_comment(p, end);
        else
            break;
    }
    return newline && p < end && *p == '\'' ? p : NULL;
}

/* Undo quotes and simple escapes of [p, end) without the outer quotes; NULL: an escape that is left to the parser. */
static char *unescape(char *out, const char *p, const char *end, bool escapes)
{
    while (p < end) {
        if (*p == '\'') {
            *out++ = '\'';
            p += 2;
        } else if (escapes && *p == '\\' && p + 1 < end) {
            char c = p[1];
            switch (c) {
            case 'n':
                c = '\n';
                break;
            case 't':
                c = '\t';
                break;
            case 'r':
                c = '\r';
                break;
            case 'b':
                c = '\b';
                break;
            case 'f':
                c = '\f';
                break;
            case 'x':
            case 'u':
            case 'U':
            case '0' ... '7':
                return NULL;
            default:
                if (is(c, NAME) && (uint8_t) c >= 0x80)
                    return NULL;
            }
            *out++ = c;
            p += 2;
        } else {
            *out++ = *p++;
        }
    }
    return out;
}

static const char *lex_string(struct lexer *lexer, const char *start, const char *quote, bool escapes, bool liftable)
{
    bool plain;
    const char *end = string_end(quote, lexer->end, escapes, &plain);
    const char *next = continuation(end, lexer->end);
    if (lexer->lift && liftable && end[-1] == '\'' && end > quote + 1) {
        if (plain && !next) {
            add_literal(lexer, LITERAL_STRING, start, quote + 1, (size_t) (end - quote - 2));
            return end;
        }
        const char *last = end;
        for (const char *more = next; more; more = continuation(last, lexer->end))
            last = string_end(more, lexer->end, escapes, &plain);
        char *value = arena_alloc(lexer->arena, (size_t) (last - quote) + 1);
        char *out = unescape(value, quote + 1, end - 1, escapes);
        last = end;
        for (const char *more = next; out && more; more = continuation(last, lexer->end)) {
            last = string_end(more, lexer->end, escapes, &plain);
            out = unescape(out, more + 1, last - 1, escapes);
        }
        if (out) {
            add_literal(lexer, LITERAL_STRING, start, value, (size_t) (out - value));
            return last;
        }
    }
    while (next) {
        end = string_end(next, lexer->end, escapes, &plain);
        next = continuation(end, lexer->end);
    }
    copy_key(lexer, start, end);
    return end;
}

static const char *lex_number(struct lexer *lexer, const char *start)
{
    const char *p = start, *end = lexer->end;
    bool integer = true;
    while (p < end && is(*p, DIGIT))
        p++;
    if (p < end && *p == '.' && !(p + 1 < end && p[1] == '.')) {
        integer = false;
        for (p++; p < end && is(*p, DIGIT);)
            p++;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *digits = p + 1;
        if (digits < end && (*digits == '+' || *digits == '-'))
            digits++;
        if (digits < end && is(*digits, DIGIT)) {
            integer = false;
            for (p = digits; p < end && is(*p, DIGIT);)
                p++;
        }
    }
    if (!lexer->lift || (p < end && is(*p, NAME_START))) {
        copy_key(lexer, start, p);
        return p;
    }
    enum literal_kind kind = LITERAL_NUMERIC;
    const char *digits = start;
    while (digits + 1 < p && *digits == '0')
        digits++;
    size_t len = (size_t) (p - digits);
    if (integer && len < 20) {
        uint64_t value = 0;
        for (const char *d = digits; d < p; d++)
            value = value * 10 + (uint64_t) (*d - '0');
        kind = value <= INT32_MAX ? LITERAL_INT4 : value <= INT64_MAX ? LITERAL_INT8 : LITERAL_NUMERIC;
    }
    add_literal(lexer, kind, start, start, (size_t) (p - start));
    return p;
}

/* $tag$ … $tag$, or a parameter, or a stray dollar. */
static const char *lex_dollar(struct lexer *lexer, const char *start)
{
    const char *p = start + 1, *end = lexer->end;
    if (p < end && is(*p, DIGIT)) {
        while (p < end && is(*p, DIGIT))
            p++;
        copy_key(lexer, start, p);
        return p;
    }
    while (p < end && is(*p, NAME) && *p != '$')
        p++;
    if (p >= end || *p != '$') {
        copy_key(lexer, start, start + 1);
        return start + 1;
    }
    size_t tag = (size_t) (p + 1 - start);
    const char *body = p + 1;
    for (p = body; p + tag <= end; p++) {
        p = memchr(p, '$', (size_t) (end - p));
        if (!p || p + tag > end)
            break;
        if (memcmp(p, start, tag) == 0) {
            if (lexer->lift)
                add_literal(lexer, LITERAL_STRING, start, body, (size_t) (p - body));
            else
                copy_key(lexer, start, p + tag);
            return p + tag;
        }
    }
    copy_key(lexer, start, end);
    return end;
}

static const char *lex_quoted_name(struct lexer *lexer, const char *start)
{
    const char *p = start + 1;
    while (p < lexer->end) {
        if (*p == '"') {
            p++;
            if (p >= lexer->end || *p != '"')
                break;
        }
        p++;
    }
    copy_key(lexer, start, p);
    return p;
}

static bool word_is(const char *p, const char *end, const char *word)
{
    for (; p < end && *word; p++, word++)
        if ((*p | 0x20) != *word)
            return false;
    return p == end && !*word;
}

static const char *word_end(const char *p, const char *end)
{
    while (p < end && is(*p, NAME))
        p++;
    return p;
}

/* Only queries and changes are cached, and only in them a constant is an expression. */
static bool begins_query(const char *p, const char *end)
{
    while (p < end && (*p == '(' || is(*p, SPACE) || at_comment(p, end)))
        p = *p == '(' ? p + 1 : skip_space(p, end);
    const char *word = word_end(p, end);
    switch (word - p) {
    case 4:
        return word_is(p, word, "with");
    case 5:
        return word_is(p, word, "merge") || word_is(p, word, "table");
    case 6:
        return word_is(p, word, "select") || word_is(p, word, "insert") || word_is(p, word, "update") ||
               word_is(p, word, "delete") || word_is(p, word, "values");
    default:
        return false;
    }
}

/* BEGIN, COMMIT and their kin come again and again, too. */
static bool begins_transaction_step(const char *p, const char *end)
{
    static const char *const words[] = {"begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release"};
    const char *word = word_end(p, end);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (word_is(p, word, words[i]))
            return true;
    return false;
}

/* How deep we are in BEGIN ATOMIC … END of CREATE FUNCTION, where ';' does not end the statement. */
struct atomic {
    bool create, begin;
    int depth;
};

static void follow_word(struct atomic *atomic, const char *p, const char *end)
{
    if (!atomic->create)
        return;
    if (atomic->begin && word_is(p, end, "atomic"))
        atomic->depth = 1;
    else if (atomic->depth && word_is(p, end, "case"))
        atomic->depth++;
    else if (atomic->depth && word_is(p, end, "end"))
        atomic->depth--;
    atomic->begin = word_is(p, end, "begin");
}

static const char *lex_word(struct lexer *lexer, const char *p, struct atomic *atomic)
{
    const char *end = lexer->end;
    if (p + 1 < end && p[1] == '\'') {
        switch (*p | 0x20) {
        case 'e':
            return lex_string(lexer, p, p + 1, true, true);
        case 'b':
        case 'x':
            return lex_string(lexer, p, p + 1, false, false);
        }
    }
    if (p + 2 < end && (*p | 0x20) == 'u' && p[1] == '&' && (p[2] == '\'' || p[2] == '"')) {
        if (p[2] == '\'')
            return lex_string(lexer, p, p + 2, false, false);
        copy_key(lexer, p, p + 2);
        return lex_quoted_name(lexer, p + 2);
    }
    const char *word = word_end(p, end);
    follow_word(atomic, p, word);
    copy_key(lexer, p, word);
    return word;
}

static uint64_t hash_key(const char *data, size_t len)
{
    uint64_t hash = 0x9e3779b97f4a7c15u ^ len, part;
    for (; len >= 8; data += 8, len -= 8) {
        memcpy(&part, data, 8);
        hash = (hash ^ part) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    part = 0;
    memcpy(&part, data, len);
    hash = (hash ^ part) * 0xc4ceb9fe1a85ec53u;
    return hash ^ hash >> 29;
}

static const char *lex_token(struct lexer *lexer, const char *p, struct atomic *atomic)
{
    if (is(*p, NAME_START))
        return lex_word(lexer, p, atomic);
    if (is(*p, DIGIT) || (*p == '.' && p + 1 < lexer->end && is(p[1], DIGIT)))
        return lex_number(lexer, p);
    switch (*p) {
    case '\'':
        return lex_string(lexer, p, p, false, true);
    case '"':
        return lex_quoted_name(lexer, p);
    case '$':
        return lex_dollar(lexer, p);
    default:
        *lexer->out++ = *p;
        return p + 1;
    }
}

bool normalise_next(struct arena *arena, const char *text, size_t len, size_t *at, struct normalised *out)
{
    const char *end = text + len, *p = skip_space(text + *at, end);
    while (p < end && *p == ';')
        p = skip_space(p + 1, end);
    *at = (size_t) (p - text);
    if (p >= end)
        return false;
    char *key = arena_alloc(arena, (size_t) (end - p) + 1);
    struct lexer lexer = {.arena = arena, .text = text, .end = end, .start = p, .out = key, .lift = begins_query(p, end)};
    struct atomic atomic = {.create = word_is(p, word_end(p, end), "create")};
    const char *last = p;
    int parens = 0;
    while (p < end) {
        if (is(*p, SPACE) || at_comment(p, end)) {
            p = skip_space(p, end);
            *lexer.out++ = ' ';
            continue;
        }
        if (*p == '(' || *p == '[')
            parens++;
        else if ((*p == ')' || *p == ']') && parens)
            parens--;
        else if (*p == ';' && !parens && !atomic.depth)
            break;
        last = p = lex_token(&lexer, p, &atomic);
    }
    while (lexer.out > key && lexer.out[-1] == ' ')
        lexer.out--;
    *at = p < end ? (size_t) (p - text) + 1 : len;
    *out = (struct normalised){
        .text = lexer.start,
        .len = (size_t) (last - lexer.start),
        .lifted = lexer.lift,
        .cacheable = lexer.lift || begins_transaction_step(lexer.start, end),
        .key = key,
        .key_len = (size_t) (lexer.out - key),
        .nliterals = lexer.nliterals,
        .literals = lexer.literals,
    };
    out->hash = hash_key(key, out->key_len);
    return true;
}
