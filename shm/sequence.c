#include "shm/gate.h"

#include "shm/segment.h"

/* Reserved sequence values, in a table of the segment. The entry of a dead owner may be half written: it is emptied, and the values that it held are
 * a gap, as PostgreSQL's own cached values are after a crash. */

static struct shm_header *header_of(struct shm *shm)
{
    return shm->header;
}

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

static struct sequence_entry *find(struct shm_header *header, uint64_t gate, uint32_t oid, bool make)
{
    struct sequence_entry *unused = NULL;
    for (int i = 0; i < header->config.max_sequences; i++) {
        struct sequence_entry *entry = &entries(header)[i];
        if (atomic_load(&entry->gate) == gate && entry->oid == oid)
            return entry;
        if (!unused && atomic_load(&entry->gate) == 0)
            unused = entry;
    }
    if (!make || !unused)
        return NULL;
    unused->oid = oid;
    unused->empty = true;
    atomic_store(&unused->gate, gate);
    return unused;
}

static uint64_t gate_number(struct shm *shm, const struct gate *gate)
{
    return ((const char *) gate - (const char *) segment_gate(shm, 0)) / header_of(shm)->gate_size + 1;
}

bool sequence_take(struct shm *shm, struct gate *gate, uint32_t oid, int64_t *value)
{
    struct shm_header *header = header_of(shm);
    lock_take(&header->lock, forget_all, header, &header->recoveries);
    struct sequence_entry *entry = find(header, gate_number(shm, gate), oid, false);
    bool taken = entry && !entry->empty;
    if (taken) {
        *value = entry->next;
        int64_t left = entry->increment > 0 ? entry->last - entry->next : entry->next - entry->last;
        entry->empty = left < (entry->increment > 0 ? entry->increment : -entry->increment);
        if (!entry->empty)
            entry->next += entry->increment;
    }
    lock_give(&header->lock);
    return taken;
}

void sequence_refill(struct shm *shm, struct gate *gate, uint32_t oid, int64_t next, int64_t last, int64_t increment)
{
    struct shm_header *header = header_of(shm);
    lock_take(&header->lock, forget_all, header, &header->recoveries);
    struct sequence_entry *entry = find(header, gate_number(shm, gate), oid, true);
    if (entry) {
        entry->next = next;
        entry->last = last;
        entry->increment = increment;
        entry->empty = increment > 0 ? next > last : next < last;
    }
    lock_give(&header->lock);
}

void sequence_forget(struct shm *shm, struct gate *gate, uint32_t oid)
{
    struct shm_header *header = header_of(shm);
    lock_take(&header->lock, forget_all, header, &header->recoveries);
    struct sequence_entry *entry = find(header, gate_number(shm, gate), oid, false);
    if (entry)
        entry->empty = true;
    lock_give(&header->lock);
}
