#ifndef PGQUILL_TYPE_HSTORE_H
#define PGQUILL_TYPE_HSTORE_H

#include "type/type.h"

/* hstore's values: keys and texts, in storage form as its output function writes them, keys in order of length, then bytes. So equal values are
 * equal texts. */

struct hstore_pair {
    const char *key, *value;
    uint32_t key_len, value_len;
    bool is_null;
};

struct hstore {
    int count;
    struct hstore_pair *pairs; /* ordered, each key once */
};

/* Read a text; false after a report (XX000, as PostgreSQL 15 does). Keys and values are in `arena`. */
bool hstore_parse(struct arena *arena, const char *text, size_t len, struct hstore *out, struct diag *diag);
/* Put pairs in order and drop those whose key came before (`last_wins`: comes later). */
void hstore_order(struct hstore *hstore, bool last_wins);
/* The storage form, in `arena`. */
struct datum hstore_text(struct arena *arena, const struct hstore *hstore);
/* The pair of a key; NULL. */
const struct hstore_pair *hstore_find(const struct hstore *hstore, const char *key, size_t len);

/* The order of the type's operator class. */
int hstore_compare(const struct hstore *a, const struct hstore *b);

#endif
