#include "sql/analyse_internal.h"

/* Which function a call means (PostgreSQL docs 10.3). */

/* Keep the candidates whose score is the best; returns how many. */
static int keep_best(int count, int *which, const int *scores)
{
    int best = -1, kept = 0;
    for (int i = 0; i < count; i++) {
        if (scores[i] > best) {
            best = scores[i];
            kept = 0;
        }
        if (scores[i] == best)
            which[kept++] = which[i];
    }
    return kept;
}

/* Step 4e: unknown arguments take the category that all candidates agree on, strings before others. */
static int by_category(struct analysis *a, int nargs, const oid_t *inputs, int count, int *which, const oid_t *const *candidates)
{
    char category[PROC_ARGS_MAX] = {0};
    bool wants_preferred[PROC_ARGS_MAX] = {false};
    for (int i = 0; i < nargs; i++) {
        if (inputs[i] != UNKNOWN_OID)
            continue;
        bool conflict = false;
        for (int c = 0; c < count; c++) {
            bool preferred;
            char next = coercion_category(a, candidates[which[c]][i], &preferred);
            if (!category[i]) {
                category[i] = next;
                wants_preferred[i] = preferred;
            } else if (next == category[i]) {
                wants_preferred[i] |= preferred;
            } else if (next == 'S') {
                category[i] = 'S';
                wants_preferred[i] = preferred;
                conflict = false;
            } else if (category[i] != 'S') {
                conflict = true;
            }
        }
        if (conflict && category[i] != 'S')
            return count;
    }
    int kept = 0, first = which[0];
    for (int c = 0; c < count; c++) {
        bool keep = true;
        for (int i = 0; i < nargs && keep; i++) {
            if (inputs[i] != UNKNOWN_OID)
                continue;
            bool preferred;
            char next = coercion_category(a, candidates[which[c]][i], &preferred);
            keep = next == category[i] && (!wants_preferred[i] || preferred);
        }
        if (keep)
            which[kept++] = which[c];
    }
    if (kept)
        return kept;
    which[0] = first;
    return count;
}

int overload_select(struct analysis *a, int nargs, const oid_t *inputs, int ncandidates, const oid_t *const *candidates)
{
    oid_t base[PROC_ARGS_MAX];
    int unknowns = 0;
    int *which = arena_array(a->arena, int, ncandidates), *scores = arena_array(a->arena, int, ncandidates);
    int count = ncandidates;
    for (int i = 0; i < nargs; i++) {
        base[i] = inputs[i] == UNKNOWN_OID ? UNKNOWN_OID : coercion_base(a, inputs[i], NULL);
        unknowns += inputs[i] == UNKNOWN_OID;
    }
    for (int c = 0; c < count; c++) {
        which[c] = c;
        scores[c] = 0;
        for (int i = 0; i < nargs; i++)
            scores[c] += base[i] != UNKNOWN_OID && candidates[c][i] == base[i];
    }
    count = keep_best(count, which, scores);
    if (count == 1)
        return which[0];
    for (int c = 0; c < count; c++) {
        scores[c] = 0;
        for (int i = 0; i < nargs; i++) {
            if (base[i] == UNKNOWN_OID)
                continue;
            bool preferred;
            oid_t type = candidates[which[c]][i];
            char category = coercion_category(a, type, &preferred);
            scores[c] += type == base[i] || (preferred && category == coercion_category(a, base[i], NULL));
        }
    }
    count = keep_best(count, which, scores);
    if (count == 1)
        return which[0];
    if (!unknowns)
        return -1;
    int *saved = arena_array(a->arena, int, count);
    memcpy(saved, which, sizeof(int) * (size_t) count);
    count = by_category(a, nargs, inputs, count, which, candidates);
    if (count == 1)
        return which[0];
    /* Step 4f: assume that unknowns have the type that the known ones share. */
    if (unknowns < nargs) {
        oid_t known = 0;
        for (int i = 0; i < nargs; i++) {
            if (base[i] == UNKNOWN_OID)
                continue;
            if (known && known != base[i])
                return -1;
            known = base[i];
        }
        oid_t assumed[PROC_ARGS_MAX];
        for (int i = 0; i < nargs; i++)
            assumed[i] = known;
        int found = -1;
        for (int c = 0; c < count; c++) {
            if (!coercion_possible(a, nargs, assumed, candidates[which[c]], COERCE_IMPLICIT))
                continue;
            if (found >= 0)
                return -1;
            found = which[c];
        }
        return found;
    }
    return -1;
}

/* One way to read a pg_proc row for this call. */
static bool candidate_make(struct analysis *a, const struct proc_fact *proc, int nargs, int nnames, const char *const *names,
                           bool variadic, struct overload *out)
{
    oid_t types[PROC_ARGS_MAX];
    int declared = proc_fact_args(proc, types);
    *out = (struct overload){.proc = proc, .nargs = declared};
    if (nnames == 0 && proc->variadic && !variadic && nargs >= declared) {
        out->nvariadic = nargs - declared + 1;
        out->nargs = nargs;
        out->types = arena_array(a->arena, oid_t, nargs);
        for (int i = 0; i < nargs; i++)
            out->types[i] = i < declared - 1 ? types[i] : proc->variadic;
        return true;
    }
    if (variadic && !proc->variadic)
        return false;
    if (nnames && proc->variadic && !variadic)
        return false; /* the values that would be packed have no names */
    if (nargs > declared || nargs + proc->ndefaults < declared)
        return false;
    out->types = arena_array(a->arena, oid_t, declared);
    memcpy(out->types, types, sizeof(oid_t) * (size_t) declared);
    out->ndefaults = declared - nargs;
    if (nnames == 0)
        return true;
    if (!proc->names)
        return false;
    out->order = arena_array(a->arena, int, declared);
    for (int i = 0; i < declared; i++)
        out->order[i] = i < nargs - nnames ? i : -1;
    for (int n = 0; n < nnames; n++) {
        const char *at = proc->names;
        int input = 0, found = -1;
        for (int position = 0; at && found < 0; position++) {
            const char *comma = strchrnul(at, ',');
            bool is_input =
                !proc->modes || proc->modes[position] == 'i' || proc->modes[position] == 'b' || proc->modes[position] == 'v';
            if (is_input && (size_t) (comma - at) == strlen(names[n]) && strncmp(at, names[n], strlen(names[n])) == 0)
                found = input;
            input += is_input;
            at = *comma ? comma + 1 : NULL;
        }
        if (found < 0 || found >= declared || out->order[found] >= 0)
            return false;
        out->order[found] = nargs - nnames + n;
    }
    for (int i = 0; i < declared - proc->ndefaults; i++)
        if (out->order[i] < 0)
            return false;
    return true;
}

/* The argument types in the candidate's order. */
static void arranged(const struct overload *candidate, int nargs, const oid_t *types, oid_t *out, int *count)
{
    if (!candidate->order) {
        memcpy(out, types, sizeof(oid_t) * (size_t) nargs);
        *count = nargs;
        return;
    }
    for (int i = 0; i < candidate->nargs; i++)
        out[i] = candidate->order[i] >= 0 ? types[candidate->order[i]] : candidate->types[i];
    *count = candidate->nargs;
}

static bool exact_match(int count, const oid_t *types, const oid_t *declared)
{
    for (int i = 0; i < count; i++)
        if (types[i] != declared[i])
            return false;
    return true;
}

/* f(x) as x::f: only what needs no conversion function (PostgreSQL docs 10.3 step 3). */
static bool as_cast(struct analysis *a, const char *schema, const char *name, oid_t from, struct overload *out)
{
    /* Like a function, a temporary type is called by its full name only. */
    bool was_last = catalog_find_temporary_last((struct catalog *) a->catalog, true);
    const struct type_desc *type = catalog_type_by_name(a->catalog, schema, name);
    catalog_find_temporary_last((struct catalog *) a->catalog, was_last);
    if (!type || (!schema && oid_is_temporary(type->oid)))
        return false;
    if (from != UNKNOWN_OID) {
        const struct proc_fact *proc;
        enum coercion_path path = coercion_find(a, from, type->oid, COERCE_EXPLICIT, &proc);
        if (path == PATH_IO && type->category == 'S' && (analysis_type_desc(a, from)->typtype == 'c' || from == RECORD_OID))
            return false;
        if (path != PATH_RELABEL && path != PATH_IO)
            return false;
    }
    *out = (struct overload){.cast_type = type->oid, .nargs = 1};
    return true;
}

enum overload_result overload_find(struct analysis *a, const char *schema, const char *name, int nargs, const oid_t *types,
                                   int nnames, const char *const *names, bool variadic, struct overload *out)
{
    int count = 0;
    const struct proc_fact *const *procs = NULL;
    int total = catalog_procs_by_name(a->catalog, schema, name, a->arena, &procs);
    struct overload *candidates = arena_array(a->arena, struct overload, total + 1);
    oid_t actual[PROC_ARGS_MAX];
    int nactual = 0;
    if (nargs > PROC_ARGS_MAX)
        return OVERLOAD_NONE;
    for (int i = 0; i < total; i++) {
        if (!candidate_make(a, procs[i], nargs, nnames, names, variadic, &candidates[count]))
            continue;
        arranged(&candidates[count], nargs, types, actual, &nactual);
        if (!candidates[count].nvariadic && exact_match(nactual, actual, candidates[count].types) &&
            !candidates[count].ndefaults) {
            *out = candidates[count];
            return OVERLOAD_FOUND;
        }
        count++;
    }
    for (int i = 0; i < count; i++) {
        arranged(&candidates[i], nargs, types, actual, &nactual);
        if (exact_match(nactual, actual, candidates[i].types)) {
            *out = candidates[i];
            return OVERLOAD_FOUND;
        }
    }
    if (nargs == 1 && !nnames && !variadic && as_cast(a, schema, name, types[0], out))
        return OVERLOAD_FOUND;
    int kept = 0;
    for (int i = 0; i < count; i++) {
        arranged(&candidates[i], nargs, types, actual, &nactual);
        if (coercion_possible(a, nactual, actual, candidates[i].types, COERCE_IMPLICIT))
            candidates[kept++] = candidates[i];
    }
    if (kept > 1) {
        /* Fixed argument lists come before the VARIADIC ones that look the same, and fewer defaults before more. */
        int plain = 0;
        for (int i = 0; i < kept; i++) {
            bool shadowed = false;
            for (int j = 0; j < kept && !shadowed; j++)
                shadowed =
                    i != j && exact_match(nargs, candidates[i].types, candidates[j].types) &&
                    (candidates[i].nvariadic > candidates[j].nvariadic || candidates[i].ndefaults > candidates[j].ndefaults);
            if (!shadowed)
                candidates[plain++] = candidates[i];
        }
        kept = plain;
    }
    if (kept == 0)
        return OVERLOAD_NONE;
    if (kept > 1) {
        const oid_t **lists = arena_array(a->arena, const oid_t *, kept);
        for (int i = 0; i < kept; i++)
            lists[i] = candidates[i].types;
        int best = overload_select(a, nargs, types, kept, lists);
        if (best < 0)
            return OVERLOAD_AMBIGUOUS;
        candidates[0] = candidates[best];
    }
    *out = candidates[0];
    return OVERLOAD_FOUND;
}
