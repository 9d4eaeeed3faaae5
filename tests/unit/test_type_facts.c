#include "type/facts.h"
#include "type/oids.h"

#include <criterion/criterion.h>

Test(facts, finds_every_overload_of_a_name)
{
    int count;
    const struct proc_fact *rows = proc_facts_by_name("abs", &count);
    cr_assert_eq(count, 6);
    cr_assert_str_eq(rows[0].name, "abs");
    cr_assert_null(proc_facts_by_name("no_such_function", &count));
    cr_assert_eq(count, 0);
}

Test(facts, finds_by_oid_and_by_pair)
{
    cr_assert_str_eq(type_fact_by_oid(INT4_OID)->name, "int4");
    cr_assert_eq(type_fact_by_name("timestamptz")->oid, TIMESTAMPTZ_OID);
    cr_assert_str_eq(proc_fact_by_oid(177)->source, "int4pl");
    cr_assert_str_eq(operator_fact_by_oid(96)->name, "=");
    cr_assert_eq(cast_fact_find(INT4_OID, INT8_OID)->context, 'i');
    cr_assert_null(cast_fact_find(INT4_OID, DATE_OID));
    cr_assert_null(type_fact_by_oid(999999));
}

Test(facts, names_the_arguments_of_a_function)
{
    oid_t types[PROC_ARGS_MAX];
    int count;
    const struct proc_fact *lpad = proc_facts_by_name("lpad", &count);
    cr_assert_eq(proc_fact_args(lpad, types), 3);
    cr_assert_eq(types[0], TEXT_OID);
    cr_assert_eq(types[1], INT4_OID);
}
