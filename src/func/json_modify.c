#include "func/json.h"

#include <string.h>

/* Documents changed: joined, with parts put in, replaced or taken out. */

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
    if (!json_load_two(call, args, &a, &b))
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
    return json_give_value(call, &sum, result);
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
    return json_give_value(call, &value, result);
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
    return json_load_path(call, &args[1], &keys) && delete_keys(call, &args[0], &keys, result);
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
    const struct json *found = json_element_at(&value, args[1].i);
    if (found)
        remove_at(&value, (uint32_t) (found - value.items));
    return json_give_value(call, &value, result);
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
    if (!json_path_index(step, &index))
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
    if (!json_load(call->arena, &args[0], &value, call->diag) || !json_load_path(call, &args[1], &path))
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
    return change_at(call, &value, &path, 0, &change, how) && json_give_value(call, &value, result);
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

static bool is_word(const struct datum *text, const char *word)
{
    return text->len == strlen(word) && memcmp(text->data, word, text->len) == 0;
}

/* jsonb_set with a word for what a NULL means. Not strict. */
static bool jsonb_set_lax(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    *result = datum_null();
    if (datum_is_null(&args[0]) || datum_is_null(&args[1]) || datum_is_null(&args[3]))
        return true;
    if (datum_is_null(&args[4]))
        return diag_set(
            call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
            "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"");
    if (!datum_is_null(&args[2]))
        return jsonb_set(call, nargs - 1, args, result);
    if (is_word(&args[4], "raise_exception")) {
        diag_set(call->diag, ERRCODE_NULL_VALUE_NOT_ALLOWED, "JSON value must not be null");
        diag_detail(call->diag, "Exception was raised because null_value_treatment is \"raise_exception\".");
        return diag_hint(call->diag,
                         "To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.");
    }
    if (is_word(&args[4], "use_json_null")) {
        struct datum null_args[] = {args[0], args[1], datum_cstr("null"), args[3]};
        return jsonb_set(call, 4, null_args, result);
    }
    if (is_word(&args[4], "delete_key"))
        return jsonb_delete_path(call, 2, args, result);
    if (!is_word(&args[4], "return_target"))
        return diag_set(
            call->diag, ERRCODE_INVALID_PARAMETER_VALUE,
            "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"");
    *result = args[0];
    return true;
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
    return json_give(call, &out, result);
}

static bool jsonb_strip_nulls(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct json value;
    (void) nargs;
    if (!json_load(call->arena, &args[0], &value, call->diag))
        return false;
    strip(&value);
    return json_give_value(call, &value, result);
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
    return json_give(call, &out, result);
}
#define ROW(name) SCALAR(#name, name)

const struct func_impl func_impls_json_modify[] = {
    ROW(jsonb_concat),      ROW(jsonb_delete),      ROW(jsonb_delete_array), ROW(jsonb_delete_idx),
    ROW(jsonb_delete_path), ROW(jsonb_set),         ROW(jsonb_set_lax),      ROW(jsonb_insert),
    ROW(json_strip_nulls),  ROW(jsonb_strip_nulls), ROW(jsonb_pretty),       {0},
};
