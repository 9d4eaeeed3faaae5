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

enum { TS_CONFIGS = 2, TS_DICTIONARIES = 2, TS_TEMPLATE_SIMPLE = 3727, TS_TEMPLATE_SNOWBALL = 13150 };
oid_t ts_config_at(int index);
oid_t ts_dictionary_at(int index);
/* The dictionary that a configuration has for tokens of this type (func/tsparse.h numbers them); 0: such tokens are passed over. */
oid_t ts_config_dictionary(oid_t config, int token_type);
/* By name, without schema; 0: there is none. */
oid_t ts_config_by_name(const char *name);
oid_t ts_dictionary_by_name(const char *name);
/* NULL: there is none. */
const char *ts_config_name(oid_t config);
const char *ts_dictionary_name(oid_t dictionary);

#endif
