#include "session/portal.h"
#include "session/state.h"

#include <stdlib.h>
#include <string.h>

/* Literals belong to the text they were lifted from: copy what the compiler only lent. */
static bool compile(struct session *session, struct prepared *prepared, struct diag *diag)
{
    if (prepared->node)
        prepared->plan = compile_node(session->compiler, prepared->node, prepared->text, prepared->ntypes, prepared->types, diag);
    else
        prepared->plan = compile_statement(session->compiler, &prepared->arena, prepared->text, prepared->len, prepared->ntypes,
                                           prepared->types, &prepared->literals, &prepared->nliterals, diag);
    return prepared->plan != NULL;
}

/* A mistake may come from a catalog that is out of date. */
static bool compile_fresh(struct session *session, struct prepared *prepared, struct diag *diag)
{
    if (compile(session, prepared, diag))
        return true;
    bool changed = false;
    struct diag other = {0};
    if (!session_recheck_catalog(session, &changed, &other)) {
        diag_clear(&other);
        return false;
    }
    if (!changed)
        return false;
    diag_clear(diag);
    return compile(session, prepared, diag);
}

struct prepared *prepared_new(struct session *session, const char *name, const char *text, size_t len, int ntypes,
                              const oid_t *types, struct diag *diag)
{
    struct prepared *prepared = xcalloc(1, sizeof *prepared);
    arena_init(&prepared->arena);
    prepared->references = 1;
    prepared->name = arena_strdup(&prepared->arena, name);
    prepared->text = arena_strndup(&prepared->arena, text, len);
    prepared->len = len;
    prepared->ntypes = ntypes;
    prepared->types = arena_array(&prepared->arena, oid_t, ntypes ? ntypes : 1);
    memcpy(prepared->types, types, sizeof *types * (size_t) ntypes);
    prepared->prepare_time = session->env.statement_timestamp;
    if (compile_fresh(session, prepared, diag))
        return prepared;
    prepared_free(prepared);
    return NULL;
}

void prepared_free(struct prepared *prepared)
{
    if (!prepared || --prepared->references > 0)
        return;
    if (prepared->plan)
        plan_release(prepared->plan);
    if (prepared->owner)
        plan_release(prepared->owner);
    arena_deinit(&prepared->arena);
    free(prepared);
}

static struct prepared *look_up(struct session *session, const char *name)
{
    if (!*name)
        return session->unnamed;
    for (struct prepared *prepared = session->prepared; prepared; prepared = prepared->next)
        if (!strcmp(prepared->name, name))
            return prepared;
    return NULL;
}

struct prepared *prepared_find(struct session *session, const char *name, struct diag *diag)
{
    struct prepared *prepared = look_up(session, name);
    if (!prepared) {
        if (*name)
            diag_set(diag, ERRCODE_INVALID_SQL_STATEMENT_NAME, "prepared statement \"%s\" does not exist", name);
        else
            diag_set(diag, ERRCODE_INVALID_SQL_STATEMENT_NAME, "unnamed prepared statement does not exist");
    }
    return prepared;
}

bool prepared_keep(struct session *session, struct prepared *prepared, struct diag *diag)
{
    if (!*prepared->name) {
        if (session->unnamed)
            prepared_drop(session, session->unnamed);
        session->unnamed = prepared;
        return true;
    }
    if (look_up(session, prepared->name)) {
        diag_set(diag, ERRCODE_DUPLICATE_PSTATEMENT, "prepared statement \"%s\" already exists", prepared->name);
        prepared_free(prepared);
        return false;
    }
    prepared->next = session->prepared;
    session->prepared = prepared;
    return true;
}

void prepared_drop(struct session *session, struct prepared *prepared)
{
    if (prepared == session->unnamed)
        session->unnamed = NULL;
    for (struct prepared **at = &session->prepared; *at; at = &(*at)->next)
        if (*at == prepared) {
            *at = prepared->next;
            break;
        }
    prepared_free(prepared);
}

void prepared_drop_all(struct session *session)
{
    while (session->prepared)
        prepared_drop(session, session->prepared);
    if (session->unnamed)
        prepared_drop(session, session->unnamed);
}

static bool has_same_columns(const struct plan *a, const struct plan *b)
{
    if (a->ncolumns != b->ncolumns || a->returns_rows != b->returns_rows)
        return false;
    for (int i = 0; i < a->ncolumns; i++)
        if (a->columns[i].type != b->columns[i].type || a->columns[i].typmod != b->columns[i].typmod ||
            strcmp(a->columns[i].name, b->columns[i].name))
            return false;
    return true;
}

bool prepared_refresh(struct session *session, struct prepared *prepared, struct diag *diag)
{
    if (plan_is_current(session->compiler, prepared->plan))
        return true;
    struct plan *old = prepared->plan;
    if (!compile_fresh(session, prepared, diag)) {
        prepared->plan = old;
        return false;
    }
    bool is_same = has_same_columns(old, prepared->plan);
    plan_release(old);
    if (!is_same)
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cached plan must not change result type");
    return true;
}
