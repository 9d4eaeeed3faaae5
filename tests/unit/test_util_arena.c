#include "util/arena.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(arena, gives_aligned_memory_of_any_size)
{
    struct arena arena;
    arena_init(&arena);
    for (size_t size = 1; size < 100000; size = size * 3 + 1) {
        char *memory = arena_alloc(&arena, size);
        cr_assert_eq((uintptr_t) memory % 16, 0);
        memset(memory, 0xAA, size);
    }
    arena_deinit(&arena);
}

Test(arena, reuses_its_block_after_a_reset)
{
    struct arena arena;
    arena_init(&arena);
    char *first = arena_strdup(&arena, "first");
    for (int i = 0; i < 1000; i++)
        arena_alloc(&arena, 100);
    arena_reset(&arena);
    char *after = arena_alloc(&arena, 8);
    arena_reset(&arena);
    cr_assert_eq(arena_alloc(&arena, 8), after, "the same block serves again");
    cr_assert_not_null(first);
    arena_deinit(&arena);
}

Test(arena, does_not_keep_an_outsized_block)
{
    struct arena arena;
    arena_init(&arena);
    arena_alloc(&arena, 10000000);
    arena_reset(&arena);
    cr_assert_null(arena.blocks);
}

Test(arena, formats)
{
    struct arena arena;
    arena_init(&arena);
    cr_assert_str_eq(arena_printf(&arena, "%s-%d", "x", 42), "x-42");
    cr_assert_str_eq(arena_strndup(&arena, "abcdef", 3), "abc");
    arena_deinit(&arena);
}
