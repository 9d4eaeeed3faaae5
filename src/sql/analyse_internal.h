#ifndef PGQUILL_SQL_ANALYSE_INTERNAL_H
#define PGQUILL_SQL_ANALYSE_INTERNAL_H

#include "sql/analyse.h"

/* What the files of the analysis share. Functions give NULL or false after a report. */

/* Where an expression stands: decides which functions may be called there, and how messages name it. */
enum clause {
    CLAUSE_TARGET,
    CLAUSE_WHERE,
    CLAUSE_JOIN,
    CLAUSE_GROUP,
    CLAUSE_HAVING,
    CLAUSE_ORDER,
    CLAUSE_DISTINCT,
    CLAUSE_LIMIT,
    CLAUSE_OFFSET,
    CLAUSE_VALUES,
    CLAUSE_RETURNING,
    CLAUSE_SET,
    CLAUSE_FROM,
    CLAUSE_FILTER,
    CLAUSE_PARTITION,
    CLAUSE_WINDOW_ORDER,
    CLAUSE_FRAME,
    CLAUSE_MERGE,
    CLAUSE_SCHEMA, /* CHECK, DEFAULT, index expression: scope.what says which */
};

struct ns_column {
    const char *name;
    struct expr *expr; /* as a reference from the same level */
    bool hidden;
};

/* A name in FROM. */
struct ns_item {
    const char *alias;  /* NULL: an unnamed join */
    const char *schema; /* a relation without alias may be named with it; NULL */
    struct rte *rte;    /* NULL: a join */
    int ncolumns;
    struct ns_column *columns;
    bool rel_visible, columns_visible;
    bool lateral_only; /* still inside FROM: only LATERAL items see it */
    bool lateral_ok;
};

struct ns_list {
    int count, cap;
    struct ns_item **items;
};

struct cte_name {
    struct cte_name *next;
    struct cte *cte;
    bool forward; /* WITH RECURSIVE: not analysed yet */
};

struct named_window {
    const char *name;
    const PgQuery__WindowDef *def;
    struct window *window;
    struct named_window *next;
};

struct scope {
    struct scope *parent;
    struct query *query;
    struct ns_list names;
    struct cte_name *ctes;
    enum clause clause;
    const char *what;
    bool lateral; /* inside a LATERAL item */
    bool in_aggregate, in_window;
    bool barrier; /* names of the parents are not to be seen */
    struct named_window *windows;
    struct rte *update_target;
};

struct analysis {
    struct compiler *compiler;
    const struct catalog *catalog;
    struct arena *arena;
    struct diag *diag;
    struct scope *scope;
    int depth;          /* of expressions: 54001 beyond a bound */
    bool keep_unknowns; /* the next query's unknown outputs get their types from what is around it */
};

/* Report with a position; always NULL (or false). */
void *analysis_error(struct analysis *a, const char *sqlstate, int location, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The name of a type as messages have it. */
const char *analysis_type(struct analysis *a, oid_t type);
const struct type_desc *analysis_type_desc(struct analysis *a, oid_t type);
const char *analysis_string(const PgQuery__Node *node);

struct expr *expr_new(struct analysis *a, enum expr_kind kind, oid_t type, int location);
void expr_list_add(struct analysis *a, struct expr_list *list, struct expr *expr);

/* analyse_xml.c */
struct expr *analyse_xml(struct analysis *a, const PgQuery__XmlExpr *node);
struct expr *analyse_xml_serialize(struct analysis *a, const PgQuery__XmlSerialize *node);

/* literal.c */
struct expr *literal_expr(struct analysis *a, const PgQuery__AConst *node);
struct expr *literal_null(struct analysis *a, oid_t type, int location);
struct expr *literal_int(struct analysis *a, int64_t value, oid_t type, int location);
struct expr *literal_bool(struct analysis *a, bool value);
struct expr *literal_unknown(struct analysis *a, const char *text, int location);
/* Give an unknown (or retypable) constant the type; typmod only reaches the input functions that want it. NULL after a report. */
struct expr *literal_retype(struct analysis *a, struct expr *expr, oid_t type, int32_t typmod);
/* Its value decides something: make it a constant, part of the plan's key. */
bool literal_pin(struct analysis *a, struct expr *expr);
/* Is it a literal whose number would be the same value as `type`? */
bool literal_fits(const struct analysis *a, const struct expr *expr, oid_t type);

/* coerce.c */
enum coercion { COERCE_IMPLICIT, COERCE_ASSIGNMENT, COERCE_EXPLICIT };
enum coercion_path { PATH_NONE, PATH_RELABEL, PATH_FUNCTION, PATH_IO, PATH_ARRAY };
enum coercion_path coercion_find(struct analysis *a, oid_t from, oid_t to, enum coercion context, const struct proc_fact **proc);
bool coercion_possible(struct analysis *a, int count, const oid_t *from, const oid_t *to, enum coercion context);
bool coercion_is_binary(struct analysis *a, oid_t from, oid_t to);
oid_t coercion_base(struct analysis *a, oid_t type, int32_t *typmod);
char coercion_category(struct analysis *a, oid_t type, bool *preferred);
/* Convert; the caller has checked that it is possible (42846 otherwise). */
struct expr *coerce_expr(struct analysis *a, struct expr *expr, oid_t type, int32_t typmod, enum coercion context, int location);
/* Convert type and length; NULL without a report when there is no way. */
struct expr *coerce_to_target(struct analysis *a, struct expr *expr, oid_t type, int32_t typmod, enum coercion context,
                              int location);
struct expr *coerce_typmod(struct analysis *a, struct expr *expr, oid_t type, int32_t typmod, bool is_explicit);
/* The argument of WHERE and kin: 42804 'argument of WHERE must be type boolean, not type integer'. */
struct expr *coerce_boolean(struct analysis *a, struct expr *expr, const char *construct);
struct expr *coerce_integer(struct analysis *a, struct expr *expr, oid_t type, const char *construct);
/* Resolve UNION/CASE/VALUES (PostgreSQL docs 10.5): 42804 '%s types … and … cannot be matched'. INVALID (0) after a report; `construct` NULL: no report. */
oid_t coerce_common_type(struct analysis *a, int count, struct expr *const *exprs, const char *construct);
int32_t coerce_common_typmod(int count, struct expr *const *exprs, oid_t type);
struct expr *coerce_to_common(struct analysis *a, struct expr *expr, oid_t type, const char *construct);
/* An unknown that nothing decides is text. */
struct expr *coerce_unknown(struct analysis *a, struct expr *expr);
bool type_is_polymorphic(oid_t type);
/* Resolve polymorphic arguments: replaces polymorphic entries of `declared` by actual types, and gives the result type; 0 after a report. */
oid_t coerce_polymorphic(struct analysis *a, int nargs, const oid_t *actual, oid_t *declared, oid_t result, int location);
bool coerce_polymorphic_agrees(struct analysis *a, int nargs, const oid_t *actual, const oid_t *declared);
/* Collations (PostgreSQL docs 24.2.1): give an expression the one of another; its name; report that none could be derived (42P21);
 * derive an expression's from its arguments'. */
void coerce_copy_collation(struct expr *to, const struct expr *from);
const char *coerce_collation_name(struct analysis *a, oid_t oid);
bool coerce_require_collation(struct analysis *a, const struct expr *expr);
struct expr *coerce_collate(struct analysis *a, struct expr *expr, int nargs, struct expr *const *args);
bool type_is_collatable(struct analysis *a, oid_t type);

/* overload.c */
/* PostgreSQL docs 10.3 step 4: which of the candidates' argument lists; -1: none or ambiguous. */
int overload_select(struct analysis *a, int nargs, const oid_t *inputs, int ncandidates, const oid_t *const *candidates);
struct overload {
    const struct proc_fact *proc; /* NULL: a cast to `cast_type` in function notation */
    oid_t cast_type;
    int nargs;     /* with defaults and expanded VARIADIC */
    oid_t *types;  /* declared */
    int *order;    /* named notation: position of each argument given, -1 default; NULL: as given */
    int nvariadic; /* how many arguments a VARIADIC one packs; 0 */
    int ndefaults; /* how many of the last arguments take their default */
};
enum overload_result { OVERLOAD_FOUND, OVERLOAD_NONE, OVERLOAD_AMBIGUOUS };
enum overload_result overload_find(struct analysis *a, const char *schema, const char *name, int nargs, const oid_t *types,
                                   int nnames, const char *const *names, bool variadic, struct overload *out);

/* operator.c */
const struct operator_fact *operator_binary(struct analysis *a, const char *name, oid_t left, oid_t right, int location);
const struct operator_fact *operator_prefix(struct analysis *a, const char *name, oid_t right, int location);
/* Quiet: NULL when there is none. */
const struct operator_fact *operator_lookup(struct analysis *a, const char *name, oid_t left, oid_t right, bool *ambiguous);
struct expr *operator_expr(struct analysis *a, const char *name, struct expr *left, struct expr *right, int location);
/* The operator as a call over coerced operands, when the fact is known. */
struct expr *operator_call(struct analysis *a, const struct operator_fact *op, struct expr *left, struct expr *right,
                           int location);
/* Coerce operands in place for `op`; the result's type, 0 after a report. */
oid_t operator_coerce(struct analysis *a, const struct operator_fact *op, struct expr **left, struct expr **right, int location);
/* An operator as written: its name, behind its schema and a dot when one other than pg_catalog was named. */
const char *operator_name(struct analysis *a, size_t count, PgQuery__Node **names);
/* The default ordering operator < (or >, =) of a type; NULL quietly. */
const struct operator_fact *operator_ordering(struct analysis *a, const char *name, oid_t type);

/* scope.c */
struct scope *scope_push(struct analysis *a, struct query *query);
void scope_pop(struct analysis *a);
struct query *query_new(struct analysis *a, enum command command);
struct rte *rte_new(struct analysis *a, enum rte_kind kind, const char *alias, int ncolumns);
struct rte *rte_relation(struct analysis *a, const struct catalog_relation *relation, const char *alias);
struct ns_item *ns_item_rte(struct analysis *a, struct rte *rte);
void ns_add(struct analysis *a, struct ns_list *list, struct ns_item *item);
bool ns_merge(struct analysis *a, struct ns_list *to, const struct ns_list *from);
struct expr *expr_column(struct analysis *a, struct rte *rte, int attno, int levels_up, int location);
struct expr *expr_raise(struct analysis *a, const struct expr *expr, int levels_up, int location);
struct expr *scope_column(struct analysis *a, const char *name, int location, bool report);
struct ns_item *scope_item(struct analysis *a, const char *schema, const char *name, int *levels_up, int location, bool report);
struct expr *scope_item_column(struct analysis *a, struct ns_item *item, int levels_up, const char *name, int location,
                               bool report);
struct expr *scope_column_ref(struct analysis *a, const PgQuery__ColumnRef *node);
struct expr *scope_whole_row(struct analysis *a, struct ns_item *item, int levels_up, int location);
struct expr *scope_variable(struct analysis *a, size_t count, const char *const *names, int location);
struct cte_name *scope_cte(struct analysis *a, const char *name, int *levels_up);
const struct catalog_relation *scope_relation(struct analysis *a, const PgQuery__RangeVar *name, bool report);

/* analyse_expr.c and its kin */
struct expr *analyse_expr(struct analysis *a, const PgQuery__Node *node);
struct expr *analyse_in(struct analysis *a, const PgQuery__Node *node, enum clause clause);
struct expr *analyse_func(struct analysis *a, const PgQuery__FuncCall *call);
struct expr *func_build(struct analysis *a, const char *schema, const char *name, int nargs, struct expr **args, int location);
struct expr *func_call_proc(struct analysis *a, oid_t proc, int nargs, struct expr **args, int location);
struct expr *analyse_sublink(struct analysis *a, const PgQuery__SubLink *node);
bool type_is_nestable(struct analysis *a, oid_t type);
struct expr *analyse_cast(struct analysis *a, const PgQuery__TypeCast *node);
struct expr *analyse_collate(struct analysis *a, struct expr *arg, oid_t collation, int location);
struct expr *row_compare(struct analysis *a, const char *op, struct expr_list *left, struct expr_list *right, int location);
bool analyse_exprs(struct analysis *a, size_t count, PgQuery__Node *const *nodes, struct expr_list *out);
struct expr *analyse_field(struct analysis *a, struct expr *arg, const char *name, int location);
struct expr *expr_bool(struct analysis *a, enum expr_kind kind, struct expr *left, struct expr *right, int location);
/* Columns of a composite: a row type's or a record's, when known. */
int composite_fields(struct analysis *a, const struct expr *expr, struct type_field **fields);

/* analyse_part.c */
struct expr *analyse_indirection(struct analysis *a, const PgQuery__AIndirection *node);
struct expr *analyse_subscripts(struct analysis *a, struct expr *arg, size_t count, PgQuery__Node **nodes);
/* analyse_assign.c */
/* `value` put into a part of `target`, a column's value before (NULL constant in INSERT): what the column becomes. */
struct expr *analyse_assign_part(struct analysis *a, struct expr *target, const char *name, oid_t type, int32_t typmod,
                                 size_t count, PgQuery__Node **parts, struct expr *value, int location);
/* The type of such a part; 0 after a report. */
oid_t analyse_part_type(struct analysis *a, const char *name, oid_t type, int32_t typmod, size_t count, PgQuery__Node **parts,
                        int location);
bool dml_default_part(struct analysis *a, const PgQuery__ResTarget *node, int location);

/* analyse_window.c */
struct window *window_of(struct analysis *a, const PgQuery__WindowDef *def);
bool window_clause(struct analysis *a, size_t count, PgQuery__Node **nodes);
bool window_finish(struct analysis *a);

/* analyse_from.c */
bool analyse_from(struct analysis *a, struct query *query, size_t count, PgQuery__Node **nodes);
struct rte *rte_subquery(struct analysis *a, struct query *query, const char *alias, size_t ncolnames, PgQuery__Node **colnames);
int query_outputs(const struct query *query, const struct target **targets);
bool rte_rename(struct analysis *a, struct rte *rte, const PgQuery__Alias *alias);

/* analyse_cte.c */
bool analyse_with(struct analysis *a, struct query *query, const PgQuery__WithClause *with);

/* analyse_target.c */
const char *target_name(const PgQuery__Node *node);
bool analyse_targets(struct analysis *a, size_t count, PgQuery__Node **nodes, enum clause clause, int *ntargets,
                     struct target **targets);
struct target *target_add(struct analysis *a, int *count, struct target **targets, struct expr *expr, const char *name);
bool targets_finish(struct analysis *a, int count, struct target *targets);

/* The columns that x.* in a list stands for; *is_star false: it is no such thing. */
bool analyse_star(struct analysis *a, const PgQuery__Node *value, bool *is_star, int *count, struct target **targets);

/* analyse_select.c */
struct query *analyse_select(struct analysis *a, const PgQuery__SelectStmt *stmt);
struct query *analyse_query_node(struct analysis *a, const PgQuery__Node *node);
bool sort_item_make(struct analysis *a, struct expr *expr, const PgQuery__SortBy *by, struct sort_item *out);
bool analyse_order(struct analysis *a, size_t count, PgQuery__Node **nodes, int ntargets, const struct target *targets,
                   enum clause clause, int *nsort, struct sort_item **sort);
struct expr *analyse_limit(struct analysis *a, const PgQuery__Node *node, const char *construct, enum clause clause);

/* analyse_group.c */
bool analyse_group(struct analysis *a, struct query *query, const PgQuery__SelectStmt *stmt);
bool group_check(struct analysis *a, struct query *query);

/* analyse_setop.c */
struct query *analyse_setop(struct analysis *a, const PgQuery__SelectStmt *stmt);
/* Convert output `column` (visible outputs counted) of a query, in all its arms. */
bool output_coerce(struct analysis *a, struct query *query, int column, oid_t type, int32_t typmod, enum coercion context);

/* analyse_values.c */
bool analyse_values_lists(struct analysis *a, size_t count, PgQuery__Node **lists, int *nrows, struct expr_list **rows,
                          int *ncolumns);
struct query *analyse_values(struct analysis *a, const PgQuery__SelectStmt *stmt);

/* analyse_dml.c … */
struct query *analyse_insert(struct analysis *a, const PgQuery__InsertStmt *stmt);
struct query *analyse_update(struct analysis *a, const PgQuery__UpdateStmt *stmt);
struct query *analyse_delete(struct analysis *a, const PgQuery__DeleteStmt *stmt);
struct rte *dml_target(struct analysis *a, struct query *query, const PgQuery__RangeVar *name, const char *verb);
bool dml_returning(struct analysis *a, struct query *query, size_t count, PgQuery__Node **nodes);
bool dml_assignments(struct analysis *a, const struct catalog_relation *relation, size_t count, PgQuery__Node **nodes, int *nout,
                     struct assignment **out);
struct expr *dml_assign(struct analysis *a, const struct catalog_column *column, struct expr *value);
bool dml_default(struct analysis *a, const struct catalog_relation *relation, const struct catalog_column *column,
                 struct expr **out);
bool analyse_conflict(struct analysis *a, struct query *query, const PgQuery__OnConflictClause *clause);

/* analyse_walk.c */
/* Structural equality; literals that are compared become constants of the key. */
bool expr_equal(struct analysis *a, struct expr *left, struct expr *right);
/* Visit an expression and everything below, subqueries too; `depth` counts how many queries lie between. Stops at true. */
typedef bool expr_visit(void *arg, struct expr *expr, int depth, bool *skip);
bool expr_walk(struct expr *expr, int depth, expr_visit *visit, void *arg);
bool query_walk(struct query *query, int depth, expr_visit *visit, void *arg);

#endif
