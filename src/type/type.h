#ifndef PGQUILL_TYPE_TYPE_H
#define PGQUILL_TYPE_TYPE_H

#include "type/datum.h"
#include "type/oids.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"

/* Settings that the text forms of values depend on; the session keeps them current (SET, startup packet). */
enum date_style { DATE_STYLE_ISO, DATE_STYLE_SQL, DATE_STYLE_POSTGRES, DATE_STYLE_GERMAN };
enum date_order { DATE_ORDER_YMD, DATE_ORDER_DMY, DATE_ORDER_MDY };
enum interval_style { INTERVAL_STYLE_POSTGRES, INTERVAL_STYLE_POSTGRES_VERBOSE, INTERVAL_STYLE_SQL_STANDARD, INTERVAL_STYLE_ISO_8601 };
enum bytea_output { BYTEA_OUTPUT_HEX, BYTEA_OUTPUT_ESCAPE };
enum xml_option { XML_OPTION_CONTENT, XML_OPTION_DOCUMENT };

struct timezone; /* type/timezone.h */

struct type_settings {
    enum date_style date_style;
    enum date_order date_order;
    enum interval_style interval_style;
    enum bytea_output bytea_output;
    enum xml_option xml_option;
    int extra_float_digits;
    bool array_nulls;
    const struct timezone *timezone; /* NULL: UTC */
    char timezone_name[64];
    int64_t transaction_timestamp; /* µs since 2000-01-01 UTC: what 'now' means */
};

/* What a codec may ask of the session's catalog: user-defined types and look-ups by name. All members may be
 * NULL in unit tests. Strings returned live as long as the catalog snapshot. */
struct type_desc;
struct type_resolver {
    void *self;
    /* The descriptor of a type, built in or not; NULL when there is no such type. */
    const struct type_desc *(*type)(void *self, oid_t type);
    /* regclass and its kin: name to oid (0 after diag_set) and oid to name (false: unknown oid, print the number).
     * `kind` is the alias type's own oid: REGCLASS, REGTYPE, REGPROC, REGPROCEDURE, REGOPER, REGOPERATOR, REGNAMESPACE, REGROLE, REGCOLLATION. */
    oid_t (*name_to_oid)(void *self, oid_t kind, const char *name, size_t len, struct diag *diag);
    bool (*oid_to_name)(void *self, oid_t kind, oid_t oid, struct buf *out);
    /* Do a domain's own CHECK constraints hold for a value (NULL, too)? NULL: nobody can tell (unit tests). 23514 when one does not. */
    bool (*check_domain)(void *checker, const struct type_desc *domain, const struct datum *value, struct diag *diag);
    void *checker;
    /* Is a pattern of a path's like_regex well formed, under its flags (type/jsonpath.h)? 2201B. NULL: nobody can tell (unit tests). */
    bool (*check_regex)(const char *pattern, size_t len, unsigned flags, struct diag *diag);
};

/* The surroundings of one conversion. */
struct type_io {
    const struct type_desc *type;
    int32_t typmod;                        /* -1: none */
    const struct type_settings *settings;  /* never NULL */
    const struct type_resolver *resolver;  /* never NULL */
    struct arena *arena;                   /* results' memory */
};

/* The text and binary forms of one type. Each function is total: any bytes give a value or a report.
 * in/recv get valid UTF-8 resp. any bytes, never NULL values; they apply io->typmod only where PostgreSQL's input function does
 * (varchar(n) rejects, numeric(p,s) rounds, timestamp(p) rounds, …). out/send append to `out`. */
struct type_codec {
    bool (*in)(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag);
    bool (*out)(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag);
    bool (*recv)(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag);
    bool (*send)(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag);
    /* Coerce an existing value to io->typmod (the length-coercion cast, pg_cast source = target); NULL when the type has no modifier.
     * explicit_cast: varchar(n) truncates silently instead of raising 22001. */
    bool (*typmod_cast)(const struct type_io *io, const struct datum *value, bool explicit_cast, struct datum *out, struct diag *diag);
    /* Order two non-NULL values as the type's default btree class does: <0, 0, >0. NULL: the type has no order. */
    int (*compare)(const struct type_io *io, const struct datum *a, const struct datum *b);
    /* Typmod from modifiers as written, and back ("(10,2)", also " (3) with time zone"-like tails where they follow the name); NULL: none allowed. */
    bool (*typmod_in)(const int32_t *mods, int count, int32_t *typmod, struct diag *diag);
    void (*typmod_out)(int32_t typmod, struct buf *out);
};

/* How SQLite keeps the type (docs/storage-format.md). */
enum type_storage { STORAGE_INTEGER, STORAGE_REAL, STORAGE_TEXT, STORAGE_BLOB };

/* One enum label, one composite field. */
struct type_label {
    oid_t oid;
    const char *name;
    float sort_order;
    bool is_unsafe; /* added in a transaction that has not ended: not to be used before */
};

struct type_field {
    const char *name;
    oid_t type;
    int32_t typmod;
    bool dropped;
};

/* A type as the running server knows it: built in (facts and codec) or user-defined (from the catalog snapshot). */
struct type_check { /* expr: SQL, VALUE standing for the value */
    oid_t oid;
    const char *name, *expr;
    bool validated;
    const char *comment; /* NULL */
};

struct type_desc {
    oid_t oid;
    const char *name;           /* pg_type.typname */
    oid_t schema;
    char typtype;               /* b base, c composite, d domain, e enum, p pseudo, r range, m multirange */
    char category;              /* pg_type.typcategory */
    bool preferred;
    char delimiter;
    int16_t len;
    oid_t element;              /* arrays (category A): element type; else 0 */
    oid_t array;                /* its array type; 0: none */
    oid_t relation;             /* composite: its pg_class oid */
    oid_t base;                 /* domain: base type */
    int32_t base_typmod;        /* domain */
    bool not_null;              /* domain */
    bool is_nested;             /* domain: of arrays or rows, whose stored form is JSON */
    const struct type_check *checks; /* domain: its CHECK constraints, in the order of their names */
    int check_count;
    const char *default_expr;   /* domain: SQL; NULL: none */
    oid_t collation;
    oid_t range_subtype;        /* range; multirange: its range type is in `element`-like field below */
    oid_t range_collation;      /* range: what its elements are ordered by; 0 */
    oid_t range;                /* multirange: its range; range: its multirange */
    enum type_storage storage;
    const char *sqlite_collation; /* of a stored column; NULL: BINARY is right. "RTRIM" or one of ours */
    const struct type_codec *codec; /* never NULL: pseudo-types have one that refuses */
    const struct type_label *labels; /* enum, in sort order */
    int label_count;
    const struct type_field *fields; /* composite */
    int field_count;
    const char *comment;        /* user-defined, but for composites, whose relations have theirs */
};

/* 55P04 when the label is not to be used yet. */
bool type_check_label(const struct type_resolver *resolver, const struct type_desc *type, const struct type_label *label,
                      struct diag *diag);

/* Built-in types. */
const struct type_desc *type_builtin(oid_t oid);
const struct type_desc *type_builtin_by_name(const char *name); /* pg_type.typname in pg_catalog */
/* The codecs for kinds of user-defined types. */
extern const struct type_codec type_codec_array, type_codec_enum, type_codec_composite, type_codec_domain, type_codec_range, type_codec_multirange;

/* Do the constraints of a domain, and of those that it is based on, hold for a value? NULL values: NOT NULL (23502) and CHECK. Other types hold. */
bool type_check_domain(const struct type_io *io, const struct datum *value, struct diag *diag);

/* The codec of an extension's base type, by its name; *ordered: its values compare by the codec, not by their bytes. */
void type_extension_codec(const char *name, const struct type_codec **codec, bool *ordered);

/* The SQL name of a type as format_type prints it: "character varying(10)", "timestamp(3) without time zone", "integer[]",
 * schema-qualified where the resolver's regtype name is. typmod -1: no modifier is asked for ("character"), as in messages;
 * TYPMOD_ABSENT: the column has none, which for char and bit is another type ("bpchar"). */
enum { TYPMOD_ABSENT = -2 };
void type_format(const struct type_resolver *resolver, oid_t type, int32_t typmod, struct buf *out);

/* Convert with a descriptor found through the resolver. NULL datums are the caller's. */
bool type_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag);
bool type_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag);

/* Compare under one of our SQLite collations, by name ("numeric", "interval", "jsonb", …; enum and array collations carry a type oid:
 * "type:16400"). The engine registers it when SQLite asks for it. */
struct type_collation {
    const struct type_desc *type;
    struct type_io io;
};
const char *type_collation_name(const struct type_desc *type); /* same as sqlite_collation */

#endif
