#include "func/tsmake.h"

#include "func/tsdict.h"
#include "type/array.h"
#include "type/codecs.h"
#include "type/tsconfig.h"
#include "util/stop.h"

#include <string.h>
#include <strings.h>
#include <wchar.h>
#include <wctype.h>

/* Documents and queries from text, by a configuration. */

#define FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)

static void notice(struct fcall *call, const char *message)
{
    struct diag diag = {0};
    if (!call->env->notice)
        return;
    diag_set(&diag, ERRCODE_SUCCESSFUL_COMPLETION, "%s", message);
    diag.severity = "NOTICE";
    call->env->notice(call->env->session, &diag);
}

static void notice_empty(struct fcall *call, const struct datum *text)
{
    notice(call, arena_printf(call->arena, "text-search query doesn't contain lexemes: \"%.*s\"", (int) text->len, text->data));
}

bool ts_words_read(struct fcall *call, oid_t config, const char *text, size_t text_len, struct ts_words *words)
{
    struct ts_parser parser;
    struct ts_token token;
    ts_parser_open(&parser, text, text_len);
    while (ts_parser_next(&parser, &token)) {
        const char *lexeme;
        size_t len;
        if (!stop_check(call->diag))
            return false;
        if (token.type != TS_BLANK && token.len > TS_WORD_MAX) {
            notice(call, "word is too long to be indexed");
            continue;
        }
        enum ts_outcome outcome = ts_lexize_token(call->arena, config, &token, &lexeme, &len, call->diag);
        if (outcome == TS_FAILED)
            return false;
        words->position += outcome == TS_STOPPED || outcome == TS_LEXEME;
        if (outcome != TS_LEXEME)
            continue;
        if (words->count == words->room) {
            int room = words->room ? words->room * 2 : 16;
            words->items = arena_grow(call->arena, words->items, sizeof *words->items * (size_t) words->room,
                                      sizeof *words->items * (size_t) room);
            words->room = room;
        }
        uint16_t *place = arena_new(call->arena, uint16_t);
        *place = ts_place(words->position, 0);
        words->items[words->count++] = (struct ts_lexeme){lexeme, (uint32_t) len, 1, place};
    }
    return true;
}

bool ts_words_store(struct fcall *call, const struct ts_words *words, struct datum *result)
{
    struct tsvector vector = {words->count, words->items};
    tsvector_normalise(call->arena, &vector);
    return tsvector_store(call->arena, &vector, result, call->diag);
}

oid_t ts_current_config(struct fcall *call)
{
    const char *name = call->env->setting_get ? call->env->setting_get(call->env->session, "default_text_search_config") : NULL;
    if (!name)
        name = "pg_catalog.english";
    const char *point = strchr(name, '.');
    oid_t config = ts_config_by_name(point ? point + 1 : name);
    if (!config)
        diag_set(call->diag, ERRCODE_UNDEFINED_OBJECT, "text search configuration \"%s\" does not exist", name);
    return config;
}

FUNCTION(get_current_ts_config)
{
    (void) nargs, (void) args;
    oid_t config = ts_current_config(call);
    *result = datum_int(config);
    return config != 0;
}

FUNCTION(to_tsvector_byid)
{
    (void) nargs;
    struct ts_words words = {0};
    if (!ts_words_read(call, (oid_t) args[0].i, args[1].data, args[1].len, &words))
        return false;
    return ts_words_store(call, &words, result);
}

/* The functions without a configuration take the current one. */
#define WITH_CURRENT(name, function)                                                                                             \
    FUNCTION(name)                                                                                                               \
    {                                                                                                                            \
        oid_t config = ts_current_config(call);                                                                                  \
        return config && function(call, nargs + 1, (const struct datum[]){datum_int(config), args[0]}, result);                  \
    }
WITH_CURRENT(to_tsvector, to_tsvector_byid)

/* Queries. An operand becomes what its text holds: words joined by an operator. A dropped word is a gap that phrases count. */

static struct ts_query *stop_word(struct arena *arena)
{
    return tsquery_value(arena, NULL, 0, 0, false);
}

static bool is_stop(const struct ts_query *query)
{
    return query->kind == TS_VALUE && !query->text;
}

static bool make_operand(struct fcall *call, oid_t config, const char *text, size_t len, int weights, bool prefix,
                         enum ts_kind joint, struct ts_query **out)
{
    struct ts_words words = {0};
    if (!ts_words_read(call, config, text, len, &words))
        return false;
    struct ts_query *query = NULL;
    int position = 0;
    for (int i = 0; i < words.count; i++) {
        int place = ts_position(words.items[i].places[0]);
        for (; position > 0 && position + 1 < place; position++)
            query = tsquery_join(call->arena, joint, query, stop_word(call->arena), joint == TS_PHRASE);
        struct ts_query *value = tsquery_value(call->arena, words.items[i].text, words.items[i].len, weights, prefix);
        query = query ? tsquery_join(call->arena, joint, query, value, joint == TS_PHRASE) : value;
        position = place;
    }
    *out = query ? query : stop_word(call->arena);
    return true;
}

/* Take dropped words out. *before, *after: how far a phrase must reach beyond the operand instead. */
static struct ts_query *without_stops(struct ts_query *query, int *before, int *after)
{
    int left_before = 0, left_after = 0, right_before = 0, right_after = 0;
    *before = *after = 0;
    if (query->kind == TS_VALUE)
        return is_stop(query) ? NULL : query;
    if (query->kind == TS_NOT) {
        query->right = without_stops(query->right, before, after);
        return query->right ? query : NULL;
    }
    bool phrase = query->kind == TS_PHRASE;
    int distance = phrase ? query->distance : 0;
    struct ts_query *left = query->left = without_stops(query->left, &left_before, &left_after);
    struct ts_query *right = query->right = without_stops(query->right, &right_before, &right_after);
    if (!left && !right) {
        int larger = left_before > right_before ? left_before : right_before;
        *before = *after = phrase ? left_before + distance + right_before : larger;
        return NULL;
    }
    if (!left) {
        *before = phrase ? left_before + distance + right_before : right_before;
        *after = right_after;
        return right;
    }
    if (!right) {
        *before = left_before;
        *after = phrase ? left_after + distance + right_after : left_after;
        return left;
    }
    if (phrase) {
        query->distance += left_after + right_before;
        *before = left_before;
        *after = right_after;
    }
    return query;
}

static bool finish(struct fcall *call, struct ts_query *query, struct datum *result)
{
    int before, after;
    struct ts_query *left = query ? without_stops(query, &before, &after) : NULL;
    if (query && !left)
        notice(call, "text-search query contains only stop words or doesn't contain lexemes, ignored");
    *result = tsquery_store(call->arena, left);
    return true;
}

static bool fill_operands(struct fcall *call, oid_t config, struct ts_query **query)
{
    struct ts_query *q = *query;
    if (q->kind == TS_VALUE)
        return make_operand(call, config, q->text, q->len, q->weights, q->prefix, TS_PHRASE, query);
    return (!q->left || fill_operands(call, config, &q->left)) && fill_operands(call, config, &q->right);
}

FUNCTION(to_tsquery_byid)
{
    (void) nargs;
    struct ts_query *query = tsquery_parse(call->arena, args[1].data, args[1].len, call->diag);
    if (!query && diag_is_set(call->diag))
        return false;
    if (!query)
        notice_empty(call, &args[1]);
    return (!query || fill_operands(call, (oid_t) args[0].i, &query)) && finish(call, query, result);
}

static bool plain_query(struct fcall *call, const struct datum *args, enum ts_kind joint, struct datum *result)
{
    struct ts_query *query = NULL;
    if (args[1].len == 0) {
        notice_empty(call, &args[1]);
        return finish(call, NULL, result);
    }
    return make_operand(call, (oid_t) args[0].i, args[1].data, args[1].len, 0, false, joint, &query) &&
           finish(call, query, result);
}

FUNCTION(plainto_tsquery_byid)
{
    (void) nargs;
    return plain_query(call, args, TS_AND, result);
}

FUNCTION(phraseto_tsquery_byid)
{
    (void) nargs;
    return plain_query(call, args, TS_PHRASE, result);
}

/* websearch_to_tsquery: words, "phrases", or, -without. Nothing is a mistake. */

struct web {
    struct fcall *call;
    oid_t config;
    const char *at, *end;
};

static bool is_query_sign(char c)
{
    return strchr("!&|()<", c) != NULL;
}

static void skip_idle(struct web *web)
{
    while (web->at < web->end && (codec_space(*web->at) || is_query_sign(*web->at)))
        web->at++;
}

/* The word "or" with something behind it. */
static bool take_or(struct web *web)
{
    const char *at = web->at;
    if (web->end - at < 2 || strncasecmp(at, "or", 2) != 0)
        return false;
    at += 2;
    if (at < web->end) {
        wint_t c;
        mbstate_t state = {0};
        wchar_t wide;
        size_t size = mbrtowc(&wide, at, (size_t) (web->end - at), &state);
        c = size == 0 || size > 4 ? 0 : (wint_t) wide;
        if (c == '-' || c == '_' || iswalnum(c))
            return false;
    }
    for (at += at < web->end; at < web->end && codec_space(*at); at++)
        ;
    if (at >= web->end)
        return false;
    web->at += 2;
    return true;
}

/* One operand; *out NULL: there is none left. */
static bool web_operand(struct web *web, struct ts_query **out)
{
    *out = NULL;
    skip_idle(web);
    if (web->at == web->end)
        return true;
    if (*web->at == '-') {
        struct ts_query *inner;
        web->at++;
        if (!web_operand(web, &inner))
            return false;
        *out = tsquery_join(web->call->arena, TS_NOT, NULL, inner ? inner : stop_word(web->call->arena), 0);
        return true;
    }
    const char *start = web->at, *end;
    if (*web->at == '"') {
        start++;
        end = memchr(start, '"', (size_t) (web->end - start));
        web->at = end ? end + 1 : web->end;
        end = end ? end : web->end;
    } else {
        bool first = true;
        while (web->at < web->end && (first || *web->at != ':') && !codec_space(*web->at) && !is_query_sign(*web->at) &&
               *web->at != '"') {
            web->at++;
            first = false;
        }
        end = web->at;
    }
    return make_operand(web->call, web->config, start, (size_t) (end - start), 0, false, TS_PHRASE, out);
}

FUNCTION(websearch_to_tsquery_byid)
{
    (void) nargs;
    struct web web = {call, (oid_t) args[0].i, args[1].data, args[1].data + args[1].len};
    struct ts_query *all = NULL, *part = NULL, *operand;
    /* part: operands joined by AND since the last OR */
    for (;;) {
        if (!web_operand(&web, &operand))
            return false;
        if (!operand && !part)
            break;
        if (!operand)
            operand = stop_word(call->arena);
        part = part ? tsquery_join(call->arena, TS_AND, part, operand, 0) : operand;
        skip_idle(&web);
        bool either = take_or(&web), more = web.at < web.end;
        if (either || !more) {
            all = all ? tsquery_join(call->arena, TS_OR, all, part, 0) : part;
            part = NULL;
        }
        if (!more)
            break;
    }
    if (!all)
        notice_empty(call, &args[1]);
    return finish(call, all, result);
}

WITH_CURRENT(to_tsquery, to_tsquery_byid)
WITH_CURRENT(plainto_tsquery, plainto_tsquery_byid)
WITH_CURRENT(phraseto_tsquery, phraseto_tsquery_byid)
WITH_CURRENT(websearch_to_tsquery, websearch_to_tsquery_byid)

FUNCTION(ts_lexize)
{
    (void) nargs;
    const char *text;
    size_t len;
    enum ts_outcome outcome = ts_lexize_word(call->arena, (oid_t) args[0].i, args[1].data, args[1].len, &text, &len, call->diag);
    if (outcome == TS_FAILED)
        return false;
    struct array_builder builder = {0};
    if (outcome == TS_LEXEME) {
        struct datum lexeme = datum_text(text, len);
        array_builder_add(&builder, type_builtin(TEXT_OID), &lexeme);
    }
    *result = array_builder_finish(&builder, call->arena);
    return true;
}

/* A text matched with a query: what the default configuration makes of it. */
FUNCTION(ts_match_tq)
{
    struct datum vector;
    return to_tsvector(call, 1, &args[0], &vector) &&
           func_find("ts_match_vq")->scalar(call, nargs, (const struct datum[]){vector, args[1]}, result);
}

FUNCTION(ts_match_tt)
{
    struct datum query;
    return plainto_tsquery(call, 1, &args[1], &query) && ts_match_tq(call, nargs, (const struct datum[]){args[0], query}, result);
}

/* The parser as table functions. */

struct parse_cursor {
    struct ts_parser parser;
    int type;
};

static bool parser_exists(struct fcall *call, const struct datum *which)
{
    if (which->kind == DATUM_INT ? which->i == TS_PARSER_DEFAULT : which->len == 7 && memcmp(which->data, "default", 7) == 0)
        return true;
    if (which->kind == DATUM_INT)
        return diag_set(call->diag, ERRCODE_INTERNAL_ERROR, "cache lookup failed for text search parser %lld",
                        (long long) which->i);
    return diag_set(call->diag, ERRCODE_UNDEFINED_OBJECT, "text search parser \"%.*s\" does not exist", (int) which->len,
                    which->data);
}

static bool parse_open(struct fcall *call, void *memory, int nargs, const struct datum *args)
{
    struct parse_cursor *cursor = memory;
    (void) nargs;
    ts_parser_open(&cursor->parser, "", 0);
    if (datum_is_null(&args[0]) || datum_is_null(&args[1]))
        return true;
    if (!parser_exists(call, &args[0]))
        return false;
    ts_parser_open(&cursor->parser, arena_strndup(call->cache_arena, args[1].data, args[1].len), args[1].len);
    return true;
}

static bool parse_next(struct fcall *call, void *memory, struct datum *row, bool *more)
{
    struct parse_cursor *cursor = memory;
    struct ts_token token;
    (void) call;
    *more = ts_parser_next(&cursor->parser, &token);
    if (*more) {
        row[0] = datum_int(token.type);
        row[1] = datum_text(token.text, token.len);
    }
    return true;
}

static bool types_open(struct fcall *call, void *memory, int nargs, const struct datum *args)
{
    struct parse_cursor *cursor = memory;
    (void) nargs;
    cursor->type = datum_is_null(&args[0]) ? TS_TOKEN_TYPES : 0;
    return datum_is_null(&args[0]) || parser_exists(call, &args[0]);
}

static bool types_next(struct fcall *call, void *memory, struct datum *row, bool *more)
{
    struct parse_cursor *cursor = memory;
    (void) call;
    *more = cursor->type < TS_TOKEN_TYPES;
    if (*more) {
        cursor->type++;
        row[0] = datum_int(cursor->type);
        row[1] = datum_cstr(ts_token_names[cursor->type].alias);
        row[2] = datum_cstr(ts_token_names[cursor->type].description);
    }
    return true;
}

static const struct table_func parse_rows = {sizeof(struct parse_cursor), parse_open, parse_next, NULL};
static const struct table_func type_rows = {sizeof(struct parse_cursor), types_open, types_next, NULL};

#define BOTH(name) SCALAR_FLAGS(#name, name, FUNC_SESSION), SCALAR(#name "_byid", name##_byid)
const struct func_impl func_impls_tsmake[] = {
    BOTH(to_tsvector),
    BOTH(to_tsquery),
    BOTH(plainto_tsquery),
    BOTH(phraseto_tsquery),
    BOTH(websearch_to_tsquery),
    SCALAR_FLAGS("get_current_ts_config", get_current_ts_config, FUNC_SESSION),
    SCALAR_FLAGS("ts_match_tq", ts_match_tq, FUNC_SESSION),
    SCALAR_FLAGS("ts_match_tt", ts_match_tt, FUNC_SESSION),
    SCALAR("ts_lexize", ts_lexize),
    TABLE_FUNC("ts_parse_byid", &parse_rows),
    TABLE_FUNC("ts_parse_byname", &parse_rows),
    TABLE_FUNC("ts_token_type_byid", &type_rows),
    TABLE_FUNC("ts_token_type_byname", &type_rows),
    {0},
};
