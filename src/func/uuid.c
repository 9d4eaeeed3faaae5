#include "func/func.h"

#include <stdlib.h>

static bool gen_random_uuid(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    uint8_t b[16];
    (void) nargs;
    (void) args;
    arc4random_buf(b, sizeof b);
    b[6] = (uint8_t) ((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t) ((b[8] & 0x3f) | 0x80);
    *result =
        datum_cstr(arena_printf(call->arena, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
                                b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]));
    return true;
}

const struct func_impl func_impls_uuid[] = {
    SCALAR_FLAGS("gen_random_uuid", gen_random_uuid, FUNC_VOLATILE),
    NATIVE("uuid_eq", "(%1 = %2)"),
    NATIVE("uuid_ne", "(%1 <> %2)"),
    NATIVE("uuid_lt", "(%1 < %2)"),
    NATIVE("uuid_le", "(%1 <= %2)"),
    NATIVE("uuid_gt", "(%1 > %2)"),
    NATIVE("uuid_ge", "(%1 >= %2)"),
    NATIVE("uuid_cmp", "((%1 > %2) - (%1 < %2))"),
    {0},
};
