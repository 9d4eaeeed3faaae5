#include "type/xml.h"

#include "type/codecs.h"

#include <dlfcn.h>
#include <string.h>

/* xml: text whose well-formedness libxml2 judges. */

static struct xml_library library;
static bool is_loaded;

/* The first complaint while something is parsed. */
static struct {
    bool any;
    bool strict; /* of namespaces too */
    int line;
    char message[240];
} complaint;

static void note_complaint(void *context, xmlErrorPtr error)
{
    (void) context;
    bool grammar = error->domain == XML_FROM_PARSER || error->domain == XML_FROM_NONE || error->domain == XML_FROM_MEMORY ||
                   error->domain == XML_FROM_IO;
    if ((!grammar && !complaint.strict) || error->code == XML_WAR_UNDECLARED_ENTITY || error->level < XML_ERR_ERROR ||
        complaint.any)
        return;
    complaint.any = true;
    complaint.line = error->line;
    size_t len = error->message ? strcspn(error->message, "\n") : 0;
    if (len >= sizeof complaint.message)
        len = sizeof complaint.message - 1;
    memcpy(complaint.message, error->message ? error->message : "", len);
    complaint.message[len] = '\0';
}

void xml_watch(bool strict)
{
    complaint.any = false;
    complaint.strict = strict;
}

bool xml_complained(struct diag *diag)
{
    if (complaint.any && diag)
        diag_detail(diag, "line %d: %s", complaint.line, complaint.message);
    return complaint.any;
}

const struct xml_library *xml_library(struct diag *diag)
{
    if (is_loaded)
        return &library;
    void *handle = dlopen("libxml2.so.2", RTLD_NOW | RTLD_LOCAL);
    bool complete = handle != NULL;
#define X(name) complete = complete && (*(void **) &library.name = dlsym(handle, #name)) != NULL;
    XML_FUNCTIONS(X)
#undef X
    xmlFreeFunc *release = complete ? dlsym(handle, "xmlFree") : NULL;
    if (!release) {
        const char *why = dlerror();
        diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "unsupported XML feature");
        return diag_detail(diag, "The library libxml2 could not be loaded: %s", why ? why : ""), NULL;
    }
    library.free = *release;
    library.xmlSetStructuredErrorFunc(NULL, (xmlStructuredErrorFunc) note_complaint);
    is_loaded = true;
    return &library;
}

static bool is_document(const char *text, size_t len)
{
    xmlParserCtxtPtr parser = library.xmlNewParserCtxt();
    xmlDocPtr document = library.xmlCtxtReadMemory(parser, text, (int) len, NULL, "UTF-8", XML_PARSE_NOENT | XML_PARSE_DTDATTR);
    bool good = document && !complaint.any;
    if (document)
        library.xmlFreeDoc(document);
    library.xmlFreeParserCtxt(parser);
    return good;
}

/* Content that begins with a document type is a document. */
static bool has_doctype(const char *text, size_t len)
{
    const char *at = text, *end = text + len;
    for (;;) {
        const char *close = NULL;
        while (at < end && codec_space(*at))
            at++;
        if (end - at >= 9 && memcmp(at, "<!DOCTYPE", 9) == 0)
            return true;
        if (end - at >= 4 && memcmp(at, "<!--", 4) == 0)
            close = memmem(at + 4, (size_t) (end - at - 4), "-->", 3);
        else if (end - at >= 2 && memcmp(at, "<?", 2) == 0)
            close = memmem(at, (size_t) (end - at), "?>", 2);
        if (!close)
            return false;
        at = close + (*close == '-' ? 3 : 2);
    }
}

static bool is_content(const char *text, size_t len)
{
    if (len == 0)
        return true;
    char *copy = xmalloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    xmlDocPtr document = library.xmlNewDoc((const xmlChar *) "1.0");
    int code = library.xmlParseBalancedChunkMemory(document, NULL, NULL, 0, (const xmlChar *) copy, NULL);
    library.xmlFreeDoc(document);
    free(copy);
    return code == 0 && !complaint.any;
}

bool xml_check(const char *text, size_t len, enum xml_option option, struct diag *diag)
{
    struct xml_declaration declaration;
    if (!xml_library(diag))
        return false;
    xml_watch(false);
    bool good;
    if (option == XML_OPTION_DOCUMENT || has_doctype(text, len)) {
        good = is_document(text, len);
    } else {
        if (!xml_declaration(text, len, &declaration))
            return diag_set(diag, ERRCODE_INVALID_XML_CONTENT, "invalid XML content: invalid XML declaration");
        good = is_content(text + declaration.len, len - declaration.len);
    }
    if (good)
        return true;
    if (option == XML_OPTION_DOCUMENT)
        diag_set(diag, ERRCODE_INVALID_XML_DOCUMENT, "invalid XML document");
    else
        diag_set(diag, ERRCODE_INVALID_XML_CONTENT, "invalid XML content");
    xml_complained(diag);
    return false;
}

/* The declaration: name="value" pairs in their order. */

static bool skip_word(const char **at, const char *end, const char *word)
{
    size_t len = strlen(word);
    if ((size_t) (end - *at) < len || memcmp(*at, word, len) != 0)
        return false;
    *at += len;
    return true;
}

static void skip_space(const char **at, const char *end)
{
    while (*at < end && codec_space(**at))
        (*at)++;
}

static bool read_value(const char **at, const char *end, const char **value, size_t *len)
{
    skip_space(at, end);
    if (!skip_word(at, end, "="))
        return false;
    skip_space(at, end);
    if (*at == end || (**at != '"' && **at != '\''))
        return false;
    const char *close = memchr(*at + 1, **at, (size_t) (end - *at - 1));
    if (!close)
        return false;
    *value = *at + 1;
    *len = (size_t) (close - *value);
    *at = close + 1;
    return true;
}

bool xml_declaration(const char *text, size_t len, struct xml_declaration *declaration)
{
    const char *at = text, *end = text + len, *value;
    size_t value_len;
    *declaration = (struct xml_declaration){.standalone = XML_ALONE_OMITTED};
    if (!skip_word(&at, end, "<?xml"))
        return true;
    /* <?xml-stylesheet …?> and its like are no declarations. */
    if (at < end && !codec_space(*at) && *at != '?')
        return true;
    skip_space(&at, end);
    if (!skip_word(&at, end, "version") || !read_value(&at, end, &declaration->version, &declaration->version_len))
        return false;
    const char *before = at;
    skip_space(&at, end);
    if (at > before && skip_word(&at, end, "encoding")) {
        if (!read_value(&at, end, &value, &value_len))
            return false;
        before = at;
        skip_space(&at, end);
    }
    bool apart = at > before;
    if (skip_word(&at, end, "standalone")) {
        if (!apart || !read_value(&at, end, &value, &value_len))
            return false;
        bool yes = value_len == 3 && memcmp(value, "yes", 3) == 0, no = value_len == 2 && memcmp(value, "no", 2) == 0;
        if (!yes && !no)
            return false;
        declaration->standalone = yes ? XML_ALONE_YES : XML_ALONE_NO;
    }
    skip_space(&at, end);
    if (!skip_word(&at, end, "?>"))
        return false;
    declaration->len = (size_t) (at - text);
    return true;
}

void xml_put_declaration(struct buf *out, const struct xml_declaration *declaration)
{
    bool plain = !declaration->version || (declaration->version_len == 3 && memcmp(declaration->version, "1.0", 3) == 0);
    bool alone = declaration->standalone == XML_ALONE_YES || declaration->standalone == XML_ALONE_NO;
    if (plain && !alone)
        return;
    buf_puts(out, "<?xml version=\"");
    if (declaration->version)
        buf_append(out, declaration->version, declaration->version_len);
    else
        buf_puts(out, "1.0");
    buf_putc(out, '"');
    if (alone)
        buf_printf(out, " standalone=\"%s\"", declaration->standalone == XML_ALONE_YES ? "yes" : "no");
    buf_puts(out, "?>");
}

void xml_put(struct buf *out, const char *text, size_t len)
{
    struct xml_declaration declaration;
    if (!xml_declaration(text, len, &declaration))
        declaration = (struct xml_declaration){.standalone = XML_ALONE_OMITTED};
    size_t before = out->len, skip = declaration.len;
    xml_put_declaration(out, &declaration);
    /* A line break that only set off a declaration goes with it. */
    if (out->len == before && skip && skip < len && text[skip] == '\n')
        skip++;
    buf_append(out, text + skip, len - skip);
}

void xml_put_text(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        switch (text[i]) {
        case '&':
            buf_puts(out, "&amp;");
            break;
        case '<':
            buf_puts(out, "&lt;");
            break;
        case '>':
            buf_puts(out, "&gt;");
            break;
        case '\r':
            buf_puts(out, "&#x0d;");
            break;
        default:
            buf_putc(out, text[i]);
        }
    }
}

static bool xml_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    if (!xml_check(text, len, io->settings->xml_option, diag))
        return false;
    *out = datum_text(arena_strndup(io->arena, text, len), len);
    return true;
}

static bool xml_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    (void) io, (void) diag;
    xml_put(out, value->data, value->len);
    return true;
}

static bool xml_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    struct datum text;
    return type_codec_text.recv(io, data, len, &text, diag) && xml_in(io, text.data, text.len, out, diag);
}

const struct type_codec type_codec_xml = {xml_in, xml_out, xml_recv, xml_out, NULL, NULL, NULL, NULL};
