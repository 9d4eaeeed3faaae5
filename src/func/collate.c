#include "func/collate.h"

#include "catalog/catalog.h"

/* Functions of collations. */

bool func_collation_find(struct fcall *call, const char *name, size_t len, struct func_collation *out)
{
    struct catalog_collation found;
    *out = (struct func_collation){0};
    if (!len || !catalog_collation_by_storage(call->env->catalog, arena_strndup(call->cache_arena, name, len), &found))
        return true;
    *out = (struct func_collation){icu_collator_get(found.locale, call->diag), found.is_deterministic};
    return out->collator;
}

int func_collation_compare(const struct func_collation *collation, const struct datum *a, const struct datum *b)
{
    int order = icu_compare(collation->collator, a->data, a->len, b->data, b->len);
    if (order || !collation->is_deterministic)
        return order;
    uint32_t len = a->len < b->len ? a->len : b->len;
    order = len ? memcmp(a->data, b->data, len) : 0;
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

enum { LOWER, UPPER, INITIAL };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void change_ascii(const struct datum *text, int64_t how, struct buf *out)
{
    bool inside = false;
    for (uint32_t i = 0; i < text->len; i++) {
        char c = text->data[i];
        bool upper = how == UPPER || (how == INITIAL && !inside);
        inside = is_letter(c) || (c >= '0' && c <= '9');
        if (is_letter(c))
            c = upper ? (char) (c & ~32) : (char) (c | 32);
        buf_putc(out, c);
    }
}

/* text, how, ICU's locale: NULL changes the letters of ASCII. */
static bool change_case(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    static const enum icu_case cases[] = {[LOWER] = ICU_LOWER, [UPPER] = ICU_UPPER, [INITIAL] = ICU_TITLE};
    struct buf out;
    bool good = true;
    (void) nargs;
    *result = datum_null();
    if (datum_is_null(&args[0]))
        return true;
    buf_init(&out);
    if (datum_is_null(&args[2]))
        change_ascii(&args[0], args[1].i, &out);
    else
        good = icu_change_case(arena_strndup(call->arena, args[2].data, args[2].len), cases[args[1].i], args[0].data, args[0].len,
                               &out, call->diag);
    *result = datum_text(arena_strndup(call->arena, out.len ? out.data : "", out.len), out.len);
    buf_deinit(&out);
    return good;
}

static bool actual_version(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct catalog_collation collation;
    (void) nargs;
    *result = datum_null();
    if (!catalog_collation_by_oid(call->env->catalog, (oid_t) args[0].i, &collation))
        return diag_set(call->diag, ERRCODE_UNDEFINED_OBJECT, "collation with OID %u does not exist", (oid_t) args[0].i);
    if (collation.provider != 'i')
        return true;
    struct icu_collator *collator = icu_collator_get(collation.locale, call->diag);
    char *version = arena_alloc(call->arena, 32);
    if (!collator)
        return false;
    icu_version(collator, version, 32);
    *result = datum_cstr(version);
    return true;
}

const struct func_impl func_impls_collate[] = {
    SCALAR("pgquill_change_case", change_case),
    SCALAR_FLAGS("pg_collation_actual_version", actual_version, FUNC_SESSION),
    NATIVE("pg_import_system_collations", "0"),
    NATIVE("pg_collation_for", "NULL"), /* lower_collate.c says it from the argument, which has one or is of unknown type */
    {0},
};
