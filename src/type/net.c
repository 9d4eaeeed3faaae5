#include "type/net.h"

#include "type/codecs.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A decimal number no greater than `max`, without digits it is refused. */
static bool read_number(const char **at, const char *end, int max, int *value)
{
    const char *start = *at;
    for (*value = 0; *at < end && is_digit(**at); (*at)++) {
        *value = *value * 10 + (**at - '0');
        if (*value > max)
            return false;
    }
    return *at > start;
}

/* Octets as decimal numbers between points; cidr also takes one hexadecimal number. Fewer than four may be given. */
static bool read_octets(const char **at, const char *end, bool cidr, struct inet *inet, int *count)
{
    *count = 0;
    if (cidr && end - *at > 2 && **at == '0' && ((*at)[1] == 'x' || (*at)[1] == 'X') && hex_value((*at)[2]) >= 0) {
        int nibbles = 0;
        for (*at += 2; *at < end && hex_value(**at) >= 0; (*at)++, nibbles++) {
            if (nibbles == 8)
                return false;
            inet->addr[nibbles / 2] |= (uint8_t) (hex_value(**at) << (nibbles % 2 ? 0 : 4));
        }
        *count = (nibbles + 1) / 2;
        return true;
    }
    while (*at < end && is_digit(**at)) {
        int octet;
        if (*count == 4 || !read_number(at, end, 255, &octet))
            return false;
        inet->addr[(*count)++] = (uint8_t) octet;
        if (*at == end || **at == '/')
            break;
        if (*(*at)++ != '.' || (cidr && (*at == end || !is_digit(**at))))
            return false;
    }
    return *count > 0;
}

/* What a cidr without a prefix length means: its class, widened to the octets that are given. */
static int class_bits(uint8_t first, int count)
{
    int bits = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8;
    if (bits < count * 8)
        bits = count * 8;
    return bits == 8 && first == 224 ? 4 : bits;
}

static bool parse_v4(const char *text, size_t len, bool cidr, struct inet *inet)
{
    const char *at = text, *end = text + len;
    int count, bits = -1;
    if (!read_octets(&at, end, cidr, inet, &count))
        return false;
    if (at < end && *at == '/') {
        at++;
        if (!read_number(&at, end, 32, &bits))
            return false;
    }
    if (at < end)
        return false;
    if (bits < 0 && cidr)
        bits = class_bits(inet->addr[0], count);
    else if (bits < 0 && count == 4)
        bits = 32;
    if (bits < 0 || (!cidr && bits / 8 > count))
        return false;
    inet->bits = (uint8_t) bits;
    return true;
}

static bool parse_v6(const char *text, size_t len, struct inet *inet)
{
    char address[INET6_ADDRSTRLEN + 1];
    const char *slash = memchr(text, '/', len), *end = text + len;
    size_t size = slash ? (size_t) (slash - text) : len;
    int bits = 128;
    if (size >= sizeof address)
        return false;
    memcpy(address, text, size);
    address[size] = '\0';
    if (strlen(address) != size || inet_pton(AF_INET6, address, inet->addr) != 1)
        return false;
    if (slash) {
        const char *at = slash + 1;
        if (end - at > 1 && *at == '0')
            return false;
        if (!read_number(&at, end, 128, &bits) || at < end)
            return false;
    }
    inet->bits = (uint8_t) bits;
    return true;
}

bool inet_parse(const char *text, size_t len, bool cidr, struct inet *inet)
{
    *inet = (struct inet){.v6 = memchr(text, ':', len) != NULL};
    bool good = inet->v6 ? parse_v6(text, len, inet) : parse_v4(text, len, cidr, inet);
    if (!good)
        *inet = (struct inet){0};
    return good;
}

bool inet_load(const struct datum *value, struct inet *inet)
{
    if (value->kind == DATUM_TEXT)
        return inet_parse(value->data, value->len, false, inet);
    *inet = (struct inet){0};
    return false;
}

size_t inet_address(const struct inet *inet, char *text)
{
    inet_ntop(inet->v6 ? AF_INET6 : AF_INET, inet->addr, text, INET_TEXT_MAX);
    return strlen(text);
}

struct datum inet_store(struct arena *arena, const struct inet *inet)
{
    char *text = arena_alloc(arena, INET_TEXT_MAX);
    size_t len = inet_address(inet, text);
    if (inet->bits != inet_max_bits(inet))
        len += (size_t) snprintf(text + len, INET_TEXT_MAX - len, "/%d", inet->bits);
    return datum_text(text, len);
}

/* Order of the first `bits` bits. */
static int prefix_order(const struct inet *a, const struct inet *b, int bits)
{
    int order = memcmp(a->addr, b->addr, (size_t) bits / 8);
    if (order || bits % 8 == 0)
        return order;
    int shift = 8 - bits % 8;
    return (a->addr[bits / 8] >> shift) - (b->addr[bits / 8] >> shift);
}

bool inet_same_prefix(const struct inet *a, const struct inet *b, int bits)
{
    return prefix_order(a, b, bits) == 0;
}

int inet_compare(const struct inet *a, const struct inet *b)
{
    if (a->v6 != b->v6)
        return a->v6 - b->v6;
    int order = prefix_order(a, b, a->bits < b->bits ? a->bits : b->bits);
    if (order == 0)
        order = a->bits - b->bits;
    return order ? order : memcmp(a->addr, b->addr, (size_t) inet_size(a));
}

void inet_clear_host(struct inet *inet)
{
    for (int bit = inet->bits; bit < inet_max_bits(inet); bit++)
        inet->addr[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

void inet_fill_host(struct inet *inet)
{
    for (int bit = inet->bits; bit < inet_max_bits(inet); bit++)
        inet->addr[bit / 8] |= (uint8_t) (0x80 >> bit % 8);
}

static bool has_host_bits(const struct inet *inet)
{
    struct inet network = *inet;
    inet_clear_host(&network);
    return memcmp(network.addr, inet->addr, sizeof network.addr) != 0;
}

static bool address_in(const struct type_io *io, const char *text, size_t len, bool cidr, struct datum *out, struct diag *diag)
{
    struct inet inet;
    if (!inet_parse(text, len, cidr, &inet))
        return codec_bad_syntax(io, cidr ? "cidr" : "inet", text, len, diag);
    if (cidr && has_host_bits(&inet)) {
        diag_set(diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "invalid cidr value: \"%.*s\"", (int) len, text);
        return diag_detail(diag, "Value has bits set to right of mask.");
    }
    *out = inet_store(io->arena, &inet);
    return true;
}

static bool inet_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    return address_in(io, text, len, false, out, diag);
}

static bool cidr_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    return address_in(io, text, len, true, out, diag);
}

static bool stored_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    buf_append(out, value->data, value->len);
    return true;
}

static bool cidr_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    struct inet inet;
    buf_append(out, value->data, value->len);
    if (inet_load(value, &inet) && inet.bits == inet_max_bits(&inet))
        buf_printf(out, "/%d", inet.bits);
    return true;
}

enum { WIRE_INET = 2, WIRE_INET6 = 3 };

static bool address_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    struct inet inet = {0};
    bool cidr = io->type->oid == CIDR_OID;
    const char *name = cidr ? "cidr" : "inet";
    if (len < 4)
        return codec_bad_binary(diag);
    if (data[0] != WIRE_INET && data[0] != WIRE_INET6)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid address family in external \"%s\" value", name);
    inet.v6 = data[0] == WIRE_INET6;
    inet.bits = data[1];
    if (data[1] > inet_max_bits(&inet))
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid bits in external \"%s\" value", name);
    if (data[3] != inet_size(&inet))
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid length in external \"%s\" value", name);
    if (len != 4 + (size_t) data[3])
        return codec_bad_binary(diag);
    memcpy(inet.addr, data + 4, data[3]);
    if (cidr && has_host_bits(&inet)) {
        diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid external \"cidr\" value");
        return diag_detail(diag, "Value has bits set to right of mask.");
    }
    *out = inet_store(io->arena, &inet);
    return true;
}

static bool address_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct inet inet;
    if (!inet_load(value, &inet))
        return codec_bad_syntax(io, io->type->name, value->data, value->len, diag);
    buf_putc(out, inet.v6 ? WIRE_INET6 : WIRE_INET);
    buf_putc(out, (char) inet.bits);
    buf_putc(out, io->type->oid == CIDR_OID);
    buf_putc(out, (char) inet_size(&inet));
    buf_append(out, inet.addr, (size_t) inet_size(&inet));
    return true;
}

/* What another tool stored and is no address sorts behind all addresses. */
static int address_order(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    struct inet x, y;
    bool good_x = inet_load(a, &x), good_y = inet_load(b, &y);
    (void) io;
    if (good_x && good_y)
        return inet_compare(&x, &y);
    return good_x != good_y ? good_y - good_x : text_compare(a, b);
}

const struct type_codec type_codec_inet = {inet_in, stored_out, address_recv, address_send, NULL, address_order, NULL, NULL};
const struct type_codec type_codec_cidr = {cidr_in, cidr_out, address_recv, address_send, NULL, address_order, NULL, NULL};

/* macaddr, macaddr8 */

struct datum macaddr_store(struct arena *arena, const uint8_t *bytes, int size)
{
    static const char hex[] = "0123456789abcdef";
    char *text = arena_alloc(arena, (size_t) size * 3), *at = text;
    for (int i = 0; i < size; i++) {
        *at++ = hex[bytes[i] >> 4];
        *at++ = hex[bytes[i] & 15];
        *at++ = ':';
    }
    return datum_text(text, (size_t) (at - text - 1));
}

bool macaddr_load(const struct datum *value, int size, uint8_t *bytes)
{
    memset(bytes, 0, (size_t) size);
    if (value->kind != DATUM_TEXT || value->len != (uint32_t) size * 3 - 1)
        return false;
    for (int i = 0; i < size; i++) {
        int high = hex_value(value->data[i * 3]), low = hex_value(value->data[i * 3 + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t) (high << 4 | low);
    }
    return true;
}

static bool macaddr_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    /* The forms with one separator between bytes allow any width of a number, the others two digits a byte. */
    static const char *const forms[] = {"%x:%x:%x:%x:%x:%x%1s",   "%x-%x-%x-%x-%x-%x%1s",    "%2x%2x%2x:%2x%2x%2x%1s",
                                        "%2x%2x%2x-%2x%2x%2x%1s", "%2x%2x.%2x%2x.%2x%2x%1s", "%2x%2x-%2x%2x-%2x%2x%1s",
                                        "%2x%2x%2x%2x%2x%2x%1s"};
    const char *copy = arena_strndup(io->arena, text, len);
    unsigned part[6];
    char rest[2];
    bool found = false;
    for (size_t i = 0; i < sizeof forms / sizeof *forms && !found; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        found = sscanf(copy, forms[i], &part[0], &part[1], &part[2], &part[3], &part[4], &part[5], rest) == 6;
#pragma GCC diagnostic pop
    }
    if (!found)
        return codec_bad_syntax(io, "macaddr", text, len, diag);
    uint8_t bytes[6];
    for (int i = 0; i < 6; i++) {
        if (part[i] > 255)
            return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "invalid octet value in \"macaddr\" value: \"%.*s\"",
                            (int) len, text);
        bytes[i] = (uint8_t) part[i];
    }
    *out = macaddr_store(io->arena, bytes, 6);
    return true;
}

/* Six bytes become eight as IEEE says: ff:fe in the middle. */
static void widen(uint8_t *bytes)
{
    memmove(bytes + 5, bytes + 3, 3);
    bytes[3] = 0xff;
    bytes[4] = 0xfe;
}

/* Pairs of digits with any one separator at any place between them. A single character behind the last pair is not looked at. */
static bool macaddr8_parse(const char *text, size_t len, uint8_t *bytes)
{
    const char *at = text, *end = text + len;
    int count = 0;
    char separator = 0;
    while (at < end && codec_space(*at))
        at++;
    while (end - at >= 2) {
        int high = hex_value(at[0]), low = hex_value(at[1]);
        if (high < 0 || low < 0 || count == 8)
            return false;
        bytes[count++] = (uint8_t) (high << 4 | low);
        at += 2;
        if (at < end && (*at == ':' || *at == '-' || *at == '.')) {
            if (separator && separator != *at)
                return false;
            separator = *at++;
        }
        if ((count == 6 || count == 8) && at < end && codec_space(*at)) {
            while (at < end && codec_space(*at))
                at++;
            if (at < end)
                return false;
        }
    }
    if (count == 6)
        widen(bytes);
    return count == 6 || count == 8;
}

static bool macaddr8_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    uint8_t bytes[8];
    if (!macaddr8_parse(text, len, bytes))
        return codec_bad_syntax(io, "macaddr8", text, len, diag);
    *out = macaddr_store(io->arena, bytes, 8);
    return true;
}

static bool macaddr_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len != 6)
        return codec_bad_binary(diag);
    *out = macaddr_store(io->arena, data, 6);
    return true;
}

static bool macaddr8_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    uint8_t bytes[8];
    if (len != 6 && len != 8)
        return codec_bad_binary(diag);
    memcpy(bytes, data, len);
    if (len == 6)
        widen(bytes);
    *out = macaddr_store(io->arena, bytes, 8);
    return true;
}

static bool macaddr_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    uint8_t bytes[8];
    int size = io->type->oid == MACADDR_OID ? 6 : 8;
    if (!macaddr_load(value, size, bytes))
        return codec_bad_syntax(io, io->type->name, value->data, value->len, diag);
    buf_append(out, bytes, (size_t) size);
    return true;
}

static int stored_order(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    return text_compare(a, b);
}

const struct type_codec type_codec_macaddr = {macaddr_in, stored_out, macaddr_recv, macaddr_send, NULL, stored_order, NULL, NULL};
const struct type_codec type_codec_macaddr8 = {macaddr8_in, stored_out,   macaddr8_recv, macaddr_send,
                                               NULL,        stored_order, NULL,          NULL};
