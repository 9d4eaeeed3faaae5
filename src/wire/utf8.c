#include "wire/framing.h"

#include <stdio.h>

/* Bytes of the character that begins at `p` when it is valid (RFC 3629), else 0. */
static size_t character(const unsigned char *p, size_t left)
{
    if (*p < 0x80)
        return *p != 0;
    size_t len = *p >= 0xc2 && *p <= 0xdf ? 2 : (*p & 0xf0) == 0xe0 ? 3 : *p >= 0xf0 && *p <= 0xf4 ? 4 : 0;
    if (len == 0 || left < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
        (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

/* How long the first byte says the character is. */
static size_t claimed(unsigned char first)
{
    return (first & 0xe0) == 0xc0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : (first & 0xf8) == 0xf0 ? 4 : 1;
}

static bool report(const unsigned char *p, size_t left, struct diag *diag)
{
    char bytes[32];
    int at = 0;
    size_t len = claimed(*p);
    for (size_t i = 0; i < len && i < left; i++)
        at += snprintf(bytes + at, sizeof bytes - (size_t) at, "%s0x%02x", i ? " " : "", p[i]);
    return diag_set(diag, ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\": %s", bytes);
}

/* Eight bytes that are ASCII and not NUL. */
static bool is_plain(const unsigned char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return !((word | (word - 0x0101010101010101u)) & 0x8080808080808080u);
}

bool wire_check_utf8(const char *text, size_t len, struct diag *diag)
{
    const unsigned char *p = (const unsigned char *) text, *end = p + len;
    while (p < end) {
        if (end - p >= 8 && is_plain(p)) {
            p += 8;
            continue;
        }
        size_t step = character(p, (size_t) (end - p));
        if (step == 0)
            return report(p, (size_t) (end - p), diag);
        p += step;
    }
    return true;
}
