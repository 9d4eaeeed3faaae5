#include "sql/ddl.h"

#include <inttypes.h>
#include <stdlib.h>

/* Sequences: by themselves, and behind serial and identity columns. */

bool ddl_store_sequence(struct ddl *d, const struct catalog_relation *relation)
{
    const struct catalog_sequence *s = relation->sequence;
    struct datum owner = s->owner_relation ? datum_int(s->owner_relation) : datum_null();
    struct datum column = s->owner_relation ? datum_int(s->owner_attnum) : datum_null();
    struct datum row[] = {datum_int(relation->oid),
                          datum_int(s->type),
                          datum_int(s->start),
                          datum_int(s->increment),
                          datum_int(s->min),
                          datum_int(s->max),
                          datum_int(s->cache),
                          datum_int(s->cycle),
                          owner,
                          column};
    return ddl_store(d, relation) &&
           ddl_bind(d,
                    "INSERT INTO pgquill_sequence VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?3,0) ON CONFLICT (oid) DO UPDATE SET "
                    "type = ?2, start = ?3, increment = ?4, min = ?5, max = ?6, cache = ?7, cycle = ?8, owner_relation = ?9, "
                    "owner_attnum = ?10",
                    10, row);
}

bool ddl_restart_sequence(struct ddl *d, const struct catalog_relation *sequence, int64_t value)
{
    struct datum row[] = {datum_int(sequence->oid), datum_int(value)};
    return ddl_bind(d, "UPDATE pgquill_sequence SET last_value = ?2, is_called = 0 WHERE oid = ?1", 2, row);
}

/* ---- options ---- */

static int64_t highest_of(oid_t type)
{
    return type == INT2_OID ? INT16_MAX : type == INT4_OID ? INT32_MAX : INT64_MAX;
}

static int64_t lowest_of(oid_t type)
{
    return -highest_of(type) - 1;
}

static int64_t number_of(const PgQuery__DefElem *option)
{
    const PgQuery__Node *arg = option->arg;
    if (arg && arg->node_case == PG_QUERY__NODE__NODE_INTEGER)
        return arg->integer->ival;
    return arg && arg->node_case == PG_QUERY__NODE__NODE_FLOAT ? strtoll(arg->float_->fval, NULL, 10) : 0;
}

/* The options by name; each may be given once. `generated` and `sequence_name` belong to identity columns. */
struct given {
    const PgQuery__DefElem *as, *start, *restart, *increment, *min, *max, *cache, *cycle, *owned_by, *generated, *sequence_name;
};

static bool collect(struct ddl *d, size_t count, PgQuery__Node *const *options, struct given *given)
{
    struct {
        const char *name;
        const PgQuery__DefElem **place;
    } places[] = {{"as", &given->as},
                  {"start", &given->start},
                  {"restart", &given->restart},
                  {"increment", &given->increment},
                  {"minvalue", &given->min},
                  {"maxvalue", &given->max},
                  {"cache", &given->cache},
                  {"cycle", &given->cycle},
                  {"owned_by", &given->owned_by},
                  {"generated", &given->generated},
                  {"sequence_name", &given->sequence_name}};
    *given = (struct given){0};
    for (size_t i = 0; i < count; i++) {
        const PgQuery__DefElem *option = options[i]->def_elem;
        for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
            if (strcmp(option->defname, places[k].name) != 0)
                continue;
            if (*places[k].place) {
                diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "conflicting or redundant options");
                return compiler_position(d->compiler, d->diag, option->location);
            }
            *places[k].place = option;
        }
    }
    return true;
}

static bool refuse(struct ddl *d, const char *what, int64_t value, const char *how, const char *bound, int64_t limit)
{
    return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "%s value (%" PRId64 ") cannot be %s than %s (%" PRId64 ")", what,
                    value, how, bound, limit);
}

static bool within(struct ddl *d, const char *what, int64_t value, const struct catalog_sequence *sequence)
{
    if (value < sequence->min)
        return refuse(d, what, value, "less", "MINVALUE", sequence->min);
    return value <= sequence->max || refuse(d, what, value, "greater", "MAXVALUE", sequence->max);
}

static bool take_type(struct ddl *d, const struct given *given, struct catalog_sequence *sequence, bool is_new)
{
    oid_t type, old = sequence->type;
    int32_t typmod;
    if (!given->as)
        return true;
    if (!analyse_type_name(d->compiler, given->as->arg->type_name, &type, &typmod, d->diag))
        return false;
    if (type != INT2_OID && type != INT4_OID && type != INT8_OID)
        return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "sequence type must be smallint, integer, or bigint");
    sequence->type = type;
    /* Bounds that were the old type's become the new one's. */
    if (!is_new && sequence->max == highest_of(old))
        sequence->max = highest_of(type);
    if (!is_new && sequence->min == lowest_of(old))
        sequence->min = lowest_of(type);
    return true;
}

static bool fits_type(struct ddl *d, const struct catalog_sequence *sequence, const char *what, int64_t value)
{
    static const char format[] = "%s (%" PRId64 ") is out of range for sequence data type %s";
    if (value >= lowest_of(sequence->type) && value <= highest_of(sequence->type))
        return true;
    const char *type = sequence->type == INT2_OID ? "smallint" : sequence->type == INT4_OID ? "integer" : "bigint";
    return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, format, what, value, type);
}

/* A bound: the given one, or with NO or for a new sequence the natural one. */
static void take_bound(const PgQuery__DefElem *option, bool is_new, int64_t natural, int64_t *bound)
{
    if (option && option->arg)
        *bound = number_of(option);
    else if (option || is_new)
        *bound = natural;
}

static bool take_options(struct ddl *d, const struct given *given, struct catalog_sequence *sequence, bool is_new)
{
    if (!take_type(d, given, sequence, is_new))
        return false;
    if (given->increment)
        sequence->increment = number_of(given->increment);
    if (sequence->increment == 0)
        return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "INCREMENT must not be zero");
    if (given->cycle)
        sequence->cycle = !given->cycle->arg || given->cycle->arg->node_case != PG_QUERY__NODE__NODE_BOOLEAN ||
                          given->cycle->arg->boolean->boolval;
    bool rises = sequence->increment > 0;
    take_bound(given->max, is_new, rises ? highest_of(sequence->type) : -1, &sequence->max);
    take_bound(given->min, is_new, rises ? 1 : lowest_of(sequence->type), &sequence->min);
    if (!fits_type(d, sequence, "MAXVALUE", sequence->max) || !fits_type(d, sequence, "MINVALUE", sequence->min))
        return false;
    if (sequence->min >= sequence->max)
        return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                        "MINVALUE (%" PRId64 ") must be less than MAXVALUE (%" PRId64 ")", sequence->min, sequence->max);
    if (given->start)
        sequence->start = number_of(given->start);
    else if (is_new)
        sequence->start = rises ? sequence->min : sequence->max;
    if (!within(d, "START", sequence->start, sequence))
        return false;
    if (given->cache)
        sequence->cache = number_of(given->cache);
    if (sequence->cache <= 0)
        return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "CACHE (%" PRId64 ") must be greater than zero",
                        sequence->cache);
    return true;
}

static bool take_owner(struct ddl *d, const struct given *given, struct catalog_sequence *sequence)
{
    if (!given->owned_by)
        return true;
    const PgQuery__List *names = given->owned_by->arg->list;
    if (names->n_items == 1) { /* OWNED BY NONE */
        sequence->owner_relation = 0;
        return true;
    }
    const char *schema, *table = ddl_list_name(names->n_items - 1, names->items, &schema);
    const char *column_name = names->items[names->n_items - 1]->string->sval;
    const struct catalog_relation *relation = catalog_relation_by_name(d->catalog, schema, table);
    if (!relation)
        return diag_set(d->diag, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist", table);
    const struct catalog_column *column = catalog_column_by_name(relation, column_name);
    if (!column)
        return diag_set(d->diag, ERRCODE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist", column_name, table);
    sequence->owner_relation = relation->oid;
    sequence->owner_attnum = column->attnum;
    return true;
}

static bool restart(struct ddl *d, const struct given *given, const struct catalog_relation *sequence)
{
    if (!given->restart)
        return true;
    int64_t value = given->restart->arg ? number_of(given->restart) : sequence->sequence->start;
    return within(d, "RESTART", value, sequence->sequence) && ddl_restart_sequence(d, sequence, value);
}

/* ---- CREATE and ALTER SEQUENCE ---- */

bool ddl_create_sequence(struct ddl *d, const PgQuery__CreateSeqStmt *stmt)
{
    const struct catalog_schema *schema;
    struct given given;
    char persistence;
    if (!ddl_relation_schema(d, stmt->sequence, &schema, &persistence))
        return false;
    if (ddl_name_is_taken(d, schema->oid, stmt->sequence->relname)) {
        if (!stmt->if_not_exists)
            return diag_set(d->diag, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists", stmt->sequence->relname);
        ddl_notice(d, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists, skipping", stmt->sequence->relname);
        return true;
    }
    struct catalog_sequence sequence = {.type = INT8_OID, .increment = 1, .cache = 1};
    if (!collect(d, stmt->n_options, stmt->options, &given) || !take_options(d, &given, &sequence, true) ||
        !take_owner(d, &given, &sequence))
        return false;
    struct catalog_relation relation = {.name = stmt->sequence->relname,
                                        .schema = schema->oid,
                                        .kind = 'S',
                                        .persistence = persistence,
                                        .sequence = &sequence,
                                        .oid = ddl_new_oid(d, 1)};
    return relation.oid && ddl_store_sequence(d, &relation) && ddl_reload(d);
}

static bool alter(struct ddl *d, const struct catalog_relation *found, const struct given *given)
{
    struct catalog_sequence sequence = *found->sequence;
    struct catalog_relation relation = *found;
    relation.sequence = &sequence;
    return take_options(d, given, &sequence, false) && take_owner(d, given, &sequence) && restart(d, given, &relation) &&
           ddl_store_sequence(d, &relation);
}

bool ddl_alter_sequence(struct ddl *d, const PgQuery__AlterSeqStmt *stmt)
{
    const struct catalog_relation *found = ddl_find(d, stmt->sequence, stmt->missing_ok);
    struct given given;
    if (!found) {
        if (stmt->missing_ok)
            ddl_notice(d, ERRCODE_UNDEFINED_TABLE, "relation \"%s\" does not exist, skipping", stmt->sequence->relname);
        return stmt->missing_ok;
    }
    if (found->kind != 'S')
        return diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "\"%s\" is not a sequence", found->name);
    return collect(d, stmt->n_options, stmt->options, &given) && alter(d, found, &given) && ddl_reload(d);
}

/* ---- serial and identity columns ---- */

struct owned_sequence *ddl_add_owned_sequence(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column,
                                              oid_t type, struct owned_sequence **owned)
{
    struct owned_sequence *made = arena_new(d->arena, struct owned_sequence);
    made->relation = (struct catalog_relation){.schema = relation->schema, .kind = 'S', .persistence = relation->persistence};
    made->relation.name = ddl_choose_name(d, relation->schema, relation->name, column->name, "seq", relation);
    made->sequence = (struct catalog_sequence){
        .type = type, .start = 1, .increment = 1, .min = 1, .max = highest_of(type), .cache = 1, .owner_attnum = column->attnum};
    made->next = *owned;
    *owned = made;
    return made;
}

/* SEQUENCE NAME, which pg_dump says. */
static bool take_name(struct ddl *d, const struct given *given, struct catalog_relation *sequence)
{
    if (!given->sequence_name)
        return true;
    const PgQuery__List *names = given->sequence_name->arg->list;
    const char *schema_name, *name = ddl_list_name(names->n_items, names->items, &schema_name);
    const struct catalog_schema *schema = schema_name ? catalog_schema_by_name(d->catalog, schema_name) : NULL;
    if (schema_name && !schema)
        return diag_set(d->diag, ERRCODE_INVALID_SCHEMA_NAME, "schema \"%s\" does not exist", schema_name);
    if (schema)
        sequence->schema = schema->oid;
    sequence->name = arena_strdup(d->arena, name);
    return !ddl_name_is_taken(d, sequence->schema, name) ||
           diag_set(d->diag, ERRCODE_DUPLICATE_TABLE, "relation \"%s\" already exists", name);
}

bool ddl_define_identity(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column,
                         const PgQuery__Constraint *constraint, struct owned_sequence **owned)
{
    struct given given;
    if (column->type != INT2_OID && column->type != INT4_OID && column->type != INT8_OID)
        return diag_set(d->diag, ERRCODE_INVALID_PARAMETER_VALUE, "identity column type must be smallint, integer, or bigint");
    if (!collect(d, constraint->n_options, constraint->options, &given))
        return false;
    column->identity = constraint->generated_when[0];
    column->not_null = true;
    struct owned_sequence *made = ddl_add_owned_sequence(d, relation, column, column->type, owned);
    return take_name(d, &given, &made->relation) && take_options(d, &given, &made->sequence, true);
}

static bool refuse_identity(struct ddl *d, const struct catalog_relation *relation, const struct catalog_column *column,
                            const char *why)
{
    return diag_set(d->diag, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "column \"%s\" of relation \"%s\" %s", column->name,
                    relation->name, why);
}

bool ddl_add_identity(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column,
                      const PgQuery__Constraint *constraint)
{
    struct owned_sequence *owned = NULL;
    if (!column->not_null)
        return refuse_identity(d, relation, column, "must be declared NOT NULL before identity can be added");
    if (column->identity)
        return refuse_identity(d, relation, column, "is already an identity column");
    if (column->default_expr)
        return refuse_identity(d, relation, column, "already has a default value");
    return ddl_define_identity(d, relation, column, constraint, &owned) && ddl_store_sequences(d, owned, relation->oid);
}

static const struct catalog_relation *sequence_of(struct ddl *d, const struct catalog_relation *relation, int16_t attnum)
{
    const struct catalog_relation *sequence;
    for (int i = 0; (sequence = catalog_relation_at(d->catalog, i)) && !sequence->is_system; i++)
        if (sequence->kind == 'S' && sequence->sequence->owner_relation == relation->oid &&
            sequence->sequence->owner_attnum == attnum)
            return sequence;
    return NULL;
}

bool ddl_set_identity(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column,
                      const PgQuery__List *options)
{
    struct given given;
    if (!column->identity)
        return refuse_identity(d, relation, column, "is not an identity column");
    if (!collect(d, options->n_items, options->items, &given))
        return false;
    if (given.generated)
        column->identity = (char) number_of(given.generated);
    const struct catalog_relation *sequence = sequence_of(d, relation, column->attnum);
    return !sequence || alter(d, sequence, &given);
}

bool ddl_drop_identity(struct ddl *d, struct catalog_relation *relation, struct catalog_column *column, bool missing_ok)
{
    if (!column->identity) {
        if (!missing_ok)
            return refuse_identity(d, relation, column, "is not an identity column");
        ddl_notice(d, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                   "column \"%s\" of relation \"%s\" is not an identity column, skipping", column->name, relation->name);
        return true;
    }
    const struct catalog_relation *sequence = sequence_of(d, relation, column->attnum);
    column->identity = 0;
    return !sequence || ddl_drop_sequence(d, sequence);
}
