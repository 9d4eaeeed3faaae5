#include "master/configuration.h"

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

static char dir[] = "/tmp/pgquill-configuration-XXXXXX";

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

TestSuite(master_configuration, .init = start, .fini = stop);

static char *write_file(const char *name, const char *text)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    return path;
}

Test(master_configuration, lets_the_command_line_win)
{
    char *words[] = {"pgquilld", "-c", "work_mem=1MB", NULL};
    struct options options;
    options_parse(&options, 3, words);
    struct settings *settings =
        configuration_load(&options, write_file("a.conf", "work_mem = 2MB\nport = 6002\n"), NULL, CONFIGURATION_LOGGED);
    cr_assert(settings);
    cr_assert_str_eq(settings_show(settings, "work_mem"), "1MB");
    cr_assert_eq(settings_int(settings, "port"), 6002);
    settings_free(settings);
    options_deinit(&options);
}

Test(master_configuration, keeps_what_needs_a_restart)
{
    struct options options = {0};
    struct settings *current =
        configuration_load(&options, write_file("a.conf", "port = 6003\nwork_mem = 1MB\n"), NULL, CONFIGURATION_LOGGED);
    struct settings *fresh =
        configuration_load(&options, write_file("a.conf", "port = 6004\nwork_mem = 2MB\n"), NULL, CONFIGURATION_LOGGED);
    logged[0] = '\0';
    cr_assert_eq(configuration_adopt(&current, fresh, CONFIGURATION_LOGGED), 1);
    cr_assert_eq(settings_int(current, "port"), 6003);
    cr_assert_str_eq(settings_show(current, "work_mem"), "2MB");
    cr_assert(strstr(logged, "parameter \"port\" cannot be changed without restarting the server"), "%s", logged);
    cr_assert(settings_pending_at(current, settings_find("port")));
    cr_assert_not(settings_pending_at(current, settings_find("work_mem")));
    settings_free(current);
}
