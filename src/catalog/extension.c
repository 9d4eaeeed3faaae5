#include "catalog/extension.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int) (sizeof(array) / sizeof *(array)))

const struct extension_fact extension_facts[] = {
#define EXTENSION(name, version, superuser, trusted, relocatable, schema, requires, comment, noids, ...)                         \
    {name, version, superuser, trusted, relocatable, schema, requires, comment, noids, RANGES(__VA_ARGS__)},
#define RANGES(...) RANGES_OF(__VA_ARGS__)
#define RANGES_OF(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r)                                                          \
    {a, b}, {c, d}, {e, f}, {g, h}, {i, j}, {k, l}, {m, n}, {o, p},                                                              \
    {                                                                                                                            \
        q, r                                                                                                                     \
    }
#include "catalog/extensions.def"
#undef EXTENSION
#undef RANGES
#undef RANGES_OF
};
const int extension_fact_count = COUNT(extension_facts);

const struct type_fact extension_type_facts[] = {
#define TYPE(...) {__VA_ARGS__},
#include "catalog/extension_types.def"
#undef TYPE
};
const struct proc_fact extension_proc_facts[] = {
#define PROC(...) {__VA_ARGS__, 0},
#include "catalog/extension_procs.def"
#undef PROC
};
const int extension_proc_fact_count = COUNT(extension_proc_facts);
const struct operator_fact extension_operator_facts[] = {
#define OPERATOR(...) {__VA_ARGS__, 0},
#include "catalog/extension_operators.def"
#undef OPERATOR
};
const struct cast_fact extension_cast_facts[] = {
#define CAST(...) {__VA_ARGS__},
#include "catalog/extension_casts.def"
#undef CAST
};
const struct aggregate_fact extension_aggregate_facts[] = {
#define AGGREGATE_FACT(...) {__VA_ARGS__},
#include "catalog/extension_aggregates.def"
#undef AGGREGATE_FACT
};
const struct class_fact extension_class_facts[] = {
#define OPERATOR_CLASS(...) {__VA_ARGS__},
#include "catalog/extension_classes.def"
#undef OPERATOR_CLASS
};
const struct family_fact extension_family_facts[] = {
#define OPERATOR_FAMILY(...) {__VA_ARGS__},
#include "catalog/extension_families.def"
#undef OPERATOR_FAMILY
};
const struct dictionary_fact extension_dictionary_facts[] = {
#define DICTIONARY(...) {__VA_ARGS__},
#include "catalog/extension_dictionaries.def"
#undef DICTIONARY
};
const struct template_fact extension_template_facts[] = {
#define TEMPLATE(...) {__VA_ARGS__},
#include "catalog/extension_templates.def"
#undef TEMPLATE
};

const struct extension_fact *extension_fact_by_name(const char *name)
{
    for (int i = 0; i < extension_fact_count; i++)
        if (strcmp(extension_facts[i].name, name) == 0)
            return &extension_facts[i];
    return NULL;
}

/* "16384 25": the same with oids moved. */
static const char *moved_list(const char *list, oid_t first, struct arena *arena)
{
    if (!list || !*list)
        return list;
    struct buf text;
    buf_init(&text);
    for (const char *at = list; *at;) {
        char *end;
        oid_t number = (oid_t) strtoul(at, &end, 10);
        if (text.len)
            buf_putc(&text, ' ');
        buf_put_int64(&text, extension_oid(number, first));
        at = *end ? end + 1 : end;
    }
    const char *moved = arena_strndup(arena, text.data, text.len);
    buf_deinit(&text);
    return moved;
}

void extension_describe_type(const struct type_fact *fact, oid_t first, oid_t schema, struct arena *arena, struct type_desc *type)
{
    *type = (struct type_desc){.oid = extension_oid(fact->oid, first),
                               .name = fact->name,
                               .schema = schema,
                               .typtype = fact->typtype,
                               .category = fact->category,
                               .preferred = fact->preferred,
                               .delimiter = fact->delimiter,
                               .len = fact->len,
                               .element = fact->category == 'A' ? extension_oid(fact->element, first) : 0,
                               .array = extension_oid(fact->array, first),
                               .base_typmod = fact->typmod,
                               .collation = fact->collation,
                               .storage = STORAGE_TEXT};
    bool is_array = fact->category == 'A', ordered = is_array;
    if (is_array)
        type->codec = &type_codec_array;
    else
        type_extension_codec(fact->name, &type->codec, &ordered);
    if (ordered)
        type->sqlite_collation = arena_printf(arena, "type:%u", type->oid);
}

struct proc_fact extension_proc(const struct proc_fact *fact, oid_t first, oid_t schema, struct arena *arena)
{
    struct proc_fact proc = *fact;
    proc.oid = extension_oid(fact->oid, first);
    proc.variadic = extension_oid(fact->variadic, first);
    proc.result = extension_oid(fact->result, first);
    proc.args = moved_list(fact->args, first, arena);
    proc.all_args = moved_list(fact->all_args, first, arena);
    proc.schema = schema;
    return proc;
}

struct operator_fact extension_operator(const struct operator_fact *fact, oid_t first, oid_t schema)
{
    struct operator_fact op = *fact;
    op.oid = extension_oid(fact->oid, first);
    op.left = extension_oid(fact->left, first);
    op.right = extension_oid(fact->right, first);
    op.result = extension_oid(fact->result, first);
    op.commutator = extension_oid(fact->commutator, first);
    op.negator = extension_oid(fact->negator, first);
    op.proc = extension_oid(fact->proc, first);
    op.schema = schema;
    return op;
}

struct cast_fact extension_cast(const struct cast_fact *fact, oid_t first)
{
    struct cast_fact cast = *fact;
    cast.oid = extension_oid(fact->oid, first);
    cast.source = extension_oid(fact->source, first);
    cast.target = extension_oid(fact->target, first);
    cast.proc = extension_oid(fact->proc, first);
    return cast;
}

struct aggregate_fact extension_aggregate(const struct aggregate_fact *fact, oid_t first)
{
    struct aggregate_fact aggregate = *fact;
    aggregate.proc = extension_oid(fact->proc, first);
    aggregate.trans = extension_oid(fact->trans, first);
    aggregate.final = extension_oid(fact->final, first);
    aggregate.sort_operator = extension_oid(fact->sort_operator, first);
    aggregate.trans_type = extension_oid(fact->trans_type, first);
    return aggregate;
}
