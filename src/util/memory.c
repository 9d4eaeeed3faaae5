#include "util/memory.h"

#include <stdint.h>

static size_t used, most = SIZE_MAX;
static void (*on_excess)(void *self, size_t request);
static void *excess_self;

void memory_set_limit(size_t limit, void (*excess)(void *self, size_t request), void *self)
{
    most = limit ? limit : SIZE_MAX;
    on_excess = excess;
    excess_self = self;
}

bool memory_fits(size_t more)
{
    return used <= most && more <= most - used;
}

void memory_charge(size_t size)
{
    used += size;
    if (used > most && on_excess)
        on_excess(excess_self, size);
}

void memory_release(size_t size)
{
    used = used > size ? used - size : 0;
}

size_t memory_used(void)
{
    return used;
}
