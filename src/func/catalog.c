#include "func/internal.h"

#include "catalog/catalog.h"

/* Functions over the catalogs: names, sizes, what an object may do. */

const struct func_impl func_impls_catalog[] = {
    {0},
};
