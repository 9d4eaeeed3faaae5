#include "func/regex.h"

#include <string.h>

/* The functions of citext beyond those that it shares with text: comparisons, and searching without regard to case. */

static int compare(struct fcall *call, const struct datum *args)
{
    struct type_io io = fcall_io(call, NULL);
    const struct type_codec *codec;
    bool ordered;
    type_extension_codec("citext", &codec, &ordered);
    return codec->compare(&io, &args[0], &args[1]);
}

#define COMPARISON(name, test)                                                                                                   \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        (void) nargs;                                                                                                            \
        *result = datum_bool(compare(call, args) test 0);                                                                        \
        return true;                                                                                                             \
    }

COMPARISON(citext_eq, ==)
COMPARISON(citext_ne, !=)
COMPARISON(citext_lt, <)
COMPARISON(citext_le, <=)
COMPARISON(citext_gt, >)
COMPARISON(citext_ge, >=)

static bool citext_cmp(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = datum_int(compare(call, args));
    return true;
}

static bool citext_smaller(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = compare(call, args) < 0 ? args[0] : args[1];
    return true;
}

static bool citext_larger(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    *result = compare(call, args) > 0 ? args[0] : args[1];
    return true;
}

/* The same table function, with 'i' among its flags unless they say 'c'. */
struct folded {
    void *cursor;
};

static bool open_folded(const struct table_func *table, struct fcall *call, struct folded *folded, int nargs,
                        const struct datum *args)
{
    struct datum all[3];
    for (int i = 0; i < 2; i++)
        all[i] = args[i];
    all[2] = nargs > 2 ? args[2] : datum_cstr("");
    if (!datum_is_null(&all[2]) && !memchr(all[2].data, 'c', all[2].len))
        all[2] = datum_cstr(arena_printf(call->cache_arena, "%.*si", (int) all[2].len, all[2].data));
    folded->cursor = arena_alloc(call->cache_arena, table->cursor_size);
    memset(folded->cursor, 0, table->cursor_size);
    return table->open(call, folded->cursor, 3, all);
}

static bool matches_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    return open_folded(&regex_matches_table, call, cursor, nargs, args);
}

static bool matches_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    return regex_matches_table.next(call, ((struct folded *) cursor)->cursor, row, more);
}

static bool split_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    return open_folded(&regex_split_table, call, cursor, nargs, args);
}

static bool split_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    return regex_split_table.next(call, ((struct folded *) cursor)->cursor, row, more);
}

static const struct table_func matches_table = {sizeof(struct folded), matches_open, matches_next, NULL};
static const struct table_func split_table = {sizeof(struct folded), split_open, split_next, NULL};

/* A text as a pattern that matches it, and flags with 'i' unless they say 'c'. */
#define LITERALLY(text) "\"textregexreplace\"(" text ", '([^a-zA-Z_0-9])', '\\\\\\1', 'g')"
#define FOLDED(flags)   "CASE WHEN instr(" flags ", 'c') = 0 THEN " flags " || 'i' ELSE " flags " END"

const struct func_impl func_impls_citext[] = {
    SCALAR("citext_eq", citext_eq),
    SCALAR("citext_ne", citext_ne),
    SCALAR("citext_lt", citext_lt),
    SCALAR("citext_le", citext_le),
    SCALAR("citext_gt", citext_gt),
    SCALAR("citext_ge", citext_ge),
    SCALAR("citext_cmp", citext_cmp),
    SCALAR("citext_pattern_lt", citext_lt),
    SCALAR("citext_pattern_le", citext_le),
    SCALAR("citext_pattern_gt", citext_gt),
    SCALAR("citext_pattern_ge", citext_ge),
    SCALAR("citext_pattern_cmp", citext_cmp),
    SCALAR("citext_smaller", citext_smaller),
    SCALAR("citext_larger", citext_larger),
    NATIVE("regexp_match(citext,citext)", "\"regexp_match\"(%1, %2, 'i')"),
    NATIVE("regexp_match(citext,citext,text)", "\"regexp_match\"(%1, %2, " FOLDED("%3") ")"),
    TABLE_FUNC("regexp_matches(citext,citext)", &matches_table),
    TABLE_FUNC("regexp_matches(citext,citext,text)", &matches_table),
    NATIVE("regexp_replace(citext,citext,text)", "\"textregexreplace\"(%1, %2, %3, 'i')"),
    NATIVE("regexp_replace(citext,citext,text,text)", "\"textregexreplace\"(%1, %2, %3, " FOLDED("%4") ")"),
    NATIVE("regexp_split_to_array(citext,citext)", "\"regexp_split_to_array\"(%1, %2, 'i')"),
    NATIVE("regexp_split_to_array(citext,citext,text)", "\"regexp_split_to_array\"(%1, %2, " FOLDED("%3") ")"),
    TABLE_FUNC("regexp_split_to_table(citext,citext)", &split_table),
    TABLE_FUNC("regexp_split_to_table(citext,citext,text)", &split_table),
    NATIVE("replace(citext,citext,citext)", "\"textregexreplace\"(%1, " LITERALLY("%2") ", %3, 'gi')"),
    NATIVE("split_part(citext,citext,int4)", "CASE WHEN %3 >= 1 THEN json_extract(\"regexp_split_to_array\"(%1, " LITERALLY(
                                                 "%2") ", 'i'), '$[' || (%3 - 1) || ']') END"),
    NATIVE("strpos(citext,citext)", "\"textpos\"(\"lower\"(%1), \"lower\"(%2))"),
    NATIVE("translate(citext,citext,text)", "\"translate\"(\"translate\"(%1, \"lower\"(%2), %3), \"upper\"(%2), %3)"),
    {0},
};
