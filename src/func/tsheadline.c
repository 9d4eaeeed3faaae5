#include "func/tsheadline.h"

#include "func/tsdict.h"
#include "func/tsmake.h"
#include "func/tsmatch.h"

#include <limits.h>
#include <string.h>

/* A headline is chosen among covers: shortest runs of words that satisfy the query by themselves. Either one cover is stretched or cut to the length
 * asked for, or several become fragments. */

struct piece {
    enum ts_token_type type;
    const char *text;
    size_t len;
    uint16_t position;
    const struct ts_query *item; /* the query's word that it is; NULL */
    bool repeated;               /* stands for another word of the query that the piece before is, too */
    bool shown, marked, blank, hidden;
};

struct headline {
    struct fcall *call;
    const struct ts_headline_options *options;
    const struct ts_query *query;
    int count, room;
    struct piece *pieces;
};

/* ---- pieces ---- */

static struct piece *add_piece(struct headline *h)
{
    if (h->count == h->room) {
        int room = h->room ? h->room * 2 : 64;
        h->pieces =
            arena_grow(h->call->arena, h->pieces, sizeof *h->pieces * (size_t) h->room, sizeof *h->pieces * (size_t) room);
        h->room = room;
    }
    return &h->pieces[h->count++];
}

static void find_items(struct headline *h, const struct ts_query *query, int first, const char *lexeme, size_t len)
{
    if (!query)
        return;
    find_items(h, query->left, first, lexeme, len);
    find_items(h, query->right, first, lexeme, len);
    bool same = query->kind == TS_VALUE && (query->prefix ? len >= query->len : len == query->len) &&
                memcmp(query->text, lexeme, query->len) == 0;
    if (!same)
        return;
    if (!h->pieces[first].item) {
        h->pieces[first].item = query;
        return;
    }
    struct piece copy = h->pieces[first];
    copy.item = query;
    copy.repeated = true;
    *add_piece(h) = copy;
}

static bool read_pieces(struct headline *h, oid_t config, const char *text, size_t text_len)
{
    struct ts_parser parser;
    struct ts_token token;
    int position = 0;
    ts_parser_open(&parser, text, text_len);
    while (ts_parser_next(&parser, &token)) {
        const char *lexeme;
        size_t len;
        if (token.type != TS_BLANK && token.len > TS_WORD_MAX)
            continue;
        enum ts_outcome outcome = ts_lexize_token(h->call->arena, config, &token, &lexeme, &len, h->call->diag);
        if (outcome == TS_FAILED)
            return false;
        position += outcome == TS_STOPPED || outcome == TS_LEXEME;
        int first = h->count;
        *add_piece(h) =
            (struct piece){.type = token.type, .text = token.text, .len = token.len, .position = ts_place(position, 0)};
        if (outcome == TS_LEXEME)
            find_items(h, h->query, first, lexeme, len);
    }
    return true;
}

/* ---- what pieces count for ---- */

static bool is_compound(enum ts_token_type type)
{
    return type == TS_URL || type == TS_NUMHWORD || type == TS_ASCIIHWORD || type == TS_HWORD;
}

static bool is_word(const struct piece *piece)
{
    return piece->type != TS_BLANK && piece->type != TS_TAG && !is_compound(piece->type);
}

static bool is_found(const struct piece *piece)
{
    return piece->item && !piece->repeated;
}

/* A headline should not end with a short word, a number or no word at all. */
static bool is_bad_end(const struct headline *h, int at)
{
    const struct piece *piece = &h->pieces[at];
    if (is_found(piece))
        return false;
    switch (piece->type) {
    case TS_SFLOAT:
    case TS_VERSION:
    case TS_FLOAT:
    case TS_INT:
    case TS_UINT:
    case TS_PROTOCOL:
    case TS_ENTITY:
        return true;
    default:
        return !is_word(piece) || piece->len <= (size_t) h->options->short_word;
    }
}

/* ---- covers ---- */

struct window {
    struct headline *h;
    int first, last;
};

static enum ts_truth match_piece(void *self, const struct ts_query *value, struct ts_places *places)
{
    const struct window *window = self;
    bool found = false;
    if (places)
        *places =
            (struct ts_places){.positions = arena_array(window->h->call->arena, uint16_t, window->last - window->first + 1)};
    for (int i = window->first; i <= window->last; i++) {
        const struct piece *piece = &window->h->pieces[i];
        if (piece->item != value)
            continue;
        found = true;
        if (places && (places->count == 0 || places->positions[places->count - 1] < piece->position))
            places->positions[places->count++] = piece->position;
    }
    return found ? TS_YES : TS_NO;
}

static int next_item(const struct headline *h, int at)
{
    for (; at < h->count; at++)
        if (h->pieces[at].item)
            return at;
    return -1;
}

/* The first and shortest cover from piece *first on. */
static bool next_cover(struct headline *h, int *first, int *last)
{
    int longest = h->options->words_max > 10 ? h->options->words_max * 10 : 100;
    if (h->options->fragments_max > 0)
        longest *= h->options->fragments_max;
    for (int start = next_item(h, *first); start >= 0; start = next_item(h, start + 1))
        for (int end = start; end >= 0 && end - start < longest; end = next_item(h, end + 1)) {
            struct window window = {h, start, end};
            if (!ts_matches_by(h->call->arena, h->query, match_piece, &window))
                continue;
            *first = start;
            *last = end;
            return true;
        }
    return false;
}

/* ---- one stretch ---- */

static void show(struct headline *h, int first, int last)
{
    for (int i = first; i <= last && i < h->count; i++) {
        struct piece *piece = &h->pieces[i];
        piece->marked = piece->item != NULL;
        piece->blank = !h->options->whole && piece->type == TS_TAG;
        piece->hidden = is_compound(piece->type);
        piece->shown = !piece->repeated;
    }
}

static void show_beginning(struct headline *h)
{
    int last = 0;
    for (int i = 0, words = 0; i < h->count && words < h->options->words_min; i++) {
        words += is_word(&h->pieces[i]);
        last = i;
    }
    show(h, 0, last);
}

struct stretch {
    int first, last, words, found;
};

static void count_piece(const struct headline *h, int at, struct stretch *stretch, int sign)
{
    stretch->words += sign * is_word(&h->pieces[at]);
    stretch->found += sign * is_found(&h->pieces[at]);
}

/* A cover made as long as was asked for. */
static struct stretch fit(const struct headline *h, int first, int last)
{
    const int words_max = h->options->words_max, words_min = h->options->words_min;
    struct stretch s = {first, first, 0, 0};
    int i;
    for (i = first; i <= last && s.words < words_max; i++) {
        count_piece(h, i, &s, 1);
        s.last = i;
    }
    if (s.words >= words_max) {
        for (i = i > last ? last : i; s.words > words_min && is_bad_end(h, i); i--) {
            count_piece(h, i, &s, -1);
            s.last = i - 1;
        }
        return s;
    }
    for (i = i - 1; i < h->count && s.words < words_max; i++) {
        if (i > last)
            count_piece(h, i, &s, 1);
        s.last = i;
        if (!is_bad_end(h, i) && s.words >= words_min)
            break;
    }
    if (s.words >= words_min)
        return s;
    for (i = first - 1; i >= 0; i--) {
        count_piece(h, i, &s, 1);
        if (s.words >= words_max || (!is_bad_end(h, i) && s.words >= words_min))
            break;
    }
    s.first = i >= 0 ? i : 0;
    return s;
}

static void choose_stretch(struct headline *h)
{
    struct stretch best = {-1, -1, 0, -1};
    bool best_covers = false;
    for (int first = 0, last = 0; next_cover(h, &first, &last); first++) {
        struct stretch s = fit(h, first, last);
        bool covers = s.first <= first && s.last >= last;
        bool better = covers != best_covers   ? covers
                      : s.found != best.found ? s.found > best.found
                                              : !is_bad_end(h, s.last) && is_bad_end(h, best.last);
        if (best.found >= 0 && !better)
            continue;
        best = s;
        best_covers = covers;
    }
    if (best.found < 0)
        show_beginning(h);
    else
        show(h, best.first, best.last);
}

/* ---- fragments ---- */

struct fragments {
    int count, room;
    struct fragment {
        int first, last, words, found;
        bool chosen, excluded;
    } * items;
};

/* Cut what is longer than asked for behind a word of the query. */
static struct fragment cut(const struct headline *h, int first, int last)
{
    struct fragment f = {.first = first, .last = last};
    while (f.first < last && !is_found(&h->pieces[f.first]))
        f.first++;
    int i;
    for (i = f.first; i <= last && f.words < h->options->words_max; i++) {
        f.words += is_word(&h->pieces[i]);
        f.found += is_found(&h->pieces[i]);
    }
    if (last <= i)
        return f;
    for (f.last = i; f.last > f.first && !is_found(&h->pieces[f.last]); f.last--)
        f.words -= is_word(&h->pieces[f.last]);
    return f;
}

static void collect_fragments(struct headline *h, struct fragments *fragments)
{
    for (int first = 0, last = 0; next_cover(h, &first, &last); first++)
        for (int start = first; start <= last;) {
            if (fragments->count == fragments->room) {
                int room = fragments->room ? fragments->room * 2 : 32;
                fragments->items =
                    arena_grow(h->call->arena, fragments->items, sizeof *fragments->items * (size_t) fragments->room,
                               sizeof *fragments->items * (size_t) room);
                fragments->room = room;
            }
            struct fragment f = cut(h, start, last);
            fragments->items[fragments->count++] = f;
            start = f.last + 1;
        }
}

static void widen(const struct headline *h, struct fragment *f)
{
    const int words_max = h->options->words_max;
    if (f->words >= words_max)
        return;
    int half = (words_max - f->words) / 2, mark = f->first, i;
    for (i = f->first - 1; i >= 0 && half > 0 && !h->pieces[i].shown; i--) {
        f->words += is_word(&h->pieces[i]);
        half -= is_word(&h->pieces[i]);
        mark = i;
    }
    for (i = mark; i < f->first && is_bad_end(h, i); i++)
        f->words -= is_word(&h->pieces[i]);
    f->first = i;
    mark = f->last;
    for (i = f->last + 1; i < h->count && f->words < words_max && !h->pieces[i].shown; i++) {
        f->words += is_word(&h->pieces[i]);
        mark = i;
    }
    for (i = mark; i > f->last && is_bad_end(h, i); i--)
        f->words -= is_word(&h->pieces[i]);
    f->last = i;
}

static void choose_fragments(struct headline *h)
{
    struct fragments all = {0};
    int chosen = 0;
    collect_fragments(h, &all);
    for (; chosen < h->options->fragments_max; chosen++) {
        struct fragment *best = NULL;
        for (int i = 0; i < all.count; i++) {
            struct fragment *f = &all.items[i];
            int found = best ? best->found : 0, words = best ? best->words : INT_MAX;
            if (!f->chosen && !f->excluded && (f->found > found || (f->found == found && f->words < words)))
                best = f;
        }
        if (!best)
            break;
        best->chosen = true;
        widen(h, best);
        show(h, best->first, best->last);
        for (int i = 0; i < all.count; i++)
            if (&all.items[i] != best && all.items[i].first <= best->last && all.items[i].last >= best->first)
                all.items[i].excluded = true;
    }
    if (!chosen)
        show_beginning(h);
}

/* ---- the text ---- */

bool ts_headline_put(struct fcall *call, oid_t config, const struct ts_headline_options *options, const struct ts_query *query,
                     const char *text, size_t len, struct buf *out)
{
    struct headline h = {.call = call, .options = options, .query = query};
    if (!read_pieces(&h, config, text, len))
        return false;
    if (options->whole)
        show(&h, 0, h.count - 1);
    else if (options->fragments_max == 0)
        choose_stretch(&h);
    else
        choose_fragments(&h);
    bool inside = false, any = false;
    for (int i = 0; i < h.count; i++) {
        const struct piece *piece = &h.pieces[i];
        if (piece->repeated)
            continue;
        if (piece->shown && !inside && any)
            buf_puts(out, options->delimiter);
        inside = piece->shown;
        any |= inside;
        if (!inside || (piece->hidden && !piece->blank))
            continue;
        if (piece->marked && !piece->blank)
            buf_puts(out, options->start_mark);
        buf_append(out, piece->blank ? " " : piece->text, piece->blank ? 1 : piece->len);
        if (piece->marked && !piece->blank)
            buf_puts(out, options->stop_mark);
    }
    return true;
}

/* (configuration, text, query, options), the first and last of which may be missing */
static bool headline(struct fcall *call, oid_t config, const struct datum *args, const struct datum *how, struct datum *result)
{
    struct ts_headline_options options;
    struct buf out = {0};
    bool good = config && ts_headline_read_options(call, how, &options) &&
                ts_headline_put(call, config, &options, tsquery_load(call->arena, &args[1]), args[0].data, args[0].len, &out);
    if (good)
        *result = datum_text(arena_strndup(call->arena, out.len ? out.data : "", out.len), out.len);
    buf_deinit(&out);
    return good;
}

static bool ts_headline_byid(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return headline(call, (oid_t) args[0].i, args + 1, nargs > 3 ? &args[3] : NULL, result);
}

static bool ts_headline(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return headline(call, ts_current_config(call), args, nargs > 2 ? &args[2] : NULL, result);
}

const struct func_impl func_impls_tsheadline[] = {
    SCALAR("ts_headline_byid", ts_headline_byid),
    SCALAR("ts_headline_byid_opt", ts_headline_byid),
    SCALAR_FLAGS("ts_headline", ts_headline, FUNC_SESSION),
    SCALAR_FLAGS("ts_headline_opt", ts_headline, FUNC_SESSION),
    {0},
};
