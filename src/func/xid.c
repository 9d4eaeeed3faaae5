#include "type/xid.h"

#include "func/func.h"
#include "type/codecs.h"
#include "type/numeric.h"

/* Transaction identifiers, snapshots, row identifiers and places in the log. */

#define FUNCTION(name) static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)

#define COLLATED(type, prefix)                                                                                                   \
    NATIVE(prefix "eq", "(%1 = %2 COLLATE " type ")"), NATIVE(prefix "ne", "(%1 <> %2 COLLATE " type ")"),                       \
        NATIVE(prefix "lt", "(%1 < %2 COLLATE " type ")"), NATIVE(prefix "le", "(%1 <= %2 COLLATE " type ")"),                   \
        NATIVE(prefix "gt", "(%1 > %2 COLLATE " type ")"), NATIVE(prefix "ge", "(%1 >= %2 COLLATE " type ")"),                   \
        NATIVE(prefix "cmp", "((%1 > %2 COLLATE " type ") - (%1 < %2 COLLATE " type "))")

FUNCTION(xid8toxid)
{
    (void) call, (void) nargs;
    *result = datum_int((uint32_t) xid8_load(&args[0]));
    return true;
}

/* The older functions of the txid_ family say bigint where the newer say xid8. */
static struct datum give_xid(struct fcall *call, uint64_t xid)
{
    return call->inst->result->oid == XID8_OID ? xid8_store(call->arena, xid) : datum_int((int64_t) xid);
}

static bool no_session(struct fcall *call)
{
    return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "transaction ids need a session");
}

FUNCTION(pg_current_xact_id)
{
    (void) nargs, (void) args;
    uint64_t xid = 0;
    if (!call->env->xid_current)
        return no_session(call);
    if (!call->env->xid_current(call->env->session, true, &xid, call->diag))
        return false;
    *result = give_xid(call, xid);
    return true;
}

FUNCTION(pg_current_xact_id_if_assigned)
{
    (void) nargs, (void) args;
    uint64_t xid = 0;
    if (!call->env->xid_current)
        return no_session(call);
    if (!call->env->xid_current(call->env->session, false, &xid, call->diag))
        return false;
    *result = xid ? give_xid(call, xid) : datum_null();
    return true;
}

FUNCTION(pg_xact_status)
{
    (void) nargs;
    const char *word = NULL;
    if (!call->env->xid_status)
        return no_session(call);
    if (!call->env->xid_status(call->env->session, xid8_load(&args[0]), &word, call->diag))
        return false;
    *result = word ? datum_cstr(word) : datum_null();
    return true;
}

FUNCTION(pg_current_snapshot)
{
    (void) nargs, (void) args;
    struct snapshot snapshot;
    if (!call->env->xid_snapshot)
        return no_session(call);
    if (!call->env->xid_snapshot(call->env->session, call->arena, &snapshot, call->diag))
        return false;
    *result = snapshot_store(call->arena, &snapshot);
    return true;
}

static struct snapshot load(struct arena *arena, const struct datum *value)
{
    struct snapshot snapshot = {0};
    if (!snapshot_parse(arena, value->data, value->len, &snapshot))
        snapshot = (struct snapshot){0};
    return snapshot;
}

FUNCTION(pg_snapshot_xmin)
{
    (void) nargs;
    *result = give_xid(call, load(call->arena, &args[0]).xmin);
    return true;
}

FUNCTION(pg_snapshot_xmax)
{
    (void) nargs;
    *result = give_xid(call, load(call->arena, &args[0]).xmax);
    return true;
}

FUNCTION(pg_visible_in_snapshot)
{
    (void) nargs;
    uint64_t xid = xid8_load(&args[0]);
    struct snapshot snapshot = load(call->arena, &args[1]);
    bool running = xid >= snapshot.xmax;
    for (int i = 0; i < snapshot.count && !running; i++)
        running = snapshot.xip[i] == xid;
    *result = datum_bool(xid < snapshot.xmin || !running);
    return true;
}

struct xip_cursor {
    struct snapshot snapshot;
    int at;
};

static bool xip_open(struct fcall *call, void *cursor, int nargs, const struct datum *args)
{
    struct xip_cursor *xip = cursor;
    (void) nargs;
    *xip = (struct xip_cursor){0};
    if (!datum_is_null(&args[0]))
        xip->snapshot = load(call->cache_arena, &args[0]);
    return true;
}

static bool xip_next(struct fcall *call, void *cursor, struct datum *row, bool *more)
{
    struct xip_cursor *xip = cursor;
    *more = xip->at < xip->snapshot.count;
    if (*more)
        *row = give_xid(call, xip->snapshot.xip[xip->at++]);
    return true;
}

static const struct table_func xip_rows = {sizeof(struct xip_cursor), xip_open, xip_next, NULL};

/* pg_lsn */

static uint64_t load_lsn(const struct datum *value)
{
    uint64_t lsn = 0;
    lsn_parse(value->data, value->len, &lsn);
    return lsn;
}

FUNCTION(pg_lsn_mi)
{
    (void) nargs;
    *result = number_small_store(call->arena, (__int128) load_lsn(&args[0]) - load_lsn(&args[1]), 0);
    return true;
}

static bool give_lsn(struct fcall *call, struct number *number, struct datum *result)
{
    uint64_t lsn = 0;
    bool fits = false;
    if (number->kind == NUMBER_FINITE) {
        number_round(number, 0);
        fits = mpz_sgn(number->coefficient) >= 0 && mpz_sizeinbase(number->coefficient, 2) <= 64;
        if (fits)
            mpz_export(&lsn, NULL, -1, sizeof lsn, 0, 0, number->coefficient);
    }
    *result = lsn_store(call->arena, lsn);
    return fits || diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "pg_lsn out of range");
}

static bool shift(struct fcall *call, const struct datum *lsn, const struct datum *by, bool back, struct datum *result)
{
    struct number from, distance;
    number_init(&from);
    number_init(&distance);
    number_set_int128(&from, load_lsn(lsn), 0);
    number_load(&distance, by);
    bool good = distance.kind != NUMBER_NAN;
    if (!good) {
        diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED,
                 back ? "cannot subtract NaN from pg_lsn" : "cannot add NaN to pg_lsn");
    } else {
        (back ? number_subtract : number_add)(&from, &from, &distance);
        good = give_lsn(call, &from, result);
    }
    number_clear(&from);
    number_clear(&distance);
    return good;
}

FUNCTION(pg_lsn_pli)
{
    (void) nargs;
    return shift(call, &args[0], &args[1], false, result);
}

FUNCTION(pg_lsn_mii)
{
    (void) nargs;
    return shift(call, &args[0], &args[1], true, result);
}

FUNCTION(numeric_pl_pg_lsn)
{
    (void) nargs;
    return shift(call, &args[1], &args[0], false, result);
}

FUNCTION(numeric_pg_lsn)
{
    (void) nargs;
    struct number number;
    number_init(&number);
    number_load(&number, &args[0]);
    bool good = number.kind == NUMBER_FINITE;
    if (good)
        good = give_lsn(call, &number, result);
    else
        diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "cannot convert %s to pg_lsn",
                 number.kind == NUMBER_NAN ? "NaN" : "infinity");
    number_clear(&number);
    return good;
}

const struct func_impl func_impls_xid[] = {
    NATIVE("xideq", "(%1 = %2)"),
    NATIVE("xidneq", "(%1 <> %2)"),
    NATIVE("cideq", "(%1 = %2)"),
    COLLATED("pg_xid8", "xid8"),
    NATIVE("xid8_larger", "max(%1 COLLATE pg_xid8, %2)"),
    NATIVE("xid8_smaller", "min(%1 COLLATE pg_xid8, %2)"),
    SCALAR("xid8toxid", xid8toxid),
    SCALAR_FLAGS("pg_current_xact_id", pg_current_xact_id, FUNC_TYPED | FUNC_SESSION),
    SCALAR_FLAGS("pg_current_xact_id_if_assigned", pg_current_xact_id_if_assigned, FUNC_TYPED | FUNC_SESSION),
    SCALAR_FLAGS("pg_xact_status", pg_xact_status, FUNC_VOLATILE),
    SCALAR_FLAGS("pg_current_snapshot", pg_current_snapshot, FUNC_SESSION),
    SCALAR_TYPED("pg_snapshot_xmin", pg_snapshot_xmin),
    SCALAR_TYPED("pg_snapshot_xmax", pg_snapshot_xmax),
    SCALAR("pg_visible_in_snapshot", pg_visible_in_snapshot),
    TABLE_FUNC("pg_snapshot_xip", &xip_rows),
    COLLATED("pg_tid", "tid"),
    NATIVE("bttidcmp", "((%1 > %2 COLLATE pg_tid) - (%1 < %2 COLLATE pg_tid))"),
    NATIVE("tidlarger", "max(%1 COLLATE pg_tid, %2)"),
    NATIVE("tidsmaller", "min(%1 COLLATE pg_tid, %2)"),
    COLLATED("pg_pg_lsn", "pg_lsn_"),
    NATIVE("pg_lsn_larger", "max(%1 COLLATE pg_pg_lsn, %2)"),
    NATIVE("pg_lsn_smaller", "min(%1 COLLATE pg_pg_lsn, %2)"),
    SCALAR("pg_lsn_mi", pg_lsn_mi),
    SCALAR("pg_wal_lsn_diff", pg_lsn_mi),
    SCALAR("pg_lsn_pli", pg_lsn_pli),
    SCALAR("pg_lsn_mii", pg_lsn_mii),
    SCALAR("numeric_pl_pg_lsn(numeric,pg_lsn)", numeric_pl_pg_lsn),
    SCALAR("numeric_pg_lsn", numeric_pg_lsn),
    {0},
};
