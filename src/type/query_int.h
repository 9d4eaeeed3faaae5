#ifndef PGQUILL_TYPE_QUERY_INT_H
#define PGQUILL_TYPE_QUERY_INT_H

#include "type/type.h"

/* intarray's query_int: numbers under !, & and |. Stored as its output function writes it. */

struct int_query {
    char kind; /* a number: 'n'; else ! & | */
    int32_t number;
    struct int_query *left, *right; /* of ! only right */
};

/* Read a query; NULL after a report (42601). In `arena`. */
struct int_query *int_query_parse(struct arena *arena, const char *text, size_t len, struct diag *diag);
/* Does it hold of the numbers, which are in order? */
bool int_query_matches(const struct int_query *query, int count, const int32_t *numbers);

#endif
