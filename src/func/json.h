#ifndef PGQUILL_FUNC_JSON_H
#define PGQUILL_FUNC_JSON_H

#include "func/func.h"
#include "type/json.h"

/* What the functions of json and jsonb share. A json keeps its text, so that parts are cut out of it as written; a jsonb's parts are written again. */

enum json_flavour { JSON_PLAIN, JSON_BINARY };
enum json_shape { JSON_PART, JSON_PART_TEXT };

/* The text as the result; the buffer is empty afterwards. */
bool json_give(struct fcall *call, struct buf *text, struct datum *result);
/* A canonical value as the result. */
bool json_give_value(struct fcall *call, const struct json *value, struct datum *result);
/* A part of a document as the result, as JSON or as text: there strings lose their quotes and null is NULL. A part that is NULL gives NULL. */
bool json_give_part(struct fcall *call, const struct datum *document, const struct json *value, enum json_flavour flavour,
                    enum json_shape shape, struct datum *result);
/* When `good`, make the result, a JSON text, what jsonb keeps. */
bool json_as_jsonb(struct fcall *call, bool good, struct datum *result);
/* Read the first two arguments. */
bool json_load_two(struct fcall *call, const struct datum *args, struct json *a, struct json *b);

/* An element, counted from the end when the index is negative; NULL: there is none. */
const struct json *json_element_at(const struct json *array, int64_t index);
/* A text[] in storage form as an array of strings and nulls. */
bool json_load_path(struct fcall *call, const struct datum *array, struct json *path);
/* Is this step of a path an index? */
bool json_path_index(const struct json *step, int64_t *index);

#endif
