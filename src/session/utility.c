#include "session/utility.h"

#include <string.h>

bool utility_ends_transaction(const struct plan *plan)
{
    if (plan->kind != PLAN_UTILITY || plan->node->node_case != PG_QUERY__NODE__NODE_TRANSACTION_STMT)
        return false;
    switch (plan->node->transaction_stmt->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
        return true;
    default:
        return false;
    }
}

const struct plan_column *utility_text_column(struct arena *arena, const char *name)
{
    struct plan_column *column = arena_new(arena, struct plan_column);
    *column =
        (struct plan_column){.name = arena_strdup(arena, name), .type = TEXT_OID, .typmod = -1, .desc = type_builtin(TEXT_OID)};
    return column;
}

struct plan *utility_compile(struct session *session, PgQuery__Node *node, const char *text, int ntypes, const oid_t *types,
                             struct diag *diag)
{
    struct plan *plan = compile_node(session->compiler, node, text, ntypes, types, diag);
    bool changed = false;
    struct diag other = {0};
    if (plan)
        return plan;
    if (!session_recheck_catalog(session, &changed, &other) || !changed) {
        diag_clear(&other);
        return NULL;
    }
    diag_clear(diag);
    return compile_node(session->compiler, node, text, ntypes, types, diag);
}

bool utility_describe(struct session *session, struct portal *portal, struct diag *diag)
{
    PgQuery__Node *node = portal->plan->node;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
        return show_describe(session, node->variable_show_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
        return explain_describe(session, node->explain_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_FETCH_STMT:
        return fetch_describe(session, node->fetch_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_EXECUTE_STMT:
        return execute_resolve(session, node->execute_stmt, portal, diag);
    default:
        return true;
    }
}

bool utility_run(struct session *session, struct portal *portal, struct diag *diag)
{
    PgQuery__Node *node = portal->plan->node;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
        return transaction_run(session, node->transaction_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
        return set_run(session, node->variable_set_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
        return show_run(session, node->variable_show_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_DISCARD_STMT:
        return discard_run(session, node->discard_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_PREPARE_STMT:
        return prepare_run(session, node->prepare_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_EXECUTE_STMT:
        return execute_resolve(session, node->execute_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
        return deallocate_run(session, node->deallocate_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
        return declare_run(session, node->declare_cursor_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_FETCH_STMT:
        return fetch_run(session, node->fetch_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_CLOSE_PORTAL_STMT:
        return close_run(session, node->close_portal_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
        return explain_run(session, node->explain_stmt, portal, diag);
    case PG_QUERY__NODE__NODE_COPY_STMT:
        return copy_run(session, node->copy_stmt, portal, diag);
    default:
        return maintenance_run(session, node, portal, diag);
    }
}
