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
