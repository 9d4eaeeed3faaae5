#include "func/func.h"
#include "type/numeric.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Sizes for people: "12 kB", written and read. */

static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
enum { UNITS = sizeof units / sizeof *units, LIMIT = 10 * 1024 };

static bool size_pretty(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    int64_t size = args[0].i;
    for (int unit = 0;; unit++) {
        /* From kB on the number has one bit more than shown, for rounding. */
        bool rounded = unit > 0;
        int64_t limit = rounded ? 2 * LIMIT - 1 : LIMIT;
        if ((size < limit && size > -limit) || unit == UNITS - 1) {
            if (rounded)
                size = (size + (size > 0) - (size < 0)) / 2;
            *result = datum_cstr(arena_printf(call->arena, "%lld %s", (long long) size, units[unit]));
            return true;
        }
        size /= rounded ? 1 << 10 : 1 << 9;
    }
}

/* size = size / 2^bits, cut; an infinity or NaN stays. */
static void shift_right(struct number *size, int bits)
{
    if (size->kind != NUMBER_FINITE)
        return;
    number_truncate(size, 0);
    mpz_tdiv_q_2exp(size->coefficient, size->coefficient, (mp_bitcnt_t) bits);
}

static bool size_pretty_numeric(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct number size, absolute, limit;
    int unit = 0;
    number_init(&size);
    number_init(&absolute);
    number_init(&limit);
    number_load(&size, &args[0]);
    for (;; unit++) {
        number_set(&absolute, &size);
        mpz_abs(absolute.coefficient, absolute.coefficient);
        number_set_int(&limit, unit ? 2 * LIMIT - 1 : LIMIT);
        bool small = absolute.kind == NUMBER_FINITE && number_compare(&absolute, &limit) < 0;
        if (small || unit == UNITS - 1)
            break;
        shift_right(&size, unit ? 10 : 9);
    }
    if (unit && size.kind == NUMBER_FINITE) {
        /* The bit too many rounds away from zero. */
        if (number_sign(&size) > 0)
            mpz_add_ui(size.coefficient, size.coefficient, 1);
        else if (number_sign(&size) < 0)
            mpz_sub_ui(size.coefficient, size.coefficient, 1);
        shift_right(&size, 1);
    }
    struct buf out = {0};
    number_format(&size, &out);
    buf_printf(&out, " %s", units[unit]);
    *result = datum_text(arena_strndup(call->arena, out.data, out.len), out.len);
    buf_deinit(&out);
    number_clear(&size);
    number_clear(&absolute);
    number_clear(&limit);
    return true;
}

static const char *skip_digits(const char *at, const char *end, bool *any)
{
    for (; at < end && isdigit((unsigned char) *at); at++)
        *any = true;
    return at;
}

/* The end of a number at the start of the text: sign, digits, fraction, and an exponent when it has digits. */
static const char *number_end(const char *at, const char *end, bool *any)
{
    *any = false;
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    at = skip_digits(at, end, any);
    if (at < end && *at == '.')
        at = skip_digits(at + 1, end, any);
    if (*any && at < end && (*at == 'e' || *at == 'E')) {
        bool digits = false;
        const char *exponent = at + 1 < end && (at[1] == '-' || at[1] == '+') ? at + 2 : at + 1;
        exponent = skip_digits(exponent, end, &digits);
        at = digits ? exponent : at;
    }
    return at;
}

static bool invalid_size(struct fcall *call, const struct datum *text)
{
    return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid size: \"%.*s\"", (int) text->len, text->data);
}

/* Powers of two that a unit stands for; -1 after a report. */
static int unit_bits(struct fcall *call, const struct datum *text, const char *at, size_t len)
{
    for (int unit = 0; unit < UNITS; unit++)
        if (strlen(units[unit]) == len && strncasecmp(units[unit], at, len) == 0)
            return unit * 10;
    invalid_size(call, text);
    diag_detail(call->diag, "Invalid size unit: \"%.*s\".", (int) len, at);
    diag_hint(call->diag, "Valid units are \"bytes\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".");
    return -1;
}

static bool size_bytes(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    bool any;
    int bits = 0;
    const char *at = args[0].data, *end = at + args[0].len;
    while (at < end && isspace((unsigned char) *at))
        at++;
    const char *unit = number_end(at, end, &any);
    struct datum digits = datum_text(at, (size_t) (unit - at));
    if (!any)
        return invalid_size(call, &args[0]);
    while (unit < end && isspace((unsigned char) *unit))
        unit++;
    while (end > unit && isspace((unsigned char) end[-1]))
        end--;
    if (unit < end && (bits = unit_bits(call, &args[0], unit, (size_t) (end - unit))) < 0)
        return false;
    struct number size;
    int64_t bytes = 0;
    number_init(&size);
    bool good = number_parse(&size, digits.data, digits.len, call->diag);
    if (good) {
        mpz_mul_2exp(size.coefficient, size.coefficient, (mp_bitcnt_t) bits);
        good = number_int64(&size, &bytes) || diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "bigint out of range");
    }
    number_clear(&size);
    *result = datum_int(bytes);
    return good;
}

const struct func_impl func_impls_size[] = {
    SCALAR("pg_size_pretty", size_pretty),
    SCALAR("pg_size_pretty_numeric", size_pretty_numeric),
    SCALAR("pg_size_bytes", size_bytes),
    {0},
};
