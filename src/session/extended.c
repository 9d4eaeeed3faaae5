#include "session/state.h"
#include "session/utility.h"

#include <string.h>

/* The extended query protocol. An error makes all messages up to Sync be skipped; everything between two Syncs is one implicit transaction. */

static bool check_failed(struct session *session, const struct plan *plan, struct diag *diag)
{
    if (session->txn.state != TXN_FAILED || (plan && (plan->kind == PLAN_EMPTY || utility_ends_transaction(plan))))
        return true;
    diag_clear(diag);
    return diag_set(diag, ERRCODE_IN_FAILED_SQL_TRANSACTION,
                    "current transaction is aborted, commands ignored until end of transaction block");
}

static bool parse(struct session *session, const struct wire_message *message, struct diag *diag)
{
    struct wire_reader reader = wire_reader(message);
    size_t name_len, len;
    const char *name = wire_get_string(&reader, &name_len), *text = wire_get_string(&reader, &len);
    int count = wire_get_u16(&reader);
    oid_t *types = arena_array(&session->statement_arena, oid_t, count ? count : 1);
    for (int i = 0; i < count; i++)
        types[i] = wire_get_u32(&reader);
    if (!wire_get_end(&reader, diag) || !wire_check_utf8(name, name_len, diag) || !wire_check_utf8(text, len, diag))
        return false;
    session->query = text;
    session->query_len = len;
    slot_set_query(session->options.slot, text, len);
    txn_ensure(session, TXN_STATEMENT);
    if (!session_refresh_catalog(session, diag))
        return false;
    struct prepared *prepared = prepared_new(session, name, text, len, count, types, diag);
    if (!check_failed(session, prepared ? prepared->plan : NULL, diag)) {
        prepared_free(prepared);
        return false;
    }
    if (!prepared || !prepared_keep(session, prepared, diag))
        return false;
    wire_put_bare(&session->wire, '1');
    return true;
}

static const int16_t *get_codes(struct wire_reader *reader, struct arena *arena, int *count)
{
    *count = wire_get_u16(reader);
    if ((reader->end - reader->at) / 2 < *count) {
        reader->failed = true;
        *count = 0;
    }
    int16_t *codes = arena_array(arena, int16_t, *count ? *count : 1);
    for (int i = 0; i < *count; i++)
        codes[i] = (int16_t) wire_get_u16(reader);
    return codes;
}

static int64_t be_signed(const char *data, size_t len)
{
    uint64_t value = (uint64_t) (int64_t) (signed char) data[0];
    for (size_t i = 1; i < len; i++)
        value = value << 8 | (unsigned char) data[i];
    return (int64_t) value;
}

/* Parameter text that is a plain decimal integer, without a detour through the codec. */
static bool fast_integer(oid_t type, const char *data, size_t len, int64_t *value)
{
    int64_t limit = type == INT4_OID ? INT32_MAX : type == INT2_OID ? INT16_MAX : INT64_MAX;
    bool is_negative = len > 1 && data[0] == '-';
    size_t i = is_negative;
    int64_t number = 0;
    if (len == 0 || len - i > 18)
        return false;
    for (; i < len; i++) {
        if (data[i] < '0' || data[i] > '9')
            return false;
        number = number * 10 + (data[i] - '0');
    }
    if (number > limit)
        return false;
    *value = is_negative ? -number : number;
    return true;
}

static bool is_integer(oid_t type)
{
    return type == INT4_OID || type == INT8_OID || type == INT2_OID;
}

static bool convert_parameter(struct session *session, struct portal *portal, const struct type_desc *type, int number,
                              int format, const char *data, size_t len, struct datum *out, struct diag *diag)
{
    struct type_io io = {
        .type = type, .typmod = -1, .settings = &session->types, .resolver = session->env.resolver, .arena = &portal->arena};
    int64_t integer;
    if (format == 0) {
        if (is_integer(type->oid) && fast_integer(type->oid, data, len, &integer)) {
            *out = datum_int(integer);
            return true;
        }
        if (!wire_check_utf8(data, len, diag) || !type->codec->in(&io, data, len, out, diag))
            return diag_context(diag,
                                *portal->name ? "portal \"%s\" parameter $%d = '...'" : "unnamed portal%s parameter $%d = '...'",
                                portal->name, number);
        return true;
    }
    if (format != 1)
        return diag_set(diag, ERRCODE_INVALID_PARAMETER_VALUE, "unsupported format code: %d", format);
    size_t width = type->oid == INT2_OID ? 2 : type->oid == INT4_OID ? 4 : 8;
    if (is_integer(type->oid) && len == width) {
        *out = datum_int(be_signed(data, len));
        return true;
    }
    if (!type->codec->recv)
        return diag_set(diag, ERRCODE_UNDEFINED_FUNCTION, "no binary input function available for type %s", type->name);
    return type->codec->recv(&io, (const uint8_t *) data, len, out, diag);
}

/* A domain may refuse null. */
static bool check_null(struct session *session, struct portal *portal, const struct type_desc *type, struct diag *diag)
{
    struct type_io io = {
        .type = type, .typmod = -1, .settings = &session->types, .resolver = session->env.resolver, .arena = &portal->arena};
    struct datum null = datum_null();
    return type_check_domain(&io, &null, diag);
}

static bool bind_parameters(struct session *session, struct portal *portal, struct prepared *prepared, struct wire_reader *reader,
                            struct diag *diag)
{
    int ncodes, count;
    struct plan *plan = prepared->plan;
    const int16_t *codes = get_codes(reader, &portal->arena, &ncodes);
    count = wire_get_u16(reader);
    if (ncodes > 1 && ncodes != count)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "bind message has %d parameter formats but %d parameters", ncodes,
                        count);
    if (count != plan->nparams)
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION,
                        "bind message supplies %d parameters, but prepared statement \"%s\" requires %d", count, prepared->name,
                        plan->nparams);
    portal->nparams = count;
    portal->params = arena_array(&portal->arena, struct datum, count ? count : 1);
    for (int i = 0; i < count; i++) {
        int32_t len = (int32_t) wire_get_u32(reader);
        const struct type_desc *type = plan->param_descs[i];
        if (len == -1 && !reader->failed) {
            if (type->typtype == 'd' && !check_null(session, portal, type, diag))
                return false;
            continue;
        }
        const char *data = len < 0 ? NULL : wire_get_bytes(reader, (size_t) len);
        if (!data || reader->failed)
            return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "insufficient data left in message");
        int format = ncodes == 0 ? 0 : ncodes == 1 ? codes[0] : codes[i];
        /* The portal outlives the message. Integers need no copy. */
        if (!is_integer(type->oid))
            data = arena_strndup(&portal->arena, data, (size_t) len);
        if (!convert_parameter(session, portal, type, i + 1, format, data, (size_t) len, &portal->params[i], diag))
            return false;
    }
    return true;
}

static bool bind(struct session *session, const struct wire_message *message, struct diag *diag)
{
    struct wire_reader reader = wire_reader(message);
    size_t name_len, statement_len;
    const char *name = wire_get_string(&reader, &name_len), *statement = wire_get_string(&reader, &statement_len);
    if (!wire_check_utf8(name, name_len, diag) || !wire_check_utf8(statement, statement_len, diag))
        return false;
    struct prepared *prepared = prepared_find(session, statement, diag);
    if (!prepared)
        return false;
    session->query = prepared->text;
    session->query_len = prepared->len;
    if (!check_failed(session, prepared->plan, diag))
        return false;
    txn_ensure(session, TXN_STATEMENT);
    if (!session_refresh_catalog(session, diag) ||
        (session->txn.state != TXN_FAILED && !prepared_refresh(session, prepared, diag)))
        return false;
    struct portal *portal = portal_new(session, name, diag);
    if (!portal)
        return false;
    portal->prepared = prepared;
    prepared->references++;
    prepared->plan->references++;
    portal_set_plan(portal, prepared->plan);
    portal->text = prepared->text;
    portal->len = prepared->len;
    portal->literals = prepared->literals;
    portal->nliterals = prepared->nliterals;
    int nformats = 0;
    bool done = bind_parameters(session, portal, prepared, &reader, diag);
    if (done) {
        portal->format.codes = get_codes(&reader, &portal->arena, &nformats);
        portal->format.count = nformats;
        done = wire_get_end(&reader, diag) && portal_describe(session, portal, diag);
    }
    if (done && portal->columns) {
        done = result_encoder_init(&portal->encoder, &portal->arena, portal->ncolumns, portal->columns, &portal->format, diag);
        portal->has_encoder = done;
    }
    if (!done) {
        portal_drop(session, portal);
        return false;
    }
    wire_put_bare(&session->wire, '2');
    return true;
}

static bool describe_statement(struct session *session, const char *name, struct diag *diag)
{
    struct prepared *prepared = prepared_find(session, name, diag);
    if (!prepared)
        return false;
    session->query = prepared->text;
    session->query_len = prepared->len;
    txn_ensure(session, TXN_STATEMENT);
    if (session->txn.state == TXN_FAILED) {
        if (prepared->plan->returns_rows && !check_failed(session, prepared->plan, diag))
            return false;
    } else if (!session_refresh_catalog(session, diag) || !prepared_refresh(session, prepared, diag)) {
        return false;
    }
    struct plan *plan = prepared->plan;
    size_t mark = wire_begin(&session->wire, 't');
    buf_put_be16(&session->wire.out, (uint16_t) plan->nparams);
    for (int i = 0; i < plan->nparams; i++)
        buf_put_be32(&session->wire.out, plan->param_types[i]);
    wire_end(&session->wire, mark);
    prepared->described = true;
    /* A utility's columns are a portal's business: describe one that will not run. */
    int ncolumns = plan->ncolumns;
    const struct plan_column *columns = plan->returns_rows ? plan->columns : NULL;
    struct portal probe = {.plan = plan, .text = prepared->text, .len = prepared->len};
    if (plan->kind == PLAN_UTILITY) {
        arena_init(&probe.arena);
        plan->references++;
        if (!utility_describe(session, &probe, diag)) {
            plan_release(probe.plan);
            arena_deinit(&probe.arena);
            wire_abandon(&session->wire, mark);
            return false;
        }
        ncolumns = probe.ncolumns;
        columns = probe.columns;
    }
    struct result_format text = {0};
    if (columns)
        result_put_description(session, ncolumns, columns, &text);
    else
        wire_put_bare(&session->wire, 'n');
    if (plan->kind == PLAN_UTILITY) {
        plan_release(probe.plan);
        prepared_free(probe.prepared);
        arena_deinit(&probe.arena);
    }
    return true;
}

static struct portal *find_portal(struct session *session, const char *name, struct diag *diag)
{
    struct portal *portal = portal_find(session, name);
    if (!portal)
        diag_set(diag, ERRCODE_INVALID_CURSOR_NAME, "portal \"%s\" does not exist", name);
    return portal;
}

static bool describe(struct session *session, const struct wire_message *message, struct diag *diag)
{
    struct wire_reader reader = wire_reader(message);
    int kind = wire_get_byte(&reader);
    const char *name = wire_get_string(&reader, NULL);
    if (!wire_get_end(&reader, diag))
        return false;
    if (kind == 'S')
        return describe_statement(session, name, diag);
    if (kind != 'P')
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "invalid DESCRIBE message subtype %d", kind);
    struct portal *portal = find_portal(session, name, diag);
    if (!portal || (portal->columns && !check_failed(session, portal->plan, diag)))
        return false;
    if (portal->columns)
        result_put_description(session, portal->ncolumns, portal->columns, &portal->format);
    else
        wire_put_bare(&session->wire, 'n');
    return true;
}

/* What the log calls it: the portal's name only if it has one. */
static const char *describe_execute(struct session *session, const struct portal *portal)
{
    const char *verb = portal->state == PORTAL_READY ? "execute" : "execute fetch from";
    const char *statement = portal->prepared && *portal->prepared->name ? portal->prepared->name : "<unnamed>";
    if (!*portal->name)
        return arena_printf(&session->statement_arena, "%s %s", verb, statement);
    return arena_printf(&session->statement_arena, "%s %s/%s", verb, statement, portal->name);
}

static bool execute(struct session *session, const struct wire_message *message, struct diag *diag)
{
    struct wire_reader reader = wire_reader(message);
    const char *name = arena_strdup(&session->statement_arena, wire_get_string(&reader, NULL));
    int32_t limit = (int32_t) wire_get_u32(&reader);
    if (!wire_get_end(&reader, diag))
        return false;
    struct portal *portal = find_portal(session, name, diag);
    if (!portal)
        return false;
    session->query = portal->text;
    session->query_len = portal->len;
    slot_set_query(session->options.slot, portal->text, portal->len);
    if (!check_failed(session, portal->plan, diag))
        return false;
    if (portal->state == PORTAL_FAILED)
        return diag_set(diag, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "portal \"%s\" cannot be run", name);
    bool is_rerun = portal->state == PORTAL_DONE && !portal->columns && !portal->is_empty;
    if (is_rerun)
        return diag_set(diag, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "portal \"%s\" cannot be run anymore", name);
    txn_ensure(session, TXN_STATEMENT);
    const char *how =
        session->statement_log.kinds || session->statement_log.least_ms >= 0 ? describe_execute(session, portal) : "";
    const char *text = *how ? arena_strndup(&session->statement_arena, portal->text, portal->len) : "";
    statement_log_begin(session);
    statement_log_plan(session, portal->plan, how, text, strlen(text));
    bool suspended = false, has_rows = portal->columns != NULL;
    if (!portal_start(session, portal, diag))
        return false;
    /* COMMIT may have taken the portal with it; a utility in its middle is spared. */
    if (has_rows && !portal_send(session, portal, limit > 0 ? limit : 0, &suspended, diag))
        return false;
    if (suspended) {
        wire_put_bare(&session->wire, 's');
    } else if (portal->is_empty) {
        wire_put_bare(&session->wire, 'I');
    } else {
        buf_reset(&session->scratch);
        portal_tag(portal, &session->scratch);
        wire_put_complete(&session->wire, buf_cstr(&session->scratch));
    }
    statement_log_end(session, how, text, strlen(text));
    return true;
}

static bool close_object(struct session *session, const struct wire_message *message, struct diag *diag)
{
    struct wire_reader reader = wire_reader(message);
    int kind = wire_get_byte(&reader);
    const char *name = wire_get_string(&reader, NULL);
    if (!wire_get_end(&reader, diag))
        return false;
    if (kind == 'S') {
        struct diag ignored = {0};
        struct prepared *prepared = prepared_find(session, name, &ignored);
        diag_clear(&ignored);
        if (prepared)
            prepared_drop(session, prepared);
    } else if (kind == 'P') {
        struct portal *portal = portal_find(session, name);
        if (portal)
            portal_drop(session, portal);
    } else {
        return diag_set(diag, ERRCODE_PROTOCOL_VIOLATION, "invalid CLOSE message subtype %d", kind);
    }
    wire_put_bare(&session->wire, '3');
    return true;
}

void extended_message(struct session *session, const struct wire_message *message)
{
    struct diag diag = {0};
    bool done;
    switch (message->type) {
    case 'P':
        done = parse(session, message, &diag);
        break;
    case 'B':
        done = bind(session, message, &diag);
        break;
    case 'D':
        done = describe(session, message, &diag);
        break;
    case 'E':
        done = execute(session, message, &diag);
        break;
    default:
        done = close_object(session, message, &diag);
        break;
    }
    if (!done) {
        session_report(session, &diag);
        session->skip_until_sync = true;
    }
    wire_release(&session->wire);
    session->query = NULL;
}

void extended_sync(struct session *session)
{
    struct diag diag = {0};
    session->skip_until_sync = false;
    if (!txn_finish_implicit(session, &diag))
        session_report(session, &diag);
}
