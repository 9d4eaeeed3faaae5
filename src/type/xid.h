#ifndef PGQUILL_TYPE_XID_H
#define PGQUILL_TYPE_XID_H

#include "type/type.h"

/* xid8 is stored as its decimal text: SQLite's integers have a sign. */
uint64_t xid8_load(const struct datum *value);
struct datum xid8_store(struct arena *arena, uint64_t xid);

/* A snapshot: transactions below xmin have ended, those from xmax on have not begun; the ones between are in progress when listed. */
struct snapshot {
    uint64_t xmin, xmax;
    int count;
    uint64_t *xip; /* ascending, without repeats */
};

/* Read "xmin:xmax:xip,…"; false: it isn't one. */
bool snapshot_parse(struct arena *arena, const char *text, size_t len, struct snapshot *snapshot);
struct datum snapshot_store(struct arena *arena, const struct snapshot *snapshot);

#endif
