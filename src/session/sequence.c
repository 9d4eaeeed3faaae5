#include "session/sequence.h"

#include "session/state.h"
#include "util/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char read_sql[] = "SELECT last_value, is_called FROM pgquill_sequence WHERE oid = ?1";
/* A temporary sequence's row stands in the session's own books. */
static const char read_temporary_sql[] = "SELECT last_value, is_called FROM pgquill_temp_sequence WHERE oid = ?1";
static const char write_temporary_sql[] = "UPDATE pgquill_temp_sequence SET last_value = ?2, is_called = ?3 WHERE oid = ?1";
static const char write_sql[] = "UPDATE pgquill_sequence SET last_value = ?2, is_called = ?3 WHERE oid = ?1";

static const struct catalog_relation *find(struct session *session, oid_t oid, struct diag *diag)
{
    const struct catalog_relation *relation = catalog_relation_by_oid(session->catalog, oid);
    if (!relation)
        diag_set(diag, ERRCODE_UNDEFINED_TABLE, "could not open relation with OID %u", oid);
    else if (!relation->sequence)
        diag_set(diag, ERRCODE_WRONG_OBJECT_TYPE, "\"%s\" is not a sequence", relation->name);
    return relation && relation->sequence ? relation : NULL;
}

static struct sequence_value *value_of(struct session *session, oid_t oid)
{
    struct sequences *sequences = &session->sequences;
    for (int i = 0; i < sequences->count; i++)
        if (sequences->values[i].oid == oid)
            return &sequences->values[i];
    if (sequences->count == sequences->cap) {
        sequences->cap = sequences->cap ? sequences->cap * 2 : 8;
        sequences->values = xrealloc(sequences->values, sizeof *sequences->values * (size_t) sequences->cap);
    }
    sequences->values[sequences->count] = (struct sequence_value){.oid = oid};
    return &sequences->values[sequences->count++];
}

bool sequence_state(struct session *session, oid_t oid, int64_t *value, bool *is_called, struct diag *diag)
{
    bool is_temporary = oid_is_temporary(oid);
    const char *sql = is_temporary ? read_temporary_sql : read_sql;
    struct engine_stmt **stmt = &session->sequences.read[is_temporary];
    if (!*stmt)
        *stmt = engine_prepare(session->engine, sql, strlen(sql), true, diag);
    if (!*stmt)
        return false;
    struct datum key = datum_int(oid), row[2];
    engine_bind(*stmt, 1, &key);
    enum engine_step step = engine_step(*stmt, diag);
    if (step == ENGINE_STALE)
        step = engine_step(*stmt, diag);
    if (step == ENGINE_ROW) {
        engine_row(*stmt, row);
        *value = row[0].i;
        *is_called = row[1].i != 0;
    }
    engine_reset(*stmt);
    if (step == ENGINE_DONE)
        diag_set(diag, ERRCODE_UNDEFINED_TABLE, "could not open relation with OID %u", oid);
    return step == ENGINE_ROW;
}

static bool write_row(struct session *session, oid_t oid, int64_t value, bool is_called, struct diag *diag)
{
    bool is_temporary = oid_is_temporary(oid);
    const char *sql = is_temporary ? write_temporary_sql : write_sql;
    struct engine_stmt **stmt = &session->sequences.write[is_temporary];
    if (engine_txn_state(session->engine) < (is_temporary ? ENGINE_TXN_TEMPORARY : ENGINE_TXN_WRITE))
        return diag_set(diag, ERRCODE_INTERNAL_ERROR, "a sequence is changed outside a write transaction");
    if (!*stmt)
        *stmt = engine_prepare(session->engine, sql, strlen(sql), true, diag);
    if (!*stmt)
        return false;
    struct datum arguments[] = {datum_int(oid), datum_int(value), datum_bool(is_called)};
    for (int i = 0; i < 3; i++)
        engine_bind(*stmt, i + 1, &arguments[i]);
    enum engine_step step = engine_step(*stmt, diag);
    if (step == ENGINE_STALE)
        step = engine_step(*stmt, diag);
    engine_reset(*stmt);
    return step == ENGINE_DONE;
}

static void touch(struct session *session, oid_t oid, int64_t value, bool is_called)
{
    struct sequence_value *known = value_of(session, oid);
    known->value = value;
    known->is_called = is_called;
    known->is_touched = true;
    known->has_current |= is_called;
    session->sequences.any_touched = true;
}

static bool step_on(const struct catalog_relation *relation, int64_t *value, struct diag *diag)
{
    const struct catalog_sequence *sequence = relation->sequence;
    bool is_rising = sequence->increment > 0;
    int64_t next;
    bool is_over =
        __builtin_add_overflow(*value, sequence->increment, &next) || (is_rising ? next > sequence->max : next < sequence->min);
    if (is_over && !sequence->cycle)
        return diag_set(diag, ERRCODE_SEQUENCE_GENERATOR_LIMIT_EXCEEDED,
                        "nextval: reached %s value of sequence \"%s\" (%" PRId64 ")", is_rising ? "maximum" : "minimum",
                        relation->name, is_rising ? sequence->max : sequence->min);
    *value = !is_over ? next : is_rising ? sequence->min : sequence->max;
    return true;
}

static bool may_change(const struct session *session, oid_t oid, const char *function, struct diag *diag)
{
    if (!session->txn.read_only || oid_is_temporary(oid))
        return true;
    return diag_set(diag, ERRCODE_READ_ONLY_SQL_TRANSACTION, "cannot execute %s() in a read-only transaction", function);
}

bool sequence_next(struct session *session, oid_t oid, int64_t *value, struct diag *diag)
{
    const struct catalog_relation *relation = find(session, oid, diag);
    bool is_called;
    if (!relation || !may_change(session, oid, "nextval", diag) || !sequence_state(session, oid, value, &is_called, diag))
        return false;
    if (is_called && !step_on(relation, value, diag))
        return false;
    if (!write_row(session, oid, *value, true, diag))
        return false;
    touch(session, oid, *value, true);
    session->sequences.last = oid;
    return true;
}

bool sequence_current(struct session *session, oid_t oid, int64_t *value, struct diag *diag)
{
    const struct catalog_relation *relation = find(session, oid, diag);
    if (!relation)
        return false;
    struct sequence_value *known = value_of(session, oid);
    if (!known->has_current)
        return diag_set(diag, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                        "currval of sequence \"%s\" is not yet defined in this session", relation->name);
    *value = known->value;
    return true;
}

bool sequence_last(struct session *session, int64_t *value, struct diag *diag)
{
    if (!session->sequences.last)
        return diag_set(diag, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "lastval is not yet defined in this session");
    return sequence_current(session, session->sequences.last, value, diag);
}

bool sequence_set(struct session *session, oid_t oid, int64_t value, bool is_called, struct diag *diag)
{
    const struct catalog_relation *relation = find(session, oid, diag);
    if (!relation)
        return false;
    const struct catalog_sequence *sequence = relation->sequence;
    if (!may_change(session, oid, "setval", diag))
        return false;
    if (value < sequence->min || value > sequence->max)
        return diag_set(diag, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
                        "setval: value %" PRId64 " is out of bounds for sequence \"%s\" (%" PRId64 "..%" PRId64 ")", value,
                        relation->name, sequence->min, sequence->max);
    if (!write_row(session, oid, value, is_called, diag))
        return false;
    touch(session, oid, value, is_called);
    return true;
}

void sequences_committed(struct session *session)
{
    struct sequences *sequences = &session->sequences;
    for (int i = 0; sequences->any_touched && i < sequences->count; i++)
        sequences->values[i].is_touched = false;
    sequences->any_touched = false;
}

static bool write_again(struct session *session, struct diag *diag)
{
    struct sequences *sequences = &session->sequences;
    for (int i = 0; i < sequences->count; i++) {
        const struct sequence_value *known = &sequences->values[i];
        if (known->is_touched && !write_row(session, known->oid, known->value, known->is_called, diag))
            return false;
    }
    return true;
}

/* Are there others than temporary ones among those that the transaction changed? */
static bool has_touched_file(const struct session *session)
{
    const struct sequences *sequences = &session->sequences;
    for (int i = 0; i < sequences->count; i++)
        if (sequences->values[i].is_touched && !oid_is_temporary(sequences->values[i].oid))
            return true;
    return false;
}

void sequences_rolled_back(struct session *session)
{
    struct diag diag = {0};
    bool in_transaction = engine_txn_state(session->engine) >= ENGINE_TXN_TEMPORARY, done;
    if (!session->sequences.any_touched)
        return;
    if (in_transaction) {
        done = write_again(session, &diag);
    } else {
        done = (has_touched_file(session) ? engine_begin_write(session->engine, 0, &diag)
                                          : engine_begin_temporary(session->engine, &diag)) &&
               write_again(session, &diag) && engine_commit(session->engine, ENGINE_ASYNC, &diag);
        if (!done)
            engine_rollback(session->engine);
        sequences_committed(session);
    }
    /* The sequence may have been made in what was rolled back; and a session that ends need not insist. */
    if (!done)
        log_write(LOG_LEVEL_DEBUG, "sequences went back with their transaction: %s", diag.message ? diag.message : "");
    diag_clear(&diag);
}

void sequences_forget(struct session *session)
{
    struct sequences *sequences = &session->sequences;
    for (int i = 0; i < sequences->count; i++)
        sequences->values[i].has_current = false;
    sequences->last = 0;
}

void sequences_close(struct session *session)
{
    struct sequences *sequences = &session->sequences;
    for (int i = 0; i < 2; i++) {
        if (sequences->read[i])
            engine_finalize(sequences->read[i]);
        if (sequences->write[i])
            engine_finalize(sequences->write[i]);
    }
    free(sequences->values);
    *sequences = (struct sequences){0};
}
