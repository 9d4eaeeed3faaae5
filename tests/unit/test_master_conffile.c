#include "master/conffile.h"

#include "util/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char logged[4096];

static void remember(enum log_level level, const char *message)
{
    (void) level;
    strncat(logged, message, sizeof logged - strlen(logged) - 2);
    strcat(logged, "\n");
}

static char dir[] = "/tmp/pgquill-conffile-XXXXXX";

static void start(void)
{
    cr_assert(mkdtemp(dir));
    cr_assert_eq(chdir(dir), 0);
    log_set_sink(remember);
}

static void stop(void)
{
    log_set_sink(NULL);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(master_conffile, .init = start, .fini = stop);

static char *write_file(const char *name, const char *text)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    return path;
}

Test(master_conffile, reads_every_form_of_a_line)
{
    struct settings *settings = settings_new();
    cr_assert(conffile_read(settings, write_file("a.conf", "# a comment\n"
                                                           "max_connections = 50   # and another\n"
                                                           "work_mem 8MB\n"
                                                           "   log_line_prefix = 'it''s \\'%p\\' '\n"
                                                           "search_path = 'a, b'\n"
                                                           "statement_timeout='2min'\n"
                                                           "fsync on\n"
                                                           "max_connections = 60\n")),
              "%s", logged);
    cr_assert_eq(settings_int(settings, "max_connections"), 60, "the last one wins");
    cr_assert_str_eq(settings_show(settings, "work_mem"), "8MB");
    cr_assert_str_eq(settings_string(settings, "log_line_prefix"), "it's '%p' ");
    cr_assert_str_eq(settings_show(settings, "statement_timeout"), "2min");
    settings_free(settings);
}

Test(master_conffile, includes_files_and_directories)
{
    struct settings *settings = settings_new();
    mkdir("more.d", 0700);
    write_file("more.d/10.conf", "max_connections = 11\n");
    write_file("more.d/20.conf", "max_connections = 12\n");
    write_file("more.d/30.txt", "max_connections = 13\n");
    write_file("one.conf", "port = 6001\n");
    cr_assert(conffile_read(settings, write_file("main.conf",
                                                 "include 'one.conf'\ninclude_dir = 'more.d'\ninclude_if_exists 'none.conf'\n")),
              "%s", logged);
    cr_assert_eq(settings_int(settings, "port"), 6001);
    cr_assert_eq(settings_int(settings, "max_connections"), 12);
    settings_free(settings);
}

Test(master_conffile, names_file_and_line_of_each_mistake)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"\nmax_connections 10 20\n", "line 2, near token \"20\""},
        {"= 3\n", "line 1, near token \"=\""},
        {"search_path = 'open\n", "line 1, near"},
        {"no_such_thing = 1\n", "unrecognized configuration parameter \"no_such_thing\" in file"},
        {"max_connections = lots\n", "invalid value for parameter \"max_connections\": \"lots\" in file"},
        {"include 'missing.conf'\n", "missing.conf"},
        {"include 'bad.conf'\n", "nesting depth exceeded"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings *settings = settings_new();
        logged[0] = '\0';
        cr_assert_not(conffile_read(settings, write_file("bad.conf", cases[i].text)), "%s", cases[i].text);
        cr_assert(strstr(logged, cases[i].expected), "%s: %s", cases[i].text, logged);
        settings_free(settings);
    }
}

Test(master_conffile, lets_the_command_line_win)
{
    char *words[] = {"pgquilld", "-c", "work_mem=1MB", NULL};
    struct options options;
    options_parse(&options, 3, words);
    struct settings *settings = conffile_load(&options, write_file("a.conf", "work_mem = 2MB\nport = 6002\n"), NULL);
    cr_assert(settings);
    cr_assert_str_eq(settings_show(settings, "work_mem"), "1MB");
    cr_assert_eq(settings_int(settings, "port"), 6002);
    settings_free(settings);
    options_deinit(&options);
}

Test(master_conffile, keeps_what_needs_a_restart)
{
    struct options options = {0};
    struct settings *current = conffile_load(&options, write_file("a.conf", "port = 6003\nwork_mem = 1MB\n"), NULL);
    struct settings *fresh = conffile_load(&options, write_file("a.conf", "port = 6004\nwork_mem = 2MB\n"), NULL);
    logged[0] = '\0';
    cr_assert_eq(conffile_adopt(&current, fresh), 1);
    cr_assert_eq(settings_int(current, "port"), 6003);
    cr_assert_str_eq(settings_show(current, "work_mem"), "2MB");
    cr_assert(strstr(logged, "parameter \"port\" cannot be changed without restarting the server"), "%s", logged);
    settings_free(current);
}
