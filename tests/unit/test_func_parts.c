#include "func/internal.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Elements, slices and fields: read, and put in the place of others. */

static struct type_settings settings = {.array_nulls = true};
static struct type_resolver resolver;
static struct func_env env = {.types = &settings, .resolver = &resolver};

struct step {
    const char *array;      /* stored; NULL: SQL's NULL */
    const char *value;      /* stored; a number for an element */
    const char *subscripts; /* "1 3", "-" where a bound is left out */
    const char *expected;   /* stored, or the SQLSTATE */
};

static struct datum text_or_null(const char *text)
{
    return text ? datum_cstr(text) : datum_null();
}

static int read_subscripts(const char *text, struct datum *out)
{
    int count = 0;
    while (*text) {
        char *end;
        if (*text == '-' && (text[1] == ' ' || !text[1])) {
            out[count++] = datum_cstr("absent");
            text++;
        } else {
            out[count++] = datum_int(strtol(text, &end, 10));
            text = end;
        }
        while (*text == ' ')
            text++;
    }
    return count;
}

static void check(func_scalar *function, const struct step *step, bool element, bool assigns)
{
    struct arena arena;
    struct diag diag = {0};
    struct datum args[16], result = datum_null();
    const struct type_desc *types[16];
    int nargs = 0;
    arena_init(&arena);
    args[nargs++] = text_or_null(step->array);
    if (assigns)
        args[nargs++] = element ? datum_int(atoi(step->value)) : text_or_null(step->value);
    nargs += read_subscripts(step->subscripts, args + nargs);
    for (int i = 0; i < nargs; i++)
        types[i] = type_builtin(i == 0 || (i == 1 && assigns && !element) ? INT4_ARRAY_OID : INT4_OID);
    struct func_instance instance = {
        .nargs = nargs, .args = types, .result = type_builtin(assigns || !element ? INT4_ARRAY_OID : INT4_OID), .typmod = -1};
    struct fcall call = {.env = &env, .inst = &instance, .arena = &arena, .diag = &diag, .cache_arena = &arena};
    bool done = function(&call, nargs, args, &result);
    const char *got = !done                       ? diag.sqlstate
                      : result.kind == DATUM_TEXT ? arena_strndup(&arena, result.data, result.len)
                      : result.kind == DATUM_INT  ? arena_printf(&arena, "%lld", (long long) result.i)
                                                  : "NULL";
    cr_assert_str_eq(got, step->expected, "%s [%s]: %s, not %s", step->array, step->subscripts, got, step->expected);
    diag_clear(&diag);
    arena_deinit(&arena);
}

Test(parts, elements_are_read)
{
    static const struct step steps[] = {
        {"[1,2,3]", NULL, "2", "2"},
        {"[1,2,3]", NULL, "0", "NULL"},
        {"[1,2,3]", NULL, "4", "NULL"},
        {"[1,null]", NULL, "2", "NULL"},
        {"[[1,2],[3,4]]", NULL, "2 1", "3"},
        {"[[1,2],[3,4]]", NULL, "1", "NULL"},
        {"{\"lbs\":[0],\"a\":[7,8]}", NULL, "0", "7"},
        {NULL, NULL, "1", "NULL"},
        {"[]", NULL, "1", "NULL"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        check(internal_subscript, &steps[i], true, false);
}

Test(parts, slices_are_read)
{
    static const struct step steps[] = {
        {"[1,2,3,4]", NULL, "2 3", "[2,3]"},
        {"[1,2,3,4]", NULL, "- 2", "[1,2]"},
        {"[1,2,3,4]", NULL, "3 -", "[3,4]"},
        {"[1,2,3]", NULL, "3 2", "[]"},
        {"[1,2,3]", NULL, "5 9", "[]"},
        {"[[1,2],[3,4]]", NULL, "1 2 2 2", "[[2],[4]]"},
        {"[[1,2],[3,4]]", NULL, "2 2", "[[3,4]]"},
        {"[1,2]", NULL, "1 2 1 1", "[]"},
        {"{\"lbs\":[0],\"a\":[7,8]}", NULL, "- -", "[7,8]"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        check(internal_slice, &steps[i], false, false);
}

Test(parts, elements_are_assigned)
{
    static const struct step steps[] = {
        {"[1,2,3]", "9", "2", "[1,9,3]"},
        {"[1]", "9", "3", "[1,null,9]"},
        {"[1]", "9", "-1", "{\"lbs\":[-1],\"a\":[9,null,1]}"},
        {NULL, "9", "1", "[9]"},
        {"[]", "9", "4", "{\"lbs\":[4],\"a\":[9]}"},
        {"[[1,2],[3,4]]", "9", "2 1", "[[1,2],[9,4]]"},
        {"[[1,2],[3,4]]", "9", "3 1", ERRCODE_ARRAY_SUBSCRIPT_ERROR},
        {"[1,2]", "9", "1 1", ERRCODE_ARRAY_SUBSCRIPT_ERROR},
        {"[1]", "9", "2147483647", ERRCODE_PROGRAM_LIMIT_EXCEEDED},
        {"[1]", "9", "200000000", ERRCODE_PROGRAM_LIMIT_EXCEEDED},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        check(internal_subscript_set, &steps[i], true, true);
}

Test(parts, slices_are_assigned)
{
    static const struct step steps[] = {
        {"[1,2,3]", "[8,9]", "2 3", "[1,8,9]"},
        {"[1,2]", "[8,9]", "4 5", "[1,2,null,8,9]"},
        {"[1,2,3]", "[8,9,7,6]", "1 2", "[8,9,3]"},
        {NULL, "[8,9]", "2 3", "{\"lbs\":[2],\"a\":[8,9]}"},
        {"[1,2]", NULL, "1 2", "[1,2]"},
        {"[[1,2],[3,4]]", "[8,9]", "1 2 2 2", "[[1,8],[3,9]]"},
        {"[1,2]", "[8]", "1 2", ERRCODE_ARRAY_SUBSCRIPT_ERROR},
        {"[1,2]", "[8]", "2 1", ERRCODE_ARRAY_SUBSCRIPT_ERROR},
        {"[]", "[8]", "- 1", ERRCODE_ARRAY_SUBSCRIPT_ERROR},
        {"[[1,2],[3,4]]", "[8,9]", "1 3 2 2", ERRCODE_ARRAY_SUBSCRIPT_ERROR},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        check(internal_slice_set, &steps[i], false, true);
}

Test(parts, a_record_tells_its_types_and_names)
{
    struct arena arena;
    struct diag diag = {0};
    struct datum args[] = {datum_cstr("[\"n\",\"t\"]"), datum_int(1), datum_cstr("a")}, row, field;
    const struct type_desc *types[] = {type_builtin(TEXT_ARRAY_OID), type_builtin(INT4_OID), type_builtin(TEXT_OID)};
    arena_init(&arena);
    struct func_instance instance = {.nargs = 3, .args = types, .result = type_builtin(RECORD_OID), .typmod = -1};
    struct fcall call = {.env = &env, .inst = &instance, .arena = &arena, .diag = &diag, .cache_arena = &arena};
    cr_assert(internal_named_row(&call, 3, args, &row));
    cr_assert_str_eq(arena_strndup(&arena, row.data, row.len), "{\"t\":[23,25],\"n\":[\"n\",\"t\"],\"r\":[1,\"a\"]}");
    const struct type_desc *field_types[] = {type_builtin(RECORD_OID), type_builtin(INT4_OID)};
    struct datum field_args[] = {row, datum_int(2)};
    instance = (struct func_instance){.nargs = 2, .args = field_types, .result = type_builtin(TEXT_OID), .typmod = -1};
    cr_assert(internal_field(&call, 2, field_args, &field));
    cr_assert_eq(field.len, 1);
    cr_assert_eq(field.data[0], 'a');
    arena_deinit(&arena);
}
