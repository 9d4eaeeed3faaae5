#include "func/instance.h"

#include <criterion/criterion.h>

static const struct func_impl typed = {.source = "sum(float8)", .form = FUNC_AGGREGATE, .flags = FUNC_TYPED};
static const struct func_impl untyped = {.source = "int4pl", .form = FUNC_SCALAR};

Test(func_instance, names_carry_types)
{
    static const struct {
        const struct func_impl *impl;
        int nargs;
        oid_t result;
        int32_t typmod;
        const char *collation, *name;
    } cases[] = {
        {&untyped, 2, 23, -1, NULL, "int4pl"},
        {&typed, 0, 701, -1, NULL, "sum(float8):>701"},
        {&typed, 1, 701, -1, NULL, "sum(float8):701>701"},
        {&typed, 2, 701, 7, "type:16400", "sum(float8):701,25>701/7@type:16400"},
    };
    static const oid_t args[] = {701, 25};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf name = {0};
        func_instance_name(cases[i].impl, cases[i].nargs, args, cases[i].result, cases[i].typmod, cases[i].collation, &name);
        cr_expect_str_eq(buf_cstr(&name), cases[i].name);
        buf_deinit(&name);
    }
}

Test(func_instance, names_are_read_back)
{
    struct arena arena;
    struct diag diag = {0};
    struct func_instance instance;
    arena_init(&arena);
    cr_assert(func_instance_parse("sum(float8):701,25>701/7@type:16400", NULL, &arena, &instance, &diag));
    cr_assert_str_eq(instance.impl->source, "sum(float8)");
    cr_assert_eq(instance.nargs, 2);
    cr_assert_eq(instance.args[1]->oid, 25);
    cr_assert_eq(instance.result->oid, 701);
    cr_assert_eq(instance.typmod, 7);
    cr_assert_str_eq(instance.collation, "type:16400");
    cr_assert(func_instance_parse("int4pl", NULL, &arena, &instance, &diag));
    cr_assert_not(func_instance_parse("no_such", NULL, &arena, &instance, &diag));
    cr_assert_not(diag_is_set(&diag));
    cr_assert_not(func_instance_parse("sum(float8):99999999>701", NULL, &arena, &instance, &diag));
    cr_assert_str_eq(diag.sqlstate, ERRCODE_UNDEFINED_OBJECT);
    diag_clear(&diag);
    arena_deinit(&arena);
}
