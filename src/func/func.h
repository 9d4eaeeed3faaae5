#ifndef PGQUILL_FUNC_FUNC_H
#define PGQUILL_FUNC_FUNC_H

#include "type/facts.h"
#include "type/type.h"

/* SQL functions: how each of PostgreSQL's built-in functions (and through them operators and casts) runs. An
 * implementation is found by pg_proc.prosrc ("int4pl", "numeric_add"): overloads that PostgreSQL tells apart, we tell apart. */

struct catalog;
struct func_env;

/* One call. Lives on the caller's stack; `state` is the instance's. */
struct fcall {
    struct func_env *env;              /* the session's surroundings */
    const struct func_instance *inst;
    struct arena *arena;               /* for the result and scratch; reset by the engine once the result has been copied */
    struct diag *diag;                 /* where a false return says why */
    void **cache;                      /* per call site and statement: NULL at first; memory from cache_arena lives until the statement ends */
    struct arena *cache_arena;
};

/* A function bound to argument types: what polymorphic functions, casts and formatting need to know. */
struct func_instance {
    const char *name;                  /* SQLite name: the prosrc, or prosrc:argoid,argoid>resultoid when types matter */
    const struct func_impl *impl;
    int nargs;
    const struct type_desc *const *args; /* actual (resolved) types */
    const struct type_desc *result;
    int32_t typmod;                    /* of the result, for length coercions; -1 */
    const char *collation;             /* NULL: default */
};

typedef bool func_scalar(struct fcall *call, int nargs, const struct datum *args, struct datum *result);

/* Aggregates: `state` is zeroed memory of state_size bytes that the engine owns; what it points to comes from call->cache_arena
 * (one per group) and is freed with the group. */
typedef bool func_step(struct fcall *call, void *state, int nargs, const struct datum *args);
typedef bool func_final(struct fcall *call, void *state, struct datum *result);

/* Table functions (FROM, and set-returning in the select list). `cursor` is zeroed memory of cursor_size bytes. */
struct table_func {
    size_t cursor_size;
    bool (*open)(struct fcall *call, void *cursor, int nargs, const struct datum *args);
    /* *more false: no further row. `row` has one datum per output column, valid until the next call. */
    bool (*next)(struct fcall *call, void *cursor, struct datum *row, bool *more);
    void (*close)(void *cursor);
};

enum func_form {
    FUNC_NATIVE,    /* SQLite SQL: `native` is a template, %1 … %9 the arguments, %* all of them comma separated */
    FUNC_SCALAR,
    FUNC_AGGREGATE,
    FUNC_TABLE,
};

enum func_flag {
    FUNC_STRICT = 1,        /* filled from pg_proc: NULL in, NULL out, decided before the call */
    FUNC_TYPED = 2,         /* needs a func_instance with types: its SQLite name carries them */
    FUNC_WRITES = 4,        /* the statement must hold the writer gate: nextval, setval */
    FUNC_VOLATILE = 8,      /* not SQLITE_DETERMINISTIC */
    FUNC_SESSION = 16,      /* stable: depends on settings or the catalog; not for indexes */
    /* Gives rows of the shape that the query wants. In FROM it has one more argument: the column definition list as [["name", type, modifier], …],
     * or '' where the result's type says it all; there a table function gives the fields as columns. Elsewhere, and for the list
     * as {"row": […]}, it gives whole rows. */
    FUNC_SHAPED = 32,
};

struct func_impl {
    const char *source;     /* pg_proc.prosrc */
    enum func_form form;
    unsigned flags;
    const char *native;
    func_scalar *scalar;
    size_t state_size;
    func_step *step, *inverse;
    func_final *final;
    const struct table_func *table;
};

/* The implementation of a pg_proc.prosrc; NULL: not implemented (the caller reports 0A000). */
const struct func_impl *func_find(const char *source);

/* One setting as pg_settings shows it; NULL where it shows null. */
struct setting_view {
    const char *name, *value, *unit, *category, *description, *context, *type, *source, *min, *max, *boot, *reset;
    int choice_count;
    const char *const *choices;        /* an enum's */
    const char *file;                  /* where the value stands; NULL: in no file */
    int line;
    bool is_pending;                   /* the configuration has another value, which a restart will take */
};

/* One line of a configuration file, as pg_file_settings shows it. */
struct file_setting_view {
    const char *file, *name, *value, *error;
    int line; /* 0: none */
    bool is_applied;
};

/* One rule of the hba file, or a mistake in it, as pg_hba_file_rules shows it. */
struct hba_rule_view {
    int line;
    const char *type, *address, *mask, *method, *error;
    int database_count, user_count, option_count;
    const char *const *databases, *const *users, *const *options;
};

/* One database of the server; bytes on disk. */
struct database_view {
    uint32_t oid;
    const char *name;
    int64_t size;
};

/* What ALTER DATABASE or ROLE … SET has for a database (0: all) and a role (0: all): NAME=VALUE texts. */
struct role_setting_view {
    uint32_t database, role;
    int count;
    const char *const *settings;
};

/* One process as pg_stat_activity shows it; NULL where it shows null, times as timestamptz in storage form. */
struct activity_view {
    int pid, client_port;
    bool has_port;
    const char *database, *user, *application_name, *client_addr, *backend_start, *xact_start, *query_start, *state_change, *state, *wait_event_type,
        *wait_event, *query, *backend_type;
};

/* One lock as pg_locks shows it, held or waited for. */
struct lock_view {
    int pid, session; /* session: the number of its slot */
    const char *database;
    bool is_advisory; /* else the writer gate of its database */
    bool is_pair;
    int64_t value; /* of a pair: the first in the upper half */
    bool exclusive, granted;
};

struct snapshot; /* type/xid.h */

/* One call of the pg_advisory functions. */
struct advisory_request {
    enum { ADVISORY_LOCK, ADVISORY_TRY, ADVISORY_UNLOCK, ADVISORY_UNLOCK_ALL } action;
    bool shared;
    bool until_end; /* of the transaction; else the session's */
    bool is_pair;
    int64_t value; /* of a pair: the first in the upper half */
};

/* What functions may ask of the session, filled by session/. */
struct func_env {
    struct type_settings *types;
    const struct type_resolver *resolver;
    struct catalog *catalog;
    int64_t statement_timestamp;          /* µs since 2000-01-01 UTC */
    const char *user, *session_user, *database, *application_name;
    const char *search_path;              /* as SHOW prints it */
    uint32_t backend_pid;
    volatile const int *interrupted;      /* non-zero: stop soon with 57014 */
    uint64_t random_state[2];             /* random(): zero until it is asked for, or seeded */
    void *session;
    const char *(*setting_get)(void *session, const char *name);  /* NULL: unknown */
    /* Index 0 … until false; a view without a name is passed over. */
    bool (*setting_at)(void *session, int index, struct arena *arena, struct setting_view *view);
    /* Likewise for processes: a view whose pid is 0 is passed over. */
    bool (*activity_at)(void *session, int index, struct arena *arena, struct activity_view *view);
    /* Lists in `arena`; the number of members. */
    int (*databases)(void *session, struct arena *arena, struct database_view **list);
    int (*file_settings)(void *session, struct arena *arena, struct file_setting_view **list);
    int (*hba_rules)(void *session, struct arena *arena, struct hba_rule_view **list);
    int (*role_settings)(void *session, struct arena *arena, struct role_setting_view **list);
    int64_t (*configured_at)(void *session); /* µs since 2000-01-01 UTC */
    int64_t (*started_at)(void *session);    /* the server: the same */
    /* Ask the server to read its configuration again, or to open its log anew. False: there is no server to be asked. */
    bool (*reload_server)(void *session);
    bool (*reopen_log)(void *session);
    bool (*setting_set)(void *session, const char *name, const char *value, bool local, struct diag *diag);
    bool (*sequence_next)(void *session, oid_t sequence, int64_t *value, struct diag *diag);
    bool (*sequence_current)(void *session, oid_t sequence, int64_t *value, struct diag *diag);
    bool (*sequence_last)(void *session, int64_t *value, struct diag *diag); /* lastval() */
    bool (*sequence_state)(void *session, oid_t sequence, int64_t *value, bool *called, struct diag *diag);
    bool (*sequence_set)(void *session, oid_t sequence, int64_t value, bool called, struct diag *diag);
    void (*notice)(void *session, struct diag *notice);           /* send and clear */
    bool (*sleep)(void *session, double seconds, struct diag *diag);
    bool (*signal_backend)(void *session, int pid, bool terminate, bool *found, struct diag *diag);
    /* The pids that a process waits for, in `arena`; the number of them. */
    int (*locks)(void *session, struct arena *arena, struct lock_view **list);
    int (*blocking_pids)(void *session, struct arena *arena, int pid, int **pids);
    /* User-defined functions, by whoever compiles statements: one call's value; or its rows, of which `whole` says whether each comes as one value. */
    void *routines;
    bool (*routine_call)(void *routines, struct fcall *call, oid_t function, int nargs, const struct datum *args, struct datum *result);
    bool (*routine_open)(void *routines, struct fcall *call, oid_t function, bool whole, int nargs, const struct datum *args, void **rows);
    bool (*routine_next)(void *rows, struct fcall *call, struct datum *row, int room, bool *more);
    void (*routine_close)(void *rows);
    /* *result: it is taken (LOCK, TRY), or was given back (UNLOCK). */
    bool (*advisory)(void *session, const struct advisory_request *request, bool *result, struct diag *diag);
    bool (*xid_current)(void *session, bool assign, uint64_t *xid, struct diag *diag);            /* *xid 0: none */
    bool (*xid_status)(void *session, uint64_t xid, const char **word, struct diag *diag); /* NULL: not known */
    bool (*xid_snapshot)(void *session, struct arena *arena, struct snapshot *snapshot, struct diag *diag);
    bool (*notify)(void *session, const char *channel, const char *payload, struct diag *diag);
    const char *(*listening_at)(void *session, int index); /* a channel's name; NULL: no more */
    double (*notify_usage)(void *session);                 /* how full the queue is, of 1 */
};

/* Convenience for implementations. */
static inline struct type_io fcall_io(const struct fcall *call, const struct type_desc *type)
{
    return (struct type_io){.type = type, .typmod = -1, .settings = call->env->types, .resolver = call->env->resolver, .arena = call->arena};
}

/* Tables of implementations, one per family file; func.c looks through all. Each ends with a row whose source is NULL. */
extern const struct func_impl func_impls_bool[], func_impls_int[], func_impls_float[], func_impls_numeric[], func_impls_text[], func_impls_bytea[],
    func_impls_datetime[], func_impls_json[], func_impls_array[], func_impls_misc[], func_impls_catalog[], func_impls_aggregate[], func_impls_series[],
    func_impls_range[], func_impls_geo[], func_impls_net[], func_impls_enum[], func_impls_regex[], func_impls_record[], func_impls_tsearch[], func_impls_bit[], func_impls_uuid[];

#define SCALAR(source, fn) {(source), FUNC_SCALAR, 0, NULL, (fn), 0, NULL, NULL, NULL, NULL}
#define SCALAR_TYPED(source, fn) {(source), FUNC_SCALAR, FUNC_TYPED, NULL, (fn), 0, NULL, NULL, NULL, NULL}
#define SCALAR_FLAGS(source, fn, flags) {(source), FUNC_SCALAR, (flags), NULL, (fn), 0, NULL, NULL, NULL, NULL}
#define NATIVE(source, text) {(source), FUNC_NATIVE, 0, (text), NULL, 0, NULL, NULL, NULL, NULL}
#define AGGREGATE(source, size, step, inverse, final) {(source), FUNC_AGGREGATE, 0, NULL, NULL, (size), (step), (inverse), (final), NULL}
#define AGGREGATE_TYPED(source, size, step, inverse, final) {(source), FUNC_AGGREGATE, FUNC_TYPED, NULL, NULL, (size), (step), (inverse), (final), NULL}
#define TABLE_FUNC(source, table) {(source), FUNC_TABLE, FUNC_TYPED, NULL, NULL, 0, NULL, NULL, NULL, (table)}

#endif
