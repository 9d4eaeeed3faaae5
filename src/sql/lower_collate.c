#include "sql/lower_internal.h"

#include "func/internal.h"

/* Functions whose meaning depends on the collation that they work under. */

enum purpose { LIKE, ILIKE, REGEX, SEARCH };

static const struct {
    enum purpose purpose;
    const char *source;
} searches[] = {
    {LIKE, "textlike"},
    {LIKE, "textnlike"},
    {LIKE, "bpcharlike"},
    {LIKE, "bpcharnlike"},
    {ILIKE, "texticlike"},
    {ILIKE, "texticnlike"},
    {ILIKE, "bpchariclike"},
    {ILIKE, "bpcharicnlike"},
    {REGEX, "textregexeq"},
    {REGEX, "textregexne"},
    {REGEX, "texticregexeq"},
    {REGEX, "texticregexne"},
    {REGEX, "textregexsubstr"},
    {REGEX, "textregexreplace"},
    {REGEX, "textregexreplace_noopt"},
    {REGEX, "textregexreplace_extended"},
    {REGEX, "textregexreplace_extended_no_n"},
    {REGEX, "textregexreplace_extended_no_flags"},
    {REGEX, "regexp_match"},
    {REGEX, "regexp_match_no_flags"},
    {REGEX, "regexp_matches"},
    {REGEX, "regexp_matches_no_flags"},
    {REGEX, "regexp_count"},
    {REGEX, "regexp_like"},
    {REGEX, "regexp_like_no_flags"},
    {REGEX, "regexp_split_to_array"},
    {REGEX, "regexp_split_to_array_no_flags"},
    {REGEX, "regexp_split_to_table"},
    {REGEX, "regexp_split_to_table_no_flags"},
    {SEARCH, "textpos"},
    {SEARCH, "replace_text"},
    {SEARCH, "split_part"},
    {SEARCH, "text_starts_with"},
    {SEARCH, "text_to_array"},
    {SEARCH, "text_to_array_null"},
};

static const char *const unsupported[] = {"LIKE", "ILIKE", "regular expressions", "substring searches"};
static const char *const undetermined[] = {"LIKE", "ILIKE", "regular expression", "string comparison"};
static const char *const cases[] = {"lower", "upper", "initcap"};

static bool search_allowed(struct lower *l, const struct expr *expr, enum purpose purpose)
{
    struct catalog_collation collation;
    const struct expr_list *args = &expr->call.args;
    /* Without a delimiter nothing is searched for. */
    if (strncmp(expr->call.proc->source, "text_to_array", 13) == 0 && args->items[1]->kind == EXPR_CONST &&
        args->items[1]->constant.value.kind == DATUM_NULL)
        return true;
    if (!lower_has_collation(l, expr, undetermined[purpose]))
        return false;
    if (expr->collation <= POSIX_COLLATION_OID || !catalog_collation_by_oid(l->catalog, expr->collation, &collation) ||
        collation.is_deterministic)
        return true;
    return diag_set(l->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "nondeterministic collations are not supported for %s",
                    unsupported[purpose]);
}

/* Letters change their case by the locale: in "C" those of ASCII alone. */
static bool change_case(struct lower *l, const struct expr *expr, int how, const char **text)
{
    struct catalog_collation collation;
    const char *arg = NULL, *locale = "NULL";
    if (!lower_has_collation(l, expr, arena_printf(l->arena, "%s() function", cases[how])))
        return false;
    if (expr->collation == DEFAULT_COLLATION_OID || !catalog_collation_by_oid(l->catalog, expr->collation, &collation))
        return true;
    if (collation.provider == 'i')
        locale = lower_string(l, collation.locale, strlen(collation.locale));
    else if (strcmp(collation.ctype, "C") != 0 && strcmp(collation.ctype, "POSIX") != 0)
        return true;
    arg = lower_expr(l, expr->call.args.items[0]);
    *text = arg ? LOWER_PRINT(l, "\"pgquill_change_case\"(%s, %d, %s)", arg, how, locale) : NULL;
    return arg != NULL;
}

/* COLLATION FOR (…) is known when the statement is analysed. */
static bool collation_for(struct lower *l, const struct expr *expr, const char **text)
{
    const struct expr *arg = expr->call.args.items[0];
    const struct type_desc *type = catalog_type_by_oid(l->catalog, arg->type);
    const struct type_resolver *resolver = catalog_type_resolver(l->catalog);
    struct buf name = {0};
    *text = "NULL";
    if (arg->type == UNKNOWN_OID)
        return true;
    if (!type || !type->collation) {
        type_format(resolver, arg->type, -1, &name);
        diag_set(l->diag, ERRCODE_DATATYPE_MISMATCH, "collations are not supported by type %s", buf_cstr(&name));
        buf_deinit(&name);
        return false;
    }
    struct catalog_collation collation;
    if (arg->collation && !arg->other_collation && catalog_collation_by_oid(l->catalog, arg->collation, &collation)) {
        if (!catalog_collation_is_visible(l->catalog, arg->collation)) {
            func_put_identifier(&name, catalog_schema_by_oid(l->catalog, collation.schema)->name);
            buf_putc(&name, '.');
        }
        func_put_identifier(&name, collation.name);
        *text = lower_string(l, name.data, name.len);
    }
    buf_deinit(&name);
    if (arg->kind == EXPR_COLUMN || arg->kind == EXPR_CONST || arg->kind == EXPR_LITERAL)
        return true;
    /* The argument stays: what it aggregates, raises or changes is the query's. */
    const char *value = lower_expr(l, arg);
    if (value)
        *text = LOWER_PRINT(l, "CASE WHEN %s IS NULL THEN %s ELSE %s END", value, *text, *text);
    return value;
}

static bool is_collated(struct lower *l, const struct expr *expr)
{
    const struct type_desc *type = expr ? catalog_type_by_oid(l->catalog, expr->type) : NULL;
    return type && type->collation && expr->collation;
}

bool lower_pair_collation(struct lower *l, const struct expr *left, const struct expr *right, oid_t *collation)
{
    bool both = is_collated(l, left) && is_collated(l, right);
    const struct expr *one = is_collated(l, left) ? left : right;
    *collation = is_collated(l, one) ? one->collation : 0;
    if (!both)
        return !*collation || lower_has_collation(l, one, "string comparison");
    if (left->explicit_collation || right->explicit_collation) {
        *collation = left->explicit_collation ? left->collation : right->collation;
        return true;
    }
    if (!lower_has_collation(l, left, "string comparison") || !lower_has_collation(l, right, "string comparison"))
        return false;
    if (left->collation == DEFAULT_COLLATION_OID)
        *collation = right->collation;
    if (left->collation == right->collation || left->collation == DEFAULT_COLLATION_OID ||
        right->collation == DEFAULT_COLLATION_OID)
        return true;
    const struct expr conflict = {.collation = left->collation, .other_collation = right->collation};
    return lower_has_collation(l, &conflict, "string comparison");
}

bool lower_collated_call(struct lower *l, const struct expr *expr, bool *handled, const char **text)
{
    const char *source = expr->call.proc->source;
    if (strcmp(source, "pg_collation_for") == 0) {
        *handled = true;
        return collation_for(l, expr, text);
    }
    if (expr->collation == DEFAULT_COLLATION_OID && !expr->other_collation)
        return true;
    for (int i = 0; i < 3; i++)
        if (strcmp(cases[i], source) == 0) {
            bool good = change_case(l, expr, i, text);
            *handled = good && *text;
            return good;
        }
    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++)
        if (strcmp(searches[i].source, source) == 0)
            return search_allowed(l, expr, searches[i].purpose);
    return true;
}
