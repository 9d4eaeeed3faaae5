#include "sql/compiler.h"
#include "sql/lower_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Names, strings and numbers as SQLite reads them. */

const char *lower_error(struct lower *l, const char *sqlstate, int location, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *message = arena_vprintf(l->arena, format, args);
    va_end(args);
    diag_set(l->diag, sqlstate, "%s", message);
    compiler_position(l->compiler, l->diag, location);
    return NULL;
}

const char *lower_take(struct lower *l, struct buf *buf)
{
    const char *text = arena_strndup(l->arena, buf->len ? buf->data : "", buf->len);
    buf_deinit(buf);
    return text;
}

const char *lower_quote(struct lower *l, const char *name)
{
    if (!strchr(name, '"'))
        return LOWER_PRINT(l, "\"%s\"", name);
    struct buf buf = {0};
    buf_putc(&buf, '"');
    for (const char *at = name; *at; at++) {
        if (*at == '"')
            buf_putc(&buf, '"');
        buf_putc(&buf, *at);
    }
    buf_putc(&buf, '"');
    return lower_take(l, &buf);
}

const char *lower_string(struct lower *l, const char *text, size_t len)
{
    struct buf buf = {0};
    buf_putc(&buf, '\'');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\'')
            buf_putc(&buf, '\'');
        buf_putc(&buf, text[i]);
    }
    buf_putc(&buf, '\'');
    return lower_take(l, &buf);
}

const char *lower_fresh(struct lower *l)
{
    return LOWER_PRINT(l, "x%d", ++l->next_name);
}

const char *lower_parameter(struct lower *l, int number)
{
    if (number > l->max_parameter)
        l->max_parameter = number;
    return LOWER_PRINT(l, "?%d", number);
}

const char *lower_constant(struct lower *l, const struct datum *value)
{
    switch (value->kind) {
    case DATUM_NULL:
        return "NULL";
    case DATUM_INT:
        return LOWER_PRINT(l, "%" PRId64, value->i);
    case DATUM_REAL: {
        if (isinf(value->r))
            return value->r > 0 ? "9e999" : "-9e999";
        if (isnan(value->r))
            return "'NaN'";
        char digits[40];
        snprintf(digits, sizeof digits, "%.17g", value->r);
        /* A REAL must look like one: 1 would be an integer and divide as one. */
        return strpbrk(digits, ".e") ? arena_strdup(l->arena, digits) : LOWER_PRINT(l, "%s.0", digits);
    }
    case DATUM_TEXT:
        return lower_string(l, value->data, value->len);
    case DATUM_BLOB: {
        struct buf buf = {0};
        buf_puts(&buf, "x'");
        for (uint32_t i = 0; i < value->len; i++)
            buf_printf(&buf, "%02x", (unsigned char) value->data[i]);
        buf_putc(&buf, '\'');
        return lower_take(l, &buf);
    }
    }
    return "NULL";
}
