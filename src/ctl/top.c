#include "ctl/client.h"
#include "ctl/sessions.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
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

/* What the rates are computed from. */
struct sample {
    int64_t at; /* ms */
    int64_t queries, commits, rollbacks, syncs;
};

static struct sample take_sample(const struct shm *shm)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (struct sample){.at = (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000,
                           .queries = shm_counter(shm, SHM_QUERIES),
                           .commits = shm_counter(shm, SHM_TRANSACTIONS_COMMITTED),
                           .rollbacks = shm_counter(shm, SHM_TRANSACTIONS_ROLLED_BACK),
                           .syncs = shm_counter(shm, SHM_WAL_SYNCS)};
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

static void draw(const struct shm *shm, const struct sample *before, const struct sample *now, bool screen)
{
    static struct slot_info list[LIST_MAX];
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    struct timespec clock;
    int count = 0;
    if (screen)
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    clock_gettime(CLOCK_REALTIME, &clock);
    int64_t us = (int64_t) clock.tv_sec * 1000000 + clock.tv_nsec / 1000;
    for (int i = 0; i < registry_size(shm) && count < LIST_MAX; i++)
        if (slot_read(slot_at((struct shm *) shm, i), &list[count]) && sessions_is_client(&list[count]))
            count++;
    qsort(list, (size_t) count, sizeof *list, compare);

    if (screen)
        fputs("\033[H\033[J", stdout);
    printf("sessions %d   active %d   in transaction %d   spares %d\n", count, registry_count(shm, SLOT_ACTIVE),
           registry_count(shm, SLOT_IDLE_IN_TRANSACTION) + registry_count(shm, SLOT_IDLE_IN_FAILED_TRANSACTION),
           registry_count(shm, SLOT_SPARE));
    printf("per second: queries %.0f   commits %.0f   rollbacks %.0f   disk syncs %.0f   locks recovered in all %" PRIu64 "\n\n",
           rate(now->queries, before->queries, before, now), rate(now->commits, before->commits, before, now),
           rate(now->rollbacks, before->rollbacks, before, now), rate(now->syncs, before->syncs, before, now),
           shm_recoveries(shm));
    printf("%8s %-12.12s %-12.12s %-20.20s %8s %s\n", "PID", "DATABASE", "USER", "STATE", "SECONDS", "QUERY");
    int width = size.ws_col > 66 ? size.ws_col - 66 : 14;
    for (int i = 0; i < count && (!screen || i < size.ws_row - 5); i++) {
        for (char *p = list[i].query; *p; p++)
            if ((unsigned char) *p < 0x20)
                *p = ' ';
        printf("%8d %-12.12s %-12.12s %-20.20s %8.1f %.*s\n", (int) list[i].pid, list[i].database, list[i].user,
               sessions_state_name(list[i].state), (double) (us - list[i].state_change) / 1e6, screen ? width : 200,
               list[i].query);
    }
    fflush(stdout);
}

/* true: a key was pressed, or the end of the input reached. */
static bool wait_for_key(void)
{
    struct pollfd entry = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&entry, 1, REDRAW_MS) > 0;
}

int sessions_top(const char *run_dir, bool once)
{
    struct shm *shm = sessions_attach(run_dir);
    if (!shm)
        return 1;
    struct sample before = take_sample(shm), now = before;
    bool screen = !once && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);
    struct termios saved, raw;
    if (!screen) {
        draw(shm, &before, &now, false);
        shm_detach(shm);
        return 0;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    tcgetattr(STDIN_FILENO, &saved);
    raw = saved;
    raw.c_lflag &= ~(tcflag_t) (ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    fputs("\033[?1049h\033[?25l", stdout);
    do {
        draw(shm, &before, &now, true);
        before = now;
        bool key = wait_for_key();
        now = take_sample(shm);
        if (key)
            break;
    } while (!stopped);
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &saved);
    shm_detach(shm);
    return 0;
}
