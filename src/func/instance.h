#ifndef PGQUILL_FUNC_INSTANCE_H
#define PGQUILL_FUNC_INSTANCE_H

#include "func/func.h"

/* Function instances by name: how SQLite's text names a function of ours together with the types that it was resolved to.
 *
 *   source[:argoid,argoid>resultoid[/typmod][@collation]]
 */

/* Append the SQLite name of `impl` applied to these types: the bare source when the implementation needs no types. */
void func_instance_name(const struct func_impl *impl, int nargs, const oid_t *args, oid_t result, int32_t typmod,
                        const char *collation, struct buf *out);

/* The instance that a name stands for, its strings and arrays in `arena`. False with an unset diag: no function of ours; with a set one: a type
 * that is not there. resolver NULL: built-in types only. */
bool func_instance_parse(const char *name, const struct type_resolver *resolver, struct arena *arena,
                         struct func_instance *instance, struct diag *diag);

#endif
