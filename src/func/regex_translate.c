#include "func/regex_translate.h"

#include "type/codecs.h"

#include <ctype.h>

enum { BOUND_MAX = 255, REFERENCE_MAX = 255, GROUP_DEPTH_MAX = 1000, CODE_MAX = 0x10ffff };

static const char bad_escape[] = "invalid escape \\ sequence", bad_operand[] = "quantifier operand invalid",
                  bad_range[] = "invalid character range", bad_brackets[] = "brackets [] not balanced",
                  bad_parentheses[] = "parentheses () not balanced", bad_bound[] = "invalid repetition count(s)";

struct translator {
    const char *at, *end;
    const struct regex_options *options;
    struct buf *out;
    int groups; /* that capture, opened so far */
    bool closed[REFERENCE_MAX + 1];
    int depth;
    int lookaround;                   /* levels of (?=…) and its kin, within which nothing captures */
    enum regex_preference preference; /* of what was read last */
    int choices;                      /* one for each quantifier, more for alternatives */
    bool has_references, has_lookaround;
    const char *error;
};

static bool fail(struct translator *t, const char *why)
{
    if (!t->error)
        t->error = why;
    return false;
}

static char peek(const struct translator *t, size_t ahead)
{
    return (size_t) (t->end - t->at) > ahead ? t->at[ahead] : '\0';
}

static bool at_text(const struct translator *t, const char *text)
{
    size_t len = strlen(text);
    return len <= (size_t) (t->end - t->at) && memcmp(t->at, text, len) == 0;
}

static void put_code(struct translator *t, uint32_t code)
{
    if (code < 0x80 && isalnum((int) code))
        buf_putc(t->out, (char) code);
    else
        buf_printf(t->out, "\\x{%x}", code);
}

static uint32_t take_character(struct translator *t)
{
    uint8_t lead = (uint8_t) *t->at;
    size_t size = utf8_size(lead);
    if (size > (size_t) (t->end - t->at))
        size = (size_t) (t->end - t->at);
    uint32_t code = size == 1 ? lead : lead & (0x7fU >> size);
    for (size_t i = 1; i < size; i++)
        code = code << 6 | ((uint8_t) t->at[i] & 0x3f);
    t->at += size;
    return code;
}

/* ---- escapes ---- */

static bool take_hex(struct translator *t, int least, int most, uint32_t *code)
{
    int count = 0;
    for (*code = 0; count < most && isxdigit((unsigned char) peek(t, 0)); t->at++, count++) {
        char c = *t->at;
        *code = *code << 4 | (uint32_t) (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
        if (*code > CODE_MAX)
            return fail(t, bad_escape);
    }
    return count >= least || fail(t, bad_escape);
}

static void take_octal(struct translator *t, int most, uint32_t *code)
{
    *code = 0;
    for (int count = 0; count < most && peek(t, 0) >= '0' && peek(t, 0) <= '7'; t->at++, count++)
        *code = *code << 3 | (uint32_t) (*t->at - '0');
}

enum escape { ESCAPE_CHARACTER, ESCAPE_CLASS, ESCAPE_CONSTRAINT, ESCAPE_REFERENCE, ESCAPE_BAD };

/* Behind a backslash. *code: the character, the letter of a class or constraint, the number of a group. */
static enum escape take_escape(struct translator *t, uint32_t *code)
{
    static const char letters[] = "abefnrtvB", meanings[] = "\a\b\033\f\n\r\t\v\\";
    if (t->at == t->end) {
        fail(t, bad_escape);
        return ESCAPE_BAD;
    }
    char c = *t->at;
    if (!isalnum((unsigned char) c) || t->options->plain_ere) {
        *code = take_character(t);
        return ESCAPE_CHARACTER;
    }
    t->at++;
    *code = (uint32_t) c;
    const char *letter = strchr(letters, c);
    if (letter) {
        *code = (uint8_t) meanings[letter - letters];
        return ESCAPE_CHARACTER;
    }
    if (strchr("dswDSW", c))
        return ESCAPE_CLASS;
    if (strchr("AmMyYZ", c))
        return ESCAPE_CONSTRAINT;
    bool good = false;
    switch (c) {
    case 'c':
        good = t->at < t->end;
        *code = good ? take_character(t) & 0x1f : 0;
        break;
    case 'u':
        good = take_hex(t, 4, 4, code);
        break;
    case 'U':
        good = take_hex(t, 8, 8, code);
        break;
    case 'x':
        good = take_hex(t, 1, 255, code);
        break;
    case '0':
        take_octal(t, 2, code);
        good = true;
        break;
    default:
        if (!isdigit((unsigned char) c))
            break;
        /* One digit refers to a group; more do if there are as many groups, and are octal otherwise. */
        const char *from = t->at - 1;
        uint32_t number = (uint32_t) (c - '0');
        for (; isdigit((unsigned char) peek(t, 0)) && number < 1000; t->at++)
            number = number * 10 + (uint32_t) (*t->at - '0');
        *code = number;
        if (t->at - from == 1 || number <= (uint32_t) t->groups)
            return ESCAPE_REFERENCE;
        t->at = from;
        take_octal(t, 3, code);
        good = t->at > from;
    }
    if (!good)
        fail(t, bad_escape);
    return good ? ESCAPE_CHARACTER : ESCAPE_BAD;
}

static bool put_constraint(struct translator *t, uint32_t letter)
{
    static const struct {
        char letter;
        const char *text;
    } constraints[] = {{'A', "\\A"}, {'Z', "\\z"}, {'y', "\\b"}, {'Y', "\\B"}, {'m', "\\b(?=\\w)"}, {'M', "\\b(?<=\\w)"}};
    for (size_t i = 0; i < sizeof constraints / sizeof *constraints; i++)
        if ((uint32_t) constraints[i].letter == letter)
            buf_puts(t->out, constraints[i].text);
    return true;
}

/* ---- brackets ---- */

/* "[:name:]", "[=c=]", "[.c.]" */
static bool take_named(struct translator *t, bool *is_class, uint32_t *code)
{
    static const char *const classes[] = {"alnum", "alpha", "ascii", "blank", "cntrl", "digit",  "graph",
                                          "lower", "print", "punct", "space", "upper", "xdigit", "word"};
    static const struct {
        const char *name;
        char c;
    } names[] = {{"hyphen", '-'},
                 {"period", '.'},
                 {"comma", ','},
                 {"space", ' '},
                 {"tab", '\t'},
                 {"newline", '\n'},
                 {"slash", '/'},
                 {"backslash", '\\'},
                 {"colon", ':'},
                 {"semicolon", ';'},
                 {"left-square-bracket", '['},
                 {"right-square-bracket", ']'},
                 {"circumflex", '^'},
                 {"underscore", '_'},
                 {"NUL", '\0'}};
    char kind = t->at[1];
    const char *from = t->at + 2, *close = from;
    while (t->end - close >= 2 && !(close[0] == kind && close[1] == ']'))
        close++;
    if (t->end - close < 2)
        return fail(t, bad_brackets);
    size_t len = (size_t) (close - from);
    *is_class = kind == ':';
    if (*is_class) {
        for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
            if (strlen(classes[i]) == len && memcmp(classes[i], from, len) == 0) {
                buf_printf(t->out, "[:%s:]", classes[i]);
                t->at = close + 2;
                return true;
            }
        }
        return fail(t, "invalid character class");
    }
    t->at = from;
    bool found = len > 0 && (*code = take_character(t), t->at == close);
    for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++) {
        found = strlen(names[i].name) == len && memcmp(names[i].name, from, len) == 0;
        if (found)
            *code = (uint8_t) names[i].c;
    }
    t->at = close + 2;
    return found || fail(t, "invalid collating element");
}

/* One end of a range, or a class, which is written at once. */
static bool take_element(struct translator *t, bool *is_class, uint32_t *code)
{
    *is_class = false;
    if (t->at == t->end)
        return fail(t, bad_brackets);
    if (*t->at == '[' && (peek(t, 1) == ':' || peek(t, 1) == '.' || peek(t, 1) == '='))
        return take_named(t, is_class, code);
    if (*t->at != '\\' || t->options->plain_ere) {
        *code = take_character(t);
        return true;
    }
    t->at++;
    enum escape escape = take_escape(t, code);
    *is_class = escape == ESCAPE_CLASS;
    if (*is_class)
        buf_printf(t->out, "\\%c", (char) *code);
    return escape == ESCAPE_CHARACTER || *is_class || fail(t, bad_escape);
}

static bool take_brackets(struct translator *t)
{
    t->at++;
    buf_putc(t->out, '[');
    if (peek(t, 0) == '^') {
        t->at++;
        buf_puts(t->out, t->options->dot_stops ? "^\\n" : "^");
    }
    bool is_class, ends_in_class;
    uint32_t first, last;
    for (bool is_first = true;; is_first = false) {
        if (t->at == t->end)
            return fail(t, bad_brackets);
        if (*t->at == ']' && !is_first)
            break;
        if (*t->at == '-' && !is_first && peek(t, 1) != ']')
            return fail(t, t->end - t->at == 1 ? bad_brackets : bad_range);
        if (!take_element(t, &is_class, &first))
            return false;
        if (!is_class)
            put_code(t, first);
        if (peek(t, 0) != '-' || t->end - t->at < 2 || t->at[1] == ']')
            continue;
        t->at++;
        size_t before = t->out->len;
        bool good = !is_class && take_element(t, &ends_in_class, &last) && !ends_in_class;
        if (good && t->at == t->end)
            return fail(t, bad_brackets);
        if (!good || last < first) {
            t->out->len = before;
            return fail(t, bad_range);
        }
        buf_putc(t->out, '-');
        put_code(t, last);
    }
    t->at++;
    buf_putc(t->out, ']');
    return true;
}

/* ---- the rest ---- */

static void skip_blanks(struct translator *t)
{
    for (;;) {
        while (t->options->expanded && t->at < t->end && isspace((unsigned char) *t->at))
            t->at++;
        if (t->options->expanded && peek(t, 0) == '#') {
            while (t->at < t->end && *t->at != '\n')
                t->at++;
        } else if (!t->options->plain_ere && at_text(t, "(?#")) {
            while (t->at < t->end && *t->at != ')')
                t->at++;
            t->at += t->at < t->end;
        } else {
            return;
        }
    }
}

/* Blanks may stand between digits, too. */
static bool take_count(struct translator *t, int *count)
{
    *count = 0;
    for (; isdigit((unsigned char) peek(t, 0)) && *count <= BOUND_MAX; skip_blanks(t))
        *count = *count * 10 + (*t->at++ - '0');
    return *count <= BOUND_MAX || fail(t, bad_bound);
}

/* *is_fixed: the number of repetitions is one. */
static bool take_bound(struct translator *t, bool *is_fixed)
{
    int least, most = -1;
    t->at++;
    skip_blanks(t);
    if (!take_count(t, &least))
        return false;
    bool has_comma = peek(t, 0) == ',';
    if (has_comma) {
        t->at++;
        skip_blanks(t);
        if (isdigit((unsigned char) peek(t, 0)) && !take_count(t, &most))
            return false;
    }
    if (t->at == t->end)
        return fail(t, "braces {} not balanced");
    if (*t->at != '}' || (most >= 0 && most < least))
        return fail(t, bad_bound);
    t->at++;
    *is_fixed = !has_comma;
    buf_printf(t->out, "{%d", least);
    if (has_comma)
        buf_putc(t->out, ',');
    if (most >= 0)
        buf_put_int64(t->out, most);
    buf_putc(t->out, '}');
    return true;
}

static bool at_quantifier(const struct translator *t)
{
    struct translator ahead = *t;
    if (t->at == t->end)
        return false;
    ahead.at++;
    if (*t->at == '{')
        skip_blanks(&ahead);
    return strchr("*+?", *t->at) || (*t->at == '{' && isdigit((unsigned char) peek(&ahead, 0)));
}

/* At most one; of advanced expressions a ? may follow. */
static bool take_quantifier(struct translator *t, bool is_atom)
{
    skip_blanks(t);
    if (t->at == t->end || !at_quantifier(t))
        return true;
    if (!is_atom)
        return fail(t, bad_operand);
    bool is_fixed = false, is_lazy;
    if (*t->at == '{') {
        if (!take_bound(t, &is_fixed))
            return false;
    } else {
        buf_putc(t->out, *t->at++);
    }
    is_lazy = peek(t, 0) == '?' && !t->options->plain_ere;
    if (is_lazy)
        buf_putc(t->out, *t->at++);
    if (!is_fixed)
        t->preference = is_lazy ? REGEX_SHORTEST : REGEX_LONGEST;
    t->choices++;
    skip_blanks(t);
    return t->at == t->end || !at_quantifier(t) || fail(t, bad_operand);
}

static bool take_alternatives(struct translator *t);

static bool take_group(struct translator *t, bool *is_atom)
{
    static const char *const looks[] = {"(?=", "(?!", "(?<=", "(?<!"};
    const char *opening = NULL;
    *is_atom = true;
    for (size_t i = 0; i < 4 && !t->options->plain_ere; i++)
        if (at_text(t, looks[i]))
            opening = looks[i];
    bool is_look = opening, captures = false;
    if (is_look) {
        *is_atom = false;
        t->at += strlen(opening);
    } else if (!t->options->plain_ere && at_text(t, "(?:")) {
        opening = "(?:";
        t->at += 3;
    } else if (!t->options->plain_ere && at_text(t, "(?")) {
        return fail(t, bad_operand);
    } else {
        captures = t->lookaround == 0;
        opening = captures ? "(" : "(?:";
        t->groups += captures;
        t->at++;
    }
    int number = t->groups;
    if (++t->depth > GROUP_DEPTH_MAX)
        return fail(t, "regular expression is too complex");
    buf_puts(t->out, opening);
    t->lookaround += is_look;
    t->has_lookaround |= is_look;
    if (!take_alternatives(t))
        return false;
    t->lookaround -= is_look;
    t->depth--;
    if (peek(t, 0) != ')' || t->at == t->end)
        return fail(t, bad_parentheses);
    t->at++;
    if (captures && number <= REFERENCE_MAX)
        t->closed[number] = true;
    buf_putc(t->out, ')');
    return true;
}

static bool take_backslash(struct translator *t, bool *is_atom)
{
    uint32_t code;
    t->at++;
    switch (take_escape(t, &code)) {
    case ESCAPE_CHARACTER:
        put_code(t, code);
        return true;
    case ESCAPE_CLASS:
        buf_printf(t->out, "\\%c", (char) code);
        return true;
    case ESCAPE_CONSTRAINT:
        *is_atom = false;
        return put_constraint(t, code);
    case ESCAPE_REFERENCE:
        if (code > REFERENCE_MAX || !t->closed[code] || t->lookaround)
            return fail(t, "invalid backreference number");
        t->has_references = true;
        buf_printf(t->out, "\\g{%u}", code);
        return true;
    default:
        return false;
    }
}

/* What a quantifier may follow, or a constraint, which it may not. */
static bool take_atom(struct translator *t, bool *is_atom)
{
    char c = *t->at;
    *is_atom = true;
    switch (c) {
    case '(':
        return take_group(t, is_atom);
    case '[':
        if (at_text(t, "[[:<:]]") || at_text(t, "[[:>:]]")) {
            *is_atom = false;
            put_constraint(t, t->at[3] == '<' ? 'm' : 'M');
            t->at += 7;
            return true;
        }
        return take_brackets(t);
    case '\\':
        return take_backslash(t, is_atom);
    case '^':
    case '$':
        *is_atom = false;
        buf_putc(t->out, *t->at++);
        return true;
    case '.':
        buf_putc(t->out, *t->at++);
        return true;
    default:
        if (at_quantifier(t))
            return fail(t, bad_operand);
        put_code(t, take_character(t));
        return true;
    }
}

/* A branch prefers what its first part with a preference does; several together prefer the longest match. */
static bool take_alternatives(struct translator *t)
{
    enum regex_preference preference = REGEX_NO_PREFERENCE;
    bool is_atom, has_others = false;
    for (;;) {
        skip_blanks(t);
        if (t->at == t->end || *t->at == ')')
            break;
        if (*t->at == '|') {
            buf_putc(t->out, *t->at++);
            has_others = true;
            t->choices += 2;
            continue;
        }
        t->preference = REGEX_NO_PREFERENCE;
        if (!take_atom(t, &is_atom) || !take_quantifier(t, is_atom))
            return false;
        if (is_atom && preference == REGEX_NO_PREFERENCE)
            preference = t->preference;
    }
    t->preference = has_others ? REGEX_LONGEST : preference;
    return true;
}

bool regex_option(char letter, struct regex_options *options)
{
    switch (letter) {
    case 'g':
        options->global = true;
        break;
    case 'i':
    case 'c':
        options->icase = letter == 'i';
        break;
    case 'm':
    case 'n':
    case 's':
        options->dot_stops = options->lines = letter != 's';
        break;
    case 'p':
    case 'w':
        options->dot_stops = letter == 'p';
        options->lines = letter == 'w';
        break;
    case 'x':
    case 't':
        options->expanded = letter == 'x';
        break;
    case 'q':
        options->literal = true;
        options->basic = options->plain_ere = false;
        break;
    case 'b':
    case 'e':
        options->literal = false;
        options->basic = letter == 'b';
        options->plain_ere = letter == 'e';
        break;
    default:
        return false;
    }
    return true;
}

/* "***:" and "***=", and in front of advanced expressions "(?…)". */
static bool take_director(struct translator *t, struct regex_options *options)
{
    if (options->literal)
        return true;
    if (t->end - t->at > 3 && at_text(t, "***")) {
        options->literal = peek(t, 3) == '=';
        if (!options->literal && peek(t, 3) != ':')
            return fail(t, bad_operand);
        options->plain_ere = options->basic = false;
        t->at += 4;
    }
    if (options->literal || options->plain_ere || options->basic)
        return true;
    if (!at_text(t, "(?") || !isalpha((unsigned char) peek(t, 2)))
        return true;
    for (t->at += 2; t->at < t->end && isalpha((unsigned char) *t->at); t->at++)
        if (*t->at == 'g' || !regex_option(*t->at, options))
            return fail(t, "invalid embedded option");
    if (t->at == t->end || *t->at != ')')
        return fail(t, "invalid embedded option");
    t->at++;
    return true;
}

static const char *translate(struct translator *t, struct regex_traits *traits)
{
    if (take_alternatives(t) && t->at < t->end)
        fail(t, bad_parentheses);
    /* One greedy repetition is the longest of itself. */
    bool matters = t->choices > 1 || t->preference == REGEX_SHORTEST;
    *traits = (struct regex_traits){matters ? t->preference : REGEX_NO_PREFERENCE, t->has_references, t->has_lookaround};
    return t->error;
}

const char *regex_translate(const char *pattern, size_t len, struct regex_options *options, struct buf *out,
                            struct regex_traits *traits)
{
    struct translator t = {.at = pattern, .end = pattern + len, .options = options, .out = out};
    *traits = (struct regex_traits){0};
    if (!take_director(&t, options))
        return t.error;
    if (options->literal) {
        buf_append(out, t.at, (size_t) (t.end - t.at));
        return NULL;
    }
    if (!options->basic)
        return translate(&t, traits);
    struct buf advanced = {0};
    struct regex_options as_advanced = *options;
    regex_basic(t.at, (size_t) (t.end - t.at), &advanced);
    as_advanced.basic = false;
    t.options = &as_advanced;
    t.at = advanced.data;
    t.end = advanced.data + advanced.len;
    translate(&t, traits);
    buf_deinit(&advanced);
    return t.error;
}
