#include "func/json.h"
#include "func/tsheadline.h"
#include "func/tsmake.h"

#include <strings.h>

/* Text search documents from json and jsonb (docs: 9.13, to_tsvector, json_to_tsvector): words of the strings, or of what else is asked for. */

#define FUNCTION(name)                                                                                                           \
    static bool name(struct fcall *call, int nargs __attribute__((unused)), const struct datum *args, struct datum *result)

enum part { PART_KEY = 1, PART_STRING = 2, PART_NUMERIC = 4, PART_BOOLEAN = 8, PART_ALL = 15 };

static bool wrong_flag(struct fcall *call, const struct json *flag)
{
    if (flag->kind == JSON_STRING)
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "wrong flag in flag array: \"%.*s\"", (int) flag->len, flag->text);
    else
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "flag array element is not a string");
    return diag_hint(call->diag, "Possible values are: \"string\", \"numeric\", \"boolean\", \"key\", and \"all\".");
}

static bool read_flag(struct fcall *call, const struct json *flag, unsigned *parts)
{
    static const struct {
        const char *name;
        unsigned parts;
    } flags[] = {
        {"all", PART_ALL}, {"key", PART_KEY}, {"string", PART_STRING}, {"numeric", PART_NUMERIC}, {"boolean", PART_BOOLEAN}};
    if (flag->kind >= JSON_ARRAY)
        return diag_set(call->diag, ERRCODE_INTERNAL_ERROR, "unexpected end of flag array");
    for (size_t i = 0; flag->kind == JSON_STRING && i < sizeof flags / sizeof *flags; i++) {
        if (flag->len != strlen(flags[i].name) || strncasecmp(flag->text, flags[i].name, flag->len) != 0)
            continue;
        *parts |= flags[i].parts;
        return true;
    }
    return wrong_flag(call, flag);
}

static bool read_flags(struct fcall *call, const struct datum *text, unsigned *parts)
{
    struct json flags;
    *parts = 0;
    if (!json_load(call->arena, text, &flags, call->diag))
        return false;
    if (flags.kind == JSON_OBJECT)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "wrong flag type, only arrays and scalars are allowed");
    if (flags.kind != JSON_ARRAY)
        return read_flag(call, &flags, parts);
    for (uint32_t i = 0; i < flags.count; i++)
        if (!read_flag(call, &flags.items[i], parts))
            return false;
    return true;
}

/* One value's words. Between two values is a gap, so that no phrase reaches from one into the next. */
static bool add_text(struct fcall *call, oid_t config, const char *text, size_t len, struct ts_words *words)
{
    int before = words->count;
    if (!ts_words_read(call, config, text, len, words))
        return false;
    words->position += words->count > before;
    return true;
}

static bool add_parts(struct fcall *call, oid_t config, const struct json *value, unsigned parts, struct ts_words *words)
{
    for (uint32_t i = 0; value->kind >= JSON_ARRAY && i < value->count; i++) {
        if (value->kind == JSON_OBJECT && (parts & PART_KEY) &&
            !add_text(call, config, value->keys[i].text, value->keys[i].len, words))
            return false;
        if (!add_parts(call, config, &value->items[i], parts, words))
            return false;
    }
    switch (value->kind) {
    case JSON_STRING:
        return !(parts & PART_STRING) || add_text(call, config, value->text, value->len, words);
    case JSON_NUMBER:
        return !(parts & PART_NUMERIC) || add_text(call, config, value->text, value->len, words);
    case JSON_BOOL:
        return !(parts & PART_BOOLEAN) || add_text(call, config, value->value ? "true" : "false", value->value ? 4 : 5, words);
    default:
        return true;
    }
}

static bool make_vector(struct fcall *call, oid_t config, const struct datum *document, unsigned parts, struct datum *result)
{
    struct json value;
    struct ts_words words = {0};
    return config && json_load(call->arena, document, &value, call->diag) && add_parts(call, config, &value, parts, &words) &&
           ts_words_store(call, &words, result);
}

FUNCTION(string_to_tsvector_byid)
{
    return make_vector(call, (oid_t) args[0].i, &args[1], PART_STRING, result);
}

FUNCTION(string_to_tsvector)
{
    return make_vector(call, ts_current_config(call), &args[0], PART_STRING, result);
}

FUNCTION(parts_to_tsvector_byid)
{
    unsigned parts;
    return read_flags(call, &args[2], &parts) && make_vector(call, (oid_t) args[0].i, &args[1], parts, result);
}

FUNCTION(parts_to_tsvector)
{
    unsigned parts;
    return read_flags(call, &args[1], &parts) && make_vector(call, ts_current_config(call), &args[0], parts, result);
}

/* ---- headlines: the document with each string replaced by its own ---- */

struct headlines {
    struct fcall *call;
    oid_t config;
    struct ts_headline_options options;
    const struct ts_query *query;
    const struct datum *document;
};

static bool put_headlines(const struct headlines *h, const struct json *value, struct buf *out)
{
    if (value->kind == JSON_STRING) {
        struct buf text = {0};
        bool good = ts_headline_put(h->call, h->config, &h->options, h->query, value->text, value->len, &text);
        if (good)
            json_write_string(text.len ? text.data : "", text.len, out);
        buf_deinit(&text);
        return good;
    }
    if (value->kind < JSON_ARRAY) {
        buf_append(out, h->document->data + value->start, value->end - value->start);
        return true;
    }
    buf_putc(out, value->kind == JSON_ARRAY ? '[' : '{');
    for (uint32_t i = 0; i < value->count; i++) {
        if (i)
            buf_putc(out, ',');
        if (value->kind == JSON_OBJECT) {
            json_write_string(value->keys[i].text, value->keys[i].len, out);
            buf_putc(out, ':');
        }
        if (!put_headlines(h, &value->items[i], out))
            return false;
    }
    buf_putc(out, value->kind == JSON_ARRAY ? ']' : '}');
    return true;
}

/* (document, query), and the options where there are some */
static bool headlines(struct fcall *call, oid_t config, const struct datum *args, const struct datum *how, struct datum *result)
{
    struct json value;
    struct buf out = {0};
    struct headlines h = {.call = call, .config = config, .query = tsquery_load(call->arena, &args[1]), .document = &args[0]};
    bool good = config && ts_headline_read_options(call, how, &h.options) &&
                json_load(call->arena, &args[0], &value, call->diag) && put_headlines(&h, &value, &out);
    if (good)
        return json_give(call, &out, result);
    buf_deinit(&out);
    return false;
}

FUNCTION(headline_json_byid)
{
    return headlines(call, (oid_t) args[0].i, args + 1, nargs > 3 ? &args[3] : NULL, result);
}

FUNCTION(headline_json)
{
    return headlines(call, ts_current_config(call), args, nargs > 2 ? &args[2] : NULL, result);
}

FUNCTION(headline_jsonb_byid)
{
    return json_as_jsonb(call, headline_json_byid(call, nargs, args, result), result);
}

FUNCTION(headline_jsonb)
{
    return json_as_jsonb(call, headline_json(call, nargs, args, result), result);
}

#define HEADLINES(type)                                                                                                          \
    SCALAR_FLAGS("ts_headline_" #type, headline_##type, FUNC_SESSION),                                                           \
        SCALAR_FLAGS("ts_headline_" #type "_opt", headline_##type, FUNC_SESSION),                                                \
        SCALAR("ts_headline_" #type "_byid", headline_##type##_byid),                                                            \
        SCALAR("ts_headline_" #type "_byid_opt", headline_##type##_byid)
#define BOTH(type)                                                                                                               \
    SCALAR_FLAGS(type "_string_to_tsvector", string_to_tsvector, FUNC_SESSION),                                                  \
        SCALAR(type "_string_to_tsvector_byid", string_to_tsvector_byid),                                                        \
        SCALAR_FLAGS(type "_to_tsvector", parts_to_tsvector, FUNC_SESSION),                                                      \
        SCALAR(type "_to_tsvector_byid", parts_to_tsvector_byid)

const struct func_impl func_impls_json_tsearch[] = {
    BOTH("json"), BOTH("jsonb"), HEADLINES(json), HEADLINES(jsonb), {0},
};
