#include "type/codecs.h"

#include <dlfcn.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <string.h>

/* xml: text whose well-formedness libxml2 judges. The library, with what it needs in turn, is large, and few sessions have XML: it is loaded
 * by the first value. */

static struct {
    void *library;
    xmlParserCtxtPtr (*new_parser)(void);
    xmlDocPtr (*read)(xmlParserCtxtPtr, const char *, int, const char *, const char *, int);
    void (*free_document)(xmlDocPtr);
    void (*free_parser)(xmlParserCtxtPtr);
    void (*set_error_function)(void *, xmlStructuredErrorFunc);
} libxml;

static void ignore_xml_error(void *context, xmlErrorPtr error)
{
    (void) context;
    (void) error;
}

static bool load_library(struct diag *diag)
{
    if (libxml.library)
        return true;
    void *library = dlopen("libxml2.so.2", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "unsupported XML feature");
        return diag_detail(diag, "The library libxml2 could not be loaded: %s", dlerror());
    }
    *(void **) &libxml.new_parser = dlsym(library, "xmlNewParserCtxt");
    *(void **) &libxml.read = dlsym(library, "xmlCtxtReadMemory");
    *(void **) &libxml.free_document = dlsym(library, "xmlFreeDoc");
    *(void **) &libxml.free_parser = dlsym(library, "xmlFreeParserCtxt");
    *(void **) &libxml.set_error_function = dlsym(library, "xmlSetStructuredErrorFunc");
    if (!libxml.new_parser || !libxml.read || !libxml.free_document || !libxml.free_parser || !libxml.set_error_function) {
        dlclose(library);
        return diag_set(diag, ERRCODE_FEATURE_NOT_SUPPORTED, "unsupported XML feature");
    }
    libxml.library = library;
    libxml.set_error_function(NULL, (xmlStructuredErrorFunc) ignore_xml_error);
    return true;
}

static bool well_formed(const char *text, size_t len)
{
    xmlParserCtxtPtr parser = libxml.new_parser();
    if (!parser)
        return false;
    xmlDocPtr document =
        libxml.read(parser, text, (int) len, NULL, "UTF-8", XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET);
    bool good = document && parser->wellFormed;
    if (document)
        libxml.free_document(document);
    libxml.free_parser(parser);
    return good;
}

/* Content is whatever a root element could hold; a declaration stays outside of it. */
static bool is_content(const char *text, size_t len)
{
    const char *body = text, *end = text + len;
    while (body < end && codec_space(*body))
        body++;
    if (end - body > 5 && memcmp(body, "<?xml", 5) == 0) {
        const char *close = memmem(body, (size_t) (end - body), "?>", 2);
        body = close ? close + 2 : body;
    }
    struct buf wrapped;
    buf_init(&wrapped);
    buf_puts(&wrapped, "<x>");
    buf_append(&wrapped, body, (size_t) (end - body));
    buf_puts(&wrapped, "</x>");
    bool good = well_formed(wrapped.data, wrapped.len);
    buf_deinit(&wrapped);
    return good;
}

static bool xml_in(const struct type_io *io, const char *text, size_t len, struct datum *out, struct diag *diag)
{
    if (!load_library(diag))
        return false;
    bool takes_content = io->settings->xml_option == XML_OPTION_CONTENT;
    if (!well_formed(text, len) && !(takes_content && is_content(text, len)))
        return takes_content ? diag_set(diag, ERRCODE_INVALID_XML_CONTENT, "invalid XML content")
                             : diag_set(diag, ERRCODE_INVALID_XML_DOCUMENT, "invalid XML document");
    *out = datum_text(arena_strndup(io->arena, text, len), len);
    return true;
}

static bool xml_out(const struct type_io *io, const struct datum *value, struct buf *out, struct diag *diag)
{
    return type_codec_text.out(io, value, out, diag);
}

static bool xml_recv(const struct type_io *io, const uint8_t *data, size_t len, struct datum *out, struct diag *diag)
{
    struct datum text;
    return type_codec_text.recv(io, data, len, &text, diag) && xml_in(io, text.data, text.len, out, diag);
}

const struct type_codec type_codec_xml = {xml_in, xml_out, xml_recv, xml_out, NULL, NULL, NULL, NULL};
