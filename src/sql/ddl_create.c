#include "sql/ddl.h"

#include "sql/deparse.h"
#include "sql/lower_internal.h"

/* CREATE TABLE, CREATE TABLE AS, CREATE INDEX, CREATE VIEW. */

struct column_reference {
    const struct rte *entry;
    int16_t attnum;
};

static bool is_column(void *argument, const struct expr *expr)
{
    const struct column_reference *reference = argument;
    return expr->kind == EXPR_COLUMN && expr->column.rte == reference->entry && expr->column.attno == reference->attnum;
}

bool ddl_expr_names_column(const struct expr *expr, const struct rte *entry, const struct catalog_relation *relation,
                           int16_t attnum)
{
    (void) relation;
    struct column_reference reference = {entry, attnum};
    return lower_walk_expr(expr, is_column, &reference);
}

bool ddl_store_sequences(struct ddl *d, struct owned_sequence *owned, oid_t relation)
{
    for (; owned; owned = owned->next) {
        owned->relation.oid = ddl_new_oid(d, 1);
        if (!owned->relation.oid)
            return false;
        owned->sequence.owner_relation = relation;
        owned->relation.sequence = &owned->sequence;
        if (!ddl_store_sequence(d, &owned->relation))
            return false;
    }
    return true;
}

bool ddl_create_relation(struct ddl *d, struct catalog_relation *relation, struct owned_sequence *owned)
{
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
    relation->storage = ddl_storage_name(d, schema, relation->name);
    const char *sql = ddl_table_sql(d, relation, relation->storage);
    return sql && ddl_run(d, sql) && ddl_create_indexes(d, relation) && ddl_store(d, relation) &&
           ddl_store_sequences(d, owned, relation->oid) && ddl_reload(d);
}

static bool begin_relation(struct ddl *d, struct catalog_relation *relation, const PgQuery__RangeVar *name, bool if_not_exists,
                           bool *exists)
{
    const struct catalog_schema *schema;
    char persistence;
    *exists = false;
    if (!ddl_relation_schema(d, name, &schema, &persistence))
        return false;
    if (ddl_name_is_taken(d, schema->oid, name->relname)) {
        *exists = true;
        if (!if_not_exists)
            return diag_set(d->diag, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists", name->relname);
        ddl_notice(d, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists, skipping", name->relname);
        return true;
    }
    *relation = (struct catalog_relation){.name = arena_strdup(d->arena, name->relname), .schema = schema->oid, .kind = 'r'};
    relation->persistence = persistence;
    relation->oid = ddl_new_oid(d, 3);
    relation->row_type = relation->oid + 1; /* and its array type */
    return relation->oid != 0;
}

static bool define_table_constraints(struct ddl *d, struct catalog_relation *relation, const PgQuery__CreateStmt *stmt)
{
    /* Keys first, as PostgreSQL makes them: a foreign key may refer to the table's own. */
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < stmt->n_table_elts; i++) {
            const PgQuery__Node *element = stmt->table_elts[i];
            if (element->node_case == PG_QUERY__NODE__NODE_CONSTRAINT) {
                bool foreign = element->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN;
                if (foreign == (pass == 1) && !ddl_define_constraint(d, relation, element->constraint, NULL))
                    return false;
            } else if (element->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF) {
                const PgQuery__ColumnDef *def = element->column_def;
                struct catalog_column *column = (struct catalog_column *) catalog_column_by_name(relation, def->colname);
                for (size_t k = 0; k < def->n_constraints; k++) {
                    const PgQuery__Constraint *constraint = def->constraints[k]->constraint;
                    bool foreign = constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN;
                    if (foreign == (pass == 1) && !ddl_define_constraint(d, relation, constraint, column))
                        return false;
                }
            }
        }
    return true;
}

bool ddl_create_table(struct ddl *d, const PgQuery__CreateStmt *stmt)
{
    if (stmt->partspec || stmt->partbound)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "partitioned tables are not supported yet");
    if (stmt->of_typename)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "tables of a composite type are not supported yet");
    if (stmt->n_inh_relations)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "table inheritance is not supported yet");
    struct catalog_relation relation;
    struct owned_sequence *owned = NULL;
    bool exists;
    if (!begin_relation(d, &relation, stmt->relation, stmt->if_not_exists, &exists))
        return false;
    if (exists)
        return true;
    for (size_t i = 0; i < stmt->n_table_elts; i++) {
        const PgQuery__Node *element = stmt->table_elts[i];
        if (element->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF &&
            !ddl_define_column(d, &relation, element->column_def, &owned))
            return false;
        if (element->node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE &&
            !ddl_like_columns(d, &relation, element->table_like_clause, &owned))
            return false;
    }
    if (!define_table_constraints(d, &relation, stmt))
        return false;
    for (size_t i = 0; i < stmt->n_table_elts; i++) {
        const PgQuery__Node *element = stmt->table_elts[i];
        if (element->node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE &&
            !ddl_like_constraints(d, &relation, element->table_like_clause))
            return false;
    }
    return ddl_set_on_commit(d, &relation, stmt->oncommit) && ddl_create_relation(d, &relation, owned);
}

/* ---- CREATE TABLE AS ---- */

/* What a query's output column is collated by as a column of a table or view: its own, where it is collatable. */
static bool column_collation(struct ddl *d, const struct plan_column *from, const char *name, const struct type_desc *type,
                             oid_t *collation)
{
    *collation = type ? type->collation : 0;
    if (!*collation)
        return true;
    if (from->collation)
        *collation = from->collation;
    if (!from->other_collation)
        return true;
    diag_set(d->diag, ERRCODE_INDETERMINATE_COLLATION, "no collation was derived for column \"%s\" with collatable type %s", name,
             type->name);
    return diag_hint(d->diag, "Use the COLLATE clause to set the collation explicitly.");
}

bool ddl_create_table_as(struct ddl *d, const PgQuery__CreateTableAsStmt *stmt, int64_t *count)
{
    struct catalog_relation relation;
    bool exists;
    if (stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "materialized views are not supported yet");
    if (!begin_relation(d, &relation, stmt->into->rel, stmt->if_not_exists, &exists))
        return false;
    if (exists)
        return true;
    struct plan *plan = compile_node(d->compiler, stmt->query, d->text, 0, NULL, d->diag);
    if (!plan)
        return false;
    bool good = true;
    struct buf into = {0};
    if ((int) stmt->into->n_col_names > plan->ncolumns)
        good = diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "too many column names were specified");
    for (int i = 0; good && i < plan->ncolumns; i++) {
        const char *name = (size_t) i < stmt->into->n_col_names ? stmt->into->col_names[i]->string->sval : plan->columns[i].name;
        if (catalog_column_by_name(&relation, name)) {
            good = diag_set(d->diag, ERRCODE_DUPLICATE_COLUMN, "column \"%s\" specified more than once", name);
            break;
        }
        struct catalog_column *column = ddl_add_column(d, &relation);
        column->name = column->storage = arena_strdup(d->arena, name);
        column->type = plan->columns[i].type == UNKNOWN_OID ? TEXT_OID : plan->columns[i].type;
        column->typmod = plan->columns[i].typmod;
        const struct type_desc *type = catalog_type_by_oid(d->catalog, column->type);
        good = good && column_collation(d, &plan->columns[i], name, type, &column->collation);
        if (type && type->typtype == 'p')
            good = diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "column \"%s\" has pseudo-type %s", name, type->name);
        buf_printf(&into, "%s?%d", i ? ", " : "", i + 1);
    }
    *count = -1;
    good = good && ddl_set_on_commit(d, &relation, stmt->into->on_commit) && ddl_create_relation(d, &relation, NULL);
    if (good && !stmt->into->skip_data) {
        /* The rows, through the ordinary cursor. */
        const char *sql = arena_printf(d->arena, "INSERT INTO %s VALUES (%s)", ddl_quote(d, relation.storage),
                                       plan->ncolumns ? buf_cstr(&into) : "NULL");
        struct engine_stmt *insert = engine_prepare(d->engine, sql, strlen(sql), false, d->diag);
        struct cursor *cursor = insert ? cursor_open(d->compiler, plan, NULL, NULL, 0, d->diag) : NULL;
        const struct datum *row;
        enum engine_step step = cursor ? ENGINE_ROW : ENGINE_FAILED;
        *count = 0;
        while (step == ENGINE_ROW && (step = cursor_next(cursor, &row, d->diag)) == ENGINE_ROW) {
            for (int i = 0; i < plan->ncolumns; i++)
                engine_bind(insert, i + 1, &row[i]);
            enum engine_step done = engine_step(insert, d->diag);
            engine_reset(insert);
            if (done != ENGINE_DONE)
                step = ENGINE_FAILED;
            else
                (*count)++;
        }
        good = step == ENGINE_DONE;
        if (cursor)
            cursor_close(cursor);
        if (insert)
            engine_finalize(insert);
    }
    buf_deinit(&into);
    plan_release(plan);
    return good;
}

bool ddl_select_into(struct ddl *d, PgQuery__Node *node, int64_t *count)
{
    PgQuery__SelectStmt *select = analyse_into(node->select_stmt);
    PgQuery__CreateTableAsStmt stmt = PG_QUERY__CREATE_TABLE_AS_STMT__INIT;
    stmt.query = node;
    stmt.into = select->into_clause;
    stmt.objtype = PG_QUERY__OBJECT_TYPE__OBJECT_TABLE;
    select->into_clause = NULL;
    bool done = ddl_create_table_as(d, &stmt, count);
    select->into_clause = stmt.into;
    return done;
}

/* ---- CREATE INDEX ---- */

static bool key_collation(struct ddl *d, struct catalog_index *index, int k, const PgQuery__IndexElem *element, oid_t type_oid,
                          oid_t natural)
{
    oid_t collation;
    if (!element->n_collation)
        return true;
    const struct type_desc *type = catalog_type_by_oid(d->catalog, type_oid);
    if (!type || !type->collation) {
        struct buf name = {0};
        type_format(catalog_type_resolver(d->catalog), type_oid, -1, &name);
        diag_set(d->diag, ERRCODE_DATATYPE_MISMATCH, "collations are not supported by type %s", buf_cstr(&name));
        buf_deinit(&name);
        return false;
    }
    if (!analyse_collation_name(d->compiler, element->n_collation, element->collation, -1, &collation, d->diag))
        return false;
    ((oid_t *) index->collations)[k] = collation == natural ? 0 : collation;
    return true;
}

/* Without an operator class of one's own choice the type must have one; of the classes of other methods than these nothing depends. */
static bool key_class(struct ddl *d, const struct catalog_index *index, const PgQuery__IndexElem *element, oid_t type)
{
    bool btree = strcmp(index->method, "btree") == 0;
    if (element->n_opclass || (!btree && strcmp(index->method, "hash") != 0) ||
        analyse_has_order(d->compiler, d->arena, btree ? "<" : "=", type))
        return true;
    /* Arrays have a class; it asks for the order of what is in them. */
    const struct type_desc *desc = catalog_type_by_oid(d->catalog, type);
    bool array = desc && desc->element && desc->category == 'A';
    struct buf name = {0};
    type_format(catalog_type_resolver(d->catalog), array ? desc->element : type, -1, &name);
    if (array) {
        diag_set(d->diag, ERRCODE_UNDEFINED_FUNCTION,
                 btree ? "could not identify a comparison function for type %s"
                       : "could not identify a hash function for type %s",
                 buf_cstr(&name));
        buf_deinit(&name);
        return false;
    }
    diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "data type %s has no default operator class for access method \"%s\"",
             buf_cstr(&name), index->method);
    buf_deinit(&name);
    return diag_hint(d->diag,
                     "You must specify an operator class for the index or define a default operator class for the data type.");
}

static bool index_key(struct ddl *d, const struct catalog_relation *relation, struct catalog_index *index, int k,
                      const PgQuery__IndexElem *element)
{
    uint8_t option = element->ordering == PG_QUERY__SORT_BY_DIR__SORTBY_DESC ? 1 : 0;
    bool nulls_first = element->nulls_ordering == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST ||
                       (element->nulls_ordering != PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST && option);
    ((uint8_t *) index->options)[k] = (uint8_t) (option | (nulls_first ? 2 : 0));
    /* "(x COLLATE y)" is "x COLLATE y". */
    const PgQuery__Node *node = element->expr;
    PgQuery__IndexElem stripped = *element;
    for (; node && node->node_case == PG_QUERY__NODE__NODE_COLLATE_CLAUSE; node = node->collate_clause->arg)
        if (!stripped.n_collation) {
            stripped.n_collation = node->collate_clause->n_collname;
            stripped.collation = node->collate_clause->collname;
        }
    element = &stripped;
    stripped.expr = (PgQuery__Node *) node;
    if (node && node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF && node->column_ref->n_fields == 1)
        stripped.name = node->column_ref->fields[0]->string->sval;
    if (element->name && *element->name) {
        const struct catalog_column *column = catalog_column_by_name(relation, element->name);
        if (!column)
            return diag_set(d->diag, ERRCODE_UNDEFINED_COLUMN, "column \"%s\" does not exist", element->name);
        ((int16_t *) index->attnums)[k] = column->attnum;
        return key_collation(d, index, k, element, column->type, column->collation) && key_class(d, index, element, column->type);
    }
    struct rte *entry = analyse_relation_entry(d->compiler, d->arena, relation);
    struct expr *expr = analyse_expr_node(d->compiler, d->arena, element->expr, d->text, entry, "index expressions", d->diag);
    if (!expr || !key_collation(d, index, k, element, expr->type, expr->collation) || !key_class(d, index, element, expr->type))
        return false;
    struct diag ignored = {0};
    const char *text = deparse_typed(d->catalog, d->arena, expr, entry, d->compiler->env->types, &ignored);
    diag_clear(&ignored);
    ((const char **) index->exprs)[k] = text ? text : deparse_expr(d->arena, element->expr, d->diag);
    return index->exprs[k] != NULL;
}

/* PostgreSQL joins the keys' names: table_a_b_idx, "expr" for an expression. */
static const char *default_index_name(struct ddl *d, const struct catalog_relation *relation, const PgQuery__IndexStmt *stmt)
{
    struct buf columns = {0};
    for (size_t i = 0; i < stmt->n_index_params; i++) {
        const PgQuery__IndexElem *element = stmt->index_params[i]->index_elem;
        const char *name = element->name && *element->name ? element->name : "expr";
        if (element->expr && element->expr->node_case == PG_QUERY__NODE__NODE_FUNC_CALL)
            name = element->expr->func_call->funcname[element->expr->func_call->n_funcname - 1]->string->sval;
        buf_printf(&columns, "%s%s", i ? "_" : "", name);
    }
    const char *name = ddl_choose_name(d, relation->schema, relation->name, buf_cstr(&columns), "idx", NULL);
    buf_deinit(&columns);
    return name;
}

bool ddl_index_stmt(struct ddl *d, const PgQuery__IndexStmt *stmt)
{
    const struct catalog_relation *found = ddl_find(d, stmt->relation, false);
    if (!found)
        return false;
    if (found->kind != 'r' || found->is_system)
        return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "cannot create index on relation \"%s\"", found->name);
    struct catalog_relation *relation = ddl_copy_relation(d, found);
    ddl_follow(d, relation->oid);
    const char *name =
        stmt->idxname && *stmt->idxname ? arena_strdup(d->arena, stmt->idxname) : default_index_name(d, relation, stmt);
    if (ddl_name_is_taken(d, relation->schema, name)) {
        if (!stmt->if_not_exists)
            return diag_set(d->diag, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists", name);
        ddl_notice(d, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists, skipping", name);
        return true;
    }
    int count = (int) stmt->n_index_params;
    struct catalog_index *index = ddl_add_index(d, relation);
    index->oid = ddl_new_oid(d, 1);
    index->name = name;
    index->storage = ddl_storage_name(d, catalog_schema_by_oid(d->catalog, relation->schema), name);
    index->is_unique = stmt->unique;
    index->nulls_not_distinct = stmt->nulls_not_distinct;
    index->nkeys = count;
    index->attnums = arena_array(d->arena, int16_t, count);
    index->exprs = arena_array(d->arena, const char *, count);
    index->options = arena_array(d->arena, uint8_t, count);
    index->collations = arena_array(d->arena, oid_t, count);
    index->method = stmt->access_method && *stmt->access_method ? arena_strdup(d->arena, stmt->access_method) : "btree";
    for (int k = 0; k < count; k++)
        if (!index_key(d, relation, index, k, stmt->index_params[k]->index_elem))
            return false;
    if (stmt->where_clause) {
        struct rte *entry = analyse_relation_entry(d->compiler, d->arena, relation);
        struct expr *expr =
            analyse_expr_node(d->compiler, d->arena, stmt->where_clause, d->text, entry, "index predicates", d->diag);
        if (!expr)
            return false;
        struct diag ignored = {0};
        index->predicate = deparse_typed(d->catalog, d->arena, expr, entry, d->compiler->env->types, &ignored);
        diag_clear(&ignored);
        if (!index->predicate)
            index->predicate = deparse_expr(d->arena, stmt->where_clause, d->diag);
        if (!index->predicate)
            return false;
    }
    return index->oid && ddl_create_index(d, relation, index) && ddl_store(d, relation) && ddl_reload(d);
}

/* ---- CREATE VIEW ---- */

bool ddl_create_view(struct ddl *d, const PgQuery__ViewStmt *stmt)
{
    const struct catalog_schema *schema;
    PgQuery__RangeVar name = *stmt->view;
    name.location = -1;
    char persistence;
    bool reads_temporary = ddl_reads_temporary(d, stmt->query);
    if (reads_temporary && (!name.relpersistence || *name.relpersistence != 't')) {
        name.relpersistence = (char *) "t";
        ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "view \"%s\" will be a temporary view", name.relname);
    }
    if (!ddl_relation_schema(d, &name, &schema, &persistence))
        return false;
    const struct catalog_relation *old = catalog_relation_by_name(d->catalog, schema->name, stmt->view->relname);
    if ((old && (!stmt->replace || old->kind != 'v')) || (!old && ddl_name_is_taken(d, schema->oid, stmt->view->relname))) {
        if (old && stmt->replace)
            return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "\"%s\" is not a view", stmt->view->relname);
        return diag_set(d->diag, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists", stmt->view->relname);
    }
    struct plan *plan = compile_node(d->compiler, stmt->query, d->text, 0, NULL, d->diag);
    if (!plan)
        return false;
    struct catalog_relation view = {
        .name = arena_strdup(d->arena, stmt->view->relname), .schema = schema->oid, .kind = 'v', .persistence = persistence};
    view.oid = old ? old->oid : ddl_new_oid(d, 3);
    view.row_type = old ? old->row_type : view.oid + 1;
    view.comment = old && old->comment ? arena_strdup(d->arena, old->comment) : NULL;
    bool good = view.oid != 0;
    for (int i = 0; good && i < plan->ncolumns; i++) {
        const char *name = (size_t) i < stmt->n_aliases ? stmt->aliases[i]->string->sval : plan->columns[i].name;
        if (catalog_column_by_name(&view, name)) {
            good = diag_set(d->diag, ERRCODE_DUPLICATE_COLUMN, "column \"%s\" specified more than once", name);
            break;
        }
        struct catalog_column *column = ddl_add_column(d, &view);
        column->name = column->storage = arena_strdup(d->arena, name);
        column->type = plan->columns[i].type == UNKNOWN_OID ? TEXT_OID : plan->columns[i].type;
        column->typmod = plan->columns[i].typmod;
        const struct type_desc *type = catalog_type_by_oid(d->catalog, column->type);
        good = column_collation(d, &plan->columns[i], name, type, &column->collation);
    }
    /* Columns of a view that is replaced keep their names and types; new ones may follow. */
    for (int i = 0; good && old && i < old->natts; i++) {
        if (i >= view.natts)
            good = diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "cannot drop columns from view");
        else if (strcmp(view.columns[i].name, old->columns[i].name) != 0) {
            good = diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "cannot change name of view column \"%s\" to \"%s\"",
                            old->columns[i].name, view.columns[i].name);
            diag_hint(d->diag, "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.");
        }
    }
    PgQuery__Node *query = good && persistence == 't' ? ddl_qualify(d, stmt->query) : stmt->query;
    view.view_query = good && query ? ddl_view_text(d, query, plan) : NULL;
    good = view.view_query && ddl_store(d, &view) && ddl_reload(d);
    plan_release(plan);
    return good;
}
