#include "sql/compile.h"

/* CommandComplete's words, by statement (PostgreSQL docs 55.7 and the commands' own pages). */

#define NODE(name) PG_QUERY__NODE__NODE_##name

static const struct {
    PgQuery__Node__NodeCase node;
    enum plan_kind kind;
    const char *tag;
} statements[] = {
    {NODE(CREATE_STMT), PLAN_DDL, "CREATE TABLE"},
    {NODE(INDEX_STMT), PLAN_DDL, "CREATE INDEX"},
    {NODE(VIEW_STMT), PLAN_DDL, "CREATE VIEW"},
    {NODE(TRUNCATE_STMT), PLAN_DDL, "TRUNCATE TABLE"},
    {NODE(COMMENT_STMT), PLAN_DDL, "COMMENT"},
    {NODE(CREATE_TABLE_AS_STMT), PLAN_DDL, "CREATE TABLE AS"},
    {NODE(CREATE_SEQ_STMT), PLAN_DDL, "CREATE SEQUENCE"},
    {NODE(ALTER_SEQ_STMT), PLAN_DDL, "ALTER SEQUENCE"},
    {NODE(CREATE_SCHEMA_STMT), PLAN_DDL, "CREATE SCHEMA"},
    {NODE(CREATE_ENUM_STMT), PLAN_DDL, "CREATE TYPE"},
    {NODE(CREATE_RANGE_STMT), PLAN_DDL, "CREATE TYPE"},
    {NODE(COMPOSITE_TYPE_STMT), PLAN_DDL, "CREATE TYPE"},
    {NODE(ALTER_ENUM_STMT), PLAN_DDL, "ALTER TYPE"},
    {NODE(CREATE_DOMAIN_STMT), PLAN_DDL, "CREATE DOMAIN"},
    {NODE(ALTER_DOMAIN_STMT), PLAN_DDL, "ALTER DOMAIN"},
    {NODE(CREATE_FUNCTION_STMT), PLAN_DDL, "CREATE FUNCTION"},
    {NODE(CREATE_TRIG_STMT), PLAN_DDL, "CREATE TRIGGER"},
    {NODE(CREATE_EXTENSION_STMT), PLAN_DDL, "CREATE EXTENSION"},
    {NODE(ALTER_COLLATION_STMT), PLAN_DDL, "ALTER COLLATION"},
    {NODE(ALTER_EXTENSION_STMT), PLAN_DDL, "ALTER EXTENSION"},
    {NODE(REINDEX_STMT), PLAN_DDL, "REINDEX"},
    {NODE(REFRESH_MAT_VIEW_STMT), PLAN_DDL, "REFRESH MATERIALIZED VIEW"},
    {NODE(GRANT_STMT), PLAN_DDL, "GRANT"},
    {NODE(GRANT_ROLE_STMT), PLAN_DDL, "GRANT ROLE"},
    {NODE(ALTER_DEFAULT_PRIVILEGES_STMT), PLAN_DDL, "ALTER DEFAULT PRIVILEGES"},
    {NODE(DEFINE_STMT), PLAN_DDL, "CREATE TYPE"},
    {NODE(CREATE_CAST_STMT), PLAN_DDL, "CREATE CAST"},
    {NODE(RULE_STMT), PLAN_DDL, "CREATE RULE"},
    {NODE(CREATE_POLICY_STMT), PLAN_DDL, "CREATE POLICY"},
    {NODE(CREATE_STATS_STMT), PLAN_DDL, "CREATE STATISTICS"},
    {NODE(VACUUM_STMT), PLAN_UTILITY, "VACUUM"},
    {NODE(EXPLAIN_STMT), PLAN_UTILITY, "EXPLAIN"},
    {NODE(COPY_STMT), PLAN_UTILITY, "COPY"},
    {NODE(VARIABLE_SHOW_STMT), PLAN_UTILITY, "SHOW"},
    {NODE(PREPARE_STMT), PLAN_UTILITY, "PREPARE"},
    {NODE(EXECUTE_STMT), PLAN_UTILITY, "EXECUTE"},
    {NODE(DECLARE_CURSOR_STMT), PLAN_UTILITY, "DECLARE CURSOR"},
    {NODE(NOTIFY_STMT), PLAN_UTILITY, "NOTIFY"},
    {NODE(LISTEN_STMT), PLAN_UTILITY, "LISTEN"},
    {NODE(UNLISTEN_STMT), PLAN_UTILITY, "UNLISTEN"},
    {NODE(LOCK_STMT), PLAN_UTILITY, "LOCK TABLE"},
    {NODE(CHECK_POINT_STMT), PLAN_UTILITY, "CHECKPOINT"},
    {NODE(CONSTRAINTS_SET_STMT), PLAN_UTILITY, "SET CONSTRAINTS"},
    {NODE(DO_STMT), PLAN_UTILITY, "DO"},
    {NODE(CALL_STMT), PLAN_UTILITY, "CALL"},
    {NODE(LOAD_STMT), PLAN_UTILITY, "LOAD"},
    {NODE(CREATEDB_STMT), PLAN_UTILITY, "CREATE DATABASE"},
    {NODE(DROPDB_STMT), PLAN_UTILITY, "DROP DATABASE"},
    {NODE(ALTER_DATABASE_STMT), PLAN_UTILITY, "ALTER DATABASE"},
    {NODE(ALTER_DATABASE_SET_STMT), PLAN_UTILITY, "ALTER DATABASE"},
    {NODE(CREATE_ROLE_STMT), PLAN_UTILITY, "CREATE ROLE"},
    {NODE(ALTER_ROLE_STMT), PLAN_UTILITY, "ALTER ROLE"},
    {NODE(ALTER_ROLE_SET_STMT), PLAN_UTILITY, "ALTER ROLE"},
    {NODE(DROP_ROLE_STMT), PLAN_UTILITY, "DROP ROLE"},
    {NODE(ALTER_SYSTEM_STMT), PLAN_UTILITY, "ALTER SYSTEM"},
    {NODE(CLUSTER_STMT), PLAN_UTILITY, "CLUSTER"},
};

/* ALTER, DROP and RENAME name the kind of object. */
static const char *object_word(PgQuery__ObjectType type)
{
    switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
        return "TABLE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
        return "INDEX";
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
        return "VIEW";
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
        return "MATERIALIZED VIEW";
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
        return "SEQUENCE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
        return "SCHEMA";
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE:
        return "TYPE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT:
        return "DOMAIN";
    case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION:
        return "FUNCTION";
    case PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE:
        return "PROCEDURE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE:
        return "ROUTINE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE:
        return "AGGREGATE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
        return "TRIGGER";
    case PG_QUERY__OBJECT_TYPE__OBJECT_CAST:
        return "CAST";
    case PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION:
        return "EXTENSION";
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
        return "RULE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
        return "POLICY";
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION:
        return "COLLATION";
    case PG_QUERY__OBJECT_TYPE__OBJECT_STATISTIC_EXT:
        return "STATISTICS";
    case PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE:
        return "DATABASE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_ROLE:
        return "ROLE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
        return "FOREIGN TABLE";
    default:
        return "OBJECT";
    }
}

/* The words are a handful: each pair is made once and kept. */
static const char *joined(const char *verb, const char *word)
{
    static struct {
        const char *verb, *word;
        char text[32];
    } made[64];
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        if (made[i].verb == verb && made[i].word == word)
            return made[i].text;
        if (made[i].verb)
            continue;
        made[i].verb = verb;
        made[i].word = word;
        size_t len = strlen(verb);
        memcpy(made[i].text, verb, len);
        made[i].text[len] = ' ';
        strncpy(made[i].text + len + 1, word, sizeof made[i].text - len - 2);
        return made[i].text;
    }
    return verb;
}

static const char *transaction_tag(PgQuery__TransactionStmtKind kind)
{
    switch (kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
        return "BEGIN";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
        return "START TRANSACTION";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
        return "COMMIT";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
        return "ROLLBACK";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT:
        return "SAVEPOINT";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE:
        return "RELEASE";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
        return "PREPARE TRANSACTION";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED:
        return "COMMIT PREPARED";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED:
        return "ROLLBACK PREPARED";
    default:
        return "BEGIN";
    }
}

static const char *discard_tag(PgQuery__DiscardMode mode)
{
    switch (mode) {
    case PG_QUERY__DISCARD_MODE__DISCARD_PLANS:
        return "DISCARD PLANS";
    case PG_QUERY__DISCARD_MODE__DISCARD_SEQUENCES:
        return "DISCARD SEQUENCES";
    case PG_QUERY__DISCARD_MODE__DISCARD_TEMP:
        return "DISCARD TEMP";
    default:
        return "DISCARD ALL";
    }
}

void compile_classify(const PgQuery__Node *node, enum plan_kind *kind, const char **tag)
{
    *kind = PLAN_DDL;
    switch (node->node_case) {
    case NODE(TRANSACTION_STMT):
        *kind = PLAN_UTILITY, *tag = transaction_tag(node->transaction_stmt->kind);
        return;
    case NODE(DISCARD_STMT):
        *kind = PLAN_UTILITY, *tag = discard_tag(node->discard_stmt->target);
        return;
    case NODE(FETCH_STMT):
        *kind = PLAN_UTILITY, *tag = node->fetch_stmt->ismove ? "MOVE" : "FETCH";
        return;
    case NODE(CLOSE_PORTAL_STMT):
        *kind = PLAN_UTILITY, *tag = node->close_portal_stmt->portalname[0] ? "CLOSE CURSOR" : "CLOSE CURSOR ALL";
        return;
    case NODE(DEALLOCATE_STMT):
        *kind = PLAN_UTILITY, *tag = node->deallocate_stmt->name[0] ? "DEALLOCATE" : "DEALLOCATE ALL";
        return;
    case NODE(VARIABLE_SET_STMT):
        *kind = PLAN_UTILITY;
        *tag = node->variable_set_stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET ||
                       node->variable_set_stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL
                   ? "RESET"
                   : "SET";
        return;
    case NODE(VACUUM_STMT):
        *kind = PLAN_UTILITY, *tag = node->vacuum_stmt->is_vacuumcmd ? "VACUUM" : "ANALYZE";
        return;
    case NODE(DROP_STMT):
        *tag = joined("DROP", object_word(node->drop_stmt->remove_type));
        return;
    case NODE(ALTER_TABLE_STMT):
        *tag = joined("ALTER", object_word(node->alter_table_stmt->objtype));
        return;
    case NODE(RENAME_STMT): {
        PgQuery__ObjectType type = node->rename_stmt->rename_type;
        if (type == PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE)
            *kind = PLAN_UTILITY;
        if (type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN)
            type = node->rename_stmt->relation_type;
        *tag = joined("ALTER", object_word(type));
        return;
    }
    case NODE(ALTER_OBJECT_SCHEMA_STMT):
        *tag = joined("ALTER", object_word(node->alter_object_schema_stmt->object_type));
        return;
    case NODE(ALTER_OWNER_STMT):
        *tag = joined("ALTER", object_word(node->alter_owner_stmt->object_type));
        return;
    case NODE(GRANT_STMT):
        *tag = node->grant_stmt->is_grant ? "GRANT" : "REVOKE";
        return;
    case NODE(CREATE_FUNCTION_STMT):
        *tag = node->create_function_stmt->is_procedure ? "CREATE PROCEDURE" : "CREATE FUNCTION";
        return;
    case NODE(ALTER_FUNCTION_STMT):
        *tag = joined("ALTER", object_word(node->alter_function_stmt->objtype));
        return;
    case NODE(CREATE_TABLE_AS_STMT):
        if (node->create_table_as_stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW) {
            *tag = "CREATE MATERIALIZED VIEW";
            return;
        }
        break;
    case NODE(DEFINE_STMT):
        *tag = joined("CREATE", object_word(node->define_stmt->kind));
        return;
    case NODE(SELECT_STMT):
        *tag = "SELECT INTO";
        return;
    default:
        break;
    }
    *kind = PLAN_UTILITY;
    *tag = "";
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (statements[i].node == node->node_case) {
            *kind = statements[i].kind;
            *tag = statements[i].tag;
            return;
        }
    }
}
