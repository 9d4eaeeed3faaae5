#include "sql/analyse_internal.h"

#include "func/xml.h"
#include "type/array.h"

#include <string.h>

/* XMLELEMENT and its kin: calls of pgquill_xml (func/xml.h says what its arguments are). */

/* What is being put together: the names as an array, then the values. */
struct parts {
    struct array_builder names;
    struct expr_list values;
};

static void add_name(struct analysis *a, struct parts *parts, const char *name)
{
    struct datum item = datum_cstr(xml_name(a->arena, name));
    array_builder_add(&parts->names, type_builtin(TEXT_OID), &item);
}

static struct expr *constant(struct analysis *a, oid_t type, struct datum value)
{
    struct expr *expr = expr_new(a, EXPR_CONST, type, -1);
    expr->constant.value = value;
    return expr;
}

static struct expr *finish(struct analysis *a, const char *what, struct parts *parts, oid_t type, int location)
{
    struct expr *expr = expr_new(a, EXPR_XML, type, location);
    expr_list_add(a, &expr->list.args, constant(a, TEXT_OID, datum_cstr(what)));
    expr_list_add(a, &expr->list.args, constant(a, TEXT_ARRAY_OID, array_builder_finish(&parts->names, a->arena)));
    for (int i = 0; i < parts->values.count; i++)
        expr_list_add(a, &expr->list.args, parts->values.items[i]);
    return expr;
}

/* A value of any type (0), or of the one type that the construct takes. */
static bool add_value(struct analysis *a, struct parts *parts, const PgQuery__Node *node, oid_t type, const char *construct)
{
    struct expr *value = analyse_expr(a, node);
    if (!value)
        return false;
    if (!type) {
        value = coerce_unknown(a, value);
    } else {
        oid_t from = value->type;
        int location = value->location;
        value = coerce_to_target(a, value, type, -1, COERCE_IMPLICIT, -1);
        if (!value && !diag_is_set(a->diag))
            analysis_error(a, ERRCODE_DATATYPE_MISMATCH, location, "argument of %s must be type %s, not type %s", construct,
                           analysis_type(a, type), analysis_type(a, from));
    }
    if (value)
        expr_list_add(a, &parts->values, value);
    return value != NULL;
}

/* Attributes, or a forest's elements: each has a name of its own or is a column. */
static bool add_named(struct analysis *a, struct parts *parts, const PgQuery__XmlExpr *node)
{
    bool element = node->op == PG_QUERY__XML_EXPR_OP__IS_XMLELEMENT;
    for (size_t i = 0; i < node->n_named_args; i++) {
        const PgQuery__ResTarget *target = node->named_args[i]->res_target;
        const char *name = target->name[0] ? target->name : NULL;
        if (!name && target->val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF)
            name = target_name(node->named_args[i]);
        if (!name)
            return analysis_error(a, ERRCODE_SYNTAX_ERROR, target->location,
                                  element ? "unnamed XML attribute value must be a column reference"
                                          : "unnamed XML element value must be a column reference"),
                   false;
        for (size_t j = 0; element && j < i; j++)
            if (strcmp(target_name(node->named_args[j]), name) == 0)
                return analysis_error(a, ERRCODE_SYNTAX_ERROR, target->location,
                                      "XML attribute name \"%s\" appears more than once", name),
                       false;
        add_name(a, parts, name);
        if (!add_value(a, parts, target->val, 0, NULL))
            return false;
    }
    return true;
}

struct expr *analyse_xml(struct analysis *a, const PgQuery__XmlExpr *node)
{
    struct parts parts = {0};
    bool document = node->xmloption == PG_QUERY__XML_OPTION_TYPE__XMLOPTION_DOCUMENT;
    const char *what = NULL, *construct = NULL;
    oid_t type = XML_OID, argument = 0;
    size_t count = node->n_args;
    switch (node->op) {
    case PG_QUERY__XML_EXPR_OP__IS_XMLELEMENT:
        what = "element";
        add_name(a, &parts, node->name);
        break;
    case PG_QUERY__XML_EXPR_OP__IS_XMLFOREST:
        what = "forest";
        break;
    case PG_QUERY__XML_EXPR_OP__IS_XMLCONCAT:
        what = "concat";
        construct = "XMLCONCAT";
        argument = XML_OID;
        break;
    case PG_QUERY__XML_EXPR_OP__IS_XMLPARSE:
        what = document ? "parse_document" : "parse_content";
        construct = "XMLPARSE";
        argument = TEXT_OID;
        count = 1; /* what follows is how to treat blanks, which the text keeps either way */
        break;
    case PG_QUERY__XML_EXPR_OP__IS_XMLPI:
        what = "pi";
        construct = "XMLPI";
        argument = TEXT_OID;
        add_name(a, &parts, node->name);
        break;
    case PG_QUERY__XML_EXPR_OP__IS_DOCUMENT:
        what = "is_document";
        construct = "IS DOCUMENT";
        argument = XML_OID;
        type = BOOL_OID;
        break;
    case PG_QUERY__XML_EXPR_OP__IS_XMLROOT:
        if (!add_value(a, &parts, node->args[0], XML_OID, "XMLROOT") || !add_value(a, &parts, node->args[1], TEXT_OID, "XMLROOT"))
            return NULL;
        expr_list_add(a, &parts.values, literal_int(a, node->args[2]->a_const->ival->ival, INT4_OID, -1));
        return finish(a, "root", &parts, XML_OID, node->location);
    default:
        return analysis_error(a, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "this expression is not supported yet");
    }
    if (!add_named(a, &parts, node))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!add_value(a, &parts, node->args[i], argument, construct))
            return NULL;
    return finish(a, what, &parts, type, node->location);
}

struct expr *analyse_xml_serialize(struct analysis *a, const PgQuery__XmlSerialize *node)
{
    struct parts parts = {0};
    oid_t type;
    int32_t typmod;
    bool document = node->xmloption == PG_QUERY__XML_OPTION_TYPE__XMLOPTION_DOCUMENT;
    if (!add_value(a, &parts, node->expr, XML_OID, "XMLSERIALIZE") ||
        !analyse_type_name(a->compiler, node->type_name, &type, &typmod, a->diag))
        return NULL;
    struct expr *text = finish(a, document ? "serialize_document" : "serialize_content", &parts, TEXT_OID, node->location);
    struct expr *result = coerce_to_target(a, text, type, typmod, COERCE_IMPLICIT, -1);
    if (!result && !diag_is_set(a->diag))
        analysis_error(a, ERRCODE_CANNOT_COERCE, node->location, "cannot cast XMLSERIALIZE result to %s", analysis_type(a, type));
    return result;
}
