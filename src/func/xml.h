#ifndef PGQUILL_FUNC_XML_H
#define PGQUILL_FUNC_XML_H

#include <stddef.h>

struct arena;

/* An SQL identifier as a name in XML: what cannot stand there becomes _xHHHH_. */
char *xml_name(struct arena *arena, const char *identifier);

/* The expressions that have a syntax of their own are calls of pgquill_xml: what to do, names, values.
 *   element  name, attributes' names; attributes' values, content
 *   forest   elements' names; their values
 *   pi       target; perhaps text
 *   root     -; value, version, standalone (enum xml_standalone)
 *   concat, parse_document, parse_content, is_document, serialize_document, serialize_content   -; value(s) */

#endif
