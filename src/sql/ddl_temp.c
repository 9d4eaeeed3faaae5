#include "sql/ddl.h"

#include "catalog/hidden.h"
#include "sql/compiler.h"
#include "sql/deparse.h"
#include "sql/lower_internal.h"
#include "sql/parse.h"

#include <stdlib.h>

/* Temporary relations. They stand in SQLite's temp schema, and what there is to know of them in books of the same shape as the file's beside them: both
 * follow the transaction, and vanish with the session. */

/* The session's temporary schema, made now if there is none. */
static const struct catalog_schema *temporary_schema(struct ddl *d)
{
    const struct catalog_schema *schema = catalog_temporary_schema(d->catalog);
    d->temporary = true;
    if (schema)
        return schema;
    int number = engine_use_temporary(d->engine);
    oid_t oid = ddl_new_oid(d, 1);
    struct datum row[] = {datum_int(oid), datum_cstr(arena_printf(d->arena, "pg_temp_%d", number))};
    if (!ddl_run(d, HIDDEN_CREATE_TEMPORARY) || !ddl_bind(d, "INSERT INTO pgquill_schema (oid, name) VALUES (?1, ?2)", 2, row) ||
        !ddl_reload(d))
        return NULL;
    return catalog_temporary_schema(d->catalog);
}

/* pg_temp_7: the schema of some session's. */
static bool is_temporary_name(struct ddl *d, const char *name)
{
    static const char prefix[] = "pg_temp_";
    const char *digits = name + sizeof prefix - 1;
    return strncmp(name, prefix, sizeof prefix - 1) == 0 && *digits && strspn(digits, "0123456789") == strlen(digits) &&
           strtol(digits, NULL, 10) <= engine_temporary_numbers(d->engine);
}

static bool refuse(struct ddl *d, const PgQuery__RangeVar *name, const char *message)
{
    diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "%s", message);
    return compiler_position(d->compiler, d->diag, name->location);
}

bool ddl_relation_schema(struct ddl *d, const PgQuery__RangeVar *name, const struct catalog_schema **schema, char *persistence)
{
    const char *wanted = name->schemaname && *name->schemaname ? name->schemaname : NULL;
    const struct catalog_schema *there = wanted ? catalog_schema_by_name(d->catalog, wanted) : NULL;
    bool is_own = wanted ? strcmp(wanted, "pg_temp") == 0 || (there && oid_is_temporary(there->oid))
                         : catalog_creates_temporary(d->catalog);
    *persistence = name->relpersistence && *name->relpersistence ? *name->relpersistence : 'p';
    is_own |= !wanted && *persistence == 't';
    d->temporary = false;
    if (wanted && !is_own && is_temporary_name(d, wanted))
        return refuse(d, name, "cannot create relations in temporary schemas of other sessions");
    *schema = is_own ? temporary_schema(d) : ddl_target_schema(d, wanted);
    if (!*schema)
        return d->diag->position ? false : compiler_position(d->compiler, d->diag, name->location);
    if (is_own && *persistence == 'u')
        return refuse(d, name, "only temporary relations may be created in temporary schemas");
    if (!is_own && *persistence == 't')
        return refuse(d, name, "cannot create temporary relation in non-temporary schema");
    if (is_own)
        *persistence = 't';
    return true;
}

bool ddl_object_schema(struct ddl *d, const char *wanted, const struct catalog_schema **schema)
{
    PgQuery__RangeVar place = PG_QUERY__RANGE_VAR__INIT;
    char persistence;
    place.schemaname = (char *) (wanted ? wanted : "");
    place.location = -1;
    return ddl_relation_schema(d, &place, schema, &persistence);
}

bool ddl_reads_temporary(struct ddl *d, const PgQuery__Node *query)
{
    if (!catalog_temporary_schema(d->catalog))
        return false;
    struct diag ignored = {0};
    const struct query *analysed = analyse_statement(d->compiler, query, &ignored);
    const struct catalog_relation *relation;
    bool reads = false;
    diag_clear(&ignored);
    for (int i = 0; analysed && !reads && (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        reads = oid_is_temporary(relation->oid) && lower_reads_relation(analysed, relation);
    return reads;
}

/* Call `visit` for each message of the kind below `message`, itself included. */
static void walk_messages(ProtobufCMessage *message, const ProtobufCMessageDescriptor *kind,
                          void (*visit)(void *argument, ProtobufCMessage *message), void *argument)
{
    if (message->descriptor == kind)
        visit(argument, message);
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const char *base = (const char *) message;
        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t count = *(const size_t *) (const void *) (base + field->quantifier_offset);
            ProtobufCMessage **items = *(ProtobufCMessage * *const *) (const void *) (base + field->offset);
            for (size_t k = 0; k < count; k++)
                walk_messages(items[k], kind, visit, argument);
        } else {
            bool is_other = field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF &&
                            *(const unsigned *) (const void *) (base + field->quantifier_offset) != field->id;
            ProtobufCMessage *below = *(ProtobufCMessage *const *) (const void *) (base + field->offset);
            if (below && !is_other)
                walk_messages(below, kind, visit, argument);
        }
    }
}

struct cte_search {
    const char *name;
    bool found;
};

static void compare_cte(void *argument, ProtobufCMessage *message)
{
    struct cte_search *search = argument;
    search->found |= strcmp(((const PgQuery__CommonTableExpr *) message)->ctename, search->name) == 0;
}

struct qualification {
    struct ddl *d;
    ProtobufCMessage *query;
};

static void qualify(void *argument, ProtobufCMessage *message)
{
    struct qualification *q = argument;
    PgQuery__RangeVar *name = (PgQuery__RangeVar *) message;
    struct cte_search search = {.name = name->relname};
    const struct catalog_relation *relation =
        *name->schemaname ? NULL : catalog_relation_by_name(q->d->catalog, NULL, name->relname);
    walk_messages(q->query, &pg_query__common_table_expr__descriptor, compare_cte, &search);
    if (relation && !search.found)
        name->schemaname = arena_strdup(q->d->arena, catalog_schema_by_oid(q->d->catalog, relation->schema)->name);
}

PgQuery__Node *ddl_qualify(struct ddl *d, PgQuery__Node *query)
{
    const char *text = deparse_statement(d->arena, query, d->diag);
    PgQuery__Node *copy = text ? parse_statement(d->arena, text, d->diag) : NULL;
    struct qualification q = {d, (ProtobufCMessage *) copy};
    if (copy)
        walk_messages(q.query, &pg_query__range_var__descriptor, qualify, &q);
    return copy;
}

bool ddl_moves_temporary(struct ddl *d, const PgQuery__AlterObjectSchemaStmt *stmt)
{
    const struct catalog_relation *relation = stmt->relation ? ddl_find(d, stmt->relation, true) : NULL;
    const struct catalog_schema *schema = catalog_schema_by_name(d->catalog, stmt->newschema);
    return strcmp(stmt->newschema, "pg_temp") == 0 || (schema && oid_is_temporary(schema->oid)) ||
           (relation && oid_is_temporary(relation->oid));
}

bool ddl_follow(struct ddl *d, oid_t oid)
{
    return d->temporary = oid_is_temporary(oid);
}

bool ddl_set_on_commit(struct ddl *d, const struct catalog_relation *relation, PgQuery__OnCommitAction action)
{
    bool deletes = action == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DELETE_ROWS,
         drops = action == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP;
    if (relation->persistence != 't' && (deletes || drops || action == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_PRESERVE_ROWS))
        return diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "ON COMMIT can only be used on temporary tables");
    if (!deletes && !drops)
        return true;
    struct datum row[] = {datum_int(relation->oid), datum_cstr(deletes ? "d" : "D")};
    return ddl_bind(d, "INSERT INTO pgquill_on_commit VALUES (?1, ?2)", 2, row);
}

/* ---- the end of a transaction ---- */

bool temporary_has_commit_actions(const struct compiler *compiler)
{
    const struct catalog_relation *relation;
    if (!catalog_temporary_schema(compiler->catalog))
        return false;
    for (int i = 0; (relation = catalog_relation_at(compiler->catalog, i)) && !relation->is_system; i++)
        if (relation->on_commit)
            return true;
    return false;
}

/* Rows that go must not be needed by rows that stay. */
static bool check_references(struct ddl *d)
{
    const struct catalog_relation *child, *parent;
    for (int i = 0; (child = catalog_relation_at(d->catalog, i)) && !child->is_system; i++)
        for (int k = 0; k < child->nconstraints; k++) {
            parent = child->constraints[k].kind == 'f'
                         ? catalog_relation_by_oid(d->catalog, child->constraints[k].foreign_relation)
                         : NULL;
            if (!parent || parent->on_commit != 'd' || child->on_commit == 'd')
                continue;
            diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "unsupported ON COMMIT and foreign key combination");
            return diag_detail(d->diag, "Table \"%s\" references \"%s\", but they do not have the same ON COMMIT setting.",
                               child->name, parent->name);
        }
    return true;
}

static bool end_transaction(struct ddl *d, void *argument)
{
    const struct catalog_relation *relation;
    bool good = true;
    (void) argument;
    /* Each drop reads the catalog anew. */
    for (bool again = true; again && good;) {
        again = false;
        for (int i = 0; !again && (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
            if (relation->on_commit == 'D') {
                good = ddl_drop_relation(d, relation->oid);
                again = true;
            }
    }
    if (!good || !check_references(d))
        return false;
    engine_set_foreign_keys(d->engine, false);
    for (int i = 0; good && (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        if (relation->on_commit == 'd')
            good = ddl_run(d, arena_printf(d->arena, "DELETE FROM %s", ddl_quote(d, relation->storage)));
    engine_set_foreign_keys(d->engine, true);
    return good;
}

bool temporary_end_transaction(struct compiler *compiler, struct diag *diag)
{
    return ddl_with(compiler, "", end_transaction, NULL, diag);
}

static bool discard(struct ddl *d, void *argument)
{
    static const char *const books[] = {"relation", "column", "index", "constraint", "sequence", "type", "function", "cast", "on_commit"};
    const struct catalog_relation *relation;
    bool good = true;
    (void) argument;
    engine_set_foreign_keys(d->engine, false);
    for (int i = 0; good && (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        if (oid_is_temporary(relation->oid) && relation->kind == 'r')
            good = ddl_run(d, arena_printf(d->arena, "DROP TABLE %s", ddl_quote(d, relation->storage)));
    engine_set_foreign_keys(d->engine, true);
    for (size_t i = 0; good && i < sizeof books / sizeof *books; i++)
        good = ddl_run(d, arena_printf(d->arena, "DELETE FROM pgquill_temp_%s", books[i]));
    return good && ddl_reload(d);
}

bool temporary_discard(struct compiler *compiler, struct diag *diag)
{
    return !catalog_temporary_schema(compiler->catalog) || ddl_with(compiler, "", discard, NULL, diag);
}

/* ---- which statements need nothing of the file's ---- */

static bool goes_to_temporary(const struct compiler *compiler, const PgQuery__RangeVar *name)
{
    const char *schema = name->schemaname && *name->schemaname ? name->schemaname : NULL;
    const struct catalog_schema *found = schema ? catalog_schema_by_name(compiler->catalog, schema) : NULL;
    return schema ? strcmp(schema, "pg_temp") == 0 || (found && oid_is_temporary(found->oid))
                  : (name->relpersistence && *name->relpersistence == 't') || catalog_creates_temporary(compiler->catalog);
}

static bool is_temporary_relation(const struct compiler *compiler, const char *schema, const char *name)
{
    const struct catalog_relation *relation =
        catalog_relation_by_name(compiler->catalog, schema && *schema ? schema : NULL, name);
    return relation && oid_is_temporary(relation->oid);
}

static bool reads_only(struct compiler *compiler, PgQuery__Node *query, const char *text)
{
    struct diag ignored = {0};
    struct plan *plan = compile_node(compiler, query, text, 0, NULL, &ignored);
    bool reads = plan && !plan->writes_file;
    diag_clear(&ignored);
    plan_release(plan);
    return reads;
}

/* SELECT … INTO, which is read without its INTO. */
static bool into_temporary(struct compiler *compiler, const struct plan *plan)
{
    PgQuery__SelectStmt *first = analyse_into(plan->node->select_stmt);
    PgQuery__IntoClause *into = first ? first->into_clause : NULL;
    if (!into || !goes_to_temporary(compiler, into->rel))
        return false;
    first->into_clause = NULL;
    bool reads = reads_only(compiler, plan->node, plan->text);
    first->into_clause = into;
    return reads;
}

bool ddl_is_temporary(struct compiler *compiler, const struct plan *plan)
{
    const PgQuery__Node *node = plan->node;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        return goes_to_temporary(compiler, node->create_stmt->relation);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        return goes_to_temporary(compiler, node->create_seq_stmt->sequence);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        return goes_to_temporary(compiler, node->create_table_as_stmt->into->rel) &&
               reads_only(compiler, node->create_table_as_stmt->query, plan->text);
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        return into_temporary(compiler, plan);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        return goes_to_temporary(compiler, node->view_stmt->view);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        return is_temporary_relation(compiler, node->index_stmt->relation->schemaname, node->index_stmt->relation->relname);
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        for (size_t i = 0; i < node->truncate_stmt->n_relations; i++) {
            const PgQuery__RangeVar *name = node->truncate_stmt->relations[i]->range_var;
            if (!is_temporary_relation(compiler, name->schemaname, name->relname))
                return false;
        }
        return true;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        if (node->drop_stmt->remove_type != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
            return false;
        for (size_t i = 0; i < node->drop_stmt->n_objects; i++) {
            const PgQuery__List *names = node->drop_stmt->objects[i]->list;
            const char *schema, *name = ddl_list_name(names->n_items, names->items, &schema);
            if (!is_temporary_relation(compiler, schema, name))
                return false;
        }
        return true;
    default:
        return false;
    }
}
