#include "type/query_int.h"

#include "type/codecs.h"

#include <stdlib.h>

enum { DEPTH_MAX = 1000 };

struct reader {
    struct arena *arena;
    const char *at, *end;
    int depth;
    struct diag *diag;
};

static struct int_query *any_of(struct reader *r);

static char next_char(struct reader *r)
{
    while (r->at < r->end && codec_space(*r->at))
        r->at++;
    return r->at < r->end ? *r->at : '\0';
}

static void *wrong(struct reader *r)
{
    diag_set(r->diag, ERRCODE_SYNTAX_ERROR, "syntax error");
    return NULL;
}

static struct int_query *node(struct reader *r, char kind, struct int_query *left, struct int_query *right)
{
    if (!right)
        return NULL;
    struct int_query *query = arena_new(r->arena, struct int_query);
    *query = (struct int_query){.kind = kind, .left = left, .right = right};
    return query;
}

static struct int_query *one(struct reader *r)
{
    char c = next_char(r);
    if (++r->depth > DEPTH_MAX) {
        diag_set(r->diag, ERRCODE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        return NULL;
    }
    struct int_query *query;
    if (c == '!') {
        r->at++;
        query = node(r, '!', NULL, one(r));
    } else if (c == '(') {
        r->at++;
        query = any_of(r);
        if (query && next_char(r) != ')')
            return wrong(r);
        r->at++;
    } else {
        char digits[16], *stop;
        size_t len = 0;
        if (c == '-')
            digits[len++] = *r->at++;
        while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && len < sizeof digits - 1)
            digits[len++] = *r->at++;
        digits[len] = '\0';
        long number = strtol(digits, &stop, 10);
        if (stop == digits || number < INT32_MIN || number > INT32_MAX)
            return wrong(r);
        query = arena_new(r->arena, struct int_query);
        *query = (struct int_query){.kind = 'n', .number = (int32_t) number};
    }
    r->depth--;
    return query;
}

static struct int_query *all_of(struct reader *r)
{
    struct int_query *query = one(r);
    while (query && next_char(r) == '&') {
        r->at++;
        query = node(r, '&', query, one(r));
    }
    return query;
}

static struct int_query *any_of(struct reader *r)
{
    struct int_query *query = all_of(r);
    while (query && next_char(r) == '|') {
        r->at++;
        query = node(r, '|', query, all_of(r));
    }
    return query;
}

struct int_query *int_query_parse(struct arena *arena, const char *text, size_t len, struct diag *diag)
{
    struct reader r = {arena, text, text + len, 0, diag};
    struct int_query *query = any_of(&r);
    return query && next_char(&r) ? wrong(&r) : query;
}

static bool is_among(int32_t number, int count, const int32_t *numbers)
{
    int low = 0, high = count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (numbers[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && numbers[low] == number;
}

bool int_query_matches(const struct int_query *query, int count, const int32_t *numbers)
{
    switch (query->kind) {
    case 'n':
        return is_among(query->number, count, numbers);
    case '!':
        return !int_query_matches(query->right, count, numbers);
    case '&':
        return int_query_matches(query->left, count, numbers) && int_query_matches(query->right, count, numbers);
    default:
        return int_query_matches(query->left, count, numbers) || int_query_matches(query->right, count, numbers);
    }
}

/* `outer`: nothing around it would take it apart. */
static void put(const struct int_query *query, bool outer, struct buf *out)
{
    if (query->kind == 'n') {
        buf_put_int64(out, query->number);
    } else if (query->kind == '!') {
        bool nested = query->right->kind != 'n';
        buf_puts(out, nested ? "!( " : "!");
        put(query->right, nested, out);
        buf_puts(out, nested ? " )" : "");
    } else {
        bool enclosed = query->kind == '|' && !outer;
        buf_puts(out, enclosed ? "( " : "");
        put(query->left, false, out);
        buf_printf(out, " %c ", query->kind);
        put(query->right, false, out);
        buf_puts(out, enclosed ? " )" : "");
    }
}

static bool query_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct int_query *query = int_query_parse(io->arena, text, len, diag);
    struct buf buf;
    if (!query)
        return false;
    buf_init(&buf);
    put(query, true, &buf);
    *out = datum_text(arena_strndup(io->arena, buf.data, buf.len), buf.len);
    buf_deinit(&buf);
    return true;
}

static bool query_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    return type_codec_text.out(io, value, out, diag);
}

static bool query_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    (void) io, (void) data, (void) len, (void) out;
    return diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "no binary input function available for type query_int");
}

static bool query_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) value, (void) out;
    return diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "no binary output function available for type query_int");
}

const struct type_codec type_codec_query_int = {query_in, query_out, query_recv, query_send, NULL, NULL, NULL, NULL};
