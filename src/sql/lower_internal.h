#ifndef PGQUILL_SQL_LOWER_INTERNAL_H
#define PGQUILL_SQL_LOWER_INTERNAL_H

#include "sql/lower.h"

/* What the lower_*.c files share. Every lower_…() that gives text gives it in the arena, NULL after a report. */

/* An expression that has a name of its own where it is used: the row of a table function that stands for a set-returning call, a group
 * key computed in an inner query, a column of a staged row. */
struct lower_name {
    const struct lower_name *next;
    const struct expr *expr; /* by identity … */
    const struct rte *rte;   /* … or a column of an entry */
    int attno;               /* 0: any column of it: `text` is the qualifier */
    bool same;               /* `expr` by structure */
    const char *text;
};

/* Rows of a data-modifying step, read by later ones. */
struct lower_stage {
    const struct lower_stage *next;
    const struct cte *cte;
    int parameter;
};

/* The queries whose FROM is under way, innermost first. */
struct lower_around {
    const struct lower_around *outer;
    const struct query *query;
};

struct lower {
    struct compiler *compiler;
    const struct catalog *catalog;
    struct arena *arena;
    struct plan *plan; /* NULL: lowering a lone expression */
    struct diag *diag;
    bool constants;  /* schema text: no parameters */
    bool is_recheck; /* rows that failed are computed again: a sequence shows the value that it gave, and gives no other */
    bool uses_tables, uses_temporary, writes;
    bool writes_file;    /* not temporary relations only */
    const char *changes; /* as struct plan has it */
    int max_parameter;   /* of the step under way */
    int nstages, first_stage_parameter;
    int next_name;
    const struct lower_name *names;
    const struct lower_around *around;
    const struct lower_stage *stages;
    const char *case_test; /* what EXPR_CASE_TEST stands for */
    const char *const
        *arguments; /* inside the body of a function that stands in its call's place: what its parameters are; NULL */
    const struct query *set_query; /* the query whose grouping set `set` is being said */
    int set;
    int nsteps, steps_cap;
    struct plan_step *steps;
};

#define LOWER_PRINT(l, ...) arena_printf((l)->arena, __VA_ARGS__)

/* lower_array_op.c */
const char *lower_in_list(struct lower *l, const struct expr *expr);
const char *lower_array_op(struct lower *l, const struct expr *expr);

/* lower_text.c */
const char *lower_error(struct lower *l, const char *sqlstate, int location, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* "name", quoted for SQLite. */
const char *lower_quote(struct lower *l, const char *name);
const char *lower_string(struct lower *l, const char *text, size_t len);
/* Take a buffer's contents into the arena and free it. */
const char *lower_take(struct lower *l, struct buf *buf);
const char *lower_parameter(struct lower *l, int number);
const char *lower_constant(struct lower *l, const struct datum *value);
/* A new name in the statement: "x7". */
const char *lower_fresh(struct lower *l);

/* lower_expr.c */
const char *lower_expr(struct lower *l, const struct expr *expr);
/* What is below domains; NULL: no such type. */
const struct type_desc *lower_base_type(const struct lower *l, oid_t oid);
const char *lower_column(struct lower *l, const struct rte *rte, int attno);
/* The same where an order or an equality will be decided: with COLLATE when the type needs it. */
const char *lower_keyed(struct lower *l, const struct expr *expr);
const char *lower_expr_list(struct lower *l, const struct expr_list *list);
const char *lower_rte_qualifier(struct lower *l, const struct rte *rte);

/* lower_same.c */
bool lower_same_expr(const struct expr *a, const struct expr *b);

/* lower_call.c */
const char *lower_call(struct lower *l, const struct expr *expr);
/* What the parameters of an inlined body stand for, as texts. */
const char *const *lower_arguments(struct lower *l, const struct expr_list *args);
/* One of pgquill's own functions, with argument types in its name: `source` and the texts of the arguments. */
const char *lower_internal_call(struct lower *l, const char *source, int nargs, const oid_t *types, oid_t result, int32_t typmod,
                                const char *args);
const char *lower_instance(struct lower *l, const struct func_impl *impl, int nargs, const oid_t *types, oid_t result,
                           int32_t typmod, const char *collation);
/* A template of func_impl.native with its arguments in place. */
const char *lower_native(struct lower *l, const char *template, int nargs, const char *const *args);
/* left op right, from expressions or from texts of known types. */
const char *lower_operator(struct lower *l, const struct operator_fact *op, oid_t left_type, const char *left, oid_t right_type,
                           const char *right, oid_t collation, int location);
/* The SQLite collation that values of a type (and PostgreSQL collation) compare under; NULL: BINARY. */
const char *lower_collation(struct lower *l, oid_t type, oid_t collation);
/* `text` with a COLLATE where it is needed: for `collation`, or, when that is NULL, because SQLite would go by the collation of a column among
 * the operands (`right` may be NULL). */
const char *lower_collated(struct lower *l, const char *text, const char *collation, const struct expr *left,
                           const struct expr *right);
/* 42P22 when an expression works under a collation and none could be derived. */
bool lower_has_collation(struct lower *l, const struct expr *expr, const char *purpose);
/* Does SQLite itself compare these two as PostgreSQL's operator does? *collation: what to compare under; NULL: BINARY. */
bool lower_compares(struct lower *l, const struct operator_fact *op, oid_t left, oid_t right, oid_t pg_collation,
                    const char **collation);
/* x op ANY/ALL over rows: `from` is a FROM item whose column `column` is the other side. */
const char *lower_quantified(struct lower *l, const char *comparison, const char *from, bool all);
const char *lower_proc_call(struct lower *l, const struct proc_fact *proc, const struct expr_list *args, oid_t result,
                            oid_t collation, int location);

/* lower_aggregate.c */
const char *lower_aggregate(struct lower *l, const struct expr *expr);

/* lower_collate.c */
/* What two values compare under, by the rules of derivation; 0: it does not matter. False after 42P22. `right` may be NULL. */
bool lower_pair_collation(struct lower *l, const struct expr *left, const struct expr *right, oid_t *collation);
/* Calls whose meaning depends on the collation that they work under: *handled when `*text` says one, or, false returned, is refused. */
bool lower_collated_call(struct lower *l, const struct expr *expr, bool *handled, const char **text);

/* lower_sublink.c */
const char *lower_sublink(struct lower *l, const struct expr *expr);

/* lower_from.c */
const char *lower_from_list(struct lower *l, int count, struct from_item *const *items);
const char *lower_from_item(struct lower *l, const struct from_item *item);
const char *lower_rte(struct lower *l, const struct rte *rte);
/* The rows of `select` (columns c1 … cn) as a FROM item that may look at its neighbours. */
const char *lower_lateral(struct lower *l, const char *select, int ncolumns);
const char *lower_unpack(struct lower *l, const char *packed);
/* A set-returning (or any) call as a FROM item without alias. */
const char *lower_table_calls(struct lower *l, int ncalls, const struct table_call *calls, bool ordinality, bool lateral,
                              bool spread);
/* Does a set-returning call give rows as one value, not as columns? Functions whose result is the type of their argument do. */
bool lower_gives_whole(const struct expr *call);
/* The same in a select list, where all that users define does. */
bool lower_gives_value(const struct expr *call);

/* A call of a user-defined function, its arguments in `args`: the function's oid goes before them. */
const char *lower_routine_call(struct lower *l, const struct func_impl *impl, const struct proc_fact *proc, int nargs,
                               const oid_t *types, const char *args, oid_t result);

/* lower_row.c */
struct row_sides {
    int count;
    const struct operator_fact *const *ops;
    const char **left, **right; /* as SQLite's SQL */
    oid_t *left_types, *right_types, *collations;
    int strategy; /* 1 < 2 <= 3 = 4 >= 5 > 6 <> */
    int location;
};
struct row_sides lower_row_sides(struct lower *l, int count, const struct operator_fact *const *ops, int strategy, int location);
const char *lower_rows(struct lower *l, const struct row_sides *rows);
int lower_row_strategy(const char *op);
const char *lower_row_compare(struct lower *l, const struct expr *expr);

/* lower_query.c */
/* A SELECT whose visible columns are c1 … cn, everything included (WITH, ORDER BY, LIMIT). */
const char *lower_select(struct lower *l, struct query *query);
/* The same that can stand as an arm of a compound. `collate`: outputs carry their collation. */
const char *lower_arm(struct lower *l, struct query *query, bool collate);
const char *lower_with(struct lower *l, struct query *query);
const char *lower_sort(struct lower *l, int count, const struct sort_item *sort, const struct query *query);
const char *lower_limit(struct lower *l, const struct query *query);
int lower_output_count(const struct query *query);
/* Can there be more than one row? */
bool lower_single_row(const struct query *query);

/* lower_setop.c */
const char *lower_setop(struct lower *l, struct query *query);
const char *lower_grouping_sets(struct lower *l, struct query *query);

/* lower_change.c */
bool lower_change(struct lower *l, struct query *query, enum step_role role, int stage);
/* Finish a step with the parameters used since the last. */
struct plan_step *lower_step(struct lower *l, enum step_role role, const char *sql);
/* Run the WITH queries of a statement that modifies data in them, each on its own, before the statement itself. */
bool lower_stage_ctes(struct lower *l, struct query *query);

/* lower_walk.c */
/* Call `visit` for every expression below (into subqueries too); stops at true, which it returns. */
typedef bool lower_visit(void *arg, const struct expr *expr);
bool lower_walk_expr(const struct expr *expr, lower_visit *visit, void *arg);
bool lower_walk_query(const struct query *query, lower_visit *visit, void *arg);
/* A visit: the call of a function that is volatile, or of one whose body, which stands in its place, calls one. */
bool lower_is_volatile(void *arg, const struct expr *expr);
bool lower_walk_targets(const struct query *query, lower_visit *visit, void *arg);
/* Does the query read the relation anywhere? */
bool lower_reads_relation(const struct query *query, const struct catalog_relation *relation);
bool lower_reads_cte(const struct query *query, const struct cte *cte);
bool lower_expr_reads_relation(const struct expr *expr, const struct catalog_relation *relation);

#endif
