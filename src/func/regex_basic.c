#include "func/regex_translate.h"

#include <ctype.h>
#include <string.h>

/* A basic expression, said as an advanced one: there the signs +, ?, |, braces and parentheses are special without a backslash, here with one or not at
 * all. */

/* The bracket expression at `at`; its end, or `end` when it has none. A backslash is no escape in it. */
static const char *put_brackets(const char *at, const char *end, struct buf *out)
{
    buf_putc(out, *at++);
    if (at < end && *at == '^')
        buf_putc(out, *at++);
    for (const char *first = at; at < end && (*at != ']' || at == first); at++) {
        if (*at == '\\') {
            buf_puts(out, "\\\\");
        } else if (*at == '[' && end - at > 1 && strchr(":.=", at[1]) && at[1]) {
            char kind = at[1];
            buf_append(out, at, 2);
            for (at += 2; end - at > 1 && !(at[0] == kind && at[1] == ']'); at++)
                buf_putc(out, *at);
            if (end - at > 1)
                buf_putc(out, *at++);
            if (at < end)
                buf_putc(out, *at);
        } else {
            buf_putc(out, *at);
        }
        if (at == end)
            break;
    }
    if (at < end)
        buf_putc(out, *at++);
    return at;
}

/* Behind "\\{". What is wrong with a bound is wrong with what is written, too. */
static const char *put_bound(const char *at, const char *end, struct buf *out)
{
    buf_putc(out, '{');
    if (at < end && !isdigit((unsigned char) *at))
        buf_puts(out, "0x");
    else if (at == end)
        buf_putc(out, '0');
    while (at < end && (isdigit((unsigned char) *at) || *at == ','))
        buf_putc(out, *at++);
    if (at < end && (end - at < 2 || at[0] != '\\' || at[1] != '}'))
        buf_putc(out, 'x');
    if (at == end)
        return at;
    buf_putc(out, '}');
    return end - at < 2 ? end : at + 2;
}

/* Behind a backslash. *begins: a subexpression begins. */
static const char *put_escaped(const char *at, const char *end, struct buf *out, bool *begins)
{
    char c = at < end ? *at++ : '\0';
    switch (c) {
    case '\0': /* nothing follows: an error */
        buf_putc(out, '\\');
        break;
    case '(':
        *begins = true;
        buf_putc(out, c);
        break;
    case ')':
        buf_putc(out, c);
        break;
    case '<':
        buf_puts(out, "[[:<:]]");
        break;
    case '>':
        buf_puts(out, "[[:>:]]");
        break;
    case '{':
        return put_bound(at, end, out);
    default:
        if (c >= '1' && c <= '9')
            buf_printf(out, "(?:\\%c)", c);
        else if (isalnum((unsigned char) c) || (c & 0x80))
            buf_putc(out, c);
        else
            buf_printf(out, "\\%c", c);
    }
    return at;
}

void regex_basic(const char *pattern, size_t len, struct buf *out)
{
    bool begins = true, behind_anchor = false;
    for (const char *at = pattern, *end = pattern + len; at < end;) {
        bool first = begins, plain_star = begins || behind_anchor;
        char c = *at;
        begins = behind_anchor = false;
        if (c == '[') {
            bool is_edge = end - at >= 7 && (memcmp(at, "[[:<:]]", 7) == 0 || memcmp(at, "[[:>:]]", 7) == 0);
            if (is_edge)
                buf_append(out, at, 7);
            at = is_edge ? at + 7 : put_brackets(at, end, out);
            continue;
        }
        at++;
        if (c == '\\') {
            at = put_escaped(at, end, out, &begins);
        } else if (c == '^') {
            behind_anchor = first; /* a star is a plain one there */
            buf_puts(out, first ? "^" : "\\^");
        } else if (c == '$') {
            bool last = at == end || (end - at >= 2 && at[0] == '\\' && at[1] == ')');
            buf_puts(out, last ? "$" : "\\$");
        } else if (c == '*') {
            buf_puts(out, plain_star ? "\\*" : "*");
        } else {
            if (strchr("+?|(){}#", c))
                buf_putc(out, '\\');
            buf_putc(out, c);
        }
    }
}
