#include "func/tsparse.h"

#include "type/codecs.h"

#include <string.h>
#include <wctype.h>

const struct ts_token_name ts_token_names[] = {
    [TS_ASCIIWORD] = {"asciiword", "Word, all ASCII"},
    [TS_WORD] = {"word", "Word, all letters"},
    [TS_NUMWORD] = {"numword", "Word, letters and digits"},
    [TS_EMAIL] = {"email", "Email address"},
    [TS_URL] = {"url", "URL"},
    [TS_HOST] = {"host", "Host"},
    [TS_SFLOAT] = {"sfloat", "Scientific notation"},
    [TS_VERSION] = {"version", "Version number"},
    [TS_HWORD_NUMPART] = {"hword_numpart", "Hyphenated word part, letters and digits"},
    [TS_HWORD_PART] = {"hword_part", "Hyphenated word part, all letters"},
    [TS_HWORD_ASCIIPART] = {"hword_asciipart", "Hyphenated word part, all ASCII"},
    [TS_BLANK] = {"blank", "Space symbols"},
    [TS_TAG] = {"tag", "XML tag"},
    [TS_PROTOCOL] = {"protocol", "Protocol head"},
    [TS_NUMHWORD] = {"numhword", "Hyphenated word, letters and digits"},
    [TS_ASCIIHWORD] = {"asciihword", "Hyphenated word, all ASCII"},
    [TS_HWORD] = {"hword", "Hyphenated word, all letters"},
    [TS_URL_PATH] = {"url_path", "URL path"},
    [TS_FILE] = {"file", "File or path name"},
    [TS_FLOAT] = {"float", "Decimal notation"},
    [TS_INT] = {"int", "Signed integer"},
    [TS_UINT] = {"uint", "Unsigned integer"},
    [TS_ENTITY] = {"entity", "XML entity"},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_ascii_alnum(char c)
{
    return is_letter(c) || is_digit(c);
}

/* The size of a letter at `at`, ASCII or not; 0: there is none. */
static size_t letter_size(const char *at, const char *end)
{
    if (at >= end)
        return 0;
    if ((uint8_t) *at < 0x80)
        return is_letter(*at);
    size_t size = utf8_size((uint8_t) *at);
    if ((size_t) (end - at) < size)
        return 0;
    const uint8_t *p = (const uint8_t *) at;
    wint_t c = size == 2 ? (wint_t) (p[0] & 0x1f) << 6 | (p[1] & 0x3f)
               : size == 3
                   ? (wint_t) (p[0] & 0x0f) << 12 | (wint_t) (p[1] & 0x3f) << 6 | (p[2] & 0x3f)
                   : (wint_t) (p[0] & 7) << 18 | (wint_t) (p[1] & 0x3f) << 12 | (wint_t) (p[2] & 0x3f) << 6 | (p[3] & 0x3f);
    return iswalpha(c) ? size : 0;
}

/* What a run of letters and digits is made of. */
struct run {
    const char *end;
    bool letters, digits, foreign;
};

static struct run read_run(const char *at, const char *end)
{
    struct run run = {at, false, false, false};
    for (;;) {
        size_t size = letter_size(run.end, end);
        if (size) {
            run.letters = true;
            run.foreign |= size > 1;
            run.end += size;
        } else if (run.end < end && is_digit(*run.end)) {
            run.digits = true;
            run.end++;
        } else {
            return run;
        }
    }
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

/* A number without its sign: its type and end; NULL: none. */
static const char *read_number(const char *at, const char *end, enum ts_token_type *type)
{
    const char *whole = skip_digits(at, end), *last = whole;
    if (whole == at)
        return NULL;
    *type = TS_UINT;
    if (last + 1 < end && *last == '.' && is_digit(last[1])) {
        last = skip_digits(last + 1, end);
        *type = TS_FLOAT;
    }
    const char *exponent = last;
    if (exponent < end && (*exponent == 'e' || *exponent == 'E')) {
        exponent++;
        if (exponent < end && (*exponent == '-' || *exponent == '+'))
            exponent++;
        const char *after = skip_digits(exponent, end);
        if (after > exponent) {
            *type = TS_SFLOAT;
            return after;
        }
    }
    return last;
}

/* Names between points, letters and digits with hyphens and underscores inside; the last, of letters alone, has two at least. */
static const char *read_host(const char *at, const char *end)
{
    const char *good = NULL;
    bool dotted = false;
    while (at < end && is_ascii_alnum(*at)) {
        const char *label = at;
        bool letters = true;
        while (at < end && (is_ascii_alnum(*at) || ((*at == '-' || *at == '_') && at + 1 < end))) {
            letters &= is_letter(*at);
            at++;
        }
        if (!is_ascii_alnum(at[-1]))
            return NULL;
        if (dotted && letters && at - label >= 2)
            good = at;
        else if (dotted)
            good = NULL;
        if (at + 1 >= end || *at != '.' || !is_ascii_alnum(at[1]))
            break;
        dotted = true;
        at++;
    }
    if (good && letter_size(good, end))
        return NULL;
    return good;
}

static const char *skip_port(const char *at, const char *end)
{
    const char *digits = at + 1;
    if (at >= end || *at != ':')
        return at;
    const char *after = skip_digits(digits, end);
    return after > digits ? after : at;
}

static bool is_url_char(char c)
{
    return c > 0x20 && c < 0x7f && !strchr("\"<>\\^`{|}", c);
}

static const char *read_email(const char *at, const char *end)
{
    if (at == end || !is_ascii_alnum(*at))
        return NULL;
    while (at < end && (is_ascii_alnum(*at) || *at == '.' || *at == '-' || *at == '_'))
        at++;
    if (at == end || *at != '@' || !is_ascii_alnum(at[-1]))
        return NULL;
    return read_host(at + 1, end);
}

/* A path: names with points, hyphens and underscores, between slashes. */
static const char *read_file(const char *at, const char *end)
{
    const char *start = at;
    bool leading = false, inner = false, number = at < end && is_digit(*at);
    if (end - at >= 2 && at[0] == '.' && at[1] == '.') {
        at += 2;
        /* The folder above, by itself too. */
        if (at == end || codec_space(*at))
            return at;
        if (*at++ != '/')
            return NULL;
        leading = true;
    } else if (at < end && *at == '.') {
        at++;
        if (at == end || *at != '/')
            return NULL;
        at++;
        leading = true;
    } else if (at < end && (*at == '~' || *at == '/')) {
        at++;
        if (at < end && at[-1] == '/' && *at == '~')
            at++;
        else if (at < end && at[-1] == '~' && *at == '/')
            at++;
        leading = true;
    }
    if (at > start && (at == end || (!is_ascii_alnum(*at) && *at != '_')))
        return NULL;
    const char *good = NULL;
    while (at < end) {
        if (is_ascii_alnum(*at) || *at == '_') {
            good = ++at;
        } else if (*at == '/' && at + 1 < end && (is_ascii_alnum(at[1]) || at[1] == '_')) {
            inner = true;
            at++;
        } else if (*at == '.' && at + 1 < end && (is_ascii_alnum(at[1]) || at[1] == '_')) {
            if (number && !inner && !leading)
                return NULL;
            inner = true;
            at++;
        } else if (*at == '-' && (leading || inner)) {
            good = ++at;
        } else {
            break;
        }
    }
    if (!good || (!leading && (!inner || letter_size(good, end))))
        return NULL;
    return good;
}

/* <name …>, </name>, <?…>, <!-- … -->; NULL: no tag. */
static const char *read_tag(const char *at, const char *end)
{
    if (end - at >= 4 && memcmp(at, "<!--", 4) == 0) {
        const char *close = memmem(at + 4, (size_t) (end - at - 4), "-->", 3);
        return close ? close + 3 : NULL;
    }
    at++;
    if (at < end && (*at == '/' || *at == '?'))
        at++;
    if (at == end || !is_letter(*at))
        return NULL;
    for (; at < end && *at != '>'; at++) {
        if (*at == '"' || *at == '\'') {
            at = memchr(at + 1, *at, (size_t) (end - at - 1));
            if (!at)
                return NULL;
        } else if (*at == '<') {
            return NULL;
        }
    }
    return at < end ? at + 1 : NULL;
}

static const char *read_entity(const char *at, const char *end)
{
    const char *start = ++at;
    if (at < end && *at == '#') {
        at++;
        bool hex = at < end && (*at == 'x' || *at == 'X');
        start = at += hex;
        while (at < end && (is_digit(*at) || (hex && strchr("abcdefABCDEF", *at))))
            at++;
    } else if (at < end && is_letter(*at)) {
        while (at < end && is_ascii_alnum(*at))
            at++;
    }
    return at > start && at < end && *at == ';' ? at + 1 : NULL;
}

/* The end of words joined by hyphens, each with a letter; NULL: only one. */
static const char *read_hyphenated(const char *at, const char *end, struct run *all)
{
    *all = read_run(at, end);
    if (!all->letters)
        return NULL;
    const char *first = all->end;
    while (all->end < end && *all->end == '-') {
        struct run next = read_run(all->end + 1, end);
        if (!next.letters)
            break;
        all->end = next.end;
        all->digits |= next.digits;
        all->foreign |= next.foreign;
    }
    return all->end > first ? all->end : NULL;
}

static bool give(struct ts_parser *parser, struct ts_token *token, enum ts_token_type type, const char *end)
{
    *token = (struct ts_token){type, parser->at, (size_t) (end - parser->at)};
    parser->at = end;
    return true;
}

/* A word in a hyphenated word, or the hyphen before it. */
static bool next_part(struct ts_parser *parser, struct ts_token *token)
{
    if (*parser->at == '-')
        return give(parser, token, TS_BLANK, parser->at + 1);
    struct run run = read_run(parser->at, parser->parts_end);
    return give(parser, token, run.digits ? TS_HWORD_NUMPART : run.foreign ? TS_HWORD_PART : TS_HWORD_ASCIIPART, run.end);
}

static bool next_address(struct ts_parser *parser, struct ts_token *token)
{
    const char *at = parser->at, *end = parser->end, *after = at;
    while (after < end && is_letter(*after))
        after++;
    if (after > at && end - after >= 3 && memcmp(after, "://", 3) == 0)
        return give(parser, token, TS_PROTOCOL, after + 3);
    if ((after = read_email(at, end)))
        return give(parser, token, TS_EMAIL, after);
    if (!(after = read_host(at, end)))
        return false;
    const char *host_end = skip_port(after, end), *path = host_end;
    if (path + 1 < end && *path == '/' && is_url_char(path[1])) {
        while (path < end && is_url_char(*path))
            path++;
        *token = (struct ts_token){TS_URL, at, (size_t) (path - at)};
        parser->path = host_end;
        parser->path_end = path;
        return true;
    }
    return give(parser, token, TS_HOST, host_end);
}

static bool next_word(struct ts_parser *parser, struct ts_token *token)
{
    const char *at = parser->at, *end = parser->end, *after;
    struct run run;
    enum ts_token_type type = TS_UINT;
    if ((after = read_hyphenated(at, end, &run))) {
        *token = (struct ts_token){run.digits ? TS_NUMHWORD : run.foreign ? TS_HWORD : TS_ASCIIHWORD, at, (size_t) (after - at)};
        parser->parts_end = after;
        return true;
    }
    after = read_number(at, end, &type);
    if (after && type == TS_FLOAT && after + 1 < end && *after == '.' && is_digit(after[1])) {
        while (after + 1 < end && *after == '.' && is_digit(after[1]))
            after = skip_digits(after + 1, end);
        return give(parser, token, TS_VERSION, after);
    }
    run = read_run(at, end);
    if (after && (type == TS_FLOAT || type == TS_SFLOAT || after >= run.end))
        return give(parser, token, type, after);
    return give(parser, token, run.digits ? TS_NUMWORD : run.foreign ? TS_WORD : TS_ASCIIWORD, run.end);
}

void ts_parser_open(struct ts_parser *parser, const char *text, size_t len)
{
    *parser = (struct ts_parser){.at = text, .end = text + len};
}

static bool starts_word(const char *at, const char *end)
{
    return is_digit(*at) || letter_size(at, end) > 0;
}

/* A token that is no blank at the place; false: there is none. */
static bool next_token(struct ts_parser *parser, struct ts_token *token)
{
    const char *at = parser->at, *end = parser->end, *after = NULL;
    enum ts_token_type type;
    switch (*at) {
    case '<':
        return (after = read_tag(at, end)) && give(parser, token, TS_TAG, after);
    case '&':
        return (after = read_entity(at, end)) && give(parser, token, TS_ENTITY, after);
    case '+':
    case '-':
        after = read_number(at + 1, end, &type);
        return after && give(parser, token, type == TS_UINT ? TS_INT : type, after);
    case '/':
    case '~':
    case '.':
        return (after = read_file(at, end)) && give(parser, token, TS_FILE, after);
    default:
        if (!starts_word(at, end))
            return false;
        if (is_ascii_alnum(*at) && next_address(parser, token))
            return true;
        after = is_ascii_alnum(*at) ? read_file(at, end) : NULL;
        return after ? give(parser, token, TS_FILE, after) : next_word(parser, token);
    }
}

bool ts_parser_next(struct ts_parser *parser, struct ts_token *token)
{
    if (parser->path) {
        if (!parser->host_given) {
            parser->host_given = true;
            return give(parser, token, TS_HOST, parser->path);
        }
        give(parser, token, TS_URL_PATH, parser->path_end);
        parser->path = NULL;
        parser->host_given = false;
        return true;
    }
    if (parser->parts_end && parser->at < parser->parts_end)
        return next_part(parser, token);
    parser->parts_end = NULL;
    if (parser->at == parser->end)
        return false;
    if (next_token(parser, token))
        return true;
    const char *start = parser->at, *at = start;
    do
        at += utf8_size((uint8_t) *at);
    while (at < parser->end && !starts_word(at, parser->end) && !strchr("<&+-/", *at));
    return give(parser, token, TS_BLANK, at < parser->end ? at : parser->end);
}
