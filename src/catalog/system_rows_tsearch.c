#include "catalog/system_rows.h"

#include "type/facts.h"
#include "type/tsconfig.h"

/* The catalogs of text search: one parser, and the configurations and dictionaries there are. */

enum { TOKEN_TYPES = 23 };

static oid_t proc_oid(const char *name)
{
    int count;
    const struct proc_fact *procs = proc_facts_by_name(name, &count);
    return count ? procs->oid : 0;
}

bool rows_pg_ts_parser(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    rows_add(b);
    rows_int(b, "oid", TS_PARSER_DEFAULT);
    rows_text(b, "prsname", "default");
    rows_int(b, "prsnamespace", OID_PG_CATALOG);
    rows_int(b, "prsstart", proc_oid("prsd_start"));
    rows_int(b, "prstoken", proc_oid("prsd_nexttoken"));
    rows_int(b, "prsend", proc_oid("prsd_end"));
    rows_int(b, "prsheadline", proc_oid("prsd_headline"));
    rows_int(b, "prslextype", proc_oid("prsd_lextype"));
    return true;
}

bool rows_pg_ts_template(struct rows_builder *b, struct diag *diag)
{
    static const struct {
        oid_t oid;
        const char *name, *init, *lexize;
    } templates[] = {{TS_TEMPLATE_SIMPLE, "simple", "dsimple_init", "dsimple_lexize"},
                     {TS_TEMPLATE_SNOWBALL, "snowball", "dsnowball_init", "dsnowball_lexize"}};
    (void) diag;
    for (int i = 0; i < 2; i++) {
        rows_add(b);
        rows_int(b, "oid", templates[i].oid);
        rows_text(b, "tmplname", templates[i].name);
        rows_int(b, "tmplnamespace", OID_PG_CATALOG);
        rows_int(b, "tmplinit", proc_oid(templates[i].init));
        rows_int(b, "tmpllexize", proc_oid(templates[i].lexize));
    }
    return true;
}

bool rows_pg_ts_dict(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (int i = 0; i < TS_DICTIONARIES; i++) {
        oid_t dictionary = ts_dictionary_at(i);
        bool english = dictionary == TS_DICTIONARY_ENGLISH;
        rows_add(b);
        rows_int(b, "oid", dictionary);
        rows_text(b, "dictname", ts_dictionary_name(dictionary));
        rows_int(b, "dictnamespace", OID_PG_CATALOG);
        rows_int(b, "dictowner", OID_OWNER);
        rows_int(b, "dicttemplate", english ? TS_TEMPLATE_SNOWBALL : TS_TEMPLATE_SIMPLE);
        rows_text(b, "dictinitoption", english ? "language = 'english', stopwords = 'english'" : NULL);
    }
    return true;
}

bool rows_pg_ts_config(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (int i = 0; i < TS_CONFIGS; i++) {
        rows_add(b);
        rows_int(b, "oid", ts_config_at(i));
        rows_text(b, "cfgname", ts_config_name(ts_config_at(i)));
        rows_int(b, "cfgnamespace", OID_PG_CATALOG);
        rows_int(b, "cfgowner", OID_OWNER);
        rows_int(b, "cfgparser", TS_PARSER_DEFAULT);
    }
    return true;
}

bool rows_pg_ts_config_map(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (int i = 0; i < TS_CONFIGS; i++)
        for (int type = 1; type <= TOKEN_TYPES; type++) {
            oid_t dictionary = ts_config_dictionary(ts_config_at(i), type);
            if (!dictionary)
                continue;
            rows_add(b);
            rows_int(b, "mapcfg", ts_config_at(i));
            rows_int(b, "maptokentype", type);
            rows_int(b, "mapseqno", 1);
            rows_int(b, "mapdict", dictionary);
        }
    return true;
}
