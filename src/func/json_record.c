#include "func/internal.h"
#include "func/json_populate.h"

#include "type/array.h"
#include "type/codecs.h"
#include "type/composite.h"

#include <string.h>

/* Rows from documents: json_populate_record and json_to_record, and the same for each object of an array.
 *
 * The row's shape is that of the first argument, or the query says it in a column definition list, which then comes as a further argument
 * (FUNC_SHAPED). */

struct shape {
    const struct type_desc *type; /* of the whole row; record: the fields are the query's, or the first argument's */
    int count;
    const struct type_field *fields;
};

struct target {
    struct json_source source;
    const struct type_desc *declared; /* of the first argument; NULL: the function has no such argument */
    bool columns;                     /* the query takes the fields one by one */
    bool listed;                      /* … and has said their types */
    int asked;                        /* so many */
    const struct type_field *asked_fields;
    struct shape shape;
    const struct datum *old; /* the first argument's fields; NULL: it is NULL, or there is none */
};

static const char *name_of(const struct fcall *call)
{
    return call->inst->impl->source;
}

static enum json_flavour flavour_of(const struct fcall *call)
{
    return strncmp(name_of(call), "jsonb", 5) == 0 ? JSON_BINARY : JSON_PLAIN;
}

static bool has_row(const struct fcall *call)
{
    return strstr(name_of(call), "populate") != NULL;
}

/* [["name", type, modifier], …]; {"row": […]} where whole rows are wanted nevertheless */
static bool read_list(struct fcall *call, struct arena *arena, const struct datum *text, struct target *target)
{
    struct json list;
    if (!json_load(arena, text, &list, call->diag))
        return false;
    target->columns = list.kind == JSON_ARRAY;
    if (list.kind == JSON_OBJECT)
        list = list.items[0];
    struct type_field *fields = arena_array(arena, struct type_field, list.count + 1);
    for (uint32_t i = 0; i < list.count; i++) {
        const struct json *items = list.items[i].items;
        int64_t type = 0, typmod = -1;
        if (!int_parse(items[1].text, items[1].len, 64, "bigint", &type, call->diag) ||
            !int_parse(items[2].text, items[2].len, 64, "bigint", &typmod, call->diag))
            return false;
        fields[i] = (struct type_field){arena_strndup(arena, items[0].text, items[0].len), (oid_t) type, (int32_t) typmod, false};
    }
    target->asked = (int) list.count;
    target->asked_fields = fields;
    target->listed = true;
    return true;
}

static bool no_shape(struct fcall *call)
{
    diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "could not determine row type for result of %s", name_of(call));
    return diag_hint(call->diag, "Provide a non-null record argument, or call the function in the FROM clause using a column "
                                 "definition list.");
}

/* The first argument as it is: a row with types, names and values of its own. */
static void shape_of_value(struct fcall *call, struct arena *arena, const struct type_desc *type, const struct datum *value,
                           struct target *target)
{
    struct type_io io = fcall_io(call, type);
    struct composite row;
    io.arena = arena;
    composite_load(&io, type, value, &row);
    target->old = row.fields;
    if (type->typtype == 'c')
        return;
    struct type_field *fields = arena_array(arena, struct type_field, row.count + 1);
    for (int i = 0; i < row.count; i++)
        fields[i] = (struct type_field){row.names ? row.names[i] : arena_printf(arena, "f%d", i + 1), row.types[i], -1, false};
    target->shape = (struct shape){type, row.count, fields};
}

/* Does what the first argument says agree with the list? */
static bool check_list(struct fcall *call, const struct target *target)
{
    const struct shape *shape = &target->shape;
    if (!internal_record_count(call, shape->count, target->asked))
        return false;
    for (int i = 0; i < shape->count; i++)
        if (!internal_record_type(call, i + 1, shape->fields[i].type, target->asked_fields[i].type))
            return false;
    return true;
}

/* Find out what is to be filled; what that needs lives as long as `arena` and the arguments. */
static bool open_target(struct fcall *call, struct arena *arena, int nargs, const struct datum *args, struct target *target)
{
    int own = !has_row(call) ? 1 : flavour_of(call) == JSON_BINARY ? 2 : 3;
    *target = (struct target){.source = {.call = call, .flavour = flavour_of(call)}};
    target->columns = nargs > own;
    if (target->columns && args[own].len && !read_list(call, arena, &args[own], target))
        return false;
    const struct type_desc *type = type_builtin(RECORD_OID);
    const struct datum *given = NULL;
    if (has_row(call)) {
        target->declared = call->inst->args[0];
        type = target->declared ? type_base(call->env->resolver, target->declared) : NULL;
        if (!type || (type->typtype != 'c' && type->oid != RECORD_OID))
            return diag_set(call->diag, ERRCODE_DATATYPE_MISMATCH, "first argument of %s must be a row type", name_of(call));
        given = datum_is_null(&args[0]) ? NULL : &args[0];
    }
    target->shape = (struct shape){type, type->field_count, type->fields};
    if (given)
        shape_of_value(call, arena, type, given, target);
    if (type->typtype == 'c' || (given && !target->listed))
        return true;
    if (given)
        return check_list(call, target);
    if (!target->listed)
        return no_shape(call);
    target->shape = (struct shape){type, target->asked, target->asked_fields};
    return true;
}

/* One object as one row value. */
static bool make_row(struct fcall *call, const struct target *target, const struct datum *given, const struct json *object,
                     struct datum *result)
{
    const struct shape *shape = &target->shape;
    struct json_source source = target->source;
    struct type_io io = fcall_io(call, shape->type);
    struct composite row = {.count = shape->count,
                            .types = arena_array(call->arena, oid_t, shape->count + 1),
                            .fields = arena_array(call->arena, struct datum, shape->count + 1),
                            .names = arena_array(call->arena, const char *, shape->count + 1)};
    source.call = call;
    if (target->old && object->count == 0) {
        *result = *given;
    } else {
        for (int i = 0; i < row.count; i++) {
            row.types[i] = shape->fields[i].type;
            row.names[i] = shape->fields[i].name;
        }
        if (!json_populate_fields(&source, shape->count, shape->fields, target->old, object, row.fields))
            return false;
        *result = composite_store(&io, shape->type, &row);
    }
    if (!target->declared || target->declared->typtype != 'd')
        return true;
    io.type = target->declared;
    return type_check_domain(&io, result, call->diag);
}

static bool populate_record(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    struct target target;
    struct json document;
    int at = has_row(call);
    *result = datum_null();
    if (!open_target(call, call->arena, nargs, args, &target))
        return false;
    if (datum_is_null(&args[at])) {
        *result = args[0];
        return true;
    }
    target.source.document = args[at];
    return json_load(call->arena, &args[at], &document, call->diag) && json_populate_is_object(call, &document) &&
           make_row(call, &target, &args[0], &document, result);
}

/* ---- sets ---- */

struct rows {
    struct target target;
    struct datum given;
    struct json document;
    uint32_t next;
};

static bool check_document(struct fcall *call, const struct json *document, enum json_flavour flavour)
{
    const char *code = ERRCODE_INVALID_PARAMETER_VALUE;
    if (document->kind != JSON_ARRAY)
        return diag_set(call->diag, code,
                        flavour == JSON_BINARY          ? "cannot call %s on a non-array"
                        : document->kind == JSON_OBJECT ? "cannot call %s on an object"
                                                        : "cannot call %s on a scalar",
                        name_of(call));
    for (uint32_t i = 0; i < document->count; i++)
        if (document->items[i].kind != JSON_OBJECT)
            return diag_set(call->diag, code, "argument of %s must be an array of objects", name_of(call));
    return true;
}

static struct datum keep(struct fcall *call, const struct datum *value)
{
    struct datum copy = *value;
    if (value->kind == DATUM_TEXT || value->kind == DATUM_BLOB)
        copy.data = arena_strndup(call->cache_arena, value->data, value->len);
    return copy;
}

static bool rows_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct rows *rows = cursor;
    int at = has_row(call);
    struct datum *kept = arena_array(call->cache_arena, struct datum, nargs + 1);
    for (int i = 0; i < nargs; i++)
        kept[i] = keep(call, &args[i]);
    rows->given = kept[0];
    if (datum_is_null(&args[at]))
        return true;
    if (!open_target(call, call->cache_arena, nargs, kept, &rows->target))
        return false;
    rows->target.source.document = kept[at];
    return json_load(call->cache_arena, &kept[at], &rows->document, call->diag) &&
           check_document(call, &rows->document, rows->target.source.flavour);
}

static bool rows_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct rows *rows = cursor;
    struct target *target = &rows->target;
    const struct shape *shape = &target->shape;
    *more = rows->next < rows->document.count;
    if (!*more)
        return true;
    const struct json *object = &rows->document.items[rows->next++];
    if (!target->columns)
        return make_row(call, target, &rows->given, object, &row[0]);
    struct json_source source = target->source;
    struct datum *values = arena_array(call->arena, struct datum, shape->count + 1);
    source.call = call;
    if (!json_populate_fields(&source, shape->count, shape->fields, target->old, object, values))
        return false;
    for (int i = 0, column = 0; i < shape->count; i++)
        if (!shape->fields[i].dropped)
            row[column++] = values[i];
    return true;
}

static const struct table_func populate_recordset = {sizeof(struct rows), rows_open, rows_next, NULL};

#define RECORD(name)                                                                                                             \
    {                                                                                                                            \
        (name), FUNC_SCALAR, FUNC_TYPED | FUNC_SHAPED, NULL, populate_record, 0, NULL, NULL, NULL, NULL                          \
    }
#define RECORDSET(name)                                                                                                          \
    {                                                                                                                            \
        (name), FUNC_TABLE, FUNC_TYPED | FUNC_SHAPED, NULL, NULL, 0, NULL, NULL, NULL, &populate_recordset                       \
    }

const struct func_impl func_impls_json_record[] = {
    RECORD("json_populate_record"), RECORD("jsonb_populate_record"),      RECORD("json_to_record"),
    RECORD("jsonb_to_record"),      RECORDSET("json_populate_recordset"), RECORDSET("jsonb_populate_recordset"),
    RECORDSET("json_to_recordset"), RECORDSET("jsonb_to_recordset"),      {0},
};
