#include "func/regex.h"
#include "func/regex_engine.h"
#include "type/codecs.h"
#include "type/json.h"

#include <stdlib.h>
#include <string.h>

/* Functions and operators over regular expressions. */

static bool parse_flags(struct fcall *call, const struct datum *flags, struct regex_options *options)
{
    for (uint32_t i = 0; flags && i < flags->len; i++)
        /* PostgreSQL takes "e" for basic expressions here, too; embedded, (?e) means extended ones. */
        if (!regex_option(flags->data[i] == 'e' ? 'b' : flags->data[i], options))
            return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid regular expression option: \"%.*s\"",
                            (int) utf8_size((uint8_t) flags->data[i]), flags->data + i);
    return true;
}

/* Where the next match may begin: an empty match moves on by a character. */
static size_t behind(const struct datum *text, const size_t *spans)
{
    if (spans[1] > spans[0])
        return spans[1];
    return spans[1] < text->len ? spans[1] + utf8_size((uint8_t) text->data[spans[1]]) : text->len + 1;
}

static bool matches(struct fcall *call, const struct datum *args, bool icase, bool wanted, struct datum *result)
{
    struct regex_options options = {.icase = icase};
    struct regex *regex = regex_compile(&args[1], &options, call->diag);
    int found = regex ? regex_test(regex, &args[0], call->diag) : -1;
    *result = datum_bool((found == 1) == wanted);
    return found >= 0;
}

#define MATCHES(name, icase, wanted)                                                                                             \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return matches(call, args, icase, wanted, result);                                                                       \
    }
MATCHES(textregexeq, false, true)
MATCHES(textregexne, false, false)
MATCHES(texticregexeq, true, true)
MATCHES(texticregexne, true, false)

static struct datum span_text(const struct datum *text, const size_t *spans, uint32_t group)
{
    if (spans[2 * group] == REGEX_UNSET)
        return datum_null();
    return datum_text(text->data + spans[2 * group], spans[2 * group + 1] - spans[2 * group]);
}

/* The groups of a match, or all of it when there are none, as a text[]. */
static struct datum groups(struct fcall *call, const struct datum *text, const size_t *spans, uint32_t count)
{
    struct buf out = {0};
    buf_putc(&out, '[');
    for (uint32_t i = count > 1; i < count || i == 0; i++) {
        if (i > 1)
            buf_putc(&out, ',');
        struct datum group = span_text(text, spans, i);
        if (datum_is_null(&group))
            buf_puts(&out, "null");
        else
            json_write_string(group.data, group.len, &out);
    }
    buf_putc(&out, ']');
    struct datum result = datum_text(arena_strndup(call->arena, out.data, out.len), out.len);
    buf_deinit(&out);
    return result;
}

static bool prepare(struct fcall *call, const struct datum *pattern, const struct datum *flags, const char *function,
                    struct regex_options *options, struct regex **regex)
{
    if (!parse_flags(call, flags, options))
        return false;
    if (options->global && function) {
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "%s does not support the \"global\" option", function);
        return strcmp(function, "regexp_match()") == 0 ? diag_hint(call->diag, "Use the regexp_matches function instead.")
                                                       : false;
    }
    *regex = regex_compile(pattern, options, call->diag);
    return *regex != NULL;
}

static bool regexp_match(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct regex_options options = {0};
    struct regex *regex;
    size_t *spans;
    uint32_t count;
    if (!prepare(call, &args[1], nargs > 2 ? &args[2] : NULL, "regexp_match()", &options, &regex))
        return false;
    int found = regex_match(regex, &args[0], 0, &spans, &count, call->diag);
    *result = found == 1 ? groups(call, &args[0], spans, count) : datum_null();
    return found >= 0;
}

static bool textregexsubstr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct regex_options options = {0};
    struct regex *regex;
    size_t *spans;
    uint32_t count;
    (void) nargs;
    if (!prepare(call, &args[1], NULL, NULL, &options, &regex))
        return false;
    int found = regex_match(regex, &args[0], 0, &spans, &count, call->diag);
    *result = found == 1 ? span_text(&args[0], spans, count > 1) : datum_null();
    return found >= 0;
}

static void put_replacement(struct buf *out, const struct datum *text, const struct datum *with, const size_t *spans,
                            uint32_t count)
{
    for (uint32_t i = 0; i < with->len; i++) {
        char c = with->data[i];
        if (c != '\\' || i + 1 == with->len) {
            buf_putc(out, c);
            continue;
        }
        c = with->data[++i];
        uint32_t group = c == '&' ? 0 : (uint32_t) (c - '0');
        if (c == '&' || (c >= '1' && c <= '9')) {
            struct datum part = group < count ? span_text(text, spans, group) : datum_null();
            if (!datum_is_null(&part))
                buf_append(out, part.data, part.len);
        } else if (c == '\\') {
            buf_putc(out, '\\');
        } else {
            buf_putc(out, '\\');
            buf_putc(out, c);
        }
    }
}

static bool too_small(struct fcall *call, const char *parameter, int64_t value)
{
    return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid value for parameter \"%s\": %lld", parameter,
                    (long long) value);
}

/* Where a search from a character on (1: the first) begins; behind the text's end when there is no such place. */
static size_t first_offset(const struct datum *text, int64_t start)
{
    if ((uint64_t) start - 1 > text->len || (uint64_t) start - 1 > utf8_length(text->data, text->len))
        return (size_t) text->len + 1;
    return utf8_prefix(text->data, text->len, (size_t) start - 1);
}

/* Replace the nth match, or all when nth is 0, from a character position on. */
static bool replace(struct fcall *call, const struct datum *args, int64_t start, int64_t nth, const struct datum *flags,
                    bool flags_decide, struct datum *result)
{
    struct regex_options options = {0};
    struct regex *regex;
    struct buf out = {0};
    if (start < 1)
        return too_small(call, "start", start);
    if (nth < 0)
        return too_small(call, "n", nth);
    if (!prepare(call, &args[1], flags, NULL, &options, &regex))
        return false;
    if (flags_decide)
        nth = options.global ? 0 : 1;
    size_t at = first_offset(&args[0], start), kept = 0;
    int found = 0;
    for (int64_t number = 1; at <= args[0].len; number++) {
        size_t *spans;
        uint32_t count;
        found = regex_match(regex, &args[0], at, &spans, &count, call->diag);
        if (found != 1)
            break;
        if (nth == 0 || number == nth) {
            buf_append(&out, args[0].data + kept, spans[0] - kept);
            put_replacement(&out, &args[0], &args[2], spans, count);
            kept = spans[1];
        }
        at = behind(&args[0], spans);
        if (nth && number == nth)
            break;
    }
    if (kept < args[0].len)
        buf_append(&out, args[0].data + kept, args[0].len - kept);
    *result = datum_text(arena_strndup(call->arena, out.data ? out.data : "", out.len), out.len);
    buf_deinit(&out);
    return found >= 0;
}

static bool textregexreplace(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    const struct datum *flags = nargs > 3 ? &args[3] : NULL;
    if (flags && flags->len && flags->data[0] >= '0' && flags->data[0] <= '9') {
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid regular expression option: \"%.1s\"", flags->data);
        return diag_hint(
            call->diag,
            "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.");
    }
    return replace(call, args, 1, 1, flags, true, result);
}

static bool textregexreplace_extended(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return replace(call, args, args[3].i, nargs > 4 ? args[4].i : 1, nargs > 5 ? &args[5] : NULL, nargs < 5, result);
}

static bool regexp_count(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct regex_options options = {0};
    struct regex *regex;
    int64_t start = nargs > 2 ? args[2].i : 1, total = 0;
    if (start < 1)
        return too_small(call, "start", start);
    if (!prepare(call, &args[1], nargs > 3 ? &args[3] : NULL, "regexp_count()", &options, &regex))
        return false;
    size_t *spans;
    uint32_t count;
    int found = 0;
    for (size_t at = first_offset(&args[0], start); at <= args[0].len; at = behind(&args[0], spans), total++)
        if ((found = regex_match(regex, &args[0], at, &spans, &count, call->diag)) != 1)
            break;
    *result = datum_int(total);
    return found >= 0;
}

static bool regexp_like(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct regex_options options = {0};
    struct regex *regex;
    if (!prepare(call, &args[1], nargs > 2 ? &args[2] : NULL, "regexp_like()", &options, &regex))
        return false;
    int found = regex_test(regex, &args[0], call->diag);
    *result = datum_bool(found == 1);
    return found >= 0;
}

/* The nth match from a position on; regexp_instr and regexp_substr differ in what they tell of it. */
static int nth_match(struct fcall *call, int nargs, const struct datum *args, const struct datum *flags, const char *function,
                     size_t **spans, uint32_t *count)
{
    struct regex_options options = {0};
    struct regex *regex;
    int64_t start = nargs > 2 ? args[2].i : 1, nth = nargs > 3 ? args[3].i : 1;
    if (start < 1)
        return too_small(call, "start", start) - 1;
    if (nth < 1)
        return too_small(call, "n", nth) - 1;
    if (!prepare(call, &args[1], flags, function, &options, &regex))
        return -1;
    size_t at = first_offset(&args[0], start);
    int found = 0;
    for (int64_t i = 1; i <= nth && at <= args[0].len; i++) {
        found = regex_match(regex, &args[0], at, spans, count, call->diag);
        if (found != 1)
            return found;
        at = behind(&args[0], *spans);
        if (i < nth)
            found = 0;
    }
    return found;
}

static bool regexp_instr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    size_t *spans;
    uint32_t count;
    int64_t end = nargs > 4 ? args[4].i : 0, group = nargs > 6 ? args[6].i : 0;
    if (end != 0 && end != 1)
        return too_small(call, "endoption", end);
    if (group < 0)
        return too_small(call, "subexpr", group);
    int found = nth_match(call, nargs, args, nargs > 5 ? &args[5] : NULL, "regexp_instr()", &spans, &count);
    if (found != 1 || group >= count || spans[2 * group] == REGEX_UNSET)
        *result = datum_int(0);
    else
        *result = datum_int((int64_t) utf8_length(args[0].data, spans[2 * group + end]) + 1);
    return found >= 0;
}

static bool regexp_substr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    size_t *spans;
    uint32_t count;
    int64_t group = nargs > 5 ? args[5].i : 0;
    if (group < 0)
        return too_small(call, "subexpr", group);
    int found = nth_match(call, nargs, args, nargs > 4 ? &args[4] : NULL, "regexp_substr()", &spans, &count);
    *result = found != 1 || group >= count ? datum_null() : span_text(&args[0], spans, (uint32_t) group);
    return found >= 0;
}

/* Splitting: the pieces between matches; empty matches at either end do not split. */
struct split {
    struct datum text, pattern;
    struct regex_options options;
    size_t at, piece;
    bool done, once;
};

static bool split_next(struct fcall *call, struct split *split, struct datum *piece, bool *more)
{
    *more = !split->done;
    struct regex *regex = split->done ? NULL : regex_compile(&split->pattern, &split->options, call->diag);
    if (split->done || !regex)
        return split->done;
    while (split->at <= split->text.len) {
        size_t *spans;
        uint32_t count;
        int found = regex_match(regex, &split->text, split->at, &spans, &count, call->diag);
        if (found < 0)
            return false;
        if (found == 0)
            break;
        split->at = behind(&split->text, spans);
        if (spans[1] == spans[0] && (spans[0] == split->piece || spans[0] >= split->text.len))
            continue;
        *piece = datum_text(split->text.data + split->piece, spans[0] - split->piece);
        split->piece = spans[1];
        return true;
    }
    *piece = datum_text(split->text.data + split->piece, split->text.len - split->piece);
    split->done = true;
    return true;
}

static bool split_begin(struct fcall *call, struct split *split, int nargs, const struct datum *args, const char *function)
{
    struct regex *regex;
    *split = (struct split){.text = args[0], .pattern = args[1]};
    return prepare(call, &args[1], nargs > 2 ? &args[2] : NULL, function, &split->options, &regex);
}

static bool regexp_split_to_array(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct split split;
    struct datum piece;
    struct buf out = {0};
    bool more = true, good = split_begin(call, &split, nargs, args, "regexp_split_to_array()");
    buf_putc(&out, '[');
    while (good && (good = split_next(call, &split, &piece, &more)) && more) {
        if (out.len > 1)
            buf_putc(&out, ',');
        json_write_string(piece.data, piece.len, &out);
    }
    buf_putc(&out, ']');
    *result = datum_text(arena_strndup(call->arena, out.data, out.len), out.len);
    buf_deinit(&out);
    return good;
}

static bool keep_arguments(struct fcall *call, int nargs, const struct datum *args, struct datum *kept)
{
    for (int i = 0; i < nargs; i++) {
        if (datum_is_null(&args[i]))
            return false;
        kept[i] = args[i];
        kept[i].data = arena_strndup(call->cache_arena, args[i].data, args[i].len);
    }
    return true;
}

static bool split_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct split *split = cursor;
    struct datum kept[3];
    if (!keep_arguments(call, nargs, args, kept)) {
        split->done = true;
        return true;
    }
    return split_begin(call, split, nargs, kept, "regexp_split_to_table()");
}

static bool split_row(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    return split_next(call, cursor, row, more);
}

static bool matches_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct split *split = cursor;
    struct datum kept[3];
    if (!keep_arguments(call, nargs, args, kept)) {
        split->done = true;
        return true;
    }
    return split_begin(call, split, nargs, kept, NULL);
}

static bool matches_row(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct split *split = cursor;
    *more = false;
    if (split->done || split->at > split->text.len)
        return true;
    struct regex *regex = regex_compile(&split->pattern, &split->options, call->diag);
    size_t *spans;
    uint32_t count;
    int found = regex ? regex_match(regex, &split->text, split->at, &spans, &count, call->diag) : -1;
    if (found != 1)
        return found == 0;
    row[0] = groups(call, &split->text, spans, count);
    split->at = behind(&split->text, spans);
    split->done = !split->options.global;
    *more = true;
    return true;
}

const struct table_func regex_split_table = {sizeof(struct split), split_open, split_row, NULL};
const struct table_func regex_matches_table = {sizeof(struct split), matches_open, matches_row, NULL};

/* SIMILAR TO patterns as regular expressions. `shortest`: what is before the first escaped quote takes as little as it can. */
static bool translate_similar(struct fcall *call, const struct datum *pattern, struct datum escape, bool shortest,
                              struct datum *result)
{
    struct buf out = {0};
    bool escaped = false, bracket = false;
    int quotes = 0;
    if (utf8_length(escape.data, escape.len) > 1) {
        diag_set(call->diag, ERRCODE_INVALID_ESCAPE_SEQUENCE, "invalid escape string");
        return diag_hint(call->diag, "Escape string must be empty or one character.");
    }
    buf_puts(&out, "^(?:");
    for (size_t at = 0; at < pattern->len;) {
        const char *c = pattern->data + at;
        size_t size = utf8_size((uint8_t) *c);
        at += size;
        if (escaped) {
            escaped = false;
            if (*c == '"' && !bracket) { /* the parts of substring(… from … for …) */
                if (quotes == 2) {
                    buf_deinit(&out);
                    return diag_set(call->diag, ERRCODE_INVALID_USE_OF_ESCAPE_CHARACTER,
                                    "SQL regular expression may not contain more than two escape-double-quote separators");
                }
                buf_puts(&out, quotes++ == 0 ? "){1,1}?(" : "){1,1}(?:");
                continue;
            }
            buf_putc(&out, '\\');
            buf_append(&out, c, size);
        } else if (escape.len == size && memcmp(escape.data, c, size) == 0) {
            escaped = true;
        } else if (bracket) {
            if (*c == '\\')
                buf_putc(&out, '\\');
            buf_append(&out, c, size);
            bracket = *c != ']';
        } else if (*c == '[') {
            buf_putc(&out, '[');
            bracket = true;
        } else if (*c == '%') {
            buf_puts(&out, shortest && quotes == 0 ? ".*?" : ".*");
        } else if (*c == '_') {
            buf_putc(&out, '.');
        } else if (*c == '(') {
            buf_puts(&out, "(?:");
        } else {
            if (strchr("\\.^$", *c))
                buf_putc(&out, '\\');
            buf_append(&out, c, size);
            if (shortest && quotes == 0 && strchr("*+?}", *c))
                buf_putc(&out, '?');
        }
    }
    buf_puts(&out, ")$");
    *result = datum_text(arena_strndup(call->arena, out.data, out.len), out.len);
    buf_deinit(&out);
    return true;
}

static bool similar_to_escape(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct datum escape = nargs > 1 && !datum_is_null(&args[1]) ? args[1] : datum_text("\\", 1);
    return translate_similar(call, &args[0], escape, false, result);
}

/* With two escaped quotes the part before the first is as short as it can be; without, the whole pattern is the part. */
static bool has_parts(const struct datum *pattern, const struct datum *escape)
{
    struct buf mark = {0};
    buf_append(&mark, escape->data, escape->len);
    buf_putc(&mark, '"');
    bool found = escape->len && pattern->len && memmem(pattern->data, pattern->len, mark.data, mark.len);
    buf_deinit(&mark);
    return found;
}

static bool substring_similar(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct datum pair[2] = {args[0], datum_null()};
    bool good = translate_similar(call, &args[1], args[2], has_parts(&args[1], &args[2]), &pair[1]) &&
                textregexsubstr(call, nargs, pair, result);
    /* PostgreSQL has this function written in SQL. */
    return good || diag_context(call->diag, "SQL function \"substring\" statement 1");
}

const struct func_impl func_impls_regex[] = {
    SCALAR("textregexeq", textregexeq),
    SCALAR("textregexne", textregexne),
    SCALAR("texticregexeq", texticregexeq),
    SCALAR("texticregexne", texticregexne),
    SCALAR("nameregexeq", textregexeq),
    SCALAR("nameregexne", textregexne),
    SCALAR("nameicregexeq", texticregexeq),
    SCALAR("nameicregexne", texticregexne),
    SCALAR("bpcharregexeq", textregexeq),
    SCALAR("bpcharregexne", textregexne),
    SCALAR("bpcharicregexeq", texticregexeq),
    SCALAR("bpcharicregexne", texticregexne),
    SCALAR("textregexsubstr", textregexsubstr),
    SCALAR("substring(text,text,text)", substring_similar),
    SCALAR("regexp_match", regexp_match),
    SCALAR("regexp_match_no_flags", regexp_match),
    SCALAR("textregexreplace", textregexreplace),
    SCALAR("textregexreplace_noopt", textregexreplace),
    SCALAR("textregexreplace_extended", textregexreplace_extended),
    SCALAR("textregexreplace_extended_no_flags", textregexreplace_extended),
    SCALAR("textregexreplace_extended_no_n", textregexreplace_extended),
    SCALAR("regexp_count", regexp_count),
    SCALAR("regexp_count_no_flags", regexp_count),
    SCALAR("regexp_count_no_start", regexp_count),
    SCALAR("regexp_like", regexp_like),
    SCALAR("regexp_like_no_flags", regexp_like),
    SCALAR("regexp_instr", regexp_instr),
    SCALAR("regexp_instr_no_endoption", regexp_instr),
    SCALAR("regexp_instr_no_flags", regexp_instr),
    SCALAR("regexp_instr_no_n", regexp_instr),
    SCALAR("regexp_instr_no_start", regexp_instr),
    SCALAR("regexp_instr_no_subexpr", regexp_instr),
    SCALAR("regexp_substr", regexp_substr),
    SCALAR("regexp_substr_no_flags", regexp_substr),
    SCALAR("regexp_substr_no_n", regexp_substr),
    SCALAR("regexp_substr_no_start", regexp_substr),
    SCALAR("regexp_substr_no_subexpr", regexp_substr),
    SCALAR("regexp_split_to_array", regexp_split_to_array),
    SCALAR("regexp_split_to_array_no_flags", regexp_split_to_array),
    TABLE_FUNC("regexp_split_to_table", &regex_split_table),
    TABLE_FUNC("regexp_split_to_table_no_flags", &regex_split_table),
    TABLE_FUNC("regexp_matches", &regex_matches_table),
    TABLE_FUNC("regexp_matches_no_flags", &regex_matches_table),
    SCALAR("similar_to_escape_1", similar_to_escape),
    SCALAR("similar_to_escape_2", similar_to_escape),
    SCALAR("similar_escape", similar_to_escape),
    {0},
};
