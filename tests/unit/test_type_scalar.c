#include "type/type.h"

#include <criterion/criterion.h>

/* A value read and written again; the expected texts and messages are PostgreSQL's. */
static const struct {
    oid_t type;
    int32_t typmod;
    const char *in, *out;
} cases[] = {
    {BOOL_OID, -1, " tru ", "t"},
    {BOOL_OID, -1, "o", "invalid input syntax for type boolean: \"o\""},
    {INT4_OID, -1, " -12 ", "-12"},
    {INT4_OID, -1, "99999999999", "value \"99999999999\" is out of range for type integer"},
    {INT2_OID, -1, "abc", "invalid input syntax for type smallint: \"abc\""},
    {OID_OID, -1, "-1", "4294967295"},
    {FLOAT8_OID, -1, "1e15", "1e+15"},
    {FLOAT8_OID, -1, "123456789012345", "123456789012345"},
    {FLOAT8_OID, -1, "5e-324", "5e-324"},
    {FLOAT8_OID, -1, "1e400", "\"1e400\" is out of range for type double precision"},
    {FLOAT4_OID, -1, "16777216", "1.6777216e+07"},
    {NUMERIC_OID, -1, "1e-5", "0.00001"},
    {NUMERIC_OID, -1, "1.2.3", "invalid input syntax for type numeric: \"1.2.3\""},
    {NUMERIC_OID, (4 << 16 | 2) + 4, "12.345", "12.35"},
    {NUMERIC_OID, (4 << 16 | 2) + 4, "123.45", "numeric field overflow"},
    {VARCHAR_OID, 3 + 4, "abc  ", "abc"},
    {VARCHAR_OID, 3 + 4, "abcd", "value too long for type character varying(3)"},
    {BPCHAR_OID, 4 + 4, "ab", "ab  "},
    {BYTEA_OID, -1, "ab\\000", "\\x616200"},
    {UUID_OID, -1, "{A0EEBC99-9c0b4ef8-bb6d6bb9-bd380a11}", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {VARBIT_OID, -1, "x1F", "00011111"},
    {MONEY_OID, -1, "-1234567.895", "-$1,234,567.90"},
    {JSONB_OID, -1, "{\"bb\":1, \"a\":[1,2.50,1e3], \"a\":null}", "{\"a\": null, \"bb\": 1}"},
    {JSON_OID, -1, "{\"a\":1", "invalid input syntax for type json"},
    {INT2VECTOR_OID, -1, "1 2 -3", "1 2 -3"},
};

Test(type, values_read_and_print_as_in_postgresql)
{
    static const struct type_settings settings = {.extra_float_digits = 1};
    static const struct type_resolver resolver = {0};
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct type_io io = {type_builtin(cases[i].type), cases[i].typmod, &settings, &resolver, &arena};
        struct datum value;
        struct diag diag = {0};
        struct buf out = {0};
        bool good = type_in(&io, cases[i].in, strlen(cases[i].in), &value, &diag) && type_out(&io, &value, &out, &diag);
        cr_expect_str_eq(good ? buf_cstr(&out) : diag.message, cases[i].out);
        buf_deinit(&out);
        diag_clear(&diag);
    }
    arena_deinit(&arena);
}

Test(type, names_are_those_of_format_type)
{
    static const struct {
        oid_t type;
        int32_t typmod;
        const char *name;
    } names[] = {{INT4_OID, -1, "integer"},
                 {VARCHAR_OID, 14, "character varying(10)"},
                 {BPCHAR_OID, -1, "character"},
                 {BPCHAR_OID, TYPMOD_ABSENT, "bpchar"},
                 {NUMERIC_OID, (10 << 16 | 2) + 4, "numeric(10,2)"},
                 {0, -1, "-"},
                 {1000000, -1, "???"},
                 {OIDVECTOR_OID, -1, "oidvector"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buf out = {0};
        type_format(NULL, names[i].type, names[i].typmod, &out);
        cr_expect_str_eq(buf_cstr(&out), names[i].name);
        buf_deinit(&out);
    }
}
