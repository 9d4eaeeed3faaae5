#include "session/utility.h"

#include <string.h>

/* BEGIN … and its kin. */

static const char *option_text(const PgQuery__DefElem *option)
{
    const PgQuery__Node *arg = option->arg;
    if (!arg || arg->node_case != PG_QUERY__NODE__NODE_A_CONST)
        return "";
    return arg->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL ? arg->a_const->sval->sval : "";
}

static bool option_bool(const PgQuery__DefElem *option)
{
    const PgQuery__Node *arg = option->arg;
    if (!arg || arg->node_case != PG_QUERY__NODE__NODE_A_CONST)
        return true;
    return arg->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL ? arg->a_const->ival->ival != 0 : true;
}

bool transaction_modes(size_t count, PgQuery__Node **options, struct txn_modes *modes, struct diag *diag)
{
    for (size_t i = 0; i < count; i++) {
        const PgQuery__DefElem *option = options[i]->def_elem;
        if (!strcmp(option->defname, "transaction_isolation")) {
            modes->has_isolation = txn_isolation_parse(option_text(option), &modes->isolation);
            if (!modes->has_isolation)
                return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE,
                                "invalid value for parameter \"transaction_isolation\": \"%s\"", option_text(option));
        } else if (!strcmp(option->defname, "transaction_read_only")) {
            modes->has_read_only = true;
            modes->read_only = option_bool(option);
        } else if (!strcmp(option->defname, "transaction_deferrable")) {
            modes->has_deferrable = true;
            modes->deferrable = option_bool(option);
        }
    }
    return true;
}

bool transaction_run(struct session *session, PgQuery__TransactionStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct txn_modes modes = {0};
    switch (stmt->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
        portal->tag = stmt->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN ? "BEGIN" : "START TRANSACTION";
        return transaction_modes(stmt->n_options, stmt->options, &modes, diag) && txn_begin(session, &modes, diag);
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
        return txn_commit(session, stmt->chain, &portal->tag, diag);
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
        portal->tag = "ROLLBACK";
        return txn_rollback(session, stmt->chain, diag);
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT:
        portal->tag = "SAVEPOINT";
        return txn_savepoint(session, stmt->savepoint_name, diag);
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE:
        portal->tag = "RELEASE";
        return txn_release(session, stmt->savepoint_name, diag);
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
        portal->tag = "ROLLBACK";
        return txn_rollback_to(session, stmt->savepoint_name, diag);
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
        return txn_prepare_transaction(session, &portal->tag, diag);
    default:
        return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "prepared transaction with identifier \"%s\" does not exist", stmt->gid);
    }
}
