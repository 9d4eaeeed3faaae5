#include "type/identifier.h"

#include <stdbool.h>
#include <string.h>

static bool is_plain(const char *name, size_t len)
{
    static const char *const reserved = " all analyse analyze and any array as asc asymmetric authorization between bigint "
                                        "binary bit boolean both case cast char character check "
                                        "coalesce collate collation column concurrently constraint create cross current_catalog "
                                        "current_date current_role current_schema "
                                        "current_time current_timestamp current_user dec decimal default deferrable desc "
                                        "distinct do else end except exists extract false fetch "
                                        "float for foreign freeze from full grant greatest group grouping having ilike in "
                                        "initially inner inout int integer intersect interval "
                                        "into is isnull join lateral leading least left like limit localtime localtimestamp "
                                        "national natural nchar none normalize not notnull "
                                        "null nullif numeric offset on only or order out outer overlaps overlay placing position "
                                        "precision primary real references returning "
                                        "right row select session_user setof similar smallint some substring symmetric table "
                                        "tablesample then time timestamp to trailing treat "
                                        "trim true union unique user using values varchar variadic verbose when where window "
                                        "with xmlattributes xmlconcat xmlelement xmlexists "
                                        "xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable ";
    if (!len || (name[0] != '_' && (name[0] < 'a' || name[0] > 'z')))
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        if (c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9'))
            return false;
    }
    char word[72] = " ";
    if (len > 64)
        return true;
    memcpy(word + 1, name, len);
    strcpy(word + 1 + len, " ");
    return strstr(reserved, word) == NULL;
}

void identifier_put(struct buf *out, const char *name, size_t len)
{
    if (is_plain(name, len)) {
        buf_append(out, name, len);
        return;
    }
    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (name[i] == '"')
            buf_putc(out, '"');
        buf_putc(out, name[i]);
    }
    buf_putc(out, '"');
}
