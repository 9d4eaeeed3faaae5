#include "sql/compiler.h"
#include "sql/lower_internal.h"
#include "sql/routine.h"

#include "func/instance.h"

#include <stdio.h>
#include <stdlib.h>

/* Types whose values SQLite orders as PostgreSQL does, without a collation. Types in one group compare with each other. */
static int native_group(oid_t type)
{
    switch (type) {
    case INT2_OID:
    case INT4_OID:
    case INT8_OID:
        return 1;
    case OID_OID:
    case REGCLASS_OID:
    case REGTYPE_OID:
    case REGPROC_OID:
    case REGPROCEDURE_OID:
    case REGOPER_OID:
    case REGOPERATOR_OID:
    case REGNAMESPACE_OID:
    case REGROLE_OID:
    case REGCOLLATION_OID:
    case REGCONFIG_OID:
    case REGDICTIONARY_OID:
        return 2;
    case FLOAT4_OID:
    case FLOAT8_OID:
        return 3;
    case TEXT_OID:
    case VARCHAR_OID:
    case NAME_OID:
    case UNKNOWN_OID:
        return 4;
    case BOOL_OID:
    case BYTEA_OID:
    case CHAR_OID:
    case DATE_OID:
    case TIME_OID:
    case TIMESTAMP_OID:
    case TIMESTAMPTZ_OID:
    case UUID_OID:
    case MONEY_OID:
    case MACADDR_OID:
    case MACADDR8_OID:
    case XID_OID:
    case CID_OID:
        return 100 + (int) type;
    default:
        return 0;
    }
}

static const struct type_desc *base_of(const struct catalog *catalog, oid_t oid)
{
    const struct type_desc *type = catalog_type_by_oid(catalog, oid);
    while (type && type->typtype == 'd')
        type = catalog_type_by_oid(catalog, type->base);
    return type;
}

bool lower_compares(struct lower *l, const struct operator_fact *op, oid_t left, oid_t right, oid_t pg_collation,
                    const char **collation)
{
    static const char *const names[] = {"=", "<>", "<", "<=", ">", ">="};
    *collation = NULL;
    bool known = !op;
    for (size_t i = 0; op && i < sizeof names / sizeof names[0]; i++)
        known = known || strcmp(op->name, names[i]) == 0;
    if (!known)
        return false;
    const struct type_desc *a = base_of(l->catalog, left), *b = base_of(l->catalog, right);
    if (!a || !b)
        return false;
    int group = native_group(a->oid);
    if (group && group == native_group(b->oid)) {
        *collation = lower_collation(l, a->oid, pg_collation);
        return true;
    }
    if (a->oid != b->oid) {
        /* regclass and its kin beside plain numbers. */
        return (group == 2 && native_group(b->oid) == 1) || (group == 1 && native_group(b->oid) == 2);
    }
    if (a->typtype == 'c' || a->typtype == 'p' || a->category == 'G' || !a->sqlite_collation)
        return false;
    *collation = lower_collation(l, a->oid, pg_collation);
    return true;
}

const char *lower_instance(struct lower *l, const struct func_impl *impl, int nargs, const oid_t *types, oid_t result,
                           int32_t typmod, const char *collation)
{
    if (!(impl->flags & FUNC_TYPED))
        return lower_quote(l, impl->source);
    struct buf name = {0};
    func_instance_name(impl, nargs, types, result, typmod, collation, &name);
    return lower_quote(l, lower_take(l, &name));
}

const char *lower_internal_call(struct lower *l, const char *source, int nargs, const oid_t *types, oid_t result, int32_t typmod,
                                const char *args)
{
    const struct func_impl *impl = func_find(source);
    if (!impl)
        return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "internal function %s is not available", source);
    const char *name = lower_instance(l, impl, nargs, types, result, typmod, NULL);
    return name ? LOWER_PRINT(l, "%s(%s)", name, args) : NULL;
}

const char *lower_native(struct lower *l, const char *template, int nargs, const char *const *args)
{
    struct buf buf = {0};
    for (const char *at = template; *at; at++) {
        if (at[0] == '%' && at[1] >= '1' && at[1] <= '9') {
            int n = *++at - '1';
            buf_puts(&buf, n < nargs ? args[n] : "NULL");
        } else if (at[0] == '%' && at[1] == '*') {
            at++;
            for (int i = 0; i < nargs; i++) {
                if (i)
                    buf_puts(&buf, ", ");
                buf_puts(&buf, args[i]);
            }
        } else {
            buf_putc(&buf, *at);
        }
    }
    return lower_take(l, &buf);
}

static const char *join_args(struct lower *l, int nargs, const char *const *args)
{
    if (nargs == 1)
        return args[0];
    struct buf buf = {0};
    for (int i = 0; i < nargs; i++) {
        if (i)
            buf_puts(&buf, ", ");
        buf_puts(&buf, args[i]);
    }
    return lower_take(l, &buf);
}

const char *lower_routine_call(struct lower *l, const struct func_impl *impl, const struct proc_fact *proc, int nargs,
                               const oid_t *types, const char *args, oid_t result)
{
    oid_t *all = arena_array(l->arena, oid_t, nargs + 1);
    all[0] = OID_OID;
    memcpy(all + 1, types, sizeof *types * (size_t) nargs);
    if (proc->volatility == 'v' && l->compiler) {
        struct routine *routine = routine_get(l->compiler, proc->oid, nargs, types, result, l->diag);
        if (!routine)
            return NULL;
        struct routine_effects effects = routine_effects(routine);
        l->writes |= effects.writes;
        l->writes_file |= effects.writes_file;
        if (!l->changes)
            l->changes = effects.changes;
    }
    const char *name = lower_instance(l, impl, nargs + 1, all, result, -1, NULL);
    if (!name)
        return NULL;
    return LOWER_PRINT(l, "%s(%u%s%s)", name, proc->oid, nargs ? ", " : "", args);
}

static const char *call_texts(struct lower *l, const struct proc_fact *proc, int nargs, const oid_t *types,
                              const char *const *args, oid_t result, int32_t typmod, int location)
{
    bool is_given = l->is_recheck && strcmp(proc->source, "nextval_oid") == 0;
    const struct func_impl *impl = func_find(is_given ? "currval_oid" : proc->source);
    if (!impl)
        return lower_error(l, ERRCODE_FEATURE_NOT_SUPPORTED, location, "function %s (%s) is not supported", proc->name,
                           proc->source);
    if (proc->language == 'u') {
        if (proc->retset)
            impl = func_find("pgquill_routine_values");
        const char *text = lower_routine_call(l, impl, proc, nargs, types, nargs ? join_args(l, nargs, args) : "", result);
        return text && proc->retset ? LOWER_PRINT(l, "(SELECT c1 FROM %s)", text) : text;
    }
    if (impl->flags & FUNC_WRITES) {
        l->writes = true;
        /* The oid of a sequence is a constant where a column's default names it. */
        l->writes_file |= nargs == 0 || strtoll(args[0], NULL, 10) < (long long) OID_FIRST_TEMPORARY;
    }
    switch (impl->form) {
    case FUNC_NATIVE:
        return LOWER_PRINT(l, "(%s)", lower_native(l, impl->native, nargs, args));
    case FUNC_SCALAR: {
        const char *name = lower_instance(l, impl, nargs, types, result, typmod, NULL);
        return name ? LOWER_PRINT(l, "%s(%s)", name, join_args(l, nargs, args)) : NULL;
    }
    case FUNC_TABLE: {
        /* Where one value is wanted the first row serves; where rows are, lower_query gave the call a name. */
        const char *name = lower_instance(l, impl, nargs, types, result, typmod, NULL);
        return name ? LOWER_PRINT(l, "(SELECT c1 FROM %s(%s))", name, join_args(l, nargs, args)) : NULL;
    }
    default:
        return lower_error(l, ERRCODE_WRONG_OBJECT_TYPE, location, "%s is an aggregate function", proc->name);
    }
}

const char *lower_operator(struct lower *l, const struct operator_fact *op, oid_t left_type, const char *left, oid_t right_type,
                           const char *right, oid_t collation, int location)
{
    const char *sqlite_collation = NULL;
    if (lower_compares(l, op, left_type, right_type, collation, &sqlite_collation))
        return sqlite_collation ? LOWER_PRINT(l, "(%s COLLATE %s %s %s)", left, lower_quote(l, sqlite_collation), op->name, right)
                                : LOWER_PRINT(l, "(%s %s %s)", left, op->name, right);
    const struct proc_fact *proc = catalog_proc_by_oid(l->catalog, op->proc);
    if (!proc)
        return lower_error(l, ERRCODE_UNDEFINED_FUNCTION, location, "operator %s has no function", op->name);
    return call_texts(l, proc, 2, (oid_t[]){left_type, right_type}, (const char *[]){left, right}, op->result, -1, location);
}

const char *lower_proc_call(struct lower *l, const struct proc_fact *proc, const struct expr_list *args, oid_t result,
                            oid_t collation, int location)
{
    const char **texts = arena_array(l->arena, const char *, args->count + 1);
    oid_t *types = arena_array(l->arena, oid_t, args->count + 1);
    (void) collation;
    for (int i = 0; i < args->count; i++) {
        texts[i] = lower_expr(l, args->items[i]);
        if (!texts[i])
            return NULL;
        types[i] = args->items[i]->type == UNKNOWN_OID ? TEXT_OID : args->items[i]->type;
    }
    return call_texts(l, proc, args->count, types, texts, result, -1, location);
}

const char *const *lower_arguments(struct lower *l, const struct expr_list *args)
{
    const char **texts = arena_array(l->arena, const char *, args->count + 1);
    for (int i = 0; i < args->count; i++)
        if (!(texts[i] = lower_expr(l, args->items[i])))
            return NULL;
    return texts;
}

static const char *lower_inlined(struct lower *l, const struct expr *expr)
{
    const char *const *outer = l->arguments, *case_test = l->case_test;
    const struct lower_name *names = l->names;
    const struct query *set_query = l->set_query;
    const char *const *arguments = lower_arguments(l, &expr->call.args);
    if (!arguments)
        return NULL;
    l->arguments = arguments;
    l->names = NULL;
    l->set_query = NULL;
    const char *text = lower_expr(l, expr->call.inlined);
    l->arguments = outer;
    l->case_test = case_test;
    l->names = names;
    l->set_query = set_query;
    return text;
}

/* pg_column_size of a column whose rows lie in a table, or are kept for a function in FROM: there values have shorter headers. */
static const char *column_size(struct lower *l, const struct expr *expr)
{
    const struct expr *arg = expr->call.args.items[0];
    bool stored = arg->kind == EXPR_COLUMN && (arg->column.rte->kind == RTE_RELATION || arg->column.rte->kind == RTE_FUNCTION);
    if (!stored)
        return lower_proc_call(l, expr->call.proc, &expr->call.args, expr->type, 0, expr->location);
    const char *text = lower_expr(l, arg);
    return text ? lower_internal_call(l, "pgquill_stored_size", 1, &arg->type, INT4_OID, -1, text) : NULL;
}

const char *lower_call(struct lower *l, const struct expr *expr)
{
    const struct expr_list *args = &expr->call.args;
    if (expr->call.inlined)
        return lower_inlined(l, expr);
    if (strcmp(expr->call.proc->source, "pg_column_size") == 0)
        return column_size(l, expr);
    bool handled = false;
    const char *text = NULL;
    if (!lower_collated_call(l, expr, &handled, &text))
        return NULL;
    if (handled)
        return text;
    if (expr->call.op && args->count == 2) {
        const char *collation = NULL;
        if (lower_compares(l, expr->call.op, args->items[0]->type, args->items[1]->type, expr->collation, &collation)) {
            if (!lower_has_collation(l, expr, "string comparison"))
                return NULL;
            const char *left = lower_expr(l, args->items[0]);
            const char *right = left ? lower_expr(l, args->items[1]) : NULL;
            if (!collation)
                left = lower_collated(l, left, NULL, args->items[0], args->items[1]);
            return right ? lower_operator(l, expr->call.op, args->items[0]->type, left, args->items[1]->type, right,
                                          expr->collation, expr->location)
                         : NULL;
        }
    }
    return lower_proc_call(l, expr->call.proc, args, expr->type, expr->collation, expr->location);
}

const char *lower_quantified(struct lower *l, const char *comparison, const char *from, bool all)
{
    const char *alias = lower_fresh(l);
    return LOWER_PRINT(l,
                       "(SELECT CASE WHEN %s(%s.b) = %d THEN %d WHEN count(*) > count(%s.b) THEN NULL ELSE %d END FROM (SELECT "
                       "%s AS b FROM %s) AS %s)",
                       all ? "min" : "max", alias, all ? 0 : 1, all ? 0 : 1, alias, all ? 1 : 0, comparison, from, alias);
}
