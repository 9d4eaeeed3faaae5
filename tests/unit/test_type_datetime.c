#include "type/datetime.h"
#include "type/interval.h"

#include <criterion/criterion.h>

static const struct type_settings settings = {.date_order = DATE_ORDER_MDY, .extra_float_digits = 1, .timezone_name = "UTC"};
static const struct type_resolver resolver;

Test(datetime, text_to_storage_and_back)
{
    static const struct {
        oid_t type;
        int32_t typmod;
        const char *in, *stored, *out;
    } cases[] = {
        {DATE_OID, -1, "2026-01-31", "2026-01-31", "2026-01-31"},
        {DATE_OID, -1, "Jan 8, 99 BC", "/9901-01-08", "0099-01-08 BC"},
        {DATE_OID, -1, "infinity", "infinity", "infinity"},
        {DATE_OID, -1, "12345-02-03", "Y0012345-02-03", "12345-02-03"},
        {TIMESTAMP_OID, -1, "2026-01-31 23:59:59.50", "2026-01-31 23:59:59.5", "2026-01-31 23:59:59.5"},
        {TIMESTAMP_OID, 0, "2026-01-31 23:59:59.5", "2026-02-01 00:00:00", "2026-02-01 00:00:00"},
        {TIMESTAMP_OID, -1, "epoch", "1970-01-01 00:00:00", "1970-01-01 00:00:00"},
        {TIMESTAMPTZ_OID, -1, "2026-07-01 12:00:00+02", "2026-07-01 10:00:00+00:00", "2026-07-01 10:00:00+00"},
        {TIMESTAMPTZ_OID, -1, "2026-07-01 12:00 Europe/Paris", "2026-07-01 10:00:00+00:00", "2026-07-01 10:00:00+00"},
        {TIME_OID, -1, "23:59:59.5", "23:59:59.5", "23:59:59.5"},
        {TIMETZ_OID, -1, "23:59:59.5+02", "23:59:59.5+02", "23:59:59.5+02"},
        {INTERVAL_OID, -1, "1 year 2 mons -3 days 04:05:06.7", "1 year 2 mons -3 days +04:05:06.7",
         "1 year 2 mons -3 days +04:05:06.7"},
        {INTERVAL_OID, -1, "-2147483648 months -2147483648 days -9223372036854775808 microseconds",
         "-178956970 years -8 mons -2147483648 days -2562047788:00:54.775808",
         "-178956970 years -8 mons -2147483648 days -2562047788:00:54.775808"},
        {INTERVAL_OID, -1, "P1Y2M3DT4H", "1 year 2 mons 3 days 04:00:00", "1 year 2 mons 3 days 04:00:00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct diag diag = {0};
        struct buf out = {0};
        struct datum value;
        arena_init(&arena);
        struct type_io io = {type_builtin(cases[i].type), cases[i].typmod, &settings, &resolver, &arena};
        cr_expect(type_in(&io, cases[i].in, strlen(cases[i].in), &value, &diag), "%s: %s", cases[i].in, diag.message);
        if (!diag_is_set(&diag)) {
            cr_expect(value.len == strlen(cases[i].stored) && !memcmp(value.data, cases[i].stored, value.len), "%s: stored %.*s",
                      cases[i].in, (int) value.len, value.data);
            cr_expect(type_out(&io, &value, &out, &diag));
            cr_expect(out.len == strlen(cases[i].out) && !memcmp(out.data, cases[i].out, out.len), "%s: out %.*s", cases[i].in,
                      (int) out.len, out.data);
        }
        buf_deinit(&out);
        diag_clear(&diag);
        arena_deinit(&arena);
    }
}

Test(datetime, mistakes)
{
    static const struct {
        oid_t type;
        const char *in, *sqlstate, *message;
    } cases[] = {
        {DATE_OID, "x", "22007", "invalid input syntax for type date: \"x\""},
        {DATE_OID, "2026-02-30", "22008", "date/time field value out of range: \"2026-02-30\""},
        {TIMESTAMP_OID, "nonsense", "22007", "invalid input syntax for type timestamp: \"nonsense\""},
        {INTERVAL_OID, "badly", "22007", "invalid input syntax for type interval: \"badly\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct diag diag = {0};
        struct datum value;
        arena_init(&arena);
        struct type_io io = {type_builtin(cases[i].type), -1, &settings, &resolver, &arena};
        cr_expect(!type_in(&io, cases[i].in, strlen(cases[i].in), &value, &diag));
        cr_expect_str_eq(diag.sqlstate, cases[i].sqlstate);
        cr_expect_str_eq(diag.message, cases[i].message);
        diag_clear(&diag);
        arena_deinit(&arena);
    }
}
