#ifndef PGQUILL_FUNC_RANGE_SET_H
#define PGQUILL_FUNC_RANGE_SET_H

#include "func/func.h"
#include "type/range.h"

/* A range or multirange argument as a list of ranges in order, none empty: what the functions of range.c and multirange.c work on. */
struct range_set {
    struct type_io io;
    struct range_context context; /* its io points at the member above: do not copy the struct */
    int count;
    struct range *ranges;
    struct range one;
};

/* Read argument `index`. */
bool range_set_load(struct fcall *call, int index, const struct datum *value, struct range_set *set);
/* The context of the call's result type. */
bool range_result_context(struct fcall *call, struct type_io *io, struct range_context *context);
/* What two sets have in common, what the first has alone: into `result`, whose ranges are in the call's arena. */
void range_set_intersect(struct fcall *call, const struct range_set *a, const struct range_set *b, struct multirange *result);
void range_set_subtract(struct fcall *call, const struct range_set *a, const struct range_set *b, struct multirange *result);

#endif
