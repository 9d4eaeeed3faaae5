#ifndef PGQUILL_SQL_TREE_H
#define PGQUILL_SQL_TREE_H

#include "catalog/catalog.h"
#include "func/func.h"

/* The typed tree: what a statement means, after names, types, overloads and coercions have been resolved (analyse_*.c makes it) and before it
 * is said in SQLite's language (lower_*.c). All of it lives in the plan's arena. Locations are byte offsets into the statement's text; -1: none. */

enum expr_kind {
    EXPR_CONST,        /* a value known now */
    EXPR_PARAM,        /* $n of the protocol */
    EXPR_LITERAL,      /* a literal lifted out of the text: bound at execution, unless pinned */
    EXPR_COLUMN,       /* column `attno` (1-based position) of a range table entry */
    EXPR_CALL,         /* function, operator or function cast */
    EXPR_AGGREGATE,
    EXPR_WINDOW,       /* window function or aggregate over a window */
    EXPR_RELABEL,      /* binary-coercible cast: same storage, other type */
    EXPR_IO_CAST,      /* cast through the text form: out of the source, in of the target */
    EXPR_TYPMOD,       /* length coercion to (type, typmod) */
    EXPR_ARRAY_CAST,   /* element-wise cast of an array: `cast` is the element's expression over EXPR_CASE_TEST */
    EXPR_DOMAIN,       /* coercion to a domain: its constraints are checked */
    EXPR_AND, EXPR_OR, EXPR_NOT,
    EXPR_IS_NULL, EXPR_IS_NOT_NULL,
    EXPR_BOOL_TEST,    /* IS [NOT] TRUE/FALSE/UNKNOWN */
    EXPR_DISTINCT,     /* IS [NOT] DISTINCT FROM */
    EXPR_CASE,
    EXPR_CASE_TEST,    /* the value under test, inside CASE x WHEN … and EXPR_ARRAY_CAST */
    EXPR_COALESCE,
    EXPR_GREATEST, EXPR_LEAST,
    EXPR_XML,          /* XMLELEMENT and its kin: the arguments of pgquill_xml (func/xml.h) */
    EXPR_NULLIF,
    EXPR_IN_LIST,      /* x IN (a, b, …) where all elements have x's type; also NOT IN */
    EXPR_ARRAY_OP,     /* x op ANY/ALL (array) */
    EXPR_SUBLINK,
    EXPR_ARRAY,        /* ARRAY[…] */
    EXPR_ROW,          /* ROW(…) */
    EXPR_ROW_COMPARE,  /* (a, b) < (c, d) */
    EXPR_SUBSCRIPT,    /* a[i], a[i:j] */
    EXPR_FIELD,        /* (composite).field */
    EXPR_COLLATE,
    EXPR_DEFAULT,      /* DEFAULT in INSERT/UPDATE: replaced before lowering */
    EXPR_SQL_VALUE,    /* CURRENT_DATE, CURRENT_USER, … */
    EXPR_WHOLE_ROW,    /* a range table entry as a composite value */
    EXPR_GROUPING,
};

struct query;
struct rte;

enum sublink_kind { SUBLINK_EXISTS, SUBLINK_SCALAR, SUBLINK_ANY, SUBLINK_ALL, SUBLINK_ARRAY, SUBLINK_ROW_COMPARE };
enum bool_test { TEST_TRUE, TEST_NOT_TRUE, TEST_FALSE, TEST_NOT_FALSE, TEST_UNKNOWN, TEST_NOT_UNKNOWN };
enum sql_value { VALUE_CURRENT_DATE, VALUE_CURRENT_TIME, VALUE_CURRENT_TIMESTAMP, VALUE_LOCALTIME, VALUE_LOCALTIMESTAMP, VALUE_CURRENT_USER,
                 VALUE_SESSION_USER, VALUE_CURRENT_ROLE, VALUE_USER, VALUE_CURRENT_CATALOG, VALUE_CURRENT_SCHEMA };

struct expr_list {
    int count;
    struct expr **items;
};

struct case_when {
    struct expr *when, *then;
};

struct sort_item {
    struct expr *expr;
    bool descending, nulls_first;
    oid_t operator;          /* USING op; the < or > of the type */
};

/* ROWS/RANGE/GROUPS frame, as written. */
enum frame_mode { FRAME_DEFAULT, FRAME_ROWS, FRAME_RANGE, FRAME_GROUPS };
enum frame_bound { BOUND_UNBOUNDED_PRECEDING, BOUND_OFFSET_PRECEDING, BOUND_CURRENT_ROW, BOUND_OFFSET_FOLLOWING, BOUND_UNBOUNDED_FOLLOWING };
enum frame_exclude { EXCLUDE_NONE, EXCLUDE_CURRENT_ROW, EXCLUDE_GROUP, EXCLUDE_TIES };

struct window {
    struct expr_list partition;
    int nsort;
    struct sort_item *sort;
    enum frame_mode mode;
    enum frame_bound start, end;
    struct expr *start_offset, *end_offset;
    enum frame_exclude exclude;
};

struct expr {
    enum expr_kind kind;
    oid_t type;
    int32_t typmod;
    oid_t collation;         /* of its value; of a comparison and its like, the one that it works under */
    oid_t other_collation;   /* not 0: none could be derived, for this one stands against `collation` */
    int other_location;      /* where the other comes from */
    bool explicit_collation; /* COLLATE is below */
    int location;
    union {
        struct { struct datum value; } constant;                       /* EXPR_CONST, in storage form; type UNKNOWN: text as written */
        struct { int number; } param;                                  /* 1-based */
        struct { int index; } literal;                                 /* into plan_source.literals */
        struct { struct rte *rte; int attno; int levels_up; } column;  /* attno 1-based position in rte->columns; attno 0: see WHOLE_ROW; <0 system columns: -1 ctid, -6 tableoid */
        struct {
            const struct proc_fact *proc;
            const struct operator_fact *op;                            /* when written as an operator; else NULL */
            struct expr_list args;                                     /* coerced; VARIADIC ones packed as PostgreSQL does, "any" excepted */
            bool variadic;                                             /* the last is an array, given by VARIADIC for "any" */
            bool is_cast, is_explicit;
            struct expr *typmod_arg;
            struct expr *inlined;                                      /* what a user's SQL function means, over the arguments as parameters; NULL: it is called */
        } call;
        struct {
            const struct proc_fact *proc;
            struct expr_list args, direct_args;
            bool star, distinct;
            int nsort;
            struct sort_item *sort;
            struct expr *filter;
            struct window *window;                                     /* EXPR_WINDOW */
            int levels_up;                                             /* the query the aggregate belongs to */
        } agg;
        struct { struct expr *arg; bool is_explicit; struct expr *element; } cast; /* RELABEL, IO_CAST, TYPMOD, ARRAY_CAST, DOMAIN */
        struct { struct expr_list args; } list;                        /* AND OR COALESCE GREATEST LEAST ARRAY ROW */
        struct { struct expr *arg; enum bool_test test; } unary;       /* NOT, IS_NULL, IS_NOT_NULL, BOOL_TEST, COLLATE (expr.collation) */
        struct { const struct operator_fact *op; struct expr *left, *right; bool negated; } binary; /* DISTINCT (op is =), NULLIF (op is =) */
        struct { struct expr *test; int nwhens; struct case_when *whens; struct expr *otherwise; } case_;
        struct { const struct operator_fact *op; struct expr *left; struct expr_list items; bool negated; } in_list;
        struct { const struct operator_fact *op; struct expr *left, *array; bool all; } array_op;
        struct { enum sublink_kind kind; struct query *query; struct expr_list left; const struct operator_fact **ops; bool all_of; bool negated; } sublink;
        struct { struct expr_list left, right; const struct operator_fact **ops; int strategy; /* 1 < 2 <= 3 = 4 >= 5 > 6 <> */ } row_compare;
        struct { struct expr *array; int nsubscripts; struct expr **upper, **lower; bool slice; struct expr *value; } subscript; /* value: what is assigned there, the result being the array; NULL: it is read */
        struct { struct expr *arg; int index; const char *name; struct expr *value; } field; /* value: as above */
        struct { enum sql_value which; int precision; } sql_value;
        struct { struct rte *rte; int levels_up; } whole_row;
    };
};

/* One column of a range table entry, as the rest of the query sees it. */
struct rte_column {
    const char *name;
    oid_t type;
    int32_t typmod;
    oid_t collation, other_collation;
    bool not_null;                         /* proven: lets lowering leave NULLS LAST out */
    const struct catalog_column *attribute; /* of a relation; NULL */
    bool hidden;                           /* dropped */
};

enum rte_kind { RTE_RELATION, RTE_SUBQUERY, RTE_FUNCTION, RTE_VALUES, RTE_CTE };

struct table_call {                        /* one function in FROM */
    struct expr *call;                     /* EXPR_CALL of any function; set-returning or not */
    int ncolumns;                          /* how many output columns it gives */
    const struct type_field *listed;       /* theirs, where a column definition list says them; else NULL */
};

struct rte {
    enum rte_kind kind;
    int number;                            /* unique in the statement: its alias in SQLite is t<number> */
    const char *alias;                     /* as the user sees it */
    int ncolumns;
    struct rte_column *columns;
    const struct catalog_relation *relation;
    struct query *subquery;                /* SUBQUERY; a view's query too */
    struct expr *inlined_call;             /* the call; its arguments: */
    struct expr_list inlined_args;         /* SUBQUERY that a function's call became: what its parameters stand for */
    bool lateral;
    int ncalls;                            /* FUNCTION: more than one is ROWS FROM (…) */
    struct table_call *calls;
    bool ordinality;                       /* last column */
    oid_t call_type;                       /* the row type that one function alone gives; 0 */
    int nrows;                             /* VALUES */
    struct expr_list *rows;
    struct cte *cte;
    bool nullable;                         /* on the null-supplying side of an outer join */
};

enum join_kind { JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL, JOIN_CROSS };

/* The FROM tree: a leaf names an entry, an inner node joins. USING and NATURAL have become `on`, with merged columns resolved at each reference. */
struct from_item {
    struct rte *rte;                       /* leaf; NULL for a join */
    enum join_kind join;
    struct from_item *left, *right;
    struct expr *on;
};

struct target {
    struct expr *expr;
    const char *name;
    bool junk;                             /* only for ORDER BY, GROUP BY, DISTINCT ON: not returned */
    const struct catalog_relation *relation; /* where a plain column comes from, for RowDescription; NULL */
    int16_t attnum;
};

enum cte_materialize { CTE_DEFAULT, CTE_MATERIALIZED, CTE_NOT_MATERIALIZED };

struct cte {
    const char *name;
    int number;                            /* unique in the statement: SQLite name c<number> */
    bool recursive;
    enum cte_materialize materialize;
    struct query *query;                   /* a SELECT, or data-modifying with RETURNING */
    int ncolumns;
    struct rte_column *columns;
    int references;
    /* SEARCH and CYCLE clauses are expanded by analysis. */
};

enum set_operation { SETOP_NONE, SETOP_UNION, SETOP_INTERSECT, SETOP_EXCEPT };

enum group_kind { GROUP_SIMPLE, GROUP_SETS };

struct assignment {                        /* UPDATE SET, ON CONFLICT DO UPDATE SET */
    const struct catalog_column *column;
    struct expr *value;                    /* coerced to the column's type */
};

enum conflict_action { CONFLICT_NONE, CONFLICT_NOTHING, CONFLICT_UPDATE };

struct on_conflict {
    enum conflict_action action;
    const struct catalog_index *index;     /* the arbiter; NULL: any (DO NOTHING only) */
    struct expr *index_where;
    int nassignments;
    struct assignment *assignments;
    struct expr *where;
    struct rte *excluded;                  /* entry whose columns are EXCLUDED's */
};

enum command { COMMAND_SELECT, COMMAND_INSERT, COMMAND_UPDATE, COMMAND_DELETE, COMMAND_MERGE };

struct query {
    enum command command;
    struct query *parent;                  /* the query outside; NULL */
    int nctes;
    struct cte **ctes;
    bool recursive;

    /* SELECT; also the source of INSERT … SELECT */
    int ntargets;
    struct target *targets;
    bool distinct;                         /* SELECT DISTINCT */
    struct expr_list distinct_on;
    int nfrom;
    struct from_item **from;               /* comma list */
    struct expr *where, *having;
    struct expr_list group;
    int nsets;                             /* GROUPING SETS, expanded: each an index list into `group` */
    struct { int count; int *members; } *sets;
    bool has_aggregates, has_windows, has_srf, grouped;
    int nsort;
    struct sort_item *sort;
    struct expr *limit, *offset;
    bool with_ties;
    const char *lock_command;              /* row locks, which take the gate: "SELECT FOR UPDATE" and its kin; NULL */

    /* set operation: targets describe the common columns; each side's outputs have been coerced */
    enum set_operation setop;
    bool setop_all;
    struct query *left, *right;

    /* VALUES as a whole query (top level or INSERT source) */
    int nvalues;
    struct expr_list *values;

    /* INSERT, UPDATE, DELETE */
    struct rte *result;                    /* the target relation's entry */
    int ncolumns;
    const struct catalog_column **columns; /* INSERT: every column given a value, in order; defaults of the others are appended */
    struct query *source;                  /* INSERT: SELECT or VALUES whose outputs match `columns`, coerced */
    struct on_conflict *conflict;
    int nassignments;
    struct assignment *assignments;        /* UPDATE; generated and default columns resolved */
    int nreturning;
    struct target *returning;
    struct expr **checks;                  /* spare for WITH CHECK OPTION */
    int nchecks;

    /* MERGE: later */
    struct merge *merge;

    struct rte *outputs;                   /* for sort keys of a set operation: an entry whose columns are the outputs; NULL */
};

#endif
