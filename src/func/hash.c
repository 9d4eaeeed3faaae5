#include "func/func.h"
#include "type/codecs.h"

#include <math.h>
#include <string.h>

/* The hash functions that clients call themselves, as keys of advisory locks or to spread rows: Bob Jenkins' lookup3 (public domain), begun as
 * PostgreSQL begins it, and over bytes in little-endian order, so that the numbers are the same. */

struct hash {
    uint32_t a, b, c;
};

static uint32_t rotate(uint32_t x, int by)
{
    return x << by | x >> (32 - by);
}

static void mix(struct hash *h)
{
    static const uint8_t turns[] = {4, 6, 8, 16, 19, 4};
    uint32_t a = h->a, b = h->b, c = h->c;
    for (int i = 0; i < 6; i++) {
        uint32_t next = (a - c) ^ rotate(c, turns[i]);
        c += b;
        a = b;
        b = c;
        c = next;
    }
    *h = (struct hash){a, b, c};
}

static void finish(struct hash *h)
{
    static const uint8_t turns[] = {14, 11, 25, 16, 4, 14, 24};
    uint32_t *words[] = {&h->c, &h->a, &h->b}, *before[] = {&h->b, &h->c, &h->a};
    for (int i = 0; i < 7; i++) {
        uint32_t *word = words[i % 3], other = *before[i % 3];
        *word ^= other;
        *word -= rotate(other, turns[i]);
    }
}

static struct hash begin(size_t len, uint64_t seed)
{
    uint32_t start = 0x9e3779b9 + (uint32_t) len + 3923095;
    struct hash h = {start, start, start};
    if (seed) {
        h.a += (uint32_t) (seed >> 32);
        h.b += (uint32_t) seed;
        mix(&h);
    }
    return h;
}

static uint32_t word(const uint8_t *bytes, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++)
        value |= (uint32_t) bytes[i] << (8 * i);
    return value;
}

static struct hash hash_bytes(const void *data, size_t len, uint64_t seed)
{
    const uint8_t *bytes = data;
    struct hash h = begin(len, seed);
    for (; len >= 12; bytes += 12, len -= 12) {
        h.a += word(bytes, 4);
        h.b += word(bytes + 4, 4);
        h.c += word(bytes + 8, 4);
        mix(&h);
    }
    /* The lowest byte of c is the length's. */
    h.a += word(bytes, len < 4 ? len : 4);
    if (len > 4)
        h.b += word(bytes + 4, len < 8 ? len - 4 : 4);
    if (len > 8)
        h.c += word(bytes + 8, len - 8) << 8;
    finish(&h);
    return h;
}

static struct hash hash_word(uint32_t value, uint64_t seed)
{
    struct hash h = begin(sizeof value, seed);
    h.a += value;
    finish(&h);
    return h;
}

static bool give(struct hash h, int nargs, struct datum *result)
{
    *result = datum_int(nargs > 1 ? (int64_t) ((uint64_t) h.b << 32 | h.c) : (int64_t) (int32_t) h.c);
    return true;
}

static uint64_t seed_of(int nargs, const struct datum *args)
{
    return nargs > 1 ? (uint64_t) args[1].i : 0;
}

static bool hash_int(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    return give(hash_word((uint32_t) args[0].i, seed_of(nargs, args)), nargs, result);
}

/* A value that fits in 32 bits has the hash that it has as one. */
static bool hash_int8(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    uint32_t low = (uint32_t) args[0].i, high = (uint32_t) ((uint64_t) args[0].i >> 32);
    return give(hash_word(low ^ (args[0].i >= 0 ? high : ~high), seed_of(nargs, args)), nargs, result);
}

static bool hash_text(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    return give(hash_bytes(args[0].data, args[0].len, seed_of(nargs, args)), nargs, result);
}

static bool hash_bpchar(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    size_t len = args[0].len;
    while (len && args[0].data[len - 1] == ' ')
        len--;
    return give(hash_bytes(args[0].data, len, seed_of(nargs, args)), nargs, result);
}

/* "char", of which the byte is signed. */
static bool hash_char(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf byte = {0};
    struct type_io io = fcall_io(call, type_builtin(CHAR_OID));
    bool good = io.type->codec->send(&io, &args[0], &byte, call->diag);
    int8_t value = byte.len ? (int8_t) byte.data[0] : 0;
    buf_deinit(&byte);
    return good && give(hash_word((uint32_t) (int32_t) value, seed_of(nargs, args)), nargs, result);
}

/* Both zeros are equal, as all NaNs are. */
static bool hash_float(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) call;
    double value = float_datum(&args[0]);
    if (value == 0) {
        *result = datum_int(nargs > 1 ? args[1].i : 0);
        return true;
    }
    if (isnan(value))
        value = (double) NAN;
    return give(hash_bytes(&value, sizeof value, seed_of(nargs, args)), nargs, result);
}

static bool hash_uuid(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf bytes = {0};
    struct type_io io = fcall_io(call, type_builtin(UUID_OID));
    bool good = io.type->codec->send(&io, &args[0], &bytes, call->diag) &&
                give(hash_bytes(bytes.data, bytes.len, seed_of(nargs, args)), nargs, result);
    buf_deinit(&bytes);
    return good;
}

#define BOTH(source, fn) SCALAR(source, fn), SCALAR(source "extended", fn)

const struct func_impl func_impls_hash[] = {
    BOTH("hashint2", hash_int),
    BOTH("hashint4", hash_int),
    BOTH("hashoid", hash_int),
    BOTH("hashint8", hash_int8),
    BOTH("hashtext", hash_text),
    BOTH("hashname", hash_text),
    BOTH("hashvarlena", hash_text),
    BOTH("hashbpchar", hash_bpchar),
    BOTH("hashchar", hash_char),
    BOTH("hashfloat4", hash_float),
    BOTH("hashfloat8", hash_float),
    SCALAR("uuid_hash", hash_uuid),
    SCALAR("uuid_hash_extended", hash_uuid),
    {0},
};
