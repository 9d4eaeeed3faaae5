#ifndef PGQUILL_CATALOG_INTERNAL_H
#define PGQUILL_CATALOG_INTERNAL_H

#include "catalog/catalog.h"

/* What the catalog's files share. */

/* The functions, operators and casts that the database has beside the built-in ones. */
struct own_facts {
    int nprocs, noperators, ncasts, naggregates;
    struct proc_fact *procs; /* by name, then oid */
    const struct proc_fact **procs_by_oid;
    struct operator_fact *operators; /* by name, then oid */
    struct cast_fact *casts;
    struct aggregate_fact *aggregates;
};

/* own.c: order the facts when all have been added. */
void own_facts_sort(struct own_facts *own, struct arena *arena);

/* Everything that was read from one state of the file. All of it lives in the arena. */
struct snapshot {
    struct arena arena;
    int nschemas;
    struct catalog_schema *schemas;
    const struct catalog_schema *temporary; /* one of them; NULL */
    int nrelations;                         /* the file's own; system relations are in a table of their own */
    struct catalog_relation **relations;
    struct catalog_relation **by_name; /* ordered by name */
    struct catalog_relation **by_oid;
    int ntypes; /* user types, row types and their arrays, ordered by oid */
    struct type_desc **types;
    int nfunctions;
    struct catalog_function *functions; /* ordered by oid */
    int ncollations;
    struct catalog_collation *collations;
    int nextensions;
    struct catalog_extension *extensions;
    struct own_facts own;
    struct system_rows *system_rows; /* made so far */
};

struct catalog {
    struct snapshot *snapshot;
    uint64_t generation;
    int path_count;
    char **path;
    const char *database; /* the connected one's name; NULL: not known yet */
    bool temporary_last;  /* a text of the books is being read: what is temporary hides nothing */
    struct type_resolver resolver;
    oid_t first_new, first_new_temporary; /* given out first in the running transaction; 0: none has been */
    bool (*read_type)(void *checker, const char *text, size_t len, oid_t *type,
                      struct diag *diag); /* NULL: nobody reads more than plain names */
};

/* system.c: relations of pg_catalog and information_schema, the same for all databases: made once, before main. */
int system_relation_count(void);
const struct catalog_relation *system_relation_at(int index);
const struct catalog_relation *system_relation_by_oid(oid_t oid);
const struct catalog_relation *system_relation_by_name(oid_t schema, const char *name);
extern const struct catalog_schema system_schemas[];
extern const int system_schema_count;

/* system_views.c: the query of a system view; NULL: it is a table of rows. */
const char *system_view_query(const char *schema, const char *name);

/* load.c: read a snapshot. NULL after a report. */
struct snapshot *snapshot_load(const struct catalog_source *source, struct diag *diag);
void snapshot_free(struct snapshot *snapshot);
/* system_rows.c: the rows made so far. */
void system_rows_free(struct system_rows *rows);

/* function.c: from the rows of pgquill_function. */
void functions_load(struct snapshot *snapshot, int count, int ncols, const struct datum *rows);

/* infer.c: the PostgreSQL type that a declaration of another tool means. */
void infer_type(const char *declared, oid_t *type, int32_t *typmod);
/* An oid for an object of another tool: from its name, the same at each look, above what pgquill gives out. `taken` says whether one is in use. */
oid_t infer_oid(const char *kind, const char *name, bool (*taken)(void *arg, oid_t oid), void *arg);

/* resolver.c */
void catalog_init_resolver(struct catalog *catalog);

#endif
