#include "type/net.h"

#include "func/func.h"

#include <stdio.h>
#include <string.h>

/* inet and cidr. Comparison operators are SQLite's own, under the type's collation; these serve where a function is called by name. */

#define FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)

static bool give(struct fcall *call, const struct inet *inet, struct datum *result)
{
    *result = inet_store(call->arena, inet);
    return true;
}

static struct inet load(const struct datum *value)
{
    struct inet inet;
    inet_load(value, &inet);
    return inet;
}

static int order(const struct datum *args)
{
    struct inet a = load(&args[0]), b = load(&args[1]);
    return inet_compare(&a, &b);
}

#define COMPARISON(name, test)                                                                                                   \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        (void) call, (void) nargs;                                                                                               \
        *result = datum_bool(order(args) test 0);                                                                                \
        return true;                                                                                                             \
    }
COMPARISON(network_eq, ==)
COMPARISON(network_ne, !=)
COMPARISON(network_lt, <)
COMPARISON(network_le, <=)
COMPARISON(network_gt, >)
COMPARISON(network_ge, >=)

FUNCTION(network_cmp)
{
    (void) call, (void) nargs;
    int sign = order(args);
    *result = datum_int((sign > 0) - (sign < 0));
    return true;
}

FUNCTION(network_larger)
{
    (void) call, (void) nargs;
    *result = args[order(args) <= 0];
    return true;
}

FUNCTION(network_smaller)
{
    (void) call, (void) nargs;
    *result = args[order(args) >= 0];
    return true;
}

/* Containment: the networks agree as far as the wider one's prefix goes. */
#define CONTAINMENT(name, bits_test, common)                                                                                     \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        (void) call, (void) nargs;                                                                                               \
        struct inet a = load(&args[0]), b = load(&args[1]);                                                                      \
        *result = datum_bool(a.v6 == b.v6 && (bits_test) && inet_same_prefix(&a, &b, (common)));                                 \
        return true;                                                                                                             \
    }
CONTAINMENT(network_sub, a.bits > b.bits, b.bits)
CONTAINMENT(network_subeq, a.bits >= b.bits, b.bits)
CONTAINMENT(network_sup, a.bits < b.bits, a.bits)
CONTAINMENT(network_supeq, a.bits <= b.bits, a.bits)
CONTAINMENT(network_overlap, true, a.bits < b.bits ? a.bits : b.bits)

FUNCTION(inet_same_family)
{
    (void) call, (void) nargs;
    *result = datum_bool(load(&args[0]).v6 == load(&args[1]).v6);
    return true;
}

FUNCTION(network_family)
{
    (void) call, (void) nargs;
    *result = datum_int(load(&args[0]).v6 ? 6 : 4);
    return true;
}

FUNCTION(network_masklen)
{
    (void) call, (void) nargs;
    *result = datum_int(load(&args[0]).bits);
    return true;
}

FUNCTION(network_host)
{
    (void) nargs;
    struct inet inet = load(&args[0]);
    char *text = arena_alloc(call->arena, INET_TEXT_MAX);
    *result = datum_text(text, inet_address(&inet, text));
    return true;
}

FUNCTION(network_show)
{
    (void) nargs;
    struct inet inet = load(&args[0]);
    char *text = arena_alloc(call->arena, INET_TEXT_MAX);
    size_t len = inet_address(&inet, text);
    len += (size_t) snprintf(text + len, INET_TEXT_MAX - len, "/%d", inet.bits);
    *result = datum_text(text, len);
    return true;
}

static size_t abbreviate_v4(const struct inet *inet, char *text)
{
    size_t len = 0;
    for (int i = 0; i == 0 || i < (inet->bits + 7) / 8; i++)
        len += (size_t) snprintf(text + len, INET_TEXT_MAX - len, i ? ".%u" : "%u", inet->addr[i]);
    return len;
}

/* The words that the prefix covers (two at least), the longest run of zero ones left out. */
static size_t abbreviate_v6(const struct inet *inet, char *text)
{
    unsigned word[8];
    int words = (inet->bits + 15) / 16, run = 0, best = 0, best_at = 0;
    size_t len = 0;
    if (inet->bits == 0)
        return (size_t) snprintf(text, INET_TEXT_MAX, "::");
    if (words == 1)
        words = 2;
    for (int i = 0; i < words; i++) {
        word[i] = (unsigned) inet->addr[2 * i] << 8 | inet->addr[2 * i + 1];
        run = word[i] ? 0 : run + 1;
        if (run > best) {
            best = run;
            best_at = i + 1 - run;
        }
    }
    bool embedded = best != words && best_at == 0 && words > 6 &&
                    (best == 6 || (best == 5 && word[5] == 0xffff) || (best == 7 && inet->addr[14] != 0 && inet->addr[15] != 1));
    for (int i = 0; i < words; i++) {
        if (best && i >= best_at && i < best_at + best) {
            if (i == best_at)
                text[len++] = ':';
            if (i == words - 1)
                text[len++] = ':';
        } else if (embedded && i > 5) {
            len += (size_t) snprintf(text + len, INET_TEXT_MAX - len, "%c%u", i == 6 ? ':' : '.', inet->addr[2 * i]);
            if (i != 7 || inet->bits > 120)
                len += (size_t) snprintf(text + len, INET_TEXT_MAX - len, ".%u", inet->addr[2 * i + 1]);
        } else {
            len += (size_t) snprintf(text + len, INET_TEXT_MAX - len, len ? ":%x" : "%x", word[i]);
        }
    }
    return len;
}

FUNCTION(cidr_abbrev)
{
    (void) nargs;
    struct inet inet = load(&args[0]);
    char *text = arena_alloc(call->arena, INET_TEXT_MAX);
    inet_clear_host(&inet);
    size_t len = inet.v6 ? abbreviate_v6(&inet, text) : abbreviate_v4(&inet, text);
    len += (size_t) snprintf(text + len, INET_TEXT_MAX - len, "/%d", inet.bits);
    *result = datum_text(text, len);
    return true;
}

FUNCTION(network_network)
{
    (void) nargs;
    struct inet inet = load(&args[0]);
    inet_clear_host(&inet);
    return give(call, &inet, result);
}

FUNCTION(network_broadcast)
{
    (void) nargs;
    struct inet inet = load(&args[0]);
    inet_fill_host(&inet);
    return give(call, &inet, result);
}

FUNCTION(network_netmask)
{
    (void) nargs;
    struct inet inet = load(&args[0]);
    memset(inet.addr, 0xff, sizeof inet.addr);
    inet_clear_host(&inet);
    inet.bits = (uint8_t) inet_max_bits(&inet);
    return give(call, &inet, result);
}

FUNCTION(network_hostmask)
{
    (void) nargs;
    struct inet inet = load(&args[0]);
    memset(inet.addr, 0, sizeof inet.addr);
    inet_fill_host(&inet);
    inet.bits = (uint8_t) inet_max_bits(&inet);
    return give(call, &inet, result);
}

static bool set_masklen(struct fcall *call, const struct datum *args, struct inet *inet)
{
    *inet = load(&args[0]);
    int64_t bits = args[1].i == -1 ? inet_max_bits(inet) : args[1].i;
    if (bits < 0 || bits > inet_max_bits(inet))
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid mask length: %d", (int) bits);
    inet->bits = (uint8_t) bits;
    return true;
}

FUNCTION(inet_set_masklen)
{
    (void) nargs;
    struct inet inet;
    return set_masklen(call, args, &inet) && give(call, &inet, result);
}

FUNCTION(cidr_set_masklen)
{
    (void) nargs;
    struct inet inet;
    if (!set_masklen(call, args, &inet))
        return false;
    inet_clear_host(&inet);
    return give(call, &inet, result);
}

FUNCTION(inet_merge)
{
    (void) nargs;
    struct inet a = load(&args[0]), b = load(&args[1]);
    if (a.v6 != b.v6)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "cannot merge addresses from different families");
    int bits = a.bits < b.bits ? a.bits : b.bits;
    while (!inet_same_prefix(&a, &b, bits))
        bits--;
    a.bits = (uint8_t) bits;
    inet_clear_host(&a);
    return give(call, &a, result);
}

FUNCTION(inetnot)
{
    (void) nargs;
    struct inet inet = load(&args[0]);
    for (int i = 0; i < inet_size(&inet); i++)
        inet.addr[i] = (uint8_t) ~inet.addr[i];
    return give(call, &inet, result);
}

static bool combine(struct fcall *call, const struct datum *args, bool both, struct datum *result)
{
    struct inet a = load(&args[0]), b = load(&args[1]);
    if (a.v6 != b.v6)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "cannot %s inet values of different sizes",
                        both ? "AND" : "OR");
    for (int i = 0; i < inet_size(&a); i++)
        a.addr[i] = both ? a.addr[i] & b.addr[i] : a.addr[i] | b.addr[i];
    if (b.bits > a.bits)
        a.bits = b.bits;
    return give(call, &a, result);
}

FUNCTION(inetand)
{
    (void) nargs;
    return combine(call, args, true, result);
}

FUNCTION(inetor)
{
    (void) nargs;
    return combine(call, args, false, result);
}

static bool out_of_range(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "result is out of range");
}

/* The address as a number of 128 bits. */
static unsigned __int128 number(const struct inet *inet)
{
    unsigned __int128 sum = 0;
    for (int i = 0; i < inet_size(inet); i++)
        sum = sum << 8 | inet->addr[i];
    return sum;
}

static bool add(struct fcall *call, const struct datum *value, __int128 addend, struct datum *result)
{
    struct inet inet = load(value);
    unsigned __int128 from = number(&inet), sum = from + (unsigned __int128) addend;
    bool wrapped = addend >= 0 ? sum < from : sum > from;
    if (wrapped || (!inet.v6 && sum > UINT32_MAX))
        return out_of_range(call);
    for (int i = inet_size(&inet); i-- > 0; sum >>= 8)
        inet.addr[i] = (uint8_t) sum;
    return give(call, &inet, result);
}

FUNCTION(inetpl)
{
    (void) nargs;
    return add(call, &args[0], args[1].i, result);
}

FUNCTION(int8pl_inet)
{
    (void) nargs;
    return add(call, &args[1], args[0].i, result);
}

FUNCTION(inetmi_int8)
{
    (void) nargs;
    return add(call, &args[0], -(__int128) args[1].i, result);
}

FUNCTION(inetmi)
{
    (void) nargs;
    struct inet a = load(&args[0]), b = load(&args[1]);
    if (a.v6 != b.v6)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "cannot subtract inet values of different sizes");
    unsigned __int128 x = number(&a), y = number(&b), distance = x >= y ? x - y : y - x;
    if (distance > (unsigned __int128) INT64_MAX + (x < y))
        return out_of_range(call);
    *result = datum_int(x >= y ? (int64_t) distance : (int64_t) (0 - (uint64_t) distance));
    return true;
}

/* macaddr and macaddr8 */

static int mac_size(const struct datum *value)
{
    return value->len > 17 ? 8 : 6;
}

#define MAC_FUNCTION(name, number_of_bytes, change)                                                                              \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        int size = (number_of_bytes);                                                                                            \
        uint8_t a[8], b[8] = {0};                                                                                                \
        macaddr_load(&args[0], size, a);                                                                                         \
        if (nargs > 1)                                                                                                           \
            macaddr_load(&args[1], size, b);                                                                                     \
        for (int i = 0; i < size; i++)                                                                                           \
            a[i] = (uint8_t) (change);                                                                                           \
        *result = macaddr_store(call->arena, a, size);                                                                           \
        return true;                                                                                                             \
    }
MAC_FUNCTION(macaddr_not, mac_size(&args[0]), ~a[i])
MAC_FUNCTION(macaddr_and, mac_size(&args[0]), a[i] & b[i])
MAC_FUNCTION(macaddr_or, mac_size(&args[0]), a[i] | b[i])
/* The manufacturer's three bytes. */
MAC_FUNCTION(macaddr_trunc, mac_size(&args[0]), i < 3 ? a[i] : 0)
/* The bit that says "locally administered", inverted in the interface part of IPv6 addresses. */
MAC_FUNCTION(macaddr8_set7bit, 8, i ? a[i] : a[i] | 2)

FUNCTION(macaddrtomacaddr8)
{
    (void) nargs;
    uint8_t a[6], b[8];
    macaddr_load(&args[0], 6, a);
    memcpy(b, (uint8_t[]){a[0], a[1], a[2], 0xff, 0xfe, a[3], a[4], a[5]}, 8);
    *result = macaddr_store(call->arena, b, 8);
    return true;
}

FUNCTION(macaddr8tomacaddr)
{
    (void) nargs;
    uint8_t a[8];
    macaddr_load(&args[0], 8, a);
    if (a[3] != 0xff || a[4] != 0xfe) {
        diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "macaddr8 data out of range to convert to macaddr");
        return diag_hint(call->diag, "Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for "
                                     "example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.");
    }
    *result = macaddr_store(call->arena, (uint8_t[]){a[0], a[1], a[2], a[5], a[6], a[7]}, 6);
    return true;
}

#define MAC_COMPARISONS(type)                                                                                                    \
    NATIVE(type "_eq", "(%1 = %2)"), NATIVE(type "_ne", "(%1 <> %2)"), NATIVE(type "_lt", "(%1 < %2)"),                          \
        NATIVE(type "_le", "(%1 <= %2)"), NATIVE(type "_gt", "(%1 > %2)"), NATIVE(type "_ge", "(%1 >= %2)"),                     \
        NATIVE(type "_cmp", "((%1 > %2) - (%1 < %2))")

const struct func_impl func_impls_net[] = {
    SCALAR("network_eq", network_eq),
    SCALAR("network_ne", network_ne),
    SCALAR("network_lt", network_lt),
    SCALAR("network_le", network_le),
    SCALAR("network_gt", network_gt),
    SCALAR("network_ge", network_ge),
    SCALAR("network_cmp", network_cmp),
    SCALAR("network_larger", network_larger),
    SCALAR("network_smaller", network_smaller),
    SCALAR("network_sub", network_sub),
    SCALAR("network_subeq", network_subeq),
    SCALAR("network_sup", network_sup),
    SCALAR("network_supeq", network_supeq),
    SCALAR("network_overlap", network_overlap),
    SCALAR("inet_same_family", inet_same_family),
    SCALAR("network_family", network_family),
    SCALAR("network_masklen", network_masklen),
    SCALAR("network_host", network_host),
    SCALAR("network_show", network_show),
    NATIVE("inet_abbrev", "%1"),
    SCALAR("cidr_abbrev", cidr_abbrev),
    SCALAR("network_network", network_network),
    SCALAR("inet_to_cidr", network_network),
    SCALAR("network_broadcast", network_broadcast),
    SCALAR("network_netmask", network_netmask),
    SCALAR("network_hostmask", network_hostmask),
    SCALAR("inet_set_masklen", inet_set_masklen),
    SCALAR("cidr_set_masklen", cidr_set_masklen),
    SCALAR("inet_merge", inet_merge),
    SCALAR("inetnot", inetnot),
    SCALAR("inetand", inetand),
    SCALAR("inetor", inetor),
    SCALAR("inetpl", inetpl),
    SCALAR("int8pl_inet(int8,inet)", int8pl_inet),
    SCALAR("inetmi_int8", inetmi_int8),
    SCALAR("inetmi", inetmi),
    MAC_COMPARISONS("macaddr"),
    MAC_COMPARISONS("macaddr8"),
    SCALAR("macaddr_not", macaddr_not),
    SCALAR("macaddr_and", macaddr_and),
    SCALAR("macaddr_or", macaddr_or),
    SCALAR("macaddr_trunc", macaddr_trunc),
    SCALAR("macaddr8_not", macaddr_not),
    SCALAR("macaddr8_and", macaddr_and),
    SCALAR("macaddr8_or", macaddr_or),
    SCALAR("macaddr8_trunc", macaddr_trunc),
    SCALAR("macaddr8_set7bit", macaddr8_set7bit),
    SCALAR("macaddrtomacaddr8", macaddrtomacaddr8),
    SCALAR("macaddr8tomacaddr", macaddr8tomacaddr),
    {0},
};
