#ifndef PGQUILL_TYPE_ARRAY_H
#define PGQUILL_TYPE_ARRAY_H

#include "type/type.h"

/* Arrays. Stored as a JSON array, nested for each dimension; where a lower bound is not 1, as {"lbs":[…],"a":[…]}. Elements: null, true and
 * false, numbers for integers and finite floats, nested JSON for composites (their dimensions, if more than one, are told by
 * "lbs"), strings with the storage form of everything else (bytea as "\\x…"). */

enum { ARRAY_DIMENSIONS_MAX = 6, ARRAY_ITEMS_MAX = 134217727 };

struct array {
    const struct type_desc *element;
    int ndims; /* 0: the empty array */
    int32_t dims[ARRAY_DIMENSIONS_MAX];
    int32_t lower[ARRAY_DIMENSIONS_MAX];
    int count;
    struct datum *items; /* the last subscript varies fastest */
};

/* Take a stored array apart. Items borrow from the stored text or the arena. Text that is no such JSON gives what could be read. */
void array_load(struct arena *arena, const struct type_desc *element, const struct datum *stored, struct array *array);
struct datum array_store(struct arena *arena, const struct array *array);
/* A one-dimensional array of these items, lower bound 1. */
struct array array_of(const struct type_desc *element, int count, struct datum *items);
/* The position of an element by its subscripts; -1: outside. */
int array_offset(const struct array *array, int count, const int32_t *subscripts);
/* Order as array_cmp: by elements, NULL last; then by size, dimensions, bounds. */
int array_compare(const struct type_io *io, const struct array *a, const struct array *b);

/* Build an array element by element, in storage form, without keeping the elements: what array_agg needs. */
struct array_builder {
    struct buf text;
    int64_t count;
};
void array_builder_add(struct array_builder *builder, const struct type_desc *element, const struct datum *item);
/* Hand over the array, in the arena; the builder is empty afterwards. */
struct datum array_builder_finish(struct array_builder *builder, struct arena *arena);

/* JSON inside stored values: arrays' elements, composites' fields. */
void nested_put(struct buf *out, const struct type_desc *type, const struct datum *value);
struct nested_scan {
    const char *at, *end;
};
/* Position at the first value inside the brackets of `text`. */
struct nested_scan nested_open(const char *text, size_t len);
/* The extent of the next value; false: no further one. */
bool nested_next(struct nested_scan *scan, const char **start, size_t *len);
/* The value at an extent, as the storage form of `type` (NULL: guessed). */
struct datum nested_datum(struct arena *arena, const struct type_desc *type, const char *start, size_t len);

/* The descriptor of a type: built in, or from the resolver; NULL: there is none. */
const struct type_desc *type_find(const struct type_resolver *resolver, oid_t oid);
/* What is below domains. */
const struct type_desc *type_base(const struct type_resolver *resolver, const struct type_desc *type);
/* Order of two values of a type, also of those without an order of their own (bytes). */
int type_compare(const struct type_io *io, const struct type_desc *type, const struct datum *a, const struct datum *b);

#endif
