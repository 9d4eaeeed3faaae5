#include "session/portal.h"

#include "session/state.h"
#include "session/utility.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STALE_TRIES = 10 };

static void clear(struct portal *portal)
{
    if (portal->cursor)
        cursor_close(portal->cursor);
    if (portal->plan)
        plan_release(portal->plan);
    prepared_free(portal->prepared);
    stored_rows_free(portal->stored);
}

struct portal *portal_new(struct session *session, const char *name, struct diag *diag)
{
    struct portal *old = portal_find(session, name);
    if (old && *name) {
        diag_set(diag, ERRCODE_DUPLICATE_CURSOR, "cursor \"%s\" already exists", name);
        return NULL;
    }
    if (old)
        portal_drop(session, old);
    struct portal *portal = session->spare_portal;
    struct arena arena;
    if (portal) {
        session->spare_portal = NULL;
        arena = portal->arena;
        arena_reset(&arena);
    } else {
        portal = xmalloc(sizeof *portal);
        arena_init(&arena);
    }
    *portal = (struct portal){
        .arena = arena, .count = -1, .created = session->env.statement_timestamp, .level = session->txn.nsavepoints};
    portal->name = *name ? arena_strdup(&portal->arena, name) : "";
    portal->next = session->portals;
    session->portals = portal;
    return portal;
}

void portal_set_plan(struct portal *portal, struct plan *plan)
{
    if (portal->plan)
        plan_release(portal->plan);
    portal->plan = plan;
    if (plan && plan->kind != PLAN_UTILITY) {
        portal->ncolumns = plan->ncolumns;
        portal->columns = plan->returns_rows ? plan->columns : NULL;
    }
}

struct portal *portal_find(struct session *session, const char *name)
{
    for (struct portal *portal = session->portals; portal; portal = portal->next)
        if (!strcmp(portal->name, name))
            return portal;
    return NULL;
}

void portal_drop(struct session *session, struct portal *portal)
{
    for (struct portal **at = &session->portals; *at; at = &(*at)->next)
        if (*at == portal) {
            *at = portal->next;
            break;
        }
    clear(portal);
    if (session->spare_portal) {
        arena_deinit(&portal->arena);
        free(portal);
    } else {
        session->spare_portal = portal;
    }
}

/* A utility's own portal is still running when its COMMIT ends the others. */
static bool is_running_utility(const struct portal *portal)
{
    return portal->state == PORTAL_OPEN && portal->plan && portal->plan->kind == PLAN_UTILITY && !portal->is_cursor;
}

void portals_drop_all(struct session *session, bool held_too)
{
    struct portal *next;
    for (struct portal *portal = session->portals; portal; portal = next) {
        next = portal->next;
        bool is_held = (portal->options & CURSOR_HOLD) && portal->state != PORTAL_FAILED && portal->level < 0;
        if ((held_too || !is_held) && !is_running_utility(portal))
            portal_drop(session, portal);
    }
}

void portals_drop_level(struct session *session, int level)
{
    struct portal *next;
    for (struct portal *portal = session->portals; portal; portal = next) {
        next = portal->next;
        if (portal->level >= level && !is_running_utility(portal))
            portal_drop(session, portal);
    }
}

void portals_lower_level(struct session *session, int level)
{
    for (struct portal *portal = session->portals; portal; portal = portal->next)
        if (portal->level > level)
            portal->level = level;
}

bool portals_spool(struct session *session, struct diag *diag)
{
    for (struct portal *portal = session->portals; portal; portal = portal->next)
        if (portal->cursor && portal->state == PORTAL_OPEN && !cursor_spool(portal->cursor, diag))
            return false;
    return true;
}

bool portals_hold(struct session *session, struct diag *diag)
{
    for (struct portal *portal = session->portals; portal; portal = portal->next) {
        if (!(portal->options & CURSOR_HOLD) || portal->level < 0)
            continue;
        if (portal->cursor && portal->state == PORTAL_OPEN && !cursor_spool(portal->cursor, diag))
            return false;
        portal->level = -1; /* no longer of any transaction */
    }
    return true;
}

bool portal_describe(struct session *session, struct portal *portal, struct diag *diag)
{
    if (portal->plan && portal->plan->kind == PLAN_UTILITY && !portal->columns)
        return utility_describe(session, portal, diag);
    return true;
}

/* The engine's failure, or what made it fail. */
static bool failed(struct session *session, struct diag *diag)
{
    struct diag interrupt = {0};
    if (session->interrupts.pending && !interrupts_check(&session->interrupts, &interrupt))
        diag_move(diag, &interrupt);
    return false;
}

bool portal_prepare(struct session *session, const struct portal *portal, const struct plan *plan, struct diag *diag)
{
    session->txn.used_temporary |= plan->uses_temporary;
    /* A script's single statement, or what is followed by Sync. */
    bool is_alone = portal->script || wire_expects(&session->wire, 'S');
    return plan->writes_file      ? txn_prepare_write(session, plan->changes, diag)
           : plan->writes         ? txn_prepare_temporary(session, is_alone, diag)
           : plan->reads_snapshot ? txn_prepare_read(session, diag)
                                  : true;
}

static bool open_cursor(struct session *session, struct portal *portal, struct diag *diag)
{
    struct plan *plan = portal->plan;
    if (!portal_prepare(session, portal, plan, diag))
        return failed(session, diag);
    portal->cursor = cursor_open(session->compiler, plan, portal->params, portal->literals, portal->nliterals, diag);
    return portal->cursor || failed(session, diag);
}

/* The schema is not the one it was compiled against. */
static bool compile_again(struct session *session, struct portal *portal, struct diag *diag)
{
    if (portal->cursor)
        cursor_close(portal->cursor);
    portal->cursor = NULL;
    if (!session_reload_catalog(session, diag))
        return false;
    struct plan *plan = NULL;
    if (portal->script) {
        plan = script_plan(portal->script, portal->script_index, 0, NULL, &portal->literals, &portal->nliterals, diag);
    } else if (portal->prepared) {
        if (!prepared_refresh(session, portal->prepared, diag))
            return false;
        plan = portal->prepared->plan;
        plan->references++;
        portal->literals = portal->prepared->literals;
        portal->nliterals = portal->prepared->nliterals;
    } else {
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cached plan must not change result type");
    }
    if (!plan)
        return false;
    portal->has_encoder = false;
    portal_set_plan(portal, plan);
    return true;
}

static bool run_ddl(struct session *session, struct portal *portal, struct diag *diag)
{
    int64_t count = -1;
    uint64_t generation = catalog_generation(session->catalog);
    bool is_temporary = !session->txn.read_only && ddl_is_temporary(session->compiler, portal->plan);
    if (!(is_temporary ? txn_prepare_temporary(session, portal->script != NULL, diag)
                       : txn_prepare_write(session, portal->plan->tag, diag)) ||
        (engine_schema_has_moved(session->engine) && !session_reload_catalog(session, diag)))
        return failed(session, diag);
    /* Compiled before the gate was taken: another session may have changed what it refers to. */
    if (catalog_generation(session->catalog) != generation && !plan_is_current(session->compiler, portal->plan) &&
        (portal->script || portal->prepared)) {
        if (!compile_again(session, portal, diag))
            return false;
        generation = catalog_generation(session->catalog);
    }
    session->txn.changed_catalog = true;
    bool done = ddl_execute(session->compiler, portal->plan, portal->params, &count, diag);
    session->txn.changed_file |= ddl_changed_file(session->compiler);
    session->txn.used_temporary |= ddl_used_temporary(session->compiler);
    if (!done)
        return failed(session, diag);
    if (catalog_generation(session->catalog) == generation && !session_reload_catalog(session, diag))
        return false;
    portal->tag = count >= 0 ? "SELECT" : portal->plan->tag;
    portal->count = count;
    return true;
}

static bool run_to_end(struct session *session, struct portal *portal, struct diag *diag)
{
    const struct datum *row;
    do
        if (!portal_next(session, portal, &row, diag))
            return false;
    while (row);
    return true;
}

bool portal_start(struct session *session, struct portal *portal, struct diag *diag)
{
    if (portal->state != PORTAL_READY)
        return true;
    portal->state = PORTAL_OPEN;
    session->tally.queries++;
    struct plan *plan = portal->plan;
    bool done = true;
    if (!plan || plan->kind == PLAN_EMPTY) {
        portal->is_empty = true;
        portal->state = PORTAL_DONE;
    } else if (plan->kind == PLAN_QUERY) {
        portal->tag = plan->tag;
        done = open_cursor(session, portal, diag);
        if (done && !plan->returns_rows)
            done = run_to_end(session, portal, diag);
    } else if (plan->kind == PLAN_DDL) {
        done = run_ddl(session, portal, diag);
        portal->state = PORTAL_DONE;
    } else {
        done = utility_run(session, portal, diag);
        /* EXECUTE has become the statement that it names. */
        if (done && portal->plan->kind != PLAN_UTILITY && !portal->is_cursor) {
            portal->state = PORTAL_READY;
            return portal_start(session, portal, diag);
        }
        if (!portal->stored)
            portal->state = PORTAL_DONE;
    }
    if (!done)
        portal->state = PORTAL_FAILED;
    return done;
}

static bool next_of_cursor(struct session *session, struct portal *portal, const struct datum **row, struct diag *diag)
{
    for (int tries = 0;; tries++) {
        enum engine_step step = cursor_next(portal->cursor, row, diag);
        if (step == ENGINE_ROW) {
            portal->position++;
            return true;
        }
        *row = NULL;
        if (step == ENGINE_DONE) {
            portal->count = cursor_count(portal->cursor);
            portal->state = PORTAL_DONE;
            cursor_close(portal->cursor);
            portal->cursor = NULL;
            return true;
        }
        if (step == ENGINE_FAILED || tries == STALE_TRIES) {
            if (step == ENGINE_STALE)
                diag_set(diag, ERRCODE_SERIALIZATION_FAILURE, "the schema keeps changing");
            return failed(session, diag);
        }
        if (!compile_again(session, portal, diag) || !open_cursor(session, portal, diag))
            return false;
    }
}

bool portal_next(struct session *session, struct portal *portal, const struct datum **row, struct diag *diag)
{
    *row = NULL;
    if (portal->state == PORTAL_DONE || portal->state == PORTAL_READY)
        return true;
    if (portal->stored) {
        if (portal->position < portal->stored->count) {
            *row = portal->stored->rows[portal->position++];
        } else {
            portal->state = PORTAL_DONE;
        }
        return true;
    }
    return next_of_cursor(session, portal, row, diag);
}

bool portal_send(struct session *session, struct portal *portal, int64_t limit, bool *suspended, struct diag *diag)
{
    const struct datum *row;
    int64_t sent = 0;
    *suspended = false;
    if (!portal->has_encoder) {
        if (!result_encoder_init(&portal->encoder, &portal->arena, portal->ncolumns, portal->columns, &portal->format, diag))
            return false;
        portal->has_encoder = true;
    }
    for (;;) {
        if (limit && sent == limit) {
            *suspended = true;
            session->rows += sent;
            session->tally.rows += sent;
            return true;
        }
        if (session->interrupts.pending && !interrupts_check(&session->interrupts, diag))
            return false;
        if (!portal_next(session, portal, &row, diag))
            return false;
        if (!row) {
            session->rows += sent;
            session->tally.rows += sent;
            return true;
        }
        if (!result_put_row(session, &portal->encoder, row, diag))
            return false;
        sent++;
        wire_relieve(&session->wire);
        if (session->wire.closed)
            interrupts_raise(&session->interrupts, INTERRUPT_BIT_CLIENT_GONE);
    }
}

void portal_tag(const struct portal *portal, struct buf *out)
{
    const char *tag = portal->tag ? portal->tag : "";
    buf_puts(out, tag);
    if (portal->count < 0)
        return;
    buf_puts(out, !strcmp(tag, "INSERT") ? " 0 " : " ");
    buf_put_int64(out, portal->count);
}
