#include "master/server.h"

#include "master/configuration.h"
#include "master/control.h"
#include "master/daemon.h"
#include "master/inetd.h"
#include "master/loop.h"
#include "master/places.h"
#include "master/spawn.h"
#include "util/version.h"
#include "util/arena.h"
#include "util/log.h"
#include "util/path.h"
#include "wire/hba.h"
#include "worker/log_output.h"

#include <bsd/libutil.h>
#include <bsd/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
    HELPER_SLOTS = 16,
    /* checkpointer, and processes of inetd beside us */ MAX_DATABASES = 256,
    MAX_SEQUENCES = 1024,
    MAX_LOCKS = 8192
};
enum { NOTIFY_BYTES = 8 * 1024 * 1024 };

static void read_limits(struct server *server)
{
    struct pool_limits *limits = &server->limits;
    limits->max_connections = (int) settings_int(server->settings, "max_connections");
    limits->min_spare = (int) settings_int(server->settings, "min_spare_workers");
    limits->max_spare = (int) settings_int(server->settings, "max_spare_workers");
    limits->processors = (int) sysconf(_SC_NPROCESSORS_ONLN);
    if (limits->max_spare < limits->min_spare)
        limits->max_spare = limits->min_spare;
}

/* A setting whose value the server itself works out; its source stays what it was, or is the command line. */
static void put_path(struct settings *settings, const char *name, const char *path)
{
    struct diag ignored = {0};
    settings_set(settings, name, path, SOURCE_COMMAND_LINE, &ignored);
    diag_clear(&ignored);
}

static struct settings *load_settings(const struct server *server, enum configuration_log log)
{
    const struct places *places = &server->places;
    struct settings *settings = configuration_load(&server->options, places->config_file, places->auto_config_file, log);
    if (!settings)
        return NULL;
    put_path(settings, "data_directory", places->data_dir);
    if (access(places->config_file, F_OK) == 0)
        put_path(settings, "config_file", places->config_file);
    const char *hba = settings_string(settings, "hba_file");
    if (hba && *hba && *hba != '/') {
        char *path = path_join(places->data_dir, hba);
        put_path(settings, "hba_file", path);
        free(path);
    }
    return settings;
}

/* The rules that the settings name; false after the mistakes were logged. */
static bool load_hba(const struct settings *settings, struct hba **hba)
{
    const char *path = settings_string(settings, "hba_file");
    *hba = path && *path ? hba_load(path) : NULL;
    if (*hba || !path || !*path)
        return true;
    log_write(LOG_LEVEL_LOG, "could not load %s", path);
    return false;
}

/* In a worker, whose `server` is its own copy. */
static bool reload_for_session(void *self, struct settings **settings, struct hba **hba)
{
    struct server *server = self;
    struct settings *fresh = load_settings(server, CONFIGURATION_SILENT);
    if (!fresh)
        return false;
    configuration_adopt(&server->settings, fresh, CONFIGURATION_SILENT);
    if (!load_hba(server->settings, hba))
        return false;
    *settings = settings_copy(server->settings);
    log_output_configure(server->settings, server->places.log_file);
    return true;
}

struct session_options server_session_options(struct server *server)
{
    return (struct session_options){.data_dir = server->places.data_dir,
                                    .default_path = server->places.file,
                                    .default_name = server->places.name,
                                    .ephemeral = server->options.ephemeral,
                                    .hba = server->hba,
                                    .reload = reload_for_session,
                                    .reload_self = server,
                                    .config_path = server->places.config_file,
                                    .master = server->options.inetd ? 0 : getpid(),
                                    .server_started = server->started,
                                    .auto_config_path = server->places.auto_config_file,
                                    .shm = server->shm,
                                    .settings = server->settings,
                                    .os_user = server->os_user};
}

bool server_reload(struct server *server)
{
    log_write(LOG_LEVEL_LOG, "received reload request, reading the configuration again");
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    daemon_notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long) now.tv_sec * 1000000 + now.tv_nsec / 1000);
    struct settings *fresh = load_settings(server, CONFIGURATION_LOGGED);
    struct hba *hba = NULL;
    if (!fresh || !load_hba(server->settings, &hba)) {
        log_write(LOG_LEVEL_LOG, "the configuration contains errors; nothing was changed");
        if (fresh)
            settings_free(fresh);
        daemon_notify("READY=1");
        return false;
    }
    configuration_adopt(&server->settings, fresh, CONFIGURATION_LOGGED);
    hba_free(server->hba);
    server->hba = hba;
    read_limits(server);
    places_resolve_log(&server->places, server->settings, server->options.daemon || server->options.inetd);
    if (!log_output_configure(server->settings, server->places.log_file))
        log_errno(LOG_LEVEL_WARNING, "could not open the log file \"%s\"", server->places.log_file);
    server->orders++;
    /* Sessions take it up before their next command; spares were prepared with the old values and are replaced. */
    for (int i = 0; i < server->child_count; i++)
        if (server->children[i].kind == CHILD_WORKER) {
            server->children[i].retiring = true;
            kill(server->children[i].pid, SIGHUP);
        }
    spawn_signal(server, CHILD_CHECKPOINTER, SIGHUP);
    daemon_notify("READY=1");
    return true;
}

static bool open_signals(struct server *server)
{
    sigset_t watched, all;
    sigemptyset(&watched);
    int signals[] = {SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&watched, signals[i]);
    signal(SIGPIPE, SIG_IGN);
    /* Children begin with everything blocked and open up when their handlers are in place. */
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    sigprocmask(SIG_SETMASK, &all, NULL);
    server->signals = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
    server->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return server->signals >= 0 && server->wake >= 0 && pipe2(server->lifeline, O_CLOEXEC) == 0 &&
           pipe2(server->heirs, O_NONBLOCK | O_CLOEXEC) == 0;
}

static void name_user(struct server *server)
{
    struct passwd *entry = getpwuid(geteuid());
    server->os_user = xstrdup(entry ? entry->pw_name : "postgres");
}

bool server_open_registry(struct server *server)
{
    char error[256];
    char *path = path_join(server->places.run_dir, "registry");
    struct shm_config config = {.max_sessions = pool_processes_max(&server->limits) + HELPER_SLOTS,
                                .max_databases = MAX_DATABASES,
                                .max_sequences = MAX_SEQUENCES,
                                .max_locks = MAX_LOCKS,
                                .notify_bytes = NOTIFY_BYTES};
    server->shm = shm_create(path, &config, error, sizeof error);
    if (!server->shm)
        log_write(LOG_LEVEL_FATAL, "could not create the registry \"%s\": %s", path, error);
    free(path);
    return server->shm;
}

/* The settings, and the log as they want it. */
static bool configure(struct server *server)
{
    server->settings = load_settings(server, CONFIGURATION_LOGGED);
    if (!server->settings || !load_hba(server->settings, &server->hba)) {
        log_write(LOG_LEVEL_FATAL, "the configuration contains errors");
        return false;
    }
    read_limits(server);
    int reserved = (int) settings_int(server->settings, "superuser_reserved_connections");
    if (reserved >= server->limits.max_connections) {
        log_write(LOG_LEVEL_FATAL, "superuser_reserved_connections (%d) must be less than max_connections (%d)", reserved,
                  server->limits.max_connections);
        return false;
    }
    places_resolve_log(&server->places, server->settings, server->options.daemon || server->options.inetd);
    if (log_output_configure(server->settings, server->places.log_file))
        return true;
    log_errno(LOG_LEVEL_FATAL, "could not open the log file \"%s\"", server->places.log_file);
    return false;
}

static void write_external_pid(const struct server *server)
{
    const char *path = settings_string(server->settings, "external_pid_file");
    if (!path || !*path)
        return;
    FILE *file = fopen(path, "we");
    if (file)
        fprintf(file, "%d\n", (int) getpid());
    if (!file || fclose(file) != 0)
        log_errno(LOG_LEVEL_WARNING, "could not write external PID file \"%s\"", path);
}

static bool start(struct server *server)
{
    server->pidfile = daemon_lock(server->places.run_dir);
    if (!server->pidfile || !daemon_clean(server->places.run_dir))
        return false;
    pidfile_write(server->pidfile);
    write_external_pid(server);
    /* The control socket first: when clients can connect, pgquillctl can too. */
    server->control = control_open(server->places.run_dir);
    if (!server->control || !server_open_registry(server) ||
        !listen_open(&server->listeners, server->settings, server->places.run_dir))
        return false;
    if (!open_signals(server)) {
        log_errno(LOG_LEVEL_FATAL, "could not set up signals");
        return false;
    }
    if (!spawn_warm(server))
        return false;
    log_write(LOG_LEVEL_LOG, "starting pgquilld %s, database \"%s\"", PGQUILL_VERSION, server->places.file);
    setproctitle("%s", server->places.file);
    return true;
}

static void finish(struct server *server)
{
    listen_close(&server->listeners);
    if (server->shm) {
        shm_detach(server->shm);
        char *registry = path_join(server->places.run_dir, "registry");
        unlink(registry);
        free(registry);
    }
    if (server->pidfile) {
        const char *external = server->settings ? settings_string(server->settings, "external_pid_file") : NULL;
        if (external && *external)
            unlink(external);
        pidfile_remove(server->pidfile);
    }
    places_deinit(&server->places);
    struct control *control = server->control;
    if (server->settings)
        settings_free(server->settings);
    hba_free(server->hba);
    free(server->os_user);
    free(server->children);
    options_deinit(&server->options);
    /* Last: who waits for the end learns of it by this. */
    control_close(control);
}

int server_run(struct options *options)
{
    struct server server = {.options = *options, .signals = -1, .wake = -1, .lifeline = {-1, -1}, .heirs = {-1, -1}};
    struct timespec now;
    int status = 1;
    clock_gettime(CLOCK_REALTIME, &now);
    server.started = (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
    name_user(&server);
    if (places_resolve(&server.places, &server.options)) {
        if (server.options.inetd) {
            inetd_protect_client();
            if (configure(&server))
                status = inetd_run(&server);
        } else if (server.options.daemon && !daemon_detach()) {
            log_errno(LOG_LEVEL_FATAL, "could not detach");
        } else {
            log_output_set_copy(daemon_terminal());
            if (configure(&server) && start(&server)) {
                status = loop_run(&server);
                log_write(LOG_LEVEL_LOG, "database system is shut down");
            }
        }
    }
    finish(&server);
    return status;
}
