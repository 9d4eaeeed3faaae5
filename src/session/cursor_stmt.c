#include "session/utility.h"

#include <stdlib.h>
#include <string.h>

/* DECLARE, FETCH, MOVE, CLOSE. A cursor that may go back keeps the rows it has passed. */

bool declare_run(struct session *session, PgQuery__DeclareCursorStmt *stmt, struct portal *portal, struct diag *diag)
{
    if (!(stmt->options & CURSOR_HOLD) && !txn_require_block(session, "DECLARE CURSOR", diag))
        return false;
    struct plan *plan = utility_compile(session, stmt->query, portal->plan->text, 0, NULL, diag);
    if (!plan)
        return false;
    struct portal *cursor = NULL;
    if (*stmt->portalname)
        cursor = portal_new(session, stmt->portalname, diag);
    else
        diag_set(diag, ERRCODE_INVALID_CURSOR_NAME, "invalid cursor name: must not be empty");
    if (!cursor) {
        plan_release(plan);
        return false;
    }
    cursor->is_cursor = true;
    cursor->options = stmt->options;
    cursor->text = arena_strndup(&cursor->arena, portal->text, portal->len);
    cursor->len = portal->len;
    portal_set_plan(cursor, plan);
    if (!portal_start(session, cursor, diag)) {
        portal_drop(session, cursor);
        return false;
    }
    /* Which rows there are is settled when the cursor is declared: where the transaction goes on writing, they are read now. */
    if (cursor->cursor && engine_txn_state(session->engine) >= ENGINE_TXN_TEMPORARY && !cursor_spool(cursor->cursor, diag))
        return false;
    portal->tag = "DECLARE CURSOR";
    return true;
}

static struct portal *find(struct session *session, const char *name, struct diag *diag)
{
    struct portal *portal = portal_find(session, name);
    if (!portal)
        diag_set(diag, ERRCODE_INVALID_CURSOR_NAME, "cursor \"%s\" does not exist", name);
    return portal;
}

bool fetch_describe(struct session *session, PgQuery__FetchStmt *stmt, struct portal *portal, struct diag *diag)
{
    if (stmt->ismove)
        return true;
    struct portal *cursor = find(session, stmt->portalname, diag);
    if (!cursor)
        return false;
    struct plan_column *columns = arena_array(&portal->arena, struct plan_column, cursor->ncolumns ? cursor->ncolumns : 1);
    memcpy(columns, cursor->columns, sizeof *columns * (size_t) cursor->ncolumns);
    for (int i = 0; i < cursor->ncolumns; i++) {
        columns[i].name = arena_strdup(&portal->arena, columns[i].name);
        /* The catalog may have been read anew since it was declared. */
        columns[i].desc = catalog_type_by_oid(session->catalog, columns[i].type);
        if (!columns[i].desc)
            return diag_set(diag, ERRCODE_INTERNAL_ERROR, "cache lookup failed for type %u", columns[i].type);
    }
    portal->columns = columns;
    portal->ncolumns = cursor->ncolumns;
    return true;
}

/* A cursor's place is `position`: the number of rows before the gap it stands in, or on row `position` after a fetch; past the end it is one more
 * than the rows. Rows passed are in `stored` when it can go back. */
struct walk {
    struct session *session;
    struct portal *cursor;
    struct stored_rows *passed;
    struct stored_rows *out; /* NULL: MOVE */
    int64_t count;           /* rows fetched or moved over */
};

/* Have row `number` (1-based) in `passed`; false at the end or after a report. */
static bool have_row(struct walk *walk, int64_t number, bool *failed, struct diag *diag)
{
    while (walk->passed->count < number) {
        const struct datum *row;
        if (!walk->cursor->cursor)
            return false;
        if (!portal_next(walk->session, walk->cursor, &row, diag)) {
            *failed = true;
            return false;
        }
        if (!row)
            return false;
        stored_rows_add(walk->passed, row);
    }
    return true;
}

static bool can_go_back(const struct portal *cursor)
{
    return !(cursor->options & CURSOR_NO_SCROLL);
}

static bool step_to(struct walk *walk, int64_t number, bool take, struct diag *diag)
{
    struct portal *cursor = walk->cursor;
    bool failed = false;
    if (number >= 1 && have_row(walk, number, &failed, diag)) {
        cursor->position = number;
        if (take) {
            walk->count++;
            if (walk->out)
                stored_rows_add(walk->out, walk->passed->rows[number - 1]);
        }
        return true;
    }
    if (!failed)
        cursor->position = number < 1 ? 0 : walk->passed->count + 1;
    return !failed;
}

static bool run_forward(struct walk *walk, int64_t how_many, struct diag *diag)
{
    int64_t from = walk->cursor->position;
    if (how_many == 0)
        return from < 1 || from > walk->passed->count || step_to(walk, from, true, diag);
    for (int64_t i = 0; i < how_many; i++) {
        int64_t before = walk->count;
        if (walk->session->interrupts.pending && !interrupts_check(&walk->session->interrupts, diag))
            return false;
        if (walk->cursor->position > walk->passed->count && !walk->cursor->cursor)
            return true;
        if (!step_to(walk, walk->cursor->position + 1, true, diag))
            return false;
        if (walk->count == before)
            return true;
    }
    return true;
}

static bool run_backward(struct walk *walk, int64_t how_many, struct diag *diag)
{
    for (int64_t i = 0; i < how_many && walk->cursor->position > 0; i++)
        if (!step_to(walk, walk->cursor->position - 1, true, diag))
            return false;
    return true;
}

static bool run_walk(struct walk *walk, PgQuery__FetchStmt *stmt, struct diag *diag)
{
    int64_t how_many = stmt->how_many, from = walk->cursor->position;
    bool failed = false;
    switch (stmt->direction) {
    case PG_QUERY__FETCH_DIRECTION__FETCH_FORWARD:
        return how_many < 0 ? run_backward(walk, -how_many, diag) : run_forward(walk, how_many, diag);
    case PG_QUERY__FETCH_DIRECTION__FETCH_BACKWARD:
        return how_many < 0    ? run_forward(walk, -how_many, diag)
               : how_many == 0 ? run_forward(walk, 0, diag)
                               : run_backward(walk, how_many, diag);
    case PG_QUERY__FETCH_DIRECTION__FETCH_ABSOLUTE:
        if (how_many < 0) {
            have_row(walk, INT64_MAX, &failed, diag);
            if (failed)
                return false;
            how_many += walk->passed->count + 1;
        }
        return step_to(walk, how_many, true, diag);
    default:
        return how_many == 0 ? run_forward(walk, 0, diag) : step_to(walk, from + how_many, true, diag);
    }
}

static bool goes_back(const PgQuery__FetchStmt *stmt, const struct portal *cursor)
{
    switch (stmt->direction) {
    case PG_QUERY__FETCH_DIRECTION__FETCH_FORWARD:
        return stmt->how_many < 0;
    case PG_QUERY__FETCH_DIRECTION__FETCH_BACKWARD:
        return stmt->how_many >= 0;
    case PG_QUERY__FETCH_DIRECTION__FETCH_ABSOLUTE:
        return stmt->how_many < cursor->position;
    default:
        return stmt->how_many < 0;
    }
}

bool fetch_run(struct session *session, PgQuery__FetchStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct portal *cursor = find(session, stmt->portalname, diag);
    if (!cursor)
        return false;
    if (cursor->state == PORTAL_FAILED)
        return diag_set(diag, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "portal \"%s\" cannot be run", cursor->name);
    if (!can_go_back(cursor) && goes_back(stmt, cursor)) {
        diag_set(diag, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "cursor can only scan forward");
        return diag_hint(diag, "Declare it with SCROLL option to enable backward scan.");
    }
    /* The rows belong to the cursor's walk, not to its own run. */
    struct stored_rows *passed = cursor->stored ? cursor->stored : stored_rows_new(cursor->ncolumns);
    int64_t position = cursor->position;
    cursor->stored = NULL;
    struct walk walk = {session, cursor, passed, NULL, 0};
    if (!stmt->ismove)
        walk.out = portal->stored = stored_rows_new(cursor->ncolumns);
    cursor->position = position;
    bool done = run_walk(&walk, stmt, diag);
    if (!done)
        cursor->state = PORTAL_FAILED;
    /* portal_next counts for itself: the walk's place is what counts here. */
    cursor->stored = passed;
    portal->tag = stmt->ismove ? "MOVE" : "FETCH";
    portal->count = walk.count;
    return done;
}

bool close_run(struct session *session, PgQuery__ClosePortalStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct portal *next;
    portal->tag = "CLOSE CURSOR";
    if (stmt->portalname && *stmt->portalname) {
        struct portal *cursor = find(session, stmt->portalname, diag);
        if (cursor)
            portal_drop(session, cursor);
        return cursor != NULL;
    }
    portal->tag = "CLOSE CURSOR ALL";
    for (struct portal *other = session->portals; other; other = next) {
        next = other->next;
        if (other != portal)
            portal_drop(session, other);
    }
    return true;
}
