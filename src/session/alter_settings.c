#include "session/utility.h"

#include "session/conffile.h"
#include "session/settings_value.h"

#include <string.h>
#include <strings.h>

/* Settings that outlive the session: ALTER SYSTEM, ALTER DATABASE … SET, ALTER ROLE … SET. */

/* What a SET clause asks for. */
struct wanted {
    bool all; /* RESET ALL */
    const char *name;
    const char *value; /* NULL: RESET */
};

static bool read_clause(struct session *session, const PgQuery__VariableSetStmt *stmt, struct arena *arena, struct wanted *wanted,
                        struct diag *diag)
{
    struct buf value;
    *wanted = (struct wanted){.name = stmt->name};
    switch (stmt->kind) {
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE:
        buf_init(&value);
        if (set_argument_text(&value, stmt->name, stmt->n_args, stmt->args, diag))
            wanted->value = arena_strdup(arena, buf_cstr(&value));
        buf_deinit(&value);
        return wanted->value;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT:
        wanted->value = session->env.setting_get(session, stmt->name);
        if (!wanted->value)
            return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "unrecognized configuration parameter \"%s\"", stmt->name);
        wanted->value = arena_strdup(arena, wanted->value);
        return true;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT:
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET:
        return true;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL:
        wanted->all = true;
        wanted->name = NULL;
        return true;
    default:
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "SET %s is not supported here", stmt->name);
    }
}

/* Known, changeable from `source`, and of a value that it can have. */
static bool check(struct session *session, struct wanted *wanted, enum setting_source source, struct diag *diag)
{
    if (wanted->all)
        return true;
    int index = settings_find(wanted->name);
    const struct setting_fact *fact = settings_fact_at(index);
    if (!fact)
        return settings_slot(session->settings, wanted->name, true, diag) >= 0;
    wanted->name = fact->name;
    if (!setting_may_change(fact, source, diag))
        return false;
    struct arena arena;
    arena_init(&arena);
    bool good = !wanted->value || setting_canonical(session->settings, fact, wanted->value, &arena, diag);
    arena_deinit(&arena);
    return good;
}

/* What the server finds out itself, or what names the very file that would have to say it. */
static bool is_systems_own(const struct setting_fact *fact)
{
    static const char *const own[] = {"config_file",           "data_directory",         "role",
                                      "session_authorization", "transaction_deferrable", "transaction_isolation",
                                      "transaction_read_only", "is_superuser",           "seed"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!strcmp(fact->name, own[i]))
            return true;
    return fact->context == SETTING_INTERNAL;
}

bool alter_system_run(struct session *session, PgQuery__AlterSystemStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct wanted wanted;
    portal->tag = "ALTER SYSTEM";
    if (!txn_prevent_block(session, "ALTER SYSTEM", diag) || !read_clause(session, stmt->setstmt, &portal->arena, &wanted, diag))
        return false;
    if (!wanted.all) {
        int index = settings_find(wanted.name);
        const struct setting_fact *fact = settings_fact_at(index);
        if (!fact && !strchr(wanted.name, '.'))
            return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "unrecognized configuration parameter \"%s\"", wanted.name);
        if (fact && is_systems_own(fact))
            return diag_set(diag, ERRCODE_CANT_CHANGE_RUNTIME_PARAM, "parameter \"%s\" cannot be changed", fact->name);
        if (!check(session, &wanted, SOURCE_FILE, diag))
            return false;
        if (wanted.value && strchr(wanted.value, '\n'))
            return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "parameter value for ALTER SYSTEM must not contain a newline");
    }
    if (!session->options.auto_config_path)
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "there is no configuration file to be altered");
    return conffile_alter(session->options.auto_config_path, wanted.name, wanted.value, diag);
}

bool alter_database_set_run(struct session *session, PgQuery__AlterDatabaseSetStmt *stmt, struct portal *portal,
                            struct diag *diag)
{
    struct wanted wanted;
    portal->tag = "ALTER DATABASE";
    if (!database_exists(session, stmt->dbname))
        return diag_set(diag, ERRCODE_INVALID_CATALOG_NAME, "database \"%s\" does not exist", stmt->dbname);
    if (!txn_check_writable(session, "ALTER DATABASE", diag) ||
        !read_clause(session, stmt->setstmt, &portal->arena, &wanted, diag) || !check(session, &wanted, SOURCE_DATABASE, diag))
        return false;
    override_queue(session, stmt->dbname, "", wanted.name, wanted.value);
    return true;
}

/* Whoever may connect is a role: every name is, until the database knows roles. */
static const char *role_name(const struct session *session, const PgQuery__RoleSpec *role)
{
    if (!role)
        return "";
    switch (role->roletype) {
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CURRENT_ROLE:
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CURRENT_USER:
        return session->user;
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_SESSION_USER:
        return session->session_user;
    default:
        return role->rolename;
    }
}

bool alter_role_set_run(struct session *session, PgQuery__AlterRoleSetStmt *stmt, struct portal *portal, struct diag *diag)
{
    struct wanted wanted;
    const char *database = stmt->database && *stmt->database ? stmt->database : "";
    portal->tag = "ALTER ROLE";
    if (*database && !database_exists(session, database))
        return diag_set(diag, ERRCODE_INVALID_CATALOG_NAME, "database \"%s\" does not exist", database);
    if (!txn_check_writable(session, "ALTER ROLE", diag) || !read_clause(session, stmt->setstmt, &portal->arena, &wanted, diag) ||
        !check(session, &wanted, SOURCE_USER, diag))
        return false;
    override_queue(session, database, role_name(session, stmt->role), wanted.name, wanted.value);
    return true;
}
