#ifndef PGQUILL_TYPE_RANGE_H
#define PGQUILL_TYPE_RANGE_H

#include "type/type.h"

/* Ranges and multiranges. Stored as PostgreSQL's text of them, but with the bounds in storage form: [2026-01-01,2026-02-01), {[1,3),[5,7)}. */

struct range_bound {
    struct datum value;
    bool infinite, inclusive, lower;
};

struct range {
    bool empty;
    struct range_bound lower, upper;
};

struct multirange {
    int count; /* in order, none empty, none adjacent */
    struct range *ranges;
};

/* What working on ranges needs to know: the range's type, and its elements'. */
struct range_context {
    const struct type_io *io; /* its type is the range's or multirange's; its arena takes results */
    const struct type_desc *range, *subtype;
};
bool range_context_init(struct range_context *context, const struct type_io *io, const struct type_desc *type, struct diag *diag);

void range_load(const struct range_context *context, const struct datum *stored, struct range *range);
struct datum range_store(const struct range_context *context, const struct range *range);
void multirange_load(const struct range_context *context, const struct datum *stored, struct multirange *multirange);
struct datum multirange_store(const struct range_context *context, const struct multirange *multirange);
/* Check the bounds' order and make the form canonical ([a,b) for whole numbers and days). 22000, 22003, 22008. */
bool range_normalise(const struct range_context *context, struct range *range, struct diag *diag);
/* Sort, drop empty ranges, join what touches. */
void multirange_normalise(const struct range_context *context, struct multirange *multirange);

int range_compare_values(const struct range_context *context, const struct datum *a, const struct datum *b);
/* Compare bounds as places on the line; _order: their values alone, without whether they are lower or inclusive. */
int range_compare_bounds(const struct range_context *context, const struct range_bound *a, const struct range_bound *b);
int range_compare_bound_values(const struct range_context *context, const struct range_bound *a, const struct range_bound *b);
int range_compare(const struct range_context *context, const struct range *a, const struct range *b);
int multirange_compare(const struct range_context *context, const struct multirange *a, const struct multirange *b);
bool range_contains_value(const struct range_context *context, const struct range *range, const struct datum *value);
bool range_contains(const struct range_context *context, const struct range *a, const struct range *b);
bool range_overlaps(const struct range_context *context, const struct range *a, const struct range *b);
bool range_before(const struct range_context *context, const struct range *a, const struct range *b);
/* Does nothing lie between an upper bound and the lower bound behind it? */
bool range_bounds_adjacent(const struct range_context *context, struct range_bound upper, struct range_bound lower);
bool range_adjacent(const struct range_context *context, const struct range *a, const struct range *b);
struct range range_empty(void);

#endif
