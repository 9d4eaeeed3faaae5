#ifndef PGQUILL_TYPE_NET_H
#define PGQUILL_TYPE_NET_H

#include "type/type.h"

/* Network addresses. inet and cidr share one storage form, so that a cidr is an inet without a conversion: the address, and its
 * prefix length where it is not the whole address ("10.1.2.3", "10.0.0.0/8", "::1"). */
struct inet {
    bool v6;
    uint8_t bits;     /* of the network */
    uint8_t addr[16]; /* network order; the first four for IPv4 */
};

enum { INET_TEXT_MAX = 64 };

static inline int inet_size(const struct inet *inet)
{
    return inet->v6 ? 16 : 4;
}

static inline int inet_max_bits(const struct inet *inet)
{
    return inet->v6 ? 128 : 32;
}

/* Read an address as inet's (or cidr's) input does; false: it isn't one. Host bits of a cidr are not looked at. */
bool inet_parse(const char *text, size_t len, bool cidr, struct inet *inet);
/* Read the storage form. False: it isn't an address; `inet` is then 0.0.0.0/0. */
bool inet_load(const struct datum *value, struct inet *inet);
struct datum inet_store(struct arena *arena, const struct inet *inet);
/* The address alone into `text` (INET_TEXT_MAX bytes); returns the length. */
size_t inet_address(const struct inet *inet, char *text);
/* Order of the default operator class: family, network, prefix length, address. */
int inet_compare(const struct inet *a, const struct inet *b);
/* Are the first `bits` bits of both the same? */
bool inet_same_prefix(const struct inet *a, const struct inet *b, int bits);
/* Clear, or set, the bits behind the network. */
void inet_clear_host(struct inet *inet);
void inet_fill_host(struct inet *inet);

/* macaddr and macaddr8 are stored as their text, whose order is theirs. Bytes of the storage form; false: it isn't one. */
bool macaddr_load(const struct datum *value, int size, uint8_t *bytes);
struct datum macaddr_store(struct arena *arena, const uint8_t *bytes, int size);

#endif
