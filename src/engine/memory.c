#include "engine/internal.h"

#include "util/memory.h"

#include <malloc.h>
#include <stdlib.h>

/* SQLite's memory, counted with ours: past the session's limit it gets none, and says so (SQLITE_NOMEM). */

static void *allocate(int size)
{
    void *memory = memory_fits((size_t) size) ? malloc((size_t) size) : NULL;
    if (memory)
        memory_charge(malloc_usable_size(memory));
    return memory;
}

static void release(void *memory)
{
    memory_release(malloc_usable_size(memory));
    free(memory);
}

static void *reallocate(void *old, int size)
{
    size_t before = malloc_usable_size(old);
    if ((size_t) size > before && !memory_fits((size_t) size - before))
        return NULL;
    void *memory = realloc(old, (size_t) size);
    if (!memory)
        return NULL;
    memory_release(before);
    memory_charge(malloc_usable_size(memory));
    return memory;
}

static int size_of(void *memory)
{
    return memory ? (int) malloc_usable_size(memory) : 0;
}

static int round_up(int size)
{
    return (size + 7) & ~7;
}

static int begin(void *unused)
{
    (void) unused;
    return SQLITE_OK;
}

static void end(void *unused)
{
    (void) unused;
}

void engine_configure_memory(void)
{
    static sqlite3_mem_methods methods = {allocate, release, reallocate, size_of, round_up, begin, end, NULL};
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
