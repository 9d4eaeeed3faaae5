#ifndef PGQUILL_FUNC_JSON_VALUE_H
#define PGQUILL_FUNC_JSON_VALUE_H

#include "func/func.h"
#include "type/json.h"

/* Append a value of any type as to_json writes it; NULL is "null". */
bool json_value_put(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out);
/* The same with each element of an array, each field of a row, on a line of its own. */
bool json_value_put_lines(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out);
/* Append it as an object's key; 22023 for NULL, arrays, composites and json. */
bool json_value_put_key(struct fcall *call, const struct type_desc *type, const struct datum *value, struct buf *out);

#endif
