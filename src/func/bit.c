#include "func/func.h"

#include <string.h>

/* Bit strings, as the digits they are kept as. */

enum operation { OPERATION_AND, OPERATION_OR, OPERATION_XOR };

static bool combine(struct fcall *call, const struct datum *args, enum operation operation, struct datum *result)
{
    static const char *const names[] = {"AND", "OR", "XOR"};
    if (args[0].len != args[1].len)
        return diag_set(call->diag, ERRCODE_STRING_DATA_LENGTH_MISMATCH, "cannot %s bit strings of different sizes",
                        names[operation]);
    char *bits = arena_alloc(call->arena, args[0].len + 1);
    for (uint32_t i = 0; i < args[0].len; i++) {
        int a = args[0].data[i] == '1', b = args[1].data[i] == '1';
        bits[i] = (char) ('0' + (operation == OPERATION_AND ? a & b : operation == OPERATION_OR ? a | b : a ^ b));
    }
    *result = datum_text(bits, args[0].len);
    return true;
}

static bool bit_and(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return combine(call, args, OPERATION_AND, result);
}

static bool bit_or(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return combine(call, args, OPERATION_OR, result);
}

static bool bitxor(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return combine(call, args, OPERATION_XOR, result);
}

static bool bitnot(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    char *bits = arena_alloc(call->arena, args[0].len + 1);
    for (uint32_t i = 0; i < args[0].len; i++)
        bits[i] = args[0].data[i] == '1' ? '0' : '1';
    *result = datum_text(bits, args[0].len);
    return true;
}

/* Move the digits `by` places to the left (negative: to the right); zeros follow. */
static bool shift(struct fcall *call, const struct datum *value, int64_t by, struct datum *result)
{
    char *bits = arena_alloc(call->arena, value->len + 1);
    for (int64_t i = 0; i < value->len; i++)
        bits[i] = i + by >= 0 && i + by < value->len ? value->data[i + by] : '0';
    *result = datum_text(bits, value->len);
    return true;
}

static bool bitshiftleft(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return shift(call, &args[0], args[1].i, result);
}

static bool bitshiftright(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return shift(call, &args[0], -args[1].i, result);
}

static bool bitsubstr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    int64_t start = args[1].i, end = (int64_t) args[0].len + 1;
    if (nargs > 2 && args[2].i < 0)
        return diag_set(call->diag, ERRCODE_SUBSTRING_ERROR, "negative substring length not allowed");
    if (nargs > 2 && start + args[2].i < end)
        end = start + args[2].i;
    start = start < 1 ? 1 : start;
    *result = end <= start ? datum_text("", 0) : datum_text(args[0].data + start - 1, (size_t) (end - start));
    return true;
}

static bool bitoverlay(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    int64_t start = args[2].i, length = nargs > 3 ? args[3].i : args[1].len, size = args[0].len;
    if (start <= 0)
        return diag_set(call->diag, ERRCODE_SUBSTRING_ERROR, "negative substring length not allowed");
    if (start + length > INT32_MAX)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    int64_t before = start - 1 < size ? start - 1 : size, after = start + length - 1;
    after = after < 0 ? 0 : after > size ? size : after;
    size_t whole = (size_t) (before + args[1].len + size - after);
    char *bits = arena_alloc(call->arena, whole + 1);
    memcpy(bits, args[0].data, (size_t) before);
    memcpy(bits + before, args[1].data, args[1].len);
    memcpy(bits + before + args[1].len, args[0].data + after, (size_t) (size - after));
    *result = datum_text(bits, whole);
    return true;
}

static bool bitposition(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    const char *found = args[1].len && args[0].len ? memmem(args[0].data, args[0].len, args[1].data, args[1].len) : NULL;
    *result = datum_int(args[0].len == 0 ? 0 : args[1].len == 0 ? 1 : found ? found - args[0].data + 1 : 0);
    return true;
}

static bool bitlength(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = datum_int(args[0].len);
    return true;
}

static bool bitoctetlength(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    *result = datum_int((args[0].len + 7) / 8);
    return true;
}

static bool bit_count(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    (void) nargs;
    int64_t count = 0;
    for (uint32_t i = 0; i < args[0].len; i++)
        count += args[0].data[i] == '1';
    *result = datum_int(count);
    return true;
}

static bool bitgetbit(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[1].i < 0 || args[1].i >= args[0].len)
        return diag_set(call->diag, ERRCODE_ARRAY_SUBSCRIPT_ERROR, "bit index %lld out of valid range (0..%lld)",
                        (long long) args[1].i, (long long) args[0].len - 1);
    *result = datum_int(args[0].data[args[1].i] == '1');
    return true;
}

static bool bitsetbit(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct datum old;
    if (!bitgetbit(call, nargs, args, &old))
        return false;
    if (args[2].i != 0 && args[2].i != 1)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "new bit must be 0 or 1");
    char *bits = arena_strndup(call->arena, args[0].data, args[0].len);
    bits[args[1].i] = args[2].i ? '1' : '0';
    *result = datum_text(bits, args[0].len);
    return true;
}

static bool to_int(struct fcall *call, const struct datum *value, uint32_t width, struct datum *result)
{
    uint64_t sum = 0;
    if (value->len > width)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range", width == 32 ? "integer" : "bigint");
    for (uint32_t i = 0; i < value->len; i++)
        sum = sum << 1 | (value->data[i] == '1');
    *result = datum_int(width == 32 ? (int64_t) (int32_t) sum : (int64_t) sum);
    return true;
}

static bool bittoint4(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_int(call, &args[0], 32, result);
}

static bool bittoint8(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return to_int(call, &args[0], 64, result);
}

/* The low bits of a number, its sign carried on to the left. */
static bool from_int(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    int64_t width = nargs > 1 && args[1].i > 0 ? args[1].i : 1;
    if (width > 83886080)
        width = 1;
    char *bits = arena_alloc(call->arena, (size_t) width + 1);
    for (int64_t i = 0; i < width; i++) {
        int64_t place = width - 1 - i;
        bits[i] = (args[0].i >> (place > 63 ? 63 : place) & 1) ? '1' : '0';
    }
    *result = datum_text(bits, (size_t) width);
    return true;
}

#define ROW(name) SCALAR(#name, name)

const struct func_impl func_impls_bit[] = {
    NATIVE("biteq", "(%1 = %2)"),
    NATIVE("bitne", "(%1 <> %2)"),
    NATIVE("bitlt", "(%1 < %2)"),
    NATIVE("bitle", "(%1 <= %2)"),
    NATIVE("bitgt", "(%1 > %2)"),
    NATIVE("bitge", "(%1 >= %2)"),
    NATIVE("bitcmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("varbiteq", "(%1 = %2)"),
    NATIVE("varbitne", "(%1 <> %2)"),
    NATIVE("varbitlt", "(%1 < %2)"),
    NATIVE("varbitle", "(%1 <= %2)"),
    NATIVE("varbitgt", "(%1 > %2)"),
    NATIVE("varbitge", "(%1 >= %2)"),
    NATIVE("varbitcmp", "((%1 > %2) - (%1 < %2))"),
    NATIVE("bitcat", "(%1 || %2)"),
    ROW(bit_and),
    ROW(bit_or),
    ROW(bitxor),
    ROW(bitnot),
    ROW(bitshiftleft),
    ROW(bitshiftright),
    ROW(bitsubstr),
    SCALAR("bitsubstr_no_len", bitsubstr),
    ROW(bitoverlay),
    SCALAR("bitoverlay_no_len", bitoverlay),
    ROW(bitposition),
    ROW(bitlength),
    ROW(bitoctetlength),
    SCALAR("bit_length(bit)", bitlength),
    SCALAR("bit_bit_count", bit_count),
    ROW(bitgetbit),
    ROW(bitsetbit),
    ROW(bittoint4),
    ROW(bittoint8),
    SCALAR("bitfromint4", from_int),
    SCALAR("bitfromint8", from_int),
    {0},
};
