#include "func/func.h"
#include "type/codecs.h"
#include "type/numeric.h"

#include <math.h>

/* Money is cents. */

static bool out_of_range(struct fcall *call, const char *name)
{
    return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range", name);
}

static bool give(struct fcall *call, double cents, struct datum *result)
{
    cents = rint(cents);
    if (isnan(cents) || cents < -9223372036854775808.0 || cents >= 9223372036854775808.0)
        return out_of_range(call, "money");
    *result = datum_int((int64_t) cents);
    return true;
}

static bool cash_mul_float(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return give(call, (double) args[0].i * float_datum(&args[1]), result);
}

static bool float_mul_cash(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return give(call, float_datum(&args[0]) * (double) args[1].i, result);
}

static bool division_by_zero(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_DIVISION_BY_ZERO, "division by zero");
}

static bool cash_div_float(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    double divisor = float_datum(&args[1]);
    return divisor == 0 ? division_by_zero(call) : give(call, (double) args[0].i / divisor, result);
}

static bool cash_div_int(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[1].i == 0)
        return division_by_zero(call);
    if (args[1].i == -1 && args[0].i == INT64_MIN)
        return out_of_range(call, "money");
    *result = datum_int(args[0].i / args[1].i);
    return true;
}

static bool cash_div_cash(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[1].i == 0)
        return division_by_zero(call);
    *result = float_make((double) args[0].i / (double) args[1].i);
    return true;
}

static bool cash_pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_int(0);
    return !__builtin_add_overflow(args[0].i, args[1].i, &result->i) || out_of_range(call, "money");
}

static bool cash_mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_int(0);
    return !__builtin_sub_overflow(args[0].i, args[1].i, &result->i) || out_of_range(call, "money");
}

static bool cash_mul_int(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_int(0);
    return !__builtin_mul_overflow(args[0].i, args[1].i, &result->i) || out_of_range(call, "money");
}

static bool int_cash(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_int(0);
    return !__builtin_mul_overflow(args[0].i, 100, &result->i) || out_of_range(call, "bigint");
}

static bool numeric_cash(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct number number, hundred;
    int64_t cents = 0;
    number_init(&number);
    number_init(&hundred);
    number_load(&number, &args[0]);
    enum number_kind kind = number.kind;
    number_set_int(&hundred, 100);
    number_multiply(&number, &number, &hundred);
    bool fits = number_int64(&number, &cents);
    number_clear(&number);
    number_clear(&hundred);
    *result = datum_int(cents);
    if (kind != NUMBER_FINITE)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot convert %s to bigint",
                        kind == NUMBER_NAN ? "NaN" : "infinity");
    return fits || out_of_range(call, "bigint");
}

static bool cash_numeric(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = number_small_store(call->arena, args[0].i, 2);
    return true;
}

/* ---- in words ---- */

/* 0 to 999. */
static void put_words(struct buf *out, int number)
{
    static const char *const small[] = {"zero",     "one",     "two",     "three",     "four",     "five",    "six",
                                        "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
                                        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
    static const char *const tens[] = {"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
    int rest = number % 100;
    if (number > 99)
        buf_printf(out, "%s hundred%s", small[number / 100], rest == 0 ? "" : rest < 20 ? " and " : " ");
    if (number > 99 && rest == 0)
        return;
    if (rest < 20)
        buf_puts(out, small[rest]);
    else if (rest % 10 == 0)
        buf_puts(out, tens[rest / 10]);
    else
        buf_printf(out, "%s %s", tens[rest / 10], small[rest % 10]);
}

static bool cash_words(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    static const struct {
        int64_t size;
        const char *name;
    } groups[] = {{1000000000000000, " quadrillion "},
                  {1000000000000, " trillion "},
                  {1000000000, " billion "},
                  {1000000, " million "},
                  {1000, " thousand "},
                  {1, ""}};
    struct buf out = {0};
    (void) nargs;
    uint64_t cents = args[0].i < 0 ? 0 - (uint64_t) args[0].i : (uint64_t) args[0].i, dollars = cents / 100;
    if (args[0].i < 0)
        buf_puts(&out, "minus ");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        int group = (int) (dollars / (uint64_t) groups[i].size % 1000);
        if (group == 0)
            continue;
        put_words(&out, group);
        buf_puts(&out, groups[i].name);
    }
    if (dollars == 0)
        buf_puts(&out, "zero");
    buf_puts(&out, dollars == 1 ? " dollar and " : " dollars and ");
    put_words(&out, (int) (cents % 100));
    buf_puts(&out, cents % 100 == 1 ? " cent" : " cents");
    out.data[0] = (char) (out.data[0] - 'a' + 'A');
    *result = datum_text(arena_strndup(call->arena, out.data, out.len), out.len);
    buf_deinit(&out);
    return true;
}

const struct func_impl func_impls_money[] = {
    SCALAR("cash_words", cash_words),
    SCALAR("cash_pl", cash_pl),
    SCALAR("cash_mi", cash_mi),
    SCALAR("cash_mul_int2", cash_mul_int),
    SCALAR("cash_mul_int4", cash_mul_int),
    SCALAR("cash_mul_int8", cash_mul_int),
    SCALAR("int2_mul_cash", cash_mul_int),
    SCALAR("int4_mul_cash", cash_mul_int),
    SCALAR("int8_mul_cash", cash_mul_int),
    SCALAR("cash_mul_flt4", cash_mul_float),
    SCALAR("cash_mul_flt8", cash_mul_float),
    SCALAR("flt4_mul_cash", float_mul_cash),
    SCALAR("flt8_mul_cash", float_mul_cash),
    SCALAR("cash_div_int2", cash_div_int),
    SCALAR("cash_div_int4", cash_div_int),
    SCALAR("cash_div_int8", cash_div_int),
    SCALAR("cash_div_flt4", cash_div_float),
    SCALAR("cash_div_flt8", cash_div_float),
    SCALAR("cash_div_cash", cash_div_cash),
    NATIVE("cash_cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("cashlarger", "max(%1, %2)"),
    NATIVE("cashsmaller", "min(%1, %2)"),
    SCALAR("int4_cash", int_cash),
    SCALAR("int8_cash", int_cash),
    SCALAR("numeric_cash", numeric_cash),
    SCALAR("cash_numeric", cash_numeric),
    {0},
};
