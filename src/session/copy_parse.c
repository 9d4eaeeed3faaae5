#include "session/copy.h"

#include <stddef.h>
#include <string.h>

/* COPY's text and CSV forms (PostgreSQL docs, COPY, "File Formats"). */

static ptrdiff_t end_line(struct copy_scan *scan, size_t at, size_t width, size_t *skip)
{
    *skip = at + width;
    scan->scanned = 0;
    scan->in_quote = scan->after_escape = false;
    return (ptrdiff_t) at;
}

/* Is data[i] the end of a line? The first one seen settles what ends all. 0: no; -1: the next byte must be known. */
static int line_end(struct copy_scan *scan, const char *data, size_t len, size_t i)
{
    if (data[i] == '\n' && (scan->eol == EOL_UNKNOWN || scan->eol == EOL_NL)) {
        scan->eol = EOL_NL;
        return 1;
    }
    if (data[i] != '\r' || scan->eol == EOL_NL)
        return 0;
    if (scan->eol == EOL_CR)
        return 1;
    if (i + 1 == len)
        return -1;
    if (data[i + 1] == '\n') {
        scan->eol = EOL_CRNL;
        return 2;
    }
    if (scan->eol == EOL_UNKNOWN) {
        scan->eol = EOL_CR;
        return 1;
    }
    return 0;
}

static ptrdiff_t find_text_line(struct copy_scan *scan, const char *data, size_t len, size_t *skip)
{
    size_t i = scan->scanned;
    while (i < len) {
        if (!scan->after_escape && scan->eol == EOL_NL) {
            /* Only two bytes matter now: look for the nearer one. */
            const char *nl = memchr(data + i, '\n', len - i),
                       *backslash = memchr(data + i, '\\', nl ? (size_t) (nl - data) - i : len - i);
            if (!backslash)
                return nl ? end_line(scan, (size_t) (nl - data), 1, skip) : (scan->scanned = len, -1);
            i = (size_t) (backslash - data);
        }
        if (scan->after_escape) {
            scan->after_escape = false;
        } else if (data[i] == '\\') {
            scan->after_escape = true;
        } else {
            int width = line_end(scan, data, len, i);
            if (width > 0)
                return end_line(scan, i, (size_t) width, skip);
            if (width < 0)
                break;
        }
        i++;
    }
    scan->scanned = i;
    return -1;
}

static ptrdiff_t find_csv_line(const struct copy_options *options, struct copy_scan *scan, const char *data, size_t len,
                               size_t *skip)
{
    char quote = options->quote, escape = options->escape;
    size_t i = scan->scanned;
    for (; i < len; i++) {
        char c = data[i];
        if (scan->in_quote && c == escape && escape != quote) {
            scan->after_escape = !scan->after_escape;
            continue;
        }
        if (c == quote && !scan->after_escape)
            scan->in_quote = !scan->in_quote;
        scan->after_escape = false;
        if (scan->in_quote)
            continue;
        int width = line_end(scan, data, len, i);
        if (width > 0)
            return end_line(scan, i, (size_t) width, skip);
        if (width < 0)
            break;
    }
    scan->scanned = i;
    return -1;
}

ptrdiff_t copy_find_line(const struct copy_options *options, struct copy_scan *scan, const char *data, size_t len, size_t *skip)
{
    return options->format == COPY_CSV ? find_csv_line(options, scan, data, len, skip) : find_text_line(scan, data, len, skip);
}

static int octal(char c)
{
    return c >= '0' && c <= '7' ? c - '0' : -1;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that an escape stands for; `p` is behind the backslash and moves on. */
static char unescape(const char **p, const char *end)
{
    static const char letters[] = "bfnrtv", meanings[] = "\b\f\n\r\t\v";
    char c = *(*p)++;
    const char *letter = c ? strchr(letters, c) : NULL;
    if (letter)
        return meanings[letter - letters];
    if (octal(c) >= 0) {
        int value = octal(c);
        for (int i = 0; i < 2 && *p < end && octal(**p) >= 0; i++)
            value = value * 8 + octal(*(*p)++);
        return (char) value;
    }
    if (c == 'x' && *p < end && hex(**p) >= 0) {
        int value = hex(*(*p)++);
        if (*p < end && hex(**p) >= 0)
            value = value * 16 + hex(*(*p)++);
        return (char) value;
    }
    return c;
}

static bool is_null_text(const struct copy_options *options, const char *data, size_t len)
{
    return len == options->null_len && !memcmp(data, options->null, len);
}

/* Text: fields without a backslash, by far the most, stay where they are. */
static void split_text(const struct copy_options *options, const char *line, size_t len, struct buf *scratch,
                       struct copy_field *fields, int max, int *count)
{
    const char *p = line, *end = line + len;
    buf_reserve(scratch, len);
    for (;;) {
        const char *start = p;
        while (p < end && *p != options->delimiter && *p != '\\')
            p++;
        struct copy_field field = {.data = start, .len = (size_t) (p - start)};
        if (p < end && *p == '\\') {
            char *into = scratch->data + scratch->len, *out = into;
            memcpy(out, start, field.len);
            out += field.len;
            while (p < end && *p != options->delimiter) {
                if (*p == '\\' && p + 1 < end) {
                    p++;
                    *out++ = unescape(&p, end);
                } else {
                    *out++ = *p++;
                }
            }
            field.data = into;
            field.len = (size_t) (out - into);
            scratch->len += field.len;
        }
        field.is_null = is_null_text(options, start, (size_t) (p - start));
        if (*count == max) {
            ++*count;
            return;
        }
        fields[(*count)++] = field;
        if (p == end)
            return;
        p++;
    }
}

static bool split_csv(const struct copy *copy, const char *line, size_t len, struct buf *scratch, struct copy_field *fields,
                      int max, int *count, struct diag *diag)
{
    const struct copy_options *options = &copy->options;
    const char *p = line, *end = line + len;
    buf_reserve(scratch, len + 1);
    for (;;) {
        const char *start = p;
        bool saw_quote = false, in_quote = false;
        char *into = scratch->data + scratch->len, *out = into;
        for (; p < end; p++) {
            if (!in_quote && *p == options->delimiter)
                break;
            if (!in_quote && *p == options->quote) {
                in_quote = saw_quote = true;
            } else if (in_quote && *p == options->escape && p + 1 < end && (p[1] == options->escape || p[1] == options->quote)) {
                *out++ = *++p;
            } else if (in_quote && *p == options->quote) {
                in_quote = false;
            } else {
                *out++ = *p;
            }
        }
        if (in_quote)
            return diag_set(diag, ERRCODE_BAD_COPY_FILE_FORMAT, "unterminated CSV quoted field");
        if (*count == max) {
            ++*count;
            return true;
        }
        int column = *count;
        struct copy_field field = {.data = into, .len = (size_t) (out - into)};
        scratch->len += field.len;
        if (!saw_quote && is_null_text(options, start, (size_t) (p - start)))
            field.is_null = !(options->force_not_null && options->force_not_null[column]);
        else if (saw_quote && options->force_null && options->force_null[column])
            field.is_null = is_null_text(options, field.data, field.len);
        fields[(*count)++] = field;
        if (p == end)
            return true;
        p++;
    }
}

bool copy_split(const struct copy *copy, const char *line, size_t len, struct buf *scratch, struct copy_field *fields, int max,
                int *count, struct diag *diag)
{
    *count = 0;
    buf_reset(scratch);
    if (copy->options.format == COPY_CSV)
        return split_csv(copy, line, len, scratch, fields, max, count, diag);
    split_text(&copy->options, line, len, scratch, fields, max, count);
    return true;
}
