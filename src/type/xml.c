#include "type/xml.h"

#include "type/codecs.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>

/* xml: text whose well-formedness libxml2 judges. */

static struct xml_library library;
static bool is_loaded;

/* The complaints while something is parsed: each with the line that it is about and a mark below. */
static struct {
    bool any;
    bool strict; /* of namespaces too */
    struct buf text;
} complaint;

static void end_line(struct buf *text)
{
    while (text->len && text->data[text->len - 1] == '\n')
        text->len--;
    if (text->len)
        buf_putc(text, '\n');
}

/* What libxml2 prints about a place in its input. */
__attribute__((format(printf, 2, 3))) static void put_context(void *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    buf_vprintf(text, format, arguments);
    va_end(arguments);
}

static void note_complaint(void *context, xmlErrorPtr error)
{
    (void) context;
    bool grammar = error->domain == XML_FROM_PARSER || error->domain == XML_FROM_NONE || error->domain == XML_FROM_MEMORY ||
                   error->domain == XML_FROM_IO;
    if ((!grammar && !complaint.strict) || error->code == XML_WAR_UNDECLARED_ENTITY || error->level < XML_ERR_ERROR)
        return;
    /* That a chunk is not balanced mostly follows from what was said before. */
    if (error->code == XML_ERR_NOT_WELL_BALANCED && complaint.any)
        return;
    struct buf *text = &complaint.text;
    xmlParserCtxtPtr parser = error->ctxt;
    xmlNodePtr node = error->node;
    complaint.any = true;
    end_line(text);
    if (error->line > 0)
        buf_printf(text, "line %d: ", error->line);
    if (node && node->type == XML_ELEMENT_NODE)
        buf_printf(text, "element %s: ", (const char *) node->name);
    buf_puts(text, error->message ? error->message : "(no message provided)");
    if (parser && parser->input) {
        end_line(text);
        library.xmlSetGenericErrorFunc(text, put_context);
        library.xmlParserPrintFileContext(parser->input);
        library.xmlSetGenericErrorFunc(NULL, NULL);
    }
    while (text->len && text->data[text->len - 1] == '\n')
        text->len--;
}

void xml_watch(bool strict)
{
    complaint.any = false;
    complaint.strict = strict;
    buf_reset(&complaint.text);
}

bool xml_complained(struct diag *diag)
{
    if (complaint.any && diag)
        diag_detail(diag, "%s", buf_cstr(&complaint.text));
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
    xmlDocPtr document = library.xmlNewDoc((const xmlChar *) "1.0");
    xmlNodePtr root = library.xmlNewNode(NULL, (const xmlChar *) "content-root"), nodes = NULL;
    library.xmlDocSetRootElement(document, root);
    xmlParserErrors code = library.xmlParseInNodeContext(root, text, (int) len, XML_PARSE_NOENT | XML_PARSE_DTDATTR, &nodes);
    library.xmlFreeNodeList(nodes);
    library.xmlFreeDoc(document);
    return code == XML_ERR_OK && !complaint.any;
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
        if (!xml_declaration(text, len, &declaration)) {
            diag_set(diag, ERRCODE_INVALID_XML_CONTENT, "invalid XML content: invalid XML declaration");
            return diag_detail(diag, "%s", declaration.fault);
        }
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

static bool at_fault(struct xml_declaration *declaration, const char *fault)
{
    declaration->fault = fault;
    return false;
}

bool xml_declaration(const char *text, size_t len, struct xml_declaration *declaration)
{
    static const char no_space[] = "Space required.", no_version[] = "Malformed declaration: missing version.",
                      no_encoding[] = "Missing encoding in text declaration.",
                      no_standalone[] = "standalone accepts only 'yes' or 'no'.";
    const char *at = text, *end = text + len, *value;
    size_t value_len;
    *declaration = (struct xml_declaration){.standalone = XML_ALONE_OMITTED};
    if (!skip_word(&at, end, "<?xml"))
        return true;
    /* <?xml-stylesheet …?> and its like are no declarations. */
    if (at < end && !codec_space(*at) && *at != '?')
        return true;
    if (at == end || !codec_space(*at))
        return at_fault(declaration, no_space);
    skip_space(&at, end);
    if (!skip_word(&at, end, "version") || !read_value(&at, end, &declaration->version, &declaration->version_len))
        return at_fault(declaration, no_version);
    const char *before = at;
    skip_space(&at, end);
    if (skip_word(&at, end, "encoding")) {
        if (!codec_space(*before))
            return at_fault(declaration, no_space);
        if (!read_value(&at, end, &value, &value_len))
            return at_fault(declaration, no_encoding);
        before = at;
        skip_space(&at, end);
    }
    if (skip_word(&at, end, "standalone")) {
        if (!codec_space(*before))
            return at_fault(declaration, no_space);
        if (!read_value(&at, end, &value, &value_len))
            return at_fault(declaration, no_standalone);
        bool yes = value_len == 3 && memcmp(value, "yes", 3) == 0, no = value_len == 2 && memcmp(value, "no", 2) == 0;
        if (!yes && !no)
            return at_fault(declaration, no_standalone);
        declaration->standalone = yes ? XML_ALONE_YES : XML_ALONE_NO;
    }
    skip_space(&at, end);
    if (!skip_word(&at, end, "?>"))
        return at_fault(declaration, "Parsing XML declaration: '?>' expected.");
    for (const char *c = text; c < at; c++)
        if ((unsigned char) *c > 127)
            return at_fault(declaration, "Invalid character value.");
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
    /* A line break that sets off a declaration that is not shown goes too, as does one at the very beginning. */
    if (out->len == before && skip < len && text[skip] == '\n')
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
