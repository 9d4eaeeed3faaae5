#include "type/facts.h"

#include <stdlib.h>
#include <string.h>

const struct type_fact type_facts[] = {
#define TYPE(...) {__VA_ARGS__},
#include "type/types.def"
#undef TYPE
};
const struct proc_fact proc_facts[] = {
#define PROC(...) {__VA_ARGS__, 0},
#include "type/procs.def"
#undef PROC
};
const struct operator_fact operator_facts[] = {
#define OPERATOR(...) {__VA_ARGS__, 0},
#include "type/operators.def"
#undef OPERATOR
};
const struct cast_fact cast_facts[] = {
#define CAST(...) {__VA_ARGS__},
#include "type/casts.def"
#undef CAST
};
const struct aggregate_fact aggregate_facts[] = {
#define AGGREGATE_FACT(...) {__VA_ARGS__},
#include "type/aggregates.def"
#undef AGGREGATE_FACT
};

#define COUNT(array) ((int) (sizeof(array) / sizeof *(array)))

const int type_fact_count = COUNT(type_facts);
const int proc_fact_count = COUNT(proc_facts);
const int operator_fact_count = COUNT(operator_facts);
const int cast_fact_count = COUNT(cast_facts);
const int aggregate_fact_count = COUNT(aggregate_facts);

/* Rows of these tables are named by position: 16 bits are enough, and the indexes stay small. */
static uint16_t proc_by_oid[COUNT(proc_facts)];
static uint16_t operator_by_oid[COUNT(operator_facts)];
static uint16_t type_by_name[COUNT(type_facts)];

static int order_oids(oid_t a, oid_t b)
{
    return (a > b) - (a < b);
}

static int order_procs(const void *a, const void *b)
{
    return order_oids(proc_facts[*(const uint16_t *) a].oid, proc_facts[*(const uint16_t *) b].oid);
}

static int order_operators(const void *a, const void *b)
{
    return order_oids(operator_facts[*(const uint16_t *) a].oid, operator_facts[*(const uint16_t *) b].oid);
}

static int order_type_names(const void *a, const void *b)
{
    return strcmp(type_facts[*(const uint16_t *) a].name, type_facts[*(const uint16_t *) b].name);
}

static void number_rows(uint16_t *rows, int count, int (*order)(const void *, const void *))
{
    for (int i = 0; i < count; i++)
        rows[i] = (uint16_t) i;
    qsort(rows, (size_t) count, sizeof *rows, order);
}

/* Before main, so that the indexes are made once in the master and shared by all forked workers. */
__attribute__((constructor)) static void index_facts(void)
{
    number_rows(proc_by_oid, proc_fact_count, order_procs);
    number_rows(operator_by_oid, operator_fact_count, order_operators);
    number_rows(type_by_name, type_fact_count, order_type_names);
}

const struct type_fact *type_fact_by_oid(oid_t oid)
{
    int low = 0, high = type_fact_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (type_facts[middle].oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < type_fact_count && type_facts[low].oid == oid ? &type_facts[low] : NULL;
}

const struct type_fact *type_fact_by_name(const char *name)
{
    int low = 0, high = type_fact_count;
    while (low < high) {
        int middle = (low + high) / 2;
        int order = strcmp(type_facts[type_by_name[middle]].name, name);
        if (order == 0)
            return &type_facts[type_by_name[middle]];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct proc_fact *proc_fact_by_oid(oid_t oid)
{
    int low = 0, high = proc_fact_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (proc_facts[proc_by_oid[middle]].oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < proc_fact_count && proc_facts[proc_by_oid[low]].oid == oid ? &proc_facts[proc_by_oid[low]] : NULL;
}

const struct proc_fact *proc_facts_by_name(const char *name, int *count)
{
    int low = 0, high = proc_fact_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (strcmp(proc_facts[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    int end = low;
    while (end < proc_fact_count && strcmp(proc_facts[end].name, name) == 0)
        end++;
    *count = end - low;
    return *count ? &proc_facts[low] : NULL;
}

const struct operator_fact *operator_fact_by_oid(oid_t oid)
{
    int low = 0, high = operator_fact_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (operator_facts[operator_by_oid[middle]].oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < operator_fact_count && operator_facts[operator_by_oid[low]].oid == oid ? &operator_facts[operator_by_oid[low]]
                                                                                        : NULL;
}

const struct operator_fact *operator_facts_by_name(const char *name, int *count)
{
    int low = 0, high = operator_fact_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (strcmp(operator_facts[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    int end = low;
    while (end < operator_fact_count && strcmp(operator_facts[end].name, name) == 0)
        end++;
    *count = end - low;
    return *count ? &operator_facts[low] : NULL;
}

const struct cast_fact *cast_fact_find(oid_t source, oid_t target)
{
    int low = 0, high = cast_fact_count;
    while (low < high) {
        int middle = (low + high) / 2;
        const struct cast_fact *cast = &cast_facts[middle];
        int order = order_oids(cast->source, source);
        if (order == 0)
            order = order_oids(cast->target, target);
        if (order == 0)
            return cast;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct aggregate_fact *aggregate_fact_by_proc(oid_t proc)
{
    int low = 0, high = aggregate_fact_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (aggregate_facts[middle].proc < proc)
            low = middle + 1;
        else
            high = middle;
    }
    return low < aggregate_fact_count && aggregate_facts[low].proc == proc ? &aggregate_facts[low] : NULL;
}

int proc_fact_args(const struct proc_fact *proc, oid_t *types)
{
    const char *at = proc->args;
    for (int i = 0; i < proc->nargs; i++) {
        char *end;
        types[i] = (oid_t) strtoul(at, &end, 10);
        at = end;
    }
    return proc->nargs;
}
