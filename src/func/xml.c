#include "func/xml.h"

#include "func/func.h"
#include "type/array.h"
#include "type/codecs.h"
#include "type/xml.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Making XML: the SQL/XML expressions and the functions beside them. */

#define FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)

static struct datum take(struct fcall *call, struct buf *buf)
{
    struct datum result = datum_text(arena_strndup(call->arena, buf->data ? buf->data : "", buf->len), buf->len);
    buf_deinit(buf);
    return result;
}

/* Names: letters, digits and a few signs; beyond ASCII, what XML 1.0 lists. */

static bool in_ranges(uint32_t c, const uint32_t (*ranges)[2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

static bool is_name_char(uint32_t c, bool first)
{
    static const uint32_t starts[][2] = {
        {'A', 'Z'},       {'a', 'z'},       {'_', '_'},       {':', ':'},       {0xC0, 0xD6},     {0xD8, 0xF6},
        {0xF8, 0x131},    {0x134, 0x13E},   {0x141, 0x148},   {0x14A, 0x17E},   {0x180, 0x1C3},   {0x1CD, 0x1F0},
        {0x1F4, 0x1F5},   {0x1FA, 0x217},   {0x250, 0x2A8},   {0x2BB, 0x2C1},   {0x386, 0x386},   {0x388, 0x38A},
        {0x38E, 0x3A1},   {0x3A3, 0x3CE},   {0x401, 0x44F},   {0x451, 0x45C},   {0x45E, 0x481},   {0x490, 0x4C4},
        {0x531, 0x556},   {0x561, 0x586},   {0x5D0, 0x5EA},   {0x621, 0x64A},   {0x905, 0x939},   {0xE01, 0xE2E},
        {0x10A0, 0x10C5}, {0x10D0, 0x10F6}, {0x1E00, 0x1E9B}, {0x1EA0, 0x1EF9}, {0x1F00, 0x1FFC}, {0x3007, 0x3007},
        {0x3021, 0x3029}, {0x3041, 0x3094}, {0x30A1, 0x30FA}, {0x3105, 0x312C}, {0x4E00, 0x9FA5}, {0xAC00, 0xD7A3}};
    static const uint32_t others[][2] = {{'0', '9'}, {'-', '.'}, {0xB7, 0xB7}, {0x300, 0x345}, {0x483, 0x486}, {0x660, 0x669}};
    return in_ranges(c, starts, sizeof starts / sizeof *starts) ||
           (!first && in_ranges(c, others, sizeof others / sizeof *others));
}

static uint32_t code_point(const char *at, size_t size)
{
    const uint8_t *p = (const uint8_t *) at;
    return size == 1   ? p[0]
           : size == 2 ? (uint32_t) (p[0] & 0x1f) << 6 | (p[1] & 0x3f)
           : size == 3
               ? (uint32_t) (p[0] & 0x0f) << 12 | (uint32_t) (p[1] & 0x3f) << 6 | (p[2] & 0x3f)
               : (uint32_t) (p[0] & 7) << 18 | (uint32_t) (p[1] & 0x3f) << 12 | (uint32_t) (p[2] & 0x3f) << 6 | (p[3] & 0x3f);
}

char *xml_name(struct arena *arena, const char *identifier)
{
    struct buf buf = {0};
    for (const char *at = identifier; *at;) {
        size_t size = utf8_size((uint8_t) *at);
        uint32_t c = code_point(at, size);
        if (*at == ':' && at == identifier)
            buf_puts(&buf, "_x003A_");
        else if (*at == '_' && at[1] == 'x')
            buf_puts(&buf, "_x005F_");
        else if (!is_name_char(c, at == identifier))
            buf_printf(&buf, "_x%04X_", c);
        else
            buf_append(&buf, at, size);
        at += size;
    }
    char *name = arena_strndup(arena, buf.data ? buf.data : "", buf.len);
    buf_deinit(&buf);
    return name;
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_binary(struct fcall *call, struct buf *out, const struct datum *value)
{
    const char *style = call->env->setting_get ? call->env->setting_get(call->env->session, "xmlbinary") : NULL;
    const uint8_t *data = (const uint8_t *) value->data;
    if (style && strcmp(style, "hex") == 0) {
        for (uint32_t i = 0; i < value->len; i++)
            buf_printf(out, "%02X", data[i]);
        return;
    }
    for (uint32_t i = 0; i < value->len; i += 3) {
        uint32_t left = value->len - i;
        uint32_t three = (uint32_t) data[i] << 16 | (left > 1 ? (uint32_t) data[i + 1] << 8 : 0) | (left > 2 ? data[i + 2] : 0);
        for (uint32_t digit = 0; digit < 4; digit++)
            buf_putc(out, digit <= left ? base64[three >> (18 - 6 * digit) & 63] : '=');
    }
}

/* A value as XML has it: XML Schema's forms of dates, arrays as elements, text with references for what is not text. */
static bool put_value(struct fcall *call, struct buf *out, const struct type_desc *type, const struct datum *value, bool escape)
{
    const struct type_desc *base = type_base(call->env->resolver, type);
    struct type_settings iso = *call->env->types;
    iso.date_style = DATE_STYLE_ISO;
    struct type_io io = fcall_io(call, base);
    io.settings = &iso;
    if (base->element && base->category == 'A') {
        struct array array;
        const struct type_desc *element = type_find(call->env->resolver, base->element);
        array_load(call->arena, type_base(call->env->resolver, element), value, &array);
        for (int i = 0; i < array.count; i++) {
            if (datum_is_null(&array.items[i]))
                continue;
            buf_puts(out, "<element>");
            if (!put_value(call, out, element, &array.items[i], escape))
                return false;
            buf_puts(out, "</element>");
        }
        return true;
    }
    if (base->oid == BOOL_OID) {
        buf_puts(out, value->i ? "true" : "false");
        return true;
    }
    if (base->oid == BYTEA_OID) {
        put_binary(call, out, value);
        return true;
    }
    struct buf text = {0};
    bool good = base->codec->out(&io, value, &text, call->diag);
    bool date = base->oid == DATE_OID || base->oid == TIMESTAMP_OID || base->oid == TIMESTAMPTZ_OID;
    if (good && date && text.len >= 8 && (memcmp(text.data, "infinity", 8) == 0 || memcmp(text.data, "-infinit", 8) == 0)) {
        const char *what = base->oid == DATE_OID ? "date" : "timestamp";
        diag_set(call->diag, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "%s out of range", what);
        good = diag_detail(call->diag, "XML does not support infinite %s values.", what);
    }
    char *blank = good && date && base->oid != DATE_OID && text.len ? memchr(text.data, ' ', text.len) : NULL;
    if (blank)
        *blank = 'T';
    if (good && escape && base->oid != XML_OID)
        xml_put_text(out, text.data ? text.data : "", text.len);
    else if (good)
        buf_append(out, text.data, text.len);
    buf_deinit(&text);
    return good;
}

static void put_attribute_text(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char *reference = text[i] == '&'    ? "&amp;"
                                : text[i] == '<'  ? "&lt;"
                                : text[i] == '>'  ? "&gt;"
                                : text[i] == '"'  ? "&quot;"
                                : text[i] == '\n' ? "&#10;"
                                : text[i] == '\r' ? "&#13;"
                                : text[i] == '\t' ? "&#9;"
                                                  : NULL;
        if (reference)
            buf_puts(out, reference);
        else
            buf_putc(out, text[i]);
    }
}

static void put_text(struct buf *out, const struct datum *text)
{
    buf_append(out, text->data, text->len);
}

/* The first names.count - 1 of the values are attributes. */
static bool make_element(struct fcall *call, const struct array *names, int count, const struct datum *values,
                         const struct type_desc *const *types, struct buf *out)
{
    int attributes = names->count - 1;
    bool any = false;
    buf_putc(out, '<');
    put_text(out, &names->items[0]);
    for (int i = 0; i < attributes; i++) {
        struct buf text = {0};
        if (datum_is_null(&values[i]))
            continue;
        if (!put_value(call, &text, types[i], &values[i], false)) {
            buf_deinit(&text);
            return false;
        }
        buf_putc(out, ' ');
        put_text(out, &names->items[i + 1]);
        buf_puts(out, "=\"");
        put_attribute_text(out, text.data ? text.data : "", text.len);
        buf_putc(out, '"');
        buf_deinit(&text);
    }
    for (int i = attributes; i < count; i++) {
        if (datum_is_null(&values[i]))
            continue;
        if (!any)
            buf_putc(out, '>');
        any = true;
        if (!put_value(call, out, types[i], &values[i], true))
            return false;
    }
    buf_puts(out, any ? "</" : "/>");
    if (any) {
        put_text(out, &names->items[0]);
        buf_putc(out, '>');
    }
    return true;
}

static bool make_forest(struct fcall *call, const struct array *names, int count, const struct datum *values,
                        const struct type_desc *const *types, struct buf *out)
{
    for (int i = 0; i < count && i < names->count; i++) {
        if (datum_is_null(&values[i]))
            continue;
        buf_putc(out, '<');
        put_text(out, &names->items[i]);
        buf_putc(out, '>');
        if (!put_value(call, out, types[i], &values[i], true))
            return false;
        buf_puts(out, "</");
        put_text(out, &names->items[i]);
        buf_putc(out, '>');
    }
    return true;
}

/* One value from several: one declaration, which says what all of theirs say. */
static struct datum concatenate(struct fcall *call, int count, const struct datum *values)
{
    struct buf body = {0}, all = {0};
    struct xml_declaration common = {.standalone = XML_ALONE_YES};
    bool differ = false, any = false;
    for (int i = 0; i < count; i++) {
        struct xml_declaration one;
        if (datum_is_null(&values[i]))
            continue;
        any = true;
        if (!xml_declaration(values[i].data, values[i].len, &one))
            one = (struct xml_declaration){.standalone = XML_ALONE_OMITTED};
        if (one.standalone == XML_ALONE_NO && common.standalone == XML_ALONE_YES)
            common.standalone = XML_ALONE_NO;
        if (one.standalone == XML_ALONE_OMITTED)
            common.standalone = XML_ALONE_OMITTED;
        if (!one.version || (common.version && (one.version_len != common.version_len ||
                                                memcmp(one.version, common.version, one.version_len) != 0)))
            differ = true;
        else if (!common.version) {
            common.version = one.version;
            common.version_len = one.version_len;
        }
        buf_append(&body, values[i].data + one.len, values[i].len - one.len);
    }
    if (differ)
        common.version = NULL;
    if (any)
        xml_put_declaration(&all, &common);
    buf_append(&all, body.data, body.len);
    buf_deinit(&body);
    struct datum result = take(call, &all);
    return any ? result : datum_null();
}

static bool make_instruction(struct fcall *call, const struct array *names, int count, const struct datum *values,
                             struct datum *result)
{
    const struct datum *target = &names->items[0];
    struct buf buf = {0};
    if (target->len == 3 && strncasecmp(target->data, "xml", 3) == 0) {
        diag_set(call->diag, ERRCODE_SYNTAX_ERROR, "invalid XML processing instruction");
        return diag_detail(call->diag, "XML processing instruction target name cannot be \"%.*s\".", (int) target->len,
                           target->data);
    }
    if (count && datum_is_null(&values[0]))
        return true;
    buf_puts(&buf, "<?");
    put_text(&buf, target);
    if (count) {
        const char *at = values[0].data, *end = at + values[0].len;
        if (memmem(at, values[0].len, "?>", 2)) {
            buf_deinit(&buf);
            diag_set(call->diag, ERRCODE_INVALID_XML_PROCESSING_INSTRUCTION, "invalid XML processing instruction");
            return diag_detail(call->diag, "XML processing instruction cannot contain \"?>\".");
        }
        while (at < end && *at == ' ')
            at++;
        buf_putc(&buf, ' ');
        buf_append(&buf, at, (size_t) (end - at));
    }
    buf_puts(&buf, "?>");
    *result = take(call, &buf);
    return true;
}

static bool make_root(struct fcall *call, const struct datum *values, struct datum *result)
{
    struct xml_declaration declaration;
    struct buf buf = {0};
    if (datum_is_null(&values[0]))
        return true;
    if (!xml_declaration(values[0].data, values[0].len, &declaration))
        declaration = (struct xml_declaration){.standalone = XML_ALONE_OMITTED};
    declaration.version = datum_is_null(&values[1]) ? NULL : values[1].data;
    declaration.version_len = datum_is_null(&values[1]) ? 0 : values[1].len;
    if (values[2].i != XML_ALONE_OMITTED)
        declaration.standalone = (enum xml_standalone) values[2].i;
    xml_put_declaration(&buf, &declaration);
    buf_append(&buf, values[0].data + declaration.len, values[0].len - declaration.len);
    *result = take(call, &buf);
    return true;
}

static bool is_document(struct fcall *call, const struct datum *value, bool *truth)
{
    struct diag diag = {0};
    *truth = xml_check(value->data, value->len, XML_OPTION_DOCUMENT, &diag);
    bool other = !*truth && strcmp(diag.sqlstate, ERRCODE_INVALID_XML_DOCUMENT) != 0;
    if (other)
        diag_move(call->diag, &diag);
    diag_clear(&diag);
    return !other;
}

FUNCTION(make_xml)
{
    const struct datum *values = args + 2;
    const struct type_desc *const *types = call->inst->args + 2;
    int count = nargs - 2;
    char what[32];
    struct array names;
    struct buf buf = {0};
    bool truth, good = true;
    snprintf(what, sizeof what, "%.*s", (int) args[0].len, args[0].data);
    array_load(call->arena, type_builtin(TEXT_OID), &args[1], &names);
    *result = datum_null();
    if (strcmp(what, "element") == 0) {
        good = make_element(call, &names, count, values, types, &buf);
        *result = take(call, &buf);
    } else if (strcmp(what, "forest") == 0) {
        good = make_forest(call, &names, count, values, types, &buf);
        bool any = buf.len > 0;
        struct datum forest = take(call, &buf);
        if (any)
            *result = forest;
    } else if (strcmp(what, "concat") == 0) {
        *result = concatenate(call, count, values);
    } else if (strcmp(what, "pi") == 0) {
        return make_instruction(call, &names, count, values, result);
    } else if (strcmp(what, "root") == 0) {
        return make_root(call, values, result);
    } else if (!datum_is_null(&values[0])) {
        bool document = strstr(what, "document") != NULL;
        if (strncmp(what, "parse", 5) == 0) {
            good = xml_check(values[0].data, values[0].len, document ? XML_OPTION_DOCUMENT : XML_OPTION_CONTENT, call->diag);
            *result = values[0];
        } else if (strncmp(what, "is_", 3) == 0) {
            good = is_document(call, &values[0], &truth);
            *result = datum_bool(truth);
        } else {
            *result = values[0];
            good = !document || (is_document(call, &values[0], &truth) &&
                                 (truth || diag_set(call->diag, ERRCODE_NOT_AN_XML_DOCUMENT, "not an XML document")));
        }
    }
    return good;
}

FUNCTION(xmlconcat2)
{
    (void) nargs;
    *result = concatenate(call, 2, args);
    return true;
}

FUNCTION(xmlcomment)
{
    (void) nargs;
    if (memmem(args[0].data, args[0].len, "--", 2) || (args[0].len && args[0].data[args[0].len - 1] == '-'))
        return diag_set(call->diag, ERRCODE_INVALID_XML_COMMENT, "invalid XML comment");
    struct buf buf = {0};
    buf_puts(&buf, "<!--");
    put_text(&buf, &args[0]);
    buf_puts(&buf, "-->");
    *result = take(call, &buf);
    return true;
}

FUNCTION(texttoxml)
{
    (void) nargs;
    *result = args[0];
    return xml_check(args[0].data, args[0].len, call->env->types->xml_option, call->diag);
}

static bool well_formed(struct fcall *call, const struct datum *text, enum xml_option option, struct datum *result)
{
    struct diag diag = {0};
    bool good = xml_check(text->data, text->len, option, &diag);
    bool other = !good && strcmp(diag.sqlstate, ERRCODE_FEATURE_NOT_SUPPORTED) == 0;
    if (other)
        diag_move(call->diag, &diag);
    diag_clear(&diag);
    *result = datum_bool(good);
    return !other;
}

FUNCTION(xml_is_well_formed)
{
    (void) nargs;
    return well_formed(call, &args[0], call->env->types->xml_option, result);
}

FUNCTION(xml_is_well_formed_document)
{
    (void) nargs;
    return well_formed(call, &args[0], XML_OPTION_DOCUMENT, result);
}

FUNCTION(xml_is_well_formed_content)
{
    (void) nargs;
    return well_formed(call, &args[0], XML_OPTION_CONTENT, result);
}

const struct func_impl func_impls_xml[] = {
    SCALAR_TYPED("pgquill_xml", make_xml),
    SCALAR("xmlconcat2", xmlconcat2),
    SCALAR("xmlcomment", xmlcomment),
    SCALAR("texttoxml", texttoxml),
    NATIVE("xmltotext", "%1"),
    SCALAR_FLAGS("xml_is_well_formed", xml_is_well_formed, FUNC_SESSION),
    SCALAR("xml_is_well_formed_document", xml_is_well_formed_document),
    SCALAR("xml_is_well_formed_content", xml_is_well_formed_content),
    {0},
};
