#include "type/tsearch.h"

#include "type/codecs.h"

#include <stdlib.h>
#include <string.h>

/* tsquery: words and operators (docs: 8.11.2). */

enum { PRIORITY_OR = 1, PRIORITY_AND = 2, PRIORITY_PHRASE = 3, PRIORITY_NOT = 4, DEPTH_MAX = 1000 };

static const int priorities[] = {
    [TS_NOT] = PRIORITY_NOT, [TS_AND] = PRIORITY_AND, [TS_OR] = PRIORITY_OR, [TS_PHRASE] = PRIORITY_PHRASE};

struct ts_query *tsquery_value(struct arena *arena, const char *text, size_t len, int weights, bool prefix)
{
    struct ts_query *query = arena_new(arena, struct ts_query);
    *query = (struct ts_query){.kind = TS_VALUE, .text = text, .len = (uint32_t) len, .weights = weights, .prefix = prefix};
    return query;
}

struct ts_query *tsquery_join(struct arena *arena, enum ts_kind kind, struct ts_query *left, struct ts_query *right, int distance)
{
    struct ts_query *query = arena_new(arena, struct ts_query);
    *query = (struct ts_query){.kind = kind, .left = left, .right = right, .distance = distance};
    return query;
}

/* Reading: precedence climbing. */

struct reader {
    struct ts_scanner scan;
    int depth;
};

static void skip_space(struct ts_scanner *s)
{
    while (s->at < s->end && codec_space(*s->at))
        s->at++;
}

/* Weights and the mark of a prefix behind a word. */
static void read_modifiers(struct ts_scanner *s, struct ts_query *value)
{
    if (s->at == s->end || *s->at != ':')
        return;
    for (s->at++; s->at < s->end; s->at++) {
        char c = *s->at | 0x20;
        if (*s->at == '*')
            value->prefix = true;
        else if (c >= 'a' && c <= 'd' && (*s->at & 0x40))
            value->weights |= 1 << ('d' - c);
        else
            break;
    }
}

/* <-> or <5>. False: it isn't one (diag may say why). */
static bool read_distance(struct ts_scanner *s, int *distance)
{
    const char *at = s->at + 1;
    long number = 0;
    if (at < s->end && *at == '-') {
        number = 1;
        at++;
    } else {
        const char *digits = at;
        for (; at < s->end && *at >= '0' && *at <= '9'; at++)
            number = number > TS_DISTANCE_MAX ? number : number * 10 + (*at - '0');
        if (at == digits)
            return false;
        if (number > TS_DISTANCE_MAX)
            return diag_set(s->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                            "distance in phrase operator must be an integer value between zero and %d inclusive",
                            TS_DISTANCE_MAX);
    }
    /* At the very end it is no operator. */
    if (at == s->end || *at != '>' || at + 1 == s->end)
        return false;
    s->at = at + 1;
    *distance = (int) number;
    return true;
}

static struct ts_query *read_binary(struct reader *r, int priority, bool *empty);

static struct ts_query *fail(struct reader *r)
{
    if (!diag_is_set(r->scan.diag))
        ts_syntax_error(&r->scan);
    return NULL;
}

static struct ts_query *read_operand(struct reader *r, bool *empty)
{
    struct ts_scanner *s = &r->scan;
    *empty = false;
    skip_space(s);
    if (s->at == s->end) {
        *empty = r->depth == 0;
        if (!*empty)
            diag_set(s->diag, ERRCODE_SYNTAX_ERROR, "no operand in tsquery: \"%.*s\"", (int) s->len, s->text);
        return NULL;
    }
    if (r->depth > DEPTH_MAX) {
        diag_set(s->diag, ERRCODE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        return NULL;
    }
    if (*s->at == '!') {
        s->at++;
        r->depth++;
        struct ts_query *operand = read_operand(r, empty);
        r->depth--;
        return operand ? tsquery_join(s->arena, TS_NOT, NULL, operand, 0) : NULL;
    }
    if (*s->at == '(') {
        s->at++;
        r->depth++;
        struct ts_query *inner = read_binary(r, PRIORITY_OR, empty);
        r->depth--;
        if (!inner)
            return NULL;
        skip_space(s);
        if (s->at == s->end || *s->at != ')')
            return fail(r);
        s->at++;
        return inner;
    }
    if (*s->at == ':' || strchr("&|)<", *s->at))
        return fail(r);
    struct ts_word word;
    if (!ts_scan(s, &word))
        return fail(r);
    if (word.len > TS_WORD_MAX) {
        diag_set(s->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "word is too long in tsquery: \"%.*s\"", (int) s->len, s->text);
        return NULL;
    }
    struct ts_query *value = tsquery_value(s->arena, word.text, word.len, 0, false);
    read_modifiers(s, value);
    return value;
}

/* The operator that follows; TS_VALUE: none. It is taken only if it binds at least so tightly. */
static bool read_operator(struct reader *r, int priority, enum ts_kind *kind, int *distance)
{
    struct ts_scanner *s = &r->scan;
    const char *start = s->at;
    skip_space(s);
    *kind = TS_VALUE;
    if (s->at == s->end || *s->at == ')')
        return true;
    *kind = *s->at == '&' ? TS_AND : *s->at == '|' ? TS_OR : *s->at == '<' ? TS_PHRASE : TS_VALUE;
    if (*kind == TS_VALUE)
        return fail(r) != NULL;
    if (*kind == TS_PHRASE ? !read_distance(s, distance) : (s->at++, false))
        return fail(r) != NULL;
    if (priorities[*kind] < priority) {
        s->at = start;
        *kind = TS_VALUE;
    }
    return true;
}

static struct ts_query *read_binary(struct reader *r, int priority, bool *empty)
{
    struct ts_query *left = read_operand(r, empty);
    enum ts_kind kind;
    int distance = 0;
    while (left) {
        if (!read_operator(r, priority, &kind, &distance))
            return NULL;
        if (kind == TS_VALUE)
            break;
        r->depth++;
        struct ts_query *right = read_binary(r, priorities[kind] + 1, empty);
        r->depth--;
        left = right ? tsquery_join(r->scan.arena, kind, left, right, kind == TS_PHRASE ? distance : 0) : NULL;
    }
    return left;
}

struct ts_query *tsquery_parse(struct arena *arena, const char *text, size_t len, struct diag *diag)
{
    struct reader r = {.scan = {arena, text, len, text, text + len, true, diag, NULL}};
    bool empty;
    struct ts_query *query = read_binary(&r, PRIORITY_OR, &empty);
    if (query && r.scan.at < r.scan.end)
        return fail(&r);
    return query;
}

struct ts_query *tsquery_load(struct arena *arena, const struct datum *value)
{
    struct diag ignored = {0};
    struct ts_query *query = value->kind == DATUM_TEXT ? tsquery_parse(arena, value->data, value->len, &ignored) : NULL;
    diag_clear(&ignored);
    return query;
}

static void put_query(struct buf *out, const struct ts_query *query, int outer, bool right_of_phrase)
{
    if (query->kind == TS_VALUE) {
        ts_put_word(out, query->text, query->len);
        if (query->weights || query->prefix)
            buf_putc(out, ':');
        if (query->prefix)
            buf_putc(out, '*');
        for (int weight = 3; weight >= 0; weight--)
            if (query->weights & 1 << weight)
                buf_putc(out, "DCBA"[weight]);
        return;
    }
    int priority = priorities[query->kind];
    bool parentheses = priority < outer || (query->kind == TS_PHRASE && right_of_phrase);
    if (parentheses)
        buf_puts(out, "( ");
    if (query->kind == TS_NOT) {
        buf_putc(out, '!');
    } else {
        put_query(out, query->left, priority, false);
        if (query->kind == TS_PHRASE && query->distance != 1)
            buf_printf(out, " <%d> ", query->distance);
        else
            buf_puts(out, query->kind == TS_AND ? " & " : query->kind == TS_OR ? " | " : " <-> ");
    }
    put_query(out, query->right, priority, query->kind == TS_PHRASE);
    if (parentheses)
        buf_puts(out, " )");
}

struct datum tsquery_store(struct arena *arena, const struct ts_query *query)
{
    struct buf buf = {0};
    if (query)
        put_query(&buf, query, 0, false);
    struct datum result = datum_text(arena_strndup(arena, buf.data ? buf.data : "", buf.len), buf.len);
    buf_deinit(&buf);
    return result;
}

int tsquery_count(const struct ts_query *query)
{
    return query ? 1 + tsquery_count(query->left) + tsquery_count(query->right) : 0;
}

static size_t word_bytes(const struct ts_query *query)
{
    if (!query)
        return 0;
    return query->kind == TS_VALUE ? query->len + 1 : word_bytes(query->left) + word_bytes(query->right);
}

/* Words are ordered by a checksum first: the common table of CRC-32, applied in the other direction. */
static int32_t word_sum(const struct ts_query *value)
{
    uint32_t sum = UINT32_MAX;
    for (uint32_t i = 0; i < value->len; i++) {
        uint32_t row = (sum >> 24 ^ (uint8_t) value->text[i]) & 0xff;
        for (int bit = 0; bit < 8; bit++)
            row = row & 1 ? row >> 1 ^ 0xedb88320 : row >> 1;
        sum = row ^ sum << 8;
    }
    return (int32_t) (sum ^ UINT32_MAX);
}

int tsquery_node_compare(const struct ts_query *a, const struct ts_query *b)
{
    if ((a->kind == TS_VALUE) != (b->kind == TS_VALUE))
        return a->kind == TS_VALUE ? 1 : -1;
    if (a->kind == TS_VALUE) {
        int32_t x = word_sum(a), y = word_sum(b);
        return x != y ? (x > y ? -1 : 1) : ts_lexeme_compare(a->text, a->len, b->text, b->len);
    }
    if (a->kind != b->kind)
        return a->kind > b->kind ? -1 : 1;
    int order = tsquery_node_compare(a->right, b->right);
    if (order == 0 && a->kind != TS_NOT)
        order = tsquery_node_compare(a->left, b->left);
    return order || a->distance == b->distance ? order : a->distance > b->distance ? -1 : 1;
}

int tsquery_compare(const struct ts_query *a, const struct ts_query *b)
{
    int x = tsquery_count(a), y = tsquery_count(b);
    if (x != y)
        return x < y ? -1 : 1;
    size_t p = word_bytes(a), q = word_bytes(b);
    if (p != q)
        return p < q ? -1 : 1;
    return x ? tsquery_node_compare(a, b) : 0;
}

static bool query_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    const struct ts_query *query = tsquery_parse(io->arena, text, len, diag);
    if (!query && diag_is_set(diag))
        return false;
    *out = tsquery_store(io->arena, query);
    return true;
}

static bool stored_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    buf_append(out, value->data, value->len);
    return true;
}

/* Binary: nodes in prefix order, the right operand first. */

enum { WIRE_VALUE = 1, WIRE_OPERATOR = 2 };

static void send_node(struct buf *out, const struct ts_query *query)
{
    if (!query)
        return;
    if (query->kind == TS_VALUE) {
        buf_putc(out, WIRE_VALUE);
        buf_putc(out, (char) query->weights);
        buf_putc(out, query->prefix);
        buf_append(out, query->text, query->len);
        buf_putc(out, '\0');
        return;
    }
    buf_putc(out, WIRE_OPERATOR);
    buf_putc(out, (char) query->kind);
    if (query->kind == TS_PHRASE)
        buf_put_be16(out, (uint16_t) query->distance);
    send_node(out, query->right);
    send_node(out, query->left);
}

static bool query_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    const struct ts_query *query = tsquery_load(io->arena, value);
    (void) diag;
    buf_put_be32(out, (uint32_t) tsquery_count(query));
    send_node(out, query);
    return true;
}

struct wire {
    const uint8_t *at, *end;
    uint32_t left; /* nodes */
    int depth;
};

static struct ts_query *recv_node(const struct type_io *io, struct wire *wire, struct diag *diag)
{
    if (wire->left == 0 || wire->end - wire->at < 2 || wire->depth > DEPTH_MAX)
        return codec_bad_binary(diag), NULL;
    wire->left--;
    uint8_t type = *wire->at++;
    if (type == WIRE_VALUE) {
        uint8_t weights = *wire->at++;
        const uint8_t *end = wire->at < wire->end ? memchr(wire->at + 1, '\0', (size_t) (wire->end - wire->at - 1)) : NULL;
        if (!end)
            return codec_bad_binary(diag), NULL;
        bool prefix = *wire->at++;
        const char *text = (const char *) wire->at;
        wire->at = end + 1;
        if (weights > 0xf)
            return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid tsquery: invalid weight bitmap"), NULL;
        if (end - (const uint8_t *) text > TS_WORD_MAX)
            return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid tsquery: operand too long"), NULL;
        return tsquery_value(io->arena, text, (size_t) (end - (const uint8_t *) text), weights, prefix);
    }
    uint8_t kind = *wire->at++;
    int distance = 0;
    if (type != WIRE_OPERATOR || kind < TS_NOT || kind > TS_PHRASE)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid tsquery: unrecognized operator type"), NULL;
    if (kind == TS_PHRASE) {
        if (wire->end - wire->at < 2)
            return codec_bad_binary(diag), NULL;
        distance = codec_be16(wire->at);
        wire->at += 2;
    }
    wire->depth++;
    struct ts_query *right = recv_node(io, wire, diag), *left = NULL;
    if (right && kind != TS_NOT)
        left = recv_node(io, wire, diag);
    wire->depth--;
    return right && (left || kind == TS_NOT) ? tsquery_join(io->arena, kind, left, right, distance) : NULL;
}

static bool query_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len < 4)
        return codec_bad_binary(diag);
    struct wire wire = {data + 4, data + len, codec_be32(data), 0};
    const struct ts_query *query = NULL;
    if (!wire.left)
        return diag_set(diag, ERRCODE_INTERNAL_ERROR, "malformed tsquery: operand not found");
    if (!(query = recv_node(io, &wire, diag)))
        return false;
    if (wire.left || wire.at != wire.end)
        return codec_bad_binary(diag);
    *out = tsquery_store(io->arena, query);
    return true;
}

static int query_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    return tsquery_compare(tsquery_load(io->arena, a), tsquery_load(io->arena, b));
}

const struct type_codec type_codec_tsquery = {query_in, stored_out, query_recv, query_send, NULL, query_compare, NULL, NULL};
