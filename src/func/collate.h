#ifndef PGQUILL_FUNC_COLLATE_H
#define PGQUILL_FUNC_COLLATE_H

#include "func/func.h"
#include "type/icu.h"

/* A collation of ICU's where functions compare texts themselves, found by its SQLite name (func_instance.collation). */
struct func_collation {
    struct icu_collator *collator; /* NULL: by bytes */
    bool is_deterministic;
};

/* False after a report; a name of `len` 0 is no collation. */
bool func_collation_find(struct fcall *call, const char *name, size_t len, struct func_collation *out);
int func_collation_compare(const struct func_collation *collation, const struct datum *a, const struct datum *b);

#endif
