#ifndef PGQUILL_FUNC_JSON_POPULATE_H
#define PGQUILL_FUNC_JSON_POPULATE_H

#include "func/json.h"

/* Values of SQL types from JSON: objects become rows, arrays arrays, anything else goes through the type's input (docs: 9.16.1, json_populate_record). */

struct json_source {
    struct fcall *call;
    struct datum document; /* what a json's parts are cut out of */
    enum json_flavour flavour;
};

/* Fill `values` from an object's members. `old`: the row's values so far, to be kept where there is no member; NULL: such fields are NULL, which
 * a domain may refuse. 22P02, 23502, 23514 and what the types' input functions say. */
bool json_populate_fields(const struct json_source *source, int count, const struct type_field *fields, const struct datum *old,
                          const struct json *object, struct datum *values);
/* Is it an object? Else 22023. */
bool json_populate_is_object(struct fcall *call, const struct json *value);

#endif
