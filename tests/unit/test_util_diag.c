#include "util/buf.h"
#include "util/diag.h"

#include <criterion/criterion.h>
#include <limits.h>

Test(diag, may_be_set_from_its_own_message)
{
    struct diag diag = {0};
    diag_set(&diag, ERRCODE_SYNTAX_ERROR, "inner");
    diag_detail(&diag, "old");
    diag_set(&diag, ERRCODE_INTERNAL_ERROR, "outer: %s", diag.message);
    cr_assert_str_eq(diag.message, "outer: inner");
    cr_assert_str_eq(diag.sqlstate, "XX000");
    cr_assert_null(diag.detail);
    diag_clear(&diag);
    cr_assert_not(diag_is_set(&diag));
}

Test(diag, counts_positions_in_characters)
{
    struct diag diag = {0};
    diag_set(&diag, ERRCODE_SYNTAX_ERROR, "x");
    diag_position(&diag, "SELECT 'gr\xc3\xbc\xc3\x9f' nope", 15);
    cr_assert_eq(diag.position, 14);
    diag_position(&diag, "SELECT", 0);
    cr_assert_eq(diag.position, 14, "the innermost position stays");
    diag_clear(&diag);
}

Test(buf, writes_numbers)
{
    struct buf buf;
    buf_init(&buf);
    buf_put_int64(&buf, INT64_MIN);
    buf_putc(&buf, ' ');
    buf_put_int64(&buf, 0);
    buf_printf(&buf, " %s", "end");
    cr_assert_str_eq(buf_cstr(&buf), "-9223372036854775808 0 end");
    buf_reset(&buf);
    buf_put_be32(&buf, 0x01020304);
    cr_assert_arr_eq(buf.data, "\1\2\3\4", 4);
    buf_deinit(&buf);
}
