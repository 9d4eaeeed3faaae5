#ifndef PGQUILL_TYPE_TSCONFIG_H
#define PGQUILL_TYPE_TSCONFIG_H

#include "type/datum.h"

/* The text search configurations and dictionaries there are. */
enum {
    TS_CONFIG_SIMPLE = 3748,
    TS_CONFIG_ENGLISH = 13164,
    TS_DICTIONARY_SIMPLE = 3765,
    TS_DICTIONARY_ENGLISH = 13163,
    TS_PARSER_DEFAULT = 3722
};

/* By name, without schema; 0: there is none. */
oid_t ts_config_by_name(const char *name);
oid_t ts_dictionary_by_name(const char *name);
/* NULL: there is none. */
const char *ts_config_name(oid_t config);
const char *ts_dictionary_name(oid_t dictionary);

#endif
