#include "worker/log_output.h"

#include "util/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/pgquill-log-XXXXXX";
static char path[64];
static struct settings *settings;

static void set(const char *name, const char *value)
{
    struct diag diag = {0};
    cr_assert(settings_set(settings, name, value, SOURCE_FILE, &diag), "%s", diag.message);
}

static void start(void)
{
    cr_assert(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/server.log", dir);
    settings = settings_new();
}

static void stop(void)
{
    char command[128];
    settings_free(settings);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(worker_log_output, .init = start, .fini = stop);

static const char *content(const char *name)
{
    static char text[4096];
    char file_path[128];
    snprintf(file_path, sizeof file_path, "%s/%s", dir, name);
    FILE *file = fopen(file_path, "r");
    cr_assert(file, "%s", name);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

Test(worker_log_output, begins_lines_with_the_prefix)
{
    static const struct {
        const char *prefix, *expected;
    } cases[] = {
        {"", "LOG:  hello\n"},
        {"[%b] ", "[master] LOG:  hello\n"},
        {"<%9b><%-9b>", "<   master><master   >LOG:  hello\n"},
        {"%%%q not outside of sessions", "%LOG:  hello\n"},
        {"%u%d%a%h%r|", "|LOG:  hello\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set("log_line_prefix", cases[i].prefix);
        unlink(path);
        cr_assert(log_output_configure(settings, path));
        log_write(LOG_LEVEL_LOG, "hello");
        cr_assert_str_eq(content("server.log"), cases[i].expected);
    }
}

Test(worker_log_output, writes_other_forms_beside_the_plain_one)
{
    set("log_destination", "csvlog,jsonlog");
    cr_assert(log_output_configure(settings, path));
    log_write(LOG_LEVEL_WARNING, "a \"quoted\"\nmessage");
    cr_assert_str_eq(content("server.log"), "");
    cr_assert(strstr(content("server.csv"), ",WARNING,,\"a \"\"quoted\"\"\nmessage\","), "%s", content("server.csv"));
    cr_assert(strstr(content("server.json"), "\"error_severity\":\"WARNING\",\"message\":\"a \\\"quoted\\\"\\u000amessage\","),
              "%s", content("server.json"));
}

static const struct log_report mistake = {.message = "no \"a\"",
                                          .sqlstate = "42703",
                                          .detail = "of two\nlines",
                                          .hint = "look",
                                          .context = "line 1",
                                          .statement = "SELECT a, and not this",
                                          .statement_len = 8};

Test(worker_log_output, keeps_the_parts_of_a_report_together)
{
    set("log_line_prefix", "%l ");
    set("log_destination", "stderr,csvlog,jsonlog");
    cr_assert(log_output_configure(settings, path));
    log_report(LOG_LEVEL_ERROR, &mistake);
    cr_assert_str_eq(content("server.log"), "1 ERROR:  no \"a\"\n1 DETAIL:  of two\n\tlines\n1 HINT:  look\n1 CONTEXT:  line 1\n"
                                            "1 STATEMENT:  SELECT a\n");
    cr_assert(strstr(content("server.csv"),
                     ",ERROR,42703,\"no \"\"a\"\"\",\"of two\nlines\",\"look\",,,\"line 1\",\"SELECT a\",,,,\"master\",,0\n"),
              "%s", content("server.csv"));
    cr_assert(strstr(content("server.json"),
                     ",\"error_severity\":\"ERROR\",\"state_code\":\"42703\",\"message\":\"no \\\"a\\\"\","
                     "\"detail\":\"of two\\u000alines\",\"hint\":\"look\",\"context\":\"line 1\","
                     "\"statement\":\"SELECT a\",\"backend_type\":\"master\"}\n"),
              "%s", content("server.json"));
}

Test(worker_log_output, leaves_out_what_is_below_log_min_messages)
{
    set("log_min_messages", "error");
    set("log_line_prefix", "");
    cr_assert(log_output_configure(settings, path));
    log_write(LOG_LEVEL_WARNING, "not this");
    log_write(LOG_LEVEL_ERROR, "but this");
    log_write(LOG_LEVEL_LOG, "and this");
    cr_assert_str_eq(content("server.log"), "ERROR:  but this\nLOG:  and this\n");
}

Test(worker_log_output, goes_on_in_a_new_file_after_rotation)
{
    char old[80];
    set("log_line_prefix", "");
    cr_assert(log_output_configure(settings, path));
    snprintf(old, sizeof old, "%s.1", path);
    cr_assert_eq(rename(path, old), 0);
    log_output_note_reopen();
    log_write(LOG_LEVEL_LOG, "new");
    cr_assert_str_eq(content("server.log"), "LOG:  new\n");
    cr_assert_str_eq(content("server.log.1"), "");
}
