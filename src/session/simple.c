#include "session/state.h"
#include "session/utility.h"

#include <string.h>

/* The simple query protocol: the statements of one message, in one implicit transaction unless they say otherwise. */

static bool in_failed(struct diag *diag)
{
    return diag_set(diag, ERRCODE_IN_FAILED_SQL_TRANSACTION,
                    "current transaction is aborted, commands ignored until end of transaction block");
}

/* Compile statement i; a mistake may come from a catalog that is out of date. */
static struct plan *plan_statement(struct session *session, struct portal *portal, struct diag *diag)
{
    struct script *script = portal->script;
    struct plan *plan = script_plan(script, portal->script_index, 0, NULL, &portal->literals, &portal->nliterals, diag);
    bool is_failed = session->txn.state == TXN_FAILED;
    if (plan || is_failed)
        return plan;
    bool changed = false;
    struct diag other = {0};
    if (!session_recheck_catalog(session, &changed, &other) || !changed) {
        diag_clear(&other);
        return NULL;
    }
    diag_clear(diag);
    return script_plan(script, portal->script_index, 0, NULL, &portal->literals, &portal->nliterals, diag);
}

static bool run_statement(struct session *session, struct script *script, int i, bool is_last, struct diag *diag)
{
    int offset;
    bool is_only = is_last && i == 0, suspended;
    struct portal *portal = portal_new(session, "", diag);
    portal->script = script;
    portal->script_index = i;
    portal->text = script_statement(script, i, &portal->len, &offset);
    txn_ensure(session, is_only ? TXN_STATEMENT : TXN_IMPLICIT);
    if (!session_refresh_catalog(session, diag))
        return false;
    struct plan *plan = plan_statement(session, portal, diag);
    if (session->txn.state == TXN_FAILED && (!plan || !utility_ends_transaction(plan))) {
        if (plan)
            plan_release(plan);
        diag_clear(diag);
        return in_failed(diag);
    }
    if (!plan)
        return false;
    portal_set_plan(portal, plan);
    if (session->query)
        statement_log_plan(session, plan, "statement", session->query, session->query_len);
    if (plan->nparams > 0)
        return diag_set(diag, ERRCODE_UNDEFINED_PARAMETER, "there is no parameter $1");
    if (!portal_describe(session, portal, diag))
        return false;
    bool has_rows = portal->columns != NULL;
    if (!portal_start(session, portal, diag))
        return false;
    if (has_rows) {
        result_put_description(session, portal->ncolumns, portal->columns, &portal->format);
        if (!portal_send(session, portal, 0, &suspended, diag))
            return false;
    }
    bool is_empty = portal->is_empty;
    buf_reset(&session->scratch);
    portal_tag(portal, &session->scratch);
    portal = portal_find(session, "");
    if (portal)
        portal_drop(session, portal);
    /* The commit comes before the word of completion. */
    if (is_last && !txn_finish_implicit(session, diag))
        return false;
    if (is_empty)
        wire_put_bare(&session->wire, 'I');
    else
        wire_put_complete(&session->wire, buf_cstr(&session->scratch));
    return true;
}

void simple_query(struct session *session, const struct wire_message *message)
{
    struct diag diag = {0};
    struct wire_reader reader = wire_reader(message);
    size_t len;
    const char *text = wire_get_string(&reader, &len);
    bool done = wire_get_end(&reader, &diag) && wire_check_utf8(text, len, &diag);
    session->query = text;
    session->query_len = len;
    slot_set_query(session->options.slot, text, len);
    statement_log_begin(session);
    struct script *script = done ? script_new(session->compiler, &session->statement_arena, text, len, &diag) : NULL;
    done = script != NULL;
    int count = done ? script_count(script) : 0;
    if (done && count == 0)
        wire_put_bare(&session->wire, 'I');
    for (int i = 0; done && i < count; i++)
        done = run_statement(session, script, i, i == count - 1, &diag);
    if (!done)
        session_report(session, &diag);
    else
        statement_log_end(session, "statement", text, len);
    struct portal *unnamed = portal_find(session, "");
    if (unnamed)
        portal_drop(session, unnamed);
    wire_release(&session->wire);
    session->query = NULL;
}
