#include "func/func.h"
#include "type/array.h"

/* Access privileges as catalogs show them (PostgreSQL docs 5.7). There is one owner, so defaults are all there is to tell. */

struct privileges {
    char object;
    const char *owner, *everybody; /* NULL: none */
};

static const struct privileges defaults[] = {
    {'c', NULL, NULL}, {'r', "arwdDxt", NULL}, {'s', "rwU", NULL}, {'d', "CTc", "Tc"}, {'f', "X", "X"},
    {'l', "U", "U"},   {'L', "rw", NULL},      {'n', "UC", NULL},  {'p', "sA", NULL},  {'t', "C", NULL},
    {'F', "U", NULL},  {'S', "U", NULL},       {'T', "U", "U"},
};

static const struct {
    char letter;
    const char *word;
} words[] = {{'a', "INSERT"},     {'r', "SELECT"},  {'w', "UPDATE"},  {'d', "DELETE"},      {'D', "TRUNCATE"},
             {'x', "REFERENCES"}, {'t', "TRIGGER"}, {'X', "EXECUTE"}, {'U', "USAGE"},       {'C', "CREATE"},
             {'T', "TEMPORARY"},  {'c', "CONNECT"}, {'s', "SET"},     {'A', "ALTER SYSTEM"}};

static const char *role_name(struct fcall *call, oid_t role)
{
    const struct type_resolver *resolver = call->env->resolver;
    struct buf name = {0};
    const char *text = NULL;
    if (role && resolver && resolver->oid_to_name && resolver->oid_to_name(resolver->self, REGROLE_OID, role, &name))
        text = arena_strndup(call->arena, name.data, name.len);
    buf_deinit(&name);
    return text ? text : role ? arena_printf(call->arena, "%u", role) : "";
}

static const struct type_desc *aclitem(struct fcall *call)
{
    return type_find(call->env->resolver, ACLITEM_OID);
}

static bool acl_default(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    char object = args[0].len ? args[0].data[0] : '\0';
    const struct privileges *found = NULL;
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults && !found; i++)
        found = defaults[i].object == object ? &defaults[i] : NULL;
    if (!found)
        return diag_set(call->diag, ERRCODE_INTERNAL_ERROR, "unrecognized objtype abbreviation: %.*s", (int) args[0].len,
                        args[0].data);
    const char *owner = role_name(call, (oid_t) args[1].i);
    struct datum items[2];
    int count = 0;
    if (found->everybody)
        items[count++] = datum_cstr(arena_printf(call->arena, "=%s/%s", found->everybody, owner));
    if (found->owner)
        items[count++] = datum_cstr(arena_printf(call->arena, "%s=%s/%s", owner, found->owner, owner));
    struct array array = array_of(aclitem(call), count, items);
    *result = array_store(call->arena, &array);
    return true;
}

static oid_t role_oid(struct fcall *call, const char *name, size_t len)
{
    const struct type_resolver *resolver = call->env->resolver;
    return len == 0 ? 0 : resolver->name_to_oid(resolver->self, REGROLE_OID, name, len, call->diag);
}

/* "grantee=letters/grantor"; a '*' behind a letter: with grant option. */
struct item {
    oid_t grantee, grantor;
    const char *letters, *end;
};

static bool read_item(struct fcall *call, const struct datum *text, struct item *item)
{
    const char *at = text->data, *end = at + text->len;
    const char *equals = memchr(at, '=', text->len);
    const char *slash = equals ? memchr(equals, '/', (size_t) (end - equals)) : NULL;
    if (!equals)
        return diag_set(call->diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "missing \"=\" sign");
    *item = (struct item){.letters = equals + 1, .end = slash ? slash : end};
    item->grantee = role_oid(call, at, (size_t) (equals - at));
    item->grantor = slash ? role_oid(call, slash + 1, (size_t) (end - slash - 1)) : item->grantee;
    return (item->grantee || equals == at) && item->grantor;
}

struct explosion {
    struct array array;
    struct item item;
    int next;
};

static bool open_explosion(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct explosion *explosion = cursor;
    (void) nargs;
    if (!datum_is_null(&args[0]))
        array_load(call->cache_arena, aclitem(call), &args[0], &explosion->array);
    return true;
}

static bool next_privilege(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct explosion *explosion = cursor;
    while (explosion->item.letters == explosion->item.end && explosion->next < explosion->array.count)
        if (!read_item(call, &explosion->array.items[explosion->next++], &explosion->item))
            return false;
    *more = explosion->item.letters < explosion->item.end;
    if (!*more)
        return true;
    char letter = *explosion->item.letters++;
    const char *word = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words && !word; i++)
        word = words[i].letter == letter ? words[i].word : NULL;
    if (!word)
        return diag_set(call->diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid mode character: must be one of \"%s\"",
                        "arwdDxtXUCTcsA");
    bool grantable = explosion->item.letters < explosion->item.end && *explosion->item.letters == '*';
    explosion->item.letters += grantable;
    row[0] = datum_int(explosion->item.grantor);
    row[1] = datum_int(explosion->item.grantee);
    row[2] = datum_cstr(word);
    row[3] = datum_bool(grantable);
    return true;
}

static void close_explosion(void *cursor)
{
    (void) cursor;
}

static const struct table_func explode = {sizeof(struct explosion), open_explosion, next_privilege, close_explosion};

const struct func_impl func_impls_acl[] = {
    SCALAR_FLAGS("acldefault_sql", acl_default, FUNC_SESSION),
    TABLE_FUNC("aclexplode", &explode),
    {0},
};
