#include "type/json.h"

#include "type/codecs.h"
#include "type/numeric.h"
#include "util/stop.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 6000, CONTEXT_MAX = 50 };

enum token { TOKEN_END, TOKEN_STRING, TOKEN_NUMBER, TOKEN_WORD, TOKEN_PUNCTUATION };

struct reader {
    struct arena *arena;
    const char *input, *end;
    const char *start, *next; /* of the current token */
    enum token token;
    char punctuation; /* { } [ ] , : or the first letter of a word */
    bool decode;      /* false: only checking */
    const char *text; /* a decoded string */
    size_t len;
    int depth;
    struct diag *diag;
};

static bool fail_at(struct reader *reader, const char *sqlstate, const char *message, const char *format, const char *token,
                    size_t token_len)
{
    const char *line = reader->input;
    int number = 1;
    for (const char *at = reader->input; at < reader->start; at++) {
        if (*at == '\n') {
            line = at + 1;
            number++;
        }
    }
    const char *from = line;
    while (reader->next - from >= CONTEXT_MAX)
        from += utf8_size((uint8_t) *from);
    if (from - line <= 3)
        from = line;
    bool cut = reader->token != TOKEN_END && reader->next < reader->end && *reader->next != '\n' && *reader->next != '\r';
    diag_set(reader->diag, sqlstate, "%s", message);
    char *shown = arena_strndup(reader->arena, token, token_len);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    diag_detail(reader->diag, format, shown);
#pragma GCC diagnostic pop
    return diag_context(reader->diag, "JSON data, line %d: %s%.*s%s", number, from > line ? "..." : "",
                        (int) (reader->next - from), from, cut ? "..." : "");
}

static bool bad_syntax(struct reader *reader, const char *format)
{
    return fail_at(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid input syntax for type json", format, reader->start,
                   (size_t) (reader->next - reader->start));
}

static bool unexpected(struct reader *reader, const char *format)
{
    return bad_syntax(reader, reader->token == TOKEN_END ? "The input string ended unexpectedly." : format);
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char) c;
    } else if (c < 0x800) {
        *to++ = (char) (0xc0 | c >> 6);
        *to++ = (char) (0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *to++ = (char) (0xe0 | c >> 12);
        *to++ = (char) (0x80 | (c >> 6 & 0x3f));
        *to++ = (char) (0x80 | (c & 0x3f));
    } else {
        *to++ = (char) (0xf0 | c >> 18);
        *to++ = (char) (0x80 | (c >> 12 & 0x3f));
        *to++ = (char) (0x80 | (c >> 6 & 0x3f));
        *to++ = (char) (0x80 | (c & 0x3f));
    }
    return to;
}

static size_t char_at(const struct reader *reader, const char *at)
{
    size_t size = utf8_size((uint8_t) *at);
    return size <= (size_t) (reader->end - at) ? size : (size_t) (reader->end - at);
}

/* \uXXXX at `at` (behind the u); joins surrogates. */
static bool read_unicode(struct reader *reader, const char **at, char **to, uint32_t *high)
{
    uint32_t c = 0;
    for (int i = 0; i < 4; i++, (*at)++) {
        if (*at == reader->end) {
            reader->next = *at;
            return bad_syntax(reader, "Token \"%s\" is invalid.");
        }
        int digit = hex(**at);
        if (digit < 0) {
            reader->next = *at + char_at(reader, *at);
            return bad_syntax(reader, "\"\\u\" must be followed by four hexadecimal digits.");
        }
        c = c << 4 | (uint32_t) digit;
    }
    if (!reader->decode)
        return true;
    reader->next = *at;
    if (c >= 0xd800 && c <= 0xdbff) {
        if (*high)
            return bad_syntax(reader, "Unicode high surrogate must not follow a high surrogate.");
        *high = c;
        return true;
    }
    if (c >= 0xdc00 && c <= 0xdfff) {
        if (!*high)
            return bad_syntax(reader, "Unicode low surrogate must follow a high surrogate.");
        c = 0x10000 + ((*high & 0x3ff) << 10) + (c & 0x3ff);
        *high = 0;
    } else if (*high) {
        return bad_syntax(reader, "Unicode low surrogate must follow a high surrogate.");
    }
    if (c == 0)
        return fail_at(reader, ERRCODE_UNTRANSLATABLE_CHARACTER, "unsupported Unicode escape sequence",
                       "\\u0000 cannot be converted to text.", "", 0);
    *to = put_utf8(*to, c);
    return true;
}

static bool read_string(struct reader *reader)
{
    const char *at = reader->start + 1;
    const char *plain = at;
    while (plain < reader->end && *plain != '"' && *plain != '\\' && (uint8_t) *plain >= 0x20)
        plain++;
    reader->token = TOKEN_STRING;
    if (plain < reader->end && *plain == '"') { /* nothing to decode */
        reader->text = at;
        reader->len = (size_t) (plain - at);
        reader->next = plain + 1;
        return true;
    }
    /* A decoded text is never longer than its source. */
    const char *close = plain;
    while (close < reader->end && *close != '"')
        close += *close == '\\' && close + 1 < reader->end ? 2 : 1;
    char *text = arena_alloc(reader->arena, (size_t) (close - at) + 4), *to = text;
    uint32_t high = 0;
    for (;;) {
        if (at >= reader->end) {
            reader->next = reader->end;
            return bad_syntax(reader, "Token \"%s\" is invalid.");
        }
        if ((uint8_t) *at < 0x20) {
            reader->next = at;
            char value[8] = "";
            value[0] = "0123456789abcdef"[(uint8_t) *at >> 4];
            value[1] = "0123456789abcdef"[*at & 15];
            return fail_at(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid input syntax for type json",
                           "Character with value 0x%s must be escaped.", value, 2);
        }
        bool unicode = *at == '\\' && at + 1 < reader->end && at[1] == 'u';
        if (high && !unicode) {
            reader->next = at;
            return bad_syntax(reader, "Unicode low surrogate must follow a high surrogate.");
        }
        if (*at == '"')
            break;
        if (*at != '\\') {
            *to++ = *at++;
            continue;
        }
        if (++at == reader->end) {
            reader->next = at;
            return bad_syntax(reader, "Token \"%s\" is invalid.");
        }
        static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
        const char *escape = memchr(escapes, *at, sizeof escapes - 1);
        if (*at == 'u') {
            at++;
            if (!read_unicode(reader, &at, &to, &high))
                return false;
        } else if (escape) {
            *to++ = meanings[escape - escapes];
            at++;
        } else {
            reader->start = at;
            reader->next = at + char_at(reader, at);
            return bad_syntax(reader, "Escape sequence \"\\%s\" is invalid.");
        }
    }
    reader->text = text;
    reader->len = (size_t) (to - text);
    reader->next = at + 1;
    return true;
}

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

static bool digit_char(const struct reader *reader, const char *at)
{
    return at < reader->end && *at >= '0' && *at <= '9';
}

static bool read_number(struct reader *reader)
{
    const char *at = reader->start;
    bool good = true;
    at += *at == '-';
    if (at < reader->end && *at == '0')
        at++;
    else if (digit_char(reader, at))
        while (digit_char(reader, at))
            at++;
    else
        good = false;
    if (at < reader->end && *at == '.') {
        at++;
        good = good && digit_char(reader, at);
        while (digit_char(reader, at))
            at++;
    }
    if (at < reader->end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < reader->end && (*at == '+' || *at == '-'))
            at++;
        good = good && digit_char(reader, at);
        while (digit_char(reader, at))
            at++;
    }
    for (; at < reader->end && word_char(*at); at++)
        good = false;
    reader->next = at;
    reader->token = TOKEN_NUMBER;
    return good || bad_syntax(reader, "Token \"%s\" is invalid.");
}

static bool advance(struct reader *reader)
{
    const char *at = reader->next;
    while (at < reader->end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    reader->start = at;
    reader->punctuation = '\0';
    if (at == reader->end) {
        reader->token = TOKEN_END;
        reader->next = at;
        return true;
    }
    reader->token = TOKEN_PUNCTUATION;
    reader->punctuation = *at;
    if (strchr("{}[],:", *at) && *at) {
        reader->next = at + 1;
        return true;
    }
    if (*at == '"')
        return read_string(reader);
    if (*at == '-' || (*at >= '0' && *at <= '9'))
        return read_number(reader);
    while (at < reader->end && word_char(*at))
        at++;
    size_t len = (size_t) (at - reader->start);
    reader->next = len ? at : reader->start + 1;
    reader->token = TOKEN_WORD;
    if ((len == 4 && (memcmp(reader->start, "true", 4) == 0 || memcmp(reader->start, "null", 4) == 0)) ||
        (len == 5 && memcmp(reader->start, "false", 5) == 0))
        return true;
    return bad_syntax(reader, "Token \"%s\" is invalid.");
}

static bool is(const struct reader *reader, char punctuation)
{
    return reader->token == TOKEN_PUNCTUATION && reader->punctuation == punctuation;
}

struct list {
    struct json *items;
    uint32_t count, room;
};

static struct json *list_add(struct arena *arena, struct list *list)
{
    if (list->count == list->room) {
        uint32_t room = list->room ? list->room * 2 : 4;
        list->items = arena_grow(arena, list->items, list->room * sizeof(struct json), room * sizeof(struct json));
        list->room = room;
    }
    return &list->items[list->count++];
}

static bool read_value(struct reader *reader, struct json *out);

static bool read_array(struct reader *reader, struct json *out)
{
    struct list items = {0};
    out->kind = JSON_ARRAY;
    if (!advance(reader))
        return false;
    if (!is(reader, ']')) {
        for (;;) {
            struct json item;
            if (!read_value(reader, &item))
                return false;
            if (reader->decode)
                *list_add(reader->arena, &items) = item;
            if (is(reader, ']'))
                break;
            if (!is(reader, ','))
                return unexpected(reader, "Expected \",\" or \"]\", but found \"%s\".");
            if (!advance(reader))
                return false;
        }
    }
    out->items = items.items;
    out->count = items.count;
    out->end = (uint32_t) (reader->next - reader->input);
    return advance(reader);
}

static bool read_object(struct reader *reader, struct json *out)
{
    struct list keys = {0}, items = {0};
    out->kind = JSON_OBJECT;
    if (!advance(reader))
        return false;
    if (!is(reader, '}')) {
        for (bool first = true;; first = false) {
            if (reader->token != TOKEN_STRING)
                return unexpected(reader,
                                  first ? "Expected string or \"}\", but found \"%s\"." : "Expected string, but found \"%s\".");
            struct json key = json_make_string(reader->text, reader->len), item;
            if (!advance(reader))
                return false;
            if (!is(reader, ':'))
                return unexpected(reader, "Expected \":\", but found \"%s\".");
            if (!advance(reader) || !read_value(reader, &item))
                return false;
            if (reader->decode) {
                *list_add(reader->arena, &keys) = key;
                *list_add(reader->arena, &items) = item;
            }
            if (is(reader, '}'))
                break;
            if (!is(reader, ','))
                return unexpected(reader, "Expected \",\" or \"}\", but found \"%s\".");
            if (!advance(reader))
                return false;
        }
    }
    out->keys = keys.items;
    out->items = items.items;
    out->count = items.count;
    out->end = (uint32_t) (reader->next - reader->input);
    return advance(reader);
}

/* Reads the value that starts with the current token, and leaves the token behind it current. */
static bool read_value(struct reader *reader, struct json *out)
{
    if (!stop_check(reader->diag))
        return false;
    *out = (struct json){.start = (uint32_t) (reader->start - reader->input), .end = (uint32_t) (reader->next - reader->input)};
    switch (reader->token) {
    case TOKEN_STRING:
        out->kind = JSON_STRING;
        out->text = reader->text;
        out->len = (uint32_t) reader->len;
        return advance(reader);
    case TOKEN_NUMBER:
        out->kind = JSON_NUMBER;
        out->text = reader->start;
        out->len = (uint32_t) (reader->next - reader->start);
        return advance(reader);
    case TOKEN_WORD:
        out->kind = reader->punctuation == 'n' ? JSON_NULL : JSON_BOOL;
        out->value = reader->punctuation == 't';
        return advance(reader);
    default:
        break;
    }
    if (!is(reader, '{') && !is(reader, '['))
        return unexpected(reader, "Expected JSON value, but found \"%s\".");
    if (++reader->depth > DEPTH_MAX) {
        diag_set(reader->diag, ERRCODE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        return diag_hint(
            reader->diag,
            "Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), after ensuring the platform's "
            "stack depth limit is adequate.");
    }
    bool good = is(reader, '{') ? read_object(reader, out) : read_array(reader, out);
    reader->depth--;
    return good;
}

static bool parse(struct arena *arena, const char *text, size_t len, bool decode, struct json *out, struct diag *diag)
{
    struct reader reader = {.arena = arena, .input = text, .end = text + len, .next = text, .decode = decode, .diag = diag};
    if (!advance(&reader) || !read_value(&reader, out))
        return false;
    return reader.token == TOKEN_END || bad_syntax(&reader, "Expected end of input, but found \"%s\".");
}

bool json_parse(struct arena *arena, const char *text, size_t len, struct json *out, struct diag *diag)
{
    return parse(arena, text, len, true, out, diag);
}

bool json_check(struct arena *arena, const char *text, size_t len, struct diag *diag)
{
    struct json value;
    return parse(arena, text, len, false, &value, diag);
}

int json_key_order(const struct json *a, const struct json *b)
{
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return a->len ? memcmp(a->text, b->text, a->len) : 0;
}

struct member {
    struct json key, item;
    uint32_t place;
};

static int order_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = json_key_order(&x->key, &y->key);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static void sort_members(struct arena *arena, struct json *object)
{
    bool sorted = true;
    for (uint32_t i = 1; i < object->count && sorted; i++)
        sorted = json_key_order(&object->keys[i - 1], &object->keys[i]) < 0;
    if (sorted)
        return;
    struct member *members = arena_array(arena, struct member, object->count);
    for (uint32_t i = 0; i < object->count; i++)
        members[i] = (struct member){object->keys[i], object->items[i], i};
    qsort(members, object->count, sizeof *members, order_members);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < object->count; i++) {
        if (i + 1 < object->count && json_key_order(&members[i].key, &members[i + 1].key) == 0)
            continue;
        object->keys[kept] = members[i].key;
        object->items[kept++] = members[i].item;
    }
    object->count = kept;
}

static bool canonical_number(struct arena *arena, struct json *value, struct diag *diag)
{
    bool plain = value->text[0] != '-';
    for (uint32_t i = 0; i < value->len && plain; i++)
        plain = value->text[i] != 'e' && value->text[i] != 'E';
    if (plain && value->len < 1000)
        return true;
    struct number number;
    struct datum text;
    number_init(&number);
    bool good = number_parse(&number, value->text, value->len, diag) && number_store(&number, arena, &text, diag);
    number_clear(&number);
    if (good) {
        value->text = text.data;
        value->len = text.len;
    }
    return good;
}

bool json_canonical(struct arena *arena, struct json *value, struct diag *diag)
{
    if (value->kind == JSON_NUMBER)
        return canonical_number(arena, value, diag);
    if (value->kind == JSON_STRING && value->len > 0x0fffffff)
        return diag_set(diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "string too long to represent as jsonb string");
    for (uint32_t i = 0; i < value->count; i++)
        if (!stop_check(diag) || !json_canonical(arena, &value->items[i], diag))
            return false;
    if (value->kind == JSON_OBJECT)
        sort_members(arena, value);
    return true;
}

void json_write_string(const char *text, size_t len, struct buf *out)
{
    static const char names[] = "btn?fr"; /* from \b = 8 */
    buf_putc(out, '"');
    for (size_t i = 0; i < len;) {
        size_t plain = i;
        while (plain < len && (uint8_t) text[plain] >= 0x20 && text[plain] != '"' && text[plain] != '\\')
            plain++;
        buf_append(out, text + i, plain - i);
        if ((i = plain) == len)
            break;
        uint8_t c = (uint8_t) text[i++];
        if (c >= 0x20) {
            buf_putc(out, '\\');
            buf_putc(out, (char) c);
        } else if (c >= 8 && c <= 13 && c != 11) {
            buf_putc(out, '\\');
            buf_putc(out, names[c - 8]);
        } else {
            buf_printf(out, "\\u%04x", c);
        }
    }
    buf_putc(out, '"');
}

void json_write(const struct json *value, struct buf *out)
{
    switch (value->kind) {
    case JSON_NULL:
        buf_append(out, "null", 4);
        break;
    case JSON_STRING:
        json_write_string(value->text, value->len, out);
        break;
    case JSON_NUMBER:
        buf_append(out, value->text, value->len);
        break;
    case JSON_BOOL:
        buf_puts(out, value->value ? "true" : "false");
        break;
    case JSON_ARRAY:
        buf_putc(out, '[');
        for (uint32_t i = 0; i < value->count; i++) {
            if (i)
                buf_append(out, ", ", 2);
            json_write(&value->items[i], out);
        }
        buf_putc(out, ']');
        break;
    case JSON_OBJECT:
        buf_putc(out, '{');
        for (uint32_t i = 0; i < value->count; i++) {
            if (i)
                buf_append(out, ", ", 2);
            json_write_string(value->keys[i].text, value->keys[i].len, out);
            buf_append(out, ": ", 2);
            json_write(&value->items[i], out);
        }
        buf_putc(out, '}');
        break;
    }
}

bool json_load(struct arena *arena, const struct datum *datum, struct json *out, struct diag *diag)
{
    return json_parse(arena, datum->data, datum->len, out, diag);
}

struct datum json_store(struct arena *arena, const struct json *value)
{
    struct buf text = {0};
    json_write(value, &text);
    struct datum result = datum_text(arena_strndup(arena, text.data, text.len), text.len);
    buf_deinit(&text);
    return result;
}

static int compare_within(const struct json *a, const struct json *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    struct datum x = datum_text(a->text, a->len), y = datum_text(b->text, b->len);
    switch (a->kind) {
    case JSON_NULL:
        return 0;
    case JSON_STRING:
        return text_compare(&x, &y);
    case JSON_NUMBER:
        return number_datum_compare(&x, &y);
    case JSON_BOOL:
        return a->value - b->value;
    default:
        break;
    }
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (uint32_t i = 0; i < a->count; i++) {
        int order = a->kind == JSON_OBJECT ? compare_within(&a->keys[i], &b->keys[i]) : 0;
        if (order == 0)
            order = compare_within(&a->items[i], &b->items[i]);
        if (order)
            return order;
    }
    return 0;
}

int json_compare(const struct json *a, const struct json *b)
{
    /* jsonb keeps a scalar at the top as an array of one: an empty array is below every scalar. */
    bool scalar_a = a->kind < JSON_ARRAY, scalar_b = b->kind < JSON_ARRAY;
    if (a->kind == JSON_ARRAY && scalar_b)
        return a->count == 0 ? -1 : 1;
    if (b->kind == JSON_ARRAY && scalar_a)
        return b->count == 0 ? 1 : -1;
    return compare_within(a, b);
}

bool json_equal(const struct json *a, const struct json *b)
{
    return compare_within(a, b) == 0;
}

const struct json *json_member(const struct json *object, const char *key, size_t len)
{
    for (uint32_t i = object->count; i > 0; i--)
        if (object->keys[i - 1].len == len && (len == 0 || memcmp(object->keys[i - 1].text, key, len) == 0))
            return &object->items[i - 1];
    return NULL;
}

const char *json_kind_name(const struct json *value)
{
    static const char *const names[] = {"null", "string", "number", "boolean", "array", "object"};
    return names[value->kind];
}
