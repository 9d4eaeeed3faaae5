#include "func/instance.h"

#include <stdlib.h>

void func_instance_name(const struct func_impl *impl, int nargs, const oid_t *args, oid_t result, int32_t typmod,
                        const char *collation, struct buf *out)
{
    buf_puts(out, impl->source);
    if (!(impl->flags & FUNC_TYPED))
        return;
    for (int i = 0; i < nargs; i++)
        buf_printf(out, "%c%u", i ? ',' : ':', args[i]);
    buf_printf(out, "%s>%u", nargs ? "" : ":", result);
    if (typmod != -1)
        buf_printf(out, "/%d", typmod);
    if (collation)
        buf_printf(out, "@%s", collation);
}

static const struct type_desc *find_type(const struct type_resolver *resolver, oid_t oid)
{
    const struct type_desc *type = type_builtin(oid);
    if (!type && resolver && resolver->type)
        type = resolver->type(resolver->self, oid);
    return type;
}

/* The types part begins behind the last ':' that is followed by digits or '>' (sources such as "sum(int4)" have none), the collation left out: its name
 * may look the same. */
static const char *types_of(const char *name)
{
    const char *found = NULL;
    for (const char *at = name; *at && *at != '@'; at++)
        if (at[0] == ':' && (at[1] == '>' || (at[1] >= '0' && at[1] <= '9')))
            found = at;
    return found;
}

bool func_instance_parse(const char *name, const struct type_resolver *resolver, struct arena *arena,
                         struct func_instance *instance, struct diag *diag)
{
    const char *at = types_of(name);
    size_t length = at ? (size_t) (at - name) : strlen(name);
    const struct func_impl *impl = func_find(arena_strndup(arena, name, length));
    if (!impl)
        return false;
    *instance = (struct func_instance){.name = arena_strdup(arena, name), .impl = impl, .typmod = -1};
    if (!at)
        return true;
    int capacity = 1;
    for (const char *c = at; *c && *c != '>'; c++)
        capacity += *c == ',';
    const struct type_desc **args = arena_array(arena, const struct type_desc *, capacity);
    at++;
    while (*at && *at != '>') {
        char *end;
        oid_t oid = (oid_t) strtoul(at, &end, 10);
        args[instance->nargs] = find_type(resolver, oid);
        if (!args[instance->nargs++])
            return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type with OID %u does not exist", oid);
        at = *end == ',' ? end + 1 : end;
        if (end == at && *end != '>')
            return false;
    }
    instance->args = args;
    if (*at == '>') {
        char *end;
        oid_t oid = (oid_t) strtoul(at + 1, &end, 10);
        instance->result = find_type(resolver, oid);
        if (!instance->result && oid)
            return diag_set(diag, ERRCODE_UNDEFINED_OBJECT, "type with OID %u does not exist", oid);
        at = end;
    }
    if (*at == '/') {
        char *end;
        instance->typmod = (int32_t) strtol(at + 1, &end, 10);
        at = end;
    }
    if (*at == '@')
        instance->collation = arena_strdup(arena, at + 1);
    return true;
}
