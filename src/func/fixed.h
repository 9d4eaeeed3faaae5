#ifndef PGQUILL_FUNC_FIXED_H
#define PGQUILL_FUNC_FIXED_H

#include "func/func.h"

/* Types that are not arrays but have parts which subscripts reach, counted from 0: a point's coordinates, a box's corners, a line's
 * coefficients, a name's characters. */

enum { FIXED_PARTS_MAX = 64 };

/* The type of a part; 0: the type has none. */
oid_t fixed_part_type(oid_t type);
/* Parts of a value, for a type that has such; returns how many. */
int fixed_parts(struct arena *arena, oid_t type, const struct datum *value, struct datum parts[FIXED_PARTS_MAX]);
/* The value that such parts make. */
struct datum fixed_make(struct arena *arena, oid_t type, const struct datum *parts, int count);

#endif
