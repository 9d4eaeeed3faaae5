#include "sql/ddl.h"

#include "sql/lower_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* DROP, TRUNCATE, and what depends on what. */

static bool view_names(struct ddl *d, const struct catalog_relation *view, const struct catalog_relation *relation)
{
    /* A view of something temporary is temporary itself. */
    if (!view->view_query || view->is_system || (oid_is_temporary(relation->oid) && !oid_is_temporary(view->oid)))
        return false;
    struct diag ignored = {0};
    struct query *query = analyse_query_text(d->compiler, d->arena, view->view_query, &ignored);
    diag_clear(&ignored);
    return query && lower_reads_relation(query, relation);
}

static const char *describe(struct ddl *d, const struct catalog_relation *relation)
{
    const char *kind = relation->kind == 'v'   ? "view"
                       : relation->kind == 'S' ? "sequence"
                       : relation->kind == 'c' ? "type"
                                               : "table";
    const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
    if (catalog_relation_is_visible(d->catalog, relation))
        return arena_printf(d->arena, "%s %s", kind, relation->name);
    return arena_printf(d->arena, "%s %s.%s", kind, schema->name, relation->name);
}

bool ddl_drop_sequence(struct ddl *d, const struct catalog_relation *sequence)
{
    struct datum oid = datum_int(sequence->oid);
    return ddl_forget(d, sequence->oid) && ddl_bind(d, "DELETE FROM pgquill_sequence WHERE oid = ?1", 1, &oid);
}

static bool drop_relation(struct ddl *d, const struct catalog_relation *relation);

/* What is dropped together, in order; dependents that CASCADE brought are told in a notice. */
struct doomed {
    int count;
    oid_t oids[256];
    int ncascaded;
    const char *cascaded[256];
};

static bool is_doomed(const struct doomed *doomed, oid_t oid)
{
    for (int i = 0; i < doomed->count; i++)
        if (doomed->oids[i] == oid)
            return true;
    return false;
}

/* Objects outside `doomed` that need `relation`. Cascade: views join the doomed, foreign keys are noted. */
static bool find_dependents(struct ddl *d, struct doomed *doomed, const struct catalog_relation *relation, bool cascade,
                            struct buf *details)
{
    const struct catalog_relation *other;
    for (int i = 0; (other = catalog_relation_at(d->catalog, i)) && !other->is_system; i++) {
        if (is_doomed(doomed, other->oid))
            continue;
        for (int k = 0; k < other->nconstraints; k++)
            if (other->constraints[k].kind == 'f' && other->constraints[k].foreign_relation == relation->oid) {
                const char *text = arena_printf(d->arena, "constraint %s on %s", other->constraints[k].name, describe(d, other));
                buf_printf(details, "%s%s depends on %s", details->len ? "\n" : "", text, describe(d, relation));
                if (doomed->ncascaded < 256)
                    doomed->cascaded[doomed->ncascaded++] = text;
            }
        if (other->kind == 'v' && view_names(d, other, relation)) {
            const char *text = describe(d, other);
            buf_printf(details, "%s%s depends on %s", details->len ? "\n" : "", text, describe(d, relation));
            if (doomed->ncascaded < 256)
                doomed->cascaded[doomed->ncascaded++] = text;
            if (doomed->count < 256)
                doomed->oids[doomed->count++] = other->oid;
            if (cascade || doomed->count < 256)
                find_dependents(d, doomed, other, cascade, details);
        }
        if (relation->kind == 'S')
            for (int k = 0; k < other->natts; k++)
                if (other->columns[k].default_expr && strstr(other->columns[k].default_expr, "nextval(") &&
                    strstr(other->columns[k].default_expr, relation->name)) {
                    const char *text =
                        arena_printf(d->arena, "default value for column %s of %s", other->columns[k].name, describe(d, other));
                    buf_printf(details, "%s%s depends on %s", details->len ? "\n" : "", text, describe(d, relation));
                    if (doomed->ncascaded < 256)
                        doomed->cascaded[doomed->ncascaded++] = text;
                }
    }
    return details->len > 0;
}

/* Take foreign keys that point to a table which goes away out of the tables that stay. */
static bool release_references(struct ddl *d, const struct catalog_relation *gone, const struct doomed *doomed)
{
    for (bool again = true; again;) {
        again = false;
        const struct catalog_relation *other;
        for (int i = 0; (other = catalog_relation_at(d->catalog, i)) && !other->is_system && !again; i++)
            for (int k = 0; k < other->nconstraints; k++)
                if (other->constraints[k].kind == 'f' && other->constraints[k].foreign_relation == gone->oid &&
                    !is_doomed(doomed, other->oid)) {
                    struct catalog_relation *from = ddl_copy_relation(d, other), *to = ddl_copy_relation(d, other);
                    struct catalog_constraint *constraints = (struct catalog_constraint *) to->constraints;
                    memmove(&constraints[k], &constraints[k + 1], sizeof *constraints * (size_t) (to->nconstraints - k - 1));
                    to->nconstraints--;
                    if (!ddl_rebuild(d, from, to, NULL) || !ddl_store(d, to))
                        return false;
                    /* The snapshot's strings are still used by the caller's copies: change the books, not the snapshot. */
                    ((struct catalog_relation *) other)->nconstraints = to->nconstraints;
                    ((struct catalog_relation *) other)->constraints = to->constraints;
                    again = true;
                    break;
                }
    }
    return true;
}

static bool drop_relation(struct ddl *d, const struct catalog_relation *relation)
{
    struct datum oid = datum_int(relation->oid);
    d->changed_file |= !oid_is_temporary(relation->oid);
    if (relation->on_commit && !ddl_bind(d, "DELETE FROM pgquill_on_commit WHERE relation = ?1", 1, &oid))
        return false;
    if (relation->kind == 'S')
        return ddl_drop_sequence(d, relation);
    if ((relation->kind == 'v' && !relation->is_foreign) || relation->kind == 'c')
        return ddl_forget(d, relation->oid);
    const struct catalog_relation *sequence;
    for (int i = 0; (sequence = catalog_relation_at(d->catalog, i)) && !sequence->is_system; i++)
        if (sequence->kind == 'S' && sequence->sequence && sequence->sequence->owner_relation == relation->oid &&
            !ddl_drop_sequence(d, sequence))
            return false;
    engine_set_foreign_keys(d->engine, false);
    bool good = ddl_run(
        d, arena_printf(d->arena, "DROP %s %s", relation->kind == 'v' ? "VIEW" : "TABLE", ddl_quote(d, relation->storage)));
    engine_set_foreign_keys(d->engine, true);
    return good && ((!oid_is_temporary(relation->oid) && !ddl_is_prepared(d)) ||
                    (ddl_forget(d, relation->oid) && ddl_forget_namesake(d, relation)));
}

static bool drop_all(struct ddl *d, struct doomed *doomed, bool cascade, const char *single)
{
    struct buf details = {0};
    int given = doomed->count;
    for (int i = 0; i < given; i++)
        find_dependents(d, doomed, catalog_relation_by_oid(d->catalog, doomed->oids[i]), cascade, &details);
    if (details.len && !cascade) {
        if (single)
            diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST, "cannot drop %s because other objects depend on it", single);
        else
            diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                     "cannot drop desired object(s) because other objects depend on them");
        diag_detail(d->diag, "%s", buf_cstr(&details));
        diag_hint(d->diag, "Use DROP ... CASCADE to drop the dependent objects too.");
        buf_deinit(&details);
        return false;
    }
    buf_deinit(&details);
    ddl_tell_cascade(d, doomed->ncascaded, doomed->cascaded);
    for (int i = doomed->count - 1; i >= 0; i--) {
        const struct catalog_relation *relation = catalog_relation_by_oid(d->catalog, doomed->oids[i]);
        if (relation && (!release_references(d, relation, doomed) || !drop_relation(d, relation)))
            return false;
    }
    return ddl_reload(d);
}

bool ddl_drop_relation(struct ddl *d, oid_t relation)
{
    struct doomed doomed = {.count = 1, .oids = {relation}};
    return drop_all(d, &doomed, true, NULL);
}

static char wanted_kind(PgQuery__ObjectType type)
{
    switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
        return 'r';
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
        return 'v';
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
        return 'S';
    default:
        return 0;
    }
}

static const char *kind_word(char kind)
{
    return kind == 'r' ? "table" : kind == 'v' ? "view" : kind == 'S' ? "sequence" : "index";
}

bool ddl_missing(struct ddl *d, const char *word, const char *schema, const char *name, bool missing_ok)
{
    const char *shown = schema ? arena_printf(d->arena, "%s.%s", schema, name) : name;
    if (missing_ok) {
        if (schema && !catalog_schema_by_name(d->catalog, schema))
            ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "schema \"%s\" does not exist, skipping", schema);
        else
            ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "%s \"%s\" does not exist, skipping", word, name);
        return true;
    }
    if (schema && !catalog_schema_by_name(d->catalog, schema))
        return diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", schema);
    return diag_set(d->diag,
                    strcmp(word, "index") == 0 || strcmp(word, "type") == 0 ? ERRCODE_UNDEFINED_OBJECT : ERRCODE_UNDEFINED_TABLE,
                    "%s \"%s\" does not exist", word, shown);
}

static bool drop_relations(struct ddl *d, const PgQuery__DropStmt *stmt, char kind)
{
    struct doomed doomed = {0};
    const char *single = NULL;
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__List *names = stmt->objects[i]->list;
        const char *schema, *name = ddl_list_name(names->n_items, names->items, &schema);
        const struct catalog_relation *relation = catalog_relation_by_name(d->catalog, schema, name);
        if (!relation) {
            if (!ddl_missing(d, kind_word(kind), schema, name, stmt->missing_ok))
                return false;
            continue;
        }
        if (relation->is_system)
            return diag_set(d->diag, ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied: \"%s\" is a system catalog", name);
        if (relation->kind != kind) {
            diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "\"%s\" is not a %s", name, kind_word(kind));
            return diag_hint(d->diag, "Use DROP %s to remove a %s.",
                             relation->kind == 'r'   ? "TABLE"
                             : relation->kind == 'v' ? "VIEW"
                                                     : "SEQUENCE",
                             kind_word(relation->kind));
        }
        if (!is_doomed(&doomed, relation->oid) && doomed.count < 256)
            doomed.oids[doomed.count++] = relation->oid;
        single = stmt->n_objects == 1 ? describe(d, relation) : NULL;
    }
    return drop_all(d, &doomed, stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE, single);
}

static bool drop_indexes(struct ddl *d, const PgQuery__DropStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__List *names = stmt->objects[i]->list;
        const char *schema, *name = ddl_list_name(names->n_items, names->items, &schema);
        const struct catalog_index *index = catalog_index_by_name(d->catalog, schema, name);
        if (!index) {
            if (catalog_relation_by_name(d->catalog, schema, name)) {
                diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "\"%s\" is not an index", name);
                return diag_hint(d->diag, "Use DROP TABLE to remove a table.");
            }
            if (!ddl_missing(d, "index", schema, name, stmt->missing_ok))
                return false;
            continue;
        }
        const struct catalog_relation *relation = catalog_relation_by_oid(d->catalog, index->relation);
        if (index->constraint) {
            diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                     "cannot drop index %s because constraint %s on %s requires it", name, name, describe(d, relation));
            return diag_hint(d->diag, "You can drop constraint %s on %s instead.", name, describe(d, relation));
        }
        struct datum oid = datum_int(index->oid);
        ddl_follow(d, index->oid);
        d->changed_file |= !d->temporary;
        if (!ddl_run(d, arena_printf(d->arena, "DROP INDEX %s", ddl_quote(d, index->storage))) || !ddl_prepare_file(d) ||
            !ddl_bind(d, "DELETE FROM pgquill_index WHERE oid = ?1", 1, &oid) || !ddl_reload(d))
            return false;
    }
    return true;
}

static bool drop_schemas(struct ddl *d, const PgQuery__DropStmt *stmt)
{
    bool cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const char *name = stmt->objects[i]->string->sval;
        const struct catalog_schema *schema = catalog_schema_by_name(d->catalog, name);
        if (!schema) {
            if (!stmt->missing_ok)
                return diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", name);
            ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "schema \"%s\" does not exist, skipping", name);
            continue;
        }
        if (oid_is_temporary(schema->oid))
            return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                            "the temporary schema is not dropped as a whole: use DISCARD TEMP");
        if (schema->oid < OID_FIRST_USER && schema->oid != OID_PUBLIC) {
            diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
                     "cannot drop schema %s because it is required by the database system", name);
            return false;
        }
        struct doomed doomed = {0};
        const struct catalog_relation *relation;
        struct buf details = {0};
        for (int k = 0; (relation = catalog_relation_at(d->catalog, k)) && !relation->is_system; k++) {
            bool owned = relation->kind == 'S' && relation->sequence && relation->sequence->owner_relation;
            if (relation->schema != schema->oid || owned || doomed.count == 256)
                continue;
            doomed.oids[doomed.count++] = relation->oid;
            doomed.cascaded[doomed.ncascaded++] = describe(d, relation);
            buf_printf(&details, "%s%s depends on schema %s", details.len ? "\n" : "", describe(d, relation), name);
        }
        const struct catalog_function *function;
        bool functions = false;
        for (int k = 0; (function = catalog_function_at(d->catalog, k)); k++)
            if (function->schema == schema->oid) {
                functions = true;
                if (doomed.ncascaded < 256)
                    doomed.cascaded[doomed.ncascaded++] = ddl_describe_function(d, function);
                buf_printf(&details, "%s%s depends on schema %s", details.len ? "\n" : "", ddl_describe_function(d, function),
                           name);
            }
        const char *extension = ddl_schema_extension(d, schema->oid);
        if (extension) {
            functions = true;
            if (doomed.ncascaded < 256)
                doomed.cascaded[doomed.ncascaded++] = arena_printf(d->arena, "extension %s", extension);
            buf_printf(&details, "%sextension %s depends on schema %s", details.len ? "\n" : "", extension, name);
        }
        if ((doomed.count || functions) && !cascade) {
            diag_set(d->diag, ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST, "cannot drop schema %s because other objects depend on it",
                     name);
            diag_detail(d->diag, "%s", buf_cstr(&details));
            diag_hint(d->diag, "Use DROP ... CASCADE to drop the dependent objects too.");
            buf_deinit(&details);
            return false;
        }
        buf_deinit(&details);
        struct datum oid = datum_int(schema->oid);
        if (!drop_all(d, &doomed, true, NULL) || !ddl_prepare_file(d) || !ddl_drop_schema_functions(d, (oid_t) oid.i) ||
            !ddl_drop_schema_extensions(d, (oid_t) oid.i) || !ddl_bind(d, "DELETE FROM pgquill_schema WHERE oid = ?1", 1, &oid) ||
            !ddl_reload(d))
            return false;
    }
    return true;
}

bool ddl_drop(struct ddl *d, const PgQuery__DropStmt *stmt)
{
    char kind = wanted_kind(stmt->remove_type);
    if (kind)
        return drop_relations(d, stmt, kind);
    switch (stmt->remove_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
        return drop_indexes(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
        return drop_schemas(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION:
        return ddl_drop_collations(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION:
        return ddl_drop_extensions(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
        return ddl_drop_types(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_CAST:
        return ddl_drop_casts(d, stmt);
    case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE:
        return ddl_drop_functions(d, stmt);
    default:
        if (stmt->missing_ok)
            return true;
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "DROP of this kind of object is not supported yet");
    }
}

bool ddl_truncate(struct ddl *d, const PgQuery__TruncateStmt *stmt)
{
    struct doomed doomed = {0};
    for (size_t i = 0; i < stmt->n_relations; i++) {
        const struct catalog_relation *relation = ddl_find(d, stmt->relations[i]->range_var, false);
        if (!relation)
            return false;
        if (relation->kind != 'r' || relation->is_system)
            return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "\"%s\" is not a table", relation->name);
        if (!is_doomed(&doomed, relation->oid) && doomed.count < 256)
            doomed.oids[doomed.count++] = relation->oid;
    }
    for (int i = 0; i < doomed.count; i++) {
        const struct catalog_relation *other, *relation = catalog_relation_by_oid(d->catalog, doomed.oids[i]);
        for (int k = 0; (other = catalog_relation_at(d->catalog, k)) && !other->is_system; k++)
            for (int m = 0; m < other->nconstraints; m++) {
                if (other->constraints[m].kind != 'f' || other->constraints[m].foreign_relation != relation->oid ||
                    is_doomed(&doomed, other->oid))
                    continue;
                if (stmt->behavior != PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE) {
                    diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                             "cannot truncate a table referenced in a foreign key constraint");
                    diag_detail(d->diag, "Table \"%s\" references \"%s\".", other->name, relation->name);
                    return diag_hint(d->diag, "Truncate table \"%s\" at the same time, or use TRUNCATE ... CASCADE.",
                                     other->name);
                }
                ddl_notice(d, ERRCODE_SUCCESSFUL_COMPLETION, "truncate cascades to table \"%s\"", other->name);
                if (doomed.count < 256)
                    doomed.oids[doomed.count++] = other->oid;
            }
    }
    engine_set_foreign_keys(d->engine, false);
    bool good = true;
    for (int i = 0; good && i < doomed.count; i++) {
        const struct catalog_relation *relation = catalog_relation_by_oid(d->catalog, doomed.oids[i]), *sequence;
        good = ddl_run(d, arena_printf(d->arena, "DELETE FROM %s", ddl_quote(d, relation->storage)));
        for (int k = 0; good && stmt->restart_seqs && (sequence = catalog_relation_at(d->catalog, k)) && !sequence->is_system;
             k++)
            if (sequence->kind == 'S' && sequence->sequence && sequence->sequence->owner_relation == relation->oid)
                good = ddl_restart_sequence(d, sequence, sequence->sequence->start);
    }
    engine_set_foreign_keys(d->engine, true);
    return good;
}
