#ifndef PGQUILL_FUNC_REGEX_H
#define PGQUILL_FUNC_REGEX_H

#include "func/func.h"

/* regexp_matches and regexp_split_to_table: text, pattern[, flags]. */
extern const struct table_func regex_matches_table, regex_split_table;

#endif
