#include "type/type.h"

#include "type/codecs.h"
#include "type/facts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA_PG_CATALOG = 11, TYPES_MAX = 512 };

/* What a built-in base type is here: how it is written and how SQLite keeps and sorts it. */
struct codec_row {
    oid_t type;
    const struct type_codec *codec;
    enum type_storage storage;
    const char *collation;
};

static const struct codec_row codec_rows[] = {
    {BOOL_OID, &type_codec_bool, STORAGE_INTEGER, NULL},
    {BYTEA_OID, &type_codec_bytea, STORAGE_BLOB, NULL},
    {CHAR_OID, &type_codec_char, STORAGE_TEXT, NULL},
    {NAME_OID, &type_codec_name, STORAGE_TEXT, NULL},
    {INT8_OID, &type_codec_int8, STORAGE_INTEGER, NULL},
    {INT2_OID, &type_codec_int2, STORAGE_INTEGER, NULL},
    {INT4_OID, &type_codec_int4, STORAGE_INTEGER, NULL},
    {INT2VECTOR_OID, &type_codec_int2vector, STORAGE_TEXT, "pg_int2vector"},
    {OIDVECTOR_OID, &type_codec_oidvector, STORAGE_TEXT, "pg_oidvector"},
    {REGPROC_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {REGPROCEDURE_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {REGOPER_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {REGOPERATOR_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {REGCLASS_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {REGTYPE_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {REGCONFIG_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {REGDICTIONARY_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {REGNAMESPACE_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {REGROLE_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {REGCOLLATION_OID, &type_codec_alias, STORAGE_INTEGER, NULL},
    {TEXT_OID, &type_codec_text, STORAGE_TEXT, NULL},
    {OID_OID, &type_codec_oid, STORAGE_INTEGER, NULL},
    {TID_OID, &type_codec_tid, STORAGE_TEXT, "pg_tid"},
    {XID_OID, &type_codec_xid, STORAGE_INTEGER, NULL},
    {CID_OID, &type_codec_cid, STORAGE_INTEGER, NULL},
    {XID8_OID, &type_codec_xid8, STORAGE_TEXT, "pg_xid8"},
    {JSON_OID, &type_codec_json, STORAGE_TEXT, NULL},
    {JSONB_OID, &type_codec_jsonb, STORAGE_TEXT, "pg_jsonb"},
    {JSONPATH_OID, &type_codec_jsonpath, STORAGE_TEXT, NULL},
    {XML_OID, &type_codec_xml, STORAGE_TEXT, NULL},
    {FLOAT4_OID, &type_codec_float4, STORAGE_REAL, NULL},
    {FLOAT8_OID, &type_codec_float8, STORAGE_REAL, NULL},
    {MONEY_OID, &type_codec_money, STORAGE_INTEGER, NULL},
    {BPCHAR_OID, &type_codec_bpchar, STORAGE_TEXT, "RTRIM"},
    {VARCHAR_OID, &type_codec_varchar, STORAGE_TEXT, NULL},
    {DATE_OID, &type_codec_date, STORAGE_TEXT, NULL},
    {TIME_OID, &type_codec_time, STORAGE_TEXT, NULL},
    {TIMESTAMP_OID, &type_codec_timestamp, STORAGE_TEXT, NULL},
    {TIMESTAMPTZ_OID, &type_codec_timestamptz, STORAGE_TEXT, NULL},
    {INTERVAL_OID, &type_codec_interval, STORAGE_TEXT, "pg_interval"},
    {TIMETZ_OID, &type_codec_timetz, STORAGE_TEXT, "pg_timetz"},
    {BIT_OID, &type_codec_bit, STORAGE_TEXT, NULL},
    {VARBIT_OID, &type_codec_varbit, STORAGE_TEXT, NULL},
    {NUMERIC_OID, &type_codec_numeric, STORAGE_TEXT, "pg_numeric"},
    {REFCURSOR_OID, &type_codec_text, STORAGE_TEXT, NULL},
    {UUID_OID, &type_codec_uuid, STORAGE_TEXT, NULL},
    {PG_LSN_OID, &type_codec_pg_lsn, STORAGE_TEXT, "pg_pg_lsn"},
    {UNKNOWN_OID, &type_codec_text, STORAGE_TEXT, NULL},
    {CSTRING_OID, &type_codec_cstring, STORAGE_TEXT, NULL},
    {VOID_OID, &type_codec_void, STORAGE_TEXT, NULL},
    {POINT_OID, &type_codec_point, STORAGE_TEXT, NULL},
    {LSEG_OID, &type_codec_lseg, STORAGE_TEXT, NULL},
    {PATH_OID, &type_codec_path, STORAGE_TEXT, NULL},
    {BOX_OID, &type_codec_box, STORAGE_TEXT, NULL},
    {POLYGON_OID, &type_codec_polygon, STORAGE_TEXT, NULL},
    {LINE_OID, &type_codec_line, STORAGE_TEXT, NULL},
    {CIRCLE_OID, &type_codec_circle, STORAGE_TEXT, NULL},
    {TSVECTOR_OID, &type_codec_tsvector, STORAGE_TEXT, "pg_tsvector"},
    {TSQUERY_OID, &type_codec_tsquery, STORAGE_TEXT, "pg_tsquery"},
    {INET_OID, &type_codec_inet, STORAGE_TEXT, "pg_inet"},
    {CIDR_OID, &type_codec_cidr, STORAGE_TEXT, "pg_cidr"},
    {MACADDR_OID, &type_codec_macaddr, STORAGE_TEXT, NULL},
    {MACADDR8_OID, &type_codec_macaddr8, STORAGE_TEXT, NULL},
    {TXID_SNAPSHOT_OID, &type_codec_snapshot, STORAGE_TEXT, NULL},
    {PG_SNAPSHOT_OID, &type_codec_snapshot, STORAGE_TEXT, NULL},
    {ACLITEM_OID, &type_codec_opaque, STORAGE_TEXT, NULL},
};

/* The built-in ranges: range, element type, multirange. */
static const struct {
    oid_t range, subtype, multirange;
} range_rows[] = {
    {INT4RANGE_OID, INT4_OID, INT4MULTIRANGE_OID},  {INT8RANGE_OID, INT8_OID, INT8MULTIRANGE_OID},
    {NUMRANGE_OID, NUMERIC_OID, NUMMULTIRANGE_OID}, {DATERANGE_OID, DATE_OID, DATEMULTIRANGE_OID},
    {TSRANGE_OID, TIMESTAMP_OID, TSMULTIRANGE_OID}, {TSTZRANGE_OID, TIMESTAMPTZ_OID, TSTZMULTIRANGE_OID},
};

#define ROWS(array) (sizeof(array) / sizeof *(array))

static struct type_desc builtins[TYPES_MAX];

/* Arrays and ranges sort under a collation that carries the type. */
static char own_collations[TYPES_MAX][16];

static const char *own_collation(int row)
{
    struct buf name = {own_collations[row], 0, sizeof own_collations[row]};
    buf_puts(&name, "type:");
    buf_put_int64(&name, builtins[row].oid);
    return buf_cstr(&name);
}

static void describe_range(struct type_desc *type)
{
    for (size_t i = 0; i < ROWS(range_rows); i++) {
        if (range_rows[i].range == type->oid) {
            type->range_subtype = range_rows[i].subtype;
            type->range = range_rows[i].multirange;
        } else if (range_rows[i].multirange == type->oid) {
            type->range_subtype = range_rows[i].subtype;
            type->range = range_rows[i].range;
        }
    }
}

static void describe(int row, const struct type_fact *fact)
{
    struct type_desc *type = &builtins[row];
    *type = (struct type_desc){
        .oid = fact->oid,
        .name = fact->name,
        .schema = SCHEMA_PG_CATALOG,
        .typtype = fact->typtype,
        .category = fact->category,
        .preferred = fact->preferred,
        .delimiter = fact->delimiter,
        .len = fact->len,
        .element = fact->category == 'A' || fact->oid == RECORD_ARRAY_OID ? fact->element : 0,
        .array = fact->array,
        .relation = fact->relation,
        .base = fact->base,
        .base_typmod = fact->typmod,
        .collation = fact->collation,
        .storage = STORAGE_TEXT,
        .codec = fact->typtype == 'p' ? &type_codec_pseudo : &type_codec_opaque,
    };
    for (size_t i = 0; i < ROWS(codec_rows); i++) {
        if (codec_rows[i].type == fact->oid) {
            type->codec = codec_rows[i].codec;
            type->storage = codec_rows[i].storage;
            type->sqlite_collation = codec_rows[i].collation;
            return;
        }
    }
    if (fact->oid == RECORD_OID || fact->oid == RECORD_ARRAY_OID) {
        type->codec = fact->oid == RECORD_OID ? &type_codec_composite : &type_codec_array;
        type->sqlite_collation = own_collation(row);
    } else if (fact->category == 'A') {
        type->codec = &type_codec_array;
        type->sqlite_collation = own_collation(row);
    } else if (fact->typtype == 'c') {
        type->codec = &type_codec_composite;
        type->sqlite_collation = own_collation(row);
    } else if (fact->typtype == 'r' || fact->typtype == 'm') {
        type->codec = fact->typtype == 'r' ? &type_codec_range : &type_codec_multirange;
        type->sqlite_collation = own_collation(row);
        describe_range(type);
    }
}

/* Before main: made once in the master, shared by all forked workers. */
__attribute__((constructor)) static void describe_builtins(void)
{
    assert(type_fact_count <= TYPES_MAX);
    for (int i = 0; i < type_fact_count; i++)
        describe(i, &type_facts[i]);
}

const struct type_desc *type_builtin(oid_t oid)
{
    const struct type_fact *fact = type_fact_by_oid(oid);
    return fact ? &builtins[fact - type_facts] : NULL;
}

const struct type_desc *type_builtin_by_name(const char *name)
{
    const struct type_fact *fact = type_fact_by_name(name);
    return fact ? &builtins[fact - type_facts] : NULL;
}

const char *type_collation_name(const struct type_desc *type)
{
    return type->sqlite_collation;
}

/* SQL's own names, which differ from pg_type's; the rest print as they are named. */
static const struct {
    oid_t type;
    const char *name, *tail; /* the modifier goes between */
} sql_names[] = {
    {ANY_OID, "\"any\"", ""},
    {BIT_OID, "bit", ""},
    {BOOL_OID, "boolean", ""},
    {BPCHAR_OID, "character", ""},
    {CHAR_OID, "\"char\"", ""},
    {FLOAT4_OID, "real", ""},
    {FLOAT8_OID, "double precision", ""},
    {INT2_OID, "smallint", ""},
    {INT4_OID, "integer", ""},
    {INT8_OID, "bigint", ""},
    {INTERVAL_OID, "interval", ""},
    {NUMERIC_OID, "numeric", ""},
    {TIME_OID, "time", " without time zone"},
    {TIMETZ_OID, "time", " with time zone"},
    {TIMESTAMP_OID, "timestamp", " without time zone"},
    {TIMESTAMPTZ_OID, "timestamp", " with time zone"},
    {VARBIT_OID, "bit varying", ""},
    {VARCHAR_OID, "character varying", ""},
};

static const struct type_desc *resolve(const struct type_resolver *resolver, oid_t type)
{
    const struct type_desc *found = type_builtin(type);
    if (!found && resolver && resolver->type)
        found = resolver->type(resolver->self, type);
    return found;
}

static void format_name(const struct type_resolver *resolver, const struct type_desc *type, int32_t typmod, struct buf *out)
{
    for (size_t i = 0; i < ROWS(sql_names); i++) {
        if (sql_names[i].type != type->oid)
            continue;
        /* "character" alone means one character, so the type without a modifier has another name. */
        if (type->oid == BPCHAR_OID && typmod == TYPMOD_ABSENT) {
            buf_puts(out, "bpchar");
            return;
        }
        if (type->oid == BIT_OID && typmod == TYPMOD_ABSENT) {
            buf_puts(out, "\"bit\"");
            return;
        }
        buf_puts(out, sql_names[i].name);
        if (typmod >= 0 && type->codec->typmod_out)
            type->codec->typmod_out(typmod, out);
        buf_puts(out, sql_names[i].tail);
        return;
    }
    if (type->schema != SCHEMA_PG_CATALOG && resolver && resolver->oid_to_name &&
        resolver->oid_to_name(resolver->self, REGTYPE_OID, type->oid, out))
        return;
    buf_puts(out, type->name);
    if (typmod >= 0 && type->codec->typmod_out)
        type->codec->typmod_out(typmod, out);
}

void type_format(const struct type_resolver *resolver, oid_t oid, int32_t typmod, struct buf *out)
{
    if (oid == 0) {
        buf_putc(out, '-');
        return;
    }
    const struct type_desc *type = resolve(resolver, oid);
    if (!type) {
        buf_puts(out, "???");
        return;
    }
    /* oidvector and int2vector have elements but names of their own: true arrays are the array of their element. */
    if (type->element && (type->category == 'A' || type->oid == RECORD_ARRAY_OID)) {
        const struct type_desc *element = resolve(resolver, type->element);
        if (element && element->array == oid) {
            format_name(resolver, element, typmod, out);
            buf_puts(out, "[]");
            return;
        }
    }
    format_name(resolver, type, typmod, out);
}

bool type_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    return io->type->codec->in(io, text, len, out, diag);
}

bool type_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    return io->type->codec->out(io, value, out, diag);
}

bool codec_bad_syntax(const struct type_io *io, const char *type_name, const char *text, size_t len, struct diag *diag)
{
    (void) io;
    return diag_set(diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid input syntax for type %s: \"%.*s\"", type_name, (int) len,
                    text);
}

bool codec_bad_binary(struct diag *diag)
{
    return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "incorrect binary data format");
}
