#ifndef PGQUILL_UTIL_ARENA_H
#define PGQUILL_UTIL_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/* A scope's memory: allocated in passing, dropped all at once. Not shared between threads or processes.
 * When the system has no memory left the process ends through `fatal_out_of_memory`: only its own session is lost. */
struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    char *next;                 /* free space of the newest block */
    char *end;
};

/* Make an empty arena; the first allocation takes the first block. */
void arena_init(struct arena *arena);
/* Give all memory back to the system. */
void arena_deinit(struct arena *arena);
/* Drop every allocation, keeping one block for the next use. */
void arena_reset(struct arena *arena);

/* Memory of `size` bytes aligned for any type, contents undefined; never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
/* The same, zeroed. */
void *arena_zalloc(struct arena *arena, size_t size);
/* Grow an array: a copy of `old_size` bytes of `old` in `new_size` bytes. */
void *arena_grow(struct arena *arena, const void *old, size_t old_size, size_t new_size);

/* NUL-terminated copies. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args);

#define arena_new(arena, type)          ((type *) arena_zalloc((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *) arena_zalloc((arena), sizeof(type) * (size_t) (count)))

/* malloc and friends that never return NULL. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);

#endif
