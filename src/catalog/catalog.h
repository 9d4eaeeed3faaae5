#ifndef PGQUILL_CATALOG_CATALOG_H
#define PGQUILL_CATALOG_CATALOG_H

#include "type/facts.h"
#include "type/type.h"

/* The catalog snapshot: every schema, relation, type and constraint of one database, as one session sees it now. Names are resolved with
 * it, and pg_catalog shows it. It is read from the file (sqlite_schema and the pgquill_* tables) and read again when the
 * schema has changed; all strings and structs belong to its arena and live until catalog_load replaces them. */

/* The oids that a range type of the database takes, from its own on: array, multirange and its array, constructors, cast. */
enum { RANGE_MULTIRANGE = 2, RANGE_CONSTRUCTORS = 4, RANGE_CAST = 9, RANGE_OIDS = 10 };

enum {
    OID_PG_CATALOG = 11,
    OID_PUBLIC = 2200,
    OID_INFORMATION_SCHEMA = 13000,
    OID_PG_DATABASE = 1262,
    OID_OWNER = 10, /* the one role until roles exist */
    OID_FIRST_USER = 16384,
};

/* Oids of what is temporary: each session counts its own. Those inferred for other tools' tables are below, from 0x80000000 on. */
#define OID_FIRST_TEMPORARY ((oid_t) 0xC0000000u)

static inline bool oid_is_temporary(oid_t oid)
{
    return oid >= OID_FIRST_TEMPORARY;
}

struct catalog_column {
    const char *name;
    int16_t attnum; /* 1-based; stable: dropped columns leave a gap */
    oid_t type;
    int32_t typmod;
    oid_t collation;
    bool not_null;
    bool dropped;
    char identity;            /* 0, 'a' always, 'd' by default */
    char generated;           /* 0, 's' stored */
    const char *default_expr; /* PostgreSQL's SQL text; NULL */
    const char *storage;      /* column name in SQLite */
    const char *comment;
    int ndims;
};

struct catalog_index {
    oid_t oid;
    const char *name;
    oid_t schema, relation;
    bool is_unique, is_primary, nulls_not_distinct;
    bool is_rowid;       /* no SQLite index: the relation's rowid serves */
    const char *storage; /* SQLite index name; NULL for the rowid */
    int nkeys;
    const int16_t *attnums;   /* 0: an expression */
    const char *const *exprs; /* per key: SQL text, NULL for a column */
    const oid_t *collations;  /* per key: what COLLATE said; 0: the column's own */
    const uint8_t *options;   /* per key: 1 DESC, 2 NULLS FIRST (pg_index.indoption) */
    const char *predicate;    /* SQL text; NULL */
    oid_t constraint;         /* the constraint it serves; 0 */
    int ninclude;
    const char *method; /* "btree"; other names are kept and served by a btree */
    const char *comment;
};

struct catalog_constraint {
    oid_t oid;
    const char *name;
    char kind; /* pg_constraint.contype: p u c f x */
    oid_t relation, schema;
    int nkeys;
    const int16_t *attnums;
    oid_t index;            /* p, u */
    const char *check;      /* c: SQL text */
    oid_t foreign_relation; /* f … */
    int nforeign;
    const int16_t *foreign_attnums;
    char on_update, on_delete, match;
    bool deferrable, deferred, validated;
    const char *comment;
};

struct catalog_sequence { /* beside the relation of kind 'S' */
    oid_t type;
    int64_t start, increment, min, max, cache;
    bool cycle;
    oid_t owner_relation; /* OWNED BY; 0 */
    int16_t owner_attnum;
};

struct catalog_relation {
    oid_t oid;
    const char *name;
    oid_t schema;
    char kind;           /* pg_class.relkind: r v S i(not here) m c p f t */
    char persistence;    /* p, t, u */
    char on_commit;      /* of a temporary table: 'd' its rows are deleted, 'D' it is dropped; 0 */
    const char *storage; /* table or view name in SQLite; for a system relation the virtual table's name */
    bool is_system;      /* pg_catalog or information_schema */
    bool is_foreign;     /* made by another tool: types were inferred */
    bool without_rowid;
    int natts; /* including dropped */
    const struct catalog_column *columns;
    int16_t rowid_attnum; /* the INTEGER PRIMARY KEY column; 0: none */
    int nindexes;
    const struct catalog_index *indexes;
    int nconstraints;
    const struct catalog_constraint *constraints;
    const char *view_query; /* kind v: PostgreSQL's SQL text, stars expanded */
    const struct catalog_sequence *sequence;
    oid_t row_type; /* its composite type */
    const char *comment;
};

struct catalog_schema {
    oid_t oid;
    const char *name;
    const char *comment;
};

struct catalog_collation {
    oid_t oid;
    oid_t schema;
    char provider; /* d the database's, c libc, i ICU */
    bool is_deterministic, is_builtin;
    int8_t encoding; /* 6 UTF-8, -1 any */
    char name[64], locale[96], ctype[96];
    const char *comment;
};

/* CREATE EXTENSION has been here. */
struct extension_fact; /* catalog/extension.h */
struct catalog_extension {
    oid_t oid;
    const char *name;
    oid_t schema;
    const char *version;
    oid_t first;                       /* oids of its members begin here */
    const struct extension_fact *fact; /* NULL: a version that this server has not */
    const char *comment;
};

/* A user-defined function. `fact` says what a built-in one's does, so that both are resolved alike; fact.source is how calls of it run
 * (func/routine.c), its oid tells which. */
struct catalog_function {
    struct proc_fact fact;
    oid_t schema;
    const char *language; /* "sql" */
    const char *body;     /* prosrc, as written; of a standard body its statements */
    enum { BODY_QUOTED, BODY_ATOMIC, BODY_RETURN } standard;
    bool returns_table;
    bool security_definer, leakproof;
    double cost, rows;
    const char *settings; /* SET clauses: "name=value", one a line; NULL */
    const char *comment;
};

/* How the catalog reads the file: the engine gives this. `row` is called for each result row; false from it stops with its report. */
struct catalog_source {
    void *self;
    bool has_temporary;        /* there may be temporary relations */
    bool is_agreed;            /* somebody has compared the file's schema, as it is now, with the books: it need not be read */
    void (*agree)(void *self); /* told after a load that compared them and found no difference; NULL: nobody wants to know */
    bool (*query)(void *self, const char *sql, bool (*row)(void *arg, int ncols, const struct datum *cols), void *arg,
                  struct diag *diag);
};

struct catalog;

struct catalog *catalog_new(void);
void catalog_free(struct catalog *catalog);
/* Read everything anew. On failure the old snapshot stays. */
bool catalog_load(struct catalog *catalog, const struct catalog_source *source, struct diag *diag);
/* Grows with every load: plans remember it. */
uint64_t catalog_generation(const struct catalog *catalog);

/* Look-ups: NULL when there is none. Names are exact (already case-folded by the parser). The name pg_temp is the session's own temporary schema's,
 * which an unqualified name of a relation or type looks into before all others, unless the search path names it. */
const struct catalog_schema *catalog_schema_by_name(const struct catalog *catalog, const char *name);
/* The session's; NULL: nothing temporary has been made yet. */
const struct catalog_schema *catalog_temporary_schema(const struct catalog *catalog);
const struct catalog_schema *catalog_schema_by_oid(const struct catalog *catalog, oid_t oid);
const struct catalog_relation *catalog_relation_by_oid(const struct catalog *catalog, oid_t oid);
/* schema NULL: through the search path (pg_catalog first unless it is named in it, then the path). */
const struct catalog_relation *catalog_relation_by_name(const struct catalog *catalog, const char *schema, const char *name);
const struct catalog_index *catalog_index_by_name(const struct catalog *catalog, const char *schema, const char *name);
const struct catalog_index *catalog_index_by_oid(const struct catalog *catalog, oid_t oid);
const struct type_desc *catalog_type_by_oid(const struct catalog *catalog, oid_t oid);
const struct type_desc *catalog_type_by_name(const struct catalog *catalog, const char *schema, const char *name);
const struct catalog_column *catalog_column_by_name(const struct catalog_relation *relation, const char *name);
/* The sequence that a default takes its value from, nextval('…'); NULL: none. Stored texts name it as public is searched. */
const struct catalog_relation *catalog_default_sequence(const struct catalog *catalog, struct arena *arena, const char *text);
/* What key number k of an index is called (pg_attribute.attname of the index, without a number to tell it from others): the column, or for an
 * expression that is one call the function; else "expr". */
const char *catalog_index_key_name(struct arena *arena, const struct catalog_relation *relation,
                                   const struct catalog_index *index, int k);
const struct catalog_column *catalog_column_by_attnum(const struct catalog_relation *relation, int16_t attnum);
/* Is the object the one an unqualified name finds? (pg_table_is_visible and kin; whether to print a schema) */
bool catalog_relation_is_visible(const struct catalog *catalog, const struct catalog_relation *relation);
bool catalog_type_is_visible(const struct catalog *catalog, oid_t type);

/* The name of the database that three-part names may begin with; kept, not copied. */
void catalog_set_database(struct catalog *catalog, const char *name);
const char *catalog_database(const struct catalog *catalog);

/* Functions, operators, casts and aggregates: the built-in ones and the database's own. `schema` NULL: through the search path; of two with
 * the same arguments the one that comes first is given. The lists are in `arena`; 0: there is none. */
const struct proc_fact *catalog_proc_by_oid(const struct catalog *catalog, oid_t oid);
int catalog_procs_by_name(const struct catalog *catalog, const char *schema, const char *name, struct arena *arena,
                          const struct proc_fact *const **procs);
/* Is there any function of this name, in whatever schema? */
bool catalog_has_proc(const struct catalog *catalog, const char *name);
const struct operator_fact *catalog_operator_by_oid(const struct catalog *catalog, oid_t oid);
int catalog_operators_by_name(const struct catalog *catalog, const char *schema, const char *name, struct arena *arena,
                              const struct operator_fact *const **operators);
const struct cast_fact *catalog_cast_find(const struct catalog *catalog, oid_t source, oid_t target);
const struct aggregate_fact *catalog_aggregate_by_proc(const struct catalog *catalog, oid_t proc);
bool catalog_proc_is_visible(const struct catalog *catalog, const struct proc_fact *proc);
bool catalog_operator_is_visible(const struct catalog *catalog, const struct operator_fact *op);
/* The extension that an oid is a member of; NULL: none. */
const struct catalog_extension *catalog_extension_of(const struct catalog *catalog, oid_t oid);
const struct catalog_extension *catalog_extension_by_name(const struct catalog *catalog, const char *name);

/* Collations, copied to *out; false: there is none. The texts of a built-in one are made at the call. */
bool catalog_collation_by_oid(const struct catalog *catalog, oid_t oid, struct catalog_collation *out);
bool catalog_collation_by_name(const struct catalog *catalog, const char *schema, const char *name,
                               struct catalog_collation *out);
bool catalog_collation_at(const struct catalog *catalog, int index, struct catalog_collation *out);
bool catalog_collation_is_visible(const struct catalog *catalog, oid_t oid);
/* The SQLite collation that orders text as this one does; false: BINARY does. And back. */
bool catalog_collation_storage(const struct catalog *catalog, oid_t oid, char *name, size_t size);
bool catalog_collation_by_storage(const struct catalog *catalog, const char *name, struct catalog_collation *out);

/* Iterate over what the database has of its own: index 0 … until NULL. */
const struct proc_fact *catalog_own_proc_at(const struct catalog *catalog, int index);
const struct operator_fact *catalog_own_operator_at(const struct catalog *catalog, int index);
const struct cast_fact *catalog_own_cast_at(const struct catalog *catalog, int index);
const struct aggregate_fact *catalog_own_aggregate_at(const struct catalog *catalog, int index);
const struct catalog_extension *catalog_extension_at(const struct catalog *catalog, int index);

/* Iterate: index 0 … until NULL. */
const struct catalog_relation *catalog_relation_at(const struct catalog *catalog, int index);
const struct catalog_schema *catalog_schema_at(const struct catalog *catalog, int index);
const struct type_desc *catalog_user_type_at(const struct catalog *catalog, int index);

/* The functions of a name, in the order of the search path where schema is NULL: index 0 … until NULL. */
const struct catalog_function *catalog_function_named(const struct catalog *catalog, const char *schema, const char *name,
                                                      int index);
const struct catalog_function *catalog_function_by_oid(const struct catalog *catalog, oid_t oid);
const struct catalog_function *catalog_function_at(const struct catalog *catalog, int index);

/* The search path in force: schema names, in order (pg_catalog only where named). Set by the session at SET search_path. */
void catalog_set_search_path(struct catalog *catalog, int count, const char *const *schemas);
/* Schema for new objects (first of the path that exists); NULL: none. */
const struct catalog_schema *catalog_creation_schema(const struct catalog *catalog);

/* Oids from `first` on are being given out. What has such an oid is of the running transaction, until that ends: labels that are added to enums cannot be used so long. */
void catalog_note_new_oids(struct catalog *catalog, oid_t first);
void catalog_end_transaction(struct catalog *catalog);

/* While a text of the books is compiled, a view's or a default's: what is temporary is found only where nothing else has the name, so that it does not
 * get between the text and what it meant when it was written. Returns what was set before. */
bool catalog_find_temporary_last(struct catalog *catalog, bool last);
/* Does the search path make the temporary schema, be there one or not, the place of new relations? */
bool catalog_creates_temporary(const struct catalog *catalog);

/* Who tells whether the regular expressions of paths are well formed: the functions, once. */
void catalog_set_regex_checker(struct catalog *catalog,
                               bool (*check)(const char *pattern, size_t len, unsigned flags, struct diag *diag));
/* Who tells whether a domain's constraints hold for a value: the compiler. */
void catalog_set_checker(struct catalog *catalog,
                         bool (*check)(void *checker, const struct type_desc *domain, const struct datum *value,
                                       struct diag *diag),
                         void *checker);
/* Who reads a type as SQL writes it ("timestamp(3) with time zone", "int[][]"): the compiler, with the checker of domains as its argument. */
void catalog_set_type_reader(struct catalog *catalog,
                             bool (*read)(void *checker, const char *text, size_t len, oid_t *type, struct diag *diag));
/* The resolver the type layer wants. */
const struct type_resolver *catalog_type_resolver(const struct catalog *catalog);

/* System relations' rows (catalog/system.c): a virtual table in SQLite. */
struct catalog_rows {
    int ncols, nrows;
    const struct datum *values; /* row by row */
    bool live;                  /* made anew at each call: good until the next call for the same relation */
};
/* Make (or reuse, for this snapshot) the rows of a system relation. Relations that show live state (pg_stat_activity, pg_locks,
 * pg_settings) are made anew at each call through the env's callbacks. NULL: no such system relation. */
struct func_env;
const struct catalog_rows *catalog_system_rows(struct catalog *catalog, const char *storage, struct func_env *env,
                                               struct diag *diag);

#endif
