#include "util/arena.h"

#include "util/log.h"
#include "util/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Many arenas hold a few words: the first block is small. */
enum { FIRST_BLOCK_SIZE = 1024 - 64, BLOCK_SIZE = 8192 - 64, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *older;
    size_t size; /* of data */
    _Alignas(ALIGNMENT) char data[];
};

void *xmalloc(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory)
        fatal_out_of_memory(size);
    return memory;
}

void *xcalloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory)
        fatal_out_of_memory(count * size);
    return memory;
}

void *xrealloc(void *old, size_t size)
{
    void *memory = realloc(old, size ? size : 1);
    if (!memory)
        fatal_out_of_memory(size);
    return memory;
}

char *xstrdup(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(xmalloc(size), text, size);
}

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *older = block->older;
        memory_release(block->size);
        free(block);
        block = older;
    }
}

void arena_deinit(struct arena *arena)
{
    free_blocks(arena->blocks);
    arena_init(arena);
}

void arena_reset(struct arena *arena)
{
    struct arena_block *first = arena->blocks;
    if (!first)
        return;
    /* Keep one block, but never an outsized one: a single large statement must not pin its memory. */
    if (first->size > BLOCK_SIZE) {
        arena_deinit(arena);
        return;
    }
    free_blocks(first->older);
    first->older = NULL;
    arena->next = first->data;
    arena->end = first->data + first->size;
}

static void add_block(struct arena *arena, size_t size)
{
    size_t usual = arena->blocks ? BLOCK_SIZE : FIRST_BLOCK_SIZE;
    size_t room = size > usual ? size : usual;
    struct arena_block *block = xmalloc(sizeof *block + room);
    block->older = arena->blocks;
    block->size = room;
    arena->blocks = block;
    arena->next = block->data;
    arena->end = block->data + room;
    memory_charge(room);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded = (size + ALIGNMENT - 1) & ~(size_t) (ALIGNMENT - 1);
    if (rounded < size)
        fatal_out_of_memory(size);
    /* No bytes have an address, too. */
    if (!arena->next || (size_t) (arena->end - arena->next) < rounded)
        add_block(arena, rounded);
    void *memory = arena->next;
    arena->next += rounded;
    return memory;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
    return memset(arena_alloc(arena, size), 0, size);
}

void *arena_grow(struct arena *arena, const void *old, size_t old_size, size_t new_size)
{
    void *memory = arena_alloc(arena, new_size);
    if (old_size)
        memcpy(memory, old, old_size);
    return memory;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = arena_alloc(arena, (size_t) length + 1);
    vsnprintf(text, (size_t) length + 1, format, args);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
