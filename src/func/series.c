#include "func/func.h"

#include "type/numeric.h"

/* generate_series. A bound that is NULL gives no rows. */

static bool step_zero(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "step size cannot equal zero");
}

struct int_series {
    int64_t next, stop, step;
    bool open;
};

static bool int_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct int_series *series = cursor;
    for (int i = 0; i < nargs; i++)
        if (datum_is_null(&args[i]))
            return true;
    *series = (struct int_series){args[0].i, args[1].i, nargs > 2 ? args[2].i : 1, true};
    return series->step != 0 || step_zero(call);
}

static bool int_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    (void) call;
    struct int_series *series = cursor;
    *more = series->open && (series->step > 0 ? series->next <= series->stop : series->next >= series->stop);
    if (!*more)
        return true;
    *row = datum_int(series->next);
    series->open = !__builtin_add_overflow(series->next, series->step, &series->next);
    return true;
}

static const struct table_func int_series = {sizeof(struct int_series), int_open, int_next, NULL};

struct numeric_series {
    struct number next, stop, step, sum;
    bool open, started;
};

static void numeric_close(void *cursor)
{
    struct numeric_series *series = cursor;
    if (!series->open)
        return;
    number_clear(&series->next);
    number_clear(&series->stop);
    number_clear(&series->step);
    number_clear(&series->sum);
    series->open = false;
}

static bool numeric_check(struct fcall *call, const struct number *number, const char *what)
{
    if (number->kind == NUMBER_FINITE)
        return true;
    return diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "%s cannot be %s", what,
                    number->kind == NUMBER_NAN ? "NaN" : "infinity");
}

static bool numeric_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct numeric_series *series = cursor;
    for (int i = 0; i < nargs; i++)
        if (datum_is_null(&args[i]))
            return true;
    number_init(&series->next);
    number_init(&series->stop);
    number_init(&series->step);
    number_init(&series->sum);
    series->open = true;
    number_load(&series->next, &args[0]);
    number_load(&series->stop, &args[1]);
    if (nargs > 2)
        number_load(&series->step, &args[2]);
    else
        number_set_int(&series->step, 1);
    bool fine = numeric_check(call, &series->next, "start value") && numeric_check(call, &series->stop, "stop value") &&
                numeric_check(call, &series->step, "step size") && (number_sign(&series->step) != 0 || step_zero(call));
    if (!fine)
        numeric_close(series);
    return fine;
}

static bool numeric_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct numeric_series *series = cursor;
    *more = false;
    if (!series->open)
        return true;
    if (series->started) {
        number_add(&series->sum, &series->next, &series->step);
        number_set(&series->next, &series->sum);
    }
    series->started = true;
    int order = number_compare(&series->next, &series->stop);
    *more = number_sign(&series->step) > 0 ? order <= 0 : order >= 0;
    return !*more || number_store(&series->next, call->arena, row, call->diag);
}

static const struct table_func numeric_series = {sizeof(struct numeric_series), numeric_open, numeric_next, numeric_close};

const struct func_impl func_impls_series[] = {
    TABLE_FUNC("generate_series_int4", &int_series),
    TABLE_FUNC("generate_series_step_int4", &int_series),
    TABLE_FUNC("generate_series_int8", &int_series),
    TABLE_FUNC("generate_series_step_int8", &int_series),
    TABLE_FUNC("generate_series_numeric", &numeric_series),
    TABLE_FUNC("generate_series_step_numeric", &numeric_series),
    {0},
};
