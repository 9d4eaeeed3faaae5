#include "func/func.h"
#include "type/array.h"
#include "type/codecs.h"
#include "type/icu.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Texts with a grammar of their own: qualified names, Unicode escapes; and Unicode's normal forms. */

static bool give(struct fcall *call, struct buf *text, struct datum *result)
{
    *result = datum_text(arena_strndup(call->arena, text->data ? text->data : "", text->len), text->len);
    buf_deinit(text);
    return true;
}

/* ---- parse_ident ---- */

static bool is_name_start(char c)
{
    return c == '_' || isalpha((unsigned char) c) || (unsigned char) c >= 0x80;
}

static bool is_name_part(char c)
{
    return is_name_start(c) || isdigit((unsigned char) c) || c == '$';
}

static bool not_identifier(struct fcall *call, const struct datum *text)
{
    return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "string is not a valid identifier: \"%.*s\"", (int) text->len,
                    text->data);
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && isspace((unsigned char) *at))
        at++;
    return at;
}

/* One name at *at, quoted or folded to lower case. */
static bool read_name(struct fcall *call, const struct datum *whole, const char **at, const char *end, bool after_dot,
                      struct buf *name)
{
    buf_reset(name);
    if (*at < end && **at == '"') {
        const char *c = *at + 1;
        for (; c < end && (*c != '"' || (c + 1 < end && c[1] == '"')); c++) {
            buf_putc(name, *c);
            c += *c == '"';
        }
        if (c == end) {
            not_identifier(call, whole);
            return diag_detail(call->diag, "String has unclosed double quotes.");
        }
        if (name->len == 0) {
            not_identifier(call, whole);
            return diag_detail(call->diag, "Quoted identifier must not be empty.");
        }
        *at = c + 1;
    } else if (*at < end && is_name_start(**at)) {
        for (; *at < end && is_name_part(**at); (*at)++)
            buf_putc(name, (char) (**at >= 'A' && **at <= 'Z' ? tolower((unsigned char) **at) : **at));
    } else {
        not_identifier(call, whole);
        if (*at < end && **at == '.')
            return diag_detail(call->diag, "No valid identifier before \".\".");
        return after_dot ? diag_detail(call->diag, "No valid identifier after \".\".") : false;
    }
    return true;
}

static bool parse_ident(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf name = {0};
    struct datum *names = arena_alloc(call->arena, sizeof *names * ((size_t) args[0].len / 2 + 2));
    int count = 0;
    const char *end = args[0].data + args[0].len, *at = skip_blanks(args[0].data, end);
    bool good, more = false, strict = nargs < 2 || args[1].i;
    do {
        good = read_name(call, &args[0], &at, end, more, &name);
        if (!good)
            break;
        names[count++] = datum_text(arena_strndup(call->arena, name.data, name.len), name.len);
        at = skip_blanks(at, end);
        more = at < end && *at == '.';
        if (more)
            at = skip_blanks(at + 1, end);
    } while (more);
    buf_deinit(&name);
    if (good && at < end && strict)
        good = not_identifier(call, &args[0]);
    if (!good)
        return false;
    struct array array = array_of(type_builtin(TEXT_OID), count, names);
    *result = array_store(call->arena, &array);
    return true;
}

/* ---- unistr ---- */

/* The code point of `count` hexadecimal digits; -1: there are not as many. */
static int64_t read_hex(const char *at, const char *end, int count)
{
    int64_t value = 0;
    if (end - at < count)
        return -1;
    for (int i = 0; i < count; i++) {
        if (!isxdigit((unsigned char) at[i]))
            return -1;
        value = value * 16 + (isdigit((unsigned char) at[i]) ? at[i] - '0' : (at[i] | 32) - 'a' + 10);
    }
    return value;
}

static void put_utf8(struct buf *out, uint32_t code)
{
    int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint8_t leads[] = {0, 0xc0, 0xe0, 0xf0};
    buf_putc(out, (char) (leads[more] | code >> (6 * more)));
    while (more-- > 0)
        buf_putc(out, (char) (0x80 | (code >> (6 * more) & 0x3f)));
}

static bool unistr(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    int64_t high = 0; /* the first half of a pair */
    const char *at = args[0].data, *end = at + args[0].len;
    bool pairs_well = true;
    while (at < end && pairs_well) {
        bool escaped = *at == '\\' && !(at + 1 < end && at[1] == '\\');
        if (!escaped) {
            pairs_well = high == 0;
            at += *at == '\\';
            buf_putc(&out, *at++);
            continue;
        }
        char form = at + 1 < end ? at[1] : '\0';
        int prefix = form == 'u' || form == 'U' || form == '+' ? 2 : 1, digits = form == 'U' ? 8 : form == '+' ? 6 : 4;
        int64_t code = read_hex(at + prefix, end, digits);
        if (code < 0) {
            buf_deinit(&out);
            diag_set(call->diag, ERRCODE_SYNTAX_ERROR, "invalid Unicode escape");
            return diag_hint(call->diag, "Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.");
        }
        if (code == 0 || code > 0x10ffff) {
            buf_deinit(&out);
            return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid Unicode code point: %04llX",
                            (unsigned long long) code);
        }
        at += prefix + digits;
        bool is_second = code >= 0xdc00 && code <= 0xdfff;
        pairs_well = is_second == (high != 0);
        if (code >= 0xd800 && code <= 0xdbff) {
            high = code;
            continue;
        }
        if (is_second)
            code = 0x10000 + ((high & 0x3ff) << 10) + (code & 0x3ff);
        high = 0;
        put_utf8(&out, (uint32_t) code);
    }
    if (!pairs_well || high) {
        buf_deinit(&out);
        return diag_set(call->diag, ERRCODE_SYNTAX_ERROR, "invalid Unicode surrogate pair");
    }
    return give(call, &out, result);
}

/* ---- normal forms ---- */

static bool to_form(struct fcall *call, const struct datum *args, struct buf *out)
{
    static const char *const forms[] = {"NFC", "NFD", "NFKC", "NFKD"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strlen(forms[i]) == args[1].len && strncasecmp(args[1].data, forms[i], args[1].len) == 0) {
            bool plain = true; /* ASCII is in every form */
            for (uint32_t k = 0; k < args[0].len && plain; k++)
                plain = !(args[0].data[k] & 0x80);
            if (!plain)
                return icu_transliterate(forms[i], args[0].data, args[0].len, out, call->diag);
            buf_append(out, args[0].data, args[0].len);
            return true;
        }
    return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid normalization form: %.*s", (int) args[1].len,
                    args[1].data);
}

static bool normalize(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    if (to_form(call, args, &out))
        return give(call, &out, result);
    buf_deinit(&out);
    return false;
}

static bool is_normalized(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    bool good = to_form(call, args, &out);
    *result = datum_bool(good && out.len == args[0].len && (!out.len || memcmp(out.data, args[0].data, out.len) == 0));
    buf_deinit(&out);
    return good;
}

const struct func_impl func_impls_text_read[] = {
    SCALAR("parse_ident", parse_ident),
    SCALAR("unistr", unistr),
    SCALAR("unicode_normalize_func", normalize),
    SCALAR("unicode_is_normalized", is_normalized),
    {0},
};
