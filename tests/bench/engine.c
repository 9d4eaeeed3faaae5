/* engine FILE WORK [ARGUMENTS]: the same work as the bench gives to servers, done by SQLite in the process itself: the lower bound for the engine.
 *
 *   engine FILE init SCALE                     make pgbench's tables, 100,000 accounts for each of SCALE
 *   engine FILE select SECONDS PROCESSES       point selects, prepared each time
 *   engine FILE prepared SECONDS PROCESSES     point selects, prepared once
 *   engine FILE tpcb|update SECONDS PROCESSES  durable transactions: writers queue on a lock, then share the syncs of the log
 *   engine FILE scan|copy                      all accounts, as DataRow or COPY messages, into a socket that a child empties
 *   engine FILE load TEXTFILE                  lines of COPY's text format into a new table, in one transaction
 *
 * Prints one number: work done in a second (transactions, or whole runs). */
#include <sqlite3.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES_MAX = 64, ACCOUNTS = 100000, OUT_FLUSH = 1 << 16 };

struct shared {
    pthread_mutex_t writing, syncing;
    atomic_long written, synced; /* commits in the log, and of those the ones known to be on disk */
    atomic_int waiting;          /* processes that have not begun */
    atomic_bool go;
    long done[PROCESSES_MAX];
};

static struct shared *shared;
static sqlite3 *db;
static int log_fd = -1;
static long scale;
static uint64_t seed;

static void fail(const char *what)
{
    fprintf(stderr, "engine: %s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static int random_below(long limit)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (int) (seed % (uint64_t) limit);
}

static void run(const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail(sql);
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail(sql);
    return stmt;
}

/* Step to the end with these integers bound. */
static void execute(sqlite3_stmt *stmt, const int *values, int count)
{
    int code;
    for (int i = 0; i < count; i++)
        sqlite3_bind_int(stmt, i + 1, values[i]);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
        (void) sqlite3_column_int(stmt, 0);
    if (code != SQLITE_DONE)
        fail(sqlite3_sql(stmt));
    sqlite3_reset(stmt);
}

static void open_file(const char *path)
{
    char name[4200];
    if (sqlite3_open(path, &db) != SQLITE_OK)
        fail(path);
    sqlite3_busy_timeout(db, 10000);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -8192");
    sqlite3_stmt *stmt = prepare("SELECT count(*) FROM sqlite_schema");
    execute(stmt, NULL, 0);
    sqlite3_finalize(stmt);
    snprintf(name, sizeof name, "%s-wal", path);
    log_fd = open(name, O_RDWR);
}

static void initialise(long wanted)
{
    char sql[512];
    run("BEGIN; CREATE TABLE pgbench_branches (bid INTEGER PRIMARY KEY, bbalance INTEGER, filler TEXT);"
        "CREATE TABLE pgbench_tellers (tid INTEGER PRIMARY KEY, bid INTEGER, tbalance INTEGER, filler TEXT);"
        "CREATE TABLE pgbench_accounts (aid INTEGER PRIMARY KEY, bid INTEGER, abalance INTEGER, filler TEXT);"
        "CREATE TABLE pgbench_history (tid INTEGER, bid INTEGER, aid INTEGER, delta INTEGER, mtime TEXT, filler TEXT)");
    static const char series[] = "WITH RECURSIVE s (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM s WHERE i < %ld) %s";
    snprintf(sql, sizeof sql, series, wanted, "INSERT INTO pgbench_branches SELECT i, 0, NULL FROM s");
    run(sql);
    snprintf(sql, sizeof sql, series, wanted * 10, "INSERT INTO pgbench_tellers SELECT i, (i - 1) / 10 + 1, 0, NULL FROM s");
    run(sql);
    snprintf(sql, sizeof sql, series, wanted * ACCOUNTS,
             "INSERT INTO pgbench_accounts SELECT i, (i - 1) / 100000 + 1, 0, printf('%84s', '') FROM s");
    run(sql);
    run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
}

/* One sync serves all who committed before it began. */
static void make_durable(long ticket)
{
    if (atomic_load(&shared->synced) >= ticket)
        return;
    pthread_mutex_lock(&shared->syncing);
    if (atomic_load(&shared->synced) < ticket) {
        long covered = atomic_load(&shared->written);
        if (fdatasync(log_fd) < 0)
            fail("fdatasync");
        atomic_store(&shared->synced, covered);
    }
    pthread_mutex_unlock(&shared->syncing);
}

static void do_select(bool once)
{
    static sqlite3_stmt *stmt;
    if (!stmt)
        stmt = prepare("SELECT abalance FROM pgbench_accounts WHERE aid = ?1");
    execute(stmt, (int[]){random_below(scale * ACCOUNTS) + 1}, 1);
    if (!once) {
        sqlite3_finalize(stmt);
        stmt = NULL;
    }
}

static void do_write(bool whole)
{
    static sqlite3_stmt *begin, *account, *balance, *teller, *branch, *history, *commit;
    if (!begin) {
        begin = prepare("BEGIN IMMEDIATE");
        account = prepare("UPDATE pgbench_accounts SET abalance = abalance + ?1 WHERE aid = ?2");
        balance = prepare("SELECT abalance FROM pgbench_accounts WHERE aid = ?1");
        teller = prepare("UPDATE pgbench_tellers SET tbalance = tbalance + ?1 WHERE tid = ?2");
        branch = prepare("UPDATE pgbench_branches SET bbalance = bbalance + ?1 WHERE bid = ?2");
        history = prepare("INSERT INTO pgbench_history VALUES (?1, ?2, ?3, ?4, '2026-01-01 00:00:00', NULL)");
        commit = prepare("COMMIT");
    }
    int aid = random_below(scale * ACCOUNTS) + 1, bid = random_below(scale) + 1, tid = random_below(scale * 10) + 1;
    int delta = random_below(10000) - 5000;
    pthread_mutex_lock(&shared->writing);
    execute(begin, NULL, 0);
    execute(account, (int[]){delta, aid}, 2);
    execute(balance, (int[]){aid}, 1);
    if (whole) {
        execute(teller, (int[]){delta, tid}, 2);
        execute(branch, (int[]){delta, bid}, 2);
    }
    execute(history, (int[]){tid, bid, aid, delta}, 4);
    execute(commit, NULL, 0);
    long ticket = atomic_fetch_add(&shared->written, 1) + 1;
    pthread_mutex_unlock(&shared->writing);
    make_durable(ticket);
}

static long work_until(const char *work, double end)
{
    long count = 0;
    for (; seconds() < end; count++) {
        if (!strcmp(work, "select") || !strcmp(work, "prepared"))
            do_select(work[0] == 'p');
        else
            do_write(work[0] == 't');
    }
    return count;
}

static void share(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex, &attributes);
}

static double work_together(const char *path, const char *work, double duration, int processes)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    share(&shared->writing);
    share(&shared->syncing);
    shared->waiting = processes;
    for (int i = 0; i < processes; i++) {
        if (fork() != 0)
            continue;
        open_file(path);
        seed = 88172645463325252u + (uint64_t) i * 7919;
        sqlite3_stmt *stmt = prepare("SELECT count(*) FROM pgbench_branches");
        if (sqlite3_step(stmt) == SQLITE_ROW)
            scale = sqlite3_column_int(stmt, 0);
        sqlite3_finalize(stmt);
        atomic_fetch_sub(&shared->waiting, 1);
        while (!shared->go)
            usleep(1000);
        shared->done[i] = work_until(work, seconds() + duration);
        _exit(0);
    }
    while (shared->waiting)
        usleep(1000);
    shared->go = true;
    long total = 0;
    for (int status; wait(&status) > 0;)
        if (status)
            exit(1);
    for (int i = 0; i < processes; i++)
        total += shared->done[i];
    return (double) total / duration;
}

/* Room for one row more. */
static size_t flush_to(int fd, char *out, size_t size, size_t limit)
{
    for (size_t sent = 0; size > limit;) {
        ssize_t now = write(fd, out + sent, size - sent);
        if (now < 0)
            fail("write");
        sent += (size_t) now;
        if (sent == size)
            return 0;
    }
    return size;
}

static double scan(bool as_copy)
{
    static char out[2 * OUT_FLUSH];
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        fail("socketpair");
    if (fork() == 0) {
        close(pair[0]);
        while (read(pair[1], out, sizeof out) > 0)
            ;
        _exit(0);
    }
    close(pair[1]);
    double start = seconds();
    sqlite3_stmt *stmt = prepare("SELECT aid, bid, abalance, filler FROM pgbench_accounts");
    int code;
    size_t size = 0;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        size_t head = size;
        size += as_copy ? 5 : 7;
        for (int i = 0; i < 4; i++) {
            const char *text = (const char *) sqlite3_column_text(stmt, i);
            uint32_t length = (uint32_t) sqlite3_column_bytes(stmt, i), wire = htonl(length);
            memcpy(out + size, &wire, as_copy ? 0 : 4);
            size += as_copy ? 0 : 4;
            memcpy(out + size, text, length);
            size += length;
            if (as_copy)
                out[size++] = i < 3 ? '\t' : '\n';
        }
        uint32_t wire = htonl((uint32_t) (size - head - 1));
        out[head] = as_copy ? 'd' : 'D';
        memcpy(out + head + 1, &wire, 4);
        if (!as_copy)
            memcpy(out + head + 5, "\0\4", 2);
        size = flush_to(pair[0], out, size, OUT_FLUSH);
    }
    if (code != SQLITE_DONE)
        fail("scan");
    flush_to(pair[0], out, size, 0);
    close(pair[0]);
    wait(NULL);
    return 1 / (seconds() - start);
}

static double load(const char *path)
{
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        fail(path);
    run("DROP TABLE IF EXISTS loaded; CREATE TABLE loaded (aid INTEGER PRIMARY KEY, bid INTEGER, abalance INTEGER, filler TEXT)");
    double start = seconds();
    run("BEGIN IMMEDIATE");
    sqlite3_stmt *stmt = prepare("INSERT INTO loaded VALUES (?1, ?2, ?3, ?4)");
    for (ssize_t size; (size = getline(&line, &room, file)) > 0;) {
        char *at = line;
        for (int i = 1; i < 4; i++) {
            sqlite3_bind_int(stmt, i, (int) strtol(at, &at, 10));
            at++;
        }
        sqlite3_bind_text(stmt, 4, at, (int) (line + size - 1 - at), SQLITE_STATIC);
        if (sqlite3_step(stmt) != SQLITE_DONE)
            fail("load");
        sqlite3_reset(stmt);
    }
    run("COMMIT");
    if (fdatasync(log_fd) < 0)
        fail("fdatasync");
    fclose(file);
    free(line);
    return 1 / (seconds() - start);
}

int main(int argc, char **argv)
{
    const char *work = argc > 2 ? argv[2] : "";
    bool is_shared = !strcmp(work, "select") || !strcmp(work, "prepared") || !strcmp(work, "tpcb") || !strcmp(work, "update");
    if (is_shared && argc == 5 && atoi(argv[4]) > 0 && atoi(argv[4]) <= PROCESSES_MAX) {
        printf("%.3f\n", work_together(argv[1], work, atof(argv[3]), atoi(argv[4])));
        return 0;
    }
    if ((strcmp(work, "scan") && strcmp(work, "copy") && strcmp(work, "init") && strcmp(work, "load")) ||
        argc != (work[0] == 's' || work[0] == 'c' ? 3 : 4)) {
        fprintf(
            stderr,
            "usage: engine FILE init SCALE | select, prepared, tpcb or update SECONDS PROCESSES | scan | copy | load TEXTFILE\n");
        return 2;
    }
    open_file(argv[1]);
    if (!strcmp(work, "init"))
        initialise(atol(argv[3]));
    else
        printf("%.3f\n", !strcmp(work, "load") ? load(argv[3]) : scan(!strcmp(work, "copy")));
    sqlite3_close(db);
    return 0;
}
