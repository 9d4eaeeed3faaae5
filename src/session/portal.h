#ifndef PGQUILL_SESSION_PORTAL_H
#define PGQUILL_SESSION_PORTAL_H

#include "session/result.h"
#include "sql/plan.h"

/* Prepared statements and portals, of the protocol and of SQL alike. */

struct session;

struct prepared {
    struct prepared *next;
    int references; /* the session's, and one for each portal made from it */
    char *name;     /* "" : the unnamed one */
    struct arena arena;
    char *text;
    size_t len;
    struct plan *plan;
    const struct literal *literals;
    int nliterals;
    int ntypes; /* parameter types as given, for compiling again */
    oid_t *types;
    PgQuery__Node *node; /* SQL's PREPARE: compiled from its body; NULL: from text */
    struct plan *owner;  /* the PREPARE statement's plan, which `node` belongs to */
    bool from_sql;
    bool described;       /* the client knows its columns: they may not change */
    int64_t prepare_time; /* µs since 2000-01-01 */
};

/* Compile a statement for keeping. `types` are those given (0: infer). */
struct prepared *prepared_new(struct session *session, const char *name, const char *text, size_t len, int ntypes,
                              const oid_t *types, struct diag *diag);
/* Give one reference back. */
void prepared_free(struct prepared *prepared);
/* NULL: 26000. */
struct prepared *prepared_find(struct session *session, const char *name, struct diag *diag);
/* Keep under its name; 42P05 when it is taken. The unnamed one is replaced. */
bool prepared_keep(struct session *session, struct prepared *prepared, struct diag *diag);
void prepared_drop(struct session *session, struct prepared *prepared);
void prepared_drop_all(struct session *session);
/* Compile again if the catalog has changed; 0A000 when its columns, which the client knows, would change. */
bool prepared_refresh(struct session *session, struct prepared *prepared, struct diag *diag);

enum portal_state { PORTAL_READY, PORTAL_OPEN, PORTAL_DONE, PORTAL_FAILED };

enum { CURSOR_BINARY = 1, CURSOR_SCROLL = 2, CURSOR_NO_SCROLL = 4, CURSOR_HOLD = 32 }; /* the parser's option bits */

struct portal {
    struct portal *next;
    const char *name;
    struct arena arena;
    struct plan *plan;
    struct prepared *prepared; /* to compile again from; NULL */
    struct script *script;     /* the same, of a simple query; NULL */
    int script_index;
    const char *text; /* the statement */
    size_t len;
    int nparams;
    struct datum *params;
    const struct literal *literals;
    int nliterals;
    struct result_format format;
    enum portal_state state;
    struct cursor *cursor;
    struct stored_rows *stored; /* the result of a utility, or a scrollable cursor's rows */
    int64_t position;           /* rows before the current place; a scrollable cursor can go back */
    int ncolumns;
    const struct plan_column *columns; /* NULL: returns no rows */
    const char *tag;                   /* after it ran */
    int64_t count;                     /* rows of a tag that counts; -1: the tag is whole */
    int options;                       /* DECLARE's */
    bool is_cursor;                    /* made by DECLARE */
    int level;                         /* savepoint depth it was made at */
    int64_t created;
    bool is_empty;
    struct result_encoder encoder;
    bool has_encoder;
};

/* A portal in the session's list. Name "" is the unnamed one: it replaces its predecessor; a named one must be new (42P03). */
struct portal *portal_new(struct session *session, const char *name, struct diag *diag);
/* Give `portal` a plan to hold. */
void portal_set_plan(struct portal *portal, struct plan *plan);
struct portal *portal_find(struct session *session, const char *name);
void portal_drop(struct session *session, struct portal *portal);
/* The end of a transaction: all but held cursors go. */
void portals_drop_all(struct session *session, bool held_too);
/* Made at a savepoint depth of `level` or deeper. */
void portals_drop_level(struct session *session, int level);
void portals_lower_level(struct session *session, int level);
/* Arrange the transaction for a plan that the portal is about to run. */
bool portal_prepare(struct session *session, const struct portal *portal, const struct plan *plan, struct diag *diag);
/* Read what open portals still have, so that a write can begin. */
bool portals_spool(struct session *session, struct diag *diag);
/* Before COMMIT: cursors WITH HOLD keep their rows. */
bool portals_hold(struct session *session, struct diag *diag);

/* What a portal would return, before it runs. False when it reports (FETCH from what does not exist). */
bool portal_describe(struct session *session, struct portal *portal, struct diag *diag);
/* Arrange the transaction and run up to the first row. A statement without rows runs to its end. */
bool portal_start(struct session *session, struct portal *portal, struct diag *diag);
/* The next row; *row NULL at the end. */
bool portal_next(struct session *session, struct portal *portal, const struct datum **row, struct diag *diag);
/* Send up to `limit` rows (0: all) to the client. *suspended: the limit was reached. */
bool portal_send(struct session *session, struct portal *portal, int64_t limit, bool *suspended, struct diag *diag);
/* The command tag into `out`. */
void portal_tag(const struct portal *portal, struct buf *out);

#endif
