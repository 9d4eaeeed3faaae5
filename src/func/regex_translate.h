#ifndef PGQUILL_FUNC_REGEX_TRANSLATE_H
#define PGQUILL_FUNC_REGEX_TRANSLATE_H

#include "util/buf.h"

#include <stdbool.h>

/* How a regular expression is read; "(?…)" and "***" at its beginning change it. */
struct regex_options {
    bool global, icase;
    bool dot_stops; /* . and [^…] match no newline */
    bool lines;     /* ^ and $ match at newlines */
    bool expanded;  /* blanks and comments are skipped */
    bool literal;   /* a plain string */
    bool plain_ere; /* POSIX's own: without escapes and (?…) */
    bool basic;     /* POSIX's basic ones */
};

/* Which of the matches that begin where the first one does is meant (docs: 9.7.3.5). */
enum regex_preference { REGEX_NO_PREFERENCE, REGEX_LONGEST, REGEX_SHORTEST };

struct regex_traits {
    enum regex_preference preference; /* NO_PREFERENCE, too, where a backtracking matcher finds the right one anyway */
    bool has_references, has_lookaround;
};

/* One letter of a flags argument or of an embedded option; false: there is no such letter. */
bool regex_option(char letter, struct regex_options *options);

/* Write an advanced regular expression (docs: 9.7.3) as PCRE2 reads it, blanks and comments dropped; a literal as it is. NULL, or what is wrong
 * with it in PostgreSQL's words. */
const char *regex_translate(const char *pattern, size_t len, struct regex_options *options, struct buf *out,
                            struct regex_traits *traits);

/* Say a basic expression as an advanced one, with the mistakes it has. */
void regex_basic(const char *pattern, size_t len, struct buf *out);

#endif
