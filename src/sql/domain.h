#ifndef PGQUILL_SQL_DOMAIN_H
#define PGQUILL_SQL_DOMAIN_H

#include "sql/compiler.h"

/* Domains' CHECK constraints: compiled by the same compiler at their first use, once for each state of the catalog, and run as nested plans. */

/* Let the catalog's type resolver check, and read types, through this compiler; forget what was compiled; end both. */
void domain_install(struct compiler *compiler);
void domain_forget(struct compiler *compiler);
void domain_remove(struct compiler *compiler);

/* VALUE as the one parameter of an expression's statement, of a domain's base type. */
struct domain_value {
    oid_t type;
};
void domain_variables(struct domain_value *value, struct variables *variables);

#endif
