#include "session/session.h"
#include "session/advisory.h"
#include "session/keepalive.h"
#include "session/notify.h"

#include "func/regex_engine.h"
#include "session/state.h"
#include "shm/gate.h"
#include "util/log.h"
#include "util/memory.h"
#include "wire/hba.h"

#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The life of a session: prepared without a client, then startup, the loop over messages, and the end. */

enum { EPOCH_SECONDS = 946684800 };

int64_t session_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return ((int64_t) now.tv_sec - EPOCH_SECONDS) * 1000000 + now.tv_nsec / 1000;
}

static void stop_engine(void *self)
{
    struct session *session = self;
    if (session->engine)
        engine_interrupt(session->engine);
}

void session_interrupt(struct session *session, int what)
{
    interrupts_raise(&session->interrupts, what == INTERRUPT_TERMINATE ? INTERRUPT_BIT_TERMINATE : INTERRUPT_BIT_CANCEL);
}

void session_note_orphaned(struct session *session)
{
    session->interrupts.is_orphaned = 1;
}

void session_note_excess(void *self, size_t request)
{
    struct session *session = self;
    struct interrupts *interrupts = &session->interrupts;
    if (interrupts->phase != PHASE_STATEMENT || (interrupts->pending & INTERRUPT_BIT_MEMORY))
        return;
    interrupts->excess = request;
    interrupts_raise(interrupts, INTERRUPT_BIT_MEMORY);
}

void session_note_reload(struct session *session)
{
    session->reload_due = 1;
}

void session_note_notification(struct session *session)
{
    session->bell.rung = 1;
}

static void note_stall(void *self, bool is_stalled)
{
    struct session *session = self;
    slot_set_wait(session->options.slot, is_stalled ? WAIT_CLIENT_WRITE : WAIT_NONE);
}

static void answer_bell(void *self)
{
    notify_deliver(self);
}

/* Take up the configuration as it is now. Mistakes in it were the master's to tell of; the values that are there stay. */
static void reload(struct session *session)
{
    struct settings *settings = NULL;
    struct hba *hba = NULL;
    session->reload_due = 0;
    if (!session->options.reload || !session->options.reload(session->options.reload_self, &settings, &hba))
        return;
    settings_adopt(session->settings, settings);
    settings_free(settings);
    hba_free(session->fresh_hba);
    session->fresh_hba = hba;
    session->options.hba = hba;
}

static void close_statements(struct session *session)
{
    prepared_drop_all(session);
    sequences_close(session);
    if (session->compiler)
        compiler_free(session->compiler);
    session->compiler = NULL;
}

void session_close(struct session *session)
{
    close_statements(session);
    if (session->catalog)
        catalog_free(session->catalog);
    if (session->engine)
        engine_close(session->engine);
    free(session->database_path);
    session->catalog = session->env.catalog = NULL;
    session->env.resolver = NULL;
    session->engine = NULL;
    session->gate = NULL;
    session->database_path = NULL;
}

static int64_t databases_moved(const struct session *session)
{
    return session->options.shm ? shm_counter(session->options.shm, SHM_DATABASES_MOVED) : 0;
}

static bool is_home(const struct session *session)
{
    return session->database_path && !strcmp(session->database_path, session->options.default_path);
}

/* A file that had another name for a while has lost the log that this handle has open. The default database keeps its name. */
static bool has_named_file(const struct session *session)
{
    return engine_has_named_file(session->engine) && (is_home(session) || session->moved_seen == databases_moved(session));
}

/* A handle and a catalog are there: what else a session needs about them. */
static bool take_up_file(struct session *session, bool has_catalog, struct diag *diag)
{
    session->env.catalog = session->catalog;
    session->env.resolver = catalog_type_resolver(session->catalog);
    session->gate = engine_gate(session->engine);
    if (!has_catalog && !session_reload_catalog(session, diag))
        return false;
    session->compiler = compiler_new(session->engine, session->catalog, &session->env);
    return true;
}

bool session_open(struct session *session, const char *path, bool create, struct diag *diag)
{
    struct engine_options options = {
        .path = path,
        .create = create,
        .ephemeral = session->options.ephemeral,
        .shm = session->options.shm,
        .slot = session->options.slot,
        .env = &session->env,
    };
    session->moved_seen = databases_moved(session);
    session->engine = engine_open(&options, diag);
    if (!session->engine)
        return false;
    session->database_path = xstrdup(path);
    session->catalog = catalog_new();
    catalog_set_regex_checker(session->catalog, regex_path_check);
    return take_up_file(session, false, diag);
}

bool session_has_open(const struct session *session, const char *path)
{
    return session->database_path && !strcmp(session->database_path, path) && (is_home(session) || has_named_file(session));
}

static bool open_home(struct session *session, struct diag *diag)
{
    session_close(session);
    return session_open(session, session->options.default_path, true, diag);
}

/* A former session's file goes on being open. Its catalog is as old as that session's, and is looked at like that. */
static bool open_first(struct session *session, struct diag *diag)
{
    if (session->engine)
        engine_wake(session->engine, session->options.slot);
    if (session->engine && has_named_file(session))
        return take_up_file(session, true, diag);
    return open_home(session, diag);
}

bool session_go_home(struct session *session, struct diag *diag)
{
    if (is_home(session))
        return true;
    if (!open_home(session, diag))
        return false;
    session_apply_settings(session);
    return true;
}

struct session *session_prepare(const struct session_options *options, struct diag *diag)
{
    struct session *session = options->former ? options->former : xcalloc(1, sizeof *session);
    session->options = *options;
    session->options.former = NULL;
    arena_init(&session->session_arena);
    arena_init(&session->statement_arena);
    arena_init(&session->row_arena);
    buf_init(&session->scratch);
    session->settings = settings_copy(options->settings);
    interrupts_init(&session->interrupts, stop_engine, session);
    wire_init(&session->wire, -1, &session->interrupts.pending, INTERRUPT_ENDING);
    session_fill_env(session);
    session_bind_settings(session);
    session->env.statement_timestamp = session_now();
    if (!open_first(session, diag)) {
        session_free(session);
        return NULL;
    }
    session_apply_settings(session);
    return session;
}

bool session_warm(const struct session_options *options, struct diag *diag)
{
    static const char usual[] =
        "SELECT a.n + 1, upper(b.t) FROM (VALUES (1)) AS a(n) JOIN (VALUES (1, 'x')) AS b(n, t) ON a.n = b.n "
        "WHERE a.n > 0 GROUP BY 1, 2 ORDER BY 1";
    struct session_options alone = *options;
    alone.default_path = ":memory:";
    alone.shm = NULL;
    struct session *session = session_prepare(&alone, diag);
    if (!session)
        return false;
    /* Nobody reads the answer. */
    simple_query(session, &(struct wire_message){.type = 'Q', .data = usual, .len = sizeof usual});
    session_free(session);
    return true;
}

static void free_parts(struct session *session)
{
    interrupts_deinit(&session->interrupts);
    memory_set_limit(0, NULL, NULL);
    if (session->engine)
        txn_drop(session);
    session_close(session);
    wire_deinit(&session->wire);
    if (session->spare_portal) {
        arena_deinit(&session->spare_portal->arena);
        free(session->spare_portal);
    }
    settings_free(session->settings);
    hba_free(session->fresh_hba);
    arena_deinit(&session->session_arena);
    arena_deinit(&session->statement_arena);
    arena_deinit(&session->row_arena);
    buf_deinit(&session->scratch);
    free(session->user);
    free(session->session_user);
    free(session->database);
}

void session_free(struct session *session)
{
    if (!session)
        return;
    free_parts(session);
    free(session);
}

struct session *session_empty(struct session *session)
{
    if (session->engine)
        txn_drop(session);
    close_statements(session);
    if (!session->engine || session->catalog_dirty || !engine_rest(session->engine)) {
        session_free(session);
        return NULL;
    }
    struct session rest = {.engine = session->engine,
                           .catalog = session->catalog,
                           .catalog_seen = session->catalog_seen,
                           .database_path = session->database_path,
                           .moved_seen = session->moved_seen};
    session->engine = NULL;
    session->catalog = NULL;
    session->database_path = NULL;
    free_parts(session);
    catalog_set_database(rest.catalog, NULL);
    *session = rest;
    return session;
}

bool session_reload_catalog(struct session *session, struct diag *diag)
{
    struct catalog_source source;
    uint64_t generation = session->gate ? gate_catalog_generation(session->gate) : 0;
    /* One moment's schema, and one transaction's cost. */
    bool is_own = engine_txn_state(session->engine) == ENGINE_TXN_NONE && engine_begin_snapshot(session->engine, diag);
    if (!is_own && diag_is_set(diag))
        return false;
    engine_catalog_source(session->engine, &source);
    bool good = catalog_load(session->catalog, &source, diag);
    if (is_own && !engine_commit(session->engine, ENGINE_ASYNC, good ? diag : &(struct diag){0}))
        return false;
    if (!good)
        return false;
    session->catalog_seen = generation;
    session->catalog_dirty = false;
    return true;
}

bool session_refresh_catalog(struct session *session, struct diag *diag)
{
    if (!session->catalog_dirty && (!session->gate || gate_catalog_generation(session->gate) == session->catalog_seen))
        return true;
    /* Nothing can be read in a transaction that the engine has ended. */
    if (session->txn.state == TXN_FAILED)
        return true;
    return session_reload_catalog(session, diag);
}

bool session_recheck_catalog(struct session *session, bool *changed, struct diag *diag)
{
    *changed = true;
    return session_reload_catalog(session, diag);
}

static enum log_level log_level_of(const char *severity)
{
    return !strcmp(severity, "FATAL") ? LOG_LEVEL_FATAL : !strcmp(severity, "PANIC") ? LOG_LEVEL_PANIC : LOG_LEVEL_ERROR;
}

/* Severities in the order of client_min_messages. */
static int severity_rank(const char *severity)
{
    static const char *const ranks[] = {"debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"};
    for (int i = 0; i < (int) (sizeof ranks / sizeof *ranks); i++)
        if (!strcasecmp(ranks[i], severity))
            return i;
    return !strcasecmp(severity, "info") ? 100 : 6;
}

void session_notice(struct session *session, struct diag *notice)
{
    const char *severity = notice->severity ? notice->severity : "NOTICE";
    if (session->is_connected &&
        severity_rank(severity) >= severity_rank(settings_string(session->settings, "client_min_messages")))
        wire_put_diag(&session->wire, notice, true);
    diag_clear(notice);
}

void session_warn(struct session *session, const char *sqlstate, const char *format, ...)
{
    struct diag notice = {0};
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    diag_set(&notice, sqlstate, "%s", message);
    notice.severity = "WARNING";
    session_notice(session, &notice);
}

static void log_error(struct session *session, const struct diag *diag, const char *severity)
{
    enum log_level level = log_level_of(severity);
    if (!log_wants(level))
        return;
    struct log_report report = {.message = diag->message ? diag->message : "",
                                .sqlstate = diag->sqlstate,
                                .detail = diag->detail,
                                .hint = diag->hint,
                                .context = diag->context};
    if (session->query &&
        severity_rank(settings_string(session->settings, "log_min_error_statement")) <= severity_rank("error")) {
        report.statement = session->query;
        report.statement_len = session->query_len;
    }
    log_report(level, &report);
}

void session_report(struct session *session, struct diag *diag)
{
    struct diag interrupt = {0};
    /* What failed because of an interrupt is told as that. */
    bool is_stopped = (session->interrupts.pending & INTERRUPT_ENDING) || !strcmp(diag->sqlstate, ERRCODE_QUERY_CANCELED);
    if (is_stopped && session->interrupts.pending && !interrupts_check(&session->interrupts, &interrupt))
        diag_move(diag, &interrupt);
    if (!diag_is_set(diag))
        diag_set(diag, ERRCODE_INTERNAL_ERROR, "statement failed without a report");
    const char *severity = diag->severity ? diag->severity : "ERROR";
    if (settings_bool(session->settings, "exit_on_error") && !strcmp(severity, "ERROR"))
        diag->severity = severity = "FATAL";
    log_error(session, diag, severity);
    wire_put_diag(&session->wire, diag, false);
    if (strcmp(severity, "ERROR"))
        session->terminating = true;
    bool was_memory = !strcmp(diag->sqlstate, ERRCODE_OUT_OF_MEMORY);
    diag_clear(diag);
    txn_abort(session);
    /* What the statement had is free, but in small pieces that would stay with the process. */
    if (was_memory)
        malloc_trim(0);
}

void session_put_reports(struct session *session)
{
    const struct setting_fact *fact;
    uint64_t due = session->reports;
    int bit = 0;
    session->reports = 0;
    for (int i = 0; due && (fact = settings_fact_at(i)); i++) {
        if (!fact->report)
            continue;
        if (due & (1ull << bit))
            wire_put_parameter(&session->wire, fact->name, settings_show(session->settings, fact->name));
        due &= ~(1ull << bit++);
    }
}

static enum slot_state idle_state(const struct session *session)
{
    switch (session->txn.state) {
    case TXN_BLOCK:
        return SLOT_IDLE_IN_TRANSACTION;
    case TXN_FAILED:
        return SLOT_IDLE_IN_FAILED_TRANSACTION;
    default:
        return SLOT_IDLE;
    }
}

/* Tell the registry what was done. */
static void publish_tally(struct session *session)
{
    if (session->compiler)
        compiler_take_counts(session->compiler, &session->tally.plan_hits, &session->tally.plan_misses);
    slot_count(session->options.slot, &session->tally);
    session->tally = (struct slot_tally){0};
}

/* Ready for the next query: tell the client and the registry, and begin to count idleness. */
static void become_idle(struct session *session)
{
    /* Nothing follows a FATAL report. */
    if (session->terminating) {
        publish_tally(session);
        return;
    }
    if (session->reports)
        session_put_reports(session);
    bool in_block = session->txn.state >= TXN_BLOCK;
    int64_t limit = in_block ? session->limits.idle_in_transaction_timeout : session->limits.idle_timeout;
    if (session->notifications) {
        bool may_tell = session->txn.state == TXN_IDLE;
        if (may_tell && (session->bell.rung || session->bell.look_again_ms))
            notify_deliver(session);
        session->wire.idle.bell = may_tell ? &session->bell : NULL;
    }
    wire_put_ready(&session->wire, txn_status(session));
    publish_tally(session);
    /* Who holds the gate keeps all other writers waiting. */
    session->wire.idle.is_urgent = in_block && engine_txn_state(session->engine) == ENGINE_TXN_WRITE;
    engine_met_nobody(session->engine);
    slot_set_state(session->options.slot, idle_state(session));
    interrupts_enter(&session->interrupts, in_block ? PHASE_IDLE_TXN : PHASE_IDLE, limit);
}

static void begin_message(struct session *session)
{
    session->env.statement_timestamp = session_now();
    interrupts_forget(&session->interrupts);
    session->wire.idle.bell = NULL;
    session->interrupts.check_every = session->limits.client_check_interval;
    interrupts_enter(&session->interrupts, PHASE_STATEMENT, session->limits.statement_timeout);
}

/* Carry out one message; false ends the session. */
static bool handle(struct session *session, const struct wire_message *message)
{
    struct diag diag = {0};
    if (session->skip_until_sync && message->type != 'S' && message->type != 'X')
        return true;
    switch (message->type) {
    case 'Q':
        begin_message(session);
        simple_query(session, message);
        become_idle(session);
        break;
    case 'P':
    case 'B':
    case 'D':
    case 'E':
    case 'C':
        if (session->interrupts.phase != PHASE_STATEMENT)
            begin_message(session);
        extended_message(session, message);
        break;
    case 'S':
        if (session->interrupts.phase != PHASE_STATEMENT)
            begin_message(session);
        extended_sync(session);
        become_idle(session);
        break;
    case 'H':
        wire_flush(&session->wire);
        break;
    case 'F':
        diag_set(&diag, ERRCODE_FEATURE_NOT_SUPPORTED, "function call messages are not supported");
        session_report(session, &diag);
        become_idle(session);
        break;
    case 'X':
        session->was_left = session->txn.state == TXN_IDLE && !session->interrupts.pending;
        return false;
    default: /* CopyData, CopyDone, CopyFail behind a failed COPY */
        break;
    }
    if (session->statement_arena.blocks)
        arena_reset(&session->statement_arena);
    return !session->terminating;
}

static void report_ending(struct session *session, struct diag *diag)
{
    if (!diag_is_set(diag))
        interrupts_check(&session->interrupts, diag);
    if (diag_is_set(diag) && !(session->interrupts.pending & INTERRUPT_BIT_CLIENT_GONE)) {
        log_error(session, diag, "FATAL");
        diag->severity = "FATAL";
        wire_put_diag(&session->wire, diag, false);
    }
    diag_clear(diag);
}

/* A message that there was no memory for: its statement fails, as if it had been read. */
static bool refuse_oversized(struct session *session, char type, struct diag *diag)
{
    if (session->skip_until_sync) {
        diag_clear(diag);
        return true;
    }
    session_report(session, diag);
    if (type == 'Q' || type == 'F')
        become_idle(session);
    else
        session->skip_until_sync = true;
    return !session->terminating;
}

static void loop(struct session *session)
{
    bool truncated, goes_on = true;
    while (goes_on) {
        struct diag diag = {0};
        struct wire_message message;
        enum wire_result result = wire_read(&session->wire, &message, &truncated, &diag);
        if (result == WIRE_OK) {
            if (session->reload_due)
                reload(session);
            goes_on = handle(session, &message);
            continue;
        }
        if (result == WIRE_OVERSIZED) {
            goes_on = refuse_oversized(session, message.type, &diag);
            continue;
        }
        if (result == WIRE_CLOSED && (truncated || session->txn.state >= TXN_BLOCK))
            log_write(LOG_LEVEL_LOG, truncated ? "unexpected EOF on client connection"
                                               : "unexpected EOF on client connection with an open transaction");
        if (result != WIRE_CLOSED)
            report_ending(session, &diag);
        goes_on = false;
    }
}

/* Send what is left without waiting for ever, then end everything. */
static void end(struct session *session)
{
    wire_flush(&session->wire);
    txn_drop(session);
    advisory_end_session(session);
    notify_end_session(session);
    prepared_drop_all(session);
    publish_tally(session);
    shm_count(session->options.shm, SHM_BYTES_IN, (int64_t) session->wire.bytes_in);
    shm_count(session->options.shm, SHM_BYTES_OUT, (int64_t) session->wire.bytes_out);
    interrupts_enter(&session->interrupts, PHASE_NONE, 0);
    session->interrupts.fd = -1;
    interrupts_forget_client(&session->interrupts);
    wire_deinit(&session->wire);
}

enum session_end session_serve(struct session *session, int fd, const char *address, int port)
{
    struct diag diag = {0};
    int raised = session->interrupts.pending;
    wire_deinit(&session->wire);
    wire_init(&session->wire, fd, &session->interrupts.pending, INTERRUPT_ENDING);
    session->wire.answer = answer_bell;
    session->wire.stall = note_stall;
    session->wire.self = session;
    session->interrupts.fd = fd;
    /* A termination from before the socket was known could not shut it down. */
    if (raised & INTERRUPT_ENDING)
        interrupts_raise(&session->interrupts, raised);
    slot_set_client(session->options.slot, address, port);
    session->has_tcp_client = port >= 0;
    keepalive_apply_all(session);
    if (session->reload_due)
        reload(session);
    interrupts_enter(&session->interrupts, PHASE_STARTUP, settings_int(session->settings, "authentication_timeout") * 1000);
    enum connect_result connected = session_connect(session, address, &diag);
    if (connected == CONNECT_OK) {
        session->is_connected = true;
        idle_wait_set(&session->wire.idle, (int) settings_int(session->settings, "idle_poll_time"));
        become_idle(session);
        loop(session);
    } else if (connected == CONNECT_REFUSED) {
        log_error(session, &diag, "FATAL");
        wire_put_diag(&session->wire, &diag, false);
        diag_clear(&diag);
    }
    bool was_session = session->is_connected || session->database;
    session->is_connected = false;
    end(session);
    return session->was_left ? SESSION_LEFT : was_session ? SESSION_ENDED : SESSION_NOT_BEGUN;
}
