#ifndef PGQUILL_TYPE_FACTS_H
#define PGQUILL_TYPE_FACTS_H

#include "type/datum.h"

/* The built-in rows of PostgreSQL 15's pg_type, pg_proc, pg_operator, pg_cast, pg_aggregate and their kin: what names mean. One line
 * each in the .def files beside this header, which tools/catalog-facts writes from a running server. Resolution of names, overloads
 * and coercions is done over these; whether and how a function runs is said in func/ by its `source` name. */

struct type_fact {
    oid_t oid;
    const char *name;
    int16_t len;
    bool by_value;
    char typtype;
    char category;
    bool preferred;
    char delimiter;
    oid_t relation, subscript, element, array, input, output, receive, send, modin, modout, analyze;
    char align, storage;
    oid_t base;
    int32_t typmod;
    oid_t collation;
};

enum { PROC_ARGS_MAX = 100 };

struct proc_fact {
    oid_t oid;
    const char *name;
    char kind; /* f function, p procedure, a aggregate, w window */
    bool strict;
    bool retset;
    char volatility; /* i, s, v */
    char parallel;
    oid_t variadic; /* element type of a VARIADIC last argument; 0 */
    oid_t result;
    const char *args; /* input argument types: oids separated by blanks */
    uint8_t nargs, ndefaults;
    const char
        *source; /* the key of func/'s implementations: prosrc, PostgreSQL's C symbol ("int4pl"); for an aggregate or a function
                             written in SQL its signature ("sum(int4)", "lpad(text,int4)") */
    const char *defaults; /* SQL expressions of the last ndefaults arguments, comma separated; NULL */
    const char *names;    /* argument names, all modes, comma separated; NULL */
    const char *modes;    /* "iio" …; NULL: all input */
    const char *all_args; /* types of all arguments when modes is set; NULL */
    char language;        /* i internal, c, s sql, u user-defined (catalog/function.c) */
    oid_t schema;         /* 0: pg_catalog */
};

struct operator_fact {
    oid_t oid;
    const char *name;
    char kind; /* b infix, l prefix */
    bool can_merge, can_hash;
    oid_t left, right, result, commutator, negator, proc;
    const char *restriction, *join;
    oid_t schema; /* 0: pg_catalog */
};

struct cast_fact {
    oid_t oid, source, target, proc; /* proc 0: binary coercible or by I/O */
    char context;                    /* e explicit, a assignment, i implicit */
    char method;                     /* f function, i input/output, b binary */
};

struct aggregate_fact {
    oid_t proc;
    char kind; /* n normal, o ordered set, h hypothetical */
    int16_t direct_args;
    oid_t trans, final, sort_operator, trans_type;
    const char *initial;
};

/* Whole tables, for pg_catalog. */
extern const struct type_fact type_facts[];
extern const int type_fact_count;
extern const struct proc_fact proc_facts[]; /* ordered by name, then oid */
extern const int proc_fact_count;
extern const struct operator_fact operator_facts[]; /* ordered by name, then oid */
extern const int operator_fact_count;
extern const struct cast_fact cast_facts[]; /* ordered by source, target */
extern const int cast_fact_count;
extern const struct aggregate_fact aggregate_facts[];
extern const int aggregate_fact_count;

/* Look-ups; NULL when there is none. */
const struct type_fact *type_fact_by_oid(oid_t oid);
const struct type_fact *type_fact_by_name(const char *name);
const struct proc_fact *proc_fact_by_oid(oid_t oid);
/* The overloads of a name: the first of `*count` consecutive rows. */
const struct proc_fact *proc_facts_by_name(const char *name, int *count);
const struct operator_fact *operator_fact_by_oid(oid_t oid);
const struct operator_fact *operator_facts_by_name(const char *name, int *count);
const struct cast_fact *cast_fact_find(oid_t source, oid_t target);
const struct aggregate_fact *aggregate_fact_by_proc(oid_t proc);

/* Argument types of a function into `types` (PROC_ARGS_MAX); returns how many. */
int proc_fact_args(const struct proc_fact *proc, oid_t *types);

#endif
