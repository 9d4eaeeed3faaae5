#include "func/func.h"

#include <uuid/uuid.h>

#include <stdlib.h>

/* The functions of uuid-ossp, by libuuid. */

static bool give(struct fcall *call, const uuid_t uuid, struct datum *result)
{
    char text[37];
    uuid_unparse_lower(uuid, text);
    *result = datum_text(arena_strndup(call->arena, text, 36), 36);
    return true;
}

/* A random node with the multicast bit, which no network card has. */
static void hide_node(uuid_t uuid)
{
    arc4random_buf(uuid + 10, 6);
    uuid[10] |= 0x03;
}

static bool generate_v1(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    uuid_t uuid;
    (void) nargs;
    (void) args;
    uuid_generate_time(uuid);
    return give(call, uuid, result);
}

static bool generate_v1mc(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    uuid_t uuid;
    (void) nargs;
    (void) args;
    uuid_generate_time(uuid);
    hide_node(uuid);
    return give(call, uuid, result);
}

static bool generate_v4(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    uuid_t uuid;
    (void) nargs;
    (void) args;
    uuid_generate_random(uuid);
    return give(call, uuid, result);
}

static bool named(struct fcall *call, const struct datum *args, void (*generate)(uuid_t, const uuid_t, const char *, size_t),
                  struct datum *result)
{
    uuid_t space, uuid;
    char text[37] = "";
    memcpy(text, args[0].data, args[0].len < 36 ? args[0].len : 36);
    if (uuid_parse(text, space) != 0)
        return diag_set(call->diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid input syntax for type uuid: \"%s\"", text);
    generate(uuid, space, args[1].data, args[1].len);
    return give(call, uuid, result);
}

static bool generate_v3(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return named(call, args, uuid_generate_md5, result);
}

static bool generate_v5(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return named(call, args, uuid_generate_sha1, result);
}

const struct func_impl func_impls_uuid_ossp[] = {
    NATIVE("uuid_nil", "'00000000-0000-0000-0000-000000000000'"),
    NATIVE("uuid_ns_dns", "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'"),
    NATIVE("uuid_ns_url", "'6ba7b811-9dad-11d1-80b4-00c04fd430c8'"),
    NATIVE("uuid_ns_oid", "'6ba7b812-9dad-11d1-80b4-00c04fd430c8'"),
    NATIVE("uuid_ns_x500", "'6ba7b814-9dad-11d1-80b4-00c04fd430c8'"),
    SCALAR("uuid_generate_v1", generate_v1),
    SCALAR("uuid_generate_v1mc", generate_v1mc),
    SCALAR("uuid_generate_v3", generate_v3),
    SCALAR("uuid_generate_v4", generate_v4),
    SCALAR("uuid_generate_v5", generate_v5),
    {0},
};
