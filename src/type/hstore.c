#include "type/hstore.h"

#include "type/codecs.h"

#include <stdlib.h>

struct reader {
    struct arena *arena;
    const char *text, *at, *end;
    struct diag *diag;
};

static bool near(struct reader *r, const char *at)
{
    if (at >= r->end)
        return diag_set(r->diag, ERRCODE_INTERNAL_ERROR, "Unexpected end of string");
    return diag_set(r->diag, ERRCODE_INTERNAL_ERROR, "Syntax error near \"%.*s\" at position %d", (int) utf8_size((uint8_t) *at),
                    at, (int) (at - r->text));
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && codec_space(*r->at))
        r->at++;
}

/* One key or value. A bare key ends before '=', a bare value before ','. */
static bool word(struct reader *r, bool is_key, const char **out, uint32_t *len, bool *quoted)
{
    skip_space(r);
    if (r->at >= r->end)
        return near(r, r->at);
    if (is_key && *r->at == '=')
        return near(r, r->at);
    char *buffer = arena_alloc(r->arena, (size_t) (r->end - r->at) + 1);
    size_t size = 0;
    *quoted = *r->at == '"';
    if (*quoted)
        r->at++;
    for (;; r->at++) {
        if (r->at >= r->end) {
            if (*quoted)
                return near(r, r->at);
            break;
        }
        if (*quoted ? *r->at == '"' : *r->at == (is_key ? '=' : ',') || codec_space(*r->at))
            break;
        if (*r->at == '\\' && ++r->at >= r->end)
            return near(r, r->at);
        buffer[size++] = *r->at;
    }
    if (*quoted)
        r->at++;
    buffer[size] = '\0';
    *out = buffer;
    *len = (uint32_t) size;
    return true;
}

static bool is_null_word(const char *text, size_t len)
{
    return len == 4 && (text[0] | 32) == 'n' && (text[1] | 32) == 'u' && (text[2] | 32) == 'l' && (text[3] | 32) == 'l';
}

bool hstore_parse(struct arena *arena, const char *text, size_t len, struct hstore *out, struct diag *diag)
{
    struct reader r = {arena, text, text, text + len, diag};
    int capacity = 8;
    *out = (struct hstore){.pairs = arena_array(arena, struct hstore_pair, capacity)};
    skip_space(&r);
    while (r.at < r.end) {
        struct hstore_pair pair = {0};
        bool quoted;
        if (!word(&r, true, &pair.key, &pair.key_len, &quoted))
            return false;
        skip_space(&r);
        if (r.at >= r.end || *r.at != '=')
            return near(&r, r.at);
        r.at++;
        if (r.at >= r.end || *r.at != '>')
            return near(&r, r.at);
        r.at++;
        if (!word(&r, false, &pair.value, &pair.value_len, &quoted))
            return false;
        pair.is_null = !quoted && is_null_word(pair.value, pair.value_len);
        if (out->count == capacity) {
            size_t size = sizeof *out->pairs * (size_t) capacity;
            out->pairs = arena_grow(arena, out->pairs, size, size * 2);
            capacity *= 2;
        }
        out->pairs[out->count++] = pair;
        skip_space(&r);
        if (r.at >= r.end)
            break;
        if (*r.at != ',')
            return near(&r, r.at);
        r.at++;
        skip_space(&r);
    }
    hstore_order(out, false);
    return true;
}

static int order_keys(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
    if (a_len != b_len)
        return a_len < b_len ? -1 : 1;
    return a_len ? memcmp(a, b, a_len) : 0;
}

void hstore_order(struct hstore *hstore, bool last_wins)
{
    struct hstore_pair *pairs = hstore->pairs;
    /* By insertion: stable, which says whose value stays, and what comes in is nearly always in order. */
    int count = 0;
    for (int i = 0; i < hstore->count; i++) {
        struct hstore_pair pair = pairs[i];
        int low = 0, high = count;
        while (low < high) {
            int middle = (low + high) / 2;
            if (order_keys(pairs[middle].key, pairs[middle].key_len, pair.key, pair.key_len) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < count && order_keys(pairs[low].key, pairs[low].key_len, pair.key, pair.key_len) == 0) {
            if (last_wins)
                pairs[low] = pair;
            continue;
        }
        memmove(&pairs[low + 1], &pairs[low], sizeof *pairs * (size_t) (count - low));
        pairs[low] = pair;
        count++;
    }
    hstore->count = count;
}

static void put_quoted(struct buf *out, const char *text, size_t len)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            buf_putc(out, '\\');
        buf_putc(out, text[i]);
    }
    buf_putc(out, '"');
}

struct datum hstore_text(struct arena *arena, const struct hstore *hstore)
{
    struct buf out;
    buf_init(&out);
    for (int i = 0; i < hstore->count; i++) {
        const struct hstore_pair *pair = &hstore->pairs[i];
        if (i)
            buf_puts(&out, ", ");
        put_quoted(&out, pair->key, pair->key_len);
        buf_puts(&out, "=>");
        if (pair->is_null)
            buf_puts(&out, "NULL");
        else
            put_quoted(&out, pair->value, pair->value_len);
    }
    struct datum text = datum_text(arena_strndup(arena, out.len ? out.data : "", out.len), out.len);
    buf_deinit(&out);
    return text;
}

const struct hstore_pair *hstore_find(const struct hstore *hstore, const char *key, size_t len)
{
    int low = 0, high = hstore->count;
    while (low < high) {
        int middle = (low + high) / 2;
        int order = order_keys(hstore->pairs[middle].key, hstore->pairs[middle].key_len, key, (uint32_t) len);
        if (order == 0)
            return &hstore->pairs[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool hstore_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct hstore hstore;
    if (!hstore_parse(io->arena, text, len, &hstore, diag))
        return false;
    *out = hstore_text(io->arena, &hstore);
    return true;
}

/* count, then per pair the key's length and bytes, the value's length (-1: null) and bytes. */
static bool hstore_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    size_t at = 4;
    int64_t count = len >= 4 ? (int32_t) codec_be32(data) : -1;
    if (count < 0 || (size_t) count > len / 8)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "insufficient data left in message");
    struct hstore hstore = {(int) count, arena_array(io->arena, struct hstore_pair, count)};
    struct type_io text_io = *io;
    text_io.type = type_builtin(TEXT_OID);
    for (int i = 0; i < hstore.count; i++)
        for (int part = 0; part < 2; part++) {
            int32_t size = at + 4 <= len ? (int32_t) codec_be32(data + at) : -2;
            struct datum text = datum_text("", 0);
            at += 4;
            if (size < -1 || (part == 0 && size < 0) || (size > 0 && (size_t) size > len - at))
                return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "insufficient data left in message");
            if (size > 0 && !type_codec_text.recv(&text_io, data + at, (size_t) size, &text, diag))
                return false;
            at += size > 0 ? (size_t) size : 0;
            struct hstore_pair *pair = &hstore.pairs[i];
            if (part == 0) {
                pair->key = text.data;
                pair->key_len = text.len;
            } else {
                pair->value = text.data;
                pair->value_len = text.len;
                pair->is_null = size < 0;
            }
        }
    hstore_order(&hstore, false);
    *out = hstore_text(io->arena, &hstore);
    return true;
}

static bool hstore_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct hstore hstore;
    if (!hstore_parse(io->arena, value->data, value->len, &hstore, diag))
        return false;
    buf_put_be32(out, (uint32_t) hstore.count);
    for (int i = 0; i < hstore.count; i++) {
        const struct hstore_pair *pair = &hstore.pairs[i];
        buf_put_be32(out, pair->key_len);
        buf_append(out, pair->key, pair->key_len);
        buf_put_be32(out, pair->is_null ? UINT32_MAX : pair->value_len);
        if (!pair->is_null)
            buf_append(out, pair->value, pair->value_len);
    }
    return true;
}

static bool hstore_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    return type_codec_text.out(io, value, out, diag);
}

/* Keys and values as one string of bytes, then its length, then the parts' number and lengths. */

static void strung(const struct hstore *hstore, struct buf *out)
{
    for (int i = 0; i < hstore->count; i++) {
        buf_append(out, hstore->pairs[i].key, hstore->pairs[i].key_len);
        if (!hstore->pairs[i].is_null)
            buf_append(out, hstore->pairs[i].value, hstore->pairs[i].value_len);
    }
}

static int parts_order(const struct hstore *a, const struct hstore *b)
{
    if (a->count != b->count)
        return a->count > b->count ? 1 : -1;
    for (int i = 0; i < a->count; i++) {
        const struct hstore_pair *x = &a->pairs[i], *y = &b->pairs[i];
        uint32_t x_len = x->is_null ? 0 : x->value_len, y_len = y->is_null ? 0 : y->value_len;
        if (x->key_len != y->key_len)
            return x->key_len < y->key_len ? -1 : 1;
        if (x_len != y_len)
            return x_len < y_len ? -1 : 1;
        if (x->is_null != y->is_null)
            return x->is_null ? 1 : -1;
    }
    return 0;
}

int hstore_compare(const struct hstore *a, const struct hstore *b)
{
    struct buf left = {0}, right = {0};
    if (a->count == 0 || b->count == 0)
        return (a->count > 0) - (b->count > 0);
    strung(a, &left);
    strung(b, &right);
    size_t common = left.len < right.len ? left.len : right.len;
    int order = common ? memcmp(left.data, right.data, common) : 0;
    if (order == 0)
        order = left.len != right.len ? (left.len > right.len ? 1 : -1) : parts_order(a, b);
    buf_deinit(&left);
    buf_deinit(&right);
    return order;
}

static int compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    (void) io;
    struct arena scratch;
    struct hstore x, y;
    struct diag ignored = {0};
    if (a->len == b->len && memcmp(a->data, b->data, a->len) == 0)
        return 0;
    arena_init(&scratch);
    bool read = hstore_parse(&scratch, a->data, a->len, &x, &ignored) && hstore_parse(&scratch, b->data, b->len, &y, &ignored);
    int order = read ? hstore_compare(&x, &y) : text_compare(a, b);
    diag_clear(&ignored);
    arena_deinit(&scratch);
    return order;
}

const struct type_codec type_codec_hstore = {hstore_in, hstore_out, hstore_recv, hstore_send, NULL, compare, NULL, NULL};
