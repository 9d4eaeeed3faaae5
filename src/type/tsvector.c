#include "type/tsearch.h"

#include "type/codecs.h"

#include <stdlib.h>
#include <string.h>

/* tsvector: lexemes with their places in a document (docs: 8.11.1). */

int ts_lexeme_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t len = a_len < b_len ? a_len : b_len;
    int order = len ? memcmp(a, b, len) : 0;
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

bool ts_syntax_error(struct ts_scanner *scanner)
{
    return diag_set(scanner->diag, ERRCODE_SYNTAX_ERROR,
                    scanner->query ? "syntax error in tsquery: \"%.*s\"" : "syntax error in tsvector: \"%.*s\"",
                    (int) scanner->len, scanner->text);
}

static bool is_operator(char c)
{
    return c == '!' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<';
}

/* One place after its colon or comma: number, weight. */
static bool scan_place(struct ts_scanner *s, struct ts_word *word, int *room)
{
    if (s->at == s->end || *s->at < '0' || *s->at > '9')
        return ts_syntax_error(s);
    long number = 0;
    for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++)
        number = number > TS_POSITION_MAX ? number : number * 10 + (*s->at - '0');
    if (number == 0)
        return diag_set(s->diag, ERRCODE_SYNTAX_ERROR, "wrong position info in tsvector: \"%.*s\"", (int) s->len, s->text);
    int weight = 0;
    for (; s->at < s->end && *s->at != ',' && !codec_space(*s->at); s->at++) {
        char c = *s->at;
        int letter = c == 'a' || c == 'A' || c == '*' ? 3
                     : c == 'b' || c == 'B'           ? 2
                     : c == 'c' || c == 'C'           ? 1
                     : c == 'd' || c == 'D'           ? 0
                                                      : -1;
        if ((letter >= 0 && weight) || (letter < 0 && !(c >= '0' && c <= '9')))
            return ts_syntax_error(s);
        if (letter >= 0)
            weight = letter;
    }
    if (word->count == *room) {
        int larger = *room ? *room * 2 : 4;
        word->places =
            arena_grow(s->arena, word->places, sizeof *word->places * (size_t) *room, sizeof *word->places * (size_t) larger);
        *room = larger;
    }
    word->places[word->count++] = ts_place((int) number, weight);
    return true;
}

static bool scan_places(struct ts_scanner *s, struct ts_word *word)
{
    int room = 0;
    do {
        s->at++; /* the colon, a comma */
        if (!scan_place(s, word, &room))
            return false;
    } while (s->at < s->end && *s->at == ',');
    return true;
}

bool ts_scan(struct ts_scanner *s, struct ts_word *word)
{
    while (s->at < s->end && codec_space(*s->at))
        s->at++;
    if (s->at == s->end)
        return false;
    if (!s->room)
        s->room = arena_alloc(s->arena, (size_t) (s->end - s->at) + 1);
    char *to = s->room;
    *word = (struct ts_word){.text = to};
    bool quoted = *s->at == '\'', closed = false;
    /* What begins a word is part of it, be it a colon. */
    bool first = !quoted;
    s->at += quoted;
    while (s->at < s->end && !closed) {
        char c = *s->at;
        if (c == '\\') {
            if (++s->at == s->end)
                return diag_set(s->diag, ERRCODE_SYNTAX_ERROR, "there is no escaped character: \"%.*s\"", (int) s->len, s->text);
            *to++ = *s->at++;
        } else if (quoted && c == '\'') {
            s->at++;
            closed = s->at == s->end || *s->at != '\'';
            if (!closed)
                *to++ = *s->at++;
        } else if (!quoted && !first && (codec_space(c) || c == ':' || (s->query && is_operator(c)))) {
            break;
        } else {
            *to++ = c;
            s->at++;
        }
        first = false;
    }
    word->len = (uint32_t) (to - word->text);
    s->room = to;
    if ((quoted && !closed) || word->len == 0)
        return ts_syntax_error(s);
    return s->query || s->at == s->end || *s->at != ':' || scan_places(s, word);
}

static int order_places(const void *a, const void *b)
{
    return ts_position(*(const uint16_t *) a) - ts_position(*(const uint16_t *) b);
}

/* Each position once with its highest weight, and no more than fit. */
static void normalise_places(struct ts_lexeme *lexeme)
{
    int kept = 0;
    qsort(lexeme->places, (size_t) lexeme->count, sizeof *lexeme->places, order_places);
    for (int i = 0; i < lexeme->count; i++) {
        uint16_t place = lexeme->places[i];
        if (kept && ts_position(lexeme->places[kept - 1]) == ts_position(place)) {
            if (ts_weight(place) > ts_weight(lexeme->places[kept - 1]))
                lexeme->places[kept - 1] = place;
            continue;
        }
        lexeme->places[kept++] = place;
        if (kept > 1 && (kept == TS_POSITIONS_MAX || ts_position(place) == TS_POSITION_MAX))
            break; /* what else stands at the last position is not looked at any more */
    }
    lexeme->count = kept;
}

static int order_lexemes(const void *a, const void *b)
{
    const struct ts_lexeme *x = a, *y = b;
    return ts_lexeme_compare(x->text, x->len, y->text, y->len);
}

void tsvector_normalise(struct arena *arena, struct tsvector *vector)
{
    int kept = 0, end;
    if (vector->count)
        qsort(vector->lexemes, (size_t) vector->count, sizeof *vector->lexemes, order_lexemes);
    for (int i = 0; i < vector->count; i = end) {
        struct ts_lexeme lexeme = vector->lexemes[i];
        for (end = i + 1; end < vector->count && order_lexemes(&lexeme, &vector->lexemes[end]) == 0; end++)
            lexeme.count += vector->lexemes[end].count;
        if (end > i + 1 && lexeme.count) {
            uint16_t *at = lexeme.places = arena_alloc(arena, sizeof *at * (size_t) lexeme.count);
            for (int k = i; k < end; at += vector->lexemes[k++].count)
                if (vector->lexemes[k].count)
                    memcpy(at, vector->lexemes[k].places, sizeof *at * (size_t) vector->lexemes[k].count);
        }
        vector->lexemes[kept++] = lexeme;
    }
    vector->count = kept;
    for (int i = 0; i < kept; i++)
        if (vector->lexemes[i].count)
            normalise_places(&vector->lexemes[i]);
}

static bool scan_vector(struct ts_scanner *s, struct tsvector *vector)
{
    struct ts_word word;
    int room = 0;
    *vector = (struct tsvector){0};
    while (ts_scan(s, &word)) {
        if (word.len > TS_WORD_MAX)
            return diag_set(s->diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "word is too long (%u bytes, max %d bytes)", word.len,
                            TS_WORD_MAX);
        if (vector->count == room) {
            int larger = room ? room * 2 : 16;
            vector->lexemes = arena_grow(s->arena, vector->lexemes, sizeof *vector->lexemes * (size_t) room,
                                         sizeof *vector->lexemes * (size_t) larger);
            room = larger;
        }
        vector->lexemes[vector->count++] = (struct ts_lexeme){word.text, word.len, word.count, word.places};
    }
    return !diag_is_set(s->diag);
}

bool tsvector_parse(struct arena *arena, const char *text, size_t len, struct tsvector *vector, struct diag *diag)
{
    struct ts_scanner scanner = {arena, text, len, text, text + len, false, diag, NULL};
    if (!scan_vector(&scanner, vector))
        return false;
    tsvector_normalise(arena, vector);
    return true;
}

struct tsvector tsvector_load(struct arena *arena, const struct datum *value)
{
    struct diag ignored = {0};
    struct tsvector vector;
    if (value->kind != DATUM_TEXT)
        return (struct tsvector){0};
    struct ts_scanner scanner = {arena, value->data, value->len, value->data, value->data + value->len, false, &ignored, NULL};
    if (!scan_vector(&scanner, &vector))
        vector = (struct tsvector){0};
    diag_clear(&ignored);
    /* What we stored is in order; what another tool stored may not be. */
    for (int i = 1; i < vector.count; i++)
        if (order_lexemes(&vector.lexemes[i - 1], &vector.lexemes[i]) >= 0) {
            tsvector_normalise(arena, &vector);
            break;
        }
    return vector;
}

/* Bytes of PostgreSQL's own form of the words and places: its limit and its order go by them. */
static size_t vector_bytes(const struct tsvector *vector)
{
    size_t bytes = 0;
    for (int i = 0; i < vector->count; i++) {
        bytes += vector->lexemes[i].len;
        if (vector->lexemes[i].count)
            bytes += bytes % 2 + 2 + 2 * (size_t) vector->lexemes[i].count;
    }
    return bytes;
}

int tsvector_compare(const struct tsvector *a, const struct tsvector *b)
{
    size_t x = vector_bytes(a) + 4 * (size_t) a->count, y = vector_bytes(b) + 4 * (size_t) b->count;
    if (x != y)
        return x < y ? -1 : 1;
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (int i = 0; i < a->count; i++) {
        const struct ts_lexeme *p = &a->lexemes[i], *q = &b->lexemes[i];
        if (!p->count != !q->count)
            return p->count ? -1 : 1;
        int order = order_lexemes(p, q);
        if (order)
            return order;
        if (p->count != q->count)
            return p->count > q->count ? -1 : 1;
        for (int j = 0; j < p->count; j++) {
            int first = ts_position(p->places[j]), second = ts_position(q->places[j]);
            if (first != second)
                return first > second ? -1 : 1;
            first = ts_weight(p->places[j]);
            second = ts_weight(q->places[j]);
            if (first != second)
                return first > second ? -1 : 1;
        }
    }
    return 0;
}

const struct ts_lexeme *tsvector_find(const struct tsvector *vector, const char *text, size_t len)
{
    struct ts_lexeme key = {.text = text, .len = (uint32_t) len};
    return vector->count ? bsearch(&key, vector->lexemes, (size_t) vector->count, sizeof *vector->lexemes, order_lexemes) : NULL;
}

void ts_put_word(struct buf *out, const char *text, size_t len)
{
    buf_putc(out, '\'');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\'' || text[i] == '\\')
            buf_putc(out, text[i]);
        buf_putc(out, text[i]);
    }
    buf_putc(out, '\'');
}

bool tsvector_store(struct arena *arena, const struct tsvector *vector, struct datum *out, struct diag *diag)
{
    struct buf buf = {0};
    size_t bytes = vector_bytes(vector);
    if (bytes > TS_DOCUMENT_MAX)
        return diag_set(diag, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "string is too long for tsvector (%zu bytes, max %d bytes)", bytes,
                        TS_DOCUMENT_MAX);
    for (int i = 0; i < vector->count; i++) {
        const struct ts_lexeme *lexeme = &vector->lexemes[i];
        if (i)
            buf_putc(&buf, ' ');
        ts_put_word(&buf, lexeme->text, lexeme->len);
        for (int j = 0; j < lexeme->count; j++) {
            buf_putc(&buf, j ? ',' : ':');
            buf_put_int64(&buf, ts_position(lexeme->places[j]));
            if (ts_weight(lexeme->places[j]))
                buf_putc(&buf, "DCBA"[ts_weight(lexeme->places[j])]);
        }
    }
    *out = datum_text(arena_strndup(arena, buf.data ? buf.data : "", buf.len), buf.len);
    buf_deinit(&buf);
    return true;
}

static bool vector_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    struct tsvector vector;
    return tsvector_parse(io->arena, text, len, &vector, diag) && tsvector_store(io->arena, &vector, out, diag);
}

static bool stored_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    buf_append(out, value->data, value->len);
    return true;
}

static bool vector_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    if (len < 4)
        return codec_bad_binary(diag);
    uint32_t count = codec_be32(data);
    if (count > len / 3)
        return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid size of tsvector");
    struct tsvector vector = {(int) count, arena_array(io->arena, struct ts_lexeme, count)};
    size_t at = 4;
    for (uint32_t i = 0; i < count; i++) {
        struct ts_lexeme *lexeme = &vector.lexemes[i];
        const uint8_t *end = memchr(data + at, '\0', len - at);
        if (!end || (size_t) (end - data) + 3 > len)
            return codec_bad_binary(diag);
        lexeme->text = (const char *) data + at;
        lexeme->len = (uint32_t) (end - (data + at));
        lexeme->count = codec_be16(end + 1);
        at = (size_t) (end - data) + 3;
        if (lexeme->len > TS_WORD_MAX)
            return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "invalid tsvector: lexeme too long");
        if (lexeme->count > TS_POSITIONS_MAX)
            return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "unexpected number of tsvector positions");
        if (len - at < (size_t) lexeme->count * 2)
            return codec_bad_binary(diag);
        lexeme->places = arena_array(io->arena, uint16_t, lexeme->count);
        for (int j = 0; j < lexeme->count; j++, at += 2) {
            lexeme->places[j] = codec_be16(data + at);
            if (j && ts_position(lexeme->places[j]) <= ts_position(lexeme->places[j - 1]))
                return diag_set(diag, ERRCODE_INVALID_BINARY_REPRESENTATION, "position information is misordered");
        }
    }
    if (at != len)
        return codec_bad_binary(diag);
    tsvector_normalise(io->arena, &vector);
    return tsvector_store(io->arena, &vector, out, diag);
}

static bool vector_send(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    struct tsvector vector = tsvector_load(io->arena, value);
    (void) diag;
    buf_put_be32(out, (uint32_t) vector.count);
    for (int i = 0; i < vector.count; i++) {
        buf_append(out, vector.lexemes[i].text, vector.lexemes[i].len);
        buf_putc(out, '\0');
        buf_put_be16(out, (uint16_t) vector.lexemes[i].count);
        for (int j = 0; j < vector.lexemes[i].count; j++)
            buf_put_be16(out, vector.lexemes[i].places[j]);
    }
    return true;
}

static int vector_compare(const struct type_io *io, const struct datum *a, const struct datum *b)
{
    struct tsvector x = tsvector_load(io->arena, a), y = tsvector_load(io->arena, b);
    return tsvector_compare(&x, &y);
}

const struct type_codec type_codec_tsvector = {vector_in, stored_out, vector_recv, vector_send, NULL, vector_compare, NULL, NULL};
