#ifndef PGQUILL_FUNC_TSPARSE_H
#define PGQUILL_FUNC_TSPARSE_H

#include <stdbool.h>
#include <stddef.h>

/* Tokens of the default text search parser (docs: 12.5), numbered as ts_token_type numbers them. */
enum ts_token_type {
    TS_ASCIIWORD = 1,
    TS_WORD,
    TS_NUMWORD,
    TS_EMAIL,
    TS_URL,
    TS_HOST,
    TS_SFLOAT,
    TS_VERSION,
    TS_HWORD_NUMPART,
    TS_HWORD_PART,
    TS_HWORD_ASCIIPART,
    TS_BLANK,
    TS_TAG,
    TS_PROTOCOL,
    TS_NUMHWORD,
    TS_ASCIIHWORD,
    TS_HWORD,
    TS_URL_PATH,
    TS_FILE,
    TS_FLOAT,
    TS_INT,
    TS_UINT,
    TS_ENTITY,
    TS_TOKEN_TYPES = TS_ENTITY
};

struct ts_token_name {
    const char *alias, *description;
};
extern const struct ts_token_name ts_token_names[TS_TOKEN_TYPES + 1];

struct ts_token {
    enum ts_token_type type;
    const char *text;
    size_t len;
};

/* A parser over UTF-8 text. A compound (a URL, a hyphenated word) is given first, then its parts. */
struct ts_parser {
    const char *at, *end;
    const char *parts_end;       /* inside a hyphenated word: its end; NULL elsewhere */
    const char *path, *path_end; /* a URL's host and path yet to come; NULL: none */
    bool host_given;
};

void ts_parser_open(struct ts_parser *parser, const char *text, size_t len);
/* False: no further token. */
bool ts_parser_next(struct ts_parser *parser, struct ts_token *token);

#endif
