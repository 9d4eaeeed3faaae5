#ifndef PGQUILL_TYPE_COMPOSITE_H
#define PGQUILL_TYPE_COMPOSITE_H

#include "type/type.h"

/* Rows as values. Stored as a JSON array of the fields (dropped ones too, as null), each as an array's element would be. A row without a
 * declared type tells its fields' types, and their names where they have some: {"t":[23,25],"n":["a","b"],"r":[1,"a"]}. */

enum { COMPOSITE_FIELDS_MAX = 1664 };

struct composite {
    int count;
    oid_t *types;
    struct datum *fields;
    const char **names; /* of a row without a declared type; NULL: f1, f2, … */
};

/* Take a stored row apart. Types come from the value itself, else from `type`'s fields; text where neither says. */
void composite_load(const struct type_io *io, const struct type_desc *type, const struct datum *stored,
                    struct composite *composite);
/* Put a row together: with its types when `type` is record. */
struct datum composite_store(const struct type_io *io, const struct type_desc *type, const struct composite *composite);
/* Order field by field, NULL last. *mismatch: the 1-based field whose types differ, -1 for different numbers of fields, else 0. */
int composite_compare(const struct type_io *io, const struct composite *a, const struct composite *b, int *mismatch);

#endif
