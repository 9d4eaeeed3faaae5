#ifndef PGQUILL_FUNC_REGEX_H
#define PGQUILL_FUNC_REGEX_H

#include "func/func.h"

/* regexp_matches and regexp_split_to_table: text, pattern[, flags]. */
extern const struct table_func regex_matches_table, regex_split_table;

/* like_regex of paths, under enum path_regex_flag. */
bool regex_path_check(const char *pattern, size_t len, unsigned flags, struct diag *diag);
bool regex_path_search(struct fcall *call, const struct datum *pattern, unsigned flags, const struct datum *text, bool *found);

#endif
