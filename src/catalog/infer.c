#include "catalog/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* What another tool's declaration means. SQLite takes any words for a type; these are the ones in use. */

struct word {
    const char *name;
    oid_t type;
};

/* INTEGER is 64 bits wide there. Dates stay text: nothing says in which of SQLite's ways they are written. */
static const struct word words[] = {
    {"integer", INT8_OID},
    {"int", INT8_OID},
    {"bigint", INT8_OID},
    {"smallint", INT8_OID},
    {"tinyint", INT8_OID},
    {"mediumint", INT8_OID},
    {"int2", INT8_OID},
    {"int4", INT8_OID},
    {"int8", INT8_OID},
    {"unsigned big int", INT8_OID},
    {"text", TEXT_OID},
    {"clob", TEXT_OID},
    {"varchar", VARCHAR_OID},
    {"character varying", VARCHAR_OID},
    {"varying character", VARCHAR_OID},
    {"nvarchar", VARCHAR_OID},
    {"char", TEXT_OID},
    {"character", TEXT_OID},
    {"nchar", TEXT_OID},
    {"real", FLOAT8_OID},
    {"double", FLOAT8_OID},
    {"double precision", FLOAT8_OID},
    {"float", FLOAT8_OID},
    {"numeric", FLOAT8_OID},
    {"decimal", FLOAT8_OID},
    {"boolean", BOOL_OID},
    {"bool", BOOL_OID},
    {"blob", BYTEA_OID},
    {"json", JSON_OID},
    {"uuid", TEXT_OID},
};

void infer_type(const char *declared, oid_t *type, int32_t *typmod)
{
    char name[64];
    size_t length = 0;
    const char *at = declared ? declared : "";
    for (; *at && *at != '(' && length < sizeof name - 1; at++)
        name[length++] = (char) tolower((unsigned char) *at);
    while (length > 0 && name[length - 1] == ' ')
        length--;
    name[length] = '\0';
    *typmod = -1;
    *type = TEXT_OID;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].name, name) == 0) {
            *type = words[i].type;
            if (*type == VARCHAR_OID && *at == '(' && atoi(at + 1) > 0)
                *typmod = atoi(at + 1) + 4;
            return;
        }
    /* SQLite's own rules of affinity (its documentation, "Determination Of Column Affinity"). */
    if (strstr(name, "int"))
        *type = INT8_OID;
    else if (strstr(name, "blob"))
        *type = BYTEA_OID;
    else if (strstr(name, "real") || strstr(name, "floa") || strstr(name, "doub"))
        *type = FLOAT8_OID;
}

oid_t infer_oid(const char *kind, const char *name, bool (*taken)(void *arg, oid_t oid), void *arg)
{
    uint64_t hash = 1469598103934665603u;
    for (const char *at = kind; *at; at++)
        hash = (hash ^ (unsigned char) *at) * 1099511628211u;
    for (const char *at = name; *at; at++)
        hash = (hash ^ (unsigned char) *at) * 1099511628211u;
    oid_t oid = 0x80000000u | ((oid_t) (hash ^ hash >> 32) & 0x3FFFFFFFu);
    while (taken(arg, oid))
        oid = 0x80000000u | ((oid + 1) & 0x3FFFFFFFu);
    return oid;
}
