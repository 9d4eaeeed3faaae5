#ifndef PGQUILL_CATALOG_EXTENSION_H
#define PGQUILL_CATALOG_EXTENSION_H

#include "type/facts.h"
#include "type/type.h"

/* The extensions that are built into the server, as PostgreSQL 15 ships them: what CREATE EXTENSION adds to a database. The members of each
 * are numbered from EXTENSION_FIRST_OID in the order in which PostgreSQL makes them; a database that has the extension moves these numbers
 * to a run of its own oids. Their functions run like all others: by `source` (func/). */

enum { EXTENSION_FIRST_OID = 16384 };

struct class_fact {
    oid_t oid, method;
    const char *name;
    oid_t family, type;
    bool is_default;
    oid_t key_type;
};

struct family_fact {
    oid_t oid, method;
    const char *name;
};

struct dictionary_fact {
    oid_t oid;
    const char *name;
    oid_t template;
    const char *options;
};

struct template_fact {
    oid_t oid;
    const char *name;
    oid_t init, lexize;
};

/* First row and number of rows in the table of a kind. */
struct fact_range {
    int first, count;
};

struct extension_fact {
    const char *name, *version;
    bool superuser, trusted, relocatable;
    const char *schema;   /* NULL: any */
    const char *requires; /* names, comma separated; NULL */
    const char *comment;
    int noids; /* how many oids the members take */
    struct fact_range types, procs, operators, casts, aggregates, classes, families, dictionaries, templates;
};

extern const struct extension_fact extension_facts[];
extern const int extension_fact_count;
extern const struct type_fact extension_type_facts[];
extern const struct proc_fact extension_proc_facts[];
extern const int extension_proc_fact_count;
extern const struct operator_fact extension_operator_facts[];
extern const struct cast_fact extension_cast_facts[];
extern const struct aggregate_fact extension_aggregate_facts[];
extern const struct class_fact extension_class_facts[];
extern const struct family_fact extension_family_facts[];
extern const struct dictionary_fact extension_dictionary_facts[];
extern const struct template_fact extension_template_facts[];

/* NULL: not one of ours. */
const struct extension_fact *extension_fact_by_name(const char *name);

/* The oid that a member's number means in a database where the members begin at `first`; built-in oids stay. */
static inline oid_t extension_oid(oid_t number, oid_t first)
{
    return number < EXTENSION_FIRST_OID ? number : number - EXTENSION_FIRST_OID + first;
}

/* A member type as the database has it, its names static and the rest in `arena`. */
void extension_describe_type(const struct type_fact *fact, oid_t first, oid_t schema, struct arena *arena,
                             struct type_desc *type);
/* Members as the database has them. */
struct proc_fact extension_proc(const struct proc_fact *fact, oid_t first, oid_t schema, struct arena *arena);
struct operator_fact extension_operator(const struct operator_fact *fact, oid_t first, oid_t schema);
struct cast_fact extension_cast(const struct cast_fact *fact, oid_t first);
struct aggregate_fact extension_aggregate(const struct aggregate_fact *fact, oid_t first);

#endif
