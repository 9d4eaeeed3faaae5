#include "func/tsheadline.h"

#include "type/codecs.h"

#include <string.h>
#include <strings.h>

/* The options of ts_headline: "name = value, …"; names and values may stand in quotes, which are doubled inside. One that is not takes its first character
 * whatever that is. */

struct reader {
    struct fcall *call;
    const struct datum *text;
    const char *at, *end;
};

static bool malformed(const struct reader *reader)
{
    return diag_set(reader->call->diag, ERRCODE_SYNTAX_ERROR, "invalid parameter list format: \"%.*s\"", (int) reader->text->len,
                    reader->text->data);
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end && codec_space(*reader->at))
        reader->at++;
}

static bool read_quoted(struct reader *reader, char quote, struct buf *word)
{
    for (reader->at++; reader->at < reader->end; reader->at++) {
        bool doubled = reader->at + 1 < reader->end && reader->at[1] == quote;
        if (*reader->at == quote && !doubled) {
            reader->at++;
            return true;
        }
        reader->at += *reader->at == quote;
        buf_putc(word, *reader->at);
    }
    return malformed(reader);
}

static bool read_name(struct reader *reader, struct buf *word)
{
    if (*reader->at == '"')
        return read_quoted(reader, '"', word);
    do
        buf_putc(word, *reader->at++);
    while (reader->at < reader->end && !codec_space(*reader->at) && *reader->at != '=');
    return true;
}

static bool read_value(struct reader *reader, struct buf *word)
{
    if (*reader->at == '\'' || *reader->at == '"')
        return read_quoted(reader, *reader->at, word);
    do
        buf_putc(word, *reader->at++);
    while (reader->at < reader->end && !codec_space(*reader->at) && *reader->at != ',');
    return true;
}

static bool set_number(struct fcall *call, const char *value, int *number)
{
    int64_t read;
    if (!int_parse(value, strlen(value), 32, "integer", &read, call->diag))
        return false;
    *number = (int) read;
    return true;
}

static bool set_option(struct fcall *call, const char *name, const char *value, struct ts_headline_options *options)
{
    static const char *const yes[] = {"1", "on", "true", "t", "y", "yes"};
    if (strcasecmp(name, "MaxWords") == 0)
        return set_number(call, value, &options->words_max);
    if (strcasecmp(name, "MinWords") == 0)
        return set_number(call, value, &options->words_min);
    if (strcasecmp(name, "ShortWord") == 0)
        return set_number(call, value, &options->short_word);
    if (strcasecmp(name, "MaxFragments") == 0)
        return set_number(call, value, &options->fragments_max);
    if (strcasecmp(name, "StartSel") == 0) {
        options->start_mark = value;
    } else if (strcasecmp(name, "StopSel") == 0) {
        options->stop_mark = value;
    } else if (strcasecmp(name, "FragmentDelimiter") == 0) {
        options->delimiter = value;
    } else if (strcasecmp(name, "HighlightAll") == 0) {
        options->whole = false;
        for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
            options->whole |= strcasecmp(value, yes[i]) == 0;
    } else {
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "unrecognized headline parameter: \"%s\"", name);
    }
    return true;
}

static bool read_option(struct reader *reader, struct ts_headline_options *options)
{
    struct buf name = {0}, value = {0};
    struct arena *arena = reader->call->arena;
    bool good = read_name(reader, &name);
    skip_space(reader);
    if (good && (reader->at == reader->end || *reader->at != '='))
        good = malformed(reader);
    if (good) {
        reader->at++;
        skip_space(reader);
        good = reader->at < reader->end ? read_value(reader, &value) : malformed(reader);
    }
    if (good)
        good = set_option(reader->call, arena_strdup(arena, buf_cstr(&name)), arena_strdup(arena, buf_cstr(&value)), options);
    buf_deinit(&name);
    buf_deinit(&value);
    return good;
}

static bool check(struct fcall *call, const struct ts_headline_options *options)
{
    const char *wrong = options->words_min >= options->words_max ? "MinWords should be less than MaxWords"
                        : options->words_min <= 0                ? "MinWords should be positive"
                        : options->short_word < 0                ? "ShortWord should be >= 0"
                        : options->fragments_max < 0             ? "MaxFragments should be >= 0"
                                                                 : NULL;
    return options->whole || !wrong || diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "%s", wrong);
}

bool ts_headline_read_options(struct fcall *call, const struct datum *text, struct ts_headline_options *options)
{
    *options = (struct ts_headline_options){"<b>", "</b>", " ... ", 35, 15, 3, 0, false};
    if (!text)
        return true;
    struct reader reader = {call, text, text->data, text->data + text->len};
    for (;;) {
        while (reader.at < reader.end && (codec_space(*reader.at) || *reader.at == ','))
            reader.at++;
        if (reader.at == reader.end)
            return check(call, options);
        if (!read_option(&reader, options))
            return false;
    }
}
