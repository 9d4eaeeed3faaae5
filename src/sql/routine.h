#ifndef PGQUILL_SQL_ROUTINE_H
#define PGQUILL_SQL_ROUTINE_H

#include "sql/analyse_internal.h"

/* User-defined functions: bodies compiled by the same compiler, once for each combination of argument types, and run as nested plans. A call
 * is the function "pgquill_routine" with the oid before the arguments (func/routine.c), which comes back here through func_env.
 *
 * Another language gets its place beside "sql" here: it finds its variables through struct variables, and runs behind routine_call. */

/* How the last statement's rows become the result. */
enum routine_shape {
    ROUTINE_VOID,   /* not at all */
    ROUTINE_VALUE,  /* one column is the value, a whole row too */
    ROUTINE_FIELDS, /* the columns are the row's fields */
};

struct routine_result {
    oid_t type;
    int nfields;                     /* -1: any columns (record without OUT parameters) */
    const struct type_field *fields; /* of the row type, or the OUT parameters */
    enum routine_shape shape;        /* routine_check_result says */
};

/* The fields of a function's result in this call; nfields -1 where it is no row or tells none. */
void routine_describe(struct analysis *a, const struct proc_fact *proc, int nargs, const oid_t *types, oid_t result,
                      struct routine_result *out);

/* Coerce what the final statement returns to the declared result (42P13 when it cannot be), and decide its shape. */
bool routine_check_result(struct analysis *a, struct query *query, struct routine_result *result);

/* The report for a body without a statement that could give the result. */
bool routine_no_result(struct compiler *compiler, const struct routine_result *result, struct diag *diag);

/* A function's arguments as the variables of its body's statements. */
struct routine_arguments {
    const struct proc_fact *proc;
    int nargs;
    const oid_t *types;
};
void routine_variables(struct routine_arguments *arguments, struct variables *variables);

/* routine_inline.c: put the body in the call's place (call.inlined) where that means the same. */
void routine_inline_call(struct analysis *a, struct expr *call);
/* The query that a call in FROM stands for, over the call's arguments as its parameters; NULL: it stays a call. */
struct query *routine_inline_table(struct analysis *a, const struct expr *call);

struct routine;

/* The compiled body for these argument types; the compiler's. NULL after a report, with "SQL function … during startup" as its context. */
struct routine *routine_get(struct compiler *compiler, oid_t function, int nargs, const oid_t *types, oid_t result,
                            struct diag *diag);
/* What its statements do, as struct plan says it. */
struct routine_effects {
    bool writes, writes_file;
    const char *changes;
};
struct routine_effects routine_effects(const struct routine *routine);

/* Compile the body of a function that is about to be stored: reports are the statement's. */
bool routine_validate(struct compiler *compiler, const struct catalog_function *function, struct diag *diag);

/* routine_settings.c: put a function's settings ("name=value", one a line; NULL: none) in force; what was before is in *saved, in `arena`. */
struct routine_setting;
bool routine_settings_apply(struct func_env *env, struct arena *arena, const char *settings, struct routine_setting **saved,
                            struct diag *diag);
void routine_settings_restore(struct func_env *env, struct routine_setting *saved);

/* Give func_env the callbacks; forget what was compiled. */
void routine_install(struct compiler *compiler);
void routine_forget(struct compiler *compiler);
void routine_remove(struct compiler *compiler);

#endif
