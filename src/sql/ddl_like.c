#include "sql/ddl.h"

/* CREATE TABLE (LIKE other INCLUDING …): the columns where they are written, the rest when all columns are known. */

enum {
    LIKE_COMMENTS = 1 << 0,
    LIKE_CONSTRAINTS = 1 << 2,
    LIKE_DEFAULTS = 1 << 3,
    LIKE_GENERATED = 1 << 4,
    LIKE_IDENTITY = 1 << 5,
    LIKE_INDEXES = 1 << 6
};

static const char *copied(struct ddl *d, const char *text)
{
    return text ? arena_strdup(d->arena, text) : NULL;
}

static const struct catalog_sequence *identity_sequence(struct ddl *d, const struct catalog_relation *relation, int16_t attnum)
{
    const struct catalog_relation *other;
    for (int i = 0; (other = catalog_relation_at(d->catalog, i)); i++)
        if (other->sequence && other->sequence->owner_relation == relation->oid && other->sequence->owner_attnum == attnum)
            return other->sequence;
    return NULL;
}

bool ddl_like_columns(struct ddl *d, struct catalog_relation *relation, const PgQuery__TableLikeClause *like,
                      struct owned_sequence **owned)
{
    const struct catalog_relation *other = ddl_find(d, like->relation, false);
    if (!other)
        return compiler_position(d->compiler, d->diag, like->relation->location);
    for (int i = 0; i < other->natts; i++) {
        const struct catalog_column *from = &other->columns[i];
        if (from->dropped)
            continue;
        if (catalog_column_by_name(relation, from->name))
            return diag_set(d->diag, ERRCODE_DUPLICATE_COLUMN, "column \"%s\" specified more than once", from->name);
        struct catalog_column *column = ddl_add_column(d, relation);
        int16_t attnum = column->attnum;
        *column = *from;
        column->attnum = attnum;
        column->name = copied(d, from->name);
        ddl_choose_column_storage(d, relation, column);
        bool keeps_value = like->options & (from->generated ? LIKE_GENERATED : LIKE_DEFAULTS);
        column->default_expr = keeps_value ? copied(d, from->default_expr) : NULL;
        column->generated = keeps_value ? from->generated : 0;
        column->comment = like->options & LIKE_COMMENTS ? copied(d, from->comment) : NULL;
        column->identity = 0;
        const struct catalog_sequence *sequence =
            from->identity && like->options & LIKE_IDENTITY ? identity_sequence(d, other, from->attnum) : NULL;
        if (sequence) {
            column->identity = from->identity;
            struct owned_sequence *made = ddl_add_owned_sequence(d, relation, column, sequence->type, owned);
            made->sequence = *sequence;
            made->sequence.owner_attnum = attnum;
            made->sequence.owner_relation = 0;
        }
    }
    return true;
}

/* The columns of the same names in the copy. */
static const int16_t *mapped(struct ddl *d, const struct catalog_relation *to, const struct catalog_relation *from, int count,
                             const int16_t *attnums)
{
    int16_t *numbers = arena_array(d->arena, int16_t, count + 1);
    for (int i = 0; i < count; i++)
        numbers[i] = attnums[i] ? catalog_column_by_name(to, catalog_column_by_attnum(from, attnums[i])->name)->attnum : 0;
    return numbers;
}

static bool copy_check(struct ddl *d, struct catalog_relation *to, const struct catalog_relation *from,
                       const struct catalog_constraint *check, bool comments)
{
    for (int i = 0; i < to->nconstraints; i++)
        if (strcmp(to->constraints[i].name, check->name) == 0)
            return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "check constraint \"%s\" already exists", check->name);
    struct catalog_constraint *constraint = ddl_add_constraint(d, to);
    constraint->oid = ddl_new_oid(d, 1);
    constraint->name = copied(d, check->name);
    constraint->kind = 'c';
    constraint->check = copied(d, check->check);
    constraint->nkeys = check->nkeys;
    constraint->attnums = mapped(d, to, from, check->nkeys, check->attnums);
    constraint->comment = comments ? copied(d, check->comment) : NULL;
    return constraint->oid != 0;
}

/* As CREATE INDEX or the constraint would name it. */
static const char *index_name(struct ddl *d, const struct catalog_relation *to, const struct catalog_relation *from,
                              const struct catalog_index *index)
{
    if (index->is_primary)
        return ddl_choose_name(d, to->schema, to->name, NULL, "pkey", to);
    struct buf columns = {0};
    for (int k = 0; k < index->nkeys; k++)
        buf_printf(&columns, "%s%s", k ? "_" : "", catalog_index_key_name(d->arena, from, index, k));
    const char *name = ddl_choose_name(d, to->schema, to->name, buf_cstr(&columns), index->constraint ? "key" : "idx", to);
    buf_deinit(&columns);
    return name;
}

static const struct catalog_constraint *constraint_of(const struct catalog_relation *relation, const struct catalog_index *index)
{
    for (int i = 0; i < relation->nconstraints; i++)
        if (index->constraint && relation->constraints[i].oid == index->constraint)
            return &relation->constraints[i];
    return NULL;
}

static bool copy_index(struct ddl *d, struct catalog_relation *to, const struct catalog_relation *from,
                       const struct catalog_index *index, bool comments)
{
    for (int i = 0; index->is_primary && i < to->nindexes; i++)
        if (to->indexes[i].is_primary)
            return diag_set(d->diag, ERRCODE_INVALID_TABLE_DEFINITION, "multiple primary keys for table \"%s\" are not allowed",
                            to->name);
    const char *name = index_name(d, to, from, index);
    const struct catalog_constraint *served = constraint_of(from, index);
    struct catalog_index *made = ddl_add_index(d, to);
    oid_t schema = made->schema, relation = made->relation;
    const char *const *exprs = arena_array(d->arena, const char *, index->nkeys);
    for (int k = 0; index->exprs && k < index->nkeys; k++)
        ((const char **) exprs)[k] = copied(d, index->exprs[k]);
    *made = *index;
    made->oid = ddl_new_oid(d, 2);
    made->schema = schema;
    made->relation = relation;
    made->name = name;
    made->attnums = mapped(d, to, from, index->nkeys, index->attnums);
    made->exprs = exprs;
    made->storage = index->is_rowid ? NULL : ddl_storage_name(d, catalog_schema_by_oid(d->catalog, to->schema), name);
    made->predicate = copied(d, index->predicate);
    made->comment = comments ? copied(d, index->comment) : NULL;
    made->constraint = 0;
    if (index->is_rowid)
        to->rowid_attnum = made->attnums[0];
    for (int k = 0; index->is_primary && k < index->nkeys; k++)
        ((struct catalog_column *) catalog_column_by_attnum(to, made->attnums[k]))->not_null = true;
    if (!served)
        return made->oid != 0;
    struct catalog_constraint *constraint = ddl_add_constraint(d, to);
    constraint->oid = made->constraint = made->oid + 1;
    constraint->name = name;
    constraint->kind = served->kind;
    constraint->nkeys = served->nkeys;
    constraint->attnums = made->attnums;
    constraint->index = made->oid;
    constraint->deferrable = served->deferrable;
    constraint->deferred = served->deferred;
    constraint->comment = comments ? copied(d, served->comment) : NULL;
    return made->oid != 0;
}

bool ddl_like_constraints(struct ddl *d, struct catalog_relation *relation, const PgQuery__TableLikeClause *like)
{
    const struct catalog_relation *other = ddl_find(d, like->relation, false);
    bool comments = like->options & LIKE_COMMENTS;
    for (int i = 0; like->options & LIKE_CONSTRAINTS && i < other->nconstraints; i++)
        if (other->constraints[i].kind == 'c' && !copy_check(d, relation, other, &other->constraints[i], comments))
            return false;
    for (int i = 0; like->options & LIKE_INDEXES && i < other->nindexes; i++)
        if (!copy_index(d, relation, other, &other->indexes[i], comments))
            return false;
    return true;
}
