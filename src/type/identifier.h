#ifndef PGQUILL_TYPE_IDENTIFIER_H
#define PGQUILL_TYPE_IDENTIFIER_H

#include "util/buf.h"

/* Append a name as SQL would have to write it: quoted unless it reads back as itself without (lower case, and no key word). */
void identifier_put(struct buf *out, const char *name, size_t len);

#endif
