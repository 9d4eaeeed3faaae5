#include "type/tsconfig.h"

#include <string.h>

struct named {
    oid_t oid;
    const char *name;
};

static const struct named configs[] = {{TS_CONFIG_SIMPLE, "simple"}, {TS_CONFIG_ENGLISH, "english"}};
static const struct named dictionaries[] = {{TS_DICTIONARY_SIMPLE, "simple"}, {TS_DICTIONARY_ENGLISH, "english_stem"}};

static oid_t by_name(const struct named list[2], const char *name)
{
    for (int i = 0; i < 2; i++)
        if (strcmp(list[i].name, name) == 0)
            return list[i].oid;
    return 0;
}

static const char *by_oid(const struct named list[2], oid_t oid)
{
    for (int i = 0; i < 2; i++)
        if (list[i].oid == oid)
            return list[i].name;
    return NULL;
}

oid_t ts_config_by_name(const char *name)
{
    return by_name(configs, name);
}

oid_t ts_dictionary_by_name(const char *name)
{
    return by_name(dictionaries, name);
}

const char *ts_config_name(oid_t config)
{
    return by_oid(configs, config);
}

const char *ts_dictionary_name(oid_t dictionary)
{
    return by_oid(dictionaries, dictionary);
}

oid_t ts_config_at(int index)
{
    return configs[index].oid;
}

oid_t ts_dictionary_at(int index)
{
    return dictionaries[index].oid;
}

oid_t ts_config_dictionary(oid_t config, int token_type)
{
    /* Blanks, tags, protocols and entities are nobody's; words are the language's, numbers and addresses are taken as they are. */
    switch (token_type) {
    case 12:
    case 13:
    case 14:
    case 23:
        return 0;
    case 1:
    case 2:
    case 10:
    case 11:
    case 16:
    case 17:
        return config == TS_CONFIG_ENGLISH ? TS_DICTIONARY_ENGLISH : TS_DICTIONARY_SIMPLE;
    default:
        return TS_DICTIONARY_SIMPLE;
    }
}
