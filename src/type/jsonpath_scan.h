#ifndef PGQUILL_TYPE_JSONPATH_SCAN_H
#define PGQUILL_TYPE_JSONPATH_SCAN_H

#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"

#include <stdbool.h>

/* The words of the path language. */
enum path_token {
    PT_END,
    PT_NUMBER, /* with a point or an exponent */
    PT_INTEGER,
    PT_STRING,
    PT_VARIABLE,
    PT_NAME, /* a bare word that is no keyword */
    PT_AND,
    PT_OR,
    PT_NOT,
    PT_EQUAL,
    PT_NOT_EQUAL,
    PT_LESS,
    PT_LESS_EQUAL,
    PT_GREATER,
    PT_GREATER_EQUAL,
    PT_ANY,  /* ** */
    PT_SIGN, /* one character: `sign` */
    /* keywords from here on */
    PT_IS,
    PT_TO,
    PT_ABS,
    PT_LAX,
    PT_FLAG,
    PT_LAST,
    PT_NULL,
    PT_SIZE,
    PT_TRUE,
    PT_TYPE,
    PT_WITH,
    PT_FALSE,
    PT_FLOOR,
    PT_DOUBLE,
    PT_EXISTS,
    PT_STARTS,
    PT_STRICT,
    PT_CEILING,
    PT_DATETIME,
    PT_KEYVALUE,
    PT_UNKNOWN,
    PT_LIKE_REGEX,
};

struct path_scanner {
    struct arena *arena;
    const char *at, *end;
    struct diag *diag;
    /* the current word */
    enum path_token token;
    char sign;
    const char *text; /* of names, strings and variables decoded; of numbers as written */
    size_t len;
    const char *near; /* what a message quotes; near_len 0: it says "at end" */
    size_t near_len;
    struct buf scratch;
};

void path_scan_init(struct path_scanner *scanner, struct arena *arena, const char *text, size_t len, struct diag *diag);
void path_scan_deinit(struct path_scanner *scanner);
/* Read the next word; 42601. */
bool path_scan(struct path_scanner *scanner);
/* Report 42601 at the current word; false. */
bool path_scan_error(struct path_scanner *scanner, const char *message);

#endif
