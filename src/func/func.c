#include "func/func.h"

#include "catalog/extension.h"

#include <stdlib.h>

/* One table for each family; strong references, so that a linker takes them out of the library. */
#define FAMILY(name) extern const struct func_impl func_impls_##name[];
#include "func/families.def"
#undef FAMILY

static const struct func_impl *const families[] = {
#define FAMILY(name) func_impls_##name,
#include "func/families.def"
#undef FAMILY
};

enum { FAMILIES = sizeof families / sizeof *families };

static struct func_impl *impls; /* by source; flags completed from pg_proc */
static int impl_count;

static int order_impls(const void *a, const void *b)
{
    return strcmp(((const struct func_impl *) a)->source, ((const struct func_impl *) b)->source);
}

static struct func_impl *find(const char *source)
{
    struct func_impl key = {.source = source};
    return bsearch(&key, impls, (size_t) impl_count, sizeof *impls, order_impls);
}

/* pg_proc says which functions are strict and which are volatile: it is not said twice. */
static void complete_flags(int count, const struct proc_fact *procs)
{
    for (int i = 0; i < count; i++) {
        struct func_impl *impl = find(procs[i].source);
        if (!impl)
            continue;
        if (procs[i].strict && procs[i].kind == 'f')
            impl->flags |= FUNC_STRICT;
        if (procs[i].volatility == 'v' && procs[i].kind == 'f')
            impl->flags |= FUNC_VOLATILE;
    }
}

/* Before main: once in the master, shared by all its workers. */
__attribute__((constructor)) static void index_implementations(void)
{
    for (int pass = 0; pass < 2; pass++) {
        impl_count = 0;
        for (int f = 0; f < FAMILIES; f++)
            for (const struct func_impl *impl = families[f]; impl && impl->source; impl++) {
                if (pass == 1)
                    impls[impl_count] = *impl;
                impl_count++;
            }
        if (pass == 0)
            impls = xcalloc((size_t) impl_count + 1, sizeof *impls);
    }
    qsort(impls, (size_t) impl_count, sizeof *impls, order_impls);
    complete_flags(proc_fact_count, proc_facts);
    complete_flags(extension_proc_fact_count, extension_proc_facts);
}

const struct func_impl *func_find(const char *source)
{
    return find(source);
}
