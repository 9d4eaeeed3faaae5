#include "session/state.h"

#include "util/log.h"

#include <bsd/stdlib.h>
#include <string.h>

static enum statement_kinds kind_of(const struct plan *plan)
{
    static const char *const verbs[] = {"CREATE ", "ALTER ", "DROP ", "GRANT", "REVOKE", "COMMENT"};
    const char *tag = plan->tag ? plan->tag : "";
    if (plan->kind == PLAN_DDL)
        return LOG_STATEMENT_DDL;
    if (plan->kind == PLAN_QUERY)
        return plan->writes && strcmp(tag, "SELECT") ? LOG_STATEMENT_MOD : LOG_STATEMENT_ALL;
    for (size_t i = 0; plan->kind == PLAN_UTILITY && i < sizeof verbs / sizeof *verbs; i++)
        if (!strncmp(tag, verbs[i], strlen(verbs[i])))
            return LOG_STATEMENT_DDL;
    bool loads = plan->node && plan->node->node_case == PG_QUERY__NODE__NODE_COPY_STMT && plan->node->copy_stmt->is_from;
    return loads ? LOG_STATEMENT_MOD : LOG_STATEMENT_ALL;
}

void statement_log_configure(struct session *session)
{
    static const char *const names[] = {"none", "ddl", "mod", "all"};
    struct statement_log *log = &session->statement_log;
    const char *kinds = settings_string(session->settings, "log_statement");
    for (int i = 0; i < 4; i++)
        if (!strcmp(names[i], kinds))
            log->kinds = (enum statement_kinds) i;
    log->least_ms = settings_int(session->settings, "log_min_duration_statement");
    log->sample_ms = settings_int(session->settings, "log_min_duration_sample");
    log->sample_rate = settings_real(session->settings, "log_statement_sample_rate");
    log->transaction_rate = settings_real(session->settings, "log_transaction_sample_rate");
    log->has_durations = settings_bool(session->settings, "log_duration");
}

bool statement_log_draw(double rate)
{
    return rate > 0 && (rate >= 1 || arc4random() < rate * UINT32_MAX);
}

void statement_log_begin(struct session *session)
{
    struct statement_log *log = &session->statement_log;
    log->is_logged = false;
    bool is_timed = log->least_ms >= 0 || log->sample_ms >= 0 || log->has_durations || log->transaction_rate > 0;
    log->began = is_timed ? session_now() : 0;
}

void statement_log_plan(struct session *session, const struct plan *plan, const char *how, const char *text, size_t len)
{
    struct statement_log *log = &session->statement_log;
    if (log->kinds == LOG_STATEMENT_NONE || log->is_logged || kind_of(plan) > log->kinds)
        return;
    log->is_logged = true;
    struct buf message;
    buf_init(&message);
    buf_printf(&message, "%s: ", how);
    buf_append(&message, text, len);
    log_report(LOG_LEVEL_LOG, &(struct log_report){.message = buf_cstr(&message)});
    buf_deinit(&message);
}

void statement_log_end(struct session *session, const char *how, const char *text, size_t len)
{
    struct statement_log *log = &session->statement_log;
    if (!log->began)
        return;
    int64_t took = session_now() - log->began;
    bool is_slow = log->least_ms >= 0 && took >= log->least_ms * 1000;
    bool is_sample = log->sample_ms >= 0 && took >= log->sample_ms * 1000 && statement_log_draw(log->sample_rate);
    bool wants_text = is_slow || is_sample || log->is_transaction_sampled;
    log->began = 0;
    if (!wants_text && !log->has_durations)
        return;
    struct buf message;
    buf_init(&message);
    buf_printf(&message, "duration: %lld.%03d ms", (long long) (took / 1000), (int) (took % 1000));
    if (wants_text && !log->is_logged) {
        buf_printf(&message, "  %s: ", how);
        buf_append(&message, text, len);
    }
    log_report(LOG_LEVEL_LOG, &(struct log_report){.message = buf_cstr(&message)});
    buf_deinit(&message);
}
