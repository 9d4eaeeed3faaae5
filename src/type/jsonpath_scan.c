#include "type/jsonpath_scan.h"

#include "type/codecs.h"

#include <string.h>

/* Words are cut as PostgreSQL cuts them, down to what a message quotes: a bare word's end is noticed at the character behind it, and where
 * that is a sign or a quote nothing is quoted. */

static const char signs[] = "?%$.[]{}()|&!=<>@#,*:-+/";

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_sign(char c)
{
    return c && strchr(signs, c);
}

/* May stand in a bare word. */
static bool is_plain(char c)
{
    return !is_sign(c) && !is_blank(c) && c != '\\' && c != '"';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static char peek(const struct path_scanner *s, size_t ahead)
{
    return (size_t) (s->end - s->at) > ahead ? s->at[ahead] : '\0';
}

static void quote(struct path_scanner *s, const char *from, const char *to)
{
    s->near = from;
    s->near_len = (size_t) (to - from);
}

void path_scan_init(struct path_scanner *s, struct arena *arena, const char *text, size_t len, struct diag *diag)
{
    *s = (struct path_scanner){.arena = arena, .at = text, .end = text + len, .diag = diag};
}

void path_scan_deinit(struct path_scanner *s)
{
    buf_deinit(&s->scratch);
}

bool path_scan_error(struct path_scanner *s, const char *message)
{
    if (s->near_len == 0)
        return diag_set(s->diag, ERRCODE_SYNTAX_ERROR, "%s at end of jsonpath input", message);
    return diag_set(s->diag, ERRCODE_SYNTAX_ERROR, "%s at or near \"%.*s\" of jsonpath input", message, (int) s->near_len,
                    s->near);
}

static bool error_at(struct path_scanner *s, const char *from, const char *to, const char *message)
{
    quote(s, from, to);
    return path_scan_error(s, message);
}

/* ---- escapes ---- */

static void put_utf8(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_putc(out, (char) c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t leads[] = {0, 0xc0, 0xe0, 0xf0};
    buf_putc(out, (char) (leads[more] | c >> (6 * more)));
    while (more--)
        buf_putc(out, (char) (0x80 | (c >> (6 * more) & 0x3f)));
}

static bool bad_surrogate(struct path_scanner *s, const char *detail)
{
    diag_set(s->diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid input syntax for type %s", "jsonpath");
    return diag_detail(s->diag, "%s", detail);
}

static bool put_code_point(struct path_scanner *s, uint32_t c, uint32_t *high)
{
    if (c == 0) {
        diag_set(s->diag, ERRCODE_UNTRANSLATABLE_CHARACTER, "unsupported Unicode escape sequence");
        return diag_detail(s->diag, "\\u0000 cannot be converted to text.");
    }
    if (c >= 0xd800 && c <= 0xdbff) {
        if (*high)
            return bad_surrogate(s, "Unicode high surrogate must not follow a high surrogate.");
        *high = c;
        return true;
    }
    bool low = c >= 0xdc00 && c <= 0xdfff;
    if (low != (*high != 0))
        return bad_surrogate(s, "Unicode low surrogate must follow a high surrogate.");
    if (low) {
        c = 0x10000 + ((*high & 0x3ff) << 10) + (c & 0x3ff);
        *high = 0;
    }
    if (c > 0x10ffff)
        return diag_set(s->diag, ERRCODE_SYNTAX_ERROR, "invalid Unicode code point");
    put_utf8(&s->scratch, c);
    return true;
}

/* One \uXXXX or \u{X…} at `*at`; false: it is neither, and *at stands behind what it has of one. */
static bool read_unicode(const struct path_scanner *s, const char **at, uint32_t *c)
{
    const char *from = *at + 2, *to = from;
    bool braces = to < s->end && *to == '{';
    int count = 0, room = braces ? 6 : 4;
    *c = 0;
    for (to += braces; to < s->end && count < room && hex_value(*to) >= 0; to++, count++)
        *c = *c << 4 | (uint32_t) hex_value(*to);
    bool good = braces ? count > 0 && to < s->end && *to == '}' : count == 4;
    *at = good ? to + braces : to;
    return good;
}

/* A run of \u escapes: halves of a character may stand side by side only. */
static bool read_unicode_run(struct path_scanner *s)
{
    const char *from = s->at, *at = from;
    uint32_t c, high = 0;
    while (s->end - at > 1 && at[0] == '\\' && at[1] == 'u')
        if (!read_unicode(s, &at, &c))
            return error_at(s, from, at, "invalid unicode sequence");
    for (const char *end = at; s->at < end;)
        if (!read_unicode(s, &s->at, &c) || !put_code_point(s, c, &high))
            return false;
    return !high || bad_surrogate(s, "Unicode low surrogate must follow a high surrogate.");
}

static bool read_escape(struct path_scanner *s)
{
    static const char letters[] = "bfnrtv", meanings[] = "\b\f\n\r\t\v";
    char c = peek(s, 1);
    if (s->end - s->at < 2 || c == '\n')
        return error_at(s, s->at, s->at + 1, "unexpected end after backslash");
    if (c == 'u')
        return read_unicode_run(s);
    if (c == 'x') {
        int high = s->end - s->at > 2 ? hex_value(s->at[2]) : -1, low = s->end - s->at > 3 ? hex_value(s->at[3]) : -1;
        uint32_t none = 0;
        if (high < 0 || low < 0)
            return error_at(s, s->at, s->at + 2 + (high >= 0), "invalid hex character sequence");
        s->at += 4;
        return put_code_point(s, (uint32_t) (high << 4 | low), &none);
    }
    const char *letter = strchr(letters, c);
    if (letter) {
        buf_putc(&s->scratch, meanings[letter - letters]);
        s->at += 2;
        return true;
    }
    size_t size = utf8_size((uint8_t) c);
    if (size > (size_t) (s->end - s->at - 1))
        size = (size_t) (s->end - s->at - 1);
    buf_append(&s->scratch, s->at + 1, size);
    s->at += 1 + size;
    return true;
}

static void keep_text(struct path_scanner *s)
{
    s->len = s->scratch.len;
    s->text = arena_strndup(s->arena, s->len ? s->scratch.data : "", s->len);
}

/* ---- words ---- */

static bool read_quoted(struct path_scanner *s, enum path_token token)
{
    buf_reset(&s->scratch);
    while (s->at < s->end && *s->at != '"') {
        const char *from = s->at;
        while (s->at < s->end && *s->at != '"' && *s->at != '\\')
            s->at++;
        buf_append(&s->scratch, from, (size_t) (s->at - from));
        if (s->at < s->end && *s->at == '\\' && !read_escape(s))
            return false;
    }
    if (s->at == s->end)
        return error_at(s, s->at, s->at, "unexpected end of quoted string");
    quote(s, s->at, s->at + 1);
    s->at++;
    s->token = token;
    keep_text(s);
    return true;
}

static enum path_token keyword(const char *text, size_t len)
{
    static const struct {
        const char *word;
        enum path_token token;
        bool is_lower; /* only so */
    } keywords[] = {
        {"is", PT_IS, false},
        {"to", PT_TO, false},
        {"abs", PT_ABS, false},
        {"lax", PT_LAX, false},
        {"flag", PT_FLAG, false},
        {"last", PT_LAST, false},
        {"null", PT_NULL, true},
        {"size", PT_SIZE, false},
        {"true", PT_TRUE, true},
        {"type", PT_TYPE, false},
        {"with", PT_WITH, false},
        {"false", PT_FALSE, true},
        {"floor", PT_FLOOR, false},
        {"double", PT_DOUBLE, false},
        {"exists", PT_EXISTS, false},
        {"starts", PT_STARTS, false},
        {"strict", PT_STRICT, false},
        {"ceiling", PT_CEILING, false},
        {"unknown", PT_UNKNOWN, false},
        {"datetime", PT_DATETIME, false},
        {"keyvalue", PT_KEYVALUE, false},
        {"like_regex", PT_LIKE_REGEX, false},
    };
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        const char *word = keywords[i].word;
        if (strlen(word) == len && (keywords[i].is_lower ? memcmp(word, text, len) : strncasecmp(word, text, len)) == 0)
            return keywords[i].token;
    }
    return PT_NAME;
}

static bool skip_comment(struct path_scanner *s)
{
    const char *close = s->at + 2;
    while (s->end - close >= 2 && !(close[0] == '*' && close[1] == '/'))
        close++;
    if (s->end - close < 2) {
        s->at = s->end;
        return error_at(s, s->end, s->end, "unexpected end of comment");
    }
    s->at = close + 2;
    return true;
}

/* *more: a comment came before the word ended, and with that the word is forgotten. */
static bool read_name(struct path_scanner *s, bool *more)
{
    buf_reset(&s->scratch);
    for (;;) {
        const char *from = s->at;
        while (s->at < s->end && is_plain(*s->at))
            s->at++;
        buf_append(&s->scratch, from, (size_t) (s->at - from));
        quote(s, s->at, s->at);
        if (s->at == s->end)
            break;
        if (*s->at == '\\') {
            if (!read_escape(s))
                return false;
        } else if (is_blank(*s->at)) {
            from = s->at;
            while (s->at < s->end && is_blank(*s->at))
                s->at++;
            quote(s, from, s->at);
            break;
        } else if (*s->at == '/' && peek(s, 1) == '*') {
            *more = true;
            return skip_comment(s);
        } else {
            break;
        }
    }
    keep_text(s);
    s->token = keyword(s->text, s->len);
    return true;
}

/* An integer is 0 or begins otherwise. *is_name: more than one letter follows, and all of it is a bare word. */
static bool read_number(struct path_scanner *s, bool *is_name)
{
    const char *from = s->at, *at = from, *word = from;
    bool integer = true;
    while (word < s->end && is_plain(*word))
        word++;
    if (*at == '0')
        at++;
    else
        while (at < s->end && is_digit(*at))
            at++;
    if (at < s->end && *at == '.') {
        integer = false;
        for (at++; at < s->end && is_digit(*at); at++)
            ;
    }
    if (at < s->end && (*at == 'e' || *at == 'E')) {
        const char *exponent = at + 1;
        bool has_sign = exponent < s->end && (*exponent == '+' || *exponent == '-');
        exponent += has_sign;
        if (exponent < s->end && is_digit(*exponent)) {
            integer = false;
            for (at = exponent; at < s->end && is_digit(*at); at++)
                ;
        } else if (has_sign) {
            return error_at(s, from, exponent, "invalid numeric literal");
        }
    }
    *is_name = word > at + 1;
    if (*is_name)
        return true;
    if (at < s->end && is_plain(*at))
        return error_at(s, from, at + utf8_size((uint8_t) *at), "trailing junk after numeric literal");
    s->at = at;
    quote(s, from, at);
    s->text = from;
    s->len = (size_t) (at - from);
    s->token = integer ? PT_INTEGER : PT_NUMBER;
    return true;
}

static bool take(struct path_scanner *s, enum path_token token, size_t len)
{
    quote(s, s->at, s->at + len);
    s->token = token;
    s->sign = *s->at;
    s->at += len;
    return true;
}

static bool read_sign(struct path_scanner *s)
{
    static const struct {
        char text[3];
        enum path_token token;
    } operators[] = {{"&&", PT_AND},           {"||", PT_OR},        {"**", PT_ANY},
                     {"<=", PT_LESS_EQUAL},    {"<>", PT_NOT_EQUAL}, {"!=", PT_NOT_EQUAL},
                     {">=", PT_GREATER_EQUAL}, {"==", PT_EQUAL},     {"<", PT_LESS},
                     {">", PT_GREATER},        {"!", PT_NOT}};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t len = strlen(operators[i].text);
        if (len <= (size_t) (s->end - s->at) && memcmp(s->at, operators[i].text, len) == 0)
            return take(s, operators[i].token, len);
    }
    return take(s, PT_SIGN, 1);
}

static bool read_variable(struct path_scanner *s)
{
    const char *from = s->at++;
    if (s->at < s->end && *s->at == '"') {
        s->at++;
        return read_quoted(s, PT_VARIABLE);
    }
    const char *name = s->at;
    while (s->at < s->end && is_plain(*s->at))
        s->at++;
    quote(s, from, s->at);
    s->len = (size_t) (s->at - name);
    s->text = arena_strndup(s->arena, name, s->len);
    s->token = s->len ? PT_VARIABLE : PT_SIGN;
    s->sign = '$';
    return true;
}

bool path_scan(struct path_scanner *s)
{
    for (;;) {
        while (s->at < s->end && is_blank(*s->at))
            s->at++;
        if (s->at == s->end) {
            quote(s, s->at, s->at);
            s->token = PT_END;
            return true;
        }
        char c = *s->at;
        if (c == '/' && peek(s, 1) == '*') {
            if (!skip_comment(s))
                return false;
            continue;
        }
        if (c == '"') {
            s->at++;
            return read_quoted(s, PT_STRING);
        }
        if (c == '$')
            return read_variable(s);
        bool more = false;
        if (is_digit(c) || (c == '.' && is_digit(peek(s, 1)))) {
            bool is_name;
            if (!read_number(s, &is_name))
                return false;
            if (!is_name)
                return true;
        } else if (is_sign(c)) {
            return read_sign(s);
        }
        if (!read_name(s, &more))
            return false;
        if (!more)
            return true;
    }
}
