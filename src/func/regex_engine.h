#ifndef PGQUILL_FUNC_REGEX_ENGINE_H
#define PGQUILL_FUNC_REGEX_ENGINE_H

#include "func/regex_translate.h"
#include "type/datum.h"
#include "util/diag.h"

/* A compiled pattern: the process's, valid until others have pushed it out of the cache; not to be kept between rows. */
struct regex;

#define REGEX_UNSET (~(size_t) 0) /* a span's ends where its group took no part */

/* NULL after a report (2201B). */
struct regex *regex_compile(const struct datum *pattern, const struct regex_options *options, struct diag *diag);
/* Is there a match: 1 yes, 0 no, -1 reported. */
int regex_test(struct regex *regex, const struct datum *text, struct diag *diag);
/* One match from a byte offset on: 1 found, 0 none, -1 reported. spans: begin and end, in bytes, of the match and of each group, until the next match. */
int regex_match(struct regex *regex, const struct datum *text, size_t from, size_t **spans, uint32_t *count, struct diag *diag);

/* like_regex of paths, under enum path_regex_flag. */
bool regex_path_check(const char *pattern, size_t len, unsigned flags, struct diag *diag);
bool regex_path_search(const struct datum *pattern, unsigned flags, const struct datum *text, bool *found, struct diag *diag);

#endif
