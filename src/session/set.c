#include "session/advisory.h"
#include "session/notify.h"
#include "session/utility.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* SET, SHOW, RESET, DISCARD. */

static bool needs_quotes(const char *text)
{
    if (!(*text == '_' || (*text >= 'a' && *text <= 'z')))
        return true;
    for (const char *p = text; *p; p++)
        if (!(*p == '_' || (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')))
            return true;
    return false;
}

/* A name in a list setting: quoted where it would not read back as itself. */
static void put_name(struct buf *out, const char *text)
{
    if (!needs_quotes(text)) {
        buf_puts(out, text);
        return;
    }
    buf_putc(out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            buf_putc(out, '"');
        buf_putc(out, *p);
    }
    buf_putc(out, '"');
}

/* SET TIME ZONE INTERVAL '…' is a cast; everything else is a constant. */
static bool put_argument(struct buf *out, const PgQuery__Node *node, bool as_name, struct diag *diag)
{
    if (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        node = node->type_cast->arg;
    if (node->node_case != PG_QUERY__NODE__NODE_A_CONST)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "SET takes constants only");
    const PgQuery__AConst *constant = node->a_const;
    switch (constant->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
        buf_put_int64(out, constant->ival->ival);
        return true;
    case PG_QUERY__A__CONST__VAL_FVAL:
        buf_puts(out, constant->fval->fval);
        return true;
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        buf_puts(out, constant->boolval->boolval ? "true" : "false");
        return true;
    case PG_QUERY__A__CONST__VAL_SVAL:
        if (as_name)
            put_name(out, constant->sval->sval);
        else
            buf_puts(out, constant->sval->sval);
        return true;
    default:
        /* proto3 leaves out a zero */
        buf_puts(out, constant->isnull ? "" : "0");
        return true;
    }
}

bool set_argument_text(struct buf *out, const char *name, size_t count, PgQuery__Node **args, struct diag *diag)
{
    int index = settings_find(name);
    const struct setting_fact *fact = index < 0 ? NULL : settings_fact_at(index);
    bool is_list = fact && fact->list;
    if (count > 1 && !is_list)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "SET %s takes only one argument", name);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_puts(out, ", ");
        if (!put_argument(out, args[i], fact && fact->names, diag))
            return false;
    }
    return true;
}

static enum settings_scope scope_of(struct session *session, const PgQuery__VariableSetStmt *stmt)
{
    if (stmt->is_local && session->txn.state < TXN_IMPLICIT)
        session_warn(session, ERRCODE_NO_ACTIVE_SQL_TRANSACTION, "SET LOCAL can only be used in transaction blocks");
    return stmt->is_local ? SCOPE_LOCAL : SCOPE_SESSION;
}

static bool set_multi(struct session *session, PgQuery__VariableSetStmt *stmt, struct diag *diag)
{
    struct txn_modes modes = {0};
    if (!strcmp(stmt->name, "TRANSACTION")) {
        if (session->txn.state < TXN_IMPLICIT)
            session_warn(session, ERRCODE_NO_ACTIVE_SQL_TRANSACTION, "SET TRANSACTION can only be used in transaction blocks");
        return transaction_modes(stmt->n_args, stmt->args, &modes, diag) && txn_set_modes(session, &modes, diag);
    }
    if (!strcmp(stmt->name, "SESSION CHARACTERISTICS")) {
        if (!transaction_modes(stmt->n_args, stmt->args, &modes, diag))
            return false;
        struct settings *settings = session->settings;
        if (modes.has_isolation &&
            !settings_assign(settings, "default_transaction_isolation", txn_isolation_name(modes.isolation), SCOPE_SESSION, diag))
            return false;
        if (modes.has_read_only &&
            !settings_assign(settings, "default_transaction_read_only", modes.read_only ? "on" : "off", SCOPE_SESSION, diag))
            return false;
        return !modes.has_deferrable ||
               settings_assign(settings, "default_transaction_deferrable", modes.deferrable ? "on" : "off", SCOPE_SESSION, diag);
    }
    return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "SET %s is not supported", stmt->name);
}

bool set_run(struct session *session, PgQuery__VariableSetStmt *stmt, struct portal *portal, struct diag *diag)
{
    bool done;
    struct buf value;
    portal->tag = "SET";
    switch (stmt->kind) {
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE:
        buf_init(&value);
        done = set_argument_text(&value, stmt->name, stmt->n_args, stmt->args, diag) &&
               settings_assign(session->settings, stmt->name, buf_cstr(&value), scope_of(session, stmt), diag);
        buf_deinit(&value);
        return done;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI:
        return set_multi(session, stmt, diag);
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT:
        return settings_assign(session->settings, stmt->name, NULL, scope_of(session, stmt), diag);
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET:
        portal->tag = "RESET";
        return settings_assign(session->settings, stmt->name, NULL, SCOPE_SESSION, diag);
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL:
        portal->tag = "RESET";
        return settings_reset_all(session->settings, diag);
    default:
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "SET %s FROM CURRENT is not supported", stmt->name);
    }
}

bool show_describe(struct session *session, PgQuery__VariableShowStmt *stmt, struct portal *portal, struct diag *diag)
{
    if (!strcasecmp(stmt->name, "all")) {
        static const char *const names[] = {"name", "setting", "description"};
        struct plan_column *columns = arena_array(&portal->arena, struct plan_column, 3);
        for (int i = 0; i < 3; i++)
            columns[i] = *utility_text_column(&portal->arena, names[i]);
        portal->columns = columns;
        portal->ncolumns = 3;
        return true;
    }
    int index = settings_find(stmt->name);
    if (index < 0 && !session->env.setting_get(session, stmt->name))
        return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "unrecognized configuration parameter \"%s\"", stmt->name);
    portal->columns = utility_text_column(&portal->arena, index >= 0 ? settings_fact_at(index)->name : stmt->name);
    portal->ncolumns = 1;
    return true;
}

bool show_run(struct session *session, PgQuery__VariableShowStmt *stmt, struct portal *portal, struct diag *diag)
{
    const struct setting_fact *fact;
    if (!portal->columns && !show_describe(session, stmt, portal, diag))
        return false;
    portal->tag = "SHOW";
    portal->stored = stored_rows_new(portal->ncolumns);
    if (portal->ncolumns == 1) {
        const char *value = session->env.setting_get(session, stmt->name);
        struct datum row = datum_cstr(value ? value : "");
        stored_rows_add(portal->stored, &row);
        return true;
    }
    for (int i = 0; (fact = settings_fact_at(i)); i++) {
        if (fact->hidden)
            continue;
        const char *value = session->env.setting_get(session, fact->name);
        struct datum row[] = {datum_cstr(fact->name), datum_cstr(value ? value : ""), datum_cstr(fact->description)};
        stored_rows_add(portal->stored, row);
    }
    return true;
}

static void drop_cursors(struct session *session, const struct portal *running)
{
    struct portal *next;
    for (struct portal *portal = session->portals; portal; portal = next) {
        next = portal->next;
        if (portal != running)
            portal_drop(session, portal);
    }
}

static bool discard_temporary(struct session *session, const struct portal *portal, struct diag *diag)
{
    if (!catalog_temporary_schema(session->catalog))
        return true;
    session->txn.changed_catalog = true;
    return txn_prepare_temporary(session, portal->script != NULL, diag) && temporary_discard(session->compiler, diag);
}

bool discard_run(struct session *session, PgQuery__DiscardStmt *stmt, struct portal *portal, struct diag *diag)
{
    switch (stmt->target) {
    case PG_QUERY__DISCARD_MODE__DISCARD_ALL:
        if (!txn_prevent_block(session, "DISCARD ALL", diag))
            return false;
        portal->tag = "DISCARD ALL";
        drop_cursors(session, portal);
        if (!settings_reset_all(session->settings, diag) ||
            !settings_assign(session->settings, "session_authorization", NULL, SCOPE_SESSION, diag) ||
            !settings_assign(session->settings, "role", NULL, SCOPE_SESSION, diag))
            return false;
        prepared_drop_all(session);
        sequences_forget(session);
        advisory_end_session(session);
        notify_unlisten_all(session);
        if (!discard_temporary(session, portal, diag))
            return false;
        compiler_forget(session->compiler);
        return true;
    case PG_QUERY__DISCARD_MODE__DISCARD_PLANS:
        portal->tag = "DISCARD PLANS";
        compiler_forget(session->compiler);
        return true;
    case PG_QUERY__DISCARD_MODE__DISCARD_SEQUENCES:
        portal->tag = "DISCARD SEQUENCES";
        sequences_forget(session);
        return true;
    default:
        portal->tag = "DISCARD TEMP";
        return discard_temporary(session, portal, diag);
    }
}
