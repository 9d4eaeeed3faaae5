#ifndef PGQUILL_UTIL_BUF_H
#define PGQUILL_UTIL_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A growing run of bytes. data is NULL until the first append; it is not NUL-terminated unless buf_cstr is asked. */
struct buf {
    char *data;
    size_t len;
    size_t cap;
};

void buf_init(struct buf *buf);
void buf_deinit(struct buf *buf);
/* Make room for `more` bytes behind the last and return where they go; buf->len is not moved. */
char *buf_reserve(struct buf *buf, size_t more);
/* NUL-terminate and return the bytes; valid until the next append. The NUL does not count in len. */
const char *buf_cstr(struct buf *buf);
void buf_puts(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* Decimal digits of a number. */
void buf_put_int64(struct buf *buf, int64_t value);

static inline void buf_reset(struct buf *buf)
{
    buf->len = 0;
}

static inline void buf_append(struct buf *buf, const void *data, size_t len)
{
    if (buf->cap - buf->len < len)
        buf_reserve(buf, len);
    if (len)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
}

static inline void buf_putc(struct buf *buf, char c)
{
    if (buf->cap == buf->len)
        buf_reserve(buf, 1);
    buf->data[buf->len++] = c;
}

/* Big-endian integers, as the wire has them. */
static inline void buf_put_be16(struct buf *buf, uint16_t value)
{
    value = __builtin_bswap16(value);
    buf_append(buf, &value, sizeof value);
}

static inline void buf_put_be32(struct buf *buf, uint32_t value)
{
    value = __builtin_bswap32(value);
    buf_append(buf, &value, sizeof value);
}

static inline void buf_put_be64(struct buf *buf, uint64_t value)
{
    value = __builtin_bswap64(value);
    buf_append(buf, &value, sizeof value);
}

#endif
