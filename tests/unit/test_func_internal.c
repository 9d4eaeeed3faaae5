#include "func/internal.h"

#include <criterion/criterion.h>

static struct type_settings settings = {.array_nulls = true};
static struct type_resolver resolver;
static struct func_env env = {.types = &settings, .resolver = &resolver};

/* Call one of lowering's functions over arguments of the given types. */
static bool call(func_scalar *function, int nargs, const oid_t *types, oid_t result_type, const struct datum *args,
                 struct datum *result, struct diag *diag)
{
    /* Reachable, and empty again at each call. */
    static struct arena arena;
    arena_deinit(&arena);
    const struct type_desc *descs[8];
    for (int i = 0; i < nargs; i++)
        descs[i] = type_builtin(types[i]);
    struct func_instance instance = {.nargs = nargs, .args = descs, .result = type_builtin(result_type), .typmod = -1};
    struct fcall fcall = {.env = &env, .inst = &instance, .arena = &arena, .diag = diag, .cache_arena = &arena};
    return function(&fcall, nargs, args, result);
}

Test(internal, rows_come_out_as_they_went_in)
{
    struct buf buf = {0};
    struct datum in[] = {datum_int(-7), datum_real(2.5), datum_cstr("naïve"), datum_null(), datum_blob("\0\1", 2)}, out[5];
    rowpack_begin(&buf, 5);
    for (int row = 0; row < 2; row++)
        for (int i = 0; i < 5; i++)
            rowpack_put(&buf, &in[i]);
    struct rowpack_reader reader;
    rowpack_open(&reader, buf.data, buf.len);
    for (int row = 0; row < 2; row++) {
        cr_assert(rowpack_next(&reader, out, 5));
        cr_assert_eq(out[0].i, -7);
        cr_assert_eq(out[1].r, 2.5);
        cr_assert_eq(memcmp(out[2].data, "naïve", 6), 0);
        cr_assert(datum_is_null(&out[3]));
        cr_assert_eq(out[4].len, 2);
    }
    cr_assert_not(rowpack_next(&reader, out, 5));
    buf_deinit(&buf);
}

Test(internal, rows_of_an_empty_value_are_none)
{
    struct rowpack_reader reader;
    struct datum out[1];
    rowpack_open(&reader, NULL, 0);
    cr_assert_not(rowpack_next(&reader, out, 1));
}

Test(internal, greatest_and_least_skip_nulls)
{
    struct datum args[] = {datum_int(3), datum_null(), datum_int(9)}, result;
    struct diag diag = {0};
    cr_assert(call(internal_greatest, 3, (oid_t[]){INT4_OID, INT4_OID, INT4_OID}, INT4_OID, args, &result, &diag));
    cr_assert_eq(result.i, 9);
    cr_assert(call(internal_least, 3, (oid_t[]){INT4_OID, INT4_OID, INT4_OID}, INT4_OID, args, &result, &diag));
    cr_assert_eq(result.i, 3);
}

Test(internal, a_negative_limit_is_refused)
{
    struct datum arg = datum_int(-1), result;
    struct diag diag = {0};
    cr_assert_not(call(internal_limit, 1, (oid_t[]){INT8_OID}, INT8_OID, &arg, &result, &diag));
    cr_assert_str_eq(diag.sqlstate, "2201W");
    cr_assert_str_eq(diag.message, "LIMIT must not be negative");
    diag_clear(&diag);
}

Test(internal, subscripts_reach_elements)
{
    struct {
        const char *array;
        int index;
        int expected; /* 0: NULL */
    } cases[] = {{"[10,20,30]", 2, 20}, {"[10,20,30]", 4, 0}, {"[10,20,30]", 0, 0}, {"{\"lbs\":[5],\"a\":[10,20]}", 6, 20}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct datum args[] = {datum_cstr(cases[i].array), datum_int(cases[i].index)}, result;
        struct diag diag = {0};
        cr_assert(call(internal_subscript, 2, (oid_t[]){1007, INT4_OID}, INT4_OID, args, &result, &diag));
        cr_assert_eq(datum_is_null(&result) ? 0 : result.i, cases[i].expected, "%s[%d]", cases[i].array, cases[i].index);
    }
}

Test(internal, text_becomes_a_number_through_its_text_form)
{
    struct datum arg = datum_cstr(" 42 "), result;
    struct diag diag = {0};
    cr_assert(call(internal_io_cast, 1, (oid_t[]){TEXT_OID}, INT4_OID, &arg, &result, &diag));
    cr_assert_eq(result.i, 42);
    arg = datum_cstr("x");
    cr_assert_not(call(internal_io_cast, 1, (oid_t[]){TEXT_OID}, INT4_OID, &arg, &result, &diag));
    cr_assert_str_eq(diag.message, "invalid input syntax for type integer: \"x\"");
    diag_clear(&diag);
}
