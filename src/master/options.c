#include "master/options.h"

#include "util/path.h"
#include "util/version.h"
#include "util/arena.h"

#include <ctype.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_HBA = 256, OPTION_HELP };

static const struct option long_options[] = {
    {"data-dir", required_argument, NULL, 'D'}, {"host", required_argument, NULL, 'h'},
    {"port", required_argument, NULL, 'p'},     {"socket-dir", required_argument, NULL, 'k'},
    {"run-dir", required_argument, NULL, 'R'},  {"config", required_argument, NULL, 'f'},
    {"set", required_argument, NULL, 'c'},      {"hba", required_argument, NULL, OPTION_HBA},
    {"daemon", no_argument, NULL, 'd'},         {"inetd", no_argument, NULL, 'i'},
    {"ephemeral", no_argument, NULL, 'E'},      {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, 'V'},        {NULL, 0, NULL, 0},
};

static void print_help(void)
{
    printf("pgquilld serves SQLite files to PostgreSQL clients.\n\n"
           "Usage:\n  pgquilld [options] [FILE]\n\n"
           "FILE is the default database; it is created when missing.\n\n"
           "Options:\n"
           "  -D, --data-dir DIR     databases are DIR/NAME.db (default: FILE's directory, else the current one)\n"
           "  -h, --host LIST        TCP addresses, '' for none (default: 127.0.0.1)\n"
           "  -p, --port N           port (default: 5432)\n"
           "  -k, --socket-dir DIR   unix socket DIR/.s.PGSQL.PORT (default: the run directory)\n"
           "  -R, --run-dir DIR      pgquilld.pid, control.sock, registry (default: the data directory)\n"
           "  -f, --config FILE      settings (default: pgquill.conf in the data directory, when it exists)\n"
           "  -c NAME=VALUE          one setting\n"
           "      --hba FILE         who may connect, in pg_hba.conf's syntax\n"
           "  -d, --daemon           detach from the terminal\n"
           "  -i, --inetd            serve one connection on standard input\n"
           "  -E, --ephemeral        throw-away databases in memory, gone at exit\n"
           "  -V, --version          print the version and exit\n"
           "      --help             print this and exit\n");
}

static enum options_result wrong(const char *format, const char *what)
{
    fputs("pgquilld: ", stderr);
    fprintf(stderr, format, what);
    fputs("\nTry \"pgquilld --help\" for more information.\n", stderr);
    return OPTIONS_WRONG;
}

static void add_setting(struct options *options, const char *name, size_t name_length, const char *value)
{
    options->settings = xrealloc(options->settings, sizeof *options->settings * (size_t) (options->setting_count + 1));
    struct option_setting *setting = &options->settings[options->setting_count++];
    setting->name = xmalloc(name_length + 1);
    memcpy(setting->name, name, name_length);
    setting->name[name_length] = '\0';
    /* PostgreSQL's own programs spell log-min-messages as well as log_min_messages. */
    for (char *p = setting->name; *p; p++)
        if (*p == '-')
            *p = '_';
    setting->value = xstrdup(value);
}

static void name_setting(struct options *options, const char *name, const char *value)
{
    add_setting(options, name, strlen(name), value);
}

static void keep(char **place, const char *value)
{
    free(*place);
    *place = xstrdup(value);
}

/* A path that stays right when the working directory changes. */
static void name_path(struct options *options, const char *name, const char *path)
{
    char here[PATH_MAX];
    if (*path == '\0' || *path == '/' || !getcwd(here, sizeof here)) {
        name_setting(options, name, path);
        return;
    }
    char *absolute = path_join(here, path);
    name_setting(options, name, absolute);
    free(absolute);
}

static bool is_number(const char *text)
{
    if (!*text)
        return false;
    for (; *text; text++)
        if (!isdigit((unsigned char) *text))
            return false;
    return true;
}

static enum options_result take(struct options *options, int option, const char *argument)
{
    const char *equals;
    switch (option) {
    case 'D':
        keep(&options->data_dir, argument);
        break;
    case 'R':
        keep(&options->run_dir, argument);
        break;
    case 'f':
        keep(&options->config_file, argument);
        break;
    case 'h':
        name_setting(options, "listen_addresses", argument);
        break;
    case 'p':
        if (!is_number(argument))
            return wrong("invalid port number: \"%s\"", argument);
        name_setting(options, "port", argument);
        break;
    case 'k':
        name_path(options, "unix_socket_directories", argument);
        break;
    case OPTION_HBA:
        name_path(options, "hba_file", argument);
        break;
    case 'c':
        equals = strchr(argument, '=');
        if (!equals || equals == argument)
            return wrong("-c %s: NAME=VALUE is needed", argument);
        add_setting(options, argument, (size_t) (equals - argument), equals + 1);
        break;
    case 'd':
        options->daemon = true;
        break;
    case 'i':
        options->inetd = true;
        break;
    case 'E':
        options->ephemeral = true;
        break;
    }
    return OPTIONS_RUN;
}

enum options_result options_parse(struct options *options, int argc, char **argv)
{
    *options = (struct options){0};
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind;
        int option = getopt_long(argc, argv, ":D:h:p:k:R:f:c:diEV", long_options, NULL);
        if (option == -1)
            break;
        if (option == OPTION_HELP) {
            print_help();
            return OPTIONS_ANSWERED;
        }
        if (option == 'V') {
            printf("pgquilld (pgquill) %s\n", PGQUILL_VERSION);
            return OPTIONS_ANSWERED;
        }
        if (option == ':')
            return wrong("option %s needs an argument", argv[at]);
        if (option == '?')
            return wrong("unrecognized option: %s", argv[at]);
        enum options_result result = take(options, option, optarg);
        if (result != OPTIONS_RUN)
            return result;
    }
    if (optind < argc)
        keep(&options->file, argv[optind++]);
    if (optind < argc)
        return wrong("too many arguments: \"%s\" is a second file", argv[optind]);
    if (options->file && !*options->file)
        return wrong("%s is empty", "FILE");
    if (options->daemon && options->inetd)
        return wrong("%s exclude each other", "--daemon and --inetd");
    return OPTIONS_RUN;
}

void options_deinit(struct options *options)
{
    for (int i = 0; i < options->setting_count; i++) {
        free(options->settings[i].name);
        free(options->settings[i].value);
    }
    free(options->settings);
    free(options->data_dir);
    free(options->run_dir);
    free(options->file);
    free(options->config_file);
    *options = (struct options){0};
}
