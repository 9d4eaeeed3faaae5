#include "shm/gate.h"

#include "shm/segment.h"

/* Reserved sequence values: an open-addressed table over (gate, oid). An entry whose writer died may be half written, so all are emptied then, and the
 * values that they held are a gap, as PostgreSQL's cached values are after a crash. A full table only costs the cache. */

static struct sequence_entry *entries(struct shm_header *header)
{
    return (struct sequence_entry *) ((char *) header + header->sequences_offset);
}

static void forget_all(void *structure)
{
    struct shm_header *header = structure;
    for (int i = 0; i < header->config.max_sequences; i++)
        entries(header)[i].empty = true;
}

static struct sequence_entry *find(struct shm_header *header, uint32_t gate, uint32_t oid)
{
    uint32_t size = (uint32_t) header->config.max_sequences;
    uint32_t at = size ? (oid * 2654435761u ^ gate * 40503u) % size : 0;
    for (uint32_t i = 0; i < size; i++) {
        struct sequence_entry *entry = &entries(header)[(at + i) % size];
        if ((entry->gate == gate && entry->oid == oid) || entry->gate == 0)
            return entry;
    }
    return NULL;
}

static struct shm_header *lock_sequences(struct shm *shm)
{
    struct shm_header *header = shm->header;
    lock_take(&header->sequences_lock, forget_all, header, &header->recoveries);
    return header;
}

bool sequence_take(struct shm *shm, struct gate *gate, uint32_t oid, int64_t *value)
{
    struct shm_header *header = lock_sequences(shm);
    struct sequence_entry *entry = find(header, gate->number + 1, oid);
    bool taken = entry && entry->gate && !entry->empty;
    if (taken) {
        int64_t next;
        *value = entry->next;
        entry->empty = __builtin_add_overflow(entry->next, entry->increment, &next) ||
                       (entry->increment > 0 ? next > entry->last : next < entry->last);
        if (!entry->empty)
            entry->next = next;
    }
    lock_give(&header->sequences_lock);
    return taken;
}

void sequence_refill(struct shm *shm, struct gate *gate, uint32_t oid, int64_t next, int64_t last, int64_t increment)
{
    struct shm_header *header = lock_sequences(shm);
    struct sequence_entry *entry = find(header, gate->number + 1, oid);
    if (entry) {
        entry->empty = true;
        entry->oid = oid;
        entry->gate = gate->number + 1;
        entry->next = next;
        entry->last = last;
        entry->increment = increment;
        entry->empty = increment > 0 ? next > last : next < last;
    }
    lock_give(&header->sequences_lock);
}

void sequence_forget(struct shm *shm, struct gate *gate, uint32_t oid)
{
    struct shm_header *header = lock_sequences(shm);
    struct sequence_entry *entry = find(header, gate->number + 1, oid);
    if (entry && entry->gate)
        entry->empty = true;
    lock_give(&header->sequences_lock);
}
