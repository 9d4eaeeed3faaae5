#include "session/conffile.h"

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

static bool read_into(struct settings *settings, const char *path)
{
    struct conffile file = {0};
    conffile_read(&file, path);
    bool good = conffile_apply(&file, settings);
    conffile_log(&file);
    conffile_deinit(&file);
    return good;
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

TestSuite(session_conffile, .init = start, .fini = stop);

static char *write_file(const char *name, const char *text)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    return path;
}

Test(session_conffile, reads_every_form_of_a_line)
{
    struct settings *settings = settings_new();
    cr_assert(read_into(settings, write_file("a.conf", "# a comment\n"
                                                       "max_connections = 50   # and another\n"
                                                       "work_mem 8MB\n"
                                                       "   log_line_prefix = 'it''s \\'%p\\' '\n"
                                                       "search_path = 'a, b'\n"
                                                       "statement_timeout='2min'\n"
                                                       "fsync on\n"
                                                       "max_connections = 60\n")),
              "%s", logged);
    cr_assert_eq(settings_int(settings, "max_connections"), 60, "the last one wins");
    int line = 0;
    const char *origin = settings_origin_at(settings, settings_find("max_connections"), &line);
    cr_assert(origin && strstr(origin, "a.conf"));
    cr_assert_eq(line, 8);
    cr_assert_str_eq(settings_show(settings, "work_mem"), "8MB");
    cr_assert_str_eq(settings_string(settings, "log_line_prefix"), "it's '%p' ");
    cr_assert_str_eq(settings_show(settings, "statement_timeout"), "2min");
    settings_free(settings);
}

Test(session_conffile, includes_files_and_directories)
{
    struct settings *settings = settings_new();
    mkdir("more.d", 0700);
    write_file("more.d/10.conf", "max_connections = 11\n");
    write_file("more.d/20.conf", "max_connections = 12\n");
    write_file("more.d/30.txt", "max_connections = 13\n");
    write_file("one.conf", "port = 6001\n");
    cr_assert(read_into(settings,
                        write_file("main.conf", "include 'one.conf'\ninclude_dir = 'more.d'\ninclude_if_exists 'none.conf'\n")),
              "%s", logged);
    cr_assert_eq(settings_int(settings, "port"), 6001);
    cr_assert_eq(settings_int(settings, "max_connections"), 12);
    settings_free(settings);
}

Test(session_conffile, names_file_and_line_of_each_mistake)
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
        cr_assert_not(read_into(settings, write_file("bad.conf", cases[i].text)), "%s", cases[i].text);
        cr_assert(strstr(logged, cases[i].expected), "%s: %s", cases[i].text, logged);
        settings_free(settings);
    }
}

static char *content(const char *path)
{
    static char text[1024];
    FILE *file = fopen(path, "r");
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

Test(session_conffile, is_altered_line_by_line)
{
    struct diag diag = {0};
    char path[128];
    strcpy(path, write_file("auto.conf", "port = '1'\nwork_mem = '2MB'\nport = '2'\n"));
    cr_assert(conffile_alter(path, "Work_Mem", "it's a \\", &diag), "%s", diag.message);
    cr_assert(strstr(content(path), "\nport = '2'\nWork_Mem = 'it''s a \\\\'\n"), "%s", content(path));
    cr_assert(conffile_alter(path, "port", NULL, &diag));
    cr_assert_not(strstr(content(path), "port"));
    cr_assert(conffile_alter(path, NULL, NULL, &diag));
    cr_assert_not(strstr(content(path), "Work_Mem"));
    cr_assert_not(conffile_alter("/nonexistent/auto.conf", "port", "1", &diag));
    cr_assert_str_eq(diag.sqlstate, ERRCODE_IO_ERROR);
    diag_clear(&diag);
}

Test(session_conffile, of_a_reload_reaches_what_a_session_did_not_set)
{
    struct diag diag = {0};
    struct settings *server = settings_new(), *fresh = settings_new();
    settings_set(server, "work_mem", "1MB", SOURCE_FILE, &diag);
    settings_set(server, "statement_timeout", "1s", SOURCE_FILE, &diag);
    struct settings *session = settings_copy(server);
    settings_assign(session, "work_mem", "5MB", SCOPE_SESSION, &diag);
    settings_enter(session, 1);
    settings_assign(session, "statement_timeout", "9s", SCOPE_LOCAL, &diag);
    settings_set(fresh, "work_mem", "2MB", SOURCE_FILE, &diag);
    settings_set(fresh, "statement_timeout", "3s", SOURCE_FILE, &diag);
    settings_set(fresh, "port", "7000", SOURCE_FILE, &diag);
    settings_adopt(session, fresh);
    cr_assert_str_eq(settings_show(session, "work_mem"), "5MB");
    cr_assert_str_eq(settings_show(session, "statement_timeout"), "9s");
    cr_assert_str_eq(settings_show(session, "port"), "5432");
    settings_commit(session);
    cr_assert_str_eq(settings_show(session, "statement_timeout"), "3s");
    settings_assign(session, "work_mem", NULL, SCOPE_SESSION, &diag);
    cr_assert_str_eq(settings_show(session, "work_mem"), "2MB");
    settings_free(session);
    settings_free(server);
    settings_free(fresh);
}
