#include "func/func.h"

/* The binary forms of values, as SQL can ask for them: float8send(x) and its kin. */

static bool send(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    struct type_io io = fcall_io(call, call->inst->args[0]);
    bool good = io.type->codec->send(&io, &args[0], &out, call->diag);
    if (good)
        *result = datum_blob(arena_strndup(call->arena, out.data ? out.data : "", out.len), out.len);
    buf_deinit(&out);
    return good;
}

const struct func_impl func_impls_send[] = {
    SCALAR_TYPED("boolsend", send),         SCALAR_TYPED("int2send", send),
    SCALAR_TYPED("int4send", send),         SCALAR_TYPED("int8send", send),
    SCALAR_TYPED("oidsend", send),          SCALAR_TYPED("float4send", send),
    SCALAR_TYPED("float8send", send),       SCALAR_TYPED("numeric_send", send),
    SCALAR_TYPED("cash_send", send),        SCALAR_TYPED("textsend", send),
    SCALAR_TYPED("varcharsend", send),      SCALAR_TYPED("bpcharsend", send),
    SCALAR_TYPED("namesend", send),         SCALAR_TYPED("charsend", send),
    SCALAR_TYPED("byteasend", send),        SCALAR_TYPED("bit_send", send),
    SCALAR_TYPED("varbit_send", send),      SCALAR_TYPED("uuid_send", send),
    SCALAR_TYPED("date_send", send),        SCALAR_TYPED("time_send", send),
    SCALAR_TYPED("timetz_send", send),      SCALAR_TYPED("timestamp_send", send),
    SCALAR_TYPED("timestamptz_send", send), SCALAR_TYPED("interval_send", send),
    SCALAR_TYPED("json_send", send),        SCALAR_TYPED("jsonb_send", send),
    SCALAR_TYPED("array_send", send),       SCALAR_TYPED("record_send", send),
    SCALAR_TYPED("enum_send", send),        SCALAR_TYPED("inet_send", send),
    SCALAR_TYPED("cidr_send", send),        SCALAR_TYPED("macaddr_send", send),
    SCALAR_TYPED("macaddr8_send", send),    {0},
};
