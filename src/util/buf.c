#include "util/buf.h"

#include "util/arena.h"
#include "util/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *buf)
{
    *buf = (struct buf){0};
}

void buf_deinit(struct buf *buf)
{
    memory_release(buf->cap);
    free(buf->data);
    buf_init(buf);
}

char *buf_reserve(struct buf *buf, size_t more)
{
    if (buf->cap - buf->len < more) {
        size_t cap = buf->cap ? buf->cap : 256;
        while (cap - buf->len < more)
            cap *= 2;
        size_t grown = cap - buf->cap;
        buf->data = xrealloc(buf->data, cap);
        buf->cap = cap;
        memory_charge(grown);
    }
    return buf->data + buf->len;
}

const char *buf_cstr(struct buf *buf)
{
    *buf_reserve(buf, 1) = '\0';
    return buf->data;
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *to = buf_reserve(buf, (size_t) length + 1);
    vsnprintf(to, (size_t) length + 1, format, args);
    buf->len += (size_t) length;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

void buf_put_int64(struct buf *buf, int64_t value)
{
    char digits[20];
    char *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t) value : (uint64_t) value;
    do
        *--at = (char) ('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        buf_putc(buf, '-');
    buf_append(buf, at, (size_t) (digits + sizeof digits - at));
}
