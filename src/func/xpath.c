#include "func/func.h"

#include "type/array.h"
#include "type/xml.h"

#include <string.h>

/* XPath over XML values. */

#define FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)

/* What an evaluation holds of libxml2's; freed together. */
struct evaluation {
    const struct xml_library *xml;
    xmlParserCtxtPtr parser;
    xmlDocPtr document;
    xmlXPathContextPtr context;
    xmlXPathCompExprPtr compiled;
    xmlXPathObjectPtr value;
};

static void finish(struct evaluation *e)
{
    if (e->value)
        e->xml->xmlXPathFreeObject(e->value);
    if (e->compiled)
        e->xml->xmlXPathFreeCompExpr(e->compiled);
    if (e->context)
        e->xml->xmlXPathFreeContext(e->context);
    if (e->document)
        e->xml->xmlFreeDoc(e->document);
    if (e->parser)
        e->xml->xmlFreeParserCtxt(e->parser);
}

static bool register_namespaces(struct fcall *call, struct evaluation *e, const struct datum *mapping)
{
    struct array array;
    array_load(call->arena, type_builtin(TEXT_OID), mapping, &array);
    if (array.ndims == 0)
        return true;
    if (array.ndims != 2 || array.dims[1] != 2) {
        diag_set(call->diag, ERRCODE_DATA_EXCEPTION, "invalid array for XML namespace mapping");
        return diag_detail(call->diag, "The array must be two-dimensional with length of the second axis equal to 2.");
    }
    for (int i = 0; i < array.count; i += 2) {
        const struct datum *name = &array.items[i], *uri = &array.items[i + 1];
        if (datum_is_null(name) || datum_is_null(uri))
            return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "neither namespace name nor URI may be null");
        const char *prefix = arena_strndup(call->arena, name->data, name->len),
                   *target = arena_strndup(call->arena, uri->data, uri->len);
        if (e->xml->xmlXPathRegisterNs(e->context, (const xmlChar *) prefix, (const xmlChar *) target) != 0)
            return diag_set(call->diag, ERRCODE_INTERNAL_ERROR,
                            "could not register XML namespace with name \"%s\" and URI \"%s\"", prefix, target);
    }
    return true;
}

static bool evaluate(struct fcall *call, const struct datum *path, const struct datum *value, const struct datum *mapping,
                     struct evaluation *e)
{
    struct xml_declaration declaration;
    *e = (struct evaluation){.xml = xml_library(call->diag)};
    if (!e->xml)
        return false;
    if (path->len == 0)
        return diag_set(call->diag, ERRCODE_DATA_EXCEPTION, "empty XPath expression");
    if (!xml_declaration(value->data, value->len, &declaration))
        declaration.len = 0;
    xml_watch(true);
    e->parser = e->xml->xmlNewParserCtxt();
    e->document = e->xml->xmlCtxtReadMemory(e->parser, value->data + declaration.len, (int) (value->len - declaration.len), NULL,
                                            "UTF-8", 0);
    if (!e->document || xml_complained(NULL)) {
        diag_set(call->diag, ERRCODE_INVALID_XML_DOCUMENT, "could not parse XML document");
        return xml_complained(call->diag), false;
    }
    e->context = e->xml->xmlXPathNewContext(e->document);
    e->context->node = (xmlNodePtr) e->document; /* a relative path starts above the root element */
    if (mapping && !datum_is_null(mapping) && !register_namespaces(call, e, mapping))
        return false;
    e->compiled = e->xml->xmlXPathCtxtCompile(e->context, (const xmlChar *) arena_strndup(call->arena, path->data, path->len));
    if (!e->compiled)
        return diag_set(call->diag, ERRCODE_INTERNAL_ERROR, "invalid XPath expression");
    e->value = e->xml->xmlXPathCompiledEval(e->compiled, e->context);
    return e->value || diag_set(call->diag, ERRCODE_INTERNAL_ERROR, "could not create XPath object");
}

static void add_text(struct array_builder *builder, const char *text)
{
    struct buf escaped = {0};
    xml_put_text(&escaped, text, strlen(text));
    struct datum item = datum_text(escaped.data ? escaped.data : "", escaped.len);
    array_builder_add(builder, type_builtin(XML_OID), &item);
    buf_deinit(&escaped);
}

/* Attributes and texts give their value, other nodes their XML, namespaces included. */
static void add_node(struct evaluation *e, struct array_builder *builder, xmlNodePtr node)
{
    if (node->type == XML_ATTRIBUTE_NODE || node->type == XML_TEXT_NODE || node->type == XML_NAMESPACE_DECL) {
        xmlChar *text = e->xml->xmlXPathCastNodeToString(node);
        add_text(builder, text ? (const char *) text : "");
        e->xml->free(text);
        return;
    }
    xmlNodePtr copy = e->xml->xmlCopyNode(node, 1);
    xmlBufferPtr buffer = e->xml->xmlBufferCreate();
    if (copy && buffer) {
        e->xml->xmlNodeDump(buffer, node->doc, copy, 0, 0);
        struct datum item = datum_text((const char *) e->xml->xmlBufferContent(buffer), (size_t) e->xml->xmlBufferLength(buffer));
        array_builder_add(builder, type_builtin(XML_OID), &item);
    }
    if (buffer)
        e->xml->xmlBufferFree(buffer);
    /* A copied document is freed as one. */
    if (copy && copy->type == XML_DOCUMENT_NODE)
        e->xml->xmlFreeDoc((xmlDocPtr) copy);
    else if (copy)
        e->xml->xmlFreeNode(copy);
}

FUNCTION(xpath)
{
    struct evaluation e;
    struct array_builder builder = {0};
    bool good = evaluate(call, &args[0], &args[1], nargs > 2 ? &args[2] : NULL, &e);
    if (good) {
        switch (e.value->type) {
        case XPATH_NODESET:
            for (int i = 0; e.value->nodesetval && i < e.value->nodesetval->nodeNr; i++)
                add_node(&e, &builder, e.value->nodesetval->nodeTab[i]);
            break;
        case XPATH_BOOLEAN:
            add_text(&builder, e.value->boolval ? "true" : "false");
            break;
        case XPATH_NUMBER: {
            xmlChar *text = e.xml->xmlXPathCastNumberToString(e.value->floatval);
            add_text(&builder, (const char *) text);
            e.xml->free(text);
            break;
        }
        case XPATH_STRING:
            add_text(&builder, (const char *) e.value->stringval);
            break;
        default:
            good = diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "xpath expression result type %d is unsupported",
                            e.value->type);
        }
    }
    finish(&e);
    *result = array_builder_finish(&builder, call->arena);
    return good;
}

FUNCTION(xpath_exists)
{
    struct evaluation e;
    bool good = evaluate(call, &args[0], &args[1], nargs > 2 ? &args[2] : NULL, &e);
    if (good)
        *result = datum_bool(e.value->type != XPATH_NODESET || (e.value->nodesetval && e.value->nodesetval->nodeNr > 0));
    finish(&e);
    return good;
}

const struct func_impl func_impls_xpath[] = {
    SCALAR("xpath", xpath),
    SCALAR("xpath(text,xml)", xpath),
    SCALAR("xpath_exists", xpath_exists),
    SCALAR("xpath_exists(text,xml)", xpath_exists),
    SCALAR("xmlexists", xpath_exists),
    {0},
};
