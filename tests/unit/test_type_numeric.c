#include "type/numeric_math.h"

#include <criterion/criterion.h>

/* Powers whose exponents or results are far outside what a double or an int tells; the expected texts are PostgreSQL's. */
static const struct {
    const char *base, *exponent, *power;
} powers[] = {
    {"1.0", "1e400", "1.0000000000000000"},
    {"1.0", "-1e400", "1.0000000000000000"},
    {"-1.0", "1000000000000001", "-1.0000000000000000"},
    {"-1.0", "1000000000000002", "1.0000000000000000"},
    {"-1.0", "100000000000000000001", "-1.0000000000000000"},
    {"1.0000000000000000000001", "1e20", "1.0100501670841680575422"},
    {"1.00000000000000000000000000000000000000000000000001", "1e20", "1.00000000000000000000000000000100000000000000000000"},
    {"1.00000000000000000000000000000000000000000000000001", "1e320", "value overflows numeric format"},
    {"10", "2147483700.5", "value overflows numeric format"},
    {"10.5", "6000.5", "value overflows numeric format"},
    {"1.0000001", "1000000000", "26881037012649238105056003014775037465638377.7515747256270721"},
    {"0.99999999", "2147483647", "0.0000000004716252"},
    {"-1.0000001", "1000000001", "-26881039700752939369979813520375338943142124.3154125007845447"},
    {"0.0", "1e400", "0.0000000000000000"},
    {"0.5", "2147483700.25", "0"},
    {"10", "-2147483700.25", "0"},
};

Test(numeric, powers_are_those_of_postgresql)
{
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
        struct number base, exponent, power;
        struct diag diag = {0};
        struct buf out = {0};
        number_init(&base);
        number_init(&exponent);
        number_init(&power);
        cr_assert(number_parse(&base, powers[i].base, strlen(powers[i].base), &diag));
        cr_assert(number_parse(&exponent, powers[i].exponent, strlen(powers[i].exponent), &diag));
        bool good = number_power(&power, &base, &exponent, &diag);
        if (good && number_sign(&power) == 0 && power.scale == NUMBER_DISPLAY_SCALE_MAX)
            number_round(&power, 0);
        if (good)
            number_format(&power, &out);
        cr_expect_str_eq(good ? buf_cstr(&out) : diag.message, powers[i].power);
        number_clear(&base);
        number_clear(&exponent);
        number_clear(&power);
        buf_deinit(&out);
        diag_clear(&diag);
    }
}

/* Stored texts read straight into integers; those that are too long or are no plain decimals are left to the general way. */
static const struct {
    const char *stored;
    bool fits;
    int64_t coefficient;
    int scale;
} shorts[] = {
    {"0", true, 0, 0},
    {"-7", true, -7, 0},
    {"0.05", true, 5, 2},
    {"1234567", true, 1234567, 0},
    {"12345678", true, 12345678, 0},
    {"1234567.89", true, 123456789, 2},
    {"-1234567.89", true, -123456789, 2},
    {"0.0000001", true, 1, 7},
    {"0.00000001", true, 1, 8},
    {"1.123456789", true, 1123456789, 9},
    {"12345.6789012345", true, 123456789012345, 10},
    {"123456789012345678", true, 123456789012345678, 0},
    {"-12345678901234567", true, -12345678901234567, 0},
    {"999999999999999.99", true, 99999999999999999, 2},
    {"1234567890123456789", false, 0, 0},
    {"NaN", false, 0, 0},
    {"Infinity", false, 0, 0},
    {"-Infinity", false, 0, 0},
    {"1.2.3", false, 0, 0},
    {"1234.5678.9", false, 0, 0},
    {"12.34.5678901", false, 0, 0},
    {"1.5e10", false, 0, 0},
    {"12345678:", false, 0, 0},
    {"12345/789", false, 0, 0},
};

Test(numeric, short_texts_are_read_at_once)
{
    for (size_t i = 0; i < sizeof shorts / sizeof *shorts; i++) {
        struct datum datum = datum_text(shorts[i].stored, strlen(shorts[i].stored));
        int64_t coefficient = 0;
        int scale = 0;
        bool fits = number_short(&datum, &coefficient, &scale);
        cr_expect_eq(fits, shorts[i].fits, "%s", shorts[i].stored);
        if (fits && shorts[i].fits)
            cr_expect(coefficient == shorts[i].coefficient && scale == shorts[i].scale, "%s", shorts[i].stored);
    }
}

Test(numeric, short_values_are_stored_with_their_scale)
{
    static const struct {
        int64_t coefficient;
        int scale;
        const char *stored;
    } cases[] = {{0, 0, "0"},     {0, 2, "0.00"},       {5, 2, "0.05"},
                 {-5, 1, "-0.5"}, {-1200, 2, "-12.00"}, {INT64_MIN, 3, "-9223372036854775.808"}};
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct datum stored = number_small_store(&arena, cases[i].coefficient, cases[i].scale);
        cr_expect(stored.len == strlen(cases[i].stored) && memcmp(stored.data, cases[i].stored, stored.len) == 0, "%s",
                  cases[i].stored);
    }
    struct datum large = number_small_store(&arena, (__int128) INT64_MAX * 1000000000000, 15);
    cr_expect(large.len == 32 && memcmp(large.data, "9223372036854775.807000000000000", 32) == 0, "%.*s", (int) large.len,
              large.data);
    arena_deinit(&arena);
}
