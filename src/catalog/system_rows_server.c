#include "catalog/system_rows.h"

#include "func/func.h"

/* The server as rows: databases, roles, tablespaces, extensions, settings. */

enum { OWN_DATABASE = 5, ENCODING_UTF8 = 6, TABLESPACE_DEFAULT = 1663, CLASS_DATABASE = 1262, CLASS_TABLESPACE = 1213 };

/* template0 and template1 are there as in every cluster: clients leave them out by their flags. */
static const struct {
    oid_t oid;
    const char *name, *comment;
    bool connects;
} templates[] = {{4, "template0", "unmodifiable empty database", false},
                 {1, "template1", "default template for new databases", true}};

static void database_row(struct rows_builder *b, oid_t oid, const char *name, bool is_template, bool connects)
{
    rows_add(b);
    rows_int(b, "oid", oid);
    rows_text(b, "datname", name);
    rows_int(b, "datdba", OID_OWNER);
    rows_int(b, "encoding", ENCODING_UTF8);
    rows_char(b, "datlocprovider", 'c');
    rows_int(b, "datistemplate", is_template);
    rows_int(b, "datallowconn", connects);
    rows_int(b, "datconnlimit", -1);
    rows_int(b, "dattablespace", TABLESPACE_DEFAULT);
    rows_text(b, "datcollate", "C");
    rows_text(b, "datctype", "C");
    if (is_template)
        rows_text(b, "datacl", "[\"=c/postgres\",\"postgres=CTc/postgres\"]");
}

bool rows_pg_database(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
        database_row(b, templates[i].oid, templates[i].name, true, templates[i].connects);
    struct database_view *list;
    int count = b->env && b->env->databases ? b->env->databases(b->env->session, b->arena, &list) : 0;
    for (int i = 0; i < count; i++)
        database_row(b, list[i].oid, list[i].name, false, true);
    const char *name = b->env && !b->env->databases ? b->env->database : NULL;
    if (name)
        database_row(b, OWN_DATABASE, arena_strdup(b->arena, name), false, true);
    return true;
}

bool rows_pg_db_role_setting(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    struct role_setting_view *list;
    int count = b->env && b->env->role_settings ? b->env->role_settings(b->env->session, b->arena, &list) : 0;
    for (int i = 0; i < count; i++) {
        rows_add(b);
        rows_int(b, "setdatabase", list[i].database);
        rows_int(b, "setrole", list[i].role);
        rows_texts(b, "setconfig", list[i].count, list[i].settings);
    }
    return true;
}

bool rows_pg_file_settings(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    struct file_setting_view *list;
    int count = b->env && b->env->file_settings ? b->env->file_settings(b->env->session, b->arena, &list) : 0;
    for (int i = 0; i < count; i++) {
        rows_add(b);
        rows_text(b, "sourcefile", list[i].file);
        if (list[i].line)
            rows_int(b, "sourceline", list[i].line);
        rows_int(b, "seqno", i + 1);
        rows_text(b, "name", list[i].name);
        rows_text(b, "setting", list[i].value);
        rows_int(b, "applied", list[i].is_applied);
        rows_text(b, "error", list[i].error);
    }
    return true;
}

bool rows_pg_hba_file_rules(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    struct hba_rule_view *list;
    int count = b->env && b->env->hba_rules ? b->env->hba_rules(b->env->session, b->arena, &list) : 0;
    for (int i = 0; i < count; i++) {
        rows_add(b);
        rows_int(b, "line_number", list[i].line);
        rows_text(b, "type", list[i].type);
        if (list[i].database_count)
            rows_texts(b, "database", list[i].database_count, list[i].databases);
        if (list[i].user_count)
            rows_texts(b, "user_name", list[i].user_count, list[i].users);
        rows_text(b, "address", list[i].address);
        rows_text(b, "netmask", list[i].mask);
        rows_text(b, "auth_method", list[i].method);
        if (list[i].option_count)
            rows_texts(b, "options", list[i].option_count, list[i].options);
        rows_text(b, "error", list[i].error);
    }
    return true;
}

bool rows_pg_shdescription(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        rows_add(b);
        rows_int(b, "objoid", templates[i].oid);
        rows_int(b, "classoid", CLASS_DATABASE);
        rows_text(b, "description", templates[i].comment);
    }
    return true;
}

bool rows_pg_authid(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    static const struct {
        oid_t oid;
        const char *name;
        bool super;
    } roles[] = {{OID_OWNER, "postgres", true}, {6171, "pg_database_owner", false}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        rows_add(b);
        rows_int(b, "oid", roles[i].oid);
        rows_text(b, "rolname", roles[i].name);
        rows_int(b, "rolsuper", roles[i].super);
        rows_int(b, "rolinherit", 1);
        rows_int(b, "rolcreaterole", roles[i].super);
        rows_int(b, "rolcreatedb", roles[i].super);
        rows_int(b, "rolcanlogin", roles[i].super);
        rows_int(b, "rolreplication", roles[i].super);
        rows_int(b, "rolbypassrls", roles[i].super);
        rows_int(b, "rolconnlimit", -1);
    }
    return true;
}

bool rows_pg_tablespace(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    static const struct {
        oid_t oid;
        const char *name;
    } spaces[] = {{TABLESPACE_DEFAULT, "pg_default"}, {1664, "pg_global"}};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        rows_add(b);
        rows_int(b, "oid", spaces[i].oid);
        rows_text(b, "spcname", spaces[i].name);
        rows_int(b, "spcowner", OID_OWNER);
    }
    return true;
}

bool rows_pg_settings(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    struct setting_view view;
    for (int i = 0; b->env && b->env->setting_at && b->env->setting_at(b->env->session, i, b->arena, &view); i++) {
        if (!view.name)
            continue;
        rows_add(b);
        rows_text(b, "name", view.name);
        rows_text(b, "setting", view.value);
        rows_text(b, "unit", view.unit);
        rows_text(b, "category", view.category);
        rows_text(b, "short_desc", view.description);
        rows_text(b, "context", view.context);
        rows_text(b, "vartype", view.type);
        rows_text(b, "source", view.source);
        rows_text(b, "min_val", view.min);
        rows_text(b, "max_val", view.max);
        if (view.choices)
            rows_texts(b, "enumvals", view.choice_count, view.choices);
        rows_text(b, "boot_val", view.boot);
        rows_text(b, "reset_val", view.reset);
        if (view.file) {
            rows_text(b, "sourcefile", view.file);
            rows_int(b, "sourceline", view.line);
        }
        rows_int(b, "pending_restart", view.is_pending);
    }
    return true;
}

static oid_t database_oid(struct rows_builder *b, const char *name)
{
    struct database_view *databases;
    int count = b->env->databases ? b->env->databases(b->env->session, b->arena, &databases) : 0;
    for (int i = 0; i < count; i++)
        if (strcmp(name, databases[i].name) == 0)
            return databases[i].oid;
    return 0;
}

/* Advisory locks, and the writer gates as locks on databases. */
bool rows_pg_locks(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    struct lock_view *locks;
    int count = b->env && b->env->locks ? b->env->locks(b->env->session, b->arena, &locks) : 0;
    for (int i = 0; i < count; i++) {
        const struct lock_view *lock = &locks[i];
        oid_t database = database_oid(b, lock->database);
        rows_add(b);
        rows_text(b, "locktype", lock->is_advisory ? "advisory" : "object");
        rows_int(b, "database", lock->is_advisory ? database : 0);
        rows_int(b, "classid", lock->is_advisory ? (uint32_t) ((uint64_t) lock->value >> 32) : OID_PG_DATABASE);
        rows_int(b, "objid", lock->is_advisory ? (uint32_t) lock->value : database);
        rows_int(b, "objsubid", lock->is_advisory ? (lock->is_pair ? 2 : 1) : 0);
        rows_text(b, "virtualtransaction", arena_printf(b->arena, "%d/0", lock->session + 1));
        rows_int(b, "pid", lock->pid);
        rows_text(b, "mode", lock->exclusive ? "ExclusiveLock" : "ShareLock");
        rows_int(b, "granted", lock->granted);
        rows_int(b, "fastpath", false);
    }
    return true;
}

bool rows_pg_stat_activity(struct rows_builder *b, struct diag *diag)
{
    (void) diag;
    struct activity_view view;
    struct database_view *databases;
    int database_count = b->env && b->env->databases ? b->env->databases(b->env->session, b->arena, &databases) : 0;
    for (int i = 0; b->env && b->env->activity_at && b->env->activity_at(b->env->session, i, b->arena, &view); i++) {
        if (view.pid == 0)
            continue;
        rows_add(b);
        for (int j = 0; view.database && j < database_count; j++)
            if (strcmp(view.database, databases[j].name) == 0)
                rows_int(b, "datid", databases[j].oid);
        rows_text(b, "datname", view.database);
        rows_int(b, "pid", view.pid);
        if (view.user) {
            rows_int(b, "usesysid", OID_OWNER);
            rows_text(b, "usename", view.user);
        }
        rows_text(b, "application_name", view.application_name);
        rows_text(b, "client_addr", view.client_addr);
        if (view.has_port)
            rows_int(b, "client_port", view.client_port);
        rows_text(b, "backend_start", view.backend_start);
        rows_text(b, "xact_start", view.xact_start);
        rows_text(b, "query_start", view.query_start);
        rows_text(b, "state_change", view.state_change);
        rows_text(b, "wait_event_type", view.wait_event_type);
        rows_text(b, "wait_event", view.wait_event);
        rows_text(b, "state", view.state);
        rows_text(b, "query", view.query);
        rows_text(b, "backend_type", view.backend_type);
    }
    return true;
}
