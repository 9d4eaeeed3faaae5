#include "func/func.h"

#include "catalog/catalog.h"

/* Functions behind system views: SELECT * FROM pg_timezone_names() shows what the view of that name shows. */

struct view_cursor {
    const struct catalog_rows *rows;
    int next;
};

static bool open_view(struct fcall *call, struct view_cursor *cursor, const char *relation)
{
    struct diag *diag = call->diag;
    cursor->rows = catalog_system_rows(call->env->catalog, relation, call->env, diag);
    return cursor->rows || diag_is_set(diag) ||
           diag_set(diag, ERRCODE_INTERNAL_ERROR, "there is no system relation %s", relation);
}

static bool next_row(struct fcall *call, void *argument, struct datum *row, bool *more)
{
    (void) call;
    struct view_cursor *cursor = argument;
    *more = cursor->next < cursor->rows->nrows;
    for (int i = 0; *more && i < cursor->rows->ncols; i++)
        row[i] = cursor->rows->values[cursor->next * cursor->rows->ncols + i];
    cursor->next++;
    return true;
}

static void close_view(void *cursor)
{
    (void) cursor;
}

#define VIEW(name, relation)                                                                                                     \
    static bool open_##name(struct fcall *call, void *cursor, int nargs, const struct datum *args)                               \
    {                                                                                                                            \
        (void) nargs, (void) args;                                                                                               \
        return open_view(call, cursor, relation);                                                                                \
    }                                                                                                                            \
    static const struct table_func name = {sizeof(struct view_cursor), open_##name, next_row, close_view};

VIEW(timezone_names, "pg_catalog.pg_timezone_names")
VIEW(timezone_abbrevs, "pg_catalog.pg_timezone_abbrevs")
VIEW(lock_status, "pg_catalog.pg_locks")

const struct func_impl func_impls_system_table[] = {
    TABLE_FUNC("pg_timezone_names", &timezone_names),
    TABLE_FUNC("pg_timezone_abbrevs", &timezone_abbrevs),
    TABLE_FUNC("pg_lock_status", &lock_status),
    {0},
};
