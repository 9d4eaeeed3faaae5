#include "func/func.h"

/* Booleans are 0 and 1: SQLite's own comparisons are PostgreSQL's. */

const struct func_impl func_impls_bool[] = {
    NATIVE("booleq", "(%1 = %2)"),
    NATIVE("boolne", "(%1 <> %2)"),
    NATIVE("boollt", "(%1 < %2)"),
    NATIVE("boolle", "(%1 <= %2)"),
    NATIVE("boolgt", "(%1 > %2)"),
    NATIVE("boolge", "(%1 >= %2)"),
    NATIVE("booland_statefunc", "min(%1, %2)"),
    NATIVE("boolor_statefunc", "max(%1, %2)"),
    NATIVE("booltext", "(CASE %1 WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"),
    NATIVE("bool_int4", "(%1)"),
    NATIVE("int4_bool", "(%1 <> 0)"),
    NATIVE("btboolcmp", "((%1 > %2) - (%1 < %2))"),
    {0},
};
