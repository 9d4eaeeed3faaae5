#ifndef PGQUILL_SQL_PLAN_H
#define PGQUILL_SQL_PLAN_H

#include "engine/engine.h"
#include "sql/tree.h"

#include <pg_query/pg_query.pb-c.h>

/* From text to something that runs: the compiler and its plans.
 *
 *   text → normalise (literals lifted) → cache ─hit→ bind, step, encode
 *                                          └miss→ parse → analyse → lower → engine_prepare → plan
 */

struct compiler; /* one per session */
struct plan;
struct script;

/* The compiler of a session; engine, catalog and env outlive it. */
struct compiler *compiler_new(struct engine *engine, struct catalog *catalog, struct func_env *env);
void compiler_free(struct compiler *compiler);
/* Forget every cached plan (DISCARD PLANS, a changed search_path). Plans in use live until they are released. */
void compiler_forget(struct compiler *compiler);
/* How many plans were found ready, and how many had to be made, since this was asked last. */
void compiler_take_counts(struct compiler *compiler, int64_t *hits, int64_t *misses);

enum literal_kind { LITERAL_INT4, LITERAL_INT8, LITERAL_NUMERIC, LITERAL_STRING, LITERAL_BITS, LITERAL_HEX };

/* A literal of the text, lifted. `text` is its value with quotes and escapes undone. */
struct literal {
    enum literal_kind kind;
    int location; /* byte offset of its first character in the statement's text */
    const char *text;
    size_t len;
};

/* A simple-protocol string: one or more statements. Created from the whole text: a syntax error anywhere is reported here (42601 with position), before
 * anything runs; the parser is not called when every statement's plan is cached. Lives in `arena`; text must outlive it. */
struct script *script_new(struct compiler *compiler, struct arena *arena, const char *text, size_t len, struct diag *diag);
int script_count(const struct script *script);
/* The text of statement i and where it starts in the whole (for pg_stat_activity and positions). */
const char *script_statement(const struct script *script, int i, size_t *len, int *offset);

/* Compile statement i now, against the catalog as it is now. `types`: parameter types the client gave (0: infer); usually none in a script.
 * The plan is the caller's until plan_release. NULL after a report (position relative to the whole text). */
struct plan *script_plan(struct script *script, int i, int ntypes, const oid_t *types, const struct literal **literals,
                         int *nliterals, struct diag *diag);

enum plan_kind {
    PLAN_EMPTY,
    PLAN_QUERY,   /* SELECT, VALUES, INSERT, UPDATE, DELETE, MERGE: runs through a cursor */
    PLAN_DDL,     /* runs through ddl_execute */
    PLAN_UTILITY, /* the session's own: transactions, SET, SHOW, COPY, PREPARE, cursors, LISTEN, VACUUM, … */
};

struct plan_column {
    const char *name;
    oid_t type;
    int32_t typmod;
    oid_t collation, other_collation; /* as struct expr has them */
    oid_t table;                      /* RowDescription: 0 when not a plain column */
    int16_t attnum;
    const struct type_desc *desc;
};

/* What to bind at an SQLite parameter. */
struct plan_bind {
    enum { BIND_PARAM, BIND_LITERAL, BIND_STAGE } from;
    int index; /* 0-based; BIND_STAGE: the packed rows that a STEP_STAGE left */
};

enum step_role {
    STEP_ROWS,  /* its rows are the result */
    STEP_COUNT, /* its changes are the command's count */
    STEP_QUIET, /* neither */
    STEP_STAGE, /* its rows are packed for later steps */
};

struct plan_step {
    enum step_role role;
    const char *sql;
    struct engine_stmt *stmt; /* prepared at first use, kept */
    int nbinds;
    const struct plan_bind *binds;
    int ncolumns; /* hidden columns may follow the plan's */
    int stage;    /* STEP_STAGE: which BIND_STAGE it feeds */
};

struct plan_literal {
    oid_t type; /* what it is bound as */
    int32_t typmod;
    bool negated; /* the parser folded a minus sign into it */
    bool pinned;  /* part of the key: not bound */
    const struct type_desc *desc;
};

struct plan {
    struct arena arena;
    int references;
    enum plan_kind kind;
    const char *tag;      /* "SELECT", "INSERT", "CREATE TABLE", …: CommandComplete's first words */
    enum command command; /* PLAN_QUERY */
    bool writes;          /* needs a write transaction (DML, nextval, FOR UPDATE) */
    bool writes_file;     /* … for more than temporary relations */
    const char *changes;  /* static: the command that a read-only transaction refuses, where it does before running; NULL */
    bool returns_rows;
    bool uses_temporary; /* reads or writes a temporary relation */
    bool reads_snapshot; /* touches tables at all */
    int nparams;
    oid_t *param_types;
    const struct type_desc **param_descs;
    int ncolumns;
    struct plan_column *columns;
    int nliterals;
    struct plan_literal *literals;
    int nsteps;
    struct plan_step *steps;
    int nstages;
    bool busy; /* a cursor uses its prepared statements */
    uint64_t catalog_generation;
    struct query *query;                /* kept when something still needs the tree (constraint details, EXPLAIN) */
    PgQuery__Node *node;                /* DDL and utility: the raw statement, in the plan's arena */
    const char *text;                   /* the statement's text */
    PgQuery__ParseResult *parse_result; /* keeps `node` alive */
};

void plan_release(struct plan *plan);

/* Extended protocol: exactly one statement (42601 "cannot insert multiple commands into a prepared statement"). Literal values of this text are
 * copied into `arena`. */
struct plan *compile_statement(struct compiler *compiler, struct arena *arena, const char *text, size_t len, int ntypes,
                               const oid_t *types, const struct literal **literals, int *nliterals, struct diag *diag);
/* Compile an already parsed statement (the body of PREPARE, DECLARE CURSOR, COPY (query), EXPLAIN, a view): `text` is the whole source that locations
 * refer to. Not cached. */
struct plan *compile_node(struct compiler *compiler, PgQuery__Node *node, const char *text, int ntypes, const oid_t *types,
                          struct diag *diag);
/* Is the plan still good for the catalog as it is now? */
bool plan_is_current(const struct compiler *compiler, const struct plan *plan);

/* Running a PLAN_QUERY. The caller has arranged the transaction (plan->writes). */
struct cursor;
/* Bind and be ready to step. params: nparams datums in storage form; literals as compile gave them. All must live until cursor_close. Literals'
 * text is converted here: an invalid one is reported with its position. */
struct cursor *cursor_open(struct compiler *compiler, struct plan *plan, const struct datum *params,
                           const struct literal *literals, int nliterals, struct diag *diag);
/* ENGINE_ROW: *row has plan->ncolumns datums, valid until the next call. ENGINE_STALE: reload the catalog, compile again (only before the first row). */
enum engine_step cursor_next(struct cursor *cursor, const struct datum **row, struct diag *diag);
/* Rows returned or changed so far: what CommandComplete counts. */
int64_t cursor_count(const struct cursor *cursor);
/* Read everything that is left into memory (beyond a bound, into a temporary file), so that the engine's statement is released: before a write
 * transaction begins, and at COMMIT for WITH HOLD. */
bool cursor_spool(struct cursor *cursor, struct diag *diag);
void cursor_close(struct cursor *cursor);

/* DDL: inside a write transaction that the session began. The tag may be refined ("SELECT 5" for CREATE TABLE AS is given through *count ≥ 0). */
/* Does a PLAN_DDL change nothing but the session's temporary relations, as far as can be told beforehand? */
bool ddl_is_temporary(struct compiler *compiler, const struct plan *plan);
/* ddl_changed_file: might the last one have changed more than the session's temporary relations? */
bool ddl_changed_file(const struct compiler *compiler);
bool ddl_used_temporary(const struct compiler *compiler);
bool ddl_execute(struct compiler *compiler, struct plan *plan, const struct datum *params, int64_t *count, struct diag *diag);

/* Inside a write transaction: what temporary tables do ON COMMIT, when it is about to end; whether there are any that do something. */
bool temporary_has_commit_actions(const struct compiler *compiler);
bool temporary_end_transaction(struct compiler *compiler, struct diag *diag);
/* DISCARD TEMP, inside a write transaction: every temporary relation goes. */
bool temporary_discard(struct compiler *compiler, struct diag *diag);

/* Insert plan for COPY FROM: `columns` NULL for all. It takes one parameter per column, in storage form, already of the column's type. */
struct plan *compile_copy_from(struct compiler *compiler, const struct catalog_relation *relation, int ncolumns,
                               const int16_t *attnums, struct diag *diag);
/* One row of COPY FROM: bind, step, reset. Nothing is allocated; the caller holds the write transaction. *count: rows really inserted. */
bool copy_plan_insert(struct compiler *compiler, struct plan *plan, const struct datum *row, int64_t *count, struct diag *diag);
/* End of the rows: the statement is let go. */
void copy_plan_finish(struct plan *plan);

/* The lines of EXPLAIN, one per row, in `arena`; *count says how many. NULL after a report. */
const char *const *explain_plan(struct compiler *compiler, struct arena *arena, struct plan *plan, bool verbose, int *count,
                                struct diag *diag);

#endif
