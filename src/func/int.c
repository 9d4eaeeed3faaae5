#include "func/func.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

/* Integer arithmetic: PostgreSQL reports overflow where SQLite would turn to floating point. Comparisons mean the same in both. */

static bool out_of_range(struct fcall *call, int bits)
{
    return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range",
                    bits == 16   ? "smallint"
                    : bits == 32 ? "integer"
                                 : "bigint");
}

static bool fits(int64_t value, int bits)
{
    return bits == 64 || (value >= -((int64_t) 1 << (bits - 1)) && value < (int64_t) 1 << (bits - 1));
}

static bool division_by_zero(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_DIVISION_BY_ZERO, "division by zero");
}

/* A result of `bits` bits. */
static bool give(struct fcall *call, bool overflowed, int64_t value, int bits, struct datum *result)
{
    if (overflowed || !fits(value, bits))
        return out_of_range(call, bits);
    *result = datum_int(value);
    return true;
}

static bool add(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    int64_t value;
    bool overflowed = __builtin_add_overflow(args[0].i, args[1].i, &value);
    return give(call, overflowed, value, bits, result);
}

static bool subtract(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    int64_t value;
    bool overflowed = __builtin_sub_overflow(args[0].i, args[1].i, &value);
    return give(call, overflowed, value, bits, result);
}

static bool multiply(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    int64_t value;
    bool overflowed = __builtin_mul_overflow(args[0].i, args[1].i, &value);
    return give(call, overflowed, value, bits, result);
}

static bool divide(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    if (args[1].i == 0)
        return division_by_zero(call);
    if (args[1].i == -1)
        return give(call, args[0].i == INT64_MIN, args[0].i == INT64_MIN ? 0 : -args[0].i, bits, result);
    return give(call, false, args[0].i / args[1].i, bits, result);
}

static bool modulo(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    if (args[1].i == 0)
        return division_by_zero(call);
    return give(call, false, args[1].i == -1 ? 0 : args[0].i % args[1].i, bits, result);
}

static bool negate(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    return give(call, args[0].i == INT64_MIN, args[0].i == INT64_MIN ? 0 : -args[0].i, bits, result);
}

static bool absolute(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    if (args[0].i < 0)
        return negate(call, args, bits, result);
    *result = args[0];
    return true;
}

static bool narrow(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    return give(call, false, args[0].i, bits, result);
}

static bool increment(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    int64_t value;
    bool overflowed = __builtin_add_overflow(args[0].i, 1, &value);
    return give(call, overflowed, value, bits, result);
}

static bool gcd(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    uint64_t a = args[0].i < 0 ? 0 - (uint64_t) args[0].i : (uint64_t) args[0].i;
    uint64_t b = args[1].i < 0 ? 0 - (uint64_t) args[1].i : (uint64_t) args[1].i;
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return give(call, a > INT64_MAX, (int64_t) a, bits, result);
}

static bool lcm(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    struct datum divisor = datum_int(1);
    if (args[0].i == 0 || args[1].i == 0)
        return give(call, false, 0, bits, result);
    if (!gcd(call, args, bits, &divisor))
        return false;
    int64_t value;
    bool overflowed = __builtin_mul_overflow(args[0].i / divisor.i, args[1].i, &value) || value == INT64_MIN;
    return give(call, overflowed, overflowed ? 0 : llabs(value), bits, result);
}

/* Shifts take the distance modulo the width, as the machine does. */
static bool shift_left(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    (void) call;
    if (bits == 16)
        *result = datum_int((int16_t) ((uint32_t) args[0].i << (args[1].i & 31)));
    else if (bits == 32)
        *result = datum_int((int32_t) ((uint32_t) args[0].i << (args[1].i & 31)));
    else
        *result = datum_int((int64_t) ((uint64_t) args[0].i << (args[1].i & 63)));
    return true;
}

static bool shift_right(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    (void) call;
    *result = datum_int(args[0].i >> (args[1].i & (bits == 64 ? 63 : 31)));
    return true;
}

static bool bit_xor(struct fcall *call, const struct datum *args, int bits, struct datum *result)
{
    (void) call;
    (void) bits;
    *result = datum_int(args[0].i ^ args[1].i);
    return true;
}

static bool to_oid(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[0].i < 0 || args[0].i > UINT32_MAX)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "OID out of range");
    *result = args[0];
    return true;
}

static bool hex_digits(struct fcall *call, uint64_t value, struct datum *result)
{
    *result = datum_cstr(arena_printf(call->arena, "%" PRIx64, value));
    return true;
}

static bool to_hex32(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return hex_digits(call, (uint32_t) args[0].i, result);
}

static bool to_hex64(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return hex_digits(call, (uint64_t) args[0].i, result);
}

static bool i4tochar(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[0].i < -128 || args[0].i > 127)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "\"char\" out of range");
    uint8_t byte = (uint8_t) args[0].i;
    *result = byte == 0    ? datum_text("", 0)
              : byte < 128 ? datum_text(arena_strndup(call->arena, (const char *) &byte, 1), 1)
                           : datum_cstr(arena_printf(call->arena, "\\%03o", byte));
    return true;
}

static bool chartoi4(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    (void) call;
    const struct datum *c = &args[0];
    int value = c->len == 0 ? 0 : c->data[0];
    if (c->len == 4)
        value = (int8_t) ((c->data[1] - '0') << 6 | (c->data[2] - '0') << 3 | (c->data[3] - '0'));
    *result = datum_int(value);
    return true;
}

/* in_range for RANGE frames: value compared with base -/+ offset. */
static bool in_range(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[2].i < 0)
        return diag_set(call->diag, ERRCODE_INVALID_PRECEDING_OR_FOLLOWING_SIZE,
                        "invalid preceding or following size in window function");
    __int128 bound = args[3].i ? (__int128) args[1].i - args[2].i : (__int128) args[1].i + args[2].i;
    *result = datum_bool(args[4].i ? args[0].i <= bound : args[0].i >= bound);
    return true;
}

static bool int2pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return add(call, args, 16, result);
}

static bool int2mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return subtract(call, args, 16, result);
}

static bool int2mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return multiply(call, args, 16, result);
}

static bool int2div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return divide(call, args, 16, result);
}

static bool int4pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return add(call, args, 32, result);
}

static bool int4mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return subtract(call, args, 32, result);
}

static bool int4mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return multiply(call, args, 32, result);
}

static bool int4div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return divide(call, args, 32, result);
}

static bool int8pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return add(call, args, 64, result);
}

static bool int8mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return subtract(call, args, 64, result);
}

static bool int8mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return multiply(call, args, 64, result);
}

static bool int8div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return divide(call, args, 64, result);
}

static bool int24pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return add(call, args, 32, result);
}

static bool int24mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return subtract(call, args, 32, result);
}

static bool int24mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return multiply(call, args, 32, result);
}

static bool int24div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return divide(call, args, 32, result);
}

static bool int42pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return add(call, args, 32, result);
}

static bool int42mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return subtract(call, args, 32, result);
}

static bool int42mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return multiply(call, args, 32, result);
}

static bool int42div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return divide(call, args, 32, result);
}

static bool int28pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return add(call, args, 64, result);
}

static bool int28mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return subtract(call, args, 64, result);
}

static bool int28mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return multiply(call, args, 64, result);
}

static bool int28div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return divide(call, args, 64, result);
}

static bool int82pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return add(call, args, 64, result);
}

static bool int82mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return subtract(call, args, 64, result);
}

static bool int82mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return multiply(call, args, 64, result);
}

static bool int82div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return divide(call, args, 64, result);
}

static bool int48pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return add(call, args, 64, result);
}

static bool int48mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return subtract(call, args, 64, result);
}

static bool int48mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return multiply(call, args, 64, result);
}

static bool int48div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return divide(call, args, 64, result);
}

static bool int84pl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return add(call, args, 64, result);
}

static bool int84mi(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return subtract(call, args, 64, result);
}

static bool int84mul(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return multiply(call, args, 64, result);
}

static bool int84div(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return divide(call, args, 64, result);
}

static bool int2mod(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return modulo(call, args, 16, result);
}

static bool int2um(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return negate(call, args, 16, result);
}

static bool int2abs(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return absolute(call, args, 16, result);
}

static bool int2shl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return shift_left(call, args, 16, result);
}

static bool int2shr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return shift_right(call, args, 16, result);
}

static bool int2xor(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return bit_xor(call, args, 16, result);
}

static bool int4mod(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return modulo(call, args, 32, result);
}

static bool int4um(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return negate(call, args, 32, result);
}

static bool int4abs(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return absolute(call, args, 32, result);
}

static bool int4shl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return shift_left(call, args, 32, result);
}

static bool int4shr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return shift_right(call, args, 32, result);
}

static bool int4xor(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return bit_xor(call, args, 32, result);
}

static bool int8mod(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return modulo(call, args, 64, result);
}

static bool int8um(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return negate(call, args, 64, result);
}

static bool int8abs(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return absolute(call, args, 64, result);
}

static bool int8shl(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return shift_left(call, args, 64, result);
}

static bool int8shr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return shift_right(call, args, 64, result);
}

static bool int8xor(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return bit_xor(call, args, 64, result);
}

static bool int4gcd(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return gcd(call, args, 32, result);
}

static bool int4lcm(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return lcm(call, args, 32, result);
}

static bool int4inc(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return increment(call, args, 32, result);
}

static bool int8gcd(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return gcd(call, args, 64, result);
}

static bool int8lcm(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return lcm(call, args, 64, result);
}

static bool int8inc(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return increment(call, args, 64, result);
}

static bool i4toi2(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return narrow(call, args, 16, result);
}

static bool int82(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return narrow(call, args, 16, result);
}

static bool int84(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return narrow(call, args, 32, result);
}

const struct func_impl func_impls_int[] = {
    SCALAR("int2pl", int2pl),
    SCALAR("int2mi", int2mi),
    SCALAR("int2mul", int2mul),
    SCALAR("int2div", int2div),
    NATIVE("int2eq", "(%1 = %2)"),
    NATIVE("int2ne", "(%1 <> %2)"),
    NATIVE("int2lt", "(%1 < %2)"),
    NATIVE("int2le", "(%1 <= %2)"),
    NATIVE("int2gt", "(%1 > %2)"),
    NATIVE("int2ge", "(%1 >= %2)"),
    SCALAR("int4pl", int4pl),
    SCALAR("int4mi", int4mi),
    SCALAR("int4mul", int4mul),
    SCALAR("int4div", int4div),
    NATIVE("int4eq", "(%1 = %2)"),
    NATIVE("int4ne", "(%1 <> %2)"),
    NATIVE("int4lt", "(%1 < %2)"),
    NATIVE("int4le", "(%1 <= %2)"),
    NATIVE("int4gt", "(%1 > %2)"),
    NATIVE("int4ge", "(%1 >= %2)"),
    SCALAR("int8pl", int8pl),
    SCALAR("int8mi", int8mi),
    SCALAR("int8mul", int8mul),
    SCALAR("int8div", int8div),
    NATIVE("int8eq", "(%1 = %2)"),
    NATIVE("int8ne", "(%1 <> %2)"),
    NATIVE("int8lt", "(%1 < %2)"),
    NATIVE("int8le", "(%1 <= %2)"),
    NATIVE("int8gt", "(%1 > %2)"),
    NATIVE("int8ge", "(%1 >= %2)"),
    SCALAR("int24pl", int24pl),
    SCALAR("int24mi", int24mi),
    SCALAR("int24mul", int24mul),
    SCALAR("int24div", int24div),
    NATIVE("int24eq", "(%1 = %2)"),
    NATIVE("int24ne", "(%1 <> %2)"),
    NATIVE("int24lt", "(%1 < %2)"),
    NATIVE("int24le", "(%1 <= %2)"),
    NATIVE("int24gt", "(%1 > %2)"),
    NATIVE("int24ge", "(%1 >= %2)"),
    SCALAR("int42pl", int42pl),
    SCALAR("int42mi", int42mi),
    SCALAR("int42mul", int42mul),
    SCALAR("int42div", int42div),
    NATIVE("int42eq", "(%1 = %2)"),
    NATIVE("int42ne", "(%1 <> %2)"),
    NATIVE("int42lt", "(%1 < %2)"),
    NATIVE("int42le", "(%1 <= %2)"),
    NATIVE("int42gt", "(%1 > %2)"),
    NATIVE("int42ge", "(%1 >= %2)"),
    SCALAR("int28pl", int28pl),
    SCALAR("int28mi", int28mi),
    SCALAR("int28mul", int28mul),
    SCALAR("int28div", int28div),
    NATIVE("int28eq", "(%1 = %2)"),
    NATIVE("int28ne", "(%1 <> %2)"),
    NATIVE("int28lt", "(%1 < %2)"),
    NATIVE("int28le", "(%1 <= %2)"),
    NATIVE("int28gt", "(%1 > %2)"),
    NATIVE("int28ge", "(%1 >= %2)"),
    SCALAR("int82pl", int82pl),
    SCALAR("int82mi", int82mi),
    SCALAR("int82mul", int82mul),
    SCALAR("int82div", int82div),
    NATIVE("int82eq", "(%1 = %2)"),
    NATIVE("int82ne", "(%1 <> %2)"),
    NATIVE("int82lt", "(%1 < %2)"),
    NATIVE("int82le", "(%1 <= %2)"),
    NATIVE("int82gt", "(%1 > %2)"),
    NATIVE("int82ge", "(%1 >= %2)"),
    SCALAR("int48pl", int48pl),
    SCALAR("int48mi", int48mi),
    SCALAR("int48mul", int48mul),
    SCALAR("int48div", int48div),
    NATIVE("int48eq", "(%1 = %2)"),
    NATIVE("int48ne", "(%1 <> %2)"),
    NATIVE("int48lt", "(%1 < %2)"),
    NATIVE("int48le", "(%1 <= %2)"),
    NATIVE("int48gt", "(%1 > %2)"),
    NATIVE("int48ge", "(%1 >= %2)"),
    SCALAR("int84pl", int84pl),
    SCALAR("int84mi", int84mi),
    SCALAR("int84mul", int84mul),
    SCALAR("int84div", int84div),
    NATIVE("int84eq", "(%1 = %2)"),
    NATIVE("int84ne", "(%1 <> %2)"),
    NATIVE("int84lt", "(%1 < %2)"),
    NATIVE("int84le", "(%1 <= %2)"),
    NATIVE("int84gt", "(%1 > %2)"),
    NATIVE("int84ge", "(%1 >= %2)"),
    SCALAR("int2mod", int2mod),
    SCALAR("int2um", int2um),
    SCALAR("int2abs", int2abs),
    SCALAR("int2shl", int2shl),
    SCALAR("int2shr", int2shr),
    SCALAR("int2xor", int2xor),
    NATIVE("int2and", "(%1 & %2)"),
    NATIVE("int2or", "(%1 | %2)"),
    NATIVE("int2not", "(~%1)"),
    NATIVE("int2up", "(%1)"),
    NATIVE("int2larger", "max(%1, %2)"),
    NATIVE("int2smaller", "min(%1, %2)"),
    SCALAR("int4mod", int4mod),
    SCALAR("int4um", int4um),
    SCALAR("int4abs", int4abs),
    SCALAR("int4shl", int4shl),
    SCALAR("int4shr", int4shr),
    SCALAR("int4xor", int4xor),
    NATIVE("int4and", "(%1 & %2)"),
    NATIVE("int4or", "(%1 | %2)"),
    NATIVE("int4not", "(~%1)"),
    NATIVE("int4up", "(%1)"),
    NATIVE("int4larger", "max(%1, %2)"),
    NATIVE("int4smaller", "min(%1, %2)"),
    SCALAR("int8mod", int8mod),
    SCALAR("int8um", int8um),
    SCALAR("int8abs", int8abs),
    SCALAR("int8shl", int8shl),
    SCALAR("int8shr", int8shr),
    SCALAR("int8xor", int8xor),
    NATIVE("int8and", "(%1 & %2)"),
    NATIVE("int8or", "(%1 | %2)"),
    NATIVE("int8not", "(~%1)"),
    NATIVE("int8up", "(%1)"),
    NATIVE("int8larger", "max(%1, %2)"),
    NATIVE("int8smaller", "min(%1, %2)"),
    SCALAR("int4gcd", int4gcd),
    SCALAR("int4lcm", int4lcm),
    SCALAR("int4inc", int4inc),
    SCALAR("int8gcd", int8gcd),
    SCALAR("int8lcm", int8lcm),
    SCALAR("int8inc", int8inc),
    SCALAR("i4toi2", i4toi2),
    SCALAR("int82", int82),
    SCALAR("int84", int84),
    NATIVE("i2toi4", "(%1)"),
    NATIVE("int28", "(%1)"),
    NATIVE("int48", "(%1)"),
    NATIVE("oidtoi8", "(%1)"),
    SCALAR("i8tooid", to_oid),
    NATIVE("btint2cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("btint4cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("btint8cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("btint24cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("btint28cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("btint42cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("btint48cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("btint82cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("btint84cmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("btoidcmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("oideq", "(%1 = %2)"),
    NATIVE("chareq", "(%1 = %2)"),
    NATIVE("cash_eq", "(%1 = %2)"),
    NATIVE("oidne", "(%1 <> %2)"),
    NATIVE("charne", "(%1 <> %2)"),
    NATIVE("cash_ne", "(%1 <> %2)"),
    NATIVE("oidlt", "(%1 < %2)"),
    NATIVE("charlt", "(%1 < %2)"),
    NATIVE("cash_lt", "(%1 < %2)"),
    NATIVE("oidle", "(%1 <= %2)"),
    NATIVE("charle", "(%1 <= %2)"),
    NATIVE("cash_le", "(%1 <= %2)"),
    NATIVE("oidgt", "(%1 > %2)"),
    NATIVE("chargt", "(%1 > %2)"),
    NATIVE("cash_gt", "(%1 > %2)"),
    NATIVE("oidge", "(%1 >= %2)"),
    NATIVE("charge", "(%1 >= %2)"),
    NATIVE("cash_ge", "(%1 >= %2)"),
    NATIVE("oidlarger", "max(%1, %2)"),
    NATIVE("oidsmaller", "min(%1, %2)"),
    NATIVE("btcharcmp", "((%1 > %2) - (%1 < %2))"),
    SCALAR("to_hex32", to_hex32),
    SCALAR("to_hex64", to_hex64),
    SCALAR("i4tochar", i4tochar),
    SCALAR("chartoi4", chartoi4),
    SCALAR("in_range_int2_int2", in_range),
    SCALAR("in_range_int2_int4", in_range),
    SCALAR("in_range_int2_int8", in_range),
    SCALAR("in_range_int4_int2", in_range),
    SCALAR("in_range_int4_int4", in_range),
    SCALAR("in_range_int4_int8", in_range),
    SCALAR("in_range_int8_int8", in_range),
    {0},
};
