#include "session/settings.h"

#include <criterion/criterion.h>

Test(settings, are_shown_with_units)
{
    static const struct {
        const char *name, *value, *shown;
    } cases[] = {
        {"work_mem", "4096", "4MB"},
        {"work_mem", "65", "65kB"},
        {"work_mem", "1GB", "1GB"},
        {"work_mem", "1.5MB", "1536kB"},
        {"statement_timeout", "60000", "1min"},
        {"statement_timeout", "90s", "90s"},
        {"statement_timeout", "0", "0"},
        {"shared_buffers", "16384", "128MB"},
        {"vacuum_cost_delay", "2.5", "2500us"},
        {"log_rotation_age", "1d", "1d"},
        {"jit", "TRUE", "on"},
        {"jit", "f", "off"},
        {"synchronous_commit", "yes", "on"},
        {"synchronous_commit", "LOCAL", "local"},
        {"seq_page_cost", "1.25", "1.25"},
        {"log_file_mode", "0640", "0640"},
        {"client_min_messages", "debug", "debug2"},
        {"WORK_MEM", "64kB", "64kB"},
    };
    struct settings *settings = settings_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag diag = {0};
        cr_assert(settings_set(settings, cases[i].name, cases[i].value, SOURCE_FILE, &diag), "%s = %s: %s", cases[i].name,
                  cases[i].value, diag.message);
        cr_expect_str_eq(settings_show(settings, cases[i].name), cases[i].shown);
    }
    settings_free(settings);
}

Test(settings, refuse_as_postgresql_does)
{
    static const struct {
        const char *name, *value, *sqlstate, *message;
    } cases[] = {
        {"work_mem", "abc", "22023", "invalid value for parameter \"work_mem\": \"abc\""},
        {"work_mem", "1 foo", "22023", "invalid value for parameter \"work_mem\": \"1 foo\""},
        {"work_mem", "1", "22023", "1 kB is outside the valid range for parameter \"work_mem\" (64 .. 2147483647)"},
        {"vacuum_cost_delay", "1.5s", "22023",
         "1500 ms is outside the valid range for parameter \"vacuum_cost_delay\" (0 .. 100)"},
        {"synchronous_commit", "x", "22023", "invalid value for parameter \"synchronous_commit\": \"x\""},
        {"jit", "xx", "22023", "parameter \"jit\" requires a Boolean value"},
        {"foo", "1", "42704", "unrecognized configuration parameter \"foo\""},
        {"port", "1", "55P02", "parameter \"port\" cannot be changed without restarting the server"},
        {"log_destination", "x", "55P02", "parameter \"log_destination\" cannot be changed now"},
        {"server_version", "1", "55P02", "parameter \"server_version\" cannot be changed"},
        {"log_connections", "on", "55P02", "parameter \"log_connections\" cannot be set after connection start"},
        {"a..b", "1", "42602", "invalid configuration parameter name \"a..b\""},
    };
    struct settings *settings = settings_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag diag = {0};
        cr_expect_not(settings_assign(settings, cases[i].name, cases[i].value, SCOPE_SESSION, &diag));
        cr_expect_str_eq(diag.sqlstate, cases[i].sqlstate);
        cr_expect_str_eq(diag.message, cases[i].message);
        diag_clear(&diag);
    }
    settings_free(settings);
}

Test(settings, follow_transactions_and_savepoints)
{
    struct diag diag = {0};
    struct settings *settings = settings_new();
    settings_enter(settings, 1);
    settings_assign(settings, "work_mem", "1MB", SCOPE_SESSION, &diag);
    settings_enter(settings, 2);
    settings_assign(settings, "work_mem", "2MB", SCOPE_SESSION, &diag);
    cr_expect_str_eq(settings_show(settings, "work_mem"), "2MB");
    settings_rollback(settings, 2);
    cr_expect_str_eq(settings_show(settings, "work_mem"), "1MB");
    settings_enter(settings, 1);
    settings_assign(settings, "work_mem", "3MB", SCOPE_LOCAL, &diag);
    settings_assign(settings, "my.own", "x", SCOPE_LOCAL, &diag);
    cr_expect_str_eq(settings_show(settings, "work_mem"), "3MB");
    settings_commit(settings);
    cr_expect_str_eq(settings_show(settings, "work_mem"), "1MB");
    cr_expect_null(settings_show(settings, "my.own"));
    settings_enter(settings, 1);
    settings_assign(settings, "work_mem", NULL, SCOPE_SESSION, &diag);
    cr_expect_str_eq(settings_show(settings, "work_mem"), "4MB");
    settings_rollback(settings, 1);
    cr_expect_str_eq(settings_show(settings, "work_mem"), "1MB");
    settings_free(settings);
}

Test(settings, facts_are_sorted)
{
    const struct setting_fact *fact;
    for (int i = 0; (fact = settings_fact_at(i)); i++)
        cr_expect_eq(settings_find(fact->name), i, "%s", fact->name);
}
