#include "func/func.h"
#include "func/variadic.h"
#include "func/json_value.h"
#include "type/codecs.h"
#include "type/json.h"
#include "type/numeric.h"

#include <stdlib.h>
#include <string.h>

/* json and jsonb. A json keeps its text, so that parts are cut out of it as written; a jsonb's parts are written again. */

enum flavour { PLAIN, BINARY };

static bool give(struct fcall *call, struct buf *text, struct datum *result)
{
    *result = datum_text(arena_strndup(call->arena, text->data ? text->data : "", text->len), text->len);
    buf_deinit(text);
    return true;
}

static bool give_value(struct fcall *call, const struct json *value, struct datum *result)
{
    *result = json_store(call->arena, value);
    return true;
}

/* A part of a document as json. */
static struct datum part(struct fcall *call, const struct datum *document, const struct json *value, enum flavour flavour)
{
    if (flavour == PLAIN)
        return datum_text(document->data + value->start, value->end - value->start);
    return json_store(call->arena, value);
}

/* … or as text: strings lose their quotes, null is NULL. */
static struct datum part_text(struct fcall *call, const struct datum *document, const struct json *value, enum flavour flavour)
{
    if (value->kind == JSON_NULL)
        return datum_null();
    if (value->kind == JSON_STRING)
        return datum_text(value->text, value->len);
    return part(call, document, value, flavour);
}

enum shape { AS_JSON, AS_TEXT };

static bool give_part(struct fcall *call, const struct datum *document, const struct json *value, enum flavour flavour,
                      enum shape shape, struct datum *result)
{
    if (!value)
        *result = datum_null();
    else
        *result = shape == AS_TEXT ? part_text(call, document, value, flavour) : part(call, document, value, flavour);
    return true;
}

static const struct json *element_at(const struct json *array, int64_t index)
{
    if (array->kind != JSON_ARRAY)
        return NULL;
    if (index < 0)
        index += array->count;
    return index >= 0 && index < array->count ? &array->items[index] : NULL;
}

static bool field(struct fcall *call, const struct datum *args, enum flavour flavour, enum shape shape, struct datum *result)
{
    struct json document;
    if (!json_load(call->arena, &args[0], &document, call->diag))
        return false;
    const struct json *value = document.kind == JSON_OBJECT ? json_member(&document, args[1].data, args[1].len) : NULL;
    return give_part(call, &args[0], value, flavour, shape, result);
}

static bool element(struct fcall *call, const struct datum *args, enum flavour flavour, enum shape shape, struct datum *result)
{
    struct json document;
    if (!json_load(call->arena, &args[0], &document, call->diag))
        return false;
    return give_part(call, &args[0], element_at(&document, args[1].i), flavour, shape, result);
}

/* A text[] in storage form. */
static bool load_path(struct fcall *call, const struct datum *array, struct json *path)
{
    struct json value;
    if (!json_load(call->arena, array, &value, call->diag))
        return false;
    const struct json *items = value.kind == JSON_OBJECT ? json_member(&value, "a", 1) : &value;
    *path = items ? *items : value;
    return true;
}

static bool path_index(const struct json *step, int64_t *index)
{
    struct diag ignored = {0};
    bool good = step->kind == JSON_STRING && int_parse(step->text, step->len, 32, "integer", index, &ignored);
    diag_clear(&ignored);
    return good;
}

static bool extract_path(struct fcall *call, int nargs, const struct datum *args, enum flavour flavour, enum shape shape,
                         struct datum *result)
{
    struct json document, path;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &document, call->diag) || !load_path(call, &args[1], &path))
        return false;
    const struct json *value = &document;
    for (uint32_t i = 0; value && i < path.count; i++) {
        int64_t index;
        if (value->kind == JSON_OBJECT && path.items[i].kind == JSON_STRING)
            value = json_member(value, path.items[i].text, path.items[i].len);
        else if (value->kind == JSON_ARRAY && path_index(&path.items[i], &index))
            value = element_at(value, index);
        else
            value = NULL;
    }
    return give_part(call, &args[0], value, flavour, shape, result);
}

#define ACCESS(name, function, flavour, shape)                                                                                   \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return function(call, args, flavour, shape, result);                                                                     \
    }
#define PATH_ACCESS(name, flavour, shape)                                                                                        \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        return extract_path(call, nargs, args, flavour, shape, result);                                                          \
    }
ACCESS(json_object_field, field, PLAIN, AS_JSON)
ACCESS(json_object_field_text, field, PLAIN, AS_TEXT)
ACCESS(jsonb_object_field, field, BINARY, AS_JSON)
ACCESS(jsonb_object_field_text, field, BINARY, AS_TEXT)
ACCESS(json_array_element, element, PLAIN, AS_JSON)
ACCESS(json_array_element_text, element, PLAIN, AS_TEXT)
ACCESS(jsonb_array_element, element, BINARY, AS_JSON)
ACCESS(jsonb_array_element_text, element, BINARY, AS_TEXT)
PATH_ACCESS(json_extract_path, PLAIN, AS_JSON)
PATH_ACCESS(json_extract_path_text, PLAIN, AS_TEXT)
PATH_ACCESS(jsonb_extract_path, BINARY, AS_JSON)
PATH_ACCESS(jsonb_extract_path_text, BINARY, AS_TEXT)

static bool json_typeof(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    *result = datum_cstr(json_kind_name(&value));
    return true;
}

static bool json_array_length(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    if (value.kind != JSON_ARRAY)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                        value.kind == JSON_OBJECT ? "cannot get array length of a non-array"
                                                  : "cannot get array length of a scalar");
    *result = datum_int(value.count);
    return true;
}

static bool parse_canonical(struct fcall *call, const struct datum *text, struct json *value)
{
    return json_parse(call->arena, text->data, text->len, value, call->diag) && json_canonical(call->arena, value, call->diag);
}

static bool to_json(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct buf out = {0};
    if (!json_value_put(call, call->inst->args[0], &args[0], &out)) {
        buf_deinit(&out);
        return false;
    }
    return give(call, &out, result);
}

/* The same text, made canonical. */
static bool as_jsonb(struct fcall *call, bool good, struct datum *result)
{
    struct json value;
    if (!good)
        return false;
    struct datum text = *result;
    return parse_canonical(call, &text, &value) && give_value(call, &value, result);
}

static bool to_jsonb(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return as_jsonb(call, to_json(call, nargs, args, result), result);
}

static bool build_object(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf out = {0};
    if (nargs % 2) {
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "argument list must have even number of elements");
        return diag_hint(call->diag, "The arguments of json_build_object() must consist of alternating keys and values.");
    }
    buf_putc(&out, '{');
    for (int i = 0; i < nargs; i += 2) {
        if (i)
            buf_puts(&out, ", ");
        if (datum_is_null(&args[i])) {
            buf_deinit(&out);
            diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "argument %d cannot be null", i + 1);
            return diag_hint(call->diag, "Object keys should be text.");
        }
        if (!json_value_put_key(call, call->inst->args[i], &args[i], &out)) {
            buf_deinit(&out);
            return false;
        }
        buf_puts(&out, " : ");
        if (!json_value_put(call, call->inst->args[i + 1], &args[i + 1], &out)) {
            buf_deinit(&out);
            return false;
        }
    }
    buf_putc(&out, '}');
    return give(call, &out, result);
}

static bool build_array(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct buf out = {0};
    buf_putc(&out, '[');
    for (int i = 0; i < nargs; i++) {
        if (i)
            buf_puts(&out, ", ");
        if (!json_value_put(call, call->inst->args[i], &args[i], &out)) {
            buf_deinit(&out);
            return false;
        }
    }
    buf_putc(&out, ']');
    return give(call, &out, result);
}

static bool jsonb_build_object(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return as_jsonb(call, build_object(call, nargs, args, result), result);
}

static bool jsonb_build_array(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return as_jsonb(call, build_array(call, nargs, args, result), result);
}

/* Containment: every part of `b` is in `a`. */
static bool contains(const struct json *a, const struct json *b, bool top)
{
    if (a->kind == JSON_ARRAY && b->kind < JSON_ARRAY && top) { /* an array contains its scalars */
        for (uint32_t i = 0; i < a->count; i++)
            if (json_equal(&a->items[i], b))
                return true;
        return false;
    }
    if (a->kind != b->kind)
        return false;
    if (a->kind == JSON_OBJECT) {
        for (uint32_t i = 0; i < b->count; i++) {
            const struct json *value = json_member(a, b->keys[i].text, b->keys[i].len);
            if (!value || !contains(value, &b->items[i], false))
                return false;
        }
        return true;
    }
    if (a->kind == JSON_ARRAY) {
        for (uint32_t i = 0; i < b->count; i++) {
            bool found = false;
            for (uint32_t k = 0; k < a->count && !found; k++)
                found = contains(&a->items[k], &b->items[i], false);
            if (!found)
                return false;
        }
        return true;
    }
    return json_equal(a, b);
}

static bool load_two(struct fcall *call, const struct datum *args, struct json *a, struct json *b)
{
    return json_load(call->arena, &args[0], a, call->diag) && json_load(call->arena, &args[1], b, call->diag);
}

static bool jsonb_contains(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json a, b;
    (void) nargs;
    if (!load_two(call, args, &a, &b))
        return false;
    *result = datum_bool(contains(&a, &b, true));
    return true;
}

static bool jsonb_contained(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct datum swapped[2] = {args[1], args[0]};
    return jsonb_contains(call, nargs, swapped, result);
}

static bool has_key(const struct json *value, const char *key, size_t len)
{
    if (value->kind == JSON_OBJECT)
        return json_member(value, key, len) != NULL;
    struct json text = json_make_string(key, len);
    if (value->kind == JSON_STRING)
        return json_equal(value, &text);
    for (uint32_t i = 0; value->kind == JSON_ARRAY && i < value->count; i++)
        if (json_equal(&value->items[i], &text))
            return true;
    return false;
}

static bool jsonb_exists(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    *result = datum_bool(has_key(&value, args[1].data, args[1].len));
    return true;
}

static bool exists_several(struct fcall *call, const struct datum *args, bool all, struct datum *result)
{
    struct json value, keys;
    if (!json_load(call->arena, &args[0], &value, call->diag) || !load_path(call, &args[1], &keys))
        return false;
    bool found = all;
    for (uint32_t i = 0; i < keys.count && found == all; i++)
        if (keys.items[i].kind == JSON_STRING)
            found = has_key(&value, keys.items[i].text, keys.items[i].len);
    *result = datum_bool(found);
    return true;
}

static bool jsonb_exists_any(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return exists_several(call, args, false, result);
}

static bool jsonb_exists_all(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return exists_several(call, args, true, result);
}

/* Changing */

static struct json make_array(struct fcall *call, uint32_t room)
{
    return (struct json){.kind = JSON_ARRAY, .items = arena_array(call->arena, struct json, room + 1)};
}

static struct json make_object(struct fcall *call, uint32_t room)
{
    return (struct json){.kind = JSON_OBJECT,
                         .items = arena_array(call->arena, struct json, room + 1),
                         .keys = arena_array(call->arena, struct json, room + 1)};
}

static void append(struct json *array, const struct json *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        array->items[array->count++] = items[i];
}

static void put_member(struct json *object, const struct json *key, const struct json *value)
{
    object->keys[object->count] = *key;
    object->items[object->count++] = *value;
}

static bool jsonb_concat(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json a, b, sum;
    (void) nargs;
    if (!load_two(call, args, &a, &b))
        return false;
    if (a.kind == JSON_OBJECT && b.kind == JSON_OBJECT) {
        sum = make_object(call, a.count + b.count);
        for (uint32_t i = 0; i < a.count; i++)
            put_member(&sum, &a.keys[i], &a.items[i]);
        for (uint32_t i = 0; i < b.count; i++)
            put_member(&sum, &b.keys[i], &b.items[i]);
        if (!json_canonical(call->arena, &sum, call->diag))
            return false;
    } else {
        sum = make_array(call, a.count + b.count + 2);
        append(&sum, a.kind == JSON_ARRAY ? a.items : &a, a.kind == JSON_ARRAY ? a.count : 1);
        append(&sum, b.kind == JSON_ARRAY ? b.items : &b, b.kind == JSON_ARRAY ? b.count : 1);
    }
    return give_value(call, &sum, result);
}

static bool without(const struct json *keys, const char *text, size_t len)
{
    for (uint32_t i = 0; i < keys->count; i++)
        if (keys->items[i].kind == JSON_STRING && keys->items[i].len == len && memcmp(keys->items[i].text, text, len) == 0)
            return true;
    return false;
}

static bool delete_keys(struct fcall *call, const struct datum *document, const struct json *keys, struct datum *result)
{
    struct json value;
    if (!json_load(call->arena, document, &value, call->diag))
        return false;
    if (value.kind < JSON_ARRAY)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "cannot delete from scalar");
    uint32_t kept = 0;
    for (uint32_t i = 0; i < value.count; i++) {
        const struct json *name = value.kind == JSON_OBJECT ? &value.keys[i] : &value.items[i];
        if (name->kind == JSON_STRING && without(keys, name->text, name->len))
            continue;
        if (value.kind == JSON_OBJECT)
            value.keys[kept] = value.keys[i];
        value.items[kept++] = value.items[i];
    }
    value.count = kept;
    return give_value(call, &value, result);
}

static bool jsonb_delete(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    struct json key = json_make_string(args[1].data, args[1].len), keys = {.kind = JSON_ARRAY, .items = &key, .count = 1};
    return delete_keys(call, &args[0], &keys, result);
}

static bool jsonb_delete_array(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json keys;
    (void) nargs;
    return load_path(call, &args[1], &keys) && delete_keys(call, &args[0], &keys, result);
}

static void remove_at(struct json *value, uint32_t index)
{
    for (uint32_t i = index + 1; i < value->count; i++) {
        value->items[i - 1] = value->items[i];
        if (value->kind == JSON_OBJECT)
            value->keys[i - 1] = value->keys[i];
    }
    value->count--;
}

static bool jsonb_delete_idx(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    if (value.kind != JSON_ARRAY)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                        value.kind == JSON_OBJECT ? "cannot delete from object using integer index"
                                                  : "cannot delete from scalar");
    const struct json *found = element_at(&value, args[1].i);
    if (found)
        remove_at(&value, (uint32_t) (found - value.items));
    return give_value(call, &value, result);
}

enum change { CHANGE_SET = 1, CHANGE_CREATE = 2, CHANGE_DELETE = 4, CHANGE_INSERT_BEFORE = 8, CHANGE_INSERT_AFTER = 16 };

static bool change_at(struct fcall *call, struct json *value, const struct json *path, uint32_t level, const struct json *change,
                      int how)
{
    const struct json *step = &path->items[level];
    bool last = level + 1 == path->count;
    if (step->kind == JSON_NULL)
        return diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "path element at position %u is null", level + 1);
    if (value->kind == JSON_OBJECT) {
        struct json *found = (struct json *) json_member(value, step->text, step->len);
        if (!last)
            return !found || change_at(call, found, path, level + 1, change, how);
        if (found && (how & CHANGE_DELETE)) {
            remove_at(value, (uint32_t) (found - value->items));
        } else if (found && (how & (CHANGE_INSERT_BEFORE | CHANGE_INSERT_AFTER))) {
            diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "cannot replace existing key");
            return diag_hint(call->diag, "Try using the function jsonb_set to replace key value.");
        } else if (found) {
            *found = *change;
        } else if (how & (CHANGE_CREATE | CHANGE_INSERT_BEFORE | CHANGE_INSERT_AFTER)) {
            struct json larger = make_object(call, value->count + 1);
            for (uint32_t i = 0; i < value->count; i++)
                put_member(&larger, &value->keys[i], &value->items[i]);
            put_member(&larger, step, change);
            *value = larger;
            return json_canonical(call->arena, value, call->diag);
        }
        return true;
    }
    if (value->kind != JSON_ARRAY)
        return true;
    int64_t index;
    if (!path_index(step, &index))
        return diag_set(call->diag, ERRCODE_INVALID_TEXT_REPRESENTATION,
                        "path element at position %u is not an integer: \"%.*s\"", level + 1, (int) step->len, step->text);
    int64_t place = index < 0 ? index + value->count : index;
    bool inside = place >= 0 && place < value->count;
    if (!last)
        return !inside || change_at(call, &value->items[place], path, level + 1, change, how);
    if (how & CHANGE_DELETE) {
        if (inside)
            remove_at(value, (uint32_t) place);
        return true;
    }
    if (inside && (how & CHANGE_SET)) {
        value->items[place] = *change;
        return true;
    }
    if (!(how & (CHANGE_CREATE | CHANGE_INSERT_BEFORE | CHANGE_INSERT_AFTER)))
        return true;
    if (inside && (how & CHANGE_INSERT_AFTER))
        place++;
    place = place < 0 ? 0 : place > value->count ? value->count : place;
    struct json larger = make_array(call, value->count + 1);
    append(&larger, value->items, (uint32_t) place);
    append(&larger, change, 1);
    append(&larger, value->items + place, value->count - (uint32_t) place);
    *value = larger;
    return true;
}

static bool change_path(struct fcall *call, const struct datum *args, const struct datum *replacement, int how,
                        struct datum *result)
{
    struct json value, path, change = {0};
    if (!json_load(call->arena, &args[0], &value, call->diag) || !load_path(call, &args[1], &path))
        return false;
    if (replacement && !json_load(call->arena, replacement, &change, call->diag))
        return false;
    if (value.kind < JSON_ARRAY)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
                        how & CHANGE_DELETE ? "cannot delete path in scalar" : "cannot set path in scalar");
    if ((value.count == 0 && !(how & ~(CHANGE_SET | CHANGE_DELETE))) || path.count == 0) {
        *result = args[0];
        return true;
    }
    return change_at(call, &value, &path, 0, &change, how) && give_value(call, &value, result);
}

static bool jsonb_delete_path(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return change_path(call, args, NULL, CHANGE_DELETE, result);
}

static bool jsonb_set(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return change_path(call, args, &args[2], CHANGE_SET | (nargs < 4 || args[3].i ? CHANGE_CREATE : 0), result);
}

static bool jsonb_insert(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    return change_path(call, args, &args[2], nargs > 3 && args[3].i ? CHANGE_INSERT_AFTER : CHANGE_INSERT_BEFORE, result);
}

static void strip(struct json *value)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < value->count; i++) {
        if (value->kind == JSON_OBJECT && value->items[i].kind == JSON_NULL)
            continue;
        strip(&value->items[i]);
        if (value->kind == JSON_OBJECT)
            value->keys[kept] = value->keys[i];
        value->items[kept++] = value->items[i];
    }
    value->count = kept;
}

static void write_compact(const struct json *value, struct buf *out)
{
    if (value->kind < JSON_ARRAY) {
        json_write(value, out);
        return;
    }
    buf_putc(out, value->kind == JSON_ARRAY ? '[' : '{');
    for (uint32_t i = 0; i < value->count; i++) {
        if (i)
            buf_putc(out, ',');
        if (value->kind == JSON_OBJECT) {
            json_write_string(value->keys[i].text, value->keys[i].len, out);
            buf_putc(out, ':');
        }
        write_compact(&value->items[i], out);
    }
    buf_putc(out, value->kind == JSON_ARRAY ? ']' : '}');
}

static bool json_strip_nulls(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    struct buf out = {0};
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    strip(&value);
    write_compact(&value, &out);
    return give(call, &out, result);
}

static bool jsonb_strip_nulls(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    strip(&value);
    return give_value(call, &value, result);
}

static void write_pretty(const struct json *value, int depth, struct buf *out)
{
    if (value->kind < JSON_ARRAY) {
        json_write(value, out);
        return;
    }
    buf_putc(out, value->kind == JSON_ARRAY ? '[' : '{');
    for (uint32_t i = 0; i < value->count; i++) {
        buf_puts(out, i ? ",\n" : "\n");
        for (int k = 0; k <= depth; k++)
            buf_puts(out, "    ");
        if (value->kind == JSON_OBJECT) {
            json_write_string(value->keys[i].text, value->keys[i].len, out);
            buf_puts(out, ": ");
        }
        write_pretty(&value->items[i], depth + 1, out);
    }
    buf_putc(out, '\n');
    for (int k = 0; k < depth; k++)
        buf_puts(out, "    ");
    buf_putc(out, value->kind == JSON_ARRAY ? ']' : '}');
}

static bool jsonb_pretty(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    struct buf out = {0};
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    write_pretty(&value, 0, &out);
    return give(call, &out, result);
}

/* Casts of jsonb scalars */

static bool scalar(struct fcall *call, const struct datum *document, enum json_kind kind, const char *target, struct json *value)
{
    if (!json_load(call->arena, document, value, call->diag))
        return false;
    static const char *const names[] = {"null", "string", "numeric", "boolean", "array", "object"};
    if (value->kind != kind)
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "cannot cast jsonb %s to type %s", names[value->kind],
                        target);
    return true;
}

static bool jsonb_bool(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!scalar(call, &args[0], JSON_BOOL, "boolean", &value))
        return false;
    *result = datum_bool(value.value);
    return true;
}

static bool jsonb_numeric(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!scalar(call, &args[0], JSON_NUMBER, "numeric", &value))
        return false;
    *result = datum_text(value.text, value.len);
    return true;
}

static bool jsonb_number_as(struct fcall *call, const struct datum *args, const char *target, const char *cast,
                            struct datum *result)
{
    struct json value;
    if (!scalar(call, &args[0], JSON_NUMBER, target, &value))
        return false;
    struct datum number = datum_text(value.text, value.len);
    return func_find(cast)->scalar(call, 1, &number, result);
}

#define NUMBER_CAST(name, target, cast)                                                                                          \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return jsonb_number_as(call, args, target, cast, result);                                                                \
    }
NUMBER_CAST(jsonb_int2, "smallint", "numeric_int2")
NUMBER_CAST(jsonb_int4, "integer", "numeric_int4")
NUMBER_CAST(jsonb_int8, "bigint", "numeric_int8")
NUMBER_CAST(jsonb_float4, "real", "numeric_float4")
NUMBER_CAST(jsonb_float8, "double precision", "numeric_float8")

/* Aggregates */

struct collected {
    char *data;
    size_t len, room;
    bool any;
};

static void collect(struct fcall *call, struct collected *state, const char *data, size_t len)
{
    if (state->room - state->len < len) {
        size_t room = (state->len + len) * 2 + 64;
        state->data = arena_grow(call->cache_arena, state->data, state->len, room);
        state->room = room;
    }
    memcpy(state->data + state->len, data, len);
    state->len += len;
}

static bool json_agg_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct buf item = {0};
    struct collected *collected = state;
    const struct type_desc *type = call->inst->args[0];
    (void) nargs;
    buf_puts(&item, collected->any ? ", " : "[");
    if (collected->any && !datum_is_null(&args[0]) &&
        (type->codec == &type_codec_array || type->typtype == 'c' || type->oid == RECORD_OID))
        buf_puts(&item, "\n ");
    bool good = json_value_put(call, type, &args[0], &item);
    if (good)
        collect(call, collected, item.data, item.len);
    collected->any = true;
    buf_deinit(&item);
    return good;
}

static bool json_object_agg_step(struct fcall *call, void *state, int nargs, const struct datum *args)
{
    struct buf item = {0};
    struct collected *collected = state;
    (void) nargs;
    if (datum_is_null(&args[0]))
        return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "field name must not be null");
    buf_puts(&item, collected->any ? ", " : "{ ");
    bool good = json_value_put_key(call, call->inst->args[0], &args[0], &item);
    buf_puts(&item, " : ");
    good = good && json_value_put(call, call->inst->args[1], &args[1], &item);
    if (good)
        collect(call, collected, item.data, item.len);
    collected->any = true;
    buf_deinit(&item);
    return good;
}

static bool close_with(struct fcall *call, const struct collected *collected, const char *end, struct datum *result)
{
    *result = collected->any ? datum_cstr(arena_printf(call->arena, "%.*s%s", (int) collected->len, collected->data, end))
                             : datum_null();
    return true;
}

static bool json_agg_final(struct fcall *call, void *state, struct datum *result)
{
    return close_with(call, state, "]", result);
}

static bool json_object_agg_final(struct fcall *call, void *state, struct datum *result)
{
    return close_with(call, state, " }", result);
}

static bool jsonb_agg_final(struct fcall *call, void *state, struct datum *result)
{
    close_with(call, state, "]", result);
    return datum_is_null(result) || as_jsonb(call, true, result);
}

static bool jsonb_object_agg_final(struct fcall *call, void *state, struct datum *result)
{
    close_with(call, state, " }", result);
    return datum_is_null(result) || as_jsonb(call, true, result);
}

/* Table functions: the parts of a document, one a row. */

struct parts {
    struct datum document;
    struct json value;
    uint32_t next;
};

static bool parts_open(struct fcall *call, void *cursor, const struct datum *args, enum json_kind kind, const char *name)
{
    struct parts *parts = cursor;
    parts->document = datum_text(arena_strndup(call->cache_arena, args[0].data, args[0].len), args[0].len);
    if (!json_load(call->cache_arena, &parts->document, &parts->value, call->diag))
        return false;
    if (parts->value.kind == kind)
        return true;
    const char *code = ERRCODE_INVALID_PARAMETER_VALUE;
    if (kind == JSON_ARRAY)
        return diag_set(call->diag, code,
                        parts->value.kind == JSON_OBJECT ? "cannot extract elements from an object"
                                                         : "cannot extract elements from a scalar");
    if (strstr(name, "keys"))
        return diag_set(call->diag, code,
                        parts->value.kind == JSON_ARRAY ? "cannot call %s on an array" : "cannot call %s on a scalar", name);
    if (strncmp(name, "jsonb", 5) == 0)
        return diag_set(call->diag, code, "cannot call %s on a non-object", name);
    return diag_set(call->diag, code,
                    parts->value.kind == JSON_ARRAY ? "cannot deconstruct an array as an object" : "cannot deconstruct a scalar");
}

static bool parts_next(struct fcall *call, void *cursor, struct datum *row, bool *more, bool keys, bool values,
                       enum flavour flavour, enum shape shape)
{
    struct parts *parts = cursor;
    *more = parts->next < parts->value.count;
    if (!*more)
        return true;
    uint32_t i = parts->next++;
    if (keys)
        row[0] = datum_text(parts->value.keys[i].text, parts->value.keys[i].len);
    return !values || give_part(call, &parts->document, &parts->value.items[i], flavour, shape, &row[keys]);
}

#define PARTS(name, kind, keys, values, flavour, shape)                                                                          \
    static bool name##_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)                               \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        return datum_is_null(&args[0]) || parts_open(call, cursor, args, kind, #name);                                           \
    }                                                                                                                            \
    static bool name##_next(struct fcall *call, void *cursor, struct datum *row, bool *more)                                     \
    {                                                                                                                            \
        return parts_next(call, cursor, row, more, keys, values, flavour, shape);                                                \
    }                                                                                                                            \
    static const struct table_func name = {sizeof(struct parts), name##_open, name##_next, NULL};
PARTS(json_array_elements, JSON_ARRAY, false, true, PLAIN, AS_JSON)
PARTS(json_array_elements_text, JSON_ARRAY, false, true, PLAIN, AS_TEXT)
PARTS(jsonb_array_elements, JSON_ARRAY, false, true, BINARY, AS_JSON)
PARTS(jsonb_array_elements_text, JSON_ARRAY, false, true, BINARY, AS_TEXT)
PARTS(json_each, JSON_OBJECT, true, true, PLAIN, AS_JSON)
PARTS(json_each_text, JSON_OBJECT, true, true, PLAIN, AS_TEXT)
PARTS(jsonb_each, JSON_OBJECT, true, true, BINARY, AS_JSON)
PARTS(jsonb_each_text, JSON_OBJECT, true, true, BINARY, AS_TEXT)
PARTS(json_object_keys, JSON_OBJECT, true, false, PLAIN, AS_JSON)
PARTS(jsonb_object_keys, JSON_OBJECT, true, false, BINARY, AS_JSON)

static bool jsonb_cmp(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json a, b;
    (void) nargs;
    if (!load_two(call, args, &a, &b))
        return false;
    *result = datum_int(json_compare(&a, &b));
    return true;
}

#define COMPARISON(name, operator) NATIVE(name, "(%1 " operator" %2 COLLATE pg_jsonb)")
#define ROW(name)                  SCALAR(#name, name)
#define TABLE(name)                TABLE_FUNC(#name, &name)

VARIADIC(build_object)
VARIADIC(build_array)
VARIADIC(jsonb_build_object)
VARIADIC(jsonb_build_array)

const struct func_impl func_impls_json[] = {
    ROW(json_object_field),
    ROW(json_object_field_text),
    ROW(jsonb_object_field),
    ROW(jsonb_object_field_text),
    ROW(json_array_element),
    ROW(json_array_element_text),
    ROW(jsonb_array_element),
    ROW(jsonb_array_element_text),
    ROW(json_extract_path),
    ROW(json_extract_path_text),
    ROW(jsonb_extract_path),
    ROW(jsonb_extract_path_text),
    ROW(json_typeof),
    SCALAR("jsonb_typeof", json_typeof),
    ROW(json_array_length),
    SCALAR("jsonb_array_length", json_array_length),
    SCALAR_TYPED("to_json", to_json),
    SCALAR_TYPED("to_jsonb", to_jsonb),
    SCALAR_TYPED("row_to_json", to_json),
    SCALAR_TYPED("array_to_json", to_json),
    SCALAR_TYPED("json_build_object", build_object),
    SCALAR_TYPED("json_build_object(variadic)", build_object_variadic),
    SCALAR_TYPED("json_build_array", build_array),
    SCALAR_TYPED("json_build_array(variadic)", build_array_variadic),
    SCALAR_TYPED("jsonb_build_object", jsonb_build_object),
    SCALAR_TYPED("jsonb_build_object(variadic)", jsonb_build_object_variadic),
    SCALAR_TYPED("jsonb_build_array", jsonb_build_array),
    SCALAR_TYPED("jsonb_build_array(variadic)", jsonb_build_array_variadic),
    NATIVE("json_build_object_noargs", "'{}'"),
    NATIVE("jsonb_build_object_noargs", "'{}'"),
    NATIVE("json_build_array_noargs", "'[]'"),
    NATIVE("jsonb_build_array_noargs", "'[]'"),
    ROW(jsonb_contains),
    ROW(jsonb_contained),
    ROW(jsonb_exists),
    ROW(jsonb_exists_any),
    ROW(jsonb_exists_all),
    ROW(jsonb_concat),
    ROW(jsonb_delete),
    ROW(jsonb_delete_array),
    ROW(jsonb_delete_idx),
    ROW(jsonb_delete_path),
    ROW(jsonb_set),
    ROW(jsonb_insert),
    ROW(json_strip_nulls),
    ROW(jsonb_strip_nulls),
    ROW(jsonb_pretty),
    ROW(jsonb_bool),
    ROW(jsonb_numeric),
    ROW(jsonb_int2),
    ROW(jsonb_int4),
    ROW(jsonb_int8),
    ROW(jsonb_float4),
    ROW(jsonb_float8),
    COMPARISON("jsonb_eq", "="),
    COMPARISON("jsonb_ne", "<>"),
    COMPARISON("jsonb_lt", "<"),
    COMPARISON("jsonb_le", "<="),
    COMPARISON("jsonb_gt", ">"),
    COMPARISON("jsonb_ge", ">="),
    ROW(jsonb_cmp),
    AGGREGATE_TYPED("json_agg(anyelement)", sizeof(struct collected), json_agg_step, NULL, json_agg_final),
    AGGREGATE_TYPED("jsonb_agg(anyelement)", sizeof(struct collected), json_agg_step, NULL, jsonb_agg_final),
    AGGREGATE_TYPED("json_object_agg(any,any)", sizeof(struct collected), json_object_agg_step, NULL, json_object_agg_final),
    AGGREGATE_TYPED("jsonb_object_agg(any,any)", sizeof(struct collected), json_object_agg_step, NULL, jsonb_object_agg_final),
    TABLE(json_array_elements),
    TABLE(json_array_elements_text),
    TABLE(jsonb_array_elements),
    TABLE(jsonb_array_elements_text),
    TABLE(json_each),
    TABLE(json_each_text),
    TABLE(jsonb_each),
    TABLE(jsonb_each_text),
    TABLE(json_object_keys),
    TABLE(jsonb_object_keys),
    {0},
};
