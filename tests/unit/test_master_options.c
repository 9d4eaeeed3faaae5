#include "master/options.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>

static enum options_result parse(struct options *options, int count, char **words)
{
    cr_redirect_stderr();
    cr_redirect_stdout();
    return options_parse(options, count, words);
}

#define PARSE(options, ...)                                                                                                      \
    parse((options), (int) (sizeof((char *[]){"pgquilld", __VA_ARGS__}) / sizeof(char *)),                                       \
          (char *[]){"pgquilld", __VA_ARGS__, NULL})

Test(master_options, take_every_form)
{
    struct options options;
    cr_assert_eq(PARSE(&options, "-D", "data", "--run-dir=run", "-f", "x.conf", "-dE", "file.db"), OPTIONS_RUN);
    cr_assert_str_eq(options.data_dir, "data");
    cr_assert_str_eq(options.run_dir, "run");
    cr_assert_str_eq(options.config_file, "x.conf");
    cr_assert_str_eq(options.file, "file.db");
    cr_assert(options.daemon && options.ephemeral && !options.inetd);
    options_deinit(&options);
}

Test(master_options, stand_for_settings_in_their_order)
{
    static const struct option_setting expected[] = {{"listen_addresses", ""},
                                                     {"port", "6000"},
                                                     {"unix_socket_directories", "/s"},
                                                     {"log_min_messages", "debug1=odd"},
                                                     {"hba_file", "/h"}};
    struct options options;
    cr_assert_eq(PARSE(&options, "-h", "", "-p", "6000", "-k", "/s", "-c", "log-min-messages=debug1=odd", "--hba", "/h"),
                 OPTIONS_RUN);
    cr_assert_eq(options.setting_count, 5);
    for (int i = 0; i < 5; i++) {
        cr_assert_str_eq(options.settings[i].name, expected[i].name);
        cr_assert_str_eq(options.settings[i].value, expected[i].value);
    }
    options_deinit(&options);
}

Test(master_options, refuse_what_makes_no_sense)
{
    struct options options;
    cr_assert_eq(PARSE(&options, "--nonsense"), OPTIONS_WRONG);
    cr_assert_eq(PARSE(&options, "-p"), OPTIONS_WRONG);
    cr_assert_eq(PARSE(&options, "-p", "many"), OPTIONS_WRONG);
    cr_assert_eq(PARSE(&options, "-c", "work_mem"), OPTIONS_WRONG);
    cr_assert_eq(PARSE(&options, "a.db", "b.db"), OPTIONS_WRONG);
    cr_assert_eq(PARSE(&options, "-d", "-i"), OPTIONS_WRONG);
}

Test(master_options, answer_questions)
{
    struct options options;
    cr_assert_eq(PARSE(&options, "--help"), OPTIONS_ANSWERED);
    cr_assert_eq(PARSE(&options, "-V"), OPTIONS_ANSWERED);
}
