#ifndef PGQUILL_TYPE_CODECS_H
#define PGQUILL_TYPE_CODECS_H

#include "type/type.h"

/* The codec of each built-in type; type.c ties them to oids. */

/* scalar.c: booleans, integers and what is one inside */
extern const struct type_codec type_codec_bool, type_codec_int2, type_codec_int4, type_codec_int8, type_codec_oid,
    type_codec_pg_lsn, type_codec_money, type_codec_uuid;
/* xid.c: what identifies transactions, commands and rows */
extern const struct type_codec type_codec_xid, type_codec_cid, type_codec_xid8, type_codec_tid, type_codec_snapshot;
/* float.c */
extern const struct type_codec type_codec_float4, type_codec_float8;
/* numeric_codec.c */
extern const struct type_codec type_codec_numeric;
/* text.c */
extern const struct type_codec type_codec_text, type_codec_varchar, type_codec_bpchar, type_codec_name, type_codec_char,
    type_codec_cstring, type_codec_bytea, type_codec_xml;
/* bit.c */
extern const struct type_codec type_codec_bit, type_codec_varbit;
/* json_codec.c, jsonpath_codec.c */
extern const struct type_codec type_codec_json, type_codec_jsonb, type_codec_jsonpath;
/* alias.c: names of catalog objects; vectors of them */
extern const struct type_codec type_codec_alias, type_codec_oidvector, type_codec_int2vector;
/* pseudo.c */
extern const struct type_codec type_codec_pseudo, type_codec_void, type_codec_opaque, type_codec_hstore, type_codec_query_int;
/* net.c */
extern const struct type_codec type_codec_inet, type_codec_cidr, type_codec_macaddr, type_codec_macaddr8;
/* geo.c */
extern const struct type_codec type_codec_point, type_codec_lseg, type_codec_path, type_codec_box, type_codec_polygon,
    type_codec_line, type_codec_circle;
/* tsearch.c */
extern const struct type_codec type_codec_tsvector, type_codec_tsquery;
/* datetime_codec.c and its kin */
extern const struct type_codec type_codec_date, type_codec_time, type_codec_timetz, type_codec_timestamp, type_codec_timestamptz,
    type_codec_interval;

/* Reports shared by codecs. */
bool codec_bad_syntax(const struct type_io *io, const char *type_name, const char *text, size_t len, struct diag *diag);
bool codec_bad_binary(struct diag *diag);
/* Big-endian reading. */
static inline uint16_t codec_be16(const uint8_t *data)
{
    return (uint16_t) (data[0] << 8 | data[1]);
}

static inline uint32_t codec_be32(const uint8_t *data)
{
    return (uint32_t) data[0] << 24 | (uint32_t) data[1] << 16 | (uint32_t) data[2] << 8 | data[3];
}

static inline uint64_t codec_be64(const uint8_t *data)
{
    return (uint64_t) codec_be32(data) << 32 | codec_be32(data + 4);
}

static inline bool codec_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Text input shared with functions. `type_name` is what messages call the type; bits 16, 32 or 64. */
bool int_parse(const char *text, size_t len, int bits, const char *type_name, int64_t *value, struct diag *diag);
/* Float text as the type's output function writes it. */
void float8_format(double value, int extra_float_digits, struct buf *out);
void float4_format(float value, int extra_float_digits, struct buf *out);
bool float8_parse(const char *text, size_t len, const char *type_name, double *value, struct diag *diag);
/* A float datum ('NaN' may be text) as a double, and back. */
double float_datum(const struct datum *value);
struct datum float_make(double value);
/* Total order with NaN last. */
int float_compare(double a, double b);
/* Bytes of a bytea literal (hex or escape form) into the arena. */
bool bytea_parse(struct arena *arena, const char *text, size_t len, struct datum *out, struct diag *diag);
/* The escape format alone, in which \\x means nothing. */
bool bytea_escape(struct arena *arena, const char *text, size_t len, struct datum *out, struct diag *diag);
void bytea_format(const struct datum *value, enum bytea_output style, struct buf *out);
/* A place in the log, from its text (also the stored form) and back. */
bool lsn_parse(const char *text, size_t len, uint64_t *lsn);
struct datum lsn_store(struct arena *arena, uint64_t lsn);
/* Money: cents from and to text ("$1,234.50"). */
bool money_parse(const char *text, size_t len, int64_t *cents, struct diag *diag);
void money_format(int64_t cents, struct buf *out);
/* Characters in UTF-8 bytes; the byte length of the first `count` characters. */
size_t utf8_length(const char *data, size_t len);
size_t utf8_prefix(const char *data, size_t len, size_t count);
static inline size_t utf8_size(uint8_t lead)
{
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}
/* Text order of the default collation. */
int text_compare(const struct datum *a, const struct datum *b);

#endif
