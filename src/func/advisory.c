#include "func/func.h"

/* pg_advisory_lock and its kin: the session keeps the locks. */

static bool ask(struct fcall *call, const struct advisory_request *how, int nargs, const struct datum *args, bool *answer)
{
    struct advisory_request request = *how;
    request.is_pair = nargs == 2;
    if (nargs == 2)
        request.value = (int64_t) ((uint64_t) (uint32_t) args[0].i << 32 | (uint32_t) args[1].i);
    else if (nargs == 1)
        request.value = args[0].i;
    if (!call->env->advisory)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "advisory locks need a session");
    return call->env->advisory(call->env->session, &request, answer, call->diag);
}

/* A function without a result, and one that tells. */
#define VOID(name, ...)                                                                                                          \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        bool answer;                                                                                                             \
        *result = datum_cstr("");                                                                                                \
        return ask(call, &(struct advisory_request){__VA_ARGS__}, nargs, args, &answer);                                         \
    }
#define TELLING(name, ...)                                                                                                       \
    static bool name(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                              \
    {                                                                                                                            \
        bool answer = false;                                                                                                     \
        bool good = ask(call, &(struct advisory_request){__VA_ARGS__}, nargs, args, &answer);                                    \
        *result = datum_bool(answer);                                                                                            \
        return good;                                                                                                             \
    }

VOID(lock, .action = ADVISORY_LOCK)
VOID(lock_shared, .action = ADVISORY_LOCK, .shared = true)
VOID(xact_lock, .action = ADVISORY_LOCK, .until_end = true)
VOID(xact_lock_shared, .action = ADVISORY_LOCK, .until_end = true, .shared = true)
TELLING(try_lock, .action = ADVISORY_TRY)
TELLING(try_lock_shared, .action = ADVISORY_TRY, .shared = true)
TELLING(try_xact_lock, .action = ADVISORY_TRY, .until_end = true)
TELLING(try_xact_lock_shared, .action = ADVISORY_TRY, .until_end = true, .shared = true)
TELLING(unlock, .action = ADVISORY_UNLOCK)
TELLING(unlock_shared, .action = ADVISORY_UNLOCK, .shared = true)
VOID(unlock_all, .action = ADVISORY_UNLOCK_ALL)

#define BOTH(name, function)                                                                                                     \
    SCALAR_FLAGS(name "_int8", function, FUNC_VOLATILE), SCALAR_FLAGS(name "_int4", function, FUNC_VOLATILE)

const struct func_impl func_impls_advisory[] = {
    BOTH("pg_advisory_lock", lock),
    BOTH("pg_advisory_lock_shared", lock_shared),
    BOTH("pg_advisory_xact_lock", xact_lock),
    BOTH("pg_advisory_xact_lock_shared", xact_lock_shared),
    BOTH("pg_try_advisory_lock", try_lock),
    BOTH("pg_try_advisory_lock_shared", try_lock_shared),
    BOTH("pg_try_advisory_xact_lock", try_xact_lock),
    BOTH("pg_try_advisory_xact_lock_shared", try_xact_lock_shared),
    BOTH("pg_advisory_unlock", unlock),
    BOTH("pg_advisory_unlock_shared", unlock_shared),
    SCALAR_FLAGS("pg_advisory_unlock_all", unlock_all, FUNC_VOLATILE),
    {0},
};
