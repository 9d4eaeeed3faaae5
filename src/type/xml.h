#ifndef PGQUILL_TYPE_XML_H
#define PGQUILL_TYPE_XML_H

#include "type/type.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

/* libxml2's functions, by their own names. The library, with what it needs in turn, is large, and few sessions have XML: it is loaded by
 * the first value. */
#define XML_FUNCTIONS(X)                                                                                                         \
    X(xmlNewParserCtxt)                                                                                                          \
    X(xmlCtxtReadMemory)                                                                                                         \
    X(xmlFreeDoc)                                                                                                                \
    X(xmlFreeParserCtxt)                                                                                                         \
    X(xmlSetStructuredErrorFunc)                                                                                                 \
    X(xmlSetGenericErrorFunc)                                                                                                    \
    X(xmlParserPrintFileContext)                                                                                                 \
    X(xmlNewDoc)                                                                                                                 \
    X(xmlNewNode)                                                                                                                \
    X(xmlDocSetRootElement)                                                                                                      \
    X(xmlParseInNodeContext)                                                                                                     \
    X(xmlFreeNodeList)                                                                                                           \
    X(xmlDocGetRootElement)                                                                                                      \
    X(xmlXPathNewContext)                                                                                                        \
    X(xmlXPathFreeContext)                                                                                                       \
    X(xmlXPathRegisterNs)                                                                                                        \
    X(xmlXPathCtxtCompile)                                                                                                       \
    X(xmlXPathFreeCompExpr)                                                                                                      \
    X(xmlXPathCompiledEval)                                                                                                      \
    X(xmlXPathFreeObject)                                                                                                        \
    X(xmlXPathCastNodeToString)                                                                                                  \
    X(xmlXPathCastNumberToString)                                                                                                \
    X(xmlBufferCreate)                                                                                                           \
    X(xmlBufferFree)                                                                                                             \
    X(xmlBufferContent)                                                                                                          \
    X(xmlBufferLength)                                                                                                           \
    X(xmlCopyNode)                                                                                                               \
    X(xmlFreeNode)                                                                                                               \
    X(xmlNodeDump)

struct xml_library {
#define X(name) __typeof__(name) *name;
    XML_FUNCTIONS(X)
#undef X
    xmlFreeFunc free;
};

/* NULL after 0A000: it cannot be loaded. */
const struct xml_library *xml_library(struct diag *diag);

/* Forget complaints; from now on note those about grammar, and, when strict, about anything. */
void xml_watch(bool strict);
/* Has there been one? Adds it to a report that is set, if one is given. */
bool xml_complained(struct diag *diag);

/* Is the text well formed, as a document or as content? 2200M, 2200N with the parser's complaints. */
bool xml_check(const char *text, size_t len, enum xml_option option, struct diag *diag);

/* What a value's declaration says. */
enum xml_standalone { XML_ALONE_YES, XML_ALONE_NO, XML_ALONE_NO_VALUE, XML_ALONE_OMITTED };

struct xml_declaration {
    size_t len;          /* of the declaration; 0: there is none */
    const char *version; /* NULL: not given */
    size_t version_len;
    enum xml_standalone standalone;
    const char *fault; /* of one that isn't well formed */
};

/* False: a declaration that isn't well formed. */
bool xml_declaration(const char *text, size_t len, struct xml_declaration *declaration);
/* Write a declaration where it says anything beyond "version 1.0". */
void xml_put_declaration(struct buf *out, const struct xml_declaration *declaration);
/* The value without encoding, as it is shown. */
void xml_put(struct buf *out, const char *text, size_t len);
/* Text as content: < > & and carriage returns as references. */
void xml_put_text(struct buf *out, const char *text, size_t len);

#endif
