#include "ctl/client.h"
#include "ctl/sessions.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { REDRAW_MS = 1000, LIST_MAX = 4096 };

static volatile sig_atomic_t stopped;

static void on_signal(int signal)
{
    (void) signal;
    stopped = 1;
}

/* Its coming ends the wait, and the screen is measured again. */
static void on_resize(int signal)
{
    (void) signal;
}

/* What the rates are computed from. */
struct sample {
    int64_t at; /* ms */
    int64_t queries, commits, rollbacks, syncs, hits, misses;
};

struct view {
    bool screen; /* else lines, once */
    int rows, columns;
};

static struct sample take_sample(const struct shm *shm)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (struct sample){.at = (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000,
                           .queries = shm_counter(shm, SHM_QUERIES),
                           .commits = shm_counter(shm, SHM_TRANSACTIONS_COMMITTED),
                           .rollbacks = shm_counter(shm, SHM_TRANSACTIONS_ROLLED_BACK),
                           .syncs = shm_counter(shm, SHM_WAL_SYNCS),
                           .hits = shm_counter(shm, SHM_PLAN_HITS),
                           .misses = shm_counter(shm, SHM_PLAN_MISSES)};
}

static double rate(int64_t now, int64_t before, const struct sample *a, const struct sample *b)
{
    int64_t ms = b->at - a->at;
    return ms > 0 ? (double) (now - before) * 1000.0 / (double) ms : 0;
}

/* Working sessions first, those that have been in their state longest above. */
static int compare(const void *left, const void *right)
{
    const struct slot_info *a = left, *b = right;
    int weight_a = a->state == SLOT_IDLE, weight_b = b->state == SLOT_IDLE;
    if (weight_a != weight_b)
        return weight_a - weight_b;
    return a->state_change < b->state_change ? -1 : a->state_change > b->state_change;
}

/* One line; on a screen what stood there before goes. */
static void __attribute__((format(printf, 2, 3))) put_line(const struct view *view, const char *format, ...)
{
    char line[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (view->screen)
        printf("%.*s\033[K\n", view->columns, line);
    else
        puts(line);
}

static int collect(const struct shm *shm, struct slot_info *list)
{
    int count = 0;
    for (int i = 0; i < registry_size(shm) && count < LIST_MAX; i++)
        if (slot_read(slot_at((struct shm *) shm, i), &list[count]) && sessions_is_client(&list[count]))
            count++;
    qsort(list, (size_t) count, sizeof *list, compare);
    return count;
}

static void put_session(const struct view *view, const struct slot_info *info, int64_t now_us)
{
    char query[SLOT_QUERY_MAX];
    const char *type, *event;
    snprintf(query, sizeof query, "%s", info->query);
    for (char *p = query; *p; p++)
        if ((unsigned char) *p < 0x20)
            *p = ' ';
    sessions_wait_names(info->wait, &type, &event);
    put_line(view, "%8d %-12.12s %-12.12s %-15.15s %-19.19s %-13.13s %8.1f %s", (int) info->pid, info->database, info->user,
             info->client_address[0] ? info->client_address : "[local]", sessions_state_name(info->state), event,
             (double) (now_us - info->state_change) / 1e6, query);
}

static void draw(const struct shm *shm, const struct view *view, const struct sample *before, const struct sample *now)
{
    static struct slot_info list[LIST_MAX];
    struct timespec clock;
    char time_text[16];
    clock_gettime(CLOCK_REALTIME, &clock);
    strftime(time_text, sizeof time_text, "%H:%M:%S", localtime(&clock.tv_sec));
    int count = collect(shm, list), room = view->screen ? view->rows - 6 : count;
    if (view->screen)
        fputs("\033[H", stdout);
    put_line(view, "%s   sessions %d   active %d   in transaction %d   spares %d   locks recovered %" PRIu64, time_text, count,
             registry_count(shm, SLOT_ACTIVE),
             registry_count(shm, SLOT_IDLE_IN_TRANSACTION) + registry_count(shm, SLOT_IDLE_IN_FAILED_TRANSACTION),
             registry_count(shm, SLOT_SPARE), shm_recoveries(shm));
    put_line(view, "per second: queries %.0f   commits %.0f   rollbacks %.0f   disk syncs %.0f   plans found %.0f, made %.0f",
             rate(now->queries, before->queries, before, now), rate(now->commits, before->commits, before, now),
             rate(now->rollbacks, before->rollbacks, before, now), rate(now->syncs, before->syncs, before, now),
             rate(now->hits, before->hits, before, now), rate(now->misses, before->misses, before, now));
    put_line(view, "%s", "");
    if (view->screen)
        fputs("\033[7m", stdout);
    put_line(view, "%8s %-12s %-12s %-15s %-19s %-13s %8s %s", "PID", "DATABASE", "USER", "CLIENT", "STATE", "WAIT", "SECONDS",
             "QUERY");
    if (view->screen)
        fputs("\033[m", stdout);
    int shown = count < room ? count : room;
    for (int i = 0; i < shown; i++)
        put_session(view, &list[i], (int64_t) clock.tv_sec * 1000000 + clock.tv_nsec / 1000);
    if (view->screen && shown < count)
        put_line(view, "and %d more", count - shown);
    if (view->screen)
        printf("\033[J\033[%d;1Hq quits", view->rows);
    fflush(stdout);
}

static struct view look_at_screen(bool screen)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    if (screen)
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    return (struct view){
        .screen = screen, .rows = size.ws_row > 8 ? size.ws_row : 8, .columns = size.ws_col > 20 ? size.ws_col : 20};
}

/* The same for a script: one object. */
static void print_json(const struct shm *shm, const struct sample *before, const struct sample *now)
{
    int in_transaction = registry_count(shm, SLOT_IDLE_IN_TRANSACTION) + registry_count(shm, SLOT_IDLE_IN_FAILED_TRANSACTION);
    printf("{\"active\":%d,\"idle\":%d,\"idle_in_transaction\":%d,\"spare_workers\":%d,\"locks_recovered\":%" PRIu64,
           registry_count(shm, SLOT_ACTIVE), registry_count(shm, SLOT_IDLE), in_transaction, registry_count(shm, SLOT_SPARE),
           shm_recoveries(shm));
    printf(
        ",\"per_second\":{\"queries\":%.1f,\"transactions_committed\":%.1f,\"transactions_rolled_back\":%.1f,\"wal_syncs\":%.1f,"
        "\"plan_hits\":%.1f,\"plan_misses\":%.1f},\"sessions\":",
        rate(now->queries, before->queries, before, now), rate(now->commits, before->commits, before, now),
        rate(now->rollbacks, before->rollbacks, before, now), rate(now->syncs, before->syncs, before, now),
        rate(now->hits, before->hits, before, now), rate(now->misses, before->misses, before, now));
    sessions_print_json(shm);
    puts("}");
}

/* Not on a screen: what is measured over one turn. */
static int print_once(const struct shm *shm, bool json)
{
    struct view view = look_at_screen(false);
    struct sample before = take_sample(shm);
    poll(NULL, 0, REDRAW_MS);
    struct sample now = take_sample(shm);
    if (json)
        print_json(shm, &before, &now);
    else
        draw(shm, &view, &before, &now);
    return 0;
}

/* Wait for the next drawing: a second, a key, or a window of another size. False: q, or the end of the input. */
static bool wait_for_turn(void)
{
    enum { ESCAPE = 27 };
    struct pollfd entry = {.fd = STDIN_FILENO, .events = POLLIN};
    char key;
    if (poll(&entry, 1, REDRAW_MS) <= 0)
        return true;
    return read(STDIN_FILENO, &key, 1) == 1 && key != 'q' && key != 'Q' && key != ESCAPE;
}

int sessions_top(const char *run_dir, bool json)
{
    struct shm *shm = sessions_attach(run_dir);
    if (!shm)
        return 1;
    if (json || !isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)) {
        int status = print_once(shm, json);
        shm_detach(shm);
        return status;
    }
    struct sample before = take_sample(shm), now = before;
    struct termios saved, raw;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = on_resize;
    sigaction(SIGWINCH, &action, NULL);
    tcgetattr(STDIN_FILENO, &saved);
    raw = saved;
    raw.c_lflag &= ~(tcflag_t) (ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    fputs("\033[?1049h\033[?25l", stdout);
    bool goes_on = true;
    while (goes_on && !stopped) {
        struct view view = look_at_screen(true);
        draw(shm, &view, &before, &now);
        before = now;
        goes_on = wait_for_turn();
        now = take_sample(shm);
    }
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &saved);
    shm_detach(shm);
    return 0;
}
