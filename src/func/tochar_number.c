#include "func/func.h"
#include "type/numeric.h"
#include "type/numeric_math.h"

#include <ctype.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pictures of numbers: to_char and to_number (docs: table 9.29). A picture is a list of items and what follows from all of them; writing walks it
 * beside the number's text, reading beside the given text. */

enum key {
    KEY_TEXT,
    KEY_DIGIT,
    KEY_ZERO,
    KEY_POINT,
    KEY_POINT_LOCAL,
    KEY_COMMA,
    KEY_GROUP,
    KEY_BLANK,
    KEY_EXPONENT,
    KEY_FILL,
    KEY_CURRENCY,
    KEY_MINUS,
    KEY_PLUS,
    KEY_BRACKETS,
    KEY_ROMAN,
    KEY_EITHER_SIGN,
    KEY_SIGN,
    KEY_ORDINAL,
    KEY_SHIFT,
    KEY_IGNORED,
};

/* Longer words before those that they begin with. */
static const struct {
    const char *name;
    enum key key;
    bool is_cased; /* the lower-case word is the same; only its output differs */
} words[] = {
    {",", KEY_COMMA, false},    {".", KEY_POINT, false},     {"0", KEY_ZERO, false},        {"9", KEY_DIGIT, false},
    {"B", KEY_BLANK, false},    {"C", KEY_IGNORED, false},   {"D", KEY_POINT_LOCAL, false}, {"EEEE", KEY_EXPONENT, false},
    {"FM", KEY_FILL, false},    {"G", KEY_GROUP, false},     {"L", KEY_CURRENCY, false},    {"MI", KEY_MINUS, false},
    {"PL", KEY_PLUS, false},    {"PR", KEY_BRACKETS, false}, {"RN", KEY_ROMAN, true},       {"SG", KEY_EITHER_SIGN, false},
    {"SP", KEY_IGNORED, false}, {"S", KEY_SIGN, false},      {"TH", KEY_ORDINAL, true},     {"V", KEY_SHIFT, false},
};

struct item {
    enum key key;
    bool lower;
    uint8_t len; /* of a character that is itself */
    char text[4];
};

enum sign_place { SIGN_NONE, SIGN_BEFORE, SIGN_BEHIND };

struct picture {
    int count;
    struct item *items;
    int before, behind; /* digits on either side of the point */
    int shift;          /* digits behind V */
    int first_zero;     /* position of the first 0 before the point; -1 */
    int last_zero;      /* digits up to and with the last 0 */
    enum sign_place sign;
    int digits_before_sign;
    bool point, blank, exponent, fill, minus, plus, brackets, roman, zero, shifts;
};

static bool wrong(struct diag *diag, const char *why)
{
    return diag_set(diag, ERRCODE_SYNTAX_ERROR, "%s", why);
}

/* Note what one item means for the whole; 42601 where it does not go with the others. */
static bool add_item(struct picture *picture, enum key key, struct diag *diag)
{
    if (picture->exponent && key != KEY_EXPONENT)
        return wrong(diag, "\"EEEE\" must be the last pattern used");
    switch (key) {
    case KEY_DIGIT:
        if (picture->brackets)
            return wrong(diag, "\"9\" must be ahead of \"PR\"");
        *(picture->shifts ? &picture->shift : picture->point ? &picture->behind : &picture->before) += 1;
        break;
    case KEY_ZERO:
        if (picture->brackets)
            return wrong(diag, "\"0\" must be ahead of \"PR\"");
        if (!picture->zero && !picture->point) {
            picture->zero = true;
            picture->first_zero = picture->before;
        }
        *(picture->point ? &picture->behind : &picture->before) += 1;
        picture->last_zero = picture->before + picture->behind;
        break;
    case KEY_BLANK:
        picture->blank = picture->before == 0 && picture->behind == 0 && !picture->zero;
        break;
    case KEY_POINT:
    case KEY_POINT_LOCAL:
        if (picture->point)
            return wrong(diag, "multiple decimal points");
        if (picture->shifts)
            return wrong(diag, "cannot use \"V\" and decimal point together");
        picture->point = true;
        break;
    case KEY_FILL:
        picture->fill = true;
        break;
    case KEY_SIGN:
        if (picture->sign)
            return wrong(diag, "cannot use \"S\" twice");
        if (picture->plus || picture->minus || picture->brackets)
            return wrong(diag, "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
        picture->sign = picture->point ? SIGN_BEHIND : SIGN_BEFORE;
        picture->digits_before_sign = picture->before;
        break;
    case KEY_MINUS:
        if (picture->sign)
            return wrong(diag, "cannot use \"S\" and \"MI\" together");
        picture->minus = true;
        break;
    case KEY_PLUS:
        if (picture->sign)
            return wrong(diag, "cannot use \"S\" and \"PL\" together");
        picture->plus = true;
        break;
    case KEY_EITHER_SIGN:
        if (picture->sign)
            return wrong(diag, "cannot use \"S\" and \"SG\" together");
        picture->plus = picture->minus = true;
        break;
    case KEY_BRACKETS:
        if (picture->sign || picture->plus || picture->minus)
            return wrong(diag, "cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together");
        picture->brackets = true;
        break;
    case KEY_ROMAN:
        picture->roman = true;
        break;
    case KEY_SHIFT:
        if (picture->point)
            return wrong(diag, "cannot use \"V\" and decimal point together");
        picture->shifts = true;
        break;
    case KEY_EXPONENT:
        if (picture->exponent)
            return wrong(diag, "cannot use \"EEEE\" twice");
        if (picture->fill || picture->blank || picture->sign || picture->brackets || picture->minus || picture->plus ||
            picture->roman || picture->shifts) {
            diag_set(diag, ERRCODE_SYNTAX_ERROR, "\"EEEE\" is incompatible with other formats");
            return diag_detail(diag, "\"EEEE\" may only be used together with digit and decimal point patterns.");
        }
        picture->exponent = true;
        break;
    default:
        break;
    }
    return true;
}

static size_t character_length(const char *at, const char *end)
{
    unsigned char lead = (unsigned char) *at;
    size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    return len > (size_t) (end - at) ? (size_t) (end - at) : len;
}

static size_t match_word(const char *at, const char *end, struct item *item)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i].name);
        if ((size_t) (end - at) < len)
            continue;
        bool upper = memcmp(at, words[i].name, len) == 0, lower = true;
        for (size_t k = 0; k < len && lower; k++)
            lower = at[k] == tolower((unsigned char) words[i].name[k]);
        if (upper || lower) {
            *item = (struct item){.key = words[i].key, .lower = words[i].is_cased && !upper};
            return len;
        }
    }
    return 0;
}

static bool take_apart(struct arena *arena, const struct datum *text, struct picture *picture, struct diag *diag)
{
    const char *at = text->data, *end = at + text->len;
    bool quoted = false;
    *picture = (struct picture){.items = arena_alloc(arena, (text->len + 1) * sizeof *picture->items), .first_zero = -1};
    while (at < end) {
        struct item *item = &picture->items[picture->count];
        size_t len = quoted ? 0 : match_word(at, end, item);
        if (len) {
            if (!add_item(picture, item->key, diag))
                return false;
        } else {
            if (*at == '"') {
                quoted = !quoted;
                at++;
                continue;
            }
            if (*at == '\\' && at + 1 < end && (quoted || at[1] == '"'))
                at++;
            len = character_length(at, end);
            *item = (struct item){.key = KEY_TEXT, .len = (uint8_t) len};
            memcpy(item->text, at, len);
        }
        picture->count++;
        at += len;
    }
    return true;
}

/* The picture of a call, taken apart once per call site while its text stays the same; NULL: `diag` is set. */
static const struct picture *picture_for(struct fcall *call, const struct datum *text)
{
    struct known {
        size_t len;
        char *text;
        struct picture picture;
    } *known = call->cache ? *call->cache : NULL;
    if (known && known->len == text->len && memcmp(known->text, text->data, text->len) == 0)
        return &known->picture;
    struct arena *arena = !known && call->cache && call->cache_arena ? call->cache_arena : call->arena;
    struct known *fresh = arena_new(arena, struct known);
    fresh->text = arena_strndup(arena, text->data, text->len);
    fresh->len = text->len;
    if (!take_apart(arena, text, &fresh->picture, call->diag))
        return NULL;
    if (arena != call->arena) /* pictures that change from row to row are not kept */
        *call->cache = fresh;
    return &fresh->picture;
}

/* ---- writing ---- */

/* A number as digits for a picture to place: without its sign, with as many digits behind the point as the picture has. */
struct digits {
    char sign; /* '+' or '-'; '\0' of a Roman number */
    const char *text;
    int missing; /* digits that the picture has before the point and the number has not */
};

struct writer {
    const struct picture *picture;
    struct buf *out;
    const char *start, *at; /* of the digits */
    const char *relevant;   /* with FM: the last digit that is shown, or the point; NULL: all are */
    char sign;
    int missing, position, last;
    enum sign_place sign_place;
    bool brackets, signed_already, started;
    bool ended; /* a place behind the last digit ends the text, whatever follows in the picture */
};

static struct writer writer_make(const struct picture *picture, const struct digits *digits, struct buf *out)
{
    struct writer w = {.picture = picture,
                       .out = out,
                       .start = digits->text,
                       .at = digits->text,
                       .sign = digits->sign,
                       .missing = digits->missing,
                       .sign_place = picture->sign,
                       .brackets = picture->brackets};
    if (picture->plus || picture->minus) {
        w.signed_already = picture->minus;
    } else {
        if (w.sign != '-' && picture->fill)
            w.brackets = false;
        w.signed_already = w.sign == '+' && picture->fill && !picture->sign;
        if (w.sign_place == SIGN_BEFORE && picture->before == picture->digits_before_sign)
            w.sign_place = SIGN_BEHIND;
    }
    const char *point = strchr(digits->text, '.');
    if (picture->fill && picture->point && point) {
        w.relevant = point;
        for (const char *at = point + 1; *at; at++)
            if (*at != '0')
                w.relevant = at;
        /* What a 0 asks for is not cut off. */
        if (picture->last_zero > w.missing) {
            int last = (int) strlen(digits->text) - 1;
            const char *zero = digits->text + (last < picture->last_zero - w.missing ? last : picture->last_zero - w.missing);
            w.relevant = w.relevant < zero ? zero : w.relevant;
        }
    }
    int places = picture->before + picture->behind - 1 + (!w.signed_already && w.missing == 0);
    w.last = places + (w.missing != 0) + picture->point;
    return w;
}

/* The only digit before the point is a 0 that nothing asks for: 0.1 in 9.9 is " .1". */
static bool is_idle_zero(const struct writer *w)
{
    return !w->picture->zero && w->at == w->start && *w->at == '0' && w->picture->behind != 0;
}

static void write_sign(struct writer *w)
{
    if (w->sign_place != SIGN_NONE) {
        if (w->sign_place != SIGN_BEFORE)
            return;
        buf_putc(w->out, w->sign);
    } else if (w->brackets) {
        buf_putc(w->out, w->sign == '+' ? ' ' : '<');
    } else if (w->sign == '-') {
        buf_putc(w->out, '-');
    } else if (!w->picture->fill) {
        buf_putc(w->out, ' ');
    }
    w->signed_already = true;
}

static void write_digit(struct writer *w, enum key key)
{
    bool fill = w->picture->fill, ends_at_point = w->relevant && *w->relevant == '.';
    if (*w->at == '.') {
        if (!ends_at_point || fill)
            buf_putc(w->out, '.');
    } else if (w->relevant && w->at > w->relevant && key != KEY_ZERO) {
        /* cut off */
    } else if (is_idle_zero(w)) {
        if (!fill)
            buf_putc(w->out, ' ');
        else if (ends_at_point)
            buf_putc(w->out, '0');
    } else if (*w->at) {
        buf_putc(w->out, *w->at);
        w->started = true;
    } else {
        w->ended = true;
    }
    w->at += *w->at != '\0';
}

/* One place of the number: a digit or the point. */
static void write_place(struct writer *w, enum key key)
{
    const struct picture *picture = w->picture;
    bool zero_here = picture->zero && picture->first_zero <= w->position;
    w->started = false;
    if (!w->signed_already && (w->position >= w->missing || (picture->zero && picture->first_zero == w->position)) &&
        (!is_idle_zero(w) || (w->relevant && *w->relevant == '.')))
        write_sign(w);
    if (w->position >= w->missing) {
        write_digit(w, key);
    } else if (zero_here) {
        buf_putc(w->out, '0');
        w->started = true;
    } else if (!picture->fill) {
        buf_putc(w->out, ' ');
    }
    int last = w->relevant && w->relevant == w->at ? w->position : w->last;
    if (w->position + 1 == last && !w->ended) {
        if (w->signed_already && w->brackets)
            buf_putc(w->out, w->sign == '+' ? ' ' : '>');
        else if (w->sign_place == SIGN_BEHIND)
            buf_putc(w->out, w->sign);
    }
    w->position++;
}

static bool write_ordinal(struct writer *w, bool lower, struct diag *diag)
{
    if (*w->start == '#' || w->sign == '-' || w->picture->point)
        return true;
    size_t len = strlen(w->start);
    if (!len || !isdigit((unsigned char) w->start[len - 1]))
        return diag_set(diag, ERRCODE_INVALID_TEXT_REPRESENTATION, "\"%s\" is not a number", w->start);
    char digit = len > 1 && w->start[len - 2] == '1' ? '0' : w->start[len - 1];
    const char *ending = digit == '1' ? "ST" : digit == '2' ? "ND" : digit == '3' ? "RD" : "TH";
    for (; *ending; ending++)
        buf_putc(w->out, lower ? (char) tolower((unsigned char) *ending) : *ending);
    return true;
}

static void write_roman(struct writer *w, bool lower)
{
    for (int i = (int) strlen(w->start); i < 15 && !w->picture->fill; i++)
        buf_putc(w->out, ' ');
    for (const char *c = w->start; *c; c++)
        buf_putc(w->out, lower ? (char) tolower((unsigned char) *c) : *c);
}

static bool write_number(struct fcall *call, const struct picture *picture, const struct digits *digits, struct buf *out)
{
    struct writer w = writer_make(picture, digits, out);
    for (const struct item *item = picture->items; item < picture->items + picture->count && !w.ended; item++) {
        char mark = '\0';
        switch (item->key) {
        case KEY_TEXT:
            buf_append(out, item->text, item->len);
            continue;
        case KEY_DIGIT:
        case KEY_ZERO:
        case KEY_POINT:
        case KEY_POINT_LOCAL:
            if (!picture->roman)
                write_place(&w, item->key);
            continue;
        case KEY_ROMAN:
            write_roman(&w, item->lower);
            continue;
        case KEY_COMMA:
        case KEY_GROUP:
            mark = w.started ? ',' : ' ';
            break;
        case KEY_CURRENCY:
            buf_putc(out, ' ');
            continue;
        case KEY_MINUS:
            mark = w.sign == '-' ? '-' : ' ';
            break;
        case KEY_PLUS:
            mark = w.sign == '+' ? '+' : ' ';
            break;
        case KEY_EITHER_SIGN:
            mark = w.sign;
            w.ended = picture->roman;
            break;
        case KEY_ORDINAL:
            if (!picture->roman && !write_ordinal(&w, item->lower, call->diag))
                return false;
            continue;
        default:
            continue;
        }
        if ((mark != ' ' || !picture->fill) && !w.ended)
            buf_putc(out, mark);
    }
    return true;
}

/* 15 characters at most; numbers that Rome cannot write fill the place. */
static void roman_format(int64_t value, char text[16])
{
    static const struct {
        int value;
        const char *text;
    } steps[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
                 {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
    strcpy(text, "###############");
    if (value < 1 || value > 3999)
        return;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        for (; value >= steps[i].value; value -= steps[i].value)
            text = stpcpy(text, steps[i].text);
}

/* "#.###": the number does not fit. */
static void put_overflow(struct buf *out, int before, int behind)
{
    for (int i = 0; i < before; i++)
        buf_putc(out, '#');
    buf_putc(out, '.');
    for (int i = 0; i < behind; i++)
        buf_putc(out, '#');
}

/* Let a picture place the text of a number, which has a sign when it is negative. */
static bool place(struct fcall *call, const struct picture *picture, const char *text, struct datum *result)
{
    struct buf out = {0}, overflow = {0};
    struct digits digits = {.sign = *text == '-' ? '-' : '+', .text = text + (*text == '-')};
    int before = (int) strcspn(digits.text, "."), room = picture->before + picture->shift;
    struct picture shifted = *picture;
    shifted.before = room;
    if (before > room) {
        put_overflow(&overflow, room, picture->behind);
        digits.text = buf_cstr(&overflow);
    }
    digits.missing = before < room ? room - before : 0;
    bool good = write_number(call, &shifted, &digits, &out);
    *result = datum_text(arena_strndup(call->arena, out.data, out.len), out.len);
    buf_deinit(&out);
    buf_deinit(&overflow);
    return good;
}

static bool finish_text(struct fcall *call, struct buf *out, struct datum *result)
{
    *result = datum_text(arena_strndup(call->arena, out->data, out->len), out->len);
    buf_deinit(out);
    return true;
}

static bool roman_text(struct fcall *call, const struct picture *picture, int64_t value, struct datum *result)
{
    char text[16];
    struct buf out = {0};
    struct digits digits = {.text = text};
    roman_format(value, text);
    return write_number(call, picture, &digits, &out) && finish_text(call, &out, result);
}

/* What EEEE shows of a number that has no digits. */
static bool no_exponent(struct fcall *call, const struct picture *picture, struct datum *result)
{
    struct buf out = {0};
    buf_putc(&out, ' ');
    put_overflow(&out, picture->before, picture->behind + 4);
    return finish_text(call, &out, result);
}

static bool exponent_text(struct fcall *call, const struct picture *picture, const struct number *number, struct datum *result)
{
    struct number part;
    struct buf out = {0};
    int exponent = 0;
    number_init(&part);
    number_set(&part, number);
    if (number_sign(number)) {
        int group, weight = number_weight(number, &group);
        exponent = weight * 4 + (group > 999 ? 3 : group > 99 ? 2 : group > 9 ? 1 : 0);
        part.scale += exponent;
        if (part.scale < 0) {
            mpz_mul(part.coefficient, part.coefficient, number_power_of_ten((unsigned) -part.scale));
            part.scale = 0;
        }
    }
    number_round(&part, picture->behind);
    if (number_sign(number) >= 0)
        buf_putc(&out, ' ');
    number_format(&part, &out);
    buf_printf(&out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
    number_clear(&part);
    return finish_text(call, &out, result);
}

/* Numbers to int4, where only that much can be shown. */
static bool to_int4(struct fcall *call, const struct number *number, int64_t *value)
{
    if (number->kind != NUMBER_FINITE)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot convert %s to integer",
                        number->kind == NUMBER_NAN ? "NaN" : "infinity");
    if (!number_int64(number, value) || *value < INT32_MIN || *value > INT32_MAX)
        return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "integer out of range");
    return true;
}

static bool number_to_char(struct fcall *call, const struct picture *picture, struct number *number, struct datum *result)
{
    int64_t value;
    if (picture->roman)
        return to_int4(call, number, &value) && roman_text(call, picture, value, result);
    if (picture->exponent)
        return number->kind == NUMBER_FINITE ? exponent_text(call, picture, number, result) : no_exponent(call, picture, result);
    if (picture->shifts && number->kind == NUMBER_FINITE)
        mpz_mul(number->coefficient, number->coefficient, number_power_of_ten((unsigned) picture->shift));
    number_round(number, picture->behind);
    struct buf text = {0};
    number_format(number, &text);
    bool good = place(call, picture, buf_cstr(&text), result);
    buf_deinit(&text);
    return good;
}

static bool numeric_to_char(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct number number;
    const struct picture *picture = picture_for(call, &args[1]);
    if (!picture)
        return false;
    number_init(&number);
    number_load(&number, &args[0]);
    bool good = number_to_char(call, picture, &number, result);
    number_clear(&number);
    return good;
}

static bool integer_to_char(struct fcall *call, const struct datum *args, bool is_int8, struct datum *result)
{
    const struct picture *picture = picture_for(call, &args[1]);
    int64_t value = args[0].i, factor = 1;
    if (!picture)
        return false;
    if (picture->shifts && !picture->roman && !picture->exponent) {
        bool over = picture->shift > 18;
        for (int i = 0; i < picture->shift && !over; i++)
            factor *= 10;
        if (over || __builtin_mul_overflow(value, factor, &value) ||
            (!is_int8 && (factor > INT32_MAX || value < INT32_MIN || value > INT32_MAX)))
            return diag_set(call->diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "%s out of range", is_int8 ? "bigint" : "integer");
    }
    struct number number;
    number_init(&number);
    number_set_int(&number, value);
    struct picture plain = *picture;
    plain.shifts = false;
    bool good = number_to_char(call, &plain, &number, result);
    number_clear(&number);
    return good;
}

static bool int4_to_char(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return integer_to_char(call, args, false, result);
}

static bool int8_to_char(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return integer_to_char(call, args, true, result);
}

/* `digits`: how many the type is good for. */
static bool float_to_char(struct fcall *call, const struct datum *args, int digits, struct datum *result)
{
    struct picture own;
    const struct picture *picture = picture_for(call, &args[1]);
    if (!picture)
        return false;
    double value = args[0].kind == DATUM_TEXT ? (double) NAN : args[0].r;
    if (picture->roman) {
        value = rint(value);
        value = value >= 1 && value <= 3999 ? value : 0;
        return roman_text(call, picture, (int64_t) value, result);
    }
    struct buf text = {0};
    if (picture->exponent) {
        if (!isfinite(value))
            return no_exponent(call, picture, result);
        buf_printf(&text, "%s%.*e", signbit(value) ? "" : " ", picture->behind, value);
        return finish_text(call, &text, result);
    }
    if (picture->shifts)
        value *= pow(10, picture->shift);
    own = *picture;
    if (isfinite(value)) {
        buf_printf(&text, "%.0f", fabs(value));
        int before = (int) text.len;
        own.behind = before >= digits ? 0 : before + own.behind > digits ? digits - before : own.behind;
        buf_reset(&text);
        buf_printf(&text, "%.*f", own.behind, value);
    } else {
        buf_puts(&text, isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity");
        own.behind = (isnan(value) ? 3 : 8) + own.behind > digits ? digits - (isnan(value) ? 3 : 8) : own.behind;
        own.behind = own.behind < 0 ? 0 : own.behind;
    }
    bool good = place(call, &own, buf_cstr(&text), result);
    buf_deinit(&text);
    return good;
}

static bool float4_to_char(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return float_to_char(call, args, FLT_DIG, result);
}

static bool float8_to_char(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return float_to_char(call, args, DBL_DIG, result);
}

/* ---- reading ---- */

struct reader {
    const struct picture *picture;
    const char *at, *end;
    struct buf digits;
    char sign; /* ' ': none yet */
    int before, behind;
    bool point;
};

static bool at_sign(const struct reader *r)
{
    return r->at < r->end && (*r->at == '-' || *r->at == '+');
}

/* Pass over characters that cannot belong to a number. */
static void skip_text(struct reader *r, int count)
{
    for (; count > 0 && r->at < r->end && !strchr("0123456789.,+-", *r->at); count--)
        r->at += character_length(r->at, r->end);
}

static void read_leading_sign(struct reader *r)
{
    if (r->picture->sign == SIGN_BEFORE || r->picture->sign == SIGN_NONE) {
        if (at_sign(r))
            r->sign = *r->at++;
        else if (r->picture->sign == SIGN_NONE && r->picture->brackets && *r->at == '<') {
            r->sign = '-';
            r->at++;
        }
    } else if (at_sign(r)) {
        r->sign = *r->at++;
    }
}

/* A sign behind the digits: S belongs to the digit before it; a sign of the picture's others
 * is also taken where a digit was expected. */
static void read_trailing_sign(struct reader *r, bool took)
{
    const struct picture *picture = r->picture;
    if (picture->sign) {
        if (took && r->at + 1 < r->end && (r->at[1] == '-' || r->at[1] == '+'))
            r->sign = *++r->at;
    } else if (!took && (picture->plus || picture->minus) && at_sign(r)) {
        r->sign = *r->at;
    }
}

/* One place of the picture; leaves `at` on the last character that it took, or on the one it did not want. */
static void read_place(struct reader *r, enum key key)
{
    bool took = false;
    if (r->at < r->end && *r->at == ' ')
        r->at++;
    if (r->at >= r->end)
        return;
    if (r->sign == ' ' && (key == KEY_ZERO || key == KEY_DIGIT) && r->before + r->behind == 0)
        read_leading_sign(r);
    if (r->at >= r->end)
        return;
    if (isdigit((unsigned char) *r->at)) {
        if (r->point && r->behind == r->picture->behind)
            return;
        buf_putc(&r->digits, *r->at);
        *(r->point ? &r->behind : &r->before) += 1;
        took = true;
    } else if (r->picture->point && !r->point && *r->at == '.') {
        buf_putc(&r->digits, '.');
        r->point = took = true;
    }
    if (r->sign == ' ' && r->before + r->behind > 0)
        read_trailing_sign(r, took);
}

static void read_number(struct reader *r)
{
    for (const struct item *item = r->picture->items; item < r->picture->items + r->picture->count && r->at < r->end; item++)
        switch (item->key) {
        case KEY_TEXT:
            r->at += character_length(r->at, r->end);
            break;
        case KEY_DIGIT:
        case KEY_ZERO:
        case KEY_POINT:
        case KEY_POINT_LOCAL:
            read_place(r, item->key);
            r->at++;
            break;
        case KEY_COMMA:
        case KEY_GROUP:
            r->at += *r->at == ',' && !r->picture->fill;
            break;
        case KEY_CURRENCY:
            skip_text(r, 1);
            break;
        case KEY_ORDINAL:
            if (r->sign != '-' && !r->picture->point)
                skip_text(r, 2);
            break;
        case KEY_MINUS:
        case KEY_PLUS:
        case KEY_EITHER_SIGN:
            if ((*r->at == '-' && item->key != KEY_PLUS) || (*r->at == '+' && item->key != KEY_MINUS))
                r->sign = *r->at++;
            else
                skip_text(r, 1);
            break;
        default:
            break;
        }
}

static bool numeric_to_number(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const struct picture *picture = picture_for(call, &args[1]);
    if (!picture)
        return false;
    if (args[1].len == 0) {
        *result = datum_null();
        return true;
    }
    if (picture->exponent || picture->roman)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "\"%s\" not supported for input",
                        picture->exponent ? "EEEE" : "RN");
    struct reader r = {.picture = picture, .at = args[0].data, .end = args[0].data + args[0].len, .sign = ' '};
    buf_putc(&r.digits, ' ');
    read_number(&r);
    r.digits.data[0] = r.sign;
    if (r.digits.data[r.digits.len - 1] == '.')
        r.digits.len--;
    struct number number;
    number_init(&number);
    int32_t precision = picture->before + picture->shift + r.behind;
    bool good = number_parse(&number, r.digits.data, r.digits.len, call->diag) &&
                number_apply_typmod(&number, (precision << 16 | r.behind) + 4, call->diag);
    buf_deinit(&r.digits);
    if (good && picture->shifts) {
        struct number ten, power, factor, product;
        number_init(&ten);
        number_init(&power);
        number_init(&factor);
        number_init(&product);
        number_set_int(&ten, 10);
        number_set_int(&power, -picture->shift);
        good = number_power(&factor, &ten, &power, call->diag);
        number_multiply(&product, &number, &factor);
        number_set(&number, &product);
        number_clear(&ten);
        number_clear(&power);
        number_clear(&factor);
        number_clear(&product);
    }
    good = good && number_store(&number, call->arena, result, call->diag);
    number_clear(&number);
    return good;
}

const struct func_impl func_impls_tochar_number[] = {
    SCALAR("numeric_to_char", numeric_to_char),
    SCALAR("int4_to_char", int4_to_char),
    SCALAR("int8_to_char", int8_to_char),
    SCALAR("float4_to_char", float4_to_char),
    SCALAR("float8_to_char", float8_to_char),
    SCALAR("numeric_to_number", numeric_to_number),
    {0},
};
