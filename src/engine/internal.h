#ifndef PGQUILL_ENGINE_INTERNAL_H
#define PGQUILL_ENGINE_INTERNAL_H

#include "engine/engine.h"
#include "shm/gate.h"

#include <sqlite3.h>

/* What engine's files share. */

struct registered {              /* a function or table function known to SQLite on this handle */
    struct registered *next;
    struct engine *engine;
    struct func_instance instance;
    struct arena arena;          /* the instance's memory */
    int number;
};

struct system_table {            /* a system relation's virtual table on this handle */
    struct system_table *next;
    struct engine *engine;
    char *name;
    int ncolumns;
    const struct datum *rows;    /* of the indexes below: they are good while the rows are the same */
    uint64_t generation;
    struct column_index *indexes;
};

struct engine {
    sqlite3 *db;
    char *path;
    bool ephemeral;
    struct shm *shm;
    struct session_slot *slot;
    struct gate *gate;
    struct func_env *env;
    struct diag pending;         /* what one of our functions reported; engine_step hands it on */
    int call_depth;              /* functions of ours under way */
    struct arena call_arena;     /* a function call's result and scratch */
    struct registered *functions;
    struct system_table *tables;
    int nregistered;
    enum engine_txn txn;
    bool holds_gate;
    bool schema_changed;         /* this transaction wrote the schema: readers of the catalog must know at commit */
    sqlite3_stmt *begin_write, *begin_read, *commit, *rollback, *touch, *schema_version;
    struct engine_stmt *statements;
};

struct engine_stmt {
    struct engine *engine;
    sqlite3_stmt *stmt;
    struct engine_stmt *next, **link;
    int ncolumns;
    bool active;                 /* stepped and not yet at its end */
    int registered;              /* engine->nregistered when it was prepared: a re-prepare after a registration is our own doing */
};

/* error.c */
/* Translate the handle's last error. Returns false. */
bool engine_report(struct engine *engine, int code, struct diag *diag);

/* udf.c, vtab.c, collation.c: find what SQLite misses. true: registered, prepare again; false with an unset diag: not ours. */
bool engine_register_function(struct engine *engine, const char *name, struct diag *diag);
bool engine_register_table(struct engine *engine, const char *name, struct diag *diag);
void engine_collation_needed(void *engine, sqlite3 *db, int encoding, const char *name);
void engine_unregister_all(struct engine *engine);
void engine_forget_tables(struct engine *engine);
void engine_value(sqlite3_value *value, struct datum *datum);
void engine_result(sqlite3_context *context, const struct datum *value);
struct registered *engine_registered(struct engine *engine, const char *name, struct diag *diag);

#endif
