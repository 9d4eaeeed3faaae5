#ifndef PGQUILL_ENGINE_INTERNAL_H
#define PGQUILL_ENGINE_INTERNAL_H

#include "config.h"

#include "engine/engine.h"
#include "shm/gate.h"

#include <sqlite3.h>

/* What engine's files share. */

struct registered { /* a function or table function known to SQLite on this handle */
    struct registered *next;
    struct engine *engine;
    char *name; /* SQLite's; the instance is parsed from it */
    struct func_instance instance;
    struct arena arena;  /* the instance's memory */
    bool has_user_types; /* the instance points into the catalog's snapshot … */
    uint64_t generation; /* … of this generation */
    int number;
    bool is_moving; /* the name began with '~': a window whose frame's start moves, see aggregate.c */
};

struct system_table { /* a system relation's virtual table on this handle */
    struct system_table *next;
    struct engine *engine;
    char *name;
    int ncolumns;
    int oid_column; /* -1: none */
    int open;       /* cursors: while there are any, all look at the same rows */
    const struct catalog_rows *rows;
    const struct datum *indexed; /* the values that the indexes order: they are good while it is the same snapshot */
    uint64_t generation;
    struct column_index *indexes;
};

struct call_cache; /* udf.c */

enum { SAVEPOINTS_KEPT = 8 }; /* depths whose commands stay prepared */

struct engine {
    sqlite3 *db;
    struct mapping *mapping; /* mapping.c */
    char *path;
    dev_t device; /* the file's, when it was opened */
    ino_t inode;
    bool ephemeral;
    struct shm *shm;
    struct session_slot *slot;
    struct gate *gate;
    struct func_env *env;
    struct diag pending;     /* what one of our functions reported; engine_step hands it on */
    const char *target;      /* while a failed statement is reported: the table that it changes; NULL */
    int call_depth;          /* functions of ours under way */
    struct diag call_diag;   /* of the outermost of them; clear between calls, so that no call has to zero one */
    struct arena call_arena; /* a function call's result and scratch */
    struct call_cache *spare_cache;
    struct registered *functions;
    struct system_table *tables;
    int nregistered;
    enum engine_txn txn;
    int temporary_kib;  /* cache of SQLite's temp schema; 0: its own default */
    bool has_temporary; /* tables have been made in SQLite's temp schema */
    bool is_lost;       /* SQLite ended the write transaction by itself; until engine_rollback */
    bool holds_gate;
    bool is_batch;          /* crowd.c: the process lets others run first … */
    int calm;               /* … and so many statements ago it last waited for the gate */
    bool wrote;             /* the last commit put frames into the WAL */
    int64_t patience_us;    /* how much longer to wait for others at a busy file; 0: for ever, negative: no longer */
    int64_t catalog_cookie; /* schema version that the catalog was last read at, or whose change was last told; -1: never */
    bool schema_moved;      /* this write transaction began with another schema … */
    int64_t txn_cookie;     /* … namely this */
    int64_t agreed_cookie;  /* of this write transaction: at this schema version its schema agrees with the books; 0: not known */
    sqlite3_stmt *begin_write, *begin_read, *commit, *rollback, *touch, *schema_version;
    sqlite3_stmt *savepoints[3][SAVEPOINTS_KEPT];
    struct engine_stmt *statements;
    struct engine_stmt *preparing;
};

struct engine_stmt {
    struct engine *engine;
    sqlite3_stmt *stmt;
    struct engine_stmt *next, **link;
    int ncolumns;
    bool active;    /* stepped and not yet at its end */
    int64_t cookie; /* the catalog's schema version when it was prepared, or when it last told that it is stale */
    char *target;   /* the table that it changes; NULL */
};

/* crowd.c */
/* This session had to wait for the gate. */
void engine_met_crowd(struct engine *engine);
void engine_leave_crowd(struct engine *engine);

/* mapping.c */
/* sqlite3_open_v2(), which also tells the main file's descriptor; -1: unknown. */
int engine_open_handle(const char *path, sqlite3 **db, int flags, int *fd);
/* Let the main file, whose descriptor is given, stay mapped when others have committed; or give its methods back, before it is closed. */
void engine_keep_mapping(struct engine *engine, int fd);
void engine_forget_mapping(struct engine *engine);

/* error.c */
/* Translate the handle's last error. Returns false. */
bool engine_report(struct engine *engine, int code, struct diag *diag);

/* handle.c */
/* A foreign program holds the file, or readers a checkpoint: look again, ever more seldom, until patience is at its end or an interrupt comes (returns 0). Only the
 * waiting counts, not what SQLite does between two waits. */
int engine_wait_for_others(void *engine, int tries);
bool engine_is_interrupted(const struct engine *engine);

/* stmt.c: step a statement of the engine's own to its end; SQLITE_DONE when all is well. */
int engine_run(sqlite3_stmt *stmt);
/* Register what the last failed prepare (or re-prepare) missed. */
bool engine_register_missing(struct engine *engine, struct diag *diag);
/* Notes which table a statement changes. */
int engine_authorize(void *engine, int action, const char *a, const char *b, const char *database, const char *trigger);

/* udf.c, vtab.c, collation.c: find what SQLite misses. true: registered, prepare again; false with an unset diag: not ours. */
bool engine_register_function(struct engine *engine, const char *name, struct diag *diag);
/* Functions of ours that have the names of SQLite's own and must stand before them. */
bool engine_override_builtins(struct engine *engine, struct diag *diag);
/* The instance is good for the catalog as it is now. */
bool engine_refresh_instance(struct registered *function, struct diag *diag);
int engine_create_aggregate(struct registered *function, int flags);
/* Hand a report on through SQLite. */
void engine_fail_call(struct engine *engine, sqlite3_context *context, struct diag *diag);
/* A clear report for one call: the engine's own, or `nested` within a call. Whoever asks clears it before returning to SQLite. */
struct diag *engine_call_diag(struct engine *engine, struct diag *nested);
enum { ARGS_ON_STACK = 16 };
uint64_t engine_catalog_generation(const struct engine *engine);
bool engine_register_table(struct engine *engine, const char *name, struct diag *diag);
void engine_collation_needed(void *engine, sqlite3 *db, int encoding, const char *name);
void engine_unregister_all(struct engine *engine);
void engine_forget_tables(struct engine *engine);
void engine_value(sqlite3_value *value, struct datum *datum);
void engine_result(sqlite3_context *context, const struct datum *value);
/* `forms`: bits 1 << enum func_form that will do. NULL with an unset diag: none of ours, or known already. */
struct registered *engine_registered(struct engine *engine, const char *name, unsigned forms, struct diag *diag);

/* Once, before the library is used: its memory counts against the session's limit. */
void engine_configure_memory(void);

#endif
