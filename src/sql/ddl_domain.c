#include "sql/ddl.h"
#include "sql/deparse.h"

#include <ctype.h>

/* CREATE DOMAIN and ALTER DOMAIN. In the books a domain's CHECK constraints are records "oid US validated US name US expression", with a
 * comment behind another US where there is one, each ended by RS; US and RS are the ASCII separators, which no expression holds. */

/* The value under its name, as the one column of a relation that constraints are analysed over. */
static struct catalog_relation *value_relation(struct ddl *d, const char *name, oid_t base, int32_t typmod)
{
    struct catalog_relation *relation = arena_new(d->arena, struct catalog_relation);
    struct catalog_column *column = arena_new(d->arena, struct catalog_column);
    const struct type_desc *type = catalog_type_by_oid(d->catalog, base);
    *column = (struct catalog_column){.name = "value",
                                      .storage = "value",
                                      .attnum = 1,
                                      .type = base,
                                      .typmod = typmod,
                                      .collation = type ? type->collation : 0};
    *relation = (struct catalog_relation){.name = name, .storage = name, .kind = 'r', .columns = column, .natts = 1};
    return relation;
}

/* VALUE, as PostgreSQL prints it: a key word. */
static const char *upper_value(struct ddl *d, const char *text)
{
    char *copy = arena_strdup(d->arena, text), quote = 0;
    for (char *at = copy; *at; at++) {
        if (quote) {
            quote = *at == quote ? 0 : quote;
            continue;
        }
        if (*at == '\'' || *at == '"') {
            quote = *at;
            continue;
        }
        bool begins = at == copy || (!isalnum((unsigned char) at[-1]) && at[-1] != '_' && at[-1] != '.');
        if (begins && strncmp(at, "value", 5) == 0 && !isalnum((unsigned char) at[5]) && at[5] != '_')
            memcpy(at, "VALUE", 5);
    }
    return copy;
}

static const char *check_expr(struct ddl *d, const char *name, oid_t base, int32_t typmod, PgQuery__Node *node)
{
    const char *text = ddl_check_text(d, value_relation(d, name, base, typmod), node, "check constraints");
    return text ? upper_value(d, text) : NULL;
}

static bool name_is_taken(const struct type_check *checks, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(checks[i].name, name) == 0)
            return true;
    return false;
}

static const char *choose_name(struct ddl *d, const char *domain, const struct type_check *checks, int count)
{
    const char *name = arena_printf(d->arena, "%s_check", domain);
    for (int number = 1; name_is_taken(checks, count, name); number++)
        name = arena_printf(d->arena, "%s_check%d", domain, number);
    return name;
}

static bool add_check(struct ddl *d, const char *domain, oid_t base, int32_t typmod, const PgQuery__Constraint *constraint,
                      struct type_check *checks, int *count)
{
    bool has_name = constraint->conname && *constraint->conname;
    const char *name = has_name ? constraint->conname : choose_name(d, domain, checks, *count);
    if (name_is_taken(checks, *count, name))
        return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "constraint \"%s\" for domain \"%s\" already exists", name, domain);
    const char *expr = check_expr(d, domain, base, typmod, constraint->raw_expr);
    oid_t oid = expr ? ddl_new_oid(d, 1) : 0;
    if (!oid)
        return false;
    checks[(*count)++] = (struct type_check){.oid = oid, .name = name, .expr = expr, .validated = !constraint->skip_validation};
    return true;
}

static struct datum checks_text(struct ddl *d, const struct type_check *checks, int count)
{
    struct buf buf = {0};
    for (int i = 0; i < count; i++)
        buf_printf(&buf, "%u\037%c\037%s\037%s%s%s\036", checks[i].oid, checks[i].validated ? 't' : 'f', checks[i].name,
                   checks[i].expr, checks[i].comment ? "\037" : "", checks[i].comment ? checks[i].comment : "");
    struct datum text = count ? datum_text(arena_strndup(d->arena, buf.data, buf.len), buf.len) : datum_null();
    buf_deinit(&buf);
    return text;
}

/* The default's text; it must be a value of the base type. */
static const char *default_text(struct ddl *d, const char *domain, oid_t base, int32_t typmod, PgQuery__Node *node)
{
    struct expr *expr = analyse_expr_node(d->compiler, d->arena, node, d->text, NULL, "DEFAULT expressions", d->diag);
    expr = expr ? analyse_assignment(d->compiler, d->arena, expr, domain, base, typmod, d->diag) : NULL;
    if (!expr)
        return NULL;
    struct diag ignored = {0};
    const char *text = deparse_typed(d->catalog, d->arena, ddl_without_assignment(expr), NULL, d->compiler->env->types, &ignored);
    diag_clear(&ignored);
    return text ? text : deparse_expr(d->arena, node, d->diag);
}

static bool is_null_literal(const PgQuery__Node *node)
{
    return node && node->node_case == PG_QUERY__NODE__NODE_A_CONST && node->a_const->isnull;
}

static bool domain_collation(struct ddl *d, const PgQuery__CollateClause *clause, oid_t base, oid_t *collation)
{
    if (*collation)
        return analyse_collation_name(d->compiler, clause->n_collname, clause->collname, clause->location, collation, d->diag);
    struct buf name = {0};
    type_format(catalog_type_resolver(d->catalog), base, -1, &name);
    diag_set(d->diag, ERRCODE_DATATYPE_MISMATCH, "collations are not supported by type %s", buf_cstr(&name));
    buf_deinit(&name);
    return false;
}

bool ddl_create_domain(struct ddl *d, const PgQuery__CreateDomainStmt *stmt)
{
    const struct catalog_schema *schema;
    const char *name, *default_expr = NULL;
    oid_t base, collation;
    int32_t typmod;
    bool not_null = false, is_null = false;
    int count = 0;
    if (!ddl_new_type_name(d, stmt->n_domainname, stmt->domainname, &schema, &name) ||
        !analyse_type_name(d->compiler, stmt->type_name, &base, &typmod, d->diag) || !ddl_prepare_file(d))
        return false;
    const struct type_desc *type = catalog_type_by_oid(d->catalog, base);
    if (!type || type->typtype == 'p')
        return diag_set(d->diag, ERRCODE_DATATYPE_MISMATCH, "\"%s\" is not a valid base type for a domain",
                        type ? type->name : "?");
    collation = type->collation;
    if (stmt->coll_clause && !domain_collation(d, stmt->coll_clause, base, &collation))
        return false;
    struct type_check *checks = arena_array(d->arena, struct type_check, stmt->n_constraints + 1);
    for (size_t i = 0; i < stmt->n_constraints; i++) {
        const PgQuery__Constraint *constraint = stmt->constraints[i]->constraint;
        switch (constraint->contype) {
        case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
            if (default_expr)
                return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "multiple default expressions");
            default_expr = is_null_literal(constraint->raw_expr) ? "" : default_text(d, name, base, typmod, constraint->raw_expr);
            if (!default_expr)
                return false;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
        case PG_QUERY__CONSTR_TYPE__CONSTR_NULL:
            if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NULL ? not_null : is_null)
                return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "conflicting NULL/NOT NULL constraints");
            not_null |= constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL;
            is_null |= constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NULL;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
            if (constraint->is_no_inherit)
                return diag_set(d->diag, ERRCODE_INVALID_OBJECT_DEFINITION,
                                "check constraints for domains cannot be marked NO INHERIT");
            if (!add_check(d, name, base, typmod, constraint, checks, &count))
                return false;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
            return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "unique constraints not possible for domains");
        case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
            return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "primary key constraints not possible for domains");
        case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
            return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "exclusion constraints not possible for domains");
        case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
            return diag_set(d->diag, ERRCODE_SYNTAX_ERROR, "foreign key constraints not possible for domains");
        default:
            return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                            "specifying constraint deferrability not supported for domains");
        }
    }
    if (default_expr && !*default_expr)
        default_expr = NULL;
    oid_t oid = ddl_new_oid(d, 2);
    struct datum row[] = {datum_int(oid),
                          datum_int(schema->oid),
                          datum_cstr(name),
                          datum_int(oid + 1),
                          datum_int(base),
                          datum_int(typmod),
                          datum_int(not_null),
                          datum_int(collation),
                          default_expr ? datum_cstr(default_expr) : datum_null(),
                          checks_text(d, checks, count)};
    return oid &&
           ddl_bind(d,
                    "INSERT INTO pgquill_type (oid, schema, name, typtype, array, base, typmod, not_null, collation, "
                    "default_expr, checks) "
                    "VALUES (?1, ?2, ?3, 'd', ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                    10, row) &&
           ddl_reload(d);
}

/* ---- ALTER DOMAIN ---- */

static const struct type_desc *find_domain(struct ddl *d, size_t count, PgQuery__Node *const *names)
{
    const struct type_desc *type = ddl_find_type(d, count, names);
    if (type && type->typtype != 'd')
        diag_set(d->diag, ERRCODE_WRONG_OBJECT_TYPE, "%s is not a domain", type->name);
    return type && type->typtype == 'd' ? type : NULL;
}

static bool is_based_on(struct ddl *d, oid_t type, oid_t domain)
{
    while (type && type != domain) {
        const struct type_desc *desc = catalog_type_by_oid(d->catalog, type);
        type = desc && desc->typtype == 'd' ? desc->base : 0;
    }
    return type == domain;
}

/* Is there a stored value that `condition` (SQL over the quoted column, %s) finds? The first such column is reported. */
static bool refuse_rows(struct ddl *d, oid_t domain, const char *(*condition)(struct ddl *d, const char *column, void *arg),
                        void *arg, const char *sqlstate, const char *message)
{
    const struct catalog_relation *relation;
    for (int i = 0; (relation = catalog_relation_at(d->catalog, i)) && !relation->is_system; i++)
        for (int k = 0; relation->kind == 'r' && k < relation->natts; k++) {
            const struct catalog_column *column = &relation->columns[k];
            if (column->dropped || !is_based_on(d, column->type, domain))
                continue;
            const char *test = condition(d, column->storage, arg);
            int64_t one;
            bool found;
            if (!test ||
                !ddl_int(d, arena_printf(d->arena, "SELECT 1 FROM %s WHERE %s LIMIT 1", ddl_quote(d, relation->storage), test), 0,
                         NULL, &one, &found))
                return false;
            if (found) {
                diag_set(d->diag, sqlstate, message, column->name, relation->name);
                const struct catalog_schema *schema = catalog_schema_by_oid(d->catalog, relation->schema);
                return diag_object(d->diag, schema ? schema->name : NULL, relation->name, column->name, NULL);
            }
        }
    return true;
}

/* Values of the domain inside of others are not looked at: where there may be some, its constraints stay as they are. */
static bool refuse_parts(struct ddl *d, const struct type_desc *domain)
{
    const struct catalog_relation *owner;
    const struct catalog_column *column = ddl_column_with_part(d, domain->oid, &owner);
    return !column ||
           diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot alter type \"%s\" because column \"%s.%s\" uses it",
                    domain->name, owner->name, column->name);
}

static const char *is_null_test(struct ddl *d, const char *column, void *arg)
{
    (void) arg;
    return arena_printf(d->arena, "%s IS NULL", ddl_quote(d, column));
}

struct check_test {
    const struct type_desc *domain;
    const char *expr;
};

/* The check over a column of that name. */
static const char *fails_check(struct ddl *d, const char *column, void *arg)
{
    const struct check_test *test = arg;
    struct catalog_relation *relation = value_relation(d, test->domain->name, test->domain->base, test->domain->base_typmod);
    ((struct catalog_column *) relation->columns)[0].storage = column;
    const char *text = ddl_expr_text(d, relation, test->expr);
    return text ? arena_printf(d->arena, "NOT (%s)", text) : NULL;
}

static bool check_rows(struct ddl *d, const struct type_desc *domain, const char *expr)
{
    struct check_test test = {domain, expr};
    return refuse_parts(d, domain) &&
           refuse_rows(d, domain->oid, fails_check, &test, ERRCODE_CHECK_VIOLATION,
                       "column \"%s\" of table \"%s\" contains values that violate the new constraint");
}

static bool store_checks(struct ddl *d, const struct type_desc *domain, const struct type_check *checks, int count)
{
    struct datum row[] = {datum_int(domain->oid), checks_text(d, checks, count)};
    return ddl_bind(d, "UPDATE pgquill_type SET checks = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
}

/* A copy with room for one more. */
static struct type_check *copy_checks(struct ddl *d, const struct type_desc *domain)
{
    struct type_check *checks = arena_array(d->arena, struct type_check, domain->check_count + 1);
    for (int i = 0; i < domain->check_count; i++)
        checks[i] =
            (struct type_check){.oid = domain->checks[i].oid,
                                .name = arena_strdup(d->arena, domain->checks[i].name),
                                .expr = arena_strdup(d->arena, domain->checks[i].expr),
                                .validated = domain->checks[i].validated,
                                .comment = domain->checks[i].comment ? arena_strdup(d->arena, domain->checks[i].comment) : NULL};
    return checks;
}

static int find_check(const struct type_desc *domain, const char *name)
{
    for (int i = 0; i < domain->check_count; i++)
        if (strcmp(domain->checks[i].name, name) == 0)
            return i;
    return -1;
}

static bool no_constraint(struct ddl *d, const struct type_desc *domain, const char *name)
{
    return diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "constraint \"%s\" of domain \"%s\" does not exist", name, domain->name);
}

static bool add_constraint(struct ddl *d, const struct type_desc *domain, const PgQuery__Constraint *constraint)
{
    if (constraint->contype != PG_QUERY__CONSTR_TYPE__CONSTR_CHECK)
        return diag_set(d->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "only CHECK constraints can be added to a domain");
    int count = domain->check_count;
    struct type_check *checks = copy_checks(d, domain);
    return add_check(d, domain->name, domain->base, domain->base_typmod, constraint, checks, &count) &&
           (constraint->skip_validation || check_rows(d, domain, checks[count - 1].expr)) &&
           store_checks(d, domain, checks, count);
}

static bool drop_constraint(struct ddl *d, const struct type_desc *domain, const char *name, bool missing_ok)
{
    int index = find_check(domain, name), count = domain->check_count;
    if (index < 0 && missing_ok) {
        ddl_notice(d, "00000", "constraint \"%s\" of domain \"%s\" does not exist, skipping", name, domain->name);
        return true;
    }
    if (index < 0)
        return no_constraint(d, domain, name);
    struct type_check *checks = copy_checks(d, domain);
    memmove(&checks[index], &checks[index + 1], sizeof *checks * (size_t) (count - index - 1));
    return store_checks(d, domain, checks, count - 1);
}

static bool validate_constraint(struct ddl *d, const struct type_desc *domain, const char *name)
{
    int index = find_check(domain, name);
    if (index < 0)
        return no_constraint(d, domain, name);
    struct type_check *checks = copy_checks(d, domain);
    checks[index].validated = true;
    return check_rows(d, domain, checks[index].expr) && store_checks(d, domain, checks, domain->check_count);
}

static bool set_not_null(struct ddl *d, const struct type_desc *domain, bool not_null)
{
    if (not_null && (!refuse_parts(d, domain) || !refuse_rows(d, domain->oid, is_null_test, NULL, ERRCODE_NOT_NULL_VIOLATION,
                                                              "column \"%s\" of table \"%s\" contains null values")))
        return false;
    struct datum row[] = {datum_int(domain->oid), datum_int(not_null)};
    return ddl_bind(d, "UPDATE pgquill_type SET not_null = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
}

static bool set_default(struct ddl *d, const struct type_desc *domain, PgQuery__Node *node)
{
    const char *text = NULL;
    if (node && !is_null_literal(node) && !(text = default_text(d, domain->name, domain->base, domain->base_typmod, node)))
        return false;
    struct datum row[] = {datum_int(domain->oid), text ? datum_cstr(text) : datum_null()};
    return ddl_bind(d, "UPDATE pgquill_type SET default_expr = ?2 WHERE oid = ?1", 2, row) && ddl_reload(d);
}

bool ddl_alter_domain(struct ddl *d, const PgQuery__AlterDomainStmt *stmt)
{
    const struct type_desc *domain = find_domain(d, stmt->n_type_name, stmt->type_name);
    if (!domain)
        return false;
    switch (*stmt->subtype) {
    case 'T':
        return set_default(d, domain, stmt->def);
    case 'N':
        return set_not_null(d, domain, false);
    case 'O':
        return set_not_null(d, domain, true);
    case 'C':
        return add_constraint(d, domain, stmt->def->constraint);
    case 'X':
        return drop_constraint(d, domain, stmt->name, stmt->missing_ok);
    default:
        return validate_constraint(d, domain, stmt->name);
    }
}

bool ddl_rename_domain_constraint(struct ddl *d, const PgQuery__RenameStmt *stmt)
{
    const PgQuery__List *names = stmt->object->list;
    const struct type_desc *domain = find_domain(d, names->n_items, names->items);
    int index = domain ? find_check(domain, stmt->subname) : -1;
    if (index < 0)
        return domain ? no_constraint(d, domain, stmt->subname) : false;
    if (find_check(domain, stmt->newname) >= 0)
        return diag_set(d->diag, ERRCODE_DUPLICATE_OBJECT, "constraint \"%s\" for domain %s already exists", stmt->newname,
                        domain->name);
    struct type_check *checks = copy_checks(d, domain);
    checks[index].name = stmt->newname;
    return store_checks(d, domain, checks, domain->check_count);
}

bool ddl_comment_domain_constraint(struct ddl *d, const PgQuery__CommentStmt *stmt)
{
    /* The domain, as a type's name, and the constraint's. */
    const PgQuery__List *names = stmt->object->list;
    const PgQuery__TypeName *type = names->items[0]->type_name;
    const char *name = names->items[1]->string->sval;
    const struct type_desc *domain = find_domain(d, type->n_names, type->names);
    int index = domain ? find_check(domain, name) : -1;
    if (index < 0)
        return domain ? diag_set(d->diag, ERRCODE_UNDEFINED_OBJECT, "constraint \"%s\" for domain %s does not exist", name,
                                 domain->name)
                      : false;
    struct type_check *checks = copy_checks(d, domain);
    checks[index].comment = stmt->comment && *stmt->comment ? stmt->comment : NULL;
    return store_checks(d, domain, checks, domain->check_count);
}
