#include "func/internal.h"

#include "catalog/internal.h"
#include "func/catalog_def.h"

#include <strings.h>

/* Functions over the catalogs: names of things, whether they are visible, comments, sizes, privileges. */

static bool give(struct fcall *call, struct buf *buf, struct datum *result)
{
    *result = datum_text(arena_strndup(call->arena, buf->len ? buf->data : "", buf->len), buf->len);
    buf_deinit(buf);
    return true;
}

static char *text_of(struct fcall *call, const struct datum *value)
{
    return arena_strndup(call->arena, value->data, value->len);
}

static bool format_type(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    oid_t oid = (oid_t) args[0].i;
    if (oid == 0) {
        *result = datum_cstr("-");
        return true;
    }
    if (!catalog_type_by_oid(call->env->catalog, oid)) {
        *result = datum_cstr("???");
        return true;
    }
    struct buf out = {0};
    int32_t typmod = datum_is_null(&args[1]) ? -1 : args[1].i < 0 ? TYPMOD_ABSENT : (int32_t) args[1].i;
    type_format(call->env->resolver, oid, typmod, &out);
    return give(call, &out, result);
}

static bool user_by_id(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_cstr(args[0].i == OID_OWNER ? "postgres"
                         : args[0].i == 6171    ? "pg_database_owner"
                                                : arena_printf(call->arena, "unknown (OID=%lld)", (long long) args[0].i));
    return true;
}

/* ---- visibility ---- */

static bool table_is_visible(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct catalog *catalog = call->env->catalog;
    const struct catalog_relation *relation = catalog_relation_by_oid(catalog, (oid_t) args[0].i);
    const struct catalog_index *index = relation ? NULL : catalog_index_by_oid(catalog, (oid_t) args[0].i);
    *result = datum_null();
    if (relation)
        *result = datum_bool(catalog_relation_is_visible(catalog, relation));
    else if (index)
        *result = datum_bool(catalog_index_by_name(catalog, NULL, index->name) == index);
    return true;
}

static bool type_is_visible(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct catalog *catalog = call->env->catalog;
    bool exists = catalog_type_by_oid(catalog, (oid_t) args[0].i) != NULL;
    *result = exists ? datum_bool(catalog_type_is_visible(catalog, (oid_t) args[0].i)) : datum_null();
    return true;
}

static bool function_is_visible(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct proc_fact *proc = catalog_proc_by_oid(call->env->catalog, (oid_t) args[0].i);
    *result = proc ? datum_bool(catalog_proc_is_visible(call->env->catalog, proc)) : datum_null();
    return true;
}

static bool operator_is_visible(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct operator_fact *op = catalog_operator_by_oid(call->env->catalog, (oid_t) args[0].i);
    *result = op ? datum_bool(catalog_operator_is_visible(call->env->catalog, op)) : datum_null();
    return true;
}

/* ---- names to oids ---- */

static bool to_reg(struct fcall *call, oid_t kind, const struct datum *name, struct datum *result)
{
    const struct type_resolver *resolver = call->env->resolver;
    struct diag ignored = {0};
    oid_t oid = resolver->name_to_oid(resolver->self, kind, name->data, name->len, &ignored);
    /* What is not there is NULL; what is no name, or names types that are not there, is a mistake. */
    static const char *const mistakes[] = {ERRCODE_INVALID_NAME, ERRCODE_INVALID_TEXT_REPRESENTATION, ERRCODE_SYNTAX_ERROR,
                                           ERRCODE_UNDEFINED_PARAMETER, ERRCODE_TOO_MANY_ARGUMENTS};
    bool mistake =
        (kind == REGPROCEDURE_OID || kind == REGOPERATOR_OID) && strcmp(ignored.sqlstate, ERRCODE_UNDEFINED_OBJECT) == 0;
    for (size_t i = 0; !oid && i < sizeof mistakes / sizeof *mistakes; i++)
        mistake = mistake || strcmp(ignored.sqlstate, mistakes[i]) == 0;
    if (mistake) {
        diag_move(call->diag, &ignored);
        return false;
    }
    diag_clear(&ignored);
    *result = oid ? datum_int(oid) : datum_null();
    return true;
}

/* The cast: unlike the type's input, digits are a name. */
static bool text_regclass(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    const struct type_resolver *resolver = call->env->resolver;
    (void) nargs;
    oid_t oid = resolver->name_to_oid(resolver->self, REGCLASS_OID, args[0].data, args[0].len, call->diag);
    *result = datum_int(oid);
    return oid != 0;
}

#define TO_REG(name, kind)                                                                                                       \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return to_reg(call, (kind), &args[0], result);                                                                           \
    }

TO_REG(to_regclass, REGCLASS_OID)
TO_REG(to_regtype, REGTYPE_OID)
TO_REG(to_regproc, REGPROC_OID)
TO_REG(to_regprocedure, REGPROCEDURE_OID)
TO_REG(to_regoper, REGOPER_OID)
TO_REG(to_regoperator, REGOPERATOR_OID)
TO_REG(to_regnamespace, REGNAMESPACE_OID)
TO_REG(to_regrole, REGROLE_OID)
TO_REG(to_regcollation, REGCOLLATION_OID)

static bool serial_sequence(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct catalog *catalog = call->env->catalog;
    const struct type_resolver *resolver = call->env->resolver;
    oid_t oid = resolver->name_to_oid(resolver->self, REGCLASS_OID, args[0].data, args[0].len, call->diag);
    const struct catalog_relation *relation = oid ? catalog_relation_by_oid(catalog, oid) : NULL;
    if (!relation)
        return false;
    const char *name = text_of(call, &args[1]);
    const struct catalog_column *column = catalog_column_by_name(relation, name);
    if (!column)
        return diag_set(call->diag, ERRCODE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist", name,
                        relation->name);
    *result = datum_null();
    const struct catalog_relation *other;
    for (int i = 0; (other = catalog_relation_at(catalog, i)) && !other->is_system; i++) {
        if (!other->sequence || other->sequence->owner_relation != oid || other->sequence->owner_attnum != column->attnum)
            continue;
        const struct catalog_schema *schema = catalog_schema_by_oid(catalog, other->schema);
        struct buf out = {0};
        func_put_identifier(&out, !schema ? "public" : oid_is_temporary(schema->oid) ? "pg_temp" : schema->name);
        buf_putc(&out, '.');
        func_put_identifier(&out, other->name);
        return give(call, &out, result);
    }
    return true;
}

/* ---- comments ---- */

/* pg_description by key: `class` 0 takes any, as the one-argument form does. */
static bool comment(struct fcall *call, oid_t object, oid_t class, int sub, bool shared, struct datum *result)
{
    const struct catalog_rows *rows = catalog_system_rows(
        call->env->catalog, shared ? "pg_catalog.pg_shdescription" : "pg_catalog.pg_description", call->env, call->diag);
    if (!rows)
        return false;
    *result = datum_null();
    for (int i = 0; i < rows->nrows; i++) {
        const struct datum *row = &rows->values[i * rows->ncols];
        if (row[0].i == (int64_t) object && (class == 0 || row[1].i == (int64_t) class) && (shared || row[2].i == sub)) {
            *result = row[rows->ncols - 1];
            break;
        }
    }
    return true;
}

static bool comment_in(struct fcall *call, const struct datum *args, bool shared, struct datum *result)
{
    const struct catalog_relation *class = catalog_relation_by_name(call->env->catalog, "pg_catalog", text_of(call, &args[1]));
    *result = datum_null();
    return !class || comment(call, (oid_t) args[0].i, class->oid, 0, shared, result);
}

static bool obj_description(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return comment_in(call, args, false, result);
}

static bool obj_description_any(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return comment(call, (oid_t) args[0].i, 0, 0, false, result);
}

static bool shobj_description(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return comment_in(call, args, true, result);
}

static bool col_description(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    enum { CLASS_CLASS = 1259 };
    return comment(call, (oid_t) args[0].i, CLASS_CLASS, (int) args[1].i, false, result);
}

/* ---- privileges: the one role may do everything ---- */

static bool any_privilege(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    (void) args;
    *result = datum_bool(true);
    return true;
}

/* The relation is the last argument but one, by name or oid. */
static bool relation_privilege(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    const struct datum *relation = &args[nargs - 2];
    const struct catalog *catalog = call->env->catalog;
    const struct type_resolver *resolver = call->env->resolver;
    oid_t oid = relation->kind == DATUM_INT
                    ? (oid_t) relation->i
                    : resolver->name_to_oid(resolver->self, REGCLASS_OID, relation->data, relation->len, call->diag);
    if (!oid && relation->kind != DATUM_INT)
        return false;
    bool exists = catalog_relation_by_oid(catalog, oid) || catalog_index_by_oid(catalog, oid);
    *result = exists ? datum_bool(true) : datum_null();
    return true;
}

/* ---- the search path ---- */

static bool current_schema(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    const struct catalog_schema *schema = catalog_creation_schema(call->env->catalog);
    *result = schema ? datum_cstr(schema->name) : datum_null();
    return true;
}

static bool current_schemas(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct catalog *catalog = call->env->catalog;
    struct buf out = {0};
    bool named = false;
    const struct catalog_schema *temporary = catalog_temporary_schema(catalog);
    for (int i = 0; i < catalog->path_count; i++) {
        named |= strcmp(catalog->path[i], "pg_catalog") == 0;
        if (temporary && catalog_schema_by_name(catalog, catalog->path[i]) == temporary)
            temporary = NULL;
    }
    buf_putc(&out, '[');
    if (args[0].i && temporary)
        buf_printf(&out, "\"%s\"", temporary->name);
    if (args[0].i && !named)
        buf_printf(&out, "%s\"pg_catalog\"", out.len > 1 ? "," : "");
    for (int i = 0; i < catalog->path_count; i++) {
        const struct catalog_schema *schema = catalog_schema_by_name(catalog, catalog->path[i]);
        if (!schema)
            continue;
        if (out.len > 1)
            buf_putc(&out, ',');
        buf_putc(&out, '"');
        for (const char *at = schema->name; *at; at++) {
            if (*at == '"' || *at == '\\')
                buf_putc(&out, '\\');
            buf_putc(&out, *at);
        }
        buf_putc(&out, '"');
    }
    buf_putc(&out, ']');
    return give(call, &out, result);
}

static bool my_temp_schema(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) args;
    const struct catalog_schema *schema = catalog_temporary_schema(call->env->catalog);
    *result = datum_int(schema ? schema->oid : 0);
    return true;
}

/* ---- encodings ---- */

static const struct {
    int number;
    const char *name;
} encodings[] = {{0, "SQL_ASCII"}, {6, "UTF8"}, {8, "LATIN1"}, {9, "LATIN2"}, {16, "LATIN9"}, {24, "WIN1252"}};

static bool encoding_to_char(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = datum_cstr("");
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
        if (encodings[i].number == args[0].i)
            *result = datum_cstr(encodings[i].name);
    return true;
}

static bool char_to_encoding(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const char *name = text_of(call, &args[0]);
    *result = datum_int(-1);
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
        if (strcasecmp(encodings[i].name, name) == 0)
            *result = datum_int(encodings[i].number);
    return true;
}

static bool is_updatable(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    enum { UPDATE = 4, INSERT = 8, DELETE = 16 };
    const struct catalog_relation *relation = catalog_relation_by_oid(call->env->catalog, (oid_t) args[0].i);
    *result = datum_int(relation && relation->kind == 'r' ? UPDATE | INSERT | DELETE : 0);
    return true;
}

static bool column_is_updatable(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct catalog_relation *relation = catalog_relation_by_oid(call->env->catalog, (oid_t) args[0].i);
    *result = datum_bool(relation && relation->kind == 'r' && args[1].i > 0);
    return true;
}

/* ---- sizes ---- */

enum { SIZE_TABLE = 1, SIZE_INDEXES = 2 };

static void put_json_name(struct buf *out, const char *name)
{
    buf_puts(out, out->len > 1 ? ",\"" : "\"");
    for (const char *at = name; *at; at++) {
        if (*at == '"' || *at == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *at);
    }
    buf_putc(out, '"');
}

/* The b-trees behind a relation, as a JSON array of their names in SQLite: what `args[1]` asks for. */
static bool storage_names(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct catalog *catalog = call->env->catalog;
    const struct catalog_relation *relation = catalog_relation_by_oid(catalog, (oid_t) args[0].i);
    const struct catalog_index *index = relation ? NULL : catalog_index_by_oid(catalog, (oid_t) args[0].i);
    *result = datum_null();
    if (!relation && !index)
        return true;
    struct buf out = {0};
    buf_putc(&out, '[');
    if (index && index->storage && args[1].i & SIZE_TABLE)
        put_json_name(&out, index->storage);
    if (relation && relation->storage && !relation->is_system && args[1].i & SIZE_TABLE)
        put_json_name(&out, relation->storage);
    for (int i = 0; relation && args[1].i & SIZE_INDEXES && i < relation->nindexes; i++)
        if (relation->indexes[i].storage)
            put_json_name(&out, relation->indexes[i].storage);
    buf_putc(&out, ']');
    return give(call, &out, result);
}

/* ---- partitions: there are none, so no relation has ancestors ---- */

static bool no_rows_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    (void) call;
    (void) cursor;
    (void) nargs;
    (void) args;
    return true;
}

static bool no_rows_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    (void) call;
    (void) cursor;
    (void) row;
    *more = false;
    return true;
}

static void no_rows_close(void *cursor)
{
    (void) cursor;
}

static const struct table_func no_rows = {1, no_rows_open, no_rows_next, no_rows_close};

#define SIZE_OF(source, parts)                                                                                                   \
    NATIVE(                                                                                                                      \
        source,                                                                                                                  \
        "(SELECT CASE WHEN names IS NULL THEN NULL ELSE (SELECT coalesce(sum(d.pgsize), 0) FROM json_each(names) j, dbstat d "   \
        "WHERE d.aggregate = 1 AND d.schema = CASE WHEN %1 >= 3221225472 THEN 'temp' ELSE 'main' END AND d.name = j.value) END " \
        "FROM (SELECT "                                                                                                          \
        "\"pgquill_storage_names\"(%1, " parts ") AS names))")

#define SESSION(source, fn) SCALAR_FLAGS(source, fn, FUNC_SESSION)

const struct func_impl func_impls_catalog[] = {
    SESSION("format_type", format_type),
    SESSION("pg_get_userbyid", user_by_id),
    SESSION("pg_get_indexdef", catalog_indexdef),
    SESSION("pg_get_indexdef_ext", catalog_indexdef_ext),
    SESSION("pg_get_constraintdef", catalog_constraintdef),
    SESSION("pg_get_constraintdef_ext", catalog_constraintdef_ext),
    SESSION("pg_get_expr", catalog_expr),
    SESSION("pg_get_expr_ext", catalog_expr_ext),
    SESSION("pg_get_viewdef", catalog_viewdef),
    SESSION("pg_get_viewdef_ext", catalog_viewdef),
    SESSION("pg_get_viewdef_wrap", catalog_viewdef),
    SESSION("pg_get_viewdef_name", catalog_viewdef_name),
    SESSION("pg_get_viewdef_name_ext", catalog_viewdef_name),
    SESSION("pg_get_ruledef", catalog_ruledef),
    SESSION("pg_get_ruledef_ext", catalog_ruledef),
    SESSION("pg_get_function_arguments", catalog_function_arguments),
    SESSION("pg_get_function_identity_arguments", catalog_function_identity_arguments),
    SESSION("pg_get_function_result", catalog_function_result),
    SESSION("pg_get_serial_sequence", serial_sequence),
    NATIVE("pg_get_triggerdef", "NULL"),
    NATIVE("pg_get_triggerdef_ext", "NULL"),
    NATIVE("pg_get_partkeydef", "NULL"),
    NATIVE("pg_get_partition_constraintdef", "NULL"),
    NATIVE("pg_get_statisticsobjdef_columns", "NULL"),
    NATIVE("pg_tablespace_location", "''"),
    NATIVE("pg_relation_is_publishable", "1"),
    NATIVE("pg_relation_filenode", "%1"),
    SESSION("pgquill_storage_names", storage_names),
    SIZE_OF("pg_table_size", "1"),
    SIZE_OF("pg_relation_size", "1"),
    SIZE_OF("pg_relation_size(regclass)", "1"),
    SIZE_OF("pg_indexes_size", "2"),
    SIZE_OF("pg_total_relation_size", "3"),
    TABLE_FUNC("pg_partition_ancestors", &no_rows),
    TABLE_FUNC("pg_partition_tree", &no_rows),
    SESSION("pg_table_is_visible", table_is_visible),
    SESSION("pg_type_is_visible", type_is_visible),
    SESSION("pg_function_is_visible", function_is_visible),
    SESSION("pg_operator_is_visible", operator_is_visible),
    NATIVE("pg_opclass_is_visible", "1"),
    NATIVE("pg_opfamily_is_visible", "1"),
    NATIVE("pg_collation_is_visible", "1"),
    NATIVE("pg_conversion_is_visible", "1"),
    NATIVE("pg_statistics_obj_is_visible", "1"),
    NATIVE("pg_ts_config_is_visible", "1"),
    NATIVE("pg_ts_dict_is_visible", "1"),
    NATIVE("pg_ts_parser_is_visible", "1"),
    NATIVE("pg_ts_template_is_visible", "1"),
    SESSION("to_regclass", to_regclass),
    SESSION("text_regclass", text_regclass),
    SESSION("to_regtype", to_regtype),
    SESSION("to_regproc", to_regproc),
    SESSION("to_regprocedure", to_regprocedure),
    SESSION("to_regoper", to_regoper),
    SESSION("to_regoperator", to_regoperator),
    SESSION("to_regnamespace", to_regnamespace),
    SESSION("to_regrole", to_regrole),
    SESSION("to_regcollation", to_regcollation),
    SESSION("obj_description(oid,name)", obj_description),
    SESSION("obj_description(oid)", obj_description_any),
    SESSION("shobj_description(oid,name)", shobj_description),
    SESSION("col_description(oid,int4)", col_description),
    SESSION("current_schema", current_schema),
    SESSION("current_schemas", current_schemas),
    SCALAR("PG_encoding_to_char", encoding_to_char),
    SCALAR("PG_char_to_encoding", char_to_encoding),
    NATIVE("getdatabaseencoding", "'UTF8'"),
    NATIVE("pg_client_encoding", "'UTF8'"),
    NATIVE("pg_is_in_recovery", "0"),
    NATIVE("pg_is_wal_replay_paused", "0"),
    NATIVE("pg_is_other_temp_schema", "0"),
    SESSION("pg_my_temp_schema", my_temp_schema),
    NATIVE("inet_server_addr", "NULL"),
    NATIVE("inet_server_port", "NULL"),
    NATIVE("inet_client_addr", "NULL"),
    NATIVE("inet_client_port", "NULL"),
    SESSION("pg_relation_is_updatable", is_updatable),
    SESSION("pg_column_is_updatable", column_is_updatable),
    SESSION("has_any_column_privilege_name_name", relation_privilege),
    SESSION("has_any_column_privilege_name_id", relation_privilege),
    SESSION("has_any_column_privilege_id_name", relation_privilege),
    SESSION("has_any_column_privilege_id_id", relation_privilege),
    SESSION("has_any_column_privilege_name", relation_privilege),
    SESSION("has_any_column_privilege_id", relation_privilege),
    SESSION("has_column_privilege_name_name_attnum", any_privilege),
    SESSION("has_column_privilege_name_id_name", any_privilege),
    SESSION("has_column_privilege_name_id_attnum", any_privilege),
    SESSION("has_column_privilege_id_name_name", any_privilege),
    SESSION("has_column_privilege_name_name_name", any_privilege),
    SESSION("has_column_privilege_id_name_attnum", any_privilege),
    SESSION("has_column_privilege_id_id_name", any_privilege),
    SESSION("has_column_privilege_id_id_attnum", any_privilege),
    SESSION("has_column_privilege_name_name", any_privilege),
    SESSION("has_column_privilege_name_attnum", any_privilege),
    SESSION("has_column_privilege_id_name", any_privilege),
    SESSION("has_column_privilege_id_attnum", any_privilege),
    SESSION("has_database_privilege_name", any_privilege),
    SESSION("has_database_privilege_name_name", any_privilege),
    SESSION("has_database_privilege_name_id", any_privilege),
    SESSION("has_database_privilege_id_name", any_privilege),
    SESSION("has_database_privilege_id_id", any_privilege),
    SESSION("has_database_privilege_id", any_privilege),
    SESSION("has_foreign_data_wrapper_privilege_id", any_privilege),
    SESSION("has_foreign_data_wrapper_privilege_name_name", any_privilege),
    SESSION("has_foreign_data_wrapper_privilege_name_id", any_privilege),
    SESSION("has_foreign_data_wrapper_privilege_id_name", any_privilege),
    SESSION("has_foreign_data_wrapper_privilege_id_id", any_privilege),
    SESSION("has_foreign_data_wrapper_privilege_name", any_privilege),
    SESSION("has_function_privilege_name_name", any_privilege),
    SESSION("has_function_privilege_name", any_privilege),
    SESSION("has_function_privilege_id", any_privilege),
    SESSION("has_function_privilege_id_id", any_privilege),
    SESSION("has_function_privilege_id_name", any_privilege),
    SESSION("has_function_privilege_name_id", any_privilege),
    SESSION("has_language_privilege_id_name", any_privilege),
    SESSION("has_language_privilege_name", any_privilege),
    SESSION("has_language_privilege_id", any_privilege),
    SESSION("has_language_privilege_name_name", any_privilege),
    SESSION("has_language_privilege_name_id", any_privilege),
    SESSION("has_language_privilege_id_id", any_privilege),
    SESSION("has_parameter_privilege_id_name", any_privilege),
    SESSION("has_parameter_privilege_name_name", any_privilege),
    SESSION("has_parameter_privilege_name", any_privilege),
    SESSION("has_schema_privilege_id", any_privilege),
    SESSION("has_schema_privilege_name", any_privilege),
    SESSION("has_schema_privilege_id_id", any_privilege),
    SESSION("has_schema_privilege_id_name", any_privilege),
    SESSION("has_schema_privilege_name_id", any_privilege),
    SESSION("has_schema_privilege_name_name", any_privilege),
    SESSION("has_sequence_privilege_name_name", relation_privilege),
    SESSION("has_sequence_privilege_id", relation_privilege),
    SESSION("has_sequence_privilege_name", relation_privilege),
    SESSION("has_sequence_privilege_name_id", relation_privilege),
    SESSION("has_sequence_privilege_id_id", relation_privilege),
    SESSION("has_sequence_privilege_id_name", relation_privilege),
    SESSION("has_server_privilege_id", any_privilege),
    SESSION("has_server_privilege_name", any_privilege),
    SESSION("has_server_privilege_id_id", any_privilege),
    SESSION("has_server_privilege_id_name", any_privilege),
    SESSION("has_server_privilege_name_id", any_privilege),
    SESSION("has_server_privilege_name_name", any_privilege),
    SESSION("has_table_privilege_name_id", relation_privilege),
    SESSION("has_table_privilege_id", relation_privilege),
    SESSION("has_table_privilege_name", relation_privilege),
    SESSION("has_table_privilege_id_id", relation_privilege),
    SESSION("has_table_privilege_id_name", relation_privilege),
    SESSION("has_table_privilege_name_name", relation_privilege),
    SESSION("has_tablespace_privilege_name", any_privilege),
    SESSION("has_tablespace_privilege_id", any_privilege),
    SESSION("has_tablespace_privilege_name_name", any_privilege),
    SESSION("has_tablespace_privilege_name_id", any_privilege),
    SESSION("has_tablespace_privilege_id_name", any_privilege),
    SESSION("has_tablespace_privilege_id_id", any_privilege),
    SESSION("has_type_privilege_id_name", any_privilege),
    SESSION("has_type_privilege_name_id", any_privilege),
    SESSION("has_type_privilege_name_name", any_privilege),
    SESSION("has_type_privilege_id", any_privilege),
    SESSION("has_type_privilege_name", any_privilege),
    SESSION("has_type_privilege_id_id", any_privilege),
    SESSION("pg_has_role_name_name", any_privilege),
    SESSION("pg_has_role_name_id", any_privilege),
    SESSION("pg_has_role_id_name", any_privilege),
    SESSION("pg_has_role_id_id", any_privilege),
    SESSION("pg_has_role_name", any_privilege),
    SESSION("pg_has_role_id", any_privilege),
    NATIVE("pg_stat_get_analyze_count", "0"),
    NATIVE("pg_stat_get_autoanalyze_count", "0"),
    NATIVE("pg_stat_get_autovacuum_count", "0"),
    NATIVE("pg_stat_get_backend_client_addr", "NULL"),
    NATIVE("pg_stat_get_bgwriter_buf_written_checkpoints", "0"),
    NATIVE("pg_stat_get_bgwriter_buf_written_clean", "0"),
    NATIVE("pg_stat_get_bgwriter_maxwritten_clean", "0"),
    NATIVE("pg_stat_get_bgwriter_requested_checkpoints", "0"),
    NATIVE("pg_stat_get_bgwriter_stat_reset_time", "NULL"),
    NATIVE("pg_stat_get_bgwriter_timed_checkpoints", "0"),
    NATIVE("pg_stat_get_blocks_fetched", "0"),
    NATIVE("pg_stat_get_blocks_hit", "0"),
    NATIVE("pg_stat_get_buf_alloc", "0"),
    NATIVE("pg_stat_get_buf_fsync_backend", "0"),
    NATIVE("pg_stat_get_buf_written_backend", "0"),
    NATIVE("pg_stat_get_checkpoint_sync_time", "0.0"),
    NATIVE("pg_stat_get_checkpoint_write_time", "0.0"),
    NATIVE("pg_stat_get_db_active_time", "0.0"),
    NATIVE("pg_stat_get_db_blk_read_time", "0.0"),
    NATIVE("pg_stat_get_db_blk_write_time", "0.0"),
    NATIVE("pg_stat_get_db_blocks_fetched", "0"),
    NATIVE("pg_stat_get_db_blocks_hit", "0"),
    NATIVE("pg_stat_get_db_checksum_failures", "0"),
    NATIVE("pg_stat_get_db_checksum_last_failure", "NULL"),
    NATIVE("pg_stat_get_db_conflict_all", "0"),
    NATIVE("pg_stat_get_db_conflict_bufferpin", "0"),
    NATIVE("pg_stat_get_db_conflict_lock", "0"),
    NATIVE("pg_stat_get_db_conflict_snapshot", "0"),
    NATIVE("pg_stat_get_db_conflict_startup_deadlock", "0"),
    NATIVE("pg_stat_get_db_conflict_tablespace", "0"),
    NATIVE("pg_stat_get_db_deadlocks", "0"),
    NATIVE("pg_stat_get_db_idle_in_transaction_time", "0.0"),
    NATIVE("pg_stat_get_db_session_time", "0.0"),
    NATIVE("pg_stat_get_db_sessions", "0"),
    NATIVE("pg_stat_get_db_sessions_abandoned", "0"),
    NATIVE("pg_stat_get_db_sessions_fatal", "0"),
    NATIVE("pg_stat_get_db_sessions_killed", "0"),
    NATIVE("pg_stat_get_db_stat_reset_time", "NULL"),
    NATIVE("pg_stat_get_db_temp_bytes", "0"),
    NATIVE("pg_stat_get_db_temp_files", "0"),
    NATIVE("pg_stat_get_db_tuples_deleted", "0"),
    NATIVE("pg_stat_get_db_tuples_fetched", "0"),
    NATIVE("pg_stat_get_db_tuples_inserted", "0"),
    NATIVE("pg_stat_get_db_tuples_returned", "0"),
    NATIVE("pg_stat_get_db_tuples_updated", "0"),
    NATIVE("pg_stat_get_db_xact_commit", "0"),
    NATIVE("pg_stat_get_db_xact_rollback", "0"),
    NATIVE("pg_stat_get_dead_tuples", "0"),
    NATIVE("pg_stat_get_function_calls", "0"),
    NATIVE("pg_stat_get_ins_since_vacuum", "0"),
    NATIVE("pg_stat_get_last_analyze_time", "NULL"),
    NATIVE("pg_stat_get_last_autoanalyze_time", "NULL"),
    NATIVE("pg_stat_get_last_autovacuum_time", "NULL"),
    NATIVE("pg_stat_get_last_vacuum_time", "NULL"),
    NATIVE("pg_stat_get_live_tuples", "0"),
    NATIVE("pg_stat_get_mod_since_analyze", "0"),
    NATIVE("pg_stat_get_numscans", "0"),
    NATIVE("pg_stat_get_tuples_deleted", "0"),
    NATIVE("pg_stat_get_tuples_fetched", "0"),
    NATIVE("pg_stat_get_tuples_hot_updated", "0"),
    NATIVE("pg_stat_get_tuples_inserted", "0"),
    NATIVE("pg_stat_get_tuples_returned", "0"),
    NATIVE("pg_stat_get_tuples_updated", "0"),
    NATIVE("pg_stat_get_vacuum_count", "0"),
    NATIVE("pg_stat_get_xact_blocks_fetched", "0"),
    NATIVE("pg_stat_get_xact_blocks_hit", "0"),
    NATIVE("pg_stat_get_xact_numscans", "0"),
    NATIVE("pg_stat_get_xact_tuples_deleted", "0"),
    NATIVE("pg_stat_get_xact_tuples_fetched", "0"),
    NATIVE("pg_stat_get_xact_tuples_hot_updated", "0"),
    NATIVE("pg_stat_get_xact_tuples_inserted", "0"),
    NATIVE("pg_stat_get_xact_tuples_returned", "0"),
    NATIVE("pg_stat_get_xact_tuples_updated", "0"),
    {0},
};
