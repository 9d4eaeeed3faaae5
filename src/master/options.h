#ifndef PGQUILL_MASTER_OPTIONS_H
#define PGQUILL_MASTER_OPTIONS_H

#include <stdbool.h>

/* The command line of pgquilld. */

struct option_setting {
    char *name, *value;
};

struct options {
    char *data_dir, *run_dir; /* NULL: not named */
    char *file;               /* the default database; NULL: not named */
    char *config_file;
    bool daemon, inetd, ephemeral;
    struct option_setting *settings; /* -c NAME=VALUE and the options that stand for a setting, in their order */
    int setting_count;
};

enum options_result {
    OPTIONS_RUN,
    OPTIONS_ANSWERED, /* --help or --version was printed */
    OPTIONS_WRONG,    /* a mistake was printed to standard error: exit with 2 */
};

enum options_result options_parse(struct options *options, int argc, char **argv);
void options_deinit(struct options *options);

#endif
