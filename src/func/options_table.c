#include "func/func.h"
#include "type/array.h"

/* pg_options_to_table: "name=value" texts as rows. */

struct options {
    struct array array;
    int next;
};

static bool open_options(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct options *options = cursor;
    (void) nargs;
    if (!datum_is_null(&args[0]))
        array_load(call->cache_arena, type_builtin(TEXT_OID), &args[0], &options->array);
    return true;
}

static bool next_option(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct options *options = cursor;
    (void) call;
    *more = options->next < options->array.count;
    if (!*more)
        return true;
    const struct datum *option = &options->array.items[options->next++];
    const char *equals = memchr(option->data, '=', option->len);
    size_t name = equals ? (size_t) (equals - option->data) : option->len;
    row[0] = datum_text(option->data, name);
    row[1] = equals ? datum_text(equals + 1, option->len - name - 1) : datum_null();
    return true;
}

static void close_options(void *cursor)
{
    (void) cursor;
}

static const struct table_func options = {sizeof(struct options), open_options, next_option, close_options};

const struct func_impl func_impls_options_table[] = {
    TABLE_FUNC("pg_options_to_table", &options),
    {0},
};
