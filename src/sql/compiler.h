#ifndef PGQUILL_SQL_COMPILER_H
#define PGQUILL_SQL_COMPILER_H

#include "sql/plan.h"

struct plan_cache;
struct routine_cache;
struct inlining;
struct routine_result;

/* The variables that a routine's statement may name: parameters of its own. */
struct variables {
    void *self;
    /* The number of the parameter that a name stands for, and its type; 0: none. qualifier NULL: it stands alone. */
    int (*find)(void *self, const char *qualifier, const char *name, oid_t *type);
};

/* What is known of one lifted literal while its statement is compiled. */
struct literal_use {
    oid_t type; /* 0: not used as EXPR_LITERAL yet */
    int32_t typmod;
    bool bound;    /* an EXPR_LITERAL stands for it */
    bool by_value; /* analysis looked at its value: part of the key */
    bool negated;
};

/* A session's compiler. The members of the second half are those of the statement under compilation; compile_*.c saves and restores
 * them when one compilation needs another (a view, a default). */
struct compiler {
    struct engine *engine;
    struct catalog *catalog;
    struct func_env *env;
    struct plan_cache *cache;
    oid_t temporary_oids;     /* how many oids the session has given to what is temporary */
    bool ddl_used_temporary;  /* … changed something temporary */
    bool ddl_changed_file;    /* the last DDL may have changed more than what is temporary */
    int64_t misses;           /* statements compiled since compiler_take_counts */
    uint64_t seen_generation; /* the catalog's generation when `seen_version` was noted */
    int64_t seen_version;

    struct arena *arena; /* the plan's */
    const char *text;    /* the statement's text: locations refer to it */
    const char *whole;   /* the text that positions are reported in; `offset` is where `text` starts in it */
    int offset;
    int nliterals;
    const struct literal *literals;
    struct literal_use *uses; /* one per literal */
    int nparams;
    oid_t *param_types; /* 0: not known yet */
    int params_cap;
    bool params_fixed;   /* the client gave all types */
    bool params_refused; /* the simple protocol has none */
    bool no_params;      /* a view or a default: there are none */
    bool system_path;    /* names are found in pg_catalog and public first */
    int next_rte, next_cte;
    const struct variables *variables;     /* NULL: no routine's statement */
    struct routine_result *routine_result; /* what the statement has to return: a routine's last one; else NULL */
    const struct inlining *inlining;       /* functions whose bodies are being put in their calls' places */
    struct domain_cache *domains;          /* domains' constraints, likewise */
    struct routine_cache *routines;        /* bodies compiled so far; one for all compilations of the session */
};

/* Position `diag` at a location of the text under compilation. Returns false. */
bool compiler_position(const struct compiler *compiler, struct diag *diag, int location);

/* Read the catalog again when the file's schema is not the one it was read from: *changed says whether it was. */
bool compiler_refresh(struct compiler *compiler, bool *changed, struct diag *diag);

#endif
