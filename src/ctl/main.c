#include "ctl/client.h"
#include "ctl/sessions.h"
#include "util/version.h"
#include "util/arena.h"

#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_WRONG_USE = 2, OPTION_HELP = 256 };

struct call {
    const char *run_dir;
    bool json;
    const char *const *arguments;
    int count;
};

static void print_help(void)
{
    printf("pgquillctl talks to a running pgquilld.\n\n"
           "Usage:\n  pgquillctl [-R DIR] [--json] COMMAND\n\n"
           "Commands:\n"
           "  status                 how the server is\n"
           "  sessions               its sessions, one a line\n"
           "  top                    a live screen of them\n"
           "  cancel PID             cancel the query that a session runs\n"
           "  terminate PID          end a session\n"
           "  reload                 read the settings again\n"
           "  checkpoint             write the WAL back into the database file\n"
           "  backup DB FILE         copy a database, online, to a new file\n"
           "  metrics                numbers in Prometheus's text format\n"
           "  stop [smart|fast|immediate]   shut down (default: fast) and wait for it\n"
           "  version                versions of this program and of the server\n\n"
           "Options:\n"
           "  -R, --run-dir DIR      the server's run directory (default: the current one)\n"
           "      --json             facts as JSON\n"
           "      --help             print this and exit\n"
           "  -V, --version          print the version and exit\n");
}

static int run_status(const struct call *call)
{
    struct buf facts;
    buf_init(&facts);
    bool good = client_request(call->run_dir, CONTROL_STATUS, NULL, 0, &facts);
    if (good)
        (call->json ? facts_print_json : facts_print_text)(&facts);
    buf_deinit(&facts);
    return good ? 0 : 1;
}

static int run_sessions(const struct call *call)
{
    struct shm *shm = sessions_attach(call->run_dir);
    if (!shm)
        return 1;
    (call->json ? sessions_print_json : sessions_print_text)(shm);
    shm_detach(shm);
    return 0;
}

static int run_top(const struct call *call)
{
    return sessions_top(call->run_dir, call->json);
}

static int run_metrics(const struct call *call)
{
    struct buf facts;
    struct shm *shm = NULL;
    buf_init(&facts);
    bool good = client_request(call->run_dir, CONTROL_STATUS, NULL, 0, &facts) && (shm = sessions_attach(call->run_dir));
    if (good) {
        sessions_print_metrics(shm, facts_find(&facts, "uptime"), facts_find(&facts, "spare_workers"),
                               facts_find(&facts, "max_connections"));
        shm_detach(shm);
    }
    buf_deinit(&facts);
    return good ? 0 : 1;
}

static int simple(const struct call *call, enum control_command command)
{
    struct buf facts;
    buf_init(&facts);
    bool good = client_request(call->run_dir, command, call->arguments, call->count, &facts);
    if (good && call->json)
        facts_print_json(&facts);
    buf_deinit(&facts);
    return good ? 0 : 1;
}

static int run_cancel(const struct call *call)
{
    return simple(call, CONTROL_CANCEL);
}

static int run_terminate(const struct call *call)
{
    return simple(call, CONTROL_TERMINATE);
}

static int run_reload(const struct call *call)
{
    return simple(call, CONTROL_RELOAD);
}

static void draw_bar(const struct buf *facts)
{
    enum { WIDTH = 40 };
    const char *done = facts_find(facts, "done"), *total = facts_find(facts, "total");
    double share = done && total && atof(total) > 0 ? atof(done) / atof(total) : 0;
    int filled = (int) (share * WIDTH);
    fprintf(stderr, "\r[%.*s%*s] %3.0f %%", filled, "########################################", WIDTH - filled, "", share * 100);
}

/* Commands whose work a process of the server does: progress, then the outcome. */
static int follow(const struct call *call, enum control_command command, const char *const *arguments, int count)
{
    struct buf facts;
    enum control_answer kind = CONTROL_FAILED;
    int fd = client_ask(call->run_dir, command, arguments, count);
    bool bar = !call->json && isatty(STDERR_FILENO), drawn = false, answered = false;
    if (fd < 0)
        return 1;
    buf_init(&facts);
    while ((answered = client_receive(fd, -1, &kind, &facts)) && kind == CONTROL_PROGRESS)
        if (bar) {
            draw_bar(&facts);
            drawn = true;
        }
    if (drawn)
        fputc('\n', stderr);
    if (answered && kind == CONTROL_DONE)
        (call->json ? facts_print_json : facts_print_text)(&facts);
    else if (answered)
        fprintf(stderr, "pgquillctl: %s\n", buf_cstr(&facts));
    buf_deinit(&facts);
    close(fd);
    return answered && kind == CONTROL_DONE ? 0 : 1;
}

static int run_checkpoint(const struct call *call)
{
    return follow(call, CONTROL_CHECKPOINT, NULL, 0);
}

static int run_backup(const struct call *call)
{
    char path[2 * PATH_MAX], here[PATH_MAX];
    const char *arguments[] = {call->arguments[0], path};
    if (call->arguments[1][0] == '/')
        snprintf(path, sizeof path, "%s", call->arguments[1]);
    else if (getcwd(here, sizeof here))
        snprintf(path, sizeof path, "%s/%s", here, call->arguments[1]);
    else
        return 1;
    return follow(call, CONTROL_BACKUP, arguments, 2);
}

static int run_stop(const struct call *call)
{
    const char *mode = call->count ? call->arguments[0] : "fast";
    struct buf facts;
    enum control_answer kind = CONTROL_FAILED;
    int fd = client_ask(call->run_dir, CONTROL_STOP, &mode, 1);
    if (fd < 0)
        return 1;
    buf_init(&facts);
    bool good = client_receive(fd, 10000, &kind, &facts);
    if (good && kind == CONTROL_DONE)
        client_wait_end(fd);
    if (good && kind == CONTROL_DONE && call->json)
        facts_print_json(&facts);
    else if (good && kind != CONTROL_DONE)
        fprintf(stderr, "pgquillctl: %s\n", buf_cstr(&facts));
    buf_deinit(&facts);
    close(fd);
    return good && kind == CONTROL_DONE ? 0 : 1;
}

static int run_version(const struct call *call)
{
    struct buf facts;
    buf_init(&facts);
    bool good = client_request(call->run_dir, CONTROL_STATUS, NULL, 0, &facts);
    const char *server = good ? facts_find(&facts, "version") : NULL;
    if (call->json)
        printf(server ? "{\"pgquillctl\":\"%s\",\"pgquilld\":\"%s\"}\n" : "{\"pgquillctl\":\"%s\"}\n", PGQUILL_VERSION, server);
    else
        printf(server ? "pgquillctl %s\npgquilld   %s\n" : "pgquillctl %s\n", PGQUILL_VERSION, server);
    buf_deinit(&facts);
    return good ? 0 : 1;
}

static const struct {
    const char *name;
    int min, max;  /* arguments */
    bool is_plain; /* has no JSON form */
    int (*run)(const struct call *call);
} commands[] = {
    {"status", 0, 0, false, run_status},
    {"sessions", 0, 0, false, run_sessions},
    {"top", 0, 0, false, run_top},
    {"cancel", 1, 1, false, run_cancel},
    {"terminate", 1, 1, false, run_terminate},
    {"reload", 0, 0, false, run_reload},
    {"checkpoint", 0, 0, false, run_checkpoint},
    {"backup", 2, 2, false, run_backup},
    {"metrics", 0, 0, true, run_metrics},
    {"stop", 0, 1, false, run_stop},
    {"version", 0, 0, false, run_version},
};

static int wrong(const char *format, const char *what)
{
    fputs("pgquillctl: ", stderr);
    fprintf(stderr, format, what);
    fputs("\nTry \"pgquillctl --help\" for more information.\n", stderr);
    return EXIT_WRONG_USE;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"run-dir", required_argument, NULL, 'R'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, OPTION_HELP},
                                            {"version", no_argument, NULL, 'V'},
                                            {NULL, 0, NULL, 0}};
    struct call call = {.run_dir = "."};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":R:V", options, NULL)) != -1;) {
        switch (option) {
        case 'R':
            call.run_dir = optarg;
            break;
        case 'j':
            call.json = true;
            break;
        case OPTION_HELP:
            print_help();
            return 0;
        case 'V':
            printf("pgquillctl (pgquill) %s\n", PGQUILL_VERSION);
            return 0;
        case ':':
            return wrong("option %s needs an argument", argv[optind - 1]);
        default:
            return wrong("unrecognized option: %s", argv[optind - 1]);
        }
    }
    if (optind == argc)
        return wrong("%s", "a command is needed");
    const char *name = argv[optind];
    call.arguments = (const char *const *) argv + optind + 1;
    call.count = argc - optind - 1;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name))
            continue;
        if (call.json && commands[i].is_plain)
            return wrong("%s has no JSON form", name);
        if (call.count < commands[i].min || call.count > commands[i].max)
            return wrong("%s: wrong number of arguments", name);
        return commands[i].run(&call);
    }
    return wrong("unknown command: %s", name);
}
