#ifndef PGQUILL_FUNC_CATALOG_DEF_H
#define PGQUILL_FUNC_CATALOG_DEF_H

#include "catalog/catalog.h"
#include "func/func.h"

/* SQL text of catalog objects: pg_get_indexdef and its kin. Rows of catalog.c's table. */
func_scalar catalog_indexdef, catalog_indexdef_ext, catalog_constraintdef, catalog_constraintdef_ext, catalog_expr,
    catalog_expr_ext, catalog_viewdef, catalog_viewdef_name, catalog_ruledef, catalog_function_arguments,
    catalog_function_identity_arguments, catalog_function_result;

/* Of a stored expression, the form with as few parentheses as the reader needs. In `arena`. */
const char *catalog_pretty_expr(struct arena *arena, const char *text);

#endif
